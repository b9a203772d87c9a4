//! A workload measured: the engine's cold pass and the floor, in turns within one run.

use std::time::Duration;

use serde::Serialize;

use super::engine::{Pass, Waiting, pass};
use super::reference::match_by_age;
use super::{Failure, Workload, pool};

/// How much is done for a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Turns at least. Two show whether the result is the same again.
    pub turns_min: u32,
    /// Turns go on until they have taken so long, but never beyond `turns_max`.
    pub seconds: f64,
    /// Turns at most.
    pub turns_max: u32,
    /// How long a pass may take.
    pub patience: Duration,
    /// The largest pool that the reference matcher runs on.
    pub reference_tickets_max: u32,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            turns_min: 2,
            seconds: 2.0,
            turns_max: 25,
            patience: Duration::from_secs(120),
            reference_tickets_max: 10_000,
        }
    }
}

/// The result of a workload with a pool of some size. Times are the shortest of all turns.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The workload.
    pub workload: &'static str,
    /// The size of the pool.
    pub tickets: u32,
    /// Matches of the engine.
    pub matches: u64,
    /// The whole pass of the engine: search, status changes, events queued.
    pub match_seconds: f64,
    /// The search alone: tickets come into the index, matches are sought.
    pub search_seconds: f64,
    /// The floor, if there is one.
    pub floor_seconds: Option<f64>,
    /// Its matches.
    pub floor_matches: Option<u64>,
    /// Matches of the reference matcher, where it was run.
    pub reference_matches: Option<u64>,
    /// Submitting the pool.
    pub ingest_seconds: f64,
    /// Search nodes of the pass.
    pub nodes: u64,
    /// Tickets that had their turn as anchor.
    pub anchors: u64,
    /// Complete candidates judged.
    pub judged: u64,
    /// Anchors that were given up.
    pub anchors_exhausted: u64,
    /// Tickets that the engine left over.
    pub left_over: u64,
    /// Hash of the engine's assignment, in hexadecimal.
    pub checksum: String,
    /// How often all this was done.
    pub turns: u32,
}

/// Measures a workload with a pool of `tickets` that `seed` generates, and checks the results.
///
/// # Errors
/// [`Failure`] when a result is wrong, not the same again, or takes too long.
pub fn measure<W: Workload>(tickets: u32, seed: u64, effort: &Effort) -> Result<Row, Failure> {
    let pool = pool::<W>(tickets, seed);
    let ticket_of = |number: u32| pool.get(number as usize).copied();
    let floor = W::floor(&pool);
    let (mut match_time, mut ingest_time) = (Duration::MAX, Duration::MAX);
    let mut search_time = Duration::MAX;
    let mut floor_time = Duration::MAX;
    let mut floor_matches = None;
    let mut first: Option<Pass> = None;
    let (mut turns, mut spent) = (0, 0.0);
    while turns < effort.turns_min || (spent < effort.seconds && turns < effort.turns_max) {
        let mut waiting = Waiting::new::<W>(&pool, seed)?;
        ingest_time = ingest_time.min(waiting.ingest);
        let pass = pass(&mut waiting, effort.patience)?;
        drop(waiting);
        match_time = match_time.min(pass.time);
        search_time = search_time.min(pass.search);
        spent += pass.time.as_secs_f64();
        match &first {
            None => {
                pass.assignment.check::<W>(ticket_of)?;
                first = Some(pass);
            }
            Some(first) => is_same_again::<W>(first, &pass)?,
        }
        if let Some(floor) = &floor {
            let (time, assignment) = floor();
            if turns == 0 {
                assignment.check::<W>(ticket_of)?;
            }
            floor_time = floor_time.min(time);
            floor_matches = Some(assignment.matches() as u64);
        }
        turns += 1;
    }
    let Some(pass) = first else {
        return Err(Failure::Wrong("a measurement needs a turn".into()));
    };
    let is_compared = W::HAS_REFERENCE && tickets <= effort.reference_tickets_max;
    let reference_matches = match is_compared {
        true => {
            let reference = match_by_age::<W>(&pool, effort.patience)?;
            reference.assignment.check::<W>(ticket_of)?;
            Some(reference.assignment.matches() as u64)
        }
        false => None,
    };
    Ok(Row {
        workload: W::NAME,
        tickets,
        matches: pass.assignment.matches() as u64,
        match_seconds: match_time.as_secs_f64(),
        search_seconds: search_time.as_secs_f64(),
        floor_seconds: floor_matches.map(|_| floor_time.as_secs_f64()),
        floor_matches,
        reference_matches,
        ingest_seconds: ingest_time.as_secs_f64(),
        nodes: pass.nodes,
        anchors: pass.anchors,
        judged: pass.judged,
        anchors_exhausted: pass.anchors_exhausted,
        left_over: u64::from(tickets) - pass.assignment.tickets() as u64,
        checksum: format!("{:016x}", pass.assignment.checksum()),
        turns,
    })
}

/// The same seed must give the same matches after the same work.
fn is_same_again<W: Workload>(first: &Pass, again: &Pass) -> Result<(), Failure> {
    let (first, again) = [first, again].map(|it| (it.assignment.checksum(), it.nodes)).into();
    if first != again {
        return Err(Failure::Wrong(format!(
            "{}: checksum and nodes were {first:x?}, then {again:x?}",
            W::NAME
        )));
    }
    Ok(())
}

//! The engine's side: submit a pool, run its cold pass.

use std::time::{Duration, Instant};

use rallypoint::{
    Configuration, EngineOptions, Event, EventDetail, Input, Matchmaker, PassPhase,
    StartMatchmaking, Timestamp,
};

use super::assignment::{Assignment, rule_set};
use super::{Failure, Workload, id, number_of, timed};

/// Tickets whose requests are made at one time, apart from the time that submitting them takes.
const CHUNK: usize = 1024;

/// When all tickets of a cold pass are submitted.
const START: Timestamp = Timestamp::from_millis(0);

/// A matchmaker that holds a pool and has not searched yet.
pub struct Waiting {
    matchmaker: Matchmaker,
    /// How long submitting took: validation, ingestion, indexes.
    pub ingest: Duration,
}

/// A cold pass, all its slices together.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Pass {
    /// The calls of `handle_timeout`, their events queued and not read.
    pub time: Duration,
    /// Of these the part in which tickets come into the index and matches are sought.
    pub search: Duration,
    /// Search nodes.
    pub nodes: u64,
    /// Tickets that had their turn as anchor.
    pub anchors: u64,
    /// Complete candidates judged.
    pub judged: u64,
    /// Tickets that were given up: whether they have a match is not known.
    pub anchors_exhausted: u64,
    /// What was formed.
    pub assignment: Assignment,
}

impl Waiting {
    /// Submits a pool.
    ///
    /// # Errors
    /// [`Failure::Wrong`] when the engine refuses something.
    pub fn new<W: Workload>(tickets: &[W::Ticket], seed: u64) -> Result<Self, Failure> {
        Self::with_options::<W>(tickets, seed, EngineOptions::default())
    }

    /// Submits a pool of which matches are formed by age alone.
    ///
    /// # Errors
    /// [`Failure::Wrong`] when the engine refuses something.
    pub fn by_age<W: Workload>(tickets: &[W::Ticket], seed: u64) -> Result<Self, Failure> {
        let mut options = EngineOptions::default();
        options.exchange_tries = 0;
        Self::with_options::<W>(tickets, seed, options)
    }

    fn with_options<W: Workload>(
        tickets: &[W::Ticket],
        seed: u64,
        options: EngineOptions,
    ) -> Result<Self, Failure> {
        let mut matchmaker = matchmaker::<W>(Configuration::default(), options, seed)?;
        let mut ingest = Duration::ZERO;
        let mut numbers = 0..;
        for chunk in tickets.chunks(CHUNK) {
            let requests: Vec<Input> = chunk
                .iter()
                .zip(&mut numbers)
                .map(|(ticket, number)| request::<W>(ticket, number))
                .collect();
            let (time, outcome) = timed(|| {
                requests
                    .into_iter()
                    .try_for_each(|request| matchmaker.handle_input(START, request).map(drop))
            });
            ingest += time;
            outcome.map_err(|error| Failure::Wrong(error.to_string()))?;
        }
        Ok(Self { matchmaker, ingest })
    }
}

/// Runs the pass to its end, then reads the events.
///
/// # Errors
/// [`Failure::TooSlow`] when the pass takes longer than `patience`; [`Failure::Wrong`] when the
/// reports and the events differ.
pub fn pass(waiting: &mut Waiting, patience: Duration) -> Result<Pass, Failure> {
    let matchmaker = &mut waiting.matchmaker;
    let mut pass = Pass::default();
    let (mut matches, mut tickets) = (0, 0);
    loop {
        let mut search = Stopwatch::default();
        let (time, report) =
            timed(|| matchmaker.handle_timeout_observed(START, |phase| search.observe(phase)));
        pass.search += search.spent;
        let report = report.map_err(|error| Failure::Wrong(error.to_string()))?;
        pass.time += time;
        pass.nodes += report.nodes;
        pass.anchors += report.anchors;
        pass.judged += report.judged;
        pass.anchors_exhausted += report.anchors_exhausted;
        matches += report.matches as usize;
        tickets += report.tickets_matched as usize;
        if !report.unfinished {
            break;
        }
        if pass.time > patience {
            return Err(Failure::TooSlow { seconds: pass.time.as_secs_f64() });
        }
    }
    let teams = team_names(matchmaker);
    let events = std::iter::from_fn(|| matchmaker.poll_event());
    pass.assignment = Assignment(events.filter_map(|event| teams_of(&event, &teams)).collect());
    if (matches, tickets) != (pass.assignment.matches(), pass.assignment.tickets()) {
        return Err(Failure::Wrong(format!(
            "{matches} matches of {tickets} tickets are reported, the events tell of {} of {}",
            pass.assignment.matches(),
            pass.assignment.tickets()
        )));
    }
    Ok(pass)
}

/// Measures the search of a slice.
#[derive(Default)]
struct Stopwatch {
    begun: Option<Instant>,
    spent: Duration,
}

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    fn observe(&mut self, phase: PassPhase) {
        match phase {
            PassPhase::Searching => self.begun = Some(Instant::now()),
            _ => self.spent += self.begun.take().map_or(Duration::ZERO, |begun| begun.elapsed()),
        }
    }
}

/// A matchmaker for a workload, at the time 0.
pub(super) fn matchmaker<W: Workload>(
    configuration: Configuration,
    options: EngineOptions,
    seed: u64,
) -> Result<Matchmaker, Failure> {
    Matchmaker::new(rule_set::<W>()?, configuration, options, START, seed)
        .map_err(|error| Failure::Wrong(error.to_string()))
}

/// The request that submits a ticket.
pub(super) fn request<W: Workload>(ticket: &W::Ticket, number: u32) -> Input {
    Input::StartMatchmaking(StartMatchmaking {
        ticket_id: Some(id("7f0e3c1a", number).into()),
        players: W::players(ticket, number),
        ..StartMatchmaking::default()
    })
}

/// The names of the team instances.
pub(super) fn team_names(matchmaker: &Matchmaker) -> Vec<String> {
    matchmaker.rule_set().team_instances().map(String::from).collect()
}

/// The numbers of the tickets of a match, if the event tells of one.
pub(super) fn teams_of(event: &Event, names: &[String]) -> Option<[Vec<u32>; 2]> {
    let EventDetail::MatchmakingSucceeded { tickets, .. } = &event.detail else { return None };
    let mut teams = [Vec::new(), Vec::new()];
    for ticket in tickets.iter() {
        let team = ticket.players().next().and_then(|player| player.team);
        let place = names.iter().position(|name| Some(name.as_str()) == team);
        let (place, number) = (place?, number_of(ticket.ticket_id().as_str())?);
        teams.get_mut(place)?.push(number);
    }
    Some(teams)
}

//! A whole matchmaker, driven by commands that the bytes decode to: sensible ones, late ones, ones
//! about things that are not there, and numbers and texts that are refused.
//!
//! Nothing panics. What is refused has changed nothing. Everything that comes out is JSON. Time
//! comes to rest at every instant. What is counted and listed agrees with what was told. A snapshot
//! restores to the same, and goes on alike. The same calls, read back from their JSON, give the same
//! bytes.

mod call;
mod input;
mod start;

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::{Result, Unstructured};
use rallypoint::*;

use super::rules;
use call::{Call, look, read_back};
use input::input;
use start::{Start, configuration, options};

const CALLS_MAX: usize = 120;
/// Calls of `handle_timeout` at one instant; no pool of these sizes needs as many.
const CALLS_AT_ONCE_MAX: usize = 5_000;

pub fn run(data: &[u8]) -> u64 {
    play(data).calls
}

/// What an input led to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Calls of the matchmaker.
    pub calls: u64,
    /// Calls that were refused.
    pub refused: u64,
    /// Calls of a matchmaker restored from a snapshot.
    pub restored: u64,
    /// Events that told of a match that was found.
    pub found: u64,
    /// Those of a match that was complete.
    pub succeeded: u64,
    /// Those of a proposal that was answered.
    pub answered: u64,
    /// Those of the end of a placement.
    pub placed: u64,
}

pub fn play(data: &[u8]) -> Seen {
    let mut u = Unstructured::new(data);
    play_with(&mut u).ok().flatten().unwrap_or_default()
}

fn play_with(u: &mut Unstructured<'_>) -> Result<Option<Seen>> {
    let Some(rule_set) = rules::rule_set(u)? else { return Ok(None) };
    let start = Start { rule_set, configuration: configuration(u)?, options: options(u)? };
    let Some(matchmaker) = start.matchmaker() else { return Ok(None) };
    let mut game =
        Game { matchmaker, twin: None, calls: Vec::new(), shown: Vec::new(), now: 0, restored: 0 };
    while game.calls.len() < CALLS_MAX && !u.is_empty() {
        game.step(u)?;
    }
    game.settle();
    game.check();
    if let Some(twin) = &game.twin {
        assert_eq!(twin.snapshot(), game.matchmaker.snapshot());
    }
    game.replay(&start);
    Ok(Some(game.seen()))
}

struct Game {
    matchmaker: Matchmaker,
    /// One that was restored from a snapshot, and is called alike from then on.
    twin: Option<Matchmaker>,
    calls: Vec<Call>,
    /// What each of them gave to see.
    shown: Vec<String>,
    now: u64,
    /// Calls of the twin.
    restored: u64,
}

impl Game {
    fn step(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        match u.int_in_range(0..=15)? {
            0 | 1 => {
                let count = u.int_in_range(1..=12)?;
                self.call(Call::Read(count));
            }
            2..=5 => self.wait(u)?,
            6 => self.restore(),
            7 => self.settle(),
            _ => {
                let input = input(u, &self.matchmaker)?;
                if u.ratio(1, 4)? {
                    self.now += u.int_in_range(1..=4_000)?;
                }
                self.command(input);
            }
        }
        Ok(())
    }

    fn seen(&self) -> Seen {
        let count = |text: &str| {
            let times = self.shown.iter().map(|shown| shown.matches(text).count() as u64);
            // Each event is shown twice, the second time in its envelope.
            times.sum::<u64>() / 2
        };
        Seen {
            calls: self.calls.len() as u64,
            refused: self.shown.iter().filter(|shown| shown.starts_with("refused")).count() as u64,
            restored: self.restored,
            found: count("\"PotentialMatchCreated\""),
            succeeded: count("\"MatchmakingSucceeded\""),
            answered: count("\"AcceptMatchCompleted\""),
            placed: count("\"PlacementFulfilled\""),
        }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    fn call(&mut self, call: Call) {
        let seen = call.make(&mut self.matchmaker);
        if let Some(twin) = &mut self.twin {
            assert_eq!(call.make(twin), seen, "after a restoration: {call:?}");
            self.restored += 1;
        }
        if let Some(due) = self.matchmaker.poll_timeout() {
            assert!(due >= self.matchmaker.now(), "{due} has gone by");
        }
        self.calls.push(call);
        self.shown.push(seen);
    }

    /// Makes a call whose deadlines are settled, so that a refusal must leave no trace.
    fn command(&mut self, input: Input) {
        let ask = DescribeMatchmaking { ticket_ids: vec!["nobody".into()] };
        self.call(Call::Input(self.at(), Box::new(ask.into())));
        let before = self.matchmaker.snapshot();
        self.call(Call::Input(self.at(), Box::new(input)));
        if self.shown.last().is_some_and(|seen| seen.starts_with("refused")) {
            let call = self.calls.last();
            assert_eq!(self.matchmaker.snapshot(), before, "{call:?} was refused");
        }
    }

    fn wait(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let due = self.matchmaker.poll_timeout().map(Timestamp::as_millis);
        match due.filter(|&due| due <= self.now + 60_000) {
            Some(due) => self.now = self.now.max(due),
            None => self.now += *u.choose(&[0, 1, 999, 5_000, 60_000])?,
        }
        if u.ratio(1, 6)? {
            self.now += u.int_in_range(0..=20_000)?;
        }
        self.call(Call::Timeout(self.at()));
        Ok(())
    }

    /// Reads everything and fires what is due until there is nothing more at this instant.
    fn settle(&mut self) {
        for calls in 0.. {
            assert!(calls < CALLS_AT_ONCE_MAX, "it never comes to rest at {} ms", self.now);
            loop {
                self.call(Call::Read(50));
                // What is left is the text between what was read and when a call is due.
                if self.shown.last().is_some_and(|seen| !seen.contains('{')) {
                    break;
                }
            }
            if self.matchmaker.poll_timeout().is_none_or(|due| due > self.at()) {
                break;
            }
            self.call(Call::Timeout(self.at()));
        }
    }

    fn restore(&mut self) {
        let snapshot = self.matchmaker.snapshot();
        let text = serde_json::to_string(&snapshot).expect("a snapshot can be written");
        let read: Snapshot = serde_json::from_str(&text).expect("what was written can be read");
        assert_eq!(read, snapshot);
        let rule_set = self.matchmaker.rule_set().clone();
        let twin = Matchmaker::restore(rule_set, read).expect("it was just taken");
        assert_eq!(look(&twin), look(&self.matchmaker));
        self.twin = Some(twin);
    }

    /// What is listed and counted agrees.
    fn check(&self) {
        let tickets: Vec<MatchmakingTicket> = self.matchmaker.tickets().collect();
        let pending: Vec<PendingMatch> = self.matchmaker.pending_matches().collect();
        let in_matches: BTreeSet<&str> =
            pending.iter().flat_map(|it| &it.ticket_ids).map(TicketId::as_str).collect();
        let mut active: BTreeMap<&str, &MatchmakingTicket> = BTreeMap::new();
        let mut players = BTreeSet::new();
        for ticket in &tickets {
            let is_proposed =
                matches!(ticket.status, TicketStatus::RequiresAcceptance | TicketStatus::Placing);
            let id = ticket.ticket_id.as_str();
            if is_proposed
                || matches!(ticket.status, TicketStatus::Queued | TicketStatus::Searching)
            {
                assert!(active.insert(id, ticket).is_none(), "two active tickets `{id}`");
                assert_eq!(is_proposed, in_matches.contains(id), "{ticket:?}");
                assert_eq!(ticket.end_time, None);
                for player in &ticket.players {
                    let id = &player.player_id;
                    assert!(players.insert(id), "`{id}` is in two active tickets");
                }
            } else {
                assert!(ticket.end_time.is_some(), "{ticket:?}");
            }
        }
        assert!(in_matches.iter().all(|id| active.contains_key(id)), "{in_matches:?}");
        assert_eq!(self.matchmaker.counters().current_tickets, active.len() as u64);
    }

    /// The same calls on a new matchmaker; commands as their JSON says.
    fn replay(&self, start: &Start) {
        let mut again = start.matchmaker().expect("it was made before");
        for (call, seen) in self.calls.iter().zip(&self.shown) {
            let call = match call {
                Call::Input(now, input) => Call::Input(*now, Box::new(read_back(input))),
                other => other.clone(),
            };
            assert_eq!(&call.make(&mut again), seen, "{call:?}");
        }
        assert_eq!(again.snapshot(), self.matchmaker.snapshot());
        assert_eq!(look(&again), look(&self.matchmaker));
    }
}

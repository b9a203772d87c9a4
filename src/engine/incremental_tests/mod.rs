//! The incremental pass beside one that searches every anchor every time: the same matches at the
//! same instants (decision 21).
//!
//! A timeline is made of its seed: a rule set, a configuration, and commands that suit what the
//! engine is at. Two engines get them: one as it is, and a plain one. The plain engine takes every
//! ticket for changed in every pass, and without `pass_interval` it makes a pass at every instant
//! at which anything happens, a timer or an idle moment too, whether or not one is due. All that
//! the two tell must be the same: answers, events with their times, ids and order, updates of
//! sessions, and in the end tickets and counters. Only how often rules were judged differs.
//!
//! When a search of either engine runs out of nodes, completeness is excused (decision 18), so from
//! that instant on only soundness is held: the reference evaluator judges every match of both.
//! What slices cut short is no excuse.
//!
//! The table counts what has happened, and which matches are thanks to one kind of change alone.
//! A row that is 0 fails. A failing timeline prints its seed, the difference, and a scenario file
//! that ends there.

mod chance;
mod commands;
mod coverage;
mod games;
mod given_up;
mod setup;
mod slices;
mod twins;
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Matchmaker;
use crate::base::time::{Millis, Timestamp};
use crate::model::ticket::TicketId;
use crate::testing::properties::scenario::Told;
use chance::Chance;
use commands::Commands;
use coverage::Coverage;
use setup::{START, Setup};
use twins::Twins;

/// Timelines and commands in each, as `RALLYPOINT_TIMELINES=1000x50`; CONTRIBUTING has the command.
const VARIABLE: &str = "RALLYPOINT_TIMELINES";
const BY_DEFAULT: (u64, u64) = (200, 50);

impl Matchmaker {
    /// Makes this the plain engine, which searches every anchor in every pass; and without
    /// `pass_interval` asks for a pass now, due or not.
    fn search_everything(&mut self) {
        self.waiting.searches_everything = true;
        if self.options.pass_interval == Millis::new(0) {
            self.pass.due = true;
        }
    }

    /// Whether a ticket asks for players for a session.
    fn is_roster(&self, id: &TicketId) -> bool {
        let record = self.book.find(id).and_then(|key| self.book.record(key));
        record.is_some_and(|record| record.backfill.is_some())
    }
}

/// Drives both engines to the end of a timeline, or to the first difference.
fn run(twins: &mut Twins<'_>, setup: &Setup, count: u64) -> Result<(), String> {
    let chance = Chance::new(setup.seed ^ 0xd1ce);
    let mut commands = Commands { setup, chance, number: 0 };
    let mut at = START;
    while commands.number < count {
        let step = 1 + commands.chance.below(setup.game.step_max);
        let now = at.plus(Millis::new(step));
        at = match setup.is_coarse {
            true => Timestamp::from_millis(now.as_millis().div_ceil(1000) * 1000),
            false => now,
        };
        twins.run_until(at)?;
        let at_once = *commands.chance.one_of(&[1, 1, 1, 1, 2, 4]);
        for _ in 0..at_once {
            for input in commands.draw(&twins.plain, &twins.watch.waiting) {
                twins.command(at, input)?;
            }
        }
        twins.instant(at)?;
    }
    let timeout = setup.configuration.request_timeout_seconds;
    twins.run_until(at.plus(Millis::from_secs(timeout + 10)))?;
    twins.end()
}

/// A timeline, and what to print when it fails.
fn timeline(seed: u64, count: u64) -> Result<Coverage, String> {
    let setup = Setup::draw(seed);
    let mut twins = Twins::new(&setup);
    let result = catch_unwind(AssertUnwindSafe(|| run(&mut twins, &setup, count)));
    let result = result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
        Err(format!("panicked: {}", text.unwrap_or_default()))
    });
    let Err(problem) = result else { return Ok(twins.seen) };
    let now = twins.incremental.now().max(twins.plain.now());
    twins.steps.push((now, None));
    Err(format!("seed {seed}, at {}: {problem}\n\n{}", now.as_millis(), text(&setup, &twins)))
}

/// The commands as a scenario file.
fn text(setup: &Setup, twins: &Twins<'_>) -> String {
    let told = Told {
        rule_set: setup.game.rule_set.clone(),
        configuration: setup.configuration.clone(),
        options: setup.options.clone(),
        seed: setup.seed,
        start: START,
        commands: twins.steps.clone(),
    };
    told.text()
}

#[expect(clippy::disallowed_methods, reason = "the rule is for the engine; this is its test")]
fn counts() -> (u64, u64) {
    let Ok(text) = std::env::var(VARIABLE) else { return BY_DEFAULT };
    let parsed = text.split_once('x');
    let parsed =
        parsed.and_then(|(first, second)| Some((first.parse().ok()?, second.parse().ok()?)));
    parsed.unwrap_or_else(|| panic!("{VARIABLE} is `{text}`, but must be like 1000x50"))
}

#[test]
fn what_has_changed_is_all_that_must_be_searched() {
    let (timelines, count) = counts();
    let mut seen = Coverage::new();
    for seed in 0..timelines {
        match timeline(seed, count) {
            Ok(of_timeline) => seen.add(&of_timeline),
            Err(problem) => panic!("{problem}"),
        }
    }
    let (table, missing) = seen.report();
    println!("{timelines} timelines of {count} commands\n{table}");
    assert!(missing.is_empty(), "never happened: {missing:#?}");
    let (incremental, plain) = (seen.incremental_nodes, seen.plain_nodes);
    assert!(incremental < plain, "{incremental} against {plain} nodes");
}

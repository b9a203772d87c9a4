//! Plays commands on a matchmaker as a scenario is replayed, and watches it.

use super::pool::missed_match;
use super::scenario::Told;
use super::watch::Watch;
use crate::testing::brute::{self, PoolTicket as Waiting};
use crate::{
    Event, Input, InputError, Matchmaker, Millis, RuleSet, Strategy, TicketStatus, Timestamp,
};

/// Calls between two commands, or after the last one: far more than any sound run needs.
const CALLS_MAX: usize = 100_000;
/// Assignments of waiting tickets that are tried at an instant.
const ASSIGNMENTS_MAX: usize = 100;

/// A matchmaker under watch, with the commands that it was given.
pub(super) struct Play {
    pub(super) engine: Matchmaker,
    pub(super) told: Told,
    pub(super) watch: Watch,
    pub(super) now: Timestamp,
    /// Instants at which every assignment of the waiting tickets was tried.
    pub(super) instants_complete: usize,
    /// Whether somebody has come or something has ended since the last such instant.
    changed: bool,
    /// Whether completeness was excused: a search ran out of nodes, or a partition was cut.
    excused: bool,
}

impl Play {
    pub(super) fn new(told: Told) -> Result<Self, String> {
        let Told { rule_set, configuration, options, seed, start, .. } = told.clone();
        let watch = Watch::new(&rule_set, &configuration);
        let promises = rule_set.strategy() == Strategy::ExhaustiveSearch
            && options.pass_interval == Millis::new(0)
            && options.backfill_before_new_match_seconds == 0;
        let engine = Matchmaker::new(rule_set, configuration, options, start, seed)
            .map_err(|error| format!("there is no such matchmaker: {error}"))?;
        Ok(Self {
            engine,
            told,
            watch,
            now: start,
            instants_complete: 0,
            changed: false,
            excused: !promises,
        })
    }

    /// Gives a command now.
    ///
    /// # Errors
    /// What does not hold then. A refusal of the engine is its answer.
    pub(super) fn command(&mut self, input: Input) -> Result<Result<(), InputError>, String> {
        self.told.commands.push((self.now, Some(input.clone())));
        let answer = self.engine.handle_input(self.now, input);
        self.look()?;
        self.changed |= answer.is_ok();
        Ok(answer.map(|_| ()))
    }

    /// Fires every timer before an instant, each at its own time, and goes there.
    pub(super) fn until(&mut self, at: Timestamp) -> Result<(), String> {
        if at > self.now {
            self.fire(|due| due < at)?;
            self.now = at;
        }
        Ok(())
    }

    /// Fires every timer that is due.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        let now = self.now;
        self.fire(|due| due <= now)
    }

    /// Fires timers until there are none.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        self.fire(|_| true)?;
        self.watch.at_the_end()
    }

    /// Notes that time has passed until now, for the scenario.
    pub(super) fn note_time(&mut self) {
        self.told.commands.push((self.now, None));
    }

    fn fire(&mut self, is_wanted: impl Fn(Timestamp) -> bool) -> Result<(), String> {
        for _ in 0..CALLS_MAX {
            let Some(due) = self.engine.poll_timeout().filter(|&due| is_wanted(due)) else {
                return self.is_complete();
            };
            if due > self.now {
                self.is_complete()?;
                self.now = due;
            }
            let report = self.engine.handle_timeout(self.now).map_err(|error| error.to_string())?;
            self.excused |= report.anchors_exhausted > 0 || report.partitions_cut > 0;
            self.look()?;
            self.changed = true;
            self.watch.after_timeout(&self.engine, report)?;
        }
        Err(format!("after {CALLS_MAX} calls something is due yet"))
    }

    /// Takes out what the engine tells.
    fn look(&mut self) -> Result<(), String> {
        let events: Vec<Event> = std::iter::from_fn(|| self.engine.poll_event()).collect();
        while self.engine.poll_update().is_some() || self.engine.poll_action().is_some() {}
        self.watch.after_call(&self.engine, &events)
    }

    /// When nothing is due, the tickets that wait hold no valid match. Only few of them are tried.
    fn is_complete(&mut self) -> Result<(), String> {
        if !std::mem::take(&mut self.changed) || self.excused {
            return Ok(());
        }
        let now = self.now;
        let waiting: Vec<_> = self.watch.waiting().filter(|it| !it.is_backfill).collect();
        let ast = &self.told.rule_set.plan().ast;
        let count = brute::assignments(ast, waiting.len());
        if waiting.is_empty() || count.is_none_or(|count| count > ASSIGNMENTS_MAX) {
            return Ok(());
        }
        if let Some(queued) = waiting.iter().find(|it| it.status == TicketStatus::Queued) {
            return Err(format!("{} is QUEUED, and no pass is due", queued.ticket_id));
        }
        let pool: Vec<Waiting> = waiting
            .iter()
            .map(|it| Waiting::new(now.since(it.start), it.players.clone()))
            .collect();
        let ids = waiting.iter().map(|it| it.ticket_id.to_string()).collect();
        no_match_among(&self.told.rule_set, &pool, ids, self.additional_players())?;
        self.instants_complete += 1;
        Ok(())
    }

    /// Places that matches leave open (facts 5.6); without a queue it is ignored.
    fn additional_players(&self) -> u32 {
        let configuration = &self.told.configuration;
        match configuration.flex_match_mode {
            crate::FlexMatchMode::Standalone => 0,
            crate::FlexMatchMode::WithQueue => configuration.additional_player_count,
        }
    }
}

/// Tries every assignment of tickets that the engine has left.
///
/// # Errors
/// With the first valid match.
pub(super) fn no_match_among(
    rule_set: &RuleSet,
    pool: &[Waiting],
    ids: Vec<String>,
    additional_players: u32,
) -> Result<(), String> {
    let Some(seats) = brute::any_match(&rule_set.plan().ast, pool, additional_players) else {
        return Ok(());
    };
    let missed = missed_match(rule_set, pool, &seats);
    let judgement = rule_set.judge(&missed).map_err(|error| error.to_string())?;
    let ids: Vec<String> =
        ids.into_iter().zip(&seats).filter_map(|(id, seat)| seat.map(|_| id)).collect();
    Err(format!("the engine left {} unmatched, which make a {judgement}", ids.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Player;

    #[test]
    fn a_match_that_is_left_is_shown() {
        let rules = RuleSet::from_json(include_str!("../../../rulesets/duel.json")).unwrap();
        let ticket = |name: &str, skill| {
            Waiting::new(Millis::new(0), vec![Player::new(name).with_number("skill", skill)])
        };
        let ids = || vec!["t1".into(), "t2".into(), "t3".into()];
        let near = [ticket("ana", 0.0), ticket("eve", 9000.0), ticket("ben", 1.0)];
        let said = no_match_among(&rules, &near, ids(), 0).unwrap_err();
        assert!(
            said.contains("the engine left t1, t3 unmatched, which make a valid match"),
            "{said}"
        );
        let apart = [ticket("ana", 0.0), ticket("eve", 9000.0), ticket("ben", 19_000.0)];
        assert_eq!(no_match_among(&rules, &apart, ids(), 0), Ok(()));
    }
}

//! Rules of a rule set text on tickets in teams, for the tests of the rule kinds.

use crate::base::epoch::Epoch;
use crate::base::idx::{Col, Idx};
use crate::base::rng::DetRng;
use crate::base::time::{Millis, Timestamp};
use crate::eval::candidate::{Candidate, Partial, Room};
use crate::eval::lineup::LineupBuffers;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::model::schema::InstanceIdx;
use crate::model::ticket::Player;
use crate::pool::columns::{LocationSet, TicketRow};
use crate::pool::ingest::Pool;
use crate::ruleset::{CompileOptions, RuleSet};
use crate::{
    Configuration, EngineOptions, EventDetail, Input, Matchmaker, StartMatchmaking, TicketId,
};

/// For each ticket, the position of the team instance that it is in, if it is in one.
pub(super) type Seats = Vec<Option<usize>>;

/// A rule set and tickets that wait.
pub(super) struct Scene {
    text: String,
    pub(super) rule_set: RuleSet,
    pool: Pool,
    rows: Vec<TicketRow>,
    scratch: Scratch,
}

impl Scene {
    pub(super) fn new(text: &str, tickets: &[Vec<Player>]) -> Self {
        Self::with_options(text, tickets, CompileOptions::default())
    }

    pub(super) fn with_options(
        text: &str,
        tickets: &[Vec<Player>],
        options: CompileOptions,
    ) -> Self {
        let rule_set = RuleSet::compile(text, options).unwrap_or_else(|it| panic!("{it}\n{text}"));
        let plan = rule_set.plan();
        let mut pool = Pool::new(&plan.layout, 1);
        // Later tickets are older, so that the canonical order is not that of the list.
        let rows = tickets.iter().zip(0..).map(|(players, number)| {
            let start = Timestamp::from_millis(1000 - number);
            pool.insert(&plan.ast.schema, players, start, number).unwrap()
        });
        let rows = rows.collect();
        Self { text: text.into(), rule_set, pool, rows, scratch: Scratch::default() }
    }

    /// The place of a rule among the enforced ones.
    pub(super) fn enforced(&self, name: &str) -> usize {
        let plan = self.rule_set.plan();
        let mut enforced = plan.enforced.iter();
        enforced.position(|it| plan.ast.rules[it.position].name == name).unwrap()
    }

    /// The names of a set's locations that some ticket reports.
    pub(super) fn names(&self, locations: LocationSet) -> Vec<&str> {
        let live = self.pool.locations().filter(|&it| locations.contains(it));
        live.map(|it| &**self.pool.location_name(it).unwrap()).collect()
    }

    fn candidate(&self, seats: &[Option<usize>]) -> Candidate {
        let mut candidate = Candidate::new(self.rule_set.team_instances().count());
        for (&row, seat) in self.rows.iter().zip(seats) {
            if let Some(seat) = *seat {
                candidate.push(InstanceIdx::from_usize(seat), row, &self.pool.columns);
            }
        }
        candidate
    }

    /// How many more players each instance must and may take; `None` when one has too many.
    fn room(&self, candidate: &Candidate, wait: u32) -> Option<Col<InstanceIdx, Room>> {
        let epoch = self.epoch(wait);
        let sizes = self.rule_set.plan().sizes[epoch].iter();
        let room = sizes.zip(candidate.slots.iter()).map(|(size, slot)| {
            let max = size.max.checked_sub(slot.players)?;
            Some(Room { min: size.min.saturating_sub(slot.players), max })
        });
        room.collect()
    }

    fn epoch(&self, wait: u32) -> Epoch {
        self.rule_set.plan().epochs.at(Millis::from_secs(wait))
    }

    /// Where each enforced rule holds when these are all, after a wait in seconds.
    pub(super) fn complete(&mut self, seats: &[Option<usize>], wait: u32) -> Vec<LocationSet> {
        let (candidate, epoch) = (self.candidate(seats), self.epoch(wait));
        let mut buffers = LineupBuffers::default();
        let lineup = buffers.line_up(&self.pool.columns, &candidate);
        let rules = self.rule_set.plan().enforced.iter();
        rules.map(|it| it.rule.complete(&lineup, epoch, &mut self.scratch)).collect()
    }

    /// What is known of each enforced rule when others may join; nothing when there are too many.
    pub(super) fn partial(&mut self, seats: &[Option<usize>], wait: u32) -> Option<Vec<Verdict>> {
        let (candidate, epoch) = (self.candidate(seats), self.epoch(wait));
        let room = self.room(&candidate, wait)?;
        let partial = Partial {
            columns: &self.pool.columns,
            candidate: &candidate,
            room: &room,
            coming: &[],
        };
        let rules = self.rule_set.plan().enforced.iter();
        Some(rules.map(|it| it.rule.partial(&partial, epoch, &mut self.scratch)).collect())
    }

    fn is_full_enough(&self, seats: &[Option<usize>]) -> bool {
        let room = self.room(&self.candidate(seats), 0);
        room.is_some_and(|room| room.iter().all(|it| it.min == 0))
    }

    /// Compares what is said of every partial match with every completion of it, and counts how
    /// often anything was certain.
    pub(super) fn check_partial_verdicts(&mut self) -> Known {
        let choices = self.rule_set.team_instances().count() + 1;
        let all: Vec<Seats> = (0..choices.pow(self.rows.len() as u32))
            .map(|code| {
                let digit = |at: u32| code / choices.pow(at) % choices;
                (0..self.rows.len() as u32).map(|at| digit(at).checked_sub(1)).collect()
            })
            .collect();
        let mut ends: Vec<(&Seats, Vec<LocationSet>)> = Vec::new();
        for seats in &all {
            if seats.iter().any(Option::is_some) && self.is_full_enough(seats) {
                ends.push((seats, self.complete(seats, 0)));
            }
        }
        let mut known = Known::default();
        for seats in &all {
            if seats.iter().all(Option::is_none) {
                continue;
            }
            let Some(verdicts) = self.partial(seats, 0) else { continue };
            let completes = |end: &Seats| seats.iter().zip(end).all(|(a, b)| a.is_none() || a == b);
            for (end, holds) in ends.iter().filter(|(end, _)| completes(end)) {
                for (rule, (verdict, holds)) in verdicts.iter().zip(holds).enumerate() {
                    let name = || {
                        let plan = self.rule_set.plan();
                        plan.ast.rules[plan.enforced[rule].position].name.clone()
                    };
                    let said = verdict.possible.intersect(*holds) == *holds
                        && verdict.always.intersect(*holds) == verdict.always;
                    assert!(
                        said,
                        "{}: {verdict:?} of {seats:?}, {holds:?} of {end:?}\n{}",
                        name(),
                        self.text
                    );
                }
            }
            known.never += verdicts.iter().filter(|it| it.is_never()).count();
            known.always += verdicts.iter().filter(|it| !it.always.is_empty()).count();
            known.verdicts += verdicts.len();
        }
        known
    }
}

/// How much partial verdicts said.
#[derive(Default, Debug)]
pub(super) struct Known {
    pub(super) verdicts: usize,
    /// Those that rule every location out.
    pub(super) never: usize,
    /// Those that promise some location.
    pub(super) always: usize,
}

impl std::ops::AddAssign for Known {
    fn add_assign(&mut self, other: Self) {
        self.verdicts += other.verdicts;
        self.never += other.never;
        self.always += other.always;
    }
}

/// A rule set with these rules and two teams of up to three; rules and expansions as JSON lists.
pub(super) fn two_teams(rules: &str, expansions: &str) -> String {
    format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "x", "type": "number", "default": 1}},
                                 {{"name": "mode", "type": "string", "default": "a"}},
                                 {{"name": "tags", "type": "string_list", "default": []}}],
            "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 3}},
                      {{"name": "blue", "minPlayers": 0, "maxPlayers": 2}}],
            "rules": {rules}, "expansions": {expansions}}}"#
    )
}

/// A whole number below `below`.
pub(super) fn draw(rng: &mut DetRng, below: usize) -> usize {
    (rng.next_u64() % below as u64) as usize
}

/// The only error of a text, or the first: where, its kind in words, and its help.
pub(super) fn first_error(text: &str, strict: bool) -> (String, String, Option<String>) {
    let errors = RuleSet::compile(text, CompileOptions::default().strict(strict)).unwrap_err();
    let error = &errors.errors()[0];
    assert_eq!(errors.errors().len(), 1, "{errors}");
    (
        error.location().pointer.to_string(),
        error.kind().to_string(),
        error.help().map(str::to_owned),
    )
}

/// The warnings about rules: where, and what.
pub(super) fn rule_warnings(text: &str) -> Vec<(String, String)> {
    let rule_set = RuleSet::from_json(text).unwrap_or_else(|it| panic!("{it}"));
    let warnings = rule_set.warnings().iter();
    let told = warnings.map(|it| (it.location().pointer.to_string(), it.kind().to_string()));
    told.filter(|(pointer, _)| pointer.starts_with("/rules")).collect()
}

/// Submits tickets and gives the location and the tickets of each match.
pub(super) fn matches(text: &str, tickets: &[Vec<Player>]) -> Vec<(Option<String>, usize)> {
    let rule_set = RuleSet::from_json(text).unwrap_or_else(|it| panic!("{it}"));
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let start = Timestamp::from_millis(0);
    let mut matchmaker = Matchmaker::new(rule_set, configuration, options, start, 1).unwrap();
    for (at, players) in tickets.iter().enumerate() {
        let ticket_id = Some(TicketId::from(format!("t{at}")));
        let request =
            StartMatchmaking { ticket_id, players: players.clone(), ..Default::default() };
        matchmaker.handle_input(start, Input::StartMatchmaking(request)).unwrap();
    }
    assert!(!matchmaker.handle_timeout(start).unwrap().unfinished);
    let details = std::iter::from_fn(|| matchmaker.poll_event()).map(|event| event.detail);
    let matched = details.filter_map(|detail| match detail {
        EventDetail::MatchmakingSucceeded { tickets, game_session, .. } => {
            Some((game_session.location.as_deref().map(str::to_owned), tickets.len()))
        }
        _ => None,
    });
    matched.collect()
}

/// A rule set for two players with these rules.
pub(super) fn duel(rules: &str) -> String {
    format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "teams": [{{"name": "all", "minPlayers": 2, "maxPlayers": 2}}], "rules": {rules}}}"#
    )
}

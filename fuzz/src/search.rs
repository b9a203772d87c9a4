//! The optimised search against the reference: tickets come to a small pool, time goes by, and the
//! reference evaluator judges. Every match that the engine makes is valid, and at the location that
//! the reference names; and whenever the engine has come to rest, no match is left to be made.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};
use rallypoint::{
    CompileOptions, Configuration, EngineOptions, Event, EventDetail, Input, Matchmaker,
    PartyAggregation, RuleSet, StartMatchBackfill, StartMatchmaking, StopMatchmaking, TicketStatus,
    Timestamp,
};

use super::pool::{Sent, any_match, player, sizes};
use super::rules;

/// Ways to put waiting tickets into teams that are tried at a time.
const WAYS_MAX: usize = 800;
const TICKETS_MAX: usize = 10;
/// How often the engine is looked at when it has come to rest.
const RESTS_MAX: u64 = 5;

pub fn run(data: &[u8]) -> u64 {
    let seen = play(data);
    seen.matches + seen.rests
}

/// What an input led to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Matches that were judged.
    pub matches: u64,
    /// Those of several tickets.
    pub joint: u64,
    /// Those with a backfill ticket.
    pub backfills: u64,
    /// Those at a location.
    pub located: u64,
    /// How often brute force was asked whether a match was left.
    pub rests: u64,
    /// How many tickets waited then.
    pub waiting: u64,
}

pub fn play(data: &[u8]) -> Seen {
    let mut u = Unstructured::new(data);
    let rule_set = rules::rule_set(&mut u).ok().flatten();
    rule_set.and_then(|rule_set| with(&mut u, &rule_set).ok()).unwrap_or_default()
}

/// Runs tickets of the bytes' choice through a matchmaker.
pub fn with(u: &mut Unstructured<'_>, rule_set: &RuleSet) -> Result<Seen> {
    let rule_set = match u.ratio(1, 5)? {
        true => {
            let options = CompileOptions::default().party_aggregation(PartyAggregation::Collapse);
            RuleSet::compile(rule_set.text(), options).unwrap_or_else(|_| rule_set.clone())
        }
        false => rule_set.clone(),
    };
    let mut options = EngineOptions::default();
    options.exchange_tries = *u.choose(&[8, 0, 64])?;
    // A search that runs out of these says so; with the default of 100,000 some take seconds.
    options.nodes_per_anchor = 10_000;
    options.nodes_per_slice = *u.choose(&[1_000_000, 100])?;
    let start = Timestamp::from_millis(0);
    let made = Matchmaker::new(rule_set.clone(), Configuration::default(), options, start, 7);
    let Ok(matchmaker) = made else { return Ok(Seen::default()) };
    let sizes = sizes(&rule_set);
    let mut run = Run {
        rule_set,
        sizes,
        matchmaker,
        sent: BTreeMap::new(),
        seen: Seen::default(),
        proven: true,
    };
    let mut now = 0;
    for ticket in 0..u.int_in_range(1..=TICKETS_MAX)? {
        let wait = *u.choose(&[0, 0, 0, 0, 1, 1_000, 4_999, 5_000, 15_000])?;
        if wait > 0 {
            run.go_to(Timestamp::from_millis(now));
            now += wait;
        }
        run.go_to_before(Timestamp::from_millis(now));
        if u.ratio(1, 12)? {
            let ticket_id = format!("t{}", u.int_in_range(0..=ticket)?).as_str().into();
            run.stop(Timestamp::from_millis(now), StopMatchmaking { ticket_id });
        }
        run.send(u, Timestamp::from_millis(now), ticket)?;
    }
    for wait in [0, 1_000, 60_000] {
        now += wait;
        run.go_to(Timestamp::from_millis(now));
    }
    Ok(run.seen)
}

struct Run {
    rule_set: RuleSet,
    sizes: Vec<(String, usize)>,
    matchmaker: Matchmaker,
    /// By number of submission.
    sent: BTreeMap<usize, Sent>,
    seen: Seen,
    /// Whether no search has run out of its budget.
    proven: bool,
}

impl Run {
    fn send(&mut self, u: &mut Unstructured<'_>, at: Timestamp, number: usize) -> Result<()> {
        let id = format!("t{number}");
        let is_backfill = u.ratio(1, 6)?;
        let mut players = Vec::new();
        for place in 0..*u.choose(&[1, 1, 1, 2, 2, 3, 5])? {
            let mut player = player(u, format!("p{number}-{place}"), &self.rule_set)?;
            if is_backfill {
                player.team = Some(u.choose(&self.sizes)?.0.clone());
            }
            players.push(player);
        }
        let ticket_id = Some(id.as_str().into());
        let input: Input = match is_backfill {
            true => {
                StartMatchBackfill { ticket_id, players: players.clone(), ..Default::default() }
                    .into()
            }
            false => StartMatchmaking { ticket_id, players: players.clone(), ..Default::default() }
                .into(),
        };
        if self.matchmaker.handle_input(at, input).is_ok() {
            self.sent.insert(number, Sent { id, at, players, is_backfill });
        }
        self.judge_matches();
        Ok(())
    }

    fn stop(&mut self, at: Timestamp, request: StopMatchmaking) {
        // It may have been matched, or never taken.
        let _ = self.matchmaker.handle_input(at, request);
        self.judge_matches();
    }

    fn go_to_before(&mut self, time: Timestamp) {
        while let Some(due) = self.matchmaker.poll_timeout().filter(|&due| due < time) {
            self.fire(due);
        }
    }

    /// Lets time go by, and looks whether a match was missed.
    fn go_to(&mut self, time: Timestamp) {
        self.go_to_before(time);
        while let Some(due) = self.matchmaker.poll_timeout().filter(|&due| due <= time) {
            self.fire(due);
        }
        let waiting: Vec<Sent> = self.sent.values().filter(|it| self.waits(it)).cloned().collect();
        let ways = waiting.iter().try_fold(1_usize, |ways, ticket| {
            let choices = if ticket.is_backfill { 2 } else { self.sizes.len() + 1 };
            ways.checked_mul(choices).filter(|&ways| ways <= WAYS_MAX)
        });
        let is_worth_it = waiting.len() > 1 && self.seen.rests < RESTS_MAX;
        if ways.is_none() || !self.proven || !is_worth_it {
            return;
        }
        self.seen.rests += 1;
        self.seen.waiting += waiting.len() as u64;
        if let Some(missed) = any_match(&self.rule_set, &waiting, time) {
            panic!("at {time} the engine leaves out\n{missed:#?}\nunder {}", self.rule_set.text());
        }
    }

    fn waits(&self, ticket: &Sent) -> bool {
        let found = self.matchmaker.ticket(&ticket.id.as_str().into());
        found.is_some_and(|it| it.status == TicketStatus::Searching)
    }

    fn fire(&mut self, at: Timestamp) {
        let report = self.matchmaker.handle_timeout(at).expect("time goes on");
        self.proven &= report.anchors_exhausted == 0 && report.partitions_cut == 0;
        self.judge_matches();
    }

    fn judge_matches(&mut self) {
        while let Some(event) = self.matchmaker.poll_event() {
            self.judge_match(&event);
        }
    }

    fn judge_match(&mut self, event: &Event) {
        let EventDetail::MatchmakingSucceeded { tickets, game_session, .. } = &event.detail else {
            return;
        };
        let mut numbered = Vec::new();
        for ticket in tickets.iter() {
            let id = ticket.ticket_id().as_str();
            let (number, sent) =
                self.sent.iter().find(|(_, sent)| sent.id == id).expect("only what was sent");
            let teams: Vec<&str> = ticket.players().filter_map(|player| player.team).collect();
            assert_eq!(teams.len(), sent.players.len(), "each player has a team");
            if !sent.is_backfill {
                assert!(teams.iter().all(|team| *team == teams[0]), "a party stays together");
            }
            numbered.push((number, sent.placed(teams[0], event.time), sent.is_backfill));
        }
        numbered.sort_by_key(|(number, ..)| *number);
        let has_backfill = numbered.iter().any(|(.., is_backfill)| *is_backfill);
        let placed: Vec<_> = numbered.into_iter().flat_map(|(_, placed, _)| placed).collect();
        let judgement = self.rule_set.judge(&placed).expect("it can be judged");
        assert!(judgement.valid, "{judgement}\n{placed:#?}\nunder {}", self.rule_set.text());
        if !has_backfill {
            let location = game_session.location.as_deref();
            assert_eq!(location, judgement.location.as_deref(), "{placed:#?}");
        }
        self.seen.matches += 1;
        self.seen.joint += u64::from(tickets.len() > 1);
        self.seen.backfills += u64::from(has_backfill);
        self.seen.located += u64::from(game_session.location.is_some());
    }
}

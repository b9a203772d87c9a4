//! Small pools, and the two assertions about them.

use std::fmt;

use super::play::{Play, no_match_among};
use super::scenario::Told;
use crate::testing::brute::{self, PoolTicket as Waiting};
use crate::{
    Configuration, EngineOptions, Input, Millis, PlacedTicket, Player, RuleSet, StartMatchmaking,
    Strategy, TicketId, Timestamp,
};

/// Tickets that wait for a match, with the rule set that is to match them. Its `Debug` is a scenario
/// file for `rallypoint replay`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Pool {
    /// The rule set.
    pub rule_set: RuleSet,
    /// The tickets `t1`, `t2`, ..., no player in two of them.
    pub tickets: Vec<PoolTicket>,
}

/// A ticket of a [`Pool`].
#[derive(Clone, PartialEq, Debug)]
pub struct PoolTicket {
    /// How long it has waited.
    pub wait: Millis,
    /// Its players, one to ten.
    pub players: Vec<Player>,
}

impl Pool {
    /// A pool of these tickets.
    pub fn new(rule_set: &RuleSet, tickets: Vec<PoolTicket>) -> Self {
        Self { rule_set: rule_set.clone(), tickets }
    }

    /// The commands that submit it, oldest ticket first, and then let matches be formed.
    fn told(&self) -> Told {
        let end = self.tickets.iter().map(|it| it.wait.get()).max().unwrap_or(0);
        let mut order: Vec<(u64, Input)> = Vec::new();
        for (number, ticket) in (1..).zip(&self.tickets) {
            let request = StartMatchmaking {
                ticket_id: Some(TicketId::from(format!("t{number}"))),
                players: ticket.players.clone(),
                ..StartMatchmaking::default()
            };
            order.push((end - ticket.wait.get(), request.into()));
        }
        order.sort_by_key(|&(at, _)| at);
        let commands = order.into_iter();
        let commands = commands.map(|(at, input)| (Timestamp::from_millis(at), Some(input)));
        // However long it takes: completeness is what is asked about.
        let nodes_per_anchor = u64::from(u32::MAX);
        let options = EngineOptions { nodes_per_anchor, ..EngineOptions::default() };
        Told {
            rule_set: self.rule_set.clone(),
            configuration: Configuration::default(),
            options,
            seed: 0,
            start: Timestamp::default(),
            commands: commands.chain([(Timestamp::from_millis(end), None)]).collect(),
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.told().text())
    }
}

/// Asserts that a match is valid, as [`RuleSet::judge`] judges it.
///
/// ```
/// use rallypoint::{Millis, PlacedTicket, Player, RuleSet, testing::assert_valid};
///
/// let rules = RuleSet::from_json(include_str!("../../../rulesets/duel.json"))?;
/// let ticket = |team: &str, name: &str, skill| PlacedTicket {
///     team: team.into(),
///     age: Millis::new(0),
///     players: vec![Player::new(name).with_number("skill", skill)],
///     backfill: false,
/// };
/// let match_of_two = [ticket("challenger", "ana", 1500.0), ticket("defender", "ben", 1520.0)];
/// assert_valid(&rules, &match_of_two);
/// # Ok::<(), rallypoint::RuleSetErrors>(())
/// ```
///
/// # Panics
/// When it is not: with every team and rule, the values of those that fail, and their bounds. Also
/// when the tickets do not describe a match of this rule set.
#[track_caller]
pub fn assert_valid(rule_set: &RuleSet, tickets: &[PlacedTicket]) {
    let verdict = judge(rule_set, tickets);
    assert!(verdict.is_ok(), "{}", verdict.err().unwrap_or_default());
}

/// What is wrong with a match.
pub(super) fn judge(rule_set: &RuleSet, tickets: &[PlacedTicket]) -> Result<(), String> {
    let judgement = rule_set.judge(tickets).map_err(|error| error.to_string())?;
    if judgement.valid { Ok(()) } else { Err(judgement.to_string()) }
}

/// Lets the engine match a pool, and asserts that each match is valid and that no valid match is
/// left among the tickets without one. The number of tickets that were matched: a test should see
/// that there are some.
///
/// The tickets come one by one, oldest first, and matches are formed as they come. No budget ends
/// the search early, so what is asserted is a promise of the strategy `exhaustiveSearch`: whoever is
/// left could not be matched with others who are left.
///
/// # Panics
/// - When a match is not valid, or one is left: with the match, why it is valid, and the scenario.
/// - When the pool is too large to try every assignment: with `n` team instances, `(n + 1)` to the
///   power of the number of tickets must be below 4,194,304 (decision 36).
/// - When the strategy is not `exhaustiveSearch`, or the engine refuses a ticket.
#[track_caller]
pub fn assert_complete(pool: &Pool) -> usize {
    let verdict = matched(pool);
    assert!(verdict.is_ok(), "{}", verdict.err().unwrap_or_default());
    verdict.unwrap_or_default()
}

/// How many tickets of the pool were matched; what is wrong otherwise.
fn matched(pool: &Pool) -> Result<usize, String> {
    let ast = &pool.rule_set.plan().ast;
    let count = pool.tickets.len();
    if pool.rule_set.strategy() != Strategy::ExhaustiveSearch {
        return Err("only the strategy `exhaustiveSearch` promises to leave no match".into());
    }
    if brute::assignments(ast, count).is_none() {
        let teams = ast.schema.instances.len();
        return Err(format!(
            "the pool is too large to be sure: {count} tickets and {teams} team instances have \
             {}^{count} assignments, and at most 4,194,303 are tried; take fewer tickets",
            teams + 1
        ));
    }
    let mut told = pool.told();
    let commands = std::mem::take(&mut told.commands);
    let wrong = |problem: String| format!("{problem}\n\nthe scenario:\n{}", pool.told().text());
    let mut play = Play::new(told).map_err(&wrong)?;
    for (at, input) in commands {
        play.until(at).map_err(&wrong)?;
        if let Some(input) = input {
            play.command(input).map_err(&wrong)?.map_err(|error| wrong(error.to_string()))?;
        }
    }
    play.settle().map_err(&wrong)?;
    let now = play.now;
    let left: Vec<_> = play.watch.waiting().collect();
    let waiting: Vec<Waiting> =
        left.iter().map(|it| Waiting::new(now.since(it.start), it.players.clone())).collect();
    let ids = left.iter().map(|it| it.ticket_id.to_string()).collect();
    no_match_among(&pool.rule_set, &waiting, ids, 0).map_err(&wrong)?;
    Ok(play.watch.run().matches.iter().map(|it| it.tickets.len()).sum())
}

/// The tickets of an assignment in their teams.
pub(super) fn missed_match(
    rule_set: &RuleSet,
    waiting: &[Waiting],
    seats: &brute::Assignment,
) -> Vec<PlacedTicket> {
    let instances = &rule_set.plan().ast.schema.instances;
    let placed = waiting.iter().zip(seats).filter_map(|(ticket, seat)| {
        let team = instances[(*seat)?].name.to_string();
        let Waiting { age, players, .. } = ticket.clone();
        Some(PlacedTicket { team, age, players, backfill: false })
    });
    placed.collect()
}

//! Generated tickets and matches.

use super::choices::Choices;
use super::declared::Attribute;
use crate::base::time::Millis;
use crate::model::matched::PlacedTicket;
use crate::model::ticket::{AttributeValue, Player};
use crate::ruleset::plan::Plan;
use crate::testing::brute::PoolTicket;

/// How many tickets, and how large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolScale {
    pub(crate) tickets: usize,
    pub(crate) party_max: u32,
    /// Whether a rule is about latencies: then most pools have some.
    pub(crate) by_latency: bool,
}

/// Whether a rule is about latencies.
pub(crate) fn has_latency(plan: &Plan) -> bool {
    plan.ast.rules.iter().any(|rule| rule.kind == "latency")
}

const LOCATIONS: &[&str] = &["eu", "us", "ap"];
const LATENCY_MAX: u32 = 4;

/// How the players of a pool report latencies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reports {
    Nothing,
    /// All of them, of every location.
    Everywhere,
    /// All of them, but not of every location.
    Gaps,
    /// Some do not report at all.
    Silence,
}

fn reports(c: &mut Choices, by_latency: bool) -> Reports {
    let reporting = if by_latency { !c.once_in(8) } else { c.once_in(6) };
    match c.below(8) {
        _ if !reporting => Reports::Nothing,
        0..4 => Reports::Everywhere,
        4..7 => Reports::Gaps,
        _ => Reports::Silence,
    }
}

fn with_latencies(c: &mut Choices, player: Player, reports: Reports) -> Player {
    let silent = reports == Reports::Silence && c.once_in(4);
    if reports == Reports::Nothing || silent {
        return player;
    }
    // The first one is always there, so that players have a location in common more often.
    LOCATIONS.iter().enumerate().fold(player, |player, (at, location)| {
        match reports == Reports::Gaps && c.once_in(if at == 0 { 12 } else { 4 }) {
            true => player,
            false => player.with_latency(location, c.between(1, LATENCY_MAX)),
        }
    })
}

/// Waiting times around the starts of epochs, given in milliseconds, and away from them.
pub(crate) fn ages(starts: &[u64]) -> Vec<Millis> {
    let around = starts.iter().flat_map(|&start| [start, start + 1, start.saturating_sub(1)]);
    around.chain([0, 400, 7_000, 60_000]).map(Millis::new).collect()
}

/// A pool in the order of submission, which is not that of age.
pub(crate) fn pool(
    c: &mut Choices,
    attributes: &[Attribute],
    ages: &[Millis],
    scale: PoolScale,
) -> Vec<PoolTicket> {
    // Players who are alike in something make rules true that random ones never would.
    let alike: Vec<Vec<AttributeValue>> = attributes
        .iter()
        .map(|attribute| match c.below(3) {
            0 => vec![c.one(&attribute.values)],
            1 => c.some(&attribute.values, 2),
            _ => attribute.values.clone(),
        })
        .collect();
    let ages = match c.below(3) {
        0 => vec![c.one(ages)],
        _ => ages.to_vec(),
    };
    let reports = reports(c, scale.by_latency);
    let party_every = c.one(&[3, 2]);
    let mut players = 0;
    let mut ticket = || {
        let party = if c.once_in(party_every) { c.between(1, scale.party_max) } else { 1 };
        let age = c.one(&ages);
        let mut one_player = || {
            players += 1;
            let mut player = Player::new(format!("p{players}"));
            for (attribute, values) in attributes.iter().zip(&alike) {
                let value = c.one(values);
                if attribute.default.is_none() || !c.once_in(4) {
                    player = player.with(&attribute.name, value);
                }
            }
            if c.once_in(16) {
                player = player.with_string("undeclared", "x");
            }
            with_latencies(c, player, reports)
        };
        PoolTicket::new(age, (0..party).map(|_| one_player()).collect())
    };
    (0..scale.tickets).map(|_| ticket()).collect()
}

/// Puts every ticket of a pool into a team instance, most of them evenly.
pub(crate) fn placed(
    c: &mut Choices,
    pool: Vec<PoolTicket>,
    instances: &[String],
) -> Vec<PlacedTicket> {
    let offset = c.below(instances.len());
    let place = |(at, PoolTicket { age, players, .. }): (usize, PoolTicket)| {
        let even = (at + offset) % instances.len();
        let instance = if c.once_in(4) { c.below(instances.len()) } else { even };
        PlacedTicket { team: instances[instance].clone(), age, players, backfill: false }
    };
    pool.into_iter().enumerate().map(place).collect()
}

//! The index finds what a look at every ticket finds, and looks at far fewer.

use super::exhaustive::Used;
use super::{AnchorKey, Found, MatchTerms, Partitions, PoolAt};
use crate::base::rng::DetRng;
use crate::base::time::{Millis, Timestamp};
use crate::model::schema::{InstanceIdx, PartyAggregation};
use crate::model::ticket::Player;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Pool;
use crate::ruleset::{CompileOptions, RuleSet};

const POOLS: u64 = 20;
const TICKETS: u64 = 70;
pub(super) const NOW: Timestamp = Timestamp::from_millis(60_000);

/// Rules whose pairs say something, alone and together.
const RULES: &[&str] = &[
    r#"{"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 4,
        "partyAggregation": "max"}"#,
    r#"{"name": "near", "type": "distance", "maxDistance": 3,
        "measurements": ["flatten(teams[*].players.attributes[skill])"],
        "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"},
       {"name": "same", "type": "comparison", "operation": "=",
        "measurements": ["flatten(teams[*].players.attributes[map])"]}"#,
    r#"{"name": "near", "type": "distance", "maxDistance": 6,
        "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
        "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"},
       {"name": "shared", "type": "collection", "operation": "intersection", "minCount": 1,
        "measurements": ["flatten(teams[*].players.attributes[modes])"]},
       {"name": "close", "type": "latency", "maxLatency": 60}"#,
    r#"{"name": "near", "type": "latency", "maxLatency": 60, "maxDistance": 40},
       {"name": "shared", "type": "collection", "operation": "intersection", "minCount": 1,
        "measurements": ["flatten(teams[*].players.attributes[modes])"]}"#,
    r#"{"name": "same", "type": "batchDistance", "batchAttribute": "map"},
       {"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 5},
       {"name": "even", "type": "distance", "maxDistance": 1,
        "measurements": ["avg(teams[*].players.attributes[skill])"],
        "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"}"#,
];

const ORDERS: &[(&str, &str)] = &[
    ("", ""),
    (
        "",
        r#", {"name": "nearest", "type": "distanceSort", "sortAttribute": "skill",
              "sortDirection": "ascending"}"#,
    ),
    (r#", "batchingPreference": "sorted", "sortByAttributes": ["level"]"#, ""),
];

fn rule_set(rules: &str, (algorithm, sort): (&str, &str), seed: u64) -> RuleSet {
    let age = ["newest", "oldest"][(seed % 2) as usize];
    let priority = ["normal", "high", "low"][(seed % 3) as usize];
    let parties = [PartyAggregation::Exact, PartyAggregation::Collapse][(seed / 2 % 2) as usize];
    let options = CompileOptions::default().party_aggregation(parties);
    let [min, max] = [[1, 1], [1, 2], [2, 2]][(seed / 3 % 3) as usize];
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}},
                                 {{"name": "level", "type": "number", "default": 1}},
                                 {{"name": "map", "type": "string", "default": "m"}},
                                 {{"name": "modes", "type": "string_list", "default": []}}],
            "algorithm": {{"expansionAgeSelection": "{age}",
                           "backfillPriority": "{priority}"{algorithm}}},
            "teams": [{{"name": "a", "minPlayers": {min}, "maxPlayers": {max}, "quantity": 2}}],
            "rules": [{rules}{sort}], "expansions": [{{"target": "rules[near].maxDistance", "steps":
                [{{"waitTimeSeconds": 10, "value": 8}}, {{"waitTimeSeconds": 25, "value": 2}}]}}]}}"#
    );
    RuleSet::compile(&text, options).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) struct Filled {
    pub(super) pool: Pool,
    pub(super) rows: Vec<TicketRow>,
}

fn fill(rule_set: &RuleSet, rng: &mut DetRng, rosters: bool) -> Filled {
    let plan = rule_set.plan();
    let mut pool = Pool::new(&plan.layout, 1);
    let mut below = |count: u64| rng.next_u64() % count;
    let mut rows = Vec::new();
    for number in 0..TICKETS {
        let size = [1, 1, 1, 2][below(4) as usize];
        let skill = below(60) as f64 / 2.0;
        let players: Vec<Player> = (0..size)
            .map(|at| {
                let modes: Vec<&str> =
                    ["x", "y", "z"].into_iter().filter(|_| below(2) == 0).collect();
                let player = Player::new(format!("p{number}-{at}"))
                    .with_number("skill", skill + below(3) as f64)
                    .with_number("level", below(4) as f64)
                    .with_string("map", ["m", "n"][below(2) as usize])
                    .with_strings("modes", &modes);
                ["eu", "us"].into_iter().fold(player, |player, location| {
                    player.with_latency(location, 20 + below(80) as u32)
                })
            })
            .collect();
        let schema = &plan.ast.schema;
        let start = Timestamp::from_millis(20_000 + below(40) * 1_000);
        let row = if rosters && size == 1 && below(8) == 0 {
            let team: Vec<InstanceIdx> = schema.instances.indices().take(1).collect();
            pool.insert_roster(schema, &players, &team, None, start, number)
        } else {
            pool.insert(schema, &players, start, number)
        };
        rows.push(row.expect("there is room"));
    }
    rows.sort_by_key(|&row| AnchorKey::of(plan, &pool.columns, row));
    Filled { pool, rows }
}

/// Pools of all rule sets, some with a storm guard.
pub(super) fn each_pool(mut look: impl FnMut(&RuleSet, &Filled, MatchTerms)) {
    for seed in 0..(RULES.len() * ORDERS.len() * 5) as u64 {
        let rules = RULES[seed as usize % RULES.len()];
        let order = ORDERS[seed as usize / RULES.len() % ORDERS.len()];
        let rule_set = rule_set(rules, order, seed / 7);
        let filled = fill(&rule_set, &mut DetRng::new(seed), seed % 5 < 2);
        let guard = Millis::from_secs([0, 0, 30][(seed % 3) as usize]);
        let terms = MatchTerms { backfill_before_new_match: guard, ..MatchTerms::default() };
        look(&rule_set, &filled, terms);
    }
}

pub(super) type Match = (Vec<(InstanceIdx, TicketRow)>, Option<TicketRow>);

/// The matches of a pass over all anchors, what they cost, and how they were found.
pub(super) fn pass(
    rule_set: &RuleSet,
    filled: &Filled,
    looks_at_all: bool,
) -> (Vec<Match>, u64, Used) {
    let (plan, columns) = (rule_set.plan(), &filled.pool.columns);
    let pool_at = PoolAt { plan, columns, now: NOW, terms: MatchTerms::default() };
    let mut waiting = if looks_at_all { Partitions::plain(plan) } else { Partitions::new(plan) };
    filled.rows.iter().for_each(|&row| waiting.insert(pool_at, row));
    let (mut left, mut matches, mut nodes) = (filled.rows.clone(), Vec::new(), 0);
    while let Some(&anchor) = left.first() {
        let outcome = waiting.search(pool_at, anchor, u64::MAX);
        nodes += outcome.nodes;
        let mut taken = vec![anchor];
        if let Some(Found { placed, roster, .. }) = outcome.found {
            let rows = placed.iter().map(|&(_, row)| row);
            taken = rows.chain(roster).collect();
            taken.iter().for_each(|&row| waiting.remove(pool_at, row));
            matches.push((placed, roster));
        }
        left.retain(|row| !taken.contains(row));
    }
    (matches, nodes, waiting.used())
}

#[test]
fn the_index_changes_no_match() {
    let (mut found, mut joined, mut nodes, mut plain_nodes) = (0, 0, 0, 0);
    for seed in 0..POOLS * (RULES.len() * ORDERS.len()) as u64 {
        let rules = RULES[seed as usize % RULES.len()];
        let order = ORDERS[seed as usize / RULES.len() % ORDERS.len()];
        let rule_set = rule_set(rules, order, seed / 7);
        let filled = fill(&rule_set, &mut DetRng::new(seed), seed % 5 < 2);
        let (matches, spent, _) = pass(&rule_set, &filled, false);
        let (plain, plain_spent, _) = pass(&rule_set, &filled, true);
        assert_eq!(matches, plain, "seed {seed}");
        found += matches.len();
        joined += matches.iter().filter(|(_, roster)| roster.is_some()).count();
        nodes += spent;
        plain_nodes += plain_spent;
    }
    assert!(found > 2_000 && joined > 200, "{joined} of {found} matches joined a session");
    assert!(nodes * 2 < plain_nodes, "{nodes} nodes against {plain_nodes}");
}

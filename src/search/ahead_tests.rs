//! A search that tries first and then counts by pairs finds what one finds that asks all rules of
//! every candidate.

use super::AnchorKey;
use super::index_tests::{Filled, pass};
use crate::base::rng::DetRng;
use crate::base::time::Timestamp;
use crate::model::schema::InstanceIdx;
use crate::model::ticket::Player;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Pool;
use crate::ruleset::RuleSet;

const POOLS: u64 = 25;

/// The means of the teams are near to that of all.
const EVEN: &str = r#"{"name": "even", "type": "distance", "maxDistance": 1,
    "measurements": ["avg(teams[*].players.attributes[skill])"],
    "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"}"#;

/// Rules, and the sizes of the two teams.
fn cases() -> Vec<(String, [u32; 2])> {
    let batch = |aggregation: &str| {
        format!(
            r#"{EVEN}, {{"name": "near", "type": "batchDistance", "batchAttribute": "skill",
                "maxDistance": 7, "partyAggregation": "{aggregation}"}}"#
        )
    };
    let span = r#"{"name": "near", "type": "distance", "maxDistance": 7,
        "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
        "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"}"#;
    let sums = r#"{"name": "alike", "type": "distance", "maxDistance": 3,
        "measurements": ["sum(teams[a].players.attributes[skill])"],
        "referenceValue": "sum(teams[b].players.attributes[skill])"},
        {"name": "not", "type": "comparison", "operation": ">", "referenceValue": 14,
        "measurements": ["avg(flatten(teams[*].players.attributes[skill]))"]}"#;
    let shared = r#"{"name": "shared", "type": "collection", "operation": "intersection",
        "minCount": 1, "measurements": ["flatten(teams[*].players.attributes[modes])"]},
        {"name": "close", "type": "latency", "maxLatency": 60}"#;
    let neither = r#"{"name": "low", "type": "comparison", "operation": "<", "referenceValue": 15,
        "measurements": ["avg(teams[*].players.attributes[skill])"]},
        {"name": "neither", "type": "compound", "statement": "not(low)"}"#;
    vec![
        (batch("avg"), [3, 3]),
        (batch("min"), [2, 3]),
        (batch("max"), [2, 2]),
        (format!("{EVEN}, {span}"), [3, 3]),
        (format!("{sums}, {span}"), [2, 3]),
        (format!("{neither}, {span}"), [1, 3]),
        (shared.into(), [3, 3]),
        (format!("{shared}, {span}"), [2, 3]),
    ]
}

fn fill(rule_set: &RuleSet, rng: &mut DetRng, rosters: bool) -> Filled {
    let plan = rule_set.plan();
    let mut pool = Pool::new(&plan.layout, 1);
    let mut below = |count: u64| rng.next_u64() % count;
    let mut rows = Vec::new();
    for number in 0..12 + below(6) {
        let size = [1, 1, 1, 1, 2, 3][below(6) as usize];
        let skill = below(24) as f64 + 0.1;
        let players: Vec<Player> = (0..size)
            .map(|at| {
                let modes: Vec<&str> =
                    ["w", "x", "y", "z"].into_iter().filter(|_| below(3) > 0).collect();
                let player = Player::new(format!("p{number}-{at}"))
                    .with_number("skill", skill + below(8) as f64 / 2.0)
                    .with_strings("modes", &modes);
                ["eu", "us", "ap"].into_iter().fold(player, |player, location| {
                    player.with_latency(location, 20 + below(60) as u32)
                })
            })
            .collect();
        let (schema, start) = (&plan.ast.schema, Timestamp::from_millis(20_000 + below(9) * 1_000));
        let row = if rosters && size < 3 && below(6) == 0 {
            let team: Vec<InstanceIdx> = schema.instances.indices().take(size).collect();
            pool.insert_roster(schema, &players, &team, None, start, number)
        } else {
            pool.insert(schema, &players, start, number)
        };
        rows.push(row.expect("there is room"));
    }
    let columns = &pool.columns;
    rows.sort_by_key(|&row: &TicketRow| {
        let priority = plan.ast.algorithm.backfill_priority;
        let (start, number) = (columns.start_time[row], columns.number[row]);
        AnchorKey::new(priority, columns.is_roster(row), start, number)
    });
    Filled { pool, rows }
}

#[test]
fn looking_ahead_by_pairs_changes_no_match() {
    let (mut found, mut nodes, mut plain_nodes) = (0, 0, 0);
    let mut used = super::exhaustive::Used::default();
    for (case, (rules, [min, max])) in (0..).zip(cases()) {
        for seed in case * POOLS..(case + 1) * POOLS {
            let priority = ["normal", "high", "low"][(seed % 3) as usize];
            let text = format!(
                r#"{{"ruleLanguageVersion": "1.0",
                    "playerAttributes": [{{"name": "skill", "type": "number"}},
                                         {{"name": "modes", "type": "string_list"}}],
                    "algorithm": {{"backfillPriority": "{priority}"}},
                    "teams": [{{"name": "a", "minPlayers": {min}, "maxPlayers": {max}}},
                              {{"name": "b", "minPlayers": {min}, "maxPlayers": {max}}}],
                    "rules": [{rules}]}}"#
            );
            let rule_set = RuleSet::from_json(&text).unwrap_or_else(|error| panic!("{error}"));
            let filled = fill(&rule_set, &mut DetRng::new(seed), seed % 4 == 0);
            let (matches, spent, how) = pass(&rule_set, &filled, false);
            let (plain, plain_spent, _) = pass(&rule_set, &filled, true);
            assert_eq!(matches, plain, "seed {seed}\n{text}");
            found += matches.len();
            nodes += spent;
            plain_nodes += plain_spent;
            used.first_tries += how.first_tries;
            used.begun_anew += how.begun_anew;
            used.counted_out += how.counted_out;
        }
    }
    assert!(found > 200, "{found} matches");
    assert!(used.first_tries > 500 && used.begun_anew > 50, "{used:?}");
    assert!(used.counted_out > 100, "{used:?}");
    assert!(nodes * 2 < plain_nodes, "{nodes} nodes against {plain_nodes}");
}

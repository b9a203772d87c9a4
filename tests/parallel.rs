//! On several threads the engine finds what it finds on one, to the last bit.
#![cfg(feature = "parallel")]

#[path = "support/dice.rs"]
mod dice;

use std::fmt::Write;
use std::num::NonZeroUsize;

use dice::Dice;
use rallypoint::*;

/// Tickets of one map never meet those of another; teams are so even that a search is some work.
const RULES: &str = r#"{"ruleLanguageVersion": "1.0",
    "playerAttributes": [{"name": "skill", "type": "number"}, {"name": "map", "type": "string"}],
    "teams": [{"name": "red", "minPlayers": 2, "maxPlayers": 3},
              {"name": "blue", "minPlayers": 2, "maxPlayers": 3}],
    "rules": [{"name": "same map", "type": "comparison", "operation": "=",
               "measurements": ["flatten(teams[*].players.attributes[map])"]},
              {"name": "near", "type": "batchDistance", "batchAttribute": "skill",
               "maxDistance": 200},
              {"name": "even", "type": "distance", "maxDistance": 15,
               "measurements": ["avg(teams[*].players.attributes[skill])"],
               "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"}],
    "expansions": [{"target": "rules[even].maxDistance",
                    "steps": [{"waitTimeSeconds": 5, "value": 60}]}]}"#;

/// All reports and events of a run on so many threads, and the matches that it formed.
fn run(seed: u64, threads: usize, nodes_per_slice: u64) -> (String, u64) {
    let rules = RuleSet::from_json(RULES).expect("the rule set is valid");
    let mut options = EngineOptions::default();
    options.nodes_per_slice = nodes_per_slice;
    options.nodes_per_anchor = 1_000;
    let start = Timestamp::from_millis(0);
    let mut matchmaker = Matchmaker::new(rules, Configuration::default(), options, start, seed)
        .expect("the configuration is valid");
    matchmaker.set_threads(NonZeroUsize::new(threads).expect("there is a thread"));
    let (mut dice, mut log, mut matches) = (Dice::new(seed), String::new(), 0);
    for millis in (0..12_000).step_by(400) {
        let now = Timestamp::from_millis(millis);
        for _ in 0..dice.below(120) {
            let player = Player::new(format!("p{}", dice.below(1 << 40)))
                .with_number("skill", dice.below(1_000) as f64)
                .with_string("map", &format!("map {}", dice.below(9)));
            let request = StartMatchmaking { players: vec![player], ..Default::default() };
            matchmaker.handle_input(now, request).expect("the request is valid");
        }
        while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= now) {
            let report = matchmaker.handle_timeout(due).expect("time goes on");
            matches += report.matches;
            writeln!(log, "{report:?}").expect("a string takes it");
        }
        while let Some(event) = matchmaker.poll_event() {
            writeln!(log, "{event:?}").expect("a string takes it");
        }
    }
    (log, matches)
}

#[test]
fn threads_change_nothing() {
    let mut matches = 0;
    for seed in 0..6 {
        for nodes_per_slice in [3_000, 1_000_000] {
            let (one, formed) = run(seed, 1, nodes_per_slice);
            matches += formed;
            for threads in [2, 5] {
                let (several, _) = run(seed, threads, nodes_per_slice);
                assert!(one == several, "seed {seed}, {threads} threads");
            }
        }
    }
    assert!(matches > 1_000, "{matches} matches");
}

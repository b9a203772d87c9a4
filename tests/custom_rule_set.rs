//! How to property-test a rule set of your own: copy this file, and take your rule set.

use rallypoint::testing::proptest::prelude::*;
use rallypoint::{RuleSet, testing::*};

fn my_rules() -> RuleSet {
    RuleSet::from_json(include_str!("../rulesets/playlists.json")).expect("it compiles")
}

/// Nobody is left in a pool who could play with others who are left.
#[test]
fn whoever_can_play_plays() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) };
    let matched = std::cell::Cell::new(0);
    proptest!(config, |(pool in Strategies::of(&my_rules()).pool(2..=6))| {
        matched.set(matched.get() + assert_complete(&pool));
    });
    assert!(matched.get() > 20, "only {} tickets were matched", matched.get());
}

/// Whatever players do, and whenever: what must hold of every matchmaker does, and what we want.
#[test]
fn a_new_match_is_two_against_two() {
    let checked = Simulation::of(&my_rules()).check(|run| {
        for new in run.matches.iter().filter(|it| !it.is_backfill) {
            let players = new.placed.iter().map(|it| it.players.len());
            assert_eq!(players.sum::<usize>(), 4, "{}", new.match_id);
        }
        Ok(())
    });
    let matches = checked.unwrap().matches;
    assert!(matches > 100, "only {matches} matches: take larger pools, or more `commands`");
}

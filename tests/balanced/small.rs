//! Up to 40 players, with rules of every kind.

use rallypoint::RuleSet;
use serde_json::{Value, json};

use super::checker::{Match, better_exchange};
use super::dice::Dice;
use super::{times, world};

/// Rules that look at teams, at all players, and at each other.
fn rules(dice: &mut Dice) -> Value {
    let size = 2 + dice.below(4);
    let min = size - dice.below(2);
    let all = [
        json!({"name": "even", "type": "comparison", "operation": "=",
               "measurements": ["count(teams[red].players)"], "referenceValue": "count(teams[blue].players)"}),
        json!({"name": "close", "type": "distance", "maxDistance": 900,
               "measurements": ["avg(teams[*].players.attributes[skill])"],
               "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"}),
        json!({"name": "captain", "type": "comparison", "operation": ">=", "referenceValue": 1500,
               "measurements": ["max(teams[red].players.attributes[skill])"]}),
        json!({"name": "desert", "type": "collection", "operation": "contains", "maxCount": 1,
               "measurements": ["teams[red].players.attributes[map]"], "referenceValue": "desert"}),
        json!({"name": "league", "type": "batchDistance", "batchAttribute": "league", "maxDistance": 3}),
        json!({"name": "spread", "type": "comparison", "operation": "<=", "referenceValue": 950,
               "measurements": ["stddev(flatten(teams[*].players.attributes[skill]))"]}),
    ];
    let mut rules: Vec<Value> = all.into_iter().filter(|_| dice.once_in(2)).collect();
    if rules.len() > 1 && rules.iter().all(|rule| rule["type"] != "batchDistance") {
        let names =
            [rules[0]["name"].as_str(), rules[1]["name"].as_str()].map(Option::unwrap_or_default);
        let statement = format!("or({}, {})", names[0], names[1]);
        rules.push(json!({"name": "either", "type": "compound", "statement": statement}));
    }
    json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}, {"name": "league", "type": "number"},
                             {"name": "map", "type": "string"}],
        "teams": [{"name": "red", "minPlayers": min, "maxPlayers": size},
                  {"name": "blue", "minPlayers": min, "maxPlayers": size}],
        "rules": rules,
    })
}

/// The exhaustive search finds the same tickets; exchanges keep the rules, and none that does would
/// bring the teams closer together.
#[test]
fn small_matches_are_those_of_the_exhaustive_search_and_balanced() {
    let (mut matches, mut other_seats) = (0, 0);
    for seed in 0..150 * times() {
        let dice = &mut Dice::new(seed);
        let plain = rules(dice);
        let mut balanced = plain.clone();
        balanced["algorithm"] = json!({"strategy": "balanced", "balancedAttribute": "skill"});
        let count = 8 + dice.below(16);
        let tickets = world::tickets(dice, count, 3, false);
        let (of_plain, of_balanced) =
            (world::run(&plain, &tickets), world::run(&balanced, &tickets));
        assert_eq!(of_plain.matches.len(), of_balanced.matches.len(), "seed {seed}: {plain}");
        let ids = |game: &Match| {
            let mut ids: Vec<String> = game.tickets().map(|it| it.id.clone()).collect();
            ids.sort();
            ids
        };
        let rule_set = RuleSet::from_json(&balanced.to_string()).expect("it compiled");
        for (first, second) in of_plain.matches.iter().zip(&of_balanced.matches) {
            assert_eq!(ids(first), ids(second), "seed {seed}: {plain}");
            assert!(world::is_valid(&rule_set, second), "seed {seed}: {plain}");
            let may_be = |game: &Match| world::is_valid(&rule_set, game);
            assert_eq!(better_exchange(second, "skill", may_be), None, "seed {seed}: {plain}");
            let seats = |game: &Match| game.teams.iter().map(|it| it.len()).collect::<Vec<_>>();
            other_seats += usize::from(
                seats(first) != seats(second) || better_exchange(first, "skill", may_be).is_some(),
            );
            matches += 1;
        }
    }
    println!("{matches} matches, {other_seats} of them with other teams than the plain search's");
    assert!(matches > 100 && other_seats > 50, "{matches}, {other_seats}");
}

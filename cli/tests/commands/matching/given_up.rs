//! Searches that are given up at their limit.

use serde_json::json;

use super::tight;
use crate::support::{Folder, ticket};

#[test]
fn a_search_that_was_given_up_is_told_to_programs_too() {
    let folder = tight();
    let match_pool = ["match", "tight.json", "pool.jsonl", "--format", "json"];
    let run = folder.run(&[&match_pool[..], &["--nodes-per-anchor", "2"]].concat());
    let given_up = run.json(0)["stats"]["anchorsExhausted"].as_u64().expect("a count");
    assert!((1..=12).contains(&given_up), "{given_up}");
    let note = format!("the search for {given_up} of the tickets left over was given up");
    assert!(run.stderr.contains(&note), "{}", run.stderr);
    let run = folder.run(&match_pool);
    assert_eq!(run.json(0)["stats"]["anchorsExhausted"], 0);
    assert_eq!(run.stderr, "");
    folder.run(&[&match_pool[..], &["--nodes-per-anchor", "0"]].concat()).ended(2);
}

/// The deviation of ten skills must be 1000, give or take a thousandth. Half the skills are a little
/// above 0, half a little above 2000, so every partial match looks promising.
#[test]
fn a_hopeless_search_ends() {
    let rules = json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}],
        "teams": [
            {"name": "red", "minPlayers": 5, "maxPlayers": 5},
            {"name": "blue", "minPlayers": 5, "maxPlayers": 5},
        ],
        "rules": [{
            "name": "spread", "type": "distance",
            "measurements": ["stddev(flatten(teams[*].players.attributes[skill]))"],
            "referenceValue": 1000, "maxDistance": 0.001,
        }],
    });
    let skill = |n: u32| f64::from(n % 2 * 2000 + n * 3 + 1);
    let tickets: Vec<_> =
        (0..40).map(|n| ticket(&format!("t{n}"), &format!("p{n}"), skill(n))).collect();
    let folder =
        Folder::with(&[("hopeless.json", &rules.to_string()), ("pool.jsonl", &tickets.join("\n"))]);
    let limit = ["--nodes-per-anchor", "1000", "--format", "json"];
    let run = folder.run(&[&["match", "hopeless.json", "pool.jsonl"][..], &limit].concat());
    let stats = &run.json(0)["stats"];
    assert_eq!((&stats["matches"], &stats["passes"]), (&json!(0), &json!(1)), "{stats}");
    assert_eq!(stats["anchorsExhausted"], 40, "{stats}");
    assert!(run.stderr.contains("the search for 40 of the tickets left over"), "{}", run.stderr);
}

/// A lobby without a match beside one with matches: the pass that forms these gives tickets up, so
/// a second one follows, and what that one gives up is told.
#[test]
fn tickets_given_up_are_counted_once_and_beside_matches_too() {
    let rules = json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [
            {"name": "skill", "type": "number"},
            {"name": "lobby", "type": "string"},
        ],
        "teams": [{"name": "red", "minPlayers": 3, "maxPlayers": 3}],
        "rules": [
            {
                "name": "exact", "type": "comparison", "operation": "=",
                "measurements": ["sum(teams[red].players.attributes[skill])"], "referenceValue": 33,
            },
            {
                "name": "same", "type": "comparison", "operation": "=",
                "measurements": ["flatten(teams[*].players.attributes[lobby])"],
            },
            // No index helps: of one rule or another nothing follows for pairs.
            {"name": "lobby", "type": "compound", "statement": "or(same, same)"},
        ],
    });
    let ticket = |id: u32, lobby: &str, skill: u32| {
        let attributes = json!({"skill": {"N": skill}, "lobby": {"S": lobby}});
        let player = json!({"PlayerId": format!("p{id}"), "PlayerAttributes": attributes});
        json!({"TicketId": format!("t{id}"), "Players": [player]}).to_string()
    };
    let hopeless: Vec<_> = (0..12).map(|n| ticket(n, "even", 2 * n)).collect();
    let hopeful: Vec<_> = (12..72).map(|n| ticket(n, "eleven", 11)).collect();
    let stats = |pool: &[String]| {
        let folder =
            Folder::with(&[("lobbies.json", &rules.to_string()), ("pool.jsonl", &pool.join("\n"))]);
        let limit = ["--nodes-per-anchor", "50", "--format", "json"];
        let run = folder.run(&[&["match", "lobbies.json", "pool.jsonl"][..], &limit].concat());
        let stats = run.json(0)["stats"].clone();
        let count = |name: &str| stats[name].as_u64().expect("a count");
        [count("matches"), count("passes"), count("anchorsExhausted")]
    };
    let [matches, passes, given_up] = stats(&hopeless);
    assert_eq!([matches, passes], [0, 1]);
    assert!((1..=12).contains(&given_up), "{given_up}");
    let one = &hopeful[..3];
    for pool in [[&hopeless, one].concat(), [one, &hopeless].concat()] {
        assert_eq!(stats(&pool), [1, 2, given_up]);
    }
    // Too many others stand around five tickets for them to know that they have no match; when
    // the others are gone, the second pass knows.
    let few = [0, 1, 6, 10, 11].map(|n| hopeless[n].clone());
    assert_eq!(stats(&few), [0, 1, 0]);
    assert_eq!(stats(&[&few, &hopeful[..]].concat()), [20, 2, 0]);
}

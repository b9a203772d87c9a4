//! What each rule kind says of two tickets of a match.

use super::kind_tests::Waiting;
use crate::base::epoch::Epoch;
use crate::eval::profiles::Profiles;
use crate::model::ticket::Player;
use crate::ruleset::RuleSet;

/// What the search goes by with these teams and rules.
#[track_caller]
fn says(teams: &str, rules: &str) -> String {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}},
                                 {{"name": "mode", "type": "string"}},
                                 {{"name": "tags", "type": "string_list"}}],
            "teams": [{teams}], "rules": [{rules}]}}"#
    );
    let rule_set = RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{errors}"));
    rule_set.describe().search.to_string()
}

const SINGLE: &str = r#"{"name": "a", "minPlayers": 1, "maxPlayers": 1},
                        {"name": "b", "minPlayers": 0, "maxPlayers": 1}"#;
const DOUBLE: &str = r#"{"name": "a", "minPlayers": 1, "maxPlayers": 2},
                        {"name": "b", "minPlayers": 1, "maxPlayers": 2}"#;
const ONE: &str = r#"{"name": "a", "minPlayers": 2, "maxPlayers": 4}"#;

const SKILLS: &str = "teams[*].players.attributes[skill]";

#[track_caller]
fn assert_distance(teams: &str, measurements: &[&str], reference: &str, expected: &str) {
    let measurements: Vec<String> = measurements.iter().map(|it| format!("{it:?}")).collect();
    let measurements = measurements.join(", ").replace("ALL", SKILLS);
    let reference = reference.replace("ALL", SKILLS);
    let rule = format!(
        r#"{{"name": "r", "type": "distance", "maxDistance": 10, "measurements": [{measurements}],
            "referenceValue": "{reference}"}}"#
    );
    assert_eq!(says(teams, &rule), expected, "{measurements} {reference}");
}

#[test]
fn distance_keeps_all_numbers_within_a_window() {
    let exact = "cells of 10 skill; skill within 10";
    let twice = "cells of 20 skill; skill within 20";
    let nothing = "all tickets";
    let (max, min) = ("max(flatten(ALL))", "min(flatten(ALL))");
    for (teams, measurements, reference, expected) in [
        (DOUBLE, &[max][..], min, exact),
        (DOUBLE, &[min], max, exact),
        (DOUBLE, &["flatten(ALL)"], min, exact),
        (DOUBLE, &["ALL"], max, exact),
        (DOUBLE, &["flatten(ALL)"], "avg(flatten(ALL))", twice),
        (DOUBLE, &["ALL"], "median(flatten(ALL))", twice),
        (DOUBLE, &[max, min], "avg(flatten(ALL))", twice),
        (DOUBLE, &[max, min], "avg(teams[a].players.attributes[skill])", twice),
        // One end alone, or means of teams, say nothing of pairs.
        (DOUBLE, &[max], "avg(flatten(ALL))", nothing),
        (DOUBLE, &[max], max, nothing),
        (DOUBLE, &["avg(ALL)"], "avg(flatten(ALL))", nothing),
        (DOUBLE, &["max(ALL)"], min, nothing),
        (DOUBLE, &["teams[a].players.attributes[skill]"], min, nothing),
        (DOUBLE, &["avg(teams[a].players.attributes[skill])"], min, nothing),
        (DOUBLE, &["stddev(flatten(ALL))"], min, nothing),
        // In a team of one the mean is the number.
        (SINGLE, &["avg(ALL)"], "avg(flatten(ALL))", twice),
        (SINGLE, &["max(avg(ALL))"], "min(sum(ALL))", exact),
        (SINGLE, &["count(ALL)"], min, nothing),
        (
            SINGLE,
            &["avg(teams[a].players.attributes[skill])"],
            "max(teams[b].players.attributes[skill])",
            exact,
        ),
        (
            SINGLE,
            &["avg(teams[a].players.attributes[skill])"],
            "max(teams[a].players.attributes[skill])",
            nothing,
        ),
        (ONE, &["max(teams[a].players.attributes[skill])"], "min(flatten(ALL))", exact),
        (ONE, &["teams[a].players.attributes[skill]"], "avg(flatten(ALL))", twice),
    ] {
        assert_distance(teams, measurements, reference, expected);
    }
}

#[test]
fn equal_values_and_common_strings_are_said_of_pairs() {
    let comparison = |teams: &str, measurement: &str, rest: &str| {
        let rule = format!(
            r#"{{"name": "r", "type": "comparison", "measurements": ["{measurement}"], {rest}}}"#
        );
        says(teams, &rule)
    };
    let modes = "flatten(teams[*].players.attributes[mode])";
    let equal = r#""operation": "=""#;
    assert_eq!(comparison(DOUBLE, modes, equal), "same mode");
    assert_eq!(comparison(DOUBLE, modes, r#""operation": "!=""#), "all tickets");
    assert_eq!(
        comparison(DOUBLE, modes, r#""operation": "=", "referenceValue": "x""#),
        "all tickets"
    );
    assert_eq!(
        comparison(DOUBLE, "teams[*].players.attributes[mode]", equal),
        "all tickets",
        "each team alone"
    );
    assert_eq!(comparison(ONE, "teams[*].players.attributes[mode]", equal), "same mode");
    assert_eq!(comparison(DOUBLE, "teams[a].players.attributes[mode]", equal), "all tickets");
    assert_eq!(
        comparison(DOUBLE, "flatten(teams[*].players.attributes[skill])", equal),
        "cells of 1 skill; skill within 0"
    );
    let common = "count(set_intersection(flatten(teams[*].players.attributes[tags])))";
    let than = |operation: &str, number: i32| {
        format!(r#""operation": "{operation}", "referenceValue": {number}"#)
    };
    for (operation, number, expected) in [
        (">=", 1, "shared tags"),
        (">=", 0, "all tickets"),
        (">", 0, "shared tags"),
        (">", -1, "all tickets"),
        ("=", 2, "shared tags"),
        ("!=", 0, "shared tags"),
        ("!=", 1, "all tickets"),
        ("<=", 3, "all tickets"),
    ] {
        assert_eq!(comparison(DOUBLE, common, &than(operation, number)), expected, "{operation}");
    }
    let collection = |measurement: &str, rest: &str| {
        let rule = format!(
            r#"{{"name": "r", "type": "collection", "measurements": ["{measurement}"], {rest}}}"#
        );
        says(DOUBLE, &rule)
    };
    let (all, apart) =
        ("flatten(teams[*].players.attributes[tags])", "teams[*].players.attributes[tags]");
    let shared = r#""operation": "intersection", "minCount": 1"#;
    assert_eq!(collection(all, shared), "shared tags");
    assert_eq!(collection(apart, shared), "all tickets");
    assert_eq!(collection(all, r#""operation": "intersection", "maxCount": 1"#), "all tickets");
    let contains = r#""operation": "contains", "referenceValue": "x", "minCount": 1"#;
    assert_eq!(collection(all, contains), "all tickets; counted tags");
}

#[test]
fn batches_latencies_and_both_parts_of_an_and_are_said_of_pairs() {
    let batch = |rest: &str| format!(r#"{{"name": "r", "type": "batchDistance", {rest}}}"#);
    let near = batch(r#""batchAttribute": "skill", "maxDistance": 7"#);
    assert_eq!(says(DOUBLE, &near), "cells of 7 skill; skill within 7");
    assert_eq!(says(DOUBLE, &batch(r#""batchAttribute": "mode""#)), "same mode");
    let latency = r#"{"name": "r", "type": "latency", "maxLatency": 90}"#;
    assert_eq!(says(DOUBLE, latency), "latency avg within 90");
    let parts = r#"{"name": "m", "type": "comparison", "operation": "=",
                    "measurements": ["flatten(teams[*].players.attributes[mode])"]},
                   {"name": "l", "type": "latency", "maxLatency": 90}"#;
    for (statement, expected) in [
        ("and(m, l)", "same mode; latency avg within 90"),
        ("and(m, not(l))", "same mode"),
        ("or(m, l)", "all tickets"),
        ("not(and(m, l))", "all tickets"),
        ("xor(m, l)", "all tickets"),
    ] {
        let compound =
            format!(r#"{parts}, {{"name": "c", "type": "compound", "statement": "{statement}"}}"#);
        assert_eq!(says(DOUBLE, &compound), expected, "{statement}");
    }
}

#[test]
fn a_party_counts_with_all_its_players() {
    let mut waiting = Waiting::new(
        r#"[{"name": "near", "type": "distance", "maxDistance": 10,
             "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
             "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"},
            {"name": "batch", "type": "batchDistance", "batchAttribute": "skill",
             "maxDistance": 4},
            {"name": "mode", "type": "batchDistance", "batchAttribute": "mode"},
            {"name": "tags", "type": "collection", "operation": "intersection", "minCount": 1,
             "measurements": ["flatten(teams[*].players.attributes[tags])"]}]"#,
    );
    let mut ticket = |players: &[(f64, &str, &[&str])]| {
        let player = |(at, &(skill, mode, tags)): (usize, &(f64, &str, &[&str]))| {
            Player::new(format!("p{at}"))
                .with_number("skill", skill)
                .with_string("mode", mode)
                .with_strings("tags", tags)
        };
        waiting.ticket(players.iter().enumerate().map(player).collect())
    };
    let all: &[&str] = &["x", "y", "z"];
    ticket(&[(10.0, "m", all)]);
    ticket(&[(14.0, "m", all)]);
    // The mean is as near, but one of them is not.
    ticket(&[(21.0, "m", all), (3.0, "m", all)]);
    ticket(&[(10.0, "n", all)]);
    // Two modes in one ticket go with nobody.
    ticket(&[(10.0, "m", all), (10.0, "n", all)]);
    // Each of its players shares a string with the first ticket, but both do not share one.
    ticket(&[(10.0, "m", &["x"]), (10.0, "m", &["y"])]);
    ticket(&[(10.0, "m", &["x", "y"]), (10.0, "m", &["y"])]);
    ticket(&[(10.0, "m", &["z"])]);
    ticket(&[(14.5, "m", all)]);
    let pairs = &waiting.rule_set.plan().pairs;
    let mut profiles = Profiles::default();
    for at in 0..9 {
        profiles.set(pairs, &waiting.pool.columns, waiting.row(at));
    }
    let strings = |at| {
        let mut strings = Vec::new();
        let is_one = pairs.strings(&waiting.pool.columns, waiting.row(at), &mut strings);
        is_one.then_some(strings)
    };
    let meet = |a, b| {
        let same = strings(a).zip(strings(b)).is_some_and(|(a, b)| a == b);
        same && profiles.meet(pairs, Epoch::first(), waiting.row(a), waiting.row(b))
    };
    let partners = |a: usize| -> Vec<usize> { (0..9).filter(|&b| meet(a, b)).collect() };
    assert_eq!(partners(0), [0, 1, 6, 7]);
    assert_eq!(partners(2), [] as [usize; 0]);
    assert_eq!(partners(3), [3]);
    assert_eq!(partners(4), [] as [usize; 0]);
    assert_eq!(partners(5), [] as [usize; 0]);
    assert_eq!(partners(6), [0, 1, 6], "`y` with the others, nothing with `z`");
    assert_eq!(partners(8), [1, 8]);
}

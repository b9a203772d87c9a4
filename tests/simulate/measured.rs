//! What a rule set says of its terms, and the numbers that its rules give a match.

use rallypoint::simulate::{Distribution, Population, simulate};
use rallypoint::{Millis, PlacedTicket, Player, RuleSet};

use super::{poisson, rule_set, settings};

#[test]
fn the_terms_of_a_rule_set_are_told() {
    let terms = rule_set("squads").terms();
    assert!(terms.oldest_decides);
    assert_eq!(terms.epoch_seconds, [0, 20, 30, 45]);
    let [window, even] = terms.rules.as_slice() else { panic!("two rules: {terms:?}") };
    assert_eq!(window.number("maxDistance"), [450.0, 700.0, 1100.0]);
    assert_eq!((even.kind, even.number("maxDistance")), ("distance", [40.0, 90.0].as_slice()));
    assert_eq!((&window.attributes, window.enforced), (&vec!["skill".to_owned()], true));
    assert_eq!(window.functions, ["max", "flatten", "min"]);
    let steps: Vec<(u32, Option<f64>)> =
        terms.expansions[0].steps.iter().map(|step| (step.from_seconds, step.number)).collect();
    assert_eq!(steps, [(0, Some(450.0)), (20, Some(700.0)), (45, Some(1100.0))]);
    assert_eq!(terms.expansions[0].rule.as_deref(), Some("SkillWindow"));

    let terms = rule_set("hunters").terms();
    assert_eq!(
        (&terms.rules[0].strings, terms.rules[0].operation),
        (&vec!["beast".into()], Some("="))
    );
    assert_eq!(terms.rules[2].attributes, ["skill", "beastSkillWanted"]);
    let sizes: Vec<&str> = terms.expansions[0].steps.iter().map(|it| it.text.as_str()).collect();
    assert_eq!((sizes, &terms.expansions[0].rule), (vec!["4", "3", "2"], &None));

    let terms = rule_set("playlists").terms();
    let enforced: Vec<&str> =
        terms.rules.iter().filter(|it| it.enforced).map(|it| it.name.as_str()).collect();
    assert_eq!(enforced, ["Playlist"]);
    assert!(terms.rules[3].reads_player_ids && !terms.rules[2].reads_player_ids);
}

/// A rule set with one rule, of two teams of up to two.
fn with_rule(rule: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}}, {{"name": "roles", "type": "string_list"}}],
            "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 2}}, {{"name": "blue", "minPlayers": 1, "maxPlayers": 2}}],
            "rules": [{rule}]}}"#
    );
    RuleSet::from_json(&text).expect("the rule set compiles")
}

#[test]
fn a_match_is_measured_as_by_hand() {
    let player = |name: &str, skill: f64, roles: &[&str], eu: u32, us: u32| {
        let player = Player::new(name).with_number("skill", skill).with_strings("roles", roles);
        player.with_latency("eu", eu).with_latency("us", us)
    };
    let placed = |team: &str, players: Vec<Player>| {
        let (team, age) = (team.to_owned(), Millis::from_secs(3));
        PlacedTicket { team, age, players, backfill: false }
    };
    // The averages are 15 and 40, that of all 27.5.
    let tickets = [
        placed(
            "red",
            vec![player("a", 10.0, &["tank"], 50, 90), player("b", 20.0, &["tank"], 70, 80)],
        ),
        placed("blue", vec![player("c", 40.0, &["heal", "tank"], 90, 60)]),
        placed("blue", vec![player("d", 40.0, &["heal"], 20, 75)]),
    ];
    let skill = "\"measurements\": [\"avg(teams[*].players.attributes[skill])\"]";
    let all = "\"avg(flatten(teams[*].players.attributes[skill]))\"";
    let roles = "\"measurements\": [\"teams[red].players.attributes[roles]\", \"teams[blue].players.attributes[roles]\"]";
    let cases: [(String, Option<f64>); 13] = [
        (
            format!(r#""type": "distance", {skill}, "referenceValue": {all}, "maxDistance": 5"#),
            Some(12.5),
        ),
        (
            format!(r#""type": "distance", {skill}, "referenceValue": 14, "minDistance": 5"#),
            Some(1.0),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": 20, "operation": ">=""#),
            Some(15.0),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": 20, "operation": "<""#),
            Some(40.0),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": {all}, "operation": "<=""#),
            Some(12.5),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": {all}, "operation": ">""#),
            Some(-12.5),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": 20, "operation": "=""#),
            Some(20.0),
        ),
        (format!(r#""type": "comparison", {skill}, "operation": "!=""#), None),
        (
            format!(
                r#""type": "collection", {roles}, "operation": "contains", "referenceValue": "tank", "minCount": 2"#
            ),
            Some(1.0),
        ),
        (
            format!(
                r#""type": "collection", {roles}, "operation": "contains", "referenceValue": "tank", "maxCount": 1"#
            ),
            Some(2.0),
        ),
        (
            r#""type": "batchDistance", "batchAttribute": "skill", "maxDistance": 5"#.to_owned(),
            Some(25.0),
        ),
        // At eu the party's average is 60 and the highest 90; at us 85.
        (r#""type": "latency", "maxLatency": 10"#.to_owned(), Some(85.0)),
        (
            r#""type": "absoluteSort", "sortDirection": "ascending", "sortAttribute": "skill""#
                .to_owned(),
            None,
        ),
    ];
    for (rule, expected) in cases {
        let rules = with_rule(&format!(r#"{{"name": "rule", {rule}}}"#));
        let measured = rules.measure(&tickets).expect("the match can be measured");
        assert_eq!(measured, [expected], "{rule}");
    }
}

#[test]
fn terms_have_lists_words_and_sizes_too() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "roles", "type": "string_list"},
                             {"name": "skill", "type": "number"}],
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 2}],
        "rules": [{"name": "roles", "type": "collection", "operation": "reference_intersection_count",
                   "measurements": ["teams[*].players.attributes[roles]"],
                   "referenceValue": ["medic", "scout"], "minCount": 1},
                  {"name": "low", "type": "comparison", "operation": "<", "referenceValue": 50,
                   "measurements": ["avg(flatten(teams[*].players.attributes[skill]))"]}],
        "expansions": [
            {"target": "rules[roles].referenceValue",
             "steps": [{"waitTimeSeconds": 5, "value": ["medic", "scout", "sniper"]}]},
            {"target": "rules[low].operation", "steps": [{"waitTimeSeconds": 9, "value": "<="}]},
            {"target": "teams[a].maxPlayers", "steps": [{"waitTimeSeconds": 7, "value": 3}]}]}"#;
    let rules = RuleSet::from_json(text).unwrap_or_else(|errors| panic!("{errors}"));
    let terms = rules.terms();
    assert_eq!(terms.epoch_seconds, [0, 5, 7, 9]);
    assert_eq!(terms.rules[0].strings, ["medic", "scout", "sniper"]);
    let steps: Vec<Vec<(u32, Option<f64>, &str)>> = terms
        .expansions
        .iter()
        .map(|it| it.steps.iter().map(|it| (it.from_seconds, it.number, &*it.text)).collect())
        .collect();
    assert_eq!(
        steps,
        [
            vec![(0, None, "medic, scout"), (5, None, "medic, scout, sniper")],
            vec![(0, None, "<"), (9, None, "<=")],
            vec![(0, Some(2.0), "2"), (7, Some(3.0), "3")],
        ]
    );
    assert_eq!(terms.expansions[2].target, "teams[a].maxPlayers");
}

/// Of every match that is formed the rule holds, so the numbers lie on its side of the bound.
#[test]
fn the_numbers_of_a_rule_are_what_its_words_say() {
    let skill = |team: &str| format!("\"avg(teams[{team}].players.attributes[skill])\"");
    let (red, blue) = (skill("red"), skill("blue"));
    let rule =
        |kind: &str, rest: &str| format!(r#""type": "{kind}", "measurements": [{red}], {rest}"#);
    type Holds = fn(&Distribution) -> bool;
    let cases: [(String, &str, Holds); 9] = [
        (
            rule("distance", &format!(r#""referenceValue": {blue}, "maxDistance": 9"#)),
            "greatest distance from the reference value",
            |it| it.max <= 9.0,
        ),
        (
            rule("distance", &format!(r#""referenceValue": {blue}, "minDistance": 9"#)),
            "least distance from the reference value",
            |it| it.min >= 9.0,
        ),
        (rule("comparison", r#""operation": "<", "referenceValue": 50"#), "greatest value", |it| {
            it.max < 50.0
        }),
        (rule("comparison", r#""operation": ">=", "referenceValue": 50"#), "least value", |it| {
            it.min >= 50.0
        }),
        (
            rule("comparison", &format!(r#""operation": "<=", "referenceValue": {blue}"#)),
            "greatest value less the reference value",
            |it| it.max <= 0.0,
        ),
        (
            rule("comparison", &format!(r#""operation": ">", "referenceValue": {blue}"#)),
            "least value less the reference value",
            |it| it.min > 0.0,
        ),
        (
            rule("comparison", &format!(r#""operation": "!=", "referenceValue": {blue}"#)),
            "greatest distance from the reference value",
            |it| it.min > 0.0,
        ),
        (
            r#""type": "batchDistance", "batchAttribute": "skill", "maxDistance": 9"#.to_owned(),
            "how far the tickets are apart",
            |it| it.max <= 9.0,
        ),
        (
            r#""type": "latency", "maxLatency": 100"#.to_owned(),
            "highest latency of a ticket at the best location, in milliseconds",
            |it| it.max <= 100.0,
        ),
    ];
    for (rule, words, holds) in cases {
        let rules = with_rule(&format!(r#"{{"name": "rule", {rule}}}"#));
        let arrivals = poisson(Population::suited_to(&rules), 4.0, 15.0);
        let summary = simulate(&rules, &arrivals, &settings(30), &mut |_| {});
        let summary = summary.expect("it can be simulated");
        let [told] = &summary.rules[..] else { panic!("{rule}: {:?}", summary.rules) };
        assert_eq!(told.measure.as_deref(), Some(words), "{rule}");
        let measured = told.measured.unwrap_or_else(|| panic!("{rule}: {summary:?}"));
        assert!(measured.count >= 5 && holds(&measured), "{rule}: {measured:?}");
    }
}

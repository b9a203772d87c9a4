//! Compound rules: mistakes in statements, truth per location, and what partial matches say.

use crate::base::rng::DetRng;
use crate::model::schema::PartyAggregation;
use crate::model::ticket::Player;
use crate::rules::scene_tests::{Known, Scene, draw, duel, first_error, matches, two_teams};
use crate::{CompileOptions, RuleSet};

/// Rules `a`, `b` and `c`, and a compound rule after them.
fn with_statement(statement: &str) -> String {
    two_teams(
        &format!(
            r#"[{{"name": "a", "type": "latency", "maxLatency": 50}},
                {{"name": "b", "type": "latency", "maxDistance": 10, "distanceReference": "min"}},
                {{"name": "c", "type": "comparison", "operation": ">=", "referenceValue": 2,
                  "measurements": ["count(teams[red].players)"]}},
                {{"name": "whole", "type": "compound", "statement": {statement:?}}},
                {{"name": "later", "type": "latency", "maxLatency": 9}}]"#
        ),
        "[]",
    )
}

#[test]
fn mistakes_in_statements_are_told_where_they_stand() {
    let cases = [
        (
            "and(a, later)",
            7..12,
            "rule `later` does not stand before this compound rule",
            "move that rule before the compound rule",
        ),
        (
            "not(whole)",
            4..9,
            "compound rules name each other in a ring: whole → whole",
            "a compound rule may name only rules that stand before it",
        ),
        ("or(a, bb)", 6..8, "no rule `bb` is declared", "did you mean `b`?"),
        (
            "and(a, b, c)",
            8..9,
            "expected `)`, found `,`",
            "`and` takes two statements; nest them: `and(and(a, b), c)`",
        ),
        ("not(a, b)", 5..6, "expected `)`, found `,`", "`not` takes one statement"),
        (
            "xor(a)",
            5..6,
            "expected `,` and a second statement, found `)`",
            "`xor` takes two statements",
        ),
        ("nor(a, b)", 0..3, "`nor` is not an operator of statements", "did you mean `or`?"),
        ("a b)", 0..3, "no rule `a b` is declared", "declared before: `a`, `b` and `c`"),
        (
            "and(a, b) c",
            10..11,
            "expected the end of the statement, found `c`",
            "write `and(a, b)`, `or(a, b)`, `xor(a, b)`, `not(a)` or a rule name",
        ),
        (
            "",
            0..0,
            "expected a rule name or an operator, found the end of the statement",
            "write `and(a, b)`, `or(a, b)`, `xor(a, b)`, `not(a)` or a rule name",
        ),
    ];
    for (statement, span, words, help) in cases {
        let text = with_statement(statement);
        let errors = RuleSet::from_json(&text).unwrap_err();
        let error = &errors.errors()[0];
        assert_eq!(error.kind().to_string(), words, "{statement}");
        assert_eq!(error.location().pointer.as_str(), "/rules/3/statement", "{statement}");
        assert_eq!(error.location().span, Some(span), "{statement}");
        let told = error.help().unwrap_or_default();
        assert!(told.starts_with(help), "{statement}: {told}");
    }
}

#[test]
fn all_wrong_names_are_told_at_once() {
    let errors = RuleSet::from_json(&with_statement("or(not(x), and(later, y))")).unwrap_err();
    let kinds: Vec<_> = errors.errors().iter().map(|it| it.kind().code()).collect();
    assert_eq!(kinds, ["unknownRule", "laterRule", "unknownRule"]);
}

#[test]
fn statements_are_nested_and_grow_up_to_a_limit() {
    let nested = |depth: usize| format!("{}a{}", "not(".repeat(depth), ")".repeat(depth));
    assert!(RuleSet::from_json(&with_statement(&nested(32))).is_ok());
    let (pointer, words, _) = first_error(&with_statement(&nested(33)), false);
    assert_eq!(pointer, "/rules/3/statement");
    assert_eq!(words, "statements are nested more than 32 deep");

    // 500 names take 499 operators, 501 take 500.
    let wide = |names: usize| {
        let mut parts = vec!["a".to_owned(); names];
        while parts.len() > 1 {
            let pairs = parts.chunks(2).map(|pair| match pair {
                [a, b] => format!("or({a}, {b})"),
                rest => rest.concat(),
            });
            parts = pairs.collect();
        }
        parts.concat()
    };
    assert!(RuleSet::from_json(&with_statement(&wide(500))).is_ok());
    let (pointer, words, help) = first_error(&with_statement(&wide(501)), false);
    assert_eq!(pointer, "/rules/3/statement");
    assert_eq!(words, "the statement and those it names have more than 1000 parts");
    assert!(help.is_some());
}

/// Each rule names the one before it twice: written out, the last has 2^400 parts.
#[test]
fn long_chains_cost_what_their_text_does() {
    let mut rules = r#"[{"name": "r0", "type": "latency", "maxLatency": 50}"#.to_owned();
    for at in 1..=300 {
        let before = at - 1;
        rules += &format!(
            r#", {{"name": "r{at}", "type": "compound", "statement": "xor(r{before}, r{before})"}}"#
        );
    }
    let text = two_teams(&format!("{rules}]"), "[]");
    let tickets = vec![vec![Player::new("p").with_latency("eu", 20)]];
    let mut scene = Scene::new(&text, &tickets);
    let sets = scene.complete(&[Some(0)], 0);
    assert_eq!(sets.len(), 1, "only the last is enforced");
    assert!(sets[0].is_empty());
    assert!(scene.partial(&[Some(0)], 0).unwrap()[0].possible.0 != 0);

    for at in 301..=400 {
        let before = at - 1;
        rules += &format!(
            r#", {{"name": "r{at}", "type": "compound", "statement": "xor(r{before}, r{before})"}}"#
        );
    }
    let errors = RuleSet::from_json(&two_teams(&format!("{rules}]"), "[]")).unwrap_err();
    let first = &errors.errors()[0];
    assert_eq!(first.kind().code(), "statementTooLarge");
    assert_eq!(first.location().pointer.as_str(), "/rules/334/statement");
    assert_eq!(errors.errors().len(), 1, "those that rest on it say nothing: {errors}");
}

#[test]
fn a_mistake_in_a_named_rule_is_told_once() {
    let text = two_teams(
        r#"[{"name": "a", "type": "latency"},
            {"name": "b", "type": "compound", "statement": "not(a)"},
            {"name": "c", "type": "compound", "statement": "not(b)"}]"#,
        "[]",
    );
    let (pointer, words, _) = first_error(&text, false);
    assert_eq!(pointer, "/rules/0/name");
    assert!(words.contains("judges nothing"), "{words}");
}

#[test]
fn compounds_cannot_be_expanded_but_what_they_name_can() {
    let with = |target: &str| {
        two_teams(
            r#"[{"name": "a", "type": "latency", "maxLatency": 50},
                {"name": "b", "type": "compound", "statement": "not(a)"}]"#,
            &format!(
                r#"[{{"target": "{target}", "steps": [{{"waitTimeSeconds": 5, "value": 90}}]}}]"#
            ),
        )
    };
    let (pointer, words, help) = first_error(&with("rules[b].statement"), false);
    assert_eq!(pointer, "/expansions/0/target");
    assert_eq!(words, "`statement` of compound rules cannot be expanded");
    assert_eq!(help.as_deref(), Some("expand the rules that its statement names"));
    let tickets = vec![vec![Player::new("p").with_latency("eu", 70)]];
    let mut scene = Scene::new(&with("rules[a].maxLatency"), &tickets);
    for (wait, expected) in [(4, &["eu"][..]), (5, &[])] {
        let set = scene.complete(&[Some(0)], wait)[0];
        assert_eq!(scene.names(set), expected);
    }
}

#[test]
fn more_than_forty_players_have_no_compounds() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "x", "type": "number"}],
        "algorithm": {"strategy": "balanced", "balancedAttribute": "x"},
        "teams": [{"name": "all", "minPlayers": 1, "maxPlayers": 41}],
        "rules": [{"name": "a", "type": "latency", "maxLatency": 50},
                  {"name": "b", "type": "compound", "statement": "a"}]}"#;
    let (pointer, words, _) = first_error(text, false);
    assert_eq!(pointer, "/rules/1/name");
    assert_eq!(words, "rule type `compound` is not recognised in a match of 41 players");
}

/// Where the statement is true of two players in the team red, of one there, and of one who
/// reports nothing.
fn truths(statement: &str) -> [String; 3] {
    let tickets = vec![
        vec![Player::new("p").with_latency("eu", 20).with_latency("us", 30).with_latency("ap", 70)],
        vec![Player::new("q").with_latency("eu", 40).with_latency("us", 35).with_latency("ap", 71)],
        vec![Player::new("silent")],
    ];
    let mut scene = Scene::new(&with_statement(statement), &tickets);
    let names = |seats: &[Option<usize>]| {
        let set = scene.complete(seats, 0)[scene.enforced("whole")];
        scene.names(set).join(" ")
    };
    let seats = [[Some(0), Some(0), None], [Some(0), Some(1), None], [None, None, Some(0)]];
    let mut names = names;
    seats.map(|seats| names(&seats))
}

#[test]
fn statements_are_judged_location_by_location() {
    // Two in red: `a` holds in eu and us, `b` in ap and us, `c` everywhere. One in red: `c` nowhere.
    let cases = [
        ("a", ["eu us", "eu us", ""]),
        ("not(a)", ["ap", "ap", "ap eu us"]),
        ("b", ["ap us", "ap us", ""]),
        ("c", ["ap eu us", "", ""]),
        ("not(c)", ["", "ap eu us", "ap eu us"]),
        ("and(a, b)", ["us", "us", ""]),
        ("or(a, b)", ["ap eu us", "ap eu us", ""]),
        ("xor(a, b)", ["ap eu", "ap eu", ""]),
        ("not(xor(a, b))", ["us", "us", "ap eu us"]),
        ("or(a, c)", ["ap eu us", "eu us", ""]),
        ("and(a, not(c))", ["", "eu us", ""]),
        ("xor(a, c)", ["ap", "eu us", ""]),
        ("or(and(a, b), and(not(a), not(b)))", ["us", "us", "ap eu us"]),
        (" not ( and( a ,b ) ) ", ["ap eu", "ap eu", "ap eu us"]),
    ];
    for (statement, expected) in cases {
        assert_eq!(truths(statement), expected, "{statement}");
    }
}

#[test]
fn a_match_is_where_its_statements_hold() {
    let near = r#"{"name": "near", "type": "latency", "maxLatency": 50}"#;
    let with = |statement: &str| {
        let whole = format!(r#"{{"name": "w", "type": "compound", "statement": "{statement}"}}"#);
        let fair = r#"{"name": "fair", "type": "latency", "maxDistance": 5,
                       "distanceReference": "avg"}"#;
        // A rule that no statement names would have to hold as well.
        match statement.contains("fair") {
            true => duel(&format!("[{near}, {fair}, {whole}]")),
            false => duel(&format!("[{near}, {whole}]")),
        }
    };
    let reports = [
        [("ap", 60), ("eu", 10), ("sa", 90), ("us", 40)],
        [("ap", 90), ("eu", 30), ("sa", 95), ("us", 41)],
    ];
    let player = |(at, reports): (usize, [(&str, u32); 4])| {
        let player = Player::new(format!("p{at}"));
        vec![reports.into_iter().fold(player, |it, (location, ms)| it.with_latency(location, ms))]
    };
    let mut tickets: Vec<Vec<Player>> = reports.into_iter().enumerate().map(player).collect();
    // Near are `eu` and `us`, fair are `sa` and `us`; means grow from `eu` by `us` and `ap` to `sa`.
    for (statement, location) in [
        ("near", "eu"),
        ("not(near)", "ap"),
        ("and(near, fair)", "us"),
        ("and(fair, not(near))", "sa"),
        ("xor(near, fair)", "eu"),
        ("not(or(near, fair))", "ap"),
    ] {
        assert_eq!(
            matches(&with(statement), &tickets),
            [(Some(location.into()), 2)],
            "{statement}"
        );
    }
    assert_eq!(matches(&with("and(near, not(near))"), &tickets), []);
    tickets[1] = vec![Player::new("silent")];
    assert_eq!(matches(&with("near"), &tickets), []);
    assert_eq!(matches(&with("not(near)"), &tickets), [(Some("eu".into()), 2)]);
    tickets[0] = vec![Player::new("silent too")];
    assert_eq!(matches(&with("not(near)"), &tickets), [(None, 2)]);
}

#[test]
fn an_undefined_part_is_false_and_its_contrary_true() {
    let text = two_teams(
        r#"[{"name": "mean", "type": "comparison", "operation": ">", "referenceValue": 0,
             "measurements": ["avg(teams[blue].players.attributes[x])"]},
            {"name": "not", "type": "compound", "statement": "not(mean)"}]"#,
        "[]",
    );
    let tickets = vec![vec![Player::new("p")], vec![Player::new("q")]];
    let mut scene = Scene::new(&text, &tickets);
    assert!(!scene.complete(&[Some(0), None], 0)[0].is_empty());
    assert!(scene.complete(&[Some(0), Some(1)], 0)[0].is_empty());
    assert!(!scene.partial(&[Some(0), None], 0).unwrap()[0].is_never(), "blue may stay empty");
    assert!(scene.partial(&[Some(0), Some(1)], 0).unwrap()[0].is_never());
}

/// A rule of any kind on values that overflow, are undefined, or lie on the bound.
fn leaf(rng: &mut DetRng) -> String {
    let number = |rng: &mut DetRng| ["0", "1", "1.5", "2", "1e200"][draw(rng, 5)];
    let scalars = [
        "count(teams[red].players)",
        "count(teams[blue].players.attributes[mode])",
        "count(flatten(teams[*].players.attributes[mode]))",
        "count(set_intersection(flatten(teams[*].players.attributes[tags])))",
        "count(set_intersection(teams[blue].players.attributes[tags]))",
        "avg(teams[red].players.attributes[x])",
        "avg(teams[blue].players.attributes[x])",
        "min(flatten(teams[*].players.attributes[x]))",
        "max(teams[blue].players.attributes[x])",
        "sum(teams[blue].players.attributes[x])",
        "median(flatten(teams[*].players.attributes[x]))",
        "stddev(teams[red].players.attributes[x])",
        "stddev(flatten(teams[*].players.attributes[x]))",
        "max(count(teams[red].players.attributes[tags]))",
    ];
    let lists = [
        "teams[red].players.attributes[x]",
        "flatten(teams[*].players.attributes[x])",
        "avg(teams[*].players.attributes[x])",
        "count(teams[*].players)",
        "count(teams[*].players.attributes[mode])",
        "count(teams[blue].players.attributes[tags])",
    ];
    let any = |rng: &mut DetRng| match draw(rng, 2) {
        0 => scalars[draw(rng, scalars.len())],
        _ => lists[draw(rng, lists.len())],
    };
    let reference = |rng: &mut DetRng| match draw(rng, 3) {
        0 => format!("{:?}", scalars[draw(rng, scalars.len())]),
        _ => number(rng).to_owned(),
    };
    let aggregation = ["min", "max", "avg"][draw(rng, 3)];
    let fields = match draw(rng, 8) {
        0 | 1 => format!(
            r#""type": "comparison", "measurements": [{:?}], "operation": "{}", "referenceValue": {}"#,
            any(rng),
            ["<", "<=", "=", "!=", ">", ">="][draw(rng, 6)],
            reference(rng),
        ),
        2 => format!(
            r#""type": "comparison", "measurements": [{:?}], "operation": "{}""#,
            lists[draw(rng, lists.len())],
            ["=", "!="][draw(rng, 2)],
        ),
        3 => format!(
            r#""type": "comparison", "measurements": [{:?}], "operation": "{}" {}"#,
            ["flatten(teams[*].players.attributes[mode])", "teams[red].players.attributes[mode]"]
                [draw(rng, 2)],
            ["=", "!="][draw(rng, 2)],
            ["", r#", "referenceValue": "a""#][draw(rng, 2)],
        ),
        4 | 5 => format!(
            r#""type": "distance", "measurements": [{:?}], "referenceValue": {}, "{}": {}"#,
            any(rng),
            reference(rng),
            ["minDistance", "maxDistance"][draw(rng, 2)],
            number(rng),
        ),
        6 => format!(r#""type": "latency", "maxLatency": {}"#, 2 + draw(rng, 3)),
        _ => format!(
            r#""type": "latency", "maxDistance": {}, "distanceReference": "{}""#,
            number(rng),
            ["min", "avg"][draw(rng, 2)],
        ),
    };
    format!(r#"{fields}, "partyAggregation": "{aggregation}""#)
}

fn statement(rng: &mut DetRng, rules: usize, depth: usize) -> String {
    let kind = if depth == 0 { 0 } else { draw(rng, 5) };
    let mut part = || statement(rng, rules, depth - 1);
    match kind {
        0 => format!("r{}", draw(rng, rules)),
        1 => format!("not({})", part()),
        2 => format!("and({}, {})", part(), part()),
        3 => format!("or({}, {})", part(), part()),
        _ => format!("xor({}, {})", part(), part()),
    }
}

/// The rules as they are, their contraries, and statements about them.
#[test]
fn partial_verdicts_are_right_for_every_completion() {
    let mut rng = DetRng::new(11);
    let mut known = Known::default();
    for round in 0..250 {
        let mut rules = String::new();
        for at in 0..4 {
            let leaf = leaf(&mut rng);
            rules += &format!(r#"{{"name": "own{at}", {leaf}}}, {{"name": "r{at}", {leaf}}}, "#);
        }
        for at in 0..4 {
            rules +=
                &format!(r#"{{"name": "n{at}", "type": "compound", "statement": "not(r{at})"}}, "#);
        }
        for at in 4..7 {
            let statement = statement(&mut rng, at, 3);
            rules += &format!(
                r#"{{"name": "r{at}", "type": "compound", "statement": "{statement}"}}, "#
            );
        }
        let text = two_teams(&format!("[{}]", rules.trim_end_matches(", ")), "[]");
        let tickets: Vec<Vec<Player>> = (0..4)
            .map(|at| {
                let player = |spot| {
                    let x = [0.0, 1.0, 1.5, 2.0, 1e200, -1e200, 1.7e308, -1.7e308];
                    // Most of the time only small numbers, or every rule overflows.
                    let x = x[draw(&mut rng, if round % 4 == 0 { 8 } else { 4 })];
                    let tags = &["a", "b", "c"][..draw(&mut rng, 4)];
                    let player = Player::new(format!("p{at}_{spot}"))
                        .with_number("x", x)
                        .with_string("mode", ["a", "b"][draw(&mut rng, 6) / 5])
                        .with_strings("tags", tags);
                    (["eu", "us"].into_iter()).fold(player, |player, location| {
                        match draw(&mut rng, 5) {
                            0 => player,
                            ms => player.with_latency(location, ms as u32),
                        }
                    })
                };
                (0..1 + at / 2).map(player).collect()
            })
            .collect();
        let collapse = round % 2 == 1;
        let aggregation =
            if collapse { PartyAggregation::Collapse } else { PartyAggregation::Exact };
        let options = CompileOptions::default().party_aggregation(aggregation);
        known += Scene::with_options(&text, &tickets, options).check_partial_verdicts();
    }
    assert!(known.never * 20 > known.verdicts && known.always * 20 > known.verdicts, "{known:?}");
}

/// A party that comes may have no value of its own, though each of its players has one.
#[test]
fn nothing_is_promised_of_parties_that_may_be_undefined() {
    let parties = [1, 2].map(|size| {
        let player = |spot| {
            let mode = ["a", "b"][spot];
            Player::new(format!("{size}{spot}")).with_number("x", 1.7e308).with_string("mode", mode)
        };
        (0..size).map(player).collect::<Vec<_>>()
    });
    for measurement in
        ["teams[red].players.attributes[x]", "count(teams[red].players.attributes[mode])"]
    {
        let text = two_teams(
            &format!(
                r#"[{{"name": "more", "type": "comparison", "operation": ">",
                      "referenceValue": 0, "measurements": ["{measurement}"]}},
                    {{"name": "w", "type": "compound", "statement": "not(more)"}}]"#
            ),
            "[]",
        );
        let options = CompileOptions::default().party_aggregation(PartyAggregation::Collapse);
        let mut scene = Scene::with_options(&text, &parties, options);
        scene.check_partial_verdicts();
        let both = scene.complete(&[Some(0), Some(0)], 0)[0];
        assert!(!both.is_empty(), "{measurement} of the pair is undefined, so `more` is false");
    }
}

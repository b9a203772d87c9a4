//! `compound` rules.

use super::latency_tests::party;
use super::*;
use crate::ruleset::ast::Statement;
use crate::testing::build::{and, not, or, xor};

/// `a`: red has `x` of 1; `b`: blue has.
fn a_and_b() -> RuleSetAst {
    two_teams()
        .comparison(&[RED], "=", Some(number(1.0)))
        .named("a")
        .comparison(&["teams[blue].players.attributes[x]"], "=", Some(number(1.0)))
        .named("b")
}

fn with(statement: impl Fn(Statement, Statement) -> Statement) -> RuleSetAst {
    let ast = a_and_b();
    let (a, b) = (ast.named_rule("a"), ast.named_rule("b"));
    ast.compound("both", statement(a, b))
}

#[test]
fn operators_have_their_tables() {
    for (statement, [tt, tf, ft, ff]) in [
        (with(and), [true, false, false, false]),
        (with(or), [true, true, true, false]),
        (with(xor), [false, true, true, false]),
        (with(|a, b| and(not(a), not(b))), [false, false, false, true]),
        (with(|a, _| not(not(a))), [true, true, false, false]),
        (with(|a, b| or(and(a.clone(), b.clone()), not(or(a, b)))), [true, false, false, true]),
        (with(|_, b| b), [true, false, true, false]),
    ] {
        for (red, blue, expected) in
            [(1.0, 1.0, tt), (1.0, 2.0, tf), (2.0, 1.0, ft), (2.0, 2.0, ff)]
        {
            let judgement = judged(&statement, &red_and_blue(&[red], &[blue]));
            assert_eq!(judgement.rules[2].holds, expected, "{judgement}");
            let enforced: Vec<bool> = judgement.rules.iter().map(|it| it.enforced).collect();
            // a rule that no statement names is enforced as ever
            let named = statement.named_by_compounds();
            assert_eq!(enforced, [!named.contains(&0), !named.contains(&1), true]);
            let others = (0..2).all(|at| named.contains(&at) || judgement.rules[at].holds);
            assert_eq!(judgement.valid, expected && others);
        }
    }
}

#[test]
fn a_statement_shows_its_children() {
    let judgement =
        judged(&with(|a, b| or(and(a.clone(), b.clone()), not(a))), &red_and_blue(&[1.0], &[2.0]));
    let lines: Vec<String> = judgement.rules.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "true  a (comparison, not enforced alone)
          teams[red].players.attributes[x] is [1]; asked: each = 1",
            "false b (comparison, not enforced alone)
       -  teams[blue].players.attributes[x] is [2]; asked: each = 1
            blue1: 2 is off by 1",
            "FAILS both (compound)
       -  or(and(a, b), not(a)) is or(and(true, false), not(true)); asked: true",
        ]
    );
}

#[test]
fn the_undefined_is_false_and_its_negation_true() {
    let ast = two_teams()
        .comparison(&["max(teams[blue].players.attributes[x])"], "<", Some(number(9.0)))
        .named("low");
    let low = ast.named_rule("low");
    let ast = ast.compound("high", not(low));
    assert!(judged(&ast, &red_and_blue(&[1.0], &[])).valid);
    assert!(!judged(&ast, &red_and_blue(&[1.0], &[8.0])).valid);
    assert!(judged(&ast, &red_and_blue(&[1.0], &[9.0])).valid);
}

#[test]
fn compounds_of_compounds_are_not_enforced_alone() {
    let ast = with(and);
    let (a, both) = (ast.named_rule("a"), ast.named_rule("both"));
    let ast = ast.compound("top", xor(a, both));
    for (red, blue, expected) in [(1.0, 1.0, false), (1.0, 2.0, true), (2.0, 1.0, false)] {
        let judgement = judged(&ast, &red_and_blue(&[red], &[blue]));
        assert_eq!(judgement.valid, expected);
        assert!(!judgement.rules[2].enforced);
    }
}

#[test]
fn expansions_reach_a_compound_through_its_children() {
    let ast = a_and_b().expand_rule("referenceValue", vec![(5, number(2.0))]);
    let (a, b) = (ast.named_rule("a"), ast.named_rule("b"));
    let ast = ast.compound("both", and(a, b));
    let aged = |age| {
        [("red", 1.0), ("blue", 2.0)]
            .map(|(team, x)| ticket(team, age, vec![Player::new(team).with_number("x", x)]))
    };
    assert!(!judged(&ast, &aged(4)).valid);
    assert!(judged(&ast, &aged(5)).valid);
}

fn near_and_even() -> RuleSetAst {
    rule_set().team("red", 1, 9).latency("near", Some(100.0), None, None).latency(
        "even",
        None,
        Some(10.0),
        None,
    )
}

/// At `eu` near, at `us` even.
fn apart() -> [PlacedTicket; 2] {
    [
        party("red", "p", &[&[("eu", 20), ("us", 120)]]),
        party("red", "q", &[&[("eu", 60), ("us", 125)]]),
    ]
}

#[test]
fn latency_in_a_statement_is_judged_at_one_location() {
    let compound = |statement: fn(Statement, Statement) -> Statement| {
        let ast = near_and_even();
        let (near, even) = (ast.named_rule("near"), ast.named_rule("even"));
        ast.compound("both", statement(near, even))
    };
    let places = |places: &[&str]| places.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    type Case<'a> = (fn(Statement, Statement) -> Statement, &'a [&'a str], Option<&'a str>);
    let cases: [Case<'_>; 5] = [
        (and, &[], None),
        (or, &["eu", "us"], Some("eu")),
        (xor, &["eu", "us"], Some("eu")),
        (|near, _| not(near), &["us"], Some("us")),
        (|near, even| and(not(near), even), &["us"], Some("us")),
    ];
    for (statement, expected, location) in cases {
        let mut ast = compound(statement);
        // a rule that is not named would be enforced
        let named = ast.named_by_compounds();
        if !named.contains(&1) {
            ast.rules[1].fields.clear();
        }
        let judgement = judged(&ast, &apart());
        assert_eq!(judgement.rules[2].locations, Some(places(expected)), "{judgement}");
        assert_eq!(judgement.rules[2].holds, !expected.is_empty());
        assert_eq!(judgement.valid, !expected.is_empty());
        assert_eq!(judgement.location.as_deref(), location);
        assert!(judgement.problems.is_empty());
    }
    let judgement = judged(&compound(and), &apart());
    assert!(judgement.rules[0].holds && judgement.rules[1].holds, "each somewhere");
    assert_eq!(
        judgement.rules[2].to_string(),
        "FAILS both (compound) at no location
       -  and(near, even) at eu is and(true, false); asked: true
       -  and(near, even) at us is and(false, true); asked: true"
    );
}

#[test]
fn trees_must_meet_at_one_location() {
    let ast = near_and_even();
    let (near, even) = (ast.named_rule("near"), ast.named_rule("even"));
    let ast = ast.compound("only near", and(near.clone(), not(even.clone())));
    let ast = ast.compound("only even", and(even, not(near)));
    let judgement = judged(&ast, &apart());
    assert!(judgement.rules.iter().all(|rule| rule.holds));
    assert!(!judgement.valid);
    assert_eq!(
        judgement.problems,
        ["no location suits all rules: `only near` holds at eu; `only even` holds at us"]
    );
}

#[test]
fn without_reports_a_latency_rule_is_false() {
    let ast = near_and_even();
    let (near, even) = (ast.named_rule("near"), ast.named_rule("even"));
    let silent = [party("red", "p", &[&[]])];
    let far = ast.clone().compound("far", and(not(near.clone()), not(even.clone())));
    let judgement = judged(&far, &silent);
    assert!(judgement.valid);
    assert_eq!((judgement.location, judgement.rules[2].locations.clone()), (None, None));
    let either = ast.compound("either", or(near, even));
    let judgement = judged(&either, &silent);
    assert!(!judgement.valid && judgement.problems.is_empty());
    // a silent player beside one who reports: the only location there is, and false there
    let beside = [silent[0].clone(), party("red", "q", &[&[("eu", 1)]])];
    assert!(!judged(&either, &beside).valid);
    assert_eq!(judged(&far, &beside).location.as_deref(), Some("eu"));
}

/// Conformance case 8: a match of the small mode is valid though the large mode needs eight.
#[test]
fn one_mode_of_several_is_enough() {
    let modes = "flatten(teams[*].players.attributes[mode])";
    let mode = |ast: RuleSetAst, name: &str, min: f64, max: f64| {
        let ast = ast.collection(modes, "contains", Some(text(name)), Some(min), Some(max));
        ast.named(name)
    };
    let ast = rule_set().team("radiant", 1, 6).team("dire", 1, 6).attribute(
        "mode",
        AttributeType::StringList,
        Some(AttributeValue::StringList(vec!["Classic".into()])),
    );
    let size = ast.reference("count(teams[dire].players)");
    let ast = ast.comparison(&["count(teams[radiant].players)"], "=", Some(size)).named("even");
    let ast =
        mode(mode(mode(ast, "Classic", 8.0, 12.0), "Practice", 4.0, 12.0), "Survival", 2.0, 2.0);
    let [classic, practice, survival] =
        ["Classic", "Practice", "Survival"].map(|name| ast.named_rule(name));
    let ast = ast.compound("mode", or(classic, or(practice, survival)));
    let teams = |size: usize, modes: &[&str]| -> Vec<PlacedTicket> {
        let player = |team: &str, at| {
            solo(team, Player::new(format!("{team}{at}")).with_strings("mode", modes))
        };
        (0..size).flat_map(|at| [player("radiant", at), player("dire", at)]).collect()
    };
    assert!(judged(&ast, &teams(1, &["Survival"])).valid);
    assert!(!judged(&ast, &teams(1, &["Classic"])).valid);
    assert!(!judged(&ast, &teams(2, &["Survival"])).valid, "no more than two of them");
    assert!(judged(&ast, &teams(2, &["Survival", "Practice"])).valid);
    assert!(judged(&ast, &teams(4, &["Classic"])).valid);
    let uneven = &teams(4, &["Classic"])[..7];
    assert!(!judged(&ast, uneven).valid);
}

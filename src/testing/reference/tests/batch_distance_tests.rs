//! `batchDistance` rules, and sort rules.

use super::*;
use crate::testing::build::word;

fn aggregated(aggregation: Option<&'static str>, max: f64) -> RuleSetAst {
    let ast = two_teams().batch_distance("x", Some(max));
    match aggregation {
        Some(aggregation) => ast.aggregated(aggregation),
        None => ast,
    }
}

fn pair(id: &str, a: f64, b: f64) -> PlacedTicket {
    let player = |at: u32, x| Player::new(format!("{id}{at}")).with_number("x", x);
    ticket("red", 0, vec![player(1, a), player(2, b)])
}

#[test]
fn the_spread_may_lie_on_its_bound() {
    let ast = aggregated(None, 2.0);
    assert!(holds(&ast, &red_and_blue(&[5.0], &[])), "a lone ticket has no spread");
    assert!(holds(&ast, &red_and_blue(&[5.0, 3.0], &[4.0])));
    assert!(!holds(&ast, &red_and_blue(&[5.0, 4.0], &[2.5])), "across teams");
    let rule = only_rule(&ast, &red_and_blue(&[5.0, 4.0], &[2.5]));
    assert_eq!(
        rule.to_string(),
        "FAILS rule0 (batchDistance)
       -  spread of x is 2.5 (2.5 to 5); asked: at most 2
            red1: 5 is 2.5 above blue1, 0.5 too far"
    );
    assert_eq!(rule.checks[0].misses[0].by, Some(0.5));
    assert!(holds(&aggregated(None, 0.0), &red_and_blue(&[0.0], &[-0.0])));
}

#[test]
fn tickets_count_by_their_aggregate() {
    let tickets = [pair("p", 0.0, 10.0), pair("q", 4.0, 7.0)];
    for (aggregation, spread) in
        [(None, 0.5), (Some("avg"), 0.5), (Some("min"), 4.0), (Some("max"), 3.0)]
    {
        assert!(holds(&aggregated(aggregation, spread), &tickets), "{aggregation:?}");
        assert!(!holds(&aggregated(aggregation, spread - 0.25), &tickets), "{aggregation:?}");
    }
    // players of one ticket may lie apart
    assert!(holds(&aggregated(None, 0.0), &[pair("p", 0.0, 10.0)]));
}

#[test]
fn what_is_too_large_is_not_near() {
    let tickets = [pair("p", f64::MAX, f64::MAX)];
    let rule = only_rule(&aggregated(None, f64::MAX), &tickets);
    assert!(!rule.holds);
    assert_eq!(
        rule.checks[0].measured.undefined.as_deref(),
        Some("the average of `p1 + p2` is too large for a number")
    );
    assert!(holds(&aggregated(Some("max"), 0.0), &tickets));
    let far = red_and_blue(&[f64::MAX], &[-f64::MAX]);
    assert!(!holds(&aggregated(None, f64::MAX), &far), "a spread that overflows");
}

#[test]
fn strings_are_all_the_same() {
    let ast = rule_set()
        .team("red", 0, 9)
        .attribute("mode", AttributeType::String, None)
        .batch_distance("mode", None);
    let player = |id: &str, mode: &str| Player::new(id).with_string("mode", mode);
    let duo = ticket("red", 0, vec![player("a", "duel"), player("b", "duel")]);
    assert!(holds(&ast, &[duo.clone(), solo("red", player("c", "duel"))]));
    let rule = only_rule(&ast, &[duo, solo("red", player("c", "Duel"))]);
    assert!(!rule.holds);
    let check = &rule.checks[0];
    assert_eq!(check.measured.expression, "mode");
    assert_eq!(check.measured.value.as_deref(), Some(r#"["duel", "duel", "Duel"]"#));
    assert_eq!(check.misses[0].to_string(), r#"c: "Duel" is not the "duel" of a"#);
    let mixed = ticket("red", 0, vec![player("a", "duel"), player("b", "race")]);
    assert!(!holds(&ast, &[mixed]), "within one ticket too");
}

#[test]
fn a_missing_value_is_not_near() {
    let ast = aggregated(None, 9.0);
    let judgement = judged(&ast, &[solo("red", Player::new("p"))]);
    assert!(!judgement.valid && !judgement.rules[0].holds);
    assert_eq!(
        judgement.rules[0].checks[0].measured.undefined.as_ref(),
        judgement.problems.first()
    );
}

#[test]
fn the_bound_grows_with_waiting() {
    let ast = aggregated(None, 1.0).expand_rule("maxDistance", vec![(5, number(3.0))]);
    let aged = |age| {
        [0.0, 3.0]
            .map(|x| ticket("red", age, vec![Player::new(format!("p{x}")).with_number("x", x)]))
    };
    assert!(!judged(&ast, &aged(4)).valid);
    assert!(judged(&ast, &aged(5)).valid);
}

#[test]
fn sort_rules_refuse_nothing() {
    let fields = || vec![("sortDirection", word("ascending"))];
    let ast = two_teams().plain_rule("first", "absoluteSort", fields()).plain_rule(
        "near",
        "distanceSort",
        fields(),
    );
    let judgement = judged(&ast, &red_and_blue(&[1.0], &[1e300]));
    assert!(judgement.valid);
    assert!(judgement.rules.iter().all(|rule| rule.holds && !rule.enforced));
    let lines: Vec<String> = judgement.rules.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["ok    first (absoluteSort, not enforced)", "ok    near (distanceSort, not enforced)"]
    );
}

//! Parties as one player (facts 10.6).

use super::*;
use crate::testing::build::text_list;

fn player(id: &str, x: f64) -> Player {
    Player::new(id).with_number("x", x)
}

/// A pair of red with 2 and 9, a solo of blue with 4.
fn match_of() -> [PlacedTicket; 2] {
    [ticket("red", 0, vec![player("p", 2.0), player("q", 9.0)]), solo("blue", player("r", 4.0))]
}

/// The value of the only measurement, as text, or why there is none.
fn worth(ast: &RuleSetAst, tickets: &[PlacedTicket]) -> String {
    let measured = only_rule(ast, tickets).checks.remove(0).measured;
    measured.value.or(measured.undefined).unwrap()
}

#[test]
fn a_number_is_aggregated() {
    for (aggregation, flat, per_team) in [
        (None, "[5.5, 4]", "[[5.5], [4]]"),
        (Some("avg"), "[5.5, 4]", "[[5.5], [4]]"),
        (Some("min"), "[2, 4]", "[[2], [4]]"),
        (Some("max"), "[9, 4]", "[[9], [4]]"),
    ] {
        for (expression, expected) in [(FLAT, flat), (BOTH, per_team)] {
            let rule = |ast: RuleSetAst| match aggregation {
                Some(aggregation) => ast.aggregated(aggregation),
                None => ast,
            };
            let ast = rule(two_teams().comparison(&[expression], "<", Some(number(99.0))));
            assert_eq!(worth(&ast.clone().collapse(), &match_of()), expected);
            assert!(worth(&ast, &match_of()).contains("2, 9"), "exact by default");
        }
    }
}

#[test]
fn a_distance_sees_aggregates_on_both_sides() {
    let ast = two_teams();
    let reference = ast.reference(&format!("avg({FLAT})"));
    let ast = ast.distance(BOTH, reference, None, Some(0.75)).collapse();
    // 5.5 and 4 about 4.75; with the highest, 9 and 4 about 6.5
    assert!(holds(&ast, &match_of()));
    assert!(!holds(&ast.clone().aggregated("max"), &match_of()));
    let mut exact = ast;
    exact.party_aggregation = PartyAggregation::Exact;
    assert!(!holds(&exact, &match_of()));
}

#[test]
fn counts_are_of_parties_but_ids_and_team_sizes_of_players() {
    let count = |path: &str, expected: f64| {
        let ast = two_teams().collapse();
        ast.comparison(&[path], "=", Some(number(expected)))
    };
    assert!(holds(&count("count(flatten(teams[*].players))", 2.0), &match_of()));
    assert!(holds(&count("count(teams[red].players)", 1.0), &match_of()));
    assert!(holds(&count("count(teams[red].players.attributes[x])", 1.0), &match_of()));
    assert!(holds(&count("count(teams[red].players[playerId])", 2.0), &match_of()));
    let sized = rule_set().team("red", 2, 2).number("x").collapse();
    assert!(judged(&sized, &match_of()[..1]).valid);
}

#[test]
fn an_average_that_is_too_large_is_undefined() {
    let huge = [ticket("red", 0, vec![player("p", f64::MAX), player("q", f64::MAX)])];
    let ast = two_teams().collapse().comparison(&[RED], ">", Some(number(0.0)));
    assert_eq!(worth(&ast, &huge), "the average of party `p + q` is too large");
    assert!(!holds(&ast, &huge));
    assert!(holds(&ast.aggregated("min"), &huge));
}

#[test]
fn lists_are_put_together() {
    let tags = |id: &str, tags: &[&str]| Player::new(id).with_strings("tags", tags);
    let party = ticket("red", 0, vec![tags("p", &["b", "a", "b"]), tags("q", &["c", "a"])]);
    let ast = |aggregation: Option<&'static str>| {
        let ast = rule_set()
            .team("red", 0, 9)
            .attribute("tags", AttributeType::StringList, None)
            .collapse()
            .collection(
                "teams[red].players.attributes[tags]",
                "reference_intersection_count",
                Some(text_list(&["a", "c"])),
                Some(2.0),
                None,
            );
        match aggregation {
            Some(aggregation) => ast.aggregated(aggregation),
            None => ast,
        }
    };
    for (aggregation, value, expected) in [
        (None, r#"[["b", "a", "c"]], counted p + q 2"#, true),
        (Some("union"), r#"[["b", "a", "c"]], counted p + q 2"#, true),
        (Some("intersection"), r#"[["a"]], counted p + q 1"#, false),
    ] {
        let rule = only_rule(&ast(aggregation), std::slice::from_ref(&party));
        assert_eq!(rule.checks[0].measured.value.as_deref(), Some(value));
        assert_eq!(rule.holds, expected);
    }
}

#[test]
fn maps_count_as_one() {
    let map = |id: &str| {
        let map = std::collections::BTreeMap::from([("k".to_owned(), 1.0)]);
        Player::new(id).with("maps", AttributeValue::StringNumberMap(map))
    };
    let ast = rule_set()
        .team("red", 0, 9)
        .attribute("maps", AttributeType::StringNumberMap, None)
        .collapse();
    let path = "count(teams[red].players.attributes[maps])";
    let ast = ast.comparison(&[path], "=", Some(number(1.0)));
    assert!(holds(&ast, &[ticket("red", 0, vec![map("p"), map("q")])]));
}

/// Conformance case 7, facts 10.6 and 10.22: two clans in two teams. The reporter saw parties of
/// one clan each not matched; neither reading gives that. A party of two clans never matches when
/// parties count as one.
#[test]
fn clans_of_parties() {
    let path = "count(set_intersection(teams[*].players.attributes[clan]))";
    let exact = rule_set()
        .team("red", 2, 2)
        .team("blue", 2, 2)
        .attribute("clan", AttributeType::String, None)
        .comparison(&[path], "=", Some(number(0.0)));
    let collapse = exact.clone().collapse();
    let clan = |id: &str, clan: &str| Player::new(id).with_string("clan", clan);
    let parties = |clans: [&str; 4]| {
        let [a, b, c, d] = clans;
        [
            ticket("red", 0, vec![clan("p", a), clan("q", b)]),
            ticket("blue", 0, vec![clan("r", c), clan("s", d)]),
        ]
    };
    assert!(holds(&exact, &parties(["A", "A", "B", "B"])));
    assert!(holds(&collapse, &parties(["A", "A", "B", "B"])));
    assert!(!holds(&exact, &parties(["A", "A", "A", "A"])));
    assert!(!holds(&collapse, &parties(["A", "A", "A", "A"])));
    assert!(holds(&exact, &parties(["A", "C", "B", "D"])));
    let rule = only_rule(&collapse, &parties(["A", "C", "B", "D"]));
    assert!(!rule.holds);
    assert_eq!(
        rule.checks[0].measured.undefined.as_deref(),
        Some("the players of party `p + q` have different strings")
    );
}

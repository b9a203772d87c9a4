//! Whole matches: rules, sizes, expansions, problems, locations.

mod backfill_tests;
mod batch_distance_tests;
mod collection_tests;
mod compound_tests;
mod latency_tests;
mod party_tests;

use super::*;
use crate::AttributeValue;
use crate::testing::build::{number, rule_set, solo, solos, text, ticket};
use crate::testing::judgement::RuleJudgement;

/// The verdict, which `is_valid` must share.
fn judged(ast: &RuleSetAst, tickets: &[PlacedTicket]) -> Judgement {
    let judgement = judge(ast, tickets).unwrap();
    assert_eq!(is_valid(ast, tickets, 0), judgement.valid, "{judgement}");
    judgement
}

/// The only rule's verdict.
fn only_rule(ast: &RuleSetAst, tickets: &[PlacedTicket]) -> RuleJudgement {
    let mut judgement = judged(ast, tickets);
    assert_eq!(judgement.valid, judgement.rules[0].holds, "{judgement}");
    assert_eq!(judgement.rules.len(), 1);
    judgement.rules.remove(0)
}

fn holds(ast: &RuleSetAst, tickets: &[PlacedTicket]) -> bool {
    only_rule(ast, tickets).holds
}

fn two_teams() -> RuleSetAst {
    rule_set().team("red", 0, 9).team("blue", 0, 9).number("x")
}

fn red_and_blue(red: &[f64], blue: &[f64]) -> Vec<PlacedTicket> {
    let mut tickets = solos("red", red);
    tickets.extend(solos("blue", blue));
    tickets
}

const RED: &str = "teams[red].players.attributes[x]";
const BOTH: &str = "teams[*].players.attributes[x]";
const FLAT: &str = "flatten(teams[*].players.attributes[x])";

#[test]
fn a_distance_may_lie_on_its_bounds() {
    let ast = || two_teams().distance(RED, number(10.0), Some(2.0), Some(5.0));
    for (value, expected) in [
        (15.0, true),
        (5.0, true),
        (15.5, false),
        (4.5, false),
        (12.0, true),
        (8.0, true),
        (11.5, false),
        (10.0, false),
    ] {
        assert_eq!(holds(&ast(), &solos("red", &[value])), expected, "{value}");
    }
    let rule = only_rule(&ast(), &solos("red", &[14.0, 17.5, 9.0]));
    let check = &rule.checks[0];
    assert_eq!(check.bound, "each between 2 and 5 away from 10");
    assert_eq!(check.measured.value.as_deref(), Some("[14, 17.5, 9]"));
    let misses: Vec<String> = check.misses.iter().map(ToString::to_string).collect();
    assert_eq!(misses, ["red2: 17.5 is 7.5 away, 2.5 too far", "red3: 9 is 1 away, 1 too near"]);
    assert_eq!(check.misses[0].by, Some(2.5));
}

#[test]
fn a_distance_has_a_bound_in_words() {
    for (min, max, bound) in
        [(None, Some(1.5), "1.5 of 3"), (Some(1.5), None, "at least 1.5 away from 3")]
    {
        let ast =
            two_teams().distance("avg(teams[red].players.attributes[x])", number(3.0), min, max);
        let rule = only_rule(&ast, &solos("red", &[3.0]));
        assert!(rule.checks[0].bound.ends_with(bound), "{}", rule.checks[0].bound);
        assert!(!rule.checks[0].bound.starts_with("each"));
        assert_eq!(rule.holds, min.is_none());
        assert!(rule.checks[0].misses.iter().all(|miss| miss.of.is_none()));
    }
}

#[test]
fn team_averages_keep_near_the_average_of_the_match() {
    let ast = two_teams();
    let reference = ast.reference(&format!("avg({FLAT})"));
    let ast = ast.distance(&format!("avg({BOTH})"), reference, None, Some(10.0));
    assert!(holds(&ast, &red_and_blue(&[40.0, 50.0], &[60.0, 70.0])));
    let rule = only_rule(&ast, &red_and_blue(&[40.0, 50.0], &[60.0, 70.5]));
    assert!(!rule.holds);
    assert_eq!(
        rule.to_string(),
        "FAILS rule0 (distance)
          reference avg(flatten(teams[*].players.attributes[x])) is 55.125
       -  avg(teams[*].players.attributes[x]) is [45, 65.25]; asked: each within 10 of 55.125
            red: 45 is 10.125 away, 0.125 too far
            blue: 65.25 is 10.125 away, 0.125 too far"
    );
    // conformance case 6: the average of an empty team fails the rule
    let rule = only_rule(&ast, &red_and_blue(&[40.0], &[]));
    assert!(!rule.holds);
    assert_eq!(rule.checks[0].measured.undefined.as_deref(), Some("avg of an empty list (blue)"));
    assert!(rule.checks[0].misses.is_empty());
}

#[test]
fn an_undefined_reference_fails_even_an_empty_measurement() {
    let ast = two_teams();
    let reference = ast.reference("max(teams[blue].players.attributes[x])");
    for ast in [
        ast.clone().distance(RED, reference.clone(), None, Some(1.0)),
        ast.clone().comparison(&[RED], ">=", Some(reference)),
    ] {
        assert!(holds(&ast, &red_and_blue(&[], &[3.0])), "nobody to fail");
        assert!(holds(&ast, &red_and_blue(&[3.5], &[3.0])));
        let rule = only_rule(&ast, &red_and_blue(&[3.0], &[]));
        assert!(!rule.holds && !rule.checks[0].holds);
        let reference = rule.reference.unwrap();
        assert_eq!(reference.value, None);
        assert_eq!(reference.undefined.as_deref(), Some("max of an empty list"));
        assert!(rule.checks[0].bound.ends_with("an undefined value"));
        let green = ast.clone().team("green", 0, 1);
        let nobody = [solo("green", Player::new("p").with_number("x", 0.0))];
        assert!(!holds(&green, &nobody));
    }
}

#[test]
fn every_operation_compares_numbers() {
    for (operation, below, equal, above) in [
        ("<", true, false, false),
        ("<=", true, true, false),
        ("=", false, true, false),
        ("!=", true, false, true),
        (">=", false, true, true),
        (">", false, false, true),
    ] {
        let ast = two_teams().comparison(&[RED], operation, Some(number(3.0)));
        for (value, expected) in [(2.0, below), (3.0, equal), (4.0, above)] {
            assert_eq!(holds(&ast, &solos("red", &[value])), expected, "{value} {operation} 3");
        }
        assert!(holds(&ast, &solos("blue", &[5.0])), "an empty list has nothing to fail");
    }
}

#[test]
fn a_failed_comparison_says_by_how_much() {
    for (operation, value, reason, by) in [
        ("<", 3.0, "on the bound, which is excluded", Some(0.0)),
        (">", 3.0, "on the bound, which is excluded", Some(0.0)),
        ("<", 4.5, "1.5 too high", Some(1.5)),
        ("<=", 4.5, "1.5 too high", Some(1.5)),
        (">", 1.0, "2 too low", Some(2.0)),
        (">=", 1.0, "2 too low", Some(2.0)),
        ("=", 1.0, "off by 2", Some(2.0)),
        ("!=", 3.0, "the value that is excluded", None),
    ] {
        let ast = two_teams().comparison(&[RED], operation, Some(number(3.0)));
        let check = only_rule(&ast, &solos("red", &[value])).checks.remove(0);
        assert_eq!(check.bound, format!("each {operation} 3"));
        assert_eq!(check.misses.len(), 1);
        assert_eq!((check.misses[0].reason.as_str(), check.misses[0].by), (reason, by));
        assert_eq!(check.misses[0].of.as_deref(), Some("red1"));
    }
}

#[test]
fn zero_equals_minus_zero() {
    let tickets = red_and_blue(&[0.0, -0.0], &[]);
    assert!(holds(&two_teams().comparison(&[RED], "=", None), &tickets));
    assert!(!holds(&two_teams().comparison(&[RED], "!=", None), &tickets));
    assert!(holds(&two_teams().comparison(&[RED], "=", Some(number(0.0))), &tickets));
}

#[test]
fn a_reference_is_compared_with_every_element_of_every_measurement() {
    let ast = two_teams().comparison(
        &["max(teams[red].players.attributes[x])", BOTH],
        "<=",
        Some(number(5.0)),
    );
    assert!(holds(&ast, &red_and_blue(&[5.0], &[4.0, 3.0])));
    let rule = only_rule(&ast, &red_and_blue(&[5.0], &[4.0, 6.0]));
    assert!(!rule.holds && rule.checks[0].holds && !rule.checks[1].holds);
    assert_eq!(rule.checks[0].bound, "<= 5");
    assert_eq!(rule.checks[1].misses[0].of.as_deref(), Some("blue / blue2"));
}

#[test]
fn strings_are_equal_by_text() {
    let ast = rule_set().team("red", 0, 9).attribute("role", AttributeType::String, None);
    let roles = "teams[red].players.attributes[role]";
    let tickets = |roles: &[&str]| {
        let player = |(at, role): (usize, &&str)| {
            solo("red", Player::new(format!("p{at}")).with_string("role", role))
        };
        roles.iter().enumerate().map(player).collect::<Vec<_>>()
    };
    let is_medic = ast.clone().comparison(&[roles], "=", Some(text("medic")));
    assert!(holds(&is_medic, &tickets(&["medic", "medic"])));
    let rule = only_rule(&is_medic, &tickets(&["medic", "Medic"]));
    assert_eq!(rule.checks[0].misses[0].to_string(), r#"p1: "Medic" is not "medic""#);
    let no_medic = ast.clone().comparison(&[roles], "!=", Some(text("medic")));
    assert!(holds(&no_medic, &tickets(&["tank", "scout"])));
    assert!(!holds(&no_medic, &tickets(&["tank", "medic"])));
    let all_different = ast.clone().comparison(&[roles], "!=", None);
    assert!(holds(&all_different, &tickets(&["a", "b", "c"])));
    let rule = only_rule(&all_different, &tickets(&["b", "a", "c", "a", "b", "a"]));
    let misses: Vec<String> = rule.checks[0].misses.iter().map(ToString::to_string).collect();
    assert_eq!(
        misses,
        [
            r#"p3: "a" is also the value of p1"#,
            r#"p4: "b" is also the value of p0"#,
            r#"p5: "a" is also the value of p1"#,
        ]
    );
    let all_equal = ast.comparison(&[roles], "=", None);
    assert!(holds(&all_equal, &tickets(&["a", "a"])));
    let rule = only_rule(&all_equal, &tickets(&["a", "b", "a"]));
    assert_eq!(rule.checks[0].misses.len(), 1);
    assert_eq!(rule.checks[0].misses[0].to_string(), r#"p1: "b" is not the "a" of p0"#);
}

#[test]
fn nested_lists_are_judged_one_by_one() {
    let equal = two_teams().comparison(&[BOTH], "=", None);
    assert!(holds(&equal, &red_and_blue(&[1.0, 1.0], &[2.0, 2.0])), "equal within each team");
    assert!(holds(&equal, &red_and_blue(&[1.0], &[])));
    assert!(!holds(&equal, &red_and_blue(&[1.0, 2.0], &[2.0])));
    let different = two_teams().comparison(&[BOTH], "!=", None);
    assert!(holds(&different, &red_and_blue(&[1.0, 2.0], &[1.0, 2.0])));
    let rule = only_rule(&different, &red_and_blue(&[1.0, 2.0], &[2.0, 2.0]));
    assert_eq!(rule.checks[0].bound, "all different within each list");
    assert_eq!(
        rule.checks[0].misses[0].to_string(),
        "blue / blue2: 2 is also the value of blue / blue1"
    );
    let flat = two_teams().comparison(&[FLAT], "!=", None);
    assert!(!holds(&flat, &red_and_blue(&[1.0, 2.0], &[2.0])));
    assert!(holds(&flat, &red_and_blue(&[1.0, 2.0], &[3.0])));
}

#[test]
fn single_values_are_compared_with_each_other_and_lists_apart() {
    let sizes = ["count(teams[red].players)", "count(teams[blue].players)"];
    let even = two_teams().comparison(&sizes, "=", None);
    assert!(holds(&even, &red_and_blue(&[1.0, 2.0], &[3.0, 4.0])));
    let rule = only_rule(&even, &red_and_blue(&[1.0, 2.0], &[3.0]));
    assert_eq!(rule.checks.len(), 1);
    assert_eq!(rule.checks[0].measured.value.as_deref(), Some("[2, 1]"));
    assert_eq!(rule.checks[0].bound, "all equal");
    assert_eq!(
        rule.checks[0].misses[0].to_string(),
        "count(teams[blue].players): 1 is not the 2 of count(teams[red].players)"
    );
    // a list between them is judged on its own, and everything must hold
    let mixed = two_teams().comparison(&[sizes[0], RED, sizes[1]], "=", None);
    assert!(holds(&mixed, &red_and_blue(&[7.0, 7.0], &[1.0, 2.0])));
    assert!(!holds(&mixed, &red_and_blue(&[7.0, 8.0], &[1.0, 2.0])));
    assert!(!holds(&mixed, &red_and_blue(&[7.0, 7.0], &[1.0])));
    let undefined = "max(teams[blue].players.attributes[x])";
    let rule = only_rule(
        &two_teams().comparison(&[sizes[0], undefined], "!=", None),
        &red_and_blue(&[1.0], &[]),
    );
    assert!(!rule.holds);
    assert_eq!(rule.checks[0].measured.undefined.as_deref(), Some("max of an empty list"));
}

#[test]
fn a_party_aggregation_changes_nothing() {
    let fields = |aggregation| {
        vec![
            ("operation", crate::ruleset::ast::FieldValue::Word(">=")),
            ("referenceValue", number(5.0)),
            ("partyAggregation", crate::ruleset::ast::FieldValue::Word(aggregation)),
        ]
    };
    let player = |id: &str, x| Player::new(id).with_number("x", x);
    let party = [ticket("red", 0, vec![player("p", 2.0), player("q", 9.0)])];
    for aggregation in ["min", "max", "avg"] {
        let ast = two_teams().rule("r", "comparison", &[RED], fields(aggregation));
        assert!(!holds(&ast, &party));
    }
}

#[test]
fn an_unknown_kind_is_an_error() {
    let ast = two_teams().rule("near", "nearness", &[], vec![]);
    let error = judge(&ast, &solos("red", &[1.0])).unwrap_err();
    let expected = JudgeError::Unsupported { rule: "near".into(), kind: "nearness".into() };
    assert_eq!(error, expected);
    assert_eq!(error.to_string(), "rule `near` is of type `nearness`, which cannot be judged yet");
}

#[test]
fn what_cannot_be_judged_is_an_error() {
    let ast = rule_set().teams("trio", 0, 3, 2);
    assert_eq!(judge(&ast, &[]), Err(JudgeError::NoTickets));
    let tickets = [solo("trio_1", Player::new("p")), ticket("trio_2", 0, vec![])];
    assert_eq!(judge(&ast, &tickets), Err(JudgeError::EmptyTicket { position: 2 }));
    let error = judge(&ast, &[solo("trio", Player::new("p"))]).unwrap_err();
    let known = vec!["trio_1".to_owned(), "trio_2".to_owned()];
    assert_eq!(error, JudgeError::UnknownTeam { position: 1, team: "trio".into(), known });
    let crowd = |players| {
        let players = (0..players).map(|at| Player::new(format!("p{at}"))).collect();
        [ticket("trio_1", 0, players)]
    };
    assert!(judge(&ast, &crowd(200)).is_ok());
    let error = judge(&ast, &crowd(201)).unwrap_err();
    assert_eq!(error, JudgeError::TooManyPlayers { players: 201, limit: 200 });
}

#[test]
fn every_instance_keeps_to_its_sizes() {
    let ast = rule_set().teams("duo", 1, 2, 2);
    let players =
        |team: &str, ids: &[&str]| ticket(team, 0, ids.iter().map(|&id| Player::new(id)).collect());
    assert!(judged(&ast, &[players("duo_1", &["a"]), players("duo_2", &["b", "c"])]).valid);
    let judgement = judged(&ast, &[players("duo_1", &["a", "b", "c"])]);
    assert!(!judgement.valid);
    let lines: Vec<String> = judgement.teams.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "FAILS duo_1: 3 players (1 to 2), 1 too many",
            "FAILS duo_2: 0 players (1 to 2), 1 too few"
        ]
    );
}

#[test]
fn the_last_step_due_replaces_its_target() {
    let ast = two_teams()
        .distance(RED, number(10.0), None, Some(1.0))
        .expand_rule("maxDistance", vec![(5, number(2.0)), (15, number(4.0))])
        .expand_rule("referenceValue", vec![(30, number(20.0))]);
    let after = |millis, x| {
        let age = Millis::new(millis);
        let players = vec![Player::new("p").with_number("x", x)];
        let judgement =
            judged(&ast, &[PlacedTicket { team: "red".into(), age, players, backfill: false }]);
        (judgement.rules[0].checks[0].bound.clone(), judgement.valid)
    };
    assert_eq!(after(0, 11.0), ("each within 1 of 10".into(), true));
    assert_eq!(after(4_999, 12.0), ("each within 1 of 10".into(), false));
    assert_eq!(after(5_000, 12.0), ("each within 2 of 10".into(), true));
    assert_eq!(after(14_999, 14.0), ("each within 2 of 10".into(), false));
    assert_eq!(after(15_000, 14.0), ("each within 4 of 10".into(), true));
    assert_eq!(after(30_000, 24.0), ("each within 4 of 20".into(), true));
    assert_eq!(after(43_200_000, 14.0), ("each within 4 of 20".into(), false));
}

#[test]
fn an_operation_can_be_expanded() {
    use crate::ruleset::ast::FieldValue::Word;
    let ast = two_teams()
        .comparison(&[RED], "=", Some(number(3.0)))
        .expand_rule("operation", vec![(10, Word(">="))]);
    let aged = |age| [ticket("red", age, vec![Player::new("p").with_number("x", 4.0)])];
    assert!(!judged(&ast, &aged(9)).valid);
    assert!(judged(&ast, &aged(10)).valid);
}

#[test]
fn the_age_selection_decides_whose_wait_counts() {
    let player = |id: &str| vec![Player::new(id)];
    let tickets = [ticket("red", 30, player("old")), ticket("red", 10, player("new"))];
    let newest = rule_set().team("red", 3, 4).expand_min("red", &[(20, 2), (30, 1)]);
    let judgement = judged(&newest, &tickets);
    assert_eq!((judgement.wait, judgement.valid), (Millis::from_secs(10), false));
    assert_eq!(judgement.teams[0].min, 3);
    let judgement = judged(&newest.oldest(), &tickets);
    assert_eq!((judgement.wait, judgement.valid), (Millis::from_secs(30), true));
    assert_eq!(judgement.teams[0].min, 1);
}

#[test]
fn attributes_that_are_missing_or_of_another_type_are_problems() {
    let ast = rule_set()
        .team("red", 0, 9)
        .number("x")
        .attribute("lvl", AttributeType::Number, Some(AttributeValue::Number(7.0)))
        .attribute("role", AttributeType::String, Some(AttributeValue::String(String::new())));
    let good = Player::new("p").with_number("x", 1.0).with_string("role", "tank");
    assert!(judged(&ast, &[solo("red", good.clone())]).valid, "an undeclared one has no say");
    let judgement = judged(&ast, &[solo("red", Player::new("p").with_string("lvl", "9"))]);
    assert!(!judgement.valid);
    assert_eq!(
        judgement.problems,
        [
            "`x` of player `p` is missing and has no default, so the player can never be matched",
            "`lvl` of player `p` is not a number",
            "`role` of player `p` is missing and has no default, so the player can never be matched",
        ]
    );
    let infinite = good.clone().with_number("x", f64::INFINITY);
    assert_eq!(
        judged(&ast, &[solo("red", infinite)]).problems,
        ["`x` of player `p` is not finite"]
    );
    // a rule about the missing value fails with the same reason, even when it only counts
    let counted =
        ast.comparison(&["count(teams[red].players.attributes[x])"], "=", Some(number(1.0)));
    assert!(judged(&counted, &[solo("red", good)]).valid);
    let judgement = judged(&counted, &[solo("red", Player::new("p").with_string("role", "tank"))]);
    assert_eq!(
        judgement.rules[0].checks[0].measured.undefined.as_ref(),
        judgement.problems.first()
    );
    assert!(!judgement.rules[0].holds);
}

#[test]
fn defaults_fill_in() {
    let ast = rule_set().team("red", 0, 9).attribute(
        "x",
        AttributeType::Number,
        Some(AttributeValue::Number(7.0)),
    );
    let ast = ast.comparison(&[RED], "=", None);
    let tickets =
        [solo("red", Player::new("p").with_number("x", 7.0)), solo("red", Player::new("q"))];
    assert!(judged(&ast, &tickets).valid);
}

#[test]
fn a_player_stands_in_a_match_once() {
    let ast = rule_set().team("red", 0, 9).team("blue", 0, 9);
    let tickets = [solo("red", Player::new("p")), solo("blue", Player::new("p"))];
    let judgement = judged(&ast, &tickets);
    assert!(!judgement.valid);
    assert_eq!(judgement.problems, ["player `p` stands in the match 2 times"]);
}

#[test]
fn the_location_is_common_to_all_who_report_one() {
    let ast = rule_set().team("red", 0, 9);
    let player = |id: &str, latencies: &[(&str, u32)]| {
        let player = Player::new(id);
        solo("red", latencies.iter().fold(player, |player, &(at, ms)| player.with_latency(at, ms)))
    };
    let location = |tickets: &[PlacedTicket]| {
        let judgement = judged(&ast, tickets);
        assert_eq!(judgement.valid, judgement.problems.is_empty());
        (judgement.location, judgement.valid)
    };
    assert_eq!(location(&[player("p", &[])]), (None, true));
    let p = player("p", &[("eu", 50), ("us", 30), ("ap", 10)]);
    let q = player("q", &[("eu", 20), ("us", 60)]);
    assert_eq!(location(std::slice::from_ref(&p)), (Some("ap".into()), true));
    assert_eq!(location(&[p.clone(), q.clone()]), (Some("eu".into()), true));
    assert_eq!(location(&[q.clone(), player("silent", &[]), p.clone()]).0, Some("eu".into()));
    let tie = player("r", &[("eu", 40), ("us", 20)]);
    assert_eq!(location(&[p.clone(), q.clone(), tie]).0, Some("eu".into()), "110 ms each, by name");
    assert_eq!(location(&[q, player("s", &[("ap", 1)])]), (None, false));
    let huge = [player("a", &[("x", u32::MAX)]), player("b", &[("x", u32::MAX)])];
    assert_eq!(location(&huge).0, Some("x".into()));
}

#[test]
fn a_judgement_reads_as_a_report() {
    let ast = rule_set()
        .team("red", 1, 2)
        .team("blue", 2, 2)
        .number("x")
        .comparison(&[RED], "=", Some(number(1.0)))
        .comparison(&[FLAT], "<=", Some(number(3.0)));
    let tickets = [
        ticket("red", 20, vec![Player::new("ann").with_number("x", 1.0).with_latency("eu", 9)]),
        PlacedTicket {
            team: "blue".into(),
            age: Millis::new(12_500),
            players: vec![Player::new("bob").with_number("x", 4.0)],
            backfill: false,
        },
    ];
    let judgement = judged(&ast, &tickets);
    assert_eq!(
        judgement.to_string(),
        "not a valid match, judged after a wait of 12.5 s, location eu
teams
  ok    red: 1 player (1 to 2)
  FAILS blue: 1 player (2), 1 too few
rules
  ok    rule0 (comparison)
          teams[red].players.attributes[x] is [1]; asked: each = 1
  FAILS rule1 (comparison)
       -  flatten(teams[*].players.attributes[x]) is [1, 4]; asked: each <= 3
            bob: 4 is 1 too high"
    );
}

#[cfg(feature = "wire")]
#[test]
fn a_judgement_has_a_json_form() {
    let ast = rule_set().team("red", 1, 1).number("x").comparison(&[RED], "<", Some(number(1.0)));
    let json = serde_json::to_value(judged(&ast, &solos("red", &[1.0]))).unwrap();
    let expected = serde_json::json!({
        "valid": false, "waitMillis": 0, "location": null, "problems": [],
        "teams": [{"name": "red", "players": 1, "min": 1, "max": 1, "holds": true}],
        "rules": [{
            "name": "rule0", "kind": "comparison", "holds": false, "enforced": true,
            "locations": null, "reference": null,
            "checks": [{
                "measured": {"expression": RED, "value": "[1]", "undefined": null},
                "bound": "each < 1", "holds": false,
                "misses": [{
                    "of": "red1", "value": "1",
                    "reason": "on the bound, which is excluded", "by": 0.0
                }]
            }]
        }]
    });
    assert_eq!(json, expected);
}

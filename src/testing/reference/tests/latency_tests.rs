//! `latency` rules, and the location of a match.

use super::*;
use crate::testing::judgement::NoLocation;

/// A ticket of players with these latencies.
pub(super) fn party(team: &str, id: &str, players: &[&[(&str, u32)]]) -> PlacedTicket {
    let player = |(at, latencies): (usize, &&[(&str, u32)])| {
        let player = Player::new(format!("{id}{at}"));
        latencies.iter().fold(player, |player, &(at, ms)| player.with_latency(at, ms))
    };
    ticket(team, 0, (1..).zip(players).map(player).collect())
}

fn one_team() -> RuleSetAst {
    rule_set().team("red", 1, 9)
}

fn at(places: &[&str]) -> Option<Vec<String>> {
    Some(places.iter().map(|&place| place.into()).collect())
}

#[test]
fn a_latency_may_lie_on_its_bound() {
    let ast = one_team().latency("near", Some(100.0), None, None);
    for (ms, expected) in [(1, true), (99, true), (100, true), (101, false), (u32::MAX, false)] {
        assert_eq!(holds(&ast, &[party("red", "p", &[&[("eu", ms)]])]), expected, "{ms}");
    }
    let rule = only_rule(&ast, &[party("red", "p", &[&[("eu", 130), ("us", 90)]])]);
    assert_eq!(rule.locations, at(&["us"]));
    assert_eq!(
        rule.to_string(),
        "ok    near (latency) at us
       -  worst latency at eu is 130 ms; asked: at most 100 ms
            p1: 130 ms is 30 ms too high
          worst latency at us is 90 ms; asked: at most 100 ms"
    );
}

#[test]
fn the_latency_of_a_party_is_called_what_it_is() {
    let pair = party("red", "p", &[&[("eu", 60)], &[("eu", 87)]]);
    let solo = party("red", "q", &[&[("eu", 70)]]);
    for (aggregation, said) in [
        (None, "worst latency at eu (average of a party) is 73.5 ms"),
        (Some("avg"), "worst latency at eu (average of a party) is 73.5 ms"),
        (Some("min"), "worst latency at eu (lowest of a party) is 70 ms"),
        (Some("max"), "worst latency at eu (highest of a party) is 87 ms"),
    ] {
        let mut ast = one_team().latency("near", Some(100.0), None, None);
        if let Some(word) = aggregation {
            ast = ast.aggregated(word);
        }
        let rule = only_rule(&ast, &[pair.clone(), solo.clone()]);
        assert_eq!(rule.checks[0].measured.to_string(), said, "{aggregation:?}");
    }
    let ast = one_team().latency("near", Some(100.0), None, None);
    let alone = only_rule(&ast, &[solo]).checks[0].measured.to_string();
    assert_eq!(alone, "worst latency at eu is 70 ms");
}

#[test]
fn every_player_has_to_report_the_location() {
    let ast = one_team().latency("near", Some(100.0), None, None);
    let p = party("red", "p", &[&[("eu", 50), ("us", 40)]]);
    assert!(holds(&ast, &[p.clone(), party("red", "q", &[&[("eu", 50)]])]));
    for silent in [party("red", "q", &[&[]]), party("red", "q", &[&[("eu", 50)], &[]])] {
        let id = silent.players.last().unwrap().player_id.clone();
        let rule = only_rule(&ast, &[p.clone(), silent.clone()]);
        assert!(!rule.holds);
        assert_eq!(rule.locations, at(&[]));
        let reason = format!("player `{id}` reports none");
        assert_eq!(rule.checks[0].measured.undefined, Some(reason));
        // without the rule the silent player constrains nothing
        let judgement = judged(&one_team(), &[p.clone(), silent]);
        assert!(judgement.valid);
        assert!(judgement.location.is_some());
    }
    let rule = only_rule(&ast, &[party("red", "q", &[&[]])]);
    assert_eq!((rule.holds, rule.locations.clone()), (false, None));
    assert_eq!(
        rule.to_string(),
        "FAILS near (latency)
       -  worst latency is undefined: nobody reports latencies; asked: at most 100 ms"
    );
}

#[test]
fn a_location_must_be_common_to_all() {
    let ast = one_team().latency("near", Some(100.0), None, None);
    let tickets = [party("red", "p", &[&[("eu", 50)]]), party("red", "q", &[&[("us", 50)]])];
    let judgement = judged(&ast, &tickets);
    assert!(!judgement.valid && !judgement.rules[0].holds);
    assert_eq!(judgement.rules[0].locations, at(&[]));
    assert_eq!(judgement.location, None);
    assert_eq!(judgement.problems, ["no location is reported by all players who report latencies"]);
    assert_eq!(judgement.no_location, Some(NoLocation::NoneInCommon));
    // common to both, but near to one each
    let tickets = [
        party("red", "p", &[&[("eu", 50), ("us", 150)]]),
        party("red", "q", &[&[("us", 50), ("eu", 150)]]),
    ];
    let judgement = judged(&ast, &tickets);
    assert!(!judgement.valid && !judgement.rules[0].holds);
    assert!(judgement.problems.is_empty(), "the rule says it");
}

#[test]
fn a_party_counts_by_its_aggregate() {
    let tickets = |a, b| [party("red", "p", &[&[("eu", a)], &[("eu", b)]])];
    for (aggregation, a, b, expected) in [
        (None, 60, 140, true),
        (None, 60, 141, false),
        (Some("avg"), 60, 140, true),
        (Some("avg"), 61, 140, false),
        (Some("min"), 100, 900, true),
        (Some("min"), 101, 900, false),
        (Some("max"), 1, 100, true),
        (Some("max"), 1, 101, false),
    ] {
        let ast = one_team().latency("near", Some(100.0), None, None);
        let ast = match aggregation {
            Some(aggregation) => ast.aggregated(aggregation),
            None => ast,
        };
        assert_eq!(holds(&ast, &tickets(a, b)), expected, "{aggregation:?} of {a} and {b}");
    }
    let ast = one_team().latency("near", Some(100.0), None, None);
    let rule = only_rule(&ast, &tickets(100, 101));
    assert_eq!(rule.checks[0].misses[0].to_string(), "p1 + p2: 100.5 ms is 0.5 ms too high");
}

#[test]
fn tickets_keep_near_each_other() {
    let solos = |values: &[u32]| -> Vec<PlacedTicket> {
        let solo = |(at, &ms): (usize, &u32)| party("red", &format!("p{at}_"), &[&[("eu", ms)]]);
        values.iter().enumerate().map(solo).collect()
    };
    for (reference, values, expected) in [
        (None, vec![40, 60], true),
        (None, vec![61, 40], false),
        (Some("min"), vec![40, 60, 50], true),
        (Some("min"), vec![40, 61, 50], false),
        // the average is 50, then 50 and a third
        (Some("avg"), vec![30, 70], true),
        (Some("avg"), vec![30, 30, 90, 50], false),
        (Some("avg"), vec![30, 70, 51], false),
    ] {
        let ast = one_team().latency("even", None, Some(20.0), reference);
        assert_eq!(holds(&ast, &solos(&values)), expected, "{reference:?} {values:?}");
    }
    let ast = one_team().latency("even", Some(100.0), Some(20.0), Some("avg"));
    let check = only_rule(&ast, &solos(&[30, 30, 90, 50])).checks.remove(0);
    assert_eq!(check.bound, "at most 100 ms and within 20 ms of the average, 50 ms");
    assert_eq!(check.misses.len(), 1);
    assert_eq!(check.misses[0].to_string(), "p2_1: 90 ms is 20 ms too far from the others");
    let check = only_rule(&ast, &solos(&[101, 100])).checks.remove(0);
    assert_eq!(check.misses[0].to_string(), "p0_1: 101 ms is 1 ms too high");
    // the aggregates of tickets are what is compared: 50 and 60
    let pair = [party("red", "p", &[&[("eu", 1)], &[("eu", 99)]]), solos(&[60]).remove(0)];
    let ast = one_team().latency("even", None, Some(10.0), None);
    assert!(holds(&ast, &pair));
    assert!(!holds(&ast.aggregated("max"), &pair));
}

#[test]
fn a_rule_that_asks_nothing_asks_for_reports() {
    let ast = one_team().latency("any", None, None, None);
    assert!(holds(&ast, &[party("red", "p", &[&[("eu", u32::MAX)]])]));
    assert!(!holds(&ast, &[party("red", "p", &[&[("eu", 1)], &[]])]));
}

#[test]
fn a_bound_grows_with_waiting() {
    let ast = one_team()
        .latency("near", Some(100.0), None, None)
        .expand_rule("maxLatency", vec![(10, number(200.0))]);
    let aged = |seconds| {
        let PlacedTicket { players, .. } = party("red", "p", &[&[("eu", 150)]]);
        [ticket("red", seconds, players)]
    };
    assert!(!judged(&ast, &aged(9)).valid);
    assert!(judged(&ast, &aged(10)).valid);
}

#[test]
fn one_location_must_suit_all_rules() {
    let ast =
        one_team().latency("near", Some(100.0), None, None).latency("even", None, Some(10.0), None);
    let tickets = [
        party("red", "p", &[&[("ap", 90), ("eu", 20), ("us", 120)]]),
        party("red", "q", &[&[("ap", 99), ("eu", 60), ("us", 125)]]),
    ];
    let judgement = judged(&ast, &tickets);
    assert!(judgement.valid);
    assert_eq!(judgement.rules[0].locations, at(&["ap", "eu"]));
    assert_eq!(judgement.rules[1].locations, at(&["ap", "us"]));
    // eu has the lowest mean, but is not allowed
    assert_eq!(judgement.location.as_deref(), Some("ap"));

    let apart = [
        party("red", "p", &[&[("eu", 20), ("us", 120)]]),
        party("red", "q", &[&[("eu", 60), ("us", 125)]]),
    ];
    let judgement = judged(&ast, &apart);
    assert!(judgement.rules.iter().all(|rule| rule.holds), "each holds somewhere");
    assert!(!judgement.valid);
    assert_eq!(judgement.location, None);
    assert_eq!(
        judgement.problems,
        ["no location suits all rules: `near` holds at eu; `even` holds at us"]
    );
    let Some(NoLocation::NoneForAllRules { rules }) = judgement.no_location else {
        panic!("a rule by itself does not say it");
    };
    let rules = rules.iter().map(|it| (it.rule_name.as_str(), it.locations.join(" ")));
    assert_eq!(rules.collect::<Vec<_>>(), [("near", "eu".into()), ("even", "us".into())]);
}

#[test]
fn other_rules_have_no_say_in_the_location() {
    let ast = one_team().number("x").comparison(&[RED], "=", Some(number(1.0)));
    let mut tickets = [party("red", "p", &[&[("eu", 20), ("us", 10)]])];
    tickets[0].players[0] = tickets[0].players[0].clone().with_number("x", 2.0);
    let judgement = judged(&ast, &tickets);
    assert!(!judgement.valid && judgement.problems.is_empty());
    assert_eq!(judgement.rules[0].locations, None);
    assert_eq!(judgement.location.as_deref(), Some("us"));
}

#[cfg(feature = "wire")]
#[test]
fn locations_have_a_json_form() {
    let ast = one_team().latency("near", Some(100.0), None, None);
    let judgement = judged(&ast, &[party("red", "p", &[&[("eu", 130), ("us", 90)]])]);
    let json = serde_json::to_value(judgement).unwrap();
    assert_eq!(json["location"], "us");
    let rule = &json["rules"][0];
    assert_eq!(rule["locations"], serde_json::json!(["us"]));
    assert_eq!(rule["enforced"], true);
    assert_eq!(rule["checks"][0]["measured"]["value"], "130 ms");
    assert_eq!(rule["checks"][0]["misses"][0]["by"], 30.0);
}

#[test]
fn a_report_lists_some_of_many_locations() {
    let names: Vec<String> = (10..30).map(|at| format!("l{at}")).collect();
    let latencies: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let ast = one_team().latency("near", Some(100.0), None, None);
    let rule = only_rule(&ast, &[party("red", "p", &[&latencies])]);
    let report = rule.to_string();
    let head = "ok    near (latency) at l10, l11, l12, l13, l14, l15, l16, l17 and 12 more\n";
    assert!(report.starts_with(head), "{report}");
    assert!(report.ends_with("\n          and 4 more"), "{report}");
    assert_eq!(rule.checks.len(), 20);
}

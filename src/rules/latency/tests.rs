//! Latency rules: mistakes, where they hold, what partial matches say, and whole matchmakers.

use crate::RuleSet;
use crate::base::rng::DetRng;
use crate::model::ticket::Player;
use crate::rules::scene_tests::{
    Known, Scene, draw, duel, first_error, matches, rule_warnings, two_teams,
};

fn rule(fields: &str) -> String {
    two_teams(&format!(r#"[{{"name": "near", "type": "latency", {fields}}}]"#), "[]")
}

/// A player of a name with latencies.
fn player(name: &str, latencies: &[(&str, u32)]) -> Player {
    latencies.iter().fold(Player::new(name), |it, &(location, ms)| it.with_latency(location, ms))
}

/// Tickets of one player each.
fn solos(latencies: &[&[(&str, u32)]]) -> Vec<Vec<Player>> {
    let player = |(at, it): (usize, &&[(&str, u32)])| vec![player(&format!("p{at}"), it)];
    latencies.iter().enumerate().map(player).collect()
}

/// Where the only rule holds for all these tickets in the first team.
fn holds(fields: &str, tickets: &[Vec<Player>]) -> Vec<String> {
    let mut scene = Scene::new(&rule(fields), tickets);
    let set = scene.complete(&vec![Some(0); tickets.len()], 0)[0];
    scene.names(set).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_rule_without_bounds_is_refused() {
    let none = r#""distanceReference": "min", "partyAggregation": "max""#;
    let (pointer, kind, help) = first_error(&rule(none), false);
    assert_eq!(pointer, "/rules/0/name");
    assert_eq!(kind, "a `latency` rule without `maxLatency` or `maxDistance` judges nothing");
    assert_eq!(help.as_deref(), Some("say how high a latency may be"));
}

#[test]
fn fields_of_other_shapes_are_refused_where_they_stand() {
    let both = r#""maxLatency": 5, "distanceReference": "max""#;
    let (pointer, kind, help) = first_error(&rule(both), false);
    assert_eq!(pointer, "/rules/0/distanceReference");
    assert_eq!(kind, "`max` is not a distance reference");
    assert!(help.is_some_and(|help| help.contains("`min`")));
    let (pointer, ..) =
        first_error(&rule(r#""maxLatency": 5, "partyAggregation": "union""#), false);
    assert_eq!(pointer, "/rules/0/partyAggregation");
    let (pointer, ..) = first_error(&rule(r#""maxLatency": 5, "measurements": []"#), false);
    assert_eq!(pointer, "/rules/0/measurements");
    let expansion = |property: &str| {
        two_teams(
            r#"[{"name": "near", "type": "latency", "maxLatency": 5}]"#,
            &format!(
                r#"[{{"target": "rules[near].{property}",
                      "steps": [{{"waitTimeSeconds": 1, "value": 9}}]}}]"#
            ),
        )
    };
    assert!(RuleSet::from_json(&expansion("maxLatency")).is_ok());
    let (pointer, kind, _) = first_error(&expansion("distanceReference"), false);
    assert_eq!(pointer, "/expansions/0/target");
    assert_eq!(kind, "`distanceReference` of latency rules cannot be expanded");
    let (_, kind, _) = first_error(&expansion("maxDistance"), false);
    assert_eq!(kind, "rule `near` has no `maxDistance` to expand");
}

#[test]
fn a_missing_reference_is_the_lowest_latency_or_an_error_when_strict() {
    let text = rule(r#""maxDistance": 10"#);
    let (pointer, kind, help) = first_error(&text, true);
    assert_eq!(pointer, "/rules/0/maxDistance");
    let words = "`maxDistance` without `distanceReference` is a distance from the lowest latency";
    assert_eq!(kind, words);
    assert_eq!(help.as_deref(), Some(r#"add a `distanceReference`: "min" or "avg""#));
    assert_eq!(rule_warnings(&text), [("/rules/0/maxDistance".into(), words.into())]);
    // From the mean, 10 and 22 are 6 away; from the lowest, 12.
    let tickets = solos(&[&[("eu", 10)], &[("eu", 22)]]);
    assert_eq!(holds(r#""maxDistance": 10"#, &tickets), Vec::<String>::new());
    assert_eq!(holds(r#""maxDistance": 10, "distanceReference": "avg""#, &tickets), ["eu"]);
}

#[test]
fn what_has_no_effect_or_never_passes_is_warned_of() {
    let cases = [
        (
            r#""maxLatency": 9, "distanceReference": "avg""#,
            "/rules/0/distanceReference",
            "`distanceReference` has no effect without `maxDistance`",
        ),
        (
            r#""maxLatency": 0.5"#,
            "/rules/0/name",
            "rule `near` can never pass: latencies are at least 1 millisecond",
        ),
        (
            r#""maxDistance": -1, "distanceReference": "avg""#,
            "/rules/0/name",
            "rule `near` can never pass: a distance is never negative",
        ),
    ];
    for (fields, pointer, words) in cases {
        assert_eq!(rule_warnings(&rule(fields)), [(pointer.into(), words.into())]);
    }
    for fields in [r#""maxLatency": 1"#, r#""maxDistance": 0, "distanceReference": "min""#] {
        assert_eq!(rule_warnings(&rule(fields)), []);
    }
}

#[test]
fn bounds_are_inclusive_and_one_location_is_enough() {
    let tickets = solos(&[&[("eu", 50), ("us", 51), ("ap", 9)], &[("us", 20), ("eu", 50)]]);
    assert_eq!(holds(r#""maxLatency": 50"#, &tickets), ["eu"]);
    assert_eq!(holds(r#""maxLatency": 51"#, &tickets), ["eu", "us"]);
    assert_eq!(holds(r#""maxLatency": 49.5"#, &tickets), Vec::<String>::new());
    let near = |max: f64, reference: &str| {
        holds(&format!(r#""maxDistance": {max}, "distanceReference": "{reference}""#), &tickets)
    };
    assert_eq!(near(31.0, "min"), ["eu", "us"]);
    assert_eq!(near(30.5, "min"), ["eu"]);
    assert_eq!(near(15.5, "avg"), ["eu", "us"]);
    assert_eq!(near(15.0, "avg"), ["eu"]);
    let both = r#""maxLatency": 50, "maxDistance": 31, "distanceReference": "min""#;
    assert_eq!(holds(both, &tickets), ["eu"]);
}

#[test]
fn the_mean_is_that_of_tickets_and_judges_both_sides() {
    // The mean is 30: 70 is 40 above it, the others 20 below.
    let tickets = solos(&[&[("eu", 10)], &[("eu", 10)], &[("eu", 70)]]);
    let near =
        |max: u32| holds(&format!(r#""maxDistance": {max}, "distanceReference": "avg""#), &tickets);
    assert_eq!((near(40), near(39)), (vec!["eu".to_owned()], vec![]));
    // A party counts once: the mean is (10 + 40) / 2, not (10 + 40 + 40 + 40) / 4.
    let party = (0..3).map(|at| player(&format!("q{at}"), &[("eu", 40)])).collect();
    let tickets = vec![vec![player("p", &[("eu", 10)])], party];
    let fields = r#""maxDistance": 15, "distanceReference": "avg""#;
    assert_eq!(holds(fields, &tickets[..1]), ["eu"]);
    let mut scene = Scene::new(&rule(fields), &tickets);
    let set = scene.complete(&[Some(1), Some(0)], 0)[0];
    assert_eq!(scene.names(set), ["eu"]);
}

#[test]
fn a_party_is_put_together_where_all_its_players_report() {
    let party = vec![
        player("a", &[("eu", 10), ("us", 30), ("ap", 1)]),
        player("b", &[("us", 50), ("eu", 40)]),
    ];
    let with = |max: u32, aggregation: &str| {
        let fields = format!(r#""maxLatency": {max}, "partyAggregation": "{aggregation}""#);
        holds(&fields, std::slice::from_ref(&party))
    };
    assert_eq!(with(10, "min"), ["eu"]);
    assert_eq!(with(30, "min"), ["eu", "us"]);
    assert_eq!(with(25, "avg"), ["eu"]);
    assert_eq!(with(24, "avg"), Vec::<String>::new());
    assert_eq!(with(40, "max"), ["eu"]);
    assert_eq!(with(50, "max"), ["eu", "us"]);
    assert_eq!(holds(r#""maxLatency": 25"#, &[party]), ["eu"], "the default is the mean");
}

#[test]
fn who_reports_nothing_fails_everywhere() {
    let silent = player("s", &[]);
    let fields = r#""maxLatency": 1000"#;
    assert_eq!(holds(fields, &[vec![silent.clone()]]), Vec::<String>::new());
    let one = vec![player("a", &[("eu", 1)]), silent.clone()];
    assert_eq!(holds(fields, &[one]), Vec::<String>::new());
    let tickets = vec![vec![player("a", &[("eu", 1)])], vec![silent]];
    assert_eq!(holds(fields, &tickets), Vec::<String>::new());
    let mut scene = Scene::new(&rule(fields), &tickets);
    assert!(scene.partial(&[None, Some(0)], 0).unwrap()[0].is_never());
    assert!(!scene.partial(&[Some(0), None], 0).unwrap()[0].is_never());
}

#[test]
fn expansions_change_the_bounds() {
    let text = two_teams(
        r#"[{"name": "near", "type": "latency", "maxLatency": 50, "maxDistance": 5,
             "distanceReference": "min"}]"#,
        r#"[{"target": "rules[near].maxLatency", "steps": [{"waitTimeSeconds": 5, "value": 80}]},
            {"target": "rules[near].maxDistance", "steps": [{"waitTimeSeconds": 9, "value": 20}]}]"#,
    );
    let tickets = solos(&[&[("eu", 40), ("us", 60)], &[("eu", 50), ("us", 61)]]);
    let mut scene = Scene::new(&text, &tickets);
    for (wait, expected) in [(4, &[][..]), (5, &["us"]), (9, &["eu", "us"])] {
        let set = scene.complete(&[Some(0), Some(0)], wait)[0];
        assert_eq!(scene.names(set), expected, "{wait}");
        let possible = scene.partial(&[Some(0), Some(0)], wait).unwrap()[0].possible;
        assert_eq!(scene.names(possible), expected, "{wait}");
    }
}

/// Facts 3.4 once more, in the plainest words, from the requests.
fn plainly_holds(
    tickets: &[&Vec<Player>],
    location: &str,
    max_latency: Option<f64>,
    max_distance: Option<(f64, &str)>,
    aggregation: &str,
) -> bool {
    let mut values = Vec::new();
    for ticket in tickets {
        let mut reports = Vec::new();
        for player in *ticket {
            match player.latency_in_ms.get(location) {
                Some(&millis) => reports.push(f64::from(millis)),
                None => return false,
            }
        }
        reports.sort_by(f64::total_cmp);
        values.push(match aggregation {
            "min" => reports[0],
            "max" => reports[reports.len() - 1],
            _ => reports.iter().sum::<f64>() / reports.len() as f64,
        });
    }
    let reference = match max_distance {
        Some((_, "avg")) => values.iter().sum::<f64>() / values.len() as f64,
        _ => values.iter().copied().fold(f64::INFINITY, f64::min),
    };
    values.iter().all(|&value| {
        max_latency.is_none_or(|max| value <= max)
            && max_distance.is_none_or(|(max, _)| (value - reference).abs() <= max)
    })
}

#[test]
fn it_holds_where_the_plain_words_say_and_partial_verdicts_never_lie() {
    const LOCATIONS: [&str; 4] = ["ap", "eu", "sa", "us"];
    let mut rng = DetRng::new(3);
    let mut known = Known::default();
    let (mut held, mut failed) = (0, 0);
    for _ in 0..80 {
        let mut player = |at: usize, spot: usize| {
            let mut player = Player::new(format!("p{at}_{spot}"));
            let silent = draw(&mut rng, 12) == 0;
            for location in LOCATIONS {
                if !silent && draw(&mut rng, 8) > 0 {
                    player = player.with_latency(location, 1 + draw(&mut rng, 9) as u32);
                }
            }
            player
        };
        let tickets: Vec<Vec<Player>> =
            (0..4).map(|at| (0..1 + at / 2).map(|spot| player(at, spot)).collect()).collect();
        let max_latency = [None, Some(6.0), Some(8.0)][draw(&mut rng, 3)];
        let distance = [0.5, 2.0, 3.0][draw(&mut rng, 3)];
        let reference = ["min", "avg"][draw(&mut rng, 2)];
        let max_distance =
            (max_latency.is_none() || draw(&mut rng, 2) == 0).then_some((distance, reference));
        let aggregation = ["min", "max", "avg"][draw(&mut rng, 3)];
        let mut fields = format!(r#""partyAggregation": "{aggregation}""#);
        if let Some(max) = max_latency {
            fields += &format!(r#", "maxLatency": {max}"#);
        }
        if let Some((max, reference)) = max_distance {
            fields += &format!(r#", "maxDistance": {max}, "distanceReference": "{reference}""#);
        }
        let mut scene = Scene::new(&rule(&fields), &tickets);
        known += scene.check_partial_verdicts();
        for subset in 1_usize..16 {
            let seats: Vec<_> =
                (0..4).map(|at| (subset >> at & 1 == 1).then_some(at % 2)).collect();
            let set = scene.complete(&seats, 0)[0];
            let names = scene.names(set);
            // Canonical order: red before blue, later (older) tickets first.
            let order = [2, 0, 3, 1].into_iter().filter(|&at| seats[at].is_some());
            let inside: Vec<&Vec<Player>> = order.map(|at| &tickets[at]).collect();
            for location in LOCATIONS {
                let expected =
                    plainly_holds(&inside, location, max_latency, max_distance, aggregation);
                assert_eq!(names.contains(&location), expected, "{fields} {inside:?}");
                if expected { held += 1 } else { failed += 1 }
            }
        }
    }
    assert!(held > 400 && failed > 400, "{held} {failed}");
    assert!(known.never * 10 > known.verdicts && known.always * 100 > known.verdicts, "{known:?}");
}

#[test]
fn a_match_names_the_allowed_location_of_the_lowest_mean() {
    // The lowest mean is in `us`, where 80 is too much; `ap` and `eu` have equal means.
    let tickets = solos(&[
        &[("us", 1), ("eu", 40), ("ap", 50), ("sa", 60)],
        &[("us", 80), ("eu", 50), ("ap", 40), ("sa", 60)],
    ]);
    let near = r#"[{"name": "near", "type": "latency", "maxLatency": 60}]"#;
    assert_eq!(matches(&duel(near), &tickets), [(Some("ap".into()), 2)]);
    assert_eq!(matches(&duel("[]"), &tickets), [(Some("us".into()), 2)]);
}

#[test]
fn two_rules_must_hold_in_one_location() {
    let both = r#"[{"name": "near", "type": "latency", "maxLatency": 50},
                   {"name": "fair", "type": "latency", "maxDistance": 5,
                    "distanceReference": "min"}]"#;
    // Near enough in `eu` alone, fair in `us` alone.
    let mut tickets = solos(&[&[("eu", 20), ("us", 70)], &[("eu", 40), ("us", 72)]]);
    let mut scene = Scene::new(&two_teams(both, "[]"), &tickets);
    let sets = scene.complete(&[Some(0), Some(0)], 0);
    assert_eq!((scene.names(sets[0]), scene.names(sets[1])), (vec!["eu"], vec!["us"]));
    assert_eq!(matches(&duel(both), &tickets), []);
    // A third is near and fair with the second in `eu`.
    tickets.push(vec![player("third", &[("eu", 44), ("us", 1)])]);
    assert_eq!(matches(&duel(both), &tickets), [(Some("eu".into()), 2)]);
}

#[test]
fn a_silent_player_matches_only_without_a_latency_rule() {
    let tickets = solos(&[&[("eu", 20)], &[]]);
    let near = r#"[{"name": "near", "type": "latency", "maxLatency": 60}]"#;
    assert_eq!(matches(&duel(near), &tickets), []);
    assert_eq!(matches(&duel("[]"), &tickets), [(Some("eu".into()), 2)]);
}

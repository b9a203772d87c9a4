//! Partial verdicts where there is next to nothing to go by: teams that take nobody, pools without
//! anyone, numbers that overflow, lists that are very long.

use super::scene_tests::Scene;
use crate::eval::verdict::Verdict;
use crate::model::ticket::Player;
use crate::pool::columns::LocationSet;

/// One player or two in `a`, and so many in `b`.
fn text(of_b: (u32, u32), rule: &str) -> String {
    let (min, max) = of_b;
    format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}},
                                 {{"name": "tags", "type": "string_list"}}],
            "teams": [{{"name": "a", "minPlayers": 1, "maxPlayers": 2}},
                      {{"name": "b", "minPlayers": {min}, "maxPlayers": {max}}}],
            "rules": [{{"name": "r", {rule}}}]}}"#
    )
}

fn comparison(operation: &str, measurements: &str, reference: &str) -> String {
    let reference = match reference {
        "" => String::new(),
        it => format!(r#", "referenceValue": {it}"#),
    };
    format!(
        r#""type": "comparison", "operation": "{operation}", "measurements": [{measurements}]{reference}"#
    )
}

fn distance(measurement: &str, reference: &str) -> String {
    format!(
        r#""type": "distance", "maxDistance": 10, "measurements": ["{measurement}"],
           "referenceValue": {reference}"#
    )
}

fn player(name: &str, skill: f64, tags: &[&str]) -> Vec<Player> {
    vec![Player::new(name).with_number("skill", skill).with_strings("tags", tags)]
}

const AVG_A: &str = "avg(teams[a].players.attributes[skill])";
const AVG_B: &str = "avg(teams[b].players.attributes[skill])";

/// What has no value in a team of nobody makes a rule false, whoever joins the other team; a list of
/// nothing makes it true.
#[test]
fn a_team_that_takes_nobody_settles_rules_at_once() {
    let quoted = |text: &str| format!("{text:?}");
    let both = format!("{AVG_A:?}, {AVG_B:?}");
    let contains = r#""type": "collection", "operation": "contains", "referenceValue": "x",
        "measurements": ["teams[b].players.attributes[tags]"], "minCount": 1"#;
    let intersection = r#""type": "collection", "operation": "intersection", "minCount": 1,
        "measurements": ["set_intersection(teams[*].players.attributes[tags])"]"#;
    for (rule, expected) in [
        (comparison("<", &quoted(AVG_B), "5"), Verdict::NEVER),
        (comparison("<", &quoted(AVG_A), &quoted(AVG_B)), Verdict::NEVER),
        (comparison("!=", &both, ""), Verdict::NEVER),
        (comparison("!=", &quoted("avg(teams[*].players.attributes[skill])"), ""), Verdict::NEVER),
        (comparison("=", &quoted("sum(teams[b].players.attributes[skill])"), "0"), Verdict::ALWAYS),
        (comparison("=", &quoted("count(teams[b].players)"), "0"), Verdict::ALWAYS),
        (comparison("<", &quoted("teams[b].players.attributes[skill]"), "0"), Verdict::ALWAYS),
        (distance(AVG_B, "5"), Verdict::NEVER),
        (distance(AVG_A, &quoted(AVG_B)), Verdict::NEVER),
        (contains.to_owned(), Verdict::ALWAYS),
        (intersection.to_owned(), Verdict::NEVER),
    ] {
        let mut scene = Scene::new(&text((0, 0), &rule), &[player("p", 1.0, &["x"])]);
        for seats in [[None], [Some(0)]] {
            assert_eq!(scene.partial(&seats, 0), Some(vec![expected]), "{rule} {seats:?}");
        }
        let complete = LocationSet::when(expected == Verdict::ALWAYS);
        assert_eq!(scene.complete(&[Some(0)], 0), [complete], "{rule}");
        // Where `b` takes somebody, nothing is said yet.
        let mut scene = Scene::new(&text((0, 1), &rule), &[player("p", 1.0, &["x"])]);
        assert_eq!(scene.partial(&[None], 0), Some(vec![Verdict::OPEN]), "{rule}");
    }
}

/// The range of a column that has no number yet bounds nothing.
#[test]
fn a_pool_without_anyone_promises_nothing() {
    for function in ["avg", "min", "max", "median", "stddev", "sum"] {
        let measurement = format!("{function}(teams[a].players.attributes[skill])");
        for rule in [
            comparison("<", &format!("{measurement:?}"), "5"),
            comparison(">", &format!("{measurement:?}"), "5"),
            distance(&measurement, "5"),
        ] {
            let mut scene = Scene::new(&text((0, 1), &rule), &[]);
            assert_eq!(scene.partial(&[], 0), Some(vec![Verdict::OPEN]), "{rule}");
        }
    }
}

/// Squares overflow long before the numbers do; then a deviation has no value.
#[test]
fn a_deviation_that_overflows_is_false_and_never_promised() {
    let far = [player("p", 1e200, &[]), player("q", -1e200, &[])];
    let near = [player("p", 10.0, &[]), player("q", 20.0, &[])];
    for operation in ["<", ">="] {
        let rule = comparison(operation, r#""stddev(teams[a].players.attributes[skill])""#, "1e9");
        let seats = [Some(0), Some(0)];
        let mut scene = Scene::new(&text((0, 0), &rule), &far);
        let verdict = scene.partial(&seats, 0).expect("the team is not too large")[0];
        assert!(verdict.always.is_empty(), "{operation}: {verdict:?}");
        assert_eq!(scene.complete(&seats, 0), [LocationSet::NONE], "{operation}");
        let mut scene = Scene::new(&text((0, 0), &rule), &near);
        assert_eq!(scene.complete(&seats, 0), [LocationSet::when(operation == "<")], "{operation}");
    }
}

/// Up to 64 strings are counted by bits; more by looking.
#[test]
fn long_lists_are_counted_as_short_ones_are() {
    let tags: Vec<String> = (0..100).map(|it| format!("t{it}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    for (len, shared) in [(64, 30), (65, 30), (100, 40), (100, 70), (100, 0)] {
        // Some come twice, and count once.
        let first: Vec<&str> = [&tags[..len], &tags[..3]].concat();
        let second: Vec<&str> = tags[len - shared..len].to_vec();
        let tickets = [player("p", 1.0, &first), player("q", 1.0, &second)];
        for (least, expected) in [(shared, true), (shared + 1, false)] {
            let rule = format!(
                r#""type": "collection", "operation": "intersection", "minCount": {least},
                   "measurements": ["flatten(teams[*].players.attributes[tags])"]"#
            );
            let mut scene = Scene::new(&text((0, 1), &rule), &tickets);
            let seats = [Some(0), Some(1)];
            let found = scene.complete(&seats, 0);
            assert_eq!(found, [LocationSet::when(expected)], "{len} {shared} {least}");
            let verdict = scene.partial(&seats, 0).expect("the teams are not too large")[0];
            assert!(expected || verdict.always.is_empty(), "{len} {shared} {least}");
            assert!(!expected || !verdict.is_never(), "{len} {shared} {least}");
        }
    }
}

//! `rallypoint judge`.

use serde_json::{Value, json};

use crate::support::{DUEL, Folder, clans, party, ticket};

fn folder(red: f64, blue: f64, age: f64) -> Folder {
    let placed = |player: &str, skill: f64| {
        let mut ticket: Value =
            serde_json::from_str(&ticket(player, player, skill)).expect("it is JSON");
        ticket["AgeSeconds"] = json!(age);
        ticket
    };
    let text = json!({"teams": {"red": [placed("ann", red)], "blue": [placed("ben", blue)]}});
    Folder::with(&[("duel.json", DUEL), ("match.json", &text.to_string())])
}

#[test]
fn a_valid_match_is_judged_valid() {
    let folder = folder(50.0, 60.0, 0.0);
    let run = folder.run(&["judge", "duel.json", "match.json"]);
    let shown = run.ended(0);
    assert!(shown.starts_with("valid match"), "{shown}");
    assert!(shown.contains("even"), "{shown}");
    let report = folder.run(&["judge", "duel.json", "match.json", "--format", "json"]).json(0);
    assert_eq!(report["valid"], true);
    assert_eq!(report["waitMillis"], 0);
    assert_eq!(report.pointer("/rules/0/name"), Some(&json!("even")));
    assert_eq!(report.pointer("/rules/0/holds"), Some(&json!(true)));
    assert_eq!(report.pointer("/teams/0/name"), Some(&json!("red")));
}

#[test]
fn an_invalid_match_is_judged_invalid_rule_by_rule() {
    let folder = folder(50.0, 60.5, 0.0);
    let run = folder.run(&["judge", "duel.json", "match.json"]);
    let shown = run.ended(1);
    assert!(shown.starts_with("not a valid match"), "{shown}");
    let report = folder.run(&["judge", "duel.json", "match.json", "--format", "json"]).json(1);
    assert_eq!(report["valid"], false);
    assert_eq!(report.pointer("/rules/0/holds"), Some(&json!(false)));
}

#[test]
fn age_brings_expansions_into_force() {
    folder(10.0, 100.0, 29.999).run(&["judge", "duel.json", "match.json"]).ended(1);
    folder(10.0, 100.0, 30.0).run(&["judge", "duel.json", "match.json"]).ended(0);
}

#[test]
fn an_age_beyond_every_request_timeout_is_refused() {
    let run = folder(50.0, 60.0, 1e18).run(&["judge", "duel.json", "match.json"]);
    assert_eq!(run.ended(1), "");
    assert!(run.stderr.contains("must be from 0 to 43200"), "{}", run.stderr);
}

#[test]
fn what_is_no_match_is_refused_with_its_place() {
    for (text, part) in [
        ("{", "match.json: not JSON: EOF"),
        (
            r#"{"teams": {"red": [{"Players": [{}]}]}}"#,
            "team `red`, ticket 1: `Players[0].PlayerId`",
        ),
        (r#"{"teams": {"green": [{"Players": [{"PlayerId": "a"}]}]}}"#, "`green`"),
        (r#"{"teams": {}}"#, "at least one ticket"),
    ] {
        let folder = Folder::with(&[("duel.json", DUEL), ("match.json", text)]);
        let run = folder.run(&["judge", "duel.json", "match.json"]);
        assert_eq!(run.ended(1), "", "{text}");
        assert!(run.stderr.contains(part), "{text}: {}", run.stderr);
        let report = folder.run(&["judge", "duel.json", "match.json", "--format", "json"]).json(1);
        let error = &report["errors"][0];
        assert_eq!(error["file"], "match.json");
        let message = error["message"].as_str().expect("a sentence");
        assert!(run.stderr.contains(message), "{text}: {message}");
    }
    let folder = Folder::with(&[("duel.json", DUEL)]);
    folder.run(&["judge", "duel.json", "none.json"]).ended(2);
    folder.run_with_input(&["judge", "duel.json", "-"], "{}").ended(1);
}

/// Facts 10.46, case 7: seen as one player, a party of two clans has none.
#[test]
fn a_party_of_two_clans_is_judged_by_the_way_to_judge_parties() {
    let judge = |red: &[&str], arguments: &[&str]| {
        let placed = |id: &str, clans: &[&str]| {
            let mut party = party(id, clans);
            party["AgeSeconds"] = json!(0);
            party
        };
        let blue = [placed("t2", &["B", "B"])];
        let text = json!({"teams": {"red": [placed("t1", red)], "blue": blue}});
        let folder = Folder::with(&[("clans.json", &clans()), ("match.json", &text.to_string())]);
        folder.run(&[&["judge", "clans.json", "match.json"][..], arguments].concat())
    };
    let collapse = ["--party-aggregation", "collapse"];
    judge(&["A", "A"], &[]).ended(0);
    judge(&["A", "A"], &collapse).ended(0);
    judge(&["A", "C"], &[]).ended(0);
    judge(&["A", "C"], &["--party-aggregation", "exact"]).ended(0);
    let run = judge(&["A", "C"], &collapse);
    let shown = run.ended(1);
    assert!(shown.contains("the players of party `t1-0 + t1-1` have different strings"), "{shown}");
    // by either reading a clan in both teams is refused
    judge(&["A", "B"], &[]).ended(1);
}

//! `rallypoint match`.

use serde_json::{Value, json};

use crate::support::{DUEL, Folder, ticket};

/// Two near each other, two far from everybody.
fn pool() -> String {
    let tickets = [
        "// a pool".into(),
        ticket("t1", "ann", 10.0),
        String::new(),
        ticket("t2", "ben", 60.0),
        ticket("t3", "cat", 15.0),
        ticket("t4", "dan", 95.5),
    ];
    tickets.join("\n")
}

fn folder() -> Folder {
    Folder::with(&[("duel.json", DUEL), ("pool.jsonl", &pool())])
}

/// The players of each team of a match.
fn teams(formed: &Value) -> Vec<&str> {
    let teams = formed["teams"].as_object().expect("an object");
    let mut players: Vec<_> = teams
        .values()
        .flat_map(|players| players.as_array().expect("a list"))
        .map(|player| player.as_str().expect("an id"))
        .collect();
    players.sort_unstable();
    players
}

#[test]
fn a_small_pool_in_json() {
    let run = folder().run(&["match", "duel.json", "pool.jsonl", "--format", "json"]);
    let report = run.json(0);
    let [formed] = report["matches"].as_array().expect("a list").as_slice() else {
        panic!("one match: {report}")
    };
    assert_eq!(teams(formed), ["ann", "cat"]);
    assert!(run.stdout.contains(r#""teams":{"red":[""#), "order of teams: {}", run.stdout);
    let mut tickets: Vec<_> = formed["tickets"].as_array().expect("a list").iter().collect();
    tickets.sort_by_key(|ticket| ticket.as_str());
    assert_eq!(tickets, [&json!("t1"), &json!("t3")]);
    assert_eq!(formed["backfill"], Value::Null);
    assert_eq!(formed["region"], Value::Null);
    assert_eq!(formed["matchId"].as_str().map(str::len), Some(36));
    let keys: Vec<_> = formed.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["backfill", "matchId", "region", "teams", "tickets"]);
    assert_eq!(report["unmatched"], json!(["t2", "t4"]));
    let stats = &report["stats"];
    assert_eq!(stats["tickets"], 4);
    assert_eq!(stats["players"], 4);
    assert_eq!(stats["matches"], 1);
    assert!(stats["passes"].as_u64().is_some_and(|passes| passes > 0), "{stats}");
    assert!(stats["searchNodes"].as_u64().is_some_and(|nodes| nodes > 0), "{stats}");
    for seconds in ["parseSeconds", "ingestSeconds", "matchSeconds"] {
        assert!(stats[seconds].as_f64().is_some_and(|value| value >= 0.0), "{stats}");
    }
    assert!(stats["peakRssBytes"].is_u64() || !cfg!(target_os = "linux"), "{stats}");
    assert_eq!(stats.as_object().map(serde_json::Map::len), Some(9));
}

#[test]
fn a_small_pool_in_text() {
    let folder = folder();
    let run = folder.run(&["match", "duel.json", "pool.jsonl"]);
    let shown = run.ended(0);
    let lines: Vec<_> = shown.lines().collect();
    let [head, red, blue, "", summary] = lines.as_slice() else { panic!("{shown}") };
    assert!(head.starts_with("match ") && head.ends_with(" (2 tickets)"), "{shown}");
    assert!(matches!(
        (*red, *blue),
        ("  red   ann", "  blue  cat") | ("  red   cat", "  blue  ann")
    ));
    assert_eq!(
        *summary,
        "4 tickets with 4 players; 1 match with 2 players; 2 tickets left over: t2, t4"
    );
    assert_eq!(run.stderr, "");
    let again = folder.run(&["match", "duel.json", "pool.jsonl"]);
    assert_eq!(again.stdout, shown, "the same pool gives the same text");
}

#[test]
fn waiting_brings_expansions_into_force() {
    let folder = folder();
    let matches = |wait: &str| {
        let arguments = ["match", "duel.json", "pool.jsonl", "--wait", wait, "--format", "json"];
        folder.run(&arguments).json(0)["stats"]["matches"].clone()
    };
    assert_eq!(matches("29"), 1);
    assert_eq!(matches("30"), 2);
    assert_eq!(matches("43199"), 2);
    folder.run(&["match", "duel.json", "pool.jsonl", "--wait", "43200"]).ended(2);
}

#[test]
fn tickets_may_come_from_standard_input() {
    let folder = folder();
    let run = folder.run_with_input(&["match", "duel.json", "-", "--format", "json"], &pool());
    assert_eq!(run.json(0)["stats"]["matches"], 1);
    folder.run(&["match", "-", "-"]).ended(2);
}

#[test]
fn a_pool_without_tickets_has_no_matches() {
    let folder = Folder::with(&[("duel.json", DUEL), ("pool.jsonl", "\n// nobody\n")]);
    let report = folder.run(&["match", "duel.json", "pool.jsonl", "--format=json"]).json(0);
    assert_eq!(report["matches"], json!([]));
    assert_eq!(report["unmatched"], json!([]));
}

#[test]
fn every_bad_line_is_told_and_nothing_is_matched() {
    let lines = [
        ticket("t1", "ann", 10.0),
        "{\"TicketId\": \"t2\"".into(),
        r#"{"TicketId":"t_3","Players":[{"PlayerId":"cat"}]}"#.into(),
        r#"{"TicketId":"t4","Players":[]}"#.into(),
        r#"{"TicketId":"t5","Players":[{"PlayerId":"eve","LatencyInMs":{"us-east-1":0}}]}"#.into(),
        r#"{"TicketId":"t6","Players":[{"PlayerId":"fay","Team":"red"}]}"#.into(),
        r#"{"TicketId":"t1","Players":[{"PlayerId":"gus"}]}"#.into(),
    ];
    let folder = Folder::with(&[("duel.json", DUEL), ("pool.jsonl", &lines.join("\n"))]);
    let run = folder.run(&["match", "duel.json", "pool.jsonl"]);
    assert_eq!(run.ended(1), "");
    let messages: Vec<_> = run.stderr.lines().collect();
    assert_eq!(messages.len(), 7, "{}", run.stderr);
    for (message, (line, part)) in messages.iter().zip([
        (2, "not JSON: "),
        (3, "InvalidRequestException: "),
        (4, "InvalidRequestException: "),
        (5, "LatencyInMs.us-east-1"),
        (6, "backfill"),
        (7, "InvalidRequestException: "),
    ]) {
        assert!(message.starts_with(&format!("error: pool.jsonl:{line}: ")), "{message}");
        assert!(message.contains(part), "{message}");
    }
    assert!(messages[6].contains("nothing was matched"), "{}", messages[6]);
}

#[test]
fn reading_stops_after_twenty_bad_lines() {
    let folder = Folder::with(&[("duel.json", DUEL), ("pool.jsonl", &"{]\n".repeat(100))]);
    let run = folder.run(&["match", "duel.json", "pool.jsonl"]);
    run.ended(1);
    assert_eq!(run.stderr.matches("not JSON").count(), 20, "{}", run.stderr);
}

#[test]
fn a_player_of_two_tickets_plays_with_the_later_one() {
    let lines = [ticket("t1", "ann", 10.0), ticket("t2", "ann", 10.0), ticket("t3", "ben", 10.0)];
    let folder = Folder::with(&[("duel.json", DUEL), ("pool.jsonl", &lines.join("\n"))]);
    let run = folder.run(&["match", "duel.json", "pool.jsonl", "--format", "json"]);
    let report = run.json(0);
    assert_eq!(report["unmatched"], json!(["t1"]));
    assert_eq!(report["stats"]["matches"], 1);
    assert!(run.stderr.contains("ticket `t1` was cancelled"), "{}", run.stderr);
}

#[test]
fn a_bad_rule_set_is_reported_on_standard_error() {
    let folder = Folder::with(&[("bad.json", "{}"), ("pool.jsonl", "")]);
    let run = folder.run(&["match", "bad.json", "pool.jsonl", "--format", "json"]);
    assert_eq!(run.ended(1), "");
    assert!(run.stderr.contains(" --> bad.json:1:1\n"), "{}", run.stderr);
    folder.run(&["match", "none.json", "pool.jsonl"]).ended(2);
    let run = Folder::with(&[("duel.json", DUEL)]).run(&["match", "duel.json", "none.jsonl"]);
    run.ended(2);
    assert!(run.stderr.contains("cannot read `none.jsonl`"), "{}", run.stderr);
}

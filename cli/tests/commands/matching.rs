//! `rallypoint match`.

mod given_up;
mod running_games;

use serde_json::{Value, json};

use crate::support::{DUEL, Folder, clans, party, ticket};

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
    assert_eq!(report["cancelled"], json!([]));
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
    assert_eq!(stats["anchorsExhausted"], 0);
    assert_eq!(stats["fullnessUnproven"], 0);
    assert_eq!(stats["partitionsCut"], 0);
    assert_eq!(stats["exchanged"], 0);
    assert_eq!(stats.as_object().map(serde_json::Map::len), Some(13));
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
    let run = folder.run(&["match", "duel.json", "pool.jsonl", "--wait", "43200"]);
    run.ended(2);
    assert!(run.stderr.contains("the longest wait is 43199 seconds"), "{}", run.stderr);
    let help = folder.run(&["match", "--help"]);
    assert!(help.ended(0).contains("43199"), "{}", help.stdout);
}

/// A match of three even numbers must come to an odd sum: every combination must be looked at to
/// know that there is none.
fn tight() -> Folder {
    let rules = json!({
        "name": "tight",
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}],
        "teams": [{"name": "red", "minPlayers": 3, "maxPlayers": 3}],
        "rules": [{
            "name": "exact", "type": "comparison", "operation": "=",
            "measurements": ["sum(teams[red].players.attributes[skill])"], "referenceValue": 33,
        }],
    });
    let tickets: Vec<_> =
        (0..12).map(|n| ticket(&format!("t{n}"), &format!("p{n}"), f64::from(2 * n))).collect();
    Folder::with(&[("tight.json", &rules.to_string()), ("pool.jsonl", &tickets.join("\n"))])
}

#[test]
fn all_tickets_left_over_are_named_when_asked_for() {
    let folder = tight();
    let run = folder.run(&["match", "tight.json", "pool.jsonl"]);
    assert!(run.ended(0).ends_with("t8, t9 and 2 more\n"), "{}", run.stdout);
    let run = folder.run(&["match", "tight.json", "pool.jsonl", "--all"]);
    let shown = run.ended(0);
    let end = "; 12 tickets left over\n\nleft over\n  \
               t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11\n";
    assert!(shown.ends_with(end), "{shown}");
}

#[test]
fn each_match_can_be_judged() {
    let folder = folder();
    let arguments = ["match", "duel.json", "pool.jsonl", "--wait", "30", "--format", "json"];
    let report = folder.run(&[&arguments[..], &["--full"]].concat()).json(0);
    let matches = report["matches"].as_array().expect("a list");
    assert_eq!(matches.len(), 2);
    for formed in matches {
        let ticket = formed.pointer("/judge/teams/red/0").expect("red has a ticket");
        assert_eq!(ticket["AgeSeconds"], 30);
        assert_eq!(ticket["TicketId"].as_str().map(|id| &id[..1]), Some("t"));
        assert_eq!(ticket.pointer("/Players/0/PlayerId"), formed.pointer("/teams/red/0"));
        folder.write("match.json", formed["judge"].to_string().as_bytes());
        let judged = folder.run(&["judge", "duel.json", "match.json", "--format", "json"]).json(0);
        assert_eq!(judged["waitMillis"], 30_000);
    }
    assert!(folder.run(&arguments).json(0)["matches"][0].get("judge").is_none());
    let run = folder.run(&["match", "duel.json", "pool.jsonl", "--full"]);
    run.ended(2);
    assert!(run.stderr.contains("`--full` needs `--format json`"), "{}", run.stderr);
}

#[test]
fn a_balanced_rule_set_runs_everywhere() {
    let balanced = DUEL.replacen(
        "  \"teams\"",
        "  \"algorithm\": {\"strategy\": \"balanced\", \"balancedAttribute\": \"skill\"},\n  \"teams\"",
        1,
    );
    let scenario = "{\"RuleSetFile\": \"duel.json\"}\n\
                    {\"at\": 0, \"Advance\": {}, \"expect\": {\"response\": {}}}\n";
    let folder =
        Folder::with(&[("duel.json", &balanced), ("pool.jsonl", &pool()), ("a.jsonl", scenario)]);
    let run = folder.run(&["match", "duel.json", "pool.jsonl", "--format", "json"]);
    let matches = run.json(0)["matches"].as_array().map(Vec::len);
    assert!(matches > Some(0), "{}", run.stdout);
    folder.run(&["replay", "--check", "a.jsonl"]).ended(0);
}

#[test]
fn bytes_that_are_no_text_cannot_be_read() {
    let folder = folder();
    folder.write("pool.jsonl", b"// a pool\n{\"TicketId\":\"caf\xe9\"}\n");
    let run = folder.run(&["match", "duel.json", "pool.jsonl", "--format", "json"]);
    let message = "cannot read `pool.jsonl`: line 2 is not valid UTF-8; save the file as UTF-8";
    let errors = json!({"errors": [{"file": null, "line": null, "message": message}]});
    assert_eq!(run.json(2), errors);
    assert_eq!(run.stderr, format!("error: {message}\n"));
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
        r#"{"TicketId":"t6","Players":[{"PlayerId":"fay","Team":"green"}]}"#.into(),
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
        (6, "the rule set has no team `green`"),
        (7, "InvalidRequestException: "),
    ]) {
        assert!(message.starts_with(&format!("error: pool.jsonl:{line}: ")), "{message}");
        assert!(message.contains(part), "{message}");
    }
    assert!(messages[6].contains("nothing was matched"), "{}", messages[6]);
    let report = folder.run(&["match", "duel.json", "pool.jsonl", "--format", "json"]).json(1);
    let errors = report["errors"].as_array().expect("a list");
    assert_eq!(errors.len(), 6, "{report}");
    for (error, message) in errors.iter().zip(messages) {
        let (file, line) = (error["file"].as_str(), error["line"].as_u64());
        let text = error["message"].as_str().expect("a sentence");
        let (file, line) = (file.expect("a name"), line.expect("a number"));
        assert_eq!(message, format!("error: {file}:{line}: {text}"));
    }
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
    assert_eq!(report["unmatched"], json!([]));
    assert_eq!(report["cancelled"], json!(["t1"]));
    assert_eq!(report["stats"]["matches"], 1);
    let shown = folder.run(&["match", "duel.json", "pool.jsonl"]).stdout;
    let end = "no ticket left over; 1 ticket cancelled: t1\n";
    assert!(shown.ends_with(end), "{shown}");
    assert!(run.stderr.contains("ticket `t1` was cancelled"), "{}", run.stderr);
}

#[test]
fn a_bad_rule_set_is_reported_on_standard_error() {
    let folder = Folder::with(&[("bad.json", "{}"), ("pool.jsonl", "")]);
    let run = folder.run(&["match", "bad.json", "pool.jsonl", "--format", "json"]);
    let report = run.json(1);
    let error = &report["errors"][0];
    assert_eq!((&error["file"], &error["line"]), (&json!("bad.json"), &json!(1)));
    assert!(error["message"].is_string() && error["kind"].is_string(), "{error}");
    assert!(run.stderr.contains(" --> bad.json:1:1\n"), "{}", run.stderr);
    let run = folder.run(&["match", "bad.json", "pool.jsonl"]);
    assert_eq!(run.ended(1), "");
    folder.run(&["match", "none.json", "pool.jsonl"]).ended(2);
    let run = Folder::with(&[("duel.json", DUEL)]).run(&["match", "duel.json", "none.jsonl"]);
    run.ended(2);
    assert!(run.stderr.contains("cannot read `none.jsonl`"), "{}", run.stderr);
}

#[test]
fn parties_are_matched_by_the_way_to_judge_them() {
    let pool = [party("t1", &["A", "C"]), party("t2", &["B", "B"])].map(|it| it.to_string());
    let folder = Folder::with(&[("clans.json", &clans()), ("pool.jsonl", &pool.join("\n"))]);
    let matches = |way: &[&str]| {
        let run = folder
            .run(&[&["match", "clans.json", "pool.jsonl", "--format", "json"][..], way].concat());
        run.json(0)["stats"]["matches"].clone()
    };
    assert_eq!(matches(&[]), 1);
    assert_eq!(matches(&["--party-aggregation", "exact"]), 1);
    assert_eq!(matches(&["--party-aggregation", "collapse"]), 0);
}

/// The rule set of the page on warnings that counts players of a role, with so many medics of six.
#[test]
fn a_role_is_counted_as_the_page_on_warnings_says() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/warnings.md");
    let page = std::fs::read_to_string(page).expect("the page is part of the repository");
    let (_, rules) = page.split_once("```json\n").expect("the page has a rule set");
    let (rules, _) = rules.split_once("```").expect("it ends");
    let matches = |medics: u32| {
        let line = |n: u32| {
            let role = if n < medics { "medic" } else { "soldier" };
            let player =
                json!({"PlayerId": format!("p{n}"), "PlayerAttributes": {"role": {"SL": [role]}}});
            json!({"TicketId": format!("t{n}"), "Players": [player]}).to_string()
        };
        let pool: Vec<_> = (0..6).map(line).collect();
        let folder = Folder::with(&[("rules.json", rules), ("pool.jsonl", &pool.join("\n"))]);
        let run = folder.run(&["match", "rules.json", "pool.jsonl", "--format", "json"]);
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
        run.json(0)["stats"]["matches"].as_u64()
    };
    assert_eq!([0, 1, 2, 3, 4, 5].map(matches), [0, 0, 1, 1, 1, 0].map(Some));
}

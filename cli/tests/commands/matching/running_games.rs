//! Running games that ask for players.

use serde_json::{Value, json};

use crate::support::{Folder, ticket, two_against_two};

/// All skills within 10.
fn near() -> String {
    let rule = json!({
        "name": "near",
        "type": "distance",
        "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
        "referenceValue": "min(flatten(teams[*].players.attributes[skill]))",
        "maxDistance": 10,
    });
    two_against_two(json!({"name": "skill", "type": "number"}), rule)
}

/// A running game of three, then new tickets: one that fits, one that does not.
fn doubles() -> Folder {
    let player = |id: &str, team: &str| json!({"PlayerId": id, "Team": team, "PlayerAttributes": {"skill": {"N": 50}}});
    let running = [player("ann", "blue"), player("ben", "red"), player("cat", "blue")];
    let lines = [
        json!({"TicketId": "game", "GameSessionArn": "arn:one", "Players": running}).to_string(),
        ticket("far", "dan", 90.0),
        ticket("near", "eve", 55.0),
    ];
    Folder::with(&[("doubles.json", &near()), ("pool.jsonl", &lines.join("\n"))])
}

#[test]
fn a_running_game_takes_in_who_fits() {
    let run = doubles().run(&["match", "doubles.json", "pool.jsonl", "--format", "json"]);
    let report = run.json(0);
    let [formed] = report["matches"].as_array().expect("a list").as_slice() else {
        panic!("one match: {report}")
    };
    assert_eq!(formed["backfill"], "game");
    assert_eq!(formed["tickets"], json!(["game", "near"]));
    assert_eq!(formed["teams"], json!({"red": ["ben", "eve"], "blue": ["ann", "cat"]}));
    assert_eq!(report["unmatched"], json!(["far"]));
    assert_eq!(report["stats"]["tickets"], 3);
    assert_eq!(report["stats"]["players"], 5);
    assert!(formed.get("judge").is_none());

    let run = doubles().run(&["match", "doubles.json", "pool.jsonl"]);
    let text = run.ended(0);
    assert!(text.contains(" (2 tickets, backfill game)\n  red   ben, eve\n"), "{text}");
}

#[test]
fn a_running_game_can_be_judged() {
    let folder = doubles();
    let arguments =
        ["match", "doubles.json", "pool.jsonl", "--wait", "5", "--format", "json", "--full"];
    let report = folder.run(&arguments).json(0);
    let proposed = &report["matches"][0]["judge"];
    let ids = |path: &str| {
        let players = proposed.pointer(path).and_then(Value::as_array).expect("a list");
        players.iter().map(|player| player["PlayerId"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("/teams/blue/0/Players"), ["ann", "cat"]);
    assert_eq!(ids("/teams/red/0/Players"), ["ben"]);
    assert_eq!(ids("/teams/red/1/Players"), ["eve"]);
    assert_eq!(proposed.pointer("/teams/red/0/Backfill"), Some(&json!(true)));
    assert_eq!(proposed.pointer("/teams/red/1/Backfill"), None);
    folder.write("match.json", proposed.to_string().as_bytes());
    let judged = folder.run(&["judge", "doubles.json", "match.json", "--format", "json"]).json(0);
    assert_eq!(judged["waitMillis"], 5000);
    assert_eq!(judged["valid"], true);
    assert_eq!(judged.pointer("/teams/0/min"), Some(&json!(0)));
}

#[test]
fn a_newer_line_for_a_game_replaces_the_older() {
    let line = |id: &str| {
        format!(
            r#"{{"TicketId":"{id}","GameSessionArn":"arn:one","Players":[{{"PlayerId":"{id}-p","Team":"red","PlayerAttributes":{{"skill":{{"N":50}}}}}}]}}"#
        )
    };
    let lines = [line("old"), line("new"), ticket("solo", "eve", 50.0)].join("\n");
    let folder = Folder::with(&[("doubles.json", &near()), ("pool.jsonl", &lines)]);
    let run = folder.run(&["match", "doubles.json", "pool.jsonl", "--format", "json"]);
    let report = run.json(0);
    assert_eq!(report["matches"][0]["backfill"], "new");
    assert_eq!(report["cancelled"], json!(["old"]));
    let note = "ticket `old` was cancelled: Replaced by a newer backfill request";
    assert!(run.stderr.contains(note), "{}", run.stderr);
}

//! `rallypoint explain`.

use serde_json::{Value, json};

use crate::support::{DUEL, Folder, Run, ticket};

/// A scenario of duels: who comes when, with what skill.
fn duels(players: &[(u64, &str, f64)]) -> Folder {
    with(&json!({"RequestTimeoutSeconds": 60}), players, &[])
}

fn with(configuration: &Value, players: &[(u64, &str, f64)], more: &[Value]) -> Folder {
    let header = json!({"RuleSetFile": "duel.json", "Configuration": configuration,
        "StartTime": "2026-03-02T18:00:00Z"});
    let mut lines = vec![header.to_string()];
    for &(at, id, skill) in players {
        let request: Value = serde_json::from_str(&ticket(id, id, skill)).expect("it is JSON");
        lines.push(json!({"at": at, "StartMatchmaking": request}).to_string());
    }
    lines.extend(more.iter().map(Value::to_string));
    Folder::with(&[("duel.json", DUEL), ("s.jsonl", &lines.join("\n"))])
}

fn explain(folder: &Folder, ticket: &str, more: &[&str]) -> Run {
    let mut arguments = vec!["explain", "s.jsonl", "--ticket", ticket];
    arguments.extend(more);
    folder.run(&arguments)
}

const PLAYERS: &[(u64, &str, f64)] =
    &[(0, "ann", 50.0), (5_000, "ben", 75.0), (6_000, "cy", 900.0)];

#[test]
fn a_waiting_ticket_is_told_who_misses_by_how_much_and_until_when() {
    let run = explain(&duels(PLAYERS), "ann", &["--at", "14000"]);
    let shown = run.ended(0);
    let expected = "\
ticket ann at 14 s: SEARCHING, has waited 14 s, times out at 60 s (in 46 s)

why it waits
  Too few fit: no other ticket that waits can be in a match with it. That makes 1 player, and a match needs 2.

rules in the way, with values after 14 s
  even (distance) keeps 2 of 2 tickets apart
    rules[even].referenceValue = `avg(teams[blue].players.attributes[skill])`
    rules[even].maxDistance = 10

nearest tickets that it can be in no match with for now
  ben (1 player, has waited 9 s), it in blue and this one in red, judged after 9 s:
    even (distance) fails
      avg(teams[red].players.attributes[skill]) is 50; asked: within 10 of 75
        50 is 25 away, 15 too far
      passes at 35 s (in 21 s): rules[even].maxDistance from 10 to 100
  cy (1 player, has waited 8 s), it in blue and this one in red, judged after 8 s:
    even (distance) fails
      avg(teams[red].players.attributes[skill]) is 50; asked: within 10 of 900
        50 is 850 away, 840 too far
      no expansion lets the two pass

what waiting will change
  at 30 s (in 16 s): rules[even].maxDistance from 10 to 100
";
    assert_eq!(shown, expected);
    assert_eq!(run.stderr, "");
}

#[test]
fn what_is_told_comes_true() {
    let folder = duels(PLAYERS);
    // The named step lets the two pass, at that millisecond and not before.
    assert!(explain(&folder, "ann", &["--at", "34999"]).ended(0).contains(": SEARCHING"));
    let shown = explain(&folder, "ann", &["--at", "35000"]);
    let shown = shown.ended(0);
    assert!(shown.starts_with("ticket ann at 35 s: COMPLETED\n\nmatch "), "{shown}");
    for part in [
        ", formed at 35 s\n  ann in red, had waited 35 s\n  ben in blue, had waited 30 s\n",
        "valid match, judged after a wait of 30 s",
        "ok    even (distance)",
        "asked: within 100 of 75",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let shown = explain(&folder, "cy", &["--at", "90000"]);
    let shown = shown.ended(0);
    assert!(
        shown.contains("It waits no more: Removed from matchmaking due to timing out"),
        "{shown}"
    );
    assert!(shown.contains("from 6000 ms on; `--at 65999` shows why."), "{shown}");
}

#[test]
fn programs_get_json() {
    let folder = duels(PLAYERS);
    let told = explain(&folder, "ann", &["--at", "14000", "--format", "json"]).json(0);
    let start = 1_772_474_400_000_u64;
    for (pointer, expected) in [
        ("/ticketId", json!("ann")),
        ("/at", json!(14_000)),
        ("/match", json!(null)),
        ("/why/status", json!("SEARCHING")),
        ("/why/now", json!(start + 14_000)),
        ("/why/waited", json!(14_000)),
        (
            "/why/reasons",
            json!([{"kind": "tooFewFit", "players": 1, "needed": 2, "atWait": 0,
            "isWhole": true}]),
        ),
        ("/why/blocking/0/ruleName", json!("even")),
        ("/why/blocking/0/values/1/value", json!(10.0)),
        ("/why/nearest/0/ticketId", json!("ben")),
        ("/why/nearest/0/misses/0/kind", json!("rule")),
        ("/why/nearest/0/misses/0/by", json!(15.0)),
        ("/why/nearest/0/misses/0/ends/at", json!(start + 35_000)),
        ("/why/nearest/0/misses/0/ends/inTime", json!(true)),
        ("/why/nearest/1/misses/0/ends", json!(null)),
        ("/why/expansions/0/changes/0/to", json!(100.0)),
    ] {
        assert_eq!(told.pointer(pointer), Some(&expected), "{pointer} of {told}");
    }
    let told = explain(&folder, "ann", &["--at", "40000", "--format", "json"]).json(0);
    assert_eq!(told.pointer("/match/judgement/valid"), Some(&json!(true)));
    assert_eq!(told.pointer("/match/tickets/1/waited"), Some(&json!(30_000)));
}

#[test]
fn a_match_that_waits_says_for_whom() {
    let configuration = json!({"AcceptanceRequired": true, "AcceptanceTimeoutSeconds": 20});
    let answer = json!({"at": 2_000, "AcceptMatch":
        {"TicketId": "ann", "PlayerIds": ["ann"], "AcceptanceType": "ACCEPT"}});
    let players = [(0, "ann", 50.0), (1_000, "ben", 55.0)];
    let folder = with(&configuration, &players, &[answer]);
    let run = explain(&folder, "ann", &[]);
    let shown = run.ended(0);
    for part in [
        "ticket ann at 2 s: REQUIRES_ACCEPTANCE\n",
        "  waits for the answers of ben; ends at 21 s (in 19 s)\n  accepted by ann\n",
        "asked: within 10 of 55",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn an_unknown_ticket_is_an_error_that_names_those_alike() {
    let folder = duels(PLAYERS);
    for (ticket, more, message) in [
        ("bem", &[][..], "the scenario has no ticket `bem`; did you mean `ben`?"),
        (
            "zzzz",
            &[],
            "the scenario has no ticket `zzzz`; it has 3 tickets, such as `ann`, `ben`, `cy`",
        ),
        ("cy", &["--at", "5999"], "`--at 5999` is before ticket `cy` comes; that is at 6000 ms"),
        (
            "cy",
            &["--at", "18446744073709551615"],
            "`--at 18446744073709551615` is after the end of the year 9999, where time ends; for \
             this scenario give at most 251629826399999, in milliseconds after its start",
        ),
    ] {
        let run = explain(&folder, ticket, more);
        assert_eq!(run.ended(2), "");
        assert_eq!(run.stderr, format!("error: {message}\n"));
    }
    let run = explain(&folder, "bem", &["--format", "json"]);
    let errors = run.json(2);
    let message = errors.pointer("/errors/0/message").and_then(Value::as_str);
    assert!(message.is_some_and(|it| it.ends_with("did you mean `ben`?")), "{errors}");
}

#[test]
fn a_scenario_that_cannot_be_played_is_bad() {
    let folder = Folder::with(&[("s.jsonl", "{\"RuleSetFile\": \"none.json\"}\n{]\n")]);
    let run = explain(&folder, "a", &[]);
    assert_eq!(run.ended(1), "");
    assert!(run.stderr.contains("s.jsonl:2:"), "{}", run.stderr);
    let folder = Folder::with(&[("s.jsonl", "{\"RuleSetFile\": \"none.json\"}\n")]);
    assert!(explain(&folder, "a", &[]).stderr.contains("none.json"));
    assert_eq!(explain(&folder, "a", &[]).status, Some(2));
    let folder = Folder::with(&[]);
    assert_eq!(explain(&folder, "a", &[]).status, Some(2));
}

/// Of each of our scenarios, every ticket at its end: there is an answer in both formats.
#[test]
fn there_is_an_answer_for_every_ticket_of_our_scenarios() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut asked = 0;
    for name in ["co_op", "duel", "even_teams", "hunters", "playlists", "regions", "roles", "trios"]
    {
        let path = root.join(format!("rulesets/{name}.scenario.jsonl"));
        let path = path.to_str().expect("the path is UTF-8");
        let folder = Folder::with(&[]);
        let text = std::fs::read_to_string(path).expect("it is part of the repository");
        let id = text.split("\"TicketId\": \"").nth(1).and_then(|it| it.split('"').next());
        let id = id.expect("a scenario has a ticket");
        for (at, format) in [("0", "text"), ("20000", "json")] {
            let run =
                folder.run(&["explain", path, "--ticket", id, "--at", at, "--format", format]);
            assert!(!run.ended(0).is_empty());
            asked += 1;
        }
    }
    assert_eq!(asked, 16);
}

/// Enough players fit one by one, but none is a medic: that comes before who is too far away.
#[test]
fn what_all_together_lack_is_told_before_who_is_kept_apart() {
    let rules = json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [
            {"name": "skill", "type": "number"},
            {"name": "role", "type": "string_list"},
        ],
        "teams": [{"name": "crew", "minPlayers": 3, "maxPlayers": 3}],
        "rules": [
            {"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 10},
            {"name": "medic", "type": "collection", "operation": "contains", "minCount": 1,
                "measurements": ["teams[crew].players.attributes[role]"], "referenceValue": "medic"},
        ],
    });
    let line = |at: u32, id: &str, skill: u32| {
        let attributes = json!({"skill": {"N": skill}, "role": {"SL": ["soldier"]}});
        let player = json!({"PlayerId": id, "PlayerAttributes": attributes});
        json!({"at": at, "StartMatchmaking": {"TicketId": id, "Players": [player]}})
    };
    let lines = [
        json!({"RuleSetFile": "crew.json"}),
        line(0, "ann", 50),
        line(1, "ben", 51),
        line(2, "cat", 52),
        line(3, "far", 900),
        json!({"at": 1000, "Advance": {}}),
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    let folder = Folder::with(&[("crew.json", &rules.to_string()), ("s.jsonl", &lines)]);
    let run = explain(&folder, "ann", &[]);
    let shown = run.ended(0);
    assert!(
        shown.contains("  Enough players wait that fit one by one (2 tickets), but no match"),
        "{shown}"
    );
    let place = |part: &str| shown.find(part).unwrap_or_else(|| panic!("no {part}: {shown}"));
    let together = place("together, those who fit one by one would be\n");
    let lacking = place("    medic (collection) fails\n");
    let apart = place("rules in the way");
    assert!(together < lacking && lacking < apart, "{shown}");
}

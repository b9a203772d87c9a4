//! `rallypoint replay`.

use serde_json::{Value, json};

use crate::support::{DUEL, Folder, clans, party, ticket};

/// Two tickets that match at once, and one that waits.
fn scenario(expect: &Value) -> String {
    let start = |at: u64, ticket: String| format!(r#"{{"at":{at},"StartMatchmaking":{ticket}}}"#);
    let lines = [
        r#"{"RuleSetFile": "../rules/duel.json", "Configuration": {"RequestTimeoutSeconds": 60}}"#
            .into(),
        "// the pool".into(),
        start(0, ticket("t1", "ann", 10.0)),
        start(0, ticket("t2", "ben", 12.0)),
        start(1000, ticket("t3", "cat", 90.0)),
        json!({"at": 5000, "Advance": {}, "expect": expect}).to_string(),
    ];
    lines.join("\n")
}

fn folder(expect: &Value) -> Folder {
    Folder::with(&[("rules/duel.json", DUEL), ("scenarios/a.jsonl", &scenario(expect))])
}

#[test]
fn two_replays_are_the_same_bytes() {
    let folder = folder(&json!([]));
    let run = folder.run(&["replay", "scenarios/a.jsonl", "--until", "61000"]);
    let records: Vec<Value> = run
        .ended(0)
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is JSON"))
        .collect();
    let answers: Vec<_> = records.iter().filter_map(|record| record["line"].as_u64()).collect();
    assert_eq!(answers, [3, 4, 5, 6]);
    let events: Vec<_> = records
        .iter()
        .filter_map(|record| {
            Some((record["at"].as_u64()?, record.pointer("/event/type")?.as_str()?))
        })
        .collect();
    assert!(events.contains(&(0, "MatchmakingSucceeded")), "{events:?}");
    assert_eq!(events.last(), Some(&(61_000, "MatchmakingTimedOut")), "{events:?}");
    for format in ["text", "json"] {
        let arguments = ["replay", "scenarios/a.jsonl", "--until", "61000", "--format", format];
        assert_eq!(folder.run(&arguments).stdout, run.stdout);
    }
    let early = folder.run(&["replay", "scenarios/a.jsonl", "--until", "4999"]);
    assert_eq!(early.ended(2), "");
}

#[test]
fn expectations_that_hold_are_ok() {
    // No event falls between the instant of the last ticket and the line that expects this.
    let expect = json!([
        {"status": {"t1": "COMPLETED", "t3": "SEARCHING", "t9": null}},
        {"eventsExactly": []},
    ]);
    let folder = folder(&expect);
    let run = folder.run(&["replay", "--check", "scenarios/a.jsonl"]);
    assert_eq!(run.ended(0), "ok  scenarios/a.jsonl (2 expectations)\n");
    let run = folder.run(&["replay", "--check", "scenarios/a.jsonl", "--format", "json"]);
    let expected = json!([{
        "file": "scenarios/a.jsonl",
        "passed": true,
        "expectations": 2,
        "differences": [],
        "error": null,
    }]);
    assert_eq!(run.json(0), expected);
}

#[test]
fn a_failed_expectation_shows_the_difference() {
    let folder = folder(&json!({"status": {"t3": "COMPLETED"}}));
    let run = folder.run(&["replay", "--check", "scenarios/a.jsonl"]);
    let expected = concat!(
        "bad  scenarios/a.jsonl (1 difference in 1 expectation)\n",
        "\n",
        "scenarios/a.jsonl:6: status.t3 is not as expected\n",
        "  - expected\n",
        "  + found\n",
        "  - \"COMPLETED\"\n",
        "  + \"SEARCHING\"\n",
        "\n",
    );
    assert_eq!(run.ended(1), expected);
    let report = folder.run(&["replay", "--check", "scenarios/a.jsonl", "--format", "json"]);
    let expected = json!([{
        "file": "scenarios/a.jsonl",
        "passed": false,
        "expectations": 1,
        "differences": [
            {"line": 6, "what": "status.t3", "expected": "COMPLETED", "found": "SEARCHING"},
        ],
        "error": null,
    }]);
    assert_eq!(report.json(1), expected);
    // Without --check nothing is compared.
    folder.run(&["replay", "scenarios/a.jsonl"]).ended(0);
}

#[test]
fn the_scenario_of_the_reference_holds() {
    let reference = include_str!("../../../rulesets/README.md");
    let example = reference.split("```json\n").nth(1).expect("there is an example");
    let example = example.split("```").next().expect("it ends");
    let duel = include_str!("../../../rulesets/duel.json");
    let folder = Folder::with(&[("duel.json", duel), ("a.jsonl", example)]);
    let run = folder.run(&["replay", "--check", "a.jsonl"]);
    assert_eq!(run.ended(0), "ok  a.jsonl (3 expectations)\n");
    let help = folder.run(&["replay", "--help"]);
    assert!(help.ended(0).contains("rulesets/README.md"), "{}", help.stdout);
}

#[test]
fn a_scenario_that_expects_nothing_checks_nothing() {
    let folder = folder(&json!([]));
    let run = folder.run(&["replay", "--check", "scenarios/a.jsonl"]);
    assert!(run.ended(1).contains("checks nothing"), "{}", run.stdout);
}

#[test]
fn a_bad_line_is_named() {
    let text = format!("{}\n{{\"at\":1,\"Advance\":{{}}}}\n", scenario(&json!([])));
    let folder = Folder::with(&[("rules/duel.json", DUEL), ("s/a.jsonl", &text)]);
    let run = folder.run(&["replay", "s/a.jsonl"]);
    assert_eq!(run.ended(1), "");
    assert!(run.stderr.starts_with("error: s/a.jsonl:7: `at` is 1, "), "{}", run.stderr);
    let report = folder.run(&["replay", "s/a.jsonl", "--format", "json"]).json(1);
    let error = &report["errors"][0];
    assert_eq!((&error["file"], &error["line"]), (&json!("s/a.jsonl"), &json!(7)));
    assert!(error["message"].as_str().is_some_and(|text| text.starts_with("`at` is 1, ")));
    let run = folder.run(&["replay", "--check", "s/a.jsonl"]);
    assert!(run.ended(1).starts_with("bad  s/a.jsonl: line 7: `at` is 1, "), "{}", run.stdout);
}

#[test]
fn several_files_are_all_played() {
    let good = scenario(&json!({"status": {"t1": "COMPLETED"}}));
    let missing = good.replace("duel.json", "none.json");
    let folder = Folder::with(&[
        ("rules/duel.json", DUEL),
        ("s/missing.jsonl", &missing),
        ("s/good.jsonl", &good),
    ]);
    let run = folder.run(&["replay", "--check", "s/missing.jsonl", "s/good.jsonl"]);
    assert_eq!(run.ended(2), "ok  s/good.jsonl (1 expectation)\n");
    assert!(run.stderr.contains("none.json`"), "{}", run.stderr);
    let check = ["replay", "--check", "s/missing.jsonl", "s/good.jsonl", "--format", "json"];
    let report = folder.run(&check).json(2);
    assert_eq!(report.as_array().map(Vec::len), Some(2));
    assert!(report[0]["error"].as_str().is_some_and(|error| error.contains("none.json`")));
    assert_eq!(report[1]["passed"], true);
}

#[test]
fn an_event_that_does_not_come_is_shown_with_those_that_did() {
    let expect = json!({"events": [{"type": "MatchmakingTimedOut"}]});
    let text = scenario(&json!([])).replace("\"at\":1000", "\"at\":5000");
    let text = text.replace("\"expect\":[]", &format!("\"expect\":{expect}"));
    let folder = Folder::with(&[("rules/duel.json", DUEL), ("s/a.jsonl", &text)]);
    let run = folder.run(&["replay", "--check", "s/a.jsonl"]);
    let came = "  events that came:\n    MatchmakingSearching (t3)\n";
    assert!(run.ended(1).contains(came), "{}", run.stdout);
}

#[test]
fn expectations_that_cannot_fail_or_hold_are_refused() {
    for (expect, message) in [
        (json!({}), "line 6: `expect` expects nothing"),
        (json!({"events": [{"typ": "x"}]}), "did you mean `type`?"),
        (
            json!({"events": [{"type": "MatchmakingSuceeded"}]}),
            "did you mean `MatchmakingSucceeded`?",
        ),
    ] {
        let run = folder(&expect).run(&["replay", "--check", "scenarios/a.jsonl"]);
        assert!(run.ended(1).contains(message), "{}", run.stdout);
    }
}

#[test]
fn a_rule_set_in_the_header_is_located_in_itself() {
    let text = "{\"RuleSet\": {\"name\": \"x\", \"bogus\": 1}}\n";
    let folder = Folder::with(&[("s.jsonl", text)]);
    let run = folder.run(&["replay", "s.jsonl"]);
    assert_eq!(run.ended(1), "");
    assert!(run.stderr.contains(" --> s.jsonl (RuleSet):1:"), "{}", run.stderr);
    assert!(run.stderr.contains("its rule set does not compile"), "{}", run.stderr);
}

/// Facts 10.6: by the header's options.
#[test]
fn the_header_says_how_parties_are_judged() {
    for file in [true, false] {
        for (options, status) in [
            (json!({}), "COMPLETED"),
            (json!({"partyAggregation": "exact"}), "COMPLETED"),
            (json!({"partyAggregation": "collapse"}), "SEARCHING"),
        ] {
            let rule_set = clans();
            let source = match file {
                true => r#""RuleSetFile": "clans.json""#.to_owned(),
                false => format!(r#""RuleSet": {rule_set}"#),
            };
            let expect = json!({"status": {"t1": status, "t2": status}});
            let lines = [
                format!(r#"{{{source}, "Options": {options}}}"#),
                json!({"at": 0, "StartMatchmaking": party("t1", &["A", "C"])}).to_string(),
                json!({"at": 0, "StartMatchmaking": party("t2", &["B", "B"])}).to_string(),
                json!({"at": 0, "Advance": {}, "expect": expect}).to_string(),
            ];
            let files = [("clans.json", &*rule_set), ("clans.jsonl", &lines.join("\n"))];
            let folder = Folder::with(&files);
            let run = folder.run(&["replay", "--check", "clans.jsonl"]);
            assert_eq!(run.ended(0), "ok  clans.jsonl (1 expectation)\n", "{options}");
        }
    }
    let bad = r#"{"RuleSetFile": "clans.json", "Options": {"partyAggregation": "exakt"}}"#;
    let folder = Folder::with(&[("clans.json", &clans()), ("clans.jsonl", bad)]);
    let run = folder.run(&["replay", "clans.jsonl"]);
    run.ended(1);
    assert!(run.stderr.contains("did you mean `exact`?"), "{}", run.stderr);
}

#[test]
fn a_journal_is_replayed_as_it_was_recorded() {
    let header = r#"{"RuleSetFile": "duel.json", "Driver": "recorded"}"#;
    let start = |at: u64, ticket: String| format!(r#"{{"at":{at},"StartMatchmaking":{ticket}}}"#);
    let lines = [
        header.into(),
        start(0, ticket("t1", "ann", 10.0)),
        start(5, ticket("t2", "ben", 12.0)),
        r#"{"at": 900, "Advance": {}}"#.into(),
        r#"{"at": 901, "Advance": {"#.into(),
    ];
    let folder = Folder::with(&[("duel.json", DUEL), ("journal.jsonl", &lines.join("\n"))]);
    let run = folder.run(&["replay", "journal.jsonl"]);
    let succeeded: Vec<_> = run
        .ended(0)
        .lines()
        .filter(|line| line.contains(r#""type":"MatchmakingSucceeded""#))
        .collect();
    let [succeeded] = succeeded[..] else { panic!("one match: {}", run.stdout) };
    assert!(succeeded.starts_with(r#"{"at":900,"event":"#), "{succeeded}");
    assert!(run.stderr.contains("journal.jsonl: line 5, the last one, was torn"), "{}", run.stderr);

    let other = lines.join("\n").replace("\"Driver\"", "\"RuleSetHash\": \"0\", \"Driver\"");
    let folder = Folder::with(&[("duel.json", DUEL), ("journal.jsonl", &other)]);
    let run = folder.run(&["replay", "journal.jsonl"]);
    assert_eq!(run.ended(1), "");
    assert!(run.stderr.contains("RuleSetHash is 0, but that of the rule set"), "{}", run.stderr);
}

#[test]
fn placements_that_ask_for_nothing_are_named() {
    let queue = |location: &str| {
        json!({
            "RuleSetFile": "duel.json",
            "Queue": {
                "Name": "q",
                "PlayerLatencyPolicies": [{"MaximumIndividualPlayerLatencyMilliseconds": 100}],
                "SimulatedFleet": [{"Destination": "fleet/one", "Location": location, "Slots": 9}],
            },
        })
    };
    let start = |number: u64| {
        let latency =
            json!({"PlayerId": "ann", "RegionIdentifier": "eu", "LatencyInMilliseconds": 20});
        json!({"at": number, "StartGameSessionPlacement": {
            "PlacementId": format!("p{number}"), "GameSessionQueueName": "q",
            "MaximumPlayerSessionCount": 1, "PlayerLatencies": [latency],
        }})
    };
    let run = |location: &str, until: &str| {
        let lines = [queue(location), start(0), start(1), start(2), start(3)];
        let text = lines.map(|line| line.to_string()).join("\n");
        let folder = Folder::with(&[("duel.json", DUEL), ("s.jsonl", &text)]);
        folder.run(&["replay", "s.jsonl", "--until", until])
    };
    // While they wait, and when they have timed out; the first three of them.
    for until in ["10", "700000"] {
        let run = run("eu-west-1", until);
        run.ended(0);
        let said: Vec<_> = run.stderr.lines().collect();
        let [said @ .., more] = &said[..] else { panic!("{}", run.stderr) };
        assert_eq!(said.len(), 3, "{}", run.stderr);
        assert_eq!(*more, "note: and 1 more of the placements ask for none");
        let why = "the players report latencies for `eu`, but the queue is in `eu-west-1`, and its latency policies need a location that all of them report";
        for (number, said) in said.iter().enumerate() {
            let placement = format!("placement `p{number}` asks for no game session");
            assert_eq!(*said, format!("note: s.jsonl: {placement}: {why}"));
        }
    }
    let good = run("eu", "700000");
    good.ended(0);
    assert_eq!(good.stderr, "");
}

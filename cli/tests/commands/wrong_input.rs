//! Wrong input of every subcommand: what is said of it, and the exit status.

use serde_json::{Value, json};

use crate::support::{DUEL, Folder, ticket};

/// A file of each kind, good for what it is.
fn folder() -> Folder {
    let player = |id: &str| json!({"PlayerId": id, "PlayerAttributes": {"skill": {"N": 5}}});
    let party = |id: &str| json!([{"Players": [player(id)]}]);
    let line =
        |id: &str| json!({"at": 0, "StartMatchmaking": {"TicketId": id, "Players": [player(id)]}});
    let scenario = [json!({"RuleSetFile": "rules.json"}), line("ann")].map(|it| it.to_string());
    Folder::with(&[
        ("rules.json", DUEL),
        ("pool.jsonl", &ticket("t1", "ann", 5.0)),
        ("match.json", &json!({"teams": {"red": party("ann"), "blue": party("ben")}}).to_string()),
        ("night.jsonl", &scenario.join("\n")),
        ("players.json", r#"{"attributes": {"skill": {"uniform": {"min": 1, "max": 9}}}}"#),
        ("settings.json", r#"{"RequestTimeoutSeconds": 60}"#),
        ("empty.json", "\n// nothing\n"),
    ])
}

const OF_RULES: &str = "this seems to be a rule set, not ";
const OF_POOL: &str = "this seems to be a pool of tickets, not ";
const OF_NIGHT: &str = "this seems to be a scenario, not ";
const OF_MATCH: &str = "this seems to be a match, not ";

#[test]
fn a_file_of_another_kind_is_called_what_it_seems_to_be() {
    let folder = folder();
    let cases = [
        ("match pool.jsonl rules.json", OF_POOL, "a rule set"),
        ("match night.jsonl pool.jsonl", OF_NIGHT, "a rule set"),
        ("match rules.json rules.json", OF_RULES, "a pool of tickets"),
        ("match rules.json night.jsonl", OF_NIGHT, "a pool of tickets"),
        ("match rules.json match.json", OF_MATCH, "a pool of tickets"),
        ("judge match.json rules.json", OF_MATCH, "a rule set"),
        ("judge rules.json pool.jsonl", OF_POOL, "a match"),
        ("judge rules.json rules.json", OF_RULES, "a match"),
        ("replay rules.json", OF_RULES, "a scenario"),
        ("replay pool.jsonl", OF_POOL, "a scenario"),
        ("explain rules.json --ticket a", OF_RULES, "a scenario"),
        ("explain pool.jsonl --ticket a", OF_POOL, "a scenario"),
        ("simulate pool.jsonl", OF_POOL, "a rule set"),
        ("simulate rules.json --compare night.jsonl", OF_NIGHT, "a rule set"),
        ("simulate rules.json --population rules.json", OF_RULES, "a population"),
        (
            "simulate rules.json --population settings.json",
            "this seems to be a matchmaking configuration, not ",
            "a population",
        ),
        (
            "simulate rules.json --configuration players.json",
            "this seems to be a population, not ",
            "a matchmaking configuration",
        ),
        ("simulate rules.json --arrivals rules.json", OF_RULES, "a scenario"),
        ("simulate rules.json --arrivals pool.jsonl", OF_POOL, "a scenario"),
        ("check rules.json --tickets rules.json", OF_RULES, "a pool of tickets"),
        ("check pool.jsonl", OF_POOL, "a rule set"),
        ("check night.jsonl", OF_NIGHT, "a rule set"),
    ];
    for (line, seems, expected) in cases {
        let arguments: Vec<_> = line.split(' ').collect();
        let run = folder.run(&arguments);
        run.ended(1);
        let hint = format!("{seems}{expected}: ");
        assert_eq!(run.stderr.matches(&hint).count(), 1, "{line}: {}", run.stderr);
        // What each line of a file of another kind lacks is not told.
        assert!(run.stderr.matches("error").count() < 6, "{line}: {}", run.stderr);
    }
    for (line, status) in [("replay --check rules.json", 1), ("test rules.json", 1)] {
        let arguments: Vec<_> = line.split(' ').collect();
        let run = folder.run(&arguments);
        let hint = format!("{OF_RULES}a scenario: ");
        assert!(run.ended(status).contains(&hint), "{line}: {}", run.stdout);
    }
}

#[test]
fn an_empty_file_is_called_empty() {
    let folder = folder();
    for (line, expected) in [
        ("match empty.json pool.jsonl", "a rule set"),
        ("judge rules.json empty.json", "a match"),
        ("replay empty.json", "a scenario"),
        ("explain empty.json --ticket a", "a scenario"),
        ("simulate empty.json", "a rule set"),
        ("simulate rules.json --population empty.json", "a population"),
        ("simulate rules.json --configuration empty.json", "a matchmaking configuration"),
        ("simulate rules.json --arrivals empty.json", "a scenario"),
        ("check empty.json", "a rule set"),
    ] {
        let arguments: Vec<_> = line.split(' ').collect();
        let run = folder.run(&arguments);
        run.ended(1);
        let hint = format!("the file is empty, {expected} is expected");
        assert!(run.stderr.contains(&hint), "{line}: {}", run.stderr);
    }
    let run = folder.run(&["match", "rules.json", "empty.json"]);
    assert!(run.ended(0).contains("0 tickets with 0 players"), "{}", run.stdout);
    assert_eq!(run.stderr, "note: empty.json has no tickets\n");
}

/// Every file that an argument may name.
const EVERYWHERE: [&str; 13] = [
    "check FILE",
    "check rules.json --tickets FILE",
    "match FILE pool.jsonl",
    "match rules.json FILE",
    "judge FILE match.json",
    "judge rules.json FILE",
    "replay FILE",
    "replay --check FILE",
    "explain FILE --ticket a",
    "test FILE",
    "simulate FILE",
    "simulate rules.json --population FILE",
    "simulate rules.json --configuration FILE",
];

#[test]
fn what_cannot_be_read_has_one_status_everywhere() {
    let folder = folder();
    folder.write("latin.json", b"\n{\"name\": \"caf\xe9\"}");
    std::fs::create_dir(folder.path().join("folder.json")).expect("a folder can be made");
    for (file, problem) in [
        ("latin.json", "line 2 is not valid UTF-8; save the file as UTF-8"),
        ("none.json", "there is no such file or folder"),
        ("folder.json", "it is a folder, not a file"),
    ] {
        let more = ["simulate rules.json --arrivals FILE", "simulate rules.json --compare FILE"];
        for line in EVERYWHERE.iter().chain(&more) {
            if line.starts_with("test") && file == "folder.json" {
                continue;
            }
            let line = line.replace("FILE", file);
            let arguments: Vec<_> = line.split(' ').collect();
            let run = folder.run(&arguments);
            assert_eq!(run.status, Some(2), "{line}: {}{}", run.stdout, run.stderr);
            let said = format!("cannot read `{file}`: {problem}");
            assert!((run.stdout + &run.stderr).contains(&said), "{line}: no {said}");
        }
    }
}

#[test]
fn what_is_bad_inside_a_file_has_one_status_everywhere() {
    let folder = folder();
    folder.write("bad.json", b"{\"surprise\": 1}\n");
    for line in EVERYWHERE.iter().chain(&["simulate rules.json --arrivals FILE"]) {
        let line = line.replace("FILE", "bad.json");
        let arguments: Vec<_> = line.split(' ').collect();
        let run = folder.run(&arguments);
        assert_eq!(run.status, Some(1), "{line}: {}{}", run.stdout, run.stderr);
        assert!((run.stdout + &run.stderr).contains("bad.json"), "{line}");
    }
    let run = folder.run(&["simulate", "rules.json", "--population", "bad.json", "--format=json"]);
    assert_eq!(run.json(1).pointer("/errors/0/file"), Some(&json!("bad.json")));
    let run = folder.run(&["check", "rules.json", "--tickets", "bad.json", "--format=json"]);
    assert_eq!(run.json(1).pointer("/errors/0/line"), Some(&json!(1)));
}

#[test]
fn what_does_not_go_together_is_told_of_the_file_that_is_at_fault() {
    let folder = folder();
    folder.write("players.json", br#"{"attributes": {"skill": {"strings": {"good": 1}}}}"#);
    let run = folder.run(&["simulate", "rules.json", "--population", "players.json"]);
    run.ended(1);
    let said = "error: players.json: the population: attributes.skill: its values are of type ";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
    folder.write("settings.json", br#"{"RequestTimeoutSeconds": 99999}"#);
    let run = folder.run(&["simulate", "rules.json", "--configuration", "settings.json"]);
    run.ended(1);
    let said = "error: settings.json: `RequestTimeoutSeconds` is 99999, ";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
    let run = folder.run(&["simulate", "rules.json", "--request-timeout", "99999"]);
    run.ended(2);
    let said = "error: the configuration: RequestTimeoutSeconds is 99999, ";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
}

#[test]
fn a_number_that_is_none_is_told_its_range() {
    let folder = folder();
    let huge = u64::MAX.to_string();
    let mut checked = 0;
    for (line, least, most) in [
        ("check rules.json --request-timeout", "1", "43200"),
        ("match rules.json pool.jsonl --seed", "0", &*huge),
        ("match rules.json pool.jsonl --nodes-per-anchor", "1", &huge),
        ("replay night.jsonl --until", "0", &huge),
        ("explain night.jsonl --ticket ann --at", "0", &huge),
        ("simulate rules.json --seed", "0", &huge),
        ("simulate rules.json --players", "0", &huge),
        ("simulate rules.json --tickets", "0", &huge),
        ("simulate rules.json --request-timeout", "0", "4294967295"),
        ("simulate rules.json --acceptance", "0", "4294967295"),
        ("simulate rules.json --pass-interval", "0", &huge),
        ("simulate rules.json --nodes-per-anchor", "1", &huge),
        ("simulate rules.json --threads", "1", "256"),
        ("bench duel --tickets", "100", "1900000"),
        ("bench duel --arrivals", "1", "100000"),
        ("bench duel --seed", "0", &huge),
        ("bench duel --patience", "0", "4294967295"),
    ] {
        for wrong in ["-1", "1.5", "x", "", "99999999999999999999999"] {
            let mut arguments: Vec<_> = line.split(' ').collect();
            let option = arguments.last().expect("it ends with an option").to_string();
            arguments.push(wrong);
            let run = folder.run(&arguments);
            assert_eq!(run.ended(2), "");
            let said = format!("error: invalid value '{wrong}' for '{option} <");
            assert!(run.stderr.starts_with(&said), "{line} {wrong}: {}", run.stderr);
            let range = format!(">': a whole number from {least} to {most} is needed\n");
            assert!(
                run.stderr.replace("...", "").contains(&range),
                "{line} {wrong}: {}",
                run.stderr
            );
            checked += 1;
        }
    }
    assert_eq!(checked, 85);
    for (option, wrong, said) in [
        ("--arrival", "-5/s", "a rate must be above 0"),
        ("--arrival", "5", "write a rate such as 50/s, 200/min or 5000/h"),
        ("--duration", "-5s", "write a time such as 90s, 30m or 1h30m"),
        ("--drain", "5", "write a time such as 90s, 30m or 1h30m"),
    ] {
        let run = folder.run(&["simulate", "rules.json", option, wrong]);
        assert_eq!(run.ended(2), "");
        assert!(run.stderr.contains(&format!("'{wrong}'")), "{}", run.stderr);
        assert!(run.stderr.contains(&format!(": {said}\n")), "{option} {wrong}: {}", run.stderr);
    }
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let run = folder().run(&["simulate", "rules.json", "--report", "none/page.html"]);
    assert_eq!(run.ended(2), "");
    let said = "error: cannot write the report `none/page.html`: there is no folder `none`; make it \
                first\n";
    assert_eq!(run.stderr, said);
}

/// Tickets without an attribute: each can never match.
#[test]
fn of_many_tickets_that_can_never_match_the_first_are_named_and_the_others_counted() {
    let of = |count: usize| {
        let line =
            |n| json!({"TicketId": format!("t{n}"), "Players": [{"PlayerId": format!("p{n}")}]});
        let lines: Vec<_> = (0..count).map(|n| line(n).to_string()).collect();
        let folder = Folder::with(&[("rules.json", DUEL), ("pool.jsonl", &lines.join("\n"))]);
        let run = folder.run(&["match", "rules.json", "pool.jsonl"]);
        run.ended(0);
        run.stderr
    };
    let told = of(13);
    assert_eq!(told.matches("note: ticket `t").count(), 10, "{told}");
    assert!(
        told.ends_with("note: and 3 more of the tickets left over can never match\n"),
        "{told}"
    );
    assert!(!of(10).contains("more"), "ten are named, and no more are counted");
    let told = of(1001);
    let end = "note: and 990 more of the first 1000 of 1001 tickets left over can never match\n";
    assert!(told.ends_with(end), "{told}");
}

#[test]
fn mistakes_behind_a_missing_comma_are_told_at_once() {
    let text = DUEL.replacen("\"name\": \"duel\",", "\"name\": \"duel\"", 1).replacen(
        "attributes[skill])\"]",
        "attributes[skil])\"]",
        1,
    );
    let folder = Folder::with(&[("rules.json", &text)]);
    let report = folder.run(&["check", "rules.json", "--format", "json"]).json(1);
    let errors = report.pointer("/0/errors").and_then(Value::as_array).expect("a list");
    let found: Vec<_> =
        errors.iter().filter_map(|it| Some((it["kind"].as_str()?, it["line"].as_u64()?))).collect();
    assert_eq!(found, [("syntax", 3), ("unknownAttribute", 13)], "{report}");
    assert_eq!(errors[0]["help"], "put a `,` before it");
}

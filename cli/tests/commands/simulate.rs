//! `rallypoint simulate`.

use serde_json::{Value, json};

use crate::support::{DUEL, Folder};

fn folder() -> Folder {
    Folder::with(&[("duel.json", DUEL)])
}

const SHORT: [&str; 6] = ["simulate", "duel.json", "--arrival", "2/s", "--duration", "1m"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    SHORT.iter().chain(more).copied().collect()
}

#[test]
fn a_summary_for_people() {
    let run = folder().run(&SHORT);
    let text = run.ended(0);
    for part in [
        "rule set",
        "tickets",
        "half of them",
        "99 in 100",
        "a minute",
        "fill",
        "even",
        "from 30 s",
    ] {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    assert_eq!(run.stderr, "");
}

#[test]
fn json_is_the_same_to_the_byte_whatever_the_threads_and_the_timings() {
    let run = |more: &[&'static str]| folder().run(&with(more));
    let first = run(&["--format", "json"]);
    let report = first.json(0);
    assert!(report["outcomes"]["matched"].as_u64().is_some_and(|it| it > 20), "{report}");
    assert_eq!(report["waitPercentiles"].as_array().map(Vec::len), Some(101));
    assert_eq!(report["requestTimeoutSeconds"], 300);
    assert_eq!(run(&["--format", "json", "--threads", "2"]).ended(0), first.stdout);
    let timed = run(&["--format", "json", "--timings"]);
    assert_eq!(timed.ended(0), first.stdout);
    for part in ["tickets in", "arrivals", "submitting", "passes", "events", "measuring", "memory"]
    {
        assert!(timed.stderr.contains(part), "`{part}` is missing: {}", timed.stderr);
    }
    assert_ne!(run(&["--format", "json", "--seed", "1"]).ended(0), first.stdout);
}

#[test]
fn a_printed_population_can_be_given_back() {
    let folder = folder();
    let printed = folder.run(&["simulate", "duel.json", "--print-population"]);
    let population = printed.ended(0);
    let value: Value = serde_json::from_str(population).expect("it is JSON");
    assert_eq!(value["parties"]["sizes"], json!({"1": 60.0}));
    assert!(value["attributes"]["skill"]["normal"].is_object(), "{value}");
    folder.write("population.json", population.as_bytes());
    let derived = folder.run(&with(&["--format", "json"]));
    let given = folder.run(&with(&["--format", "json", "--population", "population.json"]));
    assert_eq!(given.ended(0), derived.ended(0));
}

#[test]
fn two_rule_sets_side_by_side() {
    let wide =
        DUEL.replace("\"maxDistance\": 10", "\"maxDistance\": 50").replace("\"duel\"", "\"wide\"");
    let folder = Folder::with(&[("duel.json", DUEL), ("wide.json", &wide)]);
    let run = folder.run(&with(&["--compare", "wide.json", "--format", "json"]));
    let both = run.json(0);
    assert_eq!(both["base"]["arrivals"], both["other"]["arrivals"]);
    let wait = |of: &str| both[of]["waits"]["mean"].as_f64().expect("somebody was matched");
    assert!(wait("other") < wait("base"), "{both}");
    let text = folder.run(&with(&["--compare", "wide.json"]));
    let header = text.ended(0).lines().find(|line| line.contains("rule set")).expect("a line");
    assert!(header.contains("duel") && header.contains("wide"), "{header}");
}

#[test]
fn recorded_arrivals_from_a_scenario() {
    let line = |at: u32, id: &str, skill: u32| {
        format!(
            r#"{{"at": {at}, "StartMatchmaking": {{"TicketId": "{id}", "Players": [{{"PlayerId": "{id}", "PlayerAttributes": {{"skill": {{"N": {skill}}}}}}}]}}}}"#
        )
    };
    let lines = [
        r#"{"RuleSetFile": "duel.json"}"#.to_owned(),
        line(0, "ann", 10),
        r#"{"at": 500, "StopMatchmaking": {"TicketId": "ann"}}"#.to_owned(),
        line(1000, "ben", 15),
        line(2000, "cat", 80),
    ];
    let folder = folder();
    folder.write("night.jsonl", lines.join("\n").as_bytes());
    let run =
        folder.run(&["simulate", "duel.json", "--arrivals", "night.jsonl", "--format", "json"]);
    let report = run.json(0);
    assert_eq!(report["outcomes"]["matched"], 2);
    assert_eq!(report["outcomes"]["waiting"], 1);
    assert_eq!(report["waits"]["max"], 1.0);
    assert_eq!(
        report["arrivals"]["ignored"],
        json!([{"operation": "StopMatchmaking", "lines": 1}])
    );
    folder.write("bad.jsonl", b"{\"at\": 0, \"StartMatchmaking\": {\"Player\": []}}\n");
    let run = folder.run(&["simulate", "duel.json", "--arrivals", "bad.jsonl"]);
    run.ended(1);
    assert!(
        run.stderr.starts_with("error: bad.jsonl:1: unknown member `Player`"),
        "{}",
        run.stderr
    );
}

#[test]
fn mistakes_are_told() {
    let folder = folder();
    folder.write(
        "population.json",
        br#"{"attributes": {"skill": {"uniform": {"min": 9, "max": 1}}}}"#,
    );
    folder.write("configuration.json", br#"{"RequestTimeoutSecond": 5}"#);
    folder.write("commented.json", format!("// mine\n{DUEL}").as_bytes());
    folder.write("broken.json", b"{}");
    for (arguments, status, said) in [
        (&["simulate", "duel.json", "--arrival", "0/s"][..], 2, "a rate must be above 0"),
        (&["simulate", "duel.json", "--arrival", "50"], 2, "50/s"),
        (&["simulate", "duel.json", "--duration", "0s"], 2, "a time must be above 0"),
        (&["simulate", "duel.json", "--duration", "99d"], 2, "at most 31 days"),
        (&["simulate", "duel.json", "--arrival", "1000000/s"], 2, "the limit is"),
        (&["simulate", "duel.json", "--players", "0"], 2, "at least 1"),
        (&["simulate", "duel.json", "--request-timeout", "0"], 2, "the configuration: "),
        (
            &["simulate", "duel.json", "--population", "population.json"],
            1,
            "population.json: attributes.skill.uniform: `min` 9 is above `max` 1",
        ),
        (
            &["simulate", "duel.json", "--configuration", "configuration.json"],
            1,
            "RequestTimeoutSecond",
        ),
        (
            &["simulate", "duel.json", "--arrivals", "missing.jsonl"],
            2,
            "cannot read `missing.jsonl`",
        ),
        (&["simulate", "-", "--population", "-"], 2, "standard input can be read once only"),
        (&["simulate", "broken.json"], 1, "does not compile"),
        (&["simulate", "commented.json", "--strict"], 1, "does not compile"),
    ] {
        let run = folder.run(arguments);
        run.ended(status);
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    }
    let run = folder.run(&["simulate", "commented.json", "--duration", "10s"]);
    run.ended(0);
    assert!(run.stderr.contains("warning"), "{}", run.stderr);
    let run = folder.run(&["simulate", "duel.json", "--players", "0", "--format", "json"]);
    assert!(run.json(2)["errors"][0]["message"].is_string(), "{}", run.stdout);
}

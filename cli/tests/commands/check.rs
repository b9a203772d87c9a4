//! `rallypoint check`.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{DUEL, Folder, Run, clans};

const THREE_MISTAKES: &str = r#"{
  "ruleLanguageVersion": "1.0",
  "playerAttributes": [{"name": "skill", "type": "number"}],
  "teams": [
    {"name": "red", "minPlayers": 1, "maxPlayers": 1},
    {"name": "blue", "minPlayers": 1, "maxPlayers": 1}
  ],
  "rules": [
    {"name": "a", "type": "comparison", "operation": "<",
      "measurements": ["avg(teams[red].players.attributes[skil])"], "referenceValue": 5},
    {"name": "b", "type": "comparison", "operation": "<",
      "measurements": ["avg(teams[blu].players.attributes[skill])"], "referenceValue": 5},
    {"name": "c", "type": "comparisom", "operation": "<",
      "measurements": ["avg(teams[red].players.attributes[skill])"], "referenceValue": 5}
  ]
}
"#;

/// Where the three mistakes are: kind, pointer, text at fault.
const MISTAKES: [(&str, &str, &str); 3] = [
    ("unknownAttribute", "/rules/0/measurements/0", "skil"),
    ("unknownTeam", "/rules/1/measurements/0", "blu"),
    ("unknownRuleType", "/rules/2/type", "\"comparisom\""),
];

/// Line and column of the first place of `part`, both from 1.
fn place(part: &str) -> (usize, usize) {
    // A name that is the beginning of another one is sought with its closing bracket.
    let end = if part.starts_with('"') { "" } else { "]" };
    let at = THREE_MISTAKES.find(&format!("{part}{end}")).expect("the mistake is there");
    let before = &THREE_MISTAKES[..at];
    let column = at - before.rfind('\n').map_or(0, |start| start + 1) + 1;
    (before.matches('\n').count() + 1, column)
}

#[test]
fn three_mistakes_are_three_located_errors_with_carets() {
    let folder = Folder::with(&[("bad.json", THREE_MISTAKES)]);
    let run = folder.run(&["check", "bad.json"]);
    let shown = run.ended(1);
    assert!(shown.starts_with("bad  bad.json (3 errors)\n"), "{shown}");
    assert_eq!(shown.matches("error[").count(), 3, "{shown}");
    for (kind, pointer, part) in MISTAKES {
        let (line, column) = place(part);
        assert!(shown.contains(&format!("error[{kind}]: ")), "{kind}: {shown}");
        assert!(shown.contains(&format!(" --> bad.json:{line}:{column}\n")), "{kind}: {shown}");
        assert!(shown.contains(&format!("  = at: {pointer}\n")), "{kind}: {shown}");
        let text = THREE_MISTAKES.lines().nth(line - 1).expect("the line is there");
        let head = format!("{line} | ");
        let source = format!("{line:>2} | {text}\n");
        let at = shown.find(&source).unwrap_or_else(|| panic!("{kind}: no `{source}` in {shown}"));
        let below = shown[at..].lines().nth(1).expect("the carets stand below");
        assert_eq!(below.find('^'), Some(head.len().max(5) + column - 1), "{kind}: {shown}");
        assert_eq!(below.matches('^').count(), part.len(), "{kind}: {shown}");
    }
    assert!(shown.contains("help: "), "{shown}");
    assert!(shown.contains("`comparison`"), "{shown}");
    assert_eq!(run.stderr, "");
}

#[test]
fn three_mistakes_in_json() {
    let folder = Folder::with(&[("bad.json", THREE_MISTAKES)]);
    let report = folder.run(&["check", "bad.json", "--format", "json"]).json(1);
    let [file] = report.as_array().expect("an array").as_slice() else {
        panic!("one object per file: {report}")
    };
    assert_eq!(file["file"], "bad.json");
    assert_eq!(file["valid"], false);
    assert_eq!(file["warnings"], json!([]));
    let errors = file["errors"].as_array().expect("a list");
    assert_eq!(errors.len(), 3, "{report}");
    for (error, (kind, pointer, part)) in errors.iter().zip(MISTAKES) {
        let (line, column) = place(part);
        assert_eq!(error["kind"], kind);
        assert_eq!(error["pointer"], pointer);
        assert_eq!((&error["line"], &error["column"]), (&json!(line), &json!(column)));
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{error}");
        assert!(error["help"].is_string(), "{error}");
        let keys: Vec<_> = error.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["column", "help", "kind", "line", "message", "pointer", "span"]);
        let bound = |name: &str| error["span"][name].as_u64().expect("an offset") as usize;
        assert_eq!(&THREE_MISTAKES[bound("start")..bound("end")], part);
    }
}

#[test]
fn a_good_file_is_ok() {
    let folder = Folder::with(&[("duel.json", DUEL)]);
    assert_eq!(folder.run(&["check", "duel.json"]).ended(0), "ok  duel.json\n");
    let report = folder.run(&["--format", "json", "check", "duel.json"]).json(0);
    let expected = json!([{"file": "duel.json", "valid": true, "errors": [], "warnings": []}]);
    assert_eq!(report, expected);
    let run = folder.run_with_input(&["check", "-"], DUEL);
    assert_eq!(run.ended(0), "ok  <stdin>\n");
}

#[test]
fn comments_are_a_warning_and_an_error_when_strict() {
    let text = DUEL.replacen("  \"name\"", "  // one against one\n  \"name\"", 1);
    let folder = Folder::with(&[("duel.json", &text)]);
    let lenient = folder.run(&["check", "duel.json"]);
    let shown = lenient.ended(0);
    assert!(shown.starts_with("ok  duel.json (1 warning)\nwarning[comment]: "), "{shown}");
    assert!(shown.contains(" --> duel.json:2:3\n"), "{shown}");
    let denied = folder.run(&["check", "duel.json", "--deny-warnings"]);
    let shown = denied.ended(1);
    assert!(shown.starts_with("bad  duel.json (1 warning)\nwarning[comment]: "), "{shown}");
    let denied = folder.run(&["check", "duel.json", "--deny-warnings", "--format", "json"]);
    assert_eq!(denied.json(1).pointer("/0/valid"), Some(&json!(true)));
    let clean = Folder::with(&[("duel.json", DUEL)]);
    clean.run(&["check", "duel.json", "--deny-warnings"]).ended(0);
    let strict = folder.run(&["check", "--strict", "duel.json"]);
    let shown = strict.ended(1);
    assert!(shown.starts_with("bad  duel.json (1 error)\nerror[comment]: "), "{shown}");
}

/// What is said of [`DUEL`] when requests time out after half a minute, and where.
const LATE_STEP: (&str, &str) = ("stepNeverFires", "/expansions/0/steps/0/waitTimeSeconds");

#[test]
fn a_request_timeout_tells_which_steps_come_too_late() {
    let folder = Folder::with(&[("duel.json", DUEL)]);
    let check = |arguments: &[&str]| {
        folder.run(&[&["check", "duel.json", "--request-timeout"][..], arguments].concat())
    };
    assert_eq!(check(&["31", "--deny-warnings"]).ended(0), "ok  duel.json\n");
    let run = check(&["30", "--deny-warnings"]);
    let shown = run.ended(1);
    let (kind, pointer) = LATE_STEP;
    assert!(
        shown.starts_with(&format!("bad  duel.json (1 warning)\nwarning[{kind}]: ")),
        "{shown}"
    );
    assert!(shown.contains(&format!("  = at: {pointer}\n")), "{shown}");
    assert!(shown.contains("  = help: "), "{shown}");
    let line = DUEL.lines().find(|line| line.contains("waitTimeSeconds")).expect("it is there");
    let at = line.find("30").expect("it is there");
    let (line, carets) = (shown.find(line), format!("\n   | {}^^\n", " ".repeat(at)));
    assert!(line.is_some() && shown.contains(&carets), "{shown}");

    let report = check(&["30", "--format", "json"]).json(0);
    let warnings = report.pointer("/0/warnings").and_then(Value::as_array).expect("a list");
    let [warning] = &warnings[..] else { panic!("one warning: {report}") };
    assert_eq!(
        (warning["kind"].as_str(), warning["pointer"].as_str()),
        (Some(kind), Some(pointer))
    );
    assert!(warning["help"].is_string() && warning["line"].is_number(), "{report}");
    for bad in ["0", "43201", "soon"] {
        assert!(!check(&[bad]).stderr.is_empty());
        check(&[bad]).ended(2);
    }
}

#[test]
fn tickets_tell_what_players_do_not_send() {
    let text = DUEL.replacen(
        "\"rules\": [",
        "\"rules\": [{\"name\": \"near\", \"type\": \"latency\", \"maxLatency\": 80},",
        1,
    );
    let silent = r#"{"Players":[{"PlayerId":"a","PlayerAttributes":{"skil":{"N":1}}}]}
{"Players":[{"PlayerId":"b","PlayerAttributes":{"skill":{"N":1}},"LatencyInMs":{"eu":20}}]}
"#;
    let whole = silent.lines().nth(1).expect("a line");
    let files = [("duel.json", &*text), ("silent.jsonl", silent), ("whole.jsonl", whole)];
    let folder = Folder::with(&files);
    let check =
        |tickets| folder.run(&["check", "duel.json", "--format=json", "--tickets", tickets]);
    let report = check("silent.jsonl").json(0);
    let found: Vec<(&str, &str)> = report
        .pointer("/0/warnings")
        .and_then(Value::as_array)
        .expect("a list")
        .iter()
        .filter_map(|it| Some((it["kind"].as_str()?, it["message"].as_str()?)))
        .collect();
    let attribute =
        "1 of 2 players do not send `skill`, which has no default: they are never matched";
    let latency = "1 of 2 players report no latency: rule `near` keeps them out of every match";
    let expected = [("playersWithoutAttribute", attribute), ("playersWithoutLatency", latency)];
    assert_eq!(found, expected);
    assert_eq!(check("whole.jsonl").json(0).pointer("/0/warnings"), Some(&json!([])));

    let run = folder.run_with_input(&["check", "duel.json", "--tickets", "-"], "{}\n{]\n");
    run.ended(1);
    assert!(run.stderr.starts_with("error: <stdin>:1: "), "{}", run.stderr);
    folder.run(&["check", "duel.json", "--tickets", "none.jsonl"]).ended(2);
    folder.run(&["check", "-", "--tickets", "-"]).ended(2);
}

#[test]
fn errors_and_warnings_are_both_counted() {
    let text = format!("// one against one\n{THREE_MISTAKES}/* the end */\n");
    let folder = Folder::with(&[("bad.json", &text)]);
    let run = folder.run(&["check", "bad.json"]);
    let shown = run.ended(1);
    assert!(shown.starts_with("bad  bad.json (3 errors, 2 warnings)\n"), "{shown}");
    assert_eq!(shown.matches("warning[").count(), 2, "{shown}");
}

#[test]
fn files_that_cannot_be_read_do_not_keep_others_from_being_checked() {
    let folder = Folder::with(&[("duel.json", DUEL), ("bad.json", THREE_MISTAKES)]);
    folder.write("latin1.json", b"{\n\"name\": \"caf\xe9\"}");
    let run = folder.run(&["check", "none.json", "latin1.json", "duel.json", "bad.json"]);
    let shown = run.ended(2);
    assert!(shown.starts_with("ok  duel.json\nbad  bad.json"), "{shown}");
    assert!(run.stderr.contains("error: cannot read `none.json`: "), "{}", run.stderr);
    assert!(run.stderr.contains("`latin1.json`: line 2 is not valid UTF-8"), "{}", run.stderr);
    let run = folder.run(&["check", "none.json", "duel.json", "--format=json"]);
    assert_eq!(run.json(2).as_array().map(Vec::len), Some(1));
}

#[test]
fn a_graph_is_all_that_standard_output_holds() {
    let commented = format!("// one against one\n{DUEL}");
    let files = [("duel.json", DUEL), ("noted.json", &commented), ("bad.json", THREE_MISTAKES)];
    let folder = Folder::with(&files);
    let run = folder.run(&["check", "--graph", "duel.json"]);
    let graph = run.ended(0).to_owned();
    assert_eq!(run.stderr, "");
    assert!(graph.starts_with("digraph {\n") && graph.ends_with("}\n"), "{graph}");
    for thing in ["attribute skill", "team red", "team blue", "distance rule even"] {
        assert!(graph.contains(&format!("\"{thing}\"")), "{thing}: {graph}");
    }
    assert!(graph.contains("expansion of rules[even].maxDistance"), "{graph}");

    let run = folder.run(&["check", "--graph", "noted.json", "bad.json"]);
    assert_eq!(run.ended(1), graph);
    assert!(run.stderr.contains("warning[comment]: "), "{}", run.stderr);
    assert!(run.stderr.contains("bad  bad.json (3 errors)\n"), "{}", run.stderr);

    let run = folder.run(&["check", "--graph", "duel.json", "bad.json", "--format", "json"]);
    let report = run.json(1);
    assert_eq!(report.pointer("/0/graph"), Some(&json!(graph)));
    assert_eq!(report.pointer("/1/graph"), None);
    folder.run(&["check", "--graph", "--describe", "duel.json"]).ended(2);
}

#[test]
fn what_the_engine_made_of_a_rule_set_stands_below_ok() {
    let folder = Folder::with(&[("duel.json", DUEL), ("bad.json", THREE_MISTAKES)]);
    let run = folder.run(&["check", "--describe", "duel.json"]);
    let shown = run.ended(0);
    assert!(shown.starts_with("ok  duel.json\n    strategy   exhaustiveSearch"), "{shown}");
    for line in ["from    0 s  red 1-1, blue 1-1", "from   30 s  red 1-1, blue 1-1; changed: "] {
        assert!(shown.contains(&format!("\n    {line}")), "{line}: {shown}");
    }
    assert!(shown.contains("\n    rule       even (distance, "), "{shown}");

    let run = folder.run(&["check", "--describe", "duel.json", "bad.json", "--format", "json"]);
    let report = run.json(1);
    let starts = report.pointer("/0/description/epochs/1/fromSeconds");
    assert_eq!(starts, Some(&json!(30)));
    assert_eq!(report.pointer("/0/description/rules/0/name"), Some(&json!("even")));
    assert_eq!(report.pointer("/1/description"), None);
}

#[test]
fn usage_errors_have_their_own_status() {
    let folder = Folder::with(&[]);
    for arguments in
        [&["check"][..], &["check", "--bogus"], &["chekc", "a"], &[], &["check", "-", "-"]]
    {
        let run = folder.run(arguments);
        assert_eq!(run.ended(2), "", "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_goes_away_does_not_change_the_verdict() {
    let folder = Folder::with(&[("good.json", DUEL), ("bad.json", THREE_MISTAKES)]);
    for (file, format, status) in [
        ("good.json", "text", 0),
        ("good.json", "json", 0),
        ("bad.json", "text", 1),
        ("bad.json", "json", 1),
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = folder.command(&["check", file, "--format", format]);
        command.stdout(writer).stderr(Stdio::piped());
        let run = Run::of(command.output().expect("the command starts"));
        run.ended(status);
        assert_eq!(run.stderr, "", "{file} {format}");
    }
}

#[test]
fn hostile_texts_are_answered() {
    let deep = "[".repeat(100_000);
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(1_000_000));
    for text in ["", "\u{feff}", "nul", "{", "\"", "[]", "{}\r\n", "\u{1b}[2J", &deep, &long] {
        let folder = Folder::with(&[("r.json", text)]);
        folder.run(&["check", "r.json"]).ended(1);
        let report = folder.run(&["check", "r.json", "--format", "json"]).json(1);
        let errors = report.pointer("/0/errors").and_then(Value::as_array);
        assert!(errors.is_some_and(|errors| !errors.is_empty()), "{report}");
    }
}

#[test]
fn the_way_to_judge_parties_is_described() {
    let folder = Folder::with(&[("clans.json", &clans())]);
    let describe = |arguments: &[&str]| {
        let run = folder.run(&[&["check", "--describe", "clans.json"][..], arguments].concat());
        run.ended(0).to_owned()
    };
    assert!(describe(&[]).contains(", parties exact\n"));
    assert!(describe(&["--party-aggregation", "exact"]).contains(", parties exact\n"));
    assert!(describe(&["--party-aggregation", "collapse"]).contains(", parties collapse\n"));
}

#[test]
fn an_unknown_way_to_judge_parties_is_refused_with_the_nearest() {
    let folder = Folder::with(&[("clans.json", &clans()), ("pool.jsonl", "")]);
    for subcommand in [
        &["check", "clans.json"][..],
        &["match", "clans.json", "pool.jsonl"],
        &["judge", "clans.json", "pool.jsonl"],
    ] {
        let run = folder.run(&[subcommand, &["--party-aggregation", "colapse"]].concat());
        assert_eq!(run.ended(2), "");
        assert!(run.stderr.contains("'colapse'"), "{}", run.stderr);
        assert!(run.stderr.contains("a similar value exists: 'collapse'"), "{}", run.stderr);
    }
}

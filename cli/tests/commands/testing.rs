//! `rallypoint test`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{DUEL, Folder, ticket};

/// Two tickets that match at once, and what is expected of the first; no line expects anything for
/// `null`. The rule set is sought at `rules`.
fn scenario(rules: &str, expect: &Value) -> String {
    let expect = if expect.is_null() { String::new() } else { format!(r#","expect":{expect}"#) };
    format!(
        "// two who match\n{{\"RuleSetFile\":\"{rules}\"}}\n{{\"at\":0,\"StartMatchmaking\":{}}}\n\
         {{\"at\":0,\"StartMatchmaking\":{}{expect}}}\n",
        ticket("t1", "ann", 10.0),
        ticket("t2", "ben", 15.0),
    )
}

fn matched(rules: &str) -> String {
    scenario(rules, &json!({"status": {"t1": "COMPLETED"}}))
}

fn unmatched(rules: &str) -> String {
    scenario(rules, &json!({"status": {"t1": "SEARCHING"}}))
}

/// The text with the time that the run took left out.
fn timeless(text: &str) -> String {
    let Some((before, after)) = text.rsplit_once(" checked in ") else { return text.into() };
    let (seconds, after) = after.split_once(" s\n").expect("a time in seconds");
    assert!(seconds.parse::<f64>().is_ok(), "{seconds}");
    format!("{before} checked{after}")
}

fn folder() -> Folder {
    let pool = ticket("t1", "ann", 10.0);
    // Its lines have no pass.
    let journal = unmatched("duel.json").replace("SEARCHING", "QUEUED");
    let journal = journal.replace("\"duel.json\"", "\"duel.json\",\"Driver\":\"recorded\"");
    Folder::with(&[
        ("duel.json", DUEL),
        ("b.jsonl", &matched("duel.json")),
        ("a.scenario.jsonl", &matched("duel.json")),
        ("sub/c.scenario.jsonl", &matched("../duel.json")),
        ("sub/pool.tickets.jsonl", &pool),
        ("journal.jsonl", &journal),
        (".hidden/d.scenario.jsonl", &unmatched("../duel.json")),
        ("notes.txt", &unmatched("duel.json")),
    ])
}

#[test]
fn the_current_folder_is_searched_and_the_order_is_that_of_names() {
    let folder = folder();
    let run = folder.run(&["test"]);
    let expected = concat!(
        "ok  a.scenario.jsonl (1 expectation)\n",
        "ok  b.jsonl (1 expectation)\n",
        "ok  sub/c.scenario.jsonl (1 expectation)\n",
        "\n",
        "3 files: 3 passed, 0 failed; 3 expectations checked",
    );
    assert_eq!(timeless(run.ended(0)), expected);
    assert_eq!(run.stderr, "");
    assert_eq!(timeless(folder.run(&["test", "."]).ended(0)), expected);
}

#[test]
fn paths_are_run_in_the_order_given_and_once() {
    let folder = folder();
    let arguments = ["test", "sub", "b.jsonl", ".", "./sub/c.scenario.jsonl", "journal.jsonl"];
    let run = folder.run(&arguments);
    let files: Vec<_> = run
        .ended(0)
        .lines()
        .filter_map(|line| line.strip_prefix("ok  ")?.split(' ').next())
        .collect();
    let expected = ["sub/c.scenario.jsonl", "b.jsonl", "a.scenario.jsonl", "journal.jsonl"];
    assert_eq!(files, expected);
}

#[test]
fn what_a_gitignore_names_is_passed_over() {
    let folder = folder();
    folder.write(".git/HEAD", b"");
    folder.write(".gitignore", b"/sub/\n");
    let run = folder.run(&["test"]);
    assert!(run.ended(0).contains("2 files: 2 passed, "), "{}", run.stdout);
    let run = folder.run(&["test", "sub/c.scenario.jsonl"]);
    assert!(run.ended(0).contains("1 file: 1 passed, "), "{}", run.stdout);
}

#[test]
fn differences_stand_between_the_files_and_the_summary() {
    let folder = folder();
    folder.write("a.scenario.jsonl", unmatched("duel.json").as_bytes());
    let run = folder.run(&["test"]);
    let expected = concat!(
        "bad  a.scenario.jsonl (1 difference in 1 expectation)\n",
        "ok  b.jsonl (1 expectation)\n",
        "ok  sub/c.scenario.jsonl (1 expectation)\n",
        "\n",
        "a.scenario.jsonl:4: status.t1 is not as expected\n",
        "  - expected\n",
        "  + found\n",
        "  - \"SEARCHING\"\n",
        "  + \"COMPLETED\"\n",
        "\n",
        "3 files: 2 passed, 1 failed; 3 expectations checked",
    );
    assert_eq!(timeless(run.ended(1)), expected);

    let run = folder.run(&["test", "--fail-fast"]);
    assert!(run.ended(1).starts_with("bad  a.scenario.jsonl ("), "{}", run.stdout);
    let summary = "\n\n3 files: 0 passed, 1 failed, 2 not run; 1 expectation checked";
    assert!(timeless(&run.stdout).ends_with(summary), "{}", run.stdout);
}

#[test]
fn a_filter_is_a_part_of_the_path() {
    let folder = folder();
    let run = folder.run(&["test", "--filter", "sub/"]);
    let expected = "ok  sub/c.scenario.jsonl (1 expectation)\n\n1 file: 1 passed, 0 failed; \
                    1 expectation checked";
    assert_eq!(timeless(run.ended(0)), expected);
    let run = folder.run(&["test", "--filter", "chess"]);
    assert_eq!(run.ended(2), "");
    let message = "no scenario file has `chess` in its path; 3 do without that filter";
    assert!(run.stderr.contains(message), "{}", run.stderr);
}

#[test]
fn a_file_that_checks_nothing_is_told_apart_and_does_not_pass() {
    let folder = folder();
    folder.write("b.jsonl", scenario("duel.json", &Value::Null).as_bytes());
    let run = folder.run(&["test"]);
    let line = "\nempty  b.jsonl: it checks nothing: no line has `expect`\n";
    assert!(run.ended(1).contains(line), "{}", run.stdout);
    let summary = "3 files: 2 passed, 0 failed, 1 checks nothing; 2 expectations checked";
    assert!(timeless(&run.stdout).ends_with(summary), "{}", run.stdout);
}

#[test]
fn without_files_there_is_no_verdict() {
    let folder = Folder::with(&[("pool.jsonl", &ticket("t1", "ann", 1.0)), ("sub/a.txt", "")]);
    for (arguments, places) in [
        (&["test"][..], "`.`"),
        (&["test", "sub", "."], "`sub`, `.`"),
        (&["test", "--watch"], "`.`"),
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.ended(2), "");
        let message =
            format!("error: no scenario file in {places}: such a file is named *.scenario");
        assert!(run.stderr.starts_with(&message), "{}", run.stderr);
    }
    let run = folder.run(&["test", "-"]);
    assert_eq!(run.ended(2), "");
    assert!(run.stderr.contains("`replay --check -` reads standard input"), "{}", run.stderr);
    let report = folder.run(&["test", "--format", "json"]).json(2);
    let message = report.pointer("/errors/0/message").and_then(Value::as_str);
    assert!(message.is_some_and(|text| text.starts_with("no scenario file in `.`")), "{report}");
}

#[test]
fn files_that_cannot_be_run_do_not_keep_others_from_it() {
    let folder = folder();
    folder.write("b.jsonl", matched("none.json").as_bytes());
    folder.write("c.scenario.jsonl", b"{\"RuleSet\": {\"nme\": 1}}\n");
    folder.write("d.scenario.jsonl", b"{\"RuleSetFile\": \"duel.json\"}\n{\"at\": 0}\n");
    let run = folder.run(&["test", "no.jsonl", "."]);
    let lines: Vec<_> = run.ended(2).lines().collect();
    for (line, beginning) in lines.iter().zip([
        "bad  no.jsonl: cannot read `no.jsonl`: ",
        "ok  a.scenario.jsonl (1 expectation)",
        "bad  b.jsonl: cannot read `none.json`: ",
        "bad  c.scenario.jsonl: its rule set does not compile",
        "bad  d.scenario.jsonl: line 2: the line has no operation",
        "ok  sub/c.scenario.jsonl (1 expectation)",
    ]) {
        assert!(line.starts_with(beginning), "{beginning}: {}", run.stdout);
    }
    let summary = "\n\n6 files: 2 passed, 4 failed; 2 expectations checked";
    assert!(timeless(&run.stdout).ends_with(summary), "{}", run.stdout);
    assert!(run.stderr.contains("did you mean `name`?"), "{}", run.stderr);
}

#[test]
fn a_rule_set_in_place_of_a_scenario_is_known() {
    let run = folder().run(&["test", "duel.json"]);
    let line = run.ended(1).lines().next().unwrap_or_default();
    assert!(line.starts_with("bad  duel.json: line 1: not JSON: "), "{line}");
    assert!(
        line.contains("; this seems to be a rule set, not a scenario: it comes first in `match"),
        "{line}"
    );
}

#[test]
fn a_rule_set_is_read_as_strictly_as_asked_and_its_warnings_are_not_shown() {
    let folder = folder();
    folder.write("duel.json", format!("// one against one\n{DUEL}").as_bytes());
    let run = folder.run(&["test", "b.jsonl"]);
    run.ended(0);
    assert_eq!(run.stderr, "");
    let run = folder.run(&["test", "b.jsonl", "--strict"]);
    assert!(run.ended(1).starts_with("bad  b.jsonl: its rule set does not compile\n"));
    assert!(run.stderr.starts_with("error[comment]: "), "{}", run.stderr);
}

#[test]
fn the_json_form() {
    let folder = folder();
    folder.write("a.scenario.jsonl", unmatched("duel.json").as_bytes());
    folder.write("b.jsonl", scenario("duel.json", &Value::Null).as_bytes());
    folder.write("c.jsonl", b"{\"RuleSet\": {\"ruleLanguageVersion\": \"1.0\"}}\n");
    let mut report = folder.run(&["test", "--format", "json"]).json(1);
    let seconds = report["summary"]["seconds"].take();
    assert!(seconds.as_f64().is_some_and(|seconds| seconds > 0.0), "{seconds}");
    let differences = json!([
        {"line": 4, "what": "status.t1", "expected": "SEARCHING", "found": "COMPLETED"},
    ]);
    let file = |file: &str, outcome: &str, expectations: usize, error: Option<&str>| {
        let differences =
            if outcome == "failed" && error.is_none() { differences.clone() } else { json!([]) };
        json!({
            "file": file,
            "outcome": outcome,
            "passed": outcome == "passed",
            "expectations": expectations,
            "differences": differences,
            "error": error,
        })
    };
    let expected = json!([
        file("a.scenario.jsonl", "failed", 1, None),
        file("b.jsonl", "checksNothing", 0, Some("it checks nothing: no line has `expect`")),
        file("c.jsonl", "failed", 0, Some("its rule set does not compile")),
        file("sub/c.scenario.jsonl", "passed", 1, None),
    ]);
    assert_eq!(report["files"], expected);
    let expected = json!({
        "files": 4, "passed": 1, "failed": 2, "checkNothing": 1, "notRun": 0, "expectations": 2,
        "seconds": null,
    });
    assert_eq!(report["summary"], expected);
    let [error] = report["errors"].as_array().expect("a list").as_slice() else {
        panic!("{report}")
    };
    assert_eq!(
        (&error["kind"], &error["file"]),
        (&json!("missingKey"), &json!("c.jsonl (RuleSet)"))
    );
}

/// A run with `--watch`, which ends with the test.
struct Watched {
    child: Child,
    /// On standard output.
    runs: Receiver<String>,
    /// On standard error.
    notes: Receiver<String>,
}

impl Watched {
    /// Only the lines with these parts are taken.
    fn new(folder: &Folder, arguments: &[&str], parts: [&'static str; 2]) -> Self {
        let mut command = folder.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let runs = lines(child.stdout.take().expect("it was asked for"), parts[0]);
        let notes = lines(child.stderr.take().expect("it was asked for"), parts[1]);
        Self { child, runs, notes }
    }

    /// The next line about a run. Half a minute is for machines with much to do.
    #[track_caller]
    fn next(from: &Receiver<String>) -> String {
        from.recv_timeout(Duration::from_secs(30)).expect("a run was due")
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.child.kill().expect("it runs on");
        self.child.wait().expect("it ends");
    }
}

/// The lines with `part` in them, as they come.
#[expect(clippy::disallowed_methods, reason = "a test must not wait for ever for a line")]
fn lines(output: impl Read + Send + 'static, part: &'static str) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        for line in lines.filter(|line| line.contains(part)) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Puts a file in the place of another in one step, as editors do.
fn replace(folder: &Folder, name: &str, text: &str) {
    folder.write("new.tmp", text.as_bytes());
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    std::fs::rename(folder.path().join("new.tmp"), path).expect("it can be put there");
}

fn append(folder: &Folder, name: &str, text: &str) {
    let file = File::options().append(true).open(folder.path().join(name));
    file.and_then(|mut file| file.write_all(text.as_bytes())).expect("a file can be written");
}

fn remove(folder: &Folder, name: &str) {
    std::fs::remove_file(folder.path().join(name)).expect("it is there");
}

#[test]
fn tests_run_again_when_something_changes_and_only_then() {
    let folder = Folder::with(&[
        ("rules/duel.json", DUEL),
        ("tests/a.scenario.jsonl", &matched("../rules/duel.json")),
    ]);
    let watched =
        Watched::new(&folder, &["test", "tests", "--watch"], [" checked in ", " has changed"]);
    let summary = Watched::next(&watched.runs);
    assert!(summary.contains("1 passed, 0 failed;"), "{summary}");

    let narrow = DUEL.replace("\"maxDistance\": 10", "\"maxDistance\": 1");
    let (a, b) = ("tests/a.scenario.jsonl", "tests/new/deep/b.jsonl");
    let rules = "rules/duel.json";
    let more = r#"{"at":1,"Advance":{},"expect":{"status":{"t1":"COMPLETED"}}}"#;
    let steps: [(&str, &dyn Fn(), &str); 7] = [
        (rules, &|| replace(&folder, rules, &narrow), "0 passed, 1 failed;"),
        (a, &|| replace(&folder, a, &unmatched("../rules/duel.json")), "1 passed, 0 failed;"),
        (b, &|| replace(&folder, b, &unmatched("../../../rules/duel.json")), "2 passed, 0 failed;"),
        (b, &|| append(&folder, b, more), "1 passed, 1 failed;"),
        (rules, &|| replace(&folder, rules, DUEL), "0 passed, 2 failed;"),
        (a, &|| remove(&folder, a), "0 passed, 1 failed;"),
        (b, &|| replace(&folder, b, &matched("../../../rules/duel.json")), "1 passed, 0 failed;"),
    ];
    for (changed, change, expected) in steps {
        // These are no reason to run, and the folder is watched from then on.
        folder.write("tests/new/deep/notes.txt", b"changed");
        folder.write("tests/new/deep/pool.jsonl", b"{\"Players\": []}\n");
        change();
        let note = Watched::next(&watched.notes);
        assert!(note.contains(&format!("`{changed}` has changed")), "{note}");
        let summary = Watched::next(&watched.runs);
        assert!(summary.contains(expected), "{changed}: {summary}");
    }
    assert_eq!(watched.notes.try_recv().ok(), None);
    assert_eq!(watched.runs.try_recv().ok(), None);
}

#[test]
fn files_that_are_gone_do_not_end_the_watch() {
    let folder = Folder::with(&[("duel.json", DUEL), ("a.scenario.jsonl", &matched("duel.json"))]);
    let arguments = ["test", "--watch", "--format", "json"];
    let watched = Watched::new(&folder, &arguments, ["\"summary\"", "error: "]);
    let passed = |run: &str| {
        let report: Value = serde_json::from_str(run).expect("a run is a line of JSON");
        report["summary"]["passed"].as_u64()
    };
    assert_eq!(passed(&Watched::next(&watched.runs)), Some(1));
    remove(&folder, "a.scenario.jsonl");
    let message = Watched::next(&watched.notes);
    assert!(message.starts_with("error: no scenario file in `.`"), "{message}");
    replace(&folder, "b.scenario.jsonl", &matched("duel.json"));
    assert_eq!(passed(&Watched::next(&watched.runs)), Some(1));
}

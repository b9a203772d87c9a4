//! The error catalogue: one file per broken rule set in `tests/errors`, with everything that is
//! said about it. All errors and warnings of a text are listed, in order.
//!
//! Files `lint_KIND.json` are about legal rule sets that get a warning of that kind, and
//! `lint_KIND_not.json` about one that is nearly the same and gets none of it.
//!
//! A file has the lines of a rule set as `text`; a line that repeats is an object of `repeat` and
//! `times`. For each problem it has the pointer, line and column, the underlined `source` (cut in
//! the middle where long), the `span` of the expression or statement at fault where there is one,
//! and the kind, message and help. `unlisted` counts errors after those that are listed.
//!
//! `BLESS=1 cargo test --test errors` writes down what the library says now. Read the difference:
//! a file states what should be said.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rallypoint::{
    CompileOptions, Input, LaxReading, LintOptions, Location, RuleSet, RuleSetErrorKind,
    RuleSetWarning, RuleSetWarningKind, wire,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    why: String,
    strict: bool,
    /// What is known of the matchmaker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_timeout_seconds: Option<u32>,
    /// What players send, as in a `StartMatchmaking` request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    players: Vec<serde_json::Value>,
    text: Vec<Line>,
    errors: Vec<Problem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unlisted: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Problem>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Once(String),
    Repeated { repeat: String, times: usize },
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    pointer: String,
    line: u32,
    column: u32,
    source: String,
    span: Option<String>,
    kind: String,
    message: String,
    help: Option<String>,
}

impl Case {
    fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.text {
            match line {
                Line::Once(line) => {
                    text.push_str(line);
                    text.push('\n');
                }
                Line::Repeated { repeat, times } => text.push_str(&repeat.repeat(*times)),
            }
        }
        // A catalogued text ends as it is written, so that what is missing is missing at its end.
        text.truncate(text.trim_end_matches('\n').len());
        text
    }

    /// This case with what the library says about its text.
    fn judged(&self) -> Self {
        let text = self.text();
        let options = CompileOptions::default().strict(self.strict);
        let (mut errors, warnings) = match RuleSet::compile(&text, options) {
            Ok(rule_set) => (Vec::new(), warnings(&text, &self.lint(&rule_set))),
            Err(found) => {
                let errors = found.errors().iter().map(|it| {
                    let kind = it.kind();
                    Problem::new(&text, it.location(), kind.code(), kind.to_string(), it.help())
                });
                (errors.collect(), warnings(&text, found.warnings()))
            }
        };
        let unlisted = self.unlisted.map(|_| {
            let total = errors.len();
            errors.truncate(self.errors.len());
            total - errors.len()
        });
        Self { errors, unlisted, warnings, ..self.clone() }
    }
}

impl Case {
    /// What is said of a rule set that compiles.
    fn lint(&self, rule_set: &RuleSet) -> Vec<RuleSetWarning> {
        let mut warnings = match self.request_timeout_seconds {
            Some(seconds) => rule_set.lint(LintOptions::default().request_timeout_seconds(seconds)),
            None => rule_set.warnings().to_vec(),
        };
        if !self.players.is_empty() {
            let request = serde_json::json!({ "Players": self.players });
            let Ok(Input::StartMatchmaking(start)) =
                wire::parse_input("StartMatchmaking", &request)
            else {
                panic!("{}: the players are not those of a request", self.why)
            };
            warnings.extend(rule_set.lint_players(&start.players));
        }
        warnings
    }
}

fn warnings(text: &str, warnings: &[rallypoint::RuleSetWarning]) -> Vec<Problem> {
    let problem = |it: &rallypoint::RuleSetWarning| {
        let kind = it.kind();
        Problem::new(text, it.location(), kind.code(), kind.to_string(), it.help())
    };
    warnings.iter().map(problem).collect()
}

impl Problem {
    fn new(text: &str, at: &Location, kind: &str, message: String, help: Option<&str>) -> Self {
        let underlined = text.get(at.source.clone()).expect("a source is a part of the text");
        Self {
            pointer: at.pointer.to_string(),
            line: at.line,
            column: at.column,
            source: cut(underlined),
            // Without escapes the span of the decoded string is what is underlined.
            span: at.span.as_ref().map(|span| format!("{}..{}", span.start, span.end)),
            kind: kind.into(),
            message,
            help: help.map(str::to_owned),
        }
    }
}

fn cut(text: &str) -> String {
    const KEPT: usize = 30;
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 2 * KEPT + 5 {
        return text.into();
    }
    let (first, last) = (&chars[..KEPT], &chars[chars.len() - KEPT..]);
    format!("{} ... {}", first.iter().collect::<String>(), last.iter().collect::<String>())
}

fn cases() -> Vec<(PathBuf, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the package");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a case can be read");
        let case = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, case)
    };
    paths.into_iter().map(read).collect()
}

/// The lines of two lists of problems that differ, in order.
fn difference(expected: &Case, found: &Case) -> String {
    let show = |case: &Case| serde_json::to_string_pretty(case).expect("a case has a JSON form");
    let (expected, found) = (show(expected), show(found));
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let (expected_rest, found_rest) = (&expected[same..], &found[same..]);
    let same_end =
        expected_rest.iter().rev().zip(found_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let mut text = String::new();
    for line in &expected_rest[..expected_rest.len() - same_end] {
        let _ = writeln!(text, "  expected {line}");
    }
    for line in &found_rest[..found_rest.len() - same_end] {
        let _ = writeln!(text, "  found    {line}");
    }
    text
}

#[test]
fn every_broken_rule_set_gets_the_errors_that_it_should() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut report = String::new();
    for (path, case) in cases() {
        let found = case.judged();
        if bless {
            let text = serde_json::to_string_pretty(&found).expect("a case has a JSON form");
            std::fs::write(&path, text + "\n").expect("a case can be written");
        } else if found != case {
            let name = path.file_name().expect("a case has a name").to_string_lossy();
            let _ = writeln!(report, "{name}:\n{}", difference(&case, &found));
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn every_kind_has_a_case() {
    let cases = cases();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let several = cases.iter().filter(|(_, case)| case.errors.len() > 1).count();
    assert!(several >= 10, "only {several} cases with several mistakes");

    let codes = |problems: fn(&Case) -> &[Problem]| -> BTreeSet<String> {
        let problems = cases.iter().flat_map(|(_, case)| problems(case));
        problems.map(|problem| problem.kind.clone()).collect()
    };
    let errors = codes(|case| &case.errors);
    let warnings = codes(|case| &case.warnings);
    for lax in LaxReading::CODES {
        assert!(errors.contains(*lax), "no strict case for `{lax}`");
        assert!(warnings.contains(*lax), "no lenient case for `{lax}`");
    }
    let missing: Vec<_> = RuleSetErrorKind::CODES
        .iter()
        .filter(|code| !errors.contains(**code))
        .chain(RuleSetWarningKind::CODES.iter().filter(|code| !warnings.contains(**code)))
        .collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

/// The warnings of the lint, which say that something is surely not meant: where one nags, nobody
/// reads any.
const LINTS: [&str; 16] = [
    "boundCountsTeams",
    "boundNeverRefuses",
    "emptyTeams",
    "neverPasses",
    "neverFails",
    "stepNeverFires",
    "stepChangesNothing",
    "stepTightens",
    "newestHoldsBack",
    "teamNeverFull",
    "teamAlwaysEmpty",
    "defaultNeverPasses",
    "smallBalanced",
    "notReadInLargeMatches",
    "batchDistanceServes",
    "unusedAttribute",
];
/// Those that come of what players send.
const OF_PLAYERS: [&str; 4] =
    ["nobodySends", "playersWithOtherType", "playersWithoutAttribute", "playersWithoutLatency"];

#[test]
fn every_lint_has_a_case_that_it_speaks_of_and_one_that_it_spares() {
    let cases = cases();
    let mut checked = 0;
    for code in LINTS.iter().chain(&OF_PLAYERS) {
        assert!(RuleSetWarningKind::CODES.contains(code), "{code}");
        for (ending, wanted) in [("", true), ("_not", false)] {
            let name = format!("lint_{code}{ending}.json");
            let case = cases.iter().find(|(path, _)| path.ends_with(&name));
            let Some((_, case)) = case else { panic!("there is no {name}") };
            assert!(case.errors.is_empty(), "{name} has errors");
            let speaks = case.warnings.iter().any(|it| it.kind == *code);
            assert_eq!(speaks, wanted, "{name}");
            checked += 1;
        }
    }
    assert_eq!(checked, 40);
}

#[test]
fn every_warning_is_documented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/warnings.md");
    let page = std::fs::read_to_string(page).expect("the page is part of the repository");
    let named: BTreeSet<&str> = page.split('`').skip(1).step_by(2).collect();
    let codes: Vec<&str> =
        RuleSetWarningKind::CODES.iter().chain(LaxReading::CODES).copied().collect();
    let missing: Vec<&&str> = codes.iter().filter(|code| !named.contains(**code)).collect();
    assert!(codes.len() >= 25 && missing.is_empty(), "not in docs/warnings.md: {missing:?}");
}

/// Lax readings are listed up to a hundred, and so are the other warnings beside them.
#[test]
fn many_comments_hide_no_other_warning() {
    let comments = "// a remark\n".repeat(150);
    let text = format!(
        r#"{comments}{{"ruleLanguageVersion": "1.0",
            "teams": [{{"name": "red", "minPlayers": 0, "maxPlayers": 2}}]}}"#
    );
    let rule_set = RuleSet::from_json(&text).expect("it compiles");
    let codes: Vec<&str> = rule_set.warnings().iter().map(|it| it.kind().code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == "comment").count(), 100);
    assert_eq!(codes.last(), Some(&"emptyTeams"));
}

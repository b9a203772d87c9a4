//! `rallypoint replay`: scenario files, played in virtual time or held against what they expect.

use std::path::{Path, PathBuf};

use rallypoint::CompileOptions;
use rallypoint::wire::{Mismatch, Replay, RuleSetSource, Scenario};
use serde::Serialize;
use serde_json::Value;

use crate::console::{self, BAD, Console, Fault, Format, GOOD, Verdict, visible};
use crate::difference;
use crate::files::{self, Document};
use crate::outcome::counted;
use crate::progress::Progress;

/// Play scenario files in virtual time
///
/// Prints every answer and event as one line of JSON, in either format. The same file gives the
/// same bytes every time, on any machine. With `--format json`, errors of the input are a last
/// line `{"errors": [{"file", "line", "message"}, ...]}`.
///
/// With `--check`: prints `ok  FILE`, or what came out differently from what the lines' `expect`
/// says. With `--check --format json`: an array with one object per file.
///
/// A scenario is JSON Lines; blank lines and lines that begin with `//` are skipped. The first
/// object is the header: `RuleSet` or `RuleSetFile`, and if wanted `Configuration`, `Options`,
/// `Seed`, `StartTime`. Every other line is a command: `at` in milliseconds since the start, one
/// operation with its input, and if wanted `expect` with `response`, `error`, `status`, `events`,
/// `eventsExactly`, `updates`, `actions`, `actionsExactly`. "Scenario files" in
/// rulesets/README.md describes them all.
///
/// A journal is a scenario, too. Its passes run where they were recorded, and a last line that was
/// torn is left out.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  rallypoint replay rulesets/duel.scenario.jsonl --until 60000\n  \
                  rallypoint replay --check rulesets/*.scenario.jsonl"
)]
pub struct Arguments {
    /// Scenario files; `-` is standard input. A `RuleSetFile` is sought beside its scenario
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Go on after the last command, up to this time after the start in milliseconds
    #[arg(long, value_name = "MS")]
    until: Option<u64>,
    /// Compare with what the lines expect, and print nothing else
    #[arg(long)]
    check: bool,
    /// Refuse a rule set with comments and whatever else the service's text does not promise to
    /// read
    #[arg(long)]
    strict: bool,
}

/// How a scenario came out, in its JSON form.
#[derive(Serialize)]
struct Checked {
    file: String,
    passed: bool,
    /// How many `expect` objects the scenario has.
    expectations: usize,
    differences: Vec<Difference>,
    /// Why the scenario says nothing, if it does not.
    error: Option<String>,
}

#[derive(Serialize)]
struct Difference {
    line: usize,
    what: String,
    expected: Value,
    found: Value,
}

impl From<&Mismatch> for Difference {
    fn from(mismatch: &Mismatch) -> Self {
        let Mismatch { line, what, expected, found, .. } = mismatch.clone();
        Self { line, what, expected, found }
    }
}

impl Arguments {
    /// Whether the result has room for errors, file by file.
    pub fn reports_files(&self) -> bool {
        self.check
    }
}

impl Checked {
    fn unplayed(file: String, error: String) -> Self {
        let (differences, error) = (Vec::new(), Some(error));
        Self { file, passed: false, expectations: 0, differences, error }
    }
}

/// Why a scenario does not come to its end.
enum Halt {
    /// The scenario is bad: where in the file, if that is known, and why.
    Bad {
        line: Option<usize>,
        message: String,
    },
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    if arguments.scenarios.iter().filter(|path| files::is_stdin(path)).count() > 1 {
        return Err(Fault("standard input can be read once only".into()));
    }
    let mut verdict = Verdict::Good;
    let mut all = Vec::new();
    for path in &arguments.scenarios {
        let played = match arguments.check {
            true => check(path, arguments, console).map(|checked| {
                all.push(checked);
            }),
            false => play(path, arguments, console),
        };
        match played {
            Ok(()) => {}
            Err(Halt::Bad { line, message }) if arguments.check => {
                let message =
                    line.map_or(message.clone(), |line| format!("line {line}: {message}"));
                all.push(Checked::unplayed(files::name(path), message));
            }
            Err(Halt::Bad { line, message }) => {
                let line = line.map(|line| line as u64);
                console.problem(Some(&files::name(path)), line, message)?;
                verdict = verdict.and(Verdict::Bad);
            }
            Err(Halt::Fault(Fault(message))) => {
                console.problem(None, None, message.clone())?;
                verdict = Verdict::Unread;
                if arguments.check && console.format() == Format::Json {
                    all.push(Checked::unplayed(files::name(path), message));
                }
            }
        }
        if arguments.check && console.format() == Format::Text {
            for checked in all.drain(..) {
                verdict = verdict.and(Verdict::good_if(checked.passed));
                print(&checked, console)?;
            }
        }
    }
    if arguments.check && console.format() == Format::Json {
        verdict = verdict.and(Verdict::good_if(all.iter().all(|checked| checked.passed)));
        console.json(&all)?;
    }
    Ok(verdict)
}

fn play(path: &Path, arguments: &Arguments, console: &mut Console) -> Result<(), Halt> {
    let (mut replay, _) = open(path, arguments, console)?;
    let mut progress = Progress::new("replaying", None);
    for (count, record) in (1..).zip(&mut replay) {
        console.json(&record.map_err(|error| stopped(path, &error))?)?;
        progress.set(count);
        if console.is_closed() {
            break;
        }
    }
    Ok(())
}

fn check(path: &Path, arguments: &Arguments, console: &mut Console) -> Result<Checked, Halt> {
    let (mut replay, expectations) = open(path, arguments, console)?;
    let mut progress = Progress::new("replaying", None);
    for (count, record) in (1..).zip(&mut replay) {
        record.map_err(|error| stopped(path, &error))?;
        progress.set(count);
    }
    let differences: Vec<_> = replay.mismatches().iter().map(Difference::from).collect();
    let error = (expectations == 0).then(|| "it checks nothing: no line has `expect`".into());
    let passed = differences.is_empty() && error.is_none();
    Ok(Checked { file: files::name(path), passed, expectations, differences, error })
}

/// Makes a scenario ready to run, and counts what it expects.
fn open(
    path: &Path,
    arguments: &Arguments,
    console: &mut Console,
) -> Result<(Replay, usize), Halt> {
    let Document { name, text } = files::read(path)?;
    let bad = |message: String| Halt::Bad { line: None, message };
    let scenario = Scenario::parse(&text)
        .map_err(|error| Halt::Bad { line: Some(error.line), message: error.message })?;
    if let Some(line) = scenario.torn_line {
        let name = visible(&name);
        console::note(&format!("{name}: line {line}, the last one, was torn and is left out"));
    }
    let compile_options = CompileOptions::default()
        .strict(arguments.strict)
        .party_aggregation(scenario.party_aggregation);
    let rule_set = match &scenario.rule_set {
        RuleSetSource::Inline(text) => {
            files::compile(&format!("{name} (RuleSet)"), text, compile_options, console)
        }
        RuleSetSource::File(file) => {
            files::rule_set(&beside(path, file), compile_options, console)?
        }
    };
    let rule_set = rule_set.ok_or_else(|| bad("its rule set does not compile".into()))?;
    let expectations = scenario.lines.iter().map(|line| line.expect.len()).sum();
    let mut replay = Replay::new(scenario, rule_set)
        .map_err(|error| bad(format!("its configuration: {error}")))?;
    if let Some(until) = arguments.until {
        replay = replay.until(until).map_err(|error| stopped(path, &error))?;
    }
    Ok((replay, expectations))
}

/// The path of a file that a scenario names relative to itself.
pub fn beside(scenario: &Path, file: &str) -> PathBuf {
    match scenario.parent() {
        Some(folder) if !files::is_stdin(scenario) => folder.join(file),
        _ => PathBuf::from(file),
    }
}

fn stopped(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    Fault(format!("{}: {}", visible(&files::name(path)), visible(&error.to_string())))
}

fn print(checked: &Checked, console: &mut Console) -> Result<(), Fault> {
    let Checked { file, passed, expectations, differences, error } = checked;
    let file = visible(file);
    if *passed {
        let count = counted(*expectations, "expectation");
        return console.text(format_args!("{GOOD}ok{GOOD:#}  {file} ({count})\n"));
    }
    console.text(format_args!("{BAD}bad{BAD:#}  {file}"))?;
    if let Some(error) = error {
        return console.text(format_args!(": {}\n", visible(error)));
    }
    let count = counted(differences.len(), "difference");
    console.text(format_args!(" ({count} in {})\n", counted(*expectations, "expectation")))?;
    for Difference { line, what, expected, found } in differences {
        let what = visible(what);
        console.text(format_args!("\n{file}:{line}: {what} is not as expected\n"))?;
        console.text(difference::render(expected, found))?;
    }
    console.text("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_set_is_sought_beside_its_scenario() {
        let beside = |scenario: &str, file: &str| super::beside(Path::new(scenario), file);
        assert_eq!(beside("a/b.jsonl", "c.json"), Path::new("a/c.json"));
        assert_eq!(beside("a/b.jsonl", "../c.json"), Path::new("a/../c.json"));
        assert_eq!(beside("b.jsonl", "c.json"), Path::new("c.json"));
        assert_eq!(beside("-", "c.json"), Path::new("c.json"));
        assert_eq!(beside("a/b.jsonl", "/c.json"), Path::new("/c.json"));
    }
}

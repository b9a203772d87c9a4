//! `rallypoint replay`: scenario files, played in virtual time or held against what they expect.

use std::path::{Path, PathBuf};

use rallypoint::wire::Replay;

use crate::console::{self, Console, Fault, Format, Halt, Verdict, visible};
use crate::expectations::{self, Checked};
use crate::files;
use crate::number::whole_number;
use crate::progress::Progress;
use crate::rule_sets::Strictness;
use crate::scenario::{self, Opened, Opening};

/// How many placements that ask for nothing are named.
const UNPLACED_NAMED_MAX: usize = 3;

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
    after_help = "Examples:\n  rallypoint replay rulesets/duel.scenario.jsonl --until 400000\n  \
                  rallypoint replay --check rulesets/*.scenario.jsonl"
)]
pub struct Arguments {
    /// Scenario files; `-` is standard input. A `RuleSetFile` is sought beside its scenario
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Go on after the last command, up to this time after the start in milliseconds
    #[arg(long, value_name = "MS", value_parser = whole_number(0..=u64::MAX))]
    #[arg(allow_negative_numbers = true)]
    until: Option<u64>,
    /// Compare with what the lines expect, and print nothing else
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    strictness: Strictness,
}

impl Arguments {
    /// Whether the result has room for errors, file by file.
    pub fn reports_files(&self) -> bool {
        self.check
    }

    fn opening(&self) -> Opening {
        Opening { strict: self.strictness.strict, until: self.until, warnings: true }
    }
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    if arguments.scenarios.iter().filter(|path| files::is_stdin(path)).count() > 1 {
        return Err(Fault("standard input can be read once only".into()));
    }
    if arguments.check {
        return check_all(arguments, console);
    }
    let mut verdict = Verdict::Good;
    for path in &arguments.scenarios {
        match play(path, arguments.opening(), console) {
            Ok(()) => {}
            Err(halt @ Halt::Bad { .. }) => verdict = verdict.and(console.halt(halt)?),
            Err(Halt::Fault(Fault(message))) => {
                console.problem(None, None, message)?;
                verdict = Verdict::Unread;
            }
        }
    }
    Ok(verdict)
}

fn play(path: &Path, opening: Opening, console: &mut Console) -> Result<(), Halt> {
    let Opened { mut replay, .. } = scenario::open(path, opening, console)?;
    let mut progress = Progress::new("replaying", None);
    for (count, record) in (1..).zip(&mut replay) {
        console.json(&record.map_err(|error| scenario::stopped(path, &error))?)?;
        progress.set(count);
        if console.is_closed() {
            break;
        }
    }
    note_unplaced(path, &replay);
    Ok(())
}

/// Names the placements, the first of them, whose queue has no place for them: they wait for their
/// time-out without a word.
fn note_unplaced(path: &Path, replay: &Replay) {
    let matchmaker = replay.matchmaker();
    let ids = matchmaker.placements().map(|placement| placement.request.placement_id);
    let name = visible(&files::name(path));
    let unplaced = ids.filter_map(|id| {
        let why = matchmaker.why_unplaced(&id)?;
        let id = visible(id.as_str());
        Some(format!("{name}: placement `{id}` asks for no game session: {why}"))
    });
    console::note_first(UNPLACED_NAMED_MAX, unplaced, "of the placements ask for none");
}

fn check_all(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let mut verdict = Verdict::Good;
    let mut all = Vec::new();
    for path in &arguments.scenarios {
        let (checked, of_file) = expectations::check(path, arguments.opening(), console);
        verdict = verdict.and(of_file);
        if let (Some(error), Verdict::Unread) = (&checked.error, of_file) {
            console.problem(None, None, error.clone())?;
        }
        match console.format() {
            Format::Json => all.push(checked),
            Format::Text if of_file != Verdict::Unread => print(&checked, console)?,
            Format::Text => {}
        }
    }
    if console.format() == Format::Json {
        console.json(&all)?;
    }
    Ok(verdict)
}

fn print(checked: &Checked, console: &mut Console) -> Result<(), Fault> {
    console.text(checked.headline())?;
    if !checked.differences.is_empty() {
        console.text(format_args!("{}\n", checked.differences()))?;
    }
    Ok(())
}

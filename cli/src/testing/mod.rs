//! `rallypoint test`: scenario files as tests of a rule set.

mod find;
mod watch;

use std::path::PathBuf;

use serde::Serialize;

use crate::console::{
    Console, DOUBTFUL, Fault, Format, Problem, STRONG, Verdict, counted, visible,
};
use crate::expectations::{self, Checked};
use crate::progress::Stopwatch;
use crate::rule_sets::Strictness;
use crate::scenario::Opening;

use find::Found;

/// Run scenario files as tests of a rule set
///
/// Plays each scenario file and compares what comes out with what its lines `expect`, as `replay
/// --check` does: one line for each file, then the differences of those that failed, then a summary.
/// "Scenario files" in rulesets/README.md says how to write them.
///
/// A folder is searched with all the folders in it, in the order of the names. Taken are files named
/// *.scenario.jsonl, and other *.jsonl whose first object has `RuleSet` or `RuleSetFile` and is not
/// the header of a journal. Passed over is what is hidden and what a .gitignore names. A file that
/// is named on the command line is taken whatever its name.
///
/// A file in which no line has `expect` checks nothing. It is counted apart, and as it proves
/// nothing, the exit status is 1 as for a file that fails. Exit status 2: no file was found, or one
/// could not be read.
///
/// With `--format json`: one object. Its `files` have `file`, `outcome` (`passed`, `failed`,
/// `checksNothing`), `passed`, `expectations`, `differences` (`line`, `what`, `expected`, `found`) and
/// `error`; its `errors` are those of the rule sets, as `check` gives them; its `summary` has `files`,
/// `passed`, `failed`, `checkNothing`, `notRun`, `expectations` and `seconds`. With `--watch`: such an
/// object on a line for each run.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  rallypoint test\n  \
                  rallypoint test rulesets scenarios --fail-fast\n  \
                  rallypoint test rulesets --filter duel --watch")]
pub struct Arguments {
    /// Scenario files and folders of them; none named: the current folder
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only the files with this text in their path
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Stop after the first file that does not pass
    #[arg(long)]
    fail_fast: bool,
    /// Run again when a scenario file or its rule set changes, comes or goes, until Ctrl-C
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    strictness: Strictness,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    Passed,
    Failed,
    ChecksNothing,
}

#[derive(Serialize)]
struct Tested {
    outcome: Outcome,
    #[serde(flatten)]
    checked: Checked,
}

/// What came of one run.
#[derive(Serialize)]
struct Report {
    files: Vec<Tested>,
    /// Why rule sets do not compile, and what could not be searched.
    errors: Vec<Problem>,
    summary: Summary,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Summary {
    /// All that were found.
    files: usize,
    passed: usize,
    failed: usize,
    check_nothing: usize,
    /// Those after the one at which `--fail-fast` stopped.
    not_run: usize,
    /// The `expect` objects of those that were played to their end.
    expectations: usize,
    seconds: f64,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    match arguments.watch {
        true => watch::run_at_changes(arguments, console),
        false => run_once(&arguments.find()?, arguments, console),
    }
}

impl Arguments {
    fn find(&self) -> Result<Found, Fault> {
        find::scenarios(&self.paths, self.filter.as_deref())
    }
}

fn run_once(found: &Found, arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let watch = Stopwatch::start();
    let mut verdict = Verdict::Good;
    for message in &found.unsearched {
        console.problem(None, None, message.clone())?;
        verdict = Verdict::Unread;
    }
    let opening = Opening { strict: arguments.strictness.strict, ..Opening::default() };
    let mut summary = Summary { files: found.files.len(), ..Summary::default() };
    let mut files = Vec::new();
    for path in &found.files {
        let (checked, of_file) = expectations::check(path, opening, console);
        verdict = verdict.and(of_file);
        let tested = Tested::from(checked);
        summary.count(&tested);
        if console.format() == Format::Text {
            console.text(tested.headline())?;
            console.finish()?;
        }
        // Text needs only those whose differences are still to be shown.
        if tested.outcome == Outcome::Failed || console.format() == Format::Json {
            files.push(tested);
        }
        if of_file != Verdict::Good && arguments.fail_fast || console.is_closed() {
            break;
        }
    }
    summary.not_run = summary.files - summary.run();
    summary.seconds = watch.elapsed().as_secs_f64();
    let errors = console.take_problems();
    match console.format() {
        Format::Json => console.json(&Report { files, errors, summary })?,
        Format::Text => {
            for tested in files {
                console.text(tested.checked.differences())?;
            }
            console.text(format_args!("\n{STRONG}{}{STRONG:#}\n", summary.line()))?;
        }
    }
    console.finish()?;
    Ok(verdict)
}

impl From<Checked> for Tested {
    fn from(checked: Checked) -> Self {
        let outcome = match checked.passed {
            true => Outcome::Passed,
            false if checked.checks_nothing => Outcome::ChecksNothing,
            false => Outcome::Failed,
        };
        Self { outcome, checked }
    }
}

impl Tested {
    fn headline(&self) -> String {
        match self.outcome {
            Outcome::ChecksNothing => {
                let file = visible(&self.checked.file);
                format!(
                    "{DOUBTFUL}empty{DOUBTFUL:#}  {file}: it checks nothing: no line has `expect`\n"
                )
            }
            Outcome::Passed | Outcome::Failed => self.checked.headline(),
        }
    }
}

impl Summary {
    fn count(&mut self, tested: &Tested) {
        match tested.outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::ChecksNothing => self.check_nothing += 1,
        }
        self.expectations += tested.checked.expectations;
    }

    fn run(&self) -> usize {
        self.passed + self.failed + self.check_nothing
    }

    fn line(&self) -> String {
        let Self { files, passed, failed, check_nothing, not_run, expectations, seconds } = self;
        let mut line = format!("{}: {passed} passed, {failed} failed", counted(*files, "file"));
        match check_nothing {
            0 => {}
            1 => line += ", 1 checks nothing",
            count => line += &format!(", {count} check nothing"),
        }
        if *not_run > 0 {
            line += &format!(", {not_run} not run");
        }
        let expectations = counted(*expectations, "expectation");
        format!("{line}; {expectations} checked in {seconds:.2} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_there_is() {
        let mut summary = Summary { files: 1, passed: 1, expectations: 1, ..Summary::default() };
        assert_eq!(summary.line(), "1 file: 1 passed, 0 failed; 1 expectation checked in 0.00 s");
        summary =
            Summary { files: 9, passed: 3, failed: 2, check_nothing: 1, not_run: 3, ..summary };
        (summary.expectations, summary.seconds) = (12, 1.5);
        let line = "9 files: 3 passed, 2 failed, 1 checks nothing, 3 not run; 12 expectations \
                    checked in 1.50 s";
        assert_eq!(summary.line(), line);
        summary.check_nothing = 2;
        assert!(summary.line().contains(", 2 check nothing,"), "{}", summary.line());
    }
}

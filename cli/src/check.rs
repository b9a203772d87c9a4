//! `rallypoint check`: every problem of rule sets, each at its place.

use std::path::{Path, PathBuf};

use rallypoint::{CompileOptions, RuleSet};
use serde::Serialize;

use crate::console::{BAD, Console, Fault, Format, GOOD, Verdict, visible};
use crate::files::{self, Document};
use crate::outcome::counted;
use crate::report::{self, Finding};

/// Find every problem of rule sets
///
/// Prints `ok  FILE`, or `bad  FILE` and every problem with its place, the JSON pointer, the
/// text at fault underlined, and what to do about it. Warnings do not make a rule set bad.
///
/// With `--format json`: an array with one object per file that could be read. The `span` of a
/// problem is the text at fault, as the bytes of the file from `start` up to `end`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rallypoint check --strict rulesets/*.json")]
pub struct Arguments {
    /// Rule set files; `-` is standard input
    #[arg(required = true, value_name = "RULESET")]
    rule_sets: Vec<PathBuf>,
    /// Refuse comments and whatever else the service's text does not promise to read
    #[arg(long)]
    strict: bool,
    /// Exit with status 1 if there are warnings, too
    #[arg(long)]
    deny_warnings: bool,
}

/// What is known about one file, in its JSON form (commands.md 3.1).
#[derive(Serialize)]
struct Checked {
    file: String,
    valid: bool,
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
}

impl Checked {
    fn is_good(&self, deny_warnings: bool) -> bool {
        self.valid && (!deny_warnings || self.warnings.is_empty())
    }

    /// What is bad about it.
    fn count(&self) -> String {
        match self.valid {
            true => counted(self.warnings.len(), "warning"),
            false => counted(self.errors.len(), "error"),
        }
    }
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    if arguments.rule_sets.iter().filter(|path| files::is_stdin(path)).count() > 1 {
        return Err(Fault("standard input can be read once only".into()));
    }
    let mut verdict = Verdict::Good;
    let mut all = Vec::new();
    for path in &arguments.rule_sets {
        match check(path, arguments.strict) {
            Ok((checked, text)) => {
                let good = checked.is_good(arguments.deny_warnings);
                verdict = verdict.and(Verdict::good_if(good));
                match console.format() {
                    Format::Text => print(&checked, good, &text, console)?,
                    Format::Json => all.push(checked),
                }
            }
            Err(Fault(message)) => {
                console.interject(&message)?;
                verdict = Verdict::Unread;
            }
        }
    }
    if console.format() == Format::Json {
        console.json(&all)?;
    }
    Ok(verdict)
}

fn check(path: &Path, strict: bool) -> Result<(Checked, String), Fault> {
    let Document { name: file, text } = files::read(path)?;
    let checked = match RuleSet::compile(&text, CompileOptions::default().strict(strict)) {
        Ok(rule_set) => {
            let warnings = rule_set.warnings().iter().map(Finding::from).collect();
            Checked { file, valid: true, errors: Vec::new(), warnings }
        }
        Err(errors) => Checked {
            file,
            valid: false,
            errors: errors.errors().iter().map(Finding::from).collect(),
            warnings: errors.warnings().iter().map(Finding::from).collect(),
        },
    };
    Ok((checked, text))
}

fn print(checked: &Checked, good: bool, text: &str, console: &mut Console) -> Result<(), Fault> {
    let Checked { file, errors, warnings, .. } = checked;
    let shown = visible(file);
    match good {
        true => console.text(format_args!("{GOOD}ok{GOOD:#}  {shown}\n"))?,
        false => {
            let count = checked.count();
            console.text(format_args!("{BAD}bad{BAD:#}  {shown} ({count})\n"))?;
        }
    }
    let findings = errors.iter().chain(warnings).cloned();
    console.text(report::render_all(file, text, findings))
}

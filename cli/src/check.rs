//! `rallypoint check`: every problem of rule sets, each at its place.

use std::path::{Path, PathBuf};

use rallypoint::{Input, LintOptions, PlanSummary, Player, RuleSet, RuleSetWarning};
use serde::Serialize;

use crate::console::{self, BAD, Console, Fault, Format, GOOD, Halt, Verdict, counted, visible};
use crate::contents::{self, Contents};
use crate::files::{self, Document};
use crate::findings::{self, Finding};
use crate::number::whole_number;
use crate::rule_sets::Reading;
use crate::tickets::TicketLines;

/// Find every problem of rule sets
///
/// Prints `ok  FILE`, or `bad  FILE` and every problem with its place, the JSON pointer, the
/// text at fault underlined, and what to do about it. Warnings come after `ok`, too, and do not
/// make a rule set bad.
///
/// With `--format json`: an array with one object per file that could be read. The `span` of a
/// problem is the text at fault, as the bytes of the file from `start` up to `end`. `--graph` and
/// `--describe` add the members `graph` (the DOT text) and `description` (an object) of every
/// valid file. Where the tickets of `--tickets` are bad: `{"errors": [{"file", "line", "message"}]}`.
///
/// Exit status 1: a rule set, or a ticket, is bad; 2: a file cannot be read, or is not UTF-8.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  rallypoint check --strict rulesets/*.json\n  \
                  rallypoint check --describe rulesets/squads.json\n  \
                  rallypoint check --graph rulesets/squads.json | dot -Tsvg > squads.svg\n  \
                  rallypoint check --request-timeout 60 --deny-warnings rulesets/squads.json\n  \
                  rallypoint check --tickets rulesets/duel.tickets.jsonl rulesets/duel.json")]
pub struct Arguments {
    /// Rule set files; `-` is standard input
    #[arg(required = true, value_name = "RULESET")]
    rule_sets: Vec<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// Exit with status 1 if there are warnings, too
    #[arg(long)]
    deny_warnings: bool,
    /// The `RequestTimeoutSeconds` of the matchmaker: warn of expansion steps that come too late
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(1..=43_200_u32))]
    #[arg(allow_negative_numbers = true)]
    request_timeout: Option<u32>,
    /// Tickets as `match` reads them; `-` is standard input: warn if players lack an attribute or
    /// latencies without which they are never matched
    #[arg(long, value_name = "TICKETS")]
    tickets: Option<PathBuf>,
    /// Print of every valid file what needs what, as a graph in the DOT language: expansions need
    /// rules and teams, rules need attributes, teams, and the rules that their statements name.
    /// Problems go to standard error
    #[arg(long)]
    graph: bool,
    /// Print below `ok  FILE` what the engine made of the rule set: its stretches of waiting time,
    /// and the rules in the order in which they are asked, with what lets the search give a
    /// partial match up
    #[arg(long, conflicts_with = "graph")]
    describe: bool,
}

/// What is known about one file, in its JSON form.
#[derive(Serialize)]
struct Checked {
    file: String,
    valid: bool,
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
    /// The DOT text, where it is wanted and the file is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<String>,
    /// Likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<PlanSummary>,
}

impl Checked {
    fn is_good(&self, deny_warnings: bool) -> bool {
        self.valid && (!deny_warnings || self.warnings.is_empty())
    }

    /// `1 error, 2 warnings`, if there are any.
    fn count(&self) -> Option<String> {
        let errors = counted(self.errors.len(), "error");
        let warnings = counted(self.warnings.len(), "warning");
        match (self.errors.is_empty(), self.warnings.is_empty()) {
            (true, true) => None,
            (false, true) => Some(errors),
            (true, false) => Some(warnings),
            (false, false) => Some(format!("{errors}, {warnings}")),
        }
    }
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let files = arguments.rule_sets.iter().chain(&arguments.tickets);
    if files.filter(|path| files::is_stdin(path)).count() > 1 {
        return Err(Fault("standard input can be read once only".into()));
    }
    let players = match arguments.tickets.as_deref().map(read_players).transpose() {
        Ok(players) => players.unwrap_or_default(),
        Err(halt) => return console.halt(halt),
    };
    let mut verdict = Verdict::Good;
    let mut all = Vec::new();
    for path in &arguments.rule_sets {
        match check(path, arguments, &players) {
            Ok((checked, text)) => {
                let good = checked.is_good(arguments.deny_warnings);
                verdict = verdict.and(Verdict::good_if(good));
                match console.format() {
                    Format::Text => {
                        print(&checked, good, &text, arguments, console)?;
                        note_contents(&checked, &text, console)?;
                    }
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

/// The players of a file of tickets.
fn read_players(path: &Path) -> Result<Vec<Player>, Halt> {
    let mut lines = TicketLines::open(path)?;
    let mut players = Vec::new();
    while let Some(ticket) = lines.next_ticket()? {
        match ticket {
            Ok(Input::StartMatchmaking(it)) => players.extend(it.players),
            Ok(Input::StartMatchBackfill(it)) => players.extend(it.players),
            Ok(_) => {}
            Err(message) => {
                let message = contents::joined(message, lines.hint());
                return Err(Halt::bad_line(lines.name(), lines.number() as usize, message));
            }
        }
    }
    Ok(players)
}

/// What is to be said of a rule set that compiles.
fn warnings(rule_set: &RuleSet, arguments: &Arguments, players: &[Player]) -> Vec<RuleSetWarning> {
    let options = match arguments.request_timeout {
        Some(seconds) => LintOptions::default().request_timeout_seconds(seconds),
        None => LintOptions::default(),
    };
    let mut warnings = rule_set.lint(options);
    warnings.extend(rule_set.lint_players(players));
    warnings.sort_by_key(|warning| warning.location().source.start);
    warnings
}

fn check(
    path: &Path,
    arguments: &Arguments,
    players: &[Player],
) -> Result<(Checked, String), Fault> {
    let Document { name: file, text } = files::read(path)?;
    let checked = match RuleSet::compile(&text, arguments.reading.options()) {
        Ok(rule_set) => Checked {
            file,
            valid: true,
            errors: Vec::new(),
            warnings: warnings(&rule_set, arguments, players).iter().map(Finding::from).collect(),
            graph: arguments.graph.then(|| rule_set.dependency_graph()),
            description: arguments.describe.then(|| rule_set.describe()),
        },
        Err(errors) => Checked {
            file,
            valid: false,
            errors: errors.errors().iter().map(Finding::from).collect(),
            warnings: errors.warnings().iter().map(Finding::from).collect(),
            graph: None,
            description: None,
        },
    };
    Ok((checked, text))
}

fn print(
    checked: &Checked,
    good: bool,
    text: &str,
    arguments: &Arguments,
    console: &mut Console,
) -> Result<(), Fault> {
    let Checked { file, errors, warnings, graph, description, .. } = checked;
    let shown = visible(file);
    let count = checked.count().map(|count| format!(" ({count})")).unwrap_or_default();
    let verdict = match good {
        true => format!("{GOOD}ok{GOOD:#}  {shown}{count}\n"),
        false => format!("{BAD}bad{BAD:#}  {shown}{count}\n"),
    };
    let findings = findings::render_all(file, text, errors.iter().chain(warnings).cloned());
    if arguments.graph {
        // Standard output is for the program that draws.
        if !good {
            console::complain(&verdict);
        }
        console::complain(&findings);
        return graph.as_ref().map_or(Ok(()), |graph| console.text(visible_lines("", graph)));
    }
    console.text(verdict)?;
    if let Some(description) = description {
        console.text(visible_lines("    ", &description.to_string()))?;
    }
    console.text(findings)
}

/// Says of a file that is no rule set what it seems to be.
fn note_contents(checked: &Checked, text: &str, console: &mut Console) -> Result<(), Fault> {
    let hint = Contents::of(text).and_then(|it| it.hint(Contents::RuleSet));
    let Some(hint) = hint.filter(|_| !checked.valid) else { return Ok(()) };
    console.finish()?;
    console::note(&format!("{}: {hint}", visible(&checked.file)));
    Ok(())
}

/// A text of several lines as it may go to a terminal, each after `indent`.
fn visible_lines(indent: &str, text: &str) -> String {
    text.lines().map(|line| format!("{indent}{}\n", visible(line))).collect()
}

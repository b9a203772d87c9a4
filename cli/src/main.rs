//! The `rallypoint` command: check and test rule sets, match pools of tickets, replay scenarios,
//! judge matches, explain why tickets wait, simulate players, measure the engine.
//!
//! Data goes to standard output, messages and progress to standard error. Exit status: 0 success,
//! 1 the input was judged bad, 2 usage or I/O error.

mod bench;
mod check;
mod completions;
mod console;
mod contents;
mod difference;
mod expectations;
mod explain;
mod files;
mod findings;
mod judge;
mod manual;
mod matching;
mod memory;
mod number;
mod progress;
mod replay;
mod rule_sets;
mod scenario;
mod simulate;
mod testing;
mod tickets;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use console::{Console, Fault, Format, Verdict};

/// Check, run and replay FlexMatch rule sets on your own machine.
///
/// Data goes to standard output, messages to standard error. Exit status: 0 success, 1 the input
/// was judged bad, 2 usage or I/O error.
#[derive(Parser)]
#[command(name = "rallypoint", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// How results are printed on standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, display_order = 900)]
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Arguments),
    Match(matching::Arguments),
    Replay(replay::Arguments),
    Test(testing::Arguments),
    Judge(judge::Arguments),
    Explain(explain::Arguments),
    Simulate(Box<simulate::Arguments>),
    Bench(bench::Arguments),
    Completions(completions::Arguments),
    Man(manual::Arguments),
}

impl Command {
    fn run(&self, console: &mut Console) -> Result<Verdict, Fault> {
        match self {
            Self::Check(arguments) => check::run(arguments, console),
            Self::Match(arguments) => matching::run(arguments, console),
            Self::Replay(arguments) => replay::run(arguments, console),
            Self::Test(arguments) => testing::run(arguments, console),
            Self::Judge(arguments) => judge::run(arguments, console),
            Self::Explain(arguments) => explain::run(arguments, console),
            Self::Simulate(arguments) => simulate::run(arguments, console),
            Self::Bench(arguments) => bench::run(arguments, console),
            Self::Completions(arguments) => completions::run(arguments, console),
            Self::Man(arguments) => manual::run(arguments, console),
        }
    }

    /// Whether the result has room for errors, file by file.
    fn reports_files(&self) -> bool {
        match self {
            Self::Replay(arguments) => arguments.reports_files(),
            // `test` takes them into its result; a fault before that has none.
            Self::Check(_) | Self::Match(_) | Self::Test(_) | Self::Judge(_) => false,
            Self::Explain(_) => false,
            Self::Simulate(_) | Self::Bench(_) => false,
            Self::Completions(_) | Self::Man(_) => false,
        }
    }
}

fn main() -> ExitCode {
    let Arguments { command, format } = Arguments::parse();
    let mut console = Console::new(format);
    let outcome = command.run(&mut console);
    match conclude(&command, outcome, &mut console) {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
        Ok(Verdict::Unread) => ExitCode::from(2),
        Err(Fault(message)) => {
            console::error(&message);
            ExitCode::from(2)
        }
    }
}

/// Prints what is left to print.
fn conclude(
    command: &Command,
    outcome: Result<Verdict, Fault>,
    console: &mut Console,
) -> Result<Verdict, Fault> {
    let verdict = match outcome {
        Ok(verdict) => verdict,
        Err(Fault(message)) => {
            console.problem(None, None, message)?;
            Verdict::Unread
        }
    };
    if !command.reports_files() {
        console.tell_problems()?;
    }
    console.finish()?;
    Ok(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_declared_consistently() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_subcommand_has_an_example() {
        let command = Arguments::command();
        assert!(command.get_subcommands().count() >= 8);
        for subcommand in command.get_subcommands() {
            let name = subcommand.get_name();
            let Some(help) = subcommand.get_after_help() else { panic!("{name} has no example") };
            let help = help.to_string();
            let examples = help.strip_prefix("Examples:\n").expect("that is how they begin");
            assert!(examples.starts_with(&format!("  rallypoint {name}")), "{name}: {help}");
        }
    }
}

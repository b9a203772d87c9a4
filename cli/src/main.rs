//! The `rallypoint` command: check rule sets, match pools of tickets, replay scenarios, judge
//! matches, simulate players, measure the engine.
//!
//! Data goes to standard output, messages and progress to standard error. Exit status: 0 success,
//! 1 the input was judged bad, 2 usage or I/O error.

mod bench;
mod check;
mod console;
mod difference;
mod files;
mod judge;
mod matching;
mod memory;
mod outcome;
mod progress;
mod replay;
mod report;
mod simulate;
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
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Arguments),
    Match(matching::Arguments),
    Replay(replay::Arguments),
    Judge(judge::Arguments),
    Simulate(Box<simulate::Arguments>),
    Bench(bench::Arguments),
}

impl Command {
    fn run(&self, console: &mut Console) -> Result<Verdict, Fault> {
        match self {
            Self::Check(arguments) => check::run(arguments, console),
            Self::Match(arguments) => matching::run(arguments, console),
            Self::Replay(arguments) => replay::run(arguments, console),
            Self::Judge(arguments) => judge::run(arguments, console),
            Self::Simulate(arguments) => simulate::run(arguments, console),
            Self::Bench(arguments) => bench::run(arguments, console),
        }
    }

    /// Whether the result has room for errors, file by file.
    fn reports_files(&self) -> bool {
        match self {
            Self::Check(_) => true,
            Self::Replay(arguments) => arguments.reports_files(),
            Self::Match(_) | Self::Judge(_) | Self::Simulate(_) | Self::Bench(_) => false,
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
}

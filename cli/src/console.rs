//! Where output goes: results to standard output, messages to standard error.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::findings::Finding;

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What the command says of its input.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Exit status 0.
    Good,
    /// Exit status 1; the reasons are printed.
    Bad,
    /// Exit status 2: some of it could not be read; the reasons are printed.
    Unread,
}

impl Verdict {
    /// The worse of the two.
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }

    /// `Good` when the condition holds.
    pub fn good_if(condition: bool) -> Self {
        if condition { Self::Good } else { Self::Bad }
    }
}

/// Why a command cannot go on, a usage or I/O error: exit status 2.
#[derive(Debug)]
pub struct Fault(pub String);

/// Why a command ends before it has a result.
#[derive(Debug)]
pub enum Halt {
    /// What it was given is bad: exit status 1. Where, as far as that is known, and why.
    Bad {
        file: Option<String>,
        line: Option<u64>,
        message: String,
    },
    Fault(Fault),
}

impl Halt {
    /// The content of a file is bad.
    pub fn bad(file: &str, message: String) -> Self {
        Self::Bad { file: Some(file.into()), line: None, message }
    }

    /// A line of a file is bad.
    pub fn bad_line(file: &str, line: usize, message: String) -> Self {
        Self::Bad { file: Some(file.into()), line: Some(line as u64), message }
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Why a command has no result, in its JSON form. Every one has `file`, `line` and `message`;
/// `null` where there is none.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Problem {
    /// A problem of a rule set, in the form of `check`.
    OfRuleSet {
        file: String,
        #[serde(flatten)]
        finding: Finding,
    },
    /// Any other.
    Other { file: Option<String>, line: Option<u64>, message: String },
}

/// Standard output, in the format asked for. Colour is dropped unless a terminal reads it.
pub struct Console {
    format: Format,
    out: BufWriter<AutoStream<StdoutLock<'static>>>,
    /// The reader went away: it has all it wants, which is no error.
    closed: bool,
    problems: Vec<Problem>,
}

impl Console {
    pub fn new(format: Format) -> Self {
        let stdout = io::stdout().lock();
        let stream = match format {
            Format::Text => AutoStream::auto(stdout),
            // JSON has no colour, and must pass unfiltered: a string may hold any character.
            Format::Json => AutoStream::always_ansi(stdout),
        };
        let out = BufWriter::new(stream);
        Self { format, out, closed: false, problems: Vec::new() }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Prints text as it is.
    pub fn text(&mut self, text: impl Display) -> Result<(), Fault> {
        let written = write!(self.out, "{text}");
        self.said(written)
    }

    /// Prints a value as one line of JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Fault> {
        let written = serde_json::to_writer(&mut self.out, value).map_err(io::Error::from);
        let written = written.and_then(|()| self.out.write_all(b"\n"));
        self.said(written)
    }

    /// Whether nobody reads what is printed from now on. The verdict stays of interest.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn said(&mut self, written: io::Result<()>) -> Result<(), Fault> {
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) if !self.closed => {
                Err(Fault(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Prints on standard error why there is no result, and keeps it for
    /// [`Console::tell_problems`].
    pub fn problem(
        &mut self,
        file: Option<&str>,
        line: Option<u64>,
        message: String,
    ) -> Result<(), Fault> {
        let shown = visible(&message);
        let shown = match (file.map(visible), line) {
            (Some(file), Some(line)) => format!("{file}:{line}: {shown}"),
            (Some(file), None) => format!("{file}: {shown}"),
            (None, _) => shown,
        };
        self.problems.push(Problem::Other { file: file.map(String::from), line, message });
        self.interject(&shown)
    }

    /// Ends a command: what is bad is printed and kept as by [`Console::problem`].
    pub fn halt(&mut self, halt: Halt) -> Result<Verdict, Fault> {
        match halt {
            Halt::Bad { file, line, message } => {
                self.problem(file.as_deref(), line, message)?;
                Ok(Verdict::Bad)
            }
            Halt::Fault(fault) => Err(fault),
        }
    }

    /// Keeps a problem that standard error shows in its own way.
    pub fn keep_problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The problems so far, for a result that has room for them.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    /// Prints the problems so far as `{"errors": [...]}`, in JSON and if there are any.
    pub fn tell_problems(&mut self) -> Result<(), Fault> {
        let problems = self.take_problems();
        if self.format == Format::Json && !problems.is_empty() {
            self.json(&serde_json::json!({ "errors": problems }))?;
        }
        self.finish()
    }

    /// Prints an error message on standard error, after what was printed so far.
    pub fn interject(&mut self, message: &str) -> Result<(), Fault> {
        self.finish()?;
        error(message);
        Ok(())
    }

    /// Hands what was printed to the reader.
    pub fn finish(&mut self) -> Result<(), Fault> {
        let flushed = self.out.flush();
        self.said(flushed)
    }
}

/// Prints an error message on standard error.
pub fn error(message: &str) {
    say("error", ERROR, message);
}

/// Prints a remark on standard error.
pub fn note(message: &str) {
    say("note", NOTE, message);
}

/// Prints the first `most` of these remarks on standard error, and how many more there are:
/// `and 3 more` and what they are.
pub fn note_first(most: usize, remarks: impl Iterator<Item = String>, what: &str) {
    let mut more = 0;
    for (position, remark) in remarks.enumerate() {
        match position < most {
            true => note(&remark),
            false => more += 1,
        }
    }
    if more > 0 {
        note(&format!("and {more} more {what}"));
    }
}

/// Prints text on standard error as it is.
pub fn complain(text: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = write!(anstream::stderr(), "{text}");
}

fn say(label: &str, style: Style, message: &str) {
    complain(&format!("{style}{label}{style:#}: {message}\n"));
}

/// A caller's text for one line of a terminal: control characters are shown, not obeyed.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in annotate_snippets::normalize_untrusted_str(text).chars() {
        match character.is_control() {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

/// `1 ticket`, `2 tickets`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
/// The word `ok`.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The word `bad`.
pub const BAD: Style = ERROR;
/// A word that asks for attention.
pub const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
/// A heading.
pub const STRONG: Style = Style::new().bold();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_steer_the_terminal() {
        let shown = visible("a\u{1b}[2J\n\u{9b}b\u{202e}é");
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        assert!(!shown.contains('\u{202e}'), "{shown:?}");
        assert_eq!(visible("Ōkami 7, red_1"), "Ōkami 7, red_1");
    }

    #[test]
    fn a_reader_that_went_away_is_no_fault() {
        let mut console = Console::new(Format::Text);
        let full = || Err(io::Error::from(ErrorKind::StorageFull));
        assert!(console.said(full()).is_err());
        assert!(console.said(Err(io::Error::from(ErrorKind::BrokenPipe))).is_ok());
        assert!(console.is_closed());
        assert!(console.said(full()).is_ok(), "nobody is there to be told");
    }
}

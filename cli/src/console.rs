//! Where output goes: results to standard output, messages to standard error.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use serde::Serialize;

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

/// Why a command cannot go on.
#[derive(Debug)]
pub enum Fault {
    /// A usage or I/O error: exit status 2.
    Stop(String),
    /// The reader of standard output went away: it has all it wants, which is no error.
    NobodyReads,
}

/// An error in writing to standard output.
impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::Stop(format!("cannot write to standard output: {error}")),
        }
    }
}

/// Standard output, in the format asked for. Colour is dropped unless a terminal reads it.
pub struct Console {
    format: Format,
    out: BufWriter<AutoStream<StdoutLock<'static>>>,
}

impl Console {
    pub fn new(format: Format) -> Self {
        let stdout = io::stdout().lock();
        let stream = match format {
            Format::Text => AutoStream::auto(stdout),
            // JSON has no colour, and must pass unfiltered: a string may hold any character.
            Format::Json => AutoStream::always_ansi(stdout),
        };
        Self { format, out: BufWriter::new(stream) }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Prints text as it is.
    pub fn text(&mut self, text: impl Display) -> Result<(), Fault> {
        Ok(write!(self.out, "{text}")?)
    }

    /// Prints a value as one line of JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Fault> {
        serde_json::to_writer(&mut self.out, value).map_err(io::Error::from)?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Prints an error message on standard error, after what was printed so far.
    pub fn interject(&mut self, message: &str) -> Result<(), Fault> {
        self.finish()?;
        error(message);
        Ok(())
    }

    /// Hands what was printed to the reader.
    pub fn finish(&mut self) -> Result<(), Fault> {
        Ok(self.out.flush()?)
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

const ERROR: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
/// The word `ok`.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The word `bad`.
pub const BAD: Style = ERROR;
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
        let closed = io::Error::from(ErrorKind::BrokenPipe);
        assert!(matches!(Fault::from(closed), Fault::NobodyReads));
        let full = io::Error::from(ErrorKind::StorageFull);
        assert!(matches!(Fault::from(full), Fault::Stop(_)));
    }
}

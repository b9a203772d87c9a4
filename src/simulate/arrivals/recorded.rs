//! Arrivals that were recorded, from a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::SECONDS_MAX;
use crate::wire::{parse_input, value_from_json};
use crate::{Input, InputError, Player};

/// Tickets that came at another time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RecordedArrivals {
    pub(super) tickets: Vec<Recorded>,
    /// Lines that are no `StartMatchmaking`, by operation.
    pub(super) ignored: BTreeMap<String, u64>,
    torn_line: Option<usize>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Recorded {
    /// Milliseconds since the start.
    pub(super) at: u64,
    pub(super) players: Arc<[Player]>,
    /// Why it is no request, if it is none.
    pub(super) problem: Option<Arc<str>>,
}

/// Why a file has no arrivals.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {message}")]
#[non_exhaustive]
pub struct RecordingError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl RecordedArrivals {
    /// Reads arrivals from JSON Lines: `{"at": MILLISECONDS, "StartMatchmaking": {"Players": ...}}`,
    /// with `at` never decreasing. Blank lines and lines that begin with `//` are skipped. So a
    /// scenario file or a journal will do, too: its header and its other operations are left out,
    /// and counted; so are the ids of its tickets. A last line that is not complete is left out, as a
    /// journal may end with one.
    ///
    /// # Errors
    /// [`RecordingError`] for the first line that is not such an object or goes back in time; when
    /// there is no `StartMatchmaking` at all, or none of the shape of the API. Of several the others
    /// count: a request of another shape is refused, as by a server.
    pub fn from_json_lines(text: &str) -> Result<Self, RecordingError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (count, ended) = (text.lines().count(), text.ends_with('\n'));
        let mut reader = Reader::default();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with("//") {
                continue;
            }
            let wrong = |message: String| RecordingError { line, message };
            match value_from_json(text) {
                Ok(Value::Object(members)) => reader.line(line, &members).map_err(wrong)?,
                Ok(_) => return Err(wrong("a line must be a JSON object".into())),
                Err(_) if line == count && !ended => reader.arrivals.torn_line = Some(line),
                Err(error) => return Err(wrong(error.to_string())),
            }
        }
        let Reader { arrivals, first_bad, .. } = reader;
        if arrivals.tickets.is_empty() {
            let message = "the file has no `StartMatchmaking`, so nobody would come".to_owned();
            return Err(RecordingError { line: count.max(1), message });
        }
        match first_bad {
            Some((line, error)) if arrivals.tickets.iter().all(|it| it.problem.is_some()) => {
                Err(RecordingError { line, message: error.to_string() })
            }
            _ => Ok(arrivals),
        }
    }

    /// How many tickets there are.
    pub fn tickets(&self) -> usize {
        self.tickets.len()
    }

    /// The last line, if it is torn and was left out.
    pub fn torn_line(&self) -> Option<usize> {
        self.torn_line
    }
}

/// What is read so far.
#[derive(Default)]
struct Reader {
    arrivals: RecordedArrivals,
    /// The time of the last line.
    last: u64,
    /// Whether a line was read: a header comes before all others.
    is_begun: bool,
    /// The first request of another shape.
    first_bad: Option<(usize, InputError)>,
}

impl Reader {
    fn line(&mut self, line: usize, members: &Map<String, Value>) -> Result<(), String> {
        let is_header = members.contains_key("RuleSet") || members.contains_key("RuleSetFile");
        let Some(at) = members.get("at") else {
            if is_header && !self.is_begun {
                self.is_begun = true;
                return Ok(());
            }
            return Err("`at`, the milliseconds since the start, is required".into());
        };
        let at = at.as_u64().filter(|&at| at as f64 <= SECONDS_MAX * 1000.0).ok_or_else(|| {
            format!("`at` must be whole milliseconds, at most {}", SECONDS_MAX * 1000.0)
        })?;
        if at < self.last {
            return Err(format!("`at` is {at}, but a line before is at {}", self.last));
        }
        (self.last, self.is_begun) = (at, true);
        let mut named = members.iter().filter(|(name, _)| !matches!(&***name, "at" | "expect"));
        match (named.next(), named.next()) {
            (Some((name, input)), None) if name == "StartMatchmaking" => {
                self.ticket(line, at, parse_input(name, input));
                Ok(())
            }
            (Some((name, _)), None) => {
                *self.arrivals.ignored.entry(name.clone()).or_default() += 1;
                Ok(())
            }
            _ => Err("a line must have one operation beside `at`".into()),
        }
    }

    fn ticket(&mut self, line: usize, at: u64, request: Result<Input, InputError>) {
        let (players, problem) = match request {
            Ok(Input::StartMatchmaking(request)) => (request.players, None),
            Ok(_) => return,
            Err(error) => {
                let told = format!("line {line}: {}: {error}", error.exception());
                self.first_bad.get_or_insert((line, error));
                (Vec::new(), Some(told.into()))
            }
        };
        self.arrivals.tickets.push(Recorded { at, players: players.into(), problem });
    }
}

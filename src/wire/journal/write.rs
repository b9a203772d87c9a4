//! Writing a journal line by line.

use std::io::Write;

use super::{JournalEnd, JournalError, JournalHeader, LINE_BYTES_MAX};
use crate::wire::request::{input_to_json, operation_name, parse_input};
use crate::wire::scenario::{ADVANCE, TIME_MAX, header};
use crate::wire::{RuleSetSource, Scenario};
use crate::{Input, Timestamp};

/// Writes down the calls of one matchmaker.
///
/// Record each call **before** it is made, with the same `now`, and make it once the line is as
/// safe as you want it. Take all events and updates out between two calls: a replay does, too, and
/// a pass may end where undrained events reach their limit.
///
/// Every line is one `write_all` and ends with a line break. Nothing is flushed or synced: what
/// the writer has taken may be lost in a crash, so flush through [`get_mut`](Self::get_mut) before
/// you answer a caller who must not be forgotten.
///
/// ```
/// use rallypoint::wire::{Journal, JournalHeader, JournalReader};
/// use rallypoint::*;
///
/// let header = JournalHeader {
///     rule_set: RuleSet::from_json(include_str!("../../../rulesets/duel.json"))?,
///     configuration: Configuration::default(),
///     options: EngineOptions::default(),
///     start: Timestamp::from_millis(0),
///     seed: 7,
/// };
/// let mut matchmaker = header.matchmaker()?;
/// let mut journal = Journal::create(Vec::new(), &header)?;
///
/// let now = Timestamp::from_millis(5);
/// let players = vec![Player::new("ana").with_number("skill", 1500.0)];
/// let start = StartMatchmaking { ticket_id: Some("t1".into()), players, ..Default::default() };
/// let input = Input::StartMatchmaking(start);
/// journal.input(now, &input)?;
/// matchmaker.handle_input(now, input)?;
///
/// // after a crash
/// let bytes = journal.into_inner();
/// let (recovered, end) = JournalReader::open(&bytes[..])?.replay()?.finish()?;
/// assert_eq!(recovered.ticket(&"t1".into()), matchmaker.ticket(&"t1".into()));
/// assert_eq!(end.good_bytes, bytes.len() as u64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Journal<W> {
    writer: W,
    start: Timestamp,
    /// The time of the last line.
    pub(super) last: Timestamp,
    broken: bool,
}

impl<W: Write> Journal<W> {
    /// Begins a journal: writes its header.
    ///
    /// A journal may also begin from a snapshot. Then the header has the rule set, configuration
    /// and options that are in force, `start` is a time not after the next call, and
    /// [`JournalReader::replay_onto`](super::JournalReader::replay_onto) is given the restored
    /// matchmaker.
    ///
    /// # Errors
    /// [`JournalError::NotRecorded`] when the header has something that would not be read back,
    /// such as a queue, which is not built yet; [`JournalError::Write`].
    pub fn create(writer: W, header: &JournalHeader) -> Result<Self, JournalError> {
        let line = header.line();
        check_header(&line, header)?;
        let mut journal = Self { writer, start: header.start, last: header.start, broken: false };
        journal.write(line)?;
        Ok(journal)
    }

    /// Goes on with a journal that was read to its end. The writer must append right after its
    /// [`good_bytes`](JournalEnd::good_bytes): cut off what was torn.
    pub fn resume(writer: W, end: &JournalEnd) -> Self {
        Self { writer, start: end.start, last: end.last, broken: false }
    }

    /// Records that `handle_input` is called.
    ///
    /// # Errors
    /// [`JournalError::NotRecorded`] when the line would not be read back: an input that every
    /// matchmaker refuses, such as one with a number that is not finite, or one of more than
    /// 16 MiB, or a time before the last line's or after the year 9999. Do not make the call.
    /// [`JournalError::Write`] and [`JournalError::Broken`].
    pub fn input(&mut self, now: Timestamp, input: &Input) -> Result<(), JournalError> {
        let (name, json) = (operation_name(input), input_to_json(input));
        parse_input(name, &json).map_err(|error| not_recorded(error.to_string()))?;
        self.call(now, name, &json.to_string())
    }

    /// Records that `handle_timeout` is called.
    ///
    /// # Errors
    /// As [`Journal::input`].
    pub fn timeout(&mut self, now: Timestamp) -> Result<(), JournalError> {
        self.call(now, ADVANCE, "{}")
    }

    /// The writer.
    pub fn get_ref(&self) -> &W {
        &self.writer
    }

    /// The writer, to flush it for instance. What else is written to it ends up in the journal.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.writer
    }

    /// The writer, for good.
    pub fn into_inner(self) -> W {
        self.writer
    }

    fn call(&mut self, now: Timestamp, name: &str, body: &str) -> Result<(), JournalError> {
        if now < self.last {
            let message = format!("time went backwards: {now} is before {}", self.last);
            return Err(not_recorded(message));
        }
        if now.as_millis() > TIME_MAX {
            return Err(not_recorded("the time is after the year 9999"));
        }
        let at = now.since(self.start).get();
        self.write(format!("{{\"at\":{at},\"{name}\":{body}}}"))?;
        self.last = now;
        Ok(())
    }

    fn write(&mut self, mut line: String) -> Result<(), JournalError> {
        if self.broken {
            return Err(JournalError::Broken);
        }
        if line.len() > LINE_BYTES_MAX {
            let (length, limit) = (line.len(), LINE_BYTES_MAX);
            return Err(not_recorded(format!("it has {length} bytes, and the limit is {limit}")));
        }
        line.push('\n');
        self.writer.write_all(line.as_bytes()).map_err(|error| {
            self.broken = true;
            JournalError::Write(error)
        })
    }
}

fn not_recorded(message: impl Into<String>) -> JournalError {
    JournalError::NotRecorded { message: message.into() }
}

/// Reads the header back, and wants it to be the same.
fn check_header(line: &str, written: &JournalHeader) -> Result<(), JournalError> {
    let read = header(line).map_err(|error| not_recorded(error.to_string()))?;
    let Scenario { rule_set, configuration, options, party_aggregation, start, seed, .. } = read;
    let same = rule_set == RuleSetSource::Inline(written.rule_set.text().into())
        && party_aggregation == written.rule_set.options().party_aggregation
        && (configuration, options) == (written.configuration.clone(), written.options.clone())
        && (start, seed) == (written.start, written.seed);
    match same {
        true => Ok(()),
        false => Err(not_recorded("the header would be read back as another one")),
    }
}

//! Reading a journal line by line, and replaying it.

use std::collections::VecDeque;
use std::io::{BufRead, ErrorKind, Read};

use super::header::{self, same_rule_set, state_hash};
use super::{JournalError, JournalHeader, LINE_BYTES_MAX};
use crate::wire::driver::poll_record;
use crate::wire::provenance::rule_set_hash;
use crate::wire::raw::is_json;
use crate::wire::request::parse_input;
use crate::wire::scenario::{Command, command_line};
use crate::wire::{Outcome, Record};
use crate::{Input, InputError, Matchmaker, Millis, Timestamp};

/// Reads a journal: the header at once, then call by call.
///
/// It holds one line at a time, of at most 16 MiB. A last line without a line break, or that is
/// not complete JSON, was torn by a crash: it is left out, and [`JournalEnd`] tells where the good
/// part ends. Anything else that is wrong is an error with its line.
#[derive(Debug)]
pub struct JournalReader<R> {
    source: R,
    header: JournalHeader,
    /// The hash of the state that it begins from, if that is not a new matchmaker.
    state: Option<String>,
    /// The line that was read last, without its line break.
    text: Vec<u8>,
    /// Its number, counted from 1.
    line: usize,
    good_bytes: u64,
    last: Timestamp,
    end: Option<JournalEnd>,
}

/// Where a journal ends.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct JournalEnd {
    /// The bytes up to the end of the last good line. To go on with the journal, cut it here.
    pub good_bytes: u64,
    /// The bytes of a torn line after them; 0 when nothing is lost.
    pub torn_bytes: u64,
    /// The time from which the lines count.
    pub start: Timestamp,
    /// The time of the last good line.
    pub last: Timestamp,
}

/// A call that was recorded.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct RecordedCall {
    /// The line, counted from 1.
    pub line: usize,
    /// The time that the call was given.
    pub now: Timestamp,
    /// Which call.
    pub call: RecordedInput,
}

/// What a matchmaker was called with.
#[derive(Clone, PartialEq, Debug)]
pub enum RecordedInput {
    /// `handle_input`, with this.
    Input(Input),
    /// `handle_timeout`.
    Timeout,
}

/// A line of the source.
enum Line {
    /// A whole line, in `text`.
    Whole,
    /// The bytes of a line without a line break.
    Torn(usize),
    End,
}

impl<R: BufRead> JournalReader<R> {
    /// Reads the header and compiles its rule set.
    ///
    /// # Errors
    /// [`JournalError::TornHeader`] when a crash came before the header was whole;
    /// [`JournalError::OtherVersion`], [`JournalError::OtherRuleSet`]; [`JournalError::Line`] when
    /// the first line is no header of a journal; [`JournalError::Read`].
    pub fn open(mut source: R) -> Result<Self, JournalError> {
        let (mut text, mut line, mut good_bytes) = (Vec::new(), 0, 0);
        let (header, state) = loop {
            line += 1;
            let at_line = |message: &str| JournalError::Line { line, message: message.into() };
            match read_line(&mut source, &mut text, line)? {
                Line::Whole => {}
                Line::Torn(_) if header::is_torn(&text) => return Err(JournalError::TornHeader),
                Line::End if good_bytes == 0 => return Err(JournalError::TornHeader),
                Line::Torn(_) | Line::End => return Err(at_line("the journal has no header")),
            }
            good_bytes += text.len() as u64 + 1;
            let shown = str::from_utf8(&text).map_err(|_| at_line(NOT_UTF_8));
            if shown.as_ref().is_ok_and(|shown| is_skipped(shown)) {
                continue;
            }
            match shown.and_then(|shown| header::read(shown.trim_end(), line)) {
                Ok(read) => break read,
                Err(error) => {
                    let complete = str::from_utf8(&text).is_ok_and(is_json);
                    let torn = !complete && header::is_torn(&text) && at_end(&mut source)?;
                    return Err(if torn { JournalError::TornHeader } else { error });
                }
            }
        };
        let last = header.start;
        Ok(Self { source, header, state, text, line, good_bytes, last, end: None })
    }

    /// What the matchmaker was made of.
    pub fn header(&self) -> &JournalHeader {
        &self.header
    }

    /// Whether it was begun with [`Journal::create_from`](super::Journal::create_from), and so
    /// needs the snapshot that was taken then.
    pub fn begins_from_snapshot(&self) -> bool {
        self.state.is_some()
    }

    /// The next call; none at the end. Do not go on after an error: what comes then was meant to
    /// follow a call that is missing.
    ///
    /// # Errors
    /// [`JournalError::Line`] and [`JournalError::Read`].
    pub fn next_call(&mut self) -> Result<Option<RecordedCall>, JournalError> {
        while self.end.is_none() {
            self.line += 1;
            match read_line(&mut self.source, &mut self.text, self.line)? {
                Line::Whole => {}
                Line::Torn(bytes) => self.set_end(bytes),
                Line::End => self.set_end(0),
            }
            if self.end.is_some() {
                break;
            }
            let bytes = self.text.len() + 1;
            match self.call() {
                Ok(call) => {
                    self.good_bytes += bytes as u64;
                    if let Some(call) = call {
                        self.last = call.now;
                        return Ok(Some(call));
                    }
                }
                Err(message) => {
                    let complete = str::from_utf8(&self.text).is_ok_and(is_json);
                    if complete || !at_end(&mut self.source)? {
                        return Err(self.wrong(message));
                    }
                    self.set_end(bytes);
                }
            }
        }
        Ok(None)
    }

    /// Where the journal ends, once all calls are read.
    pub fn end(&self) -> Option<&JournalEnd> {
        self.end.as_ref()
    }

    /// Makes the matchmaker of the header and replays all calls on it.
    ///
    /// # Errors
    /// [`JournalError::BeginsFromSnapshot`] when there is a state before the first call;
    /// [`JournalError::Configuration`] when the matchmaker cannot be made.
    pub fn replay(self) -> Result<JournalReplay<R>, JournalError> {
        if self.begins_from_snapshot() {
            return Err(JournalError::BeginsFromSnapshot);
        }
        let matchmaker = self.header.matchmaker()?;
        Ok(self.replay_all(matchmaker))
    }

    /// Replays all calls on a matchmaker that stands exactly where the journal begins: one that was
    /// restored from the snapshot that was taken when the journal began, and not called since. What
    /// waits to be read does not count; it comes out first.
    ///
    /// A snapshot that was taken later will not do: the calls before it would be made twice.
    ///
    /// # Errors
    /// [`JournalError::OtherRuleSet`] when it does not run the rule set of the header;
    /// [`JournalError::OtherState`] when the journal begins from a snapshot, but not of this
    /// state; [`JournalError::BeginsAnew`] when it begins with a new matchmaker, and this is not
    /// the one of its header.
    pub fn replay_onto(self, matchmaker: Matchmaker) -> Result<JournalReplay<R>, JournalError> {
        same_rule_set(rule_set_hash(&self.header.rule_set), matchmaker.rule_set())?;
        let found = state_hash(&matchmaker);
        match &self.state {
            Some(state) if *state != found => {
                let (begins, stands) = (self.header.start, matchmaker.now());
                Err(JournalError::OtherState { begins, stands })
            }
            None if state_hash(&self.header.matchmaker()?) != found => {
                Err(JournalError::BeginsAnew)
            }
            _ => Ok(self.replay_all(matchmaker)),
        }
    }

    fn replay_all(self, matchmaker: Matchmaker) -> JournalReplay<R> {
        let now = self.header.start;
        let mut replay =
            JournalReplay { reader: self, matchmaker, ready: VecDeque::new(), failed: false };
        replay.drain(now);
        replay
    }

    fn set_end(&mut self, torn: usize) {
        self.end = Some(JournalEnd {
            good_bytes: self.good_bytes,
            torn_bytes: torn as u64,
            start: self.header.start,
            last: self.last,
        });
    }

    fn wrong(&self, message: String) -> JournalError {
        JournalError::Line { line: self.line, message }
    }

    /// The call of the line that was read last; none when it is skipped.
    fn call(&self) -> Result<Option<RecordedCall>, String> {
        let text = str::from_utf8(&self.text).map_err(|_| NOT_UTF_8)?;
        if is_skipped(text) {
            return Ok(None);
        }
        let start = self.header.start;
        let command =
            command_line(self.line, text.trim_end(), start).map_err(|error| error.to_string())?;
        let now = start.plus(Millis::new(command.at));
        if now < self.last {
            let last = self.last.since(start).get();
            return Err(format!("`at` is {}, but a line before is at {last}", command.at));
        }
        let call = match command.command {
            Command::Advance => RecordedInput::Timeout,
            Command::Operation { name, input } => {
                let input = parse_input(&name, &input).map_err(|error| error.to_string())?;
                RecordedInput::Input(input)
            }
        };
        Ok(Some(RecordedCall { line: self.line, now, call }))
    }
}

/// A running replay of a journal: an iterator over the output, which is what came out when the
/// journal was written, in the same order.
///
/// Every call is made again as it was recorded; passes run only at its `Advance` lines (decision
/// 3). What the matchmaker told before the crash comes out again, with the same `eventSequence`.
#[derive(Debug)]
pub struct JournalReplay<R> {
    reader: JournalReader<R>,
    matchmaker: Matchmaker,
    ready: VecDeque<Record>,
    failed: bool,
}

impl<R: BufRead> JournalReplay<R> {
    /// The matchmaker as it stands.
    pub fn matchmaker(&self) -> &Matchmaker {
        &self.matchmaker
    }

    /// Replays what is left, drops the output, and gives the matchmaker and where the journal ends.
    ///
    /// # Errors
    /// [`JournalError`], also when the iterator has given one before.
    pub fn finish(mut self) -> Result<(Matchmaker, JournalEnd), JournalError> {
        if self.failed {
            return Err(self.reader.wrong("the replay has failed here".into()));
        }
        loop {
            self.ready.clear();
            if !self.step()? {
                let end = self.reader.end.expect("there is no other call only at the end");
                return Ok((self.matchmaker, end));
            }
        }
    }

    /// Makes the next call. Whether there was one.
    fn step(&mut self) -> Result<bool, JournalError> {
        let Some(RecordedCall { line, now, call }) = self.reader.next_call()? else {
            return Ok(false);
        };
        let refused = |error| JournalError::Engine { line, error };
        let outcome = match call {
            RecordedInput::Timeout => {
                let _ = self.matchmaker.handle_timeout(now).map_err(refused)?;
                Outcome::Advanced { line }
            }
            RecordedInput::Input(input) => match self.matchmaker.handle_input(now, input) {
                Ok(response) => Outcome::Response { line, response },
                // about the call, not about the input; a call that came so late that the deadlines
                // before it filled the room for events was refused when it was recorded, too
                Err(error @ InputError::TimeWentBackwards { .. }) => return Err(refused(error)),
                Err(error) => Outcome::Error { line, error },
            },
        };
        let at = now.since(self.reader.header.start).get();
        self.ready.push_back(Record { at, outcome });
        self.drain(now);
        Ok(true)
    }

    fn drain(&mut self, now: Timestamp) {
        let start = self.reader.header.start;
        let records = std::iter::from_fn(|| poll_record(&mut self.matchmaker, start, now));
        self.ready.extend(records);
    }
}

impl<R: BufRead> Iterator for JournalReplay<R> {
    type Item = Result<Record, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(Ok(record));
            }
            if self.failed {
                return None;
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

const NOT_UTF_8: &str = "not UTF-8";

/// Whether a line is blank or a comment, as in a scenario.
fn is_skipped(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with("//")
}

/// Reads a line into `text`, without its line break.
fn read_line(
    source: &mut impl BufRead,
    text: &mut Vec<u8>,
    line: usize,
) -> Result<Line, JournalError> {
    text.clear();
    let room = LINE_BYTES_MAX as u64 + 1;
    source.by_ref().take(room).read_until(b'\n', text).map_err(JournalError::Read)?;
    if text.pop_if(|last| *last == b'\n').is_some() {
        return Ok(Line::Whole);
    }
    match text.len() {
        0 => Ok(Line::End),
        length if length > LINE_BYTES_MAX => {
            let message = format!("longer than {LINE_BYTES_MAX} bytes, the limit");
            Err(JournalError::Line { line, message })
        }
        length => Ok(Line::Torn(length)),
    }
}

fn at_end(source: &mut impl BufRead) -> Result<bool, JournalError> {
    loop {
        match source.fill_buf() {
            Ok(rest) => return Ok(rest.is_empty()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(JournalError::Read(error)),
        }
    }
}

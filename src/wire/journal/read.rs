//! Reading a journal line by line, and replaying it.

use std::collections::VecDeque;
use std::io::{BufRead, ErrorKind, Read};

use super::{JournalError, JournalHeader, LINE_BYTES_MAX};
use crate::wire::driver::poll_record;
use crate::wire::provenance::{other_version, rule_set_hash};
use crate::wire::raw::is_json;
use crate::wire::request::parse_input;
use crate::wire::scenario::{Command, command_line, header};
use crate::wire::{DriverKind, Outcome, Record, RuleSetSource, Scenario};
use crate::{CompileOptions, Input, InputError, Matchmaker, Millis, RuleSet, Timestamp};

/// Reads a journal: the header at once, then call by call.
///
/// It holds one line at a time, of at most 16 MiB. A last line without a line break, or that is
/// not complete JSON, was torn by a crash: it is left out, and [`JournalEnd`] tells where the good
/// part ends. Anything else that is wrong is an error with its line.
#[derive(Debug)]
pub struct JournalReader<R> {
    source: R,
    header: JournalHeader,
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
    /// [`JournalError::OtherVersion`], [`JournalError::OtherRuleSet`]; [`JournalError::Line`] when
    /// the first line is torn, or no header of a journal; [`JournalError::Read`].
    pub fn open(mut source: R) -> Result<Self, JournalError> {
        let (mut text, mut line, mut good_bytes) = (Vec::new(), 0, 0);
        let header = loop {
            line += 1;
            let at_line = |message: String| JournalError::Line { line, message };
            match read_line(&mut source, &mut text, line)? {
                Line::Whole => {}
                Line::Torn(_) => return Err(at_line("the header is torn".into())),
                Line::End => return Err(at_line("the journal has no header".into())),
            }
            good_bytes += text.len() as u64 + 1;
            let shown = str::from_utf8(&text).map_err(|_| at_line(NOT_UTF_8.into()))?;
            if !is_skipped(shown) {
                break journal_header(shown.trim_end(), line)?;
            }
        };
        let last = header.start;
        Ok(Self { source, header, text, line, good_bytes, last, end: None })
    }

    /// What the matchmaker was made of.
    pub fn header(&self) -> &JournalHeader {
        &self.header
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
    /// [`JournalError::Configuration`] when it cannot be made.
    pub fn replay(self) -> Result<JournalReplay<R>, JournalError> {
        let matchmaker = self.header.matchmaker()?;
        self.replay_onto(matchmaker)
    }

    /// Replays all calls on a matchmaker that stands where the journal begins: one that was
    /// restored from the snapshot with which the journal was created.
    ///
    /// # Errors
    /// [`JournalError::OtherRuleSet`] when it does not run the rule set of the header.
    pub fn replay_onto(self, matchmaker: Matchmaker) -> Result<JournalReplay<R>, JournalError> {
        same_rule_set(rule_set_hash(&self.header.rule_set), matchmaker.rule_set())?;
        let now = self.header.start;
        let mut replay =
            JournalReplay { reader: self, matchmaker, ready: VecDeque::new(), failed: false };
        replay.drain(now);
        Ok(replay)
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
                // these are about the call, not about the input
                Err(
                    error @ (InputError::TimeWentBackwards { .. }
                    | InputError::EventsNotDrained { .. }),
                ) => return Err(refused(error)),
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

fn journal_header(text: &str, line: usize) -> Result<JournalHeader, JournalError> {
    let wrong = |message: String| JournalError::Line { line, message };
    let absent = |member| wrong(format!("`{member}` is required in the header of a journal"));
    let scenario = header(text).map_err(|error| wrong(error.to_string()))?;
    let Scenario { rule_set, configuration, options, start, seed, .. } = scenario;
    if scenario.driver != DriverKind::Recorded {
        return Err(wrong("the header of a journal has \"Driver\": \"recorded\"".into()));
    }
    let recorded = scenario.engine_version.ok_or_else(|| absent("EngineVersion"))?;
    if other_version(&recorded).is_some() {
        return Err(JournalError::OtherVersion { recorded });
    }
    let recorded = scenario.rule_set_hash.ok_or_else(|| absent("RuleSetHash"))?;
    let RuleSetSource::Inline(text) = rule_set else { return Err(absent("RuleSet")) };
    let compile_options = CompileOptions::default().party_aggregation(scenario.party_aggregation);
    let rule_set = RuleSet::compile(&text, compile_options)
        .map_err(|errors| wrong(format!("`RuleSet` does not compile: {errors}")))?;
    same_rule_set(recorded, &rule_set)?;
    Ok(JournalHeader { rule_set, configuration, options, start, seed })
}

fn same_rule_set(recorded: String, rule_set: &RuleSet) -> Result<(), JournalError> {
    let found = rule_set_hash(rule_set);
    match recorded == found {
        true => Ok(()),
        false => Err(JournalError::OtherRuleSet { recorded, found }),
    }
}

//! Writing a journal line by line.

use std::io::Write;

use super::header::state_hash;
use super::{JournalEnd, JournalError, JournalHeader, LINE_BYTES_MAX};
use crate::wire::request::{input_to_json, operation_name, parse_input};
use crate::wire::scenario::{ADVANCE, TIME_MAX};
use crate::{Input, InputError, Matchmaker, Timestamp};

/// Writes down the calls of one matchmaker.
///
/// Record each call **before** it is made, with the same `now`, and make it once the line is as
/// safe as you want it. Take all events, updates and actions out between two calls: a replay does,
/// too, and a pass may end where undrained events reach their limit.
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
///
/// // the state as a snapshot, and a journal of what comes after it
/// let stored = serde_json::to_string(&matchmaker.snapshot())?;
/// let mut journal = Journal::create_from(Vec::new(), &matchmaker)?;
/// journal.timeout(now)?;
/// let _report = matchmaker.handle_timeout(now)?;
///
/// // after another crash
/// let restored = Matchmaker::restore(header.rule_set, serde_json::from_str(&stored)?)?;
/// let bytes = journal.into_inner();
/// let (recovered, _) = JournalReader::open(&bytes[..])?.replay_onto(restored)?.finish()?;
/// assert_eq!(recovered.ticket(&"t1".into()), matchmaker.ticket(&"t1".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # With a snapshot
///
/// A snapshot makes a journal short. **Begin a new journal when you take a snapshot; one that began
/// earlier cannot be continued from it.** Give each pair a number of its own, and write it in this
/// order, between two calls, so that a crash at any moment leaves a whole pair:
///
/// 1. Write the snapshot, with the rule set's text, to a temporary file and sync it.
/// 2. Rename it to its name, and sync the folder.
/// 3. Begin the new journal with [`create_from`](Self::create_from), and sync it and the folder.
/// 4. Only then make the next call, and delete the old snapshot and journal.
///
/// To recover, take the newest snapshot and the journal of its number. When that journal is absent
/// or its header is torn ([`JournalError::TornHeader`]), no call was made after the snapshot:
/// restore it, and begin its journal again.
#[derive(Debug)]
pub struct Journal<W> {
    writer: W,
    start: Timestamp,
    /// The time of the last line.
    pub(super) last: Timestamp,
    broken: bool,
}

impl<W: Write> Journal<W> {
    /// Begins the journal of a new matchmaker, the one that
    /// [`header.matchmaker()`](JournalHeader::matchmaker) makes: writes its header.
    ///
    /// # Errors
    /// [`JournalError::HeaderNotRecorded`] when the header has something that would not be read
    /// back, such as a time-out beyond its limit; [`JournalError::Write`].
    pub fn create(writer: W, header: &JournalHeader) -> Result<Self, JournalError> {
        Self::begin(writer, header, None)
    }

    /// Begins the journal of a running matchmaker of which a snapshot has just been taken, with no
    /// call in between. The header says which state that is, and
    /// [`JournalReader::replay_onto`](super::JournalReader::replay_onto) takes no other.
    ///
    /// It looks at every ticket, as [`Matchmaker::snapshot`] does.
    ///
    /// # Errors
    /// As [`Journal::create`].
    pub fn create_from(writer: W, matchmaker: &Matchmaker) -> Result<Self, JournalError> {
        let state = state_hash(matchmaker);
        Self::begin(writer, &JournalHeader::of(matchmaker), Some(&state))
    }

    fn begin(writer: W, header: &JournalHeader, state: Option<&str>) -> Result<Self, JournalError> {
        let line = header.line(state)?;
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
    /// 16 MiB, or a time before the last line's or after the year 9999. Do not make the call;
    /// answer with the [`InputError`] that it holds, and go on. [`JournalError::Write`] and
    /// [`JournalError::Broken`].
    pub fn input(&mut self, now: Timestamp, input: &Input) -> Result<(), JournalError> {
        input.check_numbers().map_err(not_recorded)?;
        let (name, json) = (operation_name(input), input_to_json(input));
        parse_input(name, &json).map_err(not_recorded)?;
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
            return Err(not_recorded(InputError::TimeWentBackwards { now, last: self.last }));
        }
        if now.as_millis() > TIME_MAX {
            return Err(not_recorded(InputError::invalid(format!(
                "`now` is {} ms since 1970, but must be at most {TIME_MAX}, the end of 9999",
                now.as_millis()
            ))));
        }
        let at = now.since(self.start).get();
        let line = format!("{{\"at\":{at},\"{name}\":{body}}}");
        if line.len() > LINE_BYTES_MAX {
            return Err(not_recorded(InputError::invalid(format!(
                "`{name}` takes {} bytes in the journal, but may take at most {LINE_BYTES_MAX}",
                line.len()
            ))));
        }
        self.write(line)?;
        self.last = now;
        Ok(())
    }

    fn write(&mut self, mut line: String) -> Result<(), JournalError> {
        if self.broken {
            return Err(JournalError::Broken);
        }
        line.push('\n');
        self.writer.write_all(line.as_bytes()).map_err(|error| {
            self.broken = true;
            JournalError::Write(error)
        })
    }
}

fn not_recorded(error: InputError) -> JournalError {
    JournalError::NotRecorded { error }
}

//! The header of a journal: what the matchmaker was made of, and where the journal begins.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{JournalError, LINE_BYTES_MAX};
use crate::base::fnv::Fnv1a;
use crate::wire::configuration::configuration_to_json;
use crate::wire::options::header_options_to_json;
use crate::wire::provenance::{ENGINE_VERSION, other_version, rule_set_hash};
use crate::wire::raw::is_json;
use crate::wire::scenario::{SNAPSHOT, header};
use crate::wire::{DriverKind, RuleSetSource, Scenario};
use crate::{
    CompileOptions, Configuration, ConfigurationError, EngineOptions, Matchmaker, RuleSet,
    Timestamp,
};

/// How every header begins that is written here.
const BEGIN: &str = "{\"Driver\":\"recorded\"";

/// What a matchmaker was made of: the header of a journal.
#[derive(Clone, PartialEq, Debug)]
pub struct JournalHeader {
    /// The rule set. Its text stands in the journal, to the letter.
    pub rule_set: RuleSet,
    /// The configuration.
    pub configuration: Configuration,
    /// The options of the engine.
    pub options: EngineOptions,
    /// The time at which it was made. The lines count from here.
    pub start: Timestamp,
    /// The seed of every random choice.
    pub seed: u64,
}

impl JournalHeader {
    /// A new matchmaker. A journal that begins from a snapshot does not begin with it.
    ///
    /// # Errors
    /// As [`Matchmaker::new`].
    pub fn matchmaker(&self) -> Result<Matchmaker, ConfigurationError> {
        let Self { rule_set, configuration, options, start, seed } = self.clone();
        Matchmaker::new(rule_set, configuration, options, start, seed)
    }

    /// What a running matchmaker is made of now.
    pub(super) fn of(matchmaker: &Matchmaker) -> Self {
        Self {
            rule_set: matchmaker.rule_set().clone(),
            configuration: matchmaker.configuration().clone(),
            options: matchmaker.options().clone(),
            start: matchmaker.now(),
            seed: matchmaker.seed(),
        }
    }

    /// The header as a line, without a line break; with the state that the journal begins from, if
    /// that is not a new matchmaker.
    ///
    /// # Errors
    /// [`JournalError::HeaderNotRecorded`] when it would be read back as another one.
    pub(super) fn line(&self, state: Option<&str>) -> Result<String, JournalError> {
        let line = self.written(state);
        let not_recorded = |message| Err(JournalError::HeaderNotRecorded { message });
        if line.len() > LINE_BYTES_MAX {
            let (length, limit) = (line.len(), LINE_BYTES_MAX);
            return not_recorded(format!("it has {length} bytes, and the limit is {limit}"));
        }
        match header(&line) {
            Err(error) => not_recorded(error.to_string()),
            Ok((read, begins)) if self.is(&read) && begins.as_deref() == state => Ok(line),
            Ok(_) => not_recorded("it would be read back as another one".into()),
        }
    }

    fn is(&self, read: &Scenario) -> bool {
        read.rule_set == RuleSetSource::Inline(self.rule_set.text().into())
            && read.party_aggregation == self.rule_set.options().party_aggregation
            && (&read.configuration, &read.options) == (&self.configuration, &self.options)
            && (read.start, read.seed) == (self.start, self.seed)
    }

    fn written(&self, state: Option<&str>) -> String {
        let parties = self.rule_set.options().party_aggregation;
        let text = self.rule_set.text();
        // an object in one line is easier to read than a string
        let is_object = text.starts_with('{') && text.ends_with('}') && is_json(text);
        let rule_set = match is_object && !text.contains(['\n', '\r']) {
            true => text.to_owned(),
            false => Value::from(text).to_string(),
        };
        let mut members = vec![
            ("EngineVersion", json!(ENGINE_VERSION)),
            ("RuleSetHash", json!(rule_set_hash(&self.rule_set))),
            ("Seed", json!(self.seed)),
            ("StartTime", json!(self.start.to_string())),
            ("Configuration", configuration_to_json(&self.configuration)),
            ("Options", header_options_to_json(&self.options, parties)),
        ]
        .into_iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect::<Vec<_>>();
        members.extend(state.map(|state| format!("\"{SNAPSHOT}\":\"{state}\"")));
        members.push(format!("\"RuleSet\":{rule_set}"));
        format!("{BEGIN},{}}}", members.join(","))
    }
}

/// A hash of everything that the future of a matchmaker depends on: of its snapshot, but for what
/// waits to be read, which a replay takes out before its first call.
///
/// It is that of this version of the engine, whichever took the snapshot; a journal of another
/// version is not replayed anyway.
pub(super) fn state_hash(matchmaker: &Matchmaker) -> String {
    let mut hash = Hash(Fnv1a::default());
    serde_json::to_writer(&mut hash, &matchmaker.snapshot().drained())
        .expect("a snapshot has string keys, and a hash takes every byte");
    format!("{:032x}", hash.0.value())
}

struct Hash(Fnv1a);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.take(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether this is what a crash leaves of a header: its beginning, or nothing but the zeros of a
/// file that has grown before its bytes were there. A file of something else must not be taken for
/// a journal that holds nothing.
pub(super) fn is_torn(text: &[u8]) -> bool {
    let length = text.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let text = &text[..length];
    text.starts_with(BEGIN.as_bytes()) || BEGIN.as_bytes().starts_with(text)
}

/// Reads a header, and the state that the journal begins from, if that is not a new matchmaker.
pub(super) fn read(
    text: &str,
    line: usize,
) -> Result<(JournalHeader, Option<String>), JournalError> {
    let wrong = |message: String| JournalError::Line { line, message };
    let absent = |member| wrong(format!("`{member}` is required in the header of a journal"));
    let (scenario, state) = header(text).map_err(|error| wrong(error.to_string()))?;
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
    Ok((JournalHeader { rule_set, configuration, options, start, seed }, state))
}

pub(super) fn same_rule_set(recorded: String, rule_set: &RuleSet) -> Result<(), JournalError> {
    let found = rule_set_hash(rule_set);
    match recorded == found {
        true => Ok(()),
        false => Err(JournalError::OtherRuleSet { recorded, found }),
    }
}

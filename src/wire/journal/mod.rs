//! The journal: every call of a matchmaker, written down so that a replay rebuilds its state.
//!
//! A journal is a recorded scenario (commands.md 1.1, decision 3): a header, then one line for each
//! `handle_input`, and an `Advance` line for each `handle_timeout`. Where it is kept is the
//! caller's business: there are no files in here, only `std::io`.

mod read;
mod write;

use std::io;

use serde_json::{Value, json};

use super::configuration::{configuration_to_json, header_options_to_json};
use super::provenance::{ENGINE_VERSION, rule_set_hash};
use super::raw::is_json;
use crate::{
    Configuration, ConfigurationError, EngineOptions, InputError, Matchmaker, RuleSet, Timestamp,
};

pub use read::{JournalEnd, JournalReader, JournalReplay, RecordedCall, RecordedInput};
pub use write::Journal;

/// The longest line of a journal, in bytes without its line break. `StartMatchmaking` with
/// everything that the API allows fits in; a backfill of 199 such players does not.
const LINE_BYTES_MAX: usize = 16 << 20;

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
    /// A matchmaker as it was when the journal began.
    ///
    /// # Errors
    /// As [`Matchmaker::new`].
    pub fn matchmaker(&self) -> Result<Matchmaker, ConfigurationError> {
        let Self { rule_set, configuration, options, start, seed } = self.clone();
        Matchmaker::new(rule_set, configuration, options, start, seed)
    }

    /// The header as a line, without a line break.
    fn line(&self) -> String {
        let parties = self.rule_set.options().party_aggregation;
        let text = self.rule_set.text();
        // an object in one line is easier to read than a string
        let is_object = text.starts_with('{') && text.ends_with('}') && is_json(text);
        let rule_set = match is_object && !text.contains(['\n', '\r']) {
            true => text.to_owned(),
            false => Value::from(text).to_string(),
        };
        let mut members = vec![
            ("Driver", json!("recorded")),
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
        members.push(format!("\"RuleSet\":{rule_set}"));
        format!("{{{}}}", members.join(","))
    }
}

/// Why a journal cannot be written, read or replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The writer failed. Part of a line may be written: the journal takes no more lines.
    #[error("the journal cannot be written: {0}")]
    Write(#[source] io::Error),
    /// An earlier write failed. Read the journal, cut it after its good bytes, and resume it.
    #[error("the journal takes no more lines since a write has failed")]
    Broken,
    /// The line would not be read back. Nothing was written, and the journal goes on.
    #[error("not recorded: {message}")]
    NotRecorded {
        /// What stands against it.
        message: String,
    },
    /// The reader failed.
    #[error("the journal cannot be read: {0}")]
    Read(#[source] io::Error),
    /// A line is wrong, and it is not merely the torn end.
    #[error("line {line}: {message}")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// Another version of the engine wrote the journal, and may have decided otherwise. Restore a
    /// snapshot instead.
    #[error(
        "the journal is of version {recorded}, and this is version {ENGINE_VERSION}; carry the \
         state over with a snapshot"
    )]
    OtherVersion {
        /// The version that wrote it.
        recorded: String,
    },
    /// The rule set is not the one of the journal.
    #[error("the journal is of a rule set with the hash {recorded}, but the hash is {found}")]
    OtherRuleSet {
        /// The hash in the header.
        recorded: String,
        /// The hash of the rule set that is there.
        found: String,
    },
    /// The matchmaker of the header cannot be made.
    #[error("the header: {0}")]
    Configuration(#[from] ConfigurationError),
    /// The matchmaker cannot take a recorded call, for instance because it was given to the replay
    /// with a later time.
    #[error("line {line}: the matchmaker does not take the call: {error}")]
    Engine {
        /// The line, counted from 1.
        line: usize,
        /// Its answer.
        error: InputError,
    },
}

#[cfg(test)]
mod tests;

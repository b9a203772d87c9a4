//! The journal: every call of a matchmaker, written down so that a replay rebuilds its state.
//!
//! A journal is a recorded scenario (decision 3): a header, then one line for each
//! `handle_input`, and an `Advance` line for each `handle_timeout`. Where it is kept is the
//! caller's business: there are no files in here, only `std::io`.

mod header;
mod read;
mod write;

use std::io;

use super::provenance::ENGINE_VERSION;
use crate::{ConfigurationError, InputError, Timestamp};

pub use header::JournalHeader;
pub use read::{JournalEnd, JournalReader, JournalReplay, RecordedCall, RecordedInput};
pub use write::Journal;

/// The longest line of a journal, in bytes without its line break. `StartMatchmaking` with
/// everything that the API allows fits in; a backfill of 199 such players does not.
const LINE_BYTES_MAX: usize = 16 << 20;

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
    /// The call would not be read back. Nothing was written, and the journal goes on. Answer the
    /// caller with the error in it, and do not make the call.
    #[error("not recorded: {error}")]
    NotRecorded {
        /// What stands against it, as the matchmaker would say it.
        error: InputError,
    },
    /// The header would not be read back. Nothing was written.
    #[error("the header cannot be recorded: {message}")]
    HeaderNotRecorded {
        /// What stands against it.
        message: String,
    },
    /// The reader failed.
    #[error("the journal cannot be read: {0}")]
    Read(#[source] io::Error),
    /// A crash came before the header was whole, so no call was recorded, and none was made.
    #[error("the header is torn: nothing was recorded; begin a new journal")]
    TornHeader,
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
    /// It does not begin with a new matchmaker, so a new one must not replay it.
    #[error(
        "the journal begins from a snapshot; restore the snapshot that was taken then, and use \
         `replay_onto`"
    )]
    BeginsFromSnapshot,
    /// It begins from a snapshot, and the matchmaker is in another state.
    #[error(
        "the journal begins from another state, of {begins}, than that of the matchmaker, of \
         {stands}; restore the snapshot that was taken when the journal began"
    )]
    OtherState {
        /// The time of the latest call before the journal began.
        begins: Timestamp,
        /// That of the latest call of the matchmaker.
        stands: Timestamp,
    },
    /// It begins with a new matchmaker, and this one is not new, or made of something else.
    #[error(
        "the journal begins with a new matchmaker, and this one is in another state; use `replay`, \
         or the journal that was begun with the snapshot"
    )]
    BeginsAnew,
    /// The matchmaker of the header cannot be made.
    #[error("the header: {0}")]
    Configuration(#[from] ConfigurationError),
    /// The matchmaker cannot take a recorded call.
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

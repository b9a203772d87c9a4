//! The whole state of a matchmaker as a value that can be stored (decision 30).
//!
//! Columns, indexes, timers and shared names are not in it: they follow from the rest.

mod checks;
mod forms;
mod restore;

use super::Matchmaker;
use super::options::{Configuration, ConfigurationError, EngineOptions};
use crate::base::rng::RngPosition;
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::counters::Counters;
use crate::lifecycle::event::Event;
use crate::model::session::SessionUpdate;
use crate::placement::PlacerForm;
use forms::{MatchForm, PassForm, RangeForm, SessionForm, TicketForm};

/// The version of the stored form. It grows when the form changes, not with every release.
const VERSION: u32 = 2;
/// The first version that this engine reads.
const VERSION_MIN: u32 = 1;

/// The state of a [`Matchmaker`] at one moment, between two calls.
///
/// With the feature `wire` it can be written and read by serde, for instance as JSON. What is in
/// it is the engine's business but for what these methods tell; it changes from version to version.
///
/// ```
/// # use rallypoint::*;
/// # let text = include_str!("../../rulesets/duel.json");
/// # let rules = RuleSet::from_json(text)?;
/// # let matchmaker = Matchmaker::new(
/// #     rules, Configuration::default(), EngineOptions::default(), Timestamp::from_millis(0), 7)?;
/// let snapshot = matchmaker.snapshot();
/// assert_eq!(snapshot.rule_set(), matchmaker.rule_set().fingerprint());
/// # #[cfg(feature = "wire")] {
/// let stored = serde_json::to_string(&snapshot)?;
/// let snapshot: Snapshot = serde_json::from_str(&stored)?;
/// let restored = Matchmaker::restore(RuleSet::from_json(text)?, snapshot)?;
/// assert_eq!(restored.snapshot(), matchmaker.snapshot());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub struct Snapshot {
    version: u32,
    engine_version: String,
    rule_set: String,
    now: Timestamp,
    seed: u64,
    generator: RngPosition,
    submissions: u64,
    configuration: Configuration,
    options: EngineOptions,
    /// In the order of submission.
    active: Vec<TicketForm>,
    /// In the order in which they ended.
    finished: Vec<TicketForm>,
    /// In the order of the first submission among their tickets.
    matches: Vec<MatchForm>,
    /// In the order of their ARNs.
    sessions: Vec<SessionForm>,
    pass: PassForm,
    events: Vec<Event>,
    /// The number of the last event ever told.
    event_sequence: u64,
    updates: Vec<SessionUpdate>,
    /// Of game sessions; none while there never was one, as before there were any.
    placements: Option<PlacerForm>,
    counters: Counters,
    /// The waits of the estimate, oldest first.
    waits: Vec<Millis>,
    /// Of each column of numbers; they tell more than the tickets that are there now.
    number_ranges: Vec<RangeForm>,
}

impl Snapshot {
    /// The version of its form.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The version of the engine that took it. Any engine that knows the version of the form
    /// restores it.
    pub fn engine_version(&self) -> &str {
        &self.engine_version
    }

    /// The [`fingerprint`](crate::RuleSet::fingerprint) of the rule set that it was taken under.
    pub fn rule_set(&self) -> &str {
        &self.rule_set
    }

    /// The time of the latest call before it was taken.
    ///
    /// It does not tell where in a journal the snapshot stands: several calls may have one time.
    /// Begin a new journal when you take a snapshot; one that began earlier cannot be continued
    /// from it. `wire::Journal::create_from` begins it, and says in which order to write the two
    /// files.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The same state with everything read that waits to be read.
    #[cfg(feature = "wire")]
    pub(crate) fn drained(self) -> Self {
        let placements = self.placements.map(PlacerForm::drained);
        Self { events: Vec::new(), updates: Vec::new(), placements, ..self }
    }
}

/// Why a snapshot is not restored.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// Its form is that of another release.
    #[error("the snapshot has version {found}; this engine reads versions up to {supported}")]
    OtherVersion {
        /// The snapshot's.
        found: u32,
        /// The last that this engine reads.
        supported: u32,
    },
    /// It was taken under another rule set text, or with parties judged in another way. Restore it
    /// with its own, then `reconfigure`.
    #[error("the snapshot was taken under the rule set {found}, and this is {given}")]
    OtherRuleSet {
        /// The fingerprint in the snapshot.
        found: String,
        /// That of the rule set given.
        given: String,
    },
    /// Its configuration or options, or the rule set, are not such as [`Matchmaker::new`] takes.
    #[error("the snapshot does not suit this engine: {0}")]
    Configuration(#[from] ConfigurationError),
    /// It contradicts itself; it was not written by the engine, or was changed.
    #[error("the snapshot is damaged: {message}")]
    Damaged {
        /// What contradicts what.
        message: String,
    },
}

impl RestoreError {
    fn damaged(message: impl Into<String>) -> Self {
        Self::Damaged { message: message.into() }
    }
}

impl Matchmaker {
    #[cfg(feature = "wire")]
    pub(crate) const fn seed(&self) -> u64 {
        self.seed
    }

    /// The whole state, what waits to be read included. The matchmaker goes on as if nothing had
    /// been asked. [`restore`](Self::restore) gives one that behaves the same from here on.
    ///
    /// It copies every ticket, so it takes time and memory in proportion to them. Begin a new
    /// journal with it: one that began earlier cannot be continued from it.
    pub fn snapshot(&self) -> Snapshot {
        let tickets = self.book.in_order();
        let active = tickets.iter().filter(|(_, record)| !record.status.is_end());
        let (events, event_sequence) = self.outbox.waiting();
        let ranges = self.pool.columns.numbers.iter();
        Snapshot {
            version: VERSION,
            engine_version: env!("CARGO_PKG_VERSION").into(),
            rule_set: self.rule_set.fingerprint(),
            now: self.now,
            seed: self.seed,
            generator: self.rng.position(),
            submissions: self.submissions,
            configuration: self.configuration.clone(),
            options: self.options.clone(),
            active: active.map(|&(key, record)| self.active_form(key, record)).collect(),
            finished: self.book.finished().map(|record| self.ticket_form(record)).collect(),
            matches: self
                .pending
                .in_order()
                .into_iter()
                .filter_map(|(_, record)| self.match_form(record))
                .collect(),
            sessions: self.sessions.iter().map(|(_, it)| forms::session_form(it)).collect(),
            pass: PassForm {
                due: self.pass.due,
                last_start: self.pass.last_start,
                partitions: self.waiting.progress().map(forms::progress_form).collect(),
                of_all: None,
            },
            events: events.iter().cloned().collect(),
            event_sequence,
            updates: self.updates.iter().cloned().collect(),
            placements: self.placer.stored(),
            counters: self.counters.clone(),
            waits: self.estimate.waits().collect(),
            number_ranges: ranges.map(|column| forms::range_form(column.range)).collect(),
        }
    }
}

//! Matches between their making and their end: those that wait for answers, and those that wait
//! for a game session.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::TicketKey;
use super::timers::Timer;
use crate::base::idx::index_type;
use crate::base::slots::Slots;
use crate::base::time::Timestamp;
use crate::model::ticket::{MatchId, PlacementId, PlayerId, TicketId};

index_type! {
    /// A match that is not complete. A key is used again once its match has ended.
    pub(crate) struct MatchKey;
}

/// A match, and what it waits for.
#[derive(Debug)]
pub(crate) struct MatchRecord {
    pub(crate) id: MatchId,
    /// The smallest number of submission among its tickets: orders it among others.
    pub(crate) number: u64,
    /// The backfill ticket if there is one, then the others by team instance and age.
    pub(crate) tickets: Vec<TicketKey>,
    pub(crate) backfill: Option<TicketKey>,
    /// The location that suits its players best, when they reported latencies.
    pub(crate) location: Option<Arc<str>>,
    /// Where its queue may place it; empty: wherever it does.
    pub(crate) locations: Vec<Arc<str>>,
    pub(crate) formed: Timestamp,
    /// Whether it needs a game session when it is accepted, as the configuration said when it was
    /// formed; of one with a backfill ticket it means nothing.
    pub(crate) needs_session: bool,
    /// Whether that session is to fill up by itself.
    pub(crate) fills_up: bool,
    pub(crate) stage: MatchStage,
    /// The id of the automatic backfill ticket that its game session will have.
    pub(crate) announced: Option<TicketId>,
}

/// What a match waits for, and until when.
#[derive(Debug)]
pub(crate) enum MatchStage {
    /// For nothing: it is on its way to the next stage.
    Passing,
    /// For the answers of its new players; those given so far.
    Accepting { deadline: Timestamp, answers: BTreeMap<PlayerId, bool> },
    /// For the host's game session.
    Placing { deadline: Timestamp },
    /// For the game session that a placement of its queue finds; the placement keeps the time.
    InQueue { deadline: Timestamp, placement: PlacementId },
}

impl MatchRecord {
    /// The timer that ends the stage.
    pub(crate) const fn timer(&self, key: MatchKey) -> Option<(Timestamp, Timer)> {
        match self.stage {
            MatchStage::Passing | MatchStage::InQueue { .. } => None,
            MatchStage::Accepting { deadline, .. } => Some((deadline, Timer::Acceptance(key))),
            MatchStage::Placing { deadline } => Some((deadline, Timer::Placement(key))),
        }
    }

    /// The answers given so far.
    pub(crate) const fn answers(&self) -> Option<&BTreeMap<PlayerId, bool>> {
        match &self.stage {
            MatchStage::Accepting { answers, .. } => Some(answers),
            MatchStage::Passing | MatchStage::Placing { .. } | MatchStage::InQueue { .. } => None,
        }
    }
}

/// The matches that wait, by id.
#[derive(Debug)]
pub(crate) struct PendingMatches {
    records: Slots<MatchKey, MatchRecord>,
    by_id: BTreeMap<MatchId, MatchKey>,
}

impl PendingMatches {
    pub(crate) fn new() -> Self {
        Self { records: Slots::new(), by_id: BTreeMap::new() }
    }

    pub(crate) fn insert(&mut self, record: MatchRecord) -> MatchKey {
        let id = record.id.clone();
        let key = self.records.insert(record);
        self.by_id.insert(id, key);
        key
    }

    /// How many may become a new session.
    pub(crate) fn needing_session(&self) -> usize {
        let records = self.records.iter();
        records.filter(|(_, record)| record.needs_session && record.backfill.is_none()).count()
    }

    pub(crate) fn find(&self, id: &MatchId) -> Option<MatchKey> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn get(&self, key: MatchKey) -> Option<&MatchRecord> {
        self.records.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: MatchKey) -> Option<&mut MatchRecord> {
        self.records.get_mut(key)
    }

    /// Takes a match out that goes on to another stage, or ends.
    pub(crate) fn take(&mut self, key: MatchKey) -> Option<MatchRecord> {
        let record = self.records.remove(key)?;
        self.by_id.remove(&record.id);
        Some(record)
    }

    /// Every match, in the order of the first submission among its tickets.
    pub(crate) fn in_order(&self) -> Vec<(MatchKey, &MatchRecord)> {
        self.records.in_order(|record| record.number)
    }
}

//! Placements as others see them.

use std::sync::Arc;

use super::check::Checked;
use super::placer::Placer;
use super::record::Record;
use super::records::PlacementKey;
use super::why::WhyUnplaced;
use crate::base::time::Timestamp;
use crate::model::placement::GameSessionPlacement;
use crate::model::ticket::{MatchId, PlacementId};

impl Placer {
    /// # Errors
    /// When there is no such placement.
    pub(crate) fn describe(&self, id: &PlacementId) -> Checked<GameSessionPlacement> {
        self.key(id).map(|key| self.view(key))
    }

    /// The match that a placement is for.
    pub(crate) fn match_of(&self, id: &PlacementId) -> Option<&MatchId> {
        self.find(id)?.details.match_id.as_ref()
    }

    /// Whether a pending placement is for this match, until then.
    pub(crate) fn waits_for(&self, id: &PlacementId, match_id: &MatchId, until: Timestamp) -> bool {
        self.find(id).is_some_and(|record| {
            record.search.is_some()
                && record.details.match_id.as_ref() == Some(match_id)
                && record.deadline() == until
        })
    }

    /// The matches whose placements are pending.
    pub(crate) fn pending_matches(&self) -> impl Iterator<Item = &MatchId> {
        self.records.pending().filter_map(|record| record.details.match_id.as_ref())
    }

    pub(crate) fn get(&self, id: &PlacementId) -> Option<GameSessionPlacement> {
        self.find(id).map(Record::view)
    }

    /// Why a placement asks for nothing.
    pub(crate) fn why_unplaced(&self, id: &PlacementId) -> Option<WhyUnplaced> {
        self.find(id)?.why_unplaced()
    }

    /// All that are known, in the order in which they began.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &PlacementId> {
        self.records.iter().map(|record| &record.id)
    }

    pub(super) fn view(&self, key: PlacementKey) -> GameSessionPlacement {
        self.records.get(key).expect("a key that is given out has a record").view()
    }

    /// The text that events of a queue carry.
    pub(crate) fn custom_event_data(&self, id: &PlacementId) -> Option<Arc<str>> {
        let record = self.find(id)?;
        record.queue.queue.custom_event_data.as_deref().map(Arc::from)
    }
}

//! The storm guard: which young tickets are kept for a backfill ticket that they fit, so that they
//! found no new match (`matching.md` section 5).

use super::AnchorKey;
use std::collections::BTreeMap;

/// What a slice has found out about young tickets. It is no state: the next slice finds it out
/// again of those that it comes to.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// For each a backfill ticket that it fits, if there was one.
    keepers: BTreeMap<AnchorKey, Option<AnchorKey>>,
}

impl Guard {
    pub(super) fn clear(&mut self) {
        self.keepers.clear();
    }

    pub(super) fn note(&mut self, ticket: AnchorKey, keeper: Option<AnchorKey>) {
        self.keepers.insert(ticket, keeper);
    }

    /// The backfill ticket for which a ticket was kept when it was examined; `None` when it has not
    /// been.
    pub(super) fn keeper(&self, ticket: AnchorKey) -> Option<Option<AnchorKey>> {
        if self.keepers.is_empty() { None } else { self.keepers.get(&ticket).copied() }
    }

    /// Forgets a ticket that is gone.
    pub(super) fn forget(&mut self, ticket: AnchorKey) {
        self.keepers.remove(&ticket);
    }
}

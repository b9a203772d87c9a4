//! The storm guard: which young tickets are kept for a backfill ticket that they fit, so that they
//! found no new match (`matching.md` section 5).

use super::AnchorKey;
use crate::pool::columns::TicketRow;
use std::collections::BTreeMap;

/// What is known of the young tickets at one instant. What is kept depends on a ticket, its age and
/// the backfill tickets alone.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// Young tickets of which it is not known whether they are kept.
    unexamined: BTreeMap<AnchorKey, TicketRow>,
    /// The tickets that are kept, each with its backfill ticket.
    kept: BTreeMap<AnchorKey, (TicketRow, AnchorKey)>,
}

impl Guard {
    /// Begins anew with the tickets that may be kept now.
    pub(super) fn look_at(&mut self, young: impl Iterator<Item = (AnchorKey, TicketRow)>) {
        self.kept.clear();
        self.unexamined.clear();
        self.unexamined.extend(young);
    }

    /// Forgets everything: nobody is kept.
    pub(super) fn stand_down(&mut self) {
        self.kept.clear();
        self.unexamined.clear();
    }

    pub(super) fn keeps(&self, ticket: AnchorKey) -> bool {
        !self.kept.is_empty() && self.kept.contains_key(&ticket)
    }

    /// Whether it has to be found out if a ticket is kept; from now on it is known.
    pub(super) fn examine(&mut self, ticket: AnchorKey) -> Option<TicketRow> {
        self.unexamined.remove(&ticket)
    }

    /// The next ticket of which it has to be found out; from now on it is known.
    pub(super) fn next_unexamined(&mut self) -> Option<(AnchorKey, TicketRow)> {
        self.unexamined.pop_last()
    }

    pub(super) fn keep(&mut self, (ticket, row): (AnchorKey, TicketRow), roster: AnchorKey) {
        self.kept.insert(ticket, (row, roster));
    }

    /// Forgets a ticket that is gone.
    pub(super) fn forget(&mut self, ticket: AnchorKey) {
        self.kept.remove(&ticket);
        self.unexamined.remove(&ticket);
    }

    /// Sets the tickets free that were kept for a backfill ticket. They may fit another.
    pub(super) fn release(&mut self, roster: AnchorKey) {
        let unexamined = &mut self.unexamined;
        self.kept.retain(|&ticket, &mut (row, keeper)| {
            let stays = keeper != roster;
            if !stays {
                unexamined.insert(ticket, row);
            }
            stays
        });
    }
}

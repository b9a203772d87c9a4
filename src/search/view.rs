//! What a search reads and never changes: the rules, the tickets, and the time.

use super::AnchorKey;
use super::waiting::MatchTerms;
use crate::base::epoch::Epoch;
use crate::base::time::Timestamp;
use crate::eval::pairs::{Pairs, Span};
use crate::eval::profiles::Profiles;
use crate::eval::quotas::Quotas;
use crate::pool::columns::{Columns, LocationSet, TicketRow};
use crate::ruleset::plan::Plan;

/// The pool at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) columns: &'a Columns,
    pub(crate) now: Timestamp,
    pub(crate) terms: MatchTerms,
    /// What is known of each two tickets of a match; nothing where all tickets are looked at.
    pub(super) pairs: &'a Pairs,
    /// How many players must or may hold a string; nothing where all tickets are looked at.
    pub(super) quotas: &'a Quotas,
    pub(super) profiles: &'a Profiles,
    /// Whether all tickets are looked at, as if nothing were known of pairs.
    pub(super) is_plain: bool,
}

/// A waiting ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Waiter {
    pub(crate) row: TicketRow,
    pub(super) players: u16,
    /// Whether it is a backfill ticket.
    pub(super) is_roster: bool,
}

/// A ticket as the search sees it at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) row: TicketRow,
    pub(crate) epoch: Epoch,
    players: u16,
    /// Whether it is a backfill ticket.
    pub(crate) is_roster: bool,
    /// Whether it is kept for a backfill ticket, so that no new match may have it.
    pub(crate) is_kept: bool,
}

impl Entry {
    pub(crate) fn players(self) -> u32 {
        u32::from(self.players)
    }
}

impl View<'_> {
    /// The place of a ticket in the order of anchors.
    pub(crate) fn key(&self, row: TicketRow) -> AnchorKey {
        AnchorKey::of(self.plan, self.columns, row)
    }

    pub(super) fn waiter(&self, row: TicketRow) -> Waiter {
        let players = self.columns.players[row];
        Waiter { row, players: players.len, is_roster: players.is_roster }
    }

    /// A ticket as it is now, but for whether it is kept.
    #[inline]
    pub(super) fn entry(&self, key: AnchorKey, waiter: Waiter) -> Entry {
        let Waiter { row, players, is_roster } = waiter;
        let epoch = self.plan.epochs.at(self.now.since(key.start_time()));
        Entry { row, epoch, players, is_roster, is_kept: false }
    }

    /// Whether rules let two tickets of one partition be in one match that `epoch` judges, but for
    /// their locations.
    #[inline]
    pub(super) fn meet(&self, epoch: Epoch, a: Entry, b: Entry) -> bool {
        self.profiles.meet(self.pairs, epoch, a.row, b.row)
    }

    /// The values of a ticket for each numeric constraint.
    #[inline]
    pub(super) fn spans(&self, ticket: Entry) -> &[Span] {
        self.profiles.spans(self.pairs, ticket.row)
    }

    /// What stands for the strings that a ticket may share, for each such constraint.
    #[inline]
    pub(super) fn signatures(&self, ticket: Entry) -> &[u64] {
        self.profiles.signatures(self.pairs, ticket.row)
    }

    /// What quotas count of a ticket, or of a part of a backfill ticket.
    #[inline]
    pub(super) fn counts(&self, row: TicketRow) -> &[u8] {
        self.profiles.counts(self.quotas, row)
    }

    /// The locations that a ticket allows in a match that `epoch` judges.
    #[inline]
    pub(super) fn locations(&self, epoch: Epoch, ticket: Entry) -> LocationSet {
        self.locations_of_row(epoch, ticket.row)
    }

    #[inline]
    pub(super) fn locations_of_row(&self, epoch: Epoch, row: TicketRow) -> LocationSet {
        self.profiles.locations(self.pairs, self.columns, epoch, row)
    }
}

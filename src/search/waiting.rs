//! The waiting tickets of a partition, in the order of anchors. They come and go one by one;
//! nothing is looked at twice because time has passed.

use super::AnchorKey;
use super::balanced::Populations;
use super::batches::{BatchTerms, Batches};
use super::cells::{Cells, Cursors, Tickets};
use super::guard::Guard;
use super::probe::{Around, AroundMax, Glance, in_order};
use super::view::{Entry, View, Waiter};
use crate::base::epoch::Epoch;
use crate::base::time::{Millis, Timestamp};
use crate::pool::columns::{LocationSet, TicketRow};
use std::collections::BTreeSet;

/// What the configuration and the options say of every match.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct MatchTerms {
    /// Places that every match leaves open (decision 17), 0 where it does not apply.
    pub(crate) additional_players: u32,
    /// A ticket that has waited less and that fits a waiting backfill ticket is kept for it: it
    /// neither founds nor joins a new match. 0: none is kept.
    pub(crate) backfill_before_new_match: Millis,
    pub(crate) batches: BatchTerms,
}

/// The waiting tickets of a partition.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    tickets: Tickets,
    /// Those that may be taken into a team, by what rules ask of each two of them. Backfill tickets
    /// join no team.
    cells: Cells,
    /// The backfill tickets, oldest first, and in cells of their own.
    rosters: Tickets,
    roster_cells: Cells,
    /// The players of all but the backfill tickets.
    players: u64,
    /// Where these may play.
    populations: Populations,
    guard: Guard,
    /// While a slice of a pass that was cut searches it: who sees whom.
    pub(super) batches: Option<Batches>,
}

impl Waiting {
    /// Adds a ticket.
    pub(super) fn insert(&mut self, view: &View<'_>, row: TicketRow) {
        let (key, waiter) = (view.key(row), view.waiter(row));
        if self.tickets.insert(key, waiter).is_some() {
            return;
        }
        if waiter.is_roster {
            self.rosters.insert(key, waiter);
            self.roster_cells.insert(view, key, waiter);
            self.guard.clear();
        } else {
            self.cells.insert(view, key, waiter);
            self.players += u64::from(waiter.players);
            self.populations.insert(view, row);
        }
    }

    /// Takes a ticket out; false when it is not in. Its cells in the pool are still its own.
    pub(super) fn remove(&mut self, view: &View<'_>, row: TicketRow) -> bool {
        let key = view.key(row);
        let Some(waiter) = self.tickets.remove(&key) else { return false };
        if let Some(batches) = &mut self.batches {
            batches.remove(key);
        }
        if waiter.is_roster {
            self.rosters.remove(&key);
            self.roster_cells.remove(view, key, row);
        } else {
            self.cells.remove(view, key, row);
            self.players -= u64::from(waiter.players);
            self.populations.remove(view, row);
            self.guard.forget(key);
        }
        true
    }

    /// Begins a slice: who is kept for a backfill ticket is found out anew.
    pub(super) fn open(&mut self) {
        self.guard.clear();
    }

    /// Whether some ticket may be kept for a backfill ticket.
    pub(super) fn is_guarded(&self, view: &View<'_>) -> bool {
        self.has_rosters() && view.terms.backfill_before_new_match > Millis::new(0)
    }

    /// Whether a ticket may be kept for a backfill ticket: it is young.
    pub(super) fn may_be_kept(&self, view: &View<'_>, key: AnchorKey) -> bool {
        let guard = view.terms.backfill_before_new_match;
        self.has_rosters() && !key.is_backfill() && view.now.since(key.start_time()) < guard
    }

    /// Whether a ticket is kept, as far as it is known. One whose backfill ticket has left may fit
    /// another.
    pub(super) fn is_kept(&self, key: AnchorKey) -> Option<bool> {
        match self.guard.keeper(key)? {
            None => Some(false),
            Some(keeper) => self.rosters.contains_key(&keeper).then_some(true),
        }
    }

    /// Notes whether a ticket is kept, and for which backfill ticket.
    pub(super) fn note_keeper(&mut self, key: AnchorKey, keeper: Option<AnchorKey>) {
        self.guard.note(key, keeper);
    }

    /// The tickets that are young enough to be kept for a backfill ticket.
    pub(super) fn young(&self, view: &View<'_>) -> Vec<(AnchorKey, TicketRow)> {
        let guard = view.terms.backfill_before_new_match;
        let oldest = view.now.as_millis().saturating_sub(guard.get());
        let mut young = Vec::new();
        let mut after = Self::before(view, oldest);
        while let Some((&key, waiter)) = self.tickets.next_after(after) {
            if !waiter.is_roster && view.now.since(key.start_time()) < guard {
                young.push((key, waiter.row));
            }
            after = Some(key);
        }
        young
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tickets.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.tickets.len()
    }

    /// The ticket of a key.
    pub(super) fn get(&self, view: &View<'_>, key: AnchorKey) -> Option<Entry> {
        self.tickets.get(&key).map(|&waiter| self.entry(view, key, waiter))
    }

    pub(super) fn waiter(&self, key: AnchorKey) -> Option<Waiter> {
        self.tickets.get(&key).copied()
    }

    /// All of them, oldest first.
    pub(super) fn keys(&self) -> impl Iterator<Item = (AnchorKey, TicketRow)> + '_ {
        self.tickets.iter().map(|(&key, waiter)| (key, waiter.row))
    }

    /// Whether two tickets may see each other: they are in one batch, or the partition is not cut.
    pub(super) fn are_together(&self, a: AnchorKey, b: AnchorKey) -> bool {
        let Some(batches) = &self.batches else { return true };
        batches.of(a).is_some_and(|of_a| batches.of(b) == Some(of_a))
    }

    pub(super) fn contains(&self, key: AnchorKey) -> bool {
        self.tickets.contains_key(&key)
    }

    /// The first in the order of anchors.
    pub(super) fn first(&self) -> Option<AnchorKey> {
        self.tickets.first_key_value().map(|(&key, _)| key)
    }

    /// The next anchor behind one.
    pub(super) fn next_after(&self, after: Option<AnchorKey>) -> Option<(AnchorKey, TicketRow)> {
        self.tickets.next_after(after).map(|(&key, waiter)| (key, waiter.row))
    }

    /// The next anchor behind one among the backfill tickets and those in some cells.
    pub(super) fn next_in(
        &self,
        after: Option<AnchorKey>,
        lists: &[u32],
    ) -> Option<(AnchorKey, TicketRow)> {
        let roster = self.rosters.next_after(after).map(|(&key, waiter)| (key, waiter.row));
        let other = self.cells.next_after(after, lists).map(|(key, waiter)| (key, waiter.row));
        [roster, other].into_iter().flatten().min_by_key(|&(key, _)| key)
    }

    /// Adds the cells with tickets that could share a match with this one, in whatever epoch; false
    /// when these are all.
    pub(super) fn reach_ever(&self, view: &View<'_>, row: TicketRow, lists: &mut Vec<u32>) -> bool {
        !view.is_plain && self.cells.reach_ever(view, row, lists)
    }

    /// The players who may play at each location.
    pub(super) fn populations(&self) -> &Populations {
        &self.populations
    }

    /// Tickets around one, for [`Around`]: those that pairs let meet it in one of some epochs, and
    /// others. Cells whose numbers are near are glanced at first.
    pub(super) fn around(
        &self,
        view: &View<'_>,
        row: TicketRow,
        epochs: &[Epoch],
        max: AroundMax,
    ) -> Around {
        let own = view.entry(view.key(row), view.waiter(row));
        let mut glance = Glance::new(view, own, epochs, max.glanced);
        let mut reached = BTreeSet::new();
        let is_by_cells = !view.is_plain && self.cells.reach_in(view, row, epochs, &mut reached);
        let mut is_reach_whole = is_by_cells;
        if is_by_cells {
            // With the cells in reach all who could meet it are glanced at.
            let near = self.cells.outwards(view, row);
            let mut others: Vec<u32> =
                reached.into_iter().filter(|it| !near.contains(it)).collect();
            others.sort_unstable_by_key(|&list| self.cells.oldest(list));
            for list in near.into_iter().chain(others) {
                is_reach_whole &= self.cells.tickets(list).all(|(&key, &it)| glance.take(key, it));
            }
        }
        if !is_by_cells || glance.apart.len() < max.beyond {
            let is_all =
                self.tickets.iter().all(|(&key, &it)| it.is_roster || glance.take(key, it));
            is_reach_whole |= is_all;
        }
        glance.tidy();
        // Whether it can meet a backfill ticket, only a look at the two says.
        if !own.is_roster {
            let rosters = self.rosters.iter().take(max.rosters);
            glance.meeting.extend(rosters.map(|(&key, it)| (key, it.row)));
            is_reach_whole &= self.rosters.len() <= max.rosters;
        }
        is_reach_whole &= glance.meeting.len() <= max.in_reach;
        let mut in_reach = in_order(glance.meeting);
        let beyond = glance.apart.into_iter().map(|(_, _, row)| row);
        in_reach.truncate(max.in_reach);
        Around { in_reach, beyond: beyond.take(max.beyond).collect(), is_reach_whole }
    }

    /// Sets the cursors to where the candidates of a ticket are for a match at one of some locations.
    pub(super) fn reach(
        &self,
        view: &View<'_>,
        epoch: Epoch,
        (ticket, within): (Entry, LocationSet),
        cursors: &mut Cursors,
    ) {
        match &self.batches {
            None => self.cells.reach(view, epoch, (ticket.row, within), &self.tickets, cursors),
            Some(batches) => {
                let batch = batches.of(view.key(ticket.row));
                let list = batch.and_then(|batch| batches.list(batch));
                cursors.begin_batch(batch, list.and_then(Tickets::first_position));
            }
        }
    }

    /// The next candidate of a merge.
    #[inline]
    pub(super) fn next_of(&self, view: &View<'_>, cursors: &mut Cursors) -> Option<Entry> {
        let batches = self.batches.as_ref().zip(cursors.batch());
        let all = batches.and_then(|(batches, batch)| batches.list(batch));
        let all = all.unwrap_or(&self.tickets);
        loop {
            let (key, waiter) = self.cells.next(cursors, all)?;
            if !waiter.is_roster {
                return Some(self.entry(view, key, waiter));
            }
        }
    }

    #[inline]
    fn entry(&self, view: &View<'_>, key: AnchorKey, waiter: Waiter) -> Entry {
        let mut entry = view.entry(key, waiter);
        entry.is_kept = self.is_kept(key) == Some(true);
        entry
    }

    /// The backfill tickets, oldest first.
    pub(super) fn rosters<'w>(&'w self, view: &'w View<'_>) -> impl Iterator<Item = Entry> + 'w {
        self.rosters.iter().map(|(&key, &waiter)| view.entry(key, waiter))
    }

    pub(super) fn has_rosters(&self) -> bool {
        !self.rosters.is_empty()
    }

    /// Sets the cursors to where the backfill tickets are that a ticket could join.
    pub(super) fn reach_rosters(
        &self,
        view: &View<'_>,
        epoch: Epoch,
        row: TicketRow,
        cursors: &mut Cursors,
    ) {
        let anywhere = (row, LocationSet::ALL);
        self.roster_cells.reach(view, epoch, anywhere, &self.rosters, cursors);
    }

    /// The next backfill ticket of a merge.
    pub(super) fn next_roster(&self, view: &View<'_>, cursors: &mut Cursors) -> Option<Entry> {
        let (key, waiter) = self.roster_cells.next(cursors, &self.rosters)?;
        Some(view.entry(key, waiter))
    }

    /// The players of all tickets that may be taken into a team.
    pub(super) fn players(&self) -> u32 {
        u32::try_from(self.players).unwrap_or(u32::MAX)
    }

    /// Whether a ticket that may be taken into a team is in this epoch.
    pub(super) fn has_epoch(&self, view: &View<'_>, epoch: Epoch) -> bool {
        let epochs = &view.plan.epochs;
        // Of those that are young enough the first is the oldest of the epoch, if there is one.
        let next = epochs.next_start(epochs.start(epoch));
        let too_old = next.and_then(|next| view.now.as_millis().checked_sub(next.get()));
        let mut after = Self::before(view, too_old.map_or(0, |start| start + 1));
        while let Some((&key, waiter)) = self.tickets.next_after(after) {
            if !waiter.is_roster {
                return epochs.at(view.now.since(key.start_time())) == epoch;
            }
            after = Some(key);
        }
        false
    }

    /// A key before those of all tickets that may join a team and start at `millis` or later.
    fn before(view: &View<'_>, millis: u64) -> Option<AnchorKey> {
        let priority = view.plan.ast.algorithm.backfill_priority;
        AnchorKey::before(priority, Timestamp::from_millis(millis))
    }
}

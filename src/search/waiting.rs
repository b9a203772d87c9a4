//! The tickets that a pass looks at, in the order of anchors.

use std::collections::BTreeMap;

use super::AnchorKey;
use super::index::{self, Cursors, Index};
use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::base::time::{Millis, Timestamp};
use crate::eval::pairs::Span;
use crate::model::schema::BackfillPriority;
use crate::pool::columns::{Columns, LocationSet, TicketRow};
use crate::ruleset::plan::Plan;

/// A ticket as the search sees it at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its place among those that wait.
    pub(super) place: u32,
    pub(crate) row: TicketRow,
    pub(crate) epoch: Epoch,
    players: u16,
    /// Whether it is a backfill ticket.
    pub(crate) is_roster: bool,
    /// Whether it is kept for a backfill ticket, so that no new match may have it.
    pub(crate) is_kept: bool,
    /// Whether it is not known yet if it is kept.
    is_unexamined: bool,
}

impl Entry {
    pub(crate) fn players(self) -> u32 {
        u32::from(self.players)
    }
}

/// What the configuration and the options say of every match.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct MatchTerms {
    /// Places that every match leaves open (decision 17), 0 where it does not apply.
    pub(crate) additional_players: u32,
    /// A ticket that has waited less and that fits a waiting backfill ticket is kept for it: it
    /// neither founds nor joins a new match. 0: none is kept.
    pub(crate) backfill_before_new_match: Millis,
}

/// The waiting tickets of one instant in the order of anchors. Those that are matched are taken
/// out without moving the others.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    entries: Vec<Entry>,
    /// For each place the first one from there on that may still be taken into a team; a place
    /// that points at itself is not taken. Backfill tickets count as taken: they join no team.
    next: Vec<u32>,
    /// Those that may still be taken, by what rules ask of each two of them.
    index: Index,
    /// The players of those that are left, backfill tickets apart.
    players: u32,
    /// How many of those that are left are in each epoch, backfill tickets apart.
    by_epoch: Vec<u32>,
    /// The places of the backfill tickets that are left, oldest first.
    rosters: Vec<u32>,
    priority: BackfillPriority,
    terms: MatchTerms,
    /// The places of tickets of which it is not known whether they are kept.
    unexamined: Vec<u32>,
    /// For the place of each ticket that is kept that of the backfill ticket that it is kept for.
    kept_for: BTreeMap<u32, u32>,
    /// Passes over no ticket: the plain way that the index is held against.
    #[cfg(test)]
    pub(crate) looks_at_all: bool,
}

impl Waiting {
    /// Looks at the tickets at the time `now`. They come in the order of their [`AnchorKey`]s.
    pub(crate) fn gather(
        &mut self,
        plan: &Plan,
        columns: &Columns,
        rows: impl Iterator<Item = TicketRow>,
        now: Timestamp,
        terms: MatchTerms,
    ) {
        self.priority = plan.ast.algorithm.backfill_priority;
        self.terms = terms;
        self.entries.clear();
        self.entries.extend((0..).zip(rows).map(|(place, row)| {
            let players = columns.players[row];
            Entry {
                place,
                row,
                epoch: plan.epochs.at(now.since(columns.start_time[row])),
                players: players.len,
                is_roster: players.is_roster,
                is_kept: false,
                is_unexamined: false,
            }
        }));
        self.next.clear();
        self.next.extend(0..=self.entries.len() as u32);
        self.players = 0;
        self.by_epoch.clear();
        self.by_epoch.resize(plan.epochs.indices().count(), 0);
        self.rosters.clear();
        for (place, entry) in (0..).zip(&self.entries) {
            if entry.is_roster {
                self.rosters.push(place);
                if let Some(cell) = self.next.get_mut(place as usize) {
                    *cell = place + 1;
                }
                continue;
            }
            self.players += entry.players();
            if let Some(count) = self.by_epoch.get_mut(entry.epoch.index()) {
                *count += 1;
            }
        }
        let candidates = self.entries.iter().map(|entry| (entry.row, !entry.is_roster));
        self.index.build(plan, columns, candidates);
        self.kept_for.clear();
        self.unexamined.clear();
        let guard = terms.backfill_before_new_match;
        if guard > Millis::new(0) && !self.rosters.is_empty() {
            let is_young = |entry: &Entry| {
                !entry.is_roster && now.since(columns.start_time[entry.row]) < guard
            };
            let young = (0..).zip(&self.entries).filter(|(_, entry)| is_young(entry));
            self.unexamined.extend(young.map(|(place, _)| place));
            for &place in &self.unexamined {
                if let Some(entry) = self.entries.get_mut(place as usize) {
                    entry.is_unexamined = true;
                }
            }
        }
    }

    /// The first place from `from` on whose ticket may be taken into a team.
    pub(crate) fn first(&mut self, from: usize) -> Option<usize> {
        index::first(&mut self.next, from)
    }

    /// Whether all tickets are looked at, as if nothing were known of pairs.
    pub(super) fn is_plain(&self) -> bool {
        #[cfg(test)]
        let is_plain = self.looks_at_all;
        #[cfg(not(test))]
        let is_plain = false;
        is_plain
    }

    /// Sets the cursors to where the candidates of a ticket are; false when all tickets must be
    /// looked at.
    pub(super) fn reach(
        &mut self,
        plan: &Plan,
        epoch: Epoch,
        (ticket, locations): (Entry, LocationSet),
        cursors: &mut Cursors,
    ) -> bool {
        let ticket = (ticket.place as usize, locations);
        !self.is_plain() && self.index.reach(&plan.pairs, epoch, ticket, cursors)
    }

    /// The next place of a merge.
    pub(super) fn next_of(&mut self, cursors: &mut Cursors) -> Option<usize> {
        self.index.next(cursors)
    }

    /// Whether rules let two tickets be in one match that `epoch` judges, but for their locations.
    pub(super) fn meet(&self, plan: &Plan, epoch: Epoch, a: Entry, b: Entry) -> bool {
        let (a, b) = (a.place as usize, b.place as usize);
        self.is_plain() || self.index.meet(&plan.pairs, epoch, a, b)
    }

    /// The values of a ticket for the `at`-th numeric constraint; nothing when all tickets are
    /// looked at.
    pub(super) fn span(&self, plan: &Plan, ticket: Entry, at: usize) -> Span {
        let span = self.index.span(&plan.pairs, ticket.place as usize, at);
        span.filter(|_| !self.is_plain()).unwrap_or(Span::EMPTY)
    }

    /// The strings that all units of a ticket have, as bits for each list that must have one in
    /// common; nothing when all tickets are looked at.
    pub(super) fn signatures(&self, plan: &Plan, ticket: Entry) -> &[u64] {
        match self.is_plain() {
            true => &[],
            false => self.index.signatures(&plan.pairs, ticket.place as usize),
        }
    }

    /// The locations that a ticket allows in a match that `epoch` judges.
    pub(super) fn locations(
        &self,
        plan: &Plan,
        columns: &Columns,
        epoch: Epoch,
        ticket: Entry,
    ) -> LocationSet {
        match self.is_plain() {
            true => LocationSet::ALL,
            false => plan.pairs.locations(columns, ticket.row, epoch),
        }
    }

    /// Whether a rule refuses every match with a ticket.
    pub(super) fn is_nowhere(&self, ticket: Entry) -> bool {
        !self.is_plain() && self.index.is_nowhere(ticket.place as usize)
    }

    /// Where a ticket is.
    pub(crate) fn place(&self, row: TicketRow, columns: &Columns) -> Option<usize> {
        let key = |row: TicketRow, is_roster| {
            let (start_time, number) = (columns.start_time[row], columns.number[row]);
            AnchorKey::new(self.priority, is_roster, start_time, number)
        };
        let sought = key(row, columns.is_roster(row));
        let place = self.entries.partition_point(|it| key(it.row, it.is_roster) < sought);
        self.entries.get(place).filter(|entry| entry.row == row).map(|_| place)
    }

    pub(crate) fn entry(&self, place: usize) -> Option<Entry> {
        self.entries.get(place).copied()
    }

    /// The backfill tickets that are left, oldest first.
    pub(crate) fn rosters(&self) -> impl Iterator<Item = Entry> + '_ {
        self.rosters.iter().filter_map(|&place| self.entry(place as usize))
    }

    pub(crate) fn has_rosters(&self) -> bool {
        !self.rosters.is_empty()
    }

    pub(crate) fn terms(&self) -> MatchTerms {
        self.terms
    }

    /// A ticket of which [`Waiting::keep`] has to be told, if it is kept.
    pub(super) fn next_unexamined(&mut self) -> Option<usize> {
        while let Some(place) = self.unexamined.pop() {
            let place = place as usize;
            if self.examine(place) && self.first(place) == Some(place) {
                return Some(place);
            }
        }
        None
    }

    /// Whether it has to be found out if the ticket at `place` is kept; from now on it is known.
    pub(super) fn examine(&mut self, place: usize) -> bool {
        let entry = self.entries.get_mut(place);
        entry.is_some_and(|entry| std::mem::take(&mut entry.is_unexamined))
    }

    /// The place of the backfill ticket at a position among those that are left, oldest first.
    pub(super) fn roster_place(&self, position: usize) -> Option<usize> {
        self.rosters.get(position).map(|&place| place as usize)
    }

    /// Keeps the ticket at `place` for the backfill ticket at `roster`.
    pub(super) fn keep(&mut self, place: usize, roster: usize) {
        if let Some(entry) = self.entries.get_mut(place) {
            entry.is_kept = true;
            self.kept_for.insert(place as u32, roster as u32);
        }
    }

    /// The players of all tickets that may be taken into a team.
    pub(crate) fn players(&self) -> u32 {
        self.players
    }

    /// Whether a ticket that may be taken into a team is in this epoch.
    pub(crate) fn has_epoch(&self, epoch: Epoch) -> bool {
        self.by_epoch.get(epoch.index()).is_some_and(|&count| count > 0)
    }

    /// Takes the tickets of some rows out.
    pub(crate) fn take(&mut self, rows: &[TicketRow], columns: &Columns) {
        for &row in rows {
            let Some(place) = self.place(row, columns) else { continue };
            let Some(entry) = self.entry(place) else { continue };
            if entry.is_roster {
                self.take_roster(place as u32);
                continue;
            }
            if let Some(cell) = self.next.get_mut(place).filter(|it| **it == place as u32) {
                *cell = place as u32 + 1;
                self.index.take(place);
                self.players -= entry.players();
                if let Some(count) = self.by_epoch.get_mut(entry.epoch.index()) {
                    *count -= 1;
                }
            }
        }
    }

    /// Takes a backfill ticket out. The tickets that were kept for it may fit another.
    fn take_roster(&mut self, place: u32) {
        let Ok(position) = self.rosters.binary_search(&place) else { return };
        self.rosters.remove(position);
        let (entries, unexamined) = (&mut self.entries, &mut self.unexamined);
        self.kept_for.retain(|&kept, roster| {
            let stays = *roster != place;
            if !stays {
                unexamined.push(kept);
                if let Some(entry) = entries.get_mut(kept as usize) {
                    entry.is_kept = false;
                    entry.is_unexamined = true;
                }
            }
            stays
        });
        if self.rosters.is_empty() {
            for place in std::mem::take(&mut self.unexamined) {
                self.examine(place as usize);
            }
        }
    }
}

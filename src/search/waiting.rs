//! The tickets that a pass looks at, oldest first.

use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::base::time::Timestamp;
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::plan::Plan;

/// A ticket as the search sees it at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) row: TicketRow,
    pub(crate) players: u32,
    pub(crate) epoch: Epoch,
}

/// The waiting tickets of one instant in the order of age. Those that are matched are taken out
/// without moving the others.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    entries: Vec<Entry>,
    /// For each place the first one from there on that may still be taken; a place that points at
    /// itself is not taken.
    next: Vec<u32>,
    /// The players of those that are left.
    players: u32,
    /// How many of those that are left are in each epoch.
    by_epoch: Vec<u32>,
}

impl Waiting {
    /// Looks at the tickets at the time `now`. They come oldest first.
    pub(crate) fn gather(
        &mut self,
        plan: &Plan,
        columns: &Columns,
        rows: impl Iterator<Item = TicketRow>,
        now: Timestamp,
    ) {
        self.entries.clear();
        self.entries.extend(rows.map(|row| Entry {
            row,
            players: columns.players[row].len,
            epoch: plan.epochs.at(now.since(columns.start_time[row])),
        }));
        self.next.clear();
        self.next.extend(0..=self.entries.len() as u32);
        self.players = self.entries.iter().map(|entry| entry.players).sum();
        self.by_epoch.clear();
        self.by_epoch.resize(plan.epochs.indices().count(), 0);
        for entry in &self.entries {
            if let Some(count) = self.by_epoch.get_mut(entry.epoch.index()) {
                *count += 1;
            }
        }
    }

    /// The first place from `from` on whose ticket is not taken.
    pub(crate) fn first(&mut self, from: usize) -> Option<usize> {
        let mut place = from;
        loop {
            let next = *self.next.get(place)? as usize;
            if next == place {
                return (place < self.entries.len()).then_some(place);
            }
            // Halve the way for those who come after.
            let after = self.next.get(next).copied().unwrap_or(next as u32);
            if let Some(cell) = self.next.get_mut(place) {
                *cell = after;
            }
            place = after as usize;
        }
    }

    /// Where a ticket is.
    pub(crate) fn place(&self, row: TicketRow, columns: &Columns) -> Option<usize> {
        let age = |it: TicketRow| (columns.start_time[it], columns.number[it]);
        let place = self.entries.partition_point(|entry| age(entry.row) < age(row));
        self.entries.get(place).filter(|entry| entry.row == row).map(|_| place)
    }

    pub(crate) fn entry(&self, place: usize) -> Option<Entry> {
        self.entries.get(place).copied()
    }

    /// The players of all tickets that are not taken.
    pub(crate) fn players(&self) -> u32 {
        self.players
    }

    /// Whether a ticket that is left is in this epoch.
    pub(crate) fn has_epoch(&self, epoch: Epoch) -> bool {
        self.by_epoch.get(epoch.index()).is_some_and(|&count| count > 0)
    }

    /// How many places there are, taken or not.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes the tickets of some rows out.
    pub(crate) fn take(&mut self, rows: &[TicketRow], columns: &Columns) {
        for &row in rows {
            let Some(place) = self.place(row, columns) else { continue };
            let Some(entry) = self.entry(place) else { continue };
            if let Some(cell) = self.next.get_mut(place).filter(|it| **it == place as u32) {
                *cell = place as u32 + 1;
                self.players -= entry.players;
                if let Some(count) = self.by_epoch.get_mut(entry.epoch.index()) {
                    *count -= 1;
                }
            }
        }
    }
}

//! What the constraints on pairs and the quotas look at, kept for every ticket that waits.

use super::pairs::{Pairs, Span};
use super::quotas::Quotas;
use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::pool::columns::{Columns, LocationSet, TicketRow};

/// What the constraints look at of some tickets, by row.
#[derive(Default, Debug)]
pub(crate) struct Profiles {
    /// For each ticket one for each numeric constraint.
    spans: Vec<Span>,
    /// For each ticket one for each shared string.
    signatures: Vec<u64>,
    /// For each ticket the locations that it allows, in each epoch of [`Pairs::location_epochs`].
    locations: Vec<LocationSet>,
    /// For each ticket, and each part of a backfill ticket, the numbers of [`Quotas::count`].
    counts: Vec<u8>,
}

impl Profiles {
    /// Takes a ticket up; false when a value of it is undefined, so that no match can hold it.
    pub(crate) fn set(&mut self, pairs: &Pairs, columns: &Columns, row: TicketRow) -> bool {
        let mut is_defined = true;
        let spans = cells(&mut self.spans, row, pairs.near.len(), Span::EMPTY);
        for (cell, near) in spans.iter_mut().zip(&pairs.near) {
            let span = near.span(columns, row);
            is_defined &= span.is_some();
            *cell = span.unwrap_or(Span::EMPTY);
        }
        let signatures = cells(&mut self.signatures, row, pairs.share.len(), 0);
        for (cell, share) in signatures.iter_mut().zip(&pairs.share) {
            *cell = share.signature(columns, row);
        }
        let epochs = pairs.location_epochs();
        let locations = cells(&mut self.locations, row, epochs, LocationSet::NONE);
        for (position, cell) in locations.iter_mut().enumerate() {
            *cell = pairs.locations(columns, row, Epoch::from_usize(position));
        }
        is_defined
    }

    /// Takes up what quotas look at of a ticket.
    pub(crate) fn count(&mut self, quotas: &Quotas, columns: &Columns, row: TicketRow) {
        let parts = columns.parts(row).iter().map(|&(_, part)| part);
        for row in std::iter::once(row).chain(parts) {
            let numbers = cells(&mut self.counts, row, quotas.width(), 0);
            quotas.count(columns, row, numbers);
        }
    }

    /// The numbers of a ticket, or of a part of a backfill ticket, that quotas look at.
    #[inline]
    pub(crate) fn counts(&self, quotas: &Quotas, row: TicketRow) -> &[u8] {
        stretch(&self.counts, row, quotas.width())
    }

    /// The values of a ticket for each numeric constraint.
    #[inline]
    pub(crate) fn spans(&self, pairs: &Pairs, row: TicketRow) -> &[Span] {
        stretch(&self.spans, row, pairs.near.len())
    }

    /// What stands for the strings of a ticket that it may share.
    #[inline]
    pub(crate) fn signatures(&self, pairs: &Pairs, row: TicketRow) -> &[u64] {
        stretch(&self.signatures, row, pairs.share.len())
    }

    /// The locations that a ticket allows in a match that `epoch` judges.
    #[inline]
    pub(crate) fn locations(
        &self,
        pairs: &Pairs,
        columns: &Columns,
        epoch: Epoch,
        row: TicketRow,
    ) -> LocationSet {
        match pairs.location_epochs() {
            // No rule is about latencies, or epochs are too many to keep something for each.
            0 => pairs.locations(columns, row, epoch),
            1 => stretch(&self.locations, row, 1).first().copied().unwrap_or(LocationSet::NONE),
            epochs => {
                let cells = stretch(&self.locations, row, epochs);
                cells.get(epoch.index()).copied().unwrap_or(LocationSet::NONE)
            }
        }
    }

    /// Whether two tickets with the same strings may be in one match that `epoch` judges, but for
    /// their locations.
    #[inline]
    pub(crate) fn meet(&self, pairs: &Pairs, epoch: Epoch, a: TicketRow, b: TicketRow) -> bool {
        let spans = self.spans(pairs, a).iter().zip(self.spans(pairs, b));
        let near = pairs.near.iter().zip(spans).all(|(near, (a, b))| {
            let max = *near.max.at(epoch);
            max == f64::INFINITY || a.is_near(*b, max)
        });
        near && pairs.share(epoch, self.signatures(pairs, a), self.signatures(pairs, b))
    }
}

/// The cells of a row in a table of `width` cells for each.
fn stretch<T>(table: &[T], row: TicketRow, width: usize) -> &[T] {
    let start = row.index() * width;
    table.get(start..start + width).unwrap_or_default()
}

fn cells<T: Clone>(table: &mut Vec<T>, row: TicketRow, width: usize, empty: T) -> &mut [T] {
    let end = (row.index() + 1) * width;
    if table.len() < end {
        if table.capacity() < end {
            // By a sixteenth, as the columns of the pool grow.
            table.reserve_exact((end - table.len()).max(table.len() / 16));
        }
        table.resize(end, empty);
    }
    table.get_mut(end - width..end).unwrap_or_default()
}

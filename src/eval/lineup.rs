//! A complete match in canonical order.

use crate::base::idx::{Col, Idx};
use crate::eval::candidate::Slot;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{Columns, PlayerRow, TicketRow};

/// The players of a complete match: by team instance, then start time, submission and place in
/// the ticket (decision 14). What a rule says never depends on the path of the search.
#[derive(Debug)]
pub(crate) struct Lineup<'c> {
    pub(crate) columns: &'c Columns,
    buffers: &'c LineupBuffers,
}

/// The reusable memory of a lineup.
#[derive(Debug, Default)]
pub(crate) struct LineupBuffers {
    players: Vec<PlayerRow>,
    /// Where each instance's players begin, and the end of the last.
    starts: Vec<u32>,
    tickets: Vec<TicketRow>,
}

impl LineupBuffers {
    /// Lines the tickets of a match up.
    pub(crate) fn line_up<'c>(
        &'c mut self,
        columns: &'c Columns,
        slots: &Col<InstanceIdx, Slot>,
    ) -> Lineup<'c> {
        self.players.clear();
        self.starts.clear();
        self.starts.push(0);
        for slot in slots.iter() {
            self.tickets.clear();
            self.tickets.extend_from_slice(&slot.tickets);
            sort_by_age(&mut self.tickets, columns);
            let rows = self.tickets.iter().flat_map(|&ticket| columns.players[ticket].rows());
            self.players.extend(rows);
            self.starts.push(self.players.len() as u32);
        }
        Lineup { columns, buffers: self }
    }
}

/// Oldest first, then in the order of submission.
pub(crate) fn sort_by_age(tickets: &mut [TicketRow], columns: &Columns) {
    tickets.sort_unstable_by_key(|&row| (columns.start_time[row], columns.number[row]));
}

impl Lineup<'_> {
    /// The players of a team instance.
    pub(crate) fn players(&self, instance: InstanceIdx) -> &[PlayerRow] {
        let bounds = self.buffers.starts.get(instance.index()..instance.index() + 2);
        let &[start, end] = bounds.unwrap_or_default() else { return &[] };
        self.buffers.players.get(start as usize..end as usize).unwrap_or_default()
    }
}

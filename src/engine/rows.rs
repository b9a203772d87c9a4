//! The rows of tickets that are there already: under a new rule set, and after a restart.

use std::sync::Arc;

use super::{Matchmaker, set};
use crate::base::idx::Col;
use crate::base::time::Timestamp;
use crate::lifecycle::book::TicketKey;
use crate::model::ticket::Player;
use crate::pool::attributes::suits;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::{Pool, Refused};

/// A ticket that wants a row.
pub(super) struct RowOf<'p> {
    pub(super) players: &'p [Player],
    pub(super) is_backfill: bool,
    /// Where the session of a backfill ticket is, if that is known.
    pub(super) location: Option<&'p str>,
    pub(super) start_time: Timestamp,
    pub(super) number: u64,
}

impl Matchmaker {
    /// Gives a ticket a row; none when the rule set does not know its teams or attributes, so that
    /// it can never be matched.
    pub(super) fn ingest(&mut self, of: &RowOf<'_>) -> Result<Option<TicketRow>, Refused> {
        let &RowOf { players, is_backfill, location, start_time, number } = of;
        if is_backfill {
            return self.insert_roster(players, location, start_time, number);
        }
        let plan = Arc::clone(self.rule_set.plan());
        let schema = &plan.ast.schema;
        match suits(schema, players) {
            true => self.pool.insert(schema, players, start_time, number).map(Some),
            false => Ok(None),
        }
    }

    /// Notes the row of a ticket, and whose row it is.
    pub(super) fn set_row(&mut self, key: TicketKey, row: Option<TicketRow>) {
        set(&mut self.rows, key, row);
        if let Some(row) = row {
            set(&mut self.owners, row, key);
        }
    }

    /// Gives every active ticket a row under the rule set as it is now. Where the live locations
    /// do not suffice for all, the tickets that were submitted first have theirs.
    pub(super) fn ingest_all(&mut self) {
        let plan = Arc::clone(self.rule_set.plan());
        self.pool = Pool::new(&plan.layout, self.seed);
        self.owners = Col::new();
        self.rows.iter_mut().for_each(|row| *row = None);
        for key in self.active_keys() {
            let Some(record) = self.book.record(key) else { continue };
            let players = self.book.players(record);
            let location = self.session_location(record.session().map(Arc::as_ref));
            let of = RowOf {
                players: &players,
                is_backfill: record.backfill.is_some(),
                location: location.as_deref(),
                start_time: record.start_time,
                number: record.number,
            };
            let row = self.ingest(&of);
            self.set_row(key, row.ok().flatten());
        }
    }

    /// The tickets that have not ended, in the order of submission.
    pub(super) fn active_keys(&self) -> Vec<TicketKey> {
        let all = self.book.in_order().into_iter();
        all.filter(|(_, record)| !record.status.is_end()).map(|(key, _)| key).collect()
    }
}

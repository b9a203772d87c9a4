//! Tickets in the columns and in the teams of a candidate, as the engine has them.

use std::cell::RefCell;

use crate::base::epoch::Epoch;
use crate::base::idx::Col;
use crate::base::time::{Millis, Timestamp};
use crate::eval::candidate::Candidate;
use crate::eval::lineup::{Lineup, LineupBuffers};
use crate::eval::scratch::Scratch;
use crate::model::schema::{AgeSelection, InstanceIdx};
use crate::model::ticket::Player;
use crate::pool::columns::{LocationSet, TicketRow};
use crate::pool::ingest::Pool;
use crate::rules::Compiled;
use crate::ruleset::epochs::TeamSize;
use crate::ruleset::plan::Plan;

/// Late enough for every age.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1 << 40);

/// A plan with a pool and a candidate, both used again for every match.
pub(crate) struct Table<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) pool: Pool,
    pub(crate) candidate: Candidate,
    submissions: u64,
    rows: Vec<TicketRow>,
    lineup: LineupBuffers,
    pub(crate) scratch: RefCell<Scratch>,
}

impl<'p> Table<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            pool: Pool::new(&plan.layout, 0),
            candidate: Candidate::new(plan.ast.schema.instances.len()),
            submissions: 0,
            rows: Vec::new(),
            lineup: LineupBuffers::default(),
            scratch: RefCell::new(Scratch::default()),
        }
    }

    /// Submits a ticket that has waited for `age`.
    pub(crate) fn submit(&mut self, players: &[Player], age: Millis) -> TicketRow {
        let start = Timestamp::from_millis(NOW.as_millis() - age.get());
        self.submissions += 1;
        let schema = &self.plan.ast.schema;
        let row = self.pool.insert(schema, players, start, self.submissions);
        let row = row.expect("generated tickets report a few locations");
        self.rows.push(row);
        row
    }

    /// Submits a backfill ticket whose players are in these instances.
    pub(crate) fn submit_roster(
        &mut self,
        players: &[Player],
        teams: &[InstanceIdx],
        age: Millis,
    ) -> TicketRow {
        let start = Timestamp::from_millis(NOW.as_millis() - age.get());
        self.submissions += 1;
        let schema = &self.plan.ast.schema;
        let row = self.pool.insert_roster(schema, players, teams, None, start, self.submissions);
        let row = row.expect("generated tickets report a few locations");
        self.rows.push(row);
        row
    }

    pub(crate) fn seat(&mut self, instance: InstanceIdx, row: TicketRow) {
        self.candidate.push(instance, row, &self.pool.columns);
    }

    /// Empties teams and pool. The rows are used again, in another order.
    pub(crate) fn clear(&mut self) {
        self.candidate.clear();
        for row in self.rows.drain(..) {
            self.pool.remove(row);
        }
    }

    /// The epoch that judges what is seated.
    pub(crate) fn epoch(&self) -> Option<Epoch> {
        let start_time = &self.pool.columns.start_time;
        let epochs =
            self.candidate.tickets().map(|row| self.plan.epochs.at(NOW.since(start_time[row])));
        match self.plan.ast.algorithm.age_selection {
            AgeSelection::Newest => epochs.min(),
            AgeSelection::Oldest => epochs.max(),
        }
    }

    /// Where each compiled rule holds of what is seated, as of a complete match.
    pub(crate) fn verdicts(&mut self, epoch: Epoch) -> Vec<LocationSet> {
        let Self { plan, pool, candidate, lineup, scratch, .. } = self;
        let lineup: Lineup<'_> = lineup.line_up(&pool.columns, candidate);
        let scratch = scratch.get_mut();
        let verdict = |rule: &Compiled| match rule {
            Compiled::Admit(rule) => rule.complete(&lineup, epoch, scratch),
            Compiled::Order(_) => LocationSet::ALL,
        };
        plan.compiled.iter().map(verdict).collect()
    }

    /// The fewest and the most players of each instance.
    pub(crate) fn sizes(&self, epoch: Epoch) -> Col<InstanceIdx, TeamSize> {
        let is_backfill = self.candidate.roster.is_some();
        let sizes = self.plan.sizes[epoch].iter();
        sizes.map(|&it| if is_backfill { TeamSize { min: 0, ..it } } else { it }).collect()
    }

    /// Whether the number of players of every instance is within its limits, and somebody joins.
    pub(crate) fn sizes_hold(&self, epoch: Epoch) -> bool {
        let sizes = self.sizes(epoch);
        let mut pairs = sizes.iter().zip(self.candidate.slots.iter());
        pairs.all(|(size, slot)| size.min <= slot.players && slot.players <= size.max)
            && self.candidate.new_tickets().next().is_some()
    }
}

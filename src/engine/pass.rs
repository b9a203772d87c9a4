//! When a matching pass is due, and what becomes of the matches that it finds.
//!
//! A slice of a pass has three parts: tickets that no pass has seen are announced as SEARCHING;
//! matches are sought, which looks at rows alone; then the tickets of those that were found go their
//! way, partition after partition, oldest anchor first.

use super::report::{PassPhase, TickReport};
use super::{Matchmaker, pool_at};
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::book::TicketKey;
use crate::lifecycle::state::{Change, advance};
use crate::pool::columns::TicketRow;
use crate::search::{Budget, MatchTerms, Slice};

/// The least time between passes that only search again what was given up.
const RETRY_INTERVAL: Millis = Millis::new(1000);

/// A match tells so many events at once, in most configurations: it was created, and it succeeded.
const EVENTS_PER_MATCH: usize = 2;

/// Whether a pass is due.
#[derive(Debug, Default)]
pub(super) struct PassState {
    /// Whether something has changed since the last pass began.
    pub(super) due: bool,
    pub(super) last_start: Option<Timestamp>,
    /// What holds of every match. The engine marks a ticket as changed when it has waited for
    /// `backfill_before_new_match`: from then on it may found a match.
    pub(super) terms: MatchTerms,
    /// Whether the matches of a slice go their way.
    is_forming: bool,
    /// Tickets that were searched for and have left meanwhile. Their timers go at the end.
    departed: Vec<TicketKey>,
}

impl PassState {
    /// Notes that a ticket is searched for no more; false when no slice has formed matches.
    pub(super) fn note_departed(&mut self, ticket: TicketKey) -> bool {
        if self.is_forming {
            self.departed.push(ticket);
        }
        self.is_forming
    }
}

impl Matchmaker {
    /// When the next slice is due.
    pub(super) fn pass_due(&self) -> Option<Timestamp> {
        if self.waiting.is_under_way() {
            return Some(self.now);
        }
        // What was given up may be found now that others have left: there is no haste.
        let interval = match (self.pass.due, self.waiting.is_due()) {
            (true, _) => Some(self.options.pass_interval),
            (false, true) => Some(self.options.pass_interval.max(RETRY_INTERVAL)),
            (false, false) => None,
        };
        let after = |interval| self.after_last_pass(interval);
        let retry_at = self.waiting.retry_at();
        let in_other_batches = retry_at.map(|at| at.max(after(self.options.pass_interval)));
        interval.map(after).into_iter().chain(in_other_batches).min()
    }

    /// When so much time has gone by since the last pass began, but no earlier than now.
    fn after_last_pass(&self, interval: Millis) -> Timestamp {
        let earliest = self.pass.last_start.map(|start| start.plus(interval).max(self.now));
        earliest.unwrap_or(self.now)
    }

    /// When a pass is due that may find a match with a waiting ticket which none has found so far;
    /// none when every search for one has come to an end. Tickets that no pass has seen may be part
    /// of one, and so may what the deadlines of this moment change, which come after its commands.
    pub(super) fn open_search(&self, key: TicketKey) -> Option<Timestamp> {
        let is_unsettled = self.timers.next().is_some_and(|at| at <= self.now);
        let is_open = is_unsettled
            || !self.queued.is_empty()
            || self.rows[key].is_some_and(|row| self.waiting.is_to_be_searched(row));
        let soonest = || self.after_last_pass(self.options.pass_interval);
        is_open.then(|| self.pass_due().unwrap_or_else(soonest))
    }

    /// Runs a slice of the pass that is due, if one is.
    pub(super) fn run_due_pass(&mut self, observe: &mut impl FnMut(PassPhase)) -> TickReport {
        if self.pass_due() != Some(self.now) {
            return TickReport::default();
        }
        observe(PassPhase::Announcing);
        // Those that come while a pass is under way wait for the next.
        let begins = !self.waiting.is_under_way();
        let joining = if begins { self.announce() } else { Vec::new() };
        let tickets_announced = joining.len() as u64;
        observe(PassPhase::Searching);
        for row in joining.into_iter().flatten() {
            self.waiting.insert(pool_at!(self), row);
            self.waiting.mark_changed(pool_at!(self), row);
        }
        let mut cut_at_once = 0;
        if begins {
            if !self.queued.is_empty() {
                observe(PassPhase::Done);
                return TickReport { tickets_announced, unfinished: true, ..TickReport::default() };
            }
            self.pass.due = false;
            self.pass.last_start = Some(self.now);
            cut_at_once = self.waiting.begin_pass(pool_at!(self));
        }
        let slice = self.search();
        observe(PassPhase::Forming);
        let report = self.form_matches(slice);
        observe(PassPhase::Done);
        let unfinished = self.waiting.is_under_way();
        let partitions_cut = report.partitions_cut + cut_at_once;
        TickReport { tickets_announced, partitions_cut, unfinished, ..report }
    }

    /// QUEUED becomes SEARCHING for every ticket that no pass has seen (decision 4), up to the limit
    /// of undrained events. Gives back their rows, as far as they have one.
    fn announce(&mut self) -> Vec<Option<TicketRow>> {
        let estimated_wait_seconds = self.estimate.seconds();
        let mut joining = Vec::new();
        let room = self.options.undrained_events_max.saturating_sub(self.undrained());
        for key in self.queued.take_first(room) {
            let Some(record) = self.book.record_mut(key) else { continue };
            let change = Change::Search { estimated_wait_seconds };
            advance(record, change, self.now, &self.rule_names, &mut self.outbox);
            joining.push(self.rows[key]);
        }
        joining
    }

    /// Looks for matches within the budget of a slice.
    fn search(&mut self) -> Slice {
        let room = self.options.undrained_events_max.saturating_sub(self.undrained());
        let budget = Budget {
            nodes: self.options.nodes_per_slice,
            nodes_per_anchor: self.options.nodes_per_anchor,
            matches: room.div_ceil(EVENTS_PER_MATCH),
            // A match by strategy `balanced` is taken as it comes: full of the oldest of its location.
            exchange_tries: if self.is_balanced() { 0 } else { self.options.exchange_tries },
        };
        let pool = pool_at!(self);
        self.waiting.run_slice(pool, budget)
    }

    /// Lets the tickets of the matches go their way.
    fn form_matches(&mut self, slice: Slice) -> TickReport {
        let rules = self.rule_names.len();
        for (position, &row) in slice.tallied.iter().enumerate() {
            let tallies = slice.tallies.get(position * rules..(position + 1) * rules);
            self.add_tallies(row, tallies.unwrap_or_default());
        }
        self.pass.due |= slice.retries;
        let mut report = TickReport {
            anchors: slice.anchors,
            asked: slice.asked,
            nodes: slice.nodes,
            judged: slice.judged,
            matches: slice.matches.len() as u64,
            anchors_exhausted: slice.anchors_exhausted,
            fullness_unproven: slice.fullness_unproven,
            partitions_cut: slice.partitions_cut,
            exchanged: slice.exchanged,
            exchanges_cut: slice.exchanges_cut,
            ..TickReport::default()
        };
        for found in &slice.matches {
            report.tickets_matched += found.placed.len() as u64;
            let players = found.placed.iter().map(|&(_, row)| self.pool.columns.players[row].len);
            report.players_matched += players.map(u64::from).sum::<u64>();
        }
        self.pass.is_forming = true;
        for found in &slice.matches {
            self.form_match(found);
        }
        self.pass.is_forming = false;
        let departed = std::mem::take(&mut self.pass.departed);
        self.stop_timers_of(&departed);
        report
    }

    fn add_tallies(&mut self, anchor: TicketRow, tallies: &[(u64, u64)]) {
        self.counters.add_tallies(tallies);
        let Some(record) = self.book.record_mut(self.owners[anchor]) else { return };
        if record.tallies.is_empty() {
            record.tallies = tallies.iter().map(|_| (0, 0)).collect();
        }
        for (sum, &(passed, failed)) in record.tallies.iter_mut().zip(tallies) {
            sum.0 += passed;
            sum.1 += failed;
        }
    }
}

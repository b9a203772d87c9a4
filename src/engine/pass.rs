//! A matching pass: every searching ticket gets its turn as anchor, oldest first.

use super::Matchmaker;
use super::report::TickReport;
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::event::EventDetail;
use crate::lifecycle::state::{Change, advance, event_ticket, metrics};
use crate::model::ticket::MatchId;
use crate::pool::columns::TicketRow;
use crate::search::{Found, Outcome, rank};
use std::sync::Arc;

/// Whether a pass is due or under way.
#[derive(Debug, Default)]
pub(super) struct PassState {
    /// Something has changed since the last pass began.
    dirty: bool,
    last_start: Option<Timestamp>,
    /// A pass that a slice has left unfinished, and the last anchor that had its turn in it.
    under_way: Option<Option<AnchorKey>>,
    /// Reused from anchor to anchor.
    candidates: Vec<TicketRow>,
}

/// The place of a ticket in the order of age.
type AnchorKey = (Timestamp, u64);

impl PassState {
    pub(super) fn mark_dirty(&mut self) {
        self.dirty = true;
    }

    /// When the next slice is due, seen from `now`.
    pub(super) fn due(&self, now: Timestamp, interval: Millis) -> Option<Timestamp> {
        if self.under_way.is_some() {
            return Some(now);
        }
        let earliest = self.last_start.map_or(now, |start| start.plus(interval).max(now));
        self.dirty.then_some(earliest)
    }
}

impl Matchmaker {
    /// Runs a slice of the pass that is due, if one is.
    pub(super) fn run_due_pass(&mut self) -> TickReport {
        let mut report = TickReport::default();
        if self.pass.due(self.now, self.options.pass_interval) != Some(self.now) {
            return report;
        }
        let mut cursor = match self.pass.under_way.take() {
            Some(cursor) => cursor,
            None => {
                self.pass.dirty = false;
                self.pass.last_start = Some(self.now);
                self.begin_searching();
                None
            }
        };
        while let Some((anchor_key, anchor)) = self.next_anchor(cursor) {
            let slice_is_full = report.nodes >= self.options.nodes_per_slice
                || self.outbox.len() >= self.options.undrained_events_max;
            if slice_is_full {
                self.pass.under_way = Some(cursor);
                report.unfinished = true;
                break;
            }
            self.search_anchor(anchor, &mut report);
            cursor = Some(anchor_key);
        }
        report
    }

    /// QUEUED becomes SEARCHING for every ticket that no pass has seen (decision 4).
    fn begin_searching(&mut self) {
        let estimated_wait_seconds = self.estimate.seconds();
        for (number, key) in std::mem::take(&mut self.queued) {
            let Some(record) = self.book.record_mut(key) else { continue };
            let change = Change::Search { estimated_wait_seconds };
            advance(record, change, self.now, &self.rule_names, &mut self.outbox);
            if let Some(row) = self.rows[key] {
                self.searching.insert((record.start_time, number), row);
            }
        }
    }

    fn next_anchor(&self, after: Option<AnchorKey>) -> Option<(AnchorKey, TicketRow)> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        self.searching.range((from, Unbounded)).next().map(|(&key, &row)| (key, row))
    }

    fn search_anchor(&mut self, anchor: TicketRow, report: &mut TickReport) {
        let plan = Arc::clone(self.rule_set.plan());
        let mut candidates = std::mem::take(&mut self.pass.candidates);
        candidates.clear();
        candidates.extend(self.searching.values().copied().filter(|&row| row != anchor));
        let columns = &self.pool.columns;
        rank(&plan, columns, anchor, &mut candidates);
        let nodes_max = self.options.nodes_per_anchor;
        let Outcome { found, nodes, judged, exhausted } =
            self.searcher.search(&plan, columns, anchor, &candidates, self.now, nodes_max);
        self.pass.candidates = candidates;
        report.anchors += 1;
        report.nodes += nodes;
        report.judged += judged;
        match (exhausted, &found) {
            (true, Some(_)) => report.fullness_unproven += 1,
            (true, None) => report.anchors_exhausted += 1,
            (false, _) => {}
        }
        if judged > 0 {
            self.add_tallies(anchor);
        }
        if let Some(found) = found {
            report.matches += 1;
            report.tickets_matched += found.placed.len() as u64;
            report.players_matched += self.form_match(&found);
        }
    }

    fn add_tallies(&mut self, anchor: TicketRow) {
        let tallies = self.searcher.tallies();
        let Some(record) = self.book.record_mut(self.owners[anchor]) else { return };
        record.tallies.resize(tallies.len(), (0, 0));
        for (sum, &(passed, failed)) in record.tallies.iter_mut().zip(tallies) {
            sum.0 += passed;
            sum.1 += failed;
        }
    }

    /// Makes a match of tickets, given by team instance and age, and says how many players it has.
    /// Without placement it is complete at once (`tickets.md` section 1).
    fn form_match(&mut self, found: &Found) -> u64 {
        let Found { placed, .. } = found;
        let match_id = MatchId::from(self.rng.uuid());
        let location = self.best_location(found);
        let now = self.now;
        let plan = Arc::clone(self.rule_set.plan());
        let mut keys = Vec::with_capacity(placed.len());
        let mut players = 0;
        for &(instance, row) in placed {
            let key = self.owners[row];
            keys.push(key);
            players += u64::from(self.pool.columns.players[row].len);
            self.leave_pool(key);
            if let Some(record) = self.book.record_mut(key) {
                record.team = Some(Arc::clone(&plan.ast.schema.instances[instance].name));
                self.estimate.add(now.since(record.start_time));
                advance(record, Change::Place, now, &self.rule_names, &mut self.outbox);
            }
        }
        let records = || keys.iter().filter_map(|&key| self.book.record(key));
        let tickets: Vec<_> = records().map(event_ticket).collect();
        let created = EventDetail::PotentialMatchCreated {
            match_id: match_id.clone(),
            tickets: tickets.clone(),
            acceptance_required: false,
            acceptance_timeout_seconds: None,
            rule_evaluation_metrics: metrics(&self.rule_names, records()),
        };
        self.outbox.push(now, created);
        for &key in &keys {
            if let Some(record) = self.book.record_mut(key) {
                advance(record, Change::Complete, now, &self.rule_names, &mut self.outbox);
            }
            self.book.retire(key);
        }
        let game_session_location = location;
        let succeeded =
            EventDetail::MatchmakingSucceeded { match_id, tickets, game_session_location };
        self.outbox.push(now, succeeded);
        players
    }

    /// Of the locations where the match may be, the one with the lowest mean latency, the first by
    /// name among equals (decision 15); none when nobody reports any.
    fn best_location(&self, found: &Found) -> Option<Arc<str>> {
        let Found { placed, locations } = found;
        let columns = &self.pool.columns;
        let latencies = || {
            let players = placed.iter().flat_map(|&(_, row)| columns.players[row].rows());
            players.map(|player| &columns.latencies[player]).filter(|reports| !reports.is_empty())
        };
        latencies().next()?;
        // Every reporting player reports each common location, so sums compare as means do.
        let total = |location| {
            let mut total: u64 = 0;
            for reports in latencies() {
                let (_, millis) = reports.iter().find(|&&(it, _)| it == location)?;
                total += u64::from(*millis);
            }
            Some((total, location))
        };
        let allowed = self.pool.locations().filter(|&it| locations.contains(it));
        let totals = allowed.filter_map(total);
        let (_, best) = totals.min_by_key(|&(total, _)| total)?;
        self.pool.location_name(best).cloned()
    }
}

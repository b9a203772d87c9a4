//! A matching pass: what has changed decides what is searched.
//!
//! A match can become possible only through a ticket that has changed: it arrived, entered an
//! epoch, or was left unsearched by a budget (decision 21). So a pass first asks the changed
//! tickets whether there is a match for one of them. Only then do the anchors get their turn,
//! oldest first, and only those that could share a match with a changed ticket, until no changed
//! ticket is left.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Matchmaker;
use super::report::TickReport;
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::book::TicketKey;
use crate::lifecycle::state::{Change, advance};
use crate::pool::columns::TicketRow;
use crate::ruleset::plan::Plan;
use crate::search::{AnchorKey, MatchTerms, Outcome, Waiting, could_meet};

/// With more changed tickets than this, an anchor is searched without asking first whether all
/// rules let it share a match with one of them, but not without a look at pairs.
const ASKED_MAX: usize = 8;

/// With more, not even what rules say of pairs is held against each of them.
const COMPARED_MAX: usize = 64;

/// The least time between passes that only search again what was given up.
const RETRY_INTERVAL: Millis = Millis::new(1000);

/// Whether a pass is due or under way.
#[derive(Debug, Default)]
pub(super) struct PassState {
    /// Tickets that have changed since the last pass began, waiting for the next one.
    pub(super) changed: BTreeSet<AnchorKey>,
    /// Whether the next pass is due.
    pub(super) due: bool,
    /// Whether a ticket has left since a pass gave others up: a smaller pool may be searched to the
    /// end. The next pass is due a while later.
    pub(super) retry: bool,
    /// Whether a ticket has left since the last pass began.
    pub(super) departed: bool,
    /// Those that the last pass gave up.
    pub(super) given_up: BTreeSet<AnchorKey>,
    pub(super) last_start: Option<Timestamp>,
    pub(super) under_way: Option<UnderWay>,
    /// Whether a slice runs. Until it ends, its view of the pool is by rows.
    is_running: bool,
    /// Rows of tickets that have ended in the slice. They must not become another ticket's before
    /// it ends.
    departed_rows: Vec<TicketRow>,
    /// Tickets that were searched for and have left in the slice. Their timers go at its end.
    departed_tickets: Vec<TicketKey>,
    /// Reused from slice to slice.
    waiting: Waiting,
    /// What holds of every match. The engine marks a ticket as changed when it has waited for
    /// `backfill_before_new_match`: from then on it may found a match.
    pub(super) terms: MatchTerms,
    /// Whether a backfill ticket has come, left or changed, so that tickets that were kept for it
    /// may have become free. They count as changed (decision 21).
    pub(super) sets_free: bool,
    /// Takes every ticket for changed: the plain way that the incremental one is held against.
    #[cfg(test)]
    pub(super) searches_everything: bool,
}

/// A pass that has begun.
#[derive(Debug)]
pub(super) struct UnderWay {
    /// Changed tickets for which there may be a match.
    pub(super) changed: BTreeSet<AnchorKey>,
    pub(super) stage: Stage,
    /// Anchors whose budget ran out without a match.
    pub(super) exhausted: BTreeSet<AnchorKey>,
}

/// How far a pass is; the key is that of the last ticket that had its turn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// Asks the changed tickets whether there is a match for one of them.
    Asking(Option<AnchorKey>),
    /// Gives the anchors their turn.
    Matching(Option<AnchorKey>),
}

impl PassState {
    /// Notes that a ticket has changed.
    pub(super) fn mark_changed(&mut self, ticket: AnchorKey) {
        self.changed.insert(ticket);
        self.due = true;
        self.note_backfill(ticket);
    }

    /// Asks for a pass although no ticket that can be matched has changed.
    pub(super) fn mark_due(&mut self) {
        self.due = true;
    }

    /// Whether the last search for a ticket ran out of nodes.
    pub(super) fn was_given_up(&self, ticket: AnchorKey) -> bool {
        self.given_up.contains(&ticket)
    }

    /// Notes that a ticket is searched for no more; false when no slice runs.
    pub(super) fn note_departed(&mut self, ticket: TicketKey) -> bool {
        if self.is_running {
            self.departed_tickets.push(ticket);
        }
        self.is_running
    }

    /// Forgets a ticket that has ended.
    pub(super) fn forget(&mut self, ticket: AnchorKey) {
        self.changed.remove(&ticket);
        self.given_up.remove(&ticket);
        self.departed = true;
        // Between passes only those wait here that have changed, for which one is due, and those
        // that were given up.
        self.retry |= self.under_way.is_none() && !self.changed.is_empty();
        self.note_backfill(ticket);
    }

    fn note_backfill(&mut self, ticket: AnchorKey) {
        if ticket.is_backfill() && self.terms.backfill_before_new_match > Millis::new(0) {
            self.sets_free = true;
            self.due = true;
        }
    }

    /// Gives up the pass that is under way, and all that is known of tickets.
    pub(super) fn begin_anew(&mut self) {
        self.changed.clear();
        self.given_up.clear();
        self.under_way = None;
        self.retry = false;
        self.due = true;
    }

    /// When the next slice is due, seen from `now`.
    pub(super) fn due(&self, now: Timestamp, interval: Millis) -> Option<Timestamp> {
        if self.under_way.is_some() {
            return Some(now);
        }
        let interval = if self.due { interval } else { interval.max(RETRY_INTERVAL) };
        let earliest = self.last_start.map_or(now, |start| start.plus(interval).max(now));
        (self.due || self.retry).then_some(earliest)
    }
}

/// What a slice works with.
struct Slice<'a> {
    plan: &'a Plan,
    waiting: &'a mut Waiting,
    under_way: &'a mut UnderWay,
    report: &'a mut TickReport,
    /// Where so many changed tickets are; looked up when their number changes.
    changed_places: Vec<usize>,
    changed_count: usize,
}

impl Matchmaker {
    /// Runs a slice of the pass that is due, if one is.
    pub(super) fn run_due_pass(&mut self) -> TickReport {
        let mut report = TickReport::default();
        if self.pass.due(self.now, self.options.pass_interval) != Some(self.now) {
            return report;
        }
        let mut under_way = match self.pass.under_way.take() {
            Some(under_way) => under_way,
            None => self.begin_pass(),
        };
        let plan = Arc::clone(self.rule_set.plan());
        let mut waiting = std::mem::take(&mut self.pass.waiting);
        self.pass.is_running = true;
        let ended = self.begin_searching() && {
            let rows = self.searching.values().copied();
            waiting.gather(&plan, &self.pool.columns, rows, self.now, self.pass.terms);
            self.run_slice(Slice {
                plan: &plan,
                waiting: &mut waiting,
                under_way: &mut under_way,
                report: &mut report,
                changed_places: Vec::new(),
                changed_count: 0,
            })
        };
        // Between passes nobody needs it, and its room is that of every waiting ticket.
        self.pass.waiting = if ended { Waiting::default() } else { waiting };
        self.pass.is_running = false;
        let departed = std::mem::take(&mut self.pass.departed_tickets);
        self.stop_timers_of(&departed);
        for row in std::mem::take(&mut self.pass.departed_rows) {
            self.pool.remove(row);
        }
        report.unfinished = !ended;
        if ended {
            self.end_pass(under_way);
        } else {
            self.pass.under_way = Some(under_way);
        }
        report
    }

    /// Takes the row of a ticket that has ended out of the pool.
    pub(super) fn remove_row(&mut self, row: TicketRow) {
        if self.pass.is_running {
            self.pass.departed_rows.push(row);
        } else {
            self.pool.remove(row);
        }
    }

    fn begin_pass(&mut self) -> UnderWay {
        if std::mem::take(&mut self.pass.sets_free) {
            let free = self.perhaps_free();
            self.pass.changed.extend(free);
        }
        self.pass.due = false;
        self.pass.retry = false;
        self.pass.departed = false;
        self.pass.last_start = Some(self.now);
        #[cfg(test)]
        if self.pass.searches_everything {
            self.pass.changed.extend(self.searching.iter().map(|(key, _)| key));
        }
        UnderWay {
            changed: std::mem::take(&mut self.pass.changed),
            stage: Stage::Asking(None),
            exhausted: BTreeSet::new(),
        }
    }

    /// Whether a ticket may have become free since the pass began. It counts as changed for the
    /// rest of the pass, and for the anchors before it in the next one.
    fn is_perhaps_free(&self, ticket: AnchorKey) -> bool {
        let guard = self.pass.terms.backfill_before_new_match;
        self.pass.sets_free && !ticket.is_backfill() && ticket.start_time().plus(guard) > self.now
    }

    /// The tickets that are young enough to be kept for a backfill ticket.
    fn perhaps_free(&self) -> Vec<AnchorKey> {
        let priority = self.rule_set.plan().ast.algorithm.backfill_priority;
        let guard = self.pass.terms.backfill_before_new_match;
        let oldest = self.now.as_millis().saturating_sub(guard.get());
        let oldest = Timestamp::from_millis(oldest);
        let mut after = AnchorKey::new(priority, false, oldest, 0);
        let mut young: Vec<AnchorKey> = Vec::new();
        if self.searching.contains_key(&after) {
            young.push(after);
        }
        while let Some((&key, _)) = self.searching.next_after(Some(after)) {
            if !key.is_backfill() {
                young.push(key);
            }
            after = key;
        }
        young
    }

    /// What a budget left unsearched counts as changed in the next pass; that one is due at once
    /// if the pool has become smaller meanwhile, by a match or otherwise.
    fn end_pass(&mut self, under_way: UnderWay) {
        let mut exhausted = under_way.exhausted;
        exhausted.retain(|key| self.searching.contains_key(key));
        self.pass.due |= self.pass.departed && !exhausted.is_empty();
        self.pass.changed.extend(&exhausted);
        self.pass.given_up = exhausted;
    }

    /// QUEUED becomes SEARCHING for every ticket that no pass has seen (decision 4); false when the
    /// limit of undrained events comes first.
    fn begin_searching(&mut self) -> bool {
        let estimated_wait_seconds = self.estimate.seconds();
        let room = self.options.undrained_events_max.saturating_sub(self.undrained());
        for key in self.queued.take_first(room) {
            let Some(record) = self.book.record_mut(key) else { continue };
            let change = Change::Search { estimated_wait_seconds };
            advance(record, change, self.now, &self.rule_names, &mut self.outbox);
            if let Some(row) = self.rows[key] {
                let Some(record) = self.book.record(key) else { continue };
                self.searching.insert(self.anchor_key(record), row);
            }
        }
        self.queued.is_empty()
    }

    /// Goes on with a pass; false when the slice's budget or the limit of events ends it first.
    fn run_slice(&mut self, mut slice: Slice<'_>) -> bool {
        loop {
            let slice_is_full = slice.report.nodes >= self.options.nodes_per_slice
                || self.undrained() >= self.options.undrained_events_max;
            if slice_is_full {
                return false;
            }
            let goes_on = match slice.under_way.stage {
                Stage::Asking(after) => self.ask_next(after, &mut slice),
                Stage::Matching(after) => self.match_next(after, &mut slice),
            };
            if !goes_on {
                return true;
            }
        }
    }

    /// Asks the next changed ticket whether there is a match for it; false when none is left.
    fn ask_next(&mut self, after: Option<AnchorKey>, slice: &mut Slice<'_>) -> bool {
        let Some(key) = next_after(&slice.under_way.changed, after) else { return false };
        slice.under_way.stage = Stage::Asking(Some(key));
        let Some(&row) = self.searching.get(&key) else {
            slice.under_way.changed.remove(&key);
            return true;
        };
        let is_oldest = self.searching.first_key_value().is_some_and(|(&oldest, _)| oldest == key);
        // The oldest is the first anchor: it has its turn at once.
        if is_oldest || self.search(row, slice).is_some_and(|it| it.found.is_some() || it.exhausted)
        {
            slice.under_way.stage = Stage::Matching(None);
        } else {
            slice.under_way.changed.remove(&key);
        }
        true
    }

    /// Gives the next anchor its turn; false when none is left that could be matched.
    fn match_next(&mut self, after: Option<AnchorKey>, slice: &mut Slice<'_>) -> bool {
        let anchor = self.searching.next_after(after).map(|(&key, &row)| (key, row));
        let goes_on = !slice.under_way.changed.is_empty() || self.pass.sets_free;
        let Some((key, row)) = anchor.filter(|_| goes_on) else { return false };
        slice.under_way.stage = Stage::Matching(Some(key));
        let has_changed = slice.under_way.changed.contains(&key) || self.is_perhaps_free(key);
        if !has_changed && !self.could_share(row, slice) {
            return true;
        }
        let Some(Outcome { found, exhausted, .. }) = self.search(row, slice) else { return true };
        match found {
            Some(found) => {
                slice.report.fullness_unproven += u64::from(exhausted);
                slice.report.matches += 1;
                slice.report.tickets_matched += found.placed.len() as u64;
                let mut rows: Vec<TicketRow> = found.placed.iter().map(|&(_, row)| row).collect();
                for &row in &rows {
                    let players = self.pool.columns.players[row].len;
                    slice.report.players_matched += u64::from(players);
                }
                rows.extend(found.roster);
                for &row in &rows {
                    if let Some(record) = self.book.record(self.owners[row]) {
                        slice.under_way.changed.remove(&self.anchor_key(record));
                    }
                }
                slice.waiting.take(&rows, &self.pool.columns);
                self.form_match(&found);
            }
            None if exhausted => {
                slice.report.anchors_exhausted += 1;
                slice.under_way.exhausted.insert(key);
            }
            None => {
                slice.under_way.changed.remove(&key);
            }
        }
        true
    }

    /// Whether an anchor that has not changed could share a match with a ticket that has.
    fn could_share(&mut self, row: TicketRow, slice: &mut Slice<'_>) -> bool {
        let count = slice.under_way.changed.len();
        if count > COMPARED_MAX || self.pass.sets_free {
            return true;
        }
        let columns = &self.pool.columns;
        if slice.changed_count != count {
            let changed = slice.under_way.changed.iter().filter_map(|key| self.searching.get(key));
            let places = changed.filter_map(|&it| slice.waiting.place(it, columns));
            slice.changed_places.clear();
            slice.changed_places.extend(places);
            slice.changed_count = count;
        }
        let others = slice.changed_places.iter().filter_map(|&it| slice.waiting.entry(it));
        let others: Vec<_> = others.collect();
        let Some(place) = slice.waiting.place(row, columns) else { return false };
        let nodes = &mut slice.report.nodes;
        if count > ASKED_MAX {
            return could_meet(slice.plan, columns, slice.waiting, place, &others, nodes);
        }
        self.searcher.could_share(slice.plan, columns, slice.waiting, place, &others, nodes)
    }

    fn search(&mut self, anchor: TicketRow, slice: &mut Slice<'_>) -> Option<Outcome> {
        let columns = &self.pool.columns;
        let place = slice.waiting.place(anchor, columns)?;
        let nodes_max = self.options.nodes_per_anchor;
        let outcome = self.searcher.search(slice.plan, columns, slice.waiting, place, nodes_max);
        slice.report.anchors += 1;
        slice.report.nodes += outcome.nodes;
        slice.report.judged += outcome.judged;
        if outcome.judged > 0 {
            self.add_tallies(anchor);
        }
        Some(outcome)
    }

    fn add_tallies(&mut self, anchor: TicketRow) {
        let tallies = self.searcher.tallies();
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

/// The first key after another.
fn next_after(keys: &BTreeSet<AnchorKey>, after: Option<AnchorKey>) -> Option<AnchorKey> {
    use std::ops::Bound::{Excluded, Unbounded};
    keys.range((after.map_or(Unbounded, Excluded), Unbounded)).next().copied()
}

//! A matching pass over a partition: what has changed decides what is searched.
//!
//! A match can become possible only through a ticket that has changed: it arrived, entered an
//! epoch, or was left unsearched by a budget (decision 21). So a pass first asks the changed
//! tickets whether there is a match for one of them. Only then do the anchors get their turn,
//! oldest first, and only those that could share a match with a changed ticket, until no changed
//! ticket is left.

use super::batches::gives_up_too_many;
use super::exhaustive::Searcher;
use super::progress::{Progress, Stage, UnderWay};
use super::sharing::could_meet;
use super::view::{Entry, View};
use super::waiting::Waiting;
use super::{AnchorKey, Found, Outcome, Tally};
use crate::pool::columns::TicketRow;

/// With more changed tickets than this, an anchor is searched without asking first whether all
/// rules let it share a match with one of them, but not without a look at pairs.
const ASKED_MAX: usize = 8;

/// With more, not even what rules say of pairs is held against each of them.
const COMPARED_MAX: usize = 64;

/// What a slice may spend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    pub(crate) nodes: u64,
    pub(crate) nodes_per_anchor: u64,
    /// Matches that there is room for.
    pub(crate) matches: usize,
    /// Waiting tickets with which each match is tried again; 0: matches stay as they are found.
    pub(crate) exchange_tries: u32,
}

/// What was done, in counts that depend on nothing but the inputs.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    /// Tickets that had their turn as anchor.
    pub(crate) anchors: u64,
    /// Changed tickets that were asked whether there is a match for one of them.
    pub(crate) asked: u64,
    pub(crate) nodes: u64,
    /// Complete candidates judged.
    pub(crate) judged: u64,
    pub(crate) anchors_exhausted: u64,
    pub(crate) fullness_unproven: u64,
    /// Partitions that were cut into batches.
    pub(crate) partitions_cut: u64,
    /// Matches that were replaced by two.
    pub(crate) exchanged: u64,
    /// Matches of which it is not known whether they could have been: nodes or tries ran
    /// out.
    pub(crate) exchanges_cut: u64,
    /// The anchors for which candidates were judged, in the order of their searches.
    pub(crate) tallied: Vec<TicketRow>,
    /// For each of them one for each enforced rule.
    pub(crate) tallies: Vec<Tally>,
    /// The matches found, in the order of their anchors.
    pub(crate) matches: Vec<Found>,
    /// Whether what was given up should be searched again at once.
    pub(crate) retries: bool,
}

impl Slice {
    /// Adds what was done in another partition.
    pub(super) fn add(&mut self, mut other: Self) {
        self.anchors += other.anchors;
        self.asked += other.asked;
        self.nodes += other.nodes;
        self.judged += other.judged;
        self.anchors_exhausted += other.anchors_exhausted;
        self.fullness_unproven += other.fullness_unproven;
        self.partitions_cut += other.partitions_cut;
        self.exchanged += other.exchanged;
        self.exchanges_cut += other.exchanges_cut;
        self.tallied.append(&mut other.tallied);
        self.tallies.append(&mut other.tallies);
        self.matches.append(&mut other.matches);
        self.retries |= other.retries;
    }
}

/// A slice of the pass over a partition.
pub(super) struct Pass<'a, 'v> {
    pub(super) view: &'a View<'v>,
    pub(super) waiting: &'a mut Waiting,
    pub(super) progress: &'a mut Progress,
    pub(super) searcher: &'a mut Searcher,
    pub(super) slice: Slice,
    /// Those of the matches of the slice.
    pub(super) anchors: Vec<AnchorKey>,
    /// The changed tickets, when there are not many, and where the anchors are that could share a
    /// match with one of them; looked up when their number changes.
    near: Near,
}

#[derive(Default)]
struct Near {
    count: usize,
    changed: Vec<AnchorKey>,
    /// Cells of the partition; `None` for all tickets.
    lists: Option<Vec<u32>>,
    /// Their batches, in order.
    batches: Vec<u32>,
    others: Vec<Entry>,
}

impl<'a, 'v> Pass<'a, 'v> {
    pub(super) fn new(
        view: &'a View<'v>,
        waiting: &'a mut Waiting,
        progress: &'a mut Progress,
        searcher: &'a mut Searcher,
    ) -> Self {
        let (slice, near) = (Slice::default(), Near::default());
        Self { view, waiting, progress, searcher, slice, anchors: Vec::new(), near }
    }

    /// Goes on with the pass until it is done, or until the budget ends the slice.
    pub(super) fn run(mut self, budget: Budget) -> Slice {
        self.waiting.open();
        let Some(mut under_way) = self.progress.under_way.take() else { return self.slice };
        self.waiting.batches = under_way.batches.take();
        let is_few = under_way.changed.len() <= COMPARED_MAX && !self.progress.sets_free;
        let changed = is_few.then(|| under_way.changed.iter().map(|(&key, ())| key).collect());
        let is_done = loop {
            let nodes = self.slice.nodes.saturating_add(self.kept_for_exchange(budget));
            if nodes >= budget.nodes || self.slice.matches.len() >= budget.matches {
                break false;
            }
            let goes_on = match under_way.stage {
                Stage::Asking(after) => self.ask_next(after, &mut under_way, budget),
                Stage::Matching(after) => self.match_next(after, &mut under_way, budget),
            };
            if !goes_on {
                break true;
            }
            self.cut_if_unselective(&mut under_way);
        };
        if budget.exchange_tries > 0 && !self.anchors.is_empty() && self.waiting.batches.is_none() {
            let turn = match under_way.stage {
                Stage::Matching(last) if !is_done => last,
                _ => None,
            };
            self.exchange(turn, changed, &mut under_way, budget);
        }
        under_way.batches = self.waiting.batches.take();
        self.progress.under_way = Some(under_way);
        if is_done {
            self.slice.retries |= self.progress.end(self.view.now);
        }
        self.slice
    }

    /// Asks the next changed ticket whether there is a match for it; false when none is left.
    fn ask_next(
        &mut self,
        after: Option<AnchorKey>,
        under_way: &mut UnderWay,
        budget: Budget,
    ) -> bool {
        let Some((&key, ())) = under_way.changed.next_after(after) else { return false };
        under_way.stage = Stage::Asking(Some(key));
        let Some(anchor) = self.waiting.get(self.view, key) else {
            under_way.changed.remove(&key);
            return true;
        };
        // The oldest is the first anchor: it has its turn at once.
        let is_oldest = self.waiting.first() == Some(key);
        let may_match = is_oldest || {
            self.slice.asked += 1;
            let outcome = self.search(key, anchor, budget);
            outcome.found.is_some() || outcome.exhausted
        };
        if may_match {
            under_way.stage = Stage::Matching(None);
        } else {
            self.settle(key, under_way);
        }
        true
    }

    /// Notes that there is no match for a ticket. That its batch has none does not say that there is
    /// none: if it has changed it is searched for again.
    fn settle(&mut self, key: AnchorKey, under_way: &mut UnderWay) {
        let has_changed = under_way.changed.remove(&key).is_some();
        let is_cut = self.waiting.batches.is_some();
        if is_cut && (has_changed || self.is_perhaps_free(key)) {
            under_way.exhausted.insert(key, ());
        }
    }

    /// Goes on in batches if budgets do not reach: all have their turn again.
    fn cut_if_hopeless(&mut self, under_way: &mut UnderWay) {
        let given_up = under_way.exhausted.len();
        let is_whole = self.waiting.batches.is_none();
        if is_whole && gives_up_too_many(self.view, self.waiting, given_up) {
            self.cut(under_way);
        }
    }

    /// Goes on in batches if each search reads more tickets than a batch has.
    fn cut_if_unselective(&mut self, under_way: &mut UnderWay) {
        let is_whole = self.waiting.batches.is_none();
        if is_whole && self.progress.cutting.reads_too_much(self.view, self.waiting) {
            self.cut(under_way);
        }
    }

    fn cut(&mut self, under_way: &mut UnderWay) {
        self.waiting.batches = Some(self.progress.cutting.cut_anew(self.view, self.waiting));
        self.slice.partitions_cut += 1;
        self.near = Near::default();
        under_way.stage = Stage::Matching(None);
    }

    /// Gives the next anchor its turn; false when none is left that could be matched.
    fn match_next(
        &mut self,
        after: Option<AnchorKey>,
        under_way: &mut UnderWay,
        budget: Budget,
    ) -> bool {
        if under_way.changed.is_empty() && !self.progress.sets_free {
            return false;
        }
        self.look_up_changed(under_way);
        let Some((key, _)) = self.next_anchor(after, under_way) else { return false };
        under_way.stage = Stage::Matching(Some(key));
        let Some(anchor) = self.waiting.get(self.view, key) else { return true };
        let has_changed = under_way.changed.contains_key(&key) || self.is_perhaps_free(key);
        if !has_changed && !self.could_share(key, anchor, under_way) {
            return true;
        }
        let Outcome { found, exhausted, .. } = self.search(key, anchor, budget);
        match found {
            Some(mut found) => {
                self.slice.fullness_unproven += u64::from(exhausted);
                self.slice.nodes += self.searcher.balance(self.view, &mut found);
                self.take(&found, under_way);
                self.slice.matches.push(found);
                self.anchors.push(key);
            }
            None if exhausted => {
                self.slice.anchors_exhausted += 1;
                under_way.exhausted.insert(key, ());
                self.cut_if_hopeless(under_way);
            }
            None => {
                self.settle(key, under_way);
                if self.waiting.batches.is_none() {
                    self.progress.given_up.remove(&key);
                }
            }
        }
        true
    }

    /// Takes the tickets of a match out.
    fn take(&mut self, found: &Found, under_way: &mut UnderWay) {
        for row in found.rows() {
            self.waiting.remove(self.view, row);
            self.forget(row, under_way);
        }
    }

    /// Notes that a ticket is matched.
    pub(super) fn forget(&mut self, row: TicketRow, under_way: &mut UnderWay) {
        let key = self.view.key(row);
        under_way.changed.remove(&key);
        under_way.exhausted.remove(&key);
        self.progress.forget(key);
        if key.is_backfill() {
            self.progress.note_backfill(self.view.terms);
        }
    }

    /// Whether a ticket may have become free since the pass began. It counts as changed for the
    /// rest of the pass, and for the anchors before it in the next one.
    fn is_perhaps_free(&self, ticket: AnchorKey) -> bool {
        let guard = self.view.terms.backfill_before_new_match;
        self.progress.sets_free
            && !ticket.is_backfill()
            && ticket.start_time().plus(guard) > self.view.now
    }

    fn look_up_changed(&mut self, under_way: &UnderWay) {
        let count = under_way.changed.len();
        if self.near.count == count {
            return;
        }
        self.near.count = count;
        self.near.changed.clear();
        self.near.batches.clear();
        self.near.lists = None;
        if count > COMPARED_MAX {
            return;
        }
        let mut lists = Vec::new();
        let mut is_some = true;
        for (&key, ()) in under_way.changed.iter() {
            let Some(entry) = self.waiting.get(self.view, key) else { continue };
            self.near.changed.push(key);
            is_some &= self.waiting.reach_ever(self.view, entry.row, &mut lists);
        }
        if let Some(batches) = &self.waiting.batches {
            let of = self.near.changed.iter().filter_map(|&key| batches.of(key));
            self.near.batches.extend(of);
            self.near.batches.sort_unstable();
        }
        lists.sort_unstable();
        lists.dedup();
        self.near.lists = is_some.then_some(lists);
    }

    /// The next anchor that could share a match with a changed ticket, as far as cells tell.
    fn next_anchor(
        &self,
        after: Option<AnchorKey>,
        under_way: &UnderWay,
    ) -> Option<(AnchorKey, TicketRow)> {
        match &self.near.lists {
            Some(lists) if !self.progress.sets_free => {
                let changed = under_way.changed.next_after(after);
                let changed = changed.and_then(|(&key, ())| {
                    self.waiting.get(self.view, key).map(|entry| (key, entry.row))
                });
                let other = self.waiting.next_in(after, lists);
                [changed, other].into_iter().flatten().min_by_key(|&(key, _)| key)
            }
            _ => self.waiting.next_after(after),
        }
    }

    /// Whether an anchor that has not changed could share a match with a ticket that has.
    fn could_share(&mut self, key: AnchorKey, anchor: Entry, under_way: &UnderWay) -> bool {
        let count = under_way.changed.len();
        if count > COMPARED_MAX || self.progress.sets_free {
            return true;
        }
        if let Some(batches) = &self.waiting.batches {
            self.slice.nodes += 1;
            let of_changed = |batch| self.near.batches.binary_search(&batch).is_ok();
            if !batches.of(key).is_some_and(of_changed) {
                return false;
            }
        }
        let (view, waiting) = (self.view, &mut *self.waiting);
        self.near.others.clear();
        let changed = self.near.changed.iter().filter(|&&it| waiting.are_together(it, key));
        self.near.others.extend(changed.filter_map(|&key| waiting.get(view, key)));
        let (others, nodes) = (&self.near.others, &mut self.slice.nodes);
        if count > ASKED_MAX {
            return could_meet(view, waiting, anchor, others, nodes);
        }
        self.searcher.could_share(view, waiting, (key, anchor), others, nodes)
    }

    fn search(&mut self, key: AnchorKey, anchor: Entry, budget: Budget) -> Outcome {
        let nodes_max = match &self.waiting.batches {
            None => budget.nodes_per_anchor,
            Some(batches) => budget.nodes_per_anchor.min(batches.nodes_for(key)),
        };
        self.slice.anchors += 1;
        let outcome = self.search_within(key, anchor.row, nodes_max);
        if self.waiting.batches.is_none() {
            self.progress.cutting.note(self.view, self.waiting, outcome.reading);
        }
        outcome
    }

    /// Searches for a ticket, with so many nodes.
    pub(super) fn search_within(
        &mut self,
        key: AnchorKey,
        row: TicketRow,
        nodes_max: u64,
    ) -> Outcome {
        let outcome = self.searcher.search(self.view, self.waiting, key, nodes_max);
        self.slice.nodes += outcome.nodes;
        self.slice.judged += outcome.judged;
        if outcome.judged > 0 {
            self.slice.tallied.push(row);
            self.slice.tallies.extend(self.searcher.tallies());
        }
        outcome
    }
}

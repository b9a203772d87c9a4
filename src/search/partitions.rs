//! All waiting tickets, split by what can be proved never to match together: tickets are in one
//! partition when the strings are the same that players of a match must have in common.

use std::collections::{BTreeMap, BTreeSet};

use super::AnchorKey;
#[cfg(test)]
use super::Outcome;
use super::batches::{Batches, Cutting};
use super::exhaustive::Searcher;
#[cfg(test)]
use super::exhaustive::Used;
use super::jobs::{self, Job};
use super::pass::{Budget, Slice};
use super::probe::{self, Around, AroundMax};
use super::progress::Progress;
#[cfg(test)]
use super::view::Entry;
use super::view::View;
use super::waiting::{MatchTerms, Waiting};
use crate::base::epoch::Epoch;
use crate::base::idx::{Col, Idx, index_type};
use crate::base::intern::Sym;
use crate::base::time::Timestamp;
use crate::eval::pairs::Pairs;
use crate::eval::profiles::Profiles;
use crate::eval::quotas::Quotas;
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::plan::Plan;

index_type! {
    /// A partition of the waiting tickets. The number means nothing: what is done in the order of
    /// partitions is done in that of their oldest tickets.
    struct PartitionIdx;
}

/// The waiting tickets by partition, and how far the pass is in each.
#[derive(Debug)]
pub(crate) struct Partitions {
    known: Known,
    /// The partition of each ticket that waits; none for one that no match can hold.
    of_row: Col<TicketRow, Option<PartitionIdx>>,
    by_strings: BTreeMap<Box<[Sym]>, PartitionIdx>,
    partitions: Col<PartitionIdx, Partition>,
    free: Vec<PartitionIdx>,
    /// Those that the next pass has something to do with.
    due: BTreeSet<PartitionIdx>,
    /// Those that the pass which is under way has not done with, in the order of their turns.
    under_way: BTreeSet<(AnchorKey, PartitionIdx)>,
    /// Those with tickets that were given up, and those of which is known whether to cut them.
    given_up: BTreeSet<PartitionIdx>,
    /// Those that are cut, by when what was given up is searched for in other batches.
    retries: BTreeSet<(Timestamp, PartitionIdx)>,
    /// One for each thread.
    searchers: Vec<Searcher>,
    strings: Vec<Sym>,
    /// Takes every ticket for changed: the plain way that the incremental one is held against.
    #[cfg(test)]
    pub(crate) searches_everything: bool,
}

/// Tickets that could be in matches with each other, but with no others.
#[derive(Debug, Default)]
pub(super) struct Partition {
    strings: Box<[Sym]>,
    pub(super) waiting: Waiting,
    pub(super) progress: Progress,
    /// Its time in `Partitions::retries`.
    retry_at: Option<Timestamp>,
}

/// What is known of tickets beside their columns.
#[derive(Debug)]
struct Known {
    pairs: Pairs,
    quotas: Quotas,
    profiles: Profiles,
    is_plain: bool,
}

/// What a view is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolAt<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) columns: &'a Columns,
    pub(crate) now: Timestamp,
    pub(crate) terms: MatchTerms,
}

/// A partition has its turn alone rather than with room for fewer matches than this. Whose share
/// runs out goes on in the next slice, behind others of its turn: with shorter slices the same
/// matches come in another order. Exchanges have a budget of the slice, and may make others.
const SHARED_MATCHES_MIN: usize = 256;

/// So many partitions are summed up: more of them have enough players, unless most have backfill
/// tickets alone.
const PARTITIONS_COUNTED_MAX: usize = 1024;
/// Of another partition so many of the oldest tickets are asked whether they are no backfill.
const OLDEST_ASKED_MAX: usize = 16;

impl Known {
    fn view<'a>(&'a self, pool: PoolAt<'a>) -> View<'a> {
        let PoolAt { plan, columns, now, terms } = pool;
        let Self { pairs, quotas, profiles, is_plain } = self;
        View { plan, columns, now, terms, pairs, quotas, profiles, is_plain: *is_plain }
    }
}

impl Partitions {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self::knowing(plan, (plan.pairs.clone(), plan.quotas.clone()), false)
    }

    /// Passes over no ticket: the plain way that the cells are held against.
    #[cfg(test)]
    pub(crate) fn plain(plan: &Plan) -> Self {
        Self::knowing(plan, Default::default(), true)
    }

    /// Counts nothing by quotas: the way that their look-ahead is held against.
    #[cfg(test)]
    pub(crate) fn without_quotas(plan: &Plan) -> Self {
        Self::knowing(plan, (plan.pairs.clone(), Quotas::default()), false)
    }

    fn knowing(plan: &Plan, (pairs, quotas): (Pairs, Quotas), is_plain: bool) -> Self {
        Self {
            known: Known { pairs, quotas, profiles: Profiles::default(), is_plain },
            of_row: Col::new(),
            by_strings: BTreeMap::new(),
            partitions: Col::new(),
            free: Vec::new(),
            due: BTreeSet::new(),
            under_way: BTreeSet::new(),
            given_up: BTreeSet::new(),
            retries: BTreeSet::new(),
            searchers: vec![Searcher::new(plan)],
            strings: Vec::new(),
            #[cfg(test)]
            searches_everything: false,
        }
    }

    /// The match for an anchor, whatever has changed.
    #[cfg(test)]
    pub(crate) fn search(&mut self, pool: PoolAt<'_>, row: TicketRow, nodes_max: u64) -> Outcome {
        let Some(at) = self.partition_of(row) else { return Outcome::default() };
        let (view, waiting) = (self.known.view(pool), &mut self.partitions[at].waiting);
        waiting.open();
        self.searchers[0].search(&view, waiting, view.key(row), nodes_max)
    }

    /// How searches have found what they did.
    #[cfg(test)]
    pub(super) fn used(&self) -> Used {
        self.searchers[0].used
    }

    /// What the search sees of tickets.
    #[cfg(test)]
    pub(super) fn partition(
        &mut self,
        pool: PoolAt<'_>,
        row: TicketRow,
        look: impl FnOnce(&View<'_>, &mut Waiting, &mut Searcher),
    ) {
        let at = self.partition_of(row).expect("the ticket waits");
        let (view, waiting) = (self.known.view(pool), &mut self.partitions[at].waiting);
        waiting.open();
        look(&view, waiting, &mut self.searchers[0]);
    }

    /// The entries of some tickets.
    #[cfg(test)]
    pub(crate) fn entries(&self, pool: PoolAt<'_>, rows: &[TicketRow]) -> Vec<Entry> {
        let view = self.known.view(pool);
        rows.iter().map(|&row| view.entry(view.key(row), view.waiter(row))).collect()
    }

    /// Without tickets, for a rule set that takes the place of another.
    pub(crate) fn anew(&self, plan: &Plan) -> Self {
        let mut partitions = Self::new(plan);
        partitions.searchers.resize_with(self.searchers.len(), || Searcher::new(plan));
        #[cfg(test)]
        {
            partitions.searches_everything = self.searches_everything;
        }
        partitions
    }

    /// Searches on so many threads from now on.
    #[cfg(feature = "parallel")]
    pub(crate) fn set_threads(&mut self, plan: &Plan, threads: usize) {
        self.searchers.resize_with(threads.max(1), || Searcher::new(plan));
    }

    /// Adds a ticket. It does not count as changed.
    pub(crate) fn insert(&mut self, pool: PoolAt<'_>, row: TicketRow) {
        self.strings.clear();
        let Known { pairs, quotas, profiles, .. } = &mut self.known;
        if !quotas.is_empty() {
            profiles.count(quotas, pool.columns, row);
        }
        let is_possible = profiles.set(pairs, pool.columns, row)
            && pairs.strings(pool.columns, row, &mut self.strings);
        let partition = is_possible.then(|| self.partition_of_strings());
        while self.of_row.len() <= row.index() {
            self.of_row.push(None);
        }
        self.of_row[row] = partition;
        if let Some(at) = partition {
            let Partition { waiting, progress, .. } = &mut self.partitions[at];
            waiting.insert(&self.known.view(pool), row);
            if pool.columns.is_roster(row) {
                progress.note_backfill(pool.terms);
                self.due.extend(progress.is_due().then_some(at));
            }
        }
    }

    fn partition_of_strings(&mut self) -> PartitionIdx {
        if let Some(&known) = self.by_strings.get(self.strings.as_slice()) {
            return known;
        }
        let strings: Box<[Sym]> = self.strings.as_slice().into();
        let partition = Partition { strings: strings.clone(), ..Partition::default() };
        let at = match self.free.pop() {
            Some(at) => {
                self.partitions[at] = partition;
                at
            }
            None => self.partitions.push(partition),
        };
        self.by_strings.insert(strings, at);
        at
    }

    /// Takes a ticket out, if it is in. Its cells in the pool must still be its own.
    pub(crate) fn remove(&mut self, pool: PoolAt<'_>, row: TicketRow) {
        let Some(at) = self.partition_of(row) else { return };
        let view = self.known.view(pool);
        let Partition { waiting, progress, .. } = &mut self.partitions[at];
        waiting.remove(&view, row);
        progress.forget(view.key(row));
        if pool.columns.is_roster(row) {
            progress.note_backfill(pool.terms);
        }
        self.of_row[row] = None;
        self.tidy(at);
    }

    /// Sees whether the next pass has something to do with a partition, and forgets one without
    /// tickets.
    fn tidy(&mut self, at: PartitionIdx) {
        let partition = &mut self.partitions[at];
        let is_empty = partition.waiting.is_empty();
        let keep = |set: &mut BTreeSet<PartitionIdx>, holds: bool| match holds && !is_empty {
            true => set.insert(at),
            false => set.remove(&at),
        };
        let progress = &partition.progress;
        keep(&mut self.due, progress.is_due());
        let is_told = progress.cutting != Cutting::default();
        keep(&mut self.given_up, !progress.given_up.is_empty() || is_told);
        let retry_at = progress.retry_at().filter(|_| !is_empty);
        if let Some(before) = std::mem::replace(&mut partition.retry_at, retry_at) {
            self.retries.remove(&(before, at));
        }
        self.retries.extend(retry_at.map(|it| (it, at)));
        let progress = &partition.progress;
        if let Some(under_way) = &progress.under_way {
            let turn = (under_way.turn, at);
            match is_empty {
                true => self.under_way.remove(&turn),
                false => self.under_way.insert(turn),
            };
        }
        if is_empty {
            let partition = std::mem::take(partition);
            self.by_strings.remove(&partition.strings);
            self.free.push(at);
        }
    }

    fn partition_of(&self, row: TicketRow) -> Option<PartitionIdx> {
        self.of_row.get(row).copied().flatten()
    }

    /// Notes that a ticket can be matched in another way than before. One that no match can hold
    /// changes nothing.
    pub(crate) fn mark_changed(&mut self, pool: PoolAt<'_>, row: TicketRow) {
        let Some(at) = self.partition_of(row) else { return };
        let key = self.known.view(pool).key(row);
        let progress = &mut self.partitions[at].progress;
        progress.changed.insert(key, ());
        if key.is_backfill() {
            progress.note_backfill(pool.terms);
        }
        self.due.insert(at);
    }

    /// How far passes are in the partitions of which there is something to say, each with its oldest
    /// ticket, in their order.
    pub(crate) fn progress(&self) -> impl Iterator<Item = (AnchorKey, &Progress)> {
        let under_way = self.under_way.iter().map(|&(_, at)| at);
        let told = self.due.iter().chain(&self.given_up).copied().chain(under_way);
        let told: BTreeSet<PartitionIdx> = told.collect();
        let mut told: Vec<(AnchorKey, &Progress)> = told
            .into_iter()
            .filter_map(|at| {
                let Partition { waiting, progress, .. } = &self.partitions[at];
                Some((waiting.first()?, progress))
            })
            .collect();
        told.sort_unstable_by_key(|&(key, _)| key);
        told.into_iter()
    }

    /// Forgets how far passes are.
    pub(crate) fn forget_progress(&mut self) {
        for &at in self.by_strings.values() {
            self.partitions[at].progress = Progress::default();
        }
        self.due.clear();
        self.under_way.clear();
        self.given_up.clear();
    }

    /// Goes on in the partition of a ticket as an earlier run would have; in these batches, if that
    /// was in the middle of a pass that was cut.
    pub(crate) fn take_up(
        &mut self,
        row: TicketRow,
        progress: Progress,
        batches: Option<Vec<Vec<AnchorKey>>>,
    ) {
        let Some(at) = self.partition_of(row) else { return };
        let Partition { waiting, progress: own, .. } = &mut self.partitions[at];
        if let Some(under_way) = &own.under_way {
            self.under_way.remove(&(under_way.turn, at));
        }
        *own = progress;
        own.retain(|key| waiting.contains(key));
        if let Some(under_way) = &mut own.under_way {
            under_way.batches = batches.map(|keys| Batches::of_keys(keys, waiting));
        }
        self.tidy(at);
    }

    /// The tickets of each partition among some.
    pub(crate) fn members(&self, rows: impl Iterator<Item = TicketRow>) -> Vec<Vec<TicketRow>> {
        let mut members: BTreeMap<PartitionIdx, Vec<TicketRow>> = BTreeMap::new();
        for row in rows {
            if let Some(at) = self.partition_of(row) {
                members.entry(at).or_default().push(row);
            }
        }
        members.into_values().collect()
    }

    /// Tickets around one that waits: in its partition those in its reach in some epochs and some
    /// others; then the oldest of some other partitions, which it can never meet.
    pub(crate) fn around(
        &self,
        pool: PoolAt<'_>,
        row: TicketRow,
        epochs: &[Epoch],
        max: AroundMax,
    ) -> Around {
        let view = self.known.view(pool);
        let own = self.partition_of(row);
        let mut around = match own {
            Some(at) => self.partitions[at].waiting.around(&view, row, epochs, max),
            None => Around { is_reach_whole: true, ..Around::default() },
        };
        let others = self.by_strings.values().filter(|&&at| Some(at) != own);
        let oldest = others.take(max.partitions).filter_map(|&at| {
            let mut oldest = self.partitions[at].waiting.keys().take(OLDEST_ASKED_MAX);
            oldest.find(|(key, _)| !key.is_backfill())
        });
        around.beyond.extend(probe::in_order(oldest.collect()));
        around
    }

    /// The players of all tickets that wait for a match, backfill tickets apart, if they are fewer
    /// than `enough`.
    pub(crate) fn players_up_to(&self, enough: u32) -> Option<u32> {
        let mut players = 0_u64;
        for (position, &at) in self.by_strings.values().enumerate() {
            players += u64::from(self.partitions[at].waiting.players());
            if players >= u64::from(enough) || position >= PARTITIONS_COUNTED_MAX {
                return None;
            }
        }
        u32::try_from(players).ok()
    }

    /// Whether the last search for a ticket ran out of nodes.
    pub(crate) fn was_given_up(&self, pool: PoolAt<'_>, row: TicketRow) -> bool {
        let key = self.known.view(pool).key(row);
        let partition = self.partition_of(row).map(|at| &self.partitions[at]);
        partition.is_some_and(|it| it.progress.given_up.contains_key(&key))
    }

    /// Whether a pass has yet to look for a match with a ticket: it or others that it could be with
    /// have changed since they were searched, or the pass over them has not ended.
    pub(crate) fn is_to_be_searched(&self, row: TicketRow) -> bool {
        self.partition_of(row).is_some_and(|at| self.partitions[at].progress.is_unsearched())
    }

    /// Whether the next pass has something to do.
    pub(crate) fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// When a partition that is cut is searched again in other batches, the first of them.
    pub(crate) fn retry_at(&self) -> Option<Timestamp> {
        self.retries.first().map(|&(at, _)| at)
    }

    /// Whether a pass has begun and not ended.
    pub(crate) fn is_under_way(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Begins a pass; says how many partitions are cut into batches for it.
    pub(crate) fn begin_pass(&mut self, pool: PoolAt<'_>) -> u64 {
        #[cfg(test)]
        if self.searches_everything {
            self.change_all();
        }
        let view = self.known.view(pool);
        let mut partitions_cut = 0;
        let is_time = self.retries.iter().take_while(|&&(at, _)| at <= pool.now);
        self.due.extend(is_time.map(|&(_, at)| at));
        for at in std::mem::take(&mut self.due) {
            let Partition { waiting, progress, retry_at, .. } = &mut self.partitions[at];
            progress.begin(&view, waiting);
            if let Some(before) = retry_at.take() {
                self.retries.remove(&(before, at));
            }
            if let Some(under_way) = &progress.under_way {
                partitions_cut += u64::from(under_way.batches.is_some());
                self.under_way.insert((under_way.turn, at));
            }
        }
        partitions_cut
    }

    #[cfg(test)]
    fn change_all(&mut self) {
        for at in self.by_strings.values().copied() {
            let Partition { waiting, progress, .. } = &mut self.partitions[at];
            let mut after = None;
            while let Some((key, _)) = waiting.next_after(after) {
                progress.changed.insert(key, ());
                after = Some(key);
            }
            self.due.insert(at);
        }
    }

    /// Runs a slice of the pass that is under way. Partitions have their turn in the order of the
    /// tickets that were their oldest when it began, some at a time, each with a share of the
    /// budget that its size gives it; their matches come in this order (decision 23).
    pub(crate) fn run_slice(&mut self, pool: PoolAt<'_>, budget: Budget) -> Slice {
        let mut total = Slice::default();
        let mut order = self.under_way.clone().into_iter();
        loop {
            let nodes = budget.nodes.saturating_sub(total.nodes);
            let matches = budget.matches.saturating_sub(total.matches.len());
            // A partition may go beyond its share by one anchor.
            let at_once = usize::try_from(budget.nodes / budget.nodes_per_anchor.max(1));
            let at_once = at_once.unwrap_or(usize::MAX).min(matches / SHARED_MATCHES_MIN).max(1);
            if nodes == 0 || matches == 0 {
                break;
            }
            let turn: Vec<(AnchorKey, PartitionIdx)> = order.by_ref().take(at_once).collect();
            if turn.is_empty() {
                break;
            }
            self.run_turn(pool, Budget { nodes, matches, ..budget }, &turn, &mut total);
        }
        total
    }

    /// Runs some partitions, each with its share of the budget.
    fn run_turn(
        &mut self,
        pool: PoolAt<'_>,
        budget: Budget,
        turn: &[(AnchorKey, PartitionIdx)],
        total: &mut Slice,
    ) {
        let sizes = turn.iter().map(|&(_, at)| self.partitions[at].waiting.len() as u64);
        let all: u64 = sizes.sum::<u64>().max(1);
        let jobs = turn.iter().map(|&(_, at)| {
            let partition = std::mem::take(&mut self.partitions[at]);
            let share = |of: u64| {
                let share = u128::from(of) * partition.waiting.len() as u128 / u128::from(all);
                u64::try_from(share).unwrap_or(of).max(1)
            };
            let (nodes, matches) = (share(budget.nodes), share(budget.matches as u64) as usize);
            Job { partition, budget: Budget { nodes, matches, ..budget }, slice: Slice::default() }
        });
        let mut jobs: Vec<Job> = jobs.collect();
        jobs::run(&self.known.view(pool), &mut jobs, &mut self.searchers);
        for (&(key, at), job) in turn.iter().zip(jobs) {
            if job.partition.progress.under_way.is_none() {
                self.under_way.remove(&(key, at));
            }
            self.partitions[at] = job.partition;
            for found in &job.slice.matches {
                found.rows().for_each(|row| self.of_row[row] = None);
            }
            total.add(job.slice);
            self.tidy(at);
        }
    }
}

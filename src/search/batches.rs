//! The fall-back for a partition so large, under rules so unselective, that budgets do not reach: it
//! is cut into batches, and a search looks at the anchor's batch alone (`matching.md` section 4).
//!
//! A cut holds for one pass. Under `random` it is a shuffle of all that wait, another one each time;
//! under `sorted` tickets that are neighbours by `sortByAttributes` are in one batch, and every other
//! time the batches begin half a batch later, so that those on both sides of an edge meet.
//!
//! That a batch has no match for a ticket does not say that there is none. Such a ticket is kept as
//! one that was given up, and searched for again in other batches. Between these passes, what has
//! changed is searched in the same arrangement.

use super::AnchorKey;
use super::cells::Tickets;
use super::order;
use super::view::View;
use super::waiting::Waiting;
use crate::base::hash::shuffled;
use crate::base::idx::Col;
use crate::base::sorted::SortedMap;
use crate::base::time::{Millis, Timestamp};
use crate::model::schema::InstanceIdx;
use crate::pool::columns::TicketRow;
use crate::ruleset::epochs::TeamSize;

/// What the options say of batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BatchTerms {
    /// The most tickets of a batch, as far as none is smaller for it than two full matches.
    pub(crate) tickets_max: usize,
    /// What shuffles begin from.
    pub(crate) seed: u64,
}

impl Default for BatchTerms {
    /// Nothing is ever cut.
    fn default() -> Self {
        Self { tickets_max: usize::MAX, seed: 0 }
    }
}

/// The least time from the end of a pass over batches to the next one over others.
const RETRY_INTERVAL: u64 = 1000;
/// The interval doubles so often with passes that change nothing: up to 64 seconds.
const DOUBLED_MAX: u32 = 6;
/// One in so many passes begins uncut, to see whether budgets reach meanwhile.
const UNCUT_EVERY: u64 = 16;
/// A pass is cut once it has given up one in so many tickets, but not for so few or for more: with
/// the default budgets that is a slice at least, and thirteen at most.
const GIVEN_UP_SHARE: usize = 64;
const GIVEN_UP_MIN: usize = 8;
const GIVEN_UP_MAX: usize = 128;

/// A pass is cut once searches read more tickets at a time than a batch has, in the mean of the last
/// readings: so many at least, and those before count for half each time that there are so many.
const READINGS_MIN: u64 = 8;
const READINGS_HALVED_AT: u64 = 64;

/// In a batch a search may spend so many nodes for each of its tickets: about what it takes to pass
/// all of them once, but not to try their combinations, of which a batch has as good as no end.
const NODES_PER_TICKET: u64 = 10;

/// How passes over batches of a partition have gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cutting {
    /// The number of the arrangement; the next has the next.
    pub(crate) arrangement: u64,
    /// Passes since the last in which a ticket left.
    pub(crate) fruitless: u32,
    /// When those that were given up are searched for in other batches. Set from the end of a pass
    /// that was cut to the beginning of the next.
    pub(crate) retry_at: Option<Timestamp>,
    /// What searches have read while the partition was large and in one piece.
    pub(crate) reading: Reading,
}

/// How many tickets searches read to put them in an order of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) times: u64,
    pub(crate) tickets: u64,
}

impl Reading {
    pub(super) fn add(&mut self, tickets: u64) {
        self.times += 1;
        self.tickets = self.tickets.saturating_add(tickets);
    }

    /// Whether so many tickets or fewer are read at a time, or too little is known.
    fn is_within(self, tickets_max: usize) -> bool {
        self.times < READINGS_MIN || self.tickets <= self.times.saturating_mul(tickets_max as u64)
    }
}

/// What becomes of those that were given up when a pass begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Beginning {
    /// In one piece.
    Whole,
    /// In batches, with those that were given up.
    Anew,
    /// In batches, without them.
    AsBefore,
}

impl Cutting {
    /// As stored at `now`; none waits longer than it ever does.
    pub(crate) fn taken_up(self, now: Timestamp) -> Self {
        let latest = now.plus(Millis::new(RETRY_INTERVAL << DOUBLED_MAX));
        let Reading { times, tickets } = self.reading;
        let reading = Reading { times: times.min(READINGS_HALVED_AT), tickets };
        Self { retry_at: self.retry_at.map(|at| at.min(latest)), reading, ..self }
    }

    /// Whether the last pass was cut.
    pub(super) fn is_cut(&self) -> bool {
        self.retry_at.is_some()
    }

    /// How a pass begins.
    pub(super) fn begin(&mut self, view: &View<'_>, waiting: &Waiting) -> Beginning {
        let is_time = self.retry_at.is_none_or(|at| at <= view.now);
        let is_hopeless = is_unselective(view);
        let tries_whole = is_time && self.arrangement % UNCUT_EVERY == UNCUT_EVERY - 1;
        if !is_large(view, waiting) || !is_hopeless && (!self.is_cut() || tries_whole) {
            self.retry_at = None;
            return Beginning::Whole;
        }
        if is_time { Beginning::Anew } else { Beginning::AsBefore }
    }

    /// The next arrangement.
    pub(super) fn cut_anew(&mut self, view: &View<'_>, waiting: &Waiting) -> Batches {
        self.arrangement = self.arrangement.wrapping_add(1);
        self.retry_at = None;
        self.reading = Reading::default();
        Batches::new(view, waiting, self.arrangement)
    }

    /// The same arrangement again.
    pub(super) fn cut_as_before(&self, view: &View<'_>, waiting: &Waiting) -> Batches {
        Batches::new(view, waiting, self.arrangement)
    }

    /// A pass over the whole partition ends. What tickets reach is still so in the next.
    pub(super) fn end_whole(&mut self) {
        *self = Self { reading: self.reading, ..Self::default() };
    }

    /// Notes what a search of the whole partition has read.
    pub(super) fn note(&mut self, view: &View<'_>, waiting: &Waiting, read: Reading) {
        if read.times == 0 || !is_large(view, waiting) {
            return;
        }
        let Reading { times, tickets } = &mut self.reading;
        if *times >= READINGS_HALVED_AT {
            (*times, *tickets) = (*times / 2, *tickets / 2);
        }
        *times += read.times;
        *tickets = tickets.saturating_add(read.tickets);
    }

    /// Whether a pass over the whole partition is to go on in batches because searches read more
    /// than batches have.
    pub(super) fn reads_too_much(&self, view: &View<'_>, waiting: &Waiting) -> bool {
        // Where two full matches have more players than batches are to have, these are larger.
        let batch_max = view.terms.batches.tickets_max.max(2 * tickets_min(view));
        !self.reading.is_within(batch_max) && is_large(view, waiting)
    }

    /// A pass over batches ends. If all was searched, says when that is done again.
    pub(super) fn end(&mut self, now: Timestamp, has_shrunk: bool) {
        if self.retry_at.is_none() {
            self.fruitless = if has_shrunk { 0 } else { self.fruitless.saturating_add(1) };
            let interval = RETRY_INTERVAL << self.fruitless.min(DOUBLED_MAX);
            self.retry_at = Some(now.plus(Millis::new(interval)));
        }
    }
}

/// Whether a pass that has given up so many is to go on in batches.
pub(super) fn gives_up_too_many(view: &View<'_>, waiting: &Waiting, given_up: usize) -> bool {
    let share = waiting.len() / GIVEN_UP_SHARE;
    given_up >= share.clamp(GIVEN_UP_MIN, GIVEN_UP_MAX) && is_large(view, waiting)
}

fn is_large(view: &View<'_>, waiting: &Waiting) -> bool {
    count_for(view, waiting.len()) > 1
}

/// How many batches so many tickets make.
fn count_for(view: &View<'_>, tickets: usize) -> usize {
    let wanted = tickets.div_ceil(view.terms.batches.tickets_max.max(1));
    wanted.min(tickets / tickets_min(view)).max(1)
}

/// Whether every search reads the whole partition, whoever waits: candidates have an order of their
/// own, and nothing is known of pairs. Where something is known, what it is worth depends on the
/// tickets, and [`Cutting::reads_too_much`] tells.
fn is_unselective(view: &View<'_>) -> bool {
    let pairs = view.pairs;
    let is_selective =
        pairs.window().is_some() || !pairs.share.is_empty() || !pairs.reach.is_empty();
    order::is_ordered(view.plan) && !is_selective
}

/// With this many tickets a batch has the players of two full matches, whatever parties they are.
fn tickets_min(view: &View<'_>) -> usize {
    let players = |sizes: &Col<InstanceIdx, TeamSize>| -> usize {
        sizes.iter().map(|it| it.max as usize).sum()
    };
    let full = view.plan.sizes.iter().map(players).max().unwrap_or(0);
    (2 * full).max(1)
}

/// Joins the first and the last batch to their neighbours if they have too few tickets.
fn join_short_edges(batches: &mut Vec<Vec<AnchorKey>>, tickets_min: usize) {
    if let [first, second, ..] = batches.as_mut_slice()
        && first.len() < tickets_min
    {
        second.append(first);
        batches.remove(0);
    }
    if let [.., second, last] = batches.as_mut_slice()
        && last.len() < tickets_min
    {
        second.append(last);
        batches.pop();
    }
}

/// The tickets of a partition in batches, as they were when the pass was cut. One that came later is
/// in none, and meets nobody before the next pass.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    of: SortedMap<AnchorKey, u32>,
    lists: Vec<Tickets>,
}

impl Batches {
    fn new(view: &View<'_>, waiting: &Waiting, arrangement: u64) -> Self {
        let tickets: Vec<(AnchorKey, TicketRow)> = waiting.keys().collect();
        let mut order: Vec<usize> = (0..tickets.len()).collect();
        let is_sorted = !view.plan.sort_columns.is_empty();
        if is_sorted {
            let rows: Vec<TicketRow> = tickets.iter().map(|&(_, row)| row).collect();
            order::sort_for_batches(view.plan, view.columns, &rows, &mut order);
        } else {
            let seed = view.terms.batches.seed;
            order.sort_by_cached_key(|&it| {
                tickets.get(it).map(|&(key, _)| shuffled(seed, arrangement, key.number()))
            });
        }
        let count = count_for(view, tickets.len());
        let all = tickets.len().max(1);
        let is_shifted = is_sorted && arrangement.is_multiple_of(2);
        let shift = if is_shifted { all / count / 2 } else { 0 };
        // All of the same size, but for one ticket; shifted, the first and the last are half of one.
        let batch_of = |place: usize| (place + shift) * count / all;
        let mut batches: Vec<Vec<AnchorKey>> = Vec::new();
        batches.resize_with(batch_of(all - 1) + 1, Vec::new);
        for (place, &it) in order.iter().enumerate() {
            if let (Some(batch), Some(&(key, _))) =
                (batches.get_mut(batch_of(place)), tickets.get(it))
            {
                batch.push(key);
            }
        }
        join_short_edges(&mut batches, tickets_min(view));
        Self::of_keys(batches, waiting)
    }

    /// These batches, as far as their tickets wait.
    pub(super) fn of_keys(batches: Vec<Vec<AnchorKey>>, waiting: &Waiting) -> Self {
        let mut of = Vec::new();
        for (batch, keys) in batches.iter().enumerate() {
            of.extend(keys.iter().map(|&key| (key, batch as u32)));
        }
        of.sort_unstable();
        of.dedup_by_key(|&mut (key, _)| key);
        let mut made = Self::default();
        made.lists.resize_with(batches.len(), Tickets::default);
        for (key, batch) in of {
            let list = made.lists.get_mut(batch as usize);
            if let (Some(waiter), Some(list)) = (waiting.waiter(key), list) {
                list.insert(key, waiter);
                made.of.insert(key, batch);
            }
        }
        made
    }

    /// The tickets of each batch.
    pub(crate) fn keys(&self) -> impl Iterator<Item = impl Iterator<Item = AnchorKey>> {
        self.lists.iter().map(|list| list.iter().map(|(&key, _)| key))
    }

    /// The batch of a ticket.
    pub(super) fn of(&self, ticket: AnchorKey) -> Option<u32> {
        self.of.get(&ticket).copied()
    }

    /// What a search may spend in the batch of a ticket.
    pub(super) fn nodes_for(&self, ticket: AnchorKey) -> u64 {
        let list = self.of(ticket).and_then(|batch| self.list(batch));
        NODES_PER_TICKET.saturating_mul(list.map_or(1, |list| list.len() as u64))
    }

    /// The tickets of a batch, backfill tickets too.
    pub(super) fn list(&self, batch: u32) -> Option<&Tickets> {
        self.lists.get(batch as usize)
    }

    /// Forgets a ticket that is gone.
    pub(super) fn remove(&mut self, ticket: AnchorKey) {
        let batch = self.of.remove(&ticket);
        if let Some(list) = batch.and_then(|batch| self.lists.get_mut(batch as usize)) {
            list.remove(&ticket);
        }
    }
}

//! Which tickets could be in a match with another, found without a look at all of them.
//!
//! A cell holds tickets that have something in common, in the order of anchors: numbers that lie
//! near together; or a string that players must share (a ticket with several is in several cells);
//! or the same locations. The candidates of an anchor are those of the cells that it reaches,
//! merged by age.

use super::AnchorKey;
use super::view::{View, Waiter};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::idx::Idx;
use crate::base::sorted::{Position, SortedMap};
use crate::eval::pairs::{Pairs, Share, Window};
use crate::pool::columns::{LocationSet, TicketRow};
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// With more cells than this in reach, all tickets are looked at in their order. Small pools of
/// tests are to come to that, too.
const CURSORS_MAX: usize = if cfg!(test) { 12 } else { 256 };
/// In how many cells tickets are by their locations: those with the same are in one, and by chance
/// others with them. Many more than there commonly are different sets of locations.
const LOCATION_CELLS: u64 = if cfg!(test) { 4 } else { 1024 };
/// A cell with more different sets of locations than this is in everybody's reach.
const LOCATION_SETS_MAX: usize = if cfg!(test) { 3 } else { 64 };

pub(super) type Tickets = SortedMap<AnchorKey, Waiter>;

/// The tickets of a partition in cells; backfill tickets, which are no candidates, are in none.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Where in `lists` the tickets of a cell are, by the number of the cell.
    numbers: BTreeMap<i64, u32>,
    lists: Vec<Tickets>,
    free: Vec<u32>,
    /// For each of `lists` the locations of its tickets, where these make the cells.
    locations: Vec<Locations>,
}

/// The locations of the tickets of a cell. What it reaches depends on who is in it, not on who was:
/// a matchmaker that was restored is to spend as many nodes as the one that was stored.
#[derive(Debug, Default)]
struct Locations {
    /// How many tickets have just these.
    sets: BTreeMap<u128, u32>,
    /// What the sets have together, or all locations if they are too many.
    union: u128,
}

impl Locations {
    fn add(&mut self, set: LocationSet) {
        let count = self.sets.entry(set.0).or_default();
        *count += 1;
        if *count == 1 {
            self.unite();
        }
    }

    fn remove(&mut self, set: LocationSet) {
        if let Some(count) = self.sets.get_mut(&set.0) {
            *count -= 1;
            if *count == 0 {
                self.sets.remove(&set.0);
                self.unite();
            }
        }
    }

    fn unite(&mut self) {
        self.union = match self.sets.len() > LOCATION_SETS_MAX {
            true => u128::MAX,
            false => self.sets.keys().fold(0, |union, set| union | set),
        };
    }
}

/// What makes the cells of a rule set: of what its pairs say that which is said of most epochs.
#[derive(Clone, Copy, Debug)]
enum Cut<'p> {
    Window(Window),
    Share(&'p Share),
    Locations,
    Nothing,
}

impl<'p> Cut<'p> {
    fn new(pairs: &'p Pairs) -> Self {
        if let Some(window) = pairs.window() {
            return Self::Window(window);
        }
        let wanted = |share: &&Share| share.wanted.iter().any(|&it| it);
        match pairs.share.iter().find(wanted) {
            Some(share) => Self::Share(share),
            None if !pairs.reach.is_empty() => Self::Locations,
            None => Self::Nothing,
        }
    }
}

impl Cut<'_> {
    /// The numbers of the cells of a ticket.
    fn numbers(&self, view: &View<'_>, row: TicketRow) -> Numbers {
        match *self {
            Self::Nothing => Numbers::None,
            Self::Window(window) => {
                let spans = view.profiles.spans(view.pairs, row);
                let low = spans.get(window.at).map_or(0.0, |span| span.low);
                Numbers::One(window.number(low))
            }
            Self::Share(share) => Numbers::of_strings(share, view, row),
            Self::Locations => {
                let set = view.pairs.locations_ever(view.columns, row);
                Numbers::One((view.columns.locations_hash(set) % LOCATION_CELLS) as i64)
            }
        }
    }
}

/// Which epoch a question is about; `None` for all of them.
type OfEpoch = Option<Epoch>;

/// Where the merge stands in a cell; the first is that with the oldest ticket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Cursor {
    /// The ticket that comes next.
    key: AnchorKey,
    list: u32,
    position: Position,
}

/// A merge of cells, or a walk through all tickets.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    cells: BinaryHeap<Reverse<Cursor>>,
    /// The cells that are in reach.
    lists: Vec<u32>,
    /// The last ticket of the merge: one in several cells comes once.
    last: Option<AnchorKey>,
    /// Where all tickets are looked at: the next.
    all: Option<Position>,
    /// Of which batch these are all; `None` where the partition is not cut.
    batch: Option<u32>,
}

impl Cursors {
    /// Sets them to the first ticket of a batch.
    pub(super) fn begin_batch(&mut self, batch: Option<u32>, first: Option<Position>) {
        self.cells.clear();
        (self.last, self.all, self.batch) = (None, first, batch);
    }

    #[inline]
    pub(super) fn batch(&self) -> Option<u32> {
        self.batch
    }
}

impl Cells {
    pub(super) fn insert(&mut self, view: &View<'_>, key: AnchorKey, waiter: Waiter) {
        let cut = Cut::new(view.pairs);
        for number in cut.numbers(view, waiter.row) {
            let at = match self.numbers.get(&number) {
                Some(&at) => at,
                None => self.new_cell(number),
            };
            if let Some(list) = self.lists.get_mut(at as usize) {
                list.insert(key, waiter);
            }
            if let Cut::Locations = cut {
                self.locations.resize_with(self.lists.len(), Locations::default);
                if let Some(locations) = self.locations.get_mut(at as usize) {
                    locations.add(view.pairs.locations_ever(view.columns, waiter.row));
                }
            }
        }
    }

    fn new_cell(&mut self, number: i64) -> u32 {
        let list = self.free.pop().unwrap_or_else(|| {
            self.lists.push(Tickets::default());
            self.lists.len() as u32 - 1
        });
        self.numbers.insert(number, list);
        list
    }

    pub(super) fn remove(&mut self, view: &View<'_>, key: AnchorKey, row: TicketRow) {
        for number in Cut::new(view.pairs).numbers(view, row) {
            let Some(&at) = self.numbers.get(&number) else { continue };
            if let Some(locations) = self.locations.get_mut(at as usize) {
                locations.remove(view.pairs.locations_ever(view.columns, row));
            }
            let Some(list) = self.lists.get_mut(at as usize) else { continue };
            list.remove(&key);
            if list.is_empty() {
                *list = Tickets::default();
                self.numbers.remove(&number);
                self.free.push(at);
            }
        }
    }

    /// Calls `each` with every cell that a ticket reaches in an epoch, or in any; false when all
    /// tickets must be looked at.
    fn reached(
        &self,
        view: &View<'_>,
        epoch: OfEpoch,
        (row, within): (TicketRow, LocationSet),
        mut each: impl FnMut(u32),
    ) -> bool {
        let mut left = CURSORS_MAX;
        let mut visit = |list: u32| {
            each(list);
            left = left.saturating_sub(1);
            left > 0
        };
        match Cut::new(view.pairs) {
            Cut::Nothing => false,
            Cut::Window(window) => {
                let Some((low, high)) = numbers_in_reach(view, window, epoch, row) else {
                    return false;
                };
                // A ticket whose own players lie too far apart reaches nothing.
                low > high || self.numbers.range(low..=high).all(|(_, &list)| visit(list))
            }
            Cut::Share(share) => {
                let is_wanted = match epoch {
                    Some(epoch) => *share.wanted.at(epoch),
                    None => share.wanted.iter().all(|&it| it),
                };
                is_wanted
                    && Numbers::of_strings(share, view, row)
                        .filter_map(|number| self.numbers.get(&number))
                        .all(|&list| visit(list))
            }
            Cut::Locations => {
                let own = match epoch {
                    Some(epoch) => view.profiles.locations(view.pairs, view.columns, epoch, row),
                    None => view.pairs.locations_ever(view.columns, row),
                };
                let own = own.intersect(within);
                let is_reached = |list: &&u32| {
                    let locations = self.locations.get(**list as usize);
                    locations.is_some_and(|it| it.union & own.0 != 0)
                };
                self.numbers.values().filter(is_reached).all(|&list| visit(list))
            }
        }
    }

    /// Sets the cursors to where the candidates of a ticket are.
    pub(super) fn reach(
        &self,
        view: &View<'_>,
        epoch: Epoch,
        (row, within): (TicketRow, LocationSet),
        all: &Tickets,
        cursors: &mut Cursors,
    ) {
        cursors.cells.clear();
        cursors.last = None;
        cursors.all = None;
        cursors.batch = None;
        cursors.lists.clear();
        if self.reached(view, Some(epoch), (row, within), |list| cursors.lists.push(list)) {
            let first = cursors.lists.iter().filter_map(|&list| self.first_cursor(list));
            cursors.cells.extend(first.map(Reverse));
        } else {
            cursors.all = all.first_position();
        }
    }

    /// Adds the cells with tickets that could share a match with this one in whatever epoch; false
    /// when these are all.
    pub(super) fn reach_ever(&self, view: &View<'_>, row: TicketRow, lists: &mut Vec<u32>) -> bool {
        self.reached(view, None, (row, LocationSet::ALL), |list| lists.push(list))
    }

    /// Adds the cells with tickets that could share a match with this one in some epochs; false when
    /// these are all.
    pub(super) fn reach_in(
        &self,
        view: &View<'_>,
        row: TicketRow,
        epochs: &[Epoch],
        lists: &mut BTreeSet<u32>,
    ) -> bool {
        let asked = (row, LocationSet::ALL);
        let mut reach = |epoch| self.reached(view, Some(epoch), asked, |it| _ = lists.insert(it));
        epochs.iter().all(|&epoch| reach(epoch))
    }

    /// The tickets of a cell, oldest first.
    pub(super) fn tickets(&self, list: u32) -> impl Iterator<Item = (&AnchorKey, &Waiter)> {
        self.lists.get(list as usize).into_iter().flat_map(Tickets::iter)
    }

    pub(super) fn oldest(&self, list: u32) -> Option<AnchorKey> {
        self.tickets(list).next().map(|(&key, _)| key)
    }

    /// The lists of the cells by number from that of a ticket outwards, the nearer first; none where
    /// tickets do not lie in cells by a number.
    pub(super) fn outwards(&self, view: &View<'_>, row: TicketRow) -> Vec<u32> {
        let Cut::Window(_) = Cut::new(view.pairs) else { return Vec::new() };
        let Numbers::One(own) = Cut::new(view.pairs).numbers(view, row) else { return Vec::new() };
        let mut below = self.numbers.range(..own).rev().peekable();
        let mut above = self.numbers.range(own..).peekable();
        let mut lists = Vec::new();
        while lists.len() < CURSORS_MAX {
            let is_above_nearer = match (below.peek(), above.peek()) {
                (None, None) => break,
                (None, Some(_)) => true,
                (Some(_), None) => false,
                (Some((low, _)), Some((high, _))) => high.abs_diff(own) <= low.abs_diff(own),
            };
            let next = if is_above_nearer { above.next() } else { below.next() };
            lists.extend(next.map(|(_, &list)| list));
        }
        lists
    }

    /// The first ticket behind `after` in some cells.
    pub(super) fn next_after(
        &self,
        after: Option<AnchorKey>,
        lists: &[u32],
    ) -> Option<(AnchorKey, Waiter)> {
        let lists = lists.iter().filter_map(|&it| self.lists.get(it as usize));
        let next = lists.filter_map(|list| list.next_after(after));
        next.map(|(&key, &waiter)| (key, waiter)).min_by_key(|&(key, _)| key)
    }

    /// The next ticket of a merge; of a walk through `all` tickets the next, be it a backfill.
    #[inline]
    pub(super) fn next(&self, cursors: &mut Cursors, all: &Tickets) -> Option<(AnchorKey, Waiter)> {
        if let Some(position) = cursors.all {
            let (&key, &waiter) = all.at(position)?;
            cursors.all = all.behind(position);
            return Some((key, waiter));
        }
        loop {
            let mut top = cursors.cells.peek_mut()?;
            let Reverse(Cursor { key, list, position }) = *top;
            let tickets = self.lists.get(list as usize)?;
            let (_, &waiter) = tickets.at(position)?;
            let behind = tickets.behind(position);
            match behind.and_then(|position| self.cursor(list, position)) {
                Some(moved) => *top = Reverse(moved),
                None => {
                    PeekMut::pop(top);
                }
            }
            if cursors.last.replace(key) != Some(key) {
                return Some((key, waiter));
            }
        }
    }

    fn first_cursor(&self, list: u32) -> Option<Cursor> {
        self.cursor(list, self.lists.get(list as usize)?.first_position()?)
    }

    fn cursor(&self, list: u32, position: Position) -> Option<Cursor> {
        let (&key, _) = self.lists.get(list as usize)?.at(position)?;
        Some(Cursor { key, list, position })
    }
}

/// The numbers of the first and the last cell that a ticket reaches; `None` for all.
fn numbers_in_reach(
    view: &View<'_>,
    window: Window,
    epoch: OfEpoch,
    row: TicketRow,
) -> Option<(i64, i64)> {
    let bound: &PerEpoch<f64> = view.pairs.near.get(window.at).map(|near| &near.max)?;
    let max = match epoch {
        Some(epoch) => *bound.at(epoch),
        None => bound.iter().copied().fold(0.0, f64::max),
    };
    let span = view.profiles.spans(view.pairs, row).get(window.at).copied()?;
    // More than the rounding of a difference that is held against the bound.
    let slack = |value: f64| (value.abs() + max.abs()) * 1e-12;
    // Cells are by the lowest values of their tickets, and the highest of this one may be far.
    let low = span.high - max - slack(span.high);
    let high = span.low + max + slack(span.low);
    max.is_finite().then(|| (window.number(low), window.number(high)))
}

/// The numbers of the cells of a ticket.
enum Numbers {
    None,
    One(i64),
    Many(std::vec::IntoIter<i64>),
}

impl Numbers {
    fn of_strings(share: &Share, view: &View<'_>, row: TicketRow) -> Self {
        let mut numbers = Vec::new();
        share.each_string(view.columns, row, |sym| numbers.push(sym.index() as i64));
        numbers.sort_unstable();
        numbers.dedup();
        Self::Many(numbers.into_iter())
    }
}

impl Iterator for Numbers {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        match self {
            Self::None => None,
            Self::One(number) => {
                let number = *number;
                *self = Self::None;
                Some(number)
            }
            Self::Many(numbers) => numbers.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locations_of_a_cell_are_those_of_the_tickets_that_are_in_it() {
        let mut locations = Locations::default();
        let sets: Vec<LocationSet> =
            (0..=LOCATION_SETS_MAX).map(|it| LocationSet(1 << it)).collect();
        let united = |from: usize| sets[from..].iter().fold(0, |union, set| union | set.0);
        for &set in sets.iter().chain(&sets) {
            locations.add(set);
        }
        assert_eq!(locations.union, u128::MAX, "too many");
        for (at, &set) in sets.iter().enumerate() {
            let before = locations.union;
            locations.remove(set);
            assert_eq!(locations.union, before, "another has the same");
            locations.remove(set);
            assert_eq!(locations.union, united(at + 1));
        }
        assert!(locations.sets.is_empty());
    }
}

//! Which tickets could be in a match with another, found without a look at all of them.
//!
//! Tickets whose strings must be the same are in one group; within it, cells hold those whose
//! numbers lie near together, or, without such a number, those with the same strings to share and
//! the same locations. A cell lists its tickets in the order of anchors. The candidates of
//! an anchor are those of the cells that its window reaches, merged by age.

use crate::base::epoch::Epoch;
use crate::eval::pairs::{Pairs, Span, Window};
use crate::eval::profiles::Profiles;
use crate::pool::columns::{Columns, LocationSet, TicketRow};
use crate::ruleset::plan::Plan;
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeMap, BinaryHeap};

/// With more cells than this in reach, all tickets are looked at in their order. Small pools of
/// tests are to come to that, too.
const CURSORS_MAX: usize = if cfg!(test) { 12 } else { 256 };
/// Tickets of more classes than this are mixed in one.
const CLASSES_MAX: usize = if cfg!(test) { 8 } else { 128 };

/// The waiting tickets in cells, by place.
#[derive(Debug, Default)]
pub(super) struct Index {
    profiles: Profiles,
    window: Option<Window>,
    /// The places of each cell, oldest first, cell after cell.
    places: Vec<u32>,
    /// For each position in `places` the first one from there on that is not taken.
    next: Vec<u32>,
    /// By group, then number.
    cells: Vec<Cell>,
    /// For each place its position in `places`; those without one are no candidates.
    positions: Vec<u32>,
    unsorted: Vec<(u32, i64, u32)>,
    classes: Vec<Class>,
    known_classes: BTreeMap<Class, u32>,
}

/// What tickets with much in common share.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Class {
    signatures: Box<[u64]>,
    /// The locations of some epoch.
    locations: u128,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    group: u32,
    /// The number of a class where there is no window.
    number: i64,
    start: u32,
    end: u32,
}

/// Where the merge stands in a cell; the first is that with the oldest ticket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Cursor {
    /// The place that comes next.
    place: u32,
    position: u32,
    end: u32,
}

/// Those of all cells that are merged.
pub(super) type Cursors = BinaryHeap<Reverse<Cursor>>;

const NO_POSITION: u32 = u32::MAX;

impl Index {
    /// Looks at all waiting tickets: each with whether it may be a candidate, in the order of
    /// anchors.
    pub(super) fn build(
        &mut self,
        plan: &Plan,
        columns: &Columns,
        tickets: impl Iterator<Item = (TicketRow, bool)>,
    ) {
        let pairs = &plan.pairs;
        self.window = pairs.window();
        self.profiles.clear();
        self.unsorted.clear();
        self.known_classes.clear();
        self.classes.clear();
        // The class of those that are mixed.
        let signatures = pairs.share.iter().map(|_| u64::MAX).collect();
        self.classes.push(Class { signatures, locations: u128::MAX });
        for (place, (row, is_candidate)) in tickets.enumerate() {
            self.profiles.push(pairs, columns, row);
            let group = self.profiles.group(place);
            if is_candidate && group != Profiles::NOWHERE {
                let number = match self.window {
                    None => i64::from(self.class(pairs, columns, place, row)),
                    Some(window) => {
                        let span = self.profiles.span(pairs, place, window.at);
                        span.map_or(0, |span| window.number(span.low))
                    }
                };
                self.unsorted.push((group, number, place as u32));
            }
        }
        self.unsorted.sort_unstable();
        let len = self.unsorted.len() as u32;
        self.positions.clear();
        self.positions.resize(self.profiles.len(), NO_POSITION);
        self.places.clear();
        self.cells.clear();
        for (position, &(group, number, place)) in (0..).zip(&self.unsorted) {
            self.places.push(place);
            if let Some(cell) = self.positions.get_mut(place as usize) {
                *cell = position;
            }
            match self.cells.last_mut() {
                Some(cell) if (cell.group, cell.number) == (group, number) => {
                    cell.end = position + 1;
                }
                _ => {
                    let cell = Cell { group, number, start: position, end: position + 1 };
                    self.cells.push(cell);
                }
            }
        }
        self.next.clear();
        self.next.extend(0..=len);
    }

    fn class(&mut self, pairs: &Pairs, columns: &Columns, place: usize, row: TicketRow) -> u32 {
        let signatures = self.profiles.signatures(pairs, place).into();
        let class = Class { signatures, locations: pairs.locations_ever(columns, row).0 };
        if let Some(&known) = self.known_classes.get(&class) {
            return known;
        }
        if self.classes.len() > CLASSES_MAX {
            return 0;
        }
        let number = self.classes.len() as u32;
        self.classes.push(class.clone());
        self.known_classes.insert(class, number);
        number
    }

    /// Takes the ticket at a place out.
    pub(super) fn take(&mut self, place: usize) {
        let position = self.positions.get(place).copied().unwrap_or(NO_POSITION);
        if let Some(next) = self.next.get_mut(position as usize).filter(|it| **it == position) {
            *next = position + 1;
        }
    }

    /// Whether two tickets may be in one match that `epoch` judges, but for their locations.
    pub(super) fn meet(&self, pairs: &Pairs, epoch: Epoch, a: usize, b: usize) -> bool {
        self.profiles.meet(pairs, epoch, a, b)
    }

    /// The values of a ticket for a numeric constraint.
    pub(super) fn span(&self, pairs: &Pairs, place: usize, at: usize) -> Option<Span> {
        self.profiles.span(pairs, place, at)
    }

    /// The strings that all units of a ticket have, as bits for each such constraint.
    pub(super) fn signatures(&self, pairs: &Pairs, place: usize) -> &[u64] {
        self.profiles.signatures(pairs, place)
    }

    /// Whether no match can hold the ticket at a place.
    pub(super) fn is_nowhere(&self, place: usize) -> bool {
        self.profiles.group(place) == Profiles::NOWHERE
    }

    /// Sets the cursors to the cells that the window of the ticket at `place` reaches; false when
    /// they are too many.
    pub(super) fn reach(
        &mut self,
        pairs: &Pairs,
        epoch: Epoch,
        (place, locations): (usize, LocationSet),
        cursors: &mut Cursors,
    ) -> bool {
        cursors.clear();
        let group = self.profiles.group(place);
        let (low, high) = self.numbers(pairs, epoch, place);
        let from = self.cells.partition_point(|it| (it.group, it.number) < (group, low));
        let to = self.cells.partition_point(|it| (it.group, it.number) <= (group, high));
        if to.saturating_sub(from) > CURSORS_MAX {
            return false;
        }
        for at in from..to {
            let Some(&Cell { start, end, number, .. }) = self.cells.get(at) else { continue };
            if self.window.is_some() || self.has_in_common(pairs, epoch, place, locations, number) {
                cursors.extend(self.cursor(start, end).map(Reverse));
            }
        }
        true
    }

    /// Whether a ticket that allows these locations could meet those of a class.
    fn has_in_common(
        &self,
        pairs: &Pairs,
        epoch: Epoch,
        place: usize,
        locations: LocationSet,
        class: i64,
    ) -> bool {
        let class = usize::try_from(class).ok().and_then(|class| self.classes.get(class));
        class.is_none_or(|class| {
            let signatures = self.profiles.signatures(pairs, place);
            locations.0 & class.locations != 0 && pairs.share(epoch, signatures, &class.signatures)
        })
    }

    /// The numbers of the first and the last cell that a ticket reaches.
    fn numbers(&self, pairs: &Pairs, epoch: Epoch, place: usize) -> (i64, i64) {
        let Some(window) = self.window else { return (i64::MIN, i64::MAX) };
        let max = pairs.near.get(window.at).map_or(f64::INFINITY, |near| *near.max.at(epoch));
        let span = self.profiles.span(pairs, place, window.at);
        let Some(span) = span.filter(|_| max.is_finite()) else { return (i64::MIN, i64::MAX) };
        // More than the rounding of a difference that is held against the bound.
        let slack = |value: f64| (value.abs() + max.abs()) * 1e-12;
        let low = span.high - max - slack(span.high);
        let high = span.low + max + slack(span.low);
        (window.number(low), window.number(high))
    }

    /// The next place of the merge.
    pub(super) fn next(&mut self, cursors: &mut Cursors) -> Option<usize> {
        let mut top = cursors.peek_mut()?;
        let Reverse(first) = *top;
        match self.cursor(first.position + 1, first.end) {
            Some(moved) => *top = Reverse(moved),
            None => {
                PeekMut::pop(top);
            }
        }
        Some(first.place as usize)
    }

    /// The first position from one on, before `end`, that is not taken.
    fn cursor(&mut self, from: u32, end: u32) -> Option<Cursor> {
        let position = first(&mut self.next, from as usize)? as u32;
        let place = *self.places.get(position as usize).filter(|_| position < end)?;
        Some(Cursor { place, position, end })
    }
}

/// The first position from `from` on that points at itself. The last one stands for the end.
pub(super) fn first(next: &mut [u32], from: usize) -> Option<usize> {
    let mut position = from;
    loop {
        let after = *next.get(position)? as usize;
        if after == position {
            return (position + 1 < next.len()).then_some(position);
        }
        // Halve the way for those who come after.
        let behind = next.get(after).copied().unwrap_or(after as u32);
        if let Some(cell) = next.get_mut(position) {
            *cell = behind;
        }
        position = behind as usize;
    }
}

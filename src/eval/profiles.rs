//! What the constraints on pairs look at, kept for many tickets.

use super::pairs::{Pairs, Span};
use crate::base::epoch::Epoch;
use crate::base::intern::Sym;
use crate::pool::columns::{Columns, TicketRow};
use std::collections::BTreeMap;

/// What the constraints look at of some tickets, by place.
#[derive(Default, Debug)]
pub(crate) struct Profiles {
    /// Of each ticket the number of its strings; [`Profiles::NOWHERE`] when no match can hold it.
    groups: Vec<u32>,
    spans: Vec<Span>,
    signatures: Vec<u64>,
    known: BTreeMap<Box<[Sym]>, u32>,
    strings: Vec<Sym>,
}

impl Profiles {
    /// The group of tickets that no match can hold.
    pub(crate) const NOWHERE: u32 = u32::MAX;

    pub(crate) fn clear(&mut self) {
        self.groups.clear();
        self.spans.clear();
        self.signatures.clear();
        self.known.clear();
    }

    /// Adds the ticket of the next place.
    pub(crate) fn push(&mut self, pairs: &Pairs, columns: &Columns, row: TicketRow) {
        self.strings.clear();
        let mut is_possible = pairs.strings(columns, row, &mut self.strings);
        for near in &pairs.near {
            let span = near.span(columns, row);
            is_possible &= span.is_some();
            self.spans.push(span.unwrap_or(Span::EMPTY));
        }
        self.signatures.extend(pairs.share.iter().map(|it| it.signature(columns, row)));
        let group = match self.strings.as_slice() {
            _ if !is_possible => Self::NOWHERE,
            [] => 0,
            strings => match self.known.get(strings) {
                Some(&group) => group,
                None => {
                    let group = self.known.len() as u32;
                    self.known.insert(strings.into(), group);
                    group
                }
            },
        };
        self.groups.push(group);
    }

    /// How many tickets there are.
    pub(crate) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The number that tickets share whose strings are the same.
    pub(crate) fn group(&self, place: usize) -> u32 {
        self.groups.get(place).copied().unwrap_or(Self::NOWHERE)
    }

    /// The values of a ticket for the `at`-th numeric constraint.
    pub(crate) fn span(&self, pairs: &Pairs, place: usize, at: usize) -> Option<Span> {
        self.spans.get(place * pairs.near.len() + at).copied()
    }

    /// The strings that all units of a ticket have, as bits for each such constraint.
    pub(crate) fn signatures(&self, pairs: &Pairs, place: usize) -> &[u64] {
        let count = pairs.share.len();
        self.signatures.get(place * count..(place + 1) * count).unwrap_or_default()
    }

    /// Whether two tickets may be in one match that `epoch` judges, but for their locations.
    pub(crate) fn meet(&self, pairs: &Pairs, epoch: Epoch, a: usize, b: usize) -> bool {
        let group = self.group(a);
        if group == Self::NOWHERE || group != self.group(b) {
            return false;
        }
        let near = pairs.near.iter().enumerate().all(|(at, near)| {
            let max = *near.max.at(epoch);
            let pair = self.span(pairs, a, at).zip(self.span(pairs, b, at));
            max == f64::INFINITY || pair.is_none_or(|(a, b)| a.is_near(b, max))
        });
        near && pairs.share(epoch, self.signatures(pairs, a), self.signatures(pairs, b))
    }
}

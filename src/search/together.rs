//! What the constraints on pairs leave of the tickets that are in a match: kept up ticket by ticket,
//! so that rules which say no more than that need not be asked about a partial match.

use super::run::Run;
use super::view::Entry;
use crate::eval::pairs::Span;
use crate::pool::columns::LocationSet;

/// What the constraints look at of the tickets of one search, looked up once.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// For each ticket one for each numeric constraint.
    spans: Vec<Span>,
    /// For each ticket one for each list that must have a string in common.
    bits: Vec<u64>,
    locations: Vec<LocationSet>,
}

/// Those of one ticket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact<'f> {
    pub(super) spans: &'f [Span],
    pub(super) bits: &'f [u64],
    pub(super) locations: LocationSet,
}

impl Facts {
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.bits.clear();
        self.locations.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.locations.len()
    }

    /// Looks a ticket up; the number stands for it from now on.
    pub(super) fn push(&mut self, run: &Run<'_>, entry: Entry) -> usize {
        let pairs = run.view.pairs;
        self.spans.extend_from_slice(run.view.spans(entry));
        let start = self.bits.len();
        self.bits.extend_from_slice(run.view.signatures(entry));
        self.bits.resize(start + pairs.share.len(), u64::MAX);
        self.locations.push(run.locations_of(entry));
        self.len() - 1
    }

    /// Forgets the ticket that was looked up last.
    pub(super) fn pop(&mut self, run: &Run<'_>) {
        let pairs = run.view.pairs;
        self.locations.pop();
        let len = self.len();
        self.spans.truncate(len * pairs.near.len());
        self.bits.truncate(len * pairs.share.len());
    }

    #[inline]
    pub(super) fn of(&self, run: &Run<'_>, number: usize) -> Fact<'_> {
        let pairs = run.view.pairs;
        Fact {
            spans: stretch(&self.spans, number, pairs.near.len()),
            bits: stretch(&self.bits, number, pairs.share.len()),
            locations: self.locations.get(number).copied().unwrap_or(LocationSet::NONE),
        }
    }
}

/// The `number`-th stretch of so many cells.
#[inline]
fn stretch<T>(cells: &[T], number: usize, len: usize) -> &[T] {
    cells.get(number * len..(number + 1) * len).unwrap_or_default()
}

/// The tickets that are in, taken together, after each of them.
#[derive(Debug, Default)]
pub(super) struct Together {
    facts: Facts,
}

impl Together {
    pub(super) fn clear(&mut self) {
        self.facts.clear();
    }

    /// Where all of them allow a match.
    pub(super) fn locations(&self) -> LocationSet {
        self.facts.locations.last().copied().unwrap_or(LocationSet::ALL)
    }

    /// The values of all of them for each numeric constraint; nothing when nobody is in.
    pub(super) fn spans(&self, run: &Run<'_>) -> &[Span] {
        let len = run.view.pairs.near.len();
        match self.facts.len().checked_sub(1) {
            Some(last) => stretch(&self.facts.spans, last, len),
            None => &[],
        }
    }

    /// For each list that must have a string in common what is left of it; nothing when nobody is
    /// in.
    pub(super) fn bits(&self, run: &Run<'_>) -> &[u64] {
        let len = run.view.pairs.share.len();
        match self.facts.len().checked_sub(1) {
            Some(last) => stretch(&self.facts.bits, last, len),
            None => &[],
        }
    }

    /// Whether a match may hold a ticket beside the others.
    #[inline]
    pub(super) fn takes(&self, run: &Run<'_>, fact: Fact<'_>) -> bool {
        if fact.locations.intersect(self.locations()).is_empty() {
            return false;
        }
        if run.view.is_plain {
            return true;
        }
        if self.facts.len() == 0 {
            return Self::may_begin_with(run, fact);
        }
        let pairs = run.view.pairs;
        let near = pairs.near.iter().zip(self.spans(run)).zip(fact.spans);
        let is_near = near.into_iter().all(|((near, others), own)| {
            let max = *near.max.at(run.epoch);
            let span = others.join(*own);
            max == f64::INFINITY || span.is_near(span, max)
        });
        is_near && pairs.share(run.epoch, self.bits(run), fact.bits)
    }

    /// Adds a ticket that a match may hold beside the others.
    #[inline]
    pub(super) fn push(&mut self, fact: Fact<'_>) {
        let Facts { spans, bits, locations } = &mut self.facts;
        let others = spans.len().checked_sub(fact.spans.len()).filter(|_| !locations.is_empty());
        for (at, &own) in fact.spans.iter().enumerate() {
            let joined = others.and_then(|it| spans.get(it + at)).map_or(own, |it| it.join(own));
            spans.push(joined);
        }
        let others = bits.len().checked_sub(fact.bits.len()).filter(|_| !locations.is_empty());
        for (at, &own) in fact.bits.iter().enumerate() {
            bits.push(others.and_then(|it| bits.get(it + at)).map_or(own, |it| it & own));
        }
        let common = locations.last().copied().unwrap_or(LocationSet::ALL);
        locations.push(common.intersect(fact.locations));
    }

    /// Whether a ticket may be in a match at all.
    fn may_begin_with(run: &Run<'_>, fact: Fact<'_>) -> bool {
        let pairs = run.view.pairs;
        let mut near = pairs.near.iter().zip(fact.spans);
        let is_near = near.all(|(near, own)| {
            let max = *near.max.at(run.epoch);
            max == f64::INFINITY || own.is_near(*own, max)
        });
        is_near && pairs.share(run.epoch, fact.bits, fact.bits)
    }

    /// Takes the ticket out that was added last.
    pub(super) fn pop(&mut self, run: &Run<'_>) {
        self.facts.pop(run);
    }
}

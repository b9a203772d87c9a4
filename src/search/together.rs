//! What the constraints on pairs leave of the tickets that are in a match: kept up ticket by ticket,
//! so that rules which say no more than that need not be asked about a partial match.

use super::run::Run;
use super::view::Entry;
use crate::eval::pairs::Span;
use crate::pool::columns::LocationSet;

/// The tickets that are in, taken together, after each of them.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// For each ticket one for each numeric constraint.
    spans: Vec<Span>,
    locations: Vec<LocationSet>,
}

impl Together {
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.locations.clear();
    }

    /// Where all of them allow a match.
    pub(super) fn locations(&self) -> LocationSet {
        self.locations.last().copied().unwrap_or(LocationSet::ALL)
    }

    /// Adds a ticket, unless no match can hold it beside the others: then false is said.
    pub(super) fn push(&mut self, run: &Run<'_>, entry: Entry) -> bool {
        let locations = run.locations_of(entry).intersect(self.locations());
        if locations.is_empty() {
            return false;
        }
        let near = &run.view.pairs.near;
        let start = self.spans.len();
        let before = start.checked_sub(near.len());
        let spans = run.view.spans(entry);
        for (at, (near, &own)) in near.iter().zip(spans).enumerate() {
            let others = before.and_then(|before| self.spans.get(before + at)).copied();
            let span = others.map_or(own, |others| others.join(own));
            let max = *near.max.at(run.epoch);
            if max.is_finite() && !span.is_near(span, max) {
                self.spans.truncate(start);
                return false;
            }
            self.spans.push(span);
        }
        self.locations.push(locations);
        true
    }

    /// Takes the ticket out that was added last.
    pub(super) fn pop(&mut self, run: &Run<'_>) {
        self.locations.pop();
        self.spans.truncate(self.spans.len().saturating_sub(run.view.pairs.near.len()));
    }
}

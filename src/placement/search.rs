//! Where a PENDING placement stands among the places of its queue.

use std::sync::Arc;

use super::plan::{QueuePlan, Turn};
use super::reports::Reports;
use crate::base::time::{Millis, Timestamp};
use crate::model::placement::{PlacementFallbackStrategy, PriorityConfigurationOverride};

/// After the last place has refused, so long passes until the first is asked again (decision 33).
const BACK_OFF: Millis = Millis::new(1000);

#[derive(Debug)]
pub(super) struct Search {
    /// The places to try, in order; none: those of the queue in its order.
    order: Option<Box<[Turn]>>,
    pub(super) waits_for: WaitsFor,
    /// The first place in the order that has not had its turn in this pass.
    cursor: u16,
    /// Whether the order is that of one pass, and the queue's comes after it.
    single_pass: bool,
}

/// What a PENDING placement waits for, beside the end of its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum WaitsFor {
    /// The host's answer about the place at this position of the queue's places.
    Answer(u16),
    /// Another pass over the places.
    Retry(Timestamp),
    /// Nothing: no place will ever be allowed.
    Nothing,
}

impl Search {
    /// The search of a request, in no other locations than those given.
    pub(super) fn new(
        plan: &QueuePlan,
        reports: &Reports,
        given: Option<&PriorityConfigurationOverride>,
        only: Option<&[Arc<str>]>,
    ) -> Self {
        let latencies = plan.latencies(reports);
        let order = match (given, &latencies, only) {
            (Some(given), ..) => Some(plan.overridden(given)),
            (None, None, None) => None,
            (None, latencies, only) => Some(plan.sorted(latencies.as_ref(), |place| {
                let name = plan.locations.get(usize::from(place.location));
                only.is_none_or(|only| name.is_some_and(|name| only.contains(name)))
            })),
        };
        let fallback = given.map(|given| given.placement_fallback_strategy);
        Self {
            order: order.map(|order| plan.turns(&order, latencies.as_ref()).into()),
            waits_for: WaitsFor::Nothing,
            cursor: 0,
            single_pass: fallback == Some(PlacementFallbackStrategy::DefaultAfterSinglePass),
        }
    }

    /// A search of an earlier run.
    pub(super) fn resumed(
        plan: &QueuePlan,
        reports: &Reports,
        order: Option<&[u16]>,
        single_pass: bool,
        cursor: u16,
    ) -> Self {
        let latencies = plan.latencies(reports);
        let order = order.map(|order| plan.turns(order, latencies.as_ref()).into());
        Self { order, waits_for: WaitsFor::Nothing, cursor, single_pass }
    }

    fn order<'s>(&'s self, plan: &'s QueuePlan) -> &'s [Turn] {
        self.order.as_deref().unwrap_or(plan.order())
    }

    /// The places of an order of its own.
    pub(super) fn own_order(&self) -> Option<Vec<u16>> {
        let order = self.order.as_deref()?;
        Some(order.iter().map(|turn| turn.place).collect())
    }

    pub(super) fn cursor(&self) -> u16 {
        self.cursor
    }

    pub(super) fn is_single_pass(&self) -> bool {
        self.single_pass
    }

    /// The place that had its turn last in this pass.
    pub(super) fn last(&self, plan: &QueuePlan) -> Option<u16> {
        let last = usize::from(self.cursor).checked_sub(1)?;
        self.order(plan).get(last).map(|turn| turn.place)
    }

    /// The next place of this pass that the cap in force lets through; it has had its turn then,
    /// and so have those that are passed over.
    pub(super) fn next(&mut self, plan: &QueuePlan, cap: u8) -> Option<u16> {
        let coming = self.order(plan).get(usize::from(self.cursor)..).unwrap_or_default();
        let found = coming.iter().position(|turn| turn.cap <= cap);
        let place = found.and_then(|at| coming.get(at)).map(|turn| turn.place);
        self.cursor += found.map_or(coming.len(), |at| at + 1) as u16;
        place
    }

    /// Whether there is no place at all.
    pub(super) fn is_empty(&self, plan: &QueuePlan) -> bool {
        self.order(plan).is_empty()
    }

    /// When a place is first allowed, for a request of `start`; none when none ever is.
    pub(super) fn first_allowed(&self, plan: &QueuePlan, start: Timestamp) -> Option<Timestamp> {
        let cap = self.order(plan).iter().map(|turn| turn.cap).min()?;
        plan.allowed_from(cap, start)
    }

    /// Goes back to the top of the order, of the queue's after an override's single pass.
    pub(super) fn begin_pass(&mut self) {
        self.cursor = 0;
        if self.single_pass {
            self.single_pass = false;
            self.order = None;
        }
    }

    /// When the next pass begins: at the first end of a back-off at which a place is allowed; none
    /// when none ever is.
    pub(super) fn next_pass(
        &self,
        plan: &QueuePlan,
        start: Timestamp,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let next = now.plus(BACK_OFF);
        let allowed = self.first_allowed(plan, start)?;
        if allowed <= next {
            return Some(next);
        }
        let passes = allowed.since(now).get().div_ceil(BACK_OFF.get());
        Some(now.plus(Millis::new(passes * BACK_OFF.get())))
    }
}

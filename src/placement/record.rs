//! One placement over time: its states, and what it does while it is PENDING.

use std::sync::Arc;

use super::plan::QueuePlan;
use crate::base::time::{Millis, Timestamp};
use crate::model::placement::{PlacementStatus, StartGameSessionPlacement};
use crate::model::session::GameSessionConnectionInfo;
use crate::model::ticket::MatchId;

/// The changes of status that there are (facts 8.5).
pub(super) const ALLOWED: [(PlacementStatus, PlacementStatus); 4] = [
    (PlacementStatus::Pending, PlacementStatus::Fulfilled),
    (PlacementStatus::Pending, PlacementStatus::Cancelled),
    (PlacementStatus::Pending, PlacementStatus::TimedOut),
    (PlacementStatus::Pending, PlacementStatus::Failed),
];

/// After the last place has refused, so long passes until the first is asked again (decision 33).
pub(super) const BACK_OFF: Millis = Millis::new(1000);

#[derive(Debug)]
pub(super) struct Record {
    /// Counts placements; orders those of one instant.
    pub(super) number: u64,
    pub(super) request: Box<StartGameSessionPlacement>,
    /// The match that it is for, if it is for one.
    pub(super) match_id: Option<MatchId>,
    /// The number of its first ticket.
    pub(super) first_ticket: Option<u64>,
    pub(super) queue: Arc<QueuePlan>,
    pub(super) status: PlacementStatus,
    pub(super) start: Timestamp,
    pub(super) end: Option<Timestamp>,
    /// How many game sessions were asked for.
    pub(super) attempts: u32,
    /// What it does while it is PENDING.
    pub(super) search: Option<Box<Search>>,
    /// The session of one that is FULFILLED.
    pub(super) session: Option<Box<GameSessionConnectionInfo>>,
}

/// Where a PENDING placement stands among the places of its queue.
#[derive(Debug)]
pub(super) struct Search {
    /// The places to try, in order; none: those of the queue in its order.
    pub(super) order: Option<Box<[u16]>>,
    /// Whether the order is that of one pass, and the queue's comes after it.
    pub(super) single_pass: bool,
    /// The worst latency at each location of the queue, when caps on it are in force.
    pub(super) worst: Option<Box<[f64]>>,
    /// The first place in the order that has not had its turn in this pass.
    pub(super) cursor: usize,
    pub(super) waits_for: WaitsFor,
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

impl Record {
    pub(super) fn deadline(&self) -> Timestamp {
        self.start.plus(Millis::from_secs(self.queue.queue.timeout_in_seconds))
    }

    /// Changes the status, along the table. The one writer of it.
    pub(super) fn advance(&mut self, to: PlacementStatus, at: Timestamp) {
        debug_assert!(ALLOWED.contains(&(self.status, to)), "{:?} to {to:?}", self.status);
        self.status = to;
        self.end = Some(at);
        self.search = None;
    }
}

impl Search {
    pub(super) fn order<'s>(&'s self, plan: &'s QueuePlan) -> &'s [u16] {
        self.order.as_deref().unwrap_or(plan.order())
    }

    /// The worst latency of any player at a place; 0 when no cap is in force.
    pub(super) fn worst_at(&self, plan: &QueuePlan, place: u16) -> f64 {
        let Some(worst) = &self.worst else { return 0.0 };
        let location = plan.place(place).map(|place| usize::from(place.location));
        location.and_then(|it| worst.get(it)).copied().unwrap_or(f64::INFINITY)
    }
}

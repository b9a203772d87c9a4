//! One placement over time.

use std::sync::Arc;

use super::plan::QueuePlan;
use super::reports::Reports;
use super::search::{Search, WaitsFor};
use crate::base::time::{Millis, Timestamp};
use crate::model::placement::{GameSessionPlacement, PlacementStatus, StartGameSessionPlacement};
use crate::model::session::GameSessionConnectionInfo;
use crate::model::ticket::{MatchId, PlacementId};

/// The changes of status that there are (facts 8.5).
pub(super) const ALLOWED: [(PlacementStatus, PlacementStatus); 4] = [
    (PlacementStatus::Pending, PlacementStatus::Fulfilled),
    (PlacementStatus::Pending, PlacementStatus::Cancelled),
    (PlacementStatus::Pending, PlacementStatus::TimedOut),
    (PlacementStatus::Pending, PlacementStatus::Failed),
];

/// What an attempt reads, and no more: many placements have their turn one after another, so each
/// must be found in few cache lines. The rest is apart.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: PlacementId,
    /// Counts placements; orders those of one instant.
    pub(super) number: u64,
    /// The number of the first ticket of its match.
    pub(super) first_ticket: Option<u64>,
    pub(super) queue: Arc<QueuePlan>,
    pub(super) start: Timestamp,
    /// What it does while it is PENDING.
    pub(super) search: Option<Search>,
    /// How many game sessions were asked for.
    pub(super) attempts: u32,
    pub(super) status: PlacementStatus,
    pub(super) details: Box<Details>,
}

/// What a placement is asked for when it is shown, and what it ends with.
#[derive(Debug)]
pub(super) struct Details {
    /// The request without its latencies.
    request: StartGameSessionPlacement,
    reports: Reports,
    /// The match that it is for, if it is for one.
    pub(super) match_id: Option<MatchId>,
    pub(super) end: Option<Timestamp>,
    /// The session of one that is FULFILLED.
    pub(super) session: Option<Box<GameSessionConnectionInfo>>,
}

impl Details {
    /// The details of a request that begins in a queue.
    pub(super) fn of(mut request: StartGameSessionPlacement, plan: &QueuePlan) -> Box<Self> {
        let latencies = std::mem::take(&mut request.player_latencies);
        let reports = Reports::pack(&latencies, plan);
        Box::new(Self { request, reports, match_id: None, end: None, session: None })
    }

    /// The request, its latencies excepted.
    pub(super) fn request(&self) -> &StartGameSessionPlacement {
        &self.request
    }

    pub(super) fn reports(&self) -> &Reports {
        &self.reports
    }

    /// The request as it was sent.
    pub(super) fn whole_request(&self) -> StartGameSessionPlacement {
        StartGameSessionPlacement {
            player_latencies: self.reports.unpack(),
            ..self.request.clone()
        }
    }
}

impl Record {
    pub(super) fn deadline(&self) -> Timestamp {
        self.start.plus(Millis::from_secs(self.queue.queue.timeout_in_seconds))
    }

    /// Changes the status, along the table. The one writer of it.
    pub(super) fn advance(&mut self, to: PlacementStatus, at: Timestamp) {
        debug_assert!(ALLOWED.contains(&(self.status, to)), "{:?} to {to:?}", self.status);
        self.status = to;
        self.details.end = Some(at);
        self.search = None;
    }

    /// The place that the host is asked about, if that is the attempt in question.
    pub(super) fn awaited(&self, attempt: Option<u32>) -> Option<u16> {
        let search = self.search.as_ref()?;
        let is_last = attempt.is_none_or(|attempt| attempt == self.attempts);
        match search.waits_for {
            WaitsFor::Answer(place) if is_last => Some(place),
            _ => None,
        }
    }

    pub(super) fn view(&self) -> GameSessionPlacement {
        GameSessionPlacement {
            request: self.details.whole_request(),
            status: self.status,
            start_time: self.start,
            end_time: self.details.end,
            game_session: self.details.session.as_deref().cloned(),
            matchmaker_data: None,
        }
    }
}

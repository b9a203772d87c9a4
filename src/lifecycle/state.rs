//! The one table of status changes, and the one function that makes them.

use std::sync::Arc;

use super::book::TicketRecord;
use super::cause::StatusCause;
use super::event::{EventDetail, EventPlayer, EventTicket, RuleMetrics};
use super::outbox::Outbox;
use super::status::TicketStatus::{
    self, Cancelled, Completed, Placing, Queued, Searching, TimedOut,
};
use crate::base::time::Timestamp;
use crate::model::ticket::PlayerId;

/// Every change that a ticket's status can make (facts 6.1).
pub(crate) const ALLOWED: &[(TicketStatus, TicketStatus)] = &[
    (Queued, Searching),
    (Queued, Cancelled),
    (Queued, TimedOut),
    (Searching, Placing),
    (Searching, Cancelled),
    (Searching, TimedOut),
    (Placing, Completed),
];

/// Why a ticket is taken out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CancelCause {
    /// `StopMatchmaking`.
    Request,
    /// A player of it has started another ticket (facts 6.5).
    DuplicatePlayer,
}

impl CancelCause {
    const fn status_cause(self) -> StatusCause {
        match self {
            Self::Request => StatusCause::Stopped,
            Self::DuplicatePlayer => StatusCause::DuplicatePlayer,
        }
    }
}

/// A change of a ticket's status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    /// The matchmaker looks at the ticket for the first time.
    Search {
        estimated_wait_seconds: Option<u32>,
    },
    /// The ticket is in a match. The match's events are told once for all its tickets.
    Place,
    /// The match is complete.
    Complete,
    Cancel(CancelCause),
    TimeOut,
}

impl Change {
    const fn to(self) -> TicketStatus {
        match self {
            Self::Search { .. } => Searching,
            Self::Place => Placing,
            Self::Complete => Completed,
            Self::Cancel(_) => Cancelled,
            Self::TimeOut => TimedOut,
        }
    }

    const fn cause(self) -> Option<StatusCause> {
        match self {
            Self::Search { .. } | Self::Place | Self::Complete => None,
            Self::Cancel(cause) => Some(cause.status_cause()),
            Self::TimeOut => Some(StatusCause::TimedOut),
        }
    }
}

/// Changes a ticket's status, stamps it, and tells the event that goes with it.
///
/// # Panics
/// When the table does not allow the change: a bug of the engine, never of its caller.
pub(crate) fn advance(
    record: &mut TicketRecord,
    change: Change,
    now: Timestamp,
    rules: &[Arc<str>],
    outbox: &mut Outbox,
) {
    let (from, to) = (record.status, change.to());
    assert!(ALLOWED.contains(&(from, to)), "a ticket went from {from:?} to {to:?}");
    record.status = to;
    record.cause = change.cause();
    record.end_time = to.is_end().then_some(now);
    let detail = match change {
        Change::Place | Change::Complete => return,
        Change::Search { estimated_wait_seconds } => EventDetail::MatchmakingSearching {
            ticket: event_ticket(record),
            estimated_wait_seconds,
        },
        Change::Cancel(cause) => EventDetail::MatchmakingCancelled {
            ticket: event_ticket(record),
            cause: cause.status_cause(),
            rule_evaluation_metrics: metrics(rules, [&*record]),
        },
        Change::TimeOut => EventDetail::MatchmakingTimedOut {
            ticket: event_ticket(record),
            cause: StatusCause::TimedOut,
            rule_evaluation_metrics: metrics(rules, [&*record]),
        },
    };
    outbox.push(now, detail);
}

/// A ticket as events show it.
pub(crate) fn event_ticket(record: &TicketRecord) -> EventTicket {
    let player = |id: &PlayerId| EventPlayer {
        player_id: id.clone(),
        team: record.team.clone(),
        accepted: None,
        player_session_id: None,
    };
    EventTicket {
        ticket_id: record.id.clone(),
        start_time: record.start_time,
        players: record.party.ids().map(player).collect(),
    }
}

/// The rules' tallies summed over tickets, every rule listed.
pub(crate) fn metrics<'r>(
    rules: &[Arc<str>],
    records: impl IntoIterator<Item = &'r TicketRecord>,
) -> Vec<RuleMetrics> {
    let unseen = |name: &Arc<str>| RuleMetrics {
        rule_name: Arc::clone(name),
        passed_count: 0,
        failed_count: 0,
    };
    let mut sums: Vec<RuleMetrics> = rules.iter().map(unseen).collect();
    for record in records {
        for (sum, &(passed, failed)) in sums.iter_mut().zip(&*record.tallies) {
            sum.passed_count += passed;
            sum.failed_count += failed;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_change_leaves_an_end() {
        for &(from, to) in ALLOWED {
            assert!(!from.is_end(), "{from:?} to {to:?}");
        }
    }
}

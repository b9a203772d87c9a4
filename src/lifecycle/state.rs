//! The one table of status changes, and the one function that makes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::TicketRecord;
use super::cause::StatusCause;
use super::event::{EventDetail, RuleMetrics};
use super::event_ticket::{EventTicket, PlayerDetails};
use super::outbox::Outbox;
use super::status::TicketStatus::{
    self, Cancelled, Completed, Failed, Placing, Queued, RequiresAcceptance, Searching, TimedOut,
};
use crate::base::time::Timestamp;
use crate::model::ticket::PlayerId;

/// Every change that a ticket's status can make, and what makes it (facts 6.1).
pub(crate) const ALLOWED: &[(TicketStatus, TicketStatus, &str)] = &[
    (Queued, Searching, "a pass sees it"),
    (Queued, Cancelled, "stop, duplicate player, replacement, session end"),
    (Queued, TimedOut, "request timeout"),
    (Searching, RequiresAcceptance, "match, players must accept"),
    (Searching, Placing, "match"),
    (Searching, Cancelled, "stop, duplicate player, replacement, session end"),
    (Searching, TimedOut, "request timeout"),
    (RequiresAcceptance, Placing, "all accepted"),
    (RequiresAcceptance, Searching, "dropped by others"),
    (RequiresAcceptance, Cancelled, "rejected, not answered, stop, duplicate player"),
    (Placing, Completed, "game session"),
    (Placing, Searching, "placement timed out"),
    (Placing, Failed, "placement failed"),
];

/// The same to be looked up: by the status before and the one after.
const IS_ALLOWED: [[bool; TicketStatus::ALL.len()]; TicketStatus::ALL.len()] = {
    let mut table = [[false; TicketStatus::ALL.len()]; TicketStatus::ALL.len()];
    let mut at = 0;
    while at < ALLOWED.len() {
        let (from, to, _) = ALLOWED[at];
        table[from as usize][to as usize] = true;
        at += 1;
    }
    table
};

/// A change of a ticket's status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    /// A pass looks at the ticket for the first time.
    Search {
        estimated_wait_seconds: Option<u32>,
    },
    /// The match that it was in is dropped.
    Return {
        cause: StatusCause,
        estimated_wait_seconds: Option<u32>,
    },
    /// The ticket is in a match that its players must accept.
    Propose,
    /// The ticket is in a match. The match's events are told once for all its tickets.
    Place,
    /// The match is complete.
    Complete,
    /// The match has no game session.
    Fail,
    Cancel(StatusCause),
    TimeOut,
}

impl Change {
    const fn to(self) -> TicketStatus {
        match self {
            Self::Search { .. } | Self::Return { .. } => Searching,
            Self::Propose => RequiresAcceptance,
            Self::Place => Placing,
            Self::Complete => Completed,
            Self::Fail => Failed,
            Self::Cancel(_) => Cancelled,
            Self::TimeOut => TimedOut,
        }
    }

    const fn cause(self) -> Option<StatusCause> {
        match self {
            Self::Search { .. } | Self::Propose | Self::Place | Self::Complete => None,
            Self::Return { cause, .. } | Self::Cancel(cause) => Some(cause),
            Self::Fail => Some(StatusCause::PlacementFailed),
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
    assert!(IS_ALLOWED[from as usize][to as usize], "a ticket went from {from:?} to {to:?}");
    record.status = to;
    record.cause = change.cause();
    record.end_time = to.is_end().then_some(now);
    let detail = match change {
        Change::Propose | Change::Place | Change::Complete | Change::Fail => return,
        Change::Search { estimated_wait_seconds }
        | Change::Return { estimated_wait_seconds, .. } => EventDetail::MatchmakingSearching {
            ticket: event_ticket(record, Showing::Nothing),
            estimated_wait_seconds,
        },
        Change::Cancel(cause) => EventDetail::MatchmakingCancelled {
            ticket: event_ticket(record, Showing::Teams),
            cause,
            rule_evaluation_metrics: metrics(rules, std::iter::once(&*record)),
        },
        Change::TimeOut => EventDetail::MatchmakingTimedOut {
            ticket: event_ticket(record, Showing::Teams),
            cause: StatusCause::TimedOut,
            rule_evaluation_metrics: metrics(rules, std::iter::once(&*record)),
        },
    };
    outbox.push(now, detail);
}

/// What an event shows of a ticket's players.
#[derive(Clone, Copy)]
pub(crate) enum Showing<'a> {
    /// Who they are.
    Nothing,
    /// Their teams, too, once they have been in a match (decision 29).
    Teams,
    /// Teams and answers.
    Answers(&'a BTreeMap<PlayerId, bool>),
    /// Teams and player sessions.
    Sessions,
}

/// A ticket as events show it.
pub(crate) fn event_ticket(record: &TicketRecord, showing: Showing<'_>) -> EventTicket {
    let identity = record.party.identity();
    let shows_team = record.was_matched && !matches!(showing, Showing::Nothing);
    let has_own = match showing {
        Showing::Nothing | Showing::Teams => false,
        Showing::Answers(answers) => !answers.is_empty(),
        Showing::Sessions => record.placed.is_some(),
    };
    let has_teams = shows_team && record.backfill.is_some();
    if !has_own && !has_teams {
        return EventTicket::in_team(identity, record.team.clone().filter(|_| shows_team));
    }
    let details = identity.players().iter().enumerate().map(|(position, player)| PlayerDetails {
        team: if shows_team { record.team_of(position) } else { None },
        accepted: match showing {
            Showing::Answers(answers) => answers.get(player).copied(),
            _ => None,
        },
        player_session_id: match showing {
            Showing::Sessions => record.player_session(position).cloned(),
            _ => None,
        },
    });
    EventTicket::of_players(identity, details)
}

/// The rules' tallies summed over tickets, every rule listed.
pub(crate) fn metrics<'r>(
    rules: &[Arc<str>],
    records: impl Iterator<Item = &'r TicketRecord> + Clone,
) -> Box<[RuleMetrics]> {
    // Most tickets have never been an anchor.
    let tallies = records.map(|record| &*record.tallies).filter(|tallies| !tallies.is_empty());
    let of_rule = |(position, name): (usize, &Arc<str>)| {
        let of_tickets = tallies.clone().filter_map(|tallies| tallies.get(position));
        let (passed_count, failed_count) =
            of_tickets.fold((0, 0), |sum, tally| (sum.0 + tally.0, sum.1 + tally.1));
        RuleMetrics { rule_name: Arc::clone(name), passed_count, failed_count }
    };
    rules.iter().enumerate().map(of_rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_change_leaves_an_end() {
        for &(from, to, _) in ALLOWED {
            assert!(!from.is_end(), "{from:?} to {to:?}");
        }
    }
}

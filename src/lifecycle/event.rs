//! What a matchmaker tells the world (facts 7).

use std::sync::Arc;

use crate::base::time::Timestamp;
use crate::model::ticket::{MatchId, PlayerId, TicketId};

/// An event: one fact about a ticket or a match, told once.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Event {
    /// Counts the events of one matchmaker from 1 without a gap.
    pub sequence: u64,
    /// When it happened. For a deadline, the deadline.
    pub time: Timestamp,
    /// `CustomEventData` of the configuration.
    pub custom_event_data: Option<Arc<str>>,
    /// What happened.
    pub detail: EventDetail,
}

/// What happened (facts 7.13).
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum EventDetail {
    /// A ticket is searched for from now on.
    MatchmakingSearching {
        /// The ticket.
        ticket: EventTicket,
        /// Mean wait of recent matched tickets in whole seconds, once enough were matched.
        estimated_wait_seconds: Option<u32>,
    },
    /// A match was found.
    PotentialMatchCreated {
        /// The match.
        match_id: MatchId,
        /// Its tickets, in the order of teams and age.
        tickets: Vec<EventTicket>,
        /// Whether its players must accept it.
        acceptance_required: bool,
        /// How long they have, when they must.
        acceptance_timeout_seconds: Option<u32>,
        /// How often each rule was judged in the search for these tickets.
        rule_evaluation_metrics: Vec<RuleMetrics>,
    },
    /// A match is complete.
    MatchmakingSucceeded {
        /// The match.
        match_id: MatchId,
        /// Its tickets.
        tickets: Vec<EventTicket>,
        /// The location that suits its players best, when they reported latencies.
        game_session_location: Option<Arc<str>>,
    },
    /// A ticket was not matched in time.
    MatchmakingTimedOut {
        /// The ticket.
        ticket: EventTicket,
        /// `TimedOut`.
        reason: &'static str,
        /// The same in a sentence.
        message: &'static str,
        /// How often each rule was judged in the search for this ticket.
        rule_evaluation_metrics: Vec<RuleMetrics>,
    },
    /// A ticket was taken out.
    MatchmakingCancelled {
        /// The ticket.
        ticket: EventTicket,
        /// `Cancelled`.
        reason: &'static str,
        /// By whom or why, in a sentence.
        message: &'static str,
        /// How often each rule was judged in the search for this ticket.
        rule_evaluation_metrics: Vec<RuleMetrics>,
    },
}

impl EventDetail {
    /// The `type` of the event, for instance `MatchmakingSearching`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MatchmakingSearching { .. } => "MatchmakingSearching",
            Self::PotentialMatchCreated { .. } => "PotentialMatchCreated",
            Self::MatchmakingSucceeded { .. } => "MatchmakingSucceeded",
            Self::MatchmakingTimedOut { .. } => "MatchmakingTimedOut",
            Self::MatchmakingCancelled { .. } => "MatchmakingCancelled",
        }
    }

    /// The tickets that the event is about.
    pub fn tickets(&self) -> &[EventTicket] {
        match self {
            Self::MatchmakingSearching { ticket, .. }
            | Self::MatchmakingTimedOut { ticket, .. }
            | Self::MatchmakingCancelled { ticket, .. } => std::slice::from_ref(ticket),
            Self::PotentialMatchCreated { tickets, .. }
            | Self::MatchmakingSucceeded { tickets, .. } => tickets,
        }
    }
}

/// A ticket in an event.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct EventTicket {
    /// Its id.
    pub ticket_id: TicketId,
    /// When it was submitted.
    pub start_time: Timestamp,
    /// Its players.
    pub players: Vec<EventPlayer>,
}

/// A player in an event.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct EventPlayer {
    /// Who it is.
    pub player_id: PlayerId,
    /// The team instance, once matched.
    pub team: Option<Arc<str>>,
}

/// How often the search for a ticket judged a rule on a complete candidate match.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RuleMetrics {
    /// The rule.
    pub rule_name: Arc<str>,
    /// Candidates that it passed.
    pub passed_count: u64,
    /// Candidates that it failed.
    pub failed_count: u64,
}

//! What a matchmaker tells the world (facts 7).

use std::sync::Arc;

use super::cause::StatusCause;
use super::event_ticket::EventTicket;
use crate::base::time::Timestamp;
use crate::model::placement::PlacementEvent;
use crate::model::session::PlayerGatewayStatus;
use crate::model::ticket::MatchId;

/// An event: one fact about a ticket or a match, told once.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
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
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all_fields = "camelCase"))]
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
        /// Its tickets: the backfill ticket if there is one, then in the order of teams and age.
        tickets: Arc<[EventTicket]>,
        /// Whether its players must accept it.
        acceptance_required: bool,
        /// How long they have, when they must.
        acceptance_timeout_seconds: Option<u32>,
        /// How often each rule was judged in the search for these tickets.
        rule_evaluation_metrics: Box<[RuleMetrics]>,
    },
    /// Players have answered whether they accept a match.
    AcceptMatch {
        /// The match.
        match_id: MatchId,
        /// Its tickets, with the answers so far.
        tickets: Arc<[EventTicket]>,
    },
    /// The answers to a match are complete, or no longer asked for.
    AcceptMatchCompleted {
        /// The match.
        match_id: MatchId,
        /// Its tickets.
        tickets: Arc<[EventTicket]>,
        /// How it went.
        acceptance: Acceptance,
    },
    /// A match is complete.
    MatchmakingSucceeded {
        /// The match.
        match_id: MatchId,
        /// Its tickets.
        tickets: Arc<[EventTicket]>,
        /// Where it is played.
        game_session: Arc<EventGameSession>,
    },
    /// A ticket was not matched in time.
    MatchmakingTimedOut {
        /// The ticket.
        ticket: EventTicket,
        /// Why.
        cause: StatusCause,
        /// How often each rule was judged in the search for this ticket.
        rule_evaluation_metrics: Box<[RuleMetrics]>,
    },
    /// A ticket was taken out.
    MatchmakingCancelled {
        /// The ticket.
        ticket: EventTicket,
        /// By whom or why.
        cause: StatusCause,
        /// How often each rule was judged in the search for this ticket.
        rule_evaluation_metrics: Box<[RuleMetrics]>,
    },
    /// No game session could be started for a match.
    MatchmakingFailed {
        /// The match.
        match_id: MatchId,
        /// Its tickets.
        tickets: Arc<[EventTicket]>,
        /// Why.
        cause: StatusCause,
    },
    /// A game session placement has ended (facts 7.12).
    Placement(PlacementEvent),
}

impl EventDetail {
    /// The `type` of the event, for instance `MatchmakingSearching`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MatchmakingSearching { .. } => "MatchmakingSearching",
            Self::PotentialMatchCreated { .. } => "PotentialMatchCreated",
            Self::AcceptMatch { .. } => "AcceptMatch",
            Self::AcceptMatchCompleted { .. } => "AcceptMatchCompleted",
            Self::MatchmakingSucceeded { .. } => "MatchmakingSucceeded",
            Self::MatchmakingTimedOut { .. } => "MatchmakingTimedOut",
            Self::MatchmakingCancelled { .. } => "MatchmakingCancelled",
            Self::MatchmakingFailed { .. } => "MatchmakingFailed",
            Self::Placement(event) => event.name(),
        }
    }

    /// The tickets that the event is about.
    pub fn tickets(&self) -> &[EventTicket] {
        match self {
            Self::MatchmakingSearching { ticket, .. }
            | Self::MatchmakingTimedOut { ticket, .. }
            | Self::MatchmakingCancelled { ticket, .. } => std::slice::from_ref(ticket),
            Self::PotentialMatchCreated { tickets, .. }
            | Self::AcceptMatch { tickets, .. }
            | Self::AcceptMatchCompleted { tickets, .. }
            | Self::MatchmakingSucceeded { tickets, .. }
            | Self::MatchmakingFailed { tickets, .. } => tickets,
            Self::Placement(_) => &[],
        }
    }

    /// The match that the event is about. Events about one ticket name none (decision 29).
    pub const fn match_id(&self) -> Option<&MatchId> {
        match self {
            Self::PotentialMatchCreated { match_id, .. }
            | Self::AcceptMatch { match_id, .. }
            | Self::AcceptMatchCompleted { match_id, .. }
            | Self::MatchmakingSucceeded { match_id, .. }
            | Self::MatchmakingFailed { match_id, .. } => Some(match_id),
            Self::Placement(event) => event.match_id.as_ref(),
            Self::MatchmakingSearching { .. }
            | Self::MatchmakingTimedOut { .. }
            | Self::MatchmakingCancelled { .. } => None,
        }
    }
}

/// How the acceptance of a match ended.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Acceptance {
    /// All players have accepted.
    Accepted,
    /// A player has rejected, or a ticket was taken out.
    Rejected,
    /// A player has not answered in time.
    TimedOut,
}

impl Acceptance {
    /// The name in events, for instance `TimedOut`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Rejected => "Rejected",
            Self::TimedOut => "TimedOut",
        }
    }
}

/// Where a match is played. Without placement only the location is known, and that only when
/// players reported latencies.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct EventGameSession {
    /// The session.
    pub game_session_arn: Option<Arc<str>>,
    /// Its address.
    pub ip_address: Option<Arc<str>>,
    /// Its name in the DNS.
    pub dns_name: Option<Arc<str>>,
    /// Its port.
    pub port: Option<u16>,
    /// Whether players connect through a gateway.
    pub player_gateway_status: Option<PlayerGatewayStatus>,
    /// The machine that runs it.
    pub compute_name: Option<Arc<str>>,
    /// Where it runs; without placement, the location that suits the players best.
    pub location: Option<Arc<str>>,
}

/// How often the search for a ticket judged a rule on a complete candidate match.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
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

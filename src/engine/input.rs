//! What goes into a matchmaker, and what it answers at once.

use crate::base::time::Timestamp;
use crate::lifecycle::status::TicketStatus;
use crate::model::ticket::{Player, TicketId};

/// A command, named as the operation of the API (facts 8.2).
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Input {
    /// Asks for a match for up to ten players who want to play in one team.
    StartMatchmaking(StartMatchmaking),
    /// Takes a ticket that is not yet matched out of matchmaking.
    StopMatchmaking(StopMatchmaking),
    /// Reads tickets.
    DescribeMatchmaking(DescribeMatchmaking),
}

/// The input of `StartMatchmaking`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StartMatchmaking {
    /// The id of the ticket; absent: the engine makes a UUID.
    pub ticket_id: Option<TicketId>,
    /// The name or ARN of the configuration; absent: this matchmaker's.
    pub configuration_name: Option<String>,
    /// One to ten players, none of them twice.
    pub players: Vec<Player>,
}

/// The input of `StopMatchmaking`.
#[derive(Clone, PartialEq, Debug)]
pub struct StopMatchmaking {
    /// The ticket.
    pub ticket_id: TicketId,
}

/// The input of `DescribeMatchmaking`.
#[derive(Clone, PartialEq, Debug)]
pub struct DescribeMatchmaking {
    /// One to ten tickets; unknown ones are left out of the answer.
    pub ticket_ids: Vec<TicketId>,
}

/// The answer to an [`Input`].
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Response {
    /// The new ticket, QUEUED.
    StartMatchmaking(MatchmakingTicket),
    /// The ticket is cancelled.
    StopMatchmaking,
    /// Those of the tickets that are known, in the order asked for.
    DescribeMatchmaking(Vec<MatchmakingTicket>),
}

/// A ticket as the API shows it (facts 8.4).
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct MatchmakingTicket {
    /// Its id.
    pub ticket_id: TicketId,
    /// The name of the configuration.
    pub configuration_name: String,
    /// The ARN of the configuration.
    pub configuration_arn: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// Why it stands there, in one word, where there is a reason.
    pub status_reason: Option<&'static str>,
    /// Why it stands there, in a sentence, where there is a reason.
    pub status_message: Option<&'static str>,
    /// When it was submitted.
    pub start_time: Timestamp,
    /// When it ended, once it has.
    pub end_time: Option<Timestamp>,
    /// Its players; each with a team once matched.
    pub players: Vec<Player>,
    /// Mean wait of recent matched tickets in whole seconds; absent while too few were matched.
    pub estimated_wait_seconds: Option<u32>,
}

/// Why an input was refused. A refused input changes nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The request breaks a constraint; the message names the member, its value's problem and the
    /// limit.
    #[error("{message}")]
    InvalidRequest {
        /// What is wrong.
        message: String,
    },
    /// The request names something that is not there.
    #[error("{message}")]
    NotFound {
        /// What was not found.
        message: String,
    },
    /// A limit of `EngineOptions` is reached; nothing that was accepted is lost. Try again when
    /// tickets have ended, or raise the limit.
    #[error("{message}")]
    LimitExceeded {
        /// Which limit.
        message: String,
    },
    /// `now` lies before the `now` of an earlier call. Pass times that never decrease.
    #[error("time went backwards: {now} is before {last}")]
    TimeWentBackwards {
        /// The time given.
        now: Timestamp,
        /// The latest time seen.
        last: Timestamp,
    },
    /// Too many events wait to be read. Call `poll_event` until it gives none, then try again.
    #[error("{limit} events wait to be read; drain them with poll_event first")]
    EventsNotDrained {
        /// The limit of `EngineOptions`.
        limit: usize,
    },
}

impl InputError {
    /// The name of the API's exception for this error (facts 8.2).
    pub const fn exception(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "NotFoundException",
            Self::LimitExceeded { .. } | Self::EventsNotDrained { .. } => "LimitExceededException",
            Self::InvalidRequest { .. } | Self::TimeWentBackwards { .. } => {
                "InvalidRequestException"
            }
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::InvalidRequest { message: message.into() }
    }
}

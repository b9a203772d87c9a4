//! What a matchmaker answers at once.

use crate::base::time::Timestamp;
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::status::TicketStatus;
use crate::model::placement::GameSessionPlacement;
use crate::model::session::{GameSessionConnectionInfo, MatchmakerData};
use crate::model::ticket::{MatchId, Player, PlayerId, TicketId};

/// The answer to an [`Input`](crate::Input).
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Response {
    /// The new ticket, QUEUED.
    StartMatchmaking(MatchmakingTicket),
    /// The new ticket, QUEUED.
    StartMatchBackfill(MatchmakingTicket),
    /// The ticket is cancelled, or automatic backfill of the session has ended.
    StopMatchmaking,
    /// The answers are taken.
    AcceptMatch,
    /// Those of the tickets that are known, in the order asked for.
    DescribeMatchmaking(Vec<MatchmakingTicket>),
    /// What the game server is told.
    DescribeMatch(MatchmakerData),
    /// The tickets of the match are COMPLETED.
    CompletePlacement,
    /// The tickets of the match are FAILED or back in the pool.
    FailPlacement,
    /// The new placement, PENDING.
    StartGameSessionPlacement(Box<GameSessionPlacement>),
    /// The placement as it stands.
    DescribeGameSessionPlacement(Box<GameSessionPlacement>),
    /// The placement, CANCELLED.
    StopGameSessionPlacement(Box<GameSessionPlacement>),
    /// The placement is FULFILLED; or it had ended, and
    /// [`Matchmaker::poll_action`](crate::Matchmaker::poll_action) says to stop the session.
    GameSessionStarted,
    /// The next place is asked, or the placement has FAILED.
    GameSessionRefused,
    /// The session is forgotten.
    EndGameSession,
    /// The players are off the roster.
    RemovePlayers,
    /// The new rules are in force.
    Reconfigure,
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
    /// Why it stands there, where there is a reason: `StatusReason` and `StatusMessage`.
    pub status_cause: Option<StatusCause>,
    /// When it was submitted.
    pub start_time: Timestamp,
    /// When it ended, once it has.
    pub end_time: Option<Timestamp>,
    /// Its players; each with a team once matched, and always in a backfill.
    pub players: Vec<Player>,
    /// How to reach the game session, once there is one; of a backfill with an ARN, the session
    /// that asks for players.
    pub game_session_connection_info: Option<GameSessionConnectionInfo>,
    /// Mean wait of recent matched tickets in whole seconds; absent while too few were matched.
    pub estimated_wait_seconds: Option<u32>,
}

/// A match that is formed and not yet complete.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct PendingMatch {
    /// Its id.
    pub match_id: MatchId,
    /// Its tickets: the backfill ticket if there is one, then in the order of teams and age.
    pub ticket_ids: Vec<TicketId>,
    /// REQUIRES_ACCEPTANCE or PLACING, as its tickets.
    pub status: TicketStatus,
    /// When it is given up: the end of the time to accept, or of the time to place.
    pub deadline: Timestamp,
    /// The players who have answered, in the order of the tickets, and whether they accept.
    pub answers: Vec<(PlayerId, bool)>,
    /// The location that suits its players best, when they reported latencies.
    pub location: Option<String>,
    /// What the game server is to be told.
    pub matchmaker_data: MatchmakerData,
    /// `GameProperties` of the configuration, for the new game session.
    pub game_properties: Vec<(String, String)>,
    /// `GameSessionData` of the configuration, for the new game session.
    pub game_session_data: Option<String>,
}

/// A running game session that the matchmaker knows.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct GameSession {
    /// How to reach it; of a session that only a backfill request has named, the ARN alone.
    pub connection_info: GameSessionConnectionInfo,
    /// Its newest match, if the matchmaker made one for it.
    pub match_id: Option<MatchId>,
    /// Who is in it, each with a team.
    pub players: Vec<Player>,
    /// The ticket that asks for players for it, if there is one.
    pub backfill_ticket_id: Option<TicketId>,
}

//! What goes into a matchmaker, and why it may be refused.

use crate::base::time::Timestamp;
use crate::engine::options::Configuration;
use crate::model::placement::{
    DescribeGameSessionPlacement, GameSessionRefused, GameSessionStarted,
    StartGameSessionPlacement, StopGameSessionPlacement,
};
use crate::model::session::GameSessionConnectionInfo;
use crate::model::ticket::{MatchId, Player, PlayerId, TicketId};
use crate::placement::PlacementError;
use crate::ruleset::RuleSet;

/// A command, named as the operation of the API (facts 8.2), or one of ours (commands.md 1.1).
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Input {
    /// Asks for a match for up to ten players who want to play in one team.
    StartMatchmaking(StartMatchmaking),
    /// Asks for players for a running game session.
    StartMatchBackfill(StartMatchBackfill),
    /// Takes a ticket that is not yet matched out of matchmaking.
    StopMatchmaking(StopMatchmaking),
    /// Answers for players whether they accept the match that they are in.
    AcceptMatch(AcceptMatch),
    /// Reads tickets.
    DescribeMatchmaking(DescribeMatchmaking),
    /// Ours: reads what a game server is told of its match.
    DescribeMatch(DescribeMatch),
    /// Ours: the host reports that the game session of a match is up.
    CompletePlacement(CompletePlacement),
    /// Ours: the host reports that it has no game session for a match.
    FailPlacement(FailPlacement),
    /// Asks for a game session in the queue of the configuration.
    StartGameSessionPlacement(StartGameSessionPlacement),
    /// Reads a placement.
    DescribeGameSessionPlacement(DescribeGameSessionPlacement),
    /// Ends a placement that is PENDING.
    StopGameSessionPlacement(StopGameSessionPlacement),
    /// Ours: the host has started a game session that a placement has asked for.
    GameSessionStarted(GameSessionStarted),
    /// Ours: the host has not started it.
    GameSessionRefused(GameSessionRefused),
    /// Ours: the game session is over; its backfill ticket is cancelled.
    EndGameSession(EndGameSession),
    /// Ours: players have left a running game session.
    RemovePlayers(RemovePlayers),
    /// Ours: goes on with another rule set or configuration.
    Reconfigure(Box<Reconfigure>),
}

/// The input of `StartMatchmaking`.
///
/// ```
/// use rallypoint::{Player, StartMatchmaking};
/// let party = StartMatchmaking {
///     ticket_id: Some("party-1".into()), // left out, the engine makes a UUID
///     players: vec![
///         Player::new("ana").with_number("skill", 1500.0).with_latency("eu-west-1", 20),
///         Player::new("ben").with_strings("modes", &["ranked", "casual"]),
///     ],
///     ..Default::default()
/// };
/// assert_eq!(party.players.len(), 2);
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StartMatchmaking {
    /// The id of the ticket; absent: the engine makes a UUID.
    pub ticket_id: Option<TicketId>,
    /// The name or ARN of the configuration; absent: this matchmaker's.
    pub configuration_name: Option<String>,
    /// One to ten players, none of them twice.
    pub players: Vec<Player>,
}

/// The input of `StartMatchBackfill`.
///
/// ```
/// use rallypoint::*;
///
/// let rules = RuleSet::from_json(r#"{"ruleLanguageVersion": "1.0",
///     "teams": [{"name": "crew", "minPlayers": 2, "maxPlayers": 3}]}"#)?;
/// let now = Timestamp::from_millis(0);
/// let mut matchmaker =
///     Matchmaker::new(rules, Configuration::default(), EngineOptions::default(), now, 7)?;
/// // A session of two has a place left; somebody who waits takes it.
/// let roster = ["ana", "ben"].map(|name| Player::new(name).with_team("crew"));
/// let backfill = StartMatchBackfill { players: roster.into(), ..Default::default() };
/// matchmaker.handle_input(now, backfill)?;
/// let joining = StartMatchmaking { players: vec![Player::new("eve")], ..Default::default() };
/// matchmaker.handle_input(now, joining)?;
/// assert_eq!(matchmaker.handle_timeout(now)?.matches, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StartMatchBackfill {
    /// The id of the ticket; absent: the engine makes a UUID.
    pub ticket_id: Option<TicketId>,
    /// The name or ARN of the configuration; absent: this matchmaker's.
    pub configuration_name: Option<String>,
    /// The session. It has one backfill ticket at a time; a newer request replaces an older one.
    /// Absent in a game that keeps its sessions to itself.
    pub game_session_arn: Option<String>,
    /// Everyone who is in the session now: 1 to 199 players, each with a `team` instance, none
    /// of them twice.
    pub players: Vec<Player>,
}

/// The input of `StopMatchmaking`.
#[derive(Clone, PartialEq, Debug)]
pub struct StopMatchmaking {
    /// The ticket, or the announced id of an automatic backfill ticket (decision 28).
    pub ticket_id: TicketId,
}

/// The input of `AcceptMatch`.
///
/// ```
/// use rallypoint::*;
///
/// let rules = RuleSet::from_json(r#"{"ruleLanguageVersion": "1.0",
///     "teams": [{"name": "all", "minPlayers": 1, "maxPlayers": 1}]}"#)?;
/// let configuration = Configuration {
///     acceptance_required: true,
///     acceptance_timeout_seconds: Some(30),
///     ..Default::default()
/// };
/// let now = Timestamp::from_millis(0);
/// let mut matchmaker =
///     Matchmaker::new(rules, configuration, EngineOptions::default(), now, 7)?;
/// let ticket_id = TicketId::from("t1");
/// let players = vec![Player::new("ana")];
/// let start = StartMatchmaking { ticket_id: Some(ticket_id.clone()), players, ..Default::default() };
/// matchmaker.handle_input(now, start)?;
/// matchmaker.handle_timeout(now)?;
/// let status = |matchmaker: &Matchmaker| matchmaker.ticket(&ticket_id).map(|it| it.status);
/// assert_eq!(status(&matchmaker), Some(TicketStatus::RequiresAcceptance));
/// let answer = AcceptMatch {
///     ticket_id: ticket_id.clone(),
///     player_ids: vec!["ana".into()],
///     acceptance_type: AcceptanceType::Accept,
/// };
/// matchmaker.handle_input(now, answer)?;
/// assert_eq!(status(&matchmaker), Some(TicketStatus::Completed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct AcceptMatch {
    /// The ticket of the players.
    pub ticket_id: TicketId,
    /// Players of that ticket, at least one.
    pub player_ids: Vec<PlayerId>,
    /// Their answer. It is final.
    pub acceptance_type: AcceptanceType,
}

/// A player's answer to a match.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AcceptanceType {
    /// The player wants to play it.
    Accept,
    /// The player does not; the match is dropped.
    Reject,
}

/// The input of `DescribeMatchmaking`.
#[derive(Clone, PartialEq, Debug)]
pub struct DescribeMatchmaking {
    /// One to ten tickets; unknown ones are left out of the answer.
    pub ticket_ids: Vec<TicketId>,
}

/// A match or the game session that it became. Without game sessions a match is forgotten as it is
/// complete: the `MatchmakingSucceeded` event has its teams, the tickets have the attributes.
#[derive(Clone, PartialEq, Debug)]
pub enum DescribeMatch {
    /// A match that waits for answers or for its game session, or the newest match of a session.
    Match(MatchId),
    /// A game session, by its ARN.
    GameSession(String),
}

/// A match that waits for its game session, by its id or by one of its tickets.
#[derive(Clone, PartialEq, Debug)]
pub enum PlacementOf {
    /// Its id. Hosts should use this one.
    Match(MatchId),
    /// One of its tickets: the match that the ticket is in now. A report that comes late may meet a
    /// later match of the same ticket.
    Ticket(TicketId),
}

/// The input of `CompletePlacement`.
///
/// ```
/// use rallypoint::*;
///
/// let rules = RuleSet::from_json(r#"{"ruleLanguageVersion": "1.0",
///     "teams": [{"name": "all", "minPlayers": 1, "maxPlayers": 1}]}"#)?;
/// // With queue, but none is given: the host places matches.
/// let configuration =
///     Configuration { flex_match_mode: FlexMatchMode::WithQueue, ..Default::default() };
/// let now = Timestamp::from_millis(0);
/// let mut matchmaker =
///     Matchmaker::new(rules, configuration, EngineOptions::default(), now, 7)?;
/// let start = StartMatchmaking { players: vec![Player::new("ana")], ..Default::default() };
/// matchmaker.handle_input(now, start)?;
/// matchmaker.handle_timeout(now)?;
/// // The match waits for its game session. The host starts one and says where it is.
/// let waiting = matchmaker.pending_matches().next().expect("one match");
/// let session = CompletePlacement {
///     of: PlacementOf::Match(waiting.match_id),
///     game_session_connection_info: GameSessionConnectionInfo {
///         ip_address: Some("192.0.2.7".into()),
///         port: Some(7777),
///         ..GameSessionConnectionInfo::new("session-1")
///     },
/// };
/// matchmaker.handle_input(now, session)?;
/// let last = std::iter::from_fn(|| matchmaker.poll_event()).last().expect("events");
/// assert_eq!(last.detail.name(), "MatchmakingSucceeded");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct CompletePlacement {
    /// Which match.
    pub of: PlacementOf,
    /// How players reach the session. The ARN is required, and is that of no session yet.
    pub game_session_connection_info: GameSessionConnectionInfo,
}

/// The input of `FailPlacement`.
#[derive(Clone, PartialEq, Debug)]
pub struct FailPlacement {
    /// Which match.
    pub of: PlacementOf,
    /// Why there is no game session.
    pub reason: PlacementFailure,
}

/// Why a match has no game session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PlacementFailure {
    /// None was free in time; the tickets go back to the pool.
    TimedOut,
    /// An error; the tickets end as FAILED.
    Failed,
    /// Called off; the tickets end as FAILED.
    Cancelled,
}

/// The input of `EndGameSession`.
#[derive(Clone, PartialEq, Debug)]
pub struct EndGameSession {
    /// The session.
    pub game_session_arn: String,
}

/// The input of `RemovePlayers`.
#[derive(Clone, PartialEq, Debug)]
pub struct RemovePlayers {
    /// The session.
    pub game_session_arn: String,
    /// Players of its roster, at least one.
    pub player_ids: Vec<PlayerId>,
}

/// The input of `Reconfigure`. Waiting tickets stay, and are judged anew. Matches that are formed
/// already go on as they began.
#[derive(Clone, PartialEq, Debug)]
pub struct Reconfigure {
    /// The rule set to go on with; absent: the same.
    pub rule_set: Option<RuleSet>,
    /// The configuration to go on with; absent: the same. Its name must stay.
    pub configuration: Option<Configuration>,
}

macro_rules! inputs {
    ($($operation:ident),*) => {
        $(
            impl From<$operation> for Input {
                fn from(request: $operation) -> Self {
                    Self::$operation(request)
                }
            }
        )*
    };
}

inputs!(
    StartMatchmaking,
    StartMatchBackfill,
    StopMatchmaking,
    AcceptMatch,
    DescribeMatchmaking,
    DescribeMatch,
    CompletePlacement,
    FailPlacement,
    StartGameSessionPlacement,
    DescribeGameSessionPlacement,
    StopGameSessionPlacement,
    GameSessionStarted,
    GameSessionRefused,
    EndGameSession,
    RemovePlayers
);

impl From<Reconfigure> for Input {
    fn from(request: Reconfigure) -> Self {
        Self::Reconfigure(Box::new(request))
    }
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
    /// Too many events, updates and actions wait to be read. Call `poll_event`, `poll_update` and,
    /// with a queue, `poll_action` until they give none, then make the call again. The command has
    /// changed nothing; but a call that came very late may have settled deadlines before it, as any
    /// call at its time would have.
    #[error(
        "{limit} events, updates and actions wait to be read; drain them with poll_event, poll_update and poll_action first"
    )]
    EventsNotDrained {
        /// The limit of `EngineOptions`.
        limit: usize,
    },
}

impl From<PlacementError> for InputError {
    fn from(error: PlacementError) -> Self {
        match error {
            PlacementError::Invalid(message) => Self::InvalidRequest { message },
            PlacementError::NotFound(message) => Self::NotFound { message },
            PlacementError::LimitExceeded(message) => Self::LimitExceeded { message },
        }
    }
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

//! Placements: requests for a game session, and what comes of them (facts 8.4 and 8.5).

use std::sync::Arc;

use super::session::{GameSessionConnectionInfo, MatchmakerData};
use super::ticket::{MatchId, PlacementId, PlayerId};
use crate::base::time::Timestamp;

/// The input of `StartGameSessionPlacement`.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
pub struct StartGameSessionPlacement {
    /// The id of the placement: 1 to 48 letters, digits and hyphens, that of no known placement.
    pub placement_id: PlacementId,
    /// The name or ARN of the queue: 1 to 256 characters.
    pub game_session_queue_name: String,
    /// How many players the session has room for.
    pub maximum_player_session_count: u32,
    /// Up to 16 properties: keys of up to 32 characters, values of up to 96.
    pub game_properties: Vec<(String, String)>,
    /// A label of 1 to 1,024 characters.
    pub game_session_name: Option<String>,
    /// Latencies of players, each player and region once. Empty: none are known.
    pub player_latencies: Vec<PlayerLatency>,
    /// The players who get a player session, no more than there is room for, none of them twice.
    pub desired_player_sessions: Vec<DesiredPlayerSession>,
    /// Text of 1 to 262,144 characters for the session.
    pub game_session_data: Option<String>,
    /// Locations to try first. Only without latencies, and in a queue that puts LOCATION first.
    pub priority_configuration_override: Option<PriorityConfigurationOverride>,
}

impl StartGameSessionPlacement {
    /// A request with what is required, and nothing else.
    pub fn new(
        placement_id: impl Into<PlacementId>,
        game_session_queue_name: impl Into<String>,
        maximum_player_session_count: u32,
    ) -> Self {
        Self {
            placement_id: placement_id.into(),
            game_session_queue_name: game_session_queue_name.into(),
            maximum_player_session_count,
            game_properties: Vec::new(),
            game_session_name: None,
            player_latencies: Vec::new(),
            desired_player_sessions: Vec::new(),
            game_session_data: None,
            priority_configuration_override: None,
        }
    }
}

/// How far a player is from a region.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
pub struct PlayerLatency {
    /// The player: 1 to 1,024 characters.
    pub player_id: PlayerId,
    /// The location: 1 to 1,024 characters.
    pub region_identifier: Arc<str>,
    /// Finite and not negative.
    pub latency_in_milliseconds: f64,
}

/// A player who is to get a player session.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DesiredPlayerSession {
    /// The player: 1 to 1,024 characters.
    pub player_id: PlayerId,
    /// Text of 1 to 2,048 characters for the game server.
    pub player_data: Option<String>,
}

/// Locations that one request tries before the order of its queue.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriorityConfigurationOverride {
    /// What comes after them.
    pub placement_fallback_strategy: PlacementFallbackStrategy,
    /// 1 to 10 locations, none of them twice. Those that the queue does not have are passed over.
    pub location_order: Vec<String>,
}

/// What comes after the locations of a [`PriorityConfigurationOverride`].
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PlacementFallbackStrategy {
    /// The other places of the queue; from then on the order of the queue.
    #[default]
    DefaultAfterSinglePass,
    /// Nothing: they are tried again until the time is over.
    None,
}

/// The input of `DescribeGameSessionPlacement`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DescribeGameSessionPlacement {
    /// The placement.
    pub placement_id: PlacementId,
}

/// The input of `StopGameSessionPlacement`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StopGameSessionPlacement {
    /// The placement, which is PENDING.
    pub placement_id: PlacementId,
}

/// Ours: the host reports that the game session that a `StartGameSession` asked for is up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GameSessionStarted {
    /// The placement.
    pub placement_id: PlacementId,
    /// Which `StartGameSession` of the placement it answers. Absent: the one that is not answered.
    pub attempt: Option<u32>,
    /// How players reach the session. The ARN is required, and is that of no session yet.
    pub game_session_connection_info: GameSessionConnectionInfo,
}

/// Ours: the host has not started the game session that a `StartGameSession` asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GameSessionRefused {
    /// The placement.
    pub placement_id: PlacementId,
    /// Which `StartGameSession` of the placement it answers. Absent: the one that is not answered.
    pub attempt: Option<u32>,
    /// Why.
    pub reason: Refusal,
}

/// Why a host has not started a game session (decision 33).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refusal {
    /// No room there now; the next place is tried.
    NoCapacity,
    /// It went wrong there; the next place is tried.
    Error,
    /// It will go wrong everywhere; the placement ends as FAILED.
    Fatal,
}

/// Where a placement stands (facts 8.5).
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PlacementStatus {
    /// A session is asked for.
    Pending,
    /// There is a session.
    Fulfilled,
    /// It was stopped.
    Cancelled,
    /// No session came up in time.
    TimedOut,
    /// A host reported a fatal error.
    Failed,
}

impl PlacementStatus {
    /// Every status.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] =
        [Self::Pending, Self::Fulfilled, Self::Cancelled, Self::TimedOut, Self::Failed];

    /// The name in the API, for instance `TIMED_OUT`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Fulfilled => "FULFILLED",
            Self::Cancelled => "CANCELLED",
            Self::TimedOut => "TIMED_OUT",
            Self::Failed => "FAILED",
        }
    }
}

/// A placement as the API shows it.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct GameSessionPlacement {
    /// What was asked for; the queue by its name.
    pub request: StartGameSessionPlacement,
    /// Where it stands.
    pub status: PlacementStatus,
    /// When it was asked for.
    pub start_time: Timestamp,
    /// When it ended, once it has.
    pub end_time: Option<Timestamp>,
    /// The session, once there is one; its `matched_player_sessions` are `PlacedPlayerSessions`.
    pub game_session: Option<GameSessionConnectionInfo>,
    /// Of a placement for a match: what the game server is told of it, as it is now.
    pub matchmaker_data: Option<MatchmakerData>,
}

/// The end of a placement, told once (facts 7.12).
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct PlacementEvent {
    /// The placement.
    pub placement_id: PlacementId,
    /// Its queue.
    pub queue_arn: Arc<str>,
    /// How it ended; not PENDING.
    pub status: PlacementStatus,
    /// When it was asked for.
    pub start_time: Timestamp,
    /// When it ended.
    pub end_time: Timestamp,
    /// The session of a placement that is FULFILLED.
    pub game_session: Option<Box<GameSessionConnectionInfo>>,
    /// The match that it was for, if it was for one.
    pub match_id: Option<MatchId>,
}

impl PlacementEvent {
    /// The `type` of the event, for instance `PlacementTimedOut`.
    pub const fn name(&self) -> &'static str {
        match self.status {
            // a placement that goes on tells nothing
            PlacementStatus::Pending | PlacementStatus::Fulfilled => "PlacementFulfilled",
            PlacementStatus::Cancelled => "PlacementCancelled",
            PlacementStatus::TimedOut => "PlacementTimedOut",
            PlacementStatus::Failed => "PlacementFailed",
        }
    }
}

/// What a host is to do (decision 33). Who placed what, and with which data, says
/// [`Matchmaker::placement`](crate::Matchmaker::placement).
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all_fields = "camelCase"))]
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PlacementAction {
    /// Start a game session, and answer with `GameSessionStarted` or `GameSessionRefused`.
    StartGameSession {
        /// For this placement.
        placement_id: PlacementId,
        /// The number of the request among those of the placement, from 1.
        attempt: u32,
        /// The ARN of the destination.
        destination: Arc<str>,
        /// The location there.
        location: Arc<str>,
    },
    /// Stop a game session that came too late: its placement ended before.
    StopGameSession {
        /// The placement.
        placement_id: PlacementId,
        /// The session.
        game_session_arn: Arc<str>,
    },
}

impl PlacementAction {
    /// `StartGameSession` or `StopGameSession`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StartGameSession { .. } => "StartGameSession",
            Self::StopGameSession { .. } => "StopGameSession",
        }
    }
}

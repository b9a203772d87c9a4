//! Game sessions: how to reach one, and what its server is told about its players.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ticket::{AttributeValue, MatchId, PlayerId, TicketId};

/// How players reach a game session (facts 8.4).
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GameSessionConnectionInfo {
    /// The session: 1 to 512 letters, digits, `:`, `/` and `-`.
    pub game_session_arn: Option<String>,
    /// IPv4 or IPv6 address.
    pub ip_address: Option<String>,
    /// DNS name.
    pub dns_name: Option<String>,
    /// Port, at least 1.
    pub port: Option<u16>,
    /// The player sessions that the host has made. For players without one the engine makes an id.
    pub matched_player_sessions: Vec<MatchedPlayerSession>,
    /// Whether players connect through a gateway.
    pub player_gateway_status: Option<PlayerGatewayStatus>,
    /// The machine that runs the session.
    pub compute_name: Option<String>,
    /// Where the session runs; absent: the location of the match (decision 28).
    pub location: Option<String>,
}

impl GameSessionConnectionInfo {
    /// A session of which only the ARN is known. Any id of letters, digits, `:`, `/` and `-` will
    /// do for a session of one's own.
    pub fn new(game_session_arn: impl Into<String>) -> Self {
        Self { game_session_arn: Some(game_session_arn.into()), ..Self::default() }
    }
}

/// A place in a game session that is kept for a player.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MatchedPlayerSession {
    /// The player.
    pub player_id: PlayerId,
    /// `psess-` and up to 122 characters without white space. Cheap to clone.
    pub player_session_id: Arc<str>,
}

/// Whether players connect through a gateway.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlayerGatewayStatus {
    /// They connect directly.
    Disabled,
    /// They connect through a gateway.
    Enabled,
}

/// What a game server is told of its match (facts 5.7): every player that is in the session now.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct MatchmakerData {
    /// The newest match of the session; none for a session that only a backfill request has named.
    pub match_id: Option<MatchId>,
    /// The configuration of the matchmaker.
    pub matchmaking_configuration_arn: String,
    /// Every team instance, in the order of the rule set; then those of an earlier rule set that
    /// players are still in.
    pub teams: Vec<MatchmakerTeam>,
    /// Whether the matchmaker fills open places by itself; none without sessions of its own.
    pub auto_backfill_mode: Option<AutoBackfillMode>,
    /// The id of the running or the next automatic backfill ticket. `StopMatchmaking` on it ends
    /// automatic backfill of the session, even before the ticket exists (decision 28).
    pub auto_backfill_ticket_id: Option<TicketId>,
}

/// Whether open places are filled by themselves, as matchmaker data says it.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AutoBackfillMode {
    /// By the game, with `StartMatchBackfill`.
    Manual,
    /// By the matchmaker.
    Automatic,
}

/// A team instance in matchmaker data.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct MatchmakerTeam {
    /// The name of the instance.
    pub name: Arc<str>,
    /// Its players.
    pub players: Vec<MatchmakerPlayer>,
}

/// A player in matchmaker data.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct MatchmakerPlayer {
    /// Who it is.
    pub player_id: PlayerId,
    /// The values of the attributes that the rule set declares, defaults included.
    pub attributes: BTreeMap<String, AttributeValue>,
}

/// News for the server of a game session about a backfill ticket (facts 5.5).
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct SessionUpdate {
    /// The session.
    pub game_session_arn: Arc<str>,
    /// The backfill ticket.
    pub ticket_id: TicketId,
    /// What has become of it.
    pub reason: UpdateReason,
    /// The session's data as it is now.
    pub matchmaker_data: MatchmakerData,
}

/// What has become of a backfill ticket (facts 5.5).
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UpdateReason {
    /// New players were matched.
    MatchmakingDataUpdated,
    /// It ended with an error. The engine places no backfill, so it never says this.
    BackfillFailed,
    /// No match was found in time.
    BackfillTimedOut,
    /// It was stopped or replaced.
    BackfillCancelled,
}

impl UpdateReason {
    /// The name in the API, for instance `MATCHMAKING_DATA_UPDATED`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MatchmakingDataUpdated => "MATCHMAKING_DATA_UPDATED",
            Self::BackfillFailed => "BACKFILL_FAILED",
            Self::BackfillTimedOut => "BACKFILL_TIMED_OUT",
            Self::BackfillCancelled => "BACKFILL_CANCELLED",
        }
    }
}

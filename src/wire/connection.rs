//! How players reach a game session (facts 8.4), in `CompletePlacement` and on tickets.

use serde::Serialize;
use serde_json::Value;

use super::member::{Members, Place, Shaped, named, text, whole_u32};
use crate::{GameSessionConnectionInfo, MatchedPlayerSession, PlayerGatewayStatus};

const GATEWAY_STATUSES: [PlayerGatewayStatus; 2] =
    [PlayerGatewayStatus::Disabled, PlayerGatewayStatus::Enabled];

pub(super) const fn gateway_status(status: PlayerGatewayStatus) -> &'static str {
    match status {
        PlayerGatewayStatus::Disabled => "DISABLED",
        PlayerGatewayStatus::Enabled => "ENABLED",
    }
}

pub(super) fn connection_info(
    value: &Value,
    place: Place<'_>,
) -> Shaped<GameSessionConnectionInfo> {
    let known = [
        "GameSessionArn",
        "IpAddress",
        "DnsName",
        "Port",
        "MatchedPlayerSessions",
        "PlayerGatewayStatus",
        "ComputeName",
        "Location",
    ];
    let members = Members::of(value, place, &known)?;
    let port = |value: &Value, place: Place<'_>| whole_u32(value, place, 1..=u32::from(u16::MAX));
    let port = members.optional("Port", port)?;
    Ok(GameSessionConnectionInfo {
        game_session_arn: members.string("GameSessionArn")?,
        ip_address: members.string("IpAddress")?,
        dns_name: members.string("DnsName")?,
        port: port.and_then(|port| u16::try_from(port).ok()),
        matched_player_sessions: members.list("MatchedPlayerSessions", player_session)?,
        player_gateway_status: members
            .optional("PlayerGatewayStatus", named(&GATEWAY_STATUSES, gateway_status))?,
        compute_name: members.string("ComputeName")?,
        location: members.string("Location")?,
    })
}

fn player_session(value: &Value, place: Place<'_>) -> Shaped<MatchedPlayerSession> {
    let members = Members::of(value, place, &["PlayerId", "PlayerSessionId"])?;
    Ok(MatchedPlayerSession {
        player_id: members.required("PlayerId", text)?.into(),
        player_session_id: members.required("PlayerSessionId", text)?.into(),
    })
}

/// A `GameSessionConnectionInfo` of the API; `ComputeName` and `Location` are ours.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConnectionInfoForm<'c> {
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_arn: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_name: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    matched_player_sessions: Vec<PlayerSessionForm<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    player_gateway_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compute_name: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'c str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PlayerSessionForm<'c> {
    player_id: &'c str,
    player_session_id: &'c str,
}

impl<'c> PlayerSessionForm<'c> {
    pub(super) fn of(session: &'c MatchedPlayerSession) -> Self {
        Self {
            player_id: session.player_id.as_str(),
            player_session_id: &session.player_session_id,
        }
    }
}

impl<'c> ConnectionInfoForm<'c> {
    pub(super) fn of(info: &'c GameSessionConnectionInfo) -> Self {
        let sessions = info.matched_player_sessions.iter().map(PlayerSessionForm::of);
        Self {
            game_session_arn: info.game_session_arn.as_deref(),
            ip_address: info.ip_address.as_deref(),
            dns_name: info.dns_name.as_deref(),
            port: info.port,
            matched_player_sessions: sessions.collect(),
            player_gateway_status: info.player_gateway_status.map(gateway_status),
            compute_name: info.compute_name.as_deref(),
            location: info.location.as_deref(),
        }
    }
}

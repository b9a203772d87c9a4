//! The operations of game session placement, and the host's answers (facts 8.4, decision 33).

use serde::Serialize;
use serde_json::Value;

use crate::wire::configuration::key_and_value;
use crate::wire::connection::{ConnectionInfoForm, connection_info};
use crate::wire::member::{Members, Place, Shaped, named, number, strings, text, whole_u32};
use crate::wire::response::rendered;
use crate::{
    DescribeGameSessionPlacement, DesiredPlayerSession, GameSessionRefused, GameSessionStarted,
    PlacementFallbackStrategy, PlacementId, PlayerLatency, PriorityConfigurationOverride, Refusal,
    StartGameSessionPlacement, StopGameSessionPlacement,
};

const REFUSALS: [Refusal; 3] = [Refusal::NoCapacity, Refusal::Error, Refusal::Fatal];

const fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoCapacity => "NO_CAPACITY",
        Refusal::Error => "ERROR",
        Refusal::Fatal => "FATAL",
    }
}

const FALLBACKS: [PlacementFallbackStrategy; 2] =
    [PlacementFallbackStrategy::DefaultAfterSinglePass, PlacementFallbackStrategy::None];

const fn fallback_name(fallback: PlacementFallbackStrategy) -> &'static str {
    match fallback {
        PlacementFallbackStrategy::DefaultAfterSinglePass => "DEFAULT_AFTER_SINGLE_PASS",
        PlacementFallbackStrategy::None => "NONE",
    }
}

pub(super) fn start_placement(
    value: &Value,
    place: Place<'_>,
) -> Shaped<StartGameSessionPlacement> {
    let known = [
        "PlacementId",
        "GameSessionQueueName",
        "GameProperties",
        "MaximumPlayerSessionCount",
        "GameSessionName",
        "PlayerLatencies",
        "DesiredPlayerSessions",
        "GameSessionData",
        "PriorityConfigurationOverride",
    ];
    let members = Members::of(value, place, &known)?;
    let count = |value: &Value, place: Place<'_>| whole_u32(value, place, 0..=i32::MAX as u32);
    Ok(StartGameSessionPlacement {
        placement_id: members.required("PlacementId", text)?.into(),
        game_session_queue_name: members.required("GameSessionQueueName", text)?.into(),
        maximum_player_session_count: members.required("MaximumPlayerSessionCount", count)?,
        game_properties: members.list("GameProperties", key_and_value)?,
        game_session_name: members.string("GameSessionName")?,
        player_latencies: members.list("PlayerLatencies", latency)?,
        desired_player_sessions: members.list("DesiredPlayerSessions", desired)?,
        game_session_data: members.string("GameSessionData")?,
        priority_configuration_override: members
            .optional("PriorityConfigurationOverride", priority_override)?,
    })
}

fn latency(value: &Value, place: Place<'_>) -> Shaped<PlayerLatency> {
    let known = ["PlayerId", "RegionIdentifier", "LatencyInMilliseconds"];
    let members = Members::of(value, place, &known)?;
    Ok(PlayerLatency {
        player_id: members.required("PlayerId", text)?.into(),
        region_identifier: members.required("RegionIdentifier", text)?.into(),
        latency_in_milliseconds: members.required("LatencyInMilliseconds", number)?,
    })
}

fn desired(value: &Value, place: Place<'_>) -> Shaped<DesiredPlayerSession> {
    let members = Members::of(value, place, &["PlayerId", "PlayerData"])?;
    Ok(DesiredPlayerSession {
        player_id: members.required("PlayerId", text)?.into(),
        player_data: members.string("PlayerData")?,
    })
}

fn priority_override(value: &Value, place: Place<'_>) -> Shaped<PriorityConfigurationOverride> {
    let members = Members::of(value, place, &["PlacementFallbackStrategy", "LocationOrder"])?;
    Ok(PriorityConfigurationOverride {
        placement_fallback_strategy: members
            .optional("PlacementFallbackStrategy", named(&FALLBACKS, fallback_name))?
            .unwrap_or_default(),
        location_order: members.required("LocationOrder", strings)?,
    })
}

fn placement_id(value: &Value, place: Place<'_>) -> Shaped<PlacementId> {
    Members::of(value, place, &["PlacementId"])?.required("PlacementId", text).map(Into::into)
}

pub(super) fn describe_placement(
    value: &Value,
    place: Place<'_>,
) -> Shaped<DescribeGameSessionPlacement> {
    Ok(DescribeGameSessionPlacement { placement_id: placement_id(value, place)? })
}

pub(super) fn stop_placement(value: &Value, place: Place<'_>) -> Shaped<StopGameSessionPlacement> {
    Ok(StopGameSessionPlacement { placement_id: placement_id(value, place)? })
}

fn attempt(value: &Value, place: Place<'_>) -> Shaped<u32> {
    whole_u32(value, place, 1..=u32::MAX)
}

pub(super) fn session_started(value: &Value, place: Place<'_>) -> Shaped<GameSessionStarted> {
    let known = ["PlacementId", "Attempt", "GameSessionConnectionInfo"];
    let members = Members::of(value, place, &known)?;
    Ok(GameSessionStarted {
        placement_id: members.required("PlacementId", text)?.into(),
        attempt: members.optional("Attempt", attempt)?,
        game_session_connection_info: members
            .required("GameSessionConnectionInfo", connection_info)?,
    })
}

pub(super) fn session_refused(value: &Value, place: Place<'_>) -> Shaped<GameSessionRefused> {
    let members = Members::of(value, place, &["PlacementId", "Attempt", "Reason"])?;
    Ok(GameSessionRefused {
        placement_id: members.required("PlacementId", text)?.into(),
        attempt: members.optional("Attempt", attempt)?,
        reason: members.required("Reason", named(&REFUSALS, refusal_name))?,
    })
}

/// A `GameProperty` or a `Tag`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::wire) struct PairForm<'p> {
    key: &'p str,
    value: &'p str,
}

impl<'p> PairForm<'p> {
    pub(in crate::wire) fn all(pairs: &'p [(String, String)]) -> Vec<Self> {
        pairs.iter().map(|(key, value)| Self { key, value }).collect()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::wire) struct LatencyForm<'i> {
    player_id: &'i str,
    region_identifier: &'i str,
    latency_in_milliseconds: f64,
}

impl<'i> LatencyForm<'i> {
    pub(in crate::wire) fn of(latency: &'i PlayerLatency) -> Self {
        Self {
            player_id: latency.player_id.as_str(),
            region_identifier: &latency.region_identifier,
            latency_in_milliseconds: latency.latency_in_milliseconds,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DesiredForm<'i> {
    player_id: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    player_data: Option<&'i str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::wire) struct OverrideForm<'i> {
    placement_fallback_strategy: &'static str,
    location_order: &'i [String],
}

impl<'i> OverrideForm<'i> {
    pub(in crate::wire) fn of(given: &'i PriorityConfigurationOverride) -> Self {
        Self {
            placement_fallback_strategy: fallback_name(given.placement_fallback_strategy),
            location_order: &given.location_order,
        }
    }
}

pub(super) fn start_placement_json(start: &StartGameSessionPlacement) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        placement_id: &'i str,
        game_session_queue_name: &'i str,
        maximum_player_session_count: u32,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        game_properties: Vec<PairForm<'i>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        game_session_name: Option<&'i str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        player_latencies: Vec<LatencyForm<'i>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        desired_player_sessions: Vec<DesiredForm<'i>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        game_session_data: Option<&'i str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        priority_configuration_override: Option<OverrideForm<'i>>,
    }
    let desired = start.desired_player_sessions.iter().map(|it| DesiredForm {
        player_id: it.player_id.as_str(),
        player_data: it.player_data.as_deref(),
    });
    rendered(&Form {
        placement_id: start.placement_id.as_str(),
        game_session_queue_name: &start.game_session_queue_name,
        maximum_player_session_count: start.maximum_player_session_count,
        game_properties: PairForm::all(&start.game_properties),
        game_session_name: start.game_session_name.as_deref(),
        player_latencies: start.player_latencies.iter().map(LatencyForm::of).collect(),
        desired_player_sessions: desired.collect(),
        game_session_data: start.game_session_data.as_deref(),
        priority_configuration_override: start
            .priority_configuration_override
            .as_ref()
            .map(OverrideForm::of),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlacementIdForm<'i> {
    placement_id: &'i str,
}

pub(super) fn placement_id_json(id: &PlacementId) -> Value {
    rendered(&PlacementIdForm { placement_id: id.as_str() })
}

pub(super) fn session_started_json(started: &GameSessionStarted) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        placement_id: &'i str,
        #[serde(skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        game_session_connection_info: ConnectionInfoForm<'i>,
    }
    rendered(&Form {
        placement_id: started.placement_id.as_str(),
        attempt: started.attempt,
        game_session_connection_info: ConnectionInfoForm::of(&started.game_session_connection_info),
    })
}

pub(super) fn session_refused_json(refused: &GameSessionRefused) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        placement_id: &'i str,
        #[serde(skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        reason: &'static str,
    }
    rendered(&Form {
        placement_id: refused.placement_id.as_str(),
        attempt: refused.attempt,
        reason: refusal_name(refused.reason),
    })
}

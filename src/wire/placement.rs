//! Placements as the API shows them, their events, and what hosts are asked (facts 7.12 and 8.4).

use serde::Serialize;
use serde_json::Value;

use super::connection::{PlayerSessionForm, gateway_status};
use super::request::{LatencyForm, OverrideForm, PairForm};
use super::response::{rendered, unix_seconds};
use super::session::matchmaker_data_to_json;
use crate::{Event, GameSessionPlacement, PlacementAction, PlacementEvent};

/// A `GameSessionPlacement` of the API. Times are Unix seconds with the milliseconds as fraction;
/// what is absent is left out.
pub fn placement_to_json(placement: &GameSessionPlacement) -> Value {
    rendered(&PlacementForm::of(placement))
}

/// An action as `{"type": "StartGameSession", ...}` or `{"type": "StopGameSession", ...}`.
pub fn action_to_json(action: &PlacementAction) -> Value {
    rendered(&ActionForm::of(action))
}

/// The names of all actions.
pub(super) const ACTIONS: [&str; 2] = ["StartGameSession", "StopGameSession"];

/// The members of an action, of whatever type.
pub(super) const ACTION_MEMBERS: [&str; 6] =
    ["type", "placementId", "attempt", "destination", "location", "gameSessionArn"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActionForm<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    placement_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_arn: Option<&'a str>,
}

impl<'a> ActionForm<'a> {
    pub(super) fn of(action: &'a PlacementAction) -> Self {
        let kind = action.name();
        match action {
            PlacementAction::StartGameSession { placement_id, attempt, destination, location } => {
                Self {
                    kind,
                    placement_id: placement_id.as_str(),
                    attempt: Some(*attempt),
                    destination: Some(destination),
                    location: Some(location),
                    game_session_arn: None,
                }
            }
            PlacementAction::StopGameSession { placement_id, game_session_arn } => Self {
                kind,
                placement_id: placement_id.as_str(),
                attempt: None,
                destination: None,
                location: None,
                game_session_arn: Some(game_session_arn),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PlacementForm<'p> {
    placement_id: &'p str,
    game_session_queue_name: &'p str,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    game_properties: Vec<PairForm<'p>>,
    maximum_player_session_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_name: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_id: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_arn: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_region: Option<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    player_latencies: Vec<LatencyForm<'p>>,
    start_time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_name: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    placed_player_sessions: Vec<PlayerSessionForm<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_data: Option<&'p str>,
    /// JSON in a string, as in the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    matchmaker_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority_configuration_override: Option<OverrideForm<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    player_gateway_status: Option<&'static str>,
}

impl<'p> PlacementForm<'p> {
    pub(super) fn of(placement: &'p GameSessionPlacement) -> Self {
        let request = &placement.request;
        let session = placement.game_session.as_ref();
        let arn = session.and_then(|it| it.game_session_arn.as_deref());
        let sessions = session.map_or(&[][..], |it| &it.matched_player_sessions);
        let data = placement.matchmaker_data.as_ref();
        Self {
            placement_id: request.placement_id.as_str(),
            game_session_queue_name: &request.game_session_queue_name,
            status: placement.status.as_str(),
            game_properties: PairForm::all(&request.game_properties),
            maximum_player_session_count: request.maximum_player_session_count,
            game_session_name: request.game_session_name.as_deref(),
            game_session_id: arn,
            game_session_arn: arn,
            game_session_region: session.and_then(|it| it.location.as_deref()),
            player_latencies: request.player_latencies.iter().map(LatencyForm::of).collect(),
            start_time: unix_seconds(placement.start_time),
            end_time: placement.end_time.map(unix_seconds),
            ip_address: session.and_then(|it| it.ip_address.as_deref()),
            dns_name: session.and_then(|it| it.dns_name.as_deref()),
            port: session.and_then(|it| it.port),
            placed_player_sessions: sessions.iter().map(PlayerSessionForm::of).collect(),
            game_session_data: request.game_session_data.as_deref(),
            matchmaker_data: data.map(|data| matchmaker_data_to_json(data).to_string()),
            priority_configuration_override: request
                .priority_configuration_override
                .as_ref()
                .map(OverrideForm::of),
            player_gateway_status: session
                .and_then(|it| it.player_gateway_status)
                .map(gateway_status),
        }
    }
}

/// The `detail` of the end of a placement (facts 7.12). The port is text, as in the service.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlacementEventForm<'e> {
    #[serde(rename = "type")]
    kind: &'static str,
    event_sequence: u64,
    event_time: String,
    placement_id: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_arn: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_name: Option<&'e str>,
    start_time: String,
    end_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_region: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compute_name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_location: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placed_player_sessions: Option<Vec<PlacedForm<'e>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_event_data: Option<&'e str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlacedForm<'e> {
    player_id: &'e str,
    player_session_id: &'e str,
}

impl<'e> PlacementEventForm<'e> {
    pub(super) fn of(event: &'e Event, placement: &'e PlacementEvent) -> Self {
        let session = placement.game_session.as_deref();
        let location = session.and_then(|it| it.location.as_deref());
        let placed = session.map(|session| {
            let sessions = session.matched_player_sessions.iter().map(|it| PlacedForm {
                player_id: it.player_id.as_str(),
                player_session_id: &it.player_session_id,
            });
            sessions.collect()
        });
        Self {
            kind: placement.name(),
            event_sequence: event.sequence,
            event_time: event.time.to_string(),
            placement_id: placement.placement_id.as_str(),
            port: session.and_then(|it| it.port).map(|port| port.to_string()),
            game_session_arn: session.and_then(|it| it.game_session_arn.as_deref()),
            ip_address: session.and_then(|it| it.ip_address.as_deref()),
            dns_name: session.and_then(|it| it.dns_name.as_deref()),
            start_time: placement.start_time.to_string(),
            end_time: placement.end_time.to_string(),
            game_session_region: location,
            compute_name: session.and_then(|it| it.compute_name.as_deref()),
            game_session_location: location,
            placed_player_sessions: placed,
            custom_event_data: event.custom_event_data.as_deref(),
        }
    }
}

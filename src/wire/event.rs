//! Events: the `detail` object of FlexMatch events (facts 7.13).

use serde::Serialize;
use serde_json::Value;

use super::connection::gateway_status;
use super::placement::PlacementEventForm;
use super::response::rendered;
use crate::{
    Acceptance, Event, EventDetail, EventGameSession, EventPlayer, EventTicket, RuleMetrics,
};

/// The `detail` of an event: the keys of facts 7.13 as decision 29 settles them, with
/// `eventSequence` (counts from 1 without a gap) and `eventTime` (RFC 3339 with milliseconds).
///
/// The end of a placement has the keys of facts 7.12.
///
/// `estimatedWaitMillis` is in seconds or `"NOT_AVAILABLE"`, as in the service.
pub fn event_detail(event: &Event) -> Value {
    rendered(&EventForm::of(event))
}

/// The `type` of every event (facts 7.13).
pub(super) const TYPES: [&str; 12] = [
    "MatchmakingSearching",
    "PotentialMatchCreated",
    "AcceptMatch",
    "AcceptMatchCompleted",
    "MatchmakingSucceeded",
    "MatchmakingTimedOut",
    "MatchmakingCancelled",
    "MatchmakingFailed",
    "PlacementFulfilled",
    "PlacementCancelled",
    "PlacementTimedOut",
    "PlacementFailed",
];

/// The members of a `detail`, of whatever type.
pub(super) const MEMBERS: [&str; 25] = [
    "type",
    "eventSequence",
    "eventTime",
    "matchId",
    "reason",
    "message",
    "estimatedWaitMillis",
    "acceptance",
    "acceptanceRequired",
    "acceptanceTimeout",
    "tickets",
    "gameSessionInfo",
    "ruleEvaluationMetrics",
    "customEventData",
    "placementId",
    "port",
    "gameSessionArn",
    "ipAddress",
    "dnsName",
    "startTime",
    "endTime",
    "gameSessionRegion",
    "computeName",
    "gameSessionLocation",
    "placedPlayerSessions",
];

/// The `detail` of an event.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum EventForm<'e> {
    Matchmaking(Box<MatchmakingForm<'e>>),
    Placement(Box<PlacementEventForm<'e>>),
}

impl<'e> EventForm<'e> {
    pub(super) fn of(event: &'e Event) -> Self {
        match &event.detail {
            EventDetail::Placement(placement) => {
                Self::Placement(Box::new(PlacementEventForm::of(event, placement)))
            }
            _ => Self::Matchmaking(Box::new(MatchmakingForm::of(event))),
        }
    }
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct MatchmakingForm<'e> {
    #[serde(rename = "type")]
    kind: &'static str,
    event_sequence: u64,
    event_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    match_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_wait_millis: Option<WaitForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acceptance: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acceptance_required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acceptance_timeout: Option<u32>,
    tickets: Vec<TicketForm<'e>>,
    game_session_info: GameSessionForm<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_evaluation_metrics: Option<Vec<MetricsForm<'e>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_event_data: Option<&'e str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WaitForm {
    Seconds(u32),
    Unknown(&'static str),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TicketForm<'e> {
    ticket_id: &'e str,
    start_time: String,
    players: Vec<PlayerForm<'e>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlayerForm<'e> {
    player_id: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    player_session_id: Option<&'e str>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct GameSessionForm<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_arn: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    player_gateway_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compute_name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_location: Option<&'e str>,
    players: Vec<PlayerForm<'e>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetricsForm<'e> {
    rule_name: &'e str,
    passed_count: u64,
    failed_count: u64,
}

impl<'e> MatchmakingForm<'e> {
    fn of(event: &'e Event) -> Self {
        let tickets = event.detail.tickets();
        let players = tickets.iter().flat_map(EventTicket::players);
        let mut form = Self {
            kind: event.detail.name(),
            event_sequence: event.sequence,
            event_time: event.time.to_string(),
            tickets: tickets.iter().map(TicketForm::of).collect(),
            game_session_info: GameSessionForm {
                players: players.map(PlayerForm::of).collect(),
                ..GameSessionForm::default()
            },
            custom_event_data: event.custom_event_data.as_deref(),
            ..Self::default()
        };
        match &event.detail {
            // has a form of its own
            EventDetail::Placement(_) => {}
            EventDetail::MatchmakingSearching { ticket: _, estimated_wait_seconds } => {
                let unknown = WaitForm::Unknown("NOT_AVAILABLE");
                let wait = estimated_wait_seconds.map_or(unknown, WaitForm::Seconds);
                form.estimated_wait_millis = Some(wait);
            }
            EventDetail::PotentialMatchCreated {
                match_id,
                tickets: _,
                acceptance_required,
                acceptance_timeout_seconds,
                rule_evaluation_metrics,
            } => {
                form.match_id = Some(match_id.as_str());
                form.acceptance_required = Some(*acceptance_required);
                form.acceptance_timeout = *acceptance_timeout_seconds;
                form.rule_evaluation_metrics = Some(metrics(rule_evaluation_metrics));
            }
            EventDetail::AcceptMatch { match_id, tickets: _ } => {
                form.match_id = Some(match_id.as_str());
            }
            EventDetail::AcceptMatchCompleted { match_id, tickets: _, acceptance } => {
                form.match_id = Some(match_id.as_str());
                form.acceptance = Some(Acceptance::as_str(*acceptance));
            }
            EventDetail::MatchmakingFailed { match_id, tickets: _, cause } => {
                form.match_id = Some(match_id.as_str());
                form.reason = Some(cause.reason());
                form.message = Some(cause.message());
            }
            EventDetail::MatchmakingSucceeded { match_id, tickets: _, game_session } => {
                form.match_id = Some(match_id.as_str());
                form.game_session_info.show(game_session);
            }
            EventDetail::MatchmakingTimedOut { ticket: _, cause, rule_evaluation_metrics }
            | EventDetail::MatchmakingCancelled { ticket: _, cause, rule_evaluation_metrics } => {
                form.reason = Some(cause.reason());
                form.message = Some(cause.message());
                form.rule_evaluation_metrics = Some(metrics(rule_evaluation_metrics));
            }
        }
        form
    }
}

impl<'e> GameSessionForm<'e> {
    fn show(&mut self, session: &'e EventGameSession) {
        self.game_session_arn = session.game_session_arn.as_deref();
        self.ip_address = session.ip_address.as_deref();
        self.dns_name = session.dns_name.as_deref();
        self.port = session.port;
        self.player_gateway_status = session.player_gateway_status.map(gateway_status);
        self.compute_name = session.compute_name.as_deref();
        self.game_session_location = session.location.as_deref();
    }
}

impl<'e> TicketForm<'e> {
    fn of(ticket: &'e EventTicket) -> Self {
        Self {
            ticket_id: ticket.ticket_id().as_str(),
            start_time: ticket.start_time().to_string(),
            players: ticket.players().map(PlayerForm::of).collect(),
        }
    }
}

impl<'e> PlayerForm<'e> {
    fn of(player: EventPlayer<'e>) -> Self {
        Self {
            player_id: player.player_id.as_str(),
            team: player.team,
            accepted: player.accepted,
            player_session_id: player.player_session_id,
        }
    }
}

fn metrics(metrics: &[RuleMetrics]) -> Vec<MetricsForm<'_>> {
    let forms = metrics.iter().map(|rule| MetricsForm {
        rule_name: &rule.rule_name,
        passed_count: rule.passed_count,
        failed_count: rule.failed_count,
    });
    forms.collect()
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;

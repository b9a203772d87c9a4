//! Events: the `detail` object of FlexMatch events (facts 7.13).

use serde::Serialize;
use serde_json::Value;

use super::response::rendered;
use crate::{Event, EventDetail, EventPlayer, EventTicket, RuleMetrics};

/// The `detail` of an event: the keys of facts 7.13 as decision 29 settles them, with
/// `eventSequence` (counts from 1 without a gap) and `eventTime` (RFC 3339 with milliseconds).
///
/// `estimatedWaitMillis` is in seconds or `"NOT_AVAILABLE"`, as in the service.
pub fn event_detail(event: &Event) -> Value {
    rendered(&EventForm::of(event))
}

/// The `type` of every event of the service (facts 7.13), those that this release does not tell
/// included.
pub(super) const TYPES: [&str; 8] = [
    "MatchmakingSearching",
    "PotentialMatchCreated",
    "AcceptMatch",
    "AcceptMatchCompleted",
    "MatchmakingSucceeded",
    "MatchmakingTimedOut",
    "MatchmakingCancelled",
    "MatchmakingFailed",
];

/// The members of a `detail`, of whatever type.
pub(super) const MEMBERS: [&str; 14] = [
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
];

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventForm<'e> {
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
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct GameSessionForm<'e> {
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

impl<'e> EventForm<'e> {
    pub(super) fn of(event: &'e Event) -> Self {
        let tickets = event.detail.tickets();
        let players = tickets.iter().flat_map(|ticket| &ticket.players);
        let mut form = Self {
            kind: event.detail.name(),
            event_sequence: event.sequence,
            event_time: event.time.to_string(),
            tickets: tickets.iter().map(TicketForm::of).collect(),
            game_session_info: GameSessionForm {
                game_session_location: None,
                players: players.map(PlayerForm::of).collect(),
            },
            custom_event_data: event.custom_event_data.as_deref(),
            ..Self::default()
        };
        match &event.detail {
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
            EventDetail::AcceptMatchCompleted { match_id, tickets: _, acceptance: _ } => {
                form.match_id = Some(match_id.as_str());
            }
            EventDetail::MatchmakingFailed { match_id, tickets: _, cause } => {
                form.match_id = Some(match_id.as_str());
                form.reason = Some(cause.reason());
                form.message = Some(cause.message());
            }
            EventDetail::MatchmakingSucceeded { match_id, tickets: _, game_session } => {
                form.match_id = Some(match_id.as_str());
                form.game_session_info.game_session_location = game_session.location.as_deref();
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

impl<'e> TicketForm<'e> {
    fn of(ticket: &'e EventTicket) -> Self {
        Self {
            ticket_id: ticket.ticket_id.as_str(),
            start_time: ticket.start_time.to_string(),
            players: ticket.players.iter().map(PlayerForm::of).collect(),
        }
    }
}

impl<'e> PlayerForm<'e> {
    fn of(player: &'e EventPlayer) -> Self {
        Self { player_id: player.player_id.as_str(), team: player.team.as_deref() }
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
mod tests {
    use super::*;
    use crate::Timestamp;
    use serde_json::json;

    fn ticket(id: &str, player: &str, team: Option<&str>) -> EventTicket {
        EventTicket {
            ticket_id: id.into(),
            start_time: Timestamp::from_millis(1_000),
            players: vec![EventPlayer { player_id: player.into(), team: team.map(Into::into) }],
        }
    }

    fn event(detail: EventDetail) -> Event {
        let time = Timestamp::from_millis(2_500);
        Event { sequence: 7, time, custom_event_data: None, detail }
    }

    fn rules() -> Vec<RuleMetrics> {
        vec![RuleMetrics { rule_name: "Fair".into(), passed_count: 3, failed_count: 0 }]
    }

    #[test]
    fn searching() {
        let mut event = event(EventDetail::MatchmakingSearching {
            ticket: ticket("t1", "p1", None),
            estimated_wait_seconds: None,
        });
        assert_eq!(
            event_detail(&event),
            json!({
                "type": "MatchmakingSearching",
                "eventSequence": 7,
                "eventTime": "1970-01-01T00:00:02.500Z",
                "estimatedWaitMillis": "NOT_AVAILABLE",
                "tickets": [{
                    "ticketId": "t1",
                    "startTime": "1970-01-01T00:00:01.000Z",
                    "players": [{"playerId": "p1"}],
                }],
                "gameSessionInfo": {"players": [{"playerId": "p1"}]},
            })
        );
        event.custom_event_data = Some("season-3".into());
        event.detail = EventDetail::MatchmakingSearching {
            ticket: ticket("t1", "p1", None),
            estimated_wait_seconds: Some(42),
        };
        let detail = event_detail(&event);
        assert_eq!(detail.get("estimatedWaitMillis"), Some(&json!(42)));
        assert_eq!(detail.get("customEventData"), Some(&json!("season-3")));
    }

    #[test]
    fn potential_match() {
        let detail = |seconds: Option<u32>| EventDetail::PotentialMatchCreated {
            match_id: "m1".into(),
            tickets: vec![ticket("t1", "p1", Some("red")), ticket("t2", "p2", Some("blue"))],
            acceptance_required: seconds.is_some(),
            acceptance_timeout_seconds: seconds,
            rule_evaluation_metrics: rules(),
        };
        assert_eq!(
            event_detail(&event(detail(None))),
            json!({
                "type": "PotentialMatchCreated",
                "eventSequence": 7,
                "eventTime": "1970-01-01T00:00:02.500Z",
                "matchId": "m1",
                "acceptanceRequired": false,
                "ruleEvaluationMetrics": [{"ruleName": "Fair", "passedCount": 3, "failedCount": 0}],
                "tickets": [
                    {"ticketId": "t1", "startTime": "1970-01-01T00:00:01.000Z",
                     "players": [{"playerId": "p1", "team": "red"}]},
                    {"ticketId": "t2", "startTime": "1970-01-01T00:00:01.000Z",
                     "players": [{"playerId": "p2", "team": "blue"}]},
                ],
                "gameSessionInfo": {"players": [
                    {"playerId": "p1", "team": "red"}, {"playerId": "p2", "team": "blue"},
                ]},
            })
        );
        let accepted = event_detail(&event(detail(Some(600))));
        assert_eq!(accepted.get("acceptanceTimeout"), Some(&json!(600)));
    }

    #[test]
    fn all_types_and_members_are_listed() {
        let ticket = || ticket("t1", "p1", Some("red"));
        let match_id = || "m1".into();
        let (reason, message) = ("r", "m");
        for detail in [
            EventDetail::MatchmakingSearching { ticket: ticket(), estimated_wait_seconds: Some(1) },
            EventDetail::PotentialMatchCreated {
                match_id: match_id(),
                tickets: vec![ticket()],
                acceptance_required: true,
                acceptance_timeout_seconds: Some(1),
                rule_evaluation_metrics: rules(),
            },
            EventDetail::MatchmakingSucceeded {
                match_id: match_id(),
                tickets: vec![ticket()],
                game_session_location: Some("us-west-2".into()),
            },
            EventDetail::MatchmakingTimedOut {
                ticket: ticket(),
                reason,
                message,
                rule_evaluation_metrics: rules(),
            },
            EventDetail::MatchmakingCancelled {
                ticket: ticket(),
                reason,
                message,
                rule_evaluation_metrics: rules(),
            },
        ] {
            let mut event = event(detail);
            event.custom_event_data = Some("season-3".into());
            assert!(TYPES.contains(&event.detail.name()), "{}", event.detail.name());
            let detail = event_detail(&event);
            for key in keys(&detail) {
                assert!(MEMBERS.contains(&key), "{key}");
            }
        }
    }

    fn keys(value: &Value) -> Vec<&str> {
        let mut keys: Vec<_> = value.as_object().into_iter().flatten().map(|(k, _)| &**k).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn succeeded_names_the_location_in_its_session() {
        let detail = |location: Option<&str>| EventDetail::MatchmakingSucceeded {
            match_id: "m1".into(),
            tickets: vec![ticket("t1", "p1", Some("red"))],
            game_session_location: location.map(Into::into),
        };
        let placed = event_detail(&event(detail(Some("us-west-2"))));
        assert_eq!(
            keys(&placed),
            ["eventSequence", "eventTime", "gameSessionInfo", "matchId", "tickets", "type"]
        );
        assert_eq!(
            placed.get("gameSessionInfo"),
            Some(&json!({
                "gameSessionLocation": "us-west-2", "players": [{"playerId": "p1", "team": "red"}],
            }))
        );
        let unplaced = event_detail(&event(detail(None)));
        assert_eq!(unplaced.get("gameSessionInfo").map(keys), Some(vec!["players"]));
    }

    #[test]
    fn ends_carry_reason_and_metrics_and_no_match() {
        let expected = [
            "eventSequence",
            "eventTime",
            "gameSessionInfo",
            "message",
            "reason",
            "ruleEvaluationMetrics",
            "tickets",
            "type",
        ];
        let timed_out = event_detail(&event(EventDetail::MatchmakingTimedOut {
            ticket: ticket("t1", "p1", None),
            reason: "TimedOut",
            message: "Removed from matchmaking due to timing out.",
            rule_evaluation_metrics: Vec::new(),
        }));
        assert_eq!(keys(&timed_out), expected);
        assert_eq!(timed_out.get("ruleEvaluationMetrics"), Some(&json!([])));
        let cancelled = event_detail(&event(EventDetail::MatchmakingCancelled {
            ticket: ticket("t1", "p1", None),
            reason: "Cancelled",
            message: "Cancelled by request.",
            rule_evaluation_metrics: rules(),
        }));
        assert_eq!(keys(&cancelled), expected);
        assert_eq!(cancelled.get("reason"), Some(&json!("Cancelled")));
        assert_eq!(cancelled.get("message"), Some(&json!("Cancelled by request.")));
    }
}

//! Answers: the output shapes of the API's operations and exceptions (facts 8.4).

use serde::Serialize;
use serde_json::Value;

use super::connection::ConnectionInfoForm;
use super::placement::PlacementForm;
use super::request::PlayerForm;
use super::session::MatchmakerDataForm;
use crate::{InputError, MatchmakingTicket, Response, StatusCause, Timestamp};

/// The output of the operation: `{"MatchmakingTicket": ...}`, `{"TicketList": [...]}`,
/// `{"GameSessionPlacement": ...}`, `{"MatchmakerData": ...}` of our `DescribeMatch`, or `{}`.
pub fn response_to_json(response: &Response) -> Value {
    rendered(&ResponseForm::of(response))
}

/// A `MatchmakingTicket` of the API. Times are Unix seconds with the milliseconds as fraction
/// (facts 6.7); what is absent is left out.
pub fn ticket_to_json(ticket: &MatchmakingTicket) -> Value {
    rendered(&TicketForm::of(ticket))
}

/// The API's exception: `{"__type": "InvalidRequestException", "message": "..."}`.
pub fn error_to_json(error: &InputError) -> Value {
    rendered(&ErrorForm::of(error))
}

/// The JSON of a form. Forms have text as keys and derived bodies, which is all that can be
/// rendered without fail.
pub(super) fn rendered(form: &impl Serialize) -> Value {
    serde_json::to_value(form).expect("a form has string keys and cannot fail")
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "PascalCase")]
pub(super) enum ResponseForm<'r> {
    Start { matchmaking_ticket: TicketForm<'r> },
    Describe { ticket_list: Vec<TicketForm<'r>> },
    Match { matchmaker_data: MatchmakerDataForm<'r> },
    Placement { game_session_placement: Box<PlacementForm<'r>> },
    Nothing {},
}

impl<'r> ResponseForm<'r> {
    pub(super) fn of(response: &'r Response) -> Self {
        match response {
            Response::StartMatchmaking(ticket) | Response::StartMatchBackfill(ticket) => {
                Self::Start { matchmaking_ticket: TicketForm::of(ticket) }
            }
            Response::StopMatchmaking
            | Response::AcceptMatch
            | Response::CompletePlacement
            | Response::FailPlacement
            | Response::GameSessionStarted
            | Response::GameSessionRefused
            | Response::EndGameSession
            | Response::RemovePlayers
            | Response::Reconfigure => Self::Nothing {},
            Response::DescribeMatchmaking(tickets) => {
                Self::Describe { ticket_list: tickets.iter().map(TicketForm::of).collect() }
            }
            Response::StartGameSessionPlacement(placement)
            | Response::DescribeGameSessionPlacement(placement)
            | Response::StopGameSessionPlacement(placement) => {
                Self::Placement { game_session_placement: Box::new(PlacementForm::of(placement)) }
            }
            Response::DescribeMatch(data) => {
                Self::Match { matchmaker_data: MatchmakerDataForm::of(data) }
            }
        }
    }
}

#[derive(Serialize)]
pub(super) struct ErrorForm {
    #[serde(rename = "__type")]
    exception: &'static str,
    message: String,
}

impl ErrorForm {
    pub(super) fn of(error: &InputError) -> Self {
        Self { exception: error.exception(), message: error.to_string() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TicketForm<'t> {
    ticket_id: &'t str,
    configuration_name: &'t str,
    configuration_arn: &'t str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'static str>,
    start_time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<f64>,
    players: Vec<PlayerForm<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_connection_info: Option<ConnectionInfoForm<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_wait_time: Option<u32>,
}

impl<'t> TicketForm<'t> {
    fn of(ticket: &'t MatchmakingTicket) -> Self {
        Self {
            ticket_id: ticket.ticket_id.as_str(),
            configuration_name: &ticket.configuration_name,
            configuration_arn: &ticket.configuration_arn,
            status: ticket.status.as_str(),
            status_reason: ticket.status_cause.map(StatusCause::reason),
            status_message: ticket.status_cause.map(StatusCause::message),
            start_time: unix_seconds(ticket.start_time),
            end_time: ticket.end_time.map(unix_seconds),
            players: ticket.players.iter().map(PlayerForm::of).collect(),
            game_session_connection_info: ticket
                .game_session_connection_info
                .as_ref()
                .map(ConnectionInfoForm::of),
            estimated_wait_time: ticket.estimated_wait_seconds,
        }
    }
}

pub(super) fn unix_seconds(time: Timestamp) -> f64 {
    time.as_millis() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AttributeValue, GameSessionConnectionInfo, MatchedPlayerSession, Player,
        PlayerGatewayStatus, TicketStatus,
    };
    use serde_json::json;

    fn ticket() -> MatchmakingTicket {
        MatchmakingTicket {
            ticket_id: "t1".into(),
            configuration_name: "duel".into(),
            configuration_arn: "arn:aws:gamelift:local::matchmakingconfiguration/duel".into(),
            status: TicketStatus::Queued,
            status_cause: None,
            start_time: Timestamp::from_millis(1_469_498_468_057),
            end_time: None,
            players: vec![Player::new("p1")],
            game_session_connection_info: None,
            estimated_wait_seconds: None,
        }
    }

    #[test]
    fn a_new_ticket_shows_what_it_has_and_no_more() {
        let expected = json!({"MatchmakingTicket": {
            "TicketId": "t1",
            "ConfigurationName": "duel",
            "ConfigurationArn": "arn:aws:gamelift:local::matchmakingconfiguration/duel",
            "Status": "QUEUED",
            "StartTime": 1_469_498_468.057,
            "Players": [{"PlayerId": "p1"}],
        }});
        assert_eq!(response_to_json(&Response::StartMatchmaking(ticket())), expected);
    }

    #[test]
    fn an_ended_ticket_shows_everything() {
        let mut player = Player::new("p1")
            .with_number("skill", 10.0)
            .with_strings("maps", &["a"])
            .with_string("mode", "ctf")
            .with("roles", AttributeValue::StringNumberMap([("tank".into(), 0.5)].into()))
            .with_latency("us-east-1", 50);
        player.team = Some("red".into());
        let mut ticket = ticket();
        ticket.status = TicketStatus::TimedOut;
        ticket.status_cause = Some(StatusCause::TimedOut);
        ticket.end_time = Some(Timestamp::from_millis(1_469_498_470_000));
        ticket.estimated_wait_seconds = Some(30);
        ticket.players = vec![player];
        ticket.game_session_connection_info = Some(GameSessionConnectionInfo {
            game_session_arn: Some("arn:aws:gamelift:local::gamesession/g1".into()),
            ip_address: Some("10.0.0.1".into()),
            dns_name: Some("g1.example.com".into()),
            port: Some(7777),
            matched_player_sessions: vec![MatchedPlayerSession {
                player_id: "p1".into(),
                player_session_id: "psess-1".into(),
            }],
            player_gateway_status: Some(PlayerGatewayStatus::Enabled),
            compute_name: Some("i-1".into()),
            location: Some("us-east-1".into()),
        });
        let json = response_to_json(&Response::DescribeMatchmaking(vec![ticket]));
        let shown = json.pointer("/TicketList/0").cloned().unwrap_or_default();
        assert_eq!(
            shown,
            json!({
                "TicketId": "t1",
                "ConfigurationName": "duel",
                "ConfigurationArn": "arn:aws:gamelift:local::matchmakingconfiguration/duel",
                "Status": "TIMED_OUT",
                "StatusReason": "TimedOut",
                "StatusMessage": "Removed from matchmaking due to timing out.",
                "StartTime": 1_469_498_468.057,
                "EndTime": 1_469_498_470.0,
                "EstimatedWaitTime": 30,
                "GameSessionConnectionInfo": {
                    "GameSessionArn": "arn:aws:gamelift:local::gamesession/g1",
                    "IpAddress": "10.0.0.1",
                    "DnsName": "g1.example.com",
                    "Port": 7777,
                    "MatchedPlayerSessions":
                        [{"PlayerId": "p1", "PlayerSessionId": "psess-1"}],
                    "PlayerGatewayStatus": "ENABLED",
                    "ComputeName": "i-1",
                    "Location": "us-east-1",
                },
                "Players": [{
                    "PlayerId": "p1",
                    "Team": "red",
                    "LatencyInMs": {"us-east-1": 50},
                    "PlayerAttributes": {
                        "skill": {"N": 10.0}, "maps": {"SL": ["a"]}, "mode": {"S": "ctf"},
                        "roles": {"SDM": {"tank": 0.5}},
                    },
                }],
            })
        );
    }

    #[test]
    fn seconds_are_printed_with_no_more_than_three_decimals() {
        for (millis, text) in [
            (0, "0.0"),
            (1, "0.001"),
            (1_767_225_600_100, "1767225600.1"),
            (253_402_300_799_999, "253402300799.999"),
        ] {
            assert_eq!(json!(unix_seconds(Timestamp::from_millis(millis))).to_string(), text);
        }
    }

    #[test]
    fn a_connection_shows_what_is_known_and_no_more() {
        let mut ticket = ticket();
        ticket.game_session_connection_info = Some(GameSessionConnectionInfo {
            game_session_arn: Some("g1".into()),
            ..GameSessionConnectionInfo::default()
        });
        let shown = ticket_to_json(&ticket).get("GameSessionConnectionInfo").cloned();
        assert_eq!(shown, Some(json!({"GameSessionArn": "g1"})));
    }

    #[test]
    fn a_backfill_answers_as_a_new_ticket_does() {
        let answer = response_to_json(&Response::StartMatchBackfill(ticket()));
        assert_eq!(answer, response_to_json(&Response::StartMatchmaking(ticket())));
    }

    #[test]
    fn other_operations_answer_an_empty_object_and_errors_their_exception() {
        for response in [
            Response::StopMatchmaking,
            Response::AcceptMatch,
            Response::CompletePlacement,
            Response::FailPlacement,
            Response::EndGameSession,
            Response::RemovePlayers,
            Response::Reconfigure,
        ] {
            assert_eq!(response_to_json(&response), json!({}), "{response:?}");
        }
        let error = InputError::NotFound { message: "no ticket `t9`".into() };
        assert_eq!(
            error_to_json(&error),
            json!({"__type": "NotFoundException", "message": "no ticket `t9`"})
        );
    }
}

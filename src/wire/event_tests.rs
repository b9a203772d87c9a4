//! Each event type with its whole `detail`, and each key that depends on something both ways.

use std::sync::Arc;

use super::*;
use crate::lifecycle::event_ticket::form;
use crate::{
    GameSessionConnectionInfo, MatchedPlayerSession, PlacementEvent, PlacementStatus,
    PlayerGatewayStatus, StatusCause, Timestamp,
};
use serde_json::json;

/// A player of ticket `t1` or `t2` and nothing else.
fn player(id: &str) -> form::Player {
    form::Player { player_id: id.into(), team: None, accepted: None, player_session_id: None }
}

fn in_team(id: &str, team: &str) -> form::Player {
    form::Player { team: Some(team.into()), ..player(id) }
}

fn ticket(id: &str, player: form::Player) -> EventTicket {
    let start_time = Timestamp::from_millis(1_000);
    form::Ticket { ticket_id: id.into(), start_time, players: vec![player] }.into()
}

fn one() -> EventTicket {
    ticket("t1", player("p1"))
}

fn two() -> Arc<[EventTicket]> {
    [ticket("t1", in_team("p1", "red")), ticket("t2", in_team("p2", "blue"))].into()
}

fn rules() -> Box<[RuleMetrics]> {
    [RuleMetrics { rule_name: "Fair".into(), passed_count: 3, failed_count: 0 }].into()
}

fn rules_json() -> Value {
    json!([{"ruleName": "Fair", "passedCount": 3, "failedCount": 0}])
}

fn detail(detail: EventDetail) -> Value {
    let time = Timestamp::from_millis(2_500);
    event_detail(&Event { sequence: 7, time, custom_event_data: None, detail })
}

/// What every event has, with its tickets by the JSON of their players.
fn common(kind: &str, players: &[(&str, Value)], more: Value) -> Value {
    let tickets: Vec<Value> = players
        .iter()
        .map(|(ticket, player)| {
            let start = "1970-01-01T00:00:01.000Z";
            json!({"ticketId": ticket, "startTime": start, "players": [player]})
        })
        .collect();
    let players: Vec<_> = players.iter().map(|(_, player)| player).collect();
    let mut whole = json!({
        "type": kind, "eventSequence": 7, "eventTime": "1970-01-01T00:00:02.500Z",
        "tickets": tickets, "gameSessionInfo": {"players": players},
    });
    if let (Value::Object(whole), Value::Object(more)) = (&mut whole, more) {
        whole.extend(more);
    }
    whole
}

fn plain_one() -> [(&'static str, Value); 1] {
    [("t1", json!({"playerId": "p1"}))]
}

fn plain_two() -> [(&'static str, Value); 2] {
    [
        ("t1", json!({"playerId": "p1", "team": "red"})),
        ("t2", json!({"playerId": "p2", "team": "blue"})),
    ]
}

#[test]
fn searching_tells_the_wait() {
    for (seconds, wait) in [(None, json!("NOT_AVAILABLE")), (Some(42), json!(42))] {
        let event =
            EventDetail::MatchmakingSearching { ticket: one(), estimated_wait_seconds: seconds };
        let more = json!({ "estimatedWaitMillis": wait });
        assert_eq!(detail(event), common("MatchmakingSearching", &plain_one(), more));
    }
}

#[test]
fn a_potential_match_tells_whether_and_how_long_players_may_answer() {
    let event = |seconds: Option<u32>| EventDetail::PotentialMatchCreated {
        match_id: "m1".into(),
        tickets: two(),
        acceptance_required: seconds.is_some(),
        acceptance_timeout_seconds: seconds,
        rule_evaluation_metrics: rules(),
    };
    let base = |required: bool| {
        json!({
            "matchId": "m1", "acceptanceRequired": required, "ruleEvaluationMetrics": rules_json(),
        })
    };
    let kind = "PotentialMatchCreated";
    assert_eq!(detail(event(None)), common(kind, &plain_two(), base(false)));
    let mut with = base(true);
    with["acceptanceTimeout"] = json!(600);
    assert_eq!(detail(event(Some(600))), common(kind, &plain_two(), with));
}

#[test]
fn an_answer_stands_with_the_player_who_gave_it() {
    let answered = |answer: Option<bool>| form::Player { accepted: answer, ..in_team("p1", "red") };
    for (answer, shown) in [
        (Some(true), json!({"playerId": "p1", "team": "red", "accepted": true})),
        (Some(false), json!({"playerId": "p1", "team": "red", "accepted": false})),
        (None, json!({"playerId": "p1", "team": "red"})),
    ] {
        let tickets = [ticket("t1", answered(answer))].into();
        let event = EventDetail::AcceptMatch { match_id: "m1".into(), tickets };
        let expected = common("AcceptMatch", &[("t1", shown)], json!({"matchId": "m1"}));
        assert_eq!(detail(event), expected);
    }
}

#[test]
fn the_end_of_the_answers_tells_how_they_ended() {
    for (acceptance, name) in [
        (Acceptance::Accepted, "Accepted"),
        (Acceptance::Rejected, "Rejected"),
        (Acceptance::TimedOut, "TimedOut"),
    ] {
        let event =
            EventDetail::AcceptMatchCompleted { match_id: "m1".into(), tickets: two(), acceptance };
        let more = json!({"matchId": "m1", "acceptance": name});
        assert_eq!(detail(event), common("AcceptMatchCompleted", &plain_two(), more));
    }
}

#[test]
fn a_success_tells_the_session_as_far_as_it_is_known() {
    let event = |tickets, session: EventGameSession| EventDetail::MatchmakingSucceeded {
        match_id: "m1".into(),
        tickets,
        game_session: session.into(),
    };
    let standalone = detail(event(two(), EventGameSession::default()));
    let expected = common("MatchmakingSucceeded", &plain_two(), json!({"matchId": "m1"}));
    assert_eq!(standalone, expected);

    let located =
        EventGameSession { location: Some("us-west-2".into()), ..EventGameSession::default() };
    let mut with_location = expected;
    with_location["gameSessionInfo"]["gameSessionLocation"] = json!("us-west-2");
    assert_eq!(detail(event(two(), located)), with_location);

    let placed = EventGameSession {
        game_session_arn: Some("arn:g1".into()),
        ip_address: Some("10.0.0.1".into()),
        dns_name: Some("g1.example.com".into()),
        port: Some(10_777),
        player_gateway_status: Some(PlayerGatewayStatus::Disabled),
        compute_name: Some("i-1".into()),
        location: Some("us-west-2".into()),
    };
    // the players of a backfill's roster have no new place
    let kept = form::Player { player_session_id: Some("psess-1".into()), ..in_team("p1", "red") };
    let tickets = [ticket("t1", kept), ticket("t2", in_team("p2", "blue"))].into();
    let shown = json!({"playerId": "p1", "team": "red", "playerSessionId": "psess-1"});
    let [_, second] = plain_two();
    let info = json!({
        "gameSessionArn": "arn:g1", "ipAddress": "10.0.0.1", "dnsName": "g1.example.com",
        "port": 10777, "playerGatewayStatus": "DISABLED", "computeName": "i-1",
        "gameSessionLocation": "us-west-2", "players": [shown, second.1],
    });
    let more = json!({"matchId": "m1", "gameSessionInfo": info});
    let expected = common("MatchmakingSucceeded", &[("t1", shown.clone()), second], more);
    assert_eq!(detail(event(tickets, placed)), expected);
}

#[test]
fn a_time_out_carries_metrics_and_no_match() {
    let message = "Removed from matchmaking due to timing out.";
    for (ticket, players, rules, rules_json) in [
        (one(), plain_one(), Box::default(), json!([])),
        // a team remains from a proposal that failed
        (
            ticket("t1", in_team("p1", "red")),
            [("t1", json!({"playerId": "p1", "team": "red"}))],
            rules(),
            rules_json(),
        ),
    ] {
        let event = EventDetail::MatchmakingTimedOut {
            ticket,
            cause: StatusCause::TimedOut,
            rule_evaluation_metrics: rules,
        };
        let more = json!({
            "reason": "TimedOut", "message": message, "ruleEvaluationMetrics": rules_json,
        });
        assert_eq!(detail(event), common("MatchmakingTimedOut", &players, more));
    }
}

#[test]
fn a_cancellation_carries_reason_and_metrics_and_no_match() {
    for cause in StatusCause::ALL {
        let event = EventDetail::MatchmakingCancelled {
            ticket: one(),
            cause,
            rule_evaluation_metrics: rules(),
        };
        let more = json!({
            "reason": cause.reason(), "message": cause.message(),
            "ruleEvaluationMetrics": rules_json(),
        });
        assert_eq!(detail(event), common("MatchmakingCancelled", &plain_one(), more));
    }
    let stopped = EventDetail::MatchmakingCancelled {
        ticket: one(),
        cause: StatusCause::Stopped,
        rule_evaluation_metrics: Box::default(),
    };
    assert_eq!(detail(stopped)["message"], json!("Cancelled by request."));
}

#[test]
fn a_failure_names_the_match_and_carries_no_metrics() {
    let event = EventDetail::MatchmakingFailed {
        match_id: "m1".into(),
        tickets: two(),
        cause: StatusCause::PlacementFailed,
    };
    let more = json!({
        "matchId": "m1", "reason": "UNEXPECTED_ERROR",
        "message": "An unexpected error was encountered during match placing.",
    });
    assert_eq!(detail(event), common("MatchmakingFailed", &plain_two(), more));
}

fn one_of_each() -> Vec<EventDetail> {
    let match_id = || "m1".into();
    vec![
        EventDetail::MatchmakingSearching { ticket: one(), estimated_wait_seconds: Some(1) },
        EventDetail::PotentialMatchCreated {
            match_id: match_id(),
            tickets: two(),
            acceptance_required: true,
            acceptance_timeout_seconds: Some(1),
            rule_evaluation_metrics: rules(),
        },
        EventDetail::AcceptMatch { match_id: match_id(), tickets: two() },
        EventDetail::AcceptMatchCompleted {
            match_id: match_id(),
            tickets: two(),
            acceptance: Acceptance::Accepted,
        },
        EventDetail::MatchmakingSucceeded {
            match_id: match_id(),
            tickets: two(),
            game_session: Arc::default(),
        },
        EventDetail::MatchmakingTimedOut {
            ticket: one(),
            cause: StatusCause::TimedOut,
            rule_evaluation_metrics: rules(),
        },
        EventDetail::MatchmakingCancelled {
            ticket: one(),
            cause: StatusCause::Stopped,
            rule_evaluation_metrics: rules(),
        },
        EventDetail::MatchmakingFailed {
            match_id: match_id(),
            tickets: two(),
            cause: StatusCause::PlacementFailed,
        },
        placement(PlacementStatus::Fulfilled),
        placement(PlacementStatus::Cancelled),
        placement(PlacementStatus::TimedOut),
        placement(PlacementStatus::Failed),
    ]
}

#[test]
fn an_event_tells_its_match_and_its_tickets() {
    let mut of_match = 0;
    for kind in one_of_each() {
        let (name, json) = (kind.name(), detail(kind.clone()));
        let match_id = kind.match_id().map(|it| json!(it.as_str()));
        assert_eq!(json.get("matchId"), match_id.as_ref(), "{name}");
        of_match += usize::from(match_id.is_some());
        let told = json.get("tickets").and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(kind.tickets().len(), told, "{name}");
    }
    assert_eq!(of_match, 5);
    let EventDetail::Placement(of_queue) = placement(PlacementStatus::Failed) else {
        panic!("it is about a placement")
    };
    let of_queue = PlacementEvent { match_id: Some("m2".into()), ..of_queue };
    assert_eq!(EventDetail::Placement(of_queue).match_id(), Some(&"m2".into()));
}

fn placement(status: PlacementStatus) -> EventDetail {
    let session = GameSessionConnectionInfo {
        ip_address: Some("10.0.0.1".into()),
        dns_name: Some("g1.example.com".into()),
        port: Some(6262),
        matched_player_sessions: vec![MatchedPlayerSession {
            player_id: "p1".into(),
            player_session_id: "psess-1".into(),
        }],
        compute_name: Some("i-1".into()),
        location: Some("us-west-2".into()),
        ..GameSessionConnectionInfo::new("arn:g1")
    };
    EventDetail::Placement(PlacementEvent {
        placement_id: "p-1".into(),
        queue_arn: "arn:aws:gamelift:us-west-2:123456789012:gamesessionqueue/q".into(),
        status,
        start_time: Timestamp::from_millis(1_000),
        end_time: Timestamp::from_millis(2_500),
        game_session: (status == PlacementStatus::Fulfilled).then(|| Box::new(session)),
        match_id: None,
    })
}

#[test]
fn the_end_of_a_placement_has_the_members_of_the_service() {
    let times = json!({
        "eventSequence": 7, "eventTime": "1970-01-01T00:00:02.500Z", "placementId": "p-1",
        "startTime": "1970-01-01T00:00:01.000Z", "endTime": "1970-01-01T00:00:02.500Z",
    });
    for (status, name) in [
        (PlacementStatus::Cancelled, "PlacementCancelled"),
        (PlacementStatus::TimedOut, "PlacementTimedOut"),
        (PlacementStatus::Failed, "PlacementFailed"),
    ] {
        let mut expected = times.clone();
        expected["type"] = json!(name);
        assert_eq!(detail(placement(status)), expected);
    }
    let mut expected = times;
    let session = json!({
        "type": "PlacementFulfilled", "port": "6262", "gameSessionArn": "arn:g1",
        "ipAddress": "10.0.0.1", "dnsName": "g1.example.com", "gameSessionRegion": "us-west-2",
        "computeName": "i-1", "gameSessionLocation": "us-west-2",
        "placedPlayerSessions": [{"playerId": "p1", "playerSessionId": "psess-1"}],
    });
    for (key, value) in session.as_object().into_iter().flatten() {
        expected[key] = value.clone();
    }
    assert_eq!(detail(placement(PlacementStatus::Fulfilled)), expected);
}

#[test]
fn custom_data_is_in_every_event_when_it_is_configured() {
    for kind in one_of_each() {
        let without = detail(kind.clone());
        assert_eq!(without.get("customEventData"), None);
        let time = Timestamp::from_millis(2_500);
        let custom_event_data = Some("season-3".into());
        let with = event_detail(&Event { sequence: 7, time, custom_event_data, detail: kind });
        let mut expected = without;
        expected["customEventData"] = json!("season-3");
        assert_eq!(with, expected);
    }
}

#[test]
fn expectations_may_name_every_type_and_every_member() {
    let names: Vec<_> = one_of_each().iter().map(EventDetail::name).collect();
    assert_eq!(names, TYPES);
    let mut found = std::collections::BTreeSet::from(["customEventData".to_owned()]);
    for kind in one_of_each() {
        found.extend(detail(kind).as_object().into_iter().flatten().map(|(key, _)| key.clone()));
    }
    assert_eq!(found, MEMBERS.map(String::from).into());
}

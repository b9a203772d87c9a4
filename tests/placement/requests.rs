//! Requests: which are refused, how many there may be, and when they end.

use rallypoint::*;
use serde_json::{Value, json};

use super::{at, call, configuration, matchmaker, queue, refused, rules, start, status, with};

#[test]
fn a_bad_request_is_refused_and_nothing_is_begun() {
    let mut matchmaker = matchmaker(&queue());
    let latency = |player: &str, millis: Value| json!({"PlayerId": player, "RegionIdentifier": "eu", "LatencyInMilliseconds": millis});
    for (pointer, value, message) in [
        ("/PlacementId", json!(""), "`PlacementId` has 0 characters, but must have 1 to 48"),
        (
            "/PlacementId",
            json!("p".repeat(49)),
            "`PlacementId` has 49 characters, but must have 1 to 48",
        ),
        (
            "/GameSessionQueueName",
            json!("arn:q"),
            "`GameSessionQueueName` holds `:`, but may hold only letters, digits and `-`, or be an ARN that ends in `:gamesessionqueue/` and a name",
        ),
        (
            "/MaximumPlayerSessionCount",
            json!(-1),
            "`MaximumPlayerSessionCount` is -1, but must be a whole number from 0 to 2147483647",
        ),
        (
            "/GameProperties",
            json!(vec![json!({"Key": "k", "Value": "v"}); 17]),
            "`GameProperties` has 17 entries, but may have at most 16",
        ),
        (
            "/GameProperties",
            json!([{"Key": "k".repeat(33), "Value": "v"}]),
            "`GameProperties[0].Key` has 33 characters, but must have 0 to 32",
        ),
        (
            "/GameSessionName",
            json!(""),
            "`GameSessionName` has 0 characters, but must have 1 to 1024",
        ),
        (
            "/GameSessionData",
            json!("x".repeat(262_145)),
            "`GameSessionData` has 262145 characters, but must have 1 to 262144",
        ),
        (
            "/PlayerLatencies",
            json!([latency("a", json!(-0.5))]),
            "`PlayerLatencies[0].LatencyInMilliseconds` is -0.5, but must be at least 0",
        ),
        (
            "/PlayerLatencies",
            json!([latency("a", json!(1)), latency("a", json!(2))]),
            "`PlayerLatencies[1]`: the player `a` has two latencies for `eu`",
        ),
        (
            "/DesiredPlayerSessions",
            json!([{"PlayerId": "a"}, {"PlayerId": "a"}]),
            "`DesiredPlayerSessions[1].PlayerId`: the player `a` is there twice",
        ),
        (
            "/DesiredPlayerSessions",
            json!([{"PlayerId": "a", "PlayerData": ""}]),
            "`DesiredPlayerSessions[0].PlayerData` has 0 characters, but must have 1 to 2048",
        ),
        (
            "/PriorityConfigurationOverride",
            json!({"LocationOrder": []}),
            "`PriorityConfigurationOverride.LocationOrder` has 0 entries, but must have 1 to 10",
        ),
        (
            "/PriorityConfigurationOverride",
            json!({"LocationOrder": ["eu", "eu"]}),
            "`PriorityConfigurationOverride.LocationOrder[1]` is `eu` for the second time",
        ),
        (
            "/PriorityConfigurationOverride",
            json!({"LocationOrder": ["eu"], "PlacementFallbackStrategy": "ALL"}),
            "`PriorityConfigurationOverride.PlacementFallbackStrategy` is `ALL`, but must be one of DEFAULT_AFTER_SINGLE_PASS, NONE",
        ),
    ] {
        let request = with(&start("p"), pointer, value);
        let answer = call(&mut matchmaker, 0, "StartGameSessionPlacement", &request);
        assert_eq!(refused(answer), ("InvalidRequestException".into(), message.into()));
    }
    assert_eq!(matchmaker.placements().count(), 0);
    assert_eq!((matchmaker.poll_action(), matchmaker.poll_timeout()), (None, None));
}

/// A limit is one of characters, however many bytes each has.
#[test]
fn characters_are_counted_and_not_bytes() {
    let mut matchmaker = matchmaker(&queue());
    for (length, fits) in [(32, true), (33, false)] {
        let properties = json!([{"Key": "é".repeat(length), "Value": "v"}]);
        let request = with(&start("p"), "/GameProperties", properties);
        match call(&mut matchmaker, 0, "StartGameSessionPlacement", &request) {
            Ok(_) => assert!(fits, "{length}"),
            Err(error) => {
                assert!(!fits, "{length}: {error}");
                let message = "`GameProperties[0].Key` has 33 characters, but must have 0 to 32";
                assert_eq!(error.to_string(), message);
            }
        }
    }
    assert_eq!(matchmaker.placements().count(), 1);
}

/// A session that a game has named for its backfill is in use.
#[test]
fn a_placement_gets_no_session_that_runs_a_match() {
    let mut matchmaker = matchmaker(&queue());
    let player = json!({"PlayerId": "p1", "Team": "red"});
    let backfill = json!({"GameSessionArn": "arn:in-use", "Players": [player]});
    assert!(call(&mut matchmaker, 0, "StartMatchBackfill", &backfill).is_ok());
    assert!(call(&mut matchmaker, 0, "StartGameSessionPlacement", &start("one")).is_ok());
    let started = |arn: &str| {
        let info = json!({"GameSessionArn": arn});
        json!({"PlacementId": "one", "GameSessionConnectionInfo": info})
    };
    let answer = call(&mut matchmaker, 0, "GameSessionStarted", &started("arn:in-use"));
    let message = "`GameSessionConnectionInfo.GameSessionArn`: the game session `arn:in-use` is \
                   running a match; every placement needs one of its own";
    assert_eq!(refused(answer), ("InvalidRequestException".into(), message.into()));
    assert_eq!(status(&matchmaker, "one"), Some(PlacementStatus::Pending));
    assert!(call(&mut matchmaker, 0, "GameSessionStarted", &started("arn:own")).is_ok());
    assert_eq!(status(&matchmaker, "one"), Some(PlacementStatus::Fulfilled));
}

#[test]
fn everything_is_bounded() {
    let mut options = EngineOptions::default();
    options.pending_placements_max = 2;
    options.retained_placements_max = 1;
    let configuration = configuration(&queue());
    let mut matchmaker = Matchmaker::new(rules(), configuration, options, at(0), 7)
        .unwrap_or_else(|it| panic!("{it}"));
    let start = |matchmaker: &mut Matchmaker, now, id: &str| {
        call(matchmaker, now, "StartGameSessionPlacement", &start(id))
    };
    for id in ["p1", "p2"] {
        assert!(start(&mut matchmaker, 0, id).is_ok());
    }
    let message = "2 placements are pending, the limit; try again when some have ended";
    let full = ("LimitExceededException".to_owned(), message.to_owned());
    assert_eq!(refused(start(&mut matchmaker, 0, "p3")), full);
    // A match has room of its own.
    for player in ["ann", "bob"] {
        let ticket = json!({"TicketId": player, "Players": [{"PlayerId": player}]});
        call(&mut matchmaker, 0, "StartMatchmaking", &ticket).unwrap_or_else(|it| panic!("{it}"));
    }
    let report = matchmaker.handle_timeout(at(0)).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!((report.matches, matchmaker.placements().count()), (1, 3));
    assert_eq!(refused(start(&mut matchmaker, 0, "p3")), full);
    let stop = |matchmaker: &mut Matchmaker, id: &str| {
        call(matchmaker, 1, "StopGameSessionPlacement", &json!({"PlacementId": id}))
    };
    assert!(stop(&mut matchmaker, "p1").is_ok() && start(&mut matchmaker, 1, "p3").is_ok());
    assert_eq!(status(&matchmaker, "p1"), Some(PlacementStatus::Cancelled));
    assert!(stop(&mut matchmaker, "p2").is_ok());
    let _ = matchmaker.handle_timeout(at(2));
    // One ended placement is remembered; the id of the other is free again.
    assert_eq!(status(&matchmaker, "p1"), None);
    assert_eq!(status(&matchmaker, "p2"), Some(PlacementStatus::Cancelled));
    assert!(start(&mut matchmaker, 2, "p1").is_ok());
}

/// A late driver: every end has its own time, and requests that nobody takes wait.
#[test]
fn a_late_call_settles_placements_at_their_own_times() {
    let mut matchmaker = matchmaker(&queue());
    for (now, id) in [(0, "p1"), (500, "p2")] {
        call(&mut matchmaker, now, "StartGameSessionPlacement", &start(id))
            .unwrap_or_else(|it| panic!("{it}"));
    }
    let refusal = json!({"PlacementId": "p1", "Reason": "NO_CAPACITY"});
    for _ in 0..2 {
        let answer = call(&mut matchmaker, 600, "GameSessionRefused", &refusal);
        assert_eq!(answer, Ok(Response::GameSessionRefused));
    }
    let _ = matchmaker.handle_timeout(at(60_000));
    let ends: Vec<_> = std::iter::from_fn(|| matchmaker.poll_event())
        .map(|event| (event.time.as_millis(), event.detail.name()))
        .collect();
    assert_eq!(ends, [(10_000, "PlacementTimedOut"), (10_500, "PlacementTimedOut")]);
    let attempts: Vec<_> = std::iter::from_fn(|| matchmaker.poll_action())
        .map(|action| match action {
            PlacementAction::StartGameSession { placement_id, attempt, .. } => {
                (placement_id.to_string(), attempt)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [("p1", 1), ("p2", 1), ("p1", 2), ("p1", 3)];
    assert_eq!(attempts, expected.map(|(id, attempt)| (id.to_owned(), attempt)));
}

/// What a late call has to tell may not fit into the room for events; it is told step by step.
#[test]
fn a_late_call_stops_where_nobody_reads_what_it_tells() {
    let mut options = EngineOptions::default();
    options.undrained_events_max = 2;
    let mut matchmaker = Matchmaker::new(rules(), configuration(&queue()), options, at(0), 7)
        .unwrap_or_else(|it| panic!("{it}"));
    for id in ["p1", "p2", "p3", "p4"] {
        call(&mut matchmaker, 0, "StartGameSessionPlacement", &start(id))
            .unwrap_or_else(|it| panic!("{it}"));
        while matchmaker.poll_action().is_some() {}
    }
    let ask = json!({"PlacementId": "p1"});
    let (mut told, mut calls) = (Vec::new(), 0);
    let answer = loop {
        calls += 1;
        let answer = call(&mut matchmaker, 60_000, "DescribeGameSessionPlacement", &ask);
        told.extend(std::iter::from_fn(|| matchmaker.poll_event()).map(|event| event.time));
        match answer {
            Err(InputError::EventsNotDrained { limit: 2 }) => assert!(calls < 10, "no end of it"),
            other => break other,
        }
    };
    assert!(answer.is_ok(), "{answer:?}");
    assert_eq!(told, [at(10_000); 4]);
    assert!(calls > 1, "all fitted in");
}

#[test]
fn a_placement_that_is_forgotten_leaves_its_session_to_others() {
    let mut options = EngineOptions::default();
    options.retained_placements_max = 0;
    let mut matchmaker = Matchmaker::new(rules(), configuration(&queue()), options, at(0), 7)
        .unwrap_or_else(|it| panic!("{it}"));
    for (now, id) in [(0, "p1"), (10, "p2")] {
        call(&mut matchmaker, now, "StartGameSessionPlacement", &start(id))
            .unwrap_or_else(|it| panic!("{it}"));
        let info = json!({"GameSessionArn": "arn:one"});
        let started = json!({"PlacementId": id, "GameSessionConnectionInfo": info});
        let answer = call(&mut matchmaker, now, "GameSessionStarted", &started);
        assert_eq!(answer, Ok(Response::GameSessionStarted), "{id}");
        let _ = matchmaker.handle_timeout(at(now + 5));
        assert_eq!(status(&matchmaker, id), None, "it is remembered");
    }
}

//! Placement by a queue, at the face of the library: what is refused, what is bounded, and that a
//! stop at any moment changes nothing.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

use rallypoint::wire::{
    Journal, JournalHeader, JournalReader, configuration_from_json, configuration_to_json,
    parse_input,
};
use rallypoint::*;
use serde_json::{Value, json};

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn rules() -> RuleSet {
    let text = r#"{"name": "sides", "ruleLanguageVersion": "1.0", "teams": [
        {"name": "red", "minPlayers": 1, "maxPlayers": 2},
        {"name": "blue", "minPlayers": 1, "maxPlayers": 1}]}"#;
    RuleSet::from_json(text).unwrap_or_else(|it| panic!("{it}"))
}

fn queue() -> Value {
    json!({
        "Name": "q", "TimeoutInSeconds": 10,
        "Destinations": [
            {"DestinationArn": "fleet/one", "Locations": [{"Location": "eu"}, {"Location": "us"}]},
        ],
    })
}

fn configuration(queue: &Value) -> Configuration {
    let json = json!({"BackfillMode": "AUTOMATIC", "Queue": queue});
    configuration_from_json(&json).unwrap_or_else(|it| panic!("{it}"))
}

fn header(queue: &Value) -> JournalHeader {
    JournalHeader {
        rule_set: rules(),
        configuration: configuration(queue),
        options: EngineOptions::default(),
        start: at(0),
        seed: 7,
    }
}

fn matchmaker(queue: &Value) -> Matchmaker {
    header(queue).matchmaker().unwrap_or_else(|it| panic!("{it}"))
}

fn call(
    matchmaker: &mut Matchmaker,
    now: u64,
    operation: &str,
    input: &Value,
) -> Result<Response, InputError> {
    matchmaker.handle_input(at(now), parse_input(operation, input)?)
}

fn start(id: &str) -> Value {
    json!({"PlacementId": id, "GameSessionQueueName": "q", "MaximumPlayerSessionCount": 2})
}

fn refused(answer: Result<Response, InputError>) -> (String, String) {
    match answer {
        Err(error) => (error.exception().into(), error.to_string()),
        Ok(response) => panic!("not refused: {response:?}"),
    }
}

fn status(matchmaker: &Matchmaker, id: &str) -> Option<PlacementStatus> {
    matchmaker.placement(&id.into()).map(|placement| placement.status)
}

/// The value with one change.
fn with(base: &Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer begins with `/`");
    let mut changed = base.clone();
    let parent = changed.pointer_mut(parent).expect("the place is there");
    match parent {
        Value::Array(items) => {
            let index: usize = key.parse().expect("an index");
            match items.get_mut(index) {
                Some(item) => *item = value,
                None => items.push(value),
            }
        }
        parent => parent[key] = value,
    }
    changed
}

#[test]
fn a_bad_queue_is_refused_with_its_place() {
    let location = |name: &str| json!({"Location": name});
    let many = |count: usize| (0..count).map(|it| json!(format!("l{it}"))).collect::<Value>();
    for (pointer, value, message) in [
        ("/Name", json!(""), "Queue.Name has 0 characters, but must have 1 to 128"),
        ("/Name", json!("a.b"), "Queue.Name holds `.`, but may hold only letters, digits and `-`"),
        ("/TimeoutInSeconds", json!(9), "Queue.TimeoutInSeconds is 9, but must be 10 to 600"),
        ("/TimeoutInSeconds", json!(601), "Queue.TimeoutInSeconds is 601, but must be 10 to 600"),
        (
            "/CustomEventData",
            json!("x".repeat(257)),
            "Queue.CustomEventData has 257 characters, but may have at most 256",
        ),
        (
            "/PlayerLatencyPolicies",
            json!(vec![json!({"MaximumIndividualPlayerLatencyMilliseconds": 5}); 11]),
            "Queue.PlayerLatencyPolicies has 11 entries, but must have 0 to 10",
        ),
        ("/Destinations", json!([]), "Queue.Destinations has 0 entries, but must have 1 to 10"),
        (
            "/Destinations/0/DestinationArn",
            json!(""),
            "Queue.Destinations[0].DestinationArn has 0 characters, but must have 1 to 512",
        ),
        (
            "/Destinations/0/DestinationArn",
            json!("a b"),
            "Queue.Destinations[0].DestinationArn holds ` `, but may hold only letters, digits, `:`, `/` and `-`",
        ),
        (
            "/Destinations/1",
            json!({"DestinationArn": "fleet/one", "Locations": [{"Location": "eu"}]}),
            "Queue.Destinations[1].DestinationArn is that of an earlier destination, too",
        ),
        (
            "/Destinations/0/Locations",
            json!([]),
            "Queue.Destinations[0].Locations has 0 entries, but must have 1 to 100",
        ),
        (
            "/Destinations/0/Locations/1",
            location("eu"),
            "Queue.Destinations[0].Locations[1] is `eu` for the second time",
        ),
        (
            "/Destinations/0/Locations/1",
            location("e_u"),
            "Queue.Destinations[0].Locations[1].Location holds `_`, but may hold only letters, digits and `-`",
        ),
        (
            "/Destinations/0/Locations/1",
            json!({"Location": "x", "HourlyCost": -1}),
            "Queue.Destinations[0].Locations[1].HourlyCost is -1, but must be at least 0",
        ),
        (
            "/FilterConfiguration",
            json!({"AllowedLocations": ["ap"]}),
            "Queue.FilterConfiguration.AllowedLocations has no location of any destination",
        ),
        (
            "/FilterConfiguration",
            json!({"AllowedLocations": many(101)}),
            "Queue.FilterConfiguration.AllowedLocations has 101 entries, but must have 0 to 100",
        ),
        (
            "/PriorityConfiguration",
            json!({"PriorityOrder": ["COST", "COST"]}),
            "Queue.PriorityConfiguration.PriorityOrder[1] is `COST` for the second time",
        ),
        (
            "/PriorityConfiguration",
            json!({"PriorityOrder": ["LATENCY", "DESTINATION", "LATENCY"]}),
            "Queue.PriorityConfiguration.PriorityOrder[2] is `LATENCY` for the second time",
        ),
        (
            "/PriorityConfiguration",
            json!({"PriorityOrder": ["DESTINATION", "LOCATION", "DESTINATION"]}),
            "Queue.PriorityConfiguration.PriorityOrder[2] is `DESTINATION` for the second time",
        ),
        (
            "/PriorityConfiguration",
            json!({"LocationOrder": ["eu", "eu"]}),
            "Queue.PriorityConfiguration.LocationOrder[1] is `eu` for the second time",
        ),
    ] {
        let header = header(&with(&queue(), pointer, value));
        let error = header.matchmaker().map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(error, Err(message.into()));
    }
}

#[test]
fn the_configuration_names_its_own_queue() {
    let named = |arns: Value| {
        let json = json!({"Queue": queue(), "GameSessionQueueArns": arns});
        let configuration = configuration_from_json(&json).unwrap_or_else(|it| panic!("{it}"));
        let options = EngineOptions::default();
        let made = Matchmaker::new(rules(), configuration, options, at(0), 7);
        made.map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(named(json!(["q"])), Ok(()));
    assert_eq!(named(json!(["arn:aws:gamelift:us-west-2::gamesessionqueue/q"])), Ok(()));
    let other = named(json!(["arn:aws:gamelift:us-west-2::gamesessionqueue/r"]));
    let message = "GameSessionQueueArns[0] is `arn:aws:gamelift:us-west-2::gamesessionqueue/r`, but the queue is `q`";
    assert_eq!(other, Err(message.into()));
    let two = named(json!(["q", "r"]));
    assert_eq!(two, Err("GameSessionQueueArns has 2 entries, but may have at most 1".into()));
    let json = json!({"GameSessionQueueArns": ["q"]});
    let alone = configuration_from_json(&json).unwrap_or_else(|it| panic!("{it}"));
    let alone = Matchmaker::new(rules(), alone, EngineOptions::default(), at(0), 7);
    let message = "GameSessionQueueArns[0] is `q`, but there is no `Queue`; give it, or leave the ARN out to place matches yourself";
    assert_eq!(alone.map(|_| ()).map_err(|error| error.to_string()), Err(message.into()));
}

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

#[test]
fn another_queue_is_for_what_begins_later() {
    let mut matchmaker = matchmaker(&queue());
    call(&mut matchmaker, 0, "StartGameSessionPlacement", &start("p1"))
        .unwrap_or_else(|it| panic!("{it}"));
    let other = with(
        &queue(),
        "/Destinations/0",
        json!({
            "DestinationArn": "fleet/two", "Locations": [{"Location": "ap"}],
        }),
    );
    let json = configuration_to_json(&configuration(&other));
    call(&mut matchmaker, 1, "Reconfigure", &json!({"Configuration": json}))
        .unwrap_or_else(|it| panic!("{it}"));
    call(&mut matchmaker, 2, "StartGameSessionPlacement", &start("p2"))
        .unwrap_or_else(|it| panic!("{it}"));
    let refusal = json!({"PlacementId": "p1", "Reason": "ERROR"});
    call(&mut matchmaker, 3, "GameSessionRefused", &refusal).unwrap_or_else(|it| panic!("{it}"));
    let places: Vec<_> = std::iter::from_fn(|| matchmaker.poll_action())
        .map(|action| match action {
            PlacementAction::StartGameSession { placement_id, location, .. } => {
                format!("{placement_id} {location}")
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(places, ["p1 eu", "p2 ap", "p1 us"]);
    // Stored with both queues.
    let snapshot = matchmaker.snapshot();
    let restored = Matchmaker::restore(rules(), snapshot.clone());
    assert_eq!(restored.map(|it| it.snapshot()), Ok(snapshot));
}

#[test]
fn a_queue_that_comes_back_is_stored_once() {
    let mut matchmaker = matchmaker(&queue());
    let other = with(&queue(), "/TimeoutInSeconds", json!(20));
    for (now, id, next) in [(0, "p1", &other), (1, "p2", &queue()), (2, "p3", &queue())] {
        call(&mut matchmaker, now, "StartGameSessionPlacement", &start(id))
            .unwrap_or_else(|it| panic!("{it}"));
        let json = configuration_to_json(&configuration(next));
        call(&mut matchmaker, now, "Reconfigure", &json!({"Configuration": json}))
            .unwrap_or_else(|it| panic!("{it}"));
    }
    let snapshot = matchmaker.snapshot();
    let stored = serde_json::to_value(&snapshot).unwrap_or_else(|it| panic!("{it}"));
    let queues = stored.pointer("/placements/queues").and_then(Value::as_array);
    assert_eq!(queues.map(Vec::len), Some(2));
    let restored = Matchmaker::restore(rules(), snapshot.clone());
    assert_eq!(restored.map(|it| it.snapshot()), Ok(snapshot));
}

/// A queue that comes between a proposal and its placement keeps to what the rules allow.
#[test]
fn a_queue_that_comes_late_keeps_to_the_locations_of_a_match() {
    let text = r#"{"name": "near", "ruleLanguageVersion": "1.0", "teams": [
        {"name": "red", "minPlayers": 1, "maxPlayers": 1},
        {"name": "blue", "minPlayers": 1, "maxPlayers": 1}],
        "rules": [{"name": "near", "type": "latency", "maxLatency": 50}]}"#;
    let rules = RuleSet::from_json(text).unwrap_or_else(|it| panic!("{it}"));
    let json = json!({
        "AcceptanceRequired": true, "AcceptanceTimeoutSeconds": 5, "FlexMatchMode": "WITH_QUEUE",
    });
    let without = configuration_from_json(&json).unwrap_or_else(|it| panic!("{it}"));
    let asks = |location: &str| {
        let options = EngineOptions::default();
        let matchmaker = Matchmaker::new(rules.clone(), without.clone(), options, at(0), 7);
        let mut matchmaker = matchmaker.unwrap_or_else(|it| panic!("{it}"));
        for player in ["ann", "bob"] {
            let latencies = json!({"eu": 20, "us": 400});
            let players = json!([{"PlayerId": player, "LatencyInMs": latencies}]);
            let ticket = json!({"TicketId": player, "Players": players});
            call(&mut matchmaker, 0, "StartMatchmaking", &ticket)
                .unwrap_or_else(|it| panic!("{it}"));
        }
        let _ = matchmaker.handle_timeout(at(0)).unwrap_or_else(|it| panic!("{it}"));
        let only = json!([{"Location": location}]);
        let queue = with(&queue(), "/Destinations/0/Locations", only);
        let configuration = configuration(&queue);
        let configuration = Configuration { queue: configuration.queue, ..without.clone() };
        matchmaker
            .reconfigure(at(0), None, Some(configuration))
            .unwrap_or_else(|it| panic!("{it}"));
        for player in ["ann", "bob"] {
            let input = json!({
                "TicketId": player, "PlayerIds": [player], "AcceptanceType": "ACCEPT",
            });
            call(&mut matchmaker, 1, "AcceptMatch", &input).unwrap_or_else(|it| panic!("{it}"));
        }
        std::iter::from_fn(|| matchmaker.poll_action()).count()
    };
    assert_eq!((asks("eu"), asks("us")), (1, 0));
}

/// A matchmaker with two matches of one instant that wait to be accepted, and their ids.
fn two_proposed() -> (Matchmaker, Vec<MatchId>) {
    let json = json!({
        "AcceptanceRequired": true, "AcceptanceTimeoutSeconds": 5,
        "Queue": with(&queue(), "/Destinations/0/Locations", json!([{"Location": "eu"}])),
    });
    let configuration = configuration_from_json(&json).unwrap_or_else(|it| panic!("{it}"));
    let text = r#"{"name": "pair", "ruleLanguageVersion": "1.0", "teams": [
        {"name": "red", "minPlayers": 1, "maxPlayers": 1},
        {"name": "blue", "minPlayers": 1, "maxPlayers": 1}]}"#;
    let rules = RuleSet::from_json(text).unwrap_or_else(|it| panic!("{it}"));
    let options = EngineOptions::default();
    let matchmaker = Matchmaker::new(rules, configuration, options, at(0), 7);
    let mut matchmaker = matchmaker.unwrap_or_else(|it| panic!("{it}"));
    for player in ["ann", "bob", "cho", "dee"] {
        let ticket = json!({"TicketId": player, "Players": [{"PlayerId": player}]});
        call(&mut matchmaker, 0, "StartMatchmaking", &ticket).unwrap_or_else(|it| panic!("{it}"));
    }
    let _ = matchmaker.handle_timeout(at(0)).unwrap_or_else(|it| panic!("{it}"));
    let (mut told, mut matches) = (Vec::new(), Vec::new());
    drain(&mut matchmaker, &mut told, &mut matches);
    (matchmaker, matches.into_iter().map(MatchId::from).collect())
}

fn accept(matchmaker: &mut Matchmaker, players: [&str; 4]) {
    for player in players {
        let input = json!({
            "TicketId": player, "PlayerIds": [player], "AcceptanceType": "ACCEPT",
        });
        call(matchmaker, 1, "AcceptMatch", &input).unwrap_or_else(|it| panic!("{it}"));
    }
}

/// Decision 1: deadlines of one instant come by ticket number, whichever match was asked for first.
#[test]
fn matches_whose_placements_end_at_one_instant_return_in_the_order_of_their_tickets() {
    let (mut matchmaker, matches) = two_proposed();
    accept(&mut matchmaker, ["cho", "dee", "ann", "bob"]);
    let request = with(&start("request"), "/MaximumPlayerSessionCount", json!(1));
    call(&mut matchmaker, 1, "StartGameSessionPlacement", &request)
        .unwrap_or_else(|it| panic!("{it}"));
    let restored = Matchmaker::restore(matchmaker.rule_set().clone(), matchmaker.snapshot());
    for mut matchmaker in [restored.unwrap_or_else(|it| panic!("{it}")), matchmaker] {
        let asked: Vec<PlacementId> =
            matchmaker.placements().map(|it| it.request.placement_id).collect();
        let in_turn = [matches[1].as_str(), matches[0].as_str(), "request"];
        assert_eq!(asked, in_turn.map(PlacementId::from));
        while matchmaker.poll_event().is_some() {}
        let _ = matchmaker.handle_timeout(at(10_001)).unwrap_or_else(|it| panic!("{it}"));
        let ended: Vec<PlacementId> = std::iter::from_fn(|| matchmaker.poll_event())
            .filter_map(|event| match event.detail {
                EventDetail::Placement(placement) => Some(placement.placement_id),
                _ => None,
            })
            .collect();
        let by_ticket = [matches[0].as_str(), matches[1].as_str(), "request"];
        assert_eq!(ended, by_ticket.map(PlacementId::from));
    }
}

/// The id of a match is that of its placement only where it can be one.
#[test]
fn a_match_with_an_id_from_elsewhere_is_placed_all_the_same() {
    let (matchmaker, _) = two_proposed();
    let mut stored =
        serde_json::to_value(matchmaker.snapshot()).unwrap_or_else(|it| panic!("{it}"));
    stored["matches"][0]["id"] = json!("a b");
    let snapshot: Snapshot = serde_json::from_value(stored).unwrap_or_else(|it| panic!("{it}"));
    let restored = Matchmaker::restore(matchmaker.rule_set().clone(), snapshot);
    let mut matchmaker = restored.unwrap_or_else(|it| panic!("{it}"));
    accept(&mut matchmaker, ["ann", "bob", "cho", "dee"]);
    let placing: Vec<_> = matchmaker.pending_matches().map(|it| it.status).collect();
    assert_eq!(placing, [TicketStatus::Placing; 2]);
    assert!(matchmaker.placements().all(|it| it.request.placement_id.as_str() != "a b"));
}

/// A life in a queue: matches that are placed, time out and fail, and requests beside them. The
/// placement of a match is named by the number of the match, `m0`.
fn story() -> Vec<(u64, &'static str, Value)> {
    let ticket = |id: &str| {
        let latencies = json!({"eu": 40, "us": 90});
        json!({"TicketId": id, "Players": [{"PlayerId": id, "LatencyInMs": latencies}]})
    };
    let refuse = |id: &str, reason: &str| json!({"PlacementId": id, "Reason": reason});
    let up = |id: &str, arn: &str| json!({"PlacementId": id, "GameSessionConnectionInfo": {"GameSessionArn": arn}});
    let wanted = with(&start("p1"), "/DesiredPlayerSessions", json!([{"PlayerId": "x"}]));
    vec![
        (0, "StartMatchmaking", ticket("ann")),
        (0, "StartMatchmaking", ticket("bob")),
        (0, "Advance", json!({})),
        (10, "StartGameSessionPlacement", wanted),
        (20, "GameSessionRefused", refuse("m0", "NO_CAPACITY")),
        (30, "GameSessionRefused", refuse("m0", "ERROR")),
        (1030, "Advance", json!({})),
        (2000, "GameSessionStarted", up("p1", "arn:g1")),
        (10_000, "Advance", json!({})),
        (10_100, "GameSessionStarted", up("m0", "arn:late")),
        (11_000, "GameSessionStarted", up("m1", "arn:g2")),
        (11_000, "Advance", json!({})),
        (12_000, "StartMatchmaking", ticket("cho")),
        (12_000, "Advance", json!({})),
        (13_000, "StartMatchmaking", ticket("dee")),
        (13_000, "StartMatchmaking", ticket("eve")),
        (13_000, "Advance", json!({})),
        (14_000, "DescribeGameSessionPlacement", json!({"PlacementId": "m3"})),
        (14_000, "GameSessionRefused", refuse("m3", "FATAL")),
        (15_000, "EndGameSession", json!({"GameSessionArn": "arn:g1"})),
        (15_000, "EndGameSession", json!({"GameSessionArn": "arn:g2"})),
        (30_000, "Advance", json!({})),
    ]
}

/// What a matchmaker has told so far.
fn drain(matchmaker: &mut Matchmaker, told: &mut Vec<String>, matches: &mut Vec<String>) {
    while let Some(event) = matchmaker.poll_event() {
        if let EventDetail::PotentialMatchCreated { match_id, .. } = &event.detail {
            matches.push(match_id.to_string());
        }
        told.push(wire::event_detail(&event).to_string());
    }
    while let Some(update) = matchmaker.poll_update() {
        told.push(wire::update_to_json(&update).to_string());
    }
    while let Some(action) = matchmaker.poll_action() {
        told.push(wire::action_to_json(&action).to_string());
    }
}

/// The story with the ids of its matches filled in, as they come.
fn named(input: &Value, matches: &[String]) -> Value {
    let mut input = input.clone();
    let id = input.get("PlacementId").and_then(Value::as_str).and_then(|it| it.strip_prefix('m'));
    if let Some(number) = id.and_then(|number| number.parse::<usize>().ok()) {
        input["PlacementId"] = json!(matches[number]);
    }
    input
}

#[test]
fn a_stop_at_any_moment_changes_nothing() {
    let header = header(&queue());
    let mut journal =
        Journal::create(Vec::new(), &header).unwrap_or_else(|error| panic!("{error}"));
    let mut whole = matchmaker(&queue());
    // Stored before the call of each line, told what waits to be read, too.
    let mut stops: Vec<(Matchmaker, Vec<String>)> = Vec::new();
    let (mut told, mut matches) = (Vec::new(), Vec::new());
    for (now, operation, input) in story() {
        let snapshot = whole.snapshot();
        let stored = serde_json::to_string(&snapshot).unwrap_or_else(|it| panic!("{it}"));
        let read: Snapshot = serde_json::from_str(&stored).unwrap_or_else(|it| panic!("{it}"));
        assert_eq!(read, snapshot);
        let restored = Matchmaker::restore(rules(), read).unwrap_or_else(|it| panic!("{it}"));
        assert_eq!(restored.snapshot(), snapshot);
        stops.push((restored, told.clone()));
        let input = named(&input, &matches);
        for matchmaker in stops.iter_mut().map(|(it, _)| it).chain([&mut whole]) {
            let answer = match operation {
                "Advance" => matchmaker.handle_timeout(at(now)).map(|_| ()),
                _ => call(matchmaker, now, operation, &input).map(|_| ()),
            };
            answer.unwrap_or_else(|error| panic!("{now} {operation}: {error}"));
        }
        match operation {
            "Advance" => journal.timeout(at(now)),
            _ => {
                let input = parse_input(operation, &input).unwrap_or_else(|it| panic!("{it}"));
                journal.input(at(now), &input)
            }
        }
        .unwrap_or_else(|error| panic!("{error}"));
        drain(&mut whole, &mut told, &mut matches);
        for (stopped, before) in &mut stops {
            drain(stopped, before, &mut Vec::new());
            assert_eq!(*before, told, "{now} {operation}");
            assert_eq!(stopped.snapshot(), whole.snapshot(), "{now} {operation}");
        }
    }
    for name in [
        "PlacementTimedOut",
        "PlacementFulfilled",
        "PlacementFailed",
        "StopGameSession",
        "MatchmakingSucceeded",
        "MatchmakingFailed",
    ] {
        assert!(told.iter().any(|line| line.contains(&format!("\"{name}\""))), "never: {name}");
    }
    let bytes = journal.into_inner();
    let replay = JournalReader::open(&bytes[..]).and_then(JournalReader::replay);
    let (recovered, _) =
        replay.and_then(|replay| replay.finish()).unwrap_or_else(|error| panic!("{error}"));
    // A replay takes out what is told before each call, but for the last.
    assert_eq!(recovered.snapshot(), whole.snapshot());
}

/// What is stored after the first lines of the story: a match whose placement has asked everywhere
/// once and then again, and a request with its session.
fn stored() -> Value {
    let mut matchmaker = matchmaker(&queue());
    let (mut told, mut matches) = (Vec::new(), Vec::new());
    for (now, operation, input) in story().into_iter().take(8) {
        let input = named(&input, &matches);
        match operation {
            "Advance" => drop(matchmaker.handle_timeout(at(now))),
            _ => drop(call(&mut matchmaker, now, operation, &input)),
        }
        drain(&mut matchmaker, &mut told, &mut matches);
    }
    serde_json::to_value(matchmaker.snapshot()).unwrap_or_else(|it| panic!("{it}"))
}

/// Whoever changes the stored form of placements goes on reading what is stored.
#[test]
fn what_was_stored_of_placements_is_read() {
    let file = include_str!("snapshots/version_2_placements.json");
    let stored: Value = serde_json::from_str(file).expect("the file is JSON");
    let snapshot: Snapshot = serde_json::from_value(stored.clone()).expect("it can be read");
    let restored = Matchmaker::restore(rules(), snapshot).unwrap_or_else(|it| panic!("{it}"));
    let mut again = serde_json::to_value(restored.snapshot()).unwrap_or_else(|it| panic!("{it}"));
    again["engineVersion"] = stored["engineVersion"].clone();
    assert_eq!(again, stored);
    for member in ["pending", "ended", "queues"] {
        let found = stored["placements"][member].as_array().map(Vec::len);
        assert_eq!(found, Some(1), "{member}");
    }
}

/// Two tickets of a proposal cannot have one player, not even as one who has left a session.
#[test]
fn a_player_is_in_a_match_once() {
    let (matchmaker, _) = two_proposed();
    let rules = matchmaker.rule_set().clone();
    let good = serde_json::to_value(matchmaker.snapshot()).unwrap_or_else(|it| panic!("{it}"));
    let mut bad = good.clone();
    bad["active"][1]["players"] = good["active"][0]["players"].clone();
    bad["active"][0]["active"]["released"] = json!(["ann"]);
    let snapshot: Snapshot = serde_json::from_value(bad).unwrap_or_else(|it| panic!("{it}"));
    let refused = Matchmaker::restore(rules, snapshot).map(|_| ()).expect_err("it is damaged");
    let message = "ticket 0 is no backfill, but has players who have left its session";
    assert!(refused.to_string().contains(message), "{refused}");
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let good = stored();
    let restore = |value: Value| {
        let snapshot: Snapshot = serde_json::from_value(value).unwrap_or_else(|it| panic!("{it}"));
        Matchmaker::restore(rules(), snapshot).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(restore(good.clone()), Ok(()));
    for (pointer, value, message) in [
        ("/placements/submissions", json!(0), "placement 1 is FULFILLED, but not stored like that"),
        ("/placements/submissions", json!(u64::MAX), "the placements are beyond counting"),
        (
            "/placements/queues/0/timeoutInSeconds",
            json!(5),
            "a queue: TimeoutInSeconds is 5, but must be 10 to 600",
        ),
        ("/placements/ended/0/queue", json!(9), "placement 1 has a queue that is not there"),
        (
            "/placements/ended/0/status",
            json!("TimedOut"),
            "placement 1 is TIMED_OUT, but not stored like that",
        ),
        ("/placements/ended/0/end", json!(null), "placement 1 does not stand where it ended"),
        ("/placements/ended/0/number", json!(0), "placement 0 is there twice"),
        (
            "/placements/pending/0/search/cursor",
            json!(9),
            "placement 0 does not stand among its places",
        ),
        (
            "/placements/pending/0/search/cursor",
            json!(0),
            "placement 0 does not stand among its places",
        ),
        (
            "/placements/pending/0/search/order",
            json!([0, 0]),
            "placement 0 has places that its queue does not have",
        ),
        (
            "/placements/pending/0/search/order",
            json!([0, 7]),
            "placement 0 has places that its queue does not have",
        ),
        (
            "/placements/pending/0/request/placementId",
            json!("a b"),
            "placement 0 has a bad request: `PlacementId` holds ` `, but may hold only letters, digits and `-`",
        ),
        ("/placements/pending/0/request/placementId", json!("p1"), "placement 0 is there twice"),
        ("/placements/pending", json!([]), "waits for a placement that is not its"),
        ("/placements/pending/0/matchId", json!("other"), "waits for a placement that is not its"),
        ("/matches/0/placement", json!(null), "of a placement is not there"),
        ("/matches/0/deadline", json!(10_001), "waits for a placement that is not its"),
    ] {
        let answer = restore(with(&good, pointer, value)).expect_err(pointer);
        assert!(answer.contains(message), "{pointer}: {answer}");
    }
}

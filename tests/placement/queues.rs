//! Queues: which are refused, and what another one changes.

use rallypoint::wire::{configuration_from_json, configuration_to_json};
use rallypoint::*;
use serde_json::{Value, json};

use super::{at, call, configuration, header, matchmaker, queue, rules, start, with};

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

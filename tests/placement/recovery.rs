//! A stop at any moment changes nothing, and what is stored is read or refused.

use rallypoint::wire::{Journal, JournalReader, parse_input};
use rallypoint::*;
use serde_json::{Value, json};

use super::{at, call, drain, header, matchmaker, queue, rules, start, two_proposed, with};

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
    let file = include_str!("../snapshots/version_2_placements.json");
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

#[test]
fn two_placements_with_one_session_are_refused() {
    let mut matchmaker = matchmaker(&queue());
    for (id, arn) in [("p1", "arn:g1"), ("p2", "arn:g2")] {
        let info = json!({"GameSessionArn": arn});
        let up = json!({"PlacementId": id, "GameSessionConnectionInfo": info});
        for (operation, input) in
            [("StartGameSessionPlacement", start(id)), ("GameSessionStarted", up)]
        {
            let answer = call(&mut matchmaker, 0, operation, &input);
            answer.unwrap_or_else(|error| panic!("{id} {operation}: {error}"));
        }
    }
    let whole = serde_json::to_value(matchmaker.snapshot()).unwrap_or_else(|it| panic!("{it}"));
    let restore = |value: &Value| {
        let snapshot: Snapshot =
            serde_json::from_value(value.clone()).unwrap_or_else(|it| panic!("{it}"));
        Matchmaker::restore(rules(), snapshot).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(restore(&whole), Ok(()));
    let mut twice = whole;
    let placements = twice["placements"].to_string().replace("arn:g2", "arn:g1");
    twice["placements"] = serde_json::from_str(&placements).unwrap_or_else(|it| panic!("{it}"));
    let message = "the snapshot is damaged: placement 1 has the session of another";
    assert_eq!(restore(&twice), Err(message.into()));
}

/// What the host has not read yet is asked again, but it is no other state.
#[test]
fn requests_that_wait_to_be_read_are_not_part_of_the_state() {
    let asked = |id: &str| {
        let mut matchmaker = matchmaker(&queue());
        let answer = call(&mut matchmaker, 0, "StartGameSessionPlacement", &start(id));
        answer.unwrap_or_else(|error| panic!("{error}"));
        matchmaker
    };
    let (undrained, mut drained) = (asked("p1"), asked("p1"));
    assert!(drained.poll_action().is_some() && drained.poll_action().is_none());
    assert_ne!(undrained.snapshot(), drained.snapshot());
    let journal =
        Journal::create_from(Vec::new(), &drained).unwrap_or_else(|error| panic!("{error}"));
    let bytes = journal.into_inner();
    let onto = |matchmaker: Matchmaker| {
        let reader = JournalReader::open(&bytes[..]).unwrap_or_else(|error| panic!("{error}"));
        reader.replay_onto(matchmaker).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(onto(drained), Ok(()));
    assert_eq!(onto(undrained), Ok(()));
    assert!(onto(asked("p2")).is_err(), "another placement is another state");
}

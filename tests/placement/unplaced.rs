//! A queue that has no place for a request waits for the time-out, and says why when asked.

use rallypoint::*;
use serde_json::{Value, json};

use super::{at, call, matchmaker, queue, start, status, with};

/// The queue with caps of 50 ms, after five seconds of 100 ms, and LOCATION first.
fn capped() -> Value {
    let policies = json!([
        {"MaximumIndividualPlayerLatencyMilliseconds": 50, "PolicyDurationSeconds": 5},
        {"MaximumIndividualPlayerLatencyMilliseconds": 100},
    ]);
    let queue = with(&queue(), "/PlayerLatencyPolicies", policies);
    with(&queue, "/PriorityConfiguration", json!({"PriorityOrder": ["LOCATION"]}))
}

/// What is said of a request: at once, when it has timed out, and after a stop and a restart.
fn why(queue: &Value, request: &Value) -> Option<String> {
    let mut matchmaker = matchmaker(queue);
    call(&mut matchmaker, 0, "StartGameSessionPlacement", request)
        .unwrap_or_else(|it| panic!("{it}"));
    let say =
        |matchmaker: &Matchmaker| matchmaker.why_unplaced(&"p".into()).map(|why| why.to_string());
    let said = say(&matchmaker);
    let restored = Matchmaker::restore(matchmaker.rule_set().clone(), matchmaker.snapshot());
    assert_eq!(say(&restored.unwrap_or_else(|it| panic!("{it}"))), said);
    let _ = matchmaker.handle_timeout(at(10_000)).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(status(&matchmaker, "p"), Some(PlacementStatus::TimedOut));
    assert_eq!(say(&matchmaker), said);
    let asked = std::iter::from_fn(|| matchmaker.poll_action()).count();
    assert_eq!(asked == 0, said.is_some(), "{said:?}");
    said
}

fn latencies(of: &[(&str, &str, u32)]) -> Value {
    let of = of.iter().map(|(player, region, millis)| {
        json!({
            "PlayerId": player, "RegionIdentifier": region, "LatencyInMilliseconds": millis,
        })
    });
    with(&start("p"), "/PlayerLatencies", of.collect())
}

#[test]
fn a_queue_that_names_locations_differently_is_told_of() {
    let elsewhere = latencies(&[("a", "eu-west-1", 20), ("b", "us-east-1", 20)]);
    let message = "the players report latencies for `eu-west-1`, `us-east-1`, but the queue is in `eu`, `us`, and its latency policies need a location that all of them report";
    assert_eq!(why(&capped(), &elsewhere), Some(message.into()));
    // Each reports a location of the queue, but none the other's.
    let apart = latencies(&[("a", "eu", 20), ("b", "us", 20)]);
    let message = "the players report latencies for `eu`, `us`, but the queue is in `eu`, `us`, and its latency policies need a location that all of them report";
    assert_eq!(why(&capped(), &apart), Some(message.into()));
    // Without policies the places are asked all the same.
    assert_eq!(why(&queue(), &elsewhere), None);
    // Of many names the first few are enough.
    let names: Vec<String> = (1..=7).map(|it| format!("r{it}")).collect();
    let many: Vec<_> = names.iter().map(|name| ("a", name.as_str(), 20)).collect();
    let message = "the players report latencies for `r1`, `r2`, `r3`, `r4`, `r5` and 2 more, but the queue is in `eu`, `us`, and its latency policies need a location that all of them report";
    assert_eq!(why(&capped(), &latencies(&many)), Some(message.into()));
}

#[test]
fn players_who_are_too_far_away_are_told_of() {
    let far = latencies(&[("a", "eu", 20), ("b", "eu", 101)]);
    let message = "at every location of the queue some player has more than the 100 ms that its latency policies allow before the time-out";
    assert_eq!(why(&capped(), &far), Some(message.into()));
    // The second policy allows it in time, or comes too late.
    let near = latencies(&[("a", "eu", 20), ("b", "eu", 100)]);
    assert_eq!(why(&capped(), &near), None);
    let late = with(&capped(), "/PlayerLatencyPolicies/0/PolicyDurationSeconds", json!(10));
    assert_eq!(why(&late, &near), Some(message.replace("100 ms", "50 ms")));
}

#[test]
fn an_override_to_other_places_is_told_of() {
    let request = |strategy: &str| {
        let given = json!({"LocationOrder": ["eu-west-1"], "PlacementFallbackStrategy": strategy});
        with(&start("p"), "/PriorityConfigurationOverride", given)
    };
    let message = "the queue is in `eu`, `us`, and in none of the locations of `PriorityConfigurationOverride`";
    assert_eq!(why(&capped(), &request("NONE")), Some(message.into()));
    assert_eq!(why(&capped(), &request("DEFAULT_AFTER_SINGLE_PASS")), None);
}

/// The rules allow the match in `ap` alone.
#[test]
fn a_match_that_belongs_elsewhere_is_told_of() {
    let mut matchmaker = matchmaker(&queue());
    for player in ["ann", "bob"] {
        let players = json!([{"PlayerId": player, "LatencyInMs": {"ap": 20}}]);
        let ticket = json!({"TicketId": player, "Players": players});
        call(&mut matchmaker, 0, "StartMatchmaking", &ticket).unwrap_or_else(|it| panic!("{it}"));
    }
    let report = matchmaker.handle_timeout(at(0)).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!((report.matches, matchmaker.poll_action()), (1, None));
    let ids: Vec<PlacementId> = matchmaker.placements().map(|it| it.request.placement_id).collect();
    let [id] = &ids[..] else { panic!("{ids:?}") };
    let said = matchmaker.why_unplaced(id).map(|why| why.to_string());
    let message = "the queue is in `eu`, `us`, and the rules allow the match in none of these, or none that its latency policies allow";
    assert_eq!(said.as_deref(), Some(message));
}

//! Placement by a queue, at the face of the library.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

mod matches;
mod queues;
mod recovery;
mod requests;
mod unplaced;

use rallypoint::wire::{JournalHeader, configuration_from_json, parse_input};
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

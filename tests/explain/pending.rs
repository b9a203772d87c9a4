//! A ticket in a match that is not complete: what that waits for, and how its rules came out.

use rallypoint::wire::{configuration_from_json, parse_input};
use rallypoint::*;
use serde_json::{Value, json};

fn rules() -> RuleSet {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}],
        "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 1},
                  {"name": "blue", "minPlayers": 1, "maxPlayers": 1}],
        "rules": [{"name": "even", "type": "distance", "maxDistance": 10,
            "measurements": ["avg(teams[red].players.attributes[skill])"],
            "referenceValue": "avg(teams[blue].players.attributes[skill])"}],
        "expansions": [{"target": "rules[even].maxDistance",
            "steps": [{"waitTimeSeconds": 5, "value": 50}]}]}"#;
    RuleSet::from_json(text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Two tickets that match after five seconds.
fn matched(configuration: &Value) -> Matchmaker {
    let configuration = configuration_from_json(configuration).expect("it is valid");
    let start = Timestamp::from_millis(0);
    let matchmaker = Matchmaker::new(rules(), configuration, EngineOptions::default(), start, 7);
    let mut matchmaker = matchmaker.expect("it is valid");
    for (at, name, skill) in [(0, "ana", 10.0), (1_000, "ben", 30.0)] {
        let request = StartMatchmaking {
            ticket_id: Some(name.into()),
            players: vec![Player::new(format!("{name}-1")).with_number("skill", skill)],
            ..StartMatchmaking::default()
        };
        go_on(&mut matchmaker, at);
        matchmaker.handle_input(Timestamp::from_millis(at), request).expect("it is good");
    }
    go_on(&mut matchmaker, 6_000);
    matchmaker
}

fn go_on(matchmaker: &mut Matchmaker, until: u64) {
    let until = Timestamp::from_millis(until);
    while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= until) {
        let _ = matchmaker.handle_timeout(due).expect("time goes on");
        while matchmaker.poll_event().is_some() {}
    }
}

fn call(matchmaker: &mut Matchmaker, at: u64, operation: &str, input: &Value) {
    let input = parse_input(operation, input).expect("it is well formed");
    matchmaker.handle_input(Timestamp::from_millis(at), input).expect("it is good");
}

fn why(matchmaker: &Matchmaker) -> (WhyWaiting, InMatch) {
    let why = matchmaker.why_waiting(&"ben".into()).expect("it is known");
    let in_match = why.in_match.clone().expect("it is in a match");
    assert_eq!(why.times_out_at, None);
    assert_eq!((why.waited.get(), in_match.formed.as_millis()), (5_000, 6_000));
    (why, in_match)
}

#[test]
fn a_match_says_whose_answers_it_waits_for_and_how_its_rules_came_out() {
    let configuration = json!({"AcceptanceRequired": true, "AcceptanceTimeoutSeconds": 30});
    let mut matchmaker = matched(&configuration);
    let input = json!({"TicketId": "ana", "PlayerIds": ["ana-1"], "AcceptanceType": "ACCEPT"});
    call(&mut matchmaker, 7_000, "AcceptMatch", &input);
    let (first, in_match) = why(&matchmaker);
    assert_eq!(first.reasons, [WaitReason::AwaitsAcceptance]);
    let MatchWaitsFor::Acceptance { accepted, missing, rejected, deadline } = in_match.waits_for
    else {
        panic!("it waits for answers");
    };
    assert_eq!((accepted, missing), (vec!["ana-1".into()], vec!["ben-1".into()]));
    assert_eq!((rejected, deadline.as_millis()), (Vec::new(), 36_000));
    let waits: Vec<_> = in_match.tickets.iter().map(|it| it.waited.get()).collect();
    assert_eq!(waits, [6_000, 5_000]);
    let judgement = in_match.judgement.expect("it can be judged");
    // The rules as they were when it was formed, not as they would be now.
    assert!(judgement.valid);
    assert_eq!(judgement.wait.get(), 5_000);
    let bounds: Vec<&str> =
        judgement.rules.iter().flat_map(|it| &it.checks).map(|it| it.bound.as_str()).collect();
    assert_eq!(bounds, ["within 50 of 30"]);

    let input = json!({"TicketId": "ben", "PlayerIds": ["ben-1"], "AcceptanceType": "ACCEPT"});
    call(&mut matchmaker, 8_000, "AcceptMatch", &input);
    let done = matchmaker.why_waiting(&"ben".into()).expect("it is remembered");
    assert_eq!((done.status, done.in_match), (TicketStatus::Completed, None));
    assert_eq!(done.reasons, [WaitReason::Ended]);
    assert_eq!(done.waited.get(), 7_000);
    assert_eq!(matchmaker.why_waiting(&"nobody".into()), None);
}

#[test]
fn a_match_says_what_its_queue_has_asked_for_and_when_it_asks_again() {
    let queue = json!({"Name": "q", "TimeoutInSeconds": 60, "Destinations": [
        {"DestinationArn": "fleet/one", "Locations": [{"Location": "eu"}, {"Location": "us"}]}]});
    let mut matchmaker = matched(&json!({"Queue": queue, "FlexMatchMode": "WITH_QUEUE"}));
    let mut asked = Vec::new();
    for at in [7_000, 7_100] {
        let (why, in_match) = why(&matchmaker);
        assert_eq!(why.reasons, [WaitReason::AwaitsPlacement]);
        let MatchWaitsFor::Queue {
            placement_id, attempts, destination, location, retry_at, ..
        } = in_match.waits_for
        else {
            panic!("it waits for its queue");
        };
        asked.push((attempts, destination.expect("one is asked"), location.expect("likewise")));
        assert_eq!(retry_at, None);
        let input = json!({"PlacementId": placement_id.as_str(), "Reason": "NO_CAPACITY"});
        call(&mut matchmaker, at, "GameSessionRefused", &input);
    }
    assert_eq!(
        asked,
        [(1, "fleet/one".into(), "eu".to_owned()), (2, "fleet/one".into(), "us".into())]
    );
    let (_, in_match) = why(&matchmaker);
    let MatchWaitsFor::Queue { attempts, location, retry_at, deadline, .. } = in_match.waits_for
    else {
        panic!("it waits for its queue");
    };
    assert_eq!((attempts, location, retry_at), (2, None, Some(Timestamp::from_millis(8_100))));
    assert_eq!(deadline.as_millis(), 66_000);
}

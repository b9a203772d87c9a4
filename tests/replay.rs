//! Scenario files from end to end.
#![cfg(feature = "wire")]

use rallypoint::RuleSet;
use rallypoint::wire::{Mismatch, Replay, ReplayError, RuleSetSource, Scenario};

const HEADER: &str = r#"{"RuleSet": {"name": "duel", "ruleLanguageVersion": "1.0", "playerAttributes": [{"name": "skill", "type": "number"}], "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 1}, {"name": "blue", "minPlayers": 1, "maxPlayers": 1}], "rules": [{"name": "Fair", "type": "distance", "measurements": ["flatten(teams[*].players.attributes[skill])"], "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))", "maxDistance": 5}], "expansions": [{"target": "rules[Fair].maxDistance", "steps": [{"waitTimeSeconds": 30, "value": 50}]}]}, "Configuration": {"Name": "duel", "RequestTimeoutSeconds": 60, "CustomEventData": "season-3"}, "Seed": 7, "StartTime": "2026-01-01T00:00:00Z"}"#;

fn replay(lines: &str) -> Replay {
    let scenario = Scenario::parse(&format!("{HEADER}\n{lines}")).expect("a scenario");
    let RuleSetSource::Inline(rules) = &scenario.rule_set else {
        unreachable!("the header has its rule set inline")
    };
    let rule_set = RuleSet::from_json(rules).expect("a rule set");
    Replay::new(scenario, rule_set).expect("a configuration")
}

/// The output, and what did not come out as expected.
fn run(mut replay: Replay) -> (String, Vec<String>) {
    let mut output = String::new();
    for record in &mut replay {
        output += &record.expect("the engine goes on").to_json_line();
        output.push('\n');
    }
    (output, replay.mismatches().iter().map(Mismatch::to_string).collect())
}

fn start(at: u64, ticket: &str, skill: f64, expect: &str) -> String {
    format!(
        r#"{{"at": {at}, "StartMatchmaking": {{"TicketId": "{ticket}", "Players": [{{"PlayerId": "{ticket}-p", "PlayerAttributes": {{"skill": {{"N": {skill}}}}}}}]}}, "expect": {expect}}}"#
    )
}

#[test]
fn two_tickets_of_one_instant_match() {
    let queued = |id: &str| {
        format!(
            r#"{{"response": {{"MatchmakingTicket": {{"TicketId": "{id}", "Status": "QUEUED", "StartTime": 1767225600, "EndTime": null}}}}, "status": {{"{id}": "COMPLETED"}}}}"#
        )
    };
    let all = r#"{"eventsExactly": [
        {"type": "MatchmakingSearching", "eventSequence": 1, "tickets": [{"ticketId": "t1"}], "customEventData": "season-3"},
        {"type": "MatchmakingSearching", "eventSequence": 2, "tickets": [{"ticketId": "t2"}]},
        {"type": "PotentialMatchCreated", "acceptanceRequired": false, "ruleEvaluationMetrics": [{"ruleName": "Fair"}]},
        {"type": "MatchmakingSucceeded", "eventTime": "2026-01-01T00:00:00.000Z", "gameSessionInfo": {"players": [{}, {}]}}
    ]}"#
    .replace('\n', "");
    let lines = [
        start(0, "t1", 10.0, &queued("t1")),
        start(0, "t2", 14.0, &format!("[{}, {all}]", queued("t2"))),
    ]
    .join("\n");
    let (output, mismatches) = run(replay(&lines));
    assert_eq!(mismatches, [""; 0], "{output}");
    assert_eq!(run(replay(&lines)).0, output, "the same again, byte for byte");
    let first = r#"{"at":0,"line":2,"response":{"MatchmakingTicket":{"TicketId":"t1","#;
    assert!(output.starts_with(first), "{output}");
}

#[test]
fn an_expansion_fires_between_the_lines() {
    let lines = [
        start(0, "t1", 10.0, r#"{"status": {"t1": "SEARCHING"}}"#),
        start(1000, "t2", 50.0, r#"{"status": {"t1": "SEARCHING", "t2": "SEARCHING"}}"#),
        r#"{"at": 30999, "Advance": {}, "expect": {"response": {}, "eventsExactly": []}}"#.into(),
        r#"{"at": 31500, "Advance": {}, "expect": {"status": {"t1": "COMPLETED", "t2": "COMPLETED"}, "events": [{"type": "MatchmakingSucceeded", "eventTime": "2026-01-01T00:00:31.000Z"}]}}"#.into(),
    ]
    .join("\n");
    let (output, mismatches) = run(replay(&lines));
    assert_eq!(mismatches, [""; 0], "{output}");
    assert!(output.contains(r#"{"at":31000,"event":{"type":"MatchmakingSucceeded""#), "{output}");
}

#[test]
fn until_goes_on_to_the_time_out() {
    let lines = start(0, "t1", 10.0, "[]");
    assert!(!run(replay(&lines)).0.contains("MatchmakingTimedOut"));
    let before = replay(&lines).until(59_999).expect("it is late enough");
    assert!(!run(before).0.contains("MatchmakingTimedOut"));
    let at = replay(&lines).until(60_000).expect("it is late enough");
    let (output, _) = run(at);
    let last = output.lines().last().unwrap_or_default();
    assert!(last.starts_with(r#"{"at":60000,"event":{"type":"MatchmakingTimedOut""#), "{output}");
    assert!(last.contains(r#""reason":"TimedOut""#), "{output}");

    let lines = format!("{lines}\n{{\"at\": 70000, \"Advance\": {{}}}}");
    let early = replay(&lines).until(69_999).err();
    assert_eq!(early, Some(ReplayError::UntilTooEarly { until: 69_999, last: 70_000 }));
}

#[test]
fn bad_requests_are_errors_and_store_nothing() {
    let bad = |request: &str, message_part: &str| {
        let text = format!(
            "{{\"at\": 0, \"StartMatchmaking\": {request}}}\n\
             {{\"at\": 0, \"DescribeMatchmaking\": {{\"TicketIds\": [\"t1\"]}}, \
             \"expect\": {{\"response\": {{\"TicketList\": []}}, \"eventsExactly\": [], \
             \"status\": {{\"t1\": null}}}}}}"
        );
        let (output, mismatches) = run(replay(&text));
        assert_eq!(mismatches, [""; 0], "{request}");
        let first = output.lines().next().unwrap_or_default();
        let refused = r#"{"at":0,"line":2,"error":{"__type":"InvalidRequestException","#;
        assert!(first.starts_with(refused) && first.contains(message_part), "{first}");
    };
    let player =
        |rest: &str| format!(r#"{{"TicketId": "t1", "Players": [{{"PlayerId": "p1"{rest}}}]}}"#);
    bad(r#"{"TicketId": "t1"}"#, "`Players` is required");
    bad(r#"{"TicketId": "t1", "Players": []}"#, "Players");
    bad(r#"{"TicketId": "t_1", "Players": [{"PlayerId": "p1"}]}"#, "TicketId");
    bad(r#"{"TicketId": "", "Players": [{"PlayerId": "p1"}]}"#, "TicketId");
    bad(&player(r#", "PlayerAttributes": {"skill": {"S": "high"}}"#), "skill");
    bad(&player(r#", "LatencyInMs": {"us-east-1": 0}"#), "`Players[0].LatencyInMs.us-east-1` is 0");
    bad(&player(r#"}, {"PlayerId": "p1""#), "Players[1]");
    let eleven: Vec<_> = (0..11).map(|n| format!(r#"{{"PlayerId": "p{n}"}}"#)).collect();
    bad(&format!(r#"{{"TicketId": "t1", "Players": [{}]}}"#, eleven.join(",")), "10");
    let eleven: Vec<_> = (0..11).map(|n| format!(r#""a{n}": {{"N": 1}}"#)).collect();
    bad(&player(&format!(r#", "PlayerAttributes": {{{}}}"#, eleven.join(","))), "10");
}

#[test]
fn a_false_expectation_is_told() {
    let lines = start(0, "t1", 10.0, r#"{"status": {"t1": "COMPLETED"}}"#);
    let (_, mismatches) = run(replay(&lines));
    assert_eq!(mismatches, [r#"line 2: status.t1: expected "COMPLETED", found "SEARCHING""#]);
}

#[test]
fn a_replay_that_is_over_stays_over() {
    let mut replay = replay(&start(0, "t1", 10.0, "[]"));
    assert!(replay.by_ref().count() > 0);
    assert!(replay.next().is_none());
}

/// A recorded scenario names the rule set that it was recorded with.
#[test]
fn another_rule_set_than_the_recorded_one_is_refused() {
    let hash = "0".repeat(32);
    let header = HEADER.replacen('{', &format!(r#"{{"RuleSetHash": "{hash}", "#), 1);
    let scenario = Scenario::parse(&header).expect("a scenario");
    let RuleSetSource::Inline(rules) = &scenario.rule_set else {
        unreachable!("the header has its rule set inline")
    };
    let rule_set = RuleSet::from_json(rules).expect("a rule set");
    let own = rallypoint::wire::rule_set_hash(&rule_set);
    let error = Replay::new(scenario, rule_set).err().map(|error| error.to_string());
    let message = format!("RuleSetHash is {hash}, but that of the rule set given is {own}");
    assert_eq!(error, Some(message));
}

/// Answers for a place that the queue never asks would be a slip of the hand.
#[test]
fn a_fleet_answers_for_places_of_its_queue() {
    let error = |destination: &str, location: &str| {
        let queue = format!(
            r#"{{"Name": "q", "Destinations": [{{"DestinationArn": "fleet/one", "Locations": [{{"Location": "eu"}}]}}], "SimulatedFleet": [{{"Destination": "{destination}", "Location": "{location}", "Slots": 1}}]}}"#
        );
        let header = HEADER.replacen('{', &format!(r#"{{"Queue": {queue}, "#), 1);
        Scenario::parse(&header).err().map(|error| error.message)
    };
    assert_eq!(error("fleet/one", "eu"), None);
    let expected = "`Queue.SimulatedFleet[0]`: the queue has no destination `fleet/two`";
    assert_eq!(error("fleet/two", "eu").as_deref(), Some(expected));
    let expected = "`Queue.SimulatedFleet[0]`: the destination `fleet/one` has no location `us`";
    assert_eq!(error("fleet/one", "us").as_deref(), Some(expected));
}

#[test]
fn the_matchmaker_of_a_replay_goes_on_without_it() {
    let waits = r#"{"status": {"t1": "SEARCHING"}}"#;
    let lines = [start(0, "t1", 10.0, waits), start(1_000, "t2", 50.0, waits)].join("\n");
    let mut replay = replay(&lines);
    for record in replay.by_ref() {
        record.expect("the engine goes on");
    }
    let snapshot = replay.matchmaker().snapshot();
    let mut matchmaker = replay.into_matchmaker();
    assert_eq!(matchmaker.snapshot(), snapshot);
    let mut status = || {
        let due = matchmaker.poll_timeout().expect("tickets wait");
        let _ = matchmaker.handle_timeout(due).expect("time goes on");
        matchmaker.ticket(&"t1".into()).map(|it| it.status)
    };
    // Once the rule is wide enough, long after the last line.
    assert!((0..100).any(|_| status() == Some(rallypoint::TicketStatus::Completed)));
}

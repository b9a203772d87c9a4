//! What contradicts itself in a snapshot is named, or does no harm.

use rallypoint::{
    AcceptMatch, AcceptanceType, Configuration, EngineOptions, Matchmaker, Player, RestoreError,
    RuleSet, Snapshot, StartMatchmaking, TicketStatus, Timestamp,
};
use serde_json::{Value, json};

use super::support;

const START: Timestamp = Timestamp::from_millis(0);

/// A matchmaker with a ticket for each player, `t1` and `p1` the first of them, by their skill.
fn with_tickets(
    rule_set: &RuleSet,
    configuration: Configuration,
    options: EngineOptions,
    skills: impl IntoIterator<Item = f64>,
) -> Matchmaker {
    let mut matchmaker = Matchmaker::new(rule_set.clone(), configuration, options, START, 7)
        .expect("the configuration is valid");
    for (number, skill) in (1..).zip(skills) {
        let players = vec![Player::new(format!("p{number}")).with_number("skill", skill)];
        let ticket_id = Some(format!("t{number}").into());
        let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
        matchmaker.handle_input(START, request).expect("it is good");
    }
    matchmaker
}

fn restored(rule_set: &RuleSet, stored: Value) -> Result<Matchmaker, RestoreError> {
    let snapshot: Snapshot = serde_json::from_value(stored).expect("it has the form");
    Matchmaker::restore(rule_set.clone(), snapshot)
}

/// What is said of a snapshot with another value at a place; a member may be new there.
fn refused_with(rule_set: &RuleSet, whole: &Value, pointer: &str, value: Value) -> String {
    let mut changed = whole.clone();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer begins with `/`");
    let parent = changed.pointer_mut(parent).expect(pointer);
    match parent {
        Value::Array(items) => items[key.parse::<usize>().expect("a position")] = value,
        parent => parent[key] = value,
    }
    restored(rule_set, changed).expect_err(pointer).to_string()
}

/// A matchmaker with two tickets that wait: its snapshot as JSON.
fn waiting() -> (RuleSet, Value) {
    let rule_set = support::rule_sets().swap_remove(0);
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let matchmaker = with_tickets(&rule_set, configuration, options, [10.0, 500.0]);
    let snapshot = serde_json::to_value(matchmaker.snapshot()).expect("it can be written");
    (rule_set, snapshot)
}

#[test]
fn what_contradicts_itself_is_named() {
    let (rule_set, whole) = waiting();
    let cases = [
        ("/version", json!(3), "the snapshot has version 3; this engine reads versions up to 2"),
        ("/ruleSet", json!("ab"), "the snapshot was taken under the rule set ab, and this is "),
        (
            "/configuration/requestTimeoutSeconds",
            json!(0),
            "the snapshot does not suit this engine: RequestTimeoutSeconds is 0, but must be 1 to 43200",
        ),
        ("/submissions", json!(1), "the snapshot is damaged: ticket 1: only 1 were ever submitted"),
        ("/active/1/id", json!("t1"), "the snapshot is damaged: ticket 1 has the id of another"),
        ("/active/1/number", json!(0), "the snapshot is damaged: there are two tickets 0"),
        (
            "/active/1/players/0/playerId",
            json!("p1"),
            "the snapshot is damaged: the player `p1` of ticket 1 is in another",
        ),
        (
            "/active/0/status",
            json!("Placing"),
            "the snapshot is damaged: the timers of ticket 0 are not those of its age",
        ),
        ("/active/0/status", json!("Completed"), "the snapshot is damaged: ticket 0 has ended"),
        (
            "/active/0/active/nextEpoch",
            json!(null),
            "the snapshot is damaged: the timers of ticket 0 are not those of its age",
        ),
        (
            "/active/0/players/0/attributes",
            json!({}),
            "the snapshot is damaged: ticket 0 does not suit the rule set",
        ),
        (
            "/active/0/players/0/team",
            json!("a"),
            "the snapshot is damaged: ticket 0: the players of a backfill have a team each, and no others",
        ),
        (
            "/active/0/backfill",
            json!({"session": "arn:a", "automatic": true}),
            "the snapshot is damaged: ticket 0: the players of a backfill have a team each, and no others",
        ),
        (
            "/matches",
            json!([{"id": "m", "tickets": [9], "location": null, "formed": 0, "deadline": 5, "answers": null, "announced": null, "needsSession": true, "fillsUp": false}]),
            "the snapshot is damaged: match `m` has the ticket 9, which is not its",
        ),
        (
            "/generator/drawn",
            json!(5000),
            "the snapshot is damaged: no generator stands where `generator` says",
        ),
        (
            "/eventSequence",
            json!(u64::MAX),
            "the snapshot is damaged: the events do not lead up to number 18446744073709551615",
        ),
        (
            "/numberRanges/0",
            json!([10.0, 11.0]),
            "the snapshot is damaged: a number lies out of the range of its column",
        ),
        (
            "/counters/ruleEvaluations",
            json!([]),
            "the snapshot is damaged: the counters are not of these rules, or beyond counting",
        ),
    ];
    for (pointer, value, expected) in cases {
        let found = refused_with(&rule_set, &whole, pointer, value);
        assert!(found.starts_with(expected), "{pointer}: {found}");
    }
    assert!(restored(&rule_set, whole).is_ok());
}

/// A matchmaker in which two tickets of one player each are proposed a match, and the first player
/// has accepted; its snapshot as JSON.
fn proposed() -> (RuleSet, Value) {
    let rule_set = support::rule_sets().swap_remove(0);
    let configuration = Configuration {
        acceptance_required: true,
        acceptance_timeout_seconds: Some(10),
        ..Configuration::default()
    };
    let mut matchmaker =
        with_tickets(&rule_set, configuration, EngineOptions::default(), [10.0, 10.0]);
    let report = matchmaker.handle_timeout(START).expect("a pass is due");
    assert_eq!(report.matches, 1);
    let answer = AcceptMatch {
        ticket_id: "t1".into(),
        player_ids: vec!["p1".into()],
        acceptance_type: AcceptanceType::Accept,
    };
    matchmaker.handle_input(START, answer).expect("the match is proposed");
    let snapshot = serde_json::to_value(matchmaker.snapshot()).expect("it can be written");
    (rule_set, snapshot)
}

#[test]
fn a_proposal_that_contradicts_itself_is_named() {
    let (rule_set, whole) = proposed();
    let matches = &whole["matches"];
    let id = matches[0]["id"].as_str().expect("a match has an id");
    let of_match = |problem: &str| format!("the snapshot is damaged: match `{id}` {problem}");
    let cases = [
        ("/matches/0/tickets", json!([]), of_match("has 0 tickets, but must have 1 to 200")),
        (
            "/matches/0/formed",
            json!(1_000_000),
            of_match("is formed later than the snapshot, or ends before"),
        ),
        (
            "/matches/0/announced",
            json!("t9"),
            of_match("is not accepted yet, but has announced its backfill"),
        ),
        (
            "/matches/0/answers/p1",
            json!(false),
            of_match("goes on although a player has rejected it"),
        ),
        (
            "/matches/0/answers/p2",
            json!(true),
            of_match("has not the answers that its players could have given"),
        ),
        (
            "/matches",
            json!([]),
            "the snapshot is damaged: ticket 0 is REQUIRES_ACCEPTANCE, but in no match".into(),
        ),
        (
            "/active/0/active/tallies",
            json!([[1, 1], [1, 1]]),
            "the snapshot is damaged: ticket 0 has tallies of 2 rules, but there are 1".into(),
        ),
        (
            "/active/0/active/tallies",
            json!([[u64::MAX, 1]]),
            "the snapshot is damaged: ticket 0 has tallies beyond counting".into(),
        ),
        (
            "/numberRanges",
            json!([]),
            "the snapshot is damaged: 0 columns have a range, and 1 there are".into(),
        ),
    ];
    for (pointer, value, expected) in cases {
        assert_eq!(refused_with(&rule_set, &whole, pointer, value), expected, "{pointer}");
    }
    let snapshot: Snapshot = serde_json::from_value(whole).expect("it has the form");
    assert_eq!((snapshot.version(), snapshot.engine_version()), (2, env!("CARGO_PKG_VERSION")));
    assert!(Matchmaker::restore(rule_set, snapshot).is_ok());
}

/// Of two forms of one partition the last holds, and nobody is searched for twice or never.
#[test]
fn a_partition_stored_twice_strands_nobody() {
    let rule_set = support::rule_sets().swap_remove(0);
    let mut options = EngineOptions::default();
    (options.nodes_per_anchor, options.nodes_per_slice) = (10, 20);
    let now = Timestamp::from_millis(300);
    let skills = (0..100).map(|number| f64::from(number / 2));
    let mut matchmaker = with_tickets(&rule_set, Configuration::default(), options, skills);
    let _ = matchmaker.handle_timeout(now).expect("time goes on");
    assert_eq!(matchmaker.poll_timeout(), Some(now), "the pass is under way");
    let waiting = |stored: Value| {
        let mut restored = restored(&rule_set, stored).expect("it is read");
        let end = Timestamp::from_millis(20_000);
        while let Some(due) = restored.poll_timeout().filter(|&due| due <= end) {
            let _ = restored.handle_timeout(due).expect("time goes on");
        }
        let searching = restored.tickets().filter(|it| it.status == TicketStatus::Searching);
        searching.count()
    };
    let once = serde_json::to_value(matchmaker.snapshot()).expect("it can be written");
    let mut twice = once.clone();
    let partitions = twice["pass"]["partitions"].as_array_mut().expect("there are some");
    let mut other = partitions[0].clone();
    let number = other["underWay"]["turn"][1].as_u64().expect("it is under way");
    other["underWay"]["turn"][1] = json!(number + 1);
    partitions.push(other);
    let left = waiting(once);
    assert!(left < 50, "{left} of 100 wait");
    assert_eq!(waiting(twice), left);
}

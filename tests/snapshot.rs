//! A restored matchmaker goes on as the one that the snapshot was taken of, to the letter.
#![cfg(feature = "wire")]

mod support;

use rallypoint::{
    AcceptMatch, AcceptanceType, Configuration, EngineOptions, Input, Matchmaker, Player, RuleSet,
    Snapshot, StartMatchmaking, StopMatchmaking, TicketStatus, Timestamp,
};
use serde_json::{Value, json};
use support::{Call, Dice, Run};

const RUNS: u64 = 200;
const CALLS: usize = 100;

/// A snapshot on its way through JSON.
fn stored(snapshot: &Snapshot) -> Snapshot {
    let text = serde_json::to_string(snapshot).expect("a snapshot can be written");
    serde_json::from_str(&text).expect("what was written can be read")
}

#[test]
fn what_follows_a_snapshot_is_what_would_have_followed_without() {
    let mut restored = 0;
    for seed in 0..RUNS {
        let mut run = Run::new(seed);
        let mut calls: Vec<(Call, String)> = Vec::new();
        let mut snapshots: Vec<(usize, RuleSet, Snapshot)> = Vec::new();
        for step in 0..CALLS {
            if run.dice.once_in(40) || step == 60 {
                let rule_set = run.matchmaker.rule_set().clone();
                snapshots.push((step, rule_set, run.matchmaker.snapshot()));
            }
            let call = run.next_call();
            let seen = call.make(&mut run.matchmaker);
            calls.push((call, seen));
        }
        let end = run.matchmaker.snapshot();
        for (step, rule_set, snapshot) in snapshots {
            let read = stored(&snapshot);
            assert_eq!(read, snapshot, "seed {seed}, call {step}: JSON has lost something");
            let mut matchmaker = Matchmaker::restore(rule_set, read)
                .unwrap_or_else(|error| panic!("seed {seed}, call {step}: {error}"));
            assert_eq!(matchmaker.snapshot(), snapshot, "seed {seed}, call {step}");
            for (number, (call, seen)) in calls.iter().enumerate().skip(step) {
                let now = call.make(&mut matchmaker);
                assert_eq!(now, *seen, "seed {seed}, snapshot {step}, call {number}: {call:?}");
            }
            assert_eq!(matchmaker.snapshot(), end, "seed {seed}, snapshot {step}");
            restored += 1;
        }
    }
    assert!(restored > 400, "only {restored} snapshots");
}

/// Two teams of two of about the same skill, by one more rule.
fn even_teams(attribute: &str, rule: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{attribute} {{"name": "skill", "type": "number"}}],
        "teams": [{{"name": "red", "minPlayers": 2, "maxPlayers": 2}},
                  {{"name": "blue", "minPlayers": 2, "maxPlayers": 2}}],
        "rules": [{rule},
            {{"name": "even", "type": "distance", "maxDistance": 30,
              "measurements": ["avg(teams[*].players.attributes[skill])"],
              "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"}}]}}"#
    );
    RuleSet::from_json(&text).expect("the rule set is valid")
}

/// All that is due until a time: reports, whose nodes say what a search looked at, and events.
fn drained(matchmaker: &mut Matchmaker, end: Timestamp) -> String {
    let mut seen = String::new();
    while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= end) {
        let report = matchmaker.handle_timeout(due).expect("time goes on");
        seen += &format!("{report:?}\n");
    }
    while let Some(event) = matchmaker.poll_event() {
        seen += &format!("{event:?}\n");
    }
    seen
}

/// More come, go and come again than the index keeps apart. What was before a snapshot leaves its
/// traces in the numbers that strings, locations and cells have; they must not show.
fn goes_on_alike_in_a_crowd(rule_set: &RuleSet, player: fn(&mut Dice, Player) -> Player) {
    let at = Timestamp::from_millis;
    for seed in 0..6 {
        for (nodes_per_anchor, nodes_per_slice) in [(1_000, 1_000_000), (60, 2_000)] {
            let mut options = EngineOptions::default();
            options.nodes_per_anchor = nodes_per_anchor;
            options.nodes_per_slice = nodes_per_slice;
            let configuration = Configuration::default();
            let made = Matchmaker::new(rule_set.clone(), configuration, options, at(0), seed);
            let mut original = made.expect("all of it is valid");
            let mut dice = Dice::new(seed);
            let mut next = |number: u64| {
                let skill = dice.below(1_000) as f64;
                let it = Player::new(format!("p{number}")).with_number("skill", skill);
                let players = vec![player(&mut dice, it)];
                let ticket_id = Some(format!("t{number}").into());
                Input::from(StartMatchmaking { ticket_id, players, ..Default::default() })
            };
            for number in 0..300 {
                original.handle_input(at(number), next(number)).expect("the ticket is right");
            }
            drained(&mut original, at(300));
            for number in (0..300).filter(|number| number % 3 > 0) {
                let ticket_id = format!("t{number}").into();
                // Many are matched by now.
                let _ = original.handle_input(at(301), StopMatchmaking { ticket_id });
            }
            drained(&mut original, at(302));
            let mut restored = Matchmaker::restore(rule_set.clone(), stored(&original.snapshot()))
                .expect("it was just taken");
            for number in 300..600 {
                let input = next(number);
                for it in [&mut original, &mut restored] {
                    it.handle_input(at(1_000 + number), input.clone()).expect("it is right");
                }
            }
            let expected = drained(&mut original, at(5_000));
            assert!(expected.contains("MatchmakingSucceeded"), "seed {seed}");
            let found = drained(&mut restored, at(5_000));
            assert_eq!(found, expected, "seed {seed}, {nodes_per_anchor} nodes for an anchor");
        }
    }
}

#[test]
fn among_more_strings_than_signatures_have_bits_it_goes_on_alike() {
    let rule_set = even_teams(
        r#"{"name": "modes", "type": "string_list"},"#,
        r#"{"name": "mode", "type": "collection", "operation": "intersection", "minCount": 1,
            "measurements": ["flatten(teams[*].players.attributes[modes])"]}"#,
    );
    goes_on_alike_in_a_crowd(&rule_set, |dice, player| {
        let [a, b] = [(); 2].map(|()| format!("mode{}", dice.below(120)));
        player.with_strings("modes", &[&*a, &*b])
    });
}

#[test]
fn among_more_sets_of_locations_than_there_are_cells_it_goes_on_alike() {
    let rule_set = even_teams("", r#"{"name": "near", "type": "latency", "maxLatency": 100}"#);
    goes_on_alike_in_a_crowd(&rule_set, |dice, player| {
        let first = format!("place{}", dice.below(12));
        (0..12).filter(|_| dice.once_in(4)).fold(player.with_latency(&first, 50), |player, it| {
            player.with_latency(&format!("place{it}"), 50)
        })
    });
}

/// The pointers to everything in a JSON value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, it)| places(it, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, it)| places(it, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

/// Removes, repeats or changes one thing in a JSON value.
fn damage(value: &mut Value, dice: &mut Dice) {
    let mut found = Vec::new();
    places(value, "", &mut found);
    let place = dice.pick(&found).cloned().expect("the whole is a place");
    if let Some((parent, key)) = place.rsplit_once('/').filter(|_| dice.once_in(3)) {
        match value.pointer_mut(parent) {
            Some(Value::Object(members)) => {
                members.remove(key);
            }
            Some(Value::Array(items)) => {
                let position: usize = key.parse().expect("a position is a number");
                let item = items.remove(position);
                if dice.once_in(2) {
                    items.extend([item.clone(), item]);
                }
            }
            _ => {}
        }
        return;
    }
    let Some(leaf) = value.pointer_mut(&place) else { return };
    let changed = match &*leaf {
        Value::Bool(it) => (!it).into(),
        Value::Number(it) => match it.as_u64() {
            Some(it) => {
                let near = [it.wrapping_add(1), it.wrapping_sub(1)];
                let others = [0, near[0], near[1], 1 << 60, u64::MAX];
                others[dice.below(others.len())].into()
            }
            None => [-1e300, 1e300, 0.5][dice.below(3)].into(),
        },
        Value::String(_) => {
            let others =
                ["", "a", "Searching", "Cancelled", "Queued", "Nowhere", "None", "p1", "t1"];
            others[dice.below(others.len())].into()
        }
        Value::Null => [json!(0), json!("a"), json!(true)][dice.below(3)].clone(),
        Value::Array(_) | Value::Object(_) => Value::Null,
    };
    *leaf = changed;
}

#[test]
fn a_damaged_snapshot_is_refused_or_works() {
    let (mut refused, mut worked) = (0, 0);
    for seed in 0..40 {
        let mut run = Run::new(seed);
        for _ in 0..60 {
            run.next_call().make(&mut run.matchmaker);
        }
        let rule_set = run.matchmaker.rule_set().clone();
        let whole = serde_json::to_value(run.matchmaker.snapshot()).expect("it can be written");
        for _ in 0..20 {
            let mut value = whole.clone();
            for _ in 0..=run.dice.below(2) {
                damage(&mut value, &mut run.dice);
            }
            let Ok(snapshot) = serde_json::from_value::<Snapshot>(value) else {
                refused += 1;
                continue;
            };
            match Matchmaker::restore(rule_set.clone(), snapshot) {
                Ok(matchmaker) => {
                    worked += 1;
                    let mut other = Run::of(matchmaker, run.dice.word());
                    for _ in 0..25 {
                        let call = other.next_call();
                        call.make(&mut other.matchmaker);
                    }
                    let rule_set = other.matchmaker.rule_set().clone();
                    let again = Matchmaker::restore(rule_set, other.matchmaker.snapshot());
                    assert!(again.is_ok(), "seed {seed}: {:?}", again.err());
                }
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().starts_with("the snapshot "), "{error}");
                }
            }
        }
    }
    assert!(refused > 300 && worked > 100, "{refused} refused, {worked} worked");
}

/// A matchmaker with a ticket that waits, and its snapshot as JSON.
fn waiting() -> (RuleSet, Value) {
    let rule_set = support::rule_sets().swap_remove(0);
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let start = Timestamp::from_millis(0);
    let mut matchmaker = Matchmaker::new(rule_set.clone(), configuration, options, start, 7)
        .expect("the configuration is valid");
    for (number, skill) in [(1, 10.0), (2, 500.0)] {
        let players = vec![Player::new(format!("p{number}")).with_number("skill", skill)];
        let ticket_id = Some(format!("t{number}").into());
        let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
        matchmaker.handle_input(start, Input::StartMatchmaking(request)).expect("it is good");
    }
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
        let mut text = whole.clone();
        *text.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}")) = value;
        let snapshot: Snapshot = serde_json::from_value(text).expect("it has the form");
        let found = Matchmaker::restore(rule_set.clone(), snapshot).expect_err(pointer).to_string();
        assert!(found.starts_with(expected), "{pointer}: {found}");
    }
    let snapshot: Snapshot = serde_json::from_value(whole).expect("it has the form");
    assert!(Matchmaker::restore(rule_set, snapshot).is_ok());
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
    let (options, start) = (EngineOptions::default(), Timestamp::from_millis(0));
    let mut matchmaker = Matchmaker::new(rule_set.clone(), configuration, options, start, 7)
        .expect("the configuration is valid");
    for number in [1, 2] {
        let players = vec![Player::new(format!("p{number}")).with_number("skill", 10.0)];
        let ticket_id = Some(format!("t{number}").into());
        let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
        matchmaker.handle_input(start, request).expect("it is good");
    }
    let report = matchmaker.handle_timeout(start).expect("a pass is due");
    assert_eq!(report.matches, 1);
    let answer = AcceptMatch {
        ticket_id: "t1".into(),
        player_ids: vec!["p1".into()],
        acceptance_type: AcceptanceType::Accept,
    };
    matchmaker.handle_input(start, answer).expect("the match is proposed");
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
        let mut text = whole.clone();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer begins with `/`");
        let parent = text.pointer_mut(parent).unwrap_or_else(|| panic!("there is no {pointer}"));
        match parent {
            Value::Array(items) => items[key.parse::<usize>().expect("a position")] = value,
            parent => parent[key] = value,
        }
        let snapshot: Snapshot = serde_json::from_value(text).expect("it has the form");
        let found = Matchmaker::restore(rule_set.clone(), snapshot).expect_err(pointer).to_string();
        assert_eq!(found, expected, "{pointer}");
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
    let start = Timestamp::from_millis(0);
    let mut matchmaker =
        Matchmaker::new(rule_set.clone(), Configuration::default(), options, start, 7)
            .expect("the configuration is valid");
    for number in 0..100 {
        let players =
            vec![Player::new(format!("p{number}")).with_number("skill", f64::from(number / 2))];
        let request = StartMatchmaking { players, ..StartMatchmaking::default() };
        matchmaker.handle_input(start, Input::StartMatchmaking(request)).expect("it is good");
    }
    let _ = matchmaker.handle_timeout(now).expect("time goes on");
    assert_eq!(matchmaker.poll_timeout(), Some(now), "the pass is under way");
    let waiting = |stored: Value| {
        let snapshot: Snapshot = serde_json::from_value(stored).expect("it has the form");
        let mut restored = Matchmaker::restore(rule_set.clone(), snapshot).expect("it is read");
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

/// Restores what a file holds; the snapshot of what was restored, and the one in the file.
fn taken_again(file: &str) -> (Value, Value) {
    let stored: Value = serde_json::from_str(file).expect("the file is JSON");
    let text = stored["ruleSet"].as_str().expect("the file has a rule set");
    let rule_set = RuleSet::from_json(text).expect("the rule set is valid");
    let snapshot = stored["snapshot"].clone();
    let snapshot: Snapshot = serde_json::from_value(snapshot).expect("it has the form");
    let matchmaker = Matchmaker::restore(rule_set, snapshot).expect("it is sound");
    let mut again = serde_json::to_value(matchmaker.snapshot()).expect("it can be written");
    again["engineVersion"] = stored["snapshot"]["engineVersion"].clone();
    (again, stored["snapshot"].clone())
}

/// Whoever changes the stored form changes its version, or goes on reading what is stored.
#[test]
fn what_was_stored_by_version_2_is_read() {
    let (again, stored) = taken_again(include_str!("snapshots/version_2.json"));
    assert_eq!(again, stored);
}

/// It says of all tickets together how far a pass is; version 2 says it of each partition.
#[test]
fn what_was_stored_by_version_1_is_read() {
    let (mut again, mut stored) = taken_again(include_str!("snapshots/version_1.json"));
    assert_eq!([&stored["version"], &again["version"]], [1, 2]);
    let changed = stored["pass"]["underWay"]["changed"].clone();
    let under_way = &again["pass"]["partitions"][0]["underWay"];
    assert_eq!(under_way["changed"], changed);
    assert_eq!(under_way["stage"], stored["pass"]["underWay"]["stage"]);
    assert_eq!(again["pass"]["lastStart"], stored["pass"]["lastStart"]);
    // What has come with version 2, as it is where nothing is said of it.
    stored["placements"] = json!(null);
    stored["configuration"]["queue"] = json!(null);
    for (option, value) in [
        ("preferCostWithoutLatency", json!(false)),
        ("placeInMatchLocations", json!(true)),
        ("pendingPlacementsMax", json!(200_000)),
        ("retainedPlacementsMax", json!(100_000)),
        ("maxBatchTickets", json!(11_000)),
        ("exchangeTries", json!(8)),
    ] {
        stored["options"][option] = value;
    }
    for it in stored["matches"].as_array_mut().expect("there are matches") {
        it["locations"] = json!([]);
        it["placement"] = json!(null);
    }
    for it in [&mut again, &mut stored] {
        it["version"] = Value::Null;
        it["pass"] = Value::Null;
    }
    assert_eq!(again, stored);
}

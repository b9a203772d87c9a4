//! Every match that the engine forms of our pools is valid by the reference, and pools that defeat
//! a greedy matchmaker are matched.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rallypoint::{
    Configuration, EngineOptions, EventDetail, Input, Matchmaker, Millis, PlacedTicket, Player,
    RuleSet, StartMatchmaking, Timestamp, wire,
};

/// A pool in the order of its file: ticket ids with players.
type Pool = Vec<(String, Vec<Player>)>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the rule sets that come with a pool.
fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder is part of the package");
    let names = entries.filter_map(|entry| {
        let name = entry.expect("the folder can be read").file_name();
        name.to_string_lossy().strip_suffix(".tickets.jsonl").map(str::to_owned)
    });
    let names: BTreeSet<String> = names.collect();
    assert!(names.len() >= 6, "only {names:?}");
    names.into_iter().collect()
}

fn rule_set(name: &str) -> RuleSet {
    RuleSet::from_json(&read(&folder().join(format!("{name}.json"))))
        .unwrap_or_else(|errors| panic!("{name}:\n{errors}"))
}

fn pool(name: &str) -> Pool {
    let text = read(&folder().join(format!("{name}.tickets.jsonl")));
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let ticket = |line: &str| {
        let value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}"));
        match wire::parse_input("StartMatchmaking", &value) {
            Ok(Input::StartMatchmaking(start)) => {
                let id = start.ticket_id.expect("the tickets of our pools have ids");
                (id.to_string(), start.players)
            }
            other => panic!("{name}: {line}: {other:?}"),
        }
    };
    lines.map(ticket).collect()
}

/// Submits a pool and runs passes after a wait until one forms nothing, as `rallypoint match`
/// does. Gives the matches: the ids of their tickets with the teams of these.
fn matches(rule_set: RuleSet, pool: &Pool, wait: Millis) -> Vec<BTreeMap<String, String>> {
    let start = Timestamp::from_millis(0);
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let mut matchmaker = Matchmaker::new(rule_set, configuration, options, start, 7)
        .expect("the default configuration is right");
    for (id, players) in pool {
        let request = rallypoint::StartMatchmaking {
            ticket_id: Some(id.as_str().into()),
            configuration_name: None,
            players: players.clone(),
        };
        let answer = matchmaker.handle_input(start, Input::StartMatchmaking(request));
        answer.unwrap_or_else(|error| panic!("{id}: {error}"));
    }
    let now = start.plus(wait);
    let mut formed = 0;
    while matchmaker.poll_timeout().is_some_and(|due| due <= now) {
        let report = matchmaker.handle_timeout(now).expect("time does not run backwards");
        formed += report.matches;
        if !report.unfinished {
            if formed == 0 {
                break;
            }
            formed = 0;
        }
    }
    let mut matches = Vec::new();
    while let Some(event) = matchmaker.poll_event() {
        let EventDetail::MatchmakingSucceeded { tickets, .. } = event.detail else { continue };
        let team = |ticket: &rallypoint::EventTicket| {
            let teams: BTreeSet<_> = ticket.players().filter_map(|player| player.team).collect();
            assert_eq!(teams.len(), 1, "{:?} is not in one team", ticket.ticket_id());
            teams.into_iter().next().unwrap_or_default().to_owned()
        };
        let tickets = tickets.iter().map(|it| (it.ticket_id().to_string(), team(it)));
        matches.push(tickets.collect());
    }
    matches
}

/// A match as the reference judges it, in the order of submission.
fn placed(formed: &BTreeMap<String, String>, pool: &Pool, age: Millis) -> Vec<PlacedTicket> {
    let ticket = |(id, players): &(String, Vec<Player>)| {
        let team = formed.get(id)?.clone();
        Some(PlacedTicket { team, age, players: players.clone(), backfill: false })
    };
    pool.iter().filter_map(ticket).collect()
}

#[test]
fn every_formed_match_is_valid_and_takes_no_ticket_twice() {
    let mut large = 0;
    for name in names() {
        let (rule_set, pool) = (rule_set(&name), pool(&name));
        let is_large = pool.len() >= 1000;
        large += usize::from(is_large);
        let mut formed_at_all = false;
        // The large ones are matched once only, for speed.
        for &seconds in if is_large { &[0][..] } else { &[0, 30, 60] } {
            let wait = Millis::from_secs(seconds);
            let matches = matches(rule_set.clone(), &pool, wait);
            let mut seen = BTreeSet::new();
            for formed in &matches {
                for id in formed.keys() {
                    assert!(pool.iter().any(|(known, _)| known == id), "{name}: who is `{id}`?");
                    assert!(seen.insert(id.clone()), "{name}: `{id}` is matched twice");
                }
                let judgement = rule_set
                    .judge(&placed(formed, &pool, wait))
                    .unwrap_or_else(|error| panic!("{name}, {formed:?}: {error}"));
                assert!(judgement.valid, "{name}, after {seconds} s, {formed:?}:\n{judgement}");
                assert_eq!(judgement.wait, wait, "{name}");
            }
            formed_at_all |= !matches.is_empty();
        }
        assert!(formed_at_all, "{name}: no match at all");
    }
    assert!(large >= 1, "no pool has 1,000 tickets");
}

/// The naive matchmaker: it goes through the tickets by age, puts each into the first team that
/// takes it, and never takes a step back (`rulesets/README.md`). A team takes a ticket that it has
/// room for and that breaks no rule. Both rules of the greedy trap are such that a match which
/// breaks one breaks it with more players, too, so refusing is no mistake.
///
/// It begins with `anchor`, if it is to be kinder than with the oldest alone, and goes through the
/// others by age.
fn greedy(rule_set: &RuleSet, pool: &Pool, anchor: usize) -> Option<Vec<PlacedTicket>> {
    let teams: Vec<String> = rule_set.team_instances().map(str::to_owned).collect();
    let mut placed: Vec<PlacedTicket> = Vec::new();
    let others = (0..pool.len()).filter(|&ticket| ticket != anchor);
    for ticket in std::iter::once(anchor).chain(others) {
        let (_, players) = pool.get(ticket)?;
        for team in &teams {
            let age = Millis::default();
            let (team, players) = (team.clone(), players.clone());
            placed.push(PlacedTicket { team, age, players, backfill: false });
            let judgement = rule_set.judge(&placed).ok()?;
            if judgement.valid {
                return Some(placed);
            }
            let fits = judgement.teams.iter().all(|team| team.players <= team.max);
            if fits && judgement.rules.iter().all(|rule| rule.holds) {
                break;
            }
            placed.pop();
        }
    }
    None
}

/// The tickets of a pool that have one of these ids.
fn only(pool: &Pool, ids: &[&str]) -> Pool {
    pool.iter().filter(|(id, _)| ids.contains(&id.as_str())).cloned().collect()
}

#[test]
fn the_engine_matches_where_greedy_first_fit_finds_nothing() {
    let rule_set = rule_set("greedy_trap");
    let pool = pool("greedy_trap");
    // It does find matches where there is no trap.
    let even = only(&pool, &["one-a", "two-d", "one-b", "two-e"]);
    let in_turn: Pool = [0, 2, 1, 3].into_iter().filter_map(|at| even.get(at).cloned()).collect();
    assert!(greedy(&rule_set, &in_turn, 0).is_some(), "1 + 2 against 1 + 2 is no trap");

    for anchor in 0..pool.len() {
        let found = greedy(&rule_set, &pool, anchor);
        assert!(found.is_none(), "from ticket {anchor} the greedy matchmaker finds {found:?}");
    }
    let matches = matches(rule_set.clone(), &pool, Millis::default());
    assert!(matches.len() >= 3, "{matches:?}");
    for formed in &matches {
        let judgement = rule_set.judge(&placed(formed, &pool, Millis::default()));
        assert!(judgement.is_ok_and(|it| it.valid), "{formed:?}");
    }
    let oldest = pool.first().map(|(id, _)| id.as_str()).unwrap_or_default();
    assert!(matches.iter().any(|formed| formed.contains_key(oldest)), "{oldest} is left over");
}

/// Events about one ticket name no match (decision 29), the others the match that was found.
#[test]
fn events_of_a_match_name_it() {
    let rule_set = rule_set("duel");
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let now = Timestamp::from_millis(0);
    let mut matchmaker = Matchmaker::new(rule_set, configuration, options, now, 7)
        .unwrap_or_else(|error| panic!("{error}"));
    for id in ["ana", "ben"] {
        let players = vec![Player::new(id).with_number("skill", 1_000.0)];
        let request = StartMatchmaking { players, ..StartMatchmaking::default() };
        assert!(matchmaker.handle_input(now, request).is_ok());
    }
    let report = matchmaker.handle_timeout(now).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.matches, 1);
    let events: Vec<EventDetail> =
        std::iter::from_fn(|| matchmaker.poll_event()).map(|event| event.detail).collect();
    let named: Vec<_> = events.iter().map(|it| (it.name(), it.match_id().is_some())).collect();
    assert_eq!(
        named,
        [
            ("MatchmakingSearching", false),
            ("MatchmakingSearching", false),
            ("PotentialMatchCreated", true),
            ("MatchmakingSucceeded", true),
        ]
    );
    assert_eq!(events[2].match_id(), events[3].match_id());
}

/// Players who have many locations and many modes in common, two by two; whether all of them have
/// one of each is for the search to find out.
#[test]
fn what_each_two_have_in_common_need_not_be_common_to_all() {
    let rules = || {
        let text = r#"{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{"name": "modes", "type": "string_list"}],
            "teams": [{"name": "a", "minPlayers": 2, "maxPlayers": 2},
                      {"name": "b", "minPlayers": 2, "maxPlayers": 2}],
            "rules": [{"name": "near", "type": "latency", "maxLatency": 100},
                      {"name": "same", "type": "collection", "operation": "intersection",
                       "minCount": 1, "measurements": ["flatten(teams[*].players.attributes[modes])"]}]}"#;
        RuleSet::from_json(text).unwrap_or_else(|errors| panic!("{errors}"))
    };
    // The player `it` of four lacks each fourth location or mode, if they are to have none together.
    for (apart_in_places, apart_in_modes) in
        [(false, false), (true, false), (false, true), (true, true)]
    {
        let player = |it: usize| {
            let has = |apart: bool, number: usize| !apart || number % 4 != it;
            let modes: Vec<String> =
                (0..60).filter(|&at| has(apart_in_modes, at)).map(|at| format!("m{at}")).collect();
            let modes: Vec<&str> = modes.iter().map(String::as_str).collect();
            let player = Player::new(format!("p{it}")).with_strings("modes", &modes);
            (0..120)
                .filter(|&at| has(apart_in_places, at))
                .fold(player, |player, at| player.with_latency(&format!("l{at}"), 50))
        };
        let pool: Pool = (0..4).map(|it| (format!("t{it}"), vec![player(it)])).collect();
        let formed = matches(rules(), &pool, Millis::new(0));
        let expected = usize::from(!apart_in_places && !apart_in_modes);
        assert_eq!(formed.len(), expected, "{apart_in_places} {apart_in_modes}");
    }
}

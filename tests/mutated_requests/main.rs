//! Ten thousand requests, each broken in one way that the service model forbids (facts 8.4) or the
//! state of things does not allow: each is answered with the right exception and a message that
//! names the member and the limit, and changes nothing. What lies just at a limit is accepted.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

#[path = "../support/dice.rs"]
mod dice;
mod model;
mod mutation;
mod state;
mod texts;
mod valid;
mod world;

use std::collections::BTreeMap;

use dice::Dice;
use model::{Allowed, OPERATIONS, Shape};
use mutation::{Group, Mutated, Site, fill_list, fill_map, mutate, sites, ways_of};
use rallypoint::wire::configuration_from_json;
use rallypoint::{ConfigurationError, EngineOptions, InputError, Matchmaker, RuleSet, Timestamp};
use serde_json::{Value, json};
use world::{Setting, World};

const MUTATIONS: usize = 10_000;
/// Requests that are broken before one that is right ends a world.
const OF_ONE_WORLD: usize = 25;
const SEED: u64 = 0x6d61_7463_6821;

/// Sends a request; a configuration is tried on a matchmaker of its own.
fn send(world: &mut World, operation: &str, request: &Value) -> Result<(), InputError> {
    if operation != "Configuration" {
        return world.send(operation, request).map(|_| ());
    }
    let configuration = configuration_from_json(request)?;
    let rule_set = world.matchmaker.rule_set().clone();
    let (options, start) = (EngineOptions::default(), Timestamp::from_millis(0));
    match Matchmaker::new(rule_set, configuration, options, start, 1) {
        Ok(_) => Ok(()),
        Err(error @ ConfigurationError::Invalid { .. }) => {
            Err(InputError::InvalidRequest { message: error.to_string() })
        }
        Err(error) => panic!("{request}: {error}"),
    }
}

/// Whether a message says a word, or one of several; a number stands by itself.
fn says(message: &str, word: &str) -> bool {
    if word.parse::<u64>().is_err() {
        return word.split('|').any(|word| message.contains(word));
    }
    message.match_indices(word).any(|(at, _)| {
        let before = message[..at].chars().next_back();
        let after = message[at + word.len()..].chars().next();
        ![before, after].iter().flatten().any(|it| it.is_alphanumeric() || *it == '.')
    })
}

/// A text for a failure's message.
fn cut(text: &str) -> String {
    text.chars().take(2_000).collect()
}

fn check_refused(world: &mut World, operation: &str, mutated: &Mutated, in_depth: bool) {
    let Mutated { group, request, exception, says: words } = mutated;
    let told = || format!("{group:?}: {operation} {}", cut(&request.to_string()));
    let before = world.seen();
    let inside = in_depth.then(|| format!("{:?}", world.matchmaker));
    let error = match send(world, operation, request) {
        Ok(()) => panic!("{}: accepted", told()),
        Err(error) => error,
    };
    let message = error.to_string();
    assert_eq!(error.exception(), *exception, "{}: {message}", told());
    for word in words {
        assert!(says(&message, word), "{}: no `{}` in: {message}", told(), cut(word));
    }
    assert!(message.len() < 2_000, "{}: a message of {} bytes", told(), message.len());
    assert!(before == world.seen(), "{}: something has changed", told());
    if let Some(inside) = inside {
        assert!(inside == format!("{:?}", world.matchmaker), "{}: changed inside", told());
    }
}

/// Every constraint with every way to break it.
fn all_groups() -> BTreeMap<Group, usize> {
    let of_shapes = OPERATIONS
        .iter()
        .flat_map(|(operation, shape)| mutation::groups(operation, shape, false, false));
    let of_state = state::WAYS.iter().map(|way| (way.operation.to_owned(), way.name));
    of_shapes.chain(of_state).map(|group| (group, 0)).collect()
}

#[test]
fn ten_thousand_mutated_requests_are_refused_and_change_nothing() {
    let rule_set = world::rule_set();
    let mut dice = Dice::new(SEED);
    let mut counts = all_groups();
    let mut total = 0;
    for number in 0.. {
        if total >= MUTATIONS {
            break;
        }
        let (operation, shape) = &OPERATIONS[number % OPERATIONS.len()];
        let round = number / OPERATIONS.len();
        let starts = operation.starts_with("Start");
        let setting = Setting {
            long_ids: round % 4 == 1,
            automatic: round % 2 == 1,
            full_of_tickets: starts && round % 5 == 3,
            full_of_sessions: starts && round % 5 == 4,
        };
        total += mutate_in_a_world(&rule_set, setting, (operation, shape), &mut dice, &mut counts);
    }
    let mut by_way: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_constraint: BTreeMap<&str, usize> = BTreeMap::new();
    for ((constraint, way), count) in &counts {
        *by_way.entry(way).or_default() += count;
        *by_constraint.entry(constraint).or_default() += count;
    }
    println!("{total} mutated requests");
    for (name, count) in by_way.iter().chain(&by_constraint) {
        println!("{count:6} {name}");
    }
    let missing: Vec<_> = counts.iter().filter(|&(_, &count)| count == 0).collect();
    assert!(missing.is_empty(), "never tried: {missing:#?}");
    assert!(total >= MUTATIONS);
}

/// Breaks one right request in many ways, those first that were tried least, and sends it as it is
/// in the end: nothing that it names was taken.
fn mutate_in_a_world(
    rule_set: &RuleSet,
    setting: Setting,
    (operation, shape): (&str, &Shape),
    dice: &mut Dice,
    counts: &mut BTreeMap<Group, usize>,
) -> usize {
    let mut world = World::new(rule_set, setting);
    let request = valid::request(operation, &mut world, dice);
    let sites = sites(operation, shape, &request);
    let mut done = 0;
    let mut tried: Vec<Group> = Vec::new();
    while done < OF_ONE_WORLD {
        // Of all that can be done the one that was done least, so that none is forgotten.
        let of_sites = sites.iter().flat_map(ways_of);
        let of_state = state::WAYS.iter().filter(|it| it.operation == operation);
        let of_state = of_state.filter(|way| !way.when_full || setting.is_full());
        let of_state = of_state.map(|way| (operation.to_owned(), way.name));
        let open = of_sites.chain(of_state).filter(|group| !tried.contains(group));
        let Some(group) = open.min_by_key(|group| (counts[group], dice.word())) else {
            tried.clear();
            continue;
        };
        tried.push(group.clone());
        let way = state::WAYS.iter().find(|it| it.operation == group.0 && it.name == group.1);
        let mutated = match way {
            Some(way) => way.mutated(&mut world, dice, &request),
            None => {
                let those: Vec<&Site<'_>> =
                    sites.iter().filter(|site| site.constraint == group.0).collect();
                let site = those[dice.below(those.len())];
                Some(mutate(operation, &request, site, group.1, dice))
            }
        };
        let Some(mutated) = mutated else { continue };
        check_refused(&mut world, operation, &mutated, done == 0);
        *counts.get_mut(&group).expect("every group is listed") += 1;
        done += 1;
    }
    if !setting.is_full() {
        let answer = send(&mut world, operation, &request);
        assert_eq!(answer, Ok(()), "{operation} {}", cut(&request.to_string()));
    }
    done
}

/// Where a value at the limit is not what there is: the constraint, and what is said of it.
const NOT_THERE: &[(&str, &str, &str)] = &[
    ("StopMatchmaking.TicketId", "NotFoundException", "there is no ticket"),
    ("AcceptMatch.TicketId", "NotFoundException", "there is no ticket"),
    ("AcceptMatch.PlayerIds", "InvalidRequestException", "has no player"),
    ("AcceptMatch.PlayerIds[]", "InvalidRequestException", "has no player"),
    ("AcceptMatch.AcceptanceType", "InvalidRequestException", "an answer is final"),
    ("Configuration.BackfillMode", "InvalidRequestException", "STANDALONE"),
    ("Configuration.FlexMatchMode", "InvalidRequestException", "STANDALONE"),
    ("StartMatchmaking.ConfigurationName", "NotFoundException", "there is no configuration"),
    ("StartMatchBackfill.ConfigurationName", "NotFoundException", "there is no configuration"),
    // The teams have room for 40 players.
    ("StartMatchBackfill.Players", "InvalidRequestException", "holds at most 20"),
    ("StartMatchBackfill.Players[].Team", "InvalidRequestException", "has no team"),
    ("DescribeMatch.MatchId", "NotFoundException", "there is no match"),
    ("DescribeMatch.GameSessionArn", "NotFoundException", "there is no game session"),
    ("CompletePlacement.TicketId", "NotFoundException", "there is no ticket"),
    ("CompletePlacement.MatchId", "NotFoundException", "there is no match"),
    (
        "CompletePlacement.GameSessionConnectionInfo.MatchedPlayerSessions",
        "InvalidRequestException",
        "has no player",
    ),
    (
        "CompletePlacement.GameSessionConnectionInfo.MatchedPlayerSessions[].PlayerId",
        "InvalidRequestException",
        "has no player",
    ),
    ("FailPlacement.TicketId", "NotFoundException", "there is no ticket"),
    ("FailPlacement.MatchId", "NotFoundException", "there is no match"),
    ("EndGameSession.GameSessionArn", "NotFoundException", "there is no game session"),
    ("RemovePlayers.GameSessionArn", "NotFoundException", "there is no game session"),
    ("RemovePlayers.PlayerIds", "InvalidRequestException", "has no player"),
    ("RemovePlayers.PlayerIds[]", "InvalidRequestException", "has no player"),
];

/// The requests with a site at each of its limits.
fn at_limits(request: &Value, site: &Site<'_>, dice: &mut Dice) -> Vec<Value> {
    let with = |value: Value| {
        let mut request = request.clone();
        *request.pointer_mut(&site.pointer).expect("the site is in the request") = value;
        request
    };
    let now = request.pointer(&site.pointer).expect("the site is in the request");
    match site.shape {
        Shape::Text(text) => {
            let min = match text.allowed {
                Allowed::PlayerSession => 7,
                _ => text.min,
            };
            let mut texts: Vec<Value> =
                [min, text.max].map(|length| json!(dice.text(text.allowed, length))).into();
            if text.allowed == Allowed::NameOrArn {
                let stem = "arn:é ::matchmakingconfiguration/";
                let name = dice.text(Allowed::Name, text.max - stem.chars().count());
                texts.push(json!(format!("{stem}{name}")));
            }
            texts.into_iter().map(with).collect()
        }
        Shape::Whole(min, max) => [json!(min), json!(max), json!(*max as f64)].map(with).into(),
        Shape::Number => [json!(f64::MAX), json!(f64::MIN), json!(-0.0)].map(with).into(),
        Shape::Boolean => Vec::new(),
        Shape::OneOf(names) => names.iter().map(|name| with(json!(name))).collect(),
        Shape::List(list) => {
            let values = now.as_array().expect("it is a list");
            let few = values[..list.min].to_vec();
            let mut many = values.clone();
            fill_list(&mut many, list.of, list.max, dice);
            [few, many].map(|values| with(Value::Array(values))).into()
        }
        Shape::Map(map) => {
            let values = now.as_object().expect("it is a map");
            let (_, first) = values.iter().next().expect("there is an entry");
            let mut many = values.clone();
            // Other tickets of the world report ten locations already.
            let max = if map.max == 128 { 128 - world::LOCATIONS } else { map.max };
            fill_map(&mut many, max);
            let of_key = |length| {
                let key = dice.text(Allowed::Anything, length);
                with(json!({key: first}))
            };
            let mut all: Vec<Value> = [1, map.key_max].map(of_key).into();
            all.extend([with(json!({})), with(Value::Object(many))]);
            all
        }
        Shape::Object(_) => Vec::new(),
    }
}

#[test]
fn values_at_a_limit_are_accepted() {
    let rule_set = world::rule_set();
    let mut dice = Dice::new(SEED);
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..4 {
        for (operation, shape) in OPERATIONS {
            let setting = Setting { automatic: round % 2 == 1, ..Setting::default() };
            let mut world = World::new(&rule_set, setting);
            let request = valid::request(operation, &mut world, &mut dice);
            let mut seen = Vec::new();
            for site in sites(operation, shape, &request) {
                if seen.contains(&site.constraint) {
                    continue;
                }
                seen.push(site.constraint.clone());
                for request in at_limits(&request, &site, &mut dice) {
                    let mut world = World::new(&rule_set, setting);
                    let answer = send(&mut world, operation, &request);
                    let told = || format!("{}: {}", site.constraint, cut(&request.to_string()));
                    let not_there = NOT_THERE.iter().find(|it| it.0 == site.constraint);
                    match (answer, not_there) {
                        (Ok(()), _) => {}
                        (Err(error), Some(&(_, exception, words))) => {
                            assert_eq!(error.exception(), exception, "{}: {error}", told());
                            assert!(error.to_string().contains(words), "{}: {error}", told());
                        }
                        (Err(error), None) => panic!("{}: {error}", told()),
                    }
                    *tried.entry(site.constraint.clone()).or_default() += 1;
                }
            }
        }
    }
    println!("{} constraints, {} values", tried.len(), tried.values().sum::<usize>());
    let constraints = all_groups().into_keys().map(|(constraint, _)| constraint);
    let never: Vec<String> = constraints.filter(|it| !tried.contains_key(it)).collect();
    // Objects have no limits of their own, and true and false are all there is.
    let limitless = |it: &&String| {
        !it.ends_with("Players[]")
            && !it.ends_with("PlayerAttributes[]")
            && !it.ends_with("MatchedPlayerSessions[]")
            && !it.ends_with("GameSessionConnectionInfo")
            && !it.ends_with("GameProperties[]")
            && !it.ends_with("Tags[]")
            && !it.ends_with("AcceptanceRequired")
            && !OPERATIONS.iter().any(|(operation, _)| operation == it)
    };
    let never: Vec<&String> = never.iter().filter(limitless).collect();
    assert!(never.is_empty(), "never tried: {never:#?}");
}

//! Partitions that budgets do not reach are cut into batches (`matching.md` section 4): what is
//! matched there, when it is tried again, and that others are left alone.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::base::time::{Millis, Timestamp};
use crate::engine::Matchmaker;
use crate::engine::input::{Input, StartMatchmaking, StopMatchmaking};
use crate::engine::options::{Configuration, EngineOptions};
use crate::lifecycle::event::EventDetail;
use crate::model::schema::AttributeType;
use crate::model::ticket::{Player, TicketId};
use crate::ruleset::RuleSet;

const START: Timestamp = Timestamp::from_millis(0);

/// Two players; `either` says again that they have the same number, in a way that tells nothing of
/// pairs in advance.
fn pairs(algorithm: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{{"name": "number", "type": "number"}},
                             {{"name": "map", "type": "string", "default": "all"}}],
        "algorithm": {{{algorithm}}},
        "teams": [{{"name": "a", "minPlayers": 1, "maxPlayers": 1}},
                  {{"name": "b", "minPlayers": 1, "maxPlayers": 1}}],
        "rules": [{{"name": "same", "type": "distance", "maxDistance": 0,
                   "measurements": ["flatten(teams[*].players.attributes[number])"],
                   "referenceValue": "avg(flatten(teams[*].players.attributes[number]))"}},
                  {{"name": "sameMap", "type": "comparison", "operation": "=",
                   "measurements": ["flatten(teams[*].players.attributes[map])"]}},
                  {{"name": "either", "type": "compound", "statement": "or(same, same)"}}]}}"#
    );
    RuleSet::from_json(&text).unwrap_or_else(|error| panic!("{error}"))
}

const RANDOM: &str = "";
const SORTED: &str = r#""batchingPreference": "sorted", "sortByAttributes": ["number"]"#;

fn options(max_batch_tickets: usize, nodes_per_anchor: u64) -> EngineOptions {
    EngineOptions { max_batch_tickets, nodes_per_anchor, ..EngineOptions::default() }
}

fn matchmaker(rule_set: RuleSet, options: EngineOptions, seed: u64) -> Matchmaker {
    Matchmaker::new(rule_set, Configuration::default(), options, START, seed).expect("it is valid")
}

fn id(place: usize) -> TicketId {
    format!("t{place}").into()
}

fn submit(matchmaker: &mut Matchmaker, now: Timestamp, place: usize, number: f64, map: &str) {
    let player = Player::new(format!("p{place}")).with_number("number", number);
    submit_player(matchmaker, now, place, player.with_string("map", map));
}

fn submit_player(matchmaker: &mut Matchmaker, now: Timestamp, place: usize, player: Player) {
    let (ticket_id, players) = (Some(id(place)), vec![player]);
    let request = StartMatchmaking { ticket_id, players, ..Default::default() };
    matchmaker.handle_input(now, Input::StartMatchmaking(request)).expect("the ticket is right");
}

/// What passes did until a time, the reports and events as one text.
#[derive(Default, PartialEq, Debug)]
struct Log {
    text: String,
    cut: u64,
    nodes: u64,
    /// The tickets of each match.
    matches: Vec<Vec<TicketId>>,
}

/// Runs all that is due until a time.
fn run_until(matchmaker: &mut Matchmaker, end: Timestamp, log: &mut Log) {
    while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= end) {
        slice(matchmaker, due, log);
    }
}

fn slice(matchmaker: &mut Matchmaker, due: Timestamp, log: &mut Log) {
    let report = matchmaker.handle_timeout(due).expect("time goes on");
    log.cut += report.partitions_cut;
    log.nodes += report.nodes;
    writeln!(log.text, "{due:?} {report:?}").expect("a string takes it");
    while let Some(event) = matchmaker.poll_event() {
        if let EventDetail::MatchmakingSucceeded { tickets, .. } = &event.detail {
            log.matches.push(tickets.iter().map(|it| it.ticket_id().clone()).collect());
        }
        writeln!(log.text, "{event:?}").expect("a string takes it");
    }
}

fn seconds(seconds: u32) -> Timestamp {
    START.plus(Millis::from_secs(seconds))
}

/// Tickets `0..count` with `number_of` their place.
fn filled(
    rule_set: RuleSet,
    options: EngineOptions,
    seed: u64,
    count: usize,
    number_of: impl Fn(usize) -> f64,
) -> Matchmaker {
    let mut matchmaker = matchmaker(rule_set, options, seed);
    (0..count).for_each(|it| submit(&mut matchmaker, START, it, number_of(it), "all"));
    matchmaker
}

#[test]
fn who_needs_one_certain_other_meets_it_in_some_shuffle() {
    for seed in 0..5 {
        // Two belong together, and the budget reaches neither of them from the other: by age, many
        // come before.
        let number_of = |place| if place == 39 { 30.0 } else { place as f64 };
        let mut it = filled(pairs(RANDOM), options(10, 20), seed, 40, number_of);
        let mut log = Log::default();
        run_until(&mut it, seconds(20_000), &mut log);
        assert_eq!(log.matches, [vec![id(30), id(39)]], "seed {seed}");
        assert!(log.cut > 0, "seed {seed}");
        // Without batches it never comes to that.
        let mut it = filled(pairs(RANDOM), options(40, 20), seed, 40, number_of);
        let mut log = Log::default();
        run_until(&mut it, seconds(20_000), &mut log);
        assert_eq!((log.cut, log.matches.len()), (0, 0), "seed {seed}");
    }
}

#[test]
fn who_was_given_up_is_tried_again_ever_more_seldom() {
    let mut it = filled(pairs(RANDOM), options(10, 20), 1, 40, |place| place as f64);
    let mut log = Log::default();
    let mut begun = Vec::new();
    while let Some(due) = it.poll_timeout().filter(|&due| due <= seconds(400)) {
        begun.push(due.as_millis() / 1000);
        slice(&mut it, due, &mut log);
    }
    begun.dedup();
    assert_eq!(begun, [0, 2, 6, 14, 30, 62, 126, 190, 254, 318, 382]);
    assert!(log.matches.is_empty());
    assert!(it.why_waiting(&id(7)).expect("it waits").search_exhausted);
    // A pass waits as long as `pass_interval` says, too.
    let options = EngineOptions { pass_interval: Millis::from_secs(5), ..options(10, 20) };
    let mut it = filled(pairs(RANDOM), options, 1, 40, |place| place as f64);
    slice(&mut it, START, &mut log);
    assert_eq!(it.poll_timeout(), Some(seconds(5)));
}

/// What arrives in a partition that is cut is searched for at once.
/// Nobody is tried again who is no longer there, alone or as the last of all.
#[test]
fn a_retry_is_forgotten_with_those_it_was_for() {
    let mut it = filled(pairs(RANDOM), options(10, 20), 1, 40, |place| place as f64);
    run_until(&mut it, seconds(1), &mut Log::default());
    let retry = |it: &Matchmaker| it.poll_timeout().filter(|&due| due < seconds(100));
    assert_eq!(retry(&it), Some(seconds(2)));
    for place in 0..40 {
        assert_eq!(retry(&it), Some(seconds(2)), "before {place} leaves");
        let stop = StopMatchmaking { ticket_id: id(place) };
        it.handle_input(seconds(1), Input::StopMatchmaking(stop)).expect("it waits");
    }
    assert_eq!(retry(&it), None);
}

/// A pass that has its batches already goes on without a ticket that leaves.
#[test]
fn who_leaves_in_the_middle_of_a_pass_leaves_its_batch() {
    let number_of = |place| if place == 39 { 30.0 } else { place as f64 };
    let matches = |leaver: usize| {
        let options = EngineOptions { nodes_per_slice: 40, ..options(10, 20) };
        let mut it = filled(pairs(RANDOM), options, 2, 40, number_of);
        let mut log = Log::default();
        // Until a pass over batches is under way.
        while log.cut == 0 || it.poll_timeout() != Some(it.now()) {
            let due = it.poll_timeout().expect("tickets wait");
            assert!(due < seconds(100), "no pass over batches took two slices");
            slice(&mut it, due, &mut log);
        }
        assert_eq!(log.matches.len(), 0, "none yet");
        let (now, stop) = (it.now(), StopMatchmaking { ticket_id: id(leaver) });
        it.handle_input(now, Input::StopMatchmaking(stop)).expect("it waits");
        run_until(&mut it, seconds(20_000), &mut log);
        log.matches
    };
    assert_eq!(matches(5), [vec![id(30), id(39)]]);
    assert_eq!(matches(39), Vec::<Vec<TicketId>>::new());
}

#[test]
fn those_who_arrive_need_not_wait_for_other_batches() {
    let mut it = filled(pairs(RANDOM), options(10, 20), 1, 40, |place| place as f64);
    run_until(&mut it, seconds(200), &mut Log::default());
    let retry = it.poll_timeout().expect("it is cut");
    for place in 40..80 {
        submit(&mut it, seconds(200), place, 1000.0, "all");
    }
    assert_eq!(it.poll_timeout(), Some(seconds(200)));
    let mut log = Log::default();
    run_until(&mut it, seconds(200), &mut log);
    assert!(log.matches.len() >= 10, "{}", log.matches.len());
    assert_eq!(it.poll_timeout(), Some(retry), "what was given up keeps its time");
}

#[test]
fn neighbours_on_both_sides_of_an_edge_meet_in_the_next_pass() {
    // Sorted by number, 40 tickets in batches of 8; neighbours in pairs, at places that the budget
    // does not reach from each other by age.
    for pair in 0..19 {
        let order: Vec<usize> = (0..40).map(|place| place * 17 % 40).collect();
        let number_of = |place: usize| match order[place] {
            rank if rank == 2 * pair + 2 => (2 * pair + 1) as f64,
            rank => rank as f64,
        };
        let mut it = filled(pairs(SORTED), options(8, 12), 1, 40, number_of);
        let mut log = Log::default();
        run_until(&mut it, seconds(3), &mut log);
        assert!(log.cut >= 1, "pair {pair}: {}", log.cut);
        assert_eq!(log.matches.len(), 1, "pair {pair}");
    }
}

/// Five that are alike in teams of two and three; whoever is taken, the reference agrees.
const FIVE: &str = r#"{"ruleLanguageVersion": "1.0",
    "playerAttributes": [{"name": "number", "type": "number"}, {"name": "map", "type": "string"}],
    "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 2},
              {"name": "b", "minPlayers": 2, "maxPlayers": 3}],
    "rules": [{"name": "sum", "type": "comparison", "operation": "=", "referenceValue": 30,
               "measurements": ["sum(flatten(teams[*].players.attributes[number]))"]},
              {"name": "same", "type": "comparison", "operation": "=",
               "measurements": ["flatten(teams[*].players.attributes[map])"]}]}"#;

fn five() -> RuleSet {
    RuleSet::from_json(FIVE).unwrap_or_else(|error| panic!("{error}"))
}

/// 160 tickets in two partitions, more arriving while they wait.
fn busy(seed: u64, nodes_per_slice: u64, mut each: impl FnMut(Matchmaker) -> Matchmaker) -> Log {
    let options = EngineOptions { nodes_per_slice, ..options(20, 60) };
    let mut it = matchmaker(five(), options, seed);
    let mut log = Log::default();
    let mut place = 0;
    for millis in (0..9_000).step_by(500) {
        let now = Timestamp::from_millis(millis);
        let count = if millis == 0 { 160 } else { 3 };
        for _ in 0..count {
            let number = (seed + place as u64 * 7919) % 23;
            submit(&mut it, now, place, number as f64, ["x", "y"][place % 2]);
            place += 1;
        }
        while let Some(due) = it.poll_timeout().filter(|&due| due <= now) {
            slice(&mut it, due, &mut log);
            it = each(it);
        }
    }
    log
}

#[test]
fn matches_from_batches_are_valid() {
    let mut matched = 0;
    for seed in 0..6 {
        let log = busy(seed, 1_000_000, |it| it);
        assert!(log.cut > 0, "seed {seed}");
        let mut seen = BTreeSet::new();
        for tickets in &log.matches {
            assert!(tickets.iter().all(|it| seen.insert(it.clone())), "nobody is matched twice");
            let number = |id: &TicketId| {
                let place: u64 = id.as_str()[1..].parse().expect("a place");
                (place, (seed + place * 7919) % 23)
            };
            let sum: u64 = tickets.iter().map(|id| number(id).1).sum();
            assert_eq!(sum, 30, "{tickets:?}");
            let halves: BTreeSet<u64> = tickets.iter().map(|id| number(id).0 % 2).collect();
            assert_eq!(halves.len(), 1);
            assert!((3..=5).contains(&tickets.len()));
        }
        matched += log.matches.len();
    }
    assert!(matched > 60, "{matched}");
}

#[cfg(feature = "wire")]
#[test]
fn a_stored_matchmaker_goes_on_in_its_batches() {
    for seed in 0..3 {
        for nodes_per_slice in [300, 1_000_000] {
            let expected = busy(seed, nodes_per_slice, |it| it);
            assert!(expected.cut > 0);
            let mut in_batches = 0;
            let restored = busy(seed, nodes_per_slice, |it| {
                let snapshot = it.snapshot();
                let text = serde_json::to_string(&snapshot).expect("it is plain data");
                in_batches += u32::from(text.contains(r#""batches":[["#));
                let snapshot = serde_json::from_str(&text).expect("it was just written");
                Matchmaker::restore(five(), snapshot).expect("it was just taken")
            });
            assert!(expected == restored, "seed {seed}, {nodes_per_slice} nodes in a slice");
            assert!(nodes_per_slice > 300 || in_batches > 0, "never in the middle of a pass");
        }
    }
}

#[cfg(feature = "parallel")]
#[test]
fn several_threads_cut_the_same_batches() {
    for seed in 0..3 {
        let one = busy(seed, 1_000_000, |it| it);
        let several = busy(seed, 1_000_000, |mut it| {
            it.set_threads(std::num::NonZeroUsize::new(3).expect("three"));
            it
        });
        assert!(one == several, "seed {seed}");
    }
}

/// What a pool of 200 tickets with values of the declared types came to.
fn pool_of(rule_set: &RuleSet, options: EngineOptions) -> Log {
    let attributes = &rule_set.plan().ast.schema.attributes;
    let mut it = matchmaker(rule_set.clone(), options, 1);
    let mut numbers = crate::base::rng::DetRng::new(7);
    let mut below = |count: u64| numbers.next_u64() % count;
    for place in 0..200 {
        let mut player = Player::new(format!("p{place}")).with_latency("eu", 20 + below(60) as u32);
        for attribute in attributes.iter() {
            let name = attribute.name.to_string();
            let word = ["a", "b", "c"][below(3) as usize];
            player = match attribute.attribute_type {
                AttributeType::Number => player.with_number(&name, below(50) as f64),
                AttributeType::String => player.with_string(&name, word),
                AttributeType::StringList => player.with_strings(&name, &[word, "d"]),
                AttributeType::StringNumberMap => player.with_numbers(&name, &[(word, 1.0)]),
            };
        }
        submit_player(&mut it, START, place, player);
    }
    let mut log = Log::default();
    run_until(&mut it, seconds(2), &mut log);
    log
}

/// Every rule set that comes with the engine: the budget reaches, however small batches would be.
///
/// But for two that have an order of their own. `playlists` is cut at once: its rules hold in one of
/// two ways, so that nothing is known of two tickets and each search would read all. `regions` is
/// cut because here all tickets are in one region, and each search reads all of them.
#[test]
fn what_the_index_serves_is_never_cut() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/rulesets");
    let files = std::fs::read_dir(directory).expect("the rule sets are there");
    let mut names: Vec<_> = files.map(|it| it.expect("a file").path()).collect();
    names.retain(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".json") && !name.ends_with(".scenario.json")
    });
    names.sort();
    let mut matches = 0;
    for path in &names {
        let text = std::fs::read_to_string(path).expect("it is text");
        let rule_set = RuleSet::from_json(&text).unwrap_or_else(|error| panic!("{error}"));
        let name = path.file_stem().expect("it has a name").to_string_lossy();
        let options = EngineOptions { max_batch_tickets: 40, ..EngineOptions::default() };
        let log = pool_of(&rule_set, options);
        let reads_all = ["playlists", "regions"].contains(&&*name);
        assert_eq!(log.cut > 0, reads_all, "{name} is cut {} times", log.cut);
        matches += log.matches.len();
    }
    assert!(names.len() > 8 && matches > 100, "{} rule sets, {matches} matches", names.len());
}

/// However large a partition is, it stays whole where the budget reaches.
#[test]
fn a_large_partition_whose_budget_reaches_is_never_cut() {
    let text = FIVE.replace(
        r#""type": "comparison", "operation": "=", "referenceValue": 30,
               "measurements": ["sum(flatten(teams[*].players.attributes[number]))"]"#,
        r#""type": "batchDistance", "batchAttribute": "number", "maxDistance": 0"#,
    );
    assert!(text.contains("batchDistance"));
    let rule_set = RuleSet::from_json(&text).unwrap_or_else(|error| panic!("{error}"));
    let mut it = matchmaker(rule_set, options(10, 100), 1);
    // Three each of 60 numbers, and two of the others.
    (0..400).for_each(|place| submit(&mut it, START, place, (place % 170) as f64, "all"));
    let mut log = Log::default();
    run_until(&mut it, seconds(10), &mut log);
    assert_eq!(log.cut, 0);
    assert_eq!(log.matches.len(), 60);
    assert_eq!(it.poll_timeout().map(|it| it > seconds(10)), Some(true), "nothing is tried again");
}

/// Under an order of its own, of whose rules nothing is known of pairs, each search would read all.
#[test]
fn what_would_be_read_over_and_over_is_cut_at_once() {
    let rule_set = || pairs(SORTED);
    let mut it = filled(rule_set(), options(8, 100_000), 1, 64, |place| (place % 32) as f64);
    let mut log = Log::default();
    run_until(&mut it, START, &mut log);
    assert_eq!(log.cut, 1);
    run_until(&mut it, seconds(10), &mut log);
    assert_eq!(log.matches.len(), 32);
    let mut it = filled(rule_set(), options(64, 100_000), 1, 64, |place| (place % 32) as f64);
    let mut log = Log::default();
    run_until(&mut it, START, &mut log);
    assert_eq!((log.cut, log.matches.len()), (0, 32), "a partition within the size");
}

/// Two teams of two, ordered by number; a latency rule by which all of a location may meet.
const NEAREST: &str = r#"{"ruleLanguageVersion": "1.0",
    "playerAttributes": [{"name": "number", "type": "number"}],
    "teams": [{"name": "a", "minPlayers": 2, "maxPlayers": 2},
              {"name": "b", "minPlayers": 2, "maxPlayers": 2}],
    "rules": [{"name": "near", "type": "latency", "maxLatency": 100},
              {"name": "nearest", "type": "distanceSort", "sortDirection": "ascending",
               "sortAttribute": "number"}]}"#;

/// Tickets that come at once, each at the location of its place.
fn ordered(count: usize, location: impl Fn(usize) -> String) -> Log {
    let rule_set = RuleSet::from_json(NEAREST).unwrap_or_else(|error| panic!("{error}"));
    let mut it = matchmaker(rule_set, options(50, 100_000), 1);
    for place in 0..count {
        let player = Player::new(format!("p{place}")).with_number("number", (place % 7) as f64);
        submit_player(&mut it, START, place, player.with_latency(&location(place), 50));
    }
    let mut log = Log::default();
    run_until(&mut it, START, &mut log);
    log
}

/// That something is known of pairs does not help where all of them get on.
#[test]
fn what_each_search_would_read_is_cut_even_where_a_rule_speaks_of_pairs() {
    let (few, many) = (ordered(400, |_| "eu".into()), ordered(1_600, |_| "eu".into()));
    assert_eq!((few.cut, many.cut), (1, 1));
    assert!(many.nodes < 6 * few.nodes, "{} nodes, {} of many", few.nodes, many.nodes);
    assert!(many.matches.len() > 350, "{}", many.matches.len());
    // Where a search reads no more than a batch has, the partition stays whole.
    let apart = ordered(120, |place| format!("l{}", place % 3));
    assert_eq!((apart.cut, apart.matches.len()), (0, 30));
}

/// The nearest come first, and no match is ever valid.
fn hopeless() -> RuleSet {
    let never = r#""rules": [{"name": "never", "type": "comparison", "operation": "=",
        "measurements": ["sum(flatten(teams[*].players.attributes[number]))"],
        "referenceValue": -1}, "#;
    let text = NEAREST.replace(r#""rules": ["#, never);
    RuleSet::from_json(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// How much was read is known in the next pass, in a restored matchmaker, too.
#[cfg(feature = "wire")]
#[test]
fn what_searches_read_adds_up_over_passes() {
    let run = |restores: bool| {
        let options = EngineOptions { nodes_per_slice: 40, ..options(20, 100_000) };
        let mut it = matchmaker(hopeless(), options, 1);
        let (mut log, mut with_readings) = (Log::default(), 0);
        for place in 0..60 {
            let player = Player::new(format!("p{place}")).with_number("number", place as f64);
            let now = START.plus(Millis::new(place as u64));
            submit_player(&mut it, now, place, player.with_latency("eu", 50));
            while it.poll_timeout().is_some_and(|due| due <= now) {
                slice(&mut it, now, &mut log);
                if restores {
                    let text = serde_json::to_string(&it.snapshot()).expect("it is plain data");
                    with_readings += u32::from(text.contains(r#""readings":7"#));
                    let snapshot = serde_json::from_str(&text).expect("it was just written");
                    it = Matchmaker::restore(hopeless(), snapshot).expect("it was just taken");
                }
            }
        }
        assert!(log.cut > 0 && (with_readings > 0) == restores, "{}", log.cut);
        log
    };
    assert_eq!(run(false), run(true));
}

/// Six places where searches read few; then some more come to one of them.
#[test]
fn what_was_read_long_ago_does_not_hide_what_is_read_now() {
    let mut it = matchmaker(hopeless(), options(20, 100_000), 1);
    let mut log = Log::default();
    let mut come = |number: u32, location: u32| {
        let player = Player::new(format!("p{number}")).with_number("number", f64::from(number));
        let players = vec![player.with_latency(&format!("l{location}"), 50)];
        let request = StartMatchmaking { players, ..Default::default() };
        it.handle_input(seconds(number), Input::StartMatchmaking(request)).expect("it is right");
        while it.poll_timeout().is_some_and(|due| due <= seconds(number)) {
            let due = it.poll_timeout().expect("something is due");
            slice(&mut it, due, &mut log);
        }
        log.cut
    };
    assert_eq!((0..90).map(|it| come(it, it % 6)).max(), Some(0), "15 are in reach of each");
    let more = (90..190).take_while(|&it| come(it, 0) == 0).count();
    // It would be ten, if the first readings counted as much as the last.
    assert!((1..=6).contains(&more), "cut after {more} more");
}

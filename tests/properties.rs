//! The tools for property tests, tried on rule sets of ours: they find what is wrong, and what they
//! draw reaches every corner.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rallypoint::testing::proptest::strategy::{Strategy, ValueTree};
use rallypoint::testing::proptest::test_runner::TestRunner;
use rallypoint::testing::{
    Checked, Pool, PoolTicket, Simulation, Strategies, assert_complete, assert_valid,
};
use rallypoint::*;

fn rule_sets() -> Vec<(String, RuleSet)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the package");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "json"));
    paths.sort();
    let rule_set = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("the file can be read");
        let name = path.file_stem().expect("it ends with `.json`").to_string_lossy();
        (name.into_owned(), RuleSet::from_json(&text).expect("our rule sets compile"))
    };
    paths.iter().map(rule_set).collect()
}

fn rule_set(name: &str) -> RuleSet {
    let named = rule_sets().into_iter().find(|(it, _)| it == name);
    named.expect("there is such a rule set").1
}

fn compile(rules: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [
                {{"name": "skill", "type": "number"}},
                {{"name": "level", "type": "number", "default": 7}},
                {{"name": "mode", "type": "string", "default": "duel"}},
                {{"name": "modes", "type": "string_list"}},
                {{"name": "ranks", "type": "string_number_map", "default": {{"duel": 3}}}}],
            "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 2}},
                      {{"name": "blue", "minPlayers": 1, "maxPlayers": 2}}],
            "rules": [{rules}]}}"#
    );
    RuleSet::from_json(&text).expect("it compiles")
}

fn draws<T: std::fmt::Debug>(strategy: &impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("it draws").current()).collect()
}

/// The simplest value that is drawn.
fn simplest<T: std::fmt::Debug>(strategy: &impl Strategy<Value = T>) -> T {
    let mut tree = strategy.new_tree(&mut TestRunner::deterministic()).expect("it draws");
    while tree.simplify() {}
    tree.current()
}

fn numbers<'p>(players: &'p [Player], name: &str) -> Vec<f64> {
    let number = |player: &'p Player| match player.attributes.get(name) {
        Some(AttributeValue::Number(number)) => Some(*number),
        _ => None,
    };
    players.iter().filter_map(number).collect()
}

fn message(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it passes");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn players_meet_the_rules_from_both_sides() {
    let rule_set = compile(
        r#"{"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 40},
           {"name": "enough", "type": "comparison", "operation": ">=", "referenceValue": 30,
            "measurements": ["flatten(teams[*].players.attributes[level])"]},
           {"name": "wanted", "type": "collection", "operation": "contains", "minCount": 1,
            "measurements": ["teams[red].players.attributes[modes]"], "referenceValue": "flags"},
           {"name": "fast", "type": "latency", "maxLatency": 90}"#,
    );
    let players = draws(&Strategies::of(&rule_set).player(), 2_000);
    for at in [0.0, 40.0, 41.0] {
        assert!(numbers(&players, "skill").contains(&at), "nobody has skill {at}");
    }
    for at in [29.0, 30.0, 31.0] {
        assert!(numbers(&players, "level").contains(&at), "nobody has level {at}");
    }
    assert!(numbers(&players, "skill").len() == players.len(), "it has no default");
    let without = players.len() - numbers(&players, "level").len();
    assert!((100..1_500).contains(&without), "{without} leave their default out");
    let modes = |wanted: &[&str]| {
        let wanted = AttributeValue::StringList(wanted.iter().map(|&it| it.into()).collect());
        players.iter().filter(|it| it.attributes["modes"] == wanted).count()
    };
    assert!(modes(&["flags"]) > 20 && modes(&[]) > 20 && modes(&["other"]) > 20);
    let latencies: Vec<u32> =
        players.iter().flat_map(|it| it.latency_in_ms.values().copied()).collect();
    assert!([90, 91].iter().all(|it| latencies.contains(it)), "none is at the limit");
    let silent = players.iter().filter(|it| it.latency_in_ms.is_empty()).count();
    assert!(silent < players.len() / 20, "{silent} report nothing, under a latency rule");
    let maps = players.iter().filter_map(|it| it.attributes.get("ranks"));
    assert!(maps.filter(|it| matches!(it, AttributeValue::StringNumberMap(_))).count() > 100);
}

#[test]
fn what_is_drawn_shrinks_to_little() {
    let rule_set = compile(
        r#"{"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 40}"#,
    );
    let strategies = Strategies::of(&rule_set);
    let player = simplest(&strategies.player());
    assert_eq!(player.attributes["skill"], AttributeValue::Number(0.0));
    assert!(!player.attributes.contains_key("level") && player.latency_in_ms.is_empty());
    let pool = simplest(&strategies.pool(2..=6));
    assert_eq!(pool.tickets.len(), 2);
    assert!(pool.tickets.iter().all(|it| it.players.len() == 1 && it.wait == Millis::new(0)));
    let arrivals = simplest(&strategies.arrivals(1..=9));
    assert_eq!((arrivals.len(), arrivals[0].after), (1, Millis::new(0)));
}

#[test]
fn parties_are_as_large_as_a_team_and_waits_are_around_expansions() {
    let strategies = Strategies::of(&rule_set("trios"));
    let sizes: Vec<usize> = draws(&strategies.party(), 300).iter().map(Vec::len).collect();
    assert!((1..=3).all(|size| sizes.contains(&size)) && !sizes.contains(&4));
    let alone = draws(&strategies.clone().party_max(1).party(), 50);
    assert!(alone.iter().all(|it| it.len() == 1));
    let pools = draws(&strategies.pool(3), 200);
    let waits: Vec<u64> = pools.iter().flat_map(|it| &it.tickets).map(|it| it.wait.get()).collect();
    assert!([39_999, 40_000, 60_001].iter().all(|it| waits.contains(it)), "{waits:?}");
    for pool in &pools {
        let players = pool.tickets.iter().flat_map(|it| &it.players);
        let mut ids: Vec<&str> = players.map(|it| it.player_id.as_str()).collect();
        ids.sort();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    }
}

#[test]
fn an_invalid_match_is_shown_with_value_and_bound() {
    let rule_set = compile(
        r#"{"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 40}"#,
    );
    let ticket = |team: &str, skill| PlacedTicket {
        team: team.into(),
        age: Millis::new(0),
        players: vec![Player::new(team).with_number("skill", skill).with_strings("modes", &["a"])],
        backfill: false,
    };
    assert_valid(&rule_set, &[ticket("red", 0.0), ticket("blue", 40.0)]);
    let text = message(|| assert_valid(&rule_set, &[ticket("red", 0.0), ticket("blue", 41.0)]));
    assert!(text.contains("FAILS near (batchDistance)"), "{text}");
    assert!(text.contains("41") && text.contains("40"), "{text}");
    let text = message(|| assert_valid(&rule_set, &[ticket("green", 0.0)]));
    assert!(text.contains("`green`"), "{text}");
}

#[test]
fn a_pool_that_is_too_large_to_be_sure_does_not_pass() {
    let rule_set = compile(
        r#"{"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 40}"#,
    );
    let pool = |tickets: usize, apart: f64| {
        let ticket = |at: usize| {
            let player = Player::new(format!("p{at}")).with_number("skill", at as f64 * apart);
            let players = vec![player.with_strings("modes", &["a"])];
            PoolTicket { wait: Millis::new(0), players }
        };
        Pool::new(&rule_set, (0..tickets).map(ticket).collect())
    };
    // They are all matched, and yet it would not be known if they were not.
    let text = message(|| {
        assert_complete(&pool(14, 0.0));
    });
    assert!(text.contains("too large") && text.contains("3^14"), "{text}");
    assert_eq!(assert_complete(&pool(8, 0.0)), 8);
    assert_eq!(assert_complete(&pool(8, 50.0)), 0);
}

#[test]
fn a_failure_shows_a_scenario_that_replays_to_it() {
    let failure = Simulation::of(&rule_set("duel")).check(|run| match run.matches.len() {
        0 => Ok(()),
        _ => Err("there is a match".into()),
    });
    let failure = failure.unwrap_err();
    assert_eq!(failure.problem, "there is a match");
    assert_eq!((failure.run.matches.len(), failure.run.tickets.len()), (1, 2), "{failure}");
    assert!(failure.to_string().contains(&failure.scenario));
    #[cfg(feature = "wire")]
    {
        let scenario = wire::Scenario::parse(&failure.scenario).unwrap();
        let wire::RuleSetSource::Inline(text) = scenario.rule_set.clone() else { panic!("a file") };
        let replay = wire::Replay::new(scenario, RuleSet::from_json(&text).unwrap()).unwrap();
        let lines: Vec<String> = replay.map(|record| record.unwrap().to_json_line()).collect();
        let formed = |line: &&String| line.contains("PotentialMatchCreated");
        assert_eq!(lines.iter().filter(formed).count(), 1, "{lines:#?}");
        assert!(lines.iter().any(|it| it.contains(failure.run.matches[0].match_id.as_str())));
    }
}

#[test]
fn a_simulation_that_forms_no_match_does_not_pass() {
    let never = compile(
        r#"{"name": "never", "type": "comparison", "operation": "<", "referenceValue": -5,
            "measurements": ["count(teams[red].players)"]}"#,
    );
    let failure = Simulation::of(&never).cases(10).check(|_| Ok(())).unwrap_err();
    assert!(failure.problem.contains("no match in 10 runs"), "{failure}");
    let queue = GameSessionQueue::new("queue");
    let with_queue = Configuration { queue: Some(queue), ..Configuration::default() };
    let simulation = Simulation::of(&never).configuration(with_queue);
    let failure = simulation.check(|_| Ok(())).unwrap_err();
    assert!(failure.problem.contains("leave `queue` empty"), "{failure}");
}

/// The whole life of tickets, for every rule set of ours.
#[test]
fn our_rule_sets_live_as_they_must() {
    let timeout = Configuration { request_timeout_seconds: 90, ..Configuration::default() };
    let asked = Configuration {
        acceptance_required: true,
        acceptance_timeout_seconds: Some(20),
        ..timeout.clone()
    };
    let placed = Configuration {
        flex_match_mode: FlexMatchMode::WithQueue,
        backfill_mode: BackfillMode::Automatic,
        ..timeout.clone()
    };
    let both = Configuration {
        acceptance_required: true,
        acceptance_timeout_seconds: Some(20),
        additional_player_count: 1,
        ..placed.clone()
    };
    let mut covered: BTreeMap<String, Checked> = BTreeMap::new();
    for (name, rule_set) in rule_sets() {
        for (seed, configuration) in (0..).zip([&timeout, &asked, &placed, &both]) {
            let mut options = EngineOptions::default();
            options.placement_timeout = Millis::from_secs(15);
            // Means of teams take long to refute, and it is not the search that is on trial here.
            options.nodes_per_anchor = 3_000;
            let simulation = Simulation::of(&rule_set).seed(seed).cases(4).commands(20..=40);
            let simulation = simulation.configuration(configuration.clone()).options(options);
            // Ten players of a match that all must suit each other come together seldom.
            match simulation.check(|_| Ok(())) {
                Ok(checked) => {
                    let sum = covered.entry(name.clone()).or_default();
                    sum.matches += checked.matches;
                    sum.tickets += checked.tickets;
                    sum.instants_complete += checked.instants_complete;
                }
                Err(failure) if failure.problem.starts_with("no match in") => {}
                Err(failure) => panic!("{name}, seed {seed}: {failure}"),
            }
        }
    }
    println!("{covered:#?}");
    assert!(covered.len() >= 11, "no match of others: {:?}", covered.keys());
    for (name, checked) in covered {
        assert!(checked.matches > 0, "{name}: {checked:?}");
        let is_complete = rule_set(&name).strategy() == rallypoint::Strategy::ExhaustiveSearch;
        assert!(!is_complete || checked.instants_complete > 0, "{name}: {checked:?}");
    }
}

#[test]
fn a_panic_of_a_property_counts_as_a_problem() {
    let simulation = Simulation::of(&rule_set("duel"));
    let failure = simulation.check(|run| {
        assert!(run.matches.is_empty(), "there is {} match", run.matches.len());
        Ok(())
    });
    let failure = failure.unwrap_err();
    assert_eq!((&*failure.problem, failure.run.matches.len()), ("there is 1 match", 1));
    assert_eq!(format!("{failure:?}"), failure.to_string());
    let failure = simulation.check(|run| match run.matches.len() {
        0 => Ok(()),
        _ => panic!("a match"),
    });
    assert_eq!(failure.unwrap_err().problem, "a match");
}

#[test]
fn a_failure_says_how_the_rule_set_was_compiled_and_what_cannot_be_run() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "teams": [{"name": "all", "minPlayers": 1, "maxPlayers": 2}]}"#;
    let collapse = CompileOptions::default().party_aggregation(PartyAggregation::Collapse);
    for (options, is_told) in [(CompileOptions::default(), false), (collapse, true)] {
        let rule_set = RuleSet::compile(text, options).expect("it compiles");
        let failure = Simulation::of(&rule_set).check(|run| match run.matches.len() {
            0 => Ok(()),
            _ => Err("there is a match".into()),
        });
        let failure = failure.unwrap_err();
        assert_eq!(failure.problem, "there is a match");
        let aggregation = r#""partyAggregation":"collapse""#;
        assert!(cfg!(not(feature = "wire")) || failure.scenario.contains(aggregation) == is_told);
    }
    let never = Configuration { request_timeout_seconds: 0, ..Configuration::default() };
    let failure = Simulation::of(&rule_set("duel")).configuration(never).check(|_| Ok(()));
    let failure = failure.unwrap_err();
    assert!(failure.problem.contains("RequestTimeoutSeconds"), "{failure}");
    assert_eq!(failure.run.tickets.len(), 0);
}

#[test]
fn only_an_exhaustive_search_is_held_to_be_complete() {
    let mut rule_sets = rule_sets();
    rule_sets.retain(|(_, it)| it.strategy() == rallypoint::Strategy::Balanced);
    let (_, balanced) = rule_sets.first().expect("one of ours is balanced");
    let text = message(|| {
        assert_complete(&Pool::new(balanced, Vec::new()));
    });
    assert!(text.contains("only the strategy `exhaustiveSearch`"), "{text}");
}

#[test]
fn a_ticket_of_another_run_is_passed_over_by_none() {
    let (mut passed, mut runs) = (0, 0);
    let counted = std::cell::RefCell::new((&mut passed, &mut runs));
    let checked = Simulation::of(&rule_set("duel")).check(|run| {
        let mut counted = counted.borrow_mut();
        for ticket in &run.tickets {
            *counted.0 += run.times_passed_over(ticket);
            let mut other = ticket.clone();
            other.ticket_id = "nobody".into();
            *counted.1 += 1;
            match run.times_passed_over(&other) {
                0 => {}
                times => return Err(format!("passed over {times} times")),
            }
        }
        Ok(())
    });
    checked.expect("it holds");
    assert!(passed > 0 && runs > 100, "{passed} of {runs}");
}

#[test]
fn what_steps_allow_is_drawn_too() {
    let text = r#"{"ruleLanguageVersion": "1.0", "name": "crew",
        "playerAttributes": [{"name": "roles", "type": "string_list"}],
        "teams": [{"name": "all", "minPlayers": 1, "maxPlayers": 2}],
        "rules": [{"name": "needed", "type": "collection", "minCount": 1,
                   "operation": "reference_intersection_count",
                   "measurements": ["flatten(teams[all].players.attributes[roles])"],
                   "referenceValue": ["medic", "scout"]}],
        "expansions": [{"target": "teams[all].maxPlayers",
                        "steps": [{"waitTimeSeconds": 9, "value": 4}]},
                       {"target": "rules[needed].referenceValue",
                        "steps": [{"waitTimeSeconds": 9, "value": ["medic", "pilot"]}]}]}"#;
    let rule_set = RuleSet::from_json(text).expect("it compiles");
    let strategies = Strategies::of(&rule_set);
    let parties = draws(&strategies.party(), 300);
    let largest = parties.iter().map(Vec::len).max();
    assert_eq!(largest, Some(4));
    for role in ["medic", "scout", "pilot"] {
        let has = |it: &&Player| match &it.attributes["roles"] {
            AttributeValue::StringList(roles) => roles.iter().any(|it| it == role),
            other => panic!("{other:?}"),
        };
        assert!(parties.iter().flatten().filter(has).count() > 20, "hardly any {role}");
    }
    // What proptest shows of a strategy and of a pool that fails.
    let shown = format!("{strategies:?}");
    assert!(shown.contains("crew") && shown.contains("party_max: 4"), "{shown}");
    let pool = simplest(&strategies.pool(2..=6));
    #[cfg(feature = "wire")]
    {
        let scenario = wire::Scenario::parse(&format!("{pool:?}")).expect("it is a scenario");
        assert_eq!(scenario.lines.len(), pool.tickets.len() + 1);
    }
    assert_eq!(format!("{pool:?}").matches("StartMatchmaking").count(), pool.tickets.len());
}

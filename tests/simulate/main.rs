//! Simulations: the same bytes whatever the threads, and figures that a plain reading of the events
//! gives, too.

mod checked;
mod figures;
mod measured;
mod population;
mod recorded;
mod suited;

use std::num::NonZeroUsize;

use rallypoint::simulate::{
    Arrivals, PoissonArrivals, Population, SimulationError, SimulationSettings, SimulationSummary,
    compare, simulate,
};
use rallypoint::{Configuration, EngineOptions, FlexMatchMode, Millis, RuleSet};

fn rule_set(name: &str) -> RuleSet {
    let path = format!("{}/rulesets/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the rule set can be read");
    RuleSet::from_json(&text).expect("the rule set compiles")
}

fn poisson(population: Population, per_second: f64, seconds: f64) -> Arrivals {
    let (players, tickets) = (None, None);
    let seconds = Some(seconds);
    Arrivals::Poisson(Box::new(PoissonArrivals {
        population,
        per_second,
        seconds,
        players,
        tickets,
    }))
}

fn settings(timeout: u32) -> SimulationSettings {
    let mut options = EngineOptions::default();
    // Searches are not the subject here: one that finds nothing may give up early.
    options.nodes_per_anchor = 2_000;
    let request_timeout_seconds = timeout;
    let configuration = Configuration { request_timeout_seconds, ..Configuration::default() };
    SimulationSettings { configuration, options, seed: 7, ..SimulationSettings::default() }
}

fn json(summary: &SimulationSummary) -> String {
    serde_json::to_string(summary).expect("a summary has a JSON form")
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    for name in ["co_op", "free_for_all"] {
        let rules = rule_set(name);
        assert!(!rules.describe().search.groups.is_empty(), "{name}: nothing to share out");
        let arrivals = poisson(Population::suited_to(&rules), 60.0, 45.0);
        let run = |threads, seed| {
            let threads = NonZeroUsize::new(threads).expect("it is not 0");
            let mut settings = SimulationSettings { threads, seed, ..settings(60) };
            // Threads have their turn only where many tickets wait.
            settings.options.pass_interval = Millis::new(20_000);
            simulate(&rules, &arrivals, &settings, &mut |_| {}).expect("it can be simulated")
        };
        let first = run(1, 7);
        assert!(first.outcomes.matched > 1_000, "{name}: {:?}", first.outcomes);
        let most = first.timeline.iter().map(|bucket| bucket.waiting).max();
        assert!(most > Some(800), "{name}: at most {most:?} wait");
        for threads in [1, 2, 4] {
            assert_eq!(json(&run(threads, 7)), json(&first), "{name} on {threads} threads");
        }
        assert_ne!(json(&run(1, 8)), json(&first), "{name}: another seed, other players");
    }
}

#[test]
fn many_matches_are_measured_by_sample() {
    let rules = rule_set("duel");
    let population = Population::suited_to(&rules);
    let (players, tickets, seconds) = (None, Some(60_000), None);
    let arrivals = Arrivals::Poisson(Box::new(PoissonArrivals {
        population,
        per_second: 500.0,
        seconds,
        players,
        tickets,
    }));
    let mut settings = settings(60);
    settings.options.pass_interval = Millis::new(1_000);
    let summary = simulate(&rules, &arrivals, &settings, &mut |_| {}).expect("it can be simulated");
    assert_eq!(summary.arrivals.tickets, 60_000);
    assert_eq!(summary.search.measured_every, 2);
    assert_eq!(summary.search.measured_matches, summary.matches.formed / 2);
    let rate = summary.arrivals.tickets_per_second;
    assert!((490.0..510.0).contains(&rate), "{rate}");
    assert!(summary.timeline.len() <= 240, "{}", summary.timeline.len());
}

#[test]
fn two_rule_sets_meet_the_same_players() {
    let (base, other) = (rule_set("squads"), rule_set("roles"));
    let population = Population::suited_to(&base).and_suited_to(&other);
    assert!(population.attributes.contains_key("roles"));
    let arrivals = poisson(population, 5.0, 60.0);
    let both = compare(&base, &other, &arrivals, &settings(60), &mut |_| {});
    let both = both.expect("they can be compared");
    assert_eq!(both.base.arrivals, both.other.arrivals);
    assert_eq!(both.base.rule_set_name.as_deref(), Some("squads"));
    assert_eq!(both.other.rule_set_name.as_deref(), Some("roles"));
    let alike = compare(&base, &base, &arrivals, &settings(60), &mut |_| {});
    let alike = alike.expect("they can be compared");
    assert_eq!(alike.base, alike.other);
    assert_eq!(alike.base, both.base);
}

#[test]
fn what_cannot_be_simulated_is_refused() {
    let rules = rule_set("duel");
    let suited = Population::suited_to(&rules);
    let said = |arrivals: &Arrivals, settings: &SimulationSettings| match simulate(
        &rules,
        arrivals,
        settings,
        &mut |_| {},
    ) {
        Err(error) => error.to_string(),
        Ok(summary) => format!("no error: {summary:?}"),
    };
    let plain = settings(60);
    let with = |per_second, seconds, players, tickets| {
        let population = suited.clone();
        let it = PoissonArrivals { population, per_second, seconds, players, tickets };
        Arrivals::Poisson(Box::new(it))
    };
    for (arrivals, expected) in [
        (with(0.0, Some(1.0), None, None), "the rate of arrivals must be from"),
        (with(f64::NAN, Some(1.0), None, None), "the rate of arrivals must be from"),
        (with(1.0, Some(0.0), None, None), "the duration must be above 0"),
        (with(1.0, Some(1e9), None, None), "at most 31 days"),
        (with(1.0, None, Some(0), None), "must be at least 1"),
        (with(1.0, None, None, None), "say for how long players come"),
        (with(1e6, Some(3600.0), None, None), "the limit is 20000000"),
        (with(1e-5, None, Some(1_000), None), "take a higher rate"),
    ] {
        let found = said(&arrivals, &plain);
        assert!(found.contains(expected), "{found}");
    }
    let one = with(1.0, Some(1.0), None, None);
    let mut placed = plain.clone();
    placed.configuration.flex_match_mode = FlexMatchMode::WithQueue;
    assert!(said(&one, &placed).contains("no `sessions`"), "{}", said(&one, &placed));
    let mut queued = plain.clone();
    queued.configuration.game_session_queue_arns = vec!["q".into()];
    assert!(said(&one, &queued).contains("leave the queue out"), "{}", said(&one, &queued));
    let late = SimulationSettings { drain_seconds: 31 * 86_400 + 1, ..plain.clone() };
    assert!(said(&one, &late).contains("must be at most 31 days"), "{}", said(&one, &late));
    let bad = settings(0);
    let found = simulate(&rules, &one, &bad, &mut |_| {});
    assert!(matches!(found, Err(SimulationError::Configuration(_))), "{found:?}");
    let strings = r#"{"attributes": {"skill": {"strings": {"good": 1}}}}"#;
    let strings = Population::from_json(strings).expect("it is a population");
    let found = said(&poisson(strings, 1.0, 1.0), &plain);
    let found_missing = said(&poisson(Population::default(), 1.0, 1.0), &plain);
    assert!(found_missing.contains("attributes: there is no `skill`"), "{found_missing}");
    let expected = "the population: attributes.skill: its values are of type string, but the rule set declares number";
    assert_eq!(found, expected);
}

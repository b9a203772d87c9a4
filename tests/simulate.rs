//! Simulations: the same bytes whatever the threads, and figures that a plain reading of the events
//! gives, too.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use rallypoint::simulate::{
    AcceptanceHabits, Arrivals, GivingUp, PoissonArrivals, Population, Quantity, RecordedArrivals,
    Sessions, SimulationError, SimulationSettings, SimulationStep, SimulationSummary, Uniform,
    compare, simulate,
};
use rallypoint::{
    BackfillMode, Configuration, EngineOptions, Event, EventDetail, FlexMatchMode, Millis,
    PlacedTicket, Player, RuleSet,
};

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
    options.nodes_per_anchor = 2_000;
    let request_timeout_seconds = timeout;
    let configuration = Configuration { request_timeout_seconds, ..Configuration::default() };
    SimulationSettings { configuration, options, seed: 7, ..SimulationSettings::default() }
}

fn json(summary: &SimulationSummary) -> String {
    serde_json::to_string(summary).expect("a summary has a JSON form")
}

fn seconds(min: f64, max: f64) -> Quantity {
    Quantity::Uniform(Uniform { min, max, whole: false })
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

/// What a test reads of the events, plainly.
#[derive(Default)]
struct Plain {
    /// How each ticket of players ended, in seconds of its wait, with its start.
    matched: BTreeMap<String, (f64, f64)>,
    timed_out: BTreeSet<String>,
    cancelled: BTreeSet<String>,
    failed: BTreeSet<String>,
    seen: BTreeSet<String>,
    formed: u64,
    with_backfill: u64,
    succeeded: u64,
    joined: u64,
    players_matched: u64,
    /// The waiting time by which each match formed was judged.
    newest: Vec<f64>,
    sizes: BTreeMap<u64, u64>,
    backfills: BTreeSet<String>,
    places: BTreeMap<String, u64>,
}

impl Plain {
    fn read(&mut self, event: &Event) {
        let is_of_players = |id: &str| id.starts_with('t');
        for ticket in event.detail.tickets() {
            let id = ticket.ticket_id().to_string();
            if is_of_players(&id) {
                self.seen.insert(id)
            } else {
                self.backfills.insert(id)
            };
        }
        let seconds = |millis: u64| millis as f64 / 1000.0;
        let now = event.time.as_millis();
        match &event.detail {
            EventDetail::PotentialMatchCreated { tickets, .. } => {
                self.formed += 1;
                let backfill = tickets.iter().any(|it| !is_of_players(it.ticket_id().as_str()));
                self.with_backfill += u64::from(backfill);
                let starts = tickets.iter().map(|ticket| ticket.start_time().as_millis());
                self.newest.push(seconds(now - starts.max().expect("a match has tickets")));
                let players = tickets.iter().map(|ticket| ticket.players().count() as u64).sum();
                *self.sizes.entry(players).or_default() += 1;
            }
            EventDetail::MatchmakingSucceeded { tickets, game_session, .. } => {
                self.succeeded += 1;
                if let Some(place) = &game_session.location {
                    *self.places.entry(place.to_string()).or_default() += 1;
                }
                let backfill = tickets.iter().any(|it| !is_of_players(it.ticket_id().as_str()));
                for ticket in tickets.iter() {
                    let id = ticket.ticket_id().to_string();
                    if !is_of_players(&id) {
                        continue;
                    }
                    let start = ticket.start_time().as_millis();
                    let before = self.matched.insert(id, (seconds(start), seconds(now - start)));
                    assert_eq!(before, None, "a ticket succeeds once");
                    let players = ticket.players().count() as u64;
                    self.players_matched += players;
                    self.joined += if backfill { players } else { 0 };
                }
            }
            EventDetail::MatchmakingTimedOut { ticket, .. } => {
                let id = ticket.ticket_id().to_string();
                assert!(!is_of_players(&id) || self.timed_out.insert(id), "it times out once");
            }
            EventDetail::MatchmakingCancelled { ticket, .. } => {
                let id = ticket.ticket_id().to_string();
                assert!(!is_of_players(&id) || self.cancelled.insert(id), "it is cancelled once");
            }
            EventDetail::MatchmakingFailed { tickets, .. } => {
                let ids = tickets.iter().map(|ticket| ticket.ticket_id().to_string());
                self.failed.extend(ids.filter(|id| is_of_players(id)));
            }
            _ => {}
        }
    }
}

/// Simulates, and holds the summary against a plain reading of the events.
fn checked(
    rules: &RuleSet,
    arrivals: &Arrivals,
    settings: &SimulationSettings,
) -> SimulationSummary {
    let mut plain = Plain::default();
    let mut observe = |step: SimulationStep<'_>| {
        if let SimulationStep::Told(event) = step {
            plain.read(event);
        }
    };
    let summary = simulate(rules, arrivals, settings, &mut observe).expect("it can be simulated");
    let it = &summary.outcomes;
    assert_eq!(it.matched, plain.matched.len() as u64);
    assert_eq!(it.timed_out, plain.timed_out.len() as u64);
    assert_eq!(it.cancelled, plain.cancelled.len() as u64);
    assert_eq!(it.failed, plain.failed.len() as u64);
    assert_eq!(it.players_matched, plain.players_matched);
    // Each ticket ended in exactly one way, or in none yet.
    let mut ended: Vec<&String> = plain.matched.keys().collect();
    ended.extend(plain.timed_out.iter().chain(&plain.cancelled).chain(&plain.failed));
    let count = ended.len();
    ended.sort_unstable();
    ended.dedup();
    assert_eq!(ended.len(), count, "a ticket ended in two ways");
    let known = plain.seen.len() as u64 + it.refused;
    assert_eq!(it.waiting, plain.seen.len() as u64 - count as u64);
    assert_eq!(summary.arrivals.tickets, known);
    let sum = it.matched + it.timed_out + it.cancelled + it.failed + it.refused + it.waiting;
    assert_eq!(sum, summary.arrivals.tickets);

    let mut waits: Vec<f64> = plain.matched.values().map(|&(_, wait)| wait).collect();
    waits.sort_unstable_by(f64::total_cmp);
    let told = summary.waits.expect("somebody was matched");
    assert_eq!(told.count, waits.len() as u64);
    assert_eq!((told.min, told.max), (waits[0], waits[waits.len() - 1]));
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    assert!((told.mean - mean).abs() < 1e-9 * mean.max(1.0), "{} {mean}", told.mean);
    assert_eq!(summary.wait_percentiles.len(), 101);
    for (percent, found) in summary.wait_percentiles.iter().enumerate() {
        let rank = (waits.len() * percent).div_ceil(100).max(1);
        let exact = waits[rank - 1];
        assert!(
            *found <= exact && *found >= exact * (1.0 - 1.0 / 128.0),
            "{percent}: {found} {exact}"
        );
    }
    assert_eq!(told.p90, summary.wait_percentiles[90]);

    let matches = &summary.matches;
    assert_eq!((matches.formed, matches.succeeded), (plain.formed, plain.succeeded));
    assert_eq!(matches.with_backfill, plain.with_backfill);
    let sizes: BTreeMap<u64, u64> =
        matches.sizes.iter().map(|size| (size.players, size.matches)).collect();
    assert_eq!(sizes, plain.sizes);
    assert_eq!(summary.backfill.players_joined, plain.joined);
    assert_eq!(summary.backfill.tickets, plain.backfills.len() as u64);
    let places: BTreeMap<String, u64> =
        summary.locations.iter().map(|it| (it.location.clone(), it.matches)).collect();
    assert_eq!(places, plain.places);

    // Buckets cover the time once, and add up.
    let buckets = &summary.timeline;
    let of = |count: fn(&rallypoint::simulate::TimelineBucket) -> u64| -> u64 {
        buckets.iter().map(count).sum()
    };
    assert_eq!(of(|it| it.arrivals), summary.arrivals.tickets);
    assert_eq!(of(|it| it.matched), it.matched);
    assert_eq!(of(|it| it.timed_out), it.timed_out);
    assert_eq!(of(|it| it.arrivals_timed_out), it.timed_out);
    assert_eq!(of(|it| it.cancelled), it.cancelled);
    assert_eq!(of(|it| it.matches), matches.succeeded);
    assert_eq!(buckets.last().map(|it| it.waiting), Some(it.waiting));
    let covered: f64 = buckets.iter().map(|it| it.seconds).sum();
    assert!((covered - summary.simulated_seconds).abs() < 1e-6, "{covered}");
    for bucket in buckets {
        let inside = |start: &f64| {
            (bucket.from_seconds..bucket.from_seconds + f64::from(summary.bucket_seconds))
                .contains(start)
        };
        let waits: Vec<f64> =
            plain.matched.values().filter(|(start, _)| inside(start)).map(|it| it.1).collect();
        assert_eq!(bucket.waits.map_or(0, |it| it.count), waits.len() as u64);
        let longest = waits.into_iter().reduce(f64::max);
        assert_eq!(bucket.waits.map(|it| it.max), longest);
    }

    // A match was judged by its newest ticket, unless the rule set says the oldest.
    let terms = rules.terms();
    assert_eq!(summary.epochs.iter().map(|it| it.matches).sum::<u64>(), plain.formed);
    if !terms.oldest_decides {
        for (number, epoch) in summary.epochs.iter().enumerate() {
            let next = summary.epochs.get(number + 1).map_or(f64::MAX, |it| it.from_seconds.into());
            let range = f64::from(epoch.from_seconds)..next;
            let expected = plain.newest.iter().filter(|wait| range.contains(wait)).count();
            assert_eq!(epoch.matches, expected as u64, "from {} s", epoch.from_seconds);
        }
    }
    for expansion in &summary.expansions {
        assert_eq!(expansion.steps.iter().map(|it| it.matched).sum::<u64>(), it.matched);
        assert_eq!(expansion.steps[0].from_seconds, 0);
    }
    assert_eq!(summary.rules.len(), rules.rules().count());
    for rule in &summary.rules {
        assert_eq!(rule.over_time.len(), buckets.len());
        let parts: u64 = rule.over_time.iter().flatten().map(|it| it.count).sum();
        assert_eq!(parts, rule.measured.map_or(0, |it| it.count));
    }
    let form: SimulationSummary = serde_json::from_str(&json(&summary)).expect("it is read back");
    assert_eq!(form, summary);
    summary
}

#[test]
fn figures_are_those_of_a_plain_reading() {
    let rules = rule_set("duel");
    let arrivals = poisson(Population::suited_to(&rules), 2.0, 300.0);
    let summary = checked(&rules, &arrivals, &settings(20));
    assert!(summary.outcomes.matched > 300 && summary.outcomes.timed_out > 0, "{summary:?}");
    let close = &summary.rules[0];
    let measured = close.measured.expect("every match has a distance");
    assert_eq!(measured.count, summary.matches.formed);
    assert!(measured.max <= 150.0, "the last step that any ticket reached: {measured:?}");
    // The distance between two players is the gap between two teams of one.
    assert_eq!(summary.team_gaps[0].gap, close.measured);
    assert_eq!(summary.expansions[0].steps.len(), 3);

    // Without expansions in reach, fairness is within the bound as written.
    let summary = checked(&rules, &arrivals, &settings(10));
    assert!(summary.rules[0].measured.is_some_and(|it| it.max <= 50.0), "{:?}", summary.rules);
}

#[test]
fn players_answer_give_up_leave_and_are_replaced() {
    let rules = rule_set("even_teams");
    let population = Population {
        acceptance: AcceptanceHabits { accept: 0.97, reject: 0.015, seconds: seconds(1.0, 12.0) },
        giving_up: Some(GivingUp { probability: 0.5, seconds: seconds(0.0, 20.0) }),
        sessions: Some(Sessions {
            placement_seconds: seconds(0.0, 5.0),
            placement_fails: 0.25,
            length_seconds: seconds(60.0, 120.0),
            leave: 0.4,
            backfill: true,
        }),
        ..Population::suited_to(&rules)
    };
    let arrivals = poisson(population, 3.0, 200.0);
    for backfill_mode in [BackfillMode::Manual, BackfillMode::Automatic] {
        let mut settings = settings(40);
        settings.configuration.backfill_mode = backfill_mode;
        settings.configuration.acceptance_required = true;
        settings.configuration.acceptance_timeout_seconds = Some(10);
        settings.drain_seconds = 60;
        let summary = checked(&rules, &arrivals, &settings);
        let SimulationSummary { outcomes, matches, backfill, .. } = &summary;
        let counts = [
            outcomes.matched,
            outcomes.cancelled,
            outcomes.failed,
            matches.with_backfill,
            matches.rejected,
            matches.acceptance_timed_out,
            matches.failed,
            backfill.sessions,
            backfill.players_left,
            backfill.tickets,
            backfill.matched,
            backfill.players_joined,
        ];
        assert!(!counts.contains(&0), "{backfill_mode:?}: nothing of one kind in {counts:?}");
        assert!(backfill.matched <= matches.with_backfill);
    }
}

#[test]
fn every_shipped_rule_set_has_a_population_that_plays() {
    let folder = format!("{}/rulesets", env!("CARGO_MANIFEST_DIR"));
    let mut played = 0;
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_none_or(|it| it != "json") {
            continue;
        }
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let rules = rule_set(&name);
        let population = Population::suited_to(&rules);
        population.check().expect("the population is sound");
        population.check_for(&rules).expect("the population suits the rule set");
        let text = serde_json::to_string(&population).expect("it has a JSON form");
        assert_eq!(Population::from_json(&text), Ok(population.clone()), "{name}");
        for declared in rules.attributes() {
            assert!(population.attributes.contains_key(&*declared.name), "{name}");
        }
        let mut settings = settings(60);
        // The population is the subject: a search that finds nothing may give up early.
        settings.options.nodes_per_anchor = 2_000;
        let summary = checked(&rules, &poisson(population, 5.0, 60.0), &settings);
        let share = summary.outcomes.matched as f64 / summary.arrivals.tickets as f64;
        assert!(share > 0.3, "{name}: only {share} of the tickets are matched");
        let measured = summary.rules.iter().filter(|rule| rule.measured.is_some()).count();
        let numeric = summary.rules.iter().filter(|rule| rule.measure.is_some()).count();
        assert!(measured <= numeric, "{name}: a rule has numbers, but no words for them");
        played += 1;
    }
    assert!(played >= 14, "only {played} rule sets were found");
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
fn recorded_arrivals_are_taken_and_the_rest_is_counted() {
    let path = format!("{}/rulesets/duel.scenario.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the scenario can be read");
    let recorded = RecordedArrivals::from_json_lines(&text).expect("it has arrivals");
    let requests = text.lines().filter(|line| line.contains("\"StartMatchmaking\": {")).count();
    assert!(requests > 5);
    assert_eq!((recorded.tickets(), recorded.torn_line()), (requests, None));
    let rules = rule_set("duel");
    let population = Box::<Population>::default();
    let arrivals = Arrivals::Recorded { arrivals: Arc::new(recorded), population };
    let mut settings = settings(120);
    settings.drain_seconds = 120;
    let summary = checked(&rules, &arrivals, &settings);
    assert!(summary.arrivals.recorded);
    assert_eq!(summary.arrivals.tickets, requests as u64);
    assert_eq!(summary.outcomes.waiting, 0, "everybody is matched or times out: {summary:?}");
    let ignored: BTreeMap<&str, u64> =
        summary.arrivals.ignored.iter().map(|it| (it.operation.as_str(), it.lines)).collect();
    let advances = text.lines().filter(|line| line.contains("\"Advance\"")).count();
    assert_eq!(ignored["Advance"], advances as u64);

    let torn = r#"{"at": 5, "StartMatchmaking": {"Players": [{"PlayerId": "a"}]}}
{"at": 9, "StartMatchm"#;
    let recorded = RecordedArrivals::from_json_lines(torn).expect("a torn end is left out");
    assert_eq!((recorded.tickets(), recorded.torn_line()), (1, Some(2)));
    let start = r#"{"at": 5, "StartMatchmaking": {"Players": [{"PlayerId": "a"}]}}"#;
    for (text, place, said) in [
        ("", 1, "no `StartMatchmaking`"),
        (r#"{"RuleSetFile": "x.json"}"#, 1, "no `StartMatchmaking`"),
        ("[]", 1, "must be a JSON object"),
        ("{\"at\": 1\n", 1, "not JSON"),
        (r#"{"StartMatchmaking": {}}"#, 1, "`at`"),
        (r#"{"at": -1, "Advance": {}}"#, 1, "whole milliseconds"),
        (r#"{"at": 1e300, "Advance": {}}"#, 1, "whole milliseconds"),
        (
            &format!("{start}\n\n{}", start.replace("5", "4")),
            3,
            "`at` is 4, but a line before is at 5",
        ),
        (&format!("\n{}", r#"{"at": 1, "StartMatchmaking": {"Player": []}}"#), 2, "Player"),
        (r#"{"at": 1, "StartMatchmaking": {"Players": []}, "Advance": {}}"#, 1, "one operation"),
    ] {
        let error = RecordedArrivals::from_json_lines(text).expect_err(text);
        assert_eq!(error.line, place, "{text}: {error}");
        assert!(error.message.contains(said), "{text}: {error}");
    }
}

#[test]
fn tickets_that_the_engine_refuses_are_counted_with_the_reason() {
    let start = r#"{"at": 5, "StartMatchmaking": {"Players": []}}
{"at": 5, "StartMatchmaking": {"Player": []}}
{"at": 6, "StartMatchmaking": {"Players": [{"PlayerId": "a", "PlayerAttributes": {"skill": {"N": 1}}}]}}"#;
    let arrivals = Arc::new(RecordedArrivals::from_json_lines(start).expect("it has arrivals"));
    let arrivals = Arrivals::Recorded { arrivals, population: Box::default() };
    let summary = simulate(&rule_set("duel"), &arrivals, &settings(60), &mut |_| {});
    let outcomes = summary.expect("it can be simulated").outcomes;
    assert_eq!((outcomes.refused, outcomes.waiting), (2, 1));
    let reason = outcomes.first_refusal.expect("there is a reason");
    assert!(reason.starts_with("InvalidRequestException: "), "{reason}");
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

#[test]
fn a_bad_population_is_told_with_its_place() {
    let listed = |count: u32, value: &str| {
        (0..count).map(|it| format!(r#""k{it}": {value}"#)).collect::<Vec<_>>().join(", ")
    };
    let number = r#"{"uniform": {"min": 0, "max": 1}}"#;
    let map_of =
        |count| format!(r#"{{"attributes": {{"a": {{"map": {{{}}}}}}}}}"#, listed(count, number));
    let strings_of =
        |count| format!(r#"{{"attributes": {{"a": {{"strings": {{{}}}}}}}}}"#, listed(count, "1"));
    for (text, allowed) in [(map_of(10), true), (strings_of(1_000), true)] {
        assert_eq!(Population::from_json(&text).is_ok(), allowed, "{text}");
    }
    for (text, place, said) in [
        ("{", "line 1 column 1", "EOF"),
        (r#"{"atributes": {}}"#, "line 1 column 12", "unknown field `atributes`"),
        (
            "{\"attributes\": {\n \"skill\": {\"norml\": {}}}}",
            "line 2 column 18",
            "unknown variant `norml`",
        ),
        (
            r#"{"attributes": {"skill": {"normal": {"mean": 1}}}}"#,
            "line 1 column 47",
            "missing field `deviation`",
        ),
        (
            r#"{"attributes": {"a": {"uniform": {"min": 2, "max": 1}}}}"#,
            "attributes.a.uniform",
            "`min` 2 is above `max` 1",
        ),
        (
            r#"{"attributes": {"a": {"uniform": {"min": 0.5, "max": 1, "whole": true}}}}"#,
            "attributes.a.uniform",
            "must be whole",
        ),
        (
            r#"{"attributes": {"a": {"normal": {"mean": 1, "deviation": -1}}}}"#,
            "attributes.a.normal",
            "`deviation` must be at least 0",
        ),
        (r#"{"attributes": {"a": {"strings": {}}}}"#, "attributes.a.strings", "above 0"),
        (r#"{"attributes": {"a": {"strings": {"x": -1}}}}"#, "attributes.a.strings", "a weight is"),
        (r#"{"attributes": {"a": {"strings": {"": 1}}}}"#, "attributes.a.strings", "1 to 100"),
        (
            r#"{"attributes": {"a": {"numbers": {"x": 1}}}}"#,
            "attributes.a.numbers",
            "`x` is not a number",
        ),
        (
            r#"{"attributes": {"a": {"list": {"of": {"x": 1}, "count": {"2": 1}}}}}"#,
            "attributes.a.list.count",
            "2 strings are asked for, but there are 1",
        ),
        (
            r#"{"attributes": {"a": {"map": {"k": {"uniform": {"min": 2, "max": 1}}}}}}"#,
            "attributes.a.map.k.uniform",
            "above `max`",
        ),
        (r#"{"parties": {"sizes": {"11": 1}}}"#, "parties.sizes", "1 to 10 players, not 11"),
        (r#"{"parties": {"sizes": {"1": 0}}}"#, "parties.sizes", "above 0"),
        (r#"{"parties": {"shared": ["mode"]}}"#, "parties.shared", "no attribute `mode`"),
        (r#"{"parties": {"within": {"mode": 1}}}"#, "parties.within.mode", "is a number"),
        (
            r#"{"locations": {"eu": {"weight": 1, "near": {"uniform": {"min": 0, "max": 9}}, "far": {"uniform": {"min": 1, "max": 9}}}}}"#,
            "locations.eu.near.uniform",
            "`min` must be from 1",
        ),
        (r#"{"acceptance": {"accept": 1.5}}"#, "acceptance.accept", "a probability is from 0 to 1"),
        (r#"{"acceptance": {"reject": 0.5}}"#, "acceptance", "more than 1 together"),
        (
            r#"{"givingUp": {"probability": 2, "seconds": {"uniform": {"min": 0, "max": 1}}}}"#,
            "givingUp.probability",
            "a probability is",
        ),
        (
            r#"{"attributes": {"a": {"exponential": {"mean": -1}}}}"#,
            "attributes.a.exponential",
            "`mean` must be at least 0",
        ),
        (
            r#"{"attributes": {"a": {"normal": {"mean": 1e308, "deviation": 1}}}}"#,
            "attributes.a.normal",
            "`mean` must be a finite number",
        ),
        (&map_of(11), "attributes.a.map", "a map has up to 10 keys, not 11"),
        (&strings_of(1_001), "attributes.a.strings", "there are more than 1000 entries"),
        (r#"{"parties": {}, "parties": {}}"#, "line 1 column 25", "duplicate field `parties`"),
        (r#"{"attributes": {"a": {"strings": {"x": 1, "x": 2}}}}"#, "the file", "stands twice"),
    ] {
        let error = Population::from_json(text).expect_err(text);
        assert_eq!(error.place, place, "{text}: {error}");
        assert!(error.message.contains(said), "{text}: {error}");
    }
}

#[test]
fn the_terms_of_a_rule_set_are_told() {
    let terms = rule_set("squads").terms();
    assert!(terms.oldest_decides);
    assert_eq!(terms.epoch_seconds, [0, 20, 30, 45]);
    let [window, even] = terms.rules.as_slice() else { panic!("two rules: {terms:?}") };
    assert_eq!(window.number("maxDistance"), [450.0, 700.0, 1100.0]);
    assert_eq!((even.kind, even.number("maxDistance")), ("distance", [40.0, 90.0].as_slice()));
    assert_eq!((&window.attributes, window.enforced), (&vec!["skill".to_owned()], true));
    assert_eq!(window.functions, ["max", "flatten", "min"]);
    let steps: Vec<(u32, Option<f64>)> =
        terms.expansions[0].steps.iter().map(|step| (step.from_seconds, step.number)).collect();
    assert_eq!(steps, [(0, Some(450.0)), (20, Some(700.0)), (45, Some(1100.0))]);
    assert_eq!(terms.expansions[0].rule.as_deref(), Some("SkillWindow"));

    let terms = rule_set("hunters").terms();
    assert_eq!(
        (&terms.rules[0].strings, terms.rules[0].operation),
        (&vec!["beast".into()], Some("="))
    );
    assert_eq!(terms.rules[2].attributes, ["skill", "beastSkillWanted"]);
    let sizes: Vec<&str> = terms.expansions[0].steps.iter().map(|it| it.text.as_str()).collect();
    assert_eq!((sizes, &terms.expansions[0].rule), (vec!["4", "3", "2"], &None));

    let terms = rule_set("playlists").terms();
    let enforced: Vec<&str> =
        terms.rules.iter().filter(|it| it.enforced).map(|it| it.name.as_str()).collect();
    assert_eq!(enforced, ["Playlist"]);
    assert!(terms.rules[3].reads_player_ids && !terms.rules[2].reads_player_ids);
}

/// A rule set with one rule, of two teams of up to two.
fn with_rule(rule: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}}, {{"name": "roles", "type": "string_list"}}],
            "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 2}}, {{"name": "blue", "minPlayers": 1, "maxPlayers": 2}}],
            "rules": [{rule}]}}"#
    );
    RuleSet::from_json(&text).expect("the rule set compiles")
}

#[test]
fn a_match_is_measured_as_by_hand() {
    let player = |name: &str, skill: f64, roles: &[&str], eu: u32, us: u32| {
        let player = Player::new(name).with_number("skill", skill).with_strings("roles", roles);
        player.with_latency("eu", eu).with_latency("us", us)
    };
    let placed = |team: &str, players: Vec<Player>| {
        let (team, age) = (team.to_owned(), Millis::from_secs(3));
        PlacedTicket { team, age, players, backfill: false }
    };
    // The averages are 15 and 40, that of all 27.5.
    let tickets = [
        placed(
            "red",
            vec![player("a", 10.0, &["tank"], 50, 90), player("b", 20.0, &["tank"], 70, 80)],
        ),
        placed("blue", vec![player("c", 40.0, &["heal", "tank"], 90, 60)]),
        placed("blue", vec![player("d", 40.0, &["heal"], 20, 75)]),
    ];
    let skill = "\"measurements\": [\"avg(teams[*].players.attributes[skill])\"]";
    let all = "\"avg(flatten(teams[*].players.attributes[skill]))\"";
    let roles = "\"measurements\": [\"teams[red].players.attributes[roles]\", \"teams[blue].players.attributes[roles]\"]";
    let cases: [(String, Option<f64>); 13] = [
        (
            format!(r#""type": "distance", {skill}, "referenceValue": {all}, "maxDistance": 5"#),
            Some(12.5),
        ),
        (
            format!(r#""type": "distance", {skill}, "referenceValue": 14, "minDistance": 5"#),
            Some(1.0),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": 20, "operation": ">=""#),
            Some(15.0),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": 20, "operation": "<""#),
            Some(40.0),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": {all}, "operation": "<=""#),
            Some(12.5),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": {all}, "operation": ">""#),
            Some(-12.5),
        ),
        (
            format!(r#""type": "comparison", {skill}, "referenceValue": 20, "operation": "=""#),
            Some(20.0),
        ),
        (format!(r#""type": "comparison", {skill}, "operation": "!=""#), None),
        (
            format!(
                r#""type": "collection", {roles}, "operation": "contains", "referenceValue": "tank", "minCount": 2"#
            ),
            Some(1.0),
        ),
        (
            format!(
                r#""type": "collection", {roles}, "operation": "contains", "referenceValue": "tank", "maxCount": 1"#
            ),
            Some(2.0),
        ),
        (
            r#""type": "batchDistance", "batchAttribute": "skill", "maxDistance": 5"#.to_owned(),
            Some(25.0),
        ),
        // At eu the party's average is 60 and the highest 90; at us 85.
        (r#""type": "latency", "maxLatency": 10"#.to_owned(), Some(85.0)),
        (
            r#""type": "absoluteSort", "sortDirection": "ascending", "sortAttribute": "skill""#
                .to_owned(),
            None,
        ),
    ];
    for (rule, expected) in cases {
        let rules = with_rule(&format!(r#"{{"name": "rule", {rule}}}"#));
        let measured = rules.measure(&tickets).expect("the match can be measured");
        assert_eq!(measured, [expected], "{rule}");
    }
}

#[test]
fn terms_have_lists_words_and_sizes_too() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "roles", "type": "string_list"},
                             {"name": "skill", "type": "number"}],
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 2}],
        "rules": [{"name": "roles", "type": "collection", "operation": "reference_intersection_count",
                   "measurements": ["teams[*].players.attributes[roles]"],
                   "referenceValue": ["medic", "scout"], "minCount": 1},
                  {"name": "low", "type": "comparison", "operation": "<", "referenceValue": 50,
                   "measurements": ["avg(flatten(teams[*].players.attributes[skill]))"]}],
        "expansions": [
            {"target": "rules[roles].referenceValue",
             "steps": [{"waitTimeSeconds": 5, "value": ["medic", "scout", "sniper"]}]},
            {"target": "rules[low].operation", "steps": [{"waitTimeSeconds": 9, "value": "<="}]},
            {"target": "teams[a].maxPlayers", "steps": [{"waitTimeSeconds": 7, "value": 3}]}]}"#;
    let rules = RuleSet::from_json(text).unwrap_or_else(|errors| panic!("{errors}"));
    let terms = rules.terms();
    assert_eq!(terms.epoch_seconds, [0, 5, 7, 9]);
    assert_eq!(terms.rules[0].strings, ["medic", "scout", "sniper"]);
    let steps: Vec<Vec<(u32, Option<f64>, &str)>> = terms
        .expansions
        .iter()
        .map(|it| it.steps.iter().map(|it| (it.from_seconds, it.number, &*it.text)).collect())
        .collect();
    assert_eq!(
        steps,
        [
            vec![(0, None, "medic, scout"), (5, None, "medic, scout, sniper")],
            vec![(0, None, "<"), (9, None, "<=")],
            vec![(0, Some(2.0), "2"), (7, Some(3.0), "3")],
        ]
    );
    assert_eq!(terms.expansions[2].target, "teams[a].maxPlayers");
}

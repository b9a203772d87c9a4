//! What a summary says of matches, waits, answers and sessions.

use rallypoint::BackfillMode;
use rallypoint::simulate::{
    AcceptanceHabits, GivingUp, Population, Quantity, Sessions, SimulationSummary, Uniform,
};

use super::checked::checked;
use super::{poisson, rule_set, settings};

fn seconds(min: f64, max: f64) -> Quantity {
    Quantity::Uniform(Uniform { min, max, whole: false })
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
fn a_session_that_everybody_leaves_is_over() {
    let rules = rule_set("duel");
    for (backfill_mode, backfill) in [
        (BackfillMode::Manual, false),
        (BackfillMode::Manual, true),
        (BackfillMode::Automatic, false),
    ] {
        let population = Population {
            sessions: Some(Sessions {
                placement_seconds: seconds(0.0, 1.0),
                placement_fails: 0.0,
                length_seconds: seconds(30.0, 60.0),
                leave: 1.0,
                backfill,
            }),
            ..Population::suited_to(&rules)
        };
        let mut settings = settings(40);
        settings.configuration.backfill_mode = backfill_mode;
        // So all sessions are over in the end.
        settings.drain_seconds = 120;
        let summary = checked(&rules, &poisson(population, 2.0, 120.0), &settings);
        let (outcomes, told) = (&summary.outcomes, &summary.backfill);
        assert!(outcomes.matched > 50, "{backfill_mode:?}: {outcomes:?}");
        assert_eq!(told.players_left, outcomes.players_matched, "{backfill_mode:?}: {told:?}");
        let asks = backfill || backfill_mode == BackfillMode::Automatic;
        assert_eq!((told.tickets > 0, told.players_joined > 0), (asks, asks), "{told:?}");
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
        let summary = checked(&rules, &poisson(population, 5.0, 60.0), &settings(60));
        let share = summary.outcomes.matched as f64 / summary.arrivals.tickets as f64;
        assert!(share > 0.3, "{name}: only {share} of the tickets are matched");
        let measured = summary.rules.iter().filter(|rule| rule.measured.is_some()).count();
        let numeric = summary.rules.iter().filter(|rule| rule.measure.is_some()).count();
        assert!(measured <= numeric, "{name}: a rule has numbers, but no words for them");
        played += 1;
    }
    assert!(played >= 14, "only {played} rule sets were found");
}

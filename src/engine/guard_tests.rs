//! What the storm guard costs: finding out who is kept for a backfill ticket stays within budgets.

use crate::base::time::Timestamp;
use crate::engine::Matchmaker;
use crate::engine::input::{Input, StartMatchBackfill, StartMatchmaking};
use crate::engine::options::{Configuration, EngineOptions};
use crate::engine::report::TickReport;
use crate::model::ticket::Player;
use crate::ruleset::RuleSet;

const RULES: &str = r#"{"ruleLanguageVersion": "1.0",
    "playerAttributes": [{"name": "skill", "type": "number"}],
    "algorithm": {%ALGORITHM},
    "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 2},
              {"name": "blue", "minPlayers": 1, "maxPlayers": 2}],
    "rules": [{"name": "near", "type": "batchDistance", "batchAttribute": "skill",
               "maxDistance": 100}]}"#;

/// With a storm guard of ten minutes.
fn matchmaker(text: &str, options: EngineOptions) -> Matchmaker {
    let rule_set = RuleSet::from_json(text).unwrap_or_else(|error| panic!("{error}"));
    let options = EngineOptions { backfill_before_new_match_seconds: 600, ..options };
    Matchmaker::new(rule_set, Configuration::default(), options, at(0), 1).expect("it is valid")
}

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn submit(it: &mut Matchmaker, now: u64, names: &[String], skill: f64) {
    let player = |name: &String| Player::new(name.clone()).with_number("skill", skill);
    let players = names.iter().map(player).collect();
    let request = StartMatchmaking { players, ..Default::default() };
    it.handle_input(at(now), Input::StartMatchmaking(request)).expect("the ticket is right");
}

/// A session with so many players in `red`, then in `blue`, of a name and a skill.
fn backfill(it: &mut Matchmaker, now: u64, (red, blue): (usize, usize), name: &str, skill: f64) {
    let players = (0..red + blue).map(|place| {
        let team = if place < red { "red" } else { "blue" };
        let player = Player::new(format!("{name}-{place}")).with_number("skill", skill);
        Player { team: Some(team.into()), ..player }
    });
    let players = players.collect();
    let request = StartMatchBackfill { players, ..Default::default() };
    it.handle_input(at(now), Input::StartMatchBackfill(request)).expect("the ticket is right");
}

/// The slices of all that is due at a time.
fn run(it: &mut Matchmaker, now: u64) -> Vec<TickReport> {
    let mut reports = Vec::new();
    while it.poll_timeout().is_some_and(|due| due <= at(now)) {
        reports.push(it.handle_timeout(at(now)).expect("time goes on"));
        while it.poll_event().is_some() {}
    }
    reports
}

#[test]
fn slices_keep_to_their_budget_however_many_tickets_are_young() {
    for algorithm in ["", r#""batchingPreference": "sorted", "sortByAttributes": ["skill"]"#] {
        let limits = EngineOptions {
            nodes_per_slice: 2_000,
            nodes_per_anchor: 200,
            max_batch_tickets: 100_000,
            ..EngineOptions::default()
        };
        let mut it = matchmaker(&RULES.replace("%ALGORITHM", algorithm), limits);
        (0..50).for_each(|t| submit(&mut it, 0, &[format!("old{t}")], 1e5 + 1000.0 * f64::from(t)));
        run(&mut it, 200);
        // One of the young gets in; the others are free from then on.
        backfill(&mut it, 700_000, (2, 1), "session", 50.0);
        (0..2_000).for_each(|t| {
            let skill = if algorithm.is_empty() { 50.0 } else { 50.0 * f64::from(t) };
            submit(&mut it, 700_001, &[format!("young{t}")], skill);
        });
        let reports = run(&mut it, 700_002);
        let most = reports.iter().map(|report| report.nodes).max();
        assert!(reports.len() > 1, "{} slices", reports.len());
        assert!(most <= Some(2_000 + 200 + 20), "{most:?} nodes in a slice, {algorithm}");
        assert!(reports.iter().map(|it| it.matches).sum::<u64>() > 450, "{algorithm}");
    }
}

/// Parties of two, who have room in `red` alone, and sessions with one place there: nobody fits
/// anybody but a single player.
fn crowd(parties: u32, sessions: u32, options: EngineOptions) -> Matchmaker {
    let text = RULES.replace("%ALGORITHM", r#""backfillPriority": "high""#).replacen(
        r#""maxPlayers": 2"#,
        r#""maxPlayers": 3"#,
        1,
    );
    let mut it = matchmaker(&text.replacen(r#""maxPlayers": 2"#, r#""maxPlayers": 1"#, 1), options);
    for number in 0..sessions {
        backfill(&mut it, 0, (2, 1), &format!("session{number}"), 50.0);
    }
    for number in 0..parties {
        submit(&mut it, 1, &[format!("a{number}"), format!("b{number}")], 100.0);
    }
    it
}

#[test]
fn a_ticket_that_arrives_costs_nothing_of_those_out_of_reach() {
    let mut it = crowd(1_000, 2, EngineOptions::default());
    assert_eq!(run(&mut it, 2).iter().map(|it| it.matches).sum::<u64>(), 0);
    submit(&mut it, 100, &["new".into()], -1e6);
    let reports = run(&mut it, 100);
    let nodes: u64 = reports.iter().map(|report| report.nodes).sum();
    assert!((1..50).contains(&nodes), "{nodes}");
}

#[test]
fn a_search_that_cannot_afford_to_examine_its_candidates_is_given_up() {
    for (nodes_per_anchor, is_affordable) in [(2_000, true), (150, false)] {
        // An anchor in each slice, so that none knows what another has found out.
        let options =
            EngineOptions { nodes_per_anchor, nodes_per_slice: 100, ..EngineOptions::default() };
        let mut it = crowd(5, 80, options);
        run(&mut it, 2);
        // In reach of the parties, not of the sessions.
        submit(&mut it, 3, &["single".into()], 170.0);
        let reports = run(&mut it, 1_000);
        let sum = |of: fn(&TickReport) -> u64| reports.iter().map(of).sum::<u64>();
        assert_eq!(sum(|it| it.matches), u64::from(is_affordable), "{nodes_per_anchor}");
        assert_eq!(sum(|it| it.anchors_exhausted) == 0, is_affordable, "{nodes_per_anchor}");
        // Once the parties may found a match there is nothing to find out.
        let later = run(&mut it, 601_000).iter().map(|it| it.matches).sum::<u64>();
        assert_eq!(later, u64::from(!is_affordable), "{nodes_per_anchor}");
    }
}

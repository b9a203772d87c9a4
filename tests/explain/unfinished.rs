//! While a pass is due or under way nobody is told that no match could be made: that is not known
//! before it has ended.

use rallypoint::*;

use super::company::no_match;
use super::dice::Dice;
use super::played::{compile, request};
use super::scene::Scene;
use super::{balanced_subjects, subjects};

const POOLS: u64 = 60;
/// Few, so that all matches of them can be tried.
const TICKETS_MAX: usize = 8;
const ASSIGNMENTS_MAX: usize = 600;

/// Matches of three whose skills are 10 apart at most; 5 before five seconds if that is wanted.
fn trios(apart: u32, options: EngineOptions) -> Matchmaker {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{{"name": "skill", "type": "number"}}],
        "teams": [{{"name": "trio", "minPlayers": 3, "maxPlayers": 3}}],
        "rules": [{{"name": "near", "type": "batchDistance", "batchAttribute": "skill",
                    "maxDistance": {apart}}}],
        "expansions": [{{"target": "rules[near].maxDistance",
            "steps": [{{"waitTimeSeconds": 5, "value": 10}}]}}]}}"#
    );
    let rules = RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let start = Timestamp::from_millis(0);
    Matchmaker::new(rules, Configuration::default(), options, start, 7).expect("it is valid")
}

fn submit(matchmaker: &mut Matchmaker, at: u64, name: &str, skill: f64) {
    let request = StartMatchmaking {
        ticket_id: Some(name.into()),
        players: vec![Player::new(name).with_number("skill", skill)],
        ..StartMatchmaking::default()
    };
    matchmaker.handle_input(Timestamp::from_millis(at), request).expect("it is good");
}

fn go_on(matchmaker: &mut Matchmaker, until: u64) {
    let until = Timestamp::from_millis(until);
    while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= until) {
        let _ = matchmaker.handle_timeout(due).expect("time goes on");
        while matchmaker.poll_event().is_some() {}
    }
}

fn reasons(matchmaker: &Matchmaker, name: &str) -> Vec<WaitReason> {
    matchmaker.why_waiting(&name.into()).expect("it is known").reasons
}

fn pending(at: u64) -> [WaitReason; 1] {
    [WaitReason::SearchPending { pass_due: Timestamp::from_millis(at) }]
}

/// `xen`, the first who fits `ana`, fits none of the others: a match of those comes to light by a
/// search only.
const FOUR: [(&str, f64); 4] = [("xen", 8.0), ("ana", 0.0), ("ben", -8.0), ("cleo", -6.0)];

fn are_matched(matchmaker: &Matchmaker) {
    for (name, _) in FOUR {
        let status = matchmaker.ticket(&name.into()).expect("it is known").status;
        let expected =
            if name == "xen" { TicketStatus::Searching } else { TicketStatus::Completed };
        assert_eq!(status, expected, "{name}");
    }
}

#[test]
fn a_slice_that_ended_at_its_budget_leaves_the_question_open() {
    let mut options = EngineOptions::default();
    options.nodes_per_slice = 1;
    let mut matchmaker = trios(10, options);
    for (name, skill) in FOUR {
        submit(&mut matchmaker, 0, name, skill);
    }
    let report = matchmaker.handle_timeout(Timestamp::from_millis(0)).expect("time goes on");
    assert!(report.unfinished && report.matches == 0);
    assert_eq!(reasons(&matchmaker, "ana"), pending(0));
    go_on(&mut matchmaker, 0);
    are_matched(&matchmaker);
}

#[test]
fn an_expansion_leaves_it_open_until_the_next_pass() {
    for is_settled in [true, false] {
        let mut options = EngineOptions::default();
        options.pass_interval = Millis::from_secs(10);
        let mut matchmaker = trios(5, options);
        for (name, skill) in FOUR {
            submit(&mut matchmaker, 0, name, skill);
        }
        go_on(&mut matchmaker, 4_999);
        let before = reasons(&matchmaker, "ana");
        assert!(matches!(&before[..], [WaitReason::TooFewFit { .. }]), "{before:?}");
        if is_settled {
            go_on(&mut matchmaker, 5_000);
        } else {
            // A deadline of this moment comes after the command.
            let ids = DescribeMatchmaking { ticket_ids: vec!["ana".into()] };
            matchmaker.handle_input(Timestamp::from_millis(5_000), ids).expect("it is good");
        }
        assert_eq!(reasons(&matchmaker, "ana"), pending(10_000));
        go_on(&mut matchmaker, 10_000);
        are_matched(&matchmaker);
    }
}

#[test]
fn a_ticket_that_has_come_leaves_it_open_until_the_next_pass() {
    let mut options = EngineOptions::default();
    options.pass_interval = Millis::from_secs(10);
    let mut matchmaker = trios(10, options);
    for (name, skill) in &FOUR[..3] {
        submit(&mut matchmaker, 0, name, *skill);
    }
    go_on(&mut matchmaker, 0);
    assert_eq!(reasons(&matchmaker, "ana"), [WaitReason::NoCombination]);
    submit(&mut matchmaker, 2_000, "cleo", -6.0);
    assert_eq!(reasons(&matchmaker, "ana"), pending(10_000));
    go_on(&mut matchmaker, 10_000);
    are_matched(&matchmaker);
}

#[derive(Default, Debug)]
struct Counts {
    no_combination: u64,
    matches: u64,
    under_way: u64,
    held_back: u64,
}

#[test]
fn that_there_is_no_combination_is_true_at_every_moment() {
    let mut counts = Counts::default();
    let mut all = [subjects().pop(), balanced_subjects().pop()];
    for subject in all.iter_mut().flatten() {
        assert!(subject.is_random());
        for seed in 0..POOLS {
            let mut dice = Dice::new(seed ^ 0x0be2);
            let mut pool = subject.pool(&mut dice);
            pool.tickets.truncate(TICKETS_MAX);
            let mut options = EngineOptions::default();
            options.nodes_per_slice = dice.one(&[1, 8, 30]);
            options.pass_interval = Millis::new(dice.one(&[0, 3_000, 15_000]));
            let configuration = Configuration::default();
            let (rules, start) = (compile(&pool), Timestamp::from_millis(0));
            let matchmaker = Matchmaker::new(rules.clone(), configuration, options, start, 5);
            let matchmaker = matchmaker.expect("it is valid");
            let tickets = pool.tickets.clone();
            let last = pool.now;
            let mut scene =
                Scene { pool, rules, matchmaker, is_cut: false, timeout_seconds: u32::MAX };
            for ticket in &tickets {
                slices(&mut scene, ticket.at, 2, &mut counts);
                let now = Timestamp::from_millis(ticket.at);
                let answer = scene.matchmaker.handle_input(now, request(ticket));
                answer.unwrap_or_else(|error| panic!("{error}"));
                look(&mut scene, &mut counts);
            }
            slices(&mut scene, last, 24, &mut counts);
        }
    }
    println!("{counts:?}");
    assert!(counts.no_combination >= 100 && counts.matches >= 2_000, "{counts:?}");
    assert!(counts.under_way >= 100 && counts.held_back >= 100, "{counts:?}");
}

/// A few slices of those that are due until then, each at its time.
fn slices(scene: &mut Scene, until: u64, count: usize, counts: &mut Counts) {
    for _ in 0..count {
        let due = scene.matchmaker.poll_timeout().filter(|due| due.as_millis() <= until);
        let Some(due) = due else { return };
        let _ = scene.matchmaker.handle_timeout(due).expect("time goes on");
        while scene.matchmaker.poll_event().is_some() {}
        look(scene, counts);
    }
}

fn look(scene: &mut Scene, counts: &mut Counts) {
    let now = scene.matchmaker.now();
    scene.pool.now = now.as_millis();
    for id in scene.searching() {
        let why = scene.matchmaker.why_waiting(&id).expect("it is known");
        for reason in &why.reasons {
            match reason {
                WaitReason::NoCombination => {
                    counts.no_combination += 1;
                    counts.matches += no_match(scene, &id, ASSIGNMENTS_MAX);
                }
                WaitReason::SearchPending { pass_due } if *pass_due == now => {
                    let due = scene.matchmaker.poll_timeout();
                    assert_eq!(due, Some(now), "{why:#?}");
                    counts.under_way += 1;
                }
                WaitReason::SearchPending { pass_due } => {
                    assert!(*pass_due > now, "{why:#?}");
                    let due = scene.matchmaker.poll_timeout();
                    assert!(due.is_some_and(|due| due <= *pass_due), "{why:#?}");
                    counts.held_back += 1;
                }
                _ => {}
            }
        }
    }
}

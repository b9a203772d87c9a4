//! The incremental pass beside one that searches every anchor every time: the same matches at the
//! same instants (decision 21).

use super::Matchmaker;
use super::input::{Input, StartMatchBackfill, StartMatchmaking, StopMatchmaking};
use super::options::{Configuration, EngineOptions};
use super::response::Response;
use crate::base::rng::DetRng;
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::event::EventDetail;
use crate::lifecycle::status::TicketStatus;
use crate::model::ticket::{Player, TicketId};
use crate::ruleset::RuleSet;
use crate::search::AnchorKey;
use std::collections::VecDeque;

const TIMELINES: u64 = 360;
const COMMANDS: u64 = 50;
/// How long tickets are kept for a backfill ticket, in some of the timelines.
const GUARD: Millis = Millis::from_secs(3);

/// Rule sets whose matches hang on age, on several tickets at once, and on who is left.
fn rule_sets() -> Vec<RuleSet> {
    let rules = r#""rules": [{"name": "near", "type": "distance", "maxDistance": 10,
        "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
        "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"}]"#;
    let even = r#""rules": [{"name": "even", "type": "comparison", "operation": "=",
        "measurements": ["sum(teams[a].players.attributes[skill])"],
        "referenceValue": "sum(teams[b].players.attributes[skill])"}]"#;
    let widen = r#""expansions": [{"target": "rules[near].maxDistance",
        "steps": [{"waitTimeSeconds": 5, "value": 40}, {"waitTimeSeconds": 9, "value": 20}]}]"#;
    let shrink = r#""expansions": [{"target": "teams[a, b].minPlayers",
        "steps": [{"waitTimeSeconds": 4, "value": 1}, {"waitTimeSeconds": 12, "value": 0}]}]"#;
    let teams = |min: u32, max: u32| {
        format!(
            r#""teams": [{{"name": "a", "minPlayers": {min}, "maxPlayers": {max}}},
                        {{"name": "b", "minPlayers": {min}, "maxPlayers": {max}}}]"#
        )
    };
    let mut texts = Vec::new();
    for (age, priority) in [("newest", "normal"), ("oldest", "high"), ("newest", "low")] {
        for (teams, rules, expansions) in [
            (teams(1, 1), rules, widen),
            (teams(2, 3), rules, widen),
            (teams(2, 2), even, shrink),
            (teams(2, 3), rules, shrink),
        ] {
            texts.push(format!(
                r#"{{"ruleLanguageVersion": "1.0",
                    "playerAttributes": [{{"name": "skill", "type": "number"}}],
                    "algorithm": {{"expansionAgeSelection": "{age}",
                                   "backfillPriority": "{priority}"}},
                    {teams}, {rules}, {expansions}}}"#
            ));
        }
    }
    texts.iter().map(|text| RuleSet::from_json(text).expect("the rule set is valid")).collect()
}

/// What the world sees but for how often rules were judged, which is what differs.
fn seen(matchmaker: &mut Matchmaker) -> Vec<String> {
    let event = |matchmaker: &mut Matchmaker| matchmaker.poll_event();
    let events = std::iter::from_fn(|| event(matchmaker));
    events
        .map(|event| {
            let located = match &event.detail {
                EventDetail::MatchmakingSucceeded { match_id, .. } => match_id.to_string(),
                _ => String::new(),
            };
            let (name, tickets) = (event.detail.name(), event.detail.tickets());
            format!("{} {name} {located} {tickets:?}", event.time)
        })
        .collect()
}

/// Lets every timer up to `until` fire at its own time.
fn run_until(matchmaker: &mut Matchmaker, until: Timestamp, seen_so_far: &mut Vec<String>) -> u64 {
    let mut nodes = 0;
    while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= until) {
        let report = matchmaker.handle_timeout(due).expect("time goes on and events are drained");
        assert_eq!(report.anchors_exhausted, 0, "the law holds for searches that end");
        nodes += report.nodes;
        seen_so_far.extend(seen(matchmaker));
    }
    nodes
}

/// Asks for players for a session whose players are in these teams; false when it is full.
fn start_backfill(
    matchmaker: &mut Matchmaker,
    at: Timestamp,
    id: &str,
    players: Vec<Player>,
) -> bool {
    let ticket_id = Some(TicketId::from(id));
    let request = StartMatchBackfill { ticket_id, players, ..StartMatchBackfill::default() };
    matchmaker.handle_input(at, Input::StartMatchBackfill(request)).is_ok()
}

/// Goes on to the instant at which a ticket is old enough to found a match whoever else waits;
/// says whether it waits until then.
fn set_free(
    matchmaker: &mut Matchmaker,
    at: Timestamp,
    number: u64,
    seen_so_far: &mut Vec<String>,
) -> bool {
    run_until(matchmaker, Timestamp::from_millis(at.as_millis() - 1), seen_so_far);
    let priority = matchmaker.rule_set.plan().ast.algorithm.backfill_priority;
    let start = Timestamp::from_millis(at.as_millis() - GUARD.get());
    let waits = matchmaker.waiting.contains(AnchorKey::new(priority, false, start, number));
    run_until(matchmaker, at, seen_so_far);
    waits
}

#[test]
fn what_has_changed_is_all_that_must_be_searched() {
    let rule_sets = rule_sets();
    let (mut matches, mut plain_nodes, mut incremental_nodes) = (0, 0, 0);
    let (mut joined, mut waited, mut kept) = (0, 0, 0);
    for seed in 0..TIMELINES {
        let rule_set = &rule_sets[seed as usize % rule_sets.len()];
        let configuration =
            Configuration { request_timeout_seconds: 15, ..Configuration::default() };
        // A slice of a few nodes ends in the middle of a pass.
        let nodes_per_slice = [20, 1_000_000, 1_000_000][seed as usize % 3];
        // No divisor of the number of rule sets: every mixture occurs.
        let (has_backfill, is_guarded) = (seed % 7 > 0, seed % 7 > 4);
        let backfill_before_new_match_seconds =
            if is_guarded { (GUARD.get() / 1000) as u32 } else { 0 };
        let options = EngineOptions {
            nodes_per_slice,
            backfill_before_new_match_seconds,
            ..EngineOptions::default()
        };
        let start = Timestamp::from_millis(0);
        let new = |everything: bool| {
            let mut it = Matchmaker::new(
                rule_set.clone(),
                configuration.clone(),
                options.clone(),
                start,
                seed,
            )
            .expect("the configuration is valid");
            it.waiting.searches_everything = everything;
            if seed % 5 == 0 {
                it.pass.terms.additional_players = 1;
            }
            it
        };
        let mut backfills: Vec<String> = Vec::new();
        let mut free_at: VecDeque<(Timestamp, u64)> = VecDeque::new();
        let (mut incremental, mut plain) = (new(false), new(true));
        let (mut seen_incremental, mut seen_plain) = (Vec::new(), Vec::new());
        let mut rng = DetRng::new(seed);
        let mut now = 0;
        for number in 0..COMMANDS {
            now += rng.next_u64() % 1500;
            let at = Timestamp::from_millis(now);
            while let Some((free, number)) = free_at.pop_front_if(|(free, _)| *free <= at) {
                set_free(&mut incremental, free, number, &mut seen_incremental);
                kept += u32::from(set_free(&mut plain, free, number, &mut seen_plain));
            }
            let before = Timestamp::from_millis(now.saturating_sub(1));
            incremental_nodes += run_until(&mut incremental, before, &mut seen_incremental);
            plain_nodes += run_until(&mut plain, before, &mut seen_plain);
            if has_backfill && rng.next_u64().is_multiple_of(6) {
                let size = 1 + (rng.next_u64() % 2) as usize;
                let schema = &rule_set.plan().ast.schema;
                let mut teams: Vec<_> = schema.instances.iter().map(|it| &*it.name).collect();
                if rng.next_u64().is_multiple_of(2) {
                    teams.reverse();
                }
                let mut player = |it: usize| {
                    let id = format!("s{number}-{it}");
                    let mut player =
                        Player::new(id).with_number("skill", (rng.next_u64() % 60) as f64);
                    player.team = teams.get(it).map(|&name| name.to_owned());
                    player
                };
                let players: Vec<Player> = (0..size.min(teams.len())).map(&mut player).collect();
                let accepted = [&mut incremental, &mut plain]
                    .map(|it| start_backfill(it, at, &format!("t{number}"), players.clone()));
                assert_eq!(accepted[0], accepted[1]);
                if accepted[0] {
                    backfills.push(format!("t{number}"));
                }
                continue;
            }
            let input = if rng.next_u64().is_multiple_of(8) {
                let ticket_id = TicketId::from(format!("t{}", rng.next_u64() % (number + 1)));
                Input::StopMatchmaking(StopMatchmaking { ticket_id })
            } else {
                let player = |position: u64| {
                    // Now and then somebody starts again while they wait.
                    let id = if rng.next_u64().is_multiple_of(10) { 0 } else { number };
                    Player::new(format!("p{id}-{position}"))
                        .with_number("skill", (rng.next_u64() % 60) as f64)
                };
                let size = [1, 1, 1, 2][number as usize % 4];
                Input::StartMatchmaking(StartMatchmaking {
                    ticket_id: Some(TicketId::from(format!("t{number}"))),
                    players: (0..size).map(player).collect(),
                    ..StartMatchmaking::default()
                })
            };
            let answers =
                [&mut incremental, &mut plain].map(|it| it.handle_input(at, input.clone()));
            assert_eq!(answers[0].is_ok(), answers[1].is_ok());
            if is_guarded && matches!(answers[0], Ok(Response::StartMatchmaking(_))) {
                free_at.push_back((at.plus(GUARD), plain.submissions - 1));
            }
            incremental_nodes += run_until(&mut incremental, at, &mut seen_incremental);
            plain_nodes += run_until(&mut plain, at, &mut seen_plain);
            assert_eq!(seen_incremental, seen_plain, "seed {seed}");
        }
        for (free, number) in free_at {
            set_free(&mut incremental, free, number, &mut seen_incremental);
            set_free(&mut plain, free, number, &mut seen_plain);
        }
        let end = Timestamp::from_millis(now + 20_000);
        run_until(&mut incremental, end, &mut seen_incremental);
        run_until(&mut plain, end, &mut seen_plain);
        assert_eq!(seen_incremental, seen_plain, "seed {seed}");
        let status = |id: &String| plain.ticket(&TicketId::from(&**id)).map(|it| it.status);
        let unmatched = [Some(TicketStatus::TimedOut), Some(TicketStatus::Cancelled)];
        joined += backfills.iter().filter(|id| !unmatched.contains(&status(id))).count();
        waited += backfills.len();
        matches += seen_plain.iter().filter(|it| it.contains("Succeeded")).count();
    }
    assert!(matches > 1_800, "only {matches} matches");
    assert!(joined > 200 && waited > joined + 200, "{joined} of {waited} backfill tickets matched");
    assert!(kept > 200, "only {kept} tickets have waited for longer than they are kept");
    assert!(incremental_nodes < plain_nodes, "{incremental_nodes} against {plain_nodes} nodes");
}

#[test]
fn what_was_given_up_is_searched_again_when_the_pool_shrinks() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "map", "type": "string"}],
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 1},
                  {"name": "b", "minPlayers": 1, "maxPlayers": 1}],
        "rules": [{"name": "same", "type": "comparison", "operation": "=",
                   "measurements": ["flatten(teams[*].players.attributes[map])"]},
                  {"name": "either", "type": "compound", "statement": "or(same, same)"}]}"#;
    let rule_set = RuleSet::from_json(text).expect("the rule set is valid");
    let options = EngineOptions { nodes_per_anchor: 12, ..EngineOptions::default() };
    let start = Timestamp::from_millis(0);
    let mut matchmaker = Matchmaker::new(rule_set, Configuration::default(), options, start, 1)
        .expect("it is valid");
    for number in 0..14 {
        // The last two want the same; all others are looked at before: of an `or` nothing is known
        // in advance.
        let map = format!("map{}", number.min(12));
        let players = vec![Player::new(format!("p{number}")).with_string("map", &map)];
        let ticket_id = Some(TicketId::from(format!("t{number}")));
        let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
        matchmaker.handle_input(start, Input::StartMatchmaking(request)).expect("it is good");
    }
    let mut given_up = 0;
    while matchmaker.poll_timeout() == Some(start) {
        let report = matchmaker.handle_timeout(start).expect("time stands");
        assert_eq!(report.matches, 0, "the budget does not reach the last two");
        given_up += report.anchors_exhausted;
    }
    assert_eq!(given_up, 14);
    let later = Timestamp::from_millis(5_000);
    for number in 0..12 {
        let ticket_id = TicketId::from(format!("t{number}"));
        let stop = Input::StopMatchmaking(StopMatchmaking { ticket_id });
        matchmaker.handle_input(later, stop).expect("the ticket waits");
    }
    run_until(&mut matchmaker, later, &mut Vec::new());
    let ticket = matchmaker.ticket(&TicketId::from("t12")).expect("it is remembered");
    assert_eq!(ticket.status, TicketStatus::Completed);
}

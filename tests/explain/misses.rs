//! A named candidate misses by the named rule, on the smallest match of the two.

use std::collections::BTreeMap;

use rallypoint::{CandidateMiss, Judgement, NearCandidate, Relief, TicketId};

use super::dice::Dice;
use super::each_waiting;
use super::scene::Scene;

/// Larger matches that are tried around each named candidate.
const COMPLETIONS: usize = 3;
/// Choices of teams for the two that are tried, at most.
const SEATS_MAX: usize = 40;

#[derive(Default, Debug)]
struct Counts {
    candidates: u64,
    by_kind: BTreeMap<String, u64>,
    with_distance: u64,
    with_parts: u64,
    with_backfill: u64,
    relieved: u64,
    never_relieved: u64,
    too_late: u64,
    no_location: u64,
    no_room: u64,
    other_seats: u64,
    /// Larger matches, and those of them whose teams have valid sizes.
    completions: u64,
    complete: u64,
}

#[test]
fn each_named_candidate_misses_by_the_named_rule_until_the_named_step() {
    let mut counts = Counts::default();
    each_waiting(|scene, ticket, dice| {
        let why = scene.matchmaker.why_waiting(ticket).expect("it is known");
        for candidate in &why.nearest {
            counts.candidates += 1;
            check(scene, ticket, candidate, &mut counts);
            no_other_seats(scene, ticket, candidate, dice, &mut counts);
            no_completion(scene, ticket, candidate, dice, &mut counts);
        }
    });
    println!("{counts:#?}");
    let Counts { by_kind, .. } = &counts;
    for kind in ["batchDistance", "collection", "comparison", "compound", "distance", "latency"] {
        assert!(by_kind.get(kind).is_some_and(|&count| count >= 30), "{kind}: {by_kind:?}");
    }
    assert!(counts.candidates >= 2_000);
    let least = [
        (counts.with_distance, 1_000),
        (counts.with_parts, 30),
        (counts.with_backfill, 30),
        (counts.relieved, 100),
        (counts.never_relieved, 100),
        (counts.too_late, 1),
        (counts.no_location, 5),
        (counts.no_room, 10),
        (counts.other_seats, 1_000),
        (counts.completions, 5_000),
        (counts.complete, 5_000),
    ];
    for (position, (count, least)) in least.into_iter().enumerate() {
        assert!(count >= least, "count {position} is {count}, but should be {least}");
    }
}

/// The two in the teams that the explanation names, so many milliseconds from now.
fn judge(scene: &Scene, ticket: &TicketId, candidate: &NearCandidate, later: u64) -> Judgement {
    let NearCandidate { ticket_id, team, candidate_team, .. } = candidate;
    scene.judge(&[(ticket, team.as_deref()), (ticket_id, candidate_team.as_deref())], later)
}

fn check(scene: &Scene, ticket: &TicketId, candidate: &NearCandidate, counts: &mut Counts) {
    let told = || format!("{ticket} and {candidate:#?} of {:#?}", scene.pool);
    assert!(!candidate.misses.is_empty(), "{}", told());
    let other = scene.ticket(&candidate.ticket_id);
    assert_eq!(candidate.players as usize, other.players.len());
    assert_eq!(candidate.waited.get(), scene.age(&candidate.ticket_id, 0));
    counts.with_backfill += u64::from(other.is_backfill || scene.ticket(ticket).is_backfill);
    if let [CandidateMiss::NoRoom] = &*candidate.misses {
        // That no seats are left, `no_other_seats` finds.
        counts.no_room += 1;
        return;
    }
    let judgement = judge(scene, ticket, candidate, 0);
    assert!(judgement.teams.iter().all(|team| team.players <= team.max), "{}", told());
    assert_eq!(judgement.wait, candidate.wait, "{}", told());
    let mut last_end = Some(scene.now());
    for miss in &candidate.misses {
        let CandidateMiss::Rule { rule_name, judgement: found, parts, by, ends } = miss else {
            let CandidateMiss::NoCommonLocation { reason } = miss else { panic!("{}", told()) };
            counts.no_location += 1;
            let expected = judgement.no_location.as_ref().map(ToString::to_string);
            assert_eq!(expected.as_ref(), Some(reason), "{judgement:#?} {}", told());
            assert!(judgement.problems.contains(reason), "{judgement:#?} {}", told());
            last_end = None;
            continue;
        };
        let rule = rule_of(&judgement, rule_name);
        assert!(!rule.holds && rule.enforced, "{rule_name} holds of {}", told());
        assert_eq!(rule, &**found, "{}", told());
        *counts.by_kind.entry(rule.kind.clone()).or_default() += 1;
        for part in parts {
            assert_eq!(part, rule_of(&judgement, &part.name));
        }
        counts.with_parts += u64::from(!parts.is_empty());
        assert_eq!(rule.kind == "compound", !parts.is_empty(), "{}", told());
        if let Some(by) = by {
            let misses = rule.checks.iter().flat_map(|check| &check.misses);
            assert!(misses.clone().any(|it| it.by == Some(*by)), "{}", told());
            counts.with_distance += 1;
        }
        match ends {
            Some(relief) => {
                ends_then(scene, ticket, candidate, rule_name, relief);
                counts.relieved += 1;
                counts.too_late += u64::from(!relief.in_time);
                last_end = last_end.map(|end| end.max(relief.at));
            }
            None => {
                for later in later_steps(scene, candidate) {
                    let then = judge(scene, ticket, candidate, later);
                    assert!(!rule_of(&then, rule_name).holds, "after {later} ms, {}", told());
                }
                counts.never_relieved += 1;
                last_end = None;
            }
        }
    }
    assert_eq!(candidate.fits_at, last_end, "{}", told());
}

fn rule_of<'j>(judgement: &'j Judgement, name: &str) -> &'j rallypoint::RuleJudgement {
    judgement.rules.iter().find(|rule| rule.name == name).expect("the rule set has the rule")
}

/// From the named step on the rule holds of the two, and not a millisecond before.
fn ends_then(
    scene: &Scene,
    ticket: &TicketId,
    candidate: &NearCandidate,
    rule: &str,
    relief: &Relief,
) {
    let told = || format!("{ticket}, {rule}, {relief:#?}, {candidate:#?} of {:#?}", scene.pool);
    let later = relief.at.since(scene.now()).get();
    assert!(later > 0, "{}", told());
    assert_eq!(relief.wait.get(), candidate.wait.get() + later, "{}", told());
    let then = judge(scene, ticket, candidate, later);
    assert_eq!(then.wait, relief.wait);
    assert!(rule_of(&then, rule).holds, "{}", told());
    let before = judge(scene, ticket, candidate, later - 1);
    assert!(!rule_of(&before, rule).holds, "{}", told());
    assert!(!relief.changes.is_empty(), "{}", told());
    for change in &relief.changes {
        let value = |age: u64| scene.property(&change.property, age).expect("it has a value");
        let json = |value| serde_json::to_value(value).expect("it is plain data");
        assert!(same(&json(&change.from), &value(candidate.wait.get())), "{}", told());
        assert!(same(&json(&change.to), &value(relief.wait.get())), "{}", told());
    }
    let timeout = u64::from(scene.timeout_seconds) * 1000;
    let is_waiting = |id| scene.age(id, later) < timeout;
    assert_eq!(relief.in_time, is_waiting(ticket) && is_waiting(&candidate.ticket_id));
}

/// Whether two values are the same number or text.
pub fn same(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// So many milliseconds from now steps come due for the two, whichever decides.
fn later_steps(scene: &Scene, candidate: &NearCandidate) -> Vec<u64> {
    let expansions = scene.pool.rules["expansions"].as_array().cloned().unwrap_or_default();
    let steps = expansions.iter().filter_map(|it| it["steps"].as_array()).flatten();
    let waits = steps.filter_map(|step| step["waitTimeSeconds"].as_u64());
    let waits = waits.map(|seconds| seconds * 1000);
    waits.filter_map(|wait| wait.checked_sub(candidate.wait.get())).filter(|&it| it > 0).collect()
}

/// What keeps a match of these tickets from being valid, but for players who are missing.
fn is_refused(judgement: &Judgement) -> bool {
    judgement.teams.iter().any(|team| team.players > team.max)
        || judgement.rules.iter().any(|rule| rule.enforced && !rule.holds)
        || !judgement.problems.is_empty()
}

/// In whatever teams the two are, their smallest match is refused.
fn no_other_seats(
    scene: &Scene,
    ticket: &TicketId,
    candidate: &NearCandidate,
    dice: &mut Dice,
    counts: &mut Counts,
) {
    let other = &candidate.ticket_id;
    let (own_teams, other_teams) = (scene.teams(ticket), scene.teams(other));
    let each = own_teams.iter().flat_map(|team| other_teams.iter().map(move |it| (team, it)));
    let mut seats: Vec<_> = each.collect();
    if seats.len() > SEATS_MAX {
        seats = dice.some(&seats, SEATS_MAX);
    }
    for (team, other_team) in seats {
        let both = [(ticket, team.as_deref()), (other, other_team.as_deref())];
        let judgement = scene.judge(&both, 0);
        assert!(is_refused(&judgement), "{both:?} of {:#?}", scene.pool);
        counts.other_seats += 1;
    }
}

/// No match with both is valid, whoever of those waiting joins them.
fn no_completion(
    scene: &Scene,
    ticket: &TicketId,
    candidate: &NearCandidate,
    dice: &mut Dice,
    counts: &mut Counts,
) {
    for _ in 0..COMPLETIONS {
        let placed = complete(scene, &[ticket, &candidate.ticket_id], dice);
        let both = [ticket, &candidate.ticket_id];
        if both.iter().any(|id| placed.iter().all(|(it, _)| it != *id)) {
            continue;
        }
        let placed: Vec<(&TicketId, Option<&str>)> =
            placed.iter().map(|(id, team)| (id, team.as_deref())).collect();
        let judgement = scene.judge(&placed, 0);
        assert!(!judgement.valid, "{placed:?} of {:#?}", scene.pool);
        counts.completions += 1;
        counts.complete += u64::from(judgement.teams.iter().all(|team| team.holds));
    }
}

/// Some tickets, and others that wait, in random order, each in a random one of the teams with room
/// for it, as far as there is one, until no team lacks players.
fn complete(
    scene: &Scene,
    first: &[&TicketId],
    dice: &mut Dice,
) -> Vec<(TicketId, Option<String>)> {
    let waiting = scene.searching();
    let others = dice.some(&waiting, waiting.len());
    let mut placed: Vec<(TicketId, Option<String>)> = Vec::new();
    let mut sizes: Vec<(String, u32, u32, u32)> = Vec::new();
    for id in first.iter().copied().chain(&others) {
        let is_enough = sizes.iter().all(|(_, players, min, _)| players >= min);
        if placed.len() > first.len() && is_enough {
            break;
        }
        let of = scene.ticket(id);
        let is_second = of.is_backfill && placed.iter().any(|(it, _)| scene.ticket(it).is_backfill);
        if is_second || placed.iter().any(|(it, _)| it == id) {
            continue;
        }
        let players = of.players.len() as u32;
        let has_room = |team: &Option<String>| {
            let size = sizes.iter().find(|(name, ..)| Some(name) == team.as_ref());
            size.is_none_or(|(_, count, _, max)| count + players <= *max)
        };
        let teams: Vec<_> = scene.teams(id).into_iter().filter(has_room).collect();
        if teams.is_empty() {
            continue;
        }
        placed.push((id.clone(), dice.one(&teams)));
        let seats: Vec<(&TicketId, Option<&str>)> =
            placed.iter().map(|(id, team)| (id, team.as_deref())).collect();
        let teams = scene.judge(&seats, 0).teams;
        sizes = teams.into_iter().map(|it| (it.name, it.players, it.min, it.max)).collect();
    }
    placed
}

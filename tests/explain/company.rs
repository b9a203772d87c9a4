//! The reasons in short: too few players, too few who fit, none together.

use std::collections::BTreeMap;

use rallypoint::{Strategy, TicketId, WaitReason, WhyWaiting};

use super::each_waiting;
use super::scene::Scene;

/// Matches of a pool that are tried all, at most.
const ASSIGNMENTS_MAX: usize = 256;

#[test]
fn a_reason_is_one_by_all_matches_that_the_tickets_could_make() {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut tried, mut matches, mut closest, mut closest_balanced) = (0, 0, 0, 0);
    each_waiting(|scene, ticket, _| {
        let why = scene.matchmaker.why_waiting(ticket).expect("it is known");
        assert!(!why.reasons.is_empty());
        let mut is_proved = true;
        for reason in &why.reasons {
            let name = match reason {
                WaitReason::TooFewPlayers { players, needed } => {
                    assert!(players < needed);
                    let (all, hopeful) = waiting_players(scene);
                    assert!((hopeful..=all).contains(&(*players as usize)), "{why:#?}");
                    assert!(*needed <= minimums(scene, ticket), "{why:#?}");
                    "too few players"
                }
                WaitReason::TooFewFit { players, needed, is_whole, .. } => {
                    assert!(is_whole, "the pools are small");
                    assert!(players < needed);
                    assert!(*players as usize >= scene.ticket(ticket).players.len());
                    "too few fit"
                }
                WaitReason::NoCombination => "no combination",
                WaitReason::Never => "never",
                WaitReason::SearchPending { .. } => {
                    // Of a pass that is tried again.
                    assert!(scene.is_cut, "{why:#?} {:#?}", scene.pool);
                    is_proved = false;
                    "pending"
                }
                WaitReason::SearchGivenUp => {
                    is_proved = false;
                    "given up"
                }
                WaitReason::MatchInSight { pass_due } => {
                    // A pass that has looked everywhere would have formed it.
                    let is_open = pass_due.is_some() || why.search_exhausted;
                    assert!(is_open, "{why:#?} {:#?}", scene.pool);
                    is_proved = false;
                    "match in sight"
                }
                other => panic!("{other:?} of {:#?}", scene.pool),
            };
            *reasons.entry(name).or_default() += 1;
        }
        assert!(scene.is_cut || is_proved, "{why:#?} {:#?}", scene.pool);
        let has_closest = u64::from(is_closest_real(scene, ticket, &why));
        closest += has_closest;
        if scene.rules.strategy() == Strategy::Balanced {
            closest_balanced += has_closest;
        }
        if is_proved && !scene.is_cut {
            let count = no_match(scene, ticket, ASSIGNMENTS_MAX);
            tried += u64::from(count > 0);
            matches += count;
        }
    });
    println!("{reasons:?}; {tried} tickets, {matches} matches");
    println!("{closest} closest matches, {closest_balanced} of balanced rule sets");
    for name in ["too few players", "too few fit", "no combination", "never"] {
        assert!(reasons.get(name).is_some_and(|&count| count >= 20), "{name}: {reasons:?}");
    }
    assert!(tried >= 300 && matches >= 10_000 && closest >= 200 && closest_balanced >= 30);
}

/// The players of all tickets that wait for a match, and of those that some match could hold.
fn waiting_players(scene: &Scene) -> (usize, usize) {
    let waiting = scene.searching();
    let players = |id: &TicketId| scene.ticket(id).players.len();
    let new = || waiting.iter().filter(|id| !scene.ticket(id).is_backfill);
    let hopeful = new().filter(|id| scene.matchmaker.why_never(id).is_empty());
    (new().map(players).sum(), hopeful.map(players).sum())
}

/// The players that the teams of a new match need at the age of a ticket.
fn minimums(scene: &Scene, ticket: &TicketId) -> u32 {
    let team = scene.rules.team_instances().next().expect("there is a team").to_owned();
    scene.judge(&[(ticket, Some(&team))], 0).teams.iter().map(|team| team.min).sum()
}

/// Whether there is a closest match: it holds the ticket, and its verdict is that of the judge.
fn is_closest_real(scene: &Scene, ticket: &TicketId, why: &WhyWaiting) -> bool {
    let Some(closest) = &why.closest_match else { return false };
    assert!(closest.tickets.iter().any(|(_, id)| id == ticket));
    let placed: Vec<(&TicketId, Option<&str>)> =
        closest.tickets.iter().map(|(team, id)| (id, Some(team.as_str()))).collect();
    assert_eq!(scene.judge(&placed, 0), closest.judgement);
    assert!(placed.iter().all(|(id, _)| scene.searching().contains(id)));
    let in_sight = why.reasons.iter().any(|it| matches!(it, WaitReason::MatchInSight { .. }));
    assert_eq!(in_sight, closest.judgement.valid);
    true
}

/// Judges every match that the ticket could be in, if they are few; how many there were.
pub fn no_match(scene: &Scene, ticket: &TicketId, assignments_max: usize) -> u64 {
    let waiting = scene.searching();
    let mut ids: Vec<TicketId> = waiting.into_iter().filter(|id| id != ticket).collect();
    ids.insert(0, ticket.clone());
    let seats: Vec<Vec<Option<Option<String>>>> = ids
        .iter()
        .map(|id| {
            let seats = scene.teams(id).into_iter().map(Some);
            if id == ticket {
                seats.collect()
            } else {
                std::iter::once(None).chain(seats).collect()
            }
        })
        .collect();
    let all = seats.iter().try_fold(1_usize, |all, seats| all.checked_mul(seats.len()));
    if all.is_none_or(|all| all > assignments_max) {
        return 0;
    }
    let mut judged = 0;
    for number in 0..all.unwrap_or(0) {
        let mut rest = number;
        let mut placed = Vec::new();
        let mut rosters = 0;
        for (id, seats) in ids.iter().zip(&seats) {
            let seat = &seats[rest % seats.len()];
            rest /= seats.len();
            if let Some(team) = seat {
                placed.push((id, team.as_deref()));
                rosters += usize::from(scene.ticket(id).is_backfill);
            }
        }
        if rosters > 1 {
            continue;
        }
        let judgement = scene.judge(&placed, 0);
        assert!(!judgement.valid, "{placed:?} is a match of {:#?}", scene.pool);
        judged += 1;
    }
    judged
}

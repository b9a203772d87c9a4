//! A floor that formed invalid matches, or few of them, would be none: each is held against the
//! judgement of the rule set, and against the reference matcher.

use std::time::Duration;

use rallypoint_benches::{
    Battle, Duel, Parties, Roles, Royale, Squads, Waiting, Workload, match_by_age, pass, pool,
};

/// The matches of the floor, of the engine by age alone and of the reference, all of them valid.
/// Beyond what goes by age, exchange forms some more.
fn matches<W: Workload>(tickets: u32, seed: u64) -> (Option<usize>, usize, usize) {
    let pool = pool::<W>(tickets, seed);
    let ticket_of = |number: u32| pool.get(number as usize).copied();
    let floor = W::floor(&pool).map(|floor| floor().1);
    let run = |waiting: Result<Waiting, _>| {
        pass(&mut waiting.expect("the pool is accepted"), Duration::MAX).expect("a pass ends")
    };
    let by_age = run(Waiting::by_age::<W>(&pool, seed));
    let exchanged = run(Waiting::new::<W>(&pool, seed));
    let reference = match_by_age::<W>(&pool, Duration::MAX).expect("it may take its time");
    for assignment in
        floor.iter().chain([&by_age.assignment, &exchanged.assignment, &reference.assignment])
    {
        assignment.check::<W>(ticket_of).expect("the matches are valid");
    }
    let floor = floor.map(|it| it.matches());
    assert!(exchanged.assignment.matches() >= by_age.assignment.matches(), "{}", W::NAME);
    (floor, by_age.assignment.matches(), reference.assignment.matches())
}

fn agrees<W: Workload>(pools: &[(u32, u64)]) {
    for &(tickets, seed) in pools {
        let (floor, engine, reference) = matches::<W>(tickets, seed);
        assert_eq!(engine, reference, "{} with {tickets} tickets", W::NAME);
        // Ten windows of skill, or twenty buckets, with a match's tickets left over in each.
        if let Some(floor) = floor {
            assert!(floor + 20 >= engine, "{}: floor {floor}, engine {engine}", W::NAME);
        }
    }
}

/// Large matches have no reference; the floor and the engine leave over less than a match for each
/// location, and a little.
fn large<W: Workload>(tickets: u32, matches_min: usize) {
    let pool = pool::<W>(tickets, 1);
    let ticket_of = |number: u32| pool.get(number as usize).copied();
    let floor = W::floor(&pool).expect("there is one")().1;
    let mut waiting = Waiting::new::<W>(&pool, 1).expect("the pool is accepted");
    let pass = pass(&mut waiting, Duration::MAX).expect("a pass ends");
    assert_eq!(pass.anchors_exhausted, 0);
    for assignment in [&floor, &pass.assignment] {
        assignment.check::<W>(ticket_of).expect("the matches are valid");
        assert!(assignment.matches() >= matches_min, "{}", assignment.matches());
        for teams in &assignment.0 {
            let teams = teams.each_ref().map(|team| {
                team.iter().filter_map(|&number| ticket_of(number)).collect::<Vec<_>>()
            });
            assert!(W::hold(&teams), "{}", W::NAME);
        }
    }
    assert!(pass.assignment.matches() >= floor.matches(), "{}", W::NAME);
}

#[test]
fn battle() {
    // 3,000 tickets have some 5,550 players.
    large::<Battle>(3_000, 53);
}

#[test]
fn royale() {
    large::<Royale>(3_000, 26);
}

#[test]
fn duel() {
    agrees::<Duel>(&[(100, 1), (300, 2), (600, 3)]);
    let (floor, engine, _) = matches::<Duel>(1_000, 4);
    assert!(floor.is_some_and(|floor| floor >= 498 && floor >= engine), "{floor:?}, {engine}");
}

#[test]
fn squads() {
    // The plain search for the last tickets, which have no match, is long.
    agrees::<Squads>(&[(150, 1), (200, 2)]);
    let (floor, ..) = matches::<Squads>(1_000, 4);
    assert!(floor.is_some_and(|floor| floor >= 99), "{floor:?}");
}

#[test]
fn parties() {
    agrees::<Parties>(&[(100, 1), (300, 2), (600, 3)]);
    let floor = Parties::floor(&pool::<Parties>(10_000, 4)).expect("there is one")().1;
    // 10,000 tickets have some 19,300 players.
    assert!(floor.matches() > 1_850, "{}", floor.matches());
}

#[test]
fn roles() {
    agrees::<Roles>(&[(100, 1), (300, 2), (600, 3)]);
}

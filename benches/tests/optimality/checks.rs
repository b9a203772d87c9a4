//! What measures is itself held against plainer ways, on small pools.

use super::game::{Best, Draw, Pool};
use super::{large, small, solver, valid};

#[test]
fn nothing_valid_is_left_out_of_the_list() {
    let mut found = 0;
    for game in small::games() {
        let Best::Exact(may_hold) = game.best else { panic!("{} has a bound", game.name) };
        for number in 0..3 {
            let pool = game.pool(1000 + number, 9);
            let listed = valid::matches(&game, &pool, may_hold);
            assert_eq!(listed, valid::matches(&game, &pool, |_| true), "{} {number}", game.name);
            found += listed.len();
        }
    }
    assert!(found > 100, "{found}");
}

#[test]
fn a_bound_is_no_less_than_the_best() {
    for game in large::games() {
        let Best::Bound(relaxed) = game.best else { panic!("{} is exact", game.name) };
        let mut found = 0;
        for number in 0..6 {
            // Out of a large pool, tickets that may well make a match or two.
            let pool = game.pool(number, 40);
            let groups = relaxed(&pool).groups;
            let largest = groups.iter().max_by_key(|group| group.len()).expect("there are groups");
            let (last, others) = largest.split_last().expect("somebody may be matched");
            let mut others: Vec<_> = others.iter().map(|&it| pool[it].clone()).collect();
            others.sort_by_key(|ticket| std::cmp::Reverse(ticket.len()));
            let alone = others.iter().all(|ticket| ticket.len() == 1);
            others.truncate(if alone { 10 } else { 7 });
            others.push(pool[*last].clone());
            let pool = others;
            let best = solver::most_players(&pool, &valid::matches(&game, &pool, |_| true));
            let bound = solver::bound(&pool, &relaxed(&pool));
            assert!(best <= bound, "{} {number}: {best} players, but bound {bound}", game.name);
            found += usize::from(best > 0);
        }
        assert!(found > 0, "{}: no match in any pool", game.name);
    }
}

/// The most players of disjoint matches, by trying all ways.
fn most(pool: &Pool, matches: &[Vec<usize>], taken: &mut Vec<usize>) -> usize {
    let Some((first, others)) = matches.split_first() else { return 0 };
    let without = most(pool, others, taken);
    if first.iter().any(|it| taken.contains(it)) {
        return without;
    }
    let before = taken.len();
    taken.extend(first);
    let players: usize = first.iter().map(|&it| pool[it].len()).sum();
    let with = players + most(pool, others, taken);
    taken.truncate(before);
    with.max(without)
}

#[test]
fn the_solver_agrees_with_trying_all_ways() {
    let mut draw = Draw::new(5);
    let mut gains = 0;
    let game = small::games().pop().expect("there are games");
    for number in 0..60 {
        let pool = game.pool(number, 12);
        let mut matches = vec![];
        for _ in 0..14 {
            let size = 2 + draw.below(3);
            let mut members: Vec<usize> = (0..size).map(|_| draw.below(12) as usize).collect();
            members.sort_unstable();
            members.dedup();
            matches.push(members);
        }
        let best = most(&pool, &matches, &mut vec![]);
        assert_eq!(solver::most_players(&pool, &matches), best, "pool {number}");
        let first_fit = matches.iter().fold(vec![], |mut taken: Vec<usize>, members| {
            if !members.iter().any(|it| taken.contains(it)) {
                taken.extend(members);
            }
            taken
        });
        let first_fit: usize = first_fit.iter().map(|&it| pool[it].len()).sum();
        gains += usize::from(first_fit < best);
    }
    assert!(gains > 30, "first fit is as good in all but {gains} of 60 pools");
}

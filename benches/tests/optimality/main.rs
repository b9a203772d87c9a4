//! How many players the engine matches of pools of 40 tickets, against the best possible.
//!
//! Up to four players a match the best possible is exact: all valid matches are listed, and an
//! integer program picks disjoint ones. Beyond that it is an upper bound. `docs/optimality.md`
//! has the command for the full measurement and its table.

#![expect(clippy::panic, reason = "a test reports by panicking")]

mod checks;
mod engine;
mod game;
mod large;
mod small;
mod solver;
mod table;
mod valid;

use game::{Best, Game, TICKETS};
use rallypoint::EngineOptions;
use table::Row;

/// Pools of each rule set; `docs/optimality.md` has the command.
const VARIABLE: &str = "RALLYPOINT_OPTIMALITY_POOLS";
const BY_DEFAULT: u64 = 2;
/// Bounds take longer: one in so many pools has one.
const BOUNDED_ONE_IN: u64 = 5;

/// Where the best is exact, half of the pools are matched no worse than this: a median below it is
/// a defect.
const MEDIAN_MIN: f64 = 0.98;
/// Where the best is exact, every pool reaches this today, and is to do so.
const WORST_MIN: f64 = 0.7;
/// The same of half of the pools in which matches are formed before the rules are as wide as they
/// get.
const WAITING_MEDIAN_MIN: f64 = 0.93;
/// The same of half of those held against a bound, which may be out of reach.
const BOUNDED_MEDIAN_MIN: f64 = 0.85;

#[expect(clippy::disallowed_methods, reason = "the rule is for the engine; this is its test")]
fn pools() -> u64 {
    let Ok(text) = std::env::var(VARIABLE) else { return BY_DEFAULT };
    text.parse().unwrap_or_else(|_| panic!("{VARIABLE} is `{text}`, but must be a number"))
}

/// Measures a game on so many pools.
fn measure(game: &Game, pools: u64) -> Row {
    let mut row = Row::new(game.name);
    for number in 0..pools {
        let pool = game.pool(number, TICKETS);
        let mut by_age = EngineOptions::default();
        by_age.exchange_tries = 0;
        let by_age = engine::matched(game, &pool, by_age);
        let matched = engine::matched(game, &pool, EngineOptions::default());
        let best = match game.best {
            Best::Exact(may_hold) => {
                solver::most_players(&pool, &valid::matches(game, &pool, may_hold))
            }
            Best::Bound(relaxed) => solver::bound(&pool, &relaxed(&pool)),
        };
        let players = pool.iter().map(Vec::len).sum();
        row.add(players, best, &matched, &by_age);
    }
    row
}

fn measure_all(title: &str, games: &[Game], pools: u64) -> Row {
    let mut all = Row::new("all");
    table::print_head(title);
    for game in games {
        let row = measure(game, pools);
        println!("{row}");
        all.join(row);
    }
    println!("{all}");
    all
}

#[test]
fn nearly_all_players_are_matched_who_can_be() {
    let all = measure_all("up to four players, exact", &small::games(), pools());
    assert!(all.worst() >= WORST_MIN && all.median() >= MEDIAN_MIN, "{all}");
    assert!(all.median() > all.median_by_age(), "{all}");
    // A measure of pools in which every match is plain, or none is to be found, would be none.
    let share = all.best_share();
    assert!((0.5..0.95).contains(&share), "{share} of the players could be matched");
}

#[test]
fn waiting_for_wider_rules_costs_little() {
    let all = measure_all("up to four players, through expansions", &small::waiting(), pools());
    assert!(all.worst() >= WORST_MIN && all.median() >= WAITING_MEDIAN_MIN, "{all}");
}

#[test]
fn large_matches_are_held_against_a_bound() {
    let pools = pools().div_ceil(BOUNDED_ONE_IN);
    let all = measure_all("larger matches, upper bound", &large::games(), pools);
    assert!(all.median() >= BOUNDED_MEDIAN_MIN, "{all}");
}

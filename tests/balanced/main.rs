//! Strategy `balanced` against a checker of its own: every match valid, in the fill order, and
//! balanced; and against a packer that tries everything.

#![expect(clippy::panic, reason = "a test reports by panicking")]

mod backfills;
mod checker;
#[path = "../support/dice.rs"]
mod dice;
mod locations;
mod packer;
mod public;
mod small;
mod world;

use checker::{Ticket, better_exchange, gap, invalid, left_out, number};
use dice::Dice;
use rallypoint::RuleSet;
use serde_json::{Value, json};

/// How many times as many pools as by default.
const VARIABLE: &str = "RALLYPOINT_BALANCED_TIMES";

#[expect(clippy::disallowed_methods, reason = "the rule is for the engine; this is its test")]
fn times() -> u64 {
    let Ok(text) = std::env::var(VARIABLE) else { return 1 };
    text.parse().unwrap_or_else(|_| panic!("{VARIABLE} is `{text}`, but must be a number"))
}

#[test]
fn every_match_is_valid_in_the_fill_order_and_balanced() {
    let (mut matches, mut players, mut exhausted, mut open) = (0, 0, 0, 0);
    // By population, and by the fastest region.
    let mut asked = [0; 2];
    for seed in 0..60 * times() {
        let dice = &mut Dice::new(seed);
        let rules = world::large_rules(dice);
        let reports = world::asks_for_latencies(&rules) || dice.once_in(2);
        let count = 40 + dice.below(160);
        let party_max = 1 + dice.below(10);
        let mut tickets = world::tickets(dice, count, party_max, reports);
        let waits = dice.once_in(2);
        for ticket in &mut tickets {
            ticket.wait = if waits { dice.below(30) as u64 } else { 0 };
        }
        tickets.sort_by_key(|ticket| std::cmp::Reverse(ticket.wait));
        let outcome = world::run(&rules, &tickets);
        exhausted += outcome.exhausted;
        let rule_set = RuleSet::from_json(&rules.to_string()).expect("it compiled");
        for game in &outcome.matches {
            let problem = invalid(&rules, game);
            assert_eq!(problem, None, "seed {seed}: {rules}");
            assert!(world::is_valid(&rule_set, game), "seed {seed}: {rules}");
            let better = better_exchange(game, "skill", |_| true);
            assert_eq!(better, None, "seed {seed}: {rules}");
            let room: usize = checker::Terms::new(&rules, game).sizes().iter().map(|it| it.1).sum();
            open += usize::from(game.players() < room);
            if outcome.exhausted == 0 {
                let of_group = || locations::of_its_group(&rules, game, &outcome.waiting);
                let missed = left_out(&rules, game, of_group());
                assert!(missed.is_none(), "seed {seed}: {:?} in {rules}", missed.map(|it| &it.id));
                if game.players() < room {
                    asked[usize::from(world::goes_by_fastest(&rules))] += of_group().count().min(1);
                }
            }
            matches += 1;
            players += game.players();
        }
    }
    println!(
        "{matches} matches of {players} players, {open} with open places, {asked:?} of them beside \
         tickets that fit none, {exhausted} searches ran out of nodes"
    );
    assert!(matches > 150 && open > 20, "{matches} matches, {open} with open places");
    assert!(asked.iter().all(|&it| it > 15), "who was left out was asked of {asked:?} matches");
}

/// Few tickets, many of them large, for teams that they fill hardly or not at all.
#[test]
fn what_can_be_filled_is_filled() {
    let mut packed = Packed { is_exact: true, ..Packed::default() };
    for seed in 0..400 * times() {
        let dice = &mut Dice::new(seed);
        let teams = match dice.below(4) {
            0 => json!([{"name": "red", "minPlayers": 18, "maxPlayers": 21},
                        {"name": "blue", "minPlayers": 18, "maxPlayers": 21}]),
            1 => json!([{"name": "red", "minPlayers": 21, "maxPlayers": 21},
                        {"name": "blue", "minPlayers": 21, "maxPlayers": 21}]),
            2 => json!([{"name": "side", "minPlayers": 11, "maxPlayers": 14, "quantity": 3}]),
            _ => json!([{"name": "red", "minPlayers": 10, "maxPlayers": 30},
                        {"name": "blue", "minPlayers": 10, "maxPlayers": 11}]),
        };
        let near = json!([{"name": "league", "type": "batchDistance", "batchAttribute": "league",
                           "maxDistance": 2}]);
        let near = if dice.once_in(2) { near } else { json!([]) };
        let rules = world::balanced(&teams, &near);
        let count = 6 + dice.below(4);
        let tickets: Vec<_> = (0..count)
            .map(|at| {
                let players = 3 + dice.below(8);
                world::ticket(dice, at, players, false)
            })
            .collect();
        packed.add(seed, &rules, &tickets);
    }
    println!("{packed}");
    assert!(packed.possible > 100, "{packed}");
    assert_eq!((packed.best_reached, packed.left), (packed.possible, 0));
}

/// Latencies that must lie near together hold a packing together, too. Near to the lowest, they are
/// in one window. Near to the mean, those of a window are, and some others.
#[test]
fn latencies_near_together_are_packed() {
    for reference in ["min", "avg"] {
        let is_exact = reference == "min";
        let mut packed = Packed { is_exact, ..Packed::default() };
        for seed in 0..300 * times() {
            let dice = &mut Dice::new(seed);
            let teams = json!([{"name": "red", "minPlayers": 9, "maxPlayers": 21},
                               {"name": "blue", "minPlayers": 9, "maxPlayers": 21}]);
            let near = json!([{"name": "near", "type": "latency", "maxDistance": 30,
                               "distanceReference": reference}]);
            let rules = world::balanced(&teams, &near);
            let count = 6 + dice.below(4);
            let tickets: Vec<_> = (0..count)
                .map(|at| {
                    let players = 3 + dice.below(6);
                    let mut ticket = world::ticket(dice, at, players, false);
                    let latency = 20 + dice.below(80) as u32;
                    for player in &mut ticket.players {
                        *player = player.clone().with_latency("eu-1", latency);
                    }
                    ticket
                })
                .collect();
            packed.add(seed, &rules, &tickets);
        }
        println!("near to the {reference}: {packed}");
        assert!(packed.possible > 100, "{packed}");
        match reference {
            "min" => assert_eq!((packed.best_reached, packed.left), (packed.possible, 0)),
            _ => {
                assert!(packed.engine * 100 >= packed.best * 97, "{packed}");
                assert!(packed.left <= 5, "{packed}");
            }
        }
    }
}

/// The first match of the engine beside the fullest one for the same ticket.
#[derive(Default)]
struct Packed {
    /// Whether the engine is to find every match.
    is_exact: bool,
    pools: usize,
    possible: usize,
    best_reached: usize,
    engine: usize,
    best: usize,
    left: usize,
}

impl Packed {
    fn add(&mut self, seed: u64, rules: &Value, tickets: &[Ticket]) {
        self.pools += 1;
        let outcome = world::run(rules, tickets);
        assert_eq!(outcome.exhausted, 0, "seed {seed}");
        for game in &outcome.matches {
            assert_eq!(invalid(rules, game), None, "seed {seed}");
        }
        // The oldest ticket that has a match has its turn first.
        let mut rest = tickets;
        let first = loop {
            let Some(oldest) = rest.first() else { break 0 };
            match packer::fullest(rules, rest, Some(&oldest.id)) {
                0 => rest = &rest[1..],
                players => break players,
            }
        };
        let formed = outcome.matches.first().map_or(0, checker::Match::players);
        // Where the engine misses a match, the first is perhaps another ticket's.
        assert!(formed <= first || !self.is_exact, "seed {seed}: {formed} of {first}");
        let formed = formed.min(first);
        self.possible += usize::from(first > 0);
        self.best_reached += usize::from(first > 0 && formed == first);
        self.engine += formed;
        self.best += first;
        self.left += usize::from(packer::fullest(rules, &outcome.waiting, None) > 0);
    }
}

impl std::fmt::Display for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pools, possible, best_reached, engine, best, left, .. } = self;
        write!(
            f,
            "{pools} pools, {possible} with a match: {best_reached} as full as can be, {engine} of \
             {best} players; a match was left in {left}"
        )
    }
}

/// The goal of performance.md, on matches as the workload `battle` has them.
#[test]
fn large_teams_are_as_even_as_the_goal_asks() {
    let teams = json!([{"name": "red", "minPlayers": 50, "maxPlayers": 50},
                       {"name": "blue", "minPlayers": 50, "maxPlayers": 50}]);
    let rules = world::balanced(&teams, &json!([]));
    let mut widest: f64 = 0.0;
    let mut matches = 0;
    for seed in 0..3 * times() {
        let dice = &mut Dice::new(seed);
        let tickets = world::tickets(dice, 400, 4, false);
        for game in &world::run(&rules, &tickets).matches {
            let skills = || game.tickets().flat_map(|it| &it.players).map(|it| number(it, "skill"));
            let range = skills().fold(f64::MIN, f64::max) - skills().fold(f64::MAX, f64::min);
            widest = widest.max(gap(game, "skill") / range);
            matches += 1;
        }
    }
    println!("{matches} matches, the widest gap is {:.6} of the range", widest);
    // Whatever a thousand tries reach, it is not below 0.
    assert!(matches > 10 && widest <= 0.001, "{matches}: {widest}");
}

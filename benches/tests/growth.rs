//! What a pass costs grows with the pool as the pool does, and what an arriving ticket costs does
//! not grow with those that wait. Search nodes are counted, which are the same on every machine.

use std::time::Duration;

use rallypoint_benches::{
    Duel, Parties, Roles, Squads, Steady, SteadyWorkload, Waiting, Workload, pass, pool,
};

const SMALL: u32 = 2_000;
const LARGE: u32 = 16_000;
const SEEDS: [u64; 3] = [1, 2, 3];

/// How much more a ticket of the large pool may cost than one of the small pool. With each ticket
/// looking at all others that were 8; what grows with the square root of the pool would be at 2.8.
/// Nothing is needed for the search itself; the last tickets, for which the search proves that no
/// match is left, make the numbers jump from seed to seed.
const COST_MAX: f64 = 1.3;

/// The median over some seeds of the nodes for each ticket of a pool. No anchor is given up.
fn nodes_per_ticket<W: Workload>(tickets: u32) -> f64 {
    let mut costs: Vec<f64> = SEEDS
        .iter()
        .map(|&seed| {
            let pool = pool::<W>(tickets, seed);
            let mut waiting = Waiting::new::<W>(&pool, seed).expect("the pool is accepted");
            let pass = pass(&mut waiting, Duration::MAX).expect("a pass ends");
            let cost = pass.nodes as f64 / f64::from(tickets);
            println!(
                "{:8}{tickets:>8} tickets{:>9} nodes{:>8} anchors{cost:>10.2} nodes a ticket",
                W::NAME,
                pass.nodes,
                pass.anchors
            );
            assert_eq!(pass.anchors_exhausted, 0);
            cost
        })
        .collect();
    costs.sort_unstable_by(f64::total_cmp);
    costs[SEEDS.len() / 2]
}

fn is_linear<W: Workload>() {
    let [small, large] = [SMALL, LARGE].map(nodes_per_ticket::<W>);
    println!("{:8}{:>8.2} times as many nodes for each ticket", W::NAME, large / small);
    assert!(large <= small * COST_MAX, "{}: {small} nodes a ticket, then {large}", W::NAME);
}

#[test]
fn a_pass_over_duels_is_linear() {
    is_linear::<Duel>();
}

#[test]
fn a_pass_over_roles_is_linear() {
    is_linear::<Roles>();
}

#[test]
fn a_pass_over_parties_is_linear() {
    is_linear::<Parties>();
}

#[test]
fn a_pass_over_squads_is_linear() {
    is_linear::<Squads>();
}

/// The nodes of an arriving ticket while so many others wait, on average over some seeds: another
/// number of those brings other arrivals.
fn nodes_per_arrival<W: SteadyWorkload>(waiting: u32) -> f64 {
    let steady = Steady { warm_up: 200, arrivals: 800, patience: Duration::MAX };
    let costs = SEEDS.map(|seed| {
        let row = steady.measure::<W>(waiting, seed).expect("the matches are right");
        assert!(row.matches >= 50, "{} matches", row.matches);
        let cost = row.nodes as f64 / f64::from(row.arrivals);
        let matches = row.matches;
        println!(
            "{}{waiting:>8} wait{matches:>6} matches{cost:>10.1} nodes a ticket",
            row.workload
        );
        cost
    });
    costs.iter().sum::<f64>() / costs.len() as f64
}

fn is_constant<W: SteadyWorkload>() {
    let [small, large] = [500, 4_000].map(nodes_per_arrival::<W>);
    println!("{}{:>8.2} times as many nodes", W::STEADY_NAME, large / small);
    assert!(large <= small * 1.2, "{}: {small} nodes a ticket, then {large}", W::STEADY_NAME);
}

#[test]
fn an_arrival_in_squads_costs_the_same_beside_more_tickets() {
    is_constant::<Squads>();
}

#[test]
fn an_arrival_in_parties_costs_the_same_beside_more_tickets() {
    is_constant::<Parties>();
}

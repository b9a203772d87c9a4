//! Growth.
use std::time::Duration;
use rallypoint_benches::{Duel, Parties, Roles, Squads, Steady, SteadyWorkload, Waiting, Workload, pass, pool};

fn cold<W: Workload>(tickets: u32, seed: u64) {
    let pool = pool::<W>(tickets, seed);
    let mut waiting = Waiting::new::<W>(&pool, 1).unwrap();
    let pass = pass(&mut waiting, Duration::MAX).unwrap();
    println!("{} {tickets}: {} nodes, {:.2} per ticket, anchors {} exhausted {} left {}, {:?}", W::NAME, pass.nodes, pass.nodes as f64 / tickets as f64, pass.anchors, pass.anchors_exhausted, tickets as usize - pass.assignment.tickets(), pass.time);
}

#[test]
fn explore() {
    for n in [2000, 4000, 16000] {
        for seed in 1..=5 {
        cold::<Duel>(n, seed);
        cold::<Roles>(n, seed);
        cold::<Parties>(n, seed);
        cold::<Squads>(n, seed);
        }
    }
}
fn steady<W: SteadyWorkload>(tickets: u32) {
    let steady = Steady { warm_up: 100, arrivals: 400, patience: Duration::MAX };
    let row = steady.measure::<W>(tickets, 1).unwrap();
    println!("{} {tickets}: {} nodes, {:.2} per arrival, {} matches", W::STEADY_NAME, row.nodes, row.nodes as f64 / row.arrivals as f64, row.matches);
}
#[test]
fn explore_steady() {
    for n in [1000, 2000, 4000, 8000] {
        steady::<Squads>(n);
        steady::<Parties>(n);
    }
}

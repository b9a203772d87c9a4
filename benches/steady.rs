//! The cost of an arriving ticket while others wait: the goal is at most three times as much beside
//! a million of them as beside a thousand (performance.md).

use std::time::Duration;

use rallypoint_benches::{Failure, Parties, Squads, Steady, SteadyWorkload};

fn workload<W: SteadyWorkload>(sizes: &[u32], steady: Steady) {
    let mut least = None;
    for &size in sizes {
        let row = match steady.measure::<W>(size, 1) {
            Err(slow @ Failure::TooSlow { .. }) => {
                println!("{}: {size:>8} wait, {slow}", W::STEADY_NAME);
                return;
            }
            row => row.expect("arrivals are matched"),
        };
        let micros = row.arrival_seconds * 1e6;
        let ratio = micros / *least.get_or_insert(micros);
        println!("{}: {size:>8} wait, {micros:>9.2} us an arrival, ratio {ratio:.1}", row.workload);
    }
}

fn main() {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let (sizes, steady): (&[u32], _) = if is_measured {
        (&[1_000, 10_000], Steady::default())
    } else {
        (&[200], Steady { warm_up: 50, arrivals: 150, patience: Duration::MAX })
    };
    workload::<Squads>(sizes, steady);
    workload::<Parties>(sizes, steady);
}

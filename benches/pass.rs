//! A cold pass over the pool of each standing workload, with its floor beside it: all tickets wait,
//! nothing is known. Each run checks what it formed. `rallypoint bench` prints the ratios.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rallypoint_benches::{
    Battle, Duel, Parties, Roles, Royale, Squads, Waiting, Workload, pass, pool,
};

const SEED: u64 = 1;

fn workload<W: Workload>(criterion: &mut Criterion) {
    // In `cargo test --benches` they are only tried.
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let sizes: &[u32] = if is_measured { &[1_000, 10_000] } else { &[300] };
    let mut group = criterion.benchmark_group(W::NAME);
    group.sample_size(10);
    for &size in sizes {
        let tickets = pool::<W>(size, SEED);
        let ticket_of = |number: u32| tickets.get(number as usize).copied();
        let engine = || {
            let mut waiting = Waiting::new::<W>(&tickets, SEED).expect("the pool is accepted");
            pass(&mut waiting, Duration::MAX).expect("a pass ends")
        };
        let formed = engine().assignment;
        formed.check::<W>(ticket_of).expect("the matches are valid");
        group.throughput(Throughput::Elements(size.into()));
        group.bench_function(BenchmarkId::new("engine", size), |bencher| {
            bencher.iter_custom(|turns| {
                let turn = |_| {
                    let pass = engine();
                    assert_eq!(pass.assignment, formed, "the matches are the same again");
                    pass.time
                };
                (0..turns).map(turn).sum()
            });
        });
        let Some(floor) = W::floor(&tickets) else { continue };
        let formed = floor().1;
        formed.check::<W>(ticket_of).expect("the matches are valid");
        group.bench_function(BenchmarkId::new("floor", size), |bencher| {
            bencher.iter_custom(|turns| {
                let turn = |_| {
                    let (time, assignment) = floor();
                    assert_eq!(assignment, formed, "the matches are the same again");
                    time
                };
                (0..turns).map(turn).sum()
            });
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    workload::<Duel>,
    workload::<Squads>,
    workload::<Parties>,
    workload::<Roles>,
    workload::<Battle>,
    workload::<Royale>
);
criterion_main!(benches);

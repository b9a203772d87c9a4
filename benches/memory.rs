//! Memory of a waiting standard ticket, all structures of the engine: the goal is at most 600 bytes
//! beyond the ids' and values' own bytes, at rest, events drained (performance.md, decision 35).

mod standard;

use peak_alloc::PeakAlloc;
use rallypoint::Timestamp;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const GOAL: f64 = 600.0;

/// Bytes for each of `count` waiting tickets: in all, and of ids and values alone.
fn bytes_per_ticket(count: u64) -> (f64, f64) {
    let now = Timestamp::from_millis(0);
    let mut matchmaker = standard::matchmaker();
    let before = ALLOCATOR.current_usage();
    let mut own = 0;
    for number in 0..count {
        let values = standard::values(number);
        own += values.own_bytes();
        matchmaker.handle_input(now, values.request()).expect("a standard ticket is valid");
    }
    assert_eq!(standard::settle(&mut matchmaker, now), count, "each ticket is searched for");
    let all = ALLOCATOR.current_usage() - before;
    drop(matchmaker);
    (all as f64 / count as f64, own as f64 / count as f64)
}

fn main() {
    let counts: &[u64] = if standard::is_measured() { &[1_000, 10_000, 100_000] } else { &[1_000] };
    println!("{:>9} {:>10} {:>8} {:>8}", "tickets", "bytes each", "own", "beyond");
    let mut most = 0.0_f64;
    for &count in counts {
        let (all, own) = bytes_per_ticket(count);
        let beyond = all - own;
        println!("{count:>9} {all:>10.0} {own:>8.0} {beyond:>8.0}, the goal is at most {GOAL}");
        most = most.max(beyond);
    }
    // Bytes are counted, not measured: they are the same in every run.
    assert!(most <= GOAL, "{most:.0} bytes a ticket are beyond the goal");
}

//! `handle_timeout` when nothing has changed: the goal is at most 1 microsecond, however many
//! tickets wait (performance.md).

mod standard;

use std::hint::black_box;
use std::time::Instant;

use rallypoint::{Matchmaker, TickReport, Timestamp};

const GOAL_NANOS: f64 = 1_000.0;

/// Nanoseconds of a call, the least of some turns of `calls` calls.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn nanos_of_a_call(matchmaker: &mut Matchmaker, calls: u64) -> f64 {
    let mut least = f64::INFINITY;
    // The first expansion step is due after ten seconds.
    for turn in 1..=20 {
        let started = Instant::now();
        for call in 0..calls {
            let now = Timestamp::from_millis(black_box(turn * 400 + call * 400 / calls));
            let report = matchmaker.handle_timeout(now).expect("time goes on");
            assert_eq!(report, TickReport::default(), "nothing has changed");
        }
        least = least.min(started.elapsed().as_nanos() as f64 / calls as f64);
    }
    assert_eq!(matchmaker.poll_event(), None);
    least
}

fn main() {
    let (counts, calls): (&[u64], _) = if standard::is_measured() {
        (&[1_000, 100_000, 1_000_000], 10_000)
    } else {
        (&[1_000], 10)
    };
    for &count in counts {
        let start = Timestamp::from_millis(0);
        let mut matchmaker = standard::matchmaker();
        for number in 0..count {
            let request = standard::values(number).request();
            matchmaker.handle_input(start, request).expect("a standard ticket is valid");
        }
        assert_eq!(standard::settle(&mut matchmaker, start), count, "each ticket is searched for");
        let nanos = nanos_of_a_call(&mut matchmaker, calls);
        println!("{count:>8} tickets: {nanos:>6.1} ns, the goal is at most {GOAL_NANOS}");
    }
}

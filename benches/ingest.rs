//! Submitting standard tickets, beside a floor that fills the same columns and two hash maps with
//! the same requests: the goal is a ratio of at most 4 (performance.md, decision 35). Each turn
//! starts without tickets, so that everything grows as it does in use.

#[path = "floor/ingest.rs"]
mod floor;
mod standard;

use std::time::Duration;

use floor::Floor;
use rallypoint::{AttributeValue, Input, Timestamp};
use rallypoint_benches::timed;

const GOAL: f64 = 4.0;

fn requests(count: u64) -> Vec<Input> {
    (0..count).map(|number| standard::values(number).request()).collect()
}

/// The time that a matchmaker takes for the tickets; all of them are in it afterwards.
fn rallypoint(count: u64) -> Duration {
    let mut matchmaker = standard::matchmaker();
    let requests = requests(count);
    let now = Timestamp::from_millis(0);
    let (elapsed, ()) = timed(|| {
        for request in requests {
            matchmaker.handle_input(now, request).expect("a standard ticket is valid");
        }
    });
    for values in (0..count).map(standard::values) {
        let ticket = matchmaker.ticket(&values.ticket_id().into()).expect("it was submitted");
        let [player] = ticket.players.as_slice() else { unreachable!("one player was submitted") };
        assert_eq!(player.player_id.as_str(), values.player_id());
        assert_eq!(player.attributes["skill"], AttributeValue::Number(values.skill));
    }
    assert_eq!(standard::settle(&mut matchmaker, now), count, "each ticket is searched for");
    elapsed
}

fn floor(count: u64) -> Duration {
    let mut floor = Floor::default();
    let requests = requests(count);
    let (elapsed, ()) = timed(|| {
        for request in requests {
            floor.submit(0, request);
        }
    });
    for values in (0..count).map(standard::values) {
        let row = floor.row(&values.ticket_id(), &values.player_id());
        assert_eq!(row, Some(values.number as u32));
    }
    elapsed
}

fn main() {
    let (counts, turns): (&[u64], _) =
        if standard::is_measured() { (&[1_000, 10_000, 100_000], 15) } else { (&[1_000], 1) };
    for &count in counts {
        let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
        for _ in 0..turns {
            ours = ours.min(rallypoint(count));
            theirs = theirs.min(floor(count));
        }
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        let each = |total: Duration| total.as_nanos() as u64 / count;
        println!(
            "{count:>7} tickets: {:>5} ns / {:>4} ns = {ratio:.1}, the goal is at most {GOAL}",
            each(ours),
            each(theirs)
        );
    }
}

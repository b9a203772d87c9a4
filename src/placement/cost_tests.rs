//! What placements cost, counted: places looked at and timers fired. Each step besides is a fixed
//! number of look-ups in ordered maps, so the whole grows as n log n at most.

use super::placer::{Placer, PlacerLimits};
use super::queue::*;
use crate::base::time::{Millis, Timestamp};
use crate::model::placement::*;

const QUEUES: u64 = 20;
const LOCATIONS: u64 = 100;

/// What a run of so many placements took.
#[derive(Debug, PartialEq)]
struct Cost {
    looked_at: u64,
    asked: u64,
    fired: u64,
}

fn placer() -> Placer {
    let retention = Millis::from_secs(3600);
    let limits = PlacerLimits { pending_max: 200_000, retained_max: 0, retention };
    let mut placer = Placer::new(limits, 7);
    for number in 0..QUEUES {
        let mut destination = QueueDestination::new("fleet/one");
        for location in 0..LOCATIONS {
            destination = destination.with_location(format!("l{location}"), 1.0);
        }
        let policy = |cap, seconds| PlayerLatencyPolicy {
            maximum_individual_player_latency_milliseconds: cap,
            policy_duration_seconds: seconds,
        };
        placer.add_queue(
            GameSessionQueue {
                destinations: vec![destination],
                // At first a place or none is allowed, then half of them.
                player_latency_policies: vec![policy(0, Some(100)), policy(50, None)],
                timeout_in_seconds: 300,
                ..GameSessionQueue::new(format!("q{number}"))
            },
            false,
        );
    }
    placer
}

fn request(number: u64) -> StartGameSessionPlacement {
    let queue = format!("q{}", number % QUEUES);
    let mut request = StartGameSessionPlacement::new(format!("p{number}"), queue, 2);
    let latency = |location: u64| PlayerLatency {
        player_id: "ana".into(),
        region_identifier: format!("l{location}").into(),
        latency_in_milliseconds: ((number + 7 * location) % LOCATIONS) as f64,
    };
    request.player_latencies = (0..LOCATIONS).map(latency).collect();
    request
}

/// All begin at one instant, and every place refuses, up to their time-out.
fn cost(placements: u64) -> Cost {
    let mut placer = placer();
    let mut cost = Cost { looked_at: 0, asked: 0, fired: 0 };
    let start = Timestamp::from_millis(0);
    for number in 0..placements {
        placer.start(start, request(number)).expect("there is room");
    }
    let mut now = start;
    loop {
        while let Some(action) = placer.poll_action() {
            let PlacementAction::StartGameSession { placement_id, attempt, .. } = action else {
                panic!("nothing comes too late");
            };
            cost.asked += 1;
            // After some attempts the host says no more: the placement waits for its answer.
            if attempt <= 60 {
                let attempt = Some(attempt);
                let reason = Refusal::NoCapacity;
                let report = GameSessionRefused { placement_id, attempt, reason };
                placer.session_refused(now, &report).expect("it was asked");
            }
        }
        let Some(due) = placer.next_due() else { break };
        now = due;
        placer.fire_next();
        cost.fired += 1;
        while placer.poll_event().is_some() {}
    }
    placer.forget(now);
    assert_eq!(placer.ids().count(), 0, "all have ended and are forgotten");
    cost.looked_at = placer.looked_at;
    cost
}

#[test]
fn the_work_grows_with_placements_and_not_with_what_waits() {
    let (few, many) = (cost(200), cost(1600));
    let times_eight =
        Cost { looked_at: 8 * few.looked_at, asked: 8 * few.asked, fired: 8 * few.fired };
    assert_eq!(many, times_eight);
    // A pass looks at each place once, and each attempt is one place.
    let passes = few.fired + 200;
    assert!(few.looked_at <= passes * LOCATIONS, "{few:?}");
    assert!(few.asked <= few.looked_at, "{few:?}");
}

#[test]
fn a_placement_that_no_cap_lets_through_waits_without_work() {
    let mut placer = placer();
    let mut near_none = request(0);
    for latency in &mut near_none.player_latencies {
        latency.latency_in_milliseconds = 10.0;
    }
    placer.start(Timestamp::from_millis(0), near_none).expect("there is room");
    assert_eq!((placer.looked_at, placer.poll_action()), (LOCATIONS, None));
    // Not every second until then.
    assert_eq!(placer.next_due(), Some(Timestamp::from_millis(100_000)));
    let mut far = request(1);
    for latency in &mut far.player_latencies {
        latency.latency_in_milliseconds = 51.0;
    }
    placer.start(Timestamp::from_millis(0), far).expect("there is room");
    placer.fire_next();
    assert!(placer.poll_action().is_some());
    assert_eq!(
        placer.next_due(),
        Some(Timestamp::from_millis(300_000)),
        "only their ends are left"
    );
}

#[test]
fn a_placement_that_has_ended_leaves_nothing_to_do() {
    let mut placer = placer();
    let start = Timestamp::from_millis(0);
    placer.start(start, StartGameSessionPlacement::new("p", "q0", 2)).expect("there is room");
    let mut asked = 0;
    while let Some(PlacementAction::StartGameSession { placement_id, attempt, .. }) =
        placer.poll_action()
    {
        let (attempt, reason) = (Some(attempt), Refusal::NoCapacity);
        let report = GameSessionRefused { placement_id, attempt, reason };
        placer.session_refused(start, &report).expect("it was asked");
        asked += 1;
    }
    assert_eq!((asked, placer.next_due()), (LOCATIONS, Some(Timestamp::from_millis(1000))));
    placer.stop(start, &"p".into()).expect("it is pending");
    assert_eq!(placer.next_due(), None);
}

//! Pending placements over 20 queues of 100 locations: what a request, an attempt and a tick cost,
//! and how that grows with their number. The goal is no more than n log n. The exponents are shown
//! and not asserted: another load of the machine shifts them. What is asserted is counted, without a
//! clock, in `src/placement/cost_tests.rs`.

use std::time::Duration;

use rallypoint::*;
use rallypoint_benches::timed;

const QUEUES: u64 = 20;
const LOCATIONS: u64 = 100;
const ROUNDS: usize = 5;

/// One matchmaker for each queue.
fn matchmakers() -> Vec<Matchmaker> {
    let rules = RuleSet::from_json(include_str!("../rulesets/duel.json")).expect("it is valid");
    let queue = |number: u64| {
        let destinations = (0..2).map(|fleet| {
            let mut it = QueueDestination::new(format!("fleet/fleet-{fleet}"));
            for location in (0..LOCATIONS).filter(|location| location % 2 == fleet) {
                it = it.with_location(format!("location-{location}"), (location % 7) as f64);
            }
            it
        });
        let policy = |cap, seconds| PlayerLatencyPolicy {
            maximum_individual_player_latency_milliseconds: cap,
            policy_duration_seconds: seconds,
        };
        GameSessionQueue {
            destinations: destinations.collect(),
            player_latency_policies: vec![policy(50, Some(60)), policy(500, None)],
            ..GameSessionQueue::new(format!("queue-{number}"))
        }
    };
    let matchmaker = |number| {
        let configuration = Configuration {
            flex_match_mode: FlexMatchMode::WithQueue,
            queue: Some(queue(number)),
            ..Configuration::default()
        };
        let start = Timestamp::from_millis(0);
        Matchmaker::new(rules.clone(), configuration, EngineOptions::default(), start, number)
            .expect("the configuration is valid")
    };
    (0..QUEUES).map(matchmaker).collect()
}

/// How far a player of a request is from a location, in milliseconds.
fn latency(number: u64, location: u64, player: u64) -> u64 {
    (number * 31 + location * 17 + player) % 120
}

fn request(number: u64) -> StartGameSessionPlacement {
    let queue = format!("queue-{}", number % QUEUES);
    let mut request = StartGameSessionPlacement::new(format!("placement-{number}"), queue, 4);
    for player in 0..4 {
        for location in (0..LOCATIONS).step_by(5) {
            request.player_latencies.push(PlayerLatency {
                player_id: format!("player-{number}-{player}").into(),
                region_identifier: format!("location-{location}").into(),
                latency_in_milliseconds: latency(number, location, player) as f64,
            });
        }
    }
    request
}

/// How many places of its queue the first cap lets a request ask, worked out from its latencies.
fn near(number: u64) -> u32 {
    let is_near = |location: &u64| (0..4).all(|player| latency(number, *location, player) <= 50);
    (0..LOCATIONS).step_by(5).filter(is_near).count() as u32
}

/// Refuses everything that is asked until nothing more is asked at this instant.
fn refuse_all(matchmakers: &mut [Matchmaker], now: Timestamp) -> u64 {
    let mut attempts = 0;
    for matchmaker in matchmakers {
        while let Some(action) = matchmaker.poll_action() {
            let PlacementAction::StartGameSession { placement_id, attempt, .. } = action else {
                continue;
            };
            attempts += 1;
            let refused = GameSessionRefused {
                placement_id,
                attempt: Some(attempt),
                reason: Refusal::NoCapacity,
            };
            matchmaker.handle_input(now, refused).expect("it was asked");
        }
    }
    attempts
}

/// Nanoseconds of a request, of an attempt, and of the tick of a placement.
fn costs(count: u64) -> [f64; 3] {
    let mut matchmakers = matchmakers();
    let start = Timestamp::from_millis(0);
    let requests: Vec<_> = (0..count).map(request).collect();
    let (starting, ()) = timed(|| {
        for (number, request) in requests.into_iter().enumerate() {
            let matchmaker = &mut matchmakers[number % QUEUES as usize];
            matchmaker.handle_input(start, request).expect("there is room");
        }
    });
    let (refusing, attempts) = timed(|| refuse_all(&mut matchmakers, start));
    let expected: u64 = (0..count).map(|number| u64::from(near(number))).sum();
    assert_eq!(attempts, expected, "each has asked every place that its first cap allows, once");
    // Everyone backs off to the same instant.
    let now = Timestamp::from_millis(1000);
    let (ticking, ()) = timed(|| {
        for matchmaker in &mut matchmakers {
            assert_eq!(matchmaker.poll_timeout(), Some(now));
            let _ = matchmaker.handle_timeout(now).expect("time goes on");
        }
    });
    let mut again = 0;
    for (queue, matchmaker) in (0..QUEUES).zip(&mut matchmakers) {
        // One of a queue after another, in the order in which they began.
        for number in (queue..count).step_by(QUEUES as usize) {
            let action = matchmaker.poll_action().expect("it asks again");
            let PlacementAction::StartGameSession { placement_id, attempt, .. } = action else {
                continue;
            };
            assert_eq!(placement_id.as_str(), format!("placement-{number}"));
            assert_eq!(attempt, near(number) + 1);
            again += 1;
        }
        assert_eq!(matchmaker.poll_action(), None);
    }
    assert_eq!(again, count, "each asks once more");
    let nanos = |time: Duration, of: u64| time.as_nanos() as f64 / of as f64;
    [nanos(starting, count), nanos(refusing, attempts), nanos(ticking, count)]
}

fn main() {
    // Numbers after `--bench` choose other counts, for instance to count instructions of one.
    let given: Vec<u64> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let (counts, rounds) = match (is_measured, given.is_empty()) {
        (false, _) => (vec![500], 1),
        (true, true) => (vec![12_500, 25_000, 50_000, 100_000], ROUNDS),
        (true, false) if given.len() > 1 => (given, ROUNDS),
        (true, false) => (given, 1),
    };
    // The least of some rounds: whatever else the machine does only adds to a time.
    let mut least = vec![[f64::INFINITY; 3]; counts.len()];
    for _ in 0..rounds {
        for (&count, least) in counts.iter().zip(&mut least) {
            let found = costs(count);
            for (least, found) in least.iter_mut().zip(found) {
                *least = least.min(found);
            }
        }
    }
    // The exponent of the whole against the first count: 1 is n, a little more is n log n.
    let (fewest, of_fewest) = (counts[0], least[0]);
    for (&count, found) in counts.iter().zip(&least) {
        let [starting, attempt, tick] = found;
        print!(
            "{count:>7} placements: request {starting:>8.0} ns, attempt {attempt:>6.0} ns, tick {tick:>6.0} ns"
        );
        if count > fewest {
            let ratio = count as f64 / fewest as f64;
            let exponents =
                found.iter().zip(of_fewest).map(|(now, before)| 1.0 + (now / before).log(ratio));
            let shown: Vec<_> = exponents.map(|it| format!("{it:.2}")).collect();
            let logs = (count as f64).ln() / (fewest as f64).ln();
            let n_log_n = 1.0 + logs.log(ratio);
            print!("; exponents from {fewest}: {}; n log n: {n_log_n:.2}", shown.join(", "));
        }
        println!();
    }
}

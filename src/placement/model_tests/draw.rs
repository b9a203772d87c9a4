//! Queues, fleets and requests of every shape.

use super::*;

const PLAYERS: [&str; 3] = ["ana", "ben", "cem"];

pub(super) const LOCATIONS: [&str; 5] = ["alpha", "bravo", "carol", "delta", "echo"];

/// A queue that passes its check, of any shape.
pub(super) fn queue(rng: &mut DetRng) -> GameSessionQueue {
    let mut below = |limit: u64| rng.next_u64() % limit;
    let destinations: Vec<QueueDestination> = (0..1 + below(3))
        .map(|number| {
            let mut it = QueueDestination::new(format!("fleet/fleet-{number}"));
            for location in LOCATIONS {
                if below(3) > 0 {
                    it = it.with_location(location, below(4) as f64);
                }
            }
            match it.locations.is_empty() {
                true => it.with_location("alpha", 1.0),
                false => it,
            }
        })
        .collect();
    let policy = |cap: u64, seconds: Option<u64>| PlayerLatencyPolicy {
        maximum_individual_player_latency_milliseconds: cap as u32,
        policy_duration_seconds: seconds.map(|it| it as u32),
    };
    let policies = match below(4) {
        0 => vec![],
        1 => vec![policy(90, Some(2))],
        2 => vec![policy(30, Some(below(4))), policy(60, Some(3)), policy(120, None)],
        _ => vec![policy(60, None), policy(30, Some(4))],
    };
    let mut kinds = PriorityKind::ALL.to_vec();
    for position in (1..kinds.len()).rev() {
        kinds.swap(position, below(position as u64 + 1) as usize);
    }
    kinds.truncate(below(5) as usize);
    if below(3) == 0 {
        kinds.retain(|it| *it != PriorityKind::Location);
        kinds.insert(0, PriorityKind::Location);
    }
    let names = |mask: u64| {
        let named = (0..).zip(LOCATIONS).filter(move |(bit, _)| mask >> bit & 1 == 1);
        named.map(|(_, name)| name.to_owned()).collect::<Vec<_>>()
    };
    let mut queue = GameSessionQueue {
        timeout_in_seconds: 10 + below(6) as u32,
        player_latency_policies: policies,
        destinations,
        priority_configuration: PriorityConfiguration {
            priority_order: kinds,
            location_order: match below(2) {
                0 => Vec::new(),
                _ => names(below(32)).into_iter().rev().collect(),
            },
        },
        ..GameSessionQueue::new("q")
    };
    if below(3) == 0 {
        queue.allowed_locations = names(below(32));
    }
    if check(&queue).is_err() {
        queue.allowed_locations.clear();
    }
    check(&queue).expect("the queue is good");
    queue
}

/// A fleet of the destinations of a queue, with few slots.
pub(super) fn fleet(queue: &GameSessionQueue, rng: &mut DetRng) -> SimulatedFleet {
    let mut below = |limit: u64| rng.next_u64() % limit;
    let places = queue.destinations.iter().flat_map(|it| {
        it.locations.iter().map(|at| (it.destination_arn.clone(), at.location.clone()))
    });
    let places = places.map(|(destination, location)| FleetLocation {
        destination: destination.as_str().into(),
        location: location.as_str().into(),
        slots: below(3) as u32,
        start_time: Millis::new(below(4) * 700),
    });
    SimulatedFleet::new(places.collect())
}

/// A request for the queue `q`, with latencies or an override, both or neither.
pub(super) fn request(id: String, rng: &mut DetRng) -> StartGameSessionPlacement {
    let mut below = |limit: u64| rng.next_u64() % limit;
    let players: Vec<&str> = PLAYERS.into_iter().take(1 + below(3) as usize).collect();
    let mut request = StartGameSessionPlacement::new(id, "q", 3);
    request.desired_player_sessions = players
        .iter()
        .map(|&it| DesiredPlayerSession { player_id: it.into(), player_data: None })
        .collect();
    if below(2) == 0 {
        for player in players {
            for location in LOCATIONS {
                if below(8) > 0 {
                    request.player_latencies.push(PlayerLatency {
                        player_id: player.into(),
                        region_identifier: location.into(),
                        latency_in_milliseconds: (below(5) * 30) as f64,
                    });
                }
            }
        }
    }
    if below(3) == 0 {
        let fallback = match below(2) {
            0 => PlacementFallbackStrategy::None,
            _ => PlacementFallbackStrategy::DefaultAfterSinglePass,
        };
        let skip = below(4) as usize;
        let names = LOCATIONS.iter().rev().skip(skip).take(1 + below(2) as usize);
        request.priority_configuration_override = Some(PriorityConfigurationOverride {
            placement_fallback_strategy: fallback,
            location_order: names.map(|&it| it.to_owned()).collect(),
        });
    }
    request
}

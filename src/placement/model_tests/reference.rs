//! What is known of a placement in the words of the spec: the whole order of attempts is worked out
//! anew at every step.

use super::*;

/// One place, as the reference sees it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Spot {
    pub(super) destination: usize,
    pub(super) arn: String,
    pub(super) location: String,
    pub(super) cost: f64,
}

/// What the reference knows of a placement.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) request: StartGameSessionPlacement,
    pub(super) only: Option<Vec<Arc<str>>>,
    pub(super) start: u64,
    pub(super) status: PlacementStatus,
    /// How often it has ended.
    pub(super) ends: usize,
    /// Which pass it is in, from 0, and which of its places have had their turn.
    pub(super) pass: u32,
    pub(super) tried: Vec<Spot>,
    pub(super) asked: Option<Spot>,
    pub(super) attempts: u32,
    pub(super) next_pass: Option<u64>,
    pub(super) sessions: BTreeSet<String>,
}

impl Known {
    pub(super) fn new(
        request: StartGameSessionPlacement,
        only: Option<Vec<Arc<str>>>,
        start: u64,
    ) -> Self {
        Self {
            request,
            only,
            start,
            status: PlacementStatus::Pending,
            ends: 0,
            pass: 0,
            tried: Vec::new(),
            asked: None,
            attempts: 0,
            next_pass: None,
            sessions: BTreeSet::new(),
        }
    }

    /// The places of the pass that it is in, in order, those that no age allows left out.
    fn order(&self, queue: &GameSessionQueue, prefer_cost: bool) -> Vec<Spot> {
        let given = self.request.priority_configuration_override.as_ref();
        let mut order = default_order(queue, prefer_cost, &self.request);
        if let Some(only) = &self.only {
            order.retain(|spot| only.iter().any(|it| **it == *spot.location));
        }
        let Some(given) = given else { return order };
        let is_none = given.placement_fallback_strategy == PlacementFallbackStrategy::None;
        if !is_none && self.pass > 0 {
            return order;
        }
        let mut first = Vec::new();
        for location in &given.location_order {
            first.extend(order.iter().filter(|it| it.location == *location).cloned());
        }
        if !is_none {
            let rest: Vec<_> = order.iter().filter(|it| !first.contains(it)).cloned().collect();
            first.extend(rest);
        }
        first
    }

    fn is_allowed(&self, queue: &GameSessionQueue, spot: &Spot, now: u64) -> bool {
        if self.request.player_latencies.is_empty() {
            return true;
        }
        let Some(cap) = cap(queue, now - self.start) else { return true };
        reports(&self.request, &spot.location)
            .is_some_and(|all| all.iter().all(|&latency| latency <= cap))
    }

    pub(super) fn deadline(&self, queue: &GameSessionQueue) -> u64 {
        self.start + u64::from(queue.timeout_in_seconds) * 1000
    }

    /// Goes on to the next place; passes that nothing can come of pass by.
    pub(super) fn go_on(&mut self, queue: &GameSessionQueue, prefer_cost: bool, now: u64) {
        self.asked = None;
        let order = self.order(queue, prefer_cost);
        // Those passed over in this pass have had their turn.
        for spot in &order {
            if self.tried.contains(spot) {
                continue;
            }
            self.tried.push(spot.clone());
            if self.is_allowed(queue, spot, now) {
                self.asked = Some(spot.clone());
                self.attempts += 1;
                self.next_pass = None;
                return;
            }
        }
        self.tried.clear();
        self.pass += 1;
        self.next_pass = Some(now + 1000);
    }

    pub(super) fn end(&mut self, status: PlacementStatus) {
        assert_eq!(self.status, PlacementStatus::Pending);
        self.status = status;
        self.ends += 1;
        self.asked = None;
        self.next_pass = None;
    }
}

fn spots(queue: &GameSessionQueue) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (destination, it) in queue.destinations.iter().enumerate() {
        for at in &it.locations {
            let allowed = &queue.allowed_locations;
            if allowed.is_empty() || allowed.contains(&at.location) {
                spots.push(Spot {
                    destination,
                    arn: it.destination_arn.clone(),
                    location: at.location.clone(),
                    cost: at.hourly_cost,
                });
            }
        }
    }
    spots
}

/// The reports of all players at a location, if every player who reports anything reports there.
fn reports(request: &StartGameSessionPlacement, location: &str) -> Option<Vec<f64>> {
    let players: BTreeSet<_> = request.player_latencies.iter().map(|it| &it.player_id).collect();
    let here = request.player_latencies.iter().filter(|it| *it.region_identifier == *location);
    let here: Vec<f64> = here.map(|it| it.latency_in_milliseconds).collect();
    (here.len() == players.len()).then_some(here)
}

/// The order by the words of the spec: one sort per criterion, the least important first.
fn default_order(
    queue: &GameSessionQueue,
    prefer_cost: bool,
    request: &StartGameSessionPlacement,
) -> Vec<Spot> {
    let mut order = spots(queue);
    order.sort_by(|left, right| left.location.cmp(&right.location));
    order.sort_by_key(|spot| spot.destination);
    let has_latencies = !request.player_latencies.is_empty();
    let priorities = &queue.priority_configuration;
    let mut kinds = priorities.priority_order.clone();
    let default: &[PriorityKind] = match (has_latencies, prefer_cost) {
        (true, _) | (_, true) => &PriorityKind::ALL,
        (false, false) => &[PriorityKind::Destination, PriorityKind::Location],
    };
    for kind in default {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    for kind in kinds.iter().rev() {
        match kind {
            PriorityKind::Destination => order.sort_by_key(|spot| spot.destination),
            PriorityKind::Cost => order.sort_by(|left, right| left.cost.total_cmp(&right.cost)),
            PriorityKind::Location if priorities.location_order.is_empty() => {
                order.sort_by(|left, right| left.location.cmp(&right.location));
            }
            PriorityKind::Location => order.sort_by_key(|spot| {
                let listed = &priorities.location_order;
                listed.iter().position(|it| *it == spot.location).unwrap_or(usize::MAX)
            }),
            PriorityKind::Latency if !has_latencies => {}
            PriorityKind::Latency => {
                let mean = |spot: &Spot| match reports(request, &spot.location) {
                    Some(all) => all.iter().sum::<f64>() / all.len() as f64,
                    None => f64::INFINITY,
                };
                order.sort_by(|left, right| mean(left).total_cmp(&mean(right)));
            }
        }
    }
    order
}

/// The cap in force at an age, by walking through the policies.
fn cap(queue: &GameSessionQueue, age: u64) -> Option<f64> {
    let mut policies = queue.player_latency_policies.clone();
    policies.sort_by_key(|it| it.maximum_individual_player_latency_milliseconds);
    let mut left = age;
    for (position, policy) in policies.iter().enumerate() {
        let is_last = position + 1 == policies.len();
        let length = policy.policy_duration_seconds.map(|it| u64::from(it) * 1000);
        if is_last || length.is_none_or(|length| left < length) {
            return Some(f64::from(policy.maximum_individual_player_latency_milliseconds));
        }
        left -= length.unwrap_or(0);
    }
    None
}

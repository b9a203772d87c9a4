//! A queue made ready: its places, their order, and the caps on latency by age.

use std::cmp::Ordering;
use std::sync::Arc;

use super::queue::{GameSessionQueue, PriorityKind};
use super::reports::Reports;
use crate::base::time::{Millis, Timestamp};
use crate::model::placement::{PlacementFallbackStrategy, PriorityConfigurationOverride};

/// A location of a destination.
#[derive(Debug)]
pub(super) struct Place {
    /// Its destination, by position.
    pub(super) destination: u16,
    /// Its location, by position among those of the queue.
    pub(super) location: u16,
    hourly_cost: f64,
}

/// A place in an order, with all that an attempt asks of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Turn {
    /// By position among the places of the queue.
    pub(super) place: u16,
    /// The first cap on latency that lets it through, by position; their number when none does.
    pub(super) cap: u8,
}

/// A cap on latency, from an age on.
#[derive(Debug)]
struct Cap {
    from: Millis,
    millis: f64,
}

/// A queue and what follows from it. Nothing in it changes.
#[derive(Debug)]
pub(super) struct QueuePlan {
    pub(super) queue: GameSessionQueue,
    pub(super) arn: Arc<str>,
    pub(super) destinations: Vec<Arc<str>>,
    /// By name.
    pub(super) locations: Vec<Arc<str>>,
    /// The places where the queue may place, by destination and location.
    pub(super) places: Vec<Place>,
    /// How LOCATION ranks each location.
    location_ranks: Vec<usize>,
    caps: Vec<Cap>,
    with_latencies: Vec<PriorityKind>,
    without_latencies: Vec<PriorityKind>,
    /// All places, in the order without latencies, which no cap holds up.
    order: Vec<Turn>,
}

/// What the latencies of a request say of each location of its queue.
#[derive(Debug)]
pub(super) struct Latencies {
    /// The mean over all players; none where a player reports nothing.
    means: Vec<Option<f64>>,
    /// The worst of any player; infinite where a player reports nothing.
    worst: Vec<f64>,
}

impl QueuePlan {
    /// A queue that passed its check. `prefer_cost` puts the cost before the destination when
    /// nothing is known of latencies: the guide against the text of the API (facts 8.5).
    pub(super) fn new(queue: GameSessionQueue, prefer_cost: bool) -> Self {
        let locations = allowed_locations(&queue);
        let listed = &queue.priority_configuration.location_order;
        let rank = |(position, name): (usize, &Arc<str>)| match listed.is_empty() {
            true => position,
            false => listed.iter().position(|it| **it == **name).unwrap_or(listed.len()),
        };
        let location_ranks = locations.iter().enumerate().map(rank).collect();
        let named = &queue.priority_configuration.priority_order;
        let filled = |default: &[PriorityKind]| {
            let missing = default.iter().filter(|kind| !named.contains(kind));
            named.iter().chain(missing).copied().collect()
        };
        // The default order without latencies has no cost, unless it comes first.
        let without_latencies = match prefer_cost {
            true => filled(&PriorityKind::ALL),
            false => filled(&[PriorityKind::Destination, PriorityKind::Location]),
        };
        let mut plan = Self {
            arn: format!("arn:aws:gamelift:local:000000000000:gamesessionqueue/{}", queue.name)
                .into(),
            destinations: queue
                .destinations
                .iter()
                .map(|it| Arc::from(it.destination_arn.as_str()))
                .collect(),
            location_ranks,
            caps: caps(&queue),
            places: places(&queue, &locations),
            with_latencies: filled(&PriorityKind::ALL),
            without_latencies,
            order: Vec::new(),
            locations,
            queue,
        };
        plan.order = plan.turns(&plan.sorted(None, |_| true), None);
        plan
    }

    /// Whether requests may put locations of their own first.
    pub(super) fn puts_location_first(&self) -> bool {
        self.queue.priority_configuration.priority_order.first() == Some(&PriorityKind::Location)
    }

    /// All places, in the order without latencies.
    pub(super) fn order(&self) -> &[Turn] {
        &self.order
    }

    /// The position of a location among those of the queue where it may place.
    pub(super) fn location(&self, name: &str) -> Option<u16> {
        self.locations.binary_search_by(|it| (**it).cmp(name)).ok().map(|it| it as u16)
    }

    pub(super) fn place(&self, place: u16) -> Option<&Place> {
        self.places.get(usize::from(place))
    }

    /// The places that `keep` keeps, in the order that the latencies give them.
    pub(super) fn sorted(
        &self,
        latencies: Option<&Latencies>,
        keep: impl Fn(&Place) -> bool,
    ) -> Vec<u16> {
        let mut order: Vec<u16> =
            (0..self.places.len() as u16).filter(|&it| self.place(it).is_some_and(&keep)).collect();
        order.sort_by(|&left, &right| match (self.place(left), self.place(right)) {
            (Some(left), Some(right)) => self.compare(left, right, latencies),
            _ => Ordering::Equal,
        });
        order
    }

    /// The places that an override names first, location by location, and, if its fallback says so,
    /// the others after them.
    pub(super) fn overridden(&self, given: &PriorityConfigurationOverride) -> Vec<u16> {
        let rank = |&place: &u16| {
            let location = &self.locations[usize::from(self.place(place)?.location)];
            given.location_order.iter().position(|it| **it == **location)
        };
        let mut order: Vec<u16> = self.order.iter().map(|turn| turn.place).collect();
        if given.placement_fallback_strategy == PlacementFallbackStrategy::None {
            order.retain(|place| rank(place).is_some());
        }
        // What is not named keeps its order, and so do several destinations of one location.
        order.sort_by_key(|place| rank(place).unwrap_or(usize::MAX));
        order
    }

    /// Places in their order, each with the cap that it waits for.
    pub(super) fn turns(&self, order: &[u16], latencies: Option<&Latencies>) -> Vec<Turn> {
        let first_cap = |place: u16| {
            let Some(latencies) = latencies else { return 0 };
            let location = self.place(place).map(|place| usize::from(place.location));
            let worst = location.and_then(|it| latencies.worst.get(it)).copied();
            let worst = worst.unwrap_or(f64::INFINITY);
            let first = self.caps.iter().position(|cap| worst <= cap.millis);
            first.unwrap_or(self.caps.len()) as u8
        };
        order.iter().map(|&place| Turn { place, cap: first_cap(place) }).collect()
    }

    /// What the latencies of a request say; none when it has none.
    pub(super) fn latencies(&self, reports: &Reports) -> Option<Latencies> {
        let players = reports.players();
        if players == 0 {
            return None;
        }
        let mut found = vec![(0.0, 0, 0.0); self.locations.len()];
        for (location, millis) in reports.in_queue() {
            if let Some((sum, count, worst)) = found.get_mut(usize::from(location)) {
                *sum += millis;
                *count += 1;
                *worst = f64::max(*worst, millis);
            }
        }
        let mean =
            |&(sum, count, _): &(f64, usize, f64)| (count == players).then_some(sum / count as f64);
        let worst = |&(_, count, worst): &(f64, usize, f64)| match count == players {
            true => worst,
            false => f64::INFINITY,
        };
        Some(Latencies {
            means: found.iter().map(mean).collect(),
            worst: found.iter().map(worst).collect(),
        })
    }

    /// The cap in force at an age, by position; the first without policies. The last one stays
    /// (decision 33).
    pub(super) fn cap(&self, age: Millis) -> u8 {
        self.caps.iter().rposition(|cap| cap.from <= age).unwrap_or(0) as u8
    }

    /// The highest cap that is in force before an age, in milliseconds.
    pub(super) fn highest_cap(&self, before: Millis) -> u32 {
        let in_time = self.caps.iter().rfind(|cap| cap.from < before);
        in_time.map_or(0, |cap| cap.millis as u32)
    }

    /// When a cap, or one after it, is first in force, for a request of `start`; none when none
    /// ever is.
    pub(super) fn allowed_from(&self, cap: u8, start: Timestamp) -> Option<Timestamp> {
        if self.caps.is_empty() {
            return Some(start);
        }
        // A policy of no length is never in force.
        let mut in_force = self.caps.iter().enumerate().filter(|(position, cap)| {
            self.caps.get(position + 1).is_none_or(|next| next.from > cap.from)
        });
        let from = in_force.find(|(position, _)| *position >= usize::from(cap));
        from.map(|(_, cap)| start.plus(cap.from))
    }

    fn compare(&self, left: &Place, right: &Place, latencies: Option<&Latencies>) -> Ordering {
        let kinds = match latencies {
            Some(_) => &self.with_latencies,
            None => &self.without_latencies,
        };
        let mean =
            |place: &Place| latencies.and_then(|it| *it.means.get(usize::from(place.location))?);
        let rank = |place: &Place| self.location_ranks.get(usize::from(place.location));
        let by_kind = |kind: &PriorityKind| match kind {
            PriorityKind::Latency => match (mean(left), mean(right)) {
                (Some(left), Some(right)) => left.total_cmp(&right),
                (left, right) => right.is_some().cmp(&left.is_some()),
            },
            PriorityKind::Cost => left.hourly_cost.total_cmp(&right.hourly_cost),
            PriorityKind::Destination => left.destination.cmp(&right.destination),
            PriorityKind::Location => rank(left).cmp(&rank(right)),
        };
        let order = kinds.iter().map(by_kind).find(|order| order.is_ne());
        let name = || (left.destination, left.location).cmp(&(right.destination, right.location));
        order.unwrap_or_else(name)
    }
}

/// The locations where a queue may place, by name.
fn allowed_locations(queue: &GameSessionQueue) -> Vec<Arc<str>> {
    let allowed = &queue.allowed_locations;
    let all = queue.destinations.iter().flat_map(|it| &it.locations).map(|it| &it.location);
    let is_allowed = |name: &&String| allowed.is_empty() || allowed.contains(name);
    let mut locations: Vec<Arc<str>> =
        all.filter(is_allowed).map(|name| Arc::from(name.as_str())).collect();
    locations.sort_unstable();
    locations.dedup();
    locations
}

/// The places of a queue at these locations, by destination and location.
fn places(queue: &GameSessionQueue, locations: &[Arc<str>]) -> Vec<Place> {
    let mut places = Vec::new();
    for (destination, it) in queue.destinations.iter().enumerate() {
        for at in &it.locations {
            if let Ok(location) = locations.binary_search_by(|it| (**it).cmp(&at.location)) {
                places.push(Place {
                    destination: destination as u16,
                    location: location as u16,
                    hourly_cost: at.hourly_cost,
                });
            }
        }
    }
    places.sort_by_key(|place| (place.destination, place.location));
    places
}

/// From which age on each cap is in force, the lowest cap first. What comes after a policy without
/// an end is never in force.
fn caps(queue: &GameSessionQueue) -> Vec<Cap> {
    let mut policies = queue.player_latency_policies.clone();
    policies.sort_by_key(|policy| policy.maximum_individual_player_latency_milliseconds);
    let mut caps = Vec::new();
    let mut from = Some(Millis::new(0));
    for policy in policies {
        let Some(begin) = from else { break };
        let millis = f64::from(policy.maximum_individual_player_latency_milliseconds);
        caps.push(Cap { from: begin, millis });
        let length = policy.policy_duration_seconds.map(Millis::from_secs);
        from = length.map(|length| Millis::new(begin.get() + length.get()));
    }
    caps
}

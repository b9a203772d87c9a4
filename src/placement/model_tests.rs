//! Placements against a naive reference: seeded runs of requests, answers and stops that race each
//! other and the deadlines, on a fleet whose slots are counted. The reference works out the whole
//! order of attempts anew at every step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fleet::{FleetAnswer, FleetLocation, SimulatedFleet};
use super::placer::{Placer, PlacerLimits};
use super::queue::*;
use super::record::ALLOWED;
use crate::base::rng::DetRng;
use crate::base::time::{Millis, Timestamp};
use crate::model::placement::*;
use crate::model::ticket::{MatchId, PlacementId};

const PLAYERS: [&str; 3] = ["ana", "ben", "cem"];
const LOCATIONS: [&str; 5] = ["alpha", "bravo", "carol", "delta", "echo"];

/// One place, as the reference sees it.
#[derive(Clone, PartialEq, Debug)]
struct Spot {
    destination: usize,
    arn: String,
    location: String,
    cost: f64,
}

/// What the reference knows of a placement.
#[derive(Debug)]
struct Known {
    request: StartGameSessionPlacement,
    only: Option<Vec<Arc<str>>>,
    start: u64,
    status: PlacementStatus,
    ends: usize,
    /// Which pass it is in, from 0, and which of its places have had their turn.
    pass: u32,
    tried: Vec<Spot>,
    asked: Option<Spot>,
    attempts: u32,
    next_pass: Option<u64>,
    sessions: BTreeSet<String>,
}

struct Run {
    rng: DetRng,
    queue: GameSessionQueue,
    prefer_cost: bool,
    placer: Placer,
    fleet: SimulatedFleet,
    known: BTreeMap<PlacementId, Known>,
    now: u64,
    /// Answers that came back from the fleet and wait for their time.
    running: BTreeSet<String>,
    seen: BTreeMap<String, u64>,
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
    request: Option<&StartGameSessionPlacement>,
) -> Vec<Spot> {
    let mut order = spots(queue);
    order.sort_by(|left, right| left.location.cmp(&right.location));
    order.sort_by_key(|spot| spot.destination);
    let has_latencies = request.is_some_and(|it| !it.player_latencies.is_empty());
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
            PriorityKind::Latency => {
                let Some(request) = request.filter(|_| has_latencies) else { continue };
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

impl Known {
    /// The places of the pass that it is in, in order, those that no age allows left out.
    fn order(&self, queue: &GameSessionQueue, prefer_cost: bool) -> Vec<Spot> {
        let given = self.request.priority_configuration_override.as_ref();
        let mut order = default_order(queue, prefer_cost, Some(&self.request));
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

    fn deadline(&self, queue: &GameSessionQueue) -> u64 {
        self.start + u64::from(queue.timeout_in_seconds) * 1000
    }

    /// Goes on to the next place; passes that nothing can come of pass by.
    fn go_on(&mut self, queue: &GameSessionQueue, prefer_cost: bool, now: u64) {
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

    fn end(&mut self, status: PlacementStatus) {
        assert_eq!(self.status, PlacementStatus::Pending);
        self.status = status;
        self.ends += 1;
        self.asked = None;
        self.next_pass = None;
    }
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = DetRng::new(seed);
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
        let prefer_cost = below(2) == 0;
        let places = queue.destinations.iter().flat_map(|it| {
            it.locations.iter().map(|at| (it.destination_arn.clone(), at.location.clone()))
        });
        let places: Vec<FleetLocation> = places
            .map(|(destination, location)| FleetLocation {
                destination: destination.as_str().into(),
                location: location.as_str().into(),
                slots: below(3) as u32,
                start_time: Millis::new(below(4) * 700),
            })
            .collect();
        let limits = PlacerLimits {
            pending_max: 40,
            retained_max: 1000,
            retention: Millis::from_secs(3600),
        };
        let mut placer = Placer::new(limits, seed);
        placer.add_queue(queue.clone(), prefer_cost);
        Self {
            rng,
            queue,
            prefer_cost,
            placer,
            fleet: SimulatedFleet::new(places),
            known: BTreeMap::new(),
            now: 0,
            running: BTreeSet::new(),
            seen: BTreeMap::new(),
        }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.rng.next_u64() % limit
    }

    fn see(&mut self, what: impl Into<String>) {
        *self.seen.entry(what.into()).or_default() += 1;
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    /// Compares what came out with the reference, and hands requests to the fleet.
    fn compare(&mut self) {
        while let Some(event) = self.placer.poll_event() {
            let known = &self.known[&event.placement_id];
            assert_eq!(event.status, known.status);
            assert_eq!(event.end_time, self.at());
            assert_eq!(event.start_time.as_millis(), known.start);
            assert_eq!(known.ends, 1);
            self.see(format!("PENDING to {}", event.status.as_str()));
        }
        while let Some(action) = self.placer.poll_action() {
            match &action {
                PlacementAction::StartGameSession {
                    placement_id,
                    attempt,
                    destination,
                    location,
                } => {
                    let known = &self.known[placement_id];
                    let spot = known.asked.as_ref().expect("the reference asks, too");
                    assert_eq!((&*spot.arn, &*spot.location), (&**destination, &**location));
                    assert_eq!(*attempt, known.attempts);
                    self.see("asked");
                }
                PlacementAction::StopGameSession { placement_id, game_session_arn } => {
                    assert_ne!(self.known[placement_id].status, PlacementStatus::Pending);
                    assert!(!self.running.contains(&**game_session_arn));
                    self.see("a late session is stopped");
                }
            }
            self.fleet.take(self.at(), &action);
        }
        for (id, known) in &self.known {
            let view = self.placer.get(id).expect("it is known");
            assert_eq!(view.status, known.status, "{id}");
            let session = view.game_session.as_ref();
            let arn = session.and_then(|it| it.game_session_arn.clone());
            assert_eq!(arn.is_some(), known.status == PlacementStatus::Fulfilled);
            assert_eq!(arn.into_iter().collect::<BTreeSet<_>>(), known.sessions);
            if let Some(session) = session {
                let placed = session.matched_player_sessions.iter().map(|it| &it.player_id);
                let desired = known.request.desired_player_sessions.iter();
                assert!(placed.eq(desired.map(|it| &it.player_id)));
            }
        }
    }

    fn start(&mut self) {
        let number = self.known.len();
        let players: Vec<&str> = PLAYERS.into_iter().take(1 + self.below(3) as usize).collect();
        let mut request = StartGameSessionPlacement::new(format!("p{number}"), "q", 3);
        request.desired_player_sessions = players
            .iter()
            .map(|&it| DesiredPlayerSession { player_id: it.into(), player_data: None })
            .collect();
        if self.below(2) == 0 {
            for player in players {
                for location in LOCATIONS {
                    if self.below(8) > 0 {
                        request.player_latencies.push(PlayerLatency {
                            player_id: player.into(),
                            region_identifier: location.into(),
                            latency_in_milliseconds: (self.below(5) * 30) as f64,
                        });
                    }
                }
            }
        }
        let mut given = None;
        if self.below(3) == 0 {
            let fallback = match self.below(2) {
                0 => PlacementFallbackStrategy::None,
                _ => PlacementFallbackStrategy::DefaultAfterSinglePass,
            };
            let skip = self.below(4) as usize;
            let names = LOCATIONS.iter().rev().skip(skip).take(1 + self.below(2) as usize);
            given = Some(PriorityConfigurationOverride {
                placement_fallback_strategy: fallback,
                location_order: names.map(|&it| it.to_owned()).collect(),
            });
        }
        request.priority_configuration_override.clone_from(&given);
        let first = self.queue.priority_configuration.priority_order.first();
        let location_first = first == Some(&PriorityKind::Location);
        let refused = given.is_some() && !(request.player_latencies.is_empty() && location_first);
        let is_match = given.is_none() && self.below(3) == 0;
        let only = (is_match && self.below(2) == 0)
            .then(|| LOCATIONS.iter().take(2).map(|&it| Arc::from(it)).collect::<Vec<_>>());
        let answer = match is_match {
            true => {
                let match_id = MatchId::from(format!("m{number}"));
                let only = only.as_deref();
                let of = (match_id, number as u64);
                self.placer.start_for_match(self.at(), request.clone(), of, only).map(|_| ())
            }
            false => self.placer.start(self.at(), request.clone()).map(|_| ()),
        };
        assert_eq!(answer.is_err(), refused, "{answer:?}");
        if refused {
            self.see(match request.player_latencies.is_empty() {
                true => "an override without LOCATION first is refused",
                false => "an override with latencies is refused",
            });
            return;
        }
        let mut known = Known {
            only,
            start: self.now,
            status: PlacementStatus::Pending,
            ends: 0,
            pass: 0,
            tried: Vec::new(),
            asked: None,
            attempts: 0,
            next_pass: None,
            sessions: BTreeSet::new(),
            request,
        };
        let again = self.placer.start(self.at(), known.request.clone());
        assert!(again.is_err(), "an id is used once");
        known.go_on(&self.queue, self.prefer_cost, self.now);
        self.see(format!("override {:?}", given.map(|it| it.placement_fallback_strategy)));
        self.known.insert(known.request.placement_id.clone(), known);
    }

    fn stop(&mut self) {
        let number = self.below(self.known.len() as u64 + 2);
        let id = PlacementId::from(format!("p{number}"));
        let answer = self.placer.stop(self.at(), &id);
        match self.known.get_mut(&id) {
            Some(known) if known.status == PlacementStatus::Pending => {
                known.end(PlacementStatus::Cancelled);
                assert_eq!(answer.map(|it| it.status), Ok(PlacementStatus::Cancelled));
            }
            known => {
                let status = known.map(|it| it.status.as_str());
                assert!(answer.is_err());
                self.see(format!("stop of {}", status.unwrap_or("nothing")));
            }
        }
    }

    fn answer(&mut self, answer: FleetAnswer) {
        match answer {
            FleetAnswer::Started(mut started) => {
                if self.below(12) == 0 {
                    started.attempt = None;
                }
                let arn = started.game_session_connection_info.game_session_arn.clone();
                let arn = arn.expect("the fleet names its sessions");
                self.placer.session_started(self.at(), &started).expect("it is well formed");
                let known = self.known.get_mut(&started.placement_id).expect("it asked");
                if known.asked.is_some() {
                    known.end(PlacementStatus::Fulfilled);
                    known.sessions.insert(arn.clone());
                    assert!(self.running.insert(arn), "no session twice");
                    if self.below(3) == 0 {
                        self.placer.session_started(self.at(), &started).expect("said again");
                        self.see("a session is reported twice");
                    }
                }
            }
            FleetAnswer::Refused(mut refused) => {
                let kind = self.below(40);
                refused.reason = match kind {
                    0 => Refusal::Fatal,
                    1..=9 => Refusal::Error,
                    _ => Refusal::NoCapacity,
                };
                self.placer.session_refused(self.at(), &refused).expect("it was asked");
                let (now, queue, prefer_cost) = (self.now, self.queue.clone(), self.prefer_cost);
                let known = self.known.get_mut(&refused.placement_id).expect("it asked");
                if known.asked.is_some() {
                    match refused.reason {
                        Refusal::Fatal => known.end(PlacementStatus::Failed),
                        _ => known.go_on(&queue, prefer_cost, now),
                    }
                } else {
                    self.see("a refusal after the end");
                }
            }
        }
    }

    /// Everything up to `until` at its own time: answers, then deadlines, then new passes.
    fn settle(&mut self, until: u64) {
        loop {
            let due = self.placer.next_due().map(Timestamp::as_millis);
            let fleet = self.fleet.poll_timeout().map(Timestamp::as_millis);
            // Passes of the reference that nothing comes of are not those of the placer.
            let pending = self.known.values().filter(|it| it.status == PlacementStatus::Pending);
            let mine = pending.flat_map(|it| [it.next_pass, Some(it.deadline(&self.queue))]);
            let mine = mine.flatten().min();
            let Some(next) = [due, fleet, mine].into_iter().flatten().min() else { break };
            if next > until {
                break;
            }
            self.now = self.now.max(next);
            while let Some(answer) = self.fleet.poll_answer(self.at()) {
                self.answer(answer);
                self.compare();
            }
            while self.placer.next_due().is_some_and(|due| due <= self.at()) {
                self.placer.fire_next();
            }
            let (now, queue, prefer_cost) = (self.now, self.queue.clone(), self.prefer_cost);
            let mut passes = 0;
            for known in self.known.values_mut() {
                if known.status == PlacementStatus::Pending && known.deadline(&queue) == now {
                    known.end(PlacementStatus::TimedOut);
                } else if known.next_pass == Some(now) {
                    known.go_on(&queue, prefer_cost, now);
                    passes += 1;
                }
            }
            for _ in 0..passes {
                self.see("another pass");
            }
            self.compare();
        }
        self.now = until;
    }

    fn step(&mut self) {
        match self.below(10) {
            0..=3 => self.start(),
            4 => self.stop(),
            5 => {
                let running: Vec<String> = self.running.iter().cloned().collect();
                let pick = self.below(running.len() as u64 + 1) as usize;
                if let Some(arn) = running.get(pick) {
                    assert!(self.placer.end_session(arn) && self.fleet.end(arn));
                    self.running.remove(arn);
                    self.see("a slot is freed");
                }
            }
            6 => {
                let id = PlacementId::from(format!("p{}", self.below(4)));
                let report = GameSessionRefused {
                    placement_id: id,
                    attempt: Some(999),
                    reason: Refusal::Fatal,
                };
                let answer = self.placer.session_refused(self.at(), &report);
                let known = self.known.get(&report.placement_id);
                let is_pending = known.is_some_and(|it| it.status == PlacementStatus::Pending);
                assert_eq!(answer.is_err(), is_pending || known.is_none());
                self.see("an answer to no attempt");
            }
            _ => {
                let length = [0, 300, 1000, 2500][self.below(4) as usize];
                self.settle(self.now + length);
            }
        }
        self.compare();
        self.store();
    }

    /// Now and then goes on from what was stored.
    fn store(&mut self) {
        if self.below(20) > 0 {
            return;
        }
        let Some(form) = self.placer.stored() else { return };
        let limits = PlacerLimits {
            pending_max: 40,
            retained_max: 1000,
            retention: Millis::from_secs(3600),
        };
        let mut placer = Placer::new(limits, 0);
        placer.add_queue(self.queue.clone(), self.prefer_cost);
        let restored = placer.restore(form.clone(), self.at(), self.prefer_cost);
        assert_eq!(restored, Ok(()));
        assert_eq!(placer.stored(), Some(form));
        self.placer = placer;
        self.see("restored");
    }
}

#[test]
fn placements_go_as_the_naive_reference_does() {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..100 {
        let mut run = Run::new(seed);
        for _ in 0..120 {
            if run.known.len() < 30 || run.below(4) > 0 {
                run.step();
            }
        }
        // The end of every story.
        run.settle(run.now + 20_000);
        run.settle(run.now + 5_000);
        for known in run.known.values() {
            assert_eq!(known.ends, 1, "seed {seed}: every placement ends exactly once");
        }
        assert_eq!(run.fleet.used_slots(), run.running.len(), "seed {seed}: no slot is leaked");
        assert_eq!(run.placer.next_due(), None);
        for (what, count) in run.seen {
            *seen.entry(what).or_default() += count;
        }
    }
    for (what, count) in &seen {
        println!("{count:>8}  {what}");
    }
    for (from, to) in ALLOWED {
        let what = format!("{} to {}", from.as_str(), to.as_str());
        assert!(seen.contains_key(&what), "never: {what}");
    }
    for status in PlacementStatus::ALL.iter().skip(1) {
        let what = format!("stop of {}", status.as_str());
        assert!(seen.contains_key(&what), "never: {what}");
    }
    for what in [
        "stop of nothing",
        "asked",
        "another pass",
        "a late session is stopped",
        "a refusal after the end",
        "a session is reported twice",
        "a slot is freed",
        "an answer to no attempt",
        "an override with latencies is refused",
        "an override without LOCATION first is refused",
        "override None",
        "override Some(None)",
        "override Some(DefaultAfterSinglePass)",
        "restored",
    ] {
        assert!(seen.contains_key(what), "never: {what}");
    }
}

#[test]
fn the_table_has_every_way_out_of_pending_and_no_other() {
    let ends: BTreeSet<_> = ALLOWED.iter().map(|&(_, to)| to).collect();
    assert!(ALLOWED.iter().all(|&(from, _)| from == PlacementStatus::Pending));
    assert!(ends.into_iter().eq(PlacementStatus::ALL.into_iter().skip(1)));
}

//! Placements against a naive reference: seeded runs of requests, answers and stops that race each
//! other and the deadlines, on a fleet whose slots are counted.

mod draw;
mod reference;

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
use reference::Known;

const LIMITS: PlacerLimits =
    PlacerLimits { pending_max: 40, retained_max: 1000, retention: Millis::from_secs(3600) };

struct Run {
    rng: DetRng,
    queue: GameSessionQueue,
    prefer_cost: bool,
    placer: Placer,
    fleet: SimulatedFleet,
    known: BTreeMap<PlacementId, Known>,
    now: u64,
    /// The game sessions that run, by ARN.
    running: BTreeSet<String>,
    /// How often what has happened.
    seen: BTreeMap<String, u64>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = DetRng::new(seed);
        let queue = draw::queue(&mut rng);
        let prefer_cost = rng.next_u64() & 1 == 0;
        let fleet = draw::fleet(&queue, &mut rng);
        let mut placer = Placer::new(LIMITS, seed);
        placer.add_queue(queue.clone(), prefer_cost);
        Self {
            rng,
            queue,
            prefer_cost,
            placer,
            fleet,
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
        let request = draw::request(format!("p{number}"), &mut self.rng);
        let given = request.priority_configuration_override.clone();
        let first = self.queue.priority_configuration.priority_order.first();
        let location_first = first == Some(&PriorityKind::Location);
        let refused = given.is_some() && !(request.player_latencies.is_empty() && location_first);
        let is_match = given.is_none() && self.below(3) == 0;
        let only = (is_match && self.below(2) == 0)
            .then(|| draw::LOCATIONS.iter().take(2).map(|&it| Arc::from(it)).collect::<Vec<_>>());
        let answer = match is_match {
            true => {
                let match_id = MatchId::from(format!("m{number}"));
                let only = only.as_deref();
                let of = (match_id, number as u64);
                let deadline = self.placer.start_for_match(self.at(), request.clone(), of, only);
                assert!(deadline.is_some(), "there is a queue of that name");
                Ok(())
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
        let mut known = Known::new(request, only, self.now);
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
        let mut placer = Placer::new(LIMITS, 0);
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

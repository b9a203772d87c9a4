//! Matches and their placements in seeded runs on a simulated fleet: whatever happens, a match that
//! is placed has one placement, each placement ends once, and no slot is lost.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

#[path = "support/dice.rs"]
mod dice;

use std::collections::{BTreeMap, BTreeSet};

use dice::Dice;
use rallypoint::wire::{configuration_from_json, parse_input};
use rallypoint::*;
use serde_json::{Value, json};

const LOCATIONS: [&str; 3] = ["eu", "us", "ap"];

struct Run {
    seed: u64,
    dice: Dice,
    engine: Matchmaker,
    fleet: SimulatedFleet,
    now: Timestamp,
    players: usize,
    /// Placements that are pending, each with its match if it is for one.
    pending: BTreeMap<PlacementId, Option<MatchId>>,
    ended: BTreeSet<PlacementId>,
    matches: BTreeSet<MatchId>,
    /// Sessions that are up and not over.
    running: BTreeSet<String>,
    /// What a ticket was at last.
    statuses: BTreeMap<TicketId, TicketStatus>,
    seen: BTreeMap<String, usize>,
}

fn rules() -> RuleSet {
    let text = r#"{"name": "sides", "ruleLanguageVersion": "1.0", "teams": [
        {"name": "red", "minPlayers": 1, "maxPlayers": 2},
        {"name": "blue", "minPlayers": 1, "maxPlayers": 2}],
        "rules": [{"name": "near", "type": "latency", "maxLatency": 150}]}"#;
    RuleSet::from_json(text).unwrap_or_else(|it| panic!("{it}"))
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let locations: Vec<Value> =
            LOCATIONS.iter().map(|it| json!({"Location": it, "HourlyCost": 1})).collect();
        let accepts = dice.below(2) == 0;
        let json = json!({
            "BackfillMode": if dice.below(2) == 0 { "AUTOMATIC" } else { "MANUAL" },
            "AcceptanceRequired": accepts,
            "AcceptanceTimeoutSeconds": 5,
            "RequestTimeoutSeconds": 60,
            "Queue": {
                "Name": "q", "TimeoutInSeconds": 10,
                "Destinations": [{"DestinationArn": "fleet/one", "Locations": locations}],
                "PlayerLatencyPolicies": [
                    {"MaximumIndividualPlayerLatencyMilliseconds": 60, "PolicyDurationSeconds": 3},
                    {"MaximumIndividualPlayerLatencyMilliseconds": 120},
                ],
            },
        });
        let configuration = configuration_from_json(&json).unwrap_or_else(|it| panic!("{it}"));
        let places = LOCATIONS.map(|location| FleetLocation {
            destination: "fleet/one".into(),
            location: location.into(),
            slots: dice.below(3) as u32,
            start_time: Millis::new(dice.below(5) as u64 * 900),
        });
        let now = Timestamp::from_millis(0);
        let options = EngineOptions::default();
        let engine = Matchmaker::new(rules(), configuration, options, now, seed);
        Self {
            seed,
            dice,
            engine: engine.unwrap_or_else(|it| panic!("{it}")),
            fleet: SimulatedFleet::new(places.to_vec()),
            now,
            players: 0,
            pending: BTreeMap::new(),
            ended: BTreeSet::new(),
            matches: BTreeSet::new(),
            running: BTreeSet::new(),
            statuses: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    fn see(&mut self, what: impl Into<String>) {
        *self.seen.entry(what.into()).or_default() += 1;
    }

    fn call(&mut self, operation: &str, input: &Value) -> Result<Response, InputError> {
        let input = parse_input(operation, input).unwrap_or_else(|it| panic!("{it}"));
        let answer = self.engine.handle_input(self.now, input);
        self.take();
        answer
    }

    /// Takes out what the last call has told, and checks what must hold after every call.
    fn take(&mut self) {
        let mut ends = Vec::new();
        let mut follows = BTreeSet::new();
        while let Some(event) = self.engine.poll_event() {
            match &event.detail {
                EventDetail::Placement(placement) => {
                    assert_ne!(placement.status, PlacementStatus::Pending);
                    assert!(self.ended.insert(placement.placement_id.clone()), "ends once");
                    let was = self.pending.remove(&placement.placement_id);
                    assert!(was.is_none_or(|it| it == placement.match_id));
                    let kind = if placement.match_id.is_some() { "match" } else { "request" };
                    self.see(format!("{kind} {}", placement.status.as_str()));
                    if let Some(session) = &placement.game_session {
                        let arn = session.game_session_arn.clone().unwrap_or_default();
                        assert!(self.running.insert(arn), "no session twice");
                    }
                    ends.push(placement.clone());
                }
                EventDetail::PotentialMatchCreated { match_id, .. } => {
                    self.matches.insert(match_id.clone());
                }
                EventDetail::MatchmakingSucceeded { match_id, .. }
                | EventDetail::MatchmakingFailed { match_id, .. } => {
                    follows.insert(match_id.clone());
                }
                _ => {}
            }
        }
        while self.engine.poll_update().is_some() {}
        while let Some(action) = self.engine.poll_action() {
            match &action {
                PlacementAction::StopGameSession { .. } => self.see("a late session"),
                _ => self.see("asked"),
            }
            self.fleet.take(self.now, &action);
        }
        self.check_ends(&ends, &follows);
        self.check_placements();
        self.check_tickets();
    }

    /// The end of the placement of a match is told with what comes of the match.
    fn check_ends(&self, ends: &[PlacementEvent], follows: &BTreeSet<MatchId>) {
        for end in ends {
            let Some(match_id) = &end.match_id else { continue };
            let goes_back = end.status == PlacementStatus::TimedOut;
            assert_eq!(follows.contains(match_id), !goes_back, "seed {}: {end:?}", self.seed);
            assert_eq!(self.engine.pending_match(match_id), None);
        }
    }

    /// A placement that ends says so, and a match waits for its session as long as its placement is
    /// pending.
    fn check_placements(&mut self) {
        for placement in self.engine.placements() {
            let id = placement.request.placement_id;
            if placement.status == PlacementStatus::Pending {
                let as_match = MatchId::from(id.as_str());
                let of = self.matches.contains(&as_match).then_some(as_match);
                self.pending.insert(id, of);
            } else {
                assert!(self.ended.contains(&id), "{id} has ended without an event");
            }
        }
        let placing: BTreeSet<MatchId> = self
            .engine
            .pending_matches()
            .filter(|it| it.status == TicketStatus::Placing)
            .map(|it| it.match_id)
            .collect();
        let asked: BTreeSet<MatchId> = self.pending.values().flatten().cloned().collect();
        assert_eq!(placing, asked, "seed {}", self.seed);
    }

    /// Who is placed has a session, with a place for each new player.
    fn check_tickets(&mut self) {
        for ticket in self.engine.tickets() {
            let before = self.statuses.insert(ticket.ticket_id.clone(), ticket.status);
            if let Some(before) = before.filter(|&before| before != ticket.status) {
                let what = format!("{} to {}", before.as_str(), ticket.status.as_str());
                *self.seen.entry(what).or_default() += 1;
            }
            if ticket.status == TicketStatus::Completed {
                let info = ticket.game_session_connection_info;
                let info = info.unwrap_or_else(|| panic!("{} has no session", ticket.ticket_id));
                let given: Vec<_> =
                    info.matched_player_sessions.iter().map(|it| &it.player_id).collect();
                // The players of an automatic backfill are there already.
                let is_backfill = !ticket.ticket_id.as_str().starts_with("player");
                let new = ticket.players.iter().filter(|_| !is_backfill);
                assert!(new.map(|it| &it.player_id).eq(given), "{}", ticket.ticket_id);
            }
        }
    }

    fn settle(&mut self, until: Timestamp) {
        loop {
            let due = [self.engine.poll_timeout(), self.fleet.poll_timeout()];
            let Some(due) = due.into_iter().flatten().min().filter(|&due| due <= until) else {
                break;
            };
            self.now = self.now.max(due);
            let Some(answer) = self.fleet.poll_answer(self.now) else {
                let _ = self.engine.handle_timeout(self.now).unwrap_or_else(|it| panic!("{it}"));
                self.take();
                continue;
            };
            let input = match answer {
                FleetAnswer::Started(it) => Input::GameSessionStarted(it),
                FleetAnswer::Refused(mut it) => {
                    it.reason = match self.dice.below(50) {
                        0 => Refusal::Fatal,
                        1..=9 => Refusal::Error,
                        _ => Refusal::NoCapacity,
                    };
                    Input::GameSessionRefused(it)
                }
            };
            self.engine.handle_input(self.now, input).unwrap_or_else(|it| panic!("{it}"));
            self.take();
        }
        self.now = until;
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let at = self.dice.below(from.len().max(1));
        from.get(at).cloned()
    }

    /// Somebody comes.
    fn start(&mut self) {
        self.players += 1;
        let name = format!("player{}", self.players);
        let mut latencies = json!({});
        for location in LOCATIONS {
            if self.dice.below(3) > 0 {
                latencies[location] = json!(1 + self.dice.below(6) * 30);
            }
        }
        let mut player = json!({"PlayerId": name, "LatencyInMs": latencies});
        if latencies == json!({}) {
            player = json!({"PlayerId": name, "LatencyInMs": {"eu": 20}});
        }
        let ticket = json!({"TicketId": name, "Players": [player]});
        self.call("StartMatchmaking", &ticket).unwrap_or_else(|it| panic!("{it}"));
    }

    /// The players of a proposal answer.
    fn answer(&mut self) {
        let waiting: Vec<PendingMatch> = self
            .engine
            .pending_matches()
            .filter(|it| it.status == TicketStatus::RequiresAcceptance)
            .collect();
        let Some(found) = self.pick(&waiting) else { return };
        for id in found.ticket_ids {
            let players = self.engine.ticket(&id).map(|it| it.players).unwrap_or_default();
            let Some(player) = players.first().filter(|_| players.len() == 1) else {
                continue;
            };
            let answer = if self.dice.below(12) == 0 { "REJECT" } else { "ACCEPT" };
            let input = json!({
                "TicketId": id.as_str(), "AcceptanceType": answer,
                "PlayerIds": [player.player_id.as_str()],
            });
            // A rejection has dropped the match, or the ticket is a backfill.
            let _ = self.call("AcceptMatch", &input);
        }
    }

    fn step(&mut self) {
        match self.dice.below(12) {
            0..=3 => self.start(),
            4 | 5 => self.answer(),
            6 => {
                let input = json!({
                    "PlacementId": format!("request-{}", self.players * 100 + self.dice.below(100)),
                    "GameSessionQueueName": "q", "MaximumPlayerSessionCount": 1,
                });
                let _ = self.call("StartGameSessionPlacement", &input);
            }
            7 => {
                let pending: Vec<PlacementId> = self.pending.keys().cloned().collect();
                if self.dice.below(3) > 0 {
                    return;
                }
                let Some(id) = self.pick(&pending) else { return };
                let input = json!({"PlacementId": id.as_str()});
                self.call("StopGameSessionPlacement", &input).unwrap_or_else(|it| panic!("{it}"));
            }
            8 => {
                let running: Vec<String> = self.running.iter().cloned().collect();
                let Some(arn) = self.pick(&running) else { return };
                self.call("EndGameSession", &json!({"GameSessionArn": arn}))
                    .unwrap_or_else(|it| panic!("{it}"));
                assert!(self.fleet.end(&arn), "the fleet runs what is running");
                self.running.remove(&arn);
            }
            9 => {
                let snapshot = self.engine.snapshot();
                let again = Matchmaker::restore(rules(), snapshot.clone());
                self.engine = again.unwrap_or_else(|it| panic!("seed {}: {it}", self.seed));
                assert_eq!(self.engine.snapshot(), snapshot);
            }
            _ => {
                let length = [100, 1000, 2500][self.dice.below(3)];
                self.settle(self.now.plus(Millis::new(length)));
            }
        }
    }
}

#[test]
fn a_match_in_a_queue_has_one_placement_and_no_slot_is_lost() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..40 {
        let mut run = Run::new(seed);
        for _ in 0..150 {
            run.step();
        }
        run.settle(run.now.plus(Millis::from_secs(200)));
        assert!(run.pending.is_empty(), "seed {seed}: every placement ends");
        assert_eq!(run.fleet.used_slots(), run.running.len(), "seed {seed}: no slot is lost");
        for (what, count) in run.seen {
            *seen.entry(what).or_default() += count;
        }
    }
    for (what, count) in &seen {
        println!("{count:>8}  {what}");
    }
    for what in [
        "asked",
        "a late session",
        "match FULFILLED",
        "match CANCELLED",
        "match TIMED_OUT",
        "match FAILED",
        "request FULFILLED",
        "request CANCELLED",
        "request TIMED_OUT",
        "request FAILED",
        "PLACING to COMPLETED",
        "PLACING to FAILED",
        "PLACING to SEARCHING",
        "REQUIRES_ACCEPTANCE to PLACING",
    ] {
        assert!(seen.contains_key(what), "never: {what}");
    }
}

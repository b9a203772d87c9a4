//! A simulated fleet: it answers for the host in scenarios, simulations and tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::time::{Millis, Timestamp};
use crate::model::placement::{GameSessionRefused, GameSessionStarted, PlacementAction, Refusal};
use crate::model::session::GameSessionConnectionInfo;
use crate::model::ticket::PlacementId;

/// A location of a destination, as the simulated fleet has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FleetLocation {
    /// The ARN of the destination, as the queue has it.
    pub destination: Arc<str>,
    /// The location.
    pub location: Arc<str>,
    /// How many game sessions it can run at one time.
    pub slots: u32,
    /// How long one takes to start. The slot is taken from the beginning.
    pub start_time: Millis,
}

/// What the fleet says to a request of a placement: one of the host's answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FleetAnswer {
    /// The session is up.
    Started(GameSessionStarted),
    /// There is no free slot at that place, or no such place.
    Refused(GameSessionRefused),
}

/// Destinations with slots. Full places refuse at once with NO_CAPACITY; the others start a session
/// in their time. It has no clock and no chance: the same requests get the same answers.
///
/// ```
/// use rallypoint::*;
///
/// fn drive(matchmaker: &mut Matchmaker, fleet: &mut SimulatedFleet, now: Timestamp)
///     -> Result<(), InputError>
/// {
///     while let Some(action) = matchmaker.poll_action() {
///         fleet.take(now, &action);
///     }
///     while let Some(answer) = fleet.poll_answer(now) {
///         let input = match answer {
///             FleetAnswer::Started(it) => Input::GameSessionStarted(it),
///             FleetAnswer::Refused(it) => Input::GameSessionRefused(it),
///         };
///         matchmaker.handle_input(now, input)?;
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SimulatedFleet {
    places: Vec<FleetLocation>,
    free: Vec<u32>,
    /// The place of each session that has a slot, by its ARN.
    sessions: BTreeMap<String, usize>,
    /// What it will say, and when; answers of one instant in the order of the requests.
    answers: BTreeMap<(Timestamp, u64), FleetAnswer>,
    /// Requests so far.
    requests: u64,
}

impl SimulatedFleet {
    /// A fleet with all slots free.
    pub fn new(places: Vec<FleetLocation>) -> Self {
        Self {
            free: places.iter().map(|place| place.slots).collect(),
            places,
            sessions: BTreeMap::new(),
            answers: BTreeMap::new(),
            requests: 0,
        }
    }

    /// Takes a request of [`Matchmaker::poll_action`](crate::Matchmaker::poll_action).
    pub fn take(&mut self, now: Timestamp, action: &PlacementAction) {
        match action {
            PlacementAction::StartGameSession { placement_id, attempt, destination, location } => {
                self.start(now, placement_id, *attempt, destination, location);
            }
            PlacementAction::StopGameSession { game_session_arn, .. } => {
                self.end(game_session_arn);
            }
        }
    }

    fn start(
        &mut self,
        now: Timestamp,
        placement_id: &PlacementId,
        attempt: u32,
        destination: &Arc<str>,
        location: &Arc<str>,
    ) {
        self.requests += 1;
        let number = self.requests;
        let is_asked =
            |it: &FleetLocation| it.destination == *destination && it.location == *location;
        let at = self.places.iter().position(is_asked);
        let free = at.and_then(|at| Some((at, self.free.get_mut(at).filter(|free| **free > 0)?)));
        let (placement_id, attempt) = (placement_id.clone(), Some(attempt));
        let Some((at, free)) = free else {
            let reason = Refusal::NoCapacity;
            let refused = GameSessionRefused { placement_id, attempt, reason };
            self.answers.insert((now, number), FleetAnswer::Refused(refused));
            return;
        };
        *free -= 1;
        let fleet = destination.rsplit('/').next().unwrap_or_default();
        let arn = format!("arn:aws:gamelift:{location}::gamesession/{fleet}/gsess-{number}");
        self.sessions.insert(arn.clone(), at);
        let [.., high, middle, low] = number.to_be_bytes();
        let started = GameSessionStarted {
            placement_id,
            attempt,
            game_session_connection_info: GameSessionConnectionInfo {
                ip_address: Some(format!("10.{high}.{middle}.{low}")),
                port: Some(7777),
                ..GameSessionConnectionInfo::new(arn)
            },
        };
        let start_time = self.places.get(at).map_or(Millis::new(0), |place| place.start_time);
        self.answers.insert((now.plus(start_time), number), FleetAnswer::Started(started));
    }

    /// When it says something next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.answers.first_key_value().map(|(&(at, _), _)| at)
    }

    /// The next thing that it says up to `now`.
    pub fn poll_answer(&mut self, now: Timestamp) -> Option<FleetAnswer> {
        let next = self.answers.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(next.remove())
    }

    /// A game session is over: its slot is free. Whether it was one of the fleet's.
    pub fn end(&mut self, game_session_arn: &str) -> bool {
        let Some(at) = self.sessions.remove(game_session_arn) else { return false };
        if let Some(free) = self.free.get_mut(at) {
            *free += 1;
        }
        true
    }

    /// Slots that sessions have, those that start included.
    pub fn used_slots(&self) -> usize {
        self.sessions.len()
    }
}

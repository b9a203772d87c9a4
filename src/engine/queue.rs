//! The queue of the configuration: placements of matches and of requests (facts 8.5).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Matchmaker;
use super::input::{DescribeMatch, InputError};
use super::options::EngineOptions;
use super::response::Response;
use super::validate;
use crate::base::time::Timestamp;
use crate::lifecycle::event::EventDetail;
use crate::lifecycle::pending::{MatchRecord, MatchStage};
use crate::model::placement::{
    DescribeGameSessionPlacement, DesiredPlayerSession, GameSessionPlacement, GameSessionRefused,
    GameSessionStarted, PlacementStatus, PlayerLatency, StartGameSessionPlacement,
    StopGameSessionPlacement,
};
use crate::model::ticket::{PlacementId, Player};
use crate::placement::PlacerLimits;
use crate::placement::why::WhyUnplaced;

pub(super) const fn limits(options: &EngineOptions) -> PlacerLimits {
    PlacerLimits {
        pending_max: options.pending_placements_max,
        retained_max: options.retained_placements_max,
        retention: options.retention,
    }
}

impl Matchmaker {
    /// A placement that is known, as it stands.
    pub fn placement(&self, id: &PlacementId) -> Option<GameSessionPlacement> {
        self.placer.get(id).map(|placement| self.with_data(placement))
    }

    /// The placements that are known, those that have ended and are remembered included, in the
    /// order in which they began.
    pub fn placements(&self) -> impl Iterator<Item = GameSessionPlacement> + '_ {
        self.placer.ids().filter_map(|id| self.placement(id))
    }

    /// Why a placement has never asked for a game session and never will; `None` for one that has,
    /// may do so yet, was stopped, or is not known.
    pub fn why_unplaced(&self, id: &PlacementId) -> Option<WhyUnplaced> {
        self.placer.why_unplaced(id)
    }

    /// Takes up the queue of the configuration. What has begun goes on in the queue that it began
    /// in.
    pub(super) fn set_queue(&mut self) {
        self.placer.clear_queues();
        if let Some(queue) = &self.configuration.queue {
            self.placer.add_queue(queue.clone(), self.options.prefer_cost_without_latency);
        }
    }

    /// Begins the placement of a match: what the match waits for then. None without a queue: the host
    /// places it.
    pub(super) fn ask_queue(&mut self, record: &MatchRecord, at: Timestamp) -> Option<MatchStage> {
        let queue = self.configuration.queue.as_ref()?.name.clone();
        let id = self.placer.id_for_match(&record.id);
        let tickets = record.tickets.iter().filter_map(|&key| self.book.record(key));
        let players: Vec<Player> = tickets.flat_map(|it| self.book.players(it)).collect();
        let sizes = self.rule_set.plan().sizes.iter();
        let room = sizes.map(|sizes| sizes.iter().map(|size| size.max).sum::<u32>()).max();
        let room = room.unwrap_or(0).max(players.len() as u32);
        let mut regions: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        let mut latencies = Vec::new();
        for player in &players {
            for (region, &millis) in &player.latency_in_ms {
                let name = regions.entry(region).or_insert_with(|| region.as_str().into());
                latencies.push(PlayerLatency {
                    player_id: player.player_id.clone(),
                    region_identifier: Arc::clone(name),
                    latency_in_milliseconds: f64::from(millis),
                });
            }
        }
        let desired = players.iter().map(|player| DesiredPlayerSession {
            player_id: player.player_id.clone(),
            player_data: None,
        });
        let request = StartGameSessionPlacement {
            game_properties: self.configuration.game_properties.clone(),
            player_latencies: latencies,
            desired_player_sessions: desired.collect(),
            game_session_data: self.configuration.game_session_data.clone(),
            ..StartGameSessionPlacement::new(id.clone(), queue, room)
        };
        let only = (!record.locations.is_empty()).then_some(&record.locations[..]);
        let of = (record.id.clone(), record.number);
        let deadline = self.placer.start_for_match(at, request, of, only)?;
        Some(MatchStage::InQueue { deadline, placement: id })
    }

    /// Tells what placements have come to, and goes on with their matches.
    pub(super) fn take_placement_events(&mut self) {
        while let Some(event) = self.placer.poll_event() {
            let (status, at, session) = (event.status, event.end_time, event.game_session.clone());
            let key = event.match_id.as_ref().and_then(|id| self.pending.find(id));
            let data = self.placer.custom_event_data(&event.placement_id);
            self.outbox.push_with(at, data, EventDetail::Placement(event));
            let Some(key) = key else { continue };
            let arn = session.as_ref().and_then(|session| session.game_session_arn.as_deref());
            match (status, &session, arn) {
                (PlacementStatus::Fulfilled, Some(session), Some(arn)) => {
                    self.session_is_up(key, arn, session, at);
                }
                (PlacementStatus::TimedOut, ..) => self.placement_timed_out(key, at),
                _ => self.placement_failed(key, at),
            }
        }
    }

    pub(super) fn start_placement(
        &mut self,
        request: StartGameSessionPlacement,
    ) -> Result<Response, InputError> {
        let placement = self.placer.start(self.now, request)?;
        Ok(Response::StartGameSessionPlacement(Box::new(placement)))
    }

    pub(super) fn describe_placement(
        &self,
        request: &DescribeGameSessionPlacement,
    ) -> Result<Response, InputError> {
        let placement = self.placer.describe(&request.placement_id)?;
        Ok(Response::DescribeGameSessionPlacement(Box::new(self.with_data(placement))))
    }

    pub(super) fn stop_placement(
        &mut self,
        request: &StopGameSessionPlacement,
    ) -> Result<Response, InputError> {
        let placement = self.placer.stop(self.now, &request.placement_id)?;
        let placement = self.with_data(placement);
        self.take_placement_events();
        Ok(Response::StopGameSessionPlacement(Box::new(placement)))
    }

    pub(super) fn game_session_started(
        &mut self,
        report: &GameSessionStarted,
    ) -> Result<Response, InputError> {
        let arn = validate::connection_info(&report.game_session_connection_info)?;
        if self.sessions.get(arn).is_some() && !self.placer.has_session(arn) {
            return Err(InputError::invalid(format!(
                "`GameSessionConnectionInfo.GameSessionArn`: the game session `{}` is running a match; every placement needs one of its own",
                validate::shown(arn)
            )));
        }
        self.placer.session_started(self.now, report)?;
        self.take_placement_events();
        Ok(Response::GameSessionStarted)
    }

    pub(super) fn game_session_refused(
        &mut self,
        report: &GameSessionRefused,
    ) -> Result<Response, InputError> {
        self.placer.session_refused(self.now, report)?;
        self.take_placement_events();
        Ok(Response::GameSessionRefused)
    }

    /// Adds what the game server is told of the match of a placement.
    fn with_data(&self, placement: GameSessionPlacement) -> GameSessionPlacement {
        let id = &placement.request.placement_id;
        let arn = placement.game_session.as_ref().and_then(|it| it.game_session_arn.clone());
        let of = match (self.placer.match_of(id), arn) {
            (None, _) => None,
            (Some(_), Some(arn)) => Some(DescribeMatch::GameSession(arn)),
            (Some(match_id), None) => Some(DescribeMatch::Match(match_id.clone())),
        };
        let matchmaker_data = of.and_then(|of| self.matchmaker_data(&of));
        GameSessionPlacement { matchmaker_data, ..placement }
    }
}

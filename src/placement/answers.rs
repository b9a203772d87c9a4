//! What the host says of the game sessions that placements ask for.

use super::check::{Checked, refuse};
use super::placer::Placer;
use crate::base::rng::DetRng;
use crate::base::shown::shown;
use crate::base::time::Timestamp;
use crate::model::placement::{
    DesiredPlayerSession, GameSessionRefused, GameSessionStarted, PlacementAction, PlacementStatus,
    Refusal,
};
use crate::model::session::{GameSessionConnectionInfo, MatchedPlayerSession};

impl Placer {
    /// Takes a session that has come up. One that no placement waits for is to be stopped.
    ///
    /// # Errors
    /// When there is no such placement, or the session is not one of its own or has players that
    /// were not asked for; nothing has changed.
    pub(crate) fn session_started(
        &mut self,
        now: Timestamp,
        report: &GameSessionStarted,
    ) -> Checked {
        let key = self.key(&report.placement_id)?;
        let info = &report.game_session_connection_info;
        let Some(arn) = &info.game_session_arn else {
            return refuse("`GameSessionConnectionInfo.GameSessionArn` is missing");
        };
        match self.by_arn.get(arn.as_str()) {
            // the same report again
            Some(&known) if known == key => return Ok(()),
            Some(_) => {
                return refuse(format!(
                    "`GameSessionConnectionInfo.GameSessionArn`: the game session `{}` is that of another placement",
                    shown(arn)
                ));
            }
            None => {}
        }
        let Some(record) = self.records.get_mut(key) else { return Ok(()) };
        let Some(place) = record.awaited(report.attempt) else {
            self.actions.push_back(PlacementAction::StopGameSession {
                placement_id: report.placement_id.clone(),
                game_session_arn: arn.as_str().into(),
            });
            return Ok(());
        };
        let desired = &record.details.request().desired_player_sessions;
        for (position, given) in info.matched_player_sessions.iter().enumerate() {
            if !desired.iter().any(|it| it.player_id == given.player_id) {
                return refuse(format!(
                    "`GameSessionConnectionInfo.MatchedPlayerSessions[{position}]`: the placement does not ask for a player `{}`",
                    shown(given.player_id.as_str())
                ));
            }
        }
        let matched_player_sessions =
            player_sessions(desired, &info.matched_player_sessions, &mut self.rng);
        let location = record.queue.place(place).map(|place| usize::from(place.location));
        let location = location.and_then(|it| record.queue.locations.get(it));
        let location = info.location.clone().or_else(|| location.map(|it| it.to_string()));
        record.details.session = Some(Box::new(GameSessionConnectionInfo {
            matched_player_sessions,
            location,
            ..info.clone()
        }));
        self.by_arn.insert(arn.as_str().into(), key);
        self.finish(key, PlacementStatus::Fulfilled, now);
        Ok(())
    }

    /// Takes the answer that a session does not come up. After the end of a placement it says
    /// nothing new.
    ///
    /// # Errors
    /// When there is no such placement, or it does not wait for this answer; nothing has changed.
    pub(crate) fn session_refused(
        &mut self,
        now: Timestamp,
        report: &GameSessionRefused,
    ) -> Checked {
        let key = self.key(&report.placement_id)?;
        let Some(record) = self.records.get(key) else { return Ok(()) };
        if record.status != PlacementStatus::Pending {
            return Ok(());
        }
        if record.awaited(report.attempt).is_none() {
            let (id, last) = (&report.placement_id, record.attempts);
            let message = match report.attempt {
                Some(attempt) => format!(
                    "`Attempt`: the placement `{id}` does not wait for the answer to attempt {attempt}; its last is {last}"
                ),
                None => format!("the placement `{id}` does not wait for an answer"),
            };
            return refuse(message);
        }
        match report.reason {
            Refusal::NoCapacity | Refusal::Error => self.ask_next(key, now),
            Refusal::Fatal => self.finish(key, PlacementStatus::Failed, now),
        }
        Ok(())
    }

    /// Whether a placement has a running game session of this ARN.
    pub(crate) fn has_session(&self, arn: &str) -> bool {
        self.by_arn.contains_key(arn)
    }

    /// A game session is over. Whether a placement had it.
    pub(crate) fn end_session(&mut self, arn: &str) -> bool {
        self.by_arn.remove(arn).is_some()
    }
}

/// A place for each desired player: the host's, and for the others new ones.
fn player_sessions(
    desired: &[DesiredPlayerSession],
    given: &[MatchedPlayerSession],
    rng: &mut DetRng,
) -> Vec<MatchedPlayerSession> {
    let of_player = |desired: &DesiredPlayerSession| {
        let given = given.iter().find(|it| it.player_id == desired.player_id).cloned();
        given.unwrap_or_else(|| MatchedPlayerSession {
            player_id: desired.player_id.clone(),
            player_session_id: format!("psess-{}", rng.uuid().as_str()).into(),
        })
    };
    desired.iter().map(of_player).collect()
}

//! Commands that suit what a matchmaker is at.

use std::collections::BTreeMap;

use super::chance::Chance;
use super::setup::Setup;
use crate::base::time::Timestamp;
use crate::engine::Matchmaker;
use crate::engine::input::{
    AcceptMatch, AcceptanceType, CompletePlacement, EndGameSession, FailPlacement, Input,
    PlacementFailure, PlacementOf, RemovePlayers, StartMatchBackfill, StartMatchmaking,
    StopMatchmaking,
};
use crate::engine::response::{GameSession, PendingMatch};
use crate::lifecycle::status::TicketStatus;
use crate::model::session::GameSessionConnectionInfo;
use crate::model::ticket::TicketId;

/// Makes the commands of one instant. They may be refused; then both engines must refuse them.
pub(super) struct Commands<'s> {
    pub(super) setup: &'s Setup,
    pub(super) chance: Chance,
    /// Counts them, for new names.
    pub(super) number: u64,
}

impl Commands<'_> {
    /// The next commands, all at one instant; none when time only passes.
    pub(super) fn draw(
        &mut self,
        engine: &Matchmaker,
        waiting: &BTreeMap<TicketId, Timestamp>,
    ) -> Vec<Input> {
        self.number += 1;
        let pending: Vec<PendingMatch> = engine.pending_matches().collect();
        if !pending.is_empty() && self.chance.percent(35) {
            let of = self.chance.one_of(&pending);
            return match of.status {
                TicketStatus::RequiresAcceptance => self.answer(engine, of),
                _ => self.place(of),
            };
        }
        let guards = self.setup.options.backfill_before_new_match_seconds > 0;
        if guards && self.setup.has_backfill && self.chance.percent(12) {
            return self.crowd();
        }
        let sessions: Vec<GameSession> = engine.game_sessions().collect();
        match self.chance.below(100) {
            0..8 => Vec::new(),
            8..20 => self.stop(waiting, &pending),
            20..31 if self.setup.has_backfill => self.backfill(),
            31..53 if !sessions.is_empty() => {
                // One that asks for players, if there is one.
                let asking = sessions.iter().filter(|it| it.backfill_ticket_id.is_some());
                let asking: Vec<&GameSession> = asking.collect();
                let session = match asking.is_empty() || self.chance.percent(20) {
                    true => self.chance.one_of(&sessions),
                    false => self.chance.one_of(&asking),
                };
                self.change_session(session)
            }
            _ => self.start(),
        }
    }

    fn start(&mut self) -> Vec<Input> {
        let party_max = self.setup.game.party_max;
        let size = match self.chance.percent(65) {
            true => 1,
            false => 1 + self.chance.below(party_max),
        };
        let number = self.number;
        // Now and then somebody starts again.
        let again = self.chance.percent(8).then(|| self.chance.below(number));
        let ids = (0..size).map(|it| format!("p{}-{it}", again.unwrap_or(number))).collect();
        let players = self.setup.game.party(&mut self.chance, ids);
        let ticket_id = Some(TicketId::from(format!("t{number}")));
        vec![StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() }.into()]
    }

    /// A backfill ticket and more tickets than it has room for.
    fn crowd(&mut self) -> Vec<Input> {
        let mut inputs = self.backfill();
        for _ in 0..4 {
            self.number += 1;
            inputs.extend(self.start());
        }
        inputs
    }

    fn stop(
        &mut self,
        waiting: &BTreeMap<TicketId, Timestamp>,
        pending: &[PendingMatch],
    ) -> Vec<Input> {
        let mut ids: Vec<&TicketId> = waiting.keys().collect();
        let proposed = pending.iter().filter(|it| it.status == TicketStatus::RequiresAcceptance);
        let proposed: Vec<&TicketId> = proposed.flat_map(|it| &it.ticket_ids).collect();
        if !proposed.is_empty() && self.chance.percent(60) {
            ids = proposed;
        }
        let guards = self.setup.options.backfill_before_new_match_seconds > 0;
        let backfills: Vec<&TicketId> =
            ids.iter().copied().filter(|it| it.as_str().starts_with('b')).collect();
        if guards && !backfills.is_empty() && self.chance.percent(50) {
            ids = backfills;
        }
        if ids.is_empty() {
            return Vec::new();
        }
        let ticket_id = (*self.chance.one_of(&ids)).clone();
        vec![StopMatchmaking { ticket_id }.into()]
    }

    /// A game of its own asks for players for a session, which it may name.
    fn backfill(&mut self) -> Vec<Input> {
        let schema = &self.setup.game.rule_set.plan().ast.schema;
        let mut teams: Vec<String> =
            schema.instances.iter().map(|it| it.name.to_string()).collect();
        if self.chance.percent(50) {
            teams.reverse();
        }
        let size = (1 + self.chance.below(2)).min(teams.len() as u64);
        let number = self.number;
        let ids = (0..size).map(|it| format!("s{number}-{it}")).collect();
        let mut players = self.setup.game.party(&mut self.chance, ids);
        for (player, team) in players.iter_mut().zip(teams) {
            player.team = Some(team);
        }
        let ticket_id = Some(TicketId::from(format!("b{number}")));
        let game_session_arn = self.chance.percent(80).then(|| arn(number));
        let configuration_name = None;
        vec![StartMatchBackfill { ticket_id, configuration_name, game_session_arn, players }.into()]
    }

    fn change_session(&mut self, session: &GameSession) -> Vec<Input> {
        let Some(arn) = session.connection_info.game_session_arn.clone() else {
            return Vec::new();
        };
        if session.players.is_empty() || self.chance.percent(15) {
            return vec![EndGameSession { game_session_arn: arn }.into()];
        }
        let leaver = self.chance.one_of(&session.players).player_id.clone();
        if self.chance.percent(50) {
            let player_ids = vec![leaver];
            return vec![RemovePlayers { game_session_arn: arn, player_ids }.into()];
        }
        let mut players = session.players.clone();
        if players.len() > 1 && self.chance.percent(60) {
            players.retain(|it| it.player_id != leaver);
        }
        let ticket_id = Some(TicketId::from(format!("b{}", self.number)));
        let game_session_arn = Some(arn);
        let configuration_name = None;
        vec![StartMatchBackfill { ticket_id, configuration_name, game_session_arn, players }.into()]
    }

    /// All accept, one rejects, or some accept.
    fn answer(&mut self, engine: &Matchmaker, of: &PendingMatch) -> Vec<Input> {
        let answer = |ticket_id: &TicketId, acceptance_type| -> Option<Input> {
            let players = engine.ticket(ticket_id)?.players;
            let player_ids = players.into_iter().map(|it| it.player_id).collect();
            Some(AcceptMatch { ticket_id: ticket_id.clone(), player_ids, acceptance_type }.into())
        };
        let accept = |it: &TicketId| answer(it, AcceptanceType::Accept);
        let tickets = &of.ticket_ids;
        match self.chance.below(10) {
            0..5 => tickets.iter().filter_map(accept).collect(),
            5..8 => {
                let rejecter = self.chance.one_of(tickets);
                answer(rejecter, AcceptanceType::Reject).into_iter().collect()
            }
            _ => tickets.iter().take(1).filter_map(accept).collect(),
        }
    }

    fn place(&mut self, of: &PendingMatch) -> Vec<Input> {
        let of = PlacementOf::Match(of.match_id.clone());
        let failed = |of, reason| vec![FailPlacement { of, reason }.into()];
        match self.chance.below(100) {
            0..55 => {
                let info = GameSessionConnectionInfo::new(arn(self.number));
                vec![CompletePlacement { of, game_session_connection_info: info }.into()]
            }
            55..80 => failed(of, PlacementFailure::TimedOut),
            80..85 => failed(of, PlacementFailure::Failed),
            // Its time runs out.
            _ => Vec::new(),
        }
    }
}

fn arn(number: u64) -> String {
    format!("arn:aws:gamelift:::gamesession/s{number}")
}

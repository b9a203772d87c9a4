//! Tickets as callers see them.

use std::sync::Arc;

use super::input::{DescribeMatchmaking, InputError};
use super::response::{MatchmakingTicket, Response};
use super::{Matchmaker, validate};
use crate::lifecycle::book::{TicketKey, TicketRecord};
use crate::model::session::{GameSessionConnectionInfo, MatchedPlayerSession};
use crate::model::ticket::Player;

impl Matchmaker {
    pub(super) fn describe_matchmaking(
        &self,
        request: &DescribeMatchmaking,
    ) -> Result<Response, InputError> {
        validate::describe_matchmaking(request)?;
        let tickets = request.ticket_ids.iter().filter_map(|id| self.ticket(id)).collect();
        Ok(Response::DescribeMatchmaking(tickets))
    }

    /// A ticket that was just made of these players.
    pub(super) fn new_view(&self, key: TicketKey, players: Vec<Player>) -> MatchmakingTicket {
        let record = self.book.record(key).expect("the caller has just inserted the ticket");
        self.view(record, players)
    }

    pub(super) fn view(
        &self,
        record: &TicketRecord,
        mut players: Vec<Player>,
    ) -> MatchmakingTicket {
        if record.was_matched && !record.status.is_waiting() && record.backfill.is_none() {
            let team = record.team.as_deref().map(str::to_owned);
            players.iter_mut().for_each(|player| player.team.clone_from(&team));
        }
        MatchmakingTicket {
            ticket_id: record.id().clone(),
            configuration_name: self.configuration.name.clone(),
            configuration_arn: self.configuration_arn.clone(),
            status: record.status,
            status_cause: record.cause,
            start_time: record.start_time,
            end_time: record.end_time,
            players,
            game_session_connection_info: connection_info(record),
            estimated_wait_seconds: self.estimate.seconds(),
        }
    }
}

/// How to reach the session of a completed ticket; of a backfill, which session it is for.
fn connection_info(record: &TicketRecord) -> Option<GameSessionConnectionInfo> {
    let Some(placed) = &record.placed else {
        let arn = record.session()?.to_string();
        let info = GameSessionConnectionInfo::default();
        return Some(GameSessionConnectionInfo { game_session_arn: Some(arn), ..info });
    };
    let players = record.party.ids().zip(&placed.player_sessions);
    let matched = players.map(|(player, id)| MatchedPlayerSession {
        player_id: player.clone(),
        player_session_id: Arc::clone(id),
    });
    Some(GameSessionConnectionInfo {
        matched_player_sessions: matched.collect(),
        ..super::sessions::connection_info(&placed.session)
    })
}

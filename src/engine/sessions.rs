//! Running game sessions: what their servers are told, who leaves, when they end.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Matchmaker;
use super::input::{DescribeMatch, EndGameSession, InputError, RemovePlayers};
use super::options::{BackfillMode, FlexMatchMode};
use super::response::{GameSession, PendingMatch, Response};
use super::validate;
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::event::EventGameSession;
use crate::lifecycle::pending::{MatchRecord, MatchStage};
use crate::lifecycle::session::Session;
use crate::lifecycle::status::TicketStatus;
use crate::model::session::{
    AutoBackfillMode, GameSessionConnectionInfo, MatchmakerData, MatchmakerPlayer, MatchmakerTeam,
};
use crate::model::ticket::{MatchId, Player, TicketId};

impl Matchmaker {
    /// What the game server of a match is told (facts 5.7): of one that waits for its session, for
    /// the host that starts it; of a running session, as it is now.
    pub fn matchmaker_data(&self, of: &DescribeMatch) -> Option<MatchmakerData> {
        match of {
            DescribeMatch::GameSession(arn) => {
                self.sessions.get(arn).map(|it| self.session_data(it))
            }
            DescribeMatch::Match(id) => match self.pending.find(id) {
                Some(key) => self.pending.get(key).map(|record| self.pending_data(record)),
                None => self.sessions.of_match(id).map(|it| self.session_data(it)),
            },
        }
    }

    /// A match that is formed and not complete.
    pub fn pending_match(&self, id: &MatchId) -> Option<PendingMatch> {
        self.pending.get(self.pending.find(id)?).map(|record| self.pending_view(record))
    }

    /// The matches that are formed and not complete, in the order of their first tickets.
    pub fn pending_matches(&self) -> impl Iterator<Item = PendingMatch> + '_ {
        self.pending.in_order().into_iter().map(|(_, record)| self.pending_view(record))
    }

    /// The running game sessions that are known, in the order of their ARNs.
    pub fn game_sessions(&self) -> impl Iterator<Item = GameSession> + '_ {
        self.sessions.iter().map(|(_, session)| GameSession {
            connection_info: connection_info(&session.info),
            match_id: session.match_id.clone(),
            players: session.roster.clone(),
            backfill_ticket_id: session
                .backfill
                .and_then(|key| self.book.record(key))
                .map(|ticket| ticket.id().clone()),
        })
    }

    pub(super) fn describe_match(&self, of: &DescribeMatch) -> Result<Response, InputError> {
        validate::describe_match(of)?;
        match self.matchmaker_data(of) {
            Some(data) => Ok(Response::DescribeMatch(data)),
            None => {
                let message = match of {
                    DescribeMatch::Match(id) => {
                        let id = validate::shown(id.as_str());
                        format!(
                            "there is no match `{id}` that waits or is the newest of a game session"
                        )
                    }
                    DescribeMatch::GameSession(arn) => no_session(arn),
                };
                Err(InputError::NotFound { message })
            }
        }
    }

    pub(super) fn end_game_session(
        &mut self,
        request: &EndGameSession,
    ) -> Result<Response, InputError> {
        let arn = &request.game_session_arn;
        validate::game_session_arn("GameSessionArn", arn)?;
        // A session of which only a placement knows has no backfill.
        let was_placed = self.placer.end_session(arn);
        let Some(session) = self.sessions.get(arn) else {
            return match was_placed {
                true => Ok(Response::EndGameSession),
                false => Err(InputError::NotFound { message: no_session(arn) }),
            };
        };
        let backfill = session.backfill;
        self.sessions.change(arn, None, |session| session.announced = None);
        if let Some(ticket) = backfill {
            self.take_out(ticket, StatusCause::SessionEnded, self.now);
        }
        self.sessions.remove(arn);
        Ok(Response::EndGameSession)
    }

    pub(super) fn remove_players(
        &mut self,
        request: &RemovePlayers,
    ) -> Result<Response, InputError> {
        let RemovePlayers { game_session_arn, player_ids } = request;
        validate::remove_players(request)?;
        let Some((arn, session)) = self.sessions.get_key_value(game_session_arn) else {
            return Err(InputError::NotFound { message: no_session(game_session_arn) });
        };
        for (position, id) in player_ids.iter().enumerate() {
            if !session.roster.iter().any(|player| player.player_id == *id) {
                return Err(InputError::invalid(format!(
                    "`PlayerIds[{position}]`: the game session has no player `{}`",
                    validate::shown(id.as_str())
                )));
            }
        }
        let arn = Arc::clone(arn);
        self.take_off(&arn, player_ids);
        Ok(Response::RemovePlayers)
    }

    pub(super) fn session_data(&self, session: &Session) -> MatchmakerData {
        let players = session.roster.iter().map(|player| (player.team.as_deref(), player));
        self.data(session.match_id.clone(), players.collect(), session.announced.clone())
    }

    fn pending_data(&self, record: &MatchRecord) -> MatchmakerData {
        let tickets: Vec<_> =
            record.tickets.iter().filter_map(|&key| self.book.record(key)).collect();
        let teams: Vec<_> = tickets
            .iter()
            .flat_map(|ticket| (0..ticket.party.len()).map(|position| ticket.team_of(position)))
            .collect();
        let players: Vec<Player> =
            tickets.iter().flat_map(|ticket| self.book.players(ticket)).collect();
        let placed = teams.iter().map(|team| team.as_deref()).zip(&players).collect();
        self.data(Some(record.id.clone()), placed, record.announced.clone())
    }

    fn data(
        &self,
        match_id: Option<MatchId>,
        players: Vec<(Option<&str>, &Player)>,
        announced: Option<TicketId>,
    ) -> MatchmakerData {
        let schema = &self.rule_set.plan().ast.schema;
        let team = |name: &Arc<str>| MatchmakerTeam {
            name: Arc::clone(name),
            players: players
                .iter()
                .filter(|(team, _)| *team == Some(&**name))
                .map(|(_, player)| self.player_data(player))
                .collect(),
        };
        let with_queue = self.configuration.flex_match_mode == FlexMatchMode::WithQueue;
        let mode = match self.configuration.backfill_mode {
            BackfillMode::Manual => AutoBackfillMode::Manual,
            BackfillMode::Automatic => AutoBackfillMode::Automatic,
        };
        // Players who began under an earlier rule set may be in teams that it had.
        let mut teams: Vec<Arc<str>> =
            schema.instances.iter().map(|instance| Arc::clone(&instance.name)).collect();
        for name in players.iter().filter_map(|&(name, _)| name) {
            if !teams.iter().any(|team| **team == *name) {
                teams.push(name.into());
            }
        }
        MatchmakerData {
            match_id,
            matchmaking_configuration_arn: self.configuration_arn.clone(),
            teams: teams.iter().map(team).collect(),
            auto_backfill_mode: with_queue.then_some(mode),
            auto_backfill_ticket_id: announced,
        }
    }

    /// The values of declared attributes; others never reach the game server (facts 10.17).
    fn player_data(&self, player: &Player) -> MatchmakerPlayer {
        let declared = self.rule_set.plan().ast.schema.attributes.iter();
        let attributes = declared.filter_map(|declaration| {
            let value = player.attributes.get(&*declaration.name);
            let value = value.or(declaration.default.as_ref())?;
            Some((declaration.name.to_string(), value.clone()))
        });
        MatchmakerPlayer {
            player_id: player.player_id.clone(),
            attributes: attributes.collect::<BTreeMap<_, _>>(),
        }
    }

    fn pending_view(&self, record: &MatchRecord) -> PendingMatch {
        let tickets = || record.tickets.iter().filter_map(|&key| self.book.record(key));
        let (status, deadline) = match record.stage {
            MatchStage::Accepting { deadline, .. } => (TicketStatus::RequiresAcceptance, deadline),
            MatchStage::Placing { deadline } | MatchStage::InQueue { deadline, .. } => {
                (TicketStatus::Placing, deadline)
            }
            MatchStage::Passing => (TicketStatus::Placing, record.formed),
        };
        let players = tickets().flat_map(|ticket| ticket.party.ids());
        let answers = players.filter_map(|player| {
            let accepts = record.answers()?.get(player)?;
            Some((player.clone(), *accepts))
        });
        PendingMatch {
            match_id: record.id.clone(),
            ticket_ids: tickets().map(|ticket| ticket.id().clone()).collect(),
            status,
            deadline,
            answers: answers.collect(),
            location: record.location.as_deref().map(str::to_owned),
            matchmaker_data: self.pending_data(record),
            game_properties: self.configuration.game_properties.clone(),
            game_session_data: self.configuration.game_session_data.clone(),
        }
    }
}

/// How a session is reached, as events and tickets know it.
pub(super) fn event_session(
    info: &GameSessionConnectionInfo,
    location: Option<Arc<str>>,
) -> EventGameSession {
    let shared = |text: &Option<String>| text.as_deref().map(Arc::from);
    EventGameSession {
        game_session_arn: shared(&info.game_session_arn),
        ip_address: shared(&info.ip_address),
        dns_name: shared(&info.dns_name),
        port: info.port,
        player_gateway_status: info.player_gateway_status,
        compute_name: shared(&info.compute_name),
        location: shared(&info.location).or(location),
    }
}

/// The same as the API has it, without player sessions.
pub(super) fn connection_info(session: &EventGameSession) -> GameSessionConnectionInfo {
    let owned = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    GameSessionConnectionInfo {
        game_session_arn: owned(&session.game_session_arn),
        ip_address: owned(&session.ip_address),
        dns_name: owned(&session.dns_name),
        port: session.port,
        matched_player_sessions: Vec::new(),
        player_gateway_status: session.player_gateway_status,
        compute_name: owned(&session.compute_name),
        location: owned(&session.location),
    }
}

fn no_session(arn: &str) -> String {
    format!("there is no game session `{}`", validate::shown(arn))
}

//! The game session of a match: none, the one that its queue finds, or the host's (`tickets.md`
//! section 1).

use std::sync::Arc;

use super::Matchmaker;
use super::input::{CompletePlacement, FailPlacement, InputError, PlacementFailure, PlacementOf};
use super::response::Response;
use super::tickets::no_ticket;
use super::validate;
use crate::base::time::Timestamp;
use crate::lifecycle::book::{Placed, TicketKey};
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::event::{EventDetail, EventGameSession};
use crate::lifecycle::event_ticket::EventTicket;
use crate::lifecycle::pending::{MatchKey, MatchRecord, MatchStage};
use crate::lifecycle::state::{Change, Showing};
use crate::lifecycle::status::TicketStatus;
use crate::model::session::{GameSessionConnectionInfo, MatchedPlayerSession};
use crate::model::ticket::{Player, PlayerId};

impl Matchmaker {
    /// Finds a match its game session. Its tickets are PLACING, and `told` of as they are, if
    /// that has just been done.
    pub(super) fn place(
        &mut self,
        mut record: MatchRecord,
        told: Option<Arc<[EventTicket]>>,
        at: Timestamp,
    ) {
        if let Some(backfill) = record.backfill {
            return self.complete_backfill(record, backfill, at);
        }
        if !record.needs_session {
            let session = self.unplaced(record.location.clone());
            return self.complete(record, told, &session, &[], at);
        }
        let by_host = MatchStage::Placing { deadline: at.plus(self.options.placement_timeout) };
        record.stage = self.ask_queue(&record, at).unwrap_or(by_host);
        record.announced = record.fills_up.then(|| self.fresh_ticket_id());
        let announced = record.announced.clone();
        let key = self.wait(record);
        if let Some(id) = announced {
            self.sessions.announce(id, key);
        }
    }

    /// What is known of a session that the engine does not know. Where that is nothing, all share
    /// it.
    fn unplaced(&self, location: Option<Arc<str>>) -> Arc<EventGameSession> {
        match location {
            Some(_) => Arc::new(EventGameSession { location, ..EventGameSession::default() }),
            None => Arc::clone(&self.unknown_session),
        }
    }

    /// Completes a match: its tickets end. What was `told` of them is told again, if they get
    /// nothing from the session.
    fn complete(
        &mut self,
        record: MatchRecord,
        told: Option<Arc<[EventTicket]>>,
        session: &Arc<EventGameSession>,
        given: &[MatchedPlayerSession],
        at: Timestamp,
    ) {
        self.counters.matches_placed += 1;
        let has_session = session.game_session_arn.is_some();
        for &key in &record.tickets {
            let player_sessions = match has_session && record.backfill != Some(key) {
                true => self.player_sessions(key, given),
                false => Vec::new(),
            };
            let Some(ticket) = self.book.record_mut(key) else { continue };
            if has_session {
                let session = Arc::clone(session);
                ticket.placed = Some(Box::new(Placed { session, player_sessions }));
            }
            if ticket.backfill.is_none() {
                self.estimate.add(record.formed.since(ticket.start_time));
            }
        }
        let game_session = Arc::clone(session);
        // Then they have left the search in the same call.
        let are_formed_now = told.is_some();
        let tickets = told
            .filter(|_| !has_session)
            .unwrap_or_else(|| self.event_tickets(&record, Showing::Sessions));
        let match_id = record.id;
        let mut keys = record.tickets;
        for key in keys.drain(..) {
            match are_formed_now {
                true => self.finish_ticket(key, Change::Complete, at),
                false => self.end_ticket(key, Change::Complete, at),
            }
        }
        self.spare_keys = keys;
        let succeeded = EventDetail::MatchmakingSucceeded { match_id, tickets, game_session };
        self.outbox.push(at, succeeded);
    }

    /// The places kept for the players of a ticket: the host's, and for the others new ones.
    fn player_sessions(&mut self, key: TicketKey, given: &[MatchedPlayerSession]) -> Vec<Arc<str>> {
        let Some(ticket) = self.book.record(key) else { return Vec::new() };
        let rng = &mut self.rng;
        let of_player = |player: &PlayerId| {
            let given = given.iter().find(|it| it.player_id == *player);
            let id = given.map(|it| Arc::clone(&it.player_session_id));
            id.unwrap_or_else(|| Arc::from(format!("psess-{}", rng.uuid().as_str())))
        };
        ticket.party.ids().map(of_player).collect()
    }

    /// Adds the new players to the running session (facts 5.5).
    fn complete_backfill(&mut self, record: MatchRecord, backfill: TicketKey, at: Timestamp) {
        let arn = self.book.record(backfill).and_then(|ticket| ticket.session().cloned());
        let known = arn.as_deref().and_then(|arn| self.sessions.get(arn));
        let session = match known {
            Some(session) => Arc::new(session.info.clone()),
            None => self.unplaced(record.location.clone()),
        };
        if let Some(arn) = &arn {
            let joining = self.placed_players(&record);
            let match_id = record.id.clone();
            self.sessions.change(arn, Some(at), |session| {
                session.roster.extend(joining);
                session.match_id = Some(match_id);
            });
        }
        self.complete(record, None, &session, &[], at);
    }

    /// The new players of a match, each with a team.
    fn placed_players(&self, record: &MatchRecord) -> Vec<Player> {
        let is_new = |key: &&TicketKey| record.backfill != Some(**key);
        let tickets = record.tickets.iter().filter(is_new);
        let tickets = tickets.filter_map(|&key| self.book.record(key));
        let players = tickets.flat_map(|ticket| {
            let team = ticket.team.as_deref().map(str::to_owned);
            let players = self.book.players(ticket).into_iter();
            players.map(move |player| Player { team: team.clone(), ..player })
        });
        players.collect()
    }

    fn find_placing(&self, of: &PlacementOf) -> Result<MatchKey, InputError> {
        let found = match of {
            PlacementOf::Ticket(id) => {
                let key = self.book.find(id).ok_or_else(|| no_ticket(id))?;
                let record = self.book.record(key).ok_or_else(|| no_ticket(id))?;
                if record.status != TicketStatus::Placing {
                    let status = record.status.as_str();
                    return Err(InputError::invalid(format!(
                        "the ticket `{id}` is in {status} status; only a match in PLACING waits for its game session"
                    )));
                }
                record.pending
            }
            PlacementOf::Match(id) => self.pending.find(id),
        };
        let is_placing = |key: &MatchKey| {
            self.pending.get(*key).is_some_and(|it| matches!(it.stage, MatchStage::Placing { .. }))
        };
        let in_queue = found
            .and_then(|key| self.pending.get(key))
            .filter(|record| matches!(record.stage, MatchStage::InQueue { .. }));
        if let Some(record) = in_queue {
            return Err(InputError::invalid(format!(
                "the match `{}` is placed by its queue; answer with `GameSessionStarted` or `GameSessionRefused`",
                record.id
            )));
        }
        match (found.filter(is_placing), of) {
            (Some(key), _) => Ok(key),
            (None, PlacementOf::Match(id)) if found.is_some() => Err(InputError::invalid(format!(
                "the match `{id}` waits for its players to accept; there is no placement yet"
            ))),
            (None, PlacementOf::Match(id)) => {
                let message = format!(
                    "there is no match `{}` that waits for a game session",
                    validate::shown(id.as_str())
                );
                Err(InputError::NotFound { message })
            }
            (None, PlacementOf::Ticket(id)) => Err(no_ticket(id)),
        }
    }

    pub(super) fn complete_placement(
        &mut self,
        request: &CompletePlacement,
    ) -> Result<Response, InputError> {
        let CompletePlacement { of, game_session_connection_info: info } = request;
        validate::placement_of(of)?;
        let arn = validate::connection_info(info)?;
        let key = self.find_placing(of)?;
        if self.sessions.get(arn).is_some() || self.placer.has_session(arn) {
            return Err(InputError::invalid(format!(
                "`GameSessionConnectionInfo.GameSessionArn`: the game session `{}` is running another match; every match needs one of its own",
                validate::shown(arn)
            )));
        }
        if let Some(record) = self.pending.get(key) {
            let tickets = record.tickets.iter().filter_map(|&key| self.book.record(key));
            let players: Vec<_> = tickets.flat_map(|ticket| ticket.party.ids()).collect();
            for (position, given) in info.matched_player_sessions.iter().enumerate() {
                if !players.contains(&&given.player_id) {
                    return Err(InputError::invalid(format!(
                        "`GameSessionConnectionInfo.MatchedPlayerSessions[{position}]`: the match has no player `{}`",
                        validate::shown(given.player_id.as_str())
                    )));
                }
            }
        }
        self.session_is_up(key, arn, info, self.now);
        Ok(Response::CompletePlacement)
    }

    /// A match has its game session: its tickets end, and it may ask for more players.
    pub(super) fn session_is_up(
        &mut self,
        key: MatchKey,
        arn: &str,
        info: &GameSessionConnectionInfo,
        at: Timestamp,
    ) {
        let Some(record) = self.take_pending(key) else { return };
        let arn: Arc<str> = arn.into();
        let session = super::sessions::event_session(info, record.location.clone());
        let roster = self.placed_players(&record);
        let match_id = Some(record.id.clone());
        self.sessions.insert(&arn, session.clone(), match_id, roster, at);
        let announced = record.announced.clone();
        let session = Arc::new(session);
        self.complete(record, None, &session, &info.matched_player_sessions, at);
        if announced.is_some() {
            self.sessions.change(&arn, None, |session| session.announced = announced);
            self.continue_backfill(&arn, at);
        }
    }

    pub(super) fn fail_placement(
        &mut self,
        request: &FailPlacement,
    ) -> Result<Response, InputError> {
        let FailPlacement { of, reason } = request;
        validate::placement_of(of)?;
        let key = self.find_placing(of)?;
        match reason {
            PlacementFailure::TimedOut => self.placement_timed_out(key, self.now),
            PlacementFailure::Failed | PlacementFailure::Cancelled => {
                self.placement_failed(key, self.now);
            }
        }
        Ok(Response::FailPlacement)
    }

    /// A match found no game session in time: its tickets go back to the pool.
    pub(super) fn placement_timed_out(&mut self, key: MatchKey, at: Timestamp) {
        let Some(record) = self.take_pending(key) else { return };
        self.return_all(&record.tickets, StatusCause::PlacementTimedOut, at);
    }

    /// A match cannot be placed: its tickets end as FAILED.
    pub(super) fn placement_failed(&mut self, key: MatchKey, at: Timestamp) {
        let Some(record) = self.take_pending(key) else { return };
        let tickets = self.event_tickets(&record, Showing::Teams);
        for &ticket in &record.tickets {
            self.end_ticket(ticket, Change::Fail, at);
        }
        let match_id = record.id;
        let cause = StatusCause::PlacementFailed;
        self.outbox.push(at, EventDetail::MatchmakingFailed { match_id, tickets, cause });
    }
}

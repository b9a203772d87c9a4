//! Tickets that ask for players for a running game session: made by the game, or by the engine
//! (`tickets.md` section 5).

use std::sync::Arc;

use super::input::{InputError, StartMatchBackfill};
use super::options::{BackfillMode, FlexMatchMode};
use super::response::Response;
use super::tickets::NewTicket;
use super::validate;
use super::{Matchmaker, pool_at};
use crate::base::idx::Col;
use crate::base::time::Timestamp;
use crate::lifecycle::book::{Backfill, TicketKey};
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::event::EventGameSession;
use crate::lifecycle::status::TicketStatus;
use crate::model::schema::InstanceIdx;
use crate::model::session::{SessionUpdate, UpdateReason};
use crate::model::ticket::{Player, PlayerId, TicketId};
use crate::pool::attributes::suits;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Refused;

impl Matchmaker {
    pub(super) fn start_match_backfill(
        &mut self,
        request: StartMatchBackfill,
    ) -> Result<Response, InputError> {
        let plan = Arc::clone(self.rule_set.plan());
        validate::start_match_backfill(&request, &self.configuration, &plan.ast.schema)?;
        self.check_fresh_id(request.ticket_id.as_ref())?;
        self.check_places(&request.players)?;
        let arn = request.game_session_arn.as_deref();
        let replaced = arn.and_then(|arn| self.sessions.get(arn)).and_then(|it| it.backfill);
        let duplicates = self.duplicates(&request.players, replaced)?;
        let ending = duplicates.len() + usize::from(replaced.is_some());
        let is_new_session = arn.is_some_and(|arn| self.sessions.get(arn).is_none());
        self.check_room(ending, usize::from(is_new_session))?;
        let StartMatchBackfill { ticket_id, game_session_arn, players, .. } = request;
        let arn: Option<Arc<str>> = game_session_arn.map(Arc::from);
        let location = self.session_location(arn.as_deref());
        let ending: Vec<TicketKey> = duplicates.iter().copied().chain(replaced).collect();
        let number = self.submissions;
        let row = self.row_in_place_of(&ending, &players, |matchmaker| {
            matchmaker.insert_roster(&players, location.as_deref(), matchmaker.now, number)
        })?;
        self.submissions += 1;
        let replaced = replaced.map(|key| (key, StatusCause::Replaced));
        let duplicates = duplicates.iter().map(|&key| (key, StatusCause::DuplicatePlayer));
        let leaving: Vec<_> = replaced.into_iter().chain(duplicates).collect();
        self.take_out_all(&leaving, self.now);
        self.leave_automatic_sessions(&players, arn.as_deref());
        if let Some(arn) = &arn {
            self.name_session(arn, &players);
        }
        let backfill = Some(self.backfill(arn.clone(), false, &players));
        let key = self.insert_ticket(NewTicket {
            id: ticket_id,
            number,
            players: &players,
            backfill,
            row,
        });
        if let Some(arn) = &arn {
            self.sessions.change(arn, Some(self.now), |session| session.backfill = Some(key));
        }
        Ok(Response::StartMatchBackfill(self.new_view(key, players)))
    }

    pub(super) fn backfill(
        &self,
        session: Option<Arc<str>>,
        automatic: bool,
        players: &[Player],
    ) -> Backfill {
        let schema = &self.rule_set.plan().ast.schema;
        let team = |player: &Player| {
            let name = player.team.as_deref().unwrap_or_default();
            let instance = schema.instance(name).map(|it| &schema.instances[it].name);
            instance.map_or_else(|| Arc::from(name), Arc::clone)
        };
        Backfill { session, automatic, teams: players.iter().map(team).collect() }
    }

    /// Notes who is in a session, as a backfill request says it.
    fn name_session(&mut self, arn: &Arc<str>, players: &[Player]) {
        let roster = players.to_vec();
        if self.sessions.get(arn).is_some() {
            self.sessions.change(arn, Some(self.now), |session| session.roster = roster);
        } else {
            let info = EventGameSession {
                game_session_arn: Some(Arc::clone(arn)),
                ..EventGameSession::default()
            };
            self.sessions.insert(arn, info, None, roster, self.now);
        }
    }

    pub(super) fn session_location(&self, arn: Option<&str>) -> Option<Arc<str>> {
        self.sessions.get(arn?)?.info.location.clone()
    }

    /// No team holds more players than it ever takes, and there is a place for one more
    /// (decision 17).
    fn check_places(&self, players: &[Player]) -> Result<(), InputError> {
        let schema = &self.rule_set.plan().ast.schema;
        let seated = self.seated(players);
        let most = self.most_players();
        for (instance, &seated) in seated.enumerate() {
            if seated > most[instance] {
                return Err(InputError::invalid(format!(
                    "`Players`: team `{}` has {seated} players, but holds at most {}",
                    validate::shown(&schema.instances[instance].name),
                    most[instance]
                )));
            }
        }
        if !self.has_open_place(players) {
            return Err(InputError::invalid(format!(
                "`Players`: the {} players leave no open place in the match",
                players.len()
            )));
        }
        Ok(())
    }

    /// How many of these players are in each team instance.
    fn seated(&self, players: &[Player]) -> Col<InstanceIdx, u32> {
        let schema = &self.rule_set.plan().ast.schema;
        let mut seated: Col<InstanceIdx, u32> = schema.instances.indices().map(|_| 0).collect();
        for player in players {
            if let Some(instance) = player.team.as_deref().and_then(|it| schema.instance(it)) {
                seated[instance] += 1;
            }
        }
        seated
    }

    /// The most players that each team instance ever takes.
    fn most_players(&self) -> Col<InstanceIdx, u32> {
        let plan = self.rule_set.plan();
        let of_instance = |instance: InstanceIdx| {
            plan.sizes.iter().map(|sizes| sizes[instance].max).max().unwrap_or(0)
        };
        plan.ast.schema.instances.indices().map(of_instance).collect()
    }

    /// Whether a match with these players can ever take one more.
    fn has_open_place(&self, players: &[Player]) -> bool {
        let seated = self.seated(players);
        let additional = self.additional_players();
        self.rule_set.plan().sizes.iter().any(|sizes| {
            let min: u32 = sizes.iter().map(|size| size.min).sum();
            let max: u32 = sizes.iter().map(|size| size.max).sum();
            let capacity = min.max(max.saturating_sub(additional));
            let open = sizes.iter().zip(seated.iter()).any(|(size, &seated)| seated < size.max);
            open && (players.len() as u32) < capacity
        })
    }

    /// The places of a match that are kept free (facts 5.6).
    pub(super) fn additional_players(&self) -> u32 {
        match self.configuration.flex_match_mode {
            FlexMatchMode::Standalone => 0,
            FlexMatchMode::WithQueue => self.configuration.additional_player_count,
        }
    }

    /// Gives a roster its row; none when it can never be matched.
    pub(super) fn insert_roster(
        &mut self,
        players: &[Player],
        location: Option<&str>,
        start_time: Timestamp,
        number: u64,
    ) -> Result<Option<TicketRow>, Refused> {
        let plan = Arc::clone(self.rule_set.plan());
        let schema = &plan.ast.schema;
        let team = |player: &Player| schema.instance(player.team.as_deref()?);
        let teams: Option<Vec<InstanceIdx>> = players.iter().map(team).collect();
        let Some(teams) = teams.filter(|_| suits(schema, players)) else { return Ok(None) };
        self.pool.insert_roster(schema, players, &teams, location, start_time, number).map(Some)
    }

    /// A backfill ticket of a session has ended.
    pub(super) fn backfill_ended(
        &mut self,
        arn: &Arc<str>,
        ticket: TicketKey,
        reason: UpdateReason,
        is_replaced: bool,
        at: Timestamp,
    ) {
        let Some(record) = self.book.record(ticket) else { return };
        let ticket_id = record.id().clone();
        let Some(session) = self.sessions.get(arn) else { return };
        // The id of an automatic ticket is used once.
        let is_used = session.announced.as_ref() == Some(&ticket_id);
        let fresh = is_used.then(|| self.fresh_ticket_id());
        let is_automatic = self.configuration.backfill_mode == BackfillMode::Automatic;
        self.sessions.change(arn, Some(at), |session| {
            session.backfill = None;
            if !is_automatic {
                session.announced = None;
            } else if let Some(fresh) = fresh {
                session.announced = Some(fresh);
            }
        });
        self.tell_update(arn, ticket_id, reason);
        if !is_replaced {
            self.continue_backfill(arn, at);
        }
    }

    fn tell_update(&mut self, arn: &Arc<str>, ticket_id: TicketId, reason: UpdateReason) {
        let Some(session) = self.sessions.get(arn) else { return };
        let matchmaker_data = self.session_data(session);
        let game_session_arn = Arc::clone(arn);
        let update = SessionUpdate { game_session_arn, ticket_id, reason, matchmaker_data };
        self.updates.push_back(update);
    }

    /// Makes the next ticket of a session that fills up by itself, if it has an open place and no
    /// ticket.
    pub(super) fn continue_backfill(&mut self, arn: &Arc<str>, at: Timestamp) {
        if self.configuration.backfill_mode != BackfillMode::Automatic {
            return;
        }
        let Some(session) = self.sessions.get(arn) else { return };
        let Some(id) = session.announced.clone() else { return };
        if session.backfill.is_some() || session.roster.is_empty() {
            return;
        }
        if !self.has_open_place(&session.roster) {
            return;
        }
        let location = session.info.location.clone();
        let at_location = |player: &Player| {
            let mut player = player.clone();
            if let Some(location) = &location {
                player.latency_in_ms.retain(|name, _| **name == **location);
            }
            player
        };
        let players: Vec<Player> = session.roster.iter().map(at_location).collect();
        let number = self.submissions;
        self.submissions += 1;
        let row = self.insert_roster(&players, location.as_deref(), at, number);
        // A roster whose locations find no room is not matched until its ticket is renewed.
        let row = row.ok().flatten();
        let backfill = Some(self.backfill(Some(Arc::clone(arn)), true, &players));
        let new = NewTicket { id: Some(id), number, players: &players, backfill, row };
        let key = self.insert_ticket_at(new, at);
        self.sessions.change(arn, None, |session| session.backfill = Some(key));
    }

    /// Takes players who start anew off the rosters of the sessions that fill up by themselves, but
    /// for the one that a request is for.
    pub(super) fn leave_automatic_sessions(&mut self, players: &[Player], own: Option<&str>) {
        for player in players {
            if let Some(arn) = self.sessions.automatic_of(&player.player_id).cloned()
                && own != Some(&*arn)
            {
                self.take_off(&arn, std::slice::from_ref(&player.player_id));
            }
        }
    }

    /// Takes players off the roster of a session. A waiting ticket shrinks with it; one in a
    /// proposal does when that ends (decision 26).
    pub(super) fn take_off(&mut self, arn: &Arc<str>, leavers: &[PlayerId]) {
        let now = self.now;
        let stays = |player: &Player| !leavers.contains(&player.player_id);
        let left = self.sessions.change(arn, Some(now), |session| {
            session.roster.retain(stays);
            if session.roster.is_empty() {
                session.announced = None;
            }
            (session.backfill, session.roster.is_empty())
        });
        match left {
            Some((Some(ticket), true)) => self.take_out(ticket, StatusCause::RosterEmptied, now),
            Some((Some(ticket), false)) => {
                self.book.release_players(ticket, leavers);
                let record = self.book.record(ticket);
                if record.is_some_and(|record| record.pending.is_none()) {
                    self.follow_roster(ticket);
                    self.mark_changed(ticket);
                }
            }
            Some((None, false)) => self.continue_backfill(arn, now),
            Some((None, true)) | None => {}
        }
    }

    /// Takes those who have left the session off the roster of its backfill ticket. Of an emptied
    /// session the ticket keeps the last ones: it ends with them.
    pub(super) fn follow_roster(&mut self, ticket: TicketKey) {
        let Some(record) = self.book.record(ticket) else { return };
        let Some(arn) = record.session().cloned() else { return };
        let Some(session) = self.sessions.get(&arn) else { return };
        let held = record.party.ids().filter(|player| self.book.holds(ticket, player));
        let held: Vec<PlayerId> = held.cloned().collect();
        let is_in = |player: &PlayerId| held.contains(player);
        let (start_time, number, status) = (record.start_time, record.number, record.status);
        if record.party.ids().all(is_in) {
            return;
        }
        let location = session.info.location.clone();
        self.book.shrink(ticket, is_in);
        let staying = self.book.record(ticket).map(|it| self.book.players(it)).unwrap_or_default();
        // Without a row it could not be matched; perhaps because of one who has left.
        if let Some(row) = self.rows[ticket].take() {
            self.waiting.remove(pool_at!(self), row);
            self.pool.remove(row);
        }
        // Fewer players report no more locations than before.
        let row = self.insert_roster(&staying, location.as_deref(), start_time, number);
        let row = row.ok().flatten();
        self.set_row(ticket, row);
        let Some(row) = row else { return };
        if status == TicketStatus::Searching {
            self.join_search(row);
        }
        if status.is_waiting() && self.epoch_timers[ticket].get().is_none() {
            self.set_epoch_timer(ticket, self.now);
        }
    }
}

//! Tickets come and go.

use std::sync::Arc;

use super::input::{InputError, StartMatchmaking, StopMatchmaking};
use super::options::FlexMatchMode;
use super::response::Response;
use super::{Matchmaker, set, validate};
use crate::base::time::{Millis, Timestamp, TimestampCell};
use crate::lifecycle::book::{Backfill, TicketKey, TicketRecord};
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::session::AnnouncedBy;
use crate::lifecycle::state::{Change, advance};
use crate::lifecycle::status::TicketStatus;
use crate::model::limits::LIVE_LOCATIONS_MAX;
use crate::model::session::UpdateReason;
use crate::model::ticket::{Player, PlayerId, TicketId};
use crate::pool::attributes::missing_attributes;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Refused;

/// A request that has passed every check and now becomes a ticket.
pub(super) struct NewTicket<'p> {
    pub(super) id: Option<TicketId>,
    /// Counts submissions; its row has the same.
    pub(super) number: u64,
    pub(super) players: &'p [Player],
    pub(super) backfill: Option<Backfill>,
    pub(super) row: Option<TicketRow>,
}

impl Matchmaker {
    pub(super) fn start_matchmaking(
        &mut self,
        request: StartMatchmaking,
    ) -> Result<Response, InputError> {
        let plan = Arc::clone(self.rule_set.plan());
        let schema = &plan.ast.schema;
        validate::start_matchmaking(&request, &self.configuration, schema)?;
        self.check_fresh_id(request.ticket_id.as_ref())?;
        let duplicates = self.duplicates(&request.players, None)?;
        let sessions = usize::from(self.configuration.flex_match_mode == FlexMatchMode::WithQueue);
        self.check_room(duplicates.len(), sessions)?;
        let StartMatchmaking { ticket_id, players, .. } = request;
        let number = self.submissions;
        // A ticket without a needed attribute is accepted, and never matched (facts 10.18).
        let row = match missing_attributes(schema, &players).next() {
            Some(_) => None,
            None => self.row_in_place_of(&duplicates, &players, |matchmaker| {
                matchmaker.pool.insert(schema, &players, matchmaker.now, number).map(Some)
            })?,
        };
        self.submissions += 1;
        self.give_way(&duplicates, &players);
        self.counters.players_started += players.len() as u64;
        let new = NewTicket { id: ticket_id, number, players: &players, backfill: None, row };
        let key = self.insert_ticket(new);
        Ok(Response::StartMatchmaking(self.new_view(key, players)))
    }

    /// A ticket id is taken while its ticket is known (facts 10.16), or announced.
    pub(super) fn check_fresh_id(&self, id: Option<&TicketId>) -> Result<(), InputError> {
        let Some(id) = id else { return Ok(()) };
        if self.book.find(id).is_some() {
            let message = format!("`TicketId`: there is a ticket `{id}` already; take a new id");
            return Err(InputError::invalid(message));
        }
        if self.sessions.announced_by(id).is_some() {
            let message =
                format!("`TicketId`: `{id}` is kept for an automatic backfill; take a new id");
            return Err(InputError::invalid(message));
        }
        Ok(())
    }

    /// The active tickets that give way to a new one with these players (facts 6.5). A backfill
    /// ticket of the engine stays, without them; it is not among these.
    ///
    /// # Errors
    /// A player is in a match that is being placed (decision 27).
    pub(super) fn duplicates(
        &self,
        players: &[Player],
        replaced: Option<TicketKey>,
    ) -> Result<Vec<TicketKey>, InputError> {
        let mut duplicates = self.book.tickets_of(players);
        for &key in &duplicates {
            let Some(record) = self.book.record(key) else { continue };
            if record.status == TicketStatus::Placing {
                let of_ticket = |id: &PlayerId| record.party.ids().any(|it| it == id);
                let player = players.iter().find(|player| of_ticket(&player.player_id));
                let player = player.map_or("", |player| player.player_id.as_str());
                return Err(InputError::invalid(format!(
                    "`Players`: the player `{}` is in the ticket `{}`, which is in PLACING status",
                    validate::shown(player),
                    record.id()
                )));
            }
        }
        duplicates.retain(|&key| {
            Some(key) != replaced && self.book.record(key).is_some_and(|it| !it.is_automatic())
        });
        Ok(duplicates)
    }

    /// Whether one more ticket fits, when `ending` others end at once. A session that fills up by
    /// itself has a ticket kept for it, and a ticket that may become a session has a place kept
    /// among those (decision 31): `sessions` says how many the new ticket may need.
    pub(super) fn check_room(&self, ending: usize, sessions: usize) -> Result<(), InputError> {
        let limit = self.options.active_tickets_max;
        let requested = self.requested();
        let taken = requested + self.sessions.automatic();
        if taken.saturating_sub(ending) >= limit {
            let message = format!("{limit} tickets are active, which is the limit");
            return Err(InputError::LimitExceeded { message });
        }
        if sessions == 0 {
            return Ok(());
        }
        let coming = match self.configuration.flex_match_mode {
            // Formed under an earlier configuration.
            FlexMatchMode::Standalone => self.pending.needing_session(),
            FlexMatchMode::WithQueue => requested.saturating_sub(ending),
        };
        self.check_room_for_sessions(coming, sessions)
    }

    /// Active tickets that were asked for: those that the engine made left out.
    pub(super) fn requested(&self) -> usize {
        self.book.active() - self.book.automatic()
    }

    /// Whether there is room for all game sessions: those that are known, those that `coming`
    /// tickets may become, and `new` ones (decision 31).
    pub(super) fn check_room_for_sessions(
        &self,
        coming: usize,
        new: usize,
    ) -> Result<(), InputError> {
        let (known, limit) = (self.sessions.len(), self.options.sessions_max);
        match known + coming + new > limit {
            false => Ok(()),
            true => Err(InputError::LimitExceeded {
                message: format!(
                    "{known} game sessions are known and {coming} tickets may become one; the limit is {limit}"
                ),
            }),
        }
    }

    /// Gives a new ticket its row. The locations of tickets that end as soon as it is there count
    /// as free: without room beside them they leave the pool first.
    ///
    /// # Errors
    /// No room even so; nothing has changed.
    pub(super) fn row_in_place_of(
        &mut self,
        ending: &[TicketKey],
        players: &[Player],
        insert: impl Fn(&mut Self) -> Result<Option<TicketRow>, Refused>,
    ) -> Result<Option<TicketRow>, InputError> {
        let refused = match insert(self) {
            Ok(row) => return Ok(row),
            Err(refused) => refused,
        };
        let rows = ending.iter().filter_map(|&key| self.rows[key]);
        if !self.pool.has_room_without(rows, players) {
            return Err(too_many_locations(refused));
        }
        for &key in ending {
            self.leave_search(key);
            if let Some(row) = self.rows[key].take() {
                self.pool.remove(row);
            }
        }
        insert(self).map_err(too_many_locations)
    }

    /// Makes way for a ticket with these players.
    pub(super) fn give_way(&mut self, duplicates: &[TicketKey], players: &[Player]) {
        let leaving: Vec<_> =
            duplicates.iter().map(|&key| (key, StatusCause::DuplicatePlayer)).collect();
        self.take_out_all(&leaving, self.now);
        self.leave_automatic_sessions(players, None);
    }

    /// Adds a ticket, QUEUED.
    pub(super) fn insert_ticket(&mut self, new: NewTicket<'_>) -> TicketKey {
        self.insert_ticket_at(new, self.now)
    }

    /// Adds a ticket that starts at `at`. Its number is taken already: making way for it may add
    /// automatic tickets, which come after it.
    pub(super) fn insert_ticket_at(&mut self, new: NewTicket<'_>, at: Timestamp) -> TicketKey {
        let NewTicket { id, number, players, backfill, row } = new;
        let id = id.unwrap_or_else(|| self.fresh_ticket_id());
        self.counters.tickets_started += 1;
        let timeout = Millis::from_secs(self.configuration.request_timeout_seconds);
        let due = at.plus(timeout);
        let party = self.book.pack(id, at, players);
        let key = self.book.insert(TicketRecord {
            number,
            status: TicketStatus::Queued,
            cause: None,
            start_time: at,
            end_time: None,
            due,
            party,
            backfill: backfill.map(Box::new),
            was_matched: false,
            team: None,
            pending: None,
            placed: None,
            tallies: Box::default(),
        });
        self.set_row(key, row);
        set(&mut self.epoch_timers, key, TimestampCell::NONE);
        self.queued.insert(number, key);
        self.set_waiting_timers(key, at);
        self.mark_changed(key);
        key
    }

    pub(super) fn fresh_ticket_id(&mut self) -> TicketId {
        loop {
            let id = TicketId::from(self.rng.uuid().as_str());
            if self.check_fresh_id(Some(&id)).is_ok() {
                return id;
            }
        }
    }

    pub(super) fn stop_matchmaking(
        &mut self,
        request: &StopMatchmaking,
    ) -> Result<Response, InputError> {
        let id = &request.ticket_id;
        validate::ticket_id("TicketId", id)?;
        if let Some(key) = self.book.find(id) {
            let status = self.book.record(key).map(|record| record.status);
            match status {
                Some(TicketStatus::Placing) | None => return Err(cannot_be_canceled(status)),
                Some(status) if status.is_end() => return Err(cannot_be_canceled(Some(status))),
                Some(_) => {}
            }
            self.opt_out(id);
            self.take_out(key, StatusCause::Stopped, self.now);
            return Ok(Response::StopMatchmaking);
        }
        if self.sessions.announced_by(id).is_some() {
            self.opt_out(id);
            return Ok(Response::StopMatchmaking);
        }
        Err(no_ticket(id))
    }

    /// Ends automatic backfill for whom this id was announced (decision 28).
    fn opt_out(&mut self, id: &TicketId) {
        match self.sessions.announced_by(id).cloned() {
            Some(AnnouncedBy::Match(key)) => {
                self.sessions.withdraw(id);
                if let Some(record) = self.pending.get_mut(key) {
                    record.announced = None;
                }
            }
            Some(AnnouncedBy::Session(arn)) => {
                self.sessions.change(&arn, Some(self.now), |session| session.announced = None);
            }
            None => {}
        }
    }

    /// Cancels a ticket wherever it stands before PLACING. A match that it is proposed for is
    /// dropped, as by a rejection (facts 10.15), which may have ended another ticket that was to
    /// be taken out with this one.
    pub(super) fn take_out(&mut self, key: TicketKey, cause: StatusCause, at: Timestamp) {
        self.take_out_all(&[(key, cause)], at);
    }

    /// Cancels tickets together: those of one proposal leave it at once. One that ends on the way,
    /// because a proposal of another is dropped, stays as it is.
    pub(super) fn take_out_all(&mut self, leaving: &[(TicketKey, StatusCause)], at: Timestamp) {
        for &(key, cause) in leaving {
            let Some(record) = self.book.record(key) else { continue };
            match record.pending {
                _ if record.status.is_end() => {}
                Some(pending) => self.drop_proposal(pending, leaving, at),
                None => self.end_ticket(key, Change::Cancel(cause), at),
            }
        }
    }

    /// Ends a ticket at `at`.
    pub(super) fn end_ticket(&mut self, key: TicketKey, change: Change, at: Timestamp) {
        self.leave_search(key);
        self.finish_ticket(key, change, at);
    }

    /// Ends a ticket that has left the search.
    pub(super) fn finish_ticket(&mut self, key: TicketKey, change: Change, at: Timestamp) {
        if let Some(row) = self.rows[key].take() {
            self.pool.remove(row);
        }
        let Some(record) = self.book.record_mut(key) else { return };
        record.pending = None;
        advance(record, change, at, &self.rule_names, &mut self.outbox);
        let age = at.since(record.start_time);
        match change {
            Change::Cancel(_) => self.counters.time_to_ticket_cancel.add(age),
            Change::Complete => self.counters.time_to_ticket_success.add(age),
            Change::TimeOut => self.counters.tickets_timed_out += 1,
            Change::Fail => self.counters.tickets_failed += 1,
            Change::Search { .. } | Change::Return { .. } | Change::Propose | Change::Place => {}
        }
        let session = record.session().cloned();
        self.book.retire(key);
        if let Some(arn) = session {
            let reason = match change {
                Change::TimeOut => UpdateReason::BackfillTimedOut,
                Change::Complete => UpdateReason::MatchmakingDataUpdated,
                _ => UpdateReason::BackfillCancelled,
            };
            let is_replaced = change == Change::Cancel(StatusCause::Replaced);
            self.backfill_ended(&arn, key, reason, is_replaced, at);
        }
    }
}

fn too_many_locations(refused: Refused) -> InputError {
    let Refused::TooManyLocations = refused;
    let limit = LIVE_LOCATIONS_MAX;
    let message = format!("waiting tickets report {limit} locations, which is the limit");
    InputError::LimitExceeded { message }
}

pub(super) fn no_ticket(id: &TicketId) -> InputError {
    InputError::NotFound { message: format!("there is no ticket `{id}`") }
}

fn cannot_be_canceled(status: Option<TicketStatus>) -> InputError {
    let status = status.map_or("", TicketStatus::as_str);
    let message = format!("Matchmaking ticket is in {status} status and cannot be canceled.");
    InputError::invalid(message)
}

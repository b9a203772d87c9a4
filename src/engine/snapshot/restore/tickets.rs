//! The tickets of a snapshot: in the book, in the pool, and with their timers.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ByNumber;
use crate::base::time::{Millis, Timestamp, TimestampCell};
use crate::engine::rows::RowOf;
use crate::engine::snapshot::RestoreError;
use crate::engine::snapshot::checks::{self, holds};
use crate::engine::snapshot::forms::{ActiveForm, BackfillForm, RowForm, TicketForm};
use crate::engine::{Matchmaker, set, validate};
use crate::lifecycle::book::{Placed, Taken, TicketKey, TicketRecord};
use crate::lifecycle::status::TicketStatus;
use crate::lifecycle::timers::Timer;
use crate::model::ticket::{Player, PlayerId};
use crate::pool::columns::TicketRow;

impl Matchmaker {
    pub(super) fn take_up_ticket(
        &mut self,
        form: TicketForm,
        tickets: &mut ByNumber,
    ) -> Result<(), RestoreError> {
        checks::ticket(&form, self.now, self.submissions, self.rule_names.len())?;
        let TicketForm { id, number, status, start_time, players, backfill, active, .. } = form;
        let backfill = backfill.map(|BackfillForm { session, automatic }| {
            Box::new(self.backfill(session, automatic, &players))
        });
        let record = TicketRecord {
            number,
            status,
            cause: form.cause,
            start_time,
            end_time: form.end_time,
            due: form.due,
            party: self.book.pack(id, start_time, &players),
            backfill,
            was_matched: form.was_matched,
            team: form.team.map(|team| self.team_name(team)),
            pending: None,
            placed: form.placed.map(|placed| {
                let (session, player_sessions) = (Arc::new(placed.session), placed.player_sessions);
                Box::new(Placed { session, player_sessions })
            }),
            tallies: active.as_ref().map_or(&[][..], |active| &active.tallies).into(),
        };
        let released = active.as_ref().map_or(&[][..], |active| &active.released);
        let key = self.book.take_up(record, released).map_err(|taken| {
            RestoreError::damaged(match taken {
                Taken::Id => format!("ticket {number} has the id of another"),
                Taken::Player(player) => {
                    let player = validate::shown(player.as_str());
                    format!("the player `{player}` of ticket {number} is in another")
                }
            })
        })?;
        let is_new = tickets.insert(number, key).is_none();
        holds(is_new, || format!("there are two tickets {number}"))?;
        set(&mut self.rows, key, None);
        set(&mut self.epoch_timers, key, TimestampCell::NONE);
        active.map_or(Ok(()), |active| self.take_up_active(key, &players, &active))
    }

    /// The name of a team as the rule set holds it, if it has one of this name.
    fn team_name(&self, name: Arc<str>) -> Arc<str> {
        let schema = &self.rule_set.plan().ast.schema;
        schema.instance(&name).map_or(name, |it| Arc::clone(&schema.instances[it].name))
    }

    fn take_up_active(
        &mut self,
        key: TicketKey,
        players: &[Player],
        form: &ActiveForm,
    ) -> Result<(), RestoreError> {
        let Some(record) = self.book.record(key) else { return Ok(()) };
        let (number, status, due) = (record.number, record.status, record.due);
        if let Some(arn) = record.session().cloned() {
            let backfill =
                self.sessions.change(&arn, None, |session| session.backfill.replace(key));
            holds(backfill == Some(None), || {
                format!("the game session of ticket {number} is not known, or has another ticket")
            })?;
            self.check_roster(number, &arn, players, &form.released)?;
        }
        let row = self.take_up_row(key, players, form.row)?;
        self.set_row(key, row);
        let waits = status.is_waiting();
        self.check_timers(key, form, waits)?;
        let Some(record) = self.book.record(key).filter(|_| waits) else { return Ok(()) };
        self.timers.set(due, Timer::RequestTimeout(key), number);
        if let Some(end) = self.guard_end(record).filter(|_| form.is_guarded) {
            self.timers.set(end, Timer::GuardEnd(key), number);
        }
        if let Some(next) = form.next_epoch {
            self.timers.set(next, Timer::EpochStart(key), number);
            self.epoch_timers[key] = Some(next).into();
        }
        match (status, row) {
            (TicketStatus::Queued, _) => _ = self.queued.insert(number, key),
            (_, Some(row)) => self.join_search(row),
            (_, None) => {}
        }
        Ok(())
    }

    /// A backfill ticket has the players of its session, and those who have left it meanwhile.
    fn check_roster(
        &self,
        number: u64,
        arn: &str,
        players: &[Player],
        released: &[PlayerId],
    ) -> Result<(), RestoreError> {
        let roster = self.sessions.get(arn).into_iter().flat_map(|session| &session.roster);
        let roster: BTreeSet<&PlayerId> = roster.map(|player| &player.player_id).collect();
        let staying = players.iter().map(|player| &player.player_id);
        let staying: BTreeSet<&PlayerId> = staying.filter(|it| !released.contains(it)).collect();
        holds(!staying.is_empty() && staying == roster, || {
            format!("ticket {number} has not the players of its game session")
        })
    }

    fn take_up_row(
        &mut self,
        key: TicketKey,
        players: &[Player],
        form: RowForm,
    ) -> Result<Option<TicketRow>, RestoreError> {
        let Some(record) = self.book.record(key).filter(|_| form != RowForm::None) else {
            return Ok(None);
        };
        let (number, is_backfill) = (record.number, record.backfill.is_some());
        let location = self.session_location(record.session().map(Arc::as_ref));
        let is_nowhere = form == RowForm::Nowhere;
        holds(!is_nowhere || is_backfill && location.is_some(), || {
            format!("ticket {number} has no session that it could have no room for")
        })?;
        let of = RowOf {
            players,
            is_backfill,
            location: location.as_deref().filter(|_| !is_nowhere),
            start_time: record.start_time,
            number,
        };
        let row = self.ingest(&of).ok().flatten().ok_or_else(|| {
            RestoreError::damaged(format!("ticket {number} does not suit the rule set"))
        })?;
        if is_nowhere {
            self.pool.put_nowhere(row);
        }
        Ok(Some(row))
    }

    /// A timer that is due may have fired or not: settling ends where undrained events reach their
    /// limit. For any other there is no choice.
    fn check_timers(
        &self,
        key: TicketKey,
        form: &ActiveForm,
        waits: bool,
    ) -> Result<(), RestoreError> {
        let Some(record) = self.book.record(key) else { return Ok(()) };
        let (now, number, start_time) = (self.now, record.number, record.start_time);
        let guarded_well = match self.guard_end(record).filter(|_| waits) {
            Some(end) => form.is_guarded || end <= now,
            None => !form.is_guarded,
        };
        let epochs = &self.rule_set.plan().epochs;
        let next = epochs.next_start(now.since(start_time)).map(|next| start_time.plus(next));
        let begins = |at: Timestamp| {
            let wait = at.since(start_time);
            wait > Millis::new(0) && epochs.start(epochs.at(wait)) == wait
        };
        let timed_well = match form.next_epoch {
            _ if !waits || form.row == RowForm::None => form.next_epoch.is_none(),
            Some(at) if at <= now && begins(at) => true,
            at => at == next,
        };
        holds(guarded_well && timed_well, || {
            format!("the timers of ticket {number} are not those of its age")
        })
    }
}

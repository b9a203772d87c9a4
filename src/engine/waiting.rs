//! A ticket among those that wait: its place in the order of anchors, and its timers.

use super::{Matchmaker, pool_at, set};
use crate::base::time::{Millis, Timestamp, TimestampCell};
use crate::lifecycle::book::{TicketKey, TicketRecord};
use crate::lifecycle::status::TicketStatus;
use crate::lifecycle::timers::{Timer, TimerKind};
use crate::pool::columns::TicketRow;

/// To look at so many timers in order costs less than to find one.
const SWEPT_FOR_ONE: usize = 8;

impl Matchmaker {
    /// Lets a ticket be matched.
    pub(super) fn join_search(&mut self, row: TicketRow) {
        self.waiting.insert(pool_at!(self), row);
    }

    /// Takes a ticket out of everything that concerns only waiting ones. Its row stays.
    pub(super) fn leave_search(&mut self, key: TicketKey) {
        let Some(record) = self.book.record(key) else { return };
        let (number, status) = (record.number, record.status);
        let is_backfill = record.backfill.is_some();
        match status {
            TicketStatus::Queued => {
                self.queued.remove(&number);
                self.stop_waiting_timers(key);
            }
            TicketStatus::Searching => {
                if let Some(row) = self.rows[key] {
                    self.waiting.remove(pool_at!(self), row);
                }
                if !self.pass.note_departed(key) {
                    self.stop_waiting_timers(key);
                }
            }
            _ => {}
        }
        // Tickets that were kept for it may be free.
        self.pass.due |= is_backfill && self.has_guard();
    }

    pub(super) fn stop_waiting_timers(&mut self, key: TicketKey) {
        let Some(record) = self.book.record(key) else { return };
        let (number, due) = (record.number, record.due);
        self.timers.cancel(due, TimerKind::RequestTimeout, number);
        if let Some(guard) = self.guard_end(record) {
            self.timers.cancel(guard, TimerKind::GuardEnd, number);
        }
        if let Some(at) = self.epoch_timers[key].get() {
            self.epoch_timers[key] = TimestampCell::NONE;
            self.timers.cancel(at, TimerKind::EpochStart, number);
        }
    }

    /// Stops the timers of tickets that have left in one slice of a pass; of many in one sweep.
    pub(super) fn stop_timers_of(&mut self, departed: &[TicketKey]) {
        if departed.len() * SWEPT_FOR_ONE < self.timers.len() {
            departed.iter().for_each(|&key| self.stop_waiting_timers(key));
            return;
        }
        departed.iter().for_each(|&key| self.epoch_timers[key] = TimestampCell::NONE);
        let book = &self.book;
        self.timers.retain_waiting(|key| {
            book.record(key).is_some_and(|record| record.status.is_waiting())
        });
    }

    /// Sets the timers of a ticket that waits from `at` on.
    pub(super) fn set_waiting_timers(&mut self, key: TicketKey, at: Timestamp) {
        let Some(record) = self.book.record(key) else { return };
        let (number, due) = (record.number, record.due);
        let guard = self.guard_end(record);
        self.timers.set(due, Timer::RequestTimeout(key), number);
        if let Some(guard) = guard.filter(|&guard| guard > at) {
            self.timers.set(guard, Timer::GuardEnd(key), number);
        }
        if self.rows[key].is_some() {
            self.set_epoch_timer(key, at);
        }
    }

    fn has_guard(&self) -> bool {
        self.options.backfill_before_new_match_seconds > 0
    }

    /// Until when a ticket may not found a new match if it fits a backfill.
    pub(super) fn guard_end(&self, record: &TicketRecord) -> Option<Timestamp> {
        let seconds = self.options.backfill_before_new_match_seconds;
        (self.has_guard() && record.backfill.is_none())
            .then(|| record.start_time.plus(Millis::from_secs(seconds)))
    }

    /// Notes that a ticket can be matched in another way than before, and asks for a pass.
    pub(super) fn mark_changed(&mut self, key: TicketKey) {
        self.pass.due = true;
        if let Some(row) = self.rows[key] {
            self.waiting.mark_changed(pool_at!(self), row);
        }
    }

    /// Sets the timer for the next epoch of a ticket after `at`, if there is one.
    pub(super) fn set_epoch_timer(&mut self, key: TicketKey, at: Timestamp) {
        let Some(record) = self.book.record(key) else { return };
        let wait = at.since(record.start_time);
        let (start_time, number) = (record.start_time, record.number);
        let next = self.rule_set.plan().epochs.next_start(wait);
        let due = next.map(|next| start_time.plus(next));
        if let Some(due) = due {
            self.timers.set(due, Timer::EpochStart(key), number);
        }
        set(&mut self.epoch_timers, key, due.into());
    }
}

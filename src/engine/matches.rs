//! Matches: made by a pass, waiting for answers or for a session, and dropped.

use std::sync::Arc;

use super::Matchmaker;
use super::options::{BackfillMode, FlexMatchMode};
use crate::base::time::Timestamp;
use crate::lifecycle::book::TicketKey;
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::event::EventDetail;
use crate::lifecycle::event_ticket::EventTicket;
use crate::lifecycle::pending::{MatchKey, MatchRecord, MatchStage};
use crate::lifecycle::state::{Change, Showing, advance, event_ticket, metrics};
use crate::model::ticket::MatchId;
use crate::search::Found;

impl Matchmaker {
    /// Makes a match of tickets that the search has found.
    pub(super) fn form_match(&mut self, found: &Found) {
        let now = self.now;
        let (location, locations) = self.best_locations(found);
        let backfill = found.roster.map(|row| self.owners[row]);
        let instances = std::iter::repeat_n(None, usize::from(backfill.is_some()));
        let instances = instances.chain(found.placed.iter().map(|&(instance, _)| Some(instance)));
        let mut tickets = std::mem::take(&mut self.spare_keys);
        tickets.extend(backfill);
        tickets.extend(found.placed.iter().map(|&(_, row)| self.owners[row]));
        let mut number = u64::MAX;
        for (&key, instance) in tickets.iter().zip(instances) {
            self.leave_search(key);
            let Some(record) = self.book.record_mut(key) else { continue };
            record.was_matched = true;
            if let Some(instance) = instance {
                let schema = &self.rule_set.plan().ast.schema;
                record.team = Some(Arc::clone(&schema.instances[instance].name));
            }
            number = number.min(record.number);
            self.counters.time_to_match.add(now.since(record.start_time));
        }
        self.counters.matches_created += 1;
        let record = MatchRecord {
            id: MatchId::from(self.rng.uuid().as_str()),
            number,
            tickets,
            backfill,
            location,
            locations,
            formed: now,
            needs_session: self.configuration.flex_match_mode == FlexMatchMode::WithQueue,
            fills_up: self.configuration.backfill_mode == BackfillMode::Automatic,
            stage: MatchStage::Passing,
            announced: None,
        };
        let seconds = self.configuration.acceptance_timeout_seconds;
        match seconds.filter(|_| self.configuration.acceptance_required) {
            Some(seconds) => self.propose(record, seconds),
            None => {
                self.advance_all(&record, Change::Place, now);
                let tickets = self.tell_created(&record, None);
                self.place(record, Some(tickets), now);
            }
        }
    }

    /// Tells of a match that was found; gives what it has told of the tickets.
    pub(super) fn tell_created(
        &mut self,
        record: &MatchRecord,
        acceptance_timeout_seconds: Option<u32>,
    ) -> Arc<[EventTicket]> {
        let records = record.tickets.iter().filter_map(|&key| self.book.record(key));
        let tickets = self.event_tickets(record, Showing::Teams);
        let created = EventDetail::PotentialMatchCreated {
            match_id: record.id.clone(),
            tickets: Arc::clone(&tickets),
            acceptance_required: acceptance_timeout_seconds.is_some(),
            acceptance_timeout_seconds,
            rule_evaluation_metrics: metrics(&self.rule_names, records),
        };
        self.outbox.push(self.now, created);
        tickets
    }

    /// Puts a match among those that wait.
    pub(super) fn wait(&mut self, record: MatchRecord) -> MatchKey {
        let tickets = record.tickets.clone();
        let key = self.pending.insert(record);
        if let Some(record) = self.pending.get(key)
            && let Some((at, timer)) = record.timer(key)
        {
            self.timers.set(at, timer, record.number);
        }
        for ticket in tickets {
            if let Some(record) = self.book.record_mut(ticket) {
                record.pending = Some(key);
            }
        }
        key
    }

    /// Takes a match out of those that wait.
    pub(super) fn take_pending(&mut self, key: MatchKey) -> Option<MatchRecord> {
        let record = self.pending.take(key)?;
        if let Some((at, timer)) = record.timer(key) {
            self.timers.cancel(at, timer.kind(), record.number);
        }
        if let Some(id) = &record.announced {
            self.sessions.withdraw(id);
        }
        for &ticket in &record.tickets {
            if let Some(ticket) = self.book.record_mut(ticket) {
                ticket.pending = None;
            }
        }
        Some(record)
    }

    /// Brings tickets back to the pool, with the age that they have.
    pub(super) fn return_all(&mut self, tickets: &[TicketKey], cause: StatusCause, at: Timestamp) {
        let estimated_wait_seconds = self.estimate.seconds();
        for &key in tickets {
            let Some(record) = self.book.record_mut(key) else { continue };
            let change = Change::Return { cause, estimated_wait_seconds };
            advance(record, change, at, &self.rule_names, &mut self.outbox);
            if let Some(row) = self.rows[key] {
                self.join_search(row);
            }
            self.set_waiting_timers(key, at);
            self.mark_changed(key);
        }
        for &key in tickets {
            if self.book.record(key).is_some_and(|record| record.due <= at) {
                self.end_ticket(key, Change::TimeOut, at);
            }
        }
    }

    pub(super) fn advance_all(&mut self, record: &MatchRecord, change: Change, at: Timestamp) {
        for &key in &record.tickets {
            if let Some(ticket) = self.book.record_mut(key) {
                advance(ticket, change, at, &self.rule_names, &mut self.outbox);
            }
        }
    }

    pub(super) fn event_tickets(
        &self,
        record: &MatchRecord,
        showing: Showing<'_>,
    ) -> Arc<[EventTicket]> {
        let tickets = record.tickets.iter().map(|&key| self.book.active_record(key));
        tickets.map(|ticket| event_ticket(ticket, showing)).collect()
    }

    /// Of the locations where the match may be, the one with the lowest mean latency, the first by
    /// name among equals (decision 15); none when nobody reports any. With it all of them, when a
    /// queue would have to keep to them.
    fn best_locations(&self, found: &Found) -> (Option<Arc<str>>, Vec<Arc<str>>) {
        let Found { placed, roster, locations, .. } = found;
        let columns = &self.pool.columns;
        let latencies = || {
            let rows = placed.iter().map(|&(_, row)| row).chain(*roster);
            let players = rows.flat_map(|row| columns.players[row].rows());
            players.map(|player| &columns.latencies[player]).filter(|reports| !reports.is_empty())
        };
        if latencies().next().is_none() {
            return (None, Vec::new());
        }
        // Every reporting player reports each common location, so sums compare as means do.
        let total = |location| {
            let mut total: u64 = 0;
            for reports in latencies() {
                let (_, millis) = reports.iter().find(|&&(it, _)| it == location)?;
                total += u64::from(*millis);
            }
            Some((total, location))
        };
        let allowed = || self.pool.locations().filter(|&it| locations.contains(it));
        let best = allowed().filter_map(total).min_by_key(|&(total, _)| total);
        let best = best.and_then(|(_, best)| self.pool.location_name(best).cloned());
        let mode = self.configuration.flex_match_mode;
        // Even without a queue: one may be there when the match is placed.
        let binds = mode == FlexMatchMode::WithQueue && self.options.place_in_match_locations;
        let all =
            allowed().filter_map(total).filter_map(|(_, it)| self.pool.location_name(it).cloned());
        (best, if binds { all.collect() } else { Vec::new() })
    }
}

//! Whether the players of a match accept it (`tickets.md` section 4, decisions 25 and 26).

use std::collections::BTreeMap;

use super::Matchmaker;
use super::input::{AcceptMatch, AcceptanceType, InputError};
use super::options::EarlyRejection;
use super::response::Response;
use super::tickets::no_ticket;
use super::validate;
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::book::TicketKey;
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::event::{Acceptance, EventDetail};
use crate::lifecycle::pending::{MatchKey, MatchRecord, MatchStage};
use crate::lifecycle::state::{Change, Showing};
use crate::lifecycle::status::TicketStatus;

impl Matchmaker {
    /// Asks the new players of a match whether they accept it.
    pub(super) fn propose(&mut self, mut record: MatchRecord, seconds: u32) {
        self.advance_all(&record, Change::Propose, self.now);
        self.tell_created(&record, Some(seconds));
        let deadline = self.now.plus(Millis::from_secs(seconds));
        record.stage = MatchStage::Accepting { deadline, answers: BTreeMap::new() };
        self.wait(record);
    }

    pub(super) fn accept_match(&mut self, request: &AcceptMatch) -> Result<Response, InputError> {
        let AcceptMatch { ticket_id, player_ids, acceptance_type } = request;
        validate::accept_match(request)?;
        let key = self.book.find(ticket_id).ok_or_else(|| no_ticket(ticket_id))?;
        let ticket = self.book.record(key).ok_or_else(|| no_ticket(ticket_id))?;
        let proposed = ticket.status == TicketStatus::RequiresAcceptance;
        let Some(pending) = ticket.pending.filter(|_| proposed) else {
            let status = ticket.status.as_str();
            return Err(InputError::invalid(format!(
                "the ticket `{ticket_id}` is in {status} status; there is a match to accept only in REQUIRES_ACCEPTANCE"
            )));
        };
        if ticket.backfill.is_some() {
            return Err(InputError::invalid(format!(
                "`{ticket_id}` is a backfill ticket; only new players accept a match"
            )));
        }
        let accepts = *acceptance_type == AcceptanceType::Accept;
        let answers = self.pending.get(pending).and_then(MatchRecord::answers);
        for (position, id) in player_ids.iter().enumerate() {
            let id_shown = validate::shown(id.as_str());
            if !ticket.party.ids().any(|player| player == id) {
                return Err(InputError::invalid(format!(
                    "`PlayerIds[{position}]`: the ticket `{ticket_id}` has no player `{id_shown}`"
                )));
            }
            if answers.and_then(|it| it.get(id)).is_some_and(|&earlier| earlier != accepts) {
                let earlier = if accepts { "rejected" } else { "accepted" };
                return Err(InputError::invalid(format!(
                    "`PlayerIds[{position}]`: `{id_shown}` has {earlier} the match, and an answer is final"
                )));
            }
        }
        let Some(record) = self.pending.get_mut(pending) else { return Ok(Response::AcceptMatch) };
        let MatchStage::Accepting { answers, .. } = &mut record.stage else {
            return Ok(Response::AcceptMatch);
        };
        let before = answers.len();
        for id in player_ids {
            answers.insert(id.clone(), accepts);
        }
        if answers.len() > before {
            self.answered(pending);
        }
        Ok(Response::AcceptMatch)
    }

    /// Tells new answers to a match, and goes on if they decide it.
    fn answered(&mut self, key: MatchKey) {
        let Some(record) = self.pending.get(key) else { return };
        let Some(answers) = record.answers() else { return };
        let rejected = answers.values().any(|&accepts| !accepts);
        let complete = self.unanswered(record).next().is_none();
        let tickets = self.event_tickets(record, Showing::Answers(answers));
        let match_id = record.id.clone();
        self.outbox.push(self.now, EventDetail::AcceptMatch { match_id, tickets });
        if rejected {
            self.drop_proposal(key, &[], self.now);
        } else if complete && let Some(record) = self.take_pending(key) {
            self.counters.matches_accepted += 1;
            self.tell_accepted(&record, Acceptance::Accepted, self.now);
            self.advance_all(&record, Change::Place, self.now);
            self.place(record, None, self.now);
        }
    }

    /// The tickets with a player who must answer and has not.
    fn unanswered<'r>(&'r self, record: &'r MatchRecord) -> impl Iterator<Item = TicketKey> + 'r {
        let is_new = |key: &TicketKey| record.backfill != Some(*key);
        let lacks = |key: &TicketKey| {
            let Some(ticket) = self.book.record(*key) else { return false };
            let answered = |id| record.answers().is_some_and(|it| it.contains_key(id));
            ticket.party.ids().any(|player| !answered(player))
        };
        record.tickets.iter().copied().filter(is_new).filter(lacks)
    }

    fn tell_accepted(&mut self, record: &MatchRecord, acceptance: Acceptance, at: Timestamp) {
        let detail = EventDetail::AcceptMatchCompleted {
            match_id: record.id.clone(),
            tickets: self.event_tickets(record, Showing::Teams),
            acceptance,
        };
        self.outbox.push(at, detail);
        if let Some(backfill) = record.backfill {
            self.follow_roster(backfill);
        }
    }

    /// Drops a proposed match at `at` because of a rejection, or because tickets are taken out.
    pub(super) fn drop_proposal(
        &mut self,
        key: MatchKey,
        leaving: &[(TicketKey, StatusCause)],
        at: Timestamp,
    ) {
        let Some(record) = self.pending.get(key) else { return };
        let literal = self.options.early_rejection == EarlyRejection::Literal;
        let unanswered: Vec<TicketKey> =
            if literal { self.unanswered(record).collect() } else { Vec::new() };
        let rejects = |ticket: TicketKey| {
            let (Some(ticket), Some(answers)) = (self.book.record(ticket), record.answers()) else {
                return false;
            };
            ticket.party.ids().any(|player| answers.get(player) == Some(&false))
        };
        let fate = |ticket: TicketKey| match leaving.iter().find(|(leaver, _)| *leaver == ticket) {
            Some(&(_, cause)) => Some(cause),
            None if rejects(ticket) => Some(StatusCause::Rejected),
            None if unanswered.contains(&ticket) => Some(StatusCause::Unanswered),
            None => None,
        };
        let fates: Vec<Option<StatusCause>> = record.tickets.iter().map(|&it| fate(it)).collect();
        self.counters.matches_rejected += 1;
        self.dissolve(key, Acceptance::Rejected, &fates, at);
    }

    /// The time to accept a match is over.
    pub(super) fn acceptance_timed_out(&mut self, key: MatchKey, at: Timestamp) {
        let Some(record) = self.pending.get(key) else { return };
        let late: Vec<TicketKey> = self.unanswered(record).collect();
        let fate = |ticket| late.contains(ticket).then_some(StatusCause::AcceptanceTimedOut);
        let fates: Vec<Option<StatusCause>> = record.tickets.iter().map(fate).collect();
        self.counters.match_acceptances_timed_out += 1;
        self.dissolve(key, Acceptance::TimedOut, &fates, at);
    }

    /// Ends a proposal: each ticket is cancelled for its cause, or goes back to the pool
    /// (decision 25 has the order).
    fn dissolve(
        &mut self,
        key: MatchKey,
        acceptance: Acceptance,
        fates: &[Option<StatusCause>],
        at: Timestamp,
    ) {
        let Some(record) = self.take_pending(key) else { return };
        self.tell_accepted(&record, acceptance, at);
        let mut returning = Vec::new();
        for (&ticket, fate) in record.tickets.iter().zip(fates) {
            match fate {
                Some(cause) => self.end_ticket(ticket, Change::Cancel(*cause), at),
                None => returning.push(ticket),
            }
        }
        self.return_all(&returning, StatusCause::AcceptanceFailed, at);
    }
}

//! The matches of a snapshot that wait for answers or for a game session.

use std::collections::{BTreeMap, BTreeSet};

use super::ByNumber;
use crate::engine::snapshot::RestoreError;
use crate::engine::snapshot::checks::{self, holds};
use crate::engine::snapshot::forms::MatchForm;
use crate::engine::{Matchmaker, validate};
use crate::lifecycle::book::TicketKey;
use crate::lifecycle::pending::{MatchRecord, MatchStage};
use crate::lifecycle::status::TicketStatus;
use crate::model::limits;
use crate::model::ticket::{MatchId, PlayerId};

/// Who is in a match.
struct Members {
    tickets: Vec<TicketKey>,
    backfill: Option<TicketKey>,
    /// The new players, who may have to accept it.
    players: BTreeSet<PlayerId>,
}

impl Matchmaker {
    pub(super) fn take_up_match(
        &mut self,
        form: MatchForm,
        tickets: &ByNumber,
    ) -> Result<(), RestoreError> {
        checks::pending(&form, self.now)?;
        let of = format!("match `{}`", validate::shown(form.id.as_str()));
        holds(self.pending.find(&form.id).is_none(), || format!("{of} is there twice"))?;
        let Members { tickets, backfill, players } = self.members(&form, &of, tickets)?;
        let MatchForm { id, location, locations, formed, deadline, answers, announced, .. } = form;
        let answered = answers.iter().flat_map(BTreeMap::keys);
        let strange = answered.filter(|player| !players.contains(*player)).count();
        let complete = answers.as_ref().is_some_and(|it| it.len() >= players.len());
        holds(
            strange == 0 && !complete && players.len() <= limits::MATCH_PLAYERS_MAX as usize,
            || format!("{of} has not the answers that its players could have given"),
        )?;
        if let Some(id) = &announced {
            self.check_announced(id, None)?;
        }
        if let Some(placement) = &form.placement {
            let is_its = self.placer.waits_for(placement, &id, deadline);
            holds(answers.is_none() && is_its, || {
                format!("{of} waits for a placement that is not its")
            })?;
        }
        let record = MatchRecord {
            id,
            number: form.tickets.iter().copied().min().unwrap_or(u64::MAX),
            tickets,
            backfill,
            location,
            locations,
            formed,
            stage: match (answers, form.placement) {
                (Some(answers), _) => MatchStage::Accepting { deadline, answers },
                (None, Some(placement)) => MatchStage::InQueue { deadline, placement },
                (None, None) => MatchStage::Placing { deadline },
            },
            announced: announced.clone(),
            needs_session: form.needs_session,
            fills_up: form.fills_up,
        };
        let key = self.wait(record);
        if let Some(id) = announced {
            self.sessions.announce(id, key);
        }
        Ok(())
    }

    /// The tickets of a match, each of which is in no other and stands where the match does.
    fn members(
        &self,
        form: &MatchForm,
        of: &str,
        tickets: &ByNumber,
    ) -> Result<Members, RestoreError> {
        let status = match form.answers {
            Some(_) => TicketStatus::RequiresAcceptance,
            None => TicketStatus::Placing,
        };
        let mut members = Members { tickets: Vec::new(), backfill: None, players: BTreeSet::new() };
        for (position, number) in form.tickets.iter().enumerate() {
            let key = tickets.get(number).copied();
            let record = key.and_then(|key| Some((key, self.book.record(key)?)));
            let (key, record) = record
                .filter(|(key, it)| {
                    let is_new = !members.tickets.contains(key);
                    it.status == status && it.pending.is_none() && is_new
                })
                .ok_or_else(|| {
                    RestoreError::damaged(format!("{of} has the ticket {number}, which is not its"))
                })?;
            if record.backfill.is_some() {
                holds(position == 0 && status == TicketStatus::RequiresAcceptance, || {
                    format!("{of} has the backfill {number} where none can be")
                })?;
                members.backfill = Some(key);
            } else {
                let is_new = record.party.ids().all(|id| members.players.insert(id.clone()));
                holds(is_new, || format!("{of} has a player twice"))?;
            }
            members.tickets.push(key);
        }
        Ok(members)
    }

    /// Every pending placement of a match has the match.
    pub(super) fn check_all_placed(&self) -> Result<(), RestoreError> {
        let in_queue = |match_id: &MatchId| {
            let record = self.pending.find(match_id).and_then(|key| self.pending.get(key));
            record.is_some_and(|record| matches!(record.stage, MatchStage::InQueue { .. }))
        };
        let mut seen = BTreeSet::new();
        match self.placer.pending_matches().find(|&id| !in_queue(id) || !seen.insert(id)) {
            None => Ok(()),
            Some(id) => {
                let id = validate::shown(id.as_str());
                let message =
                    format!("the match `{id}` of a placement is not there, or has another");
                Err(RestoreError::damaged(message))
            }
        }
    }

    /// Every active ticket that does not wait is in a match.
    pub(super) fn check_all_matched(&self) -> Result<(), RestoreError> {
        for key in self.active_keys() {
            let Some(record) = self.book.record(key) else { continue };
            holds(record.status.is_waiting() || record.pending.is_some(), || {
                let (number, status) = (record.number, record.status.as_str());
                format!("ticket {number} is {status}, but in no match")
            })?;
        }
        Ok(())
    }
}

//! Why a ticket is in the match that it is in, and what that waits for.

use std::collections::BTreeMap;

use crate::base::time::{Millis, Timestamp};
use crate::engine::Matchmaker;
use crate::lifecycle::book::TicketRecord;
use crate::lifecycle::pending::{MatchRecord, MatchStage};
use crate::model::matched::PlacedTicket;
use crate::model::ticket::{MatchId, PlacementId, PlayerId, TicketId};
use crate::ruleset::Judgement;

/// The match that a ticket is in while it is not complete.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct InMatch {
    /// Its id.
    pub match_id: MatchId,
    /// When it was formed.
    pub formed: Timestamp,
    /// Its tickets: the backfill ticket if there is one, then by team and age. Who was the anchor
    /// is not kept; most often it is the one that had waited longest.
    pub tickets: Vec<MatchedTicket>,
    /// What it waits for.
    pub waits_for: MatchWaitsFor,
    /// Every rule with its value, bound and verdict, as it was when the match was formed; by the
    /// rules of now, if `Reconfigure` has changed them.
    pub judgement: Option<Judgement>,
}

/// A ticket of a match.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct MatchedTicket {
    /// Its id.
    pub ticket_id: TicketId,
    /// Its team; none of a backfill ticket, whose players have their own.
    pub team: Option<String>,
    /// How long it had waited when the match was formed.
    pub waited: Millis,
    /// Whether it is the backfill ticket of a running session.
    pub backfill: bool,
}

/// What a match waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
#[non_exhaustive]
pub enum MatchWaitsFor {
    /// The answers of its players.
    Acceptance {
        /// Who has accepted.
        accepted: Vec<PlayerId>,
        /// Who has not answered.
        missing: Vec<PlayerId>,
        /// Who has rejected.
        rejected: Vec<PlayerId>,
        /// When it is given up without them.
        deadline: Timestamp,
    },
    /// The host, that is to report a game session with `CompletePlacement`.
    Host {
        /// When it is given up.
        deadline: Timestamp,
    },
    /// A game session that its queue finds.
    Queue {
        /// The placement.
        placement_id: PlacementId,
        /// How many game sessions were asked for; all but the one not answered for were refused.
        attempts: u32,
        /// The destination that was asked last and has not answered.
        destination: Option<String>,
        /// The location there.
        location: Option<String>,
        /// When the places of the queue are tried again, if all have refused.
        retry_at: Option<Timestamp>,
        /// When it is given up.
        deadline: Timestamp,
    },
    /// Nothing: it goes on in this moment.
    Nothing,
}

impl Matchmaker {
    /// The match of a ticket, while it is not complete.
    pub(super) fn in_match(&self, record: &TicketRecord) -> Option<InMatch> {
        let pending = self.pending.get(record.pending?)?;
        let records = pending.tickets.iter().filter_map(|&key| self.book.record(key));
        let mut tickets = Vec::new();
        let mut placed: Vec<(u64, PlacedTicket)> = Vec::new();
        for record in records {
            tickets.push(MatchedTicket {
                ticket_id: record.id().clone(),
                team: record.team.as_deref().map(str::to_owned),
                waited: pending.formed.since(record.start_time),
                backfill: record.backfill.is_some(),
            });
            let parts = self.placed(record, pending.formed, record.team.as_deref());
            placed.extend(parts.into_iter().map(|part| (record.number, part)));
        }
        placed.sort_by_key(|&(number, _)| number);
        let placed: Vec<PlacedTicket> = placed.into_iter().map(|(_, part)| part).collect();
        Some(InMatch {
            match_id: pending.id.clone(),
            formed: pending.formed,
            tickets,
            waits_for: self.waits_for(pending),
            judgement: self.rule_set.judge(&placed).ok(),
        })
    }

    fn waits_for(&self, pending: &MatchRecord) -> MatchWaitsFor {
        match &pending.stage {
            MatchStage::Passing => MatchWaitsFor::Nothing,
            MatchStage::Placing { deadline } => MatchWaitsFor::Host { deadline: *deadline },
            MatchStage::Accepting { deadline, answers } => {
                self.asked_players(pending, answers, *deadline)
            }
            MatchStage::InQueue { deadline, placement } => {
                let progress = self.placer.progress(placement);
                let asked = progress.as_ref().and_then(|it| it.asked.as_ref());
                MatchWaitsFor::Queue {
                    placement_id: placement.clone(),
                    attempts: progress.as_ref().map_or(0, |it| it.attempts),
                    destination: asked.map(|(destination, _)| destination.to_string()),
                    location: asked.map(|(_, location)| location.to_string()),
                    retry_at: progress.as_ref().and_then(|it| it.retry_at),
                    deadline: *deadline,
                }
            }
        }
    }

    /// Who has answered. The players of a running session are not asked (decision 26).
    fn asked_players(
        &self,
        pending: &MatchRecord,
        answers: &BTreeMap<PlayerId, bool>,
        deadline: Timestamp,
    ) -> MatchWaitsFor {
        let records = pending.tickets.iter().filter_map(|&key| self.book.record(key));
        let asked = records.filter(|record| record.backfill.is_none());
        let (mut accepted, mut missing, mut rejected) = (Vec::new(), Vec::new(), Vec::new());
        for player in asked.flat_map(|record| record.party.ids()) {
            let list = match answers.get(player) {
                Some(true) => &mut accepted,
                Some(false) => &mut rejected,
                None => &mut missing,
            };
            list.push(player.clone());
        }
        MatchWaitsFor::Acceptance { accepted, missing, rejected, deadline }
    }
}

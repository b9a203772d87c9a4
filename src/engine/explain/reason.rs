//! The reasons in short.

use super::{MatchWaitsFor, WhyWaiting};
use crate::base::epoch::Epoch;
use crate::base::time::{Millis, Timestamp};
use crate::engine::Matchmaker;
use crate::lifecycle::book::{TicketKey, TicketRecord};
use crate::lifecycle::status::TicketStatus;
use crate::model::schema::AgeSelection;

/// Why a ticket waits, or why it does no more.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
#[non_exhaustive]
pub enum WaitReason {
    /// It waits no more: it is complete, or has ended without a match.
    Ended,
    /// It is in a match that waits for the answers of its players.
    AwaitsAcceptance,
    /// It is in a match that waits for its game session.
    AwaitsPlacement,
    /// No match can ever hold it; [`WhyWaiting::never`] says why.
    Never,
    /// No pass has looked for a match since it came.
    NotSearchedYet {
        /// When a pass is due; none when it takes another command, or a driver.
        pass_due: Option<Timestamp>,
    },
    /// Enough players fit one by one, but whether they make a valid match is not known yet: since it
    /// was searched for, tickets have come or changed (an expansion, say), or the pass that looks at
    /// them has not ended.
    SearchPending {
        /// When the pass is due, or its next slice.
        pass_due: Timestamp,
    },
    /// The search for it was given up at a budget, so there may be a match.
    SearchGivenUp,
    /// Even if no rule refused anybody, too few players wait to fill the minimums of the teams.
    TooFewPlayers {
        /// Players who wait, its own included, backfill tickets apart. Those of tickets that no
        /// match can hold may be left out.
        players: u32,
        /// Players that a match needs.
        needed: u32,
    },
    /// Too few players wait in tickets that could be in a match with it.
    TooFewFit {
        /// Its own players and those of tickets that fit.
        players: u32,
        /// Players that a match needs.
        needed: u32,
        /// The waiting time at which the match would be judged.
        at_wait: Millis,
        /// Whether that is all; or else there are more tickets that were not looked at.
        is_whole: bool,
    },
    /// No other ticket that it could be with joins it in a valid match, although enough players
    /// fit one by one: together they break the rules. Told only when all searches have ended and
    /// nothing has changed since.
    NoCombination,
    /// It is young and fits a waiting backfill ticket, so it founds no new match.
    KeptForBackfill {
        /// Until when.
        until: Timestamp,
    },
    /// A valid match with it was found just now; the next pass may form it.
    MatchInSight {
        /// When a pass is due; none when it takes another command.
        pass_due: Option<Timestamp>,
    },
}

impl Matchmaker {
    pub(super) fn reasons(
        &self,
        key: TicketKey,
        record: &TicketRecord,
        why: &WhyWaiting,
    ) -> Vec<WaitReason> {
        if let Some(in_match) = &why.in_match {
            return vec![match in_match.waits_for {
                MatchWaitsFor::Acceptance { .. } => WaitReason::AwaitsAcceptance,
                _ => WaitReason::AwaitsPlacement,
            }];
        }
        if why.times_out_at.is_none() {
            return vec![WaitReason::Ended];
        }
        if !why.never.is_empty() {
            return vec![WaitReason::Never];
        }
        let pass_due = self.pass_due();
        if why.status == TicketStatus::Queued {
            return vec![WaitReason::NotSearchedYet { pass_due }];
        }
        let mut reasons = Vec::new();
        if why.search_exhausted {
            reasons.push(WaitReason::SearchGivenUp);
        }
        if why.closest_match.as_ref().is_some_and(|it| it.judgement.valid) {
            reasons.push(WaitReason::MatchInSight { pass_due });
        }
        let Some(company) = &why.company else { return reasons };
        let until = self.guard_end(record).filter(|&until| until > self.now);
        if let Some(until) = until.filter(|_| company.fitting_backfills > 0) {
            reasons.push(WaitReason::KeptForBackfill { until });
        }
        let (players, needed) = (company.possible_players, company.needed_players);
        let fewest = self.fewest_players(record);
        let all = self.waiting.players_up_to(fewest);
        let is_backfill = record.backfill.is_some();
        if let Some(players) = all.filter(|_| !is_backfill && company.fitting_backfills == 0) {
            reasons.push(WaitReason::TooFewPlayers { players, needed: fewest });
        } else if players < needed && company.fitting_backfills == 0 {
            let (at_wait, is_whole) = (company.at_wait, company.is_whole);
            reasons.push(WaitReason::TooFewFit { players, needed, at_wait, is_whole });
        } else if reasons.is_empty() {
            reasons.push(match self.open_search(key) {
                Some(pass_due) => WaitReason::SearchPending { pass_due },
                None => WaitReason::NoCombination,
            });
        }
        reasons
    }

    /// The fewest players of a new match with a ticket of this age, at whatever waiting time it may
    /// be judged.
    fn fewest_players(&self, record: &TicketRecord) -> u32 {
        let plan = self.rule_set.plan();
        let own = plan.epochs.at(self.now.since(record.start_time));
        let is_reachable = |epoch: &Epoch| match plan.ast.algorithm.age_selection {
            AgeSelection::Newest => *epoch <= own,
            AgeSelection::Oldest => *epoch >= own,
        };
        let epochs = plan.epochs.indices().filter(is_reachable);
        let needed = epochs.map(|it| plan.sizes[it].iter().map(|size| size.min).sum());
        needed.min().unwrap_or(0)
    }
}

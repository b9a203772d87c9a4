//! The tickets that come nearest to a match with one that waits, and what keeps them from it.

use std::cmp::Ordering;

use super::expansion::{PropertyChange, changes, rule_family};
use crate::base::time::{Millis, Timestamp};
use crate::engine::Matchmaker;
use crate::lifecycle::book::TicketRecord;
use crate::model::matched::PlacedTicket;
use crate::model::schema::{AgeSelection, InstanceIdx};
use crate::model::ticket::TicketId;
use crate::ruleset::ast::Target;
use crate::ruleset::{Judgement, RuleJudgement};
use crate::search::Refused;

/// Pairs that are judged, of those that the fewest rules refuse.
const JUDGED_MAX: usize = 32;
/// Later epochs that a pair is judged at, of all pairs together.
const RELIEFS_MAX: usize = 256;
/// Candidates that are told.
const TOLD_MAX: usize = 5;

/// A waiting ticket that can be in no match with the one asked about, for now: the smallest match
/// of the two, and what is wrong with it.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct NearCandidate {
    /// The candidate.
    pub ticket_id: TicketId,
    /// How many players it has.
    pub players: u32,
    /// How long it has waited.
    pub waited: Millis,
    /// The team that the ticket asked about is in; none of a backfill ticket, whose players have
    /// teams, and where no two teams have room for both.
    pub team: Option<String>,
    /// The team that the candidate is in, likewise.
    pub candidate_team: Option<String>,
    /// The waiting time of the two together: it picks the values in force.
    pub wait: Millis,
    /// What keeps the two apart; never empty. In another choice of teams there is as much or more.
    pub misses: Vec<CandidateMiss>,
    /// From when on none of `misses` is left, as far as expansions do it; they may leave others,
    /// and the two may have timed out by then.
    pub fits_at: Option<Timestamp>,
}

/// What keeps two tickets apart.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
#[non_exhaustive]
pub enum CandidateMiss {
    /// A rule is false of every match that holds both there.
    Rule {
        /// The rule.
        rule_name: String,
        /// How it comes out on the two alone: values, bounds in force, and by how much each misses;
        /// of a rule about latencies for each location that both report.
        judgement: Box<RuleJudgement>,
        /// The rules that a compound rule names, likewise.
        parts: Vec<RuleJudgement>,
        /// How far it is from holding: the largest of the numbers by which its measurements miss;
        /// of a rule about latencies at the location where that is smallest. None where distance
        /// has no meaning.
        by: Option<f64>,
        /// When an expansion lets the two pass; none if none does.
        ends: Option<Relief>,
    },
    /// Each rule has locations for the two, but no location suits all rules and all players.
    NoCommonLocation {
        /// In words: which locations suit which rule.
        reason: String,
    },
    /// No two teams have room for both.
    NoRoom,
}

/// The first step of an expansion that lets two tickets pass a rule.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Relief {
    /// When the two have waited long enough.
    pub at: Timestamp,
    /// The waiting time of the two then.
    pub wait: Millis,
    /// Whether both still wait then: no request has timed out.
    pub in_time: bool,
    /// What has changed for the rule from now until then.
    pub changes: Vec<PropertyChange>,
}

/// A ticket that misses, before it is judged.
pub(super) struct Near<'m> {
    pub(super) record: &'m TicketRecord,
    pub(super) refused: Refused,
}

impl Matchmaker {
    /// Judges those that the fewest rules refuse, each on the two alone, and gives the nearest.
    pub(super) fn nearest(
        &self,
        own: &TicketRecord,
        mut near: Vec<Near<'_>>,
    ) -> Vec<NearCandidate> {
        near.sort_by_key(|it| (it.refused.rules.is_empty(), it.refused.rules.len()));
        near.truncate(JUDGED_MAX);
        let mut reliefs_left = RELIEFS_MAX;
        let judged = near.iter().filter_map(|near| self.judge_pair(own, near, &mut reliefs_left));
        let mut nearest: Vec<NearCandidate> = judged.collect();
        nearest.sort_by(nearer);
        nearest.truncate(TOLD_MAX);
        nearest
    }

    fn judge_pair(
        &self,
        own: &TicketRecord,
        near: &Near<'_>,
        reliefs_left: &mut usize,
    ) -> Option<NearCandidate> {
        let plan = self.rule_set.plan();
        let Near { record: other, refused } = near;
        let name = |seat: Option<InstanceIdx>| {
            seat.map(|it| plan.ast.schema.instances[it].name.to_string())
        };
        let mut candidate = NearCandidate {
            ticket_id: other.id().clone(),
            players: other.party.len() as u32,
            waited: self.now.since(other.start_time),
            team: name(refused.seats.own),
            candidate_team: name(refused.seats.other),
            wait: Millis::default(),
            misses: Vec::new(),
            fits_at: None,
        };
        let mut both = self.placed(own, self.now, candidate.team.as_deref());
        let with = self.placed(other, self.now, candidate.candidate_team.as_deref());
        // In the order of submission.
        let at = if other.number < own.number { 0 } else { both.len() };
        both.splice(at..at, with);
        let ages = both.iter().map(|ticket| ticket.age);
        candidate.wait = match plan.ast.algorithm.age_selection {
            AgeSelection::Newest => ages.min(),
            AgeSelection::Oldest => ages.max(),
        }?;
        if refused.seats.own.is_none() && refused.seats.other.is_none() {
            candidate.misses.push(CandidateMiss::NoRoom);
            return Some(candidate);
        }
        let judgement = self.rule_set.judge(&both).ok()?;
        let due = own.due.min(other.due);
        for &rule in &refused.rules {
            let position = plan.enforced.get(rule)?.position;
            let relief = || self.relief(&both, position, candidate.wait, due, reliefs_left);
            candidate.misses.extend(self.rule_miss(&judgement, position, relief));
        }
        if candidate.misses.is_empty() {
            let reason = judgement.no_location.as_ref()?.to_string();
            candidate.misses.push(CandidateMiss::NoCommonLocation { reason });
        }
        let ends = candidate.misses.iter().map(|miss| match miss {
            CandidateMiss::Rule { ends, .. } => ends.as_ref().map(|relief| relief.at),
            CandidateMiss::NoCommonLocation { .. } | CandidateMiss::NoRoom => None,
        });
        let ends: Option<Vec<Timestamp>> = ends.collect();
        candidate.fits_at = ends.and_then(|ends| ends.into_iter().max());
        Some(candidate)
    }

    /// How a rule comes out that is false of two tickets alone, and when that ends; nothing of one that
    /// is not.
    fn rule_miss(
        &self,
        judgement: &Judgement,
        position: usize,
        relief: impl FnOnce() -> Option<Relief>,
    ) -> Option<CandidateMiss> {
        let judged = judgement.rules.get(position).filter(|it| !it.holds)?;
        let family = rule_family(&self.rule_set.plan().ast, position);
        let parts = family.into_iter().filter(|&it| it != position);
        Some(CandidateMiss::Rule {
            rule_name: judged.name.clone(),
            by: distance(judged),
            judgement: Box::new(judged.clone()),
            parts: parts.filter_map(|it| judgement.rules.get(it).cloned()).collect(),
            ends: relief(),
        })
    }

    /// The first later epoch in which a rule holds of some tickets, judged as they will be then.
    fn relief(
        &self,
        tickets: &[PlacedTicket],
        rule: usize,
        wait: Millis,
        due: Timestamp,
        reliefs_left: &mut usize,
    ) -> Option<Relief> {
        let plan = self.rule_set.plan();
        let family = rule_family(&plan.ast, rule);
        let is_own = |target: &Target| matches!(target, Target::RuleField { rule, .. } if family.contains(rule));
        let mut start = wait;
        while let Some(next) = plan.epochs.next_start(start) {
            let changed_now = !changes(&plan.ast, start, next, is_own).is_empty();
            start = next;
            if !changed_now {
                continue;
            }
            *reliefs_left = reliefs_left.checked_sub(1)?;
            let later = Millis::new(start.get() - wait.get());
            let mut aged = tickets.to_vec();
            for ticket in &mut aged {
                ticket.age = Millis::new(ticket.age.get() + later.get());
            }
            let judgement = self.rule_set.judge(&aged).ok()?;
            if judgement.rules.get(rule)?.holds {
                let at = self.now.plus(later);
                let changes = changes(&plan.ast, wait, start, is_own);
                return Some(Relief { at, wait: start, in_time: at < due, changes });
            }
        }
        None
    }
}

/// How far a rule is from holding.
fn distance(rule: &RuleJudgement) -> Option<f64> {
    let of_check = |misses: &mut dyn Iterator<Item = Option<f64>>| {
        let all: Option<Vec<f64>> = misses.collect();
        all?.into_iter().max_by(f64::total_cmp)
    };
    let mut failing = rule.checks.iter().filter(|check| !check.holds);
    match rule.locations {
        // One location that holds is enough.
        Some(_) => failing
            .filter_map(|check| of_check(&mut check.misses.iter().map(|miss| miss.by)))
            .min_by(f64::total_cmp),
        None => {
            let each = failing.try_fold(None, |most: Option<f64>, check| {
                let by = of_check(&mut check.misses.iter().map(|miss| miss.by))?;
                Some(Some(most.map_or(by, |most| most.max(by))))
            });
            each.flatten()
        }
    }
}

/// The order of candidates: those with the fewest misses; of these those that an expansion helps
/// soonest; then those that miss by least.
fn nearer(a: &NearCandidate, b: &NearCandidate) -> Ordering {
    let count = |it: &NearCandidate| it.misses.len();
    let fits_at = |it: &NearCandidate| it.fits_at.map_or(u64::MAX, Timestamp::as_millis);
    let by = |it: &NearCandidate| {
        let each = it.misses.iter().map(|miss| match miss {
            CandidateMiss::Rule { by, .. } => by.unwrap_or(f64::INFINITY),
            _ => f64::INFINITY,
        });
        each.fold(0.0, |sum: f64, by| sum + by)
    };
    count(a)
        .cmp(&count(b))
        .then_with(|| fits_at(a).cmp(&fits_at(b)))
        .then_with(|| by(a).total_cmp(&by(b)))
        .then_with(|| b.waited.cmp(&a.waited))
}

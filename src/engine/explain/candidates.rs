//! The tickets around one that waits: how many could be in a match with it, and what keeps the
//! nearest of the others from it.

use std::cmp::Ordering;

use super::WhyWaiting;
use super::expansion::{PropertyChange, changes, rule_family};
use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::base::time::{Millis, Timestamp};
use crate::engine::{Matchmaker, pool_at};
use crate::lifecycle::book::{TicketKey, TicketRecord};
use crate::model::matched::PlacedTicket;
use crate::model::schema::{AgeSelection, InstanceIdx};
use crate::model::ticket::TicketId;
use crate::pool::columns::TicketRow;
use crate::ruleset::RuleJudgement;
use crate::ruleset::ast::Target;
use crate::search::{AroundMax, Meeting, Prober, Refused, epochs_of};

/// How many tickets are looked at.
const AROUND: AroundMax =
    AroundMax { glanced: 131_072, rosters: 64, in_reach: 1024, beyond: 192, partitions: 64 };
/// How often two tickets are put into teams, and tickets into a match.
const NODES_MAX: u64 = 65_536;
/// Pairs that are judged, of those that the fewest rules refuse.
const JUDGED_MAX: usize = 32;
/// Later epochs that a pair is judged at, of all pairs together.
const RELIEFS_MAX: usize = 256;
/// Candidates that are told.
const TOLD_MAX: usize = 5;
/// Ids of those that could be in a match that are told.
const IDS_MAX: usize = 16;

/// How many others could be in a match with a ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Company {
    /// Waiting tickets that were looked at; those that no pass has seen yet are left out.
    pub examined_tickets: u32,
    /// Whether no other waiting ticket can be in a match with it. If not, the counts below are
    /// those of the tickets that were looked at.
    pub is_whole: bool,
    /// Tickets of new players that could be in one match with it, each by itself.
    pub fitting_tickets: u32,
    /// Their players.
    pub fitting_players: u32,
    /// Backfill tickets that it could join.
    pub fitting_backfills: u32,
    /// The ids of the first of them, oldest first, at most 16.
    pub fitting: Vec<TicketId>,
    /// The fewest players of a match, its own included; of a backfill ticket, one more than it
    /// has. Of the waiting times at which its match may be judged this is the one that comes
    /// nearest to having enough.
    pub needed_players: u32,
    /// How many of these there can be: its own, and those of tickets that fit and are old enough
    /// (or young enough) for that waiting time.
    pub possible_players: u32,
    /// That waiting time.
    pub at_wait: Millis,
    /// How often two tickets were put into teams and all rules asked to find this out: the work
    /// that was done, at most 65,536.
    pub nodes: u64,
}

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
struct Near<'m> {
    record: &'m TicketRecord,
    refused: Refused,
}

impl Matchmaker {
    /// Looks at the tickets around one that is searched for, and notes how many each rule refuses.
    pub(super) fn look_around(
        &self,
        key: TicketKey,
        record: &TicketRecord,
        why: &mut WhyWaiting,
        refusals: &mut [u32],
    ) {
        let Some(row) = self.rows[key] else { return };
        let (plan, columns) = (self.rule_set.plan(), &self.pool.columns);
        let epoch_of = |row: TicketRow| plan.epochs.at(self.now.since(columns.start_time[row]));
        let own_epoch = epoch_of(row);
        let last = plan.epochs.indices().next_back().unwrap_or(own_epoch);
        let reachable: Vec<Epoch> = epochs_of(plan, (own_epoch, own_epoch), last).collect();
        let around = self.waiting.around(pool_at!(self), row, &reachable, AROUND);
        let all = || around.beyond.iter().chain(&around.in_reach).copied();
        let mut prober = Prober::new(plan, columns, NODES_MAX);
        let mut fitting: Vec<(TicketRow, Epoch)> = Vec::new();
        let mut near = Vec::new();
        let mut examined_tickets = 0;
        let mut is_whole = around.is_reach_whole;
        for other in all() {
            let epochs = epochs_of(plan, (own_epoch, epoch_of(other)), last);
            match prober.meet(row, other, epochs) {
                Meeting::Possible(epoch) => fitting.push((other, epoch)),
                Meeting::Refused(refused) => {
                    for &rule in &refused.rules {
                        if let Some(count) = refusals.get_mut(rule) {
                            *count += 1;
                        }
                    }
                    let record = self.book.record(self.owners[other]);
                    near.extend(record.map(|record| Near { record, refused }));
                }
                Meeting::Unknown => {
                    is_whole = false;
                    break;
                }
            }
            examined_tickets += 1;
        }
        fitting.sort_unstable_by_key(|&(it, _)| (columns.start_time[it], columns.number[it]));
        let mut company = self.company(row, &fitting, own_epoch, (examined_tickets, is_whole));
        company.nodes = NODES_MAX - prober.nodes_left;
        let mut near = self.judge_near(record, near);
        near.sort_by(nearer);
        near.truncate(TOLD_MAX);
        why.nearest = near;
        if record.backfill.is_none() && company.possible_players >= company.needed_players {
            prober.nodes_left = NODES_MAX;
            let epoch = plan.epochs.at(company.at_wait);
            why.closest_match = self.closest_match(&mut prober, row, &fitting, epoch);
        }
        why.company = Some(company);
    }

    fn company(
        &self,
        row: TicketRow,
        fitting: &[(TicketRow, Epoch)],
        own_epoch: Epoch,
        (examined_tickets, is_whole): (u32, bool),
    ) -> Company {
        let (plan, columns) = (self.rule_set.plan(), &self.pool.columns);
        let players = |row: TicketRow| u32::from(columns.players[row].len);
        let new = || fitting.iter().filter(|&&(other, _)| !columns.is_roster(other));
        let own = players(row);
        let is_newest = plan.ast.algorithm.age_selection == AgeSelection::Newest;
        let latest = fitting.iter().map(|&(_, epoch)| epoch).max().unwrap_or(own_epoch);
        // The epochs that may judge a match of it with those who fit, as the rule set is written
        // or relaxed most first.
        let (first, last) = match is_newest {
            true => (0, own_epoch.index()),
            false => (own_epoch.index(), latest.index().max(own_epoch.index())),
        };
        let mut best: Option<(u32, Epoch, u32, u32)> = None;
        for epoch in (first..=last).rev().map(Epoch::from_usize) {
            let is_joining = |&&(_, of): &&(TicketRow, Epoch)| match is_newest {
                true => of >= epoch,
                false => of <= epoch,
            };
            let joining: u32 = new().filter(is_joining).map(|&(other, _)| players(other)).sum();
            let needed = match columns.is_roster(row) {
                true => own + 1,
                false => plan.sizes[epoch].iter().map(|size| size.min).sum::<u32>().max(own),
            };
            let lack = needed.saturating_sub(own + joining);
            if best.is_none_or(|(least, ..)| lack < least) {
                best = Some((lack, epoch, needed, own + joining));
            }
        }
        let (_, epoch, needed_players, possible_players) = best.unwrap_or((0, own_epoch, own, own));
        let id = |&(other, _): &(TicketRow, Epoch)| {
            self.book.record(self.owners[other]).map(|record| record.id().clone())
        };
        Company {
            examined_tickets,
            is_whole,
            fitting_tickets: new().count() as u32,
            fitting_players: new().map(|&(other, _)| players(other)).sum(),
            fitting_backfills: (fitting.len() - new().count()) as u32,
            fitting: fitting.iter().filter_map(id).take(IDS_MAX).collect(),
            needed_players,
            possible_players,
            at_wait: plan.epochs.start(epoch),
            nodes: 0,
        }
    }

    /// Judges those that the fewest rules refuse, each on the two alone.
    fn judge_near(&self, own: &TicketRecord, mut near: Vec<Near<'_>>) -> Vec<NearCandidate> {
        near.sort_by_key(|it| (it.refused.rules.is_empty(), it.refused.rules.len()));
        near.truncate(JUDGED_MAX);
        let mut reliefs_left = RELIEFS_MAX;
        near.iter().filter_map(|near| self.judge_pair(own, near, &mut reliefs_left)).collect()
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
        for &rule in &refused.rules {
            let position = plan.enforced.get(rule)?.position;
            let Some(judged) = judgement.rules.get(position).filter(|it| !it.holds) else {
                continue;
            };
            let due = own.due.min(other.due);
            let ends = self.relief(&both, position, candidate.wait, due, reliefs_left);
            let family = rule_family(&plan.ast, position);
            let parts = family.into_iter().filter(|&it| it != position);
            candidate.misses.push(CandidateMiss::Rule {
                rule_name: judged.name.clone(),
                by: distance(judged),
                judgement: Box::new(judged.clone()),
                parts: parts.filter_map(|it| judgement.rules.get(it).cloned()).collect(),
                ends,
            });
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

    /// A ticket as `judge` takes it, at its age at a moment: in a team, or of a backfill ticket
    /// each part in its own.
    pub(super) fn placed(
        &self,
        record: &TicketRecord,
        at: Timestamp,
        team: Option<&str>,
    ) -> Vec<PlacedTicket> {
        let age = at.since(record.start_time);
        let players = self.book.players(record);
        let Some(backfill) = &record.backfill else {
            let team = team.unwrap_or_default().to_owned();
            return vec![PlacedTicket { team, age, players, backfill: false }];
        };
        let mut parts: Vec<PlacedTicket> = Vec::new();
        for (player, team) in players.into_iter().zip(&backfill.teams) {
            match parts.iter_mut().find(|part| part.team == **team) {
                Some(part) => part.players.push(player),
                None => parts.push(PlacedTicket {
                    team: team.to_string(),
                    age,
                    players: vec![player],
                    backfill: true,
                }),
            }
        }
        parts
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

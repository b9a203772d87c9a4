//! The tickets around one that waits: how many could be in a match with it, and which could not.

use super::WhyWaiting;
use super::nearest::Near;
use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::base::time::Millis;
use crate::engine::{Matchmaker, pool_at};
use crate::lifecycle::book::{TicketKey, TicketRecord};
use crate::model::schema::AgeSelection;
use crate::model::ticket::TicketId;
use crate::pool::columns::TicketRow;
use crate::search::{AroundMax, Meeting, Prober, epochs_of};

/// How many tickets are looked at.
const AROUND: AroundMax =
    AroundMax { glanced: 131_072, rosters: 64, in_reach: 1024, beyond: 192, partitions: 64 };
/// How often two tickets are put into teams, and tickets into a match.
const NODES_MAX: u64 = 65_536;
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
        why.nearest = self.nearest(record, near);
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
}

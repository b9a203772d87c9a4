//! Exchange: a match of a slice becomes two, so that tickets are matched that the order by age has
//! left over.
//!
//! The oldest candidate of an anchor may be the only one that a third ticket could have met. So
//! when the anchors have had their turn, each match is held against the oldest tickets in reach
//! that are still waiting. One of them is searched for with the match's tickets set free but for
//! the anchor, and then the anchor with what is left. Only if both are matched, with more players
//! than before, the two matches take the place of the one; otherwise it stays as it was.
//!
//! So whoever was matched as an anchor is matched, and the players matched grow. A ticket that
//! loses its place waits on and counts as changed. What is tried depends on the matches and on the
//! tickets in reach alone, not on what a slice has spent.

use super::pass::{Budget, Pass, UnderWay};
use super::sharing::could_meet;
use super::view::Entry;
use super::{AnchorKey, Found};
use crate::pool::columns::TicketRow;

/// The most nodes of one search.
const NODES_PER_SEARCH: u64 = 1_000;
/// What all searches of a slice may spend, for each of its matches.
const NODES_PER_MATCH: u64 = 4_000;
/// The most waiting tickets looked at for one match.
const LOOKED_AT_MAX: usize = 64;

/// A match with the ticket for which it was sought.
type Anchored = (AnchorKey, Found);

/// A waiting ticket in reach of a match.
type Near = (AnchorKey, Entry);

impl Pass<'_, '_> {
    /// Makes two of each match of the slice that has such an exchange. As anchors serve waiting
    /// tickets up to `turn` only, which have had their turn; `None` when all have.
    pub(super) fn exchange(
        &mut self,
        turn: Option<AnchorKey>,
        under_way: &mut UnderWay,
        budget: Budget,
    ) {
        let found = std::mem::take(&mut self.slice.matches);
        let mut matches: Vec<Anchored> = self.anchors.drain(..).zip(found).collect();
        let epochs = self.view.plan.sizes.iter();
        let least = epochs.map(|sizes| sizes.iter().map(|it| it.min).sum::<u32>()).min();
        let nodes_end = self.slice.nodes + NODES_PER_MATCH * matches.len() as u64;
        let mut added: Vec<Anchored> = Vec::new();
        let count = matches.len();
        for before in &mut matches {
            if self.slice.nodes >= nodes_end || count + added.len() >= budget.matches {
                break;
            }
            // Two matches are of no fewer players than this.
            let players = self.players(&before.1);
            let missing = (2 * least.unwrap_or(0)).saturating_sub(players).max(1);
            if before.1.roster.is_some() || self.waiting.players() < missing {
                continue;
            }
            let tickets = self.waiting_near(&before.1, missing, budget);
            if let Some((other, own)) = self.divide(before, &tickets, turn, nodes_end, budget) {
                self.settle(&before.1, [&other.1, &own], under_way);
                before.1 = own;
                added.push(other);
                self.slice.exchanged += 1;
            }
        }
        matches.append(&mut added);
        // Matches come in the order of their anchors.
        matches.sort_by_key(|&(key, _)| key);
        self.slice.matches.extend(matches.into_iter().map(|(_, found)| found));
    }

    /// The oldest waiting tickets that could meet one of a match, as far as pairs tell; none when
    /// there are fewer players than needed.
    fn waiting_near(&mut self, found: &Found, missing: u32, budget: Budget) -> Vec<Near> {
        let (mut lists, mut is_some) = (Vec::new(), true);
        for row in found.rows() {
            is_some &= self.waiting.reach_ever(self.view, row, &mut lists);
        }
        lists.sort_unstable();
        lists.dedup();
        let members = self.entries(found.rows());
        let (mut near, mut players) = (Vec::new(), 0);
        let mut after = None;
        for _ in 0..LOOKED_AT_MAX {
            let next = match is_some {
                true => self.waiting.next_in(after, &lists),
                false => self.waiting.next_after(after),
            };
            let Some((key, _)) = next else { break };
            after = Some(key);
            let Some(entry) = self.waiting.get(self.view, key) else { continue };
            let is_free = !entry.is_roster && !entry.is_kept;
            let nodes = &mut self.slice.nodes;
            if is_free && could_meet(self.view, self.waiting, entry, &members, nodes) {
                near.push((key, entry));
                players += entry.players();
                if players >= missing && near.len() >= budget.exchange_tries as usize {
                    break;
                }
            }
        }
        if players < missing { Vec::new() } else { near }
    }

    /// Looks for a match with one of the waiting tickets and some of `before`, and for one with the
    /// anchor and what is left. Leaves the pool without all of them, or as it was.
    fn divide(
        &mut self,
        before: &Anchored,
        near: &[Near],
        turn: Option<AnchorKey>,
        nodes_end: u64,
        budget: Budget,
    ) -> Option<(Anchored, Found)> {
        let &(anchor, ref found) = before;
        let is_other = |row: &TicketRow| self.view.key(*row) != anchor;
        let others: Vec<TicketRow> = found.rows().filter(is_other).collect();
        let own = found.rows().find(|row| self.view.key(*row) == anchor)?;
        let members = self.entries(others.iter().copied());
        let players = self.players(found);
        let nodes_max = NODES_PER_SEARCH.min(budget.nodes_per_anchor);
        self.put_in(others.iter().copied());
        let had_turn = |&&(key, _): &&Near| turn.is_none_or(|turn| key <= turn);
        for &(key, entry) in near.iter().filter(had_turn).take(budget.exchange_tries as usize) {
            if self.slice.nodes >= nodes_end {
                break;
            }
            if !could_meet(self.view, self.waiting, entry, &members, &mut self.slice.nodes) {
                continue;
            }
            let first = self.search_within(key, entry.row, nodes_max);
            let first_exhausted = first.exhausted;
            let Some(first) = first.found.filter(|it| it.roster.is_none()) else { continue };
            self.take_out(first.rows());
            self.put_in(std::iter::once(own));
            let second = self.search_within(anchor, own, nodes_max);
            let exhausted = u64::from(first_exhausted) + u64::from(second.exhausted);
            let grows = |it: &Found| {
                it.roster.is_none() && self.players(it) + self.players(&first) > players
            };
            if let Some(second) = second.found.filter(grows) {
                self.take_out(second.rows());
                self.slice.fullness_unproven += exhausted;
                return Some(((key, first), second));
            }
            self.take_out(std::iter::once(own));
            self.put_in(first.rows());
        }
        self.take_out(others.into_iter());
        None
    }

    /// Notes who is matched now, and who is no longer.
    fn settle(&mut self, before: &Found, now: [&Found; 2], under_way: &mut UnderWay) {
        for row in now.into_iter().flat_map(Found::rows) {
            self.forget(row, under_way);
        }
        for row in before.rows() {
            let key = self.view.key(row);
            if self.waiting.contains(key) {
                // Those who had their turn meanwhile did so without it.
                self.progress.changed.insert(key, ());
                self.slice.retries = true;
            }
        }
    }

    fn entries(&self, rows: impl Iterator<Item = TicketRow>) -> Vec<Entry> {
        let view = self.view;
        rows.map(|row| view.entry(view.key(row), view.waiter(row))).collect()
    }

    fn players(&self, found: &Found) -> u32 {
        let players = &self.view.columns.players;
        found.placed.iter().map(|&(_, row)| u32::from(players[row].len)).sum()
    }

    fn put_in(&mut self, rows: impl Iterator<Item = TicketRow>) {
        rows.for_each(|row| self.waiting.insert(self.view, row));
    }

    fn take_out(&mut self, rows: impl Iterator<Item = TicketRow>) {
        rows.for_each(|row| _ = self.waiting.remove(self.view, row));
    }
}

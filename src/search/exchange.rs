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
//! loses its place waits on and counts as changed.
//!
//! What is tried is bounded by what the slice has spent on its matches, and lies within its budget: a
//! slice stops searching early enough.

use super::pass::{Budget, Pass};
use super::progress::UnderWay;
use super::sharing::could_meet;
use super::view::Entry;
use super::{AnchorKey, Found};
use crate::pool::columns::TicketRow;

/// The most nodes of one search.
const NODES_PER_SEARCH: u64 = 300;
/// What all searches of a slice may spend, for each of its matches.
const NODES_PER_MATCH: u64 = 1_000;
/// Beyond so many they spend no more than a share of what the slice has spent before.
const NODES_FREE: u64 = 3_000;
const NODES_ONE_IN: u64 = 4;
/// The most waiting tickets looked at for one match.
const LOOKED_AT_MAX: usize = 64;

/// A match with the ticket for which it was sought.
type Anchored = (AnchorKey, Found);

/// A waiting ticket in reach of a match.
type Near = (AnchorKey, Entry);

/// What the matches of one slice may spend, and memory that is used again for each.
#[derive(Default)]
struct Attempt {
    /// As anchors serve waiting tickets up to this one only; `None`: all.
    turn: Option<AnchorKey>,
    /// What had changed when the slice began; `None` when that is much.
    changed: Option<Vec<AnchorKey>>,
    nodes_end: u64,
    nodes_per_search: u64,
    tries: usize,
    /// The players that a ticket may have, and the fewest of a match.
    party_max: u32,
    least: u32,
    lists: Vec<u32>,
    members: Vec<Entry>,
    others: Vec<Entry>,
    near: Vec<Near>,
    /// Whether there may be more of these, beyond the limits.
    has_more: bool,
}

impl Pass<'_, '_> {
    /// What a slice leaves of its nodes for exchanges.
    pub(super) fn kept_for_exchange(&self, budget: Budget) -> u64 {
        if budget.exchange_tries == 0 || self.waiting.batches.is_some() {
            return 0;
        }
        let share =
            NODES_FREE.max(self.slice.nodes / NODES_ONE_IN).min(budget.nodes / NODES_ONE_IN);
        share.min(NODES_PER_MATCH * self.anchors.len() as u64)
    }

    /// Makes two of each match of the slice that has such an exchange. Only waiting tickets up to
    /// `turn`, which have had their turn, take part as anchors; `None` when all have. `changed` are
    /// the tickets that had changed when the slice began, `None` when there are many.
    pub(super) fn exchange(
        &mut self,
        turn: Option<AnchorKey>,
        changed: Option<Vec<AnchorKey>>,
        under_way: &mut UnderWay,
        budget: Budget,
    ) {
        if changed.as_ref().is_some_and(|changed| changed.len() < 2) {
            return;
        }
        let found = std::mem::take(&mut self.slice.matches);
        let mut matches: Vec<Anchored> = self.anchors.drain(..).zip(found).collect();
        let for_all = NODES_PER_MATCH.saturating_mul(matches.len() as u64);
        let share = NODES_FREE.max(self.slice.nodes / NODES_ONE_IN);
        let sizes = &self.view.plan.sizes;
        let least = sizes.iter().map(|sizes| sizes.iter().map(|it| it.min).sum::<u32>()).min();
        let largest = sizes.iter().flat_map(|sizes| sizes.iter().map(|it| it.max)).max();
        let attempt = &mut Attempt {
            turn,
            changed,
            nodes_end: self.slice.nodes.saturating_add(for_all.min(share)).min(budget.nodes),
            // A slice may go beyond its budget by one anchor; what is begun last is two searches.
            nodes_per_search: NODES_PER_SEARCH.min(budget.nodes_per_anchor / 2),
            tries: budget.exchange_tries as usize,
            party_max: largest.unwrap_or(0),
            least: least.unwrap_or(0),
            ..Attempt::default()
        };
        let mut added = Vec::new();
        let count = matches.len();
        for (position, before) in matches.iter_mut().enumerate() {
            if self.waiting.players() == 0 || count + added.len() >= budget.matches {
                break;
            }
            if self.slice.nodes >= attempt.nodes_end {
                self.slice.exchanges_cut += (count - position) as u64;
                break;
            }
            if let Some([own, other]) = self.divide(before, attempt) {
                self.replace(&before.1, [&own.1, &other.1], under_way);
                *before = own;
                added.push(other);
                self.slice.exchanged += 1;
            }
        }
        matches.append(&mut added);
        // Matches come in the order of their anchors.
        matches.sort_unstable_by_key(|&(key, _)| key);
        self.slice.matches.extend(matches.into_iter().map(|(_, found)| found));
    }

    /// Looks for two matches in place of one. Leaves the pool without all of their tickets, or as
    /// it was.
    fn divide(&mut self, before: &Anchored, attempt: &mut Attempt) -> Option<[Anchored; 2]> {
        let &(anchor, ref found) = before;
        let players = self.players(found);
        // Two matches are of no fewer players than this.
        let missing = (2 * attempt.least).saturating_sub(players).max(1);
        self.slice.nodes += 1;
        if found.roster.is_some() || self.waiting.players() < missing {
            return None;
        }
        let rows = found.rows();
        attempt.members.clear();
        attempt
            .members
            .extend(rows.map(|row| self.view.entry(self.view.key(row), self.view.waiter(row))));
        if !self.has_two_changed(attempt) {
            return None;
        }
        self.look_around(found, missing, attempt);
        let is_other = |row: &TicketRow| self.view.key(*row) != anchor;
        attempt.others.clear();
        attempt.others.extend(attempt.members.iter().filter(|it| is_other(&it.row)));
        let (others, nodes) = (&attempt.others, &mut self.slice.nodes);
        attempt
            .near
            .retain(|&(_, entry)| could_meet(self.view, self.waiting, entry, others, nodes));
        let own = attempt.members.iter().map(|it| it.row).find(|row| !is_other(row))?;
        if attempt.near.is_empty() {
            self.slice.exchanges_cut += u64::from(attempt.has_more);
            return None;
        }
        let rows = || attempt.others.iter().map(|it| it.row);
        self.put_in(rows());
        let mut is_cut = false;
        for &(key, entry) in attempt.near.iter().take(attempt.tries) {
            if self.slice.nodes >= attempt.nodes_end {
                is_cut = true;
                break;
            }
            let first = self.search_within(key, entry.row, attempt.nodes_per_search);
            is_cut |= first.exhausted;
            let Some(first) = first.found.filter(|it| it.roster.is_none()) else { continue };
            self.take_out(first.rows());
            self.put_in(std::iter::once(own));
            let second = self.search_within(anchor, own, attempt.nodes_per_search);
            is_cut |= second.exhausted;
            let grows = |it: &Found| {
                it.roster.is_none() && self.players(it) + self.players(&first) > players
            };
            if let Some(second) = second.found.filter(grows) {
                self.take_out(second.rows());
                self.slice.exchanges_cut += u64::from(is_cut);
                return Some([(anchor, second), (key, first)]);
            }
            self.take_out(std::iter::once(own));
            self.put_in(first.rows());
        }
        self.take_out(rows());
        self.slice.exchanges_cut += u64::from(is_cut || attempt.has_more);
        None
    }

    /// Whether two tickets have changed of those of a match and those that could meet them. Without
    /// one there is no match (decision 21), so for two matches it takes two.
    fn has_two_changed(&mut self, attempt: &Attempt) -> bool {
        let Attempt { changed: Some(changed), members, .. } = attempt else { return true };
        let keys = members.iter().map(|it| self.view.key(it.row));
        let mut count = keys.filter(|key| changed.binary_search(key).is_ok()).count();
        for &key in changed {
            if count >= 2 {
                break;
            }
            let nodes = &mut self.slice.nodes;
            if let Some(entry) = self.waiting.get(self.view, key) {
                count += usize::from(could_meet(self.view, self.waiting, entry, members, nodes));
            }
        }
        count >= 2
    }

    /// Finds the oldest waiting tickets that could meet one of a match, as far as pairs tell; none
    /// when there are fewer players than needed.
    fn look_around(&mut self, found: &Found, missing: u32, attempt: &mut Attempt) {
        let Attempt { turn, tries, party_max, nodes_end, .. } = *attempt;
        let Attempt { lists, members, near, has_more, .. } = attempt;
        lists.clear();
        near.clear();
        let mut is_some = true;
        for row in found.rows() {
            is_some &= self.waiting.reach_ever(self.view, row, lists);
        }
        lists.sort_unstable();
        lists.dedup();
        let (mut players, mut may_found) = (0, 0);
        let mut after = None;
        *has_more = true;
        let mut is_unknown = false;
        for _ in 0..LOOKED_AT_MAX {
            let next = match is_some {
                true => self.waiting.next_in(after, lists),
                false => self.waiting.next_after(after),
            };
            let Some((key, _)) = next else {
                *has_more = is_unknown;
                break;
            };
            after = Some(key);
            self.slice.nodes += 1;
            let Some(entry) = self.waiting.get(self.view, key) else { continue };
            let may_join = !entry.is_roster && entry.players() <= party_max;
            let nodes_left = nodes_end.saturating_sub(self.slice.nodes);
            let (view, nodes) = (self.view, &mut self.slice.nodes);
            if !may_join || !could_meet(view, self.waiting, entry, members, nodes) {
                continue;
            }
            let is_kept = self.searcher.examine(view, self.waiting, key, nodes_left, nodes);
            is_unknown |= is_kept.is_none();
            if is_kept == Some(false) {
                players += entry.players();
                if turn.is_none_or(|turn| key <= turn) {
                    near.push((key, entry));
                    may_found += 1;
                }
                if players >= missing && may_found >= tries {
                    break;
                }
            }
        }
        if players < missing {
            near.clear();
        }
    }

    /// Notes who is matched now, and who is no longer.
    fn replace(&mut self, before: &Found, now: [&Found; 2], under_way: &mut UnderWay) {
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

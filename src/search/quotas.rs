//! What the search looks ahead at by quotas: whether those who can still join bring the strings that
//! rules ask for, and whether they are not too many of one kind.
//!
//! Nothing is read for it. As long as the search has not come to the last of its candidates, there
//! may be others, and nothing is said of who comes; from then on, every step is held against those
//! that are left. So a search spends no node more than one without, and where the pool lacks what a
//! rule asks for, it goes through the pool once and is done.

use super::ahead::{Source, Then};
use super::exhaustive::Searcher;
use super::holders::Lookup;
use super::run::Run;
use super::stream::Known;
use crate::eval::quotas::{Places, Quotas, Share};
use crate::model::schema::InstanceIdx;

/// The candidates of a search, counted by quotas; known once all candidates are.
#[derive(Debug, Default)]
pub(super) struct Supplies {
    is_counted: bool,
    /// For each holding those that have it, in their order.
    pub(super) holders: Vec<Vec<Holder>>,
    /// The same, but a candidate with several holdings of which there may be too many counts for the
    /// first of these alone.
    shared_out: Vec<Vec<Holder>>,
    /// For each list the most holdings of one unit.
    most: Vec<u8>,
    pub(super) lookup: Lookup,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    /// Its position among the candidates.
    pub(super) position: usize,
    pub(super) units: u32,
    /// The units of all holders up to and with this one.
    units_up_to: u32,
}

impl Supplies {
    /// The candidates will be others.
    pub(super) fn clear(&mut self) {
        self.is_counted = false;
    }

    fn count(&mut self, run: &Run<'_>, quotas: &Quotas, candidates: &[Known]) {
        self.is_counted = true;
        let holdings = quotas.holdings.len();
        for lists in [&mut self.holders, &mut self.shared_out] {
            lists.resize_with(holdings, Vec::new);
            lists.iter_mut().for_each(Vec::clear);
        }
        self.most.clear();
        self.most.resize(quotas.lists.len(), 0);
        for (position, candidate) in candidates.iter().enumerate() {
            let counts = run.view.counts(candidate.entry.row);
            let (units, most) = counts.split_at(holdings.min(counts.len()));
            let mut is_shared_out = false;
            let lists = self.holders.iter_mut().zip(&mut self.shared_out);
            for ((&units, of), (holders, shared_out)) in
                units.iter().zip(&quotas.holdings).zip(lists)
            {
                if units == 0 {
                    continue;
                }
                add(holders, position, u32::from(units));
                if !of.at_most.is_empty() && !std::mem::replace(&mut is_shared_out, true) {
                    add(shared_out, position, u32::from(units));
                }
            }
            for (most, &of_one) in self.most.iter_mut().zip(most) {
                *most = of_one.max(*most);
            }
        }
    }
}

fn add(holders: &mut Vec<Holder>, position: usize, units: u32) {
    let before = holders.last().map_or(0, |it| it.units_up_to);
    holders.push(Holder { position, units, units_up_to: before.saturating_add(units) });
}

/// The holders from a position on.
pub(super) fn from(holders: &[Holder], next: usize) -> &[Holder] {
    let start = holders.partition_point(|it| it.position < next);
    holders.get(start..).unwrap_or_default()
}

fn units(holders: &[Holder]) -> u32 {
    let before = holders.first().map_or(0, |it| it.units_up_to - it.units);
    holders.last().map_or(0, |it| it.units_up_to - before)
}

impl Searcher {
    /// The position of the first candidate of a source, or of one before it.
    pub(super) fn next_position(&self, mut source: &Source<'_>) -> usize {
        loop {
            if source.from < source.to
                && let Some(able) = self.known.get(source.from)
            {
                return able.fact.saturating_sub(self.first_fact);
            }
            match source.then {
                Then::Source(rest) => source = rest,
                Then::Rest(position) => return position,
            }
        }
    }

    /// Whether no candidates from a position on make a match of those who are in that is valid and
    /// fuller than the best.
    pub(super) fn is_ruled_out(&mut self, run: &Run<'_>, next: usize) -> bool {
        let quotas = run.view.quotas;
        if quotas.is_empty() {
            return false;
        }
        if !self.supplies.is_counted
            && let Some(candidates) = self.stream.whole()
        {
            self.supplies.count(run, quotas, candidates);
        }
        let is_ruled_out = quotas.places.iter().any(|it| self.lacks_places(run, it))
            || self.supplies.is_counted
                && (self.lacks_holders(run, next) || self.has_too_many(run, next));
        #[cfg(test)]
        {
            self.used.ruled_out += u32::from(is_ruled_out);
        }
        is_ruled_out
    }

    /// Whether more is missing than those who have room can hold.
    fn lacks_places(&self, run: &Run<'_>, places: &Places) -> bool {
        let most = match places.list {
            None => 1,
            Some(list) if self.supplies.is_counted => {
                self.supplies.most.get(list).map_or(u32::MAX, |&most| u32::from(most))
            }
            Some(_) => return false,
        };
        let missing = places.lacking.iter().map(|&it| self.missing_in(run, it));
        missing.fold(0, u32::saturating_add)
            > self.room_in(run, &places.instances).saturating_mul(most)
    }

    /// Whether too few are left for a match once those that would be too many of a kind are not
    /// counted.
    fn has_too_many(&self, run: &Run<'_>, next: usize) -> bool {
        let missing: u32 = self.room.iter().map(|room| room.min).sum();
        let fuller = (run.best_players + 1).saturating_sub(self.candidate.players);
        let mut left = self.stream.players_from(run, next);
        let lists = run.view.quotas.holdings.iter().zip(&self.supplies.shared_out);
        for (holding, (of, holders)) in lists.enumerate() {
            if !of.at_most.is_empty() {
                let allowed = self.allowed(run, holding, &of.at_most);
                left = left.saturating_sub(units(from(holders, next)).saturating_sub(allowed));
            }
        }
        left < missing.max(fuller)
    }

    /// The units that are missing of a quota of a holding, each by its number.
    pub(super) fn missing_in(&self, run: &Run<'_>, (holding, quota): (usize, usize)) -> u32 {
        let of = run.view.quotas.holdings.get(holding);
        let share = of.and_then(|it| it.at_least.get(quota));
        share.map_or(0, |it| self.missing(run, holding, it))
    }

    /// The units that are missing of a quota.
    pub(super) fn missing(&self, run: &Run<'_>, holding: usize, share: &Share) -> u32 {
        let wanted = *share.count.at(run.epoch);
        let stays_empty =
            |it: &InstanceIdx| self.candidate.slots[*it].players == 0 && self.room[*it].min == 0;
        if wanted == 0 || share.unless_empty && share.instances.iter().all(stays_empty) {
            return 0;
        }
        wanted.saturating_sub(self.units_in(run, holding, &share.instances))
    }

    /// The units with a holding that may still join.
    fn allowed(&self, run: &Run<'_>, holding: usize, shares: &[Share]) -> u32 {
        let all = run.capacity.saturating_sub(self.candidate.players);
        let room = self.room.iter().map(|room| room.max).sum::<u32>();
        let (mut apart, mut least) = (0_u32, room);
        for share in shares {
            let room_in: u32 = share.instances.iter().map(|it| self.room[*it].max).sum();
            let taken = self.units_in(run, holding, &share.instances);
            let left = share.count.at(run.epoch).saturating_sub(taken);
            let kept_out = room_in.saturating_sub(left);
            if share.is_apart {
                apart = apart.saturating_add(kept_out);
            }
            least = least.min(room.saturating_sub(kept_out));
        }
        least.min(room.saturating_sub(apart)).min(all)
    }

    /// The units in some instances that have a holding.
    fn units_in(&self, run: &Run<'_>, holding: usize, instances: &[InstanceIdx]) -> u32 {
        let tickets = instances.iter().flat_map(|it| &self.candidate.slots[*it].tickets);
        tickets.map(|&row| run.view.counts(row).get(holding).map_or(0, |&it| u32::from(it))).sum()
    }

    /// How many players may join some instances.
    pub(super) fn room_in(&self, run: &Run<'_>, instances: &[InstanceIdx]) -> u32 {
        let room = instances.iter().map(|it| self.room[*it].max).sum::<u32>();
        room.min(run.capacity.saturating_sub(self.candidate.players))
    }
}

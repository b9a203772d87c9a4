//! One search for an anchor: with which tickets its matches begin, in which epochs they are judged,
//! and what the search may spend.

use super::balanced::Group;
use super::batches::Reading;
use super::view::{Entry, View};
use super::waiting::Waiting;
use crate::base::epoch::Epoch;
use crate::base::idx::Col;
use crate::model::schema::{AgeSelection, BackfillPriority, InstanceIdx};
use crate::pool::columns::{Columns, LocationSet};
use crate::ruleset::epochs::TeamSize;
use crate::ruleset::plan::Plan;

/// One search: what stays the same in it, and what it counts.
pub(super) struct Run<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) plan: &'a Plan,
    pub(super) columns: &'a Columns,
    pub(super) waiting: &'a mut Waiting,
    pub(super) anchor: Entry,
    /// The backfill ticket that the match begins with, if it is no new one.
    pub(super) seed: Option<Entry>,
    pub(super) selection: AgeSelection,
    /// The tickets that may be in the match.
    pub(super) group: Group,
    pub(super) sizes: &'a Col<InstanceIdx, TeamSize>,
    pub(super) epoch: Epoch,
    /// The most players that a match can have in this epoch.
    pub(super) capacity: u32,
    /// The epochs of the tickets that are in.
    pub(super) epochs_in: Vec<Epoch>,
    pub(super) best_players: u32,
    /// Where the best match so far may be.
    pub(super) best_locations: LocationSet,
    /// The epoch that judges it.
    pub(super) best_epoch: Epoch,
    pub(super) nodes: u64,
    pub(super) nodes_max: u64,
    pub(super) judged: u64,
    /// Work of the slice that takes nothing of the budget.
    pub(super) upkeep: u64,
    pub(super) reading: Reading,
    /// Nodes left for finding out which candidates are kept for a backfill ticket.
    pub(super) for_examining: u64,
    /// Where the anchor and the backfill ticket allow a match.
    locations: LocationSet,
}

/// The budget ran out; the search ends where it stands.
pub(super) struct Exhausted;

/// With which backfill tickets a match for `anchor` may begin, in the order in which they are
/// tried; `None` is a new match (decision 17, `matching.md` section 5).
pub(super) fn add_seeds(
    view: &View<'_>,
    waiting: &Waiting,
    anchor: Entry,
    seeds: &mut Vec<Option<Entry>>,
) {
    if anchor.is_roster {
        seeds.push(Some(anchor));
        return;
    }
    let new_match = (!anchor.is_kept).then_some(None);
    if !waiting.has_rosters() {
        seeds.extend(new_match);
        return;
    }
    let locations = view.columns.locations[anchor.row];
    let key = view.key(anchor.row);
    let meets = |it: &Entry| {
        !locations.intersect(view.columns.locations[it.row]).is_empty()
            && waiting.are_together(key, view.key(it.row))
    };
    let joined = waiting.rosters(view).filter(meets).map(Some);
    match view.plan.ast.algorithm.backfill_priority {
        BackfillPriority::High => seeds.extend(joined.chain(new_match)),
        BackfillPriority::Normal | BackfillPriority::Low => {
            seeds.extend(new_match.into_iter().chain(joined));
        }
    }
}

impl<'a> Run<'a> {
    /// A search in the epoch of the anchor for a new match.
    pub(super) fn new(
        view: &'a View<'a>,
        waiting: &'a mut Waiting,
        anchor: Entry,
        nodes_max: u64,
    ) -> Self {
        let View { plan, columns, .. } = *view;
        Self {
            view,
            plan,
            columns,
            waiting,
            anchor,
            seed: None,
            selection: plan.ast.algorithm.age_selection,
            group: Group::ALL,
            sizes: &plan.sizes[anchor.epoch],
            epoch: anchor.epoch,
            capacity: 0,
            epochs_in: Vec::new(),
            best_players: 0,
            best_locations: LocationSet::NONE,
            best_epoch: anchor.epoch,
            nodes: 0,
            nodes_max,
            judged: 0,
            upkeep: 0,
            reading: Reading::default(),
            for_examining: 0,
            locations: LocationSet::ALL,
        }
    }

    /// Goes on in another epoch. Some places are left open, but never those below the minimums
    /// (decision 17).
    pub(super) fn enter(&mut self, epoch: Epoch) {
        self.epoch = epoch;
        self.sizes = &self.plan.sizes[epoch];
        let sum = |bound: fn(&TeamSize) -> u32| self.sizes.iter().map(bound).sum::<u32>();
        let open = self.view.terms.additional_players;
        self.capacity = sum(|it| it.min).max(sum(|it| it.max).saturating_sub(open));
        let of_seed = self.seed.map_or(LocationSet::ALL, |seed| self.locations_of(seed));
        self.locations = self.locations_of(self.anchor).intersect(of_seed);
    }

    /// The locations that a ticket allows in this epoch.
    pub(super) fn locations_of(&self, ticket: Entry) -> LocationSet {
        self.view.locations(self.epoch, ticket).intersect(self.group.location)
    }

    /// Whether rules let the anchor be in a match with the backfill ticket.
    pub(super) fn meets_seed(&self) -> bool {
        !self.locations.is_empty()
            && self.seed.is_none_or(|it| self.view.meet(self.epoch, self.anchor, it))
    }

    /// Whether a ticket is admitted, and rules let it be in a match with the anchor and with the
    /// backfill ticket.
    pub(super) fn could_meet(&self, entry: Entry) -> bool {
        let meets = |it| self.view.meet(self.epoch, it, entry);
        self.admits(entry)
            && meets(self.anchor)
            && self.seed.is_none_or(|it| it.row == self.anchor.row || meets(it))
            && !self.locations_of(entry).intersect(self.locations).is_empty()
            && self.group.has(self.view, self.epoch, entry)
    }

    /// The epochs that can judge a match with the anchor and the backfill ticket.
    pub(super) fn reachable(&self) -> impl DoubleEndedIterator<Item = Epoch> + use<> {
        let of_seed = self.seed.map_or(self.anchor.epoch, |seed| seed.epoch);
        let (selection, anchor) = (self.selection, self.anchor.epoch);
        self.plan.epochs.indices().filter(move |&epoch| match selection {
            AgeSelection::Newest => epoch <= anchor.min(of_seed),
            AgeSelection::Oldest => epoch >= anchor.max(of_seed),
        })
    }

    /// Whether some ticket that may be in the match is in this epoch.
    pub(super) fn occurs(&self, epoch: Epoch) -> bool {
        let known = [Some(self.anchor), self.seed].into_iter().flatten();
        known.map(|it| it.epoch).any(|it| it == epoch) || self.waiting.has_epoch(self.view, epoch)
    }

    pub(super) fn spend(&mut self) -> Result<(), Exhausted> {
        if self.nodes >= self.nodes_max {
            return Err(Exhausted);
        }
        self.nodes += 1;
        Ok(())
    }

    /// Whether a ticket is old (or young) enough for a match that this epoch judges, and not kept
    /// from it.
    pub(super) fn admits(&self, entry: Entry) -> bool {
        self.is_in_time(entry) && !(entry.is_kept && self.seed.is_none())
    }

    fn is_in_time(&self, entry: Entry) -> bool {
        match self.selection {
            AgeSelection::Newest => entry.epoch >= self.epoch,
            AgeSelection::Oldest => entry.epoch <= self.epoch,
        }
    }

    /// Whether a ticket is old (or young) enough, and what rules say of pairs lets it be in a match
    /// with the anchor, be it a new match or that of a backfill ticket.
    pub(super) fn could_meet_anywhere(&self, entry: Entry) -> bool {
        self.is_in_time(entry)
            && self.view.meet(self.epoch, self.anchor, entry)
            && !self.locations_of(entry).intersect(self.locations).is_empty()
    }
}

//! At which location the match of an anchor is (`matching.md` section 7, decision 24).
//!
//! With `largestPopulation` the locations are tried by the number of searching players who may play
//! there. With `fastestRegion` a ticket belongs to its fastest location; where those who do are too
//! few for a match, tickets come in whose second best it is, then those whose third best it is.
//! A ticket that reports nothing belongs to every location; without latencies there is one group.

use std::cmp::Reverse;

use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::pool::columns::{LocationIdx, LocationSet, TicketRow};
use crate::search::run::Run;
use crate::search::view::{Entry, View};

/// How far down the list of their locations tickets of a group may have it.
const BEST_MAX: usize = 3;

/// The players of the waiting tickets by location, under the bounds of each epoch.
#[derive(Debug, Default)]
pub(in crate::search) struct Populations {
    epochs: Vec<Vec<u64>>,
}

impl Populations {
    /// Counts a ticket that comes.
    pub(in crate::search) fn insert(&mut self, view: &View<'_>, row: TicketRow) {
        self.count(view, row, |cell, players| *cell += players);
    }

    /// Counts a ticket no more.
    pub(in crate::search) fn remove(&mut self, view: &View<'_>, row: TicketRow) {
        self.count(view, row, |cell, players| *cell -= players);
    }

    fn count(&mut self, view: &View<'_>, row: TicketRow, change: impl Fn(&mut u64, u64)) {
        let reports = view.columns.locations[row] != LocationSet::ALL;
        if view.plan.balance.is_none() || !reports {
            return;
        }
        let players = u64::from(view.columns.players[row].len);
        self.epochs.resize_with(Self::epochs(view), Vec::new);
        let epochs = view.plan.epochs.indices();
        for (epoch, cells) in epochs.zip(&mut self.epochs) {
            for location in members(view.locations_of_row(epoch, row)) {
                if cells.len() <= location.index() {
                    cells.resize(location.index() + 1, 0);
                }
                if let Some(cell) = cells.get_mut(location.index()) {
                    change(cell, players);
                }
            }
        }
    }

    /// Without a bound that changes, what is counted in the first epoch holds in all.
    fn epochs(view: &View<'_>) -> usize {
        let steps = view.pairs.reach.iter().map(|reach| reach.max.iter().len());
        steps.max().unwrap_or(1)
    }

    /// The players who may play at a location.
    pub(in crate::search) fn at(&self, epoch: Epoch, location: LocationIdx) -> u64 {
        let cells = match &*self.epochs {
            [always] => Some(always),
            epochs => epochs.get(epoch.index()),
        };
        cells.and_then(|it| it.get(location.index())).copied().unwrap_or(0)
    }
}

/// Tickets among which a match is sought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::search) struct Group {
    /// Where the match is.
    pub(in crate::search) location: LocationSet,
    /// How many locations a ticket may have that are better for it.
    better_max: Option<usize>,
}

impl Group {
    /// All tickets.
    pub(in crate::search) const ALL: Self = Self { location: LocationSet::ALL, better_max: None };

    /// Whether a ticket that may play at the location belongs to the group.
    pub(in crate::search) fn has(self, view: &View<'_>, epoch: Epoch, entry: Entry) -> bool {
        let Some(better_max) = self.better_max else { return true };
        let Some(own) = self.only_location() else { return true };
        let columns = view.columns;
        if columns.locations[entry.row] == LocationSet::ALL {
            return true;
        }
        let speed =
            |location| (latency(view, entry.row, location), columns.location_ranks[location]);
        let limit = speed(own);
        let allowed = members(view.locations(epoch, entry));
        let better = allowed.filter(|&it| it != own && speed(it) < limit);
        better.take(better_max + 1).count() <= better_max
    }

    /// The location of the match, if it is settled.
    pub(super) fn only_location(self) -> Option<LocationIdx> {
        members(self.location).next().filter(|_| !self.is_anywhere())
    }

    fn is_anywhere(self) -> bool {
        self.location == LocationSet::ALL
    }
}

/// The groups of which the anchor may be, in the order in which they are tried.
pub(super) fn groups(run: &Run<'_>, groups: &mut Vec<Group>) {
    groups.clear();
    let Some(balance) = run.plan.balance else { return };
    let of_seed = run.seed.map_or(LocationSet::ALL, |seed| run.locations_of(seed));
    let allowed = run.locations_of(run.anchor).intersect(of_seed);
    let population = |location| run.waiting.populations().at(run.epoch, location);
    let rank = |location| run.columns.location_ranks[location];
    let mut locations: Vec<LocationIdx> = members(allowed).collect();
    if allowed == LocationSet::ALL {
        // Nobody has reported any yet.
        locations.retain(|&it| it.index() < run.columns.location_ranks.len());
        locations.retain(|&it| population(it) > 0);
    }
    if locations.is_empty() {
        groups.extend((!allowed.is_empty()).then_some(Group::ALL));
        return;
    }
    locations.sort_by_key(|&it| (Reverse(population(it)), rank(it)));
    let group = |&location: &LocationIdx| Group {
        location: LocationSet::NONE.with(location),
        better_max: None,
    };
    if !balance.by_fastest_region {
        groups.extend(locations.iter().map(group));
        return;
    }
    if run.columns.locations[run.anchor.row] != LocationSet::ALL {
        locations.sort_by_key(|&it| (latency(run.view, run.anchor.row, it), rank(it)));
    }
    for better in 0..BEST_MAX {
        let within = locations.iter().map(group);
        let within = within.map(|it| Group { better_max: Some(better), ..it });
        groups.extend(within.filter(|it| it.has(run.view, run.epoch, run.anchor)));
    }
}

/// The latencies of a ticket's players at a location, added up over those who report any.
fn latency(view: &View<'_>, row: TicketRow, location: LocationIdx) -> u64 {
    let players = view.columns.players[row].rows();
    let reported = players.flat_map(|player| view.columns.latencies[player].iter());
    reported.filter(|it| it.0 == location).map(|it| u64::from(it.1)).sum()
}

fn members(set: LocationSet) -> impl Iterator<Item = LocationIdx> {
    let mut rest = set.0;
    std::iter::from_fn(move || {
        let lowest = (rest != 0).then(|| rest.trailing_zeros())?;
        rest &= rest - 1;
        Some(LocationIdx::from_usize(lowest as usize))
    })
}

//! The live locations: names to numbers, for as long as a waiting ticket reports them (decision 15).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::columns::{LocationIdx, TicketRow};
use super::ingest::{Pool, set_cell};
use crate::base::hash;
use crate::base::idx::Col;
use crate::model::limits::LIVE_LOCATIONS_MAX;
use crate::model::ticket::Player;

/// The locations that waiting tickets report, each with its number of reports.
#[derive(Debug, Default)]
pub(super) struct Locations {
    by_name: BTreeMap<Arc<str>, LocationIdx>,
    live: Col<LocationIdx, Option<(Arc<str>, u32)>>,
    /// Whether another location is live than when they were ranked last.
    is_changed: bool,
}

impl Locations {
    /// Whether all of these can be live beside those that are.
    pub(super) fn have_room_for<'a>(&self, names: impl Iterator<Item = &'a str> + Clone) -> bool {
        // Nearly always there is room for all of them, known or not.
        if self.by_name.len() + names.clone().count() <= LIVE_LOCATIONS_MAX {
            return true;
        }
        let fresh: BTreeSet<&str> =
            names.filter(|name| !self.by_name.contains_key(*name)).collect();
        self.by_name.len() + fresh.len() <= LIVE_LOCATIONS_MAX
    }

    /// The number of a location, counted as one more report; `hashes` gets a cell for a new one.
    pub(super) fn acquire(
        &mut self,
        name: &str,
        hashes: &mut Col<LocationIdx, u64>,
    ) -> LocationIdx {
        if let Some(&location) = self.by_name.get(name) {
            if let Some((_, reports)) = &mut self.live[location] {
                *reports += 1;
            }
            return location;
        }
        let hash = hash::of_text(name);
        let name: Arc<str> = name.into();
        let entry = Some((Arc::clone(&name), 1));
        let free = self.live.indices().find(|&it| self.live[it].is_none());
        let location = match free {
            Some(free) => {
                self.live[free] = entry;
                free
            }
            None => self.live.push(entry),
        };
        self.by_name.insert(name, location);
        self.is_changed = true;
        set_cell(hashes, location, hash);
        location
    }

    /// Takes one report back; the last one frees the number for another location.
    pub(super) fn release(&mut self, location: LocationIdx) {
        let entry = &mut self.live[location];
        let Some((name, reports)) = entry else { return };
        *reports -= 1;
        if *reports == 0 {
            self.by_name.remove(name);
            *entry = None;
            self.is_changed = true;
        }
    }
}

impl Pool {
    /// Ranks the live locations by name, if others are live than before.
    pub(super) fn rank_locations(&mut self) {
        if !std::mem::take(&mut self.locations.is_changed) {
            return;
        }
        let ranks = &mut self.columns.location_ranks;
        while ranks.len() < self.locations.live.len() {
            ranks.push(0);
        }
        for (rank, &location) in (0..).zip(self.locations.by_name.values()) {
            ranks[location] = rank;
        }
    }

    /// Whether there would be room for the locations of these players without the rows of some
    /// tickets, each named once.
    pub(crate) fn has_room_without(
        &self,
        leaving: impl Iterator<Item = TicketRow>,
        players: &[Player],
    ) -> bool {
        let counts =
            self.locations.live.iter().map(|it| it.as_ref().map_or(0, |&(_, count)| count));
        let mut reports: Col<LocationIdx, u32> = counts.collect();
        for row in leaving {
            let of_session = self.columns.rosters.get(&row).and_then(|it| it.session_location);
            let players = self.columns.players[row].rows();
            let reported = players.flat_map(|player| self.columns.latencies[player].iter());
            for location in reported.map(|&(location, _)| location).chain(of_session) {
                reports[location] -= 1;
            }
        }
        let stays =
            |name: &str| self.locations.by_name.get(name).is_some_and(|&it| reports[it] > 0);
        let fresh: BTreeSet<&str> = reported_names(players).filter(|name| !stays(name)).collect();
        let staying = reports.iter().filter(|&&count| count > 0).count();
        staying + fresh.len() <= LIVE_LOCATIONS_MAX
    }

    /// The name of a live location.
    pub(crate) fn location_name(&self, location: LocationIdx) -> Option<&Arc<str>> {
        self.locations.live.get(location)?.as_ref().map(|(name, _)| name)
    }

    /// The live locations in the order of their names.
    pub(crate) fn locations(&self) -> impl Iterator<Item = LocationIdx> + '_ {
        self.locations.by_name.values().copied()
    }
}

/// The locations that players report, again for each who does.
pub(super) fn reported_names(players: &[Player]) -> impl Iterator<Item = &str> + Clone {
    players.iter().flat_map(|player| player.latency_in_ms.keys().map(String::as_str))
}

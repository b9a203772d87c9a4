//! The latencies of a request, packed: each player and each region is named once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::plan::QueuePlan;
use crate::model::placement::PlayerLatency;
use crate::model::ticket::PlayerId;

/// The latencies of a request, in the order in which they were sent.
#[derive(Debug)]
pub(super) struct Reports {
    players: Box<[PlayerId]>,
    regions: Box<[Region]>,
    reports: Box<[Report]>,
}

#[derive(Debug)]
struct Region {
    name: Arc<str>,
    /// Which location of the queue it is, by position; none when the queue may not place there.
    location: Option<u16>,
}

/// A latency, with player and region by position.
#[derive(Debug)]
struct Report {
    player: u32,
    region: u32,
    millis: f64,
}

impl Reports {
    pub(super) fn pack(latencies: &[PlayerLatency], plan: &QueuePlan) -> Self {
        let (mut players, mut regions) = (Vec::new(), Vec::new());
        let mut player_numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let mut region_numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let mut reports = Vec::with_capacity(latencies.len());
        for latency in latencies {
            let player = player_numbers.entry(latency.player_id.as_str()).or_insert_with(|| {
                players.push(latency.player_id.clone());
                players.len() as u32 - 1
            });
            let name = &latency.region_identifier;
            let region = region_numbers.entry(name).or_insert_with(|| {
                let location = plan.location(name);
                let known = location.and_then(|it| plan.locations.get(usize::from(it)));
                let name = Arc::clone(known.unwrap_or(name));
                regions.push(Region { name, location });
                regions.len() as u32 - 1
            });
            let (player, region) = (*player, *region);
            reports.push(Report { player, region, millis: latency.latency_in_milliseconds });
        }
        Self { players: players.into(), regions: regions.into(), reports: reports.into() }
    }

    /// How many players report any.
    pub(super) fn players(&self) -> usize {
        self.players.len()
    }

    /// Those for places of the queue: the location by position, and the latency there.
    pub(super) fn in_queue(&self) -> impl Iterator<Item = (u16, f64)> + '_ {
        self.reports.iter().filter_map(|report| {
            let region = self.regions.get(report.region as usize)?;
            Some((region.location?, report.millis))
        })
    }

    /// The regions that are reported, each once, in the order of the request.
    pub(super) fn regions(&self) -> impl Iterator<Item = &Arc<str>> {
        self.regions.iter().map(|region| &region.name)
    }

    /// Whether every player with latencies reports the same location of the queue.
    pub(super) fn any_common(&self) -> bool {
        let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
        for (location, _) in self.in_queue() {
            *counts.entry(location).or_default() += 1;
        }
        counts.values().any(|&count| count == self.players())
    }

    /// The latencies as they were sent.
    pub(super) fn unpack(&self) -> Vec<PlayerLatency> {
        let unpacked = self.reports.iter().map(|report| PlayerLatency {
            player_id: self.players[report.player as usize].clone(),
            region_identifier: Arc::clone(&self.regions[report.region as usize].name),
            latency_in_milliseconds: report.millis,
        });
        unpacked.collect()
    }
}

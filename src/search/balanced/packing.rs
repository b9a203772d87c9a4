//! Where going through tickets by age leaves places open or a minimum unmet: the fullest way to fill
//! the teams of a large match (`packer.rs`), sought among those that could be in one match: in each
//! window of the values that may not lie far apart.

use std::cmp::Reverse;

use super::fill::{self, Seated};
use super::packer::{self, Counts};
use crate::base::idx::Idx;
use crate::base::num::distance;
use crate::eval::candidate::Room;
use crate::eval::pairs::Span;
use crate::model::limits::TICKET_PLAYERS_MAX;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::LocationIdx;
use crate::pool::layout::LatencyColumn;
use crate::rules::LatenciesTogether;
use crate::search::exhaustive::Searcher;
use crate::search::run::{Exhausted, Run};
use crate::search::view::Entry;

/// Steps of one search for the fullest way to fill the teams.
const PACK_STEPS_MAX: u64 = 20_000;
/// So many of its steps cost as much as a search node.
const PACK_STEPS_PER_NODE: u64 = 8;
/// So many looks at the numbers of a ticket cost as much as a search node.
const SPANS_PER_NODE: usize = 32;
/// In so many steps windows become as narrow as they must be, where it depends on the tickets how wide
/// they may be.
const WIDTHS_BETWEEN: u32 = 4;

/// Values of the tickets of a match that must lie near together for it to be packed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constraint {
    of: Values,
    /// Within this they are near enough to each other.
    enough: f64,
    /// Beyond this they are not; in between it depends on all of them.
    needed: f64,
}

#[derive(Clone, Copy, Debug)]
enum Values {
    /// Those of the numeric constraint with this number.
    Numbers(usize),
    /// Latencies at the location of the match.
    Latencies(LatencyColumn, LocationIdx),
}

/// A window of values.
#[derive(Clone, Copy, Debug)]
struct Window {
    begin: f64,
    width: f64,
}

impl Window {
    fn holds(&self, span: &Span) -> bool {
        span.low >= self.begin && distance(span.high, self.begin) <= self.width
    }

    /// The tickets of a set that are in, given their values.
    fn of(self, set: &[Entry], spans: &[Option<Span>]) -> impl Iterator<Item = Entry> {
        let is_in = move |span: &Option<Span>| span.as_ref().is_some_and(|span| self.holds(span));
        set.iter().zip(spans).filter(move |(_, span)| is_in(span)).map(|(&entry, _)| entry)
    }
}

impl Constraint {
    /// How wide the windows are, the widest first.
    fn widths(&self) -> impl Iterator<Item = f64> {
        let Self { enough, needed, .. } = *self;
        let steps = if needed > enough { WIDTHS_BETWEEN } else { 0 };
        let step = (needed - enough) / f64::from(WIDTHS_BETWEEN);
        (0..=steps).rev().map(move |it| enough + step * f64::from(it))
    }

    /// The values of a ticket; `None` when it has none, and cannot be in.
    fn span(&self, run: &Run<'_>, entry: Entry) -> Option<Span> {
        match self.of {
            Values::Numbers(at) => run.view.spans(entry).get(at).copied(),
            Values::Latencies(column, location) => {
                let mut latencies = run.columns.ticket_latencies(column, entry.row);
                let (_, latency) = latencies.find(|&(it, _)| it == location)?;
                Some(Span { low: latency, high: latency })
            }
        }
    }
}

/// What a packing must keep to in the epoch and at the location of `run`.
pub(super) fn constraints(run: &Run<'_>) -> Vec<Constraint> {
    let numbers = run.view.pairs.near.iter().enumerate().map(|(at, near)| {
        let max = *near.max.at(run.epoch);
        Constraint { of: Values::Numbers(at), enough: max, needed: max }
    });
    let location = run.group.only_location();
    let latencies = run.plan.enforced.iter().filter_map(|it| {
        let LatenciesTogether { column, enough, needed } = it.rule.latencies_together(run.epoch)?;
        Some(Constraint { of: Values::Latencies(column, location?), enough, needed })
    });
    numbers.chain(latencies).filter(|it| it.enough.is_finite()).collect()
}

impl Searcher {
    /// Looks for the fullest way to fill the teams.
    pub(super) fn pack(&mut self, run: &mut Run<'_>, must: &[Entry]) -> Result<(), Exhausted> {
        let mut set: Vec<Entry> = must.to_vec();
        let mut position = 0;
        while let Some(entry) = self.stream.get(run, position)? {
            position += 1;
            if must.iter().all(|it| it.row != entry.row) {
                set.push(entry);
            }
        }
        let near = constraints(run);
        self.pack_windows(run, &set, must, &near)
    }

    /// Goes through the windows of some constraints, those with most players first. Tickets are given
    /// by age, those that must be in first.
    fn pack_windows(
        &mut self,
        run: &mut Run<'_>,
        set: &[Entry],
        must: &[Entry],
        near: &[Constraint],
    ) -> Result<(), Exhausted> {
        let Some((constraint, others)) = near.split_first() else {
            return self.pack_set(run, set, must);
        };
        let spans = |run: &Run<'_>, set: &[Entry]| -> Vec<Option<Span>> {
            set.iter().map(|&entry| constraint.span(run, entry)).collect()
        };
        let needed: Vec<Entry> = must.iter().copied().chain(run.seed).collect();
        let needed: Option<Vec<Span>> = spans(run, &needed).into_iter().collect();
        let Some(needed) = needed else { return Ok(()) };
        let of_set = spans(run, set);
        let mut begins: Vec<f64> = of_set.iter().flatten().map(|it| it.low).collect();
        begins.sort_unstable_by(f64::total_cmp);
        begins.dedup();
        let mut windows: Vec<(u32, Window)> = Vec::new();
        for width in constraint.widths() {
            let of_width = begins.iter().map(|&begin| Window { begin, width });
            for window in of_width.filter(|it| needed.iter().all(|span| it.holds(span))) {
                run.nodes += (set.len() / SPANS_PER_NODE) as u64;
                run.spend()?;
                let players: u32 = window.of(set, &of_set).map(Entry::players).sum();
                windows.push((players.min(run.capacity), window));
            }
        }
        // The sort is stable: of windows with as many players the widest come first, then the lowest.
        windows.sort_by_key(|&(players, _)| Reverse(players));
        let of_seed = run.seed.map_or(0, Entry::players);
        for (players, window) in windows {
            if players + of_seed <= run.best_players || run.best_players >= run.capacity {
                break;
            }
            run.spend()?;
            let inside: Vec<Entry> = window.of(set, &of_set).collect();
            self.pack_windows(run, &inside, must, others)?;
        }
        Ok(())
    }

    /// Looks for the fullest way to fill the teams with tickets of a set, any of which may be
    /// together.
    fn pack_set(
        &mut self,
        run: &mut Run<'_>,
        set: &[Entry],
        must: &[Entry],
    ) -> Result<(), Exhausted> {
        if !self.start(run)? {
            return Ok(());
        }
        let mut counts = Counts::default();
        for entry in set.iter().filter(|it| must.iter().all(|must| must.row != it.row)) {
            if let Some(count) = counts.get_mut(entry.players() as usize) {
                *count = count.saturating_add(1).min(run.capacity as u16);
            }
        }
        let rooms: Vec<Room> = self.room.iter().copied().collect();
        let sizes: Vec<u32> = must.iter().map(|entry| entry.players()).collect();
        let places = run.capacity.saturating_sub(self.candidate.players);
        let mut left = PACK_STEPS_MAX;
        let packing = packer::pack(&rooms, &sizes, &counts, places, &mut left);
        run.nodes += (PACK_STEPS_MAX - left) / PACK_STEPS_PER_NODE;
        let ran_out = left == 0;
        if let Some(packing) = packing
            && packing.players + self.candidate.players > run.best_players
        {
            let seats = self.seats(run, set, &packing.teams);
            self.seat_all(run, &seats)?;
        }
        self.candidate.clear();
        if ran_out { Err(Exhausted) } else { Ok(()) }
    }

    /// Which tickets take the places of a packing, the oldest of each size: in the fill order where
    /// that goes, or else as it was packed, with teams of the same size made even.
    fn seats(&self, run: &Run<'_>, set: &[Entry], teams: &[Counts]) -> Vec<(Entry, usize)> {
        let mut seats: Vec<(Entry, usize)> = Vec::new();
        for size in (1..=TICKET_PLAYERS_MAX).rev() {
            let takers = teams.iter().enumerate().flat_map(|(team, taken)| {
                std::iter::repeat_n(team, taken.get(size).copied().unwrap_or(0).into())
            });
            let tickets = set.iter().copied().filter(|it| it.players() as usize == size);
            seats.extend(tickets.zip(takers));
        }
        let mut rooms: Vec<Room> = self.room.iter().copied().collect();
        let mut in_order = seats.clone();
        let fits = in_order.iter_mut().all(|(entry, team)| {
            let next = fill::next_team(&rooms, entry.players(), u32::MAX);
            let Some((next, room)) = next.and_then(|it| Some((it, rooms.get_mut(it)?))) else {
                return false;
            };
            fill::seat(room, entry.players());
            *team = next;
            true
        });
        if fits && rooms.iter().all(|room| room.min == 0) {
            return in_order;
        }
        let settled = self.candidate.slots.iter().map(|slot| slot.players);
        let mut sizes: Vec<u32> = settled.collect();
        for &(entry, team) in &seats {
            if let Some(size) = sizes.get_mut(team) {
                *size += entry.players();
            }
        }
        let alike: Vec<(u32, u32)> = run.sizes.iter().map(|it| (it.min, it.max)).collect();
        let mut seated: Vec<Seated> =
            seats.iter().map(|&(entry, team)| Seated { players: entry.players(), team }).collect();
        fill::even(&mut sizes, &alike, &mut seated);
        seats.iter().zip(seated).map(|(&(entry, _), seated)| (entry, seated.team)).collect()
    }

    /// Puts tickets where they belong and judges the match.
    fn seat_all(&mut self, run: &mut Run<'_>, seats: &[(Entry, usize)]) -> Result<(), Exhausted> {
        for &(entry, team) in seats {
            if !self.join(run, InstanceIdx::from_usize(team), entry)? {
                return Ok(());
            }
            run.epochs_in.push(entry.epoch);
        }
        self.judge(run);
        Ok(())
    }
}

//! Strategy `balanced` (`matching.md` section 7, decision 24): which tickets make the match of an
//! anchor, and how they are spread over the teams.
//!
//! Tickets are grouped by location (`groups.rs`); the groups of an anchor are tried one by one, and
//! the first that gives a match wins. A match of up to 40 players is sought by the exhaustive search,
//! with every rule. A larger one is filled by the fill order (`fill.rs`), going through the tickets
//! by age. It is taken when no team has room for any further ticket, or when no ticket is left. Where
//! that leaves a place open or a minimum unmet, the fullest way to fill the teams is sought among
//! those that could be in one match: in each window of the numbers that may not lie far apart.
//! Whatever comes out is judged by the rules, and then balanced (`balance.rs`).

mod balance;
mod fill;
mod groups;

pub(super) use groups::{Group, Populations};

use self::balance::{Piece, Scale, Team};
use self::fill::{Counts, Seated};
use super::Found;
use super::exhaustive::{Searcher, sort_placed};
use super::run::{Exhausted, Run};
use super::view::{Entry, View};
use crate::base::idx::Idx;
use crate::base::num::distance;
use crate::eval::candidate::Room;
use crate::eval::pairs::Span;
use crate::model::limits::TICKET_PLAYERS_MAX;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{LocationIdx, LocationSet, TicketRow};
use crate::pool::layout::LatencyColumn;

/// Steps of one search for the fullest way to fill the teams.
const PACK_STEPS_MAX: u64 = 20_000;
/// So many of its steps cost as much as a search node.
const PACK_STEPS_PER_NODE: u64 = 8;
/// So many looks at the numbers of a ticket cost as much as a search node.
const SPANS_PER_NODE: usize = 32;
/// So many looks at an exchange cost as much as a search node.
const EXCHANGES_PER_NODE: u64 = 32;

/// Values of the tickets of a match that must lie near together for it to be packed.
#[derive(Clone, Copy, Debug)]
struct Constraint {
    of: Values,
    max: f64,
}

#[derive(Clone, Copy, Debug)]
enum Values {
    /// Those of the numeric constraint with this number.
    Numbers(usize),
    /// Latencies at the location of the match.
    Latencies(LatencyColumn, LocationIdx),
}

impl Constraint {
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
fn constraints(run: &Run<'_>) -> Vec<Constraint> {
    let numbers = run.view.pairs.near.iter().enumerate();
    let numbers = numbers
        .map(|(at, near)| Constraint { of: Values::Numbers(at), max: *near.max.at(run.epoch) });
    let location = run.group.only_location();
    let latencies = run.plan.enforced.iter().filter_map(|it| {
        let (column, max) = it.rule.latencies_together(run.epoch)?;
        Some(Constraint { of: Values::Latencies(column, location?), max })
    });
    numbers.chain(latencies).filter(|it| it.max.is_finite()).collect()
}

impl Searcher {
    /// Looks for a match in the groups of the anchor, in the epoch of `run`; says whether the budget
    /// ran out.
    pub(super) fn search_groups(&mut self, run: &mut Run<'_>) -> bool {
        let Some(balance) = run.plan.balance else { return false };
        let epoch = run.epoch;
        let mut tried = std::mem::take(&mut self.groups);
        groups::groups(run, &mut tried);
        let (nodes_end, players_before) = (run.nodes_max, run.best_players);
        let mut exhausted = false;
        for (position, &group) in tried.iter().enumerate() {
            let share = (tried.len() - position) as u64;
            run.nodes_max = run.nodes + nodes_end.saturating_sub(run.nodes) / share;
            run.group = group;
            run.enter(epoch);
            if !run.meets_seed() {
                run.upkeep += 1;
                continue;
            }
            exhausted |= match balance.is_large {
                true => self.fill_group(run).is_err(),
                false => self.search_epoch(run).is_err(),
            };
            if run.best_players > players_before {
                break;
            }
        }
        self.groups = tried;
        run.nodes_max = nodes_end;
        run.group = Group::ALL;
        exhausted
    }

    /// Looks for a large match in the group and epoch of `run`.
    fn fill_group(&mut self, run: &mut Run<'_>) -> Result<(), Exhausted> {
        let needed: u32 = run.sizes.iter().map(|size| size.min).sum();
        let is_too_small = run.seed.is_none() && run.waiting.players() < needed;
        if run.best_players >= run.capacity || is_too_small {
            return Ok(());
        }
        self.stream.open(run);
        let players_before = run.best_players;
        self.fill(run, None)?;
        let is_judged = [Some(run.anchor), run.seed].into_iter().flatten();
        if run.best_players > players_before
            || is_judged.map(|it| it.epoch).any(|it| it == run.epoch)
        {
            return Ok(());
        }
        // The match needs a ticket of this epoch. Where tickets differ in their size alone, one of
        // each size stands for all.
        let is_one_enough = constraints(run).is_empty();
        let mut sizes = [false; TICKET_PLAYERS_MAX + 1];
        let mut position = 0;
        while let Some(mate) = self.stream.get(run, position)? {
            position += 1;
            let Some(is_tried) = sizes.get_mut(mate.players() as usize) else { continue };
            if mate.epoch != run.epoch || *is_tried && is_one_enough {
                continue;
            }
            *is_tried = true;
            self.fill(run, Some(mate))?;
            if run.best_players > players_before {
                break;
            }
        }
        Ok(())
    }

    /// Fills the teams with the anchor, with a ticket that must be in, and with others by age.
    fn fill(&mut self, run: &mut Run<'_>, mate: Option<Entry>) -> Result<(), Exhausted> {
        if !self.start(run)? {
            return Ok(());
        }
        let anchor = (!run.anchor.is_roster).then_some(run.anchor);
        let must: Vec<Entry> = [anchor, mate].into_iter().flatten().collect();
        let mut is_seated = true;
        for &entry in &must {
            is_seated = is_seated && self.seat(run, entry)?;
        }
        let filled = match is_seated {
            true => self.seat_by_age(run, &must),
            false => Ok(true),
        };
        let is_full = is_seated && !self.has_room(run);
        let is_short = self.room.iter().any(|room| room.min > 0);
        // Where the budget has run out, too: it may be enough.
        self.judge(run);
        self.candidate.clear();
        let left_out = filled?;
        if !is_full && (left_out || is_short) {
            return self.pack(run, &must);
        }
        Ok(())
    }

    /// Goes through the candidates until the teams are full; says whether it has passed over any.
    fn seat_by_age(&mut self, run: &mut Run<'_>, must: &[Entry]) -> Result<bool, Exhausted> {
        let mut left_out = false;
        let mut position = 0;
        while self.has_room(run)
            && let Some(entry) = self.stream.get(run, position)?
        {
            position += 1;
            if must.iter().all(|it| it.row != entry.row) {
                left_out |= !self.seat(run, entry)?;
            }
        }
        Ok(left_out)
    }

    /// Whether a ticket of one player would fit.
    fn has_room(&self, run: &Run<'_>) -> bool {
        self.candidate.players < run.capacity && self.room.iter().any(|room| room.max > 0)
    }

    /// Puts a ticket into the team instance that is next; false when it cannot join.
    fn seat(&mut self, run: &mut Run<'_>, entry: Entry) -> Result<bool, Exhausted> {
        let places = run.capacity.saturating_sub(self.candidate.players);
        let instance = fill::next_team(self.room.as_slice(), entry.players(), places);
        let joined = match instance.map(InstanceIdx::from_usize) {
            Some(instance) => self.join(run, instance, entry)?,
            None => false,
        };
        match joined {
            true => run.epochs_in.push(entry.epoch),
            false => run.spend()?,
        }
        Ok(joined)
    }

    /// Looks for the fullest way to fill the teams.
    fn pack(&mut self, run: &mut Run<'_>, must: &[Entry]) -> Result<(), Exhausted> {
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
        let max = constraint.max;
        let span = |run: &Run<'_>, entry: Entry| constraint.span(run, entry);
        let mut begins: Vec<f64> =
            set.iter().filter_map(|&entry| span(run, entry)).map(|it| it.low).collect();
        begins.sort_unstable_by(f64::total_cmp);
        begins.dedup();
        let needed = must.iter().copied().chain(run.seed);
        let needed: Option<Vec<Span>> = needed.map(|it| span(run, it)).collect();
        let Some(needed) = needed else { return Ok(()) };
        let is_in = |begin: f64, it: &Span| it.low >= begin && distance(it.high, begin) <= max;
        let mut windows: Vec<(u32, f64)> = Vec::new();
        for &begin in begins.iter().filter(|&&begin| needed.iter().all(|it| is_in(begin, it))) {
            run.nodes += (set.len() / SPANS_PER_NODE) as u64;
            run.spend()?;
            let inside =
                set.iter().filter(|&&it| span(run, it).is_some_and(|it| is_in(begin, &it)));
            let players: u32 = inside.map(|it| it.players()).sum();
            windows.push((players.min(run.capacity), begin));
        }
        windows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
        let of_seed = run.seed.map_or(0, Entry::players);
        for (players, begin) in windows {
            if players + of_seed <= run.best_players || run.best_players >= run.capacity {
                break;
            }
            let inside: Vec<Entry> = set
                .iter()
                .copied()
                .filter(|&it| span(run, it).is_some_and(|it| is_in(begin, &it)))
                .collect();
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
        let packing = fill::pack(&rooms, &sizes, &counts, places, &mut left);
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

    /// Brings the teams of a match that is taken together. A match of rules that look at teams stays
    /// valid. Says how many nodes that is worth.
    pub(super) fn balance(&mut self, view: &View<'_>, found: &mut Found) -> u64 {
        let View { plan, columns, .. } = *view;
        let Some(balance) = plan.balance else { return 0 };
        let cells = &columns.numbers[balance.column].cells;
        let values = |row: TicketRow| columns.players[row].rows().map(|player| cells[player]);
        let parts = found.roster.map_or(&[][..], |roster| columns.parts(roster));
        let rows = || found.placed.iter().chain(parts).map(|&(_, row)| row);
        let low = rows().flat_map(values).fold(f64::INFINITY, f64::min);
        let high = rows().flat_map(values).fold(f64::NEG_INFINITY, f64::max);
        let scale = Scale::new(low, high);
        let sum = |row: TicketRow| values(row).map(|value| scale.of(value)).sum::<i64>();
        let mut teams: Vec<Team> = plan.sizes[found.epoch]
            .iter()
            .map(|size| Team {
                min: if found.roster.is_some() { 0 } else { size.min },
                max: size.max,
                ..Team::default()
            })
            .collect();
        for &(instance, row) in parts {
            if let Some(team) = teams.get_mut(instance.index()) {
                team.settled += u32::from(columns.players[row].len);
                team.settled_sum += sum(row);
            }
        }
        let piece = |&(instance, row): &(InstanceIdx, TicketRow)| Piece {
            players: u32::from(columns.players[row].len),
            sum: sum(row),
            team: instance.index(),
        };
        let mut pieces: Vec<Piece> = found.placed.iter().map(piece).collect();
        // Rules of large matches do not look at teams, nor does what holds of each two tickets.
        let is_told = plan.enforced.iter().all(|it| it.is_told_by_pairs);
        let is_free = balance.is_large || (is_told && found.roster.is_none() && !view.is_plain);
        let looked_at = if is_free {
            balance::balance(&teams, &mut pieces, None)
        } else {
            let mut may_seat = |pieces: &[Piece]| !self.valid_at(view, found, pieces).is_empty();
            let looked_at = balance::balance(&teams, &mut pieces, Some(&mut may_seat));
            found.locations = self.valid_at(view, found, &pieces);
            looked_at
        };
        for ((instance, _), piece) in found.placed.iter_mut().zip(&pieces) {
            *instance = InstanceIdx::from_usize(piece.team);
        }
        sort_placed(columns, &mut found.placed);
        looked_at / EXCHANGES_PER_NODE
    }

    /// The locations at which a match is valid with its tickets in other teams, of those at which
    /// it was found.
    fn valid_at(&mut self, view: &View<'_>, found: &Found, pieces: &[Piece]) -> LocationSet {
        self.candidate.clear();
        if let Some(roster) = found.roster {
            self.candidate.push_roster(roster, view.columns);
        }
        for (&(_, row), piece) in found.placed.iter().zip(pieces) {
            self.candidate.push(InstanceIdx::from_usize(piece.team), row, view.columns);
        }
        let mut locations = self.candidate.locations.intersect(found.locations);
        let lineup = self.lineup.line_up(view.columns, &self.candidate);
        for rule in &view.plan.enforced {
            let holds = rule.rule.complete(&lineup, found.epoch, &mut self.scratch);
            locations = locations.intersect(holds);
        }
        locations
    }
}

//! Which team each ticket of a match is in, so that the teams' means of an attribute come together
//! (`matching.md` section 7, decision 24).
//!
//! Tickets are seated by value, the largest first, each in the team that is farthest behind; then
//! tickets of two teams are exchanged as long as that brings the highest and the lowest mean
//! together, or, with the same gap, all of them. Where the gap is not small yet, all seats of a small
//! match of two teams are looked at; else other seats are tried: by a walk (`walk.rs`), or, where
//! rules look at teams, by exchanges from seats dealt anew, of which the rules are asked.
//!
//! Values are whole numbers: a sum can be changed by a difference, and nothing is rounded on the way.

mod deal;
mod every_way;
mod exchange;
mod extremes;
#[cfg(test)]
mod tests;
mod walk;

use std::cmp::Reverse;

use crate::base::rng::DetRng;
use extremes::Extremes;

/// So many tickets in two teams are seated in every way there is.
const SEATED_IN_EVERY_WAY_MAX: usize = 14;
/// How often the rules are asked about seats, beside those that a first descent needs.
const ASKED_MAX: u32 = 1_000;
/// A whole range of values, in the unit of means.
const RANGE: i64 = 1 << (VALUE_BITS + MEAN_BITS);
const VALUE_BITS: u32 = 40;
const MEAN_BITS: u32 = 12;
/// A gap that is small enough: half of what performance.md allows beside the best of many tries.
const GAP_SOUGHT: i64 = RANGE / 2_000;

/// Turns the values of a match into whole numbers, 0 for the lowest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    range: f64,
}

impl Scale {
    /// For values between these.
    pub(super) fn new(low: f64, high: f64) -> Self {
        // Halves, because the difference of two numbers may be none.
        Self { low: low / 2.0, range: high / 2.0 - low / 2.0 }
    }

    pub(super) fn of(self, value: f64) -> i64 {
        if self.range > 0.0 {
            ((value / 2.0 - self.low) / self.range * (1_i64 << VALUE_BITS) as f64).round() as i64
        } else {
            0
        }
    }
}

/// What does not change of a team instance.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Team {
    pub(super) min: u32,
    pub(super) max: u32,
    /// Players who stay where they are, those of a running session.
    pub(super) settled: u32,
    /// The sum of their values.
    pub(super) settled_sum: i64,
}

/// A ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub(super) players: u32,
    /// The sum of its players' values.
    pub(super) sum: i64,
    pub(super) team: usize,
}

/// How far apart the teams are; less is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Apart {
    /// Of the highest and the lowest mean.
    gap: i64,
    /// The squares of the differences from the mean of all players, added up.
    spread: i128,
}

/// Asks whether a match is valid with its tickets in these teams.
pub(super) type MaySeat<'a> = &'a mut dyn FnMut(&[Piece]) -> bool;

/// Changes the teams of tickets. `may_seat` is `None` where any seats are as good as these; what is
/// given is valid. Says how many exchanges were looked at.
pub(super) fn balance(teams: &[Team], pieces: &mut [Piece], may_seat: Option<MaySeat<'_>>) -> u64 {
    let mut balance = Balance {
        teams,
        largest: pieces.iter().map(|it| it.players).max().unwrap_or(0),
        center: 0,
        sizes: Vec::new(),
        sums: Vec::new(),
        means: Vec::new(),
        better: Vec::new(),
        may_seat,
        asked: 0,
        looked_at: 0,
    };
    balance.run(pieces);
    balance.looked_at
}

struct Balance<'t, 'm> {
    teams: &'t [Team],
    /// The players of the largest ticket.
    largest: u32,
    /// The mean of all players.
    center: i64,
    /// Of the seats that are looked at: players and values of each team, and means where there are
    /// players.
    sizes: Vec<u32>,
    sums: Vec<i64>,
    means: Vec<Option<i64>>,
    /// Exchanges that help.
    better: Vec<(Apart, usize, usize)>,
    may_seat: Option<MaySeat<'m>>,
    asked: u32,
    looked_at: u64,
}

fn mean(sum: i64, size: u32) -> Option<i64> {
    (sum << MEAN_BITS).checked_div(i64::from(size))
}

impl Balance<'_, '_> {
    fn run(&mut self, pieces: &mut [Piece]) {
        self.survey(pieces);
        if self.means.iter().flatten().count() < 2 || pieces.len() < 2 {
            return;
        }
        let players = self.sizes.iter().sum();
        self.center = mean(self.sums.iter().sum(), players).unwrap_or(0);
        let given = pieces.to_vec();
        self.seat_largest_first(pieces);
        if !self.is_valid(pieces) {
            pieces.copy_from_slice(&given);
        }
        let mut least = self.descend(pieces, true);
        if least.gap <= GAP_SOUGHT {
            return;
        }
        if self.teams.len() == 2 && pieces.len() <= SEATED_IN_EVERY_WAY_MAX {
            self.seat_in_every_way(pieces, least);
            return;
        }
        let mut other = given;
        let from_given = self.descend(&mut other, true);
        if from_given < least {
            least = from_given;
            pieces.copy_from_slice(&other);
        }
        match self.may_seat {
            None => self.walk(pieces, least),
            Some(_) => self.seat_anew(pieces, &mut other, least),
        }
    }

    /// Counts the teams.
    fn survey(&mut self, pieces: &[Piece]) {
        self.sizes.clear();
        self.sizes.extend(self.teams.iter().map(|team| team.settled));
        self.sums.clear();
        self.sums.extend(self.teams.iter().map(|team| team.settled_sum));
        for piece in pieces {
            if let Some(size) = self.sizes.get_mut(piece.team) {
                *size += piece.players;
            }
            if let Some(sum) = self.sums.get_mut(piece.team) {
                *sum += piece.sum;
            }
        }
        self.means.clear();
        self.means.extend(self.sums.iter().zip(&self.sizes).map(|(&sum, &size)| mean(sum, size)));
    }

    fn apart(&self) -> Apart {
        let means = || self.means.iter().flatten().copied();
        let gap = means().max().unwrap_or(0) - means().min().unwrap_or(0);
        Apart { gap, spread: means().map(|mean| self.square(mean)).sum() }
    }

    fn square(&self, mean: i64) -> i128 {
        let difference = i128::from(mean - self.center);
        difference * difference
    }

    fn is_valid(&mut self, pieces: &[Piece]) -> bool {
        let Some(may_seat) = &mut self.may_seat else { return true };
        self.asked += 1;
        may_seat(pieces)
    }

    /// Seats by size, then by value, each ticket in the team that is farthest behind of those that
    /// have one of this size.
    fn seat_largest_first(&mut self, pieces: &mut [Piece]) {
        let mut order: Vec<usize> = (0..pieces.len()).collect();
        let key = |&at: &usize| Reverse(pieces.get(at).map(|it| (it.players, it.sum)));
        order.sort_by_key(key);
        let total: i128 = self.sums.iter().map(|&sum| i128::from(sum)).sum();
        let players: i128 = self.sizes.iter().map(|&size| i128::from(size)).sum();
        let mut sizes: Vec<u32> = self.teams.iter().map(|team| team.settled).collect();
        let mut sums: Vec<i64> = self.teams.iter().map(|team| team.settled_sum).collect();
        let mut seats = vec![0_u32; self.teams.len()];
        let mut rest = order.as_slice();
        while let Some(size) = rest.first().and_then(|&at| pieces.get(at)).map(|it| it.players) {
            let is_other = |&at: &usize| pieces.get(at).is_none_or(|it| it.players != size);
            let end = rest.iter().position(is_other).unwrap_or(rest.len());
            let (alike, others) = rest.split_at(end);
            rest = others;
            seats.fill(0);
            for piece in alike.iter().filter_map(|&at| pieces.get(at)) {
                if let Some(count) = seats.get_mut(piece.team) {
                    *count += 1;
                }
            }
            for &at in alike {
                let behind = |team: usize| {
                    let (sum, size) = (sums.get(team).copied(), sizes.get(team).copied());
                    i128::from(sum.unwrap_or(0)) * players - total * i128::from(size.unwrap_or(0))
                };
                let open = seats.iter().enumerate().filter(|&(_, &count)| count > 0);
                let team = open.map(|(team, _)| team).min_by_key(|&team| (behind(team), team));
                let (Some(team), Some(piece)) = (team, pieces.get_mut(at)) else { return };
                piece.team = team;
                if let (Some(count), Some(size), Some(sum)) =
                    (seats.get_mut(team), sizes.get_mut(team), sums.get_mut(team))
                {
                    *count -= 1;
                    *size += piece.players;
                    *sum += piece.sum;
                }
            }
        }
    }
}

fn below(rng: &mut DetRng, end: u64) -> u64 {
    if end == 0 { 0 } else { rng.next_u64() % end }
}

//! Which team each ticket of a match is in, so that the teams' means of an attribute come together
//! (`matching.md` section 7, decision 24).
//!
//! Tickets are seated by value, the largest first, each in the team that is farthest behind; then
//! tickets of two teams are exchanged as long as that brings the highest and the lowest mean
//! together, or, with the same gap, all of them. Where the gap is not small yet, all seats of a small
//! match of two teams are looked at; else other seats are tried: by a walk (`walk.rs`), or, where
//! rules look at teams, by exchanges from seats dealt anew, of which the rules are asked.
//!
//! An exchange keeps the limits of both teams. Between teams of the same limits it may change
//! their sizes as long as these stay within one party of each other; between others it swaps
//! tickets with the same number of players, because their sizes follow the fill order.
//!
//! Values are whole numbers: a sum can be changed by a difference, and nothing is rounded on the way.

#[cfg(test)]
mod tests;
mod walk;

use std::cmp::Reverse;

use crate::base::rng::DetRng;

/// Exchanges looked at to improve on the first result where rules are asked.
const EXCHANGES_MAX: u64 = 400_000;
/// How often other seats are tried there.
const ROUNDS_MAX: u32 = 1_000;
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

/// The three highest means, and the three lowest, each with its team.
#[derive(Clone, Copy, Debug)]
struct Extremes {
    highest: [(i64, usize); 3],
    lowest: [(i64, usize); 3],
}

impl Extremes {
    const NONE: usize = usize::MAX;

    fn of(means: &[Option<i64>]) -> Self {
        let mut extremes =
            Self { highest: [(i64::MIN, Self::NONE); 3], lowest: [(i64::MAX, Self::NONE); 3] };
        for (team, mean) in means.iter().enumerate() {
            let Some(mean) = *mean else { continue };
            let mut new = (mean, team);
            for place in &mut extremes.highest {
                if new.0 > place.0 || place.1 == Self::NONE {
                    std::mem::swap(place, &mut new);
                }
            }
            let mut new = (mean, team);
            for place in &mut extremes.lowest {
                if new.0 < place.0 || place.1 == Self::NONE {
                    std::mem::swap(place, &mut new);
                }
            }
        }
        extremes
    }

    /// The gap when two teams have other means.
    fn gap_with(&self, a: (usize, i64), b: (usize, i64)) -> i64 {
        let others = |it: &&(i64, usize)| it.1 != a.0 && it.1 != b.0 && it.1 != Self::NONE;
        let highest = self.highest.iter().find(others).map_or(i64::MIN, |it| it.0);
        let lowest = self.lowest.iter().find(others).map_or(i64::MAX, |it| it.0);
        highest.max(a.1).max(b.1) - lowest.min(a.1).min(b.1)
    }
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

    /// Tries other seats where rules are asked: those of the best so far, stirred, and brought to rest.
    fn seat_anew(&mut self, pieces: &mut [Piece], other: &mut [Piece], mut least: Apart) {
        let end = self.looked_at + EXCHANGES_MAX;
        let mut rng = DetRng::new(pieces.len() as u64);
        for _ in 0..ROUNDS_MAX {
            if least.gap <= GAP_SOUGHT || self.looked_at >= end {
                return;
            }
            other.copy_from_slice(pieces);
            self.survey(other);
            for _ in 0..1 + below(&mut rng, 3) {
                self.stir(other, &mut rng);
            }
            let mut apart = self.descend(other, false);
            if apart < least {
                if self.asked >= ASKED_MAX || !self.is_valid(other) {
                    continue;
                }
                apart = self.descend(other, true);
            }
            if apart < least {
                least = apart;
                pieces.copy_from_slice(other);
            }
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

    /// Exchanges tickets as long as that helps, the exchange that helps most first. Where `asks`,
    /// only those after which the match is valid.
    fn descend(&mut self, pieces: &mut [Piece], asks: bool) -> Apart {
        self.survey(pieces);
        let mut apart = self.apart();
        let asks = asks && self.may_seat.is_some();
        while let Some(next) = self.exchange(pieces, apart, asks) {
            apart = next;
        }
        apart
    }

    /// Makes the exchange that helps most.
    fn exchange(&mut self, pieces: &mut [Piece], apart: Apart, asks: bool) -> Option<Apart> {
        let extremes = Extremes::of(&self.means);
        let mut best: Option<(Apart, usize, usize)> = None;
        self.better.clear();
        for (a, first) in pieces.iter().enumerate() {
            for (b, second) in pieces.iter().enumerate().skip(a + 1) {
                if first.team == second.team {
                    continue;
                }
                self.looked_at += 1;
                let Some(after) = self.after(&extremes, apart, first, second) else { continue };
                if after >= apart {
                    continue;
                }
                if asks {
                    self.better.push((after, a, b));
                } else if best.is_none_or(|(least, ..)| after < least) {
                    best = Some((after, a, b));
                }
            }
        }
        if asks {
            let mut better = std::mem::take(&mut self.better);
            better.sort_unstable();
            best = better.iter().copied().find(|&(_, a, b)| {
                swap(pieces, a, b);
                let is_valid = self.is_valid(pieces);
                swap(pieces, a, b);
                is_valid
            });
            self.better = better;
        }
        let (after, a, b) = best?;
        swap(pieces, a, b);
        self.survey(pieces);
        Some(after)
    }

    /// How far apart the teams are after an exchange, if it may be made.
    fn after(
        &self,
        extremes: &Extremes,
        apart: Apart,
        first: &Piece,
        second: &Piece,
    ) -> Option<Apart> {
        let (a, b) = (first.team, second.team);
        let sizes = self.sizes_after(first, second)?;
        let (of_a, of_b) = (*self.means.get(a)?.as_ref()?, *self.means.get(b)?.as_ref()?);
        let coming = second.sum - first.sum;
        let mean_a = mean(self.sums.get(a)? + coming, sizes.0)?;
        let mean_b = mean(self.sums.get(b)? - coming, sizes.1)?;
        let spread = apart.spread - self.square(of_a) - self.square(of_b)
            + self.square(mean_a)
            + self.square(mean_b);
        Some(Apart { gap: extremes.gap_with((a, mean_a), (b, mean_b)), spread })
    }

    /// The sizes of two teams after an exchange, if they may be so.
    fn sizes_after(&self, first: &Piece, second: &Piece) -> Option<(u32, u32)> {
        let (a, b) = (*self.sizes.get(first.team)?, *self.sizes.get(second.team)?);
        if first.players == second.players {
            return Some((a, b));
        }
        // Among single players the fill order says how many each team has.
        if self.largest <= 1 {
            return None;
        }
        let limits = |team: usize| self.teams.get(team).map(|it| (it.min, it.max));
        let (min, max) = limits(first.team)?;
        let after = (a - first.players + second.players, b - second.players + first.players);
        let is_within = |size: u32| (min..=max).contains(&size);
        let others = self.teams.iter().zip(&self.sizes).enumerate();
        let alike = others.filter(|(_, (it, _))| (it.min, it.max) == (min, max));
        let (mut now, mut then) = ((u32::MAX, 0), (u32::MAX, 0));
        for (team, (_, &size)) in alike {
            let next = match team {
                _ if team == first.team => after.0,
                _ if team == second.team => after.1,
                _ => size,
            };
            now = (now.0.min(size), now.1.max(size));
            then = (then.0.min(next), then.1.max(next));
        }
        let may = limits(second.team)? == (min, max)
            && is_within(after.0)
            && is_within(after.1)
            // A team that was fuller before must not make room for others to drift apart.
            && after.0.abs_diff(after.1) <= self.largest.max(a.abs_diff(b))
            && then.1 - then.0 <= self.largest.max(now.1 - now.0);
        may.then_some(after)
    }

    /// Deals the tickets of two teams anew, as many players to each as before.
    fn stir(&mut self, pieces: &mut [Piece], rng: &mut DetRng) {
        let teams = self.teams.len() as u64;
        let extremes = Extremes::of(&self.means);
        let [(_, highest), ..] = extremes.highest;
        let a = match below(rng, 2) {
            0 => highest,
            _ => below(rng, teams) as usize,
        };
        let b = (a + 1 + below(rng, teams - 1) as usize) % self.teams.len();
        let Some(mut room) =
            self.sizes.get(a).zip(self.teams.get(a)).map(|it| *it.0 - it.1.settled)
        else {
            return;
        };
        let mut dealt: Vec<usize> = pieces
            .iter()
            .enumerate()
            .filter(|(_, piece)| piece.team == a || piece.team == b)
            .map(|(at, _)| at)
            .collect();
        for end in (1..dealt.len()).rev() {
            dealt.swap(end, below(rng, end as u64 + 1) as usize);
        }
        let mut in_a = vec![false; dealt.len()];
        for (&at, is_in) in dealt.iter().zip(&mut in_a) {
            let Some(piece) = pieces.get(at) else { continue };
            if piece.players <= room {
                room -= piece.players;
                *is_in = true;
            }
        }
        if room > 0 {
            return;
        }
        for (&at, is_in) in dealt.iter().zip(in_a) {
            if let Some(piece) = pieces.get_mut(at) {
                piece.team = if is_in { a } else { b };
            }
        }
        self.survey(pieces);
    }

    /// Seats the tickets of a match of two teams in every way, and keeps the best that is valid.
    fn seat_in_every_way(&mut self, pieces: &mut [Piece], mut least: Apart) {
        self.survey(pieces);
        let &[size_a, size_b] = &*self.sizes else { return };
        let &[team_a, team_b] = self.teams else { return };
        let (sum_a, sum_b): (i64, i64) = (team_a.settled_sum, team_b.settled_sum);
        let alike = (team_a.min, team_a.max) == (team_b.min, team_b.max);
        let allowed = self.largest.max(size_a.abs_diff(size_b));
        let mut better = Vec::new();
        for seats in 0_u32..1 << pieces.len() {
            let (mut a, mut b) = ((team_a.settled, sum_a), (team_b.settled, sum_b));
            for (at, piece) in pieces.iter().enumerate() {
                let team = if seats >> at & 1 == 0 { &mut a } else { &mut b };
                team.0 += piece.players;
                team.1 += piece.sum;
            }
            self.looked_at += 1;
            let within = |size: u32| (team_a.min..=team_a.max).contains(&size);
            let is_even = alike && within(a.0) && within(b.0) && a.0.abs_diff(b.0) <= allowed;
            if a.0 != size_a && !is_even {
                continue;
            }
            let (Some(of_a), Some(of_b)) = (mean(a.1, a.0), mean(b.1, b.0)) else { continue };
            let spread = self.square(of_a) + self.square(of_b);
            let apart = Apart { gap: (of_a - of_b).abs(), spread };
            if apart < least {
                better.push((apart, seats));
                if self.may_seat.is_none() {
                    least = apart;
                }
            }
        }
        better.sort_unstable();
        let before = pieces.to_vec();
        for (_, seats) in better {
            for (at, piece) in pieces.iter_mut().enumerate() {
                piece.team = (seats >> at & 1) as usize;
            }
            if self.asked < ASKED_MAX && self.is_valid(pieces) {
                return;
            }
        }
        pieces.copy_from_slice(&before);
    }
}

fn swap(pieces: &mut [Piece], a: usize, b: usize) {
    let team_of = |at: usize| pieces.get(at).map(|piece| piece.team);
    let (Some(of_a), Some(of_b)) = (team_of(a), team_of(b)) else { return };
    for (at, team) in [(a, of_b), (b, of_a)] {
        if let Some(piece) = pieces.get_mut(at) {
            piece.team = team;
        }
    }
}

fn below(rng: &mut DetRng, end: u64) -> u64 {
    if end == 0 { 0 } else { rng.next_u64() % end }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Random numbers of another kind than those of the code under test.
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % end
        }
    }

    /// A match: the limits of its teams, and its tickets with the values of their players.
    struct Match {
        limits: Vec<(u32, u32)>,
        tickets: Vec<(Vec<f64>, usize)>,
    }

    impl Match {
        /// Teams of one size, filled in turn by parties until those that come do not fit.
        fn draw(draw: &mut Draw, teams: usize, players: u32, party_max: u64) -> Self {
            let mut sizes = vec![0_u32; teams];
            let mut tickets = Vec::new();
            while tickets.len() < 400 && sizes.iter().any(|&size| size < players) {
                let party = 1 + draw.below(party_max) as u32;
                let least = (0..teams).min_by_key(|&team| sizes[team]).unwrap();
                let party = if sizes[least] + party > players { 1 } else { party };
                sizes[least] += party;
                let values = (0..party).map(|_| draw.below(3_000) as f64).collect();
                tickets.push((values, least));
            }
            Self { limits: vec![(1, players); teams], tickets }
        }

        fn range(&self) -> f64 {
            let values = || self.tickets.iter().flat_map(|it| it.0.iter().copied());
            values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min)
        }

        /// The gap between the means of teams, by the values themselves.
        fn gap(&self, seats: &[usize]) -> f64 {
            Self::gap_of(&self.sums(seats), &self.sizes(seats))
        }

        fn gap_of(sums: &[f64], sizes: &[u32]) -> f64 {
            let (mut lowest, mut highest) = (f64::MAX, f64::MIN);
            for (sum, &size) in sums.iter().zip(sizes).filter(|it| *it.1 > 0) {
                let mean = sum / f64::from(size);
                (lowest, highest) = (lowest.min(mean), highest.max(mean));
            }
            highest - lowest
        }

        fn sums(&self, seats: &[usize]) -> Vec<f64> {
            let mut sums = vec![0.0; self.limits.len()];
            for ((values, _), &seat) in self.tickets.iter().zip(seats) {
                sums[seat] += values.iter().sum::<f64>();
            }
            sums
        }

        fn sizes(&self, seats: &[usize]) -> Vec<u32> {
            let mut sizes = vec![0; self.limits.len()];
            for ((values, _), &seat) in self.tickets.iter().zip(seats) {
                sizes[seat] += values.len() as u32;
            }
            sizes
        }

        /// Whether sizes keep the limits and are within one party of each other.
        fn may_be(&self, sizes: &[u32]) -> bool {
            let largest = self.tickets.iter().map(|it| it.0.len() as u32).max().unwrap();
            let within =
                sizes.iter().zip(&self.limits).all(|(size, it)| (it.0..=it.1).contains(size));
            within && sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= largest
        }

        /// The seats after exchanges, as long as one brings the gap down. Values are whole numbers,
        /// so that their sums are exact.
        fn exchanged(&self, mut seats: Vec<usize>) -> Vec<usize> {
            let of: Vec<(f64, u32)> =
                self.tickets.iter().map(|it| (it.0.iter().sum(), it.0.len() as u32)).collect();
            let (mut sums, mut sizes) = (self.sums(&seats), self.sizes(&seats));
            let mut gap = Self::gap_of(&sums, &sizes);
            let least_gain = 1e-9 * self.range();
            'again: loop {
                for a in 0..seats.len() {
                    for b in a + 1..seats.len() {
                        let (team_a, team_b) = (seats[a], seats[b]);
                        if team_a == team_b {
                            continue;
                        }
                        let before = [team_a, team_b].map(|it| (sums[it], sizes[it]));
                        sums[team_a] += of[b].0 - of[a].0;
                        sums[team_b] += of[a].0 - of[b].0;
                        sizes[team_a] = sizes[team_a] + of[b].1 - of[a].1;
                        sizes[team_b] = sizes[team_b] + of[a].1 - of[b].1;
                        let less = Self::gap_of(&sums, &sizes);
                        if less < gap - least_gain && self.may_be(&sizes) {
                            seats.swap(a, b);
                            gap = less;
                            continue 'again;
                        }
                        for (team, (sum, size)) in [team_a, team_b].into_iter().zip(before) {
                            (sums[team], sizes[team]) = (sum, size);
                        }
                    }
                }
                return seats;
            }
        }

        /// Random seats that may be; `None` when the draw gave none.
        fn random_seats(&self, draw: &mut Draw) -> Option<Vec<usize>> {
            let mut order: Vec<usize> = (0..self.tickets.len()).collect();
            for end in (1..order.len()).rev() {
                order.swap(end, draw.below(end as u64 + 1) as usize);
            }
            let mut seats = vec![0; order.len()];
            let mut sizes = vec![0_u32; self.limits.len()];
            for at in order {
                let party = self.tickets[at].0.len() as u32;
                let open: Vec<usize> =
                    (0..sizes.len()).filter(|&it| sizes[it] + party <= self.limits[it].1).collect();
                let team = *open.get(draw.below(open.len().max(1) as u64) as usize)?;
                sizes[team] += party;
                seats[at] = team;
            }
            self.may_be(&sizes).then_some(seats)
        }

        fn balanced(&self) -> Vec<usize> {
            let values = || self.tickets.iter().flat_map(|it| it.0.iter().copied());
            let scale =
                Scale::new(values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
            let teams: Vec<Team> = self
                .limits
                .iter()
                .map(|&(min, max)| Team { min, max, ..Team::default() })
                .collect();
            let piece = |(values, team): &(Vec<f64>, usize)| Piece {
                players: values.len() as u32,
                sum: values.iter().map(|&value| scale.of(value)).sum(),
                team: *team,
            };
            let mut pieces: Vec<Piece> = self.tickets.iter().map(piece).collect();
            balance(&teams, &mut pieces, None);
            pieces.iter().map(|piece| piece.team).collect()
        }
    }

    /// The goal of performance.md, and decision 24: no exchange improves the gap, and it is at most
    /// the best of random seats with exchanges plus a thousandth of the range.
    /// Says with how many matches that was compared: a gap of a thousandth or less needs no other,
    /// and elsewhere as many restarts are made as are asked for.
    fn holds_the_goal(shapes: &[(usize, u32, u64)], restarts: u32, seed: u64) -> u32 {
        let mut draw = Draw(seed);
        let mut compared = 0;
        for &(teams, players, party_max) in shapes {
            let game = Match::draw(&mut draw, teams, players, party_max);
            let seats = game.balanced();
            let gap = game.gap(&seats);
            assert!(game.may_be(&game.sizes(&seats)), "{:?}", game.sizes(&seats));
            let exchanged = game.gap(&game.exchanged(seats));
            assert!(exchanged >= gap - 1e-9 * game.range(), "{gap} can be {exchanged}");
            if gap <= 0.001 * game.range() {
                continue;
            }
            let drawn = (0..100 * restarts).filter_map(|_| game.random_seats(&mut draw));
            let mut least = f64::INFINITY;
            let mut made = 0;
            for seats in drawn.take(restarts as usize) {
                least = least.min(game.gap(&game.exchanged(seats)));
                made += 1;
            }
            assert_eq!(made, restarts, "{teams} of {players}, {party_max}");
            compared += 1;
            let allowed = least + 0.001 * game.range();
            assert!(gap <= allowed, "{teams} of {players}, {party_max}: {gap}, not {allowed}");
        }
        compared
    }

    #[test]
    fn two_teams_are_as_even_as_a_thousand_tries_make_them() {
        let mut shapes = Vec::new();
        for players in [2, 3, 5, 6, 8, 10, 15, 20, 50] {
            for party_max in [1, 2, 4, 10] {
                shapes.push((2, players, party_max));
            }
        }
        let compared = holds_the_goal(&shapes, 1_000, 1);
        println!("{compared} of {} matches compared with 1,000 restarts", shapes.len());
        assert!(compared > 5, "{compared}");
    }

    #[test]
    fn many_teams_are_as_even_as_a_thousand_tries_make_them() {
        // Few tickets, so that no gap is small by itself.
        let shapes = [(3, 3, 1), (4, 3, 1), (5, 4, 3), (6, 3, 2), (10, 2, 1)];
        let seeds = [3, 4];
        let compared: u32 =
            seeds.into_iter().map(|seed| holds_the_goal(&shapes, 1_000, seed)).sum();
        println!("{compared} of 10 matches compared with 1,000 restarts");
        assert!(compared > 8, "{compared}");
    }

    #[test]
    fn more_tickets_in_many_teams_are_as_even_as_other_tries_make_them() {
        let shapes = [(8, 3, 1), (10, 3, 1), (7, 6, 4), (9, 5, 4)];
        let compared = holds_the_goal(&shapes, 100, 6);
        println!("{compared} of 4 matches compared with 100 restarts");
        assert!(compared > 2, "{compared}");
    }

    #[test]
    fn teams_with_open_places_stay_within_one_party() {
        let mut draw = Draw(5);
        let mut changed = 0;
        for _ in 0..30 {
            let mut game = Match::draw(&mut draw, 3, 9, 5);
            let before: Vec<usize> = game.tickets.iter().map(|it| it.1).collect();
            game.limits = vec![(1, 30); 3];
            let seats = game.balanced();
            let sizes = game.sizes(&seats);
            assert!(game.may_be(&sizes), "{sizes:?}");
            changed += usize::from(sizes != game.sizes(&before));
        }
        assert!(changed > 5, "{changed} with other sizes");
    }

    #[test]
    fn a_single_team_or_equal_values_are_left_alone() {
        let teams = [Team { min: 1, max: 5, ..Team::default() }; 2];
        let piece = |team| Piece { players: 1, sum: 0, team };
        let mut pieces = [piece(0), piece(0), piece(1)];
        let before = pieces.map(|it| it.players);
        balance(&teams, &mut pieces, None);
        assert_eq!(pieces.iter().filter(|it| it.team == 0).count(), 2);
        assert_eq!(pieces.map(|it| it.players), before);
        let mut alone = [piece(1), piece(1)];
        assert_eq!(balance(&teams, &mut alone, None), 0);
    }

    #[test]
    fn values_at_the_ends_of_all_numbers_are_put_to_scale() {
        let scale = Scale::new(f64::MIN, f64::MAX);
        assert_eq!(scale.of(f64::MIN), 0);
        assert_eq!(scale.of(0.0), 1 << (VALUE_BITS - 1));
        assert_eq!(scale.of(f64::MAX), 1 << VALUE_BITS);
        assert_eq!(Scale::new(7.0, 7.0).of(7.0), 0);
    }

    #[test]
    fn seats_that_rules_refuse_are_not_taken() {
        let teams = [Team { min: 3, max: 3, ..Team::default() }; 2];
        let values = [0, 10, 20, 30, 40, 50];
        let mut pieces: Vec<Piece> = values
            .into_iter()
            .map(|value: i64| Piece { players: 1, sum: value << 30, team: usize::from(value > 20) })
            .collect();
        // The lowest and the highest play against each other.
        let mut asked = 0;
        let mut may_seat = |pieces: &[Piece]| {
            asked += 1;
            pieces[0].team == 0 && pieces[5].team == 1
        };
        balance(&teams, &mut pieces, Some(&mut may_seat));
        assert!(asked > 0);
        let of = |team| -> Vec<i64> {
            pieces.iter().filter(|it| it.team == team).map(|it| it.sum >> 30).collect()
        };
        assert_eq!((of(0).iter().sum::<i64>() - of(1).iter().sum::<i64>()).abs(), 10);
        assert!(of(0).contains(&0) && of(1).contains(&50));
    }

    #[test]
    fn the_players_of_a_running_session_stay_and_count() {
        let settled = Team { min: 0, max: 3, settled: 1, settled_sum: 30 << 30 };
        let teams = [settled, Team { min: 0, max: 2, ..Team::default() }];
        let piece = |value: i64, team| Piece { players: 1, sum: value << 30, team };
        let mut pieces = [piece(10, 1), piece(20, 1), piece(40, 0)];
        balance(&teams, &mut pieces, None);
        // 30 and 10 are a mean of 20, beside 20 and 40 with 30; 30 and 20 beside 25 are even.
        assert_eq!(pieces.map(|it| it.team), [1, 0, 1]);
    }
}

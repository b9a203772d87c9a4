//! Exchanges of tickets between two teams, one after another as long as that helps.
//!
//! An exchange keeps the limits of both teams. Between teams of the same limits it may change
//! their sizes as long as these stay within one party of each other; between others it swaps
//! tickets with the same number of players, because their sizes follow the fill order.

use super::{Apart, Balance, Extremes, Piece, mean};

impl Balance<'_, '_> {
    /// Exchanges tickets as long as that helps, the exchange that helps most first. Where `asks`,
    /// only those after which the match is valid.
    pub(super) fn descend(&mut self, pieces: &mut [Piece], asks: bool) -> Apart {
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
    pub(super) fn after(
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

//! A walk through the seats of a match that rules do not look at. It goes from seats to others that
//! differ by a few tickets of two teams, and puts up with a wider gap at first, with none in the end
//! (threshold accepting). A round of that ends where no single exchange would have led to.

use super::{Apart, Balance, Extremes, GAP_SOUGHT, Piece, below};
use crate::base::rng::DetRng;

const ROUNDS: u32 = 20;
/// After so many rounds in a row that bring nothing the walk ends.
const ROUNDS_IN_VAIN: u32 = 3;
/// How many changes of seats a round tries for each ticket, and at most.
const STEPS_PER_TICKET: u64 = 3_000;
const STEPS_MAX: u64 = 40_000;
/// So many tickets of one team change places with some of another.
const TICKETS_MAX: usize = 4;

/// Tickets of two teams that change places; positions of tickets.
#[derive(Default, Debug)]
struct Change {
    from_a: Vec<usize>,
    from_b: Vec<usize>,
}

impl Balance<'_, '_> {
    /// Walks from the seats that are given, and leaves the best that were met. Its draws depend on
    /// the number of tickets alone.
    pub(super) fn walk(&mut self, pieces: &mut [Piece], mut least: Apart) {
        let mut rng = DetRng::new(pieces.len() as u64);
        let steps = STEPS_MAX.min(STEPS_PER_TICKET * pieces.len() as u64);
        let mut here = pieces.to_vec();
        let mut best = pieces.to_vec();
        let mut in_vain = 0;
        for _ in 0..ROUNDS {
            if least.gap <= GAP_SOUGHT || in_vain >= ROUNDS_IN_VAIN {
                return;
            }
            let met = self.walk_round(&mut here, &mut best, least, steps, &mut rng);
            in_vain += 1;
            if met < least {
                in_vain = 0;
                least = self.descend(&mut best, true);
                pieces.copy_from_slice(&best);
            }
        }
    }

    /// Leaves the best seats of a round in `best`, if they are better than `least`.
    fn walk_round(
        &mut self,
        here: &mut [Piece],
        best: &mut [Piece],
        mut least: Apart,
        steps: u64,
        rng: &mut DetRng,
    ) -> Apart {
        self.survey(here);
        let mut apart = self.apart();
        let mut extremes = Extremes::of(&self.means);
        let mut members = vec![Vec::new(); self.teams.len()];
        seat_members(&mut members, here);
        let mut change = Change::default();
        let wider = i128::from(least.gap);
        for left in (1..=steps).rev() {
            self.looked_at += 1;
            let drawn = self.draw_change(here, &members, &extremes, &mut change, rng);
            let Some((first, second)) = drawn else { continue };
            let Some(after) = self.after(&extremes, apart, &first, &second) else { continue };
            if i128::from(after.gap - apart.gap) * i128::from(steps) > wider * i128::from(left) {
                continue;
            }
            for (moved, team) in [(&change.from_a, second.team), (&change.from_b, first.team)] {
                for &at in moved {
                    if let Some(piece) = here.get_mut(at) {
                        piece.team = team;
                    }
                }
            }
            self.survey(here);
            seat_members(&mut members, here);
            extremes = Extremes::of(&self.means);
            apart = after;
            if apart < least {
                least = apart;
                best.copy_from_slice(here);
            }
        }
        least
    }

    /// Some tickets of a team, half of the time one with an extreme mean, and about as many players
    /// of another team; each as if it were one ticket.
    fn draw_change(
        &self,
        pieces: &[Piece],
        members: &[Vec<usize>],
        extremes: &Extremes,
        change: &mut Change,
        rng: &mut DetRng,
    ) -> Option<(Piece, Piece)> {
        let teams = self.teams.len() as u64;
        let a = match below(rng, 4) {
            0 => extremes.highest[0].1,
            1 => extremes.lowest[0].1,
            _ => below(rng, teams) as usize,
        };
        let b = (a + 1 + below(rng, teams - 1) as usize) % self.teams.len();
        let (of_a, of_b) = (members.get(a)?, members.get(b)?);
        change.from_b.clear();
        let mut second = Piece { players: 0, sum: 0, team: b };
        while change.from_b.len() < TICKETS_MAX {
            let at = *of_b.get(below(rng, of_b.len() as u64) as usize)?;
            if change.from_b.contains(&at) {
                break;
            }
            take(pieces.get(at)?, at, &mut second, &mut change.from_b);
            if below(rng, 2) == 0 {
                break;
            }
        }
        change.from_a.clear();
        let mut first = Piece { players: 0, sum: 0, team: a };
        let (before, from) = of_a.split_at_checked(below(rng, of_a.len() as u64) as usize)?;
        for &at in from.iter().chain(before) {
            let piece = pieces.get(at)?;
            if first.players + piece.players <= second.players {
                take(piece, at, &mut first, &mut change.from_a);
            }
        }
        Some((first, second))
    }
}

fn take(piece: &Piece, at: usize, into: &mut Piece, positions: &mut Vec<usize>) {
    into.players += piece.players;
    into.sum += piece.sum;
    positions.push(at);
}

/// Which tickets each team has.
fn seat_members(members: &mut [Vec<usize>], pieces: &[Piece]) {
    members.iter_mut().for_each(Vec::clear);
    for (at, piece) in pieces.iter().enumerate() {
        if let Some(of_team) = members.get_mut(piece.team) {
            of_team.push(at);
        }
    }
}

//! Seats dealt anew where rules look at teams: the best so far are stirred and brought to rest, and
//! the rules are asked about what comes of it.

use super::{ASKED_MAX, Apart, Balance, Extremes, GAP_SOUGHT, Piece, below};
use crate::base::rng::DetRng;

/// Exchanges looked at to improve on the first result where rules are asked.
const EXCHANGES_MAX: u64 = 400_000;
/// How often other seats are tried there.
const ROUNDS_MAX: u32 = 1_000;

impl Balance<'_, '_> {
    /// Tries other seats where rules are asked: those of the best so far, stirred, and brought to rest.
    pub(super) fn seat_anew(
        &mut self,
        pieces: &mut [Piece],
        other: &mut [Piece],
        mut least: Apart,
    ) {
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
}

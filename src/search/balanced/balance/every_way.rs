//! All seats of a small match of two teams.

use super::{ASKED_MAX, Apart, Balance, Piece, mean};

impl Balance<'_, '_> {
    /// Seats the tickets of a match of two teams in every way, and keeps the best that is valid.
    pub(super) fn seat_in_every_way(&mut self, pieces: &mut [Piece], mut least: Apart) {
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

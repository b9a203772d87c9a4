//! A plain reference matcher (decision 34): anchors oldest first, candidates oldest first, teams
//! filled with backtracking, nothing looked up or looked ahead. It says how many matches an engine
//! that goes by age should form.

use super::assignment::Assignment;
use super::{Failure, Workload};
use std::time::Duration;

/// Tickets tried in a team for one anchor before it is given up. Nothing is looked ahead, so it
/// takes many more of them than the engine takes search nodes.
const TRIES_MAX: u32 = 10_000_000;

/// What the reference formed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reference {
    /// The matches.
    pub assignment: Assignment,
    /// Anchors that were given up.
    pub given_up: u32,
}

/// Forms matches out of a pool, whose order is that of age.
///
/// # Errors
/// [`Failure::TooSlow`] when it takes longer than `patience`.
pub fn match_by_age<W: Workload>(
    tickets: &[W::Ticket],
    patience: Duration,
) -> Result<Reference, Failure> {
    let mut waiting: Vec<u32> = (0..tickets.len() as u32).collect();
    let mut reference = Reference::default();
    let mut elapsed = Duration::ZERO;
    let mut turn = 0;
    while let Some(&anchor) = waiting.get(turn) {
        let mut search = Search::<W> {
            tickets,
            waiting: &waiting,
            numbers: Default::default(),
            teams: Default::default(),
            tries: 0,
        };
        let (time, found) = super::timed(|| search.place(anchor, turn + 1));
        reference.given_up += u32::from(!found && search.tries >= TRIES_MAX);
        let numbers = search.numbers;
        if found {
            waiting.retain(|number| !numbers.iter().flatten().any(|taken| taken == number));
            reference.assignment.0.push(numbers);
        } else {
            turn += 1;
        }
        elapsed += time;
        if elapsed > patience {
            return Err(Failure::TooSlow { seconds: elapsed.as_secs_f64() });
        }
    }
    Ok(reference)
}

struct Search<'a, W: Workload> {
    tickets: &'a [W::Ticket],
    waiting: &'a [u32],
    numbers: [Vec<u32>; 2],
    teams: [Vec<W::Ticket>; 2],
    tries: u32,
}

impl<W: Workload> Search<'_, W> {
    /// Puts a ticket into a team and fills the match with those from `next` on; false when there
    /// is no way to.
    fn place(&mut self, number: u32, next: usize) -> bool {
        let Some(&ticket) = self.tickets.get(number as usize) else { return false };
        let players = self.players();
        // Most open places first, and of two empty teams only one.
        let order = if players[1] < players[0] { [1, 0] } else { [0, 1] };
        let alike = players == [0, 0];
        for &team in order.iter().take(if alike { 1 } else { 2 }) {
            self.tries += 1;
            if players[team] + W::player_count(&ticket) > W::TEAM_PLAYERS {
                continue;
            }
            self.numbers[team].push(number);
            self.teams[team].push(ticket);
            if W::may_hold(&self.teams) && self.fill(next) {
                return true;
            }
            self.numbers[team].pop();
            self.teams[team].pop();
        }
        false
    }

    fn fill(&mut self, next: usize) -> bool {
        if self.players() == [W::TEAM_PLAYERS; 2] {
            return W::hold(&self.teams);
        }
        for (place, &number) in (next + 1..).zip(self.waiting.iter().skip(next)) {
            if self.tries >= TRIES_MAX {
                return false;
            }
            if self.place(number, place) {
                return true;
            }
        }
        false
    }

    fn players(&self) -> [usize; 2] {
        [0, 1].map(|team: usize| self.teams[team].iter().map(W::player_count).sum())
    }
}

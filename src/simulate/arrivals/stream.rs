//! The tickets of arrivals, one after another.

use std::collections::BTreeMap;

use super::{Arrivals, ticket_id};
use crate::Player;
use crate::simulate::draw::Draw;
use crate::simulate::population::Population;

/// Purposes of random numbers.
const GAPS: u64 = 1;
const PARTY: u64 = 2;

/// One ticket that comes.
pub(in crate::simulate) struct Arrival {
    /// Milliseconds since the start.
    pub(in crate::simulate) at: u64,
    /// Counted from 0.
    pub(in crate::simulate) number: u64,
    pub(in crate::simulate) players: Vec<Player>,
    /// Why it is no request, if it is none.
    pub(in crate::simulate) problem: Option<String>,
}

/// The arrivals, one after another.
pub(in crate::simulate) struct Stream {
    arrivals: Arrivals,
    seed: u64,
    gaps: Draw,
    /// Milliseconds since the start, of the last arrival.
    clock: f64,
    number: u64,
    players: u64,
    next_at: Option<u64>,
}

impl Stream {
    pub(in crate::simulate) fn new(arrivals: Arrivals, seed: u64) -> Self {
        let gaps = Draw::of(seed, GAPS, 0);
        let mut stream =
            Self { arrivals, seed, gaps, clock: 0.0, number: 0, players: 0, next_at: None };
        stream.find_next();
        stream
    }

    /// When the next ticket comes.
    pub(in crate::simulate) fn next_at(&self) -> Option<u64> {
        self.next_at
    }

    /// When nobody comes any more: the end that was asked for, or the last arrival.
    pub(in crate::simulate) fn end(&self) -> Option<u64> {
        match &self.arrivals {
            Arrivals::Poisson(poisson) => {
                let counted = poisson.players.is_some() || poisson.tickets.is_some();
                let seconds = poisson.seconds.filter(|_| !counted);
                seconds.map(|seconds| (seconds * 1000.0) as u64)
            }
            Arrivals::Recorded { .. } => None,
        }
    }

    /// The next ticket.
    pub(in crate::simulate) fn next(&mut self) -> Option<Arrival> {
        let at = self.next_at?;
        let number = self.number;
        let players = self.players_of(number);
        self.number += 1;
        self.players += players.len() as u64;
        self.find_next();
        let problem = match &self.arrivals {
            Arrivals::Poisson(_) => None,
            Arrivals::Recorded { arrivals, .. } => {
                let recorded = arrivals.tickets.get(number as usize);
                recorded.and_then(|it| it.problem.as_deref()).map(str::to_owned)
            }
        };
        Some(Arrival { at, number, players, problem })
    }

    /// The players of a ticket that has come, as they came.
    pub(in crate::simulate) fn players_of(&self, number: u64) -> Vec<Player> {
        match &self.arrivals {
            Arrivals::Poisson(poisson) => {
                let mut draw = Draw::of(self.seed, PARTY, number);
                poisson.population.party(ticket_id(number).as_str(), &mut draw)
            }
            Arrivals::Recorded { arrivals, .. } => {
                let recorded = arrivals.tickets.get(number as usize);
                recorded.map(|it| it.players.to_vec()).unwrap_or_default()
            }
        }
    }

    fn find_next(&mut self) {
        self.next_at = match &self.arrivals {
            Arrivals::Poisson(poisson) => {
                self.clock += self.gaps.exponential() * 1000.0 / poisson.per_second;
                let over = poisson.seconds.is_some_and(|end| self.clock >= end * 1000.0)
                    || poisson.players.is_some_and(|end| self.players >= end)
                    || poisson.tickets.is_some_and(|end| self.number >= end);
                let at = self.clock as u64;
                (!over).then_some(at)
            }
            Arrivals::Recorded { arrivals, .. } => {
                arrivals.tickets.get(self.number as usize).map(|it| it.at)
            }
        };
    }

    pub(in crate::simulate) fn is_recorded(&self) -> bool {
        matches!(self.arrivals, Arrivals::Recorded { .. })
    }

    pub(in crate::simulate) fn ignored(&self) -> BTreeMap<String, u64> {
        match &self.arrivals {
            Arrivals::Recorded { arrivals, .. } => arrivals.ignored.clone(),
            Arrivals::Poisson(_) => BTreeMap::new(),
        }
    }

    pub(in crate::simulate) fn population(&self) -> &Population {
        self.arrivals.population()
    }
}

//! Who comes when: made up from a population, or recorded.

mod recorded;
mod stream;

use std::sync::Arc;

pub use recorded::{RecordedArrivals, RecordingError};
pub(super) use stream::Stream;

use super::population::Population;
use crate::TicketId;

/// The most tickets of a simulation.
const TICKETS_MAX: u64 = 20_000_000;
/// The most seconds of a simulation: 31 days.
pub(super) const SECONDS_MAX: f64 = 31.0 * 86_400.0;

/// Tickets that come by Poisson: independent of each other, so many a second on average.
#[derive(Clone, PartialEq, Debug)]
pub struct PoissonArrivals {
    /// Who they are.
    pub population: Population,
    /// How many tickets come in a second: 0.000001 to 1,000,000.
    pub per_second: f64,
    /// For how long they come, in seconds, if that ends them: above 0, at most 31
    /// days.
    pub seconds: Option<f64>,
    /// After how many players they end, if that does: the ticket with that player is the last.
    pub players: Option<u64>,
    /// After how many tickets they end, if that does.
    pub tickets: Option<u64>,
}

/// Who comes when.
#[derive(Clone, PartialEq, Debug)]
pub enum Arrivals {
    /// Made up.
    Poisson(Box<PoissonArrivals>),
    /// Recorded. The population says how these players behave; its attributes, parties and
    /// locations are not used.
    Recorded {
        /// Who came.
        arrivals: Arc<RecordedArrivals>,
        /// How they behave.
        population: Box<Population>,
    },
}

/// Arrivals that cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field} {problem}")]
pub struct ArrivalsError {
    /// What of [`PoissonArrivals`].
    pub field: &'static str,
    /// What is wrong with it, with the limit.
    pub problem: String,
}

impl Arrivals {
    /// Who plays.
    pub fn population(&self) -> &Population {
        match self {
            Self::Poisson(poisson) => &poisson.population,
            Self::Recorded { population, .. } => population,
        }
    }

    /// How many tickets come about, or exactly where they are counted.
    pub fn expected_tickets(&self) -> u64 {
        match self {
            Self::Recorded { arrivals, .. } => arrivals.tickets.len() as u64,
            Self::Poisson(poisson) => {
                let mean = poisson.mean_party();
                let by_time = poisson.seconds.map_or(f64::MAX, |it| it * poisson.per_second);
                let by_players = poisson.players.map_or(f64::MAX, |it| it as f64 / mean);
                let by_tickets = poisson.tickets.map_or(f64::MAX, |it| it as f64);
                by_time.min(by_players).min(by_tickets).min(1e18) as u64
            }
        }
    }

    /// How many players come about.
    pub(super) fn expected_players(&self) -> u64 {
        match self {
            Self::Recorded { arrivals, .. } => {
                arrivals.tickets.iter().map(|ticket| ticket.players.len() as u64).sum()
            }
            Self::Poisson(poisson) => {
                (self.expected_tickets() as f64 * poisson.mean_party()) as u64
            }
        }
    }

    /// For how long they come about.
    pub(super) fn expected_seconds(&self) -> f64 {
        match self {
            Self::Recorded { arrivals, .. } => {
                arrivals.tickets.last().map_or(0.0, |ticket| ticket.at as f64 / 1000.0)
            }
            Self::Poisson(poisson) => {
                let counted = self.expected_tickets() as f64 / poisson.per_second;
                poisson.seconds.map_or(counted, |seconds| seconds.min(counted.max(1.0)))
            }
        }
    }

    pub(super) fn check(&self) -> Result<(), ArrivalsError> {
        let Self::Poisson(poisson) = self else { return Ok(()) };
        let wrong = |field, problem: String| Err(ArrivalsError { field, problem });
        let PoissonArrivals { per_second, seconds, players, tickets, .. } = **poisson;
        if !(per_second.is_finite() && (1e-6..=1e6).contains(&per_second)) {
            let problem = format!("must be from 0.000001 to 1000000 a second, not {per_second}");
            return wrong("the rate of arrivals", problem);
        }
        if let Some(seconds) = seconds
            && !(seconds.is_finite() && seconds > 0.0 && seconds <= SECONDS_MAX)
        {
            let problem = format!("must be above 0 and at most 31 days, not {seconds} seconds");
            return wrong("the duration", problem);
        }
        if players == Some(0) || tickets == Some(0) {
            return wrong("the number of players or tickets", "must be at least 1, not 0".into());
        }
        if seconds.is_none() && players.is_none() && tickets.is_none() {
            let problem = "is missing: say for how long players come, or how many do".to_owned();
            return wrong("the end of the arrivals", problem);
        }
        let expected = self.expected_tickets();
        if expected > TICKETS_MAX {
            let problem = format!("would be about {expected}, the limit is {TICKETS_MAX}");
            return wrong("the number of tickets", problem);
        }
        if expected as f64 / per_second > SECONDS_MAX {
            let problem = "would come for more than 31 days: take a higher rate".to_owned();
            return wrong("the players", problem);
        }
        Ok(())
    }
}

impl PoissonArrivals {
    /// Players of a ticket, on average.
    fn mean_party(&self) -> f64 {
        let sizes = &self.population.parties.sizes;
        let weight: f64 = sizes.values().sum();
        let players: f64 = sizes.iter().map(|(&size, weight)| f64::from(size) * weight).sum();
        if weight > 0.0 { (players / weight).max(1.0) } else { 1.0 }
    }
}

/// The id of a ticket of players.
pub(super) fn ticket_id(number: u64) -> TicketId {
    TicketId::from(format!("t{number}"))
}

/// The number of a ticket of players; none for a backfill ticket.
pub(super) fn ticket_number(id: &TicketId) -> Option<u64> {
    id.as_str().strip_prefix('t')?.parse().ok()
}

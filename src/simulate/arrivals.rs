//! Who comes when: made up from a population, or recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::draw::Draw;
use super::population::Population;
use crate::wire::{parse_input, value_from_json};
use crate::{Input, Player, TicketId};

/// Purposes of random numbers.
const GAPS: u64 = 1;
const PARTY: u64 = 2;

/// The most tickets of a simulation.
pub const TICKETS_MAX: u64 = 20_000_000;
/// The most seconds of a simulation: 31 days.
pub const SECONDS_MAX: f64 = 31.0 * 86_400.0;

/// Tickets that come by Poisson: independent of each other, so many a second on average.
#[derive(Clone, PartialEq, Debug)]
pub struct PoissonArrivals {
    /// Who they are.
    pub population: Population,
    /// How many tickets come in a second, above 0.
    pub per_second: f64,
    /// For how long they come, in seconds, if that ends them.
    pub seconds: Option<f64>,
    /// After how many players they end, if that does: the ticket with that player is the last.
    pub players: Option<u64>,
    /// After how many tickets they end, if that does.
    pub tickets: Option<u64>,
}

/// Tickets that came at another time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RecordedArrivals {
    tickets: Vec<Recorded>,
    ignored: BTreeMap<String, u64>,
    torn_line: Option<usize>,
}

#[derive(Clone, PartialEq, Debug)]
struct Recorded {
    at: u64,
    players: Arc<[Player]>,
    /// Why it is no request, if it is none.
    problem: Option<Arc<str>>,
}

/// Why a file has no arrivals.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {message}")]
#[non_exhaustive]
pub struct RecordingError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl RecordedArrivals {
    /// Reads arrivals from JSON Lines: `{"at": MILLISECONDS, "StartMatchmaking": {"Players": ...}}`,
    /// with `at` never decreasing. Blank lines and lines that begin with `//` are skipped. So a
    /// scenario file or a journal will do, too: its header and its other operations are left out,
    /// and counted; so are the ids of its tickets. A last line that is not complete is left out, as a
    /// journal may end with one.
    ///
    /// # Errors
    /// [`RecordingError`] for the first line that is not such an object or goes back in time; when
    /// there is no `StartMatchmaking` at all, or none of the shape of the API. Of several the others
    /// count: a request of another shape is refused, as by a server.
    pub fn from_json_lines(text: &str) -> Result<Self, RecordingError> {
        let mut arrivals = Self::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (count, ended) = (text.lines().count(), text.ends_with('\n'));
        let (mut last, mut first, mut bad) = (0, None, None);
        for (line, text) in (1..).zip(text.lines()) {
            let trimmed = text.trim();
            if trimmed.is_empty() || trimmed.starts_with("//") {
                continue;
            }
            let wrong = |message: String| RecordingError { line, message };
            let value = match value_from_json(trimmed) {
                Ok(value) => value,
                Err(_) if line == count && !ended => {
                    arrivals.torn_line = Some(line);
                    break;
                }
                Err(error) => return Err(wrong(error.to_string())),
            };
            let Value::Object(members) = value else {
                return Err(wrong("a line must be a JSON object".into()));
            };
            let Some(at) = members.get("at") else {
                if first.is_none()
                    && (members.contains_key("RuleSet") || members.contains_key("RuleSetFile"))
                {
                    first = Some(line);
                    continue;
                }
                return Err(wrong("`at`, the milliseconds since the start, is required".into()));
            };
            let at = at.as_u64().filter(|&at| at as f64 <= SECONDS_MAX * 1000.0);
            let at = at.ok_or_else(|| {
                wrong(format!("`at` must be whole milliseconds, at most {}", SECONDS_MAX * 1000.0))
            })?;
            if at < last {
                return Err(wrong(format!("`at` is {at}, but a line before is at {last}")));
            }
            (last, first) = (at, first.or(Some(line)));
            let mut named =
                members.iter().filter(|(name, _)| !matches!(name.as_str(), "at" | "expect"));
            match (named.next(), named.next()) {
                (Some((name, input)), None) if name == "StartMatchmaking" => {
                    let (players, problem) = match parse_input(name, input) {
                        Ok(Input::StartMatchmaking(request)) => (request.players, None),
                        Ok(_) => continue,
                        Err(error) => (Vec::new(), Some((line, error))),
                    };
                    bad = bad.or_else(|| problem.clone());
                    let problem = problem.map(|(line, error)| {
                        format!("line {line}: {}: {error}", error.exception()).into()
                    });
                    arrivals.tickets.push(Recorded { at, players: players.into(), problem });
                }
                (Some((name, _)), None) => {
                    *arrivals.ignored.entry(name.clone()).or_default() += 1;
                }
                _ => return Err(wrong("a line must have one operation beside `at`".into())),
            }
        }
        if arrivals.tickets.is_empty() {
            let message = "the file has no `StartMatchmaking`, so nobody would come".to_owned();
            return Err(RecordingError { line: count.max(1), message });
        }
        match bad {
            Some((line, error)) if arrivals.tickets.iter().all(|it| it.problem.is_some()) => {
                Err(RecordingError { line, message: error.to_string() })
            }
            _ => Ok(arrivals),
        }
    }

    /// How many tickets there are.
    pub fn tickets(&self) -> usize {
        self.tickets.len()
    }

    /// The last line, if it is torn and was left out.
    pub fn torn_line(&self) -> Option<usize> {
        self.torn_line
    }
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

/// One ticket that comes.
pub(super) struct Arrival {
    /// Milliseconds since the start.
    pub(super) at: u64,
    /// Counted from 0.
    pub(super) number: u64,
    pub(super) players: Vec<Player>,
    /// Why it is no request, if it is none.
    pub(super) problem: Option<String>,
}

/// The arrivals, one after another.
pub(super) struct Stream {
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
    pub(super) fn new(arrivals: Arrivals, seed: u64) -> Self {
        let gaps = Draw::of(seed, GAPS, 0);
        let mut stream =
            Self { arrivals, seed, gaps, clock: 0.0, number: 0, players: 0, next_at: None };
        stream.find_next();
        stream
    }

    /// When the next ticket comes.
    pub(super) fn next_at(&self) -> Option<u64> {
        self.next_at
    }

    /// When nobody comes any more: the end that was asked for, or the last arrival.
    pub(super) fn end(&self) -> Option<u64> {
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
    pub(super) fn next(&mut self) -> Option<Arrival> {
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
    pub(super) fn players_of(&self, number: u64) -> Vec<Player> {
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

    pub(super) fn is_recorded(&self) -> bool {
        matches!(self.arrivals, Arrivals::Recorded { .. })
    }

    pub(super) fn ignored(&self) -> BTreeMap<String, u64> {
        match &self.arrivals {
            Arrivals::Recorded { arrivals, .. } => arrivals.ignored.clone(),
            Arrivals::Poisson(_) => BTreeMap::new(),
        }
    }

    pub(super) fn population(&self) -> &Population {
        self.arrivals.population()
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

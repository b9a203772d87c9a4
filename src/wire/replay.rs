//! Replaying a scenario on a matchmaker.

use super::driver::{Driver, Engine};
use super::expect::Mismatch;
use super::provenance::rule_set_hash;
use super::record::Record;
use super::scenario::Scenario;
use crate::{
    ConfigurationError, Event, Input, InputError, Matchmaker, PlacementAction, Response, RuleSet,
    SessionUpdate, SimulatedFleet, TickReport, TicketId, TicketStatus, Timestamp,
};

/// A running replay: an iterator over the output of a scenario, in order.
///
/// At one instant all commands are applied in the order of the file, then the timers that are due
/// fire with their passes. Timers between two lines fire at their own times (decision 1). In a
/// recorded scenario, a journal, no timer fires: every `Advance` is the `handle_timeout` call that
/// it records (decision 3). The same scenario gives the same records on any machine.
///
/// A request that is refused is an [`Outcome::Error`](super::Outcome::Error) and does not end the
/// replay. After an `Err` the iterator is at its end.
///
/// ```no_run
/// use rallypoint::RuleSet;
/// use rallypoint::wire::{Replay, Scenario};
///
/// fn replay(scenario: &str, rules: &str) -> Result<(), Box<dyn std::error::Error>> {
///     let mut replay = Replay::new(Scenario::parse(scenario)?, RuleSet::from_json(rules)?)?;
///     for record in &mut replay {
///         println!("{}", record?.to_json_line());
///     }
///     for mismatch in replay.mismatches() {
///         eprintln!("{mismatch}");
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Replay {
    driver: Driver<Matchmaker>,
    ended: bool,
}

/// Why a replay cannot go on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The time to go on to lies before the last command. A usage error.
    #[error("the replay cannot end at {until} ms: its last command is at {last} ms")]
    UntilTooEarly {
        /// The time asked for, in milliseconds since the start.
        until: u64,
        /// The time of the last command.
        last: u64,
    },
    /// The matchmaker refused to go on, for instance because of a limit in the options.
    #[error("the matchmaker stopped at {at} ms: {error}")]
    Engine {
        /// When, in milliseconds since the start.
        at: u64,
        /// Its answer.
        error: InputError,
    },
    /// The matchmaker asks for one pass after another at the same instant, and nothing comes of
    /// them. A bug of the engine; the scenario shows it.
    #[error(
        "the matchmaker does not move on from {at} ms; this is a bug of rallypoint, please report \
         it with the scenario"
    )]
    Stalled {
        /// When, in milliseconds since the start.
        at: u64,
    },
}

impl Replay {
    /// A replay of `scenario`, whose rule set the caller has read from where
    /// [`Scenario::rule_set`] says, and compiled with its [`Scenario::party_aggregation`]. It ends
    /// with the instant of the last command.
    ///
    /// # Errors
    /// [`ConfigurationError`] when the matchmaker cannot be made, or the rule set is not the one
    /// that the scenario was recorded with.
    pub fn new(scenario: Scenario, rule_set: RuleSet) -> Result<Self, ConfigurationError> {
        let Scenario { configuration, options, start, seed, lines, driver, fleet, .. } = scenario;
        let (recorded, given) = (scenario.rule_set_hash, rule_set_hash(&rule_set));
        if let Some(recorded) = recorded.filter(|recorded| *recorded != given) {
            let problem = format!("is {recorded}, but that of the rule set given is {given}");
            return Err(ConfigurationError::Invalid { field: "RuleSetHash".into(), problem });
        }
        let matchmaker = Matchmaker::new(rule_set, configuration, options, start, seed)?;
        let mut driver = Driver::new(matchmaker, start, driver, lines);
        driver.fleet = fleet.map(SimulatedFleet::new);
        Ok(Self { driver, ended: false })
    }

    /// The same replay, going on after the last command: timers fire up to and including `until`,
    /// in milliseconds since the start, with their passes. That is so in a recorded scenario, too.
    ///
    /// # Errors
    /// [`ReplayError::UntilTooEarly`] when that is before the last command.
    pub fn until(mut self, until: u64) -> Result<Self, ReplayError> {
        self.driver.go_on_until(until)?;
        Ok(self)
    }

    /// What has not come out so far as the lines' `expect` says; complete when the iterator is at
    /// its end.
    pub fn mismatches(&self) -> &[Mismatch] {
        &self.driver.mismatches
    }

    /// The matchmaker as it stands.
    pub fn matchmaker(&self) -> &Matchmaker {
        &self.driver.engine
    }

    /// The matchmaker as it stands, to go on with.
    pub fn into_matchmaker(self) -> Matchmaker {
        self.driver.engine
    }
}

impl Iterator for Replay {
    type Item = Result<Record, ReplayError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let record = self.driver.next_record().transpose();
        self.ended = !matches!(record, Some(Ok(_)));
        record
    }
}

impl Engine for Matchmaker {
    fn handle_input(&mut self, now: Timestamp, input: Input) -> Result<Response, InputError> {
        Self::handle_input(self, now, input)
    }

    fn handle_timeout(&mut self, now: Timestamp) -> Result<TickReport, InputError> {
        Self::handle_timeout(self, now)
    }

    fn poll_event(&mut self) -> Option<Event> {
        Self::poll_event(self)
    }

    fn poll_update(&mut self) -> Option<SessionUpdate> {
        Self::poll_update(self)
    }

    fn poll_action(&mut self) -> Option<PlacementAction> {
        Self::poll_action(self)
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        Self::poll_timeout(self)
    }

    fn status(&self, ticket: &TicketId) -> Option<TicketStatus> {
        self.ticket(ticket).map(|ticket| ticket.status)
    }
}

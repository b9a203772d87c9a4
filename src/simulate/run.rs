//! The driver: arrivals, deeds and timers in virtual time, each at its own.

use std::num::NonZeroUsize;

use super::arrivals::{Arrivals, ArrivalsError, SECONDS_MAX, Stream, ticket_id};
use super::host::Host;
use super::measure::Collector;
use super::population::{Population, PopulationError};
use super::summary::{SearchWork, SimulationSummary};
use crate::{
    Configuration, ConfigurationError, EngineOptions, Event, FlexMatchMode, InputError, Matchmaker,
    Millis, RuleSet, StartMatchmaking, TickReport, Timestamp,
};

/// Calls in a row that do nothing and yet ask for another one at the same instant. A sound engine
/// asks for none.
const IDLE_CALLS_MAX: u32 = 16;

/// What a simulation is made of beside rules and arrivals.
#[derive(Clone, PartialEq, Debug)]
pub struct SimulationSettings {
    /// The configuration of the matchmaker. Where the population has sessions its mode is
    /// WITH_QUEUE, whatever it says; the simulation is the host then, so it must have no queue.
    pub configuration: Configuration,
    /// The options of the engine.
    pub options: EngineOptions,
    /// Decides who comes when, and everything else that is random.
    pub seed: u64,
    /// How long the simulation goes on when nobody comes any more, in seconds.
    pub drain_seconds: u32,
    /// On how many threads matches are sought, with the feature `parallel`; the results do not
    /// depend on it.
    pub threads: NonZeroUsize,
}

impl Default for SimulationSettings {
    fn default() -> Self {
        Self {
            configuration: Configuration::default(),
            options: EngineOptions::default(),
            seed: 0,
            drain_seconds: 0,
            threads: NonZeroUsize::MIN,
        }
    }
}

/// What a simulation does next, for those who show progress, measure where the time goes or read the
/// events themselves.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum SimulationStep<'s> {
    /// It makes up the next ticket. So many have come before.
    Arriving {
        /// How many.
        tickets: u64,
    },
    /// It gives the engine a ticket, or what players and servers do.
    Submitting,
    /// The engine settles deadlines and searches.
    Passing,
    /// It reads the events.
    Reading,
    /// It has read this one.
    Told(&'s Event),
    /// It measures a match rule by rule.
    Measuring,
    /// It puts the results together.
    Finishing,
}

/// Why there is no simulation.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// Arrivals that cannot be.
    #[error(transparent)]
    Arrivals(#[from] ArrivalsError),
    /// The population does not go with the rule set, or with itself.
    #[error("the population: {0}")]
    Population(#[from] PopulationError),
    /// The configuration cannot be.
    #[error("the configuration: {0}")]
    Configuration(#[from] ConfigurationError),
    /// A setting cannot be.
    #[error("{message}")]
    Settings {
        /// Which, and why.
        message: String,
    },
    /// The engine does not take a call that it should take.
    #[error("at {at} ms: {error}")]
    Engine {
        /// Milliseconds since the start.
        at: u64,
        /// Its answer.
        error: InputError,
    },
    /// The engine asks for calls that do nothing, for ever at one instant.
    #[error("at {at} ms the engine asks for calls that do nothing")]
    Stalled {
        /// Milliseconds since the start.
        at: u64,
    },
}

/// A population, or recorded arrivals, against a rule set, in virtual time from 0.
///
/// At each instant first the tickets come that are due, then players and servers do what is due,
/// then the engine's timers fire (decision 1). The same arguments give the same summary, on any
/// machine and any number of threads. Its memory does not grow with the tickets that have ended.
///
/// ```
/// use rallypoint::simulate::{Arrivals, PoissonArrivals, Population, SimulationSettings, simulate};
/// use rallypoint::RuleSet;
///
/// let rules = RuleSet::from_json(include_str!("../../rulesets/duel.json"))?;
/// let population = Population::suited_to(&rules);
/// let arrivals = Arrivals::Poisson(Box::new(PoissonArrivals {
///     population, per_second: 2.0, seconds: Some(120.0), players: None, tickets: None,
/// }));
/// let summary = simulate(&rules, &arrivals, &SimulationSettings::default(), &mut |_| {})?;
/// assert!(summary.outcomes.matched > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SimulationError`] when the arguments do not go together.
pub fn simulate(
    rule_set: &RuleSet,
    arrivals: &Arrivals,
    settings: &SimulationSettings,
    observe: &mut dyn FnMut(SimulationStep<'_>),
) -> Result<SimulationSummary, SimulationError> {
    Run::new(rule_set, arrivals, settings)?.play(observe)
}

/// The configuration with which the simulation is the host.
fn host_configuration(
    given: &Configuration,
    population: &Population,
) -> Result<Configuration, SimulationError> {
    let wrong = |message: &str| Err(SimulationError::Settings { message: message.into() });
    if given.queue.is_some() || !given.game_session_queue_arns.is_empty() {
        return wrong(
            "the configuration has a queue, but the simulation starts the game sessions: leave the \
             queue out",
        );
    }
    let mut configuration = given.clone();
    match (&population.sessions, given.flex_match_mode) {
        (Some(_), _) => configuration.flex_match_mode = FlexMatchMode::WithQueue,
        (None, FlexMatchMode::WithQueue) => {
            return wrong(
                "the mode is WITH_QUEUE, but the population has no `sessions` that say how game \
                 sessions are started",
            );
        }
        (None, FlexMatchMode::Standalone) => {}
    }
    Ok(configuration)
}

struct Run {
    matchmaker: Matchmaker,
    stream: Stream,
    host: Host,
    collector: Collector,
    work: SearchWork,
    now: u64,
    /// Nothing happens after this moment, once nobody comes any more.
    drain: u64,
    seed: u64,
    accepted: u64,
}

impl Run {
    fn new(
        rule_set: &RuleSet,
        arrivals: &Arrivals,
        settings: &SimulationSettings,
    ) -> Result<Self, SimulationError> {
        arrivals.check()?;
        let population = arrivals.population();
        population.check()?;
        if matches!(arrivals, Arrivals::Poisson(_)) {
            population.check_for(rule_set)?;
        }
        if f64::from(settings.drain_seconds) > SECONDS_MAX {
            let message = "the time after the last arrival must be at most 31 days".into();
            return Err(SimulationError::Settings { message });
        }
        let configuration = host_configuration(&settings.configuration, population)?;
        let mode = configuration.backfill_mode;
        let start = Timestamp::from_millis(0);
        let options = settings.options.clone();
        let matchmaker =
            Matchmaker::new(rule_set.clone(), configuration, options, start, settings.seed)?;
        #[cfg(feature = "parallel")]
        let matchmaker = {
            let mut matchmaker = matchmaker;
            matchmaker.set_threads(settings.threads);
            matchmaker
        };
        let stream = Stream::new(arrivals.clone(), settings.seed);
        let sizes = rule_set.describe().epochs.into_iter().next().map(|epoch| epoch.sizes);
        let places: u32 = sizes.iter().flatten().map(|size| size.max_players).sum();
        let players = arrivals.expected_players();
        let seconds = arrivals.expected_seconds() + f64::from(settings.drain_seconds);
        Ok(Self {
            matchmaker,
            stream,
            host: Host::new(settings.seed, mode, places as usize),
            collector: Collector::new(rule_set, seconds, players / u64::from(places.max(1))),
            work: SearchWork::default(),
            now: 0,
            drain: Millis::from_secs(settings.drain_seconds).get(),
            seed: settings.seed,
            accepted: 0,
        })
    }

    fn play(
        mut self,
        observe: &mut dyn FnMut(SimulationStep<'_>),
    ) -> Result<SimulationSummary, SimulationError> {
        let end = loop {
            let deed = self.host.next_at();
            let timer = self.matchmaker.poll_timeout().map(Timestamp::as_millis);
            let next = [self.stream.next_at(), deed, timer].into_iter().flatten().min();
            // The first moment that is no longer part of it.
            let closing = self.stream.next_at().is_none().then(|| {
                self.stream.end().unwrap_or(self.collector.last_arrival() + 1) + self.drain
            });
            match (next, closing) {
                (Some(next), Some(closing)) if next >= closing => break closing,
                (None, Some(closing)) => break (self.now + 1).max(closing - self.drain),
                (None, None) => break self.now + 1,
                (Some(next), _) => self.instant(next.max(self.now), observe)?,
            }
        };
        observe(SimulationStep::Finishing);
        let configuration = self.matchmaker.configuration().clone();
        let pass_interval = self.matchmaker.options().pass_interval.get();
        let counters = self.matchmaker.counters();
        let mut summary = self.collector.finish(end, &counters, &self.stream);
        summary.seed = self.seed;
        summary.request_timeout_seconds = configuration.request_timeout_seconds;
        summary.pass_interval_millis = pass_interval;
        summary.backfill.sessions = self.host.sessions_started();
        summary.backfill.players_left = self.host.players_left;
        summary.backfill.tickets = counters.tickets_started.saturating_sub(self.accepted);
        let measured = summary.search;
        summary.search = SearchWork {
            measured_matches: measured.measured_matches,
            measured_every: measured.measured_every,
            ..self.work
        };
        Ok(summary)
    }

    /// Everything of one instant but what comes of its timers.
    fn instant(
        &mut self,
        at: u64,
        observe: &mut dyn FnMut(SimulationStep<'_>),
    ) -> Result<(), SimulationError> {
        self.now = at;
        self.collector.go_on_to(at);
        self.let_tickets_come(at, observe);
        self.let_hosts_act(at, observe);
        self.fire_timers(at, observe)
    }

    fn let_tickets_come(&mut self, at: u64, observe: &mut dyn FnMut(SimulationStep<'_>)) {
        let now = Timestamp::from_millis(at);
        while self.stream.next_at().is_some_and(|next| next <= at) {
            observe(SimulationStep::Arriving { tickets: self.collector.arrived() });
            let Some(arrival) = self.stream.next() else { break };
            observe(SimulationStep::Submitting);
            let players = arrival.players.len();
            let ticket_id = Some(ticket_id(arrival.number));
            let request =
                StartMatchmaking { ticket_id, configuration_name: None, players: arrival.players };
            let refusal = match arrival.problem {
                Some(problem) => Some(problem),
                None => {
                    let answer = self.matchmaker.handle_input(now, request);
                    answer.err().map(|error| format!("{}: {error}", error.exception()))
                }
            };
            if refusal.is_none() {
                self.accepted += 1;
                self.host.came(at, arrival.number, &self.stream);
            }
            self.collector.came(arrival.at, players, refusal);
            self.read(observe);
        }
    }

    /// Players and game servers do what is due.
    fn let_hosts_act(&mut self, at: u64, observe: &mut dyn FnMut(SimulationStep<'_>)) {
        let now = Timestamp::from_millis(at);
        while self.host.next_at().is_some_and(|next| next <= at) {
            observe(SimulationStep::Submitting);
            if let Some(input) = self.host.act(&self.stream, &self.matchmaker) {
                // What came too late is refused, as by a server.
                let _ = self.matchmaker.handle_input(now, input);
            }
            self.read(observe);
        }
    }

    fn fire_timers(
        &mut self,
        at: u64,
        observe: &mut dyn FnMut(SimulationStep<'_>),
    ) -> Result<(), SimulationError> {
        let now = Timestamp::from_millis(at);
        let mut idle = 0;
        while self.matchmaker.poll_timeout().is_some_and(|due| due <= now) {
            observe(SimulationStep::Passing);
            let report = self.matchmaker.handle_timeout(now);
            let report = report.map_err(|error| SimulationError::Engine { at, error })?;
            self.count(&report);
            let told = self.read(observe);
            let worked = report.unfinished && (report.anchors > 0 || report.nodes > 0);
            idle = if told || worked { 0 } else { idle + 1 };
            if idle > IDLE_CALLS_MAX {
                return Err(SimulationError::Stalled { at });
            }
            // What players and servers do at once comes before the next timer.
            if self.host.next_at().is_some_and(|next| next <= at) {
                break;
            }
        }
        Ok(())
    }

    /// Reads what the engine has to tell. Whether there was anything.
    fn read(&mut self, observe: &mut dyn FnMut(SimulationStep<'_>)) -> bool {
        observe(SimulationStep::Reading);
        let mut told = false;
        while let Some(event) = self.matchmaker.poll_event() {
            told = true;
            observe(SimulationStep::Told(&event));
            if self.collector.read(&event) {
                observe(SimulationStep::Measuring);
                self.collector.measure(&event, &self.stream);
                observe(SimulationStep::Reading);
            }
            self.host.heed(&event, &self.stream, &self.matchmaker);
        }
        while self.matchmaker.poll_update().is_some() {
            told = true;
        }
        told
    }

    fn count(&mut self, report: &TickReport) {
        let work = &mut self.work;
        work.calls += 1;
        work.slices += u64::from(report.anchors > 0);
        work.anchors += report.anchors;
        work.nodes += report.nodes;
        work.judged += report.judged;
        work.anchors_exhausted += report.anchors_exhausted;
        work.fullness_unproven += report.fullness_unproven;
        work.partitions_cut += report.partitions_cut;
        work.exchanged += report.exchanged;
    }
}

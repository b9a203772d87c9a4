//! Random runs of a rule set, and what must hold of each.

use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::collection::SizeRange;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::play::Play;
use super::run::Run;
use super::scenario::Told;
use super::strategies::Strategies;
use super::timeline::{self, Step};
use crate::{Configuration, EngineOptions, RuleSet, Timestamp};

/// Steps of shrinking, at most; each is a run.
const SHRINK_MAX: u32 = 4_000;
/// Steps that are left out together, at most.
const STEPS_AT_ONCE: usize = 8;

/// Runs a rule set under random arrivals. In every run, parties come, alone or for a running
/// session, stop and start again; where the configuration asks for it, players answer matches and
/// the host places them. Then nobody comes any more, until every ticket has ended.
///
/// After every call of the engine it checks that
///
/// - the statuses of a ticket follow each other as they may, and it ends once;
/// - events come without a gap and in the order of time, a match is told of once, and its tickets go
///   the same way together;
/// - no player is in two live tickets, and nobody waits beyond the request timeout;
/// - every match is valid by the reference evaluator, at the location that is best for it;
/// - the counters and reports are what the events tell;
/// - when nothing is due, few tickets wait, and the strategy is `exhaustiveSearch`, no valid match
///   is left among them;
/// - a request of new players is never refused.
///
/// ```
/// use rallypoint::{RuleSet, testing::Simulation};
///
/// let rules = RuleSet::from_json(include_str!("../../../rulesets/duel.json"))?;
/// let checked = Simulation::of(&rules).cases(20).check(|run| {
///     // ... and what you want of your own rules
///     match run.matches.iter().find(|it| it.tickets.len() != 2) {
///         Some(odd) => Err(format!("a duel of {} tickets", odd.tickets.len())),
///         None => Ok(()),
///     }
/// })?;
/// assert!(checked.matches > 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it runs when it is checked"]
pub struct Simulation {
    strategies: Strategies,
    configuration: Configuration,
    options: EngineOptions,
    commands: SizeRange,
    cases: u32,
    seed: u64,
}

/// How much a [`Simulation`] has checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Checked {
    /// Runs.
    pub cases: u64,
    /// Tickets that ended in them, backfill tickets included.
    pub tickets: u64,
    /// Matches that were formed.
    pub matches: u64,
    /// Instants at which every assignment of the tickets that waited was tried.
    pub instants_complete: u64,
}

/// What a [`Simulation`] has found, shrunk. Its `Display` and its `Debug` are the problem, the seed
/// and the scenario, so that `unwrap` shows them.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// What does not hold.
    pub problem: String,
    /// The seed of the simulation.
    pub seed: u64,
    /// The shrunk run as a scenario file, which `rallypoint replay` plays. Without the feature
    /// `wire`, its commands as text.
    pub scenario: String,
    /// The shrunk run up to the problem.
    pub run: Run,
}

impl Simulation {
    /// Runs of a rule set with the default configuration: a match is complete as soon as it is
    /// formed.
    pub fn of(rule_set: &RuleSet) -> Self {
        Self::with(Strategies::of(rule_set))
    }

    /// Runs with players and parties drawn in another way.
    pub fn with(strategies: Strategies) -> Self {
        Self {
            strategies,
            configuration: Configuration::default(),
            options: EngineOptions::default(),
            commands: SizeRange::from(0..=30),
            cases: 100,
            seed: 0,
        }
    }

    /// With another configuration. With [`FlexMatchMode::WithQueue`](crate::FlexMatchMode), leave
    /// `queue` empty: the simulation is the host that places matches.
    pub fn configuration(mut self, configuration: Configuration) -> Self {
        self.configuration = configuration;
        self
    }

    /// With other options of the engine.
    pub fn options(mut self, options: EngineOptions) -> Self {
        self.options = options;
        self
    }

    /// With so many commands in a run: 0 to 30 without this. The first match of a rule set needs
    /// as many as it has players.
    pub fn commands(mut self, count: impl Into<SizeRange>) -> Self {
        self.commands = count.into();
        self
    }

    /// So many runs: 100 without this.
    pub fn cases(mut self, cases: u32) -> Self {
        self.cases = cases;
        self
    }

    /// With another seed than 0. The same seed, the same runs.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs them, and asks `property` of each run when it is over. A panic counts as a problem, too.
    ///
    /// # Errors
    /// The first run of which something does not hold, shrunk. Also when no match is formed in any
    /// run: then nothing was checked.
    pub fn check(
        &self,
        property: impl Fn(&Run) -> Result<(), String>,
    ) -> Result<Checked, Box<Failure>> {
        let steps = timeline::steps(&self.strategies, &self.configuration, self.commands.clone());
        let config = Config {
            cases: self.cases,
            failure_persistence: None,
            max_shrink_iters: SHRINK_MAX,
            ..Config::default()
        };
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.seed.to_le_bytes());
        // Its zero is as good a seed as any.
        let rng = TestRng::from_seed(RngAlgorithm::XorShift, &bytes);
        let checked = RefCell::new(Checked::default());
        let outcome = TestRunner::new_with_rng(config, rng).run(&steps, |steps| {
            let of_run = self.play(&steps, &property);
            checked.borrow_mut().add(&of_run);
            of_run.verdict.map_err(TestCaseError::fail)
        });
        let checked = checked.into_inner();
        let found = match outcome {
            Ok(()) if checked.matches > 0 => return Ok(checked),
            Ok(()) => self.nothing(format!(
                "no match in {} runs, so nothing was checked: give it more commands, or draw \
                 attributes as your game does",
                checked.cases
            )),
            Err(TestError::Fail(_, steps)) => self.shrink_again(steps, &property),
            Err(TestError::Abort(reason)) => self.nothing(reason.message().to_owned()),
        };
        Err(Box::new(Failure {
            problem: found.verdict.err().unwrap_or_default(),
            seed: self.seed,
            scenario: found.told.text(),
            run: found.run,
        }))
    }

    /// Leaves out steps, alone or a few that follow each other (as those of a whole match), until
    /// none can be spared. proptest tries that once, and only one by one.
    fn shrink_again(
        &self,
        mut steps: Vec<Step>,
        property: &impl Fn(&Run) -> Result<(), String>,
    ) -> Played {
        let mut smallest = self.play(&steps, property);
        let mut left_out = true;
        while std::mem::take(&mut left_out) {
            for count in (1..=STEPS_AT_ONCE.min(steps.len())).rev() {
                for first in (0..steps.len()).rev() {
                    let Some(after) = steps.get(first + count..) else { continue };
                    let fewer = [&steps[..first], after].concat();
                    let played = self.play(&fewer, property);
                    if played.verdict.is_err() {
                        (steps, smallest, left_out) = (fewer, played, true);
                    }
                }
            }
        }
        smallest
    }

    /// A problem that no run shows.
    fn nothing(&self, problem: String) -> Played {
        Played::none(self.told(), problem)
    }

    fn told(&self) -> Told {
        Told {
            rule_set: self.strategies.rule_set().clone(),
            configuration: self.configuration.clone(),
            options: self.options.clone(),
            seed: self.seed,
            start: Timestamp::default(),
            commands: Vec::new(),
        }
    }

    fn play(&self, steps: &[Step], property: &impl Fn(&Run) -> Result<(), String>) -> Played {
        let told = self.told();
        if self.configuration.queue.is_some() {
            let problem = "a simulation is the host that places matches; leave `queue` empty";
            return Played::none(told, problem.into());
        }
        let mut play = match Play::new(told.clone()) {
            Ok(play) => play,
            Err(problem) => return Played::none(told, problem),
        };
        let verdict = catch_unwind(AssertUnwindSafe(|| timeline::play(&mut play, steps)));
        let verdict = verdict.unwrap_or_else(|panic| Err(format!("panicked: {}", text(&*panic))));
        play.note_time();
        let Play { told, watch, instants_complete, .. } = play;
        let run = watch.into_run();
        let verdict = verdict.and_then(|()| {
            catch_unwind(AssertUnwindSafe(|| property(&run)))
                .unwrap_or_else(|panic| Err(text(&*panic)))
        });
        Played { verdict, told, run, instants_complete }
    }
}

/// A run, and what does not hold of it.
struct Played {
    verdict: Result<(), String>,
    told: Told,
    run: Run,
    instants_complete: usize,
}

impl Played {
    fn none(told: Told, problem: String) -> Self {
        Self { verdict: Err(problem), told, run: Run::default(), instants_complete: 0 }
    }
}

impl Checked {
    fn add(&mut self, of_run: &Played) {
        self.cases += 1;
        self.tickets += of_run.run.tickets.len() as u64;
        self.matches += of_run.run.matches.len() as u64;
        self.instants_complete += of_run.instants_complete as u64;
    }
}

fn text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned())).unwrap_or_default()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { problem, seed, scenario, .. } = self;
        write!(f, "{problem}\n\nseed {seed}; the scenario, for `rallypoint replay`:\n{scenario}")
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}

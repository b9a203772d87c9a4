//! `rallypoint simulate`: a population of players, or recorded arrivals, in virtual time.

mod quantities;
mod readable;
mod report;
mod text;
mod timings;

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rallypoint::simulate::{
    Arrivals, PoissonArrivals, Population, RecordedArrivals, SimulationComparison, SimulationError,
    SimulationSettings, SimulationStep, SimulationSummary, simulate,
};
use rallypoint::{Configuration, EngineOptions, Millis, RuleSet, wire};

use self::quantities::{Given, duration, rate};
use self::report::ReportFile;
use self::timings::Timings;
use crate::console::{self, Console, Fault, Format, Halt, Verdict, visible};
use crate::contents::{self, Contents};
use crate::files::{self, Document};
use crate::number::whole_number;
use crate::progress::Progress;
use crate::rule_sets::{self, Reading};

/// Tickets a second, where nothing is said of it.
const RATE: f64 = 10.0;
/// For how long players come, in seconds, where nothing is said of it.
const SECONDS: f64 = 3600.0;
/// How long tickets wait at most, where nothing is said of it.
const REQUEST_TIMEOUT_SECONDS: u32 = 300;

/// Let a population of players loose on a rule set, in virtual time
///
/// Prints how long they waited, how many were matched, how full and fair the matches were, rule by
/// rule, and what the expansions did. The same arguments give the same output on any machine and
/// any number of threads.
///
/// Without `--population`, players are made up to suit the rule set; `--print-population` prints
/// them as a start for your own. `--arrivals` takes recorded tickets instead: lines of
/// `{"at": MILLISECONDS, "StartMatchmaking": {...}}`, a scenario or a journal, of which everything
/// but StartMatchmaking is left out.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  rallypoint simulate rulesets/duel.json --arrival 5/s --duration 2m\n  \
                  rallypoint simulate rulesets/duel.json --print-population > players.json\n  \
                  rallypoint simulate rulesets/duel.json --population players.json --tickets 500\n  \
                  rallypoint simulate rulesets/duel.json --arrivals rulesets/duel.scenario.jsonl\n  \
                  rallypoint simulate rulesets/duel.json --compare rulesets/even_teams.json --duration 1m\n  \
                  rallypoint simulate rulesets/regions.json --arrival 5/s --duration 2m --report report.html"
)]
pub struct Arguments {
    /// A rule set; `-` is standard input
    #[arg(value_name = "RULESET")]
    rule_set: PathBuf,
    /// How many tickets come on average, by Poisson: `50/s`, `200/min` or `5000/h`. 10/s if not given
    #[arg(long, value_name = "RATE", value_parser = rate, conflicts_with = "arrivals")]
    #[arg(allow_hyphen_values = true)]
    arrival: Option<Given>,
    /// How many players come
    #[arg(long, value_name = "N", conflicts_with = "arrivals")]
    #[arg(value_parser = whole_number(0..=u64::MAX), allow_negative_numbers = true)]
    players: Option<u64>,
    /// How many tickets come
    #[arg(long, value_name = "N", conflicts_with = "arrivals")]
    #[arg(value_parser = whole_number(0..=u64::MAX), allow_negative_numbers = true)]
    tickets: Option<u64>,
    /// For how long players come: `90s`, `30m`, `1h30m`. An hour if nothing else ends it
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "arrivals")]
    #[arg(allow_hyphen_values = true)]
    duration: Option<Given>,
    /// Go on for this long after the last arrival
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    drain: Option<Given>,
    /// Who plays: attributes, parties, latencies, habits
    #[arg(long, value_name = "FILE.json")]
    population: Option<PathBuf>,
    /// Print the population as JSON, and do nothing else
    #[arg(long, conflicts_with_all = ["arrivals", "compare"])]
    print_population: bool,
    /// Take recorded arrivals, a scenario or a journal instead; of a population only the habits
    #[arg(long, value_name = "FILE.jsonl")]
    arrivals: Option<PathBuf>,
    /// Play the same arrivals against another rule set, and print both side by side
    #[arg(long, value_name = "RULESET")]
    compare: Option<PathBuf>,
    /// Decides who comes when, and everything else that is random
    #[arg(long, value_name = "SEED", default_value_t = 0, value_parser = whole_number(0..=u64::MAX))]
    #[arg(allow_negative_numbers = true)]
    seed: u64,
    /// The matchmaking configuration, a JSON object as for CreateMatchmakingConfiguration
    #[arg(long, value_name = "FILE.json")]
    configuration: Option<PathBuf>,
    /// How long a ticket waits at most, in seconds. 300 if neither this nor a configuration is given
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(0..=u32::MAX))]
    #[arg(allow_negative_numbers = true)]
    request_timeout: Option<u32>,
    /// Players must accept their match within so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = whole_number(0..=u32::MAX))]
    #[arg(allow_negative_numbers = true)]
    acceptance: Option<u32>,
    /// The least time between two passes, in milliseconds; with 0 there is one whenever a ticket has
    /// come. Give what your matchmaker has, or a longer time to see what gathering players brings
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = whole_number(0..=u64::MAX))]
    #[arg(allow_negative_numbers = true)]
    pass_interval: u64,
    /// Search nodes (tickets tentatively put into a team) spent on one ticket before its search is
    /// given up; fewer where searches run out and the simulation is slow
    #[arg(long, value_name = "N", default_value_t = EngineOptions::default().nodes_per_anchor)]
    #[arg(value_parser = whole_number(1..=u64::MAX), allow_negative_numbers = true)]
    nodes_per_anchor: u64,
    /// On how many threads matches are sought
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole_number(1..=256_u16))]
    #[arg(allow_negative_numbers = true)]
    threads: u16,
    /// Write a page with plots as well, one HTML file that needs nothing else
    #[arg(long, value_name = "FILE.html", conflicts_with = "print_population")]
    report: Option<PathBuf>,
    /// Say on standard error how long the parts took and how much memory was needed
    #[arg(long)]
    timings: bool,
    #[command(flatten)]
    reading: Reading,
}

impl Arguments {
    /// How many tickets come in a second.
    fn per_second(&self) -> f64 {
        self.arrival.as_ref().map_or(RATE, |it| it.value)
    }

    /// For how long players come, if nothing else ends it.
    fn seconds(&self) -> Option<f64> {
        let counted = self.players.is_some() || self.tickets.is_some();
        let given = self.duration.as_ref().map(|it| it.value);
        given.or((!counted).then_some(SECONDS))
    }
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let given =
        [Some(&arguments.rule_set), arguments.compare.as_ref(), arguments.arrivals.as_ref()];
    let given = given.into_iter().chain([arguments.population.as_ref()]).flatten();
    if given.filter(|path| files::is_stdin(path)).count() > 1 {
        return Err(Fault("standard input can be read once only".into()));
    }
    let options = arguments.reading.options();
    // Of both all problems are told, whichever has some.
    let base = rule_sets::read(&arguments.rule_set, options, console)?;
    let other = match &arguments.compare {
        Some(path) => Some(rule_sets::read(path, options, console)?),
        None => None,
    };
    let (Some(base), None | Some(Some(_))) = (base, &other) else { return Ok(Verdict::Bad) };
    let other = other.flatten();
    match simulated(arguments, &base, other.as_ref(), console) {
        Ok(()) => Ok(Verdict::Good),
        Err(halt) => console.halt(halt),
    }
}

/// Simulates one rule set or two, and prints and writes what is wanted.
fn simulated(
    arguments: &Arguments,
    base: &RuleSet,
    other: Option<&RuleSet>,
    console: &mut Console,
) -> Result<(), Halt> {
    if arguments.print_population {
        return print_population(arguments, base, console);
    }
    let arrivals = arrivals(arguments, base, other)?;
    let settings = settings(arguments)?;
    let file = arguments.report.as_deref().map(ReportFile::prepare).transpose()?;
    let summary = play(arguments, base, &arrivals, &settings)?;
    match other {
        None => {
            if let Some(file) = file {
                file.write(&report::page(arguments, &[(base, &summary)])?)?;
            }
            match console.format() {
                Format::Json => console.json(&summary)?,
                Format::Text => console.text(text::one(&summary))?,
            }
        }
        Some(other) => {
            let other_summary = play(arguments, other, &arrivals, &settings)?;
            if let Some(file) = file {
                let both = [(base, &summary), (other, &other_summary)];
                file.write(&report::page(arguments, &both)?)?;
            }
            let comparison = SimulationComparison { base: summary, other: other_summary };
            match console.format() {
                Format::Json => console.json(&comparison)?,
                Format::Text => console.text(text::two(&comparison))?,
            }
        }
    }
    Ok(())
}

fn print_population(
    arguments: &Arguments,
    rule_set: &RuleSet,
    console: &mut Console,
) -> Result<(), Halt> {
    let population = population(arguments)?.unwrap_or_else(|| Population::suited_to(rule_set));
    match console.format() {
        Format::Json => console.json(&population)?,
        Format::Text => {
            let shown = serde_json::to_string_pretty(&population);
            let shown = shown.map_err(|error| Fault(error.to_string()))?;
            console.text(format_args!("{shown}\n"))?;
        }
    }
    Ok(())
}

/// The population of the arguments, if they name one.
fn population(arguments: &Arguments) -> Result<Option<Population>, Halt> {
    let Some(path) = &arguments.population else { return Ok(None) };
    let document = files::read(path)?;
    let population = Population::from_json(&document.text);
    population.map(Some).map_err(|error| bad(&document, &error, Contents::Population))
}

fn arrivals(
    arguments: &Arguments,
    base: &RuleSet,
    other: Option<&RuleSet>,
) -> Result<Arrivals, Halt> {
    let population = population(arguments)?;
    if let Some(path) = &arguments.arrivals {
        let Document { name, text } = files::read(path)?;
        let recorded = RecordedArrivals::from_json_lines(&text).map_err(|error| {
            let message = contents::with_hint(error.message, &text, Contents::Scenario);
            Halt::bad_line(&name, error.line, message)
        })?;
        if let Some(line) = recorded.torn_line() {
            let name = visible(&name);
            console::note(&format!("{name}: line {line}, the last one, was torn and is left out"));
        }
        let population = Box::new(population.unwrap_or_default());
        return Ok(Arrivals::Recorded { arrivals: Arc::new(recorded), population });
    }
    let suited = || {
        let suited = Population::suited_to(base);
        other.map_or(suited.clone(), |other| suited.and_suited_to(other))
    };
    Ok(Arrivals::Poisson(Box::new(PoissonArrivals {
        population: population.unwrap_or_else(suited),
        per_second: arguments.per_second(),
        seconds: arguments.seconds(),
        players: arguments.players,
        tickets: arguments.tickets,
    })))
}

fn settings(arguments: &Arguments) -> Result<SimulationSettings, Halt> {
    let mut configuration = match &arguments.configuration {
        None => Configuration {
            request_timeout_seconds: REQUEST_TIMEOUT_SECONDS,
            ..Configuration::default()
        },
        Some(path) => configuration(path)?,
    };
    if let Some(seconds) = arguments.request_timeout {
        configuration.request_timeout_seconds = seconds;
    }
    if let Some(seconds) = arguments.acceptance {
        configuration.acceptance_required = true;
        configuration.acceptance_timeout_seconds = Some(seconds);
    }
    let mut options = EngineOptions::default();
    options.pass_interval = Millis::new(arguments.pass_interval);
    options.nodes_per_anchor = arguments.nodes_per_anchor;
    Ok(SimulationSettings {
        configuration,
        options,
        seed: arguments.seed,
        drain_seconds: arguments.drain.as_ref().map_or(0.0, |it| it.value).ceil() as u32,
        threads: NonZeroUsize::new(arguments.threads.into()).unwrap_or(NonZeroUsize::MIN),
    })
}

fn configuration(path: &Path) -> Result<Configuration, Halt> {
    let document = files::read(path)?;
    let configuration = wire::value_from_json(&document.text)
        .map_err(|error| error.to_string())
        .and_then(|value| wire::configuration_from_json(&value).map_err(|error| error.to_string()));
    configuration.map_err(|error| bad(&document, &error, Contents::Configuration))
}

/// A file whose content is not what it should be.
fn bad(document: &Document, problem: &dyn Display, expected: Contents) -> Halt {
    let message = contents::with_hint(problem.to_string(), &document.text, expected);
    Halt::bad(&document.name, message)
}

/// Why there is no simulation: a file is bad if what is wrong comes of no other argument.
fn refused(arguments: &Arguments, error: SimulationError) -> Halt {
    let overrides = arguments.request_timeout.or(arguments.acceptance);
    let file = match (&error, &arguments.population, &arguments.configuration) {
        (SimulationError::Population(_), Some(path), _) => Some(path),
        (SimulationError::Configuration(_), _, Some(path)) if overrides.is_none() => Some(path),
        _ => None,
    };
    match file {
        Some(path) => Halt::bad(&files::name(path), error.to_string()),
        None => Fault(error.to_string()).into(),
    }
}

fn play(
    arguments: &Arguments,
    rule_set: &RuleSet,
    arrivals: &Arrivals,
    settings: &SimulationSettings,
) -> Result<SimulationSummary, Halt> {
    let mut timings = arguments.timings.then(Timings::start);
    let mut progress = Progress::new("simulating tickets", Some(arrivals.expected_tickets()));
    let mut observe = |step: SimulationStep<'_>| {
        if let SimulationStep::Arriving { tickets } = step {
            progress.set(tickets);
        }
        if let Some(timings) = &mut timings {
            timings.begin(step);
        }
    };
    let summary = simulate(rule_set, arrivals, settings, &mut observe);
    drop(progress);
    let summary = summary.map_err(|error| refused(arguments, error))?;
    if let Some(timings) = timings {
        console::complain(&timings.told(&summary));
    }
    Ok(summary)
}

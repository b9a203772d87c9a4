//! `rallypoint match`: one pool of tickets, matched until nothing more can be formed.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use rallypoint::{
    Configuration, ConfigurationError, EngineOptions, EventDetail, Input, InputError, Matchmaker,
    Millis, Response, RuleSet, TicketId, Timestamp,
};

use crate::console::{self, Console, Fault, Format, Verdict, visible};
use crate::files;
use crate::outcome::Outcome;
use crate::progress::{Progress, Stopwatch};
use crate::tickets::{self, TicketLines};

/// When all tickets are submitted.
const SUBMISSION: Timestamp = Timestamp::from_millis(0);

/// The longest `RequestTimeoutSeconds` of the service (facts 6.2). A pool that waits less than
/// this never meets its request timeout.
const REQUEST_TIMEOUT_SECONDS: u32 = 43_200;

/// Bad lines that are reported before reading stops.
const BAD_LINES_MAX: usize = 20;

/// Form matches out of a pool of tickets
///
/// Every line of TICKETS.jsonl is the input of `StartMatchmaking` as JSON; blank lines and lines
/// that begin with `//` are skipped. All tickets are submitted at one time, in the order of the
/// file, then matched until nothing more can be formed.
///
/// With `--format json`: one object with `matches`, `unmatched` and `stats`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rallypoint match rulesets/duel.json tickets.jsonl --wait 30")]
pub struct Arguments {
    /// The rule set file; `-` is standard input
    #[arg(value_name = "RULESET")]
    rule_set: PathBuf,
    /// The file of tickets; `-` is standard input
    #[arg(value_name = "TICKETS.jsonl")]
    tickets: PathBuf,
    /// Let every ticket wait this long before the first match, so that expansions apply
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    #[arg(value_parser = clap::value_parser!(u32).range(..i64::from(REQUEST_TIMEOUT_SECONDS)))]
    wait: u32,
    /// Refuse a rule set with comments and whatever else the service's text does not promise to
    /// read
    #[arg(long)]
    strict: bool,
    /// Seed of every random choice
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    if files::is_stdin(&arguments.rule_set) && files::is_stdin(&arguments.tickets) {
        let message = "only one of RULESET and TICKETS.jsonl can be standard input";
        return Err(Fault::Stop(message.into()));
    }
    let lines = TicketLines::open(&arguments.tickets);
    let Some(rule_set) = files::rule_set(&arguments.rule_set, arguments.strict)? else {
        return Ok(Verdict::Bad);
    };
    let pool = Pool::new(rule_set, arguments.seed);
    let mut pool = pool.map_err(|error| Fault::Stop(error.to_string()))?;
    if pool.fill(lines?)? == Verdict::Bad {
        return Ok(Verdict::Bad);
    }
    pool.search(SUBMISSION.plus(Millis::from_secs(arguments.wait)))?;
    let outcome = pool.finish();
    match console.format() {
        Format::Text => outcome.print(console)?,
        Format::Json => console.json(&outcome)?,
    }
    Ok(Verdict::Good)
}

/// A matchmaker with the tickets of the file, and what came of them.
struct Pool {
    matchmaker: Matchmaker,
    outcome: Outcome,
    /// In the order of the file.
    tickets: Vec<TicketId>,
    matched: HashSet<TicketId>,
}

impl Pool {
    fn new(rule_set: RuleSet, seed: u64) -> Result<Self, ConfigurationError> {
        let outcome = Outcome::new(rule_set.team_instances().map(String::from).collect());
        let configuration = Configuration {
            request_timeout_seconds: REQUEST_TIMEOUT_SECONDS,
            ..Configuration::default()
        };
        let options = EngineOptions::default();
        let matchmaker = Matchmaker::new(rule_set, configuration, options, SUBMISSION, seed)?;
        Ok(Self { matchmaker, outcome, tickets: Vec::new(), matched: HashSet::new() })
    }

    /// Submits every ticket. When there are bad ones, standard error says so of all of them, and
    /// the verdict is `Bad`.
    fn fill(&mut self, mut lines: TicketLines) -> Result<Verdict, Fault> {
        let mut progress = Progress::new("reading tickets", None);
        let (mut parse_time, mut ingest_time) = (Duration::ZERO, Duration::ZERO);
        let mut bad_lines = 0;
        loop {
            let parsing = Stopwatch::start();
            let Some(ticket) = lines.next_ticket()? else { break };
            parse_time += parsing.elapsed();
            let ingesting = Stopwatch::start();
            let accepted = ticket.and_then(|input| {
                let players = player_count(&input);
                self.submit(input).map(|()| players).map_err(|error| tickets::refusal(&error))
            });
            ingest_time += ingesting.elapsed();
            match accepted {
                Ok(players) => self.outcome.stats.players += players,
                Err(message) => {
                    bad_lines += 1;
                    let (file, line) = (visible(lines.name()), lines.number());
                    console::error(&format!("{file}:{line}: {}", visible(&message)));
                    if bad_lines == BAD_LINES_MAX {
                        console::note("there may be more bad lines; reading stopped here");
                        break;
                    }
                }
            }
            progress.set(lines.number());
        }
        let stats = &mut self.outcome.stats;
        stats.tickets = self.tickets.len();
        stats.parse_seconds = parse_time.as_secs_f64();
        stats.ingest_seconds = ingest_time.as_secs_f64();
        if bad_lines > 0 {
            console::error("nothing was matched, because not every line is a ticket");
        }
        Ok(Verdict::good_if(bad_lines == 0))
    }

    fn submit(&mut self, input: Input) -> Result<(), InputError> {
        let response = self.matchmaker.handle_input(SUBMISSION, input)?;
        if let Response::StartMatchmaking(ticket) = response {
            self.tickets.push(ticket.ticket_id);
        }
        self.read_events();
        Ok(())
    }

    /// Runs passes at `now` until one forms nothing (decision 6).
    fn search(&mut self, now: Timestamp) -> Result<(), Fault> {
        let mut progress = Progress::new("matching", Some(self.tickets.len() as u64));
        let watch = Stopwatch::start();
        let (mut formed, mut exhausted, mut unproven) = (0, 0, 0);
        while self.matchmaker.poll_timeout().is_some_and(|due| due <= now) {
            let report = self.matchmaker.handle_timeout(now).map_err(|error| {
                Fault::Stop(format!("the matchmaker refused to go on: {error}"))
            })?;
            self.read_events();
            self.outcome.stats.search_nodes += report.nodes;
            progress.set(self.matched.len() as u64);
            formed += report.matches;
            exhausted += report.anchors_exhausted;
            unproven += report.fullness_unproven;
            if report.unfinished {
                continue;
            }
            self.outcome.stats.passes += 1;
            if formed == 0 {
                break;
            }
            (formed, exhausted) = (0, 0);
        }
        drop(progress);
        self.outcome.stats.match_seconds = watch.elapsed().as_secs_f64();
        if exhausted > 0 {
            console::note(&format!(
                "the search for {exhausted} of the tickets left over was given up at its limit; \
                 whether they have a match is not known"
            ));
        }
        if unproven > 0 {
            console::note(&format!(
                "{unproven} matches might have been fuller; the search for more players was \
                 given up at its limit"
            ));
        }
        Ok(())
    }

    fn read_events(&mut self) {
        while let Some(event) = self.matchmaker.poll_event() {
            match event.detail {
                EventDetail::MatchmakingSucceeded { match_id, tickets, game_session_location } => {
                    self.matched.extend(tickets.iter().map(|ticket| ticket.ticket_id.clone()));
                    self.outcome.add_match(&match_id, &tickets, game_session_location.as_deref());
                }
                EventDetail::MatchmakingCancelled { ticket, message, .. } => {
                    console::note(&format!(
                        "ticket `{}` was cancelled: {message}",
                        visible(ticket.ticket_id.as_str())
                    ))
                }
                _ => {}
            }
        }
    }

    fn finish(self) -> Outcome {
        let Self { mut outcome, tickets, matched, .. } = self;
        let left = tickets.into_iter().filter(|ticket| !matched.contains(ticket));
        outcome.unmatched = left.map(|ticket| ticket.to_string()).collect();
        outcome.stats.matches = outcome.matches.len();
        outcome.stats.peak_rss_bytes = peak_rss_bytes();
        outcome
    }
}

fn player_count(input: &Input) -> usize {
    match input {
        Input::StartMatchmaking(start) => start.players.len(),
        _ => 0,
    }
}

/// The most memory that this process has held, where the system tells.
fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

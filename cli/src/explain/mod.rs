//! `rallypoint explain`: why a ticket waits, or why it is in its match.

mod matched;
mod text;

use std::path::{Path, PathBuf};

use rallypoint::wire::{Command, DriverKind, Outcome, Replay, Scenario};
use rallypoint::{Matchmaker, RuleSet, TicketId, Timestamp, WhyWaiting};
use serde::Serialize;

use crate::console::{Console, Fault, Format, Halt, Verdict, counted, visible};
use crate::files;
use crate::number::whole_number;
use crate::progress::Progress;
use crate::rule_sets::Strictness;
use crate::scenario::{self, Opening};
use matched::{FormedMatch, Matches};

/// Ticket ids that are suggested in the place of an unknown one.
const SUGGESTED_MAX: usize = 3;
/// The last millisecond of the year 9999, in milliseconds since 1970: the matchmaker takes no later
/// time.
const LAST_INSTANT: u64 = 253_402_300_799_999;
/// How much alike two ids must be for one to be suggested, from 0 to 1.
const LIKENESS_MIN: f64 = 0.7;

/// Say why a ticket waits, or why it is in its match
///
/// Plays a scenario up to an instant, and looks at one ticket there: what keeps it from a match,
/// which waiting tickets come nearest and by how much each misses, what the next step of an
/// expansion changes and when. Of a ticket in a match: every rule with its value and verdict, and
/// what the match waits for.
///
/// A candidate misses by a rule when the rule fails for the two of them alone, in the teams named,
/// and in every match with both there, whoever of those waiting joins them. The numbers are those of
/// `rallypoint judge`.
///
/// Times are milliseconds since the start of the scenario, as in its lines. `--format json` has
/// those inside `why` in milliseconds since 1970.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  rallypoint explain rulesets/duel.scenario.jsonl --ticket t-003 --at 18000\n  \
                  rallypoint explain rulesets/duel.scenario.jsonl --ticket t-001 --format json"
)]
pub struct Arguments {
    /// The scenario file, or a journal; `-` is standard input
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// The ticket
    #[arg(long, value_name = "ID")]
    ticket: String,
    /// When to look, in milliseconds after the start; by default after the last command
    #[arg(long, value_name = "MS", value_parser = whole_number(0..=u64::MAX))]
    #[arg(allow_negative_numbers = true)]
    at: Option<u64>,
    #[command(flatten)]
    strictness: Strictness,
}

/// What is known of a ticket at an instant, in the JSON form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub ticket_id: String,
    /// When, in milliseconds since the start of the scenario.
    pub at: u64,
    pub why: WhyWaiting,
    /// The last match that it was in and that was not dropped, if there is one.
    #[serde(rename = "match")]
    pub formed: Option<FormedMatch>,
    /// Of a ticket that has ended, why, if there is a reason.
    pub cause: Option<String>,
    /// How the rule set orders candidates.
    pub batching_preference: &'static str,
    #[serde(skip)]
    pub start: Timestamp,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let path = &arguments.scenario;
    let opening =
        Opening { strict: arguments.strictness.strict, warnings: true, ..Opening::default() };
    let (mut scenario, rule_set) = match scenario::read(path, opening, console) {
        Ok(read) => read,
        Err(halt) => return console.halt(halt),
    };
    if let Some(at) = arguments.at {
        check_instant(at, scenario.start)?;
    }
    let named = Named::of(&scenario);
    let start = scenario.start;
    let lines = scenario.lines.len();
    if let Some(at) = arguments.at {
        scenario.lines.retain(|line| line.at <= at);
    }
    // Behind the middle of a journal nothing is to happen that was not recorded.
    let is_middle = scenario.driver == DriverKind::Recorded && scenario.lines.len() < lines;
    let last = scenario.lines.last().map(|line| line.at);
    let until = match scenario.driver {
        DriverKind::Timers => arguments.at.or(last),
        DriverKind::Recorded => arguments.at.filter(|_| !is_middle),
    };
    let (matchmaker, matches) = match play(path, scenario, rule_set, until) {
        Ok(played) => played,
        Err(halt) => return console.halt(halt),
    };
    let id = TicketId::from(arguments.ticket.as_str());
    let Some(why) = matchmaker.why_waiting(&id) else {
        return Err(named.unknown(&arguments.ticket, arguments.at, &matchmaker));
    };
    let cause = matchmaker.ticket(&id).and_then(|ticket| ticket.status_cause);
    let explanation = Explanation {
        cause: cause.map(|cause| cause.message().to_owned()),
        ticket_id: id.to_string(),
        at: why.now.since(start).get(),
        formed: why.in_match.is_none().then(|| matches.of(&id, &matchmaker)).flatten(),
        why,
        batching_preference: matchmaker.rule_set().describe().batching_preference,
        start,
    };
    match console.format() {
        Format::Text => console.text(text::render(&explanation))?,
        Format::Json => console.json(&explanation)?,
    }
    Ok(Verdict::Good)
}

/// Refuses an instant that no clock of the matchmaker reaches.
fn check_instant(at: u64, start: Timestamp) -> Result<(), Fault> {
    let latest = LAST_INSTANT.saturating_sub(start.as_millis());
    match at <= latest {
        true => Ok(()),
        false => Err(Fault(format!(
            "`--at {at}` is after the end of the year 9999, where time ends; for this scenario give \
             at most {latest}, in milliseconds after its start"
        ))),
    }
}

/// Plays a scenario to its end, or to an instant, and keeps what its events say of matches.
fn play(
    path: &Path,
    scenario: Scenario,
    rule_set: RuleSet,
    until: Option<u64>,
) -> Result<(Matchmaker, Matches), Halt> {
    let start = scenario.start;
    let mut replay =
        Replay::new(scenario, rule_set).map_err(|error| scenario::configuration(path, &error))?;
    if let Some(until) = until {
        replay = replay.until(until).map_err(|error| scenario::stopped(path, &error))?;
    }
    let mut matches = Matches::default();
    let mut progress = Progress::new("replaying", None);
    for (count, record) in (1..).zip(&mut replay) {
        let record = record.map_err(|error| scenario::stopped(path, &error))?;
        if let Outcome::Event(event) = &record.outcome {
            matches.note(event);
        }
        progress.set(count);
    }
    let mut matchmaker = replay.into_matchmaker();
    if let Some(until) = until {
        // Nothing is due any more; only its time goes on.
        let instant = Timestamp::from_millis(start.as_millis().saturating_add(until));
        let moved = matchmaker.handle_timeout(instant.max(matchmaker.now()));
        let name = files::name(path);
        let _ = moved.map_err(|error| Halt::bad(&name, error.to_string()))?;
    }
    Ok((matchmaker, matches))
}

/// The tickets that a scenario names, with the times of their requests.
struct Named(Vec<(String, u64)>);

impl Named {
    fn of(scenario: &Scenario) -> Self {
        let tickets = scenario.lines.iter().filter_map(|line| match &line.command {
            Command::Operation { name, input }
                if matches!(name.as_str(), "StartMatchmaking" | "StartMatchBackfill") =>
            {
                Some((input.get("TicketId")?.as_str()?.to_owned(), line.at))
            }
            _ => None,
        });
        Self(tickets.collect())
    }

    /// Why there is nothing to say of a ticket.
    fn unknown(&self, ticket: &str, at: Option<u64>, matchmaker: &Matchmaker) -> Fault {
        let shown = visible(ticket);
        if let Some((_, first)) = self.0.iter().find(|(id, _)| id == ticket) {
            return Fault(match at.filter(|at| at < first) {
                Some(at) => {
                    format!("`--at {at}` is before ticket `{shown}` comes; that is at {first} ms")
                }
                None => format!("ticket `{shown}` was refused, or has ended and is forgotten"),
            });
        }
        let known = matchmaker.tickets().map(|ticket| ticket.ticket_id.to_string());
        let mut known: Vec<String> = known.chain(self.0.iter().map(|(id, _)| id.clone())).collect();
        known.sort_unstable();
        known.dedup();
        known.retain(|id| !id.is_empty());
        let mut alike: Vec<(f64, &String)> = known
            .iter()
            .map(|id| (strsim::jaro_winkler(&id.to_lowercase(), &ticket.to_lowercase()), id))
            .filter(|&(likeness, _)| likeness >= LIKENESS_MIN)
            .collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let quoted = |ids: &mut dyn Iterator<Item = &String>| {
            let ids: Vec<String> = ids.map(|id| format!("`{}`", visible(id))).collect();
            ids.join(", ")
        };
        let help = match (alike.is_empty(), known.is_empty()) {
            (false, _) => {
                let ids = quoted(&mut alike.iter().take(SUGGESTED_MAX).map(|&(_, id)| id));
                format!("did you mean {ids}?")
            }
            (true, false) => {
                let ids = quoted(&mut known.iter().take(SUGGESTED_MAX));
                format!("it has {}, such as {ids}", counted(known.len(), "ticket"))
            }
            (true, true) => "it has none".into(),
        };
        Fault(format!("the scenario has no ticket `{shown}`; {help}"))
    }
}

//! Scenario files: a header, then one command a line.

use serde_json::{Map, Value};

use super::configuration::configuration_with;
use super::expect::{Expectation, expectations};
use super::member::{
    Place, ShapeError, Shaped, clip, did_you_mean, must_be, one_of, string, text, unknown_member,
    whole,
};
use super::options::options;
use super::provenance::other_version;
use super::queue::{no_fleet, queue_and_fleet};
use super::raw::{RawMembers, is_json};
use super::request::{RECONFIGURE, RULE_SET, is_operation, operations};
use crate::{Configuration, EngineOptions, FleetLocation, PartyAggregation, Timestamp};

const HEADER: [&str; 11] = [
    RULE_SET,
    "RuleSetFile",
    "Configuration",
    "Queue",
    "Options",
    "Seed",
    "StartTime",
    "Driver",
    "EngineVersion",
    "RuleSetHash",
    SNAPSHOT,
];

/// In the header of a journal that begins from a snapshot: which state that is.
pub(super) const SNAPSHOT: &str = "Snapshot";

/// The operation that is nothing but the passing of time; in a recorded scenario, a call of
/// `handle_timeout`.
pub(super) const ADVANCE: &str = "Advance";

/// 9999-12-31T23:59:59.999Z, the last moment with an RFC 3339 form.
pub(super) const TIME_MAX: u64 = 253_402_300_799_999;

/// A scenario file, read and checked as far as no rule set is needed.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Scenario {
    /// Where the rule set is.
    pub rule_set: RuleSetSource,
    /// The configuration of the matchmaker.
    pub configuration: Configuration,
    /// The places that answer for the host, if the `Queue` has a `SimulatedFleet`.
    pub fleet: Option<Vec<FleetLocation>>,
    /// The options of the engine.
    pub options: EngineOptions,
    /// How the rule set is compiled: [`CompileOptions`](crate::CompileOptions) has the same field.
    /// In the file it stands among the `Options`, as `partyAggregation`.
    pub party_aggregation: PartyAggregation,
    /// The seed of every random choice.
    pub seed: u64,
    /// The time of `at` 0.
    pub start: Timestamp,
    /// Who says when timers fire.
    pub driver: DriverKind,
    /// The version of the engine that recorded it, if it says so.
    pub engine_version: Option<String>,
    /// The [`rule_set_hash`](super::rule_set_hash) of its rule set, if it says so.
    pub rule_set_hash: Option<String>,
    /// The commands in the order of the file, so with `at` never decreasing.
    pub lines: Vec<ScenarioLine>,
    /// The last line of a recorded scenario, if it was torn and is left out (decision 3).
    pub torn_line: Option<usize>,
}

/// Who says when timers fire and passes run: `Driver` in the header (decision 3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DriverKind {
    /// The timers themselves: each fires at its own time.
    #[default]
    Timers,
    /// The lines: each `Advance` is one call of `handle_timeout`, and there are no others.
    Recorded,
}

/// Where a scenario has its rule set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RuleSetSource {
    /// In the header: the JSON text as it stands there, or the text in a string.
    Inline(String),
    /// In a file: a path relative to the scenario file.
    File(String),
}

/// One line after the header.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct ScenarioLine {
    /// The line in the file, counted from 1.
    pub line: usize,
    /// When: milliseconds since the scenario's start.
    pub at: u64,
    /// What.
    pub command: Command,
    /// What must come of it; all of them.
    pub expect: Vec<Expectation>,
}

/// What a line commands.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Nothing; time passes.
    Advance,
    /// An operation of the API or of ours. Its input is read when the command's turn comes: a bad
    /// request is answered with an error, as by a server.
    Operation {
        /// The operation.
        name: String,
        /// Its input.
        input: Value,
    },
}

/// Why a text is not a scenario file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {message}")]
#[non_exhaustive]
pub struct ScenarioError {
    /// The line in the file, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl Scenario {
    /// Reads a scenario file. Blank lines and lines that begin with `//` are skipped.
    ///
    /// A journal is a recorded scenario, and may have lost its end: its last line is left out when
    /// it has no line break or is not complete JSON.
    ///
    /// # Errors
    /// [`ScenarioError`] for the first line that is not a JSON object with the members of a header
    /// or a command, names one twice, goes back in time or past the year 9999, or has a header that
    /// this release cannot run: one that another version recorded, for instance, or that of a
    /// journal that begins from a snapshot, which a scenario does not have.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end()));
        let mut lines = numbered.filter(|(_, line)| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with("//")
        });
        let Some((header_line, header_text)) = lines.next() else {
            let message = "the file has no header, an object with `RuleSet` or `RuleSetFile`";
            return Err(ScenarioError { line: 1, message: message.into() });
        };
        let (mut scenario, snapshot) = header(header_text).map_err(at_line(header_line))?;
        let other = scenario.engine_version.as_deref().and_then(other_version);
        if let Some(problem) = other {
            let message = format!("`EngineVersion`: {problem}");
            return Err(ScenarioError { line: header_line, message });
        }
        if snapshot.is_some() {
            let message = format!(
                "`{SNAPSHOT}`: the journal begins from a snapshot, which a scenario does not have; \
                 restore the snapshot and use `JournalReader::replay_onto`"
            );
            return Err(ScenarioError { line: header_line, message });
        }
        let recorded = scenario.driver == DriverKind::Recorded;
        let (line_count, ended) = (text.lines().count(), text.ends_with('\n'));
        let mut last = 0;
        for (line, text) in lines {
            if recorded && line == line_count && !(ended && is_json(text)) {
                scenario.torn_line = Some(line);
                break;
            }
            let command = command_line(line, text, scenario.start).map_err(at_line(line))?;
            if command.at < last {
                let message = format!("`at` is {}, but a line before is at {last}", command.at);
                return Err(ScenarioError { line, message });
            }
            last = command.at;
            scenario.lines.push(command);
        }
        Ok(scenario)
    }
}

fn at_line(line: usize) -> impl FnOnce(ShapeError) -> ScenarioError {
    move |error| ScenarioError { line, message: error.to_string() }
}

/// Reads a header, and which snapshot it begins from if it says so. Whether its version is ours is
/// another question.
pub(super) fn header(line: &str) -> Shaped<(Scenario, Option<String>)> {
    const PLACE: Place<'_> = Place::Root("the header");
    let members = RawMembers::of(line)?;
    if members.has("at") && !members.has("RuleSet") && !members.has("RuleSetFile") {
        let message = "a command before the header, an object with `RuleSet` or `RuleSetFile`";
        return Err(ShapeError::new(message));
    }
    if let Some(key) = members.keys().find(|key| !HEADER.contains(key)) {
        return Err(unknown_member(key, PLACE, &HEADER));
    }
    let (queue, fleet) = members.read("Queue", queue_and_fleet)?.unzip();
    let driver = members.read("Driver", |value, place| {
        one_of(value, place, &[("timers", DriverKind::Timers), ("recorded", DriverKind::Recorded)])
    })?;
    if driver == Some(DriverKind::Recorded) && fleet.as_ref().is_some_and(Option::is_some) {
        return Err(no_fleet(Place::Member(&PLACE, "Queue")));
    }
    let rule_set = rule_set_source(&members)?;
    let start = members.read("StartTime", |value, place| {
        let time = Timestamp::from_rfc3339(text(value, place)?);
        time.map_err(|error| ShapeError::new(format!("`{place}`: {error}")))
    })?;
    let seed = members.read("Seed", |value, place| whole(value, place, 0..=u64::MAX))?;
    let (options, party_aggregation) = members.read("Options", options)?.unwrap_or_default();
    let scenario = Scenario {
        rule_set,
        configuration: match members.has("Configuration") {
            true => members
                .read("Configuration", |value, place| configuration_with(value, place, queue))?
                .unwrap_or_default(),
            false => configuration_with(&Value::Object(Map::new()), PLACE, queue)?,
        },
        fleet: fleet.flatten(),
        options,
        party_aggregation,
        seed: seed.unwrap_or(0),
        start: start.unwrap_or_default(),
        driver: driver.unwrap_or_default(),
        engine_version: members.read("EngineVersion", string)?,
        rule_set_hash: members.read("RuleSetHash", string)?,
        lines: Vec::new(),
        torn_line: None,
    };
    Ok((scenario, members.read(SNAPSHOT, string)?))
}

fn rule_set_source(members: &RawMembers<'_>) -> Shaped<RuleSetSource> {
    match (members.raw(RULE_SET), members.read("RuleSetFile", string)?) {
        // Its own reader reads an object; it has other rules for a member named twice.
        (Some(inline), None) if inline.starts_with('{') => Ok(RuleSetSource::Inline(inline.into())),
        (Some(_), None) => {
            let inline = members.read(RULE_SET, |value, place| match value {
                Value::String(text) => Ok(text.clone()),
                _ => Err(must_be("an object or a string with its text", value, place)),
            })?;
            Ok(RuleSetSource::Inline(inline.unwrap_or_default()))
        }
        (None, Some(path)) => Ok(RuleSetSource::File(path)),
        (given, _) => {
            let problem = if given.is_some() { "not both" } else { "and has none" };
            let message = format!("the header needs `RuleSet` or `RuleSetFile`, {problem}");
            Err(ShapeError::new(message))
        }
    }
}

/// Reads a line after the header.
pub(super) fn command_line(line: usize, text: &str, start: Timestamp) -> Shaped<ScenarioLine> {
    let members = RawMembers::of(text)?;
    let at_max = Timestamp::from_millis(TIME_MAX).since(start);
    let at = members.read("at", |value, place| whole(value, place, 0..=at_max.get()))?;
    let at = at.ok_or_else(|| ShapeError::new("`at` is required"))?;
    let expect = members.read("expect", expectations)?.unwrap_or_default();
    let name = operation(&members)?;
    let inner = if name == RECONFIGURE { members.inside(name)? } else { None };
    let input = match inner {
        Some(inner) => reconfigure_input(&inner)?,
        None => members.value(name)?,
    };
    let command = if name != ADVANCE {
        Command::Operation { name: name.into(), input }
    } else if input.as_object().is_some_and(serde_json::Map::is_empty) {
        Command::Advance
    } else {
        return Err(ShapeError::new(format!("`{ADVANCE}` must be {{}}")));
    };
    Ok(ScenarioLine { line, at, command, expect })
}

/// The input with the rule set's text as it stands in the line: its own reader has other rules for
/// a member named twice, and no letter of it is lost.
fn reconfigure_input(members: &RawMembers<'_>) -> Shaped<Value> {
    let value = |key: &str| match members.raw(key) {
        Some(text) if key == RULE_SET && text.starts_with('{') => Ok(text.into()),
        _ => members.value(key),
    };
    members.keys().map(|key| Ok((key.to_owned(), value(key)?))).collect()
}

/// The one operation of a line.
fn operation<'m>(members: &'m RawMembers<'_>) -> Shaped<&'m str> {
    let named = || members.keys().filter(|key| !matches!(*key, "at" | "expect"));
    let mut known = named().filter(|key| *key == ADVANCE || is_operation(key));
    let mut unknown = named().filter(|key| *key != ADVANCE && !is_operation(key));
    let hint = |name: &str| did_you_mean(name, operations().chain([ADVANCE, "at", "expect"]));
    match (known.next(), known.next(), unknown.next()) {
        (Some(first), Some(second), _) => {
            let message = format!("two operations, `{first}` and `{second}`, in one line");
            Err(ShapeError::new(message))
        }
        (Some(_), None, Some(other)) => {
            let hint = match hint(other) {
                hint if hint.is_empty() => "; comments are lines that begin with `//`".into(),
                hint => hint,
            };
            let other = clip(other);
            let message = format!("`{other}` is neither an operation nor `at` or `expect`{hint}");
            Err(ShapeError::new(message))
        }
        (Some(name), None, None) => Ok(name),
        (None, _, Some(name)) => {
            Err(ShapeError::new(format!("unknown operation `{}`{}", clip(name), hint(name))))
        }
        (None, _, None) => Err(ShapeError::new("the line has no operation")),
    }
}

#[cfg(test)]
mod tests;

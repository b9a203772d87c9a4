//! Scenario files: a header, then one command a line (commands.md 1.1).

use serde_json::{Map, Value};

use super::configuration::{configuration_with, options};
use super::expect::{Expectation, expectations};
use super::member::{
    Place, ShapeError, Shaped, clip, did_you_mean, must_be, one_of, text, unknown_member, whole,
};
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
    /// [`ScenarioError`] for the first line that is not a JSON object with the members of
    /// commands.md 1.1, names one twice, goes back in time or past the year 9999, or has a header
    /// that this release cannot run: one that another version recorded, for instance, or that of a
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
    let string = |value: &Value, place: Place<'_>| text(value, place).map(String::from);
    let file = members.read("RuleSetFile", string)?;
    let rule_set = match (members.raw(RULE_SET), file) {
        // Its own reader reads an object; it has other rules for a member named twice.
        (Some(inline), None) if inline.starts_with('{') => RuleSetSource::Inline(inline.into()),
        (Some(_), None) => {
            let inline = members.read(RULE_SET, |value, place| match value {
                Value::String(text) => Ok(text.clone()),
                _ => Err(must_be("an object or a string with its text", value, place)),
            })?;
            RuleSetSource::Inline(inline.unwrap_or_default())
        }
        (None, Some(path)) => RuleSetSource::File(path),
        (given, _) => {
            let problem = if given.is_some() { "not both" } else { "and has none" };
            let message = format!("the header needs `RuleSet` or `RuleSetFile`, {problem}");
            return Err(ShapeError::new(message));
        }
    };
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
mod tests {
    use super::*;
    use crate::Millis;
    use proptest::prelude::*;
    use serde_json::json;

    const HEADER_LINE: &str = r#"{"RuleSetFile": "duel.json"}"#;

    fn error(text: &str) -> (usize, String) {
        match Scenario::parse(text) {
            Err(error) => (error.line, error.message),
            Ok(scenario) => (0, format!("no error: {scenario:?}")),
        }
    }

    #[test]
    fn a_file_is_read_with_its_line_numbers() {
        let text = r#"
// one against one
{"RuleSet": {"name": "duel",  "teams": []}, "Configuration": {"Name": "d"}, "Options": {"passInterval": 5}, "Seed": 18446744073709551615, "StartTime": "2026-01-01T00:00:00Z", "Driver": "timers"}

  // first ticket
{"at": 0, "StopMatchmaking": {"TicketId": "t1"}, "expect": {"error": {"__type": "NotFoundException"}}}
{"at": 60000, "Advance": {}}
"#;
        let scenario = Scenario::parse(text).expect("the text is a scenario");
        let inline = RuleSetSource::Inline(r#"{"name": "duel",  "teams": []}"#.into());
        assert_eq!(scenario.rule_set, inline);
        assert_eq!(scenario.configuration.name, "d");
        assert_eq!(scenario.options.pass_interval, Millis::new(5));
        assert_eq!(scenario.seed, u64::MAX);
        assert_eq!(scenario.start.to_string(), "2026-01-01T00:00:00.000Z");
        let lines: Vec<_> = scenario.lines.iter().map(|line| (line.line, line.at)).collect();
        assert_eq!(lines, [(6, 0), (7, 60_000)]);
        let stop =
            Command::Operation { name: "StopMatchmaking".into(), input: json!({"TicketId": "t1"}) };
        assert_eq!(scenario.lines.first().map(|line| &line.command), Some(&stop));
        assert_eq!(scenario.lines.first().map(|line| line.expect.len()), Some(1));
        assert_eq!(scenario.lines.last().map(|line| &line.command), Some(&Command::Advance));
    }

    #[test]
    fn a_header_has_defaults() {
        let scenario = Scenario::parse(HEADER_LINE).expect("the text is a scenario");
        assert_eq!(
            scenario,
            Scenario {
                rule_set: RuleSetSource::File("duel.json".into()),
                configuration: Configuration::default(),
                fleet: None,
                options: EngineOptions::default(),
                party_aggregation: PartyAggregation::Exact,
                seed: 0,
                start: Timestamp::from_millis(0),
                driver: DriverKind::Timers,
                engine_version: None,
                rule_set_hash: None,
                lines: Vec::new(),
                torn_line: None,
            }
        );
    }

    #[test]
    fn parties_are_exact_unless_the_options_say_otherwise() {
        for (options, expected) in [
            ("", PartyAggregation::Exact),
            (r#", "Options": {}"#, PartyAggregation::Exact),
            (r#", "Options": {"partyAggregation": "exact"}"#, PartyAggregation::Exact),
            (r#", "Options": {"partyAggregation": "collapse"}"#, PartyAggregation::Collapse),
        ] {
            let header = format!(r#"{{"RuleSetFile": "a"{options}}}"#);
            let read = Scenario::parse(&header).map(|scenario| scenario.party_aggregation);
            assert_eq!(read, Ok(expected), "{header}");
        }
    }

    #[test]
    fn a_rule_set_in_the_header_is_left_to_its_own_reader() {
        let text = r#"{"RuleSet": {"name": "a", "name": "b", "n": 1e999}}"#;
        let scenario = Scenario::parse(text).expect("the text is a scenario");
        let inline = RuleSetSource::Inline(r#"{"name": "a", "name": "b", "n": 1e999}"#.into());
        assert_eq!(scenario.rule_set, inline);
    }

    #[test]
    fn a_rule_set_in_a_string_is_its_text() {
        let text = r#"{"RuleSet": "{ // two\n}"}"#;
        let read = Scenario::parse(text).map(|scenario| scenario.rule_set);
        assert_eq!(read, Ok(RuleSetSource::Inline("{ // two\n}".into())));
    }

    #[test]
    fn a_new_rule_set_is_kept_to_the_letter() {
        let line = |input: &str| format!("{HEADER_LINE}\n{{\"at\": 0, \"Reconfigure\": {input}}}");
        let read = |input: &str| {
            let mut scenario = Scenario::parse(&line(input)).expect("the text is a scenario");
            scenario.lines.pop().map(|line| line.command)
        };
        let input = json!({"RuleSet": r#"{"b":  1, "a": 1e999, "a": 2}"#, "Configuration": {}});
        let name = "Reconfigure".to_owned();
        let expected = Some(Command::Operation { name, input });
        assert_eq!(
            read(r#"{"RuleSet": {"b":  1, "a": 1e999, "a": 2}, "Configuration": {}}"#),
            expected
        );
        let as_text = r#"{"Configuration": {}, "RuleSet": "{\"b\":  1, \"a\": 1e999, \"a\": 2}"}"#;
        assert_eq!(read(as_text), expected);
        for (input, message) in [
            (r#"{"RuleSet": {}, "RuleSet": {}}"#, "`RuleSet` stands twice"),
            (
                r#"{"Configuration": {"Name": "a", "Name": "b"}}"#,
                "`Configuration.Name` stands twice at column 63",
            ),
        ] {
            assert_eq!(error(&line(input)), (2, message.into()));
        }
        let no_object = Scenario::parse(&line("5")).map(|scenario| scenario.lines.len());
        assert_eq!(no_object, Ok(1), "a bad request is no bad file");
    }

    #[test]
    fn a_recorded_scenario_may_have_lost_its_end() {
        let header = r#"{"RuleSetFile": "a", "Driver": "recorded"}"#;
        let good = r#"{"at": 5, "Advance": {}}"#;
        let read = |tail: &str| {
            Scenario::parse(&format!("{header}\n{good}\n{tail}"))
                .map(|scenario| (scenario.lines.len(), scenario.torn_line))
                .map_err(|error| (error.line, error.message))
        };
        assert_eq!(read(""), Ok((1, None)));
        assert_eq!(read(&format!("{good}\n")), Ok((2, None)));
        assert_eq!(read(good), Ok((1, Some(3))), "without a line break it may be half a line");
        assert_eq!(read(r#"{"at": 6, "Adv"#), Ok((1, Some(3))));
        assert_eq!(read("{\"at\": 6, \"Adv\n"), Ok((1, Some(3))));
        let eof = "not JSON: EOF while parsing a string at column 14".to_owned();
        assert_eq!(read(&format!("{{\"at\": 6, \"Adv\n{good}\n")), Err((3, eof)));
        let shape = "the line has no operation".to_owned();
        assert_eq!(read("{\"at\": 6}\n"), Err((3, shape)), "complete, and wrong");
        let timers = format!("{HEADER_LINE}\n{good}");
        let timers = Scenario::parse(&timers).map(|it| (it.lines.len(), it.torn_line));
        assert_eq!(timers, Ok((1, None)), "what a person writes is read to its end");
    }

    #[test]
    fn a_bad_header_is_refused() {
        let none = "the file has no header, an object with `RuleSet` or `RuleSetFile`";
        assert_eq!(error("\n// nothing\n"), (1, none.into()));
        for (header, message) in [
            ("{}", "the header needs `RuleSet` or `RuleSetFile`, and has none"),
            (
                r#"{"RuleSet": {}, "RuleSetFile": "a"}"#,
                "the header needs `RuleSet` or `RuleSetFile`, not both",
            ),
            (
                r#"{"RuleSet": 5}"#,
                "`RuleSet` must be an object or a string with its text, not a number",
            ),
            (
                r#"{"at": 0, "Advance": {}}"#,
                "a command before the header, an object with `RuleSet` or `RuleSetFile`",
            ),
            (
                r#"{"RulesetFile": "a"}"#,
                "unknown member `RulesetFile` of the header; did you mean `RuleSetFile`?",
            ),
            (
                r#"{"RuleSetFile": "a", "Queue": {"TimeoutInSecond": 5}}"#,
                "unknown member `TimeoutInSecond` of Queue; did you mean `TimeoutInSeconds`?",
            ),
            (
                r#"{"RuleSetFile": "a", "Queue": {}, "Configuration": {"Queue": {}}}"#,
                "`Configuration.Queue` stands in the header, too; give the queue once",
            ),
            (
                r#"{"RuleSetFile": "a", "Driver": "recorded", "Queue": {"SimulatedFleet": []}}"#,
                "`Queue.SimulatedFleet` has no use in a recorded scenario, whose lines have the \
                 answers of the host",
            ),
            (
                r#"{"RuleSetFile": "a", "Driver": "journal"}"#,
                "`Driver` is `journal`, but must be one of timers, recorded",
            ),
            (
                r#"{"RuleSetFile": "a", "EngineVersion": "0.0.1"}"#,
                concat!(
                    "`EngineVersion`: it was recorded by version 0.0.1, and this is version ",
                    env!("CARGO_PKG_VERSION"),
                    "; carry the state over with a snapshot"
                ),
            ),
            (
                r#"{"RuleSetFile": "a", "Configuration": {"Nme": "d"}}"#,
                "unknown member `Nme` of Configuration; did you mean `Name`?",
            ),
            (
                r#"{"RuleSetFile": "a", "Configuration": {"RequestTimeoutSeconds": 0}}"#,
                "`Configuration.RequestTimeoutSeconds` is 0, but must be a whole number from 1 \
                 to 43200",
            ),
            (
                r#"{"RuleSetFile": "a", "Options": {"partyAggregation": "colapse"}}"#,
                "`Options.partyAggregation` is `colapse`, but must be one of exact, collapse; \
                 did you mean `collapse`?",
            ),
            (
                r#"{"RuleSetFile": "a", "Options": {"partyAggregation": true}}"#,
                "`Options.partyAggregation` must be a string, not a boolean",
            ),
            (
                r#"{"RuleSetFile": "a", "StartTime": "today"}"#,
                "`StartTime`: `today` is not a time such as `2026-01-01T00:00:00Z`, from 1970 \
                 to 9999",
            ),
            (
                r#"{"RuleSetFile": "a", "Seed": -1}"#,
                "`Seed` is -1, but must be a whole number from 0 to 18446744073709551615",
            ),
            (r#"{"RuleSetFile": "a", "RuleSetFile": "b"}"#, "`RuleSetFile` stands twice"),
            ("[]", "a line must be a JSON object"),
            (r#"{"RuleSetFile" "a"}"#, "not JSON: expected `:` at column 16"),
        ] {
            assert_eq!(error(&format!("// c\n{header}")), (2, message.into()));
        }
    }

    #[test]
    fn a_bad_line_is_refused_where_it_stands() {
        for (line, message) in [
            (r#"{"Advance": {}}"#, "`at` is required"),
            (r#"{"at": 5}"#, "the line has no operation"),
            (
                r#"{"at": -5, "Advance": {}}"#,
                "`at` is -5, but must be a whole number from 0 to 253402300799999",
            ),
            (r#"{"at": 9, "Advance": {}}"#, "`at` is 9, but a line before is at 10"),
            (r#"{"at": 10, "Advance": {"x": 1}}"#, "`Advance` must be {}"),
            (
                r#"{"at": 10, "StartMatchmakin": {}}"#,
                "unknown operation `StartMatchmakin`; did you mean `StartMatchmaking`?",
            ),
            (
                r#"{"at": 10, "Advance": {}, "Expect": {}}"#,
                "`Expect` is neither an operation nor `at` or `expect`; did you mean `expect`?",
            ),
            (
                r#"{"at": 10, "comment": "a minute later", "Advance": {}}"#,
                "`comment` is neither an operation nor `at` or `expect`; comments are lines that \
                 begin with `//`",
            ),
            (r#"{"at": 10, "Expect": {}}"#, "unknown operation `Expect`; did you mean `expect`?"),
            (
                r#"{"at": 10, "Advance": {}, "StopMatchmaking": {}}"#,
                "two operations, `Advance` and `StopMatchmaking`, in one line",
            ),
            (r#"{"at": 10, "Advance": {}, "Advance": {}}"#, "`Advance` stands twice"),
            (
                r#"{"at": 10, "Advance": {}, "expect": {"event": []}}"#,
                "unknown member `event` of expect; did you mean `events`?",
            ),
            (
                r#"{"at": 10, "StopMatchmaking": {"TicketId": 1e999}}"#,
                "a number that is too large at column 48",
            ),
            (
                r#"{"at": 10, "StopMatchmaking": {"TicketId": "a", "TicketId": "b"}}"#,
                "`StopMatchmaking.TicketId` stands twice at column 58",
            ),
            (r#"{"at": 10, "#, "not JSON: EOF while parsing an object at column 10"),
        ] {
            let text = format!("{HEADER_LINE}\n{{\"at\": 10, \"Advance\": {{}}}}\n\n{line}\n");
            let (found_line, found) = error(&text);
            assert_eq!((found_line, &*found), (4, message), "{line}");
        }
    }

    #[test]
    fn a_bad_request_is_no_bad_file() {
        let text = format!("{HEADER_LINE}\n{{\"at\": 0, \"StartMatchmaking\": 5}}");
        assert_eq!(Scenario::parse(&text).map(|scenario| scenario.lines.len()), Ok(1));
        let text = format!("{HEADER_LINE}\n{{\"at\": 0, \"AcceptMatch\": {{}}}}");
        assert_eq!(Scenario::parse(&text).map(|scenario| scenario.lines.len()), Ok(1));
    }

    #[test]
    fn columns_count_from_the_line_and_a_byte_order_mark_is_skipped() {
        let text = format!("\u{feff}{HEADER_LINE}\r\n  {{\"at\" 0}}\r\n");
        assert_eq!(error(&text), (2, "not JSON: expected `:` at column 9".into()));
    }

    #[test]
    fn a_line_of_many_members_is_an_error() {
        let members: Vec<_> = (0..100_000).map(|n| format!("\"k{n}\": 0")).collect();
        let text = format!("{HEADER_LINE}\n{{{}}}", members.join(","));
        assert_eq!(error(&text), (2, "more than 32 members".into()));
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let text = format!("{HEADER_LINE}\n{{\"at\": 0, \"StopMatchmaking\": {deep}}}");
        let (line, message) = error(&text);
        assert_eq!(line, 2);
        assert!(message.contains("recursion limit"), "{message}");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(line in "\\PC*", json in r#"[{}\[\]":,a-z0-9 \\]*"#) {
            let _ = Scenario::parse(&line);
            let _ = Scenario::parse(&format!("{HEADER_LINE}\n{json}"));
            let _ = Scenario::parse(&format!("{HEADER_LINE}\n{{\"at\": 1, {json}"));
        }
    }
}

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

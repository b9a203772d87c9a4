//! Any text is refused as a scenario with a line, or each of its requests is read or refused; a
//! request that is read is written as JSON that reads back to the same. A scenario with its rule set
//! inside replays twice to the same bytes, every line of which is JSON. A journal is read or refused,
//! and what is read can be replayed.

use rallypoint::RuleSet;
use rallypoint::wire::{
    Command, JournalReader, Replay, RuleSetSource, Scenario, configuration_from_json,
    configuration_to_json, input_to_json, options_from_json, options_to_json, parse_input,
    value_from_json,
};
use serde_json::Value;

/// Records that are looked at: time may go on for ever in a scenario, and so may its output.
const RECORDS_MAX: usize = 300;

pub fn run(data: &[u8]) -> u64 {
    let mut checked = journal(data);
    let Ok(text) = std::str::from_utf8(data) else { return checked };
    if let Some((operation, input)) = text.split_once(' ')
        && let Ok(input) = value_from_json(input)
    {
        checked += request(operation, &input) + settings(&input);
    }
    match Scenario::parse(text) {
        Ok(scenario) => {
            for line in &scenario.lines {
                if let Command::Operation { name, input } = &line.command {
                    checked += request(name, input);
                }
            }
            checked += replay(text, scenario);
        }
        Err(error) => {
            assert!(error.line >= 1 && error.line <= text.lines().count().max(1), "{error}");
            assert!(!error.message.is_empty());
        }
    }
    checked
}

fn request(operation: &str, input: &Value) -> u64 {
    match parse_input(operation, input) {
        Ok(read) => {
            let written = input_to_json(&read);
            let again = parse_input(operation, &written);
            assert_eq!(again, Ok(read), "{operation} {written}");
            1
        }
        Err(error) => {
            let message = error.to_string();
            assert!(!message.is_empty() && message.len() < 10_000, "{message}");
            0
        }
    }
}

fn settings(value: &Value) -> u64 {
    let mut checked = 0;
    if let Ok(configuration) = configuration_from_json(value) {
        let written = configuration_to_json(&configuration);
        assert_eq!(configuration_from_json(&written), Ok(configuration), "{written}");
        checked += 1;
    }
    if let Ok(options) = options_from_json(value) {
        let written = options_to_json(&options);
        assert_eq!(options_from_json(&written), Ok(options), "{written}");
        checked += 1;
    }
    checked
}

fn replay(text: &str, scenario: Scenario) -> u64 {
    let RuleSetSource::Inline(rules) = &scenario.rule_set else { return 0 };
    let Ok(rule_set) = RuleSet::from_json(rules) else { return 0 };
    let output = |scenario: Scenario| -> Option<Vec<String>> {
        let replay = Replay::new(scenario, rule_set.clone()).ok()?;
        let records = replay.take(RECORDS_MAX).map_while(Result::ok);
        Some(records.map(|record| record.to_json_line()).collect())
    };
    let Some(first) = output(scenario) else { return 0 };
    for line in &first {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    let again = Scenario::parse(text).expect("it was read a moment ago");
    assert_eq!(output(again).as_ref(), Some(&first));
    first.len() as u64
}

fn journal(data: &[u8]) -> u64 {
    let Ok(mut reader) = JournalReader::open(data) else { return 0 };
    let mut calls = 0;
    while let Ok(Some(_)) = reader.next_call() {
        calls += 1;
    }
    let finished = JournalReader::open(data).ok().and_then(|reader| reader.replay().ok());
    calls + u64::from(finished.is_some_and(|replay| replay.finish().is_ok()))
}

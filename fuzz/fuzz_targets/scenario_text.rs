//! Any scenario text is refused with a line, or replays twice to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rallypoint::RuleSet;
use rallypoint::wire::{Replay, RuleSetSource, Scenario};

fuzz_target!(|text: &str| {
    let run = || -> Option<Vec<String>> {
        let scenario = Scenario::parse(text).ok()?;
        let RuleSetSource::Inline(rules) = &scenario.rule_set else { return None };
        let rule_set = RuleSet::from_json(rules).ok()?;
        let replay = Replay::new(scenario, rule_set).ok()?;
        Some(replay.take(200).map_while(Result::ok).map(|it| it.to_json_line()).collect())
    };
    assert_eq!(run(), run());
});

//! Every rule set of ours compiles strictly, and every scenario comes out as it says.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

use std::path::{Path, PathBuf};

use rallypoint::wire::{Replay, RuleSetSource, Scenario};
use rallypoint::{CompileOptions, RuleSet};

fn rulesets(ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the package");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    assert!(paths.len() >= 6, "only {} files end with {ending}", paths.len());
    paths
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_rule_set_compiles_strictly_and_without_surprises() {
    for path in rulesets(".json") {
        let options = CompileOptions::default().strict(true);
        match RuleSet::compile(&read(&path), options) {
            Ok(rule_set) => {
                let warnings = rule_set.warnings().iter();
                // An attribute may be declared only to reach the game server.
                let surprising: Vec<String> = warnings
                    .filter(|warning| warning.kind().code() != "unusedAttribute")
                    .map(ToString::to_string)
                    .collect();
                assert!(surprising.is_empty(), "{}: {surprising:?}", path.display());
            }
            Err(errors) => panic!("{}:\n{errors}", path.display()),
        }
    }
}

#[test]
fn every_scenario_comes_out_as_it_says_and_twice_the_same() {
    for path in rulesets(".scenario.jsonl") {
        let run = || {
            let scenario = Scenario::parse(&read(&path))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let expected = scenario.lines.iter().filter(|line| !line.expect.is_empty()).count();
            assert!(expected > 0, "{} expects nothing", path.display());
            let RuleSetSource::File(file) = &scenario.rule_set else {
                panic!("{} has its rule set inline", path.display())
            };
            let rule_set = RuleSet::from_json(&read(&path.with_file_name(file)))
                .unwrap_or_else(|errors| panic!("{file}:\n{errors}"));
            let mut replay = Replay::new(scenario, rule_set)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut output = String::new();
            for record in &mut replay {
                let record = record.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                output.push_str(&record.to_json_line());
                output.push('\n');
            }
            let mismatches: Vec<String> =
                replay.mismatches().iter().map(ToString::to_string).collect();
            assert!(mismatches.is_empty(), "{}:\n{}", path.display(), mismatches.join("\n"));
            output
        };
        assert_eq!(run(), run(), "{}", path.display());
    }
}

#[test]
fn the_dependency_graph_and_the_description_name_what_is_there() {
    for path in rulesets(".json") {
        let rule_set = RuleSet::from_json(&read(&path)).expect("it compiled above");
        let graph = rule_set.dependency_graph();
        assert!(graph.starts_with("digraph {"), "{graph}");
        for name in rule_set.rules() {
            assert!(graph.contains(&format!("rule {name}\"")), "{name}: {graph}");
        }
        let summary = rule_set.describe();
        assert!(!summary.epochs.is_empty() && summary.epochs[0].from_seconds == 0);
        let text = summary.to_string();
        for rule in &summary.rules {
            assert!(text.contains(&rule.name), "{text}");
            assert_ne!(rule.pruned_by, "nothing", "{}: {}", path.display(), rule.name);
        }
        let json = serde_json::to_value(&summary).expect("a summary has a JSON form");
        assert_eq!(json["ageSelection"], summary.age_selection);
    }
}

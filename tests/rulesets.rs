//! Every rule set of ours compiles strictly, and every scenario comes out as it says.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

use std::path::{Path, PathBuf};

use rallypoint::wire::{Replay, RuleSetSource, Scenario};
use rallypoint::{CompileOptions, Configuration, EngineOptions, Matchmaker, RuleSet, Timestamp};

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

/// The warnings that our rule sets get on purpose; `rulesets/README.md` says why.
const WARNINGS: &[(&str, &str, &str)] = &[
    ("co_op", "unusedAttribute", "/playerAttributes/2"),
    ("co_op", "batchDistanceServes", "/rules/0/name"),
    ("duel", "batchDistanceServes", "/rules/0/name"),
    ("free_for_all", "batchDistanceServes", "/rules/0/name"),
    ("skirmish", "smallBalanced", "/algorithm/strategy"),
];

#[test]
fn every_rule_set_compiles_strictly_and_without_surprises() {
    for path in rulesets(".json") {
        let options = CompileOptions::default().strict(true);
        let rule_set = RuleSet::compile(&read(&path), options)
            .unwrap_or_else(|errors| panic!("{}:\n{errors}", path.display()));
        let name = path.file_stem().expect("a file has a name").to_string_lossy();
        let expected = WARNINGS.iter().filter(|(file, ..)| *file == name);
        let expected: Vec<(&str, &str)> = expected.map(|&(_, code, at)| (code, at)).collect();
        let warnings = rule_set.warnings().iter();
        let found: Vec<(&str, &str)> =
            warnings.map(|it| (it.kind().code(), it.location().pointer.as_str())).collect();
        assert_eq!(found, expected, "{}", path.display());
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

/// What the search of each rule set goes by. A rule that no longer says anything of pairs shows
/// here, before it shows in a benchmark.
const SEARCHES: &[(&str, &str)] = &[
    ("battle", "latency max within 120, 120, 200, 200"),
    ("co_op", "same difficulty; shared languages"),
    ("duel", "cells of 50 skill; skill within 50, 150, 400"),
    ("even_teams", "all tickets"),
    ("free_for_all", "same map"),
    ("greedy_trap", "cells of 100 skill; skill within 100"),
    ("hunters", "all tickets"),
    ("playlists", "all tickets"),
    ("regions", "latency max within 80, 150, 300"),
    ("roles", "cells of 300 skill; skill within 300, 500; counted roles"),
    ("royale", "same map; cells of 1 league; league within 1, 3, 3; latency avg within 150"),
    ("skirmish", "shared modes; counted role"),
    ("squads", "cells of 450 skill; skill within 450, 700, 700, 1100"),
    ("trios", "all tickets"),
];

#[test]
fn the_search_goes_by_what_the_rules_say_of_pairs_and_count() {
    let searches: Vec<(String, String)> = rulesets(".json")
        .iter()
        .map(|path| {
            let rule_set = RuleSet::from_json(&read(path)).expect("it compiled above");
            let name = path.file_stem().expect("a file has a name").to_string_lossy();
            (name.into_owned(), rule_set.describe().search.to_string())
        })
        .collect();
    let searches: Vec<(&str, &str)> = searches.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(searches, SEARCHES);
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

/// `squads` has steps at 20, 30 and 45 seconds, and no warnings otherwise.
#[test]
fn a_matchmaker_warns_of_steps_beyond_its_request_timeout() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets/squads.json");
    let rule_set = RuleSet::from_json(&read(&path)).expect("it compiles");
    let late = |request_timeout_seconds| {
        let configuration = Configuration { request_timeout_seconds, ..Configuration::default() };
        let (options, start) = (EngineOptions::default(), Timestamp::from_millis(0));
        let matchmaker = Matchmaker::new(rule_set.clone(), configuration, options, start, 1);
        let warnings = matchmaker.expect("the configuration is valid").warnings();
        assert!(warnings.iter().all(|it| it.kind().code() == "stepNeverFires"), "{warnings:?}");
        let places = warnings.iter().map(|it| it.location().pointer.to_string());
        places.collect::<Vec<_>>()
    };
    let [at_30, at_45] =
        ["1/steps/0", "0/steps/1"].map(|step| format!("/expansions/{step}/waitTimeSeconds"));
    assert_eq!(late(46), [""; 0]);
    assert_eq!(late(45), std::slice::from_ref(&at_45));
    assert_eq!(late(30), [at_45, at_30]);
}

/// Takes so many bytes and no more.
struct Full(usize);

impl std::fmt::Write for Full {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 = self.0.checked_sub(text.len()).ok_or(std::fmt::Error)?;
        Ok(())
    }
}

#[test]
fn a_description_names_every_setting() {
    use std::fmt::Write as _;

    for (strategy, preference, expected) in [
        ("exhaustiveSearch", "random", "exhaustiveSearch, batching random"),
        ("balanced", "largestPopulation", "balanced, batching largestPopulation"),
        ("balanced", "fastestRegion", "balanced, batching fastestRegion"),
    ] {
        let (size, balance) = match strategy {
            "balanced" => (30, r#", "balancedAttribute": "skill""#),
            _ => (3, ""),
        };
        let text = format!(
            r#"{{"ruleLanguageVersion": "1.0",
                "playerAttributes": [{{"name": "skill", "type": "number"}}],
                "algorithm": {{"strategy": "{strategy}", "batchingPreference": "{preference}"{balance}}},
                "teams": [{{"name": "a", "minPlayers": 1, "maxPlayers": {size}}},
                          {{"name": "b", "minPlayers": 1, "maxPlayers": {size}}}]}}"#
        );
        let rule_set = RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{errors}"));
        let summary = rule_set.describe();
        let shown = summary.to_string();
        assert_eq!(shown.lines().next(), Some(&*format!("strategy   {expected}")));
        // What cannot be written to the end is an error, wherever that is.
        for room in 0..shown.len() {
            assert!(write!(Full(room), "{summary}").is_err(), "{room} of {}", shown.len());
        }
        assert!(write!(Full(shown.len()), "{summary}").is_ok());
    }
}

/// Nobody has the id of another, so such a rule lets each player be alone in a match.
#[test]
fn tickets_may_be_grouped_by_the_ids_of_players() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 2}],
        "rules": [{"name": "same", "type": "comparison", "operation": "=",
                   "measurements": ["flatten(teams[*].players[playerId])"]}]}"#;
    let rule_set = RuleSet::from_json(text).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(rule_set.describe().search.to_string(), "same playerId");
}

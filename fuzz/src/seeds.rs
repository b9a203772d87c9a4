//! What fuzzing begins with: made of `rulesets/` and `scenarios/`, or of random bytes where the
//! bytes of an input choose among what a target knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Lines of a scenario that are taken: mutations of long texts are slow, and seldom reach far.
const LINES_MAX: usize = 12;
const RANDOM_SEEDS: u64 = 48;

/// The seeds of a target. `root` is the folder of the library.
///
/// # Panics
/// When the folders cannot be read, or there is no such target.
pub fn seeds(root: &Path, target: &str) -> Vec<Vec<u8>> {
    match target {
        "ruleset_text" => rule_sets(root).into_iter().map(String::into_bytes).collect(),
        "expressions" => expressions(root),
        "wire_requests" => scenarios(root),
        "commands" | "search" => (0..RANDOM_SEEDS).map(random_bytes).collect(),
        _ => panic!("there is no target `{target}`"),
    }
}

/// The files below a folder with this ending, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the library can be read") {
        let path = entry.expect("a folder of the library can be read").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file of the library can be read")
}

fn rule_sets(root: &Path) -> Vec<String> {
    let ours = files(&root.join("rulesets"), ".json");
    ours.iter().map(|path| read(path)).collect()
}

/// Expressions of our rule sets and others, under the rules of the target, with bytes for the players.
fn expressions(root: &Path) -> Vec<Vec<u8>> {
    let mut texts = BTreeSet::new();
    for rule_set in rule_sets(root) {
        let rule_set: Value = serde_json::from_str(&rule_set).expect("our rule sets are JSON");
        strings(&rule_set, &mut texts);
    }
    // Most of these are about attributes that the target does not declare, and are refused.
    let texts = texts.into_iter().filter(|text| text.contains("teams["));
    let refused = (0..8).cycle().zip(texts);
    let ours = WITH_OUR_ATTRIBUTES.iter().flat_map(|text| (0..8).map(move |choice| (choice, text)));
    let all = refused.chain(ours.map(|(choice, text)| (choice, text.to_string())));
    let seed = |(number, (choice, text)): (u64, (u8, String))| {
        let first = [choice].into_iter();
        first.chain(text.bytes()).chain([b'\n']).chain(random_bytes(number)).collect()
    };
    (0..).zip(all).map(seed).collect()
}

/// Expressions over the attributes that the target declares.
const WITH_OUR_ATTRIBUTES: [&str; 16] = [
    "sum(teams[a].players.attributes[skill])",
    "flatten(teams[*].players.attributes[skill])",
    "avg(flatten(teams[*].players.attributes[skill]))",
    "max(flatten(teams[*].players.attributes[skill]))",
    "avg(teams[b].players.attributes[skill])",
    "flatten(teams[*].players.attributes[modes])",
    "teams[a].players.attributes[modes]",
    "set_intersection(flatten(teams[*].players.attributes[modes]))",
    "count(teams[*].players)",
    "flatten(teams[a, b].players.attributes[role])",
    "median(flatten(teams[*].players.attributes[skill]))",
    "stddev(teams[*].players.attributes[skill])",
    "min(avg(teams[*].players.attributes[skill]))",
    "teams[b].players[playerId]",
    "flatten(teams[b_1, a].players.attributes[role])",
    "count(set_intersection(teams[*].players.attributes[role]))",
];

fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.values().for_each(|member| strings(member, found)),
        _ => {}
    }
}

/// The beginnings of all scenarios, with their rule sets inside; and each operation alone, once.
fn scenarios(root: &Path) -> Vec<Vec<u8>> {
    let mut paths = files(&root.join("scenarios"), ".scenario.jsonl");
    paths.extend(files(&root.join("rulesets"), ".scenario.jsonl"));
    let (mut seeds, mut operations) = (Vec::new(), BTreeSet::new());
    for path in paths {
        let text = read(&path);
        let mut lines = text.lines().filter(|line| !line.starts_with("//") && !line.is_empty());
        let header = lines.next().expect("a scenario has a header");
        let mut header: Value = serde_json::from_str(header).expect("a header is JSON");
        if let Some(Value::String(file)) = header.get("RuleSetFile").cloned() {
            let rules = read(&path.with_file_name(file));
            let rules: Value = serde_json::from_str(&rules).unwrap_or(json!(rules));
            let members = header.as_object_mut().expect("a header is an object");
            members.remove("RuleSetFile");
            members.insert("RuleSet".into(), rules);
        }
        let mut seed = header.to_string();
        for line in lines.take(LINES_MAX) {
            let command: Value = serde_json::from_str(line).expect("a line is JSON");
            let members = command.as_object().expect("a line is an object");
            let named = members.iter().find(|(name, _)| !["at", "expect"].contains(&name.as_str()));
            if let Some((name, input)) = named
                && operations.insert(name.clone())
            {
                seeds.push(format!("{name} {input}").into_bytes());
            }
            seed = format!("{seed}\n{line}");
        }
        seed.push('\n');
        seeds.push(seed.into_bytes());
    }
    seeds
}

/// Bytes of some length, always the same for a number (SplitMix64).
fn random_bytes(number: u64) -> Vec<u8> {
    let mut state = number;
    let words = 16 + (number % 8) * 24;
    let next = |_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)).to_le_bytes()
    };
    (0..words).flat_map(next).collect()
}

//! The same inputs, the same bytes, on every machine: what scenarios and random runs put out is
//! hashed, and the hash is pinned. CONTRIBUTING.md has the commands that run this test on a machine
//! with another order of bytes and on one with words of 32 bits.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

mod support;

use std::path::{Path, PathBuf};

use rallypoint::wire::{Replay, RuleSetSource, Scenario};
use rallypoint::{CompileOptions, Matchmaker, RuleSet};
use support::Run;

/// Whoever changes what the engine puts out changes these: a failing test says the new ones.
const SCENARIOS: u64 = 0x495f_d5b1_be8d_8b1f;
const RUNS: u64 = 0xa8c9_efc5_14aa_6935;

const RUN_COUNT: u64 = 40;
const CALLS: usize = 120;

/// FNV-1a with 64 bits.
struct Hash(u64);

impl Hash {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([b'\n']) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The state of a matchmaker as it is stored, but for who stored it.
    fn add_state(&mut self, matchmaker: &Matchmaker) {
        let mut state = serde_json::to_value(matchmaker.snapshot()).expect("it can be written");
        state["engineVersion"] = serde_json::Value::Null;
        self.add(&state.to_string());
    }
}

/// The scenario files below a folder, in order.
fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is part of the sources") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(scenarios(&path));
        } else if path.to_string_lossy().ends_with(".scenario.jsonl") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The hash of what a scenario puts out and of the state that it ends with; how many records.
fn replayed(path: &Path) -> (u64, usize) {
    let scenario =
        Scenario::parse(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = match &scenario.rule_set {
        RuleSetSource::File(file) => read(&path.with_file_name(file)),
        RuleSetSource::Inline(text) => text.clone(),
    };
    let options = CompileOptions::default().party_aggregation(scenario.party_aggregation);
    let rule_set = RuleSet::compile(&text, options)
        .unwrap_or_else(|errors| panic!("{}:\n{errors}", path.display()));
    let mut replay = Replay::new(scenario, rule_set)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut hash, mut records) = (Hash::new(), 0);
    for record in &mut replay {
        let record = record.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        hash.add(&record.to_json_line());
        records += 1;
    }
    hash.add_state(replay.matchmaker());
    (hash.0, records)
}

#[test]
fn every_scenario_puts_out_the_same_bytes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut all, mut files, mut records) = (Hash::new(), 0, 0);
    for folder in ["rulesets", "scenarios"] {
        for path in scenarios(&root.join(folder)) {
            let (hash, of_file) = replayed(&path);
            let name = path.strip_prefix(root).expect("it was found below the root");
            println!("{hash:016x} {}", name.display());
            all.add(&format!("{hash:016x}"));
            files += 1;
            records += of_file;
        }
    }
    println!("{:#018x}: {files} scenarios, {records} records", all.0);
    assert!(files > 100 && records > 2_000, "{files} scenarios, {records} records");
    assert_eq!(all.0, SCENARIOS, "it is {:#018x}", all.0);
}

#[test]
fn random_runs_put_out_the_same_bytes() {
    let (mut all, mut events) = (Hash::new(), 0);
    for seed in 0..RUN_COUNT {
        let mut run = Run::new(seed);
        let mut hash = Hash::new();
        for _ in 0..CALLS {
            let seen = run.next_call().make(&mut run.matchmaker);
            events += seen.matches("Event {").count();
            hash.add(&seen);
        }
        hash.add_state(&run.matchmaker);
        println!("{:016x} seed {seed}", hash.0);
        all.add(&format!("{:016x}", hash.0));
    }
    println!("{:#018x}: {RUN_COUNT} runs, {events} events", all.0);
    assert!(events > 500, "only {events} events were read");
    assert_eq!(all.0, RUNS, "it is {:#018x}", all.0);
}

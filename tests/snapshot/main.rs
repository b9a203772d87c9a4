//! A restored matchmaker goes on as the one that the snapshot was taken of, to the letter.
#![cfg(feature = "wire")]

mod crowd;
mod damaged;
mod departed;
mod named;
mod versions;

#[path = "../support/mod.rs"]
mod support;

use rallypoint::{Matchmaker, RuleSet, Snapshot};
use support::{Call, Run};

const RUNS: u64 = 200;
const CALLS: usize = 100;

/// A snapshot on its way through JSON.
fn stored(snapshot: &Snapshot) -> Snapshot {
    let text = serde_json::to_string(snapshot).expect("a snapshot can be written");
    serde_json::from_str(&text).expect("what was written can be read")
}

#[test]
fn what_follows_a_snapshot_is_what_would_have_followed_without() {
    let mut restored = 0;
    for seed in 0..RUNS {
        let mut run = Run::new(seed);
        let mut calls: Vec<(Call, String)> = Vec::new();
        let mut snapshots: Vec<(usize, RuleSet, Snapshot)> = Vec::new();
        for step in 0..CALLS {
            if run.dice.once_in(40) || step == 60 {
                let rule_set = run.matchmaker.rule_set().clone();
                snapshots.push((step, rule_set, run.matchmaker.snapshot()));
            }
            let call = run.next_call();
            let seen = call.make(&mut run.matchmaker);
            calls.push((call, seen));
        }
        let end = run.matchmaker.snapshot();
        for (step, rule_set, snapshot) in snapshots {
            let read = stored(&snapshot);
            assert_eq!(read, snapshot, "seed {seed}, call {step}: JSON has lost something");
            let mut matchmaker = Matchmaker::restore(rule_set, read)
                .unwrap_or_else(|error| panic!("seed {seed}, call {step}: {error}"));
            assert_eq!(matchmaker.snapshot(), snapshot, "seed {seed}, call {step}");
            for (number, (call, seen)) in calls.iter().enumerate().skip(step) {
                let now = call.make(&mut matchmaker);
                assert_eq!(now, *seen, "seed {seed}, snapshot {step}, call {number}: {call:?}");
            }
            assert_eq!(matchmaker.snapshot(), end, "seed {seed}, snapshot {step}");
            restored += 1;
        }
    }
    assert!(restored > 400, "only {restored} snapshots");
}

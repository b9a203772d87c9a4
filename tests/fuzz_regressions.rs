//! What the fuzz targets begin with, every input that ever failed, and some at the edges, on the same
//! code that the targets run. The fuzzing itself needs other tools; `fuzz/README.md` has the commands.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::path::Path;

/// Which target failed on which input, should it fail: a panic inside does not say so.
struct Running(String);

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("while running {}", self.0);
        }
    }
}

fn target(name: &str) -> fn(&[u8]) -> u64 {
    let found = fuzz::TARGETS.iter().find(|(target, _)| *target == name);
    found.unwrap_or_else(|| panic!("there is no target `{name}`")).1
}

/// Runs the seeds of a target. Some must get past the first refusal; `reached_min` of them do.
fn seeds(name: &str, reached_min: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = fuzz::seeds::seeds(root, name);
    let (mut reached, mut checked) = (0, 0);
    for (number, seed) in seeds.iter().enumerate() {
        let _running = Running(format!("seed {number} of {name}"));
        let of_seed = target(name)(seed);
        reached += usize::from(of_seed > 0);
        checked += of_seed;
    }
    println!("{name}: {reached} of {} seeds reach far, {checked} checks", seeds.len());
    assert!(reached >= reached_min, "only {reached} of {} reach far", seeds.len());
}

#[test]
fn seeds_of_rule_set_texts() {
    seeds("ruleset_text", 11);
}

#[test]
fn seeds_of_expressions() {
    seeds("expressions", 40);
}

#[test]
fn seeds_of_wire_requests() {
    seeds("wire_requests", 120);
}

#[test]
fn seeds_of_commands() {
    seeds("commands", 30);
    let mut all = fuzz::commands::Seen::default();
    for seed in fuzz::seeds::seeds(Path::new(env!("CARGO_MANIFEST_DIR")), "commands") {
        let seen = fuzz::commands::play(&seed);
        all.calls += seen.calls;
        all.refused += seen.refused;
        all.restored += seen.restored;
        all.found += seen.found;
        all.succeeded += seen.succeeded;
        all.answered += seen.answered;
        all.placed += seen.placed;
    }
    println!("{all:?}");
    assert!(all.refused > 100 && all.restored > 1_000, "{all:?}");
    assert!(all.found > 50 && all.succeeded > 10 && all.answered > 5 && all.placed > 0, "{all:?}");
}

#[test]
fn seeds_of_the_search() {
    seeds("search", 30);
    let mut all = fuzz::search::Seen::default();
    for seed in fuzz::seeds::seeds(Path::new(env!("CARGO_MANIFEST_DIR")), "search") {
        let seen = fuzz::search::play(&seed);
        all.matches += seen.matches;
        all.joint += seen.joint;
        all.backfills += seen.backfills;
        all.located += seen.located;
        all.rests += seen.rests;
        all.waiting += seen.waiting;
    }
    println!("{all:?}");
    assert!(all.joint > 20 && all.backfills > 5 && all.located > 5, "{all:?}");
    assert!(all.rests > 50 && all.waiting > 2 * all.rests, "{all:?}");
}

/// Every input that ever made a target fail, and some at the edges of what is allowed: a file in
/// `fuzz/regressions/`, in the folder of its target.
#[test]
fn inputs_that_failed_once_or_stand_at_an_edge() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    for (name, target) in fuzz::TARGETS {
        let mut run = 0;
        for entry in std::fs::read_dir(folder.join(name)).expect("each target has a folder") {
            let path = entry.expect("the folder can be read").path();
            let input = std::fs::read(&path).expect("an input can be read");
            let _running = Running(path.display().to_string());
            target(&input);
            run += 1;
        }
        println!("{name}: {run} inputs");
        assert!(run > 0, "there is no input for {name}");
    }
}

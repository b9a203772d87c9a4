//! A cold matching pass over the pools in `rulesets/`: all tickets are waiting, nothing is known.
//! Each run checks how many players it matched.

use std::path::Path;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rallypoint::wire::parse_input;
use rallypoint::{Configuration, EngineOptions, Matchmaker, RuleSet, Timestamp};

/// A matchmaker that holds every ticket of a pool and has not searched yet.
fn waiting(name: &str) -> Matchmaker {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let read = |file: String| std::fs::read_to_string(folder.join(file)).expect("a file of ours");
    let rule_set = RuleSet::from_json(&read(format!("{name}.json"))).expect("it compiles");
    let start = Timestamp::from_millis(0);
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let mut matchmaker = Matchmaker::new(rule_set, configuration, options, start, 1)
        .expect("the default configuration is valid");
    for line in read(format!("{name}.tickets.jsonl")).lines() {
        let value = serde_json::from_str(line).expect("a line is JSON");
        let input = parse_input("StartMatchmaking", &value).expect("a line is a request");
        matchmaker.handle_input(start, input).expect("our tickets are valid");
    }
    matchmaker
}

/// Runs the pass to its end and says how many players were matched.
fn pass(matchmaker: &mut Matchmaker) -> u64 {
    let mut players = 0;
    loop {
        let report = matchmaker.handle_timeout(Timestamp::from_millis(0)).expect("time stands");
        players += report.players_matched;
        if !report.unfinished {
            return players;
        }
    }
}

fn cold_pass(criterion: &mut Criterion) {
    for name in ["duel", "squads"] {
        let matched = pass(&mut waiting(name));
        assert!(matched > 1_000, "{name}: only {matched} players of the pool were matched");
        let mut group = criterion.benchmark_group("pass");
        group.sample_size(10);
        group.bench_function(name, |bencher| {
            let run = |mut matchmaker| assert_eq!(pass(&mut matchmaker), matched);
            bencher.iter_batched(|| waiting(name), run, BatchSize::LargeInput)
        });
        group.finish();
    }
}

criterion_group!(benches, cold_pass);
criterion_main!(benches);

//! Compiling each of our rule sets, beside `serde_json` parsing the same text: the goal is a
//! ratio of at most 10 (performance.md). `cargo bench --bench compile` ends with the ratios, each
//! measured in turns within this one run.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group};
use rallypoint::{CompileOptions, RuleSet};
use rallypoint_benches::timed;

fn rule_sets() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the package");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut texts: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy();
            (name.into_owned(), std::fs::read_to_string(&path).expect("a rule set can be read"))
        })
        .collect();
    texts.sort();
    assert!(texts.len() >= 6, "only {} rule sets were found", texts.len());
    texts
}

fn rallypoint(text: &str) {
    let options = CompileOptions::default().strict(true);
    let rule_set = RuleSet::compile(black_box(text), options).expect("our rule sets compile");
    assert!(rule_set.team_instances().count() > 0);
}

fn floor(text: &str) {
    let value: serde_json::Value = serde_json::from_str(black_box(text)).expect("it is JSON");
    assert!(value["teams"].is_array());
}

fn compile(criterion: &mut Criterion) {
    for (name, text) in rule_sets() {
        let mut group = criterion.benchmark_group(format!("compile/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("rallypoint", |bencher| bencher.iter(|| rallypoint(&text)));
        group.bench_function("floor", |bencher| bencher.iter(|| floor(&text)));
        group.finish();
    }
}

fn print_ratios() {
    const TURNS: usize = 2_000;
    let mut worst: f64 = 0.0;
    for (name, text) in rule_sets() {
        let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
        for _ in 0..TURNS {
            ours = ours.min(timed(|| rallypoint(&text)).0);
            theirs = theirs.min(timed(|| floor(&text)).0);
        }
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        worst = worst.max(ratio);
        println!("{name:<16} {ours:>10.1?} / {theirs:>9.1?} = {ratio:.1}");
    }
    println!("the largest ratio is {worst:.1}, the goal is at most 10");
}

criterion_group!(benches, compile);

fn main() {
    benches();
    // In smoke mode the code above has run once; times would say nothing.
    if !std::env::args().any(|argument| argument == "--test") {
        print_ratios();
    }
}

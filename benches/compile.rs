//! Compiling each of our rule sets, beside `serde_json` parsing the same text: the goal is a
//! ratio of at most 10 (performance.md).

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rallypoint::{CompileOptions, RuleSet};

fn compile(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is part of the package")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a rule set can be read");
        let options = CompileOptions::default().strict(true);
        let rule_set = RuleSet::compile(&text, options).expect("our rule sets compile");
        assert!(rule_set.team_instances().count() > 0);

        let mut group = criterion.benchmark_group(format!("compile/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("rallypoint", |bencher| {
            bencher
                .iter(|| RuleSet::compile(black_box(&text), options).expect("it compiled before"))
        });
        group.bench_function("floor", |bencher| {
            bencher.iter(|| {
                serde_json::from_str::<serde_json::Value>(black_box(&text)).expect("it is JSON")
            })
        });
        group.finish();
    }
}

criterion_group!(benches, compile);
criterion_main!(benches);

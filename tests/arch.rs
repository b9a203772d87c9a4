//! The layers: who may import whom (ARCHITECTURE.md has the same table with its reasons), and
//! what the engine must not call.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// For each module, the modules (or parts of them) that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("diag", &["base"]),
    ("json", &["base", "diag", "model::limits"]),
    ("model", &["base"]),
    ("expr", &["base", "diag", "model"]),
    ("pool", &["base", "model"]),
    ("eval", &["base", "model", "pool::columns", "pool::layout", "expr::ast", "expr::ty"]),
    (
        "rules",
        &[
            "base",
            "diag",
            "json",
            "model",
            "expr",
            "eval",
            "pool::columns",
            "pool::layout",
            "ruleset::ast",
        ],
    ),
    (
        "ruleset",
        &[
            "base",
            "diag",
            "json",
            "model",
            "expr",
            "rules",
            "eval",
            // The lint asks rules about matches of a pool of its own.
            "pool::columns",
            "pool::ingest",
            "pool::layout",
            "testing::judgement",
            "testing::reference",
        ],
    ),
    ("search", &["base", "model", "pool", "eval", "rules", "ruleset::plan", "ruleset::epochs"]),
    ("lifecycle", &["base", "model"]),
    ("placement", &["base", "model"]),
    (
        "engine",
        &[
            "base",
            "diag::RuleSetWarning",
            "model",
            "pool",
            "ruleset",
            "search",
            "lifecycle",
            "placement",
        ],
    ),
    // The reference shares nothing with the compiled path but the typed tree.
    ("testing", &["base", "diag", "model", "expr::ast", "expr::ty", "ruleset::ast"]),
    // It reads off the typed tree what is worth sending; the engine it sees from outside.
    (
        "testing::properties",
        &["PUBLIC", "model::schema", "expr::ast", "ruleset::ast", "testing::brute", "wire"],
    ),
    // Public types only, a hash, and the words of an error.
    ("wire", &["base::fnv", "diag::nearest", "PUBLIC"]),
    // A user of the library with the library's own generator.
    ("simulate", &["base::rng", "wire", "PUBLIC"]),
];

/// Calls that would make a run depend on something else than its inputs.
const BANNED: &[(&str, &str)] = &[
    ("Instant::now", "take `now` from the caller"),
    ("SystemTime", "take `now` from the caller"),
    ("thread::", "the engine has no threads"),
    ("std::env", "take options from the caller"),
    ("thread_rng", "use base::rng with the caller's seed"),
    ("RandomState", "use base::hash with the caller's seed"),
    ("HashMap::new", "give it base::hash::SeededState"),
    ("HashSet::new", "give it base::hash::SeededState"),
];

/// The one file with threads, those of the feature `parallel` (decision 23).
const THREADS: &str = "src/search/jobs.rs";

/// The part of a file that is compiled into the engine: without its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file can be read");
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(&text).to_owned()
}

/// The source files with the module that each belongs to. Files of tests alone are left out, and
/// the folders that hold nothing else: `testing/proof`, and those named `..._tests`.
fn sources() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a source folder can be read") {
            let path = entry.expect("a source folder can be read").path();
            let name =
                path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
            if path.is_dir() {
                if !path.ends_with("testing/proof") && !name.ends_with("_tests") {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "lib.rs" {
                let inside = path.strip_prefix(&root).expect("it was found below the root");
                let module = inside.iter().next().expect("a path has a part").to_string_lossy();
                let module = match inside.starts_with("testing/properties") {
                    true => "testing::properties",
                    false => module.trim_end_matches(".rs"),
                };
                files.push((module.to_owned(), path));
            }
        }
    }
    files.sort();
    assert!(files.len() > 40, "only {} source files were found", files.len());
    files
}

/// What `use crate::...` and inline `crate::...` paths of a file name, as `module::part`.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let end = rest.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == ':'));
            found.push(rest[..end.unwrap_or(rest.len())].trim_end_matches(':').to_owned());
        }
    }
    found
}

#[test]
fn every_module_imports_only_what_its_layer_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (module, path) in sources() {
        let Some(allowed) = allowed.get(module.as_str()) else {
            panic!("module `{module}` is not in the table");
        };
        // A way up and out of a module would not show as `crate::`.
        if code(&path).contains("super::super") {
            wrong.push(format!("{}: super::super", path.display()));
        }
        for import in imports(&code(&path)) {
            checked += 1;
            let own = import == module || import.starts_with(&format!("{module}::"));
            let layered =
                allowed.iter().any(|it| import == *it || import.starts_with(&format!("{it}::")));
            // `crate::{...}` and `crate::Type` are the public face of the library.
            let public = import.is_empty() || import.starts_with(char::is_uppercase);
            let public = public && allowed.contains(&"PUBLIC");
            if !(own || layered || public) {
                wrong.push(format!("{}: crate::{import}", path.display()));
            }
        }
    }
    assert!(checked > 100, "only {checked} imports were found");
    assert!(wrong.is_empty(), "not allowed by the layers:\n{}", wrong.join("\n"));
}

#[test]
fn the_engine_depends_on_nothing_but_its_inputs() {
    let (mut wrong, mut with_threads) = (Vec::new(), 0);
    for (_, path) in sources() {
        let code = code(&path);
        for (banned, instead) in BANNED {
            if !code.contains(banned) {
                continue;
            }
            match *banned == "thread::" && path.ends_with(THREADS) {
                true => with_threads += 1,
                false => wrong.push(format!("{}: `{banned}`; {instead}", path.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(with_threads, 1, "{THREADS}");
}

#[test]
fn the_library_has_no_other_run_time_dependency() {
    // proptest comes with the feature `testing` alone.
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let text = std::fs::read_to_string(manifest).expect("the manifest can be read");
    let section = text.split("\n[dependencies]\n").nth(1).expect("there is a section");
    let section = section.split("\n[").next().expect("a split has a first part");
    let lines = section
        .lines()
        .filter(|line| !(line.starts_with("proptest = ") && line.ends_with("optional = true }")));
    let names: Vec<&str> = lines.filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
    let allowed = ["petgraph", "rand", "serde", "serde_json", "thiserror"];
    assert!(!names.is_empty() && names.iter().all(|name| allowed.contains(name)), "{names:?}");
}

/// The suites that need the feature `testing` are not gated by it: they do not compile without. So
/// they cannot pass by not being there.
#[test]
fn the_oracle_suites_cannot_be_left_out() {
    const { assert!(cfg!(feature = "testing"), "run the tests as CONTRIBUTING says") };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest =
        std::fs::read_to_string(root.join("Cargo.toml")).expect("the manifest can be read");
    let section = manifest.split("\n[dev-dependencies]\n").nth(1).expect("there is a section");
    let itself = section.lines().find(|line| line.starts_with("rallypoint = ")).unwrap_or_default();
    assert!(itself.contains("features = [\"testing\"]"), "the package tests itself without it");
    assert!(!manifest.contains("autotests"), "cargo would not find the tests");
    for suite in ["custom_rule_set", "properties", "starving_role"] {
        let path = root.join("tests").join(suite).with_extension("rs");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text.contains("#[test]"), "{suite} has no test");
        for gate in ["#![cfg(", "#[ignore"] {
            assert!(!text.contains(gate), "{suite} has `{gate}`");
        }
    }
}

//! The verdict on every public rule set of the folder `../shared/rulesets`, which is not a part of
//! this package: `tests/public_rulesets.json` says of each file whether it compiles, and otherwise
//! every error with its place, and every warning but those of the reading. Where the folder is not
//! there, the test says so and passes.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use rallypoint::{CompileOptions, RuleSet, RuleSetWarningKind};
use serde::Deserialize;

const MANIFEST: &str = include_str!("public_rulesets.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    /// What is peculiar about the file.
    why: Option<String>,
    lenient: Verdict,
    strict: Verdict,
    /// What the lint says of a file that compiles.
    #[serde(default)]
    warnings: Vec<Mistake>,
}

#[derive(PartialEq, Deserialize)]
#[serde(untagged)]
enum Verdict {
    /// `"ok"`.
    Word(String),
    /// Every error, in the order of the text.
    Refused(Vec<Mistake>),
}

#[derive(PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistake {
    pointer: String,
    kind: String,
}

impl Verdict {
    fn mistakes(&self) -> &[Mistake] {
        match self {
            Self::Word(_) => &[],
            Self::Refused(mistakes) => mistakes,
        }
    }
}

/// What the library says.
fn judge(text: &str, strict: bool) -> Vec<Mistake> {
    let Err(errors) = RuleSet::compile(text, CompileOptions::default().strict(strict)) else {
        return Vec::new();
    };
    let mistakes = errors.errors().iter().map(|error| Mistake {
        pointer: error.location().pointer.to_string(),
        kind: error.kind().code().into(),
    });
    mistakes.collect()
}

/// What the library warns of, but for what the reader takes although it is not quite JSON.
fn lint(text: &str) -> Vec<Mistake> {
    let Ok(rule_set) = RuleSet::from_json(text) else { return Vec::new() };
    let warnings = rule_set.warnings().iter();
    let warnings = warnings.filter(|it| !matches!(it.kind(), RuleSetWarningKind::Lax(_)));
    let mistakes = warnings.map(|warning| Mistake {
        pointer: warning.location().pointer.to_string(),
        kind: warning.kind().code().into(),
    });
    mistakes.collect()
}

fn manifest() -> Vec<Entry> {
    serde_json::from_str(MANIFEST).unwrap_or_else(|error| panic!("the manifest: {error}"))
}

#[test]
fn the_manifest_says_why_a_file_is_refused() {
    let entries = manifest();
    assert!(entries.len() >= 40);
    let files: BTreeSet<&str> = entries.iter().map(|entry| entry.file.as_str()).collect();
    assert_eq!(files.len(), entries.len(), "a file is listed twice");
    for Entry { file, why, lenient, strict, .. } in &entries {
        for verdict in [lenient, strict] {
            match verdict {
                Verdict::Word(word) => assert_eq!(word, "ok", "{file}"),
                Verdict::Refused(mistakes) => {
                    assert!(!mistakes.is_empty() && why.is_some(), "{file}");
                }
            }
        }
        let refused = lenient.mistakes().iter();
        let lost = refused.filter(|it| !strict.mistakes().contains(it)).count();
        assert_eq!(lost, 0, "{file}: strict reading allows what lenient reading refuses");
        let invalid = ["negative-", "nonaws-"].iter().any(|it| file.starts_with(it));
        let piece = file.contains(".fragment.");
        assert!(!(invalid || piece) || !lenient.mistakes().is_empty(), "{file} must be refused");
    }
}

#[test]
fn every_public_rule_set_gets_its_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/rulesets");
    let Ok(listing) = std::fs::read_dir(&folder) else {
        eprintln!("NOT RUN: the public rule sets are not in {}", folder.display());
        return;
    };
    let names = listing.map(|it| it.expect("the folder can be read").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let found: BTreeSet<String> = names.filter(|name| name.ends_with(".json")).collect();
    let entries = manifest();
    let listed: BTreeSet<String> = entries.iter().map(|entry| entry.file.clone()).collect();
    assert_eq!(found, listed, "the folder and the manifest have different files");

    let mut report = String::new();
    for Entry { file, lenient, strict, warnings, .. } in &entries {
        let text = std::fs::read_to_string(folder.join(file)).expect("a file can be read");
        let readings = [
            ("lenient", lenient.mistakes(), judge(&text, false)),
            ("strict", strict.mistakes(), judge(&text, true)),
            ("warnings", warnings, lint(&text)),
        ];
        for (reading, expected, found) in readings {
            if found == expected {
                continue;
            }
            let _ = writeln!(report, "{file}, {reading}:");
            let sides = [("expected", expected), ("found   ", &found)];
            for (side, Mistake { pointer, kind }) in
                sides.into_iter().flat_map(|(side, list)| list.iter().map(move |it| (side, it)))
            {
                let _ =
                    writeln!(report, "  {side} {{\"pointer\": {pointer:?}, \"kind\": {kind:?}}}");
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

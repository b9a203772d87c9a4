//! Finding scenario files.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use serde_json::{Map, Value};

use crate::console::Fault;
use crate::files;
use crate::scenario;

/// The bytes in which a header must end for its file to be known by it. A rule set may have 65,535
/// characters, each with up to 12 bytes when it is escaped.
const HEADER_BYTES_MAX: u64 = 1 << 20;

/// What a search has found.
pub struct Found {
    /// The scenario files, in the order in which they are run, each once.
    pub files: Vec<PathBuf>,
    /// The folders that were searched.
    pub folders: Vec<PathBuf>,
    /// Why parts of them were not.
    pub unsearched: Vec<String>,
}

/// The scenario files that `paths` name, in the order given; in folders by name. Without paths those
/// of the current folder. A file need not exist.
///
/// # Errors
/// There is none, or none with the text of `filter` in its path.
pub fn scenarios(paths: &[PathBuf], filter: Option<&str>) -> Result<Found, Fault> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    if paths.iter().any(|path| files::is_stdin(path)) {
        let message = "`test` reads files only; `replay --check -` reads standard input";
        return Err(Fault(message.into()));
    }
    let mut found = Found { files: Vec::new(), folders: Vec::new(), unsearched: Vec::new() };
    for path in paths {
        match path.is_dir() {
            true => search(path, &mut found),
            false => found.files.push(path.clone()),
        }
    }
    let mut seen = BTreeSet::new();
    found.files.retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    if found.files.is_empty() {
        let places: Vec<_> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        return Err(Fault(format!(
            "no scenario file in {}: such a file is named *.scenario.jsonl, or is a *.jsonl whose \
             first object has `RuleSet` or `RuleSetFile`; files that are hidden, or that a \
             .gitignore names, are found only when the command names them",
            places.join(", ")
        )));
    }
    let Some(filter) = filter else { return Ok(found) };
    let all = found.files.len();
    found.files.retain(|path| path.to_string_lossy().contains(filter));
    match found.files.is_empty() {
        true => Err(Fault(format!(
            "no scenario file has `{filter}` in its path; {all} do without that filter"
        ))),
        false => Ok(found),
    }
}

fn search(folder: &Path, found: &mut Found) {
    let mut walk = WalkBuilder::new(folder);
    // Which files are tests depends on the folder alone, not on the person who runs them.
    walk.git_global(false).git_exclude(false).sort_by_file_name(Ord::cmp);
    for entry in walk.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unsearched.push(unsearchable(&error));
                continue;
            }
        };
        let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
        if entry.file_type().is_some_and(|it| it.is_dir()) {
            found.folders.push(entry.path().into());
        } else if path.is_file() && is_scenario(path) {
            found.files.push(path.into());
        }
    }
}

/// What keeps a search from a folder or a file.
fn unsearchable(error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithDepth { err, .. } => unsearchable(err),
        ignore::Error::WithPath { path, err } => {
            let problem = err.io_error().map_or_else(|| err.to_string(), files::in_words);
            format!("cannot search `{}`: {problem}", path.display())
        }
        other => format!("cannot search: {other}"),
    }
}

/// Whether a file that nobody has named is a test.
fn is_scenario(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.ends_with(".scenario.jsonl") {
        return true;
    }
    if !name.ends_with(".jsonl") {
        return false;
    }
    let is_journal = |header: &Map<String, Value>| {
        header.get("Driver").is_some_and(|driver| driver == "recorded")
    };
    header(path).is_some_and(|header| {
        (header.contains_key("RuleSet") || header.contains_key("RuleSetFile"))
            && !is_journal(&header)
    })
}

/// The file with the rule set of a scenario, if it is one of its own.
pub fn rule_set_of(scenario: &Path) -> Option<PathBuf> {
    let header = header(scenario)?;
    let file = header.get("RuleSetFile")?.as_str()?;
    Some(scenario::beside(scenario, file))
}

/// The first object of JSON Lines.
fn header(path: &Path) -> Option<Map<String, Value>> {
    let mut reader = BufReader::new(File::open(path).ok()?.take(HEADER_BYTES_MAX));
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let text = line.trim_start_matches('\u{feff}').trim();
        if !text.is_empty() && !text.starts_with("//") {
            return serde_json::from_str(text).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_text(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file can be written");
        (folder, path)
    }

    #[test]
    fn a_scenario_is_known_by_its_name_or_its_header() {
        for (name, text, expected) in [
            ("a.scenario.jsonl", "no JSON", true),
            ("a.scenario.json", r#"{"RuleSetFile": "a.json"}"#, false),
            ("a.jsonl", "// one\n\n{\"RuleSetFile\": \"a.json\"}\n{\"at\": 0}", true),
            ("a.jsonl", "\u{feff}{\"RuleSet\": {}}", true),
            ("a.jsonl", r#"{"RuleSetFile": "a.json", "Driver": "timers"}"#, true),
            ("a.jsonl", r#"{"RuleSetFile": "a.json", "Driver": "recorded"}"#, false),
            ("a.jsonl", r#"{"TicketId": "a", "Players": []}"#, false),
            ("a.jsonl", "[1]\n{\"RuleSet\": {}}", false),
            ("a.jsonl", "", false),
        ] {
            let (_folder, path) = with_text(name, text);
            assert_eq!(is_scenario(&path), expected, "{name}: {text}");
        }
    }

    #[test]
    fn what_cannot_be_searched_is_named_in_plain_words() {
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let err = Box::new(ignore::Error::Io(denied));
        let err = Box::new(ignore::Error::WithPath { path: "a/b".into(), err });
        let error = ignore::Error::WithDepth { depth: 2, err };
        let said = "cannot search `a/b`: the system does not permit it";
        assert_eq!(unsearchable(&error), said);
    }

    #[test]
    fn a_header_of_any_size_that_a_rule_set_can_have_is_read() {
        let escaped = "\\ud83c\\udfae".repeat(65_535);
        let text = format!("{{\"RuleSetFile\": \"../a.json\", \"x\": \"{escaped}\"}}\n");
        let (folder, path) = with_text("a.jsonl", &text);
        assert!(is_scenario(&path));
        assert_eq!(rule_set_of(&path), Some(folder.path().join("../a.json")));
        let (_folder, path) = with_text("a.jsonl", &text.repeat(2).replace('\n', " "));
        assert_eq!(rule_set_of(&path), None, "longer than a header can be");
    }
}

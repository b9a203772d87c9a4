//! Scenario files, made ready to run.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use rallypoint::wire::{Replay, ReplayError, RuleSetSource, Scenario};
use rallypoint::{CompileOptions, RuleSet};

use crate::console::{self, Console, Fault, Halt, visible};
use crate::contents::{self, Contents};
use crate::files::{self, Document};
use crate::rule_sets;

/// How a scenario is made ready.
#[derive(Clone, Copy, Default)]
pub struct Opening {
    /// Whether its rule set may hold only what the service promises to read.
    pub strict: bool,
    /// When it ends, in milliseconds after its start; `None`: with its last command.
    pub until: Option<u64>,
    /// Whether standard error gets the warnings of a rule set that compiles.
    pub warnings: bool,
}

/// A scenario that is ready to run.
pub struct Opened {
    pub replay: Replay,
    /// How many `expect` objects it has.
    pub expectations: usize,
}

/// Makes a scenario ready to run.
pub fn open(path: &Path, opening: Opening, console: &mut Console) -> Result<Opened, Halt> {
    let (scenario, rule_set) = read(path, opening, console)?;
    let expectations = scenario.lines.iter().map(|line| line.expect.len()).sum();
    let mut replay =
        Replay::new(scenario, rule_set).map_err(|error| configuration(path, &error))?;
    if let Some(until) = opening.until {
        replay = replay.until(until).map_err(|error| stopped(path, &error))?;
    }
    Ok(Opened { replay, expectations })
}

/// Reads a scenario and its rule set. Standard error says why a rule set does not compile.
pub fn read(
    path: &Path,
    opening: Opening,
    console: &mut Console,
) -> Result<(Scenario, RuleSet), Halt> {
    let Document { name, text } = files::read(path)?;
    let scenario = Scenario::parse(&text).map_err(|error| {
        let message = contents::with_hint(error.message, &text, Contents::Scenario);
        Halt::bad_line(&name, error.line, message)
    })?;
    if let Some(line) = scenario.torn_line {
        let name = visible(&name);
        console::note(&format!("{name}: line {line}, the last one, was torn and is left out"));
    }
    let options = CompileOptions::default()
        .strict(opening.strict)
        .party_aggregation(scenario.party_aggregation);
    let rule_set = match &scenario.rule_set {
        RuleSetSource::Inline(text) => {
            Document { name: format!("{name} (RuleSet)"), text: text.clone() }
        }
        RuleSetSource::File(file) => files::read(&beside(path, file))?,
    };
    let compile = match opening.warnings {
        true => rule_sets::compile,
        false => rule_sets::compile_without_warnings,
    };
    let rule_set = compile(&rule_set.name, &rule_set.text, options, console)
        .ok_or_else(|| Halt::bad(&name, "its rule set does not compile".into()))?;
    Ok((scenario, rule_set))
}

/// The path of a file that a scenario names relative to itself.
pub fn beside(scenario: &Path, file: &str) -> PathBuf {
    match scenario.parent() {
        Some(folder) if !files::is_stdin(scenario) => folder.join(file),
        _ => PathBuf::from(file),
    }
}

/// Why no replay can begin.
pub fn configuration(path: &Path, error: &dyn Display) -> Halt {
    Halt::bad(&files::name(path), format!("its configuration: {error}"))
}

/// Why a replay does not go on: the scenario is bad, unless it is asked for an end that it cannot have.
pub fn stopped(path: &Path, error: &ReplayError) -> Halt {
    match error {
        ReplayError::Engine { .. } => Halt::bad(&files::name(path), error.to_string()),
        _ => {
            let name = visible(&files::name(path));
            Fault(format!("{name}: {}", visible(&error.to_string()))).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_set_is_sought_beside_its_scenario() {
        let beside = |scenario: &str, file: &str| super::beside(Path::new(scenario), file);
        assert_eq!(beside("a/b.jsonl", "c.json"), Path::new("a/c.json"));
        assert_eq!(beside("a/b.jsonl", "../c.json"), Path::new("a/../c.json"));
        assert_eq!(beside("b.jsonl", "c.json"), Path::new("c.json"));
        assert_eq!(beside("-", "c.json"), Path::new("c.json"));
        assert_eq!(beside("a/b.jsonl", "/c.json"), Path::new("/c.json"));
    }
}

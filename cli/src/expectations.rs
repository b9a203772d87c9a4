//! Scenario files held against what their lines expect.

use std::path::Path;

use rallypoint::wire::Mismatch;
use serde::Serialize;
use serde_json::Value;

use crate::console::{BAD, Console, Fault, GOOD, Halt, Verdict, counted, visible};
use crate::difference;
use crate::files;
use crate::progress::Progress;
use crate::scenario::{self, Opened, Opening};

/// How a scenario came out, in its JSON form.
#[derive(Serialize)]
pub struct Checked {
    pub file: String,
    pub passed: bool,
    /// How many `expect` objects the scenario has.
    pub expectations: usize,
    pub differences: Vec<Difference>,
    /// Why the scenario says nothing, if it does not.
    pub error: Option<String>,
    /// It was played to its end, and no line expects anything.
    #[serde(skip)]
    pub checks_nothing: bool,
}

#[derive(Serialize)]
pub struct Difference {
    line: usize,
    what: String,
    expected: Value,
    found: Value,
}

impl From<&Mismatch> for Difference {
    fn from(mismatch: &Mismatch) -> Self {
        let Mismatch { line, what, expected, found, .. } = mismatch.clone();
        Self { line, what, expected, found }
    }
}

/// Plays a scenario to its end and compares. `Unread`: it cannot be read, and `error` says why.
pub fn check(path: &Path, opening: Opening, console: &mut Console) -> (Checked, Verdict) {
    let unplayed = |error: String| {
        let (file, differences, error) = (files::name(path), Vec::new(), Some(error));
        let (passed, expectations, checks_nothing) = (false, 0, false);
        Checked { file, passed, expectations, differences, error, checks_nothing }
    };
    match play(path, opening, console) {
        Ok(checked) => {
            let verdict = Verdict::good_if(checked.passed);
            (checked, verdict)
        }
        Err(Halt::Bad { line: Some(line), message, .. }) => {
            (unplayed(format!("line {line}: {message}")), Verdict::Bad)
        }
        Err(Halt::Bad { line: None, message, .. }) => (unplayed(message), Verdict::Bad),
        Err(Halt::Fault(Fault(message))) => (unplayed(message), Verdict::Unread),
    }
}

fn play(path: &Path, opening: Opening, console: &mut Console) -> Result<Checked, Halt> {
    let Opened { mut replay, expectations } = scenario::open(path, opening, console)?;
    let mut progress = Progress::new("replaying", None);
    for (count, record) in (1..).zip(&mut replay) {
        record.map_err(|error| scenario::stopped(path, &error))?;
        progress.set(count);
    }
    let differences: Vec<_> = replay.mismatches().iter().map(Difference::from).collect();
    let checks_nothing = expectations == 0;
    let error = checks_nothing.then(|| "it checks nothing: no line has `expect`".into());
    let passed = differences.is_empty() && error.is_none();
    let file = files::name(path);
    Ok(Checked { file, passed, expectations, differences, error, checks_nothing })
}

impl Checked {
    /// A line that says how it came out.
    pub fn headline(&self) -> String {
        let Self { expectations, differences, error, .. } = self;
        let file = visible(&self.file);
        let expectations = counted(*expectations, "expectation");
        let differences = counted(differences.len(), "difference");
        match error {
            _ if self.passed => format!("{GOOD}ok{GOOD:#}  {file} ({expectations})\n"),
            Some(error) => format!("{BAD}bad{BAD:#}  {file}: {}\n", visible(error)),
            None => format!("{BAD}bad{BAD:#}  {file} ({differences} in {expectations})\n"),
        }
    }

    /// Each difference below its place, with an empty line before it.
    pub fn differences(&self) -> String {
        let file = visible(&self.file);
        let shown = self.differences.iter().map(|Difference { line, what, expected, found }| {
            let difference = difference::render(expected, found);
            format!("\n{file}:{line}: {} is not as expected\n{difference}", visible(what))
        });
        shown.collect()
    }
}

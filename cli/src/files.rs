//! Reading what the arguments name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use rallypoint::{CompileOptions, PartyAggregation, RuleSet};

use crate::console::{self, Console, Fault, Problem, visible};
use crate::report::{self, Finding};

/// The most bytes that are read as one document. A rule set may have 65,535 characters; the rest
/// is room for a scenario.
const DOCUMENT_BYTES_MAX: u64 = 256 << 20;

/// How the text of a rule set is read.
#[derive(clap::Args)]
pub struct Reading {
    /// Refuse comments and whatever else the service's text does not promise to read in a rule set
    #[arg(long)]
    strict: bool,
    /// Whether `distance`, `comparison` and `collection` rules look at every player of a party, or
    /// see a party as one player
    #[arg(long, value_name = "WAY", value_enum, default_value_t = Parties::Exact)]
    party_aggregation: Parties,
}

/// [`PartyAggregation`] as an argument.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Parties {
    /// They look at every player
    Exact,
    /// They see a party as one player, its values put together as a rule's `partyAggregation` says
    Collapse,
}

impl Reading {
    pub fn options(&self) -> CompileOptions {
        CompileOptions::default().strict(self.strict).party_aggregation(
            match self.party_aggregation {
                Parties::Exact => PartyAggregation::Exact,
                Parties::Collapse => PartyAggregation::Collapse,
            },
        )
    }
}

/// The name of standard input in messages.
const STDIN: &str = "<stdin>";

/// A text and the name under which messages speak of it.
pub struct Document {
    pub name: String,
    pub text: String,
}

/// Whether an argument means standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What messages call the file.
pub fn name(path: &Path) -> String {
    if is_stdin(path) { STDIN.into() } else { path.display().to_string() }
}

/// Reads a whole file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Document, Fault> {
    let name = name(path);
    let failed =
        |problem: &dyn std::fmt::Display| Fault(format!("cannot read `{name}`: {problem}"));
    let mut bytes = Vec::new();
    let mut limited = open(path)?.take(DOCUMENT_BYTES_MAX + 1);
    limited.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        return Err(failed(&format_args!("it is larger than {} MiB", DOCUMENT_BYTES_MAX >> 20)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Document { name, text }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line =
                error.as_bytes().iter().take(valid).filter(|&&byte| byte == b'\n').count() + 1;
            Err(failed(&format_args!("line {line} is not valid UTF-8")))
        }
    }
}

/// A file, or standard input for `-`, to be read piece by piece.
pub fn open(path: &Path) -> Result<Box<dyn BufRead>, Fault> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin().lock()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(BufReader::with_capacity(1 << 16, file))),
        Err(error) => Err(Fault(format!("cannot read `{}`: {error}", name(path)))),
    }
}

/// Reads and compiles a rule set. `None`: it does not compile, and standard error says why.
pub fn rule_set(
    path: &Path,
    options: CompileOptions,
    console: &mut Console,
) -> Result<Option<RuleSet>, Fault> {
    let Document { name, text } = read(path)?;
    Ok(compile(&name, &text, options, console))
}

/// Compiles the text of a rule set. `None`: it does not compile. Standard error gets every error
/// and warning.
pub fn compile(
    name: &str,
    text: &str,
    options: CompileOptions,
    console: &mut Console,
) -> Option<RuleSet> {
    let rule_set = compile_without_warnings(name, text, options, console)?;
    let warnings = rule_set.warnings().iter().map(Finding::from);
    console::complain(&report::render_all(name, text, warnings));
    Some(rule_set)
}

/// Compiles the text of a rule set. `None`: it does not compile, and only then standard error gets
/// its errors and warnings.
pub fn compile_without_warnings(
    name: &str,
    text: &str,
    options: CompileOptions,
    console: &mut Console,
) -> Option<RuleSet> {
    let errors = match RuleSet::compile(text, options) {
        Ok(rule_set) => return Some(rule_set),
        Err(errors) => errors,
    };
    for finding in errors.errors().iter().map(Finding::from) {
        console.keep_problem(Problem::OfRuleSet { file: name.into(), finding });
    }
    let findings = errors.errors().iter().map(Finding::from);
    let findings = findings.chain(errors.warnings().iter().map(Finding::from));
    console::complain(&report::render_all(name, text, findings));
    console::error(&format!("the rule set `{}` does not compile", visible(name)));
    None
}

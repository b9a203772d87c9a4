//! Reading what the arguments name.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use rallypoint::{CompileOptions, PartyAggregation, RuleSet};

use crate::console::{self, Console, Fault, Problem, visible};
use crate::contents::{self, Contents};
use crate::findings::{self, Finding};

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
    /// As they were given, where they are not the defaults.
    pub fn given(&self) -> Vec<String> {
        let mut given = Vec::new();
        if self.strict {
            given.push("--strict".to_owned());
        }
        if let Parties::Collapse = self.party_aggregation {
            given.extend(["--party-aggregation".to_owned(), "collapse".to_owned()]);
        }
        given
    }

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

/// What a command line calls the file.
pub fn name_as_argument(path: &Path) -> String {
    path.display().to_string()
}

/// Reads a whole file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Document, Fault> {
    let name = name(path);
    let failed = |problem: &dyn Display| unreadable(&name, problem);
    let mut bytes = Vec::new();
    let mut limited = open(path)?.take(DOCUMENT_BYTES_MAX + 1);
    limited.read_to_end(&mut bytes).map_err(|error| failed(&in_words(&error)))?;
    if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        return Err(failed(&format_args!("it is larger than {} MiB", DOCUMENT_BYTES_MAX >> 20)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Document { name, text }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|&&byte| byte == b'\n').count();
            Err(not_utf8(&name, line as u64 + 1))
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
        Err(error) => Err(unreadable(&name(path), &in_words(&error))),
    }
}

/// A file that cannot be read.
pub fn unreadable(name: &str, problem: &dyn Display) -> Fault {
    Fault(format!("cannot read `{name}`: {problem}"))
}

/// A file with a line that is no text.
pub fn not_utf8(name: &str, line: u64) -> Fault {
    unreadable(name, &format_args!("line {line} is not valid UTF-8; save the file as UTF-8"))
}

/// What the system says, in plain words where it is common.
pub fn in_words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".into(),
        ErrorKind::PermissionDenied => "the system does not permit it".into(),
        ErrorKind::IsADirectory => "it is a folder, not a file".into(),
        ErrorKind::NotADirectory => "a part of its path is not a folder".into(),
        _ => error.to_string(),
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
    console::complain(&findings::render_all(name, text, warnings));
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
    console::complain(&findings::render_all(name, text, findings));
    let message = format!("the rule set `{}` does not compile", visible(name));
    console::error(&contents::with_hint(message, text, Contents::RuleSet));
    None
}

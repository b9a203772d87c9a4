//! Rule sets that arguments name: read and compiled as asked for, with what is wrong told.

use std::path::Path;

use rallypoint::{CompileOptions, PartyAggregation, RuleSet};

use crate::console::{self, Console, Fault, Problem, visible};
use crate::contents::{self, Contents};
use crate::files::{self, Document};
use crate::findings::{self, Finding};

/// Whether only what the service promises to read is read.
#[derive(clap::Args)]
pub struct Strictness {
    /// Refuse comments and whatever else the service's text does not promise to read in a rule set
    #[arg(long)]
    pub strict: bool,
}

/// How the text of a rule set is read.
#[derive(clap::Args)]
pub struct Reading {
    #[command(flatten)]
    strictness: Strictness,
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
        if self.strictness.strict {
            given.push("--strict".to_owned());
        }
        if let Parties::Collapse = self.party_aggregation {
            given.extend(["--party-aggregation".to_owned(), "collapse".to_owned()]);
        }
        given
    }

    pub fn options(&self) -> CompileOptions {
        CompileOptions::default().strict(self.strictness.strict).party_aggregation(
            match self.party_aggregation {
                Parties::Exact => PartyAggregation::Exact,
                Parties::Collapse => PartyAggregation::Collapse,
            },
        )
    }
}

/// Reads and compiles a rule set. `None`: it does not compile, and standard error says why.
pub fn read(
    path: &Path,
    options: CompileOptions,
    console: &mut Console,
) -> Result<Option<RuleSet>, Fault> {
    let Document { name, text } = files::read(path)?;
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

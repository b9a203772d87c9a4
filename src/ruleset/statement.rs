//! The statement of a compound rule (facts 3.7): a name, `not(a)`, `and(a, b)`, `or(a, b)` or
//! `xor(a, b)`, nested at will. It may name only rules that stand before it.

use std::ops::Range;

use super::ast::Statement;
use super::graph;
use super::parse_rules::ParsedRule;
use crate::diag::{Problems, RuleSetErrorKind, did_you_mean, found_at, shorten};
use crate::json::cursor::Cursor;
use crate::model::limits::STATEMENT_DEPTH_MAX;

/// The name and the statement of a rule as written, as far as it has them.
pub(super) struct RuleText<'t> {
    pub(super) name: Option<&'t str>,
    pub(super) statement: Option<&'t str>,
}

/// Reads the statement of the rule that comes after `earlier`; `all` are the rules of the text.
pub(super) fn parse(
    cursor: &Cursor,
    earlier: &[ParsedRule],
    all: &[RuleText<'_>],
    problems: &mut Problems,
) -> Option<Statement> {
    let text = cursor.string(problems)?;
    let mut reader = Reader { text, at: 0, earlier, all, errors: Vec::new(), unread: false };
    let statement = reader.statement(0).and_then(|statement| {
        reader.skip_space();
        match reader.rest().is_empty() {
            true => Ok(statement),
            false => Err(reader.expected("the end of the statement")),
        }
    });
    let statement = statement.map_err(|error| reader.errors.push(error)).ok();
    let broken = !reader.errors.is_empty() || reader.unread;
    for StatementError { span, kind, help } in reader.errors {
        problems.error_inside(&cursor.site(), span, kind, help);
    }
    statement.filter(|_| !broken)
}

const FORMS: &str = "write `and(a, b)`, `or(a, b)`, `xor(a, b)`, `not(a)` or a rule name";

struct StatementError {
    span: Range<usize>,
    kind: RuleSetErrorKind,
    help: Option<String>,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    earlier: &'a [ParsedRule],
    all: &'a [RuleText<'a>],
    /// Names that cannot stand here; reading goes on behind them.
    errors: Vec<StatementError>,
    /// Whether it names a rule that may be one whose name is misread.
    unread: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn expected(&self, expected: &str) -> StatementError {
        let (found, length) = found_at(self.rest(), "the end of the statement");
        let kind = RuleSetErrorKind::StatementSyntax { expected: expected.into(), found };
        StatementError { span: self.at..self.at + length, kind, help: Some(FORMS.into()) }
    }

    fn take(&mut self, symbol: char) -> bool {
        self.skip_space();
        let there = self.rest().starts_with(symbol);
        if there {
            self.at += symbol.len_utf8();
        }
        there
    }

    fn statement(&mut self, depth: usize) -> Result<Statement, StatementError> {
        self.skip_space();
        let start = self.at;
        let length = self.rest().find(['(', ')', ',']).unwrap_or(self.rest().len());
        let word = self.rest().get(..length).unwrap_or("").trim_end();
        if depth > STATEMENT_DEPTH_MAX {
            let kind = RuleSetErrorKind::StatementTooDeep { limit: STATEMENT_DEPTH_MAX };
            let help = Some("give a part of it to a compound rule of its own".into());
            return Err(StatementError { span: start..start + word.len(), kind, help });
        }
        if word.is_empty() {
            return Err(self.expected("a rule name or an operator"));
        }
        self.at += word.len();
        if !self.take('(') {
            return Ok(self.name(word, start));
        }
        let statement = match word {
            "not" => Statement::Not(Box::new(self.statement(depth + 1)?)),
            "and" | "or" | "xor" => {
                let first = Box::new(self.statement(depth + 1)?);
                if !self.take(',') {
                    let mut error = self.expected("`,` and a second statement");
                    error.help = Some(format!("`{word}` takes two statements"));
                    return Err(error);
                }
                let second = Box::new(self.statement(depth + 1)?);
                match word {
                    "and" => Statement::And(first, second),
                    "or" => Statement::Or(first, second),
                    _ => Statement::Xor(first, second),
                }
            }
            _ => {
                let kind = RuleSetErrorKind::UnknownWord {
                    word: shorten(word),
                    what: "an operator of statements".into(),
                };
                let help = Some(match &*word.to_lowercase() {
                    "nand" => "write `not(and(a, b))`".into(),
                    "nor" => "write `not(or(a, b))`".into(),
                    "xnor" => "write `not(xor(a, b))`".into(),
                    _ => did_you_mean(word, &["and", "or", "xor", "not"], "there are"),
                });
                return Err(StatementError { span: start..start + word.len(), kind, help });
            }
        };
        if self.take(')') {
            return Ok(statement);
        }
        let mut error = self.expected("`)`");
        if self.rest().starts_with(',') {
            error.help = Some(match word {
                "not" => "`not` takes one statement".into(),
                _ => format!("`{word}` takes two statements; nest them: `{word}({word}(a, b), c)`"),
            });
        }
        Err(error)
    }

    /// The rule of a name; one that cannot stand here is recorded.
    fn name(&mut self, name: &str, start: usize) -> Statement {
        let span = start..start + name.len();
        let Some(position) = self.earlier.iter().position(|it| it.rule.name == name) else {
            let may_be_misread = ParsedRule::any_unread(self.earlier)
                || self.all.iter().any(|rule| rule.name.is_none());
            if may_be_misread {
                self.unread = true;
            } else {
                let (kind, help) = self.unknown(name);
                self.errors.push(StatementError { span, kind, help: Some(help) });
            }
            return Statement::Rule(0);
        };
        let kind = self.earlier.get(position).and_then(|it| it.kind);
        if let Some(kind) = kind.filter(|kind| !kind.in_compounds()) {
            let help = Some("it stands for itself: leave it out of the statement".into());
            let kind =
                RuleSetErrorKind::NotInCompounds { rule: shorten(name), kind: kind.name().into() };
            self.errors.push(StatementError { span, kind, help });
        }
        Statement::Rule(position)
    }

    /// Why a name is that of no rule before this one, and what would help.
    fn unknown(&self, name: &str) -> (RuleSetErrorKind, String) {
        let declared = self.all.iter().any(|rule| rule.name == Some(name));
        let ring = declared.then(|| graph::ring(self.all, self.earlier.len())).flatten();
        if let Some(ring) = ring.filter(|ring| ring.iter().any(|it| it == name)) {
            let help = match ring.len() {
                2 => "a compound rule cannot name itself",
                _ => "a compound rule may name only rules that stand before it",
            };
            let ring = shorten(&ring.join(" → "));
            return (RuleSetErrorKind::RuleRing { ring }, help.into());
        }
        if declared {
            let kind = RuleSetErrorKind::LaterRule { name: shorten(name) };
            return (kind, "move that rule before the compound rule".into());
        }
        let known: Vec<&str> = self.earlier.iter().map(|it| &*it.rule.name).collect();
        let help = if has_operator(name) && !known.iter().any(|it| has_operator(it)) {
            FORMS.into()
        } else if known.is_empty() {
            "declare it before the compound rule".into()
        } else {
            did_you_mean(name, &known, "declared before:")
        };
        (RuleSetErrorKind::UnknownRule { name: shorten(name) }, help)
    }
}

/// Whether a name looks like a statement in another notation, such as `a and b` or `!a`.
fn has_operator(name: &str) -> bool {
    let mut words = name.split_whitespace();
    let several = words.clone().nth(1).is_some();
    name.starts_with('!')
        || name.contains(['&', '|'])
        || several && words.any(|it| matches!(&*it.to_lowercase(), "and" | "or" | "xor" | "not"))
}

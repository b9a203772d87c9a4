//! From the text of an expression to its syntax tree (grammar: facts 2.1).

#![deny(clippy::indexing_slicing, clippy::string_slice)]

use std::ops::Range;

use super::ast::{ExprSyntax, Function, LeafSyntax, PathSyntax, Spanned, TeamSelector};
use super::token::{Cursor, syntax};
use crate::diag::{RuleSetErrorKind, nearest, quoted, shorten};
use crate::model::limits::EXPRESSION_DEPTH_MAX;

/// What is wrong with an expression, and where in its text.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ExprError {
    /// The bytes of the expression at fault; empty at its end when something is missing there.
    pub(crate) span: Range<usize>,
    pub(crate) kind: RuleSetErrorKind,
    pub(crate) help: Option<String>,
}

const EXPRESSION: &str = "a function or `teams[...]`";
const ONE_ARGUMENT: &str = "functions take exactly one argument";

/// Parses a whole text.
pub(crate) fn parse(text: &str) -> Result<ExprSyntax, ExprError> {
    let mut cursor = Cursor::new(text);
    let mut functions = Vec::new();
    let path_start = loop {
        let (word, span) = cursor.word();
        if let "teams" | "team" = word {
            break span.start;
        }
        functions.push(function_call(&mut cursor, word, span, &functions)?);
    };
    let path = path(&mut cursor, path_start)?;
    for _ in &functions {
        if !cursor.take(')') {
            let help = match cursor.peek() {
                Some(',') => Some(ONE_ARGUMENT.into()),
                _ => operator_help(&mut cursor),
            };
            return Err(cursor.unexpected("`)`", help));
        }
    }
    match cursor.peek() {
        None => Ok(ExprSyntax { functions, path }),
        Some(_) => {
            let help = operator_help(&mut cursor);
            Err(cursor.unexpected("the end of the expression", help))
        }
    }
}

/// Reads `(` after the name of a function.
fn function_call(
    cursor: &mut Cursor<'_>,
    word: &str,
    span: Range<usize>,
    outer: &[Spanned<Function>],
) -> Result<Spanned<Function>, ExprError> {
    let function = Function::ALL.into_iter().find(|function| function.name() == word);
    match (function, cursor.peek()) {
        (Some(value), Some('(')) if outer.len() < EXPRESSION_DEPTH_MAX => {
            cursor.take('(');
            Ok(Spanned { value, span })
        }
        (Some(_), Some('(')) => {
            let kind = RuleSetErrorKind::ExpressionTooDeep { limit: EXPRESSION_DEPTH_MAX };
            Err(ExprError { span, kind, help: None })
        }
        (Some(_), _) => Err(cursor.unexpected("`(`", None)),
        (None, Some(')')) if word.is_empty() && !outer.is_empty() => {
            Err(cursor.unexpected(EXPRESSION, Some(ONE_ARGUMENT.into())))
        }
        (None, _) if word.is_empty() => Err(cursor.unexpected(EXPRESSION, None)),
        (None, Some('(')) => Err(ExprError {
            span,
            kind: syntax("a function", quoted(word)),
            help: Some(unknown_function_help(word)),
        }),
        (None, next) => Err(ExprError {
            span,
            kind: syntax(EXPRESSION, quoted(word)),
            help: Some(no_team_help(word, next, cursor.clone())),
        }),
    }
}

fn unknown_function_help(word: &str) -> String {
    let names = Function::ALL.map(Function::name);
    match nearest(word, names) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the functions are `{}`", names.join("`, `")),
    }
}

/// For a word where `teams[...]` must stand.
fn no_team_help(word: &str, next: Option<char>, mut cursor: Cursor<'_>) -> String {
    match (word, next) {
        ("players" | "player", _) => match attribute_of_players(&mut cursor) {
            Some(name) => {
                format!("name the teams: `teams[*].players.attributes[{}]`", shorten(name))
            }
            None => "name the teams: `teams[*].players`".into(),
        },
        (_, Some('[')) if nearest(word, ["teams"]).is_some() => "did you mean `teams`?".into(),
        ("attributes" | "attribute", Some('[')) => {
            "name the teams: `teams[*].players.attributes[...]`".into()
        }
        _ if word.starts_with(|c: char| c.is_ascii_digit()) => {
            "an expression has no numbers; `referenceValue` may be a number".into()
        }
        (name, _) => {
            let name = shorten(name);
            format!("if `{name}` is an attribute, write `teams[*].players.attributes[{name}]`")
        }
    }
}

/// The name in a `.attributes[name]` that comes next.
fn attribute_of_players<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let names_attributes =
        cursor.take('.') && matches!(cursor.word().0, "attributes" | "attribute");
    let name = names_attributes.then(|| cursor.bracketed().ok()).flatten()?.0.trim();
    (!name.is_empty()).then_some(name)
}

fn operator_help(cursor: &mut Cursor<'_>) -> Option<String> {
    match cursor.peek()? {
        '+' | '-' | '*' | '/' | '%' => Some("an expression has no arithmetic".into()),
        '<' | '>' | '=' | '!' => Some("compare with `operation` and `referenceValue`".into()),
        _ => None,
    }
}

/// Reads a path whose `teams` is taken already.
fn path(cursor: &mut Cursor<'_>, start: usize) -> Result<PathSyntax, ExprError> {
    let teams = team_selector(cursor)?;
    let mut end = cursor.at();
    let leaf = if cursor.take('.') {
        let help = "players stand between: `.players.attributes[...]`";
        expect_word(cursor, "players", Some(help.into()))?;
        end = cursor.at();
        let leaf = player_selector(cursor)?;
        if leaf != LeafSyntax::Players {
            end = cursor.at();
        }
        leaf
    } else {
        LeafSyntax::Team
    };
    Ok(PathSyntax { teams, leaf, span: start..end })
}

/// Reads what may follow `.players`.
fn player_selector(cursor: &mut Cursor<'_>) -> Result<LeafSyntax, ExprError> {
    match cursor.peek() {
        Some('[') => {
            let (inside, place) = cursor.bracketed()?;
            let word = trimmed(inside, place, "`playerId`")?;
            match word.value.as_str() {
                "playerId" | "playerid" => Ok(LeafSyntax::PlayerIds),
                other => Err(ExprError {
                    span: word.span,
                    kind: syntax("`playerId`", quoted(other)),
                    help: Some(match nearest(other, ["playerId"]) {
                        Some(_) => "did you mean `playerId`?".into(),
                        None => {
                            format!("an attribute is written `.attributes[{}]`", shorten(other))
                        }
                    }),
                }),
            }
        }
        Some('.') => {
            cursor.take('.');
            let help = match cursor.clone().word().0 {
                "" => None,
                name => Some(format!("an attribute is written `.attributes[{}]`", shorten(name))),
            };
            expect_word(cursor, "attributes", help)?;
            let (inside, place) = cursor.bracketed()?;
            Ok(LeafSyntax::Attribute(trimmed(inside, place, "an attribute name")?))
        }
        _ => Ok(LeafSyntax::Players),
    }
}

/// Takes this word; `help` is for one that is not even like it.
fn expect_word(
    cursor: &mut Cursor<'_>,
    wanted: &str,
    help: Option<String>,
) -> Result<(), ExprError> {
    let before = cursor.clone();
    let (word, _) = cursor.word();
    if word == wanted {
        return Ok(());
    }
    let help = match nearest(word, [wanted]) {
        Some(_) => Some(format!("did you mean `{wanted}`?")),
        None => help,
    };
    *cursor = before;
    Err(cursor.unexpected(&format!("`{wanted}`"), help))
}

fn team_selector(cursor: &mut Cursor<'_>) -> Result<TeamSelector, ExprError> {
    let (inside, place) = cursor.bracketed()?;
    if inside.trim() == "*" {
        return Ok(TeamSelector::All);
    }
    let mut names = Vec::new();
    let mut start = place.start;
    for part in inside.split(',') {
        names.push(trimmed(part, start..start + part.len(), "a team name")?);
        start += part.len() + 1;
    }
    Ok(TeamSelector::Named(names))
}

/// A name without the white space around it, and where it stands; it must not be empty.
fn trimmed(name: &str, place: Range<usize>, expected: &str) -> Result<Spanned<String>, ExprError> {
    let value = name.trim();
    if value.is_empty() {
        let help = (expected == "a team name").then(|| "`teams[*]` is every team".into());
        return Err(ExprError { span: place, kind: syntax(expected, "nothing".into()), help });
    }
    let start = place.start + name.len() - name.trim_start().len();
    Ok(Spanned { value: value.into(), span: start..start + value.len() })
}

#[cfg(test)]
mod tests;

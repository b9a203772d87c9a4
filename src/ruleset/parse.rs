//! From the located JSON tree to the typed tree. Each part of a rule set has a file of its own:
//! `parse_attributes`, `parse_teams`, `parse_algorithm`, `parse_rules`, `parse_expansions`.

use std::sync::Arc;

use super::ast::RuleSetAst;
use super::parse_algorithm::parse_algorithm;
use super::parse_attributes::parse_attributes;
use super::parse_rules::ParsedRule;
use super::parse_teams::parse_teams;
use super::{parse_expansions, parse_rules};
use crate::diag::{Problems, RuleSetErrorKind, Site, shorten};
use crate::json::cursor::{Cursor, Object};
use crate::json::node::{Node, Value};
use crate::model::limits;
use crate::model::schema::{Algorithm, PartyAggregation, Schema};

const KEYS: [&str; 7] = [
    "name",
    "ruleLanguageVersion",
    "playerAttributes",
    "algorithm",
    "teams",
    "rules",
    "expansions",
];

/// The typed tree, as far as it can be told. Whether it is whole, `problems` knows.
pub(crate) fn parse(root: &Node, problems: &mut Problems) -> Option<RuleSetAst> {
    let cursor = Cursor::root(root);
    let mut object = cursor.object("a rule set", problems)?;
    object.deny_unknown(&KEYS, configuration_hint, problems);

    let name = object.get("name").and_then(|it| it.string(problems)).map(str::to_owned);
    version(&object, problems);
    let mut schema = Schema::default();
    match object.get("playerAttributes") {
        Some(attributes) => parse_attributes(&attributes, &mut schema, problems),
        None => schema.unread.attributes = object.means("playerAttributes"),
    }
    match object.require("teams", problems) {
        Some(teams) => parse_teams(&teams, &mut schema, problems),
        None => schema.unread.teams = true,
    }
    let algorithm = match object.get("algorithm") {
        Some(algorithm) => parse_algorithm(&algorithm, &mut schema, problems),
        None => {
            schema.unread.strategy = object.means("algorithm");
            Algorithm::default()
        }
    };
    let rules = match object.get("rules") {
        Some(rules) => parse_rules::parse(&rules, &schema, problems),
        None if object.means("rules") => vec![ParsedRule::unread(object.site())],
        None => Vec::new(),
    };
    let expansions = match object.get("expansions") {
        Some(expansions) => parse_expansions::parse(&expansions, &schema, &rules, problems),
        None => Vec::new(),
    };
    let rules = rules.into_iter().map(|parsed| parsed.rule).collect();
    let party_aggregation = PartyAggregation::default();
    Some(RuleSetAst { name, schema, algorithm, party_aggregation, rules, expansions })
}

/// Keys that belong to the matchmaking configuration, where other emulators let one write them
/// into the rule set (facts 1.2).
fn configuration_hint(key: &str) -> Option<&'static str> {
    let folded = key.to_ascii_lowercase();
    ["acceptancerequired", "acceptancetimeoutseconds", "requesttimeoutseconds", "backfillmode"]
        .contains(&folded.as_str())
        .then_some("it is a field of the matchmaking configuration, not of the rule set")
}

fn version(object: &Object, problems: &mut Problems) {
    const KEY: &str = "ruleLanguageVersion";
    let Some(cursor) = object.get(KEY) else {
        if !object.means(KEY) {
            let kind = RuleSetErrorKind::MissingKey { key: KEY.into(), of: "a rule set".into() };
            let help = format!("add `\"{KEY}\": \"1.0\"`");
            problems.error_help(&object.site(), kind, help);
        }
        return;
    };
    let kind = match &cursor.node.value {
        Value::String(found) if found == "1.0" => return,
        Value::String(found) => RuleSetErrorKind::Version { found: shorten(found) },
        other => RuleSetErrorKind::WrongType {
            expected: "a string".into(),
            found: other.describe().into(),
        },
    };
    problems.error_help(&cursor.site(), kind, "write \"1.0\", in quotes");
}

/// A name of 1 to 1,024 characters.
pub(super) fn parse_name(cursor: &Cursor, what: &str, problems: &mut Problems) -> Option<Arc<str>> {
    let text = cursor.string(problems)?;
    let (what, length) = (format!("the name of {what}"), text.chars().count());
    check_length(&cursor.site(), &what, length, 1, limits::NAME_CHARS_MAX, problems)?;
    Some(text.into())
}

/// Whether a text of this length is long enough and not too long.
pub(super) fn check_length(
    at: &Site,
    what: &str,
    length: usize,
    min: usize,
    max: usize,
    problems: &mut Problems,
) -> Option<()> {
    if (min..=max).contains(&length) {
        return Some(());
    }
    let range = format!("{min} to {max}");
    let kind = RuleSetErrorKind::BadLength { what: what.into(), length, range };
    problems.error(at, kind);
    None
}

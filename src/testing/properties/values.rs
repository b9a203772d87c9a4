//! What is worth sending to a rule set: read off its typed tree.

use std::collections::BTreeSet;

use crate::AttributeValue;
use crate::expr::ast::{Expr, Leaf};
use crate::model::schema::{AttributeIdx, AttributeType};
use crate::ruleset::ast::{FieldValue, RuleAst, RuleSetAst, Target};

/// Players of one request.
const PARTY_MAX: u32 = 10;
/// Strings of one attribute that are tried.
const MEMBERS_MAX: usize = 12;
/// The longest string of a request.
const CHARACTERS_MAX: usize = 100;
/// The longest that any ticket waits, in seconds.
const WAIT_SECONDS_MAX: u32 = 43_200;

/// The values of one declared attribute.
#[derive(Clone, Debug)]
pub(super) struct Interesting {
    pub(super) name: String,
    pub(super) has_default: bool,
    /// The simplest first; never empty.
    pub(super) values: Vec<AttributeValue>,
}

/// For each declared attribute what is worth sending.
pub(super) fn attributes(ast: &RuleSetAst) -> Vec<Interesting> {
    let of_attribute = |index: AttributeIdx| {
        let declared = &ast.schema.attributes[index];
        let default = declared.default.as_ref();
        let values = match declared.attribute_type {
            AttributeType::Number => numbers(ast, index, default),
            AttributeType::String => {
                members(ast, index, default).into_iter().map(AttributeValue::String).collect()
            }
            AttributeType::StringList => lists(&members(ast, index, default)),
            AttributeType::StringNumberMap => maps(default),
        };
        Interesting { name: declared.name.to_string(), has_default: default.is_some(), values }
    };
    ast.schema.attributes.indices().map(of_attribute).collect()
}

/// Latencies around the limits of latency rules, in milliseconds; empty without such a rule.
pub(super) fn latencies(ast: &RuleSetAst) -> Vec<u32> {
    let mut latencies = Vec::new();
    for position in (0..ast.rules.len()).filter(|&it| ast.rules[it].kind == "latency") {
        let limits = numbers_of(ast, position, &["maxLatency", "maxDistance"]);
        for limit in limits.into_iter().map(|limit| limit.clamp(1.0, 60_000.0) as u32) {
            latencies.extend([limit.div_ceil(2), limit, limit + 1, limit.saturating_sub(1), 1]);
        }
        latencies.push(40);
    }
    let mut seen = BTreeSet::new();
    latencies.retain(|&latency| latency > 0 && seen.insert(latency));
    latencies
}

/// The largest party that some team takes at some time and a request may have.
pub(super) fn party_max(ast: &RuleSetAst) -> u32 {
    let declared = ast.schema.teams.iter().map(|team| team.max_players);
    let expanded = ast.expansions.iter().filter(|it| matches!(it.target, Target::MaxPlayers(_)));
    let expanded = expanded.flat_map(|it| &it.steps).map(|step| match step.value {
        FieldValue::Number(players) => players as u32,
        _ => 0,
    });
    declared.chain(expanded).max().unwrap_or(1).clamp(1, PARTY_MAX)
}

/// Waiting times in milliseconds around the steps of expansions, the shortest first.
pub(super) fn waits(ast: &RuleSetAst) -> Vec<u64> {
    let steps = ast.expansions.iter().flat_map(|it| &it.steps).map(|it| it.wait_seconds);
    let starts = steps.filter(|&it| it < WAIT_SECONDS_MAX).map(|it| u64::from(it) * 1000);
    let around = starts.flat_map(|start| [start.saturating_sub(1), start, start + 1]);
    around.chain([0, 1000]).collect::<BTreeSet<u64>>().into_iter().collect()
}

/// The expressions and attributes that a rule is about.
fn mentions(rule: &RuleAst, attribute: AttributeIdx) -> bool {
    let is_about = |it: &Expr| matches!(it.leaf, Leaf::Attribute(leaf) if leaf == attribute);
    rule.fields.iter().any(|field| match &field.value {
        FieldValue::Measurements(list) => list.iter().any(|(expression, _)| is_about(expression)),
        FieldValue::Expression(expression) => is_about(expression),
        FieldValue::Attribute(named) => *named == attribute,
        _ => false,
    })
}

fn rules_about(ast: &RuleSetAst, attribute: AttributeIdx) -> impl Iterator<Item = usize> {
    (0..ast.rules.len()).filter(move |&position| mentions(&ast.rules[position], attribute))
}

/// What these fields of a rule are at any time.
fn field_values<'a>(
    ast: &'a RuleSetAst,
    rule: usize,
    fields: &'a [&str],
) -> impl Iterator<Item = &'a FieldValue> {
    let written = ast.rules[rule].fields.iter().filter(|field| fields.contains(&field.name));
    let is_of = move |target: &Target| matches!(target, Target::RuleField { rule: of, field } if *of == rule && fields.contains(field));
    let expanded = ast.expansions.iter().filter(move |it| is_of(&it.target));
    let expanded = expanded.flat_map(|it| &it.steps).map(|step| &step.value);
    written.map(|field| &field.value).chain(expanded)
}

fn numbers_of(ast: &RuleSetAst, rule: usize, fields: &[&str]) -> Vec<f64> {
    let number = |value: &FieldValue| match value {
        FieldValue::Number(number) => Some(*number),
        _ => None,
    };
    field_values(ast, rule, fields).filter_map(number).collect()
}

/// The constants that an attribute is held against, and values a bound away from these, just inside
/// and just outside.
fn numbers(
    ast: &RuleSetAst,
    attribute: AttributeIdx,
    default: Option<&AttributeValue>,
) -> Vec<AttributeValue> {
    let default = match default {
        Some(AttributeValue::Number(number)) => *number,
        _ => 0.0,
    };
    let mut values = Vec::new();
    // A game that counts from 0 has no values below, unless its rules have.
    let mut lowest = default.min(0.0);
    for rule in rules_about(ast, attribute) {
        let constants = numbers_of(ast, rule, &["referenceValue"]);
        let bounds = numbers_of(ast, rule, &["minDistance", "maxDistance"]);
        let bases = if constants.is_empty() { vec![default] } else { constants };
        for base in bases {
            lowest = lowest.min(base);
            values.extend([base, base + 1.0, base - 1.0]);
            for bound in &bounds {
                values.extend([base + bound, base + bound + 1.0, base - bound, base + bound / 2.0]);
            }
        }
    }
    values.push(default);
    if values.len() == 1 {
        values.extend([1.0, 2.0, 10.0].map(|step| default + step));
    }
    values.retain(|it| it.is_finite() && *it >= lowest);
    let far = |it: &f64| (it - default).abs();
    values.sort_by(|a, b| far(a).total_cmp(&far(b)).then(b.total_cmp(a)));
    values.dedup();
    values.into_iter().map(AttributeValue::Number).collect()
}

/// The strings that rules and the default name for an attribute, then others.
fn members(
    ast: &RuleSetAst,
    attribute: AttributeIdx,
    default: Option<&AttributeValue>,
) -> Vec<String> {
    let mut members: Vec<String> = match default {
        Some(AttributeValue::String(text)) => vec![text.clone()],
        Some(AttributeValue::StringList(texts)) => texts.clone(),
        _ => Vec::new(),
    };
    for rule in rules_about(ast, attribute) {
        for value in field_values(ast, rule, &["referenceValue"]) {
            match value {
                FieldValue::Text(text) => members.push(text.clone()),
                FieldValue::TextList(texts) => members.extend(texts.iter().cloned()),
                _ => {}
            }
        }
    }
    members.truncate(MEMBERS_MAX);
    members.extend(["other".to_owned(), "another".to_owned()]);
    let mut seen = BTreeSet::new();
    members
        .retain(|it| (1..=CHARACTERS_MAX).contains(&it.chars().count()) && seen.insert(it.clone()));
    members
}

/// One member, two neighbours, nothing, everything.
fn lists(members: &[String]) -> Vec<AttributeValue> {
    let one = members.iter().map(|it| vec![it.clone()]);
    let two = members.windows(2).map(<[String]>::to_vec);
    let lists = one.chain(two).chain([Vec::new(), members.to_vec()]);
    lists.map(AttributeValue::StringList).collect()
}

/// The default with other numbers, or some keys.
fn maps(default: Option<&AttributeValue>) -> Vec<AttributeValue> {
    let keys: Vec<String> = match default {
        Some(AttributeValue::StringNumberMap(map)) if !map.is_empty() => {
            map.keys().cloned().collect()
        }
        _ => vec!["a".into(), "b".into()],
    };
    let with = |count: usize, number: f64| {
        let pairs = keys.iter().take(count).map(|key| (key.clone(), number));
        AttributeValue::StringNumberMap(pairs.collect())
    };
    let all = keys.len();
    vec![with(1, 1.0), with(1, 2.0), with(all, 1.0), with(all, 10.0), with(0, 0.0)]
}

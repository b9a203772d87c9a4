//! `collection`: how many lists contain a string, how many strings all lists have, or how many each
//! list shares with a reference list (facts 3.3).

use std::collections::BTreeSet;

use super::Lineup;
use super::expression::{list, texts};
use super::rules::{
    Reference, measured, measurements, number_field, reference, verdict, word_field,
};
use super::value::{Undefined, Value, name, show_number};
use crate::expr::ast::Expr;
use crate::ruleset::ast::RuleAst;
use crate::testing::judgement::{Check, Miss, RuleJudgement};

pub(super) fn judge(rule: &RuleAst, lineup: &Lineup<'_>) -> RuleJudgement {
    let reference = reference(rule, lineup);
    let bounds = (number_field(rule, "minCount"), number_field(rule, "maxCount"));
    let question = question(rule, reference.as_ref());
    let checks = measurements(rule, lineup)
        .into_iter()
        .map(|(expr, value)| check(expr, &value, &question, bounds))
        .collect();
    verdict(rule, reference.and_then(|it| it.measured), checks)
}

/// The count that is nearest to breaking the rule: the least where a least count is asked for, else
/// the greatest. None when something is undefined, or there is nothing to count.
pub(super) fn extreme_count(rule: &RuleAst, lineup: &Lineup<'_>) -> Option<f64> {
    let question = question(rule, reference(rule, lineup).as_ref()).ok()?;
    let mut counted = Vec::new();
    for (expr, value) in measurements(rule, lineup) {
        let value = value.ok()?;
        let groups = groups(&value, expr.ty.depth, None);
        counted.extend(groups.iter().flat_map(|group| counts(group, &question)));
    }
    let counted = counted.into_iter().map(|count| count.count);
    let extreme = match number_field(rule, "minCount") {
        Some(_) => counted.min(),
        None => counted.max(),
    };
    extreme.map(|count| count as f64)
}

/// What the rule counts.
fn question(rule: &RuleAst, reference: Option<&Reference>) -> Result<Question, Undefined> {
    match word_field(rule, "operation").expect("a collection has an operation") {
        "intersection" => Ok(Question::Intersection),
        "contains" => wanted(reference).map(Question::Contains),
        "reference_intersection_count" => shared(reference).map(Question::Shared),
        other => unreachable!("`{other}` is not an operation of collections"),
    }
}

/// What is counted.
enum Question {
    /// The strings that are in every list of a group.
    Intersection,
    /// The lists of a group that have this string.
    Contains(String),
    /// The strings of each list that are among these.
    Shared(BTreeSet<String>),
}

/// The string that `contains` looks for.
fn wanted(reference: Option<&Reference>) -> Result<String, Undefined> {
    match reference.map(|it| &it.value) {
        Some(Ok(Value::Text(text))) => Ok(text.clone()),
        Some(Err(undefined)) => Err(undefined.clone()),
        _ => Err(Undefined("no string is given to look for".into())),
    }
}

/// The strings of the reference list.
fn shared(reference: Option<&Reference>) -> Result<BTreeSet<String>, Undefined> {
    match reference.map(|it| &it.value) {
        Some(Ok(value @ Value::List(_))) => Ok(texts(value).map(str::to_owned).collect()),
        Some(Err(undefined)) => Err(undefined.clone()),
        _ => Err(Undefined("no list is given to compare with".into())),
    }
}

/// Lists that are counted together.
struct Group<'v> {
    /// Whose they are, when there are other groups.
    of: Option<String>,
    collections: Vec<Collection<'v>>,
}

struct Collection<'v> {
    of: Option<String>,
    texts: BTreeSet<&'v str>,
}

/// The lists of a value with `depth` levels of list: those that lie in one list are a group; the
/// only list there is is one of its own.
fn groups<'v>(value: &'v Value, depth: u8, of: Option<&str>) -> Vec<Group<'v>> {
    let collection = |of: Option<String>, value| Collection { of, texts: texts(value).collect() };
    let of_element = |element: &str| match of {
        Some(of) => format!("{of} / {}", name(element)),
        None => name(element),
    };
    match depth {
        0 | 1 => vec![Group { of: None, collections: vec![collection(None, value)] }],
        2 => {
            let of_each = list(value).iter();
            let collections =
                of_each.map(|it| collection(Some(of_element(&it.of)), &it.value)).collect();
            vec![Group { of: of.map(str::to_owned), collections }]
        }
        _ => list(value)
            .iter()
            .flat_map(|it| groups(&it.value, depth - 1, Some(&of_element(&it.of))))
            .collect(),
    }
}

/// A number that must lie within the bounds, and whose it is.
struct Count {
    of: Option<String>,
    count: usize,
}

/// None for a group without any list, of which nothing is asked (decision 14).
fn counts(group: &Group<'_>, question: &Question) -> Vec<Count> {
    let Some((first, others)) = group.collections.split_first() else { return Vec::new() };
    let of_group = |count| vec![Count { of: group.of.clone(), count }];
    match question {
        Question::Intersection => {
            let in_all = |text: &&&str| others.iter().all(|other| other.texts.contains(**text));
            of_group(first.texts.iter().filter(in_all).count())
        }
        Question::Contains(text) => {
            let contain = |it: &&Collection<'_>| it.texts.contains(text.as_str());
            of_group(group.collections.iter().filter(contain).count())
        }
        Question::Shared(reference) => {
            let among = |text: &&&str| reference.contains(**text);
            let count = |it: &Collection<'_>| it.texts.iter().filter(among).count();
            let each = group.collections.iter();
            each.map(|it| Count { of: it.of.clone(), count: count(it) }).collect()
        }
    }
}

fn check(
    expr: &Expr,
    value: &Result<Value, Undefined>,
    question: &Result<Question, Undefined>,
    bounds: (Option<f64>, Option<f64>),
) -> Check {
    let mut counted = Vec::new();
    if let (Ok(value), Ok(question)) = (value, question) {
        let groups = groups(value, expr.ty.depth, None);
        counted = groups.iter().flat_map(|group| counts(group, question)).collect();
    }
    let misses: Vec<Miss> = counted.iter().filter_map(|count| miss(count, bounds)).collect();
    let mut measured = measured(&expr.text, value);
    if let Some(value) = measured.value.as_mut().filter(|_| question.is_ok()) {
        value.push_str(&show_counts(&counted));
    }
    if let Err(Undefined(reason)) = question {
        measured.undefined.get_or_insert_with(|| reason.clone());
        measured.value = None;
    }
    Check {
        holds: value.is_ok() && question.is_ok() && misses.is_empty(),
        measured,
        bound: bound(question, bounds),
        misses,
    }
}

fn miss(counted: &Count, (min, max): (Option<f64>, Option<f64>)) -> Option<Miss> {
    let count = counted.count as f64;
    let (by, wrong) = match (min, max) {
        (Some(min), _) if count < min => (min - count, "too few"),
        (_, Some(max)) if count > max => (count - max, "too many"),
        _ => return None,
    };
    Some(Miss {
        of: counted.of.clone(),
        value: show_number(count),
        reason: format!("{} {wrong}", show_number(by)),
        by: Some(by),
    })
}

/// Counts that a report lists; the others are left out.
const COUNTS_SHOWN: usize = 10;

/// `, counted 2` or `, counted red 2, blue 0`.
fn show_counts(counted: &[Count]) -> String {
    if counted.is_empty() {
        return ", nothing to count".into();
    }
    let shown = counted.iter().take(COUNTS_SHOWN).map(|Count { of, count }| match of {
        Some(of) => format!("{of} {count}"),
        None => count.to_string(),
    });
    let shown: Vec<String> = shown.collect();
    let more = if counted.len() > COUNTS_SHOWN { ", ..." } else { "" };
    format!(", counted {}{more}", shown.join(", "))
}

fn bound(question: &Result<Question, Undefined>, bounds: (Option<f64>, Option<f64>)) -> String {
    let range = match (bounds.0.map(show_number), bounds.1.map(show_number)) {
        (None, None) => "any number".into(),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (Some(min), Some(max)) if min == max => format!("exactly {min}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
    };
    match question {
        Ok(Question::Intersection) => format!("{range} in every list"),
        Ok(Question::Contains(text)) => format!("{range} with \"{}\"", name(text)),
        Ok(Question::Shared(texts)) => {
            let texts = texts.iter().cloned().map(Value::Text).collect();
            format!("each {range} of {}", Value::numbered(texts).show())
        }
        Err(_) => format!("{range} of an undefined value"),
    }
}

//! `comparison`: every value measured compares with the reference value, or they all compare with
//! each other (facts 3.2, decision 12).

use std::cmp::Ordering;

use super::Lineup;
use super::rules::{Reference, check_each, measured, measurements, reference, verdict, word_field};
use super::value::{Leaf, Undefined, Value, show_number};
use crate::ruleset::ast::RuleAst;
use crate::testing::judgement::{Check, Measured, Miss, RuleJudgement};

pub(super) fn judge(rule: &RuleAst, lineup: &Lineup<'_>) -> RuleJudgement {
    let operation = word_field(rule, "operation").expect("a comparison has an operation");
    match reference(rule, lineup) {
        Some(reference) => against(rule, operation, reference, lineup),
        None => verdict(rule, None, among_themselves(rule, operation, lineup)),
    }
}

/// `element operation reference` for every element.
fn against(
    rule: &RuleAst,
    operation: &str,
    reference: Reference,
    lineup: &Lineup<'_>,
) -> RuleJudgement {
    let bound = format!("{operation} {}", reference.show());
    let checks = measurements(rule, lineup)
        .into_iter()
        .map(|measurement| {
            check_each(measurement, &reference, &bound, |element, reference| {
                (!satisfies(element, operation, reference))
                    .then(|| reason(element, operation, reference))
            })
        })
        .collect();
    verdict(rule, reference.measured, checks)
}

fn satisfies(element: &Value, operation: &str, reference: &Value) -> bool {
    match (element, reference) {
        (Value::Number(a), Value::Number(b)) => match operation {
            "<" => a < b,
            "<=" => a <= b,
            "=" => a == b,
            "!=" => a != b,
            ">=" => a >= b,
            ">" => a > b,
            other => unreachable!("`{other}` is not an operation"),
        },
        (Value::Text(a), Value::Text(b)) => match operation {
            "=" => a == b,
            "!=" => a != b,
            other => unreachable!("`{other}` does not compare strings"),
        },
        other => unreachable!("the type checker lets no {other:?} be compared"),
    }
}

/// Why an element that does not satisfy the operation does not, and by how much.
fn reason(element: &Value, operation: &str, reference: &Value) -> (String, Option<f64>) {
    let (Value::Number(a), Value::Number(b)) = (element, reference) else {
        return match operation {
            "=" => (format!("not {}", reference.show()), None),
            _ => ("the value that is excluded".into(), None),
        };
    };
    let by = (a - b).abs();
    let shown = show_number(by);
    let reason = match operation {
        "!=" => return ("the value that is excluded".into(), None),
        "=" => format!("off by {shown}"),
        "<" | ">" if by == 0.0 => "on the bound, which is excluded".into(),
        "<" | "<=" => format!("{shown} too high"),
        _ => format!("{shown} too low"),
    };
    (reason, Some(by))
}

/// Without a reference value: `=` asks that values are all equal, `!=` that no two are. The single
/// values of a rule are compared with each other; of a list its elements are, of nested lists
/// those of each innermost list apart (facts 10.21).
fn among_themselves(rule: &RuleAst, operation: &str, lineup: &Lineup<'_>) -> Vec<Check> {
    let bound = match operation {
        "=" => "all equal",
        "!=" => "all different",
        other => unreachable!("`{other}` needs a reference value"),
    };
    let mut checks = Vec::new();
    let mut pool: Vec<(&str, Result<Value, Undefined>)> = Vec::new();
    for (expr, value) in measurements(rule, lineup) {
        if expr.ty.is_scalar() {
            pool.push((&expr.text, value));
            continue;
        }
        let lists = value.as_ref().map(Value::innermost_lists).unwrap_or_default();
        let misses: Vec<Miss> = lists.iter().flat_map(|list| misfits(list, operation)).collect();
        checks.push(Check {
            measured: measured(&expr.text, &value),
            bound: match expr.ty.depth {
                1 => bound.to_owned(),
                _ => format!("{bound} within each list"),
            },
            holds: value.is_ok() && misses.is_empty(),
            misses,
        });
    }
    if !pool.is_empty() {
        checks.insert(0, check_pool(&pool, operation, bound));
    }
    checks
}

fn check_pool(pool: &[(&str, Result<Value, Undefined>)], operation: &str, bound: &str) -> Check {
    let mut leaves = Vec::new();
    let mut undefined = Vec::new();
    for (text, value) in pool {
        match value {
            Ok(value) => {
                leaves.push(Leaf { of: Some((*text).to_owned()), value: value.clone() });
            }
            Err(Undefined(reason)) => undefined.push(reason.clone()),
        }
    }
    let expressions: Vec<&str> = pool.iter().map(|(text, _)| *text).collect();
    let values = leaves.iter().map(|leaf| leaf.value.clone()).collect();
    let all_defined = undefined.is_empty();
    let misses = if all_defined { misfits(&leaves, operation) } else { Vec::new() };
    Check {
        measured: Measured {
            expression: expressions.join(", "),
            value: all_defined.then(|| Value::numbered(values).show()),
            undefined: (!all_defined).then(|| undefined.join("; ")),
        },
        bound: bound.to_owned(),
        holds: all_defined && misses.is_empty(),
        misses,
    }
}

/// Under `=` the values that differ from the first; under `!=` those that an earlier one equals.
fn misfits(list: &[Leaf], operation: &str) -> Vec<Miss> {
    let miss = |leaf: &Leaf, reason: String, by: Option<f64>| Miss {
        of: leaf.of.clone(),
        value: leaf.value.show(),
        reason,
        by,
    };
    let of = |leaf: &Leaf| leaf.of.clone().unwrap_or_default();
    if operation == "=" {
        let Some((first, others)) = list.split_first() else { return Vec::new() };
        return others
            .iter()
            .filter(|other| order(&other.value, &first.value).is_ne())
            .map(|other| {
                let by = match (&other.value, &first.value) {
                    (Value::Number(a), Value::Number(b)) => Some((a - b).abs()),
                    _ => None,
                };
                miss(other, format!("not the {} of {}", first.value.show(), of(first)), by)
            })
            .collect();
    }
    // equal values stand side by side once sorted; the sort is stable, so the first comes first
    let mut sorted: Vec<usize> = (0..list.len()).collect();
    sorted.sort_by(|&a, &b| order(&list[a].value, &list[b].value));
    let mut repeats: Vec<(usize, usize)> = sorted
        .chunk_by(|&a, &b| order(&list[a].value, &list[b].value).is_eq())
        .flat_map(|equal| equal.iter().skip(1).map(move |&repeat| (repeat, equal[0])))
        .collect();
    repeats.sort_unstable();
    repeats
        .into_iter()
        .map(|(repeat, first)| {
            miss(&list[repeat], format!("also the value of {}", of(&list[first])), None)
        })
        .collect()
}

/// Numbers as numbers (0 equals -0), strings by text.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a.partial_cmp(b).expect("attributes, literals and results are finite")
        }
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        other => unreachable!("the type checker lets no {other:?} be compared"),
    }
}

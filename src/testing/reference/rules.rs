//! What the rule kinds have in common: reading a rule's fields, and putting the verdict together.

use super::Lineup;
use super::expression::evaluate;
use super::value::{Undefined, Value};
use super::{comparison, distance};
use crate::expr::ast::Expr;
use crate::ruleset::ast::{FieldValue, RuleAst};
use crate::testing::judgement::{Check, JudgeError, Measured, Miss, RuleJudgement};

/// The verdict on a rule, its fields being those in force.
///
/// # Errors
/// [`JudgeError::Unsupported`] for a kind that this evaluator does not know.
pub(super) fn judge(rule: &RuleAst, lineup: &Lineup<'_>) -> Result<RuleJudgement, JudgeError> {
    match rule.kind {
        "comparison" => Ok(comparison::judge(rule, lineup)),
        "distance" => Ok(distance::judge(rule, lineup)),
        kind => Err(JudgeError::Unsupported { rule: rule.name.clone(), kind: kind.to_owned() }),
    }
}

/// A `referenceValue` and what it is worth in this match.
pub(super) struct Reference {
    pub(super) value: Result<Value, Undefined>,
    /// The expression, unless it is a literal.
    pub(super) measured: Option<Measured>,
}

impl Reference {
    /// As text, for bounds.
    pub(super) fn show(&self) -> String {
        match &self.value {
            Ok(value) => value.show(),
            Err(_) => "an undefined value".into(),
        }
    }
}

pub(super) fn reference(rule: &RuleAst, lineup: &Lineup<'_>) -> Option<Reference> {
    let literal = |value| Reference { value: Ok(value), measured: None };
    Some(match &rule.field("referenceValue")?.value {
        FieldValue::Number(number) => literal(Value::Number(*number)),
        FieldValue::Text(text) => literal(Value::Text(text.clone())),
        FieldValue::Expression(expr) => {
            let value = evaluate(expr, lineup);
            let measured = Some(measured(&expr.text, &value));
            Reference { value, measured }
        }
        other => unreachable!("the type checker lets no {other:?} be a reference value here"),
    })
}

pub(super) fn measurements<'a>(
    rule: &'a RuleAst,
    lineup: &Lineup<'_>,
) -> Vec<(&'a Expr, Result<Value, Undefined>)> {
    match rule.field("measurements").map(|field| &field.value) {
        Some(FieldValue::Measurements(expressions)) => {
            expressions.iter().map(|(expr, _)| (expr, evaluate(expr, lineup))).collect()
        }
        other => unreachable!("`measurements` is a list of expressions, not {other:?}"),
    }
}

pub(super) fn number_field(rule: &RuleAst, name: &str) -> Option<f64> {
    match rule.field(name)?.value {
        FieldValue::Number(number) => Some(number),
        ref other => unreachable!("`{name}` is a number, not {other:?}"),
    }
}

/// An expression with its value as text.
pub(super) fn measured(text: &str, value: &Result<Value, Undefined>) -> Measured {
    Measured {
        expression: text.to_owned(),
        value: value.as_ref().ok().map(Value::show),
        undefined: value.as_ref().err().map(|Undefined(reason)| reason.clone()),
    }
}

/// The check of a measurement whose every element must pass on its own. `miss` says what is wrong
/// with an element, given the reference value, and how far off it is.
pub(super) fn check_each(
    measurement: (&Expr, Result<Value, Undefined>),
    reference: &Reference,
    bound: &str,
    miss: impl Fn(&Value, &Value) -> Option<(String, Option<f64>)>,
) -> Check {
    let (expr, value) = measurement;
    let mut misses = Vec::new();
    if let (Ok(value), Ok(reference)) = (&value, &reference.value) {
        for leaf in value.leaves() {
            if let Some((reason, by)) = miss(&leaf.value, reference) {
                misses.push(Miss { of: leaf.of, value: leaf.value.show(), reason, by });
            }
        }
    }
    let is_list = !expr.ty.is_scalar();
    Check {
        holds: value.is_ok() && reference.value.is_ok() && misses.is_empty(),
        measured: measured(&expr.text, &value),
        bound: if is_list { format!("each {bound}") } else { bound.to_owned() },
        misses,
    }
}

/// A rule holds when all its checks do.
pub(super) fn verdict(
    rule: &RuleAst,
    reference: Option<Measured>,
    checks: Vec<Check>,
) -> RuleJudgement {
    RuleJudgement {
        name: rule.name.clone(),
        kind: rule.kind.to_owned(),
        holds: checks.iter().all(|check| check.holds),
        reference,
        checks,
    }
}

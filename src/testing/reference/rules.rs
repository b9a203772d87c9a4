//! What the rule kinds have in common: reading a rule's fields, and putting the verdict together.

use super::expression::evaluate;
use super::location::Truth;
use super::value::{Undefined, Value};
use super::{
    Lineup, batch_distance, collection, comparison, compound, distance, effective, latency, sort,
};
use crate::base::time::Millis;
use crate::expr::ast::Expr;
use crate::model::schema::Aggregation;
use crate::ruleset::ast::{FieldValue, RuleAst, RuleSetAst};
use crate::testing::judgement::{Check, JudgeError, Measured, Miss, RuleJudgement};

/// The verdict on a rule, to be told and to be reckoned with.
pub(super) struct Judged {
    pub(super) judgement: RuleJudgement,
    pub(super) truth: Truth,
}

/// The verdict on the rule at a position, its fields being those in force after `wait`; `earlier`
/// are the verdicts on the rules before it.
///
/// # Errors
/// [`JudgeError::Unsupported`] for a kind that this evaluator does not know.
pub(super) fn judge(
    ast: &RuleSetAst,
    position: usize,
    wait: Millis,
    lineup: &Lineup<'_>,
    earlier: &[Judged],
) -> Result<Judged, JudgeError> {
    let rule = &effective::rule(ast, position, wait);
    let mut judged = match rule.kind {
        "comparison" => Judged::everywhere(comparison::judge(rule, lineup)),
        "distance" => Judged::everywhere(distance::judge(rule, lineup)),
        "collection" => Judged::everywhere(collection::judge(rule, lineup)),
        "batchDistance" => Judged::everywhere(batch_distance::judge(rule, lineup)),
        "latency" => latency::judge(rule, lineup),
        "compound" => compound::judge(rule, lineup, earlier),
        "absoluteSort" | "distanceSort" => Judged::everywhere(sort::judge(rule)),
        kind => {
            let (rule, kind) = (rule.name.clone(), kind.to_owned());
            return Err(JudgeError::Unsupported { rule, kind });
        }
    };
    // facts 10.11: what a compound names counts only through it
    if ast.named_by_compounds().contains(&position) {
        judged.judgement.enforced = false;
    }
    Ok(judged)
}

impl Judged {
    /// A rule to which locations are all the same.
    pub(super) fn everywhere(judgement: RuleJudgement) -> Self {
        let truth = Truth::Everywhere(judgement.holds);
        Self { judgement, truth }
    }

    /// A rule that holds or not at each place of the lineup.
    pub(super) fn by_place(
        rule: &RuleAst,
        lineup: &Lineup<'_>,
        holds: Vec<bool>,
        checks: Vec<Check>,
    ) -> Self {
        let mut judgement = verdict(rule, None, checks);
        judgement.holds = holds.contains(&true);
        let at = lineup.places.iter().zip(&holds).filter(|&(_, &holds)| holds);
        judgement.locations = lineup
            .reports_latencies()
            .then(|| at.filter_map(|(place, _)| place.map(str::to_owned)).collect());
        Self { judgement, truth: Truth::ByPlace(holds) }
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
        FieldValue::TextList(texts) => {
            literal(Value::numbered(texts.iter().cloned().map(Value::Text).collect()))
        }
        FieldValue::Expression(expr) => {
            let value = evaluate(expr, lineup, party_aggregation(rule));
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
            let aggregation = party_aggregation(rule);
            let evaluated = |expr| (expr, evaluate(expr, lineup, aggregation));
            expressions.iter().map(|(expr, _)| evaluated(expr)).collect()
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

pub(super) fn word_field(rule: &RuleAst, name: &str) -> Option<&'static str> {
    match rule.field(name)?.value {
        FieldValue::Word(word) => Some(word),
        ref other => unreachable!("`{name}` is a word, not {other:?}"),
    }
}

/// The `partyAggregation` of a rule that states one.
pub(super) fn party_aggregation(rule: &RuleAst) -> Option<Aggregation> {
    Some(match word_field(rule, "partyAggregation")? {
        "min" => Aggregation::Min,
        "max" => Aggregation::Max,
        "avg" => Aggregation::Avg,
        "union" => Aggregation::Union,
        "intersection" => Aggregation::Intersection,
        other => unreachable!("`{other}` is not a partyAggregation"),
    })
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
        enforced: true,
        locations: None,
        reference,
        checks,
    }
}

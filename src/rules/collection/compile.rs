//! What a `collection` rule is made of: its bounds, its measurements, and in each epoch its operation
//! with the reference value of that epoch.

use super::{Counts, Operation, Reference};
use crate::base::epoch::PerEpoch;
use crate::diag::{RuleSetErrorKind, Site, shorten};
use crate::eval::program::Program;
use crate::expr::ast::{Expr, Function};
use crate::expr::ty::{Base, Type};
use crate::model::schema::Aggregation;
use crate::rules::{CompileContext, FieldInEpoch, RuleSource, describe_value};
use crate::ruleset::ast::FieldValue;

pub(super) fn counts(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
) -> Option<PerEpoch<Counts>> {
    let (min, max) = (rule.numbers("minCount"), rule.numbers("maxCount"));
    if rule.ast.lacks("minCount") && rule.ast.lacks("maxCount") {
        cx.refuse_boundless(rule, "`minCount` or `maxCount`", "say how many there may be");
        return None;
    }
    let min = min.unwrap_or(PerEpoch::constant(0.0));
    let max = max.unwrap_or(PerEpoch::constant(f64::INFINITY));
    let counts = min.zip(&max, |&min, &max| Counts { min: min as usize, max: max as usize });
    if counts.iter().all(|counts| counts.min > counts.max) {
        let help = "raise `maxCount`, or lower `minCount`";
        cx.warn_never(rule, "minCount is above maxCount", help);
    }
    Some(counts)
}

/// Compiles the measurements; `None` when one is not made of strings, which is recorded.
pub(super) fn measurements(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
) -> Option<Vec<Program>> {
    let aggregation = rule.aggregation(Aggregation::Union);
    let mut programs = Vec::new();
    for (expr, site) in rule.measurements() {
        if expr.ty.base == Base::String && expr.ty.depth > 0 {
            programs.push(cx.program(expr, aggregation));
        } else {
            measurement_type(
                cx,
                site,
                "a list of strings or of such lists",
                expr,
                not_strings_help(expr),
            );
        }
    }
    let whole = !programs.is_empty() && programs.len() == rule.measurements().len();
    whole.then_some(programs)
}

fn measurement_type(
    cx: &mut CompileContext<'_, '_>,
    site: &Site,
    expected: &str,
    expr: &Expr,
    help: &str,
) {
    let kind =
        RuleSetErrorKind::MeasurementType { expected: expected.into(), found: expr.ty.to_string() };
    cx.problems.error_help(site, kind, help);
}

fn not_strings_help(expr: &Expr) -> &'static str {
    match expr.ty.base {
        Base::Team => "add `.players.attributes[name]`, with an attribute of type string_list",
        Base::Player => "add `.attributes[name]`, or take `.players[playerId]`",
        Base::Number if expr.functions.contains(&Function::Count) => {
            "take the lists themselves: a `collection` rule counts"
        }
        _ => "measure an attribute of type string_list",
    }
}

/// Compiles the operation of each epoch with the reference value of that epoch; `None` when some
/// do not go together, which is recorded once for each place.
pub(super) fn operations(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
) -> Option<PerEpoch<Operation>> {
    let words = rule.field("operation")?;
    let references = match rule.field("referenceValue") {
        Some(references) => references.map(|&it| Some(it)),
        None => PerEpoch::constant(None),
    };
    let mut blamed = Vec::new();
    let operations = words.zip(&references, |word, reference| {
        operation(cx, rule, word, reference.as_ref(), &mut blamed)
    });
    operations.try_map(Clone::clone)
}

fn operation<'a>(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'a>,
    operation: &FieldInEpoch<'a>,
    reference: Option<&FieldInEpoch<'a>>,
    blamed: &mut Vec<&'a Site>,
) -> Option<Operation> {
    let FieldValue::Word(word) = *operation.value else { return None };
    let mut first_at = |site: &'a Site| {
        let first = !blamed.iter().any(|it| std::ptr::eq(*it, site));
        blamed.push(site);
        first
    };
    if word == "intersection" {
        let flat = rule.measurements().iter().filter(|(it, _)| it.ty == Type::new(1, Base::String));
        let mut whole = true;
        for (expr, site) in flat {
            whole = false;
            if first_at(site) {
                let help = match expr.functions.is_empty() {
                    true => {
                        "this is one collection; measure an attribute of type string_list, or \
                         several teams"
                    }
                    false => {
                        "this is one collection; take the outermost function off, or take the \
                         lists of several players"
                    }
                };
                measurement_type(cx, site, "a list of lists of strings", expr, help);
            }
        }
        if reference.is_some() {
            whole = false;
            if first_at(operation.site) {
                let kind = RuleSetErrorKind::OperationTakesNoReference { operation: word.into() };
                let help = "take the `referenceValue` out, or use `contains` or \
                            `reference_intersection_count`";
                cx.problems.error_help(operation.site, kind, help);
            }
        }
        return whole.then_some(Operation::Intersection);
    }
    let Some(reference) = reference else {
        if rule.ast.lacks("referenceValue") && first_at(operation.site) {
            let kind = RuleSetErrorKind::OperationNeedsReference { operation: word.into() };
            let help = match word {
                "contains" => "name the string to look for",
                _ => "give the list of strings to look for",
            };
            cx.problems.error_help(operation.site, kind, help);
        }
        return None;
    };
    match (word, reference.value) {
        ("contains", FieldValue::Text(text)) => {
            return Some(Operation::Contains(cx.layout.literal(text)));
        }
        ("contains", _) => {}
        (_, FieldValue::TextList(texts)) => {
            let literals = texts.iter().map(|text| cx.layout.literal(text)).collect();
            return Some(Operation::ReferenceIntersectionCount(Reference::Literals(literals)));
        }
        (_, FieldValue::Expression(expr)) if expr.ty == Type::new(1, Base::String) => {
            let program = cx.program(expr, rule.aggregation(Aggregation::Union));
            return Some(Operation::ReferenceIntersectionCount(Reference::Program(program)));
        }
        _ => {}
    }
    if first_at(reference.site) {
        reference_type(cx, word, reference);
    }
    None
}

/// Records that a reference value is not what the operation needs.
fn reference_type(cx: &mut CompileContext<'_, '_>, word: &str, field: &FieldInEpoch<'_>) {
    let (expected, help) = match (word, field.value) {
        ("contains", FieldValue::Number(_)) => {
            ("a plain string", "attributes hold strings: put the number in quotes".into())
        }
        ("contains", _) => (
            "a plain string",
            "to look for several strings, use `reference_intersection_count`".into(),
        ),
        (_, FieldValue::Text(text)) => {
            let help = match crate::expr::parse::parse(text) {
                Err(error) if text.contains("teams[") => {
                    format!("it is not an expression either: {}", error.kind)
                }
                _ => format!("write [\"{}\"], or use `contains`", shorten(text)),
            };
            ("a list of strings", help)
        }
        (_, FieldValue::Expression(expr)) if expr.ty.base == Base::String => {
            ("a list of strings", "make one list of it with `flatten` or `set_intersection`".into())
        }
        _ => (
            "a list of strings",
            "write [\"a\", \"b\"], or an expression such as `flatten(teams[*].players[playerId])`"
                .into(),
        ),
    };
    let found = match field.value {
        FieldValue::TextList(_) => "a list of strings".into(),
        other => describe_value(other),
    };
    let expected = format!("{expected} for `{word}`");
    cx.problems.error_help(field.site, RuleSetErrorKind::ReferenceType { expected, found }, help);
}

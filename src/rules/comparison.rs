//! `comparison`: values compared with a reference, or with each other (facts 3.2, decision 12).
//!
//! With a `referenceValue`, every element of every measurement must satisfy `element operation
//! reference`. Without one, `=` wants all values of a list to be equal and `!=` wants them to be
//! pairwise different; each innermost list is judged on its own (facts 10.21), and measurements
//! that yield one value each are pooled. An empty list is true, an undefined value false
//! (decision 14).
//!
//! Cost: one evaluation of each expression; intervals and known values decide a partial match.

mod among_themselves;
mod with_reference;

use among_themselves::AmongThemselves;
use with_reference::WithReference;

use super::{CompileContext, Compiled, Field, FieldInEpoch, FieldShape, RuleKind, RuleSource};
use crate::diag::{RuleSetErrorKind, Site};
use crate::eval::bounds::Interval;
use crate::eval::verdict::Verdict;
use crate::expr::ast::{Expr, Leaf};
use crate::expr::ty::Base;
use crate::model::schema::AttributeType;
use crate::ruleset::ast::FieldValue;

pub(super) struct Kind;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operation {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
}

const WORDS: &[&str] = &["<", "<=", "=", "!=", ">", ">="];

impl RuleKind for Kind {
    fn name(&self) -> &'static str {
        "comparison"
    }

    fn fields(&self) -> &'static [Field] {
        const FIELDS: &[Field] = &[
            super::MEASUREMENTS,
            Field {
                name: "referenceValue",
                shape: FieldShape::Reference,
                required: false,
                expandable: true,
            },
            Field {
                name: "operation",
                shape: FieldShape::Words { what: "an operation", words: WORDS },
                required: true,
                expandable: true,
            },
            super::PARTY_AGGREGATION,
        ];
        FIELDS
    }

    fn compile(&self, cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<Compiled> {
        let base = measured_base(cx, rule.measurements());
        let operation = rule.field("operation").and_then(|operations| {
            let has_reference = !rule.ast.lacks("referenceValue");
            operations.try_map(|it| compile_operation(cx, it, base, has_reference))
        });
        match rule.field("referenceValue") {
            Some(references) => WithReference::compile(cx, rule, references, base, operation),
            None => AmongThemselves::compile(cx, rule, base, operation),
        }
    }
}

/// What the measurements are made of, if all of them are of one kind that can be compared.
fn measured_base(cx: &mut CompileContext<'_, '_>, measurements: &[(Expr, Site)]) -> Option<Base> {
    let mut base = None;
    let mut whole = true;
    for (expr, site) in measurements {
        let found = expr.ty.base;
        let is_list_of_lists = is_string_list(cx, expr);
        if !matches!(found, Base::Number | Base::String) || is_list_of_lists {
            whole = false;
            let kind = RuleSetErrorKind::MeasurementType {
                expected: "a list of numbers or of strings".into(),
                found: expr.ty.to_string(),
            };
            let help = match found {
                Base::String => "string lists are judged by a `collection` rule",
                Base::Player => "add `.attributes[name]`, or count the players",
                Base::Team => "add `.players.attributes[name]`",
                _ => "compare an attribute of type number or string",
            };
            cx.problems.error_help(site, kind, help);
        } else if *base.get_or_insert(found) != found {
            whole = false;
            let help = "make two rules of it";
            cx.problems.error_help(site, RuleSetErrorKind::MixedMeasurements, help);
        }
    }
    if whole { base } else { None }
}

/// Whether the innermost lists of strings are attribute values, which `collection` judges.
fn is_string_list(cx: &CompileContext<'_, '_>, expr: &Expr) -> bool {
    let Leaf::Attribute(attribute) = expr.leaf else { return false };
    expr.ty.base == Base::String
        && cx.schema.attributes[attribute].attribute_type == AttributeType::StringList
        && expr.ty.depth >= 2
}

fn compile_operation(
    cx: &mut CompileContext<'_, '_>,
    field: &FieldInEpoch<'_>,
    base: Option<Base>,
    has_reference: bool,
) -> Option<Operation> {
    let FieldValue::Word(word) = *field.value else { return None };
    let operation = match word {
        "<" => Operation::Less,
        "<=" => Operation::LessOrEqual,
        "=" => Operation::Equal,
        "!=" => Operation::NotEqual,
        ">" => Operation::Greater,
        _ => Operation::GreaterOrEqual,
    };
    if matches!(operation, Operation::Equal | Operation::NotEqual) {
        return Some(operation);
    }
    if !has_reference {
        let kind = RuleSetErrorKind::OperationNeedsReference { operation: word.into() };
        let help = "without one, `=` wants equal values and `!=` different ones";
        cx.problems.error_help(field.site, kind, help);
        return None;
    }
    if base == Some(Base::String) {
        let kind = RuleSetErrorKind::OperationOnStrings { operation: word.into() };
        cx.problems.error_help(field.site, kind, "use `=` or `!=`");
        return None;
    }
    Some(operation)
}

impl Operation {
    fn holds(self, value: f64, reference: f64) -> bool {
        match self {
            Self::Less => value < reference,
            Self::LessOrEqual => value <= reference,
            Self::Equal => value == reference,
            Self::NotEqual => value != reference,
            Self::Greater => value > reference,
            Self::GreaterOrEqual => value >= reference,
        }
    }

    /// Whether it holds for all, none or some of the pairs of two intervals.
    fn verdict(self, value: Interval, reference: Interval) -> Verdict {
        let below = value.high < reference.low;
        let above = value.low > reference.high;
        let (always, never) = match self {
            Self::Less => (below, value.low >= reference.high),
            Self::LessOrEqual => (value.high <= reference.low, above),
            Self::Greater => (above, value.high <= reference.low),
            Self::GreaterOrEqual => (value.low >= reference.high, below),
            Self::Equal | Self::NotEqual => {
                let same = value.is_point() && value == reference;
                let differ = below || above;
                if self == Self::Equal { (same, differ) } else { (differ, same) }
            }
        };
        match (always, never) {
            (true, _) => Verdict::ALWAYS,
            (_, true) => Verdict::NEVER,
            _ => Verdict::OPEN,
        }
    }
}

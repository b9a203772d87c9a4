//! `comparison`: values compared with a reference, or with each other (facts 3.2, decision 12).
//!
//! With a `referenceValue`, every element of every measurement must satisfy `element operation
//! reference`. Without one, `=` wants all values of a list to be equal and `!=` wants them to be
//! pairwise different; each innermost list is judged on its own (facts 10.21), and measurements
//! that yield one value each are pooled. An empty list is true, an undefined value false
//! (decision 14).
//!
//! Cost: one evaluation of each expression; intervals and known values decide a partial match.

use super::elements::{every_value, reference_bounds};
use super::{
    CompileContext, Compiled, Field, FieldInEpoch, FieldShape, Rule, RuleKind, RuleSource,
};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::intern::Sym;
use crate::diag::{RuleSetErrorKind, Site};
use crate::eval::bounds::{Bounds, Interval};
use crate::eval::candidate::Partial;
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Near, Pair, Share, TeamShape};
use crate::eval::program::Program;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::expr::ast::Expr;
use crate::expr::ty::{Base, Type};
use crate::model::schema::Aggregation;
use crate::pool::columns::LocationSet;
use crate::pool::layout::Literal;
use crate::ruleset::ast::FieldValue;
use std::sync::Arc;

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

/// A reference value.
#[derive(Clone, Debug)]
enum Reference {
    Number(f64),
    Program(Program),
    Literal(Literal),
}

/// Values compared with a reference.
#[derive(Debug)]
struct WithReference {
    measurements: Vec<Program>,
    operation: PerEpoch<Operation>,
    reference: PerEpoch<Reference>,
}

/// Values compared with each other.
#[derive(Debug)]
struct AmongThemselves {
    lists: Vec<Program>,
    /// Measurements that yield one number each, judged as one list.
    pooled: Vec<Program>,
    /// `=` or `!=`.
    operation: PerEpoch<Operation>,
}

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
        let aggregation = rule.aggregation(Aggregation::Avg);
        let base = measured_base(cx, rule.measurements());
        let operation = rule.field("operation").and_then(|operations| {
            let has_reference = !rule.ast.lacks("referenceValue");
            operations.try_map(|it| compile_operation(cx, it, base, has_reference))
        });
        if let Some(references) = rule.field("referenceValue") {
            let reference = references.try_map(|it| compile_reference(cx, it, base, aggregation));
            base?;
            let programs = rule.measurements().iter();
            let measurements = programs.map(|(it, _)| cx.program(it, aggregation)).collect();
            let (operation, reference) = operation.zip(reference)?;
            return Some(Compiled::Admit(Arc::new(WithReference {
                measurements,
                operation,
                reference,
            })));
        }
        let (scalars, lists): (Vec<_>, Vec<_>) =
            rule.measurements().iter().partition(|(it, _)| it.ty.is_scalar());
        let is_all = rule.ast.lacks("referenceValue") && rule.ast.unread.is_empty();
        if let ([(_, site)], true) = (&scalars[..], is_all) {
            let help = "add a `referenceValue`, a second measurement, or measure a list";
            cx.problems.error_help(site, RuleSetErrorKind::LoneValue, help);
            return None;
        }
        base?;
        let mut compile = |part: Vec<&(Expr, Site)>| -> Vec<Program> {
            part.iter().map(|(it, _)| cx.program(it, aggregation)).collect()
        };
        let (lists, pooled) = (compile(lists), compile(scalars));
        Some(Compiled::Admit(Arc::new(AmongThemselves { lists, pooled, operation: operation? })))
    }
}

/// What the measurements are made of, if all of them are of one kind that can be compared.
fn measured_base(cx: &mut CompileContext<'_, '_>, measurements: &[(Expr, Site)]) -> Option<Base> {
    let mut base = None;
    let mut whole = true;
    for (expr, site) in measurements {
        let Type { base: found, .. } = expr.ty;
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
    use crate::expr::ast::Leaf;
    use crate::model::schema::AttributeType;
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

fn compile_reference(
    cx: &mut CompileContext<'_, '_>,
    field: &FieldInEpoch<'_>,
    base: Option<Base>,
    aggregation: Aggregation,
) -> Option<Reference> {
    match (field.value, base?) {
        (FieldValue::Number(number), Base::Number) => return Some(Reference::Number(*number)),
        (FieldValue::Text(text), Base::String) => {
            return Some(Reference::Literal(cx.layout.literal(text)));
        }
        (FieldValue::Expression(expr), Base::Number) if expr.ty == Type::new(0, Base::Number) => {
            return Some(Reference::Program(cx.program(expr, aggregation)));
        }
        _ => {}
    }
    let expected = if base == Some(Base::String) { "a plain string" } else { "a number" };
    super::reference_type(cx, field, expected, super::describe_value(field.value));
    None
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

impl Rule for WithReference {
    fn pruning(&self) -> &'static str {
        "a value that fails in every completion"
    }

    fn partial(&self, partial: &Partial<'_>, epoch: Epoch, scratch: &mut Scratch) -> Verdict {
        let operation = *self.operation.at(epoch);
        let bounds = &mut scratch.bounds;
        let (reference, certain) = match self.reference.at(epoch) {
            Reference::Number(number) => (Interval::point(*number), true),
            Reference::Literal(literal) => {
                let wanted = partial.columns.literals[*literal];
                return self.partial_strings(partial, operation, wanted, bounds);
            }
            Reference::Program(program) => match reference_bounds(program, partial, bounds) {
                Ok(known) => known,
                Err(verdict) => return verdict,
            },
        };
        let verdict =
            every_value(&self.measurements, partial, bounds, |it| operation.verdict(it, reference));
        if certain { verdict } else { verdict.and(Verdict::OPEN) }
    }

    fn complete(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> LocationSet {
        LocationSet::when(self.holds(lineup, epoch, scratch))
    }

    /// A number of strings that all lists hold, and that must not be none.
    fn pairs(&self, teams: TeamShape) -> Vec<Pair> {
        let wanted = self.operation.zip(&self.reference, |operation, reference| {
            // A count is never below zero, so what it must differ from or exceed can be.
            let Reference::Number(number) = *reference else { return false };
            match operation {
                Operation::Equal | Operation::GreaterOrEqual => number > 0.0,
                Operation::Greater => number >= 0.0,
                Operation::NotEqual => number == 0.0,
                Operation::Less | Operation::LessOrEqual => false,
            }
        });
        let lists = self.measurements.iter().filter_map(|it| it.common_of_all(teams));
        let share = |(column, unit)| Pair::Share(Share { column, unit, wanted: wanted.clone() });
        lists.filter(|_| wanted.iter().any(|&it| it)).map(share).collect()
    }
}

impl WithReference {
    fn holds(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> bool {
        let operation = *self.operation.at(epoch);
        let reference = match self.reference.at(epoch) {
            Reference::Number(number) => *number,
            Reference::Literal(literal) => {
                let wanted = lineup.columns.literals[*literal];
                return self.measurements.iter().all(|program| {
                    program.evaluate(lineup, scratch)
                        && scratch
                            .nested
                            .symbols()
                            .iter()
                            .all(|&it| (it == wanted) == (operation == Operation::Equal))
                });
            }
            Reference::Program(program) => match program.number(lineup, scratch) {
                Some(number) => number,
                None => return false,
            },
        };
        self.measurements.iter().all(|program| {
            program.evaluate(lineup, scratch)
                && scratch.nested.numbers().iter().all(|&it| operation.holds(it, reference))
        })
    }
}

impl WithReference {
    /// A known string that fails, fails in every completion.
    fn partial_strings(
        &self,
        partial: &Partial<'_>,
        operation: Operation,
        wanted: Sym,
        bounds: &mut Bounds,
    ) -> Verdict {
        let mut verdict = Verdict::ALWAYS;
        for program in &self.measurements {
            if !bounds.compute_strings(program, partial) {
                verdict = Verdict::OPEN;
                continue;
            }
            if bounds.strings.iter().any(|&it| (it == wanted) != (operation == Operation::Equal)) {
                return Verdict::NEVER;
            }
            if bounds.groups.iter().any(|group| group.room.max > 0) {
                verdict = Verdict::OPEN;
            }
        }
        verdict
    }
}

impl Rule for AmongThemselves {
    fn pruning(&self) -> &'static str {
        "two known values that agree or differ against the operation"
    }

    fn partial(&self, partial: &Partial<'_>, epoch: Epoch, scratch: &mut Scratch) -> Verdict {
        let operation = *self.operation.at(epoch);
        let mut verdict = Verdict::ALWAYS;
        for program in &self.lists {
            verdict = verdict.and(match program.ty.base {
                Base::String => {
                    partial_string_list(program, partial, operation, &mut scratch.bounds)
                }
                _ => partial_number_list(program, partial, operation, &mut scratch.bounds),
            });
            if verdict.is_never() {
                return verdict;
            }
        }
        if !self.pooled.is_empty() {
            verdict = verdict.and(self.partial_pool(partial, operation, scratch));
        }
        verdict
    }

    fn complete(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> LocationSet {
        LocationSet::when(self.holds(lineup, epoch, scratch))
    }

    /// Values that are all equal.
    fn pairs(&self, teams: TeamShape) -> Vec<Pair> {
        let max = self.operation.map(|operation| match operation {
            Operation::Equal => 0.0,
            _ => f64::INFINITY,
        });
        let always = max.iter().all(|it| it.is_finite());
        let ever = max.iter().any(|it| it.is_finite());
        let strings = self.lists.iter().filter_map(|it| it.strings_of_all(teams));
        let numbers = self.lists.iter().filter_map(|it| it.numbers_of_all(teams));
        let near = |(column, unit)| Pair::Near(Near { column, unit, max: max.clone() });
        let strings = strings.filter(|_| always).map(Pair::Same);
        strings.chain(numbers.filter(|_| ever).map(near)).collect()
    }
}

impl AmongThemselves {
    fn holds(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> bool {
        let operation = *self.operation.at(epoch);
        let lists = self.lists.iter().all(|program| {
            if !program.evaluate(lineup, scratch) {
                return false;
            }
            let nested = &scratch.nested;
            nested.innermost().all(|range| match program.ty.base {
                Base::String => agree(nested.symbols().get(range).unwrap_or_default(), operation),
                _ => agree(nested.numbers().get(range).unwrap_or_default(), operation),
            })
        });
        lists && self.pool_holds(lineup, operation, scratch)
    }
}

impl AmongThemselves {
    fn pool_holds(&self, lineup: &Lineup<'_>, operation: Operation, scratch: &mut Scratch) -> bool {
        scratch.pool.clear();
        for program in &self.pooled {
            match program.number(lineup, scratch) {
                Some(value) => scratch.pool.push(Interval::point(value)),
                None => return false,
            }
        }
        agree(&scratch.pool, operation)
    }

    fn partial_pool(
        &self,
        partial: &Partial<'_>,
        operation: Operation,
        scratch: &mut Scratch,
    ) -> Verdict {
        let (bounds, pool) = (&mut scratch.bounds, &mut scratch.pool);
        let mut verdict = Verdict::ALWAYS;
        pool.clear();
        for program in &self.pooled {
            if !bounds.compute(program, partial) {
                verdict = Verdict::OPEN;
                continue;
            }
            if bounds.surely_undefined {
                return Verdict::NEVER;
            }
            if bounds.maybe_undefined {
                verdict = Verdict::OPEN;
            }
            pool.extend(bounds.values.first().copied());
        }
        verdict.and(pairs(pool, operation))
    }
}

/// `=`: all are equal; `!=`: no two are.
fn agree<T: PartialEq>(values: &[T], operation: Operation) -> bool {
    match operation {
        Operation::Equal => values.windows(2).all(|pair| matches!(pair, [a, b] if a == b)),
        _ => {
            let mut rest = values;
            while let [first, others @ ..] = rest {
                if others.contains(first) {
                    return false;
                }
                rest = others;
            }
            true
        }
    }
}

/// The verdict on every pair of values that will all be there.
fn pairs(values: &[Interval], operation: Operation) -> Verdict {
    let mut verdict = Verdict::ALWAYS;
    for (position, &a) in values.iter().enumerate() {
        for &b in values.iter().skip(position + 1) {
            verdict = verdict.and(operation.verdict(a, b));
            if verdict.is_never() {
                return verdict;
            }
        }
    }
    verdict
}

fn partial_number_list(
    program: &Program,
    partial: &Partial<'_>,
    operation: Operation,
    bounds: &mut Bounds,
) -> Verdict {
    if !bounds.compute(program, partial) {
        return Verdict::OPEN;
    }
    if bounds.surely_undefined {
        return Verdict::NEVER;
    }
    let mut verdict = if bounds.maybe_undefined { Verdict::OPEN } else { Verdict::ALWAYS };
    for group in &bounds.groups {
        let known = bounds.values.get(group.start..group.end).unwrap_or_default();
        verdict = verdict.and(pairs(known, operation));
        if group.room.max > 0 {
            verdict = verdict.and(Verdict::OPEN);
        }
    }
    verdict
}

fn partial_string_list(
    program: &Program,
    partial: &Partial<'_>,
    operation: Operation,
    bounds: &mut Bounds,
) -> Verdict {
    if !bounds.compute_strings(program, partial) {
        return Verdict::OPEN;
    }
    let mut verdict = Verdict::ALWAYS;
    for group in &bounds.groups {
        let known = bounds.strings.get(group.start..group.end).unwrap_or_default();
        if !agree(known, operation) {
            return Verdict::NEVER;
        }
        if group.room.max > 0 {
            verdict = Verdict::OPEN;
        }
    }
    verdict
}

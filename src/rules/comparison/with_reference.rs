//! Every value of the measurements against one reference value.

use std::sync::Arc;

use super::Operation;
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::intern::Sym;
use crate::eval::bounds::{Bounds, Interval};
use crate::eval::candidate::Partial;
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Pair, Share, TeamShape};
use crate::eval::program::Program;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::expr::ty::{Base, Type};
use crate::model::schema::Aggregation;
use crate::pool::columns::LocationSet;
use crate::pool::layout::Literal;
use crate::rules::elements::{every_value, reference_bounds};
use crate::rules::{
    CompileContext, Compiled, FieldInEpoch, Rule, RuleSource, describe_value, refuse_reference,
};
use crate::ruleset::ast::FieldValue;

/// A reference value.
#[derive(Clone, Debug)]
enum Reference {
    Number(f64),
    Program(Program),
    Literal(Literal),
}

/// Values compared with a reference.
#[derive(Debug)]
pub(super) struct WithReference {
    measurements: Vec<Program>,
    operation: PerEpoch<Operation>,
    reference: PerEpoch<Reference>,
}

impl WithReference {
    pub(super) fn compile(
        cx: &mut CompileContext<'_, '_>,
        rule: &RuleSource<'_>,
        references: &PerEpoch<FieldInEpoch<'_>>,
        base: Option<Base>,
        operation: Option<PerEpoch<Operation>>,
    ) -> Option<Compiled> {
        let aggregation = rule.aggregation(Aggregation::Avg);
        let reference = references.try_map(|it| compile_reference(cx, it, base, aggregation));
        base?;
        let programs = rule.measurements().iter();
        let measurements = programs.map(|(it, _)| cx.program(it, aggregation)).collect();
        let (operation, reference) = operation.zip(reference)?;
        Some(Compiled::Admit(Arc::new(Self { measurements, operation, reference })))
    }

    fn holds(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> bool {
        let operation = *self.operation.at(epoch);
        let reference = match self.reference.at(epoch) {
            Reference::Number(number) => *number,
            Reference::Literal(literal) => {
                let wanted = lineup.columns.literals[*literal];
                return self.measurements.iter().all(|program| {
                    let is_defined = program.evaluate(lineup, scratch);
                    let mut strings = scratch.nested.symbols().iter();
                    is_defined
                        && strings.all(|&it| (it == wanted) == (operation == Operation::Equal))
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
    refuse_reference(cx, field, expected, describe_value(field.value));
    None
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

//! The values of the measurements against each other.

use std::sync::Arc;

use super::Operation;
use crate::base::epoch::{Epoch, PerEpoch};
use crate::diag::{RuleSetErrorKind, Site};
use crate::eval::bounds::{Bounds, Interval};
use crate::eval::candidate::Partial;
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Near, Pair, TeamShape};
use crate::eval::program::Program;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::expr::ast::Expr;
use crate::expr::ty::Base;
use crate::model::schema::Aggregation;
use crate::pool::columns::LocationSet;
use crate::rules::{CompileContext, Compiled, Rule, RuleSource};

/// Values compared with each other.
#[derive(Debug)]
pub(super) struct AmongThemselves {
    lists: Vec<Program>,
    /// Measurements that yield one number each, judged as one list.
    pooled: Vec<Program>,
    /// `=` or `!=`.
    operation: PerEpoch<Operation>,
}

impl AmongThemselves {
    pub(super) fn compile(
        cx: &mut CompileContext<'_, '_>,
        rule: &RuleSource<'_>,
        base: Option<Base>,
        operation: Option<PerEpoch<Operation>>,
    ) -> Option<Compiled> {
        let (scalars, lists): (Vec<_>, Vec<_>) =
            rule.measurements().iter().partition(|(it, _)| it.ty.is_scalar());
        let is_all = rule.ast.lacks("referenceValue") && rule.ast.unread.is_empty();
        if let ([(_, site)], true) = (&scalars[..], is_all) {
            let help = "add a `referenceValue`, a second measurement, or measure a list";
            cx.problems.error_help(site, RuleSetErrorKind::LoneValue, help);
            return None;
        }
        base?;
        let aggregation = rule.aggregation(Aggregation::Avg);
        let mut compile = |part: Vec<&(Expr, Site)>| -> Vec<Program> {
            part.iter().map(|(it, _)| cx.program(it, aggregation)).collect()
        };
        let (lists, pooled) = (compile(lists), compile(scalars));
        Some(Compiled::Admit(Arc::new(Self { lists, pooled, operation: operation? })))
    }

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

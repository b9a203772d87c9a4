//! `compound`: a statement about rules that stand before it (facts 3.7, 10.11).
//!
//! A statement is judged location by location (decision 15): `not` is true where its part is
//! false, and a part that is undefined is false (decision 14). The rules that statements name count
//! only through them; which those are, the plan finds out.
//!
//! Compound rules may name compound rules. All statements that one rests on become one list of
//! steps, in which each named rule stands once. So neither a long chain of rules nor one that
//! names the same rule again and again costs more than its text is long.
//!
//! Cost: every named rule once.

use super::{CompileContext, Compiled, Cost, Field, FieldShape, Rule, RuleKind, RuleSource};
use crate::base::epoch::Epoch;
use crate::diag::RuleSetErrorKind;
use crate::eval::candidate::Partial;
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Pair, TeamShape};
use crate::eval::quotas::Quota;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::model::limits::STATEMENT_PARTS_MAX;
use crate::pool::columns::LocationSet;
use crate::ruleset::ast::{RuleAst, Statement};
use std::sync::Arc;

#[cfg(test)]
mod tests;

pub(super) struct Kind;

/// A part of a statement. The parts that it is about are positions of earlier steps.
#[derive(Clone, Debug)]
enum Step {
    Judge(Arc<dyn Rule>),
    Not(usize),
    And(usize, usize),
    Or(usize, usize),
    Xor(usize, usize),
}

#[derive(Debug)]
struct CompoundRule {
    steps: Box<[Step]>,
    /// The step whose value is that of the whole.
    whole: usize,
}

impl RuleKind for Kind {
    fn name(&self) -> &'static str {
        "compound"
    }

    fn fields(&self) -> &'static [Field] {
        const FIELDS: &[Field] = &[Field {
            name: "statement",
            shape: FieldShape::Statement,
            required: true,
            expandable: false,
        }];
        FIELDS
    }

    fn compile(&self, cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<Compiled> {
        let field = rule.ast.field("statement")?;
        let own = rule.ast.statement()?;
        // What is wrong with a named rule is told there, once.
        let (mut whole, mut unlimited) = (true, usize::MAX);
        visit(own, &mut unlimited, &mut |position| {
            whole &= cx.earlier.get(position).is_some_and(Option::is_some);
        });
        if !whole {
            return None;
        }
        let Some(named) = named_rules(own, cx.rules, cx.earlier.len()) else {
            let kind = RuleSetErrorKind::StatementTooLarge { limit: STATEMENT_PARTS_MAX };
            let help = "make two rules of it: every compound rule that no other names must be true";
            cx.problems.error_help(&field.site, kind, help);
            return None;
        };
        let mut steps = Vec::new();
        let mut step_of = vec![None; named.len()];
        // A rule names earlier ones only: theirs are the earlier steps.
        for (position, _) in named.iter().enumerate().filter(|(_, is_named)| **is_named) {
            let part = cx.rules.get(position).and_then(RuleAst::statement);
            let step = match (part, cx.earlier.get(position)?.as_ref()?) {
                (Some(statement), _) => add_steps(statement, &step_of, &mut steps)?,
                (None, Compiled::Admit(rule)) => push(&mut steps, Step::Judge(Arc::clone(rule))),
                // The statement's reader has refused to name it.
                (None, Compiled::Order(_)) => return None,
            };
            *step_of.get_mut(position)? = Some(step);
        }
        let whole = add_steps(own, &step_of, &mut steps)?;
        Some(Compiled::Admit(Arc::new(CompoundRule { steps: steps.into(), whole })))
    }
}

/// For each of the `earlier` rules, whether the statement names it, or a statement that it names
/// does. `None` when these statements have too many parts together.
fn named_rules(own: &Statement, rules: &[RuleAst], earlier: usize) -> Option<Vec<bool>> {
    let mut named = vec![false; earlier];
    let mut room = STATEMENT_PARTS_MAX;
    let mut mark = |statement: &Statement, named: &mut Vec<bool>| {
        visit(statement, &mut room, &mut |position| {
            if let Some(named) = named.get_mut(position) {
                *named = true;
            }
        })
    };
    if !mark(own, &mut named) {
        return None;
    }
    // The last first: whoever names a rule comes after it.
    for position in (0..earlier).rev() {
        let is_named = named.get(position).is_some_and(|named| *named);
        if is_named
            && let Some(statement) = rules.get(position).and_then(RuleAst::statement)
            && !mark(statement, &mut named)
        {
            return None;
        }
    }
    Some(named)
}

/// Calls `add` with every rule of a statement; false when there is no room for its parts.
fn visit(statement: &Statement, room: &mut usize, add: &mut impl FnMut(usize)) -> bool {
    let Some(rest) = room.checked_sub(1) else { return false };
    *room = rest;
    match statement {
        Statement::Rule(position) => {
            add(*position);
            true
        }
        Statement::Not(part) => visit(part, room, add),
        Statement::And(a, b) | Statement::Or(a, b) | Statement::Xor(a, b) => {
            visit(a, room, add) && visit(b, room, add)
        }
    }
}

/// Adds the steps of a statement, no deeper nested than its reader lets it be, and says which is
/// its value.
fn add_steps(
    statement: &Statement,
    step_of: &[Option<usize>],
    steps: &mut Vec<Step>,
) -> Option<usize> {
    let mut part = |part: &Statement| add_steps(part, step_of, steps);
    let step = match statement {
        Statement::Rule(position) => return step_of.get(*position).copied().flatten(),
        Statement::Not(a) => Step::Not(part(a)?),
        Statement::And(a, b) => Step::And(part(a)?, part(b)?),
        Statement::Or(a, b) => Step::Or(part(a)?, part(b)?),
        Statement::Xor(a, b) => Step::Xor(part(a)?, part(b)?),
    };
    Some(push(steps, step))
}

fn push(steps: &mut Vec<Step>, step: Step) -> usize {
    steps.push(step);
    steps.len() - 1
}

/// What statements are made of.
trait Truth: Copy {
    fn not(self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
}

impl Truth for LocationSet {
    fn not(self) -> Self {
        self.complement()
    }

    fn and(self, other: Self) -> Self {
        self.intersect(other)
    }

    fn or(self, other: Self) -> Self {
        self.union(other)
    }

    fn xor(self, other: Self) -> Self {
        self.union(other).intersect(self.intersect(other).complement())
    }
}

impl Truth for Verdict {
    fn not(self) -> Self {
        self.not()
    }

    fn and(self, other: Self) -> Self {
        self.and(other)
    }

    fn or(self, other: Self) -> Self {
        self.or(other)
    }

    fn xor(self, other: Self) -> Self {
        self.xor(other)
    }
}

impl CompoundRule {
    /// The value of the whole; `values` is memory for those of the parts.
    fn evaluate<T: Truth>(&self, values: &mut Vec<T>, mut judge: impl FnMut(&dyn Rule) -> T) -> T {
        values.clear();
        for step in &self.steps {
            let value = match *step {
                Step::Judge(ref rule) => judge(&**rule),
                Step::Not(a) => values[a].not(),
                Step::And(a, b) => values[a].and(values[b]),
                Step::Or(a, b) => values[a].or(values[b]),
                Step::Xor(a, b) => values[a].xor(values[b]),
            };
            values.push(value);
        }
        values[self.whole]
    }

    /// The named rules that are true wherever the whole is: both parts of an `and`, and their
    /// parts. Each once, as a chain of statements may name one more often than can be counted.
    fn surely_true(&self) -> impl Iterator<Item = &dyn Rule> {
        let (mut rules, mut parts) = (Vec::new(), vec![self.whole]);
        let mut is_seen = vec![false; self.steps.len()];
        while let Some(part) = parts.pop() {
            if is_seen.get_mut(part).is_none_or(|it| std::mem::replace(it, true)) {
                continue;
            }
            match self.steps.get(part) {
                Some(Step::Judge(rule)) => rules.push(&**rule),
                Some(Step::And(a, b)) => parts.extend([*b, *a]),
                Some(Step::Not(_) | Step::Or(..) | Step::Xor(..)) | None => {}
            }
        }
        rules.into_iter()
    }
}

impl Rule for CompoundRule {
    fn cost(&self) -> Cost {
        Cost::Compound
    }

    fn pruning(&self) -> &'static str {
        "a statement that its parts rule out"
    }

    fn partial(&self, partial: &Partial<'_>, epoch: Epoch, scratch: &mut Scratch) -> Verdict {
        // No named rule is a compound rule of its own, so the memory is free.
        let mut values = std::mem::take(&mut scratch.verdicts);
        let whole = self.evaluate(&mut values, |rule| rule.partial(partial, epoch, scratch));
        scratch.verdicts = values;
        whole
    }

    fn complete(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> LocationSet {
        let mut values = std::mem::take(&mut scratch.truths);
        let whole = self.evaluate(&mut values, |rule| rule.complete(lineup, epoch, scratch));
        scratch.truths = values;
        whole
    }

    fn pairs(&self, teams: TeamShape) -> Vec<Pair> {
        self.surely_true().flat_map(|rule| rule.pairs(teams)).collect()
    }

    fn quotas(&self) -> Vec<Quota> {
        self.surely_true().flat_map(|rule| rule.quotas()).collect()
    }
}

//! `distance`: every value of the measurements lies within bounds of a reference (facts 3.1).
//!
//! `minDistance <= |value - reference| <= maxDistance`, inclusive, for whichever bound is stated
//! (facts 10.7). An empty list is true, an undefined value false (decision 14).
//!
//! Cost: one evaluation of each expression; intervals of them decide a partial match.

use std::sync::Arc;

use super::elements::{every_value, reference_bounds};
use super::{
    CompileContext, Compiled, Field, FieldInEpoch, FieldShape, Rule, RuleKind, RuleSource,
    measured_numbers,
};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::num::distance;
use crate::eval::bounds::Interval;
use crate::eval::candidate::Partial;
use crate::eval::lineup::Lineup;
use crate::eval::means::TeamMeans;
use crate::eval::pairs::{Extent, Near, Pair, TeamShape};
use crate::eval::program::Program;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::expr::ty::{Base, Type};
use crate::model::schema::Aggregation;
use crate::pool::columns::LocationSet;
use crate::ruleset::ast::FieldValue;

pub(super) struct Kind;

/// A reference value.
#[derive(Clone, Debug)]
enum Reference {
    Number(f64),
    Program(Program),
    /// The mean of all, beside the only measurement, which is that of teams.
    Mean(Program, TeamMeans),
}

/// The bounds in force; a bound that is not stated is as wide as can be.
#[derive(Clone, Copy, Debug)]
struct Band {
    min: f64,
    max: f64,
}

#[derive(Debug)]
struct DistanceRule {
    measurements: Vec<Program>,
    reference: PerEpoch<Reference>,
    min: PerEpoch<f64>,
    max: PerEpoch<f64>,
}

impl RuleKind for Kind {
    fn name(&self) -> &'static str {
        "distance"
    }

    fn fields(&self) -> &'static [Field] {
        const FIELDS: &[Field] = &[
            super::MEASUREMENTS,
            Field {
                name: "referenceValue",
                shape: FieldShape::Reference,
                required: true,
                expandable: true,
            },
            Field::bound("minDistance"),
            Field::bound("maxDistance"),
            super::PARTY_AGGREGATION,
        ];
        FIELDS
    }

    fn compile(&self, cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<Compiled> {
        let (min, max) = (rule.numbers("minDistance"), rule.numbers("maxDistance"));
        if rule.ast.lacks("minDistance") && rule.ast.lacks("maxDistance") {
            let bounds = "`minDistance` or `maxDistance`";
            cx.refuse_boundless(rule, bounds, "say how far a value may be");
        }
        let min = min.unwrap_or(PerEpoch::constant(0.0));
        let max = max.unwrap_or(PerEpoch::constant(f64::INFINITY));
        warn_never(cx, rule, &min, &max);

        let aggregation = rule.aggregation(Aggregation::Avg);
        let measurements = measured_numbers(cx, rule);
        let reference = rule
            .field("referenceValue")
            .and_then(|it| it.try_map(|it| compile_reference(cx, it, aggregation)));
        let measurements = measurements?;
        let reference = reference?.map(|it| it.clone().beside(&measurements));
        Some(Compiled::Admit(Arc::new(DistanceRule { measurements, reference, min, max })))
    }
}

impl Reference {
    /// With what is known of it beside these measurements.
    fn beside(self, measurements: &[Program]) -> Self {
        match (self, measurements) {
            (Self::Program(program), [measured]) => match TeamMeans::new(measured, &program) {
                Some(means) => Self::Mean(program, means),
                None => Self::Program(program),
            },
            (reference, _) => reference,
        }
    }

    fn program(&self) -> Option<&Program> {
        match self {
            Self::Number(_) => None,
            Self::Program(program) | Self::Mean(program, _) => Some(program),
        }
    }
}

fn compile_reference(
    cx: &mut CompileContext<'_, '_>,
    field: &FieldInEpoch<'_>,
    aggregation: Aggregation,
) -> Option<Reference> {
    let found = match field.value {
        FieldValue::Number(number) => return Some(Reference::Number(*number)),
        FieldValue::Expression(expr) if expr.ty == Type::new(0, Base::Number) => {
            return Some(Reference::Program(cx.program(expr, aggregation)));
        }
        other => super::describe_value(other),
    };
    super::refuse_reference(cx, field, "a number", found);
    None
}

fn warn_never(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
    min: &PerEpoch<f64>,
    max: &PerEpoch<f64>,
) {
    let reason = if max.iter().all(|&max| max < 0.0) {
        "a distance is never negative"
    } else if min.iter().all(|&min| max.iter().all(|&max| min > max)) {
        "minDistance is above maxDistance"
    } else {
        return;
    };
    cx.warn_never(rule, reason, "raise `maxDistance`, or lower `minDistance`");
}

/// More than the rounding of two differences and of their sum.
const SLACK: f64 = 1.0 + 1e-12;

impl DistanceRule {
    fn band(&self, epoch: Epoch) -> Band {
        Band { min: *self.min.at(epoch), max: *self.max.at(epoch) }
    }

    fn holds(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> bool {
        let band = self.band(epoch);
        let reference = match self.reference.at(epoch) {
            Reference::Number(number) => *number,
            Reference::Mean(_, means) => {
                return means.complete(lineup, |of_team, of_all| band.holds(of_team, of_all));
            }
            Reference::Program(program) => match program.number(lineup, scratch) {
                Some(number) => number,
                None => return false,
            },
        };
        self.measurements.iter().all(|program| {
            program.evaluate(lineup, scratch)
                && scratch.nested.numbers().iter().all(|&value| band.holds(value, reference))
        })
    }

    /// Measurements that reach to the highest and to the lowest number of the match keep all of
    /// them within the bound of a reference, so that each two lie within twice the bound; within
    /// the bound itself when the reference is the number at the other end.
    fn window(&self, teams: TeamShape) -> Option<Near> {
        let extents: Vec<_> = self.measurements.iter().filter_map(|it| it.extent(teams)).collect();
        let &(column, unit, _) = extents.first()?;
        let reaches = |end: Extent| {
            let is_of_all = |it: &(_, _, Extent)| (it.0, it.1) == (column, unit);
            extents.iter().filter(|it| is_of_all(it)).any(|it| it.2 == Extent::Each || it.2 == end)
        };
        let (to_low, to_high) = (reaches(Extent::Min), reaches(Extent::Max));
        let max = self.reference.zip(&self.max, |reference, &max| {
            let Some(program) = reference.program() else { return f64::INFINITY };
            let end = program.extent(teams).filter(|it| (it.0, it.1) == (column, unit));
            match end.map(|(_, _, extent)| extent) {
                Some(Extent::Min) if to_high => max,
                Some(Extent::Max) if to_low => max,
                _ if to_low && to_high => 2.0 * max * SLACK,
                _ => f64::INFINITY,
            }
        });
        max.iter().any(|it| it.is_finite()).then_some(Near { column, unit, max })
    }

    /// The number of one of two players is measured by that of the other.
    fn duel(&self, teams: TeamShape) -> Option<Near> {
        let measured = self.measurements.iter().filter_map(|it| it.only_number_of(teams));
        let mut measured = measured.filter(|_| teams.instances == 2);
        let (column, unit, player) = measured.next()?;
        let max = self.reference.zip(&self.max, |reference, &max| {
            let Some(program) = reference.program() else { return f64::INFINITY };
            match program.only_number_of(teams) {
                Some(it) if (it.0, it.1) == (column, unit) && it.2 != player => max,
                _ => f64::INFINITY,
            }
        });
        max.iter().any(|it| it.is_finite()).then_some(Near { column, unit, max })
    }
}

impl Rule for DistanceRule {
    fn pruning(&self) -> &'static str {
        "a value that every completion leaves outside the bounds"
    }

    fn partial(&self, partial: &Partial<'_>, epoch: Epoch, scratch: &mut Scratch) -> Verdict {
        let band = self.band(epoch);
        if let Reference::Mean(_, means) = self.reference.at(epoch) {
            let mut verdict = Verdict::ALWAYS;
            let above = |above| verdict = verdict.and(band.verdict(above, Interval::point(0.0)));
            if means.partial(partial, &mut scratch.team_sums, above) {
                return verdict;
            }
        }
        let bounds = &mut scratch.bounds;
        let (reference, certain) = match self.reference.at(epoch) {
            Reference::Number(number) => (Interval::point(*number), true),
            Reference::Program(program) | Reference::Mean(program, _) => {
                match reference_bounds(program, partial, bounds) {
                    Ok(known) => known,
                    Err(verdict) => return verdict,
                }
            }
        };
        let verdict =
            every_value(&self.measurements, partial, bounds, |it| band.verdict(it, reference));
        if certain { verdict } else { verdict.and(Verdict::OPEN) }
    }

    fn complete(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> LocationSet {
        LocationSet::when(self.holds(lineup, epoch, scratch))
    }

    fn pairs(&self, teams: TeamShape) -> Vec<Pair> {
        self.window(teams).or_else(|| self.duel(teams)).map(Pair::Near).into_iter().collect()
    }

    /// One measurement and the number at the other end, with a bound on their distance alone.
    fn is_told_by_pairs(&self, teams: TeamShape) -> bool {
        let [measured] = &*self.measurements else { return false };
        let is_told = |reference: &Reference| {
            reference.program().is_some_and(|program| {
                spans_everyone(measured, program, teams) || are_a_duel(measured, program, teams)
            })
        };
        let has_upper_bound = self.max.iter().all(|max| max.is_finite());
        let has_no_lower_bound = self.min.iter().all(|&min| min <= 0.0);
        has_upper_bound && has_no_lower_bound && self.reference.iter().all(is_told)
    }
}

/// Whether the distance of the highest and the lowest number of the match is the largest that is
/// measured.
fn spans_everyone(measured: &Program, reference: &Program, teams: TeamShape) -> bool {
    let ends = measured.extent(teams).zip(reference.extent(teams));
    ends.is_some_and(|((column, unit, from), (other, other_unit, to))| {
        let are_ends = match to {
            Extent::Min => matches!(from, Extent::Each | Extent::Max),
            Extent::Max => matches!(from, Extent::Each | Extent::Min),
            Extent::Each => false,
        };
        (column, unit) == (other, other_unit) && are_ends
    })
}

/// Whether the distance of the numbers of the only two players is measured.
fn are_a_duel(measured: &Program, reference: &Program, teams: TeamShape) -> bool {
    let two = measured.only_number_of(teams).zip(reference.only_number_of(teams));
    teams.instances == 2
        && two.is_some_and(|((column, unit, player), (other, other_unit, opponent))| {
            (column, unit) == (other, other_unit) && player != opponent
        })
}

impl Band {
    fn holds(self, value: f64, reference: f64) -> bool {
        let distance = distance(value, reference);
        self.min <= distance && distance <= self.max
    }

    fn verdict(self, value: Interval, reference: Interval) -> Verdict {
        let nearest = (value.low - reference.high).max(reference.low - value.high).max(0.0);
        let farthest = (value.high - reference.low).max(reference.high - value.low);
        if nearest > self.max || farthest < self.min {
            Verdict::NEVER
        } else if nearest >= self.min && farthest <= self.max {
            Verdict::ALWAYS
        } else {
            Verdict::OPEN
        }
    }
}

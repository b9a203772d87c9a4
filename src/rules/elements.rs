//! What `comparison` and `distance` share: every value of the measurements is judged against one
//! reference, on a partial match.

use crate::eval::bounds::{Bounds, Interval};
use crate::eval::candidate::Partial;
use crate::eval::program::Program;
use crate::eval::verdict::Verdict;

/// The values that a program of one number may take, and whether it surely has one. `Err` is the
/// verdict of a rule for which that settles everything.
pub(super) fn reference_bounds(
    program: &Program,
    partial: &Partial<'_>,
    bounds: &mut Bounds,
) -> Result<(Interval, bool), Verdict> {
    if !bounds.compute(program, partial) {
        return Err(Verdict::OPEN);
    }
    if bounds.surely_undefined {
        return Err(Verdict::NEVER);
    }
    let value = bounds.values.first().copied().ok_or(Verdict::OPEN)?;
    Ok((value, !bounds.maybe_undefined))
}

/// The verdict on all values of the measurements, those of players to come with them. `judge` says
/// of an interval of values whether they satisfy the rule.
pub(super) fn every_value(
    measurements: &[Program],
    partial: &Partial<'_>,
    bounds: &mut Bounds,
    judge: impl Fn(Interval) -> Verdict,
) -> Verdict {
    let mut verdict = Verdict::ALWAYS;
    for program in measurements {
        if !bounds.compute(program, partial) {
            verdict = verdict.and(Verdict::OPEN);
            continue;
        }
        if bounds.surely_undefined {
            return Verdict::NEVER;
        }
        if bounds.maybe_undefined {
            verdict = verdict.and(Verdict::OPEN);
        }
        for &value in &bounds.values {
            verdict = verdict.and(judge(value));
        }
        for group in bounds.groups.iter().filter(|group| group.room.max > 0) {
            let coming = bounds.coming.map_or(Verdict::OPEN, &judge);
            let unsure = group.room.min == 0 && coming.is_never();
            verdict = verdict.and(if unsure { Verdict::OPEN } else { coming });
        }
    }
    verdict
}

//! `distance`: every number measured lies at a distance from the reference value (facts 3.1).

use super::Lineup;
use super::rules::{check_each, measurements, number_field, reference, verdict};
use super::value::{Value, show_number};
use crate::ruleset::ast::RuleAst;
use crate::testing::judgement::RuleJudgement;

pub(super) fn judge(rule: &RuleAst, lineup: &Lineup<'_>) -> RuleJudgement {
    let min = number_field(rule, "minDistance");
    let max = number_field(rule, "maxDistance");
    let reference =
        reference(rule, lineup).expect("a distance rule without a referenceValue is refused");
    let bound = bound(min, max, &reference.show());
    let checks = measurements(rule, lineup)
        .into_iter()
        .map(|measurement| {
            check_each(measurement, &reference, &bound, |element, reference| {
                let (Value::Number(number), Value::Number(reference)) = (element, reference) else {
                    unreachable!("the type checker lets only numbers have a distance")
                };
                miss((number - reference).abs(), min, max)
            })
        })
        .collect();
    verdict(rule, reference.measured, checks)
}

/// What is wrong with a distance; nothing when it lies within the bounds or on one (facts 10.7).
fn miss(distance: f64, min: Option<f64>, max: Option<f64>) -> Option<(String, Option<f64>)> {
    let (by, wrong) = match (min, max) {
        (Some(min), _) if distance < min => (min - distance, "too near"),
        (_, Some(max)) if distance > max => (distance - max, "too far"),
        _ => return None,
    };
    let reason = format!("{} away, {} {wrong}", show_number(distance), show_number(by));
    Some((reason, Some(by)))
}

fn bound(min: Option<f64>, max: Option<f64>, reference: &str) -> String {
    match (min.map(show_number), max.map(show_number)) {
        (None, None) => format!("at any distance from {reference}"),
        (None, Some(max)) => format!("within {max} of {reference}"),
        (Some(min), None) => format!("at least {min} away from {reference}"),
        (Some(min), Some(max)) => format!("between {min} and {max} away from {reference}"),
    }
}

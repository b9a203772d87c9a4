//! The one number of each rule that says how near a match came to its bound.

use super::rules::{measurements, number_field, party_aggregation, reference, word_field};
use super::value::{Undefined, Value};
use super::{Lineup, collection, effective, party};
use crate::base::time::Millis;
use crate::ruleset::ast::{FieldValue, RuleAst, RuleSetAst};

/// The number of the rule at a position, none where it has none in this match.
pub(super) fn measure(
    ast: &RuleSetAst,
    position: usize,
    wait: Millis,
    lineup: &Lineup<'_>,
) -> Option<f64> {
    let rule = &effective::rule(ast, position, wait);
    match rule.kind {
        "distance" => distance(rule, lineup),
        "comparison" => comparison(rule, lineup),
        "collection" => collection::extreme_count(rule, lineup),
        "batchDistance" => spread(rule, lineup),
        "latency" => latency(rule, lineup),
        _ => None,
    }
}

/// The greatest distance of an element, or the least where only that is bounded.
fn distance(rule: &RuleAst, lineup: &Lineup<'_>) -> Option<f64> {
    let reference = number(&reference(rule, lineup)?.value)?;
    let distances = numbers(rule, lineup)?.into_iter().map(|number| (number - reference).abs());
    match number_field(rule, "maxDistance") {
        Some(_) => distances.reduce(f64::max),
        None => distances.reduce(f64::min),
    }
}

/// The element that is nearest to breaking the rule: itself where the reference value is written in
/// the rule, its difference from it where that is an expression.
fn comparison(rule: &RuleAst, lineup: &Lineup<'_>) -> Option<f64> {
    let given = reference(rule, lineup)?;
    let reference = number(&given.value)?;
    let written = given.measured.is_none();
    let elements = numbers(rule, lineup)?.into_iter();
    match word_field(rule, "operation")? {
        "<" | "<=" => elements.reduce(f64::max).map(|it| if written { it } else { it - reference }),
        ">" | ">=" => elements.reduce(f64::min).map(|it| if written { it } else { it - reference }),
        _ => elements.map(|it| (it - reference).abs()).reduce(f64::max),
    }
}

/// How far the tickets' numbers are apart.
fn spread(rule: &RuleAst, lineup: &Lineup<'_>) -> Option<f64> {
    let FieldValue::Attribute(attribute) = rule.field("batchAttribute")?.value else { return None };
    let mut range: Option<(f64, f64)> = None;
    for ticket in lineup.tickets() {
        let mut values = Vec::new();
        for player in &ticket.players {
            let Ok(Value::Number(number)) = lineup.attribute(player, attribute) else {
                return None;
            };
            values.push(number);
        }
        let number = party::number(&values, party_aggregation(rule));
        let (low, high) = range.unwrap_or((number, number));
        range = Some((low.min(number), high.max(number)));
    }
    range.map(|(low, high)| high - low)
}

/// The highest latency of a ticket, at the location where that is lowest.
fn latency(rule: &RuleAst, lineup: &Lineup<'_>) -> Option<f64> {
    let at = |place: &str| {
        let mut highest: Option<f64> = None;
        for ticket in lineup.tickets() {
            let latencies: Option<Vec<f64>> = ticket
                .players
                .iter()
                .map(|player| player.latency_in_ms.get(place).copied().map(f64::from))
                .collect();
            let number = party::number(&latencies?, party_aggregation(rule));
            highest = Some(highest.map_or(number, |highest| highest.max(number)));
        }
        highest
    };
    lineup.places.iter().filter_map(|place| at((*place)?)).reduce(f64::min)
}

/// Every number that is measured; none when one is undefined or no number.
fn numbers(rule: &RuleAst, lineup: &Lineup<'_>) -> Option<Vec<f64>> {
    let mut numbers = Vec::new();
    for (_, value) in measurements(rule, lineup) {
        for leaf in value.ok()?.leaves() {
            match leaf.value {
                Value::Number(number) => numbers.push(number),
                _ => return None,
            }
        }
    }
    Some(numbers)
}

fn number(value: &Result<Value, Undefined>) -> Option<f64> {
    match value {
        Ok(Value::Number(number)) => Some(*number),
        _ => None,
    }
}

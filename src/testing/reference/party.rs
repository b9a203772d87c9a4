//! One value for the players of a ticket.

use std::collections::BTreeSet;

use super::expression::{mean, texts};
use super::value::{Element, Undefined, Value, name};
use crate::model::schema::Aggregation;
use crate::model::ticket::Player;

/// The lowest, the highest or (by default) the mean of the numbers of a party; infinite when the
/// sum of the numbers is too large. There is one at least.
pub(super) fn number(numbers: &[f64], aggregation: Option<Aggregation>) -> f64 {
    match aggregation {
        Some(Aggregation::Min) => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        Some(Aggregation::Max) => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Some(Aggregation::Avg | Aggregation::Union | Aggregation::Intersection) | None => {
            mean(numbers)
        }
    }
}

/// How messages call a ticket: by its players.
pub(super) fn label(ticket: &[&Player]) -> String {
    let ids: Vec<&str> = ticket.iter().map(|player| player.player_id.as_str()).collect();
    ids.join(" + ")
}

/// The values of the players of a ticket as that of one player (facts 10.6): numbers aggregated, a
/// string if it is that of all, the union or the intersection of lists.
pub(super) fn as_one(
    ticket: &[&Player],
    values: Vec<Element>,
    aggregation: Option<Aggregation>,
) -> Result<Element, Undefined> {
    let of = label(ticket);
    let first = values.first().expect("a ticket has a player").value.clone();
    let value = match &first {
        Value::Number(_) => {
            let numbers: Vec<f64> = values.iter().map(|it| as_number(&it.value)).collect();
            let number = number(&numbers, aggregation);
            if !number.is_finite() {
                let reason = format!("the average of party `{}` is too large", name(&of));
                return Err(Undefined(reason));
            }
            Value::Number(number)
        }
        Value::Text(_) if values.iter().any(|other| other.value != first) => {
            let reason = format!("the players of party `{}` have different strings", name(&of));
            return Err(Undefined(reason));
        }
        Value::List(_) => strings(&values, aggregation),
        // a map, the players themselves: all that matters is that they are one
        Value::Text(_) | Value::Map(_) => first,
        Value::Player(_) | Value::Team(_) => Value::Player(of.clone()),
    };
    Ok(Element { of, value })
}

fn as_number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => *number,
        other => unreachable!("a party has values of one type, not a number and {other:?}"),
    }
}

/// The strings of any player, or those of all, each once, in the order of their first occurrence.
fn strings(lists: &[Element], aggregation: Option<Aggregation>) -> Value {
    let sets: Vec<BTreeSet<&str>> = lists.iter().map(|list| texts(&list.value).collect()).collect();
    let is_wanted = |text: &str| match aggregation {
        Some(Aggregation::Intersection) => sets.iter().all(|set| set.contains(text)),
        _ => true,
    };
    let mut seen = BTreeSet::new();
    let all = lists.iter().flat_map(|list| texts(&list.value));
    let wanted = all.filter(|text| is_wanted(text) && seen.insert(*text));
    Value::numbered(wanted.map(|text| Value::Text(text.to_owned())).collect())
}

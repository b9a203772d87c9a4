//! `batchDistance`: the values of all tickets lie within a distance of each other; strings are all
//! the same (facts 3.5).

use super::rules::{number_field, party_aggregation, verdict};
use super::value::{Value, name, show_number};
use super::{Lineup, party};
use crate::model::schema::AttributeIdx;
use crate::ruleset::ast::{FieldValue, RuleAst};
use crate::testing::judgement::{Check, Measured, Miss, RuleJudgement};

pub(super) fn judge(rule: &RuleAst, lineup: &Lineup<'_>) -> RuleJudgement {
    let tickets = match values(attribute(rule), lineup) {
        Ok(tickets) => tickets,
        Err(reason) => return verdict(rule, None, vec![undefined(rule, lineup, reason)]),
    };
    let is_text = tickets
        .iter()
        .flat_map(|ticket| &ticket.values)
        .any(|value| matches!(value, Value::Text(_)));
    let check = match is_text {
        true => all_equal(rule, lineup, &tickets),
        false => spread(rule, lineup, &tickets),
    };
    verdict(rule, None, vec![check])
}

struct Ticket {
    /// Its players' ids, and all of them as one text.
    ids: Vec<String>,
    label: String,
    values: Vec<Value>,
}

fn values(attribute: AttributeIdx, lineup: &Lineup<'_>) -> Result<Vec<Ticket>, String> {
    let mut tickets = Vec::new();
    for super::Ticket { players, .. } in lineup.tickets() {
        let values = players.iter().map(|player| lineup.attribute(player, attribute));
        tickets.push(Ticket {
            ids: players.iter().map(|player| name(player.player_id.as_str())).collect(),
            label: name(&party::label(&players)),
            values: values.collect::<Result<_, _>>()?,
        });
    }
    Ok(tickets)
}

/// The highest of the tickets' numbers less the lowest.
fn spread(rule: &RuleAst, lineup: &Lineup<'_>, tickets: &[Ticket]) -> Check {
    let mut numbers: Vec<(f64, &str)> = Vec::new();
    for ticket in tickets {
        let of_players: Vec<f64> = ticket.values.iter().map(as_number).collect();
        let number = party::number(&of_players, party_aggregation(rule));
        if !number.is_finite() {
            let reason = format!("the average of `{}` is too large for a number", ticket.label);
            return undefined(rule, lineup, reason);
        }
        numbers.push((number, &ticket.label));
    }
    let order = |a: &&(f64, &str), b: &&(f64, &str)| a.0.total_cmp(&b.0);
    let (lowest, lowest_of) = numbers.iter().min_by(order).expect("a match has a ticket");
    let (highest, highest_of) = numbers.iter().max_by(order).expect("a match has a ticket");
    let spread = highest - lowest;
    let mut misses = Vec::new();
    if let Some(max) = number_field(rule, "maxDistance").filter(|&max| spread > max) {
        let (by, above) = (spread - max, show_number(spread));
        misses.push(Miss {
            of: Some((*highest_of).to_owned()),
            value: show_number(*highest),
            reason: format!("{above} above {lowest_of}, {} too far", show_number(by)),
            by: Some(by),
        });
    }
    let range = format!("({} to {})", show_number(*lowest), show_number(*highest));
    Check {
        measured: Measured {
            expression: expression(rule, lineup),
            value: Some(format!("{} {range}", show_number(spread))),
            undefined: None,
        },
        bound: bound(rule),
        holds: misses.is_empty(),
        misses,
    }
}

/// The strings of all players against that of the first.
fn all_equal(rule: &RuleAst, lineup: &Lineup<'_>, tickets: &[Ticket]) -> Check {
    let players = || tickets.iter().flat_map(|ticket| ticket.ids.iter().zip(&ticket.values));
    let (first_id, first) = players().next().expect("a ticket has a player");
    let misses: Vec<Miss> = players()
        .filter(|(_, value)| *value != first)
        .map(|(id, value)| Miss {
            of: Some(id.clone()),
            value: value.show(),
            reason: format!("not the {} of {first_id}", first.show()),
            by: None,
        })
        .collect();
    Check {
        measured: Measured {
            expression: attribute_name(rule, lineup),
            value: Some(
                Value::numbered(players().map(|(_, value)| value.clone()).collect()).show(),
            ),
            undefined: None,
        },
        bound: "all equal".into(),
        holds: misses.is_empty(),
        misses,
    }
}

fn undefined(rule: &RuleAst, lineup: &Lineup<'_>, reason: String) -> Check {
    Check {
        measured: Measured {
            expression: expression(rule, lineup),
            value: None,
            undefined: Some(reason),
        },
        bound: bound(rule),
        holds: false,
        misses: Vec::new(),
    }
}

fn attribute(rule: &RuleAst) -> AttributeIdx {
    match rule.field("batchAttribute").map(|field| &field.value) {
        Some(FieldValue::Attribute(attribute)) => *attribute,
        other => unreachable!("`batchAttribute` is a declared attribute, not {other:?}"),
    }
}

fn attribute_name(rule: &RuleAst, lineup: &Lineup<'_>) -> String {
    name(&lineup.schema.attributes[attribute(rule)].name)
}

fn expression(rule: &RuleAst, lineup: &Lineup<'_>) -> String {
    format!("spread of {}", attribute_name(rule, lineup))
}

fn bound(rule: &RuleAst) -> String {
    match number_field(rule, "maxDistance") {
        Some(max) => format!("at most {}", show_number(max)),
        None => "any".into(),
    }
}

fn as_number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => *number,
        other => unreachable!("only numbers and strings have a batchDistance, not {other:?}"),
    }
}

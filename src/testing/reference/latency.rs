//! `latency`: at a location, no ticket has more latency than allowed, nor too different a one
//! (facts 3.4, 10.8, decision 15).

use super::rules::{Judged, number_field, party_aggregation, word_field};
use super::value::{name, show_number};
use super::{Lineup, expression, party};
use crate::model::schema::Aggregation;
use crate::ruleset::ast::RuleAst;
use crate::testing::judgement::{Check, Measured, Miss};

pub(super) fn judge(rule: &RuleAst, lineup: &Lineup<'_>) -> Judged {
    let mut checks = Vec::new();
    for place in &lineup.places {
        checks.push(match place {
            Some(location) => at(location, rule, lineup),
            None => Check {
                measured: Measured {
                    expression: "worst latency".into(),
                    value: None,
                    undefined: Some("nobody reports latencies".into()),
                },
                bound: bound(rule, None),
                holds: false,
                misses: Vec::new(),
            },
        });
    }
    let holds = checks.iter().map(|check| check.holds).collect();
    Judged::by_place(rule, lineup, holds, checks)
}

fn at(location: &str, rule: &RuleAst, lineup: &Lineup<'_>) -> Check {
    let expression = format!("worst latency at {}{}", name(location), of_party(rule, lineup));
    let latencies = match latencies(location, rule, lineup) {
        Ok(latencies) => latencies,
        Err(reason) => {
            let measured = Measured { expression, value: None, undefined: Some(reason) };
            return Check { measured, bound: bound(rule, None), holds: false, misses: Vec::new() };
        }
    };
    let values: Vec<f64> = latencies.iter().map(|(_, latency)| *latency).collect();
    let reference = match word_field(rule, "distanceReference") {
        Some("avg") => expression::mean(&values),
        Some("min") | None => values.iter().copied().fold(f64::INFINITY, f64::min),
        Some(other) => unreachable!("`{other}` is not a distanceReference"),
    };
    let max_latency = number_field(rule, "maxLatency");
    let max_distance = number_field(rule, "maxDistance");
    let mut misses = Vec::new();
    for (ticket, latency) in latencies {
        let distance = (latency - reference).abs();
        let (by, reason) = match (max_latency, max_distance) {
            (Some(max), _) if latency > max => (latency - max, "ms too high"),
            (_, Some(max)) if distance > max => (distance - max, "ms too far from the others"),
            _ => continue,
        };
        misses.push(Miss {
            of: Some(name(&ticket)),
            value: format!("{} ms", show_number(latency)),
            reason: format!("{} {reason}", show_number(by)),
            by: Some(by),
        });
    }
    let worst = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let value = Some(format!("{} ms", show_number(worst)));
    Check {
        measured: Measured { expression, value, undefined: None },
        bound: bound(rule, Some(reference)),
        holds: misses.is_empty(),
        misses,
    }
}

/// What a latency is of, where a ticket has several players.
fn of_party(rule: &RuleAst, lineup: &Lineup<'_>) -> &'static str {
    if lineup.tickets().iter().all(|ticket| ticket.players.len() < 2) {
        return "";
    }
    match party_aggregation(rule) {
        Some(Aggregation::Min) => " (lowest of a party)",
        Some(Aggregation::Max) => " (highest of a party)",
        _ => " (average of a party)",
    }
}

/// Each ticket's latency at a location, in the order of the match.
///
/// # Errors
/// In words, who reports none.
fn latencies(
    location: &str,
    rule: &RuleAst,
    lineup: &Lineup<'_>,
) -> Result<Vec<(String, f64)>, String> {
    let mut latencies = Vec::new();
    for ticket in lineup.tickets() {
        let mut of_players = Vec::new();
        for player in &ticket.players {
            let latency = player.latency_in_ms.get(location).ok_or_else(|| {
                format!("player `{}` reports none", name(player.player_id.as_str()))
            })?;
            of_players.push(f64::from(*latency));
        }
        let latency = party::number(&of_players, party_aggregation(rule));
        latencies.push((party::label(&ticket.players), latency));
    }
    Ok(latencies)
}

/// What is asked of every ticket; `reference` is what its distance is taken from.
fn bound(rule: &RuleAst, reference: Option<f64>) -> String {
    let mut parts = Vec::new();
    if let Some(max) = number_field(rule, "maxLatency") {
        parts.push(format!("at most {} ms", show_number(max)));
    }
    if let Some(max) = number_field(rule, "maxDistance") {
        let which = match word_field(rule, "distanceReference") {
            Some("avg") => "the average",
            _ => "the lowest",
        };
        let value = reference.map(|it| format!(", {} ms", show_number(it))).unwrap_or_default();
        parts.push(format!("within {} ms of {which}{value}", show_number(max)));
    }
    match parts.is_empty() {
        true => "reported by all".into(),
        false => parts.join(" and "),
    }
}

//! Rules that a `batchDistance` rule would serve faster (facts 3.5).

use crate::diag::{Problems, RuleSetWarningKind, shorten};
use crate::eval::pairs::{Near, Pair, ValueUnit};
use crate::eval::program::Unit;
use crate::model::schema::AttributeIdx;
use crate::pool::layout::{StringColumn, StringSource};
use crate::ruleset::ast::FieldValue;
use crate::ruleset::plan::Plan;

/// Warns of enforced rules that mean the same as a `batchDistance` rule: all players have one
/// string, or numbers lie within a bound where no team takes two players. Elsewhere a
/// `batchDistance` rule, which sees a party as one, would mean something else.
pub(super) fn check(plan: &Plan, problems: &mut Problems) {
    let shape = plan.team_shape();
    for enforced in &plan.enforced {
        let Some(rule) = plan.ast.rules.get(enforced.position) else { continue };
        let pairs = enforced.rule.pairs(shape);
        let only = match &pairs[..] {
            [only] => only,
            _ => continue,
        };
        let measurements = rule.field("measurements").map(|field| &field.value);
        // The distance of one team from another says so, too, but in words that only a duel has.
        let is_of_all = match measurements {
            Some(FieldValue::Measurements(list)) => {
                matches!(&list[..], [(one, _)] if one.instances.len() == shape.instances)
            }
            _ => false,
        };
        let attribute = match (rule.kind, only) {
            ("comparison", Pair::Same(column)) if is_of_all => string(plan, *column),
            ("distance", Pair::Near(near)) if is_of_all && enforced.is_told_by_pairs => {
                number(plan, near).filter(|_| shape.single)
            }
            _ => None,
        };
        let Some(attribute) = attribute else { continue };
        let kind = RuleSetWarningKind::BatchDistanceServes {
            rule: shorten(&rule.name),
            attribute: shorten(&plan.ast.schema.attributes[attribute].name),
        };
        let help = match only {
            Pair::Near(_) => "give it the `batchAttribute` and the `maxDistance`",
            _ => "give it the `batchAttribute` alone",
        };
        problems.warn(&rule.site, kind, Some(help.into()));
    }
}

fn string(plan: &Plan, column: StringColumn) -> Option<AttributeIdx> {
    match plan.layout.strings[column] {
        StringSource::Attribute(attribute) => Some(attribute),
        StringSource::PlayerId => None,
    }
}

fn number(plan: &Plan, near: &Near) -> Option<AttributeIdx> {
    let is_of_players = near.unit == ValueUnit::Seen(Unit::Player);
    is_of_players.then(|| plan.layout.numbers[near.column])
}

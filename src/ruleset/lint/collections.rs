//! `collection` rules with `contains` that count lists where their author may mean players: a team's
//! strings, one of each player, are one list (facts 3.3).

use crate::diag::{Problems, RuleSetWarningKind, shorten};
use crate::expr::ast::{Expr, Leaf};
use crate::expr::ty::{Base, Type};
use crate::model::schema::{AttributeType, Schema};
use crate::ruleset::ast::{ExpansionAst, FieldAst, FieldValue, RuleAst, Target};
use crate::ruleset::plan::Plan;

/// Warns of a `maxCount` that counts teams, and of one that is no less than the number of lists,
/// beside a `minCount` that counts.
pub(super) fn check(plan: &Plan, problems: &mut Problems) {
    for (position, rule) in plan.ast.rules.iter().enumerate() {
        let (Some(lists), Some(max)) = (Lists::of(rule), rule.field("maxCount")) else { continue };
        if problems.warns_at(&rule.site, "neverFails")
            || problems.warns_at(&rule.site, "neverPasses")
        {
            continue;
        }
        if let FieldValue::Number(most) = max.value
            && (1.0..lists.count as f64).contains(&most)
            && let Some(help) = lists.help(&plan.ast.schema)
        {
            let kind = RuleSetWarningKind::BoundCountsTeams {
                rule: shorten(&rule.name),
                most: most as u32,
                teams: lists.count,
            };
            problems.warn(&max.site, kind, Some(help));
            continue;
        }
        let Some(min) = rule.field("minCount") else { continue };
        let changes = plan.ast.expansions.iter().filter(|it| changes(it, position, max.name));
        let steps = changes.flat_map(|it| &it.steps).map(|step| &step.value);
        let never_refuses = |value: &FieldValue| match value {
            FieldValue::Number(most) => *most >= lists.count as f64,
            _ => false,
        };
        if [&max.value].into_iter().chain(steps).all(never_refuses) {
            let kind = RuleSetWarningKind::BoundNeverRefuses {
                bound: max.name.into(),
                rule: shorten(&rule.name),
                reason: lists.reason(),
            };
            let help = lists.help(&plan.ast.schema);
            let help =
                help.unwrap_or_else(|| format!("take it out: `{}` alone says the same", min.name));
            problems.warn(&max.site, kind, Some(help));
        }
    }
}

fn changes(expansion: &ExpansionAst, rule: usize, field: &str) -> bool {
    matches!(&expansion.target, Target::RuleField { rule: it, field: of } if (*it, *of) == (rule, field))
}

/// The lists that a rule counts, where players do not change how many there are.
pub(super) struct Lists<'r> {
    /// The most of a measurement.
    count: usize,
    /// A measurement with so many.
    measured: &'r Expr,
}

impl<'r> Lists<'r> {
    /// The lists of a `collection` rule with `contains`; `None` of any other, and of one that counts
    /// a list of each player.
    pub(super) fn of(rule: &'r RuleAst) -> Option<Self> {
        let operation = rule.field("operation").map(|field| &field.value);
        if rule.kind != "collection" || !matches!(operation, Some(FieldValue::Word("contains"))) {
            return None;
        }
        let Some(FieldValue::Measurements(measurements)) =
            rule.field("measurements").map(|field| &field.value)
        else {
            return None;
        };
        let counts: Option<Vec<_>> = measurements.iter().map(|(it, _)| lists(it)).collect();
        let (count, (measured, _)) =
            counts?.into_iter().zip(measurements).max_by_key(|&(count, _)| count)?;
        Some(Self { count, measured })
    }

    /// Why a count stays so small.
    pub(super) fn reason(&self) -> String {
        match self.count {
            1 => "it counts lists, and its measurement is one list, which counts once".into(),
            count => format!("it counts lists, and its measurement has {count}, one for each team"),
        }
    }

    /// How to count players instead, where that is known.
    pub(super) fn help(&self, schema: &Schema) -> Option<String> {
        let Leaf::Attribute(attribute) = self.measured.leaf else { return None };
        let attribute = &schema.attributes[attribute];
        let change = match attribute.attribute_type {
            AttributeType::String => {
                format!("declare `{}` as a string_list", shorten(&attribute.name))
            }
            _ => "take the outermost function out of the measurement".into(),
        };
        Some(format!("to count players, {change}: then the list of each player counts"))
    }

    /// Whether a bound asks for more lists than there are.
    pub(super) fn are_fewer_than(&self, bound: Option<&FieldAst>) -> bool {
        matches!(bound.map(|it| &it.value), Some(FieldValue::Number(least)) if *least > self.count as f64)
    }
}

/// How many lists a measurement has in every match, if that is so.
fn lists(measured: &Expr) -> Option<usize> {
    match measured.ty {
        Type { depth: 1, base: Base::String } => Some(1),
        Type { depth: 2, base: Base::String }
            if measured.grouped && measured.functions.is_empty() =>
        {
            Some(measured.instances.len())
        }
        _ => None,
    }
}

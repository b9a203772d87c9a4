//! Defaults that keep whoever is given them out of every match.

use std::collections::BTreeSet;

use super::outcomes::Outcomes;
use super::prospect::{Matches, Outcome, Prospect};
use crate::base::idx::Idx;
use crate::diag::{Problems, RuleSetWarningKind, shorten};
use crate::eval::candidate::Room;
use crate::expr::ast::Leaf;
use crate::json::node::Node;
use crate::model::schema::{AttributeDeclaration, AttributeIdx, AttributeType};
use crate::model::ticket::{AttributeValue, Player};
use crate::ruleset::ast::{FieldValue, RuleAst, RuleSetAst, Target};
use crate::ruleset::places::{
    self,
    Step::{Item, Key},
};
use crate::ruleset::plan::Plan;

pub(super) fn check(root: &Node, plan: &Plan, outcomes: &Outcomes, problems: &mut Problems) {
    let schema = &plan.ast.schema;
    let mut prospect = Prospect::new(plan);
    // Where there is no default, the rules that are asked do not look.
    let player = schema
        .attributes
        .iter()
        .fold(Player::new("p"), |player, attribute| player.with(&attribute.name, value(attribute)));
    let Some(row) = prospect.submit(&player) else { return };
    for position in plan.enforced.iter().map(|it| it.position) {
        let Some(attribute) = only_attribute(&plan.ast, position) else { continue };
        let declaration = &schema.attributes[attribute];
        if declaration.default.is_none() || outcomes.of(position) == Outcome::Fails {
            continue;
        }
        let fails = plan.epochs.indices().all(|epoch| {
            let room = prospect.room(epoch, Matches::All);
            room.enumerate().filter(|(_, it)| it.max > 0).all(|(instance, _)| {
                let mut room = room.clone();
                room[instance] = Room { min: 0, max: room[instance].max - 1 };
                let seated = Some((instance, row));
                prospect.outcome(position, epoch, seated, &room) == Outcome::Fails
            })
        });
        let Some(rule) = plan.ast.rules.get(position).filter(|_| fails) else { continue };
        let kind = RuleSetWarningKind::DefaultNeverPasses {
            attribute: shorten(&declaration.name),
            rule: shorten(&rule.name),
        };
        let site =
            places::at(root, &[Key("playerAttributes"), Item(attribute.index()), Key("default")]);
        let help = "choose a default that the rule lets pass, or none if everybody must send it";
        problems.warn(&site, kind, Some(help.into()));
    }
}

/// The default, or any value of the type.
fn value(attribute: &AttributeDeclaration) -> AttributeValue {
    attribute.default.clone().unwrap_or(match attribute.attribute_type {
        AttributeType::Number => AttributeValue::Number(0.0),
        AttributeType::String => AttributeValue::String("x".into()),
        AttributeType::StringList => AttributeValue::StringList(Vec::new()),
        AttributeType::StringNumberMap => AttributeValue::StringNumberMap(Default::default()),
    })
}

/// The one thing that a rule looks at of a player, itself or by the rules that it names, at whatever
/// waiting time, if that is an attribute. Latencies and ids have no default.
fn only_attribute(ast: &RuleSetAst, position: usize) -> Option<AttributeIdx> {
    let mut rules = BTreeSet::from([position]);
    // The last first: a statement names earlier rules only.
    for named in (0..=position).rev() {
        if let Some(rule) = ast.rules.get(named).filter(|_| rules.contains(&named)) {
            rules.extend(rule.named_rules());
        }
    }
    let mut only = None;
    for (position, rule) in rules.iter().filter_map(|&it| Some((it, ast.rules.get(it)?))) {
        if rule.kind == "latency" {
            return None;
        }
        for leaf in values_of(ast, position, rule).flat_map(looked_at) {
            match leaf {
                Leaf::Attribute(attribute) if *only.get_or_insert(attribute) == attribute => {}
                Leaf::Attribute(_) | Leaf::PlayerIds => return None,
                Leaf::Team | Leaf::Players => {}
            }
        }
    }
    only
}

/// The values of a rule's fields, those of expansion steps among them.
fn values_of<'a>(
    ast: &'a RuleSetAst,
    position: usize,
    rule: &'a RuleAst,
) -> impl Iterator<Item = &'a FieldValue> {
    let expansions = ast.expansions.iter().filter(move |expansion| {
        matches!(expansion.target, Target::RuleField { rule, .. } if rule == position)
    });
    let steps = expansions.flat_map(|it| &it.steps).map(|step| &step.value);
    rule.fields.iter().map(|field| &field.value).chain(steps)
}

fn looked_at(value: &FieldValue) -> Vec<Leaf> {
    match value {
        FieldValue::Attribute(attribute) => vec![Leaf::Attribute(*attribute)],
        FieldValue::Measurements(list) => list.iter().map(|(expr, _)| expr.leaf).collect(),
        FieldValue::Expression(expr) => vec![expr.leaf],
        _ => Vec::new(),
    }
}

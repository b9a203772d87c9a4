//! Attributes that are declared and not used.

use std::collections::BTreeSet;

use crate::base::idx::Idx;
use crate::diag::{Problems, RuleSetWarningKind, shorten};
use crate::expr::ast::Leaf;
use crate::json::node::Node;
use crate::model::schema::AttributeIdx;
use crate::ruleset::ast::{FieldValue, RuleSetAst};
use crate::ruleset::places::{
    self,
    Step::{Item, Key},
};

pub(super) fn check(root: &Node, ast: &RuleSetAst, problems: &mut Problems) {
    let mut used: BTreeSet<AttributeIdx> =
        ast.algorithm.sort_by_attributes.iter().copied().collect();
    used.extend(ast.algorithm.balanced_attribute);
    let fields = ast.rules.iter().flat_map(|rule| &rule.fields);
    used.extend(fields.filter_map(|field| match field.value {
        FieldValue::Attribute(attribute) => Some(attribute),
        _ => None,
    }));
    used.extend(ast.expressions().filter_map(|expr| match expr.leaf {
        Leaf::Attribute(attribute) => Some(attribute),
        _ => None,
    }));
    let unused = ast.schema.attributes.enumerate().filter(|(it, _)| !used.contains(it));
    for (attribute, declaration) in unused {
        let kind = RuleSetWarningKind::UnusedAttribute { name: shorten(&declaration.name) };
        let site = places::at(root, &[Key("playerAttributes"), Item(attribute.index())]);
        let help = "declared only, it still reaches the game server";
        problems.warn(&site, kind, Some(help.into()));
    }
}

//! Names to indexes and types to functions: from a syntax tree to an expression that has a value
//! in every complete match (facts 2.2 and 2.3, decisions 11 and 13).

#![deny(clippy::indexing_slicing, clippy::string_slice)]

use std::collections::BTreeSet;
use std::ops::Range;

use super::ast::{Expr, ExprSyntax, Function, Leaf, LeafSyntax, Spanned, TeamSelector};
use super::parse::ExprError;
use super::print::print;
use super::ty::{Base, Type};
use crate::diag::{RuleSetErrorKind, did_you_mean, list_known, nearest, shorten};
use crate::model::schema::{AttributeIdx, AttributeType, InstanceIdx, Schema};

/// One expression is not searched for more mistakes than are listed, and the one that says so.
const ERRORS_MAX: usize = 101;

/// Checks an expression against the names of a rule set. With it come the places of `flatten`s
/// that do nothing (facts 10.23); otherwise all its errors, none when it only hangs on names that
/// were misread.
pub(crate) fn check(
    syntax: &ExprSyntax,
    schema: &Schema,
) -> Result<(Expr, Vec<Range<usize>>), Vec<ExprError>> {
    let mut errors = Vec::new();
    let teams = Teams::resolve(&syntax.path.teams, schema, &mut errors);
    let leaf = resolve_leaf(&syntax.path.leaf, schema, &mut errors);
    let mut flat = Vec::new();
    let mut ty = None;
    // where the type of the path is known, the functions are judged whatever else is wrong
    if let (Some(grouped), Some(leaf)) = (teams.grouped, leaf) {
        let argument = path_type(grouped, leaf, schema);
        match apply_functions(&syntax.functions, argument, leaf, schema, &mut flat) {
            Ok(result) => ty = Some((result, grouped, leaf)),
            Err(error) => errors.push(error),
        }
    }
    match ty {
        Some((ty, grouped, leaf)) if errors.is_empty() && teams.whole => {
            let expr = Expr {
                text: print(syntax),
                functions: syntax.functions.iter().map(|function| function.value).collect(),
                instances: teams.instances.into_iter().collect(),
                grouped,
                leaf,
                ty,
            };
            Ok((expr, flat))
        }
        _ => Err(errors),
    }
}

/// The teams that a selector means.
struct Teams {
    instances: BTreeSet<InstanceIdx>,
    /// Whether the path has one entry per instance; unknown when its only name is.
    grouped: Option<bool>,
    /// Whether every name has its teams.
    whole: bool,
}

impl Teams {
    fn resolve(selector: &TeamSelector, schema: &Schema, errors: &mut Vec<ExprError>) -> Self {
        let names = match selector {
            TeamSelector::All => {
                let instances = schema.instances.indices().collect();
                return Self { instances, grouped: Some(true), whole: true };
            }
            TeamSelector::Named(names) => names,
        };
        let grouped = (names.len() > 1).then_some(true);
        let mut teams = Self { instances: BTreeSet::new(), grouped, whole: true };
        for (position, name) in names.iter().enumerate() {
            if errors.len() >= ERRORS_MAX {
                break;
            }
            let mut earlier = names.iter().take(position);
            if let Err(mut error) = teams.add(name, schema) {
                teams.whole = false;
                let unknown = matches!(error.kind, RuleSetErrorKind::UnknownTeam { .. });
                if unknown && schema.unread.teams {
                    continue;
                }
                if earlier.any(|earlier| earlier.value == name.value) {
                    error.help = Some("take one of the two out".into());
                }
                errors.push(error);
            }
        }
        teams
    }

    fn add(&mut self, name: &Spanned<String>, schema: &Schema) -> Result<(), ExprError> {
        let (meant, is_list) = instances_named(&name.value, schema).ok_or_else(|| ExprError {
            span: name.span.clone(),
            kind: RuleSetErrorKind::UnknownTeam { name: shorten(&name.value) },
            help: unknown_team_help(&name.value, schema),
        })?;
        self.grouped = self.grouped.or(Some(is_list));
        let again = meant.iter().find(|instance| self.instances.contains(instance));
        let again = again.and_then(|&instance| schema.instances.get(instance));
        self.instances.extend(&meant);
        let Some(instance) = again else { return Ok(()) };
        let team = schema.teams.get(instance.team);
        Err(ExprError {
            span: name.span.clone(),
            kind: RuleSetErrorKind::RepeatedName { name: shorten(&name.value) },
            help: team.map(|team| {
                let (team, instance) = (shorten(&team.name), shorten(&instance.name));
                format!("`{team}` means all its teams, and `{instance}` is one of them")
            }),
        })
    }
}

/// The instances that a name means, and whether they are a list: the base name of a team with a
/// quantity means all of them (decision 13).
fn instances_named(name: &str, schema: &Schema) -> Option<(Vec<InstanceIdx>, bool)> {
    if let Some(team) = schema.team(name) {
        let is_list = schema.teams.get(team).is_some_and(|team| team.quantity > 1);
        return Some((schema.instances_of(team).collect(), is_list));
    }
    schema.instance(name).map(|instance| (vec![instance], false))
}

fn unknown_team_help(name: &str, schema: &Schema) -> Option<String> {
    if name == "*" {
        return Some("`*` means every team and stands alone: `teams[*]`".into());
    }
    if let Some((before, _)) = name.split_once(['[', '.'])
        && instances_named(before.trim(), schema).is_some()
    {
        return Some(format!("a `]` is missing after `{}`", shorten(before.trim())));
    }
    let teams = schema.teams.iter().map(|team| &*team.name);
    let instances = schema.instances.iter().map(|instance| &*instance.name);
    if let Some(known) = nearest(name, teams.clone().chain(instances)) {
        return Some(format!("did you mean `{known}`?"));
    }
    let teams: Vec<&str> = teams.collect();
    (!teams.is_empty()).then(|| list_known(&teams, "declared:"))
}

fn resolve_leaf(leaf: &LeafSyntax, schema: &Schema, errors: &mut Vec<ExprError>) -> Option<Leaf> {
    match leaf {
        LeafSyntax::Team => Some(Leaf::Team),
        LeafSyntax::Players => Some(Leaf::Players),
        LeafSyntax::PlayerIds => Some(Leaf::PlayerIds),
        LeafSyntax::Attribute(name) => {
            let attribute = schema.attribute(&name.value);
            if attribute.is_none() && !schema.unread.may_be_attribute(&name.value) {
                let known = schema.attribute_names();
                let help = match &*known {
                    [] => "declare it in `playerAttributes`".into(),
                    known => did_you_mean(&name.value, known, "declared:"),
                };
                errors.push(ExprError {
                    span: name.span.clone(),
                    kind: RuleSetErrorKind::UnknownAttribute { name: shorten(&name.value) },
                    help: Some(help),
                });
            }
            attribute.map(Leaf::Attribute)
        }
    }
}

/// The type of a path (facts 2.2).
fn path_type(grouped: bool, leaf: Leaf, schema: &Schema) -> Type {
    let (depth, base) = match leaf {
        Leaf::Team => (0, Base::Team),
        Leaf::Players => (1, Base::Player),
        Leaf::PlayerIds => (1, Base::String),
        Leaf::Attribute(attribute) => match attribute_type(attribute, schema) {
            AttributeType::String => (1, Base::String),
            AttributeType::Number => (1, Base::Number),
            AttributeType::StringList => (2, Base::String),
            AttributeType::StringNumberMap => (1, Base::NumberMap),
        },
    };
    Type::new(depth + u8::from(grouped), base)
}

fn attribute_type(attribute: AttributeIdx, schema: &Schema) -> AttributeType {
    let declared = schema.attributes.get(attribute);
    declared.expect("an attribute index comes from its schema").attribute_type
}

/// The type of the whole expression, innermost function first.
fn apply_functions(
    functions: &[Spanned<Function>],
    path: Type,
    leaf: Leaf,
    schema: &Schema,
    flat: &mut Vec<Range<usize>>,
) -> Result<Type, ExprError> {
    let mut ty = path;
    for function in functions.iter().rev() {
        if function.value == Function::Flatten && ty.depth == 1 {
            flat.push(function.span.clone());
        }
        ty = result_type(function.value, ty).map_err(|takes| ExprError {
            span: function.span.clone(),
            kind: RuleSetErrorKind::FunctionType {
                function: function.value.name().into(),
                expected: takes.into(),
                found: ty.to_string(),
            },
            help: function_help(function.value, ty, leaf, schema),
        })?;
    }
    Ok(ty)
}

/// What a function makes of an argument: it consumes the innermost list that it fits, and maps
/// over the lists around that (decision 11). Else, in words, what it takes.
fn result_type(function: Function, argument: Type) -> Result<Type, &'static str> {
    let Type { depth, base } = argument;
    let outer = depth.checked_sub(1);
    let (takes, result) = match function {
        Function::Min
        | Function::Max
        | Function::Avg
        | Function::Median
        | Function::Sum
        | Function::Stddev => {
            let outer = outer.filter(|_| base == Base::Number);
            ("a list of numbers", outer.map(|outer| Type::new(outer, base)))
        }
        Function::Count => ("a list", outer.map(|outer| Type::new(outer, Base::Number))),
        Function::Flatten => ("a list of lists", outer.map(|outer| Type::new(outer.max(1), base))),
        Function::SetIntersection => {
            let outer = outer.filter(|_| base == Base::String && depth >= 2);
            ("a list of lists of strings", outer.map(|outer| Type::new(outer, base)))
        }
    };
    result.ok_or(takes)
}

/// What to write instead of a function on this argument.
fn function_help(function: Function, found: Type, leaf: Leaf, schema: &Schema) -> Option<String> {
    let text = match (function, found.base) {
        (Function::SetIntersection, Base::String) if found.depth == 0 => {
            "this is one string; take the strings of several players".into()
        }
        (Function::SetIntersection, Base::String) => {
            "take several teams, or a `string_list` attribute: the lists to intersect".into()
        }
        (Function::SetIntersection, _) => {
            "only strings can be intersected; use a `string` or `string_list` attribute".into()
        }
        (Function::Count | Function::Flatten, Base::Team) => {
            "add `.players` to take the players of the team".into()
        }
        (_, Base::Team) => "add `.players.attributes[...]` to take a number of each player".into(),
        (_, Base::Player) => {
            "add `.attributes[...]` to take a number of each player, or use `count`".into()
        }
        (_, _) if found.depth == 0 => {
            format!("this is already {found}; take `{}` out", function.name())
        }
        (_, Base::NumberMap) => {
            "no function computes with a `string_number_map`; use a `number` attribute".into()
        }
        (_, Base::String) => match leaf {
            Leaf::Attribute(attribute) => {
                let declared = attribute_type(attribute, schema).as_str();
                format!("use a `number` attribute, not a `{declared}`, or use `count`")
            }
            _ => "use `.players.attributes[...]` with a `number` attribute, or use `count`".into(),
        },
        (_, Base::Number) => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests;

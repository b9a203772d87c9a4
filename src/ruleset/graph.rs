//! What needs what in a rule set: expansions need rules and teams, rules need attributes, teams and
//! the rules that their statements name.

use std::fmt;

use petgraph::algo::astar;
use petgraph::dot::{Config, Dot};
use petgraph::graph::{DiGraph, NodeIndex};

use super::ast::{FieldValue, RuleSetAst, Target};
use super::statement::RuleText;
use crate::base::idx::Col;
use crate::expr::ast::{Expr, Leaf};
use crate::model::schema::{AttributeIdx, TeamIdx};

/// A thing that a rule set declares.
#[derive(Clone, Debug)]
pub(crate) enum Thing {
    Attribute(String),
    Team(String),
    Rule {
        name: String,
        kind: &'static str,
    },
    /// The property that an expansion changes.
    Expansion(String),
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, "attribute {name}"),
            Self::Team(name) => write!(f, "team {name}"),
            Self::Rule { name, kind } => write!(f, "{kind} rule {name}"),
            Self::Expansion(target) => write!(f, "expansion of {target}"),
        }
    }
}

/// The graph of a rule set: an edge leads from a thing to what it needs.
pub(crate) struct DependencyGraph(DiGraph<Thing, ()>);

impl DependencyGraph {
    pub(crate) fn new(ast: &RuleSetAst) -> Self {
        let mut graph = DiGraph::new();
        let schema = &ast.schema;
        let attributes: Col<AttributeIdx, NodeIndex> = schema
            .attributes
            .iter()
            .map(|it| graph.add_node(Thing::Attribute(it.name.to_string())))
            .collect();
        let teams: Col<TeamIdx, NodeIndex> = schema
            .teams
            .iter()
            .map(|it| graph.add_node(Thing::Team(it.name.to_string())))
            .collect();
        let rules: Vec<NodeIndex> = ast
            .rules
            .iter()
            .map(|it| graph.add_node(Thing::Rule { name: it.name.clone(), kind: it.kind }))
            .collect();
        let needs_of = |expr: &Expr| {
            let teams_of =
                |team: TeamIdx| expr.instances.iter().any(|&it| schema.instances[it].team == team);
            let named = schema.teams.indices().filter(|&it| teams_of(it)).map(|it| teams[it]);
            let attribute = match expr.leaf {
                Leaf::Attribute(attribute) => Some(attributes[attribute]),
                Leaf::Team | Leaf::Players | Leaf::PlayerIds => None,
            };
            named.chain(attribute).collect::<Vec<_>>()
        };
        let needs = |value: &FieldValue| -> Vec<NodeIndex> {
            match value {
                FieldValue::Measurements(list) => {
                    list.iter().flat_map(|(expr, _)| needs_of(expr)).collect()
                }
                FieldValue::Expression(expr) => needs_of(expr),
                FieldValue::Attribute(attribute) => vec![attributes[*attribute]],
                FieldValue::Statement(statement) => {
                    let named = statement.rules().into_iter();
                    named.filter_map(|it| rules.get(it).copied()).collect()
                }
                FieldValue::Number(_)
                | FieldValue::Word(_)
                | FieldValue::Text(_)
                | FieldValue::TextList(_) => Vec::new(),
            }
        };
        for (rule, &node) in ast.rules.iter().zip(&rules) {
            for needed in rule.fields.iter().flat_map(|field| needs(&field.value)) {
                graph.update_edge(node, needed, ());
            }
        }
        for expansion in &ast.expansions {
            let owners: Vec<NodeIndex> = match &expansion.target {
                Target::MinPlayers(list) | Target::MaxPlayers(list) => {
                    list.iter().map(|&it| teams[it]).collect()
                }
                Target::RuleField { rule, .. } => rules.get(*rule).copied().into_iter().collect(),
            };
            let node = graph.add_node(Thing::Expansion(expansion.target.text(ast)));
            let values = expansion.steps.iter().flat_map(|step| needs(&step.value));
            for needed in owners.into_iter().chain(values) {
                graph.update_edge(node, needed, ());
            }
        }
        Self(graph)
    }

    /// The graph in the DOT language, for Graphviz and its like.
    pub(crate) fn to_dot(&self) -> String {
        let labels = self.0.map(|_, thing| thing.to_string(), |_, ()| "");
        Dot::with_config(&labels, &[Config::EdgeNoLabel]).to_string()
    }
}

/// The ring of compound rules that leads from the rule at `from` back to itself, as names: `a`,
/// `b`, `a`.
pub(super) fn ring(rules: &[RuleText<'_>], from: usize) -> Option<Vec<String>> {
    let mut graph: DiGraph<Option<&str>, ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = rules.iter().map(|rule| graph.add_node(rule.name)).collect();
    for (rule, &node) in rules.iter().zip(&nodes) {
        for word in rule.statement.unwrap_or("").split(['(', ')', ',']).map(str::trim) {
            let named = rules.iter().position(|it| it.name == Some(word));
            if let Some(&needed) = named.and_then(|it| nodes.get(it)) {
                graph.update_edge(node, needed, ());
            }
        }
    }
    let &start = nodes.get(from)?;
    let first_steps: Vec<NodeIndex> = graph.neighbors(start).collect();
    let back = |&step: &NodeIndex| astar(&graph, step, |it| it == start, |_| 1, |_| 0);
    let (_, path) = first_steps.iter().filter_map(back).min_by_key(|(length, _)| *length)?;
    let names = std::iter::once(start).chain(path);
    names.map(|node| graph.node_weight(node)?.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_ring_is_named() {
        let rule = |name, statement| RuleText { name: Some(name), statement };
        let rules = [
            rule("a", Some("and(b, not(c))")),
            rule("b", Some("or(c, d)")),
            rule("c", Some("xor(d, a)")),
            rule("d", None),
        ];
        let names = |from| ring(&rules, from).map(|it| it.join(" "));
        assert_eq!(names(0).as_deref(), Some("a c a"));
        assert_eq!(names(1).as_deref(), Some("b c a b"));
        assert_eq!(names(3), None);
        assert_eq!(ring(&[rule("x", Some("not(x)"))], 0), Some(vec!["x".into(), "x".into()]));
    }
}

//! What the generated cases have covered: rule kinds, words, functions, leaves.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::expr::ast::{Expr, Function, Leaf};
use crate::model::schema::{PartyAggregation, Schema};
use crate::rules::{FieldShape, KINDS};
use crate::ruleset::ast::{FieldValue, RuleAst, RuleSetAst, Statement, Target};

/// Counts under the same key: seen, and how often each column was true.
type Row<const N: usize> = [u64; N];

/// Counts by what a rule is made of.
pub(crate) struct Tally<const N: usize> {
    rows: RefCell<BTreeMap<String, Row<N>>>,
    columns: [&'static str; N],
}

impl<const N: usize> Tally<N> {
    pub(crate) fn new(columns: [&'static str; N]) -> Self {
        Self { rows: RefCell::default(), columns }
    }

    pub(crate) fn add(&self, keys: &BTreeSet<String>, row: Row<N>) {
        let mut rows = self.rows.borrow_mut();
        for key in keys {
            let sums = match rows.get_mut(key) {
                Some(sums) => sums,
                None => rows.entry(key.clone()).or_insert([0; N]),
            };
            sums.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
        }
    }

    pub(crate) fn rows(&self) -> BTreeMap<String, Row<N>> {
        self.rows.borrow().clone()
    }

    /// A table for `--nocapture`.
    pub(crate) fn print(&self, title: &str) {
        println!("\n{title}");
        print!("{:44}", "");
        self.columns.iter().for_each(|column| print!("{column:>10}"));
        println!();
        for (key, row) in self.rows() {
            print!("{key:44}");
            row.iter().for_each(|count| print!("{count:>10}"));
            println!();
        }
    }
}

/// What a rule is made of. A field that an expansion changes does not count with its value.
pub(crate) fn keys(ast: &RuleSetAst, position: usize) -> BTreeSet<String> {
    let rule = &ast.rules[position];
    let mut keys = BTreeSet::from([rule.kind.to_owned()]);
    if matches!(rule.kind, "comparison" | "distance" | "collection") {
        let reference = rule.field("referenceValue").map_or("none", |field| match &field.value {
            FieldValue::Expression(_) => "expression",
            FieldValue::Text(_) => "string",
            FieldValue::TextList(_) => "list",
            _ => "number",
        });
        keys.insert(format!("{} referenceValue {reference}", rule.kind));
    }
    if ast.party_aggregation == PartyAggregation::Collapse {
        keys.insert(format!("{}, parties as one", rule.kind));
    }
    for field in &rule.fields {
        let expanded = is_expanded(ast, position, field.name);
        if expanded {
            keys.insert(format!("{} {} expanded", rule.kind, field.name));
        }
        match &field.value {
            FieldValue::Word(word) if !expanded => {
                keys.insert(word_key(rule.kind, field.name, word));
            }
            FieldValue::Number(_) => {
                keys.insert(format!("{} {}", rule.kind, field.name));
            }
            FieldValue::Measurements(measurements) => {
                for (expr, _) in measurements {
                    keys.extend(expression_keys(expr, &ast.schema));
                    keys.insert(depth_key(rule.kind, expr.ty.depth));
                }
            }
            FieldValue::Expression(expr) => keys.extend(expression_keys(expr, &ast.schema)),
            FieldValue::Attribute(attribute) => {
                let of = ast.schema.attributes[*attribute].attribute_type.as_str();
                keys.insert(format!("{} {} {of}", rule.kind, field.name));
            }
            FieldValue::Statement(statement) => {
                let kinds = statement.rules().into_iter().map(|named| ast.rules[named].kind);
                keys.extend(kinds.map(|kind| format!("compound of {kind}")));
                let depth = statement_keys(statement, &mut keys);
                keys.insert(format!("compound of depth {depth}"));
            }
            FieldValue::Word(_) | FieldValue::Text(_) | FieldValue::TextList(_) => {}
        }
    }
    keys
}

fn depth_key(kind: &str, depth: u8) -> String {
    format!("{kind} measurement of depth {depth}")
}

/// Adds the operators of a statement, and says how deep it nests.
fn statement_keys(statement: &Statement, keys: &mut BTreeSet<String>) -> u32 {
    let (operator, parts) = match statement {
        Statement::Rule(_) => return 0,
        Statement::Not(part) => ("not", vec![part]),
        Statement::And(a, b) => ("and", vec![a, b]),
        Statement::Or(a, b) => ("or", vec![a, b]),
        Statement::Xor(a, b) => ("xor", vec![a, b]),
    };
    keys.insert(format!("compound {operator}"));
    let depth = parts.into_iter().map(|part| statement_keys(part, keys)).max();
    1 + depth.unwrap_or(0)
}

/// Whether a key is about a rule that is neither true nor false.
pub(crate) fn is_of_sort(key: &str) -> bool {
    key.starts_with("absoluteSort") || key.starts_with("distanceSort")
}

fn is_expanded(ast: &RuleSetAst, position: usize, name: &str) -> bool {
    let mut targets = ast.expansions.iter().map(|expansion| &expansion.target);
    targets.any(
        |it| matches!(it, Target::RuleField { rule, field } if *rule == position && *field == name),
    )
}

fn word_key(kind: &str, field: &str, word: &str) -> String {
    format!("{kind} {field} {word}")
}

fn expression_keys(expr: &Expr, schema: &Schema) -> Vec<String> {
    let leaf = match expr.leaf {
        Leaf::Team => "teams",
        Leaf::Players => "players",
        Leaf::PlayerIds => "player ids",
        Leaf::Attribute(attribute) => schema.attributes[attribute].attribute_type.as_str(),
    };
    let functions = expr.functions.iter().map(|function| format!("function {}", function.name()));
    let mut keys: Vec<String> = functions.collect();
    keys.push(format!("leaf {leaf}"));
    keys
}

/// What generated rule sets must be made of, read off the rule kinds themselves.
pub(crate) fn expected_keys() -> Vec<String> {
    let mut keys = Vec::new();
    for kind in KINDS {
        keys.push(kind.name().to_owned());
        keys.push(format!("{}, parties as one", kind.name()));
        for field in kind.fields() {
            if field.expandable {
                keys.push(format!("{} {} expanded", kind.name(), field.name));
            }
            match field.shape {
                FieldShape::Number | FieldShape::Count => {
                    keys.push(format!("{} {}", kind.name(), field.name))
                }
                FieldShape::Words { words, .. } => {
                    keys.extend(words.iter().map(|word| word_key(kind.name(), field.name, word)));
                }
                FieldShape::Reference | FieldShape::ReferenceOrList => {
                    keys.push(format!("{} {} expression", kind.name(), field.name));
                    keys.push(format!("{} {} none", kind.name(), field.name));
                }
                FieldShape::Attribute => {
                    keys.push(format!("{} {} number", kind.name(), field.name));
                    keys.push(format!("{} {} string", kind.name(), field.name));
                }
                FieldShape::Statement => {
                    let parts = ["not", "and", "or", "xor"].map(|it| format!("compound {it}"));
                    keys.extend(parts);
                    let named = ["comparison", "distance", "collection", "latency", "compound"];
                    keys.extend(named.map(|kind| format!("compound of {kind}")));
                    keys.extend((1..=3).map(|depth| format!("compound of depth {depth}")));
                }
                FieldShape::Measurements => {
                    let depths = if kind.name() == "collection" { 1..=3 } else { 0..=2 };
                    keys.extend(depths.map(|depth| depth_key(kind.name(), depth)));
                }
            }
        }
    }
    keys.retain(|key| key != "distance referenceValue none");
    keys.extend(["list", "string"].map(|it| format!("collection referenceValue {it}")));
    keys.extend(["number", "string"].map(|it| format!("comparison referenceValue {it}")));
    keys.push("distance referenceValue number".into());
    keys.extend(Function::ALL.map(|function| format!("function {}", function.name())));
    let leaves = ["teams", "players", "player ids"];
    let types = ["number", "string", "string_list", "string_number_map"];
    keys.extend(leaves.into_iter().chain(types).map(|leaf| format!("leaf {leaf}")));
    keys
}

/// The same rule with its bounds moved by the least step, and equality let in or out: where this
/// changes the verdict, the match lies on the bound.
pub(crate) fn nudged(ast: &RuleSetAst) -> RuleSetAst {
    let mut ast = ast.clone();
    let nudge_all = |rule: &mut RuleAst| {
        rule.fields.iter_mut().for_each(|field| nudge(field.name, &mut field.value));
    };
    ast.rules.iter_mut().for_each(nudge_all);
    for expansion in &mut ast.expansions {
        let Target::RuleField { field, .. } = expansion.target else { continue };
        expansion.steps.iter_mut().for_each(|step| nudge(field, &mut step.value));
    }
    ast
}

fn nudge(field: &str, value: &mut FieldValue) {
    match value {
        FieldValue::Number(number) if field.starts_with("max") => *number = number.next_down(),
        FieldValue::Number(number) if field.starts_with("min") => *number = number.next_up(),
        FieldValue::Word(word) => {
            *word = match *word {
                "<" => "<=",
                "<=" => "<",
                ">" => ">=",
                ">=" => ">",
                "=" => "!=",
                "!=" => "=",
                other => other,
            }
        }
        _ => {}
    }
}

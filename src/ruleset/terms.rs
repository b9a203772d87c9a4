//! What a rule set asks for, field by field and step by step: for tools that explain it, plot it or
//! make up players for it.

use super::ast::{ExpansionAst, FieldValue, RuleAst, Target};
use super::plan::Plan;
use crate::expr::ast::{Expr, Function, Leaf};
use crate::model::schema::{AgeSelection, Schema};

/// The rules of a rule set and what waiting changes.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct RuleSetTerms {
    /// Whether the oldest ticket of a match decides which steps are in force, or else the newest
    /// (facts 4.5).
    pub oldest_decides: bool,
    /// The waiting times, in seconds, at which some value changes; the first is 0.
    pub epoch_seconds: Vec<u32>,
    /// The rules, in the order of the rule set.
    pub rules: Vec<RuleTerms>,
    /// What the expansions change, in their order.
    pub expansions: Vec<ExpansionTerms>,
}

/// What a rule reads and where its bounds lie.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct RuleTerms {
    /// Its name.
    pub name: String,
    /// Its type: `comparison`, `distance`, ...
    pub kind: &'static str,
    /// Whether a match needs it to hold: it is no sort rule, and no compound rule names it (facts
    /// 10.11).
    pub enforced: bool,
    /// Its `operation`, if it has one.
    pub operation: Option<&'static str>,
    /// The attributes that it reads, each once, in the order in which they stand in it.
    pub attributes: Vec<String>,
    /// The functions of its expressions, each once.
    pub functions: Vec<&'static str>,
    /// Whether an expression reads the ids of players.
    pub reads_player_ids: bool,
    /// Its `referenceValue` as written, if it has one.
    pub reference: Option<String>,
    /// The strings that its reference value names, those of expansion steps included.
    pub strings: Vec<String>,
    /// Its fields that are numbers.
    pub numbers: Vec<NumberTerm>,
}

/// A field of a rule that is a number.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct NumberTerm {
    /// The field: `maxDistance`, `referenceValue`, ...
    pub field: &'static str,
    /// Its value as written, then that of each expansion step that changes it.
    pub values: Vec<f64>,
}

/// A value that changes with waiting time.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ExpansionTerms {
    /// What changes, as the rule set writes it: `rules[CloseSkill].maxDistance`.
    pub target: String,
    /// The rule, if it is a rule's field that changes.
    pub rule: Option<String>,
    /// The values in force, each from its waiting time on: as written at 0, then the steps.
    pub steps: Vec<StepTerms>,
}

/// From this waiting time on, this value.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct StepTerms {
    /// The waiting time in seconds.
    pub from_seconds: u32,
    /// The value, if it is a number.
    pub number: Option<f64>,
    /// The value as text.
    pub text: String,
}

impl RuleSetTerms {
    pub(super) fn new(plan: &Plan) -> Self {
        let ast = &plan.ast;
        let named = ast.named_by_compounds();
        let rules = ast.rules.iter().enumerate();
        let epochs = plan.epochs.indices();
        Self {
            oldest_decides: ast.algorithm.age_selection == AgeSelection::Oldest,
            epoch_seconds: epochs.map(|epoch| plan.epochs.start_seconds(epoch)).collect(),
            rules: rules
                .map(|(position, rule)| {
                    let sorts = matches!(rule.kind, "absoluteSort" | "distanceSort");
                    let enforced = !sorts && !named.contains(&position);
                    rule_terms(plan, position, rule, enforced)
                })
                .collect(),
            expansions: ast.expansions.iter().map(|it| expansion_terms(plan, it)).collect(),
        }
    }
}

fn rule_terms(plan: &Plan, position: usize, rule: &RuleAst, enforced: bool) -> RuleTerms {
    let schema = &plan.ast.schema;
    let mut terms = RuleTerms {
        name: rule.name.clone(),
        kind: rule.kind,
        enforced,
        operation: None,
        attributes: Vec::new(),
        functions: Vec::new(),
        reads_player_ids: false,
        reference: rule.field("referenceValue").map(|field| text_of(&field.value)),
        strings: Vec::new(),
        numbers: Vec::new(),
    };
    for field in &rule.fields {
        let changes = |expansion: &&ExpansionAst| {
            expansion.target == Target::RuleField { rule: position, field: field.name }
        };
        let steps = plan.ast.expansions.iter().filter(changes).flat_map(|it| &it.steps);
        let values = std::iter::once(&field.value).chain(steps.map(|step| &step.value));
        let mut numbers = Vec::new();
        for value in values {
            match value {
                FieldValue::Number(number) => numbers.push(*number),
                FieldValue::Word(word) if field.name == "operation" => {
                    terms.operation = Some(word);
                }
                FieldValue::Measurements(expressions) => {
                    expressions.iter().for_each(|(expr, _)| terms.read(schema, expr));
                }
                FieldValue::Expression(expr) => terms.read(schema, expr),
                FieldValue::Text(text) => add(&mut terms.strings, text.clone()),
                FieldValue::TextList(texts) => {
                    texts.iter().for_each(|text| add(&mut terms.strings, text.clone()));
                }
                FieldValue::Attribute(attribute) => {
                    let name = schema.attributes[*attribute].name.to_string();
                    add(&mut terms.attributes, name);
                }
                FieldValue::Word(_) | FieldValue::Statement(_) => {}
            }
        }
        if !numbers.is_empty() {
            terms.numbers.push(NumberTerm { field: field.name, values: numbers });
        }
    }
    terms
}

impl RuleTerms {
    fn read(&mut self, schema: &Schema, expr: &Expr) {
        match expr.leaf {
            Leaf::Attribute(attribute) => {
                add(&mut self.attributes, schema.attributes[attribute].name.to_string());
            }
            Leaf::PlayerIds => self.reads_player_ids = true,
            Leaf::Team | Leaf::Players => {}
        }
        for name in expr.functions.iter().map(|it| Function::name(*it)) {
            if !self.functions.contains(&name) {
                self.functions.push(name);
            }
        }
    }

    /// The values of a field that is a number, as written and then of each step; empty when the
    /// rule does not state it.
    pub fn number(&self, field: &str) -> &[f64] {
        let term = self.numbers.iter().find(|term| term.field == field);
        term.map_or(&[], |term| &term.values)
    }
}

fn expansion_terms(plan: &Plan, expansion: &ExpansionAst) -> ExpansionTerms {
    let ast = &plan.ast;
    let rule = match expansion.target {
        Target::RuleField { rule, .. } => ast.rules.get(rule).map(|rule| rule.name.clone()),
        Target::MinPlayers(_) | Target::MaxPlayers(_) => None,
    };
    let written = expansion.target.as_written(ast);
    let step = |from_seconds, value: &FieldValue| StepTerms {
        from_seconds,
        number: match value {
            FieldValue::Number(number) => Some(*number),
            _ => None,
        },
        text: text_of(value),
    };
    let written = written.iter().map(|value| step(0, value));
    let steps = expansion.steps.iter().map(|it| step(it.wait_seconds, &it.value));
    ExpansionTerms {
        target: expansion.target.text(ast),
        rule,
        steps: written.chain(steps).collect(),
    }
}

fn text_of(value: &FieldValue) -> String {
    match value {
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Word(word) => (*word).to_owned(),
        FieldValue::Text(text) => text.clone(),
        FieldValue::TextList(texts) => texts.join(", "),
        FieldValue::Expression(expr) => expr.text.clone(),
        // No expansion changes these, and they are no reference value.
        FieldValue::Measurements(_) | FieldValue::Attribute(_) | FieldValue::Statement(_) => {
            String::new()
        }
    }
}

fn add(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

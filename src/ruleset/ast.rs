//! The typed tree of a rule set: every name resolved, every expression checked, nothing lowered.
//!
//! The plan is compiled from it, and the reference evaluator interprets it; they share no more
//! than this file.

use std::collections::BTreeSet;

use crate::diag::Site;
use crate::expr::ast::Expr;
use crate::model::schema::{Algorithm, AttributeIdx, PartyAggregation, Schema, TeamIdx};

/// A rule set.
#[derive(Clone, Debug)]
pub(crate) struct RuleSetAst {
    pub(crate) name: Option<String>,
    pub(crate) schema: Schema,
    pub(crate) algorithm: Algorithm,
    /// An option of the compiler, not a part of the text.
    pub(crate) party_aggregation: PartyAggregation,
    pub(crate) rules: Vec<RuleAst>,
    pub(crate) expansions: Vec<ExpansionAst>,
}

impl RuleSetAst {
    /// The positions of the rules that compound rules name: they count only through those (facts
    /// 10.11).
    pub(crate) fn named_by_compounds(&self) -> BTreeSet<usize> {
        self.rules.iter().flat_map(RuleAst::named_rules).collect()
    }

    /// Every expression of the rules and of the steps that change them.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let fields = self.rules.iter().flat_map(|it| &it.fields).map(|field| &field.value);
        let steps = self.expansions.iter().flat_map(|it| &it.steps).map(|step| &step.value);
        fields.chain(steps).flat_map(|value| {
            let (list, single): (&[(Expr, Site)], Option<&Expr>) = match value {
                FieldValue::Measurements(list) => (list, None),
                FieldValue::Expression(expr) => (&[], Some(expr)),
                _ => (&[], None),
            };
            list.iter().map(|(expr, _)| expr).chain(single)
        })
    }
}

/// A rule with its fields as written.
#[derive(Clone, Debug)]
pub(crate) struct RuleAst {
    pub(crate) name: String,
    /// The rule type: `comparison`, `distance`, ...
    pub(crate) kind: &'static str,
    pub(crate) site: Site,
    /// In the order of the kind's own list of fields; absent ones are not there.
    pub(crate) fields: Vec<FieldAst>,
    /// Fields that are missing, or of which not all could be read, which is reported; never so in a
    /// rule set that compiled.
    pub(crate) unread: Vec<&'static str>,
}

impl RuleAst {
    pub(crate) fn field(&self, name: &str) -> Option<&FieldAst> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether the rule surely does not state a field: it is not just misread.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.field(name).is_none() && !self.unread.contains(&name)
    }

    /// The statement of a compound rule.
    pub(crate) fn statement(&self) -> Option<&Statement> {
        self.fields.iter().find_map(|field| match &field.value {
            FieldValue::Statement(statement) => Some(statement),
            _ => None,
        })
    }

    /// The positions of the rules that its statement names.
    pub(crate) fn named_rules(&self) -> BTreeSet<usize> {
        self.statement().map(Statement::rules).unwrap_or_default()
    }
}

/// One field of a rule.
#[derive(Clone, Debug)]
pub(crate) struct FieldAst {
    pub(crate) name: &'static str,
    pub(crate) site: Site,
    pub(crate) value: FieldValue,
}

/// The value of a rule's field.
#[derive(Clone, Debug)]
pub(crate) enum FieldValue {
    Number(f64),
    /// One of a closed list of words.
    Word(&'static str),
    /// `measurements`, each with its place.
    Measurements(Vec<(Expr, Site)>),
    /// `referenceValue` that is an expression.
    Expression(Expr),
    /// `referenceValue` that is a literal string.
    Text(String),
    /// `referenceValue` that is a literal list of strings.
    TextList(Vec<String>),
    /// A declared attribute.
    Attribute(AttributeIdx),
    /// The `statement` of a compound rule.
    Statement(Statement),
}

/// A property that changes with waiting time.
#[derive(Clone, Debug)]
pub(crate) struct ExpansionAst {
    pub(crate) target: Target,
    /// In increasing order of waiting time.
    pub(crate) steps: Vec<StepAst>,
}

/// What an expansion changes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Target {
    MinPlayers(Vec<TeamIdx>),
    MaxPlayers(Vec<TeamIdx>),
    /// A field of the rule at this position in the list of rules.
    RuleField {
        rule: usize,
        field: &'static str,
    },
}

impl Target {
    /// The properties that it changes, each as a target of its own: a field, or a size of one team.
    pub(crate) fn parts(&self) -> Vec<Self> {
        match self {
            Self::MinPlayers(teams) => teams.iter().map(|&it| Self::MinPlayers(vec![it])).collect(),
            Self::MaxPlayers(teams) => teams.iter().map(|&it| Self::MaxPlayers(vec![it])).collect(),
            Self::RuleField { .. } => vec![self.clone()],
        }
    }

    /// The value before the first step; of several teams that of the first.
    pub(crate) fn as_written(&self, ast: &RuleSetAst) -> Option<FieldValue> {
        let first = |teams: &[TeamIdx]| teams.first().map(|&team| &ast.schema.teams[team]);
        let players = match self {
            Self::MinPlayers(teams) => first(teams)?.min_players,
            Self::MaxPlayers(teams) => first(teams)?.max_players,
            Self::RuleField { rule, field } => {
                return Some(ast.rules.get(*rule)?.field(field)?.value.clone());
            }
        };
        Some(FieldValue::Number(f64::from(players)))
    }

    /// The target as it is written, for instance `teams[red, blue].minPlayers`.
    pub(crate) fn text(&self, ast: &RuleSetAst) -> String {
        let teams = |teams: &[TeamIdx], property| {
            let names: Vec<&str> = teams.iter().map(|&it| &*ast.schema.teams[it].name).collect();
            format!("teams[{}].{property}", names.join(", "))
        };
        match self {
            Self::MinPlayers(targets) => teams(targets, "minPlayers"),
            Self::MaxPlayers(targets) => teams(targets, "maxPlayers"),
            Self::RuleField { rule, field } => {
                let name = ast.rules.get(*rule).map_or("", |rule| &rule.name);
                format!("rules[{name}].{field}")
            }
        }
    }
}

/// From this waiting time on, this value.
#[derive(Clone, Debug)]
pub(crate) struct StepAst {
    pub(crate) wait_seconds: u32,
    pub(crate) wait_site: Site,
    /// Where the value is.
    pub(crate) site: Site,
    /// A whole number for team sizes.
    pub(crate) value: FieldValue,
}

/// The statement of a compound rule (facts 3.7).
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Statement {
    /// The rule at this position in the list of rules, always an earlier one.
    Rule(usize),
    Not(Box<Statement>),
    And(Box<Statement>, Box<Statement>),
    Or(Box<Statement>, Box<Statement>),
    Xor(Box<Statement>, Box<Statement>),
}

impl Statement {
    /// The positions of the rules that it names.
    pub(crate) fn rules(&self) -> BTreeSet<usize> {
        let mut named = BTreeSet::new();
        self.add_rules(&mut named);
        named
    }

    fn add_rules(&self, named: &mut BTreeSet<usize>) {
        match self {
            Self::Rule(position) => {
                named.insert(*position);
            }
            Self::Not(part) => part.add_rules(named),
            Self::And(a, b) | Self::Or(a, b) | Self::Xor(a, b) => {
                a.add_rules(named);
                b.add_rules(named);
            }
        }
    }
}

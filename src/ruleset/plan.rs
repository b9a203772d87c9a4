//! The compiled plan: what the engine runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::{FieldAst, RuleSetAst};
use super::epochs::{Epochs, Origin, TeamSizes, field_origins, team_sizes};
use super::sizes::{check_sizes, most_players};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::idx::Col;
use crate::diag::{Problems, RuleSetWarning};
use crate::eval::pairs::{Pairs, TeamShape};
use crate::eval::quotas::Quotas;
use crate::json::node::Node;
use crate::model::limits;
use crate::model::schema::{AttributeType, BackfillPriority, BatchingPreference, TeamIdx};
use crate::pool::layout::{ColumnLayout, NumberColumn, StringColumn, StringSource};
use crate::rules::{self, CompileContext, Compiled, FieldInEpoch, Rule, RuleSource, SortKey};

/// A rule set, compiled.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What was compiled.
    pub(crate) text: Arc<str>,
    pub(crate) ast: RuleSetAst,
    pub(crate) epochs: Epochs,
    /// How many players each team instance takes, in each epoch.
    pub(crate) sizes: TeamSizes,
    /// All rules, in the order of the rule set.
    pub(crate) compiled: Vec<Compiled>,
    /// The rules that a match must meet, in the order of the rule set: all but sort rules and
    /// those that a compound rule names (facts 10.11).
    pub(crate) enforced: Vec<EnforcedRule>,
    /// The order in which `enforced` are asked about a partial match: cheap ones first.
    pub(crate) asking_order: Vec<usize>,
    /// The sort rules, in the order of the rule set.
    pub(crate) sort_keys: Vec<Arc<dyn SortKey>>,
    /// For each team: whether no rule tells one of its instances from another.
    pub(crate) interchangeable: Col<TeamIdx, bool>,
    /// The columns of `sortByAttributes` under batching preference `sorted`.
    pub(crate) sort_columns: Vec<SortColumn>,
    /// What holds of each two tickets of a match.
    pub(crate) pairs: Pairs,
    /// How many players of a match must or may hold a string.
    pub(crate) quotas: Quotas,
    /// How strategy `balanced` goes about it, if that is the strategy.
    pub(crate) balance: Option<Balance>,
    pub(crate) layout: ColumnLayout,
    pub(crate) warnings: Vec<RuleSetWarning>,
}

/// What strategy `balanced` goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Balance {
    /// The number whose means are brought together.
    pub(crate) column: NumberColumn,
    /// Whether matches may have more than 40 players.
    pub(crate) is_large: bool,
    /// Whether tickets are grouped by their fastest location, not by the most populated.
    pub(crate) by_fastest_region: bool,
}

/// A rule that a match must meet.
#[derive(Debug)]
pub(crate) struct EnforcedRule {
    /// Its position among all rules of the rule set.
    pub(crate) position: usize,
    pub(crate) rule: Arc<dyn Rule>,
    /// Whether what holds of each two tickets says all that it says.
    pub(crate) is_told_by_pairs: bool,
}

/// The column of an attribute to sort by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SortColumn {
    Number(NumberColumn),
    String(StringColumn),
}

impl Plan {
    /// Compiles a typed tree whose text is `root`; `None` when something is wrong with it.
    pub(crate) fn compile(
        root: &Node,
        mut ast: RuleSetAst,
        problems: &mut Problems,
    ) -> Option<Self> {
        let epochs = Epochs::new(&ast.expansions);
        let sizes = team_sizes(&ast, &epochs);
        check_sizes(root, &ast, &epochs, &sizes, problems);
        let mut layout = ColumnLayout::default();
        let mut compiled = Vec::new();
        for position in 0..ast.rules.len() {
            let mut cx = CompileContext {
                problems,
                schema: &ast.schema,
                layout: &mut layout,
                party_aggregation: ast.party_aggregation,
                rules: &ast.rules,
                earlier: &compiled,
            };
            let rule = compile_rule(&mut cx, &ast, &epochs, position);
            compiled.push(rule);
        }
        let compiled: Option<Vec<Compiled>> = compiled.into_iter().collect();
        let compiled = compiled?;
        if problems.has_errors() {
            return None;
        }
        let interchangeable = interchangeable_teams(&ast);
        let sort_columns = sort_columns(&ast, &mut layout);
        let balance = balance(&mut ast, &sizes, &mut layout);
        let shape = team_shape(&sizes);
        let enforced = enforced_rules(&ast, &compiled, shape);
        let sort_keys = compiled.iter().filter_map(|rule| match rule {
            Compiled::Order(key) => Some(Arc::clone(key)),
            Compiled::Admit(_) => None,
        });
        let sort_keys = sort_keys.collect();
        let pairs = Pairs::new(enforced.iter().flat_map(|it| it.rule.pairs(shape)));
        let quotas = Quotas::new(enforced.iter().flat_map(|it| it.rule.quotas()));
        let mut asking_order: Vec<usize> = (0..enforced.len()).collect();
        asking_order.sort_by_key(|&it| enforced.get(it).map(|it| it.rule.cost()));
        Some(Self {
            ast,
            epochs,
            sizes,
            compiled,
            enforced,
            asking_order,
            sort_keys,
            interchangeable,
            sort_columns,
            pairs,
            quotas,
            balance,
            layout,
            warnings: Vec::new(),
            text: Arc::from(""),
        })
    }
}

impl Plan {
    pub(crate) fn team_shape(&self) -> TeamShape {
        team_shape(&self.sizes)
    }

    /// The most players of a match at any waiting time.
    pub(super) fn most_players(&self) -> u32 {
        most_players(&self.sizes)
    }
}

fn team_shape(sizes: &TeamSizes) -> TeamShape {
    TeamShape {
        instances: sizes[Epoch::first()].len(),
        single: sizes.iter().all(|sizes| sizes.iter().all(|size| size.max <= 1)),
    }
}

/// What strategy `balanced` goes by, and the priority of backfill under it: what is written is ignored
/// (facts 4.4).
fn balance(ast: &mut RuleSetAst, sizes: &TeamSizes, layout: &mut ColumnLayout) -> Option<Balance> {
    let attribute = ast.algorithm.balanced_attribute?;
    let is_large = most_players(sizes) > limits::SMALL_MATCH_PLAYERS_MAX;
    ast.algorithm.backfill_priority = match is_large {
        // In large matches running sessions come first.
        true => BackfillPriority::High,
        false => BackfillPriority::Normal,
    };
    let preference = ast.algorithm.batching_preference;
    Some(Balance {
        column: layout.number(attribute),
        is_large,
        by_fastest_region: preference == BatchingPreference::FastestRegion,
    })
}

/// All rules but sort rules and those that a compound rule names.
fn enforced_rules(ast: &RuleSetAst, compiled: &[Compiled], shape: TeamShape) -> Vec<EnforcedRule> {
    let named = ast.named_by_compounds();
    let enforced = compiled.iter().enumerate().filter_map(|(position, rule)| match rule {
        Compiled::Order(_) => None,
        Compiled::Admit(_) if named.contains(&position) => None,
        Compiled::Admit(rule) => {
            let is_told_by_pairs = rule.is_told_by_pairs(shape);
            Some(EnforcedRule { position, rule: Arc::clone(rule), is_told_by_pairs })
        }
    });
    enforced.collect()
}

/// The columns of `sortByAttributes`, where the batching preference asks for them.
fn sort_columns(ast: &RuleSetAst, layout: &mut ColumnLayout) -> Vec<SortColumn> {
    if ast.algorithm.batching_preference != BatchingPreference::Sorted {
        return Vec::new();
    }
    let column = |&attribute| match ast.schema.attributes[attribute].attribute_type {
        AttributeType::Number => SortColumn::Number(layout.number(attribute)),
        _ => SortColumn::String(layout.string(StringSource::Attribute(attribute))),
    };
    ast.algorithm.sort_by_attributes.iter().map(column).collect()
}

fn compile_rule(
    cx: &mut CompileContext<'_, '_>,
    ast: &RuleSetAst,
    epochs: &Epochs,
    position: usize,
) -> Option<Compiled> {
    let rule = ast.rules.get(position)?;
    let kind = rules::kind(rule.kind)?;
    let values =
        rule.fields.iter().map(|field| field_values(ast, epochs, position, field)).collect();
    // Of half a rule only the mistakes are wanted.
    kind.compile(cx, &RuleSource { ast: rule, values }).filter(|_| rule.unread.is_empty())
}

/// The value of a field in each epoch.
fn field_values<'a>(
    ast: &'a RuleSetAst,
    epochs: &Epochs,
    rule: usize,
    field: &'a FieldAst,
) -> PerEpoch<FieldInEpoch<'a>> {
    let written = FieldInEpoch { value: &field.value, site: &field.site };
    field_origins(epochs, &ast.expansions, rule, field.name).map(|origin| match origin {
        Origin::AsWritten => written,
        Origin::Step { expansion, step } => {
            let step = ast.expansions.get(*expansion).and_then(|it| it.steps.get(*step));
            step.map_or(written, |step| FieldInEpoch { value: &step.value, site: &step.site })
        }
    })
}

/// A team whose instances every expression names all together, or not at all.
fn interchangeable_teams(ast: &RuleSetAst) -> Col<TeamIdx, bool> {
    let teams = ast.schema.teams.iter();
    let mut interchangeable: Col<TeamIdx, bool> = teams.map(|_| true).collect();
    for expr in ast.expressions() {
        let mut named: BTreeMap<TeamIdx, u32> = BTreeMap::new();
        for &instance in &*expr.instances {
            *named.entry(ast.schema.instances[instance].team).or_default() += 1;
        }
        for (team, count) in named {
            interchangeable[team] &= count == ast.schema.teams[team].quantity;
        }
    }
    interchangeable
}

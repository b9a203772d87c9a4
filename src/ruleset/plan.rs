//! The compiled plan: what the engine runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ast::{FieldAst, FieldValue, RuleAst, RuleSetAst, Target};
use super::epochs::{Epochs, Origin, TeamSize, field_origins, team_sizes};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::idx::{Col, Idx};
use crate::diag::{Problems, RuleSetErrorKind, RuleSetWarning, RuleSetWarningKind, Site, shorten};
use crate::eval::pairs::{Pairs, TeamShape};
use crate::eval::quotas::Quotas;
use crate::expr::ast::{Expr, Leaf};
use crate::json::cursor::Cursor;
use crate::json::node::{Node, Value};
use crate::model::limits;
use crate::model::schema::{
    AttributeIdx, AttributeType, BackfillPriority, BatchingPreference, InstanceIdx, Strategy,
    TeamIdx,
};
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
    pub(crate) sizes: Col<Epoch, Col<InstanceIdx, TeamSize>>,
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
        warn_unused_attributes(root, &ast, problems);
        let compiled: Option<Vec<Compiled>> = compiled.into_iter().collect();
        let compiled = compiled?;
        if problems.has_errors() {
            return None;
        }
        let interchangeable = interchangeable_teams(&ast);
        let sorted = ast.algorithm.batching_preference == BatchingPreference::Sorted;
        let sort_by = ast.algorithm.sort_by_attributes.iter().filter(|_| sorted);
        let sort_columns =
            sort_by.map(|&attribute| match ast.schema.attributes[attribute].attribute_type {
                AttributeType::Number => SortColumn::Number(layout.number(attribute)),
                _ => SortColumn::String(layout.string(StringSource::Attribute(attribute))),
            });
        let sort_columns = sort_columns.collect();
        let is_large = most_players(&sizes) > limits::SMALL_MATCH_PLAYERS_MAX;
        let balance = ast.algorithm.balanced_attribute.map(|attribute| Balance {
            column: layout.number(attribute),
            is_large,
            by_fastest_region: ast.algorithm.batching_preference
                == BatchingPreference::FastestRegion,
        });
        if balance.is_some() {
            // What is written is ignored; in large matches running sessions come first (facts 4.4).
            ast.algorithm.backfill_priority = match is_large {
                true => BackfillPriority::High,
                false => BackfillPriority::Normal,
            };
        }
        let named = ast.named_by_compounds();
        let shape = team_shape(&sizes);
        let (mut enforced, mut sort_keys) = (Vec::new(), Vec::new());
        for (position, compiled) in compiled.iter().enumerate() {
            match compiled {
                Compiled::Order(key) => sort_keys.push(Arc::clone(key)),
                Compiled::Admit(_) if named.contains(&position) => {}
                Compiled::Admit(rule) => {
                    let is_told_by_pairs = rule.is_told_by_pairs(shape);
                    enforced.push(EnforcedRule {
                        position,
                        rule: Arc::clone(rule),
                        is_told_by_pairs,
                    });
                }
            }
        }
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
}

fn team_shape(sizes: &Col<Epoch, Col<InstanceIdx, TeamSize>>) -> TeamShape {
    TeamShape {
        instances: sizes[Epoch::first()].len(),
        single: sizes.iter().all(|sizes| sizes.iter().all(|size| size.max <= 1)),
    }
}

/// The most players of a match at any waiting time.
fn most_players(sizes: &Col<Epoch, Col<InstanceIdx, TeamSize>>) -> u32 {
    sizes.iter().map(|sizes| sizes.iter().map(|it| it.max).sum()).max().unwrap_or(0)
}

fn compile_rule(
    cx: &mut CompileContext<'_, '_>,
    ast: &RuleSetAst,
    epochs: &Epochs,
    position: usize,
) -> Option<Compiled> {
    let rule = ast.rules.get(position)?;
    let kind = rules::kind(rule.kind)?;
    if rule.broken {
        // Half a rule would only give rise to more errors.
        return None;
    }
    let values =
        rule.fields.iter().map(|field| field_values(ast, epochs, position, field)).collect();
    kind.compile(cx, &RuleSource { ast: rule, values })
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

/// Team sizes must make sense at every waiting time, and decide how large matches are.
fn check_sizes(
    root: &Node,
    ast: &RuleSetAst,
    epochs: &Epochs,
    sizes: &Col<Epoch, Col<InstanceIdx, TeamSize>>,
    problems: &mut Problems,
) {
    let teams_site = site_of(root, "teams");
    if ast.schema.teams.is_empty() {
        return;
    }
    for (team, declaration) in ast.schema.teams.enumerate() {
        let Some(instance) = ast.schema.instances_of(team).next() else { continue };
        if ast.schema.unread.sizes.contains(&team) {
            continue;
        }
        let crossed =
            sizes.enumerate().find(|(_, sizes)| sizes[instance].min > sizes[instance].max);
        let Some((epoch, sizes)) = crossed else { continue };
        let TeamSize { min, max } = sizes[instance];
        let wait_seconds = (epochs.start(epoch).get() / 1000) as u32;
        let name = shorten(&declaration.name);
        let when = match wait_seconds {
            0 => "as written".into(),
            seconds => format!("after a wait of {seconds} s"),
        };
        let kind = RuleSetErrorKind::MinAboveMax { team: name, min, max, when };
        let site = match size_step(ast, wait_seconds, |target| match target {
            Target::MinPlayers(teams) | Target::MaxPlayers(teams) => teams.contains(&team),
            Target::RuleField { .. } => false,
        }) {
            Some(site) => site.clone(),
            None => named_site(root, "teams", &declaration.name),
        };
        problems.error(&site, kind);
    }
    let totals = sizes.iter().map(|sizes| sizes.iter().map(|size| size.max).sum::<u32>());
    // What is misread only makes it smaller.
    let totals: Vec<u32> = totals.collect();
    let players = totals.iter().copied().max().unwrap_or(0);
    // Where there is room for too many: the teams, or the step that makes it so.
    let site_above = |limit: u32| {
        let crossed = totals.iter().position(|&players| players > limit).unwrap_or(0);
        let wait_seconds = (epochs.start(Epoch::from_usize(crossed)).get() / 1000) as u32;
        let step = size_step(ast, wait_seconds, |target| matches!(target, Target::MaxPlayers(_)));
        step.filter(|_| crossed > 0).cloned().unwrap_or(teams_site.clone())
    };
    let whole = ast.schema.unread.sizes.is_empty() && !ast.schema.unread.teams;
    let limit = limits::MATCH_PLAYERS_MAX;
    if players > limit {
        let kind = RuleSetErrorKind::MatchTooLarge { players, limit };
        problems.error(&site_above(limit), kind);
    } else if players > limits::SMALL_MATCH_PLAYERS_MAX {
        if ast.algorithm.strategy != Strategy::Balanced && !ast.schema.unread.strategy {
            let kind = RuleSetErrorKind::NeedsBalanced { players };
            let help = "set `algorithm.strategy` to \"balanced\" with a `balancedAttribute`";
            problems.error_help(&site_above(limits::SMALL_MATCH_PLAYERS_MAX), kind, help);
        }
        let recognised =
            |rule: &&RuleAst| rules::kind(rule.kind).is_none_or(|it| it.in_large_matches());
        for rule in ast.rules.iter().filter(|rule| !recognised(rule)) {
            let kind = RuleSetErrorKind::NotInLargeMatches { kind: rule.kind.into(), players };
            problems.error_help(&rule.site, kind, "use `latency` and `batchDistance` rules");
        }
    } else if players == 0 && whole {
        problems.error(&teams_site, RuleSetErrorKind::NoPlayers);
    }
    let empty_from_the_start = sizes[Epoch::first()].iter().all(|size| size.min == 0);
    if empty_from_the_start && players > 0 && whole {
        let help = Some("give a team a `minPlayers` of 1 or more".into());
        problems.warn(&teams_site, RuleSetWarningKind::EmptyTeams, help);
    }
}

/// The place of a step that comes due at this waiting time and changes one of these targets.
fn size_step(
    ast: &RuleSetAst,
    wait_seconds: u32,
    changes: impl Fn(&Target) -> bool,
) -> Option<&Site> {
    let expansions = ast.expansions.iter().filter(|it| changes(&it.target));
    let mut steps = expansions.flat_map(|it| &it.steps);
    steps.find(|step| step.wait_seconds == wait_seconds).map(|step| &step.site)
}

/// Every expression of the rules and of the steps that change them.
fn expressions(ast: &RuleSetAst) -> impl Iterator<Item = &Expr> {
    let fields = ast.rules.iter().flat_map(|it| &it.fields).map(|field| &field.value);
    let steps = ast.expansions.iter().flat_map(|it| &it.steps).map(|step| &step.value);
    fields.chain(steps).flat_map(|value| {
        let (list, single): (&[(Expr, Site)], Option<&Expr>) = match value {
            FieldValue::Measurements(list) => (list, None),
            FieldValue::Expression(expr) => (&[], Some(expr)),
            _ => (&[], None),
        };
        list.iter().map(|(expr, _)| expr).chain(single)
    })
}

/// A team whose instances every expression names all together, or not at all.
fn interchangeable_teams(ast: &RuleSetAst) -> Col<TeamIdx, bool> {
    let teams = ast.schema.teams.iter();
    let mut interchangeable: Col<TeamIdx, bool> = teams.map(|_| true).collect();
    for expr in expressions(ast) {
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

fn warn_unused_attributes(root: &Node, ast: &RuleSetAst, problems: &mut Problems) {
    let mut used: BTreeSet<AttributeIdx> =
        ast.algorithm.sort_by_attributes.iter().copied().collect();
    used.extend(ast.algorithm.balanced_attribute);
    used.extend(ast.rules.iter().flat_map(|rule| &rule.fields).filter_map(
        |field| match field.value {
            FieldValue::Attribute(attribute) => Some(attribute),
            _ => None,
        },
    ));
    used.extend(expressions(ast).filter_map(|expr| match expr.leaf {
        Leaf::Attribute(attribute) => Some(attribute),
        _ => None,
    }));
    // A rule that could not be read may be the one that uses it.
    if problems.has_errors() {
        return;
    }
    for (attribute, declaration) in ast.schema.attributes.enumerate() {
        if !used.contains(&attribute) {
            let name = shorten(&declaration.name);
            let help = Some("declared only, it still reaches the game server".into());
            let site = item_site(root, "playerAttributes", attribute.index());
            problems.warn(&site, RuleSetWarningKind::UnusedAttribute { name }, help);
        }
    }
}

/// The place of an item of a top-level list, or of the list without it.
fn item_site(root: &Node, key: &str, index: usize) -> Site {
    let list = site_of(root, key);
    let Value::Object(members) = &root.value else { return list };
    let Some(member) = members.iter().find(|member| member.key == key) else { return list };
    let Value::Array(items) = &member.node.value else { return list };
    let Some(item) = items.get(index) else { return list };
    let parent = Cursor::root(root).path;
    Site::new(parent.key(key).index(index), item.span)
}

/// The place of the item with this name in a top-level list, or of the list without it.
fn named_site(root: &Node, key: &str, name: &str) -> Site {
    let list = site_of(root, key);
    let Value::Object(members) = &root.value else { return list };
    let Some(member) = members.iter().find(|member| member.key == key) else { return list };
    let Value::Array(items) = &member.node.value else { return list };
    let has_name = |item: &Node| match &item.value {
        Value::Object(members) => members.iter().any(|it| {
            it.key == "name" && matches!(&it.node.value, Value::String(text) if text == name)
        }),
        _ => false,
    };
    match items.iter().position(has_name) {
        Some(index) => item_site(root, key, index),
        None => list,
    }
}

/// The place of a top-level member, or of the whole text without it.
fn site_of(root: &Node, key: &str) -> Site {
    let cursor = Cursor::root(root);
    if let Value::Object(members) = &root.value
        && let Some(member) = members.iter().find(|member| member.key == key)
    {
        return Site::new(cursor.path.key(&member.key), member.node.span);
    }
    cursor.site()
}

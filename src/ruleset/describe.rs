//! What the compiler made of a rule set, for people and for tests: a loss of an optimisation shows
//! here before it shows in a benchmark.

use std::fmt;

use super::epochs::TeamSize;
use super::plan::Plan;
use crate::base::epoch::{Epoch, PerEpoch};
use crate::eval::pairs::{Near, Reach};
use crate::eval::quotas::Held;
use crate::model::schema::{AgeSelection, BatchingPreference, Strategy};
use crate::pool::layout::StringSource;
use crate::rules::{Compiled, Cost};

/// A compiled rule set in a form to look at.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct PlanSummary {
    /// `exhaustiveSearch` or `balanced`.
    pub strategy: &'static str,
    /// `random`, `sorted`, `largestPopulation` or `fastestRegion`.
    pub batching_preference: &'static str,
    /// Whose waiting time picks the epoch: `newest` or `oldest`.
    pub age_selection: &'static str,
    /// `exact` or `collapse`.
    pub party_aggregation: &'static str,
    /// The columns that the search reads.
    pub columns: Vec<ColumnSummary>,
    /// The stretches of waiting time, in order.
    pub epochs: Vec<EpochSummary>,
    /// How candidates are found.
    pub search: SearchSummary,
    /// The rules that a match must meet, in the order in which a partial match is tried on them.
    pub rules: Vec<RuleSummary>,
    /// The sort rules, the first deciding first.
    pub sort_rules: Vec<String>,
    /// The rules that count only through the compound rules that name them.
    pub named_by_compounds: Vec<String>,
    /// Teams with a quantity whose empty instances are alike, so that one stands for all.
    pub interchangeable_teams: Vec<String>,
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ColumnSummary {
    /// `number`, `string`, `string_list`, `string_number_map`, `text` (to sort by) or `latency`.
    pub kind: &'static str,
    /// The attribute, `playerId`, or the aggregation of latencies.
    pub of: String,
}

/// A stretch of waiting time.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct EpochSummary {
    /// The waiting time from which it is in force, in seconds.
    pub from_seconds: u64,
    /// What a step changes at its start, as expansion targets.
    pub changes: Vec<String>,
    /// The sizes of the team instances.
    pub sizes: Vec<SizeSummary>,
}

/// The size of a team instance.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct SizeSummary {
    /// The instance.
    pub team: String,
    /// The fewest players.
    pub min_players: u32,
    /// The most players.
    pub max_players: u32,
}

/// What rules say of each two tickets of a match, and so whom a search passes over.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct SearchSummary {
    /// Attributes, or `playerId`, of which all players of a match have the same string. Tickets
    /// wait in groups by these.
    pub groups: Vec<String>,
    /// The number by which tickets lie in cells, and the width of a cell. Candidates are taken from
    /// the cells that the bound reaches.
    pub cells: Option<CellSummary>,
    /// Numbers that lie within a bound of each other.
    pub windows: Vec<BoundSummary>,
    /// Attributes, lists that have a string in common.
    pub shared: Vec<String>,
    /// Attributes, or `playerId`, of which rules say how many players of some teams have a string. A
    /// search is left once those who could still join lack them, or are too many with one.
    pub counted: Vec<String>,
    /// Latencies within a bound at one location: how parties are put together, and the bound in
    /// milliseconds.
    pub latencies: Vec<BoundSummary>,
}

/// The number by which tickets lie in cells.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct CellSummary {
    /// The attribute.
    pub of: String,
    /// How far the numbers of a cell reach.
    pub width: f64,
}

/// A bound.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct BoundSummary {
    /// What is bounded.
    pub of: String,
    /// The bound in each epoch, one where no step changes it; `None` for no bound.
    pub bounds: Vec<Option<f64>>,
}

/// A rule that a match must meet.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct RuleSummary {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: &'static str,
    /// What it costs to ask: `scan`, `aggregate` or `compound`.
    pub cost: &'static str,
    /// What lets the search give a partial match up.
    pub pruned_by: &'static str,
}

impl PlanSummary {
    pub(super) fn new(plan: &Plan) -> Self {
        let ast = &plan.ast;
        let name = |position: usize| ast.rules.get(position).map_or("", |rule| rule.name.as_str());
        let order = plan.asking_order.iter().filter_map(|&it| plan.enforced.get(it));
        let rules = order.map(|it| RuleSummary {
            name: name(it.position).to_owned(),
            kind: ast.rules.get(it.position).map_or("", |rule| rule.kind),
            cost: match it.rule.cost() {
                Cost::Scan => "scan",
                Cost::Aggregate => "aggregate",
                Cost::Compound => "compound",
            },
            pruned_by: it.rule.pruning(),
        });
        let sorts = plan.compiled.iter().enumerate();
        let sorts = sorts.filter(|(_, it)| matches!(it, Compiled::Order(_)));
        let interchangeable =
            ast.schema.teams.enumerate().filter(|(team, declaration)| {
                declaration.quantity > 1 && plan.interchangeable[*team]
            });
        Self {
            strategy: match ast.algorithm.strategy {
                Strategy::ExhaustiveSearch => "exhaustiveSearch",
                Strategy::Balanced => "balanced",
            },
            batching_preference: match ast.algorithm.batching_preference {
                BatchingPreference::Random => "random",
                BatchingPreference::Sorted => "sorted",
                BatchingPreference::LargestPopulation => "largestPopulation",
                BatchingPreference::FastestRegion => "fastestRegion",
            },
            age_selection: match ast.algorithm.age_selection {
                AgeSelection::Newest => "newest",
                AgeSelection::Oldest => "oldest",
            },
            party_aggregation: ast.party_aggregation.as_str(),
            columns: columns(plan),
            epochs: epochs(plan),
            search: search(plan),
            rules: rules.collect(),
            sort_rules: sorts.map(|(position, _)| name(position).to_owned()).collect(),
            named_by_compounds: ast
                .named_by_compounds()
                .into_iter()
                .map(|it| name(it).into())
                .collect(),
            interchangeable_teams: interchangeable.map(|(_, it)| it.name.to_string()).collect(),
        }
    }
}

fn columns(plan: &Plan) -> Vec<ColumnSummary> {
    let schema = &plan.ast.schema;
    let attribute = |kind, of| ColumnSummary { kind, of: schema.attributes[of].name.to_string() };
    let layout = &plan.layout;
    let mut columns: Vec<ColumnSummary> =
        layout.numbers.iter().map(|&it| attribute("number", it)).collect();
    columns.extend(layout.strings.iter().map(|&source| match source {
        StringSource::PlayerId => ColumnSummary { kind: "string", of: "playerId".into() },
        StringSource::Attribute(it) => attribute("string", it),
    }));
    columns.extend(layout.lists.iter().map(|&it| attribute("string_list", it)));
    columns.extend(layout.maps.iter().map(|&(it, _)| attribute("string_number_map", it)));
    columns.extend(layout.texts.iter().map(|&it| attribute("text", it)));
    columns.extend(
        layout
            .latencies
            .iter()
            .map(|aggregation| ColumnSummary { kind: "latency", of: aggregation.as_str().into() }),
    );
    columns
}

fn epochs(plan: &Plan) -> Vec<EpochSummary> {
    let schema = &plan.ast.schema;
    let epoch = |epoch: Epoch| {
        let from_seconds = plan.epochs.start_seconds(epoch);
        let changed = plan.ast.expansions.iter().filter(|expansion| {
            expansion.steps.iter().any(|step| step.wait_seconds == from_seconds)
        });
        let sizes = plan.sizes[epoch].enumerate().map(|(instance, &TeamSize { min, max })| {
            let team = schema.instances[instance].name.to_string();
            SizeSummary { team, min_players: min, max_players: max }
        });
        EpochSummary {
            from_seconds: from_seconds.into(),
            changes: changed.map(|expansion| expansion.target.text(&plan.ast)).collect(),
            sizes: sizes.collect(),
        }
    };
    plan.epochs.indices().map(epoch).collect()
}

fn search(plan: &Plan) -> SearchSummary {
    let (pairs, layout) = (&plan.pairs, &plan.layout);
    let attribute = |of| plan.ast.schema.attributes[of].name.to_string();
    let bound = |of, max: &PerEpoch<f64>| {
        let bounds = max.iter().map(|&it| it.is_finite().then_some(it)).collect();
        BoundSummary { of, bounds }
    };
    let cells = pairs.window().and_then(|window| {
        let near = pairs.near.get(window.at)?;
        let of = attribute(layout.numbers[near.column]);
        Some(CellSummary { of, width: window.width })
    });
    let group = |source| match source {
        StringSource::PlayerId => "playerId".into(),
        StringSource::Attribute(it) => attribute(it),
    };
    let window = |it: &Near| bound(attribute(layout.numbers[it.column]), &it.max);
    let latency = |it: &Reach| bound(layout.latencies[it.column].as_str().to_owned(), &it.max);
    let mut counted = Vec::new();
    for of in &plan.quotas.holdings {
        let name = match of.holding.held {
            Held::String(column) => group(layout.strings[column]),
            Held::List(column, _) => attribute(layout.lists[column]),
        };
        if !counted.contains(&name) {
            counted.push(name);
        }
    }
    SearchSummary {
        groups: pairs.same.iter().map(|&it| group(layout.strings[it])).collect(),
        counted,
        cells,
        windows: pairs.near.iter().map(window).collect(),
        shared: pairs.share.iter().map(|it| attribute(layout.lists[it.column])).collect(),
        latencies: pairs.reach.iter().map(latency).collect(),
    }
}

/// Without the little by which a bound is widened for rounding.
fn rounded(bound: f64) -> f64 {
    let millionths = (bound * 1e6).round();
    if millionths.is_finite() { millionths / 1e6 } else { bound }
}

/// On one line, what is not there left out.
impl fmt::Display for SearchSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bounds = |it: &BoundSummary| {
            let bounds = it.bounds.iter();
            let bounds: Vec<String> =
                bounds.map(|it| it.map_or("any".into(), |it| rounded(it).to_string())).collect();
            format!("{} within {}", it.of, bounds.join(", "))
        };
        let groups = self.groups.iter().map(|it| format!("same {it}"));
        let cells = self.cells.iter().map(|it| format!("cells of {} {}", rounded(it.width), it.of));
        let windows = self.windows.iter().map(bounds);
        let shared = self.shared.iter().map(|it| format!("shared {it}"));
        let latencies = self.latencies.iter().map(|it| format!("latency {}", bounds(it)));
        let counted = self.counted.iter().map(|it| format!("counted {it}"));
        let by_pairs = groups.chain(cells).chain(windows).chain(shared).chain(latencies);
        let mut all: Vec<String> = by_pairs.collect();
        if all.is_empty() {
            all.push("all tickets".into());
        }
        all.extend(counted);
        f.write_str(&all.join("; "))
    }
}

/// A report of a few lines.
impl fmt::Display for PlanSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "strategy   {}, batching {}", self.strategy, self.batching_preference)?;
        writeln!(
            f,
            "age        of the {} ticket, parties {}",
            self.age_selection, self.party_aggregation
        )?;
        let columns: Vec<String> =
            self.columns.iter().map(|it| format!("{} {}", it.kind, it.of)).collect();
        writeln!(
            f,
            "columns    {}",
            if columns.is_empty() { "none".into() } else { columns.join(", ") }
        )?;
        for epoch in &self.epochs {
            let sizes: Vec<String> = epoch
                .sizes
                .iter()
                .map(|it| format!("{} {}-{}", it.team, it.min_players, it.max_players))
                .collect();
            write!(f, "from {:>4} s  {}", epoch.from_seconds, sizes.join(", "))?;
            match epoch.changes.as_slice() {
                [] => writeln!(f)?,
                changes => writeln!(f, "; changed: {}", changes.join(", "))?,
            }
        }
        writeln!(f, "search     {}", self.search)?;
        for rule in &self.rules {
            let RuleSummary { name, kind, cost, pruned_by } = rule;
            writeln!(f, "rule       {name} ({kind}, {cost}), given up on: {pruned_by}")?;
        }
        let lists = [
            ("sorted by", &self.sort_rules),
            ("in compounds", &self.named_by_compounds),
            ("alike", &self.interchangeable_teams),
        ];
        for (title, names) in lists.iter().filter(|(_, names)| !names.is_empty()) {
            writeln!(f, "{title:<10} {}", names.join(", "))?;
        }
        Ok(())
    }
}

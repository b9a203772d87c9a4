//! The rule kinds, one file each. A new kind is a file and a word in `rule_kinds!`.

use std::cmp::Ordering;
use std::fmt::Debug;
use std::sync::Arc;

use crate::base::epoch::{Epoch, PerEpoch};
use crate::diag::{Problems, RuleSetErrorKind, RuleSetWarningKind, Site, shorten};
use crate::eval::candidate::Partial;
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Pair, TeamShape};
use crate::eval::program::{Program, Unit};
use crate::eval::quotas::Quota;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::expr::ast::Expr;
use crate::expr::ty::Base;
use crate::model::schema::{Aggregation, AttributeDeclaration, PartyAggregation, Schema};
use crate::pool::columns::{Columns, LocationSet, TicketRow};
use crate::pool::layout::{ColumnLayout, LatencyColumn};
use crate::ruleset::ast::{FieldValue, RuleAst};

/// A compiled rule. Pure: what it says depends on its arguments alone.
pub(crate) trait Rule: Debug + Send + Sync {
    /// What it costs to ask: cheap rules are asked first.
    fn cost(&self) -> Cost {
        Cost::Aggregate
    }

    /// What lets the search give a partial match up, in words.
    fn pruning(&self) -> &'static str;

    /// What can be said of every completion of a partial match that `epoch` would judge. What the
    /// verdict rules out or promises must be right for all of them; `OPEN` is never wrong.
    fn partial(&self, partial: &Partial<'_>, epoch: Epoch, scratch: &mut Scratch) -> Verdict;

    /// The locations at which the rule is true of a complete match in `epoch`: for a rule that
    /// is not about latencies all or none.
    fn complete(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> LocationSet;

    /// What holds of each two tickets of every match that the rule is true of; nothing is never
    /// wrong.
    fn pairs(&self, teams: TeamShape) -> Vec<Pair>;

    /// Whether `pairs` says all: of a match with a player in each team instance the rule is true
    /// at exactly the locations at which what `pairs` says holds. Whoever has looked at that need
    /// not ask.
    fn is_told_by_pairs(&self, _: TeamShape) -> bool {
        false
    }

    /// How many players hold some string in every match that the rule is true of; nothing is never
    /// wrong.
    fn quotas(&self) -> Vec<Quota> {
        Vec::new()
    }

    /// How near together latencies at the location of the match must lie; `None` when the rule does
    /// not ask for that.
    fn latencies_together(&self, _: Epoch) -> Option<LatenciesTogether> {
        None
    }
}

/// In how wide a window the latencies of a match's tickets at its location must be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LatenciesTogether {
    pub(crate) column: LatencyColumn,
    /// In one so wide they are near enough to each other.
    pub(crate) enough: f64,
    /// Without one so wide they are not.
    pub(crate) needed: f64,
}

/// What it costs to ask a rule about a partial match.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Cost {
    /// One look at each ticket.
    Scan,
    /// Values of expressions over all players.
    Aggregate,
    /// Other rules.
    Compound,
}

/// A compiled sort rule: the order in which candidates are tried. It never refuses.
pub(crate) trait SortKey: Debug + Send + Sync {
    /// Which of two candidates comes first when a match is sought for `anchor`.
    fn compare(&self, anchor: TicketRow, a: TicketRow, b: TicketRow, columns: &Columns)
    -> Ordering;
}

/// What a rule compiles to.
#[derive(Clone, Debug)]
pub(crate) enum Compiled {
    /// It admits a match or refuses it.
    Admit(Arc<dyn Rule>),
    /// It orders candidates.
    Order(Arc<dyn SortKey>),
}

/// A kind of rule: its name, its fields, and how it becomes a [`Rule`].
pub(crate) trait RuleKind: Sync {
    /// The `type` in a rule set.
    fn name(&self) -> &'static str;

    /// The fields beside `name`, `type` and `description`.
    fn fields(&self) -> &'static [Field];

    /// Whether matches of more than 40 players recognise it (facts 1.8, 10.4).
    fn in_large_matches(&self) -> bool {
        false
    }

    /// Whether the statement of a compound rule can name a rule of this kind (facts 1.8, 10.11).
    fn in_compounds(&self) -> bool {
        true
    }

    /// Checks what the fields' own shapes do not tell, and compiles. `None`: what is wrong is
    /// recorded in `cx`.
    fn compile(&self, cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<Compiled>;
}

/// A field of a rule kind.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: FieldShape,
    pub(crate) required: bool,
    /// Whether an expansion may change it (facts 10.30).
    pub(crate) expandable: bool,
}

impl Field {
    /// A number that a rule may state as a bound of what it judges.
    const fn bound(name: &'static str) -> Self {
        Self { name, shape: FieldShape::Number, required: false, expandable: true }
    }
}

/// What a field's value looks like in JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldShape {
    Number,
    /// One of these words.
    Words {
        what: &'static str,
        words: &'static [&'static str],
    },
    /// One or more expressions.
    Measurements,
    /// A literal or an expression.
    Reference,
    /// A literal, a literal list of strings, or an expression.
    ReferenceOrList,
    /// A whole number from 0.
    Count,
    /// The name of a declared attribute.
    Attribute,
    /// The statement of a compound rule.
    Statement,
}

/// What compiling a rule may use.
pub(crate) struct CompileContext<'c, 't> {
    pub(crate) problems: &'c mut Problems<'t>,
    pub(crate) schema: &'c Schema,
    /// The columns that rules ask for.
    pub(crate) layout: &'c mut ColumnLayout,
    pub(crate) party_aggregation: PartyAggregation,
    /// The rules of the text, as written.
    pub(crate) rules: &'c [RuleAst],
    /// The rules before this one, compiled; none for one that has a mistake.
    pub(crate) earlier: &'c [Option<Compiled>],
}

/// A rule of the typed tree, with the values that expansions give its fields.
pub(crate) struct RuleSource<'a> {
    pub(crate) ast: &'a RuleAst,
    /// For each field of the tree: where it is written and its value, in each epoch.
    pub(crate) values: Vec<PerEpoch<FieldInEpoch<'a>>>,
}

/// The value of a field in one epoch and the place that it was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldInEpoch<'a> {
    pub(crate) value: &'a FieldValue,
    pub(crate) site: &'a Site,
}

impl<'a> RuleSource<'a> {
    /// The values of a field; `None` when the rule does not state it.
    pub(crate) fn field(&self, name: &str) -> Option<&PerEpoch<FieldInEpoch<'a>>> {
        let position = self.ast.fields.iter().position(|field| field.name == name)?;
        self.values.get(position)
    }

    /// The measurements; empty when the field is missing, which is recorded elsewhere.
    pub(crate) fn measurements(&self) -> &'a [(Expr, Site)] {
        match self.ast.field("measurements").map(|field| &field.value) {
            Some(FieldValue::Measurements(measurements)) => measurements,
            _ => &[],
        }
    }

    /// What a party's values are put together to: the rule's `partyAggregation`, or `default`.
    pub(crate) fn aggregation(&self, default: Aggregation) -> Aggregation {
        match self.ast.field("partyAggregation").map(|field| &field.value) {
            Some(FieldValue::Word("min")) => Aggregation::Min,
            Some(FieldValue::Word("max")) => Aggregation::Max,
            Some(FieldValue::Word("avg")) => Aggregation::Avg,
            Some(FieldValue::Word("union")) => Aggregation::Union,
            Some(FieldValue::Word("intersection")) => Aggregation::Intersection,
            _ => default,
        }
    }

    /// The numbers of a field, epoch by epoch.
    pub(crate) fn numbers(&self, name: &str) -> Option<PerEpoch<f64>> {
        self.field(name)?.try_map(|it| match it.value {
            FieldValue::Number(number) => Some(*number),
            _ => None,
        })
    }
}

const MEASUREMENTS: Field = Field {
    name: "measurements",
    shape: FieldShape::Measurements,
    required: true,
    expandable: false,
};

/// How a party's numbers are put together. Rules that judge parties player by player (facts 10.6)
/// take no notice of it.
const PARTY_AGGREGATION: Field = Field {
    name: "partyAggregation",
    shape: FieldShape::Words { what: "a party aggregation", words: &["min", "max", "avg"] },
    required: false,
    expandable: false,
};

impl CompileContext<'_, '_> {
    /// Compiles an expression of a rule whose parties are put together by `aggregation` where
    /// parties are judged as one.
    pub(crate) fn program(&mut self, expr: &Expr, aggregation: Aggregation) -> Program {
        let unit = match self.party_aggregation {
            PartyAggregation::Exact => Unit::Player,
            PartyAggregation::Collapse => Unit::Party(aggregation),
        };
        Program::compile(expr, unit, self.schema, self.layout)
    }

    /// Records that a rule states none of `bounds` (decision 12).
    fn refuse_boundless(&mut self, rule: &RuleSource<'_>, bounds: &str, help: &str) {
        let kind = RuleSetErrorKind::NoBound { kind: rule.ast.kind.into(), bounds: bounds.into() };
        self.problems.error_help(&rule.ast.site, kind, help);
    }

    /// Warns of a rule whose bounds no match can meet.
    fn warn_never(&mut self, rule: &RuleSource<'_>, reason: &str, help: &str) {
        let rule_name = shorten(&rule.ast.name);
        let kind = RuleSetWarningKind::NeverPasses { rule: rule_name, reason: reason.into() };
        self.problems.warn(&rule.ast.site, kind, Some(help.into()));
    }
}

/// That an attribute is not of a type that is needed, in words: `a number or a string`.
pub(crate) fn wrong_attribute_type(
    declaration: &AttributeDeclaration,
    expected: &str,
) -> RuleSetErrorKind {
    RuleSetErrorKind::AttributeType {
        name: shorten(&declaration.name),
        found: declaration.attribute_type.as_str().into(),
        expected: expected.into(),
    }
}

/// Compiles measurements that must be made of numbers; `None` when one is not, which is recorded.
fn measured_numbers(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
) -> Option<Vec<Program>> {
    let mut programs = Vec::new();
    let mut whole = !rule.measurements().is_empty();
    for (expr, site) in rule.measurements() {
        if expr.ty.base == Base::Number {
            programs.push(cx.program(expr, rule.aggregation(Aggregation::Avg)));
            continue;
        }
        whole = false;
        let kind = RuleSetErrorKind::MeasurementType {
            expected: "a number or a list of numbers".into(),
            found: expr.ty.to_string(),
        };
        let help = match expr.ty.base {
            Base::Team => "add `.players.attributes[name]`, or count the players",
            Base::Player => "add `.attributes[name]`, or count the players",
            _ => "measure an attribute of type number",
        };
        cx.problems.error_help(site, kind, help);
    }
    whole.then_some(programs)
}

/// Records that a reference value is not `expected`.
fn refuse_reference(
    cx: &mut CompileContext<'_, '_>,
    field: &FieldInEpoch<'_>,
    expected: &str,
    found: String,
) {
    let kind = RuleSetErrorKind::ReferenceType { expected: expected.into(), found };
    match field.value {
        FieldValue::Expression(expr) if expr.ty.base == Base::Number => {
            let help = "make one number of the list with `avg`, `min`, `max` or `sum`";
            cx.problems.error_help(field.site, kind, help);
        }
        FieldValue::Text(text) => {
            let help = match crate::expr::parse::parse(text) {
                Err(error) => format!("it is not an expression either: {}", error.kind),
                Ok(_) => "write a number or an expression".into(),
            };
            cx.problems.error_help(field.site, kind, help);
        }
        _ => cx.problems.error(field.site, kind),
    }
}

/// A reference value in words, for messages.
fn describe_value(value: &FieldValue) -> String {
    match value {
        FieldValue::Number(_) => "a number".into(),
        FieldValue::Text(text) => format!("the string `{}`", shorten(text)),
        FieldValue::Expression(expr) => expr.ty.to_string(),
        _ => "something else".into(),
    }
}

#[cfg(test)]
mod dictionary_tests;
mod elements;
#[cfg(test)]
mod empty_team_tests;
#[cfg(test)]
mod kind_tests;
#[cfg(test)]
mod pair_tests;
#[cfg(test)]
mod scene_tests;
mod sorting;

macro_rules! rule_kinds {
    ($($kind:ident)*) => {
        $(mod $kind;)*
        /// Every rule kind.
        pub(crate) const KINDS: &[&dyn RuleKind] = &[$(&$kind::Kind),*];
    };
}
rule_kinds! {
    absolute_sort batch_distance collection comparison compound distance distance_sort latency
}

/// The kind of a `type`.
pub(crate) fn kind(name: &str) -> Option<&'static dyn RuleKind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}

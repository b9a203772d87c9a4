//! What the two sort rules share: their fields, and what they see of a ticket (facts 3.6).
//!
//! A party counts as one ticket: its numbers are put together by `partyAggregation`, of its
//! strings the first player's counts. A ticket without a value comes last in either direction: one
//! that lacks the key of a map (facts 10.25), or whose value overflows.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{
    CompileContext, Compiled, Field, FieldShape, RuleKind, RuleSource, SortKey,
    wrong_attribute_type,
};
use crate::diag::{RuleSetErrorKind, shorten};
use crate::eval::program::aggregate;
use crate::model::schema::{Aggregation, AttributeDeclaration, AttributeIdx, AttributeType};
use crate::pool::columns::{Columns, TicketRow};
use crate::pool::layout::{ColumnLayout, MapColumn, NumberColumn};
use crate::ruleset::ast::FieldValue;

const FIELDS: &[Field] = &[
    Field {
        name: "sortAttribute",
        shape: FieldShape::Attribute,
        required: true,
        expandable: false,
    },
    Field {
        name: "sortDirection",
        shape: FieldShape::Words { what: "a sort direction", words: &["ascending", "descending"] },
        required: true,
        expandable: false,
    },
    Field {
        name: "mapKey",
        shape: FieldShape::Words { what: "a choice of key", words: &["minValue", "maxValue"] },
        required: false,
        expandable: false,
    },
    super::PARTY_AGGREGATION,
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    Ascending,
    Descending,
}

impl Direction {
    /// The order of two values; `None` comes last in either direction.
    pub(super) fn order<T>(
        self,
        a: Option<T>,
        b: Option<T>,
        ascending: impl Fn(&T, &T) -> Ordering,
    ) -> Ordering {
        match (&a, &b) {
            (Some(a), Some(b)) if self == Self::Descending => ascending(b, a),
            (Some(a), Some(b)) => ascending(a, b),
            _ => b.is_some().cmp(&a.is_some()),
        }
    }
}

/// A kind of sort rule: what it makes of what tickets are sorted by. It never refuses a match, so
/// statements have no use for it, and large matches do not recognise it (facts 1.8).
pub(super) trait SortKind: Sync {
    const NAME: &'static str;

    fn key(subject: Subject, direction: Direction, layout: &mut ColumnLayout) -> Arc<dyn SortKey>;
}

impl<K: SortKind> RuleKind for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn in_compounds(&self) -> bool {
        false
    }

    fn compile(&self, cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<Compiled> {
        let (subject, direction) = compile(cx, rule)?;
        Some(Compiled::Order(K::key(subject, direction, cx.layout)))
    }
}

/// What tickets are sorted by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    Number(NumberOf),
    /// A string attribute.
    Text(AttributeIdx),
}

/// One number of a ticket.
#[derive(Clone, Copy, Debug)]
pub(super) enum NumberOf {
    Attribute {
        column: NumberColumn,
        aggregation: Aggregation,
    },
    /// The value at the key at which the anchor has its smallest or largest.
    AnchorsKey {
        column: MapColumn,
        largest: bool,
    },
}

impl NumberOf {
    /// The number of `row` when a match is sought for `anchor`.
    pub(super) fn read(self, anchor: TicketRow, row: TicketRow, columns: &Columns) -> Option<f64> {
        match self {
            Self::Attribute { column, aggregation } => {
                let cells = &columns.numbers[column].cells;
                aggregate(columns.players[row].rows().map(|player| cells[player]), aggregation)
            }
            Self::AnchorsKey { column, largest } => {
                let maps = &columns.maps[column];
                let better = |a: f64, b: f64| if largest { a > b } else { a < b };
                // Keys come in the order of their text, and the first of equals stays.
                let pairs = maps[anchor].iter();
                let &(key, _) =
                    pairs.reduce(|best, it| if better(it.1, best.1) { it } else { best })?;
                maps[row].iter().find(|pair| pair.0 == key).map(|&(_, value)| value)
            }
        }
    }
}

/// Reads the fields of a sort rule; `None` when they do not fit together, which is recorded.
fn compile(cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<(Subject, Direction)> {
    let field = rule.ast.field("sortAttribute")?;
    let FieldValue::Attribute(attribute) = field.value else { return None };
    let direction = match rule.ast.field("sortDirection")?.value {
        FieldValue::Word("descending") => Direction::Descending,
        _ => Direction::Ascending,
    };
    let aggregation = rule.aggregation(Aggregation::Avg);
    let declaration = &cx.schema.attributes[attribute];
    let subject = match declaration.attribute_type {
        AttributeType::Number => {
            refuse_map_key(cx, rule, declaration)?;
            let column = cx.layout.number(attribute);
            Subject::Number(NumberOf::Attribute { column, aggregation })
        }
        AttributeType::String => {
            refuse_map_key(cx, rule, declaration)?;
            Subject::Text(attribute)
        }
        AttributeType::StringNumberMap => {
            let Some(key) = rule.ast.field("mapKey") else {
                if !rule.ast.lacks("mapKey") {
                    return None;
                }
                let of = format!("{} rule `{}`", rule.ast.kind, shorten(&rule.ast.name));
                let kind = RuleSetErrorKind::MissingKey { key: "mapKey".into(), of };
                let help =
                    "maps are sorted by one key: that of the anchor's `minValue` or `maxValue`";
                cx.problems.error_help(&rule.ast.site, kind, help);
                return None;
            };
            let largest = matches!(key.value, FieldValue::Word("maxValue"));
            let column = cx.layout.map(attribute, aggregation);
            Subject::Number(NumberOf::AnchorsKey { column, largest })
        }
        AttributeType::StringList => {
            let expected = "a number, a string or a string_number_map";
            cx.problems.error(&field.site, wrong_attribute_type(declaration, expected));
            return None;
        }
    };
    Some((subject, direction))
}

/// Only maps have keys; `None` when another attribute is given one.
fn refuse_map_key(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
    declaration: &AttributeDeclaration,
) -> Option<()> {
    let Some(field) = rule.ast.field("mapKey") else { return Some(()) };
    let kind = wrong_attribute_type(declaration, "a string_number_map");
    cx.problems.error_help(&field.site, kind, "take `mapKey` out: only maps have keys");
    None
}

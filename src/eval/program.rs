//! The exact value of a property expression on a complete match (facts 2, decisions 11 and 14).
//!
//! An expression is a chain of functions around one path, so its value is computed in place: the
//! path gives a [nested list](super::nested::Nested), which each function shortens by a level.

use super::lineup::Lineup;
use super::scratch::Scratch;
use crate::expr::ast::{Expr, Function, Leaf};
use crate::expr::ty::Type;
pub(crate) use crate::model::schema::aggregate;
use crate::model::schema::{Aggregation, AttributeType, InstanceIdx, Schema};
use crate::pool::layout::{ColumnLayout, ListColumn, NumberColumn, StringColumn, StringSource};

/// A compiled expression.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(super) source: Source,
    pub(super) unit: Unit,
    pub(super) grouped: bool,
    pub(super) instances: Box<[InstanceIdx]>,
    /// In the order of application.
    pub(super) functions: Box<[Function]>,
    pub(crate) ty: Type,
}

/// Whom a program sees in a team.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unit {
    /// Every player (facts 10.6).
    Player,
    /// Every party, its values put together (`PartyAggregation::Collapse`).
    Party(Aggregation),
}

/// What a program reads of each team instance.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Source {
    Teams,
    /// The players, of whom only the number matters.
    Players,
    Numbers(NumberColumn),
    Strings(StringColumn),
    Lists(ListColumn),
}

impl Program {
    /// Compiles an expression and asks for the columns that it reads.
    pub(crate) fn compile(
        expr: &Expr,
        unit: Unit,
        schema: &Schema,
        layout: &mut ColumnLayout,
    ) -> Self {
        let source = match expr.leaf {
            Leaf::Team => Source::Teams,
            Leaf::Players => Source::Players,
            Leaf::PlayerIds => Source::Strings(layout.string(StringSource::PlayerId)),
            Leaf::Attribute(attribute) => match schema.attributes[attribute].attribute_type {
                AttributeType::Number => Source::Numbers(layout.number(attribute)),
                AttributeType::String => {
                    Source::Strings(layout.string(StringSource::Attribute(attribute)))
                }
                AttributeType::StringList => Source::Lists(layout.list(attribute)),
                AttributeType::StringNumberMap => Source::Players,
            },
        };
        // Ids are never put together: a party's ids are those of its players.
        let unit = if expr.leaf == Leaf::PlayerIds { Unit::Player } else { unit };
        Self {
            source,
            unit,
            grouped: expr.grouped,
            instances: expr.instances.clone().into(),
            functions: expr.functions.iter().rev().copied().collect(),
            ty: expr.ty,
        }
    }

    /// Leaves the value in `scratch.nested`; false when it is undefined, in whole or in part.
    pub(crate) fn evaluate(&self, lineup: &Lineup<'_>, scratch: &mut Scratch) -> bool {
        scratch.nested.load(self, lineup)
            && self.functions.iter().all(|&function| scratch.nested.apply(function))
    }

    /// The value of a program that yields one number.
    pub(crate) fn number(&self, lineup: &Lineup<'_>, scratch: &mut Scratch) -> Option<f64> {
        if !self.evaluate(lineup, scratch) {
            return None;
        }
        scratch.nested.numbers().first().copied()
    }
}

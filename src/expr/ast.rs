//! The two trees of an expression: as written, and as resolved against a schema.
//!
//! A function takes exactly one argument and a path is the only leaf, so an expression is a chain:
//! some functions around one path.

use std::ops::Range;

use super::ty::Type;
use crate::model::schema::{AttributeIdx, InstanceIdx};

/// A function of the expression language (facts 2.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Function {
    Min,
    Max,
    Avg,
    Median,
    Sum,
    Count,
    Stddev,
    Flatten,
    SetIntersection,
}

impl Function {
    pub(crate) const ALL: [Function; 9] = [
        Self::Min,
        Self::Max,
        Self::Avg,
        Self::Median,
        Self::Sum,
        Self::Count,
        Self::Stddev,
        Self::Flatten,
        Self::SetIntersection,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Avg => "avg",
            Self::Median => "median",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Stddev => "stddev",
            Self::Flatten => "flatten",
            Self::SetIntersection => "set_intersection",
        }
    }
}

/// Something with the bytes of the expression text that it was read from.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// An expression as written.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ExprSyntax {
    /// Outermost first. The span of each is that of its name alone.
    pub(crate) functions: Vec<Spanned<Function>>,
    pub(crate) path: PathSyntax,
}

/// `teams[...]` with what follows.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PathSyntax {
    pub(crate) teams: TeamSelector,
    pub(crate) leaf: LeafSyntax,
    /// The whole path.
    pub(crate) span: Range<usize>,
}

/// The inside of `teams[...]`.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum TeamSelector {
    /// `*`
    All,
    /// One or several names.
    Named(Vec<Spanned<String>>),
}

/// What follows `teams[...]`.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum LeafSyntax {
    /// Nothing.
    Team,
    /// `.players`
    Players,
    /// `.players[playerId]`
    PlayerIds,
    /// `.players.attributes[name]`
    Attribute(Spanned<String>),
}

/// A checked expression: names are indexes, and the type is known.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Expr {
    /// The text, for messages and for the verdicts of `judge`.
    pub(crate) text: String,
    /// Outermost first, as written: the last is applied to the path first.
    pub(crate) functions: Vec<Function>,
    /// The team instances meant, in the order of definition, each once.
    pub(crate) instances: Vec<InstanceIdx>,
    /// Whether the path is a list with one entry per instance (`teams[*]`, `teams[a, b]`, the base
    /// name of a team with a quantity), or that of the only instance itself (`teams[a]`).
    pub(crate) grouped: bool,
    /// What is taken of each instance.
    pub(crate) leaf: Leaf,
    /// The type of the whole expression.
    pub(crate) ty: Type,
}

/// What a checked path takes of each of its team instances.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leaf {
    /// The instance itself.
    Team,
    /// The list of its players.
    Players,
    /// The list of its players' ids.
    PlayerIds,
    /// The list of its players' values of an attribute.
    Attribute(AttributeIdx),
}

//! The memory that evaluation uses again and again, so that the search allocates nothing.

use super::bounds::{Bounds, Interval};
use super::means::TeamSum;
use super::nested::Nested;
use super::sets::Sets;
use super::verdict::Verdict;
use crate::pool::columns::LocationSet;

/// Reusable buffers of the evaluators.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) nested: Nested,
    pub(crate) bounds: Bounds,
    /// Values of several expressions that are judged together.
    pub(crate) pool: Vec<Interval>,
    pub(crate) team_sums: Vec<TeamSum>,
    pub(crate) sets: Sets,
    /// The collection that others are held against.
    pub(crate) reference: Sets,
    /// What the parts of a statement say of a partial match.
    pub(crate) verdicts: Vec<Verdict>,
    /// Where the parts of a statement are true of a complete match.
    pub(crate) truths: Vec<LocationSet>,
}

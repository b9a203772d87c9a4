//! The memory that evaluation uses again and again, so that the search allocates nothing.

use super::bounds::{Bounds, Interval};
use super::program::Nested;
use super::sets::Sets;

/// Reusable buffers of the evaluators.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) nested: Nested,
    pub(crate) bounds: Bounds,
    /// Values of several expressions that are judged together.
    pub(crate) pool: Vec<Interval>,
    pub(crate) sets: Sets,
    /// The collection that others are held against.
    pub(crate) reference: Sets,
}

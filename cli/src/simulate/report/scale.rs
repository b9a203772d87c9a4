//! An axis as the plotting library takes it: a range with ticks of our own.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::Ranged;

/// A range of numbers with its ticks. (The library's own combinator for ticks takes no formatter.)
pub struct Scale {
    inner: RangedCoordf64,
    ticks: Vec<f64>,
}

impl Scale {
    pub fn new(ends: Range<f64>, ticks: Vec<f64>) -> Self {
        Self { inner: ends.into(), ticks }
    }
}

impl Ranged for Scale {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.inner.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // The lines between the ticks are not drawn.
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.inner.range()
    }
}

//! Arithmetic that rules share: one distance, one view of overflow.

/// The distance between two numbers, never negative.
#[inline]
pub(crate) fn distance(a: f64, b: f64) -> f64 {
    (a - b).abs()
}

/// `value` when it is a finite number. An aggregate that overflows is undefined, like one of an
/// empty list.
#[inline]
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

//! Quantiles of a stream of numbers, without keeping them.

use std::collections::BTreeMap;

use super::summary::Distribution;

/// Bits of the fraction of a number that tell one class from the next: 128 classes between a number
/// and its double, so that a class is at most 0.8 % wide.
const FRACTION_BITS: u32 = 7;

/// Some numbers, counted by classes. It grows with the range of the numbers and not with how
/// many there are; its order does not matter, but for the sum.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Sketch {
    /// How many numbers are in each class.
    classes: BTreeMap<i64, u64>,
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Sketch {
    /// Adds a number; one that is not finite is left out.
    pub(super) fn add(&mut self, number: f64) {
        if !number.is_finite() {
            return;
        }
        *self.classes.entry(class(number)).or_default() += 1;
        self.min = if self.count == 0 { number } else { self.min.min(number) };
        self.max = if self.count == 0 { number } else { self.max.max(number) };
        self.count += 1;
        self.sum += number;
    }

    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The number that so many percent of the numbers do not exceed: the edge of its class that is
    /// nearest to zero. 0 when there is none.
    pub(super) fn quantile(&self, percent: u64) -> f64 {
        let rank = (self.count * percent).div_ceil(100).clamp(1, self.count.max(1));
        let mut seen = 0;
        for (&class, &count) in &self.classes {
            seen += count;
            if seen >= rank {
                return if rank == self.count {
                    self.max
                } else {
                    edge(class).clamp(self.min, self.max)
                };
            }
        }
        0.0
    }

    /// Its figures, divided by `unit`; none when there is no number.
    pub(super) fn distribution(&self, unit: f64) -> Option<Distribution> {
        let mean = self.mean()?;
        Some(Distribution {
            count: self.count,
            mean: mean / unit,
            min: self.min / unit,
            p10: self.quantile(10) / unit,
            p50: self.quantile(50) / unit,
            p90: self.quantile(90) / unit,
            p99: self.quantile(99) / unit,
            max: self.max / unit,
        })
    }
}

/// The class of a number: its sign, exponent and the first bits of its fraction, in the order of
/// the numbers.
fn class(number: f64) -> i64 {
    let magnitude = (number.abs().to_bits() >> (f64::MANTISSA_DIGITS - 1 - FRACTION_BITS)) as i64;
    if number < 0.0 { -magnitude } else { magnitude }
}

/// The number of a class that is nearest to zero.
fn edge(class: i64) -> f64 {
    let magnitude =
        f64::from_bits(class.unsigned_abs() << (f64::MANTISSA_DIGITS - 1 - FRACTION_BITS));
    if class < 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng::DetRng;

    #[test]
    fn quantiles_are_near_those_of_the_sorted_numbers() {
        let mut rng = DetRng::new(3);
        for scale in [1e-3, 1.0, 1e6] {
            let mut sketch = Sketch::default();
            let mut numbers: Vec<f64> =
                (0..10_000).map(|_| (rng.next_u64() >> 11) as f64 * scale / 1e15).collect();
            numbers.iter().for_each(|&number| sketch.add(number));
            numbers.sort_unstable_by(f64::total_cmp);
            for percent in 1..=100_usize {
                let exact = numbers[(percent * 100).max(1) - 1];
                let found = sketch.quantile(percent as u64);
                assert!(found <= exact && found >= exact * (1.0 - 1.0 / 128.0), "{found} {exact}");
            }
            let all = sketch.distribution(1.0).expect("there are numbers");
            assert_eq!((all.min, all.max), (numbers[0], numbers[9_999]));
        }
    }

    #[test]
    fn small_whole_numbers_are_exact_and_negative_ones_sorted() {
        let mut sketch = Sketch::default();
        (-100..=100).for_each(|number| sketch.add(f64::from(number)));
        for (percent, expected) in [(0, -100.0), (25, -50.0), (50, 0.0), (75, 50.0), (100, 100.0)] {
            assert_eq!(sketch.quantile(percent), expected, "{percent}");
        }
        assert_eq!(sketch.mean(), Some(0.0));
        assert_eq!(Sketch::default().distribution(1.0), None);
        sketch.add(f64::NAN);
        assert_eq!(sketch.count, 201);
    }
}

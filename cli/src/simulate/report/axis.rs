//! Axes: where they begin and end, where their ticks are, and what stands at them.

/// About so many ticks.
const TICKS: f64 = 6.0;
/// Never more.
const TICKS_MAX: u32 = 20;
/// From here on, and below its counterpart, numbers have exponents.
const LONG: f64 = 1e7;
/// The largest number that is drawn. What is beyond is drawn there.
const LARGEST: f64 = 1e15;

/// An axis with its unit.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// What is on it, with the unit.
    pub label: String,
    low: f64,
    high: f64,
    step: f64,
    /// Ticks are at least so far apart.
    step_min: f64,
}

impl Axis {
    /// From 0 to a little more than the highest of these.
    pub fn from_zero(label: impl Into<String>, values: impl Iterator<Item = f64> + Clone) -> Self {
        let whole = whole(values.clone());
        let (low, high) = extent(values.chain([0.0]));
        let room = (high - low) * 0.06;
        let (low, high) = if low < 0.0 { (low - room, high + room) } else { (0.0, high + room) };
        Self::between(label, low, high, whole)
    }

    /// The same for counts: no ticks between whole numbers.
    pub fn of_counts(label: impl Into<String>, values: impl Iterator<Item = f64>) -> Self {
        let (_, high) = extent(values.chain([1.0]));
        Self::between(label, 0.0, high * 1.06, 1.0)
    }

    /// Around these; from 0 unless that would leave most of it empty.
    pub fn around(label: impl Into<String>, values: impl Iterator<Item = f64> + Clone) -> Self {
        let (low, high) = extent(values.clone());
        if low <= 0.0 || low < 0.6 * high {
            return Self::from_zero(label, values);
        }
        let room = ((high - low) * 0.1).max(high * 0.01);
        Self::between(label, (low - room).max(0.0), high + room, whole(values))
    }

    /// Exactly so.
    pub fn exactly(label: impl Into<String>, low: f64, high: f64) -> Self {
        Self::between(label, low, high, 0.0)
    }

    fn between(label: impl Into<String>, low: f64, high: f64, step_min: f64) -> Self {
        let low = if low.is_finite() { low.clamp(-LARGEST, LARGEST) } else { 0.0 };
        let high = if high.is_finite() { high.clamp(-LARGEST, LARGEST) } else { 1.0 };
        let high = if high > low + low.abs() * 1e-9 { high } else { low + low.abs().max(1.0) };
        let rough = (high - low) / TICKS;
        let power = 10_f64.powi(rough.log10().floor() as i32);
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = steps.into_iter().find(|&step| step >= rough * 0.999).unwrap_or(rough);
        Self { label: label.into(), low, high, step: step.max(step_min), step_min }
    }

    /// The same with room for another one.
    pub fn and(&self, other: &Self) -> Self {
        let (low, high) = (self.low.min(other.low), self.high.max(other.high));
        Self::between(self.label.clone(), low, high, self.step_min.min(other.step_min))
    }

    pub fn low(&self) -> f64 {
        self.low
    }

    pub fn high(&self) -> f64 {
        self.high
    }

    /// Where its ticks are.
    pub fn ticks(&self) -> Vec<f64> {
        let first = (self.low / self.step - 1e-6).ceil();
        let ticks = (0..TICKS_MAX).map(|number| (first + f64::from(number)) * self.step);
        ticks.take_while(|&tick| tick <= self.high + self.step * 1e-6).collect()
    }

    /// What stands at a tick.
    pub fn tick_label(&self, tick: f64) -> String {
        if self.low.abs().max(self.high.abs()) >= LONG || self.step < 1.0 / LONG {
            return if tick == 0.0 { "0".into() } else { format!("{tick:.1e}") };
        }
        let decimals = (-self.step.log10().floor()).max(0.0) as usize;
        // No tick is -0.
        format!("{:.decimals$}", tick + 0.0)
    }
}

/// How far ticks are apart at least: 1 if all values are whole numbers.
fn whole(mut values: impl Iterator<Item = f64>) -> f64 {
    if values.all(|value| value.fract() == 0.0) { 1.0 } else { 0.0 }
}

/// The least and the greatest of those that are finite; 0 and 0 of none.
fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let wider = |(low, high): (f64, f64), value: f64| (low.min(value), high.max(value));
    finite
        .map(|value| (value, value))
        .reduce(|ends, (value, _)| wider(ends, value))
        .unwrap_or((0.0, 0.0))
}

/// A unit for the times of an axis.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TimeUnit {
    pub name: &'static str,
    seconds: f64,
}

impl TimeUnit {
    /// One in which so many seconds are no long number.
    pub fn for_seconds(longest: f64) -> Self {
        let units =
            [("seconds", 1.0, 300.0), ("minutes", 60.0, 10_800.0), ("hours", 3600.0, 259_200.0)];
        let fits = units.into_iter().find(|&(_, _, most)| longest <= most);
        let (name, seconds, _) = fits.unwrap_or(("days", 86_400.0, 0.0));
        Self { name, seconds }
    }

    /// So many seconds in this unit.
    pub fn of(self, seconds: f64) -> f64 {
        seconds / self.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|tick| axis.tick_label(tick)).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        let axis = Axis::from_zero("", [0.7, 11.3].into_iter());
        assert_eq!(labels(&axis), ["0", "2", "4", "6", "8", "10"]);
        let axis = Axis::from_zero("", [0.031].into_iter());
        assert_eq!(labels(&axis), ["0.00", "0.01", "0.02", "0.03"]);
        let axis = Axis::of_counts("", [3.0].into_iter());
        assert_eq!(labels(&axis), ["0", "1", "2", "3"]);
        let axis = Axis::around("", [1480.0, 1520.0].into_iter());
        assert_eq!(labels(&axis), ["1480", "1500", "1520"]);
    }

    #[test]
    fn no_numbers_are_too_odd_for_an_axis() {
        let odd = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::MIN, f64::MAX, 1e-300, -5.0, 1e9];
        for first in odd {
            for second in odd {
                for axis in [
                    Axis::from_zero("", [first, second].into_iter()),
                    Axis::around("", [first, second].into_iter()),
                    Axis::of_counts("", [first, second].into_iter()),
                    Axis::exactly("", first, second),
                ] {
                    assert!(axis.low < axis.high, "{axis:?}");
                    let ticks = axis.ticks().len();
                    assert!((1..=20).contains(&ticks), "{ticks} ticks: {axis:?}");
                    assert!(labels(&axis).iter().all(|it| it.len() <= 8), "{axis:?}");
                }
            }
        }
    }

    #[test]
    fn times_have_a_unit_that_keeps_them_short() {
        assert_eq!(TimeUnit::for_seconds(120.0).name, "seconds");
        assert_eq!(TimeUnit::for_seconds(3600.0).of(3600.0), 60.0);
        assert_eq!(TimeUnit::for_seconds(86_400.0).of(7200.0), 2.0);
        assert_eq!(TimeUnit::for_seconds(1e6).name, "days");
    }
}

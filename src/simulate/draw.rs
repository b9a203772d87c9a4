//! Random numbers of a simulation, the same on every machine: no logarithm, sine or the like, which
//! are not.

use crate::base::rng::DetRng;

/// A generator of one thing, a ticket for instance.
#[derive(Clone, Debug)]
pub(super) struct Draw(DetRng);

impl Draw {
    /// The generator of the thing with this number, in a simulation with this seed. `purpose` keeps
    /// apart what is drawn for it on different occasions.
    pub(super) fn of(seed: u64, purpose: u64, number: u64) -> Self {
        let word = seed ^ purpose.wrapping_mul(0xd1b5_4a32_d192_ed03);
        Self(DetRng::new(word.wrapping_add(number.wrapping_mul(0xa24b_aed4_963e_e407))))
    }

    /// From 0 to 1, 1 excluded.
    pub(super) fn fraction(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something with this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// Exponential with mean 1, by von Neumann's comparisons.
    pub(super) fn exponential(&mut self) -> f64 {
        let mut whole = 0.0;
        loop {
            let first = self.fraction();
            let (mut last, mut falling) = (first, 1);
            loop {
                let next = self.fraction();
                if next >= last {
                    break;
                }
                (last, falling) = (next, falling + 1);
            }
            if falling % 2 == 1 {
                return whole + first;
            }
            whole += 1.0;
        }
    }

    /// Nearly normal with mean 0 and deviation 1: the sum of twelve uniform numbers, so from -6 to
    /// 6.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.fraction()).sum::<f64>() - 6.0
    }

    /// One of some things by weight; none when no weight is above 0.
    pub(super) fn weighted<T>(
        &mut self,
        mut weights: impl Iterator<Item = (T, f64)> + Clone,
    ) -> Option<T> {
        let total: f64 = weights.clone().map(|(_, weight)| weight).sum();
        let mut rest = self.fraction() * total;
        let mut last = None;
        let found = weights.find_map(|(thing, weight)| {
            if weight <= 0.0 {
                return None;
            }
            if rest < weight {
                return Some(thing);
            }
            rest -= weight;
            last = Some(thing);
            None
        });
        // Rounding may leave a little of the total.
        found.or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_as_they_should() {
        let mut draw = Draw::of(7, 1, 0);
        let count = 100_000;
        let gaps: Vec<f64> = (0..count).map(|_| draw.exponential()).collect();
        let mean = gaps.iter().sum::<f64>() / f64::from(count);
        assert!((0.98..1.02).contains(&mean), "{mean}");
        let normal: Vec<f64> = (0..count).map(|_| draw.normal()).collect();
        let mean = normal.iter().sum::<f64>() / f64::from(count);
        let variance = normal.iter().map(|it| it * it).sum::<f64>() / f64::from(count);
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        let weights = [("a", 1.0), ("never", 0.0), ("b", 3.0)];
        let drawn = (0..count).filter_map(|_| draw.weighted(weights.into_iter()));
        let a = drawn.inspect(|it| assert_ne!(*it, "never")).filter(|it| *it == "a").count();
        assert!((24_000..26_000).contains(&a), "{a}");
        assert_eq!(draw.weighted([("never", 0.0)].into_iter()), None);
    }

    #[test]
    fn things_have_numbers_of_their_own() {
        let first = |seed, purpose, number| Draw::of(seed, purpose, number).fraction().to_bits();
        let mut firsts: Vec<u64> = (0..1_000).map(|number| first(7, 1, number)).collect();
        firsts.extend([first(8, 1, 0), first(7, 2, 0)]);
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 1_002);
    }
}

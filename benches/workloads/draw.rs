//! The random numbers of the workloads.

/// A small generator (SplitMix64): the same seed gives the same pool on every machine.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// A generator for a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A whole number from 0 to `end`, `end` excluded.
    pub fn below(&mut self, end: u32) -> u32 {
        (((self.word() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// A number from 0 to 1, 1 excluded.
    pub fn fraction(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The position of one of these shares, which add up to 100.
    pub fn share(&mut self, percent: &[u32]) -> usize {
        let mut rest = self.below(100);
        let mut position = 0;
        for &share in percent {
            if rest < share {
                break;
            }
            rest -= share;
            position += 1;
        }
        position
    }

    /// The time to the next of events that come once in a unit of time, by Poisson. Von Neumann's
    /// way needs no logarithm, which is not the same on every machine.
    pub fn gap(&mut self) -> f64 {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_pinned() {
        let mut draw = Draw::new(7);
        let words = [draw.word(), draw.word(), draw.word()];
        assert_eq!(words, [7191089600892374487, 309689372594955804, 16616101746815609346]);
    }

    #[test]
    fn gaps_are_exponential() {
        let mut draw = Draw::new(1);
        let gaps: Vec<f64> = (0..100_000).map(|_| draw.gap()).collect();
        let mean = gaps.iter().sum::<f64>() / 100_000.0;
        assert!((0.98..1.02).contains(&mean), "{mean}");
        // e^-1 and e^-2 of them are longer than 1 and 2.
        for (length, expected) in [(1.0, 0.368), (2.0, 0.135)] {
            let share = gaps.iter().filter(|&&gap| gap > length).count() as f64 / 100_000.0;
            assert!((share - expected).abs() < 0.01, "{share} are longer than {length}");
        }
    }

    #[test]
    fn shares_come_out_as_asked() {
        let mut draw = Draw::new(3);
        let mut counts = [0_i32; 3];
        for _ in 0..10_000 {
            counts[draw.share(&[50, 30, 20])] += 1;
        }
        for (count, expected) in counts.into_iter().zip([5_000, 3_000, 2_000]) {
            assert!((count - expected).abs() < 200, "{counts:?}");
        }
    }
}

//! The engine's random numbers: a named, portable generator, and our own way from its words to
//! what the engine needs. A release of `rand` that changes a distribution cannot change a replay.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// A deterministic generator: the same seed gives the same values on every machine.
#[derive(Clone, Debug)]
pub(crate) struct DetRng(Xoshiro256PlusPlus);

impl DetRng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A version 4 UUID in its usual text form.
    pub(crate) fn uuid(&mut self) -> String {
        let high = (self.next_u64() & !0xf000) | 0x4000;
        let low = (self.next_u64() & !(0b11 << 62)) | (0b10 << 62);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_pinned() {
        let mut rng = DetRng::new(7);
        let words: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(words, [1021219803524665661, 3174977118032272916, 13236943193235544178]);
        assert_eq!(rng.uuid(), "6d5d9f6a-6318-413c-b6b2-63f2f5790376");
    }
}

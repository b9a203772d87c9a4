//! The engine's random numbers: a named, portable generator, and our own way from its words to
//! what the engine needs. A release of `rand` that changes a distribution cannot change a replay.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use super::hash::split_mix;

/// So many words are drawn before the generator starts anew from four of its own.
const WORDS_PER_KEY: u32 = 1024;

/// Where a generator stands, to be stored: what it last started from, and how many words it has
/// drawn since. `rand` does not show the state of its generators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct RngPosition {
    key: [u64; 4],
    drawn: u32,
}

/// A deterministic generator: the same seed gives the same values on every machine.
#[derive(Clone, Debug)]
pub(crate) struct DetRng {
    words: Xoshiro256PlusPlus,
    position: RngPosition,
}

impl DetRng {
    pub(crate) fn new(seed: u64) -> Self {
        // As `seed_from_u64` spreads a seed, which keeps the words to itself.
        Self::start(std::array::from_fn(|position| split_mix(seed, position as u64 + 1)))
    }

    fn start(key: [u64; 4]) -> Self {
        let mut seed = [0; 32];
        for (bytes, word) in seed.chunks_exact_mut(8).zip(key) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        let words = Xoshiro256PlusPlus::from_seed(seed);
        Self { words, position: RngPosition { key, drawn: 0 } }
    }

    pub(crate) const fn position(&self) -> RngPosition {
        self.position
    }

    /// A generator that goes on from `position`; none when no generator ever stands there.
    pub(crate) fn at(position: RngPosition) -> Option<Self> {
        let mut rng = Self::start(position.key);
        for _ in 0..Some(position.drawn).filter(|&drawn| drawn <= WORDS_PER_KEY)? {
            rng.words.next_u64();
        }
        Some(Self { position, ..rng })
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        if self.position.drawn == WORDS_PER_KEY {
            *self = Self::start(std::array::from_fn(|_| self.words.next_u64()));
        }
        self.position.drawn += 1;
        self.words.next_u64()
    }

    /// A version 4 UUID in its usual text form.
    pub(crate) fn uuid(&mut self) -> UuidText {
        let high = (self.next_u64() & !0xf000) | 0x4000;
        let low = (self.next_u64() & !(0b11 << 62)) | (0b10 << 62);
        UuidText::of(high, low)
    }
}

/// A UUID as text; made for every match, so it is not formatted by way of a `String`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UuidText([u8; 36]);

impl UuidText {
    fn of(high: u64, low: u64) -> Self {
        let digits = [high >> 32, high, low >> 32, low].map(|word| hexadecimal(word as u32));
        let [[a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p], ..] = digits;
        let [.., [q, r, s, t, u, v, w, x], last] = digits;
        let [aa, bb, cc, dd, ee, ff, gg, hh] = last;
        Self([
            a, b, c, d, e, f, g, h, b'-', i, j, k, l, b'-', m, n, o, p, b'-', q, r, s, t,
            b'-', //
            u, v, w, x, aa, bb, cc, dd, ee, ff, gg, hh,
        ])
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("it is made of hexadecimal digits and hyphens")
    }
}

/// The digits of a number, all eight at once.
fn hexadecimal(word: u32) -> [u8; 8] {
    let word = u64::from(word);
    let word = (word | word << 16) & 0x0000_ffff_0000_ffff;
    let word = (word | word << 8) & 0x00ff_00ff_00ff_00ff;
    let digits = (word | word << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // 1 in the bytes of those from ten on, whose characters begin with `a`.
    let letters = (digits + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (digits + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'0' - 10)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_that_formatting_gives() {
        let mut rng = DetRng::new(7);
        for word in (0..300).map(|_| rng.next_u64() as u32).chain([0, u32::MAX, 0x0123_9abf]) {
            assert_eq!(hexadecimal(word), format!("{word:08x}").as_bytes());
        }
    }

    #[test]
    fn the_first_words_are_those_of_the_named_generator() {
        for seed in [0, 7, u64::MAX] {
            let mut named = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut rng = DetRng::new(seed);
            (0..WORDS_PER_KEY).for_each(|_| assert_eq!(rng.next_u64(), named.next_u64()));
        }
    }

    #[test]
    fn a_generator_goes_on_from_where_it_stands() {
        let mut rng = DetRng::new(7);
        for _ in 0..3 * WORDS_PER_KEY {
            let mut other = DetRng::at(rng.position()).expect("it stands there");
            let words: [u64; 2] = std::array::from_fn(|_| rng.next_u64());
            assert_eq!(words, std::array::from_fn(|_| other.next_u64()));
            assert_eq!(rng.position(), other.position());
        }
        let beyond = RngPosition { key: [1; 4], drawn: WORDS_PER_KEY + 1 };
        assert!(DetRng::at(beyond).is_none());
        // The one key from which nothing random would come is not taken as it is.
        let mut rng = DetRng::at(RngPosition { key: [0; 4], drawn: 0 }).expect("it stands there");
        assert_ne!(rng.next_u64(), rng.next_u64());
    }

    #[test]
    fn the_stream_is_pinned() {
        let mut rng = DetRng::new(7);
        let words: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(words, [1021219803524665661, 3174977118032272916, 13236943193235544178]);
        assert_eq!(rng.uuid().as_str(), "6d5d9f6a-6318-413c-b6b2-63f2f5790376");
    }
}

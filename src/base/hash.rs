//! A hasher whose seed comes from the caller, so that no run depends on ambient randomness.

use std::hash::{BuildHasher, Hasher};

/// Builds hashers that start from one seed. The seed makes it hard for a player to choose ids
/// that collide; it never shows in a result, since maps are looked up and not iterated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeededState {
    keys: [u64; 2],
}

impl SeededState {
    pub(crate) fn new(seed: u64) -> Self {
        Self { keys: [split_mix(seed, 1), split_mix(seed, 2)] }
    }

    /// The hash of a text, for a [`HashIndex`](super::hash_index::HashIndex).
    pub(crate) fn text(&self, text: &str) -> u32 {
        let mut hasher = self.build_hasher();
        hasher.write(text.as_bytes());
        (hasher.finish() >> 32) as u32
    }
}

impl BuildHasher for SeededState {
    type Hasher = SeededHasher;

    fn build_hasher(&self) -> SeededHasher {
        let [state, key] = self.keys;
        SeededHasher { state, key }
    }
}

/// Sixteen bytes at a time: both halves are combined with what only the seed tells, multiplied,
/// and the product folded. Submitting spends most of its look-ups on ids of some 36 bytes.
#[derive(Debug)]
pub(crate) struct SeededHasher {
    state: u64,
    key: u64,
}

impl SeededHasher {
    fn absorb(&mut self, low: u64, high: u64) {
        self.state = folded_product(low ^ self.state, high ^ self.key);
    }
}

impl Hasher for SeededHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<16>();
        for chunk in chunks {
            let word = u128::from_le_bytes(*chunk);
            self.absorb(word as u64, (word >> 64) as u64);
        }
        let mut last = [0; 16];
        last[..rest.len()].copy_from_slice(rest);
        let word = u128::from_le_bytes(last);
        // The length tells a text from the same one with zeros behind it.
        self.state = self.state.rotate_left(32).wrapping_add(bytes.len() as u64);
        self.absorb(word as u64, (word >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        mixed(self.state)
    }
}

/// The hash of a text that no seed changes, for what must come out the same in another matchmaker.
/// Anyone can find texts with the same one.
pub(crate) fn of_text(text: &str) -> u64 {
    let mut hasher = SeededState::new(0).build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// A word for each number, another one in each round; who has not the seed cannot foresee it.
pub(crate) fn shuffled(seed: u64, round: u64, number: u64) -> u64 {
    let SeededState { keys: [state, key] } = SeededState::new(seed ^ mixed(!round));
    mixed(folded_product(mixed(number.wrapping_add(state)) ^ key, state | 1))
}

/// The two halves of a product, folded into one.
fn folded_product(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// The word with this number, from 1, of the generator SplitMix64. It steps by the golden ratio, so
/// that a small seed makes large words.
pub(super) fn split_mix(seed: u64, number: u64) -> u64 {
    mixed(seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// Spreads every bit over all (the finisher of SplitMix64).
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PINNED: [u32; 3] = [0x8072_05ee, 0xd2a4_37fd, 0x2586_58d3];

    #[test]
    fn hashes_are_the_same_on_every_machine() {
        let state = SeededState::new(7);
        assert_eq!(state.text(""), PINNED[0]);
        assert_eq!(state.text("ana"), PINNED[1]);
        assert_eq!(state.text("c4a7d90b-16fe-4b3d-a5c8-000000000001"), PINNED[2]);
        assert_ne!(SeededState::new(8).text("ana"), PINNED[1]);
        assert_eq!(of_text("ana") >> 32, u64::from(SeededState::new(0).text("ana")));
        assert_eq!(of_text("ana"), 0x9fea_19fb_0b23_1156);
    }

    /// Ids that count up, in the first bytes or in the last, and texts of zeros alone: of 2^17
    /// hashes of 32 bits about two meet by chance.
    #[test]
    fn similar_texts_have_different_hashes() {
        let state = SeededState::new(7);
        let mut hashes = BTreeSet::new();
        let mut texts = 0;
        for number in 0..1 << 16 {
            hashes.insert(state.text(&format!("player-{number}")));
            hashes.insert(state.text(&format!("{number:08}-9b52-4d68-8e21-7f0e3c1a0000")));
            texts += 2;
        }
        for length in 0..100 {
            hashes.insert(state.text(&"\0".repeat(length)));
            texts += 1;
        }
        assert!(hashes.len() >= texts - 12, "{} of {texts} hashes", hashes.len());
    }

    /// Each part of the hash picks places evenly.
    #[test]
    fn high_and_low_bits_are_even() {
        let state = SeededState::new(7);
        let (mut high, mut low) = ([0; 16], [0; 16]);
        for number in 0..16_000 {
            let hash = state.text(&format!("player-{number}"));
            high[(hash >> 28) as usize] += 1;
            low[(hash & 15) as usize] += 1;
        }
        assert!(
            high.iter().chain(&low).all(|count| (850..1150).contains(count)),
            "{high:?} {low:?}"
        );
    }
}

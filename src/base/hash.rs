//! A hasher whose seed comes from the caller, so that no run depends on ambient randomness.

use std::hash::{BuildHasher, DefaultHasher, Hasher};

/// Builds hashers that start from one seed. The seed makes it hard for a player to choose ids
/// that collide; it never shows in a result, since maps are looked up and not iterated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeededState {
    seed: u64,
}

impl SeededState {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }
}

impl BuildHasher for SeededState {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.seed);
        hasher
    }
}

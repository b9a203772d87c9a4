//! Draws from a seed.

use crate::base::rng::DetRng;

pub(super) struct Chance(DetRng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(DetRng::new(seed))
    }

    /// A number below a limit that is not 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of some; there is at least one.
    pub(super) fn one_of<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len() as u64) as usize]
    }
}

//! How long a ticket is likely to wait: the mean wait of recent matched tickets (facts 10.36).

use std::collections::VecDeque;

use crate::base::time::Millis;

/// Waits that the mean is taken over.
const SAMPLES_MAX: usize = 100;
/// Below this many waits nothing is said.
const SAMPLES_MIN: usize = 10;

/// A moving average of waits.
#[derive(Debug, Default)]
pub(crate) struct WaitEstimate {
    waits: VecDeque<u64>,
    sum: u128,
}

impl WaitEstimate {
    pub(crate) fn add(&mut self, wait: Millis) {
        if self.waits.len() == SAMPLES_MAX {
            self.sum -= u128::from(self.waits.pop_front().unwrap_or(0));
        }
        self.waits.push_back(wait.get());
        self.sum += u128::from(wait.get());
    }

    /// The waits that count, oldest first.
    pub(crate) fn waits(&self) -> impl Iterator<Item = Millis> {
        self.waits.iter().map(|&wait| Millis::new(wait))
    }

    /// The mean in whole seconds, once there are enough waits.
    pub(crate) fn seconds(&self) -> Option<u32> {
        let count = self.waits.len();
        (count >= SAMPLES_MIN).then(|| (self.sum / count as u128 / 1000) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_moves_with_the_last_hundred() {
        let mut estimate = WaitEstimate::default();
        for _ in 0..9 {
            estimate.add(Millis::new(5000));
        }
        assert_eq!(estimate.seconds(), None);
        estimate.add(Millis::new(5000));
        assert_eq!(estimate.seconds(), Some(5));
        for _ in 0..100 {
            estimate.add(Millis::new(2999));
        }
        assert_eq!(estimate.seconds(), Some(2));
    }
}

//! When a placement goes on by itself.

use super::record::Record;
use crate::base::time::Timestamp;

/// The timers of one instant: first the ends of placements, then new passes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum TimerKind {
    Deadline,
    Retry,
}

/// When, what, and for which placement: of one instant and kind those of matches by their first
/// tickets (decision 1), then those of requests; each in the order in which the placements began.
pub(super) type TimerKey = (Timestamp, TimerKind, u64, u64);

impl Record {
    pub(super) fn timer(&self, at: Timestamp, kind: TimerKind) -> TimerKey {
        (at, kind, self.first_ticket.unwrap_or(u64::MAX), self.number)
    }
}

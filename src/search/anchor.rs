//! In which order tickets have their turn as anchors (`matching.md` section 5).

use crate::base::time::Timestamp;
use crate::model::schema::BackfillPriority;
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::plan::Plan;

/// The place of a ticket in the order of anchors: oldest first, then in the order of submission;
/// backfill tickets apart where the rule set says so.
///
/// From the highest bit down: 0 for those that come first, whatever their age; the start; the
/// number; whether it is a backfill, which decides nothing, as no two tickets have the same number.
/// Times and numbers end far below 2^63.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct AnchorKey(u128);

const WORD_MAX: u64 = (1 << 63) - 1;

impl AnchorKey {
    pub(crate) fn new(
        priority: BackfillPriority,
        is_backfill: bool,
        start_time: Timestamp,
        number: u64,
    ) -> Self {
        let comes_last = match priority {
            BackfillPriority::Normal => false,
            BackfillPriority::High => !is_backfill,
            BackfillPriority::Low => is_backfill,
        };
        let high = u64::from(comes_last) << 63 | start_time.as_millis().min(WORD_MAX);
        let low = number.min(WORD_MAX) << 1 | u64::from(is_backfill);
        Self(u128::from(high) << 64 | u128::from(low))
    }

    /// The place of a ticket of the pool.
    pub(crate) fn of(plan: &Plan, columns: &Columns, row: TicketRow) -> Self {
        let priority = plan.ast.algorithm.backfill_priority;
        let (start_time, number) = (columns.start_time[row], columns.number[row]);
        Self::new(priority, columns.is_roster(row), start_time, number)
    }

    /// A key before those of all tickets that are no backfills and start at `start` or later, and
    /// behind the others of their kind; `None` when no key is before them.
    pub(crate) fn before(priority: BackfillPriority, start: Timestamp) -> Option<Self> {
        Self::new(priority, false, start, 0).0.checked_sub(1).map(Self)
    }

    pub(crate) fn number(self) -> u64 {
        self.0 as u64 >> 1
    }

    pub(crate) fn start_time(self) -> Timestamp {
        Timestamp::from_millis((self.0 >> 64) as u64 & WORD_MAX)
    }

    pub(crate) fn is_backfill(self) -> bool {
        self.0 & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backfill_tickets_come_first_last_or_by_age() {
        // Start time, number of submission, backfill or not.
        let tickets = [(5, 4, false), (3, 3, true), (3, 2, false), (9, 1, true), (1, 5, false)];
        for (priority, expected) in [
            (BackfillPriority::Normal, [5, 2, 3, 4, 1]),
            (BackfillPriority::High, [3, 1, 5, 2, 4]),
            (BackfillPriority::Low, [5, 2, 4, 3, 1]),
        ] {
            let mut sorted = tickets;
            sorted.sort_by_key(|&(start, number, is_backfill)| {
                AnchorKey::new(priority, is_backfill, Timestamp::from_millis(start), number)
            });
            assert_eq!(sorted.map(|(_, number, _)| number), expected, "{priority:?}");
            for (start, number, is_backfill) in tickets {
                let start = Timestamp::from_millis(start);
                let key = AnchorKey::new(priority, is_backfill, start, number);
                let told = (key.start_time(), key.number(), key.is_backfill());
                assert_eq!(told, (start, number, is_backfill));
                let before = AnchorKey::before(priority, Timestamp::from_millis(3));
                let is_before = Some(key) < before;
                assert!(is_backfill || is_before == (start.as_millis() < 3), "{priority:?}");
            }
        }
    }
}

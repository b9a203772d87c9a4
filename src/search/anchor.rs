//! In which order tickets have their turn as anchors (`matching.md` section 5).

use crate::base::time::Timestamp;
use crate::model::schema::BackfillPriority;
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::plan::Plan;

/// The place of a ticket in the order of anchors: oldest first, then in the order of submission;
/// backfill tickets apart where the rule set says so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct AnchorKey {
    /// The highest bit is 0 for those that come first, whatever their age; below it the start time.
    class_and_start: u64,
    /// The lowest bit says whether it is a backfill ticket. It decides nothing: no two tickets have
    /// the same number.
    number_and_kind: u64,
}

const CLASS_SHIFT: u32 = 63;
/// Far beyond the year 9999; a damaged snapshot may name any time.
const START_MAX: u64 = (1 << CLASS_SHIFT) - 1;

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
        Self {
            class_and_start: u64::from(comes_last) << CLASS_SHIFT
                | start_time.as_millis() & START_MAX,
            number_and_kind: number << 1 | u64::from(is_backfill),
        }
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
        let first = Self::new(priority, false, start, 0).class_and_start;
        first.checked_sub(1).map(|it| Self { class_and_start: it, number_and_kind: u64::MAX })
    }

    pub(crate) fn number(self) -> u64 {
        self.number_and_kind >> 1
    }

    pub(crate) fn start_time(self) -> Timestamp {
        Timestamp::from_millis(self.class_and_start & START_MAX)
    }

    pub(crate) fn is_backfill(self) -> bool {
        self.number_and_kind & 1 == 1
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
            for (at, number, is_backfill) in tickets {
                let key = AnchorKey::new(priority, is_backfill, Timestamp::from_millis(at), number);
                let read = (key.start_time().as_millis(), key.number(), key.is_backfill());
                assert_eq!(read, (at, number, is_backfill));
                let before = AnchorKey::before(priority, Timestamp::from_millis(3));
                assert!(is_backfill || (Some(key) < before) == (at < 3), "{priority:?} {at}");
            }
        }
    }
}

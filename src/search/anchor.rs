//! In which order tickets have their turn as anchors (`matching.md` section 5).

use crate::base::time::Timestamp;
use crate::model::schema::BackfillPriority;

/// The place of a ticket in the order of anchors: oldest first, then in the order of submission;
/// backfill tickets apart where the rule set says so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct AnchorKey {
    /// 0 for those that come first, whatever their age.
    class: u8,
    start_time: Timestamp,
    number: u64,
    /// Decides nothing: no two tickets have the same number.
    is_backfill: bool,
}

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
        Self { class: u8::from(comes_last), start_time, number, is_backfill }
    }

    pub(crate) fn number(self) -> u64 {
        self.number
    }

    pub(crate) fn start_time(self) -> Timestamp {
        self.start_time
    }

    pub(crate) fn is_backfill(self) -> bool {
        self.is_backfill
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
        }
    }
}

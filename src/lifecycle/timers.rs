//! What will happen without anyone asking.

use std::collections::BTreeMap;

use super::book::TicketKey;
use crate::base::time::Timestamp;

/// The kinds of timers, in the order in which those of one instant fire (decision 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum TimerKind {
    /// The ticket has waited as long as the configuration allows.
    RequestTimeout,
    /// An expansion step comes due for the ticket.
    EpochStart,
}

/// When, what, and for which ticket (by its number of submission).
type TimerKey = (Timestamp, TimerKind, u64);

/// Timers in the order in which they fire. A ticket has at most one of each kind.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    pending: BTreeMap<TimerKey, TicketKey>,
}

impl Timers {
    pub(crate) fn set(&mut self, at: Timestamp, kind: TimerKind, number: u64, ticket: TicketKey) {
        self.pending.insert((at, kind, number), ticket);
    }

    pub(crate) fn cancel(&mut self, at: Timestamp, kind: TimerKind, number: u64) {
        self.pending.remove(&(at, kind, number));
    }

    /// When the next timer fires.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.pending.first_key_value().map(|(&(at, ..), _)| at)
    }

    /// Takes the next timer if `due` says that its time has come.
    pub(crate) fn pop(
        &mut self,
        due: impl Fn(Timestamp) -> bool,
    ) -> Option<(Timestamp, TimerKind, TicketKey)> {
        let entry = self.pending.first_entry().filter(|entry| due(entry.key().0))?;
        let ((at, kind, _), ticket) = entry.remove_entry();
        Some((at, kind, ticket))
    }
}

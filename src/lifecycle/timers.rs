//! What will happen without anyone asking.

use std::collections::BTreeMap;

use super::book::TicketKey;
use super::pending::MatchKey;
use crate::base::time::Timestamp;

/// The kinds of timers, in the order in which those of one instant fire (decision 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum TimerKind {
    /// The host has had its time to place a match.
    Placement,
    /// Players have had their time to accept a match.
    Acceptance,
    /// The ticket has waited as long as the configuration allows.
    RequestTimeout,
    /// An expansion step comes due for the ticket.
    EpochStart,
    /// The storm guard lets the ticket found a new match.
    GuardEnd,
}

/// What a timer is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TimerTarget {
    Ticket(TicketKey),
    Match(MatchKey),
}

/// When, what, and for which ticket (by its number of submission; a match by its first ticket's).
type TimerKey = (Timestamp, TimerKind, u64);

/// Timers in the order in which they fire. A ticket has at most one of each kind.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    pending: BTreeMap<TimerKey, TimerTarget>,
}

impl Timers {
    pub(crate) fn set(&mut self, at: Timestamp, kind: TimerKind, number: u64, of: TimerTarget) {
        self.pending.insert((at, kind, number), of);
    }

    pub(crate) fn cancel(&mut self, at: Timestamp, kind: TimerKind, number: u64) {
        self.pending.remove(&(at, kind, number));
    }

    pub(crate) fn is_set(
        &self,
        at: Timestamp,
        kind: TimerKind,
        number: u64,
        of: TimerTarget,
    ) -> bool {
        self.pending.get(&(at, kind, number)) == Some(&of)
    }

    /// When the next timer fires.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.pending.first_key_value().map(|(&(at, ..), _)| at)
    }

    /// Takes the next timer if `due` says that its time has come.
    pub(crate) fn pop(
        &mut self,
        due: impl Fn(Timestamp) -> bool,
    ) -> Option<(Timestamp, TimerKind, TimerTarget)> {
        let entry = self.pending.first_entry().filter(|entry| due(entry.key().0))?;
        let ((at, kind, _), target) = entry.remove_entry();
        Some((at, kind, target))
    }
}

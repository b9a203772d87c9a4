//! What will happen without anyone asking.

use super::book::TicketKey;
use super::pending::MatchKey;
use crate::base::sorted::SortedMap;
use crate::base::time::Timestamp;

/// The kinds of timers, in the order in which those of one instant fire (decision 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum TimerKind {
    Placement,
    Acceptance,
    RequestTimeout,
    EpochStart,
    GuardEnd,
}

/// A timer: what it says when it fires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Timer {
    /// The host has had its time to place a match.
    Placement(MatchKey),
    /// Players have had their time to accept a match.
    Acceptance(MatchKey),
    /// The ticket has waited as long as the configuration allows.
    RequestTimeout(TicketKey),
    /// An expansion step comes due for the ticket.
    EpochStart(TicketKey),
    /// The storm guard lets the ticket found a new match.
    GuardEnd(TicketKey),
}

impl Timer {
    /// What orders it among those of one instant.
    pub(crate) const fn kind(self) -> TimerKind {
        match self {
            Self::Placement(_) => TimerKind::Placement,
            Self::Acceptance(_) => TimerKind::Acceptance,
            Self::RequestTimeout(_) => TimerKind::RequestTimeout,
            Self::EpochStart(_) => TimerKind::EpochStart,
            Self::GuardEnd(_) => TimerKind::GuardEnd,
        }
    }
}

/// When, what, and for which ticket (by its number of submission; a match by its first ticket's),
/// from the highest bits down.
type TimerKey = u128;

const KIND_SHIFT: u32 = 56;

/// Room for a number of submission: at a million a second, two thousand years.
fn timer_key(at: Timestamp, kind: TimerKind, number: u64) -> TimerKey {
    debug_assert!(number >> KIND_SHIFT == 0);
    u128::from(at.as_millis()) << 64 | u128::from((kind as u64) << KIND_SHIFT | number)
}

/// Timers in the order in which they fire. A ticket or match has at most one of each kind.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    pending: SortedMap<TimerKey, Timer>,
}

impl Timers {
    pub(crate) fn set(&mut self, at: Timestamp, timer: Timer, number: u64) {
        self.pending.insert(timer_key(at, timer.kind(), number), timer);
    }

    pub(crate) fn cancel(&mut self, at: Timestamp, kind: TimerKind, number: u64) {
        self.pending.remove(&timer_key(at, kind, number));
    }

    pub(crate) fn is_set(&self, at: Timestamp, kind: TimerKind, number: u64) -> bool {
        self.pending.get(&timer_key(at, kind, number)).is_some()
    }

    /// When the next timer fires.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.peek().map(|(at, _)| at)
    }

    /// The next timer.
    pub(crate) fn peek(&self) -> Option<(Timestamp, Timer)> {
        self.pending
            .first_key_value()
            .map(|(&key, &timer)| (Timestamp::from_millis((key >> 64) as u64), timer))
    }

    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// Keeps the timers of the tickets that wait, and those of matches.
    pub(crate) fn retain_waiting(&mut self, waits: impl Fn(TicketKey) -> bool) {
        self.pending.retain(|&timer| match timer {
            Timer::Placement(_) | Timer::Acceptance(_) => true,
            Timer::RequestTimeout(key) | Timer::EpochStart(key) | Timer::GuardEnd(key) => {
                waits(key)
            }
        });
    }

    /// Takes the next timer out.
    pub(crate) fn pop(&mut self) {
        self.pending.pop_first();
    }
}

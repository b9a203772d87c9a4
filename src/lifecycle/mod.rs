//! Tickets over time: states, timers, events. Knows no columns and no rules.

pub(crate) mod book;
pub(crate) mod cause;
pub(crate) mod counters;
#[cfg(test)]
mod diagram;
pub(crate) mod estimate;
pub(crate) mod event;
pub(crate) mod event_ticket;
pub(crate) mod outbox;
pub(crate) mod party;
pub(crate) mod pending;
pub(crate) mod session;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod timers;

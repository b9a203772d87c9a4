//! Placement: from a request for a game session to the session (facts 8.5, decision 33).
//!
//! Nothing is started in here. A placement asks the host for a session at one place after another,
//! in the order of its queue, until one is there or its time is over. Time comes from the caller.

mod answers;
mod check;
#[cfg(test)]
mod cost_tests;
pub(crate) mod fleet;
#[cfg(test)]
mod model_tests;
mod placer;
mod plan;
mod progress;
pub(crate) mod queue;
mod record;
mod records;
mod reports;
mod search;
mod stored;
mod timers;
mod view;
pub(crate) mod why;

pub(crate) use check::PlacementError;
pub(crate) use placer::{Placer, PlacerLimits};
pub(crate) use stored::PlacerForm;

#![cfg_attr(feature = "testing", doc = include_str!("properties/guide.md"))]
//!
//! # Inside
//!
//! The meaning of a rule set, written down a second time in the plainest way.
//!
//! `reference` interprets the typed tree of a rule set on a complete match. It shares nothing with
//! the compiled path but that tree, so that the two can be held against each other. `RuleSet::judge`
//! shows its verdict (decision 16), and `brute` asks it about every match that a small pool could
//! make. `properties` has what the feature shows.

#[cfg(any(test, feature = "testing"))]
pub(crate) mod brute;
#[cfg(test)]
pub(crate) mod build;
pub(crate) mod judgement;
#[cfg(test)]
mod proof;
#[cfg(feature = "testing")]
pub(crate) mod properties;
pub(crate) mod reference;

/// The crate that draws and shrinks.
#[cfg(feature = "testing")]
pub use ::proptest;
#[cfg(feature = "testing")]
pub use properties::{
    Arrival, Checked, Failure, Pool, PoolTicket, Run, RunMatch, RunTicket, Simulation, Strategies,
    assert_complete, assert_valid,
};

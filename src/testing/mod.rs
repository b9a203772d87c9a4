//! The meaning of a rule set, written down a second time in the plainest way, and with the feature
//! `testing` the tools to property-test a rule set of your own.
//!
//! # Testing your own rule set
//!
//! Put `rallypoint = { version = "0.1", features = ["testing"] }` under `[dev-dependencies]`. The
//! feature brings [proptest](https://docs.rs/proptest), which is found here as `testing::proptest`.
//!
//! - [`Strategies`] draws players, parties, pools and arrivals that suit a rule set: the constants of
//!   its rules, values just inside and just outside its bounds, the strings that it names, players
//!   who leave their defaults out, latencies around its limits.
//! - [`assert_valid`] holds a match against the reference evaluator of
//!   [`RuleSet::judge`](crate::RuleSet::judge), which shares no code with the search.
//! - [`assert_complete`] lets the engine match a small [`Pool`], and then tries every assignment of
//!   the tickets that it left.
//! - [`Simulation`] lets players come, answer, stop and start again at random, checks after every
//!   call what must hold of every ticket and every match, and asks whatever you want of the
//!   [`Run`]. What fails is shrunk and printed as a scenario file for `rallypoint replay`.
//!
#![cfg_attr(feature = "testing", doc = "```")]
#![cfg_attr(not(feature = "testing"), doc = "```ignore")]
//! use rallypoint::{RuleSet, testing::*};
//!
//! let rules = RuleSet::from_json(r#"{"ruleLanguageVersion": "1.0",
//!     "playerAttributes": [{"name": "skill", "type": "number"}],
//!     "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 1},
//!               {"name": "blue", "minPlayers": 1, "maxPlayers": 1}],
//!     "rules": [{"name": "near", "type": "batchDistance",
//!                "batchAttribute": "skill", "maxDistance": 50}]}"#)?;
//!
//! // Equal players never wait for each other.
//! let equal = Strategies::of(&rules).attribute("skill", proptest::prelude::Just(7.0.into()));
//! let checked = Simulation::new(equal).cases(20).check(|run| match run.waiting_longest() {
//!     Some(second) if run.tickets.len() % 2 == 0 => Err(format!("{} waited", second.ticket_id)),
//!     _ => Ok(()),
//! });
//! # let checked = checked.or_else(|failure| match failure.problem.contains("waited") {
//! #     true => Simulation::of(&rules).cases(20).check(|_| Ok(())), false => Err(failure) });
//! assert!(checked?.matches > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(any(test, feature = "testing"))]
pub(crate) mod brute;
#[cfg(test)]
pub(crate) mod build;
pub(crate) mod judgement;
#[cfg(test)]
mod proof;
#[cfg(feature = "testing")]
mod properties;
pub(crate) mod reference;

/// The crate that draws and shrinks.
#[cfg(feature = "testing")]
pub use ::proptest;
#[cfg(feature = "testing")]
pub use properties::{
    Arrival, Checked, Failure, Pool, PoolTicket, Run, RunMatch, RunTicket, Simulation, Strategies,
    assert_complete, assert_valid,
};

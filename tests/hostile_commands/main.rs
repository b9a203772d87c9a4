//! Commands, times and options made to hurt: each is taken or refused, soon, and whoever follows
//! `poll_timeout` comes to an end.
#![expect(clippy::panic, reason = "a test reports by panicking")]

mod caller;
mod lists;
mod numbers;
mod options;
mod texts;
mod time;

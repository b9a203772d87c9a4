//! The tools to property-test a rule set, from outside: strategies, assertions and a simulation.
//!
//! What is generated comes from the typed tree. What is judged is judged by the reference evaluator
//! and by brute force, neither of which shares code with the search; the engine is asked through its
//! public face.

mod play;
mod pool;
mod run;
pub(crate) mod scenario;
mod simulation;
mod strategies;
mod timeline;
mod values;
mod watch;

pub use pool::{Pool, PoolTicket, assert_complete, assert_valid};
pub use run::{Run, RunMatch, RunTicket};
pub use simulation::{Checked, Failure, Simulation};
pub use strategies::{Arrival, Strategies};

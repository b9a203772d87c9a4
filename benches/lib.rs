//! The standing workloads: pools that are generated from a seed, each with its rule set, the floor
//! that stands beside the engine, and a plain reference matcher. `rallypoint bench` and the benches
//! of this package measure them.
//!
//! The engine is used through its public face alone, and never calls anything in here.

pub mod floor;
mod workloads;

pub use workloads::assignment::Assignment;
pub use workloads::battle::{Battle, Squad};
pub use workloads::cold::{Effort, Row, measure};
pub use workloads::draw::Draw;
pub use workloads::duel::Duel;
pub use workloads::engine::{Pass, Waiting, pass};
pub use workloads::parties::{Member, Parties, Party};
pub use workloads::reference::{Reference, match_by_age};
pub use workloads::roles::{Role, Roles};
pub use workloads::royale::{Contender, Royale};
pub use workloads::squads::Squads;
pub use workloads::steady::{Steady, SteadyRow, SteadyWorkload};
pub use workloads::{
    Failure, FloorRun, LOCATIONS, Workload, draw_latencies, living, pool, timed, within,
};

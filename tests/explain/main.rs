//! What `why_waiting` says is true by the reference evaluator, asked of waiting tickets of random
//! rule sets and of our own. The tests know no more of the engine than its public face: they build
//! the matches that an explanation speaks of and let `RuleSet::judge` judge them.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

#[allow(dead_code, reason = "the laws use more of it")]
#[path = "../laws/played.rs"]
mod played;
#[path = "../laws/random.rs"]
mod random;
#[allow(dead_code, reason = "snapshots use more of it")]
#[path = "../support/mod.rs"]
mod support;
#[allow(dead_code, reason = "the laws use more of it")]
#[path = "../laws/world.rs"]
mod world;

mod bounded;
mod company;
mod expanded;
mod misses;
mod pending;
mod scene;
mod undisturbed;

use scene::Scene;
use support::dice::{self, Dice};
use world::subjects;

/// Pools for each of our own rule sets, and for random ones.
const POOLS: u64 = 8;
const RANDOM_POOLS: u64 = 260;

/// Looks at every ticket that waits in many pools.
fn each_waiting(mut look: impl FnMut(&Scene, &rallypoint::TicketId, &mut Dice)) {
    let mut tickets = 0;
    for subject in subjects() {
        let pools = if subject.is_random() { RANDOM_POOLS } else { POOLS };
        for seed in 0..pools {
            let mut dice = Dice::new(seed ^ 0x5eed);
            let scene = Scene::new(subject.pool(&mut dice));
            for ticket in scene.searching() {
                tickets += 1;
                look(&scene, &ticket, &mut dice);
            }
        }
    }
    println!("{tickets} waiting tickets");
    assert!(tickets >= 1_000, "only {tickets} waiting tickets");
}

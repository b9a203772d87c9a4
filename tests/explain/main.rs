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
mod unfinished;

use rallypoint::Strategy;
use scene::Scene;
use support::dice::{self, Dice};
use world::{Subject, subjects, subjects_of};

/// Pools for each of our own rule sets, and for random ones.
const POOLS: u64 = 8;
const RANDOM_POOLS: u64 = 260;
const RANDOM_BALANCED_POOLS: u64 = 100;

/// Our own rule sets of strategy `balanced`, and random ones.
fn balanced_subjects() -> Vec<Subject> {
    let subjects = subjects_of(Strategy::Balanced);
    assert!(subjects.len() >= 4, "only {} subjects", subjects.len());
    subjects
}

/// Looks at every ticket that waits in many pools.
fn each_waiting(mut look: impl FnMut(&Scene, &rallypoint::TicketId, &mut Dice)) {
    let all =
        [(subjects(), RANDOM_POOLS, 1_000), (balanced_subjects(), RANDOM_BALANCED_POOLS, 500)];
    for (subjects, random_pools, least) in all {
        let mut tickets = 0;
        for subject in subjects {
            let pools = if subject.is_random() { random_pools } else { POOLS };
            let mut of_subject = 0;
            for seed in 0..pools {
                let mut dice = Dice::new(seed ^ 0x5eed);
                let scene = Scene::new(subject.pool(&mut dice));
                for ticket in scene.searching() {
                    of_subject += 1;
                    look(&scene, &ticket, &mut dice);
                }
            }
            println!("{of_subject} waiting tickets of {}", subject.name);
            assert!(of_subject > 0, "no ticket waits in pools of {}", subject.name);
            tickets += of_subject;
        }
        assert!(tickets >= least, "only {tickets} waiting tickets");
    }
}

//! Runs a law on many generated cases, shrinks what breaks it and shows it.
//!
//! Some variables of the environment change a run of the tests, and only of the tests:
//!
//! - `RALLYPOINT_PROOF_SEED`: a number, another seed than the fixed one (0).
//! - `RALLYPOINT_PROOF_TIMES`: so many times the usual number of cases. The full count of pools, 10,000
//!   for our own rule sets, is 5 times the usual 2,000:
//!   `RALLYPOINT_PROOF_TIMES=5 cargo test --release -p rallypoint --lib proof -- --nocapture`
//! - `RALLYPOINT_PROOF_SHRINK`: at most so many steps of shrinking; 0 to learn only that a law breaks.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// Checks `law` on `cases` values (or a multiple of that), and panics with what `show` says of the
/// simplest value that breaks it.
pub(crate) fn check<S: Strategy>(
    cases: u32,
    strategy: &S,
    law: impl Fn(&S::Value) -> Result<(), String>,
    show: impl Fn(&S::Value) -> String,
) {
    let seed = variable("RALLYPOINT_PROOF_SEED").unwrap_or(0);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: cases.saturating_mul(times()),
        failure_persistence: None,
        // In milliseconds; a failing run may take as long, a passing one does not shrink.
        max_shrink_time: 30_000,
        max_shrink_iters: variable("RALLYPOINT_PROOF_SHRINK").map_or(20_000, |it| it as u32),
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    match runner.run(strategy, |value| law(&value).map_err(TestCaseError::fail)) {
        Ok(()) => {}
        Err(TestError::Fail(reason, value)) => {
            panic!("{}\n\nseed {seed}: {}", show(&value), reason.message())
        }
        Err(TestError::Abort(reason)) => panic!("seed {seed}: given up: {}", reason.message()),
    }
}

/// How many times the usual number of cases is wanted.
pub(crate) fn times() -> u32 {
    variable("RALLYPOINT_PROOF_TIMES").and_then(|times| u32::try_from(times).ok()).unwrap_or(1)
}

#[expect(clippy::disallowed_methods, reason = "the test harness may be told what to run")]
fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`, not a number")))
}

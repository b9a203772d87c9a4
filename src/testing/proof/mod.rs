//! The proof that the compiled path means what the reference says.
//!
//! `rule_set` generates rule sets as text, `tickets` generates pools and matches for them. On these,
//! `equivalence` holds the compiled rules against the reference evaluator rule by rule, `soundness`
//! holds verdicts on partial matches against all their completions, and `completeness` holds the
//! search against brute force, and `lint` holds what the lint says of rules and teams against random
//! matches. `law` says how to run more cases, or others. A new rule kind needs a
//! generator in `rules`: `equivalence` fails while there is none. Rule sets judge parties player by
//! player or, one in four, as one.

mod choices;
mod completeness;
mod declared;
mod equivalence;
mod expression;
mod law;
mod lint;
mod own;
mod rule_set;
mod rules;
mod seated;
mod soundness;
mod tally;
mod text;
mod tickets;

/// Whoever runs the unit tests runs the oracles: a suite that is not compiled or not called would
/// find nothing, and so pass.
#[test]
fn no_oracle_is_left_out() {
    const { assert!(cfg!(feature = "testing"), "the package tests itself with the feature") };
    let this = std::env::current_exe().unwrap();
    let list = |arguments: &[&str]| {
        let output = std::process::Command::new(&this).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (all, ignored) = (list(&["--list"]), list(&["--list", "--ignored"]));
    assert!(all.lines().count() > 300, "only {} tests", all.lines().count());
    let oracles = ["completeness", "equivalence", "soundness"].map(|it| format!("proof::{it}::"));
    let others = ["properties::play::", "properties::watch::", "reference::tests::", "brute::"];
    for oracle in oracles.iter().map(String::as_str).chain(others) {
        let name = format!("testing::{oracle}");
        assert!(all.contains(&name), "no test of {name}");
        assert!(!ignored.contains(&name), "{name} is ignored");
    }
    assert!(all.contains("engine::incremental_tests::"), "no timelines");
}

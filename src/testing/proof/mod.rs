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

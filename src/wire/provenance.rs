//! What a journal says of its engine and rule set, so that it is not replayed on others.

use crate::RuleSet;

/// The version of the engine, in the header of a journal.
pub(super) const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A hash of a rule set, its text to the letter and how parties are judged: 32 hexadecimal digits,
/// FNV-1a with 128 bits. The header of a journal has it (decision 3).
///
/// It is the same in every release. It finds a mistake, such as a rule set that was edited; it
/// does not resist someone who looks for two texts with one hash.
pub fn rule_set_hash(rule_set: &RuleSet) -> String {
    rule_set.fingerprint()
}

/// Why a record of another version is refused.
pub(super) fn other_version(recorded: &str) -> Option<String> {
    (recorded != ENGINE_VERSION).then(|| {
        let recorded = super::member::clip(recorded);
        format!(
            "it was recorded by version {recorded}, and this is version {ENGINE_VERSION}; carry \
             the state over with a snapshot"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CompileOptions, PartyAggregation};

    #[test]
    fn a_hash_is_fixed_and_sees_every_letter_and_the_parties() {
        let text = r#"{"ruleLanguageVersion": "1.0",
            "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 2}]}"#;
        let hash = |text: &str, parties| {
            let options = CompileOptions::default().party_aggregation(parties);
            rule_set_hash(&RuleSet::compile(text, options).expect("the rule set is valid"))
        };
        let exact = hash(text, PartyAggregation::Exact);
        assert_eq!(exact, "d964ded37754a1e4a2fae5feb28b5878");
        assert_ne!(exact, hash(text, PartyAggregation::Collapse));
        assert_ne!(exact, hash(&format!("{text} "), PartyAggregation::Exact));
    }
}

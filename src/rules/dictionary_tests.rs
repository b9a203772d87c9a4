//! The dictionary of the fuzz targets: the words of the rule language, so that mutations hit on
//! them.

use std::collections::BTreeSet;

use super::{FieldShape, KINDS};
use crate::expr::ast::Function;

/// Words that belong to no rule kind.
const OTHERS: [&str; 44] = [
    "algorithm",
    "and",
    "ascending",
    "attributes",
    "backfillPriority",
    "balanced",
    "balancedAttribute",
    "batchingPreference",
    "default",
    "description",
    "exhaustiveSearch",
    "expansionAgeSelection",
    "expansions",
    "fastestRegion",
    "high",
    "largestPopulation",
    "low",
    "maxPlayers",
    "minPlayers",
    "name",
    "newest",
    "normal",
    "not",
    "number",
    "oldest",
    "or",
    "playerAttributes",
    "playerId",
    "players",
    "quantity",
    "ruleLanguageVersion",
    "rules",
    "sortByAttributes",
    "sorted",
    "steps",
    "strategy",
    "string_list",
    "string_number_map",
    "target",
    "teams",
    "type",
    "value",
    "waitTimeSeconds",
    "xor",
];

/// The dictionary as libFuzzer reads it.
fn dictionary() -> String {
    let mut words = BTreeSet::from(OTHERS);
    words.extend(Function::ALL.map(Function::name));
    for kind in KINDS {
        words.insert(kind.name());
        for field in kind.fields() {
            words.insert(field.name);
            if let FieldShape::Words { words: values, .. } = field.shape {
                words.extend(values);
            }
        }
    }
    let lines = words.iter().map(|word| format!("\"{word}\"\n"));
    let mut text =
        String::from("# The words of the rule language. A test says what must stand here.\n");
    text.extend(lines);
    text
}

#[test]
fn the_dictionary_of_the_fuzz_targets_is_that_of_the_rule_kinds() {
    let expected = dictionary();
    assert!(expected.lines().count() > 80, "{expected}");
    let found = include_str!("../../fuzz/rallypoint.dict");
    assert_eq!(found, expected, "put this into `fuzz/rallypoint.dict`:\n{expected}");
}

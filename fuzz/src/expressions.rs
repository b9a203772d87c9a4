//! Any text is an expression or is refused with a place inside it. An expression that a rule takes
//! means the same to the engine as to the reference: what the one makes matches of is what the other
//! calls valid.
//!
//! The first byte chooses the rule, the bytes to a line break are the expression, and what follows
//! makes players.

use arbitrary::Unstructured;
use rallypoint::RuleSet;
use serde_json::{Value, json};

use super::{rules, search};

/// How often an expression is put to the proof.
const RUNS: u64 = 3;

pub fn run(data: &[u8]) -> u64 {
    let Some((&choice, rest)) = data.split_first() else { return 0 };
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let (text, players) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
    let Ok(text) = std::str::from_utf8(text) else { return 0 };
    let whole = rule_set_text(choice, text);
    let rule_set = match RuleSet::from_json(&whole) {
        Ok(rule_set) => rule_set,
        Err(errors) => {
            for error in errors.errors() {
                let at = error.location();
                assert!(whole.get(at.source.clone()).is_some(), "{error}");
                assert!(at.source.start < whole.len(), "{error}");
            }
            return 0;
        }
    };
    let mut u = Unstructured::new(players);
    let runs = (0..RUNS).filter_map(|_| search::with(&mut u, &rule_set).ok());
    runs.map(|seen| seen.matches + seen.rests).sum::<u64>() + 1
}

/// A rule set with the text as the measurement of a rule, or as its reference value.
fn rule_set_text(choice: u8, text: &str) -> String {
    let skill = "flatten(teams[*].players.attributes[skill])";
    let operations = ["=", "!=", "<", "<=", ">", ">="];
    let operation = operations[usize::from(choice / 8) % operations.len()];
    let fields = match choice % 8 {
        0 => {
            json!({"type": "comparison", "measurements": [text], "operation": operation, "referenceValue": 1})
        }
        1 => json!({"type": "comparison", "measurements": [text], "operation": "="}),
        2 => {
            json!({"type": "comparison", "measurements": [skill], "operation": operation, "referenceValue": text})
        }
        3 => {
            json!({"type": "distance", "measurements": [text], "referenceValue": 3, "maxDistance": 2})
        }
        4 => {
            json!({"type": "distance", "measurements": [skill], "referenceValue": text, "maxDistance": 1})
        }
        5 => {
            json!({"type": "collection", "measurements": [text], "operation": "intersection", "minCount": 1})
        }
        6 => json!({"type": "collection", "measurements": [text], "operation": "contains",
            "referenceValue": "duel", "maxCount": 1}),
        _ => {
            json!({"type": "collection", "measurements": [text], "referenceValue": ["duel", "tank"],
            "operation": "reference_intersection_count", "minCount": 1})
        }
    };
    let mut rule = json!({"name": "r0"});
    if let (Value::Object(rule), Value::Object(fields)) = (&mut rule, fields) {
        rule.extend(fields);
    }
    json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": rules::attributes(),
        "teams": [
            {"name": "a", "minPlayers": 1, "maxPlayers": 3},
            {"name": "b", "minPlayers": 0, "maxPlayers": 2, "quantity": 2},
        ],
        "rules": [rule],
    })
    .to_string()
}

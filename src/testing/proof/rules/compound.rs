//! `compound` rules.

use super::super::choices::Choices;
use super::super::declared::Declared;
use super::super::text::quote;
use super::latency;
use super::{RuleText, fixed};

/// How deep statements nest.
const DEPTH_MAX: u32 = 3;

/// A compound rule, or a latency rule where there is nothing yet that it could name.
pub(super) fn compound(
    c: &mut Choices,
    declared: &Declared,
    earlier: &[(String, RuleText)],
) -> RuleText {
    let can_be_named = |(_, rule): &&(String, RuleText)| {
        !matches!(rule.kind, "absoluteSort" | "distanceSort" | "batchDistance")
    };
    let names: Vec<&str> =
        earlier.iter().filter(can_be_named).map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        return latency(c, declared, earlier);
    }
    let statement = operator(c, &names, DEPTH_MAX);
    RuleText { kind: "compound", fields: vec![fixed("statement", quote(&statement))], paired: &[] }
}

fn operator(c: &mut Choices, names: &[&str], depth: u32) -> String {
    let part = |c: &mut Choices| statement(c, names, depth - 1);
    match c.below(5) {
        0 => format!("not({})", part(c)),
        1 => format!("and({}, {})", part(c), part(c)),
        2 => format!("xor({} ,{})", part(c), part(c)),
        _ => format!("or({},{})", part(c), part(c)),
    }
}

fn statement(c: &mut Choices, names: &[&str], depth: u32) -> String {
    match depth > 0 && c.once_in(3) {
        true => operator(c, names, depth),
        false => c.one(names).to_owned(),
    }
}

//! `collection` rules.

use super::super::choices::Choices;
use super::super::declared::Declared;
use super::super::expression::{list_of_strings, lists_of_strings};
use super::super::text::{list, quote};
use super::{FieldText, RuleText, expandable, fixed, measurements, words};

const CONTAINED: &[&str] = &["a", "medic", "b", "p1", "p2"];
/// Lists that a reference may be: what players have, nothing, and what nobody has.
const LISTS: &[&[&str]] = &[&["a"], &["a", "b"], &["medic", "p1", "b"], &["a", "a"], &[], &["x"]];
const COUNTS: &[&str] = &["1", "2", "0", "3"];

pub(super) fn collection(
    c: &mut Choices,
    declared: &Declared,
    _: &[(String, RuleText)],
) -> RuleText {
    let word = c.one(&["contains", "intersection", "reference_intersection_count"]);
    let mut measured = vec![lists_of_strings(c, declared, word == "intersection")];
    if c.once_in(6) {
        measured.push(lists_of_strings(c, declared, word == "intersection"));
    }
    let mut fields = vec![measurements(c, &measured)];
    let mut paired: &[&str] = &[];
    match word {
        "intersection" => fields.push(operation(c, word)),
        _ if c.once_in(6) => {
            // The operation and what it refers to change at once.
            let contains = (quote("contains"), quote(c.one(CONTAINED)));
            let shares = (quote("reference_intersection_count"), list_reference(c, declared));
            let (now, later) =
                if word == "contains" { (contains, shares) } else { (shares, contains) };
            let steps = |a: &String, b: &String| vec![b.clone(), a.clone()];
            let field =
                |name, a: &String, b| FieldText { name, value: a.clone(), steps: steps(a, b) };
            fields.push(field("operation", &now.0, &later.0));
            fields.push(field("referenceValue", &now.1, &later.1));
            paired = &["operation", "referenceValue"];
        }
        "contains" => {
            fields.push(operation(c, word));
            fields.push(expandable(c, "referenceValue", words(CONTAINED)));
        }
        _ => {
            fields.push(operation(c, word));
            let values = (0..3).map(|_| list_reference(c, declared)).collect();
            fields.push(expandable(c, "referenceValue", values));
        }
    }
    let counts = || COUNTS.iter().map(|&it| it.to_owned()).collect();
    let which = c.below(4);
    if which != 3 {
        let counts = if which == 2 { vec!["0".into(), "1".into()] } else { counts() };
        fields.push(expandable(c, "minCount", counts));
    }
    if which >= 2 {
        fields.push(expandable(c, "maxCount", counts()));
    }
    if c.once_in(2) {
        fields.push(fixed("partyAggregation", quote(c.one(&["union", "intersection"]))));
    }
    RuleText { kind: "collection", fields, paired }
}

/// An operation that an expansion can but set to itself: another would need another reference.
fn operation(c: &mut Choices, word: &str) -> FieldText {
    match c.once_in(3) {
        true => expandable(c, "operation", words(&[word])),
        false => fixed("operation", quote(word)),
    }
}

fn list_reference(c: &mut Choices, declared: &Declared) -> String {
    match c.once_in(2) {
        true => quote(&list_of_strings(c, declared).text),
        false => list(c.one(LISTS).iter().map(|text| quote(text))),
    }
}

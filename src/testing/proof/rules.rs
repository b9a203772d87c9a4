//! Generated rules. A new kind is a function and a word in [`RULE_KINDS`].

mod by_ticket;
mod collection;
mod compound;

use super::choices::Choices;
use super::declared::Declared;
use super::expression::{Expression, numbers, numbers_of, path, strings};
use super::text::{list, number, quote};
use by_ticket::{absolute_sort, batch_distance, distance_sort, latency};
use collection::collection;
use compound::compound;

/// A rule but for its name.
#[derive(Clone, Debug)]
pub(crate) struct RuleText {
    pub(crate) kind: &'static str,
    pub(crate) fields: Vec<FieldText>,
    /// Fields that expansions change together, step by step the one as the other.
    pub(crate) paired: &'static [&'static str],
}

/// A field with its value as JSON, and the values that the steps of an expansion may give it. A
/// field without such values is not expanded.
#[derive(Clone, Debug)]
pub(crate) struct FieldText {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) steps: Vec<String>,
}

/// From what is declared and the rules that stand before it.
type Generate = fn(&mut Choices, &Declared, &[(String, RuleText)]) -> RuleText;

/// The generators, one for each rule kind, the more often the more there is to a kind.
pub(crate) const RULE_KINDS: &[Generate] = &[
    comparison,
    comparison,
    comparison,
    distance,
    distance,
    latency,
    latency,
    collection,
    collection,
    collection,
    batch_distance,
    absolute_sort,
    distance_sort,
    compound,
    compound,
    compound,
];

const OPERATIONS: &[&str] = &["=", "!=", "<", "<=", ">", ">="];
/// Bounds that no ordinary value is near.
const FAR: &[f64] = &[0.0, -1.0, 1e300, -1e300, 100.0];

fn fixed(name: &'static str, value: String) -> FieldText {
    FieldText { name, value, steps: Vec::new() }
}

/// A field that an expansion may set to any of `values`, one of which it has.
fn expandable(c: &mut Choices, name: &'static str, values: Vec<String>) -> FieldText {
    FieldText { name, value: c.one(&values), steps: values }
}

fn measurements(c: &mut Choices, expressions: &[Expression]) -> FieldText {
    let texts: Vec<String> = expressions.iter().map(|it| quote(&it.text)).collect();
    let bare = texts.len() == 1 && c.once_in(16);
    fixed("measurements", if bare { texts[0].clone() } else { list(texts) })
}

/// Once in so many times.
fn party_aggregation(c: &mut Choices, times: usize) -> Option<FieldText> {
    let word = c.one(&["min", "max", "avg"]);
    c.once_in(times).then(|| fixed("partyAggregation", quote(word)))
}

/// A number near a likely value: on it, or a quarter beside it, and sometimes far off.
fn bound(c: &mut Choices, likely: &[f64]) -> f64 {
    match c.below(12) {
        11 => c.one(FAR),
        10 if !likely.is_empty() => c.one(likely) + 0.25,
        _ if !likely.is_empty() => c.one(likely),
        _ => 1.0,
    }
}

/// A `referenceValue` for numbers: literals, expressions of other paths or of the same one.
fn number_reference(c: &mut Choices, declared: &Declared, likely: &[f64]) -> FieldText {
    let expression = c.below(3) == 2;
    let one = |c: &mut Choices, expression: bool| match expression {
        true => quote(&numbers(c, declared, true).text),
        false => number(bound(c, likely)),
    };
    let mut values: Vec<String> = (0..2).map(|_| one(c, expression)).collect();
    if c.once_in(4) {
        values.push(one(c, !expression));
    }
    expandable(c, "referenceValue", values)
}

fn words(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| quote(value)).collect()
}

fn comparison(c: &mut Choices, declared: &Declared, _: &[(String, RuleText)]) -> RuleText {
    let mut fields = match c.below(10) {
        0..5 => numbers_with_reference(c, declared),
        5 => {
            let one = strings(c, declared);
            let values = ["a", "medic", "b", "p1", "Ü ni\""];
            let reference = expandable(c, "referenceValue", words(&values));
            let operation = expandable(c, "operation", words(&["=", "!="]));
            vec![measurements(c, &[one]), reference, operation]
        }
        form => among_themselves(c, declared, form),
    };
    fields.extend(party_aggregation(c, 4));
    RuleText { kind: "comparison", fields, paired: &[] }
}

fn numbers_with_reference(c: &mut Choices, declared: &Declared) -> Vec<FieldText> {
    let from = path(c, declared);
    let scalar = c.once_in(2);
    let mut measured = vec![numbers_of(c, from.clone(), scalar)];
    if c.once_in(6) {
        measured.push(numbers(c, declared, false));
    }
    let reference = match c.once_in(4) {
        true => fixed("referenceValue", quote(&numbers_of(c, from, true).text)),
        false => number_reference(c, declared, &measured[0].likely),
    };
    let operation = expandable(c, "operation", words(OPERATIONS));
    // Most rules keep the operation that they have.
    let operation = if c.once_in(3) { operation } else { fixed("operation", operation.value) };
    vec![measurements(c, &measured), reference, operation]
}

fn among_themselves(c: &mut Choices, declared: &Declared, form: usize) -> Vec<FieldText> {
    let mut measured = Vec::new();
    match form {
        6 => measured.push(strings(c, declared)),
        7 => {
            let from = path(c, declared);
            measured.extend((0..2).map(|_| numbers_of(c, from.clone(), true)));
            if c.once_in(3) {
                measured.push(numbers(c, declared, true));
            }
        }
        _ => {
            let list = numbers(c, declared, false);
            if list.depth == 0 {
                measured.push(numbers(c, declared, true));
            }
            measured.push(list);
        }
    }
    let operation = expandable(c, "operation", words(&["=", "!="]));
    let operation = if c.once_in(3) { operation } else { fixed("operation", operation.value) };
    vec![measurements(c, &measured), operation]
}

fn distance(c: &mut Choices, declared: &Declared, _: &[(String, RuleText)]) -> RuleText {
    let from = path(c, declared);
    let scalar = c.once_in(2);
    let mut measured = vec![numbers_of(c, from.clone(), scalar)];
    if c.once_in(6) {
        measured.push(numbers(c, declared, false));
    }
    let likely = measured[0].likely.clone();
    let reference = match c.once_in(3) {
        true => fixed("referenceValue", quote(&numbers_of(c, from, true).text)),
        false => number_reference(c, declared, &likely),
    };
    let between = likely.iter().flat_map(|&a| likely.iter().map(move |&b| (a - b).abs()));
    let likely: Vec<f64> = between.filter(|distance| distance.is_finite()).take(40).collect();
    let mut fields = vec![measurements(c, &measured), reference];
    let which = c.below(4);
    if which >= 2 {
        let values = (0..3).map(|_| number(bound(c, &likely) / 2.0)).collect();
        fields.push(expandable(c, "minDistance", values));
    }
    if which != 2 {
        let values = (0..3).map(|_| number(bound(c, &likely))).collect();
        fields.push(expandable(c, "maxDistance", values));
    }
    fields.extend(party_aggregation(c, 4));
    RuleText { kind: "distance", fields, paired: &[] }
}

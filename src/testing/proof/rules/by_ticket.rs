//! Rules that see tickets rather than players: `latency`, `batchDistance` and the sorts.

use super::super::choices::Choices;
use super::super::declared::{Attribute, Declared};
use super::super::text::{number, quote};
use super::{FieldText, RuleText, expandable, fixed, party_aggregation};
use crate::model::schema::AttributeType;
use crate::model::ticket::AttributeValue;

const LATENCIES: &[&str] = &["3", "2", "4", "2.5", "1", "1.5", "0"];
const LATENCY_DISTANCES: &[&str] = &["1", "2", "0.5", "0", "1.5", "3", "0.25", "-1"];

fn numbers(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

pub(super) fn latency(c: &mut Choices, _: &Declared, _: &[(String, RuleText)]) -> RuleText {
    let mut fields = Vec::new();
    let which = c.below(3);
    if which != 1 {
        fields.push(expandable(c, "maxLatency", numbers(LATENCIES)));
    }
    if which >= 1 {
        fields.push(expandable(c, "maxDistance", numbers(LATENCY_DISTANCES)));
        if !c.once_in(8) {
            fields.push(fixed("distanceReference", quote(c.one(&["min", "avg"]))));
        }
    }
    fields.extend(party_aggregation(c, 2));
    RuleText { kind: "latency", fields, paired: &[] }
}

pub(super) fn batch_distance(
    c: &mut Choices,
    declared: &Declared,
    _: &[(String, RuleText)],
) -> RuleText {
    let types = [AttributeType::Number, AttributeType::String];
    let attribute = one_of(c, declared, &types);
    let mut fields = vec![fixed("batchAttribute", quote(&attribute.name))];
    if attribute.attribute_type == AttributeType::Number {
        fields.push(expandable(c, "maxDistance", distances(attribute)));
    }
    fields.extend(party_aggregation(c, 2));
    RuleText { kind: "batchDistance", fields, paired: &[] }
}

/// How far values of a number lie apart, none of them twice, the larger ones first.
fn distances(attribute: &Attribute) -> Vec<String> {
    let numbers: Vec<f64> = attribute
        .values
        .iter()
        .filter_map(|value| match value {
            AttributeValue::Number(number) => Some(*number),
            _ => None,
        })
        .collect();
    let pairs = numbers.iter().flat_map(|&a| numbers.iter().map(move |&b| (a - b).abs()));
    let mut distances: Vec<f64> = pairs.filter(|distance| distance.is_finite()).collect();
    distances.sort_by(|a, b| b.total_cmp(a));
    distances.dedup();
    let halves: Vec<f64> = distances.iter().map(|distance| distance / 2.0).collect();
    distances.extend(halves);
    distances.into_iter().map(number).collect()
}

pub(super) fn absolute_sort(
    c: &mut Choices,
    declared: &Declared,
    _: &[(String, RuleText)],
) -> RuleText {
    RuleText { kind: "absoluteSort", fields: sort(c, declared), paired: &[] }
}

pub(super) fn distance_sort(
    c: &mut Choices,
    declared: &Declared,
    _: &[(String, RuleText)],
) -> RuleText {
    RuleText { kind: "distanceSort", fields: sort(c, declared), paired: &[] }
}

fn sort(c: &mut Choices, declared: &Declared) -> Vec<FieldText> {
    let types = [AttributeType::Number, AttributeType::String, AttributeType::StringNumberMap];
    let attribute = one_of(c, declared, &types);
    let direction = c.one(&["ascending", "descending"]);
    let mut fields = vec![
        fixed("sortAttribute", quote(&attribute.name)),
        fixed("sortDirection", quote(direction)),
    ];
    if attribute.attribute_type == AttributeType::StringNumberMap {
        fields.push(fixed("mapKey", quote(c.one(&["minValue", "maxValue"]))));
    }
    fields.extend(party_aggregation(c, 2));
    fields
}

/// An attribute of one of these types: there is always a number.
fn one_of<'d>(c: &mut Choices, declared: &'d Declared, types: &[AttributeType]) -> &'d Attribute {
    let attributes: Vec<&Attribute> =
        types.iter().flat_map(|&wanted| declared.of_type(wanted)).collect();
    c.one(&attributes)
}

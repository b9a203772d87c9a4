//! What a party has as a whole: the values of its players, put together.

use std::collections::BTreeMap;

use super::attributes::value_of;
use super::columns::{LocationIdx, PartyLatencies, PlayerRange, PlayerRow};
use crate::base::idx::Col;
use crate::model::schema::{Aggregation, AttributeIdx, Schema, aggregate};
use crate::model::ticket::{AttributeValue, Player};

/// A party's latencies at the locations that all its players report.
pub(super) fn party_latencies(
    latencies: &Col<PlayerRow, Box<[(LocationIdx, u32)]>>,
    party: PlayerRange,
    aggregation: Aggregation,
) -> PartyLatencies {
    let at = |player: PlayerRow, location: LocationIdx| {
        latencies[player].iter().find(|&&(it, _)| it == location).map(|&(_, millis)| millis)
    };
    let common = latencies[party.start].iter().filter_map(|&(location, _)| {
        let reports = party.rows().map(|player| at(player, location).map(f64::from));
        let reports: Vec<f64> = reports.collect::<Option<_>>()?;
        Some((location, aggregate(reports.into_iter(), aggregation)?))
    });
    common.collect()
}

/// A party's value at each key of a map attribute, over the players who have the key, in the
/// order of the keys' text. A key whose value overflows is left out.
pub(super) fn party_map<'a>(
    schema: &'a Schema,
    players: impl Iterator<Item = &'a Player>,
    attribute: AttributeIdx,
    aggregation: Aggregation,
) -> impl Iterator<Item = (&'a str, f64)> {
    let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for player in players {
        if let Some(AttributeValue::StringNumberMap(map)) = value_of(schema, attribute, player) {
            for (key, &value) in map {
                values.entry(key).or_default().push(value);
            }
        }
    }
    values.into_iter().filter_map(move |(key, values)| {
        aggregate(values.into_iter(), aggregation).map(|value| (key, value))
    })
}

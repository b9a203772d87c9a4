//! Players with their attributes and latencies, in requests and on tickets.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::wire::member::{
    Members, Place, ShapeError, Shaped, list, map, number, strings, text, whole_u32,
};
use crate::{AttributeValue, Player, PlayerId};

/// `LatencyInMs` values are integers of the API, at least 1 (facts 8.4).
pub(super) const LATENCY_MAX: u32 = i32::MAX as u32;

pub(super) fn players(value: &Value, place: Place<'_>) -> Shaped<Vec<Player>> {
    list(value, place, player)
}

pub(super) fn player_ids(value: &Value, place: Place<'_>) -> Shaped<Vec<PlayerId>> {
    list(value, place, |value, place| text(value, place).map(PlayerId::from))
}

fn player(value: &Value, place: Place<'_>) -> Shaped<Player> {
    let known = ["PlayerId", "PlayerAttributes", "Team", "LatencyInMs"];
    let members = Members::of(value, place, &known)?;
    let attributes =
        members.optional("PlayerAttributes", |value, place| map(value, place, attribute))?;
    let latencies = members.optional("LatencyInMs", |value, place| map(value, place, latency))?;
    Ok(Player {
        player_id: members.required("PlayerId", text)?.into(),
        attributes: attributes.unwrap_or_default(),
        team: members.string("Team")?,
        latency_in_ms: latencies.unwrap_or_default(),
    })
}

fn latency(value: &Value, place: Place<'_>) -> Shaped<u32> {
    whole_u32(value, place, 1..=LATENCY_MAX)
}

fn attribute(value: &Value, place: Place<'_>) -> Shaped<AttributeValue> {
    let members = Members::of(value, place, &["S", "N", "SL", "SDM"])?;
    let given = [
        members.string("S")?.map(AttributeValue::String),
        members.optional("N", number)?.map(AttributeValue::Number),
        members.optional("SL", strings)?.map(AttributeValue::StringList),
        members
            .optional("SDM", |value, place| map(value, place, number))?
            .map(AttributeValue::StringNumberMap),
    ];
    let count = given.iter().flatten().count();
    match given.into_iter().flatten().next() {
        Some(attribute) if count == 1 => Ok(attribute),
        _ => Err(ShapeError::new(format!(
            "`{place}` must have exactly one of S, N, SL, SDM, but has {count}"
        ))),
    }
}

/// A `Player` of the API.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::wire) struct PlayerForm<'p> {
    player_id: &'p str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    player_attributes: BTreeMap<&'p str, AttributeForm<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<&'p str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    latency_in_ms: &'p BTreeMap<String, u32>,
}

impl<'p> PlayerForm<'p> {
    pub(in crate::wire) fn of(player: &'p Player) -> Self {
        let attributes = player.attributes.iter();
        Self {
            player_id: player.player_id.as_str(),
            player_attributes: attributes
                .map(|(name, value)| (name.as_str(), AttributeForm::of(value)))
                .collect(),
            team: player.team.as_deref(),
            latency_in_ms: &player.latency_in_ms,
        }
    }
}

#[derive(Serialize)]
enum AttributeForm<'a> {
    S(&'a str),
    N(f64),
    #[serde(rename = "SL")]
    StringList(&'a [String]),
    #[serde(rename = "SDM")]
    StringNumberMap(&'a BTreeMap<String, f64>),
}

impl<'a> AttributeForm<'a> {
    fn of(value: &'a AttributeValue) -> Self {
        match value {
            AttributeValue::String(text) => Self::S(text),
            AttributeValue::Number(number) => Self::N(*number),
            AttributeValue::StringList(texts) => Self::StringList(texts),
            AttributeValue::StringNumberMap(map) => Self::StringNumberMap(map),
        }
    }
}

//! Who plays: how the attributes, parties, latencies and habits of players are spread.

mod check;
mod party;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most seconds of any time, a year.
const SECONDS_MAX: f64 = 31_536_000.0;

/// Who plays. Its JSON form has the members below in camelCase; all may be left out.
///
/// ```
/// use rallypoint::simulate::Population;
/// let population = Population::from_json(r#"{
///     "attributes": {"skill": {"normal": {"mean": 1500, "deviation": 300, "min": 0, "max": 3000}}},
///     "parties": {"sizes": {"1": 70, "2": 30}},
///     "locations": {"eu": {"weight": 1, "near": {"uniform": {"min": 10, "max": 60}},
///                          "far": {"uniform": {"min": 120, "max": 300}}}}
/// }"#)?;
/// assert_eq!(population.parties.sizes.len(), 2);
/// # Ok::<(), rallypoint::simulate::PopulationError>(())
/// ```
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Population {
    /// The values of each attribute. A player sends those that are listed here and no others.
    pub attributes: BTreeMap<String, Values>,
    /// Who plays together.
    pub parties: Parties,
    /// Where players live, and what latency they report from there. Empty: they report none.
    pub locations: BTreeMap<String, Home>,
    /// How players answer when they must accept a match.
    pub acceptance: AcceptanceHabits,
    /// Who takes a ticket back. Absent: nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub giving_up: Option<GivingUp>,
    /// How game sessions are started, and what becomes of them. Absent: a match is the end of it,
    /// and nothing is placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Sessions>,
}

/// The values of an attribute.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Values {
    /// A number: all as likely from `min` to `max`.
    Uniform(Uniform),
    /// A number: by the normal distribution, drawn into `min` to `max`.
    Normal(Normal),
    /// A number: exponential above `min`, drawn below `max`.
    Exponential(Exponential),
    /// A number: one of these, each text a number, by weight.
    Numbers(BTreeMap<String, f64>),
    /// A string: one of these by weight.
    Strings(BTreeMap<String, f64>),
    /// A list of strings.
    List(ListOf),
    /// A map from strings to numbers, each with its values.
    Map(BTreeMap<String, Quantity>),
}

/// A number that is drawn.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Quantity {
    /// All as likely from `min` to `max`.
    Uniform(Uniform),
    /// By the normal distribution, drawn into `min` to `max`.
    Normal(Normal),
    /// Exponential above `min`, drawn below `max`.
    Exponential(Exponential),
}

/// All numbers from `min` to `max` are as likely.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Uniform {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// Whether they are whole, `max` included.
    #[serde(default, skip_serializing_if = "is_false")]
    pub whole: bool,
}

/// The normal distribution, as the sum of twelve uniform numbers, so within six deviations. What
/// lies outside `min` and `max` becomes the nearer of them.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Normal {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Whether they are rounded to whole numbers.
    #[serde(default, skip_serializing_if = "is_false")]
    pub whole: bool,
}

/// The exponential distribution: the more above `min`, the rarer.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exponential {
    /// The mean of what comes on top of `min`.
    pub mean: f64,
    /// The least.
    #[serde(default)]
    pub min: f64,
    /// What lies above becomes this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Whether they are rounded to whole numbers.
    #[serde(default, skip_serializing_if = "is_false")]
    pub whole: bool,
}

/// A list of strings, none twice.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListOf {
    /// The strings that there are, by weight.
    pub of: BTreeMap<String, f64>,
    /// How many of them a player has, each text a whole number, by weight.
    pub count: BTreeMap<u32, f64>,
}

/// Who plays together. Players of a party live at the same location.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Parties {
    /// How many players a ticket has, by weight.
    pub sizes: BTreeMap<u32, f64>,
    /// Attributes that all players of a party have the same of.
    pub shared: Vec<String>,
    /// Numbers of which the players of a party are at most this far from their first.
    pub within: BTreeMap<String, f64>,
}

impl Default for Parties {
    fn default() -> Self {
        Self { sizes: BTreeMap::from([(1, 1.0)]), shared: Vec::new(), within: BTreeMap::new() }
    }
}

/// What players who live near a location report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Home {
    /// How many live there, as a weight.
    pub weight: f64,
    /// Their latency to it, in milliseconds.
    pub near: Quantity,
    /// The latency to it of those who live at another location, in milliseconds.
    pub far: Quantity,
}

/// How players answer. Who neither accepts nor rejects does not answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AcceptanceHabits {
    /// The probability that a player accepts.
    pub accept: f64,
    /// The probability that a player rejects.
    pub reject: f64,
    /// How long they take to answer, in seconds.
    pub seconds: Quantity,
}

impl Default for AcceptanceHabits {
    fn default() -> Self {
        let seconds = Quantity::Uniform(Uniform { min: 1.0, max: 10.0, whole: false });
        Self { accept: 1.0, reject: 0.0, seconds }
    }
}

/// Tickets that are taken back with `StopMatchmaking`, if they are not matched before.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GivingUp {
    /// The probability that a ticket's players ever give up.
    pub probability: f64,
    /// How long those wait, in seconds.
    pub seconds: Quantity,
}

/// Game sessions. A match without a session gets one after a while; players may leave it before it
/// ends. Under the backfill mode MANUAL the game asks for players whenever it has open places, if
/// `backfill` says so; under AUTOMATIC the matchmaker does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sessions {
    /// How long it takes to start one, in seconds.
    pub placement_seconds: Quantity,
    /// The probability that none can be started, which fails the match.
    #[serde(default)]
    pub placement_fails: f64,
    /// How long a session lasts, in seconds.
    pub length_seconds: Quantity,
    /// The probability that a player leaves before the end, at any time as likely.
    #[serde(default)]
    pub leave: f64,
    /// Whether the game asks for players, under the backfill mode MANUAL.
    #[serde(default)]
    pub backfill: bool,
}

/// Why a text is not a population.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {message}")]
#[non_exhaustive]
pub struct PopulationError {
    /// Where: a line and column, or a path of members as `attributes.skill.normal`.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl PopulationError {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::Draw;
    use super::*;
    use crate::{AttributeValue, Player};

    /// The skills and the latencies of players of many parties of three.
    fn drawn(values: &str, parties: &str) -> Vec<Vec<(f64, u32)>> {
        let text = format!(
            r#"{{"attributes": {{"skill": {values}}},
                "locations": {{"eu": {{"weight": 1, "near": {values}, "far": {values}}}}},
                "parties": {{"sizes": {{"3": 1}}, {parties}}}}}"#
        );
        let population = Population::from_json(&text).unwrap_or_else(|error| panic!("{error}"));
        let skill = |player: &Player| match player.attributes["skill"] {
            AttributeValue::Number(number) => (number, player.latency_in_ms["eu"]),
            ref other => panic!("{other:?}"),
        };
        let party = |number| population.party("t", &mut Draw::of(7, 1, number));
        (0..300).map(|number| party(number).iter().map(skill).collect()).collect()
    }

    #[test]
    fn numbers_stay_in_their_range_and_parties_near_their_first() {
        for values in [
            r#"{"uniform": {"min": 10, "max": 50}}"#,
            r#"{"normal": {"mean": 30, "deviation": 20, "min": 10, "max": 50}}"#,
            r#"{"exponential": {"mean": 20, "min": 10, "max": 50}}"#,
        ] {
            let (mut apart, mut lowest, mut highest) = (0.0_f64, f64::MAX, f64::MIN);
            for party in drawn(values, r#""within": {"skill": 5}"#) {
                let [(first, _), ..] = party[..] else { panic!("{values}: an empty party") };
                for (skill, latency) in party {
                    assert!((10.0..=50.0).contains(&skill), "{values}: {skill}");
                    assert!((10..=50).contains(&latency), "{values}: {latency}");
                    apart = apart.max((skill - first).abs());
                    (lowest, highest) = (lowest.min(skill), highest.max(skill));
                }
            }
            assert!((3.0..=5.0).contains(&apart), "{values}: {apart}");
            assert!(lowest < 15.0 && highest > 45.0, "{values}: {lowest} to {highest}");
            for party in drawn(values, r#""shared": ["skill"]"#) {
                assert!(party.iter().all(|it| it.0 == party[0].0), "{values}: {party:?}");
            }
        }
    }
}

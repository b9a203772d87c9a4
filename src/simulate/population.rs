//! Who plays: how the attributes, parties, latencies and habits of players are spread.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::draw::Draw;
use crate::wire::value_from_json;
use crate::{AttributeType, AttributeValue, Player, RuleSet};

/// The most players of a ticket (facts 6.1).
const PARTY_MAX: u32 = 10;
/// The most things that a member of a population may list.
const LISTED_MAX: usize = 1_000;
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

type Checked = Result<(), PopulationError>;

impl Population {
    /// Reads the JSON form and checks it.
    ///
    /// # Errors
    /// [`PopulationError`] for the first member that is unknown, missing, of another type, named
    /// twice or out of its range.
    pub fn from_json(text: &str) -> Result<Self, PopulationError> {
        let population: Self = serde_json::from_str(text).map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            let said = error.to_string();
            let message = said.split(" at line ").next().unwrap_or(&said).to_owned();
            PopulationError { place, message }
        })?;
        value_from_json(text).map_err(|error| wrong("the file", error.to_string()))?;
        population.check()?;
        Ok(population)
    }

    /// Checks that every weight, probability and range makes sense.
    ///
    /// # Errors
    /// [`PopulationError`] for the first that does not.
    pub fn check(&self) -> Checked {
        for (name, values) in &self.attributes {
            values.check(&format!("attributes.{name}"))?;
        }
        let Parties { sizes, shared, within } = &self.parties;
        weights("parties.sizes", sizes.values())?;
        if let Some(size) = sizes.keys().find(|&&size| !(1..=PARTY_MAX).contains(&size)) {
            let problem = format!("a ticket has 1 to {PARTY_MAX} players, not {size}");
            return Err(wrong("parties.sizes", problem));
        }
        let known = |name: &String| self.attributes.contains_key(name);
        if let Some(name) = shared.iter().find(|name| !known(name)) {
            return Err(wrong("parties.shared", format!("there is no attribute `{name}` above")));
        }
        for (name, &bound) in within {
            let place = format!("parties.within.{name}");
            if !self.attributes.get(name).is_some_and(Values::is_number) {
                return Err(wrong(&place, "no attribute above of this name is a number".into()));
            }
            at_least(&place, bound, 0.0)?;
        }
        for (name, home) in &self.locations {
            home.near.check(&format!("locations.{name}.near"), 1.0, f64::from(i32::MAX))?;
            home.far.check(&format!("locations.{name}.far"), 1.0, f64::from(i32::MAX))?;
        }
        if !self.locations.is_empty() {
            weights("locations", self.locations.values().map(|home| &home.weight))?;
        }
        let AcceptanceHabits { accept, reject, seconds } = &self.acceptance;
        probability("acceptance.accept", *accept)?;
        probability("acceptance.reject", *reject)?;
        if accept + reject > 1.0 {
            let problem = "`accept` and `reject` are more than 1 together".to_owned();
            return Err(wrong("acceptance", problem));
        }
        seconds.check("acceptance.seconds", 0.0, SECONDS_MAX)?;
        if let Some(GivingUp { probability: share, seconds }) = &self.giving_up {
            probability("givingUp.probability", *share)?;
            seconds.check("givingUp.seconds", 0.0, SECONDS_MAX)?;
        }
        if let Some(sessions) = &self.sessions {
            sessions.placement_seconds.check("sessions.placementSeconds", 0.0, SECONDS_MAX)?;
            probability("sessions.placementFails", sessions.placement_fails)?;
            sessions.length_seconds.check("sessions.lengthSeconds", 0.0, SECONDS_MAX)?;
            probability("sessions.leave", sessions.leave)?;
        }
        Ok(())
    }

    /// Checks that its attributes are of the types that the rule set declares, and that those without
    /// a default are there.
    ///
    /// # Errors
    /// [`PopulationError`] for the first that is not. An attribute that is not declared is none: the
    /// engine ignores it, too.
    pub fn check_for(&self, rule_set: &RuleSet) -> Checked {
        for declared in rule_set.attributes() {
            let Some(values) = self.attributes.get(&*declared.name) else {
                if declared.default.is_some() {
                    continue;
                }
                let problem = format!(
                    "there is no `{}`, which the rule set declares without a default, so nobody \
                     could be matched",
                    declared.name
                );
                return Err(wrong("attributes", problem));
            };
            let found = values.attribute_type();
            if found != declared.attribute_type {
                let problem = format!(
                    "its values are of type {}, but the rule set declares {}",
                    found.as_str(),
                    declared.attribute_type.as_str()
                );
                return Err(wrong(&format!("attributes.{}", declared.name), problem));
            }
        }
        Ok(())
    }

    /// The players of a ticket. Their ids are `{ticket}.1`, `{ticket}.2`, ...
    pub(super) fn party(&self, ticket: &str, draw: &mut Draw) -> Vec<Player> {
        let sizes = self.parties.sizes.iter().map(|(&size, &weight)| (size, weight));
        let size = draw.weighted(sizes).unwrap_or(1);
        let home = self.locations.iter().map(|(name, home)| (name.as_str(), home.weight));
        let home = draw.weighted(home);
        let mut players: Vec<Player> = Vec::with_capacity(size as usize);
        for number in 1..=size {
            let mut player = Player::new(format!("{ticket}.{number}"));
            let first = players.first();
            for (name, values) in &self.attributes {
                let of_first = first.and_then(|first| first.attributes.get(name));
                player.attributes.insert(name.clone(), self.value(name, values, of_first, draw));
            }
            for (name, location) in &self.locations {
                let quantity =
                    if home == Some(name.as_str()) { &location.near } else { &location.far };
                let latency = quantity.draw(draw).round().clamp(1.0, f64::from(i32::MAX));
                player.latency_in_ms.insert(name.clone(), latency as u32);
            }
            players.push(player);
        }
        players
    }

    fn value(
        &self,
        name: &str,
        values: &Values,
        of_first: Option<&AttributeValue>,
        draw: &mut Draw,
    ) -> AttributeValue {
        if let Some(first) = of_first {
            if self.parties.shared.iter().any(|shared| shared == name) {
                return first.clone();
            }
            let within = self.parties.within.get(name);
            if let (AttributeValue::Number(first), Some(within)) = (first, within) {
                let number = first + (2.0 * draw.fraction() - 1.0) * within;
                return AttributeValue::Number(values.confine(number));
            }
        }
        values.draw(draw)
    }
}

impl Values {
    fn draw(&self, draw: &mut Draw) -> AttributeValue {
        let texts = |weights: &'_ BTreeMap<String, f64>, draw: &mut Draw| {
            let weights = weights.iter().map(|(text, &weight)| (text, weight));
            draw.weighted(weights).cloned().unwrap_or_default()
        };
        match self {
            Self::Uniform(it) => AttributeValue::Number(it.draw(draw)),
            Self::Normal(it) => AttributeValue::Number(it.draw(draw)),
            Self::Exponential(it) => AttributeValue::Number(it.draw(draw)),
            Self::Numbers(weights) => {
                AttributeValue::Number(texts(weights, draw).parse().unwrap_or(0.0))
            }
            Self::Strings(weights) => AttributeValue::String(texts(weights, draw)),
            Self::List(list) => AttributeValue::StringList(list.draw(draw)),
            Self::Map(map) => {
                let pairs = map.iter().map(|(key, values)| (key.clone(), values.draw(draw)));
                AttributeValue::StringNumberMap(pairs.collect())
            }
        }
    }

    /// A number back in the range, whole if the others are.
    fn confine(&self, number: f64) -> f64 {
        match self {
            Self::Uniform(it) => confined(number, Some(it.min), Some(it.max), it.whole),
            Self::Normal(it) => confined(number, it.min, it.max, it.whole),
            Self::Exponential(it) => confined(number, Some(it.min), it.max, it.whole),
            _ => number,
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Uniform(_) | Self::Normal(_) | Self::Exponential(_))
    }

    fn attribute_type(&self) -> AttributeType {
        match self {
            Self::Uniform(_) | Self::Normal(_) | Self::Exponential(_) | Self::Numbers(_) => {
                AttributeType::Number
            }
            Self::Strings(_) => AttributeType::String,
            Self::List(_) => AttributeType::StringList,
            Self::Map(_) => AttributeType::StringNumberMap,
        }
    }

    fn check(&self, place: &str) -> Checked {
        // The differences of such numbers are numbers, too.
        let (low, high) = (-f64::MAX / 4.0, f64::MAX / 4.0);
        match self {
            Self::Uniform(it) => it.check(&format!("{place}.uniform"), low, high),
            Self::Normal(it) => it.check(&format!("{place}.normal"), low, high),
            Self::Exponential(it) => it.check(&format!("{place}.exponential"), low, high),
            Self::Numbers(numbers) => {
                let place = format!("{place}.numbers");
                let is_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
                if let Some(text) = numbers.keys().find(|text| !is_number(text)) {
                    return Err(wrong(&place, format!("`{text}` is not a number")));
                }
                weights(&place, numbers.values())
            }
            Self::Strings(strings) => {
                let place = format!("{place}.strings");
                texts(&place, strings.keys())?;
                weights(&place, strings.values())
            }
            Self::List(list) => list.check(&format!("{place}.list")),
            Self::Map(map) => {
                let place = format!("{place}.map");
                texts(&place, map.keys())?;
                if map.len() > 10 {
                    return Err(wrong(
                        &place,
                        format!("a map has up to 10 keys, not {}", map.len()),
                    ));
                }
                for (key, values) in map {
                    values.check(&format!("{place}.{key}"), low, high)?;
                }
                Ok(())
            }
        }
    }
}

impl Quantity {
    pub(super) fn draw(&self, draw: &mut Draw) -> f64 {
        match self {
            Self::Uniform(it) => it.draw(draw),
            Self::Normal(it) => it.draw(draw),
            Self::Exponential(it) => it.draw(draw),
        }
    }

    /// Drawn as seconds, in milliseconds.
    pub(super) fn draw_millis(&self, draw: &mut Draw) -> u64 {
        (self.draw(draw).clamp(0.0, SECONDS_MAX) * 1000.0).round() as u64
    }

    fn check(&self, place: &str, low: f64, high: f64) -> Checked {
        match self {
            Self::Uniform(it) => it.check(&format!("{place}.uniform"), low, high),
            Self::Normal(it) => it.check(&format!("{place}.normal"), low, high),
            Self::Exponential(it) => it.check(&format!("{place}.exponential"), low, high),
        }
    }
}

impl Uniform {
    fn draw(&self, draw: &mut Draw) -> f64 {
        let Self { min, max, whole } = *self;
        match whole {
            true => (min + (draw.fraction() * (max - min + 1.0)).floor()).min(max),
            false => min + draw.fraction() * (max - min),
        }
    }

    fn check(&self, place: &str, low: f64, high: f64) -> Checked {
        within(place, "min", self.min, low, high)?;
        within(place, "max", self.max, low, high)?;
        in_order(place, Some(self.min), Some(self.max))?;
        if self.whole && (self.min.fract() != 0.0 || self.max.fract() != 0.0) {
            return Err(wrong(place, "`min` and `max` must be whole when `whole` is true".into()));
        }
        Ok(())
    }
}

impl Normal {
    fn draw(&self, draw: &mut Draw) -> f64 {
        confined(self.mean + draw.normal() * self.deviation, self.min, self.max, self.whole)
    }

    fn check(&self, place: &str, low: f64, high: f64) -> Checked {
        within(place, "mean", self.mean, -f64::MAX / 4.0, f64::MAX / 4.0)?;
        within(place, "deviation", self.deviation, 0.0, f64::MAX / 100.0)?;
        self.min.map_or(Ok(()), |min| within(place, "min", min, low, high))?;
        self.max.map_or(Ok(()), |max| within(place, "max", max, low, high))?;
        in_order(place, self.min, self.max)
    }
}

impl Exponential {
    fn draw(&self, draw: &mut Draw) -> f64 {
        let number = self.min + draw.exponential() * self.mean;
        confined(number, Some(self.min), self.max, self.whole)
    }

    fn check(&self, place: &str, low: f64, high: f64) -> Checked {
        within(place, "mean", self.mean, 0.0, f64::MAX / 1e6)?;
        within(place, "min", self.min, low, high)?;
        self.max.map_or(Ok(()), |max| within(place, "max", max, low, high))?;
        in_order(place, Some(self.min), self.max)
    }
}

impl ListOf {
    fn draw(&self, draw: &mut Draw) -> Vec<String> {
        let count = self.count.iter().map(|(&count, &weight)| (count, weight));
        let count = draw.weighted(count).unwrap_or(0) as usize;
        let mut left: Vec<(&String, f64)> =
            self.of.iter().map(|(text, &weight)| (text, weight)).collect();
        let mut list = Vec::with_capacity(count);
        while list.len() < count {
            let places = left.iter().enumerate().map(|(place, &(_, weight))| (place, weight));
            let Some(place) = draw.weighted(places) else { break };
            list.push(left.remove(place).0.clone());
        }
        list
    }

    fn check(&self, place: &str) -> Checked {
        let most = self.count.keys().max().copied().unwrap_or(0);
        weights(&format!("{place}.count"), self.count.values())?;
        if most > 0 {
            weights(&format!("{place}.of"), self.of.values())?;
        }
        texts(&format!("{place}.of"), self.of.keys())?;
        let strings = self.of.values().filter(|&&weight| weight > 0.0).count();
        if most as usize > strings.min(100) {
            let problem =
                format!("{most} strings are asked for, but there are {strings} (at most 100)");
            return Err(wrong(&format!("{place}.count"), problem));
        }
        Ok(())
    }
}

fn confined(number: f64, min: Option<f64>, max: Option<f64>, whole: bool) -> f64 {
    let number = if whole { number.round() } else { number };
    number.min(max.unwrap_or(f64::MAX)).max(min.unwrap_or(-f64::MAX))
}

fn wrong(place: &str, message: String) -> PopulationError {
    PopulationError { place: place.to_owned(), message }
}

fn within(place: &str, field: &str, number: f64, low: f64, high: f64) -> Checked {
    if number.is_finite() && (low..=high).contains(&number) {
        return Ok(());
    }
    let range = match (low <= -f64::MAX / 1e6, high >= f64::MAX / 1e7) {
        (true, _) => "a finite number".to_owned(),
        (false, true) => format!("at least {low}"),
        (false, false) => format!("from {low} to {high}"),
    };
    Err(wrong(place, format!("`{field}` must be {range}, not {number}")))
}

fn at_least(place: &str, number: f64, low: f64) -> Checked {
    match number.is_finite() && number >= low {
        true => Ok(()),
        false => Err(wrong(place, format!("it must be at least {low}, not {number}"))),
    }
}

fn in_order(place: &str, min: Option<f64>, max: Option<f64>) -> Checked {
    match (min, max) {
        (Some(min), Some(max)) if min > max => {
            Err(wrong(place, format!("`min` {min} is above `max` {max}")))
        }
        _ => Ok(()),
    }
}

fn probability(place: &str, number: f64) -> Checked {
    match (0.0..=1.0).contains(&number) {
        true => Ok(()),
        false => Err(wrong(place, format!("a probability is from 0 to 1, not {number}"))),
    }
}

fn weights<'w>(place: &str, weights: impl Iterator<Item = &'w f64> + Clone) -> Checked {
    if let Some(weight) = weights.clone().find(|weight| !(0.0..=1e12).contains(*weight)) {
        return Err(wrong(place, format!("a weight is from 0 to 1e12, not {weight}")));
    }
    if weights.clone().count() > LISTED_MAX {
        return Err(wrong(place, format!("there are more than {LISTED_MAX} entries")));
    }
    match weights.clone().any(|&weight| weight > 0.0) {
        true => Ok(()),
        false => Err(wrong(place, "at least one weight must be above 0".into())),
    }
}

fn texts<'t>(place: &str, mut texts: impl Iterator<Item = &'t String>) -> Checked {
    let bad = texts.find(|text| !(1..=100).contains(&text.chars().count()));
    match bad {
        None => Ok(()),
        Some(text) => {
            let count = text.chars().count();
            Err(wrong(place, format!("a string has 1 to 100 characters, not {count}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

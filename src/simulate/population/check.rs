//! Whether a population makes sense, in itself and for a rule set.

use super::{
    AcceptanceHabits, Exponential, GivingUp, ListOf, Normal, Parties, Population, PopulationError,
    Quantity, SECONDS_MAX, Uniform, Values,
};
use crate::{AttributeType, RuleSet};

/// The most players of a ticket (facts 8.3).
const PARTY_MAX: u32 = 10;
/// The most things that a member of a population may list.
const LISTED_MAX: usize = 1_000;
/// The most strings of a list, and characters of a string (facts 1.3).
const STRINGS_MAX: usize = 100;
/// The most keys of a map (facts 1.3).
const MAP_KEYS_MAX: usize = 10;

type Checked = Result<(), PopulationError>;

impl Population {
    /// Checks that every weight, probability and range makes sense.
    ///
    /// # Errors
    /// [`PopulationError`] for the first that does not.
    pub fn check(&self) -> Result<(), PopulationError> {
        for (name, values) in &self.attributes {
            values.check(&format!("attributes.{name}"))?;
        }
        self.check_parties()?;
        for (name, home) in &self.locations {
            home.near.check(&format!("locations.{name}.near"), 1.0, f64::from(i32::MAX))?;
            home.far.check(&format!("locations.{name}.far"), 1.0, f64::from(i32::MAX))?;
        }
        if !self.locations.is_empty() {
            weights("locations", self.locations.values().map(|home| &home.weight))?;
        }
        self.check_habits()
    }

    fn check_parties(&self) -> Checked {
        let Parties { sizes, shared, within } = &self.parties;
        weights("parties.sizes", sizes.values())?;
        if let Some(size) = sizes.keys().find(|&&size| !(1..=PARTY_MAX).contains(&size)) {
            let problem = format!("a ticket has 1 to {PARTY_MAX} players, not {size}");
            return Err(PopulationError::new("parties.sizes", problem));
        }
        let known = |name: &String| self.attributes.contains_key(name);
        if let Some(name) = shared.iter().find(|name| !known(name)) {
            let problem = format!("there is no attribute `{name}` above");
            return Err(PopulationError::new("parties.shared", problem));
        }
        for (name, &bound) in within {
            let place = format!("parties.within.{name}");
            if !self.attributes.get(name).is_some_and(Values::is_number) {
                let problem = "no attribute above of this name is a number";
                return Err(PopulationError::new(place, problem));
            }
            at_least(&place, bound, 0.0)?;
        }
        Ok(())
    }

    /// What players and game servers do.
    fn check_habits(&self) -> Checked {
        let AcceptanceHabits { accept, reject, seconds } = &self.acceptance;
        probability("acceptance.accept", *accept)?;
        probability("acceptance.reject", *reject)?;
        if accept + reject > 1.0 {
            let problem = "`accept` and `reject` are more than 1 together";
            return Err(PopulationError::new("acceptance", problem));
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
    pub fn check_for(&self, rule_set: &RuleSet) -> Result<(), PopulationError> {
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
                return Err(PopulationError::new("attributes", problem));
            };
            let found = values.attribute_type();
            if found != declared.attribute_type {
                let problem = format!(
                    "its values are of type {}, but the rule set declares {}",
                    found.as_str(),
                    declared.attribute_type.as_str()
                );
                return Err(PopulationError::new(format!("attributes.{}", declared.name), problem));
            }
        }
        Ok(())
    }
}

impl Values {
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
                    return Err(PopulationError::new(&place, format!("`{text}` is not a number")));
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
                if map.len() > MAP_KEYS_MAX {
                    let problem = format!("a map has up to {MAP_KEYS_MAX} keys, not {}", map.len());
                    return Err(PopulationError::new(place, problem));
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
    fn check(&self, place: &str, low: f64, high: f64) -> Checked {
        match self {
            Self::Uniform(it) => it.check(&format!("{place}.uniform"), low, high),
            Self::Normal(it) => it.check(&format!("{place}.normal"), low, high),
            Self::Exponential(it) => it.check(&format!("{place}.exponential"), low, high),
        }
    }
}

impl Uniform {
    fn check(&self, place: &str, low: f64, high: f64) -> Checked {
        within(place, "min", self.min, low, high)?;
        within(place, "max", self.max, low, high)?;
        in_order(place, Some(self.min), Some(self.max))?;
        if self.whole && (self.min.fract() != 0.0 || self.max.fract() != 0.0) {
            return Err(PopulationError::new(
                place,
                "`min` and `max` must be whole when `whole` is true",
            ));
        }
        Ok(())
    }
}

impl Normal {
    fn check(&self, place: &str, low: f64, high: f64) -> Checked {
        within(place, "mean", self.mean, -f64::MAX / 4.0, f64::MAX / 4.0)?;
        within(place, "deviation", self.deviation, 0.0, f64::MAX / 100.0)?;
        self.min.map_or(Ok(()), |min| within(place, "min", min, low, high))?;
        self.max.map_or(Ok(()), |max| within(place, "max", max, low, high))?;
        in_order(place, self.min, self.max)
    }
}

impl Exponential {
    fn check(&self, place: &str, low: f64, high: f64) -> Checked {
        within(place, "mean", self.mean, 0.0, f64::MAX / 1e6)?;
        within(place, "min", self.min, low, high)?;
        self.max.map_or(Ok(()), |max| within(place, "max", max, low, high))?;
        in_order(place, Some(self.min), self.max)
    }
}

impl ListOf {
    fn check(&self, place: &str) -> Checked {
        let most = self.count.keys().max().copied().unwrap_or(0);
        weights(&format!("{place}.count"), self.count.values())?;
        if most > 0 {
            weights(&format!("{place}.of"), self.of.values())?;
        }
        texts(&format!("{place}.of"), self.of.keys())?;
        let strings = self.of.values().filter(|&&weight| weight > 0.0).count();
        if most as usize > strings.min(STRINGS_MAX) {
            let problem = format!(
                "{most} strings are asked for, but there are {strings} (at most {STRINGS_MAX})"
            );
            return Err(PopulationError::new(format!("{place}.count"), problem));
        }
        Ok(())
    }
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
    Err(PopulationError::new(place, format!("`{field}` must be {range}, not {number}")))
}

fn at_least(place: &str, number: f64, low: f64) -> Checked {
    match number.is_finite() && number >= low {
        true => Ok(()),
        false => {
            Err(PopulationError::new(place, format!("it must be at least {low}, not {number}")))
        }
    }
}

fn in_order(place: &str, min: Option<f64>, max: Option<f64>) -> Checked {
    match (min, max) {
        (Some(min), Some(max)) if min > max => {
            Err(PopulationError::new(place, format!("`min` {min} is above `max` {max}")))
        }
        _ => Ok(()),
    }
}

fn probability(place: &str, number: f64) -> Checked {
    match (0.0..=1.0).contains(&number) {
        true => Ok(()),
        false => {
            Err(PopulationError::new(place, format!("a probability is from 0 to 1, not {number}")))
        }
    }
}

fn weights<'w>(place: &str, weights: impl Iterator<Item = &'w f64> + Clone) -> Checked {
    if let Some(weight) = weights.clone().find(|weight| !(0.0..=1e12).contains(*weight)) {
        return Err(PopulationError::new(
            place,
            format!("a weight is from 0 to 1e12, not {weight}"),
        ));
    }
    if weights.clone().count() > LISTED_MAX {
        return Err(PopulationError::new(
            place,
            format!("there are more than {LISTED_MAX} entries"),
        ));
    }
    match weights.clone().any(|&weight| weight > 0.0) {
        true => Ok(()),
        false => Err(PopulationError::new(place, "at least one weight must be above 0")),
    }
}

fn texts<'t>(place: &str, mut texts: impl Iterator<Item = &'t String>) -> Checked {
    let bad = texts.find(|text| !(1..=STRINGS_MAX).contains(&text.chars().count()));
    match bad {
        None => Ok(()),
        Some(text) => {
            let count = text.chars().count();
            Err(PopulationError::new(
                place,
                format!("a string has 1 to {STRINGS_MAX} characters, not {count}"),
            ))
        }
    }
}

//! The players of a ticket, drawn from a population.

use std::collections::BTreeMap;

use super::{Exponential, ListOf, Normal, Population, Quantity, SECONDS_MAX, Uniform, Values};
use crate::simulate::draw::Draw;
use crate::{AttributeValue, Player};

impl Population {
    /// The players of a ticket. Their ids are `{ticket}.1`, `{ticket}.2`, ...
    pub(in crate::simulate) fn party(&self, ticket: &str, draw: &mut Draw) -> Vec<Player> {
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
}

impl Quantity {
    fn draw(&self, draw: &mut Draw) -> f64 {
        match self {
            Self::Uniform(it) => it.draw(draw),
            Self::Normal(it) => it.draw(draw),
            Self::Exponential(it) => it.draw(draw),
        }
    }

    /// Drawn as seconds, in milliseconds.
    pub(in crate::simulate) fn draw_millis(&self, draw: &mut Draw) -> u64 {
        (self.draw(draw).clamp(0.0, SECONDS_MAX) * 1000.0).round() as u64
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
}

impl Normal {
    fn draw(&self, draw: &mut Draw) -> f64 {
        confined(self.mean + draw.normal() * self.deviation, self.min, self.max, self.whole)
    }
}

impl Exponential {
    fn draw(&self, draw: &mut Draw) -> f64 {
        let number = self.min + draw.exponential() * self.mean;
        confined(number, Some(self.min), self.max, self.whole)
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
}

fn confined(number: f64, min: Option<f64>, max: Option<f64>, whole: bool) -> f64 {
    let number = if whole { number.round() } else { number };
    number.min(max.unwrap_or(f64::MAX)).max(min.unwrap_or(-f64::MAX))
}

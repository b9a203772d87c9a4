//! A population that suits a rule set: for every declared attribute, values that its rules tell
//! apart and that a fair share of matches can meet.

use std::collections::BTreeMap;

use super::population::{Home, ListOf, Normal, Parties, Population, Quantity, Uniform, Values};
use crate::{
    AttributeDeclaration, AttributeType, AttributeValue, RuleSet, RuleSetTerms, RuleTerms,
};

/// How common parties of 1, 2, 3, 4 and 5 are.
const PARTY_WEIGHTS: [(u32, f64); 5] = [(1, 60.0), (2, 20.0), (3, 10.0), (4, 6.0), (5, 4.0)];
/// The mean of a number that nothing is known of, as skill ratings have it.
const RATING: f64 = 1500.0;
/// Where players live when a rule asks for latencies, with how many.
const LOCATIONS: [(&str, f64); 3] =
    [("ap-northeast-1", 2.0), ("eu-central-1", 3.0), ("us-east-1", 3.0)];

impl Population {
    /// A population for a rule set: a start for one's own.
    ///
    /// - A number whose distance a rule bounds is normal, with half the widest bound as deviation;
    ///   one that a rule sums or counts against a small number is 0 or 1; one that is compared with
    ///   a number lies about it; another lies about its default, or from 0 to 100.
    /// - A string is one of those that rules name; where they name none, one of four, or of twice as
    ///   many as a match has players if all must be different. Its default is common.
    /// - A list has one or two of the strings that rules name, or of five.
    /// - A map has its default's keys, or three.
    /// - Parties have up to five players, and no more than the smallest team takes. They share what
    ///   must be equal, and lie near together where a distance is bounded.
    /// - If a rule is about latency, players live at one of three locations, and its bound reaches
    ///   from one to the next for some of them.
    pub fn suited_to(rule_set: &RuleSet) -> Self {
        let terms = rule_set.terms();
        let mut population = Self {
            parties: Parties { sizes: sizes(rule_set), ..Parties::default() },
            ..Self::default()
        };
        for declared in rule_set.attributes() {
            population.add(declared, rule_set, &terms);
        }
        let latency = terms.rules.iter().filter(|rule| rule.kind == "latency");
        let bounds = latency.map(|rule| {
            let bound = |field| rule.number(field).first().copied();
            bound("maxLatency").or(bound("maxDistance")).unwrap_or(100.0)
        });
        if let Some(bound) = bounds.reduce(f64::min) {
            population.locations = locations(bound.max(10.0));
        }
        population
    }

    /// The same population with what another rule set needs on top.
    #[must_use]
    pub fn and_suited_to(mut self, rule_set: &RuleSet) -> Self {
        let other = Self::suited_to(rule_set);
        for (name, values) in other.attributes {
            if self.attributes.contains_key(&name) {
                continue;
            }
            if other.parties.shared.contains(&name) {
                self.parties.shared.push(name.clone());
            }
            if let Some(&within) = other.parties.within.get(&name) {
                self.parties.within.insert(name.clone(), within);
            }
            self.attributes.insert(name, values);
        }
        if self.locations.is_empty() {
            self.locations = other.locations;
        }
        self
    }

    fn add(&mut self, declared: &AttributeDeclaration, rule_set: &RuleSet, terms: &RuleSetTerms) {
        let name = declared.name.to_string();
        let readers: Vec<&RuleTerms> =
            terms.rules.iter().filter(|rule| rule.attributes.contains(&name)).collect();
        let values = match declared.attribute_type {
            AttributeType::Number => {
                let bound = widest_distance(&readers);
                if let Some(bound) = bound {
                    self.parties.within.insert(name.clone(), bound / 4.0);
                }
                number(declared, &readers, bound)
            }
            AttributeType::String => {
                let different = readers.iter().any(|rule| rule.operation == Some("!="));
                if !different {
                    self.parties.shared.push(name.clone());
                }
                string(declared, &readers, different.then(|| match_players(rule_set)))
            }
            AttributeType::StringList => {
                let in_common = |rule: &&RuleTerms| {
                    rule.operation == Some("intersection")
                        || rule.functions.contains(&"set_intersection")
                };
                if readers.iter().any(in_common) {
                    self.parties.shared.push(name.clone());
                }
                list(declared, &readers)
            }
            AttributeType::StringNumberMap => map(declared),
        };
        self.attributes.insert(name, values);
    }
}

fn sizes(rule_set: &RuleSet) -> BTreeMap<u32, f64> {
    let smallest = rule_set.teams().iter().map(|team| team.max_players).min().unwrap_or(1).max(1);
    PARTY_WEIGHTS.into_iter().filter(|&(size, _)| size <= smallest).collect()
}

/// The most players of a match.
fn match_players(rule_set: &RuleSet) -> u32 {
    rule_set.teams().iter().map(|team| team.max_players.saturating_mul(team.quantity)).sum()
}

/// The widest of the distances that rules bound, expansion steps included.
fn widest_distance(readers: &[&RuleTerms]) -> Option<f64> {
    let bounds = readers.iter().flat_map(|rule| match rule.functions.contains(&"stddev") {
        true => rule.number("referenceValue"),
        false => rule.number("maxDistance"),
    });
    bounds.copied().filter(|&bound| bound > 0.0).reduce(f64::max)
}

fn number(declared: &AttributeDeclaration, readers: &[&RuleTerms], bound: Option<f64>) -> Values {
    let default = match declared.default {
        Some(AttributeValue::Number(number)) if number > 0.0 => Some(number),
        _ => None,
    };
    if let Some(bound) = bound {
        let deviation = bound / 2.0;
        let mean =
            default.unwrap_or(if deviation <= RATING / 2.0 { RATING } else { 4.0 * deviation });
        return normal(mean, deviation);
    }
    let written = readers.iter().flat_map(|rule| rule.number("referenceValue")).copied();
    let counted = |rule: &RuleTerms| rule.functions.contains(&"sum");
    match written.reduce(f64::max) {
        Some(_) if readers.iter().any(|rule| counted(rule)) => {
            let wanted = readers.iter().any(|rule| matches!(rule.operation, Some(">=" | ">")));
            let (zeros, ones) = if wanted { (1.0, 2.0) } else { (2.0, 1.0) };
            Values::Numbers(BTreeMap::from([("0".into(), zeros), ("1".into(), ones)]))
        }
        Some(constant) if constant != 0.0 => {
            let whole = constant.fract() == 0.0;
            let (low, high) = ((2.0 * constant).min(0.0), (2.0 * constant).max(0.0));
            Values::Uniform(Uniform { min: low, max: high, whole })
        }
        _ => match default {
            Some(default) => normal(default, default / 4.0),
            None => Values::Uniform(Uniform { min: 0.0, max: 100.0, whole: true }),
        },
    }
}

/// About a mean, not below 0 and not above twice the mean.
fn normal(mean: f64, deviation: f64) -> Values {
    Values::Normal(Normal { mean, deviation, min: Some(0.0), max: Some(2.0 * mean), whole: true })
}

fn string(
    declared: &AttributeDeclaration,
    readers: &[&RuleTerms],
    different_in: Option<u32>,
) -> Values {
    let named = readers.iter().flat_map(|rule| rule.strings.iter().cloned());
    let mut strings: BTreeMap<String, f64> = named.map(|text| (text, 1.0)).collect();
    if strings.is_empty() {
        let count = different_in.map_or(4, |players| (2 * players).min(100));
        strings.extend((1..=count).map(|number| (format!("{}-{number}", declared.name), 1.0)));
    }
    if let Some(AttributeValue::String(default)) = &declared.default
        && !default.is_empty()
    {
        strings.insert(default.clone(), 3.0);
    }
    Values::Strings(strings)
}

fn list(declared: &AttributeDeclaration, readers: &[&RuleTerms]) -> Values {
    // Who is on the list of a player cannot be made up here: nobody.
    if readers.iter().any(|rule| rule.reads_player_ids) {
        let (of, count) = (BTreeMap::new(), BTreeMap::from([(0, 1.0)]));
        return Values::List(ListOf { of, count });
    }
    let named = readers.iter().flat_map(|rule| rule.strings.iter().cloned());
    let mut of: BTreeMap<String, f64> = named.map(|text| (text, 1.0)).collect();
    if let Some(AttributeValue::StringList(default)) = &declared.default {
        of.extend(default.iter().map(|text| (text.clone(), 3.0)));
    }
    for number in of.len() + 1..=5 {
        of.insert(format!("{}-{number}", declared.name), 1.0);
    }
    Values::List(ListOf { of, count: BTreeMap::from([(1, 2.0), (2, 1.0)]) })
}

fn map(declared: &AttributeDeclaration) -> Values {
    let mut keys: Vec<String> = match &declared.default {
        Some(AttributeValue::StringNumberMap(default)) => default.keys().cloned().collect(),
        _ => Vec::new(),
    };
    if keys.is_empty() {
        keys.extend((1..=3).map(|number| format!("{}-{number}", declared.name)));
    }
    let values = Quantity::Uniform(Uniform { min: 0.0, max: 10.0, whole: true });
    Values::Map(keys.into_iter().map(|key| (key, values.clone())).collect())
}

fn locations(bound: f64) -> BTreeMap<String, Home> {
    let between = |low: f64, high: f64| {
        let (min, max) = ((low * bound).round(), (high * bound).round());
        Quantity::Uniform(Uniform { min: min.max(1.0), max: max.max(1.0), whole: true })
    };
    let home = |weight| Home { weight, near: between(0.1, 0.7), far: between(0.8, 3.0) };
    LOCATIONS.into_iter().map(|(name, weight)| (name.to_owned(), home(weight))).collect()
}

//! `Reconfigure`: another rule set, another configuration.

use serde_json::{Map, Value};

use crate::wire::configuration::{configuration, configuration_to_json};
use crate::wire::member::{Members, Place, ShapeError, Shaped, must_be};
use crate::wire::options::{party_aggregation, party_aggregation_name};
use crate::wire::text::value_from_json;
use crate::{CompileOptions, PartyAggregation, Reconfigure, RuleSet};

pub(in crate::wire) const RECONFIGURE: &str = "Reconfigure";
pub(in crate::wire) const RULE_SET: &str = "RuleSet";
const CONFIGURATION: &str = "Configuration";
const PARTY_AGGREGATION: &str = "PartyAggregation";

pub(super) fn reconfigure(value: &Value, place: Place<'_>) -> Shaped<Reconfigure> {
    let members = Members::of(value, place, &[RULE_SET, CONFIGURATION, PARTY_AGGREGATION])?;
    let parties = members.optional(PARTY_AGGREGATION, party_aggregation)?;
    let options = CompileOptions::default().party_aggregation(parties.unwrap_or_default());
    let rule_set = members.optional(RULE_SET, |value, place| rule_set(value, place, options))?;
    if let (Some(_), None) = (parties, &rule_set) {
        let member = Place::Member(&place, PARTY_AGGREGATION);
        let message = format!("`{member}` is for the compiler of `{RULE_SET}`, which is absent");
        return Err(ShapeError::new(message));
    }
    Ok(Reconfigure { rule_set, configuration: members.optional(CONFIGURATION, configuration)? })
}

fn rule_set(value: &Value, place: Place<'_>, options: CompileOptions) -> Shaped<RuleSet> {
    let compiled = match value {
        Value::Object(_) => RuleSet::compile(&value.to_string(), options),
        Value::String(text) => RuleSet::compile(text, options),
        _ => return Err(must_be("an object or a string with its text", value, place)),
    };
    compiled.map_err(|errors| match errors.errors() {
        [first, ..] => ShapeError::new(format!("`{place}` does not compile: {first}")),
        [] => ShapeError::new(format!("`{place}` does not compile")),
    })
}

pub(super) fn reconfigure_json(reconfigure: &Reconfigure) -> Value {
    let mut members = Map::new();
    if let Some(rule_set) = &reconfigure.rule_set {
        members.insert(RULE_SET.into(), rule_set_json(rule_set.text()));
        let parties = rule_set.options().party_aggregation;
        if parties != PartyAggregation::default() {
            members.insert(PARTY_AGGREGATION.into(), party_aggregation_name(parties).into());
        }
    }
    if let Some(configuration) = &reconfigure.configuration {
        members.insert(CONFIGURATION.into(), configuration_to_json(configuration));
    }
    Value::Object(members)
}

/// The object when it is printed as the text is; the text otherwise.
fn rule_set_json(text: &str) -> Value {
    let object = value_from_json(text).ok().filter(Value::is_object);
    match object.map(|object| (object.to_string(), object)) {
        Some((printed, object)) if printed == text => object,
        _ => text.into(),
    }
}

//! A population from its JSON form.

use serde::de::IgnoredAny;

use super::{Population, PopulationError};
use crate::wire::{did_you_mean, value_from_json};

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
            let said = said.split(" at line ").next().unwrap_or(&said);
            let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
            PopulationError::new(place, if is_json { in_our_words(said) } else { said.into() })
        })?;
        value_from_json(text)
            .map_err(|error| PopulationError::new("the file", error.to_string()))?;
        population.check()?;
        Ok(population)
    }
}

/// What `serde` says of JSON of another shape, without the types of Rust.
fn in_our_words(said: &str) -> String {
    let parts = |lead: &str| said.strip_prefix(lead)?.rsplit_once(", expected ");
    if let Some((found, wanted)) = parts("invalid type: ").or_else(|| parts("invalid value: ")) {
        return format!("{} is needed here, not {}", wanted_type(wanted), found_value(found));
    }
    if said == "expected value" {
        return "an object is needed here that says how values are drawn, for instance \
                {\"uniform\": {\"min\": 0, \"max\": 9}}"
            .into();
    }
    if said.starts_with("invalid value: expected key to be a number") {
        return "a key here must be a whole number in quotes, for instance \"2\"".into();
    }
    let Some((unknown, known)) = said.split_once(", expected ") else { return said.into() };
    let known: Vec<&str> = in_backticks(known).collect();
    match in_backticks(unknown).next().map(|word| did_you_mean(word, known.iter().copied())) {
        Some(hint) if !hint.is_empty() => format!("{unknown}{hint}"),
        _ if known.is_empty() => said.into(),
        _ => format!("{unknown}; there are `{}`", known.join("`, `")),
    }
}

fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn wanted_type(wanted: &str) -> &str {
    match wanted {
        "f64" => "a number",
        "u32" | "u64" | "usize" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" | "newtype variant" | "string or map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

fn found_value(found: &str) -> String {
    match found {
        "map" => "an object".into(),
        "sequence" => "a list".into(),
        "unit variant" => "a string".into(),
        other => match in_backticks(other).next() {
            Some(value) => value.into(),
            None => other.strip_prefix("string ").unwrap_or(other).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_another_shape_is_told_without_the_types_of_rust() {
        for (text, place, message) in [
            (
                r#"{"attributes": {"a": {"uniform": {"min": "0", "max": 1}}}}"#,
                "line 1 column 44",
                "a number is needed here, not \"0\"",
            ),
            (
                r#"{"attributes": {"a": {"uniform": {"min": 0, "max": 1, "whole": 1}}}}"#,
                "line 1 column 64",
                "true or false is needed here, not 1",
            ),
            (
                r#"{"attributes": {"a": 5}}"#,
                "line 1 column 22",
                "an object is needed here that says how values are drawn, for instance \
                 {\"uniform\": {\"min\": 0, \"max\": 9}}",
            ),
            (
                r#"{"attributes": {"a": {"norml": {}}}}"#,
                "line 1 column 29",
                "unknown variant `norml`; did you mean `normal`?",
            ),
            (
                r#"{"parties": {"sizes": {"two": 1}}}"#,
                "line 1 column 24",
                "a key here must be a whole number in quotes, for instance \"2\"",
            ),
            (
                r#"{"parties": {"sizes": [1, 2]}}"#,
                "line 1 column 22",
                "an object is needed here, not a list",
            ),
            (r#"{"parties": 5}"#, "line 1 column 13", "an object is needed here, not 5"),
            (
                r#"{"parties": {"shared": [5]}}"#,
                "line 1 column 25",
                "a string is needed here, not 5",
            ),
            (
                r#"{"parties": {"many": {}}}"#,
                "line 1 column 19",
                "unknown field `many`; there are `sizes`, `shared`, `within`",
            ),
        ] {
            let error = Population::from_json(text).expect_err("it is no population");
            assert_eq!((&*error.place, &*error.message), (place, message), "{text}");
        }
    }
}

//! Reading JSON values member by member, with the place of every problem.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::InputError;
use crate::diag::nearest;

/// Why a JSON value has not the shape that is asked for. The message names the member, what is
/// wrong with it, and the limit.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ShapeError {
    message: String,
}

impl ShapeError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl From<ShapeError> for InputError {
    fn from(error: ShapeError) -> Self {
        Self::InvalidRequest { message: error.message }
    }
}

pub(super) type Shaped<T> = Result<T, ShapeError>;

/// Where a value stands, as a person writes it: `Players[0].LatencyInMs.us-east-1`.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    /// The whole, by name. Its members go without that name.
    Root(&'p str),
    Member(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Place::Root(name) => f.write_str(name),
            Place::Member(Place::Root(_), key) => f.write_str(&clip(key)),
            Place::Member(parent, key) => write!(f, "{parent}.{}", clip(key)),
            Place::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// The members of an object whose keys are all known. A member that is `null` counts as absent, as
/// in the API's JSON protocol.
pub(super) struct Members<'v, 'p> {
    map: &'v Map<String, Value>,
    place: Place<'p>,
}

impl<'v, 'p> Members<'v, 'p> {
    /// The members of `value`, if it is an object without other keys than `known`.
    pub(super) fn of(value: &'v Value, place: Place<'p>, known: &[&str]) -> Shaped<Self> {
        let map = object(value, place)?;
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(unknown_member(key, place, known)),
            None => Ok(Self { map, place }),
        }
    }

    pub(super) fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'v Value, Place<'_>) -> Shaped<T>,
    ) -> Shaped<Option<T>> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value, Place::Member(&self.place, key)).map(Some),
        }
    }

    pub(super) fn required<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'v Value, Place<'_>) -> Shaped<T>,
    ) -> Shaped<T> {
        self.optional(key, read)?.ok_or_else(|| {
            ShapeError::new(format!("`{}` is required", Place::Member(&self.place, key)))
        })
    }

    /// A string that may be absent.
    pub(super) fn string(&self, key: &'static str) -> Shaped<Option<String>> {
        self.optional(key, string)
    }

    /// A list, empty when it is absent.
    pub(super) fn list<T>(
        &self,
        key: &'static str,
        each: impl FnMut(&'v Value, Place<'_>) -> Shaped<T>,
    ) -> Shaped<Vec<T>> {
        let items = self.optional(key, |value, place| list(value, place, each))?;
        Ok(items.unwrap_or_default())
    }
}

pub(super) fn unknown_member(key: &str, place: Place<'_>, known: &[&str]) -> ShapeError {
    let hint = did_you_mean(key, known.iter().copied());
    ShapeError::new(format!("unknown member `{}` of {place}{hint}", clip(key)))
}

/// `; did you mean ...?`, or nothing when no known name is near.
pub(crate) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

pub(super) fn object<'v>(value: &'v Value, place: Place<'_>) -> Shaped<&'v Map<String, Value>> {
    value.as_object().ok_or_else(|| must_be("an object", value, place))
}

pub(super) fn text<'v>(value: &'v Value, place: Place<'_>) -> Shaped<&'v str> {
    value.as_str().ok_or_else(|| must_be("a string", value, place))
}

pub(super) fn string(value: &Value, place: Place<'_>) -> Shaped<String> {
    text(value, place).map(String::from)
}

pub(super) fn strings(value: &Value, place: Place<'_>) -> Shaped<Vec<String>> {
    list(value, place, string)
}

pub(super) fn boolean(value: &Value, place: Place<'_>) -> Shaped<bool> {
    value.as_bool().ok_or_else(|| must_be("true or false", value, place))
}

pub(super) fn number(value: &Value, place: Place<'_>) -> Shaped<f64> {
    let number = value.as_f64().filter(|number| number.is_finite());
    number.ok_or_else(|| must_be("a number", value, place))
}

/// A whole number of `range`; `50.0` is one, too.
pub(super) fn whole(value: &Value, place: Place<'_>, range: RangeInclusive<u64>) -> Shaped<u64> {
    whole_number(value).filter(|number| range.contains(number)).ok_or_else(|| {
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        match value {
            Value::Number(number) => {
                ShapeError::new(format!("`{place}` is {number}, but must be {wanted}"))
            }
            _ => must_be(&wanted, value, place),
        }
    })
}

/// [`whole`] for limits that are `u32`.
pub(super) fn whole_u32(
    value: &Value,
    place: Place<'_>,
    range: RangeInclusive<u32>,
) -> Shaped<u32> {
    let number = whole(value, place, u64::from(*range.start())..=u64::from(*range.end()))?;
    Ok(u32::try_from(number).unwrap_or(*range.end()))
}

pub(super) fn any_u32(value: &Value, place: Place<'_>) -> Shaped<u32> {
    whole_u32(value, place, 0..=u32::MAX)
}

fn whole_number(value: &Value) -> Option<u64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && (0.0..=EXACT_MAX).contains(&number)).then_some(number as u64)
    })
}

pub(super) fn list<'v, T>(
    value: &'v Value,
    place: Place<'_>,
    mut each: impl FnMut(&'v Value, Place<'_>) -> Shaped<T>,
) -> Shaped<Vec<T>> {
    let values = value.as_array().ok_or_else(|| must_be("a list", value, place))?;
    let indexed = values.iter().enumerate();
    indexed.map(|(index, value)| each(value, Place::Index(&place, index))).collect()
}

/// An object whose keys are data.
pub(super) fn map<'v, T>(
    value: &'v Value,
    place: Place<'_>,
    mut each: impl FnMut(&'v Value, Place<'_>) -> Shaped<T>,
) -> Shaped<BTreeMap<String, T>> {
    let pairs = object(value, place)?.iter();
    pairs.map(|(key, value)| Ok((key.clone(), each(value, Place::Member(&place, key))?))).collect()
}

/// One of some names, for instance of an enum of the API.
pub(super) fn one_of<T: Copy>(value: &Value, place: Place<'_>, names: &[(&str, T)]) -> Shaped<T> {
    let word = text(value, place)?;
    let named = names.iter().find(|&&(name, _)| name == word);
    named.map(|&(_, meaning)| meaning).ok_or_else(|| {
        let known = || names.iter().map(|&(name, _)| name);
        let all = known().collect::<Vec<_>>().join(", ");
        let hint = did_you_mean(word, known());
        ShapeError::new(format!("`{place}` is `{}`, but must be one of {all}{hint}", clip(word)))
    })
}

/// Reads one of these values by its name.
pub(super) fn named<T: Copy>(
    values: &[T],
    name: impl Fn(T) -> &'static str,
) -> impl Fn(&Value, Place<'_>) -> Shaped<T> {
    let names: Vec<(&str, T)> = values.iter().map(|&value| (name(value), value)).collect();
    move |value, place| one_of(value, place, &names)
}

pub(super) fn must_be(wanted: &str, value: &Value, place: Place<'_>) -> ShapeError {
    ShapeError::new(format!("`{place}` must be {wanted}, not {}", kind(value)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A caller's text for a message: a message stays short whatever was sent.
pub(super) fn clip(text: &str) -> String {
    const CHARS_MAX: usize = 64;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_read_like_paths() {
        let root = Place::Root("StartMatchmaking");
        let players = Place::Member(&root, "Players");
        let player = Place::Index(&players, 1);
        assert_eq!(root.to_string(), "StartMatchmaking");
        assert_eq!(Place::Member(&player, "Team").to_string(), "Players[1].Team");
    }

    #[test]
    fn whole_numbers_keep_to_their_range() {
        let root = Place::Root("x");
        let place = Place::Member(&root, "n");
        assert_eq!(whole(&json!(50.0), place, 1..=60), Ok(50));
        assert_eq!(whole(&json!(u64::MAX), place, 0..=u64::MAX), Ok(u64::MAX));
        for bad in [json!(0), json!(-1), json!(1.5), json!(61), json!(1e300)] {
            let message = whole(&bad, place, 1..=60).map_err(|error| error.to_string());
            let wanted = format!("`n` is {bad}, but must be a whole number from 1 to 60");
            assert_eq!(message, Err(wanted));
        }
        let message = whole(&json!("5"), place, 1..=60).map_err(|error| error.to_string());
        assert_eq!(message, Err("`n` must be a whole number from 1 to 60, not a string".into()));
    }

    #[test]
    fn long_text_is_clipped_between_characters() {
        assert_eq!(clip(&"é".repeat(64)), "é".repeat(64));
        assert_eq!(clip(&"é".repeat(65)), format!("{}…", "é".repeat(64)));
    }
}

//! One line of a scenario file as JSON members with their text.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::member::{Place, ShapeError, Shaped, clip};

/// Members of one line; no good line needs as many.
const MEMBERS_MAX: usize = 32;

/// The members of one JSON object with the text of each value. A `serde_json::Value` would keep
/// the last of two members with one name silently, and neither text nor order.
pub(super) struct RawMembers<'t> {
    members: Vec<(String, &'t str)>,
}

impl<'t> RawMembers<'t> {
    pub(super) fn of(text: &'t str) -> Shaped<Self> {
        // the whole line first: its error counts columns from the line's start
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_json(&error))?;
        let inside = text.trim_start().strip_prefix('{');
        let mut rest = inside.ok_or_else(|| ShapeError::new("a line must be a JSON object"))?;
        let mut members: Vec<(String, &'t str)> = Vec::new();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() || rest.starts_with('}') {
                return Ok(Self { members });
            }
            let (key, after_key) = first::<String>(rest)?;
            let after_key = after_key.trim_start();
            let value = after_key.strip_prefix(':').unwrap_or(after_key).trim_start();
            let (_, after) = first::<IgnoredAny>(value)?;
            if members.len() == MEMBERS_MAX {
                return Err(ShapeError::new(format!("more than {MEMBERS_MAX} members")));
            }
            if members.iter().any(|(known, _)| *known == key) {
                return Err(ShapeError::new(format!("`{}` stands twice", clip(&key))));
            }
            let length = value.len() - after.len();
            members.push((key, value.get(..length).unwrap_or_default()));
            rest = after.trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(key, _)| key.as_str())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.raw(key).is_some()
    }

    pub(super) fn raw(&self, key: &str) -> Option<&'t str> {
        self.members.iter().find(|(known, _)| known == key).map(|&(_, raw)| raw)
    }

    pub(super) fn value(&self, key: &str) -> Shaped<Value> {
        let raw = self.raw(key).unwrap_or("null");
        serde_json::from_str(raw)
            .map_err(|error| ShapeError::new(format!("`{key}`: {}", not_json(&error))))
    }

    pub(super) fn read<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Value, Place<'_>) -> Shaped<T>,
    ) -> Shaped<Option<T>> {
        if !self.has(key) {
            return Ok(None);
        }
        read(&self.value(key)?, Place::Member(&Place::Root("the line"), key)).map(Some)
    }
}

/// The first JSON value of `text`, and what comes after it.
fn first<T: DeserializeOwned>(text: &str) -> Shaped<(T, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    let value = match values.next() {
        Some(value) => value.map_err(|error| not_json(&error))?,
        None => return Err(ShapeError::new("not JSON: a value is missing")),
    };
    Ok((value, text.get(values.byte_offset()..).unwrap_or_default()))
}

/// The error of the JSON reader without its line, which is always 1 here.
fn not_json(error: &serde_json::Error) -> ShapeError {
    let full = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let problem = full.strip_suffix(&place).unwrap_or(&full);
    ShapeError::new(format!("not JSON: {problem} at column {}", error.column()))
}

//! One line of a scenario file as JSON members with their text.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::member::{Place, ShapeError, Shaped, clip};
use super::text::{problem, value_at};

/// Members of one line; no good line needs as many.
const MEMBERS_MAX: usize = 32;

/// The members of one JSON object with the text of each value, in their order.
pub(super) struct RawMembers<'t> {
    members: Vec<RawMember<'t>>,
}

struct RawMember<'t> {
    key: String,
    value: &'t str,
    /// Bytes of the line before the value.
    before: usize,
}

/// Whether a text is one complete JSON value.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

impl<'t> RawMembers<'t> {
    pub(super) fn of(text: &'t str) -> Shaped<Self> {
        // the whole line first: its error counts columns from the line's start
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| problem(&error, text, 0))?;
        let inside = text.trim_start().strip_prefix('{');
        let mut rest = inside.ok_or_else(|| ShapeError::new("a line must be a JSON object"))?;
        let mut members: Vec<RawMember<'t>> = Vec::new();
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
            if members.iter().any(|known| known.key == key) {
                return Err(ShapeError::new(format!("`{}` stands twice", clip(&key))));
            }
            let before = text.len() - value.len();
            let value = value.get(..value.len() - after.len()).unwrap_or_default();
            members.push(RawMember { key, value, before });
            rest = after.trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.key.as_str())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.member(key).is_some()
    }

    pub(super) fn raw(&self, key: &str) -> Option<&'t str> {
        self.member(key).map(|member| member.value)
    }

    /// The members of the object that stands at `key`; none when it is no object.
    pub(super) fn inside(&self, key: &str) -> Shaped<Option<Self>> {
        match self.member(key).filter(|member| member.value.starts_with('{')) {
            Some(outer) => {
                let mut inner = Self::of(outer.value)?;
                inner.members.iter_mut().for_each(|member| member.before += outer.before);
                Ok(Some(inner))
            }
            None => Ok(None),
        }
    }

    fn member(&self, key: &str) -> Option<&RawMember<'t>> {
        self.members.iter().find(|member| member.key == key)
    }

    pub(super) fn value(&self, key: &str) -> Shaped<Value> {
        let Some(member) = self.member(key) else { return Ok(Value::Null) };
        let place = Place::Member(&Place::Root("the line"), key);
        value_at(member.value, place, member.before)
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
        Some(value) => value.map_err(|error| problem(&error, text, 0))?,
        None => return Err(ShapeError::new("not JSON: a value is missing")),
    };
    Ok((value, text.get(values.byte_offset()..).unwrap_or_default()))
}

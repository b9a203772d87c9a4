//! JSON text to values, in which no object names a member twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};

use super::member::{Place, ShapeError, Shaped};

/// Reads one JSON text. A member that is named twice is refused, at any depth: which of the two
/// was meant is not known.
///
/// # Errors
/// [`ShapeError`] with a message that ends with the place: a column, counted from 1, and the line
/// when the text has several.
pub fn value_from_json(text: &str) -> Result<Value, ShapeError> {
    value_at(text, Place::Root("the text"), 0)
}

/// Reads the text of the value at `place`, which stands after `columns_before` bytes of its line.
pub(super) fn value_at(text: &str, place: Place<'_>, columns_before: usize) -> Shaped<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Unique(place).deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| problem(&error, text, columns_before))
}

/// The problem of a JSON text in our words.
pub(super) fn problem(error: &serde_json::Error, text: &str, columns_before: usize) -> ShapeError {
    let full = error.to_string();
    let (line, column) = (error.line(), error.column());
    let problem = full.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&full);
    let problem = match (problem, error.classify()) {
        ("number out of range", _) => "a number that is too large".into(),
        (problem, Category::Data) => problem.into(),
        (problem, _) => format!("not JSON: {problem}"),
    };
    ShapeError::new(match text.trim_end().contains('\n') {
        true => format!("{problem} at line {line} column {column}"),
        false => format!("{problem} at column {}", columns_before + column),
    })
}

/// The value at a place. A `serde_json::Value` would keep the last of two members with one name
/// silently.
struct Unique<'p>(Place<'p>);

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::from).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            let place = Place::Index(&self.0, values.len());
            let Some(value) = items.next_element_seed(Unique(place))? else {
                return Ok(Value::Array(values));
            };
            values.push(value);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let place = Place::Member(&self.0, &key);
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("`{place}` stands twice")));
            }
            let value = members.next_value_seed(Unique(place))?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(text: &str) -> String {
        match value_from_json(text) {
            Ok(value) => format!("no error: {value}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_member_named_twice_is_refused_with_its_path() {
        for (text, expected) in [
            (r#"{"a":1,"a":1}"#, "`a` stands twice at column 10"),
            (r#"{"a":[0,{"b":1,"\u0062":2}]}"#, "`a[1].b` stands twice at column 23"),
            ("{\"a\": {\"b\": 1,\n\"b\": 2}}", "`a.b` stands twice at line 2 column 3"),
        ] {
            assert_eq!(message(text), expected);
        }
        assert_eq!(message(r#"[{"a":1},{"a":{"a":1}}]"#), r#"no error: [{"a":1},{"a":{"a":1}}]"#);
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        for (text, expected) in [
            ("{\"n\": 1e999}", "a number that is too large at column 11"),
            ("{\"n\" 1}\n", "not JSON: expected `:` at column 6"),
            ("{\n\"n\" 1}", "not JSON: expected `:` at line 2 column 5"),
            ("{} {}", "not JSON: trailing characters at column 4"),
        ] {
            assert_eq!(message(text), expected);
        }
        let deep = message(&"[".repeat(100_000));
        assert!(deep.contains("recursion limit"), "{deep}");
    }

    proptest! {
        #[test]
        fn other_texts_are_read_as_serde_json_reads_them(text in r#"[{}\[\]":,a-c0-9.eE+\- \\]*"#) {
            let ours = value_from_json(&text);
            match serde_json::from_str::<Value>(&text) {
                Ok(value) if ours.is_ok() => prop_assert_eq!(ours, Ok(value)),
                Ok(_) => prop_assert!(message(&text).contains("stands twice")),
                Err(_) => prop_assert!(ours.is_err()),
            }
        }
    }
}

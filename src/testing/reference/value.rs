//! What an expression can be worth, and how it is shown to a person.

use std::collections::BTreeMap;

/// A value of an expression.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Map(BTreeMap<String, f64>),
    Player(String),
    Team(String),
    List(Vec<Element>),
}

/// An element of a list, which remembers whose it is: a team's name, a player's id, or its place
/// in the list where it belongs to nobody. For messages; no verdict depends on it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Element {
    pub(super) of: String,
    pub(super) value: Value,
}

/// An expression that has no value in this match, and why.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Undefined(pub(super) String);

/// A value that lists are made of, with the way to it from the outermost list.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// None when the whole value is no list.
    pub(super) of: Option<String>,
    pub(super) value: Value,
}

impl Value {
    /// A list of things that belong to nobody, numbered from 1.
    pub(super) fn numbered(values: Vec<Value>) -> Value {
        let elements = values.into_iter().enumerate();
        Value::List(
            elements.map(|(at, value)| Element { of: (at + 1).to_string(), value }).collect(),
        )
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Value::List(_))
    }

    /// Everything in the value that is no list itself, in order.
    pub(super) fn leaves(&self) -> Vec<Leaf> {
        self.innermost_lists().into_iter().flatten().collect()
    }

    /// The leaves, those of one innermost list together. A value that is no list counts as one of
    /// its own.
    pub(super) fn innermost_lists(&self) -> Vec<Vec<Leaf>> {
        let Value::List(elements) = self else {
            return vec![vec![Leaf { of: None, value: self.clone() }]];
        };
        if !elements.iter().any(|element| element.value.is_list()) {
            let leaf = |element: &Element| {
                let of = Some(name(&element.of));
                Leaf { of, value: element.value.clone() }
            };
            return vec![elements.iter().map(leaf).collect()];
        }
        let mut lists = Vec::new();
        for outer in elements {
            for mut list in outer.value.innermost_lists() {
                for leaf in &mut list {
                    let inner = leaf.of.take().unwrap_or_default();
                    leaf.of = Some(format!("{} / {inner}", name(&outer.of)));
                }
                lists.push(list);
            }
        }
        lists
    }

    /// As text: numbers short, strings in quotes, lists in brackets and cut when long.
    pub(super) fn show(&self) -> String {
        match self {
            Value::Number(number) => show_number(*number),
            Value::Text(text) => format!("\"{}\"", name(text)),
            Value::Player(text) | Value::Team(text) => name(text),
            Value::Map(map) => {
                let pairs = map
                    .iter()
                    .map(|(key, &number)| format!("\"{}\": {}", name(key), show_number(number)));
                format!("{{{}}}", cut(pairs, map.len()))
            }
            Value::List(elements) => {
                let values = elements.iter().map(|element| element.value.show());
                format!("[{}]", cut(values, elements.len()))
            }
        }
    }
}

/// Entries of a list or map that are shown.
const SHOWN_ENTRIES: usize = 10;
/// Characters of a string or name that are shown.
const SHOWN_CHARS: usize = 40;
/// Longest plain form of a number; a longer one is rounded.
const SHOWN_NUMBER_CHARS: usize = 10;

fn cut(entries: impl Iterator<Item = String>, length: usize) -> String {
    let mut shown: Vec<String> = entries.take(SHOWN_ENTRIES).collect();
    if length > SHOWN_ENTRIES {
        shown.push(format!("... {} more", length - SHOWN_ENTRIES));
    }
    shown.join(", ")
}

/// A text that a terminal shows as it is: control characters escaped, cut when long.
pub(super) fn name(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARS).collect();
    shown = shown.escape_debug().collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        shown.push_str("...");
    }
    shown
}

/// A number in at most six digits, unless it is short as it stands.
pub(super) fn show_number(number: f64) -> String {
    let plain = number.to_string();
    if number == 0.0 {
        return "0".into();
    }
    if plain.len() <= SHOWN_NUMBER_CHARS {
        return plain;
    }
    let magnitude = number.abs().log10().floor();
    if (-4.0..9.0).contains(&magnitude) {
        let decimals = (5.0 - magnitude).max(0.0) as usize;
        let rounded = format!("{number:.decimals$}");
        return match rounded.contains('.') {
            true => rounded.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => rounded,
        };
    }
    let rounded = format!("{number:.5e}");
    match rounded.split_once('e') {
        Some((digits, power)) => {
            format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'))
        }
        None => rounded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (52.5, "52.5"),
            (-3.0, "-3"),
            (1234567.0, "1234567"),
            (52.333_333_333_333_336, "52.3333"),
            (2.0 / 3.0, "0.666667"),
            (0.1 + 0.2, "0.3"),
            (123456789.123, "123456789"),
            (5e-324, "4.94066e-324"),
            (1e300, "1e300"),
            (-1.5e-9, "-1.5e-9"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(show_number(number), text);
        }
    }

    #[test]
    fn values_show_as_text() {
        let inner = Value::numbered(vec![Value::Number(1.0), Value::Text("a\"\n".into())]);
        let outer = Value::numbered(vec![inner, Value::List(vec![])]);
        assert_eq!(outer.show(), r#"[[1, "a\"\n"], []]"#);
        let long = Value::numbered((0..14).map(|at| Value::Number(f64::from(at))).collect());
        assert_eq!(long.show(), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ... 4 more]");
        assert_eq!(name(&"é".repeat(41)), format!("{}...", "é".repeat(40)));
        let map = BTreeMap::from([("k".to_owned(), 2.0)]);
        assert_eq!(Value::Map(map).show(), r#"{"k": 2}"#);
    }

    #[test]
    fn leaves_know_their_way() {
        let value = Value::List(vec![
            Element {
                of: "red".into(),
                value: Value::List(vec![Element { of: "p1".into(), value: Value::Number(3.0) }]),
            },
            Element { of: "blue".into(), value: Value::List(vec![]) },
        ]);
        let lists = value.innermost_lists();
        assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(lists[0][0].of.as_deref(), Some("red / p1"));
        assert_eq!(value.leaves().len(), 1);
        assert_eq!(Value::Number(1.0).leaves()[0].of, None);
    }
}

//! Mutations of a right request, each derived from one constraint of the model.

use std::collections::BTreeSet;

use super::dice::Dice;
use super::model::{Allowed, Shape};
use serde_json::{Value, json};

/// A constraint and the way in which it is broken, for instance
/// `("StopMatchmaking.TicketId", "one character too long")`.
pub type Group = (String, &'static str);

/// A request that must be refused.
#[derive(Debug)]
pub struct Mutated {
    pub group: Group,
    pub request: Value,
    pub exception: &'static str,
    /// What the message must say: members by path, numbers, names.
    pub says: Vec<String>,
}

/// A place in a request that a constraint is about.
pub struct Site<'s> {
    /// JSON pointer.
    pub pointer: String,
    /// As messages name it; empty for the whole.
    pub path: String,
    /// The same without numbers and keys, after the name of the operation.
    pub constraint: String,
    pub shape: &'s Shape,
    /// The parent must have it; or it is an entry of a list or a map, where nothing may be null.
    required: bool,
    is_member: bool,
}

/// The places of a request.
pub fn sites<'s>(operation: &str, shape: &'s Shape, request: &Value) -> Vec<Site<'s>> {
    let root = Site {
        pointer: String::new(),
        path: String::new(),
        constraint: operation.into(),
        shape,
        required: false,
        is_member: false,
    };
    let mut found = Vec::new();
    walk(root, request, &mut found);
    found
}

fn walk<'s>(site: Site<'s>, value: &Value, found: &mut Vec<Site<'s>>) {
    let (pointer, path, constraint) =
        (site.pointer.clone(), site.path.clone(), site.constraint.clone());
    let entry = |key: &str, path: String, of| Site {
        pointer: format!("{pointer}/{key}"),
        path,
        constraint: format!("{constraint}[]"),
        shape: of,
        required: true,
        is_member: false,
    };
    let dotted = |name: &str| if path.is_empty() { name.into() } else { format!("{path}.{name}") };
    match (site.shape, value) {
        (Shape::Object(members), Value::Object(values)) => {
            for member in *members {
                let Some(value) = values.get(member.name) else { continue };
                let below = Site {
                    pointer: format!("{pointer}/{}", member.name),
                    path: dotted(member.name),
                    constraint: format!("{constraint}.{}", member.name),
                    shape: &member.shape,
                    required: member.required,
                    is_member: true,
                };
                walk(below, value, found);
            }
        }
        (Shape::List(list), Value::Array(values)) => {
            for (index, value) in values.iter().enumerate() {
                let below = entry(&index.to_string(), format!("{path}[{index}]"), list.of);
                walk(below, value, found);
            }
        }
        (Shape::Map(map), Value::Object(values)) => {
            for (key, value) in values {
                walk(entry(key, dotted(key), map.of), value, found);
            }
        }
        _ => {}
    }
    found.push(site);
}

/// Every way to break a constraint of a shape, which has `required` as in [`Site`].
pub fn groups(constraint: &str, shape: &Shape, required: bool, is_member: bool) -> BTreeSet<Group> {
    let mut all: BTreeSet<Group> = ways(shape, required, is_member)
        .into_iter()
        .map(|way| (constraint.to_owned(), way))
        .collect();
    match shape {
        Shape::Object(members) => {
            for member in *members {
                let name = format!("{constraint}.{}", member.name);
                all.extend(groups(&name, &member.shape, member.required, true));
            }
        }
        Shape::List(list) => all.extend(groups(&format!("{constraint}[]"), list.of, true, false)),
        Shape::Map(map) => all.extend(groups(&format!("{constraint}[]"), map.of, true, false)),
        _ => {}
    }
    all
}

const OTHER_TYPE: &str = "of another type";
const NULL: &str = "null";
const MISSING: &str = "missing";
const EMPTY: &str = "too short";
const LONG: &str = "one character too long";
const VERY_LONG: &str = "much too long";
const CHARACTER: &str = "a bad character";
const BELOW: &str = "one too low";
const FAR_BELOW: &str = "much too low";
const ABOVE: &str = "one too high";
const FAR_ABOVE: &str = "much too high";
const BROKEN: &str = "not whole";
const NOT_A_NAME: &str = "none of the names";
const FEW: &str = "too few";
const MANY: &str = "one too many";
const VERY_MANY: &str = "many too many";
const EMPTY_KEY: &str = "an empty key";
const LONG_KEY: &str = "a key of one character too many";
const VERY_LONG_KEY: &str = "a key that is much too long";
const UNKNOWN: &str = "an unknown member";

fn ways(shape: &Shape, required: bool, is_member: bool) -> Vec<&'static str> {
    let mut ways = vec![OTHER_TYPE];
    ways.extend(required.then_some(NULL));
    ways.extend((required && is_member).then_some(MISSING));
    match shape {
        Shape::Text(text) => {
            ways.extend((text.min > 0).then_some(EMPTY));
            ways.extend([LONG, VERY_LONG]);
            ways.extend((text.allowed != Allowed::Anything).then_some(CHARACTER));
        }
        Shape::Whole(..) => ways.extend([BELOW, FAR_BELOW, ABOVE, FAR_ABOVE, BROKEN]),
        Shape::OneOf(_) => ways.push(NOT_A_NAME),
        Shape::List(list) => {
            ways.extend((list.min > 0).then_some(FEW));
            ways.extend([MANY, VERY_MANY]);
        }
        Shape::Map(_) => {
            ways.extend([MANY, VERY_MANY, EMPTY_KEY, LONG_KEY, VERY_LONG_KEY]);
        }
        Shape::Object(_) => ways.push(UNKNOWN),
        Shape::Number | Shape::Boolean => {}
    }
    ways
}

/// The ways in which a site can be broken.
pub fn ways_of(site: &Site<'_>) -> Vec<Group> {
    let ways = ways(site.shape, site.required, site.is_member);
    ways.into_iter().map(|way| (site.constraint.clone(), way)).collect()
}

/// Breaks the constraint of a site in one way.
pub fn mutate(
    operation: &str,
    request: &Value,
    site: &Site<'_>,
    way: &'static str,
    dice: &mut Dice,
) -> Mutated {
    let mut request = request.clone();
    let path = match site.path.is_empty() {
        true => operation.to_owned(),
        false => site.path.clone(),
    };
    let mut says = vec![path];
    if way == MISSING {
        let (parent, name) = site.pointer.rsplit_once('/').expect("a member has a parent");
        let parent = request.pointer_mut(parent).and_then(Value::as_object_mut);
        assert!(parent.expect("it is there").remove(name).is_some());
    } else {
        let value = request.pointer_mut(&site.pointer).expect("the site is in the request");
        match (way, site.shape) {
            (NULL, _) => *value = Value::Null,
            (OTHER_TYPE, shape) => *value = of_another_type(shape, dice),
            _ => says.extend(break_value(value, site.shape, way, dice)),
        }
    }
    let group = (site.constraint.clone(), way);
    Mutated { group, request, exception: "InvalidRequestException", says }
}

fn of_another_type(shape: &Shape, dice: &mut Dice) -> Value {
    let all = [json!("5"), json!(5.5), json!(true), json!([]), json!({}), json!([{"a": [1]}])];
    let own = |value: &Value| match shape {
        Shape::Text(_) | Shape::OneOf(_) => value.is_string(),
        Shape::Whole(..) | Shape::Number => value.is_number(),
        Shape::Boolean => value.is_boolean(),
        Shape::List(_) => value.is_array(),
        Shape::Map(_) | Shape::Object(_) => value.is_object(),
    };
    let other: Vec<Value> = all.into_iter().filter(|value| !own(value)).collect();
    dice.one(&other)
}

/// Breaks a value, and gives what the message must say beside its path.
fn break_value(
    value: &mut Value,
    shape: &Shape,
    way: &'static str,
    dice: &mut Dice,
) -> Vec<String> {
    let numbers = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect();
    match shape {
        Shape::Text(text) => {
            let (min, max) = (text.min, text.max);
            let length = match way {
                EMPTY => min - 1,
                LONG => max + 1,
                VERY_LONG => max * dice.between(2, 20) + 7,
                _ => {
                    *value = json!(with_bad_character(value, text.allowed, dice));
                    return vec!["must be|may hold only".into()];
                }
            };
            *value = json!(dice.text(text.allowed, length));
            if way == EMPTY { numbers(&[min as i64, max as i64]) } else { numbers(&[max as i64]) }
        }
        Shape::Whole(min, max) => {
            *value = match way {
                BELOW => json!(min - 1),
                FAR_BELOW => dice.one(&[json!(-1_000_000_007_i64), json!(-1e300)]),
                ABOVE => json!(max + 1),
                FAR_ABOVE => dice.one(&[json!(u64::MAX), json!(1e300), json!(1_u64 << 32)]),
                _ => json!(*min as f64 + 0.5),
            };
            numbers(&[*min, *max])
        }
        Shape::OneOf(names) => {
            let wrong = ["", "accept", "Enabled", "ACCEPT ", "NONE", "é"];
            *value = json!(dice.one(&wrong));
            names.iter().map(|&name| name.to_owned()).collect()
        }
        Shape::List(list) => {
            let values = value.as_array_mut().expect("it is a list");
            let (min, max) = (list.min as i64, list.max as i64);
            if way == FEW {
                values.truncate(list.min - 1);
                return numbers(&[min, max]);
            }
            let size = if way == MANY { list.max + 1 } else { list.max * 3 + dice.below(100) };
            fill_list(values, list.of, size, dice);
            numbers(&[max])
        }
        Shape::Map(map) => {
            let values = value.as_object_mut().expect("it is an object");
            let key_length = match way {
                EMPTY_KEY => Some(0),
                LONG_KEY => Some(map.key_max + 1),
                VERY_LONG_KEY => Some(map.key_max * dice.between(2, 9)),
                _ => None,
            };
            let first = values.values().next().cloned().expect("there is an entry");
            if let Some(length) = key_length {
                values.insert(dice.text(Allowed::Anything, length), first);
                return numbers(&[1, map.key_max as i64]);
            }
            let size = if way == MANY { map.max + 1 } else { map.max * 3 + dice.below(100) };
            fill_map(values, size);
            numbers(&[map.max as i64])
        }
        Shape::Object(_) => {
            let name = dice.one(&["Colour", "playerId", "S ", "é", ""]);
            value[name] = dice.one(&[json!(1), json!(null), json!({})]);
            vec![format!("unknown member `{name}`")]
        }
        Shape::Number | Shape::Boolean => unreachable!("there is no other way"),
    }
}

/// Makes a list as long as that by copies of its first entry; players and ids are all different.
pub fn fill_list(values: &mut Vec<Value>, of: &Shape, size: usize, dice: &mut Dice) {
    let first = values.first().cloned().expect("there is an entry");
    while values.len() < size {
        let mut next = first.clone();
        if next.get("PlayerId").is_some() {
            next["PlayerId"] = json!(format!("another-{}", values.len()));
        }
        if let Shape::Text(text) = of {
            next = json!(dice.text(text.allowed, text.min.max(8)));
        }
        values.push(next);
    }
}

/// Fills a map with copies of its first entry.
pub fn fill_map(values: &mut serde_json::Map<String, Value>, size: usize) {
    let first = values.values().next().cloned().expect("there is an entry");
    for number in 0.. {
        if values.len() == size {
            return;
        }
        values.insert(format!("key-{number}"), first.clone());
    }
}

fn with_bad_character(value: &Value, allowed: Allowed, dice: &mut Dice) -> String {
    let bad = dice.forbidden(allowed).expect("the pattern forbids some");
    let text = value.as_str().expect("it is text");
    let mut chars: Vec<char> = text.chars().collect();
    let from = match allowed {
        // Before the name, an ARN may hold anything.
        Allowed::NameOrArn => text.rfind('/').map_or(0, |it| it + 1),
        Allowed::PlayerSession if dice.once_in(2) => {
            chars[dice.below(6)] = 'x';
            return chars.into_iter().collect();
        }
        Allowed::PlayerSession => 6,
        // A point would be right at the end.
        Allowed::Target => 0,
        _ => 0,
    };
    let end = if allowed == Allowed::Target { chars.len() - 5 } else { chars.len() };
    chars[dice.between(from, end - 1)] = bad;
    chars.into_iter().collect()
}

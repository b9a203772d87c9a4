//! Rule sets with one bound moved so that more passes.

use serde_json::{Value, json};

use super::dice::Dice;

/// Which way a bound lets more pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Up,
    Down,
}

/// A number in a rule set.
struct Bound {
    pointer: String,
    way: Way,
    is_whole: bool,
}

/// Moves one of the bounds that are used positively, base values and those of expansions alike, and
/// says which; `None` where there is none.
pub fn relax(dice: &mut Dice, rules: &mut Value) -> Option<String> {
    let bounds = bounds(rules);
    if bounds.is_empty() {
        return None;
    }
    let Bound { pointer, way, is_whole } = &bounds[dice.below(bounds.len())];
    let value = rules.pointer_mut(pointer)?;
    let number = value.as_f64()?;
    let step = match is_whole {
        true => dice.between(1, 2) as f64,
        false => dice.one(&[0.5, 1.0 + number.abs() / 2.0, 1000.0]),
    };
    let moved = match way {
        Way::Up => number + step,
        Way::Down if *is_whole => (number - step).max(0.0),
        Way::Down => number - step,
    };
    *value = if *is_whole { json!(moved as u64) } else { json!(moved) };
    Some(format!("{pointer} from {number} to {moved}"))
}

fn bounds(rules: &Value) -> Vec<Bound> {
    let none = Vec::new();
    let list = |key: &str| rules[key].as_array().unwrap_or(&none);
    let statements = list("rules").iter().filter_map(|rule| rule["statement"].as_str());
    let is_positive = |statement: &str| !statement.contains("not(") && !statement.contains("xor(");
    if !statements.into_iter().all(is_positive) {
        return Vec::new();
    }
    let mut bounds = Vec::new();
    for (at, rule) in list("rules").iter().enumerate() {
        for field in FIELDS {
            let way = way_of(rule, field).filter(|_| rule[field].is_number());
            let pointer = format!("/rules/{at}/{field}");
            let is_whole = is_whole(field);
            bounds.extend(way.map(|way| Bound { pointer, way, is_whole }));
        }
    }
    for at in 0..list("teams").len() {
        for (field, way) in [("minPlayers", Way::Down), ("maxPlayers", Way::Up)] {
            bounds.push(Bound { pointer: format!("/teams/{at}/{field}"), way, is_whole: true });
        }
    }
    for (at, expansion) in list("expansions").iter().enumerate() {
        let target = expansion["target"].as_str().unwrap_or_default();
        let (owner, field) = target.rsplit_once('.').unwrap_or_default();
        let of_rule = owner.strip_prefix("rules[").and_then(|it| it.strip_suffix(']'));
        let way = match of_rule {
            Some(name) => {
                let rule = list("rules").iter().find(|rule| rule["name"] == name);
                rule.and_then(|rule| way_of(rule, field))
            }
            None => Some(if field == "maxPlayers" { Way::Up } else { Way::Down }),
        };
        let Some(way) = way else { continue };
        for step in 0..expansion["steps"].as_array().map_or(0, Vec::len) {
            let pointer = format!("/expansions/{at}/steps/{step}/value");
            bounds.push(Bound { pointer, way, is_whole: is_whole(field) });
        }
    }
    bounds
}

const FIELDS: [&str; 6] =
    ["maxDistance", "minDistance", "maxLatency", "maxCount", "minCount", "referenceValue"];

fn is_whole(field: &str) -> bool {
    matches!(field, "maxLatency" | "maxCount" | "minCount" | "minPlayers" | "maxPlayers")
}

fn way_of(rule: &Value, field: &str) -> Option<Way> {
    match (field, rule["operation"].as_str()) {
        ("maxDistance" | "maxLatency" | "maxCount", _) => Some(Way::Up),
        ("minDistance" | "minCount", _) => Some(Way::Down),
        ("referenceValue", Some("<" | "<=")) => Some(Way::Up),
        ("referenceValue", Some(">" | ">=")) => Some(Way::Down),
        _ => None,
    }
}

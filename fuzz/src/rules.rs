//! Rule sets: small ones of every rule kind, chosen by the bytes of an input, and our own.

use arbitrary::{Result, Unstructured};
use rallypoint::RuleSet;
use serde_json::{Map, Value, json};

/// The rule sets of `rulesets/`.
const OWN: [&str; 11] = [
    include_str!("../../rulesets/co_op.json"),
    include_str!("../../rulesets/duel.json"),
    include_str!("../../rulesets/even_teams.json"),
    include_str!("../../rulesets/free_for_all.json"),
    include_str!("../../rulesets/greedy_trap.json"),
    include_str!("../../rulesets/hunters.json"),
    include_str!("../../rulesets/playlists.json"),
    include_str!("../../rulesets/regions.json"),
    include_str!("../../rulesets/roles.json"),
    include_str!("../../rulesets/squads.json"),
    include_str!("../../rulesets/trios.json"),
];

/// Most rules of a rule set.
const RULES_MAX: usize = 3;
pub const LOCATIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-south-1"];
const FUNCTIONS: [&str; 9] =
    ["min", "max", "avg", "median", "sum", "count", "stddev", "flatten", "set_intersection"];
const SELECTORS: [&str; 5] = ["*", "a", "b", "a, b", "b_1"];
const LEAVES: [&str; 7] = [
    ".players.attributes[skill]",
    ".players.attributes[role]",
    ".players.attributes[modes]",
    ".players.attributes[ranks]",
    ".players[playerId]",
    ".players",
    "",
];
/// Expressions that are worth more than the chance that bytes make them.
const USUAL: [&str; 10] = [
    "flatten(teams[*].players.attributes[skill])",
    "teams[a].players.attributes[skill]",
    "avg(teams[*].players.attributes[skill])",
    "avg(flatten(teams[*].players.attributes[skill]))",
    "max(flatten(teams[*].players.attributes[skill]))",
    "sum(teams[a].players.attributes[skill])",
    "count(teams[*].players)",
    "flatten(teams[*].players.attributes[modes])",
    "set_intersection(flatten(teams[*].players.attributes[modes]))",
    "flatten(teams[*].players.attributes[role])",
];

/// A rule set: one of ours, or one that the bytes make. None where theirs does not compile.
pub fn rule_set(u: &mut Unstructured<'_>) -> Result<Option<RuleSet>> {
    if u.ratio(1, 8)? {
        return Ok(RuleSet::from_json(u.choose(&OWN)?).ok());
    }
    generated(u)
}

/// A rule set of one to three teams over the attributes `skill`, `role`, `modes` and `ranks`.
pub fn generated(u: &mut Unstructured<'_>) -> Result<Option<RuleSet>> {
    let mut text = json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": attributes(),
        "algorithm": {
            "expansionAgeSelection": u.choose(&["newest", "oldest"])?,
            "backfillPriority": u.choose(&["normal", "high", "low"])?,
        },
        "teams": teams(u)?,
    });
    if u.ratio(1, 4)? {
        text["algorithm"]["batchingPreference"] = json!("sorted");
        text["algorithm"]["sortByAttributes"] = json!([u.choose(&["skill", "role"])?]);
    }
    // A rule or an expansion with which the whole does not compile is left out.
    let mut compiled = RuleSet::from_json(&text.to_string()).ok();
    for list in ["rules", "expansions"] {
        for number in 0..u.int_in_range(0..=RULES_MAX)? {
            let item = match list {
                "rules" => rule(u, number)?,
                _ => expansion(u)?,
            };
            let mut with = text.clone();
            match with.get_mut(list).and_then(Value::as_array_mut) {
                Some(items) => items.push(item),
                None => with[list] = json!([item]),
            }
            if let Ok(rule_set) = RuleSet::from_json(&with.to_string()) {
                (text, compiled) = (with, Some(rule_set));
            }
        }
    }
    Ok(compiled)
}

/// The attributes of [`generated`] rule sets.
pub fn attributes() -> Value {
    json!([
        {"name": "skill", "type": "number"},
        {"name": "role", "type": "string", "default": "any"},
        {"name": "modes", "type": "string_list", "default": ["duel"]},
        {"name": "ranks", "type": "string_number_map", "default": {"duel": 1}},
    ])
}

fn teams(u: &mut Unstructured<'_>) -> Result<Value> {
    let mut teams = Vec::new();
    for name in ["a", "b", "c"].into_iter().take(u.int_in_range(1..=3)?) {
        let min: u32 = *u.choose(&[1, 1, 1, 2, 0, 3])?;
        let max = u.int_in_range(min.max(1)..=4)?;
        let mut team = json!({"name": name, "minPlayers": min, "maxPlayers": max});
        if name == "b" && u.ratio(1, 3)? {
            team["quantity"] = json!(2);
        }
        teams.push(team);
    }
    Ok(teams.into())
}

/// An expression, well-typed or not.
fn expression(u: &mut Unstructured<'_>) -> Result<String> {
    if u.arbitrary()? {
        return Ok((*u.choose(&USUAL)?).into());
    }
    let mut text = format!("teams[{}]{}", u.choose(&SELECTORS)?, u.choose(&LEAVES)?);
    for _ in 0..u.int_in_range(0..=3)? {
        text = format!("{}({text})", u.choose(&FUNCTIONS)?);
    }
    Ok(text)
}

/// A number that players are likely to have, or to be apart by.
pub fn number(u: &mut Unstructured<'_>) -> Result<f64> {
    Ok(match u.int_in_range(0..=49)? {
        0 => 1e300,
        1 => -1e300,
        2 => -0.0,
        3 => f64::from(u.arbitrary::<i16>()?) / 8.0,
        other => f64::from(u.int_in_range(0..=6)?) * if other < 20 { 10.0 } else { 1.0 },
    })
}

fn reference(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=5)? {
        0 => expression(u)?.into(),
        1 => json!(u.choose(&["tank", "medic", "duel", "p1"])?),
        2 => json!(["duel", u.choose(&["ctf", "tank"])?]),
        _ => number(u)?.into(),
    })
}

fn rule(u: &mut Unstructured<'_>, number_of_rule: usize) -> Result<Value> {
    let mut rule = Map::new();
    let mut set = |name: &str, value: Value| rule.insert(name.into(), value);
    set("name", format!("r{number_of_rule}").into());
    let kind = *u.choose(&[
        "comparison",
        "distance",
        "collection",
        "latency",
        "batchDistance",
        "compound",
        "absoluteSort",
        "distanceSort",
    ])?;
    set("type", kind.into());
    let direction = *u.choose(&["ascending", "descending"])?;
    match kind {
        "comparison" | "distance" | "collection" => {
            set("measurements", json!([expression(u)?]));
            if u.ratio(3, 4)? {
                set("referenceValue", reference(u)?);
            }
        }
        "latency" => {
            set("maxLatency", u.int_in_range(20..=120)?.into());
            if u.ratio(1, 3)? {
                set("maxDistance", u.int_in_range(0..=60)?.into());
                set("distanceReference", (*u.choose(&["min", "avg"])?).into());
            }
        }
        "batchDistance" => {
            let attribute = *u.choose(&["skill", "role"])?;
            set("batchAttribute", attribute.into());
            if attribute == "skill" {
                set("maxDistance", number(u)?.into());
            }
        }
        "compound" => {
            let operator = *u.choose(&["and", "or", "xor"])?;
            let (first, second) = (u.int_in_range(0..=2)?, u.int_in_range(0..=2)?);
            let negated =
                if u.arbitrary()? { format!("not(r{second})") } else { format!("r{second}") };
            set("statement", format!("{operator}(r{first}, {negated})").into());
        }
        _ => {
            let attribute = *u.choose(&["skill", "role", "ranks"])?;
            set("sortAttribute", attribute.into());
            set("sortDirection", direction.into());
            if attribute == "ranks" {
                set("mapKey", (*u.choose(&["maxValue", "minValue"])?).into());
            }
        }
    }
    match kind {
        "comparison" => {
            let operations = ["=", "!=", "<", "<=", ">", ">="];
            set("operation", (*u.choose(&operations)?).into());
        }
        "distance" => {
            set("maxDistance", number(u)?.into());
            if u.ratio(1, 4)? {
                set("minDistance", number(u)?.into());
            }
        }
        "collection" => {
            let operations = ["intersection", "contains", "reference_intersection_count"];
            set("operation", (*u.choose(&operations)?).into());
            set(u.choose(&["minCount", "maxCount"])?, u.int_in_range(0..=3)?.into());
        }
        _ => {}
    }
    if u.ratio(1, 6)? {
        let words = ["min", "max", "avg", "union", "intersection"];
        set("partyAggregation", (*u.choose(&words)?).into());
    }
    Ok(rule.into())
}

fn expansion(u: &mut Unstructured<'_>) -> Result<Value> {
    let fields =
        ["maxDistance", "minDistance", "referenceValue", "minCount", "maxCount", "maxLatency"];
    let target = match u.arbitrary()? {
        true => {
            let team = u.choose(&["a", "b", "c", "a, b"])?;
            format!("teams[{team}].{}", u.choose(&["minPlayers", "maxPlayers"])?)
        }
        false => format!("rules[r{}].{}", u.int_in_range(0..=2)?, u.choose(&fields)?),
    };
    let mut steps = Vec::new();
    let mut wait = 0;
    for _ in 0..u.int_in_range(1..=2)? {
        wait += u.int_in_range(1..=10)?;
        let value = match u.ratio(1, 4)? {
            true => reference(u)?,
            false => u.int_in_range(0..=4)?.into(),
        };
        steps.push(json!({"waitTimeSeconds": wait, "value": value}));
    }
    Ok(json!({"target": target, "steps": steps}))
}

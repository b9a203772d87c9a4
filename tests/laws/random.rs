//! Random rule sets over numbers, strings, lists and latencies, and tickets for them.

use rallypoint::Player;
use serde_json::{Value, json};

use super::dice::Dice;

const MAPS: &[&str] = &["quarry", "orchard"];
const MODES: &[&str] = &["duel", "siege", "escort"];
const LOCATIONS: &[&str] = &["ap-east-1", "eu-west-1", "us-east-1"];

pub fn rule_set(dice: &mut Dice) -> Value {
    let names = ["bravo", "alpha", "charlie"];
    let count = dice.between(1, 3);
    let quantity = if dice.once_in(3) { 2 } else { 1 };
    let teams: Vec<Value> = names
        .iter()
        .take(count)
        .enumerate()
        .map(|(at, name)| {
            let max = dice.between(1, 3);
            let min = if dice.once_in(3) { dice.between(0, max) } else { dice.between(1, max) };
            let quantity = if at == 0 { quantity } else { 1 };
            json!({"name": name, "minPlayers": min, "maxPlayers": max, "quantity": quantity})
        })
        .collect();
    let count = dice.between(1, 3);
    let mut rules: Vec<Value> = (0..count).map(|at| rule(dice, &format!("rule{at}"))).collect();
    let expansions = expansions(dice, &rules, &names[..teams.len()]);
    let named: Vec<&str> = rules
        .iter()
        .filter(|rule| rule["type"] != "batchDistance")
        .filter_map(|rule| rule["name"].as_str())
        .collect();
    if named.len() > 1 && dice.once_in(2) {
        let (word, first, second) = (dice.one(&["and", "or"]), named[0], named[1]);
        let statement = format!("{word}({first}, {second})");
        rules.push(json!({"name": "both", "type": "compound", "statement": statement}));
    }
    match dice.below(6) {
        0 => rules.push(json!({"name": "nearest", "type": "distanceSort",
            "sortAttribute": "skill", "sortDirection": "ascending"})),
        1 => rules.push(json!({"name": "highest", "type": "absoluteSort",
            "sortAttribute": "level", "sortDirection": "descending", "partyAggregation": "avg"})),
        _ => {}
    }
    let algorithm = match dice.once_in(4) {
        true => json!({"batchingPreference": "sorted", "sortByAttributes": ["skill", "map"]}),
        false => json!({}),
    };
    json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [
            {"name": "skill", "type": "number"},
            {"name": "level", "type": "number", "default": 1},
            {"name": "map", "type": "string", "default": "quarry"},
            {"name": "modes", "type": "string_list", "default": ["duel"]},
        ],
        "algorithm": algorithm,
        "teams": teams,
        "rules": rules,
        "expansions": expansions,
    })
}

fn rule(dice: &mut Dice, name: &str) -> Value {
    let skills = "flatten(teams[*].players.attributes[skill])";
    match dice.below(11) {
        0 => json!({"name": name, "type": "distance", "maxDistance": dice.one(&[8, 15, 30]),
            "measurements": [format!("max({skills})")],
            "referenceValue": format!("min({skills})")}),
        1 => json!({"name": name, "type": "batchDistance", "batchAttribute": "skill",
            "maxDistance": dice.one(&[8, 15, 30])}),
        2 => json!({"name": name, "type": "comparison", "operation": "=",
            "measurements": ["flatten(teams[*].players.attributes[map])"]}),
        3 => json!({"name": name, "type": "comparison", "operation": dice.one(&["<=", "<"]),
            "measurements": ["avg(teams[*].players.attributes[skill])"],
            "referenceValue": dice.between(20, 50)}),
        4 => json!({"name": name, "type": "comparison", "operation": dice.one(&[">=", ">"]),
            "measurements": [format!("avg({skills})")], "referenceValue": dice.between(10, 40)}),
        5 => json!({"name": name, "type": "comparison", "operation": "<=",
            "measurements": ["sum(flatten(teams[*].players.attributes[level]))"],
            "referenceValue": dice.between(3, 12)}),
        6 => json!({"name": name, "type": "distance", "maxDistance": dice.one(&[3, 6, 12]),
            "measurements": ["avg(teams[*].players.attributes[skill])"],
            "referenceValue": format!("avg({skills})")}),
        7 => json!({"name": name, "type": "collection", "operation": "intersection",
            "minCount": dice.between(1, 2),
            "measurements": ["flatten(teams[*].players.attributes[modes])"]}),
        8 => json!({"name": name, "type": "collection", "operation": "contains",
            "measurements": ["flatten(teams[*].players.attributes[modes])"],
            "referenceValue": "duel", "maxCount": dice.between(1, 4)}),
        9 => json!({"name": name, "type": "latency", "maxLatency": dice.between(20, 80)}),
        _ => json!({"name": name, "type": "latency", "maxLatency": 90,
            "maxDistance": dice.between(20, 60), "distanceReference": "min"}),
    }
}

fn expansions(dice: &mut Dice, rules: &[Value], teams: &[&str]) -> Vec<Value> {
    let mut expansions = Vec::new();
    for rule in rules {
        let field =
            ["maxDistance", "maxLatency", "maxCount"].into_iter().find(|it| rule[it].is_u64());
        let Some(field) = field.filter(|_| dice.once_in(2)) else { continue };
        let from = rule[field].as_u64().unwrap_or_default();
        let name = rule["name"].as_str().unwrap_or_default();
        expansions.push(json!({"target": format!("rules[{name}].{field}"), "steps": [
            {"waitTimeSeconds": 5, "value": from + 4},
            {"waitTimeSeconds": dice.between(10, 25), "value": 2 * from}]}));
    }
    if dice.once_in(3) {
        expansions.push(json!({"target": format!("teams[{}].minPlayers", teams.join(", ")),
            "steps": [{"waitTimeSeconds": 12, "value": dice.below(2)}]}));
    }
    expansions
}

pub fn tickets(dice: &mut Dice, count: usize) -> Vec<Vec<Player>> {
    let reports = dice.one(&[0, 1, 8]);
    let mut number = 0;
    let mut player = |dice: &mut Dice| {
        number += 1;
        let mut player = Player::new(format!("p{number}"));
        player = player.with_number("skill", dice.below(60) as f64);
        if !dice.once_in(4) {
            player = player.with_number("level", dice.between(1, 4) as f64);
        }
        player = player.with_string("map", dice.one(MAPS));
        let modes = dice.between(1, 3);
        player = player.with_strings("modes", &dice.some(MODES, modes));
        for location in LOCATIONS {
            if reports > 0 && (reports == 1 || !dice.once_in(reports)) {
                player = player.with_latency(location, dice.between(1, 90) as u32);
            }
        }
        player
    };
    (0..count)
        .map(|_| {
            let size = if dice.once_in(4) { dice.between(2, 3) } else { 1 };
            (0..size).map(|_| player(dice)).collect()
        })
        .collect()
}

//! Generated property expressions, well-typed by a type checker of their own (facts 2.2, 2.3).

use super::choices::Choices;
use super::declared::Declared;
use crate::model::schema::AttributeType;
use crate::model::ticket::AttributeValue;

/// What an expression is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Of {
    /// Teams, players or maps, which can only be counted.
    Things,
    Numbers,
    Strings,
}

/// An expression with its type and some of the numbers that it may be.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) text: String,
    pub(crate) depth: u8,
    pub(crate) of: Of,
    /// Near what a bound is worth putting.
    pub(crate) likely: Vec<f64>,
}

const AGGREGATES: &[&str] = &["max", "min", "sum", "avg", "median", "stddev"];
/// More numbers than this are not needed to draw a bound from.
const LIKELY_MAX: usize = 24;

/// An expression of numbers, or of one number.
pub(crate) fn numbers(c: &mut Choices, declared: &Declared, scalar: bool) -> Expression {
    let path = path(c, declared);
    numbers_of(c, path, scalar)
}

/// Puts functions around an expression until it is made of numbers.
pub(crate) fn numbers_of(c: &mut Choices, path: Expression, scalar: bool) -> Expression {
    let mut expression = path;
    for _ in 0..4 {
        let done = expression.of == Of::Numbers && !(scalar && expression.depth > 0);
        if done && !c.once_in(3) {
            break;
        }
        let functions: Vec<&str> = ["flatten", "set_intersection", "count"]
            .into_iter()
            .chain(AGGREGATES.iter().copied())
            .filter(|function| is_sensible(function, &expression))
            .collect();
        if functions.is_empty() {
            break;
        }
        let function = c.one(&functions);
        expression = apply(c, function, &expression);
    }
    if expression.of != Of::Numbers {
        expression = apply(c, "count", &expression);
    }
    if expression.depth == 1 && c.once_in(24) {
        expression = apply(c, "flatten", &expression);
    }
    while scalar && expression.depth > 0 {
        let aggregate = c.one(AGGREGATES);
        expression = apply(c, aggregate, &expression);
    }
    expression
}

/// A list of strings that can be compared: never lists that are attribute values (decision 12).
pub(crate) fn strings(c: &mut Choices, declared: &Declared) -> Expression {
    let lists = declared.of_type(AttributeType::StringList);
    let texts = declared.of_type(AttributeType::String);
    let teams = selector(c, declared);
    if !lists.is_empty() && c.once_in(3) {
        let mut expression = attribute(teams, &c.one(&lists).name, 2, Of::Strings);
        while expression.depth > 1 {
            let function = c.one(&["set_intersection", "flatten"]);
            expression = apply(c, function, &expression);
        }
        return expression;
    }
    let mut expression = match texts.is_empty() || c.once_in(5) {
        true => leaf(teams, ".players[playerId]", 1, Of::Strings),
        false => attribute(teams, &c.one(&texts).name, 1, Of::Strings),
    };
    if c.once_in(2) {
        expression = match expression.depth > 1 && c.once_in(3) {
            true => apply(c, "set_intersection", &expression),
            false => apply(c, "flatten", &expression),
        };
    }
    expression
}

/// Lists of strings, one or more levels deep; at least two where `nested` is asked for.
pub(crate) fn lists_of_strings(c: &mut Choices, declared: &Declared, nested: bool) -> Expression {
    let lists = declared.of_type(AttributeType::StringList);
    let texts = declared.of_type(AttributeType::String);
    let mut teams = selector(c, declared);
    let mut expression = if !lists.is_empty() && !c.once_in(4) {
        attribute(teams, &c.one(&lists).name, 2, Of::Strings)
    } else {
        if nested && !teams.grouped {
            teams = Selector { text: "*".into(), grouped: true };
        }
        match texts.is_empty() || c.once_in(3) {
            true => leaf(teams, ".players[playerId]", 1, Of::Strings),
            false => attribute(teams, &c.one(&texts).name, 1, Of::Strings),
        }
    };
    let least = if nested { 2 } else { 1 };
    while expression.depth > least && c.once_in(3) {
        let function = c.one(&["flatten", "set_intersection"]);
        expression = apply(c, function, &expression);
    }
    expression
}

/// One list of strings.
pub(crate) fn list_of_strings(c: &mut Choices, declared: &Declared) -> Expression {
    let mut expression = lists_of_strings(c, declared, false);
    while expression.depth > 1 {
        let function = c.one(&["flatten", "flatten", "set_intersection"]);
        expression = apply(c, function, &expression);
    }
    expression
}

/// Any path.
pub(crate) fn path(c: &mut Choices, declared: &Declared) -> Expression {
    let teams = selector(c, declared);
    let attributes = &declared.attributes;
    match c.below(16) {
        0 => leaf(teams, ".players", 1, Of::Things),
        1 => leaf(teams, ".players[playerId]", 1, Of::Strings),
        2 if teams.grouped => leaf(teams, "", 0, Of::Things),
        3..8 => {
            let chosen = c.one(attributes);
            let (depth, of) = match chosen.attribute_type {
                AttributeType::Number => (1, Of::Numbers),
                AttributeType::String => (1, Of::Strings),
                AttributeType::StringList => (2, Of::Strings),
                AttributeType::StringNumberMap => (1, Of::Things),
            };
            let likely = match of {
                Of::Numbers => numbers_in(&chosen.values),
                _ => Vec::new(),
            };
            Expression { likely, ..attribute(teams, &chosen.name, depth, of) }
        }
        _ => {
            let chosen = c.one(&declared.of_type(AttributeType::Number));
            let likely = numbers_in(&chosen.values);
            Expression { likely, ..attribute(teams, &chosen.name, 1, Of::Numbers) }
        }
    }
}

fn numbers_in(values: &[AttributeValue]) -> Vec<f64> {
    let number = |value: &AttributeValue| match value {
        AttributeValue::Number(number) => Some(*number),
        _ => None,
    };
    values.iter().filter_map(number).collect()
}

/// What stands in `teams[...]`, and whether it means a list.
struct Selector {
    text: String,
    grouped: bool,
}

/// `*`, an instance, a base name, or several of them.
fn selector(c: &mut Choices, declared: &Declared) -> Selector {
    if c.below(3) == 0 {
        return Selector { text: "*".into(), grouped: true };
    }
    let mut names: Vec<(String, bool)> = Vec::new();
    let teams = match c.once_in(2) {
        true => vec![c.one(&declared.teams)],
        false => c.some(&declared.teams, 2),
    };
    for team in teams {
        let instances = team.instances();
        match c.below(3) {
            0 => names.push((c.one(&instances), false)),
            1 => names.push((team.name.into(), instances.len() > 1)),
            _ => names.extend(c.some(&instances, 2).into_iter().map(|name| (name, false))),
        }
    }
    if c.once_in(2) {
        names.reverse();
    }
    let grouped = names.len() > 1 || names[0].1;
    let comma = c.one(&[", ", ",", " , "]);
    let names: Vec<String> = names.into_iter().map(|(name, _)| name).collect();
    Selector { text: names.join(comma), grouped }
}

fn leaf(teams: Selector, rest: &str, depth: u8, of: Of) -> Expression {
    Expression {
        text: format!("teams[{}]{rest}", teams.text),
        depth: depth + u8::from(teams.grouped),
        of,
        likely: Vec::new(),
    }
}

fn attribute(teams: Selector, name: &str, depth: u8, of: Of) -> Expression {
    leaf(teams, &format!(".players.attributes[{name}]"), depth, of)
}

fn is_sensible(function: &str, expression: &Expression) -> bool {
    match function {
        "flatten" => expression.depth >= 2,
        "set_intersection" => expression.of == Of::Strings && expression.depth >= 2,
        "count" => expression.depth >= 1,
        _ => expression.of == Of::Numbers && expression.depth >= 1,
    }
}

/// `function(expression)`, which must be well-typed.
fn apply(c: &mut Choices, function: &str, expression: &Expression) -> Expression {
    let Expression { text, depth, of, likely } = expression;
    let space = if c.once_in(16) { " " } else { "" };
    let text = format!("{function}{space}({text})");
    let depth = match function {
        "flatten" => (depth - 1).max(1),
        _ => depth - 1,
    };
    let of = if function == "count" { Of::Numbers } else { *of };
    let pairs = || likely.iter().flat_map(|&a| likely.iter().map(move |&b| (a, b)));
    let mut likely: Vec<f64> = match function {
        "count" => vec![1.0, 2.0, 0.0, 3.0],
        "sum" => likely.iter().copied().chain([0.0]).chain(pairs().map(|(a, b)| a + b)).collect(),
        "avg" => pairs().map(|(a, b)| (a + b) / 2.0).collect(),
        "stddev" => pairs().map(|(a, b)| (a - b).abs() / 2.0).collect(),
        _ => likely.clone(),
    };
    likely.retain(|number| number.is_finite());
    likely.truncate(LIKELY_MAX);
    Expression { text, depth, of, likely }
}

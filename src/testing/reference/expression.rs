//! The value of a property expression in a match (facts 2, decision 11).

use std::collections::BTreeSet;

use super::party;
use super::value::{Element, Undefined, Value, name};
use super::{Lineup, Team};
use crate::expr::ast::{Expr, Function, Leaf};
use crate::model::schema::{Aggregation, AttributeType};
use crate::model::ticket::Player;

/// The value of an expression. Undefined anywhere inside means undefined as a whole. `aggregation`
/// is what the rule says of parties, read only where those count as one player.
pub(super) fn evaluate(
    expr: &Expr,
    lineup: &Lineup<'_>,
    aggregation: Option<Aggregation>,
) -> Result<Value, Undefined> {
    let (mut value, mut depth) = path(expr, lineup, aggregation)?;
    for &function in expr.functions.iter().rev() {
        (value, depth) = apply(function, &value, depth)?;
    }
    debug_assert_eq!(depth, usize::from(expr.ty.depth), "{}", expr.text);
    Ok(value)
}

/// The value of `teams[...]` with what follows, and how many levels of list that is. The levels
/// are counted because an empty list does not show them.
fn path(
    expr: &Expr,
    lineup: &Lineup<'_>,
    aggregation: Option<Aggregation>,
) -> Result<(Value, usize), Undefined> {
    let mut teams = Vec::new();
    for &instance in &expr.instances {
        let team = lineup.team(instance);
        let value = match expr.leaf {
            Leaf::Team => Value::Team(team.name.to_owned()),
            leaf => Value::List(of_players(leaf, team, lineup, aggregation)?),
        };
        teams.push(Element { of: team.name.to_owned(), value });
    }
    let in_team = match expr.leaf {
        Leaf::Team => 0,
        Leaf::Players | Leaf::PlayerIds => 1,
        Leaf::Attribute(attribute) => match lineup.schema.attributes[attribute].attribute_type {
            AttributeType::StringList => 2,
            _ => 1,
        },
    };
    if expr.grouped {
        return Ok((Value::List(teams), in_team + 1));
    }
    let only = teams.pop().expect("a path that is not grouped names one team");
    Ok((only.value, in_team))
}

/// One element for each player of a team, or for each ticket where those count as one player. Ids
/// are never put together.
fn of_players(
    leaf: Leaf,
    team: &Team<'_>,
    lineup: &Lineup<'_>,
    aggregation: Option<Aggregation>,
) -> Result<Vec<Element>, Undefined> {
    let mut elements = Vec::new();
    for ticket in &team.tickets {
        let mut values = Vec::new();
        for player in &ticket.players {
            let value = of_player(leaf, player, lineup)?;
            values.push(Element { of: player.player_id.as_str().to_owned(), value });
        }
        if lineup.collapse && leaf != Leaf::PlayerIds {
            elements.push(party::as_one(&ticket.players, values, aggregation)?);
        } else {
            elements.append(&mut values);
        }
    }
    Ok(elements)
}

fn of_player(leaf: Leaf, player: &Player, lineup: &Lineup<'_>) -> Result<Value, Undefined> {
    let id = player.player_id.as_str();
    match leaf {
        Leaf::Team => unreachable!("a team is no part of a player"),
        Leaf::Players => Ok(Value::Player(id.to_owned())),
        Leaf::PlayerIds => Ok(Value::Text(id.to_owned())),
        Leaf::Attribute(attribute) => lineup.attribute(player, attribute).map_err(Undefined),
    }
}

/// A function of a value with `depth` levels of list.
fn apply(function: Function, value: &Value, depth: usize) -> Result<(Value, usize), Undefined> {
    let result = match function {
        Function::Flatten if depth < 2 => return Ok((value.clone(), depth)),
        Function::Flatten => flatten(list(value)),
        Function::SetIntersection => on_inner(value, depth, 2, None, &set_intersection)?,
        Function::Count => on_inner(value, depth, 1, None, &|elements, _| {
            Ok(Value::Number(elements.len() as f64))
        })?,
        Function::Min
        | Function::Max
        | Function::Avg
        | Function::Median
        | Function::Sum
        | Function::Stddev => on_inner(value, depth, 1, None, &|elements, of| {
            aggregate(function, &numbers(elements), of)
        })?,
    };
    Ok((result, depth - 1))
}

/// A function of a list; the text says whose list it is, when it is one of several.
type ListFunction<'f> = &'f dyn Fn(&[Element], Option<&str>) -> Result<Value, Undefined>;

/// Applies `function` to every list that has `levels` levels and lies inside the others; those
/// stay lists. `of` is for messages.
fn on_inner(
    value: &Value,
    depth: usize,
    levels: usize,
    of: Option<&str>,
    function: ListFunction<'_>,
) -> Result<Value, Undefined> {
    if depth <= levels {
        return function(list(value), of);
    }
    let mut results = Vec::new();
    for element in list(value) {
        let value = on_inner(&element.value, depth - 1, levels, Some(&element.of), function)?;
        results.push(Element { of: element.of.clone(), value });
    }
    Ok(Value::List(results))
}

/// One list of what the lists hold.
fn flatten(lists: &[Element]) -> Value {
    Value::List(lists.iter().flat_map(|inner| list(&inner.value)).cloned().collect())
}

/// The strings that all lists have, each once, in the order of the first list.
fn set_intersection(lists: &[Element], of: Option<&str>) -> Result<Value, Undefined> {
    let Some((first, others)) = lists.split_first() else {
        return Err(undefined("set_intersection of no lists", of));
    };
    let others: Vec<BTreeSet<&str>> =
        others.iter().map(|inner| texts(&inner.value).collect()).collect();
    let mut common: Vec<Value> = Vec::new();
    let mut seen = BTreeSet::new();
    for text in texts(&first.value) {
        if others.iter().all(|other| other.contains(text)) && seen.insert(text) {
            common.push(Value::Text(text.to_owned()));
        }
    }
    Ok(Value::numbered(common))
}

/// A number for a list of numbers (facts 10.2, 10.24). Sums run from left to right.
fn aggregate(function: Function, numbers: &[f64], of: Option<&str>) -> Result<Value, Undefined> {
    let function_name = function.name();
    if numbers.is_empty() && function != Function::Sum {
        return Err(undefined(&format!("{function_name} of an empty list"), of));
    }
    let result = match function {
        Function::Min => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        Function::Max => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Function::Sum => sum(numbers),
        Function::Avg => mean(numbers),
        Function::Median => median(numbers),
        Function::Stddev => {
            let center = mean(numbers);
            let squares: Vec<f64> =
                numbers.iter().map(|number| (number - center) * (number - center)).collect();
            mean(&squares).sqrt()
        }
        Function::Count | Function::Flatten | Function::SetIntersection => {
            unreachable!("`{function_name}` is not an aggregate of numbers")
        }
    };
    if result.is_finite() {
        Ok(Value::Number(result))
    } else {
        Err(undefined(&format!("{function_name} is too large for a number"), of))
    }
}

fn undefined(reason: &str, of: Option<&str>) -> Undefined {
    Undefined(match of {
        Some(of) => format!("{reason} ({})", name(of)),
        None => reason.to_owned(),
    })
}

pub(super) fn sum(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |total, number| total + number)
}

pub(super) fn mean(numbers: &[f64]) -> f64 {
    sum(numbers) / numbers.len() as f64
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => (sorted[middle - 1] + sorted[middle]) / 2.0,
        _ => sorted[middle],
    }
}

pub(super) fn list(value: &Value) -> &[Element] {
    match value {
        Value::List(elements) => elements,
        other => unreachable!("the type checker lets no {other:?} stand where a list must"),
    }
}

fn numbers(elements: &[Element]) -> Vec<f64> {
    let number = |element: &Element| match element.value {
        Value::Number(number) => number,
        ref other => unreachable!("the type checker lets no {other:?} stand for a number"),
    };
    elements.iter().map(number).collect()
}

pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    list(value).iter().map(|element| match &element.value {
        Value::Text(text) => text.as_str(),
        other => unreachable!("the type checker lets no {other:?} stand for a string"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{assemble, parties};
    use super::*;
    use crate::model::matched::PlacedTicket;
    use crate::ruleset::ast::RuleSetAst;
    use crate::testing::build::{rule_set, solo, solos, ticket};

    /// The value of an expression as text.
    fn worth(ast: &RuleSetAst, tickets: &[PlacedTicket], text: &str) -> String {
        let parties = parties(ast, tickets).unwrap();
        let lineup = assemble(ast, &parties);
        match evaluate(&ast.expr(text), &lineup, None) {
            Ok(value) => value.show(),
            Err(Undefined(reason)) => format!("undefined: {reason}"),
        }
    }

    fn three_teams() -> RuleSetAst {
        let ast = rule_set().team("red", 0, 9).team("blue", 0, 9).team("green", 0, 9).number("x");
        ast.attribute("tags", AttributeType::StringList, Some(strings(&[]))).attribute(
            "clan",
            AttributeType::String,
            Some(crate::AttributeValue::String("none".into())),
        )
    }

    fn strings(texts: &[&str]) -> crate::AttributeValue {
        crate::AttributeValue::StringList(texts.iter().map(|&text| text.into()).collect())
    }

    fn tagged(id: &str, tags: &[&str]) -> Player {
        Player::new(id).with_number("x", 0.0).with_strings("tags", tags)
    }

    #[test]
    fn functions_take_the_innermost_list_and_map_over_the_others() {
        let ast = three_teams();
        let mut tickets = solos("red", &[1.0, 2.0, 6.0]);
        tickets.extend(solos("blue", &[4.0, 8.0]));
        for (text, value) in [
            ("teams[red]", "red"),
            ("teams[*]", "[red, blue, green]"),
            ("count(teams[red, blue])", "2"),
            ("teams[red].players", "[red1, red2, red3]"),
            ("teams[*].players[playerId]", r#"[["red1", "red2", "red3"], ["blue1", "blue2"], []]"#),
            ("teams[red].players.attributes[x]", "[1, 2, 6]"),
            ("teams[red, blue].players.attributes[x]", "[[1, 2, 6], [4, 8]]"),
            ("avg(teams[red, blue].players.attributes[x])", "[3, 6]"),
            ("max(avg(teams[red, blue].players.attributes[x]))", "6"),
            ("avg(flatten(teams[*].players.attributes[x]))", "4.2"),
            ("min(teams[red, blue].players.attributes[x])", "[1, 4]"),
            ("max(teams[red, blue].players.attributes[x])", "[6, 8]"),
            ("median(teams[red, blue].players.attributes[x])", "[2, 6]"),
            ("sum(teams[*].players.attributes[x])", "[9, 12, 0]"),
            ("count(teams[*].players)", "[3, 2, 0]"),
            ("count(flatten(teams[*].players))", "5"),
            ("flatten(teams[red].players.attributes[x])", "[1, 2, 6]"),
            ("stddev(teams[blue].players.attributes[x])", "2"),
            ("stddev(teams[red, blue].players.attributes[x])", "[2.16025, 2]"),
        ] {
            assert_eq!(worth(&ast, &tickets, text), value, "{text}");
        }
    }

    #[test]
    fn an_empty_list_keeps_its_levels() {
        let ast = three_teams();
        let tickets = [solo("green", tagged("p", &["a", "b"]))];
        for (text, value) in [
            ("flatten(teams[red, blue].players.attributes[tags])", "[]"),
            // a list per player, of nobody: no counts, rather than a count of 0
            ("count(flatten(teams[red, blue].players.attributes[tags]))", "[]"),
            ("count(flatten(flatten(teams[red, blue].players.attributes[tags])))", "0"),
            ("count(teams[red, green].players.attributes[tags])", "[[], [2]]"),
            ("sum(flatten(teams[red, blue].players.attributes[x]))", "0"),
        ] {
            assert_eq!(worth(&ast, &tickets, text), value, "{text}");
        }
    }

    #[test]
    fn aggregates_of_nothing_are_undefined_and_spread() {
        let ast = three_teams();
        let tickets = solos("red", &[1.0]);
        for function in ["min", "max", "avg", "median", "stddev"] {
            let reason = format!("undefined: {function} of an empty list");
            let one = format!("{function}(teams[blue].players.attributes[x])");
            assert_eq!(worth(&ast, &tickets, &one), reason);
            let per_team = format!("{function}(teams[red, blue].players.attributes[x])");
            assert_eq!(worth(&ast, &tickets, &per_team), format!("{reason} (blue)"));
            let counted = format!("count({per_team})");
            assert_eq!(worth(&ast, &tickets, &counted), format!("{reason} (blue)"));
        }
        let text = "set_intersection(teams[blue].players.attributes[tags])";
        assert_eq!(worth(&ast, &tickets, text), "undefined: set_intersection of no lists");
    }

    #[test]
    fn a_result_that_is_not_finite_is_undefined() {
        let ast = three_teams();
        let tickets = solos("red", &[f64::MAX, f64::MAX, -f64::MAX]);
        for function in ["sum", "avg", "stddev"] {
            let text = format!("{function}(teams[red].players.attributes[x])");
            let reason = format!("undefined: {function} is too large for a number");
            assert_eq!(worth(&ast, &tickets, &text), reason);
        }
        let tickets = solos("red", &[f64::MAX, f64::MAX]);
        let median = "median(teams[red].players.attributes[x])";
        assert!(worth(&ast, &tickets, median).starts_with("undefined: median is too large"));
        assert!(worth(&ast, &tickets, "max(teams[red].players.attributes[x])").ends_with("e308"));
    }

    #[test]
    fn sums_run_over_older_tickets_first() {
        let ast = three_teams();
        let player = |id: &str, x: f64| Player::new(id).with_number("x", x);
        let sum = "sum(teams[red].players.attributes[x])";
        let order = "teams[red].players[playerId]";
        // (1e16 + 1) rounds to 1e16, so only the order 1e16, -1e16, 1 keeps the 1
        let aged = |ages: [u32; 3]| {
            let values = [("a", 1e16), ("b", 1.0), ("c", -1e16)];
            let ticket = |((id, x), age)| ticket("red", age, vec![player(id, x)]);
            values.into_iter().zip(ages).map(ticket).collect::<Vec<_>>()
        };
        assert_eq!(worth(&ast, &aged([5, 5, 5]), order), r#"["a", "b", "c"]"#);
        assert_eq!(worth(&ast, &aged([5, 5, 5]), sum), "0");
        assert_eq!(worth(&ast, &aged([9, 1, 5]), order), r#"["a", "c", "b"]"#);
        assert_eq!(worth(&ast, &aged([9, 1, 5]), sum), "1");
        let party = ticket("red", 0, vec![player("y", 2.0), player("x", 1.0)]);
        assert_eq!(worth(&ast, &[party], order), r#"["y", "x"]"#);
    }

    #[test]
    fn the_deviation_takes_two_passes_over_a_population() {
        let ast = three_teams();
        // far from 0 the mean of squares less the square of the mean has no digit left
        let values = [4.0, 7.0, 13.0, 16.0].map(|x| x + 1e9);
        let text = "stddev(teams[red].players.attributes[x])";
        let parties_of = solos("red", &values);
        let parties = parties(&ast, &parties_of).unwrap();
        let lineup = assemble(&ast, &parties);
        assert_eq!(evaluate(&ast.expr(text), &lineup, None), Ok(Value::Number(22.5_f64.sqrt())));
        assert_eq!(worth(&ast, &solos("red", &[7.0]), text), "0");
    }

    #[test]
    fn medians_do_not_depend_on_order() {
        let ast = three_teams();
        let text = "median(teams[red].players.attributes[x])";
        assert_eq!(worth(&ast, &solos("red", &[9.0, -1.0, 4.0]), text), "4");
        assert_eq!(worth(&ast, &solos("red", &[9.0, -1.0, 4.0, 5.0]), text), "4.5");
    }

    #[test]
    fn intersections_keep_the_order_of_the_first_list() {
        let ast = three_teams();
        let tickets = [
            solo("red", tagged("p", &["c", "a", "c", "b"])),
            solo("red", tagged("q", &["a", "d", "c"])),
            solo("blue", tagged("r", &["c"])),
        ];
        for (text, value) in [
            ("teams[red].players.attributes[tags]", r#"[["c", "a", "b"], ["a", "d", "c"]]"#),
            ("count(teams[red].players.attributes[tags])", "[3, 3]"),
            ("set_intersection(teams[red].players.attributes[tags])", r#"["c", "a"]"#),
            (
                "set_intersection(teams[red, blue].players.attributes[tags])",
                r#"[["c", "a"], ["c"]]"#,
            ),
            ("set_intersection(flatten(teams[*].players.attributes[tags]))", r#"["c"]"#),
            (
                "set_intersection(set_intersection(teams[red, blue].players.attributes[tags]))",
                r#"["c"]"#,
            ),
            (
                "set_intersection(set_intersection(teams[*].players.attributes[tags]))",
                "undefined: set_intersection of no lists (green)",
            ),
            // one list of strings per team, with repeats
            ("teams[red, blue].players.attributes[clan]", r#"[["none", "none"], ["none"]]"#),
            ("set_intersection(teams[red, blue].players.attributes[clan])", r#"["none"]"#),
            ("set_intersection(teams[*].players.attributes[clan])", "[]"),
        ] {
            assert_eq!(worth(&ast, &tickets, text), value, "{text}");
        }
    }

    #[test]
    fn a_base_name_stands_for_its_instances() {
        let ast = rule_set().team("solo", 0, 1).teams("trio", 0, 3, 3).number("x");
        let mut tickets = solos("trio_1", &[1.0]);
        tickets.extend(solos("trio_3", &[5.0, 7.0]));
        for (text, value) in [
            ("teams[trio]", "[trio_1, trio_2, trio_3]"),
            ("teams[trio_3]", "trio_3"),
            ("teams[trio, solo]", "[solo, trio_1, trio_2, trio_3]"),
            ("sum(teams[trio].players.attributes[x])", "[1, 0, 12]"),
        ] {
            assert_eq!(worth(&ast, &tickets, text), value, "{text}");
        }
    }
}

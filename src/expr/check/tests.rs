#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

use super::*;
use crate::expr::parse::parse;
use crate::model::schema::{AttributeDeclaration, TeamDeclaration};

/// Teams `red`, `blue`, `trio` (three of them) and `solo`, and an attribute of every type.
fn schema() -> Schema {
    let mut schema = Schema::default();
    for (name, quantity) in [("red", 1), ("blue", 1), ("trio", 3), ("solo", 1)] {
        let name = name.into();
        let team = TeamDeclaration { name, min_players: 1, max_players: 5, quantity };
        schema.add_team(team).unwrap();
    }
    for (name, attribute_type) in [
        ("skill", AttributeType::Number),
        ("class", AttributeType::String),
        ("tags", AttributeType::StringList),
        ("ratings", AttributeType::StringNumberMap),
    ] {
        let name = name.into();
        assert!(schema.add_attribute(AttributeDeclaration { name, attribute_type, default: None }));
    }
    schema
}

fn checked(text: &str) -> Result<(Expr, Vec<Range<usize>>), Vec<ExprError>> {
    let syntax = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    check(&syntax, &schema())
}

#[track_caller]
fn expr(text: &str) -> Expr {
    checked(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}")).0
}

#[track_caller]
fn assert_types(rows: &[(&str, &str)]) {
    for (text, ty) in rows {
        assert_eq!(expr(text).ty.to_string(), *ty, "{text}");
    }
}

/// Whether these are all the errors: underlined text, message, help (empty: none).
#[track_caller]
fn assert_errors(text: &str, expected: &[(&str, &str, &str)]) {
    let errors = checked(text).expect_err(text);
    let found: Vec<_> = errors
        .iter()
        .map(|error| {
            let underlined = &text[error.span.clone()];
            (underlined, error.kind.to_string(), error.help.clone().unwrap_or_default())
        })
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|&(underlined, message, help)| (underlined, message.to_string(), help.to_string()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

fn instance_names(text: &str) -> Vec<String> {
    let schema = schema();
    expr(text).instances.iter().map(|&it| schema.instances[it].name.to_string()).collect()
}

/// The table of facts 2.2, row by row.
#[test]
fn types_of_paths() {
    assert_types(&[
        ("teams[red]", "a team"),
        ("teams[red,blue]", "a list of teams"),
        ("teams[*]", "a list of teams"),
        ("teams[red].players", "a list of players"),
        ("teams[red,blue].players", "a list of lists of players"),
        ("teams[*].players", "a list of lists of players"),
        ("teams[red].players[playerId]", "a list of strings"),
        ("teams[*].players[playerId]", "a list of lists of strings"),
        ("teams[red].players.attributes[skill]", "a list of numbers"),
        ("teams[*].players.attributes[skill]", "a list of lists of numbers"),
        ("teams[red].players.attributes[class]", "a list of strings"),
        ("teams[red].players.attributes[tags]", "a list of lists of strings"),
        ("teams[*].players.attributes[tags]", "a list of lists of lists of strings"),
        ("teams[red].players.attributes[ratings]", "a list of maps of numbers"),
        ("teams[*].players.attributes[ratings]", "a list of lists of maps of numbers"),
    ]);
}

/// The worked consequences of facts 2.3, and decision 11.
#[test]
fn types_of_functions() {
    let skills = "a list of numbers";
    assert_types(&[
        ("avg(teams[*].players.attributes[skill])", skills),
        ("avg(flatten(teams[*].players.attributes[skill]))", "a number"),
        ("max(avg(teams[*].players.attributes[skill]))", "a number"),
        ("max(count(teams[*].players))", "a number"),
        ("min(count(teams[*].players))", "a number"),
        ("count(flatten(teams[*].players))", "a number"),
        ("flatten(teams[*].players.attributes[tags])", "a list of lists of strings"),
        ("flatten(flatten(teams[*].players.attributes[tags]))", "a list of strings"),
        ("set_intersection(flatten(teams[*].players.attributes[tags]))", "a list of strings"),
        ("set_intersection(teams[*].players.attributes[tags])", "a list of lists of strings"),
        (
            "set_intersection(set_intersection(teams[*].players.attributes[tags]))",
            "a list of strings",
        ),
        ("set_intersection(teams[red].players.attributes[tags])", "a list of strings"),
        ("set_intersection(teams[*].players.attributes[class])", "a list of strings"),
        ("count(set_intersection(teams[*].players.attributes[class]))", "a number"),
        ("flatten(teams[*].players[playerId])", "a list of strings"),
        ("count(flatten(teams[*].players.attributes[tags]))", skills),
        ("count(teams[*].players.attributes[tags])", "a list of lists of numbers"),
        ("sum(count(teams[red].players.attributes[tags]))", "a number"),
        ("count(teams[*])", "a number"),
        ("count(teams[red].players)", "a number"),
        ("count(teams[red].players.attributes[ratings])", "a number"),
        ("flatten(teams[red].players.attributes[tags])", "a list of strings"),
    ]);
    for function in ["min", "max", "avg", "median", "sum", "stddev"] {
        assert_types(&[(&format!("{function}(teams[red].players.attributes[skill])"), "a number")]);
    }
}

#[test]
fn a_checked_expression_holds_what_was_written() {
    let text = " max ( avg(teams[blue, red].players.attributes[skill]) )";
    let expr = expr(text);
    assert_eq!(expr.text, "max(avg(teams[blue, red].players.attributes[skill]))");
    assert_eq!(expr.functions, [Function::Max, Function::Avg]);
    assert!(expr.grouped);
    assert_eq!(expr.leaf, Leaf::Attribute(schema().attribute("skill").unwrap()));
}

#[test]
fn names_mean_instances_in_the_order_of_definition() {
    let all = ["red", "blue", "trio_1", "trio_2", "trio_3", "solo"];
    assert_eq!(instance_names("teams[*]"), all);
    assert_eq!(
        instance_names("teams[solo, trio, red]"),
        ["red", "trio_1", "trio_2", "trio_3", "solo"]
    );
    assert_eq!(instance_names("teams[trio_3,trio_1]"), ["trio_1", "trio_3"]);
    assert_eq!(instance_names("teams[blue]"), ["blue"]);
}

#[test]
fn a_base_name_is_a_list_and_an_instance_is_not() {
    let of = |text: &str| (expr(text).grouped, expr(text).ty.to_string());
    assert_eq!(of("teams[trio]"), (true, "a list of teams".into()));
    assert_eq!(of("teams[trio_2]"), (false, "a team".into()));
    assert_eq!(of("teams[trio].players"), (true, "a list of lists of players".into()));
    let one_team =
        TeamDeclaration { name: "all".into(), min_players: 1, max_players: 1, quantity: 1 };
    let mut schema = Schema::default();
    schema.add_team(one_team).unwrap();
    let (star, _) = check(&parse("teams[*]").unwrap(), &schema).unwrap();
    assert!(star.grouped, "`teams[*]` is a list even of one team");
}

#[test]
fn a_name_may_stand_once() {
    let once = "take one of the two out";
    let part = "`trio` means all its teams, and `trio_2` is one of them";
    let first = "`trio` means all its teams, and `trio_1` is one of them";
    assert_errors("teams[red, blue, red]", &[("red", "`red` stands twice in this list", once)]);
    assert_errors("teams[trio, trio]", &[("trio", "`trio` stands twice in this list", once)]);
    assert_errors(
        "teams[trio_1,trio_1]",
        &[("trio_1", "`trio_1` stands twice in this list", once)],
    );
    assert_errors("teams[trio, trio_2]", &[("trio_2", "`trio_2` stands twice in this list", part)]);
    assert_errors("teams[trio_1, trio]", &[("trio", "`trio` stands twice in this list", first)]);
    let errors = checked("teams[red,red]").unwrap_err();
    assert_eq!(errors[0].span, 10..13, "the later one is at fault");
}

#[test]
fn unknown_names_are_all_found_at_once() {
    assert_errors(
        "avg(teams[redd, blue, trio_4, xyz].players.attributes[skil])",
        &[
            ("redd", "no team `redd` is declared", "did you mean `red`?"),
            ("trio_4", "no team `trio_4` is declared", "did you mean `trio_1`?"),
            ("xyz", "no team `xyz` is declared", "declared: `red`, `blue`, `trio` and `solo`"),
            ("skil", "no attribute `skil` is declared", "did you mean `skill`?"),
        ],
    );
    assert_errors("teams[Trio]", &[("Trio", "no team `Trio` is declared", "did you mean `trio`?")]);
    let star = "`*` means every team and stands alone: `teams[*]`";
    assert_errors("teams[red, *]", &[("*", "no team `*` is declared", star)]);
    let name = "red.players.attributes[skill";
    let message = format!("no team `{name}` is declared");
    assert_errors(&format!("teams[{name}]"), &[(name, &message, "a `]` is missing after `red`")]);
}

#[test]
fn functions_are_judged_although_a_name_is_unknown() {
    assert_errors(
        "avg(teams[red, x].players)",
        &[
            ("x", "no team `x` is declared", "declared: `red`, `blue`, `trio` and `solo`"),
            (
                "avg",
                "`avg` takes a list of numbers, this is a list of lists of players",
                "add `.attributes[...]` to take a number of each player, or use `count`",
            ),
        ],
    );
    // with the only name unknown, so is the type
    assert_errors(
        "avg(teams[x].players)",
        &[("x", "no team `x` is declared", "declared: `red`, `blue`, `trio` and `solo`")],
    );
}

#[test]
fn one_expression_has_a_bounded_number_of_errors() {
    let names: Vec<_> = (0..8_000).map(|n| format!("x{n}")).collect();
    let errors = checked(&format!("teams[{}]", names.join(","))).unwrap_err();
    assert_eq!(errors.len(), 101);
}

#[test]
fn numeric_functions_need_numbers() {
    let number = "add `.players.attributes[...]` to take a number of each player";
    assert_errors(
        "avg(teams[red])",
        &[("avg", "`avg` takes a list of numbers, this is a team", number)],
    );
    assert_errors(
        "sum(teams[*])",
        &[("sum", "`sum` takes a list of numbers, this is a list of teams", number)],
    );
    assert_errors(
        "max(teams[red].players)",
        &[(
            "max",
            "`max` takes a list of numbers, this is a list of players",
            "add `.attributes[...]` to take a number of each player, or use `count`",
        )],
    );
    assert_errors(
        "min(teams[red].players.attributes[class])",
        &[(
            "min",
            "`min` takes a list of numbers, this is a list of strings",
            "use a `number` attribute, not a `string`, or use `count`",
        )],
    );
    assert_errors(
        "median(teams[red].players.attributes[tags])",
        &[(
            "median",
            "`median` takes a list of numbers, this is a list of lists of strings",
            "use a `number` attribute, not a `string_list`, or use `count`",
        )],
    );
    assert_errors(
        "stddev(teams[red].players[playerId])",
        &[(
            "stddev",
            "`stddev` takes a list of numbers, this is a list of strings",
            "use `.players.attributes[...]` with a `number` attribute, or use `count`",
        )],
    );
    assert_errors(
        "avg(teams[red].players.attributes[ratings])",
        &[(
            "avg",
            "`avg` takes a list of numbers, this is a list of maps of numbers",
            "no function computes with a `string_number_map`; use a `number` attribute",
        )],
    );
}

#[test]
fn functions_need_lists() {
    for function in ["min", "max", "avg", "median", "sum", "stddev", "count", "flatten"] {
        let text = format!("{function}(max(teams[red].players.attributes[skill]))");
        let expected = match function {
            "count" => "a list",
            "flatten" => "a list of lists",
            _ => "a list of numbers",
        };
        let message = format!("`{function}` takes {expected}, this is a number");
        let help = format!("this is already a number; take `{function}` out");
        assert_errors(&text, &[(function, &message, &help)]);
    }
    let players = "add `.players` to take the players of the team";
    assert_errors(
        "count(teams[red])",
        &[("count", "`count` takes a list, this is a team", players)],
    );
    assert_errors(
        "count(flatten(teams[red]))",
        &[("flatten", "`flatten` takes a list of lists, this is a team", players)],
    );
}

#[test]
fn set_intersection_needs_lists_of_strings() {
    let takes = "`set_intersection` takes a list of lists of strings";
    let several = "take several teams, or a `string_list` attribute: the lists to intersect";
    let strings = "only strings can be intersected; use a `string` or `string_list` attribute";
    for (argument, found, help) in [
        ("teams[red].players.attributes[class]", "a list of strings", several),
        ("teams[red].players[playerId]", "a list of strings", several),
        ("flatten(teams[*].players.attributes[class])", "a list of strings", several),
        ("teams[*].players.attributes[skill]", "a list of lists of numbers", strings),
        ("teams[*].players", "a list of lists of players", strings),
        ("teams[*]", "a list of teams", strings),
        ("teams[*].players.attributes[ratings]", "a list of lists of maps of numbers", strings),
        ("count(teams[red].players)", "a number", strings),
    ] {
        let text = format!("set_intersection({argument})");
        assert_errors(&text, &[("set_intersection", &format!("{takes}, this is {found}"), help)]);
    }
}

#[test]
fn the_innermost_misfit_is_at_fault() {
    assert_errors(
        "max(avg(min(teams[red].players.attributes[skill])))",
        &[(
            "avg",
            "`avg` takes a list of numbers, this is a number",
            "this is already a number; take `avg` out",
        )],
    );
}

#[test]
fn flat_flattens_are_noted() {
    let flat = |text: &str| -> Vec<_> {
        checked(text).unwrap().1.into_iter().map(|span| (span.start, span.end)).collect()
    };
    assert_eq!(flat("avg(flatten(teams[red].players.attributes[skill]))"), [(4, 11)]);
    assert_eq!(
        expr("flatten(teams[red].players.attributes[skill])").ty,
        Type::new(1, Base::Number)
    );
    assert_eq!(flat("flatten(flatten(flatten(teams[*].players)))"), [(8, 15), (0, 7)]);
    assert_eq!(flat("flatten(teams[*])"), [(0, 7)]);
    assert!(flat("flatten(teams[*].players)").is_empty());
    assert!(flat("flatten(teams[red].players.attributes[tags])").is_empty());
}

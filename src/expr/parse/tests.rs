#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;

#[track_caller]
fn parsed(text: &str) -> ExprSyntax {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// Whether the text is refused with this message, help (if it is not empty) and underlined text.
#[track_caller]
fn assert_error(text: &str, at: usize, underlined: &str, message: &str, help: &str) {
    let error = parse(text).expect_err(text);
    assert_eq!(error.kind.to_string(), message);
    assert_eq!(error.span.start, at, "start of {:?}", &text[error.span.clone()]);
    assert_eq!(&text[error.span], underlined);
    assert_eq!(error.help.as_deref().unwrap_or(""), help);
}

#[test]
fn each_form_of_path() {
    let leaf = |text: &str| parsed(text).path.leaf;
    assert_eq!(leaf("teams[red]"), LeafSyntax::Team);
    assert_eq!(leaf("team[red].players"), LeafSyntax::Players);
    assert_eq!(leaf("teams[red].players[playerId]"), LeafSyntax::PlayerIds);
    assert_eq!(leaf("teams[red].players[playerid]"), LeafSyntax::PlayerIds);
    assert_eq!(
        leaf("teams[red].players.attributes[skill]"),
        LeafSyntax::Attribute(Spanned { value: "skill".into(), span: 30..35 })
    );
}

#[test]
fn selectors_hold_names_of_any_characters() {
    let names = |text: &str| match parsed(text).path.teams {
        TeamSelector::All => panic!("{text}"),
        TeamSelector::Named(names) => {
            names.into_iter().map(|it| (it.value, it.span)).collect::<Vec<_>>()
        }
    };
    assert_eq!(parsed("teams[ * ]").path.teams, TeamSelector::All);
    assert_eq!(
        names("teams[ red , blue team,é(]"),
        [("red".into(), 7..10), ("blue team".into(), 13..22), ("é(".into(), 23..26)]
    );
    assert_eq!(names("teams[*, a]"), [("*".into(), 6..7), ("a".into(), 9..10)]);
    let attribute = "teams[*].players.attributes[ a, [b.c ]";
    assert_eq!(
        parsed(attribute).path.leaf,
        LeafSyntax::Attribute(Spanned { value: "a, [b.c".into(), span: 29..36 })
    );
}

#[test]
fn functions_nest_and_white_space_does_not_matter() {
    let text = " count (\n flatten( teams [*] . players ) ) ";
    let syntax = parsed(text);
    let functions: Vec<_> =
        syntax.functions.iter().map(|it| (it.value, &text[it.span.clone()])).collect();
    assert_eq!(functions, [(Function::Count, "count"), (Function::Flatten, "flatten")]);
    assert_eq!(&text[syntax.path.span], "teams [*] . players");
    let text = "teams[a] . players . attributes [ x ] ";
    assert_eq!(&text[parsed(text).path.span], text.trim());
    assert_eq!(parsed("teams[a] ").path.span, 0..8);
    for function in Function::ALL {
        let syntax = parsed(&format!("{}(teams[*])", function.name()));
        assert_eq!(syntax.functions[0].value, function);
    }
}

#[test]
fn depth_is_limited() {
    let nested =
        |depth: usize| format!("{}teams[*]{}", "flatten(".repeat(depth), ")".repeat(depth));
    assert_eq!(parsed(&nested(16)).functions.len(), 16);
    for depth in [17, 8_000] {
        let message = "functions are nested more than 16 deep";
        assert_error(&nested(depth), 16 * 8, "flatten", message, "");
    }
}

#[test]
fn an_unknown_function() {
    let text = "avg(flaten(teams[*]))";
    assert_error(
        text,
        4,
        "flaten",
        "expected a function, found `flaten`",
        "did you mean `flatten`?",
    );
    let all = "the functions are `min`, `max`, `avg`, `median`, `sum`, `count`, `stddev`, `flatten`, \
               `set_intersection`";
    assert_error("round(teams[*])", 0, "round", "expected a function, found `round`", all);
    let message = "expected a function, found `AVG`";
    assert_error("AVG(teams[*])", 0, "AVG", message, "did you mean `avg`?");
}

#[test]
fn functions_take_one_argument() {
    let help = "functions take exactly one argument";
    let text = "avg(teams[a].players, teams[b].players)";
    assert_error(text, 20, ",", "expected `)`, found `,`", help);
    let message = "expected a function or `teams[...]`, found `)`";
    assert_error("avg( )", 5, ")", message, help);
    assert_error("count", 5, "", "expected `(`, found the end of the expression", "");
    assert_error("count[x]", 5, "[", "expected `(`, found `[`", "");
}

#[test]
fn a_path_must_name_teams() {
    let message = "expected a function or `teams[...]`, found `players`";
    let help = "name the teams: `teams[*].players.attributes[skill]`";
    assert_error("avg(players.attributes[skill])", 4, "players", message, help);
    let help = "name the teams: `teams[*].players`";
    assert_error("count(players)", 6, "players", message, help);
    let message = "expected a function or `teams[...]`, found `skill`";
    let help = "if `skill` is an attribute, write `teams[*].players.attributes[skill]`";
    assert_error(" skill ", 1, "skill", message, help);
    let message = "expected a function or `teams[...]`, found `Teams`";
    assert_error("Teams[red]", 0, "Teams", message, "did you mean `teams`?");
    let message = "expected a function or `teams[...]`, found `attributes`";
    let help = "name the teams: `teams[*].players.attributes[...]`";
    assert_error("attributes[skill]", 0, "attributes", message, help);
    let message = "expected a function or `teams[...]`, found `10`";
    let help = "an expression has no numbers; `referenceValue` may be a number";
    assert_error("10", 0, "10", message, help);
    let message = "expected a function or `teams[...]`, found the end of the expression";
    assert_error("", 0, "", message, "");
    assert_error("avg(", 4, "", message, "");
    assert_error("  ", 2, "", message, "");
    let message = "expected a function or `teams[...]`, found `(`";
    assert_error("(teams[*])", 0, "(", message, "");
}

#[test]
fn slips_in_a_path() {
    let end = "the end of the expression";
    assert_error("teams", 5, "", &format!("expected `[`, found {end}"), "");
    assert_error("teams.players", 5, ".", "expected `[`, found `.`", "");
    let help = "this `[` is not closed";
    assert_error("max(teams[é", 9, "[é", &format!("expected `]`, found {end}"), help);
    assert_error(
        "teams[a].",
        9,
        "",
        &format!("expected `players`, found {end}"),
        "players stand between: `.players.attributes[...]`",
    );
    let message = "expected `players`, found `player`";
    assert_error("teams[a].player", 9, "player", message, "did you mean `players`?");
    let message = "expected `players`, found `attributes`";
    let help = "players stand between: `.players.attributes[...]`";
    assert_error("teams[a].attributes[skill]", 9, "attributes", message, help);
    let message = "expected `attributes`, found `attribute`";
    assert_error(
        "teams[a].players.attribute[s]",
        17,
        "attribute",
        message,
        "did you mean `attributes`?",
    );
    let message = "expected `attributes`, found `skill`";
    let help = "an attribute is written `.attributes[skill]`";
    assert_error("teams[a].players.skill", 17, "skill", message, help);
    let message = "expected `[`, found the end of the expression";
    assert_error("teams[a].players.attributes", 27, "", message, "");
    let message = "expected `playerId`, found `skill`";
    let help = "an attribute is written `.attributes[skill]`";
    assert_error("teams[a].players[ skill ]", 18, "skill", message, help);
    let message = "expected `playerId`, found `playerID`";
    assert_error("teams[a].players[playerID]", 17, "playerID", message, "did you mean `playerId`?");
}

#[test]
fn empty_names() {
    let all = "`teams[*]` is every team";
    assert_error("teams[]", 6, "", "expected a team name, found nothing", all);
    assert_error("teams[a, ,b]", 8, " ", "expected a team name, found nothing", all);
    assert_error("teams[a,]", 8, "", "expected a team name, found nothing", all);
    let message = "expected an attribute name, found nothing";
    assert_error("teams[*].players.attributes[ ]", 28, " ", message, "");
    let message = "expected `playerId`, found nothing";
    assert_error("teams[*].players[]", 17, "", message, "");
}

#[test]
fn the_whole_text_must_be_an_expression() {
    let end = "expected the end of the expression";
    assert_error("teams[a].players x", 17, "x", &format!("{end}, found `x`"), "");
    assert_error("max(teams[a]))", 13, ")", &format!("{end}, found `)`"), "");
    assert_error("teams[a], teams[b]", 8, ",", &format!("{end}, found `,`"), "");
    let help = "an expression has no arithmetic";
    assert_error("avg(teams[*]) + 1", 14, "+", &format!("{end}, found `+`"), help);
    let help = "compare with `operation` and `referenceValue`";
    assert_error("avg(teams[*]) >= 1", 14, ">", &format!("{end}, found `>`"), help);
    assert_error("max(min(teams[a])", 17, "", "expected `)`, found the end of the expression", "");
    let help = "an expression has no arithmetic";
    assert_error("max(teams[a]*2)", 12, "*", "expected `)`, found `*`", help);
}

/// Text in which every branch of the parser has a good chance.
fn noise() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "teams",
        "team",
        "players",
        "playerId",
        "attributes",
        "avg",
        "flatten",
        "avg(",
        "skill",
        "[",
        "]",
        "(",
        ")",
        ".",
        ",",
        "*",
        " ",
        "é",
        "😀",
        "\u{a0}",
        "+",
        "teams[*]",
        ".players",
        "\0",
        "1",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_panics_and_errors_lie_in_it(text in prop_oneof![noise(), ".*"]) {
        if let Err(error) = parse(&text) {
            prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error);
        }
    }
}

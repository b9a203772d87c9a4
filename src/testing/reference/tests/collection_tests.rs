//! `collection` rules.

use super::*;
use crate::ruleset::ast::FieldValue;
use crate::testing::build::{text_list, word};

const TAGS: &str = "teams[*].players.attributes[tags]";
const FLAT_TAGS: &str = "flatten(teams[*].players.attributes[tags])";
const COMMON: &str = "set_intersection(flatten(teams[*].players.attributes[tags]))";

fn tag_teams() -> RuleSetAst {
    rule_set().team("red", 0, 9).team("blue", 0, 9).attribute(
        "tags",
        AttributeType::StringList,
        None,
    )
}

/// Solos with tags; a letter is a tag. Ids are `red1`, `red2`, ...
fn tagged(red: &[&str], blue: &[&str]) -> Vec<PlacedTicket> {
    let solos = |team: &'static str, players: &[&str]| -> Vec<PlacedTicket> {
        let player = |(at, tags): (usize, &&str)| {
            let tags: Vec<&str> = tags.split("").filter(|tag| !tag.is_empty()).collect();
            solo(team, Player::new(format!("{team}{at}")).with_strings("tags", &tags))
        };
        (1..).zip(players).map(player).collect()
    };
    [solos("red", red), solos("blue", blue)].concat()
}

fn contains(measurement: &str, min: Option<f64>, max: Option<f64>) -> RuleSetAst {
    tag_teams().collection(measurement, "contains", Some(text("m")), min, max)
}

#[test]
fn contains_counts_lists() {
    let match_of = tagged(&["mm", "ma"], &["b", "m"]);
    for (min, max, expected) in [
        (Some(3.0), None, true),
        (Some(4.0), None, false),
        (None, Some(3.0), true),
        (None, Some(2.0), false),
        (Some(3.0), Some(3.0), true),
        (Some(1.0), Some(2.0), false),
        (None, None, true),
    ] {
        assert_eq!(holds(&contains(FLAT_TAGS, min, max), &match_of), expected, "{min:?} {max:?}");
    }
    assert!(!holds(&contains(FLAT_TAGS, Some(1.0), None), &tagged(&["M"], &[])), "by text");
    let rule = only_rule(&contains(FLAT_TAGS, None, Some(2.0)), &match_of);
    assert_eq!(
        rule.to_string(),
        r#"FAILS rule0 (collection)
       -  flatten(teams[*].players.attributes[tags]) is [["m"], ["m", "a"], ["b"], ["m"]], counted 3; asked: at most 2 with "m"
            3 is 1 too many"#
    );
}

#[test]
fn groups_of_lists_are_judged_apart() {
    let one_each = contains(TAGS, Some(1.0), Some(1.0));
    assert!(holds(&one_each, &tagged(&["m", "a"], &["b", "m"])));
    let rule = only_rule(&one_each, &tagged(&["m", "m"], &["b"]));
    assert!(!rule.holds);
    let check = &rule.checks[0];
    assert_eq!(check.bound, "exactly 1 with \"m\"");
    assert!(check.measured.value.as_ref().unwrap().ends_with(", counted red 2, blue 0"));
    let misses: Vec<String> = check.misses.iter().map(ToString::to_string).collect();
    assert_eq!(misses, ["red: 2 is 1 too many", "blue: 0 is 1 too few"]);
    // a team without players has no lists, and nothing is asked of it
    assert!(holds(&one_each, &tagged(&["m"], &[])));
    assert!(!holds(&one_each, &tagged(&["a"], &[])));
    // a player without tags is a list all the same
    assert!(!holds(&one_each, &tagged(&["m"], &[""])));
}

#[test]
fn a_plain_list_is_one_collection() {
    let ast = contains(COMMON, Some(1.0), None);
    assert!(holds(&ast, &tagged(&["am"], &["m"])));
    assert!(!holds(&ast, &tagged(&["am"], &["a"])));
    let shared = |min, max| {
        let reference = Some(text_list(&["a", "b", "b", "c"]));
        tag_teams().collection(COMMON, "reference_intersection_count", reference, min, max)
    };
    assert!(holds(&shared(Some(2.0), Some(2.0)), &tagged(&["abm"], &["bma"])));
    assert!(!holds(&shared(Some(2.0), None), &tagged(&["abm"], &["bm"])));
    // strings of each team's players
    let ast = rule_set().team("red", 0, 9).team("blue", 0, 9).attribute(
        "role",
        AttributeType::String,
        None,
    );
    let ast = ast.collection(
        "teams[*].players.attributes[role]",
        "contains",
        Some(text("medic")),
        Some(2.0),
        None,
    );
    let player = |id: &str, role: &str| Player::new(id).with_string("role", role);
    let with_roles =
        |red: &str, blue: &str| [solo("red", player("p", red)), solo("blue", player("q", blue))];
    assert!(holds(&ast, &with_roles("medic", "medic")));
    assert!(!holds(&ast, &with_roles("medic", "tank")));
}

#[test]
fn an_intersection_counts_what_all_have() {
    let ast =
        |measurement, min, max| tag_teams().collection(measurement, "intersection", None, min, max);
    for (min, max, expected) in [
        (Some(2.0), Some(2.0), true),
        (Some(3.0), None, false),
        (None, Some(1.0), false),
        (Some(1.0), None, true),
    ] {
        let match_of = tagged(&["abcc", "cba"], &["abb"]);
        assert_eq!(holds(&ast(FLAT_TAGS, min, max), &match_of), expected, "{min:?} {max:?}");
    }
    let one = Some(1.0);
    assert!(!holds(&ast(FLAT_TAGS, one, None), &tagged(&["ab", ""], &["a"])), "an empty list");
    assert!(!holds(&ast(FLAT_TAGS, one, None), &tagged(&["a"], &["b"])));
    assert!(holds(&ast(TAGS, one, None), &tagged(&["a"], &["b"])), "within each team");
    let rule = only_rule(&ast(TAGS, one, None), &tagged(&["a", "b"], &["b"]));
    assert_eq!(rule.checks[0].bound, "at least 1 in every list");
    assert_eq!(rule.checks[0].misses[0].to_string(), "red: 0 is 1 too few");
    assert_eq!(rule.checks[0].misses.len(), 1);
}

#[test]
fn a_reference_list_is_held_against_each_list() {
    let ast = |min, max| {
        let reference = Some(text_list(&["a", "b", "b"]));
        tag_teams().collection(FLAT_TAGS, "reference_intersection_count", reference, min, max)
    };
    assert!(holds(&ast(Some(1.0), Some(1.0)), &tagged(&["ac", "bb"], &["ad"])));
    let rule = only_rule(&ast(Some(1.0), Some(1.0)), &tagged(&["ac", "cd"], &["ab"]));
    let misses: Vec<String> = rule.checks[0].misses.iter().map(ToString::to_string).collect();
    assert_eq!(
        misses,
        ["red / red2: 0 is 1 too few", "blue / blue1: 2 is 1 too many"]
            .map(|it| it.split_once(" / ").unwrap().1)
    );
    assert_eq!(rule.checks[0].bound, r#"each exactly 1 of ["a", "b"]"#);
    // nobody in one group, and one list that fails
    assert!(!holds(&ast(Some(1.0), None), &tagged(&[], &["c"])));
}

/// Example 11 of the service: nobody plays with whom they block.
#[test]
fn a_block_list_keeps_players_apart() {
    let ast = tag_teams();
    let ids = ast.reference("flatten(teams[*].players[playerId])");
    let ast = ast.collection(FLAT_TAGS, "reference_intersection_count", Some(ids), None, Some(0.0));
    let player = |id: &str, blocks: &[&str]| Player::new(id).with_strings("tags", blocks);
    let of = |blocks: &[&str]| [solo("red", player("p", blocks)), solo("blue", player("q", &[]))];
    assert!(holds(&ast, &of(&["r", "s"])));
    let rule = only_rule(&ast, &of(&["r", "q"]));
    assert!(!rule.holds);
    assert_eq!(rule.reference.unwrap().value.as_deref(), Some(r#"["p", "q"]"#));
}

#[test]
fn no_lists_at_all_are_well() {
    let one = Some(1.0);
    let green = |ast: RuleSetAst| ast.team("green", 0, 9);
    let tickets = [solo("green", Player::new("p").with_strings("tags", &[]))];
    let path = "flatten(teams[red, blue].players.attributes[tags])";
    let nested = "teams[red, blue].players.attributes[tags]";
    for measurement in [path, nested] {
        let any = || Some(text_list(&["a"]));
        let ric = "reference_intersection_count";
        for ast in [
            contains(measurement, one, None),
            tag_teams().collection(measurement, "intersection", None, one, None),
            tag_teams().collection(measurement, ric, any(), one, None),
        ] {
            let rule = only_rule(&green(ast), &tickets);
            assert!(rule.holds, "{rule}");
            assert!(rule.to_string().contains("nothing to count"));
        }
    }
}

#[test]
fn what_is_undefined_does_not_hold() {
    let empty = "set_intersection(teams[blue].players.attributes[tags])";
    let any_number = contains(empty, None, None);
    let rule = only_rule(&any_number, &tagged(&["m"], &[]));
    assert!(!rule.holds);
    assert_eq!(rule.checks[0].measured.undefined.as_deref(), Some("set_intersection of no lists"));
    let reference = tag_teams().reference(empty);
    let ast = tag_teams().collection(
        "teams[blue].players.attributes[tags]",
        "reference_intersection_count",
        Some(reference),
        None,
        None,
    );
    let rule = only_rule(&ast, &tagged(&["m"], &[]));
    assert!(!rule.holds, "though there is nothing to count");
    assert_eq!(rule.checks[0].measured.undefined.as_deref(), Some("set_intersection of no lists"));
    assert!(holds(&ast, &tagged(&[], &["m"])));
}

#[test]
fn every_measurement_must_hold() {
    let fields = || {
        vec![
            ("operation", word("contains")),
            ("referenceValue", text("m")),
            ("minCount", number(1.0)),
        ]
    };
    let ast = tag_teams().rule(
        "r",
        "collection",
        &["teams[red].players.attributes[tags]", "teams[blue].players.attributes[tags]"],
        fields(),
    );
    assert!(holds(&ast, &tagged(&["m"], &["m"])));
    let rule = only_rule(&ast, &tagged(&["m"], &["a"]));
    assert_eq!(rule.checks.iter().map(|it| it.holds).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn bounds_references_and_operations_are_those_in_force() {
    let aged = |age| {
        let player = Player::new("p").with_strings("tags", &["a"]);
        [ticket("red", age, vec![player])]
    };
    let verdicts = |ast: &RuleSetAst| [4, 5].map(|age| judged(ast, &aged(age)).valid);
    let none = |field| contains(FLAT_TAGS, Some(1.0), Some(1.0)).expand_rule(field, vec![]);
    assert_eq!(verdicts(&none("minCount")), [false, false]);
    let fewer = none("minCount").expand_rule("minCount", vec![(5, number(0.0))]);
    assert_eq!(verdicts(&fewer), [false, true]);
    let other = none("minCount").expand_rule("referenceValue", vec![(5, text("a"))]);
    assert_eq!(verdicts(&other), [false, true]);
    let operation = none("minCount").expand_rule("operation", vec![(5, word("intersection"))]);
    assert_eq!(verdicts(&operation), [false, true]);
    let list = tag_teams()
        .collection(
            FLAT_TAGS,
            "reference_intersection_count",
            Some(text_list(&["b"])),
            Some(1.0),
            None,
        )
        .expand_rule("referenceValue", vec![(5, text_list(&["b", "a"]))]);
    assert_eq!(verdicts(&list), [false, true]);
}

#[test]
fn a_reference_of_another_type_is_undefined() {
    let ric = "reference_intersection_count";
    for (operation, reference) in
        [("contains", Some(text_list(&["m"]))), ("contains", None), (ric, Some(text("m")))]
    {
        let reference: Option<FieldValue> = reference;
        let ast = tag_teams().collection(FLAT_TAGS, operation, reference, None, None);
        assert!(!holds(&ast, &tagged(&["m"], &[])), "{operation}");
    }
}

//! Matches with a backfill ticket (decision 17).

use super::*;
use crate::testing::build::part;

fn player(id: &str, x: f64) -> Player {
    Player::new(id).with_number("x", x)
}

#[test]
fn minimums_do_not_apply_and_maximums_do() {
    let ast = rule_set().team("red", 2, 2).team("blue", 2, 2).number("x");
    let roster = part("red", 9, vec![player("a", 1.0)]);
    let joins = |team: &str, ids: &[&str]| -> Vec<PlacedTicket> {
        let players = ids.iter().map(|id| solo(team, player(id, 1.0)));
        std::iter::once(roster.clone()).chain(players).collect()
    };
    let judgement = judged(&ast, &joins("red", &["b"]));
    assert!(judgement.valid);
    assert_eq!((judgement.teams[0].min, judgement.teams[1].min), (0, 0));
    assert!(judged(&ast, &joins("blue", &["b"])).valid);
    let judgement = judged(&ast, &joins("red", &["b", "c"]));
    assert!(!judgement.valid && !judgement.teams[0].holds);
}

#[test]
fn somebody_must_join() {
    let ast = rule_set().team("red", 1, 2).team("blue", 1, 2).number("x");
    let both = [part("red", 0, vec![player("a", 1.0)]), part("blue", 0, vec![player("b", 1.0)])];
    let judgement = judged(&ast, &both);
    assert_eq!(judgement.problems, ["no other ticket joins the backfill ticket"]);
    assert!(!judgement.valid);
}

/// Its wait is one, its value in a rule about tickets is one; expressions see its teams.
#[test]
fn its_parts_are_one_ticket() {
    let tickets = [
        part("blue", 30, vec![player("a", 8.0)]),
        solo("red", player("c", 5.0)),
        part("red", 30, vec![player("b", 2.0)]),
    ];
    let ast = two_teams().oldest();
    // 2 and 8 are far apart, their mean of 5 is not
    let alike = ast.clone().batch_distance("x", Some(1.0));
    assert!(holds(&alike, &tickets));
    assert_eq!(judged(&alike, &tickets).wait, Millis::from_secs(30));
    let not_alike = tickets.clone().map(|ticket| PlacedTicket { backfill: false, ..ticket });
    assert!(!holds(&alike, &not_alike));
    for ast in [ast.clone(), ast.collapse()] {
        let ast = ast.comparison(&[BOTH], "<", Some(number(99.0)));
        let value = only_rule(&ast, &tickets).checks.remove(0).measured.value;
        assert_eq!(value.as_deref(), Some("[[2, 5], [8]]"), "older tickets come first");
    }
}

#[test]
fn parts_of_different_ages_are_refused() {
    let ast = rule_set().team("red", 1, 2).team("blue", 1, 2).number("x");
    let both = [part("red", 3, vec![player("a", 1.0)]), part("blue", 4, vec![player("b", 1.0)])];
    let error = judge(&ast, &both).unwrap_err();
    assert_eq!(error, JudgeError::BackfillAges { position: 2 });
    let message =
        "ticket 2 is a part of the backfill ticket, but has another age than the part before";
    assert_eq!(error.to_string(), message);
}

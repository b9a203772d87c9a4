//! What a judgement says on a terminal: what is wrong, and not more of it than one can read.
#![expect(clippy::panic, reason = "a test reports by panicking")]

use rallypoint::{JudgeError, Millis, PlacedTicket, Player, RuleSet};

fn rules(rule: &str) -> RuleSet {
    let text = format!(
        r#"{{"name": "sides", "ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}}],
            "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 20}},
                      {{"name": "blue", "minPlayers": 1, "maxPlayers": 20}}],
            "rules": [{rule}]}}"#
    );
    RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn placed(team: &str, millis: u64, players: Vec<Player>) -> PlacedTicket {
    PlacedTicket { team: team.into(), age: Millis::new(millis), players, backfill: false }
}

fn single(team: &str, id: &str, skill: f64) -> PlacedTicket {
    placed(team, 1_250, vec![Player::new(id).with_number("skill", skill)])
}

/// Twelve players in each of two teams, each one's skill ten times its number.
fn twelve_each() -> Vec<PlacedTicket> {
    let of =
        |team| (0..12).map(move |it| single(team, &format!("{team}-{it}"), f64::from(it) * 10.0));
    of("red").chain(of("blue")).collect()
}

#[test]
fn problems_come_last() {
    let mut tickets = twelve_each();
    tickets.push(placed("red", 1_250, vec![Player::new("red-0")]));
    let judgement = rules("").judge(&tickets).expect("it can be judged");
    assert!(!judgement.valid);
    let shown = judgement.to_string();
    assert!(shown.starts_with("not a valid match, judged after a wait of 1.25 s\n"), "{shown}");
    let problems = shown.split("\nproblems\n").nth(1).unwrap_or_else(|| panic!("{shown}"));
    let lines: Vec<&str> = problems.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "FAILS `skill` of player `red-0` is missing and has no default, so the player can never be matched",
            "FAILS player `red-0` stands in the match 2 times",
        ]
    );
}

#[test]
fn of_many_misses_some_are_shown_and_the_others_counted() {
    let rule = r#"{"name": "Near", "type": "distance", "referenceValue": 0, "maxDistance": 5,
        "measurements": ["flatten(teams[*].players.attributes[skill])"]}"#;
    let judgement = rules(rule).judge(&twelve_each()).expect("it can be judged");
    let shown = judgement.to_string();
    assert_eq!(judgement.rules[0].checks[0].misses.len(), 22, "{shown}");
    assert!(shown.contains("\n            and 14 more"), "{shown}");
}

#[test]
fn a_rule_set_says_its_name_and_a_wait_its_seconds() {
    let rules = rules("");
    assert_eq!(rules.name(), Some("sides"));
    let player = |id| vec![Player::new(id).with_number("skill", 1.0)];
    let tickets = [placed("red", 3_000, player("a")), placed("blue", 3_000, player("b"))];
    let judgement = rules.judge(&tickets).expect("it can be judged");
    assert!(judgement.valid);
    let shown = judgement.to_string();
    assert!(shown.starts_with("valid match, judged after a wait of 3 s\n"), "{shown}");
    assert_eq!(rules.judge(&[]), Err(JudgeError::NoTickets));
}

//! Reasons and values in words, as a host shows them.

use rallypoint::{
    Configuration, EngineOptions, Matchmaker, NeverReason, Player, PlayerId, PropertyValue,
    RuleSet, StartMatchmaking, TicketStatus, Timestamp,
};
use std::collections::BTreeMap;

#[test]
fn each_reason_names_what_it_is_about() {
    let player_id = || PlayerId::from("ann");
    for (reason, expected) in [
        (
            NeverReason::MissingAttribute { player_id: player_id(), attribute: "skill".into() },
            "player `ann` has no attribute `skill`, which has no default",
        ),
        (
            NeverReason::AttributeOfOtherType { player_id: player_id(), attribute: "skill".into() },
            "the attribute `skill` of player `ann` is of another type than the rule set declares",
        ),
        (
            NeverReason::PartyTooLarge { players: 5, largest_team: 4 },
            "the party has 5 players, but no team takes more than 4",
        ),
        (
            NeverReason::NoRoomForLocations,
            "waiting tickets report as many different locations as can be told apart",
        ),
        (NeverReason::NoCommonLocation, "the players report latencies, but no location in common"),
        (
            NeverReason::UnknownTeam { player_id: player_id() },
            "player `ann` is in a team that the rule set does not have",
        ),
        (
            NeverReason::RefusedByRule { rule_name: "near".into() },
            "rule `near` refuses these players in every match",
        ),
        (
            NeverReason::RefusedByRules { rule_names: vec!["near".into(), "even".into()] },
            "in every match one of these rules refuses these players: `near`, `even`",
        ),
    ] {
        assert_eq!(reason.to_string(), expected);
    }
}

#[test]
fn values_are_numbers_or_quoted_texts() {
    for (value, expected) in [
        (PropertyValue::Number(2.5), "2.5"),
        (PropertyValue::Text("medic".into()), "`medic`"),
        (PropertyValue::Texts(vec!["medic".into(), "scout".into()]), "`medic`, `scout`"),
    ] {
        assert_eq!(value.to_string(), expected);
    }
}

/// A step may change a list of strings as well as a number.
#[test]
fn a_step_of_a_list_is_told_with_both_lists() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "roles", "type": "string_list"}],
        "teams": [{"name": "a", "minPlayers": 2, "maxPlayers": 2}],
        "rules": [{"name": "needed", "type": "collection", "minCount": 1,
                   "operation": "reference_intersection_count",
                   "measurements": ["flatten(teams[a].players.attributes[roles])"],
                   "referenceValue": ["medic", "scout"]}],
        "expansions": [{"target": "rules[needed].referenceValue",
                        "steps": [{"waitTimeSeconds": 5, "value": ["medic", "scout", "pilot"]}]}]}"#;
    let rule_set = RuleSet::from_json(text).expect("the rule set is valid");
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let now = Timestamp::from_millis(0);
    let mut matchmaker =
        Matchmaker::new(rule_set, configuration, options, now, 1).expect("it is valid");
    for id in ["ann", "ben"] {
        let players = vec![Player::new(id).with_strings("roles", &["pilot"])];
        let ticket_id = Some(id.into());
        let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
        matchmaker.handle_input(now, request).expect("it is good");
    }
    let _ = matchmaker.handle_timeout(now).expect("a pass is due");
    let texts = |texts: &[&str]| PropertyValue::Texts(texts.iter().map(|&it| it.into()).collect());
    let why = matchmaker.why_waiting(&"ann".into()).expect("it is known");
    let property = "rules[needed].referenceValue";
    let [step] = &why.expansions[..] else { panic!("one step: {why:?}") };
    let [change] = &step.changes[..] else { panic!("one change: {step:?}") };
    assert_eq!((step.wait.get(), &*change.property), (5_000, property));
    assert_eq!(change.from, texts(&["medic", "scout"]));
    assert_eq!(change.to, texts(&["medic", "scout", "pilot"]));
    let [rule] = &why.blocking[..] else { panic!("one rule: {why:?}") };
    let values: Vec<_> = rule.values.iter().filter(|it| it.property == property).collect();
    let [value] = &values[..] else { panic!("one list: {rule:?}") };
    assert_eq!((&value.value, &value.as_written), (&change.from, &change.from));
    // With the step they can be together.
    let later = Timestamp::from_millis(5_000);
    let _ = matchmaker.handle_timeout(later).expect("a pass is due");
    let status = matchmaker.ticket(&"ann".into()).map(|it| it.status);
    assert_eq!(status, Some(TicketStatus::Completed));
}

#[test]
fn nothing_keeps_out_who_does_not_wait() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 1}]}"#;
    let rule_set = RuleSet::from_json(text).expect("the rule set is valid");
    let now = Timestamp::from_millis(0);
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let mut matchmaker =
        Matchmaker::new(rule_set, configuration, options, now, 1).expect("it is valid");
    let mut start = |id: &str, players: &[&str]| {
        let players = players.iter().map(|&it| Player::new(it)).collect();
        let ticket_id = Some(id.into());
        let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
        matchmaker.handle_input(now, request).expect("it is good");
    };
    start("solo", &["ann"]);
    start("duo", &["ben", "cem"]);
    let _ = matchmaker.handle_timeout(now).expect("a pass is due");
    let status = |id: &str| matchmaker.ticket(&id.into()).map(|it| it.status);
    assert_eq!(status("solo"), Some(TicketStatus::Completed));
    assert_eq!(status("duo"), Some(TicketStatus::Searching));
    let too_large = NeverReason::PartyTooLarge { players: 2, largest_team: 1 };
    assert_eq!(matchmaker.why_never(&"duo".into()), [too_large]);
    #[cfg(feature = "wire")]
    {
        let why = matchmaker.why_waiting(&"duo".into()).expect("it is known");
        let why = serde_json::to_value(&why).expect("it has a JSON form");
        assert_eq!(why["status"], "SEARCHING", "{why}");
    }
    assert_eq!(matchmaker.why_never(&"solo".into()), []);
    assert_eq!(matchmaker.why_never(&"nobody".into()), []);
}

/// Ids are texts: a map of them is asked with a text.
#[test]
fn ids_are_found_by_their_text() {
    let scores: BTreeMap<PlayerId, u32> = [("ann".into(), 1), ("ben".into(), 2)].into();
    assert_eq!((scores.get("ben"), scores.get("cem")), (Some(&2), None));
}

//! Tickets that have left leave no trace that only the one matchmaker has.

use rallypoint::{
    Configuration, DescribeMatchmaking, EngineOptions, Input, Matchmaker, Player, RuleSet,
    StartMatchmaking, StopMatchmaking, TicketId, Timestamp,
};

use super::stored;

/// The deadline of an expansion is settled in a call that is no pass: then there is something to say
/// of a partition of which there was nothing before.
#[test]
fn whether_somebody_left_is_said_of_what_was_given_up_alone() {
    let rules = RuleSet::from_json(
        r#"{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{"name": "skill", "type": "number"}],
            "teams": [{"name": "all", "minPlayers": 2, "maxPlayers": 2}],
            "rules": [{"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 1}],
            "expansions": [{"target": "rules[near].maxDistance", "steps": [{"waitTimeSeconds": 10, "value": 2}]}]}"#,
    )
    .expect("it compiles");
    let at = Timestamp::from_millis;
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let mut matchmaker =
        Matchmaker::new(rules.clone(), configuration, options, at(0), 7).expect("it is sound");
    for (name, skill) in [("ann", 0.0), ("ben", 1000.0), ("eve", 3000.0)] {
        let players = vec![Player::new(name).with_number("skill", skill)];
        let ticket_id = Some(TicketId::from(name));
        let start = StartMatchmaking { ticket_id, players, ..Default::default() };
        matchmaker.handle_input(at(0), start).expect("it is taken");
    }
    let report = matchmaker.handle_timeout(at(0)).expect("a pass");
    assert_eq!(report.matches, 0);
    let stop = StopMatchmaking { ticket_id: "eve".into() };
    matchmaker.handle_input(at(1000), stop).expect("it waits");

    let snapshot = stored(&matchmaker.snapshot());
    let mut restored = Matchmaker::restore(rules, snapshot).expect("it is sound");
    let before = matchmaker.snapshot();
    for matchmaker in [&mut matchmaker, &mut restored] {
        let look = DescribeMatchmaking { ticket_ids: vec!["ann".into()] };
        matchmaker.handle_input(at(11_000), Input::from(look)).expect("a look");
    }
    assert_ne!(matchmaker.snapshot(), before, "the call has settled a deadline");
    assert_eq!(restored.snapshot(), matchmaker.snapshot());
}

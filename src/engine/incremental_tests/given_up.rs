//! What a budget left unsearched is searched again (decision 21).

use crate::base::time::Timestamp;
use crate::engine::Matchmaker;
use crate::engine::input::{Input, StartMatchmaking, StopMatchmaking};
use crate::engine::options::{Configuration, EngineOptions};
use crate::lifecycle::status::TicketStatus;
use crate::model::ticket::{Player, TicketId};
use crate::ruleset::RuleSet;

#[test]
fn what_was_given_up_is_searched_again_when_the_pool_shrinks() {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "map", "type": "string"}],
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 1},
                  {"name": "b", "minPlayers": 1, "maxPlayers": 1}],
        "rules": [{"name": "same", "type": "comparison", "operation": "=",
                   "measurements": ["flatten(teams[*].players.attributes[map])"]},
                  {"name": "either", "type": "compound", "statement": "or(same, same)"}]}"#;
    let rule_set = RuleSet::from_json(text).expect("the rule set is valid");
    let options = EngineOptions { nodes_per_anchor: 12, ..EngineOptions::default() };
    let start = Timestamp::from_millis(0);
    let mut matchmaker = Matchmaker::new(rule_set, Configuration::default(), options, start, 1)
        .expect("it is valid");
    for number in 0..14 {
        // The last two want the same; all others are looked at before: of an `or` nothing is known
        // in advance.
        let map = format!("map{}", number.min(12));
        let players = vec![Player::new(format!("p{number}")).with_string("map", &map)];
        let ticket_id = Some(TicketId::from(format!("t{number}")));
        let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
        matchmaker.handle_input(start, Input::StartMatchmaking(request)).expect("it is good");
    }
    let mut given_up = 0;
    while matchmaker.poll_timeout() == Some(start) {
        let report = matchmaker.handle_timeout(start).expect("time stands");
        assert_eq!(report.matches, 0, "the budget does not reach the last two");
        given_up += report.anchors_exhausted;
    }
    assert_eq!(given_up, 14);
    let later = Timestamp::from_millis(5_000);
    for number in 0..12 {
        let ticket_id = TicketId::from(format!("t{number}"));
        let stop = Input::StopMatchmaking(StopMatchmaking { ticket_id });
        matchmaker.handle_input(later, stop).expect("the ticket waits");
    }
    while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= later) {
        let report = matchmaker.handle_timeout(due).expect("time goes on and events have room");
        assert_eq!(report.anchors_exhausted, 0, "the budget reaches those that are left");
    }
    let ticket = matchmaker.ticket(&TicketId::from("t12")).expect("it is remembered");
    assert_eq!(ticket.status, TicketStatus::Completed);
}

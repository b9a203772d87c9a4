//! Where slices end decides nothing: a pass takes up the tickets that it has begun with (decisions
//! 4 and 5).

use crate::base::time::Timestamp;
use crate::engine::Matchmaker;
use crate::engine::input::{CompletePlacement, Input, PlacementOf, StartMatchmaking};
use crate::engine::options::{BackfillMode, Configuration, EngineOptions, FlexMatchMode};
use crate::lifecycle::event::Event;
use crate::model::session::GameSessionConnectionInfo;
use crate::model::ticket::{Player, TicketId};
use crate::ruleset::RuleSet;

fn start(at: u64, id: &str, mode: &str) -> (Timestamp, Input) {
    let players = vec![Player::new(format!("p-{id}")).with_string("mode", mode)];
    let ticket_id = Some(TicketId::from(id));
    let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
    (Timestamp::from_millis(at), request.into())
}

/// What is told of a session that gets a player, and thereby a new ticket, in a pass that forms
/// another match after that.
fn events(nodes_per_slice: u64) -> Vec<Event> {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "mode", "type": "string"}],
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 4}],
        "rules": [{"name": "same", "type": "comparison", "operation": "=",
                   "measurements": ["flatten(teams[*].players.attributes[mode])"]}]}"#;
    let rule_set = RuleSet::from_json(text).expect("the rule set is valid");
    let configuration = Configuration {
        flex_match_mode: FlexMatchMode::WithQueue,
        backfill_mode: BackfillMode::Automatic,
        ..Configuration::default()
    };
    let options = EngineOptions { nodes_per_slice, ..EngineOptions::default() };
    let mut matchmaker =
        Matchmaker::new(rule_set, configuration, options, Timestamp::from_millis(0), 1)
            .expect("it is valid");
    let placed = CompletePlacement {
        of: PlacementOf::Ticket(TicketId::from("t1")),
        game_session_connection_info: GameSessionConnectionInfo::new("arn:s1"),
    };
    let commands = [
        start(0, "t1", "casual"),
        (Timestamp::from_millis(1_000), placed.into()),
        start(2_000, "t2", "casual"),
        start(2_000, "t3", "ranked"),
    ];
    let mut told = Vec::new();
    let mut run = |matchmaker: &mut Matchmaker, until: Timestamp| {
        while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= until) {
            let _ = matchmaker.handle_timeout(due).expect("time goes on");
            told.extend(std::iter::from_fn(|| matchmaker.poll_event()));
        }
    };
    for (at, input) in commands {
        run(&mut matchmaker, Timestamp::from_millis(at.as_millis().saturating_sub(1)));
        matchmaker.handle_input(at, input).expect("it is good");
    }
    run(&mut matchmaker, Timestamp::from_millis(2_000));
    told
}

#[test]
fn a_ticket_made_in_a_pass_waits_for_the_next_one() {
    let (cut, whole) = (events(1), events(1_000_000));
    assert_eq!(cut, whole);
}

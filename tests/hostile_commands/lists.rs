//! Lists longer than any may be.

use std::collections::BTreeMap;

use rallypoint::{
    AcceptMatch, AcceptanceType, AttributeValue, CompletePlacement, DescribeMatchmaking,
    GameSessionConnectionInfo, Input, InputError, MatchedPlayerSession, PlacementOf, Player,
    PlayerId, RemovePlayers, StartMatchBackfill, StartMatchmaking, TicketId,
};

use super::caller::Caller;

#[test]
fn lists_of_ten_thousand_in_every_command() {
    const MANY: usize = 10_000;
    let mut caller = Caller::with_queue();
    let names = || (0..MANY).map(|it| format!("n{it}"));
    let players: Vec<Player> =
        names().map(|it| Player { team: Some("red".into()), ..Player::new(it) }).collect();
    let new: Vec<Player> = names().map(Player::new).collect();
    let ids: Vec<PlayerId> = names().map(PlayerId::from).collect();
    let numbers: BTreeMap<String, f64> = names().map(|it| (it, 1.0)).collect();
    let someone = || Player::new("someone");
    let all: Vec<String> = names().collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let with_numbers = names().fold(someone(), |player, name| player.with_number(&name, 1.0));
    let with_latencies = names().fold(someone(), |player, name| player.with_latency(&name, 1));
    let start = |players| {
        Input::StartMatchmaking(StartMatchmaking { players, ..StartMatchmaking::default() })
    };
    let sessions = names().map(|it| MatchedPlayerSession {
        player_id: it.as_str().into(),
        player_session_id: format!("psess-{it}").into(),
    });
    let inputs = [
        start(new),
        start(vec![someone().with_strings("items", &all)]),
        start(vec![someone().with("modes", AttributeValue::StringNumberMap(numbers))]),
        start(vec![with_numbers]),
        start(vec![with_latencies]),
        Input::StartMatchBackfill(StartMatchBackfill { players, ..Default::default() }),
        Input::AcceptMatch(AcceptMatch {
            ticket_id: "t1".into(),
            player_ids: ids.clone(),
            acceptance_type: AcceptanceType::Reject,
        }),
        Input::DescribeMatchmaking(DescribeMatchmaking {
            ticket_ids: names().map(TicketId::from).collect(),
        }),
        Input::RemovePlayers(RemovePlayers { game_session_arn: "arn:s".into(), player_ids: ids }),
        Input::CompletePlacement(CompletePlacement {
            of: PlacementOf::Ticket("t1".into()),
            game_session_connection_info: GameSessionConnectionInfo {
                game_session_arn: Some("arn:s".into()),
                matched_player_sessions: sessions.collect(),
                ..GameSessionConnectionInfo::default()
            },
        }),
    ];
    for input in inputs {
        let answer = caller.send(input);
        assert!(matches!(answer, Err(InputError::InvalidRequest { .. })), "{answer:?}");
    }
    assert_eq!(caller.matchmaker.tickets().count(), 0);
    assert_eq!(caller.matchmaker.poll_timeout(), None);
}

//! Texts of every kind, wherever a text can stand.

use rallypoint::{
    AcceptMatch, AcceptanceType, AttributeValue, CompletePlacement, DescribeMatch,
    DescribeMatchmaking, EndGameSession, FailPlacement, GameSessionConnectionInfo, Input,
    MatchedPlayerSession, PlacementFailure, PlacementOf, Player, PlayerId, RemovePlayers,
    StartMatchBackfill, StartMatchmaking, StopMatchmaking, TicketId,
};

use super::caller::Caller;

/// Texts that are nobody's idea of a name.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> =
        ["", " ", "\0", "\n", "..", "`", "{}", "\u{feff}", "\u{202e}", "é", "𝕏", "psess-"]
            .map(String::from)
            .into();
    texts.extend(["x", "\0", "𝕏", "`", "\u{301}", "."].map(|it| it.repeat(1_000_000 / it.len())));
    texts
}

/// Every command with a text wherever a text can stand.
fn with_text(text: &str) -> Vec<Input> {
    let some = || Some(text.to_owned());
    let (ticket, player) = (TicketId::from(text), PlayerId::from(text));
    let seated = || Player { team: Some("red".into()), ..Player::new("someone") };
    let start = |players| StartMatchmaking { players, ..StartMatchmaking::default() };
    let backfill = |players| StartMatchBackfill { players, ..StartMatchBackfill::default() };
    let someone = || Player::new("someone");
    let players = [
        Player::new(text),
        Player { team: some(), ..someone() },
        someone().with_number(text, 1.0),
        someone().with_string("role", text),
        someone().with_string("undeclared", text),
        someone().with_strings("items", &[text, text]),
        someone().with("modes", AttributeValue::StringNumberMap([(text.into(), 1.0)].into())),
        someone().with_latency(text, 1),
    ];
    let mut inputs = Vec::new();
    for player in players {
        let team = player.team.clone().or_else(|| Some("blue".into()));
        inputs.push(Input::StartMatchBackfill(backfill(vec![Player { team, ..player.clone() }])));
        inputs.push(Input::StartMatchmaking(start(vec![player])));
    }
    let info = |info| CompletePlacement {
        of: PlacementOf::Ticket("t1".into()),
        game_session_connection_info: info,
    };
    let known = || GameSessionConnectionInfo {
        game_session_arn: Some("arn:s".into()),
        ..GameSessionConnectionInfo::default()
    };
    let session = |player: &str, session: &str| MatchedPlayerSession {
        player_id: player.into(),
        player_session_id: session.into(),
    };
    let infos = [
        GameSessionConnectionInfo { game_session_arn: some(), ..known() },
        GameSessionConnectionInfo { ip_address: some(), ..known() },
        GameSessionConnectionInfo { dns_name: some(), ..known() },
        GameSessionConnectionInfo { compute_name: some(), ..known() },
        GameSessionConnectionInfo { location: some(), ..known() },
        GameSessionConnectionInfo {
            matched_player_sessions: vec![session(text, "psess-1")],
            ..known()
        },
        GameSessionConnectionInfo { matched_player_sessions: vec![session("p1", text)], ..known() },
    ];
    inputs.extend(infos.map(info).map(Input::CompletePlacement));
    let of = || [PlacementOf::Ticket(ticket.clone()), PlacementOf::Match(text.into())];
    for of in of() {
        let game_session_connection_info = known();
        inputs.push(Input::FailPlacement(FailPlacement {
            of: of.clone(),
            reason: PlacementFailure::Failed,
        }));
        inputs
            .push(Input::CompletePlacement(CompletePlacement { of, game_session_connection_info }));
    }
    let accept = |ticket_id, player_ids| AcceptMatch {
        ticket_id,
        player_ids,
        acceptance_type: AcceptanceType::Accept,
    };
    inputs.extend([
        Input::StartMatchmaking(StartMatchmaking {
            ticket_id: Some(ticket.clone()),
            ..start(vec![someone()])
        }),
        Input::StartMatchmaking(StartMatchmaking {
            configuration_name: some(),
            ..start(vec![someone()])
        }),
        Input::StartMatchBackfill(StartMatchBackfill {
            ticket_id: Some(ticket.clone()),
            ..backfill(vec![seated()])
        }),
        Input::StartMatchBackfill(StartMatchBackfill {
            configuration_name: some(),
            ..backfill(vec![seated()])
        }),
        Input::StartMatchBackfill(StartMatchBackfill {
            game_session_arn: some(),
            ..backfill(vec![seated()])
        }),
        Input::StopMatchmaking(StopMatchmaking { ticket_id: ticket.clone() }),
        Input::AcceptMatch(accept(ticket.clone(), vec!["p1".into()])),
        Input::AcceptMatch(accept("t1".into(), vec![player.clone()])),
        Input::DescribeMatchmaking(DescribeMatchmaking { ticket_ids: vec![ticket.clone()] }),
        Input::DescribeMatch(DescribeMatch::Match(text.into())),
        Input::DescribeMatch(DescribeMatch::GameSession(text.into())),
        Input::EndGameSession(EndGameSession { game_session_arn: text.into() }),
        Input::RemovePlayers(RemovePlayers {
            game_session_arn: text.into(),
            player_ids: vec!["p1".into()],
        }),
        Input::RemovePlayers(RemovePlayers {
            game_session_arn: "arn:s".into(),
            player_ids: vec![player],
        }),
    ]);
    inputs
}

#[test]
fn texts_of_every_kind_in_every_command() {
    let mut caller = Caller::with_queue();
    let mut taken = 0;
    for text in texts() {
        for input in with_text(&text) {
            let is_long = text.len() > 10_000;
            let answer = caller.send(input);
            assert!(answer.is_err() || !is_long, "a million bytes were taken");
            taken += usize::from(answer.is_ok());
            caller.go_to(caller.now);
        }
    }
    assert!(taken > 50, "only {taken} were taken");
    caller.live();
    caller.go_to(200_000);
    let active = caller.matchmaker.counters().current_tickets;
    assert_eq!(
        active as usize,
        caller.matchmaker.game_sessions().filter(|it| it.backfill_ticket_id.is_some()).count()
    );
}

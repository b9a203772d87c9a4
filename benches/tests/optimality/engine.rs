//! What the engine makes of a pool.

use std::collections::BTreeSet;

use rallypoint::{
    Configuration, EngineOptions, EventDetail, Input, Matchmaker, PlacedTicket, StartMatchmaking,
    Timestamp,
};

use super::game::{Game, Pool, Time};

const START: Timestamp = Timestamp::from_millis(0);

/// What a run gave.
pub struct Matched {
    /// How many players are matched.
    pub players: usize,
    /// Whether the search for a ticket's match, or for a fuller one, ran out of nodes.
    pub given_up: bool,
}

/// Runs the engine on a pool. Each match is judged, by what waiting has made of the rules in the
/// end.
pub fn matched(game: &Game, pool: &Pool, options: EngineOptions) -> Matched {
    let mut matchmaker =
        Matchmaker::new(game.rules.clone(), Configuration::default(), options, START, 7)
            .expect("the configuration is right");
    for (number, players) in pool.iter().enumerate() {
        let request = StartMatchmaking {
            ticket_id: Some(number.to_string().as_str().into()),
            players: players.clone(),
            ..StartMatchmaking::default()
        };
        let answer = matchmaker.handle_input(START, Input::StartMatchmaking(request));
        drop(answer.expect("the ticket is right"));
    }
    let last = START.plus(game.time.wait());
    let mut formed = Matched { players: 0, given_up: false };
    let mut has_formed = false;
    while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= last) {
        let now = match game.time {
            Time::At(_) => last,
            Time::Through(_) => due,
        };
        let report = matchmaker.handle_timeout(now).expect("time does not run backwards");
        formed.players += report.players_matched as usize;
        formed.given_up |= report.anchors_exhausted + report.fullness_unproven > 0;
        has_formed |= report.matches > 0;
        // A ticket that was given up is due again at once; another pass would give it up again.
        if now == last && !report.unfinished && !std::mem::take(&mut has_formed) {
            break;
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(event) = matchmaker.poll_event() {
        let EventDetail::MatchmakingSucceeded { tickets, .. } = event.detail else { continue };
        let placed = tickets.iter().map(|ticket| {
            let number: usize = ticket.ticket_id().as_str().parse().expect("ids are numbers");
            assert!(seen.insert(number), "{}: {number} is matched twice", game.name);
            let team = ticket.players().next().and_then(|it| it.team);
            let team = team.expect("a matched player has a team").to_owned();
            let players = pool[number].clone();
            PlacedTicket { team, age: game.time.wait(), players, backfill: false }
        });
        let judgement = game.rules.judge(&placed.collect::<Vec<_>>());
        assert!(judgement.is_ok_and(|it| it.valid), "{}", game.name);
    }
    assert_eq!(formed.players, seen.iter().map(|&ticket| pool[ticket].len()).sum::<usize>());
    formed
}

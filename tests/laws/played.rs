//! A pool played through the public interface.

use std::collections::BTreeMap;

use rallypoint::*;

use super::world::{Pool, Ticket};

/// A match: its tickets with the teams of their players, and where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    /// By ticket, then by player.
    pub teams: BTreeMap<String, BTreeMap<String, String>>,
    pub location: Option<String>,
}

/// The matches of a pass, in the order in which they were formed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Played {
    pub matches: Vec<Match>,
    /// Whether a budget ended a search, so that no law holds.
    pub is_cut: bool,
    /// Matches that became two.
    pub exchanged: u64,
    /// Whether nodes ran out on the question which could, which one more ticket can decide.
    pub is_exchange_cut: bool,
}

impl Played {
    pub fn holds(&self, ticket: &str) -> bool {
        self.matches.iter().any(|it| it.teams.contains_key(ticket))
    }
}

pub fn compile(pool: &Pool) -> RuleSet {
    let text = pool.rules.to_string();
    RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{text}:\n{errors}"))
}

/// Enough for the pools of this test, most of the time.
pub fn options() -> EngineOptions {
    let mut options = EngineOptions::default();
    options.nodes_per_anchor = 4_000;
    options
}

pub fn request(ticket: &Ticket) -> Input {
    let (ticket_id, players) = (Some(TicketId::from(&*ticket.id)), ticket.players.clone());
    match ticket.is_backfill {
        true => Input::StartMatchBackfill(StartMatchBackfill {
            ticket_id,
            players,
            ..StartMatchBackfill::default()
        }),
        false => Input::StartMatchmaking(StartMatchmaking {
            ticket_id,
            players,
            ..StartMatchmaking::default()
        }),
    }
}

/// Submits the tickets at their times, and runs passes when all are there.
pub fn play(pool: &Pool) -> Played {
    play_with(pool, options())
}

/// The same with matches that go by age alone.
pub fn play_by_age(pool: &Pool) -> Played {
    let mut options = options();
    options.exchange_tries = 0;
    play_with(pool, options)
}

fn play_with(pool: &Pool, options: EngineOptions) -> Played {
    let start = Timestamp::from_millis(0);
    let configuration = Configuration::default();
    let mut matchmaker =
        Matchmaker::new(compile(pool), configuration, options, start, 5).expect("it is valid");
    for ticket in &pool.tickets {
        let at = Timestamp::from_millis(ticket.at);
        matchmaker.handle_input(at, request(ticket)).unwrap_or_else(|error| panic!("{error}"));
    }
    let now = Timestamp::from_millis(pool.now);
    let (mut is_cut, mut is_exchange_cut, mut exchanged) = (false, false, 0);
    while matchmaker.poll_timeout().is_some_and(|due| due <= now) {
        let report = matchmaker.handle_timeout(now).expect("time goes on");
        is_cut |= report.anchors_exhausted > 0 || report.fullness_unproven > 0;
        is_exchange_cut |= report.exchanges_cut > 0;
        exchanged += report.exchanged;
        if is_cut {
            break;
        }
    }
    let events = std::iter::from_fn(|| matchmaker.poll_event());
    let matches = events.filter_map(|event| formed(&event)).collect();
    Played { matches, is_cut, exchanged, is_exchange_cut }
}

fn formed(event: &Event) -> Option<Match> {
    let EventDetail::MatchmakingSucceeded { tickets, game_session, .. } = &event.detail else {
        return None;
    };
    let team = |player: EventPlayer<'_>| {
        let team = player.team.expect("a player of a match has a team");
        (player.player_id.to_string(), team.to_owned())
    };
    let ticket = |ticket: &EventTicket| {
        (ticket.ticket_id().to_string(), ticket.players().map(team).collect())
    };
    let location = game_session.location.as_deref().map(str::to_owned);
    Some(Match { teams: tickets.iter().map(ticket).collect(), location })
}

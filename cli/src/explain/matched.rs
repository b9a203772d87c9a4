//! The matches that events tell of, to judge the one that a ticket was in.

use std::collections::BTreeMap;
use std::sync::Arc;

use rallypoint::{
    Event, EventDetail, EventTicket, Judgement, Matchmaker, PlacedTicket, Player, TicketId,
    Timestamp,
};
use serde::Serialize;

/// A match that was formed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FormedMatch {
    pub match_id: String,
    /// In milliseconds since 1970, as all moments of `why`.
    pub formed: u64,
    pub tickets: Vec<FormedTicket>,
    /// As it was when it was formed. None when the matchmaker has forgotten one of its tickets.
    pub judgement: Option<Judgement>,
}

/// A ticket of a match.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FormedTicket {
    pub ticket_id: String,
    /// None of a backfill ticket, whose players have their own.
    pub team: Option<String>,
    /// When the match was formed.
    pub waited: u64,
    pub backfill: bool,
}

/// What events have said of matches so far.
#[derive(Default)]
pub struct Matches {
    /// For each ticket that was announced: whether it is a backfill ticket, whose players have teams
    /// from the start.
    backfills: BTreeMap<TicketId, bool>,
    /// The last match of each ticket.
    last: BTreeMap<TicketId, Arc<Created>>,
}

struct Created {
    id: String,
    at: Timestamp,
    tickets: Arc<[EventTicket]>,
}

impl Matches {
    pub fn note(&mut self, event: &Event) {
        match &event.detail {
            EventDetail::MatchmakingSearching { ticket, .. } => {
                let id = ticket.ticket_id();
                let has_teams = ticket.players().any(|player| player.team.is_some());
                self.backfills.entry(id.clone()).or_insert(has_teams);
                self.last.remove(id);
            }
            EventDetail::PotentialMatchCreated { match_id, tickets, .. } => {
                let (id, at) = (match_id.to_string(), event.time);
                let created = Arc::new(Created { id, at, tickets: Arc::clone(tickets) });
                for ticket in tickets.iter() {
                    self.last.insert(ticket.ticket_id().clone(), Arc::clone(&created));
                }
            }
            _ => {}
        }
    }

    /// The match of a ticket, judged.
    pub fn of(&self, ticket: &TicketId, matchmaker: &Matchmaker) -> Option<FormedMatch> {
        let Created { id, at, tickets } = &**self.last.get(ticket)?;
        let mut formed = Vec::new();
        let mut placed: Option<Vec<(Timestamp, PlacedTicket)>> = Some(Vec::new());
        for ticket in tickets.iter() {
            let backfill = self.backfills.get(ticket.ticket_id()) == Some(&true);
            let team = ticket.players().next().and_then(|it| it.team).map(str::to_owned);
            formed.push(FormedTicket {
                ticket_id: ticket.ticket_id().to_string(),
                team: team.filter(|_| !backfill),
                waited: at.since(ticket.start_time()).get(),
                backfill,
            });
            let parts = parts(ticket, *at, backfill, matchmaker);
            let start = ticket.start_time();
            match (&mut placed, parts) {
                (Some(placed), Some(parts)) => {
                    placed.extend(parts.into_iter().map(|part| (start, part)));
                }
                _ => placed = None,
            }
        }
        let judgement = placed.and_then(|mut placed| {
            placed.sort_by_key(|&(start, _)| start);
            let placed: Vec<PlacedTicket> = placed.into_iter().map(|(_, part)| part).collect();
            matchmaker.rule_set().judge(&placed).ok()
        });
        let formed_at = at.as_millis();
        Some(FormedMatch { match_id: id.clone(), formed: formed_at, tickets: formed, judgement })
    }
}

/// A ticket as `judge` takes it: its players as the matchmaker remembers them, by team.
fn parts(
    ticket: &EventTicket,
    at: Timestamp,
    backfill: bool,
    matchmaker: &Matchmaker,
) -> Option<Vec<PlacedTicket>> {
    let known = matchmaker.ticket(ticket.ticket_id())?.players;
    let age = at.since(ticket.start_time());
    let mut parts: Vec<PlacedTicket> = Vec::new();
    for told in ticket.players() {
        let player: &Player = known.iter().find(|it| it.player_id == *told.player_id)?;
        let team = told.team?;
        match parts.iter_mut().find(|part| part.team == team) {
            Some(part) => part.players.push(player.clone()),
            None => parts.push(PlacedTicket {
                team: team.to_owned(),
                age,
                players: vec![player.clone()],
                backfill,
            }),
        }
    }
    Some(parts)
}

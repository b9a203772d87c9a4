//! What must hold of a match as it is formed: whom it is made of, and that the reference finds it
//! valid.

use std::collections::{BTreeMap, BTreeSet};

use super::{Held, Stage, Watch};
use crate::testing::properties::pool::judge;
use crate::testing::properties::run::{RunMatch, RunTicket};
use crate::{
    EventTicket, MatchId, Matchmaker, PlacedTicket, Player, PlayerId, Strategy, TicketStatus,
    Timestamp,
};

impl Watch {
    /// A match is formed of tickets that are searched for, and is valid by the reference.
    pub(super) fn form(
        &mut self,
        engine: &Matchmaker,
        match_id: &MatchId,
        tickets: &[EventTicket],
        acceptance_required: bool,
        time: Timestamp,
    ) -> Held {
        if acceptance_required != self.configuration.acceptance_required {
            return Err("the event and the configuration differ on acceptance".into());
        }
        let mut placed = Vec::new();
        let mut members = Vec::new();
        for ticket in tickets {
            let at = self.number(ticket)?;
            members.push((at, ticket));
        }
        // The reference takes tickets in the order of submission.
        members.sort_by_key(|&(at, _)| at);
        let (mut joined, mut players) = (0, 0);
        for &(at, ticket) in &members {
            let Some(known) = self.run.tickets.get_mut(at) else { continue };
            if known.is_backfill {
                // Who has left the session meanwhile is off its roster.
                if let Some(shown) = engine.ticket(&known.ticket_id) {
                    known.players = shown.players;
                }
            } else {
                joined += 1;
                players += known.players.len() as u64;
            }
            place(known, ticket, time, &mut placed)?;
        }
        let ids: BTreeSet<&PlayerId> =
            placed.iter().flat_map(|it| &it.players).map(|it| &it.player_id).collect();
        if ids.len() != placed.iter().map(|it| it.players.len()).sum::<usize>() {
            return Err("a player stands twice in the match".into());
        }
        judge(&self.rule_set, &placed).map_err(|why| format!("the engine formed {why}"))?;
        let location = self.rule_set.judge(&placed).ok().and_then(|it| it.location);
        let counted = self.of_call;
        self.of_call = (counted.0 + 1, counted.1 + joined, counted.2 + players);
        let stage = if acceptance_required { Stage::Proposed } else { Stage::Placing };
        if self.stages.insert(match_id.clone(), (self.run.matches.len(), stage)).is_some() {
            return Err(format!("two matches are named {match_id}"));
        }
        self.run.matches.push(RunMatch {
            match_id: match_id.clone(),
            time,
            tickets: members.iter().map(|(_, it)| it.ticket_id().clone()).collect(),
            is_backfill: placed.iter().any(|it| it.backfill),
            placed,
            location,
            succeeded: false,
        });
        self.in_match.extend(members.iter().map(|&(at, _)| (at, match_id.clone())));
        let status = match acceptance_required {
            true => TicketStatus::RequiresAcceptance,
            false => TicketStatus::Placing,
        };
        self.change_all(match_id, tickets, status, time)
    }
}

/// Whether a match may be at a location: where its players are best off (decision 15); under
/// `balanced`, where its group of tickets is, which all of them report.
pub(super) fn is_at(formed: &RunMatch, location: Option<&str>, strategy: Strategy) -> bool {
    if strategy == Strategy::ExhaustiveSearch || location.is_none() {
        return location == formed.location.as_deref();
    }
    let mut latencies =
        formed.placed.iter().flat_map(|it| &it.players).map(|player| &player.latency_in_ms);
    latencies.all(|it| it.is_empty() || location.is_some_and(|location| it.contains_key(location)))
}

/// Adds a ticket in its team, or each part of a backfill ticket in its own.
fn place(
    known: &RunTicket,
    told: &EventTicket,
    time: Timestamp,
    placed: &mut Vec<PlacedTicket>,
) -> Held {
    let mut by_team: BTreeMap<String, Vec<Player>> = BTreeMap::new();
    for player in told.players() {
        let id = player.player_id;
        let of_ticket = known.players.iter().find(|it| it.player_id == *id);
        let of_ticket = of_ticket.ok_or_else(|| format!("{id} is not in {}", known.ticket_id))?;
        let team = player.team.ok_or_else(|| format!("{id} has no team"))?;
        by_team.entry(team.to_owned()).or_default().push(of_ticket.clone());
    }
    if told.players().len() != known.players.len() {
        return Err(format!("the event leaves out players of {}", known.ticket_id));
    }
    if by_team.len() > 1 && !known.is_backfill {
        return Err(format!("{} is split over teams", known.ticket_id));
    }
    let age = time.since(known.start);
    placed.extend(by_team.into_iter().map(|(team, players)| PlacedTicket {
        team,
        age,
        players,
        backfill: known.is_backfill,
    }));
    Ok(())
}

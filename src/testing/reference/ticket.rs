//! The tickets of a match in canonical order (decision 14), the backfill ticket in its parts or in
//! one piece.

use std::cmp::Reverse;

use super::Party;
use crate::model::schema::InstanceIdx;
use crate::model::ticket::Player;

/// A ticket, or what a backfill ticket has in one team.
#[derive(Clone)]
pub(super) struct Ticket<'a> {
    pub(super) players: Vec<&'a Player>,
    pub(super) backfill: bool,
}

/// The tickets of a team, older ones first, those of one age in the order of submission. The
/// backfill ticket was submitted where its first part stands.
pub(super) fn in_team<'a>(team: InstanceIdx, parties: &[Party<'a>]) -> Vec<Ticket<'a>> {
    let backfill = parties.iter().position(|party| party.backfill);
    let mut inside = Vec::new();
    for (position, party) in parties.iter().enumerate().filter(|(_, party)| party.team == team) {
        let number = if party.backfill { backfill } else { Some(position) };
        inside.push((Reverse(party.age), number, party));
    }
    inside.sort_by_key(|&(age, number, _)| (age, number));
    let mut tickets: Vec<Ticket<'a>> = Vec::new();
    for (_, _, party) in inside {
        let players = party.players.iter();
        match tickets.last_mut().filter(|last| last.backfill && party.backfill) {
            Some(last) => last.players.extend(players),
            None => tickets.push(Ticket { players: players.collect(), backfill: party.backfill }),
        }
    }
    tickets
}

/// The same tickets with all parts of the backfill ticket where the first of them is.
pub(super) fn whole<'t, 'a: 't>(parts: impl Iterator<Item = &'t Ticket<'a>>) -> Vec<Ticket<'a>> {
    let mut tickets: Vec<Ticket<'a>> = Vec::new();
    for part in parts {
        match tickets.iter_mut().find(|ticket| ticket.backfill && part.backfill) {
            Some(backfill) => backfill.players.extend(&part.players),
            None => tickets.push(part.clone()),
        }
    }
    tickets
}

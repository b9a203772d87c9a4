//! The floor of submitting (decision 35): the same requests fill the same columns and two hash maps.
//! It knows the names beforehand, checks nothing, and keeps no tickets.

use std::collections::HashMap;

use rallypoint::{AttributeValue, Input, Player, PlayerId, TicketId};

use crate::standard::{LOCATIONS, MODES, ROLES};

#[derive(Default)]
pub struct Floor {
    start_time: Vec<u64>,
    number: Vec<u64>,
    players: Vec<(u32, u32)>,
    locations: Vec<u128>,
    latencies: Vec<Box<[(u32, u32)]>>,
    ticket_latencies: Vec<Box<[(u32, f64)]>>,
    skill: Vec<f64>,
    level: Vec<f64>,
    role: Vec<u32>,
    modes: Vec<Box<[u32]>>,
    by_id: HashMap<TicketId, u32>,
    by_player: HashMap<PlayerId, u32>,
}

impl Floor {
    pub fn submit(&mut self, now: u64, input: Input) {
        let Input::StartMatchmaking(request) = input else {
            unreachable!("only tickets are submitted")
        };
        let row = self.start_time.len() as u32;
        self.start_time.push(now);
        self.number.push(u64::from(row));
        self.players.push((row, 1));
        let player = request.players.into_iter().next().expect("a ticket has a player");
        let latency = |name: &String| place(&LOCATIONS, name);
        let latencies: Box<[(u32, u32)]> =
            player.latency_in_ms.iter().map(|(name, &millis)| (latency(name), millis)).collect();
        self.locations.push(latencies.iter().fold(0, |set, &(location, _)| set | 1 << location));
        let of_party = latencies.iter().map(|&(location, millis)| (location, f64::from(millis)));
        self.ticket_latencies.push(of_party.collect());
        self.latencies.push(latencies);
        self.skill.push(number(&player, "skill"));
        self.level.push(number(&player, "level"));
        let Some(AttributeValue::String(role)) = player.attributes.get("role") else {
            unreachable!("a player has a role");
        };
        self.role.push(place(&ROLES, role));
        let Some(AttributeValue::StringList(modes)) = player.attributes.get("modes") else {
            unreachable!("a player has modes");
        };
        self.modes.push(modes.iter().map(|mode| place(&MODES, mode)).collect());
        self.by_id.insert(request.ticket_id.expect("a ticket has an id"), row);
        self.by_player.insert(player.player_id, row);
    }

    /// The row of a ticket and its player, if all columns have it.
    pub fn row(&self, ticket: &str, player: &str) -> Option<u32> {
        let row = *self.by_id.get(ticket)?;
        let at = row as usize;
        let is_whole = self.by_player.get(player) == Some(&row)
            && self.modes.get(at)?.len() == 3
            && self.latencies.get(at)?.len() == self.ticket_latencies.get(at)?.len()
            && self.locations.get(at)?.count_ones() == 4
            && self.skill.get(at)? + self.level.get(at)? >= 0.0
            && self.role.get(at)? < &5
            && self.number.get(at)? + self.start_time.get(at)? == u64::from(row)
            && self.players.get(at)? == &(row, 1);
        is_whole.then_some(row)
    }
}

fn number(player: &Player, name: &str) -> f64 {
    match player.attributes.get(name) {
        Some(AttributeValue::Number(number)) => *number,
        _ => unreachable!("a player has numbers"),
    }
}

/// The symbol of a text: its place among those that there are.
fn place(texts: &[&str], text: &str) -> u32 {
    texts.iter().position(|it| *it == text).expect("the texts are known") as u32
}

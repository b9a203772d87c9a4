//! Tickets of a pool in the form that `judge` reads.

use std::collections::BTreeMap;

use rallypoint::TicketId;
use serde_json::{Value, json};

/// A ticket as `judge` reads it.
pub enum TicketForms {
    /// It goes where the match puts it.
    New(Value),
    /// For each team those who are in it already.
    Backfill(BTreeMap<String, Value>),
}

impl TicketForms {
    /// The ticket of a request, which has waited for `wait` seconds.
    pub fn of(id: &TicketId, wait: u32, mut request: Value, is_backfill: bool) -> Self {
        let form = |players: Value| json!({"TicketId": id.as_str(), "AgeSeconds": wait, "Players": players});
        let players = request["Players"].take();
        if !is_backfill {
            return Self::New(form(players));
        }
        let mut parts: BTreeMap<String, Value> = BTreeMap::new();
        for mut player in players.as_array().into_iter().flatten().cloned() {
            let team = player.as_object_mut().and_then(|player| player.remove("Team"));
            let team = team.as_ref().and_then(Value::as_str).unwrap_or_default();
            let part = parts.entry(team.into()).or_insert_with(|| {
                let mut part = form(json!([]));
                part["Backfill"] = true.into();
                part
            });
            if let Some(players) = part["Players"].as_array_mut() {
                players.push(player);
            }
        }
        Self::Backfill(parts)
    }
}

//! Generated values as JSON text, written without the reader that is to be tested.

use crate::model::matched::PlacedTicket;
use crate::model::ticket::{AttributeValue, Player};

/// A number, whole ones without a fraction.
pub(crate) fn number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 && number.is_sign_positive() {
        format!("{number:.0}")
    } else {
        format!("{number:?}")
    }
}

/// A string without control characters.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(crate) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

/// An object, its values being JSON already.
pub(crate) fn object<K: AsRef<str>>(members: impl IntoIterator<Item = (K, String)>) -> String {
    let member = |(key, value): (K, String)| format!("{}: {value}", quote(key.as_ref()));
    format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(", "))
}

/// A value as a rule set has it for a default.
pub(crate) fn plain_value(value: &AttributeValue) -> String {
    match value {
        AttributeValue::String(text) => quote(text),
        AttributeValue::Number(value) => number(*value),
        AttributeValue::StringList(texts) => list(texts.iter().map(|text| quote(text))),
        AttributeValue::StringNumberMap(map) => {
            object(map.iter().map(|(key, &value)| (key, number(value))))
        }
    }
}

fn request_value(value: &AttributeValue) -> String {
    let wire_type = match value {
        AttributeValue::String(_) => "S",
        AttributeValue::Number(_) => "N",
        AttributeValue::StringList(_) => "SL",
        AttributeValue::StringNumberMap(_) => "SDM",
    };
    object([(wire_type, plain_value(value))])
}

/// A player as a request has it.
fn player(player: &Player) -> String {
    let attributes = player.attributes.iter().map(|(name, value)| (name, request_value(value)));
    let mut members = vec![("PlayerId", quote(player.player_id.as_str()))];
    members.push(("PlayerAttributes", object(attributes)));
    if !player.latency_in_ms.is_empty() {
        let latencies = player.latency_in_ms.iter().map(|(name, ms)| (name, ms.to_string()));
        members.push(("LatencyInMs", object(latencies)));
    }
    object(members)
}

/// A match as `rallypoint judge` reads it.
pub(crate) fn placed(tickets: &[PlacedTicket]) -> String {
    let mut teams: Vec<(&str, Vec<String>)> = Vec::new();
    for ticket in tickets {
        let seconds = number(ticket.age.get() as f64 / 1000.0);
        let players = list(ticket.players.iter().map(player));
        let mut members = vec![("AgeSeconds", seconds), ("Players", players)];
        members.extend(ticket.backfill.then(|| ("Backfill", "true".into())));
        let text = object(members);
        match teams.iter_mut().find(|(name, _)| *name == ticket.team) {
            Some((_, tickets)) => tickets.push(text),
            None => teams.push((&ticket.team, vec![text])),
        }
    }
    let teams = teams.into_iter().map(|(name, tickets)| (name, list(tickets)));
    object([("teams", object(teams))])
}

#[cfg(all(test, feature = "wire"))]
mod tests {
    use super::*;
    use crate::base::time::Millis;

    #[test]
    fn a_match_reads_back_as_requests() {
        let first = Player::new("a\"b")
            .with_number("x", -0.25)
            .with_strings("tags", &["ü", "\\"])
            .with_latency("eu", 20);
        let map = [("k".to_owned(), 1e300)].into_iter().collect();
        let second = Player::new("c").with("levels", AttributeValue::StringNumberMap(map));
        let ticket = |team: &str, players: &[&Player]| PlacedTicket {
            team: team.into(),
            age: Millis::new(4999),
            players: players.iter().map(|&it| it.clone()).collect(),
            backfill: false,
        };
        let text = placed(&[ticket("red", &[&first]), ticket("blue", &[&second])]);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (team, expected) in [("red", &first), ("blue", &second)] {
            let ticket = &read["teams"][team][0];
            assert_eq!(ticket["AgeSeconds"], 4.999);
            let request = serde_json::json!({ "Players": ticket["Players"] });
            let Ok(crate::Input::StartMatchmaking(start)) =
                crate::wire::parse_input("StartMatchmaking", &request)
            else {
                panic!("{request} is not read")
            };
            assert_eq!(start.players.first(), Some(expected));
        }
    }
}

//! `rallypoint judge`: every rule with its value, bound and verdict for a given match.

use std::fmt;
use std::path::PathBuf;

use rallypoint::{Input, Millis, PlacedTicket, Player, wire};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::{Value, json};

use crate::console::{self, Console, Fault, Format, Verdict, visible};
use crate::files::{self, Document};

/// Say of every rule whether a match meets it, and by how much
///
/// MATCH.json is `{"teams": {"red": [TICKET, ...], "blue": [...]}}`, with tickets like
/// `{"AgeSeconds": 30, "Players": [{"PlayerId": "p1", "PlayerAttributes": {"skill": {"N": 12}}}]}`.
/// `AgeSeconds` is how long the ticket has waited, 0 when absent; `TicketId` may be given. The
/// tickets of a team stand in the order of their submission.
///
/// Exit status 0: a valid match; 1: not a valid match.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  rallypoint judge rulesets/duel.json match.json --format json")]
pub struct Arguments {
    /// The rule set file; `-` is standard input
    #[arg(value_name = "RULESET")]
    rule_set: PathBuf,
    /// The file with the match; `-` is standard input
    #[arg(value_name = "MATCH.json")]
    proposed: PathBuf,
    /// Refuse a rule set with comments and whatever else the service's text does not promise to
    /// read
    #[arg(long)]
    strict: bool,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let Arguments { rule_set, proposed, strict } = arguments;
    if files::is_stdin(rule_set) && files::is_stdin(proposed) {
        return Err(Fault::Stop("only one of RULESET and MATCH.json can be standard input".into()));
    }
    let rule_set = files::rule_set(rule_set, *strict)?;
    let Document { name, text } = files::read(proposed)?;
    let tickets = match read_match(&text) {
        Ok(tickets) => tickets,
        Err(message) => {
            console::error(&format!("{}: {}", visible(&name), visible(&message)));
            return Ok(Verdict::Bad);
        }
    };
    let Some(rule_set) = rule_set else { return Ok(Verdict::Bad) };
    match rule_set.judge(&tickets) {
        Ok(judgement) => {
            match console.format() {
                Format::Text => console.text(format_args!("{judgement}\n"))?,
                Format::Json => console.json(&judgement)?,
            }
            Ok(Verdict::good_if(judgement.valid))
        }
        Err(error) => {
            console::error(&format!("{}: {}", visible(&name), visible(&error.to_string())));
            Ok(Verdict::Bad)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MatchFile {
    teams: Teams,
}

/// The teams in the order of the file.
struct Teams(Vec<(String, Vec<TicketForm>)>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct TicketForm {
    ticket_id: Option<String>,
    #[serde(default)]
    age_seconds: f64,
    players: Value,
}

impl<'de> Deserialize<'de> for Teams {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TeamsVisitor)
    }
}

struct TeamsVisitor;

impl<'de> Visitor<'de> for TeamsVisitor {
    type Value = Teams;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of tickets for each team")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Teams, A::Error> {
        let mut teams: Vec<(String, Vec<TicketForm>)> = Vec::new();
        while let Some((name, tickets)) = map.next_entry::<String, Vec<TicketForm>>()? {
            if teams.iter().any(|(other, _)| *other == name) {
                return Err(serde::de::Error::custom(format_args!("team `{name}` stands twice")));
            }
            teams.push((name, tickets));
        }
        Ok(Teams(teams))
    }
}

/// The tickets in the order of the file. The error is a sentence that says where.
fn read_match(text: &str) -> Result<Vec<PlacedTicket>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let MatchFile { teams: Teams(teams) } =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut placed = Vec::new();
    for (team, tickets) in teams {
        for (position, ticket) in tickets.into_iter().enumerate() {
            let place = match &ticket.ticket_id {
                Some(id) => format!("team `{team}`, ticket `{id}`"),
                None => format!("team `{team}`, ticket {}", position + 1),
            };
            let said = |problem: String| format!("{place}: {problem}");
            let age = age(ticket.age_seconds).map_err(said)?;
            let players = players(ticket.players).map_err(said)?;
            placed.push(PlacedTicket { team: team.clone(), age, players });
        }
    }
    Ok(placed)
}

fn age(seconds: f64) -> Result<Millis, String> {
    if !(seconds.is_finite() && seconds >= 0.0) {
        return Err(format!("`AgeSeconds` is {seconds}, but must be 0 or more"));
    }
    // The cast keeps an age beyond all time within range.
    Ok(Millis::new((seconds * 1000.0).round() as u64))
}

/// Players have the shape that they have in a request, so a request reads them.
fn players(players: Value) -> Result<Vec<Player>, String> {
    match wire::parse_input("StartMatchmaking", &json!({ "Players": players })) {
        Ok(Input::StartMatchmaking(start)) => Ok(start.players),
        Ok(_) => Err("`Players` cannot be read".into()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_file_is_kept() {
        let text = r#"{"teams": {
            "red": [{"Players": [{"PlayerId": "a"}], "AgeSeconds": 1.25}, {"Players": [{"PlayerId": "b"}]}],
            "blue": [{"TicketId": "t3", "Players": [{"PlayerId": "c"}, {"PlayerId": "d"}]}],
            "grey": []
        }}"#;
        let tickets = read_match(text).expect("it is well formed");
        let seen: Vec<_> = tickets
            .iter()
            .map(|ticket| (ticket.team.as_str(), ticket.age.get(), ticket.players.len()))
            .collect();
        assert_eq!(seen, [("red", 1250, 1), ("red", 0, 1), ("blue", 0, 2)]);
    }

    #[test]
    fn each_problem_says_where_it_is() {
        for (text, part) in [
            ("{}", "missing field `teams`"),
            (r#"{"teams": []}"#, "an object with a list of tickets for each team"),
            (r#"{"teams": {"a": [], "a": []}}"#, "team `a` stands twice"),
            (r#"{"teams": {}, "x": 1}"#, "unknown field `x`"),
            (r#"{"teams": {"a": [{"Player": []}]}}"#, "unknown field `Player`"),
            (
                r#"{"teams": {"a": [{"AgeSeconds": -1, "Players": []}]}}"#,
                "team `a`, ticket 1: `AgeSeconds` is -1, but must be 0 or more",
            ),
            (
                r#"{"teams": {"a": [{"TicketId": "t", "Players": [{}]}]}}"#,
                "team `a`, ticket `t`: `Players[0].PlayerId` is required",
            ),
        ] {
            let message = read_match(text).expect_err(text);
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn an_age_beyond_all_time_is_an_age() {
        assert_eq!(age(1e300), Ok(Millis::new(u64::MAX)));
    }
}

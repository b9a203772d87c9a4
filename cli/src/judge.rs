//! `rallypoint judge`: every rule with its value, bound and verdict for a given match.

use std::fmt;
use std::path::PathBuf;

use rallypoint::{Input, Millis, PlacedTicket, Player, wire};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::console::{Console, Fault, Format, Verdict};
use crate::contents::{self, Contents};
use crate::files::{self, Document};
use crate::rule_sets::{self, Reading};

/// No ticket waits longer: the longest `RequestTimeoutSeconds` of the service (facts 6.2).
const AGE_SECONDS_MAX: u32 = 43_200;

/// Say of every rule whether a match meets it, and by how much
///
/// MATCH.json is `{"teams": {"red": [TICKET, ...], "blue": [...]}}`, with tickets like
/// `{"AgeSeconds": 30, "Players": [{"PlayerId": "p1", "PlayerAttributes": {"skill": {"N": 12}}}]}`.
/// `AgeSeconds` is how long the ticket has waited, 0 when absent and at most 43200; `TicketId` may
/// be given. The tickets of a team stand in the order of their submission. `"Backfill": true` says
/// that these players are in the running session already: all such parts, one for each team, are
/// one ticket.
///
/// `match --format json --full` gives each match in this form, as its member `judge`.
///
/// Exit status 0: a valid match; 1: not a valid match. With `--format json`, errors of the input
/// are an object `{"errors": [{"file", "line", "message"}, ...]}`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  rallypoint judge rulesets/duel.json match.json --format json\n  \
                  rallypoint match rulesets/duel.json rulesets/duel.tickets.jsonl --format json --full \\\n    \
                  | jq '.matches[0].judge' | rallypoint judge rulesets/duel.json -"
)]
pub struct Arguments {
    /// The rule set file; `-` is standard input
    #[arg(value_name = "RULESET")]
    rule_set: PathBuf,
    /// The file with the match; `-` is standard input
    #[arg(value_name = "MATCH.json")]
    proposed: PathBuf,
    #[command(flatten)]
    reading: Reading,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let Arguments { rule_set, proposed, reading } = arguments;
    if files::is_stdin(rule_set) && files::is_stdin(proposed) {
        return Err(Fault("only one of RULESET and MATCH.json can be standard input".into()));
    }
    let rule_set = rule_sets::read(rule_set, reading.options(), console)?;
    let Document { name, text } = files::read(proposed)?;
    let tickets = match read_match(&text) {
        Ok(tickets) => tickets,
        Err(message) => {
            let message = contents::with_hint(message, &text, Contents::Match);
            console.problem(Some(&name), None, message)?;
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
            console.problem(Some(&name), None, error.to_string())?;
            Ok(Verdict::Bad)
        }
    }
}

/// The tickets in the order of the file. The error is a sentence that says where.
fn read_match(text: &str) -> Result<Vec<PlacedTicket>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = wire::value_from_json(text).map_err(|error| error.to_string())?;
    let file = members(&value, "the match", &["teams"])?;
    let teams = file.get("teams").ok_or("`teams` is required")?;
    let teams = teams
        .as_object()
        .ok_or("`teams` must be an object with a list of tickets for each team")?;
    let mut placed = Vec::new();
    for team in team_names(text)? {
        let tickets = teams.get(&team).and_then(Value::as_array);
        let tickets = tickets.ok_or_else(|| format!("`teams.{team}` must be a list of tickets"))?;
        for (position, ticket) in tickets.iter().enumerate() {
            let place = match ticket.get("TicketId").and_then(Value::as_str) {
                Some(id) => format!("team `{team}`, ticket `{id}`"),
                None => format!("team `{team}`, ticket {}", position + 1),
            };
            let read = placed_ticket(&team, ticket);
            placed.push(read.map_err(|problem| format!("{place}: {problem}"))?);
        }
    }
    Ok(placed)
}

fn placed_ticket(team: &str, ticket: &Value) -> Result<PlacedTicket, String> {
    let known = ["TicketId", "AgeSeconds", "Players", "Backfill"];
    let ticket = members(ticket, "the ticket", &known)?;
    let given = |key: &str| ticket.get(key).filter(|value| !value.is_null());
    if given("TicketId").is_some_and(|id| !id.is_string()) {
        return Err("`TicketId` must be a string".into());
    }
    let age = given("AgeSeconds").map_or(Ok(Millis::new(0)), age)?;
    let players = players(given("Players").unwrap_or(&Value::Null))?;
    let backfill = given("Backfill").map_or(Some(false), Value::as_bool);
    let backfill = backfill.ok_or("`Backfill` must be true or false")?;
    Ok(PlacedTicket { team: team.into(), age, players, backfill })
}

fn members<'v>(
    value: &'v Value,
    what: &str,
    known: &[&str],
) -> Result<&'v Map<String, Value>, String> {
    let map = value.as_object().ok_or_else(|| format!("{what} must be an object"))?;
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(map),
        Some(key) => {
            let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            Err(format!("unknown member `{key}`; {what} may have {}", known.join(", ")))
        }
    }
}

/// The names of the teams in the order of the file, which a `Value` does not keep.
fn team_names(text: &str) -> Result<Vec<String>, String> {
    #[derive(Deserialize)]
    struct MatchFile {
        teams: Names,
    }
    let MatchFile { teams: Names(names) } =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(names)
}

/// The keys of an object.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}

fn age(seconds: &Value) -> Result<Millis, String> {
    let number = seconds.as_f64().ok_or("`AgeSeconds` must be a number")?;
    if !(0.0..=f64::from(AGE_SECONDS_MAX)).contains(&number) {
        return Err(format!(
            "`AgeSeconds` is {seconds}, but must be from 0 to {AGE_SECONDS_MAX}, the longest \
             request timeout"
        ));
    }
    Ok(Millis::new((number * 1000.0).round() as u64))
}

/// Players have the shape that they have in a request, so a request reads them.
fn players(players: &Value) -> Result<Vec<Player>, String> {
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
            ("{}", "`teams` is required"),
            ("[]", "the match must be an object"),
            ("{\n]", "not JSON: key must be a string at line 2 column 1"),
            (r#"{"teams": []}"#, "`teams` must be an object with a list of tickets for each team"),
            (r#"{"teams": {"a": {}}}"#, "`teams.a` must be a list of tickets"),
            (r#"{"teams": {"a": [], "a": []}}"#, "`teams.a` stands twice at column 23"),
            (r#"{"teams": {}, "x": 1}"#, "unknown member `x`; the match may have `teams`"),
            (r#"{"teams": {"a": [5]}}"#, "team `a`, ticket 1: the ticket must be an object"),
            (
                r#"{"teams": {"a": [{"Player": []}]}}"#,
                "team `a`, ticket 1: unknown member `Player`; the ticket may have `TicketId`, \
                 `AgeSeconds`, `Players`, `Backfill`",
            ),
            (
                r#"{"teams": {"a": [{"TicketId": 5, "Players": []}]}}"#,
                "team `a`, ticket 1: `TicketId` must be a string",
            ),
            (
                r#"{"teams": {"a": [{"Backfill": 1, "Players": [{"PlayerId": "p"}]}]}}"#,
                "team `a`, ticket 1: `Backfill` must be true or false",
            ),
            (r#"{"teams": {"a": [{}]}}"#, "team `a`, ticket 1: `Players` is required"),
            (
                r#"{"teams": {"a": [{"AgeSeconds": "1", "Players": []}]}}"#,
                "team `a`, ticket 1: `AgeSeconds` must be a number",
            ),
            (
                r#"{"teams": {"a": [{"AgeSeconds": -1, "Players": []}]}}"#,
                "team `a`, ticket 1: `AgeSeconds` is -1, but must be from 0 to 43200, the longest \
                 request timeout",
            ),
            (
                r#"{"teams": {"a": [{"TicketId": "t", "Players": [{}]}]}}"#,
                "team `a`, ticket `t`: `Players[0].PlayerId` is required",
            ),
        ] {
            let message = read_match(text).expect_err(text);
            assert_eq!(message, part, "{text}");
        }
    }

    #[test]
    fn an_age_ends_with_the_longest_request_timeout() {
        assert_eq!(age(&json!(43_200)), Ok(Millis::new(43_200_000)));
        for beyond in [json!(43_200.001), json!(1e18)] {
            let message = age(&beyond).expect_err("no ticket is as old");
            assert!(message.contains("from 0 to 43200"), "{message}");
        }
    }
}

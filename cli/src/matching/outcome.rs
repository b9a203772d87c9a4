//! What came of a pool of tickets: as JSON and as text.

use std::collections::BTreeMap;

use rallypoint::{EventTicket, MatchId, TicketId};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::console::{Console, Fault, STRONG, counted, visible};

/// Tickets that the summary names when they are left over; `--all` and JSON name all.
const UNMATCHED_SHOWN: usize = 10;

/// Columns of a list of tickets.
const WIDTH: usize = 100;

#[derive(serde::Serialize)]
pub struct Outcome {
    /// In the order in which they were formed.
    pub matches: Vec<Match>,
    /// The tickets that wait on, in no match, in the order of the file.
    pub unmatched: Vec<String>,
    /// The tickets that were cancelled, because a player of theirs asked again.
    pub cancelled: Vec<String>,
    pub stats: Stats,
    /// The names of the team instances, in the order of the rule set.
    #[serde(skip)]
    teams: Vec<String>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    match_id: String,
    teams: Teams<String>,
    tickets: Vec<String>,
    /// The backfill ticket of the match, when it goes on with a running game.
    backfill: Option<String>,
    /// The location that suits its players best, when they reported latencies.
    region: Option<String>,
    /// The match as `judge` reads it, if that is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    judge: Option<MatchForm>,
}

/// A match in the form of `judge`.
#[derive(serde::Serialize)]
pub struct MatchForm {
    teams: Teams<Value>,
}

/// Every team instance with its players or tickets, in the order of the rule set.
struct Teams<T>(Vec<(String, Vec<T>)>);

impl<T: Serialize> Serialize for Teams<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (team, members) in &self.0 {
            map.serialize_entry(team, members)?;
        }
        map.end()
    }
}

/// Counts, and how long the parts took.
#[derive(serde::Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    pub tickets: usize,
    /// In all tickets.
    pub players: usize,
    pub matches: usize,
    pub passes: u64,
    pub search_nodes: u64,
    /// Tickets left over whose search was given up at its limit: whether they have a match is not
    /// known.
    pub anchors_exhausted: u64,
    /// Matches that might have been fuller.
    pub fullness_unproven: u64,
    /// How often a part of the pool was cut into batches, summed over the passes: whether those
    /// left over have a match with one of another batch is not known.
    pub partitions_cut: u64,
    /// Matches that became two, so that tickets joined that go by age alone had left over.
    pub exchanged: u64,
    /// Reading the file and its JSON.
    pub parse_seconds: f64,
    /// Submitting the tickets.
    pub ingest_seconds: f64,
    /// All passes.
    pub match_seconds: f64,
    /// `None` where the system does not tell.
    pub peak_rss_bytes: Option<u64>,
}

impl Outcome {
    /// Nothing yet, for a rule set with these team instances.
    pub fn new(teams: Vec<String>) -> Self {
        let (matches, unmatched, cancelled) = (Vec::new(), Vec::new(), Vec::new());
        Self { matches, unmatched, cancelled, stats: Stats::default(), teams }
    }

    pub fn add_match(
        &mut self,
        id: &MatchId,
        tickets: &[EventTicket],
        backfill: Option<&TicketId>,
        region: Option<&str>,
        judge: Option<MatchForm>,
    ) {
        let players = tickets
            .iter()
            .flat_map(EventTicket::players)
            .map(|player| (player.team.unwrap_or_default(), player.player_id.to_string()));
        self.matches.push(Match {
            match_id: id.to_string(),
            teams: self.by_team(players),
            tickets: tickets.iter().map(|ticket| ticket.ticket_id().to_string()).collect(),
            backfill: backfill.map(TicketId::to_string),
            region: region.map(String::from),
            judge,
        });
    }

    /// A match of these tickets, each with its team.
    pub fn match_form<'t>(&self, tickets: impl Iterator<Item = (&'t str, Value)>) -> MatchForm {
        MatchForm { teams: self.by_team(tickets) }
    }

    fn by_team<'t, T>(&self, members: impl Iterator<Item = (&'t str, T)>) -> Teams<T> {
        let mut by_team: BTreeMap<&str, Vec<T>> = BTreeMap::new();
        for (team, member) in members {
            by_team.entry(team).or_default().push(member);
        }
        let mut teams: Vec<_> = Vec::with_capacity(self.teams.len());
        for team in &self.teams {
            teams.push((team.clone(), by_team.remove(team.as_str()).unwrap_or_default()));
        }
        debug_assert!(by_team.is_empty(), "players stand in teams of the rule set");
        Teams(teams)
    }

    /// A block for each match, then a summary; after it every ticket left over, if all are wanted.
    pub fn print(&self, all: bool, console: &mut Console) -> Result<(), Fault> {
        let width = self.teams.iter().map(|team| visible(team).chars().count()).max().unwrap_or(0);
        for Match { match_id, teams, tickets, backfill, region, .. } in &self.matches {
            let count = counted(tickets.len(), "ticket");
            console.text(format_args!("{STRONG}match {match_id}{STRONG:#} ({count}"))?;
            if let Some(backfill) = backfill {
                console.text(format_args!(", backfill {}", visible(backfill)))?;
            }
            if let Some(region) = region {
                console.text(format_args!(", {}", visible(region)))?;
            }
            console.text(")\n")?;
            for (team, players) in &teams.0 {
                let players: Vec<_> = players.iter().map(|player| visible(player)).collect();
                let line = format!("  {:width$}  {}", visible(team), players.join(", "));
                console.text(format_args!("{}\n", line.trim_end()))?;
            }
            console.text("\n")?;
        }
        console.text(format_args!("{}\n", self.summary(all)))?;
        for (tickets, what) in [(&self.unmatched, "left over"), (&self.cancelled, "cancelled")] {
            if all && !tickets.is_empty() {
                console.text(format_args!("\n{STRONG}{what}{STRONG:#}\n{}", wrapped(tickets)))?;
            }
        }
        Ok(())
    }

    fn summary(&self, all: bool) -> String {
        let Stats { tickets, players, .. } = self.stats;
        let placed: usize = self
            .matches
            .iter()
            .flat_map(|formed| &formed.teams.0)
            .map(|(_, players)| players.len())
            .sum();
        let pool = format!("{} with {}", counted(tickets, "ticket"), counted(players, "player"));
        let formed = match self.matches.len() {
            1 => "1 match".into(),
            count => format!("{count} matches"),
        };
        let formed = format!("{formed} with {}", counted(placed, "player"));
        let named = |tickets: &[String], what: &str| {
            let count = format!("{} {what}", counted(tickets.len(), "ticket"));
            if all { count } else { format!("{count}: {}", first_few(tickets)) }
        };
        let left = match self.unmatched.is_empty() {
            true => "no ticket left over".into(),
            false => named(&self.unmatched, "left over"),
        };
        let cancelled = match self.cancelled.is_empty() {
            true => String::new(),
            false => format!("; {}", named(&self.cancelled, "cancelled")),
        };
        format!("{pool}; {formed}; {left}{cancelled}")
    }
}

fn first_few(tickets: &[String]) -> String {
    let shown = tickets.iter().take(UNMATCHED_SHOWN).map(|ticket| visible(ticket));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match tickets.len().saturating_sub(UNMATCHED_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// All the tickets, in indented lines.
fn wrapped(tickets: &[String]) -> String {
    let mut text = String::new();
    let mut column = 0;
    for (position, ticket) in tickets.iter().enumerate() {
        let comma = if position + 1 < tickets.len() { "," } else { "" };
        let word = format!("{}{comma}", visible(ticket));
        let width = word.chars().count() + 1;
        if position == 0 {
            text += " ";
            column = 1;
        } else if column + width > WIDTH {
            text += "\n ";
            column = 1;
        }
        text += " ";
        text += &word;
        column += width;
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_stand_in_the_order_of_the_rule_set_and_empty_ones_too() {
        let teams = Teams(vec![("zebra".into(), vec!["p2", "p1"]), ("ant".into(), Vec::new())]);
        let json = serde_json::to_string(&teams).expect("it is plain data");
        assert_eq!(json, r#"{"zebra":["p2","p1"],"ant":[]}"#);
    }

    #[test]
    fn the_summary_names_a_few_of_the_tickets_left_over() {
        let mut outcome = Outcome::new(vec!["red".into()]);
        outcome.stats = Stats { tickets: 12, players: 13, ..Stats::default() };
        outcome.unmatched = (1..=12).map(|number| format!("t{number}")).collect();
        assert_eq!(
            outcome.summary(false),
            "12 tickets with 13 players; 0 matches with 0 players; 12 tickets left over: \
             t1, t2, t3, t4, t5, t6, t7, t8, t9, t10 and 2 more"
        );
        assert!(outcome.summary(true).ends_with("; 12 tickets left over"));
        outcome.unmatched.clear();
        assert!(outcome.summary(false).ends_with("; no ticket left over"));
        outcome.cancelled = vec!["t3".into()];
        let summary = outcome.summary(false);
        assert!(summary.ends_with("; no ticket left over; 1 ticket cancelled: t3"), "{summary}");
    }

    #[test]
    fn a_list_of_all_tickets_keeps_to_its_width() {
        let tickets: Vec<_> = (100..200).map(|number| format!("ticket-{number}")).collect();
        let text = wrapped(&tickets);
        assert!(text.starts_with("  ticket-100, ticket-101, "), "{text}");
        assert!(text.ends_with(" ticket-199\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH && line.starts_with("  t")), "{text}");
        assert!(text.lines().count() < 15, "{text}");
        let words: Vec<_> =
            text.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
        assert_eq!(words, tickets);
        let long = ["x".repeat(128), "y".repeat(128)];
        assert_eq!(wrapped(&long).lines().count(), 2);
    }

    #[test]
    fn the_statistics_have_the_names_of_the_published_form() {
        let json = serde_json::to_value(Stats::default()).expect("it is plain data");
        let names: Vec<_> = json.as_object().expect("a struct").keys().cloned().collect();
        assert_eq!(
            names,
            [
                "anchorsExhausted",
                "exchanged",
                "fullnessUnproven",
                "ingestSeconds",
                "matchSeconds",
                "matches",
                "parseSeconds",
                "partitionsCut",
                "passes",
                "peakRssBytes",
                "players",
                "searchNodes",
                "tickets",
            ]
        );
    }
}

//! What came of a pool of tickets: as JSON (commands.md 3.2) and as text.

use std::collections::BTreeMap;

use rallypoint::{EventTicket, MatchId};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::console::{Console, Fault, STRONG, visible};

/// Tickets that text output names when they are left over; JSON names all.
const UNMATCHED_SHOWN: usize = 10;

#[derive(serde::Serialize)]
pub struct Outcome {
    /// In the order in which they were formed.
    pub matches: Vec<Match>,
    /// The tickets that are in no match, in the order of the file.
    pub unmatched: Vec<String>,
    pub stats: Stats,
    /// The names of the team instances, in the order of the rule set.
    #[serde(skip)]
    teams: Vec<String>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    match_id: String,
    teams: Teams,
    tickets: Vec<String>,
    /// The backfill ticket of the match. Not built yet: never there.
    backfill: Option<String>,
    /// The location that suits its players best, when they reported latencies.
    region: Option<String>,
}

/// Every team instance with its players, in the order of the rule set.
struct Teams(Vec<(String, Vec<String>)>);

impl Serialize for Teams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (team, players) in &self.0 {
            map.serialize_entry(team, players)?;
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
        let (matches, unmatched) = (Vec::new(), Vec::new());
        Self { matches, unmatched, stats: Stats::default(), teams }
    }

    pub fn add_match(&mut self, id: &MatchId, tickets: &[EventTicket], region: Option<&str>) {
        let mut players_by_team: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for player in tickets.iter().flat_map(|ticket| &ticket.players) {
            let team = player.team.as_deref().unwrap_or_default();
            players_by_team.entry(team).or_default().push(player.player_id.to_string());
        }
        let mut teams: Vec<_> = Vec::with_capacity(self.teams.len());
        for team in &self.teams {
            teams.push((team.clone(), players_by_team.remove(team.as_str()).unwrap_or_default()));
        }
        debug_assert!(players_by_team.is_empty(), "players stand in teams of the rule set");
        self.matches.push(Match {
            match_id: id.to_string(),
            teams: Teams(teams),
            tickets: tickets.iter().map(|ticket| ticket.ticket_id.to_string()).collect(),
            backfill: None,
            region: region.map(String::from),
        });
    }

    /// A block for each match, then a summary.
    pub fn print(&self, console: &mut Console) -> Result<(), Fault> {
        let width = self.teams.iter().map(|team| visible(team).chars().count()).max().unwrap_or(0);
        for Match { match_id, teams, tickets, region, .. } in &self.matches {
            let count = counted(tickets.len(), "ticket");
            console.text(format_args!("{STRONG}match {match_id}{STRONG:#} ({count}"))?;
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
        console.text(format_args!("{}\n", self.summary()))
    }

    fn summary(&self) -> String {
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
        let left = match self.unmatched.len() {
            0 => "no ticket left over".into(),
            count => format!("{} left over: {}", counted(count, "ticket"), self.left_over()),
        };
        format!("{pool}; {formed}; {left}")
    }

    fn left_over(&self) -> String {
        let shown: Vec<_> =
            self.unmatched.iter().take(UNMATCHED_SHOWN).map(|ticket| visible(ticket)).collect();
        match self.unmatched.len().saturating_sub(UNMATCHED_SHOWN) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }
}

/// `1 ticket`, `2 tickets`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_stand_in_the_order_of_the_rule_set_and_empty_ones_too() {
        let teams = Teams(vec![
            ("zebra".into(), vec!["p2".into(), "p1".into()]),
            ("ant".into(), Vec::new()),
        ]);
        let json = serde_json::to_string(&teams).expect("it is plain data");
        assert_eq!(json, r#"{"zebra":["p2","p1"],"ant":[]}"#);
    }

    #[test]
    fn the_summary_names_a_few_of_the_tickets_left_over() {
        let mut outcome = Outcome::new(vec!["red".into()]);
        outcome.stats = Stats { tickets: 12, players: 13, ..Stats::default() };
        outcome.unmatched = (1..=12).map(|number| format!("t{number}")).collect();
        assert_eq!(
            outcome.summary(),
            "12 tickets with 13 players; 0 matches with 0 players; 12 tickets left over: \
             t1, t2, t3, t4, t5, t6, t7, t8, t9, t10 and 2 more"
        );
        outcome.unmatched.clear();
        assert!(outcome.summary().ends_with("; no ticket left over"));
    }

    #[test]
    fn the_statistics_have_the_names_of_the_published_form() {
        let json = serde_json::to_value(Stats::default()).expect("it is plain data");
        let names: Vec<_> = json.as_object().expect("a struct").keys().cloned().collect();
        assert_eq!(
            names,
            [
                "ingestSeconds",
                "matchSeconds",
                "matches",
                "parseSeconds",
                "passes",
                "peakRssBytes",
                "players",
                "searchNodes",
                "tickets",
            ]
        );
    }
}

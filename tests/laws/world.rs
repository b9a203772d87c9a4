//! Rule sets with pools: our own ones with the tickets that they come with, and random ones.

use std::path::{Path, PathBuf};

use rallypoint::{Input, Player, RuleSet, Strategy, wire};
use serde_json::Value;

use super::dice::Dice;
use super::random;

/// A ticket that comes so many milliseconds after the first instant.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub id: String,
    pub at: u64,
    pub players: Vec<Player>,
    /// Whether it is that of a running session: its players have teams.
    pub is_backfill: bool,
}

/// A rule set, and tickets in the order in which they come. The pass is at [`Pool::now`].
#[derive(Clone, Debug)]
pub struct Pool {
    pub rules: Value,
    pub tickets: Vec<Ticket>,
    pub now: u64,
}

/// What pools are made of: the name that counts are kept under, a rule set if it is one of our own,
/// and its tickets.
pub struct Subject {
    pub name: String,
    own: Option<(Value, Vec<Vec<Player>>)>,
    strategy: Strategy,
}

/// Tickets of a pool.
const TICKETS_MAX: usize = 34;
/// The last of them come so long after the first.
const SPAN_MS: u64 = 20_000;

/// Every rule set of `rulesets/` that is searched exhaustively, and random ones.
pub fn subjects() -> Vec<Subject> {
    let subjects = subjects_of(Strategy::ExhaustiveSearch);
    assert!(subjects.len() >= 12, "only {} subjects", subjects.len());
    subjects
}

/// Every rule set of `rulesets/` with a strategy; random ones come last.
pub fn subjects_of(strategy: Strategy) -> Vec<Subject> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let entries = std::fs::read_dir(&folder).expect("the folder is part of the package");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut subjects = Vec::new();
    for path in paths {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let rule_set = RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{errors}"));
        if rule_set.strategy() == strategy {
            let rules = serde_json::from_str(&text).expect("our rule sets are plain JSON");
            let tickets = own_tickets(&folder.join(format!("{name}.tickets.jsonl")));
            subjects.push(Subject { name, own: Some((rules, tickets)), strategy });
        }
    }
    subjects.push(Subject { name: "random".into(), own: None, strategy });
    subjects
}

fn own_tickets(path: &Path) -> Vec<Vec<Player>> {
    let text = std::fs::read_to_string(path).expect("each rule set has a pool");
    let ticket = |line: &str| {
        let value = serde_json::from_str(line).expect("a line is JSON");
        match wire::parse_input("StartMatchmaking", &value) {
            Ok(Input::StartMatchmaking(start)) => start.players,
            other => panic!("{line}: {other:?}"),
        }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(ticket).collect()
}

impl Subject {
    pub fn is_random(&self) -> bool {
        self.own.is_none()
    }

    pub fn pool(&self, dice: &mut Dice) -> Pool {
        let (mut rules, players) = match &self.own {
            Some((rules, tickets)) => {
                let count = dice.between(TICKETS_MAX / 2, TICKETS_MAX);
                (rules.clone(), dice.some(tickets, count))
            }
            None => {
                let mut rules = random::rule_set(dice);
                if self.strategy == Strategy::Balanced {
                    make_balanced(dice, &mut rules);
                }
                let count = dice.between(6, 20);
                let tickets = random::tickets(dice, count);
                (rules, tickets)
            }
        };
        if dice.once_in(2) {
            set_algorithm(&mut rules, "expansionAgeSelection", dice.one(&["newest", "oldest"]));
        }
        let priority = dice.one(&["normal", "high", "low"]);
        set_algorithm(&mut rules, "backfillPriority", priority);
        let span = dice.one(&[0, SPAN_MS / 2, SPAN_MS]);
        let mut times: Vec<u64> =
            players.iter().map(|_| dice.below(span as usize + 1) as u64).collect();
        times.sort_unstable();
        let mut tickets: Vec<Ticket> = players
            .into_iter()
            .zip(times)
            .enumerate()
            .map(|(at, (players, time))| Ticket {
                id: format!("t{at}"),
                at: time,
                players,
                is_backfill: false,
            })
            .collect();
        let text = rules.to_string();
        let rule_set =
            RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{text}:\n{errors}"));
        if dice.once_in(2) {
            make_backfill(dice, &rule_set, &mut tickets);
        }
        let now = span + dice.one(&[0, 1_000, 10_000, 30_000, 60_000]);
        Pool { rules, tickets, now }
    }
}

/// Gives a rule set strategy `balanced`, and takes out what does not go with it.
fn make_balanced(dice: &mut Dice, rules: &mut Value) {
    let preference = dice.one(&["largestPopulation", "fastestRegion"]);
    rules["algorithm"] = serde_json::json!({"strategy": "balanced",
        "balancedAttribute": "skill", "batchingPreference": preference});
    let list = rules["rules"].as_array_mut().expect("rules are a list");
    list.retain(|rule| rule["type"] != "distanceSort" && rule["type"] != "absoluteSort");
}

/// Sets a word of the algorithm.
pub fn set_algorithm(rules: &mut Value, key: &str, word: &str) {
    let rules = rules.as_object_mut().expect("a rule set is an object");
    let algorithm = rules.entry("algorithm").or_insert_with(|| serde_json::json!({}));
    let algorithm = algorithm.as_object_mut().expect("the algorithm is an object");
    algorithm.insert(key.into(), word.into());
}

/// Makes one of the tickets that of a running session with open places, if there can be one.
fn make_backfill(dice: &mut Dice, rule_set: &RuleSet, tickets: &mut [Ticket]) {
    let teams: Vec<(String, usize)> = rule_set
        .teams()
        .iter()
        .map(|team| {
            let name = &team.name;
            let instance = if team.quantity == 1 { name.to_string() } else { format!("{name}_1") };
            (instance, team.max_players as usize)
        })
        .collect();
    let places: usize =
        rule_set.teams().iter().map(|it| (it.max_players * it.quantity) as usize).sum();
    let position = dice.below(tickets.len());
    let ticket = &mut tickets[position];
    let (team, most) = dice.one(&teams);
    if ticket.players.len() > most || ticket.players.len() == places {
        return;
    }
    ticket.is_backfill = true;
    ticket.players.iter_mut().for_each(|player| player.team = Some(team.clone()));
}

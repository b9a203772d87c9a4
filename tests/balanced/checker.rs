//! What must hold of a match of strategy `balanced`, worked out from the text of the rule set and
//! from the players alone.

use std::collections::{BTreeMap, BTreeSet};

use rallypoint::{AttributeValue, Player};
use serde_json::Value;

/// A ticket, all of whose players are in one team.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub id: String,
    /// How long it has waited, in seconds.
    pub wait: u64,
    pub players: Vec<Player>,
}

/// A match: for each team instance, in order, its tickets.
#[derive(Clone, Debug)]
pub struct Match {
    pub teams: Vec<Vec<Ticket>>,
    pub location: Option<String>,
}

impl Match {
    pub fn tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.teams.iter().flatten()
    }

    pub fn players(&self) -> usize {
        self.tickets().map(|ticket| ticket.players.len()).sum()
    }
}

/// The values of a rule set for a match that has waited so long.
pub struct Terms<'a> {
    rules: &'a Value,
    wait: u64,
}

impl<'a> Terms<'a> {
    pub fn new(rules: &'a Value, game: &Match) -> Self {
        let waits = || game.tickets().map(|ticket| ticket.wait);
        let by_oldest = rules["algorithm"]["expansionAgeSelection"] == "oldest";
        let wait = if by_oldest { waits().max() } else { waits().min() };
        Self { rules, wait: wait.unwrap_or(0) }
    }

    /// A value as written, or as the last step that is due has it.
    fn value(&self, component: &str, name: &str, property: &str, written: &Value) -> Option<f64> {
        let mut value = written.as_f64();
        for expansion in self.rules["expansions"].as_array().into_iter().flatten() {
            let target = expansion["target"].as_str().unwrap_or_default();
            let Some((of, changed)) = target.rsplit_once("].") else { continue };
            let Some((kind, names)) = of.split_once('[') else { continue };
            let is_named = names.split(',').any(|it| it.trim() == name);
            if kind != component || changed != property || !is_named {
                continue;
            }
            for step in expansion["steps"].as_array().into_iter().flatten() {
                if step["waitTimeSeconds"].as_u64().is_some_and(|it| it <= self.wait) {
                    value = step["value"].as_f64();
                }
            }
        }
        value
    }

    /// The least and the most players of each team instance.
    pub fn sizes(&self) -> Vec<(usize, usize)> {
        let mut sizes = Vec::new();
        for team in self.rules["teams"].as_array().into_iter().flatten() {
            let name = team["name"].as_str().unwrap_or_default();
            let size = |property: &str| {
                self.value("teams", name, property, &team[property]).unwrap_or(0.0) as usize
            };
            let instances = team["quantity"].as_u64().unwrap_or(1);
            sizes.extend((0..instances).map(|_| (size("minPlayers"), size("maxPlayers"))));
        }
        sizes
    }

    /// What is wrong with the tickets of a match, wherever they sit, at its location.
    pub fn misfit(&self, game: &Match) -> Option<String> {
        for rule in self.rules["rules"].as_array().into_iter().flatten() {
            let name = rule["name"].as_str().unwrap_or_default();
            let problem = match rule["type"].as_str() {
                Some("latency") => {
                    let bound = |property: &str| {
                        let value = self.value("rules", name, property, &rule[property]);
                        value.unwrap_or(f64::INFINITY)
                    };
                    too_far(game, bound("maxLatency"), bound("maxDistance"), rule)
                }
                Some("batchDistance") => {
                    let attribute = rule["batchAttribute"].as_str().unwrap_or_default();
                    match self.value("rules", name, "maxDistance", &rule["maxDistance"]) {
                        Some(max) => too_far_apart(game, attribute, max),
                        None => not_the_same(game, attribute),
                    }
                }
                _ => None,
            };
            if problem.is_some() {
                return problem;
            }
        }
        not_common(game)
    }
}

fn aggregate(values: &[f64], by: &str) -> f64 {
    match by {
        "min" => values.iter().copied().fold(f64::INFINITY, f64::min),
        "max" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => values.iter().sum::<f64>() / values.len() as f64,
    }
}

fn too_far(game: &Match, max: f64, max_distance: f64, rule: &Value) -> Option<String> {
    let Some(location) = &game.location else { return Some("it has no location".into()) };
    let by = rule["partyAggregation"].as_str().unwrap_or("avg");
    let mut of_tickets = Vec::new();
    for ticket in game.tickets() {
        let latencies: Option<Vec<f64>> = ticket
            .players
            .iter()
            .map(|player| player.latency_in_ms.get(location).map(|&it| f64::from(it)))
            .collect();
        let Some(latencies) = latencies else {
            return Some(format!("{} does not report {location}", ticket.id));
        };
        let latency = aggregate(&latencies, by);
        if latency > max {
            return Some(format!("{} is too far from {location}", ticket.id));
        }
        of_tickets.push(latency);
    }
    let reference = aggregate(&of_tickets, rule["distanceReference"].as_str().unwrap_or("avg"));
    let apart = of_tickets.iter().map(|it| (it - reference).abs()).fold(0.0, f64::max);
    (apart > max_distance).then(|| format!("latencies are {apart} from {reference}"))
}

/// Who reports any location must report that of the match.
fn not_common(game: &Match) -> Option<String> {
    let mut players = game.tickets().flat_map(|ticket| &ticket.players);
    let reporting = |it: &&Player| !it.latency_in_ms.is_empty();
    let location = game.location.as_ref();
    let apart = players
        .find(|it| reporting(it) && location.is_none_or(|at| !it.latency_in_ms.contains_key(at)));
    apart.map(|it| format!("{} does not report {location:?}", it.player_id))
}

pub fn number(player: &Player, attribute: &str) -> f64 {
    match player.attributes.get(attribute) {
        Some(AttributeValue::Number(number)) => *number,
        other => panic!("`{attribute}` is {other:?}"),
    }
}

fn too_far_apart(game: &Match, attribute: &str, max: f64) -> Option<String> {
    let values: Vec<f64> = game
        .tickets()
        .map(|ticket| {
            let values: Vec<f64> =
                ticket.players.iter().map(|player| number(player, attribute)).collect();
            aggregate(&values, "avg")
        })
        .collect();
    let apart = aggregate(&values, "max") - aggregate(&values, "min");
    (apart > max + 1e-9).then(|| format!("`{attribute}` is {apart} apart, {max} allowed"))
}

fn not_the_same(game: &Match, attribute: &str) -> Option<String> {
    let players = game.tickets().flat_map(|ticket| &ticket.players);
    let values: BTreeSet<String> =
        players.map(|player| format!("{:?}", player.attributes.get(attribute))).collect();
    (values.len() > 1).then(|| format!("`{attribute}` is {values:?}"))
}

/// What is wrong with a match: its sizes, its tickets, the fill order.
pub fn invalid(rules: &Value, game: &Match) -> Option<String> {
    let terms = Terms::new(rules, game);
    let sizes = terms.sizes();
    let players: Vec<usize> =
        game.teams.iter().map(|team| team.iter().map(|it| it.players.len()).sum()).collect();
    for (&players, &(min, max)) in players.iter().zip(&sizes) {
        if players < min || players > max {
            return Some(format!("{players} players in a team of {min} to {max}"));
        }
    }
    uneven(game, &players, &sizes).or_else(|| terms.misfit(game))
}

/// Teams of one size are filled in turn: they are at most the largest party apart, and when nobody
/// came with others they are as large as filling them one by one makes them.
fn uneven(game: &Match, players: &[usize], sizes: &[(usize, usize)]) -> Option<String> {
    let largest = game.tickets().map(|ticket| ticket.players.len()).max().unwrap_or(0);
    let mut of_size: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (&players, &size) in players.iter().zip(sizes) {
        of_size.entry(size).or_default().push(players);
    }
    for (size, counts) in &of_size {
        let apart = counts.iter().max()? - counts.iter().min()?;
        if apart > largest {
            return Some(format!("teams of {size:?} have {counts:?} players"));
        }
    }
    if largest > 1 {
        return None;
    }
    let mut filled = vec![0; sizes.len()];
    for _ in 0..game.players() {
        let open = |at: usize| sizes[at].1 - filled[at];
        let below: Vec<usize> = (0..sizes.len()).filter(|&at| filled[at] < sizes[at].0).collect();
        let eligible = if below.is_empty() { (0..sizes.len()).collect() } else { below };
        let most = eligible.iter().map(|&at| open(at)).max()?;
        let next = eligible.into_iter().find(|&at| open(at) == most)?;
        filled[next] += 1;
    }
    (filled != players).then(|| format!("{players:?} players, in the fill order {filled:?}"))
}

/// The gap between the highest and the lowest mean of the teams.
pub fn gap(game: &Match, attribute: &str) -> f64 {
    let means: Vec<f64> = game
        .teams
        .iter()
        .filter(|team| !team.is_empty())
        .map(|team| {
            let players = team.iter().flat_map(|ticket| &ticket.players);
            let values: Vec<f64> = players.map(|player| number(player, attribute)).collect();
            aggregate(&values, "avg")
        })
        .collect();
    aggregate(&means, "max") - aggregate(&means, "min")
}

/// An exchange of two tickets with as many players that brings the teams closer together and that
/// `may_be`.
pub fn better_exchange(
    game: &Match,
    attribute: &str,
    may_be: impl Fn(&Match) -> bool,
) -> Option<(String, String)> {
    let before = gap(game, attribute);
    let values = || game.tickets().flat_map(|it| &it.players).map(|it| number(it, attribute));
    let range = values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min);
    let mut other = game.clone();
    for a in 0..game.teams.len() {
        for b in a + 1..game.teams.len() {
            for i in 0..game.teams[a].len() {
                for j in 0..game.teams[b].len() {
                    if game.teams[a][i].players.len() != game.teams[b][j].players.len() {
                        continue;
                    }
                    let (first, second) = (game.teams[a][i].clone(), game.teams[b][j].clone());
                    let names = (first.id.clone(), second.id.clone());
                    other.teams[a][i] = second;
                    other.teams[b][j] = first;
                    if gap(&other, attribute) < before - 1e-9 * range && may_be(&other) {
                        return Some(names);
                    }
                    other.teams[a][i] = game.teams[a][i].clone();
                    other.teams[b][j] = game.teams[b][j].clone();
                }
            }
        }
    }
    None
}

/// A ticket that would have fitted into a match, so that it was taken too early.
pub fn left_out<'t>(rules: &Value, game: &Match, waiting: &'t [Ticket]) -> Option<&'t Ticket> {
    let sizes = Terms::new(rules, game).sizes();
    waiting.iter().find(|ticket| {
        (0..sizes.len()).any(|at| {
            let mut fuller = game.clone();
            fuller.teams[at].push((*ticket).clone());
            let players: usize = fuller.teams[at].iter().map(|it| it.players.len()).sum();
            let terms = Terms::new(rules, &fuller);
            let same_terms = terms.sizes() == sizes;
            same_terms && players <= sizes[at].1 && terms.misfit(&fuller).is_none()
        })
    })
}

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

/// A backfill ticket: for each team instance, in order, who is in it already.
#[derive(Clone, Debug)]
pub struct Roster {
    pub id: String,
    /// How long it has waited, in seconds.
    pub wait: u64,
    pub teams: Vec<Vec<Player>>,
}

/// A match: for each team instance, in order, its new tickets.
#[derive(Clone, Debug)]
pub struct Match {
    /// The backfill ticket that they join.
    pub roster: Option<Roster>,
    pub teams: Vec<Vec<Ticket>>,
    /// None when nobody reports any.
    pub location: Option<String>,
}

impl Match {
    /// The new tickets.
    pub fn tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.teams.iter().flatten()
    }

    /// Everyone, in a running session or new.
    pub fn players(&self) -> usize {
        (0..self.teams.len()).map(|at| self.players_in(at).count()).sum()
    }

    /// Everyone in a team instance.
    pub fn players_in(&self, team: usize) -> impl Iterator<Item = &Player> {
        self.settled_in(team).iter().chain(self.teams[team].iter().flat_map(|it| &it.players))
    }

    /// Who is in a team instance of the running session.
    fn settled_in(&self, team: usize) -> &[Player] {
        self.roster.as_ref().map_or(&[], |roster| &roster.teams[team])
    }

    /// What the rules count as tickets, by id: each new ticket, and all of a session as one.
    fn parties(&self) -> Vec<(&str, Vec<&Player>)> {
        let rosters = self.roster.iter();
        let rosters = rosters.map(|it| (it.id.as_str(), it.teams.iter().flatten().collect()));
        let tickets = self.tickets().map(|it| (it.id.as_str(), it.players.iter().collect()));
        rosters.chain(tickets).collect()
    }
}

/// The values of a rule set for a match that has waited so long.
pub struct Terms<'a> {
    rules: &'a Value,
    wait: u64,
}

impl<'a> Terms<'a> {
    pub fn new(rules: &'a Value, game: &Match) -> Self {
        let of_roster = game.roster.iter().map(|roster| roster.wait);
        let waits = || game.tickets().map(|ticket| ticket.wait).chain(of_roster.clone());
        let by_oldest = rules["algorithm"]["expansionAgeSelection"] == "oldest";
        let wait = if by_oldest { waits().max() } else { waits().min() };
        Self::after(rules, wait.unwrap_or(0))
    }

    /// Those after so many seconds.
    pub fn after(rules: &'a Value, wait: u64) -> Self {
        Self { rules, wait }
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

    /// Whether every latency rule lets a party that reports a location play there.
    pub fn is_near(&self, players: &[Player], location: &str) -> bool {
        let rules = self.rules["rules"].as_array().into_iter().flatten();
        rules.filter(|rule| rule["type"] == "latency").all(|rule| {
            let name = rule["name"].as_str().unwrap_or_default();
            let max = self.value("rules", name, "maxLatency", &rule["maxLatency"]);
            let reported = players.iter().filter_map(|it| it.latency_in_ms.get(location));
            let latencies: Vec<f64> = reported.map(|&it| f64::from(it)).collect();
            let by = rule["partyAggregation"].as_str().unwrap_or("avg");
            max.is_none_or(|max| aggregate(&latencies, by) <= max)
        })
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
    for (id, players) in game.parties() {
        let latencies: Option<Vec<f64>> = players
            .iter()
            .map(|player| player.latency_in_ms.get(location).map(|&it| f64::from(it)))
            .collect();
        let Some(latencies) = latencies else {
            return Some(format!("{id} does not report {location}"));
        };
        let latency = aggregate(&latencies, by);
        if latency > max {
            return Some(format!("{id} is too far from {location}"));
        }
        of_tickets.push(latency);
    }
    let reference = aggregate(&of_tickets, rule["distanceReference"].as_str().unwrap_or("avg"));
    let apart = of_tickets.iter().map(|it| (it - reference).abs()).fold(0.0, f64::max);
    (apart > max_distance).then(|| format!("latencies are {apart} from {reference}"))
}

/// Who reports any location must report that of the match.
fn not_common(game: &Match) -> Option<String> {
    let mut players = (0..game.teams.len()).flat_map(|at| game.players_in(at));
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
        .parties()
        .iter()
        .map(|(_, players)| {
            let values: Vec<f64> = players.iter().map(|it| number(it, attribute)).collect();
            aggregate(&values, "avg")
        })
        .collect();
    let apart = aggregate(&values, "max") - aggregate(&values, "min");
    (apart > max + 1e-9).then(|| format!("`{attribute}` is {apart} apart, {max} allowed"))
}

fn not_the_same(game: &Match, attribute: &str) -> Option<String> {
    let players = (0..game.teams.len()).flat_map(|at| game.players_in(at));
    let values: BTreeSet<String> =
        players.map(|player| format!("{:?}", player.attributes.get(attribute))).collect();
    (values.len() > 1).then(|| format!("`{attribute}` is {values:?}"))
}

/// What is wrong with a match: its sizes, its tickets, the fill order.
pub fn invalid(rules: &Value, game: &Match) -> Option<String> {
    let terms = Terms::new(rules, game);
    let sizes = terms.sizes();
    let players: Vec<usize> = (0..game.teams.len()).map(|at| game.players_in(at).count()).collect();
    for (&players, &(min, max)) in players.iter().zip(&sizes) {
        // With a backfill ticket only `maxPlayers` applies (decision 17).
        if players > max || (players < min && game.roster.is_none()) {
            return Some(format!("{players} players in a team of {min} to {max}"));
        }
    }
    if game.tickets().next().is_none() {
        return Some("nobody is new".into());
    }
    uneven(game, &players, &sizes).or_else(|| terms.misfit(game))
}

/// Teams of one size are filled in turn: they are at most the largest party apart, where nobody was
/// in before, and when nobody came with others they are as large as filling them one by one makes
/// them, from those on who were in.
fn uneven(game: &Match, players: &[usize], sizes: &[(usize, usize)]) -> Option<String> {
    let largest = game.tickets().map(|ticket| ticket.players.len()).max().unwrap_or(0);
    let mut of_size: BTreeMap<(usize, usize), Vec<(usize, bool)>> = BTreeMap::new();
    for ((&players, &size), team) in players.iter().zip(sizes).zip(&game.teams) {
        of_size.entry(size).or_default().push((players, !team.is_empty()));
    }
    for (size, counts) in &of_size {
        let least = counts.iter().map(|it| it.0).min()?;
        // A team that nobody has joined may have been the fuller.
        let filled = counts.iter().filter(|it| it.1 || game.roster.is_none());
        if filled.map(|it| it.0 - least).max().is_some_and(|apart| apart > largest) {
            return Some(format!("teams of {size:?} have {counts:?} players"));
        }
    }
    if largest > 1 {
        return None;
    }
    let settled = (0..sizes.len()).map(|at| game.settled_in(at).len());
    let mut filled: Vec<usize> = settled.collect();
    for _ in game.tickets() {
        let open = |at: usize| sizes[at].1 - filled[at];
        let is_below = |&at: &usize| filled[at] < sizes[at].0 && game.roster.is_none();
        let below: Vec<usize> = (0..sizes.len()).filter(is_below).collect();
        let eligible = if below.is_empty() { (0..sizes.len()).collect() } else { below };
        let most = eligible.iter().map(|&at| open(at)).max()?;
        let next = eligible.into_iter().find(|&at| open(at) == most)?;
        filled[next] += 1;
    }
    if game.roster.is_some() {
        // Few tickets are seated in every way, and then teams of one size may change places.
        let in_any_order = |players: &[usize]| {
            let mut of_size: Vec<_> = sizes.iter().copied().zip(players.iter().copied()).collect();
            of_size.sort_unstable();
            of_size
        };
        let is_other = in_any_order(&filled) != in_any_order(players);
        return is_other.then(|| format!("{players:?} players, in the fill order {filled:?}"));
    }
    (filled != players).then(|| format!("{players:?} players, in the fill order {filled:?}"))
}

/// The gap between the highest and the lowest mean of the teams.
pub fn gap(game: &Match, attribute: &str) -> f64 {
    let means: Vec<f64> = (0..game.teams.len())
        .map(|at| game.players_in(at).map(|it| number(it, attribute)).collect::<Vec<f64>>())
        .filter(|values| !values.is_empty())
        .map(|values| aggregate(&values, "avg"))
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
    let players = || (0..game.teams.len()).flat_map(|at| game.players_in(at));
    let values = || players().map(|it| number(it, attribute));
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

/// A ticket of those given that would have fitted into a match, so that it was taken too early.
pub fn left_out<'t>(
    rules: &Value,
    game: &Match,
    mut waiting: impl Iterator<Item = &'t Ticket>,
) -> Option<&'t Ticket> {
    let sizes = Terms::new(rules, game).sizes();
    let same_terms = |fuller: &Match| Terms::new(rules, fuller).sizes() == sizes;
    waiting.find(|&ticket| with_ticket(rules, game, ticket).iter().any(same_terms))
}

/// A match with one ticket more, in each team that has room, if rules let it in.
fn with_ticket(rules: &Value, game: &Match, ticket: &Ticket) -> Vec<Match> {
    let mut joined = Vec::new();
    let mut fuller = game.clone();
    for at in 0..game.teams.len() {
        fuller.teams[at].push(ticket.clone());
        let terms = Terms::new(rules, &fuller);
        let has_room = fuller.players_in(at).count() <= terms.sizes()[at].1;
        if has_room && terms.misfit(&fuller).is_none() {
            joined.push(fuller.clone());
        }
        fuller.teams[at].pop();
    }
    joined
}

/// Whether a ticket alone could join a running session: at one of `at`, with everyone within
/// `maxPlayers`.
pub fn could_join(rules: &Value, roster: &Roster, ticket: &Ticket, at: &[String]) -> bool {
    let teams = vec![Vec::new(); roster.teams.len()];
    let session = Match { roster: Some(roster.clone()), teams, location: None };
    let located = at.iter().cloned().map(Some).chain(at.is_empty().then_some(None));
    let located = located.map(|location| Match { location, ..session.clone() });
    located.into_iter().any(|session| {
        with_ticket(rules, &session, ticket).iter().any(|joined| {
            let sizes = Terms::new(rules, joined).sizes();
            (0..sizes.len()).all(|team| joined.players_in(team).count() <= sizes[team].1)
        })
    })
}

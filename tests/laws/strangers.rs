//! Tickets that nothing can match, each for a reason that can be seen from the rule set.

use rallypoint::Player;
use serde_json::{Value, json};

use super::dice::Dice;
use super::played::compile;
use super::world::{Pool, Ticket};

/// What players of a rule set of our own would have to have to suit nobody. None for `co_op`, whose
/// crew of one suits itself.
const UNSUITABLE: &[(&str, &str)] = &[
    ("duel", "skill"),
    ("even_teams", "skill"),
    ("free_for_all", "map"),
    ("greedy_trap", "skill"),
    ("hunters", "role"),
    ("playlists", "mode"),
    ("regions", "latency"),
    ("roles", "skill"),
    ("squads", "skill"),
    ("trios", "skill"),
];

const PARTY_MAX: usize = 10;

/// A ticket that no match can hold, to come at a random place, and what it is like.
pub fn stranger(dice: &mut Dice, name: &str, pool: &Pool) -> (Ticket, &'static str) {
    let sizes = largest_team(pool) + 1;
    let unsuitable = UNSUITABLE.iter().find(|(known, _)| *known == name).map(|(_, of)| *of);
    let player = |at: usize| like_someone(pool, at);
    let (players, kind): (Vec<Player>, _) = match (dice.below(3), unsuitable) {
        (0, _) if sizes <= PARTY_MAX => ((0..sizes).map(player).collect(), "a party too large"),
        (1, Some(of)) => (vec![unsuitable_player(player(0), of)], "an unsuitable player"),
        (1, None) if name == "random" && has_same_map(&pool.rules) => {
            (vec![player(0).with_string("map", "nowhere")], "an unsuitable player")
        }
        _ => {
            let at = |player: Player, location: &str| Player {
                latency_in_ms: [(location.to_owned(), 1)].into(),
                ..player
            };
            (vec![at(player(0), "mars"), at(player(1), "venus")], "no location in common")
        }
    };
    let at = pool.tickets[dice.below(pool.tickets.len())].at;
    (Ticket { id: "stranger".into(), at, players, is_backfill: false }, kind)
}

/// A player with all that a waiting one has, but another.
fn like_someone(pool: &Pool, at: usize) -> Player {
    let ticket = &pool.tickets[at % pool.tickets.len()];
    let player_id = format!("stranger{at}").into();
    Player { player_id, team: None, ..ticket.players[0].clone() }
}

fn unsuitable_player(mut player: Player, of: &str) -> Player {
    match of {
        "skill" => player.with_number("skill", 1e9),
        // Neither the mode suits anybody nor the maps.
        "mode" => player.with_string("mode", "nobody's").with_strings("maps", &["nowhere"]),
        "latency" => {
            player.latency_in_ms.values_mut().for_each(|latency| *latency = 100_000);
            player
        }
        of => player.with_string(of, "nobody's"),
    }
}

/// Whether all players of a match of several must have the same map.
fn has_same_map(rules: &Value) -> bool {
    let is_same = |rule: &Value| {
        rule["type"] == "comparison"
            && rule["operation"] == "="
            && rule["measurements"] == json!(["flatten(teams[*].players.attributes[map])"])
    };
    let mut rules_in_force = rules["rules"].as_array().into_iter().flatten();
    let has_compound = rules_in_force.clone().any(|rule| rule["type"] == "compound");
    rules_in_force.any(is_same) && !has_compound && smallest_match(rules) >= 2
}

/// The fewest players of a new match, at whatever age.
fn smallest_match(rules: &Value) -> u64 {
    let shrinks = |expansion: &Value| {
        expansion["target"].as_str().is_some_and(|target| target.ends_with("minPlayers"))
    };
    if rules["expansions"].as_array().into_iter().flatten().any(shrinks) {
        return 0;
    }
    let teams = rules["teams"].as_array().into_iter().flatten();
    let of = |team: &Value, key: &str| team[key].as_u64();
    teams.map(|it| of(it, "minPlayers").unwrap_or(0) * of(it, "quantity").unwrap_or(1)).sum()
}

/// The most players of a team; no expansion of our rule sets changes that.
fn largest_team(pool: &Pool) -> usize {
    assert!(!pool.rules["expansions"].to_string().contains("maxPlayers"), "it would be wrong");
    let rule_set = compile(pool);
    rule_set.teams().iter().map(|team| team.max_players as usize).max().unwrap_or(0)
}

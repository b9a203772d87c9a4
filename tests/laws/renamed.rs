//! Pools with other names for teams, attributes, tickets and players. The new names stand in the
//! opposite order.

use std::collections::BTreeMap;

use rallypoint::{AttributeValue, Player};
use serde_json::Value;

use super::played::Match;
use super::world::{Pool, Ticket};

/// New names by old ones.
pub struct Names {
    teams: BTreeMap<String, String>,
    attributes: BTreeMap<String, String>,
    tickets: BTreeMap<String, String>,
    players: BTreeMap<String, String>,
}

impl Names {
    pub fn new(pool: &Pool) -> Self {
        let declared = |key: &str| {
            let list = pool.rules[key].as_array().into_iter().flatten();
            list.filter_map(|it| it["name"].as_str()).map(str::to_owned).collect()
        };
        let tickets = pool.tickets.iter().map(|it| it.id.clone()).collect();
        let players = pool.tickets.iter().flat_map(|it| &it.players);
        Self {
            teams: turned_around("side", declared("teams")),
            attributes: turned_around("trait", declared("playerAttributes")),
            tickets: turned_around("wish", tickets),
            players: turned_around("who", players.map(|it| it.player_id.to_string()).collect()),
        }
    }

    pub fn pool(&self, pool: &Pool) -> Pool {
        let mut rules = pool.rules.clone();
        self.rename_rules(&mut rules);
        let tickets = pool.tickets.iter().map(|ticket| Ticket {
            id: renamed(&self.tickets, &ticket.id),
            players: ticket.players.iter().map(|player| self.player(player)).collect(),
            ..ticket.clone()
        });
        Pool { rules, tickets: tickets.collect(), now: pool.now }
    }

    pub fn formed(&self, formed: &Match) -> Match {
        let players = |players: &BTreeMap<String, String>| {
            let player =
                |(id, team): (&String, &String)| (renamed(&self.players, id), self.instance(team));
            players.iter().map(player).collect()
        };
        let teams = formed.teams.iter();
        let teams = teams.map(|(id, of)| (renamed(&self.tickets, id), players(of)));
        Match { teams: teams.collect(), location: formed.location.clone() }
    }

    fn player(&self, player: &Player) -> Player {
        let id = |id: &str| self.players.get(id).cloned().unwrap_or_else(|| id.to_owned());
        let mut new = Player::new(id(player.player_id.as_str()));
        new.latency_in_ms = player.latency_in_ms.clone();
        new.team = player.team.as_deref().map(|team| self.instance(team));
        for (name, value) in &player.attributes {
            let value = match value {
                // Lists may name players, of whom to avoid for instance.
                AttributeValue::StringList(list) => {
                    AttributeValue::StringList(list.iter().map(|it| id(it)).collect())
                }
                other => other.clone(),
            };
            let name = self.attributes.get(name).unwrap_or(name);
            new.attributes.insert(name.clone(), value);
        }
        new
    }

    /// The new name of a team or of one of its instances.
    fn instance(&self, name: &str) -> String {
        if let Some(name) = self.teams.get(name) {
            return name.clone();
        }
        match name.rsplit_once('_') {
            Some((team, number)) => format!("{}_{number}", renamed(&self.teams, team)),
            None => name.to_owned(),
        }
    }

    fn rename_rules(&self, rules: &mut Value) {
        let declared = [("teams", &self.teams), ("playerAttributes", &self.attributes)];
        for (key, names) in declared {
            for it in rules[key].as_array_mut().into_iter().flatten() {
                let new = renamed(names, it["name"].as_str().unwrap_or_default());
                it["name"] = new.into();
            }
        }
        let sorted = rules.pointer_mut("/algorithm/sortByAttributes");
        for name in sorted.and_then(Value::as_array_mut).into_iter().flatten() {
            *name = renamed(&self.attributes, name.as_str().unwrap_or_default()).into();
        }
        for rule in rules["rules"].as_array_mut().into_iter().flatten() {
            for key in ["batchAttribute", "sortAttribute"] {
                if let Some(name) = rule.get(key).and_then(Value::as_str) {
                    let name = renamed(&self.attributes, name);
                    rule[key] = name.into();
                }
            }
            for measured in
                rule.get_mut("measurements").and_then(Value::as_array_mut).into_iter().flatten()
            {
                self.rename_text(measured);
            }
            if let Some(reference) = rule.get_mut("referenceValue") {
                self.rename_text(reference);
            }
        }
        let expansions = rules.get_mut("expansions").and_then(Value::as_array_mut);
        for expansion in expansions.into_iter().flatten() {
            self.rename_text(&mut expansion["target"]);
        }
    }

    /// Renames what stands in the brackets of `teams[...]` and `attributes[...]`.
    fn rename_text(&self, value: &mut Value) {
        let Some(text) = value.as_str() else { return };
        let mut parts = text.split('[');
        let mut new = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (inner, rest) = part.split_once(']').unwrap_or((part, ""));
            let names = inner.split(',').map(str::trim);
            let names: Vec<String> = match () {
                () if new.ends_with("teams") => names.map(|it| self.instance(it)).collect(),
                () if new.ends_with("attributes") => {
                    names.map(|it| renamed(&self.attributes, it)).collect()
                }
                () => names.map(str::to_owned).collect(),
            };
            new.push_str(&format!("[{}]{rest}", names.join(", ")));
        }
        *value = new.into();
    }
}

fn renamed(names: &BTreeMap<String, String>, name: &str) -> String {
    names.get(name).cloned().unwrap_or_else(|| panic!("`{name}` is not known"))
}

fn turned_around(kind: &str, mut names: Vec<String>) -> BTreeMap<String, String> {
    names.sort_unstable();
    let new = (0..names.len()).rev().map(|at| format!("{kind}{at:04}"));
    names.iter().cloned().zip(new).collect()
}

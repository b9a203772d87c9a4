//! Small pools of waiting tickets, and every match that one could make.

use arbitrary::{Result, Unstructured};
use rallypoint::{AttributeType, AttributeValue, Millis, PlacedTicket, Player, RuleSet, Timestamp};

use super::rules::{LOCATIONS, number};

/// A ticket that a matchmaker has taken.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: String,
    pub at: Timestamp,
    pub players: Vec<Player>,
    /// Whether its players are in a session, each in its team.
    pub is_backfill: bool,
}

impl Sent {
    /// The ticket in a match at `now`; one of a backfill in parts.
    pub fn placed(&self, team: &str, now: Timestamp) -> Vec<PlacedTicket> {
        let age = now.since(self.at);
        if self.is_backfill {
            return self.players.iter().map(|player| part(player, age)).collect();
        }
        let (team, players) = (team.to_owned(), self.players.clone());
        vec![PlacedTicket { team, age, players, backfill: false }]
    }
}

fn part(player: &Player, age: Millis) -> PlacedTicket {
    let team = player.team.clone().unwrap_or_default();
    PlacedTicket { team, age, players: vec![player.clone()], backfill: true }
}

/// A player with some of the attributes that the rule set declares.
pub fn player(u: &mut Unstructured<'_>, id: String, rule_set: &RuleSet) -> Result<Player> {
    let mut player = Player::new(id);
    for declared in rule_set.attributes() {
        if u.ratio(1, 80)? {
            continue;
        }
        let words = ["duel", "ctf", "tank", "medic", "en"];
        let value = match declared.attribute_type {
            AttributeType::Number => AttributeValue::Number(number(u)?),
            AttributeType::String => AttributeValue::String((*u.choose(&words)?).into()),
            AttributeType::StringList => {
                let count = u.int_in_range(0..=3)?;
                let list = (0..count).map(|_| Ok((*u.choose(&words)?).into()));
                AttributeValue::StringList(list.collect::<Result<_>>()?)
            }
            AttributeType::StringNumberMap => {
                let count = u.int_in_range(0..=2)?;
                let map = (0..count).map(|_| Ok(((*u.choose(&words)?).into(), number(u)?)));
                AttributeValue::StringNumberMap(map.collect::<Result<_>>()?)
            }
        };
        player.attributes.insert(declared.name.to_string(), value);
    }
    for location in LOCATIONS {
        if u.ratio(1, 2)? {
            player.latency_in_ms.insert(location.into(), u.int_in_range(1..=130)?);
        }
    }
    Ok(player)
}

/// How many players a team instance may ever hold, instance by instance.
pub fn sizes(rule_set: &RuleSet) -> Vec<(String, usize)> {
    let epochs = rule_set.describe().epochs;
    let most = |team: &str| {
        let sizes = epochs.iter().flat_map(|epoch| &epoch.sizes);
        let of_team = sizes.filter(|size| size.team == team);
        of_team.map(|size| size.max_players as usize).max().unwrap_or(usize::MAX)
    };
    rule_set.team_instances().map(|team| (team.to_owned(), most(team))).collect()
}

/// The first valid match that some of the waiting tickets make at `now`, by asking the reference
/// evaluator about every way to put them into teams.
pub fn any_match(
    rule_set: &RuleSet,
    waiting: &[Sent],
    now: Timestamp,
) -> Option<Vec<PlacedTicket>> {
    let mut search = Search {
        rule_set,
        waiting,
        now,
        room: sizes(rule_set),
        has_backfill: false,
        placed: Vec::new(),
    };
    search.from(0)
}

struct Search<'s> {
    rule_set: &'s RuleSet,
    waiting: &'s [Sent],
    now: Timestamp,
    /// The instances, with the places that are left in each.
    room: Vec<(String, usize)>,
    has_backfill: bool,
    placed: Vec<PlacedTicket>,
}

impl Search<'_> {
    /// Decides about the tickets from the given one on.
    fn from(&mut self, next: usize) -> Option<Vec<PlacedTicket>> {
        let Some(ticket) = self.waiting.get(next) else {
            let is_valid = !self.placed.is_empty()
                && self.rule_set.judge(&self.placed).is_ok_and(|judgement| judgement.valid);
            return is_valid.then(|| self.placed.clone());
        };
        if let Some(found) = self.from(next + 1) {
            return Some(found);
        }
        if ticket.is_backfill {
            if self.has_backfill {
                return None;
            }
            let before = (self.room.clone(), self.placed.len());
            self.has_backfill = true;
            // A roster may be larger than its team has become; the judge knows.
            for player in &ticket.players {
                let team = player.team.as_deref();
                if let Some((_, room)) = self.room.iter_mut().find(|it| Some(&*it.0) == team) {
                    *room = room.saturating_sub(1);
                }
            }
            self.placed.extend(ticket.placed("", self.now));
            let found = self.from(next + 1);
            self.has_backfill = false;
            self.room = before.0;
            self.placed.truncate(before.1);
            return found;
        }
        for instance in 0..self.room.len() {
            let (team, room) = self.room[instance].clone();
            let Some(left) = room.checked_sub(ticket.players.len()) else { continue };
            self.room[instance].1 = left;
            self.placed.extend(ticket.placed(&team, self.now));
            let found = self.from(next + 1);
            self.placed.pop();
            self.room[instance].1 = room;
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

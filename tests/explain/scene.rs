//! A pool after its pass, and the matches that could be made of its tickets.

use rallypoint::*;
use serde_json::Value;

use super::played::{compile, options, request};
use super::world::{Pool, Ticket};

/// A pool at rest: a pass has been done at its time.
pub struct Scene {
    pub pool: Pool,
    pub rules: RuleSet,
    pub matchmaker: Matchmaker,
    /// Whether a budget ended a search, so that there may be a match that was not found.
    pub is_cut: bool,
    /// So long a ticket waits at most: a little longer than the oldest has.
    pub timeout_seconds: u32,
}

impl Scene {
    pub fn new(pool: Pool) -> Self {
        let rules = compile(&pool);
        let start = Timestamp::from_millis(0);
        let timeout_seconds = (pool.now / 1000) as u32 + 12;
        let configuration =
            Configuration { request_timeout_seconds: timeout_seconds, ..Configuration::default() };
        let matchmaker = Matchmaker::new(rules.clone(), configuration, options(), start, 5);
        let mut matchmaker = matchmaker.expect("it is valid");
        for ticket in &pool.tickets {
            let at = Timestamp::from_millis(ticket.at);
            matchmaker.handle_input(at, request(ticket)).unwrap_or_else(|error| panic!("{error}"));
        }
        let now = Timestamp::from_millis(pool.now);
        let mut is_cut = false;
        for _ in 0..64 {
            if matchmaker.poll_timeout().is_none_or(|due| due > now) {
                break;
            }
            let report = matchmaker.handle_timeout(now).expect("time goes on");
            is_cut |= report.anchors_exhausted > 0 || report.partitions_cut > 0;
        }
        Self { pool, rules, matchmaker, is_cut, timeout_seconds }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.pool.now)
    }

    /// The tickets that wait, of those that have come.
    pub fn searching(&self) -> Vec<TicketId> {
        let ids = self.pool.tickets.iter().map(|ticket| TicketId::from(&*ticket.id));
        let status = |id: &TicketId| self.matchmaker.ticket(id).map(|it| it.status);
        ids.filter(|id| status(id) == Some(TicketStatus::Searching)).collect()
    }

    pub fn ticket(&self, id: &TicketId) -> &Ticket {
        let ticket = self.pool.tickets.iter().find(|ticket| *ticket.id == *id.as_str());
        ticket.expect("it is in the pool")
    }

    /// The age of a ticket so many milliseconds from now.
    pub fn age(&self, id: &TicketId, later: u64) -> u64 {
        self.pool.now + later - self.ticket(id).at
    }

    /// A ticket in a team, as it is so many milliseconds from now.
    pub fn placed(&self, id: &TicketId, team: Option<&str>, later: u64) -> Vec<PlacedTicket> {
        let ticket = self.ticket(id);
        let age = Millis::new(self.age(id, later));
        if !ticket.is_backfill {
            let team = team.expect("a ticket of new players has a team").to_owned();
            let players = ticket.players.clone();
            return vec![PlacedTicket { team, age, players, backfill: false }];
        }
        let mut teams: Vec<&str> =
            ticket.players.iter().filter_map(|player| player.team.as_deref()).collect();
        teams.dedup();
        teams
            .into_iter()
            .map(|team| PlacedTicket {
                team: team.into(),
                age,
                players: ticket
                    .players
                    .iter()
                    .filter(|player| player.team.as_deref() == Some(team))
                    .cloned()
                    .collect(),
                backfill: true,
            })
            .collect()
    }

    /// The verdict on a match of these tickets, each with its team, so many milliseconds from now.
    pub fn judge(&self, tickets: &[(&TicketId, Option<&str>)], later: u64) -> Judgement {
        let mut in_order: Vec<_> = tickets.to_vec();
        let position =
            |id: &TicketId| self.pool.tickets.iter().position(|it| *it.id == *id.as_str());
        in_order.sort_by_key(|&(id, _)| position(id));
        let placed: Vec<PlacedTicket> =
            in_order.iter().flat_map(|&(id, team)| self.placed(id, team, later)).collect();
        self.rules.judge(&placed).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The teams that a ticket may be put in; one without a name for a backfill ticket.
    pub fn teams(&self, id: &TicketId) -> Vec<Option<String>> {
        match self.ticket(id).is_backfill {
            true => vec![None],
            false => self.rules.team_instances().map(|team| Some(team.to_owned())).collect(),
        }
    }

    /// The value of a property of a rule at an age, read from the text of the rule set: as written,
    /// or of the last step that is due.
    pub fn property(&self, target: &str, age: u64) -> Option<Value> {
        let rest = target.strip_prefix("rules[")?;
        let (rule, field) = rest.split_once("].")?;
        let rules = self.pool.rules["rules"].as_array()?;
        let written = rules.iter().find(|it| it["name"] == rule)?[field].clone();
        Some(self.step(target, age).unwrap_or(written))
    }

    /// The value of the last step of an expansion that is due at an age.
    pub fn step(&self, target: &str, age: u64) -> Option<Value> {
        let expansions = self.pool.rules["expansions"].as_array()?;
        let expansion = expansions.iter().find(|it| it["target"] == target)?;
        let due = |step: &&Value| step["waitTimeSeconds"].as_u64().unwrap_or(0) * 1000 <= age;
        let step = expansion["steps"].as_array()?.iter().rfind(due)?;
        Some(step["value"].clone())
    }
}

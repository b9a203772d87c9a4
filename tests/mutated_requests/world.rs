//! A matchmaker with tickets in every status, matches that wait, and running game sessions.

use std::collections::BTreeSet;

use super::dice::Dice;
use rallypoint::wire::{configuration_from_json, parse_input};
use rallypoint::{
    Counters, DescribeMatch, EngineOptions, GameSession, InputError, Matchmaker, MatchmakingTicket,
    PendingMatch, Response, RuleSet, TicketStatus, Timestamp,
};
use serde_json::{Value, json};

/// Locations that tickets of the world report, all of them live.
pub const LOCATIONS: usize = 10;
/// What a limit of the engine is where the world has reached it.
pub const FULL: usize = 64;

/// What is particular about a world.
#[derive(Clone, Copy, Default)]
pub struct Setting {
    /// Ids are as long as they may be.
    pub long_ids: bool,
    /// Sessions fill up by themselves.
    pub automatic: bool,
    /// As many tickets are active as may be.
    pub full_of_tickets: bool,
    /// As many sessions may be needed as may be.
    pub full_of_sessions: bool,
}

impl Setting {
    pub const fn is_full(self) -> bool {
        self.full_of_tickets || self.full_of_sessions
    }
}

pub struct World {
    pub matchmaker: Matchmaker,
    pub setting: Setting,
    now: u64,
    names: usize,
}

/// All that a caller can see.
#[derive(PartialEq, Debug)]
pub struct Seen {
    tickets: Vec<MatchmakingTicket>,
    matches: Vec<PendingMatch>,
    sessions: Vec<GameSession>,
    counters: Counters,
    due: Option<Timestamp>,
}

pub fn rule_set() -> RuleSet {
    let text = json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [
            {"name": "group", "type": "string", "default": "none"},
            {"name": "skill", "type": "number", "default": 10},
            {"name": "items", "type": "string_list", "default": ["sword"]},
            {"name": "modes", "type": "string_number_map", "default": {"ctf": 1}},
        ],
        "teams": [
            {"name": "red", "minPlayers": 1, "maxPlayers": 20},
            {"name": "blue", "minPlayers": 1, "maxPlayers": 20},
        ],
        "rules": [{
            "name": "SameGroup", "type": "comparison", "operation": "=",
            "measurements": ["flatten(teams[*].players.attributes[group])"],
        }],
    });
    RuleSet::from_json(&text.to_string()).expect("the rule set is valid")
}

impl World {
    pub fn new(rule_set: &RuleSet, setting: Setting) -> Self {
        let configuration = configuration_from_json(&json!({
            "Name": "duel", "RequestTimeoutSeconds": 100, "AcceptanceRequired": true,
            "AcceptanceTimeoutSeconds": 600, "FlexMatchMode": "WITH_QUEUE",
            "BackfillMode": if setting.automatic { "AUTOMATIC" } else { "MANUAL" },
        }));
        let mut options = EngineOptions::default();
        if setting.full_of_tickets {
            options.active_tickets_max = FULL;
        }
        if setting.full_of_sessions {
            options.sessions_max = FULL;
        }
        let matchmaker = Matchmaker::new(
            rule_set.clone(),
            configuration.expect("it has a shape"),
            options,
            Timestamp::from_millis(1_000),
            7,
        );
        let matchmaker = matchmaker.expect("the configuration is valid");
        let mut world = Self { matchmaker, setting, now: 1_000, names: 0 };
        world.fill();
        world
    }

    fn fill(&mut self) {
        self.start("late", 1);
        self.start("later", 2);
        self.run();
        self.now += 100_000;
        self.run();
        let completed = self.pair("completed");
        let failed = self.pair("failed");
        let rejected = self.pair("rejected");
        let placing = [self.pair("placing"), self.pair("waiting")];
        self.pair("proposed");
        let answered = self.pair("answered");
        self.start("answered", 3);
        let stopped = self.start("stopped", 1);
        for group in ["alone", "lonely", "patient"] {
            self.start(group, 2);
        }
        self.backfill("quiet");
        self.backfill("asking");
        self.start("asking", 2);
        self.run();
        for pair in [&completed, &failed].into_iter().chain(&placing) {
            pair.iter().for_each(|id| self.answer(id, "ACCEPT", usize::MAX));
        }
        self.answer(&rejected[0], "REJECT", 1);
        self.answer(&answered[0], "ACCEPT", 1);
        let arn = self.fresh_arn();
        let info = json!({"GameSessionArn": arn, "Location": "location-0"});
        let complete = json!({"TicketId": completed[0], "GameSessionConnectionInfo": info});
        self.must("CompletePlacement", &complete);
        self.must("FailPlacement", &json!({"TicketId": failed[0], "Reason": "FAILED"}));
        self.must("StopMatchmaking", &json!({"TicketId": stopped}));
        self.run();
        self.start("new", 2);
        self.start("newer", 1);
        if self.setting.is_full() {
            while self.send("StartMatchmaking", &self.single()).is_ok() {
                self.names += 1;
            }
        }
        self.drain();
        for status in TicketStatus::ALL {
            assert!(self.tickets(status).next().is_some(), "there is no ticket in {status:?}");
        }
    }

    fn single(&self) -> Value {
        let name = format!("single-{}", self.names);
        json!({"TicketId": name, "Players": [player(&name, &name)]})
    }

    fn pair(&mut self, group: &str) -> [String; 2] {
        [self.start(group, 2), self.start(group, 1)]
    }

    fn start(&mut self, group: &str, size: usize) -> String {
        let id = self.fresh_ticket_id();
        let ids: Vec<String> = (0..size).map(|_| self.fresh_player_id()).collect();
        let players: Vec<Value> = ids.iter().map(|id| player(id, group)).collect();
        self.must("StartMatchmaking", &json!({"TicketId": id, "Players": players}));
        id
    }

    fn backfill(&mut self, group: &str) {
        let (id, arn) = (self.fresh_ticket_id(), self.fresh_arn());
        let ids: Vec<String> = (0..3).map(|_| self.fresh_player_id()).collect();
        let players = ids.iter().map(|id| {
            let mut player = player(id, group);
            player["Team"] = json!("red");
            player
        });
        let players: Vec<Value> = players.collect();
        let request = json!({"TicketId": id, "GameSessionArn": arn, "Players": players});
        self.must("StartMatchBackfill", &request);
    }

    fn answer(&mut self, ticket: &str, answer: &str, players: usize) {
        let ids = self.players_of(ticket).into_iter().take(players).collect::<Vec<_>>();
        let request = json!({"TicketId": ticket, "PlayerIds": ids, "AcceptanceType": answer});
        self.must("AcceptMatch", &request);
    }

    fn run(&mut self) {
        let now = Timestamp::from_millis(self.now);
        while self.matchmaker.poll_timeout().is_some_and(|due| due <= now) {
            let _ = self.matchmaker.handle_timeout(now).expect("time stands");
            self.drain();
        }
    }

    fn drain(&mut self) {
        while self.matchmaker.poll_event().is_some() {}
        while self.matchmaker.poll_update().is_some() {}
    }

    fn must(&mut self, operation: &str, request: &Value) {
        let answer = self.send(operation, request);
        assert!(answer.is_ok(), "{operation} {request}: {answer:?}");
        self.drain();
    }

    pub fn send(&mut self, operation: &str, request: &Value) -> Result<Response, InputError> {
        let input = parse_input(operation, request)?;
        self.matchmaker.handle_input(Timestamp::from_millis(self.now), input)
    }

    /// What can be seen now. Nothing waits to be read.
    pub fn seen(&mut self) -> Seen {
        assert_eq!(self.matchmaker.poll_event(), None);
        assert_eq!(self.matchmaker.poll_update(), None);
        Seen {
            tickets: self.matchmaker.tickets().collect(),
            matches: self.matchmaker.pending_matches().collect(),
            sessions: self.matchmaker.game_sessions().collect(),
            counters: self.matchmaker.counters(),
            due: self.matchmaker.poll_timeout(),
        }
    }

    fn fresh(&mut self, prefix: &str, length: usize) -> String {
        self.names += 1;
        let name = format!("{prefix}-{}", self.names);
        match self.setting.long_ids {
            true => format!("{name}{}", "-".repeat(length - name.len())),
            false => name,
        }
    }

    pub fn fresh_ticket_id(&mut self) -> String {
        self.fresh("ticket", 128)
    }

    pub fn fresh_player_id(&mut self) -> String {
        self.fresh("player", 1024)
    }

    pub fn fresh_arn(&mut self) -> String {
        self.fresh("arn:aws:gamelift:local::gamesession/fleet/session", 512)
    }

    pub fn tickets(&self, status: TicketStatus) -> impl Iterator<Item = MatchmakingTicket> + '_ {
        self.matchmaker.tickets().filter(move |ticket| ticket.status == status)
    }

    pub fn ids(&self, statuses: &[TicketStatus]) -> Vec<String> {
        let tickets = self.matchmaker.tickets().filter(|it| statuses.contains(&it.status));
        tickets.map(|ticket| ticket.ticket_id.to_string()).collect()
    }

    pub fn players_of(&self, ticket: &str) -> Vec<String> {
        let ticket = self.matchmaker.ticket(&ticket.into()).expect("the ticket is known");
        ticket.players.iter().map(|player| player.player_id.to_string()).collect()
    }

    /// The backfill tickets that are active.
    pub fn backfills(&self) -> BTreeSet<String> {
        let ids = self.matchmaker.game_sessions().filter_map(|session| session.backfill_ticket_id);
        ids.map(|id| id.to_string()).collect()
    }

    /// Tickets whose players are asked whether they accept.
    pub fn asked(&self) -> Vec<String> {
        let backfills = self.backfills();
        let mut ids = self.ids(&[TicketStatus::RequiresAcceptance]);
        ids.retain(|id| !backfills.contains(id));
        ids
    }

    pub fn sessions(&self) -> Vec<GameSession> {
        self.matchmaker.game_sessions().collect()
    }

    pub fn matches(&self, status: TicketStatus) -> Vec<PendingMatch> {
        self.matchmaker.pending_matches().filter(|it| it.status == status).collect()
    }

    /// The ids of automatic backfill tickets that are announced and have no ticket yet.
    pub fn announced(&self) -> Vec<String> {
        let matches = self.matchmaker.pending_matches().filter_map(|it| {
            let data = self.matchmaker.matchmaker_data(&DescribeMatch::Match(it.match_id));
            data?.auto_backfill_ticket_id
        });
        matches.map(|id| id.to_string()).collect()
    }

    /// Players of active tickets that give way to a new one.
    pub fn replaceable(&self, dice: &mut Dice) -> Option<String> {
        let backfills = self.backfills();
        let mut ids = self.ids(&[
            TicketStatus::Queued,
            TicketStatus::Searching,
            TicketStatus::RequiresAcceptance,
        ]);
        ids.retain(|id| !backfills.contains(id));
        let ticket = (!ids.is_empty()).then(|| dice.one(&ids))?;
        Some(dice.one(&self.players_of(&ticket)))
    }
}

fn player(id: &str, group: &str) -> Value {
    let latencies: serde_json::Map<String, Value> =
        (0..LOCATIONS).map(|it| (format!("location-{it}"), json!(20 + it))).collect();
    json!({
        "PlayerId": id, "LatencyInMs": latencies, "PlayerAttributes": {"group": {"S": group}},
    })
}

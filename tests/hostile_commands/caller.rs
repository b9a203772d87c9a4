//! Who calls a matchmaker, and what they go through with it.

use rallypoint::{
    AcceptMatch, AcceptanceType, BackfillMode, CompletePlacement, Configuration,
    ConfigurationError, EngineOptions, FlexMatchMode, GameSessionConnectionInfo, Input, InputError,
    Matchmaker, PlacementOf, Player, RemovePlayers, RuleSet, StartMatchBackfill, StartMatchmaking,
    StopMatchmaking, TicketId, TicketStatus, Timestamp,
};

/// The end of 9999, the latest time.
pub const LAST: u64 = 253_402_300_799_999;

/// Calls of `handle_timeout` in a row; no honest script below needs as many.
const CALLS_MAX: usize = 20_000;

/// Rules that add, multiply and expand.
fn rules() -> RuleSet {
    let text = r#"{
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [
            {"name": "skill", "type": "number", "default": 0},
            {"name": "role", "type": "string", "default": "any"},
            {"name": "items", "type": "string_list", "default": []},
            {"name": "modes", "type": "string_number_map", "default": {}}
        ],
        "teams": [
            {"name": "red", "minPlayers": 1, "maxPlayers": 10},
            {"name": "blue", "minPlayers": 1, "maxPlayers": 10}
        ],
        "rules": [
            {"name": "Fair", "type": "distance", "maxDistance": 10,
             "measurements": ["avg(teams[*].players.attributes[skill])"],
             "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"},
            {"name": "Spread", "type": "distance", "maxDistance": 1e308,
             "measurements": ["stddev(flatten(teams[*].players.attributes[skill]))"],
             "referenceValue": "sum(flatten(teams[*].players.attributes[skill]))"},
            {"name": "Near", "type": "latency", "maxLatency": 2147483647}
        ],
        "expansions": [
            {"target": "rules[Fair].maxDistance",
             "steps": [{"waitTimeSeconds": 1, "value": 1e308},
                       {"waitTimeSeconds": 4294967295, "value": 1.1e308}]}
        ]
    }"#;
    RuleSet::from_json(text).unwrap_or_else(|errors| panic!("{errors}"))
}

pub fn with_queue() -> Configuration {
    Configuration {
        request_timeout_seconds: 60,
        acceptance_required: true,
        acceptance_timeout_seconds: Some(10),
        flex_match_mode: FlexMatchMode::WithQueue,
        backfill_mode: BackfillMode::Automatic,
        additional_player_count: 12,
        ..Configuration::default()
    }
}

pub fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A matchmaker and what its caller has sent so far.
pub struct Caller {
    pub matchmaker: Matchmaker,
    pub now: u64,
    pub sent: usize,
}

impl Caller {
    /// At the beginning of time.
    pub fn with_queue() -> Self {
        Self::new(with_queue(), EngineOptions::default(), 0).expect("it is valid")
    }

    pub fn new(
        configuration: Configuration,
        options: EngineOptions,
        start: u64,
    ) -> Result<Self, ConfigurationError> {
        let matchmaker = Matchmaker::new(rules(), configuration, options, at(start), 1)?;
        Ok(Self { matchmaker, now: start, sent: 0 })
    }

    fn drain(&mut self) {
        while self.matchmaker.poll_event().is_some() {}
        while self.matchmaker.poll_update().is_some() {}
    }

    pub fn send(&mut self, input: Input) -> Result<(), InputError> {
        let answer = self.matchmaker.handle_input(at(self.now), input).map(|_| ());
        if let Err(error) = &answer {
            let message = error.to_string();
            assert!(message.len() < 2_000, "a message of {} bytes", message.len());
        }
        self.drain();
        answer
    }

    /// Fires what is due up to a time, and goes there.
    pub fn go_to(&mut self, time: u64) {
        for calls in 0.. {
            let due = self.matchmaker.poll_timeout().filter(|&due| due <= at(time));
            let Some(due) = due else { break };
            assert!(calls < CALLS_MAX, "it never comes to rest at {due}");
            assert!(due >= at(self.now), "{due} has gone by");
            self.now = due.as_millis();
            let report = self.matchmaker.handle_timeout(due).expect("what is due can be done");
            assert!(report.matches < 1_000);
            self.drain();
        }
        self.now = self.now.max(time);
    }

    pub fn start(&mut self, players: Vec<Player>) -> Result<TicketId, InputError> {
        self.sent += 1;
        let id = TicketId::from(format!("t{}", self.sent));
        let ticket_id = Some(id.clone());
        let request = StartMatchmaking { ticket_id, configuration_name: None, players };
        self.send(Input::StartMatchmaking(request)).map(|()| id)
    }

    pub fn single(&mut self) -> Result<TicketId, InputError> {
        let name = format!("p{}", self.sent);
        self.start(vec![Player::new(name).with_latency("here", 20)])
    }

    fn ids(&self, status: TicketStatus) -> Vec<TicketId> {
        let tickets = self.matchmaker.tickets().filter(|it| it.status == status);
        tickets.map(|ticket| ticket.ticket_id).collect()
    }

    pub fn accept_all(&mut self) {
        for ticket_id in self.ids(TicketStatus::RequiresAcceptance) {
            let ticket = self.matchmaker.ticket(&ticket_id);
            let players = ticket.map(|it| it.players).unwrap_or_default();
            let player_ids = players.into_iter().map(|player| player.player_id).collect();
            let acceptance_type = AcceptanceType::Accept;
            // The backfill ticket among them is refused, as it should.
            let _ = self.send(Input::AcceptMatch(AcceptMatch {
                ticket_id,
                player_ids,
                acceptance_type,
            }));
        }
    }

    pub fn complete_all(&mut self) {
        let matches: Vec<_> = self.matchmaker.pending_matches().collect();
        for pending in matches.into_iter().filter(|it| it.status == TicketStatus::Placing) {
            let arn = format!("arn:session/{}", pending.match_id);
            let answer = self.send(Input::CompletePlacement(CompletePlacement {
                of: PlacementOf::Match(pending.match_id),
                game_session_connection_info: GameSessionConnectionInfo {
                    game_session_arn: Some(arn),
                    ..GameSessionConnectionInfo::default()
                },
            }));
            assert_eq!(answer, Ok(()));
        }
    }

    /// The whole life of tickets: matched, accepted, placed, given up, asked for again. What is
    /// refused on the way is refused.
    pub fn live(&mut self) {
        for _ in 0..6 {
            let _ = self.single();
        }
        self.go_to(self.now);
        self.accept_all();
        self.go_to(self.now);
        self.complete_all();
        for step in [0, 1, 1_000, 2_000] {
            let _ = self.single();
            let _ = self.backfill("red");
            self.go_to(self.now.saturating_add(step).min(LAST));
            self.accept_all();
        }
        let stopped = self.ids(TicketStatus::Searching);
        for ticket_id in stopped.into_iter().take(1) {
            let answer = self.send(Input::StopMatchmaking(StopMatchmaking { ticket_id }));
            assert_eq!(answer, Ok(()));
        }
        self.go_to(self.now);
    }

    pub fn backfill(&mut self, team: &str) -> Result<(), InputError> {
        self.sent += 1;
        let name = format!("b{}", self.sent);
        let player = Player { team: Some(team.into()), ..Player::new(name) };
        let player = player.with_latency("here", 20);
        self.send(Input::StartMatchBackfill(StartMatchBackfill {
            game_session_arn: Some(format!("arn:of/{}", self.sent)),
            players: vec![player],
            ..StartMatchBackfill::default()
        }))
    }

    /// A player leaves the fullest session, which asks for another, anew each minute.
    pub fn one_leaves(&mut self) {
        let sessions: Vec<_> = self.matchmaker.game_sessions().collect();
        let full = sessions.iter().max_by_key(|it| it.players.len()).expect("there is one");
        let leaves = RemovePlayers {
            game_session_arn: full.connection_info.game_session_arn.clone().unwrap_or_default(),
            player_ids: vec![full.players[0].player_id.clone()],
        };
        assert_eq!(self.send(Input::RemovePlayers(leaves)), Ok(()));
    }
}

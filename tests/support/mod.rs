//! Random runs of a matchmaker: every call, and all that it gave to see.

pub mod dice;

use rallypoint::*;
use serde_json::json;

pub use dice::Dice;

pub const ARN: &str = "arn:aws:gamelift:us-west-2::gamesession/fleet-1/";

/// One call of a matchmaker.
#[derive(Clone, Debug)]
pub enum Call {
    Input(Timestamp, Input),
    Timeout(Timestamp),
    /// Reads so many events and updates.
    Read(usize),
}

impl Call {
    /// Makes the call; all that it gives to see.
    pub fn make(&self, matchmaker: &mut Matchmaker) -> String {
        let seen = match self {
            Self::Input(now, input) => {
                format!("{:?}", matchmaker.handle_input(*now, input.clone()))
            }
            Self::Timeout(now) => format!("{:?}", matchmaker.handle_timeout(*now)),
            Self::Read(count) => {
                let events: Vec<_> = (0..*count).filter_map(|_| matchmaker.poll_event()).collect();
                let updates: Vec<_> =
                    (0..*count).filter_map(|_| matchmaker.poll_update()).collect();
                format!("{events:?} {updates:?}")
            }
        };
        format!("{seen} next {:?}", matchmaker.poll_timeout())
    }
}

/// Rule sets over the attributes of [`player`]: of two teams whose rules hang on numbers, strings,
/// lists, maps and latencies, with epochs and priorities of backfill.
pub fn rule_sets() -> Vec<RuleSet> {
    let attributes = json!([
        {"name": "skill", "type": "number"},
        {"name": "role", "type": "string", "default": "any"},
        {"name": "modes", "type": "string_list", "default": ["duel"]},
        {"name": "ranks", "type": "string_number_map", "default": {"duel": 1}},
    ]);
    let team = |name: &str, min: u32, max: u32| json!({"name": name, "minPlayers": min, "maxPlayers": max});
    let near = json!({"name": "near", "type": "distance", "maxDistance": 10,
        "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
        "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"});
    let even = json!({"name": "even", "type": "comparison", "operation": "<=",
        "measurements": ["avg(teams[a].players.attributes[skill])"], "referenceValue": 35});
    let same = json!({"name": "same", "type": "collection", "operation": "intersection", "minCount": 1,
        "measurements": ["flatten(teams[*].players.attributes[modes])"]});
    let fast = json!({"name": "fast", "type": "latency", "maxLatency": 60});
    let close = json!({"name": "close", "type": "batchDistance", "batchAttribute": "skill",
        "maxDistance": 25, "partyAggregation": "avg"});
    let ranked = json!({"name": "ranked", "type": "distanceSort", "sortDirection": "ascending",
        "sortAttribute": "ranks", "mapKey": "maxValue", "partyAggregation": "avg"});
    let widen = json!({"target": "rules[near].maxDistance",
        "steps": [{"waitTimeSeconds": 5, "value": 40}, {"waitTimeSeconds": 9, "value": 90}]});
    let shrink = json!({"target": "teams[a, b].minPlayers",
        "steps": [{"waitTimeSeconds": 4, "value": 1}]});
    let texts = [
        json!({"ruleLanguageVersion": "1.0", "playerAttributes": attributes,
            "algorithm": {"expansionAgeSelection": "oldest"},
            "teams": [team("a", 1, 1), team("b", 1, 1)],
            "rules": [near], "expansions": [widen]}),
        json!({"ruleLanguageVersion": "1.0", "playerAttributes": attributes,
            "algorithm": {"backfillPriority": "high"},
            "teams": [team("a", 2, 3), team("b", 2, 3)],
            "rules": [near, even, ranked], "expansions": [widen, shrink]}),
        json!({"ruleLanguageVersion": "1.0", "playerAttributes": attributes,
            "algorithm": {"backfillPriority": "low"},
            "teams": [team("a", 1, 4)],
            "rules": [same, fast]}),
        json!({"ruleLanguageVersion": "1.0", "playerAttributes": attributes,
            "algorithm": {"batchingPreference": "sorted", "sortByAttributes": ["skill", "role"]},
            "teams": [team("a", 1, 2), team("b", 1, 2)],
            "rules": [close, fast]}),
        json!({"ruleLanguageVersion": "1.0", "playerAttributes": attributes,
            "algorithm": {"strategy": "balanced", "balancedAttribute": "skill",
                          "batchingPreference": "fastestRegion"},
            "teams": [team("a", 2, 21), team("b", 2, 21)],
            "rules": [close, fast], "expansions": [shrink]}),
    ];
    let compile = |text: &serde_json::Value| RuleSet::from_json(&text.to_string());
    texts.iter().map(|text| compile(text).expect("the rule set is valid")).collect()
}

/// A run of a matchmaker as its dice fall. It looks at the matchmaker to find what it can do next.
pub struct Run {
    pub dice: Dice,
    pub matchmaker: Matchmaker,
    #[allow(dead_code, reason = "not every test begins anew")]
    pub start: (RuleSet, Configuration, EngineOptions, u64),
    now: u64,
    tickets: usize,
    sessions: usize,
    /// Whether rule sets and configurations change.
    pub reconfigures: bool,
}

impl Run {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let rule_set = dice.pick(&rule_sets()).cloned().expect("there are some");
        let configuration = configuration(&mut dice);
        let mut options = EngineOptions::default();
        options.nodes_per_anchor = [20, 100_000][dice.below(2)];
        options.nodes_per_slice = [1, 10, 1_000_000][dice.below(3)];
        options.pass_interval = Millis::new([0, 0, 700][dice.below(3)]);
        options.undrained_events_max = [30, 4_000_000][dice.below(2)];
        options.retained_tickets_max = [3, 100_000][dice.below(2)];
        options.retention = Millis::new([8_000, 86_400_000][dice.below(2)]);
        options.placement_timeout = Millis::new(6_000);
        options.backfill_before_new_match_seconds = [0, 0, 3][dice.below(3)];
        options.early_rejection =
            [EarlyRejection::RejectersOnly, EarlyRejection::Literal][dice.below(2)];
        let start = (rule_set, configuration, options, seed);
        let matchmaker = first(&start);
        let reconfigures = dice.once_in(2);
        Self { dice, matchmaker, start, now: 0, tickets: 0, sessions: 0, reconfigures }
    }

    #[allow(dead_code, reason = "not every test restores a run")]
    /// A run that goes on with a matchmaker of which nothing is known.
    pub fn of(matchmaker: Matchmaker, seed: u64) -> Self {
        let now = matchmaker.snapshot().now().as_millis();
        Self { matchmaker, now, tickets: 1_000, sessions: 1_000, ..Self::new(seed) }
    }

    /// The next call, not yet made.
    pub fn next_call(&mut self) -> Call {
        if self.dice.once_in(5) {
            return Call::Read(self.dice.below(12));
        }
        let due = self.matchmaker.poll_timeout().map(Timestamp::as_millis);
        if let Some(due) = due.filter(|_| !self.dice.once_in(3)) {
            // Now and then late, which settles several deadlines at once.
            let late = if self.dice.once_in(6) { self.dice.below(5_000) as u64 } else { 0 };
            self.now = self.now.max(due.min(self.now + 2_000)) + late;
            return Call::Timeout(Timestamp::from_millis(self.now));
        }
        let step = [0, 0, 1, 300, 1_500][self.dice.below(5)];
        self.now += step;
        Call::Input(Timestamp::from_millis(self.now), self.input())
    }

    fn input(&mut self) -> Input {
        let pending: Vec<PendingMatch> = self.matchmaker.pending_matches().collect();
        let sessions: Vec<GameSession> = self.matchmaker.game_sessions().collect();
        let tickets: Vec<MatchmakingTicket> = self.matchmaker.tickets().collect();
        let (pending, session) =
            (self.dice.pick(&pending).cloned(), self.dice.pick(&sessions).cloned());
        let ticket = self.dice.pick(&tickets).cloned();
        match (self.dice.below(20), pending, session, ticket) {
            (0..=4, Some(pending), ..) if pending.status == TicketStatus::RequiresAcceptance => {
                self.answer(&pending)
            }
            (0..=4, Some(pending), ..) => self.placement(&pending),
            (5, _, Some(session), _) => Input::EndGameSession(EndGameSession {
                game_session_arn: session.connection_info.game_session_arn.unwrap_or_default(),
            }),
            (6 | 7, _, Some(session), _) => Input::RemovePlayers(RemovePlayers {
                game_session_arn: session.connection_info.game_session_arn.unwrap_or_default(),
                player_ids: self
                    .dice
                    .pick(&session.players)
                    .map(|it| it.player_id.clone())
                    .into_iter()
                    .collect(),
            }),
            (8 | 9, .., Some(ticket)) => {
                Input::StopMatchmaking(StopMatchmaking { ticket_id: ticket.ticket_id })
            }
            (10, .., Some(ticket)) => Input::DescribeMatchmaking(DescribeMatchmaking {
                ticket_ids: vec![ticket.ticket_id],
            }),
            (11, _, Some(session), _) => Input::DescribeMatch(DescribeMatch::GameSession(
                session.connection_info.game_session_arn.unwrap_or_default(),
            )),
            (12 | 13, _, session, _) => self.backfill(session),
            (14, ..) if self.reconfigures && self.dice.once_in(2) => self.reconfigure(),
            _ => self.new_ticket(),
        }
    }

    fn answer(&mut self, pending: &PendingMatch) -> Input {
        let ticket_id = self.dice.pick(&pending.ticket_ids).cloned().expect("a match has tickets");
        let ticket = self.matchmaker.ticket(&ticket_id).expect("it is active");
        let reject = self.dice.once_in(8);
        Input::AcceptMatch(AcceptMatch {
            ticket_id,
            player_ids: ticket.players.into_iter().map(|it| it.player_id).collect(),
            acceptance_type: if reject { AcceptanceType::Reject } else { AcceptanceType::Accept },
        })
    }

    fn placement(&mut self, pending: &PendingMatch) -> Input {
        let of = PlacementOf::Match(pending.match_id.clone());
        if self.dice.once_in(5) {
            let reasons = [PlacementFailure::TimedOut, PlacementFailure::Failed];
            return Input::FailPlacement(FailPlacement { of, reason: reasons[self.dice.below(2)] });
        }
        self.sessions += 1;
        let location = ["us-east-1", "eu-west-1"][self.dice.below(2)];
        let info = GameSessionConnectionInfo {
            game_session_arn: Some(format!("{ARN}{}", self.sessions)),
            ip_address: Some("10.0.0.1".into()),
            port: Some(7777),
            location: self.dice.once_in(2).then(|| location.into()),
            ..GameSessionConnectionInfo::default()
        };
        let game_session_connection_info = info;
        Input::CompletePlacement(CompletePlacement { of, game_session_connection_info })
    }

    fn backfill(&mut self, session: Option<GameSession>) -> Input {
        let session = session.filter(|_| self.dice.once_in(2));
        let arn = match &session {
            Some(session) => session.connection_info.game_session_arn.clone(),
            None => self.dice.once_in(2).then(|| format!("{ARN}own{}", self.dice.below(3))),
        };
        let players = session.map(|it| it.players).unwrap_or_default();
        let players = if players.is_empty() {
            let team = ["a", "b"][self.dice.below(2)];
            vec![Player { team: Some(team.into()), ..self.player() }]
        } else {
            players
        };
        Input::StartMatchBackfill(StartMatchBackfill {
            game_session_arn: arn,
            players,
            ..StartMatchBackfill::default()
        })
    }

    fn new_ticket(&mut self) -> Input {
        self.tickets += 1;
        let size = [1, 1, 1, 2][self.dice.below(4)];
        Input::StartMatchmaking(StartMatchmaking {
            ticket_id: self.dice.once_in(2).then(|| format!("t{}", self.tickets).into()),
            players: (0..size).map(|_| self.player()).collect(),
            ..StartMatchmaking::default()
        })
    }

    /// One of a few players, so that they start again while they are in a ticket or a session.
    fn player(&mut self) -> Player {
        let dice = &mut self.dice;
        let mut player = Player::new(format!("p{}", dice.below(24)));
        if !dice.once_in(12) {
            player = player.with_number("skill", dice.below(600) as f64 / 10.0);
        }
        if dice.once_in(2) {
            player = player.with_string("role", ["tank", "medic"][dice.below(2)]);
        }
        if dice.once_in(2) {
            player = player.with_strings("modes", [&["duel", "ctf"][..], &["ctf"]][dice.below(2)]);
        }
        if dice.once_in(3) {
            let ranks = [("duel".to_owned(), dice.below(9) as f64)].into();
            player = player.with("ranks", AttributeValue::StringNumberMap(ranks));
        }
        for location in ["us-east-1", "eu-west-1", "ap-south-1"] {
            if !dice.once_in(4) {
                player = player.with_latency(location, 1 + dice.below(90) as u32);
            }
        }
        player
    }

    fn reconfigure(&mut self) -> Input {
        let rule_set =
            self.dice.once_in(2).then(|| self.dice.pick(&rule_sets()).cloned()).flatten();
        let configuration = self.dice.once_in(2).then(|| configuration(&mut self.dice));
        Input::Reconfigure(Box::new(Reconfigure { rule_set, configuration }))
    }
}

/// The matchmaker that a run begins with.
pub fn first(start: &(RuleSet, Configuration, EngineOptions, u64)) -> Matchmaker {
    let (rule_set, configuration, options, seed) = start.clone();
    Matchmaker::new(rule_set, configuration, options, Timestamp::from_millis(0), seed)
        .expect("the configuration is valid")
}

fn configuration(dice: &mut Dice) -> Configuration {
    let with_queue = !dice.once_in(3);
    let automatic = with_queue && !dice.once_in(3);
    Configuration {
        request_timeout_seconds: [6, 20, 43_200][dice.below(3)],
        acceptance_required: dice.once_in(2),
        acceptance_timeout_seconds: Some(4),
        custom_event_data: dice.once_in(2).then(|| "seven".into()),
        flex_match_mode: [FlexMatchMode::Standalone, FlexMatchMode::WithQueue]
            [usize::from(with_queue)],
        backfill_mode: [BackfillMode::Manual, BackfillMode::Automatic][usize::from(automatic)],
        additional_player_count: if with_queue { dice.below(2) as u32 } else { 0 },
        ..Configuration::default()
    }
}

//! Commands, times and options made to hurt: each is taken or refused, soon, and whoever follows
//! `poll_timeout` comes to an end.
#![expect(clippy::panic, reason = "a test reports by panicking")]

use std::collections::BTreeMap;

use rallypoint::{
    AcceptMatch, AcceptanceType, AttributeValue, BackfillMode, CompletePlacement, Configuration,
    ConfigurationError, DescribeMatch, DescribeMatchmaking, EarlyRejection, EndGameSession,
    EngineOptions, FailPlacement, FlexMatchMode, GameSessionConnectionInfo, Input, InputError,
    MatchedPlayerSession, Matchmaker, Millis, PlacementFailure, PlacementOf, Player, PlayerId,
    RemovePlayers, RuleSet, StartMatchBackfill, StartMatchmaking, StopMatchmaking, TicketId,
    TicketStatus, Timestamp,
};

/// The end of 9999, the latest time.
const LAST: u64 = 253_402_300_799_999;
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
                       {"waitTimeSeconds": 4294967295, "value": 1e309}]}
        ]
    }"#;
    let text = text.replace("1e309", "1.1e308");
    RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn with_queue() -> Configuration {
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

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A matchmaker and what its caller has sent so far.
struct Caller {
    matchmaker: Matchmaker,
    now: u64,
    sent: usize,
}

impl Caller {
    fn new(
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

    fn send(&mut self, input: Input) -> Result<(), InputError> {
        let answer = self.matchmaker.handle_input(at(self.now), input).map(|_| ());
        if let Err(error) = &answer {
            let message = error.to_string();
            assert!(message.len() < 2_000, "a message of {} bytes", message.len());
        }
        self.drain();
        answer
    }

    /// Fires what is due up to a time, and goes there.
    fn go_to(&mut self, time: u64) {
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

    fn start(&mut self, players: Vec<Player>) -> Result<TicketId, InputError> {
        self.sent += 1;
        let id = TicketId::from(format!("t{}", self.sent));
        let ticket_id = Some(id.clone());
        let request = StartMatchmaking { ticket_id, configuration_name: None, players };
        self.send(Input::StartMatchmaking(request)).map(|()| id)
    }

    fn single(&mut self) -> Result<TicketId, InputError> {
        let name = format!("p{}", self.sent);
        self.start(vec![Player::new(name).with_latency("here", 20)])
    }

    fn ids(&self, status: TicketStatus) -> Vec<TicketId> {
        let tickets = self.matchmaker.tickets().filter(|it| it.status == status);
        tickets.map(|ticket| ticket.ticket_id).collect()
    }

    fn accept_all(&mut self) {
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

    fn complete_all(&mut self) {
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
    fn live(&mut self) {
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

    fn backfill(&mut self, team: &str) -> Result<(), InputError> {
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
}

/// Texts that are nobody's idea of a name.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> =
        ["", " ", "\0", "\n", "..", "`", "{}", "\u{feff}", "\u{202e}", "é", "𝕏", "psess-"]
            .map(String::from)
            .into();
    texts.extend(["x", "\0", "𝕏", "`", "\u{301}", "."].map(|it| it.repeat(1_000_000 / it.len())));
    texts
}

fn numbers() -> [f64; 10] {
    [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        -0.0,
        1e300,
        -1e300,
    ]
}

/// Every command with a text wherever a text can stand.
fn with_text(text: &str) -> Vec<Input> {
    let some = || Some(text.to_owned());
    let (ticket, player) = (TicketId::from(text), PlayerId::from(text));
    let seated = || Player { team: Some("red".into()), ..Player::new("someone") };
    let start = |players| StartMatchmaking { players, ..StartMatchmaking::default() };
    let backfill = |players| StartMatchBackfill { players, ..StartMatchBackfill::default() };
    let someone = || Player::new("someone");
    let players = [
        Player::new(text),
        Player { team: some(), ..someone() },
        someone().with_number(text, 1.0),
        someone().with_string("role", text),
        someone().with_string("undeclared", text),
        someone().with_strings("items", &[text, text]),
        someone().with("modes", AttributeValue::StringNumberMap([(text.into(), 1.0)].into())),
        someone().with_latency(text, 1),
    ];
    let mut inputs = Vec::new();
    for player in players {
        let team = player.team.clone().or_else(|| Some("blue".into()));
        inputs.push(Input::StartMatchBackfill(backfill(vec![Player { team, ..player.clone() }])));
        inputs.push(Input::StartMatchmaking(start(vec![player])));
    }
    let info = |info| CompletePlacement {
        of: PlacementOf::Ticket("t1".into()),
        game_session_connection_info: info,
    };
    let known = || GameSessionConnectionInfo {
        game_session_arn: Some("arn:s".into()),
        ..GameSessionConnectionInfo::default()
    };
    let session = |player: &str, session: &str| MatchedPlayerSession {
        player_id: player.into(),
        player_session_id: session.into(),
    };
    let infos = [
        GameSessionConnectionInfo { game_session_arn: some(), ..known() },
        GameSessionConnectionInfo { ip_address: some(), ..known() },
        GameSessionConnectionInfo { dns_name: some(), ..known() },
        GameSessionConnectionInfo { compute_name: some(), ..known() },
        GameSessionConnectionInfo { location: some(), ..known() },
        GameSessionConnectionInfo {
            matched_player_sessions: vec![session(text, "psess-1")],
            ..known()
        },
        GameSessionConnectionInfo { matched_player_sessions: vec![session("p1", text)], ..known() },
    ];
    inputs.extend(infos.map(info).map(Input::CompletePlacement));
    let of = || [PlacementOf::Ticket(ticket.clone()), PlacementOf::Match(text.into())];
    for of in of() {
        let game_session_connection_info = known();
        inputs.push(Input::FailPlacement(FailPlacement {
            of: of.clone(),
            reason: PlacementFailure::Failed,
        }));
        inputs
            .push(Input::CompletePlacement(CompletePlacement { of, game_session_connection_info }));
    }
    let accept = |ticket_id, player_ids| AcceptMatch {
        ticket_id,
        player_ids,
        acceptance_type: AcceptanceType::Accept,
    };
    inputs.extend([
        Input::StartMatchmaking(StartMatchmaking {
            ticket_id: Some(ticket.clone()),
            ..start(vec![someone()])
        }),
        Input::StartMatchmaking(StartMatchmaking {
            configuration_name: some(),
            ..start(vec![someone()])
        }),
        Input::StartMatchBackfill(StartMatchBackfill {
            ticket_id: Some(ticket.clone()),
            ..backfill(vec![seated()])
        }),
        Input::StartMatchBackfill(StartMatchBackfill {
            configuration_name: some(),
            ..backfill(vec![seated()])
        }),
        Input::StartMatchBackfill(StartMatchBackfill {
            game_session_arn: some(),
            ..backfill(vec![seated()])
        }),
        Input::StopMatchmaking(StopMatchmaking { ticket_id: ticket.clone() }),
        Input::AcceptMatch(accept(ticket.clone(), vec!["p1".into()])),
        Input::AcceptMatch(accept("t1".into(), vec![player.clone()])),
        Input::DescribeMatchmaking(DescribeMatchmaking { ticket_ids: vec![ticket.clone()] }),
        Input::DescribeMatch(DescribeMatch::Match(text.into())),
        Input::DescribeMatch(DescribeMatch::GameSession(text.into())),
        Input::EndGameSession(EndGameSession { game_session_arn: text.into() }),
        Input::RemovePlayers(RemovePlayers {
            game_session_arn: text.into(),
            player_ids: vec!["p1".into()],
        }),
        Input::RemovePlayers(RemovePlayers {
            game_session_arn: "arn:s".into(),
            player_ids: vec![player],
        }),
    ]);
    inputs
}

#[test]
fn texts_of_every_kind_in_every_command() {
    let mut caller = Caller::new(with_queue(), EngineOptions::default(), 0).expect("it is valid");
    let mut taken = 0;
    for text in texts() {
        for input in with_text(&text) {
            let is_long = text.len() > 10_000;
            let answer = caller.send(input);
            assert!(answer.is_err() || !is_long, "a million bytes were taken");
            taken += usize::from(answer.is_ok());
            caller.go_to(caller.now);
        }
    }
    assert!(taken > 50, "only {taken} were taken");
    caller.live();
    caller.go_to(200_000);
    let active = caller.matchmaker.counters().current_tickets;
    assert_eq!(
        active as usize,
        caller.matchmaker.game_sessions().filter(|it| it.backfill_ticket_id.is_some()).count()
    );
}

#[test]
fn lists_of_ten_thousand_in_every_command() {
    const MANY: usize = 10_000;
    let mut caller = Caller::new(with_queue(), EngineOptions::default(), 0).expect("it is valid");
    let names = || (0..MANY).map(|it| format!("n{it}"));
    let players: Vec<Player> =
        names().map(|it| Player { team: Some("red".into()), ..Player::new(it) }).collect();
    let new: Vec<Player> = names().map(Player::new).collect();
    let ids: Vec<PlayerId> = names().map(PlayerId::from).collect();
    let numbers: BTreeMap<String, f64> = names().map(|it| (it, 1.0)).collect();
    let someone = || Player::new("someone");
    let all: Vec<String> = names().collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let with_numbers = names().fold(someone(), |player, name| player.with_number(&name, 1.0));
    let with_latencies = names().fold(someone(), |player, name| player.with_latency(&name, 1));
    let start = |players| {
        Input::StartMatchmaking(StartMatchmaking { players, ..StartMatchmaking::default() })
    };
    let sessions = names().map(|it| MatchedPlayerSession {
        player_id: it.as_str().into(),
        player_session_id: format!("psess-{it}").into(),
    });
    let inputs = [
        start(new),
        start(vec![someone().with_strings("items", &all)]),
        start(vec![someone().with("modes", AttributeValue::StringNumberMap(numbers))]),
        start(vec![with_numbers]),
        start(vec![with_latencies]),
        Input::StartMatchBackfill(StartMatchBackfill { players, ..Default::default() }),
        Input::AcceptMatch(AcceptMatch {
            ticket_id: "t1".into(),
            player_ids: ids.clone(),
            acceptance_type: AcceptanceType::Reject,
        }),
        Input::DescribeMatchmaking(DescribeMatchmaking {
            ticket_ids: names().map(TicketId::from).collect(),
        }),
        Input::RemovePlayers(RemovePlayers { game_session_arn: "arn:s".into(), player_ids: ids }),
        Input::CompletePlacement(CompletePlacement {
            of: PlacementOf::Ticket("t1".into()),
            game_session_connection_info: GameSessionConnectionInfo {
                game_session_arn: Some("arn:s".into()),
                matched_player_sessions: sessions.collect(),
                ..GameSessionConnectionInfo::default()
            },
        }),
    ];
    for input in inputs {
        let answer = caller.send(input);
        assert!(matches!(answer, Err(InputError::InvalidRequest { .. })), "{answer:?}");
    }
    assert_eq!(caller.matchmaker.tickets().count(), 0);
    assert_eq!(caller.matchmaker.poll_timeout(), None);
}

#[test]
fn numbers_at_the_ends_are_judged() {
    let mut caller = Caller::new(with_queue(), EngineOptions::default(), 0).expect("it is valid");
    for number in numbers() {
        for _ in 0..2 {
            let map = [("a".to_owned(), number), ("b".to_owned(), 1.0)].into();
            let players = [0, 1].map(|it| {
                let player = Player::new(format!("p{}-{it}", caller.sent));
                player.with_number("skill", number).with_latency("here", 1)
            });
            let first = players[0].clone().with("modes", AttributeValue::StringNumberMap(map));
            let answer = caller.start(vec![first, players[1].clone()]);
            assert_eq!(answer.is_ok(), number.is_finite(), "{number}: {answer:?}");
        }
        caller.go_to(caller.now + 1_500);
        caller.accept_all();
        caller.go_to(caller.now);
        caller.complete_all();
    }
    let created = caller.matchmaker.counters().matches_created;
    assert!(created >= 5, "only {created} matches");
    for millis in [0, 1 << 31, u32::MAX] {
        let answer = caller.start(vec![Player::new("far").with_latency("moon", millis)]);
        let message = answer.expect_err("it is no latency").to_string();
        assert!(message.contains("Players[0].LatencyInMs.moon"), "{message}");
    }
    assert!(caller.start(vec![Player::new("far").with_latency("moon", (1 << 31) - 1)]).is_ok());
    let info = GameSessionConnectionInfo { port: Some(0), ..GameSessionConnectionInfo::default() };
    let answer = caller.send(Input::CompletePlacement(CompletePlacement {
        of: PlacementOf::Ticket("t1".into()),
        game_session_connection_info: info,
    }));
    assert!(answer.is_err());
}

#[test]
fn time_ends_with_the_year_9999() {
    for start in [LAST + 1, u64::MAX] {
        let error = Caller::new(with_queue(), EngineOptions::default(), start).err();
        let message = error.expect("it is too late").to_string();
        assert!(message.contains("start") && message.contains(&LAST.to_string()), "{message}");
    }
    for start in [0, 1, LAST - 3_000_000, LAST - 1_000, LAST - 1, LAST] {
        for mode in [BackfillMode::Automatic, BackfillMode::Manual] {
            let configuration = Configuration { backfill_mode: mode, ..with_queue() };
            let mut caller = Caller::new(configuration, EngineOptions::default(), start)
                .expect("time is not over");
            caller.live();
            caller.go_to(caller.now.saturating_add(1_000_000).min(LAST));
            // Every ticket of a session that fills up by itself is followed by another.
            if start > 1 {
                caller.go_to(u64::MAX);
                assert_eq!(caller.matchmaker.poll_timeout(), None);
                caller.now = LAST;
                let _ = caller.single();
                let _ = caller.backfill("blue");
                caller.go_to(LAST);
            }
            for late in [LAST + 1, u64::MAX] {
                caller.now = late;
                let answer = caller.single().map(|_| ()).expect_err("time is over");
                assert_eq!(answer.exception(), "InvalidRequestException");
                assert!(answer.to_string().contains(&LAST.to_string()), "{answer}");
                assert_eq!(caller.matchmaker.handle_timeout(at(late)), Err(answer));
            }
        }
    }
}

#[test]
fn a_late_caller_settles_everything_at_once() {
    let mut caller = Caller::new(with_queue(), EngineOptions::default(), 0).expect("it is valid");
    caller.live();
    let sessions: Vec<_> = caller.matchmaker.game_sessions().collect();
    let full = sessions.iter().max_by_key(|session| session.players.len()).expect("there is one");
    let leaves = RemovePlayers {
        game_session_arn: full.connection_info.game_session_arn.clone().unwrap_or_default(),
        player_ids: vec![full.players[0].player_id.clone()],
    };
    assert_eq!(caller.send(Input::RemovePlayers(leaves)), Ok(()));
    // The session asks for a player, anew each minute. The next call comes three days late.
    caller.now += 3 * 24 * 3_600_000;
    assert!(caller.single().is_ok());
    assert!(caller.matchmaker.counters().tickets_timed_out > 4_000);
    caller.go_to(caller.now);
}

#[test]
fn a_very_late_call_tells_no_more_than_there_is_room_for() {
    let mut options = EngineOptions::default();
    options.undrained_events_max = 1_000;
    let mut caller = Caller::new(with_queue(), options, 0).expect("it is valid");
    caller.live();
    let sessions: Vec<_> = caller.matchmaker.game_sessions().collect();
    let full = sessions.iter().max_by_key(|session| session.players.len()).expect("there is one");
    let leaves = RemovePlayers {
        game_session_arn: full.connection_info.game_session_arn.clone().unwrap_or_default(),
        player_ids: vec![full.players[0].player_id.clone()],
    };
    assert_eq!(caller.send(Input::RemovePlayers(leaves)), Ok(()));
    // Until the year 9999 its ticket would be renewed four billion times.
    for _ in 0..3 {
        let report = caller.matchmaker.handle_timeout(at(LAST)).expect("it is no bad call");
        assert!(report.unfinished);
        assert_eq!(caller.matchmaker.poll_timeout(), Some(at(LAST)));
        let told = std::iter::from_fn(|| caller.matchmaker.poll_event()).count();
        let updates = std::iter::from_fn(|| caller.matchmaker.poll_update()).count();
        assert!((1_000..1_100).contains(&(told + updates)), "{told} events, {updates} updates");
    }
    let describe = DescribeMatchmaking { ticket_ids: vec!["t".into()] };
    let answer = caller.matchmaker.handle_input(at(LAST), Input::DescribeMatchmaking(describe));
    assert_eq!(answer, Err(InputError::EventsNotDrained { limit: 1_000 }));
}

#[test]
fn options_at_their_ends_run_or_are_refused() {
    let counts = [0, 1, usize::MAX];
    let millis = [0, 1, u64::MAX].map(Millis::new);
    let default = EngineOptions::default;
    let mut all: Vec<(bool, EngineOptions)> = Vec::new();
    let mut add = |is_refused: bool, set: &dyn Fn(&mut EngineOptions)| {
        let mut options = default();
        set(&mut options);
        all.push((is_refused, options));
    };
    for value in millis {
        let is_zero = value == Millis::new(0);
        add(false, &|it| it.pass_interval = value);
        add(false, &|it| it.retention = value);
        add(is_zero, &|it| it.placement_timeout = value);
        add(is_zero, &|it| it.nodes_per_anchor = value.get());
        add(is_zero, &|it| it.nodes_per_slice = value.get());
    }
    for value in counts {
        add(value == 0, &|it| it.active_tickets_max = value);
        add(value == 0, &|it| it.undrained_events_max = value);
        add(value == 0, &|it| it.sessions_max = value);
        add(value == 0, &|it| it.max_batch_tickets = value);
        add(false, &|it| it.retained_tickets_max = value);
        add(false, &|it| {
            it.backfill_before_new_match_seconds = value.min(u32::MAX as usize) as u32
        });
    }
    // All of them at once, each at its least or at its most; a quarter of the ways, spread out.
    for bits in (0..256_u32).map(|it| it * 387 % 1024) {
        let most = |bit: u32| bits >> bit & 1 == 1;
        let count = |bit, least| if most(bit) { usize::MAX } else { least };
        let number = |bit, least| if most(bit) { u64::MAX } else { least };
        add(false, &|it| {
            it.pass_interval = Millis::new(number(0, 0));
            it.nodes_per_anchor = number(1, 1);
            it.nodes_per_slice = number(2, 1);
            it.active_tickets_max = count(3, 8);
            it.undrained_events_max = count(4, 1);
            it.retention = Millis::new(number(5, 0));
            it.retained_tickets_max = if most(6) { usize::MAX } else { 0 };
            it.placement_timeout = Millis::new(number(7, 1));
            it.backfill_before_new_match_seconds = if most(8) { u32::MAX } else { 0 };
            it.sessions_max = count(9, 8);
            it.max_batch_tickets = count(1, 1);
            it.early_rejection = EarlyRejection::Literal;
        });
    }
    let mut placed = 0;
    for (number, (is_refused, options)) in all.into_iter().enumerate() {
        let told = format!("{options:?}");
        // Without acceptance, too: then a match that finds no session is made again at once.
        let acceptance_required = number % 2 == 0;
        let configuration = Configuration { acceptance_required, ..with_queue() };
        match Caller::new(configuration, options, 1_000) {
            Ok(mut caller) => {
                assert!(!is_refused, "{told}");
                caller.live();
                let counters = caller.matchmaker.counters();
                assert!(counters.tickets_started > 0, "{told}");
                placed += usize::from(counters.matches_placed > 0);
            }
            Err(error) => {
                assert!(is_refused, "{told}: {error}");
                assert!(error.to_string().ends_with("is 0, but must be at least 1"), "{error}");
            }
        }
    }
    assert!(placed > 50, "only {placed} found a session");
}

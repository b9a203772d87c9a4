//! What the model has found, each by itself.

use rallypoint::{
    BackfillMode, CompletePlacement, Configuration, EarlyRejection, EndGameSession, EngineOptions,
    EventDetail, FlexMatchMode, GameSessionConnectionInfo, Input, Matchmaker, MatchmakerData,
    PlacementOf, Player, RemovePlayers, RuleSet, StartMatchBackfill, StartMatchmaking, StatusCause,
    Timestamp,
};

const PAIR: &str = r#"{"name":"pair","ruleLanguageVersion":"1.0",
    "teams":[{"name":"red","minPlayers":1,"maxPlayers":1},
             {"name":"blue","minPlayers":1,"maxPlayers":1}]}"#;

const ARENA: &str = r#"{"name":"arena","ruleLanguageVersion":"1.0",
    "teams":[{"name":"all","minPlayers":1,"maxPlayers":4}]}"#;

/// A matchmaker and the time.
struct Game {
    engine: Matchmaker,
    now: u64,
}

fn game(rules: &str, configuration: Configuration, options: EngineOptions) -> Game {
    let rules = RuleSet::from_json(rules).expect("the rule set is right");
    let start = Timestamp::from_millis(0);
    let engine = Matchmaker::new(rules, configuration, options, start, 7).expect("it can be run");
    Game { engine, now: 0 }
}

fn asking() -> Configuration {
    Configuration {
        acceptance_required: true,
        acceptance_timeout_seconds: Some(10),
        request_timeout_seconds: 5,
        ..Configuration::default()
    }
}

fn automatic() -> Configuration {
    Configuration {
        flex_match_mode: FlexMatchMode::WithQueue,
        backfill_mode: BackfillMode::Automatic,
        ..Configuration::default()
    }
}

impl Game {
    fn give(&mut self, input: Input) {
        let answer = self.engine.handle_input(Timestamp::from_millis(self.now), input.clone());
        answer.unwrap_or_else(|error| panic!("{input:?}: {error}"));
    }

    fn start(&mut self, id: &str, players: &[&str]) {
        let players = players.iter().map(|&name| Player::new(name)).collect();
        let ticket_id = Some(id.into());
        self.give(Input::StartMatchmaking(StartMatchmaking {
            ticket_id,
            players,
            ..Default::default()
        }));
    }

    fn backfill(&mut self, id: &str, session: &str, team: &str, players: &[&str]) {
        let in_team = |&name: &&str| Player { team: Some(team.into()), ..Player::new(name) };
        self.give(Input::StartMatchBackfill(StartMatchBackfill {
            ticket_id: Some(id.into()),
            game_session_arn: Some(session.into()),
            players: players.iter().map(in_team).collect(),
            ..Default::default()
        }));
    }

    fn leave(&mut self, session: &str, players: &[&str]) {
        self.give(Input::RemovePlayers(RemovePlayers {
            game_session_arn: session.into(),
            player_ids: players.iter().map(|&it| it.into()).collect(),
        }));
    }

    /// The match of this ticket gets its session.
    fn placed(&mut self, ticket: &str, session: &str) {
        self.give(Input::CompletePlacement(CompletePlacement {
            of: PlacementOf::Ticket(ticket.into()),
            game_session_connection_info: GameSessionConnectionInfo {
                game_session_arn: Some(session.into()),
                ..Default::default()
            },
        }));
    }

    /// Passes run until there is nothing more to do now.
    fn pass(&mut self) {
        let now = Timestamp::from_millis(self.now);
        while self.engine.poll_timeout().is_some_and(|due| due <= now) {
            let _ = self.engine.handle_timeout(now).expect("time does not run backwards");
        }
    }

    /// The events since the last look: names, and tickets by id.
    fn told(&mut self) -> Vec<String> {
        let events = std::iter::from_fn(|| self.engine.poll_event());
        events
            .map(|event| {
                let tickets = event.detail.tickets().iter().map(|it| it.ticket_id().to_string());
                let tickets: Vec<String> = tickets.collect();
                let cause = match event.detail {
                    EventDetail::MatchmakingCancelled { cause, .. } => format!(" {cause:?}"),
                    _ => String::new(),
                };
                format!("{} {}{cause}", event.detail.name(), tickets.join(" "))
            })
            .collect()
    }

    fn cause(&self, ticket: &str) -> Option<StatusCause> {
        self.engine.ticket(&ticket.into()).expect("the ticket is known").status_cause
    }

    fn data(&self, session: &str) -> MatchmakerData {
        let of = rallypoint::DescribeMatch::GameSession(session.into());
        self.engine.matchmaker_data(&of).expect("the session is known")
    }
}

#[test]
fn a_player_of_each_side_of_a_proposal_starts_anew() {
    for early_rejection in [EarlyRejection::RejectersOnly, EarlyRejection::Literal] {
        let mut options = EngineOptions::default();
        options.early_rejection = early_rejection;
        let mut game = game(PAIR, asking(), options);
        game.start("a", &["ana"]);
        game.start("b", &["ben"]);
        game.pass();
        game.told();
        // Later than the request timeout, which is not enforced in a proposal.
        game.now = 6000;
        game.start("both", &["ana", "ben"]);
        let must = [
            "AcceptMatchCompleted a b",
            "MatchmakingCancelled a DuplicatePlayer",
            "MatchmakingCancelled b DuplicatePlayer",
        ];
        assert_eq!(game.told(), must, "{early_rejection:?}");
    }
}

#[test]
fn a_replaced_backfill_and_a_duplicate_leave_one_proposal() {
    let mut game = game(PAIR, asking(), EngineOptions::default());
    game.backfill("old", "session", "red", &["ana"]);
    game.start("b", &["ben"]);
    game.pass();
    game.told();
    game.now = 6000;
    game.backfill("new", "session", "red", &["ben"]);
    let must = [
        "AcceptMatchCompleted old b",
        "MatchmakingCancelled old Replaced",
        "MatchmakingCancelled b DuplicatePlayer",
    ];
    assert_eq!(game.told(), must);
}

#[test]
fn a_request_for_an_automatic_session_leaves_its_players_in_it() {
    let mut game = game(ARENA, automatic(), EngineOptions::default());
    game.start("a", &["ana", "ben"]);
    game.pass();
    game.placed("a", "session");
    game.pass();
    game.told();
    game.backfill("manual", "session", "all", &["ana"]);
    let active = game.engine.tickets().filter(|ticket| !ticket.status.is_end());
    let active: Vec<String> = active.map(|ticket| ticket.ticket_id.to_string()).collect();
    assert_eq!(active, ["manual"]);
    let data = game.data("session");
    let ids: Vec<&str> = data.teams[0].players.iter().map(|it| it.player_id.as_str()).collect();
    assert_eq!(ids, ["ana"]);
    assert!(data.auto_backfill_ticket_id.is_some(), "the session goes on filling up by itself");
}

#[test]
fn the_last_player_of_a_proposed_backfill_leaves_and_starts_anew() {
    let mut game = game(PAIR, asking(), EngineOptions::default());
    game.backfill("fill", "session", "red", &["ana"]);
    game.start("b", &["ben"]);
    game.pass();
    game.told();
    game.leave("session", &["ana"]);
    assert_eq!(game.cause("fill"), Some(StatusCause::RosterEmptied));
    let ticket = game.engine.ticket(&"fill".into()).expect("it is remembered");
    assert_eq!(ticket.players.len(), 1, "a ticket has players, be it an ended one");
    game.start("again", &["ana"]);
    assert_eq!(game.cause("fill"), Some(StatusCause::RosterEmptied));
}

#[test]
fn a_backfill_that_no_rule_allows_leaves_nothing_in_the_search() {
    const NEAR: &str = r#"{"name":"near","ruleLanguageVersion":"1.0",
        "teams":[{"name":"red","minPlayers":1,"maxPlayers":2},
                 {"name":"blue","minPlayers":1,"maxPlayers":2}],
        "rules":[{"name":"Near","type":"latency","maxLatency":60}]}"#;
    let mut game = game(NEAR, Configuration::default(), EngineOptions::default());
    let far = Player::new("ana").with_latency("east", 200);
    game.give(Input::StartMatchBackfill(StartMatchBackfill {
        ticket_id: Some("fill".into()),
        game_session_arn: Some("session".into()),
        players: vec![Player { team: Some("blue".into()), ..far }],
        ..Default::default()
    }));
    game.pass();
    game.told();
    game.give(Input::EndGameSession(EndGameSession { game_session_arn: "session".into() }));
    let players = vec![Player::new("ben").with_latency("east", 20)];
    let alone = StartMatchmaking { ticket_id: Some("b".into()), players, ..Default::default() };
    game.give(Input::StartMatchmaking(alone));
    game.pass();
    let must = ["MatchmakingCancelled fill SessionEnded", "MatchmakingSearching b"];
    assert_eq!(game.told(), must);
}

#[test]
fn a_backfill_is_matched_once_the_player_without_a_needed_attribute_has_left() {
    const SKILLED: &str = r#"{"name":"skilled","ruleLanguageVersion":"1.0",
        "playerAttributes":[{"name":"skill","type":"number"}],
        "teams":[{"name":"all","minPlayers":2,"maxPlayers":4}]}"#;
    let mut game = game(SKILLED, Configuration::default(), EngineOptions::default());
    let in_team = |player: Player| Player { team: Some("all".into()), ..player };
    game.give(Input::StartMatchBackfill(StartMatchBackfill {
        ticket_id: Some("fill".into()),
        game_session_arn: Some("session".into()),
        players: vec![
            in_team(Player::new("ana")),
            in_team(Player::new("ben").with_number("skill", 1.0)),
        ],
        ..Default::default()
    }));
    let players = vec![Player::new("cid").with_number("skill", 2.0)];
    let start = StartMatchmaking { ticket_id: Some("c".into()), players, ..Default::default() };
    game.give(Input::StartMatchmaking(start));
    game.pass();
    game.told();
    game.leave("session", &["ana"]);
    game.pass();
    assert_eq!(game.told(), ["PotentialMatchCreated fill c", "MatchmakingSucceeded fill c"]);
}

#[test]
fn a_backfill_that_goes_on_inside_a_pass_hides_nobody() {
    const ALIKE: &str = r#"{"name":"alike","ruleLanguageVersion":"1.0",
        "playerAttributes":[{"name":"skill","type":"number"}],
        "teams":[{"name":"all","minPlayers":2,"maxPlayers":4}],
        "rules":[{"name":"Alike","type":"comparison","operation":"=",
            "measurements":["flatten(teams[*].players.attributes[skill])"]}]}"#;
    let mut game = game(ALIKE, automatic(), EngineOptions::default());
    let start = |game: &mut Game, id: &str, skill: f64| {
        let players = vec![Player::new(id).with_number("skill", skill)];
        let ticket_id = Some(id.into());
        let start = StartMatchmaking { ticket_id, players, ..Default::default() };
        game.give(Input::StartMatchmaking(start));
    };
    start(&mut game, "x", 1.0);
    start(&mut game, "y", 1.0);
    game.pass();
    for (id, skill) in [("o", 10.0), ("p", 20.0), ("q", 30.0)] {
        start(&mut game, id, skill);
    }
    game.pass();
    game.placed("x", "session");
    game.pass();
    game.told();
    for (id, skill) in [("a", 1.0), ("b", 2.0), ("c", 2.0)] {
        start(&mut game, id, skill);
    }
    // The backfill takes `a`, and its session asks for one more at once.
    game.pass();
    let told = game.told();
    assert!(told.contains(&"PotentialMatchCreated b c".into()), "{told:#?}");
}

#[test]
fn a_proposed_backfill_ends_with_the_last_players_of_its_session() {
    let mut game = game(ARENA, asking(), EngineOptions::default());
    game.backfill("fill", "session", "all", &["ana", "ben"]);
    game.start("c", &["cid"]);
    game.pass();
    game.leave("session", &["ana"]);
    game.start("a", &["ana"]);
    game.leave("session", &["ben"]);
    let ticket = game.engine.ticket(&"fill".into()).expect("it is remembered");
    let players: Vec<&str> = ticket.players.iter().map(|it| it.player_id.as_str()).collect();
    assert_eq!(players, ["ben"]);
}

//! Snapshots of running sessions, of their backfills and of proposals to join them: whole ones are
//! restored to the letter, and of damaged ones the error says what is wrong.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

use rallypoint::wire::parse_input;
use rallypoint::{
    BackfillMode, Configuration, EngineOptions, FlexMatchMode, Matchmaker, NeverReason, Player,
    RuleSet, Snapshot, StartMatchmaking, TicketId, TicketStatus, Timestamp,
};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:gamelift:us-west-2::gamesession/fleet-1/1";

/// One player or more against one.
fn rule_set(attribute: &str) -> RuleSet {
    let text = json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": attribute, "type": "number"}],
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 3},
                  {"name": "b", "minPlayers": 1, "maxPlayers": 1}],
    });
    RuleSet::from_json(&text.to_string()).expect("the rule set is valid")
}

struct Fixture {
    matchmaker: Matchmaker,
    now: u64,
}

impl Fixture {
    fn new(configuration: Configuration) -> Self {
        let (options, start) = (EngineOptions::default(), Timestamp::from_millis(0));
        let matchmaker = Matchmaker::new(rule_set("skill"), configuration, options, start, 3)
            .expect("the configuration is valid");
        Self { matchmaker, now: 0 }
    }

    /// Matches that need a session, and sessions that fill up by themselves.
    fn automatic() -> Self {
        Self::new(Configuration {
            flex_match_mode: FlexMatchMode::WithQueue,
            backfill_mode: BackfillMode::Automatic,
            ..Configuration::default()
        })
    }

    fn send(&mut self, name: &str, input: &Value) {
        let input = parse_input(name, input).expect("it has the shape");
        let now = Timestamp::from_millis(self.now);
        self.matchmaker.handle_input(now, input).expect("it is good");
    }

    fn start(&mut self, ticket: &str, player: Player) {
        let ticket_id = Some(ticket.into());
        let players = vec![player.with_number("skill", 1.0).with_number("level", 1.0)];
        let request = StartMatchmaking { ticket_id, players, ..StartMatchmaking::default() };
        let now = Timestamp::from_millis(self.now);
        self.matchmaker.handle_input(now, request).expect("it is good");
    }

    /// A ticket for the session with one player in team `b`.
    fn start_backfill(&mut self) {
        let attributes = json!({"skill": {"N": 1}, "level": {"N": 1}});
        let players = json!([{"PlayerId": "p1", "Team": "b", "PlayerAttributes": attributes}]);
        let request = json!({"TicketId": "b1", "GameSessionArn": ARN, "Players": players});
        self.send("StartMatchBackfill", &request);
    }

    /// Lets every timer up to `until` fire.
    fn run(&mut self, until: u64) {
        while let Some(due) = self.matchmaker.poll_timeout().filter(|it| it.as_millis() <= until) {
            let _ = self.matchmaker.handle_timeout(due).expect("time goes on");
        }
        self.now = until;
    }

    fn status(&self, ticket: &str) -> TicketStatus {
        self.matchmaker.ticket(&TicketId::from(ticket)).expect("it is known").status
    }

    fn snapshot(&self) -> Value {
        serde_json::to_value(self.matchmaker.snapshot()).expect("it can be written")
    }

    /// Two players whose match has got a session at a place.
    fn begin_session(&mut self, location: &str) {
        self.start("t1", Player::new("p1"));
        self.start("t2", Player::new("p2"));
        self.run(1_000);
        assert_eq!(self.status("t1"), TicketStatus::Placing);
        if location == "elsewhere" {
            self.start("far", everywhere());
        }
        let sessions = json!([{"PlayerId": "p1", "PlayerSessionId": "psess-1"}, {"PlayerId": "p2", "PlayerSessionId": "psess-2"}]);
        let info =
            json!({"GameSessionArn": ARN, "Location": location, "MatchedPlayerSessions": sessions});
        let request = json!({"TicketId": "t1", "GameSessionConnectionInfo": info});
        self.send("CompletePlacement", &request);
        assert_eq!(self.status("t1"), TicketStatus::Completed);
    }
}

/// A player who reports as many locations as can be told apart.
fn everywhere() -> Player {
    (0..128).fold(Player::new("far"), |it, number| it.with_latency(&format!("l{number}"), 50))
}

fn restored(snapshot: &Value) -> Result<Matchmaker, String> {
    let snapshot: Snapshot = serde_json::from_value(snapshot.clone()).expect("it has the form");
    Matchmaker::restore(rule_set("skill"), snapshot).map_err(|error| error.to_string())
}

/// Restores the whole, and each time with one thing changed.
fn assert_named(whole: &Value, cases: &[(&str, Value, &str)]) {
    let again = restored(whole).expect("the whole is sound");
    assert_eq!(serde_json::to_value(again.snapshot()).expect("it can be written"), *whole);
    for (pointer, value, expected) in cases {
        let mut damaged = whole.clone();
        let place = damaged.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}: {whole}"));
        assert_ne!(place, value, "{pointer} is like that already");
        *place = value.clone();
        let found = restored(&damaged).expect_err(pointer);
        assert_eq!(found, format!("the snapshot is damaged: {expected}"), "{pointer}");
    }
}

#[test]
fn a_backfill_that_does_not_suit_its_session_is_named() {
    let mut fixture = Fixture::new(Configuration::default());
    fixture.start_backfill();
    fixture.run(1_000);
    let lost = "the game session of ticket 0 is not known, or has another ticket";
    assert_named(
        &fixture.snapshot(),
        &[
            ("/sessions", json!([]), lost),
            ("/active/0/backfill/session", json!("arn:another"), lost),
            (
                "/active/0/players/0/playerId",
                json!("p9"),
                "ticket 0 has not the players of its game session",
            ),
            (
                "/active/0/active/released",
                json!(["p1"]),
                "ticket 0 has not the players of its game session",
            ),
            (
                "/active/0/backfill",
                json!({"session": null, "automatic": true}),
                "ticket 0 is automatic, but for no game session",
            ),
            (
                "/active/0/active/row",
                json!("Nowhere"),
                "ticket 0 has no session that it could have no room for",
            ),
        ],
    );
}

#[test]
fn a_proposal_with_a_backfill_out_of_place_is_named() {
    let mut fixture = Fixture::new(Configuration {
        acceptance_required: true,
        acceptance_timeout_seconds: Some(10),
        ..Configuration::default()
    });
    fixture.start_backfill();
    fixture.start("t1", Player::new("p2"));
    fixture.run(1_000);
    assert_eq!(fixture.status("b1"), TicketStatus::RequiresAcceptance);
    let whole = fixture.snapshot();
    let id = whole["matches"][0]["id"].as_str().expect("a match has an id");
    assert_eq!(whole["matches"][0]["tickets"], json!([0, 1]));
    let misplaced = format!("match `{id}` has the backfill 0 where none can be");
    assert_named(&whole, &[("/matches/0/tickets", json!([1, 0]), misplaced.as_str())]);
}

#[test]
fn a_session_with_the_ticket_or_the_players_of_others_is_named() {
    let mut fixture = Fixture::automatic();
    fixture.begin_session("here");
    fixture.start("t3", Player::new("p3"));
    let whole = fixture.snapshot();
    let announced = whole["sessions"][0]["announced"].as_str().expect("it fills up");
    let own = &whole["active"][0];
    assert_eq!((&own["id"], &own["active"]["row"]), (&json!(announced), &json!("Row")));
    assert_named(
        &whole,
        &[
            ("/sessions/0/announced", json!("t1"), "the id `t1` is announced, and in use"),
            ("/sessions/0/announced", json!("t3"), "the id `t3` is announced, and in use"),
            (
                "/finished/0/placed/playerSessions",
                json!(["psess-1", "psess-2"]),
                "ticket 0 does not have a player session for each player",
            ),
        ],
    );
}

/// Of the backfill nobody can tell where it is as long as another ticket reports as many locations
/// as there can be; so it joins nobody, before a snapshot and after it.
#[test]
fn a_backfill_without_room_for_its_location_stays_nowhere() {
    let mut fixture = Fixture::automatic();
    fixture.begin_session("elsewhere");
    let whole = fixture.snapshot();
    let of = |status: &str| {
        let tickets = whole["active"].as_array().expect("some wait");
        tickets.iter().filter(|it| it["active"]["row"] == status).count()
    };
    assert_eq!((of("Nowhere"), of("Row")), (1, 1));
    assert_named(&whole, &[]);
    let mut again = Fixture { matchmaker: restored(&whole).expect("it is sound"), now: 1_000 };
    let session = fixture.matchmaker.game_sessions().next().expect("it is running");
    let backfill = session.backfill_ticket_id.expect("it fills up");
    for it in [&mut fixture, &mut again] {
        it.run(2_000);
        assert_eq!(it.status(backfill.as_str()), TicketStatus::Searching);
        assert_eq!(it.status("far"), TicketStatus::Searching);
        // Who can be anywhere joins the one who is somewhere.
        it.start("t3", Player::new("p3"));
        it.run(3_000);
        assert_eq!(it.status(backfill.as_str()), TicketStatus::Searching);
        assert_eq!(it.status("far"), TicketStatus::Placing);
        assert_eq!(it.status("t3"), TicketStatus::Placing);
    }
    assert_eq!(again.snapshot(), fixture.snapshot());
}

/// A ticket that had no row takes up its location again when the old rules return, and another has
/// none left for all of its own.
#[test]
fn a_ticket_without_room_for_its_locations_says_so() {
    let mut fixture = Fixture::new(Configuration::default());
    let now = Timestamp::from_millis(0);
    let plain = Player::new("p1").with_number("skill", 1.0).with_latency("elsewhere", 50);
    let request = StartMatchmaking {
        ticket_id: Some("t1".into()),
        players: vec![plain],
        ..StartMatchmaking::default()
    };
    fixture.matchmaker.handle_input(now, request).expect("it is good");
    fixture.matchmaker.reconfigure(now, Some(rule_set("level")), None).expect("it is good");
    fixture.start("far", everywhere());
    let why = |fixture: &Fixture| fixture.matchmaker.why_waiting(&"far".into());
    assert_eq!(why(&fixture).expect("it is known").never, []);
    fixture.matchmaker.reconfigure(now, Some(rule_set("skill")), None).expect("it is good");
    fixture.run(1_000);
    let never = why(&fixture).expect("it is known").never;
    assert_eq!(never, [NeverReason::NoRoomForLocations]);
    assert_eq!(
        never[0].to_string(),
        "waiting tickets report as many different locations as can be told apart"
    );
    assert_eq!(fixture.status("far"), TicketStatus::Searching);
    // Once the other is gone, there is room again.
    fixture.send("StopMatchmaking", &json!({"TicketId": "t1"}));
    fixture.matchmaker.reconfigure(now.max(fixture.matchmaker.now()), None, None).expect("good");
    assert_eq!(why(&fixture).expect("it is known").never, []);
}

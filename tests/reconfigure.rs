//! Another rule set or configuration while tickets wait (decision 32).
#![cfg(feature = "wire")]

use rallypoint::wire::parse_input;
use rallypoint::{
    BackfillMode, Configuration, EngineOptions, Event, FlexMatchMode, InputError, Matchmaker,
    NeverReason, RuleSet, TicketId, TicketStatus, Timestamp,
};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:gamelift:us-west-2::gamesession/fleet-1/1";

/// Two teams of `size`, and players within `distance` of each other.
fn rule_set(size: u32, distance: u32, attribute: &str, attribute_type: &str) -> RuleSet {
    let text = json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": attribute, "type": attribute_type}],
        "teams": [{"name": "a", "minPlayers": size, "maxPlayers": size},
                  {"name": "b", "minPlayers": size, "maxPlayers": size}],
        "rules": match attribute_type {
            "number" => json!([{"name": "near", "type": "distance", "maxDistance": distance,
                "measurements": [format!("max(flatten(teams[*].players.attributes[{attribute}]))")],
                "referenceValue": format!("min(flatten(teams[*].players.attributes[{attribute}]))")}]),
            _ => json!([]),
        },
    });
    RuleSet::from_json(&text.to_string()).expect("the rule set is valid")
}

struct Fixture {
    matchmaker: Matchmaker,
    now: u64,
    events: Vec<Event>,
}

impl Fixture {
    fn new(rule_set: RuleSet, configuration: Configuration, options: EngineOptions) -> Self {
        let start = Timestamp::from_millis(0);
        let matchmaker = Matchmaker::new(rule_set, configuration, options, start, 3)
            .expect("the configuration is valid");
        Self { matchmaker, now: 0, events: Vec::new() }
    }

    fn standalone(rule_set: RuleSet) -> Self {
        Self::new(rule_set, Configuration::default(), EngineOptions::default())
    }

    fn send(&mut self, name: &str, input: &Value) {
        let input = parse_input(name, input).expect("it has the shape");
        let now = Timestamp::from_millis(self.now);
        self.matchmaker.handle_input(now, input).expect("it is good");
    }

    fn start(&mut self, ticket: &str, skill: f64) {
        let attributes = json!({"skill": {"N": skill}});
        let players = json!([{"PlayerId": format!("p-{ticket}"), "PlayerAttributes": attributes}]);
        self.send("StartMatchmaking", &json!({"TicketId": ticket, "Players": players}));
    }

    fn reconfigure(
        &mut self,
        rule_set: Option<RuleSet>,
        configuration: Option<Configuration>,
    ) -> Result<(), InputError> {
        self.matchmaker.reconfigure(Timestamp::from_millis(self.now), rule_set, configuration)
    }

    /// The host has a session for the match of a ticket.
    fn placed(&mut self, ticket: &str) {
        let info = json!({"GameSessionArn": ARN});
        let request = json!({"TicketId": ticket, "GameSessionConnectionInfo": info});
        self.send("CompletePlacement", &request);
    }

    /// Lets every timer up to `until` fire.
    fn run(&mut self, until: u64) {
        while let Some(due) = self.matchmaker.poll_timeout().filter(|it| it.as_millis() <= until) {
            let _ = self.matchmaker.handle_timeout(due).expect("time goes on");
            self.events.extend(std::iter::from_fn(|| self.matchmaker.poll_event()));
        }
        self.now = until;
    }

    fn status(&self, ticket: &str) -> TicketStatus {
        self.matchmaker.ticket(&TicketId::from(ticket)).expect("it is known").status
    }

    fn names(&self) -> Vec<&str> {
        self.events.iter().map(|event| event.detail.name()).collect()
    }
}

#[test]
fn waiting_tickets_are_judged_by_the_new_rules_at_once() {
    let mut fixture = Fixture::standalone(rule_set(1, 10, "skill", "number"));
    fixture.start("t1", 10.0);
    fixture.start("t2", 50.0);
    fixture.start("t3", 500.0);
    fixture.start("t4", 501.0);
    fixture.run(1_000);
    assert_eq!(fixture.status("t1"), TicketStatus::Searching);
    assert_eq!(fixture.matchmaker.counters().rule_evaluations[0].passed_count, 1);
    fixture.reconfigure(Some(rule_set(1, 100, "skill", "number")), None).expect("it is good");
    assert_eq!(fixture.matchmaker.counters().rule_evaluations[0].passed_count, 0);
    assert_eq!(fixture.matchmaker.poll_timeout(), Some(Timestamp::from_millis(1_000)));
    fixture.run(1_000);
    assert_eq!(fixture.status("t1"), TicketStatus::Completed);
    assert_eq!(fixture.names().last(), Some(&"MatchmakingSucceeded"));
    // They have their age: the older was first.
    let ticket = fixture.matchmaker.ticket(&"t2".into()).expect("it is known");
    assert_eq!(ticket.start_time, Timestamp::from_millis(0));
}

#[test]
fn a_ticket_that_lacks_what_the_new_rules_need_stays_and_is_never_matched() {
    let mut fixture = Fixture::standalone(rule_set(2, 10, "skill", "number"));
    fixture.start("t1", 10.0);
    fixture.start("t2", 11.0);
    fixture.run(1_000);
    fixture.reconfigure(Some(rule_set(1, 10, "level", "number")), None).expect("it is good");
    fixture.run(2_000);
    let why = fixture.matchmaker.why_waiting(&"t1".into()).expect("it is known");
    let lacks =
        NeverReason::MissingAttribute { player_id: "p-t1".into(), attribute: "level".into() };
    assert_eq!(why.never, [lacks]);
    assert_eq!(fixture.status("t1"), TicketStatus::Searching);
    // A value of another type is as good as none.
    fixture.reconfigure(Some(rule_set(1, 10, "skill", "string")), None).expect("it is good");
    fixture.run(3_000);
    let why = fixture.matchmaker.why_waiting(&"t2".into()).expect("it is known");
    let other =
        NeverReason::AttributeOfOtherType { player_id: "p-t2".into(), attribute: "skill".into() };
    assert_eq!(why.never, [other]);
    assert_eq!(fixture.status("t2"), TicketStatus::Searching);
    // And back: they were only waiting.
    fixture.reconfigure(Some(rule_set(1, 10, "skill", "number")), None).expect("it is good");
    fixture.run(4_000);
    assert_eq!(fixture.status("t2"), TicketStatus::Completed);
}

#[test]
fn the_new_timeout_counts_from_the_start_but_not_into_the_past() {
    let mut fixture = Fixture::standalone(rule_set(2, 10, "skill", "number"));
    fixture.start("t1", 10.0);
    fixture.run(5_000);
    fixture.start("t2", 10.0);
    let timeout = |seconds| Configuration {
        request_timeout_seconds: seconds,
        custom_event_data: Some("new".into()),
        ..Configuration::default()
    };
    fixture.run(10_000);
    fixture.reconfigure(None, Some(timeout(7))).expect("it is good");
    fixture.run(60_000);
    let ended: Vec<_> = fixture
        .events
        .iter()
        .filter(|event| event.detail.name() == "MatchmakingTimedOut")
        .map(|event| (event.detail.tickets()[0].ticket_id().to_string(), event.time.as_millis()))
        .collect();
    assert_eq!(ended, [("t1".to_owned(), 10_000), ("t2".to_owned(), 12_000)]);
    let data = fixture.events.last().and_then(|event| event.custom_event_data.clone());
    assert_eq!(data.as_deref(), Some("new"));
}

#[test]
fn what_cannot_run_is_refused_and_nothing_changes() {
    let mut fixture = Fixture::standalone(rule_set(1, 10, "skill", "number"));
    fixture.start("t1", 10.0);
    let before = fixture.matchmaker.snapshot();
    let other_name = Configuration { name: "other".into(), ..Configuration::default() };
    let no_time = Configuration { request_timeout_seconds: 0, ..Configuration::default() };
    let cases = [
        (
            None,
            Some(other_name),
            "`Configuration.Name` is `other`, but must stay `default`; another configuration needs a matchmaker of its own",
        ),
        (
            None,
            Some(no_time.clone()),
            "`Configuration`: RequestTimeoutSeconds is 0, but must be 1 to 43200",
        ),
        (
            Some(rule_set(2, 1, "skill", "number")),
            Some(no_time),
            "`Configuration`: RequestTimeoutSeconds is 0, but must be 1 to 43200",
        ),
    ];
    for (rule_set, configuration, message) in cases {
        let error = fixture.reconfigure(rule_set, configuration).expect_err(message);
        assert_eq!(error, InputError::InvalidRequest { message: message.into() });
        assert_eq!(fixture.matchmaker.snapshot(), before);
    }
}

#[test]
fn tickets_go_on_under_another_strategy() {
    let mut fixture = Fixture::standalone(rule_set(20, 1, "skill", "number"));
    for number in 0..44 {
        fixture.start(&format!("t{number}"), f64::from(number) * 20.0);
    }
    fixture.run(0);
    assert_eq!(fixture.status("t0"), TicketStatus::Searching);
    let balanced = RuleSet::from_json(
        r#"{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{"name": "skill", "type": "number"}],
            "algorithm": {"strategy": "balanced", "batchingPreference": "largestPopulation",
                          "balancedAttribute": "skill"},
            "teams": [{"name": "a", "minPlayers": 21, "maxPlayers": 30},
                      {"name": "b", "minPlayers": 21, "maxPlayers": 30}]}"#,
    );
    let balanced = balanced.expect("the rule set is valid");
    fixture.reconfigure(Some(balanced), None).expect("it is good");
    fixture.run(0);
    for number in 0..44 {
        assert_eq!(fixture.status(&format!("t{number}")), TicketStatus::Completed, "t{number}");
    }
}

#[test]
fn a_pass_that_is_under_way_is_given_up() {
    let mut options = EngineOptions::default();
    options.nodes_per_slice = 1;
    let rules = rule_set(1, 10, "skill", "number");
    let mut fixture = Fixture::new(rules, Configuration::default(), options);
    for number in 0..6 {
        fixture.start(&format!("t{number}"), f64::from(number) * 20.0);
    }
    let now = Timestamp::from_millis(0);
    let report = fixture.matchmaker.handle_timeout(now).expect("time stands");
    assert!(report.unfinished);
    fixture.reconfigure(Some(rule_set(1, 20, "skill", "number")), None).expect("it is good");
    fixture.run(0);
    for number in 0..6 {
        assert_eq!(fixture.status(&format!("t{number}")), TicketStatus::Completed, "t{number}");
    }
}

/// With game sessions, which the game or the matchmaker fills up.
fn automatic(mode: BackfillMode) -> Configuration {
    Configuration {
        flex_match_mode: FlexMatchMode::WithQueue,
        backfill_mode: mode,
        ..Configuration::default()
    }
}

fn small_teams() -> RuleSet {
    let text = r#"{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}],
        "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 3},
                  {"name": "b", "minPlayers": 1, "maxPlayers": 1}]}"#;
    RuleSet::from_json(text).expect("the rule set is valid")
}

#[test]
fn matches_go_on_as_they_began() {
    let options = EngineOptions::default();
    let mut fixture = Fixture::new(small_teams(), automatic(BackfillMode::Automatic), options);
    fixture.start("t1", 1.0);
    fixture.start("t2", 1.0);
    fixture.run(1_000);
    assert_eq!(fixture.status("t1"), TicketStatus::Placing);
    // The match was made under AUTOMATIC, and has announced its ticket; no new one is made.
    fixture.reconfigure(None, Some(automatic(BackfillMode::Manual))).expect("it is good");
    fixture.placed("t1");
    assert_eq!(fixture.status("t1"), TicketStatus::Completed);
    let session = fixture.matchmaker.game_sessions().next().expect("it is running");
    assert_eq!(session.backfill_ticket_id, None);
}

#[test]
fn an_automatic_ticket_goes_on_until_it_ends() {
    let options = EngineOptions::default();
    let mut fixture = Fixture::new(small_teams(), automatic(BackfillMode::Automatic), options);
    fixture.start("t1", 1.0);
    fixture.start("t2", 1.0);
    fixture.run(1_000);
    fixture.placed("t1");
    let backfill = |fixture: &Fixture| {
        let session = fixture.matchmaker.game_sessions().next().expect("it is running");
        session.backfill_ticket_id
    };
    let ticket = backfill(&fixture).expect("the session has open places");
    fixture.reconfigure(None, Some(automatic(BackfillMode::Automatic))).expect("it is good");
    assert_eq!(backfill(&fixture), Some(ticket.clone()), "it has one already");
    fixture.reconfigure(None, Some(automatic(BackfillMode::Manual))).expect("it is good");
    assert_eq!(backfill(&fixture), Some(ticket.clone()));
    fixture.start("t3", 1.0);
    fixture.run(2_000);
    assert_eq!(fixture.status("t3"), TicketStatus::Completed);
    assert_eq!(fixture.status(ticket.as_str()), TicketStatus::Completed);
    // One place is still open.
    assert_eq!(backfill(&fixture), None);
}

/// A full session has no ticket, but would get one as soon as a player leaves.
#[test]
fn a_session_without_a_ticket_ends_its_filling_up_with_the_mode() {
    let ticket_after = |modes: &[BackfillMode]| {
        let options = EngineOptions::default();
        let mut fixture = Fixture::new(small_teams(), automatic(BackfillMode::Automatic), options);
        let attributes = json!({"skill": {"N": 1}});
        let player = |id: &str| json!({"PlayerId": id, "PlayerAttributes": attributes});
        let players = json!([player("a1"), player("a2"), player("a3")]);
        fixture.send("StartMatchmaking", &json!({"TicketId": "t1", "Players": players}));
        fixture.start("t2", 1.0);
        fixture.run(1_000);
        let info = json!({"GameSessionArn": ARN});
        let request = json!({"TicketId": "t1", "GameSessionConnectionInfo": info});
        fixture.send("CompletePlacement", &request);
        let backfill = |fixture: &Fixture| {
            let session = fixture.matchmaker.game_sessions().next().expect("it is running");
            session.backfill_ticket_id
        };
        assert_eq!(backfill(&fixture), None, "all places are taken");
        for &mode in modes {
            fixture.reconfigure(None, Some(automatic(mode))).expect("it is good");
        }
        fixture.send("RemovePlayers", &json!({"GameSessionArn": ARN, "PlayerIds": ["a1"]}));
        backfill(&fixture)
    };
    assert!(ticket_after(&[]).is_some());
    assert!(ticket_after(&[BackfillMode::Automatic]).is_some());
    assert_eq!(ticket_after(&[BackfillMode::Manual]), None);
    assert_eq!(ticket_after(&[BackfillMode::Manual, BackfillMode::Automatic]), None);
}

#[test]
fn a_roster_in_a_team_that_is_gone_waits_without_hope() {
    let mut fixture = Fixture::standalone(small_teams());
    let attributes = json!({"skill": {"N": 1}});
    let players = json!([{"PlayerId": "p1", "Team": "b", "PlayerAttributes": attributes}]);
    fixture.send("StartMatchBackfill", &json!({"TicketId": "b1", "Players": players}));
    fixture.run(1_000);
    let text = small_teams().text().replace("\"b\"", "\"c\"");
    let without = RuleSet::from_json(&text).expect("the rule set is valid");
    fixture.reconfigure(Some(without), None).expect("it is good");
    fixture.start("t1", 1.0);
    fixture.run(2_000);
    let why = fixture.matchmaker.why_waiting(&"b1".into()).expect("it is known");
    assert_eq!(why.never, [NeverReason::UnknownTeam { player_id: "p1".into() }]);
    assert_eq!(fixture.status("b1"), TicketStatus::Searching);
    fixture.reconfigure(Some(small_teams()), None).expect("it is good");
    fixture.run(3_000);
    assert_eq!(fixture.status("b1"), TicketStatus::Completed);
}

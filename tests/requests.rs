//! Bad requests are refused with the member and the limit, and nothing is stored.
#![cfg(feature = "wire")]

use rallypoint::wire::parse_input;
use rallypoint::{
    CompletePlacement, Configuration, EngineOptions, FailPlacement, GameSessionConnectionInfo,
    Input, InputError, Matchmaker, PlacementFailure, PlacementOf, Player, Response, RuleSet,
    StartMatchmaking, TicketId, TicketStatus, Timestamp,
};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_000);

fn matchmaker() -> Matchmaker {
    let rule_set = RuleSet::from_json(
        r#"{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{"name": "skill", "type": "number", "default": 10},
                                 {"name": "role", "type": "string", "default": "any"}],
            "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 10},
                      {"name": "blue", "minPlayers": 1, "maxPlayers": 10}]}"#,
    );
    let rule_set = rule_set.expect("the rule set is valid");
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    Matchmaker::new(rule_set, configuration, options, NOW, 1).expect("the configuration is valid")
}

/// Sends a request as JSON.
fn send(matchmaker: &mut Matchmaker, request: &Value) -> Result<Response, InputError> {
    matchmaker.handle_input(NOW, parse_input("StartMatchmaking", request)?)
}

/// Sends a bad request and says how it was refused, having checked that nothing is stored.
fn refused(request: &Value) -> (String, String) {
    let mut matchmaker = matchmaker();
    let error = send(&mut matchmaker, request).expect_err("the request is bad");
    let report = matchmaker.handle_timeout(NOW).expect("time stands");
    assert_eq!((report.anchors, matchmaker.poll_event()), (0, None), "{request}");
    assert_eq!(matchmaker.poll_timeout(), None, "{request}");
    let describe = json!({"TicketIds": [request["TicketId"]]});
    // An id that cannot be asked for cannot be there either.
    if let Ok(known) = matchmaker
        .handle_input(NOW, parse_input("DescribeMatchmaking", &describe).expect("it has a shape"))
    {
        assert_eq!(known, Response::DescribeMatchmaking(Vec::new()), "{request}");
    }
    // The same players and the same id are free for a good request.
    let good = json!({"TicketId": "t1", "Players": [{"PlayerId": "p0"}]});
    assert!(send(&mut matchmaker, &good).is_ok(), "{request}");
    (error.exception().to_owned(), error.to_string())
}

fn players(count: usize) -> Value {
    (0..count).map(|number| json!({"PlayerId": format!("p{number}")})).collect()
}

fn attributes(count: usize) -> Value {
    let pairs = (0..count).map(|number| (format!("a{number}"), json!({"N": 1})));
    Value::Object(pairs.collect())
}

#[test]
fn each_bad_ticket_is_refused_with_its_member_and_its_limit() {
    let with_player = |player: Value| json!({"TicketId": "t1", "Players": [player]});
    let with_attributes =
        |attributes: Value| with_player(json!({"PlayerId": "p0", "PlayerAttributes": attributes}));
    let long = |length: usize| "x".repeat(length);
    let cases = [
        (with_attributes(json!({"skill": {"S": "high"}})), "skill", "number"),
        (with_attributes(json!({"skill": {"S": "high", "N": 1}})), "skill", "one of"),
        (with_attributes(json!({"skill": {}})), "skill", "one of"),
        (with_attributes(json!({"skill": 10})), "skill", "object"),
        (with_attributes(json!({"skill": {"N": "10"}})), "skill", "number"),
        (with_attributes(json!({"role": {"S": ""}})), "role", "1 to 100"),
        (with_attributes(json!({"role": {"S": long(101)}})), "role", "1 to 100"),
        (with_attributes(json!({"x": {"SL": [long(101)]}})), "x.SL[0]", "1 to 100"),
        (with_attributes(json!({"x": {"SL": vec!["a"; 101]}})), "x.SL", "100"),
        (with_attributes(json!({"x": {"SDM": attributes_as_numbers(11)}})), "x.SDM", "10"),
        (with_attributes(attributes(11)), "Players[0].PlayerAttributes", "10"),
        (json!({"TicketId": "t1"}), "Players", ""),
        (json!({"TicketId": "t1", "Players": []}), "Players", "1 to 10"),
        (json!({"TicketId": "t1", "Players": players(11)}), "Players", "1 to 10"),
        (json!({"TicketId": "t1", "Players": "p0"}), "Players", "list"),
        (json!({"TicketId": "", "Players": players(1)}), "TicketId", "1 to 128"),
        (json!({"TicketId": long(129), "Players": players(1)}), "TicketId", "1 to 128"),
        (json!({"TicketId": "a_b", "Players": players(1)}), "TicketId", "letters, digits"),
        (with_player(json!({})), "Players[0]", "PlayerId"),
        (with_player(json!({"PlayerId": ""})), "Players[0].PlayerId", "1 to 1024"),
        (with_player(json!({"PlayerId": long(1025)})), "Players[0].PlayerId", "1 to 1024"),
        (with_player(json!({"PlayerId": "p0", "Team": "red"})), "Players[0].Team", "left out"),
        (with_player(json!({"PlayerId": "p0", "Teem": "red"})), "Teem", "Team"),
        (latency(json!(0)), "Players[0].LatencyInMs.here", "1 to 2147483647"),
        (latency(json!(-5)), "Players[0].LatencyInMs.here", "1 to 2147483647"),
        (latency(json!(1.5)), "Players[0].LatencyInMs.here", "1 to 2147483647"),
        (latency(json!(3_000_000_000_u64)), "Players[0].LatencyInMs.here", "1 to 2147483647"),
        (
            json!({"TicketId": "t1", "Players": [{"PlayerId": "p0"}, {"PlayerId": "p0"}]}),
            "Players[1].PlayerId",
            "twice",
        ),
    ];
    for (request, member, limit) in cases {
        let (exception, message) = refused(&request);
        assert_eq!(exception, "InvalidRequestException", "{request}");
        assert!(message.contains(member) && message.contains(limit), "{request}: {message}");
    }
}

fn attributes_as_numbers(count: usize) -> Value {
    Value::Object((0..count).map(|number| (format!("a{number}"), json!(1))).collect())
}

fn latency(millis: Value) -> Value {
    json!({"TicketId": "t1", "Players": [{"PlayerId": "p0", "LatencyInMs": {"here": millis}}]})
}

#[test]
fn a_configuration_of_another_name_is_not_found() {
    let request = json!({"TicketId": "t1", "ConfigurationName": "other", "Players": players(1)});
    let (exception, message) = refused(&request);
    assert_eq!(exception, "NotFoundException");
    assert!(message.contains("`other`") && message.contains("`default`"), "{message}");
}

#[test]
fn a_known_ticket_id_is_refused_while_it_is_known() {
    let mut matchmaker = matchmaker();
    let request = |player: &str| json!({"TicketId": "t1", "Players": [{"PlayerId": player}]});
    assert!(send(&mut matchmaker, &request("p1")).is_ok());
    let again = send(&mut matchmaker, &request("p2")).expect_err("the id is taken");
    assert_eq!(again.exception(), "InvalidRequestException");
    assert!(again.to_string().contains("`t1`"), "{again}");
}

#[test]
fn placements_need_a_queue() {
    let mut matchmaker = matchmaker();
    let request = json!({
        "PlacementId": "p1", "GameSessionQueueName": "q", "MaximumPlayerSessionCount": 2,
    });
    let now = matchmaker.now();
    let input = parse_input("StartGameSessionPlacement", &request).expect("it is well formed");
    let error = matchmaker.handle_input(now, input).expect_err("there is no queue");
    assert_eq!(error.exception(), "NotFoundException");
    assert_eq!(error.to_string(), "there is no game session queue `q`");
}

/// What JSON cannot ask for is refused all the same.
#[test]
fn a_caller_without_json_is_held_to_the_same_limits() {
    let configuration = Configuration { additional_player_count: 201, ..Configuration::default() };
    let rules = matchmaker().rule_set().clone();
    let made = Matchmaker::new(rules, configuration, EngineOptions::default(), NOW, 1);
    let error = made.map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(error, Err("AdditionalPlayerCount is 201, but must be 0 to 200".into()));

    let of = || PlacementOf::Ticket("nobody".into());
    let complete = |port| CompletePlacement {
        of: of(),
        game_session_connection_info: GameSessionConnectionInfo {
            game_session_arn: Some("arn:s".into()),
            port: Some(port),
            ..GameSessionConnectionInfo::default()
        },
    };
    let mut matchmaker = matchmaker();
    let mut refused = |input: Input| {
        let error = matchmaker.handle_input(NOW, input).expect_err("it is refused");
        (error.exception(), error.to_string())
    };
    let (exception, message) = refused(complete(0).into());
    assert_eq!(exception, "InvalidRequestException");
    assert!(message.ends_with("Port` is 0, but must be 1 to 65535"), "{message}");
    for input in
        [complete(1).into(), FailPlacement { of: of(), reason: PlacementFailure::Failed }.into()]
    {
        let (exception, message) = refused(input);
        assert_eq!(exception, "NotFoundException");
        assert!(message.contains("`nobody`"), "{message}");
    }
}

#[test]
fn limits_of_the_engine_lose_nothing() {
    let mut options = EngineOptions::default();
    options.active_tickets_max = 1;
    let rules = matchmaker().rule_set().clone();
    let mut matchmaker = Matchmaker::new(rules, Configuration::default(), options, NOW, 1)
        .expect("the configuration is valid");
    let request = |id: &str| json!({"TicketId": id, "Players": [{"PlayerId": id}]});
    assert!(send(&mut matchmaker, &request("t1")).is_ok());
    let error = send(&mut matchmaker, &request("t2")).expect_err("the limit is one");
    assert_eq!(error.exception(), "LimitExceededException");
    assert!(matchmaker.ticket(&TicketId::from("t1")).is_some());
    assert!(matchmaker.ticket(&TicketId::from("t2")).is_none());

    let early = matchmaker.handle_timeout(Timestamp::from_millis(999));
    let expected = InputError::TimeWentBackwards { now: Timestamp::from_millis(999), last: NOW };
    assert_eq!(early, Err(expected));
}

#[test]
fn locations_have_a_limit_and_are_given_back() {
    let mut matchmaker = matchmaker();
    let request = |id: usize, from: usize, to: usize| {
        let latency: serde_json::Map<String, Value> =
            (from..to).map(|it| (format!("location-{it:03}"), json!(20))).collect();
        let player = json!({"PlayerId": format!("p{id}"), "LatencyInMs": latency});
        json!({"TicketId": format!("t{id}"), "Players": [player]})
    };
    assert!(send(&mut matchmaker, &request(1, 0, 128)).is_ok());
    let error = send(&mut matchmaker, &request(2, 127, 129)).expect_err("129 locations");
    assert_eq!(error.exception(), "LimitExceededException");
    assert!(error.to_string().contains("128"), "{error}");
    assert!(send(&mut matchmaker, &request(3, 100, 128)).is_ok());
    let stop = parse_input("StopMatchmaking", &json!({"TicketId": "t1"})).expect("it is good");
    assert_eq!(matchmaker.handle_input(NOW, stop), Ok(Response::StopMatchmaking));
    assert!(send(&mut matchmaker, &request(4, 200, 300)).is_ok());
}

/// A player with reports from some of the numbered locations.
fn reporting(id: &str, locations: std::ops::Range<usize>) -> Value {
    let latency: serde_json::Map<String, Value> =
        locations.map(|it| (format!("location-{it:03}"), json!(20))).collect();
    json!({"PlayerId": id, "LatencyInMs": latency})
}

#[test]
fn a_ticket_may_take_the_locations_of_those_that_it_replaces() {
    let mut matchmaker = matchmaker();
    let mut start = |id: &str, players: &[Value]| {
        let answer = send(&mut matchmaker, &json!({"TicketId": id, "Players": players}));
        let status = |id: &str| matchmaker.ticket(&TicketId::from(id)).map(|it| it.status);
        (answer.map(|_| ()), status("t1"), status("t2"))
    };
    let (queued, cancelled) = (Some(TicketStatus::Queued), Some(TicketStatus::Cancelled));
    assert_eq!(start("t1", &[reporting("p1", 0..100)]), (Ok(()), queued, None));
    assert_eq!(start("t2", &[reporting("p2", 90..128)]), (Ok(()), queued, queued));
    // Ten locations are reported by both, so that ninety are given back.
    let (answer, first, second) = start("t3", &[reporting("p1", 200..291)]);
    assert_eq!(answer.map_err(|it| it.exception()), Err("LimitExceededException"));
    assert_eq!((first, second), (queued, queued));
    assert_eq!(start("t3", &[reporting("p1", 200..290)]), (Ok(()), cancelled, queued));
    // Those of two tickets together, some of which the new one goes on reporting.
    let both = [reporting("p1", 285..300), reporting("p2", 300..413)];
    assert_eq!(start("t4", &both), (Ok(()), cancelled, cancelled));
    assert_eq!(start("t5", &[reporting("p5", 285..413)]).0, Ok(()));
    assert!(start("t6", &[reporting("p6", 284..285)]).0.is_err());
}

#[test]
fn a_backfill_may_take_the_locations_of_the_one_that_it_replaces() {
    let mut matchmaker = matchmaker();
    let mut start = |id: &str, mut player: Value| {
        player["Team"] = json!("red");
        let arn = "arn:aws:gamelift:local::gamesession/g1";
        let request = json!({"TicketId": id, "GameSessionArn": arn, "Players": [player]});
        let input = parse_input("StartMatchBackfill", &request).expect("it has a shape");
        let answer = matchmaker.handle_input(NOW, input).map(|_| ());
        let status = matchmaker.ticket(&TicketId::from("b1")).map(|it| it.status);
        (answer.map_err(|it| it.exception()), status)
    };
    let (queued, cancelled) = (Some(TicketStatus::Queued), Some(TicketStatus::Cancelled));
    assert_eq!(start("b1", reporting("p1", 0..100)), (Ok(()), queued));
    let refused = start("b2", reporting("p1", 100..229));
    assert_eq!(refused, (Err("InvalidRequestException"), queued), "129 of one player");
    assert_eq!(start("b2", reporting("p2", 100..228)), (Ok(()), cancelled));
}

/// The engine's own ids come from the seed, so a caller may have one of them already.
#[test]
fn an_id_that_the_engine_makes_is_not_one_that_is_taken() {
    let start = |matchmaker: &mut Matchmaker, id: Option<&TicketId>, player: &str| {
        let request = StartMatchmaking {
            ticket_id: id.cloned(),
            players: vec![Player::new(player)],
            ..StartMatchmaking::default()
        };
        match matchmaker.handle_input(NOW, request) {
            Ok(Response::StartMatchmaking(ticket)) => ticket.ticket_id,
            other => panic!("{player}: {other:?}"),
        }
    };
    let mut free = matchmaker();
    let made = ["p1", "p2"].map(|player| start(&mut free, None, player));
    let mut taken = matchmaker();
    assert_eq!(start(&mut taken, Some(&made[0]), "p1"), made[0]);
    assert_eq!(start(&mut taken, None, "p2"), made[1], "the first is passed over");
}

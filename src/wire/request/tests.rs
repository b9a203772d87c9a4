//! The forms of requests, one by one and by property.

use super::player::LATENCY_MAX;
use super::*;
use crate::{
    AcceptMatch, AcceptanceType, AttributeValue, BackfillMode, CompileOptions, CompletePlacement,
    Configuration, DescribeGameSessionPlacement, DescribeMatch, DescribeMatchmaking,
    DesiredPlayerSession, EndGameSession, FailPlacement, FlexMatchMode, GameSessionConnectionInfo,
    GameSessionQueue, GameSessionRefused, GameSessionStarted, MatchId, MatchedPlayerSession,
    PartyAggregation, PlacementFailure, PlacementFallbackStrategy, PlacementOf, Player,
    PlayerGatewayStatus, PlayerId, PlayerLatency, PlayerLatencyPolicy, PriorityConfiguration,
    PriorityConfigurationOverride, PriorityKind, QueueDestination, Reconfigure, Refusal,
    RemovePlayers, RuleSet, StartGameSessionPlacement, StartMatchBackfill, StartMatchmaking,
    StopGameSessionPlacement, StopMatchmaking, TicketId,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::json;

fn refusal(operation: &str, input: &Value) -> String {
    match parse_input(operation, input) {
        Err(InputError::InvalidRequest { message }) => message,
        other => format!("not refused: {other:?}"),
    }
}

#[test]
fn a_full_request_is_read() {
    let input = json!({
        "TicketId": "t1", "ConfigurationName": null,
        "Players": [{
            "PlayerId": "p1", "Team": "red",
            "PlayerAttributes": {
                "skill": {"N": 12}, "mode": {"S": "ctf"}, "maps": {"SL": ["a", "a"]},
                "roles": {"SDM": {"tank": 0.5}},
            },
            "LatencyInMs": {"us-east-1": 50.0, "eu-west-1": 2147483647},
        }],
    });
    let roles = [("tank".to_owned(), 0.5)].into();
    let mut player = Player::new("p1")
        .with_number("skill", 12.0)
        .with_string("mode", "ctf")
        .with_strings("maps", &["a", "a"])
        .with("roles", AttributeValue::StringNumberMap(roles))
        .with_latency("us-east-1", 50)
        .with_latency("eu-west-1", 2_147_483_647);
    player.team = Some("red".into());
    let expected = StartMatchmaking {
        ticket_id: Some("t1".into()),
        configuration_name: None,
        players: vec![player],
    };
    assert_eq!(parse_input("StartMatchmaking", &input), Ok(Input::StartMatchmaking(expected)));
}

#[test]
fn each_refusal_names_the_member_and_the_limit() {
    let latency = |value: Value| json!({"Players": [{"PlayerId": "a"}, {"PlayerId": "b", "LatencyInMs": {"us-east-1": value}}]});
    let skill = |value: Value| json!({"Players": [{"PlayerId": "a", "PlayerAttributes": {"skill": value}}]});
    let latency_must = "but must be a whole number from 1 to 2147483647";
    for (input, message) in [
        (json!([]), "`StartMatchmaking` must be an object, not a list".into()),
        (json!({}), "`Players` is required".into()),
        (json!({"Players": null}), "`Players` is required".into()),
        (json!({"Players": {}}), "`Players` must be a list, not an object".into()),
        (json!({"Players": [7]}), "`Players[0]` must be an object, not a number".into()),
        (json!({"Players": [{}]}), "`Players[0].PlayerId` is required".into()),
        (json!({"TicketId": 1, "Players": []}), "`TicketId` must be a string, not a number".into()),
        (json!({"Player": []}), "unknown member `Player` of StartMatchmaking; did you mean `Players`?".into()),
        (json!({"Players": [{"PlayerID": "a"}]}), "unknown member `PlayerID` of Players[0]; did you mean `PlayerId`?".into()),
        (json!({"Players": [{"PlayerId": "a", "Colour": 1}]}), "unknown member `Colour` of Players[0]".into()),
        (latency(json!(0)), format!("`Players[1].LatencyInMs.us-east-1` is 0, {latency_must}")),
        (latency(json!(-5)), format!("`Players[1].LatencyInMs.us-east-1` is -5, {latency_must}")),
        (latency(json!(1.5)), format!("`Players[1].LatencyInMs.us-east-1` is 1.5, {latency_must}")),
        (latency(json!(2_147_483_648_u32)), format!("`Players[1].LatencyInMs.us-east-1` is 2147483648, {latency_must}")),
        (latency(json!(null)), "`Players[1].LatencyInMs.us-east-1` must be a whole number from 1 to 2147483647, not null".into()),
        (skill(json!(5)), "`Players[0].PlayerAttributes.skill` must be an object, not a number".into()),
        (skill(json!({})), "`Players[0].PlayerAttributes.skill` must have exactly one of S, N, SL, SDM, but has 0".into()),
        (skill(json!({"S": "a", "N": 1})), "`Players[0].PlayerAttributes.skill` must have exactly one of S, N, SL, SDM, but has 2".into()),
        (skill(json!({"n": 1})), "unknown member `n` of Players[0].PlayerAttributes.skill; did you mean `N`?".into()),
        (skill(json!({"N": "5"})), "`Players[0].PlayerAttributes.skill.N` must be a number, not a string".into()),
        (skill(json!({"SL": ["a", 1]})), "`Players[0].PlayerAttributes.skill.SL[1]` must be a string, not a number".into()),
        (skill(json!({"SDM": {"k": true}})), "`Players[0].PlayerAttributes.skill.SDM.k` must be a number, not a boolean".into()),
    ] {
        assert_eq!(refusal("StartMatchmaking", &input), message, "{input}");
    }
}

#[test]
fn other_operations_are_read_or_refused() {
    let stop = StopMatchmaking { ticket_id: "t1".into() };
    assert_eq!(
        parse_input("StopMatchmaking", &json!({"TicketId": "t1"})),
        Ok(Input::StopMatchmaking(stop))
    );
    assert_eq!(refusal("StopMatchmaking", &json!({})), "`TicketId` is required");
    assert_eq!(
        refusal("DescribeMatchmaking", &json!({"TicketIds": ["a", 2]})),
        "`TicketIds[1]` must be a string, not a number"
    );
    assert_eq!(refusal("GameSessionStarted", &json!({})), "`PlacementId` is required");
    assert_eq!(
        refusal("StopMatchmakin", &json!({})),
        "unknown operation `StopMatchmakin`; did you mean `StopMatchmaking`?"
    );
    assert_eq!(refusal("Dance", &json!({})), "unknown operation `Dance`");
}

#[test]
fn what_is_said_about_matches_and_sessions_is_read() {
    let session = || "arn:aws:gamelift:local::gamesession/g1".to_owned();
    let connection = json!({
        "GameSessionArn": session(), "IpAddress": "10.0.0.1", "DnsName": "g1.example.com",
        "Port": 7777, "PlayerGatewayStatus": "ENABLED", "ComputeName": "i-1",
        "Location": "us-east-1",
        "MatchedPlayerSessions": [{"PlayerId": "p1", "PlayerSessionId": "psess-1"}],
    });
    let cases = [
        (
            "StartMatchBackfill",
            json!({
                "TicketId": "b1", "GameSessionArn": session(), "ConfigurationName": "duel",
                "Players": [{"PlayerId": "p1", "Team": "red"}],
            }),
            Input::StartMatchBackfill(StartMatchBackfill {
                ticket_id: Some("b1".into()),
                configuration_name: Some("duel".into()),
                game_session_arn: Some(session()),
                players: vec![Player { team: Some("red".into()), ..Player::new("p1") }],
            }),
        ),
        (
            "AcceptMatch",
            json!({"TicketId": "t1", "PlayerIds": ["p1", "p2"], "AcceptanceType": "REJECT"}),
            Input::AcceptMatch(AcceptMatch {
                ticket_id: "t1".into(),
                player_ids: vec!["p1".into(), "p2".into()],
                acceptance_type: AcceptanceType::Reject,
            }),
        ),
        (
            "DescribeMatch",
            json!({"MatchId": "m1"}),
            Input::DescribeMatch(DescribeMatch::Match("m1".into())),
        ),
        (
            "DescribeMatch",
            json!({"GameSessionArn": session()}),
            Input::DescribeMatch(DescribeMatch::GameSession(session())),
        ),
        (
            "CompletePlacement",
            json!({"TicketId": "t1", "GameSessionConnectionInfo": connection}),
            Input::CompletePlacement(CompletePlacement {
                of: PlacementOf::Ticket("t1".into()),
                game_session_connection_info: GameSessionConnectionInfo {
                    game_session_arn: Some(session()),
                    ip_address: Some("10.0.0.1".into()),
                    dns_name: Some("g1.example.com".into()),
                    port: Some(7777),
                    matched_player_sessions: vec![MatchedPlayerSession {
                        player_id: "p1".into(),
                        player_session_id: "psess-1".into(),
                    }],
                    player_gateway_status: Some(PlayerGatewayStatus::Enabled),
                    compute_name: Some("i-1".into()),
                    location: Some("us-east-1".into()),
                },
            }),
        ),
        (
            "FailPlacement",
            json!({"MatchId": "m1", "Reason": "TIMED_OUT"}),
            Input::FailPlacement(FailPlacement {
                of: PlacementOf::Match("m1".into()),
                reason: PlacementFailure::TimedOut,
            }),
        ),
        (
            "EndGameSession",
            json!({"GameSessionArn": session()}),
            Input::EndGameSession(EndGameSession { game_session_arn: session() }),
        ),
        (
            "RemovePlayers",
            json!({"GameSessionArn": session(), "PlayerIds": ["p1"]}),
            Input::RemovePlayers(RemovePlayers {
                game_session_arn: session(),
                player_ids: vec!["p1".into()],
            }),
        ),
    ];
    for (operation, json, input) in cases {
        assert_eq!(parse_input(operation, &json).as_ref(), Ok(&input));
        assert_eq!(operation_name(&input), operation);
        assert_eq!(input_to_json(&input), json);
    }
}

#[test]
fn what_is_wrong_about_matches_and_sessions_is_named() {
    let complete = |info: Value| json!({"MatchId": "m1", "GameSessionConnectionInfo": info});
    for (operation, input, message) in [
        ("AcceptMatch", json!({"TicketId": "t1"}), "`PlayerIds` is required"),
        (
            "AcceptMatch",
            json!({"TicketId": "t1", "PlayerIds": ["p1"], "AcceptanceType": "ACEPT"}),
            "`AcceptanceType` is `ACEPT`, but must be one of ACCEPT, REJECT; did you mean \
             `ACCEPT`?",
        ),
        (
            "DescribeMatch",
            json!({}),
            "DescribeMatch needs `MatchId` or `GameSessionArn`, and has none",
        ),
        (
            "FailPlacement",
            json!({"TicketId": "t1", "MatchId": "m1", "Reason": "FAILED"}),
            "FailPlacement needs `TicketId` or `MatchId`, not both",
        ),
        (
            "FailPlacement",
            json!({"TicketId": "t1", "Reason": "BROKEN"}),
            "`Reason` is `BROKEN`, but must be one of TIMED_OUT, FAILED, CANCELLED",
        ),
        ("CompletePlacement", json!({"MatchId": "m1"}), "`GameSessionConnectionInfo` is required"),
        (
            "CompletePlacement",
            complete(json!({"Port": 65_536})),
            "`GameSessionConnectionInfo.Port` is 65536, but must be a whole number from 1 to 65535",
        ),
        (
            "CompletePlacement",
            complete(json!({"MatchedPlayerSessions": [{"PlayerId": "p1"}]})),
            "`GameSessionConnectionInfo.MatchedPlayerSessions[0].PlayerSessionId` is required",
        ),
        (
            "CompletePlacement",
            complete(json!({"DNSName": "x"})),
            "unknown member `DNSName` of GameSessionConnectionInfo; did you mean `DnsName`?",
        ),
        ("RemovePlayers", json!({"GameSessionArn": "g1"}), "`PlayerIds` is required"),
        (
            "StartMatchBackfill",
            json!({"Players": [{"PlayerId": "p1", "Teem": "red"}]}),
            "unknown member `Teem` of Players[0]; did you mean `Team`?",
        ),
    ] {
        assert_eq!(refusal(operation, &input), message, "{input}");
    }
}

/// A rule set as printed by `serde_json`, one with spaces, and one with a comment.
const RULE_SETS: [&str; 3] = [
    r#"{"ruleLanguageVersion":"1.0","teams":[{"maxPlayers":1,"minPlayers":1,"name":"red"}]}"#,
    r#"{"teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 2}],
        "ruleLanguageVersion": "1.0"}"#,
    r#"{"ruleLanguageVersion": "1.0", // four may play
        "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 4}]}"#,
];

#[test]
fn a_rule_set_is_an_object_or_its_text_and_stays_to_the_letter() {
    let [printed, spaced, commented] = RULE_SETS;
    let read = |json: &Value| match parse_input("Reconfigure", json) {
        Ok(Input::Reconfigure(reconfigure)) => {
            let rule_set = reconfigure.rule_set.clone();
            (rule_set.map(|rule_set| rule_set.text().to_owned()), *reconfigure)
        }
        other => panic!("not read: {other:?}"),
    };
    let object: Value = serde_json::from_str(printed).expect("it is JSON");
    for (text, form) in
        [(printed, object.clone()), (spaced, json!(spaced)), (commented, json!(commented))]
    {
        let json = json!({ "RuleSet": form });
        let (found, reconfigure) = read(&json);
        assert_eq!(found.as_deref(), Some(text));
        assert_eq!(input_to_json(&Input::Reconfigure(Box::new(reconfigure))), json);
    }
    let (found, _) = read(&json!({ "RuleSet": printed }));
    assert_eq!(found.as_deref(), Some(printed), "an object may be given as text, too");

    let (_, nothing) = read(&json!({}));
    assert_eq!(nothing, Reconfigure { rule_set: None, configuration: None });
    let json = json!({"RuleSet": object, "PartyAggregation": "collapse"});
    let (_, collapsed) = read(&json);
    let parties = collapsed.rule_set.as_ref().map(|it| it.options().party_aggregation);
    assert_eq!(parties, Some(PartyAggregation::Collapse));
    assert_eq!(input_to_json(&Input::Reconfigure(Box::new(collapsed))), json);
}

#[test]
fn a_bad_rule_set_is_refused_with_its_first_error() {
    for (input, message) in [
        (
            json!({"RuleSet": RULE_SETS[1].replace("1.0", "2.0")}),
            "`RuleSet` does not compile: 2:32: ",
        ),
        (json!({"RuleSet": {}}), "`RuleSet` does not compile: 1:1: a rule set needs "),
        (
            json!({"RuleSet": 5}),
            "`RuleSet` must be an object or a string with its text, not a number",
        ),
        (
            json!({"PartyAggregation": "collapse"}),
            "`PartyAggregation` is for the compiler of `RuleSet`, which is absent",
        ),
        (
            json!({"Configuration": {"Nme": "d"}}),
            "unknown member `Nme` of Configuration; did you mean `Name`?",
        ),
    ] {
        let found = refusal("Reconfigure", &input);
        assert!(found.starts_with(message), "{found}");
    }
}

fn attribute_value() -> impl Strategy<Value = AttributeValue> {
    let finite = any::<f64>().prop_filter("JSON has no such number", |n| n.is_finite());
    prop_oneof![
        any::<String>().prop_map(AttributeValue::String),
        finite.clone().prop_map(AttributeValue::Number),
        vec(any::<String>(), 0..4).prop_map(AttributeValue::StringList),
        btree_map(any::<String>(), finite, 0..4).prop_map(AttributeValue::StringNumberMap),
    ]
}

fn any_player() -> impl Strategy<Value = Player> {
    (
        any::<String>(),
        btree_map(any::<String>(), attribute_value(), 0..4),
        option::of(any::<String>()),
        btree_map(any::<String>(), 1..=LATENCY_MAX, 0..4),
    )
        .prop_map(|(id, attributes, team, latency_in_ms)| Player {
            player_id: id.into(),
            attributes,
            team,
            latency_in_ms,
        })
}

fn any_ids() -> impl Strategy<Value = Vec<PlayerId>> {
    vec(any::<String>().prop_map(PlayerId::from), 0..4)
}

fn any_placement() -> impl Strategy<Value = PlacementOf> {
    prop_oneof![
        any::<String>().prop_map(|id| PlacementOf::Ticket(TicketId::from(id))),
        any::<String>().prop_map(|id| PlacementOf::Match(MatchId::from(id))),
    ]
}

fn any_connection() -> impl Strategy<Value = GameSessionConnectionInfo> {
    let text = || option::of(any::<String>());
    let session = (any::<String>(), any::<String>()).prop_map(|(player, id)| {
        MatchedPlayerSession { player_id: player.into(), player_session_id: id.into() }
    });
    let gateway = prop_oneof![
        Just(None),
        Just(Some(PlayerGatewayStatus::Enabled)),
        Just(Some(PlayerGatewayStatus::Disabled)),
    ];
    let texts = (text(), text(), text(), text(), text());
    (texts, option::of(1..=u16::MAX), vec(session, 0..4), gateway).prop_map(
        |((arn, ip, dns, compute, location), port, sessions, gateway)| GameSessionConnectionInfo {
            game_session_arn: arn,
            ip_address: ip,
            dns_name: dns,
            port,
            matched_player_sessions: sessions,
            player_gateway_status: gateway,
            compute_name: compute,
            location,
        },
    )
}

fn any_reconfigure() -> impl Strategy<Value = Reconfigure> {
    let rule_set = (0..RULE_SETS.len(), any::<bool>()).prop_map(|(index, collapse)| {
        let parties = if collapse { PartyAggregation::Collapse } else { PartyAggregation::Exact };
        let options = CompileOptions::default().party_aggregation(parties);
        RuleSet::compile(RULE_SETS[index], options).expect("the rule set is valid")
    });
    (option::of(rule_set), option::of(any_configuration()))
        .prop_map(|(rule_set, configuration)| Reconfigure { rule_set, configuration })
}

/// Any configuration without what is not read yet.
pub(in crate::wire) fn any_configuration() -> impl Strategy<Value = Configuration> {
    let text = || option::of(any::<String>());
    let pairs = || vec((any::<String>(), any::<String>()), 0..4);
    (
        (any::<String>(), text(), text(), text(), text()),
        (1..=43_200_u32, any::<bool>(), option::of(1..=600_u32), 0..=200_u32),
        (any::<bool>(), any::<bool>(), pairs(), pairs()),
        option::of((any::<String>(), any::<u32>(), vec(any::<String>(), 1..4), 0.0..9e9)),
    )
        .prop_map(
            |(
                (name, custom, description, data, target),
                limits,
                (queue, auto, properties, tags),
                with_queue,
            )| {
                let (timeout, required, acceptance, additional) = limits;
                Configuration {
                    name,
                    request_timeout_seconds: timeout,
                    acceptance_required: required,
                    acceptance_timeout_seconds: acceptance,
                    additional_player_count: additional,
                    custom_event_data: custom,
                    flex_match_mode: match queue {
                        true => FlexMatchMode::WithQueue,
                        false => FlexMatchMode::Standalone,
                    },
                    backfill_mode: match auto {
                        true => BackfillMode::Automatic,
                        false => BackfillMode::Manual,
                    },
                    description,
                    game_session_queue_arns: Vec::new(),
                    game_properties: properties,
                    game_session_data: data,
                    notification_target: target,
                    tags,
                    queue: with_queue.map(any_queue),
                }
            },
        )
}

/// A queue of some texts, as bad as they come.
fn any_queue((name, number, texts, cost): (String, u32, Vec<String>, f64)) -> GameSessionQueue {
    let policy = |policy_duration_seconds| PlayerLatencyPolicy {
        maximum_individual_player_latency_milliseconds: number,
        policy_duration_seconds,
    };
    let kinds = [PriorityKind::Cost, PriorityKind::Location, PriorityKind::Latency];
    GameSessionQueue {
        timeout_in_seconds: number,
        player_latency_policies: vec![policy(None), policy(Some(number))],
        destinations: texts
            .iter()
            .map(|arn| QueueDestination::new(arn.as_str()).with_location(arn.as_str(), cost))
            .collect(),
        allowed_locations: texts.get(1..).unwrap_or_default().to_vec(),
        priority_configuration: PriorityConfiguration {
            priority_order: kinds.into_iter().take(texts.len() - 1).collect(),
            location_order: texts.get(2..).unwrap_or_default().to_vec(),
        },
        custom_event_data: texts.get(2).cloned(),
        ..GameSessionQueue::new(name)
    }
}

fn any_start_placement() -> impl Strategy<Value = Input> {
    let ids = (any::<String>(), any::<String>(), 0..=i32::MAX as u32);
    let texts = (option::of(any::<String>()), option::of(any::<String>()));
    let latencies = vec((any::<String>(), any::<String>(), 0.0..9e9), 0..3);
    let desired = vec((any::<String>(), option::of(any::<String>())), 0..3);
    let overrides = option::of((any::<bool>(), vec(any::<String>(), 0..3)));
    let properties = vec((any::<String>(), any::<String>()), 0..3);
    (ids, texts, latencies, desired, overrides, properties).prop_map(
        |((id, queue, count), (name, data), latencies, desired, given, game_properties)| {
            let latency = |(player, region, millis): (String, String, f64)| PlayerLatency {
                player_id: player.into(),
                region_identifier: region.into(),
                latency_in_milliseconds: millis,
            };
            let desired = desired.into_iter().map(|(player, player_data)| DesiredPlayerSession {
                player_id: player.into(),
                player_data,
            });
            Input::StartGameSessionPlacement(StartGameSessionPlacement {
                game_properties,
                game_session_name: name,
                player_latencies: latencies.into_iter().map(latency).collect(),
                desired_player_sessions: desired.collect(),
                game_session_data: data,
                priority_configuration_override: given.map(|(none, location_order)| {
                    PriorityConfigurationOverride {
                        placement_fallback_strategy: match none {
                            true => PlacementFallbackStrategy::None,
                            false => PlacementFallbackStrategy::DefaultAfterSinglePass,
                        },
                        location_order,
                    }
                }),
                ..StartGameSessionPlacement::new(id, queue, count)
            })
        },
    )
}

fn any_input() -> impl Strategy<Value = Input> {
    let id = || any::<String>();
    let text = || option::of(any::<String>());
    let players = || vec(any_player(), 0..4);
    prop_oneof![
        (text(), text(), players()).prop_map(|(ticket_id, configuration_name, players)| {
            let ticket_id = ticket_id.map(TicketId::from);
            Input::StartMatchmaking(StartMatchmaking { ticket_id, configuration_name, players })
        }),
        (text(), text(), text(), players()).prop_map(|(ticket_id, name, arn, players)| {
            Input::StartMatchBackfill(StartMatchBackfill {
                ticket_id: ticket_id.map(TicketId::from),
                configuration_name: name,
                game_session_arn: arn,
                players,
            })
        }),
        id().prop_map(|id| Input::StopMatchmaking(StopMatchmaking { ticket_id: id.into() })),
        (id(), any_ids(), any::<bool>()).prop_map(|(id, player_ids, accept)| {
            let acceptance_type =
                if accept { AcceptanceType::Accept } else { AcceptanceType::Reject };
            Input::AcceptMatch(AcceptMatch { ticket_id: id.into(), player_ids, acceptance_type })
        }),
        vec(id(), 0..4).prop_map(|ids| {
            let ticket_ids = ids.into_iter().map(TicketId::from).collect();
            Input::DescribeMatchmaking(DescribeMatchmaking { ticket_ids })
        }),
        id().prop_map(|id| Input::DescribeMatch(DescribeMatch::Match(id.into()))),
        id().prop_map(|arn| Input::DescribeMatch(DescribeMatch::GameSession(arn))),
        (any_placement(), any_connection()).prop_map(|(of, info)| {
            let game_session_connection_info = info;
            Input::CompletePlacement(CompletePlacement { of, game_session_connection_info })
        }),
        (any_placement(), 0..3_usize).prop_map(|(of, reason)| {
            let reasons =
                [PlacementFailure::TimedOut, PlacementFailure::Failed, PlacementFailure::Cancelled];
            Input::FailPlacement(FailPlacement { of, reason: reasons[reason] })
        }),
        id().prop_map(|arn| Input::EndGameSession(EndGameSession { game_session_arn: arn })),
        (id(), any_ids()).prop_map(|(game_session_arn, player_ids)| {
            Input::RemovePlayers(RemovePlayers { game_session_arn, player_ids })
        }),
        any_start_placement(),
        (id(), any::<bool>()).prop_map(|(id, stop)| {
            let placement_id = id.into();
            match stop {
                true => Input::StopGameSessionPlacement(StopGameSessionPlacement { placement_id }),
                false => Input::DescribeGameSessionPlacement(DescribeGameSessionPlacement {
                    placement_id,
                }),
            }
        }),
        (id(), option::of(1..9_u32), any_connection()).prop_map(|(id, attempt, info)| {
            Input::GameSessionStarted(GameSessionStarted {
                placement_id: id.into(),
                attempt,
                game_session_connection_info: info,
            })
        }),
        (id(), option::of(1..9_u32), 0..3_usize).prop_map(|(id, attempt, reason)| {
            let reasons = [Refusal::NoCapacity, Refusal::Error, Refusal::Fatal];
            let placement_id = id.into();
            Input::GameSessionRefused(GameSessionRefused {
                placement_id,
                attempt,
                reason: reasons[reason],
            })
        }),
        any_reconfigure().prop_map(|reconfigure| Input::Reconfigure(Box::new(reconfigure))),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zA-Z]{0,6}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("Players"),
        Just("PlayerId"),
        Just("TicketId"),
        Just("TicketIds"),
        Just("S"),
        Just("N"),
        Just("SL"),
        Just("SDM"),
        Just("PlayerAttributes"),
        Just("LatencyInMs"),
        Just("MatchId"),
        Just("GameSessionArn"),
        Just("PlayerIds"),
        Just("GameSessionConnectionInfo"),
        Just("Port"),
        Just("Configuration"),
        Just("Tags"),
        Just("Key"),
        Just("Value"),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(key.clone().prop_map(String::from), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn an_input_survives_its_json(input in any_input()) {
        let json = input_to_json(&input);
        prop_assert!(OPERATIONS.contains(&operation_name(&input)));
        prop_assert_eq!(parse_input(operation_name(&input), &json), Ok(input.clone()));
        let text = json.to_string();
        let read: Value = serde_json::from_str(&text).expect("it was just written");
        prop_assert_eq!(parse_input(operation_name(&input), &read), Ok(input));
    }

    /// Whatever is read is a value that is written and read back the same.
    #[test]
    fn any_json_is_read_or_refused(json in any_json()) {
        for operation in OPERATIONS {
            if let Ok(input) = parse_input(operation, &json) {
                prop_assert_eq!(parse_input(operation, &input_to_json(&input)), Ok(input));
            }
        }
    }
}

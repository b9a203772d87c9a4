//! Requests: the input shapes of the API's operations (facts 8.4).
//!
//! Only shapes are judged here. How long, how many and which characters is the matchmaker's
//! business, as it is for a caller that has no JSON.

use serde::Serialize;
use serde_json::Value;

use super::member::{
    Members, Place, ShapeError, Shaped, clip, did_you_mean, list, map, not_built, number, text,
    whole_u32,
};
use super::response::{PlayerForm, rendered};
use crate::{
    AttributeValue, DescribeMatchmaking, Input, InputError, Player, StartMatchmaking,
    StopMatchmaking, TicketId,
};

const START_MATCHMAKING: &str = "StartMatchmaking";
const STOP_MATCHMAKING: &str = "StopMatchmaking";
const DESCRIBE_MATCHMAKING: &str = "DescribeMatchmaking";

const BUILT: [&str; 3] = [START_MATCHMAKING, STOP_MATCHMAKING, DESCRIBE_MATCHMAKING];

/// Operations of commands.md 1.1 and decisions 28 and 33 that are refused until they are built.
const NOT_BUILT: [&str; 12] = [
    "StartMatchBackfill",
    "AcceptMatch",
    "CompletePlacement",
    "FailPlacement",
    "EndGameSession",
    "RemovePlayers",
    "StartGameSessionPlacement",
    "DescribeGameSessionPlacement",
    "StopGameSessionPlacement",
    "GameSessionStarted",
    "GameSessionRefused",
    "DescribeMatch",
];

/// `LatencyInMs` values are integers of the API, at least 1 (facts 8.4).
const LATENCY_MAX: u32 = i32::MAX as u32;

/// Reads the input of `operation`, for instance of `StartMatchmaking`, from its JSON.
///
/// A member that is `null` counts as absent; a whole number may be written `50.0`.
///
/// # Errors
/// [`InputError::InvalidRequest`] when the operation is unknown or not built yet, when a member is
/// unknown, missing or of another type, or when a latency is no whole number from 1 to
/// 2,147,483,647. The message names the member by its path. The first problem is answered.
pub fn parse_input(operation: &str, input: &Value) -> Result<Input, InputError> {
    Ok(match operation {
        START_MATCHMAKING => Input::StartMatchmaking(start_matchmaking(input)?),
        STOP_MATCHMAKING => Input::StopMatchmaking(stop_matchmaking(input)?),
        DESCRIBE_MATCHMAKING => Input::DescribeMatchmaking(describe_matchmaking(input)?),
        _ if NOT_BUILT.contains(&operation) => return Err(not_built(operation).into()),
        _ => return Err(unknown_operation(operation).into()),
    })
}

/// The operation that `input` is an input of, as [`parse_input`] takes it.
pub const fn operation_name(input: &Input) -> &'static str {
    match input {
        Input::StartMatchmaking(_) => START_MATCHMAKING,
        Input::StopMatchmaking(_) => STOP_MATCHMAKING,
        Input::DescribeMatchmaking(_) => DESCRIBE_MATCHMAKING,
        _ => "",
    }
}

/// The JSON from which [`parse_input`] reads `input` back.
///
/// JSON has no number for NaN and the infinities. An attribute that holds one, which every
/// matchmaker refuses, is written as `null` and not read back.
pub fn input_to_json(input: &Input) -> Value {
    rendered(&match input {
        Input::StartMatchmaking(start) => InputForm::Start {
            ticket_id: start.ticket_id.as_ref().map(TicketId::as_str),
            configuration_name: start.configuration_name.as_deref(),
            players: start.players.iter().map(PlayerForm::of).collect(),
        },
        Input::StopMatchmaking(stop) => InputForm::Stop { ticket_id: stop.ticket_id.as_str() },
        Input::DescribeMatchmaking(describe) => InputForm::Describe {
            ticket_ids: describe.ticket_ids.iter().map(TicketId::as_str).collect(),
        },
        _ => InputForm::Describe { ticket_ids: Vec::new() },
    })
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "PascalCase")]
enum InputForm<'i> {
    Start {
        #[serde(skip_serializing_if = "Option::is_none")]
        ticket_id: Option<&'i str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        configuration_name: Option<&'i str>,
        players: Vec<PlayerForm<'i>>,
    },
    Stop {
        ticket_id: &'i str,
    },
    Describe {
        ticket_ids: Vec<&'i str>,
    },
}

/// Whether a line of a scenario can name this operation, built or not.
pub(super) fn is_operation(name: &str) -> bool {
    operations().any(|operation| operation == name)
}

/// Every operation, those that are built first.
pub(super) fn operations() -> impl Iterator<Item = &'static str> {
    BUILT.into_iter().chain(NOT_BUILT)
}

fn unknown_operation(operation: &str) -> ShapeError {
    let hint = did_you_mean(operation, operations());
    ShapeError::new(format!("unknown operation `{}`{hint}", clip(operation)))
}

fn start_matchmaking(input: &Value) -> Shaped<StartMatchmaking> {
    let known = ["TicketId", "ConfigurationName", "Players"];
    let members = Members::of(input, Place::Root(START_MATCHMAKING), &known)?;
    Ok(StartMatchmaking {
        ticket_id: members.optional("TicketId", text)?.map(TicketId::from),
        configuration_name: members.optional("ConfigurationName", text)?.map(String::from),
        players: members.required("Players", |value, place| list(value, place, player))?,
    })
}

fn stop_matchmaking(input: &Value) -> Shaped<StopMatchmaking> {
    let members = Members::of(input, Place::Root(STOP_MATCHMAKING), &["TicketId"])?;
    Ok(StopMatchmaking { ticket_id: members.required("TicketId", text)?.into() })
}

fn describe_matchmaking(input: &Value) -> Shaped<DescribeMatchmaking> {
    let members = Members::of(input, Place::Root(DESCRIBE_MATCHMAKING), &["TicketIds"])?;
    let ids = members.required("TicketIds", |value, place| list(value, place, text))?;
    Ok(DescribeMatchmaking { ticket_ids: ids.into_iter().map(TicketId::from).collect() })
}

fn player(value: &Value, place: Place<'_>) -> Shaped<Player> {
    let known = ["PlayerId", "PlayerAttributes", "Team", "LatencyInMs"];
    let members = Members::of(value, place, &known)?;
    let attributes =
        members.optional("PlayerAttributes", |value, place| map(value, place, attribute))?;
    let latencies = members.optional("LatencyInMs", |value, place| map(value, place, latency))?;
    Ok(Player {
        player_id: members.required("PlayerId", text)?.into(),
        attributes: attributes.unwrap_or_default(),
        team: members.optional("Team", text)?.map(String::from),
        latency_in_ms: latencies.unwrap_or_default(),
    })
}

fn latency(value: &Value, place: Place<'_>) -> Shaped<u32> {
    whole_u32(value, place, 1..=LATENCY_MAX)
}

fn attribute(value: &Value, place: Place<'_>) -> Shaped<AttributeValue> {
    let strings = |value, place: Place<'_>| {
        list(value, place, |value, place| text(value, place).map(String::from))
    };
    let members = Members::of(value, place, &["S", "N", "SL", "SDM"])?;
    let given = [
        members.optional("S", text)?.map(|text| AttributeValue::String(text.into())),
        members.optional("N", number)?.map(AttributeValue::Number),
        members.optional("SL", strings)?.map(AttributeValue::StringList),
        members
            .optional("SDM", |value, place| map(value, place, number))?
            .map(AttributeValue::StringNumberMap),
    ];
    let count = given.iter().flatten().count();
    match given.into_iter().flatten().next() {
        Some(attribute) if count == 1 => Ok(attribute),
        _ => Err(ShapeError::new(format!(
            "`{place}` must have exactly one of S, N, SL, SDM, but has {count}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(
            refusal("StartMatchBackfill", &json!({})),
            "`StartMatchBackfill` is not built yet in this release"
        );
        assert_eq!(
            refusal("StopMatchmakin", &json!({})),
            "unknown operation `StopMatchmakin`; did you mean `StopMatchmaking`?"
        );
        assert_eq!(refusal("Dance", &json!({})), "unknown operation `Dance`");
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

    fn any_input() -> impl Strategy<Value = Input> {
        let start =
            (option::of(any::<String>()), option::of(any::<String>()), vec(any_player(), 0..4))
                .prop_map(|(ticket_id, configuration_name, players)| {
                    let ticket_id = ticket_id.map(TicketId::from);
                    Input::StartMatchmaking(StartMatchmaking {
                        ticket_id,
                        configuration_name,
                        players,
                    })
                });
        let stop = any::<String>()
            .prop_map(|id| Input::StopMatchmaking(StopMatchmaking { ticket_id: id.into() }));
        let describe = vec(any::<String>(), 0..4).prop_map(|ids| {
            let ticket_ids = ids.into_iter().map(TicketId::from).collect();
            Input::DescribeMatchmaking(DescribeMatchmaking { ticket_ids })
        });
        prop_oneof![start, stop, describe]
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
            prop_assert_eq!(parse_input(operation_name(&input), &json), Ok(input.clone()));
            let text = json.to_string();
            let read: Value = serde_json::from_str(&text).expect("it was just written");
            prop_assert_eq!(parse_input(operation_name(&input), &read), Ok(input));
        }

        /// Whatever is read is a value that is written and read back the same.
        #[test]
        fn any_json_is_read_or_refused(json in any_json()) {
            for operation in BUILT {
                if let Ok(input) = parse_input(operation, &json) {
                    prop_assert_eq!(parse_input(operation, &input_to_json(&input)), Ok(input));
                }
            }
        }
    }
}

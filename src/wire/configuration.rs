//! The configuration as JSON.

use serde::Serialize;
use serde_json::Value;

use super::member::{
    Members, Place, ShapeError, Shaped, boolean, named, object, string, text, whole_u32,
};
use super::queue::{QueueForm, given_twice, queue};
use super::request::PairForm;
use super::response::rendered;
use crate::{BackfillMode, Configuration, FlexMatchMode, GameSessionQueue};

/// Members of `CreateMatchmakingConfiguration` that are known.
const MEMBERS: [&str; 15] = [
    "Name",
    "Description",
    "RequestTimeoutSeconds",
    "AcceptanceTimeoutSeconds",
    "AcceptanceRequired",
    "AdditionalPlayerCount",
    "CustomEventData",
    "FlexMatchMode",
    "BackfillMode",
    "GameProperties",
    "GameSessionData",
    "NotificationTarget",
    "Tags",
    "GameSessionQueueArns",
    QUEUE,
];

/// The queue itself, which the service has elsewhere; ours.
const QUEUE: &str = "Queue";

const FLEX_MATCH_MODES: [FlexMatchMode; 2] = [FlexMatchMode::Standalone, FlexMatchMode::WithQueue];

const fn flex_match_mode_name(mode: FlexMatchMode) -> &'static str {
    match mode {
        FlexMatchMode::Standalone => "STANDALONE",
        FlexMatchMode::WithQueue => "WITH_QUEUE",
    }
}

const BACKFILL_MODES: [BackfillMode; 2] = [BackfillMode::Manual, BackfillMode::Automatic];

const fn backfill_mode_name(mode: BackfillMode) -> &'static str {
    match mode {
        BackfillMode::Manual => "MANUAL",
        BackfillMode::Automatic => "AUTOMATIC",
    }
}

/// Reads a configuration from the members of `CreateMatchmakingConfiguration` (facts 8.4).
///
/// `Queue` is ours: the queue with the members of `CreateGameSessionQueue`, in which each destination
/// may have `Locations`, a list of `{"Location", "HourlyCost"}`; with it `FlexMatchMode` is
/// WITH_QUEUE unless it says otherwise.
///
/// All members are optional; the defaults are those of [`Configuration`]. How long a text or a
/// list may be, and whether this release runs the configuration, is said by `Matchmaker::new`.
///
/// # Errors
/// [`ShapeError`] when a member is unknown, of another type, or out of its range.
pub fn configuration_from_json(value: &Value) -> Result<Configuration, ShapeError> {
    configuration(value, Place::Root("Configuration"))
}

/// The JSON from which [`configuration_from_json`] reads the configuration back, if it is one that
/// a matchmaker takes. What is absent or empty is left out.
pub fn configuration_to_json(configuration: &Configuration) -> Value {
    rendered(&ConfigurationForm::of(configuration))
}

pub(super) fn configuration(value: &Value, place: Place<'_>) -> Shaped<Configuration> {
    configuration_with(value, place, None)
}

/// The same with a queue that stands elsewhere.
pub(super) fn configuration_with(
    value: &Value,
    place: Place<'_>,
    elsewhere: Option<GameSessionQueue>,
) -> Shaped<Configuration> {
    let map = object(value, place)?;
    if map.contains_key("RuleSetName") {
        let member = Place::Member(&place, "RuleSetName");
        let message = format!("`{member}` has no use here: `RuleSet` or `RuleSetFile` says it");
        return Err(ShapeError::new(message));
    }
    let members = Members::of(value, place, &MEMBERS)?;
    let inside = members.optional(QUEUE, queue)?;
    if inside.is_some() && elsewhere.is_some() {
        return Err(given_twice(Place::Member(&place, QUEUE)));
    }
    let queue = inside.or(elsewhere);
    let default_mode = match queue {
        Some(_) => FlexMatchMode::WithQueue,
        None => FlexMatchMode::Standalone,
    };
    let default = Configuration::default();
    let whole_in = |key: &'static str, range| {
        members.optional(key, |value, place| whole_u32(value, place, range))
    };
    Ok(Configuration {
        name: members.string("Name")?.unwrap_or(default.name),
        request_timeout_seconds: whole_in(
            "RequestTimeoutSeconds",
            1..=default.request_timeout_seconds,
        )?
        .unwrap_or(default.request_timeout_seconds),
        acceptance_required: members
            .optional("AcceptanceRequired", boolean)?
            .unwrap_or(default.acceptance_required),
        acceptance_timeout_seconds: whole_in("AcceptanceTimeoutSeconds", 1..=600)?,
        additional_player_count: whole_in("AdditionalPlayerCount", 0..=200)?
            .unwrap_or(default.additional_player_count),
        custom_event_data: members.string("CustomEventData")?,
        flex_match_mode: members
            .optional("FlexMatchMode", named(&FLEX_MATCH_MODES, flex_match_mode_name))?
            .unwrap_or(default_mode),
        backfill_mode: members
            .optional("BackfillMode", named(&BACKFILL_MODES, backfill_mode_name))?
            .unwrap_or(default.backfill_mode),
        description: members.string("Description")?,
        game_session_queue_arns: members.list("GameSessionQueueArns", string)?,
        game_properties: members.list("GameProperties", key_and_value)?,
        game_session_data: members.string("GameSessionData")?,
        notification_target: members.string("NotificationTarget")?,
        tags: members.list("Tags", key_and_value)?,
        queue,
    })
}

/// A `GameProperty` or a `Tag` of the API.
pub(super) fn key_and_value(value: &Value, place: Place<'_>) -> Shaped<(String, String)> {
    let members = Members::of(value, place, &["Key", "Value"])?;
    Ok((members.required("Key", text)?.into(), members.required("Value", text)?.into()))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigurationForm<'c> {
    name: &'c str,
    request_timeout_seconds: u32,
    acceptance_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    acceptance_timeout_seconds: Option<u32>,
    additional_player_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_event_data: Option<&'c str>,
    flex_match_mode: &'static str,
    backfill_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'c str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    game_session_queue_arns: &'c [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    game_properties: Vec<PairForm<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_data: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_target: Option<&'c str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<PairForm<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<QueueForm<'c>>,
}

impl<'c> ConfigurationForm<'c> {
    fn of(configuration: &'c Configuration) -> Self {
        // every field by name: a new one is not forgotten here
        let Configuration {
            name,
            request_timeout_seconds,
            acceptance_required,
            acceptance_timeout_seconds,
            additional_player_count,
            custom_event_data,
            flex_match_mode,
            backfill_mode,
            description,
            game_session_queue_arns,
            game_properties,
            game_session_data,
            notification_target,
            tags,
            queue,
        } = configuration;
        Self {
            name,
            request_timeout_seconds: *request_timeout_seconds,
            acceptance_required: *acceptance_required,
            acceptance_timeout_seconds: *acceptance_timeout_seconds,
            additional_player_count: *additional_player_count,
            custom_event_data: custom_event_data.as_deref(),
            flex_match_mode: flex_match_mode_name(*flex_match_mode),
            backfill_mode: backfill_mode_name(*backfill_mode),
            description: description.as_deref(),
            game_session_queue_arns,
            game_properties: PairForm::all(game_properties),
            game_session_data: game_session_data.as_deref(),
            notification_target: notification_target.as_deref(),
            tags: PairForm::all(tags),
            queue: queue.as_ref().map(QueueForm::of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::request::tests::any_configuration;
    use crate::{PlayerLatencyPolicy, PriorityConfiguration, PriorityKind, QueueDestination};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn nothing_given_is_the_default() {
        assert_eq!(configuration_from_json(&json!({})), Ok(Configuration::default()));
    }

    #[test]
    fn every_member_is_read() {
        let read = configuration_from_json(&json!({
            "Name": "duel", "Description": "one against one", "RequestTimeoutSeconds": 120,
            "AcceptanceRequired": true, "AcceptanceTimeoutSeconds": 600, "CustomEventData": "x",
            "FlexMatchMode": "WITH_QUEUE", "BackfillMode": "AUTOMATIC",
            "AdditionalPlayerCount": 2, "GameSessionData": "map=ice",
            "GameProperties": [{"Key": "difficulty", "Value": "hard"}],
            "NotificationTarget": "arn:aws:sns:us-west-2:123456789012:matches",
            "Tags": [{"Key": "team", "Value": "core"}, {"Key": "empty", "Value": ""}],
            "GameSessionQueueArns": ["q"],
            "Queue": {
                "Name": "q", "TimeoutInSeconds": 60, "CustomEventData": "y",
                "Destinations": [
                    {"DestinationArn": "arn:aws:gamelift:us-west-2::fleet/fleet-1"},
                    {"DestinationArn": "f2", "Locations": [{"Location": "l", "HourlyCost": 0.5}]},
                ],
                "PlayerLatencyPolicies": [
                    {"MaximumIndividualPlayerLatencyMilliseconds": 50, "PolicyDurationSeconds": 9},
                    {"MaximumIndividualPlayerLatencyMilliseconds": 99},
                ],
                "FilterConfiguration": {"AllowedLocations": ["l", "us-west-2"]},
                "PriorityConfiguration": {
                    "PriorityOrder": ["LOCATION", "COST"], "LocationOrder": ["l"],
                },
                "NotificationTarget": "t", "Tags": [],
            },
        }));
        assert_eq!(
            read,
            Ok(Configuration {
                name: "duel".into(),
                request_timeout_seconds: 120,
                acceptance_required: true,
                acceptance_timeout_seconds: Some(600),
                custom_event_data: Some("x".into()),
                flex_match_mode: FlexMatchMode::WithQueue,
                backfill_mode: BackfillMode::Automatic,
                additional_player_count: 2,
                description: Some("one against one".into()),
                game_session_queue_arns: vec!["q".into()],
                game_properties: vec![("difficulty".into(), "hard".into())],
                game_session_data: Some("map=ice".into()),
                notification_target: Some("arn:aws:sns:us-west-2:123456789012:matches".into()),
                tags: vec![("team".into(), "core".into()), ("empty".into(), String::new())],
                queue: Some(GameSessionQueue {
                    timeout_in_seconds: 60,
                    custom_event_data: Some("y".into()),
                    destinations: vec![
                        QueueDestination::new("arn:aws:gamelift:us-west-2::fleet/fleet-1")
                            .with_location("us-west-2", 0.0),
                        QueueDestination::new("f2").with_location("l", 0.5),
                    ],
                    player_latency_policies: vec![
                        PlayerLatencyPolicy {
                            maximum_individual_player_latency_milliseconds: 50,
                            policy_duration_seconds: Some(9),
                        },
                        PlayerLatencyPolicy {
                            maximum_individual_player_latency_milliseconds: 99,
                            policy_duration_seconds: None,
                        },
                    ],
                    allowed_locations: vec!["l".into(), "us-west-2".into()],
                    priority_configuration: PriorityConfiguration {
                        priority_order: vec![PriorityKind::Location, PriorityKind::Cost],
                        location_order: vec!["l".into()],
                    },
                    ..GameSessionQueue::new("q")
                }),
            })
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (json, message) in [
            (json!({"Nam": "x"}), "unknown member `Nam` of Configuration; did you mean `Name`?"),
            (
                json!({"RequestTimeoutSeconds": 43_201}),
                "`RequestTimeoutSeconds` is 43201, but must be a whole number from 1 to 43200",
            ),
            (
                json!({"AcceptanceTimeoutSeconds": 0}),
                "`AcceptanceTimeoutSeconds` is 0, but must be a whole number from 1 to 600",
            ),
            (
                json!({"FlexMatchMode": "standalone"}),
                "`FlexMatchMode` is `standalone`, but must be one of STANDALONE, WITH_QUEUE; \
                 did you mean `STANDALONE`?",
            ),
            (
                json!({"GameSessionQueueArns": [5]}),
                "`GameSessionQueueArns[0]` must be a string, not a number",
            ),
            (
                json!({"Queue": {"Destinations": [{"DestinationArn": "fleet-1"}]}}),
                "`Queue.Destinations[0].Locations` is required: `fleet-1` names no region",
            ),
            (
                json!({"Queue": {"PriorityConfiguration": {"PriorityOrder": ["LATENCIES"]}}}),
                "`Queue.PriorityConfiguration.PriorityOrder[0]` is `LATENCIES`, but must be one of \
                 LATENCY, COST, DESTINATION, LOCATION; did you mean `LATENCY`?",
            ),
            (
                json!({"Queue": {"FilterConfiguration": {"AllowedLocations": []}}}),
                "`Queue.FilterConfiguration.AllowedLocations` has no entry; leave it out to allow \
                 all",
            ),
            (
                json!({"Queue": {"SimulatedFleet": []}}),
                "`Queue.SimulatedFleet` is for the `Queue` in the header of a scenario",
            ),
            (
                json!({"RuleSetName": "duel"}),
                "`RuleSetName` has no use here: `RuleSet` or `RuleSetFile` says it",
            ),
            (json!({"Description": 5}), "`Description` must be a string, not a number"),
            (json!({"GameProperties": [{"Key": "k"}]}), "`GameProperties[0].Value` is required"),
            (json!({"Tags": {"k": "v"}}), "`Tags` must be a list, not an object"),
        ] {
            let read = configuration_from_json(&json).map_err(|error| error.to_string());
            assert_eq!(read, Err(message.into()));
        }
    }

    #[test]
    fn what_is_not_set_is_not_written() {
        assert_eq!(
            configuration_to_json(&Configuration::default()),
            json!({
                "Name": "default", "RequestTimeoutSeconds": 43_200, "AcceptanceRequired": false,
                "AdditionalPlayerCount": 0, "FlexMatchMode": "STANDALONE",
                "BackfillMode": "MANUAL",
            })
        );
        let queues = Configuration {
            game_session_queue_arns: vec!["arn:q".into()],
            ..Configuration::default()
        };
        assert_eq!(
            configuration_to_json(&queues).get("GameSessionQueueArns"),
            Some(&json!(["arn:q"]))
        );
    }

    proptest! {
        #[test]
        fn a_configuration_survives_its_json(configuration in any_configuration()) {
            let json = configuration_to_json(&configuration);
            prop_assert_eq!(configuration_from_json(&json), Ok(configuration));
        }
    }
}

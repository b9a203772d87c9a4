//! The configuration and the engine's options as JSON.

use serde::Serialize;
use serde_json::Value;

use super::member::{
    Members, Place, ShapeError, Shaped, boolean, list, object, one_of, text, whole, whole_u32,
};
use super::queue::{QueueForm, given_twice, queue};
use super::request::PairForm;
use super::response::rendered;
use crate::{
    BackfillMode, Configuration, EarlyRejection, EngineOptions, FlexMatchMode, GameSessionQueue,
    Millis, PartyAggregation,
};

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

const FLEX_MATCH_MODES: [(&str, FlexMatchMode); 2] =
    [("STANDALONE", FlexMatchMode::Standalone), ("WITH_QUEUE", FlexMatchMode::WithQueue)];

const BACKFILL_MODES: [(&str, BackfillMode); 2] =
    [("MANUAL", BackfillMode::Manual), ("AUTOMATIC", BackfillMode::Automatic)];

const EARLY_REJECTIONS: [(&str, EarlyRejection); 2] =
    [("rejectersOnly", EarlyRejection::RejectersOnly), ("literal", EarlyRejection::Literal)];

/// The ways to judge parties.
pub(super) const PARTY_AGGREGATIONS: [(&str, PartyAggregation); 2] =
    [("exact", PartyAggregation::Exact), ("collapse", PartyAggregation::Collapse)];

/// The option that counts when the rule set is compiled.
const PARTY_AGGREGATION: &str = "partyAggregation";

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

/// Reads the engine's options: the fields of [`EngineOptions`] in camelCase. Lengths of time
/// (`passInterval`, `retention`, `placementTimeout`) are whole milliseconds.
///
/// # Errors
/// [`ShapeError`] when a member is unknown, or not in the range of its field. Also for
/// `partyAggregation`, which only a [`Scenario`](super::Scenario) may have: the engine is given a
/// rule set that is compiled already.
pub fn options_from_json(value: &Value) -> Result<EngineOptions, ShapeError> {
    let place = Place::Root("Options");
    if value.get(PARTY_AGGREGATION).is_some() {
        let member = Place::Member(&place, PARTY_AGGREGATION);
        let message = format!("`{member}` is for the compiler of the rule set, not for the engine");
        return Err(ShapeError::new(message));
    }
    options(value, place).map(|(options, _)| options)
}

/// The JSON from which [`options_from_json`] reads the options back, every one of them. A limit of
/// more than 4,294,967,295 tickets, events or sessions is not read back.
pub fn options_to_json(options: &EngineOptions) -> Value {
    rendered(&OptionsForm::of(options, None))
}

/// The options as a scenario's header has them.
pub(super) fn header_options_to_json(options: &EngineOptions, parties: PartyAggregation) -> Value {
    rendered(&OptionsForm::of(options, Some(parties)))
}

pub(super) const fn party_aggregation_name(parties: PartyAggregation) -> &'static str {
    match parties {
        PartyAggregation::Exact => "exact",
        PartyAggregation::Collapse => "collapse",
    }
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
    let texts = |value, place: Place<'_>| {
        list(value, place, |value, place| text(value, place).map(String::from))
    };
    let default = Configuration::default();
    let string =
        |key: &'static str| -> Shaped<_> { Ok(members.optional(key, text)?.map(String::from)) };
    let whole_in = |key: &'static str, range| {
        members.optional(key, |value, place| whole_u32(value, place, range))
    };
    let pairs = |key: &'static str| -> Shaped<_> {
        let pairs = members.optional(key, |value, place| list(value, place, key_and_value))?;
        Ok(pairs.unwrap_or_default())
    };
    Ok(Configuration {
        name: string("Name")?.unwrap_or(default.name),
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
        custom_event_data: string("CustomEventData")?,
        flex_match_mode: members
            .optional("FlexMatchMode", |value, place| one_of(value, place, &FLEX_MATCH_MODES))?
            .unwrap_or(default_mode),
        backfill_mode: members
            .optional("BackfillMode", |value, place| one_of(value, place, &BACKFILL_MODES))?
            .unwrap_or(default.backfill_mode),
        description: string("Description")?,
        game_session_queue_arns: members
            .optional("GameSessionQueueArns", texts)?
            .unwrap_or_default(),
        game_properties: pairs("GameProperties")?,
        game_session_data: string("GameSessionData")?,
        notification_target: string("NotificationTarget")?,
        tags: pairs("Tags")?,
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
            flex_match_mode: match flex_match_mode {
                FlexMatchMode::Standalone => "STANDALONE",
                FlexMatchMode::WithQueue => "WITH_QUEUE",
            },
            backfill_mode: match backfill_mode {
                BackfillMode::Manual => "MANUAL",
                BackfillMode::Automatic => "AUTOMATIC",
            },
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

/// The engine's options, and how the rule set is compiled.
pub(super) fn options(
    value: &Value,
    place: Place<'_>,
) -> Shaped<(EngineOptions, PartyAggregation)> {
    let known = [
        "passInterval",
        "nodesPerAnchor",
        "nodesPerSlice",
        "activeTicketsMax",
        "undrainedEventsMax",
        "retention",
        "retainedTicketsMax",
        "placementTimeout",
        "earlyRejection",
        "backfillBeforeNewMatchSeconds",
        "sessionsMax",
        "maxBatchTickets",
        "exchangeTries",
        "preferCostWithoutLatency",
        "placeInMatchLocations",
        "pendingPlacementsMax",
        "retainedPlacementsMax",
        PARTY_AGGREGATION,
    ];
    let members = Members::of(value, place, &known)?;
    let number = |key: &'static str, default: u64| -> Shaped<u64> {
        let read = |value: &Value, place: Place<'_>| whole(value, place, 0..=u64::MAX);
        Ok(members.optional(key, read)?.unwrap_or(default))
    };
    let millis = |key: &'static str, default: Millis| -> Shaped<Millis> {
        number(key, default.get()).map(Millis::new)
    };
    let small = |key: &'static str| -> Shaped<Option<u32>> {
        members.optional(key, |value, place| whole_u32(value, place, 0..=u32::MAX))
    };
    let count = |key: &'static str, default: usize| -> Shaped<usize> {
        // 32 bits on every machine, so that a scenario is good everywhere or nowhere
        Ok(small(key)?.map_or(default, |count| count as usize))
    };
    let early_rejection = members
        .optional("earlyRejection", |value, place| one_of(value, place, &EARLY_REJECTIONS))?;
    let party_aggregation = members
        .optional(PARTY_AGGREGATION, |value, place| one_of(value, place, &PARTY_AGGREGATIONS))?;
    let default = EngineOptions::default();
    let options = EngineOptions {
        pass_interval: millis("passInterval", default.pass_interval)?,
        nodes_per_anchor: number("nodesPerAnchor", default.nodes_per_anchor)?,
        nodes_per_slice: number("nodesPerSlice", default.nodes_per_slice)?,
        active_tickets_max: count("activeTicketsMax", default.active_tickets_max)?,
        undrained_events_max: count("undrainedEventsMax", default.undrained_events_max)?,
        retention: millis("retention", default.retention)?,
        retained_tickets_max: count("retainedTicketsMax", default.retained_tickets_max)?,
        placement_timeout: millis("placementTimeout", default.placement_timeout)?,
        early_rejection: early_rejection.unwrap_or(default.early_rejection),
        backfill_before_new_match_seconds: small("backfillBeforeNewMatchSeconds")?
            .unwrap_or(default.backfill_before_new_match_seconds),
        sessions_max: count("sessionsMax", default.sessions_max)?,
        max_batch_tickets: count("maxBatchTickets", default.max_batch_tickets)?,
        exchange_tries: small("exchangeTries")?.unwrap_or(default.exchange_tries),
        prefer_cost_without_latency: members
            .optional("preferCostWithoutLatency", boolean)?
            .unwrap_or(default.prefer_cost_without_latency),
        place_in_match_locations: members
            .optional("placeInMatchLocations", boolean)?
            .unwrap_or(default.place_in_match_locations),
        pending_placements_max: count("pendingPlacementsMax", default.pending_placements_max)?,
        retained_placements_max: count("retainedPlacementsMax", default.retained_placements_max)?,
    };
    Ok((options, party_aggregation.unwrap_or_default()))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionsForm {
    pass_interval: u64,
    nodes_per_anchor: u64,
    nodes_per_slice: u64,
    active_tickets_max: usize,
    undrained_events_max: usize,
    retention: u64,
    retained_tickets_max: usize,
    placement_timeout: u64,
    early_rejection: &'static str,
    backfill_before_new_match_seconds: u32,
    sessions_max: usize,
    max_batch_tickets: usize,
    exchange_tries: u32,
    prefer_cost_without_latency: bool,
    place_in_match_locations: bool,
    pending_placements_max: usize,
    retained_placements_max: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    party_aggregation: Option<&'static str>,
}

impl OptionsForm {
    fn of(options: &EngineOptions, party_aggregation: Option<PartyAggregation>) -> Self {
        let EngineOptions {
            pass_interval,
            nodes_per_anchor,
            nodes_per_slice,
            active_tickets_max,
            undrained_events_max,
            retention,
            retained_tickets_max,
            placement_timeout,
            early_rejection,
            backfill_before_new_match_seconds,
            sessions_max,
            max_batch_tickets,
            exchange_tries,
            prefer_cost_without_latency,
            place_in_match_locations,
            pending_placements_max,
            retained_placements_max,
        } = *options;
        Self {
            pass_interval: pass_interval.get(),
            nodes_per_anchor,
            nodes_per_slice,
            active_tickets_max,
            undrained_events_max,
            retention: retention.get(),
            retained_tickets_max,
            placement_timeout: placement_timeout.get(),
            early_rejection: match early_rejection {
                EarlyRejection::RejectersOnly => "rejectersOnly",
                EarlyRejection::Literal => "literal",
            },
            backfill_before_new_match_seconds,
            sessions_max,
            max_batch_tickets,
            exchange_tries,
            prefer_cost_without_latency,
            place_in_match_locations,
            pending_placements_max,
            retained_placements_max,
            party_aggregation: party_aggregation.map(party_aggregation_name),
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
        assert_eq!(options_from_json(&json!({})), Ok(EngineOptions::default()));
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
        let read = options_from_json(&json!({
            "passInterval": 1000, "nodesPerAnchor": 1, "nodesPerSlice": 2, "activeTicketsMax": 3,
            "undrainedEventsMax": 4, "retention": 5, "retainedTicketsMax": 6,
            "placementTimeout": 7, "earlyRejection": "literal",
            "backfillBeforeNewMatchSeconds": 8, "sessionsMax": 9,
            "maxBatchTickets": 10, "exchangeTries": 11,
            "preferCostWithoutLatency": true, "placeInMatchLocations": false,
            "pendingPlacementsMax": 12, "retainedPlacementsMax": 13,
        }));
        assert_eq!(
            read,
            Ok(EngineOptions {
                pass_interval: Millis::new(1000),
                nodes_per_anchor: 1,
                nodes_per_slice: 2,
                active_tickets_max: 3,
                undrained_events_max: 4,
                retention: Millis::new(5),
                retained_tickets_max: 6,
                placement_timeout: Millis::new(7),
                early_rejection: EarlyRejection::Literal,
                backfill_before_new_match_seconds: 8,
                sessions_max: 9,
                max_batch_tickets: 10,
                exchange_tries: 11,
                prefer_cost_without_latency: true,
                place_in_match_locations: false,
                pending_placements_max: 12,
                retained_placements_max: 13,
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
        for (json, message) in [
            (
                json!({"pass_interval": 1}),
                "unknown member `pass_interval` of Options; did you mean `passInterval`?",
            ),
            (
                json!({"partyAggregation": "collapse"}),
                "`partyAggregation` is for the compiler of the rule set, not for the engine",
            ),
            (
                json!({"earlyRejection": "rejectors"}),
                "`earlyRejection` is `rejectors`, but must be one of rejectersOnly, literal",
            ),
            (
                json!({"backfillBeforeNewMatchSeconds": 1.5}),
                "`backfillBeforeNewMatchSeconds` is 1.5, but must be a whole number from 0 to \
                 4294967295",
            ),
            (
                json!({"retainedTicketsMax": 4_294_967_296_u64}),
                "`retainedTicketsMax` is 4294967296, but must be a whole number from 0 to \
                 4294967295",
            ),
        ] {
            let read = options_from_json(&json).map_err(|error| error.to_string());
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

    fn any_options() -> impl Strategy<Value = EngineOptions> {
        let count = any::<u32>;
        let counts = (count(), count(), count(), count(), count(), count());
        let numbers = (any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>());
        (counts, numbers, any::<bool>()).prop_map(|(counts, numbers, literal)| EngineOptions {
            pass_interval: Millis::new(numbers.0),
            nodes_per_anchor: numbers.1,
            nodes_per_slice: numbers.2,
            active_tickets_max: counts.0 as usize,
            undrained_events_max: counts.1 as usize,
            retention: Millis::new(numbers.3),
            retained_tickets_max: counts.2 as usize,
            placement_timeout: Millis::new(numbers.4),
            early_rejection: match literal {
                true => EarlyRejection::Literal,
                false => EarlyRejection::RejectersOnly,
            },
            backfill_before_new_match_seconds: counts.3,
            sessions_max: counts.4 as usize,
            max_batch_tickets: counts.5 as usize,
            exchange_tries: counts.0,
            prefer_cost_without_latency: literal,
            place_in_match_locations: !literal,
            pending_placements_max: counts.2 as usize,
            retained_placements_max: counts.3 as usize,
        })
    }

    proptest! {
        #[test]
        fn a_configuration_survives_its_json(configuration in any_configuration()) {
            let json = configuration_to_json(&configuration);
            prop_assert_eq!(configuration_from_json(&json), Ok(configuration));
        }

        #[test]
        fn options_survive_their_json(options in any_options()) {
            let json = options_to_json(&options);
            prop_assert_eq!(options_from_json(&json), Ok(options.clone()));
            for parties in [PartyAggregation::Exact, PartyAggregation::Collapse] {
                let json = header_options_to_json(&options, parties);
                let read = super::options(&json, Place::Root("Options"));
                prop_assert_eq!(read, Ok((options.clone(), parties)));
            }
        }
    }
}

//! The configuration and the engine's options as JSON, in the header of a scenario file.

use serde_json::Value;

use super::member::{
    Members, Place, ShapeError, Shaped, boolean, not_built, object, one_of, text, whole, whole_u32,
};
use crate::{BackfillMode, Configuration, EngineOptions, FlexMatchMode, Millis, PartyAggregation};

/// Members of `CreateMatchmakingConfiguration` that are known.
const BUILT: [&str; 8] = [
    "Name",
    "Description",
    "RequestTimeoutSeconds",
    "AcceptanceTimeoutSeconds",
    "AcceptanceRequired",
    "CustomEventData",
    "FlexMatchMode",
    "BackfillMode",
];

/// Members of `CreateMatchmakingConfiguration` that matter and are not run yet.
const NOT_BUILT: [&str; 6] = [
    "GameSessionQueueArns",
    "AdditionalPlayerCount",
    "GameProperties",
    "GameSessionData",
    "NotificationTarget",
    "Tags",
];

/// Options of tickets.md 1 and 3 to 5 that are not run yet.
const OPTIONS_NOT_BUILT: [&str; 3] =
    ["placementTimeout", "earlyRejection", "backfillBeforeNewMatchSeconds"];

/// The option that counts when the rule set is compiled.
const PARTY_AGGREGATION: &str = "partyAggregation";

/// Reads a configuration from the members of `CreateMatchmakingConfiguration` (facts 8.4).
///
/// All members are optional; the defaults are those of [`Configuration`]. `Description` is checked
/// to be a string and goes no further. Whether this release runs the configuration is said by
/// `Matchmaker::new`.
///
/// # Errors
/// [`ShapeError`] when a member is unknown, of another type, out of its range, or not built yet.
pub fn configuration_from_json(value: &Value) -> Result<Configuration, ShapeError> {
    configuration(value, Place::Root("Configuration"))
}

/// Reads the engine's options: the fields of [`EngineOptions`] in camelCase. Lengths of time
/// (`passInterval`, `retention`) are whole milliseconds.
///
/// # Errors
/// [`ShapeError`] when a member is unknown, no whole number in the range of its field, or not
/// built yet. Also for `partyAggregation`, which only a [`Scenario`](super::Scenario) may have: the
/// engine is given a rule set that is compiled already.
pub fn options_from_json(value: &Value) -> Result<EngineOptions, ShapeError> {
    let place = Place::Root("Options");
    if value.get(PARTY_AGGREGATION).is_some() {
        let member = Place::Member(&place, PARTY_AGGREGATION);
        let message = format!("`{member}` is for the compiler of the rule set, not for the engine");
        return Err(ShapeError::new(message));
    }
    options(value, place).map(|(options, _)| options)
}

pub(super) fn configuration(value: &Value, place: Place<'_>) -> Shaped<Configuration> {
    let map = object(value, place)?;
    if let Some(name) = NOT_BUILT.iter().find(|&&name| map.contains_key(name)) {
        return Err(not_built(Place::Member(&place, name)));
    }
    if map.contains_key("RuleSetName") {
        let member = Place::Member(&place, "RuleSetName");
        let message = format!("`{member}` has no use here: `RuleSet` or `RuleSetFile` says it");
        return Err(ShapeError::new(message));
    }
    let members = Members::of(value, place, &BUILT)?;
    members.optional("Description", text)?;
    let default = Configuration::default();
    Ok(Configuration {
        name: members.optional("Name", text)?.map_or(default.name, String::from),
        request_timeout_seconds: members
            .optional("RequestTimeoutSeconds", |value, place| {
                whole_u32(value, place, 1..=default.request_timeout_seconds)
            })?
            .unwrap_or(default.request_timeout_seconds),
        acceptance_required: members
            .optional("AcceptanceRequired", boolean)?
            .unwrap_or(default.acceptance_required),
        acceptance_timeout_seconds: members
            .optional("AcceptanceTimeoutSeconds", |value, place| {
                whole_u32(value, place, 1..=600)
            })?,
        custom_event_data: members.optional("CustomEventData", text)?.map(String::from),
        flex_match_mode: members
            .optional("FlexMatchMode", |value, place| {
                let modes = [
                    ("STANDALONE", FlexMatchMode::Standalone),
                    ("WITH_QUEUE", FlexMatchMode::WithQueue),
                ];
                one_of(value, place, &modes)
            })?
            .unwrap_or(default.flex_match_mode),
        backfill_mode: members
            .optional("BackfillMode", |value, place| {
                let modes =
                    [("MANUAL", BackfillMode::Manual), ("AUTOMATIC", BackfillMode::Automatic)];
                one_of(value, place, &modes)
            })?
            .unwrap_or(default.backfill_mode),
        ..default
    })
}

/// The engine's options, and how the rule set is compiled.
pub(super) fn options(
    value: &Value,
    place: Place<'_>,
) -> Shaped<(EngineOptions, PartyAggregation)> {
    let map = object(value, place)?;
    if let Some(name) = OPTIONS_NOT_BUILT.iter().find(|&&name| map.contains_key(name)) {
        return Err(not_built(Place::Member(&place, name)));
    }
    let known = [
        "passInterval",
        "nodesPerAnchor",
        "nodesPerSlice",
        "activeTicketsMax",
        "undrainedEventsMax",
        "retention",
        "retainedTicketsMax",
        PARTY_AGGREGATION,
    ];
    let members = Members::of(value, place, &known)?;
    let number = |key: &'static str, default: u64| -> Shaped<u64> {
        let read = |value: &Value, place: Place<'_>| whole(value, place, 0..=u64::MAX);
        Ok(members.optional(key, read)?.unwrap_or(default))
    };
    let count = |key: &'static str, default: usize| -> Shaped<usize> {
        // 32 bits on every machine, so that a scenario is good everywhere or nowhere
        let read = |value: &Value, place: Place<'_>| whole_u32(value, place, 0..=u32::MAX);
        Ok(members.optional(key, read)?.map_or(default, |count| count as usize))
    };
    let party_aggregation = members.optional(PARTY_AGGREGATION, |value, place| {
        let ways = [("exact", PartyAggregation::Exact), ("collapse", PartyAggregation::Collapse)];
        one_of(value, place, &ways)
    })?;
    let default = EngineOptions::default();
    let options = EngineOptions {
        pass_interval: Millis::new(number("passInterval", default.pass_interval.get())?),
        nodes_per_anchor: number("nodesPerAnchor", default.nodes_per_anchor)?,
        nodes_per_slice: number("nodesPerSlice", default.nodes_per_slice)?,
        active_tickets_max: count("activeTicketsMax", default.active_tickets_max)?,
        undrained_events_max: count("undrainedEventsMax", default.undrained_events_max)?,
        retention: Millis::new(number("retention", default.retention.get())?),
        retained_tickets_max: count("retainedTicketsMax", default.retained_tickets_max)?,
        ..default
    };
    Ok((options, party_aggregation.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
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
            })
        );
        let read = options_from_json(&json!({
            "passInterval": 1000, "nodesPerAnchor": 1, "nodesPerSlice": 2, "activeTicketsMax": 3,
            "undrainedEventsMax": 4, "retention": 5, "retainedTicketsMax": 6,
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
                json!({"GameSessionQueueArns": []}),
                "`GameSessionQueueArns` is not built yet in this release",
            ),
            (
                json!({"RuleSetName": "duel"}),
                "`RuleSetName` has no use here: `RuleSet` or `RuleSetFile` says it",
            ),
            (json!({"Description": 5}), "`Description` must be a string, not a number"),
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
            (json!({"earlyRejection": 1}), "`earlyRejection` is not built yet in this release"),
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
}

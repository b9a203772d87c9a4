//! The engine's options as JSON.

use serde::Serialize;
use serde_json::Value;

use super::member::{Members, Place, ShapeError, Shaped, any_u32, boolean, named, whole};
use super::response::rendered;
use crate::{EarlyRejection, EngineOptions, Millis, PartyAggregation};

/// The option that counts when the rule set is compiled.
const PARTY_AGGREGATION: &str = "partyAggregation";

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

const EARLY_REJECTIONS: [EarlyRejection; 2] =
    [EarlyRejection::RejectersOnly, EarlyRejection::Literal];

const fn early_rejection_name(early_rejection: EarlyRejection) -> &'static str {
    match early_rejection {
        EarlyRejection::RejectersOnly => "rejectersOnly",
        EarlyRejection::Literal => "literal",
    }
}

/// Reads a way to judge parties.
pub(super) fn party_aggregation(value: &Value, place: Place<'_>) -> Shaped<PartyAggregation> {
    let ways = [PartyAggregation::Exact, PartyAggregation::Collapse];
    named(&ways, party_aggregation_name)(value, place)
}

pub(super) const fn party_aggregation_name(parties: PartyAggregation) -> &'static str {
    match parties {
        PartyAggregation::Exact => "exact",
        PartyAggregation::Collapse => "collapse",
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
    let small = |key: &'static str| members.optional(key, any_u32);
    let count = |key: &'static str, default: usize| -> Shaped<usize> {
        // 32 bits on every machine, so that a scenario is good everywhere or nowhere
        Ok(small(key)?.map_or(default, |count| count as usize))
    };
    let early_rejection =
        members.optional("earlyRejection", named(&EARLY_REJECTIONS, early_rejection_name))?;
    let party_aggregation = members.optional(PARTY_AGGREGATION, party_aggregation)?;
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
            early_rejection: early_rejection_name(early_rejection),
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
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn nothing_given_is_the_default() {
        assert_eq!(options_from_json(&json!({})), Ok(EngineOptions::default()));
    }

    #[test]
    fn every_member_is_read() {
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

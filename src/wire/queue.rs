//! A game session queue as JSON (facts 8.4), and the simulated fleet of a scenario.

use serde::Serialize;
use serde_json::Value;

use super::member::{
    Members, Place, ShapeError, Shaped, any_u32, clip, list, named, number, strings, text,
};
use crate::{
    DestinationLocation, FleetLocation, GameSessionQueue, Millis, PlayerLatencyPolicy,
    PriorityConfiguration, PriorityKind, QueueDestination,
};

/// The fleet that answers for the host in a scenario; ours.
const FLEET: &str = "SimulatedFleet";

/// Members that are read. The service sends notifications and logs: of `NotificationTarget`, `Tags`
/// and `LogConfiguration` the engine keeps nothing.
const MEMBERS: [&str; 11] = [
    "Name",
    "TimeoutInSeconds",
    "PlayerLatencyPolicies",
    "Destinations",
    "FilterConfiguration",
    "PriorityConfiguration",
    "CustomEventData",
    "NotificationTarget",
    "Tags",
    "LogConfiguration",
    FLEET,
];

const PRIORITIES: [PriorityKind; 4] =
    [PriorityKind::Latency, PriorityKind::Cost, PriorityKind::Destination, PriorityKind::Location];

/// A line of the simulated fleet.
struct FleetEntry {
    place: FleetLocation,
    hourly_cost: f64,
}

/// Reads a queue that hosts answer for.
pub(super) fn queue(value: &Value, place: Place<'_>) -> Shaped<GameSessionQueue> {
    let (queue, fleet) = queue_and_fleet(value, place)?;
    match fleet {
        None => Ok(queue),
        Some(_) => {
            let member = Place::Member(&place, FLEET);
            let message = format!("`{member}` is for the `Queue` in the header of a scenario");
            Err(ShapeError::new(message))
        }
    }
}

/// Reads a queue, and the fleet that answers for the host, if it has one.
pub(super) fn queue_and_fleet(
    value: &Value,
    place: Place<'_>,
) -> Shaped<(GameSessionQueue, Option<Vec<FleetLocation>>)> {
    let members = Members::of(value, place, &MEMBERS)?;
    let entries = members.optional(FLEET, |value, place| list(value, place, fleet_entry))?;
    let fleet = entries.as_deref().unwrap_or_default();
    let destinations = members.optional("Destinations", |value, place| {
        list(value, place, |value, place| destination(value, place, fleet))
    })?;
    let destinations = destinations.unwrap_or_else(|| destinations_of(fleet));
    if let Some(entries) = &entries {
        check_fleet(entries, &destinations, Place::Member(&place, FLEET))?;
    }
    let mut queue = GameSessionQueue::new("");
    queue.name = members.optional("Name", text)?.unwrap_or("default").into();
    if let Some(seconds) = members.optional("TimeoutInSeconds", any_u32)? {
        queue.timeout_in_seconds = seconds;
    }
    queue.player_latency_policies = members.list("PlayerLatencyPolicies", policy)?;
    queue.destinations = destinations;
    queue.allowed_locations =
        members.optional("FilterConfiguration", allowed_locations)?.unwrap_or_default();
    queue.priority_configuration =
        members.optional("PriorityConfiguration", priorities)?.unwrap_or_default();
    queue.custom_event_data = members.string("CustomEventData")?;
    let fleet = entries.map(|entries| entries.into_iter().map(|entry| entry.place).collect());
    Ok((queue, fleet))
}

fn policy(value: &Value, place: Place<'_>) -> Shaped<PlayerLatencyPolicy> {
    const CAP: &str = "MaximumIndividualPlayerLatencyMilliseconds";
    let members = Members::of(value, place, &[CAP, "PolicyDurationSeconds"])?;
    Ok(PlayerLatencyPolicy {
        maximum_individual_player_latency_milliseconds: members.required(CAP, any_u32)?,
        policy_duration_seconds: members.optional("PolicyDurationSeconds", any_u32)?,
    })
}

fn allowed_locations(value: &Value, place: Place<'_>) -> Shaped<Vec<String>> {
    let members = Members::of(value, place, &["AllowedLocations"])?;
    let read = |value: &Value, place: Place<'_>| match strings(value, place)? {
        // An empty list would mean the same as none, and look like its contrary.
        empty if empty.is_empty() => {
            Err(ShapeError::new(format!("`{place}` has no entry; leave it out to allow all")))
        }
        allowed => Ok(allowed),
    };
    Ok(members.optional("AllowedLocations", read)?.unwrap_or_default())
}

fn priorities(value: &Value, place: Place<'_>) -> Shaped<PriorityConfiguration> {
    let members = Members::of(value, place, &["PriorityOrder", "LocationOrder"])?;
    Ok(PriorityConfiguration {
        priority_order: members.list("PriorityOrder", named(&PRIORITIES, PriorityKind::as_str))?,
        location_order: members.optional("LocationOrder", strings)?.unwrap_or_default(),
    })
}

/// A destination. The service knows its locations; here they stand with it, or are those of the
/// fleet, or the region of the ARN.
fn destination(value: &Value, place: Place<'_>, fleet: &[FleetEntry]) -> Shaped<QueueDestination> {
    let members = Members::of(value, place, &["DestinationArn", "Locations"])?;
    let arn = members.required("DestinationArn", text)?;
    let given = members.optional("Locations", |value, place| list(value, place, location))?;
    let of_fleet = || locations_of(arn, fleet);
    let of_arn = || {
        let region = arn.strip_prefix("arn:")?.split(':').nth(2).filter(|it| !it.is_empty())?;
        Some(vec![DestinationLocation { location: region.into(), hourly_cost: 0.0 }])
    };
    let found = given.or_else(|| Some(of_fleet()).filter(|it| !it.is_empty())).or_else(of_arn);
    let locations = found.ok_or_else(|| {
        let member = Place::Member(&place, "Locations");
        ShapeError::new(format!("`{member}` is required: `{}` names no region", clip(arn)))
    })?;
    Ok(QueueDestination { destination_arn: arn.into(), locations })
}

fn location(value: &Value, place: Place<'_>) -> Shaped<DestinationLocation> {
    let members = Members::of(value, place, &["Location", "HourlyCost"])?;
    Ok(DestinationLocation {
        location: members.required("Location", text)?.into(),
        hourly_cost: members.optional("HourlyCost", number)?.unwrap_or(0.0),
    })
}

fn fleet_entry(value: &Value, place: Place<'_>) -> Shaped<FleetEntry> {
    let known = ["Destination", "Location", "Slots", "StartMillis", "HourlyCost"];
    let members = Members::of(value, place, &known)?;
    let start = members.optional("StartMillis", any_u32)?.unwrap_or(0);
    Ok(FleetEntry {
        place: FleetLocation {
            destination: members.required("Destination", text)?.into(),
            location: members.required("Location", text)?.into(),
            slots: members.required("Slots", any_u32)?,
            start_time: Millis::new(u64::from(start)),
        },
        hourly_cost: members.optional("HourlyCost", number)?.unwrap_or(0.0),
    })
}

fn locations_of(destination: &str, fleet: &[FleetEntry]) -> Vec<DestinationLocation> {
    let entries = fleet.iter().filter(|entry| *entry.place.destination == *destination);
    let locations = entries.map(|entry| DestinationLocation {
        location: entry.place.location.to_string(),
        hourly_cost: entry.hourly_cost,
    });
    locations.collect()
}

/// The destinations of a fleet, in the order in which it names them.
fn destinations_of(fleet: &[FleetEntry]) -> Vec<QueueDestination> {
    let mut destinations: Vec<QueueDestination> = Vec::new();
    for entry in fleet {
        let arn = &*entry.place.destination;
        if !destinations.iter().any(|known| known.destination_arn == arn) {
            let locations = locations_of(arn, fleet);
            destinations.push(QueueDestination { destination_arn: arn.into(), locations });
        }
    }
    destinations
}

/// A fleet that the queue never asks would be a slip of the hand.
fn check_fleet(
    entries: &[FleetEntry],
    destinations: &[QueueDestination],
    place: Place<'_>,
) -> Shaped<()> {
    for (position, entry) in entries.iter().enumerate() {
        let place = Place::Index(&place, position);
        let (destination, location) = (&*entry.place.destination, &*entry.place.location);
        let known = destinations.iter().find(|it| it.destination_arn == destination);
        let Some(known) = known else {
            let destination = clip(destination);
            let message = format!("`{place}`: the queue has no destination `{destination}`");
            return Err(ShapeError::new(message));
        };
        if !known.locations.iter().any(|it| it.location == location) {
            let (destination, location) = (clip(destination), clip(location));
            let message =
                format!("`{place}`: the destination `{destination}` has no location `{location}`");
            return Err(ShapeError::new(message));
        }
    }
    Ok(())
}

/// The JSON from which [`queue`] reads it back.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QueueForm<'q> {
    name: &'q str,
    timeout_in_seconds: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    player_latency_policies: Vec<PolicyForm>,
    destinations: Vec<DestinationForm<'q>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_configuration: Option<FilterForm<'q>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority_configuration: Option<PrioritiesForm<'q>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_event_data: Option<&'q str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyForm {
    maximum_individual_player_latency_milliseconds: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_duration_seconds: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DestinationForm<'q> {
    destination_arn: &'q str,
    locations: Vec<LocationForm<'q>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LocationForm<'q> {
    location: &'q str,
    hourly_cost: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FilterForm<'q> {
    allowed_locations: &'q [String],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PrioritiesForm<'q> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    priority_order: Vec<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    location_order: &'q [String],
}

impl<'q> QueueForm<'q> {
    pub(super) fn of(queue: &'q GameSessionQueue) -> Self {
        // every field by name: a new one is not forgotten here
        let GameSessionQueue {
            name,
            timeout_in_seconds,
            player_latency_policies,
            destinations,
            allowed_locations,
            priority_configuration,
            custom_event_data,
        } = queue;
        let PriorityConfiguration { priority_order, location_order } = priority_configuration;
        let is_default = priority_order.is_empty() && location_order.is_empty();
        let policies = player_latency_policies.iter().map(|policy| PolicyForm {
            maximum_individual_player_latency_milliseconds: policy
                .maximum_individual_player_latency_milliseconds,
            policy_duration_seconds: policy.policy_duration_seconds,
        });
        let location = |it: &'q DestinationLocation| LocationForm {
            location: &it.location,
            hourly_cost: it.hourly_cost,
        };
        let destinations = destinations.iter().map(|it| DestinationForm {
            destination_arn: &it.destination_arn,
            locations: it.locations.iter().map(location).collect(),
        });
        Self {
            name,
            timeout_in_seconds: *timeout_in_seconds,
            player_latency_policies: policies.collect(),
            destinations: destinations.collect(),
            filter_configuration: (!allowed_locations.is_empty())
                .then_some(FilterForm { allowed_locations }),
            priority_configuration: (!is_default).then(|| PrioritiesForm {
                priority_order: priority_order.iter().map(|kind| kind.as_str()).collect(),
                location_order,
            }),
            custom_event_data: custom_event_data.as_deref(),
        }
    }
}

/// Why a recorded scenario has no fleet.
pub(super) fn no_fleet(place: Place<'_>) -> ShapeError {
    let member = Place::Member(&place, FLEET);
    ShapeError::new(format!(
        "`{member}` has no use in a recorded scenario, whose lines have the answers of the host"
    ))
}

/// Why the queue of the configuration is refused where the header has one of its own.
pub(super) fn given_twice(place: Place<'_>) -> ShapeError {
    ShapeError::new(format!("`{place}` stands in the header, too; give the queue once"))
}

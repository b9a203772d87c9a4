//! Game session queues: the shape of the API (facts 8.4) and its constraints (facts 8.5).

use std::collections::BTreeSet;

use super::check::is_of_word;
use crate::model::limits;

/// A game session queue: where game sessions may be placed, and in which order.
///
/// The fields are those of `CreateGameSessionQueue`; what the service looks up by the ARN of a
/// destination, its locations and their costs, stands with the destination.
///
/// ```
/// # use rallypoint::*;
/// let queue = GameSessionQueue {
///     destinations: vec![QueueDestination::new("arn:aws:gamelift:eu-west-1::fleet/fleet-1")
///         .with_location("eu-west-1", 0.2)],
///     ..GameSessionQueue::new("europe")
/// };
/// let configuration = Configuration {
///     flex_match_mode: FlexMatchMode::WithQueue,
///     queue: Some(queue),
///     ..Configuration::default()
/// };
/// ```
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
pub struct GameSessionQueue {
    /// 1 to 128 letters, digits and hyphens.
    pub name: String,
    /// How long a placement may take, 10 to 600 seconds; 600 by default.
    pub timeout_in_seconds: u32,
    /// Caps on the latency of every player, each for its time, the lowest first. Up to 10; they
    /// count only for requests with latencies.
    pub player_latency_policies: Vec<PlayerLatencyPolicy>,
    /// 1 to 10 destinations, none of them twice, in the order of preference.
    pub destinations: Vec<QueueDestination>,
    /// No other location is ever taken: up to 100. Empty: all are.
    pub allowed_locations: Vec<String>,
    /// What orders the places; by default latency, cost, destination, location.
    pub priority_configuration: PriorityConfiguration,
    /// Text of up to 256 characters that every event of a placement carries.
    pub custom_event_data: Option<String>,
}

impl GameSessionQueue {
    /// A queue without destinations; it needs some.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            timeout_in_seconds: limits::QUEUE_TIMEOUT_SECONDS_MAX,
            player_latency_policies: Vec::new(),
            destinations: Vec::new(),
            allowed_locations: Vec::new(),
            priority_configuration: PriorityConfiguration::default(),
            custom_event_data: None,
        }
    }
}

/// A cap on the latency of every player, and for how long.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlayerLatencyPolicy {
    /// No player may have more at the location.
    pub maximum_individual_player_latency_milliseconds: u32,
    /// How long the cap is in force, from when the one before it ends. Absent: to the end.
    pub policy_duration_seconds: Option<u32>,
}

/// Where game sessions can run.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
pub struct QueueDestination {
    /// The ARN of a fleet or alias: 1 to 512 letters, digits, `:`, `/` and `-`.
    pub destination_arn: String,
    /// Its locations, 1 to 100, none of them twice.
    pub locations: Vec<DestinationLocation>,
}

impl QueueDestination {
    /// A destination without locations; it needs some.
    pub fn new(destination_arn: impl Into<String>) -> Self {
        Self { destination_arn: destination_arn.into(), locations: Vec::new() }
    }

    /// The same destination with one more location, and what an hour costs there.
    #[must_use]
    pub fn with_location(mut self, location: impl Into<String>, hourly_cost: f64) -> Self {
        self.locations.push(DestinationLocation { location: location.into(), hourly_cost });
        self
    }
}

/// A location of a destination.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
pub struct DestinationLocation {
    /// 1 to 64 letters, digits and hyphens.
    pub location: String,
    /// What an hour costs, in whatever unit; not negative.
    pub hourly_cost: f64,
}

/// What orders the places of a queue.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PriorityConfiguration {
    /// The first counts most; each at most once. Those that are missing follow in the default
    /// order.
    pub priority_order: Vec<PriorityKind>,
    /// How LOCATION orders: these first, up to 100, none of them twice; all others after them.
    /// Empty: by name.
    pub location_order: Vec<String>,
}

/// By what places are ordered.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PriorityKind {
    /// The mean latency of the players, the lowest first.
    Latency,
    /// The cost of an hour, the lowest first.
    Cost,
    /// The order of the destinations.
    Destination,
    /// The order of the locations.
    Location,
}

impl PriorityKind {
    /// The default order.
    pub(crate) const ALL: [Self; 4] =
        [Self::Latency, Self::Cost, Self::Destination, Self::Location];

    /// The name in the API, for instance `LATENCY`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Latency => "LATENCY",
            Self::Cost => "COST",
            Self::Destination => "DESTINATION",
            Self::Location => "LOCATION",
        }
    }
}

/// What is wrong with a queue: the member by its path, and the problem with the limit.
pub(crate) type QueueProblem = (String, String);

type Checked = Result<(), QueueProblem>;

fn wrong(member: impl Into<String>, problem: impl Into<String>) -> Checked {
    Err((member.into(), problem.into()))
}

/// The constraints of the service (facts 8.4 and 8.5), and that the queue leads anywhere.
pub(crate) fn check(queue: &GameSessionQueue) -> Checked {
    word("Name", &queue.name, 128)?;
    let (found, least, most) = (
        queue.timeout_in_seconds,
        limits::QUEUE_TIMEOUT_SECONDS_MIN,
        limits::QUEUE_TIMEOUT_SECONDS_MAX,
    );
    if !(least..=most).contains(&found) {
        return wrong("TimeoutInSeconds", format!("is {found}, but must be {least} to {most}"));
    }
    if let Some(data) = &queue.custom_event_data {
        let found = data.chars().count();
        if found > 256 {
            let problem = format!("has {found} characters, but may have at most 256");
            return wrong("CustomEventData", problem);
        }
    }
    count(
        "PlayerLatencyPolicies",
        queue.player_latency_policies.len(),
        0,
        limits::LATENCY_POLICIES_MAX,
    )?;
    destinations(queue)?;
    let allowed = "FilterConfiguration.AllowedLocations";
    locations(allowed, &queue.allowed_locations)?;
    let priorities = &queue.priority_configuration;
    for (position, kind) in priorities.priority_order.iter().enumerate() {
        if priorities.priority_order.iter().take(position).any(|it| it == kind) {
            let member = format!("PriorityConfiguration.PriorityOrder[{position}]");
            return wrong(member, format!("is `{}` for the second time", kind.as_str()));
        }
    }
    locations("PriorityConfiguration.LocationOrder", &priorities.location_order)?;
    let all = queue.destinations.iter().flat_map(|it| &it.locations);
    let is_allowed = |it: &DestinationLocation| queue.allowed_locations.contains(&it.location);
    match queue.allowed_locations.is_empty() || all.into_iter().any(is_allowed) {
        true => Ok(()),
        false => wrong(allowed, "has no location of any destination"),
    }
}

fn destinations(queue: &GameSessionQueue) -> Checked {
    count("Destinations", queue.destinations.len(), 1, limits::QUEUE_DESTINATIONS_MAX)?;
    let mut arns = BTreeSet::new();
    for (position, destination) in queue.destinations.iter().enumerate() {
        let at = format!("Destinations[{position}]");
        let arn = &destination.destination_arn;
        let member = format!("{at}.DestinationArn");
        let found = arn.chars().count();
        if !(1..=512).contains(&found) {
            let problem = format!("has {found} characters, but must have 1 to 512");
            return wrong(member, problem);
        }
        let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, ':' | '/' | '-');
        if let Some(bad) = arn.chars().find(|&it| !allowed(it)) {
            let bad = bad.escape_debug();
            let problem =
                format!("holds `{bad}`, but may hold only letters, digits, `:`, `/` and `-`");
            return wrong(member, problem);
        }
        if !arns.insert(arn) {
            return wrong(member, "is that of an earlier destination, too");
        }
        let member = format!("{at}.Locations");
        count(&member, destination.locations.len(), 1, limits::QUEUE_LOCATIONS_MAX)?;
        let mut names = BTreeSet::new();
        for (position, it) in destination.locations.iter().enumerate() {
            let member = format!("{member}[{position}]");
            word(&format!("{member}.Location"), &it.location, limits::QUEUE_LOCATION_CHARS_MAX)?;
            if !names.insert(&it.location) {
                return wrong(member, format!("is `{}` for the second time", it.location));
            }
            if !(it.hourly_cost >= 0.0 && it.hourly_cost.is_finite()) {
                let problem = format!("is {}, but must be at least 0", it.hourly_cost);
                return wrong(format!("{member}.HourlyCost"), problem);
            }
        }
    }
    Ok(())
}

/// Up to 100 names of locations, none of them twice.
fn locations(member: &str, locations: &[String]) -> Checked {
    count(member, locations.len(), 0, limits::QUEUE_LOCATIONS_MAX)?;
    let mut names = BTreeSet::new();
    for (position, location) in locations.iter().enumerate() {
        let member = format!("{member}[{position}]");
        word(&member, location, limits::QUEUE_LOCATION_CHARS_MAX)?;
        if !names.insert(location) {
            return wrong(member, format!("is `{location}` for the second time"));
        }
    }
    Ok(())
}

fn count(member: &str, found: usize, min: usize, max: usize) -> Checked {
    match (min..=max).contains(&found) {
        true => Ok(()),
        false => wrong(member, format!("has {found} entries, but must have {min} to {max}")),
    }
}

/// Letters, digits and hyphens.
fn word(member: &str, text: &str, max: usize) -> Checked {
    let found = text.chars().count();
    if !(1..=max).contains(&found) {
        return wrong(member, format!("has {found} characters, but must have 1 to {max}"));
    }
    match text.chars().find(|&it| !is_of_word(it)) {
        Some(bad) => {
            let bad = bad.escape_debug();
            wrong(member, format!("holds `{bad}`, but may hold only letters, digits and `-`"))
        }
        None => Ok(()),
    }
}

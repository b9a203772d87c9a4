//! The constraints of the API on placement requests (facts 8.3 and 8.4).

use std::collections::BTreeSet;
use std::fmt::Display;

use crate::base::shown::shown;
use crate::model::limits;
use crate::model::placement::StartGameSessionPlacement;
use crate::model::ticket::PlacementId;

/// Why a request is refused; it has changed nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum PlacementError {
    /// It breaks a constraint.
    Invalid(String),
    /// It names what is not there.
    NotFound(String),
    /// So many placements are pending already.
    LimitExceeded(String),
}

pub(super) type Checked<T = ()> = Result<T, PlacementError>;

pub(super) fn refuse<T>(message: impl Into<String>) -> Checked<T> {
    Err(PlacementError::Invalid(message.into()))
}

/// 1 to 48 letters, digits and hyphens.
pub(super) fn placement_id(id: &PlacementId) -> Checked {
    chars("PlacementId", id.as_str(), 1, limits::PLACEMENT_ID_CHARS_MAX)?;
    word("PlacementId", id.as_str())
}

/// The name of the queue that a request means: a name, or what ends an ARN.
pub(super) fn queue_name(name: &str) -> Checked<&str> {
    const MEMBER: &str = "GameSessionQueueName";
    chars(MEMBER, name, 1, limits::QUEUE_NAME_CHARS_MAX)?;
    let arn = name.strip_prefix("arn:").and_then(|it| it.rsplit_once(":gamesessionqueue/"));
    let named = arn.map_or(name, |(_, named)| named);
    match named.chars().find(|&it| !is_of_word(it)) {
        Some(bad) => refuse(format!(
            "`{MEMBER}` holds `{}`, but may hold only letters, digits and `-`, or be an ARN that ends in `:gamesessionqueue/` and a name",
            bad.escape_debug()
        )),
        None => Ok(named),
    }
}

/// Everything about a request that needs no look at its queue.
pub(super) fn start(request: &StartGameSessionPlacement) -> Checked {
    count("GameProperties", request.game_properties.len(), 0, limits::GAME_PROPERTIES_MAX)?;
    for (position, (key, value)) in request.game_properties.iter().enumerate() {
        let (key_max, value_max) =
            (limits::GAME_PROPERTY_KEY_CHARS_MAX, limits::GAME_PROPERTY_VALUE_CHARS_MAX);
        chars(format_args!("GameProperties[{position}].Key"), key, 0, key_max)?;
        chars(format_args!("GameProperties[{position}].Value"), value, 0, value_max)?;
    }
    if let Some(name) = &request.game_session_name {
        chars("GameSessionName", name, 1, 1024)?;
    }
    if let Some(data) = &request.game_session_data {
        chars("GameSessionData", data, 1, limits::SESSION_DATA_CHARS_MAX)?;
    }
    player_latencies(request)?;
    desired_sessions(request)?;
    let Some(given) = &request.priority_configuration_override else { return Ok(()) };
    const MEMBER: &str = "PriorityConfigurationOverride";
    if !request.player_latencies.is_empty() {
        return refuse(format!("`{MEMBER}` and `PlayerLatencies` cannot both be given"));
    }
    let member = format!("{MEMBER}.LocationOrder");
    count(&member, given.location_order.len(), 1, limits::OVERRIDE_LOCATIONS_MAX)?;
    for (position, location) in given.location_order.iter().enumerate() {
        let member = format!("{member}[{position}]");
        chars(&member, location, 1, limits::QUEUE_LOCATION_CHARS_MAX)?;
        word(&member, location)?;
        if given.location_order.iter().take(position).any(|it| it == location) {
            return refuse(format!("`{member}` is `{location}` for the second time"));
        }
    }
    Ok(())
}

fn player_latencies(request: &StartGameSessionPlacement) -> Checked {
    let reports = &request.player_latencies;
    count("PlayerLatencies", reports.len(), 0, limits::PLAYER_LATENCIES_MAX)?;
    let mut seen = BTreeSet::new();
    for (position, report) in reports.iter().enumerate() {
        let at = format_args!("PlayerLatencies[{position}]");
        let (player, region) = (report.player_id.as_str(), &*report.region_identifier);
        chars(format_args!("{at}.PlayerId"), player, 1, limits::PLAYER_ID_CHARS_MAX)?;
        chars(format_args!("{at}.RegionIdentifier"), region, 1, limits::LOCATION_CHARS_MAX)?;
        let found = report.latency_in_milliseconds;
        if !(found.is_finite() && found >= 0.0) {
            return refuse(format!(
                "`{at}.LatencyInMilliseconds` is {found}, but must be at least 0"
            ));
        }
        if !seen.insert((player, region)) {
            return refuse(format!(
                "`{at}`: the player `{}` has two latencies for `{}`",
                shown(player),
                shown(region)
            ));
        }
    }
    Ok(())
}

fn desired_sessions(request: &StartGameSessionPlacement) -> Checked {
    const MEMBER: &str = "DesiredPlayerSessions";
    let desired = &request.desired_player_sessions;
    count(MEMBER, desired.len(), 0, limits::MATCH_PLAYERS_MAX as usize)?;
    let room = request.maximum_player_session_count;
    if desired.len() > room as usize {
        return refuse(format!(
            "`{MEMBER}` has {} players, but `MaximumPlayerSessionCount` is {room}",
            desired.len()
        ));
    }
    let mut seen = BTreeSet::new();
    for (position, session) in desired.iter().enumerate() {
        let at = format_args!("{MEMBER}[{position}]");
        let player = session.player_id.as_str();
        chars(format_args!("{at}.PlayerId"), player, 1, limits::PLAYER_ID_CHARS_MAX)?;
        if let Some(data) = &session.player_data {
            chars(format_args!("{at}.PlayerData"), data, 1, limits::PLAYER_DATA_CHARS_MAX)?;
        }
        if !seen.insert(player) {
            return refuse(format!(
                "`{at}.PlayerId`: the player `{}` is there twice",
                shown(player)
            ));
        }
    }
    Ok(())
}

fn count(member: &str, found: usize, min: usize, max: usize) -> Checked {
    match (min..=max).contains(&found) {
        true => Ok(()),
        false if min == 0 => {
            refuse(format!("`{member}` has {found} entries, but may have at most {max}"))
        }
        false => refuse(format!("`{member}` has {found} entries, but must have {min} to {max}")),
    }
}

fn chars(member: impl Display, text: &str, min: usize, max: usize) -> Checked {
    // bytes are no fewer than characters
    if (min..=max).contains(&text.len()) {
        return Ok(());
    }
    let found = text.chars().count();
    match (min..=max).contains(&found) {
        true => Ok(()),
        false => refuse(format!("`{member}` has {found} characters, but must have {min} to {max}")),
    }
}

fn word(member: &str, text: &str) -> Checked {
    match text.chars().find(|&it| !is_of_word(it)) {
        Some(bad) => refuse(format!(
            "`{member}` holds `{}`, but may hold only letters, digits and `-`",
            bad.escape_debug()
        )),
        None => Ok(()),
    }
}

/// Whether names of queues and locations, and ids of placements, may hold a character.
pub(super) fn is_of_word(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '-'
}

//! The constraints of `CreateMatchmakingConfiguration` (facts 8.4) and on the engine's options.

use super::{is_of_name, shown};
use crate::base::time::Timestamp;
use crate::engine::options::{
    BackfillMode, Configuration, ConfigurationError, EngineOptions, FlexMatchMode,
};
use crate::model::limits;
use crate::placement::queue;

/// What is wrong with a field.
type Invalid = Result<(), ConfigurationError>;

fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Invalid {
    Err(ConfigurationError::Invalid { field: field.into(), problem: problem.into() })
}

fn chars(field: impl Into<String>, text: &str, min: usize, max: usize) -> Invalid {
    let found = text.chars().count();
    match (min..=max).contains(&found) {
        true => Ok(()),
        false if min == 0 => {
            invalid(field, format!("has {found} characters, but may have at most {max}"))
        }
        false => invalid(field, format!("has {found} characters, but must have {min} to {max}")),
    }
}

fn seconds(field: &'static str, found: u32, max: u32) -> Invalid {
    match (1..=max).contains(&found) {
        true => Ok(()),
        false => invalid(field, format!("is {found}, but must be 1 to {max}")),
    }
}

/// The constraints of the service, and what this release runs.
pub(in crate::engine) fn configuration(configuration: &Configuration) -> Invalid {
    let name = &configuration.name;
    chars("Name", name, 1, 128)?;
    if !name.chars().all(is_of_name) {
        let problem = format!("`{}` may hold only letters, digits, `-` and `.`", shown(name));
        return invalid("Name", problem);
    }
    if let Some(text) = &configuration.description {
        chars("Description", text, 1, 1024)?;
    }
    let timeout = configuration.request_timeout_seconds;
    seconds("RequestTimeoutSeconds", timeout, limits::REQUEST_TIMEOUT_SECONDS_MAX)?;
    match configuration.acceptance_timeout_seconds {
        Some(found) => seconds("AcceptanceTimeoutSeconds", found, 600)?,
        None if configuration.acceptance_required => {
            let problem = "is required when `AcceptanceRequired` is true: 1 to 600 seconds";
            return invalid("AcceptanceTimeoutSeconds", problem);
        }
        None => {}
    }
    if let Some(data) = &configuration.custom_event_data {
        chars("CustomEventData", data, 0, 256)?;
    }
    if let Some(data) = &configuration.game_session_data {
        chars("GameSessionData", data, 1, 4096)?;
    }
    if configuration.additional_player_count > limits::MATCH_PLAYERS_MAX {
        let found = configuration.additional_player_count;
        let problem = format!("is {found}, but must be 0 to {}", limits::MATCH_PLAYERS_MAX);
        return invalid("AdditionalPlayerCount", problem);
    }
    labels(configuration)?;
    match (configuration.backfill_mode, configuration.flex_match_mode) {
        (BackfillMode::Automatic, FlexMatchMode::Standalone) => {
            let problem = "is AUTOMATIC, but without game sessions (`FlexMatchMode` STANDALONE) it must be MANUAL";
            return invalid("BackfillMode", problem);
        }
        (BackfillMode::Automatic | BackfillMode::Manual, _) => {}
    }
    with_queue(configuration)
}

/// The queue, and that the configuration names no other.
fn with_queue(configuration: &Configuration) -> Invalid {
    const MEMBER: &str = "GameSessionQueueArns";
    if let Some(queue) = &configuration.queue {
        queue::check(queue)
            .or_else(|(member, problem)| invalid(format!("Queue.{member}"), problem))?;
    }
    let arns = &configuration.game_session_queue_arns;
    if arns.len() > 1 {
        let problem = format!("has {} entries, but may have at most 1", arns.len());
        return invalid(MEMBER, problem);
    }
    let Some(arn) = arns.first() else { return Ok(()) };
    chars(format!("{MEMBER}[0]"), arn, 1, limits::ARN_CHARS_MAX)?;
    let named = arn.rsplit_once(":gamesessionqueue/").map_or(arn.as_str(), |(_, named)| named);
    match &configuration.queue {
        Some(queue) if queue.name == named => Ok(()),
        Some(queue) => {
            let problem = format!("is `{}`, but the queue is `{}`", shown(arn), shown(&queue.name));
            invalid(format!("{MEMBER}[0]"), problem)
        }
        None => {
            let problem = format!(
                "is `{}`, but there is no `Queue`; give it, or leave the ARN out to place matches yourself",
                shown(arn)
            );
            invalid(format!("{MEMBER}[0]"), problem)
        }
    }
}

/// Properties, tags, and where the service would send events.
fn labels(configuration: &Configuration) -> Invalid {
    let count = |field, found: usize, max: usize| match found <= max {
        true => Ok(()),
        false => invalid(field, format!("has {found} entries, but may have at most {max}")),
    };
    let found = configuration.game_properties.len();
    count("GameProperties", found, limits::GAME_PROPERTIES_MAX)?;
    for (position, (key, value)) in configuration.game_properties.iter().enumerate() {
        let (key_max, value_max) =
            (limits::GAME_PROPERTY_KEY_CHARS_MAX, limits::GAME_PROPERTY_VALUE_CHARS_MAX);
        chars(format!("GameProperties[{position}].Key"), key, 0, key_max)?;
        chars(format!("GameProperties[{position}].Value"), value, 0, value_max)?;
    }
    count("Tags", configuration.tags.len(), 200)?;
    for (position, (key, value)) in configuration.tags.iter().enumerate() {
        chars(format!("Tags[{position}].Key"), key, 1, 128)?;
        chars(format!("Tags[{position}].Value"), value, 0, 256)?;
    }
    let Some(target) = &configuration.notification_target else { return Ok(()) };
    chars("NotificationTarget", target, 0, 300)?;
    let stem = target.strip_suffix(".fifo").unwrap_or(target);
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, ':' | '_' | '/' | '-');
    match stem.chars().all(allowed) {
        true => Ok(()),
        false => {
            let problem = format!(
                "`{}` may hold only letters, digits, `:`, `_`, `/` and `-`, and end in `.fifo`",
                shown(target)
            );
            invalid("NotificationTarget", problem)
        }
    }
}

/// Options without which nothing would ever go on: with a placement time-out of 0, matches would be
/// made and given up for ever at one instant.
pub(in crate::engine) fn options(options: &EngineOptions) -> Invalid {
    let needed = [
        ("nodesPerAnchor", options.nodes_per_anchor),
        ("nodesPerSlice", options.nodes_per_slice),
        ("undrainedEventsMax", options.undrained_events_max as u64),
        ("activeTicketsMax", options.active_tickets_max as u64),
        ("placementTimeout", options.placement_timeout.get()),
        ("sessionsMax", options.sessions_max as u64),
        ("maxBatchTickets", options.max_batch_tickets as u64),
        ("pendingPlacementsMax", options.pending_placements_max as u64),
    ];
    match needed.into_iter().find(|&(_, value)| value == 0) {
        Some((field, _)) => invalid(field, "is 0, but must be at least 1"),
        None => Ok(()),
    }
}

/// No matchmaker begins after the end of time.
pub(in crate::engine) fn start(start: Timestamp) -> Invalid {
    match start <= limits::TIME_MAX {
        true => Ok(()),
        false => {
            let found = start.as_millis();
            let problem = format!(
                "is {found} ms since 1970, but must be at most {}, the end of 9999",
                limits::TIME_MAX.as_millis()
            );
            invalid("start", problem)
        }
    }
}

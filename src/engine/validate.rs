//! The constraints of the service model on requests (facts 8.4). The first violation is the
//! answer, and nothing is stored.

use std::fmt;

use super::input::{DescribeMatchmaking, InputError, StartMatchmaking};
use super::options::{
    BackfillMode, Configuration, ConfigurationError, EngineOptions, FlexMatchMode,
};
use crate::model::limits;
use crate::model::schema::Schema;
use crate::model::ticket::{AttributeValue, Player, TicketId};
use crate::pool::ingest::type_of;

/// Checks everything about a `StartMatchmaking` request that needs no look at other tickets.
pub(super) fn start_matchmaking(
    request: &StartMatchmaking,
    configuration: &Configuration,
    schema: &Schema,
) -> Result<(), InputError> {
    if let Some(id) = &request.ticket_id {
        ticket_id(format_args!("TicketId"), id)?;
    }
    configuration_name(request.configuration_name.as_deref(), configuration)?;
    let players = &request.players;
    count(format_args!("Players"), players.len(), 1, limits::TICKET_PLAYERS_MAX, "players")?;
    for (position, player) in players.iter().enumerate() {
        check_player(format_args!("Players[{position}]"), player, schema)?;
        if player.team.is_some() {
            return refuse(format!(
                "`Players[{position}].Team` must be left out of a new request; only the players of a backfill have a team"
            ));
        }
        if players.iter().take(position).any(|it| it.player_id == player.player_id) {
            return refuse(format!(
                "`Players[{position}].PlayerId`: the ticket has the player `{}` twice",
                shown(player.player_id.as_str())
            ));
        }
    }
    Ok(())
}

/// 1 to 10 ids.
pub(super) fn describe_matchmaking(request: &DescribeMatchmaking) -> Result<(), InputError> {
    count(
        format_args!("TicketIds"),
        request.ticket_ids.len(),
        1,
        limits::DESCRIBE_TICKETS_MAX,
        "ids",
    )?;
    for (position, id) in request.ticket_ids.iter().enumerate() {
        ticket_id(format_args!("TicketIds[{position}]"), id)?;
    }
    Ok(())
}

/// 1 to 128 letters, digits, hyphens and dots. The pattern of the service admits the empty id,
/// which names nothing; we do not.
pub(super) fn ticket_id(member: Member<'_>, id: &TicketId) -> Result<(), InputError> {
    let text = id.as_str();
    chars(member, text, limits::TICKET_ID_CHARS_MAX)?;
    match text.chars().find(|it| !(it.is_ascii_alphanumeric() || matches!(it, '-' | '.'))) {
        Some(bad) => refuse(format!(
            "`{member}` holds `{}`, but may hold only letters, digits, `-` and `.`",
            bad.escape_debug()
        )),
        None => Ok(()),
    }
}

/// The name or an ARN of the matchmaker's own configuration.
fn configuration_name(name: Option<&str>, configuration: &Configuration) -> Result<(), InputError> {
    let Some(name) = name else { return Ok(()) };
    let own = &configuration.name;
    let in_arn = name
        .strip_prefix("arn:")
        .and_then(|arn| arn.rsplit_once(":matchmakingconfiguration/"))
        .is_some_and(|(_, name)| name == own);
    if name == own || in_arn {
        return Ok(());
    }
    let message = format!(
        "`ConfigurationName`: there is no configuration `{}`; this matchmaker runs `{own}`",
        shown(name)
    );
    Err(InputError::NotFound { message })
}

fn check_player(at: Member<'_>, player: &Player, schema: &Schema) -> Result<(), InputError> {
    let chars_max = limits::PLAYER_ID_CHARS_MAX;
    chars(format_args!("{at}.PlayerId"), player.player_id.as_str(), chars_max)?;
    let (found, most) = (player.attributes.len(), limits::PLAYER_ATTRIBUTES_MAX);
    count(format_args!("{at}.PlayerAttributes"), found, 0, most, "attributes")?;
    for (name, value) in &player.attributes {
        let chars_max = limits::NAME_CHARS_MAX;
        chars(format_args!("{at}.PlayerAttributes: a key"), name, chars_max)?;
        check_attribute(
            format_args!("{at}.PlayerAttributes.{}", shown(name)),
            name,
            value,
            schema,
        )?;
    }
    for (location, &millis) in &player.latency_in_ms {
        let chars_max = limits::LOCATION_CHARS_MAX;
        chars(format_args!("{at}.LatencyInMs: a key"), location, chars_max)?;
        if millis == 0 || millis > i32::MAX as u32 {
            return refuse(format!(
                "`{at}.LatencyInMs.{}` is {millis}, but must be 1 to {} milliseconds",
                shown(location),
                i32::MAX
            ));
        }
    }
    let (found, most) = (player.latency_in_ms.len(), limits::LIVE_LOCATIONS_MAX);
    count(format_args!("{at}.LatencyInMs"), found, 0, most, "locations")
}

fn check_attribute(
    member: Member<'_>,
    name: &str,
    value: &AttributeValue,
    schema: &Schema,
) -> Result<(), InputError> {
    check_value(member, value)?;
    let Some(declared) = schema.attribute(name).map(|it| &schema.attributes[it]) else {
        return Ok(());
    };
    let (found, wanted) = (type_of(value), declared.attribute_type);
    match found == wanted {
        true => Ok(()),
        false => refuse(format!(
            "`{member}` is a {}, but the rule set declares a {}",
            found.as_str(),
            wanted.as_str()
        )),
    }
}

fn check_value(member: Member<'_>, value: &AttributeValue) -> Result<(), InputError> {
    let chars_max = limits::ATTRIBUTE_STRING_CHARS_MAX;
    match value {
        AttributeValue::String(text) => chars(format_args!("{member}.S"), text, chars_max),
        AttributeValue::Number(value) => finite(format_args!("{member}.N"), *value),
        AttributeValue::StringList(texts) => {
            let most = limits::STRING_LIST_MAX;
            count(format_args!("{member}.SL"), texts.len(), 0, most, "strings")?;
            texts.iter().enumerate().try_for_each(|(position, text)| {
                chars(format_args!("{member}.SL[{position}]"), text, chars_max)
            })
        }
        AttributeValue::StringNumberMap(map) => {
            let most = limits::NUMBER_MAP_MAX;
            count(format_args!("{member}.SDM"), map.len(), 0, most, "pairs")?;
            map.iter().try_for_each(|(key, value)| {
                chars(format_args!("{member}.SDM: a key"), key, chars_max)?;
                finite(format_args!("{member}.SDM.{}", shown(key)), *value)
            })
        }
    }
}

/// The constraints of `CreateMatchmakingConfiguration` and what this release runs of it.
pub(super) fn configuration(configuration: &Configuration) -> Result<(), ConfigurationError> {
    let invalid = |field, problem: String| Err(ConfigurationError::Invalid { field, problem });
    let name = &configuration.name;
    let length = name.chars().count();
    if !(1..=128).contains(&length) {
        return invalid("Name", format!("has {length} characters, but must have 1 to 128"));
    }
    if !name.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '.')) {
        let problem = format!("`{}` may hold only letters, digits, `-` and `.`", shown(name));
        return invalid("Name", problem);
    }
    let seconds = configuration.request_timeout_seconds;
    let seconds_max = limits::REQUEST_TIMEOUT_SECONDS_MAX;
    if !(1..=seconds_max).contains(&seconds) {
        let problem = format!("is {seconds}, but must be 1 to {seconds_max}");
        return invalid("RequestTimeoutSeconds", problem);
    }
    if let Some(seconds) = configuration.acceptance_timeout_seconds
        && !(1..=600).contains(&seconds)
    {
        let problem = format!("is {seconds}, but must be 1 to 600");
        return invalid("AcceptanceTimeoutSeconds", problem);
    }
    if let Some(data) = &configuration.custom_event_data
        && data.chars().count() > 256
    {
        let problem = format!("has {} characters, but must have at most 256", data.chars().count());
        return invalid("CustomEventData", problem);
    }
    let not_built = |what| Err(ConfigurationError::NotBuilt { what });
    if configuration.acceptance_required {
        return not_built("`AcceptanceRequired`");
    }
    if configuration.flex_match_mode != FlexMatchMode::Standalone {
        return not_built("`FlexMatchMode` WITH_QUEUE");
    }
    if configuration.backfill_mode != BackfillMode::Manual {
        return not_built("`BackfillMode` AUTOMATIC");
    }
    Ok(())
}

/// Options without which nothing would ever go on.
pub(super) fn options(options: &EngineOptions) -> Result<(), ConfigurationError> {
    let needed = [
        ("nodesPerAnchor", options.nodes_per_anchor),
        ("nodesPerSlice", options.nodes_per_slice),
        ("undrainedEventsMax", options.undrained_events_max as u64),
        ("activeTicketsMax", options.active_tickets_max as u64),
    ];
    match needed.into_iter().find(|&(_, value)| value == 0) {
        Some((field, _)) => Err(ConfigurationError::Invalid {
            field,
            problem: "is 0, but must be at least 1".into(),
        }),
        None => Ok(()),
    }
}

fn refuse<T>(message: String) -> Result<T, InputError> {
    Err(InputError::invalid(message))
}

/// The path to a member, put together only for a message.
type Member<'a> = fmt::Arguments<'a>;

fn count(
    member: Member<'_>,
    found: usize,
    min: usize,
    max: usize,
    of: &str,
) -> Result<(), InputError> {
    match (min..=max).contains(&found) {
        true => Ok(()),
        false if min == 0 => {
            refuse(format!("`{member}` has {found} {of}, but may have at most {max}"))
        }
        false => refuse(format!("`{member}` has {found} {of}, but must have {min} to {max}")),
    }
}

fn finite(member: Member<'_>, number: f64) -> Result<(), InputError> {
    match number.is_finite() {
        true => Ok(()),
        false => refuse(format!("`{member}` is {number}, but must be a finite number")),
    }
}

fn chars(member: Member<'_>, text: &str, max: usize) -> Result<(), InputError> {
    // A text has no more characters than bytes.
    if (1..=max).contains(&text.len()) {
        return Ok(());
    }
    let found = text.chars().count();
    match (1..=max).contains(&found) {
        true => Ok(()),
        false => refuse(format!("`{member}` has {found} characters, but must have 1 to {max}")),
    }
}

/// The caller's text, cut and escaped where it would spoil a message.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().take(60).try_for_each(|it| write!(f, "{}", it.escape_debug()))
    }
}

fn shown(text: &str) -> Shown<'_> {
    Shown(text)
}

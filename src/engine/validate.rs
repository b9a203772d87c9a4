//! The constraints of the service model on requests (facts 8.4). The first violation is the
//! answer, and nothing is stored.

mod configuration;
mod sessions;

use std::collections::BTreeSet;
use std::fmt::{self, Display};

pub(super) use configuration::{configuration, options, start};
pub(super) use sessions::{
    accept_match, connection_info, describe_match, game_session_arn, placement_of, remove_players,
    start_match_backfill,
};

use super::input::{DescribeMatchmaking, InputError, StartMatchmaking};
use super::options::Configuration;
use crate::base::shown::Shown;
pub(super) use crate::base::shown::shown;
use crate::model::limits;
use crate::model::schema::{AttributeType, Schema};
use crate::model::ticket::{AttributeValue, Player, TicketId};

/// Checks everything about a `StartMatchmaking` request that needs no look at other tickets.
pub(super) fn start_matchmaking(
    request: &StartMatchmaking,
    configuration: &Configuration,
    schema: &Schema,
) -> Result<(), InputError> {
    names(request.ticket_id.as_ref(), request.configuration_name.as_deref(), configuration)?;
    count("Players", request.players.len(), 1, limits::TICKET_PLAYERS_MAX, "players")?;
    for (position, player) in request.players.iter().enumerate() {
        check_player(format_args!("Players[{position}]"), player, schema)?;
        if player.team.is_some() {
            return refuse(format!(
                "`Players[{position}].Team` must be left out of a new request; only the players of a backfill have a team"
            ));
        }
        let mut before = request.players.iter().take(position);
        if before.any(|it| it.player_id == player.player_id) {
            return refuse(format!(
                "`Players[{position}].PlayerId`: the ticket has the player `{}` twice",
                shown(player.player_id.as_str())
            ));
        }
    }
    Ok(())
}

/// What a request for a new ticket may name.
fn names(
    id: Option<&TicketId>,
    configuration_name: Option<&str>,
    configuration: &Configuration,
) -> Result<(), InputError> {
    if let Some(id) = id {
        ticket_id("TicketId", id)?;
    }
    self::configuration_name(configuration_name, configuration)
}

/// The constraints on the players of a ticket or a session that hold whatever the rule set is.
pub(super) fn players(players: &[Player], min: usize, max: usize) -> Result<(), InputError> {
    count("Players", players.len(), min, max, "players")?;
    let schema = Schema::default();
    let mut seen = BTreeSet::new();
    for (position, player) in players.iter().enumerate() {
        check_player(format_args!("Players[{position}]"), player, &schema)?;
        if !seen.insert(&player.player_id) {
            let player = shown(player.player_id.as_str());
            return refuse(format!(
                "`Players[{position}].PlayerId`: the player `{player}` is there twice"
            ));
        }
    }
    Ok(())
}

/// 1 to 10 ids.
pub(super) fn describe_matchmaking(request: &DescribeMatchmaking) -> Result<(), InputError> {
    count("TicketIds", request.ticket_ids.len(), 1, limits::DESCRIBE_TICKETS_MAX, "ids")?;
    for (position, id) in request.ticket_ids.iter().enumerate() {
        ticket_id(format_args!("TicketIds[{position}]"), id)?;
    }
    Ok(())
}

/// 1 to 128 letters, digits, hyphens and dots. The pattern of the service admits the empty id,
/// which names nothing; we do not.
pub(super) fn ticket_id(member: impl Display, id: &TicketId) -> Result<(), InputError> {
    let text = id.as_str();
    chars(&member, text, limits::TICKET_ID_CHARS_MAX)?;
    match text.chars().find(|&it| !is_of_name(it)) {
        Some(bad) => refuse(format!(
            "`{member}` holds `{}`, but may hold only letters, digits, `-` and `.`",
            bad.escape_debug()
        )),
        None => Ok(()),
    }
}

/// The name or an ARN of the matchmaker's own configuration: 1 to 256 characters, a name or what ends
/// in one (facts 8.4).
fn configuration_name(name: Option<&str>, configuration: &Configuration) -> Result<(), InputError> {
    let Some(name) = name else { return Ok(()) };
    chars("ConfigurationName", name, limits::CONFIGURATION_NAME_CHARS_MAX)?;
    let arn = name.strip_prefix("arn:").and_then(|it| it.rsplit_once(":matchmakingconfiguration/"));
    let named = arn.map_or(name, |(_, named)| named);
    if let Some(bad) = named.chars().find(|&it| !is_of_name(it)) {
        return refuse(format!(
            "`ConfigurationName` holds `{}`, but may hold only letters, digits, `-` and `.`, or be an ARN that ends in `:matchmakingconfiguration/` and a name",
            bad.escape_debug()
        ));
    }
    let own = &configuration.name;
    if named == own {
        return Ok(());
    }
    let message = format!(
        "`ConfigurationName`: there is no configuration `{}`; this matchmaker runs `{own}`",
        shown(name)
    );
    Err(InputError::NotFound { message })
}

/// Whether ids of tickets and names of configurations may hold a character.
fn is_of_name(it: char) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, '-' | '.')
}

/// Members are given as `format_args!`: nothing is put together unless a message needs it.
fn check_player(
    at: fmt::Arguments<'_>,
    player: &Player,
    schema: &Schema,
) -> Result<(), InputError> {
    let chars_max = limits::PLAYER_ID_CHARS_MAX;
    chars(format_args!("{at}.PlayerId"), player.player_id.as_str(), chars_max)?;
    let (found, most) = (player.attributes.len(), limits::PLAYER_ATTRIBUTES_MAX);
    count(format_args!("{at}.PlayerAttributes"), found, 0, most, "attributes")?;
    for (name, value) in &player.attributes {
        let chars_max = limits::NAME_CHARS_MAX;
        chars(format_args!("{at}.PlayerAttributes: a key"), name, chars_max)?;
        check_attribute(
            format_args!("{at}.PlayerAttributes.{}", Shown(name)),
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
    member: fmt::Arguments<'_>,
    name: &str,
    value: &AttributeValue,
    schema: &Schema,
) -> Result<(), InputError> {
    check_value(member, value)?;
    let Some(declared) = schema.attribute(name).map(|it| &schema.attributes[it]) else {
        return Ok(());
    };
    let (found, wanted) = (AttributeType::of(value), declared.attribute_type);
    match found == wanted {
        true => Ok(()),
        false => refuse(format!(
            "`{member}` is a {}, but the rule set declares a {}",
            found.as_str(),
            wanted.as_str()
        )),
    }
}

#[cfg(feature = "wire")]
impl crate::engine::input::Input {
    /// Refuses a number that is not finite in the words of the engine: JSON has no such number, so
    /// its reader would not say what was wrong.
    pub(crate) fn check_numbers(&self) -> Result<(), InputError> {
        let players = match self {
            Self::StartMatchmaking(request) => &request.players,
            Self::StartMatchBackfill(request) => &request.players,
            _ => return Ok(()),
        };
        for (position, player) in players.iter().enumerate() {
            for (name, value) in &player.attributes {
                let member = format_args!("Players[{position}].PlayerAttributes.{}", Shown(name));
                check_numbers(member, value)?;
            }
        }
        Ok(())
    }
}

fn check_value(member: fmt::Arguments<'_>, value: &AttributeValue) -> Result<(), InputError> {
    let chars_max = limits::ATTRIBUTE_STRING_CHARS_MAX;
    match value {
        AttributeValue::String(text) => chars(format_args!("{member}.S"), text, chars_max),
        AttributeValue::Number(_) => check_numbers(member, value),
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
            map.keys()
                .try_for_each(|key| chars(format_args!("{member}.SDM: a key"), key, chars_max))?;
            check_numbers(member, value)
        }
    }
}

fn check_numbers(member: fmt::Arguments<'_>, value: &AttributeValue) -> Result<(), InputError> {
    match value {
        AttributeValue::Number(value) => finite(format_args!("{member}.N"), *value),
        AttributeValue::StringNumberMap(map) => map.iter().try_for_each(|(key, value)| {
            finite(format_args!("{member}.SDM.{}", Shown(key)), *value)
        }),
        AttributeValue::String(_) | AttributeValue::StringList(_) => Ok(()),
    }
}

fn refuse<T>(message: String) -> Result<T, InputError> {
    Err(InputError::invalid(message))
}

fn count(
    member: impl Display,
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

fn finite(member: impl Display, number: f64) -> Result<(), InputError> {
    match number.is_finite() {
        true => Ok(()),
        false => refuse(format!("`{member}` is {number}, but must be a finite number")),
    }
}

fn chars(member: impl Display, text: &str, max: usize) -> Result<(), InputError> {
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

//! The constraints of the service model on requests (facts 8.4). The first violation is the
//! answer, and nothing is stored.

mod configuration;
mod sessions;

use std::collections::BTreeSet;

pub(super) use configuration::{configuration, options};
pub(super) use sessions::{
    accept_match, connection_info, describe_match, game_session_arn, placement_of, remove_players,
    start_match_backfill,
};

use super::input::{DescribeMatchmaking, InputError, StartMatchmaking};
use super::options::Configuration;
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
        ticket_id("TicketId", id)?;
    }
    configuration_name(request.configuration_name.as_deref(), configuration)?;
    count("Players", request.players.len(), 1, limits::TICKET_PLAYERS_MAX, "players")?;
    let mut seen = BTreeSet::new();
    for (position, player) in request.players.iter().enumerate() {
        let at = format!("Players[{position}]");
        check_player(&at, player, schema)?;
        if player.team.is_some() {
            return refuse(format!(
                "`{at}.Team` must be left out of a new request; only the players of a backfill have a team"
            ));
        }
        if !seen.insert(&player.player_id) {
            return refuse(format!(
                "`{at}.PlayerId`: the ticket has the player `{}` twice",
                shown(player.player_id.as_str())
            ));
        }
    }
    Ok(())
}

/// The constraints on the players of a ticket or a session that hold whatever the rule set is.
pub(super) fn players(players: &[Player], min: usize, max: usize) -> Result<(), InputError> {
    count("Players", players.len(), min, max, "players")?;
    let schema = Schema::default();
    let mut seen = BTreeSet::new();
    for (position, player) in players.iter().enumerate() {
        let at = format!("Players[{position}]");
        check_player(&at, player, &schema)?;
        if !seen.insert(&player.player_id) {
            let player = shown(player.player_id.as_str());
            return refuse(format!("`{at}.PlayerId`: the player `{player}` is there twice"));
        }
    }
    Ok(())
}

/// 1 to 10 ids.
pub(super) fn describe_matchmaking(request: &DescribeMatchmaking) -> Result<(), InputError> {
    count("TicketIds", request.ticket_ids.len(), 1, limits::DESCRIBE_TICKETS_MAX, "ids")?;
    for (position, id) in request.ticket_ids.iter().enumerate() {
        ticket_id(&format!("TicketIds[{position}]"), id)?;
    }
    Ok(())
}

/// 1 to 128 letters, digits, hyphens and dots. The pattern of the service admits the empty id,
/// which names nothing; we do not.
pub(super) fn ticket_id(member: &str, id: &TicketId) -> Result<(), InputError> {
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

fn check_player(at: &str, player: &Player, schema: &Schema) -> Result<(), InputError> {
    chars(&format!("{at}.PlayerId"), player.player_id.as_str(), limits::PLAYER_ID_CHARS_MAX)?;
    let attributes = format!("{at}.PlayerAttributes");
    count(&attributes, player.attributes.len(), 0, limits::PLAYER_ATTRIBUTES_MAX, "attributes")?;
    for (name, value) in &player.attributes {
        chars(&format!("{attributes}: a key"), name, limits::NAME_CHARS_MAX)?;
        let member = format!("{attributes}.{}", shown(name));
        attribute_value(&member, value)?;
        let Some(declared) = schema.attribute(name).map(|it| &schema.attributes[it]) else {
            continue;
        };
        let (found, wanted) = (type_of(value), declared.attribute_type);
        if found != wanted {
            return refuse(format!(
                "`{member}` is a {}, but the rule set declares a {}",
                found.as_str(),
                wanted.as_str()
            ));
        }
    }
    for (location, &millis) in &player.latency_in_ms {
        chars(&format!("{at}.LatencyInMs: a key"), location, limits::LOCATION_CHARS_MAX)?;
        if millis == 0 || millis > i32::MAX as u32 {
            return refuse(format!(
                "`{at}.LatencyInMs.{}` is {millis}, but must be 1 to {} milliseconds",
                shown(location),
                i32::MAX
            ));
        }
    }
    count(
        &format!("{at}.LatencyInMs"),
        player.latency_in_ms.len(),
        0,
        limits::LIVE_LOCATIONS_MAX,
        "locations",
    )
}

fn attribute_value(member: &str, value: &AttributeValue) -> Result<(), InputError> {
    let chars_max = limits::ATTRIBUTE_STRING_CHARS_MAX;
    let number = |member: &str, number: f64| match number.is_finite() {
        true => Ok(()),
        false => refuse(format!("`{member}` is {number}, but must be a finite number")),
    };
    match value {
        AttributeValue::String(text) => chars(&format!("{member}.S"), text, chars_max),
        AttributeValue::Number(value) => number(&format!("{member}.N"), *value),
        AttributeValue::StringList(texts) => {
            let member = format!("{member}.SL");
            count(&member, texts.len(), 0, limits::STRING_LIST_MAX, "strings")?;
            texts.iter().enumerate().try_for_each(|(position, text)| {
                chars(&format!("{member}[{position}]"), text, chars_max)
            })
        }
        AttributeValue::StringNumberMap(map) => {
            let member = format!("{member}.SDM");
            count(&member, map.len(), 0, limits::NUMBER_MAP_MAX, "pairs")?;
            map.iter().try_for_each(|(key, value)| {
                chars(&format!("{member}: a key"), key, chars_max)?;
                number(&format!("{member}.{}", shown(key)), *value)
            })
        }
    }
}

fn refuse<T>(message: String) -> Result<T, InputError> {
    Err(InputError::invalid(message))
}

fn count(member: &str, found: usize, min: usize, max: usize, of: &str) -> Result<(), InputError> {
    match (min..=max).contains(&found) {
        true => Ok(()),
        false if min == 0 => {
            refuse(format!("`{member}` has {found} {of}, but may have at most {max}"))
        }
        false => refuse(format!("`{member}` has {found} {of}, but must have {min} to {max}")),
    }
}

fn chars(member: &str, text: &str, max: usize) -> Result<(), InputError> {
    let found = text.chars().count();
    match (1..=max).contains(&found) {
        true => Ok(()),
        false => refuse(format!("`{member}` has {found} characters, but must have 1 to {max}")),
    }
}

/// The caller's text, cut and escaped where it would spoil a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}

//! The constraints on requests about matches, backfills and game sessions.

use std::collections::BTreeSet;

use super::{chars, check_player, count, names, refuse, shown, ticket_id};
use crate::engine::input::{
    AcceptMatch, DescribeMatch, InputError, PlacementOf, RemovePlayers, StartMatchBackfill,
};
use crate::engine::options::Configuration;
use crate::model::limits;
use crate::model::schema::Schema;
use crate::model::session::GameSessionConnectionInfo;
use crate::model::ticket::{MatchId, PlayerId};

/// Checks everything about a `StartMatchBackfill` request that needs no look at other tickets, but
/// the sizes of teams.
pub(in crate::engine) fn start_match_backfill(
    request: &StartMatchBackfill,
    configuration: &Configuration,
    schema: &Schema,
) -> Result<(), InputError> {
    names(request.ticket_id.as_ref(), request.configuration_name.as_deref(), configuration)?;
    if let Some(arn) = &request.game_session_arn {
        game_session_arn("GameSessionArn", arn)?;
    }
    count("Players", request.players.len(), 1, limits::BACKFILL_PLAYERS_MAX, "players")?;
    let mut seen = BTreeSet::new();
    for (position, player) in request.players.iter().enumerate() {
        let at = format!("Players[{position}]");
        check_player(format_args!("{at}"), player, schema)?;
        let Some(team) = &player.team else {
            return refuse(format!(
                "`{at}.Team` is missing; every player of a backfill has the team that they play in"
            ));
        };
        chars(format_args!("{at}.Team"), team, limits::NAME_CHARS_MAX)?;
        if schema.instance(team).is_none() {
            let known: Vec<String> = schema
                .instances
                .iter()
                .take(8)
                .map(|it| format!("`{}`", shown(&it.name)))
                .collect();
            return refuse(format!(
                "`{at}.Team`: the rule set has no team `{}`; it has {}",
                shown(team),
                known.join(", ")
            ));
        }
        if !seen.insert(&player.player_id) {
            return refuse(format!(
                "`{at}.PlayerId`: the request has the player `{}` twice",
                shown(player.player_id.as_str())
            ));
        }
    }
    Ok(())
}

pub(in crate::engine) fn accept_match(request: &AcceptMatch) -> Result<(), InputError> {
    ticket_id("TicketId", &request.ticket_id)?;
    player_ids(&request.player_ids, limits::TICKET_PLAYERS_MAX)
}

pub(in crate::engine) fn remove_players(request: &RemovePlayers) -> Result<(), InputError> {
    game_session_arn("GameSessionArn", &request.game_session_arn)?;
    player_ids(&request.player_ids, limits::MATCH_PLAYERS_MAX as usize)
}

fn player_ids(ids: &[PlayerId], max: usize) -> Result<(), InputError> {
    count("PlayerIds", ids.len(), 1, max, "ids")?;
    ids.iter().enumerate().try_for_each(|(position, id)| {
        chars(format_args!("PlayerIds[{position}]"), id.as_str(), limits::PLAYER_ID_CHARS_MAX)
    })
}

pub(in crate::engine) fn describe_match(of: &DescribeMatch) -> Result<(), InputError> {
    match of {
        DescribeMatch::Match(id) => match_id(id),
        DescribeMatch::GameSession(arn) => game_session_arn("GameSessionArn", arn),
    }
}

pub(in crate::engine) fn placement_of(of: &PlacementOf) -> Result<(), InputError> {
    match of {
        PlacementOf::Ticket(id) => ticket_id("TicketId", id),
        PlacementOf::Match(id) => match_id(id),
    }
}

fn match_id(id: &MatchId) -> Result<(), InputError> {
    chars("MatchId", id.as_str(), limits::TICKET_ID_CHARS_MAX)
}

/// 1 to 512 letters, digits, `:`, `/` and `-` (facts 8.4).
pub(in crate::engine) fn game_session_arn(member: &str, arn: &str) -> Result<(), InputError> {
    chars(member, arn, limits::ARN_CHARS_MAX)?;
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, ':' | '/' | '-');
    only(member, arn, allowed, "letters, digits, `:`, `/` and `-`")
}

/// Checks how a session is reached, and says which session it is.
pub(in crate::engine) fn connection_info(
    info: &GameSessionConnectionInfo,
) -> Result<&str, InputError> {
    let at = |name: &str| format!("GameSessionConnectionInfo.{name}");
    let Some(arn) = &info.game_session_arn else {
        return refuse(format!(
            "`{}` is missing; it names the game session from now on",
            at("GameSessionArn")
        ));
    };
    game_session_arn(&at("GameSessionArn"), arn)?;
    if let Some(address) = &info.ip_address {
        chars(at("IpAddress"), address, 128)?;
        let allowed = |it: char| it.is_ascii_hexdigit() || matches!(it, ':' | '.');
        only(&at("IpAddress"), address, allowed, "hexadecimal digits, `:` and `.`")?;
    }
    if info.port == Some(0) {
        return refuse(format!("`{}` is 0, but must be 1 to 65535", at("Port")));
    }
    let texts = [
        ("DnsName", &info.dns_name),
        ("ComputeName", &info.compute_name),
        ("Location", &info.location),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            chars(at(name), text, limits::NAME_CHARS_MAX)?;
        }
    }
    let sessions = &info.matched_player_sessions;
    let member = at("MatchedPlayerSessions");
    count(&member, sessions.len(), 0, limits::MATCH_PLAYERS_MAX as usize, "player sessions")?;
    let mut seen = BTreeSet::new();
    for (position, session) in sessions.iter().enumerate() {
        let member = format!("{member}[{position}]");
        let player = session.player_id.as_str();
        chars(format_args!("{member}.PlayerId"), player, limits::PLAYER_ID_CHARS_MAX)?;
        let id = &session.player_session_id;
        let of_id = format!("{member}.PlayerSessionId");
        chars(&of_id, id, limits::PLAYER_SESSION_ID_CHARS_MAX)?;
        let rest = id.strip_prefix("psess-").filter(|rest| !rest.is_empty());
        if rest.is_none_or(|rest| rest.contains(char::is_whitespace)) {
            return refuse(format!(
                "`{of_id}` is `{}`, but must be `psess-` and more characters, none of them white space",
                shown(id)
            ));
        }
        if !seen.insert(player) {
            return refuse(format!(
                "`{member}.PlayerId`: the player `{}` has two player sessions",
                shown(player)
            ));
        }
    }
    Ok(arn)
}

fn only(
    member: &str,
    text: &str,
    allowed: impl Fn(char) -> bool,
    what: &str,
) -> Result<(), InputError> {
    match text.chars().find(|&it| !allowed(it)) {
        Some(bad) => {
            refuse(format!("`{member}` holds `{}`, but may hold only {what}", bad.escape_debug()))
        }
        None => Ok(()),
    }
}

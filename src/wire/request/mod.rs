//! Requests: the input shapes of the API's operations (facts 8.4) and of ours.
//!
//! Only shapes are judged here. How long, how many and which characters is the matchmaker's
//! business, as it is for a caller that has no JSON.

mod placement;
mod player;
mod reconfigure;
mod session;
mod ticket;

use serde_json::Value;

use crate::wire::member::{Place, ShapeError, clip, did_you_mean};
use crate::{Input, InputError};

pub(super) use placement::{LatencyForm, OverrideForm, PairForm};
pub(super) use player::PlayerForm;
pub(super) use reconfigure::{RECONFIGURE, RULE_SET};

const START_MATCHMAKING: &str = "StartMatchmaking";
const START_MATCH_BACKFILL: &str = "StartMatchBackfill";
const STOP_MATCHMAKING: &str = "StopMatchmaking";
const ACCEPT_MATCH: &str = "AcceptMatch";
const DESCRIBE_MATCHMAKING: &str = "DescribeMatchmaking";
const DESCRIBE_MATCH: &str = "DescribeMatch";
const COMPLETE_PLACEMENT: &str = "CompletePlacement";
const FAIL_PLACEMENT: &str = "FailPlacement";
const START_PLACEMENT: &str = "StartGameSessionPlacement";
const DESCRIBE_PLACEMENT: &str = "DescribeGameSessionPlacement";
const STOP_PLACEMENT: &str = "StopGameSessionPlacement";
const SESSION_STARTED: &str = "GameSessionStarted";
const SESSION_REFUSED: &str = "GameSessionRefused";
const END_GAME_SESSION: &str = "EndGameSession";
const REMOVE_PLAYERS: &str = "RemovePlayers";

/// Every operation.
const OPERATIONS: [&str; 16] = [
    START_MATCHMAKING,
    START_MATCH_BACKFILL,
    STOP_MATCHMAKING,
    ACCEPT_MATCH,
    DESCRIBE_MATCHMAKING,
    DESCRIBE_MATCH,
    COMPLETE_PLACEMENT,
    FAIL_PLACEMENT,
    START_PLACEMENT,
    DESCRIBE_PLACEMENT,
    STOP_PLACEMENT,
    SESSION_STARTED,
    SESSION_REFUSED,
    END_GAME_SESSION,
    REMOVE_PLAYERS,
    RECONFIGURE,
];

/// Reads the input of `operation`, for instance of `StartMatchmaking`, from its JSON.
///
/// A member that is `null` counts as absent; a whole number may be written `50.0`. The `RuleSet`
/// of `Reconfigure` is an object, or a string with the rule set's text.
///
/// # Errors
/// [`InputError::InvalidRequest`] when the operation is unknown, when a member is unknown,
/// missing or of another type, when a latency is no whole number from 1 to 2,147,483,647,
/// or when a rule set does not compile. The message names the member by its path. The first
/// problem is answered.
///
/// ```
/// use rallypoint::wire::{event_detail, parse_input, response_to_json};
/// use rallypoint::*;
///
/// let rules = RuleSet::from_json(include_str!("../../../rulesets/duel.json"))?;
/// let now = Timestamp::from_millis(0);
/// let mut matchmaker =
///     Matchmaker::new(rules, Configuration::default(), EngineOptions::default(), now, 7)?;
/// let body = r#"{"TicketId": "t1", "Players": [{"PlayerId": "ana",
///     "PlayerAttributes": {"skill": {"N": 1500}}}]}"#;
/// let input = parse_input("StartMatchmaking", &serde_json::from_str(body)?)?;
/// let response = matchmaker.handle_input(now, input)?;
/// assert_eq!(response_to_json(&response)["MatchmakingTicket"]["Status"], "QUEUED");
/// matchmaker.handle_timeout(now)?;
/// let event = matchmaker.poll_event().expect("an event");
/// assert_eq!(event_detail(&event)["type"], "MatchmakingSearching");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse_input(operation: &str, input: &Value) -> Result<Input, InputError> {
    let place = Place::Root(operation);
    Ok(match operation {
        START_MATCHMAKING => Input::StartMatchmaking(ticket::start_matchmaking(input, place)?),
        START_MATCH_BACKFILL => {
            Input::StartMatchBackfill(ticket::start_match_backfill(input, place)?)
        }
        STOP_MATCHMAKING => Input::StopMatchmaking(ticket::stop_matchmaking(input, place)?),
        ACCEPT_MATCH => Input::AcceptMatch(ticket::accept_match(input, place)?),
        DESCRIBE_MATCHMAKING => {
            Input::DescribeMatchmaking(ticket::describe_matchmaking(input, place)?)
        }
        DESCRIBE_MATCH => Input::DescribeMatch(session::describe_match(input, place)?),
        COMPLETE_PLACEMENT => Input::CompletePlacement(session::complete_placement(input, place)?),
        FAIL_PLACEMENT => Input::FailPlacement(session::fail_placement(input, place)?),
        START_PLACEMENT => {
            Input::StartGameSessionPlacement(placement::start_placement(input, place)?)
        }
        DESCRIBE_PLACEMENT => {
            Input::DescribeGameSessionPlacement(placement::describe_placement(input, place)?)
        }
        STOP_PLACEMENT => Input::StopGameSessionPlacement(placement::stop_placement(input, place)?),
        SESSION_STARTED => Input::GameSessionStarted(placement::session_started(input, place)?),
        SESSION_REFUSED => Input::GameSessionRefused(placement::session_refused(input, place)?),
        END_GAME_SESSION => Input::EndGameSession(session::end_game_session(input, place)?),
        REMOVE_PLAYERS => Input::RemovePlayers(session::remove_players(input, place)?),
        RECONFIGURE => Input::Reconfigure(Box::new(reconfigure::reconfigure(input, place)?)),
        _ => return Err(unknown_operation(operation).into()),
    })
}

/// The operation that `input` is an input of, as [`parse_input`] takes it.
pub const fn operation_name(input: &Input) -> &'static str {
    match input {
        Input::StartMatchmaking(_) => START_MATCHMAKING,
        Input::StartMatchBackfill(_) => START_MATCH_BACKFILL,
        Input::StopMatchmaking(_) => STOP_MATCHMAKING,
        Input::AcceptMatch(_) => ACCEPT_MATCH,
        Input::DescribeMatchmaking(_) => DESCRIBE_MATCHMAKING,
        Input::DescribeMatch(_) => DESCRIBE_MATCH,
        Input::CompletePlacement(_) => COMPLETE_PLACEMENT,
        Input::FailPlacement(_) => FAIL_PLACEMENT,
        Input::StartGameSessionPlacement(_) => START_PLACEMENT,
        Input::DescribeGameSessionPlacement(_) => DESCRIBE_PLACEMENT,
        Input::StopGameSessionPlacement(_) => STOP_PLACEMENT,
        Input::GameSessionStarted(_) => SESSION_STARTED,
        Input::GameSessionRefused(_) => SESSION_REFUSED,
        Input::EndGameSession(_) => END_GAME_SESSION,
        Input::RemovePlayers(_) => REMOVE_PLAYERS,
        Input::Reconfigure(_) => RECONFIGURE,
    }
}

/// The JSON from which [`parse_input`] reads `input` back.
///
/// What every matchmaker refuses may have no such JSON: a number that is not finite is written as
/// `null`, and a latency or a port of 0 or a time-out beyond its limit is not read back.
///
/// The rule set of `Reconfigure` is an object when that object, printed, is the rule set's text to
/// the letter, and otherwise a string with the text: spaces, comments and the order of members
/// stay as they are.
pub fn input_to_json(input: &Input) -> Value {
    match input {
        Input::StartMatchmaking(start) => ticket::start_matchmaking_json(start),
        Input::StartMatchBackfill(start) => ticket::start_match_backfill_json(start),
        Input::StopMatchmaking(stop) => ticket::stop_matchmaking_json(stop),
        Input::AcceptMatch(accept) => ticket::accept_match_json(accept),
        Input::DescribeMatchmaking(describe) => ticket::describe_matchmaking_json(describe),
        Input::DescribeMatch(describe) => session::describe_match_json(describe),
        Input::CompletePlacement(complete) => session::complete_placement_json(complete),
        Input::FailPlacement(fail) => session::fail_placement_json(fail),
        Input::StartGameSessionPlacement(start) => placement::start_placement_json(start),
        Input::DescribeGameSessionPlacement(it) => placement::placement_id_json(&it.placement_id),
        Input::StopGameSessionPlacement(it) => placement::placement_id_json(&it.placement_id),
        Input::GameSessionStarted(started) => placement::session_started_json(started),
        Input::GameSessionRefused(refused) => placement::session_refused_json(refused),
        Input::EndGameSession(end) => session::end_game_session_json(end),
        Input::RemovePlayers(remove) => session::remove_players_json(remove),
        Input::Reconfigure(reconfigure) => reconfigure::reconfigure_json(reconfigure),
    }
}

/// Whether a line of a scenario can name this operation.
pub(super) fn is_operation(name: &str) -> bool {
    operations().any(|operation| operation == name)
}

/// Every operation.
pub(super) fn operations() -> impl Iterator<Item = &'static str> {
    OPERATIONS.into_iter()
}

fn unknown_operation(operation: &str) -> ShapeError {
    let hint = did_you_mean(operation, operations());
    ShapeError::new(format!("unknown operation `{}`{hint}", clip(operation)))
}

#[cfg(test)]
pub(super) mod tests;

//! The limits of the rule language and of requests, each with its source.

use crate::base::time::Timestamp;

/// Characters of a rule set text (facts 1.1).
pub(crate) const RULE_SET_CHARS_MAX: usize = 65_535;
/// Nesting of brackets in a rule set text; real ones need five.
pub(crate) const JSON_DEPTH_MAX: usize = 64;
/// Nesting of functions in a property expression; the type checker refuses most beyond four.
pub(crate) const EXPRESSION_DEPTH_MAX: usize = 16;
/// Steps of all expansions together, those of a list of rules counted for each rule. A text has
/// room for some 2,000 steps; only lists multiply them.
pub(crate) const EXPANSION_STEPS_MAX: usize = 5_000;
/// Nesting of the statement of a compound rule.
pub(crate) const STATEMENT_DEPTH_MAX: usize = 32;
/// Rules and operators of a statement and of those that it names; real ones have a dozen.
pub(crate) const STATEMENT_PARTS_MAX: usize = 1000;
/// Players of one match (facts 1.5).
pub(crate) const MATCH_PLAYERS_MAX: u32 = 200;
/// Players of a match that `exhaustiveSearch` forms (facts 1.5).
pub(crate) const SMALL_MATCH_PLAYERS_MAX: u32 = 40;
/// The longest `RequestTimeoutSeconds` (facts 6.2), hence the longest that a ticket waits.
pub(crate) const REQUEST_TIMEOUT_SECONDS_MAX: u32 = 43_200;
/// Characters of a team, rule or attribute name (facts 1.2: `Player.Team` and attribute keys).
pub(crate) const NAME_CHARS_MAX: usize = 1024;

/// Players of one `StartMatchmaking` request (facts 8.3).
pub(crate) const TICKET_PLAYERS_MAX: usize = 10;
/// Players of one `StartMatchBackfill` request (facts 8.3).
pub(crate) const BACKFILL_PLAYERS_MAX: usize = 199;
/// Characters of the ARN of a game session (facts 8.4).
pub(crate) const ARN_CHARS_MAX: usize = 512;
/// Characters of a player session id (facts 8.4).
pub(crate) const PLAYER_SESSION_ID_CHARS_MAX: usize = 128;
/// Characters of a ticket id (facts 6.7).
pub(crate) const TICKET_ID_CHARS_MAX: usize = 128;
/// Characters of the name or ARN by which a request names a configuration (facts 8.4).
pub(crate) const CONFIGURATION_NAME_CHARS_MAX: usize = 256;
/// Characters of a player id (facts 8.4).
pub(crate) const PLAYER_ID_CHARS_MAX: usize = 1024;
/// Attributes of one player (facts 1.3).
pub(crate) const PLAYER_ATTRIBUTES_MAX: usize = 10;
/// Characters of a string value, of each string of a list, and of each key of a map (facts 1.3).
pub(crate) const ATTRIBUTE_STRING_CHARS_MAX: usize = 100;
/// Strings of a string list (facts 1.3).
pub(crate) const STRING_LIST_MAX: usize = 100;
/// Pairs of a string to number map (facts 1.3).
pub(crate) const NUMBER_MAP_MAX: usize = 10;
/// Tickets of one `DescribeMatchmaking` request (facts 6.7).
pub(crate) const DESCRIBE_TICKETS_MAX: usize = 10;
/// Characters of a location name (facts 8.4: a queue names them with up to 64; requests have no limit).
pub(crate) const LOCATION_CHARS_MAX: usize = 1024;
/// Locations that waiting tickets may report at one time (decision 15).
pub(crate) const LIVE_LOCATIONS_MAX: usize = 128;
/// The latest time that a matchmaker takes: the end of the year 9999, beyond which a time has no
/// RFC 3339 form. Sums with a length of time stay far from the end of numbers.
pub(crate) const TIME_MAX: Timestamp = Timestamp::from_millis(253_402_300_799_999);

/// The least and the greatest `TimeoutInSeconds` of a queue (facts 8.5).
pub(crate) const QUEUE_TIMEOUT_SECONDS_MIN: u32 = 10;
pub(crate) const QUEUE_TIMEOUT_SECONDS_MAX: u32 = 600;
/// Destinations of a queue (facts 8.4).
pub(crate) const QUEUE_DESTINATIONS_MAX: usize = 10;
/// Locations of a destination, and of each list of locations of a queue (facts 8.4).
pub(crate) const QUEUE_LOCATIONS_MAX: usize = 100;
/// Characters of a location that a queue names (facts 8.4).
pub(crate) const QUEUE_LOCATION_CHARS_MAX: usize = 64;
/// Latency policies of a queue; the service gives no limit.
pub(crate) const LATENCY_POLICIES_MAX: usize = 10;
/// Locations of an override of the priorities (facts 8.4).
pub(crate) const OVERRIDE_LOCATIONS_MAX: usize = 10;
/// Characters of a placement id (facts 8.4).
pub(crate) const PLACEMENT_ID_CHARS_MAX: usize = 48;
/// Characters of the name or ARN by which a request names a queue (facts 8.4).
pub(crate) const QUEUE_NAME_CHARS_MAX: usize = 256;
/// Latencies of one placement: as many players as a match has, at as many locations as may be live.
/// The service gives no limit.
pub(crate) const PLAYER_LATENCIES_MAX: usize = MATCH_PLAYERS_MAX as usize * LIVE_LOCATIONS_MAX;
/// Properties of a new game session, and the characters of their keys and values (facts 8.4).
pub(crate) const GAME_PROPERTIES_MAX: usize = 16;
pub(crate) const GAME_PROPERTY_KEY_CHARS_MAX: usize = 32;
pub(crate) const GAME_PROPERTY_VALUE_CHARS_MAX: usize = 96;
/// Characters of the `GameSessionData` of a placement (facts 8.4).
pub(crate) const SESSION_DATA_CHARS_MAX: usize = 262_144;
/// Characters of the `PlayerData` of a desired player session (facts 8.4).
pub(crate) const PLAYER_DATA_CHARS_MAX: usize = 2048;

/// Threads on which matches are sought.
#[cfg(feature = "parallel")]
pub(crate) const THREADS_MAX: usize = 256;

//! How one matchmaker is set up: the service's own configuration, and what the service does not
//! let one choose.

use crate::base::time::Millis;
use crate::model::limits;
use crate::placement::queue::GameSessionQueue;

/// The fields of `CreateMatchmakingConfiguration` (facts 8.4) that this release runs.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
pub struct Configuration {
    /// Letters, digits, hyphens and dots, 1 to 128 of them.
    pub name: String,
    /// The longest that a ticket waits, 1 to 43,200 seconds from its start; 43,200 by default.
    pub request_timeout_seconds: u32,
    /// Whether players must accept a match.
    pub acceptance_required: bool,
    /// How long players have to accept, 1 to 600 seconds. Required when they must (decision 25).
    pub acceptance_timeout_seconds: Option<u32>,
    /// Places of a match that are kept free, up to 200 (facts 5.6). Without a queue it is ignored.
    pub additional_player_count: u32,
    /// Text of up to 256 characters that every event carries.
    pub custom_event_data: Option<String>,
    /// Who places game sessions.
    pub flex_match_mode: FlexMatchMode,
    /// Whether sessions with open places ask for players by themselves.
    pub backfill_mode: BackfillMode,
    /// A label of 1 to 1,024 characters; nothing depends on it.
    pub description: Option<String>,
    /// The name or ARN of [`queue`](Self::queue), at most one. Empty: no need to name it.
    pub game_session_queue_arns: Vec<String>,
    /// Up to 16 properties for new game sessions: keys of up to 32 characters, values of up to 96.
    /// They go to whoever places the match, with [`PendingMatch`](crate::PendingMatch).
    pub game_properties: Vec<(String, String)>,
    /// Text of 1 to 4,096 characters for new game sessions.
    pub game_session_data: Option<String>,
    /// Where the service would send events, up to 300 characters. The engine sends none itself.
    pub notification_target: Option<String>,
    /// Up to 200 labels: keys of 1 to 128 characters, values of up to 256.
    pub tags: Vec<(String, String)>,
    /// The queue that places matches in the mode [`FlexMatchMode::WithQueue`], and that placement
    /// requests may name. In the mode `Standalone`, the default, it serves such requests alone: set
    /// the mode, too. The service has queues of their own; a matchmaker has at most one. Absent: the
    /// host places matches.
    pub queue: Option<GameSessionQueue>,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            name: "default".into(),
            request_timeout_seconds: limits::REQUEST_TIMEOUT_SECONDS_MAX,
            acceptance_required: false,
            acceptance_timeout_seconds: None,
            custom_event_data: None,
            flex_match_mode: FlexMatchMode::Standalone,
            backfill_mode: BackfillMode::Manual,
            additional_player_count: 0,
            description: None,
            game_session_queue_arns: Vec::new(),
            game_properties: Vec::new(),
            game_session_data: None,
            notification_target: None,
            tags: Vec::new(),
            queue: None,
        }
    }
}

/// Who places a match into a game session (`tickets.md` section 1).
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FlexMatchMode {
    /// Nobody: a match is complete as soon as it is made.
    #[default]
    Standalone,
    /// The queue of the configuration: [`Matchmaker::poll_action`](crate::Matchmaker::poll_action)
    /// says which game sessions to start; answer with `GameSessionStarted` or
    /// `GameSessionRefused`.
    ///
    /// Without a queue, the host. After each call, look at the events: `PotentialMatchCreated` that
    /// needs no acceptance, and `AcceptMatchCompleted` with `Accepted`, name a match. If
    /// [`Matchmaker::pending_match`](crate::Matchmaker::pending_match) says that it is PLACING,
    /// start a game session for it, and answer with `CompletePlacement` or `FailPlacement` before
    /// its deadline. A match with a backfill ticket is never PLACING there: its session runs.
    WithQueue,
}

/// Who asks for players for a running session.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BackfillMode {
    /// The game, by `StartMatchBackfill`.
    #[default]
    Manual,
    /// The matchmaker, for every session that a match has become.
    Automatic,
}

/// Which tickets end when a player rejects a match (facts 10.12).
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum EarlyRejection {
    /// Those with a player who rejected. The others go on searching.
    #[default]
    RejectersOnly,
    /// Also those with a player who had not answered yet, as the API's text says to the letter.
    Literal,
}

/// What the service keeps to itself: limits, budgets, retention.
///
/// ```
/// # use rallypoint::*;
/// let mut options = EngineOptions::default();
/// options.placement_timeout = Millis::from_secs(60);
/// ```
///
/// Everything that grows has a limit here. Reaching one is an error to the caller, never a loss of
/// what was accepted.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
// a snapshot of an earlier release lacks the options that have come since
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase", default))]
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct EngineOptions {
    /// The least time between the starts of two passes. 0 by default: one is due as soon as
    /// something has changed.
    pub pass_interval: Millis,
    /// Search nodes spent on one anchor before its search is given up for this pass: 100,000 by
    /// default.
    pub nodes_per_anchor: u64,
    /// Search nodes spent in one call of `handle_timeout`: 1,000,000 by default. The pass goes on in
    /// the next call.
    pub nodes_per_slice: u64,
    /// Tickets that may be active at one time: 2,000,000 by default.
    pub active_tickets_max: usize,
    /// Events, updates and actions that may wait to be read: 4,000,000 by default.
    pub undrained_events_max: usize,
    /// How long a finished ticket or placement can be described, and an idle game session is known
    /// (decision 31): a day by default.
    pub retention: Millis,
    /// Finished tickets that can be described: 100,000 by default; the oldest are forgotten first.
    pub retained_tickets_max: usize,
    /// How long the host has to place a match before its tickets go back to the pool: ten minutes by
    /// default. Not 0: they would be matched and go back for ever. With a queue, its own time-out
    /// counts.
    pub placement_timeout: Millis,
    /// Which tickets end when a player rejects a match.
    pub early_rejection: EarlyRejection,
    /// The storm guard: for so many seconds from its start, a ticket that fits a waiting backfill
    /// may join that one only, and found no new match. Finding out who fits takes up to half of the
    /// `nodes_per_anchor` of a search. 0, the default: off.
    pub backfill_before_new_match_seconds: u32,
    /// Game sessions that may be known at one time: 4,000,000 by default. New tickets are refused
    /// when all could be needed (decision 31).
    pub sessions_max: usize,
    /// The fall-back where budgets do not reach. A partition of the pool (tickets that could be in
    /// matches with each other) with more tickets than this is cut into batches of at most so many,
    /// and an anchor is matched within its batch; but only after too many of its searches ran out
    /// of `nodes_per_anchor`, or under a sort order by which each reads more tickets than that, since
    /// rules keep few of two apart. Under `sorted` neighbours are in one batch, else batches are a
    /// shuffle that the seed decides. Who has no match in a batch is searched for in others after a
    /// second, and after twice as long, up to 64 s, each time that nothing came of it. No batch has
    /// fewer tickets than two full matches have players, whatever this says; for that some may have
    /// more than this. Strategy `balanced` is never cut. At least 1; 11,000 by default.
    pub max_batch_tickets: usize,
    /// With how many waiting tickets in reach, the oldest of them, each match of a pass is tried
    /// again before it is formed, 64 at most: it becomes two matches if these have more players in
    /// all. Whoever was matched as an anchor stays matched. Not in batches, nor by strategy
    /// `balanced`. 8 by default; 0: matches go by age alone.
    pub exchange_tries: u32,
    /// Whether a queue places requests without latencies by cost before the order of destinations:
    /// the guide of the service says so, the text of its API does not (facts 8.5). False by default.
    pub prefer_cost_without_latency: bool,
    /// Whether a queue may place a match only in the locations that its rules allow, when its
    /// players report latencies. True by default; the service lets the queue break a latency rule.
    pub place_in_match_locations: bool,
    /// Placements that requests may have PENDING at one time, 200,000 by default; those of matches
    /// come on top.
    pub pending_placements_max: usize,
    /// Ended placements that can be described: 100,000 by default; the oldest are forgotten first.
    pub retained_placements_max: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            pass_interval: Millis::new(0),
            nodes_per_anchor: 100_000,
            nodes_per_slice: 1_000_000,
            active_tickets_max: 2_000_000,
            undrained_events_max: 4_000_000,
            retention: Millis::from_secs(24 * 3600),
            retained_tickets_max: 100_000,
            placement_timeout: Millis::from_secs(600),
            early_rejection: EarlyRejection::RejectersOnly,
            backfill_before_new_match_seconds: 0,
            sessions_max: 4_000_000,
            // So many tickets the default `nodes_per_anchor` takes a search past: measured with the
            // test `hostile_pool`, whose text has the figures.
            max_batch_tickets: 11_000,
            exchange_tries: 8,
            prefer_cost_without_latency: false,
            place_in_match_locations: true,
            pending_placements_max: 200_000,
            retained_placements_max: 100_000,
        }
    }
}

/// Why a matchmaker cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// A field breaks a constraint of the service.
    #[error("{field} {problem}")]
    Invalid {
        /// The field, as the API names it; where it is a part of one, its path, for instance
        /// `Tags[3].Key`.
        field: String,
        /// What is wrong, with the limit.
        problem: String,
    },
}

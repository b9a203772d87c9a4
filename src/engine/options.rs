//! How one matchmaker is set up: the service's own configuration, and what the service does not
//! let one choose.

use crate::base::time::Millis;
use crate::model::limits;

/// The fields of `CreateMatchmakingConfiguration` (facts 8.4) that this release runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Configuration {
    /// Letters, digits, hyphens and dots, 1 to 128 of them.
    pub name: String,
    /// The longest that a ticket waits, 1 to 43,200 seconds from its start.
    pub request_timeout_seconds: u32,
    /// Whether players must accept a match. Not built yet: must be false.
    pub acceptance_required: bool,
    /// How long players have to accept, 1 to 600 seconds.
    pub acceptance_timeout_seconds: Option<u32>,
    /// Text of up to 256 characters that every event carries.
    pub custom_event_data: Option<String>,
    /// Who places game sessions.
    pub flex_match_mode: FlexMatchMode,
    /// Whether sessions with open places ask for players by themselves.
    pub backfill_mode: BackfillMode,
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
        }
    }
}

/// Who places a match into a game session (`tickets.md` section 1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FlexMatchMode {
    /// Nobody: a match is complete as soon as it is made.
    #[default]
    Standalone,
    /// A queue, or the host. Not built yet.
    WithQueue,
}

/// Who asks for players for a running session.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BackfillMode {
    /// The game, by `StartMatchBackfill`.
    #[default]
    Manual,
    /// The matchmaker. Not built yet.
    Automatic,
}

/// What the service keeps to itself: limits, budgets, retention.
///
/// Everything that grows has a limit here. Reaching one is an error to the caller, never a loss of
/// what was accepted.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct EngineOptions {
    /// The least time between the starts of two passes.
    pub pass_interval: Millis,
    /// Search nodes spent on one anchor before its search is given up for this pass.
    pub nodes_per_anchor: u64,
    /// Search nodes spent in one call of `handle_timeout`; the pass goes on in the next call.
    pub nodes_per_slice: u64,
    /// Tickets that may be active at one time.
    pub active_tickets_max: usize,
    /// Events that may wait to be read.
    pub undrained_events_max: usize,
    /// How long a finished ticket can be described.
    pub retention: Millis,
    /// How many finished tickets can be described; the oldest are forgotten first.
    pub retained_tickets_max: usize,
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
        /// The field, as the API names it.
        field: &'static str,
        /// What is wrong, with the limit.
        problem: String,
    },
    /// Something that this release does not run.
    #[error("{what} is not built yet in this release")]
    NotBuilt {
        /// What.
        what: &'static str,
    },
}

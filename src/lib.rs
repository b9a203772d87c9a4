//! Rallypoint: a deterministic matchmaking engine with the semantics of Amazon GameLift FlexMatch.
//!
//! A [`RuleSet`] is compiled from FlexMatch's JSON. A [`Matchmaker`] runs it: commands go in with the
//! time at which they happen, events come out. Nothing in here reads a clock, so the caller drives:
//!
//! ```
//! # use rallypoint::*;
//! # fn drive(matchmaker: &mut Matchmaker, commands: Vec<(Timestamp, Input)>) -> Result<(), InputError> {
//! for (at, command) in commands {
//!     // Fire what is due before the command ...
//!     while let Some(due) = matchmaker.poll_timeout().filter(|&due| due < at) {
//!         let report = matchmaker.handle_timeout(due)?;
//!         while let Some(event) = matchmaker.poll_event() { /* tell the world */ }
//!     }
//!     // ... then apply it. It never searches; the next `handle_timeout` does.
//!     let response = matchmaker.handle_input(at, command)?;
//!     while let Some(event) = matchmaker.poll_event() { /* tell the world */ }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A real service calls `handle_input` when a request comes in and sleeps until `poll_timeout`
//! otherwise. Errors are for bad input; a panic is a bug of the engine and never depends on what a
//! caller sends.
//!
//! With the feature `wire` (on by default), [`wire`] has the JSON forms of the GameLift API for
//! commands, responses and events, and scenario files with what must come out of them. Of the others
//! `simulate` plays a population of players against a rule set, `testing` tests a rule set of one's
//! own, and `parallel` searches on several threads for the same matches.

mod base;
mod diag;
mod engine;
mod eval;
mod expr;
mod json;
mod lifecycle;
mod model;
mod placement;
mod pool;
mod rules;
mod ruleset;
mod search;
#[cfg(feature = "simulate")]
pub mod simulate;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(not(feature = "testing"))]
mod testing;
#[cfg(feature = "wire")]
pub mod wire;

pub use base::pointer::JsonPointer;
pub use base::time::{Millis, Timestamp, TimestampError};
pub use diag::{
    LaxReading, Location, RuleSetError, RuleSetErrorKind, RuleSetErrors, RuleSetWarning,
    RuleSetWarningKind,
};
pub use engine::Matchmaker;
pub use engine::explain::{
    BlockingRule, CandidateMiss, ClosestMatch, Company, EffectiveValue, InMatch, LocationOutlook,
    MatchWaitsFor, MatchedTicket, NearCandidate, NeverReason, PropertyChange, PropertyValue,
    Relief, UpcomingStep, WaitReason, WhyWaiting,
};
pub use engine::input::{
    AcceptMatch, AcceptanceType, CompletePlacement, DescribeMatch, DescribeMatchmaking,
    EndGameSession, FailPlacement, Input, InputError, PlacementFailure, PlacementOf, Reconfigure,
    RemovePlayers, StartMatchBackfill, StartMatchmaking, StopMatchmaking,
};
pub use engine::options::{
    BackfillMode, Configuration, ConfigurationError, EarlyRejection, EngineOptions, FlexMatchMode,
};
pub use engine::report::{PassPhase, TickReport};
pub use engine::response::{GameSession, MatchmakingTicket, PendingMatch, Response};
pub use engine::snapshot::{RestoreError, Snapshot};
pub use lifecycle::cause::StatusCause;
pub use lifecycle::counters::{Counters, Durations};
pub use lifecycle::event::{Acceptance, Event, EventDetail, EventGameSession, RuleMetrics};
pub use lifecycle::event_ticket::{EventPlayer, EventTicket};
pub use lifecycle::status::TicketStatus;
pub use model::matched::PlacedTicket;
pub use model::placement::{
    DescribeGameSessionPlacement, DesiredPlayerSession, GameSessionPlacement, GameSessionRefused,
    GameSessionStarted, PlacementAction, PlacementEvent, PlacementFallbackStrategy,
    PlacementStatus, PlayerLatency, PriorityConfigurationOverride, Refusal,
    StartGameSessionPlacement, StopGameSessionPlacement,
};
pub use model::schema::{
    AttributeDeclaration, AttributeType, PartyAggregation, Strategy, TeamDeclaration,
};
pub use model::session::{
    AutoBackfillMode, GameSessionConnectionInfo, MatchedPlayerSession, MatchmakerData,
    MatchmakerPlayer, MatchmakerTeam, PlayerGatewayStatus, SessionUpdate, UpdateReason,
};
pub use model::ticket::{AttributeValue, MatchId, PlacementId, Player, PlayerId, TicketId};
pub use placement::fleet::{FleetAnswer, FleetLocation, SimulatedFleet};
pub use placement::queue::{
    DestinationLocation, GameSessionQueue, PlayerLatencyPolicy, PriorityConfiguration,
    PriorityKind, QueueDestination,
};
pub use placement::why::WhyUnplaced;
pub use ruleset::describe::{
    BoundSummary, CellSummary, ColumnSummary, EpochSummary, PlanSummary, RuleSummary,
    SearchSummary, SizeSummary,
};
pub use ruleset::lint::LintOptions;
pub use ruleset::terms::{ExpansionTerms, NumberTerm, RuleSetTerms, RuleTerms, StepTerms};
pub use ruleset::{CompileOptions, RuleSet};
pub use testing::judgement::{
    Check, JudgeError, Judgement, Measured, Miss, NoLocation, RuleJudgement, RuleLocations,
    TeamJudgement,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Rallypoint.
mod base;
mod diag;
mod engine;
mod eval;
mod expr;
mod json;
mod lifecycle;
mod model;
mod pool;
mod rules;
mod ruleset;
mod search;
pub mod testing;
#[cfg(feature = "wire")]
pub mod wire;

pub use base::pointer::JsonPointer;
pub use base::time::{Millis, Timestamp, TimestampError};
pub use diag::{
    LaxReading, Location, RuleSetError, RuleSetErrorKind, RuleSetErrors, RuleSetWarning,
    RuleSetWarningKind,
};
pub use engine::Matchmaker;
pub use engine::input::{
    DescribeMatchmaking, Input, InputError, MatchmakingTicket, Response, StartMatchmaking,
    StopMatchmaking,
};
pub use engine::options::{
    BackfillMode, Configuration, ConfigurationError, EngineOptions, FlexMatchMode,
};
pub use engine::report::TickReport;
pub use lifecycle::event::{Event, EventDetail, EventPlayer, EventTicket, RuleMetrics};
pub use lifecycle::status::TicketStatus;
pub use model::matched::PlacedTicket;
pub use model::schema::{AttributeDeclaration, AttributeType, Strategy, TeamDeclaration};
pub use model::ticket::{AttributeValue, MatchId, Player, PlayerId, TicketId};
pub use ruleset::{CompileOptions, RuleSet};
pub use testing::judgement::{
    Check, JudgeError, Judgement, Measured, Miss, RuleJudgement, TeamJudgement,
};

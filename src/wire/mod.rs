//! The JSON forms of requests, answers, events, scenario files and journals, and the driver that
//! replays a scenario.
//!
//! Names of operations, members and enum values are those of the service API (PascalCase);
//! everything else is camelCase. Rendered JSON depends on the rendered value alone: no clock, no
//! unordered map.

mod configuration;
mod connection;
mod driver;
mod envelope;
mod event;
mod expect;
mod journal;
mod member;
mod options;
mod placement;
mod provenance;
mod queue;
mod raw;
mod record;
mod replay;
mod request;
mod response;
mod scenario;
mod session;
mod text;

pub use configuration::{configuration_from_json, configuration_to_json};
pub use envelope::event_envelope;
pub use event::event_detail;
pub use expect::{Expectation, Mismatch};
pub use journal::{
    Journal, JournalEnd, JournalError, JournalHeader, JournalReader, JournalReplay, RecordedCall,
    RecordedInput,
};
pub use member::ShapeError;
#[cfg(feature = "simulate")]
pub(crate) use member::did_you_mean;
pub use options::{options_from_json, options_to_json};
pub use placement::{action_to_json, placement_to_json};
pub use provenance::rule_set_hash;
pub use record::{Outcome, Record};
pub use replay::{Replay, ReplayError};
pub use request::{input_to_json, operation_name, parse_input};
pub use response::{error_to_json, response_to_json, ticket_to_json};
pub use scenario::{Command, DriverKind, RuleSetSource, Scenario, ScenarioError, ScenarioLine};
pub use session::{matchmaker_data_to_json, update_to_json};
pub use text::value_from_json;

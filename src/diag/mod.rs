//! What can be wrong with a rule set text, and where.

mod error;
mod found;
mod kinds;
mod lax;
mod problems;
mod source;
mod suggest;

pub use error::{RuleSetError, RuleSetErrors, RuleSetWarning};
pub(crate) use found::{
    describe_char, did_you_mean, found_at, list_known, list_words, quoted, shorten,
};
pub use kinds::{RuleSetErrorKind, RuleSetWarningKind};
pub use lax::LaxReading;
pub(crate) use problems::Problems;
pub use source::Location;
pub(crate) use source::{Site, Span};
pub(crate) use suggest::nearest;

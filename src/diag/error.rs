//! A problem of a rule set text: what it is, where, and what to do about it.
//!
//! Messages are lower case, without a full stop, with the author's text in backticks. What to do
//! about a problem is its help, apart from the message.

use std::fmt;

use super::kinds::{RuleSetErrorKind, RuleSetWarningKind};
use super::source::Location;

/// One problem that keeps a rule set from compiling.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSetError {
    pub(super) kind: RuleSetErrorKind,
    pub(super) at: Location,
    pub(super) help: Option<String>,
}

/// Something legal that is surely not meant, or a reading that the service may not share.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSetWarning {
    pub(super) kind: RuleSetWarningKind,
    pub(super) at: Location,
    pub(super) help: Option<String>,
}

macro_rules! diagnostic {
    ($name:ident, $kind:ident) => {
        impl $name {
            pub(super) fn new(kind: $kind, at: Location, help: Option<String>) -> Self {
                Self { kind, at, help }
            }

            /// What is wrong.
            pub fn kind(&self) -> &$kind {
                &self.kind
            }

            /// Where it is.
            pub fn location(&self) -> &Location {
                &self.at
            }

            /// What to do about it, where that is known.
            pub fn help(&self) -> Option<&str> {
                self.help.as_deref()
            }
        }

        /// `LINE:COLUMN: MESSAGE (at POINTER)`, then the help.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let Location { line, column, pointer, .. } = &self.at;
                write!(f, "{line}:{column}: {}", self.kind)?;
                if !pointer.as_str().is_empty() {
                    write!(f, " (at {pointer})")?;
                }
                if let Some(help) = &self.help {
                    write!(f, "; help: {help}")?;
                }
                Ok(())
            }
        }
    };
}
diagnostic!(RuleSetError, RuleSetErrorKind);
diagnostic!(RuleSetWarning, RuleSetWarningKind);

impl std::error::Error for RuleSetError {}

/// Every problem of a rule set text, in the order of the text; never empty.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSetErrors {
    errors: Vec<RuleSetError>,
    warnings: Vec<RuleSetWarning>,
}

impl RuleSetErrors {
    pub(super) fn new(errors: Vec<RuleSetError>, warnings: Vec<RuleSetWarning>) -> Self {
        debug_assert!(!errors.is_empty());
        Self { errors, warnings }
    }

    /// The errors, first in the text first.
    pub fn errors(&self) -> &[RuleSetError] {
        &self.errors
    }

    /// The warnings found beside them.
    pub fn warnings(&self) -> &[RuleSetWarning] {
        &self.warnings
    }
}

/// One line per error.
impl fmt::Display for RuleSetErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.errors.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleSetErrors {}

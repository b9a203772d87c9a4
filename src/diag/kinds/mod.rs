//! What can be wrong with a rule set text, and what can be odd about it, in the words of a rule set
//! author: each kind with its code, its fields and its message.

mod error;
mod warning;

pub use error::RuleSetErrorKind;
pub use warning::RuleSetWarningKind;

macro_rules! kinds {
    (
        $(#[$meta:meta])* $name:ident {
            $( $(#[$doc:meta])* $variant:ident $code:literal
               $({ $( $(#[$field_doc:meta])* $field:ident: $type:ty, )* })? $message:literal; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug, thiserror::Error)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$doc])* #[error($message)]
               $variant $({ $( $(#[$field_doc])* $field: $type, )* })?, )*
            /// A lax reading (see [`LaxReading`]).
            #[error("{0}")]
            Lax(LaxReading),
        }

        impl $name {
            /// The codes of all kinds but the lax readings, which are in [`LaxReading::CODES`].
            pub const CODES: &[&'static str] = &[$($code),*];

            /// The name of this kind in JSON output, stable across releases.
            pub fn code(&self) -> &'static str {
                match self {
                    $( Self::$variant $({ $($field: _,)* })? => $code, )*
                    Self::Lax(reading) => reading.code(),
                }
            }
        }
    };
}
use kinds;

//! A caller's text in a message, which stays short and plain whatever was sent.

use std::fmt::{self, Display};

/// So many characters of a text are shown.
const CHARS_MAX: usize = 60;

/// A text, cut and escaped where it would spoil a message.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().take(CHARS_MAX).try_for_each(|it| write!(f, "{}", it.escape_debug()))
    }
}

/// The same, put together.
pub(crate) fn shown(text: &str) -> String {
    Shown(text).to_string()
}

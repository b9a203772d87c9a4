//! Readings that the service does not promise: what stands there, and what to write instead.

use std::fmt;

use super::found::shorten;

/// Something that the reader understands although the service's own text does not promise it
/// (facts 1.1, decision 8): a warning, and an error under `strict`.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LaxReading {
    /// A `//` or `/* */` comment.
    Comment,
    /// A comma before a closing bracket.
    TrailingComma,
    /// A key that the same object has already; the last one counts.
    DuplicateKey {
        /// The key.
        key: String,
        /// The line of the earlier one, from 1.
        first_line: u32,
        /// The column of the earlier one, from 1.
        first_column: u32,
    },
    /// A number written as a string.
    NumericString {
        /// The string.
        text: String,
    },
    /// `measurements` as one string instead of a list of strings.
    BareMeasurement,
    /// A byte order mark before the text.
    ByteOrderMark,
    /// A `latency` rule with a `maxDistance` from it does not say what: the lowest latency (facts
    /// 10.8).
    MissingDistanceReference,
}

impl LaxReading {
    /// The code of every lax reading, which is also that of the error or warning it becomes.
    pub const CODES: &[&'static str] = &[
        "comment",
        "trailingComma",
        "duplicateKey",
        "numericString",
        "bareMeasurement",
        "byteOrderMark",
        "missingDistanceReference",
    ];

    pub(super) fn remedy(&self) -> String {
        match self {
            Self::Comment => "take the comment out, or put it into a `description`".into(),
            Self::TrailingComma => "take the comma out".into(),
            Self::DuplicateKey { .. } => "keep one of the two".into(),
            Self::NumericString { text } => {
                format!("write {} without quotes", shorten(text.trim()))
            }
            Self::BareMeasurement => "put the string into a list: [\"...\"]".into(),
            Self::ByteOrderMark => "save the file as UTF-8 without a byte order mark".into(),
            Self::MissingDistanceReference => {
                "add a `distanceReference`: \"min\" or \"avg\"".into()
            }
        }
    }

    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Comment => Self::CODES[0],
            Self::TrailingComma => Self::CODES[1],
            Self::DuplicateKey { .. } => Self::CODES[2],
            Self::NumericString { .. } => Self::CODES[3],
            Self::BareMeasurement => Self::CODES[4],
            Self::ByteOrderMark => Self::CODES[5],
            Self::MissingDistanceReference => Self::CODES[6],
        }
    }
}

impl fmt::Display for LaxReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comment => f.write_str("JSON has no comments"),
            Self::TrailingComma => f.write_str("JSON has no comma before a closing bracket"),
            Self::DuplicateKey { key, first_line, first_column } => write!(
                f,
                "`{}` stands twice in this object, first at {first_line}:{first_column}; the last one counts",
                shorten(key)
            ),
            Self::NumericString { text } => {
                write!(f, "`\"{}\"` is a string, not a number", shorten(text))
            }
            Self::BareMeasurement => f.write_str("`measurements` is a list of strings"),
            Self::ByteOrderMark => f.write_str("the text begins with a byte order mark"),
            Self::MissingDistanceReference => f.write_str(
                "`maxDistance` without `distanceReference` is a distance from the lowest latency",
            ),
        }
    }
}

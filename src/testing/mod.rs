//! The meaning of a rule set, written down a second time in the plainest way.
//!
//! [`mod@reference`] interprets the typed tree of a rule set on a complete match. It shares nothing
//! with the compiled path but that tree, so that the two can be held against each other.
//! `RuleSet::judge` shows its verdict (decision 16), and `brute` asks it about every match that a
//! small pool could make.

#[cfg(test)]
pub(crate) mod brute;
#[cfg(test)]
pub(crate) mod build;
pub(crate) mod judgement;
#[cfg(test)]
mod proof;
pub(crate) mod reference;

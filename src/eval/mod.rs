//! Judging a match, partial or complete, on columns of numbers.

pub(crate) mod bounds;
pub(crate) mod candidate;
pub(crate) mod common;
pub(crate) mod lineup;
pub(crate) mod means;
pub(crate) mod nested;
pub(crate) mod pairs;
pub(crate) mod profiles;
pub(crate) mod program;
pub(crate) mod quotas;
pub(crate) mod scratch;
pub(crate) mod sets;
pub(crate) mod verdict;

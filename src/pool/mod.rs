//! Waiting tickets as columns.

pub(crate) mod attributes;
pub(crate) mod columns;
pub(crate) mod ingest;
pub(crate) mod layout;
mod locations;
mod party;
mod roster;

//! Waiting tickets as columns.

pub(crate) mod columns;
pub(crate) mod ingest;
pub(crate) mod layout;
mod roster;

//! Plain data: what a rule set declares, what a ticket holds, what a match is. No logic.

pub(crate) mod limits;
pub(crate) mod matched;
pub(crate) mod placement;
pub(crate) mod schema;
pub(crate) mod session;
pub(crate) mod ticket;

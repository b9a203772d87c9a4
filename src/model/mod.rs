//! Plain data: what a rule set declares, what a ticket, a match and a session hold, and the limits
//! on it all.

pub(crate) mod limits;
pub(crate) mod matched;
pub(crate) mod placement;
pub(crate) mod schema;
pub(crate) mod session;
pub(crate) mod ticket;

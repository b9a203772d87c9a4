//! A proposed match, and the verdict on it rule by rule.

use crate::base::time::Millis;
use crate::model::ticket::Player;

/// A ticket in a team of a match to be judged.
#[derive(Clone, PartialEq, Debug)]
pub struct PlacedTicket {
    /// The name of the team instance (`red`, or `trio_2` of a team with a quantity).
    pub team: String,
    /// How long the ticket has waited: decides which expansions apply.
    pub age: Millis,
    /// Its players.
    pub players: Vec<Player>,
}

//! A match as a list of tickets in teams, for those who judge one that no engine has made.

use crate::base::time::Millis;
use crate::model::ticket::Player;

/// A ticket in a team of a match to be judged, or the part of a backfill ticket in one team.
#[derive(Clone, PartialEq, Debug)]
pub struct PlacedTicket {
    /// The name of the team instance (`red`, or `trio_2` of a team with a quantity).
    pub team: String,
    /// How long the ticket has waited: decides which expansions apply.
    pub age: Millis,
    /// Its players.
    pub players: Vec<Player>,
    /// Whether these players are in the running session already. All such parts of a match make up
    /// its backfill ticket, one for each team, and have waited equally long. Then teams may be
    /// smaller than `minPlayers`, and at least one other ticket must join (facts 5.1, decision 17).
    pub backfill: bool,
}

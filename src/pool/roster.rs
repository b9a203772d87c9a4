//! Backfill tickets: the players of a running session as rows.
//!
//! A rule on tickets sees a roster as one ticket, an expression sees its players in their team
//! instances. So a roster has a row of its own with all its players, in the order of their
//! instances, and for each instance a row with that stretch of them.

use super::columns::{LocationSet, PlayerRange, PlayerRow, Roster, TicketRow};
use super::ingest::{Pool, Refused, reported_names};
use crate::base::idx::Idx;
use crate::base::time::Timestamp;
use crate::model::schema::{InstanceIdx, Schema};
use crate::model::ticket::Player;

impl Pool {
    /// Gives a backfill ticket its rows: `teams` has the team instance of each player, of whom there
    /// is one at least. What holds of the players of [`Pool::insert`] holds of these.
    ///
    /// The match can only be at `location`, that of the session, when it is given. One that no
    /// ticket reports takes up a live location; without room for it the ticket fits nowhere.
    ///
    /// # Errors
    /// [`Refused`], and nothing has changed.
    pub(crate) fn insert_roster(
        &mut self,
        schema: &Schema,
        players: &[Player],
        teams: &[InstanceIdx],
        location: Option<&str>,
        start_time: Timestamp,
        number: u64,
    ) -> Result<TicketRow, Refused> {
        if !self.locations.have_room_for(reported_names(players)) {
            return Err(Refused::TooManyLocations);
        }
        let mut seated: Vec<(InstanceIdx, &Player)> = teams.iter().copied().zip(players).collect();
        // A stable sort: the players of a team stay in the order of the request.
        seated.sort_by_key(|&(team, _)| team);
        let in_order = seated.iter().map(|&(_, player)| player);
        let all = PlayerRange { is_roster: true, ..self.allocate_players(seated.len()) };
        let reported = self.fill_players(schema, all, in_order.clone());
        let room = location.filter(|&name| self.locations.have_room_for(std::iter::once(name)));
        let session_location = room.map(|name| self.locations.acquire(name));
        let allowed = match (location, session_location) {
            (None, _) => reported,
            (Some(_), None) => LocationSet::NONE,
            (Some(_), Some(location)) => LocationSet::NONE.with(location),
        };
        let row = self.new_row(all, allowed, start_time, number);
        self.fill_ticket(schema, row, in_order);
        let mut parts = Vec::new();
        let mut start = all.start.index();
        for of_team in seated.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(team, _)) = of_team.first() else { continue };
            let len = of_team.len() as u16;
            let players =
                PlayerRange { start: PlayerRow::from_usize(start), len, is_roster: false };
            start += of_team.len();
            let part = self.new_row(players, allowed, start_time, number);
            self.fill_part(part);
            parts.push((team, part));
        }
        self.columns.rosters.insert(row, Roster { parts: parts.into(), session_location });
        Ok(row)
    }

    /// Whether a backfill ticket fits nowhere since there was no room for its session's location.
    pub(crate) fn is_nowhere(&self, row: TicketRow, location: Option<&str>) -> bool {
        let roster = self.columns.rosters.get(&row);
        location.is_some() && roster.is_some_and(|roster| roster.session_location.is_none())
    }

    /// Gives a backfill ticket, which came in without a location, nowhere to be.
    pub(crate) fn put_nowhere(&mut self, row: TicketRow) {
        let columns = &mut self.columns;
        let parts = columns.rosters.get(&row).into_iter().flat_map(|roster| &roster.parts);
        for part in parts.map(|&(_, part)| part).chain([row]) {
            columns.locations[part] = LocationSet::NONE;
        }
    }
}

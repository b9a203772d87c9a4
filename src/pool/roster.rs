//! Backfill tickets: the players of a running session as rows.
//!
//! A rule on tickets sees a roster as one ticket, an expression sees its players in their team
//! instances. So a roster has a row of its own with all its players, in the order of their
//! instances, and for each instance a row with that stretch of them.

use super::columns::{LocationSet, PlayerRange, PlayerRow, Roster, TicketRow};
use super::ingest::{Pool, Refused};
use super::locations::reported_names;
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
        let hashes = &mut self.columns.location_hashes;
        let session_location = room.map(|name| self.locations.acquire(name, hashes));
        self.rank_locations();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limits::LIVE_LOCATIONS_MAX;
    use crate::pool::columns::LocationIdx;
    use crate::ruleset::RuleSet;

    struct Fixture {
        rule_set: RuleSet,
        pool: Pool,
    }

    impl Fixture {
        fn new() -> Self {
            let text = r#"{"ruleLanguageVersion": "1.0",
                "playerAttributes": [{"name": "x", "type": "number", "default": 0}],
                "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 4, "quantity": 3}],
                "rules": [{"name": "near", "type": "latency", "maxLatency": 90},
                          {"name": "alike", "type": "batchDistance", "batchAttribute": "x",
                           "maxDistance": 5}]}"#;
            let rule_set = RuleSet::from_json(text).expect("the rule set is valid");
            let pool = Pool::new(&rule_set.plan().layout, 1);
            Self { rule_set, pool }
        }

        fn insert(&mut self, players: &[Player]) -> TicketRow {
            let schema = &self.rule_set.plan().ast.schema;
            self.pool.insert(schema, players, Timestamp::from_millis(0), 1).expect("there is room")
        }

        fn roster(&mut self, teams: &[usize], location: Option<&str>) -> TicketRow {
            let player = |(at, _): (usize, &usize)| {
                let id = format!("p{at}");
                Player::new(id).with_number("x", at as f64).with_latency("eu", 20 + at as u32)
            };
            let players: Vec<Player> = teams.iter().enumerate().map(player).collect();
            let teams: Vec<_> = teams.iter().map(|&team| InstanceIdx::from_usize(team)).collect();
            let schema = &self.rule_set.plan().ast.schema;
            let start = Timestamp::from_millis(5);
            let row = self.pool.insert_roster(schema, &players, &teams, location, start, 9);
            row.expect("there is room")
        }

        fn names(&self) -> Vec<String> {
            let live = self.pool.locations();
            live.filter_map(|it| self.pool.location_name(it)).map(ToString::to_string).collect()
        }

        /// The numbers of a row's players in order.
        fn numbers(&self, row: TicketRow) -> Vec<f64> {
            let columns = &self.pool.columns;
            let cells = &columns.numbers.iter().next().expect("a rule reads a number").cells;
            columns.players[row].rows().map(|player| cells[player]).collect()
        }
    }

    #[test]
    fn players_stand_in_the_order_of_their_teams() {
        let mut fixture = Fixture::new();
        let row = fixture.roster(&[2, 0, 2, 0], None);
        assert_eq!(fixture.numbers(row), [1.0, 3.0, 0.0, 2.0]);
        let columns = &fixture.pool.columns;
        assert!(columns.is_roster(row));
        let parts = columns.parts(row).to_vec();
        let teams: Vec<usize> = parts.iter().map(|(team, _)| team.index()).collect();
        assert_eq!(teams, [0, 2]);
        for ((_, part), numbers) in parts.into_iter().zip([[1.0, 3.0], [0.0, 2.0]]) {
            assert!(!columns.is_roster(part) && columns.parts(part).is_empty());
            assert_eq!(fixture.numbers(part), numbers);
            let key = |row| (columns.start_time[row], columns.number[row]);
            assert_eq!(key(part), key(row));
        }
    }

    #[test]
    fn what_a_roster_takes_up_is_given_back() {
        let mut fixture = Fixture::new();
        for _ in 0..3 {
            let row = fixture.roster(&[0, 1, 1], Some("us"));
            assert_eq!(fixture.names(), ["eu", "us"]);
            assert_eq!(fixture.pool.columns.players.len(), 3, "rows are used again");
            assert_eq!(fixture.pool.columns.latencies.len(), 3);
            fixture.pool.remove(row);
            assert!(fixture.names().is_empty());
            assert!(fixture.pool.columns.rosters.is_empty());
        }
        // Rows of parts serve ordinary tickets, too.
        for _ in 0..3 {
            let row = fixture.insert(&[Player::new("q").with_number("x", 1.0)]);
            assert!(!fixture.pool.columns.is_roster(row));
        }
        assert_eq!(fixture.pool.columns.players.len(), 3);
    }

    #[test]
    fn only_the_location_of_the_session_is_allowed() {
        let mut fixture = Fixture::new();
        let allowed = |fixture: &Fixture, row| -> Vec<String> {
            let set = fixture.pool.columns.locations[row];
            let live = fixture.pool.locations().filter(|&it| set.contains(it));
            live.filter_map(|it| fixture.pool.location_name(it)).map(ToString::to_string).collect()
        };
        for (location, expected) in [(None, "eu"), (Some("eu"), "eu"), (Some("us"), "us")] {
            let row = fixture.roster(&[0, 1], location);
            assert_eq!(allowed(&fixture, row), [expected]);
            fixture.pool.remove(row);
        }
        // One is left beside those that are reported: the session's own takes it, or `eu` does.
        for at in 0..LIVE_LOCATIONS_MAX - 2 {
            fixture.insert(&[Player::new("p").with_latency(&format!("l{at}"), 1)]);
        }
        let row = fixture.roster(&[0], Some("us"));
        assert_eq!(allowed(&fixture, row), ["us"]);
        fixture.pool.remove(row);
        let last = fixture.insert(&[Player::new("p").with_latency("last", 1)]);
        let row = fixture.roster(&[0], Some("us"));
        assert_eq!(fixture.pool.columns.locations[row], LocationSet::NONE);
        fixture.pool.remove(last);
        fixture.pool.remove(row);
        let row = fixture.roster(&[0], Some("l0"));
        let l0 = fixture.pool.columns.locations[row];
        assert_eq!(l0, LocationSet::NONE.with(LocationIdx::from_usize(0)));
    }

    #[test]
    fn too_many_reported_locations_change_nothing() {
        let mut fixture = Fixture::new();
        for at in 0..LIVE_LOCATIONS_MAX {
            fixture.insert(&[Player::new("p").with_latency(&format!("l{at}"), 1)]);
        }
        let players = [Player::new("p").with_latency("one more", 1)];
        let schema = &fixture.rule_set.plan().ast.schema;
        let (teams, start) = ([InstanceIdx::from_usize(0)], Timestamp::from_millis(0));
        let refused = fixture.pool.insert_roster(schema, &players, &teams, None, start, 1);
        assert_eq!(refused, Err(Refused::TooManyLocations));
        assert!(fixture.pool.columns.rosters.is_empty());
        assert_eq!(fixture.pool.columns.players.len(), LIVE_LOCATIONS_MAX);
    }
}

//! A complete match in canonical order.

use crate::base::idx::Idx;
use crate::eval::candidate::Candidate;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{Columns, TicketRow};

/// The tickets of a complete match: by team instance, then start time and submission; their
/// players follow in the order of the request (decision 14). A backfill ticket stands in each of
/// its team instances with its players there; as one whole ticket it stands in the first of them.
/// What a rule says never depends on the path of the search.
#[derive(Debug)]
pub(crate) struct Lineup<'c> {
    pub(crate) columns: &'c Columns,
    buffers: &'c LineupBuffers,
}

/// The reusable memory of a lineup.
#[derive(Debug, Default)]
pub(crate) struct LineupBuffers {
    tickets: Vec<TicketRow>,
    /// Where each instance's tickets begin, and the end of the last.
    starts: Vec<u32>,
    /// The whole tickets of a match with a backfill ticket.
    whole: Vec<TicketRow>,
}

impl LineupBuffers {
    /// Lines the tickets of a match up.
    pub(crate) fn line_up<'c>(
        &'c mut self,
        columns: &'c Columns,
        candidate: &Candidate,
    ) -> Lineup<'c> {
        self.tickets.clear();
        self.starts.clear();
        self.starts.push(0);
        for slot in candidate.slots.iter() {
            let start = self.tickets.len();
            self.tickets.extend_from_slice(&slot.tickets);
            sort_by_age(self.tickets.get_mut(start..).unwrap_or_default(), columns);
            self.starts.push(self.tickets.len() as u32);
        }
        self.whole.clear();
        if let Some(roster) = candidate.roster {
            let parts = columns.parts(roster);
            let is_part = |row: TicketRow| parts.iter().any(|&(_, part)| part == row);
            let first = parts.first().map(|&(_, part)| part);
            for &row in &self.tickets {
                if !is_part(row) {
                    self.whole.push(row);
                } else if first == Some(row) {
                    self.whole.push(roster);
                }
            }
        }
        Lineup { columns, buffers: self }
    }
}

/// Oldest first, then in the order of submission.
fn sort_by_age(tickets: &mut [TicketRow], columns: &Columns) {
    tickets.sort_unstable_by_key(|&row| (columns.start_time[row], columns.number[row]));
}

impl Lineup<'_> {
    /// The tickets of a team instance, the part of a backfill ticket among them.
    pub(crate) fn tickets(&self, instance: InstanceIdx) -> &[TicketRow] {
        let bounds = self.buffers.starts.get(instance.index()..instance.index() + 2);
        let &[start, end] = bounds.unwrap_or_default() else { return &[] };
        self.buffers.tickets.get(start as usize..end as usize).unwrap_or_default()
    }

    /// All tickets of the match, a backfill ticket once and as a whole.
    pub(crate) fn all_tickets(&self) -> &[TicketRow] {
        match &*self.buffers.whole {
            [] => &self.buffers.tickets,
            whole => whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::ticket::Player;
    use crate::ruleset::RuleSet;

    #[test]
    fn the_order_of_seating_does_not_matter() {
        let rule_set = RuleSet::from_json(
            r#"{"ruleLanguageVersion": "1.0",
                "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 4},
                          {"name": "blue", "minPlayers": 1, "maxPlayers": 4}]}"#,
        );
        let plan = rule_set.unwrap();
        let plan = plan.plan();
        let mut pool = crate::pool::ingest::Pool::new(&plan.layout, 1);
        // The last is the oldest, and of equally old ones the first that was submitted counts.
        let rows: Vec<TicketRow> = [(5, 1), (5, 2), (3, 9), (3, 4)]
            .into_iter()
            .map(|(start, number)| {
                let player = Player::new(format!("p{number}"));
                let start = Timestamp::from_millis(start);
                pool.insert(&plan.ast.schema, &[player], start, number).unwrap()
            })
            .collect();
        let [a, b, c, d] = rows[..] else { panic!("four tickets") };
        let (red, blue) = (InstanceIdx::from_usize(0), InstanceIdx::from_usize(1));
        for order in [[a, b, c, d], [d, c, b, a], [b, d, a, c]] {
            let mut candidate = Candidate::new(2);
            for row in order {
                candidate.push(if row == b { blue } else { red }, row, &pool.columns);
            }
            let mut buffers = LineupBuffers::default();
            let lineup = buffers.line_up(&pool.columns, &candidate);
            assert_eq!(lineup.tickets(red), [d, c, a]);
            assert_eq!(lineup.tickets(blue), [b]);
            assert_eq!(lineup.all_tickets(), [d, c, a, b]);
        }
    }

    #[test]
    fn a_backfill_ticket_stands_in_its_teams_and_as_a_whole_in_the_first() {
        let rule_set = RuleSet::from_json(
            r#"{"ruleLanguageVersion": "1.0",
                "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 4, "quantity": 3}]}"#,
        );
        let rule_set = rule_set.unwrap();
        let schema = &rule_set.plan().ast.schema;
        let mut pool = crate::pool::ingest::Pool::new(&rule_set.plan().layout, 1);
        let new = [1, 2, 4].map(|number| {
            let start = Timestamp::from_millis(number);
            pool.insert(schema, &[Player::new(format!("p{number}"))], start, number).unwrap()
        });
        let teams = [2, 1].map(InstanceIdx::from_usize);
        let players = ["a", "b"].map(Player::new);
        let start = Timestamp::from_millis(3);
        let roster = pool.insert_roster(schema, &players, &teams, None, start, 3).unwrap();
        let mut candidate = Candidate::new(3);
        let seats = [0, 1, 1].map(InstanceIdx::from_usize);
        for (instance, row) in seats.into_iter().zip(new) {
            candidate.push(instance, row, &pool.columns);
        }
        candidate.push_roster(roster, &pool.columns);
        let mut buffers = LineupBuffers::default();
        let lineup = buffers.line_up(&pool.columns, &candidate);
        assert_eq!(lineup.all_tickets(), [new[0], new[1], roster, new[2]]);
        let &[(_, first), (_, last)] = pool.columns.parts(roster) else { panic!("two parts") };
        assert_eq!(lineup.tickets(seats[1]), [new[1], first, new[2]]);
        assert_eq!(lineup.tickets(teams[0]), [last]);
        candidate.pop(&pool.columns);
        let lineup = buffers.line_up(&pool.columns, &candidate);
        assert_eq!(lineup.all_tickets(), new);
    }
}

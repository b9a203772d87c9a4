//! A complete match that a waiting ticket could be in if the rules let it.

use crate::base::epoch::Epoch;
use crate::engine::Matchmaker;
use crate::model::matched::PlacedTicket;
use crate::model::ticket::TicketId;
use crate::pool::columns::TicketRow;
use crate::ruleset::Judgement;
use crate::search::Prober;

/// A match that is full enough, with the verdict on it. It is an example: others may come nearer.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ClosestMatch {
    /// Each ticket with its team, in the order of teams and submission.
    pub tickets: Vec<(String, TicketId)>,
    /// How it comes out now.
    pub judgement: Judgement,
}

impl Matchmaker {
    /// Fills the teams around a ticket with those that fit, and judges what comes of it.
    pub(super) fn closest_match(
        &self,
        prober: &mut Prober<'_>,
        row: TicketRow,
        fitting: &[(TicketRow, Epoch)],
        epoch: Epoch,
    ) -> Option<ClosestMatch> {
        let columns = &self.pool.columns;
        let new = fitting.iter().map(|&(other, _)| other).filter(|&it| !columns.is_roster(it));
        let mut others: Vec<TicketRow> = new.collect();
        // Large parties first: others fill up what they leave. Else by age.
        others.sort_by_key(|&it| std::cmp::Reverse(columns.players[it].len));
        let mut placed = prober.fill(row, &others, epoch)?;
        placed.sort_unstable_by_key(|&(team, row)| {
            (team, columns.start_time[row], columns.number[row])
        });
        let mut tickets = Vec::new();
        let mut judged: Vec<PlacedTicket> = Vec::new();
        for (team, row) in placed {
            let record = self.book.record(self.owners[row])?;
            let team = self.rule_set.plan().ast.schema.instances[team].name.to_string();
            judged.extend(self.placed(record, self.now, Some(&team)));
            tickets.push((team, record.id().clone()));
        }
        let judgement = self.rule_set.judge(&judged).ok()?;
        Some(ClosestMatch { tickets, judgement })
    }
}

//! In which order candidates are tried (`matching.md` section 4).

use std::cmp::Ordering;

use super::view::Entry;
use crate::base::num::distance;
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::plan::{Plan, SortColumn};

/// Whether a rule set has an order of its own; else candidates are tried by age.
pub(super) fn is_ordered(plan: &Plan) -> bool {
    !plan.sort_keys.is_empty() || !plan.sort_columns.is_empty()
}

/// Brings the candidates, given oldest first, into the order in which they are tried: by the sort
/// rules, each breaking the ties of the one before; then, under `sorted`, those nearest to the
/// anchor first, attribute by attribute (decision 19); then the oldest.
pub(crate) fn rank(plan: &Plan, columns: &Columns, anchor: TicketRow, candidates: &mut [Entry]) {
    candidates.sort_by(|a, b| {
        let (a, b) = (a.row, b.row);
        let by_rules = plan.sort_keys.iter().map(|key| key.compare(anchor, a, b, columns));
        let by_nearness = plan.sort_columns.iter().map(|column| {
            let of = |row| nearness(*column, columns, anchor, row);
            of(a).total_cmp(&of(b))
        });
        by_rules.chain(by_nearness).find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    });
}

/// How far a ticket is from the anchor: the difference of numbers (a party by its average), 0 or 1
/// for strings (a party by its first).
fn nearness(column: SortColumn, columns: &Columns, anchor: TicketRow, row: TicketRow) -> f64 {
    match column {
        SortColumn::Number(column) => {
            let cells = &columns.numbers[column].cells;
            let average = |row: TicketRow| {
                let players = columns.players[row];
                players.rows().map(|player| cells[player]).sum::<f64>() / f64::from(players.len)
            };
            distance(average(anchor), average(row))
        }
        SortColumn::String(column) => {
            let cells = &columns.strings[column];
            let first = |row: TicketRow| cells[columns.players[row].start];
            f64::from(u8::from(first(anchor) != first(row)))
        }
    }
}

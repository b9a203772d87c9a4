//! In which order candidates are tried (`matching.md` section 4).

use crate::base::num::distance;
use crate::model::schema::BatchingPreference;
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::plan::{Plan, SortColumn};

/// Brings the candidates, given oldest first, into the order in which they are tried: under
/// `sorted` those nearest to the anchor come first, the nearness being compared attribute by
/// attribute (decision 19); otherwise the oldest.
pub(crate) fn rank(
    plan: &Plan,
    columns: &Columns,
    anchor: TicketRow,
    candidates: &mut [TicketRow],
) {
    if plan.ast.algorithm.batching_preference != BatchingPreference::Sorted {
        return;
    }
    // The nearness is computed once per candidate, not once per comparison.
    let mut keyed: Vec<(Vec<f64>, TicketRow)> = candidates
        .iter()
        .map(|&row| (nearness(&plan.sort_columns, columns, anchor, row), row))
        .collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let pairs = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
        pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    for (slot, (_, row)) in candidates.iter_mut().zip(keyed) {
        *slot = row;
    }
}

/// How far a ticket is from the anchor in each attribute to sort by: the difference of numbers
/// (a party by its average), 0 or 1 for strings (a party by its first).
fn nearness(
    sort_columns: &[SortColumn],
    columns: &Columns,
    anchor: TicketRow,
    row: TicketRow,
) -> Vec<f64> {
    let by_column = sort_columns.iter().map(|column| match *column {
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
    });
    by_column.collect()
}

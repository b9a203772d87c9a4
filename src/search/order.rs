//! In which order candidates are tried (`matching.md` section 4).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::view::Entry;
use crate::base::intern::Sym;
use crate::base::num::distance;
use crate::pool::columns::{Columns, TicketRow};
use crate::pool::layout::{NumberColumn, StringColumn};
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

/// Brings tickets, given oldest first, into the order of `sortByAttributes`, from which batches are
/// cut: numbers ascending; those with the same string together, in the order of their oldest
/// tickets, as only ingestion knows what a string says.
pub(super) fn sort_for_batches(
    plan: &Plan,
    columns: &Columns,
    rows: &[TicketRow],
    order: &mut [usize],
) {
    let of_column = |column: &SortColumn| -> Vec<f64> {
        match *column {
            SortColumn::Number(column) => {
                rows.iter().map(|&row| average(column, columns, row)).collect()
            }
            SortColumn::String(column) => {
                let mut known = BTreeMap::new();
                let rank = |&row: &TicketRow| {
                    let next = known.len() as u32;
                    f64::from(*known.entry(first(column, columns, row)).or_insert(next))
                };
                rows.iter().map(rank).collect()
            }
        }
    };
    let values: Vec<Vec<f64>> = plan.sort_columns.iter().map(of_column).collect();
    order.sort_by(|&a, &b| {
        let compared = values.iter().filter_map(|of| Some(of.get(a)?.total_cmp(of.get(b)?)));
        compared.into_iter().find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    });
}

/// A party's number.
fn average(column: NumberColumn, columns: &Columns, row: TicketRow) -> f64 {
    let cells = &columns.numbers[column].cells;
    let players = columns.players[row];
    players.rows().map(|player| cells[player]).sum::<f64>() / f64::from(players.len)
}

/// A party's string.
fn first(column: StringColumn, columns: &Columns, row: TicketRow) -> Sym {
    columns.strings[column][columns.players[row].start]
}

/// How far a ticket is from the anchor: the difference of numbers (a party by its average), 0 or 1
/// for strings (a party by its first).
fn nearness(column: SortColumn, columns: &Columns, anchor: TicketRow, row: TicketRow) -> f64 {
    match column {
        SortColumn::Number(column) => {
            distance(average(column, columns, anchor), average(column, columns, row))
        }
        SortColumn::String(column) => {
            let differs = first(column, columns, anchor) != first(column, columns, row);
            f64::from(u8::from(differs))
        }
    }
}

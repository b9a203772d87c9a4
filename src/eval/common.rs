//! How many strings the lists of all players of some teams have in common, counted without a copy
//! of the lists.

use super::program::{Program, Source, Unit};
use super::sets::is_first;
use crate::expr::ast::Function;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{Columns, TicketRow};
use crate::pool::layout::ListColumn;

/// The lists of the players of some teams, as one list of lists.
#[derive(Clone, Debug)]
pub(crate) struct CommonStrings {
    column: ListColumn,
    pub(crate) instances: Box<[InstanceIdx]>,
}

impl CommonStrings {
    /// Of a program that yields just these lists.
    pub(crate) fn new(program: &Program) -> Option<Self> {
        let Source::Lists(column) = program.source else { return None };
        let is_one_list = match &*program.functions {
            [] => !program.grouped && program.instances.len() == 1,
            [Function::Flatten] => program.grouped,
            _ => false,
        };
        let is_plain = is_one_list && program.unit == Unit::Player;
        is_plain.then(|| Self { column, instances: program.instances.clone() })
    }

    /// How many different strings all players of some tickets have; `None` when there are no
    /// players. `Err` where the first list is too long to be counted like this.
    pub(crate) fn count<'t>(
        &self,
        columns: &Columns,
        tickets: impl Iterator<Item = &'t TicketRow>,
    ) -> Result<Option<u32>, TooLong> {
        let lists = &columns.lists[self.column];
        let (mut first, mut left) = (&[][..], None);
        for &ticket in tickets {
            for player in columns.players[ticket].rows() {
                let list = &*lists[player];
                let Some(rest) = left else {
                    if list.len() > u64::BITS as usize {
                        return Err(TooLong);
                    }
                    let distinct = (0..list.len()).filter(|&at| is_first(list, at));
                    (first, left) = (list, Some(distinct.fold(0_u64, |bits, at| bits | 1 << at)));
                    continue;
                };
                let (mut bits, mut kept) = (rest, rest);
                while bits != 0 {
                    let at = bits.trailing_zeros();
                    bits &= bits - 1;
                    if !first.get(at as usize).is_some_and(|sym| list.contains(sym)) {
                        kept &= !(1 << at);
                    }
                }
                left = Some(kept);
                if kept == 0 {
                    return Ok(Some(0));
                }
            }
        }
        Ok(left.map(u64::count_ones))
    }
}

/// The first list has more strings than there are bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TooLong;

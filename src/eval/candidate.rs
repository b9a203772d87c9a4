//! A match in the making: tickets go in by `push` and out by `pop`, and nothing is cloned.

use std::iter::Sum;

use super::pairs::{Near, Span, ValueUnit};
use super::program::Unit;
use crate::base::epoch::Epoch;
use crate::base::idx::Col;
use crate::model::schema::{Aggregation, InstanceIdx};
use crate::pool::columns::{Columns, LocationSet, NumberRange, TicketRow};
use crate::pool::layout::NumberColumn;

/// The tickets in one team instance.
#[derive(Clone, Default, Debug)]
pub(crate) struct Slot {
    pub(crate) tickets: Vec<TicketRow>,
    /// The players of these tickets.
    pub(crate) players: u32,
}

/// A ticket that has joined, and what undoes it.
#[derive(Clone, Copy, Debug)]
struct Joined {
    row: TicketRow,
    /// `None` for a backfill ticket, whose players are where they are.
    instance: Option<InstanceIdx>,
    /// The common locations without it.
    locations: LocationSet,
}

/// Some tickets in the teams of a match.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// What expressions look at: of a backfill ticket the part in each instance.
    pub(crate) slots: Col<InstanceIdx, Slot>,
    pub(crate) players: u32,
    /// The locations that every reporting ticket allows.
    pub(crate) locations: LocationSet,
    /// The backfill ticket, if one is in. Then minimums do not apply (decision 17).
    pub(crate) roster: Option<TicketRow>,
    joined: Vec<Joined>,
}

impl Candidate {
    pub(crate) fn new(instances: usize) -> Self {
        Self {
            slots: (0..instances).map(|_| Slot::default()).collect(),
            players: 0,
            locations: LocationSet::ALL,
            roster: None,
            joined: Vec::new(),
        }
    }

    /// Puts a ticket into a team instance.
    pub(crate) fn push(&mut self, instance: InstanceIdx, row: TicketRow, columns: &Columns) {
        self.joined.push(Joined { row, instance: Some(instance), locations: self.locations });
        self.fill(instance, row, columns);
        self.locations = self.locations.intersect(columns.locations[row]);
    }

    /// Puts a backfill ticket into its teams.
    pub(crate) fn push_roster(&mut self, row: TicketRow, columns: &Columns) {
        self.joined.push(Joined { row, instance: None, locations: self.locations });
        for &(instance, part) in columns.parts(row) {
            self.fill(instance, part, columns);
        }
        self.roster = Some(row);
        self.locations = self.locations.intersect(columns.locations[row]);
    }

    fn fill(&mut self, instance: InstanceIdx, row: TicketRow, columns: &Columns) {
        let players = u32::from(columns.players[row].len);
        let slot = &mut self.slots[instance];
        slot.tickets.push(row);
        slot.players += players;
        self.players += players;
    }

    /// Takes the ticket out that was put in last.
    pub(crate) fn pop(&mut self, columns: &Columns) {
        let Some(joined) = self.joined.pop() else { return };
        match joined.instance {
            Some(instance) => self.empty(instance, columns),
            None => {
                for &(instance, _) in columns.parts(joined.row) {
                    self.empty(instance, columns);
                }
                self.roster = None;
            }
        }
        self.locations = joined.locations;
    }

    fn empty(&mut self, instance: InstanceIdx, columns: &Columns) {
        let slot = &mut self.slots[instance];
        if let Some(row) = slot.tickets.pop() {
            let players = u32::from(columns.players[row].len);
            slot.players -= players;
            self.players -= players;
        }
    }

    /// The whole tickets in the order in which they joined, a backfill ticket as one.
    pub(crate) fn tickets(&self) -> impl ExactSizeIterator<Item = TicketRow> + Clone + '_ {
        self.joined.iter().map(|joined| joined.row)
    }

    /// The tickets but the backfill ticket, each with the instance that it has joined.
    pub(crate) fn new_tickets(&self) -> impl Iterator<Item = (InstanceIdx, TicketRow)> + '_ {
        self.joined.iter().filter_map(|joined| Some((joined.instance?, joined.row)))
    }

    /// Takes everything out. The rows may have changed hands meanwhile, so they are not looked at.
    pub(crate) fn clear(&mut self) {
        for slot in self.slots.iter_mut() {
            slot.tickets.clear();
            slot.players = 0;
        }
        self.players = 0;
        self.locations = LocationSet::ALL;
        self.roster = None;
        self.joined.clear();
    }
}

/// How many more players may or must join a team instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Room {
    pub(crate) min: u32,
    pub(crate) max: u32,
}

impl Sum for Room {
    fn sum<I: Iterator<Item = Self>>(rooms: I) -> Self {
        let none = Self { min: 0, max: 0 };
        rooms.fold(none, |sum, it| Self { min: sum.min + it.min, max: sum.max + it.max })
    }
}

/// A candidate with the room that is left in it: what a rule's partial verdict is about.
#[derive(Debug)]
pub(crate) struct Partial<'c> {
    pub(crate) columns: &'c Columns,
    pub(crate) candidate: &'c Candidate,
    pub(crate) room: &'c Col<InstanceIdx, Room>,
    /// What is known of the numbers of the tickets that may join, beside the range of the column.
    pub(crate) coming: &'c [Coming],
}

/// Where a number of every ticket that may still join lies. No backfill ticket does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coming {
    column: NumberColumn,
    unit: ValueUnit,
    range: NumberRange,
}

/// Where the numbers of those who may join lie, an empty range where nothing is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComingNumbers {
    /// The number of each player.
    pub(crate) each: NumberRange,
    /// The mean of the players of each ticket.
    pub(crate) mean: NumberRange,
}

/// More than the rounding of a mean or a difference, as a part of the numbers.
const SLACK: f64 = 1e-12;

impl Coming {
    /// Of tickets that can be in a match with others whose numbers span so much.
    pub(crate) fn beside(near: &Near, epoch: Epoch, span: Span) -> Self {
        let max = *near.max.at(epoch);
        let slack = (span.low.abs().max(span.high.abs()) + max.abs()) * SLACK;
        let range = NumberRange { low: span.high - max - slack, high: span.low + max + slack };
        Self { column: near.column, unit: near.unit, range }
    }
}

impl Partial<'_> {
    /// Where the numbers of those who may join lie.
    pub(crate) fn coming_numbers(&self, column: NumberColumn) -> ComingNumbers {
        let mut each = self.columns.numbers[column].range;
        let slack = each.low.abs().max(each.high.abs()) * SLACK;
        let mut mean = NumberRange { low: each.low - slack, high: each.high + slack };
        let narrow = |range: &mut NumberRange, low: f64, high: f64| {
            range.low = range.low.max(low);
            range.high = range.high.min(high);
        };
        for coming in self.coming.iter().filter(|it| it.column == column) {
            let NumberRange { low, high } = coming.range;
            // Nothing comes of a range that is empty, or not known since numbers overflow.
            if low > high || low.is_nan() || high.is_nan() {
                continue;
            }
            match coming.unit {
                ValueUnit::Seen(Unit::Player) => {
                    narrow(&mut each, low, high);
                    narrow(&mut mean, low, high);
                }
                ValueUnit::Seen(Unit::Party(aggregation)) | ValueUnit::Ticket(aggregation) => {
                    match aggregation {
                        Aggregation::Min => {
                            narrow(&mut each, low, f64::INFINITY);
                            narrow(&mut mean, low, f64::INFINITY);
                        }
                        Aggregation::Max => {
                            narrow(&mut each, f64::NEG_INFINITY, high);
                            narrow(&mut mean, f64::NEG_INFINITY, high);
                        }
                        Aggregation::Avg => narrow(&mut mean, low, high),
                        _ => {}
                    }
                }
            }
        }
        ComingNumbers { each, mean }
    }
}

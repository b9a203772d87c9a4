//! What must hold between every two tickets of a match, so that candidates can be passed over
//! without a look at the rules.
//!
//! A rule that holds of a match implies these constraints for each two of its tickets; the contrary
//! is not said. They may skip, never decide.

use super::program::{Program, Source, Unit, aggregate};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::intern::Sym;
use crate::base::num::distance;
use crate::expr::ast::Function;
use crate::model::schema::{Aggregation, InstanceIdx};
use crate::pool::columns::{Columns, LocationSet, TicketRow};
use crate::pool::layout::{LatencyColumn, ListColumn, NumberColumn, StringColumn};

/// What a rule must know of the teams to say what holds between tickets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TeamShape {
    pub(crate) instances: usize,
    /// Whether no team instance ever takes more than one player.
    pub(crate) single: bool,
}

/// A constraint on each two tickets of a match, and on each alone as if it were both.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Pair {
    /// All players have the same string.
    Same(StringColumn),
    /// The values of all units lie at most so far apart, infinity where that says nothing.
    Near(Near),
    /// In the epochs for which this is true, a string is in the lists of all units.
    Share(Share),
    /// At some location every ticket has at most this latency.
    Reach(Reach),
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Near {
    pub(crate) column: NumberColumn,
    pub(crate) unit: ValueUnit,
    pub(crate) max: PerEpoch<f64>,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Share {
    pub(crate) column: ListColumn,
    pub(crate) unit: Unit,
    pub(crate) wanted: PerEpoch<bool>,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Reach {
    pub(crate) column: LatencyColumn,
    pub(crate) max: PerEpoch<f64>,
}

/// Whose number counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ValueUnit {
    /// As expressions see them: of a backfill ticket the part in each instance.
    Seen(Unit),
    /// A ticket's value as a whole.
    Ticket(Aggregation),
}

/// The lowest and the highest value of a ticket.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Span {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// How the values of a program relate to the values of all units of a match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    /// They are these values.
    Each,
    Max,
    Min,
}

impl Program {
    /// The functions on the one list of all units of the match (`None`: on something else).
    fn on_everyone(&self, teams: TeamShape) -> Option<&[Function]> {
        if self.instances.len() != teams.instances {
            return None;
        }
        match &*self.functions {
            [Function::Flatten, rest @ ..] if self.grouped => Some(rest),
            functions if !self.grouped || teams.instances == 1 => Some(functions),
            _ => None,
        }
    }

    /// The numbers that the values of this program are, or are the highest or lowest of.
    pub(crate) fn extent(&self, teams: TeamShape) -> Option<(NumberColumn, ValueUnit, Extent)> {
        let Source::Numbers(column) = self.source else { return None };
        let on_players = self.on_everyone(teams);
        let rest = match (on_players, &*self.functions) {
            (Some(rest), _) => rest,
            // Each team's list apart: the same values.
            (None, []) if self.instances.len() == teams.instances => &[],
            // What is made of one value is that value.
            (None, [first, rest @ ..])
                if teams.single && self.instances.len() == teams.instances && keeps_one(*first) =>
            {
                rest
            }
            _ => return None,
        };
        let extent = match rest {
            [] => Extent::Each,
            [Function::Max] => Extent::Max,
            [Function::Min] => Extent::Min,
            [first] if teams.single && teams.instances == 1 && keeps_one(*first) => Extent::Each,
            _ => return None,
        };
        Some((column, ValueUnit::Seen(self.unit), extent))
    }

    /// The team instance whose only player's number this program yields.
    pub(crate) fn only_number_of(
        &self,
        teams: TeamShape,
    ) -> Option<(NumberColumn, ValueUnit, InstanceIdx)> {
        let Source::Numbers(column) = self.source else { return None };
        let &[instance] = &*self.instances else { return None };
        let is_one = match *self.functions {
            [] => true,
            [first] => keeps_one(first) && !self.grouped,
            _ => false,
        };
        (is_one && teams.single).then_some((column, ValueUnit::Seen(self.unit), instance))
    }

    /// The strings of all units of the match, as one list.
    pub(crate) fn strings_of_all(&self, teams: TeamShape) -> Option<StringColumn> {
        let Source::Strings(column) = self.source else { return None };
        self.on_everyone(teams)?.is_empty().then_some(column)
    }

    /// The numbers of all units of the match, as one list.
    pub(crate) fn numbers_of_all(&self, teams: TeamShape) -> Option<(NumberColumn, ValueUnit)> {
        let Source::Numbers(column) = self.source else { return None };
        let is_plain = self.on_everyone(teams)?.is_empty();
        is_plain.then_some((column, ValueUnit::Seen(self.unit)))
    }

    /// The lists of all units of the match, as one list of lists.
    pub(crate) fn lists_of_all(&self, teams: TeamShape) -> Option<(ListColumn, Unit)> {
        let Source::Lists(column) = self.source else { return None };
        self.on_everyone(teams)?.is_empty().then_some((column, self.unit))
    }

    /// The lists of all units of the match, of which it counts the strings that all have.
    pub(crate) fn common_of_all(&self, teams: TeamShape) -> Option<(ListColumn, Unit)> {
        let Source::Lists(column) = self.source else { return None };
        let functions = self.on_everyone(teams)?;
        let counts_common = matches!(functions, [Function::SetIntersection, Function::Count]);
        counts_common.then_some((column, self.unit))
    }
}

/// Whether a function of one number yields that number.
fn keeps_one(function: Function) -> bool {
    use Function::{Avg, Max, Median, Min, Sum};
    matches!(function, Avg | Max | Median | Min | Sum)
}

/// The constraints of a rule set.
#[derive(Clone, Default, Debug)]
pub(crate) struct Pairs {
    pub(crate) same: Vec<StringColumn>,
    pub(crate) near: Vec<Near>,
    pub(crate) share: Vec<Share>,
    pub(crate) reach: Vec<Reach>,
    location_epochs: usize,
    window: Option<Window>,
}

/// For more epochs than this the locations of a ticket are not kept.
const LOCATION_EPOCHS_MAX: usize = 4;

impl Pairs {
    pub(crate) fn new(constraints: impl IntoIterator<Item = Pair>) -> Self {
        let mut pairs = Self::default();
        for constraint in constraints {
            match constraint {
                Pair::Same(column) if pairs.same.contains(&column) => {}
                Pair::Same(column) => pairs.same.push(column),
                Pair::Near(near) => pairs.near.push(near),
                Pair::Share(share) => pairs.share.push(share),
                Pair::Reach(reach) => pairs.reach.push(reach),
            }
        }
        let epochs = pairs.reach.iter().map(|reach| reach.max.iter().len()).max();
        pairs.location_epochs = epochs.filter(|&it| it <= LOCATION_EPOCHS_MAX).unwrap_or(0);
        pairs.window = pairs.find_window();
        pairs
    }

    /// The numeric constraint that makes the cells: the first of those that bound most epochs.
    #[inline]
    pub(crate) fn window(&self) -> Option<Window> {
        self.window
    }

    fn find_window(&self) -> Option<Window> {
        let finite = |max: &PerEpoch<f64>| {
            let bounds = max.iter().copied().filter(|it| it.is_finite());
            bounds.collect::<Vec<f64>>()
        };
        let bounds = self.near.iter().map(|near| (finite(&near.max), near.max.iter().len()));
        // A constant counts as all epochs.
        let share = |(bounds, all): &(Vec<f64>, usize)| bounds.len() as f64 / *all as f64;
        let (at, (bounds, _)) = bounds
            .enumerate()
            .filter(|(_, it)| !it.0.is_empty())
            .reduce(|best, it| if share(&it.1) > share(&best.1) { it } else { best })?;
        let lowest = bounds.iter().copied().filter(|&it| it > 0.0).fold(f64::INFINITY, f64::min);
        let highest = bounds.iter().copied().fold(0.0, f64::max);
        let width = lowest.min(highest).max(highest / REACH_MAX);
        Some(Window { at, width: if width > 0.0 { width } else { 1.0 } })
    }

    /// Adds the strings of a ticket, one for each column; false when its players differ, so that no
    /// match can hold it.
    pub(crate) fn strings(&self, columns: &Columns, row: TicketRow, out: &mut Vec<Sym>) -> bool {
        self.same.iter().all(|&column| {
            let cells = &columns.strings[column];
            let players = columns.players[row];
            let first = cells[players.start];
            out.push(first);
            players.rows().all(|player| cells[player] == first)
        })
    }

    /// Whether two tickets share what they must, by their signatures.
    pub(crate) fn share(&self, epoch: Epoch, a: &[u64], b: &[u64]) -> bool {
        let pairs = a.iter().zip(b);
        self.share.iter().zip(pairs).all(|(share, (a, b))| !share.wanted.at(epoch) || a & b != 0)
    }

    /// The locations that a ticket allows in an epoch.
    pub(crate) fn locations(&self, columns: &Columns, row: TicketRow, epoch: Epoch) -> LocationSet {
        self.within(columns, row, |reach| *reach.max.at(epoch))
    }

    /// For how many epochs the locations of a ticket are worth keeping: one where they are the same
    /// in all, none where they are those of the ticket, or where the epochs are many.
    #[inline]
    pub(crate) fn location_epochs(&self) -> usize {
        self.location_epochs
    }

    /// The locations that a ticket allows in some epoch, and perhaps others.
    pub(crate) fn locations_ever(&self, columns: &Columns, row: TicketRow) -> LocationSet {
        self.within(columns, row, |reach| reach.max.iter().copied().fold(0.0, f64::max))
    }

    fn within(
        &self,
        columns: &Columns,
        row: TicketRow,
        max: impl Fn(&Reach) -> f64,
    ) -> LocationSet {
        self.reach.iter().fold(columns.locations[row], |locations, reach| {
            let max = max(reach);
            let near = columns.ticket_latencies(reach.column, row);
            let near = near.filter(|&(_, latency)| latency <= max);
            locations.intersect(near.fold(LocationSet::NONE, |set, (it, _)| set.with(it)))
        })
    }
}

impl Near {
    /// The values of a ticket; `None` when one is undefined, so that no match can hold it.
    pub(crate) fn span(&self, columns: &Columns, row: TicketRow) -> Option<Span> {
        let cells = &columns.numbers[self.column].cells;
        let one = |row: TicketRow, aggregation: Aggregation| {
            let players = columns.players[row].rows().map(|player| cells[player]);
            aggregate(players, aggregation).map(|value| Span { low: value, high: value })
        };
        match self.unit {
            ValueUnit::Seen(Unit::Player) => {
                let values = columns.players[row].rows().map(|player| cells[player]);
                Some(values.fold(Span::EMPTY, Span::with))
            }
            ValueUnit::Ticket(aggregation) => one(row, aggregation),
            ValueUnit::Seen(Unit::Party(aggregation)) => match columns.parts(row) {
                [] => one(row, aggregation),
                parts => parts.iter().try_fold(Span::EMPTY, |span, &(_, part)| {
                    Some(span.with(one(part, aggregation)?.low))
                }),
            },
        }
    }
}

impl Span {
    pub(crate) const EMPTY: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };

    /// The values of both.
    pub(crate) fn join(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    fn with(self, value: f64) -> Self {
        Self { low: self.low.min(value), high: self.high.max(value) }
    }

    /// Whether the values of two tickets lie at most `max` apart, with the arithmetic of the rules:
    /// rounding keeps order, so no farther pair of the match would pass.
    pub(crate) fn is_near(self, other: Self, max: f64) -> bool {
        distance(self.high.max(other.high), self.low.min(other.low)) <= max
    }
}

impl Share {
    /// A bit for each string that all units of a ticket have; different strings may have one bit.
    pub(crate) fn signature(&self, columns: &Columns, row: TicketRow) -> u64 {
        let mut bits = 0;
        self.each_string(columns, row, |sym| bits |= columns.string_bit(sym));
        bits
    }

    /// Each string that all units of a ticket have, some perhaps twice.
    pub(crate) fn each_string(&self, columns: &Columns, row: TicketRow, mut each: impl FnMut(Sym)) {
        let lists = &columns.lists[self.column];
        let has = |of: TicketRow, sym: &Sym| {
            columns.players[of].rows().any(|player| lists[player].contains(sym))
        };
        match self.unit {
            Unit::Player | Unit::Party(Aggregation::Intersection) => {
                let mut players = columns.players[row].rows();
                let Some(first) = players.next() else { return };
                let is_common = |sym: &&Sym| players.clone().all(|it| lists[it].contains(sym));
                lists[first].iter().filter(is_common).for_each(|&sym| each(sym));
            }
            // Of a backfill ticket each part is a unit.
            Unit::Party(_) => {
                let parts = columns.parts(row);
                let first = parts.first().map_or(row, |&(_, part)| part);
                for player in columns.players[first].rows() {
                    for &sym in &lists[player] {
                        if parts.iter().all(|&(_, part)| has(part, &sym)) {
                            each(sym);
                        }
                    }
                }
            }
        }
    }
}

/// No window reaches more cells of one width than this to either side.
const REACH_MAX: f64 = 16.0;
/// What the cells of a rule set are made by.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Window {
    /// Its position among the numeric constraints.
    pub(crate) at: usize,
    /// How far apart the values of one cell may lie.
    pub(crate) width: f64,
}

impl Window {
    /// The cell of a value.
    pub(crate) fn number(self, value: f64) -> i64 {
        // Beyond what an `i64` holds the last number stands for all.
        (value / self.width).floor() as i64
    }
}

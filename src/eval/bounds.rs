//! What a property expression can still become: for a partial match, the interval of each of its
//! values over every completion.
//!
//! A completion adds to each team instance between the least and the most players that it has room
//! for, each with a value somewhere in its column's range. Where nothing useful is known the
//! result is `false`, never a guess. Sums of floats depend on their order, so an interval that
//! comes from a sum is widened by more than any order can change it.

use super::candidate::{Partial, Room};
use super::nested::{median, standard_deviation};
use super::program::{Program, Source, Unit, aggregate};
use crate::base::intern::Sym;
use crate::expr::ast::Function;
use crate::model::limits::{RULE_SET_CHARS_MAX, TICKET_PLAYERS_MAX};
use crate::model::schema::Aggregation;
use crate::pool::columns::{NumberRange, PlayerRow};
use crate::pool::layout::NumberColumn;

/// An inclusive interval of numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// A stretch of values, and how many more may come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) room: Room,
}

/// The values of an expression on a partial match.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    /// The value, or the known elements, group by group.
    pub(crate) values: Vec<Interval>,
    /// The known strings, group by group, of an expression that is a list of strings.
    pub(crate) strings: Vec<Sym>,
    /// The innermost lists; one group for a scalar.
    pub(crate) groups: Vec<Group>,
    /// Where the elements that may come lie.
    pub(crate) coming: Option<Interval>,
    /// Where the mean of the elements that a ticket brings lies, if that is known.
    coming_mean: Option<Interval>,
    /// Whether the expression may be undefined of some completion.
    pub(crate) maybe_undefined: bool,
    /// Whether it is undefined of every completion.
    pub(crate) surely_undefined: bool,
    scratch: Vec<f64>,
    results: Vec<Interval>,
}

/// Rounding of a sum of 200 numbers is below 1e-13 of their magnitudes.
pub(super) const SUM_SLACK: f64 = 1e-12;

/// No list is longer: a default value is a part of the rule set, and requests send less.
const STRINGS_MAX: f64 = RULE_SET_CHARS_MAX as f64;

impl Interval {
    pub(crate) const fn point(value: f64) -> Self {
        Self { low: value, high: value }
    }

    const EVERYTHING: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    fn new(low: f64, high: f64) -> Self {
        if low.is_nan() || high.is_nan() { Self::EVERYTHING } else { Self { low, high } }
    }

    pub(crate) fn is_point(self) -> bool {
        self.low == self.high
    }

    fn magnitude(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }
}

impl Bounds {
    /// Computes the values of a program; false when nothing is known of them.
    pub(crate) fn compute(&mut self, program: &Program, partial: &Partial<'_>) -> bool {
        self.values.clear();
        self.groups.clear();
        self.coming = None;
        self.coming_mean = None;
        self.maybe_undefined = false;
        self.surely_undefined = false;
        let mut functions = &*program.functions;
        let loaded = match program.source {
            Source::Teams => false,
            Source::Numbers(column) => {
                self.expect_numbers(column, program.unit, partial);
                let cells = &partial.columns.numbers[column].cells;
                self.load(program, partial, |player| cells[player])
            }
            // Only their number matters.
            Source::Players | Source::Strings(_) => {
                let counted = functions.iter().find(|&&function| function != Function::Flatten);
                self.coming = Some(Interval::point(0.0));
                // The strings of a party whose players differ are undefined.
                let strings = matches!(program.source, Source::Strings(_));
                self.maybe_undefined |= strings && program.unit != Unit::Player;
                counted == Some(&Function::Count) && self.load(program, partial, |_| 0.0)
            }
            Source::Lists(_) if program.unit != Unit::Player => false,
            Source::Lists(column) => {
                let lists = &partial.columns.lists[column];
                match functions {
                    [Function::Count, rest @ ..] => {
                        functions = rest;
                        self.coming = Some(Interval::new(0.0, STRINGS_MAX));
                        self.load(program, partial, |player| lists[player].len() as f64)
                    }
                    [Function::Flatten, Function::SetIntersection, Function::Count, rest @ ..]
                        if program.grouped =>
                    {
                        functions = rest;
                        self.load_common(program, partial, true, |player| &lists[player]);
                        true
                    }
                    [Function::SetIntersection, Function::Count, rest @ ..] => {
                        functions = rest;
                        self.load_common(program, partial, false, |player| &lists[player]);
                        true
                    }
                    _ => false,
                }
            }
        };
        loaded && functions.iter().all(|&function| self.apply(function))
    }

    /// Says where the numbers that may come lie.
    fn expect_numbers(&mut self, column: NumberColumn, unit: Unit, partial: &Partial<'_>) {
        let coming = partial.coming_numbers(column);
        let NumberRange { low, high } = match unit {
            Unit::Player => coming.each,
            Unit::Party(_) => partial.columns.numbers[column].range,
        };
        if unit == Unit::Player && coming.mean.low <= coming.mean.high {
            let NumberRange { low, high } = coming.mean;
            self.coming_mean = Some(Interval::new(low, high));
        }
        if low <= high {
            let magnitude = low.abs().max(high.abs());
            let slack = match unit {
                Unit::Player | Unit::Party(Aggregation::Min | Aggregation::Max) => 0.0,
                Unit::Party(_) => {
                    // The sum of a party that comes may overflow.
                    let sum = magnitude * TICKET_PLAYERS_MAX as f64;
                    self.maybe_undefined |= !sum.is_finite();
                    // The mean may leave the range of the players by a rounding.
                    magnitude * SUM_SLACK
                }
            };
            self.coming = Some(Interval::new(low - slack, high + slack));
        }
    }

    /// Collects the known strings of a program that lists players' strings, flattened or not;
    /// false for other programs.
    pub(crate) fn compute_strings(&mut self, program: &Program, partial: &Partial<'_>) -> bool {
        let Source::Strings(column) = program.source else { return false };
        // The strings of a party whose players differ are undefined, which is no string at all.
        if program.unit != Unit::Player {
            return false;
        }
        if program.functions.iter().any(|&function| function != Function::Flatten) {
            return false;
        }
        let cells = &partial.columns.strings[column];
        self.strings.clear();
        self.groups.clear();
        for &instance in &program.instances {
            let start = self.strings.len();
            for &ticket in &partial.candidate.slots[instance].tickets {
                let players = partial.columns.players[ticket].rows();
                self.strings.extend(players.map(|player| cells[player]));
            }
            let room = partial.room[instance];
            self.groups.push(Group { start, end: self.strings.len(), room });
        }
        if !program.functions.is_empty() {
            self.join_groups(self.strings.len());
        }
        true
    }

    /// All groups become one of `len` elements.
    fn join_groups(&mut self, len: usize) {
        let room = self.groups.iter().map(|group| group.room).sum();
        self.groups.clear();
        self.groups.push(Group { start: 0, end: len, room });
    }

    /// One group per team instance, with a value for each player or party; false when a party's
    /// value overflows.
    fn load(
        &mut self,
        program: &Program,
        partial: &Partial<'_>,
        value: impl Fn(PlayerRow) -> f64,
    ) -> bool {
        let mut defined = true;
        for &instance in &program.instances {
            let start = self.values.len();
            for &ticket in &partial.candidate.slots[instance].tickets {
                let players = partial.columns.players[ticket].rows();
                match program.unit {
                    Unit::Player => {
                        self.values.extend(players.map(|player| Interval::point(value(player))));
                    }
                    Unit::Party(aggregation) => {
                        let of_party = aggregate(players.map(&value), aggregation);
                        defined &= of_party.is_some();
                        self.values.extend(of_party.map(Interval::point));
                    }
                }
            }
            let room = units_to_come(partial.room[instance], program.unit);
            self.groups.push(Group { start, end: self.values.len(), room });
        }
        defined
    }

    /// The sizes of the common parts of players' lists: of all of them (`flat`), or one for each
    /// team instance.
    fn load_common<'p>(
        &mut self,
        program: &Program,
        partial: &Partial<'p>,
        flat: bool,
        list: impl Fn(PlayerRow) -> &'p [Sym],
    ) {
        let groups = if flat { 1 } else { program.instances.len() };
        for group in 0..groups {
            let instances = match flat {
                true => &program.instances[..],
                false => program.instances.get(group..=group).unwrap_or_default(),
            };
            let players = || {
                let tickets = instances.iter().flat_map(|&it| &partial.candidate.slots[it].tickets);
                tickets.flat_map(|&ticket| partial.columns.players[ticket].rows())
            };
            let more = instances.iter().map(|&it| partial.room[it]).fold(
                Room { min: 0, max: 0 },
                |sum, room| Room { min: sum.min + room.min, max: sum.max + room.max },
            );
            let size = match players().next() {
                Some(first) => {
                    let common = list(first)
                        .iter()
                        .filter(|sym| players().all(|player| list(player).contains(sym)))
                        .count() as f64;
                    Interval::new(if more.max == 0 { common } else { 0.0 }, common)
                }
                None => {
                    self.maybe_undefined |= more.min == 0;
                    self.surely_undefined |= more.max == 0;
                    Interval::new(0.0, STRINGS_MAX)
                }
            };
            self.values.push(size);
        }
        self.one_group();
    }

    /// The values become the elements of one list that nothing joins.
    fn one_group(&mut self) {
        self.groups.clear();
        let room = Room { min: 0, max: 0 };
        self.groups.push(Group { start: 0, end: self.values.len(), room });
        self.coming = None;
        self.coming_mean = None;
    }

    fn apply(&mut self, function: Function) -> bool {
        match function {
            Function::Flatten => {
                self.join_groups(self.values.len());
                return true;
            }
            Function::SetIntersection => return false,
            _ => {}
        }
        self.results.clear();
        let mut groups = std::mem::take(&mut self.groups);
        for group in groups.drain(..) {
            let result = self.aggregate(function, group);
            self.results.push(result);
        }
        self.groups = groups;
        std::mem::swap(&mut self.values, &mut self.results);
        self.one_group();
        true
    }

    fn aggregate(&mut self, function: Function, group: Group) -> Interval {
        let Group { start, end, room } = group;
        let known = self.values.get(start..end).unwrap_or_default();
        let count = known.len() as f64;
        let (more_min, more_max) = (f64::from(room.min), f64::from(room.max));
        if function == Function::Count {
            return Interval::new(count + more_min, count + more_max);
        }
        let coming = match (room.max, self.coming) {
            (0, _) => None,
            (_, Some(coming)) => Some(coming),
            (_, None) => Some(Interval::EVERYTHING),
        };
        if function != Function::Sum && known.is_empty() {
            self.maybe_undefined |= room.min == 0;
            if room.max == 0 {
                self.surely_undefined = true;
                return Interval::EVERYTHING;
            }
        }
        let magnitudes = known.iter().map(|it| it.magnitude()).sum::<f64>()
            + coming.map_or(0.0, |it| it.magnitude() * more_max);
        // A sum that may overflow may be undefined, in one order and not in another; a deviation is
        // made of squares.
        let total = match function {
            Function::Min | Function::Max => 0.0,
            Function::Stddev => magnitudes * magnitudes * 1e6,
            _ => magnitudes * 2.0,
        };
        if !total.is_finite() {
            self.maybe_undefined = true;
            return Interval::EVERYTHING;
        }
        let least = known.iter().map(|it| it.low).reduce(f64::min);
        let most = known.iter().map(|it| it.high).reduce(f64::max);
        let hull_low = better_of(least, coming.map(|it| it.low), f64::min);
        let hull_high = better_of(most, coming.map(|it| it.high), f64::max);
        let exact = coming.is_none() && known.iter().all(|it| it.is_point());
        match function {
            Function::Min => {
                let sure = if room.min > 0 { coming.map(|it| it.high) } else { None };
                let ceiling = known.iter().map(|it| it.high).reduce(f64::min);
                let high = match (ceiling, sure) {
                    (None, None) => hull_high,
                    _ => better_of(ceiling, sure, f64::min),
                };
                Interval::new(hull_low, high)
            }
            Function::Max => {
                let sure = if room.min > 0 { coming.map(|it| it.low) } else { None };
                let floor = known.iter().map(|it| it.low).reduce(f64::max);
                let low = match (floor, sure) {
                    (None, None) => hull_low,
                    _ => better_of(floor, sure, f64::max),
                };
                Interval::new(low, hull_high)
            }
            Function::Sum | Function::Avg => {
                let coming = coming.map(|it| self.coming_mean.unwrap_or(it));
                let coming = coming.unwrap_or(Interval::point(0.0));
                sum_or_mean(function, known, coming, room, magnitudes * SUM_SLACK)
            }
            Function::Median if exact => {
                self.scratch.clear();
                self.scratch.extend(known.iter().map(|it| it.low));
                median(&mut self.scratch).map_or(Interval::EVERYTHING, Interval::point)
            }
            Function::Stddev => {
                // Values that are known only as intervals have no deviation of their own.
                let points = known.iter().all(|it| it.is_point());
                self.scratch.clear();
                self.scratch.extend(known.iter().filter(|_| points).map(|it| it.low));
                let of_known = standard_deviation(&self.scratch);
                if exact {
                    // Another order of the sum moves the mean, and with it each square; near zero a
                    // square root blows a small change up.
                    let slack = hull_low.abs().max(hull_high.abs()) * 1e-6;
                    let near = |value| Interval::new(value - slack, value + slack);
                    return of_known.map_or(Interval::EVERYTHING, near);
                }
                // A deviation is at most half the range. Squares about the mean only add up as more
                // values come, so what the known ones have is left, spread over all.
                let slack = magnitudes * 1e-6;
                let share = (count / (count + more_max)).sqrt();
                let least = of_known.map_or(0.0, |it| it * share);
                let low = (least - slack).max(0.0);
                Interval::new(low, (hull_high - hull_low) * 0.5 + slack)
            }
            Function::Median => Interval::new(hull_low, hull_high),
            Function::Count | Function::Flatten | Function::SetIntersection => Interval::EVERYTHING,
        }
    }
}

/// The sum or the mean of what is known and what may come, widened by `slack`.
fn sum_or_mean(
    function: Function,
    known: &[Interval],
    coming: Interval,
    room: Room,
    slack: f64,
) -> Interval {
    let Interval { low, high } = coming;
    let (count, more_min, more_max) =
        (known.len() as f64, f64::from(room.min), f64::from(room.max));
    let low_sum: f64 = known.iter().map(|it| it.low).sum();
    let high_sum: f64 = known.iter().map(|it| it.high).sum();
    if function == Function::Sum {
        let lowest = low_sum + (low * more_min).min(low * more_max);
        let highest = high_sum + (high * more_min).max(high * more_max);
        return Interval::new(lowest - slack, highest + slack);
    }
    // A mean moves one way as more equal values come: its extremes are at the ends.
    let mean = |sum: f64, value: f64, more: f64| (sum + value * more) / (count + more);
    let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
    for more in [more_min, more_max] {
        let more = if count + more == 0.0 { 1.0 } else { more };
        lowest = lowest.min(mean(low_sum, low, more));
        highest = highest.max(mean(high_sum, high, more));
    }
    Interval::new(lowest - slack, highest + slack)
}

/// How many players or parties are to come where there is room for so many players.
fn units_to_come(room: Room, unit: Unit) -> Room {
    match unit {
        Unit::Player => room,
        // A party may be as large as the rest of the team.
        Unit::Party(_) => Room { min: room.min.min(1), max: room.max },
    }
}

/// The better of what is there; nothing at all gives a number that proves nothing.
fn better_of(a: Option<f64>, b: Option<f64>, better: fn(f64, f64) -> f64) -> f64 {
    match (a, b) {
        (Some(a), Some(b)) => better(a, b),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => f64::NAN,
    }
}

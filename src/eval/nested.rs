//! A nested list that shrinks level by level as functions are applied to it (facts 2.3).
//!
//! It is one flat list of values with one list of group boundaries per level of nesting.

use super::lineup::Lineup;
use super::program::{Program, Source, Unit};
use crate::base::intern::Sym;
use crate::base::num::finite;
use crate::expr::ast::Function;
use crate::model::schema::{Aggregation, aggregate};
use crate::pool::columns::{Columns, PlayerRange};

/// What the values of a nested list are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Values {
    /// Teams, players or maps: only how many there are matters.
    #[default]
    Things,
    Numbers,
    Symbols,
}

/// A nested list: its values in one flat list, and the boundaries of its groups, outermost level
/// first. A level with boundaries `[0, 2, 5]` groups the things one level deeper (or the values)
/// into two and three. The outermost level is one group. Without a level it is a scalar.
#[derive(Debug, Default)]
pub(crate) struct Nested {
    values: Values,
    numbers: Vec<f64>,
    symbols: Vec<Sym>,
    levels: Vec<Vec<u32>>,
    /// Emptied levels, kept for their memory.
    spare: Vec<Vec<u32>>,
    buffer: Vec<f64>,
    kept: Vec<Sym>,
}

impl Nested {
    /// The values, in order, when they are numbers.
    pub(crate) fn numbers(&self) -> &[f64] {
        match self.values {
            Values::Numbers => &self.numbers,
            _ => &[],
        }
    }

    /// The values, in order, when they are strings.
    pub(crate) fn symbols(&self) -> &[Sym] {
        match self.values {
            Values::Symbols => &self.symbols,
            _ => &[],
        }
    }

    /// The innermost lists as ranges of the values; nothing for a scalar.
    pub(crate) fn innermost(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let boundaries = self.levels.last().map_or(&[][..], |level| level);
        boundaries.windows(2).map(|pair| match pair {
            &[start, end] => start as usize..end as usize,
            _ => 0..0,
        })
    }

    /// The lists of innermost lists, each as a range of their positions for [`Nested::list`]. A
    /// flat list stands alone in one.
    pub(crate) fn groups(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        const ALONE: &[u32] = &[0, 1];
        let outer = self.levels.len().checked_sub(2).and_then(|it| self.levels.get(it));
        outer.map_or(ALONE, |level| level).windows(2).map(|pair| match pair {
            &[start, end] => start as usize..end as usize,
            _ => 0..0,
        })
    }

    /// The strings of the innermost list at a position.
    pub(crate) fn list(&self, position: usize) -> &[Sym] {
        let range = self.levels.last().and_then(|level| level.get(position..position + 2));
        let &[start, end] = range.unwrap_or_default() else { return &[] };
        self.symbols().get(start as usize..end as usize).unwrap_or_default()
    }

    /// Reads what the path names; false when a party has no value of its own.
    pub(super) fn load(&mut self, program: &Program, lineup: &Lineup<'_>) -> bool {
        self.numbers.clear();
        self.symbols.clear();
        while let Some(mut level) = self.levels.pop() {
            level.clear();
            self.spare.push(level);
        }
        self.values = match program.source {
            Source::Teams | Source::Players => Values::Things,
            Source::Numbers(_) => Values::Numbers,
            Source::Strings(_) | Source::Lists(_) => Values::Symbols,
        };
        if program.grouped {
            self.push_level(program.instances.len() as u32);
        }
        if program.source == Source::Teams {
            return true;
        }
        let mut units_level = self.spare_level();
        let mut strings_level = self.spare_level();
        let (mut units, mut defined) = (0, true);
        let columns = lineup.columns;
        for &instance in &program.instances {
            for &ticket in lineup.tickets(instance) {
                let party = columns.players[ticket];
                match program.unit {
                    Unit::Player => {
                        units += u32::from(party.len);
                        self.load_players(program.source, columns, party, &mut strings_level);
                    }
                    Unit::Party(aggregation) => {
                        units += 1;
                        defined &= self.load_party(program.source, columns, party, aggregation);
                        strings_level.push(self.symbols.len() as u32);
                    }
                }
            }
            units_level.push(units);
        }
        self.levels.push(units_level);
        match program.source {
            Source::Lists(_) => self.levels.push(strings_level),
            _ => self.spare.push(strings_level),
        }
        defined
    }

    /// Adds the values of each player of a party.
    fn load_players(
        &mut self,
        source: Source,
        columns: &Columns,
        party: PlayerRange,
        strings_level: &mut Vec<u32>,
    ) {
        match source {
            Source::Teams | Source::Players => {}
            Source::Numbers(column) => {
                let cells = &columns.numbers[column].cells;
                self.numbers.extend(party.rows().map(|player| cells[player]));
            }
            Source::Strings(column) => {
                let cells = &columns.strings[column];
                self.symbols.extend(party.rows().map(|player| cells[player]));
            }
            Source::Lists(column) => {
                for player in party.rows() {
                    self.symbols.extend_from_slice(&columns.lists[column][player]);
                    strings_level.push(self.symbols.len() as u32);
                }
            }
        }
    }

    /// Adds the one value that a party has as a whole; false when it has none.
    fn load_party(
        &mut self,
        source: Source,
        columns: &Columns,
        party: PlayerRange,
        aggregation: Aggregation,
    ) -> bool {
        match source {
            Source::Teams | Source::Players => true,
            Source::Numbers(column) => {
                let cells = &columns.numbers[column].cells;
                let value = aggregate(party.rows().map(|player| cells[player]), aggregation);
                self.numbers.extend(value);
                value.is_some()
            }
            Source::Strings(column) => {
                let cells = &columns.strings[column];
                let first = cells[party.start];
                self.symbols.push(first);
                party.rows().all(|player| cells[player] == first)
            }
            Source::Lists(column) => {
                let start = self.symbols.len();
                let lists = || party.rows().map(|player| &columns.lists[column][player]);
                for sym in lists().flat_map(|list| list.iter()) {
                    let fresh = !self.symbols.get(start..).is_some_and(|it| it.contains(sym));
                    let kept = aggregation != Aggregation::Intersection
                        || lists().all(|list| list.contains(sym));
                    if fresh && kept {
                        self.symbols.push(*sym);
                    }
                }
                true
            }
        }
    }

    fn spare_level(&mut self) -> Vec<u32> {
        let mut level = self.spare.pop().unwrap_or_default();
        level.clear();
        level.push(0);
        level
    }

    /// A level of one group of `len` things.
    fn push_level(&mut self, len: u32) {
        let mut level = self.spare_level();
        level.push(len);
        self.levels.push(level);
    }

    fn pop_level(&mut self) {
        if let Some(level) = self.levels.pop() {
            self.spare.push(level);
        }
    }

    /// Applies a function; false when its result is undefined anywhere.
    pub(super) fn apply(&mut self, function: Function) -> bool {
        match function {
            Function::Flatten => {
                self.flatten();
                true
            }
            Function::SetIntersection => self.intersect(),
            Function::Count => {
                self.count();
                true
            }
            Function::Min => self.reduce(minimum),
            Function::Max => self.reduce(maximum),
            Function::Avg => self.reduce(|group| average(group)),
            Function::Sum => self.reduce(|group| finite(group.iter().sum())),
            Function::Median => self.reduce(median),
            Function::Stddev => self.reduce(|group| standard_deviation(group)),
        }
    }

    /// Joins the two outermost levels; a flat list stays as it is.
    fn flatten(&mut self) {
        if self.levels.len() < 2 {
            return;
        }
        let outer = self.levels.remove(0);
        self.spare.push(outer);
        if let Some(joined) = self.levels.first_mut() {
            let len = joined.last().copied().unwrap_or(0);
            joined.clear();
            joined.extend([0, len]);
        }
    }

    /// Replaces each innermost list by its length.
    fn count(&mut self) {
        self.buffer.clear();
        let lengths = self.levels.last().map_or(&[][..], |level| level).windows(2);
        self.buffer.extend(lengths.map(|pair| match pair {
            &[start, end] => f64::from(end - start),
            _ => 0.0,
        }));
        self.pop_level();
        std::mem::swap(&mut self.numbers, &mut self.buffer);
        self.values = Values::Numbers;
    }

    /// Replaces each innermost list by a number.
    fn reduce(&mut self, aggregate: impl Fn(&mut [f64]) -> Option<f64>) -> bool {
        let Some(level) = self.levels.pop() else { return false };
        self.buffer.clear();
        let mut defined = true;
        for pair in level.windows(2) {
            let &[start, end] = pair else { continue };
            let group = self.numbers.get_mut(start as usize..end as usize).unwrap_or_default();
            match aggregate(group) {
                Some(value) => self.buffer.push(value),
                None => defined = false,
            }
        }
        self.spare.push(level);
        std::mem::swap(&mut self.numbers, &mut self.buffer);
        defined
    }

    /// Replaces each list of string lists by the strings that all of them hold, in the order of
    /// the first; undefined for an empty list of lists.
    fn intersect(&mut self) -> bool {
        let Some(inner) = self.levels.pop() else { return false };
        let Some(outer) = self.levels.pop() else { return false };
        let mut result = self.spare_level();
        self.kept.clear();
        let list = |index: u32| {
            let bounds = inner.get(index as usize..index as usize + 2);
            let &[start, end] = bounds.unwrap_or_default() else { return 0..0 };
            start as usize..end as usize
        };
        let mut defined = true;
        for pair in outer.windows(2) {
            let &[start, end] = pair else { continue };
            if start == end {
                defined = false;
                continue;
            }
            let first = self.kept.len();
            for sym in self.symbols.get(list(start)).unwrap_or_default() {
                let common = (start + 1..end)
                    .all(|other| self.symbols.get(list(other)).is_some_and(|it| it.contains(sym)));
                let fresh = self.kept.get(first..).is_some_and(|kept| !kept.contains(sym));
                if common && fresh {
                    self.kept.push(*sym);
                }
            }
            result.push(self.kept.len() as u32);
        }
        std::mem::swap(&mut self.symbols, &mut self.kept);
        self.levels.push(result);
        self.spare.extend([inner, outer]);
        defined
    }
}

fn minimum(group: &mut [f64]) -> Option<f64> {
    group.iter().copied().reduce(f64::min)
}

fn maximum(group: &mut [f64]) -> Option<f64> {
    group.iter().copied().reduce(f64::max)
}

/// The mean, summed left to right; `None` for an empty list.
pub(super) fn average(group: &[f64]) -> Option<f64> {
    if group.is_empty() {
        return None;
    }
    finite(group.iter().sum::<f64>() / group.len() as f64)
}

/// The middle, or the mean of the two in the middle (facts 10.24).
pub(super) fn median(group: &mut [f64]) -> Option<f64> {
    group.sort_unstable_by(f64::total_cmp);
    let middle = group.len() / 2;
    let high = *group.get(middle)?;
    if group.len() % 2 == 1 {
        return Some(high);
    }
    let low = *group.get(middle - 1)?;
    finite((low + high) / 2.0)
}

/// Of a whole population, in two passes (facts 10.24, decision 14).
pub(super) fn standard_deviation(group: &[f64]) -> Option<f64> {
    let mean = average(group)?;
    let squares = group.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    finite((squares / group.len() as f64).sqrt())
}

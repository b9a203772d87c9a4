//! What the search looks ahead at: the candidates that can still join, and whether they would fill
//! the match.
//!
//! They are held against the tickets that are in by what rules say of pairs first, which costs next
//! to nothing. Only if enough are left for a match in which each two of them get on, the rules are
//! asked of each.

use super::exhaustive::Searcher;
use super::run::{Exhausted, Run};
use super::view::Entry;
use crate::base::idx::Idx;
use crate::eval::pairs::Span;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{LocationIdx, LocationSet};

/// With more common locations and strings than this, candidates are not told apart by them.
const BINS_MAX: u32 = 64;

/// A candidate that can join.
#[derive(Clone, Copy, Debug)]
pub(super) struct Able {
    pub(super) entry: Entry,
    /// Its number among the facts of the search.
    pub(super) fact: usize,
    /// The players of all that are known up to and with this one.
    players_up_to: u32,
}

/// Where a step draws its candidates from: those that the step before knows, then those that it
/// has not looked at yet.
#[derive(Clone, Copy)]
pub(super) struct Source<'s> {
    /// A stretch of `Searcher::known`.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) then: Then<'s>,
}

#[derive(Clone, Copy)]
pub(super) enum Then<'s> {
    Source(&'s Source<'s>),
    /// The position in the stream of candidates.
    Rest(usize),
}

/// The values of a candidate for a numeric constraint, and its players.
#[derive(Clone, Copy, Debug)]
struct Weighed {
    span: Span,
    players: u32,
}

/// The memory of [`Searcher::look_ahead`].
#[derive(Debug, Default)]
pub(super) struct Windows {
    weighed: Vec<Weighed>,
}

impl Searcher {
    /// Draws candidates until those that can join would fill every instance to its minimum; false
    /// when they cannot.
    pub(super) fn look_ahead(
        &mut self,
        run: &mut Run<'_>,
        source: &mut Source<'_>,
    ) -> Result<bool, Exhausted> {
        self.supply.iter_mut().for_each(|supply| *supply = 0);
        let missing: u32 = self.room.iter().map(|room| room.min).sum();
        let start = self.known.len();
        // Counting costs more the more there are, so it is not done for each.
        let (mut asked, mut count_next, mut is_last) = (start, 0, false);
        loop {
            let count = self.known.len() - start;
            if is_last || count >= count_next {
                if self.could_fill(run, start, missing) {
                    self.ask_rules(run, asked)?;
                    asked = self.known.len();
                    let supplied = |instance: InstanceIdx| {
                        let room = self.room[instance];
                        room.min == 0 || self.supply[self.stands_for(run, instance)] >= room.min
                    };
                    if run.sizes.indices().all(supplied) && self.could_fill(run, start, missing) {
                        return Ok(true);
                    }
                } else if self.players_of(start, self.known.len()) >= missing {
                    count_next = count + 1 + count / 8;
                }
            }
            if is_last {
                return Ok(false);
            }
            is_last = !self.draw(run, source)?;
        }
    }

    /// Keeps of the known candidates from `from` on those that some instance can take.
    fn ask_rules(&mut self, run: &mut Run<'_>, from: usize) -> Result<(), Exhausted> {
        let mut kept = from;
        for position in from..self.known.len() {
            let Some(&able) = self.known.get(position) else { break };
            if self.is_able(run, able.entry, able.fact)? {
                let able = self.able(kept, able.entry, able.fact);
                if let Some(cell) = self.known.get_mut(kept) {
                    *cell = able;
                }
                kept += 1;
            }
        }
        self.known.truncate(kept);
        Ok(())
    }

    /// A candidate for the position `at` of those known.
    fn able(&self, at: usize, entry: Entry, fact: usize) -> Able {
        let before = at.checked_sub(1).and_then(|it| self.known.get(it));
        let players_up_to = before.map_or(0, |it| it.players_up_to) + entry.players();
        Able { entry, fact, players_up_to }
    }

    /// Draws candidates until one could join as far as pairs tell, and adds it to those known;
    /// false when there is none.
    pub(super) fn draw(
        &mut self,
        run: &mut Run<'_>,
        source: &mut Source<'_>,
    ) -> Result<bool, Exhausted> {
        let room = self.room.iter().map(|room| room.max).max().unwrap_or(0);
        let room = room.min(run.capacity.saturating_sub(self.candidate.players));
        while let Some((entry, fact)) = self.next_entry(run, source)? {
            run.spend()?;
            if entry.players() <= room && self.together.takes(run, self.facts.of(run, fact)) {
                let able = self.able(self.known.len(), entry, fact);
                self.known.push(able);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Draws candidates until one can join, and adds it to those known; false when there is none.
    pub(super) fn draw_able(
        &mut self,
        run: &mut Run<'_>,
        source: &mut Source<'_>,
    ) -> Result<bool, Exhausted> {
        while self.draw(run, source)? {
            if !self.is_careful {
                return Ok(true);
            }
            let last = self.known.len() - 1;
            self.ask_rules(run, last)?;
            if self.known.len() > last {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn next_entry(
        &mut self,
        run: &mut Run<'_>,
        source: &mut Source<'_>,
    ) -> Result<Option<(Entry, usize)>, Exhausted> {
        loop {
            if source.from < source.to {
                source.from += 1;
                return Ok(self.known.get(source.from - 1).map(|it| (it.entry, it.fact)));
            }
            match source.then {
                Then::Source(rest) => *source = *rest,
                Then::Rest(position) => {
                    source.then = Then::Rest(position + 1);
                    let Some(entry) = self.stream.get(run, position)? else { return Ok(None) };
                    let fact = self.first_fact + position;
                    if fact == self.facts.len() {
                        self.facts.push(run, entry);
                    }
                    return Ok(Some((entry, fact)));
                }
            }
        }
    }

    /// The players of the known candidates from `from` to `to`.
    pub(super) fn players_of(&self, from: usize, to: usize) -> u32 {
        let up_to = |end: usize| {
            end.checked_sub(1).and_then(|it| self.known.get(it)).map_or(0, |it| it.players_up_to)
        };
        up_to(to).saturating_sub(up_to(from))
    }

    /// At most so many players can still be drawn.
    pub(super) fn players_to_draw(&self, run: &Run<'_>, source: &Source<'_>) -> u32 {
        let (mut players, mut source) = (0_u32, source);
        loop {
            players = players.saturating_add(self.players_of(source.from, source.to));
            match source.then {
                Then::Source(rest) => source = rest,
                Then::Rest(position) => {
                    return players.saturating_add(self.stream.players_from(run, position));
                }
            }
        }
    }

    /// Whether some of the known candidates from `start` on, of which each two get on, have so many
    /// players.
    fn could_fill(&mut self, run: &Run<'_>, start: usize, missing: u32) -> bool {
        if self.players_of(start, self.known.len()) < missing {
            return false;
        }
        // Each of those known gets on with those who are in.
        if missing <= 1 || run.view.is_plain {
            return true;
        }
        let pairs = run.view.pairs;
        let wanted = pairs.share.iter().position(|share| *share.wanted.at(run.epoch));
        let bits = wanted.and_then(|at| self.together.bits(run).get(at)).copied();
        let locations = self.together.locations();
        let (mut locations, mut bits) = (Some(locations), bits);
        if locations == Some(LocationSet::ALL) {
            locations = None;
        }
        let count = |locations: Option<LocationSet>, bits: Option<u64>| {
            locations.map_or(1, |it| it.0.count_ones()) * bits.map_or(1, u64::count_ones)
        };
        if count(locations, bits) > BINS_MAX {
            locations = None;
        }
        if count(locations, bits) > BINS_MAX {
            bits = None;
        }
        let mut windows = std::mem::take(&mut self.windows);
        let mut could_fill = false;
        let mut rest = locations.map_or(1, |it| it.0);
        while rest != 0 && !could_fill {
            let location = LocationIdx::from_usize(rest.trailing_zeros() as usize);
            rest &= rest - 1;
            let location = locations.map(|_| location);
            let mut strings = bits.unwrap_or(1);
            while strings != 0 && !could_fill {
                let bit = strings & strings.wrapping_neg();
                strings &= strings - 1;
                let string = wanted.zip(bits).map(|(at, _)| (at, bit));
                could_fill =
                    self.could_fill_bin(run, start, missing, (location, string), &mut windows);
            }
        }
        self.windows = windows;
        #[cfg(test)]
        {
            self.used.counted_out += u32::from(!could_fill);
        }
        could_fill
    }

    /// [`Searcher::could_fill`], of those that allow a location and have a string in a list.
    fn could_fill_bin(
        &self,
        run: &Run<'_>,
        start: usize,
        missing: u32,
        (location, string): (Option<LocationIdx>, Option<(usize, u64)>),
        windows: &mut Windows,
    ) -> bool {
        let known = self.known.get(start..).unwrap_or_default();
        let those = known.iter().filter_map(|able| {
            let fact = self.facts.of(run, able.fact);
            let is_there = location.is_none_or(|it| fact.locations.contains(it));
            let has = |(at, bit): (usize, u64)| fact.bits.get(at).is_none_or(|it| it & bit != 0);
            (is_there && string.is_none_or(has)).then_some((able.entry.players(), fact))
        });
        let near = &run.view.pairs.near;
        if near.is_empty() {
            return those.map(|(players, _)| players).sum::<u32>() >= missing;
        }
        near.iter().enumerate().all(|(at, near)| {
            windows.weighed.clear();
            windows.weighed.extend(those.clone().filter_map(|(players, fact)| {
                Some(Weighed { span: *fact.spans.get(at)?, players })
            }));
            let together = self.together.spans(run).get(at).copied().unwrap_or(Span::EMPTY);
            windows.could_fill(together, *near.max.at(run.epoch), missing)
        })
    }
}

impl Windows {
    /// Whether some of the weighed candidates that lie at most `max` apart, with those that are
    /// in, have so many players.
    fn could_fill(&mut self, together: Span, max: f64, missing: u32) -> bool {
        let all = self.weighed.iter().map(|it| it.players).sum::<u32>();
        if all < missing || max == f64::INFINITY {
            return all >= missing;
        }
        self.weighed.sort_unstable_by(|a, b| a.span.low.total_cmp(&b.span.low));
        let at_least = |players: &mut u32, more: u32| {
            *players += more;
            *players >= missing
        };
        // The lowest value is that of those who are in, or of one of those who come.
        let lows = self.weighed.iter().map(|it| it.span.low).take_while(|low| *low < together.low);
        let lows = lows.chain([together.low]);
        lows.enumerate().any(|(from, low)| {
            let lowest = Span { low, high: low };
            let mut players = 0;
            let reached = self.weighed.get(from..).unwrap_or_default().iter();
            let mut reached =
                reached.take_while(|it| Span { low, high: it.span.low }.is_near(lowest, max));
            reached.any(|it| it.span.is_near(lowest, max) && at_least(&mut players, it.players))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_filled_by_those_who_lie_in_it() {
        let could_fill = |values: &[(f64, f64, u32)], together: (f64, f64), missing| {
            let weighed = values
                .iter()
                .map(|&(low, high, players)| Weighed { span: Span { low, high }, players });
            let mut windows = Windows { weighed: weighed.collect() };
            let together = Span { low: together.0, high: together.1 };
            windows.could_fill(together, 10.0, missing)
        };
        let both_sides = [(-9.0, -9.0, 1), (4.0, 4.0, 1), (-8.0, -8.0, 1), (9.0, 9.0, 1)];
        assert!(could_fill(&both_sides, (0.0, 0.0), 2));
        assert!(!could_fill(&both_sides, (0.0, 0.0), 3));
        // Six is ten from minus four, which others have no room for.
        assert!(could_fill(&[(-4.0, -4.0, 1), (6.0, 6.0, 1), (1.0, 2.0, 1)], (0.0, 0.0), 3));
        assert!(!could_fill(&[(-4.5, -4.5, 1), (6.0, 6.0, 1), (1.0, 2.0, 1)], (0.0, 0.0), 3));
        // A party lies in a window with all its values.
        assert!(!could_fill(&[(-4.0, 1.0, 2), (0.0, 7.0, 2)], (0.0, 0.0), 3));
        assert!(could_fill(&[(-4.0, 1.0, 2), (0.0, 6.0, 2)], (0.0, 0.0), 4));
        assert!(could_fill(&[(-4.0, 1.0, 2)], (0.0, 0.0), 2));
    }
}

//! Whether those who can still join have the strings that are missing: enough of them, who get on
//! with those who are in and, where they are few, with each other.

use super::exhaustive::Searcher;
use super::quotas::{Holder, from};
use super::run::Run;
use super::together::Fact;
use super::view::Entry;
use crate::base::idx::Col;
use crate::eval::candidate::Room;
use crate::eval::pairs::Span;
use crate::eval::quotas::{OfHolding, Share};
use crate::model::schema::InstanceIdx;

/// Of those with a string so many are held against those who are in. Where there are more, they are
/// taken to be enough.
const LOOKS_MAX: usize = 128;
/// Where more than this get on with those who are in, they are not held against each other.
const SCARCE_MAX: usize = 24;
/// Nor are they where they are more in all: each is held against each other.
const SCARCE_OF_ALL_MAX: usize = 64;

/// What is missing of a holding.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Missing {
    units: u32,
    /// Tickets that these are at least: none is in two teams.
    tickets: u32,
}

/// One of few that have a holding.
#[derive(Clone, Copy, Debug)]
struct Scarce {
    holding: usize,
    fact: usize,
    units: u32,
}

/// The memory of [`Searcher::lacks_holders`].
#[derive(Debug, Default)]
pub(super) struct Lookup {
    /// For each holding.
    missing: Vec<Missing>,
    /// For each of the places what is missing of its holdings, one after the other.
    lacking: Vec<u32>,
    /// For each of the places how many are not needed for that.
    spare: Vec<u32>,
    /// Holding by holding.
    scarce: Vec<Scarce>,
}

impl Searcher {
    /// Whether too few of the candidates from a position on have what is missing.
    pub(super) fn lacks_holders(&mut self, run: &Run<'_>, next: usize) -> bool {
        let mut lookup = std::mem::take(&mut self.supplies.lookup);
        let is_lacking = self.look_up(run, next, &mut lookup);
        self.supplies.lookup = lookup;
        is_lacking
    }

    fn look_up(&self, run: &Run<'_>, next: usize, lookup: &mut Lookup) -> bool {
        let quotas = run.view.quotas;
        let Lookup { missing, lacking, spare, scarce } = lookup;
        missing.clear();
        let holdings = quotas.holdings.iter().enumerate();
        missing.extend(holdings.map(|(at, of)| self.missing_of_all(run, at, &of.at_least)));
        if missing.iter().all(|it| it.units == 0) {
            return false;
        }
        lacking.clear();
        spare.clear();
        for places in &quotas.places {
            let start = lacking.len();
            lacking.extend(places.lacking.iter().map(|&it| self.missing_in(run, it)));
            let units = lacking.iter().skip(start).fold(0_u32, |sum, it| sum.saturating_add(*it));
            spare.push(self.room_in(run, &places.instances).saturating_sub(units));
        }
        scarce.clear();
        let holdings = quotas.holdings.iter().zip(&self.supplies.holders).enumerate();
        for (holding, (of, holders)) in holdings {
            let holders = from(holders, next);
            let missing = lookup.missing.get(holding).copied().unwrap_or_default();
            if missing.units > 0
                && (!self.are_left(run, (holding, of, holders), missing, lookup)
                    || of.at_least.iter().any(|it| !self.fit(run, (holding, holders), it)))
            {
                return true;
            }
        }
        !self.get_on(run, lookup)
    }

    /// Whether there are holders who have what is missing. Where they are few, they are noted.
    fn are_left(
        &self,
        run: &Run<'_>,
        (holding, of, holders): (usize, &OfHolding, &[Holder]),
        mut missing: Missing,
        lookup: &mut Lookup,
    ) -> bool {
        let start = lookup.scarce.len();
        let room = self.room_of_one(run, run.sizes.indices());
        let mut is_looked_up = true;
        for (looked_at, holder) in holders.iter().enumerate() {
            if looked_at == LOOKS_MAX || lookup.scarce.len() - start > SCARCE_MAX {
                lookup.scarce.truncate(start);
                return true;
            }
            let Some(entry) = self.stream.at(holder.position) else { continue };
            let is_of_use =
                || !of.is_placed || is_of_use(run, &self.room, (holding, entry), lookup);
            if entry.players() <= room && self.gets_on(run, holder) && is_of_use() {
                let Holder { units, position, .. } = *holder;
                let fact = self.first_fact + position;
                is_looked_up &= fact < self.facts.len();
                lookup.scarce.push(Scarce { holding, fact, units });
                missing.units = missing.units.saturating_sub(units);
                missing.tickets = missing.tickets.saturating_sub(1);
            }
        }
        if !is_looked_up {
            lookup.scarce.truncate(start);
        }
        missing.units == 0 && missing.tickets == 0
    }

    /// Whether the holders for whose tickets there is room in some instances have what is missing
    /// there.
    fn fit(&self, run: &Run<'_>, (holding, holders): (usize, &[Holder]), share: &Share) -> bool {
        let mut missing = self.missing(run, holding, share);
        let room = self.room_of_one(run, share.instances.iter().copied());
        for holder in holders.iter().take(LOOKS_MAX) {
            if missing == 0 {
                return true;
            }
            let players = self.stream.at(holder.position).map_or(0, Entry::players);
            if players <= room && self.gets_on(run, holder) {
                missing = missing.saturating_sub(holder.units);
            }
        }
        missing == 0 || holders.len() > LOOKS_MAX
    }

    /// Whether a candidate gets on with those who are in, as far as it has been looked up.
    fn gets_on(&self, run: &Run<'_>, holder: &Holder) -> bool {
        let fact = self.first_fact + holder.position;
        fact >= self.facts.len() || self.together.takes(run, self.facts.of(run, fact))
    }

    /// Whether of all that are scarce enough have some string in common, where rules ask for one, and
    /// are near each other.
    fn get_on(&self, run: &Run<'_>, lookup: &Lookup) -> bool {
        let scarce = lookup.scarce.len();
        if scarce == 0
            || scarce > SCARCE_OF_ALL_MAX
            || lookup.missing.iter().map(|it| it.tickets).sum::<u32>() <= 1
        {
            return true;
        }
        let share = run.view.pairs.share.iter().position(|share| *share.wanted.at(run.epoch));
        let bits = share.and_then(|at| Some((at, *self.together.bits(run).get(at)?)));
        let Some((at, mut bits)) = bits else { return self.are_near(run, lookup, |_| true) };
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            bits &= bits - 1;
            let has = |fact: Fact<'_>| fact.bits.get(at).is_none_or(|it| it & bit != 0);
            if self.are_near(run, lookup, has) {
                return true;
            }
        }
        false
    }

    /// Whether for each numeric constraint some window around those who are in holds enough of all
    /// that are scarce.
    fn are_near(&self, run: &Run<'_>, lookup: &Lookup, has: impl Fn(Fact<'_>) -> bool) -> bool {
        let fact = |it: &Scarce| self.facts.of(run, it.fact);
        let near = run.view.pairs.near.iter().zip(self.together.spans(run)).enumerate();
        let mut near = near.filter(|(_, (near, _))| near.max.at(run.epoch).is_finite());
        have_all(lookup, |it| has(fact(it)))
            && near.all(|(at, (near, together))| {
                let max = *near.max.at(run.epoch);
                let span = |it: &Scarce| fact(it).spans.get(at).copied().unwrap_or(Span::EMPTY);
                // The lowest value is that of those who are in, or of one who comes.
                let lows = lookup.scarce.iter().map(|it| span(it).low);
                let lows = lows.filter(|low| *low < together.low);
                std::iter::once(together.low).chain(lows).any(|low| {
                    let lowest = Span { low, high: low };
                    let is_in = |span: Span| span.low >= low && span.is_near(lowest, max);
                    have_all(lookup, |it| has(fact(it)) && is_in(span(it)))
                })
            })
    }

    /// What is missing of a holding in all team instances.
    fn missing_of_all(&self, run: &Run<'_>, holding: usize, shares: &[Share]) -> Missing {
        let (mut apart, mut most) = (Missing::default(), 0);
        for share in shares {
            let units = self.missing(run, holding, share);
            if share.is_apart {
                apart.units = apart.units.saturating_add(units);
                apart.tickets += u32::from(units > 0);
            }
            most = most.max(units);
        }
        Missing { units: apart.units.max(most), ..apart }
    }

    /// How many players one ticket may have that joins one of some instances.
    fn room_of_one(&self, run: &Run<'_>, instances: impl Iterator<Item = InstanceIdx>) -> u32 {
        let room = instances.map(|it| self.room[it].max).max().unwrap_or(0);
        room.min(run.capacity.saturating_sub(self.candidate.players))
    }
}

/// Whether a ticket with a holding that is missing in some instance leaves room for whatever else is
/// missing there, and in others together with it.
fn is_of_use(
    run: &Run<'_>,
    room: &Col<InstanceIdx, Room>,
    (holding, entry): (usize, Entry),
    lookup: &Lookup,
) -> bool {
    let counts = run.view.counts(entry.row);
    let players = entry.players();
    room.indices().filter(|&it| players <= room[it].max).any(|instance| {
        let (mut rest, mut is_asked) = (lookup.lacking.as_slice(), false);
        let leaves_room =
            run.view.quotas.places.iter().zip(&lookup.spare).all(|(places, &spare)| {
                let (lacking, others) = rest.split_at(places.lacking.len().min(rest.len()));
                rest = others;
                if places.list.is_some() || !places.instances.contains(&instance) {
                    return true;
                }
                is_asked |= places.lacking.iter().any(|&(it, _)| it == holding);
                let brings = places.lacking.iter().zip(lacking).map(|(&(it, _), &lacking)| {
                    counts.get(it).map_or(0, |&units| u32::from(units)).min(lacking)
                });
                players.saturating_sub(brings.sum()) <= spare
            });
        leaves_room && is_asked
    })
}

/// Whether some of those that are scarce have what is missing of each holding.
fn have_all(lookup: &Lookup, is_in: impl Fn(&Scarce) -> bool) -> bool {
    lookup.scarce.chunk_by(|a, b| a.holding == b.holding).all(|of_one| {
        let holding = of_one.first().map_or(0, |it| it.holding);
        let missing = lookup.missing.get(holding).copied().unwrap_or_default();
        let those = of_one.iter().filter(|it| is_in(it));
        let (units, tickets) =
            those.fold((0, 0), |(units, tickets), it| (units + it.units, tickets + 1));
        units >= missing.units && tickets >= missing.tickets
    })
}

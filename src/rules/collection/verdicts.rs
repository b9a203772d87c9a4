//! What the collections of a partial match say of every completion of it.

use super::Counts;
use crate::base::intern::Sym;
use crate::eval::candidate::{Partial, Room};
use crate::eval::common::{CommonStrings, TooLong};
use crate::eval::sets::{SetBounds, Sets, common, is_first};
use crate::eval::verdict::Verdict;
use crate::pool::columns::Columns;
use crate::pool::layout::Literal;

pub(super) fn strings<'a>(
    literals: &'a [Literal],
    columns: &'a Columns,
) -> impl Iterator<Item = Sym> + 'a {
    literals.iter().map(|&literal| columns.literals[literal])
}

/// How many different strings of a list are in another.
pub(super) fn shared(list: &[Sym], with: &[Sym]) -> usize {
    let strings = list.iter().enumerate();
    strings.filter(|&(position, sym)| with.contains(sym) && is_first(list, position)).count()
}

/// The verdict on whether an expression has a value.
pub(super) fn definedness(sets: &Sets) -> Verdict {
    match (sets.surely_undefined, sets.maybe_undefined) {
        (true, _) => Verdict::NEVER,
        (_, true) => Verdict::OPEN,
        _ => Verdict::ALWAYS,
    }
}

/// The verdict on a list of collections, if it has some; without any it is true.
fn unless_empty(known: usize, room: Room, verdict: Verdict) -> Verdict {
    match (known, room) {
        (0, Room { max: 0, .. }) => Verdict::ALWAYS,
        (0, Room { min: 0, .. }) if verdict.is_never() => Verdict::OPEN,
        _ => verdict,
    }
}

pub(super) fn contains_verdict<'s>(
    collections: impl Iterator<Item = SetBounds<'s>>,
    room: Room,
    wanted: Sym,
    counts: Counts,
) -> Verdict {
    let (mut known, mut low, mut high) = (0, 0, room.max as usize);
    for collection in collections {
        known += 1;
        low += usize::from(collection.sure.contains(&wanted));
        high += usize::from(collection.possible.is_none_or(|it| it.contains(&wanted)));
    }
    unless_empty(known, room, counts.verdict(low, high))
}

pub(super) fn intersection_verdict<'s>(
    collections: impl Iterator<Item = SetBounds<'s>> + Clone,
    room: Room,
    counts: Counts,
) -> Verdict {
    let sure = common(collections.clone().map(|it| it.sure)).filter(|_| room.max == 0);
    let possible = common(collections.clone().filter_map(|it| it.possible));
    let low = sure.map_or(0, Iterator::count);
    let high = possible.map_or(usize::MAX, Iterator::count);
    unless_empty(collections.count(), room, counts.verdict(low, high))
}

/// [`intersection_verdict`], of lists that stay as they are.
pub(super) fn common_verdict(
    common: &CommonStrings,
    partial: &Partial<'_>,
    counts: Counts,
) -> Result<Verdict, TooLong> {
    let Partial { columns, candidate, room, .. } = *partial;
    let instances = &common.instances;
    let tickets = instances.iter().flat_map(|&it| &candidate.slots[it].tickets);
    let count = common.count(columns, tickets)?.map(|count| count as usize);
    let room: Room = instances.iter().map(|&it| room[it]).sum();
    let low = count.filter(|_| room.max == 0).unwrap_or(0);
    let verdict = counts.verdict(low, count.unwrap_or(usize::MAX));
    Ok(unless_empty(usize::from(count.is_some()), room, verdict))
}

/// `held` is the reference, as far as it is known.
pub(super) fn reference_verdict<'s>(
    collections: impl Iterator<Item = SetBounds<'s>>,
    room: Room,
    held: Option<SetBounds<'_>>,
    counts: Counts,
) -> Verdict {
    let sure = held.map_or(&[][..], |it| it.sure);
    let possible = held.and_then(|it| it.possible);
    let most = possible.map_or(usize::MAX, <[Sym]>::len);
    let mut verdict = Verdict::ALWAYS;
    for collection in collections {
        let high = match (collection.possible, possible) {
            (Some(of), Some(with)) => shared(of, with),
            (Some(of), None) => of.len(),
            (None, _) => most,
        };
        verdict = verdict.and(counts.verdict(shared(collection.sure, sure), high));
    }
    if room.max > 0 {
        verdict = verdict.and(match counts.verdict(0, most) {
            coming if coming.is_never() && room.min == 0 => Verdict::OPEN,
            coming => coming,
        });
    }
    verdict
}

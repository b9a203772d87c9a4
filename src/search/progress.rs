//! How far passes are in a partition: what has changed since the last one, and the one under way.

use super::AnchorKey;
use super::batches::{Batches, Beginning, Cutting};
use super::view::View;
use super::waiting::{MatchTerms, Waiting};
use crate::base::sorted::SortedMap;
use crate::base::time::{Millis, Timestamp};

/// Tickets in the order of anchors.
pub(crate) type Keys = SortedMap<AnchorKey, ()>;

/// How far passes are in a partition.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Tickets that have changed since the last pass began, waiting for the next one.
    pub(crate) changed: Keys,
    /// Those whose budget ran out without a match when they were searched last.
    pub(crate) given_up: Keys,
    /// Whether a ticket has left since the last pass began: with a smaller pool, a search that was
    /// given up may come to an end.
    pub(crate) departed: bool,
    /// Whether a backfill ticket has come, left or changed, so that tickets that were kept for it
    /// may have become free. They count as changed (decision 21).
    pub(crate) sets_free: bool,
    pub(crate) cutting: Cutting,
    pub(crate) under_way: Option<UnderWay>,
}

/// A pass that has begun.
#[derive(Debug)]
pub(crate) struct UnderWay {
    /// The oldest ticket of the partition when the pass began: it says when the partition has its
    /// turn.
    pub(crate) turn: AnchorKey,
    /// Changed tickets for which there may be a match.
    pub(crate) changed: Keys,
    pub(crate) stage: Stage,
    /// Anchors whose budget ran out without a match, and those whose batch has none.
    pub(crate) exhausted: Keys,
    /// What the partition is cut into, if it is.
    pub(crate) batches: Option<Batches>,
}

/// How far a pass is; the key is that of the last ticket that had its turn.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stage {
    /// Asks the changed tickets whether there is a match for one of them.
    Asking(Option<AnchorKey>),
    /// Gives the anchors their turn.
    Matching(Option<AnchorKey>),
}

impl Progress {
    /// Notes that a ticket has left.
    pub(super) fn forget(&mut self, ticket: AnchorKey) {
        self.changed.remove(&ticket);
        self.given_up.remove(&ticket);
        if let Some(under_way) = &mut self.under_way {
            under_way.changed.remove(&ticket);
            under_way.exhausted.remove(&ticket);
            if let Some(batches) = &mut under_way.batches {
                batches.remove(ticket);
            }
        }
        self.departed = true;
    }

    /// Leaves only some tickets.
    pub(super) fn retain(&mut self, stays: impl Fn(AnchorKey) -> bool) {
        let under_way = self.under_way.as_mut();
        let of_pass = under_way.map(|it| [&mut it.changed, &mut it.exhausted]);
        let own = [&mut self.changed, &mut self.given_up];
        for keys in own.into_iter().chain(of_pass.into_iter().flatten()) {
            let all: Vec<AnchorKey> = keys.iter().map(|(&key, ())| key).collect();
            all.into_iter().filter(|&key| !stays(key)).for_each(|key| _ = keys.remove(&key));
        }
    }

    /// Whether the next pass has something to do.
    pub(super) fn is_due(&self) -> bool {
        self.has_changed() || self.retries()
    }

    /// Whether a match may have become possible since the last pass began.
    fn has_changed(&self) -> bool {
        !self.changed.is_empty() || self.sets_free
    }

    /// Whether there may be a match that no search has had the time to find; tickets that were
    /// given up apart.
    pub(super) fn is_unsearched(&self) -> bool {
        self.has_changed() || self.under_way.is_some()
    }

    /// Whether searches that were given up may come to an end now.
    pub(super) fn retries(&self) -> bool {
        self.departed && !self.given_up.is_empty() && !self.cutting.is_cut()
    }

    /// When those that were given up are searched for in other batches, if the partition is cut.
    pub(super) fn retry_at(&self) -> Option<Timestamp> {
        self.cutting.retry_at.filter(|_| !self.given_up.is_empty() && self.under_way.is_none())
    }

    /// Notes that a backfill ticket has come, left or changed.
    pub(super) fn note_backfill(&mut self, terms: MatchTerms) {
        self.sets_free |= terms.backfill_before_new_match > Millis::new(0);
    }

    /// Begins a pass.
    pub(super) fn begin(&mut self, view: &View<'_>, waiting: &Waiting) {
        let Some(turn) = waiting.first() else { return };
        let mut changed = std::mem::take(&mut self.changed);
        let free = if self.sets_free { waiting.young(view) } else { Vec::new() };
        let was_cut = self.cutting.is_cut();
        let beginning = self.cutting.begin(view, waiting);
        let (retries, batches) = match beginning {
            Beginning::Whole => (self.departed || was_cut, None),
            Beginning::Anew => (true, Some(self.cutting.cut_anew(view, waiting))),
            Beginning::AsBefore => (false, Some(self.cutting.cut_as_before(view, waiting))),
        };
        let again = std::mem::take(&mut self.given_up);
        if retries {
            again.iter().for_each(|(&key, ())| _ = changed.insert(key, ()));
        } else {
            self.given_up = again;
        }
        free.into_iter().for_each(|(key, _)| _ = changed.insert(key, ()));
        self.departed = false;
        self.sets_free = false;
        let (stage, exhausted) = (Stage::Asking(None), Keys::default());
        self.under_way = Some(UnderWay { turn, changed, stage, exhausted, batches });
    }

    /// Ends the pass. What a budget left unsearched is searched again when the pool has become
    /// smaller; says whether it has meanwhile. Where the pass was cut it is searched again in other
    /// batches, later.
    pub(super) fn end(&mut self, now: Timestamp) -> bool {
        let Some(under_way) = self.under_way.take() else { return false };
        for (&key, ()) in under_way.exhausted.iter() {
            self.given_up.insert(key, ());
        }
        if under_way.batches.is_none() || self.given_up.is_empty() {
            self.cutting.end_whole();
        } else {
            self.cutting.end(now, self.departed);
        }
        let is_cut = self.cutting.is_cut();
        self.departed && !is_cut && under_way.exhausted.first_key_value().is_some()
    }
}

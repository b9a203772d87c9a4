//! The candidates of an anchor, drawn one by one in the order in which they are tried.

use super::cells::Cursors;
use super::exhaustive::Searcher;
use super::order;
use super::run::{Exhausted, Run};
use super::view::Entry;

/// The candidates that one search draws: those that could be in a match with the anchor, and with
/// the backfill ticket, in the epoch that judges it. They are looked at once.
#[derive(Debug, Default)]
pub(super) struct Stream {
    drawn: Vec<Known>,
    cursors: Cursors,
    /// Those that come before the next of the cursors, the next last: it is not known whether they
    /// are kept for a backfill ticket.
    unexamined: Vec<Entry>,
    is_done: bool,
    /// Examines candidates while the search is in the middle of a match; made at need.
    examiner: Option<Box<Searcher>>,
}

/// A candidate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) entry: Entry,
    /// The players of all that are known up to and with this one.
    pub(super) players_up_to: u32,
}

impl Stream {
    /// Begins anew for the epoch of `run`. A rule set with an order of its own needs all candidates
    /// at once; what that costs is work of the slice and takes nothing of the budget.
    pub(super) fn open(&mut self, run: &mut Run<'_>) {
        self.drawn.clear();
        self.unexamined.clear();
        self.is_done = false;
        let Run { plan, epoch, anchor, group, .. } = *run;
        run.waiting.reach(run.view, epoch, (anchor, group.location), &mut self.cursors);
        if order::is_ordered(plan) {
            let (mut entries, mut read) = (Vec::new(), 0);
            while let Some(entry) = self.next(run) {
                read += 1;
                if run.could_meet(entry) {
                    entries.push(entry);
                }
            }
            run.upkeep += read;
            run.reading.add(read);
            order::rank(plan, run.columns, anchor.row, &mut entries);
            if run.seed.is_none() && run.waiting.is_guarded(run.view) {
                entries.reverse();
                self.unexamined = entries;
                return;
            }
            self.is_done = true;
            for entry in entries {
                self.push(entry);
            }
        }
    }

    /// The candidate at a position in the order of all.
    pub(super) fn get(
        &mut self,
        run: &mut Run<'_>,
        position: usize,
    ) -> Result<Option<Entry>, Exhausted> {
        while position >= self.drawn.len() && !self.is_done {
            let next = self.unexamined.pop().or_else(|| self.next(run));
            match next {
                None => self.is_done = true,
                Some(entry) if run.could_meet(entry) => match self.is_kept(run, entry)? {
                    true => run.spend()?,
                    false => self.push(entry),
                },
                Some(_) => run.spend()?,
            }
        }
        Ok(self.drawn.get(position).map(|known| known.entry))
    }

    /// Whether a candidate is kept from the match. Once nothing is left for finding out, the search
    /// goes on with those it has.
    fn is_kept(&mut self, run: &mut Run<'_>, entry: Entry) -> Result<bool, Exhausted> {
        let key = run.view.key(entry.row);
        if run.seed.is_some() || !run.waiting.may_be_kept(run.view, key) {
            return Ok(false);
        }
        let examiner = self.examiner.get_or_insert_with(|| Box::new(Searcher::new(run.plan)));
        let mut nodes = 0;
        let is_kept = examiner.examine(run.view, run.waiting, key, run.for_examining, &mut nodes);
        run.for_examining = run.for_examining.saturating_sub(nodes);
        run.upkeep += nodes;
        is_kept.ok_or_else(|| {
            self.unexamined.push(entry);
            Exhausted
        })
    }

    /// All candidates, once the last of them has been looked at.
    pub(super) fn whole(&self) -> Option<&[Known]> {
        self.is_done.then_some(&*self.drawn)
    }

    /// The candidate at a position, if it has been looked at.
    pub(super) fn at(&self, position: usize) -> Option<Entry> {
        self.drawn.get(position).map(|it| it.entry)
    }

    /// At most so many players are there from a position on.
    pub(super) fn players_from(&self, run: &Run<'_>, position: usize) -> u32 {
        let up_to = |count: usize| {
            count.checked_sub(1).and_then(|it| self.drawn.get(it)).map_or(0, |it| it.players_up_to)
        };
        let drawn = up_to(self.drawn.len()).saturating_sub(up_to(position));
        if self.is_done { drawn } else { drawn.saturating_add(run.waiting.players()) }
    }

    fn push(&mut self, entry: Entry) {
        let before = self.drawn.last().map_or(0, |it| it.players_up_to);
        self.drawn.push(Known { entry, players_up_to: before.saturating_add(entry.players()) });
    }

    /// The next ticket to be looked at, oldest first.
    fn next(&mut self, run: &mut Run<'_>) -> Option<Entry> {
        loop {
            let entry = run.waiting.next_of(run.view, &mut self.cursors)?;
            if entry.row != run.anchor.row {
                return Some(entry);
            }
        }
    }
}

//! Whether tickets could share a match, as far as partial verdicts tell: false is certain, and true
//! is said, too, when finding out would take long.

use super::exhaustive::{Exhausted, Run, Searcher};
use super::waiting::{Entry, Waiting};
use crate::pool::columns::Columns;
use crate::ruleset::plan::Plan;

/// Nodes spent on the question whether a ticket could share a match.
const SHARE_NODES_MAX: u64 = 500;

impl Searcher {
    /// Whether the ticket at `place` could share a match with one of `others`: in a new match, or
    /// in one with a waiting backfill ticket.
    pub(crate) fn could_share(
        &mut self,
        plan: &Plan,
        columns: &Columns,
        waiting: &mut Waiting,
        place: usize,
        others: &[Entry],
        nodes: &mut u64,
    ) -> bool {
        *nodes += self.keep_for_backfill(plan, columns, waiting);
        let Some(anchor) = waiting.entry(place) else { return false };
        let new: Vec<Entry> = others.iter().copied().filter(|it| !it.is_roster).collect();
        let has_changed = |roster: &Entry| others.iter().any(|it| it.row == roster.row);
        let seeds: Vec<Option<Entry>> = if anchor.is_roster {
            vec![Some(anchor)]
        } else {
            let founds = !new.is_empty() && !anchor.is_kept;
            let joined = waiting.rosters().filter(|it| !new.is_empty() || has_changed(it));
            founds.then_some(None).into_iter().chain(joined.map(Some)).collect()
        };
        let mut run = Run::new(plan, columns, waiting, anchor, SHARE_NODES_MAX);
        let mut shares = false;
        for seed in seeds {
            run.seed = seed;
            let suffices = seed.as_ref().is_some_and(has_changed);
            for epoch in run.reachable() {
                if !shares && run.occurs(epoch) {
                    run.enter(epoch);
                    shares = self.could_share_in(&mut run, &new, suffices).unwrap_or(true);
                }
            }
            if shares {
                break;
            }
        }
        *nodes += run.nodes;
        shares
    }

    /// Whether the anchor of `run` can join, and then one of `others` if it alone is not enough.
    fn could_share_in(
        &mut self,
        run: &mut Run<'_>,
        others: &[Entry],
        suffices: bool,
    ) -> Result<bool, Exhausted> {
        if !self.start(run)? {
            return Ok(false);
        }
        if run.anchor.is_roster {
            return self.could_join(run, others);
        }
        for instance in run.sizes.indices() {
            if self.stands_for(run, instance) == instance && self.join(run, instance, run.anchor)? {
                if suffices || self.could_join(run, others)? {
                    return Ok(true);
                }
                self.leave(run, instance);
            }
        }
        Ok(false)
    }

    fn could_join(&mut self, run: &mut Run<'_>, others: &[Entry]) -> Result<bool, Exhausted> {
        for &other in others {
            if run.admits(other) && self.is_joinable(run, other)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Finds out which tickets are kept for a backfill ticket, and says what it costs. Without the
    /// option, and once it is known, there is nothing to do.
    ///
    /// What is kept depends on the ticket, its age and the backfill tickets alone, so that only
    /// these can set one free.
    pub(super) fn keep_for_backfill(
        &mut self,
        plan: &Plan,
        columns: &Columns,
        waiting: &mut Waiting,
    ) -> u64 {
        let mut nodes = 0;
        while let Some(place) = waiting.next_unexamined() {
            let Some(ticket) = waiting.entry(place) else { continue };
            let mut run = Run::new(plan, columns, waiting, ticket, SHARE_NODES_MAX);
            let mut position = 0;
            while let Some(roster) = run.waiting.roster_place(position) {
                position += 1;
                run.seed = run.waiting.entry(roster);
                // Every epoch that others could bring about counts, whoever waits now.
                let mut epochs = run.reachable();
                let fits = epochs.any(|epoch| {
                    run.enter(epoch);
                    self.could_share_in(&mut run, &[], true).unwrap_or(true)
                });
                if fits {
                    run.waiting.keep(place, roster);
                    break;
                }
            }
            nodes += run.nodes;
        }
        nodes
    }
}

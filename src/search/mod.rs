//! Finding a match for an anchor. Knows rows and rules; knows no ticket states and no strings.

mod ahead;
#[cfg(test)]
mod ahead_tests;
mod alone;
mod anchor;
mod balanced;
mod batches;
#[cfg(test)]
mod batches_tests;
mod cells;
mod exchange;
#[cfg(test)]
mod exchange_tests;
mod exhaustive;
mod guard;
mod holders;
#[cfg(test)]
mod index_tests;
mod jobs;
mod order;
mod partitions;
mod pass;
mod probe;
mod progress;
mod quotas;
#[cfg(test)]
mod quotas_tests;
mod run;
mod sharing;
mod stream;
mod together;
mod view;
mod waiting;

pub(crate) use alone::{Refusal, refusal};
pub(crate) use anchor::AnchorKey;
pub(crate) use batches::{BatchTerms, Cutting, Reading};
#[cfg(test)]
pub(crate) use order::rank;
pub(crate) use partitions::{Partitions, PoolAt};
pub(crate) use pass::{Budget, Slice};
pub(crate) use probe::{AroundMax, Meeting, Prober, Refused, epochs_of};
pub(crate) use progress::{Keys, Progress, Stage, UnderWay};
pub(crate) use waiting::MatchTerms;

use crate::base::epoch::Epoch;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{LocationSet, TicketRow};

/// How often the search judged each rule on a complete candidate: passed, failed.
pub(crate) type Tally = (u64, u64);

/// A match.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its tickets but for a backfill ticket, by team instance, then age.
    pub(crate) placed: Vec<(InstanceIdx, TicketRow)>,
    /// The backfill ticket that they join, if it is no new match.
    pub(crate) roster: Option<TicketRow>,
    /// Where it may be: the locations that all its reporting players report and all rules allow;
    /// every location when nobody reports any. With a backfill ticket whose session's location is
    /// known that one alone, though its players may report others.
    pub(crate) locations: LocationSet,
    /// The epoch that judges it.
    pub(crate) epoch: Epoch,
}

impl Found {
    /// All its tickets.
    pub(crate) fn rows(&self) -> impl Iterator<Item = TicketRow> + '_ {
        self.placed.iter().map(|&(_, row)| row).chain(self.roster)
    }
}

/// What the search for an anchor came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The match, if one was found.
    pub(crate) found: Option<Found>,
    /// Tickets looked at, and tickets tentatively put into a team.
    pub(crate) nodes: u64,
    /// Complete candidates judged.
    pub(crate) judged: u64,
    /// Whether the budget ran out before the search was done.
    pub(crate) exhausted: bool,
    /// What was read to put candidates in an order of their own.
    pub(crate) reading: Reading,
}

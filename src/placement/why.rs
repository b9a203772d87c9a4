//! Why a placement asks for no game session at all.

use std::fmt;
use std::sync::Arc;

use super::record::Record;
use super::search::{Search, WaitsFor};
use crate::base::shown::Shown;
use crate::model::placement::PlacementStatus;

/// Names that a text shows.
const NAMES_MAX: usize = 5;

/// Why a placement has never asked for a game session and never will: its queue has no place for
/// it. The service waits for the time-out without a word, and so does the engine.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum WhyUnplaced {
    /// The queue has latency policies, and no location that every player with latencies reports.
    /// Mostly the two name locations differently.
    NoCommonLocation {
        /// The locations where the queue may place, by name.
        queue_locations: Vec<Arc<str>>,
        /// The locations that players report, in the order of the request.
        reported: Vec<Arc<str>>,
    },
    /// At every location of the queue some player is beyond the cap on latency, and will be until
    /// the time-out.
    TooFar {
        /// The highest cap that is in force before the time-out, in milliseconds.
        cap_milliseconds: u32,
    },
    /// The request tries its own locations alone, and the queue has none of them.
    OverrideElsewhere {
        /// The locations where the queue may place, by name.
        queue_locations: Vec<Arc<str>>,
    },
    /// The queue has no location, or none near enough, where the match of the placement satisfies
    /// its rules.
    MatchElsewhere {
        /// The locations where the queue may place, by name.
        queue_locations: Vec<Arc<str>>,
    },
}

impl fmt::Display for WhyUnplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommonLocation { queue_locations, reported } => write!(
                f,
                "the players report latencies for {}, but the queue is in {}, and its latency policies need a location that all of them report",
                Names(reported),
                Names(queue_locations)
            ),
            Self::TooFar { cap_milliseconds } => write!(
                f,
                "at every location of the queue some player has more than the {cap_milliseconds} ms that its latency policies allow before the time-out"
            ),
            Self::OverrideElsewhere { queue_locations } => write!(
                f,
                "the queue is in {}, and in none of the locations of `PriorityConfigurationOverride`",
                Names(queue_locations)
            ),
            Self::MatchElsewhere { queue_locations } => write!(
                f,
                "the queue is in {}, and the rules allow the match in none of these, or none that its latency policies allow",
                Names(queue_locations)
            ),
        }
    }
}

/// The first names of a list, and how many there are besides.
struct Names<'n>(&'n [Arc<str>]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, name) in self.0.iter().take(NAMES_MAX).enumerate() {
            let comma = if position > 0 { ", " } else { "" };
            write!(f, "{comma}`{}`", Shown(name))?;
        }
        match self.0.len().saturating_sub(NAMES_MAX) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl Record {
    /// Why it asks for nothing; none of one that asks, may ask yet, or has not ended by its
    /// time-out. It is worked out from the request, so that it is known after the end, too.
    pub(super) fn why_unplaced(&self) -> Option<WhyUnplaced> {
        let never_asks = match &self.search {
            Some(search) => search.waits_for == WaitsFor::Nothing,
            None => self.status == PlacementStatus::TimedOut,
        };
        if !never_asks || self.attempts > 0 {
            return None;
        }
        let (plan, reports) = (&*self.queue, self.details.reports());
        let queue_locations = plan.locations.clone();
        let given = self.details.request().priority_configuration_override.as_ref();
        let everywhere = Search::new(plan, reports, given, None);
        if everywhere.is_empty(plan) {
            return Some(WhyUnplaced::OverrideElsewhere { queue_locations });
        }
        let first = everywhere.first_allowed(plan, self.start);
        if first.is_some_and(|first| first < self.deadline()) {
            // What is left is what the match is allowed.
            return Some(WhyUnplaced::MatchElsewhere { queue_locations });
        }
        if !reports.any_common() {
            let reported = reports.regions().cloned().collect();
            return Some(WhyUnplaced::NoCommonLocation { queue_locations, reported });
        }
        let cap_milliseconds = plan.highest_cap(self.deadline().since(self.start));
        Some(WhyUnplaced::TooFar { cap_milliseconds })
    }
}

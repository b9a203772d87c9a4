//! What an operator watches (facts 9.2).

use std::sync::Arc;

use super::event::RuleMetrics;
use super::state::metrics;
use crate::base::time::Millis;

/// Counts since the matchmaker was made, named as the service's metrics. Difference two readings
/// to get what happened between them.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Tickets that are active now. Not a sum: a reading.
    pub current_tickets: u64,
    /// Matches dropped because a player did not answer in time.
    pub match_acceptances_timed_out: u64,
    /// Matches that all players accepted.
    pub matches_accepted: u64,
    /// Potential matches.
    pub matches_created: u64,
    /// Matches that are complete: with a game session, or at once without placement.
    pub matches_placed: u64,
    /// Matches dropped because a player rejected them.
    pub matches_rejected: u64,
    /// Players in new tickets, backfill rosters left out.
    pub players_started: u64,
    /// Tickets that ended as FAILED.
    pub tickets_failed: u64,
    /// Tickets submitted, automatic ones included.
    pub tickets_started: u64,
    /// Tickets that ended as TIMED_OUT.
    pub tickets_timed_out: u64,
    /// From the start of a ticket to its potential match, each time that it is in one.
    pub time_to_match: Durations,
    /// From the start of a ticket to its cancellation.
    pub time_to_ticket_cancel: Durations,
    /// From the start of a ticket to its success.
    pub time_to_ticket_success: Durations,
    /// How often each enforced rule was judged on a complete candidate, in the order of the rule
    /// set; since the rule set is in force.
    pub rule_evaluations: Vec<RuleMetrics>,
}

impl Counters {
    /// Nothing has happened yet under these rules.
    pub(crate) fn new(rules: &[Arc<str>]) -> Self {
        Self { rule_evaluations: metrics(rules, std::iter::empty()).into(), ..Self::default() }
    }

    /// The largest count, lengths of time left out.
    pub(crate) fn largest(&self) -> u64 {
        let counts = [
            self.match_acceptances_timed_out,
            self.matches_accepted,
            self.matches_created,
            self.matches_placed,
            self.matches_rejected,
            self.players_started,
            self.tickets_failed,
            self.tickets_started,
            self.tickets_timed_out,
            self.time_to_match.samples,
            self.time_to_ticket_cancel.samples,
            self.time_to_ticket_success.samples,
        ];
        let rules = self.rule_evaluations.iter();
        let judged = rules.flat_map(|rule| [rule.passed_count, rule.failed_count]);
        judged.chain(counts).max().unwrap_or(0)
    }

    /// Adds how often each rule passed and failed in a search.
    pub(crate) fn add_tallies(&mut self, tallies: &[(u64, u64)]) {
        for (sum, &(passed, failed)) in self.rule_evaluations.iter_mut().zip(tallies) {
            sum.passed_count += passed;
            sum.failed_count += failed;
        }
    }
}

/// A number of lengths of time.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Durations {
    /// How many.
    pub samples: u64,
    /// Their sum.
    pub total: Millis,
    /// The shortest; 0 when there is none.
    pub min: Millis,
    /// The longest.
    pub max: Millis,
}

impl Durations {
    pub(crate) fn add(&mut self, sample: Millis) {
        self.min = if self.samples == 0 { sample } else { self.min.min(sample) };
        self.max = self.max.max(sample);
        self.samples += 1;
        self.total = Millis::new(self.total.get().saturating_add(sample.get()));
    }
}

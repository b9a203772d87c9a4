//! What came of a simulation. Everything is in the JSON form of `rallypoint simulate`, in camelCase.
//!
//! Times are in seconds to the millisecond. Quantiles come from a [`Sketch`](super::sketch::Sketch):
//! they are at most 0.8 % nearer to zero than the exact value; counts, means, least and greatest
//! values are exact. Where there is nothing to tell, a value is `None`, `null` in JSON.

use serde::{Deserialize, Serialize};

/// What came of a simulation.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulationSummary {
    /// The `name` of the rule set, if it has one.
    pub rule_set_name: Option<String>,
    /// The hash of its text and options ([`RuleSet::fingerprint`](crate::RuleSet::fingerprint)).
    pub rule_set_fingerprint: String,
    /// The seed.
    pub seed: u64,
    /// How long tickets wait at most.
    pub request_timeout_seconds: u32,
    /// The least time between two passes, in milliseconds.
    pub pass_interval_millis: u64,
    /// How long the simulation went on, virtual time from 0.
    pub simulated_seconds: f64,
    /// The length of the stretches of time in [`timeline`](Self::timeline).
    pub bucket_seconds: u32,
    /// Who came.
    pub arrivals: ArrivalsSummary,
    /// How the tickets of players ended; backfill tickets are not among them.
    pub outcomes: Outcomes,
    /// From the start of a ticket to its success, of all matched tickets of players.
    pub waits: Option<Distribution>,
    /// The wait that 0, 1, 2, ... 100 percent of the matched tickets did not exceed: 101 values in
    /// seconds, or none when nobody was matched.
    pub wait_percentiles: Vec<f64>,
    /// The matches.
    pub matches: MatchesSummary,
    /// One entry for each stretch of virtual time, in order.
    pub timeline: Vec<TimelineBucket>,
    /// One entry for each rule, in the order of the rule set.
    pub rules: Vec<RuleOutcome>,
    /// The rule that refused most complete candidates, if any was refused.
    pub most_refusing_rule: Option<String>,
    /// How far the teams of a match are apart, for each number attribute.
    pub team_gaps: Vec<TeamGap>,
    /// One entry for each stretch of waiting time between expansion steps.
    pub epochs: Vec<EpochShare>,
    /// What each expansion makes of its value while a ticket waits.
    pub expansions: Vec<ExpansionOverWait>,
    /// Where matches were played, by name; empty when nobody reports latencies.
    pub locations: Vec<LocationShare>,
    /// What came of running game sessions; all zero when the population has none.
    pub backfill: BackfillSummary,
    /// What the search did.
    pub search: SearchWork,
}

/// Who came.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArrivalsSummary {
    /// Whether they were recorded, or else made up.
    pub recorded: bool,
    /// Tickets that came.
    pub tickets: u64,
    /// Players in them.
    pub players: u64,
    /// Tickets a second, over the time in which they came.
    pub tickets_per_second: f64,
    /// The time of the last one.
    pub last_seconds: f64,
    /// Lines of a recording that are no `StartMatchmaking`, by operation, in order of name.
    pub ignored: Vec<IgnoredOperation>,
}

/// Lines of a recording that were left out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IgnoredOperation {
    /// The operation.
    pub operation: String,
    /// How many.
    pub lines: u64,
}

/// How the tickets of players ended: each in exactly one way, so the six counts of tickets add up to
/// those that came.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcomes {
    /// In a match that is complete.
    pub matched: u64,
    /// Not in time.
    pub timed_out: u64,
    /// Taken out: the players gave up, rejected a match, or did not answer.
    pub cancelled: u64,
    /// No game session could be started.
    pub failed: u64,
    /// Refused when they came, for a limit or as invalid.
    pub refused: u64,
    /// Still active at the end of the simulation.
    pub waiting: u64,
    /// Players in matched tickets.
    pub players_matched: u64,
    /// Why tickets were refused, the first reason met; none when none was.
    pub first_refusal: Option<String>,
}

/// A number of values.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Distribution {
    /// How many values.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// The least.
    pub min: f64,
    /// One in ten is at most this.
    pub p10: f64,
    /// The median.
    pub p50: f64,
    /// Nine in ten are at most this.
    pub p90: f64,
    /// 99 in a hundred are at most this.
    pub p99: f64,
    /// The greatest.
    pub max: f64,
}

/// The matches.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchesSummary {
    /// Potential matches.
    pub formed: u64,
    /// Of these, additions to a running game session.
    pub with_backfill: u64,
    /// Complete matches.
    pub succeeded: u64,
    /// Dropped because a player rejected, or a ticket was taken out.
    pub rejected: u64,
    /// Dropped because a player did not answer in time.
    pub acceptance_timed_out: u64,
    /// Dropped because no game session could be started.
    pub failed: u64,
    /// Complete matches a minute, over the simulation.
    pub per_minute: f64,
    /// Players of a match formed, those of a running session included, as a share of the most that
    /// its teams take at its waiting time: 0 to 1.
    pub fill: Option<Distribution>,
    /// How many matches formed had how many players, by players.
    pub sizes: Vec<MatchSize>,
}

/// Matches of one size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchSize {
    /// Players, those of a running session included.
    pub players: u64,
    /// Matches formed.
    pub matches: u64,
}

/// A stretch of virtual time.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineBucket {
    /// When it begins.
    pub from_seconds: f64,
    /// How long it is; the last one may be shorter than the others.
    pub seconds: f64,
    /// Tickets that came in it.
    pub arrivals: u64,
    /// The waits of those of them that were matched, whenever that was.
    pub waits: Option<Distribution>,
    /// How many of them timed out, whenever that was.
    pub arrivals_timed_out: u64,
    /// Tickets of players that were matched in it.
    pub matched: u64,
    /// Tickets of players that timed out in it.
    pub timed_out: u64,
    /// Tickets of players that were cancelled in it.
    pub cancelled: u64,
    /// Complete matches in it.
    pub matches: u64,
    /// Complete matches a minute.
    pub matches_per_minute: f64,
    /// The mean fill of the matches formed in it, 0 to 1.
    pub fill_mean: Option<f64>,
    /// Tickets of players that are active at its end.
    pub waiting: u64,
}

/// How a rule fared.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleOutcome {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Whether a match needs it to hold.
    pub enforced: bool,
    /// What the numbers of [`measured`](Self::measured) are, in words, with the unit; none when the
    /// rule has no number. [`RuleSet::measure`](crate::RuleSet::measure) makes them.
    pub measure: Option<String>,
    /// How near matches came to the bound: a value of each measured match.
    pub measured: Option<Distribution>,
    /// The same for each bucket of the timeline, by the time at which matches were formed.
    pub over_time: Vec<Option<Distribution>>,
    /// Complete candidates that it passed (decision 22); none for a rule that is not enforced.
    pub passed: Option<u64>,
    /// Complete candidates that it refused. What indexes keep apart never becomes a candidate, so a
    /// rule that they tell completely refuses none.
    pub refused: Option<u64>,
}

/// How far the teams of a match are apart in one attribute.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamGap {
    /// The attribute, a number.
    pub attribute: String,
    /// The highest mean of a team less the lowest, of each measured match with two teams or more.
    pub gap: Option<Distribution>,
    /// The same for each bucket of the timeline.
    pub over_time: Vec<Option<Distribution>>,
}

/// A stretch of waiting time between expansion steps.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EpochShare {
    /// The waiting time from which it is in force.
    pub from_seconds: u32,
    /// What a step changes at its start, as expansion targets.
    pub changes: Vec<String>,
    /// Matches formed under it.
    pub matches: u64,
    /// The same as a share of all matches formed, 0 to 1.
    pub share: f64,
}

/// What an expansion makes of its value while a ticket waits.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpansionOverWait {
    /// What changes, as the rule set writes it.
    pub target: String,
    /// The rule, if it is a rule's field.
    pub rule: Option<String>,
    /// The values in force, each from its waiting time on, the first from 0.
    pub steps: Vec<ValueFrom>,
}

/// From this waiting time on, this value.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueFrom {
    /// The waiting time.
    pub from_seconds: u32,
    /// The value, if it is a number.
    pub number: Option<f64>,
    /// The value as text.
    pub text: String,
    /// Tickets of players that were matched before waiting for the next step.
    pub matched: u64,
}

/// The matches at one location.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationShare {
    /// The location.
    pub location: String,
    /// Complete matches.
    pub matches: u64,
    /// Players of the tickets that were matched there.
    pub players: u64,
    /// The latencies in milliseconds of the players of measured matches there.
    pub latency_millis: Option<Distribution>,
}

/// What came of running game sessions.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackfillSummary {
    /// Game sessions that were started.
    pub sessions: u64,
    /// Players who left a running session.
    pub players_left: u64,
    /// Backfill tickets.
    pub tickets: u64,
    /// Backfill tickets that found players.
    pub matched: u64,
    /// Players who joined a running session.
    pub players_joined: u64,
    /// Backfill tickets that timed out.
    pub timed_out: u64,
    /// Backfill tickets that were cancelled or replaced.
    pub cancelled: u64,
}

/// What the search did, in counts that depend on nothing but the inputs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchWork {
    /// Calls of `handle_timeout`: deadlines, and slices of passes.
    pub calls: u64,
    /// Slices of passes that searched for something.
    pub slices: u64,
    /// Tickets that had their turn as anchor.
    pub anchors: u64,
    /// Search nodes.
    pub nodes: u64,
    /// Complete candidates judged.
    pub judged: u64,
    /// Anchors whose search ran out of its budget.
    pub anchors_exhausted: u64,
    /// Matches that might have been fuller.
    pub fullness_unproven: u64,
    /// How often a part of the pool was cut into batches.
    pub partitions_cut: u64,
    /// Matches that became two.
    pub exchanged: u64,
    /// Matches that were measured for `rules`, `teamGaps` and latencies.
    pub measured_matches: u64,
    /// One in so many new matches was measured.
    pub measured_every: u64,
}

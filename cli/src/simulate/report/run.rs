//! What the page tells of: one simulation, or two of the same arrivals.

use rallypoint::RuleSetTerms;
use rallypoint::simulate::{SimulationSummary, TimelineBucket};

use super::axis::{Axis, TimeUnit};
use crate::simulate::readable::distinct;

/// One simulation.
pub struct Run<'r> {
    /// What tells it from the other one, if there are two.
    pub label: Option<String>,
    pub summary: &'r SimulationSummary,
    pub terms: &'r RuleSetTerms,
}

impl Run<'_> {
    /// A name for the legend of a plot that shows all simulations; `what` where there is only one.
    pub fn name(&self, what: &str) -> String {
        self.label.clone().unwrap_or_else(|| what.to_owned())
    }

    /// What is known of each stretch of time, at its middle; `None` where nothing is.
    pub fn over_time(
        &self,
        unit: TimeUnit,
        value: impl Fn(usize, &TimelineBucket) -> Option<f64>,
    ) -> Vec<Option<(f64, f64)>> {
        let buckets = self.summary.timeline.iter().enumerate();
        let point = |(number, bucket): (usize, &TimelineBucket)| {
            let middle = unit.of(bucket.from_seconds + bucket.seconds / 2.0);
            value(number, bucket).map(|value| (middle, value))
        };
        buckets.map(point).collect()
    }
}

/// The axis for the virtual time of all simulations, and its unit.
pub fn time_axis(runs: &[Run<'_>], what: &str) -> (Axis, TimeUnit) {
    let longest = runs.iter().map(|run| run.summary.simulated_seconds).fold(0.0, f64::max);
    let unit = TimeUnit::for_seconds(longest);
    (Axis::exactly(format!("{what} ({})", unit.name), 0.0, unit.of(longest)), unit)
}

/// How long the stretches of time are, for people.
pub fn stretch(runs: &[Run<'_>]) -> String {
    let mut lengths: Vec<u32> = runs.iter().map(|run| run.summary.bucket_seconds).collect();
    lengths.dedup();
    let shown = |&seconds: &u32| match seconds {
        60 => "one minute".to_owned(),
        3600 => "one hour".to_owned(),
        1 => "one second".to_owned(),
        _ if seconds % 3600 == 0 => format!("{} hours", seconds / 3600),
        _ if seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        _ => format!("{seconds} seconds"),
    };
    lengths.iter().map(shown).collect::<Vec<_>>().join(" or ")
}

/// The names of all simulations, each once, in the order of the first that has them.
pub fn all_names<'r>(runs: &[Run<'r>], of: impl Fn(&Run<'r>) -> Vec<String>) -> Vec<String> {
    distinct(runs.iter().flat_map(of))
}

/// The head of a table with rows for each simulation: what they are of, then, of two, which.
pub fn head(runs: &[Run<'_>], of: &str, others: &[&str]) -> Vec<String> {
    let rule_set = (runs.len() > 1).then_some("rule set");
    let names = [of].into_iter().chain(rule_set).chain(others.iter().copied());
    names.map(str::to_owned).collect()
}

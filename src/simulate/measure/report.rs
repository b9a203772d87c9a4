//! The summary of a simulation, put together at its end.

use super::{Bucket, Collector, OverTime};
use crate::simulate::arrivals::Stream;
use crate::simulate::sketch::Sketch;
use crate::simulate::summary::{
    ArrivalsSummary, Distribution, ExpansionOverWait, IgnoredOperation, LocationShare, MatchSize,
    RuleOutcome, SimulationSummary, TeamGap, TimelineBucket, ValueFrom,
};
use crate::{Counters, ExpansionTerms, RuleTerms, StepTerms};

impl Collector {
    /// Puts everything together at the end.
    pub(in crate::simulate) fn finish(
        mut self,
        end: u64,
        counters: &Counters,
        stream: &Stream,
    ) -> SimulationSummary {
        self.go_on_to(end);
        let active = self.active;
        self.bucket(end.saturating_sub(1)).told.waiting = active;
        let seconds = end as f64 / 1000.0;
        let mut summary = self.summary;
        summary.simulated_seconds = seconds;
        summary.outcomes.waiting = active;
        summary.waits = self.waits.distribution(1000.0);
        if summary.waits.is_some() {
            summary.wait_percentiles =
                (0..=100).map(|percent| self.waits.quantile(percent) / 1000.0).collect();
        }
        tell_arrivals(&mut summary.arrivals, stream);
        summary.matches.per_minute = 60.0 * rate(summary.matches.succeeded, seconds);
        summary.matches.fill = self.fill.distribution(1.0);
        let sizes = self.sizes.into_iter();
        summary.matches.sizes =
            sizes.map(|(players, matches)| MatchSize { players, matches }).collect();
        let formed = summary.matches.formed;
        for epoch in &mut summary.epochs {
            epoch.share = rate(epoch.matches, formed as f64);
        }
        let (bucket_millis, count) = (self.bucket_millis, self.buckets.len());
        summary.timeline = (0_u64..)
            .zip(self.buckets)
            .map(|(number, bucket)| bucket.told(number * bucket_millis, bucket_millis, end))
            .collect();
        summary.rules = rules(&self.terms.rules, self.rules, count, counters);
        summary.most_refusing_rule = most_refusing(&summary.rules);
        let gaps = self.gaps.into_iter();
        summary.team_gaps = gaps
            .map(|(attribute, gap)| TeamGap {
                attribute,
                gap: gap.all.distribution(1.0),
                over_time: over_time(gap.buckets, count),
            })
            .collect();
        let locations = self.locations.into_iter();
        summary.locations = locations
            .map(|(location, told)| LocationShare {
                location,
                matches: told.matches,
                players: told.players,
                latency_millis: told.latency.distribution(1.0),
            })
            .collect();
        summary.search.measured_every = self.measured_every;
        summary
    }
}

impl Bucket {
    fn told(self, from: u64, length: u64, end: u64) -> TimelineBucket {
        let seconds = end.saturating_sub(from).min(length) as f64 / 1000.0;
        TimelineBucket {
            from_seconds: from as f64 / 1000.0,
            seconds,
            waits: self.waits.distribution(1000.0),
            matches_per_minute: 60.0 * rate(self.told.matches, seconds),
            fill_mean: self.fill.mean(),
            ..self.told
        }
    }
}

pub(super) fn over_wait(expansion: &ExpansionTerms) -> ExpansionOverWait {
    let step = |step: &StepTerms| ValueFrom {
        from_seconds: step.from_seconds,
        number: step.number,
        text: step.text.clone(),
        matched: 0,
    };
    ExpansionOverWait {
        target: expansion.target.clone(),
        rule: expansion.rule.clone(),
        steps: expansion.steps.iter().map(step).collect(),
    }
}

fn tell_arrivals(arrivals: &mut ArrivalsSummary, stream: &Stream) {
    arrivals.recorded = stream.is_recorded();
    let ignored = stream.ignored().into_iter();
    arrivals.ignored =
        ignored.map(|(operation, lines)| IgnoredOperation { operation, lines }).collect();
    let over = match stream.end() {
        Some(end) => end as f64 / 1000.0,
        None => arrivals.last_seconds,
    };
    arrivals.tickets_per_second = rate(arrivals.tickets, over);
}

/// Of rules that refused as many the first.
fn most_refusing(rules: &[RuleOutcome]) -> Option<String> {
    let refusing = rules.iter().filter(|rule| rule.refused > Some(0));
    refusing.rev().max_by_key(|rule| rule.refused).map(|rule| rule.name.clone())
}

fn rules(
    terms: &[RuleTerms],
    measured: Vec<OverTime>,
    buckets: usize,
    counters: &Counters,
) -> Vec<RuleOutcome> {
    let rule = |(rule, measured): (&RuleTerms, OverTime)| {
        let judged = counters.rule_evaluations.iter().find(|it| *it.rule_name == *rule.name);
        RuleOutcome {
            name: rule.name.clone(),
            kind: rule.kind.to_owned(),
            enforced: rule.enforced,
            measure: meaning(rule).map(str::to_owned),
            measured: measured.all.distribution(1.0),
            over_time: over_time(measured.buckets, buckets),
            passed: judged.map(|it| it.passed_count),
            refused: judged.map(|it| it.failed_count),
        }
    };
    terms.iter().zip(measured).map(rule).collect()
}

/// What the numbers of a rule are.
fn meaning(rule: &RuleTerms) -> Option<&'static str> {
    let stated = |field| !rule.number(field).is_empty();
    Some(match (rule.kind, rule.operation) {
        ("distance", _) if stated("maxDistance") => "greatest distance from the reference value",
        ("distance", _) => "least distance from the reference value",
        ("batchDistance", _) => "how far the tickets are apart",
        ("latency", _) => "highest latency of a ticket at the best location, in milliseconds",
        ("collection", _) if stated("minCount") => "least count",
        ("collection", _) => "greatest count",
        ("comparison", Some("<" | "<=")) if stated("referenceValue") => "greatest value",
        ("comparison", Some(">" | ">=")) if stated("referenceValue") => "least value",
        ("comparison", Some("<" | "<=")) => "greatest value less the reference value",
        ("comparison", Some(">" | ">=")) => "least value less the reference value",
        ("comparison", Some(_)) if rule.reference.is_some() && rule.strings.is_empty() => {
            "greatest distance from the reference value"
        }
        _ => return None,
    })
}

/// An entry for each bucket.
fn over_time(sketches: Vec<Sketch>, buckets: usize) -> Vec<Option<Distribution>> {
    let mut told: Vec<_> = sketches.iter().map(|sketch| sketch.distribution(1.0)).collect();
    told.resize(buckets, None);
    told
}

/// So many in a second, or a share; 0 of nothing.
fn rate(count: u64, over: f64) -> f64 {
    if over > 0.0 { count as f64 / over } else { 0.0 }
}

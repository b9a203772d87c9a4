//! How near the matches came to the bounds of the rules, and how far their teams are apart.

use rallypoint::RuleTerms;
use rallypoint::simulate::{Distribution, RuleOutcome, TeamGap};

use super::axis::Axis;
use super::chart::{Chart, Line};
use super::figure::{Figure, Section};
use super::ink::Ink;
use super::picture::shortened;
use super::run::{Run, all_names, stretch, time_axis};
use crate::console::Fault;
use crate::simulate::readable::short;

/// A bound so many times as high as the highest value would flatten the lines: it is named and not
/// drawn.
const FAR: f64 = 4.0;
/// The most characters of the name of an attribute beside an axis.
const ATTRIBUTE_MAX: usize = 13;
const NOT_MEASURED: &str = "No match has a number for this here.";

type Share = (&'static str, Ink, fn(&Distribution) -> f64);
const UPWARD: [Share; 3] = [
    ("p50: half of the matches have at most this", Ink::First, |of| of.p50),
    ("p90: 9 in 10", Ink::Second, |of| of.p90),
    ("greatest", Ink::Third, |of| of.max),
];
const DOWNWARD: [Share; 3] = [
    ("p50: half of the matches have at least this", Ink::First, |of| of.p50),
    ("p10: 9 in 10", Ink::Second, |of| of.p10),
    ("least", Ink::Third, |of| of.min),
];

pub fn section(runs: &[Run<'_>]) -> Result<Section, Fault> {
    let measured = |run: &Run<'_>| {
        let rules = run.summary.rules.iter().filter(|rule| rule.measured.is_some());
        rules.map(|rule| rule.name.clone()).collect()
    };
    let attributes = |run: &Run<'_>| {
        let gaps = run.summary.team_gaps.iter().filter(|gap| gap.gap.is_some());
        gaps.map(|gap| gap.attribute.clone()).collect()
    };
    let mut figures = Vec::new();
    for name in all_names(runs, measured) {
        figures.push(of_rule(runs, &name, figures.len() + 1)?);
    }
    if figures.is_empty() {
        let why = match runs.iter().all(|run| run.summary.matches.formed == 0) {
            true => "No match was formed, so there is nothing to measure.",
            false => "No rule has a number that could be held against its bound.",
        };
        figures.push(Figure::of_nothing("fairness-1", "Rules over time", why));
    }
    for attribute in all_names(runs, attributes) {
        figures.push(of_teams(runs, &attribute, figures.len() + 1)?);
    }
    Ok(Section { id: "fairness", heading: "Fairness", figures })
}

fn of_rule(runs: &[Run<'_>], name: &str, number: usize) -> Result<Figure, Fault> {
    let (x, unit) = time_axis(runs, "virtual time");
    // A rule set without the rule has no plot of it.
    let found = |run: &'_ Run<'_>| {
        let terms = run.terms.rules.iter().find(|rule| rule.name == name)?.clone();
        let outcome = run.summary.rules.iter().find(|rule| rule.name == name)?.clone();
        Some((terms, outcome))
    };
    let chart = |run: &Run<'_>| {
        let (terms, RuleOutcome { over_time, .. }) = found(run)?;
        let (terms, label) = (&terms, axis_label(&terms));
        let bound = Bound::of(terms);
        let downward = bound.as_ref().is_some_and(|bound| bound.downward);
        let mut lines = lines(run, &over_time, if downward { DOWNWARD } else { UPWARD }, unit);
        let heights: Vec<f64> = heights(&lines).collect();
        let top = heights.iter().copied().fold(0.0, |top: f64, it| top.max(it.abs()));
        let mut shown = heights;
        for (value, ink, when) in bound.iter().flat_map(Bound::drawn) {
            let words = bound.as_ref().map_or("", |bound| bound.words);
            let near = top == 0.0 || value.abs() <= FAR * top;
            let outside = if near { "" } else { ", outside of the plot" };
            let name = format!("bound: {words} {}{when}{outside}", short(value));
            let points = if near { vec![(x.low(), value), (x.high(), value)] } else { Vec::new() };
            shown.extend(near.then_some(value));
            lines.push(Line::whole(name, ink, points));
        }
        let y = Axis::around(label, shown.iter().copied());
        Some((run.label.clone(), Chart { x: x.clone(), y, lines }))
    };
    let outcomes = || runs.iter().flat_map(|run| &run.summary.rules).filter(|it| it.name == name);
    let measure = outcomes().find_map(|rule| rule.measure.clone()).unwrap_or_default();
    let kind = outcomes().next().map(|rule| rule.kind.clone()).unwrap_or_default();
    let sample = runs.iter().map(|run| run.summary.search.measured_every).max().unwrap_or(1);
    let sample = match sample {
        0 | 1 => String::new(),
        every => format!(" One new match in {every} is measured."),
    };
    let expanded = runs
        .iter()
        .filter_map(found)
        .any(|(terms, _)| Bound::of(&terms).is_some_and(|bound| bound.values.len() > 1));
    let beyond = match (outcomes().all(|rule| rule.enforced), expanded) {
        (false, _) => {
            " A compound rule names this one, so a match may lie beyond the bound and be good all \
             the same."
        }
        (true, true) => {
            " What lies beyond the first bound are matches that expansions made possible."
        }
        (true, false) => "",
    };
    let reading = format!(
        "Of each match: {measure}; taken together over {}. A match near the bound only just \
         passed.{beyond}{sample}",
        stretch(runs)
    );
    let charts = runs.iter().filter_map(chart).collect();
    let title = format!("Rule {name} ({kind})");
    Figure::of_charts(format!("fairness-{number}"), title, reading, charts, NOT_MEASURED)
}

fn of_teams(runs: &[Run<'_>], attribute: &str, number: usize) -> Result<Figure, Fault> {
    let (x, unit) = time_axis(runs, "virtual time");
    let chart = |run: &Run<'_>| {
        let gap = run.summary.team_gaps.iter().find(|gap| gap.attribute == attribute);
        let lines = gap.map(|TeamGap { over_time, .. }| lines(run, over_time, UPWARD, unit));
        let lines = lines.unwrap_or_default();
        let label = format!("gap (points of {})", brief(attribute));
        let y = Axis::from_zero(label, heights(&lines));
        (run.label.clone(), Chart { x: x.clone(), y, lines })
    };
    let reading = format!(
        "The mean of {attribute} in the strongest team of a match less that in the weakest, taken \
         together over {}. At 0 all teams are even, whatever the rules ask for.",
        stretch(runs)
    );
    let charts = runs.iter().map(chart).collect();
    let title = format!("Gap between the teams in {attribute}");
    Figure::of_charts(format!("fairness-{number}"), title, reading, charts, NOT_MEASURED)
}

fn lines(
    run: &Run<'_>,
    over_time: &[Option<Distribution>],
    shares: [Share; 3],
    unit: super::axis::TimeUnit,
) -> Vec<Line> {
    let line = |(name, ink, share): Share| {
        let points = run.over_time(unit, |number, _| over_time.get(number)?.as_ref().map(share));
        Line { name: name.to_owned(), ink, points }
    };
    shares.map(line).into()
}

fn heights(lines: &[Line]) -> impl Iterator<Item = f64> + Clone {
    lines.iter().flat_map(|line| line.points.iter().flatten().map(|&(_, y)| y))
}

/// What a rule asks of the number that is measured.
struct Bound<'r> {
    words: &'static str,
    /// Whether lower is worse.
    downward: bool,
    /// As written, then after each expansion step.
    values: &'r [f64],
}

impl<'r> Bound<'r> {
    fn of(rule: &'r RuleTerms) -> Option<Self> {
        const ZERO: &[f64] = &[0.0];
        let stated = |field| Some(rule.number(field)).filter(|values| !values.is_empty());
        let most = |values| Self { words: "at most", downward: false, values };
        let least = |values| Self { words: "at least", downward: true, values };
        match (rule.kind, rule.operation) {
            ("distance", _) => {
                stated("maxDistance").map(most).or_else(|| stated("minDistance").map(least))
            }
            ("batchDistance", _) => stated("maxDistance").map(most),
            ("latency", _) => stated("maxLatency").map(most),
            ("collection", _) => {
                stated("minCount").map(least).or_else(|| stated("maxCount").map(most))
            }
            ("comparison", Some(operation)) => {
                // Against an expression, the difference from it is measured.
                let values = stated("referenceValue").unwrap_or(ZERO);
                match operation {
                    "<=" => Some(most(values)),
                    "<" => Some(Self { words: "below", ..most(values) }),
                    ">=" => Some(least(values)),
                    ">" => Some(Self { words: "above", ..least(values) }),
                    "=" => Some(most(ZERO)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// As written, and after the last step.
    fn drawn(&self) -> Vec<(f64, Ink, &'static str)> {
        match *self.values {
            [] => Vec::new(),
            [only] => vec![(only, Ink::Bound, "")],
            [first, .., last] => vec![
                (first, Ink::Bound, " at first"),
                (last, Ink::LastBound, " after the last expansion step"),
            ],
        }
    }
}

/// What the number of a rule is, with its unit.
fn axis_label(rule: &RuleTerms) -> String {
    let noun = match rule.kind {
        "latency" => return "latency (milliseconds)".into(),
        "collection" => return "count (values)".into(),
        "distance" | "batchDistance" => "distance",
        _ if rule.number("referenceValue").is_empty() => "difference",
        _ => "value",
    };
    format!("{noun} ({})", unit(rule))
}

/// The unit of what a rule looks at.
pub fn unit(rule: &RuleTerms) -> String {
    if rule.functions.contains(&"count") {
        return "count".into();
    }
    match rule.attributes.as_slice() {
        [] => "no unit".into(),
        [only] => format!("points of {}", brief(only)),
        _ => "points".into(),
    }
}

/// The name of an attribute for an axis.
fn brief(name: &str) -> String {
    shortened(name, ATTRIBUTE_MAX)
}

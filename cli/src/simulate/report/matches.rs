//! How many matches there were, and how full.

use std::collections::BTreeSet;

use super::axis::Axis;
use super::bars::Bars;
use super::chart::{Chart, Line};
use super::figure::{Figure, Section};
use super::ink::Ink;
use super::run::{Run, stretch, time_axis};
use crate::console::Fault;

const NONE: &str = "No match was formed.";
/// The most sizes that get bars of their own.
const SIZES_MAX: usize = 40;

pub fn section(runs: &[Run<'_>]) -> Result<Section, Fault> {
    let figures = vec![rate(runs)?, fill(runs)?, sizes(runs)?];
    Ok(Section { id: "matches", heading: "Matches", figures })
}

fn rate(runs: &[Run<'_>]) -> Result<Figure, Fault> {
    let (x, unit) = time_axis(runs, "virtual time");
    let line = |(number, run): (usize, &Run<'_>)| {
        let any = run.summary.matches.succeeded > 0;
        Line {
            name: run.name("complete matches"),
            ink: Ink::of_run(number),
            points: run.over_time(unit, |_, bucket| any.then_some(bucket.matches_per_minute)),
        }
    };
    let rates = runs.iter().flat_map(|run| &run.summary.timeline);
    let chart = Chart {
        x,
        y: Axis::from_zero("matches per minute", rates.map(|it| it.matches_per_minute)),
        lines: runs.iter().enumerate().map(line).collect(),
    };
    let reading = format!(
        "Complete matches, counted over {} each. It follows the arrivals where the rule set keeps \
         up with them.",
        stretch(runs)
    );
    Figure::of_one("match-rate", "Matches per minute", reading, chart, "No match was complete.")
}

fn fill(runs: &[Run<'_>]) -> Result<Figure, Fault> {
    let (x, unit) = time_axis(runs, "virtual time");
    let line = |(number, run): (usize, &Run<'_>)| Line {
        name: run.name("mean of the matches formed"),
        ink: Ink::of_run(number),
        points: run.over_time(unit, |_, bucket| bucket.fill_mean.map(|share| 100.0 * share)),
    };
    let chart = Chart {
        x,
        y: Axis::exactly("places taken (percent)", 0.0, 105.0),
        lines: runs.iter().enumerate().map(line).collect(),
    };
    let reading = "Players of a match as a share of the most that its teams take. At 100 percent \
                   every team is full; teams with room are only possible where a team's least and \
                   greatest size differ.";
    Figure::of_one("fill", "Fill of the matches", reading, chart, NONE)
}

fn sizes(runs: &[Run<'_>]) -> Result<Figure, Fault> {
    let of_runs = || runs.iter().flat_map(|run| &run.summary.matches.sizes);
    let sizes: BTreeSet<u64> = of_runs().map(|it| it.players).collect();
    let count = |run: &Run<'_>, range: &std::ops::RangeInclusive<u64>| {
        let sizes = run.summary.matches.sizes.iter();
        sizes.filter(|it| range.contains(&it.players)).map(|it| it.matches).sum()
    };
    // Of many sizes, as many next to each other as it takes share a bar.
    let wide = sizes.len().div_ceil(SIZES_MAX).max(1);
    let sizes: Vec<u64> = sizes.into_iter().collect();
    let rows = sizes.chunks(wide).filter_map(|sizes| {
        let (&first, &last) = (sizes.first()?, sizes.last()?);
        let name = if first == last { first.to_string() } else { format!("{first} to {last}") };
        Some((name, runs.iter().map(|run| count(run, &(first..=last))).collect()))
    });
    let bars = Bars {
        x: "matches formed".into(),
        y: "players of a match".into(),
        kinds: runs.iter().map(|run| run.name("matches formed")).collect(),
        rows: rows.collect(),
    };
    let reading = "How many matches had how many players, those of a running session included.";
    Figure::of_one("match-sizes", "Matches by number of players", reading, bars, NONE)
}

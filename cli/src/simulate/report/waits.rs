//! How long players waited.

use rallypoint::simulate::Distribution;

use super::axis::Axis;
use super::chart::{Chart, Line};
use super::figure::{Figure, Section};
use super::ink::Ink;
use super::run::{Run, stretch, time_axis};
use crate::console::Fault;

const NOBODY: &str = "No ticket was matched, so there are no waits to show.";

pub fn section(runs: &[Run<'_>]) -> Result<Section, Fault> {
    let figures = vec![by_arrival(runs)?, by_percentile(runs)?, waiting(runs)?];
    Ok(Section { id: "waits", heading: "Waits", figures })
}

fn by_arrival(runs: &[Run<'_>]) -> Result<Figure, Fault> {
    let (x, unit) = time_axis(runs, "time of arrival");
    type Share = (&'static str, Ink, fn(&Distribution) -> f64);
    let shares: [Share; 3] = [
        ("p50: half waited at most this long", Ink::First, |of| of.p50),
        ("p90: 9 in 10", Ink::Second, |of| of.p90),
        ("p99: 99 in 100", Ink::Third, |of| of.p99),
    ];
    let chart = |run: &Run<'_>| {
        let line = |(name, ink, share): Share| {
            let points = run.over_time(unit, |_, bucket| bucket.waits.as_ref().map(share));
            Line { name: name.to_owned(), ink, points }
        };
        let heights = run.summary.timeline.iter().filter_map(|it| it.waits.map(|of| of.p99));
        let y = Axis::from_zero("wait (seconds)", heights);
        (run.label.clone(), Chart { x: x.clone(), y, lines: shares.map(line).into() })
    };
    let reading = format!(
        "Each point tells of the matched tickets that came within {}. A line that climbs from left \
         to right means that the rule set does not keep up with the arrivals. Tickets that timed \
         out are not in it; near the right end those that were still waiting are missing as well.",
        stretch(runs)
    );
    let charts = runs.iter().map(chart).collect();
    Figure::of_charts("waits-by-arrival", "Wait by time of arrival", reading, charts, NOBODY)
}

fn by_percentile(runs: &[Run<'_>]) -> Result<Figure, Fault> {
    let line = |(number, run): (usize, &Run<'_>)| {
        let percentiles = (0_u32..).zip(&run.summary.wait_percentiles);
        let points = percentiles.map(|(percent, &wait)| (f64::from(percent), wait)).collect();
        Line::whole(run.name("matched tickets"), Ink::of_run(number), points)
    };
    let heights = runs.iter().flat_map(|run| run.summary.wait_percentiles.iter().copied());
    let chart = Chart {
        x: Axis::exactly("share of the matched tickets (percent)", 0.0, 100.0),
        y: Axis::from_zero("wait (seconds)", heights),
        lines: runs.iter().enumerate().map(line).collect(),
    };
    let reading = "At 90 percent stands the wait that 9 in 10 matched tickets did not exceed. A \
                   steep end on the right means that a few players wait much longer than the others.";
    Figure::of_one("waits-by-percentile", "Wait by percentile", reading, chart, NOBODY)
}

fn waiting(runs: &[Run<'_>]) -> Result<Figure, Fault> {
    let (x, unit) = time_axis(runs, "virtual time");
    let line = |(number, run): (usize, &Run<'_>)| {
        let any = run.summary.arrivals.tickets > 0;
        Line {
            name: run.name("tickets of players that are active"),
            ink: Ink::of_run(number),
            points: run.over_time(unit, |_, bucket| any.then_some(bucket.waiting as f64)),
        }
    };
    let heights = runs.iter().flat_map(|run| &run.summary.timeline).map(|it| it.waiting as f64);
    let chart = Chart {
        x,
        y: Axis::of_counts("tickets that wait", heights),
        lines: runs.iter().enumerate().map(line).collect(),
    };
    let reading = "How many tickets had neither been matched nor ended in another way. A level line \
                   means that as many leave as come.";
    Figure::of_one("waiting", "Tickets that wait", reading, chart, "Nobody came.")
}

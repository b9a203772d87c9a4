//! Where matches were played, what became of game sessions, and what rules refused.

use rallypoint::simulate::{BackfillSummary, LocationShare};

use super::bars::Bars;
use super::figure::{Figure, Section, Table};
use super::run::{Run, all_names, head};
use crate::console::Fault;
use crate::simulate::readable::{percent, short};

pub fn locations(runs: &[Run<'_>]) -> Result<Section, Fault> {
    let names = all_names(runs, |run| {
        run.summary.locations.iter().map(|location| location.location.clone()).collect()
    });
    let found = |run: &Run<'_>, name: &str| {
        run.summary.locations.iter().find(|it| it.location == *name).cloned()
    };
    let bars = Bars {
        x: "complete matches".into(),
        y: "location".into(),
        kinds: runs.iter().map(|run| run.name("complete matches")).collect(),
        rows: counts(runs, &names, |run, name| found(run, name).map_or(0, |it| it.matches)),
    };
    let mut rows = Vec::new();
    for name in &names {
        for run in runs {
            let Some(location) = found(run, name) else { continue };
            rows.push(location_row(run, &location));
        }
    }
    let numbers =
        ["matches", "players", "latency p50 (ms)", "latency p90 (ms)", "latency max (ms)"];
    let head = head(runs, "location", &numbers);
    let reading = "Where complete matches were played, and the latencies that their players reported \
                   for that location.";
    let nothing = "No match has a location: nobody reports latencies.";
    let mut figure =
        Figure::of_one("locations-plot", "Matches by location", reading, bars, nothing)?;
    if !rows.is_empty() {
        figure = figure.with_table(Table { caption: "Locations".into(), head, rows });
    }
    Ok(Section { id: "locations", heading: "Locations", figures: vec![figure] })
}

/// A row of bars for each name: the count of each simulation.
fn counts(
    runs: &[Run<'_>],
    names: &[String],
    count: impl Fn(&Run<'_>, &str) -> u64,
) -> Vec<(String, Vec<u64>)> {
    let row = |name: &String| (name.clone(), runs.iter().map(|run| count(run, name)).collect());
    names.iter().map(row).collect()
}

fn location_row(run: &Run<'_>, location: &LocationShare) -> Vec<String> {
    let mut row = vec![location.location.clone()];
    row.extend(run.label.clone());
    row.extend([location.matches.to_string(), location.players.to_string()]);
    let latency = location.latency_millis;
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), short);
    row.extend([
        shown(latency.map(|it| it.p50)),
        shown(latency.map(|it| it.p90)),
        shown(latency.map(|it| it.max)),
    ]);
    row
}

pub fn backfill(runs: &[Run<'_>]) -> Result<Section, Fault> {
    type Count = fn(&BackfillSummary) -> u64;
    let counts: [(&str, Count); 7] = [
        ("sessions started", |it| it.sessions),
        ("players who left", |it| it.players_left),
        ("players who joined", |it| it.players_joined),
        ("backfill tickets", |it| it.tickets),
        ("of them matched", |it| it.matched),
        ("of them timed out", |it| it.timed_out),
        ("of them cancelled", |it| it.cancelled),
    ];
    let row = |(name, count): (&str, Count)| {
        (name.to_owned(), runs.iter().map(|run| count(&run.summary.backfill)).collect())
    };
    let bars = Bars {
        x: "how many".into(),
        y: "game sessions and tickets".into(),
        kinds: runs.iter().map(|run| run.name("in the whole simulation")).collect(),
        rows: counts.map(row).into(),
    };
    let reading = "Sessions lose players and ask for new ones with backfill tickets. Where far fewer \
                   joined than left, sessions stay half empty; a ticket that is cancelled was replaced \
                   or outlived its session.";
    let nothing = "There were no game sessions to backfill: the population has no sessions, or no \
                   match was complete.";
    let figure = Figure::of_one("backfill-plot", "Backfill", reading, bars, nothing)?;
    Ok(Section { id: "backfill", heading: "Backfill", figures: vec![figure] })
}

pub fn refusals(runs: &[Run<'_>]) -> Result<Section, Fault> {
    let names = all_names(runs, |run| {
        let rules = run.summary.rules.iter().filter(|rule| rule.refused.is_some());
        rules.map(|rule| rule.name.clone()).collect()
    });
    let found = |run: &Run<'_>, name: &str| {
        run.summary.rules.iter().find(|rule| rule.name == *name).cloned()
    };
    let bars = Bars {
        x: "complete candidates refused".into(),
        y: "rule".into(),
        kinds: runs.iter().map(|run| run.name("refused")).collect(),
        rows: counts(runs, &names, |run, name| {
            found(run, name).and_then(|rule| rule.refused).unwrap_or(0)
        }),
    };
    let mut rows = Vec::new();
    for name in &names {
        for run in runs {
            let Some(rule) = found(run, name) else { continue };
            let (passed, refused) = (rule.passed.unwrap_or(0), rule.refused.unwrap_or(0));
            let mut row = vec![name.clone()];
            row.extend(run.label.clone());
            row.extend([rule.kind, passed.to_string(), refused.to_string()]);
            row.push(match passed + refused {
                0 => "-".into(),
                judged => format!("{} %", percent(refused, judged)),
            });
            rows.push(row);
        }
    }
    let head = head(runs, "rule", &["type", "passed", "refused", "share refused"]);
    let reading = "Complete candidates that a rule judged and refused. What the search keeps apart \
                   beforehand never becomes a candidate, so a rule that is told by an index alone \
                   refuses none.";
    let nothing = "No rule refused a complete candidate.";
    let title = "What each rule refused";
    let mut figure = Figure::of_one("refusals-plot", title, reading, bars, nothing)?;
    if !rows.is_empty() {
        let caption = "Complete candidates by rule".into();
        figure = figure.with_table(Table { caption, head, rows });
    }
    Ok(Section { id: "refusals", heading: "Refusals", figures: vec![figure] })
}

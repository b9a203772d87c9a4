//! What waiting changes.

use rallypoint::simulate::ExpansionOverWait;

use super::axis::Axis;
use super::bars::Bars;
use super::chart::{Chart, Line};
use super::fairness::unit;
use super::figure::{Figure, Section, Table};
use super::ink::Ink;
use super::run::{Run, all_names, head};
use crate::console::Fault;

/// How far a plot goes on after the last step, as a share of it.
const AFTER_LAST: f64 = 0.3;

pub fn section(runs: &[Run<'_>]) -> Result<Section, Fault> {
    let targets = all_names(runs, |run| {
        run.summary.expansions.iter().map(|expansion| expansion.target.clone()).collect()
    });
    let mut figures = Vec::new();
    for target in &targets {
        figures.push(of_target(runs, target, figures.len() + 1)?);
    }
    match targets.is_empty() {
        true => {
            let why = match runs.len() {
                1 => {
                    "The rule set has no expansions: its values do not change while a ticket waits."
                }
                _ => "No rule set has expansions: their values do not change while a ticket waits.",
            };
            let title = "Effective values over the wait of a ticket";
            figures.push(Figure::of_nothing("expansion-1", title, why));
        }
        false => figures.push(epochs(runs)?),
    }
    Ok(Section { id: "expansions", heading: "Expansions", figures })
}

fn of_target(runs: &[Run<'_>], target: &str, number: usize) -> Result<Figure, Fault> {
    let found =
        |run: &Run<'_>| run.summary.expansions.iter().find(|it| it.target == target).cloned();
    let found: Vec<Option<ExpansionOverWait>> = runs.iter().map(found).collect();
    let steps = || found.iter().flatten().flat_map(|expansion| &expansion.steps);
    let last = steps().map(|step| f64::from(step.from_seconds)).fold(1.0, f64::max);
    let end = last * (1.0 + AFTER_LAST);
    let line = |(number, (run, expansion)): (usize, (&Run<'_>, &Option<ExpansionOverWait>))| Line {
        name: run.name("value in force"),
        ink: Ink::of_run(number),
        points: expansion.as_ref().map_or_else(Vec::new, |expansion| stairs(expansion, end)),
    };
    let chart = Chart {
        x: Axis::exactly("wait of the ticket that decides (seconds)", 0.0, end),
        y: Axis::from_zero(label(runs, target), steps().filter_map(|step| step.number)),
        lines: runs.iter().zip(&found).enumerate().map(line).collect(),
    };
    let oldest: Vec<bool> = runs.iter().map(|run| run.terms.oldest_decides).collect();
    let who = match (oldest.contains(&true), oldest.contains(&false)) {
        (true, true) => "newest or oldest ticket, as each rule set says",
        (true, false) => "oldest ticket",
        _ => "newest ticket",
    };
    let reading = format!(
        "The value that is in force when the {who} of a match has waited that long; it changes at \
         each step. A step that hardly any ticket waits for does little."
    );
    let mut rows = Vec::new();
    for (run, expansion) in runs.iter().zip(&found) {
        for step in expansion.iter().flat_map(|expansion| &expansion.steps) {
            let mut row = vec![format!("{} s", step.from_seconds)];
            row.extend(run.label.clone());
            row.push(step.text.clone());
            row.push(step.matched.to_string());
            rows.push(row);
        }
    }
    let head = head(runs, "from a wait of", &["value", "tickets matched before the next step"]);
    let table = Table { caption: format!("Steps of {target}"), head, rows };
    let nothing = "The values are no numbers; the table has them.";
    let id = format!("expansion-{number}");
    let figure = Figure::of_one(id, target, reading, chart, nothing)?;
    Ok(figure.with_table(table))
}

/// The corners of the stairs that the steps are; a gap where a value is no number.
fn stairs(expansion: &ExpansionOverWait, end: f64) -> Vec<Option<(f64, f64)>> {
    let ends = expansion.steps.iter().skip(1).map(|step| f64::from(step.from_seconds)).chain([end]);
    let steps = expansion.steps.iter().zip(ends);
    steps
        .flat_map(|(step, end)| match step.number {
            Some(number) => vec![Some((f64::from(step.from_seconds), number)), Some((end, number))],
            None => vec![None],
        })
        .collect()
}

/// What the value of a target is, with its unit.
fn label(runs: &[Run<'_>], target: &str) -> String {
    let field = target.rsplit('.').next().unwrap_or(target);
    let of_target = runs.iter().find_map(|run| {
        let expansion = run.summary.expansions.iter().find(|it| it.target == target)?;
        let name = expansion.rule.as_ref()?;
        run.terms.rules.iter().find(|rule| rule.name == *name)
    });
    let unit = match field {
        "minPlayers" | "maxPlayers" => "players".to_owned(),
        "maxLatency" => "milliseconds".to_owned(),
        "minCount" | "maxCount" => "values".to_owned(),
        _ => of_target.map_or_else(|| "no unit".to_owned(), unit),
    };
    format!("{field} ({unit})")
}

/// Each rule set has steps of its own, and so bars of its own.
fn epochs(runs: &[Run<'_>]) -> Result<Figure, Fault> {
    let bars = |run: &Run<'_>| {
        let epochs = &run.summary.epochs;
        let starts = epochs.iter().map(|epoch| epoch.from_seconds);
        let ends = starts.clone().skip(1).map(Some).chain([None]);
        let names = starts.zip(ends).map(|(start, end)| match end {
            Some(end) => format!("{start} to {end} s"),
            None => format!("from {start} s"),
        });
        let counts = epochs.iter().map(|epoch| vec![epoch.matches]);
        let bars = Bars {
            x: "matches formed".into(),
            y: "wait (seconds)".into(),
            kinds: vec!["matches formed".into()],
            rows: names.zip(counts).collect(),
        };
        (run.label.clone(), bars)
    };
    let reading = "How many matches were formed under the values that are in force after such a \
                   wait. If nearly all are in the last one, the first values are too strict.";
    let (title, nothing) = ("Matches by the steps in force", "No match was formed.");
    Figure::of_each("epochs", title, reading, runs.iter().map(bars).collect(), nothing)
}

//! The report of a simulation: one page that needs nothing else, with plots.
//!
//! A summary becomes charts (`waits`, `matches`, `fairness`, `expansions`, `places`), the plotting
//! library draws them (`chart`, `bars`), and the page is put around them (`figure`, `page`). All text
//! of others goes through [`visible`](crate::console::visible) and is escaped by the template. The
//! page depends on nothing but the arguments: no clock, no path of its own.

mod axis;
mod bars;
mod chart;
mod command;
mod expansions;
mod fairness;
mod figure;
mod file;
mod ink;
mod matches;
mod page;
mod picture;
mod places;
mod run;
mod scale;
mod waits;

use rallypoint::RuleSet;
use rallypoint::simulate::SimulationSummary;

pub use self::file::ReportFile;
use self::page::Page;
use self::run::Run;
use super::{Arguments, text};
use crate::console::Fault;

/// The page that tells of one simulation, or of two of the same arrivals.
pub fn page(
    arguments: &Arguments,
    simulations: &[(&RuleSet, &SimulationSummary)],
) -> Result<String, Fault> {
    let terms: Vec<_> = simulations.iter().map(|(rule_set, _)| rule_set.terms()).collect();
    let summaries: Vec<_> = simulations.iter().map(|&(_, summary)| summary).collect();
    let labels = labels(&summaries);
    let runs: Vec<Run<'_>> = summaries
        .iter()
        .zip(&terms)
        .enumerate()
        .map(|(number, (&summary, terms))| Run {
            label: labels.get(number).cloned(),
            summary,
            terms,
        })
        .collect();
    let names: Vec<_> = summaries.iter().map(|it| name(it)).collect();
    let page = Page {
        title: format!("Simulation of {}", names.join(" and ")),
        command: command::again(arguments),
        inputs: command::inputs(arguments, &runs),
        summary: text::sections(&summaries),
        sections: vec![
            waits::section(&runs)?,
            matches::section(&runs)?,
            fairness::section(&runs)?,
            expansions::section(&runs)?,
            places::locations(&runs)?,
            places::backfill(&runs)?,
            places::refusals(&runs)?,
        ],
        labels,
    };
    Ok(page.html())
}

fn name(summary: &SimulationSummary) -> &str {
    summary.rule_set_name.as_deref().unwrap_or("a rule set without a name")
}

/// What tells two simulations apart; none for one.
fn labels(summaries: &[&SimulationSummary]) -> Vec<String> {
    match summaries {
        [base, other] => vec![format!("first: {}", name(base)), format!("other: {}", name(other))],
        _ => Vec::new(),
    }
}

//! The summary of a simulation for people.

use std::fmt::Write as _;

use rallypoint::simulate::{Distribution, SimulationComparison, SimulationSummary};

use super::readable::{distinct, percent, short, time, whole_percent};
use crate::console::{STRONG, visible};

/// A line of the summary: what it says, and what it says of each simulation.
pub struct Line {
    pub label: String,
    pub values: Vec<String>,
}

/// The summary of one simulation.
pub fn one(summary: &SimulationSummary) -> String {
    table(&[summary])
}

/// Two simulations side by side.
pub fn two(comparison: &SimulationComparison) -> String {
    table(&[&comparison.base, &comparison.other])
}

fn table(summaries: &[&SimulationSummary]) -> String {
    let mut text = String::new();
    for (heading, lines) in sections(summaries) {
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{STRONG}{heading}{STRONG:#}");
        let width = lines.iter().map(|line| line.label.chars().count()).max().unwrap_or(0);
        let columns = |at: usize| {
            let lengths = lines.iter().filter_map(|line| line.values.get(at));
            lengths.map(|value| value.chars().count()).max().unwrap_or(0)
        };
        for Line { label, values } in &lines {
            let mut line = format!("  {label:<width$}");
            for (at, value) in values.iter().enumerate() {
                let width = columns(at);
                let _ = write!(line, "  {value:<width$}");
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}

/// The lines of the summary by heading.
pub fn sections(summaries: &[&SimulationSummary]) -> Vec<(String, Vec<Line>)> {
    let line = |label: &str, value: &dyn Fn(&SimulationSummary) -> String| Line {
        label: label.to_owned(),
        values: summaries.iter().map(|summary| value(summary)).collect(),
    };
    let mut all = Vec::new();
    let mut came = vec![line("rule set", &|it| {
        it.rule_set_name.as_deref().map_or_else(|| "-".into(), visible)
    })];
    came.push(line("tickets", &|it| {
        let (tickets, players) = (it.arrivals.tickets, it.arrivals.players);
        format!(
            "{tickets} with {players} players, {} a second",
            short(it.arrivals.tickets_per_second)
        )
    }));
    came.push(line("virtual time", &|it| time(it.simulated_seconds)));
    all.push(("arrivals".to_owned(), came));

    let share = |count: u64, it: &SimulationSummary| {
        format!("{count} ({} %)", percent(count, it.arrivals.tickets))
    };
    let mut outcomes = vec![line("matched", &|it| share(it.outcomes.matched, it))];
    outcomes.push(line("timed out", &|it| {
        format!("{}, after {} s", share(it.outcomes.timed_out, it), it.request_timeout_seconds)
    }));
    let mut rare = |label: &str, count: fn(&SimulationSummary) -> u64| {
        if summaries.iter().any(|it| count(it) > 0) {
            outcomes.push(line(label, &|it| share(count(it), it)));
        }
    };
    rare("cancelled", |it| it.outcomes.cancelled);
    rare("failed", |it| it.outcomes.failed);
    rare("refused", |it| it.outcomes.refused);
    outcomes.push(line("still waiting", &|it| share(it.outcomes.waiting, it)));
    if summaries.iter().any(|it| it.outcomes.first_refusal.is_some()) {
        outcomes.push(line("first refusal", &|it| {
            it.outcomes.first_refusal.as_deref().map_or_else(|| "-".into(), visible)
        }));
    }
    all.push(("tickets".to_owned(), outcomes));

    let wait = |of: fn(&Distribution) -> f64| {
        move |it: &SimulationSummary| it.waits.as_ref().map_or("-".into(), |waits| time(of(waits)))
    };
    all.push((
        "wait of matched tickets".to_owned(),
        vec![
            line("half of them", &wait(|it| it.p50)),
            line("9 in 10", &wait(|it| it.p90)),
            line("99 in 100", &wait(|it| it.p99)),
            line("longest", &wait(|it| it.max)),
        ],
    ));

    let mut matches = vec![line("complete", &|it| {
        format!("{}, {} a minute", it.matches.succeeded, short(it.matches.per_minute))
    })];
    if summaries.iter().any(|it| it.matches.formed > it.matches.succeeded) {
        matches.push(line("formed", &|it| {
            let of = &it.matches;
            format!(
                "{}; {} rejected, {} not answered, {} not placed",
                of.formed, of.rejected, of.acceptance_timed_out, of.failed
            )
        }));
    }
    matches.push(line("fill", &|it| match &it.matches.fill {
        Some(fill) => format!(
            "{} % of the places, least {} %",
            whole_percent(fill.mean),
            whole_percent(fill.min)
        ),
        None => "-".into(),
    }));
    all.push(("matches".to_owned(), matches));
    all.push(("rules".to_owned(), rules(summaries)));
    all.push(("expansions".to_owned(), epochs(summaries)));
    all.push(("locations".to_owned(), locations(summaries)));
    if summaries.iter().any(|it| it.backfill.sessions > 0) {
        all.push((
            "game sessions".to_owned(),
            vec![
                line("started", &|it| it.backfill.sessions.to_string()),
                line("players left", &|it| it.backfill.players_left.to_string()),
                line("players joined", &|it| it.backfill.players_joined.to_string()),
                line("backfill", &|it| {
                    let of = &it.backfill;
                    format!(
                        "{} tickets: {} matched, {} timed out, {} cancelled",
                        of.tickets, of.matched, of.timed_out, of.cancelled
                    )
                }),
            ],
        ));
    }
    all.push((
        "search".to_owned(),
        vec![line("nodes", &|it| {
            let of = &it.search;
            let cut = match of.anchors_exhausted + of.partitions_cut {
                0 => String::new(),
                _ => format!(
                    "; {} searches ran out, {} cuts into batches",
                    of.anchors_exhausted, of.partitions_cut
                ),
            };
            format!("{} in {} passes{cut}", of.nodes, of.slices)
        })],
    ));
    all
}

/// A line for each rule that has a number or refused something, by name.
fn rules(summaries: &[&SimulationSummary]) -> Vec<Line> {
    let names = distinct(summaries.iter().flat_map(|it| &it.rules).map(|rule| rule.name.clone()));
    let mut lines = Vec::new();
    for name in names {
        let values = summaries.iter().map(|it| {
            let Some(rule) = it.rules.iter().find(|rule| rule.name == name) else {
                return "-".to_owned();
            };
            let mut parts = Vec::new();
            if let (Some(measure), Some(of)) = (&rule.measure, &rule.measured) {
                parts.push(format!(
                    "{measure}: {} for half, {} for 9 in 10, {} at most",
                    short(of.p50),
                    short(of.p90),
                    short(of.max)
                ));
            }
            if let Some(refused) = rule.refused.filter(|&refused| refused > 0) {
                let most = it.most_refusing_rule.as_ref() == Some(&rule.name);
                let most = if most { ", the most" } else { "" };
                parts.push(format!("refused {refused} candidates{most}"));
            }
            if parts.is_empty() { "-".to_owned() } else { parts.join("; ") }
        });
        lines.push(Line { label: visible(&name), values: values.collect() });
    }
    if summaries.len() > 1 { stacked(lines) } else { lines }
}

/// What is too long for columns, each value on a line of its own.
fn stacked(lines: Vec<Line>) -> Vec<Line> {
    let mut all = Vec::new();
    for Line { label, values } in lines {
        let names = ["first", "other"].into_iter();
        for (name, value) in names.zip(values) {
            all.push(Line { label: format!("{label}, {name}"), values: vec![value] });
        }
    }
    all
}

/// A line for each stretch of waiting time, unless there is only one.
fn epochs(summaries: &[&SimulationSummary]) -> Vec<Line> {
    if summaries.iter().all(|it| it.epochs.len() < 2) {
        return Vec::new();
    }
    let mut starts: Vec<u32> =
        summaries.iter().flat_map(|it| &it.epochs).map(|epoch| epoch.from_seconds).collect();
    starts.sort_unstable();
    starts.dedup();
    let line = |start: u32| Line {
        label: format!("from {start} s"),
        values: summaries
            .iter()
            .map(|it| match it.epochs.iter().find(|epoch| epoch.from_seconds == start) {
                None => "-".into(),
                Some(epoch) => {
                    let of = format!("{} % of the matches", whole_percent(epoch.share));
                    match epoch.changes.is_empty() || summaries.len() > 1 {
                        true => of,
                        false => format!("{of}; changes {}", visible(&epoch.changes.join(", "))),
                    }
                }
            })
            .collect(),
    };
    starts.into_iter().map(line).collect()
}

fn locations(summaries: &[&SimulationSummary]) -> Vec<Line> {
    let all = summaries.iter().flat_map(|it| &it.locations);
    let names = distinct(all.map(|location| location.location.clone()));
    let value = |it: &SimulationSummary, name: &str| {
        let Some(of) = it.locations.iter().find(|location| location.location == name) else {
            return "-".to_owned();
        };
        let latency = of.latency_millis.as_ref().map_or(String::new(), |latency| {
            format!(
                ", latency {} ms for half, {} ms for 9 in 10",
                short(latency.p50),
                short(latency.p90)
            )
        });
        format!("{} matches with {} players{latency}", of.matches, of.players)
    };
    let line = |name: &String| Line {
        label: visible(name),
        values: summaries.iter().map(|it| value(it, name)).collect(),
    };
    names.iter().map(line).collect()
}

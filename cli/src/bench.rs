//! `rallypoint bench`: the standing workloads, each with its floor beside it.

use std::time::Duration;

use rallypoint_benches::{
    Battle, Duel, Effort, Failure, Parties, Roles, Row, Royale, Squads, Steady, SteadyRow,
    SteadyWorkload, Workload, measure,
};
use serde::Serialize;

use crate::console::{Console, Fault, Format, STRONG, Verdict};
use crate::memory;
use crate::number::whole_number;

/// Pools of these sizes are measured unless the caller says otherwise.
const TICKETS: [u32; 3] = [1_000, 10_000, 100_000];
/// The size that `--large` adds.
const LARGE: u32 = 1_000_000;
/// The engine's default limit of active tickets leaves room for arrivals.
const TICKETS_MAX: u32 = 1_900_000;

/// Measure the engine on the standing workloads
///
/// Each workload is a pool generated from a seed. The engine's cold pass over it (search, status
/// changes, events queued) is measured beside a floor, the bare arithmetic of the same job without
/// rules, records or events; what counts is the ratio of the two in one run. `steady` measures an
/// arriving ticket while so many others wait; it has no floor.
///
/// Every result is checked: there are matches, matches from all over the list are valid by the
/// reference evaluator, and a second run gives the same.
///
/// The columns of the table: `tickets` in the pool; `matches` made, beside the `floor's` and those of
/// a plain matcher that goes `by age` (pools of up to 10,000); tickets `left over`; the times of the
/// `floor`, of the `search` alone and of the whole `pass`, and how many times that of the floor the
/// two take (`search/floor`, `pass/floor`); `submit`, the time of submitting all tickets;
/// `nodes/ticket`, search nodes for each ticket; `peak RSS`, the most memory held. Of `steady`:
/// tickets `waiting` at the end; `arrivals` that were measured; the time of `an arrival`, of it `its
/// passes` and `its submit`; `first pass`, the time of the pass over all that wait, before anybody
/// arrives; `nodes/arrival`.
///
/// With `--format json`: one object a line. Those of a pool have `workload`, `tickets`, `matches`,
/// `matchSeconds` (the whole pass), `searchSeconds` (the search alone), `floorSeconds`,
/// `floorMatches`, `referenceMatches` (of a plain matcher that goes by age, for pools of up to
/// 10,000), `ingestSeconds`, `nodes`, `anchors`, `judged`, `anchorsExhausted`, `leftOver`,
/// `peakRssBytes`, `checksum`, `turns`. Those of `steady` have `waiting`, `arrivals`,
/// `arrivalSeconds` and `setupSeconds` in place of the floor's. Times are the shortest of all turns.
/// What took too long has `gaveUpAfterSeconds` instead.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  rallypoint bench duel --tickets 1000\n  \
                        rallypoint bench --format json > rows.jsonl")]
pub struct Arguments {
    /// The workloads; none named: all of them
    #[arg(value_name = "WORKLOAD", value_enum)]
    workloads: Vec<Name>,
    /// Sizes of the pools, from 100 to 1,900,000; for `steady`, how many tickets wait
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_values_t = TICKETS)]
    #[arg(value_parser = whole_number(100..=TICKETS_MAX), allow_negative_numbers = true)]
    tickets: Vec<u32>,
    /// Add pools of 1,000,000 tickets
    #[arg(long)]
    large: bool,
    /// How many arriving tickets `steady` measures, after half as many to warm up
    #[arg(long, value_name = "N", default_value_t = Steady::default().arrivals)]
    #[arg(value_parser = whole_number(1..=100_000_u32), allow_negative_numbers = true)]
    arrivals: u32,
    /// The seed that the pools are generated from
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole_number(0..=u64::MAX))]
    #[arg(allow_negative_numbers = true)]
    seed: u64,
    /// Give a measurement up when a pass takes so long, and with it the larger pools of the same
    /// workload
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = whole_number(0..=u32::MAX))]
    #[arg(allow_negative_numbers = true)]
    patience: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    /// One against one, skills at most 50 apart
    Duel,
    /// Five against five, skills at most 100 apart, even teams
    Squads,
    /// Five against five in parties, near one location, in one game mode
    Parties,
    /// Five against five, at most two of a role in a team
    Roles,
    /// Fifty against fifty in parties, as even as can be
    Battle,
    /// A hundred players near one location
    Royale,
    /// `squads` and `parties` with tickets that arrive one by one
    Steady,
}

impl Name {
    const ALL: [Self; 7] = [
        Self::Duel,
        Self::Squads,
        Self::Parties,
        Self::Roles,
        Self::Battle,
        Self::Royale,
        Self::Steady,
    ];
}

/// A result with what only the process knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured<R> {
    #[serde(flatten)]
    row: R,
    /// The most memory that the process has held during the measurement, with what it keeps of
    /// earlier ones; where the system cannot begin to count anew, since its start.
    peak_rss_bytes: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GivenUp {
    workload: &'static str,
    tickets: u32,
    gave_up_after_seconds: f64,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let mut sizes = arguments.tickets.clone();
    sizes.extend(arguments.large.then_some(LARGE));
    sizes.sort_unstable();
    sizes.dedup();
    let names = if arguments.workloads.is_empty() { &Name::ALL } else { &*arguments.workloads };
    let mut bench = Bench { arguments, sizes, console, heading: None };
    let mut verdict = Verdict::Good;
    for name in names {
        verdict = verdict.and(match name {
            Name::Duel => bench.cold::<Duel>()?,
            Name::Squads => bench.cold::<Squads>()?,
            Name::Parties => bench.cold::<Parties>()?,
            Name::Roles => bench.cold::<Roles>()?,
            Name::Battle => bench.cold::<Battle>()?,
            Name::Royale => bench.cold::<Royale>()?,
            Name::Steady => {
                let squads = bench.steady::<Squads>()?;
                squads.and(bench.steady::<Parties>()?)
            }
        });
    }
    Ok(verdict)
}

struct Bench<'a> {
    arguments: &'a Arguments,
    sizes: Vec<u32>,
    console: &'a mut Console,
    /// The heading of the table that is being printed.
    heading: Option<&'static str>,
}

impl Bench<'_> {
    fn cold<W: Workload>(&mut self) -> Result<Verdict, Fault> {
        let effort = Effort { patience: self.patience(), ..Effort::default() };
        let seed = self.arguments.seed;
        let measure = |size| measure::<W>(size, seed, &effort);
        self.measure(W::NAME, measure, COLD_HEADING, cold_line)
    }

    fn steady<W: SteadyWorkload>(&mut self) -> Result<Verdict, Fault> {
        let arrivals = self.arguments.arrivals;
        let steady = Steady { warm_up: arrivals / 2, arrivals, patience: self.patience() };
        let seed = self.arguments.seed;
        let measure = |size| steady.measure::<W>(size, seed);
        self.measure(W::STEADY_NAME, measure, STEADY_HEADING, steady_line)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.arguments.patience.into())
    }

    /// Measures a workload with a pool of each size and prints the results as they come.
    fn measure<R: Serialize>(
        &mut self,
        workload: &'static str,
        measure: impl Fn(u32) -> Result<R, Failure>,
        heading: &'static str,
        line: fn(&Measured<R>) -> String,
    ) -> Result<Verdict, Fault> {
        for tickets in self.sizes.clone() {
            memory::begin_peak();
            match measure(tickets) {
                Ok(row) => {
                    let measured = Measured { row, peak_rss_bytes: memory::peak_rss_bytes() };
                    self.print(&measured, heading, line)?;
                }
                Err(Failure::TooSlow { seconds }) => {
                    let given_up = GivenUp { workload, tickets, gave_up_after_seconds: seconds };
                    self.print(&given_up, heading, given_up_line)?;
                    return Ok(Verdict::Good);
                }
                Err(Failure::Wrong(what)) => {
                    self.console.problem(None, None, what)?;
                    return Ok(Verdict::Bad);
                }
            }
        }
        Ok(Verdict::Good)
    }

    fn print<R: Serialize>(
        &mut self,
        row: &R,
        heading: &'static str,
        line: fn(&R) -> String,
    ) -> Result<(), Fault> {
        match self.console.format() {
            Format::Json => self.console.json(row)?,
            Format::Text => {
                if self.heading != Some(heading) {
                    let gap = if self.heading.is_some() { "\n" } else { "" };
                    self.console.text(format_args!("{gap}{STRONG}{heading}{STRONG:#}\n"))?;
                    self.heading = Some(heading);
                }
                self.console.text(format_args!("{}\n", line(row)))?;
            }
        }
        self.console.finish()
    }
}

const COLD_HEADING: &str = "workload         tickets  matches  floor's  by age  left over     floor    \
                              search  search/floor      pass  pass/floor    submit  nodes/ticket  \
                              peak RSS";

fn cold_line(measured: &Measured<Row>) -> String {
    let Measured { row, peak_rss_bytes } = measured;
    let count = |count: Option<u64>| count.map_or("-".into(), |count| count.to_string());
    let ratio = |seconds: f64| {
        row.floor_seconds.map_or("-".into(), |floor| format!("{:.1}", seconds / floor))
    };
    format!(
        "{:<14} {:>9} {:>8} {:>8} {:>7} {:>10} {:>9} {:>9} {:>13} {:>9} {:>11} {:>9} {:>13.1} {:>9}",
        row.workload,
        row.tickets,
        row.matches,
        count(row.floor_matches),
        count(row.reference_matches),
        row.left_over,
        row.floor_seconds.map_or("-".into(), time),
        time(row.search_seconds),
        ratio(row.search_seconds),
        time(row.match_seconds),
        ratio(row.match_seconds),
        time(row.ingest_seconds),
        row.nodes as f64 / f64::from(row.tickets),
        memory::shown(*peak_rss_bytes),
    )
}

const STEADY_HEADING: &str = "workload         waiting  arrivals  matches  an arrival  \
                              its passes  its submit  first pass  nodes/arrival  peak RSS";

fn steady_line(measured: &Measured<SteadyRow>) -> String {
    let Measured { row, peak_rss_bytes } = measured;
    let arrivals = f64::from(row.arrivals);
    format!(
        "{:<14} {:>9} {:>9} {:>8} {:>11} {:>11} {:>11} {:>11} {:>14.1} {:>9}",
        row.workload,
        row.waiting,
        row.arrivals,
        row.matches,
        time(row.arrival_seconds),
        time(row.match_seconds / arrivals),
        time(row.ingest_seconds / arrivals),
        time(row.setup_seconds),
        row.nodes as f64 / arrivals,
        memory::shown(*peak_rss_bytes),
    )
}

fn given_up_line(row: &GivenUp) -> String {
    let GivenUp { workload, tickets, gave_up_after_seconds } = row;
    format!("{workload:<14} {tickets:>9} given up after {gave_up_after_seconds:.0} s")
}

/// A time with a unit that suits it, in three digits.
fn time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        it if it >= 1.0 => (it, "s"),
        it if it >= 1e-3 => (it * 1e3, "ms"),
        it => (it * 1e6, "us"),
    };
    let digits = match value {
        it if it >= 100.0 => 0,
        it if it >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeSet;

    #[test]
    fn every_column_has_a_name_of_its_own_that_the_help_explains() {
        let command = <Arguments as clap::Args>::augment_args(clap::Command::new("bench"));
        let help = command.get_long_about().expect("it has help").to_string();
        // Lines of help break anywhere.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for heading in [COLD_HEADING, STEADY_HEADING] {
            let columns: Vec<_> =
                heading.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect();
            assert!(columns.len() >= 10, "{columns:?}");
            assert_eq!(columns.iter().collect::<BTreeSet<_>>().len(), columns.len(), "{columns:?}");
            for column in columns.iter().skip(1) {
                assert!(help.contains(&format!("`{column}`")), "{column}: {help}");
            }
        }
    }

    #[test]
    fn times_have_three_digits_and_a_unit() {
        let shown = [12.345, 0.98765, 0.000_123_4, 0.000_000_5].map(time);
        assert_eq!(shown, ["12.3 s", "988 ms", "123 us", "0.50 us"]);
    }
}

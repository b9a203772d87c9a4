//! Where the time of a simulation goes.

use std::fmt::Write as _;
use std::time::Duration;

use rallypoint::simulate::{SimulationStep, SimulationSummary};

use crate::memory;
use crate::progress::Stopwatch;

/// The parts of a simulation, and how long each took.
pub struct Timings {
    watch: Stopwatch,
    /// The processor time at the start, where the system tells.
    processor: Option<f64>,
    /// Which part is under way, and since when.
    now: Option<(usize, Duration)>,
    parts: [(&'static str, Duration); 6],
}

impl Timings {
    pub fn start() -> Self {
        memory::begin_peak();
        let names = ["arrivals", "submitting", "passes", "events", "measuring", "summary"];
        Self {
            watch: Stopwatch::start(),
            processor: processor_seconds(),
            now: None,
            parts: names.map(|name| (name, Duration::ZERO)),
        }
    }

    pub fn begin(&mut self, step: SimulationStep<'_>) {
        let part = match step {
            SimulationStep::Arriving { .. } => 0,
            SimulationStep::Submitting => 1,
            SimulationStep::Passing => 2,
            SimulationStep::Reading => 3,
            SimulationStep::Told(_) => return,
            SimulationStep::Measuring => 4,
            _ => 5,
        };
        self.end();
        self.now = Some((part, self.watch.elapsed()));
    }

    fn end(&mut self) {
        if let Some((part, since)) = self.now.take()
            && let Some((_, spent)) = self.parts.get_mut(part)
        {
            *spent += self.watch.elapsed().saturating_sub(since);
        }
    }

    /// A few lines for people.
    pub fn told(mut self, summary: &SimulationSummary) -> String {
        self.end();
        let total = self.watch.elapsed().as_secs_f64();
        let tickets = summary.arrivals.tickets;
        let each = 1e6 * total / (tickets.max(1) as f64);
        let memory = memory::shown(memory::peak_rss_bytes());
        let processor = self.processor.zip(processor_seconds());
        let processor =
            processor.map_or("-".into(), |(before, now)| format!("{:.2} s", now - before));
        let mut text = format!(
            "{tickets} tickets in {total:.2} s, {each:.1} us each; processor time {processor}, peak \
             memory {memory}\n"
        );
        for (name, spent) in self.parts {
            let spent = spent.as_secs_f64();
            let share = if total > 0.0 { 100.0 * spent / total } else { 0.0 };
            let _ = writeln!(text, "  {name:<10} {spent:>7.2} s {share:>5.1} %");
        }
        text
    }
}

/// The time that processors have spent on this process, in seconds, where the system tells: on a
/// busy machine less than has passed, on several threads it may be more.
fn processor_seconds() -> Option<f64> {
    /// Of Linux's counts there, on every machine.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program is in parentheses and may have spaces.
    let fields = stat.rsplit_once(')')?.1;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    Some((user + system) as f64 / TICKS_PER_SECOND)
}

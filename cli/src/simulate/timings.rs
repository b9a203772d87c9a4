//! Where the time of a simulation goes.

use std::fmt::Write as _;
use std::time::Duration;

use rallypoint::simulate::{SimulationStep, SimulationSummary};

use crate::memory;
use crate::progress::Stopwatch;

/// The parts of a simulation, and how long each took.
pub struct Timings {
    watch: Stopwatch,
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
            now: None,
            parts: names.map(|name| (name, Duration::ZERO)),
        }
    }

    pub fn begin(&mut self, step: SimulationStep) {
        let part = match step {
            SimulationStep::Arriving { .. } => 0,
            SimulationStep::Submitting => 1,
            SimulationStep::Passing => 2,
            SimulationStep::Reading => 3,
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
        let mut text =
            format!("{tickets} tickets in {total:.2} s, {each:.1} us each; peak memory {memory}\n");
        for (name, spent) in self.parts {
            let spent = spent.as_secs_f64();
            let share = if total > 0.0 { 100.0 * spent / total } else { 0.0 };
            let _ = writeln!(text, "  {name:<10} {spent:>7.2} s {share:>5.1} %");
        }
        text
    }
}

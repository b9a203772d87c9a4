//! How long things take, and a progress bar for those that take long.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::console;

/// Measures time for statistics and progress. Nothing else in this program depends on it.
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "durations are shown, never decided on")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What standard error shows of work that takes long: a bar that appears after a second, if a terminal
/// is there to show it; else, for logs, a line now and then.
pub struct Progress {
    what: &'static str,
    total: Option<u64>,
    watch: Stopwatch,
    bar: Option<ProgressBar>,
    terminal: bool,
    /// When the next line comes.
    next_line: Duration,
}

/// Between two lines for logs.
const BETWEEN_LINES: Duration = Duration::from_secs(30);

impl Progress {
    /// For work of `total` steps, where that is known.
    pub fn new(what: &'static str, total: Option<u64>) -> Self {
        let terminal = io::stderr().is_terminal();
        let watch = Stopwatch::start();
        Self { what, total, watch, bar: None, terminal, next_line: BETWEEN_LINES }
    }

    /// Says that `done` steps are done. Cheap enough for every step.
    pub fn set(&mut self, done: u64) {
        const PATIENCE: Duration = Duration::from_secs(1);
        if !self.terminal {
            let elapsed = self.watch.elapsed();
            if elapsed >= self.next_line {
                self.next_line = elapsed + BETWEEN_LINES;
                console::note(&line(self.what, done, self.total, elapsed));
            }
            return;
        }
        if self.bar.is_none() && self.watch.elapsed() >= PATIENCE {
            self.bar = Some(bar(self.what, self.total));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `simulating: 1200 of 5000 after 30 s`
fn line(what: &str, done: u64, total: Option<u64>, elapsed: Duration) -> String {
    let of = total.map_or(String::new(), |total| format!(" of {total}"));
    format!("{what}: {done}{of} after {} s", elapsed.as_secs())
}

fn bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{msg} [{bar:30}] {human_pos}/{human_len}"),
        None => (ProgressBar::no_length(), "{msg} {spinner} {human_pos}"),
    };
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_logs_says_how_far_the_work_is() {
        let elapsed = Duration::from_millis(61_700);
        assert_eq!(
            line("simulating", 1200, Some(5000), elapsed),
            "simulating: 1200 of 5000 after 61 s"
        );
        assert_eq!(line("replaying", 7, None, elapsed), "replaying: 7 after 61 s");
    }
}

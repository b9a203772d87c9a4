//! How long things take, and a progress bar for those that take long.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

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

/// A bar on standard error that appears after a second, if a terminal is there to show it.
pub struct Progress {
    what: &'static str,
    total: Option<u64>,
    watch: Stopwatch,
    bar: Option<ProgressBar>,
    terminal: bool,
}

impl Progress {
    /// For work of `total` steps, where that is known.
    pub fn new(what: &'static str, total: Option<u64>) -> Self {
        let terminal = io::stderr().is_terminal();
        Self { what, total, watch: Stopwatch::start(), bar: None, terminal }
    }

    /// Says that `done` steps are done. Cheap enough for every step.
    pub fn set(&mut self, done: u64) {
        const PATIENCE: Duration = Duration::from_secs(1);
        if !self.terminal {
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

fn bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{msg} [{bar:30}] {human_pos}/{human_len}"),
        None => (ProgressBar::no_length(), "{msg} {spinner} {human_pos}"),
    };
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}

//! Partitions that have their turn together. Nothing that one of them holds is another's, so it does
//! not matter in which order they are searched, or on how many threads (decision 23).

use super::exhaustive::Searcher;
use super::partitions::Partition;
use super::pass::{Budget, Pass, Slice};
use super::view::View;

/// A partition with what it may spend, then with what was done.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) partition: Partition,
    pub(super) budget: Budget,
    pub(super) slice: Slice,
}

impl Job {
    fn run(&mut self, view: &View<'_>, searcher: &mut Searcher) {
        let Partition { waiting, progress, .. } = &mut self.partition;
        self.slice = Pass::new(view, waiting, progress, searcher).run(self.budget);
    }
}

/// With fewer tickets than this, starting threads costs more than they save.
#[cfg(feature = "parallel")]
const TICKETS_MIN: usize = if cfg!(test) { 2 } else { 512 };

/// Runs jobs; there is a searcher for each thread, and one at least.
#[cfg(feature = "parallel")]
pub(super) fn run(view: &View<'_>, jobs: &mut [Job], searchers: &mut [Searcher]) {
    let tickets: usize = jobs.iter().map(|job| job.partition.waiting.len()).sum();
    if searchers.len() < 2 || jobs.len() < 2 || tickets < TICKETS_MIN {
        return run_in_turn(view, jobs, searchers);
    }
    let most = jobs.len() - 1;
    let left = std::sync::Mutex::new(jobs.iter_mut());
    let next = || left.lock().ok().and_then(|mut left| left.next());
    let work = |searcher: &mut Searcher| {
        while let Some(job) = next() {
            job.run(view, searcher);
        }
    };
    let work = &work;
    // This thread works, too: it does all where the system gives no other.
    let Some((own, others)) = searchers.split_first_mut() else { return };
    std::thread::scope(|scope| {
        for searcher in others.iter_mut().take(most) {
            let started = std::thread::Builder::new().spawn_scoped(scope, move || work(searcher));
            if started.is_err() {
                break;
            }
        }
        work(own);
    });
}

/// Runs jobs.
#[cfg(not(feature = "parallel"))]
pub(super) fn run(view: &View<'_>, jobs: &mut [Job], searchers: &mut [Searcher]) {
    run_in_turn(view, jobs, searchers);
}

fn run_in_turn(view: &View<'_>, jobs: &mut [Job], searchers: &mut [Searcher]) {
    if let Some(searcher) = searchers.first_mut() {
        jobs.iter_mut().for_each(|job| job.run(view, searcher));
    }
}

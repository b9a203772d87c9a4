//! Running tests again when their files change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, SystemTime};

use notify_debouncer_full::notify::{self, Event, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};

use super::find::{self, Found};
use super::{Arguments, run_once};
use crate::console::{self, Console, Fault, Verdict, counted, visible};

/// Changes that come so soon after one another are one: editors write a file in several steps.
const CALM: Duration = Duration::from_millis(100);

/// Runs until nobody reads what is printed.
pub fn run_at_changes(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let mut watcher = Watcher::new()?;
    let mut found = watcher.find(arguments)?;
    loop {
        // What changes from here on is seen, even while the tests run.
        let before = Stamps::of(&found);
        let verdict = run_once(&found, arguments, console)?;
        if console.is_closed() {
            return Ok(verdict);
        }
        let count = counted(found.files.len(), "file");
        console::note(&format!("watching {count}; Ctrl-C ends"));
        found = loop {
            watcher.wait()?;
            let now = match watcher.find(arguments) {
                Ok(now) => now,
                Err(Fault(message)) => {
                    console.interject(&message)?;
                    continue;
                }
            };
            if let Some(changed) = Stamps::of(&now).first_change_since(&before) {
                console::note(&format!("`{}` has changed", shown(changed)));
                break now;
            }
        };
    }
}

/// The scenario files and their rule sets.
fn files(found: &Found) -> impl Iterator<Item = PathBuf> {
    let rule_sets = found.files.iter().filter_map(|path| find::rule_set_of(path));
    found.files.iter().cloned().chain(rule_sets).map(|path| whole(&path))
}

/// The one path of a file that may be gone by now, from the root; as it is where its folder is gone.
fn whole(path: &Path) -> PathBuf {
    let folder = path.parent().map(|folder| Path::new(".").join(folder).canonicalize());
    match (folder, path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path.into(),
    }
}

/// A whole path for people: from the current folder, if it is below it.
fn shown(path: &Path) -> String {
    let here = Path::new(".").canonicalize().unwrap_or_default();
    visible(&path.strip_prefix(here).unwrap_or(path).to_string_lossy())
}

/// Where a change may show: the folders of all files, since many editors put a new file in the place
/// of the old one, and the folders that were searched.
fn folders(found: &Found) -> BTreeSet<PathBuf> {
    let of_files = files(found).filter_map(|path| path.parent().map(Path::to_path_buf));
    let folders = of_files.chain(found.folders.iter().cloned());
    folders.filter_map(|path| path.canonicalize().ok()).collect()
}

/// When each file was written and how long it is; `None`: it is not there.
struct Stamps(BTreeMap<PathBuf, Option<(Option<SystemTime>, u64)>>);

impl Stamps {
    fn of(found: &Found) -> Self {
        Self(files(found).map(|path| (path.clone(), stamp(&path))).collect())
    }

    /// A file that has changed, come or gone.
    fn first_change_since<'s>(&'s self, before: &'s Self) -> Option<&'s Path> {
        let changed = |path: &&PathBuf| self.0.get(*path) != before.0.get(*path);
        self.0.keys().chain(before.0.keys()).find(changed).map(PathBuf::as_path)
    }
}

fn stamp(path: &Path) -> Option<(Option<SystemTime>, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

struct Watcher {
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    changes: Receiver<DebounceEventResult>,
    watched: BTreeSet<PathBuf>,
}

impl Watcher {
    fn new() -> Result<Self, Fault> {
        let (sender, changes) = mpsc::channel();
        let debouncer = new_debouncer(CALM, None, sender).map_err(|error| failed(&error))?;
        Ok(Self { debouncer, changes, watched: BTreeSet::new() })
    }

    /// What there is to run, all of it watched from before it was found.
    fn find(&mut self, arguments: &Arguments) -> Result<Found, Fault> {
        loop {
            let found = arguments.find()?;
            let folders = folders(&found);
            let is_watched = folders.is_subset(&self.watched);
            self.watch(&folders)?;
            if is_watched {
                return Ok(found);
            }
        }
    }

    /// Watches these folders, not those in them, and no others.
    fn watch(&mut self, folders: &BTreeSet<PathBuf>) -> Result<(), Fault> {
        for folder in self.watched.difference(folders) {
            // A folder that is gone is not watched any more.
            let _ = self.debouncer.unwatch(folder);
        }
        for folder in folders.difference(&self.watched) {
            let watched = self.debouncer.watch(folder, RecursiveMode::NonRecursive);
            if let Err(error) = watched
                && folder.is_dir()
            {
                return Err(failed(&error));
            }
        }
        self.watched.clone_from(folders);
        Ok(())
    }

    /// Waits until something may have changed.
    fn wait(&self) -> Result<(), Fault> {
        loop {
            match self.changes.recv() {
                Ok(Ok(events)) if events.iter().any(|event| may_be_change(event)) => {
                    return Ok(());
                }
                Ok(Ok(_)) => {}
                Ok(Err(errors)) => {
                    for error in errors {
                        console::error(&failed(&error).0);
                    }
                    return Ok(());
                }
                Err(_) => return Err(Fault("cannot watch files any more".into())),
            }
        }
    }
}

/// Reading is no change, or the search for changes would never end.
fn may_be_change(event: &Event) -> bool {
    !event.kind.is_access()
}

fn failed(error: &notify::Error) -> Fault {
    Fault(format!("cannot watch files: {}", visible(&error.to_string())))
}

#[cfg(test)]
mod tests {
    use notify::EventKind;
    use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind};

    use super::*;

    #[test]
    fn reading_is_no_change() {
        for (kind, expected) in [
            (EventKind::Access(AccessKind::Open(AccessMode::Any)), false),
            (EventKind::Access(AccessKind::Close(AccessMode::Read)), false),
            (EventKind::Modify(ModifyKind::Any), true),
            (EventKind::Create(CreateKind::Any), true),
            (EventKind::Remove(RemoveKind::Any), true),
            (EventKind::Any, true),
        ] {
            assert_eq!(may_be_change(&Event::new(kind)), expected, "{kind:?}");
        }
    }

    #[test]
    fn a_change_is_a_file_that_changed_came_or_went() {
        let stamps = |files: &[(&str, u64)]| {
            Stamps(files.iter().map(|&(path, len)| (path.into(), Some((None, len)))).collect())
        };
        let before = stamps(&[("a", 1), ("b", 2)]);
        for (now, changed) in [
            (stamps(&[("a", 1), ("b", 2)]), None),
            (stamps(&[("a", 1), ("b", 3)]), Some("b")),
            (stamps(&[("a", 1)]), Some("b")),
            (stamps(&[("a", 1), ("b", 2), ("c", 0)]), Some("c")),
        ] {
            assert_eq!(now.first_change_since(&before), changed.map(Path::new));
        }
    }
}

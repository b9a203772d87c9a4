//! The file of a report: there in full or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::console::{Fault, visible};
use crate::files;

/// A file that will be written, or is found out to be impossible before the long work begins.
pub struct ReportFile {
    path: PathBuf,
    /// What becomes the file; none where the path is a device or the like, which is written as it is.
    draft: Option<NamedTempFile>,
}

impl ReportFile {
    pub fn prepare(path: &Path) -> Result<Self, Fault> {
        if files::is_stdin(path) {
            let message = "standard output has the summary; name a file for the report";
            return Err(Fault(message.into()));
        }
        // A link stays one, and what it leads to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if target.is_dir() {
            return Err(failed(path, &"it is a folder; name a file in it"));
        }
        let special = target.exists() && !target.is_file();
        let draft = match special {
            true => None,
            false => {
                let parent = target.parent().filter(|it| !it.as_os_str().is_empty());
                let parent = parent.unwrap_or(Path::new("."));
                let made = draft_builder().tempfile_in(parent);
                Some(made.map_err(|error| failed(path, &error.kind()))?)
            }
        };
        Ok(Self { path: target, draft })
    }

    /// Puts the page there.
    pub fn write(self, page: &str) -> Result<(), Fault> {
        let Self { path, draft } = self;
        let written = match draft {
            None => fs::write(&path, page),
            Some(mut draft) => draft
                .write_all(page.as_bytes())
                .and_then(|()| draft.persist(&path).map(drop).map_err(|error| error.error)),
        };
        written.map_err(|error| failed(&path, &error))
    }
}

#[cfg(unix)]
fn draft_builder() -> Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = Builder::new();
    // As any new file: what the user's mask leaves of it.
    builder.prefix(".rallypoint-report-").permissions(fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn draft_builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".rallypoint-report-");
    builder
}

fn failed(path: &Path, problem: &dyn std::fmt::Display) -> Fault {
    let name = visible(&path.display().to_string());
    Fault(format!("cannot write the report `{name}`: {problem}"))
}

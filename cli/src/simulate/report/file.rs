//! The file of a report: there in full or not at all.

use std::fmt::Display;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::console::{Fault, visible};
use crate::files;

/// A file that can be written, which is found out before the long work begins.
pub struct ReportFile {
    /// As it was given.
    path: PathBuf,
    /// What is replaced: a link stays one.
    target: PathBuf,
}

impl ReportFile {
    pub fn prepare(path: &Path) -> Result<Self, Fault> {
        if files::is_stdin(path) {
            let message = "standard output has the summary; name a file for the report";
            return Err(Fault(message.into()));
        }
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let file = Self { path: path.to_owned(), target };
        if file.target.is_dir() {
            return Err(file.failed(&"it is a folder; name a file in it"));
        }
        // A draft that nothing is left of, should the work be interrupted.
        file.draft().map_err(|error| file.failed(&file.in_words(&error)))?;
        Ok(file)
    }

    /// Puts the page there.
    pub fn write(self, page: &str) -> Result<(), Fault> {
        self.replace(page).map_err(|error| self.failed(&self.in_words(&error)))
    }

    /// What the system says of the file or its folder.
    fn in_words(&self, error: &io::Error) -> String {
        match (error.kind(), self.path.parent()) {
            (ErrorKind::NotFound, Some(folder)) => {
                format!(
                    "there is no folder `{}`; make it first",
                    visible(&folder.display().to_string())
                )
            }
            _ => files::in_words(error),
        }
    }

    fn replace(&self, page: &str) -> io::Result<()> {
        match self.draft()? {
            None => fs::write(&self.target, page),
            Some(mut draft) => {
                draft.write_all(page.as_bytes())?;
                draft.persist(&self.target).map(drop).map_err(|error| error.error)
            }
        }
    }

    /// What becomes the file; none for a device or the like, which is written as it is.
    fn draft(&self) -> io::Result<Option<NamedTempFile>> {
        if self.target.exists() && !self.target.is_file() {
            return Ok(None);
        }
        let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty());
        let draft = draft_builder().tempfile_in(folder.unwrap_or(Path::new(".")));
        // The name of the draft is of no use to anybody.
        draft.map(Some).map_err(|error| io::Error::from(error.kind()))
    }

    fn failed(&self, problem: &dyn Display) -> Fault {
        let name = visible(&self.path.display().to_string());
        Fault(format!("cannot write the report `{name}`: {problem}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("page.html");
        let file = ReportFile::prepare(&path).expect("it can be written");
        let names = || fs::read_dir(folder.path()).expect("it can be read").count();
        assert_eq!(names(), 0, "a draft is left");
        fs::create_dir(&path).expect("a folder can be made");
        let Fault(message) = file.write("page").expect_err("there is a folder now");
        assert!(message.contains("page.html"), "{message}");
        assert_eq!(names(), 1, "a draft is left");
    }

    #[test]
    fn a_page_takes_the_place_of_the_one_before() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("page.html");
        for page in ["a long page", "short"] {
            let file = ReportFile::prepare(&path).expect("it can be written");
            file.write(page).expect("it can be written");
            assert_eq!(fs::read_to_string(&path).expect("it is there"), page);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("it can be read").count(), 1);
    }
}

//! Reading the files that arguments name.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use crate::console::Fault;

/// The most bytes that are read as one document. A rule set may have 65,535 characters; the rest
/// is room for a scenario.
const DOCUMENT_BYTES_MAX: u64 = 256 << 20;

/// The name of standard input in messages.
const STDIN: &str = "<stdin>";

/// A text and the name under which messages speak of it.
pub struct Document {
    pub name: String,
    pub text: String,
}

/// Whether an argument means standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What messages call the file.
pub fn name(path: &Path) -> String {
    if is_stdin(path) { STDIN.into() } else { path.display().to_string() }
}

/// What a command line calls the file.
pub fn name_as_argument(path: &Path) -> String {
    path.display().to_string()
}

/// Reads a whole file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Document, Fault> {
    let name = name(path);
    let failed = |problem: &dyn Display| unreadable(&name, problem);
    let mut bytes = Vec::new();
    let mut limited = open(path)?.take(DOCUMENT_BYTES_MAX + 1);
    limited.read_to_end(&mut bytes).map_err(|error| failed(&in_words(&error)))?;
    if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        return Err(failed(&format_args!("it is larger than {} MiB", DOCUMENT_BYTES_MAX >> 20)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Document { name, text }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|&&byte| byte == b'\n').count();
            Err(not_utf8(&name, line as u64 + 1))
        }
    }
}

/// A file, or standard input for `-`, to be read piece by piece.
pub fn open(path: &Path) -> Result<Box<dyn BufRead>, Fault> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin().lock()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(BufReader::with_capacity(1 << 16, file))),
        Err(error) => Err(unreadable(&name(path), &in_words(&error))),
    }
}

/// A file that cannot be read.
pub fn unreadable(name: &str, problem: &dyn Display) -> Fault {
    Fault(format!("cannot read `{name}`: {problem}"))
}

/// A file with a line that is no text.
pub fn not_utf8(name: &str, line: u64) -> Fault {
    unreadable(name, &format_args!("line {line} is not valid UTF-8; save the file as UTF-8"))
}

/// What the system says, in plain words where it is common.
pub fn in_words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".into(),
        ErrorKind::PermissionDenied => "the system does not permit it".into(),
        ErrorKind::IsADirectory => "it is a folder, not a file".into(),
        ErrorKind::NotADirectory => "a part of its path is not a folder".into(),
        _ => error.to_string(),
    }
}

//! Rule set text as a located tree. `serde_json` keeps no positions, so the reader is our own
//! (decision 8); a differential test holds it against `serde_json` on valid JSON.

pub(crate) mod cursor;
pub(crate) mod node;
mod open;
pub(crate) mod reader;
mod scalar;

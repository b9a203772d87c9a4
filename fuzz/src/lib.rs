//! What the fuzz targets do with an input. They stand apart from libFuzzer, so that the test command
//! can run them, too: on their seeds, and on every input that ever failed.

pub mod commands;
pub mod expressions;
pub mod pool;
pub mod rules;
pub mod ruleset_text;
pub mod search;
pub mod seeds;
pub mod wire_requests;

/// A target: its name, and what it does with an input. It panics where a property fails, and
/// answers how much there was to check, which is nothing for an input that is refused at once.
pub type Target = (&'static str, fn(&[u8]) -> u64);

/// Every target.
pub const TARGETS: [Target; 5] = [
    ("ruleset_text", ruleset_text::run),
    ("expressions", expressions::run),
    ("wire_requests", wire_requests::run),
    ("commands", commands::run),
    ("search", search::run),
];

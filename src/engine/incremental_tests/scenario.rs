//! A failing timeline as a scenario file (commands.md 1.1).

use super::setup::{START, Setup};
use crate::base::time::Timestamp;
use crate::engine::input::Input;
use crate::wire::{Journal, JournalHeader};

/// The header, and a line for each command; none for time that passes.
pub(super) fn text(setup: &Setup, steps: &[(Timestamp, Option<Input>)]) -> String {
    let header = JournalHeader {
        rule_set: setup.game.rule_set.clone(),
        configuration: setup.configuration.clone(),
        options: setup.options.clone(),
        start: START,
        seed: setup.seed,
    };
    let mut journal = Journal::create(Vec::new(), &header).expect("the header can be recorded");
    for (at, input) in steps {
        let recorded = match input {
            Some(input) => journal.input(*at, input),
            None => journal.timeout(*at),
        };
        recorded.expect("the commands of a timeline can be recorded");
    }
    let text = String::from_utf8(journal.into_inner()).expect("a journal is text");
    // Timers fire at their own times.
    text.replacen(r#"{"Driver":"recorded","#, "{", 1)
}

//! Reading a file of tickets: JSON Lines, each a `StartMatchmaking` or `StartMatchBackfill` input.

use std::io::{BufRead, Read};
use std::path::Path;

use rallypoint::{Input, InputError, wire};
use serde_json::Value;

use crate::console::Fault;
use crate::contents::Contents;
use crate::files;

/// The longest line in bytes. The largest request that the service takes has some 12 million
/// characters: ten players with ten lists of a hundred strings of a hundred characters.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// The lines of a tickets file that hold something.
pub struct TicketLines {
    name: String,
    /// What else the file seems to be, and where that goes.
    hint: Option<String>,
    reader: Box<dyn BufRead>,
    number: u64,
    line: Vec<u8>,
}

impl TicketLines {
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let (mut reader, name) = (files::open(path)?, files::name(path));
        let start = reader.fill_buf();
        let start = start.map_err(|error| files::unreadable(&name, &files::in_words(&error)))?;
        let contents = Contents::of(&String::from_utf8_lossy(start));
        let hint = contents.and_then(|it| it.hint(Contents::Tickets));
        Ok(Self { name, hint, reader, number: 0, line: Vec::new() })
    }

    /// What the file seems to be, if that is no pool of tickets, and where such a file goes.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What messages call the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of the line read last, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is neither blank nor begins with `//`, or what is wrong with it; `None`
    /// at the end.
    pub fn next_ticket(&mut self) -> Result<Option<Result<Input, String>>, Fault> {
        loop {
            self.line.clear();
            let mut limited = self.reader.by_ref().take(LINE_BYTES_MAX + 1);
            let length = limited.read_until(b'\n', &mut self.line);
            let length =
                length.map_err(|error| files::unreadable(&self.name, &files::in_words(&error)))?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            if length as u64 > LINE_BYTES_MAX {
                let limit = LINE_BYTES_MAX >> 20;
                let (name, number) = (&self.name, self.number);
                return Err(Fault(format!("{name}:{number}: the line is longer than {limit} MiB")));
            }
            let mut line = self.line.trim_ascii();
            if self.number == 1 {
                line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
            }
            let Ok(line) = std::str::from_utf8(line) else {
                return Err(files::not_utf8(&self.name, self.number));
            };
            if !line.is_empty() && !line.starts_with("//") {
                return Ok(Some(parse(line)));
            }
        }
    }
}

fn parse(line: &str) -> Result<Input, String> {
    let value = wire::value_from_json(line).map_err(|error| error.to_string())?;
    let operation = if is_backfill(&value) { "StartMatchBackfill" } else { "StartMatchmaking" };
    wire::parse_input(operation, &value).map_err(|error| refusal(&error))
}

/// `EXCEPTION: MESSAGE`, as the service would answer.
pub fn refusal(error: &InputError) -> String {
    format!("{}: {error}", error.exception())
}

/// A backfill request is known by `Team` on its players.
fn is_backfill(value: &Value) -> bool {
    let players = value.get("Players").and_then(Value::as_array);
    players.is_some_and(|players| {
        players.iter().any(|player| player.get("Team").is_some_and(|team| !team.is_null()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn lines(text: &str) -> TicketLines {
        let reader = Box::new(Cursor::new(text.to_owned().into_bytes()));
        TicketLines { name: "t.jsonl".into(), hint: None, reader, number: 0, line: Vec::new() }
    }

    fn messages(text: &str) -> Vec<(u64, String)> {
        let mut lines = lines(text);
        let mut messages = Vec::new();
        while let Some(ticket) = lines.next_ticket().expect("a cursor can be read") {
            let message = ticket.map_or_else(|message| message, |_| "ok".into());
            messages.push((lines.number(), message));
        }
        messages
    }

    #[test]
    fn blank_lines_and_remarks_are_skipped_and_counted() {
        let text = "\u{feff}// pool\n\n  \r\n{\"Players\":[{\"PlayerId\":\"a\"}]}\r\n // end\n{]";
        let found = messages(text);
        assert_eq!(found.first(), Some(&(4, "ok".into())));
        let (number, message) = found.get(1).expect("the last line is bad");
        assert_eq!(*number, 6);
        assert_eq!(message, "not JSON: key must be a string at column 2");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_backfill_request_is_known_by_a_team() {
        let input = |text: &str| {
            lines(text).next_ticket().expect("a cursor can be read").expect("there is a line")
        };
        for text in [
            r#"{"Players":[{"PlayerId":"a","Team":"red"}]}"#,
            r#"{"Players":[{"PlayerId":"a"},{"PlayerId":"b","Team":"red"}]}"#,
        ] {
            assert!(matches!(input(text), Ok(Input::StartMatchBackfill(_))), "{text}");
        }
        for text in
            [r#"{"Players":[{"PlayerId":"a","Team":null}]}"#, r#"{"Players":[{"PlayerId":"a"}]}"#]
        {
            assert!(matches!(input(text), Ok(Input::StartMatchmaking(_))), "{text}");
        }
    }

    #[test]
    fn a_member_named_twice_is_refused() {
        let text = r#"{"Players":[{"PlayerId":"a","PlayerId":"b"}]}"#;
        let expected = "`Players[0].PlayerId` stands twice at column 38";
        assert_eq!(messages(text), [(1, expected.into())]);
    }

    #[test]
    fn a_number_beyond_all_numbers_is_too_large() {
        let text = r#"{"Players":[{"PlayerAttributes":{"skill":{"N":1e999}}}]}"#;
        assert_eq!(messages(text), [(1, "a number that is too large at column 51".into())]);
    }

    #[test]
    fn bytes_that_are_no_text_cannot_be_read() {
        let mut bad = lines("");
        bad.reader = Box::new(Cursor::new(b"\n{\"TicketId\":\"\xff\"}\n".to_vec()));
        let Err(Fault(message)) = bad.next_ticket() else { panic!("it is not UTF-8") };
        let expected = "cannot read `t.jsonl`: line 2 is not valid UTF-8; save the file as UTF-8";
        assert_eq!(message, expected);
    }
}

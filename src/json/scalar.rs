//! The strings and numbers of JSON (RFC 8259), each read from the byte where it starts.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

use std::ops::Range;

use crate::diag::{describe_char, quoted};

/// Why a text is not JSON, and what would help.
pub(super) struct Fault {
    pub(super) span: Range<usize>,
    pub(super) expected: &'static str,
    pub(super) found: String,
    pub(super) help: Option<String>,
}

/// The string whose opening quote is at `open`, decoded, and the byte after its closing quote.
pub(super) fn string(text: &str, open: usize) -> Result<(String, usize), Fault> {
    let mut decoded = String::new();
    let mut plain_from = open + 1;
    let mut at = plain_from;
    loop {
        match text.as_bytes().get(at) {
            Some(b'"') => {
                decoded.push_str(plain(text, plain_from..at));
                return Ok((decoded, at + 1));
            }
            Some(b'\\') => {
                decoded.push_str(plain(text, plain_from..at));
                let (character, length) = escape(text, at)?;
                decoded.push(character);
                at += length;
                plain_from = at;
            }
            Some(&control @ 0..0x20) => return Err(raw_control(control, at)),
            Some(_) => at += 1,
            None => {
                return Err(Fault {
                    span: open..text.len(),
                    expected: CLOSING_QUOTE,
                    found: "the end of the text".into(),
                    help: None,
                });
            }
        }
    }
}

const CLOSING_QUOTE: &str = "`\"` at the end of this string";

fn plain(text: &str, range: Range<usize>) -> &str {
    text.get(range).expect("a run of plain characters lies between ASCII characters")
}

fn raw_control(control: u8, at: usize) -> Fault {
    let escape = match control {
        b'\n' => "\\n".into(),
        b'\r' => "\\r".into(),
        b'\t' => "\\t".into(),
        other => format!("\\u{other:04x}"),
    };
    Fault {
        span: at..at + 1,
        expected: CLOSING_QUOTE,
        found: describe_char(control.into()),
        help: Some(format!("inside a string write it as `{escape}`")),
    }
}

/// The character that the escape at `at` means, and the bytes that it takes.
fn escape(text: &str, at: usize) -> Result<(char, usize), Fault> {
    let character = match text.as_bytes().get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode_escape(text, at),
        _ => return Err(unknown_escape(text, at)),
    };
    Ok((character, 2))
}

fn unknown_escape(text: &str, at: usize) -> Fault {
    let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
    let (found, length) = match next {
        Some(visible) if !visible.is_control() => (format!("`\\{visible}`"), visible.len_utf8()),
        Some(control) => (format!("`\\` and {}", describe_char(control)), control.len_utf8()),
        None => ("the end of the text".into(), 0),
    };
    Fault {
        span: at..at + 1 + length,
        expected: "one of the escapes `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, `\\uXXXX`",
        found,
        help: Some("write a backslash itself as `\\\\`".into()),
    }
}

/// A `\uXXXX` escape, or the pair of them that means one character beyond U+FFFF.
fn unicode_escape(text: &str, at: usize) -> Result<(char, usize), Fault> {
    let first = code_unit(text, at)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    if (0xd800..0xdc00).contains(&first)
        && text.get(at + 6..).is_some_and(|rest| rest.starts_with("\\u"))
    {
        let second = code_unit(text, at + 6)?;
        if (0xdc00..0xe000).contains(&second) {
            let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            let character = char::from_u32(code).expect("a surrogate pair encodes a character");
            return Ok((character, 12));
        }
    }
    Err(Fault {
        span: at..at + 6,
        expected: "both halves of a surrogate pair",
        found: format!("`\\u{first:04x}` alone"),
        help: None,
    })
}

/// The number in the `\uXXXX` at `at`.
fn code_unit(text: &str, at: usize) -> Result<u32, Fault> {
    let digits = text.as_bytes().get(at + 2..).unwrap_or_default();
    let mut unit = 0;
    for position in 0..4 {
        let digit = digits.get(position).and_then(|&byte| char::from(byte).to_digit(16));
        let Some(digit) = digit else {
            let span = at..at + 2 + position;
            return Err(Fault {
                found: quoted(plain(text, span.clone())),
                span,
                expected: "four hexadecimal digits after `\\u`",
                help: None,
            });
        };
        unit = unit * 16 + digit;
    }
    Ok(unit)
}

/// Whether a value that begins with this byte is a number, or was meant as one.
pub(super) fn begins_number(byte: u8) -> bool {
    matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9')
}

/// The number at `start`, which may be infinite, and the byte after it.
pub(super) fn number(text: &str, start: usize) -> Result<(f64, usize), Fault> {
    let bytes = text.as_bytes().get(start..).unwrap_or_default();
    let belongs =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-' | b'_');
    let run = bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len());
    let span = start..start + run;
    let written = plain(text, span.clone());
    if number_length(bytes) == Some(run) {
        let value = written.parse().expect("every JSON number is a number for Rust");
        return Ok((value, span.end));
    }
    let help = number_help(written).map(Into::into);
    Err(Fault { span, expected: "a number", found: quoted(written), help })
}

/// The length of the longest JSON number that `bytes` begin with.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at += match bytes.get(at) {
        Some(b'0') => 1,
        _ => Some(digits(at)).filter(|&count| count > 0)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at += 1 + Some(digits(at + 1)).filter(|&count| count > 0)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at += Some(digits(at)).filter(|&count| count > 0)?;
    }
    Some(at)
}

fn number_help(written: &str) -> Option<&'static str> {
    let unsigned = written.strip_prefix('-').unwrap_or(written);
    let (whole, after_point) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if written.starts_with('+') {
        Some("take the `+` out")
    } else if unsigned.is_empty() {
        None
    } else if whole.is_empty() {
        Some("write a digit before the point")
    } else if !after_point.starts_with(|c: char| c.is_ascii_digit()) {
        Some("write a digit after the point")
    } else if whole.starts_with('0') && whole.bytes().all(|byte| byte.is_ascii_digit()) {
        Some("take the zeros at its beginning out")
    } else {
        None
    }
}

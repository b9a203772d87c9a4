//! From a byte of the text to a place that a person can find.

use std::ops::Range;

use crate::base::pointer::{JsonPointer, Path};

/// A stretch of bytes of the rule set text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where a node stands: its pointer, and its bytes in the text.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Site {
    pub(crate) pointer: JsonPointer,
    pub(crate) span: Span,
}

impl Site {
    pub(crate) fn new(path: Path<'_>, span: Span) -> Self {
        Self { pointer: path.pointer(), span }
    }
}

/// Where a problem stands in a rule set text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Location {
    /// The JSON pointer of the value at fault (RFC 6901), or of the object that lacks one.
    pub pointer: JsonPointer,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in that line, counted in characters from 1.
    pub column: u32,
    /// The bytes of the rule set text to underline.
    pub source: Range<usize>,
    /// Inside a string that is an expression: the bytes of that string (after JSON escapes) at
    /// fault.
    pub span: Option<Range<usize>>,
}

/// The text with the starts of its lines.
pub(crate) struct SourceText<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
}

impl<'t> SourceText<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let line_starts = std::iter::once(0).chain(after_breaks.map(|(at, _)| at + 1)).collect();
        Self { text, line_starts }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Line and column, both from 1, of a byte offset.
    pub(crate) fn line_column(&self, offset: usize) -> (u32, u32) {
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = line.checked_sub(1).and_then(|at| self.line_starts.get(at)).copied();
        let before = self.text.get(start.unwrap_or(0)..offset).unwrap_or("");
        (line as u32, before.chars().count() as u32 + 1)
    }

    pub(crate) fn location(&self, site: &Site) -> Location {
        let (line, column) = self.line_column(site.span.start as usize);
        Location {
            pointer: site.pointer.clone(),
            line,
            column,
            source: site.span.range(),
            span: None,
        }
    }

    /// The location of a part of a JSON string: `inside` counts bytes of the decoded string.
    pub(crate) fn location_inside(&self, site: &Site, inside: Range<usize>) -> Location {
        let raw = self.text.get(site.span.range()).unwrap_or("");
        let start = site.span.start as usize + raw_offset(raw, inside.start);
        let end = site.span.start as usize + raw_offset(raw, inside.end);
        let (line, column) = self.line_column(start);
        let source = start..end.max(start);
        Location { pointer: site.pointer.clone(), line, column, source, span: Some(inside) }
    }
}

/// The byte of a raw JSON string literal (with its quotes) at which byte `decoded` of its value
/// is written.
fn raw_offset(raw: &str, decoded: usize) -> usize {
    let body = raw.strip_prefix('"').unwrap_or(raw);
    let quote = raw.len() - body.len();
    let (mut at, mut produced) = (0, 0);
    while produced < decoded {
        let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) else { break };
        let (written, length) = match rest.strip_prefix('\\') {
            Some(escape) if escape.starts_with('u') => unicode_escape(rest),
            Some(_) => (2, 1),
            None => {
                let width = rest.chars().next().map_or(1, char::len_utf8);
                (width, width)
            }
        };
        at += written;
        produced += length;
    }
    quote + at.min(body.len())
}

/// Bytes written and bytes meant of the `\uXXXX` escape (or pair of them) that `rest` begins with.
fn unicode_escape(rest: &str) -> (usize, usize) {
    let unit = |at: usize| rest.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    match unit(2) {
        Some(0xd800..=0xdbff) => (12, 4),
        Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
        None => (2, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = SourceText::new("{\n  \"é\": 1\n}");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(4), (2, 3));
        assert_eq!(source.line_column(9), (2, 7));
    }

    #[test]
    fn a_span_inside_a_string_skips_its_escapes() {
        let text = r#""a\tb\u00e9\ud83d\ude00c""#;
        // decoded: a TAB b é(2) 😀(4) c
        assert_eq!(&text[raw_offset(text, 2)..=raw_offset(text, 2)], "b");
        assert_eq!(&text[raw_offset(text, 9)..=raw_offset(text, 9)], "c");
        assert_eq!(raw_offset(text, 0), 1);
    }

    #[test]
    fn an_escape_has_as_many_bytes_as_are_written() {
        for (escape, expected) in [
            (r"\u0062c", (6, 1)),
            (r"\u00e9", (6, 2)),
            (r"\ud83d\ude00", (12, 4)),
            // no escape at all
            (r"\uzzzz", (2, 1)),
            (r"\u12", (2, 1)),
        ] {
            assert_eq!(unicode_escape(escape), expected, "{escape}");
        }
    }
}

//! The reader: from a rule set text to the located tree.
//!
//! It keeps the brackets that are open on a stack of its own, so that no text can exhaust the
//! thread's. What RFC 8259 does not allow but a careful reader understands (decision 8) is
//! reported as a lax reading; the first thing that is not understood ends the reading, unless it is
//! a comma that is missing.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

use super::node::{Node, Value};
use super::open::{Contents, Open, OpenObject};
use super::scalar::{self, Fault};
use crate::base::pointer::JsonPointer;
use crate::diag::{LaxReading, Problems, RuleSetErrorKind, Site, Span, found_at, nearest};
use crate::model::limits::{JSON_DEPTH_MAX, RULE_SET_CHARS_MAX};

const END_OF_TEXT: &str = "the end of the text";
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads the text of `problems`. `None` when it is no JSON text, or too long or too deep; the
/// problem is reported then.
pub(crate) fn read(problems: &mut Problems<'_>) -> Option<Node> {
    let text = problems.source.text();
    if let Some((at, character)) = text.char_indices().nth(RULE_SET_CHARS_MAX) {
        let span = Span::new(at, at + character.len_utf8());
        let length = text.chars().count();
        let kind = RuleSetErrorKind::TextTooLong { length, limit: RULE_SET_CHARS_MAX };
        problems.error(&Site { pointer: JsonPointer::default(), span }, kind);
        return None;
    }
    let reader = Reader { text, at: 0, open: Vec::new(), in_value: false, problems };
    reader.document().ok()
}

/// Reading has ended, and why is reported.
struct Stopped;

struct Reader<'t, 'p> {
    text: &'t str,
    at: usize,
    /// The lists and objects that are not closed yet, outermost first.
    open: Vec<Open>,
    /// Whether `at` is in a value that is neither list nor object.
    in_value: bool,
    problems: &'p mut Problems<'t>,
}

/// What follows a value.
enum After {
    /// Another value of the same list or object.
    Value,
    /// Nothing in its list or object, which is now a value itself.
    Closed(Node),
    /// Nothing at all.
    End(Node),
}

impl Reader<'_, '_> {
    fn document(mut self) -> Result<Node, Stopped> {
        if self.text.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len_utf8();
            let site = self.site(0, self.at);
            self.problems.lax(&site, LaxReading::ByteOrderMark);
        }
        loop {
            self.skip_blanks()?;
            let Some(mut node) = self.value()? else { continue };
            loop {
                match self.after_value(node)? {
                    After::Value => break,
                    After::Closed(closed) => node = closed,
                    After::End(root) => return Ok(root),
                }
            }
        }
    }

    /// Reads a value, or its opening bracket: then the next value is its first one.
    fn value(&mut self) -> Result<Option<Node>, Stopped> {
        let start = self.at;
        self.in_value = true;
        let value = match self.peek() {
            Some(b'{') => return self.enter(Contents::Object(OpenObject::default())),
            Some(b'[') => return self.enter(Contents::List(Vec::new())),
            Some(b'"') => Value::String(self.string()?),
            Some(byte) if scalar::begins_number(byte) => self.number()?,
            _ => self.word()?,
        };
        self.in_value = false;
        Ok(Some(Node { value, span: Span::new(start, self.at) }))
    }

    /// Enters a list or object; the node at once if it is empty.
    fn enter(&mut self, contents: Contents) -> Result<Option<Node>, Stopped> {
        let start = self.at;
        if self.open.len() == JSON_DEPTH_MAX {
            let site = self.site(start, start + 1);
            self.problems.error(&site, RuleSetErrorKind::TooDeep { limit: JSON_DEPTH_MAX });
            return Err(Stopped);
        }
        let is_object = matches!(contents, Contents::Object(_));
        self.in_value = false;
        self.open.push(Open { start, contents });
        self.at += 1;
        self.skip_blanks()?;
        match self.peek() {
            Some(b']') if !is_object => Ok(self.close()),
            Some(b'}') if is_object => Ok(self.close()),
            _ if is_object => self.key("a key in double quotes or `}`").map(|()| None),
            _ => Ok(None),
        }
    }

    /// Puts a value where it belongs and reads on to the next one.
    fn after_value(&mut self, node: Node) -> Result<After, Stopped> {
        let Some(innermost) = self.open.last_mut() else {
            self.skip_blanks()?;
            return match self.peek() {
                None => Ok(After::End(node)),
                Some(_) => Err(self.unexpected(END_OF_TEXT, None)),
            };
        };
        let (_, closing) = innermost.contents.brackets();
        match &mut innermost.contents {
            Contents::List(nodes) => nodes.push(node),
            Contents::Object(object) => object.insert(node),
        }
        self.skip_blanks()?;
        let comma = self.at;
        if self.peek() == Some(b',') {
            self.at += 1;
            self.skip_blanks()?;
            if self.peek() != Some(closing as u8) {
                if closing == '}' {
                    self.key("a key in double quotes")?;
                }
                return Ok(After::Value);
            }
            let site = self.site(comma, comma + 1);
            self.problems.lax(&site, LaxReading::TrailingComma);
        }
        match self.peek() {
            Some(byte) if byte == closing as u8 => {
                Ok(self.close().map_or(After::Value, After::Closed))
            }
            next => {
                let expected = if closing == '}' { "`,` or `}`" } else { "`,` or `]`" };
                // What can only be the next member or item lacks a comma, and may be read.
                let lacks_comma = match closing {
                    '}' => next == Some(b'"'),
                    _ => matches!(next, Some(b'"' | b'{' | b'[')),
                };
                let help = match lacks_comma {
                    true => Some("put a `,` before it".into()),
                    false => self.unclosed_help(),
                };
                let stopped = self.unexpected(expected, help);
                if !lacks_comma || self.problems.is_full() {
                    return Err(stopped);
                }
                if closing == '}' {
                    self.key("a key in double quotes")?;
                }
                Ok(After::Value)
            }
        }
    }

    /// Steps over the closing bracket of the innermost list or object.
    fn close(&mut self) -> Option<Node> {
        self.at += 1;
        let Open { start, contents } = self.open.pop()?;
        Some(Node { value: contents.into_value(), span: Span::new(start, self.at) })
    }

    /// Reads a key and its colon.
    fn key(&mut self, expected: &str) -> Result<(), Stopped> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            let help = match self.peek() {
                Some(b',' | b']' | b'}') | None => self.unclosed_help(),
                Some(_) => Some("every key stands in double quotes".into()),
            };
            return Err(self.unexpected(expected, help));
        }
        let key = self.string()?;
        let span = Span::new(start, self.at);
        if let Some(Open { contents: Contents::Object(object), .. }) = self.open.last_mut()
            && let Some(earlier) = object.begin_member(key, span)
        {
            self.duplicate(earlier, span);
        }
        self.skip_blanks()?;
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:`", None));
        }
        self.at += 1;
        Ok(())
    }

    fn duplicate(&mut self, earlier: Span, later: Span) {
        if !self.problems.lists_lax() {
            // Finding the lines of ten thousand keys would take too long.
            return;
        }
        let Some(Open {
            contents: Contents::Object(OpenObject { key: Some((key, _)), .. }), ..
        }) = self.open.last()
        else {
            return;
        };
        let (first_line, first_column) = self.problems.source.line_column(earlier.start as usize);
        let reading = LaxReading::DuplicateKey { key: key.clone(), first_line, first_column };
        let site = Site { pointer: self.pointer(), span: later };
        self.problems.lax(&site, reading);
    }

    fn string(&mut self) -> Result<String, Stopped> {
        match scalar::string(self.text, self.at) {
            Ok((string, end)) => {
                self.at = end;
                Ok(string)
            }
            Err(fault) => Err(self.syntax(fault)),
        }
    }

    fn number(&mut self) -> Result<Value, Stopped> {
        let start = self.at;
        let (value, end) = match scalar::number(self.text, start) {
            Ok(read) => read,
            Err(fault) => return Err(self.syntax(fault)),
        };
        self.at = end;
        if value.is_infinite() {
            let site = self.site(start, end);
            let what = "this number".into();
            let range = format!("between {:e} and {:e}", f64::MIN, f64::MAX);
            self.problems.error(&site, RuleSetErrorKind::OutOfRange { what, value, range });
        }
        // reading goes on after the error, with a number that later phases can bear
        Ok(Value::Number(value.clamp(f64::MIN, f64::MAX)))
    }

    fn word(&mut self) -> Result<Value, Stopped> {
        let bytes = self.rest().as_bytes();
        let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let length = bytes.iter().take_while(is_letter).count();
        let word = self.rest().get(..length).unwrap_or("");
        let value = match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "" => {
                self.in_value = false;
                let first_of_list = matches!(
                    self.open.last(),
                    Some(Open { contents: Contents::List(nodes), .. }) if nodes.is_empty()
                );
                let expected = if first_of_list { "a value or `]`" } else { "a value" };
                let help = match self.peek() {
                    Some(b'\'' | b'`') => Some("strings stand in double quotes".into()),
                    _ => self.unclosed_help(),
                };
                return Err(self.unexpected(expected, help));
            }
            other => {
                let known = nearest(other, ["true", "false", "null"]);
                let help = match known {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "strings stand in double quotes".into(),
                };
                return Err(self.unexpected("a value", Some(help)));
            }
        };
        self.at += length;
        Ok(value)
    }

    /// Steps over white space and comments.
    fn skip_blanks(&mut self) -> Result<(), Stopped> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(b'/') => match self.comment_length()? {
                    Some(length) => {
                        let start = self.at;
                        self.at += length;
                        let site = self.site(start, self.at);
                        self.problems.lax(&site, LaxReading::Comment);
                    }
                    None => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
    }

    /// The bytes of the comment that begins here, if one does.
    fn comment_length(&mut self) -> Result<Option<usize>, Stopped> {
        let rest = self.rest();
        if rest.starts_with("//") {
            return Ok(Some(rest.find('\n').unwrap_or(rest.len())));
        }
        let Some(inside) = rest.strip_prefix("/*") else { return Ok(None) };
        match inside.find("*/") {
            Some(length) => Ok(Some("/*".len() + length + "*/".len())),
            None => Err(self.syntax(Fault {
                span: self.at..self.text.len(),
                expected: "`*/` at the end of this comment",
                found: END_OF_TEXT.into(),
                help: None,
            })),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).expect("reading stops between characters")
    }

    /// The bracket that was left open, when what stands here closes another one or ends the text.
    fn unclosed_help(&self) -> Option<String> {
        if !matches!(self.peek(), None | Some(b']' | b'}')) {
            return None;
        }
        let Open { start, contents } = self.open.last()?;
        let (opening, _) = contents.brackets();
        let (line, column) = self.problems.source.line_column(*start);
        Some(format!("the `{opening}` at {line}:{column} is not closed"))
    }

    /// Reports that what stands here is not what must.
    fn unexpected(&mut self, expected: &str, help: Option<String>) -> Stopped {
        let (found, length) = found_at(self.rest(), END_OF_TEXT);
        let site = self.site(self.at, self.at + length);
        self.report(&site, expected.into(), found, help)
    }

    fn syntax(&mut self, fault: Fault) -> Stopped {
        let Fault { span, expected, found, help } = fault;
        let site = self.site(span.start, span.end);
        self.report(&site, expected.into(), found, help)
    }

    fn report(
        &mut self,
        site: &Site,
        expected: String,
        found: String,
        help: Option<String>,
    ) -> Stopped {
        let kind = RuleSetErrorKind::Syntax { expected, found };
        match help {
            Some(help) => self.problems.error_help(site, kind, help),
            None => self.problems.error(site, kind),
        }
        Stopped
    }

    fn site(&self, start: usize, end: usize) -> Site {
        Site { pointer: self.pointer(), span: Span::new(start, end) }
    }

    /// The value being read; between values, the list or object that they belong to.
    fn pointer(&self) -> JsonPointer {
        let mut pointer = JsonPointer::default();
        for (depth, Open { contents, .. }) in self.open.iter().enumerate() {
            let innermost = depth + 1 == self.open.len();
            match contents {
                Contents::Object(object) => {
                    if let Some((key, _)) = &object.key {
                        pointer.push_key(key);
                    }
                }
                Contents::List(nodes) if !innermost || self.in_value => {
                    pointer.push_index(nodes.len());
                }
                Contents::List(_) => {}
            }
        }
        pointer
    }
}

#[cfg(test)]
mod tests;

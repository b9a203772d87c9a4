//! Steps through the text of an expression: words, punctuation, and what stands in brackets.
//!
//! There is no list of tokens, because the brackets of a selector hold names of any characters
//! where the rest of the language has words.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

use std::ops::Range;

use super::parse::ExprError;
use crate::diag::{RuleSetErrorKind, found_at};

/// What a message calls the place behind the last character.
const END: &str = "the end of the expression";

/// A place in an expression text, always between two characters.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte of the text that comes next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next character that is not white space, which stays where it is.
    pub(super) fn peek(&mut self) -> Option<char> {
        let blank = self.rest().len() - self.rest().trim_start().len();
        self.at += blank;
        self.rest().chars().next()
    }

    /// Takes a character, after white space, if it is this one.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Takes a word of letters, digits and `_`, after white space; it may be empty.
    pub(super) fn word(&mut self) -> (&'t str, Range<usize>) {
        self.peek();
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let span = self.at..self.at + length;
        self.at = span.end;
        (rest.get(..length).unwrap_or(""), span)
    }

    /// Takes what stands between `[` and the next `]`, and the brackets; as it is, with its place.
    pub(super) fn bracketed(&mut self) -> Result<(&'t str, Range<usize>), ExprError> {
        self.peek();
        let open = self.at;
        if !self.take('[') {
            return Err(self.unexpected("`[`", None));
        }
        let Some((inside, _)) = self.rest().split_once(']') else {
            return Err(ExprError {
                span: open..self.text.len(),
                kind: syntax("`]`", END.into()),
                help: Some("this `[` is not closed".into()),
            });
        };
        let span = self.at..self.at + inside.len();
        self.at = span.end + 1;
        Ok((inside, span))
    }

    /// An error: what comes next, after white space, is not what must.
    pub(super) fn unexpected(&mut self, expected: &str, help: Option<String>) -> ExprError {
        self.peek();
        let (found, length) = found_at(self.rest(), END);
        ExprError { span: self.at..self.at + length, kind: syntax(expected, found), help }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).expect("a cursor stands between characters")
    }
}

pub(super) fn syntax(expected: &str, found: String) -> RuleSetErrorKind {
    RuleSetErrorKind::ExpressionSyntax { expected: expected.into(), found }
}

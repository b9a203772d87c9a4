//! Problems of a rule set text: as text with the place underlined, and as JSON.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use rallypoint::{Location, RuleSetError, RuleSetWarning};
use serde::Serialize;

use crate::console::visible;

/// An error or a warning, in the JSON form of `check`.
#[derive(Clone, Serialize)]
pub struct Finding {
    /// The JSON pointer of the value at fault.
    pub pointer: String,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// A stable name of the kind of problem.
    pub kind: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The text at fault: its bytes in the file, `{"start", "end"}`.
    #[serde(rename = "span")]
    source: Range<usize>,
    #[serde(skip)]
    severity: Severity,
}

#[derive(Clone, Copy)]
enum Severity {
    Error,
    Warning,
}

impl Finding {
    fn new(
        severity: Severity,
        kind: &'static str,
        message: String,
        help: Option<&str>,
        at: &Location,
    ) -> Self {
        Self {
            pointer: at.pointer.to_string(),
            line: at.line,
            column: at.column,
            kind,
            message,
            help: help.map(String::from),
            source: at.source.clone(),
            severity,
        }
    }
}

impl From<&RuleSetError> for Finding {
    fn from(error: &RuleSetError) -> Self {
        let kind = error.kind();
        Self::new(Severity::Error, kind.code(), kind.to_string(), error.help(), error.location())
    }
}

impl From<&RuleSetWarning> for Finding {
    fn from(warning: &RuleSetWarning) -> Self {
        let kind = warning.kind();
        let (message, help) = (kind.to_string(), warning.help());
        Self::new(Severity::Warning, kind.code(), message, help, warning.location())
    }
}

/// Every finding, each followed by an empty line; with colour.
pub fn render_all(file: &str, text: &str, findings: impl IntoIterator<Item = Finding>) -> String {
    findings.into_iter().map(|finding| render(file, text, &finding) + "\n\n").collect()
}

/// The message, the place as `FILE:LINE:COLUMN`, the line with the place underlined, the JSON
/// pointer and the help. Of a place that spans lines the first line is shown.
fn render(file: &str, text: &str, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (line, underlined) = first_line(text, &finding.source);
    let mut report = level.primary_title(visible(&finding.message)).id(finding.kind).element(
        Snippet::source(line)
            .path(visible(file))
            .line_start(finding.line as usize)
            .annotation(AnnotationKind::Primary.span(underlined)),
    );
    if !finding.pointer.is_empty() {
        report = report.element(Level::NOTE.with_name("at").message(visible(&finding.pointer)));
    }
    if let Some(help) = &finding.help {
        report = report.element(Level::HELP.message(visible(help)));
    }
    Renderer::styled().render(&[report])
}

/// The line of `text` in which `span` begins, and the part of the span in that line.
fn first_line<'t>(text: &'t str, span: &Range<usize>) -> (&'t str, Range<usize>) {
    let (before, after) = text.split_at(boundary(text, span.start));
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let length = after.find('\n').unwrap_or(after.len());
    let end = before.len() + length;
    let line = text.get(start..end).unwrap_or_default().trim_end();
    let from = (before.len() - start).min(line.len());
    let to = boundary(text, span.end).saturating_sub(start).clamp(from, line.len());
    (line, from..to)
}

/// The last place between characters that is not after `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(source: Range<usize>, line: u32, column: u32) -> Finding {
        Finding {
            pointer: "/rules/0/type".into(),
            line,
            column,
            kind: "unknownRuleType",
            message: "`distanc` is not a rule type".into(),
            help: Some("did you mean `distance`?".into()),
            source,
            severity: Severity::Error,
        }
    }

    fn plain(file: &str, text: &str, finding: &Finding) -> String {
        anstream::adapter::strip_str(&render(file, text, finding)).to_string()
    }

    #[test]
    fn the_place_is_named_and_underlined() {
        let text = "{\n  \"é\": 1, \"type\": \"distanc\"\n}";
        let start = text.find("\"distanc\"").expect("it is there");
        let shown = plain("a.json", text, &finding(start..start + 9, 2, 19));
        let expected = concat!(
            "error[unknownRuleType]: `distanc` is not a rule type\n",
            " --> a.json:2:19\n",
            "  |\n",
            "2 |   \"é\": 1, \"type\": \"distanc\"\n",
            "  |                   ^^^^^^^^^\n",
            "  |\n",
            "  = at: /rules/0/type\n",
            "  = help: did you mean `distance`?",
        );
        assert_eq!(shown, expected);
    }

    #[test]
    fn of_a_long_place_the_first_line_is_shown() {
        let text = "[\n  {\n    \"name\": 1\n  }\n]";
        let shown = plain("a.json", text, &finding(4..text.len(), 2, 3));
        assert!(shown.contains("2 |   {\n  |   ^\n"), "{shown}");
        assert!(!shown.contains("name"), "{shown}");
    }

    #[test]
    fn places_outside_the_text_are_moved_into_it() {
        for text in ["", "{", "é", "{}\r\n", "\n\n"] {
            for source in [0..0, 0..1, 1..2, 3..3, 9..12, 0..99] {
                let (line, underlined) = first_line(text, &source);
                assert!(line.get(underlined.clone()).is_some(), "{text:?} {underlined:?}");
                let shown = plain("a.json", text, &finding(source, 1, 1));
                assert!(shown.contains("a.json"), "{shown}");
            }
        }
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        let text =
            format!("{{\"a\":\"{}\",\"b\":tru,\"c\":\"{}\"}}", "x".repeat(3000), "y".repeat(3000));
        let start = text.find("tru,").expect("it is there");
        let shown = plain("a.json", &text, &finding(start..start + 3, 1, start as u32 + 1));
        assert!(shown.contains("tru"), "{shown}");
        assert!(shown.contains(" ^^^"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() < 200), "{shown}");
    }

    #[test]
    fn control_characters_of_the_text_do_not_reach_the_terminal() {
        let text = "{\"a\u{1b}[2J\": 1}";
        let mut finding = finding(1..8, 1, 2);
        finding.message = "no `a\u{1b}[2J`".into();
        let shown = render("a.json", text, &finding);
        assert!(!shown.contains("\u{1b}[2J"), "{shown:?}");
    }
}

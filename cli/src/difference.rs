//! The difference between the JSON that a scenario expects and what came out, to be read.
//!
//! Expected JSON is only a part of what must be found, so what was not asked for is left out
//! before the two are compared line by line.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};

use crate::console::visible;

const MISSING: Style = AnsiColor::Red.on_default();
const FOUND: Style = AnsiColor::Green.on_default();
/// Events among which the one that was surely meant is sought.
const EVENTS_COMPARED_MAX: usize = 50;
/// Events listed below a difference.
const EVENTS_LISTED_MAX: usize = 30;
/// Lines that agree, shown around those that differ.
const CONTEXT: usize = 3;
/// Lines shown of one difference.
const LINES_MAX: usize = 60;

/// Lines that begin with `-` for what is missing and `+` for what was found instead. Where events
/// were sought, all that came are listed below.
pub fn render(expected: &Value, found: &Value) -> String {
    compare(expected, found) + &events_that_came(expected, found)
}

/// A line for each event: its type and its tickets. Nothing if no events were sought.
fn events_that_came(expected: &Value, found: &Value) -> String {
    let Value::Array(events) = found else { return String::new() };
    let is_event = |event: &Value| event.get("type").is_some();
    let sought = expected.is_object() || events.iter().any(is_event);
    match events.len() {
        _ if !sought => String::new(),
        0 => "  no event came\n".into(),
        count => {
            let shown = events.iter().take(EVENTS_LISTED_MAX);
            let lines: String = shown.map(|event| format!("    {}\n", headline(event))).collect();
            let more = match count.saturating_sub(EVENTS_LISTED_MAX) {
                0 => String::new(),
                more => format!("    and {more} more\n"),
            };
            format!("  events that came:\n{lines}{more}")
        }
    }
}

/// `MatchmakingSucceeded (t1, t2)`, `PlacementTimedOut (p1)`.
fn headline(event: &Value) -> String {
    let word = |value: Option<&Value>| visible(value.and_then(Value::as_str).unwrap_or("?"));
    let tickets = event.get("tickets").and_then(Value::as_array);
    let tickets = tickets.into_iter().flatten().map(|ticket| word(ticket.get("ticketId")));
    // placements and what hosts are asked for them have no tickets
    let tickets = tickets.chain(event.get("placementId").map(|id| word(Some(id))));
    format!("{} ({})", word(event.get("type")), tickets.collect::<Vec<_>>().join(", "))
}

fn compare(expected: &Value, found: &Value) -> String {
    let found = match found {
        // No event fitted: shown is the one that comes nearest.
        Value::Array(events) if expected.is_object() => nearest(expected, events),
        found => asked_for(expected, found),
    };
    let (before, after) = (pretty(expected), pretty(&found));
    let difference = TextDiff::from_lines(&before, &after);
    let mut text = format!(
        "  {MISSING}- expected{MISSING:#}\n  {FOUND}+ found{FOUND:#}{}\n",
        if found.is_null() { " nothing" } else { "" }
    );
    let mut lines = 0;
    for group in difference.grouped_ops(CONTEXT) {
        for change in group.iter().flat_map(|operation| difference.iter_changes(operation)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("-", MISSING),
                ChangeTag::Insert => ("+", FOUND),
                ChangeTag::Equal => (" ", Style::new()),
            };
            lines += 1;
            if lines > LINES_MAX {
                return text + "    ...\n";
            }
            let line = visible(change.value().trim_end_matches('\n'));
            // Writing to a string does not fail.
            let _ = writeln!(text, "  {style}{sign} {line}{style:#}");
        }
    }
    text
}

fn pretty(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        value => format!("{value:#}\n"),
    }
}

/// The event with the least that differs, reduced to what was asked for.
fn nearest(expected: &Value, events: &[Value]) -> Value {
    let reduced = events.iter().take(EVENTS_COMPARED_MAX).map(|event| asked_for(expected, event));
    reduced.min_by_key(|event| differences(expected, event)).unwrap_or(Value::Null)
}

fn differences(expected: &Value, found: &Value) -> usize {
    match (expected, found) {
        (Value::Object(members), Value::Object(object)) => members
            .iter()
            .map(|(key, member)| match object.get(key) {
                // An event of another type is another event, whatever else agrees.
                Some(found) if key == "type" && member != found => 1000,
                Some(found) => differences(member, found),
                None => 1,
            })
            .sum(),
        (Value::Array(items), Value::Array(list)) => {
            let common: usize = items.iter().zip(list).map(|(a, b)| differences(a, b)).sum();
            common + items.len().abs_diff(list.len())
        }
        _ => usize::from(expected != found),
    }
}

/// What was found, without the members that were not asked for.
fn asked_for(expected: &Value, found: &Value) -> Value {
    match (expected, found) {
        (Value::Object(members), Value::Object(object)) => {
            let kept = members.iter().filter_map(|(key, member)| {
                let value = match object.get(key) {
                    Some(found) => asked_for(member, found),
                    // `null` asks for a member to be absent, and it is.
                    None if member.is_null() => Value::Null,
                    None => return None,
                };
                Some((key.clone(), value))
            });
            Value::Object(kept.collect::<Map<_, _>>())
        }
        (Value::Array(items), Value::Array(list)) => {
            let pairs = list.iter().enumerate().map(|(index, found)| match items.get(index) {
                Some(item) => asked_for(item, found),
                None => found.clone(),
            });
            Value::Array(pairs.collect())
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => expected.clone(),
        _ => found.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plain(expected: &Value, found: &Value) -> String {
        anstream::adapter::strip_str(&render(expected, found)).to_string()
    }

    #[test]
    fn a_value_is_shown_with_the_value_found_instead() {
        let shown = plain(&json!("COMPLETED"), &json!("SEARCHING"));
        assert_eq!(shown, "  - expected\n  + found\n  - \"COMPLETED\"\n  + \"SEARCHING\"\n");
        let shown = plain(&json!("COMPLETED"), &Value::Null);
        assert_eq!(shown, "  - expected\n  + found nothing\n  - \"COMPLETED\"\n");
    }

    #[test]
    fn what_was_not_asked_for_is_left_out() {
        let expected = json!({"type": "A", "tickets": [{"ticketId": "t1"}], "n": 1, "gone": null});
        let found = json!({
            "type": "A", "tickets": [{"ticketId": "t2", "players": []}], "n": 1.0, "more": true,
        });
        let shown = plain(&expected, &found);
        assert!(shown.contains("  -       \"ticketId\": \"t1\"\n"), "{shown}");
        assert!(shown.contains("  +       \"ticketId\": \"t2\"\n"), "{shown}");
        let changed = shown.lines().skip(2).filter(|line| !line.starts_with("   ")).count();
        assert_eq!(changed, 2, "{shown}");
    }

    #[test]
    fn the_nearest_event_is_shown() {
        let expected = json!({"type": "B", "x": 1, "y": 2});
        let events = json!([{"type": "A", "x": 1, "y": 2}, {"type": "B", "x": 5, "y": 2}]);
        let shown = plain(&expected, &events);
        assert!(shown.contains("  -   \"x\": 1,\n  +   \"x\": 5,\n"), "{shown}");
        assert!(!shown.contains("\"A\""), "{shown}");
        assert!(plain(&expected, &json!([])).contains("found nothing"));
    }

    #[test]
    fn all_events_that_came_are_listed() {
        let event =
            |kind: &str| json!({"type": kind, "tickets": [{"ticketId": "t1"}, {"ticketId": "t2"}]});
        let (a, b) = (event("A"), event("B"));
        for expected in [json!({"type": "C"}), json!([{"type": "C"}])] {
            let shown = plain(&expected, &json!([a, b]));
            let listed = "  events that came:\n    A (t1, t2)\n    B (t1, t2)\n";
            assert!(shown.ends_with(listed), "{shown}");
        }
        assert!(plain(&json!({"type": "C"}), &json!([])).ends_with("  no event came\n"));
        let many = plain(&json!({"type": "C"}), &json!(vec![a; 32]));
        assert!(many.ends_with("    A (t1, t2)\n    and 2 more\n"), "{many}");
        let tickets = plain(&json!([{"ticketId": "t1"}]), &json!([]));
        assert!(!tickets.contains("event"), "{tickets}");
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long: Vec<_> = (0..500).collect();
        let shown = plain(&json!([]), &json!(long));
        assert!(shown.ends_with("    ...\n"));
        assert!(shown.lines().count() < 70);
    }
}

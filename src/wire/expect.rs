//! What a line of a scenario asserts, and the comparison (decision 7).

use std::fmt;

use serde_json::Value;

use super::event::{MEMBERS, TYPES};
use super::member::{Members, Place, ShapeError, Shaped, list, map, must_be, named, object};
use super::placement::{ACTION_MEMBERS, ACTIONS};
use super::session::{UPDATE_MEMBERS, UPDATE_REASONS};
use crate::{TicketId, TicketStatus, UpdateReason};

/// One `expect` object of a scenario line.
///
/// Expected JSON is a part of what must be found: of an object every member given must be there
/// and fit, a list must fit item by item, numbers compare by value, and `null` says that a member
/// is absent.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Expectation {
    /// The command was answered with this; compared at once.
    pub response: Option<Value>,
    /// The command was refused with this; compared at once.
    pub error: Option<Value>,
    /// Where tickets stand once the line's instant is over; `None`: no such ticket.
    pub status: Vec<(TicketId, Option<TicketStatus>)>,
    /// Events in this order, with any others between, among those since the end of the instant
    /// before the line's.
    pub events: Option<Vec<Value>>,
    /// All events since the end of the instant before the line's.
    pub events_exactly: Option<Vec<Value>>,
    /// Updates of game sessions in this order, with any others between, among those since the end
    /// of the instant before the line's.
    pub updates: Option<Vec<Value>>,
    /// Game sessions to start and to stop in this order, with any others between, among those since
    /// the end of the instant before the line's.
    pub actions: Option<Vec<Value>>,
    /// All of them since then.
    pub actions_exactly: Option<Vec<Value>>,
}

/// What came out since the end of the instant before.
#[derive(Clone, Copy, Default)]
pub(super) struct Told<'t> {
    pub(super) events: &'t [Value],
    pub(super) updates: &'t [Value],
    pub(super) actions: &'t [Value],
}

/// Something that did not come out as a scenario says.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Mismatch {
    /// The line of the scenario, counted from 1.
    pub line: usize,
    /// What was compared, for instance `response.MatchmakingTicket.Status`.
    pub what: String,
    /// What the line says.
    pub expected: Value,
    /// What came out; `null` for nothing.
    pub found: Value,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Value| match value {
            Value::Null => "nothing".into(),
            value => value.to_string(),
        };
        let (expected, found) = (shown(&self.expected), shown(&self.found));
        write!(f, "line {}: {}: expected {expected}, found {found}", self.line, self.what)
    }
}

/// What was said at once to a command.
#[derive(Clone, Copy)]
pub(super) enum Said<'s> {
    Response(&'s Value),
    Error(&'s Value),
}

/// Reads the value of `expect`: an object, or a list of objects that must all hold.
pub(super) fn expectations(value: &Value, place: Place<'_>) -> Shaped<Vec<Expectation>> {
    match value {
        Value::Object(_) => Ok(vec![expectation(value, place)?]),
        Value::Array(_) => list(value, place, expectation),
        _ => Err(must_be("an object or a list of objects", value, place)),
    }
}

fn expectation(value: &Value, place: Place<'_>) -> Shaped<Expectation> {
    let known = [
        "response",
        "error",
        "status",
        "events",
        "eventsExactly",
        "updates",
        "actions",
        "actionsExactly",
    ];
    let members = Members::of(value, place, &known)?;
    let part = |value: &Value, place: Place<'_>| object(value, place).map(|_| value.clone());
    let events = |value: &Value, place: Place<'_>| list(value, place, event);
    let updates = |value: &Value, place: Place<'_>| list(value, place, update);
    let actions = |value: &Value, place: Place<'_>| list(value, place, action);
    let status = members.optional("status", |value, place| map(value, place, status))?;
    let expectation = Expectation {
        response: members.optional("response", part)?,
        error: members.optional("error", part)?,
        status: status
            .into_iter()
            .flatten()
            .map(|(id, status)| (TicketId::from(id), status))
            .collect(),
        events: members.optional("events", events)?,
        events_exactly: members.optional("eventsExactly", events)?,
        updates: members.optional("updates", updates)?,
        actions: members.optional("actions", actions)?,
        actions_exactly: members.optional("actionsExactly", actions)?,
    };
    let none = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
    match expectation {
        Expectation {
            response: None,
            error: None,
            status,
            events,
            events_exactly: None,
            updates,
            actions,
            actions_exactly: None,
        } if status.is_empty() && none(&events) && none(&updates) && none(&actions) => {
            let hint = events.map_or("", |_| "; to say that no event comes, use `eventsExactly`");
            Err(ShapeError::new(format!("`{place}` expects nothing{hint}")))
        }
        expectation => Ok(expectation),
    }
}

/// A part of an event. What no event has would never be found, and is a slip of the hand.
fn event(value: &Value, place: Place<'_>) -> Shaped<Value> {
    let members = Members::of(value, place, &MEMBERS)?;
    members.optional("type", named(&TYPES, |name| name))?;
    Ok(value.clone())
}

/// A part of an update.
fn update(value: &Value, place: Place<'_>) -> Shaped<Value> {
    let members = Members::of(value, place, &UPDATE_MEMBERS)?;
    members.optional("updateReason", named(&UPDATE_REASONS, UpdateReason::as_str))?;
    Ok(value.clone())
}

/// A part of an action.
fn action(value: &Value, place: Place<'_>) -> Shaped<Value> {
    let members = Members::of(value, place, &ACTION_MEMBERS)?;
    members.optional("type", named(&ACTIONS, |name| name))?;
    Ok(value.clone())
}

fn status(value: &Value, place: Place<'_>) -> Shaped<Option<TicketStatus>> {
    if value.is_null() {
        return Ok(None);
    }
    named(&TicketStatus::ALL, TicketStatus::as_str)(value, place).map(Some)
}

impl Expectation {
    /// Compares what was said to the command with `response` and `error`.
    pub(super) fn check_said(&self, line: usize, said: Said<'_>, out: &mut Vec<Mismatch>) {
        let mut found = Found { line, out };
        match (said, &self.response) {
            (Said::Response(said), Some(expected)) => found.part("response", expected, Some(said)),
            (Said::Error(said), Some(expected)) => {
                found.mismatch("response", expected, &serde_json::json!({ "error": said }));
            }
            (_, None) => {}
        }
        match (said, &self.error) {
            (Said::Error(said), Some(expected)) => found.part("error", expected, Some(said)),
            (Said::Response(said), Some(expected)) => {
                found.mismatch("error", expected, &serde_json::json!({ "response": said }));
            }
            (_, None) => {}
        }
    }

    /// Compares where tickets stand at the end of the line's instant, and the events and updates
    /// since the end of the instant before.
    pub(super) fn check_settled(
        &self,
        line: usize,
        status: impl Fn(&TicketId) -> Option<TicketStatus>,
        told: Told<'_>,
        out: &mut Vec<Mismatch>,
    ) {
        let Told { events, updates, actions } = told;
        let mut found = Found { line, out };
        for (id, expected) in &self.status {
            let stands = status(id);
            if stands != *expected {
                let json = |status: Option<TicketStatus>| status.map(TicketStatus::as_str).into();
                found.mismatch(&format!("status.{id}"), &json(*expected), &json(stands));
            }
        }
        if let Some(expected) = &self.events {
            found.in_order("events", expected, events);
        }
        if let Some(expected) = &self.events_exactly {
            found.exactly("eventsExactly", expected, events);
        }
        if let Some(expected) = &self.updates {
            found.in_order("updates", expected, updates);
        }
        if let Some(expected) = &self.actions {
            found.in_order("actions", expected, actions);
        }
        if let Some(expected) = &self.actions_exactly {
            found.exactly("actionsExactly", expected, actions);
        }
    }

    /// Whether the check of the instant needs its events.
    pub(super) const fn needs_events(&self) -> bool {
        self.events.is_some() || self.events_exactly.is_some()
    }

    /// Whether the check of the instant needs its updates.
    pub(super) const fn needs_updates(&self) -> bool {
        self.updates.is_some()
    }

    /// Whether the check of the instant needs its actions.
    pub(super) const fn needs_actions(&self) -> bool {
        self.actions.is_some() || self.actions_exactly.is_some()
    }
}

/// Collects mismatches of one line.
struct Found<'o> {
    line: usize,
    out: &'o mut Vec<Mismatch>,
}

impl Found<'_> {
    fn mismatch(&mut self, what: &str, expected: &Value, found: &Value) {
        let (expected, found) = (expected.clone(), found.clone());
        self.out.push(Mismatch { line: self.line, what: what.into(), expected, found });
    }

    /// Every innermost difference between `expected` and what it should be a part of.
    fn part(&mut self, what: &str, expected: &Value, found: Option<&Value>) {
        match (expected, found) {
            (Value::Object(members), Some(Value::Object(object))) => {
                for (key, member) in members {
                    self.part(&format!("{what}.{key}"), member, object.get(key));
                }
            }
            (Value::Array(items), Some(Value::Array(list))) if items.len() == list.len() => {
                for (index, (item, found)) in items.iter().zip(list).enumerate() {
                    self.part(&format!("{what}[{index}]"), item, Some(found));
                }
            }
            _ if fits(expected, found) => {}
            _ => self.mismatch(what, expected, found.unwrap_or(&Value::Null)),
        }
    }

    /// The earliest one that fits is taken for each entry: if any choice fits all, this one does.
    fn in_order(&mut self, name: &str, expected: &[Value], all: &[Value]) {
        let mut rest = all;
        for (index, entry) in expected.iter().enumerate() {
            match rest.iter().position(|one| fits(entry, Some(one))) {
                Some(at) => rest = rest.get(at + 1..).unwrap_or_default(),
                None => {
                    let what = format!("{name}[{index}]");
                    return self.mismatch(&what, entry, &Value::from(rest));
                }
            }
        }
    }

    fn exactly(&mut self, name: &str, expected: &[Value], events: &[Value]) {
        if expected.len() != events.len() {
            let (expected, events) = (Value::from(expected), Value::from(events));
            return self.mismatch(name, &expected, &events);
        }
        for (index, (entry, event)) in expected.iter().zip(events).enumerate() {
            self.part(&format!("{name}[{index}]"), entry, Some(event));
        }
    }
}

/// Whether `expected` is a part of `found`, which is `None` for an absent member.
fn fits(expected: &Value, found: Option<&Value>) -> bool {
    match (expected, found) {
        (Value::Null, None) => true,
        (_, None) => false,
        (Value::Object(members), Some(Value::Object(object))) => {
            members.iter().all(|(key, member)| fits(member, object.get(key)))
        }
        (Value::Array(items), Some(Value::Array(list))) => {
            let pairs = items.iter().zip(list);
            items.len() == list.len() && pairs.into_iter().all(|(item, of)| fits(item, Some(of)))
        }
        (Value::Number(a), Some(Value::Number(b))) => a == b || a.as_f64() == b.as_f64(),
        (expected, Some(found)) => expected == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Result<Vec<Expectation>, String> {
        let place = Place::Member(&Place::Root("the line"), "expect");
        expectations(value, place).map_err(|error| error.to_string())
    }

    fn one(value: &Value) -> Expectation {
        read(value).ok().and_then(|mut list| list.pop()).expect("the expectation is good")
    }

    /// Each mismatch as it is shown.
    fn said(expect: &Value, said: Said<'_>) -> Vec<String> {
        let mut out = Vec::new();
        one(expect).check_said(4, said, &mut out);
        out.iter().map(Mismatch::to_string).collect()
    }

    fn settled(expect: &Value, events: &[Value]) -> Vec<String> {
        settled_with(expect, events, &[])
    }

    fn settled_with(expect: &Value, events: &[Value], updates: &[Value]) -> Vec<String> {
        let mut out = Vec::new();
        let status = |id: &TicketId| (id.as_str() == "t1").then_some(TicketStatus::Searching);
        let told = Told { events, updates, ..Told::default() };
        one(expect).check_settled(4, status, told, &mut out);
        out.iter().map(Mismatch::to_string).collect()
    }

    #[test]
    fn bad_expectations_are_refused() {
        for (json, message) in [
            (json!(5), "`expect` must be an object or a list of objects, not a number"),
            (json!([[]]), "`expect[0]` must be an object, not a list"),
            (
                json!({"reponse": {}}),
                "unknown member `reponse` of expect; did you mean `response`?",
            ),
            (
                json!([{"error": {}}, {"status": {"t1": "COMPLETE"}}]),
                "`expect[1].status.t1` is `COMPLETE`, but must be one of QUEUED, SEARCHING, \
                 REQUIRES_ACCEPTANCE, PLACING, COMPLETED, FAILED, CANCELLED, TIMED_OUT; did you \
                 mean `COMPLETED`?",
            ),
            (json!({"events": [5]}), "`expect.events[0]` must be an object, not a number"),
            (json!({"error": "x"}), "`expect.error` must be an object, not a string"),
            (json!({}), "`expect` expects nothing"),
            (json!([{"error": {}}, {"status": {}}]), "`expect[1]` expects nothing"),
            (
                json!({"events": []}),
                "`expect` expects nothing; to say that no event comes, use `eventsExactly`",
            ),
            (
                json!({"events": [{}, {"typ": "AcceptMatch"}]}),
                "unknown member `typ` of expect.events[1]; did you mean `type`?",
            ),
            (
                json!({"eventsExactly": [{"type": "MatchmakingSuceeded"}]}),
                "`expect.eventsExactly[0].type` is `MatchmakingSuceeded`, but must be one of \
                 MatchmakingSearching, PotentialMatchCreated, AcceptMatch, AcceptMatchCompleted, \
                 MatchmakingSucceeded, MatchmakingTimedOut, MatchmakingCancelled, \
                 MatchmakingFailed, PlacementFulfilled, PlacementCancelled, PlacementTimedOut, \
                 PlacementFailed; did you mean `MatchmakingSucceeded`?",
            ),
        ] {
            assert_eq!(read(&json), Err(message.into()));
        }
        for (json, message) in [
            (json!({"updates": []}), "`expect` expects nothing"),
            (
                json!({"updates": [{"reason": "BACKFILL_FAILED"}]}),
                "unknown member `reason` of expect.updates[0]",
            ),
            (
                json!({"updates": [{"updateReason": "BACKFILL_TIMEDOUT"}]}),
                "`expect.updates[0].updateReason` is `BACKFILL_TIMEDOUT`, but must be one of \
                 MATCHMAKING_DATA_UPDATED, BACKFILL_FAILED, BACKFILL_TIMED_OUT, \
                 BACKFILL_CANCELLED; did you mean `BACKFILL_TIMED_OUT`?",
            ),
        ] {
            assert_eq!(read(&json), Err(message.into()));
        }
        let good = json!([{"response": {}}, {"eventsExactly": []}]);
        assert_eq!(read(&good).map(|list| list.len()), Ok(2));
    }

    #[test]
    fn a_response_is_matched_in_part() {
        let response = json!({"MatchmakingTicket": {
            "TicketId": "t1", "StartTime": 5.0,
            "Players": [{"PlayerId": "p1", "Team": "red"}, {"PlayerId": "p2"}],
        }});
        let ticket = |part: Value| json!({"response": {"MatchmakingTicket": part}});
        for part in [
            json!({}),
            json!({"TicketId": "t1", "StartTime": 5}),
            json!({"Players": [{"Team": "red"}, {"PlayerId": "p2", "Team": null}]}),
        ] {
            assert_eq!(said(&ticket(part), Said::Response(&response)), [""; 0]);
        }
        let prefix = "line 4: response.MatchmakingTicket";
        for (part, shown) in [
            (json!({"TicketId": "t2"}), r#".TicketId: expected "t2", found "t1""#),
            (json!({"EndTime": 7}), ".EndTime: expected 7, found nothing"),
            (json!({"StartTime": 6}), ".StartTime: expected 6, found 5.0"),
            (
                json!({"Players": [{"Team": null}, {}]}),
                r#".Players[0].Team: expected nothing, found "red""#,
            ),
            (
                json!({"Players": [{"Team": "red"}]}),
                r#".Players: expected [{"Team":"red"}], found [{"PlayerId":"p1","Team":"red"},{"PlayerId":"p2"}]"#,
            ),
        ] {
            assert_eq!(
                said(&ticket(part), Said::Response(&response)),
                [format!("{prefix}{shown}")]
            );
        }
        let two = ticket(json!({"TicketId": 1, "StartTime": 1}));
        assert_eq!(said(&two, Said::Response(&response)).len(), 2);
    }

    #[test]
    fn a_response_is_not_an_error() {
        let error = json!({"__type": "InvalidRequestException", "message": "no"});
        let kind = json!({"error": {"__type": "InvalidRequestException"}});
        assert_eq!(said(&kind, Said::Error(&error)), [""; 0]);
        assert_eq!(
            said(&kind, Said::Response(&json!({}))),
            [
                r#"line 4: error: expected {"__type":"InvalidRequestException"}, found {"response":{}}"#
            ]
        );
        let other = json!({"error": {"__type": "NotFoundException"}});
        assert_eq!(
            said(&other, Said::Error(&error)),
            [
                r#"line 4: error.__type: expected "NotFoundException", found "InvalidRequestException""#
            ]
        );
        let answered = json!({"response": {}});
        assert_eq!(
            said(&answered, Said::Error(&json!({"message": "no"}))),
            [r#"line 4: response: expected {}, found {"error":{"message":"no"}}"#]
        );
    }

    #[test]
    fn statuses() {
        assert_eq!(settled(&json!({"status": {"t1": "SEARCHING", "t9": null}}), &[]), [""; 0]);
        assert_eq!(
            settled(&json!({"status": {"t1": "COMPLETED", "t2": "QUEUED"}}), &[]),
            [
                r#"line 4: status.t1: expected "COMPLETED", found "SEARCHING""#,
                r#"line 4: status.t2: expected "QUEUED", found nothing"#,
            ]
        );
        assert_eq!(
            settled(&json!({"status": {"t1": null}}), &[]),
            [r#"line 4: status.t1: expected nothing, found "SEARCHING""#]
        );
    }

    fn three_events() -> Vec<Value> {
        vec![
            json!({"type": "MatchmakingSearching", "eventSequence": 1}),
            json!({"type": "MatchmakingSearching", "eventSequence": 2}),
            json!({"type": "PotentialMatchCreated", "eventSequence": 3}),
        ]
    }

    #[test]
    fn events_are_an_ordered_part() {
        let events = three_events();
        for good in [
            json!([
                {"type": "MatchmakingSearching"}, {"type": "MatchmakingSearching"},
                {"type": "PotentialMatchCreated"},
            ]),
            json!([{"eventSequence": 1}, {"eventSequence": 3}]),
            json!([{}]),
        ] {
            assert_eq!(settled(&json!({ "events": good }), &events), [""; 0]);
        }
        assert_eq!(
            settled(&json!({"events": [{"eventSequence": 2}, {"eventSequence": 1}]}), &events),
            [
                r#"line 4: events[1]: expected {"eventSequence":1}, found [{"eventSequence":3,"type":"PotentialMatchCreated"}]"#
            ]
        );
        assert_eq!(settled(&json!({"events": [{}, {}, {}, {}]}), &events).len(), 1);
    }

    #[test]
    fn exact_events_are_all_of_them() {
        let events = three_events();
        let good =
            json!({"eventsExactly": [{"eventSequence": 1}, {"type": "MatchmakingSearching"}, {}]});
        assert_eq!(settled(&good, &events), [""; 0]);
        let short = json!({"eventsExactly": [{"eventSequence": 1}]});
        assert_eq!(settled(&short, &events).len(), 1);
        let wrong = json!({"eventsExactly": [{"eventSequence": 1}, {"eventSequence": 3}, {}]});
        assert_eq!(
            settled(&wrong, &events),
            ["line 4: eventsExactly[1].eventSequence: expected 3, found 2"]
        );
        assert_eq!(settled(&json!({"eventsExactly": []}), &[]), [""; 0]);
    }

    #[test]
    fn updates_are_an_ordered_part() {
        let updates = [
            json!({"ticketId": "b1", "updateReason": "MATCHMAKING_DATA_UPDATED"}),
            json!({"ticketId": "b2", "updateReason": "BACKFILL_CANCELLED"}),
        ];
        for good in [
            json!([{"ticketId": "b1"}, {"updateReason": "BACKFILL_CANCELLED"}]),
            json!([{"ticketId": "b2"}]),
        ] {
            assert_eq!(settled_with(&json!({ "updates": good }), &[], &updates), [""; 0]);
        }
        let wrong = json!({"updates": [{"ticketId": "b2"}, {"ticketId": "b1"}]});
        assert_eq!(
            settled_with(&wrong, &[], &updates),
            [r#"line 4: updates[1]: expected {"ticketId":"b1"}, found []"#]
        );
    }
}

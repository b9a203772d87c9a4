//! The driver on a scripted engine: every call, in order, at its time.

use std::collections::BTreeSet;

use super::*;
use crate::lifecycle::event_ticket::form;
use crate::wire::Scenario;
use crate::{
    EventDetail, EventTicket, FleetLocation, GameSessionStarted, MatchmakerData, UpdateReason,
};

/// Stops are answered; each arms a timer a given time later. A timer emits one event and is gone,
/// unless the engine is told to be stuck. A stop of `b...` makes an update and an event.
#[derive(Default)]
struct Scripted {
    calls: Vec<String>,
    timers: BTreeSet<u64>,
    arm_after: Vec<u64>,
    events: VecDeque<Event>,
    updates: VecDeque<SessionUpdate>,
    sequence: u64,
    stuck: Option<TickReport>,
    refuse_timeouts: bool,
    tell_updates: bool,
    /// What each stop makes the engine ask of the host, one after the other.
    asks: VecDeque<PlacementAction>,
    actions: VecDeque<PlacementAction>,
}

impl Scripted {
    fn emit(&mut self, now: Timestamp) {
        self.sequence += 1;
        let ticket = EventTicket::from(form::Ticket {
            ticket_id: format!("e{}", self.sequence).into(),
            start_time: now,
            players: Vec::new(),
        });
        let detail = EventDetail::MatchmakingSearching { ticket, estimated_wait_seconds: None };
        let (sequence, time) = (self.sequence, now);
        self.events.push_back(Event { sequence, time, custom_event_data: None, detail });
    }
}

impl Engine for Scripted {
    fn handle_input(&mut self, now: Timestamp, input: Input) -> Result<Response, InputError> {
        let stop = match input {
            Input::StopMatchmaking(stop) => stop,
            other => {
                if let Input::GameSessionStarted(GameSessionStarted { placement_id, .. }) = &other {
                    self.calls.push(format!("{} up {placement_id}", now.as_millis()));
                }
                return Err(InputError::NotFound { message: "only stops".into() });
            }
        };
        self.actions.extend(self.asks.pop_front());
        self.calls.push(format!("{} stop {}", now.as_millis(), stop.ticket_id));
        if stop.ticket_id.as_str().starts_with('b') && self.tell_updates {
            self.updates.push_back(SessionUpdate {
                game_session_arn: "g1".into(),
                ticket_id: stop.ticket_id,
                reason: UpdateReason::BackfillCancelled,
                matchmaker_data: MatchmakerData {
                    match_id: None,
                    matchmaking_configuration_arn: "arn:c".into(),
                    teams: Vec::new(),
                    auto_backfill_mode: None,
                    auto_backfill_ticket_id: None,
                },
            });
            self.emit(now);
        }
        self.timers.extend(self.arm_after.iter().map(|after| now.as_millis() + after));
        Ok(Response::StopMatchmaking)
    }

    fn handle_timeout(&mut self, now: Timestamp) -> Result<TickReport, InputError> {
        self.calls.push(format!("{} timeout", now.as_millis()));
        if self.refuse_timeouts {
            return Err(InputError::EventsNotDrained { limit: 0 });
        }
        if let Some(report) = self.stuck {
            return Ok(report);
        }
        self.timers.pop_first();
        self.emit(now);
        Ok(TickReport::default())
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_update(&mut self) -> Option<SessionUpdate> {
        self.updates.pop_front()
    }

    fn poll_action(&mut self) -> Option<PlacementAction> {
        self.actions.pop_front()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.timers.first().map(|&due| Timestamp::from_millis(due))
    }

    fn status(&self, ticket: &TicketId) -> Option<TicketStatus> {
        (ticket.as_str() == "t1").then_some(TicketStatus::Cancelled)
    }
}

fn driver(engine: Scripted, lines: &str) -> Driver<Scripted> {
    driven_by("timers", engine, lines)
}

fn driven_by(kind: &str, engine: Scripted, lines: &str) -> Driver<Scripted> {
    let text = format!("{{\"RuleSetFile\": \"a\", \"Driver\": \"{kind}\"}}\n{lines}\n");
    let scenario = Scenario::parse(&text).expect("the text is a scenario");
    Driver::new(engine, scenario.start, scenario.driver, scenario.lines)
}

/// Every record as `at:line` for what was said, as `at:event` for an event or update.
fn run(driver: &mut Driver<Scripted>) -> Result<Vec<String>, ReplayError> {
    let mut records = Vec::new();
    while let Some(record) = driver.next_record()? {
        let at = record.at;
        records.push(match record.outcome {
            Outcome::Response { line, .. } | Outcome::Advanced { line } => format!("{at}:{line}"),
            Outcome::Error { line, .. } => format!("{at}:{line}!"),
            Outcome::Event(event) => format!("{at}:e{}", event.sequence),
            Outcome::Update(update) => format!("{at}:{}", update.ticket_id),
            Outcome::Action(action) => format!("{at}:{}", action.name()),
        });
    }
    Ok(records)
}

const TWO_INSTANTS: &str = r#"{"at": 10, "StopMatchmaking": {"TicketId": "a"}}
{"at": 10, "StopMatchmaking": {"TicketId": "b"}}
{"at": 30, "Advance": {}}"#;

#[test]
fn an_instant_is_its_commands_and_then_its_timers() {
    let engine = Scripted { arm_after: vec![0], ..Scripted::default() };
    let mut driver = driver(engine, TWO_INSTANTS);
    assert_eq!(run(&mut driver), Ok(["10:2", "10:3", "10:e1", "30:4"].map(String::from).into()));
    assert_eq!(driver.engine.calls, ["10 stop a", "10 stop b", "10 timeout"]);
}

#[test]
fn timers_between_lines_fire_at_their_own_times_and_later_ones_only_until() {
    let timers = || Scripted { arm_after: vec![5, 20, 25, 40], ..Scripted::default() };
    let mut without = driver(timers(), TWO_INSTANTS);
    let through_30 = ["10:2", "10:3", "15:e1", "30:4", "30:e2"].map(String::from);
    assert_eq!(run(&mut without), Ok(through_30.to_vec()));

    let mut with = driver(timers(), TWO_INSTANTS);
    assert_eq!(with.go_on_until(35), Ok(()));
    assert_eq!(run(&mut with), Ok([through_30.as_slice(), &["35:e3".into()]].concat()));
    assert_eq!(with.engine.timers, [50].into());

    let mut early = driver(timers(), TWO_INSTANTS);
    let refused = ReplayError::UntilTooEarly { until: 29, last: 30 };
    assert_eq!(early.go_on_until(29), Err(refused));
    assert_eq!(early.go_on_until(u64::MAX), Ok(()));
    assert_eq!(run(&mut early).map(|records| records.last().cloned()), Ok(Some("50:e4".into())));
}

#[test]
fn a_timer_of_the_past_fires_now() {
    let engine = Scripted { timers: [3].into(), ..Scripted::default() };
    let mut driver = driver(engine, "{\"at\": 0, \"Advance\": {}}\n{\"at\": 5, \"Advance\": {}}");
    driver.now = Timestamp::from_millis(4);
    assert_eq!(run(&mut driver).map(|records| records.len()), Ok(3));
    assert_eq!(driver.engine.calls, ["4 timeout"]);
}

#[test]
fn a_bad_request_is_an_error_record_and_the_replay_goes_on() {
    let lines = r#"{"at": 0, "StopMatchmaking": {}}
{"at": 0, "AcceptMatch": {}}
{"at": 0, "DescribeMatchmaking": {"TicketIds": []}}
{"at": 0, "StopMatchmaking": {"TicketId": "a"}}"#;
    let mut driver = driver(Scripted::default(), lines);
    assert_eq!(run(&mut driver), Ok(["0:2!", "0:3!", "0:4!", "0:5"].map(String::from).into()));
    assert_eq!(driver.engine.calls, ["0 stop a"]);
}

#[test]
fn an_engine_that_does_not_move_on_is_reported() {
    let idle = TickReport::default();
    let lazy = TickReport { unfinished: true, ..idle };
    for report in [idle, lazy] {
        let stuck = Some(report);
        let engine = Scripted { stuck, arm_after: vec![7], ..Scripted::default() };
        let mut driver = driver(engine, TWO_INSTANTS);
        assert_eq!(run(&mut driver), Err(ReplayError::Stalled { at: 17 }));
    }
}

#[test]
fn an_engine_that_refuses_the_time_ends_the_replay() {
    let engine = Scripted { refuse_timeouts: true, arm_after: vec![0], ..Scripted::default() };
    let error = InputError::EventsNotDrained { limit: 0 };
    let mut driver = driver(engine, TWO_INSTANTS);
    assert_eq!(run(&mut driver), Err(ReplayError::Engine { at: 10, error }));
}

#[test]
fn expectations_see_the_whole_instant_and_the_timers_before_it() {
    let lines = r#"{"at": 10, "StopMatchmaking": {"TicketId": "a"}, "expect": {"response": {}, "status": {"t1": "CANCELLED"}, "eventsExactly": [{"eventSequence": 1}]}}
{"at": 10, "StopMatchmaking": {"TicketId": "b"}, "expect": {"eventsExactly": [{"eventSequence": 1}]}}
{"at": 30, "Advance": {}, "expect": [{"events": [{"eventSequence": 2}, {"eventTime": "1970-01-01T00:00:00.030Z"}]}, {"eventsExactly": [{}, {}]}]}
{"at": 31, "Advance": {}, "expect": {"eventsExactly": []}}"#;
    let timers = || Scripted { arm_after: vec![0, 15, 20], ..Scripted::default() };
    let mut good = driver(timers(), lines);
    assert_eq!(run(&mut good).map(|records| records.len()), Ok(7));
    assert_eq!(good.mismatches, []);

    let bad = lines
        .replace("CANCELLED", "COMPLETED")
        .replace(r#""response": {}"#, r#""error": {}"#)
        .replace("[{}, {}]", "[{}]");
    let mut bad = driver(timers(), &bad);
    assert_eq!(run(&mut bad).map(|records| records.len()), Ok(7));
    let found: Vec<_> = bad.mismatches.iter().map(|m| (m.line, m.what.as_str())).collect();
    assert_eq!(found, [(2, "error"), (2, "status.t1"), (4, "eventsExactly")]);
}

#[test]
fn updates_come_after_the_events_of_their_call() {
    let lines = r#"{"at": 10, "StopMatchmaking": {"TicketId": "b1"}, "expect": {"updates": [{"ticketId": "b1", "updateReason": "BACKFILL_CANCELLED"}, {"ticketId": "b2"}]}}
{"at": 10, "StopMatchmaking": {"TicketId": "b2"}}
{"at": 20, "StopMatchmaking": {"TicketId": "b3"}, "expect": {"updates": [{"ticketId": "b2"}]}}"#;
    let engine = Scripted { tell_updates: true, ..Scripted::default() };
    let mut driver = driver(engine, lines);
    let records = ["10:2", "10:e1", "10:b1", "10:3", "10:e2", "10:b2", "20:4", "20:e3", "20:b3"];
    assert_eq!(run(&mut driver), Ok(records.map(String::from).into()));
    let found: Vec<_> = driver.mismatches.iter().map(|m| (m.line, m.what.as_str())).collect();
    assert_eq!(found, [(4, "updates[0]")], "each instant has its own updates");
}

#[test]
fn recorded_lines_say_when_a_timer_fires() {
    let engine = || Scripted { arm_after: vec![0, 5], ..Scripted::default() };
    let lines = r#"{"at": 10, "StopMatchmaking": {"TicketId": "a"}}
{"at": 12, "Advance": {}}
{"at": 12, "Advance": {}}
{"at": 40, "StopMatchmaking": {"TicketId": "a"}, "expect": {"eventsExactly": []}}
{"at": 41, "Advance": {}, "expect": {"eventsExactly": [{}]}}"#;
    let mut recorded = driven_by("recorded", engine(), lines);
    let records = ["10:2", "12:3", "12:e1", "12:4", "12:e2", "40:5", "41:6", "41:e3"];
    assert_eq!(run(&mut recorded), Ok(records.map(String::from).into()));
    let calls = ["10 stop a", "12 timeout", "12 timeout", "40 stop a", "41 timeout"];
    assert_eq!(recorded.engine.calls, calls);
    assert_eq!(recorded.mismatches, []);

    let mut longer = driven_by("recorded", engine(), lines);
    assert_eq!(longer.go_on_until(50), Ok(()));
    let last = run(&mut longer).map(|records| records.last().cloned());
    assert_eq!(last, Ok(Some("45:e4".into())), "timers fire after the last line");

    let idle = Scripted { stuck: Some(TickReport::default()), ..Scripted::default() };
    let many: String = (0..50).map(|_| "{\"at\": 1, \"Advance\": {}}\n").collect();
    let mut idle = driven_by("recorded", idle, &many);
    assert_eq!(run(&mut idle).map(|records| records.len()), Ok(50));

    let refusing = Scripted { refuse_timeouts: true, ..Scripted::default() };
    let mut refusing = driven_by("recorded", refusing, lines);
    let error = InputError::EventsNotDrained { limit: 0 };
    assert_eq!(run(&mut refusing), Err(ReplayError::Engine { at: 12, error }));
}

/// The fleet has one slot. The engine takes no session at all, so none may keep the slot.
#[test]
fn a_session_that_the_engine_refuses_leaves_its_slot() {
    let ask = |id: &str| PlacementAction::StartGameSession {
        placement_id: id.into(),
        attempt: 1,
        destination: "fleet/one".into(),
        location: "eu".into(),
    };
    let engine = Scripted { asks: [ask("p1"), ask("p2")].into(), ..Scripted::default() };
    let mut driver = driver(
        engine,
        &TWO_INSTANTS.replacen(
            r#"10, "StopMatchmaking": {"TicketId": "b"}"#,
            r#"20, "StopMatchmaking": {"TicketId": "b"}"#,
            1,
        ),
    );
    driver.fleet = Some(SimulatedFleet::new(vec![FleetLocation {
        destination: "fleet/one".into(),
        location: "eu".into(),
        slots: 1,
        start_time: Millis::new(5),
    }]));
    run(&mut driver).expect("the scenario is short");
    assert_eq!(driver.engine.calls, ["10 stop a", "15 up p1", "20 stop b", "25 up p2"]);
}

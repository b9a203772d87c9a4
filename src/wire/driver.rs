//! The driver of a replay: which call of the engine comes next (decisions 1, 2, 4 and 6).

use std::collections::VecDeque;

use super::expect::{Expectation, Mismatch, Said, Told};
use super::record::{Outcome, Record};
use super::replay::ReplayError;
use super::request::parse_input;
use super::scenario::{Command, DriverKind, ScenarioLine};
use crate::{
    Event, FleetAnswer, Input, InputError, Millis, PlacementAction, Response, SessionUpdate,
    SimulatedFleet, TickReport, TicketId, TicketStatus, Timestamp,
};

/// Finished passes in a row that emit nothing and yet ask for another one at the same instant.
/// A sound engine asks for none; a few are let pass, endless ones are a bug.
const IDLE_CALLS_MAX: u32 = 16;

/// What the driver asks of a matchmaker. The tests drive a scripted one, too: a sound engine never
/// shows what happens with an unsound one.
pub(super) trait Engine {
    fn handle_input(&mut self, now: Timestamp, input: Input) -> Result<Response, InputError>;
    fn handle_timeout(&mut self, now: Timestamp) -> Result<TickReport, InputError>;
    fn poll_event(&mut self) -> Option<Event>;
    fn poll_update(&mut self) -> Option<SessionUpdate>;
    fn poll_action(&mut self) -> Option<PlacementAction>;
    fn poll_timeout(&self) -> Option<Timestamp>;
    fn status(&self, ticket: &TicketId) -> Option<TicketStatus>;
}

/// The next thing that the engine has to tell after a call at `now`: its events, each at its own
/// time, then its updates, then its actions.
pub(super) fn poll_record(
    engine: &mut impl Engine,
    start: Timestamp,
    now: Timestamp,
) -> Option<Record> {
    let (time, outcome) = match engine.poll_event() {
        Some(event) => (event.time, Outcome::Event(event)),
        None => match engine.poll_update() {
            Some(update) => (now, Outcome::Update(update)),
            None => (now, Outcome::Action(engine.poll_action()?)),
        },
    };
    Some(Record { at: time.since(start).get(), outcome })
}

/// Replays the lines of a scenario on an engine, one call at a time.
#[derive(Debug)]
pub(super) struct Driver<E> {
    pub(super) engine: E,
    /// Answers for the host, if the scenario has it.
    pub(super) fleet: Option<SimulatedFleet>,
    start: Timestamp,
    now: Timestamp,
    kind: DriverKind,
    lines: Vec<ScenarioLine>,
    /// The first line that is not applied yet.
    next: usize,
    /// The lines of an instant that are applied, while timers of that instant may be due.
    settling: Option<std::ops::Range<usize>>,
    until: Option<Timestamp>,
    idle_calls: u32,
    ready: VecDeque<Record>,
    /// The events since the end of the last instant that had lines, if any line asks for them.
    events: Option<Vec<serde_json::Value>>,
    /// The updates likewise.
    updates: Option<Vec<serde_json::Value>>,
    /// The actions likewise.
    actions: Option<Vec<serde_json::Value>>,
    pub(super) mismatches: Vec<Mismatch>,
}

impl<E: Engine> Driver<E> {
    pub(super) fn new(
        engine: E,
        start: Timestamp,
        kind: DriverKind,
        lines: Vec<ScenarioLine>,
    ) -> Self {
        let expectations = || lines.iter().flat_map(|line| &line.expect);
        let events = expectations().any(Expectation::needs_events).then(Vec::new);
        let updates = expectations().any(Expectation::needs_updates).then(Vec::new);
        let actions = expectations().any(Expectation::needs_actions).then(Vec::new);
        Self {
            engine,
            fleet: None,
            start,
            now: start,
            kind,
            lines,
            next: 0,
            settling: None,
            until: None,
            idle_calls: 0,
            ready: VecDeque::new(),
            events,
            updates,
            actions,
            mismatches: Vec::new(),
        }
    }

    /// Goes on to `until`, in milliseconds since the start, after the last line.
    pub(super) fn go_on_until(&mut self, until: u64) -> Result<(), ReplayError> {
        let last = self.lines.last().map_or(0, |line| line.at);
        if until < last {
            return Err(ReplayError::UntilTooEarly { until, last });
        }
        self.until = Some(self.start.plus(Millis::new(until)));
        Ok(())
    }

    /// The next record; none when the scenario is over.
    pub(super) fn next_record(&mut self) -> Result<Option<Record>, ReplayError> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Ok(Some(record));
            }
            if !self.step()? {
                return Ok(None);
            }
        }
    }

    /// One call of the engine, or the end of an instant. Whether there was one.
    fn step(&mut self) -> Result<bool, ReplayError> {
        if let Some(applied) = self.settling.clone() {
            if self.due_by(self.now).is_some() {
                self.fire(self.now)?;
            } else {
                self.settling = None;
                self.check_settled(applied);
            }
            return Ok(true);
        }
        let Some(line) = self.lines.get(self.next) else {
            let due = self.until.and_then(|until| self.due_by(until));
            due.map_or(Ok(()), |due| self.fire(due))?;
            return Ok(due.is_some());
        };
        let instant = self.start.plus(Millis::new(line.at));
        match self.due_by(instant).filter(|&due| due < instant) {
            Some(due) => self.fire(due)?,
            None => self.apply(instant)?,
        }
        Ok(true)
    }

    /// When the next timer fires, if by `limit`. A timer of the past fires now. While there are
    /// recorded lines, they say when.
    fn due_by(&self, limit: Timestamp) -> Option<Timestamp> {
        let lines_left = self.settling.is_some() || self.next < self.lines.len();
        if self.kind == DriverKind::Recorded && lines_left {
            return None;
        }
        let fleet = self.fleet.as_ref().and_then(SimulatedFleet::poll_timeout);
        let due = [self.engine.poll_timeout(), fleet].into_iter().flatten().min();
        let due = due.map(|due| due.max(self.now));
        due.filter(|&due| due <= limit)
    }

    /// Applies every line of the instant, in the order of the file.
    fn apply(&mut self, instant: Timestamp) -> Result<(), ReplayError> {
        self.move_to(instant);
        let first = self.next;
        let at = instant.since(self.start).get();
        while let Some(line) = self.lines.get(self.next).filter(|line| line.at == at) {
            let number = line.line;
            let outcome = match &line.command {
                Command::Advance => {
                    if self.kind == DriverKind::Recorded {
                        let report = self.engine.handle_timeout(instant);
                        let _ = report.map_err(|error| ReplayError::Engine { at, error })?;
                    }
                    Outcome::Advanced { line: number }
                }
                Command::Operation { name, input } => {
                    let answer = parse_input(name, input).and_then(|input| {
                        let ended = match &input {
                            Input::EndGameSession(end) => Some(end.game_session_arn.clone()),
                            _ => None,
                        };
                        let answer = self.engine.handle_input(instant, input)?;
                        if let (Some(fleet), Some(arn)) = (&mut self.fleet, ended) {
                            fleet.end(&arn);
                        }
                        Ok(answer)
                    });
                    match answer {
                        Ok(response) => Outcome::Response { line: number, response },
                        Err(error) => Outcome::Error { line: number, error },
                    }
                }
            };
            let record = Record { at, outcome };
            if !line.expect.is_empty() {
                let body = record.body();
                let said = match record.outcome {
                    Outcome::Error { .. } => Said::Error(&body),
                    _ => Said::Response(&body),
                };
                for expect in &line.expect {
                    expect.check_said(number, said, &mut self.mismatches);
                }
            }
            self.ready.push_back(record);
            self.next += 1;
            self.drain();
        }
        self.settling = Some(first..self.next);
        Ok(())
    }

    fn fire(&mut self, due: Timestamp) -> Result<(), ReplayError> {
        self.move_to(due);
        let answer = self.fleet.as_mut().and_then(|fleet| fleet.poll_answer(due));
        if let Some(answer) = answer {
            self.answer(due, answer);
            self.drain();
            return Ok(());
        }
        let at = due.since(self.start).get();
        let report =
            self.engine.handle_timeout(due).map_err(|error| ReplayError::Engine { at, error })?;
        let worked = report.unfinished && (report.anchors > 0 || report.nodes > 0);
        if self.drain() {
            self.idle_calls = 0;
        } else if !worked && self.due_by(due).is_some() {
            self.idle_calls += 1;
        }
        if self.idle_calls > IDLE_CALLS_MAX {
            return Err(ReplayError::Stalled { at });
        }
        Ok(())
    }

    /// Passes on what the fleet says: an answer that comes at a deadline counts. The engine refuses
    /// one about a placement that it has forgotten; then the session is of no use.
    fn answer(&mut self, now: Timestamp, answer: FleetAnswer) {
        let (arn, input) = match answer {
            FleetAnswer::Started(started) => {
                let arn = started.game_session_connection_info.game_session_arn.clone();
                (arn, Input::GameSessionStarted(started))
            }
            FleetAnswer::Refused(refused) => (None, Input::GameSessionRefused(refused)),
        };
        let refused = self.engine.handle_input(now, input).is_err();
        if let (true, Some(fleet), Some(arn)) = (refused, &mut self.fleet, arn) {
            fleet.end(&arn);
        }
    }

    fn move_to(&mut self, time: Timestamp) {
        if time > self.now {
            self.now = time;
            self.idle_calls = 0;
        }
    }

    /// Takes the events, updates and actions out of the engine. Whether there was one.
    fn drain(&mut self) -> bool {
        let before = self.ready.len();
        while let Some(record) = poll_record(&mut self.engine, self.start, self.now) {
            if let (Some(fleet), Outcome::Action(action)) = (&mut self.fleet, &record.outcome) {
                fleet.take(self.now, action);
            }
            let asked_for = match record.outcome {
                Outcome::Update(_) => &mut self.updates,
                Outcome::Action(_) => &mut self.actions,
                _ => &mut self.events,
            };
            if let Some(bodies) = asked_for {
                bodies.push(record.body());
            }
            self.ready.push_back(record);
        }
        self.ready.len() > before
    }

    fn check_settled(&mut self, applied: std::ops::Range<usize>) {
        let told = Told {
            events: self.events.as_deref().unwrap_or_default(),
            updates: self.updates.as_deref().unwrap_or_default(),
            actions: self.actions.as_deref().unwrap_or_default(),
        };
        let status = |id: &TicketId| self.engine.status(id);
        for line in self.lines.get(applied).unwrap_or_default() {
            for expect in &line.expect {
                expect.check_settled(line.line, status, told, &mut self.mismatches);
            }
        }
        let told = [&mut self.events, &mut self.updates, &mut self.actions];
        told.into_iter().flatten().for_each(Vec::clear);
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;

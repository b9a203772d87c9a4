//! One run: the engine and the model side by side, command by command.

use rallypoint::{
    Event, EventDetail, Input, InputError, Matchmaker, MatchmakerData, MatchmakingTicket, Response,
    SessionUpdate, TickReport, Timestamp,
};

use crate::commands::{Answer, Refusal};
use crate::setup::Setup;
use crate::told::unexpected;
use crate::world::{Model, Session, Ticket, ToldUpdate};

/// A step of a run. Whatever comes of it is compared.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// A command after all that was due before it.
    Command(u64, Input),
    /// A command, and nobody has driven the engine since the last one (decision 2).
    LateCommand(u64, Input),
    /// The timers up to a time, each at its own.
    Until(u64),
    /// One call that comes late.
    Timeout(u64),
}

/// The engine beside the model.
pub struct Run<'s> {
    pub engine: Matchmaker,
    pub model: Model<'s>,
    sequence: u64,
    last_time: u64,
    /// Whether events stay in the engine for a while.
    pub drains: bool,
    /// Whether a slice has left its pass unfinished.
    is_cut: bool,
    last_pass: Option<u64>,
}

pub type Checked = Result<(), String>;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

impl<'s> Run<'s> {
    pub fn new(setup: &'s Setup) -> Self {
        let rule_set = setup.rule_set.clone();
        let (configuration, options) = (setup.configuration.clone(), setup.options.clone());
        let engine = Matchmaker::new(rule_set, configuration, options, at(0), setup.seed)
            .expect("the configurations of the test are right");
        let model = Model::new(setup);
        Self {
            engine,
            model,
            sequence: 0,
            last_time: 0,
            drains: true,
            is_cut: false,
            last_pass: None,
        }
    }

    pub fn step(&mut self, step: &Step) -> Checked {
        match step {
            Step::Command(time, input) => {
                if *time > self.model.now {
                    self.until(|due| due < *time)?;
                }
                self.command(*time, input)
            }
            Step::LateCommand(time, input) => self.command(*time, input),
            Step::Until(time) => {
                self.until(|due| due <= *time)?;
                self.timeout(*time)
            }
            Step::Timeout(time) => self.timeout(*time),
        }
    }

    /// Fires timers at their own times.
    fn until(&mut self, is_due: impl Fn(u64) -> bool) -> Checked {
        let mut calls = 0;
        while let Some(due) = self.engine.poll_timeout().map(Timestamp::as_millis) {
            if !is_due(due) {
                return Ok(());
            }
            self.timeout(due)?;
            calls += 1;
            if calls > 20_000 {
                return Err(format!("20,000 calls, and a timer is due at {due}"));
            }
        }
        Ok(())
    }

    /// Whether the engine must refuse any call until it is drained; then it does, and is.
    fn refuses_until_drained(
        &mut self,
        call: impl Fn(&mut Matchmaker) -> Option<InputError>,
    ) -> Checked {
        if self.model.undrained() < self.model.setup.options.undrained_events_max {
            return Ok(());
        }
        match call(&mut self.engine) {
            Some(InputError::EventsNotDrained { .. }) => {}
            other => return Err(format!("must refuse until it is drained: {other:?}")),
        }
        self.model.seen.note("limit of undrained events");
        self.drain()?;
        self.check_state()
    }

    fn command(&mut self, time: u64, input: &Input) -> Checked {
        if time < self.model.now {
            self.model.seen.note("time backwards, refused");
            return match self.engine.handle_input(at(time), input.clone()) {
                Err(InputError::TimeWentBackwards { .. }) => self.check_state(),
                other => Err(format!("time goes backwards: {other:?}")),
            };
        }
        self.refuses_until_drained(|engine| engine.handle_input(at(time), input.clone()).err())?;
        self.model.now = time;
        while !self.model.settle(|due| due < time) {
            match self.engine.handle_input(at(time), input.clone()) {
                Err(InputError::EventsNotDrained { .. }) => self.drain()?,
                other => return Err(format!("must refuse until all is settled: {other:?}")),
            }
            self.check_state()?;
        }
        let must = self.model.apply(input);
        let answer = self.engine.handle_input(at(time), input.clone());
        self.check_answer(&must, &answer)?;
        if self.drains {
            self.drain()?;
        }
        self.check_state()?;
        if self.drains { self.check_poll() } else { Ok(()) }
    }

    fn timeout(&mut self, time: u64) -> Checked {
        self.refuses_until_drained(|engine| engine.handle_timeout(at(time)).err())?;
        self.drain()?;
        self.model.now = time;
        while !self.model.settle(|due| due <= time) {
            let report = self.engine.handle_timeout(at(time)).map_err(|error| error.to_string())?;
            if !report.unfinished || report.anchors > 0 {
                return Err(format!("a pass before all is settled: {report:?}"));
            }
            self.drain()?;
            self.check_state()?;
        }
        let settled = self.model.undrained();
        let report = self.engine.handle_timeout(at(time)).map_err(|error| error.to_string())?;
        self.pass(settled, report)?;
        self.check_state()?;
        self.check_poll()
    }

    /// Learns from the events of a pass what it has done.
    fn pass(&mut self, settled: usize, report: TickReport) -> Checked {
        let events: Vec<Event> = std::iter::from_fn(|| self.engine.poll_event()).collect();
        let settled_events = self.model.told.len();
        let (queued, pass_by) = (self.model.queued(), self.model.pass_by());
        let mut taken_up = 0;
        let mut matches = 0;
        while let Some(event) = events.get(self.model.told.len()) {
            match &event.detail {
                EventDetail::MatchmakingSearching { ticket, .. }
                    if taken_up < queued.len() && matches == 0 =>
                {
                    let id = self.model.tickets[&queued[taken_up]].id;
                    self.model.names.is(id, ticket.ticket_id().as_str())?;
                    self.model.begin_search(queued[taken_up]);
                    taken_up += 1;
                }
                EventDetail::PotentialMatchCreated { .. } if taken_up == queued.len() => {
                    self.model
                        .form(event)
                        .map_err(|problem| format!("{problem}\n  told {}", unexpected(event)))?;
                    matches += 1;
                }
                _ => break,
            }
        }
        if matches != report.matches {
            return Err(format!("{matches} matches, but the report says {}", report.matches));
        }
        let now = self.model.now;
        // A slice that ends a pass takes nobody up: who has come meanwhile waits for the next.
        let begins = !self.is_cut;
        if report.unfinished {
            self.model.seen.note("pass cut by a limit");
        } else if taken_up > 0 && taken_up < queued.len() {
            return Err(format!("a pass took up {taken_up} of {} tickets", queued.len()));
        } else if taken_up == 0 && begins && pass_by.is_some_and(|by| by <= now) {
            return Err("tickets are QUEUED, a pass is due, and none has run".into());
        }
        let interval = self.model.setup.options.pass_interval.get();
        if taken_up > 0 && !self.is_cut {
            if self.last_pass.is_some_and(|last| now > last && now < last + interval) {
                return Err(format!("passes at {:?} and {now}", self.last_pass));
            }
            self.last_pass = Some(now);
        }
        self.is_cut = report.unfinished;
        let limit = self.model.setup.options.undrained_events_max;
        if settled < limit && matches == 0 && self.model.told.len() - settled_events > limit {
            return Err("a pass goes beyond the limit of undrained events".into());
        }
        self.compare(&events)
    }

    /// Reads all that the engine has to tell.
    pub fn drain(&mut self) -> Checked {
        let events: Vec<Event> = std::iter::from_fn(|| self.engine.poll_event()).collect();
        self.compare(&events)
    }

    fn compare(&mut self, events: &[Event]) -> Checked {
        let model = &mut self.model;
        let rules = model.setup.game.rules;
        let told = std::mem::take(&mut model.told);
        for (position, must) in told.iter().enumerate() {
            let Some(event) = events.get(position) else {
                return Err(format!("an event is missing: {}", must.text(&model.names, rules)));
            };
            must.check(event, &mut model.names, rules)?;
            self.sequence += 1;
            if event.sequence != self.sequence {
                return Err(format!("event {} after {}", event.sequence, self.sequence - 1));
            }
            let time = event.time.as_millis();
            if time < self.last_time || time > model.now {
                return Err(format!("an event at {time} after {}", self.last_time));
            }
            self.last_time = time;
            if event.custom_event_data.as_deref()
                != model.setup.configuration.custom_event_data.as_deref()
            {
                return Err("an event has other custom data".into());
            }
        }
        if let Some(event) = events.get(told.len()) {
            return Err(format!("an event too many: {}", unexpected(event)));
        }
        let updates: Vec<SessionUpdate> =
            std::iter::from_fn(|| self.engine.poll_update()).collect();
        let musts = std::mem::take(&mut self.model.updates);
        if updates.len() != musts.len() {
            return Err(format!("{} updates, must be {}: {updates:?}", updates.len(), musts.len()));
        }
        for (must, update) in musts.iter().zip(&updates) {
            self.check_update(must, update)?;
        }
        Ok(())
    }

    fn check_update(&mut self, must: &ToldUpdate, update: &SessionUpdate) -> Checked {
        self.model.names.is(must.ticket, update.ticket_id.as_str())?;
        if (&*update.game_session_arn, update.reason) != (must.arn.as_str(), must.reason) {
            return Err(format!(
                "update {update:?}, must be {} of {}",
                must.reason.as_str(),
                must.arn
            ));
        }
        let session = Session {
            reached: Default::default(),
            match_id: must.match_id.clone(),
            roster: must
                .roster
                .iter()
                .map(|(player, team)| {
                    let player = rallypoint::Player::new(player.as_str());
                    rallypoint::Player { team: team.clone(), ..player }
                })
                .collect(),
            ticket: None,
            announced: must.announced,
            used: 0,
        };
        self.check_data(&session, &update.matchmaker_data)
    }

    /// Matchmaker data holds the whole roster by team (facts 5.7).
    pub fn check_data(&mut self, session: &Session, data: &MatchmakerData) -> Checked {
        match (session.announced, &data.auto_backfill_ticket_id) {
            (Some(id), Some(seen)) => self.model.names.is(id, seen.as_str())?,
            (None, None) => {}
            other => return Err(format!("announced id: {other:?}")),
        }
        if session.match_id.as_deref() != data.match_id.as_ref().map(|it| it.as_str()) {
            return Err(format!("match of a session: {:?}, {:?}", session.match_id, data.match_id));
        }
        let seen: Vec<(String, Vec<String>)> = data
            .teams
            .iter()
            .map(|team| {
                let players = team.players.iter().map(|it| it.player_id.to_string());
                (team.name.to_string(), players.collect())
            })
            .collect();
        let must: Vec<(String, Vec<String>)> = self
            .model
            .setup
            .game
            .teams
            .iter()
            .map(|&(team, ..)| {
                let roster = session.roster.iter().filter(|it| it.team.as_deref() == Some(team));
                (team.to_owned(), roster.map(|it| it.player_id.to_string()).collect())
            })
            .collect();
        if seen == must { Ok(()) } else { Err(format!("roster {seen:?}\n  must {must:?}")) }
    }

    fn check_answer(
        &mut self,
        must: &Result<Answer, Refusal>,
        seen: &Result<Response, InputError>,
    ) -> Checked {
        let wrong = || Err(format!("answered {seen:?}\n  must {must:?}"));
        match (must, seen) {
            (Err(Refusal::Invalid), Err(InputError::InvalidRequest { .. }))
            | (Err(Refusal::NotFound), Err(InputError::NotFound { .. }))
            | (Err(Refusal::Limit), Err(InputError::LimitExceeded { .. })) => Ok(()),
            (
                Ok(Answer::Ticket(number)),
                Ok(Response::StartMatchmaking(seen) | Response::StartMatchBackfill(seen)),
            ) => self.check_ticket(*number, seen),
            (Ok(Answer::Tickets(numbers)), Ok(Response::DescribeMatchmaking(seen))) => {
                if numbers.len() != seen.len() {
                    return wrong();
                }
                numbers.iter().zip(seen).try_for_each(|(&it, seen)| self.check_ticket(it, seen))
            }
            (Ok(Answer::SessionData(arn)), Ok(Response::DescribeMatch(data))) => {
                let session = self.model.sessions[arn].clone();
                self.check_data(&session, data)
            }
            (Ok(Answer::MatchData(number)), Ok(Response::DescribeMatch(data))) => {
                self.check_match_data(*number, data)
            }
            (
                Ok(Answer::Done),
                Ok(
                    Response::StopMatchmaking
                    | Response::AcceptMatch
                    | Response::CompletePlacement
                    | Response::FailPlacement
                    | Response::EndGameSession
                    | Response::RemovePlayers,
                ),
            ) => Ok(()),
            _ => wrong(),
        }
    }

    pub fn check_match_data(&mut self, number: u64, data: &MatchmakerData) -> Checked {
        let waiting = self.model.matches[&number].clone();
        let tickets = waiting.tickets.iter().map(|number| &self.model.tickets[number]);
        let roster = tickets.flat_map(|ticket| {
            let seated = |player: &rallypoint::Player| rallypoint::Player {
                team: ticket.team_of(player),
                ..player.clone()
            };
            ticket.players.iter().map(seated)
        });
        let session = Session {
            reached: Default::default(),
            match_id: Some(waiting.id.clone()),
            roster: roster.collect(),
            ticket: None,
            announced: waiting.announced,
            used: 0,
        };
        self.check_data(&session, data)
    }

    pub fn check_ticket(&mut self, number: u64, seen: &MatchmakingTicket) -> Checked {
        let ticket = self.model.tickets[&number].clone();
        self.model.names.is(ticket.id, seen.ticket_id.as_str())?;
        let Ticket { status, cause, start, end, .. } = ticket;
        let seen_end = seen.end_time.map(Timestamp::as_millis);
        let facts = (seen.status, seen.status_cause, seen.start_time.as_millis(), seen_end);
        if facts != (status, cause, start, end) {
            return Err(format!(
                "{}: {facts:?}\n  must {:?}",
                seen.ticket_id,
                (status, cause, start, end)
            ));
        }
        let team = |player: &rallypoint::Player| match ticket.is_backfill {
            true => player.team.clone(),
            false if ticket.waits() || !ticket.was_matched => None,
            false => ticket.team.clone(),
        };
        let must: Vec<_> =
            ticket.players.iter().map(|it| (it.player_id.clone(), team(it))).collect();
        let players: Vec<_> =
            seen.players.iter().map(|it| (it.player_id.clone(), it.team.clone())).collect();
        if players != must {
            return Err(format!("{}: {players:?}\n  must {must:?}", seen.ticket_id));
        }
        let arn = seen.game_session_connection_info.as_ref().map(|it| it.game_session_arn.clone());
        let must = match &ticket.placed {
            Some(placed) => Some(placed.arn.clone()),
            None => ticket.session.clone().map(Some),
        };
        if arn != must || seen.estimated_wait_seconds != self.model.estimate() {
            return Err(format!(
                "{}: session {arn:?}, must be {must:?}; {:?}",
                seen.ticket_id,
                self.model.estimate()
            ));
        }
        Ok(())
    }
}

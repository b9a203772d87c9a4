//! The matchmaker: the only place where tickets, columns and the search meet.

#[cfg(test)]
mod incremental_tests;
pub(crate) mod input;
pub(crate) mod options;
mod pass;
pub(crate) mod report;
pub(crate) mod response;
mod validate;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::idx::Col;
use crate::base::rng::DetRng;
use crate::base::sorted::SortedMap;
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::book::{Book, TicketKey, TicketRecord};
use crate::lifecycle::estimate::WaitEstimate;
use crate::lifecycle::event::Event;
use crate::lifecycle::outbox::Outbox;
use crate::lifecycle::state::{CancelCause, Change, advance};
use crate::lifecycle::status::TicketStatus;
use crate::lifecycle::timers::{TimerKind, Timers};
use crate::model::schema::Strategy;
use crate::model::ticket::{Player, TicketId};
use crate::pool::columns::TicketRow;
use crate::pool::ingest::{Pool, Refused, missing_attribute};
use crate::ruleset::RuleSet;
use crate::search::Searcher;
use input::{DescribeMatchmaking, Input, InputError, StartMatchmaking, StopMatchmaking};
use options::{Configuration, ConfigurationError, EngineOptions};
use report::TickReport;
use response::{MatchmakingTicket, Response};

/// A matchmaker for one configuration: tickets go in, matches come out as events.
///
/// It is a value without clock, thread or I/O. **Input, then drain; search only on timeout:**
///
/// 1. [`handle_input`](Self::handle_input) applies a command. It never searches.
/// 2. [`poll_event`](Self::poll_event) gives the events, until it gives none.
/// 3. [`poll_timeout`](Self::poll_timeout) says when to call
///    [`handle_timeout`](Self::handle_timeout), which settles deadlines and forms matches.
///
/// Times must never decrease from call to call. A call that comes late settles every deadline at
/// its own time; a call that comes early does nothing. The same rule set, options, seed and calls
/// give the same answers and events on every machine.
///
/// The seed makes ticket and match ids and guards look-ups against chosen ids. Take a fresh one
/// for every run: with the same seed, a second run makes the same UUIDs.
///
/// ```
/// use rallypoint::*;
///
/// let rules = RuleSet::from_json(include_str!("../../rulesets/duel.json"))?;
/// let mut matchmaker = Matchmaker::new(
///     rules, Configuration::default(), EngineOptions::default(), Timestamp::from_millis(0), 7)?;
/// for (name, skill) in [("ana", 1500.0), ("ben", 1520.0)] {
///     let players = vec![Player::new(name).with_number("skill", skill)];
///     let request = StartMatchmaking { players, ..Default::default() };
///     matchmaker.handle_input(Timestamp::from_millis(5), Input::StartMatchmaking(request))?;
/// }
/// while let Some(due) = matchmaker.poll_timeout().filter(|due| due.as_millis() <= 5) {
///     let report = matchmaker.handle_timeout(due)?;
///     assert_eq!(report.matches, 1);
/// }
/// let names: Vec<&str> =
///     std::iter::from_fn(|| matchmaker.poll_event()).map(|event| event.detail.name()).collect();
/// assert_eq!(names.last(), Some(&"MatchmakingSucceeded"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Matchmaker {
    rule_set: RuleSet,
    /// The names of the enforced rules, shared with every event that lists them.
    rule_names: Vec<Arc<str>>,
    configuration: Configuration,
    configuration_arn: String,
    options: EngineOptions,
    /// The latest time that a call has brought.
    now: Timestamp,
    submissions: u64,
    book: Book,
    pool: Pool,
    /// The row of each active ticket; none for one that can never match.
    rows: Col<TicketKey, Option<TicketRow>>,
    owners: Col<TicketRow, TicketKey>,
    /// When the next epoch of each active ticket begins, if a timer is set for it.
    epoch_timers: Col<TicketKey, Option<Timestamp>>,
    /// Tickets that no pass has seen, by number of submission.
    queued: BTreeMap<u64, TicketKey>,
    /// Tickets that can be matched, oldest first.
    searching: SortedMap<(Timestamp, u64), TicketRow>,
    timers: Timers,
    outbox: Outbox,
    estimate: WaitEstimate,
    rng: DetRng,
    searcher: Searcher,
    pass: pass::PassState,
}

impl Matchmaker {
    /// Makes a matchmaker at the time `start`.
    ///
    /// # Errors
    /// [`ConfigurationError`] when the configuration breaks a constraint of the service, or needs
    /// something that this release does not run.
    pub fn new(
        rule_set: RuleSet,
        configuration: Configuration,
        options: EngineOptions,
        start: Timestamp,
        seed: u64,
    ) -> Result<Self, ConfigurationError> {
        validate::configuration(&configuration)?;
        validate::options(&options)?;
        if rule_set.strategy() == Strategy::Balanced {
            return Err(ConfigurationError::NotBuilt { what: "the strategy `balanced`" });
        }
        let plan = rule_set.plan();
        Ok(Self {
            rule_names: plan
                .enforced
                .iter()
                .filter_map(|it| plan.ast.rules.get(it.position))
                .map(|rule| rule.name.as_str().into())
                .collect(),
            configuration_arn: format!(
                "arn:aws:gamelift:local:000000000000:matchmakingconfiguration/{}",
                configuration.name
            ),
            now: start,
            submissions: 0,
            book: Book::new(seed),
            pool: Pool::new(&plan.layout, seed),
            rows: Col::new(),
            owners: Col::new(),
            epoch_timers: Col::new(),
            queued: BTreeMap::new(),
            searching: SortedMap::default(),
            timers: Timers::default(),
            outbox: Outbox::new(configuration.custom_event_data.as_deref()),
            estimate: WaitEstimate::default(),
            rng: DetRng::new(seed),
            searcher: Searcher::new(plan),
            pass: pass::PassState::default(),
            rule_set,
            configuration,
            options,
        })
    }

    /// Applies a command at `now`. Deadlines due before `now` are settled first, each at its own
    /// time; a deadline at `now` comes after the command (decisions 1 and 2).
    ///
    /// # Errors
    /// [`InputError`]; the command has changed nothing.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) -> Result<Response, InputError> {
        self.begin(now)?;
        self.settle(|due| due < now);
        match input {
            Input::StartMatchmaking(request) => self.start_matchmaking(request),
            Input::StopMatchmaking(request) => self.stop_matchmaking(&request),
            Input::DescribeMatchmaking(request) => self.describe_matchmaking(&request),
            _ => Err(InputError::invalid("this operation is not built yet in this release")),
        }
    }

    /// Settles every deadline up to `now`, then runs a slice of a matching pass if one is due.
    /// When nothing is due it does nothing.
    ///
    /// # Errors
    /// [`InputError::TimeWentBackwards`] or [`InputError::EventsNotDrained`]; nothing has changed.
    pub fn handle_timeout(&mut self, now: Timestamp) -> Result<TickReport, InputError> {
        self.begin(now)?;
        self.settle(|due| due <= now);
        Ok(self.run_due_pass())
    }

    /// The next event that has not been read.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.outbox.pop()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due next; the time of the latest call when
    /// it is due at once; `None` when nothing will happen without another command.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let pass = self.pass.due(self.now, self.options.pass_interval);
        [self.timers.next(), pass].into_iter().flatten().min()
    }

    /// A ticket that is active, or finished and still remembered.
    pub fn ticket(&self, id: &TicketId) -> Option<MatchmakingTicket> {
        let key = self.book.find(id)?;
        let record = self.book.record(key)?;
        Some(self.view(record, self.book.players(record)))
    }

    /// The rule set that it runs.
    pub fn rule_set(&self) -> &RuleSet {
        &self.rule_set
    }

    /// The configuration that it runs.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Checks the contract of a call and moves time on.
    fn begin(&mut self, now: Timestamp) -> Result<(), InputError> {
        if now < self.now {
            return Err(InputError::TimeWentBackwards { now, last: self.now });
        }
        let limit = self.options.undrained_events_max;
        if self.outbox.len() >= limit {
            return Err(InputError::EventsNotDrained { limit });
        }
        self.now = now;
        Ok(())
    }

    /// Fires the timers that are due, in order, each at its own time.
    fn settle(&mut self, due: impl Fn(Timestamp) -> bool) {
        while let Some((at, kind, key)) = self.timers.pop(&due) {
            match kind {
                TimerKind::RequestTimeout => self.end_ticket(key, Change::TimeOut, at),
                TimerKind::EpochStart => {
                    if let Some(record) = self.book.record(key) {
                        self.pass.mark_changed((record.start_time, record.number));
                    }
                    self.set_epoch_timer(key, at);
                }
            }
        }
        let EngineOptions { retention, retained_tickets_max, .. } = self.options;
        self.book.forget(self.now, retention, retained_tickets_max);
    }

    fn start_matchmaking(&mut self, request: StartMatchmaking) -> Result<Response, InputError> {
        let plan = Arc::clone(self.rule_set.plan());
        let schema = &plan.ast.schema;
        validate::start_matchmaking(&request, &self.configuration, schema)?;
        if let Some(id) = request.ticket_id.as_ref().filter(|id| self.book.find(id).is_some()) {
            let message = format!("`TicketId`: there is a ticket `{id}` already; take a new id");
            return Err(InputError::invalid(message));
        }
        let limit = self.options.active_tickets_max;
        let duplicates = self.book.tickets_of(&request.players);
        if self.book.active() - duplicates.len() >= limit {
            let message = format!("{limit} tickets are active, which is the limit");
            return Err(InputError::LimitExceeded { message });
        }
        let StartMatchmaking { ticket_id, players, .. } = request;
        // A ticket without a needed attribute is accepted, and never matched (facts 10.18).
        let row = match missing_attribute(schema, &players) {
            Some(_) => None,
            None => Some(self.insert_row(schema, &players)?),
        };
        for key in duplicates {
            self.end_ticket(key, Change::Cancel(CancelCause::DuplicatePlayer), self.now);
        }
        let id = ticket_id.unwrap_or_else(|| self.fresh_ticket_id());
        let number = self.submissions;
        self.submissions += 1;
        let party = self.book.pack(&players);
        let key = self.book.insert(TicketRecord {
            id,
            number,
            status: TicketStatus::Queued,
            cause: None,
            start_time: self.now,
            end_time: None,
            party,
            team: None,
            tallies: Box::default(),
        });
        set(&mut self.rows, key, row);
        if let Some(row) = row {
            set(&mut self.owners, row, key);
        }
        self.queued.insert(number, key);
        let timeout = Millis::from_secs(self.configuration.request_timeout_seconds);
        self.timers.set(self.now.plus(timeout), TimerKind::RequestTimeout, number, key);
        set(&mut self.epoch_timers, key, None);
        if row.is_some() {
            self.set_epoch_timer(key, self.now);
        }
        match row {
            Some(_) => self.pass.mark_changed((self.now, number)),
            None => self.pass.mark_due(),
        }
        let record = self.book.record(key).expect("the record was inserted above");
        Ok(Response::StartMatchmaking(self.view(record, players)))
    }

    fn insert_row(
        &mut self,
        schema: &crate::model::schema::Schema,
        players: &[Player],
    ) -> Result<TicketRow, InputError> {
        self.pool.insert(schema, players, self.now, self.submissions).map_err(|refused| {
            let Refused::TooManyLocations = refused;
            let limit = crate::model::limits::LIVE_LOCATIONS_MAX;
            let message = format!("waiting tickets report {limit} locations, which is the limit");
            InputError::LimitExceeded { message }
        })
    }

    fn fresh_ticket_id(&mut self) -> TicketId {
        loop {
            let id = TicketId::from(self.rng.uuid());
            if self.book.find(&id).is_none() {
                return id;
            }
        }
    }

    fn stop_matchmaking(&mut self, request: &StopMatchmaking) -> Result<Response, InputError> {
        let id = &request.ticket_id;
        validate::ticket_id(format_args!("TicketId"), id)?;
        let found = self.book.find(id).and_then(|key| Some((key, self.book.record(key)?.status)));
        let Some((key, status)) = found else {
            let message = format!("there is no ticket `{id}`");
            return Err(InputError::NotFound { message });
        };
        if status.is_end() || status == TicketStatus::Placing {
            let status = status.as_str();
            let message =
                format!("Matchmaking ticket is in {status} status and cannot be canceled.");
            return Err(InputError::invalid(message));
        }
        self.end_ticket(key, Change::Cancel(CancelCause::Request), self.now);
        Ok(Response::StopMatchmaking)
    }

    fn describe_matchmaking(&self, request: &DescribeMatchmaking) -> Result<Response, InputError> {
        validate::describe_matchmaking(request)?;
        let tickets = request.ticket_ids.iter().filter_map(|id| self.ticket(id)).collect();
        Ok(Response::DescribeMatchmaking(tickets))
    }

    /// Ends a waiting ticket at `at`.
    fn end_ticket(&mut self, key: TicketKey, change: Change, at: Timestamp) {
        self.leave_pool(key);
        if let Some(record) = self.book.record_mut(key) {
            advance(record, change, at, &self.rule_names, &mut self.outbox);
        }
        self.book.retire(key);
    }

    /// Takes a ticket out of everything that concerns only waiting ones.
    fn leave_pool(&mut self, key: TicketKey) {
        let Some(record) = self.book.record(key) else { return };
        let (number, start_time) = (record.number, record.start_time);
        self.queued.remove(&number);
        let timeout = Millis::from_secs(self.configuration.request_timeout_seconds);
        self.timers.cancel(start_time.plus(timeout), TimerKind::RequestTimeout, number);
        if let Some(row) = self.rows[key].take() {
            if let Some(at) = self.epoch_timers[key].take() {
                self.timers.cancel(at, TimerKind::EpochStart, number);
            }
            self.searching.remove(&(start_time, number));
            self.pass.forget((start_time, number));
            self.pool.remove(row);
        }
    }

    /// Sets the timer for the next epoch of a ticket after `at`, if there is one.
    fn set_epoch_timer(&mut self, key: TicketKey, at: Timestamp) {
        let Some(record) = self.book.record(key) else { return };
        let wait = at.since(record.start_time);
        let (start_time, number) = (record.start_time, record.number);
        let next = self.rule_set.plan().epochs.next_start(wait);
        let due = next.map(|next| start_time.plus(next));
        if let Some(due) = due {
            self.timers.set(due, TimerKind::EpochStart, number, key);
        }
        set(&mut self.epoch_timers, key, due);
    }

    fn view(&self, record: &TicketRecord, mut players: Vec<Player>) -> MatchmakingTicket {
        if let Some(team) = &record.team {
            players.iter_mut().for_each(|player| player.team = Some(team.as_ref().to_owned()));
        }
        MatchmakingTicket {
            ticket_id: record.id.clone(),
            configuration_name: self.configuration.name.clone(),
            configuration_arn: self.configuration_arn.clone(),
            status: record.status,
            status_cause: record.cause,
            start_time: record.start_time,
            end_time: record.end_time,
            players,
            game_session_connection_info: None,
            estimated_wait_seconds: self.estimate.seconds(),
        }
    }
}

/// Writes a cell of a column that grows by one at most.
fn set<I: crate::base::idx::Idx, T>(column: &mut Col<I, T>, index: I, cell: T) {
    if index.index() < column.len() {
        column[index] = cell;
    } else {
        column.push(cell);
    }
}

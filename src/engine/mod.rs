//! The matchmaker: the only place where tickets, columns and the search meet.

mod acceptance;
mod backfill;
#[cfg(test)]
mod balanced_tests;
#[cfg(test)]
mod batches_tests;
pub(crate) mod explain;
#[cfg(test)]
mod guard_tests;
#[cfg(test)]
mod incremental_tests;
pub(crate) mod input;
mod matches;
pub(crate) mod options;
mod pass;
mod placement;
mod queue;
mod reconfigure;
pub(crate) mod report;
pub(crate) mod response;
mod rows;
mod sessions;
pub(crate) mod snapshot;
mod tickets;
mod validate;
mod view;
mod waiting;

/// What the search reads of a matchmaker. A method would borrow all of it, its tickets too.
macro_rules! pool_at {
    ($matchmaker:expr) => {
        crate::search::PoolAt {
            plan: $matchmaker.rule_set.plan(),
            columns: &$matchmaker.pool.columns,
            now: $matchmaker.now,
            terms: $matchmaker.pass.terms,
        }
    };
}
use pool_at;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::idx::{Col, Idx};
use crate::base::rng::DetRng;
use crate::base::sorted::SortedMap;
use crate::base::time::{Millis, Timestamp, TimestampCell};
use crate::diag::RuleSetWarning;
use crate::lifecycle::book::{Book, TicketKey};
use crate::lifecycle::counters::Counters;
use crate::lifecycle::estimate::WaitEstimate;
use crate::lifecycle::event::{Event, EventGameSession};
use crate::lifecycle::outbox::Outbox;
use crate::lifecycle::pending::PendingMatches;
use crate::lifecycle::session::Sessions;
use crate::lifecycle::state::Change;
use crate::lifecycle::timers::{Timer, Timers};
#[cfg(feature = "parallel")]
use crate::model::limits::THREADS_MAX;
use crate::model::limits::TIME_MAX;
use crate::model::placement::PlacementAction;
use crate::model::session::SessionUpdate;
use crate::model::ticket::TicketId;
use crate::placement::Placer;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Pool;
use crate::ruleset::RuleSet;
use crate::ruleset::lint::LintOptions;
use crate::search::{BatchTerms, MatchTerms, Partitions};
use input::{Input, InputError};
use options::{Configuration, ConfigurationError, EngineOptions};
use report::{PassPhase, TickReport};
use response::{MatchmakingTicket, Response};

/// A matchmaker for one configuration: tickets go in, matches come out as events.
///
/// It is a value without clock, thread or I/O. **Input, then drain; search only on timeout:**
///
/// 1. [`handle_input`](Self::handle_input) applies a command. It never searches.
/// 2. [`poll_event`](Self::poll_event) gives the events, until it gives none; then
///    [`poll_update`](Self::poll_update) the news for game servers, and, with a queue,
///    [`poll_action`](Self::poll_action) the game sessions to start and to stop.
/// 3. [`poll_timeout`](Self::poll_timeout) says when to call
///    [`handle_timeout`](Self::handle_timeout), which settles deadlines and forms matches.
///
/// Times must never decrease from call to call, and end with the year 9999. A call that comes late
/// settles every deadline at its own time; a call that comes early does nothing. The same rule set,
/// options, seed and calls give the same answers and events on every machine.
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
///     matchmaker.handle_input(Timestamp::from_millis(5), request)?;
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
    /// What guards look-ups against chosen ids.
    seed: u64,
    /// The latest time that a call has brought.
    now: Timestamp,
    submissions: u64,
    book: Book,
    pool: Pool,
    /// The row of each active ticket, in the pool or in a match; none for one that can never match.
    rows: Col<TicketKey, Option<TicketRow>>,
    owners: Col<TicketRow, TicketKey>,
    /// When the next epoch of each active ticket begins, if a timer is set for it.
    epoch_timers: Col<TicketKey, TimestampCell>,
    /// Tickets that no pass has seen, by number of submission.
    queued: SortedMap<u64, TicketKey>,
    /// Tickets that can be matched.
    waiting: Partitions,
    pending: PendingMatches,
    /// An empty list whose room the next match takes.
    spare_keys: Vec<TicketKey>,
    sessions: Sessions,
    timers: Timers,
    outbox: Outbox,
    updates: VecDeque<SessionUpdate>,
    placer: Placer,
    counters: Counters,
    estimate: WaitEstimate,
    /// What is told of the session of a match without queue and latencies.
    unknown_session: Arc<EventGameSession>,
    rng: DetRng,
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
        validate::start(start)?;
        let plan = rule_set.plan();
        let rule_names = reconfigure::enforced_rules(&rule_set);
        let mut matchmaker = Self {
            configuration_arn: format!(
                "arn:aws:gamelift:local:000000000000:matchmakingconfiguration/{}",
                configuration.name
            ),
            seed,
            now: start,
            submissions: 0,
            book: Book::new(seed),
            pool: Pool::new(&plan.layout, seed),
            rows: Col::new(),
            owners: Col::new(),
            epoch_timers: Col::new(),
            queued: SortedMap::default(),
            waiting: Partitions::new(plan),
            pending: PendingMatches::new(),
            spare_keys: Vec::new(),
            sessions: Sessions::default(),
            timers: Timers::default(),
            updates: VecDeque::new(),
            placer: Placer::new(queue::limits(&options), seed),
            counters: Counters::new(&rule_names),
            outbox: Outbox::new(configuration.custom_event_data.as_deref()),
            estimate: WaitEstimate::default(),
            unknown_session: Arc::default(),
            rng: DetRng::new(seed),
            pass: pass::PassState::default(),
            rule_names,
            rule_set,
            configuration,
            options,
        };
        matchmaker.set_terms();
        matchmaker.set_queue();
        Ok(matchmaker)
    }

    /// Whether the strategy of the rule set is `balanced`.
    fn is_balanced(&self) -> bool {
        self.rule_set.plan().balance.is_some()
    }

    /// Tells the search what the configuration and the options say of every match. Partitions of
    /// `balanced` rule sets are not cut (decision 18).
    fn set_terms(&mut self) {
        self.pass.terms = MatchTerms {
            additional_players: self.additional_players(),
            backfill_before_new_match: Millis::from_secs(
                self.options.backfill_before_new_match_seconds,
            ),
            // A large match takes what there is at a location, and batches hide most of it.
            batches: match self.is_balanced() {
                true => BatchTerms::default(),
                false => {
                    BatchTerms { tickets_max: self.options.max_batch_tickets, seed: self.seed }
                }
            },
        };
    }

    /// Applies a command at `now`. Deadlines due before `now` are settled first, each at its own
    /// time; a deadline at `now` comes after the command (decisions 1 and 2).
    ///
    /// # Errors
    /// [`InputError`]; the command has changed nothing. A call that comes so late that the deadlines
    /// before it fill the room for undrained events is refused, too, with
    /// [`InputError::EventsNotDrained`]: drain, and make it again.
    pub fn handle_input(
        &mut self,
        now: Timestamp,
        input: impl Into<Input>,
    ) -> Result<Response, InputError> {
        self.begin(now)?;
        if !self.settle(|due| due < now) {
            let limit = self.options.undrained_events_max;
            return Err(InputError::EventsNotDrained { limit });
        }
        match input.into() {
            Input::StartMatchmaking(request) => self.start_matchmaking(request),
            Input::StartMatchBackfill(request) => self.start_match_backfill(request),
            Input::StopMatchmaking(request) => self.stop_matchmaking(&request),
            Input::AcceptMatch(request) => self.accept_match(&request),
            Input::DescribeMatchmaking(request) => self.describe_matchmaking(&request),
            Input::DescribeMatch(request) => self.describe_match(&request),
            Input::CompletePlacement(request) => self.complete_placement(&request),
            Input::FailPlacement(request) => self.fail_placement(&request),
            Input::StartGameSessionPlacement(request) => self.start_placement(request),
            Input::DescribeGameSessionPlacement(request) => self.describe_placement(&request),
            Input::StopGameSessionPlacement(request) => self.stop_placement(&request),
            Input::GameSessionStarted(report) => self.game_session_started(&report),
            Input::GameSessionRefused(report) => self.game_session_refused(&report),
            Input::EndGameSession(request) => self.end_game_session(&request),
            Input::RemovePlayers(request) => self.remove_players(&request),
            Input::Reconfigure(request) => self.apply_reconfigure(*request),
        }
    }

    /// Settles every deadline up to `now`, then runs a slice of a matching pass if one is due.
    /// When nothing is due it does nothing.
    ///
    /// # Errors
    /// [`InputError::TimeWentBackwards`], [`InputError::EventsNotDrained`], or
    /// [`InputError::InvalidRequest`] for a time after the year 9999; nothing has changed.
    pub fn handle_timeout(&mut self, now: Timestamp) -> Result<TickReport, InputError> {
        self.handle_timeout_observed(now, |_| {})
    }

    /// [`handle_timeout`](Self::handle_timeout) that says which part of it begins, for those who
    /// measure where the time goes. Settling deadlines comes before the first.
    ///
    /// # Errors
    /// As above.
    pub fn handle_timeout_observed(
        &mut self,
        now: Timestamp,
        mut observe: impl FnMut(PassPhase),
    ) -> Result<TickReport, InputError> {
        self.begin(now)?;
        match self.settle(|due| due <= now) {
            true => Ok(self.run_due_pass(&mut observe)),
            false => Ok(TickReport { unfinished: true, ..TickReport::default() }),
        }
    }

    /// On how many threads matches are sought, from now on: 1 until this is called. Tickets that
    /// the rules keep apart for good (an equality of strings, as of game modes) are searched side
    /// by side, with the same result as on one thread to the last bit. More than 256 count as 256,
    /// and those that the system refuses to start are done without.
    #[cfg(feature = "parallel")]
    pub fn set_threads(&mut self, threads: std::num::NonZeroUsize) {
        let threads = threads.get().min(THREADS_MAX);
        self.waiting.set_threads(self.rule_set.plan(), threads);
    }

    /// The next news for the server of a game session that has not been read. Read them after the
    /// events of a call.
    pub fn poll_update(&mut self) -> Option<SessionUpdate> {
        self.updates.pop_front()
    }

    /// The next game session to start or to stop that has not been read. Read them after the
    /// events and updates of a call. There are none without a queue.
    pub fn poll_action(&mut self) -> Option<PlacementAction> {
        self.placer.poll_action()
    }

    /// The next event that has not been read.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.outbox.pop()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due next; the time of the latest call when
    /// it is due at once; `None` when nothing will happen without another command.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let pass = self.pass_due();
        let due = [self.timers.next(), self.placer.next_due(), pass].into_iter().flatten().min();
        due.map(|due| due.max(self.now)).filter(|&due| due <= TIME_MAX)
    }

    /// A ticket that is active, or finished and still remembered.
    pub fn ticket(&self, id: &TicketId) -> Option<MatchmakingTicket> {
        let key = self.book.find(id)?;
        let record = self.book.record(key)?;
        Some(self.view(record, self.book.players(record)))
    }

    /// The latest time that a call has brought: no later call may bring an earlier one.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The tickets that are known, the finished ones that are remembered included, in the order of
    /// submission.
    pub fn tickets(&self) -> impl Iterator<Item = MatchmakingTicket> + '_ {
        self.book
            .in_order()
            .into_iter()
            .map(|(_, record)| self.view(record, self.book.players(record)))
    }

    /// What an operator watches, counted since the matchmaker was made.
    pub fn counters(&self) -> Counters {
        let mut counters = self.counters.clone();
        counters.current_tickets = self.book.active() as u64;
        counters
    }

    /// The ARN that its events and tickets name it by.
    pub fn configuration_arn(&self) -> &str {
        &self.configuration_arn
    }

    /// The rule set that it runs.
    pub fn rule_set(&self) -> &RuleSet {
        &self.rule_set
    }

    /// What the author of its rule set should look at, the request timeout of its configuration
    /// being known. See [`RuleSet::lint`].
    pub fn warnings(&self) -> Vec<RuleSetWarning> {
        let seconds = self.configuration.request_timeout_seconds;
        self.rule_set.lint(LintOptions::default().request_timeout_seconds(seconds))
    }

    /// The configuration that it runs.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The options that it was made with.
    pub fn options(&self) -> &EngineOptions {
        &self.options
    }

    /// Checks the contract of a call and moves time on.
    fn begin(&mut self, now: Timestamp) -> Result<(), InputError> {
        if now < self.now {
            return Err(InputError::TimeWentBackwards { now, last: self.now });
        }
        if now > TIME_MAX {
            let (found, limit) = (now.as_millis(), TIME_MAX.as_millis());
            return Err(InputError::invalid(format!(
                "`now` is {found} ms since 1970, but must be at most {limit}, the end of 9999"
            )));
        }
        let limit = self.options.undrained_events_max;
        if self.undrained() >= limit {
            return Err(InputError::EventsNotDrained { limit });
        }
        self.now = now;
        Ok(())
    }

    /// Fires the timers that are due, in order, each at its own time; false when what they have to
    /// tell fills the room for undrained events before all have fired. A session that fills up by
    /// itself renews its ticket at each time-out, so a very late call has no end of them.
    fn settle(&mut self, due: impl Fn(Timestamp) -> bool) -> bool {
        let EngineOptions { retention, retained_tickets_max, undrained_events_max, .. } =
            self.options;
        let (mut has_told, mut is_settled) = (false, true);
        while let Some((at, timer)) = self.next_timer().filter(|&(at, _)| due(at)) {
            let tells = !matches!(timer, Some(Timer::EpochStart(_) | Timer::GuardEnd(_)));
            if tells && has_told && self.undrained() >= undrained_events_max {
                is_settled = false;
                break;
            }
            has_told |= tells;
            let Some(timer) = timer else {
                self.placer.fire_next();
                self.take_placement_events();
                continue;
            };
            self.timers.pop();
            match timer {
                Timer::Placement(key) => self.placement_timed_out(key, at),
                Timer::Acceptance(key) => self.acceptance_timed_out(key, at),
                Timer::RequestTimeout(key) => self.end_ticket(key, Change::TimeOut, at),
                Timer::EpochStart(key) => {
                    self.mark_changed(key);
                    self.set_epoch_timer(key, at);
                }
                Timer::GuardEnd(key) => self.mark_changed(key),
            }
        }
        self.book.forget(self.now, retention, retained_tickets_max);
        self.sessions.forget(self.now, retention);
        self.placer.forget(self.now);
        is_settled
    }

    /// The timer that fires next, and when; none of those of placements, which the placer keeps. Of
    /// one instant these come first (decision 1).
    fn next_timer(&self) -> Option<(Timestamp, Option<Timer>)> {
        let placement = self.placer.next_due().map(|at| (at, None));
        let timer = self.timers.peek().map(|(at, timer)| (at, Some(timer)));
        placement.into_iter().chain(timer).min_by_key(|&(at, _)| at)
    }

    /// How many events, updates and actions wait to be read.
    fn undrained(&self) -> usize {
        self.outbox.len() + self.updates.len() + self.placer.undrained()
    }
}

/// Writes a cell. A column that is too short grows by copies of it: the parts of a backfill ticket
/// have rows beside its own.
fn set<I: Idx, T: Clone>(column: &mut Col<I, T>, index: I, cell: T) {
    while column.len() <= index.index() {
        column.push(cell.clone());
    }
    column[index] = cell;
}

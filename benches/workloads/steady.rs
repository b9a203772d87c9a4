//! `steady`: tickets arrive by Poisson while many others wait. Most of those can never be matched,
//! so that they wait on until they time out; each arrival costs what it costs beside them.

use std::time::Duration;

use rallypoint::{Configuration, EngineOptions, Timestamp};
use serde::Serialize;

use super::assignment::Assignment;
use super::draw::Draw;
use super::engine::{matchmaker, request, team_names, teams_of};
use super::parties::{Parties, Party};
use super::squads::Squads;
use super::{Failure, Workload, timed};

/// The longest that a ticket waits: the longest that there is (facts 6.2).
const TIMEOUT_SECONDS: u32 = 43_200;
/// Of so many arriving tickets one can never be matched.
const ONE_IN: u32 = 10;

/// A workload with tickets that no others fit.
pub trait SteadyWorkload: Workload {
    /// Its name in `rallypoint bench`.
    const STEADY_NAME: &'static str;

    /// A ticket that can be in no match as long as no other has the same index: a few others fit
    /// it, but never enough.
    fn never_matchable(draw: &mut Draw, index: u32) -> Self::Ticket;
}

impl SteadyWorkload for Squads {
    const STEADY_NAME: &'static str = "steady squads";

    /// Skills far above the others, 20 apart: ten of them are never within 100.
    fn never_matchable(_: &mut Draw, index: u32) -> f64 {
        10_000.0 + 20.0 * f64::from(index)
    }
}

impl SteadyWorkload for Parties {
    const STEADY_NAME: &'static str = "steady parties";

    /// Three players take one mode, and nobody else does.
    fn never_matchable(draw: &mut Draw, index: u32) -> Party {
        Self::draw(draw).alone().with_rare_mode(index / 3)
    }
}

/// How much is done for a measurement of `steady`.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    /// Arrivals before the measurement begins.
    pub warm_up: u32,
    /// Arrivals that are measured.
    pub arrivals: u32,
    /// How long the first pass over those that wait, the warm-up, and the measurement may take each.
    pub patience: Duration,
}

impl Default for Steady {
    fn default() -> Self {
        Self { warm_up: 1_000, arrivals: 2_000, patience: Duration::from_secs(120) }
    }
}

/// The result of `steady` with some number of tickets that wait.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SteadyRow {
    /// The workload.
    pub workload: &'static str,
    /// How many tickets were meant to wait.
    pub tickets: u32,
    /// How many did at the end.
    pub waiting: u64,
    /// Arrivals that were measured.
    pub arrivals: u32,
    /// Matches formed meanwhile.
    pub matches: u64,
    /// All calls of `handle_timeout` meanwhile: passes, and tickets that timed out.
    pub match_seconds: f64,
    /// All calls of `handle_input` meanwhile.
    pub ingest_seconds: f64,
    /// Both, for one arriving ticket.
    pub arrival_seconds: f64,
    /// The first pass over the tickets that wait.
    pub setup_seconds: f64,
    /// Search nodes.
    pub nodes: u64,
    /// Hash of the assignment, in hexadecimal.
    pub checksum: String,
}

impl Steady {
    /// Measures the cost of arriving tickets while `waiting` others wait, and checks the matches.
    ///
    /// # Errors
    /// [`Failure`] when a result is wrong, not the same again, or takes too long.
    pub fn measure<W: SteadyWorkload>(
        &self,
        waiting: u32,
        seed: u64,
    ) -> Result<SteadyRow, Failure> {
        let first = self.run::<W>(waiting, seed)?;
        let again = self.run::<W>(waiting, seed)?;
        if (&first.checksum, first.nodes) != (&again.checksum, again.nodes) {
            let (first, again) = (first.checksum, again.checksum);
            let what = format!("{}: the checksum was {first}, then {again}", W::STEADY_NAME);
            return Err(Failure::Wrong(what));
        }
        Ok(if again.arrival_seconds < first.arrival_seconds { again } else { first })
    }

    fn run<W: SteadyWorkload>(&self, waiting: u32, seed: u64) -> Result<SteadyRow, Failure> {
        let mut flow = Flow::<W>::new(waiting, seed)?;
        let setup_seconds = flow.fill(self.patience)?.as_secs_f64();
        flow.totals = Totals::default();
        self.let_arrive(&mut flow, self.warm_up)?;
        flow.totals = Totals::default();
        self.let_arrive(&mut flow, self.arrivals)?;
        let Totals { passes, inputs, nodes, assignment } = &flow.totals;
        assignment.check::<W>(|number| flow.tickets.get(number as usize).copied())?;
        let left = flow.matchmaker.counters().current_tickets;
        if left.abs_diff(waiting.into()) > u64::from(waiting / 5 + 500) {
            let what = format!("{}: {left} tickets wait, not {waiting}", W::STEADY_NAME);
            return Err(Failure::Wrong(what));
        }
        Ok(SteadyRow {
            workload: W::STEADY_NAME,
            tickets: waiting,
            waiting: left,
            arrivals: self.arrivals,
            matches: assignment.matches() as u64,
            match_seconds: passes.as_secs_f64(),
            ingest_seconds: inputs.as_secs_f64(),
            arrival_seconds: (*passes + *inputs).as_secs_f64() / f64::from(self.arrivals),
            setup_seconds,
            nodes: *nodes,
            checksum: format!("{:016x}", assignment.checksum()),
        })
    }

    fn let_arrive<W: SteadyWorkload>(
        &self,
        flow: &mut Flow<W>,
        arrivals: u32,
    ) -> Result<(), Failure> {
        for _ in 0..arrivals {
            flow.arrive()?;
            let spent = flow.totals.passes + flow.totals.inputs;
            if spent > self.patience {
                return Err(Failure::TooSlow { seconds: spent.as_secs_f64() });
            }
        }
        Ok(())
    }
}

/// A matchmaker with its arrivals.
struct Flow<W: SteadyWorkload> {
    matchmaker: rallypoint::Matchmaker,
    teams: Vec<String>,
    draw: Draw,
    /// The ticket of each number.
    tickets: Vec<W::Ticket>,
    /// How many tickets that can never be matched have come.
    never: u32,
    waiting: u32,
    /// Milliseconds since the start.
    clock: f64,
    totals: Totals,
}

#[derive(Default)]
struct Totals {
    passes: Duration,
    inputs: Duration,
    nodes: u64,
    assignment: Assignment,
}

impl<W: SteadyWorkload> Flow<W> {
    fn new(waiting: u32, seed: u64) -> Result<Self, Failure> {
        let configuration =
            Configuration { request_timeout_seconds: TIMEOUT_SECONDS, ..Configuration::default() };
        let matchmaker = matchmaker::<W>(configuration, EngineOptions::default(), seed)?;
        Ok(Self {
            teams: team_names(&matchmaker),
            matchmaker,
            draw: Draw::new(seed),
            tickets: Vec::new(),
            never: 0,
            waiting,
            clock: 0.0,
            totals: Totals::default(),
        })
    }

    /// Milliseconds between two tickets that can never be matched: as many of them come in the
    /// time that they wait as are meant to wait.
    fn gap_of_never(&self) -> f64 {
        f64::from(TIMEOUT_SECONDS) * 1000.0 / f64::from(self.waiting.max(1))
    }

    /// Lets the tickets that wait from the beginning come, none of them due to time out yet, and
    /// the first pass see them. Says how long that took.
    fn fill(&mut self, patience: Duration) -> Result<Duration, Failure> {
        for number in 0..self.waiting {
            self.clock = f64::from(number) * self.gap_of_never();
            self.submit(true)?;
        }
        self.clock = f64::from(TIMEOUT_SECONDS) * 1000.0 - 1.0;
        self.totals = Totals::default();
        self.run_timers(patience)?;
        Ok(self.totals.passes)
    }

    /// Lets time pass until the next ticket comes, and submits it.
    fn arrive(&mut self) -> Result<(), Failure> {
        self.clock += self.draw.gap() * self.gap_of_never() / f64::from(ONE_IN);
        let never = self.draw.below(ONE_IN) == 0;
        self.run_timers(Duration::MAX)?;
        self.submit(never)?;
        self.run_timers(Duration::MAX)
    }

    fn submit(&mut self, never: bool) -> Result<(), Failure> {
        let ticket = match never {
            true => {
                // An index comes again when the ticket that had it has timed out long ago.
                let index = self.never % (2 * self.waiting);
                self.never += 1;
                W::never_matchable(&mut self.draw, index)
            }
            false => W::draw(&mut self.draw),
        };
        let request = request::<W>(&ticket, self.tickets.len() as u32);
        self.tickets.push(ticket);
        let now = self.now();
        let (time, outcome) = timed(|| self.matchmaker.handle_input(now, request));
        self.totals.inputs += time;
        outcome.map_err(|error| Failure::Wrong(error.to_string()))?;
        self.read_events();
        Ok(())
    }

    /// Fires what is due up to now, each at its own time.
    fn run_timers(&mut self, patience: Duration) -> Result<(), Failure> {
        let now = self.now();
        while let Some(due) = self.matchmaker.poll_timeout().filter(|&due| due <= now) {
            let (time, report) = timed(|| self.matchmaker.handle_timeout(due));
            let report = report.map_err(|error| Failure::Wrong(error.to_string()))?;
            self.totals.passes += time;
            self.totals.nodes += report.nodes;
            self.read_events();
            if self.totals.passes > patience {
                return Err(Failure::TooSlow { seconds: self.totals.passes.as_secs_f64() });
            }
        }
        Ok(())
    }

    fn read_events(&mut self) {
        while let Some(event) = self.matchmaker.poll_event() {
            self.totals.assignment.0.extend(teams_of(&event, &self.teams));
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock as u64)
    }
}

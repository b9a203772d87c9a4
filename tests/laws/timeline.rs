//! A run of commands, and all that a matchmaker gives to see in it.

use rallypoint::*;

use super::dice::Dice;
use super::played::{compile, options, request};
use super::world::Pool;

/// Tickets wait so long at most.
const TIMEOUT_SECONDS: u32 = 40;

/// Everything that was seen, a line for each call, and how many matches were formed.
#[derive(PartialEq, Eq, Debug)]
pub struct Seen {
    pub lines: Vec<String>,
    pub matches: u64,
}

/// Submits the tickets of a pool one by one and stops some; timers fire at their own times. All
/// depends on `seed` alone.
pub fn run(pool: &Pool, seed: u64, options: EngineOptions) -> Seen {
    let mut dice = Dice::new(seed);
    let start = Timestamp::from_millis(0);
    let configuration =
        Configuration { request_timeout_seconds: TIMEOUT_SECONDS, ..Configuration::default() };
    let matchmaker = Matchmaker::new(compile(pool), configuration, options, start, seed);
    let mut run = Run {
        matchmaker: matchmaker.expect("the configuration is valid"),
        seen: Seen { lines: Vec::new(), matches: 0 },
    };
    let mut now = 0;
    for ticket in &pool.tickets {
        now += dice.one(&[0, 0, 1, 400, 3_000]);
        let at = Timestamp::from_millis(now);
        run.fire_until(at);
        run.command(at, request(ticket));
        if dice.once_in(6) {
            let ticket_id = TicketId::from(&*dice.one(&pool.tickets).id);
            run.command(at, Input::StopMatchmaking(StopMatchmaking { ticket_id }));
        }
    }
    run.fire_until(Timestamp::from_millis(now + u64::from(TIMEOUT_SECONDS) * 1_000));
    run.seen
}

/// The options of a run with slices so short that passes have many.
pub fn short_slices() -> EngineOptions {
    let mut options = options();
    options.nodes_per_slice = 500;
    options
}

struct Run {
    matchmaker: Matchmaker,
    seen: Seen,
}

impl Run {
    fn command(&mut self, at: Timestamp, input: Input) {
        let answer = self.matchmaker.handle_input(at, input);
        self.seen.lines.push(format!("{at} {answer:?}"));
        self.read();
    }

    fn fire_until(&mut self, until: Timestamp) {
        while let Some(due) = self.matchmaker.poll_timeout().filter(|&due| due <= until) {
            let report = self.matchmaker.handle_timeout(due).expect("time goes on");
            self.seen.matches += report.matches;
            self.seen.lines.push(format!("{due} {report:?}"));
            self.read();
        }
    }

    fn read(&mut self) {
        let Self { matchmaker, seen } = self;
        seen.lines
            .extend(std::iter::from_fn(|| matchmaker.poll_event()).map(|it| format!("{it:?}")));
        seen.lines
            .extend(std::iter::from_fn(|| matchmaker.poll_update()).map(|it| format!("{it:?}")));
    }
}

//! What a workload is, and what all of them share.

pub mod assignment;
pub mod battle;
pub mod cold;
pub mod draw;
pub mod duel;
pub mod engine;
pub mod parties;
pub mod reference;
pub mod roles;
pub mod royale;
pub mod squads;
pub mod steady;

use std::hint::black_box;
use std::time::{Duration, Instant};

use rallypoint::Player;

use assignment::Assignment;
use draw::Draw;

/// Where players live.
pub const LOCATIONS: [&str; 4] = ["ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2"];

/// A standing workload: a rule set with up to two teams, and a pool for it.
pub trait Workload {
    /// Its name in `rallypoint bench`.
    const NAME: &'static str;
    /// The text of its rule set.
    const RULES: &'static str;
    /// The players of each team.
    const TEAM_PLAYERS: usize;
    /// Whether the reference matcher can say how many matches there should be. It goes through
    /// tickets one by one for every match, and knows two teams.
    const HAS_REFERENCE: bool = true;
    /// What the workload knows of a ticket.
    type Ticket: Copy;

    /// The next ticket of a pool.
    fn draw(draw: &mut Draw) -> Self::Ticket;

    /// How many players a ticket has: one, unless the workload has parties.
    fn player_count(_: &Self::Ticket) -> usize {
        1
    }

    /// A ticket's players as a request sends them. The number of the ticket is for their ids.
    fn players(ticket: &Self::Ticket, number: u32) -> Vec<Player>;

    /// Whether the rules may hold of a match in which these tickets are. False is final.
    fn may_hold(teams: &[Vec<Self::Ticket>; 2]) -> bool;

    /// Whether the rules hold of a complete match: where they may hold, unless some rule looks at
    /// whole teams.
    fn hold(teams: &[Vec<Self::Ticket>; 2]) -> bool {
        Self::may_hold(teams)
    }

    /// The floor on a pool, if the workload has one.
    fn floor(_: &[Self::Ticket]) -> Option<FloorRun> {
        None
    }
}

/// Runs a floor, and says how long it took and what it formed.
pub type FloorRun = Box<dyn Fn() -> (Duration, Assignment)>;

/// Why a measurement has no result.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Failure {
    /// The result is not what it must be.
    #[error("{0}")]
    Wrong(String),
    /// It took longer than the caller wants to wait.
    #[error("given up after {seconds:.0} s")]
    TooSlow {
        /// How long it took.
        seconds: f64,
    },
}

/// A pool of tickets. The ticket at place `i` is number `i`.
pub fn pool<W: Workload>(tickets: u32, seed: u64) -> Vec<W::Ticket> {
    let mut draw = Draw::new(seed);
    (0..tickets).map(|_| W::draw(&mut draw)).collect()
}

/// The time of a call, and its result.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub fn timed<T>(call: impl FnOnce() -> T) -> (Duration, T) {
    let started = Instant::now();
    let result = black_box(call());
    (started.elapsed(), result)
}

/// A floor with its input, and the teams of one of its matches.
fn floor_run<I: 'static, M: 'static>(
    input: I,
    matches: fn(&I) -> Vec<M>,
    teams: fn(&M) -> [Vec<u32>; 2],
) -> FloorRun {
    Box::new(move || {
        let (time, formed) = timed(|| matches(black_box(&input)));
        (time, Assignment(formed.iter().map(teams).collect()))
    })
}

/// The id of a player or ticket: 36 bytes, as a UUID has them.
fn id(kind: &str, number: u32) -> String {
    format!("{kind}-9b52-4d68-8e21-{number:012x}")
}

/// The number in an id.
fn number_of(id: &str) -> Option<u32> {
    u32::from_str_radix(id.get(24..)?, 16).ok()
}

/// Latencies of somebody who lives near one location: 10 to 59 ms to that, 40 to 299 ms to each of
/// the others.
pub fn draw_latencies(draw: &mut Draw) -> [u32; 4] {
    let home = draw.below(4) as usize;
    let mut latencies = [0; 4].map(|_: u32| 40 + draw.below(260));
    latencies[home] = 10 + draw.below(50);
    latencies
}

/// The same player, with a latency to each location.
pub fn living(player: Player, latencies: [u32; 4]) -> Player {
    LOCATIONS.iter().zip(latencies).fold(player, |it, (at, latency)| it.with_latency(at, latency))
}

/// Whether numbers are at most `distance` apart.
pub fn within(numbers: impl Iterator<Item = f64> + Clone, distance: f64) -> bool {
    let highest = numbers.clone().fold(f64::NEG_INFINITY, f64::max);
    let lowest = numbers.fold(f64::INFINITY, f64::min);
    highest - lowest <= distance
}

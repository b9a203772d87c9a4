//! What is measured: a rule set, how its pools are drawn, and what is known of its best matching.

use std::path::Path;

use rallypoint::{AttributeValue, Millis, Player, RuleSet};
use rallypoint_benches::within;
pub use rallypoint_benches::{Draw, draw_latencies, living};

/// The tickets of a pool.
pub const TICKETS: usize = 40;

/// The players of each ticket, the oldest ticket first.
pub type Pool = Vec<Vec<Player>>;

/// A rule set with pools for it.
pub struct Game {
    /// What it is called in the table.
    pub name: &'static str,
    /// The rule set.
    pub rules: RuleSet,
    /// When the engine is asked.
    pub time: Time,
    /// How the players of a ticket are drawn; ids come later.
    pub draw: fn(&mut Draw) -> Vec<Player>,
    /// How the best possible is found.
    pub best: Best,
}

/// When the engine is asked for matches.
#[derive(Clone, Copy)]
pub enum Time {
    /// Once, after every ticket has waited so many seconds.
    At(u32),
    /// Whenever it wants a pass, until all have waited so many seconds.
    Through(u32),
}

impl Time {
    /// How long every ticket has waited in the end.
    pub fn wait(self) -> Millis {
        let (Self::At(seconds) | Self::Through(seconds)) = self;
        Millis::from_secs(seconds)
    }
}

/// How the best possible is found.
pub enum Best {
    /// By listing all valid matches. What is listed is judged by the reference evaluator; this
    /// says of some players whether a valid match may have them all, so that fewer are judged. It
    /// may be true of players who have no match, and never false of a part of a valid match.
    Exact(fn(&[&Player]) -> bool),
    /// By an upper bound: the best possible of rules that are no stricter.
    Bound(fn(&Pool) -> Relaxed),
}

/// Rules that every valid match obeys, but that are easier to solve. Every valid match has all its
/// tickets in one of some groups, and its sums lie within some limits.
pub struct Relaxed {
    /// Tickets by their place in the pool.
    pub groups: Vec<Vec<usize>>,
    /// Limits on every match.
    pub limits: Vec<Limit>,
}

/// In every match the sum of these values of its tickets is at least `min` and at most `max`.
pub struct Limit {
    /// A value for each ticket of the pool.
    pub values: Vec<f64>,
    /// The least sum.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Limit {
    /// A limit on the sum of a value of tickets.
    pub fn of(pool: &Pool, min: i32, max: i32, value: impl Fn(&[Player]) -> i32) -> Self {
        let values = pool.iter().map(|ticket| value(ticket).into()).collect();
        Self { values, min: min.into(), max: max.into() }
    }
}

impl Game {
    /// A pool; the same number gives the same one.
    pub fn pool(&self, number: u64, tickets: usize) -> Pool {
        let mut draw = Draw::new(number);
        let mut pool: Pool = (0..tickets).map(|_| (self.draw)(&mut draw)).collect();
        for (at, player) in pool.iter_mut().flatten().enumerate() {
            player.player_id = format!("p{at}").as_str().into();
        }
        pool
    }
}

/// One of our own rule sets.
pub fn own(name: &str) -> RuleSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
    let path = folder.join(format!("{name}.json"));
    compiled(&std::fs::read_to_string(path).expect("the rule set is part of the repository"))
}

/// A rule set from its text.
pub fn compiled(text: &str) -> RuleSet {
    RuleSet::from_json(text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A player without an id.
pub fn player() -> Player {
    Player::new("")
}

/// A skill as skills are: most near 1500, the sum of three equal draws from 0 to 1000.
pub fn bell(draw: &mut Draw) -> f64 {
    ((0..3).map(|_| draw.fraction() * 1000.0).sum::<f64>()).round()
}

/// The size of a party, from the percentage of each size from 1 on.
pub fn size(draw: &mut Draw, percent: &[u32]) -> usize {
    draw.share(percent) + 1
}

/// A player's number.
pub fn number(player: &Player, name: &str) -> f64 {
    match player.attributes.get(name) {
        Some(AttributeValue::Number(number)) => *number,
        other => panic!("{name} is {other:?}"),
    }
}

/// A player's string.
pub fn string<'a>(player: &'a Player, name: &str) -> &'a str {
    match player.attributes.get(name) {
        Some(AttributeValue::String(string)) => string,
        other => panic!("{name} is {other:?}"),
    }
}

/// A player's list of strings.
pub fn strings<'a>(player: &'a Player, name: &str) -> &'a [String] {
    match player.attributes.get(name) {
        Some(AttributeValue::StringList(strings)) => strings,
        other => panic!("{name} is {other:?}"),
    }
}

/// Whether the players' skills are at most so far apart.
pub fn skills_within(players: &[&Player], distance: f64) -> bool {
    within(players.iter().map(|player| number(player, "skill")), distance)
}

/// Whether all have the same string.
pub fn same(players: &[&Player], name: &str) -> bool {
    let mut of_all = players.iter().map(|player| string(player, name));
    let first = of_all.next();
    of_all.all(|it| Some(it) == first)
}

/// Whether a string is in everybody's list.
pub fn share(players: &[&Player], name: &str) -> bool {
    let Some((first, others)) = players.split_first() else { return true };
    strings(first, name).iter().any(|it| others.iter().all(|of| strings(of, name).contains(it)))
}

/// Whether all are near to one location.
pub fn near(players: &[&Player], latency: u32) -> bool {
    let Some((first, others)) = players.split_first() else { return true };
    let is_near = |player: &Player, location: &String| {
        player.latency_in_ms.get(location).is_some_and(|&it| it <= latency)
    };
    let mut locations = first.latency_in_ms.keys();
    locations.any(|at| is_near(first, at) && others.iter().all(|player| is_near(player, at)))
}

/// One to `most` of a list; fewer where one is drawn twice.
pub fn some_of(draw: &mut Draw, of: &[&str], most: u32) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    for _ in 0..=draw.below(most) {
        let one = of[draw.below(of.len() as u32) as usize].to_owned();
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
    chosen
}

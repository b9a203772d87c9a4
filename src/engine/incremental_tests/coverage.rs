//! How often each thing has happened that the timelines are there for.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Every row of the table. Each must be above 0.
const ROWS: [&str; 66] = [
    // how the timelines were held against each other
    "timeline the same to its end",
    "timeline the same until a search ran out of nodes, then sound",
    "timeline of small budgets the same to its end",
    "slice cut short, and what follows the same",
    "instant at which only the plain engine made a pass",
    "match, the same at the same instant",
    "exchange, the same at the same instant",
    "match after a search ran out of nodes, judged valid",
    // what happens
    "solo arrives",
    "party arrives",
    "player starts again",
    "backfill ticket of a game arrives",
    "backfill ticket is replaced by its session",
    "backfill ticket of an AUTOMATIC session arrives",
    "RemovePlayers on a waiting backfill ticket",
    "EndGameSession on a waiting backfill ticket",
    "ticket stopped",
    "ticket's request times out",
    "ticket returns: a player rejected",
    "ticket returns: the time to accept ended",
    "ticket returns: its proposal was dropped by a command",
    "ticket returns: FailPlacement",
    "ticket returns: the time to place ended",
    "epoch entered: a bound, by the newest ticket",
    "epoch entered: a bound, by the oldest ticket",
    "epoch entered: team sizes, by the newest ticket",
    "epoch entered: team sizes, by the oldest ticket",
    "storm guard ends for a ticket",
    "backfill ticket leaves, under the storm guard",
    // a pass in which a match was formed and nothing else had changed
    "match after nothing but: solo arrives",
    "match after nothing but: party arrives",
    "match after nothing but: backfill ticket of a game arrives",
    "match after nothing but: backfill ticket is replaced by its session",
    "match after nothing but: backfill ticket of an AUTOMATIC session arrives",
    "match after nothing but: RemovePlayers on a waiting backfill ticket",
    "match after nothing but: ticket returns: a player rejected",
    "match after nothing but: ticket returns: the time to accept ended",
    "match after nothing but: ticket returns: its proposal was dropped by a command",
    "match after nothing but: ticket returns: FailPlacement",
    "match after nothing but: ticket returns: the time to place ended",
    "match after nothing but: epoch entered: a bound, by the newest ticket",
    "match after nothing but: epoch entered: a bound, by the oldest ticket",
    "match after nothing but: epoch entered: team sizes, by the newest ticket",
    "match after nothing but: epoch entered: team sizes, by the oldest ticket",
    "match after nothing but: storm guard ends for a ticket",
    "match after nothing but: backfill ticket leaves, under the storm guard",
    // the rule sets
    "match by a rule set of `rulesets/`",
    "match by a small rule set",
    "match by absoluteSort",
    "match by distanceSort",
    "match by sorted batching",
    "match by latency at locations",
    "match by strings in common",
    "match by batchDistance",
    "match by a compound rule",
    "match by strategy `balanced`",
    "match by a rule set for more than 40 players",
    "match in a partition by equal strings",
    "pass with matches in two partitions",
    "match with a backfill ticket, priority normal",
    "match with a backfill ticket, priority high",
    "match with a backfill ticket, priority low",
    "match in a timeline with the storm guard",
    "match in a timeline with `pass_interval`",
    "match with a location",
    "match in a timeline with `AdditionalPlayerCount`",
];

pub(super) struct Coverage {
    rows: BTreeMap<&'static str, u64>,
    pub(super) incremental_nodes: u64,
    pub(super) plain_nodes: u64,
}

impl Coverage {
    pub(super) fn new() -> Self {
        let rows = ROWS.iter().map(|&row| (row, 0)).collect();
        Self { rows, incremental_nodes: 0, plain_nodes: 0 }
    }

    pub(super) fn note(&mut self, row: &str) {
        *self.rows.get_mut(row).unwrap_or_else(|| panic!("`{row}` is no row of the table")) += 1;
    }

    pub(super) fn add(&mut self, of_timeline: &Self) {
        for (row, count) in &of_timeline.rows {
            *self.rows.entry(row).or_default() += count;
        }
        self.incremental_nodes += of_timeline.incremental_nodes;
        self.plain_nodes += of_timeline.plain_nodes;
    }

    /// The table, and the rows that are 0.
    pub(super) fn report(&self) -> (String, Vec<&'static str>) {
        let mut table = String::new();
        for row in ROWS {
            writeln!(table, "{:>9}  {row}", self.rows[row]).expect("a string takes all");
        }
        let nodes = [(self.plain_nodes, "plain"), (self.incremental_nodes, "incremental")];
        for (nodes, engine) in nodes {
            writeln!(table, "{nodes:>9}  nodes of the {engine} engine")
                .expect("a string takes all");
        }
        (table, ROWS.into_iter().filter(|row| self.rows[row] == 0).collect())
    }
}

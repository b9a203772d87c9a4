//! What rules can come to: their verdicts on a match that is still empty, or has one player, over
//! all completions with whatever values.
//!
//! The pool knows no values that would narrow them down, so a verdict is about every match.

use crate::base::epoch::Epoch;
use crate::base::idx::Col;
use crate::base::time::Timestamp;
use crate::eval::candidate::{Candidate, Partial, Room};
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::model::limits::STATEMENT_PARTS_MAX;
use crate::model::schema::InstanceIdx;
use crate::model::ticket::Player;
use crate::pool::columns::{LocationSet, NumberRange, TicketRow};
use crate::pool::ingest::Pool;
use crate::rules::Compiled;
use crate::ruleset::plan::Plan;

/// Rules times team instances that are looked at for one rule set, so that a hostile text costs no
/// more than some milliseconds. What is beyond is not warned of; real rule sets need a hundredth.
const WORK_MAX: u64 = 400_000;

/// A match to come.
pub(super) struct Prospect<'p> {
    plan: &'p Plan,
    pool: Pool,
    candidate: Candidate,
    scratch: Scratch,
    /// How many rules each rule asks, itself among them.
    costs: Vec<u64>,
    work: u64,
}

/// What a rule comes to in every match that is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    Fails,
    Passes,
    Open,
}

/// Which matches are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Matches {
    /// Those without a backfill ticket.
    New,
    /// Those with one as well, which may lack players (decision 17).
    All,
}

impl<'p> Prospect<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let mut costs: Vec<u64> = Vec::new();
        for rule in &plan.ast.rules {
            let of_named = rule.named_rules();
            let of_named = of_named.iter().filter_map(|&it| costs.get(it)).sum::<u64>();
            costs.push((of_named + 1).min(STATEMENT_PARTS_MAX as u64));
        }
        let mut pool = Pool::new(&plan.layout, 0);
        // Whoever joins may have any number. A range never narrows.
        for numbers in pool.columns.numbers.iter_mut() {
            numbers.range = NumberRange { low: f64::NEG_INFINITY, high: f64::INFINITY };
        }
        Self {
            plan,
            pool,
            candidate: Candidate::new(plan.ast.schema.instances.len()),
            scratch: Scratch::default(),
            costs,
            work: 0,
        }
    }

    /// The room of an empty match.
    pub(super) fn room(&self, epoch: Epoch, matches: Matches) -> Col<InstanceIdx, Room> {
        let sizes = self.plan.sizes[epoch].iter();
        let min = |min| if matches == Matches::New { min } else { 0 };
        sizes.map(|size| Room { min: min(size.min), max: size.max }).collect()
    }

    /// Adds a ticket of one player, who has a value of each attribute.
    pub(super) fn submit(&mut self, player: &Player) -> Option<TicketRow> {
        let (schema, players) = (&self.plan.ast.schema, std::slice::from_ref(player));
        self.pool.insert(schema, players, Timestamp::from_millis(0), 1).ok()
    }

    /// What a rule comes to in the matches that `room` leaves, with a ticket seated or without.
    pub(super) fn outcome(
        &mut self,
        rule: usize,
        epoch: Epoch,
        seated: Option<(InstanceIdx, TicketRow)>,
        room: &Col<InstanceIdx, Room>,
    ) -> Outcome {
        let Some(Compiled::Admit(compiled)) = self.plan.compiled.get(rule) else {
            return Outcome::Open;
        };
        self.work += self.costs.get(rule).copied().unwrap_or(1) * room.len() as u64;
        if self.work > WORK_MAX {
            return Outcome::Open;
        }
        if let Some((instance, row)) = seated {
            self.candidate.push(instance, row, &self.pool.columns);
        }
        let partial =
            Partial { columns: &self.pool.columns, candidate: &self.candidate, room, coming: &[] };
        let Verdict { possible, always } = compiled.partial(&partial, epoch, &mut self.scratch);
        if seated.is_some() {
            self.candidate.pop(&self.pool.columns);
        }
        match (possible.is_empty(), always == LocationSet::ALL) {
            (true, _) => Outcome::Fails,
            (_, true) => Outcome::Passes,
            _ => Outcome::Open,
        }
    }
}

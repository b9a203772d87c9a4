//! What refuses a ticket whatever match it is in: the limits of its own players.

use crate::base::idx::Col;
use crate::eval::candidate::{Candidate, Partial, Room};
use crate::eval::scratch::Scratch;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::plan::Plan;

/// What keeps a ticket out of every match.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Refusal {
    /// Its players report no location in common.
    pub(crate) no_location: bool,
    /// It has more players than any team instance ever takes.
    pub(crate) too_large: bool,
    /// The enforced rules, by position in the plan, of which one at least refuses it in every team
    /// and at every waiting time.
    pub(crate) rules: Vec<usize>,
}

/// Why no match can ever hold the ticket; `None` when nothing is known to keep it out. `columns`
/// hold this ticket alone, and the ranges of their numbers are those of all numbers, so that what
/// is said does not depend on who else is waiting.
pub(crate) fn refusal(plan: &Plan, columns: &Columns, row: TicketRow) -> Option<Refusal> {
    let instances = plan.ast.schema.instances.len();
    let mut candidate = Candidate::new(instances);
    let mut scratch = Scratch::default();
    let is_roster = columns.is_roster(row);
    let mut refusal = Refusal {
        no_location: columns.locations[row].is_empty(),
        too_large: true,
        rules: Vec::new(),
    };
    if refusal.no_location {
        return Some(Refusal { too_large: false, ..refusal });
    }
    let mut tried = 0;
    let mut refusals = vec![0; plan.enforced.len()];
    for epoch in plan.epochs.indices() {
        let sizes = &plan.sizes[epoch];
        let seats: Vec<Option<InstanceIdx>> = match is_roster {
            true => vec![None],
            false => sizes.indices().map(Some).collect(),
        };
        for seat in seats {
            match seat {
                Some(instance) if u32::from(columns.players[row].len) > sizes[instance].max => {
                    continue;
                }
                Some(instance) => candidate.push(instance, row, columns),
                None => candidate.push_roster(row, columns),
            }
            refusal.too_large = false;
            tried += 1;
            // The match may be a backfill, which has no minimums.
            let room: Col<InstanceIdx, Room> = sizes
                .enumerate()
                .map(|(instance, size)| Room {
                    min: 0,
                    max: size.max.saturating_sub(candidate.slots[instance].players),
                })
                .collect();
            let partial = Partial { columns, candidate: &candidate, room: &room, coming: &[] };
            let mut is_refused = false;
            for (rule, refusals) in plan.enforced.iter().zip(&mut refusals) {
                let possible = rule.rule.partial(&partial, epoch, &mut scratch).possible;
                if possible.intersect(candidate.locations).is_empty() {
                    *refusals += 1;
                    is_refused = true;
                }
            }
            candidate.clear();
            if !is_refused {
                return None;
            }
        }
    }
    // A rule that refuses every time is the reason; without one, those that do between them.
    let always: Vec<usize> = positions(&refusals, |count| count == tried);
    refusal.rules = match always.is_empty() || tried == 0 {
        true => positions(&refusals, |count| count > 0),
        false => always,
    };
    Some(refusal)
}

fn positions(counts: &[usize], holds: impl Fn(usize) -> bool) -> Vec<usize> {
    let counts = counts.iter().enumerate();
    counts.filter(|&(_, &count)| holds(count)).map(|(position, _)| position).collect()
}

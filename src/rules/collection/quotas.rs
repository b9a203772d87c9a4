//! How many players hold a string in every match that a `collection` rule is true of.

use super::{CollectionRule, Counts, Operation, Reference};
use crate::eval::program::Program;
use crate::eval::quotas::{Collections, Held, Holding, Quota, SAID_MAX, Said, Side};
use crate::model::schema::InstanceIdx;
use crate::pool::layout::Literal;

/// What the rule says, epoch by epoch.
pub(super) fn of_rule(rule: &CollectionRule) -> Vec<Quota> {
    let said = rule.operation.zip(&rule.counts, |operation, &counts| {
        let mut said = Vec::new();
        for program in &rule.measurements {
            match operation {
                Operation::Contains(literal) => contains(program, *literal, counts, &mut said),
                Operation::ReferenceIntersectionCount(Reference::Literals(literals)) => {
                    shares(program, literals, counts, &mut said);
                }
                Operation::Intersection
                | Operation::ReferenceIntersectionCount(Reference::Program(_)) => {}
            }
        }
        said
    });
    Quota::of_epochs(&said)
}

/// Adds what one holding has of some instances.
struct Sayer<'s> {
    holding: Holding,
    said: &'s mut Vec<Said>,
}

impl<'s> Sayer<'s> {
    fn new(held: Held, any_of: &[Literal], said: &'s mut Vec<Said>) -> Self {
        Self { holding: Holding { held, any_of: any_of.into() }, said }
    }

    /// Nothing is asked of instances without players where `unless_empty`.
    fn at_least(&mut self, instances: &[InstanceIdx], count: usize, unless_empty: bool) {
        self.say(instances, Side::AtLeast { unless_empty }, count);
    }

    fn at_most(&mut self, instances: &[InstanceIdx], count: usize) {
        self.say(instances, Side::AtMost, count);
    }

    fn say(&mut self, instances: &[InstanceIdx], side: Side, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if self.said.len() >= SAID_MAX {
            return;
        }
        self.said.push((self.holding.clone(), instances.into(), side, count));
    }
}

/// A number of collections hold a string.
fn contains(program: &Program, literal: Literal, counts: Counts, said: &mut Vec<Said>) {
    let Some((held, collections)) = program.collections() else { return };
    let instances = program.instances();
    let mut sayer = Sayer::new(held, &[literal], said);
    match collections {
        // The one collection is there even where nobody is.
        Collections::Whole => sayer.at_least(instances, counts.min.min(1), false),
        // So many of them have one each at least.
        Collections::Instances => {
            sayer.at_least(instances, counts.min, false);
            if counts.min >= instances.len() {
                instances.iter().for_each(|it| sayer.at_least(&[*it], 1, false));
            }
        }
        // A list without units is true.
        Collections::Units => {
            sayer.at_least(instances, counts.min, true);
            sayer.at_most(instances, counts.max);
        }
        Collections::UnitsOfEach => {
            for instance in instances {
                sayer.at_least(&[*instance], counts.min, true);
                sayer.at_most(&[*instance], counts.max);
            }
        }
    }
    // One who holds it would make the collection that he is in hold it.
    if counts.max == 0 {
        sayer.at_most(instances, 0);
    }
}

/// Each collection has a number of different strings that are among some.
fn shares(program: &Program, literals: &[Literal], counts: Counts, said: &mut Vec<Said>) {
    let Some((held, collections)) = program.collections() else { return };
    let instances = program.instances();
    let each: Vec<&[InstanceIdx]> = match collections {
        Collections::Whole => vec![instances],
        Collections::Instances => instances.chunks(1).collect(),
        // What single players hold, the rule itself tells when they join.
        Collections::Units | Collections::UnitsOfEach => return,
    };
    let mut different: Vec<Literal> = literals.to_vec();
    different.sort_unstable();
    different.dedup();
    if different.is_empty() {
        return;
    }
    for instances in each {
        if counts.min >= different.len() {
            for &literal in &different {
                Sayer::new(held, &[literal], said).at_least(instances, 1, false);
            }
            continue;
        }
        let mut sayer = Sayer::new(held, &different, said);
        // A list may hold several.
        let least = if let Held::String(_) = held { counts.min } else { counts.min.min(1) };
        sayer.at_least(instances, least, false);
        if counts.max == 0 {
            sayer.at_most(instances, 0);
        }
    }
}

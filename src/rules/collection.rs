//! `collection`: how many collections hold a string, how much all of them share, how much each
//! shares with another (facts 3.3).
//!
//! A collection is a list of strings, a measurement is a list of them; where it nests deeper, each
//! list of collections is judged on its own (facts 10.21). `minCount` and `maxCount` are inclusive.
//!
//! * `contains`: the number of collections that hold the string `referenceValue`.
//! * `intersection`: the number of different strings that every collection holds.
//! * `reference_intersection_count`: for each collection, the number of its different strings that
//!   are in the list `referenceValue` as well.
//!
//! For the first and the last a flat list of strings is one collection, be it empty. A list without
//! collections is true, an undefined value false (decision 14).
//!
//! Cost: one evaluation of each expression. Of a partial match the collections are known from both
//! sides: what they surely hold and what they may hold.

mod compile;
mod quotas;
mod verdicts;

use std::sync::Arc;

use super::{CompileContext, Compiled, Field, FieldShape, Rule, RuleKind, RuleSource};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::eval::candidate::Partial;
use crate::eval::common::CommonStrings;
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Pair, Share, TeamShape};
use crate::eval::program::Program;
use crate::eval::quotas::Quota;
use crate::eval::scratch::Scratch;
use crate::eval::sets::common;
use crate::eval::verdict::Verdict;
use crate::pool::columns::LocationSet;
use crate::pool::layout::Literal;
use verdicts::{
    common_verdict, contains_verdict, definedness, intersection_verdict, reference_verdict, shared,
    strings,
};

pub(super) struct Kind;

const WORDS: &[&str] = &["contains", "intersection", "reference_intersection_count"];

/// An operation with what it needs.
#[derive(Clone, Debug)]
enum Operation {
    Contains(Literal),
    Intersection,
    ReferenceIntersectionCount(Reference),
}

/// A list of strings.
#[derive(Clone, Debug)]
enum Reference {
    Literals(Box<[Literal]>),
    Program(Program),
}

/// The bounds in force; a bound that is not stated is as wide as can be.
#[derive(Clone, Copy, Debug)]
struct Counts {
    min: usize,
    max: usize,
}

#[derive(Debug)]
struct CollectionRule {
    measurements: Vec<Program>,
    /// What of an intersection needs no copies of lists, for each measurement.
    common: Vec<Option<CommonStrings>>,
    operation: PerEpoch<Operation>,
    counts: PerEpoch<Counts>,
}

impl RuleKind for Kind {
    fn name(&self) -> &'static str {
        "collection"
    }

    fn fields(&self) -> &'static [Field] {
        const FIELDS: &[Field] = &[
            super::MEASUREMENTS,
            Field {
                name: "referenceValue",
                shape: FieldShape::ReferenceOrList,
                required: false,
                expandable: true,
            },
            Field {
                name: "operation",
                shape: FieldShape::Words { what: "an operation", words: WORDS },
                required: true,
                expandable: true,
            },
            Field { name: "minCount", shape: FieldShape::Count, required: false, expandable: true },
            Field { name: "maxCount", shape: FieldShape::Count, required: false, expandable: true },
            Field {
                name: "partyAggregation",
                shape: FieldShape::Words {
                    what: "a party aggregation",
                    words: &["union", "intersection"],
                },
                required: false,
                expandable: false,
            },
        ];
        FIELDS
    }

    fn compile(&self, cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<Compiled> {
        let counts = compile::counts(cx, rule);
        let measurements = compile::measurements(cx, rule);
        let operation = compile::operations(cx, rule);
        let measurements = measurements?;
        let common = measurements.iter().map(CommonStrings::new).collect();
        Some(Compiled::Admit(Arc::new(CollectionRule {
            measurements,
            common,
            operation: operation?,
            counts: counts?,
        })))
    }
}

impl Counts {
    fn hold(self, count: usize) -> bool {
        self.min <= count && count <= self.max
    }

    /// The verdict on a count that lies in a range.
    fn verdict(self, low: usize, high: usize) -> Verdict {
        if high < self.min || low > self.max {
            Verdict::NEVER
        } else if low >= self.min && high <= self.max {
            Verdict::ALWAYS
        } else {
            Verdict::OPEN
        }
    }
}

impl Rule for CollectionRule {
    fn pruning(&self) -> &'static str {
        "counts that no completion can bring within the bounds"
    }

    fn partial(&self, partial: &Partial<'_>, epoch: Epoch, scratch: &mut Scratch) -> Verdict {
        let counts = *self.counts.at(epoch);
        let operation = self.operation.at(epoch);
        let Scratch { sets, reference, .. } = scratch;
        let (mut verdict, held) = match operation {
            Operation::Contains(_) | Operation::Intersection => (Verdict::ALWAYS, None),
            Operation::ReferenceIntersectionCount(Reference::Literals(literals)) => {
                reference.hold(strings(literals, partial.columns));
                (Verdict::ALWAYS, reference.first())
            }
            Operation::ReferenceIntersectionCount(Reference::Program(program)) => {
                match reference.compute(program, partial) {
                    true => (definedness(reference), reference.first()),
                    false => (Verdict::OPEN, None),
                }
            }
        };
        for (program, common) in self.measurements.iter().zip(&self.common) {
            if verdict.is_never() {
                return verdict;
            }
            if let (Operation::Intersection, Some(common)) = (operation, common)
                && let Ok(of_common) = common_verdict(common, partial, counts)
            {
                verdict = verdict.and(of_common);
                continue;
            }
            if !sets.compute(program, partial) {
                verdict = verdict.and(Verdict::OPEN);
                continue;
            }
            verdict = verdict.and(definedness(sets));
            for (collections, room) in sets.groups() {
                verdict = verdict.and(match operation {
                    Operation::Contains(literal) => {
                        let wanted = partial.columns.literals[*literal];
                        contains_verdict(collections, room, wanted, counts)
                    }
                    Operation::Intersection => intersection_verdict(collections, room, counts),
                    Operation::ReferenceIntersectionCount(_) => {
                        reference_verdict(collections, room, held, counts)
                    }
                });
            }
        }
        verdict
    }

    fn complete(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> LocationSet {
        LocationSet::when(self.holds(lineup, epoch, scratch))
    }

    /// What all collections hold, each two of them do.
    fn pairs(&self, teams: TeamShape) -> Vec<Pair> {
        let wanted = self.operation.zip(&self.counts, |operation, counts| {
            matches!(operation, Operation::Intersection) && counts.min > 0
        });
        let lists = self.measurements.iter().filter_map(|it| it.lists_of_all(teams));
        let share = |(column, unit)| Pair::Share(Share { column, unit, wanted: wanted.clone() });
        lists.filter(|_| wanted.iter().any(|&it| it)).map(share).collect()
    }

    fn quotas(&self) -> Vec<Quota> {
        quotas::of_rule(self)
    }
}

impl CollectionRule {
    fn holds(&self, lineup: &Lineup<'_>, epoch: Epoch, scratch: &mut Scratch) -> bool {
        let counts = *self.counts.at(epoch);
        let operation = self.operation.at(epoch);
        match operation {
            Operation::Contains(_) | Operation::Intersection => {}
            Operation::ReferenceIntersectionCount(Reference::Literals(literals)) => {
                scratch.reference.hold(strings(literals, lineup.columns));
            }
            Operation::ReferenceIntersectionCount(Reference::Program(program)) => {
                if !program.evaluate(lineup, scratch) {
                    return false;
                }
                let Scratch { nested, reference, .. } = &mut *scratch;
                reference.hold(nested.symbols().iter().copied());
            }
        }
        self.measurements.iter().zip(&self.common).all(|(program, strings)| {
            if let (Operation::Intersection, Some(strings)) = (operation, strings) {
                let tickets = strings.instances.iter().flat_map(|&it| lineup.tickets(it));
                if let Ok(count) = strings.count(lineup.columns, tickets) {
                    return count.is_none_or(|count| counts.hold(count as usize));
                }
            }
            if !program.evaluate(lineup, scratch) {
                return false;
            }
            let nested = &scratch.nested;
            nested.groups().all(|group| {
                let mut collections = group.map(|position| nested.list(position));
                match operation {
                    Operation::Contains(literal) => {
                        let wanted = lineup.columns.literals[*literal];
                        let all = collections.len();
                        let holding = collections.filter(|it| it.contains(&wanted)).count();
                        all == 0 || counts.hold(holding)
                    }
                    Operation::Intersection => {
                        common(collections).is_none_or(|common| counts.hold(common.count()))
                    }
                    Operation::ReferenceIntersectionCount(_) => {
                        let held = scratch.reference.first().map_or(&[][..], |it| it.sure);
                        collections.all(|collection| counts.hold(shared(collection, held)))
                    }
                }
            })
        })
    }
}

#[cfg(test)]
mod tests;

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

use super::{
    CompileContext, Compiled, Field, FieldInEpoch, FieldShape, Rule, RuleKind, RuleSource,
};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::intern::Sym;
use crate::diag::{RuleSetErrorKind, RuleSetWarningKind, Site, shorten};
use crate::eval::candidate::{Partial, Room};
use crate::eval::common::{CommonStrings, TooLong};
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Pair, Share, TeamShape};
use crate::eval::program::Program;
use crate::eval::quotas::Quota;
use crate::eval::scratch::Scratch;
use crate::eval::sets::{SetBounds, Sets, common, is_first};
use crate::eval::verdict::Verdict;
use crate::expr::ast::{Expr, Function};
use crate::expr::ty::{Base, Type};
use crate::model::schema::Aggregation;
use crate::pool::columns::{Columns, LocationSet};
use crate::pool::layout::Literal;
use crate::ruleset::ast::FieldValue;
use std::sync::Arc;

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
        let counts = compile_counts(cx, rule);
        let measurements = compile_measurements(cx, rule);
        let operation = compile_operations(cx, rule);
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

fn compile_counts(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
) -> Option<PerEpoch<Counts>> {
    let (min, max) = (rule.numbers("minCount"), rule.numbers("maxCount"));
    if rule.ast.lacks("minCount") && rule.ast.lacks("maxCount") {
        let kind = RuleSetErrorKind::NoBound {
            kind: "collection".into(),
            bounds: "`minCount` or `maxCount`".into(),
        };
        cx.problems.error_help(&rule.ast.site, kind, "say how many there may be");
        return None;
    }
    let min = min.unwrap_or(PerEpoch::constant(0.0));
    let max = max.unwrap_or(PerEpoch::constant(f64::INFINITY));
    let counts = min.zip(&max, |&min, &max| Counts { min: min as usize, max: max as usize });
    if counts.iter().all(|counts| counts.min > counts.max) {
        let kind = RuleSetWarningKind::NeverPasses {
            rule: rule.ast.name.clone(),
            reason: "minCount is above maxCount".into(),
        };
        cx.problems.warn(
            &rule.ast.site,
            kind,
            Some("raise `maxCount`, or lower `minCount`".into()),
        );
    }
    Some(counts)
}

/// Compiles the measurements; `None` when one is not made of strings, which is recorded.
fn compile_measurements(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
) -> Option<Vec<Program>> {
    let aggregation = rule.aggregation(Aggregation::Union);
    let mut programs = Vec::new();
    for (expr, site) in rule.measurements() {
        if expr.ty.base == Base::String && expr.ty.depth > 0 {
            programs.push(cx.program(expr, aggregation));
        } else {
            measurement_type(
                cx,
                site,
                "a list of strings or of such lists",
                expr,
                not_strings_help(expr),
            );
        }
    }
    let whole = !programs.is_empty() && programs.len() == rule.measurements().len();
    whole.then_some(programs)
}

fn measurement_type(
    cx: &mut CompileContext<'_, '_>,
    site: &Site,
    expected: &str,
    expr: &Expr,
    help: &str,
) {
    let kind =
        RuleSetErrorKind::MeasurementType { expected: expected.into(), found: expr.ty.to_string() };
    cx.problems.error_help(site, kind, help);
}

fn not_strings_help(expr: &Expr) -> &'static str {
    match expr.ty.base {
        Base::Team => "add `.players.attributes[name]`, with an attribute of type string_list",
        Base::Player => "add `.attributes[name]`, or take `.players[playerId]`",
        Base::Number if expr.functions.contains(&Function::Count) => {
            "take the lists themselves: a `collection` rule counts"
        }
        _ => "measure an attribute of type string_list",
    }
}

/// Compiles the operation of each epoch with the reference value of that epoch; `None` when some
/// do not go together, which is recorded once for each place.
fn compile_operations(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
) -> Option<PerEpoch<Operation>> {
    let words = rule.field("operation")?;
    let references = match rule.field("referenceValue") {
        Some(references) => references.map(|&it| Some(it)),
        None => PerEpoch::constant(None),
    };
    let mut blamed = Vec::new();
    let operations = words.zip(&references, |word, reference| {
        compile_operation(cx, rule, word, reference.as_ref(), &mut blamed)
    });
    operations.try_map(Clone::clone)
}

fn compile_operation<'a>(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'a>,
    operation: &FieldInEpoch<'a>,
    reference: Option<&FieldInEpoch<'a>>,
    blamed: &mut Vec<&'a Site>,
) -> Option<Operation> {
    let FieldValue::Word(word) = *operation.value else { return None };
    let mut first_at = |site: &'a Site| {
        let first = !blamed.iter().any(|it| std::ptr::eq(*it, site));
        blamed.push(site);
        first
    };
    if word == "intersection" {
        let flat = rule.measurements().iter().filter(|(it, _)| it.ty == Type::new(1, Base::String));
        let mut whole = true;
        for (expr, site) in flat {
            whole = false;
            if first_at(site) {
                let help = match expr.functions.is_empty() {
                    true => {
                        "this is one collection; measure an attribute of type string_list, or \
                         several teams"
                    }
                    false => {
                        "this is one collection; take the outermost function off, or take the \
                         lists of several players"
                    }
                };
                measurement_type(cx, site, "a list of lists of strings", expr, help);
            }
        }
        if reference.is_some() {
            whole = false;
            if first_at(operation.site) {
                let kind = RuleSetErrorKind::OperationTakesNoReference { operation: word.into() };
                let help = "take the `referenceValue` out, or use `contains` or \
                            `reference_intersection_count`";
                cx.problems.error_help(operation.site, kind, help);
            }
        }
        return whole.then_some(Operation::Intersection);
    }
    let Some(reference) = reference else {
        if rule.ast.lacks("referenceValue") && first_at(operation.site) {
            let kind = RuleSetErrorKind::OperationNeedsReference { operation: word.into() };
            let help = match word {
                "contains" => "name the string to look for",
                _ => "give the list of strings to look for",
            };
            cx.problems.error_help(operation.site, kind, help);
        }
        return None;
    };
    match (word, reference.value) {
        ("contains", FieldValue::Text(text)) => {
            return Some(Operation::Contains(cx.layout.literal(text)));
        }
        ("contains", _) => {}
        (_, FieldValue::TextList(texts)) => {
            let literals = texts.iter().map(|text| cx.layout.literal(text)).collect();
            return Some(Operation::ReferenceIntersectionCount(Reference::Literals(literals)));
        }
        (_, FieldValue::Expression(expr)) if expr.ty == Type::new(1, Base::String) => {
            let program = cx.program(expr, rule.aggregation(Aggregation::Union));
            return Some(Operation::ReferenceIntersectionCount(Reference::Program(program)));
        }
        _ => {}
    }
    if first_at(reference.site) {
        reference_type(cx, word, reference);
    }
    None
}

/// Records that a reference value is not what the operation needs.
fn reference_type(cx: &mut CompileContext<'_, '_>, word: &str, field: &FieldInEpoch<'_>) {
    let (expected, help) = match (word, field.value) {
        ("contains", FieldValue::Number(_)) => {
            ("a plain string", "attributes hold strings: put the number in quotes".into())
        }
        ("contains", _) => (
            "a plain string",
            "to look for several strings, use `reference_intersection_count`".into(),
        ),
        (_, FieldValue::Text(text)) => {
            let help = match crate::expr::parse::parse(text) {
                Err(error) if text.contains("teams[") => {
                    format!("it is not an expression either: {}", error.kind)
                }
                _ => format!("write [\"{}\"], or use `contains`", shorten(text)),
            };
            ("a list of strings", help)
        }
        (_, FieldValue::Expression(expr)) if expr.ty.base == Base::String => {
            ("a list of strings", "make one list of it with `flatten` or `set_intersection`".into())
        }
        _ => (
            "a list of strings",
            "write [\"a\", \"b\"], or an expression such as `flatten(teams[*].players[playerId])`"
                .into(),
        ),
    };
    let found = match field.value {
        FieldValue::TextList(_) => "a list of strings".into(),
        other => super::describe_value(other),
    };
    let expected = format!("{expected} for `{word}`");
    cx.problems.error_help(field.site, RuleSetErrorKind::ReferenceType { expected, found }, help);
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

fn strings<'a>(literals: &'a [Literal], columns: &'a Columns) -> impl Iterator<Item = Sym> + 'a {
    literals.iter().map(|&literal| columns.literals[literal])
}

/// How many different strings of a list are in another.
fn shared(list: &[Sym], with: &[Sym]) -> usize {
    let strings = list.iter().enumerate();
    strings.filter(|&(position, sym)| with.contains(sym) && is_first(list, position)).count()
}

/// The verdict on whether an expression has a value.
fn definedness(sets: &Sets) -> Verdict {
    match (sets.surely_undefined, sets.maybe_undefined) {
        (true, _) => Verdict::NEVER,
        (_, true) => Verdict::OPEN,
        _ => Verdict::ALWAYS,
    }
}

/// The verdict on a list of collections, if it has some; without any it is true.
fn unless_empty(known: usize, room: Room, verdict: Verdict) -> Verdict {
    match (known, room) {
        (0, Room { max: 0, .. }) => Verdict::ALWAYS,
        (0, Room { min: 0, .. }) if verdict.is_never() => Verdict::OPEN,
        _ => verdict,
    }
}

fn contains_verdict<'s>(
    collections: impl Iterator<Item = SetBounds<'s>>,
    room: Room,
    wanted: Sym,
    counts: Counts,
) -> Verdict {
    let (mut known, mut low, mut high) = (0, 0, room.max as usize);
    for collection in collections {
        known += 1;
        low += usize::from(collection.sure.contains(&wanted));
        high += usize::from(collection.possible.is_none_or(|it| it.contains(&wanted)));
    }
    unless_empty(known, room, counts.verdict(low, high))
}

fn intersection_verdict<'s>(
    collections: impl Iterator<Item = SetBounds<'s>> + Clone,
    room: Room,
    counts: Counts,
) -> Verdict {
    let sure = common(collections.clone().map(|it| it.sure)).filter(|_| room.max == 0);
    let possible = common(collections.clone().filter_map(|it| it.possible));
    let low = sure.map_or(0, Iterator::count);
    let high = possible.map_or(usize::MAX, Iterator::count);
    unless_empty(collections.count(), room, counts.verdict(low, high))
}

/// [`intersection_verdict`], of lists that stay as they are.
fn common_verdict(
    common: &CommonStrings,
    partial: &Partial<'_>,
    counts: Counts,
) -> Result<Verdict, TooLong> {
    let Partial { columns, candidate, room, .. } = *partial;
    let instances = &common.instances;
    let tickets = instances.iter().flat_map(|&it| &candidate.slots[it].tickets);
    let count = common.count(columns, tickets)?.map(|count| count as usize);
    let room = instances.iter().map(|&it| room[it]).fold(Room { min: 0, max: 0 }, |sum, room| {
        Room { min: sum.min + room.min, max: sum.max + room.max }
    });
    let low = count.filter(|_| room.max == 0).unwrap_or(0);
    let verdict = counts.verdict(low, count.unwrap_or(usize::MAX));
    Ok(unless_empty(usize::from(count.is_some()), room, verdict))
}

/// `held` is the reference, as far as it is known.
fn reference_verdict<'s>(
    collections: impl Iterator<Item = SetBounds<'s>>,
    room: Room,
    held: Option<SetBounds<'_>>,
    counts: Counts,
) -> Verdict {
    let sure = held.map_or(&[][..], |it| it.sure);
    let possible = held.and_then(|it| it.possible);
    let most = possible.map_or(usize::MAX, <[Sym]>::len);
    let mut verdict = Verdict::ALWAYS;
    for collection in collections {
        let high = match (collection.possible, possible) {
            (Some(of), Some(with)) => shared(of, with),
            (Some(of), None) => of.len(),
            (None, _) => most,
        };
        verdict = verdict.and(counts.verdict(shared(collection.sure, sure), high));
    }
    if room.max > 0 {
        verdict = verdict.and(match counts.verdict(0, most) {
            coming if coming.is_never() && room.min == 0 => Verdict::OPEN,
            coming => coming,
        });
    }
    verdict
}

mod quotas;
#[cfg(test)]
mod tests;

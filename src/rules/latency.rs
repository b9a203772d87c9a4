//! `latency`: every ticket is near enough to the location of the match (facts 3.4, 10.8).
//!
//! The rule holds at a location when every player reports it and, for the latencies of the tickets
//! there, each latency is at most `maxLatency` and at most `maxDistance` away from the lowest or
//! the mean of them, inclusive (facts 10.7). A party has one latency, put together by
//! `partyAggregation` (facts 10.6). A ticket with a player who reports nothing fails everywhere
//! (decision 15).
//!
//! Cost: one look at each latency of each ticket; with a `maxDistance`, one for each location.

use std::sync::Arc;

use super::{
    CompileContext, Compiled, Cost, Field, FieldShape, LatenciesTogether, Rule, RuleKind,
    RuleSource,
};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::num::distance;
use crate::diag::{LaxReading, RuleSetWarningKind};
use crate::eval::candidate::Partial;
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Pair, Reach, TeamShape};
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::model::schema::Aggregation;
use crate::pool::columns::{Columns, LocationIdx, LocationSet, TicketRow};
use crate::pool::layout::LatencyColumn;
use crate::ruleset::ast::FieldValue;

#[cfg(test)]
mod tests;

pub(super) struct Kind;

/// What a latency is near to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reference {
    Min,
    Avg,
}

#[derive(Debug)]
struct LatencyRule {
    column: LatencyColumn,
    /// Without `maxLatency` as high as can be.
    max_latency: PerEpoch<f64>,
    max_distance: Option<(PerEpoch<f64>, Reference)>,
}

/// The latencies of each ticket at the locations that all its players report.
#[derive(Clone, Copy, Debug)]
struct Latencies<'a> {
    columns: &'a Columns,
    column: LatencyColumn,
}

impl<'a> Latencies<'a> {
    fn of(self, ticket: TicketRow) -> impl Iterator<Item = (LocationIdx, f64)> + 'a {
        self.columns.ticket_latencies(self.column, ticket)
    }
}

impl RuleKind for Kind {
    fn name(&self) -> &'static str {
        "latency"
    }

    fn fields(&self) -> &'static [Field] {
        const FIELDS: &[Field] = &[
            Field::bound("maxLatency"),
            Field::bound("maxDistance"),
            Field {
                name: "distanceReference",
                shape: FieldShape::Words { what: "a distance reference", words: &["min", "avg"] },
                required: false,
                expandable: false,
            },
            super::PARTY_AGGREGATION,
        ];
        FIELDS
    }

    fn in_large_matches(&self) -> bool {
        true
    }

    fn compile(&self, cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<Compiled> {
        let (max_latency, max_distance) = (rule.numbers("maxLatency"), rule.numbers("maxDistance"));
        if rule.ast.lacks("maxLatency") && rule.ast.lacks("maxDistance") {
            let bounds = "`maxLatency` or `maxDistance`";
            cx.refuse_boundless(rule, bounds, "say how high a latency may be");
            return None;
        }
        let max_latency = max_latency.unwrap_or(PerEpoch::constant(f64::INFINITY));
        warn_never(cx, rule, &max_latency, max_distance.as_ref());
        let reference = reference(cx, rule);
        let max_distance = max_distance.map(|it| (it, reference));
        let column = cx.layout.latency(rule.aggregation(Aggregation::Avg));
        Some(Compiled::Admit(Arc::new(LatencyRule { column, max_latency, max_distance })))
    }
}

fn reference(cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Reference {
    let field = rule.ast.field("distanceReference");
    match (rule.ast.field("maxDistance"), field) {
        (Some(max_distance), None) if rule.ast.lacks("distanceReference") => {
            cx.problems.lax(&max_distance.site, LaxReading::MissingDistanceReference);
        }
        (None, Some(field)) if rule.ast.lacks("maxDistance") => {
            let kind = RuleSetWarningKind::IgnoredField {
                field: "distanceReference".into(),
                without: "maxDistance".into(),
            };
            cx.problems.warn(&field.site, kind, Some("take it out, or add the bound".into()));
        }
        _ => {}
    }
    match field.map(|it| &it.value) {
        Some(FieldValue::Word("avg")) => Reference::Avg,
        _ => Reference::Min,
    }
}

fn warn_never(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
    max_latency: &PerEpoch<f64>,
    max_distance: Option<&PerEpoch<f64>>,
) {
    let reason = if max_latency.iter().all(|&max| max < 1.0) {
        "latencies are at least 1 millisecond"
    } else if max_distance.is_some_and(|it| it.iter().all(|&max| max < 0.0)) {
        "a distance is never negative"
    } else {
        return;
    };
    cx.warn_never(rule, reason, "raise the bound, or take it out");
}

/// More than the rounding of a mean of 200 latencies, as a part of the highest one.
const MEAN_SLACK: f64 = 1e-12;

impl Rule for LatencyRule {
    fn cost(&self) -> Cost {
        Cost::Scan
    }

    fn pruning(&self) -> &'static str {
        "no location that all tickets reach"
    }

    fn partial(&self, partial: &Partial<'_>, epoch: Epoch, _: &mut Scratch) -> Verdict {
        let latencies = Latencies { columns: partial.columns, column: self.column };
        let tickets = || partial.candidate.tickets();
        // Who joins may rule any location out, so nothing is certain before nobody can.
        let is_full = partial.room.iter().all(|room| room.max == 0);
        let within = self.within(latencies, tickets(), epoch);
        let Some((max, reference)) = &self.max_distance else {
            return Verdict {
                possible: within,
                always: LocationSet::when(is_full).intersect(within),
            };
        };
        if tickets().next().is_none() {
            return Verdict::OPEN;
        }
        let max = *max.at(epoch);
        let (mut possible, mut always) = (LocationSet::NONE, LocationSet::NONE);
        for location in locations(latencies, tickets().next()).filter(|&it| within.contains(it)) {
            let spread = Spread::of(latencies, tickets(), location);
            // The order of the tickets here is not the canonical one, and a mean depends on it.
            let slack = spread.max * MEAN_SLACK;
            let (may_hold, holds) = match reference {
                // The lowest latency can only fall, and then the highest is farther away from it.
                Reference::Min => {
                    let holds = spread.farthest(spread.min) <= max;
                    (holds, holds)
                }
                Reference::Avg if is_full => {
                    let farthest = spread.farthest(spread.mean());
                    (farthest - slack <= max, farthest + slack <= max)
                }
                // Wherever the mean comes to lie, two latencies near to it are near to each other.
                Reference::Avg => (spread.max - spread.min - slack <= 2.0 * max, false),
            };
            if may_hold {
                possible = possible.with(location);
            }
            if is_full && holds {
                always = always.with(location);
            }
        }
        Verdict { possible, always }
    }

    fn complete(&self, lineup: &Lineup<'_>, epoch: Epoch, _: &mut Scratch) -> LocationSet {
        let latencies = Latencies { columns: lineup.columns, column: self.column };
        let tickets = || lineup.all_tickets().iter().copied();
        let within = self.within(latencies, tickets(), epoch);
        let Some((max, reference)) = &self.max_distance else { return within };
        let max = *max.at(epoch);
        let near = locations(latencies, tickets().next()).filter(|&location| {
            let spread = Spread::of(latencies, tickets(), location);
            let reference = match reference {
                Reference::Min => spread.min,
                Reference::Avg => spread.mean(),
            };
            spread.farthest(reference) <= max
        });
        near.filter(|&it| within.contains(it)).fold(LocationSet::NONE, LocationSet::with)
    }

    fn pairs(&self, _: TeamShape) -> Vec<Pair> {
        vec![Pair::Reach(Reach { column: self.column, max: self.max_latency.clone() })]
    }

    fn is_told_by_pairs(&self, _: TeamShape) -> bool {
        self.max_distance.is_none()
    }

    fn latencies_together(&self, epoch: Epoch) -> Option<LatenciesTogether> {
        let (max, reference) = self.max_distance.as_ref()?;
        let max = *max.at(epoch);
        let needed = match reference {
            Reference::Min => max,
            // The mean may lie in the middle of them.
            Reference::Avg => 2.0 * max,
        };
        Some(LatenciesTogether { column: self.column, enough: max, needed })
    }
}

impl LatencyRule {
    /// The locations at which every ticket has a latency of at most `maxLatency`.
    fn within(
        &self,
        latencies: Latencies<'_>,
        tickets: impl Iterator<Item = TicketRow>,
        epoch: Epoch,
    ) -> LocationSet {
        let max = *self.max_latency.at(epoch);
        let mut within = LocationSet::ALL;
        for ticket in tickets {
            let of_ticket = latencies.of(ticket).filter(|&(_, latency)| latency <= max);
            let of_ticket = of_ticket.fold(LocationSet::NONE, |set, (it, _)| set.with(it));
            within = within.intersect(of_ticket);
            if within.is_empty() {
                break;
            }
        }
        within
    }
}

/// The locations at which a ticket has a latency: the others need no look.
fn locations(
    latencies: Latencies<'_>,
    ticket: Option<TicketRow>,
) -> impl Iterator<Item = LocationIdx> {
    let of_ticket = ticket.into_iter().flat_map(move |ticket| latencies.of(ticket));
    of_ticket.map(|(location, _)| location)
}

/// The latencies of some tickets at one location.
#[derive(Clone, Copy, Debug)]
struct Spread {
    min: f64,
    max: f64,
    /// Added up in the order of the tickets.
    sum: f64,
    count: u32,
}

impl Spread {
    fn of(
        latencies: Latencies<'_>,
        tickets: impl Iterator<Item = TicketRow>,
        location: LocationIdx,
    ) -> Self {
        let mut spread = Self { min: f64::INFINITY, max: 0.0, sum: 0.0, count: 0 };
        for ticket in tickets {
            let found = latencies.of(ticket).find(|&(it, _)| it == location);
            let Some((_, latency)) = found else { continue };
            spread.min = spread.min.min(latency);
            spread.max = spread.max.max(latency);
            spread.sum += latency;
            spread.count += 1;
        }
        spread
    }

    fn mean(self) -> f64 {
        self.sum / f64::from(self.count)
    }

    /// How far the latency that is farthest from `reference` is away from it.
    fn farthest(self, reference: f64) -> f64 {
        distance(self.min, reference).max(distance(self.max, reference))
    }
}

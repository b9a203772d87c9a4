//! `batchDistance`: the tickets of a match are alike in one attribute (facts 3.5).
//!
//! A number: the parties' values, each put together by `partyAggregation` (facts 10.6), lie at
//! most `maxDistance` apart, inclusive. A party whose value overflows fails the rule, whatever the
//! bound. A string: all players have the same one, and there is no `maxDistance`.
//!
//! Cost: one look at each ticket. What the tickets in a match break, no completion mends.

use std::sync::Arc;

use super::{
    CompileContext, Compiled, Cost, Field, FieldShape, Rule, RuleKind, RuleSource,
    wrong_attribute_type,
};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::num::distance;
use crate::eval::candidate::Partial;
use crate::eval::lineup::Lineup;
use crate::eval::pairs::{Near, Pair, TeamShape, ValueUnit};
use crate::eval::program::aggregate;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::model::schema::{Aggregation, AttributeDeclaration, AttributeType};
use crate::pool::columns::{Columns, LocationSet, TicketRow};
use crate::pool::layout::{NumberColumn, StringColumn, StringSource};
use crate::ruleset::ast::FieldValue;

pub(super) struct Kind;

/// The values of the parties lie close together.
#[derive(Debug)]
struct Spread {
    column: NumberColumn,
    aggregation: Aggregation,
    max: PerEpoch<f64>,
}

/// All players have one string.
#[derive(Debug)]
struct Same {
    column: StringColumn,
}

impl RuleKind for Kind {
    fn name(&self) -> &'static str {
        "batchDistance"
    }

    fn fields(&self) -> &'static [Field] {
        const FIELDS: &[Field] = &[
            Field {
                name: "batchAttribute",
                shape: FieldShape::Attribute,
                required: true,
                expandable: false,
            },
            Field::bound("maxDistance"),
            super::PARTY_AGGREGATION,
        ];
        FIELDS
    }

    fn in_large_matches(&self) -> bool {
        true
    }

    fn in_compounds(&self) -> bool {
        false
    }

    fn compile(&self, cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<Compiled> {
        let field = rule.ast.field("batchAttribute")?;
        let FieldValue::Attribute(attribute) = field.value else { return None };
        let declaration = &cx.schema.attributes[attribute];
        match declaration.attribute_type {
            AttributeType::Number => {
                let max = max_distance(cx, rule)?;
                let aggregation = rule.aggregation(Aggregation::Avg);
                let column = cx.layout.number(attribute);
                Some(Compiled::Admit(Arc::new(Spread { column, aggregation, max })))
            }
            AttributeType::String => {
                refuse_distance_of_strings(cx, rule, declaration)?;
                let column = cx.layout.string(StringSource::Attribute(attribute));
                Some(Compiled::Admit(Arc::new(Same { column })))
            }
            other => {
                let kind = wrong_attribute_type(declaration, "a number or a string");
                match other {
                    AttributeType::StringList => {
                        let help = "compare lists in a `collection` rule";
                        cx.problems.error_help(&field.site, kind, help);
                    }
                    _ => cx.problems.error(&field.site, kind),
                }
                None
            }
        }
    }
}

/// The bound of a number attribute, which must be there.
fn max_distance(cx: &mut CompileContext<'_, '_>, rule: &RuleSource<'_>) -> Option<PerEpoch<f64>> {
    if rule.ast.lacks("maxDistance") {
        let help = "say how far apart the numbers of a match may lie";
        cx.refuse_boundless(rule, "`maxDistance`", help);
    }
    let max = rule.numbers("maxDistance")?;
    if max.iter().all(|&max| max < 0.0) {
        cx.warn_never(rule, "a distance is never negative", "raise `maxDistance`");
    }
    Some(max)
}

/// Strings are equal or not, so a bound on their distance is a mistake; `None` when there is one.
fn refuse_distance_of_strings(
    cx: &mut CompileContext<'_, '_>,
    rule: &RuleSource<'_>,
    declaration: &AttributeDeclaration,
) -> Option<()> {
    let Some(field) = rule.ast.field("maxDistance") else { return Some(()) };
    let kind = wrong_attribute_type(declaration, "a number");
    let help = "take `maxDistance` out: all players of a match have the same string";
    cx.problems.error_help(&field.site, kind, help);
    None
}

impl Spread {
    /// Whether these tickets lie close enough together.
    fn holds(&self, tickets: impl Iterator<Item = TicketRow>, columns: &Columns, max: f64) -> bool {
        let cells = &columns.numbers[self.column].cells;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for ticket in tickets {
            let values = columns.players[ticket].rows().map(|player| cells[player]);
            let Some(value) = aggregate(values, self.aggregation) else { return false };
            low = low.min(value);
            high = high.max(value);
        }
        // Without tickets nothing lies apart.
        low > high || distance(high, low) <= max
    }
}

impl Rule for Spread {
    fn cost(&self) -> Cost {
        Cost::Scan
    }

    fn pruning(&self) -> &'static str {
        "values farther apart than maxDistance"
    }

    fn partial(&self, partial: &Partial<'_>, epoch: Epoch, _: &mut Scratch) -> Verdict {
        let max = *self.max.at(epoch);
        verdict(partial, self.holds(partial.candidate.tickets(), partial.columns, max))
    }

    fn complete(&self, lineup: &Lineup<'_>, epoch: Epoch, _: &mut Scratch) -> LocationSet {
        let tickets = lineup.all_tickets().iter().copied();
        LocationSet::when(self.holds(tickets, lineup.columns, *self.max.at(epoch)))
    }

    fn pairs(&self, _: TeamShape) -> Vec<Pair> {
        let Self { column, aggregation, ref max } = *self;
        let unit = ValueUnit::Ticket(aggregation);
        vec![Pair::Near(Near { column, unit, max: max.clone() })]
    }

    fn is_told_by_pairs(&self, _: TeamShape) -> bool {
        true
    }
}

impl Same {
    fn holds(&self, mut tickets: impl Iterator<Item = TicketRow>, columns: &Columns) -> bool {
        let cells = &columns.strings[self.column];
        let mut common = None;
        tickets.all(|ticket| {
            let mut players = columns.players[ticket].rows();
            players.all(|player| *common.get_or_insert(cells[player]) == cells[player])
        })
    }
}

impl Rule for Same {
    fn cost(&self) -> Cost {
        Cost::Scan
    }

    fn pruning(&self) -> &'static str {
        "two different strings"
    }

    fn partial(&self, partial: &Partial<'_>, _: Epoch, _: &mut Scratch) -> Verdict {
        verdict(partial, self.holds(partial.candidate.tickets(), partial.columns))
    }

    fn complete(&self, lineup: &Lineup<'_>, _: Epoch, _: &mut Scratch) -> LocationSet {
        let tickets = lineup.all_tickets().iter().copied();
        LocationSet::when(self.holds(tickets, lineup.columns))
    }

    fn pairs(&self, _: TeamShape) -> Vec<Pair> {
        vec![Pair::Same(self.column)]
    }

    fn is_told_by_pairs(&self, _: TeamShape) -> bool {
        true
    }
}

/// More tickets can only break what holds of those that are in.
fn verdict(partial: &Partial<'_>, holds: bool) -> Verdict {
    if !holds {
        return Verdict::NEVER;
    }
    match partial.room.iter().all(|room| room.max == 0) {
        true => Verdict::ALWAYS,
        false => Verdict::OPEN,
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind_tests::{Waiting, errors, large, with_rules};
    use super::*;
    use crate::base::idx::Idx;
    use crate::model::ticket::{AttributeValue, Player};
    use crate::ruleset::RuleSet;

    /// Rules with one `batchDistance` rule of these fields.
    fn batch(fields: &str) -> String {
        format!(r#"[{{"name": "close", "type": "batchDistance", {fields}}}]"#)
    }

    fn spread(max: f64, aggregation: &str) -> Waiting {
        let fields = format!(
            r#""batchAttribute": "skill", "maxDistance": {max}, "partyAggregation": "{aggregation}""#
        );
        Waiting::new(&batch(&fields))
    }

    fn modes(texts: &[&str]) -> Waiting {
        let mut waiting = Waiting::new(&batch(r#""batchAttribute": "mode""#));
        for &text in texts {
            waiting.solo("mode", AttributeValue::String(text.into()));
        }
        waiting
    }

    #[test]
    fn mistakes_are_found_where_they_are() {
        let cases = [
            (
                r#""batchAttribute": "skill""#,
                "/rules/0/name",
                r#""close""#,
                "a `batchDistance` rule without `maxDistance` judges nothing",
                "say how far apart the numbers of a match may lie",
            ),
            (
                r#""batchAttribute": "mode", "maxDistance": 1.5"#,
                "/rules/0/maxDistance",
                "1.5",
                "attribute `mode` is a string, but a number is needed here",
                "take `maxDistance` out: all players of a match have the same string",
            ),
            (
                r#""batchAttribute": "tags", "maxDistance": 1"#,
                "/rules/0/batchAttribute",
                r#""tags""#,
                "attribute `tags` is a string_list, but a number or a string is needed here",
                "compare lists in a `collection` rule",
            ),
            (
                r#""batchAttribute": "maps", "maxDistance": 1"#,
                "/rules/0/batchAttribute",
                r#""maps""#,
                "attribute `maps` is a string_number_map, but a number or a string is needed here",
                "",
            ),
            (
                r#""batchAttribute": "skil", "maxDistance": 1"#,
                "/rules/0/batchAttribute",
                r#""skil""#,
                "no attribute `skil` is declared",
                "did you mean `skill`?",
            ),
            (
                r#""batchAttribute": "skill", "maxDistance": "far""#,
                "/rules/0/maxDistance",
                r#""far""#,
                "expected a number, found `\"far\"`",
                "",
            ),
            (
                r#""batchAttribute": "skill", "maxDistance": 1, "partyAggregation": "union""#,
                "/rules/0/partyAggregation",
                r#""union""#,
                "`union` is not a party aggregation",
                "use one of `min`, `max` and `avg`",
            ),
        ];
        for (fields, pointer, underlined, message, help) in cases {
            let expected = [pointer, underlined, message, help].map(String::from);
            assert_eq!(errors(&batch(fields)), [expected], "{fields}");
        }
        let [missing] = &*errors(&batch(r#""maxDistance": 1"#)) else { panic!("one error") };
        assert_eq!(
            (&*missing[0], &*missing[2]),
            ("/rules/0", "batchDistance rule `close` needs `batchAttribute`",)
        );
    }

    #[test]
    fn a_bound_below_zero_is_warned_of_unless_it_grows() {
        let fields = r#""batchAttribute": "skill", "maxDistance": -1"#;
        let warnings = |text: &str| -> Vec<String> {
            let rule_set = RuleSet::from_json(text).unwrap();
            let relevant = rule_set.warnings().iter();
            let relevant = relevant.filter(|it| it.kind().code() == "neverPasses");
            relevant.map(|it| format!("{} {}", it.location().pointer.as_str(), it.kind())).collect()
        };
        let text = with_rules(&batch(fields));
        let expected = "/rules/0/name rule `close` can never pass: a distance is never negative";
        assert_eq!(warnings(&text), [expected]);
        let expansions = r#""expansions": [{"target": "rules[close].maxDistance",
            "steps": [{"waitTimeSeconds": 5, "value": 3}]}]"#;
        let text = with_rules(&format!("{}, {expansions}", batch(fields)));
        assert_eq!(warnings(&text), Vec::<String>::new());
        let mut waiting = Waiting::new(&batch(fields));
        waiting.solos("skill", &[1.0]);
        assert!(!waiting.complete([&[0], &[]], Epoch::first()));
    }

    #[test]
    fn the_bound_grows_with_waiting_time() {
        let text = format!(
            r#"{}, "expansions": [{{"target": "rules[close].maxDistance",
                "steps": [{{"waitTimeSeconds": 5, "value": 10}}]}}]"#,
            batch(r#""batchAttribute": "skill", "maxDistance": 2"#)
        );
        let mut waiting = Waiting::new(&text);
        waiting.solos("skill", &[0.0, 6.0, 10.0, 10.5]);
        let (first, second) = (Epoch::first(), Epoch::from_usize(1));
        assert!(!waiting.complete([&[0], &[1]], first));
        assert!(waiting.complete([&[0], &[1]], second));
        assert!(waiting.complete([&[0], &[2]], second));
        assert!(!waiting.complete([&[0], &[3]], second));
        assert_eq!(waiting.partial([&[0], &[2]], [1, 1], first), Verdict::NEVER);
        assert_eq!(waiting.partial([&[0], &[2]], [1, 1], second), Verdict::OPEN);
    }

    #[test]
    fn numbers_may_lie_on_the_bound_in_whatever_teams() {
        let mut waiting = spread(10.0, "avg");
        waiting.solos("skill", &[-4.0, 6.0, 6.5, 1.0]);
        let first = Epoch::first();
        for (teams, holds) in [
            ([&[0, 3][..], &[1][..]], true),
            ([&[0, 1, 3], &[]], true),
            ([&[3, 0], &[2]], false),
            ([&[2, 1], &[3]], true),
            ([&[], &[0]], true),
        ] {
            assert_eq!(waiting.complete(teams, first), holds, "{teams:?}");
            let [open, full] = [[1, 0], [0, 0]].map(|room| waiting.partial(teams, room, first));
            match holds {
                true => assert_eq!([open, full], [Verdict::OPEN, Verdict::ALWAYS], "{teams:?}"),
                false => assert_eq!([open, full], [Verdict::NEVER; 2], "{teams:?}"),
            }
        }
    }

    #[test]
    fn a_party_counts_as_one_value() {
        for (aggregation, bound) in [("min", 10.0), ("avg", 20.0), ("max", 30.0)] {
            for (max, holds) in [(bound, true), (bound - 0.5, false)] {
                let mut waiting = spread(max, aggregation);
                waiting.party("skill", &[10.0, 30.0, 20.0]);
                waiting.solos("skill", &[0.0]);
                assert_eq!(
                    waiting.complete([&[0], &[1]], Epoch::first()),
                    holds,
                    "{aggregation} {max}"
                );
            }
        }
    }

    #[test]
    fn a_party_whose_mean_overflows_fails() {
        let mut waiting = spread(f64::MAX, "avg");
        let huge = waiting.party("skill", &[f64::MAX, f64::MAX]);
        assert!(!waiting.complete([&[huge], &[]], Epoch::first()));
        assert_eq!(waiting.partial([&[huge], &[]], [1, 1], Epoch::first()), Verdict::NEVER);
        waiting.solos("skill", &[f64::MAX, -f64::MAX, 0.0]);
        // A spread beyond all numbers is above every bound.
        assert!(!waiting.complete([&[1], &[2]], Epoch::first()));
        assert!(waiting.complete([&[1], &[3]], Epoch::first()));
    }

    #[test]
    fn strings_must_be_the_same_for_every_player() {
        let mut waiting = modes(&["ctf", "ctf", "ffa", "CTF"]);
        let player = |id: &str, mode| Player::new(id).with_string("mode", mode);
        let mixed = waiting.ticket(vec![player("a", "ctf"), player("b", "ffa")]);
        let alike = waiting.ticket(vec![player("c", "ctf"), player("d", "ctf")]);
        for (teams, holds) in [
            ([&[0][..], &[1, alike][..]], true),
            ([&[0, 1], &[2]], false),
            ([&[0], &[3]], false),
            ([&[mixed], &[]], false),
            ([&[0], &[mixed]], false),
            ([&[2], &[]], true),
        ] {
            assert_eq!(waiting.complete(teams, Epoch::first()), holds, "{teams:?}");
            let [open, full] =
                [[0, 2], [0, 0]].map(|room| waiting.partial(teams, room, Epoch::first()));
            match holds {
                true => assert_eq!([open, full], [Verdict::OPEN, Verdict::ALWAYS], "{teams:?}"),
                false => assert_eq!([open, full], [Verdict::NEVER; 2], "{teams:?}"),
            }
        }
    }

    #[test]
    fn the_search_passes_over_those_too_far_away() {
        let mut waiting = spread(10.0, "avg");
        waiting.solos("skill", &[100.0, 120.0, 105.0, 94.0, 110.0]);
        // 94 and 105 lie 11 apart, 94 and 110 even more.
        assert_eq!(waiting.found(0), Some(vec![0, 2, 4]));
        assert_eq!(waiting.found(1), Some(vec![1, 4]));
        let modes = modes(&["ctf", "ffa", "ctf", "ffa", "ctf"]);
        assert_eq!(modes.found(0), Some(vec![0, 2, 4]));
        assert_eq!(modes.found(1), Some(vec![1, 3]));
    }

    /// Facts 1.8: matches of more than 40 players know the rule, statements do not.
    #[test]
    fn large_matches_recognise_it_and_compounds_do_not() {
        assert!(!Kind.in_compounds());
        let batch = r#""type": "batchDistance", "batchAttribute": "skill", "maxDistance": 5"#;
        assert!(RuleSet::from_json(&large(batch)).is_ok());
    }
}

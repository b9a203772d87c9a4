//! `distanceSort`: candidates are tried in the order of their distance to the anchor (facts 3.6).
//!
//! The distance of numbers is that of their values, of maps that of the values at the anchor's
//! `mapKey`; equal strings are at distance 0 and different ones at 1. `ascending` tries the nearest
//! first. Ties are left to the next sort rule, then to age. It never refuses a match.

use std::cmp::Ordering;
use std::sync::Arc;

use super::SortKey;
use super::sorting::{Direction, NumberOf, SortKind, Subject};
use crate::base::num::distance;
use crate::pool::columns::{Columns, TicketRow};
use crate::pool::layout::{ColumnLayout, StringColumn, StringSource};

pub(super) struct Kind;

#[derive(Debug)]
struct DistanceSort {
    value: Value,
    direction: Direction,
}

#[derive(Clone, Copy, Debug)]
enum Value {
    Number(NumberOf),
    Text(StringColumn),
}

impl SortKind for Kind {
    const NAME: &'static str = "distanceSort";

    fn key(subject: Subject, direction: Direction, layout: &mut ColumnLayout) -> Arc<dyn SortKey> {
        let value = match subject {
            Subject::Number(number) => Value::Number(number),
            Subject::Text(attribute) => {
                Value::Text(layout.string(StringSource::Attribute(attribute)))
            }
        };
        Arc::new(DistanceSort { value, direction })
    }
}

impl SortKey for DistanceSort {
    fn compare(
        &self,
        anchor: TicketRow,
        a: TicketRow,
        b: TicketRow,
        columns: &Columns,
    ) -> Ordering {
        let of = |row| self.distance(anchor, row, columns);
        self.direction.order(of(a), of(b), f64::total_cmp)
    }
}

impl DistanceSort {
    /// How far a ticket is from the anchor; infinitely far when the difference overflows.
    fn distance(&self, anchor: TicketRow, row: TicketRow, columns: &Columns) -> Option<f64> {
        match self.value {
            Value::Number(number) => {
                let of = |row| number.read(anchor, row, columns);
                Some(distance(of(anchor)?, of(row)?))
            }
            Value::Text(column) => {
                let cells = &columns.strings[column];
                let first = |row: TicketRow| cells[columns.players[row].start];
                Some(f64::from(u8::from(first(anchor) != first(row))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind_tests::{Waiting, errors, map};
    use crate::model::ticket::{AttributeValue, Player};
    use crate::{
        Configuration, EngineOptions, EventDetail, Input, Matchmaker, RuleSet, StartMatchmaking,
        Timestamp,
    };

    /// Rules with one `distanceSort` rule of these fields.
    fn sort(fields: &str) -> String {
        format!(r#"[{{"name": "near", "type": "distanceSort", {fields}}}]"#)
    }

    fn by(attribute: &str, direction: &str, aggregation: &str, more: &str) -> Waiting {
        Waiting::new(&sort(&format!(
            r#""sortAttribute": "{attribute}", "sortDirection": "{direction}",
               "partyAggregation": "{aggregation}"{more}"#
        )))
    }

    #[test]
    fn mistakes_are_found_where_they_are() {
        let found = errors(&sort(r#""sortAttribute": "tags", "sortDirection": "ascending""#));
        let expected = [
            "/rules/0/sortAttribute",
            r#""tags""#,
            "attribute `tags` is a string_list, but a number, a string or a string_number_map is needed here",
            "",
        ];
        assert_eq!(found, [expected.map(String::from)]);
        let found = errors(&sort(r#""sortAttribute": "maps", "sortDirection": "descending""#));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0][0], "/rules/0/name");
        assert_eq!(found[0][2], "distanceSort rule `near` needs `mapKey`");
    }

    /// A sort rule has nothing that waiting time could change (facts 10.30).
    #[test]
    fn nothing_of_it_can_be_expanded() {
        let rules = sort(r#""sortAttribute": "skill", "sortDirection": "ascending""#);
        let expansions = r#""expansions": [{"target": "rules[near].sortDirection",
            "steps": [{"waitTimeSeconds": 5, "value": "descending"}]}]"#;
        let found = errors(&format!("{rules}, {expansions}"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0][0], "/expansions/0/target");
        assert_eq!(found[0][2], "`sortDirection` of distanceSort rules cannot be expanded");
    }

    #[test]
    fn the_nearest_are_tried_first_or_last() {
        for (direction, expected) in
            [("ascending", [4, 1, 3, 2, 5]), ("descending", [5, 2, 1, 3, 4])]
        {
            let mut waiting = by("skill", direction, "avg", "");
            // 1 and 3 are equally far, on either side: the older comes first.
            waiting.solos("skill", &[100.0, 110.0, 60.0, 90.0, 100.5, -40.0]);
            assert_eq!(waiting.order(0), expected, "{direction}");
        }
        let mut waiting = by("skill", "ascending", "avg", "");
        waiting.solos("skill", &[100.0, 110.0, 60.0, 90.0, 100.5, -40.0]);
        assert_eq!(waiting.order(5), [2, 3, 0, 4, 1]);
    }

    #[test]
    fn parties_and_the_anchor_are_put_together() {
        // The anchor is at 0, 20 or 40, the party at 10, 25 or 40.
        for (aggregation, expected) in [("min", [3, 1, 2]), ("avg", [2, 1, 3]), ("max", [1, 2, 3])]
        {
            let mut waiting = by("skill", "ascending", aggregation, "");
            waiting.party("skill", &[0.0, 40.0]);
            waiting.party("skill", &[10.0, 40.0]);
            waiting.solos("skill", &[18.0, 1.0]);
            assert_eq!(waiting.order(0), expected, "{aggregation}");
        }
    }

    #[test]
    fn what_overflows_is_far_away_or_last() {
        let mut waiting = by("skill", "ascending", "avg", "");
        waiting.solos("skill", &[-f64::MAX]);
        let huge = waiting.party("skill", &[f64::MAX, f64::MAX]);
        waiting.solos("skill", &[f64::MAX, 0.0]);
        assert_eq!(waiting.order(0), [3, 2, huge]);
        // An anchor without a value is equally far from everybody.
        assert_eq!(waiting.order(huge), [0, 2, 3]);
    }

    #[test]
    fn equal_strings_are_near_and_different_ones_far() {
        for (direction, expected) in [("ascending", [2, 4, 1, 3]), ("descending", [1, 3, 2, 4])] {
            let mut waiting = by("mode", direction, "avg", "");
            for text in ["ctf", "ffa", "ctf", "cte", "ctf"] {
                waiting.solo("mode", AttributeValue::String(text.into()));
            }
            assert_eq!(waiting.order(0), expected, "{direction}");
        }
    }

    #[test]
    fn maps_are_compared_at_the_anchors_key() {
        for (direction, key, expected) in [
            ("ascending", "maxValue", [3, 1, 5, 2, 4]),
            ("descending", "maxValue", [5, 1, 3, 2, 4]),
            ("ascending", "minValue", [1, 3, 5, 2, 4]),
        ] {
            let more = format!(r#", "mapKey": "{key}""#);
            let mut waiting = by("maps", direction, "avg", &more);
            for pairs in [
                &[("a", 3.0), ("b", 10.0)][..],
                &[("a", 3.5), ("b", 15.0)],
                &[("c", 10.0)],
                &[("a", 1.0), ("b", 9.0)],
                &[],
                &[("a", 30.0), ("b", 0.0)],
            ] {
                waiting.solo("maps", map(pairs));
            }
            assert_eq!(waiting.order(0), expected, "{direction} {key}");
            assert_eq!(waiting.order(4), [0, 1, 2, 3, 5], "{direction} {key}");
        }
    }

    #[test]
    fn the_search_takes_the_nearest() {
        let mut waiting = by("skill", "ascending", "avg", "");
        waiting.solos("skill", &[50.0, 10.0, 90.0, 55.0, 40.0, 58.0, 61.0, 47.0]);
        // Six places: the anchor and the five nearest, not the five oldest.
        assert_eq!(waiting.found(0), Some(vec![0, 3, 4, 5, 6, 7]));
    }

    /// The players of the first match of a duel between tickets of these skills, in this order.
    fn first_duel(rules: &str, skills: &[f64]) -> Vec<String> {
        let text = format!(
            r#"{{"ruleLanguageVersion": "1.0",
                "playerAttributes": [{{"name": "skill", "type": "number"}}],
                "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 1}},
                          {{"name": "blue", "minPlayers": 1, "maxPlayers": 1}}],
                "rules": {rules}}}"#
        );
        let rule_set = RuleSet::from_json(&text).unwrap();
        let (configuration, options) = (Configuration::default(), EngineOptions::default());
        let start = Timestamp::from_millis(0);
        let mut matchmaker = Matchmaker::new(rule_set, configuration, options, start, 3).unwrap();
        for (number, &skill) in skills.iter().enumerate() {
            let players = vec![Player::new(format!("p{number}")).with_number("skill", skill)];
            let request = StartMatchmaking { players, ..Default::default() };
            let now = Timestamp::from_millis(number as u64);
            matchmaker.handle_input(now, Input::StartMatchmaking(request)).unwrap();
        }
        let now = Timestamp::from_millis(skills.len() as u64);
        assert!(matchmaker.handle_timeout(now).unwrap().matches > 0);
        while let Some(event) = matchmaker.poll_event() {
            if let EventDetail::MatchmakingSucceeded { tickets, .. } = event.detail {
                let players = tickets.iter().flat_map(|ticket| ticket.players());
                let mut ids: Vec<_> = players.map(|it| it.player_id.to_string()).collect();
                ids.sort();
                return ids;
            }
        }
        Vec::new()
    }

    #[test]
    fn a_matchmaker_pairs_the_oldest_with_whom_the_rules_put_first() {
        let skills = [50.0, 90.0, 20.0, 54.0, 95.0, 45.0];
        let rule = |kind: &str, direction: &str| {
            format!(
                r#"[{{"name": "order", "type": "{kind}", "sortAttribute": "skill",
                      "sortDirection": "{direction}"}}]"#
            )
        };
        for (kind, direction, partner) in [
            ("distanceSort", "ascending", "p3"),
            ("distanceSort", "descending", "p4"),
            ("absoluteSort", "ascending", "p2"),
            ("absoluteSort", "descending", "p4"),
        ] {
            assert_eq!(
                first_duel(&rule(kind, direction), &skills),
                ["p0", partner],
                "{kind} {direction}"
            );
        }
        assert_eq!(first_duel("[]", &skills), ["p0", "p1"]);
        // It orders and never refuses: with nobody near, the far one will do.
        assert_eq!(first_duel(&rule("distanceSort", "ascending"), &[0.0, 1e9]), ["p0", "p1"]);
    }
}

//! `absoluteSort`: candidates are tried in the order of an attribute (facts 3.6, 10.25).
//!
//! Numbers in numeric order, strings by code point, maps by the value at the anchor's `mapKey`.
//! Ties are left to the next sort rule, then to age. It never refuses a match.

use std::cmp::Ordering;
use std::sync::Arc;

use super::SortKey;
use super::sorting::{Direction, NumberOf, SortKind, Subject};
use crate::pool::columns::{Columns, TicketRow};
use crate::pool::layout::{ColumnLayout, TextColumn};

pub(super) struct Kind;

#[derive(Debug)]
struct AbsoluteSort {
    value: Value,
    direction: Direction,
}

#[derive(Clone, Copy, Debug)]
enum Value {
    Number(NumberOf),
    Text(TextColumn),
}

impl SortKind for Kind {
    const NAME: &'static str = "absoluteSort";

    fn key(subject: Subject, direction: Direction, layout: &mut ColumnLayout) -> Arc<dyn SortKey> {
        let value = match subject {
            Subject::Number(number) => Value::Number(number),
            Subject::Text(attribute) => Value::Text(layout.text(attribute)),
        };
        Arc::new(AbsoluteSort { value, direction })
    }
}

impl SortKey for AbsoluteSort {
    fn compare(
        &self,
        anchor: TicketRow,
        a: TicketRow,
        b: TicketRow,
        columns: &Columns,
    ) -> Ordering {
        match self.value {
            Value::Number(number) => {
                // Adding zero makes the two zeros one.
                let of = |row| number.read(anchor, row, columns).map(|it| it + 0.0);
                self.direction.order(of(a), of(b), f64::total_cmp)
            }
            Value::Text(column) => {
                let texts = &columns.texts[column];
                self.direction.order(Some(&texts[a]), Some(&texts[b]), |a, b| a.cmp(b))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind_tests::{Waiting, errors, large, map};
    use crate::RuleSet;
    use crate::model::ticket::{AttributeValue, Player};

    /// Rules with one `absoluteSort` rule of these fields.
    fn sort(fields: &str) -> String {
        format!(r#"[{{"name": "order", "type": "absoluteSort", {fields}}}]"#)
    }

    fn by_skill(direction: &str, aggregation: &str) -> Waiting {
        Waiting::new(&sort(&format!(
            r#""sortAttribute": "skill", "sortDirection": "{direction}",
               "partyAggregation": "{aggregation}""#
        )))
    }

    fn by_map(direction: &str, key: &str, aggregation: &str) -> Waiting {
        Waiting::new(&sort(&format!(
            r#""sortAttribute": "maps", "sortDirection": "{direction}", "mapKey": "{key}",
               "partyAggregation": "{aggregation}""#
        )))
    }

    #[test]
    fn mistakes_are_found_where_they_are() {
        for (fields, pointer, underlined, message, help) in [
            (
                r#""sortAttribute": "tags", "sortDirection": "ascending""#,
                "/rules/0/sortAttribute",
                r#""tags""#,
                "attribute `tags` is a string_list, but a number, a string or a string_number_map is needed here",
                "",
            ),
            (
                r#""sortAttribute": "maps", "sortDirection": "ascending""#,
                "/rules/0/name",
                r#""order""#,
                "absoluteSort rule `order` needs `mapKey`",
                "maps are sorted by one key: that of the anchor's `minValue` or `maxValue`",
            ),
            (
                r#""sortAttribute": "skill", "sortDirection": "ascending", "mapKey": "minValue""#,
                "/rules/0/mapKey",
                r#""minValue""#,
                "attribute `skill` is a number, but a string_number_map is needed here",
                "take `mapKey` out: only maps have keys",
            ),
            (
                r#""sortAttribute": "mode", "sortDirection": "ascending", "mapKey": "maxValue""#,
                "/rules/0/mapKey",
                r#""maxValue""#,
                "attribute `mode` is a string, but a string_number_map is needed here",
                "take `mapKey` out: only maps have keys",
            ),
            (
                r#""sortAttribute": "maps", "sortDirection": "ascending", "mapKey": "avgValue""#,
                "/rules/0/mapKey",
                r#""avgValue""#,
                "`avgValue` is not a choice of key",
                "use one of `minValue` and `maxValue`",
            ),
            (
                r#""sortAttribute": "skill", "sortDirection": "up""#,
                "/rules/0/sortDirection",
                r#""up""#,
                "`up` is not a sort direction",
                "use one of `ascending` and `descending`",
            ),
        ] {
            let expected = [pointer, underlined, message, help].map(String::from);
            assert_eq!(errors(&sort(fields)), [expected], "{fields}");
        }
        let missing = errors(&sort(r#""sortAttribute": "skill""#));
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0][0], "/rules/0");
        assert_eq!(missing[0][2], "absoluteSort rule `order` needs `sortDirection`");
    }

    #[test]
    fn numbers_are_tried_in_their_order() {
        for (direction, expected) in
            [("ascending", [4, 1, 5, 2, 6, 3]), ("descending", [3, 2, 6, 1, 5, 4])]
        {
            let mut waiting = by_skill(direction, "avg");
            // 1 and 5, 2 and 6 are ties: the older comes first. -0 is 0.
            waiting.solos("skill", &[7.0, 0.0, 20.0, 100.0, -3.0, -0.0, 20.0]);
            assert_eq!(waiting.order(0), expected, "{direction}");
        }
    }

    #[test]
    fn a_party_is_sorted_by_one_number() {
        for (aggregation, expected) in [("min", [1, 3, 2]), ("avg", [3, 1, 2]), ("max", [3, 2, 1])]
        {
            let mut waiting = by_skill("ascending", aggregation);
            waiting.solos("skill", &[0.0]);
            waiting.party("skill", &[1.0, 60.0, 40.0]);
            waiting.party("skill", &[30.0, 50.0]);
            waiting.solos("skill", &[25.0]);
            assert_eq!(waiting.order(0), expected, "{aggregation}");
        }
    }

    #[test]
    fn a_party_whose_mean_overflows_comes_last() {
        for (direction, expected) in [("ascending", [2, 3, 1]), ("descending", [3, 2, 1])] {
            let mut waiting = by_skill(direction, "avg");
            waiting.solos("skill", &[0.0]);
            waiting.party("skill", &[f64::MAX, f64::MAX]);
            waiting.solos("skill", &[-f64::MAX, f64::MAX]);
            assert_eq!(waiting.order(0), expected, "{direction}");
        }
    }

    #[test]
    fn strings_are_tried_by_code_point() {
        for (direction, expected) in
            [("ascending", [6, 3, 5, 2, 7, 1, 4]), ("descending", [4, 1, 2, 7, 5, 3, 6])]
        {
            let mut waiting = Waiting::new(&sort(&format!(
                r#""sortAttribute": "mode", "sortDirection": "{direction}""#
            )));
            // U+FF01 comes before U+10000, though not in UTF-16.
            for text in ["m", "\u{ff01}", "b", "B", "\u{10000}", "a\u{10000}", "10", "b"] {
                waiting.solo("mode", AttributeValue::String(text.into()));
            }
            assert_eq!(waiting.order(0), expected, "{direction}");
        }
    }

    #[test]
    fn of_a_party_the_first_players_string_counts() {
        let mut waiting =
            Waiting::new(&sort(r#""sortAttribute": "mode", "sortDirection": "ascending""#));
        let player = |id: &str, mode| Player::new(id).with_string("mode", mode);
        waiting.ticket(vec![player("a", "k")]);
        waiting.ticket(vec![player("b", "z"), player("c", "a")]);
        waiting.ticket(vec![player("d", "b")]);
        waiting.ticket(vec![Player::new("e")]); // `any`, the default
        assert_eq!(waiting.order(0), [3, 2, 1]);
    }

    #[test]
    fn maps_are_sorted_by_the_anchors_key() {
        let maps = [
            map(&[("forest", 3.0), ("desert", 10.0), ("city", 5.0)]),
            map(&[("desert", 1.0), ("forest", 9.0)]),
            map(&[("city", 50.0)]),
            map(&[("desert", 4.0), ("forest", 2.0), ("city", 0.0)]),
            map(&[]),
            map(&[("desert", 2.0), ("forest", 5.0)]),
        ];
        for (direction, key, expected) in [
            ("ascending", "maxValue", [1, 5, 3, 2, 4]),
            ("descending", "maxValue", [3, 5, 1, 2, 4]),
            ("ascending", "minValue", [3, 5, 1, 2, 4]),
            ("descending", "minValue", [1, 5, 3, 2, 4]),
        ] {
            let mut waiting = by_map(direction, key, "avg");
            for value in &maps {
                waiting.solo("maps", value.clone());
            }
            assert_eq!(waiting.order(0), expected, "{direction} {key}");
            // An anchor without keys prefers none.
            assert_eq!(waiting.order(4), [0, 1, 2, 3, 5], "{direction} {key}");
        }
    }

    #[test]
    fn of_equal_keys_the_first_in_the_alphabet_counts() {
        for key in ["minValue", "maxValue"] {
            let mut waiting = by_map("ascending", key, "avg");
            // `z` is known to the pool before `b` is, so that symbols stand the other way round.
            waiting.solo("maps", map(&[("z", 1.0), ("b", 2.0)]));
            waiting.solo("maps", map(&[("z", 2.0), ("b", 1.0)]));
            let player = |id: &str, pairs: &[_]| Player::new(id).with("maps", map(pairs));
            let anchor =
                waiting.ticket(vec![player("x", &[("z", 5.0)]), player("y", &[("b", 5.0)])]);
            assert_eq!(waiting.order(anchor), [1, 0], "{key}");
        }
    }

    #[test]
    fn a_partys_maps_are_put_together_key_by_key() {
        // The party has 2 and 10 of `a`, 7 of `b`: which is its largest, and how large is it?
        for (aggregation, expected) in [("min", [1, 3, 2]), ("avg", [1, 3, 2]), ("max", [2, 1, 3])]
        {
            let mut waiting = by_map("ascending", "maxValue", aggregation);
            let player = |id: &str, pairs: &[_]| Player::new(id).with("maps", map(pairs));
            let party = vec![player("x", &[("a", 2.0)]), player("y", &[("a", 10.0), ("b", 7.0)])];
            let anchor = waiting.ticket(party);
            waiting.solo("maps", map(&[("a", 5.0), ("b", 1.0)]));
            waiting.solo("maps", map(&[("a", 4.0), ("b", 3.0)]));
            waiting.solo("maps", map(&[("a", 6.0), ("b", 2.0)]));
            assert_eq!(waiting.order(anchor), expected, "{aggregation}");
        }
        // Seen from a solo that wants `a`, the party's place depends on how it is put together.
        for (aggregation, expected) in [("min", [1, 2, 3]), ("avg", [2, 1, 3]), ("max", [2, 3, 1])]
        {
            let mut waiting = by_map("ascending", "maxValue", aggregation);
            let player = |id: &str, pairs: &[_]| Player::new(id).with("maps", map(pairs));
            let anchor = waiting.solo("maps", map(&[("a", 1.0)]));
            waiting.ticket(vec![
                player("x", &[("a", 2.0)]),
                player("y", &[("a", 10.0), ("b", 7.0)]),
                player("z", &[("b", 70.0)]),
            ]);
            waiting.solo("maps", map(&[("a", 5.0)]));
            waiting.solo("maps", map(&[("a", 7.0)]));
            assert_eq!(waiting.order(anchor), expected, "{aggregation}");
        }
    }

    #[test]
    fn the_next_sort_rule_breaks_ties() {
        let mut waiting = Waiting::new(
            r#"[{"name": "mode", "type": "absoluteSort", "sortAttribute": "mode",
                 "sortDirection": "ascending"},
                {"name": "skill", "type": "absoluteSort", "sortAttribute": "skill",
                 "sortDirection": "descending"}]"#,
        );
        for (id, mode, skill) in [
            ("a", "x", 0.0),
            ("b", "ffa", 9.0),
            ("c", "ctf", 1.0),
            ("d", "ffa", 10.0),
            ("e", "ctf", 2.0),
        ] {
            waiting.ticket(vec![
                Player::new(id).with_string("mode", mode).with_number("skill", skill),
            ]);
        }
        assert_eq!(waiting.order(0), [4, 2, 3, 1]);
    }

    /// Rows are used again; what stood in them must not show.
    #[test]
    fn a_reused_row_has_its_own_values() {
        let mut waiting = by_map("ascending", "maxValue", "avg");
        let schema = waiting.rule_set.plan().ast.schema.clone();
        let players = |pairs: &[_]| vec![Player::new("p").with("maps", map(pairs))];
        let start = crate::base::time::Timestamp::from_millis(0);
        let mut insert = |pairs: &[_]| {
            let row = waiting.pool.insert(&schema, &players(pairs), start, 0).unwrap();
            let maps = &waiting.pool.columns.maps;
            let values: Vec<f64> =
                maps.iter().flat_map(|column| column[row].iter().map(|pair| pair.1)).collect();
            waiting.pool.remove(row);
            assert!(waiting.pool.columns.maps.iter().all(|column| column[row].is_empty()));
            (row, values)
        };
        let (first, values) = insert(&[("a", 1.0), ("b", 2.0)]);
        assert_eq!(values, [1.0, 2.0]);
        assert_eq!(insert(&[("c", 3.0)]), (first, vec![3.0]));
    }

    /// Facts 1.8: only `latency` and `batchDistance` are known to large matches, and a statement has
    /// no use for a rule that never refuses.
    #[test]
    fn large_matches_and_compounds_do_not_know_sort_rules() {
        for kind in ["absoluteSort", "distanceSort"] {
            let rule = format!(
                r#""type": "{kind}", "sortAttribute": "skill", "sortDirection": "ascending""#
            );
            let errors = RuleSet::from_json(&large(&rule)).unwrap_err();
            let [error] = errors.errors() else { panic!("{errors}") };
            let message = format!("rule type `{kind}` is not recognised in a match of 50 players");
            assert_eq!(error.kind().to_string(), message);
            assert_eq!(error.location().pointer.as_str(), "/rules/0/name");
            assert!(crate::rules::kind(kind).is_some_and(|kind| !kind.in_compounds()));
        }
    }

    /// The order of candidates decides who is matched: the match is full before the others' turn.
    #[test]
    fn the_order_decides_who_is_matched() {
        for (direction, expected) in
            [("ascending", [0, 1, 3, 4, 5, 7]), ("descending", [0, 2, 4, 6, 7, 8])]
        {
            let mut waiting = by_skill(direction, "avg");
            waiting.solos("skill", &[50.0, 10.0, 90.0, 20.0, 40.0, 30.0, 80.0, 45.0, 70.0]);
            assert_eq!(waiting.found(0), Some(expected.to_vec()), "{direction}");
        }
    }
}

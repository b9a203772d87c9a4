//! Who is in a batch with whom.

use std::collections::{BTreeMap, BTreeSet};

use super::{AnchorKey, BatchTerms, Budget, Cutting, MatchTerms, Partitions, PoolAt, Progress};
use crate::base::time::Timestamp;
use crate::model::ticket::Player;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Pool;
use crate::ruleset::RuleSet;

const SIZE: usize = 9;

/// Groups of three of which the index knows nothing.
fn rule_set(algorithm: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "number", "type": "number"}},
                                 {{"name": "word", "type": "string"}}],
            "algorithm": {{{algorithm}}},
            "teams": [{{"name": "all", "minPlayers": 3, "maxPlayers": 3}}],
            "rules": [{{"name": "sum", "type": "comparison", "operation": "=",
                "measurements": ["sum(teams[all].players.attributes[number])"],
                "referenceValue": 60}}]}}"#
    );
    RuleSet::from_json(&text).unwrap_or_else(|error| panic!("{error}"))
}

struct Fixture {
    rule_set: RuleSet,
    pool: Pool,
    rows: Vec<TicketRow>,
}

impl Fixture {
    fn new(algorithm: &str, count: u64) -> Self {
        let rule_set = rule_set(algorithm);
        let mut pool = Pool::new(&rule_set.plan().layout, 1);
        let rows = (0..count).map(|number| {
            let player = Player::new(format!("p{number}"))
                .with_number("number", (number * 7 % count) as f64)
                .with_string("word", ["x", "y", "z"][(number % 3) as usize]);
            let start = Timestamp::from_millis(number);
            let schema = &rule_set.plan().ast.schema;
            pool.insert(schema, &[player], start, number).expect("there is room")
        });
        let rows = rows.collect();
        Self { rule_set, pool, rows }
    }

    fn at(&self, seed: u64, tickets_max: usize) -> PoolAt<'_> {
        let batches = BatchTerms { tickets_max, seed };
        let terms = MatchTerms { batches, ..MatchTerms::default() };
        let (plan, columns) = (self.rule_set.plan(), &self.pool.columns);
        PoolAt { plan, columns, now: Timestamp::from_millis(100_000), terms }
    }

    /// A partition that was cut so often.
    fn begun(&self, pool_at: PoolAt<'_>, arrangement: u64) -> Partitions {
        let mut waiting = Partitions::new(self.rule_set.plan());
        self.rows.iter().for_each(|&row| waiting.insert(pool_at, row));
        let cutting = Cutting {
            arrangement,
            fruitless: 0,
            retry_at: Some(Timestamp::from_millis(0)),
            ..Cutting::default()
        };
        let progress = Progress { cutting, ..Progress::default() };
        waiting.take_up(self.rows[0], progress, None);
        self.rows.iter().for_each(|&row| waiting.mark_changed(pool_at, row));
        assert_eq!(waiting.begin_pass(pool_at), 1);
        waiting
    }
}

/// The numbers of submission in each batch.
fn batches(waiting: &Partitions) -> Vec<BTreeSet<u64>> {
    let (_, progress) = waiting.progress().next().expect("a pass is under way");
    let under_way = progress.under_way.as_ref().expect("a pass is under way");
    let batches = under_way.batches.as_ref().expect("it is cut");
    batches.keys().map(|keys| keys.map(AnchorKey::number).collect()).collect()
}

#[test]
fn every_shuffle_is_another_and_has_everybody_once() {
    let fixture = Fixture::new("", 50);
    let mut together = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for arrangement in 0..15 {
        let cut = batches(&fixture.begun(fixture.at(5, SIZE), arrangement));
        assert!(cut.iter().all(|batch| batch.len() <= SIZE), "{cut:?}");
        let all: Vec<u64> = cut.iter().flatten().copied().collect();
        assert_eq!((all.len(), cut.len()), (50, 6));
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), (0..50).collect());
        assert_eq!(cut, batches(&fixture.begun(fixture.at(5, SIZE), arrangement)));
        assert_ne!(cut, batches(&fixture.begun(fixture.at(6, SIZE), arrangement)));
        together.extend(cut.iter().filter(|it| it.contains(&3)).flatten().copied());
        assert!(seen.insert(cut), "arrangement {arrangement} is an earlier one");
    }
    assert!(together.len() > 40, "in 15 shuffles one meets most: {together:?}");
}

#[test]
fn sorted_batches_are_of_neighbours_and_move_by_half() {
    let sorted = r#""batchingPreference": "sorted", "sortByAttributes": ["word", "number"]"#;
    let fixture = Fixture::new(sorted, 60);
    let size = 12;
    let mut order: Vec<u64> = (0..60).collect();
    order.sort_by_key(|&number| (number % 3, number * 7 % 60));
    let ranks: BTreeMap<u64, usize> = order.iter().enumerate().map(|(at, &it)| (it, at)).collect();
    for (arrangement, shift) in [(1, 0), (2, size / 2), (3, 0)] {
        let cut = batches(&fixture.begun(fixture.at(5, size), arrangement - 1));
        for (at, batch) in cut.iter().enumerate() {
            let places: BTreeSet<usize> = batch.iter().map(|number| ranks[number]).collect();
            let expected = (0..60).filter(|place| (place + shift) / size == at);
            assert_eq!(places, expected.collect(), "arrangement {arrangement}");
        }
    }
}

#[test]
fn a_match_has_tickets_of_one_batch() {
    let mut matches = 0;
    let sorted = r#""batchingPreference": "sorted", "sortByAttributes": ["number"]"#;
    for algorithm in ["", sorted] {
        let fixture = Fixture::new(algorithm, 50);
        for seed in 0..10 {
            let pool_at = fixture.at(seed, SIZE);
            let mut waiting = fixture.begun(pool_at, seed);
            let cut = batches(&waiting);
            let budget = Budget {
                nodes: u64::MAX,
                nodes_per_anchor: 1_000,
                matches: 1_000_000,
                exchange_tries: 0,
            };
            let slice = waiting.run_slice(pool_at, budget);
            assert!(!waiting.is_under_way());
            for found in &slice.matches {
                let numbers: Vec<u64> =
                    found.rows().map(|row| fixture.pool.columns.number[row]).collect();
                let sum: u64 = numbers.iter().map(|number| number * 7 % 50).sum();
                assert_eq!((sum, numbers.len()), (60, 3));
                assert!(cut.iter().any(|batch| numbers.iter().all(|it| batch.contains(it))));
            }
            matches += slice.matches.len();
        }
    }
    assert!(matches > 20, "{matches} matches");
}

/// No batch is too small for two matches, whatever the option says; and none is larger than it says
/// without need.
#[test]
fn a_batch_holds_two_full_matches() {
    let least = 6;
    let sorted = r#""batchingPreference": "sorted", "sortByAttributes": ["number"]"#;
    for algorithm in ["", sorted] {
        for count in [12, 13, 17, 18, 23, 35, 50] {
            let fixture = Fixture::new(algorithm, count);
            for size in [1, 5, 6, 7, 9, 11, 12, 20] {
                for arrangement in 0..2 {
                    if count as usize <= size {
                        continue;
                    }
                    let of = format!("{count} in {size}, {algorithm} {arrangement}");
                    let cut = batches(&fixture.begun(fixture.at(5, size), arrangement));
                    let sizes: Vec<usize> = cut.iter().map(BTreeSet::len).collect();
                    assert_eq!(sizes.iter().sum::<usize>(), count as usize, "{of}: {sizes:?}");
                    assert!(sizes.iter().all(|&it| it >= least), "{of}: {sizes:?}");
                    let is_even = algorithm.is_empty() || arrangement == 0;
                    if size >= 2 * least && is_even {
                        assert!(sizes.iter().all(|&it| it <= size), "{of}: {sizes:?}");
                    }
                    assert!(sizes.iter().all(|&it| it < size.max(least) + 2 * least));
                }
            }
        }
    }
}

/// What makes no two batches stays whole.
#[test]
fn fewer_tickets_than_four_full_matches_are_not_cut() {
    for (count, is_cut) in [(11, false), (12, true)] {
        let fixture = Fixture::new("", count);
        let pool_at = fixture.at(5, 1);
        let mut waiting = Partitions::new(fixture.rule_set.plan());
        fixture.rows.iter().for_each(|&row| waiting.insert(pool_at, row));
        let cutting = Cutting { retry_at: Some(Timestamp::from_millis(0)), ..Cutting::default() };
        waiting.take_up(fixture.rows[0], Progress { cutting, ..Progress::default() }, None);
        fixture.rows.iter().for_each(|&row| waiting.mark_changed(pool_at, row));
        assert_eq!(waiting.begin_pass(pool_at), u64::from(is_cut), "{count} tickets");
    }
}

//! Exchange matches more players, costs no anchor its match, and leaves nobody who has one.

use std::collections::BTreeSet;

use super::index_tests::{Filled, NOW, each_pool};
use super::{AnchorKey, Budget, MatchTerms, Partitions, PoolAt, Slice};
use crate::base::time::{Millis, Timestamp};
use crate::model::ticket::Player;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Pool;
use crate::ruleset::RuleSet;

const WHOLE: u64 = u64::MAX;

fn budget(exchange_tries: u32, nodes: u64) -> Budget {
    Budget { nodes, nodes_per_anchor: u64::MAX, matches: usize::MAX, exchange_tries }
}

/// Tickets that have all just come, at one instant.
fn arrived(pool: PoolAt<'_>, rows: &[TicketRow]) -> Partitions {
    let mut waiting = Partitions::new(pool.plan);
    for &row in rows {
        waiting.insert(pool, row);
        waiting.mark_changed(pool, row);
    }
    waiting
}

/// A pass, in slices.
fn pass(waiting: &mut Partitions, pool: PoolAt<'_>, budget: Budget) -> Slice {
    let mut all = Slice::default();
    waiting.begin_pass(pool);
    while waiting.is_under_way() {
        all.add(waiting.run_slice(pool, budget));
    }
    all
}

fn matched(slice: &Slice) -> BTreeSet<TicketRow> {
    let rows: Vec<TicketRow> = slice.matches.iter().flat_map(|it| it.rows()).collect();
    let set: BTreeSet<TicketRow> = rows.iter().copied().collect();
    assert_eq!(set.len(), rows.len(), "a ticket is in two matches");
    set
}

fn players(pool: PoolAt<'_>, rows: &BTreeSet<TicketRow>) -> u32 {
    let is_new = |row: &&TicketRow| !pool.columns.is_roster(**row);
    rows.iter().filter(is_new).map(|&row| u32::from(pool.columns.players[row].len)).sum()
}

#[test]
fn one_pass_matches_no_fewer_players_and_every_anchor_that_it_would_have() {
    let (mut exchanged, mut pools) = (0, 0);
    each_pool(|rule_set, Filled { pool, rows }, terms| {
        let (plan, columns) = (rule_set.plan(), &pool.columns);
        let pool = PoolAt { plan, columns, now: NOW, terms };
        let by_age = pass(&mut arrived(pool, rows), pool, budget(0, WHOLE));
        let with = pass(&mut arrived(pool, rows), pool, budget(8, WHOLE));
        assert_eq!((by_age.exchanged, by_age.anchors_exhausted), (0, 0));
        let (before, after) = (matched(&by_age), matched(&with));
        assert!(players(pool, &after) >= players(pool, &before));
        assert!(with.exchanged == 0 || players(pool, &after) > players(pool, &before));
        // Without a storm guard no candidate is older than its anchor.
        if terms.backfill_before_new_match == Millis::new(0) {
            for found in &by_age.matches {
                let anchor = found.rows().min_by_key(|&row| AnchorKey::of(plan, columns, row));
                assert!(
                    anchor.is_some_and(|row| after.contains(&row)),
                    "{anchor:?} lost its match"
                );
            }
        }
        exchanged += with.exchanged;
        pools += u64::from(with.exchanged > 0);
    });
    println!("{exchanged} matches exchanged in {pools} pools");
    assert!(exchanged > 50 && pools > 20, "{exchanged} in {pools}");
}

/// Those who lose their place in a match are searched for again.
#[test]
fn nobody_is_left_who_has_a_match() {
    for nodes in [WHOLE, 40] {
        let (mut exchanged, mut later) = (0, 0);
        each_pool(|rule_set, Filled { pool, rows }, terms| {
            let (plan, columns) = (rule_set.plan(), &pool.columns);
            let pool = PoolAt { plan, columns, now: NOW, terms };
            let mut waiting = arrived(pool, rows);
            let mut left: BTreeSet<TicketRow> = rows.iter().copied().collect();
            let mut passes = 0;
            while waiting.is_due() {
                let slice = pass(&mut waiting, pool, budget(8, nodes));
                matched(&slice).iter().for_each(|row| assert!(left.remove(row), "matched twice"));
                exchanged += slice.exchanged;
                later += u64::from(passes > 0) * slice.matches.len() as u64;
                passes += 1;
                assert!(passes < 50, "passes without an end");
            }
            let mut plain = Partitions::plain(plan);
            left.iter().for_each(|&row| plain.insert(pool, row));
            for &row in &left {
                assert!(plain.search(pool, row, u64::MAX).found.is_none(), "{row:?} has a match");
            }
        });
        println!("{nodes} nodes a slice: {exchanged} matches exchanged, {later} in later passes");
        assert!(exchanged > 0, "{nodes}");
    }
}

/// Two teams of one who are at most 6 apart, the tickets in the order of their age.
fn duels(skills: &[f64], tries: u32, nodes: u64) -> (Vec<Vec<f64>>, u64) {
    let rule_set = RuleSet::from_json(
        r#"{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{"name": "skill", "type": "number"}],
            "teams": [{"name": "a", "minPlayers": 1, "maxPlayers": 1, "quantity": 2}],
            "rules": [{"name": "near", "type": "batchDistance", "batchAttribute": "skill",
                       "maxDistance": 6}]}"#,
    );
    let rule_set = rule_set.expect("it is valid");
    let plan = rule_set.plan();
    let mut pool = Pool::new(&plan.layout, 1);
    let rows: Vec<TicketRow> = (0..)
        .zip(skills)
        .map(|(number, &skill)| {
            let player = Player::new(format!("p{number}")).with_number("skill", skill);
            let start = Timestamp::from_millis(number);
            pool.insert(&plan.ast.schema, &[player], start, number).expect("there is room")
        })
        .collect();
    let pool = PoolAt { plan, columns: &pool.columns, now: NOW, terms: MatchTerms::default() };
    let slice = pass(&mut arrived(pool, &rows), pool, budget(tries, nodes));
    let skill_of = |row| rows.iter().position(|&it| it == row).map(|at| skills[at]);
    let skills_of = |it: &super::Found| {
        let mut of: Vec<f64> = it.rows().filter_map(skill_of).collect();
        of.sort_by(f64::total_cmp);
        of
    };
    (slice.matches.iter().map(skills_of).collect(), slice.exchanged)
}

#[test]
fn the_oldest_candidate_is_left_to_the_one_who_has_no_other() {
    // The oldest, 5, could meet 10 and 0; 14 could meet 10 alone.
    let skills = [5.0, 10.0, 14.0, 0.0];
    assert_eq!(duels(&skills, 0, WHOLE), (vec![vec![5.0, 10.0]], 0));
    assert_eq!(duels(&skills, 1, WHOLE), (vec![vec![0.0, 5.0], vec![10.0, 14.0]], 1));
    // Matches come in the order of their anchors.
    let skills = [105.0, 5.0, 10.0, 14.0, 0.0, 110.0, 114.0, 100.0];
    let matches = [[100.0, 105.0], [0.0, 5.0], [10.0, 14.0], [110.0, 114.0]];
    assert_eq!(duels(&skills, 8, WHOLE), (matches.map(Vec::from).to_vec(), 2));
}

#[test]
fn a_match_stays_where_two_would_have_no_more_players() {
    for skills in [&[5.0, 10.0, 14.0][..], &[5.0, 10.0, 14.0, 30.0], &[5.0, 10.0, 16.0, 17.0]] {
        assert_eq!(duels(skills, 8, WHOLE), duels(skills, 0, WHOLE), "{skills:?}");
    }
}

/// Whoever has not had a turn could be an anchor with a match of its own.
#[test]
fn only_those_who_had_their_turn_in_the_pass_take_a_place() {
    let skills = [5.0, 10.0, 14.0, 0.0];
    assert_eq!(duels(&skills, 8, 1), (vec![vec![5.0, 10.0]], 0));
}

/// Two or three who share a mode.
#[test]
fn who_lost_a_place_is_searched_for_again() {
    let rule_set = RuleSet::from_json(
        r#"{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{"name": "modes", "type": "string_list"}],
            "teams": [{"name": "a", "minPlayers": 2, "maxPlayers": 3}],
            "rules": [{"name": "shared", "type": "collection", "operation": "intersection",
                       "measurements": ["flatten(teams[*].players.attributes[modes])"],
                       "minCount": 1}]}"#,
    );
    let rule_set = rule_set.expect("it is valid");
    let plan = rule_set.plan();
    let mut pool = Pool::new(&plan.layout, 1);
    let modes: [&[&str]; 6] = [&["v", "w"], &["v", "x"], &["w"], &["v", "z"], &["x"], &["z"]];
    let rows: Vec<TicketRow> = (0..)
        .zip(modes)
        .map(|(number, modes)| {
            let player = Player::new(format!("p{number}")).with_strings("modes", modes);
            let start = Timestamp::from_millis(number);
            pool.insert(&plan.ast.schema, &[player], start, number).expect("there is room")
        })
        .collect();
    let pool = PoolAt { plan, columns: &pool.columns, now: NOW, terms: MatchTerms::default() };
    let mut waiting = arrived(pool, &rows);
    let mut matches = || {
        let slice = pass(&mut waiting, pool, budget(8, WHOLE));
        let rows_of = |it: &super::Found| it.rows().collect::<BTreeSet<_>>();
        let matches: Vec<_> = slice.matches.iter().map(rows_of).collect();
        (matches, slice.retries)
    };
    // By age the first match would be that of `v`, of three.
    let of = |at: [usize; 2]| at.map(|it| rows[it]).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(matches(), (vec![of([0, 2]), of([1, 4])], true));
    assert_eq!(matches(), (vec![of([3, 5])], false));
    assert!(!waiting.is_due());
}

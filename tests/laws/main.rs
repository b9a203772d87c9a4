//! Laws that hold whatever the rules are (decision 37), asked through the public interface of pools
//! for our own rule sets and for random ones: an extra ticket that nothing can match changes
//! nothing for the others; a bound that lets more pass loses no anchor its match; other names give
//! the same matches under other names; the same seed and commands give the same output.
//!
//! The laws hold where no budget ended a search. Each counts how often it was asked of a pool with
//! a match, and fails when it never was. `RALLYPOINT_LAWS=10` asks of ten times as many pools.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

#[path = "../support/dice.rs"]
mod dice;
mod played;
mod random;
mod relaxed;
mod renamed;
mod strangers;
mod timeline;
mod world;

use std::collections::BTreeMap;

use dice::Dice;
use played::{Played, options, play, play_by_age};
use rallypoint::RuleSet;
use renamed::Names;
use strangers::stranger;
use world::{Pool, Subject, set_algorithm, subjects};

/// Pools for each of our own rule sets.
const POOLS: u64 = 12;
/// Pools for random rule sets, each for one of its own.
const RANDOM_POOLS: u64 = 150;

/// How often a law was asked.
#[derive(Default)]
struct Counts {
    pools: u64,
    /// A budget ended a search.
    cut: u64,
    /// There was a match.
    matched: u64,
    /// What the law is about made a difference that it admits.
    changed: u64,
}

/// What a law says of one pool.
enum Verdict {
    Cut,
    Holds { matched: bool, changed: bool },
}

/// Asks a law of many pools, prints how often it was exercised, and fails where it never was.
fn ask(name: &str, law: impl Fn(&Subject, &mut Dice) -> Verdict) -> BTreeMap<String, Counts> {
    let mut all = BTreeMap::new();
    println!("\n{name:24}{:>8}{:>8}{:>10}{:>10}", "pools", "cut", "matched", "changed");
    for subject in subjects() {
        let mut counts = Counts::default();
        let pools = if subject.is_random() { RANDOM_POOLS } else { POOLS };
        for seed in 0..pools * times() {
            let mut dice = Dice::new(seed);
            counts.pools += 1;
            match law(&subject, &mut dice) {
                Verdict::Cut => counts.cut += 1,
                Verdict::Holds { matched, changed } => {
                    counts.matched += u64::from(matched);
                    counts.changed += u64::from(changed);
                }
            }
        }
        let Counts { pools, cut, matched, changed } = counts;
        println!("{:24}{pools:>8}{cut:>8}{matched:>10}{changed:>10}", subject.name);
        all.insert(subject.name, counts);
    }
    for (of, Counts { pools, cut, matched, .. }) in &all {
        assert!(*matched > 0, "{name}: no pool of {of} has a match");
        assert!(cut * 2 <= *pools, "{name}: {cut} of {pools} searches for {of} were cut");
    }
    all
}

fn changed(all: &BTreeMap<String, Counts>) -> u64 {
    all.values().map(|counts| counts.changed).sum()
}

#[test]
fn a_ticket_that_nothing_can_match_changes_nothing_for_the_others() {
    let kinds = std::cell::RefCell::new(BTreeMap::new());
    let exchanged = std::cell::Cell::new(0);
    ask("an extra ticket", |subject, dice| {
        let pool = subject.pool(dice);
        let mut before = play(&pool);
        let mut with = pool.clone();
        let (stranger, kind) = stranger(dice, &subject.name, &pool);
        let at = with.tickets.partition_point(|ticket| ticket.at < stranger.at);
        with.tickets.insert(at, stranger);
        let mut after = play(&with);
        if before.is_exchange_cut || after.is_exchange_cut {
            (before, after) = (play_by_age(&pool), play_by_age(&with));
        }
        if before.is_cut || after.is_cut {
            return Verdict::Cut;
        }
        assert!(!after.holds("stranger"), "{kind} was matched: {with:#?}");
        assert_eq!(before, after, "{kind} changed the matches of {}", show(&with));
        let matched = !before.matches.is_empty();
        exchanged.set(exchanged.get() + before.exchanged);
        *kinds.borrow_mut().entry(kind).or_insert(0) += u32::from(matched);
        Verdict::Holds { matched, changed: false }
    });
    let kinds = kinds.into_inner();
    println!("{kinds:?}");
    assert_eq!(kinds.len(), 3);
    assert!(exchanged.get() > 0, "no match was exchanged");
    assert!(kinds.values().all(|&matched| matched > 0), "{kinds:?}");
}

#[test]
fn a_bound_that_lets_more_pass_loses_no_anchor_its_match() {
    let all = ask("a relaxed bound", |subject, dice| {
        let mut pool = subject.pool(dice);
        let count = dice.between(pool.tickets.len() / 3, pool.tickets.len());
        pool.tickets.truncate(count);
        // The first anchor is the oldest ticket; it sees the whole pool.
        set_algorithm(&mut pool.rules, "backfillPriority", "normal");
        let mut relaxed = pool.clone();
        let what = loop {
            relaxed.rules = pool.rules.clone();
            let what = relaxed::relax(dice, &mut relaxed.rules).expect("teams have sizes");
            // A minimum below that of an expansion, for instance, is refused.
            if RuleSet::from_json(&relaxed.rules.to_string()).is_ok() {
                break what;
            }
        };
        let (before, after) = (play(&pool), play(&relaxed));
        if before.is_cut || after.is_cut {
            return Verdict::Cut;
        }
        let anchor = &*pool.tickets[0].id;
        let (before, after) = (before.holds(anchor), after.holds(anchor));
        assert!(after || !before, "{what} lost {anchor} its match: {}", show(&pool));
        Verdict::Holds { matched: before, changed: after && !before }
    });
    assert!(changed(&all) > 0, "no bound let more pass");
}

#[test]
fn other_names_give_the_same_matches_under_other_names() {
    ask("other names", |subject, dice| {
        let pool = subject.pool(dice);
        let names = Names::new(&pool);
        let (before, after) = (play(&pool), play(&names.pool(&pool)));
        if before.is_cut || after.is_cut {
            return Verdict::Cut;
        }
        let expected = before.matches.iter().map(|formed| names.formed(formed)).collect();
        let expected = Played { matches: expected, ..before.clone() };
        assert_eq!(after, expected, "other names changed the matches of {}", show(&pool));
        Verdict::Holds { matched: !before.matches.is_empty(), changed: before != after }
    });
}

#[test]
fn the_same_seed_and_commands_give_the_same_output() {
    // Several threads take larger pools than these: `tests/parallel.rs` has them.
    ask("the same again", |subject, dice| {
        let pool = subject.pool(dice);
        let seed = dice.below(1_000) as u64;
        let [first, other] = [(); 2].map(|()| timeline::run(&pool, seed, options()));
        assert_same(&first, &other, &pool);
        let short = || timeline::run(&pool, seed, timeline::short_slices());
        assert_same(&short(), &short(), &pool);
        let other_seed = timeline::run(&pool, seed + 1, options());
        Verdict::Holds { matched: first.matches > 0, changed: first != other_seed }
    });
}

fn assert_same(first: &timeline::Seen, other: &timeline::Seen, pool: &Pool) {
    let pairs = first.lines.iter().zip(&other.lines);
    if let Some((a, b)) = pairs.into_iter().find(|(a, b)| a != b) {
        panic!("{a}\nthen\n{b}\nin {}", show(pool));
    }
    assert_eq!(first, other);
}

/// A pool as a scenario could tell it.
fn show(Pool { rules, tickets, now }: &Pool) -> String {
    let tickets = tickets.iter().map(|ticket| format!("{ticket:?}\n"));
    format!("{rules}\nat {now}:\n{}", tickets.collect::<String>())
}

/// How many times the usual number of pools is wanted.
#[expect(clippy::disallowed_methods, reason = "the test harness may be told what to run")]
fn times() -> u64 {
    std::env::var("RALLYPOINT_LAWS").ok().and_then(|it| it.parse().ok()).unwrap_or(1)
}

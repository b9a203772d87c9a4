//! The published rule sets of large matches, where they are beside this package: they run, and do
//! what their pages say.

use std::path::Path;

use serde_json::Value;

use super::checker::{Match, Ticket, better_exchange, invalid};
use super::dice::Dice;
use super::world;

/// A rule set of the folder, if it is there.
fn published(name: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/rulesets");
    let Ok(text) = std::fs::read_to_string(folder.join(format!("{name}.json"))) else {
        eprintln!("NOT RUN: the public rule sets are not in {}", folder.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("it is plain JSON"))
}

/// Players alone, all of the same latencies.
fn solos(dice: &mut Dice, count: usize, wait: u64, latencies: &[(&str, u32)]) -> Vec<Ticket> {
    (0..count)
        .map(|at| {
            let mut ticket = world::ticket(dice, at, 1, false);
            ticket.wait = wait;
            let mut player = ticket.players.remove(0);
            player = player
                .with_number("monster-kills", dice.below(40) as f64)
                .with_number("league", 1.0)
                .with_number("skill", dice.below(20) as f64)
                .with_string("map", "island")
                .with_string("mode", "war");
            for &(location, millis) in latencies {
                player = player.with_latency(location, millis);
            }
            ticket.players.push(player);
            ticket
        })
        .collect()
}

fn sizes(game: &Match) -> Vec<usize> {
    game.teams.iter().map(Vec::len).collect()
}

/// 175 to 200 players, 150 after ten seconds and 100 after fifteen; 150 ms, then 200.
#[test]
fn free_for_all() {
    let Some(rules) = published("doc-ex07-free_for_all_current") else { return };
    let dice = &mut Dice::new(7);
    for (count, wait, millis, expected) in [
        (230, 0, 150, Some(200)),
        (174, 9, 100, None),
        (175, 0, 100, Some(175)),
        (150, 10, 100, Some(150)),
        (149, 14, 100, None),
        (120, 15, 100, Some(120)),
        (200, 11, 180, None),
        (200, 12, 180, Some(200)),
    ] {
        let tickets = solos(dice, count, wait, &[("eu-1", millis)]);
        let outcome = world::run(&rules, &tickets);
        let players = outcome.matches.first().map(Match::players);
        assert_eq!(players, expected, "{count} after {wait} s, {millis} ms");
    }
}

/// One team of five monsters, ten of 12 to 15 hunters, whose minimum sinks to 10 and 8.
#[test]
fn monster_hunters() {
    let Some(rules) = published("doc-ex08-monster_hunters") else { return };
    let dice = &mut Dice::new(8);
    for (count, wait, monsters, hunters) in
        [(155, 0, 5, 15), (125, 0, 5, 12), (135, 0, 5, 13), (105, 15, 5, 10), (85, 20, 5, 8)]
    {
        let tickets = solos(dice, count, wait, &[("eu-1", 40), ("us-1", 120)]);
        let outcome = world::run(&rules, &tickets);
        let [game] = outcome.matches.as_slice() else { panic!("{count}: no match") };
        let mut expected = vec![hunters; 10];
        expected.insert(0, monsters);
        assert_eq!(sizes(game), expected);
        assert_eq!(invalid(&rules, game), None);
        assert_eq!(better_exchange(game, "monster-kills", |_| true), None);
        assert_eq!(game.location.as_deref(), Some("eu-1"));
    }
    let too_few = solos(dice, 124, 14, &[("eu-1", 40)]);
    assert!(world::run(&rules, &too_few).matches.is_empty());
}

/// 100 against 100, leagues within 2, skills within 10, then 20 and 40; one map and one mode.
#[test]
fn large_batch_distance() {
    let Some(rules) = published("doc-ex09-large_batchdistance") else { return };
    let dice = &mut Dice::new(9);
    let mut tickets = solos(dice, 500, 0, &[]);
    let matches = world::run(&rules, &tickets).matches;
    assert!(!matches.is_empty());
    for game in &matches {
        assert_eq!(sizes(game), [100, 100]);
        assert_eq!(invalid(&rules, game), None);
        assert_eq!(better_exchange(game, "skill", |_| true), None);
    }
    // Skills of 0 to 40 in few players: all of them make a match, but not before 20 seconds.
    tickets.truncate(200);
    for (at, ticket) in tickets.iter_mut().enumerate() {
        let player = ticket.players.remove(0);
        ticket.players.push(player.with_number("skill", (at % 41) as f64));
    }
    for (wait, formed) in [(0, 0), (10, 0), (19, 0), (20, 1)] {
        tickets.iter_mut().for_each(|ticket| ticket.wait = wait);
        assert_eq!(world::run(&rules, &tickets).matches.len(), formed, "{wait} s");
    }
    // One of another map is one too few.
    let player = tickets[7].players.remove(0).with_string("map", "desert");
    tickets[7].players.push(player);
    assert!(world::run(&rules, &tickets).matches.is_empty());
}

/// 10 to 20 a side: of one map and one mode, or near in skill and league.
#[test]
fn compound_of_forty() {
    let Some(rules) = published("doc-ex10-compound") else { return };
    let dice = &mut Dice::new(10);
    let rule_set = rallypoint::RuleSet::from_json(&rules.to_string()).expect("it compiles");
    let mut tickets = solos(dice, 46, 0, &[]);
    for ticket in &mut tickets {
        let player = ticket.players.remove(0).with_number("skill", dice.below(500) as f64);
        ticket.players.push(player);
    }
    let outcome = world::run(&rules, &tickets);
    let [game] = outcome.matches.as_slice() else { panic!("one map and mode suffice") };
    assert_eq!(sizes(game), [20, 20]);
    assert!(world::is_valid(&rule_set, game));
    assert_eq!(better_exchange(game, "skill", |_| true), None);
    // 23 of each map are a match; after 20 seconds so are all within 40 points of skill.
    for (wait, apart, players) in [(0, 20, 23), (20, 1, 40)] {
        for (at, ticket) in tickets.iter_mut().enumerate() {
            let map = if at % 2 == 0 { "desert" } else { "island" };
            let player = ticket.players.remove(0).with_string("map", map);
            ticket.players.push(player.with_number("skill", (at * apart % 900) as f64));
            ticket.wait = wait;
        }
        let outcome = world::run(&rules, &tickets);
        let formed = outcome.matches.first().map(Match::players);
        assert_eq!(formed, Some(players), "{wait} s");
    }
}

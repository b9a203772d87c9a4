//! Running sessions in large matches: what holds of matches that fill them, and that they are
//! filled before new matches are founded (decisions 17 and 24).

use rallypoint::RuleSet;
use serde_json::Value;

use super::checker::{Roster, Terms, Ticket, better_exchange, could_join, invalid, left_out};
use super::dice::Dice;
use super::{locations, times, world};

/// Where a ticket alone may join a session. By the fastest region both must have it among their
/// best three.
fn meeting_places(rules: &Value, roster: &Roster, ticket: &Ticket) -> Vec<String> {
    let by_oldest = rules["algorithm"]["expansionAgeSelection"] == "oldest";
    let wait = match by_oldest {
        true => roster.wait.max(ticket.wait),
        false => roster.wait.min(ticket.wait),
    };
    let settled: Vec<_> = roster.teams.iter().flatten().cloned().collect();
    let terms = Terms::after(rules, wait);
    let of_ticket = locations::ranked(&terms, &ticket.players);
    let mut of_roster = locations::ranked(&terms, &settled);
    if world::goes_by_fastest(rules) {
        of_roster.retain(|it| of_ticket.iter().take(3).any(|other| other == it));
        of_roster.truncate(3);
    } else {
        of_roster.retain(|it| of_ticket.contains(it));
    }
    of_roster
}

#[test]
fn sessions_are_filled_first_within_the_maximums_and_in_the_fill_order() {
    let (mut joined, mut new, mut below, mut solo, mut several) = (0, 0, 0, 0, 0);
    let (mut kept_apart, mut could_not) = (0, 0);
    // By population, and by the fastest region.
    let mut asked = [0; 2];
    for seed in 0..80 * times() {
        let dice = &mut Dice::new(10_000 + seed);
        let rules = world::large_rules(dice);
        let reports = world::asks_for_latencies(&rules) || dice.once_in(2);
        let count = 20 + dice.below(150);
        let party_max = [1, 1, 3, 8][dice.below(4)];
        let mut tickets = world::tickets(dice, count, party_max, reports);
        let sizes = Terms::after(&rules, 0).sizes();
        let sessions = 1 + dice.below(6);
        let mut rosters: Vec<Roster> =
            (0..sessions).map(|at| world::roster(dice, at, &sizes, reports)).collect();
        // Some are of a map or a league that nobody else plays.
        for roster in rosters.iter_mut().filter(|_| dice.once_in(3)) {
            for player in roster.teams.iter_mut().flatten() {
                *player = player.clone().with_number("league", 9.0).with_string("map", "arctic");
            }
        }
        if dice.once_in(2) {
            tickets.iter_mut().for_each(|it| it.wait = dice.below(30) as u64);
            rosters.iter_mut().for_each(|it| it.wait = dice.below(30) as u64);
        }
        tickets.sort_by_key(|ticket| std::cmp::Reverse(ticket.wait));
        let outcome = world::run_with(&rules, &tickets, &rosters);
        let rule_set = RuleSet::from_json(&rules.to_string()).expect("it compiled");
        for (position, game) in outcome.matches.iter().enumerate() {
            assert_eq!(invalid(&rules, game), None, "seed {seed}: {rules}");
            assert!(world::is_valid(&rule_set, game), "seed {seed}: {rules}");
            let better = better_exchange(game, "skill", |_| true);
            assert_eq!(better, None, "seed {seed}: {rules}");
            let sizes = Terms::new(&rules, game).sizes();
            if game.roster.is_some() {
                joined += 1;
                let players = |at: usize| game.players_in(at).count();
                below += usize::from((0..sizes.len()).any(|at| players(at) < sizes[at].0));
                solo += usize::from(game.tickets().all(|it| it.players.len() == 1));
                several += usize::from(game.tickets().count() > 1);
            } else {
                new += 1;
            }
            if outcome.exhausted > 0 {
                continue;
            }
            let room: usize = sizes.iter().map(|it| it.1).sum();
            let of_group = || locations::of_its_group(&rules, game, &outcome.waiting);
            let missed = left_out(&rules, game, of_group());
            assert!(missed.is_none(), "seed {seed}: {:?} in {rules}", missed.map(|it| &it.id));
            if game.roster.is_some() && game.players() < room {
                asked[usize::from(world::goes_by_fastest(&rules))] += of_group().count().min(1);
            }
            if game.roster.is_some() {
                continue;
            }
            // Sessions that still wait, or are filled later.
            let later = outcome.matches[position + 1..].iter().filter_map(|it| it.roster.as_ref());
            for roster in outcome.waiting_rosters.iter().chain(later) {
                kept_apart += 1;
                for ticket in game.tickets() {
                    let at = meeting_places(&rules, roster, ticket);
                    let joins =
                        (!at.is_empty() || !reports) && could_join(&rules, roster, ticket, &at);
                    assert!(!joins, "seed {seed}: {} could join {}: {rules}", ticket.id, roster.id);
                    could_not += 1;
                }
            }
        }
        // Nor does anybody wait beside a session that they could join.
        for roster in outcome.waiting_rosters.iter().filter(|_| outcome.exhausted == 0) {
            for ticket in &outcome.waiting {
                let at = meeting_places(&rules, roster, ticket);
                let joins = (!at.is_empty() || !reports) && could_join(&rules, roster, ticket, &at);
                assert!(!joins, "seed {seed}: {} waits beside {}: {rules}", ticket.id, roster.id);
            }
        }
    }
    println!(
        "{joined} sessions filled, {below} below a minimum, {solo} by single players, {several} by \
         several tickets, {asked:?} with open places beside tickets that do not fit; {new} new \
         matches, {kept_apart} times beside a session that none of their {could_not} tickets could \
         join"
    );
    assert!(joined > 100 && below > 30 && solo > 50 && several > 100, "{joined}, {below}, {solo}");
    assert!(asked.iter().all(|&it| it > 10), "{asked:?}");
    assert!(new > 50 && kept_apart > 50 && could_not > 1_000, "{new}, {kept_apart}");
}

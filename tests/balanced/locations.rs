//! Where a match is: by the number of players who may play there, or by who plays fastest there
//! (`docs/balanced.md`, 1), counted anew from the players.

use std::cmp::Reverse;

use rallypoint::Player;
use serde_json::{Value, json};

use super::checker::{Match, Terms, Ticket, invalid};
use super::dice::Dice;
use super::{times, world};

/// The locations at which a party may play, its fastest first; none when it reports none.
pub fn ranked(terms: &Terms<'_>, players: &[Player]) -> Vec<String> {
    let speed = |at: &str| {
        let reported = players.iter().filter_map(|it| it.latency_in_ms.get(at));
        reported.map(|&it| u64::from(it)).sum::<u64>()
    };
    let mut places: Vec<String> = world::LOCATIONS
        .iter()
        .filter(|&&at| players.iter().all(|it| it.latency_in_ms.contains_key(at)))
        .filter(|&&at| terms.is_near(players, at))
        .map(|&at| at.to_owned())
        .collect();
    places.sort_by_key(|at| (speed(at), at.clone()));
    places
}

/// The tickets that belong to the group that a match is of. By the fastest region these are those
/// that would be there as soon as the ticket of the match which ranks its location lowest.
pub fn of_its_group<'t>(
    rules: &'t Value,
    game: &'t Match,
    tickets: &'t [Ticket],
) -> impl Iterator<Item = &'t Ticket> {
    let terms = Terms::new(rules, game);
    let by_location = game.location.as_ref().filter(|_| world::goes_by_fastest(rules));
    let rank = move |players: &[Player]| {
        ranked(&terms, players).iter().position(|it| Some(it) == by_location)
    };
    let settled = game.roster.iter().map(|it| it.teams.concat());
    let members = game.tickets().map(|it| it.players.clone()).chain(settled);
    let lowest = members.filter_map(|it| rank(&it)).max();
    tickets.iter().filter(move |ticket| {
        let own = rank(&ticket.players);
        by_location.is_none() || own.is_some_and(|own| Some(own) <= lowest)
    })
}

fn reports(ticket: &Ticket) -> bool {
    ticket.players.iter().any(|it| !it.latency_in_ms.is_empty())
}

/// The first match: its oldest ticket, its location, and how far down their list of locations its
/// tickets may have that.
#[derive(Debug)]
struct First<'t> {
    anchor: &'t Ticket,
    location: String,
    /// Locations that the anchor could also have had, with enough players there.
    others: usize,
    better_max: Option<usize>,
}

/// The match that comes first where so many players make one and any number of tickets with as many
/// can, in whichever team. Tickets are given oldest first.
fn first<'t>(rules: &Value, tickets: &'t [Ticket], needed: usize) -> Option<First<'t>> {
    let by_fastest = world::goes_by_fastest(rules);
    for (position, anchor) in tickets.iter().enumerate() {
        // Whoever is in has waited less, and those of the pool with one age have all the same.
        let terms = Terms::after(rules, anchor.wait);
        let places: Vec<Vec<String>> =
            tickets.iter().map(|it| ranked(&terms, &it.players)).collect();
        let population = |at: &String| -> usize {
            let there = tickets.iter().zip(&places).filter(|(_, it)| it.contains(at));
            there.map(|(ticket, _)| ticket.players.len()).sum()
        };
        let mut order = places[position].clone();
        if !reports(anchor) {
            order = world::LOCATIONS.iter().map(|&it| it.to_owned()).collect();
            order.retain(|it| population(it) > 0);
        }
        if !by_fastest || !reports(anchor) {
            order.sort_by_key(|it| (Reverse(population(it)), it.clone()));
        }
        let is_in = |number: usize, at: &String, better_max: Option<usize>| {
            let rank = places[number].iter().position(|it| it == at);
            let belongs = rank.is_some_and(|it| better_max.is_none_or(|max| it <= max));
            belongs || (!reports(&tickets[number]) && !world::asks_for_latencies(rules))
        };
        let tiers = if by_fastest { vec![Some(0), Some(1), Some(2)] } else { vec![None] };
        let groups = tiers.into_iter().flat_map(|tier| order.iter().map(move |at| (at, tier)));
        let mut enough = groups.filter(|&(at, tier)| {
            let there = (position..tickets.len()).filter(|&it| is_in(it, at, tier));
            let players: usize = there.map(|it| tickets[it].players.len()).sum();
            is_in(position, at, tier) && players >= needed
        });
        if let Some((at, better_max)) = enough.next() {
            let location = at.clone();
            let others = enough.filter(|it| *it.0 != location).count();
            return Some(First { anchor, location, others, better_max });
        }
    }
    None
}

#[test]
fn the_first_match_is_where_most_may_play_or_its_tickets_play_fastest() {
    // By preference and tier: largest population, then fastest, second and third best.
    let (mut at, mut chosen, mut none, mut unlike) = ([0; 4], [0; 2], 0, 0);
    for seed in 0..400 * times() {
        let dice = &mut Dice::new(20_000 + seed);
        let is_one = dice.once_in(2);
        // Parties of up to 10 reach 24 of 60 players whatever their sizes are.
        let (teams, needed) = match is_one {
            true => (json!([{"name": "all", "minPlayers": 24, "maxPlayers": 60}]), 24),
            false => (
                json!([{"name": "red", "minPlayers": 12, "maxPlayers": 25},
                       {"name": "blue", "minPlayers": 12, "maxPlayers": 25}]),
                24,
            ),
        };
        let by = if dice.once_in(2) { "fastestRegion" } else { "largestPopulation" };
        let selection = dice.one(&["oldest", "newest"]);
        let near = json!({"name": "near", "type": "latency", "maxLatency": 100,
                          "partyAggregation": dice.one(&["min", "max", "avg"])});
        let is_bounded = !dice.once_in(4);
        let widens = json!({"target": "rules[near].maxLatency",
                            "steps": [{"waitTimeSeconds": 10, "value": 130}]});
        let widens = if is_bounded { json!([widens]) } else { json!([]) };
        let bounds = if is_bounded { json!([near]) } else { json!([]) };
        let mut rules = world::balanced(&teams, &bounds);
        rules["algorithm"]["batchingPreference"] = json!(by);
        rules["algorithm"]["expansionAgeSelection"] = json!(selection);
        rules["expansions"] = widens;
        let (count, party_max) =
            if is_one { (10 + dice.below(20), 10) } else { (25 + dice.below(45), 1) };
        let mut tickets = world::tickets(dice, count, party_max, true);
        let same = 20 * dice.below(2) as u64;
        for ticket in &mut tickets {
            // Only by the oldest are all that can be in judged as the anchor is.
            ticket.wait = if selection == "oldest" { dice.below(20) as u64 } else { same };
            if dice.once_in(8) {
                ticket.players.iter_mut().for_each(|it| it.latency_in_ms.clear());
            }
        }
        tickets.sort_by_key(|ticket| Reverse(ticket.wait));
        let outcome = world::run(&rules, &tickets);
        assert_eq!(outcome.exhausted, 0, "seed {seed}");
        let expected = first(&rules, &tickets, needed);
        let (Some(expected), Some(game)) = (&expected, outcome.matches.first()) else {
            let formed = outcome.matches.len();
            assert!(
                expected.is_none() && formed == 0,
                "seed {seed}: {expected:?}, {formed} formed"
            );
            none += 1;
            continue;
        };
        let is_in = |ticket: &Ticket| game.tickets().any(|it| it.id == ticket.id);
        assert!(is_in(expected.anchor), "seed {seed}: {} has its turn", expected.anchor.id);
        let place = Some(expected.location.as_str());
        assert_eq!(game.location.as_deref(), place, "seed {seed}: {rules}");
        assert_eq!(invalid(&rules, game), None, "seed {seed}: {rules}");
        let terms = Terms::after(&rules, expected.anchor.wait);
        for ticket in game.tickets().filter(|it| reports(it)) {
            let places = ranked(&terms, &ticket.players);
            let rank = places.iter().position(|it| *it == expected.location);
            let max = expected.better_max.unwrap_or(3);
            assert!(rank.is_some_and(|it| it <= max), "seed {seed}: {} is of another", ticket.id);
        }
        at[expected.better_max.map_or(0, |it| it + 1)] += 1;
        chosen[usize::from(by == "fastestRegion")] += usize::from(expected.others > 0);
        // Where its fastest place and the most popular one differ, the preference matters.
        let mut other = rules.clone();
        other["algorithm"]["batchingPreference"] = match by {
            "fastestRegion" => json!("largestPopulation"),
            _ => json!("fastestRegion"),
        };
        let by_other = first(&other, &tickets, needed);
        unlike += usize::from(by_other.is_none_or(|it| it.location != expected.location));
    }
    println!(
        "{at:?} first matches by population and by fastest, second and third best; {chosen:?} with \
         another location that would do; {unlike} elsewhere by the other preference; {none} pools \
         without a match"
    );
    assert!(at.iter().all(|&it| it >= 15), "{at:?}");
    assert!(chosen.iter().all(|&it| it >= 60) && unlike >= 60, "{chosen:?}, {unlike}");
}

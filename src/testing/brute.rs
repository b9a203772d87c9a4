//! The brute-force matcher: every assignment of a small pool, judged by the reference evaluator.
//!
//! A pool of `n` tickets and a rule set of `t` team instances have `(t + 1)^n` assignments (each
//! ticket is in one of the instances or in none), so only small pools are for it: fewer than
//! `2^22` assignments (decision 36), which is asserted.

use super::reference::{Party, is_valid_match};
use crate::base::time::Millis;
use crate::model::schema::InstanceIdx;
use crate::model::ticket::Player;
use crate::ruleset::ast::RuleSetAst;

/// A ticket that waits.
#[derive(Clone, Debug)]
pub(crate) struct PoolTicket {
    pub(crate) age: Millis,
    pub(crate) players: Vec<Player>,
    /// Of a backfill ticket the team instance of each player.
    pub(crate) teams: Option<Vec<InstanceIdx>>,
}

impl PoolTicket {
    /// A ticket whose players join some team.
    pub(crate) fn new(age: Millis, players: Vec<Player>) -> Self {
        Self { age, players, teams: None }
    }

    pub(crate) fn is_backfill(&self) -> bool {
        self.teams.is_some()
    }
}

/// For each ticket of the pool, the team instance that it is put into, if it is in the match; of a
/// backfill ticket that of its first player.
pub(crate) type Assignment = Vec<Option<InstanceIdx>>;

const ASSIGNMENTS_MAX: usize = 1 << 22;

/// Which matches are looked at.
#[cfg(test)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// They hold this ticket.
    pub(crate) anchor: usize,
    /// They hold this backfill ticket and no other; without one they are new.
    pub(crate) backfill: Option<usize>,
    /// Places that stay open, as far as the minimums let them.
    pub(crate) additional_players: u32,
}

#[cfg(test)]
impl Wanted {
    /// New matches with the ticket `anchor`.
    pub(crate) fn new(anchor: usize) -> Self {
        Self { anchor, backfill: None, additional_players: 0 }
    }

    fn holds(self, pool: &[PoolTicket], members: &[usize]) -> bool {
        let mut backfills = members.iter().filter(|&&it| pool[it].is_backfill());
        members.contains(&self.anchor)
            && backfills.next() == self.backfill.as_ref()
            && backfills.next().is_none()
    }
}

/// The valid match with most players among those that are wanted.
///
/// The pool is in the order in which candidates are preferred, the anchor anywhere in it. Of
/// matches with equally many players the first in the order of `all_matches` is taken: that of
/// the lexicographically smallest list of members, then of teams (decision 19).
#[cfg(test)]
pub(crate) fn best_match(
    ast: &RuleSetAst,
    pool: &[PoolTicket],
    wanted: Wanted,
) -> Option<Assignment> {
    assert!(wanted.anchor < pool.len(), "the anchor {} is not in the pool", wanted.anchor);
    let mut best: Option<(usize, Assignment)> = None;
    for members in subsets(ast, pool) {
        let players = player_count(pool, &members);
        let is_fuller = best.as_ref().is_none_or(|(most, _)| players > *most);
        if !wanted.holds(pool, &members) || !is_fuller {
            continue;
        }
        let additional_players = wanted.additional_players;
        if let Some(assignment) = valid_assignments(ast, pool, &members, additional_players).next()
        {
            best = Some((players, assignment));
        }
    }
    best.map(|(_, assignment)| assignment)
}

/// Whether any valid match holds the ticket `anchor`.
#[cfg(test)]
pub(crate) fn match_exists(ast: &RuleSetAst, pool: &[PoolTicket], anchor: usize) -> bool {
    assert!(anchor < pool.len(), "the anchor {anchor} is not in the pool");
    subsets(ast, pool)
        .iter()
        .filter(|members| members.contains(&anchor))
        .any(|members| valid_assignments(ast, pool, members, 0).next().is_some())
}

/// Every valid match, in lexicographic order of its members, then of their teams.
#[cfg(test)]
pub(crate) fn all_matches(ast: &RuleSetAst, pool: &[PoolTicket]) -> Vec<Assignment> {
    let subsets = subsets(ast, pool);
    subsets.iter().flat_map(|members| valid_assignments(ast, pool, members, 0)).collect()
}

/// A valid match of some of these tickets that leaves `additional_players` places open, if there is
/// one: the first in the order of `all_matches`.
#[cfg(feature = "testing")]
pub(crate) fn any_match(
    ast: &RuleSetAst,
    pool: &[PoolTicket],
    additional_players: u32,
) -> Option<Assignment> {
    let subsets = subsets(ast, pool);
    subsets
        .iter()
        .find_map(|members| valid_assignments(ast, pool, members, additional_players).next())
}

/// How many assignments a pool of so many tickets has; none when they are too many to try.
pub(crate) fn assignments(ast: &RuleSetAst, tickets: usize) -> Option<usize> {
    let choices = ast.schema.instances.len() + 1;
    let count = choices.checked_pow(u32::try_from(tickets).unwrap_or(u32::MAX));
    count.filter(|&count| count < ASSIGNMENTS_MAX)
}

/// Every set of tickets but the empty one, as sorted positions, ticket 0 in before ticket 0 out.
fn subsets(ast: &RuleSetAst, pool: &[PoolTicket]) -> Vec<Vec<usize>> {
    let (tickets, choices) = (pool.len(), ast.schema.instances.len() + 1);
    assert!(
        assignments(ast, tickets).is_some(),
        "{choices}^{tickets} assignments are too many for brute force"
    );
    let mut subsets = vec![vec![]];
    for ticket in 0..pool.len() {
        let with_and_without = |members: Vec<usize>| {
            let mut with = members.clone();
            with.push(ticket);
            [with, members]
        };
        subsets = subsets.into_iter().flat_map(with_and_without).collect();
    }
    subsets.retain(|members| !members.is_empty());
    subsets
}

#[cfg(test)]
fn player_count(pool: &[PoolTicket], members: &[usize]) -> usize {
    members.iter().map(|&ticket| pool[ticket].players.len()).sum()
}

/// The ways to put these tickets into teams that make a valid match, the first ticket's first team
/// first. The players of a backfill ticket are where they are.
fn valid_assignments<'a>(
    ast: &'a RuleSetAst,
    pool: &'a [PoolTicket],
    members: &'a [usize],
    additional_players: u32,
) -> impl Iterator<Item = Assignment> + 'a {
    let teams: Vec<InstanceIdx> = ast.schema.instances.indices().collect();
    let free = members.iter().filter(|&&it| !pool[it].is_backfill());
    let ways = teams.len().pow(free.count() as u32);
    (0..ways).filter_map(move |way| {
        // `way` in the number system of base `teams.len()`, the first free member its first digit
        let mut digits = way;
        let mut assignment = vec![None; pool.len()];
        for &ticket in members.iter().rev() {
            assignment[ticket] = Some(match &pool[ticket].teams {
                Some(teams) => teams[0],
                None => {
                    let team = teams[digits % teams.len()];
                    digits /= teams.len();
                    team
                }
            });
        }
        let parties: Vec<Party<'_>> = members
            .iter()
            .filter_map(|&ticket| Some((&pool[ticket], assignment[ticket]?)))
            .flat_map(|(ticket, team)| parties(ticket, team))
            .collect();
        is_valid_match(ast, &parties, additional_players).then_some(assignment)
    })
}

/// A ticket in its team, a backfill ticket in as many parts as it has players.
fn parties(ticket: &PoolTicket, team: InstanceIdx) -> Vec<Party<'_>> {
    let PoolTicket { age, players, teams } = ticket;
    let age = *age;
    let Some(teams) = teams else { return vec![Party { team, age, players, backfill: false }] };
    let parts = teams.iter().zip(players.chunks(1));
    parts.map(|(&team, players)| Party { team, age, players, backfill: true }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::matched::PlacedTicket;
    use crate::model::schema::AttributeType;
    use crate::testing::build::{not, number, rule_set, seats};
    use crate::testing::reference::judge;

    /// Tickets of these many players, all of one age.
    fn pool(sizes: &[usize]) -> Vec<PoolTicket> {
        let ticket = |(at, &size): (usize, &usize)| {
            let player = |it| Player::new(format!("t{at}p{it}")).with_number("x", 1.0);
            PoolTicket::new(Millis::new(0), (0..size).map(player).collect())
        };
        sizes.iter().enumerate().map(ticket).collect()
    }

    fn at(seconds: u32, arrivals: &[u32]) -> Vec<PoolTicket> {
        let mut pool = pool(&vec![1; arrivals.len()]);
        for (ticket, arrival) in pool.iter_mut().zip(arrivals) {
            ticket.age = Millis::from_secs(seconds - arrival);
        }
        pool
    }

    #[test]
    fn it_finds_what_greedy_first_fit_misses() {
        let ast = rule_set().team("five", 5, 5);
        let pool = pool(&[2, 2, 3]);
        let mut greedy = 0;
        for ticket in &pool {
            if greedy + ticket.players.len() <= 5 {
                greedy += ticket.players.len();
            }
        }
        assert_eq!(greedy, 4, "first-fit takes both pairs and is stuck");
        let best = best_match(&ast, &pool, Wanted::new(0)).unwrap();
        assert_eq!(seats(&best), [0, -1, 0]);
        assert_eq!(seats(&best_match(&ast, &pool, Wanted::new(1)).unwrap()), [-1, 0, 0]);
        assert_eq!(all_matches(&ast, &pool).len(), 2);
        assert!(!match_exists(&ast, &pool[..2], 0));
        assert_eq!(best_match(&ast, &pool[..2], Wanted::new(0)), None);
    }

    #[test]
    fn teams_that_want_different_players_are_both_tried() {
        let ast = rule_set().team("hunters", 2, 2).team("beast", 1, 1).number("beast");
        let ast = ast
            .comparison(&["teams[hunters].players.attributes[beast]"], "=", Some(number(0.0)))
            .comparison(&["teams[beast].players.attributes[beast]"], "=", Some(number(1.0)));
        let mut pool = pool(&[1, 1, 1, 1]);
        for (ticket, beast) in pool.iter_mut().zip([1.0, 0.0, 1.0, 0.0]) {
            ticket.players[0] = ticket.players[0].clone().with_number("beast", beast);
        }
        assert_eq!(seats(&best_match(&ast, &pool, Wanted::new(3)).unwrap()), [1, 0, -1, 0]);
        assert_eq!(seats(&best_match(&ast, &pool, Wanted::new(2)).unwrap()), [-1, 0, 1, 0]);
    }

    #[test]
    fn ties_go_to_the_first_members_then_the_first_teams() {
        let ast = rule_set().team("red", 1, 1).team("blue", 1, 1);
        let pool = pool(&[1, 1, 1]);
        assert_eq!(seats(&best_match(&ast, &pool, Wanted::new(2)).unwrap()), [0, -1, 1]);
        let all: Vec<Vec<i32>> = all_matches(&ast, &pool).iter().map(|it| seats(it)).collect();
        assert_eq!(all, [[0, 1, -1], [1, 0, -1], [0, -1, 1], [1, -1, 0], [-1, 0, 1], [-1, 1, 0]]);
    }

    /// Facts 4.5 and conformance case 1: 4 players, from 30 s on 3, from 40 s on 2, from 45 s on 1.
    #[test]
    fn the_newest_ticket_decides_in_the_staff_example() {
        let newest = rule_set().team("all", 4, 4).expand_min("all", &[(30, 3), (40, 2), (45, 1)]);
        let oldest = newest.clone().oldest();
        for seconds in 10..45 {
            assert_eq!(
                best_match(&newest, &at(seconds, &[0, 10]), Wanted::new(0)),
                None,
                "{seconds} s"
            );
            let together = (seconds >= 40).then(|| vec![0, 0]);
            let found =
                best_match(&oldest, &at(seconds, &[0, 10]), Wanted::new(0)).map(|it| seats(&it));
            assert_eq!(found, together, "{seconds} s");
        }
        let pool = at(45, &[0, 10]);
        assert_eq!(seats(&best_match(&newest, &pool, Wanted::new(0)).unwrap()), [0, -1]);
        assert_eq!(best_match(&newest, &pool, Wanted::new(1)), None);
        assert!(!match_exists(&newest, &at(54, &[10]), 0));
        assert!(match_exists(&newest, &at(55, &[10]), 0));
        // had the first waited too: both are old enough for two at 50 s
        assert_eq!(seats(&best_match(&newest, &at(50, &[0, 10]), Wanted::new(1)).unwrap()), [0, 0]);
    }

    /// Conformance case 5: two even teams of 4 to 8 with averages within 10; nine equal players.
    #[test]
    fn nine_equal_players_make_four_against_four() {
        let ast = rule_set().team("cowboys", 4, 8).team("aliens", 4, 8).number("x");
        let average = ast.reference("avg(flatten(teams[*].players.attributes[x]))");
        let aliens = ast.reference("count(teams[aliens].players)");
        let ast = ast
            .distance("avg(teams[*].players.attributes[x])", average, None, Some(10.0))
            .comparison(&["count(teams[cowboys].players)"], "=", Some(aliens));
        let best = best_match(&ast, &pool(&[1; 9]), Wanted::new(8)).unwrap();
        assert_eq!(seats(&best), [0, 0, 0, 0, 1, 1, 1, -1, 1]);
    }

    /// Conformance case 6: no match with an empty team under an average, though sizes allow it.
    #[test]
    fn an_average_refuses_an_empty_team() {
        let ast = rule_set().team("red", 1, 2).team("blue", 0, 2).number("x");
        assert!(match_exists(&ast, &pool(&[1]), 0));
        let ast =
            ast.distance("avg(teams[*].players.attributes[x])", number(1.0), None, Some(10.0));
        assert!(!match_exists(&ast, &pool(&[1]), 0));
        assert!(match_exists(&ast, &pool(&[1, 1]), 0));
    }

    /// Conformance case 7: parties of two clans; strings are compared player by player.
    #[test]
    fn two_clan_parties_match_when_no_clan_is_in_both_teams() {
        let clan = "count(set_intersection(teams[*].players.attributes[clan]))";
        let ast = rule_set()
            .team("red", 2, 2)
            .team("blue", 2, 2)
            .attribute("clan", AttributeType::String, None)
            .comparison(&[clan], "=", Some(number(0.0)));
        let clans = |sizes: &[usize], clans: &[&str]| {
            let mut pool = pool(sizes);
            let players = pool.iter_mut().flat_map(|ticket| ticket.players.iter_mut());
            for (player, clan) in players.zip(clans) {
                *player = player.clone().with_string("clan", clan);
            }
            pool
        };
        assert!(match_exists(&ast, &clans(&[2, 2], &["A", "A", "B", "B"]), 0));
        assert!(!match_exists(&ast, &clans(&[2, 2], &["A", "B", "A", "B"]), 0));
        let solos = clans(&[1; 4], &["A", "B", "A", "B"]);
        assert_eq!(seats(&best_match(&ast, &solos, Wanted::new(0)).unwrap()), [0, 1, 0, 1]);
    }

    /// Conformance case 9: a lone ticket is a match at once when nothing else is asked for.
    #[test]
    fn a_lone_ticket_matches_when_teams_may_be_empty() {
        let ast = rule_set().teams("squad", 0, 4, 4).number("x").comparison(
            &["flatten(teams[*].players.attributes[x])"],
            "=",
            None,
        );
        assert_eq!(seats(&best_match(&ast, &pool(&[3]), Wanted::new(0)).unwrap()), [0]);
    }

    /// Every pair has a location near to both, the three have none.
    #[test]
    fn a_match_meets_at_one_location() {
        let near = rule_set().team("all", 2, 3).latency("near", Some(50.0), None, None);
        let mut pool = pool(&[1; 3]);
        let latencies = [
            [("a", 50), ("b", 9), ("c", 90)],
            [("a", 50), ("b", 90), ("c", 9)],
            [("a", 51), ("b", 9), ("c", 9)],
        ];
        for (ticket, latencies) in pool.iter_mut().zip(latencies) {
            for (location, ms) in latencies {
                ticket.players[0] = ticket.players[0].clone().with_latency(location, ms);
            }
        }
        let all = |ast| all_matches(ast, &pool).iter().map(|it| seats(it)).collect::<Vec<_>>();
        assert_eq!(all(&near), [[0, 0, -1], [0, -1, 0], [-1, 0, 0]]);
        // a rule that is named by a compound is not asked for alone
        let far = near.clone().compound("far", not(near.named_rule("near")));
        assert_eq!(all(&far), [[0, 0, 0], [0, 0, -1], [0, -1, 0], [-1, 0, 0]]);
        // at one location near and even: `b` for the first and last, `c` for the other pair
        let even = near.clone().latency("even", None, Some(0.0), None);
        assert_eq!(all(&even), [[0, 0, -1], [0, -1, 0], [-1, 0, 0]]);
        pool[0].players[0] = pool[0].players[0].clone().with_latency("b", 8);
        let all = |ast| all_matches(ast, &pool).iter().map(|it| seats(it)).collect::<Vec<_>>();
        assert_eq!(all(&even), [[0, 0, -1], [-1, 0, 0]]);
    }

    /// Decision 17: minimums do not apply, and places that are to stay open do.
    #[test]
    fn a_backfill_ticket_is_joined_by_as_many_as_fit() {
        let ast = rule_set().team("red", 2, 3).team("blue", 2, 3);
        let (red, blue) =
            (ast.schema.instance("red").unwrap(), ast.schema.instance("blue").unwrap());
        let mut pool = pool(&[3, 1, 2, 1]);
        pool[0].teams = Some(vec![blue, red, blue]);
        let best = |pool: &[PoolTicket], anchor, backfill, additional_players| {
            let wanted = Wanted { anchor, backfill, additional_players };
            best_match(&ast, pool, wanted).map(|it| seats(&it))
        };
        assert_eq!(best(&pool, 0, Some(0), 0), Some(vec![1, 1, 0, -1]));
        assert_eq!(best(&pool, 3, Some(0), 0), Some(vec![1, -1, 0, 1]));
        // five of six places, but never fewer than the minimums
        assert_eq!(best(&pool, 0, Some(0), 1), Some(vec![1, 0, -1, 0]));
        assert_eq!(best(&pool, 0, Some(0), 5), Some(vec![1, 0, -1, -1]));
        assert_eq!(best(&pool, 2, Some(0), 2), None);
        assert_eq!(best(&pool, 1, None, 0), Some(vec![-1, 0, 1, 0]));
        assert_eq!(best(&pool[..1], 0, Some(0), 0), None, "nobody joins");
        // one place is enough for the smallest
        pool[0].teams = Some(vec![red, red, red]);
        assert_eq!(best(&pool, 0, Some(0), 0), Some(vec![0, 1, 1, -1]));
        pool.push(pool[0].clone());
        assert_eq!(best(&pool, 0, Some(4), 0), None, "two backfill tickets never share a match");
    }

    #[test]
    fn it_agrees_with_judge_on_every_assignment() {
        let ast = rule_set().team("red", 1, 3).team("blue", 1, 3).number("x");
        let ast = ast
            .distance("teams[*].players.attributes[x]", number(2.0), None, Some(1.0))
            .expand_rule("maxDistance", vec![(10, number(2.0))])
            .comparison(&["sum(teams[*].players.attributes[x])"], "!=", None);
        let mut pool = at(20, &[0, 5, 9, 11, 13]);
        for (ticket, x) in pool.iter_mut().zip([1.0, 2.0, 4.0, 3.0, 0.0]) {
            ticket.players[0] = ticket.players[0].clone().with_number("x", x);
        }
        let mut valid = 0;
        for code in 1..3_usize.pow(5) {
            let digit = |ticket: usize| code / 3_usize.pow(ticket as u32) % 3;
            let placed = |(at, ticket): (usize, &PoolTicket)| {
                let team = *["", "red", "blue"].get(digit(at)).unwrap();
                let PoolTicket { age, players, .. } = ticket.clone();
                let team = team.to_owned();
                (!team.is_empty()).then_some(PlacedTicket { team, age, players, backfill: false })
            };
            let tickets: Vec<PlacedTicket> = pool.iter().enumerate().filter_map(placed).collect();
            valid += usize::from(judge(&ast, &tickets).unwrap().valid);
        }
        let found = all_matches(&ast, &pool);
        assert_eq!(found.len(), valid);
        assert!(valid > 10, "{valid}");
        let distinct: std::collections::BTreeSet<_> = found.iter().collect();
        assert_eq!(distinct.len(), valid);
        for anchor in 0..pool.len() {
            let holds = found.iter().any(|it| it[anchor].is_some());
            assert_eq!(match_exists(&ast, &pool, anchor), holds);
            let most = found.iter().filter(|it| it[anchor].is_some());
            let most = most.map(|it| it.iter().flatten().count()).max();
            let best =
                best_match(&ast, &pool, Wanted::new(anchor)).map(|it| it.iter().flatten().count());
            assert_eq!(best, most);
        }
    }

    #[test]
    #[should_panic(expected = "3^14 assignments are too many for brute force")]
    fn a_large_pool_is_refused() {
        match_exists(&rule_set().team("a", 1, 1).team("b", 1, 1), &pool(&[1; 14]), 0);
    }
}

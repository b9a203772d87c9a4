//! All valid matches of a pool, by the reference evaluator.

use std::ops::RangeInclusive;

use rallypoint::{Millis, PlacedTicket, Player};

use super::game::{Game, Pool};

/// The tickets of every valid match. `may_hold` spares work ([`Best::Exact`](super::game::Best)).
pub fn matches(game: &Game, pool: &Pool, may_hold: fn(&[&Player]) -> bool) -> Vec<Vec<usize>> {
    let teams = game.rules.teams().iter();
    let sizes = teams.flat_map(|team| {
        // Waiting may lower what a team needs; then only the judgement says.
        let at_once = game.time.wait() == Millis::new(0);
        let least = if at_once { team.min_players as usize } else { 0 };
        vec![least..=team.max_players as usize; team.quantity as usize]
    });
    let mut listing = Listing {
        game,
        pool,
        may_hold,
        sizes: sizes.collect(),
        teams: game.rules.team_instances().map(str::to_owned).collect(),
        members: vec![],
        valid: vec![],
    };
    listing.go_on(0);
    listing.valid
}

struct Listing<'a> {
    game: &'a Game,
    pool: &'a Pool,
    may_hold: fn(&[&Player]) -> bool,
    /// How many players each team instance may have. In all our games waiting lowers the least
    /// only.
    sizes: Vec<RangeInclusive<usize>>,
    teams: Vec<String>,
    members: Vec<usize>,
    valid: Vec<Vec<usize>>,
}

impl Listing<'_> {
    /// Lists the matches of the tickets chosen so far and any from `next` on.
    fn go_on(&mut self, next: usize) {
        for ticket in next..self.pool.len() {
            self.members.push(ticket);
            let members = self.members.iter();
            let players: Vec<&Player> = members.flat_map(|&it| &self.pool[it]).collect();
            let fits = players.len() <= self.sizes.iter().map(RangeInclusive::end).sum();
            if fits && (self.may_hold)(&players) {
                if self.can_be_divided(&mut vec![]) {
                    self.valid.push(self.members.clone());
                }
                self.go_on(ticket + 1);
            }
            self.members.pop();
        }
    }

    /// Whether the members make a valid match, the first ones in these teams.
    fn can_be_divided(&self, teams: &mut Vec<usize>) -> bool {
        if teams.len() < self.members.len() {
            return (0..self.teams.len()).any(|team| {
                teams.push(team);
                let has_room = self.players_in(team, teams) <= *self.sizes[team].end();
                let found = has_room && self.can_be_divided(teams);
                teams.pop();
                found
            });
        }
        let mut sizes = (0..).zip(&self.sizes);
        if !sizes.all(|(team, size)| size.contains(&self.players_in(team, teams))) {
            return false;
        }
        let placed = self.members.iter().zip(teams).map(|(&ticket, team)| PlacedTicket {
            team: self.teams[*team].clone(),
            age: self.game.time.wait(),
            players: self.pool[ticket].clone(),
            backfill: false,
        });
        let judgement = self.game.rules.judge(&placed.collect::<Vec<_>>());
        judgement.expect("the match can be judged").valid
    }

    fn players_in(&self, team: usize, teams: &[usize]) -> usize {
        let in_team = self.members.iter().zip(teams).filter(|(_, it)| **it == team);
        in_team.map(|(&ticket, _)| self.pool[ticket].len()).sum()
    }
}

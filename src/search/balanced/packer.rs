//! The fullest way to fill the teams of a large match with what there is, over counts of party sizes
//! (decision 24).

use std::collections::BTreeSet;

use super::fill::{next_team, seat};
use crate::eval::candidate::Room;
use crate::model::limits::TICKET_PLAYERS_MAX;

/// So many tickets of each number of players; of none at 0.
pub(super) type Counts = [u16; TICKET_PLAYERS_MAX + 1];

/// The parties that each team instance takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Packing {
    pub(super) players: u32,
    pub(super) teams: Vec<Counts>,
}

/// The fullest way to fill team instances to their minimums at least, with some parties that must
/// be in and others of which there are `counts`. At most `places` players come in. `None` when
/// there is none, or none was found within the steps `left`; the best found so far when these run
/// out. What the fill order alone gives costs no step.
pub(super) fn pack(
    rooms: &[Room],
    must: &[u32],
    counts: &Counts,
    places: u32,
    left: &mut u64,
) -> Option<Packing> {
    let mut packer = Packer {
        rooms: rooms.to_vec(),
        counts: *counts,
        places,
        taken: vec![Counts::default(); rooms.len()],
        best: None,
        reach: 0,
        seen: BTreeSet::new(),
        left,
    };
    // What fits nowhere need not be counted.
    let largest = rooms.iter().map(|room| room.max).max().unwrap_or(0);
    for (party, count) in (0..).zip(&mut packer.counts) {
        *count = if party > largest { 0 } else { *count };
    }
    packer.reach = packer.players_of_counts() + must.iter().sum::<u32>();
    packer.reach = packer.reach.min(places).min(rooms.iter().map(|room| room.max).sum());
    packer.seat_all(must, 0);
    packer.best
}

struct Packer<'l> {
    rooms: Vec<Room>,
    counts: Counts,
    /// Players that may still come in.
    places: u32,
    taken: Vec<Counts>,
    best: Option<Packing>,
    /// No packing has more players.
    reach: u32,
    /// From which team on, and with how many parties left, the search went on before.
    seen: BTreeSet<(usize, Vec<Places>, Counts)>,
    left: &'l mut u64,
}

/// The places of a team instance, to be compared.
type Places = (u32, u32);

impl Packer<'_> {
    fn is_done(&self) -> bool {
        *self.left == 0 || self.best.as_ref().is_some_and(|best| best.players >= self.reach)
    }

    fn players_of_counts(&self) -> u32 {
        (0..).zip(self.counts).map(|(party, count)| party * u32::from(count)).sum()
    }

    /// The most players that team instances can take if each has all parties to itself.
    fn most_of_all(&self, rooms: &[Room]) -> u32 {
        let mut last = (0, 0);
        let each = rooms.iter().map(|room| {
            if room.max != last.0 {
                last = (room.max, most(room.max, &self.counts));
            }
            last.1
        });
        each.sum()
    }

    /// The most that the parties can do for the minimums of team instances: what a party has beyond
    /// the minimum of its team helps no other.
    fn towards_minimums(&self, rooms: &[Room]) -> u32 {
        let largest = rooms.iter().map(|room| room.min).max().unwrap_or(0);
        (0..).zip(self.counts).map(|(party, count)| largest.min(party) * u32::from(count)).sum()
    }

    /// A packing that is often as full as can be, and found without a search: the larger parties
    /// first, each into the team instance that the fill order says.
    fn fill_in_order(&mut self, players: u32) {
        let mut rooms = self.rooms.clone();
        let mut taken = self.taken.clone();
        let (mut places, mut players) = (self.places, players);
        for party in (1..=TICKET_PLAYERS_MAX as u32).rev() {
            let count = self.counts.get(party as usize).copied().unwrap_or(0);
            for _ in 0..count {
                let Some(at) = next_team(&rooms, party, places) else { break };
                let (Some(room), Some(taken)) = (rooms.get_mut(at), taken.get_mut(at)) else {
                    break;
                };
                seat(room, party);
                places -= party;
                players += party;
                if let Some(taken) = taken.get_mut(party as usize) {
                    *taken += 1;
                }
            }
        }
        let is_fuller = self.best.as_ref().is_none_or(|best| players > best.players);
        if is_fuller && rooms.iter().all(|room| room.min == 0) {
            self.best = Some(Packing { players, teams: taken });
        }
    }

    /// Seats those that must be in, each wherever it can be.
    fn seat_all(&mut self, must: &[u32], players: u32) {
        let Some((&party, others)) = must.split_first() else {
            self.fill_in_order(players);
            if !self.is_done() {
                self.fill(0, players);
            }
            return;
        };
        let mut tried: Vec<Room> = Vec::new();
        for at in 0..self.rooms.len() {
            let Some(&room) = self.rooms.get(at) else { return };
            if room.max < party || party > self.places || tried.contains(&room) {
                continue;
            }
            tried.push(room);
            self.take(at, party, 1, |packer| packer.seat_all(others, players + party));
        }
    }

    /// Goes on with so many parties of one size in a team instance.
    fn take(&mut self, at: usize, party: u32, count: u16, go_on: impl FnOnce(&mut Self)) {
        let (Some(room), Some(taken)) = (self.rooms.get_mut(at), self.taken.get_mut(at)) else {
            return;
        };
        let before = *room;
        let players = party * u32::from(count);
        seat(room, players);
        self.places -= players;
        if let Some(taken) = taken.get_mut(party as usize) {
            *taken += count;
        }
        go_on(self);
        if let Some(room) = self.rooms.get_mut(at) {
            *room = before;
        }
        self.places += players;
        if let Some(taken) = self.taken.get_mut(at).and_then(|it| it.get_mut(party as usize)) {
            *taken -= count;
        }
    }

    /// Fills the team instances from one on.
    fn fill(&mut self, at: usize, players: u32) {
        let rest = self.rooms.get(at..).unwrap_or_default();
        let missing: u32 = rest.iter().map(|room| room.min).sum();
        let open: u32 = match self.best {
            // A first packing needs no sharp bound.
            None => rest.iter().map(|room| room.max).sum(),
            Some(_) => self.most_of_all(rest),
        };
        let coming = open.min(self.places).min(self.players_of_counts());
        let best = self.best.as_ref().map(|best| best.players);
        if missing > coming.min(self.towards_minimums(rest))
            || best.is_some_and(|best| players + coming <= best)
        {
            return;
        }
        if rest.is_empty() || coming == 0 {
            self.best = Some(Packing { players, teams: self.taken.clone() });
            return;
        }
        let rooms = rest.iter().map(|room| (room.min, room.max)).collect();
        if self.seen.insert((at, rooms, self.counts)) {
            self.choose(at, TICKET_PLAYERS_MAX as u32, players);
        }
    }

    /// Chooses how many parties of `party` and fewer players a team instance takes: the most of the
    /// largest first, which are the hardest to seat.
    fn choose(&mut self, at: usize, party: u32, players: u32) {
        if self.is_done() {
            return;
        }
        *self.left -= 1;
        let Some(&room) = self.rooms.get(at) else { return };
        if party == 0 {
            if room.min == 0 {
                self.fill(at + 1, players);
            }
            return;
        }
        let there = self.counts.get(party as usize).copied().unwrap_or(0);
        if there == 0 {
            return self.choose(at, party - 1, players);
        }
        let most = u32::from(there).min(room.max / party).min(self.places / party) as u16;
        for count in (0..=most).rev() {
            if let Some(left) = self.counts.get_mut(party as usize) {
                *left = there - count;
            }
            let joined = players + party * u32::from(count);
            self.take(at, party, count, |packer| packer.choose(at, party - 1, joined));
        }
        if let Some(left) = self.counts.get_mut(party as usize) {
            *left = there;
        }
    }
}

/// The most players of some parties that fit into so many places.
fn most(places: u32, counts: &Counts) -> u32 {
    // A bit for each number of players that parties add up to, up to 255.
    let mut sums = [1_u64, 0, 0, 0];
    for (party, &count) in counts.iter().enumerate().skip(1) {
        let times = usize::from(count).min(places as usize / party);
        for _ in 0..times {
            let [a, b, c, d] = sums;
            let carried = |low: u64, high: u64| high << party | low >> (64 - party);
            sums = [a | a << party, b | carried(a, b), c | carried(b, c), d | carried(c, d)];
        }
    }
    let has = |players: &u32| {
        sums.get(*players as usize / 64).is_some_and(|word| word >> (players % 64) & 1 == 1)
    };
    (0..=places.min(255)).rev().find(has).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms(sizes: &[(u32, u32)]) -> Vec<Room> {
        sizes.iter().map(|&(min, max)| Room { min, max }).collect()
    }

    fn counts(parties: &[(usize, u16)]) -> Counts {
        let mut counts = Counts::default();
        for &(party, count) in parties {
            counts[party] = count;
        }
        counts
    }

    /// Every way to seat parties, by trying all teams and none for each.
    fn fullest(rooms: &[Room], parties: &[(u32, bool)], places: u32) -> Option<u32> {
        let Some((&(party, must), rest)) = parties.split_first() else {
            return rooms.iter().all(|room| room.min == 0).then_some(0);
        };
        let without = if must { None } else { fullest(rooms, rest, places) };
        let with = (0..rooms.len()).filter(|&at| rooms[at].max >= party && party <= places);
        let with = with.filter_map(|at| {
            let mut rooms = rooms.to_vec();
            seat(&mut rooms[at], party);
            fullest(&rooms, rest, places - party).map(|players| players + party)
        });
        with.max().max(without)
    }

    #[test]
    fn packing_is_the_fullest_there_is() {
        let mut draw = 1_u64;
        let mut below = |end: u64| {
            draw = draw
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (draw >> 33) % end
        };
        let (mut full, mut none) = (0, 0);
        for _ in 0..3_000 {
            let teams = 1 + below(3) as usize;
            let sizes: Vec<(u32, u32)> = (0..teams)
                .map(|_| {
                    let max = 1 + below(9) as u32;
                    (below(u64::from(max) + 1) as u32, max)
                })
                .collect();
            let sizes = if below(2) == 0 { vec![sizes[0]; teams] } else { sizes };
            let rooms = rooms(&sizes);
            let parties: Vec<u32> = (0..1 + below(7)).map(|_| 1 + below(5) as u32).collect();
            let must = below(2) as usize;
            let room: u32 = sizes.iter().map(|it| it.1).sum();
            let places = room - below(2) as u32;
            let mut of_size = Counts::default();
            parties[must..].iter().for_each(|&party| of_size[party as usize] += 1);
            let packed = pack(&rooms, &parties[..must], &of_size, places, &mut 100_000);
            let all: Vec<(u32, bool)> =
                parties.iter().enumerate().map(|(at, &it)| (it, at < must)).collect();
            let expected = fullest(&rooms, &all, places);
            let players = packed.as_ref().map(|it| it.players);
            assert_eq!(players, expected, "{sizes:?} {parties:?} {must} {places}");
            let Some(packing) = packed else {
                none += 1;
                continue;
            };
            full += u32::from(packing.players == room);
            for (taken, (min, max)) in packing.teams.iter().zip(sizes) {
                let players: u32 = (0..).zip(taken).map(|(party, &it)| party * u32::from(it)).sum();
                assert!((min..=max).contains(&players));
            }
        }
        assert!(full > 300 && none > 300, "{full} {none}");
    }

    #[test]
    fn packing_ends_with_the_best_so_far() {
        let teams = rooms(&[(0, 50); 4]);
        let parties = counts(&[(9, 12), (7, 12), (6, 12), (4, 12)]);
        let mut left = 200_000;
        let packing = pack(&teams, &[], &parties, 200, &mut left).expect("there is one");
        assert_eq!(packing.players, 200, "{left} steps are left");
        for mut steps in [60, 0] {
            let packing = pack(&teams, &[], &parties, 200, &mut steps).expect("it was begun");
            assert!((150..200).contains(&packing.players), "{packing:?}");
        }
    }

    #[test]
    fn too_few_parties_for_the_minimums_are_told_at_once() {
        // Forty players, but in ten parties: five teams of fifteen stay empty.
        let teams = rooms(&[(2, 4); 15]);
        let mut left = 100;
        assert_eq!(pack(&teams, &[], &counts(&[(4, 10)]), 60, &mut left), None);
        assert_eq!(left, 100);
        // Enough for two in each team: nobody is left out, and no search is needed.
        let parties = counts(&[(4, 2), (3, 3), (2, 4), (1, 12)]);
        let packing = pack(&teams, &[], &parties, 60, &mut left).expect("there is one");
        assert_eq!((packing.players, left), (37, 100));
    }
}

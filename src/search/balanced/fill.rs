//! Where players go in a large match (facts 4.2, `matching.md` section 7): first into team instances
//! below their minimum, of those into the one with the most open places; the same among the others
//! once no minimum is open. So equal teams are filled in turn.
//!
//! Going through tickets by age may leave places open that other parties would have filled.
//! [`pack`] looks for the fullest way to fill the teams with what there is, over counts of party
//! sizes (decision 24).

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::eval::candidate::Room;
use crate::model::limits::TICKET_PLAYERS_MAX;

/// So many tickets of each number of players; of none at 0.
pub(super) type Counts = [u16; TICKET_PLAYERS_MAX + 1];

/// The team instance that takes a party: the first below its minimum, or else of all, with the most
/// open places; of several the first by definition. One that has no room for the party takes none,
/// and so does one that would leave too few of the `places` of the match for the others' minimums.
pub(super) fn next_team(rooms: &[Room], party: u32, places: u32) -> Option<usize> {
    let missing: u32 = rooms.iter().map(|room| room.min).sum();
    let fits = |room: &Room| {
        let left = places.checked_sub(party);
        party <= room.max
            && left.is_some_and(|it| missing.saturating_sub(party.min(room.min)) <= it)
    };
    let rooms = rooms.iter().enumerate().filter(|(_, room)| fits(room));
    rooms.max_by_key(|&(at, room)| (room.min > 0, room.max, Reverse(at))).map(|(at, _)| at)
}

/// Takes a party's places in a team instance.
pub(super) fn seat(room: &mut Room, party: u32) {
    room.min = room.min.saturating_sub(party);
    room.max = room.max.saturating_sub(party);
}

/// The parties that each team instance takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Packing {
    pub(super) players: u32,
    pub(super) teams: Vec<Counts>,
}

/// The fullest way to fill team instances to their minimums at least, with some parties that must
/// be in and others of which there are `counts`. At most `places` players come in. `None` when
/// there is none, or none was found within the steps `left`; the best found so far when these run
/// out.
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

    /// Seats those that must be in, each wherever it can be.
    fn seat_all(&mut self, must: &[u32], players: u32) {
        let Some((&party, others)) = must.split_first() else { return self.fill(0, players) };
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
        if missing > coming || best.is_some_and(|best| players + coming <= best) {
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

/// A ticket that has a seat: its players and its team instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Seated {
    pub(super) players: u32,
    pub(super) team: usize,
}

/// Moves tickets from fuller team instances to emptier ones of the same size, until no two of them
/// are more than the largest party apart. `sizes` has the number of players of each instance, and
/// `alike` says of which size it is.
pub(super) fn even(sizes: &mut [u32], alike: &[(u32, u32)], seats: &mut [Seated]) {
    let largest = seats.iter().map(|seated| seated.players).max().unwrap_or(0);
    while let Some((from, to, seat)) = next_move(sizes, alike, seats, largest) {
        let Some(seated) = seats.get_mut(seat) else { return };
        seated.team = to;
        let players = seated.players;
        for (team, size) in sizes.iter_mut().enumerate() {
            if team == from {
                *size -= players;
            } else if team == to {
                *size += players;
            }
        }
    }
}

fn next_move(
    sizes: &[u32],
    alike: &[(u32, u32)],
    seats: &[Seated],
    largest: u32,
) -> Option<(usize, usize, usize)> {
    let teams = || sizes.iter().zip(alike).enumerate();
    for (from, (&size, kind)) in teams() {
        let others = teams().filter(|(_, (_, it))| *it == kind);
        let (to, (&least, _)) = others.min_by_key(|&(at, (&size, _))| (size, at))?;
        let apart = size - least;
        if apart <= largest {
            continue;
        }
        let movable = seats.iter().enumerate().filter(|(_, it)| it.team == from);
        let best = movable.min_by_key(|(_, it)| (2 * it.players).abs_diff(apart));
        if let Some((seat, _)) = best {
            return Some((from, to, seat));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms(sizes: &[(u32, u32)]) -> Vec<Room> {
        sizes.iter().map(|&(min, max)| Room { min, max }).collect()
    }

    /// Seats single players one by one, and says where so many of them go.
    fn fill(rooms: &mut [Room], players: u32) -> Vec<u32> {
        let mut went = vec![0; rooms.len()];
        for _ in 0..players {
            let team = next_team(rooms, 1, u32::MAX).expect("there is room");
            seat(&mut rooms[team], 1);
            went[team] += 1;
        }
        went
    }

    /// Facts 4.2: Red 5 to 10, Blue 5 to 10, Green 2 to 3.
    #[test]
    fn red_blue_and_green_fill_as_the_guide_says() {
        let mut teams = rooms(&[(5, 10), (5, 10), (2, 3)]);
        assert_eq!(fill(&mut teams, 10), [5, 5, 0]);
        assert_eq!(fill(&mut teams, 2), [0, 0, 2]);
        assert_eq!(fill(&mut teams, 8), [4, 4, 0]);
        assert_eq!(fill(&mut teams, 3), [1, 1, 1]);
        assert_eq!(next_team(&teams, 1, u32::MAX), None, "all are full");
    }

    /// Facts 4.2: ten teams of 12 to 15 hunters, one of five monsters.
    #[test]
    fn hunters_and_monsters_fill_as_the_guide_says() {
        let mut sizes = vec![(12, 15); 10];
        sizes.push((5, 5));
        let mut teams = rooms(&sizes);
        let of = |hunters: u32, monsters: u32| {
            let mut went = vec![hunters; 10];
            went.push(monsters);
            went
        };
        assert_eq!(fill(&mut teams, 100), of(10, 0));
        assert_eq!(fill(&mut teams, 22), of(2, 2));
        assert_eq!(fill(&mut teams, 3), of(0, 3));
        assert_eq!(fill(&mut teams, 30), of(3, 0));
    }

    #[test]
    fn equal_teams_are_filled_in_turn_by_parties() {
        let mut teams = rooms(&[(0, 20); 3]);
        let parties = [4, 1, 3, 2, 2, 5, 1, 1, 4, 3, 2, 6, 1, 2];
        let mut players = [0_u32; 3];
        let mut largest = 0;
        for party in parties {
            let team = next_team(&teams, party, u32::MAX).expect("there is room");
            seat(&mut teams[team], party);
            players[team] += party;
            largest = largest.max(party);
            let apart = players.iter().max().unwrap() - players.iter().min().unwrap();
            assert!(apart <= largest, "{players:?}");
        }
    }

    #[test]
    fn a_party_goes_where_it_fits_and_leaves_room_for_minimums() {
        // One place below the minimum is left in the first.
        assert_eq!(next_team(&rooms(&[(1, 1), (0, 5)]), 3, 10), Some(1));
        assert_eq!(next_team(&rooms(&[(1, 1), (0, 5)]), 1, 10), Some(0));
        // Of five places that the match has, three are the first's.
        assert_eq!(next_team(&rooms(&[(3, 3), (0, 5)]), 4, 5), None);
        assert_eq!(next_team(&rooms(&[(3, 3), (0, 5)]), 2, 5), Some(0));
        assert_eq!(next_team(&rooms(&[(0, 2), (0, 2)]), 3, 10), None);
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
        let packing = pack(&teams, &[], &parties, 200, &mut 60).expect("it was begun");
        assert!(packing.players > 150, "{packing:?}");
        assert_eq!(pack(&teams, &[], &parties, 200, &mut 0), None);
    }

    #[test]
    fn teams_of_one_size_are_made_even() {
        let mut sizes = [10, 2, 7];
        let mut seats: Vec<Seated> =
            [3, 3, 4].map(|players| Seated { players, team: 0 }).into_iter().collect();
        seats.push(Seated { players: 2, team: 1 });
        even(&mut sizes, &[(0, 20), (0, 20), (0, 7)], &mut seats);
        assert_eq!(sizes, [6, 6, 7]);
        assert_eq!(seats[2].team, 1);
    }
}

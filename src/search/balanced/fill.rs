//! Where players go in a large match (facts 4.2, `matching.md` section 7): first into team instances
//! below their minimum, of those into the one with the most open places; the same among the others
//! once no minimum is open. So equal teams are filled in turn.
//!
//! Going through tickets by age may leave places open that other parties would have filled: see
//! `packing.rs`.

use std::cmp::Reverse;

use crate::eval::candidate::Room;

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

//! Seats held against limits, rules, and the best of many random seatings.

use super::*;

/// Random numbers of another kind than those of the code under test.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A match: the limits of its teams, and its tickets with the values of their players.
struct Match {
    limits: Vec<(u32, u32)>,
    tickets: Vec<(Vec<f64>, usize)>,
}

impl Match {
    /// Teams of one size, filled in turn by parties until those that come do not fit.
    fn draw(draw: &mut Draw, teams: usize, players: u32, party_max: u64) -> Self {
        let mut sizes = vec![0_u32; teams];
        let mut tickets = Vec::new();
        while tickets.len() < 400 && sizes.iter().any(|&size| size < players) {
            let party = 1 + draw.below(party_max) as u32;
            let least = (0..teams).min_by_key(|&team| sizes[team]).unwrap();
            let party = if sizes[least] + party > players { 1 } else { party };
            sizes[least] += party;
            let values = (0..party).map(|_| draw.below(3_000) as f64).collect();
            tickets.push((values, least));
        }
        Self { limits: vec![(1, players); teams], tickets }
    }

    fn range(&self) -> f64 {
        let values = || self.tickets.iter().flat_map(|it| it.0.iter().copied());
        values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min)
    }

    /// The gap between the means of teams, by the values themselves.
    fn gap(&self, seats: &[usize]) -> f64 {
        Self::gap_of(&self.sums(seats), &self.sizes(seats))
    }

    fn gap_of(sums: &[f64], sizes: &[u32]) -> f64 {
        let (mut lowest, mut highest) = (f64::MAX, f64::MIN);
        for (sum, &size) in sums.iter().zip(sizes).filter(|it| *it.1 > 0) {
            let mean = sum / f64::from(size);
            (lowest, highest) = (lowest.min(mean), highest.max(mean));
        }
        highest - lowest
    }

    fn sums(&self, seats: &[usize]) -> Vec<f64> {
        let mut sums = vec![0.0; self.limits.len()];
        for ((values, _), &seat) in self.tickets.iter().zip(seats) {
            sums[seat] += values.iter().sum::<f64>();
        }
        sums
    }

    fn sizes(&self, seats: &[usize]) -> Vec<u32> {
        let mut sizes = vec![0; self.limits.len()];
        for ((values, _), &seat) in self.tickets.iter().zip(seats) {
            sizes[seat] += values.len() as u32;
        }
        sizes
    }

    /// Whether sizes keep the limits and are within one party of each other.
    fn may_be(&self, sizes: &[u32]) -> bool {
        let largest = self.tickets.iter().map(|it| it.0.len() as u32).max().unwrap();
        let within = sizes.iter().zip(&self.limits).all(|(size, it)| (it.0..=it.1).contains(size));
        within && sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= largest
    }

    /// The seats after exchanges, as long as one brings the gap down. Values are whole numbers,
    /// so that their sums are exact.
    fn exchanged(&self, mut seats: Vec<usize>) -> Vec<usize> {
        let of: Vec<(f64, u32)> =
            self.tickets.iter().map(|it| (it.0.iter().sum(), it.0.len() as u32)).collect();
        let (mut sums, mut sizes) = (self.sums(&seats), self.sizes(&seats));
        let mut gap = Self::gap_of(&sums, &sizes);
        let least_gain = 1e-9 * self.range();
        'again: loop {
            for a in 0..seats.len() {
                for b in a + 1..seats.len() {
                    let (team_a, team_b) = (seats[a], seats[b]);
                    if team_a == team_b {
                        continue;
                    }
                    let before = [team_a, team_b].map(|it| (sums[it], sizes[it]));
                    sums[team_a] += of[b].0 - of[a].0;
                    sums[team_b] += of[a].0 - of[b].0;
                    sizes[team_a] = sizes[team_a] + of[b].1 - of[a].1;
                    sizes[team_b] = sizes[team_b] + of[a].1 - of[b].1;
                    let less = Self::gap_of(&sums, &sizes);
                    if less < gap - least_gain && self.may_be(&sizes) {
                        seats.swap(a, b);
                        gap = less;
                        continue 'again;
                    }
                    for (team, (sum, size)) in [team_a, team_b].into_iter().zip(before) {
                        (sums[team], sizes[team]) = (sum, size);
                    }
                }
            }
            return seats;
        }
    }

    /// Random seats that may be; `None` when the draw gave none.
    fn random_seats(&self, draw: &mut Draw) -> Option<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.tickets.len()).collect();
        for end in (1..order.len()).rev() {
            order.swap(end, draw.below(end as u64 + 1) as usize);
        }
        let mut seats = vec![0; order.len()];
        let mut sizes = vec![0_u32; self.limits.len()];
        for at in order {
            let party = self.tickets[at].0.len() as u32;
            let open: Vec<usize> =
                (0..sizes.len()).filter(|&it| sizes[it] + party <= self.limits[it].1).collect();
            let team = *open.get(draw.below(open.len().max(1) as u64) as usize)?;
            sizes[team] += party;
            seats[at] = team;
        }
        self.may_be(&sizes).then_some(seats)
    }

    fn balanced(&self) -> Vec<usize> {
        let values = || self.tickets.iter().flat_map(|it| it.0.iter().copied());
        let scale =
            Scale::new(values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
        let teams: Vec<Team> =
            self.limits.iter().map(|&(min, max)| Team { min, max, ..Team::default() }).collect();
        let piece = |(values, team): &(Vec<f64>, usize)| Piece {
            players: values.len() as u32,
            sum: values.iter().map(|&value| scale.of(value)).sum(),
            team: *team,
        };
        let mut pieces: Vec<Piece> = self.tickets.iter().map(piece).collect();
        balance(&teams, &mut pieces, None);
        pieces.iter().map(|piece| piece.team).collect()
    }
}

/// The goal of performance.md, and decision 24: no exchange improves the gap, and it is at most
/// the best of random seats with exchanges plus a thousandth of the range.
/// Says with how many matches that was compared: a gap of a thousandth or less needs no other,
/// and elsewhere as many restarts are made as are asked for.
fn holds_the_goal(shapes: &[(usize, u32, u64)], restarts: u32, seed: u64) -> u32 {
    let mut draw = Draw(seed);
    let mut compared = 0;
    for &(teams, players, party_max) in shapes {
        let game = Match::draw(&mut draw, teams, players, party_max);
        let seats = game.balanced();
        let gap = game.gap(&seats);
        assert!(game.may_be(&game.sizes(&seats)), "{:?}", game.sizes(&seats));
        let exchanged = game.gap(&game.exchanged(seats));
        assert!(exchanged >= gap - 1e-9 * game.range(), "{gap} can be {exchanged}");
        if gap <= 0.001 * game.range() {
            continue;
        }
        let drawn = (0..100 * restarts).filter_map(|_| game.random_seats(&mut draw));
        let mut least = f64::INFINITY;
        let mut made = 0;
        for seats in drawn.take(restarts as usize) {
            least = least.min(game.gap(&game.exchanged(seats)));
            made += 1;
        }
        assert_eq!(made, restarts, "{teams} of {players}, {party_max}");
        compared += 1;
        let allowed = least + 0.001 * game.range();
        assert!(gap <= allowed, "{teams} of {players}, {party_max}: {gap}, not {allowed}");
    }
    compared
}

#[test]
fn two_teams_are_as_even_as_a_thousand_tries_make_them() {
    let mut shapes = Vec::new();
    for players in [2, 3, 5, 6, 8, 10, 15, 20, 50] {
        for party_max in [1, 2, 4, 10] {
            shapes.push((2, players, party_max));
        }
    }
    let compared = holds_the_goal(&shapes, 1_000, 1);
    println!("{compared} of {} matches compared with 1,000 restarts", shapes.len());
    assert!(compared > 5, "{compared}");
}

#[test]
fn many_teams_are_as_even_as_a_thousand_tries_make_them() {
    // Few tickets, so that no gap is small by itself.
    let shapes = [(3, 3, 1), (4, 3, 1), (5, 4, 3), (6, 3, 2), (10, 2, 1)];
    let seeds = [3, 4];
    let compared: u32 = seeds.into_iter().map(|seed| holds_the_goal(&shapes, 1_000, seed)).sum();
    println!("{compared} of 10 matches compared with 1,000 restarts");
    assert!(compared > 8, "{compared}");
}

#[test]
fn more_tickets_in_many_teams_are_as_even_as_other_tries_make_them() {
    let shapes = [(8, 3, 1), (10, 3, 1), (7, 6, 4), (9, 5, 4)];
    let compared = holds_the_goal(&shapes, 100, 6);
    println!("{compared} of 4 matches compared with 100 restarts");
    assert!(compared > 2, "{compared}");
}

#[test]
fn teams_with_open_places_stay_within_one_party() {
    let mut draw = Draw(5);
    let mut changed = 0;
    for _ in 0..30 {
        let mut game = Match::draw(&mut draw, 3, 9, 5);
        let before: Vec<usize> = game.tickets.iter().map(|it| it.1).collect();
        game.limits = vec![(1, 30); 3];
        let seats = game.balanced();
        let sizes = game.sizes(&seats);
        assert!(game.may_be(&sizes), "{sizes:?}");
        changed += usize::from(sizes != game.sizes(&before));
    }
    assert!(changed > 5, "{changed} with other sizes");
}

#[test]
fn a_single_team_or_equal_values_are_left_alone() {
    let teams = [Team { min: 1, max: 5, ..Team::default() }; 2];
    let piece = |team| Piece { players: 1, sum: 0, team };
    let mut pieces = [piece(0), piece(0), piece(1)];
    let before = pieces.map(|it| it.players);
    balance(&teams, &mut pieces, None);
    assert_eq!(pieces.iter().filter(|it| it.team == 0).count(), 2);
    assert_eq!(pieces.map(|it| it.players), before);
    let mut alone = [piece(1), piece(1)];
    assert_eq!(balance(&teams, &mut alone, None), 0);
}

#[test]
fn values_at_the_ends_of_all_numbers_are_put_to_scale() {
    let scale = Scale::new(f64::MIN, f64::MAX);
    assert_eq!(scale.of(f64::MIN), 0);
    assert_eq!(scale.of(0.0), 1 << (VALUE_BITS - 1));
    assert_eq!(scale.of(f64::MAX), 1 << VALUE_BITS);
    assert_eq!(Scale::new(7.0, 7.0).of(7.0), 0);
}

#[test]
fn seats_that_rules_refuse_are_not_taken() {
    let teams = [Team { min: 3, max: 3, ..Team::default() }; 2];
    let values = [0, 10, 20, 30, 40, 50];
    let mut pieces: Vec<Piece> = values
        .into_iter()
        .map(|value: i64| Piece { players: 1, sum: value << 30, team: usize::from(value > 20) })
        .collect();
    // The lowest and the highest play against each other.
    let mut asked = 0;
    let mut may_seat = |pieces: &[Piece]| {
        asked += 1;
        pieces[0].team == 0 && pieces[5].team == 1
    };
    balance(&teams, &mut pieces, Some(&mut may_seat));
    assert!(asked > 0);
    let of = |team| -> Vec<i64> {
        pieces.iter().filter(|it| it.team == team).map(|it| it.sum >> 30).collect()
    };
    assert_eq!((of(0).iter().sum::<i64>() - of(1).iter().sum::<i64>()).abs(), 10);
    assert!(of(0).contains(&0) && of(1).contains(&50));
}

#[test]
fn the_players_of_a_running_session_stay_and_count() {
    let settled = Team { min: 0, max: 3, settled: 1, settled_sum: 30 << 30 };
    let teams = [settled, Team { min: 0, max: 2, ..Team::default() }];
    let piece = |value: i64, team| Piece { players: 1, sum: value << 30, team };
    let mut pieces = [piece(10, 1), piece(20, 1), piece(40, 0)];
    balance(&teams, &mut pieces, None);
    // 30 and 10 are a mean of 20, beside 20 and 40 with 30; 30 and 20 beside 25 are even.
    assert_eq!(pieces.map(|it| it.team), [1, 0, 1]);
}

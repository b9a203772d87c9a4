//! Five against five in parties: every ticket goes into one of 20 buckets, by location and game
//! mode; in a bucket, teams are put together from parties by fixed compositions.

/// The longest latency at the location of a match.
const LATENCY_MS_MAX: f64 = 150.0;
const LOCATIONS: usize = 4;
const MODES: usize = 5;
const TEAM: usize = 5;

/// The sizes of the parties of a team, those with large ones first.
const COMPOSITIONS: [&[usize]; 7] =
    [&[5], &[4, 1], &[3, 2], &[3, 1, 1], &[2, 2, 1], &[2, 1, 1, 1], &[1, 1, 1, 1, 1]];

/// What the floor knows of a ticket.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    /// 1 to 5.
    pub players: u8,
    /// The average latency of its players, by location.
    pub latency_ms: [f64; LOCATIONS],
    /// The game modes that all its players take, a bit for each.
    pub modes: u8,
}

/// Up to five tickets.
#[derive(Clone, Copy, Default, Debug)]
pub struct Team {
    tickets: [u32; TEAM],
    count: u8,
}

impl Team {
    /// The tickets of the team.
    pub fn tickets(&self) -> &[u32] {
        self.tickets.get(..self.count.into()).unwrap_or_default()
    }
}

/// Two teams of five players.
pub type Match = [Team; 2];

/// Tickets of one location and mode, by their number of players less one.
#[derive(Default)]
struct Bucket([Vec<u32>; TEAM]);

/// The matches among these parties.
pub fn matches(parties: &[Party]) -> Vec<Match> {
    let mut buckets: [Bucket; LOCATIONS * MODES] = Default::default();
    let mut players = 0;
    for (number, party) in (0..).zip(parties) {
        let near = party.latency_ms.iter().position(|&it| it <= LATENCY_MS_MAX);
        let mode = party.modes.trailing_zeros() as usize;
        let size = usize::from(party.players).wrapping_sub(1);
        if let (Some(location), true, true) = (near, mode < MODES, size < TEAM) {
            buckets[location * MODES + mode].0[size].push(number);
            players += usize::from(party.players);
        }
    }
    let mut matches = Vec::with_capacity(players / (2 * TEAM));
    for bucket in &mut buckets {
        let mut first = None;
        while let Some(team) = bucket.team() {
            match first.take() {
                Some(first) => matches.push([first, team]),
                None => first = Some(team),
            }
        }
    }
    matches
}

impl Bucket {
    /// A team of the first composition for which there are enough parties.
    fn team(&mut self) -> Option<Team> {
        let composition = COMPOSITIONS.iter().find(|composition| {
            composition.iter().enumerate().all(|(place, &size)| {
                let same = composition.iter().take(place + 1).filter(|&&it| it == size).count();
                self.0[size - 1].len() >= same
            })
        })?;
        let mut team = Team::default();
        for (slot, size) in team.tickets.iter_mut().zip(*composition) {
            *slot = self.0[size - 1].pop()?;
            team.count += 1;
        }
        Some(team)
    }
}

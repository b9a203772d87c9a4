//! Fifty against fifty in parties of up to four: the oldest that fit, in teams as large as each
//! other; then, size by size, the largest skills first, each to the team that is behind.

const TEAM: u32 = 50;
const PARTY_MAX: usize = 4;

/// A party: its players and the sum of their skills.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    /// How many they are.
    pub players: u8,
    /// Their skills added up, in hundredths.
    pub skills: u32,
}

/// Two teams of tickets.
pub type Match = [Vec<u32>; 2];

/// The matches among parties.
pub fn matches(parties: &[Party]) -> Vec<Match> {
    let mut matches = Vec::new();
    // Those that did not fit before, oldest first.
    let mut passed_over: Vec<u32> = Vec::new();
    let mut next = 0;
    loop {
        let mut room = [TEAM; 2];
        // By size, then team.
        let mut seats = [[0_u32; 2]; PARTY_MAX];
        let mut chosen: Vec<u32> = Vec::with_capacity(64);
        let mut left: Vec<u32> = Vec::new();
        let mut waiting = std::mem::take(&mut passed_over).into_iter();
        while room != [0; 2] {
            let number = match waiting.next() {
                Some(number) => number,
                None => {
                    next += 1;
                    next - 1
                }
            };
            let Some(party) = parties.get(number as usize) else { return matches };
            let team = usize::from(room[1] > room[0]);
            let players = u32::from(party.players);
            if players <= room[team] {
                room[team] -= players;
                seats[players as usize - 1][team] += 1;
                chosen.push(number);
            } else {
                left.push(number);
            }
        }
        left.extend(waiting);
        passed_over = left;
        matches.push(split(parties, &mut chosen, seats));
    }
}

fn split(parties: &[Party], chosen: &mut [u32], mut seats: [[u32; 2]; PARTY_MAX]) -> Match {
    let party = |number: u32| parties[number as usize];
    chosen.sort_unstable_by_key(|&it| std::cmp::Reverse((party(it).players, party(it).skills)));
    let mut sums = [0; 2];
    let mut teams = [Vec::with_capacity(50), Vec::with_capacity(50)];
    for &number in &*chosen {
        let Party { players, skills } = party(number);
        let open = &mut seats[usize::from(players) - 1];
        let behind = usize::from(sums[1] < sums[0]);
        let team = if open[behind] > 0 { behind } else { 1 - behind };
        open[team] -= 1;
        sums[team] += skills;
        teams[team].push(number);
    }
    teams
}

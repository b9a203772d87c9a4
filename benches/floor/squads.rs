//! Five against five: sort by skill, take windows of ten, and of their 126 splits the best.

/// The most that the skills of a match may be apart.
const DISTANCE_MAX: f64 = 100.0;
/// The most that the averages of the two teams may be apart: 10 to either side of the match's.
const GAP_MAX: f64 = 20.0;
const TEAM: usize = 5;
const MATCH: usize = 2 * TEAM;

/// Two teams of five tickets.
pub type Match = [[u32; TEAM]; 2];

/// For each way to split ten into two teams: the places of the team that has the first.
const SPLITS: [[u8; TEAM]; 126] = splits();

const fn splits() -> [[u8; TEAM]; 126] {
    let mut splits = [[0; TEAM]; 126];
    let mut count = 0;
    let mut mask: u32 = 1;
    while mask < 1 << MATCH {
        if mask.count_ones() == TEAM as u32 {
            let (mut place, mut member) = (0, 0);
            while place < MATCH {
                if mask >> place & 1 == 1 {
                    splits[count][member] = place as u8;
                    member += 1;
                }
                place += 1;
            }
            count += 1;
        }
        mask += 2;
    }
    splits
}

/// Skills with the numbers of their tickets, by skill.
pub(super) fn sorted(skills: &[f64]) -> Vec<(f64, u32)> {
    let mut sorted: Vec<(f64, u32)> = skills.iter().copied().zip(0..).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    sorted
}

/// The matches among tickets with these skills.
pub fn matches(skills: &[f64]) -> Vec<Match> {
    let sorted = sorted(skills);
    let mut matches = Vec::with_capacity(skills.len() / MATCH);
    let mut from = 0;
    while let Some(window) = sorted.get(from..).and_then(|rest| rest.first_chunk::<MATCH>()) {
        if window[MATCH - 1].0 - window[0].0 <= DISTANCE_MAX
            && let Some(split) = best_split(window)
        {
            matches.push(split);
            from += MATCH;
        } else {
            from += 1;
        }
    }
    matches
}

/// The split with the smallest gap between the averages, if that is small enough.
fn best_split(window: &[(f64, u32); MATCH]) -> Option<Match> {
    let skills = window.map(|it| it.0);
    let half = skills.iter().sum::<f64>() / 2.0;
    let (mut best, mut least) = (0, f64::INFINITY);
    for (position, split) in SPLITS.iter().enumerate() {
        let gap = (split.iter().map(|&place| skills[place as usize]).sum::<f64>() - half).abs();
        if gap < least {
            (best, least) = (position, gap);
        }
    }
    if 2.0 * least > GAP_MAX * TEAM as f64 {
        return None;
    }
    let first = SPLITS[best];
    let mut teams = [[0; TEAM]; 2];
    let mut taken = [0; 2];
    for (place, &(_, ticket)) in (0..).zip(window) {
        let team = usize::from(!first.contains(&place));
        teams[team][taken[team]] = ticket;
        taken[team] += 1;
    }
    Some(teams)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_splits_are_all_different() {
        let distinct: std::collections::BTreeSet<_> = SPLITS.iter().collect();
        assert_eq!(distinct.len(), 126);
        assert!(SPLITS.iter().all(|split| split[0] == 0 && split.is_sorted()));
    }
}

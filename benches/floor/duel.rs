//! One against one: sort by skill, pair neighbours.

/// The most that two skills may be apart.
const DISTANCE_MAX: f64 = 50.0;

/// Two teams of one ticket.
pub type Match = [[u32; 1]; 2];

/// The matches among tickets with these skills.
pub fn matches(skills: &[f64]) -> Vec<Match> {
    let sorted = super::squads::sorted(skills);
    let mut matches = Vec::with_capacity(skills.len() / 2);
    let mut rest = sorted.as_slice();
    while let [first, second, behind @ ..] = rest {
        if second.0 - first.0 <= DISTANCE_MAX {
            matches.push([[first.1], [second.1]]);
            rest = behind;
        } else {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    matches
}

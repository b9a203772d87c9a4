//! The teams with the highest and the lowest means, without going through all of them.

/// The three highest means, and the three lowest, each with its team.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extremes {
    pub(super) highest: [(i64, usize); 3],
    pub(super) lowest: [(i64, usize); 3],
}

impl Extremes {
    const NONE: usize = usize::MAX;

    pub(super) fn of(means: &[Option<i64>]) -> Self {
        let mut extremes =
            Self { highest: [(i64::MIN, Self::NONE); 3], lowest: [(i64::MAX, Self::NONE); 3] };
        for (team, mean) in means.iter().enumerate() {
            let Some(mean) = *mean else { continue };
            let mut new = (mean, team);
            for place in &mut extremes.highest {
                if new.0 > place.0 || place.1 == Self::NONE {
                    std::mem::swap(place, &mut new);
                }
            }
            let mut new = (mean, team);
            for place in &mut extremes.lowest {
                if new.0 < place.0 || place.1 == Self::NONE {
                    std::mem::swap(place, &mut new);
                }
            }
        }
        extremes
    }

    /// The gap when two teams have other means.
    pub(super) fn gap_with(&self, a: (usize, i64), b: (usize, i64)) -> i64 {
        let others = |it: &&(i64, usize)| it.1 != a.0 && it.1 != b.0 && it.1 != Self::NONE;
        let highest = self.highest.iter().find(others).map_or(i64::MIN, |it| it.0);
        let lowest = self.lowest.iter().find(others).map_or(i64::MAX, |it| it.0);
        highest.max(a.1).max(b.1) - lowest.min(a.1).min(b.1)
    }
}

//! What can be said of a rule before a match is complete, location by location.
//!
//! Every rule is judged per location (decision 15): a latency rule holds at some locations, any
//! other rule at all of them or at none. So a verdict is a pair of sets.

use crate::pool::columns::LocationSet;

/// What holds for the completions of a partial match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Verdict {
    /// The locations at which some completion may satisfy the rule. A location that is missing
    /// here is one at which no completion does.
    pub(crate) possible: LocationSet,
    /// The locations at which every completion satisfies the rule.
    pub(crate) always: LocationSet,
}

impl Verdict {
    /// No completion satisfies the rule anywhere: the partial match can be given up.
    pub(crate) const NEVER: Self = Self { possible: LocationSet::NONE, always: LocationSet::NONE };
    /// Nothing is known.
    pub(crate) const OPEN: Self = Self { possible: LocationSet::ALL, always: LocationSet::NONE };
    /// Every completion satisfies the rule everywhere.
    pub(crate) const ALWAYS: Self = Self { possible: LocationSet::ALL, always: LocationSet::ALL };

    /// Whether no completion satisfies the rule anywhere.
    pub(crate) fn is_never(self) -> bool {
        self.possible.is_empty()
    }

    /// The verdict on both of two conditions. This and the others are Kleene's, at each location.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            possible: self.possible.intersect(other.possible),
            always: self.always.intersect(other.always),
        }
    }

    /// The verdict on one of two conditions or both.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            possible: self.possible.union(other.possible),
            always: self.always.union(other.always),
        }
    }

    /// The verdict on one of two conditions but not both.
    #[must_use]
    pub(crate) fn xor(self, other: Self) -> Self {
        self.and(other.not()).or(self.not().and(other))
    }

    /// The verdict on the contrary.
    #[must_use]
    pub(crate) fn not(self) -> Self {
        Self { possible: self.always.complement(), always: self.possible.complement() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Verdict; 3] = [Verdict::NEVER, Verdict::OPEN, Verdict::ALWAYS];

    /// What a verdict leaves possible: false, true.
    fn outcomes(verdict: Verdict) -> Vec<bool> {
        let mut outcomes = Vec::new();
        if verdict.always != LocationSet::ALL {
            outcomes.push(false);
        }
        if !verdict.is_never() {
            outcomes.push(true);
        }
        outcomes
    }

    #[test]
    fn combinations_leave_possible_what_their_parts_do() {
        type Combine = (fn(Verdict, Verdict) -> Verdict, fn(bool, bool) -> bool);
        let combinations: [Combine; 3] = [
            (Verdict::and, |a, b| a && b),
            (Verdict::or, |a, b| a || b),
            (Verdict::xor, |a, b| a != b),
        ];
        for (combine, exact) in combinations {
            for a in ALL {
                for b in ALL {
                    let combined = outcomes(combine(a, b));
                    for x in outcomes(a) {
                        for y in outcomes(b) {
                            assert!(combined.contains(&exact(x, y)), "{a:?} {b:?}");
                        }
                    }
                    let known = |it: Verdict| it != Verdict::OPEN;
                    assert!(!(known(a) && known(b)) || combined.len() == 1, "{a:?} {b:?}");
                }
            }
        }
        for a in ALL {
            let turned: Vec<bool> = outcomes(a).into_iter().map(|it| !it).collect();
            assert!(outcomes(a.not()).iter().all(|it| turned.contains(it)), "{a:?}");
        }
    }
}

//! What can be said of a rule before a match is complete.

/// What holds for every completion of a partial match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// The rule is false of every completion: the partial match can be given up.
    Never,
    /// Nothing is known.
    Open,
    /// The rule is true of every completion.
    Always,
}

impl Verdict {
    /// The verdict on both of two conditions (Kleene's `and`).
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, Self::Always) => Self::Always,
            _ => Self::Open,
        }
    }
}

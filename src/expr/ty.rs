//! Types of expressions: some levels of list around a base.

use std::fmt;

/// What lies at the bottom of the lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Base {
    Team,
    Player,
    Number,
    String,
    NumberMap,
}

/// A type: `depth` levels of list around `base`. A `string_list` attribute is one more level
/// around strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Type {
    pub(crate) depth: u8,
    pub(crate) base: Base,
}

impl Type {
    pub(crate) const fn new(depth: u8, base: Base) -> Self {
        Self { depth, base }
    }

    pub(crate) const fn is_scalar(self) -> bool {
        self.depth == 0
    }
}

/// In words: `a number`, `a list of strings`, `a list of lists of players`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, many) = match self.base {
            Base::Team => ("a team", "teams"),
            Base::Player => ("a player", "players"),
            Base::Number => ("a number", "numbers"),
            Base::String => ("a string", "strings"),
            Base::NumberMap => ("a map of numbers", "maps of numbers"),
        };
        match self.depth {
            0 => f.write_str(one),
            depth => {
                f.write_str("a list of ")?;
                for _ in 1..depth {
                    f.write_str("lists of ")?;
                }
                f.write_str(many)
            }
        }
    }
}

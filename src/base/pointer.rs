//! JSON pointers (RFC 6901), and the cheap path from which one is made only when needed.

use std::fmt;

/// A place in a JSON text as an RFC 6901 pointer, for instance `/rules/0/maxDistance`.
/// The empty pointer is the whole document.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct JsonPointer(String);

impl JsonPointer {
    /// The pointer as text; empty for the whole document.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Goes on to a member of the object that the pointer names.
    pub(crate) fn push_key(&mut self, key: &str) {
        self.0.push('/');
        for character in key.chars() {
            match character {
                '~' => self.0.push_str("~0"),
                '/' => self.0.push_str("~1"),
                other => self.0.push(other),
            }
        }
    }

    /// Goes on to an item of the list that the pointer names.
    pub(crate) fn push_index(&mut self, index: usize) {
        self.0.push('/');
        self.0.push_str(&index.to_string());
    }
}

impl fmt::Display for JsonPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The way from the root of a document to a node: a list on the stack, free until an error needs
/// it as a [`JsonPointer`].
#[derive(Clone, Copy)]
pub(crate) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    pub(crate) fn key(&'p self, key: &'p str) -> Path<'p> {
        Path::Key(self, key)
    }

    pub(crate) fn index(&'p self, index: usize) -> Path<'p> {
        Path::Index(self, index)
    }

    pub(crate) fn pointer(&self) -> JsonPointer {
        let mut steps = Vec::new();
        let mut path = self;
        while let Path::Key(parent, _) | Path::Index(parent, _) = path {
            steps.push(path);
            path = parent;
        }
        let mut pointer = JsonPointer::default();
        for step in steps.iter().rev() {
            match step {
                Path::Root => {}
                Path::Key(_, key) => pointer.push_key(key),
                Path::Index(_, index) => pointer.push_index(*index),
            }
        }
        pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_its_segments() {
        let root = Path::Root;
        let rules = root.key("a/b~c");
        assert_eq!(rules.index(3).pointer().as_str(), "/a~1b~0c/3");
        assert_eq!(root.pointer().as_str(), "");
    }
}

//! Things that come and go, each under a key that later ones use again.

use super::idx::{Col, Idx};

/// Things by key. No two that are there at one time have the same key; what has gone leaves its key
/// to another.
#[derive(Debug)]
pub(crate) struct Slots<I: Idx, T> {
    cells: Col<I, Option<T>>,
    free: Vec<I>,
}

impl<I: Idx, T> Slots<I, T> {
    pub(crate) fn new() -> Self {
        Self { cells: Col::new(), free: Vec::new() }
    }

    pub(crate) fn insert(&mut self, thing: T) -> I {
        match self.free.pop() {
            Some(key) => {
                self.cells[key] = Some(thing);
                key
            }
            None => self.cells.push(Some(thing)),
        }
    }

    pub(crate) fn get(&self, key: I) -> Option<&T> {
        self.cells.get(key)?.as_ref()
    }

    /// # Panics
    /// When the key was never given out.
    pub(crate) fn get_mut(&mut self, key: I) -> Option<&mut T> {
        self.cells[key].as_mut()
    }

    /// # Panics
    /// When the key was never given out.
    pub(crate) fn remove(&mut self, key: I) -> Option<T> {
        let thing = self.cells[key].take()?;
        self.free.push(key);
        Some(thing)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.cells.enumerate().filter_map(|(key, cell)| Some((key, cell.as_ref()?)))
    }

    /// All of them in the order of a number that each has.
    pub(crate) fn in_order(&self, number: impl Fn(&T) -> u64) -> Vec<(I, &T)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_unstable_by_key(|(_, thing)| number(thing));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::idx::index_type;

    index_type! {
        struct Key;
    }

    #[test]
    fn a_key_is_used_again_and_never_by_two() {
        let mut slots: Slots<Key, u64> = Slots::new();
        let (first, second) = (slots.insert(5), slots.insert(3));
        assert_eq!(slots.in_order(|&it| it), [(second, &3), (first, &5)]);
        assert_eq!((slots.remove(first), slots.remove(first)), (Some(5), None));
        assert_eq!((slots.get(first), slots.get(second)), (None, Some(&3)));
        assert_eq!(slots.insert(7), first);
        let third = slots.insert(8);
        assert!(third != first && third != second);
        assert_eq!(slots.get_mut(first), Some(&mut 7));
        assert!(slots.iter().map(|(_, it)| *it).eq([7, 3, 8]));
    }
}

//! An ordered map for keys that mostly come in order: a `BTreeMap` that is filled in order leaves
//! half of every node empty.

use std::fmt::Debug;

/// Entries of a leaf. Taking the first of a leaf moves the others; adding or dropping a leaf moves
/// those behind it: with a million entries both are some kilobytes.
const LEAF_MAX: usize = 128;

/// A map in the order of its keys, as a list of leaves. The methods are those of `BTreeMap`.
#[derive(Debug)]
pub(crate) struct SortedMap<K, V> {
    /// None is empty, and two neighbours together fill more than half of one.
    leaves: Vec<Leaf<K, V>>,
    len: usize,
}

/// Where an entry is as long as none comes or goes; the first is the default.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Position {
    leaf: u32,
    entry: u32,
}

#[derive(Debug)]
struct Leaf<K, V> {
    /// No key of the leaf is lower, and all of the leaf before it are.
    from: K,
    keys: Vec<K>,
    values: Vec<V>,
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self { leaves: Vec::new(), len: 0 }
    }
}

impl<K: Ord + Copy + Debug, V> SortedMap<K, V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let leaf = self.leaves.get(self.leaf_of(key))?;
        leaf.values.get(leaf.keys.binary_search(key).ok()?)
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// Every entry in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.leaves.iter().flat_map(|leaf| leaf.keys.iter().zip(&leaf.values))
    }

    /// The first entry behind `key`; without one, the first of all.
    pub(crate) fn next_after(&self, key: Option<K>) -> Option<(&K, &V)> {
        let Some(key) = key else { return self.first_key_value() };
        let at = self.leaf_of(&key);
        let leaf = self.leaves.get(at)?;
        let position = leaf.keys.partition_point(|it| *it <= key);
        let (leaf, position) = if position < leaf.keys.len() {
            (leaf, position)
        } else {
            (self.leaves.get(at + 1)?, 0)
        };
        leaf.keys.get(position).zip(leaf.values.get(position))
    }

    /// The entry at a position.
    pub(crate) fn at(&self, position: Position) -> Option<(&K, &V)> {
        let leaf = self.leaves.get(position.leaf as usize)?;
        leaf.keys.get(position.entry as usize).zip(leaf.values.get(position.entry as usize))
    }

    /// The position behind one.
    pub(crate) fn behind(&self, position: Position) -> Position {
        let entry = position.entry + 1;
        let leaf = self.leaves.get(position.leaf as usize);
        match leaf.is_some_and(|leaf| (entry as usize) < leaf.keys.len()) {
            true => Position { leaf: position.leaf, entry },
            false => Position { leaf: position.leaf + 1, entry: 0 },
        }
    }

    /// Sets the value of a key, and gives back the one before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let at = self.leaf_of(&key);
        let Some(leaf) = self.leaves.get_mut(at) else {
            self.leaves.push(Leaf { from: key, keys: vec![key], values: vec![value] });
            self.len += 1;
            return None;
        };
        let position = match leaf.keys.binary_search(&key) {
            Ok(position) => return Some(std::mem::replace(&mut leaf.values[position], value)),
            Err(position) => position,
        };
        self.len += 1;
        if leaf.keys.len() < LEAF_MAX {
            leaf.insert(position, key, value);
        } else if position == LEAF_MAX {
            // What comes in order leaves full leaves behind.
            match self.leaves.get_mut(at + 1).filter(|next| next.keys.len() < LEAF_MAX) {
                Some(next) => next.insert(0, key, value),
                None => {
                    let leaf = Leaf { from: key, keys: vec![key], values: vec![value] };
                    self.leaves.insert(at + 1, leaf);
                }
            }
        } else {
            let mut right = leaf.split();
            match position.checked_sub(leaf.keys.len()) {
                Some(position) if position > 0 => right.insert(position, key, value),
                _ => leaf.insert(position, key, value),
            }
            self.leaves.insert(at + 1, right);
        }
        None
    }

    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.leaf_of(key);
        let position = self.leaves.get(at)?.keys.binary_search(key).ok()?;
        Some(self.remove_at(at, position).1)
    }

    /// Takes the first entry out.
    pub(crate) fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.leaves.is_empty()).then(|| self.remove_at(0, 0))
    }

    /// The leaf that a key belongs to.
    fn leaf_of(&self, key: &K) -> usize {
        self.leaves.partition_point(|leaf| leaf.from <= *key).saturating_sub(1)
    }

    fn remove_at(&mut self, at: usize, position: usize) -> (K, V) {
        self.len -= 1;
        let leaf = &mut self.leaves[at];
        let removed = (leaf.keys.remove(position), leaf.values.remove(position));
        let left = leaf.keys.len();
        if left == 0 {
            self.leaves.remove(at);
            self.join(at);
        } else {
            self.join(at + 1);
        }
        if at > 0 {
            self.join(at);
        }
        removed
    }

    /// Puts a leaf into the one before it, if half a leaf holds both.
    fn join(&mut self, at: usize) {
        let Some(before) = at.checked_sub(1) else { return };
        let (Some(left), Some(right)) = (self.leaves.get(before), self.leaves.get(at)) else {
            return;
        };
        if left.keys.len() + right.keys.len() <= LEAF_MAX / 2 {
            let mut right = self.leaves.remove(at);
            self.leaves[before].keys.append(&mut right.keys);
            self.leaves[before].values.append(&mut right.values);
        }
    }
}

impl<K: Copy, V> Leaf<K, V> {
    fn insert(&mut self, position: usize, key: K, value: V) {
        if position == 0 {
            self.from = key;
        }
        self.keys.insert(position, key);
        self.values.insert(position, value);
    }

    /// Gives half of a full leaf away.
    fn split(&mut self) -> Self {
        let keys = self.keys.split_off(LEAF_MAX / 2);
        let values = self.values.split_off(LEAF_MAX / 2);
        Self { from: keys[0], keys, values }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ops::Bound::{Excluded, Unbounded};

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        /// Keys that come in order, from one on.
        Run(u16, u16),
        Insert(u16),
        Remove(u16),
        /// Takes out so many of the keys from one on.
        RemoveRun(u16, u16),
        Pop(u16),
    }

    fn step() -> impl Strategy<Value = Step> {
        let key = || 0..2_000_u16;
        prop_oneof![
            (key(), 0..400_u16).prop_map(|(from, count)| Step::Run(from, count)),
            key().prop_map(Step::Insert),
            key().prop_map(Step::Remove),
            (key(), 0..300_u16).prop_map(|(from, count)| Step::RemoveRun(from, count)),
            (0..100_u16).prop_map(Step::Pop),
        ]
    }

    fn check(ours: &SortedMap<u16, u32>, theirs: &BTreeMap<u16, u32>, probe: u16) {
        assert_eq!(ours.len(), theirs.len());
        assert!(ours.iter().eq(theirs.iter()));
        let mut position = Position::default();
        for entry in theirs {
            assert_eq!(ours.at(position), Some(entry));
            position = ours.behind(position);
        }
        assert_eq!(ours.at(position), None);
        assert_eq!(ours.first_key_value(), theirs.first_key_value());
        assert_eq!(ours.next_after(None), theirs.iter().next());
        let mut behind = theirs.range((Excluded(probe), Unbounded));
        assert_eq!(ours.next_after(Some(probe)), behind.next());
        assert_eq!(ours.get(&probe), theirs.get(&probe));
        assert_eq!(ours.contains_key(&probe), theirs.contains_key(&probe));
        for pair in ours.leaves.windows(2) {
            let together = pair[0].keys.len() + pair[1].keys.len();
            assert!(together > LEAF_MAX / 2, "two leaves hold {together}");
        }
        assert!(ours.leaves.iter().all(|leaf| (1..=LEAF_MAX).contains(&leaf.keys.len())));
    }

    proptest! {
        #[test]
        fn it_does_what_a_tree_does(
            steps in proptest::collection::vec((step(), 0..2_000_u16), 0..40),
        ) {
            let (mut ours, mut theirs) = (SortedMap::default(), BTreeMap::new());
            let mut value = 0;
            for (step, probe) in steps {
                value += 1;
                match step {
                    Step::Run(from, count) => {
                        for key in from..from + count {
                            assert_eq!(ours.insert(key, value), theirs.insert(key, value));
                        }
                    }
                    Step::Insert(key) => {
                        assert_eq!(ours.insert(key, value), theirs.insert(key, value));
                    }
                    Step::Remove(key) => assert_eq!(ours.remove(&key), theirs.remove(&key)),
                    Step::RemoveRun(from, count) => {
                        for key in from..from + count {
                            assert_eq!(ours.remove(&key), theirs.remove(&key));
                        }
                    }
                    Step::Pop(count) => {
                        for _ in 0..count {
                            assert_eq!(ours.pop_first(), theirs.pop_first());
                        }
                    }
                }
                check(&ours, &theirs, probe);
            }
        }
    }

    #[test]
    fn runs_in_order_fill_their_leaves() {
        let mut map = SortedMap::default();
        // Two runs, as of timers that are set for two times.
        for number in 0..10 * LEAF_MAX {
            map.insert(number, ());
            map.insert(1_000_000 + number, ());
        }
        assert_eq!(map.leaves.len(), 20);
    }
}

//! An ordered map for keys that mostly come in order: a `BTreeMap` that is filled in order leaves
//! half of every node empty.

use std::fmt::Debug;

/// Entries of a leaf. Adding or dropping a leaf moves those behind it: with a million entries that
/// is some kilobytes.
const LEAF_MAX: usize = 128;

/// A map in the order of its keys, as a list of leaves. The methods are those of `BTreeMap`.
#[derive(Debug)]
pub(crate) struct SortedMap<K, V> {
    /// Each has an entry, and two neighbours together fill more than half of one.
    leaves: Vec<Leaf<K, V>>,
    len: usize,
}

/// Where an entry is as long as none comes or goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Position {
    leaf: u32,
    entry: u32,
}

/// An entry that is taken out leaves a gap at first. More gaps than entries close up, so that a
/// removal moves about one other entry, not half a leaf.
#[derive(Debug)]
struct Leaf<K, V> {
    /// No key of the leaf is lower, and all of the leaf before it are.
    from: K,
    keys: Vec<K>,
    values: Vec<V>,
    /// A bit for each position: whether an entry is there, or a gap.
    held: u128,
    /// How many bits of `held` are set.
    count: usize,
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self { leaves: Vec::new(), len: 0 }
    }
}

impl<K: Ord + Copy + Debug, V: Copy> SortedMap<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let leaf = self.leaves.get(self.leaf_of(key))?;
        leaf.values.get(leaf.find(key)?)
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn first_key_value(&self) -> Option<(&K, &V)> {
        self.leaves.first()?.entry_from(0)
    }

    /// Every entry in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.leaves.iter().flat_map(|leaf| {
            let entries = leaf.keys.iter().zip(&leaf.values).enumerate();
            entries.filter(|&(position, _)| leaf.holds(position)).map(|(_, entry)| entry)
        })
    }

    /// The first entry behind `key`; without one, the first of all.
    pub(crate) fn next_after(&self, key: Option<K>) -> Option<(&K, &V)> {
        let Some(key) = key else { return self.first_key_value() };
        let at = self.leaf_of(&key);
        let leaf = self.leaves.get(at)?;
        let position = leaf.keys.partition_point(|it| *it <= key);
        leaf.entry_from(position).or_else(|| self.leaves.get(at + 1)?.entry_from(0))
    }

    /// The first position; nothing when the map is empty.
    pub(crate) fn first_position(&self) -> Option<Position> {
        let leaf = self.leaves.first()?;
        Some(Position { leaf: 0, entry: leaf.held.trailing_zeros() })
    }

    /// The entry at a position.
    #[inline]
    pub(crate) fn at(&self, position: Position) -> Option<(&K, &V)> {
        let leaf = self.leaves.get(position.leaf as usize)?;
        leaf.keys.get(position.entry as usize).zip(leaf.values.get(position.entry as usize))
    }

    /// The position behind one; nothing behind the last.
    #[inline]
    pub(crate) fn behind(&self, position: Position) -> Option<Position> {
        let Position { leaf, entry } = position;
        let of_leaf = self.leaves.get(leaf as usize)?;
        let rest = u128::MAX.checked_shl(entry + 1).unwrap_or(0) & of_leaf.held;
        if rest != 0 {
            return Some(Position { leaf, entry: rest.trailing_zeros() });
        }
        let next = self.leaves.get(leaf as usize + 1)?;
        Some(Position { leaf: leaf + 1, entry: next.held.trailing_zeros() })
    }

    /// Sets the value of a key, and gives back the one before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let comes_last =
            self.leaves.last().and_then(|it| it.keys.last()).is_some_and(|it| *it < key);
        let at = if comes_last { self.leaves.len() - 1 } else { self.leaf_of(&key) };
        let Some(leaf) = self.leaves.get_mut(at) else {
            // Most maps of few entries stay like that.
            self.leaves.reserve_exact(1);
            self.leaves.push(Leaf::of(key, value));
            self.len += 1;
            return None;
        };
        if comes_last && leaf.keys.len() < LEAF_MAX {
            leaf.held |= 1 << leaf.keys.len();
            leaf.count += 1;
            leaf.make_room();
            leaf.keys.push(key);
            leaf.values.push(value);
            self.len += 1;
            return None;
        }
        let mut position = match leaf.keys.binary_search(&key) {
            Ok(position) => {
                let before = std::mem::replace(&mut leaf.values[position], value);
                let was_held = leaf.holds(position);
                leaf.held |= 1 << position;
                leaf.count += usize::from(!was_held);
                self.len += usize::from(!was_held);
                return was_held.then_some(before);
            }
            Err(position) => position,
        };
        self.len += 1;
        if leaf.keys.len() == LEAF_MAX && leaf.count < LEAF_MAX {
            leaf.close_up();
            position = leaf.keys.partition_point(|it| *it < key);
        }
        if leaf.keys.len() < LEAF_MAX {
            leaf.insert(position, key, value);
        } else {
            self.insert_at_full(at, position, key, value);
        }
        None
    }

    /// Adds an entry at a position of a leaf that has no room for it.
    fn insert_at_full(&mut self, at: usize, position: usize, key: K, value: V) {
        if position == LEAF_MAX {
            // What comes in order leaves full leaves behind.
            match self.leaves.get_mut(at + 1).filter(|next| next.keys.len() < LEAF_MAX) {
                Some(next) => next.insert(0, key, value),
                None => self.leaves.insert(at + 1, Leaf::of(key, value)),
            }
            return;
        }
        let leaf = &mut self.leaves[at];
        let mut right = leaf.split();
        match position.checked_sub(leaf.keys.len()) {
            Some(position) if position > 0 => right.insert(position, key, value),
            _ => leaf.insert(position, key, value),
        }
        self.leaves.insert(at + 1, right);
    }

    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.leaf_of(key);
        let position = self.leaves.get(at)?.find(key)?;
        Some(self.remove_at(at, position).1)
    }

    /// Takes the first entry out.
    pub(crate) fn pop_first(&mut self) -> Option<(K, V)> {
        let position = self.leaves.first()?.held.trailing_zeros();
        Some(self.remove_at(0, position as usize))
    }

    /// Takes the first entries out, as many as `count` or all, and gives their values in order.
    pub(crate) fn take_first(&mut self, count: usize) -> Vec<V> {
        if count < self.len {
            return (0..count).filter_map(|_| self.pop_first()).map(|(_, value)| value).collect();
        }
        let values = self.iter().map(|(_, &value)| value).collect();
        *self = Self::default();
        values
    }

    /// Keeps the entries whose values `stays` admits, all in one sweep.
    pub(crate) fn retain(&mut self, mut stays: impl FnMut(&V) -> bool) {
        let leaves: Vec<Leaf<K, V>> = std::mem::take(&mut self.leaves);
        self.len = 0;
        for mut leaf in leaves {
            for (position, value) in leaf.values.iter().enumerate() {
                if leaf.held >> position & 1 == 1 && !stays(value) {
                    leaf.held &= !(1 << position);
                    leaf.count -= 1;
                }
            }
            self.len += leaf.count;
            if leaf.count * 2 < leaf.keys.len() {
                leaf.close_up();
            }
            if !leaf.keys.is_empty() {
                self.leaves.push(leaf);
                self.join(self.leaves.len() - 1);
            }
        }
        self.leaves.shrink_to_fit();
    }

    /// The leaf that a key belongs to.
    fn leaf_of(&self, key: &K) -> usize {
        self.leaves.partition_point(|leaf| leaf.from <= *key).saturating_sub(1)
    }

    fn remove_at(&mut self, at: usize, position: usize) -> (K, V) {
        self.len -= 1;
        let leaf = &mut self.leaves[at];
        let removed = (leaf.keys[position], leaf.values[position]);
        leaf.held &= !(1 << position);
        leaf.count -= 1;
        if leaf.count * 2 < leaf.keys.len() {
            self.close_up(at);
        }
        removed
    }

    /// Closes the gaps of a leaf, and sees whether it still needs one of its own.
    fn close_up(&mut self, at: usize) {
        let leaf = &mut self.leaves[at];
        leaf.close_up();
        if leaf.keys.is_empty() {
            self.leaves.remove(at);
            self.join(at);
        } else {
            self.join(at + 1);
        }
        if at > 0 {
            self.join(at);
        }
    }

    /// Puts a leaf into the one before it, if half a leaf holds both.
    fn join(&mut self, at: usize) {
        let Some(before) = at.checked_sub(1) else { return };
        let (Some(left), Some(right)) = (self.leaves.get(before), self.leaves.get(at)) else {
            return;
        };
        if left.keys.len() + right.keys.len() <= LEAF_MAX / 2 {
            let mut right = self.leaves.remove(at);
            let left = &mut self.leaves[before];
            left.held |= right.held << left.keys.len();
            left.count += right.count;
            left.keys.append(&mut right.keys);
            left.values.append(&mut right.values);
        }
    }
}

impl<K: Ord + Copy, V: Copy> Leaf<K, V> {
    fn of(key: K, value: V) -> Self {
        Self { from: key, keys: vec![key], values: vec![value], held: 1, count: 1 }
    }

    fn holds(&self, position: usize) -> bool {
        self.held >> position & 1 == 1
    }

    /// Where a key is.
    fn find(&self, key: &K) -> Option<usize> {
        self.keys.binary_search(key).ok().filter(|&position| self.holds(position))
    }

    /// The first entry at a position or behind it.
    fn entry_from(&self, position: usize) -> Option<(&K, &V)> {
        let behind = u128::MAX.checked_shl(position as u32)?;
        let first = (self.held & behind).trailing_zeros() as usize;
        self.keys.get(first).zip(self.values.get(first))
    }

    /// Adds an entry to a leaf that has room.
    fn insert(&mut self, position: usize, key: K, value: V) {
        if position == 0 {
            self.from = key;
        }
        self.make_room();
        self.keys.insert(position, key);
        self.values.insert(position, value);
        let before = self.held & ((1 << position) - 1);
        let behind = (self.held ^ before) << 1;
        self.held = before | 1 << position | behind;
        self.count += 1;
    }

    /// Makes room for one entry more at least, in steps smaller than those of `Vec`: there are many
    /// small maps, and half of each would be empty.
    fn make_room(&mut self) {
        let len = self.keys.len();
        if len == self.keys.capacity() {
            let more = (len / 8).max(2).min(LEAF_MAX - len);
            self.keys.reserve_exact(more);
            self.values.reserve_exact(more);
        }
    }

    /// Gives half of a full leaf without gaps away.
    fn split(&mut self) -> Self {
        let keys = self.keys.split_off(LEAF_MAX / 2);
        let values = self.values.split_off(LEAF_MAX / 2);
        let (held, count) = (self.held >> (LEAF_MAX / 2), LEAF_MAX / 2);
        self.held &= (1 << (LEAF_MAX / 2)) - 1;
        self.count = LEAF_MAX / 2;
        Self { from: keys[0], keys, values, held, count }
    }

    fn close_up(&mut self) {
        let count = self.count;
        let mut held = self.held;
        for to in 0..count {
            let from = held.trailing_zeros() as usize;
            held &= held - 1;
            self.keys[to] = self.keys[from];
            self.values[to] = self.values[from];
        }
        self.keys.truncate(count);
        self.values.truncate(count);
        self.held = u128::MAX.checked_shr((LEAF_MAX - count) as u32).unwrap_or(0);
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
        Take(usize),
        /// Keeps the values that this does not divide.
        Retain(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        let key = || 0..2_000_u16;
        prop_oneof![
            (key(), 0..400_u16).prop_map(|(from, count)| Step::Run(from, count)),
            key().prop_map(Step::Insert),
            key().prop_map(Step::Remove),
            (key(), 0..300_u16).prop_map(|(from, count)| Step::RemoveRun(from, count)),
            (0..100_u16).prop_map(Step::Pop),
            (0..200_usize).prop_map(Step::Take),
            (1..5_u32).prop_map(Step::Retain),
        ]
    }

    fn check(ours: &SortedMap<u16, u32>, theirs: &BTreeMap<u16, u32>, probe: u16) {
        assert_eq!(ours.len(), theirs.len());
        assert!(ours.iter().eq(theirs.iter()));
        let mut position = ours.first_position();
        for entry in theirs {
            let at = position.expect("there is one more");
            assert_eq!(ours.at(at), Some(entry));
            position = ours.behind(at);
        }
        assert_eq!(position, None);
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
        assert_eq!(ours.is_empty(), theirs.is_empty());
        for leaf in &ours.leaves {
            assert!((1..=LEAF_MAX).contains(&leaf.keys.len()));
            assert_eq!(leaf.keys.len(), leaf.values.len());
            assert_eq!(leaf.count, leaf.held.count_ones() as usize);
            assert!(leaf.count >= leaf.keys.len().div_ceil(2), "more gaps than entries");
            assert!(u128::BITS - leaf.held.leading_zeros() <= leaf.keys.len() as u32);
        }
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
                    Step::Take(count) => {
                        let pop = |_| theirs.pop_first().map(|(_, value)| value);
                        let taken: Vec<u32> = (0..count).map_while(pop).collect();
                        assert_eq!(ours.take_first(count), taken);
                    }
                    Step::Retain(divisor) => {
                        ours.retain(|value| value % divisor != 0);
                        theirs.retain(|_, value| *value % divisor != 0);
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

//! A hash table of indexes: what an index stands for stays where it is and is not stored again.

use std::fmt;
use std::marker::PhantomData;

use super::idx::Idx;

/// Finds indexes by hash. Of each it holds four bytes and four of its hash, where a `HashMap` from
/// ids holds an id as well. The caller hashes, and says which of the candidates is the one.
///
/// Looking up is all it is for: it has no order, and gives nothing away of where things are.
pub(crate) struct HashIndex<I> {
    slots: Vec<Slot>,
    len: usize,
    index: PhantomData<fn(I)>,
}

#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    /// `EMPTY` where nothing is.
    index: u32,
}

const EMPTY: u32 = u32::MAX;
const FREE: Slot = Slot { hash: 0, index: EMPTY };
const SLOTS_MIN: usize = 8;

impl<I: Idx> HashIndex<I> {
    pub(crate) fn new() -> Self {
        Self { slots: Vec::new(), len: 0, index: PhantomData }
    }

    /// How many indexes are in it.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The first index of this hash that `is_it` admits.
    pub(crate) fn find(&self, hash: u32, mut is_it: impl FnMut(I) -> bool) -> Option<I> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot.index == EMPTY {
                return None;
            }
            let index = I::from_usize(slot.index as usize);
            if slot.hash == hash && is_it(index) {
                return Some(index);
            }
            at = self.after(at);
        }
    }

    /// Adds an index; the caller has made sure that it is not there.
    pub(crate) fn insert(&mut self, hash: u32, index: I) {
        // At most four of five slots are used: a look-up looks at a cache line or two.
        if (self.len + 1) * 5 > self.slots.len() * 4 {
            self.grow();
        }
        self.place(Slot { hash, index: index.index() as u32 });
        self.len += 1;
    }

    /// Takes an index out; false when it is not there.
    pub(crate) fn remove(&mut self, hash: u32, index: I) -> bool {
        if self.slots.is_empty() {
            return false;
        }
        let mut hole = self.home(hash);
        loop {
            let slot = self.slots[hole];
            if slot.index == EMPTY {
                return false;
            }
            if slot.hash == hash && slot.index == index.index() as u32 {
                break;
            }
            hole = self.after(hole);
        }
        // Those behind move up, unless that would take them before their home.
        let mut at = self.after(hole);
        while self.slots[at].index != EMPTY {
            let slot = self.slots[at];
            if self.steps(self.home(slot.hash), at) >= self.steps(hole, at) {
                self.slots[hole] = slot;
                hole = at;
            }
            at = self.after(at);
        }
        self.slots[hole] = FREE;
        self.len -= 1;
        true
    }

    fn place(&mut self, slot: Slot) {
        let mut at = self.home(slot.hash);
        while self.slots[at].index != EMPTY {
            at = self.after(at);
        }
        self.slots[at] = slot;
    }

    fn grow(&mut self) {
        let count = (self.slots.len() + self.slots.len() / 2).max(SLOTS_MIN);
        let slots = std::mem::replace(&mut self.slots, vec![FREE; count]);
        slots.into_iter().filter(|it| it.index != EMPTY).for_each(|slot| self.place(slot));
    }

    /// Where a hash is looked for first: hashes are spread over the slots in their order.
    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.slots.len() as u64) >> 32) as usize
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    /// How far it is from one slot on to another.
    fn steps(&self, from: usize, to: usize) -> usize {
        if from <= to { to - from } else { to + self.slots.len() - from }
    }
}

impl<I> fmt::Debug for HashIndex<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashIndex").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::base::intern::Sym;

    proptest! {
        /// A map from numbers to indexes, against one of the standard library. Few different
        /// hashes, also at both ends, make long runs that wrap.
        #[test]
        fn it_finds_what_a_map_finds(
            steps in proptest::collection::vec((any::<bool>(), 0..60_usize, 0..6_usize), 0..400),
        ) {
            let hashes = [0, 1, 1 << 31, u32::MAX - 1, u32::MAX, 0xdead_beef];
            let mut index = HashIndex::<Sym>::new();
            let mut map = BTreeMap::new();
            for (adds, number, hash) in steps {
                let (key, hash) = ((number, hash), hashes[hash]);
                let sym = Sym::from_usize(number);
                if adds {
                    if map.insert(key, ()).is_none() {
                        index.insert(hash, sym);
                    }
                } else {
                    prop_assert_eq!(index.remove(hash, sym), map.remove(&key).is_some());
                }
                prop_assert_eq!(index.len(), map.len());
                prop_assert!(index.len() * 5 <= index.slots.len() * 4);
                prop_assert_eq!(index.find(hash, |it| it == sym).is_some(), adds);
            }
            for number in 0..60 {
                for (at, &hash) in hashes.iter().enumerate() {
                    let sym = Sym::from_usize(number);
                    let found = index.find(hash, |it| it == sym);
                    prop_assert_eq!(found.is_some(), map.contains_key(&(number, at)));
                }
            }
        }
    }
}

//! Typed indexes: a number of one kind cannot index a column of another. Outside of `base` no index
//! is turned into a bare array access.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A dense `u32` index of one kind of thing.
pub(crate) trait Idx: Copy + Eq + Ord + Debug {
    /// The index of the `position`-th thing. Positions are bounded far below `u32::MAX` by
    /// `model::limits` and the engine's options.
    fn from_usize(position: usize) -> Self;
    /// The position that this index stands for.
    fn index(self) -> usize;
}

macro_rules! index_type {
    ($(#[$meta:meta])* $vis:vis struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        $vis struct $name(std::num::NonZeroU32);

        impl $crate::base::idx::Idx for $name {
            #[inline]
            fn from_usize(position: usize) -> Self {
                debug_assert!(u32::try_from(position).is_ok_and(|it| it < u32::MAX));
                // One more than the position, so that an `Option` of it takes no more room.
                Self(std::num::NonZeroU32::MIN.saturating_add(position as u32))
            }

            #[inline]
            fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }
    };
}
pub(crate) use index_type;

/// A vector that only an index of type `I` can index.
#[derive(Clone, PartialEq)]
pub(crate) struct Col<I, T> {
    cells: Vec<T>,
    index: PhantomData<fn(I)>,
}

impl<I: Idx, T> Col<I, T> {
    pub(crate) fn new() -> Self {
        Self { cells: Vec::new(), index: PhantomData }
    }

    /// Appends a cell and says where it is. A full column grows by a sixteenth, not to twice its
    /// size: with a million tickets, unused room is what memory goes to.
    pub(crate) fn push(&mut self, cell: T) -> I {
        let index = I::from_usize(self.cells.len());
        if self.cells.len() == self.cells.capacity() {
            self.cells.reserve_exact((self.cells.len() / 16).max(4));
        }
        self.cells.push(cell);
        index
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    pub(crate) fn get(&self, index: I) -> Option<&T> {
        self.cells.get(index.index())
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.cells.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.cells.iter_mut()
    }

    /// Every index with its cell, in order.
    pub(crate) fn enumerate(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.cells.iter().enumerate().map(|(position, cell)| (I::from_usize(position), cell))
    }

    /// Every index, in order.
    pub(crate) fn indices(
        &self,
    ) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.cells.len()).map(I::from_usize)
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        &self.cells
    }
}

impl<I: Idx, T> Default for Col<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Idx, T: Debug> Debug for Col<I, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.cells).finish()
    }
}

impl<I: Idx, T> FromIterator<T> for Col<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(cells: It) -> Self {
        Self { cells: cells.into_iter().collect(), index: PhantomData }
    }
}

impl<I: Idx, T> Index<I> for Col<I, T> {
    type Output = T;

    #[inline]
    fn index(&self, index: I) -> &T {
        &self.cells[index.index()]
    }
}

impl<I: Idx, T> IndexMut<I> for Col<I, T> {
    #[inline]
    fn index_mut(&mut self, index: I) -> &mut T {
        &mut self.cells[index.index()]
    }
}

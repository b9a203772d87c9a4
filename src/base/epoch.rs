//! Epochs: the stretches of waiting time between expansion steps, and values that differ by them.

use super::idx::{Idx, index_type};

index_type! {
    /// A stretch of waiting time in which no expansion step comes due. Epoch 0 is the rule set as
    /// written; a later epoch holds every step due by its start.
    pub(crate) struct Epoch;
}

impl Epoch {
    /// The epoch of a ticket that has just been submitted.
    pub(crate) fn first() -> Self {
        Self::from_usize(0)
    }
}

/// One value for each epoch of a rule set; a single one where no expansion changes it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PerEpoch<T> {
    values: Vec<T>,
}

impl<T> PerEpoch<T> {
    pub(crate) fn constant(value: T) -> Self {
        Self { values: vec![value] }
    }

    /// One value for each epoch in order; `None` for an empty list.
    pub(crate) fn varying(values: Vec<T>) -> Option<Self> {
        (!values.is_empty()).then_some(Self { values })
    }

    #[inline]
    pub(crate) fn at(&self, epoch: Epoch) -> &T {
        match &*self.values {
            [constant] => constant,
            values => &values[epoch.index()],
        }
    }

    /// The values of all epochs, a constant once.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.values.iter()
    }

    /// Puts two values together, epoch by epoch.
    pub(crate) fn zip<U, V>(
        &self,
        other: &PerEpoch<U>,
        mut pair: impl FnMut(&T, &U) -> V,
    ) -> PerEpoch<V> {
        let epochs = (0..self.values.len().max(other.values.len())).map(Epoch::from_usize);
        PerEpoch { values: epochs.map(|it| pair(self.at(it), other.at(it))).collect() }
    }

    pub(crate) fn map<U>(&self, convert: impl FnMut(&T) -> U) -> PerEpoch<U> {
        PerEpoch { values: self.values.iter().map(convert).collect() }
    }

    /// Converts every value; `None` as soon as one cannot be, after trying them all so that each
    /// can report what is wrong with it.
    pub(crate) fn try_map<U>(&self, convert: impl FnMut(&T) -> Option<U>) -> Option<PerEpoch<U>> {
        let converted: Vec<Option<U>> = self.values.iter().map(convert).collect();
        converted.into_iter().collect::<Option<_>>().map(|values| PerEpoch { values })
    }
}

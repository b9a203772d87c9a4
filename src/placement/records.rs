//! The placements that are known, by key, by id and in the order in which they began.

use std::collections::BTreeMap;

use super::record::Record;
use crate::base::hash::SeededState;
use crate::base::hash_index::HashIndex;
use crate::base::idx::index_type;
use crate::base::slots::Slots;
use crate::model::ticket::PlacementId;

index_type! {
    /// A placement. A key is used again once its placement is forgotten.
    pub(super) struct PlacementKey;
}

#[derive(Debug)]
pub(super) struct Records {
    /// Side by side, so that those that have their turn together lie together.
    records: Slots<PlacementKey, Record>,
    by_id: HashIndex<PlacementKey>,
    by_number: BTreeMap<u64, PlacementKey>,
    state: SeededState,
}

impl Records {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            records: Slots::new(),
            by_id: HashIndex::new(),
            by_number: BTreeMap::new(),
            state: SeededState::new(seed),
        }
    }

    pub(super) fn get(&self, key: PlacementKey) -> Option<&Record> {
        self.records.get(key)
    }

    pub(super) fn get_mut(&mut self, key: PlacementKey) -> Option<&mut Record> {
        self.records.get_mut(key)
    }

    pub(super) fn find(&self, id: &PlacementId) -> Option<PlacementKey> {
        let is_it = |key| self.get(key).is_some_and(|record| record.id == *id);
        self.by_id.find(self.state.text(id.as_str()), is_it)
    }

    pub(super) fn has_number(&self, number: u64) -> bool {
        self.by_number.contains_key(&number)
    }

    /// Adds a placement whose id and number are not there.
    pub(super) fn insert(&mut self, record: Record) -> PlacementKey {
        let (hash, number) = (self.state.text(record.id.as_str()), record.number);
        let key = self.records.insert(record);
        self.by_id.insert(hash, key);
        self.by_number.insert(number, key);
        key
    }

    pub(super) fn remove(&mut self, key: PlacementKey) -> Option<Record> {
        let record = self.records.remove(key)?;
        self.by_id.remove(self.state.text(record.id.as_str()), key);
        self.by_number.remove(&record.number);
        Some(record)
    }

    /// All of them, in the order in which they began.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.by_number.values().filter_map(|&key| self.get(key))
    }

    /// Those that are PENDING, in the order in which they began.
    pub(super) fn pending(&self) -> impl Iterator<Item = &Record> {
        self.iter().filter(|record| record.search.is_some())
    }
}

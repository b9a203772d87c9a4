//! Strings as numbers: equal strings have equal symbols.

use std::sync::Arc;

use super::hash::SeededState;
use super::hash_index::HashIndex;
use super::idx::{Col, index_type};

index_type! {
    /// A string that the interner knows. Two symbols of one interner are equal exactly when their
    /// strings are.
    pub(crate) struct Sym;
}

/// Counts the uses of every string, so that strings which no waiting ticket holds are forgotten.
#[derive(Debug)]
pub(crate) struct Interner {
    state: SeededState,
    symbols: HashIndex<Sym>,
    entries: Col<Sym, Entry>,
    free: Vec<Sym>,
}

#[derive(Debug)]
struct Entry {
    text: Arc<str>,
    uses: u32,
}

impl Interner {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: SeededState::new(seed),
            symbols: HashIndex::new(),
            entries: Col::new(),
            free: Vec::new(),
        }
    }

    /// The symbol of `text`, counted as one more use.
    pub(crate) fn acquire(&mut self, text: &str) -> Sym {
        let hash = self.state.text(text);
        if let Some(sym) = self.symbols.find(hash, |it| *self.entries[it].text == *text) {
            self.entries[sym].uses += 1;
            return sym;
        }
        let entry = Entry { text: text.into(), uses: 1 };
        let sym = match self.free.pop() {
            Some(sym) => {
                self.entries[sym] = entry;
                sym
            }
            None => self.entries.push(entry),
        };
        self.symbols.insert(hash, sym);
        sym
    }

    /// Takes one use back; the last one frees the symbol for another string.
    pub(crate) fn release(&mut self, sym: Sym) {
        let entry = &mut self.entries[sym];
        entry.uses -= 1;
        if entry.uses == 0 {
            self.symbols.remove(self.state.text(&entry.text), sym);
            entry.text = Arc::from("");
            self.free.push(sym);
        }
    }

    /// The string of a symbol that is in use.
    pub(crate) fn text(&self, sym: Sym) -> &Arc<str> {
        &self.entries[sym].text
    }

    /// How many different strings are held.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.symbols.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::idx::Idx;

    #[test]
    fn a_symbol_lives_as_long_as_its_uses() {
        let mut interner = Interner::new(1);
        let a = interner.acquire("medic");
        assert_eq!(interner.acquire("medic"), a);
        let b = interner.acquire("tank");
        assert_ne!(a, b);
        interner.release(a);
        assert_eq!(interner.acquire("medic"), a);
        interner.release(a);
        interner.release(a);
        assert_eq!(interner.len(), 1);
        assert_eq!(interner.acquire("scout").index(), a.index());
        assert_eq!(interner.len(), 2);
    }
}

//! What the collections of a string expression can still become: for a partial match, the strings
//! that each of them surely holds and those that it may hold, over every completion.
//!
//! A player's list stays as it is. A list of what several players hold grows with each who joins,
//! an intersection shrinks; both keep a side that is known. Everything the functions make of such
//! lists is computed on both sides, so that the bounds are exact where nothing more can come.

use super::bounds::Group;
use super::candidate::{Partial, Room};
use super::program::{Program, Source, Unit};
use crate::base::intern::Sym;
use crate::expr::ast::Function;

/// The collections of a program on a partial match.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    syms: Vec<Sym>,
    collections: Vec<Collection>,
    /// One for each list of collections; their room is that for more collections.
    groups: Vec<Group>,
    /// Whether the expression may be undefined of some completion.
    pub(crate) maybe_undefined: bool,
    /// Whether it is undefined of every completion.
    pub(crate) surely_undefined: bool,
    kept: Vec<Sym>,
    results: Vec<Collection>,
}

/// Bounds of a list of strings that is there in every completion.
#[derive(Clone, Copy, Debug)]
struct Collection {
    sure: Stretch,
    /// `None`: any string.
    possible: Option<Stretch>,
}

/// Some of the strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stretch {
    start: usize,
    end: usize,
}

/// The strings of a collection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetBounds<'s> {
    /// It holds these in every completion.
    pub(crate) sure: &'s [Sym],
    /// It holds no others in any completion; `None` where nothing is ruled out.
    pub(crate) possible: Option<&'s [Sym]>,
}

const NO_ROOM: Room = Room { min: 0, max: 0 };

impl Sets {
    /// Computes the collections of a program; false when nothing is known of them.
    pub(crate) fn compute(&mut self, program: &Program, partial: &Partial<'_>) -> bool {
        self.clear();
        if program.unit != Unit::Player {
            return false;
        }
        let mut depth = match program.source {
            Source::Teams | Source::Players | Source::Numbers(_) => return false,
            Source::Strings(column) => {
                let cells = &partial.columns.strings[column];
                for &instance in &program.instances {
                    let start = self.syms.len();
                    for &ticket in &partial.candidate.slots[instance].tickets {
                        let players = partial.columns.players[ticket].rows();
                        self.syms.extend(players.map(|player| cells[player]));
                    }
                    let known = Stretch { start, end: self.syms.len() };
                    let final_ = partial.room[instance].max == 0;
                    self.collections
                        .push(Collection { sure: known, possible: final_.then_some(known) });
                }
                self.one_group(NO_ROOM);
                1
            }
            Source::Lists(column) => {
                let lists = &partial.columns.lists[column];
                for &instance in &program.instances {
                    let start = self.collections.len();
                    for &ticket in &partial.candidate.slots[instance].tickets {
                        for player in partial.columns.players[ticket].rows() {
                            self.push_fixed(lists[player].iter().copied());
                        }
                    }
                    let room = partial.room[instance];
                    self.groups.push(Group { start, end: self.collections.len(), room });
                }
                2
            }
        };
        depth += u32::from(program.grouped);
        for function in &program.functions {
            match (function, depth) {
                (Function::Flatten, 3) => {
                    let room = self.whole_room();
                    self.one_group(room);
                    depth = 2;
                }
                (Function::Flatten, 2) => {
                    self.join();
                    depth = 1;
                }
                (Function::Flatten, _) => {}
                (Function::SetIntersection, 2 | 3) => {
                    self.intersect();
                    depth -= 1;
                }
                _ => return false,
            }
        }
        true
    }

    /// Holds one collection of these strings, as they are.
    pub(crate) fn hold(&mut self, strings: impl Iterator<Item = Sym>) {
        self.clear();
        self.push_fixed(strings);
        self.one_group(NO_ROOM);
    }

    /// Each list of collections: those that are known, and how many more may come.
    pub(crate) fn groups(
        &self,
    ) -> impl Iterator<Item = (impl Iterator<Item = SetBounds<'_>> + Clone, Room)> {
        self.groups.iter().map(|group| (self.collections_of(*group), group.room))
    }

    /// The first collection; the only one of an expression that is a list of strings.
    pub(crate) fn first(&self) -> Option<SetBounds<'_>> {
        self.collections.first().map(|&it| self.bounds(it))
    }

    fn collections_of(&self, group: Group) -> impl Iterator<Item = SetBounds<'_>> + Clone {
        let collections = self.collections.get(group.start..group.end).unwrap_or_default();
        collections.iter().map(|&it| self.bounds(it))
    }

    fn bounds(&self, collection: Collection) -> SetBounds<'_> {
        SetBounds {
            sure: stretch(&self.syms, collection.sure),
            possible: collection.possible.map(|it| stretch(&self.syms, it)),
        }
    }

    fn clear(&mut self) {
        self.syms.clear();
        self.collections.clear();
        self.groups.clear();
        self.maybe_undefined = false;
        self.surely_undefined = false;
    }

    fn push_fixed(&mut self, strings: impl Iterator<Item = Sym>) {
        let start = self.syms.len();
        self.syms.extend(strings);
        let known = Stretch { start, end: self.syms.len() };
        self.collections.push(Collection { sure: known, possible: Some(known) });
    }

    fn one_group(&mut self, room: Room) {
        self.groups.clear();
        self.groups.push(Group { start: 0, end: self.collections.len(), room });
    }

    fn whole_room(&self) -> Room {
        self.groups.iter().map(|group| group.room).sum()
    }

    /// All collections become one.
    fn join(&mut self) {
        let closed = self.whole_room().max == 0;
        let start = self.syms.len();
        for collection in &self.collections {
            self.syms.extend_from_within(collection.sure.start..collection.sure.end);
        }
        let sure = Stretch { start, end: self.syms.len() };
        let bounded = closed && self.collections.iter().all(|it| it.possible.is_some());
        let possible = bounded.then(|| {
            let start = self.syms.len();
            for possible in self.collections.iter().filter_map(|it| it.possible) {
                self.syms.extend_from_within(possible.start..possible.end);
            }
            Stretch { start, end: self.syms.len() }
        });
        self.collections.clear();
        self.collections.push(Collection { sure, possible });
        self.one_group(NO_ROOM);
    }

    /// Each group becomes one collection, of what all in it share; undefined for one that stays
    /// empty.
    fn intersect(&mut self) {
        self.results.clear();
        let mut groups = std::mem::take(&mut self.groups);
        for group in groups.drain(..) {
            let inside = self.collections.get(group.start..group.end).unwrap_or_default();
            if inside.is_empty() {
                self.surely_undefined |= group.room.max == 0;
                self.maybe_undefined |= group.room.min == 0;
            }
            let possible = {
                let lists = inside.iter().filter_map(|it| it.possible);
                self.kept.clear();
                let common = common(lists.map(|it| stretch(&self.syms, it)));
                common.map(|common| self.kept.extend(common)).is_some()
            };
            let possible = possible.then(|| append(&mut self.syms, &self.kept));
            self.kept.clear();
            if group.room.max == 0 {
                let lists = inside.iter().map(|it| stretch(&self.syms, it.sure));
                self.kept.extend(common(lists).into_iter().flatten());
            }
            let sure = append(&mut self.syms, &self.kept);
            self.results.push(Collection { sure, possible });
        }
        self.groups = groups;
        std::mem::swap(&mut self.collections, &mut self.results);
        self.one_group(NO_ROOM);
    }
}

fn stretch(syms: &[Sym], Stretch { start, end }: Stretch) -> &[Sym] {
    syms.get(start..end).unwrap_or_default()
}

fn append(syms: &mut Vec<Sym>, more: &[Sym]) -> Stretch {
    let start = syms.len();
    syms.extend_from_slice(more);
    Stretch { start, end: syms.len() }
}

/// The different strings that all lists hold; `None` when there is no list.
pub(crate) fn common<'s, L>(mut lists: L) -> Option<impl Iterator<Item = Sym>>
where
    L: Iterator<Item = &'s [Sym]> + Clone,
{
    let first = lists.next()?;
    let strings = first.iter().enumerate().filter(move |&(position, sym)| {
        lists.clone().all(|list| list.contains(sym)) && is_first(first, position)
    });
    Some(strings.map(|(_, &sym)| sym))
}

/// Whether what stands at a position of a list stands nowhere before it.
pub(crate) fn is_first(list: &[Sym], position: usize) -> bool {
    list.get(position)
        .is_none_or(|sym| list.get(..position).is_none_or(|before| !before.contains(sym)))
}

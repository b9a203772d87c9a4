//! How many players of some teams hold a string: what a rule surely asks of every match that it is
//! true of. A search that knows all of its candidates counts them by it.
//!
//! A rule that holds of a match implies its quotas; the contrary is not said. They may skip, never
//! decide.

use super::program::{Program, Source, Unit};
use crate::base::epoch::PerEpoch;
use crate::expr::ast::Function;
use crate::model::limits::MATCH_PLAYERS_MAX;
use crate::model::schema::{Aggregation, InstanceIdx};
use crate::pool::columns::{Columns, PlayerRow, TicketRow};
use crate::pool::layout::{ListColumn, Literal, StringColumn};

/// More of these are not looked at.
const HOLDINGS_MAX: usize = 32;
const QUOTAS_MAX: usize = 256;
// Units are counted in bytes: those of a ticket, and of what is in a team of a backfill ticket.
const _: () = assert!(MATCH_PLAYERS_MAX <= u8::MAX as u32);
/// So much is looked at of what a rule says in one epoch.
pub(crate) const SAID_MAX: usize = 64;

/// The strings of a player that are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Held {
    /// The one string of each player.
    String(StringColumn),
    /// The list of each unit.
    List(ListColumn, Unit),
}

/// A unit (a player, or where parties are one a party) that has one of some strings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Holding {
    pub(crate) held: Held,
    pub(crate) any_of: Box<[Literal]>,
}

/// A bound on the units of some team instances, taken together, that hold something.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Quota {
    pub(crate) holding: Holding,
    pub(crate) instances: Box<[InstanceIdx]>,
    pub(crate) side: Side,
    /// In each epoch; 0 for [`Side::AtLeast`] and `u32::MAX` for [`Side::AtMost`] say nothing.
    pub(crate) count: PerEpoch<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// `unless_empty`: nothing is asked where these instances have no players.
    AtLeast {
        unless_empty: bool,
    },
    AtMost,
}

/// What is said in one epoch.
pub(crate) type Said = (Holding, Box<[InstanceIdx]>, Side, u32);

impl Side {
    fn nothing(self) -> u32 {
        match self {
            Self::AtLeast { .. } => 0,
            Self::AtMost => u32::MAX,
        }
    }
}

/// What the collections of a program are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Collections {
    /// One, of all strings of all instances.
    Whole,
    /// One for each instance, with all its strings, in one list.
    Instances,
    /// One for each unit of all instances, in one list.
    Units,
    /// One for each unit, in a list for each instance.
    UnitsOfEach,
}

impl Program {
    /// What its collections are, and whose strings are in them; `None` for what nothing is said of.
    pub(crate) fn collections(&self) -> Option<(Held, Collections)> {
        let (held, depth) = match self.source {
            Source::Strings(column) => (Held::String(column), 1),
            Source::Lists(column) => (Held::List(column, self.unit), 2),
            Source::Teams | Source::Players | Source::Numbers(_) => return None,
        };
        if !self.grouped && self.instances.len() != 1 {
            return None;
        }
        if self.functions.iter().any(|it| *it != Function::Flatten) {
            return None;
        }
        let depth = (depth + usize::from(self.grouped)).saturating_sub(self.functions.len()).max(1);
        let collections = match (held, depth) {
            (_, 1) => Collections::Whole,
            (Held::String(_), _) => Collections::Instances,
            (Held::List(..), 2) => Collections::Units,
            (Held::List(..), _) => Collections::UnitsOfEach,
        };
        Some((held, collections))
    }

    pub(crate) fn instances(&self) -> &[InstanceIdx] {
        &self.instances
    }
}

impl Quota {
    /// Of what is said in each epoch: the same thing in several is one quota.
    pub(crate) fn of_epochs(said: &PerEpoch<Vec<Said>>) -> Vec<Self> {
        let mut quotas: Vec<Self> = Vec::new();
        for (holding, instances, side, _) in said.iter().flatten() {
            let is_same = |it: &Self| {
                it.holding == *holding && it.instances == *instances && it.side == *side
            };
            if quotas.iter().any(is_same) {
                continue;
            }
            let count = said.map(|said| {
                let same = said
                    .iter()
                    .filter(|it| it.0 == *holding && it.1 == *instances && it.2 == *side);
                same.map(|it| it.3).reduce(|a, b| side.tighter(a, b)).unwrap_or(side.nothing())
            });
            if count.iter().any(|&it| it != side.nothing()) {
                let (holding, instances) = (holding.clone(), instances.clone());
                quotas.push(Self { holding, instances, side: *side, count });
            }
        }
        quotas
    }
}

impl Side {
    fn tighter(self, a: u32, b: u32) -> u32 {
        match self {
            Self::AtLeast { .. } => a.max(b),
            Self::AtMost => a.min(b),
        }
    }
}

/// A quota beside others of the same holding.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub(crate) instances: Box<[InstanceIdx]>,
    pub(crate) count: PerEpoch<u32>,
    pub(crate) unless_empty: bool,
    /// Whether its instances are none of those of the others of which this is true.
    pub(crate) is_apart: bool,
}

/// The quotas of a holding.
#[derive(Clone, Debug)]
pub(crate) struct OfHolding {
    pub(crate) holding: Holding,
    pub(crate) at_least: Vec<Share>,
    pub(crate) at_most: Vec<Share>,
    /// Whether each of `at_least` is one of the [`Places`] of single strings.
    pub(crate) is_placed: bool,
}

/// Holdings of which some instances lack units: players who hold several are few, or none.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) instances: Box<[InstanceIdx]>,
    /// The holdings, and in each the quota.
    pub(crate) lacking: Vec<(usize, usize)>,
    /// Where a unit may hold several: which of [`Quotas::lists`] tells how many.
    pub(crate) list: Option<usize>,
}

/// The quotas of a rule set.
#[derive(Clone, Default, Debug)]
pub(crate) struct Quotas {
    pub(crate) holdings: Vec<OfHolding>,
    pub(crate) places: Vec<Places>,
    /// The lists that are looked at.
    pub(crate) lists: Vec<(ListColumn, Unit)>,
}

impl Quotas {
    pub(crate) fn new(quotas: impl IntoIterator<Item = Quota>) -> Self {
        let mut all = Self::default();
        let mut quotas: Vec<Quota> = quotas.into_iter().take(QUOTAS_MAX).collect();
        // The narrower ones tell more.
        quotas.sort_by_key(|it| it.instances.len());
        for Quota { holding, instances, side, count } in quotas {
            let Some(at) = all.holding(holding) else { continue };
            let Some(of) = all.holdings.get_mut(at) else { continue };
            let (shares, unless_empty) = match side {
                Side::AtLeast { unless_empty } => (&mut of.at_least, unless_empty),
                Side::AtMost => (&mut of.at_most, false),
            };
            let same =
                |it: &&mut Share| it.instances == instances && it.unless_empty == unless_empty;
            if let Some(same) = shares.iter_mut().find(same) {
                same.count = same.count.zip(&count, |&a, &b| side.tighter(a, b));
                continue;
            }
            let is_apart = shares
                .iter()
                .filter(|it| it.is_apart)
                .all(|it| it.instances.iter().all(|instance| !instances.contains(instance)));
            shares.push(Share { instances, count, unless_empty, is_apart });
        }
        all.find_places();
        all
    }

    /// The number of a holding; `None` when there are too many.
    fn holding(&mut self, holding: Holding) -> Option<usize> {
        if let Some(known) = self.holdings.iter().position(|it| it.holding == holding) {
            return Some(known);
        }
        if self.holdings.len() == HOLDINGS_MAX {
            return None;
        }
        if let Held::List(column, unit) = holding.held
            && !self.lists.contains(&(column, unit))
        {
            self.lists.push((column, unit));
        }
        self.holdings.push(OfHolding {
            holding,
            at_least: Vec::new(),
            at_most: Vec::new(),
            is_placed: false,
        });
        Some(self.holdings.len() - 1)
    }

    /// For the same instances, holdings that are made of different strings of the same players.
    fn find_places(&mut self) {
        let mut places: Vec<(Held, Places)> = Vec::new();
        for (at, of) in self.holdings.iter().enumerate() {
            let held = of.holding.held;
            for (quota, share) in of.at_least.iter().enumerate() {
                let is_other = |(other, _): &(usize, usize)| {
                    let other = self.holdings.get(*other).map_or(&[][..], |it| &it.holding.any_of);
                    other.iter().all(|it| !of.holding.any_of.contains(it))
                };
                let known = places.iter_mut().find(|(of, it)| {
                    *of == held
                        && it.instances == share.instances
                        && it.lacking.iter().all(is_other)
                });
                if let Some((_, known)) = known {
                    known.lacking.push((at, quota));
                    continue;
                }
                let list = match held {
                    Held::String(_) => None,
                    Held::List(column, unit) => {
                        self.lists.iter().position(|it| *it == (column, unit))
                    }
                };
                let instances = share.instances.clone();
                places.push((held, Places { instances, lacking: vec![(at, quota)], list }));
            }
        }
        // Of one alone the rule itself tells.
        let several = places.into_iter().filter(|(_, it)| it.lacking.len() > 1);
        self.places = several.map(|(_, it)| it).collect();
        for (at, of) in self.holdings.iter_mut().enumerate() {
            let of_strings = self.places.iter().filter(|it| it.list.is_none());
            let placed = of_strings.flat_map(|it| &it.lacking).filter(|it| it.0 == at);
            of.is_placed = placed.count() == of.at_least.len();
        }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.holdings.is_empty()
    }

    /// How many numbers there are of a ticket.
    pub(crate) fn width(&self) -> usize {
        self.holdings.len() + self.lists.len()
    }

    /// The numbers of a ticket: its units with each holding, then for each list the most holdings of
    /// one unit.
    pub(crate) fn count(&self, columns: &Columns, row: TicketRow, numbers: &mut [u8]) {
        let (holding, most) = numbers.split_at_mut(self.holdings.len().min(numbers.len()));
        for (number, of) in holding.iter_mut().zip(&self.holdings) {
            *number = of.holding.units(columns, row);
        }
        for (number, &list) in most.iter_mut().zip(&self.lists) {
            let of_list = self.holdings.iter().map(|it| &it.holding);
            let of_list = of_list.filter(|it| it.held == Held::List(list.0, list.1));
            let has =
                |unit: &dyn Fn(&Holding) -> bool| of_list.clone().filter(|it| unit(it)).count();
            let players = columns.players[row].rows();
            let count = match list.1 {
                Unit::Player => players
                    .map(|player| has(&|it| it.is_in(columns, list.0, player)))
                    .max()
                    .unwrap_or(0),
                Unit::Party(_) => has(&|it| it.units(columns, row) > 0),
            };
            *number = count.min(usize::from(u8::MAX)) as u8;
        }
    }
}

impl Holding {
    /// The units of a ticket, or of a part of a backfill ticket, that have it; of a party with one
    /// string its players.
    fn units(&self, columns: &Columns, row: TicketRow) -> u8 {
        let mut players = columns.players[row].rows();
        let count = match self.held {
            Held::String(column) => {
                let cells = &columns.strings[column];
                let wanted =
                    |literal: &Literal, player| columns.literals[*literal] == cells[player];
                players.filter(|&it| self.any_of.iter().any(|literal| wanted(literal, it))).count()
            }
            Held::List(column, Unit::Player) => {
                players.filter(|&player| self.is_in(columns, column, player)).count()
            }
            Held::List(column, Unit::Party(Aggregation::Intersection)) => {
                let lists = &columns.lists[column];
                let all_have = |literal: &Literal| {
                    players.clone().all(|it| lists[it].contains(&columns.literals[*literal]))
                };
                usize::from(self.any_of.iter().any(all_have))
            }
            Held::List(column, Unit::Party(_)) => {
                usize::from(players.any(|player| self.is_in(columns, column, player)))
            }
        };
        count.min(usize::from(u8::MAX)) as u8
    }

    fn is_in(&self, columns: &Columns, column: ListColumn, player: PlayerRow) -> bool {
        let list = &columns.lists[column][player];
        self.any_of.iter().any(|literal| list.contains(&columns.literals[*literal]))
    }
}

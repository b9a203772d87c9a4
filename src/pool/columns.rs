//! The columns of the pool. Rows are numbers; names and strings stopped at ingestion.

use std::collections::BTreeMap;

use super::layout::{
    LatencyColumn, ListColumn, Literal, MapColumn, NumberColumn, StringColumn, TextColumn,
};
use crate::base::hash::shuffled;
use crate::base::idx::{Col, Idx, index_type};
use crate::base::intern::Sym;
use crate::base::time::Timestamp;
use crate::model::schema::InstanceIdx;

index_type! {
    /// A waiting ticket.
    pub(crate) struct TicketRow;
}
index_type! {
    /// A player of a waiting ticket.
    pub(crate) struct PlayerRow;
}
index_type! {
    /// A location that some waiting ticket reports.
    pub(crate) struct LocationIdx;
}

/// A set of locations, one bit each (decision 15: at most 128 live ones).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LocationSet(pub(crate) u128);

impl LocationSet {
    /// Every location: what a ticket without latencies allows.
    pub(crate) const ALL: Self = Self(u128::MAX);
    /// No location.
    pub(crate) const NONE: Self = Self(0);

    /// Every location or none.
    pub(crate) const fn when(holds: bool) -> Self {
        if holds { Self::ALL } else { Self::NONE }
    }

    pub(crate) fn with(self, location: LocationIdx) -> Self {
        Self(self.0 | 1 << location.index())
    }

    pub(crate) fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn complement(self) -> Self {
        Self(!self.0)
    }

    pub(crate) fn contains(self, location: LocationIdx) -> bool {
        self.0 >> location.index() & 1 == 1
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The players of a ticket: a stretch of player rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PlayerRange {
    pub(crate) start: PlayerRow,
    /// At most 199 (facts 5.1).
    pub(crate) len: u16,
    /// Whether they are the roster of a running session; here, where it takes no room.
    pub(crate) is_roster: bool,
}

impl PlayerRange {
    pub(crate) fn rows(self) -> impl ExactSizeIterator<Item = PlayerRow> + Clone {
        let start = self.start.index();
        (start..start + usize::from(self.len)).map(PlayerRow::from_usize)
    }
}

/// What a backfill ticket has beside its own row, which holds all players of a running session in
/// the order of their team instances.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    /// A row for the players in each occupied team instance, by instance. It stands for them where
    /// team instances are looked at one by one; no rule on tickets ever sees it.
    pub(crate) parts: Box<[(InstanceIdx, TicketRow)]>,
    /// The location of the session, when it is known and live.
    pub(super) session_location: Option<LocationIdx>,
}

/// The smallest and the largest number that a column has held.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct NumberRange {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// A column of numbers with the range that every one of its cells lies in.
#[derive(Debug)]
pub(crate) struct Numbers {
    pub(crate) cells: Col<PlayerRow, f64>,
    /// Widened by every cell that comes, and not narrowed by one that goes.
    pub(crate) range: NumberRange,
}

/// Keys with their numbers.
pub(crate) type NumberMap = Box<[(Sym, f64)]>;

/// The latencies of a party by location.
pub(crate) type PartyLatencies = Box<[(LocationIdx, f64)]>;

/// Everything that the search reads of tickets and players.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) start_time: Col<TicketRow, Timestamp>,
    /// Counts submissions: breaks ties of age.
    pub(crate) number: Col<TicketRow, u64>,
    pub(crate) players: Col<TicketRow, PlayerRange>,
    /// The backfill tickets, by their own rows.
    pub(crate) rosters: BTreeMap<TicketRow, Roster>,
    /// The locations that all its reporting players report; of a backfill ticket that of the
    /// session, when it is known.
    pub(crate) locations: Col<TicketRow, LocationSet>,
    pub(crate) latencies: Col<PlayerRow, Box<[(LocationIdx, u32)]>>,
    /// The latencies of a party of two or more, reduced by the column's aggregation, at each
    /// location that all its players report; nothing when one of them reports none. Those of one
    /// player are the player's: [`Columns::ticket_latencies`] has both.
    pub(super) party_latencies: Col<LatencyColumn, Col<TicketRow, PartyLatencies>>,
    pub(crate) numbers: Col<NumberColumn, Numbers>,
    pub(crate) strings: Col<StringColumn, Col<PlayerRow, Sym>>,
    pub(crate) lists: Col<ListColumn, Col<PlayerRow, Box<[Sym]>>>,
    /// A party's maps, put together: each key that one of its players has, in the order of the
    /// keys' text, with the aggregated value of those players; no key whose value overflows.
    pub(crate) maps: Col<MapColumn, Col<TicketRow, NumberMap>>,
    /// The string of a party's first player. Symbols tell only whether strings are equal; these
    /// tell which comes first.
    pub(crate) texts: Col<TextColumn, Col<TicketRow, Box<str>>>,
    /// The strings that rules name.
    pub(crate) literals: Col<Literal, Sym>,
    /// The place of each live location in the order of their names.
    pub(crate) location_ranks: Col<LocationIdx, u8>,
    /// Which of 64 bits stands for a string of a list, by what it says: the number of a symbol
    /// depends on which others came and went before.
    pub(super) string_bits: Col<Sym, u8>,
    /// Hashes of the names of live locations, whose numbers depend on others in the same way.
    pub(super) location_hashes: Col<LocationIdx, u64>,
}

impl Columns {
    /// A ticket's latencies, reduced by the column's aggregation, at each location that all its
    /// players report; nothing when one of them reports none.
    pub(crate) fn ticket_latencies(
        &self,
        column: LatencyColumn,
        ticket: TicketRow,
    ) -> impl Iterator<Item = (LocationIdx, f64)> + '_ {
        let players = self.players[ticket];
        let of_one = if players.len == 1 { &*self.latencies[players.start] } else { &[] };
        let of_one = of_one.iter().map(|&(location, millis)| (location, f64::from(millis)));
        of_one.chain(self.party_latencies[column][ticket].iter().copied())
    }

    /// The bit that stands for a string that is in a list; different strings may have the same.
    pub(crate) fn string_bit(&self, sym: Sym) -> u64 {
        1 << (self.string_bits[sym] % 64)
    }

    /// A hash of the names of live locations, whatever their numbers are.
    pub(crate) fn locations_hash(&self, set: LocationSet) -> u64 {
        let within = self.location_hashes.enumerate().filter(|&(it, _)| set.contains(it));
        shuffled(0, 0, within.fold(0, |sum, (_, &hash)| sum.wrapping_add(hash)))
    }

    /// Whether a ticket is a backfill ticket.
    pub(crate) fn is_roster(&self, row: TicketRow) -> bool {
        self.players[row].is_roster
    }

    /// The row for each part of a backfill ticket, with its team instance; nothing for another
    /// ticket.
    pub(crate) fn parts(&self, row: TicketRow) -> &[(InstanceIdx, TicketRow)] {
        self.rosters.get(&row).map_or(&[], |roster| &roster.parts)
    }
}

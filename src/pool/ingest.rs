//! From a request to rows: the last place where strings exist.

use std::collections::BTreeMap;

use super::attributes::value_of;
use super::columns::{
    Columns, LocationSet, NumberRange, Numbers, PlayerRange, PlayerRow, TicketRow,
};
use super::layout::{ColumnLayout, StringSource};
use super::locations::{Locations, reported_names};
use super::party::{party_latencies, party_map};
use crate::base::hash;
use crate::base::idx::{Col, Idx};
use crate::base::intern::{Interner, Sym};
use crate::base::time::Timestamp;
use crate::model::schema::Schema;
use crate::model::ticket::{AttributeValue, Player};

/// Why a ticket has no place in the pool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// More different locations than the pool can tell apart.
    TooManyLocations,
}

/// The waiting tickets: their columns, and what it takes to fill and clear rows.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) columns: Columns,
    layout: ColumnLayout,
    interner: Interner,
    pub(super) locations: Locations,
    free_tickets: Vec<TicketRow>,
    /// Free stretches of player rows by length.
    free_players: BTreeMap<u16, Vec<PlayerRow>>,
}

impl Pool {
    pub(crate) fn new(layout: &ColumnLayout, seed: u64) -> Self {
        let mut interner = Interner::new(seed);
        let literals = layout.literals.iter().map(|text| interner.acquire(text)).collect();
        let range = NumberRange { low: f64::INFINITY, high: f64::NEG_INFINITY };
        let columns = Columns {
            start_time: Col::new(),
            number: Col::new(),
            players: Col::new(),
            rosters: BTreeMap::new(),
            locations: Col::new(),
            latencies: Col::new(),
            numbers: layout.numbers.iter().map(|_| Numbers { cells: Col::new(), range }).collect(),
            strings: layout.strings.iter().map(|_| Col::new()).collect(),
            lists: layout.lists.iter().map(|_| Col::new()).collect(),
            maps: layout.maps.iter().map(|_| Col::new()).collect(),
            texts: layout.texts.iter().map(|_| Col::new()).collect(),
            party_latencies: layout.latencies.iter().map(|_| Col::new()).collect(),
            literals,
            location_ranks: Col::new(),
            string_bits: Col::new(),
            location_hashes: Col::new(),
        };
        Self {
            columns,
            layout: layout.clone(),
            interner,
            locations: Locations::default(),
            free_tickets: Vec::new(),
            free_players: BTreeMap::new(),
        }
    }

    /// Gives a ticket a row. Every player has, of each declared attribute, a value of the declared
    /// type or a default (`can_match`).
    ///
    /// # Errors
    /// [`Refused`], and nothing has changed.
    pub(crate) fn insert(
        &mut self,
        schema: &Schema,
        players: &[Player],
        start_time: Timestamp,
        number: u64,
    ) -> Result<TicketRow, Refused> {
        if !self.locations.have_room_for(reported_names(players)) {
            return Err(Refused::TooManyLocations);
        }
        let range = self.allocate_players(players.len());
        let allowed = self.fill_players(schema, range, players.iter());
        self.rank_locations();
        let row = self.new_row(range, allowed, start_time, number);
        self.fill_ticket(schema, row, players.iter());
        Ok(row)
    }

    /// A row for a ticket; [`Pool::fill_ticket`] or [`Pool::fill_part`] comes next.
    pub(super) fn new_row(
        &mut self,
        players: PlayerRange,
        locations: LocationSet,
        start_time: Timestamp,
        number: u64,
    ) -> TicketRow {
        let columns = &mut self.columns;
        match self.free_tickets.pop() {
            Some(row) => {
                columns.start_time[row] = start_time;
                columns.number[row] = number;
                columns.players[row] = players;
                columns.locations[row] = locations;
                row
            }
            None => {
                columns.start_time.push(start_time);
                columns.number.push(number);
                columns.players.push(players);
                columns.locations.push(locations)
            }
        }
    }

    /// Fills the cells of a ticket whose players' cells are filled.
    pub(super) fn fill_ticket<'p>(
        &mut self,
        schema: &'p Schema,
        row: TicketRow,
        players: impl Iterator<Item = &'p Player> + Clone,
    ) {
        let columns = &mut self.columns;
        let range = columns.players[row];
        for (column, &aggregation) in
            columns.party_latencies.iter_mut().zip(self.layout.latencies.iter())
        {
            let latencies = match range.len {
                1 => Box::default(),
                _ => party_latencies(&columns.latencies, range, aggregation),
            };
            set_cell(column, row, latencies);
        }
        for (column, &(attribute, aggregation)) in
            columns.maps.iter_mut().zip(self.layout.maps.iter())
        {
            let map = party_map(schema, players.clone(), attribute, aggregation);
            let pairs = map.map(|(key, value)| (self.interner.acquire(key), value));
            set_cell(column, row, pairs.collect());
        }
        for (column, &attribute) in columns.texts.iter_mut().zip(self.layout.texts.iter()) {
            let first = players.clone().next();
            let text = match first.and_then(|player| value_of(schema, attribute, player)) {
                Some(AttributeValue::String(text)) => text,
                _ => "",
            };
            set_cell(column, row, text.into());
        }
    }

    /// Leaves the cells of a part of a backfill ticket empty: nobody reads them.
    pub(super) fn fill_part(&mut self, row: TicketRow) {
        let columns = &mut self.columns;
        columns.party_latencies.iter_mut().for_each(|it| set_cell(it, row, Box::default()));
        columns.maps.iter_mut().for_each(|it| set_cell(it, row, Box::default()));
        columns.texts.iter_mut().for_each(|it| set_cell(it, row, Box::default()));
    }

    /// Takes a ticket's rows back, those of a backfill ticket's parts among them.
    pub(crate) fn remove(&mut self, row: TicketRow) {
        let range = self.columns.players[row];
        if let Some(roster) = self.columns.rosters.remove(&row) {
            self.free_tickets.extend(roster.parts.iter().map(|&(_, part)| part));
            if let Some(location) = roster.session_location {
                self.locations.release(location);
            }
        }
        for player in range.rows() {
            for (location, _) in std::mem::take(&mut self.columns.latencies[player]) {
                self.locations.release(location);
            }
            for column in self.columns.strings.iter() {
                self.interner.release(column[player]);
            }
            for column in self.columns.lists.iter_mut() {
                for sym in std::mem::take(&mut column[player]) {
                    self.interner.release(sym);
                }
            }
        }
        for column in self.columns.maps.iter_mut() {
            for (sym, _) in std::mem::take(&mut column[row]) {
                self.interner.release(sym);
            }
        }
        for column in self.columns.texts.iter_mut() {
            column[row] = Box::default();
        }
        self.free_players.entry(range.len).or_default().push(range.start);
        self.free_tickets.push(row);
        self.rank_locations();
    }

    /// Fresh rows for players, with cells to be filled.
    pub(super) fn allocate_players(&mut self, count: usize) -> PlayerRange {
        let len = count as u16;
        if let Some(start) = self.free_players.get_mut(&len).and_then(Vec::pop) {
            return PlayerRange { start, len, is_roster: false };
        }
        let columns = &mut self.columns;
        let start = PlayerRow::from_usize(columns.latencies.len());
        for _ in 0..count {
            columns.latencies.push(Box::default());
        }
        PlayerRange { start, len, is_roster: false }
    }

    /// Fills the cells of a ticket's players and says which locations all who report any report.
    pub(super) fn fill_players<'p>(
        &mut self,
        schema: &Schema,
        range: PlayerRange,
        players: impl Iterator<Item = &'p Player>,
    ) -> LocationSet {
        let mut allowed = LocationSet::ALL;
        for (row, player) in range.rows().zip(players) {
            if let Some(reported) = self.fill_player(schema, row, player) {
                allowed = allowed.intersect(reported);
            }
        }
        allowed
    }

    /// Fills the cells of a player and says which locations they report, if any.
    fn fill_player(
        &mut self,
        schema: &Schema,
        row: PlayerRow,
        player: &Player,
    ) -> Option<LocationSet> {
        let columns = &mut self.columns;
        for (column, &attribute) in columns.numbers.iter_mut().zip(self.layout.numbers.iter()) {
            let number = match value_of(schema, attribute, player) {
                Some(AttributeValue::Number(number)) => *number,
                _ => 0.0,
            };
            column.range.low = column.range.low.min(number);
            column.range.high = column.range.high.max(number);
            set_cell(&mut column.cells, row, number);
        }
        for (column, &source) in columns.strings.iter_mut().zip(self.layout.strings.iter()) {
            let text = match source {
                StringSource::PlayerId => player.player_id.as_str(),
                StringSource::Attribute(attribute) => match value_of(schema, attribute, player) {
                    Some(AttributeValue::String(text)) => text,
                    _ => "",
                },
            };
            set_cell(column, row, self.interner.acquire(text));
        }
        for (column, &attribute) in columns.lists.iter_mut().zip(self.layout.lists.iter()) {
            let texts = match value_of(schema, attribute, player) {
                Some(AttributeValue::StringList(texts)) => texts.as_slice(),
                _ => &[],
            };
            let mut syms: Vec<Sym> = Vec::with_capacity(texts.len());
            for text in texts {
                let sym = self.interner.acquire(text);
                // Repeats after the first are ignored (facts 1.3).
                if syms.contains(&sym) {
                    self.interner.release(sym);
                } else {
                    syms.push(sym);
                }
                let bits = &mut columns.string_bits;
                // Not every symbol is one of a string of a list.
                while bits.len() < sym.index() {
                    bits.push(0);
                }
                set_cell(bits, sym, (hash::of_text(text) % 64) as u8);
            }
            set_cell(column, row, syms.into());
        }
        let mut reported = LocationSet::NONE;
        let mut latencies = Vec::with_capacity(player.latency_in_ms.len());
        for (name, &millis) in &player.latency_in_ms {
            let location = self.locations.acquire(name, &mut columns.location_hashes);
            reported = reported.with(location);
            latencies.push((location, millis));
        }
        columns.latencies[row] = latencies.into();
        (!reported.is_empty()).then_some(reported)
    }
}

/// Writes a cell; rows are handed out without gaps, so that a column grows by one at most.
pub(super) fn set_cell<I: Idx, T>(column: &mut Col<I, T>, row: I, cell: T) {
    if row.index() < column.len() {
        column[row] = cell;
    } else {
        column.push(cell);
    }
}

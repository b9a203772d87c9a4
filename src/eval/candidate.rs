//! A match in the making: tickets go in by `push` and out by `pop`, and nothing is cloned.

use crate::base::idx::Col;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{Columns, LocationSet, TicketRow};

/// The tickets in one team instance.
#[derive(Clone, Default, Debug)]
pub(crate) struct Slot {
    pub(crate) tickets: Vec<TicketRow>,
    /// The players of these tickets.
    pub(crate) players: u32,
}

/// What undoes one `push`.
#[derive(Clone, Copy, Debug)]
struct Saved {
    instance: InstanceIdx,
    locations: LocationSet,
}

/// Some tickets in the teams of a match.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) slots: Col<InstanceIdx, Slot>,
    pub(crate) players: u32,
    /// The locations that every reporting ticket allows.
    pub(crate) locations: LocationSet,
    undo: Vec<Saved>,
}

impl Candidate {
    pub(crate) fn new(instances: usize) -> Self {
        Self {
            slots: (0..instances).map(|_| Slot::default()).collect(),
            players: 0,
            locations: LocationSet::ALL,
            undo: Vec::new(),
        }
    }

    /// Puts a ticket into a team instance.
    pub(crate) fn push(&mut self, instance: InstanceIdx, row: TicketRow, columns: &Columns) {
        self.undo.push(Saved { instance, locations: self.locations });
        let players = columns.players[row].len;
        let slot = &mut self.slots[instance];
        slot.tickets.push(row);
        slot.players += players;
        self.players += players;
        self.locations = self.locations.intersect(columns.locations[row]);
    }

    /// Takes the ticket out that was put in last.
    pub(crate) fn pop(&mut self, columns: &Columns) {
        let Some(saved) = self.undo.pop() else { return };
        let slot = &mut self.slots[saved.instance];
        if let Some(row) = slot.tickets.pop() {
            let players = columns.players[row].len;
            slot.players -= players;
            self.players -= players;
        }
        self.locations = saved.locations;
    }

    /// How many tickets are in.
    pub(crate) fn tickets(&self) -> usize {
        self.undo.len()
    }

    pub(crate) fn clear(&mut self, columns: &Columns) {
        while self.tickets() > 0 {
            self.pop(columns);
        }
    }
}

/// How many more players may or must join a team instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Room {
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// A candidate with the room that is left in it: what a rule's partial verdict is about.
#[derive(Debug)]
pub(crate) struct Partial<'c> {
    pub(crate) columns: &'c Columns,
    pub(crate) candidate: &'c Candidate,
    pub(crate) room: &'c Col<InstanceIdx, Room>,
}

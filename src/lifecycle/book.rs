//! The tickets that the matchmaker knows: the active ones, and the finished ones for a while.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::cause::StatusCause;
use super::event::EventGameSession;
use super::party::{Names, Party};
use super::pending::MatchKey;
use super::status::TicketStatus;
use crate::base::hash::SeededState;
use crate::base::hash_index::HashIndex;
use crate::base::idx::index_type;
use crate::base::slots::Slots;
use crate::base::time::{Millis, Timestamp};
use crate::model::ticket::{Player, PlayerId, TicketId};

index_type! {
    /// A ticket in the book. A key is used again once its ticket is forgotten.
    pub(crate) struct TicketKey;
}

/// A ticket and where it stands.
#[derive(Debug)]
pub(crate) struct TicketRecord {
    /// Counts submissions.
    pub(crate) number: u64,
    pub(crate) status: TicketStatus,
    pub(crate) cause: Option<StatusCause>,
    pub(crate) start_time: Timestamp,
    pub(crate) end_time: Option<Timestamp>,
    /// When the request times out, if the ticket is waiting then.
    pub(crate) due: Timestamp,
    pub(crate) party: Party,
    /// The session that a backfill ticket asks for; none of an ordinary ticket.
    pub(crate) backfill: Option<Box<Backfill>>,
    /// Whether it has been in a match, be it one that was dropped.
    pub(crate) was_matched: bool,
    /// The team instance of the last match; none of a backfill, whose players have their own.
    pub(crate) team: Option<Arc<str>>,
    /// The match that it is in while that waits for answers or for its session.
    pub(crate) pending: Option<MatchKey>,
    /// Where it is played, once that is known.
    pub(crate) placed: Option<Box<Placed>>,
    /// For each rule: complete candidates that it passed and failed with this ticket as anchor.
    /// Empty until the first search that judged one.
    pub(crate) tallies: Box<[(u64, u64)]>,
}

/// What a backfill ticket is for.
#[derive(Clone, Debug)]
pub(crate) struct Backfill {
    /// The session, in a game that tells it.
    pub(crate) session: Option<Arc<str>>,
    /// Whether the engine made it.
    pub(crate) automatic: bool,
    /// The team instance of each of its players.
    pub(crate) teams: Vec<Arc<str>>,
}

/// Where a ticket's players play.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) session: Arc<EventGameSession>,
    /// For each player, the place that is kept; empty of a backfill, whose players are there.
    pub(crate) player_sessions: Vec<Arc<str>>,
}

impl TicketRecord {
    pub(crate) fn id(&self) -> &TicketId {
        &self.party.identity().id
    }

    /// The team instance of the player at a position.
    pub(crate) fn team_of(&self, position: usize) -> Option<Arc<str>> {
        match &self.backfill {
            None => self.team.clone(),
            Some(backfill) => backfill.teams.get(position).cloned(),
        }
    }

    /// The place kept for the player at a position.
    pub(crate) fn player_session(&self, position: usize) -> Option<&Arc<str>> {
        self.placed.as_ref()?.player_sessions.get(position)
    }

    /// The session that a backfill ticket is for.
    pub(crate) fn session(&self) -> Option<&Arc<str>> {
        self.backfill.as_ref()?.session.as_ref()
    }

    /// Whether the engine made it.
    pub(crate) fn is_automatic(&self) -> bool {
        self.backfill.as_ref().is_some_and(|backfill| backfill.automatic)
    }
}

/// What a ticket of an earlier run has that another one has already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    Id,
    Player(PlayerId),
}

/// The tickets by id and by player.
#[derive(Debug)]
pub(crate) struct Book {
    records: Slots<TicketKey, TicketRecord>,
    /// What the parties of all records call their attributes, locations and teams.
    names: Names,
    state: SeededState,
    by_id: HashIndex<TicketKey>,
    /// The active ticket of each player.
    by_player: HashIndex<TicketKey>,
    active: usize,
    /// Those of the active ones that the engine made.
    automatic: usize,
    /// Finished tickets, in the order in which they ended.
    finished: VecDeque<TicketKey>,
}

impl Book {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            records: Slots::new(),
            names: Names::new(seed),
            state: SeededState::new(seed),
            by_id: HashIndex::new(),
            by_player: HashIndex::new(),
            active: 0,
            automatic: 0,
            finished: VecDeque::new(),
        }
    }

    pub(crate) fn active(&self) -> usize {
        self.active
    }

    /// Active tickets that the engine made.
    pub(crate) fn automatic(&self) -> usize {
        self.automatic
    }

    pub(crate) fn find(&self, id: &TicketId) -> Option<TicketKey> {
        let is_it = |key| self.record(key).is_some_and(|record| record.id() == id);
        self.by_id.find(self.state.text(id.as_str()), is_it)
    }

    pub(crate) fn record(&self, key: TicketKey) -> Option<&TicketRecord> {
        self.records.get(key)
    }

    /// A ticket that is active.
    pub(crate) fn active_record(&self, key: TicketKey) -> &TicketRecord {
        self.records.get(key).expect("a ticket is in the book as long as it is active")
    }

    pub(crate) fn record_mut(&mut self, key: TicketKey) -> Option<&mut TicketRecord> {
        self.records.get_mut(key)
    }

    /// The active tickets that hold one of the players, in the order of submission.
    pub(crate) fn tickets_of(&self, players: &[Player]) -> Vec<TicketKey> {
        let keys = players.iter().filter_map(|player| self.ticket_of(&player.player_id));
        let by_number: BTreeSet<(u64, TicketKey)> =
            keys.filter_map(|key| Some((self.record(key)?.number, key))).collect();
        by_number.into_iter().map(|(_, key)| key).collect()
    }

    /// The active ticket of a player.
    fn ticket_of(&self, player: &PlayerId) -> Option<TicketKey> {
        let holds = |key| self.record(key).is_some_and(|it| it.party.ids().any(|id| id == player));
        self.by_player.find(self.state.text(player.as_str()), holds)
    }

    /// Packs players for the record of a ticket that is about to be inserted.
    pub(crate) fn pack(
        &mut self,
        id: TicketId,
        start_time: Timestamp,
        players: &[Player],
    ) -> Party {
        Party::pack(&mut self.names, id, start_time, players)
    }

    /// Takes players off the roster of a backfill ticket.
    pub(crate) fn shrink(&mut self, key: TicketKey, stays: impl Fn(&PlayerId) -> bool) {
        let Some(record) = self.records.get_mut(key) else { return };
        for player in record.party.ids().filter(|player| !stays(player)) {
            self.by_player.remove(self.state.text(player.as_str()), key);
        }
        if let Some(backfill) = &mut record.backfill {
            let mut staying = record.party.ids().map(&stays);
            backfill.teams.retain(|_| staying.next().unwrap_or(false));
        }
        record.party.keep(&mut self.names, stays);
    }

    /// The players of a record as they were sent.
    pub(crate) fn players(&self, record: &TicketRecord) -> Vec<Player> {
        record.party.unpack(&self.names)
    }

    /// Adds an active ticket. Its id is not known yet, and none of its players is active.
    pub(crate) fn insert(&mut self, record: TicketRecord) -> TicketKey {
        let automatic = record.is_automatic();
        let id_hash = self.state.text(record.id().as_str());
        let key = self.records.insert(record);
        self.by_id.insert(id_hash, key);
        for player in self.records.get(key).into_iter().flat_map(|record| record.party.ids()) {
            self.by_player.insert(self.state.text(player.as_str()), key);
        }
        self.active += 1;
        self.automatic += usize::from(automatic);
        key
    }

    /// Takes up a ticket of an earlier run; the finished ones in the order in which they ended.
    /// The players in `released` are not, or no longer, held by it.
    pub(crate) fn take_up(
        &mut self,
        record: TicketRecord,
        released: &[PlayerId],
    ) -> Result<TicketKey, Taken> {
        if self.find(record.id()).is_some() {
            return Err(Taken::Id);
        }
        let is_active = !record.status.is_end();
        let is_held = |id: &&PlayerId| is_active && !released.contains(id);
        let held: Vec<PlayerId> = record.party.ids().filter(is_held).cloned().collect();
        if let Some(player) = held.iter().find(|player| self.ticket_of(player).is_some()) {
            return Err(Taken::Player(player.clone()));
        }
        let id_hash = self.state.text(record.id().as_str());
        self.active += usize::from(is_active);
        self.automatic += usize::from(is_active && record.is_automatic());
        let key = self.records.insert(record);
        self.by_id.insert(id_hash, key);
        for player in held {
            self.by_player.insert(self.state.text(player.as_str()), key);
        }
        if !is_active {
            self.finished.push_back(key);
        }
        Ok(key)
    }

    /// The finished tickets, in the order in which they ended.
    pub(crate) fn finished(&self) -> impl Iterator<Item = &TicketRecord> {
        self.finished.iter().filter_map(|&key| self.record(key))
    }

    /// The players of an active ticket that it no longer holds.
    pub(crate) fn released_of(&self, key: TicketKey) -> impl Iterator<Item = &PlayerId> {
        let players = self.record(key).into_iter().flat_map(|record| record.party.ids());
        players.filter(move |player| !self.holds(key, player))
    }

    /// Frees players of an active ticket for another one, although the ticket may go on showing
    /// them for a while.
    pub(crate) fn release_players(&mut self, key: TicketKey, players: &[PlayerId]) {
        for player in players {
            self.by_player.remove(self.state.text(player.as_str()), key);
        }
    }

    /// Whether a player of an active ticket is still bound to it.
    pub(crate) fn holds(&self, key: TicketKey, player: &PlayerId) -> bool {
        self.by_player.find(self.state.text(player.as_str()), |it| it == key).is_some()
    }

    /// Every ticket that is known, in the order of submission.
    pub(crate) fn in_order(&self) -> Vec<(TicketKey, &TicketRecord)> {
        self.records.in_order(|record| record.number)
    }

    /// Sets a ticket that has just ended aside: its players are free to start another.
    pub(crate) fn retire(&mut self, key: TicketKey) {
        let Some(record) = self.records.get(key) else { return };
        for player in record.party.ids() {
            self.by_player.remove(self.state.text(player.as_str()), key);
        }
        self.active -= 1;
        self.automatic -= usize::from(record.is_automatic());
        self.finished.push_back(key);
    }

    /// Forgets finished tickets that are older than `retention` or beyond `retained_max`.
    pub(crate) fn forget(&mut self, now: Timestamp, retention: Millis, retained_max: usize) {
        while let Some(&key) = self.finished.front() {
            let end_time = self.record(key).and_then(|record| record.end_time);
            let expired = end_time.is_none_or(|end| end.plus(retention) <= now);
            if !expired && self.finished.len() <= retained_max {
                break;
            }
            self.finished.pop_front();
            if let Some(record) = self.records.remove(key) {
                self.by_id.remove(self.state.text(record.id().as_str()), key);
                record.party.release(&mut self.names);
            }
        }
    }
}

//! What has changed since the last pass, told from commands, events and times alone: which change
//! a match is thanks to.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::Coverage;
use super::setup::Setup;
use crate::base::time::Timestamp;
use crate::engine::Matchmaker;
use crate::engine::input::Input;
use crate::engine::options::FlexMatchMode;
use crate::engine::report::TickReport;
use crate::engine::response::Response;
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::event::{Event, EventDetail};
use crate::lifecycle::event_ticket::EventTicket;
use crate::model::schema::{AgeSelection, BackfillPriority};
use crate::model::ticket::{AttributeValue, Player, TicketId};

const AUTOMATIC: &str = "backfill ticket of an AUTOMATIC session arrives";
const GUARD_ENDS: &str = "storm guard ends for a ticket";
const BACKFILL_LEAVES: &str = "backfill ticket leaves, under the storm guard";
const REMOVED: &str = "RemovePlayers on a waiting backfill ticket";
const NO_TIME_TO_ACCEPT: &str = "ticket returns: the time to accept ended";
const NO_TIME_TO_PLACE: &str = "ticket returns: the time to place ended";

struct Known {
    is_backfill: bool,
    /// Its row in the table.
    arrival: &'static str,
    /// The string that all tickets of its match have.
    partition: Option<String>,
}

pub(super) struct Watch<'s> {
    setup: &'s Setup,
    /// The tickets that can be matched, and when they started.
    pub(super) waiting: BTreeMap<TicketId, Timestamp>,
    known: BTreeMap<TicketId, Known>,
    /// Those that a pass has seen.
    arrived: BTreeSet<TicketId>,
    /// What has changed since the last pass began.
    changes: BTreeSet<&'static str>,
}

impl<'s> Watch<'s> {
    pub(super) fn new(setup: &'s Setup) -> Self {
        Self {
            setup,
            waiting: BTreeMap::new(),
            known: BTreeMap::new(),
            arrived: BTreeSet::new(),
            changes: BTreeSet::new(),
        }
    }

    fn change(&mut self, seen: &mut Coverage, row: &'static str) {
        seen.note(row);
        self.changes.insert(row);
    }

    /// What time alone brings at an instant.
    pub(super) fn time(&mut self, at: Timestamp, seen: &mut Coverage) {
        let guard = u64::from(self.setup.options.backfill_before_new_match_seconds) * 1000;
        let game = &self.setup.game;
        let (bound, sizes) = match game.ages() {
            AgeSelection::Newest => (
                "epoch entered: a bound, by the newest ticket",
                "epoch entered: team sizes, by the newest ticket",
            ),
            AgeSelection::Oldest => (
                "epoch entered: a bound, by the oldest ticket",
                "epoch entered: team sizes, by the oldest ticket",
            ),
        };
        let mut changes = Vec::new();
        for (id, start) in &self.waiting {
            let age = at.since(*start).get();
            if let Some(epoch) = game.epochs.get(&age) {
                changes.extend(epoch.bounds.then_some(bound));
                changes.extend(epoch.sizes.then_some(sizes));
            }
            if guard > 0 && age == guard && !self.known[id].is_backfill {
                changes.push(GUARD_ENDS);
            }
        }
        changes.into_iter().for_each(|it| self.change(seen, it));
    }

    /// What a command that was accepted has changed; `before` is the time before it.
    pub(super) fn command(
        &mut self,
        engine: &Matchmaker,
        input: &Input,
        response: &Response,
        replaced: Option<TicketId>,
        events: &[Event],
        seen: &mut Coverage,
    ) {
        let was_waiting =
            |id: &Option<TicketId>| id.as_ref().is_some_and(|it| self.waiting.contains_key(it));
        let arrival = match (input, response) {
            (Input::StartMatchmaking(request), Response::StartMatchmaking(ticket)) => {
                let arrival = match request.players.len() {
                    1 => "solo arrives",
                    _ => "party arrives",
                };
                let partition = self.partition(&request.players);
                Some((ticket, Known { is_backfill: false, arrival, partition }))
            }
            (Input::StartMatchBackfill(request), Response::StartMatchBackfill(ticket)) => {
                let arrival = match was_waiting(&replaced) {
                    true => "backfill ticket is replaced by its session",
                    false => "backfill ticket of a game arrives",
                };
                let partition = self.partition(&request.players);
                Some((ticket, Known { is_backfill: true, arrival, partition }))
            }
            _ => None,
        };
        if let Some((ticket, known)) = arrival {
            self.known.insert(ticket.ticket_id.clone(), known);
        }
        match input {
            // Of an emptied session the ticket ends.
            Input::RemovePlayers(_) if was_waiting(&replaced) && events.is_empty() => {
                self.change(seen, REMOVED);
            }
            Input::EndGameSession(_) if was_waiting(&replaced) => {
                seen.note("EndGameSession on a waiting backfill ticket");
            }
            _ => {}
        }
        let returning = match input {
            Input::AcceptMatch(_) => "ticket returns: a player rejected",
            Input::FailPlacement(_) => "ticket returns: FailPlacement",
            _ => "ticket returns: its proposal was dropped by a command",
        };
        for event in events {
            self.event(engine, event, Some(returning), seen);
        }
    }

    /// What a call of `handle_timeout` has told.
    pub(super) fn timeout(
        &mut self,
        engine: &Matchmaker,
        report: &TickReport,
        events: &[Event],
        seen: &mut Coverage,
    ) {
        let mut partitions = BTreeSet::new();
        let mut after = Vec::new();
        let mut is_pass = true;
        for event in events {
            if let EventDetail::PotentialMatchCreated { tickets, .. } = &event.detail {
                if std::mem::take(&mut is_pass) && self.changes.len() == 1 {
                    let only = self.changes.iter().next().expect("there is one");
                    seen.note(&format!("match after nothing but: {only}"));
                }
                self.matched(tickets, seen);
                let of = tickets.iter().find_map(|it| self.known.get(it.ticket_id()));
                partitions.extend(of.and_then(|it| it.partition.clone()));
                after.extend(self.leave_by_match(tickets));
            } else {
                self.event(engine, event, None, seen);
            }
        }
        if partitions.len() > 1 {
            seen.note("pass with matches in two partitions");
        }
        if report.anchors > 0 && !report.unfinished {
            self.changes.clear();
        }
        // Within a pass they leave after its searches have begun: that is for the next one.
        after.into_iter().for_each(|it| self.change(seen, it));
    }

    fn matched(&self, tickets: &[EventTicket], seen: &mut Coverage) {
        let Setup { game, options, configuration, .. } = self.setup;
        game.features.iter().for_each(|row| seen.note(row));
        seen.note("match, the same at the same instant");
        if tickets.iter().any(|it| self.known[it.ticket_id()].is_backfill) {
            seen.note(match game.priority() {
                BackfillPriority::Normal => "match with a backfill ticket, priority normal",
                BackfillPriority::High => "match with a backfill ticket, priority high",
                BackfillPriority::Low => "match with a backfill ticket, priority low",
            });
        }
        if game.partition.is_some() {
            seen.note("match in a partition by equal strings");
        }
        if options.backfill_before_new_match_seconds > 0 {
            seen.note("match in a timeline with the storm guard");
        }
        if options.pass_interval.get() > 0 {
            seen.note("match in a timeline with `pass_interval`");
        }
        let with_queue = configuration.flex_match_mode == FlexMatchMode::WithQueue;
        if with_queue && configuration.additional_player_count > 0 {
            seen.note("match in a timeline with `AdditionalPlayerCount`");
        }
    }

    /// Takes the tickets of a match out; what has changed by that after the pass began.
    fn leave_by_match(&mut self, tickets: &[EventTicket]) -> Option<&'static str> {
        let mut left = None;
        for ticket in tickets {
            left = left.or(self.leave(ticket));
        }
        left
    }

    fn leave(&mut self, ticket: &EventTicket) -> Option<&'static str> {
        let waited = self.waiting.remove(ticket.ticket_id()).is_some();
        let is_backfill = self.known.get(ticket.ticket_id()).is_some_and(|it| it.is_backfill);
        let guards = self.setup.options.backfill_before_new_match_seconds > 0;
        (waited && is_backfill && guards).then_some(BACKFILL_LEAVES)
    }

    fn event(
        &mut self,
        engine: &Matchmaker,
        event: &Event,
        returning: Option<&'static str>,
        seen: &mut Coverage,
    ) {
        match &event.detail {
            EventDetail::MatchmakingSearching { ticket, .. } => {
                let id = ticket.ticket_id();
                self.waiting.insert(id.clone(), ticket.start_time());
                let change = if self.arrived.insert(id.clone()) {
                    // A ticket that nobody has asked for is the engine's own.
                    let automatic =
                        Known { is_backfill: true, arrival: AUTOMATIC, partition: None };
                    self.known.entry(id.clone()).or_insert(automatic).arrival
                } else {
                    let cause = engine.ticket(id).and_then(|it| it.status_cause);
                    let by_time = match cause {
                        Some(StatusCause::PlacementTimedOut) => NO_TIME_TO_PLACE,
                        _ => NO_TIME_TO_ACCEPT,
                    };
                    returning.unwrap_or(by_time)
                };
                self.change(seen, change);
            }
            EventDetail::MatchmakingTimedOut { ticket, .. }
            | EventDetail::MatchmakingCancelled { ticket, .. } => {
                match &event.detail {
                    EventDetail::MatchmakingTimedOut { .. } => {
                        seen.note("ticket's request times out");
                    }
                    EventDetail::MatchmakingCancelled { cause: StatusCause::Stopped, .. } => {
                        seen.note("ticket stopped");
                    }
                    EventDetail::MatchmakingCancelled {
                        cause: StatusCause::DuplicatePlayer,
                        ..
                    } => seen.note("player starts again"),
                    _ => {}
                }
                if let Some(change) = self.leave(ticket) {
                    self.change(seen, change);
                }
            }
            EventDetail::MatchmakingSucceeded { game_session, .. }
                if game_session.location.is_some() =>
            {
                seen.note("match with a location");
            }
            _ => {}
        }
    }

    fn partition(&self, players: &[Player]) -> Option<String> {
        let attribute = self.setup.game.partition?;
        match players.first()?.attributes.get(attribute) {
            Some(AttributeValue::String(value)) => Some(value.clone()),
            _ => Some(String::new()),
        }
    }
}

//! What must hold of tickets and matches, whatever is commanded (`tickets.md`): learned from the
//! events, and compared with what the matchmaker shows after each call.

mod formed;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::run::{Run, RunTicket};
use crate::{
    Acceptance, Configuration, Event, EventDetail, EventTicket, FlexMatchMode, MatchId, Matchmaker,
    Millis, RuleSet, TickReport, TicketId, TicketStatus, Timestamp,
};

/// How a status may follow another (facts 6.1), written down apart from the engine.
const CHANGES: [(TicketStatus, &[TicketStatus]); 4] = {
    use TicketStatus::*;
    [
        (Queued, &[Searching, Cancelled, TimedOut]),
        (Searching, &[RequiresAcceptance, Placing, Cancelled, TimedOut]),
        (RequiresAcceptance, &[Placing, Searching, Cancelled]),
        (Placing, &[Completed, Searching, Failed]),
    ]
};

/// Where a match stands, by its events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Proposed,
    Dropped,
    Placing,
    Succeeded,
    Failed,
}

/// A run as its events tell it.
pub(super) struct Watch {
    rule_set: RuleSet,
    configuration: Configuration,
    run: Run,
    numbers: BTreeMap<TicketId, usize>,
    /// Positions of the tickets that have not ended.
    live: BTreeSet<usize>,
    stages: BTreeMap<MatchId, (usize, Stage)>,
    /// The match that a live ticket is in.
    in_match: BTreeMap<usize, MatchId>,
    sequence: u64,
    last_time: Timestamp,
    timed_out: u64,
    failed: u64,
    succeeded: u64,
    /// Matches, tickets and players of the call that is looked at.
    of_call: (u64, u64, u64),
}

type Held = Result<(), String>;

impl Watch {
    pub(super) fn new(rule_set: &RuleSet, configuration: &Configuration) -> Self {
        Self {
            rule_set: rule_set.clone(),
            configuration: configuration.clone(),
            run: Run::default(),
            numbers: BTreeMap::new(),
            live: BTreeSet::new(),
            stages: BTreeMap::new(),
            in_match: BTreeMap::new(),
            sequence: 0,
            last_time: Timestamp::default(),
            timed_out: 0,
            failed: 0,
            succeeded: 0,
            of_call: (0, 0, 0),
        }
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    pub(super) fn into_run(self) -> Run {
        self.run
    }

    /// Looks at all that a call at `now` has told and changed.
    pub(super) fn after_call(&mut self, engine: &Matchmaker, events: &[Event]) -> Held {
        self.of_call = (0, 0, 0);
        self.learn_tickets(engine);
        for event in events {
            self.event(engine, event).map_err(|problem| {
                format!("{problem}\n  at event {}: {:?}", event.sequence, event.detail)
            })?;
        }
        self.compare(engine)
    }

    /// What a pass reports is what its events tell. Then nobody waits beyond the request timeout.
    pub(super) fn after_timeout(&self, engine: &Matchmaker, report: TickReport) -> Held {
        let reported = (report.matches, report.tickets_matched, report.players_matched);
        if reported != self.of_call {
            return Err(format!(
                "the report counts {reported:?} matches, tickets and players, the events {:?}",
                self.of_call
            ));
        }
        let now = engine.now();
        if engine.poll_timeout().is_some_and(|due| due <= now) {
            return Ok(());
        }
        let timeout = Millis::from_secs(self.configuration.request_timeout_seconds);
        let overdue = self.waiting().find(|ticket| ticket.start.plus(timeout) <= now);
        match overdue {
            Some(ticket) => Err(format!("{} waits beyond its request timeout", ticket.ticket_id)),
            None => Ok(()),
        }
    }

    /// The tickets that are searched for, or are to be.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &RunTicket> {
        let live = self.live.iter().filter_map(|&at| self.run.tickets.get(at));
        live.filter(|it| matches!(it.status, TicketStatus::Queued | TicketStatus::Searching))
    }

    /// When a run is over, every ticket has ended.
    pub(super) fn at_the_end(&self) -> Held {
        match self.live.first().and_then(|&at| self.run.tickets.get(at)) {
            Some(ticket) => Err(format!("{} never ends: {:?}", ticket.ticket_id, ticket.status)),
            None => Ok(()),
        }
    }

    /// Takes up tickets that are new: those of the call, and automatic backfill tickets.
    fn learn_tickets(&mut self, engine: &Matchmaker) {
        for shown in engine.tickets() {
            if self.numbers.contains_key(&shown.ticket_id) {
                continue;
            }
            // Players of a backfill have their teams from the start.
            let is_backfill = shown.players.iter().all(|it| it.team.is_some());
            let at = self.run.tickets.len();
            self.numbers.insert(shown.ticket_id.clone(), at);
            self.live.insert(at);
            self.run.tickets.push(RunTicket {
                ticket_id: shown.ticket_id,
                players: shown.players,
                is_backfill,
                start: shown.start_time,
                end: None,
                status: TicketStatus::Queued,
            });
        }
    }

    fn event(&mut self, engine: &Matchmaker, event: &Event) -> Held {
        self.sequence += 1;
        if event.sequence != self.sequence {
            return Err(format!("event {} comes after {}", event.sequence, self.sequence - 1));
        }
        if event.time < self.last_time || event.time > engine.now() {
            return Err(format!("an event of {} comes after {}", event.time, self.last_time));
        }
        self.last_time = event.time;
        let time = event.time;
        match &event.detail {
            EventDetail::MatchmakingSearching { ticket, .. } => {
                self.change(ticket, TicketStatus::Searching, time)
            }
            EventDetail::PotentialMatchCreated {
                match_id, tickets, acceptance_required, ..
            } => self.form(engine, match_id, tickets, *acceptance_required, time),
            EventDetail::AcceptMatch { match_id, .. } => {
                self.stage(match_id, &[Stage::Proposed]).map(|_| ())
            }
            EventDetail::AcceptMatchCompleted { match_id, tickets, acceptance } => {
                self.stage(match_id, &[Stage::Proposed])?;
                if *acceptance != Acceptance::Accepted {
                    return self.set_stage(match_id, Stage::Dropped);
                }
                self.set_stage(match_id, Stage::Placing)?;
                self.change_all(match_id, tickets, TicketStatus::Placing, time)
            }
            EventDetail::MatchmakingSucceeded { match_id, tickets, game_session } => {
                let at = self.stage(match_id, &[Stage::Placing])?;
                self.set_stage(match_id, Stage::Succeeded)?;
                self.change_all(match_id, tickets, TicketStatus::Completed, time)?;
                self.succeeded += 1;
                let Some(formed) = self.run.matches.get_mut(at) else { return Ok(()) };
                formed.succeeded = true;
                // Elsewhere the host says where it is, and a session is where it is.
                let is_ours = self.configuration.flex_match_mode == FlexMatchMode::Standalone
                    && !formed.is_backfill;
                let location = game_session.location.as_deref();
                if is_ours && !formed::is_at(formed, location, self.rule_set.strategy()) {
                    return Err(format!(
                        "the match is at {location:?}, but its players are best off at {:?}",
                        formed.location
                    ));
                }
                Ok(())
            }
            EventDetail::MatchmakingFailed { match_id, tickets, .. } => {
                self.stage(match_id, &[Stage::Placing])?;
                self.set_stage(match_id, Stage::Failed)?;
                self.failed += tickets.len() as u64;
                self.change_all(match_id, tickets, TicketStatus::Failed, time)
            }
            EventDetail::MatchmakingTimedOut { ticket, .. } => {
                self.timed_out += 1;
                let timeout = Millis::from_secs(self.configuration.request_timeout_seconds);
                if time < ticket.start_time().plus(timeout) {
                    return Err(format!("{} times out too early", ticket.ticket_id()));
                }
                self.change(ticket, TicketStatus::TimedOut, time)
            }
            EventDetail::MatchmakingCancelled { ticket, .. } => {
                self.change(ticket, TicketStatus::Cancelled, time)
            }
            EventDetail::Placement(_) => Ok(()),
        }
    }

    fn number(&self, ticket: &EventTicket) -> Result<usize, String> {
        let id = ticket.ticket_id();
        let number = self.numbers.get(id).copied();
        number.ok_or_else(|| format!("no command has made the ticket {id}"))
    }

    /// The position of a match that stands at one of these stages.
    fn stage(&self, match_id: &MatchId, allowed: &[Stage]) -> Result<usize, String> {
        match self.stages.get(match_id) {
            Some((at, stage)) if allowed.contains(stage) => Ok(*at),
            Some((_, stage)) => Err(format!("the match {match_id} is {stage:?}")),
            None => Err(format!("no event has told of the match {match_id}")),
        }
    }

    fn set_stage(&mut self, match_id: &MatchId, to: Stage) -> Held {
        let stage = self.stages.get_mut(match_id);
        let (_, stage) = stage.ok_or_else(|| format!("no match {match_id}"))?;
        *stage = to;
        Ok(())
    }

    /// All tickets of a match, those that it was formed of, go the same way.
    fn change_all(
        &mut self,
        match_id: &MatchId,
        tickets: &[EventTicket],
        to: TicketStatus,
        time: Timestamp,
    ) -> Held {
        let at = self.stages.get(match_id).map(|&(at, _)| at);
        let formed = at.and_then(|at| self.run.matches.get(at));
        let formed: BTreeSet<&TicketId> = formed.into_iter().flat_map(|it| &it.tickets).collect();
        let told: BTreeSet<&TicketId> = tickets.iter().map(EventTicket::ticket_id).collect();
        if formed != told || told.len() != tickets.len() {
            return Err(format!(
                "the match was formed of {formed:?}, and the event tells of {told:?}"
            ));
        }
        tickets.iter().try_for_each(|ticket| self.change(ticket, to, time))
    }

    fn change(&mut self, ticket: &EventTicket, to: TicketStatus, time: Timestamp) -> Held {
        let at = self.number(ticket)?;
        let Some(known) = self.run.tickets.get_mut(at) else { return Ok(()) };
        let id = &known.ticket_id;
        if ticket.start_time() != known.start {
            return Err(format!(
                "{id} started at {}, and now at {}",
                known.start,
                ticket.start_time()
            ));
        }
        let from = known.status;
        let allowed = CHANGES.iter().find(|(status, _)| *status == from).map_or(&[][..], |it| it.1);
        if !allowed.contains(&to) {
            return Err(format!("{id} goes from {} to {}", from.as_str(), to.as_str()));
        }
        known.status = to;
        if to.is_end() {
            known.end = Some(time);
            self.live.remove(&at);
        }
        if matches!(to, TicketStatus::RequiresAcceptance | TicketStatus::Placing) {
            return Ok(());
        }
        let id = id.clone();
        let Some(left) = self.in_match.remove(&at) else { return Ok(()) };
        match from {
            // Nothing but the end of the proposal takes a ticket out of it.
            TicketStatus::RequiresAcceptance => {
                let dropped = self.stage(&left, &[Stage::Dropped]);
                dropped.map(|_| ()).map_err(|why| format!("{id} leaves a match, but {why}"))
            }
            // That no session was found in time is told by the tickets alone.
            TicketStatus::Placing if to == TicketStatus::Searching => {
                self.set_stage(&left, Stage::Dropped)
            }
            _ => Ok(()),
        }
    }
}

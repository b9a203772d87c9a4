//! What came of a run.

use crate::{MatchId, PlacedTicket, Player, TicketId, TicketStatus, Timestamp};

/// A run of a [`Simulation`](super::Simulation) when every ticket has ended.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Run {
    /// Every ticket, in the order of submission.
    pub tickets: Vec<RunTicket>,
    /// Every match, in the order of formation.
    pub matches: Vec<RunMatch>,
}

/// A ticket of a [`Run`].
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct RunTicket {
    /// Its id: `t1`, `t2`, ... for players, a UUID for an automatic backfill ticket.
    pub ticket_id: TicketId,
    /// Its players as they were submitted.
    pub players: Vec<Player>,
    /// Whether it asks for players for a running session.
    pub is_backfill: bool,
    /// When it was submitted.
    pub start: Timestamp,
    /// When it ended.
    pub end: Option<Timestamp>,
    /// How it ended.
    pub status: TicketStatus,
}

/// A match of a [`Run`]; it is valid.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct RunMatch {
    /// Its id.
    pub match_id: MatchId,
    /// When it was formed.
    pub time: Timestamp,
    /// The ids of its tickets, in the order of submission.
    pub tickets: Vec<TicketId>,
    /// Its tickets in their teams, as [`RuleSet::judge`](crate::RuleSet::judge) takes them.
    pub placed: Vec<PlacedTicket>,
    /// Whether its new players join a running session, whose players it holds, too.
    pub is_backfill: bool,
    /// Where its players are best off, if they report latencies.
    pub location: Option<String>,
    /// Whether it came to a game, and was not dropped or failed.
    pub succeeded: bool,
}

impl Run {
    /// How often a ticket was passed over: new matches that were formed while it was there, of
    /// tickets that all came after it. A ticket that waits for company is passed over by none or by
    /// few; one that is passed over again and again starves.
    pub fn times_passed_over(&self, ticket: &RunTicket) -> usize {
        let Some(at) = self.tickets.iter().position(|it| it.ticket_id == ticket.ticket_id) else {
            return 0;
        };
        let waits_at =
            |time: Timestamp| ticket.start <= time && ticket.end.is_none_or(|end| time < end);
        let is_later =
            |id: &TicketId| self.tickets.iter().skip(at + 1).any(|it| it.ticket_id == *id);
        let matches = self.matches.iter().filter(|it| !it.is_backfill && waits_at(it.time));
        matches.filter(|it| it.tickets.iter().all(is_later)).count()
    }
}

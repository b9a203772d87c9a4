//! What the model knows: tickets, matches and sessions in plain maps, and the moves that they make.
//!
//! It states tickets.md, decisions A and D and facts 5 and 6 once more, apart from the engine.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rallypoint::{Acceptance, EarlyRejection, Player, StatusCause, TicketStatus, UpdateReason};

use crate::coverage::Coverage;
use crate::setup::Setup;
use crate::told::{Detail, Id, Names, Place, Told, ToldPlayer, ToldSession, ToldTicket};

#[derive(Clone)]
pub struct Ticket {
    pub id: Id,
    pub status: TicketStatus,
    pub cause: Option<StatusCause>,
    pub start: u64,
    pub end: Option<u64>,
    pub due: u64,
    /// When a call made it.
    pub made: u64,
    pub players: Vec<Player>,
    /// Players of a proposed backfill ticket who have left its session already.
    pub gone: BTreeSet<String>,
    pub is_backfill: bool,
    pub session: Option<String>,
    pub is_automatic: bool,
    pub was_matched: bool,
    pub team: Option<String>,
    /// The match that it is in, by the smallest number of its tickets.
    pub in_match: Option<u64>,
    pub placed: Option<ToldSession>,
    pub places: Vec<Place>,
}

impl Ticket {
    pub fn is_active(&self) -> bool {
        !self.status.is_end()
    }

    pub fn waits(&self) -> bool {
        matches!(self.status, TicketStatus::Queued | TicketStatus::Searching)
    }

    pub fn holds(&self, player: &str) -> bool {
        !self.gone.contains(player) && self.players.iter().any(|it| it.player_id.as_str() == player)
    }

    pub fn team_of(&self, player: &Player) -> Option<String> {
        if self.is_backfill { player.team.clone() } else { self.team.clone() }
    }
}

#[derive(Clone)]
pub struct Match {
    pub id: String,
    pub tickets: Vec<u64>,
    pub backfill: Option<u64>,
    pub formed: u64,
    pub deadline: u64,
    pub is_placing: bool,
    pub answers: BTreeMap<String, bool>,
    pub announced: Option<Id>,
    pub location: Option<String>,
    pub any_location: bool,
}

#[derive(Clone)]
pub struct Session {
    pub reached: ToldSession,
    pub match_id: Option<String>,
    pub roster: Vec<Player>,
    pub ticket: Option<u64>,
    pub announced: Option<Id>,
    pub used: u64,
}

/// News of a session that must come.
#[derive(Clone)]
pub struct ToldUpdate {
    pub arn: String,
    pub ticket: Id,
    pub reason: UpdateReason,
    pub match_id: Option<String>,
    pub announced: Option<Id>,
    pub roster: Vec<(String, Option<String>)>,
}

/// The counters, counted once more.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Counts {
    pub acceptances_timed_out: u64,
    pub accepted: u64,
    pub created: u64,
    pub placed: u64,
    pub rejected: u64,
    pub players_started: u64,
    pub failed: u64,
    pub started: u64,
    pub timed_out: u64,
    pub to_match: Lengths,
    pub to_cancel: Lengths,
    pub to_success: Lengths,
}

/// A number of lengths of time: how many, their sum, the shortest, the longest.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Lengths {
    pub samples: u64,
    pub sum: u64,
    pub least: Option<u64>,
    pub most: Option<u64>,
}

impl Lengths {
    fn push(&mut self, length: u64) {
        self.samples += 1;
        self.sum += length;
        self.least = Some(self.least.map_or(length, |least| least.min(length)));
        self.most = self.most.max(Some(length));
    }
}

pub struct Model<'s> {
    pub setup: &'s Setup,
    pub names: Names,
    pub now: u64,
    pub tickets: BTreeMap<u64, Ticket>,
    /// Finished tickets in the order in which they ended.
    pub ended: VecDeque<u64>,
    pub matches: BTreeMap<u64, Match>,
    pub sessions: BTreeMap<String, Session>,
    pub next_number: u64,
    pub told: Vec<Told>,
    pub updates: Vec<ToldUpdate>,
    pub counts: Counts,
    waits: VecDeque<u64>,
    pub seen: Coverage,
    /// The ids of tickets that are no longer known: another ticket may have one again.
    pub forgotten: BTreeSet<Id>,
}

impl<'s> Model<'s> {
    pub fn new(setup: &'s Setup) -> Self {
        Self {
            setup,
            names: Names::default(),
            now: 0,
            tickets: BTreeMap::new(),
            ended: VecDeque::new(),
            matches: BTreeMap::new(),
            sessions: BTreeMap::new(),
            next_number: 0,
            told: Vec::new(),
            updates: Vec::new(),
            counts: Counts::default(),
            waits: VecDeque::new(),
            seen: Coverage::default(),
            forgotten: BTreeSet::new(),
        }
    }

    /// The active tickets, the matches and the sessions, for the report of a failure.
    pub fn overview(&self) -> String {
        let mut text = format!("at {}, by the model:\n", self.now);
        for (number, ticket) in self.tickets.iter().filter(|(_, ticket)| ticket.is_active()) {
            let id = self.names.text(ticket.id).unwrap_or("(made)");
            let players: Vec<&str> =
                ticket.players.iter().map(|it| it.player_id.as_str()).collect();
            let (status, start, due) = (ticket.status.as_str(), ticket.start, ticket.due);
            let of = ticket.session.as_deref().unwrap_or("");
            text += &format!("  {number} {id} {status} {start} to {due} {players:?} {of}\n");
        }
        for (number, it) in &self.matches {
            text += &format!("  match {number} {} {:?} until {}\n", it.id, it.tickets, it.deadline);
        }
        for (arn, it) in &self.sessions {
            let roster: Vec<&str> = it.roster.iter().map(|it| it.player_id.as_str()).collect();
            text += &format!("  {arn} {roster:?} {:?} {:?}\n", it.ticket, it.announced);
        }
        text
    }

    pub fn tell(&mut self, time: u64, detail: Detail) {
        self.told.push(Told { time, detail });
    }

    /// Mean of the last hundred waits, once there are ten (facts 10.36).
    pub fn estimate(&self) -> Option<u32> {
        let count = self.waits.len() as u64;
        (count >= 10).then(|| (self.waits.iter().sum::<u64>() / count / 1000) as u32)
    }

    /// A ticket as events show it; `teams` only once it was in a match (decision 29).
    pub fn show(&self, number: u64, teams: bool) -> ToldTicket {
        let ticket = &self.tickets[&number];
        let shown = |player: &Player| ToldPlayer {
            player: player.player_id.to_string(),
            team: if teams && ticket.was_matched { ticket.team_of(player) } else { None },
            accepted: None,
            place: Place::None,
        };
        let players = ticket.players.iter().map(shown).collect();
        ToldTicket { id: ticket.id, start: ticket.start, players }
    }

    pub fn show_all(&self, numbers: &[u64]) -> Vec<ToldTicket> {
        numbers.iter().map(|&number| self.show(number, true)).collect()
    }

    /// A change of status, on the table or not.
    fn change(&mut self, number: u64, to: TicketStatus) {
        let ticket = self.tickets.get_mut(&number).expect("a ticket that changes is known");
        self.seen.transition(ticket.status, to);
        ticket.status = to;
        ticket.cause = None;
    }

    fn set_cause(&mut self, number: u64, cause: StatusCause) {
        self.seen.cause(cause);
        if let Some(ticket) = self.tickets.get_mut(&number) {
            ticket.cause = Some(cause);
        }
    }

    /// QUEUED to SEARCHING, in a pass.
    pub fn begin_search(&mut self, number: u64) {
        self.change(number, TicketStatus::Searching);
        let (ticket, wait) = (self.show(number, false), self.estimate());
        self.tell(self.now, Detail::Searching(ticket, wait));
    }

    pub fn enter_match(&mut self, number: u64, of: u64, to: TicketStatus) {
        self.change(number, to);
        let ticket = self.tickets.get_mut(&number).expect("a ticket that changes is known");
        ticket.in_match = Some(of);
        ticket.was_matched = true;
        let wait = self.now - ticket.start;
        self.counts.to_match.push(wait);
    }

    pub fn accept_all(&mut self, numbers: &[u64]) {
        for &number in numbers {
            self.change(number, TicketStatus::Placing);
        }
    }

    /// Cancels a ticket that is in no match.
    fn cancel(&mut self, number: u64, cause: StatusCause, at: u64) {
        let start = self.tickets[&number].start;
        self.counts.to_cancel.push(at - start);
        self.change(number, TicketStatus::Cancelled);
        self.set_cause(number, cause);
        let shown = self.show(number, true);
        self.tell(at, Detail::Cancelled(shown, cause));
        self.finish(number, UpdateReason::BackfillCancelled, cause == StatusCause::Replaced, at);
    }

    pub fn time_out(&mut self, number: u64, at: u64) {
        self.counts.timed_out += 1;
        self.change(number, TicketStatus::TimedOut);
        self.set_cause(number, StatusCause::TimedOut);
        let shown = self.show(number, true);
        self.tell(at, Detail::TimedOut(shown));
        self.finish(number, UpdateReason::BackfillTimedOut, false, at);
    }

    pub fn complete_ticket(&mut self, number: u64, at: u64) {
        let start = self.tickets[&number].start;
        self.counts.to_success.push(at - start);
        self.change(number, TicketStatus::Completed);
        self.finish(number, UpdateReason::MatchmakingDataUpdated, false, at);
    }

    pub fn fail_ticket(&mut self, number: u64, at: u64) {
        self.counts.failed += 1;
        self.change(number, TicketStatus::Failed);
        self.set_cause(number, StatusCause::PlacementFailed);
        self.finish(number, UpdateReason::BackfillFailed, false, at);
    }

    pub fn note_wait(&mut self, wait: u64) {
        if self.waits.len() == 100 {
            self.waits.pop_front();
        }
        self.waits.push_back(wait);
    }

    /// What follows from the end of any ticket.
    fn finish(&mut self, number: u64, reason: UpdateReason, is_replaced: bool, at: u64) {
        self.ended.push_back(number);
        let ticket = self.tickets.get_mut(&number).expect("a ticket that ends is known");
        assert!(ticket.end.is_none(), "the model ends a ticket twice");
        ticket.end = Some(at);
        ticket.in_match = None;
        let id = ticket.id;
        let Some(arn) = ticket.session.clone() else { return };
        let Some(session) = self.sessions.get_mut(&arn) else { return };
        session.ticket = None;
        session.used = at;
        if session.announced == Some(id) {
            // An id is used once; the next one is announced at once.
            session.announced = Some(self.names.made());
        }
        let roster = session.roster.iter();
        let update = ToldUpdate {
            arn: arn.clone(),
            ticket: id,
            reason,
            match_id: session.match_id.clone(),
            announced: session.announced,
            roster: roster.map(|it| (it.player_id.to_string(), it.team.clone())).collect(),
        };
        self.seen.update(reason);
        self.updates.push(update);
        if !is_replaced {
            if reason == UpdateReason::BackfillTimedOut && self.sessions[&arn].announced.is_some() {
                self.seen.note("automatic ticket timed out and renewed");
            }
            self.go_on_filling(&arn, at);
        }
    }

    /// Whether a session with these players has a place that matchmaking may fill.
    pub fn has_place(&self, players: &[Player]) -> bool {
        let taken = |team: &str| {
            players.iter().filter(|player| player.team.as_deref() == Some(team)).count()
        };
        players.len() < self.setup.capacity()
            && self.setup.game.teams.iter().any(|&(team, _, most)| taken(team) < most)
    }

    /// The next automatic ticket of a session, where one is due (decision 28).
    pub fn go_on_filling(&mut self, arn: &str, at: u64) {
        let Some(session) = self.sessions.get(arn) else { return };
        let Some(id) = session.announced else { return };
        if !self.setup.is_automatic() || session.ticket.is_some() || session.roster.is_empty() {
            return;
        }
        if !self.has_place(&session.roster) {
            self.seen.note("automatic session is full");
            return;
        }
        let mut players = session.roster.clone();
        if let Some(location) = &session.reached.location {
            for player in &mut players {
                player.latency_in_ms.retain(|name, _| name == location);
            }
        }
        let number = self.next_number;
        self.next_number += 1;
        self.add_ticket(number, id, players, at);
        let ticket = self.tickets.get_mut(&number).expect("it was just added");
        ticket.is_backfill = true;
        ticket.is_automatic = true;
        ticket.session = Some(arn.into());
        self.sessions.get_mut(arn).expect("it was just read").ticket = Some(number);
    }

    pub fn add_ticket(&mut self, number: u64, id: Id, players: Vec<Player>, start: u64) {
        self.counts.started += 1;
        self.seen.note("a ticket is QUEUED");
        let due = start + self.setup.request_timeout();
        let ticket = Ticket {
            id,
            status: TicketStatus::Queued,
            cause: None,
            start,
            end: None,
            due,
            made: self.now,
            players,
            gone: BTreeSet::new(),
            is_backfill: false,
            session: None,
            is_automatic: false,
            was_matched: false,
            team: None,
            in_match: None,
            placed: None,
            places: Vec::new(),
        };
        self.tickets.insert(number, ticket);
    }

    /// Tickets go back to the pool, all of them before the overdue ones time out (decision 25).
    pub fn give_back(&mut self, numbers: &[u64], cause: StatusCause, at: u64) {
        let wait = self.estimate();
        for &number in numbers {
            self.change(number, TicketStatus::Searching);
            self.set_cause(number, cause);
            self.tickets.get_mut(&number).expect("a ticket that changes is known").in_match = None;
            let shown = self.show(number, false);
            self.tell(at, Detail::Searching(shown, wait));
        }
        for &number in numbers {
            if self.tickets[&number].due <= at {
                self.seen.note(match cause {
                    StatusCause::PlacementTimedOut => "overdue after its placement",
                    _ => "overdue after its proposal",
                });
                self.time_out(number, at);
            }
        }
    }

    /// Takes tickets out together: those of one proposal leave it at once.
    pub fn take_out(&mut self, leaving: &[(u64, StatusCause)], at: u64) {
        for &(number, cause) in leaving {
            let ticket = &self.tickets[&number];
            match ticket.in_match {
                _ if !ticket.is_active() => {}
                Some(of) => self.drop_proposal(of, leaving, at),
                None => self.cancel(number, cause, at),
            }
        }
    }

    /// Drops a proposal because of a rejection, or because tickets leave it.
    pub fn drop_proposal(&mut self, of: u64, leaving: &[(u64, StatusCause)], at: u64) {
        let proposal = self.matches[&of].clone();
        self.counts.rejected += 1;
        let literal = self.setup.options.early_rejection == EarlyRejection::Literal;
        let fate = |number: &u64| {
            let ticket = &self.tickets[number];
            let answers = || {
                ticket.players.iter().map(|it| proposal.answers.get(it.player_id.as_str()).copied())
            };
            if let Some(&(_, cause)) = leaving.iter().find(|(leaver, _)| leaver == number) {
                return Some(cause);
            }
            if ticket.is_backfill {
                return None;
            }
            if answers().any(|answer| answer == Some(false)) {
                return Some(StatusCause::Rejected);
            }
            (literal && answers().any(|answer| answer.is_none())).then_some(StatusCause::Unanswered)
        };
        let fates: Vec<_> = proposal.tickets.iter().map(|number| (*number, fate(number))).collect();
        self.end_proposal(of, Acceptance::Rejected, &fates, at);
    }

    pub fn acceptance_deadline(&mut self, of: u64, at: u64) {
        let proposal = self.matches[&of].clone();
        self.counts.acceptances_timed_out += 1;
        let fate = |number: &u64| {
            let ticket = &self.tickets[number];
            let late = ticket
                .players
                .iter()
                .any(|player| !proposal.answers.contains_key(player.player_id.as_str()));
            (!ticket.is_backfill && late).then_some(StatusCause::AcceptanceTimedOut)
        };
        let fates: Vec<_> = proposal.tickets.iter().map(|number| (*number, fate(number))).collect();
        self.end_proposal(of, Acceptance::TimedOut, &fates, at);
    }

    fn end_proposal(
        &mut self,
        of: u64,
        acceptance: Acceptance,
        fates: &[(u64, Option<StatusCause>)],
        at: u64,
    ) {
        self.close_acceptance(of, acceptance, at);
        self.matches.remove(&of);
        let mut staying = Vec::new();
        for &(number, fate) in fates {
            match fate {
                Some(cause) => {
                    self.tickets.get_mut(&number).expect("it is in a match").in_match = None;
                    self.cancel(number, cause, at);
                }
                None => staying.push(number),
            }
        }
        self.give_back(&staying, StatusCause::AcceptanceFailed, at);
    }

    /// The time to answer is over, one way or another. Those who have left the session meanwhile
    /// leave its backfill ticket now (decision 26).
    pub fn close_acceptance(&mut self, of: u64, acceptance: Acceptance, at: u64) {
        let proposal = self.matches[&of].clone();
        let tickets = self.show_all(&proposal.tickets);
        self.seen.acceptance(acceptance);
        self.tell(at, Detail::Completed { match_id: proposal.id, tickets, acceptance });
        if let Some(backfill) = proposal.backfill {
            self.seen.note(match acceptance {
                Acceptance::Accepted => "backfill accepted",
                Acceptance::Rejected => "proposed backfill dropped",
                Acceptance::TimedOut => "proposed backfill timed out",
            });
            let ticket = self.tickets.get_mut(&backfill).expect("it is in a match");
            let gone = std::mem::take(&mut ticket.gone);
            if !ticket.players.iter().all(|player| gone.contains(player.player_id.as_str())) {
                ticket.players.retain(|player| !gone.contains(player.player_id.as_str()));
            }
        }
    }
}

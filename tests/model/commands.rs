//! What each command does to the model: the answer, and what must be told.

use std::collections::BTreeSet;

use rallypoint::{
    AcceptMatch, Acceptance, AcceptanceType, DescribeMatch, DescribeMatchmaking, EndGameSession,
    Input, Player, PlayerId, RemovePlayers, StatusCause, StopMatchmaking, TicketId, TicketStatus,
};

use crate::told::{Detail, Id, ToldTicket};
use crate::world::{Model, Session};

/// Why a command is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    Invalid,
    NotFound,
    Limit,
}

/// What a command is answered.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// The new ticket.
    Ticket(u64),
    Tickets(Vec<u64>),
    /// The data of a match that waits.
    MatchData(u64),
    SessionData(String),
    Done,
}

pub type Answered = Result<Answer, Refusal>;

impl Model<'_> {
    /// Applies a command. Deadlines before it are settled already.
    pub fn apply(&mut self, input: &Input) -> Answered {
        match input {
            Input::StartMatchmaking(request) => self.start(request),
            Input::StartMatchBackfill(request) => self.start_backfill(request),
            Input::StopMatchmaking(request) => self.stop(request),
            Input::AcceptMatch(request) => self.answer(request),
            Input::DescribeMatchmaking(request) => self.describe(request),
            Input::DescribeMatch(of) => self.describe_match(of),
            Input::CompletePlacement(request) => self.complete_placement(request),
            Input::FailPlacement(request) => self.fail_placement(request),
            Input::EndGameSession(request) => self.end_session(request),
            Input::RemovePlayers(request) => self.remove_players(request),
            other => panic!("the model does not know {other:?}"),
        }
    }

    /// The known ticket with this id.
    pub fn ticket_with(&self, id: &TicketId) -> Option<u64> {
        let id = self.names.find(id.as_str())?;
        self.tickets.iter().find(|(_, ticket)| ticket.id == id).map(|(&number, _)| number)
    }

    pub fn announced_by_match(&self, id: Id) -> Option<u64> {
        self.matches.iter().find(|(_, it)| it.announced == Some(id)).map(|(&number, _)| number)
    }

    pub fn announced_by_session(&self, id: Id) -> Option<String> {
        self.sessions.iter().find(|(_, it)| it.announced == Some(id)).map(|(arn, _)| arn.clone())
    }

    pub fn check_id(&mut self, id: Option<&TicketId>) -> Result<(), Refusal> {
        let Some(text) = id else { return Ok(()) };
        if let Some(number) = self.ticket_with(text) {
            let is_active = self.tickets[&number].is_active();
            self.seen.note(match is_active {
                true => "id of an active ticket, refused",
                false => "id of a retained ticket, refused",
            });
            return Err(Refusal::Invalid);
        }
        let Some(id) = self.names.find(text.as_str()) else { return Ok(()) };
        if self.announced_by_match(id).or(self.announced_by_session(id).map(|_| 0)).is_some() {
            self.seen.note("announced id, refused");
            return Err(Refusal::Invalid);
        }
        if self.forgotten.contains(&id) {
            self.seen.note("id of a forgotten ticket used again");
        }
        Ok(())
    }

    pub fn refuse_malformed(&mut self) -> Answered {
        self.seen.note("malformed request, refused");
        Err(Refusal::Invalid)
    }

    pub fn are_well_formed(players: &[Player], most: usize) -> bool {
        let ids: BTreeSet<&str> = players.iter().map(|it| it.player_id.as_str()).collect();
        (1..=most).contains(&players.len())
            && ids.len() == players.len()
            && players.iter().all(|it| it.latency_in_ms.values().all(|&millis| millis > 0))
    }

    pub fn is_id(id: &TicketId) -> bool {
        let text = id.as_str();
        (1..=128).contains(&text.len())
            && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == '.')
    }

    /// Players leave a session (tickets.md 5, decisions 26 and 28).
    pub fn leave(&mut self, arn: &str, leavers: &BTreeSet<String>) {
        let now = self.now;
        let session = self.sessions.get_mut(arn).expect("the session is known");
        session.roster.retain(|player| !leavers.contains(player.player_id.as_str()));
        session.used = now;
        let is_empty = session.roster.is_empty();
        if is_empty {
            session.announced = None;
        }
        let is_automatic = session.announced.is_some();
        match session.ticket {
            Some(number) if is_empty => {
                self.seen.note(match self.tickets[&number].in_match {
                    Some(_) => "last player leaves while the backfill is proposed",
                    None => "last player leaves a waiting backfill",
                });
                self.take_out(&[(number, StatusCause::RosterEmptied)], now);
            }
            Some(number) => {
                let ticket = self.tickets.get_mut(&number).expect("the ticket is known");
                if ticket.in_match.is_some() {
                    ticket.gone.extend(leavers.iter().cloned());
                    self.seen.note("player leaves while the backfill is proposed");
                } else {
                    ticket.players.retain(|it| !leavers.contains(it.player_id.as_str()));
                    self.seen.note("player leaves a waiting backfill");
                }
            }
            None => {
                if is_automatic {
                    self.seen.note("player leaves a full automatic session");
                }
                self.go_on_filling(arn, now);
            }
        }
    }

    pub fn stop(&mut self, request: &StopMatchmaking) -> Answered {
        let id = &request.ticket_id;
        if !Self::is_id(id) {
            return self.refuse_malformed();
        }
        let known = self.names.find(id.as_str());
        if let Some(number) = self.ticket_with(id) {
            let ticket = &self.tickets[&number];
            let status = ticket.status;
            if status.is_end() || status == TicketStatus::Placing {
                self.seen.note(&format!("stop in {}, refused", status.as_str()));
                return Err(Refusal::Invalid);
            }
            self.seen.note(&format!("stop in {}", status.as_str()));
            let (is_backfill, is_automatic) = (ticket.is_backfill, ticket.is_automatic);
            let session = ticket.session.clone().and_then(|arn| self.sessions.get_mut(&arn));
            match session.filter(|it| it.announced.is_some()) {
                Some(session) if is_automatic => {
                    session.announced = None;
                    session.used = self.now;
                    self.seen.note("stop of a running automatic ticket");
                }
                Some(_) => self.seen.note("stop of a manual ticket in an automatic session"),
                None => {}
            }
            if is_backfill && status == TicketStatus::RequiresAcceptance {
                self.seen.note("stop of a proposed backfill ticket");
            }
            self.take_out(&[(number, StatusCause::Stopped)], self.now);
            return Ok(Answer::Done);
        }
        let Some(id) = known else { return Err(Refusal::NotFound) };
        if let Some(of) = self.announced_by_match(id) {
            self.matches.get_mut(&of).expect("it was just found").announced = None;
            self.seen.note("stop of an announced id before the session");
            return Ok(Answer::Done);
        }
        if let Some(arn) = self.announced_by_session(id) {
            let session = self.sessions.get_mut(&arn).expect("it was just found");
            session.announced = None;
            session.used = self.now;
            self.seen.note("stop of an announced id before the ticket");
            return Ok(Answer::Done);
        }
        Err(Refusal::NotFound)
    }

    pub fn answer(&mut self, request: &AcceptMatch) -> Answered {
        let AcceptMatch { ticket_id, player_ids, acceptance_type } = request;
        if !Self::is_id(ticket_id) || player_ids.is_empty() || player_ids.len() > 10 {
            return self.refuse_malformed();
        }
        let Some(number) = self.ticket_with(ticket_id) else { return Err(Refusal::NotFound) };
        let ticket = &self.tickets[&number];
        if ticket.status != TicketStatus::RequiresAcceptance {
            if ticket.was_matched {
                self.seen.note("answer too late");
            }
            return Err(Refusal::Invalid);
        }
        if ticket.is_backfill {
            self.seen.note("answer for a backfill ticket, refused");
            return Err(Refusal::Invalid);
        }
        let accepts = *acceptance_type == AcceptanceType::Accept;
        let of = ticket.in_match.expect("a proposed ticket is in a match");
        let is_member = |id: &PlayerId| ticket.players.iter().any(|it| it.player_id == *id);
        if !player_ids.iter().all(is_member) {
            return Err(Refusal::Invalid);
        }
        let proposal = self.matches.get_mut(&of).expect("a proposed match is known");
        let before = |id: &PlayerId| proposal.answers.get(id.as_str()).copied();
        if player_ids.iter().any(|id| before(id).is_some_and(|answer| answer != accepts)) {
            self.seen.note("answer changed, refused");
            return Err(Refusal::Invalid);
        }
        if player_ids.iter().all(|id| before(id).is_some()) {
            self.seen.note("answer given again");
            return Ok(Answer::Done);
        }
        for id in player_ids {
            proposal.answers.insert(id.to_string(), accepts);
        }
        let proposal = proposal.clone();
        let is_at_deadline = proposal.deadline == self.now;
        if is_at_deadline {
            self.seen.note(match accepts {
                true => "answer at the deadline: Accept",
                false => "answer at the deadline: Reject",
            });
        }
        let tickets = proposal.tickets.iter().map(|&number| {
            let mut shown = self.show(number, true);
            for player in &mut shown.players {
                player.accepted = proposal.answers.get(&player.player).copied();
            }
            shown
        });
        let tickets: Vec<ToldTicket> = tickets.collect();
        self.tell(self.now, Detail::Answered { match_id: proposal.id.clone(), tickets });
        if !accepts {
            self.drop_proposal(of, &[], self.now);
        } else if proposal.tickets.iter().all(|number| {
            let ticket = &self.tickets[number];
            let answered = |it: &Player| proposal.answers.contains_key(it.player_id.as_str());
            ticket.is_backfill || ticket.players.iter().all(answered)
        }) {
            if is_at_deadline {
                self.seen.note("answer at the deadline completes the match");
            }
            self.counts.accepted += 1;
            self.close_acceptance(of, Acceptance::Accepted, self.now);
            self.accept_all(&proposal.tickets);
            self.place(of);
        }
        Ok(Answer::Done)
    }

    pub fn describe(&mut self, request: &DescribeMatchmaking) -> Answered {
        let ids = &request.ticket_ids;
        if ids.is_empty() || ids.len() > 10 || !ids.iter().all(Self::is_id) {
            return self.refuse_malformed();
        }
        Ok(Answer::Tickets(ids.iter().filter_map(|id| self.ticket_with(id)).collect()))
    }

    pub fn describe_match(&self, of: &DescribeMatch) -> Answered {
        match of {
            DescribeMatch::GameSession(arn) => match self.sessions.contains_key(arn) {
                true => Ok(Answer::SessionData(arn.clone())),
                false => Err(Refusal::NotFound),
            },
            DescribeMatch::Match(id) => {
                let found = self.matches.iter().find(|(_, it)| it.id == id.as_str());
                if let Some((&number, _)) = found {
                    return Ok(Answer::MatchData(number));
                }
                let is_of = |session: &Session| session.match_id.as_deref() == Some(id.as_str());
                let found = self.sessions.iter().find(|(_, session)| is_of(session));
                found
                    .map_or(Err(Refusal::NotFound), |(arn, _)| Ok(Answer::SessionData(arn.clone())))
            }
        }
    }

    pub fn end_session(&mut self, request: &EndGameSession) -> Answered {
        let arn = &request.game_session_arn;
        let Some(session) = self.sessions.get_mut(arn) else { return Err(Refusal::NotFound) };
        session.announced = None;
        match session.ticket {
            Some(number) => {
                self.seen.note(match self.tickets[&number].in_match {
                    Some(_) => "session ends while its backfill is proposed",
                    None => "session ends while its backfill waits",
                });
                self.take_out(&[(number, StatusCause::SessionEnded)], self.now);
            }
            None => self.seen.note("session ends without a backfill"),
        }
        self.sessions.remove(arn);
        Ok(Answer::Done)
    }

    pub fn remove_players(&mut self, request: &RemovePlayers) -> Answered {
        let RemovePlayers { game_session_arn: arn, player_ids } = request;
        if player_ids.is_empty() {
            return self.refuse_malformed();
        }
        let Some(session) = self.sessions.get(arn) else { return Err(Refusal::NotFound) };
        let is_in = |id: &PlayerId| session.roster.iter().any(|it| it.player_id == *id);
        if !player_ids.iter().all(is_in) {
            return Err(Refusal::Invalid);
        }
        self.leave(arn, &player_ids.iter().map(|it| it.to_string()).collect());
        Ok(Answer::Done)
    }
}

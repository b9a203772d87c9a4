//! What each command does to the model: the answer, and what must be told.

use std::collections::BTreeSet;

use rallypoint::{
    AcceptMatch, Acceptance, AcceptanceType, CompletePlacement, DescribeMatch, DescribeMatchmaking,
    EndGameSession, FailPlacement, Input, PlacementFailure, PlacementOf, Player, PlayerId,
    RemovePlayers, StartMatchBackfill, StartMatchmaking, StatusCause, StopMatchmaking, TicketId,
    TicketStatus,
};

use crate::told::{Detail, Id, Place, ToldSession, ToldTicket};
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

type Answered = Result<Answer, Refusal>;

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

    fn announced_by_match(&self, id: Id) -> Option<u64> {
        self.matches.iter().find(|(_, it)| it.announced == Some(id)).map(|(&number, _)| number)
    }

    fn announced_by_session(&self, id: Id) -> Option<String> {
        self.sessions.iter().find(|(_, it)| it.announced == Some(id)).map(|(arn, _)| arn.clone())
    }

    fn check_id(&mut self, id: Option<&TicketId>) -> Result<(), Refusal> {
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

    /// The tickets that give way to a new one with these players.
    fn in_the_way(
        &mut self,
        players: &[Player],
        replaced: Option<u64>,
    ) -> Result<Vec<u64>, Refusal> {
        let holds_one = |number: &u64| {
            let ticket = &self.tickets[number];
            ticket.is_active() && players.iter().any(|it| ticket.holds(it.player_id.as_str()))
        };
        let found: Vec<u64> = self.tickets.keys().copied().filter(holds_one).collect();
        if found.iter().any(|number| self.tickets[number].status == TicketStatus::Placing) {
            self.seen.note("duplicate in PLACING, refused");
            return Err(Refusal::Invalid);
        }
        let gives_way =
            |number: &u64| Some(*number) != replaced && !self.tickets[number].is_automatic;
        Ok(found.into_iter().filter(gives_way).collect())
    }

    /// Decision 31: a place for each active ticket and for each session that fills up by itself;
    /// a session for each ticket that may become one.
    fn check_room(&mut self, leaving: usize) -> Result<(), Refusal> {
        let own = self.tickets.values().filter(|it| it.is_active() && !it.is_automatic).count();
        let automatic = self.sessions.values().filter(|it| it.announced.is_some()).count();
        let options = &self.setup.options;
        if own + automatic >= options.active_tickets_max + leaving {
            self.seen.note("limit of active tickets");
            return Err(Refusal::Limit);
        }
        if self.setup.has_queue() && self.sessions.len() + own >= options.sessions_max + leaving {
            self.seen.note("limit of sessions");
            return Err(Refusal::Limit);
        }
        Ok(())
    }

    fn refuse_malformed(&mut self) -> Answered {
        self.seen.note("malformed request, refused");
        Err(Refusal::Invalid)
    }

    fn are_well_formed(players: &[Player], most: usize) -> bool {
        let ids: BTreeSet<&str> = players.iter().map(|it| it.player_id.as_str()).collect();
        (1..=most).contains(&players.len())
            && ids.len() == players.len()
            && players.iter().all(|it| it.latency_in_ms.values().all(|&millis| millis > 0))
    }

    fn is_id(id: &TicketId) -> bool {
        let text = id.as_str();
        (1..=128).contains(&text.len())
            && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == '.')
    }

    /// Notes what the players of a new ticket were in before.
    fn note_before(&mut self, players: &[Player], leaving: &[u64]) {
        for &number in leaving {
            let ticket = &self.tickets[&number];
            let is_backfill = ticket.is_backfill;
            let status = ticket.status.as_str();
            self.seen.note(&format!("duplicate in {status}"));
            if is_backfill {
                self.seen.note("duplicate of a manual backfill");
            }
        }
        let proposals: Vec<u64> =
            leaving.iter().filter_map(|number| self.tickets[number].in_match).collect();
        if proposals.len() > proposals.iter().collect::<BTreeSet<_>>().len() {
            self.seen.note("two duplicates in one proposal");
        }
        for player in players {
            let last = self.ended.iter().rev().find(|number| {
                self.tickets[number].players.iter().any(|it| it.player_id == player.player_id)
            });
            if let Some(number) = last {
                let status = self.tickets[number].status.as_str();
                self.seen.note(&format!("player of a {status} ticket starts anew"));
            }
        }
    }

    /// Players who start anew leave the sessions that fill up by themselves, but for `own`.
    fn leave_sessions(&mut self, players: &[Player], own: Option<&str>) {
        for player in players {
            let id = player.player_id.as_str();
            let is_in = |session: &Session| {
                session.announced.is_some()
                    && session.roster.iter().any(|it| it.player_id.as_str() == id)
            };
            let found = self.sessions.iter().find(|(_, session)| is_in(session));
            let Some(arn) = found.map(|(arn, _)| arn.clone()) else { continue };
            if Some(arn.as_str()) == own {
                continue;
            }
            if let Some(ticket) = self.sessions[&arn].ticket.map(|number| &self.tickets[&number])
                && ticket.is_automatic
            {
                let is_proposed = ticket.in_match.is_some();
                self.seen.note("duplicate of an automatic backfill");
                if is_proposed {
                    self.seen.note("player starts anew while the backfill is proposed");
                }
            }
            self.leave(&arn, &BTreeSet::from([id.to_owned()]));
        }
    }

    /// Players leave a session (tickets.md 5, decisions 26 and 28).
    fn leave(&mut self, arn: &str, leavers: &BTreeSet<String>) {
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

    fn id_or_made(&mut self, id: Option<&TicketId>) -> Id {
        match id {
            Some(id) => self.names.of(id.as_str()),
            None => self.names.made(),
        }
    }

    fn start(&mut self, request: &StartMatchmaking) -> Answered {
        let StartMatchmaking { ticket_id, configuration_name, players } = request;
        if !ticket_id.as_ref().is_none_or(Self::is_id) {
            return self.refuse_malformed();
        }
        if configuration_name.as_deref().is_some_and(|name| name != "default") {
            return Err(Refusal::NotFound);
        }
        let have_teams = players.iter().any(|player| player.team.is_some());
        if have_teams || !Self::are_well_formed(players, 10) {
            return self.refuse_malformed();
        }
        self.check_id(ticket_id.as_ref())?;
        let duplicates = self.in_the_way(players, None)?;
        self.check_room(duplicates.len())?;
        self.note_before(players, &duplicates);
        // It was submitted before what its coming brings about.
        let number = self.next_number;
        self.next_number += 1;
        let id = self.id_or_made(ticket_id.as_ref());
        let leaving: Vec<_> =
            duplicates.iter().map(|&it| (it, StatusCause::DuplicatePlayer)).collect();
        self.take_out(&leaving, self.now);
        self.leave_sessions(players, None);
        self.counts.players_started += players.len() as u64;
        self.add_ticket(number, id, players.clone(), self.now);
        Ok(Answer::Ticket(number))
    }

    fn start_backfill(&mut self, request: &StartMatchBackfill) -> Answered {
        let StartMatchBackfill { ticket_id, configuration_name: _, game_session_arn, players } =
            request;
        let arn = game_session_arn.as_deref();
        let teams = self.setup.game.teams;
        let seated =
            |team: &str| players.iter().filter(|it| it.team.as_deref() == Some(team)).count();
        let is_team = |team: &str| teams.iter().any(|&(name, ..)| name == team);
        let is_right = ticket_id.as_ref().is_none_or(Self::is_id)
            && Self::are_well_formed(players, 199)
            && players.iter().all(|it| it.team.as_deref().is_some_and(is_team));
        if !is_right {
            return self.refuse_malformed();
        }
        self.check_id(ticket_id.as_ref())?;
        if teams.iter().any(|&(team, _, most)| seated(team) > most) || !self.has_place(players) {
            return self.refuse_malformed();
        }
        let replaced = arn.and_then(|arn| self.sessions.get(arn)).and_then(|it| it.ticket);
        let duplicates = self.in_the_way(players, replaced)?;
        self.check_room(duplicates.len() + usize::from(replaced.is_some()))?;
        let is_new = arn.is_some_and(|arn| !self.sessions.contains_key(arn));
        if is_new && self.sessions.len() >= self.setup.options.sessions_max {
            self.seen.note("limit of sessions");
            return Err(Refusal::Limit);
        }
        self.note_before(players, &duplicates);
        let number = self.next_number;
        self.next_number += 1;
        let id = self.id_or_made(ticket_id.as_ref());
        if let Some(replaced) = replaced {
            let ticket = &self.tickets[&replaced];
            let (is_proposed, is_automatic) = (ticket.in_match.is_some(), ticket.is_automatic);
            self.seen.note(match is_proposed {
                true => "replacement while proposed",
                false => "replacement of a waiting backfill",
            });
            if is_automatic {
                self.seen.note("replacement of an automatic ticket by a manual one");
            }
        }
        let replaced = replaced.map(|it| (it, StatusCause::Replaced));
        let duplicates = duplicates.iter().map(|&it| (it, StatusCause::DuplicatePlayer));
        let leaving: Vec<_> = replaced.into_iter().chain(duplicates).collect();
        self.take_out(&leaving, self.now);
        self.leave_sessions(players, arn);
        if let Some(arn) = arn {
            let now = self.now;
            let named = || Session {
                reached: ToldSession { arn: Some(arn.into()), ..ToldSession::default() },
                match_id: None,
                roster: Vec::new(),
                ticket: None,
                announced: None,
                used: now,
            };
            let session = self.sessions.entry(arn.into()).or_insert_with(named);
            session.roster = players.clone();
            session.ticket = Some(number);
            session.used = now;
        }
        self.add_ticket(number, id, players.clone(), self.now);
        let ticket = self.tickets.get_mut(&number).expect("it was just added");
        ticket.is_backfill = true;
        ticket.session = arn.map(str::to_owned);
        Ok(Answer::Ticket(number))
    }

    fn stop(&mut self, request: &StopMatchmaking) -> Answered {
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

    fn answer(&mut self, request: &AcceptMatch) -> Answered {
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

    fn describe(&mut self, request: &DescribeMatchmaking) -> Answered {
        let ids = &request.ticket_ids;
        if ids.is_empty() || ids.len() > 10 || !ids.iter().all(Self::is_id) {
            return self.refuse_malformed();
        }
        Ok(Answer::Tickets(ids.iter().filter_map(|id| self.ticket_with(id)).collect()))
    }

    fn describe_match(&self, of: &DescribeMatch) -> Answered {
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

    /// The match that waits for its session.
    fn placing(&mut self, of: &PlacementOf) -> Result<u64, Refusal> {
        match of {
            PlacementOf::Ticket(id) => {
                if !Self::is_id(id) {
                    return Err(Refusal::Invalid);
                }
                let number = self.ticket_with(id).ok_or(Refusal::NotFound)?;
                let ticket = &self.tickets[&number];
                if ticket.status == TicketStatus::Placing {
                    return Ok(ticket.in_match.expect("a ticket in PLACING is in a match"));
                }
                if ticket.status == TicketStatus::RequiresAcceptance {
                    self.seen.note("placement while proposed, refused");
                }
                Err(Refusal::Invalid)
            }
            PlacementOf::Match(id) => {
                let found = self.matches.iter().find(|(_, it)| it.id == id.as_str());
                let (&number, found) = found.ok_or(Refusal::NotFound)?;
                if found.is_placing {
                    return Ok(number);
                }
                self.seen.note("placement while proposed, refused");
                Err(Refusal::Invalid)
            }
        }
    }

    fn complete_placement(&mut self, request: &CompletePlacement) -> Answered {
        let CompletePlacement { of, game_session_connection_info: info } = request;
        let Some(arn) = &info.game_session_arn else { return self.refuse_malformed() };
        let found =
            self.placing(of).inspect_err(|_| self.seen.note("placement completed too late"));
        let number = found?;
        if self.sessions.contains_key(arn) {
            self.seen.note("session ARN in use, refused");
            return Err(Refusal::Invalid);
        }
        let placed = self.matches[&number].clone();
        let mut players = placed.tickets.iter().flat_map(|it| &self.tickets[it].players);
        let players: BTreeSet<_> = players.by_ref().map(|it| it.player_id.clone()).collect();
        if !info.matched_player_sessions.iter().all(|it| players.contains(&it.player_id)) {
            return Err(Refusal::Invalid);
        }
        if placed.deadline == self.now {
            self.seen.note("placement completed at its deadline");
        }
        let reached = ToldSession {
            arn: Some(arn.clone()),
            port: info.port,
            location: info.location.clone().or(placed.location.clone()),
            any_location: info.location.is_none() && placed.any_location,
        };
        let session = Session {
            reached: reached.clone(),
            match_id: Some(placed.id.clone()),
            roster: self.seated(&placed.tickets),
            ticket: None,
            announced: placed.announced,
            used: self.now,
        };
        self.sessions.insert(arn.clone(), session);
        let given = info.matched_player_sessions.iter();
        let given = given.map(|it| (it.player_id.to_string(), it.player_session_id.to_string()));
        self.succeed(number, reached, &given.collect(), self.now);
        self.go_on_filling(arn, self.now);
        if self.sessions[arn].ticket.is_some() {
            self.seen.note("automatic session starts with a ticket");
        }
        Ok(Answer::Done)
    }

    fn fail_placement(&mut self, request: &FailPlacement) -> Answered {
        let found = self.placing(&request.of);
        let number = found.inspect_err(|_| self.seen.note("placement failed too late"))?;
        let failed = self.matches[&number].clone();
        if failed.deadline == self.now {
            self.seen.note("placement failed at its deadline");
        }
        if request.reason == PlacementFailure::TimedOut {
            self.placement_deadline(number, self.now);
            return Ok(Answer::Done);
        }
        self.matches.remove(&number);
        let tickets = self.show_all(&failed.tickets);
        for &ticket in &failed.tickets {
            self.fail_ticket(ticket, self.now);
        }
        self.tell(self.now, Detail::Failed { match_id: failed.id, tickets });
        Ok(Answer::Done)
    }

    fn end_session(&mut self, request: &EndGameSession) -> Answered {
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

    fn remove_players(&mut self, request: &RemovePlayers) -> Answered {
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

    /// The players of tickets, each with the team of the match.
    fn seated(&self, numbers: &[u64]) -> Vec<Player> {
        let tickets = numbers.iter().map(|number| &self.tickets[number]);
        let players = tickets.filter(|it| !it.is_backfill).flat_map(|ticket| {
            let team = |player: &Player| Player { team: ticket.team.clone(), ..player.clone() };
            ticket.players.iter().map(team)
        });
        players.collect()
    }

    /// A match in PLACING: what becomes of it at once.
    pub fn place(&mut self, number: u64) {
        let placed = self.matches[&number].clone();
        let now = self.now;
        if let Some(backfill) = placed.backfill {
            let arn = self.tickets[&backfill].session.clone();
            let session = arn.as_ref().and_then(|arn| self.sessions.get_mut(arn));
            let reached = match session.as_ref() {
                Some(session) => session.reached.clone(),
                None => ToldSession { any_location: true, ..ToldSession::default() },
            };
            if arn.is_some() {
                let joining = self.seated(&placed.tickets);
                let session = arn.and_then(|arn| self.sessions.get_mut(&arn));
                let session = session.expect("a session with a backfill ticket is known");
                session.roster.extend(joining);
                session.match_id = Some(placed.id.clone());
                session.used = now;
            }
            self.seen.note("backfill matched");
            self.succeed(number, reached, &Default::default(), now);
        } else if self.setup.has_queue() {
            self.seen.note("match waits for its session");
            let announced = self.setup.is_automatic().then(|| self.names.made());
            let waiting = self.matches.get_mut(&number).expect("it was just read");
            waiting.is_placing = true;
            waiting.answers.clear();
            waiting.deadline = now + self.setup.options.placement_timeout.get();
            waiting.announced = announced;
        } else {
            let location = placed.location.clone();
            let reached = ToldSession { location, ..ToldSession::default() };
            self.succeed(number, reached, &Default::default(), now);
        }
    }

    fn succeed(
        &mut self,
        number: u64,
        reached: ToldSession,
        given: &std::collections::BTreeMap<String, String>,
        at: u64,
    ) {
        let placed = self.matches.remove(&number).expect("a match that succeeds is known");
        self.counts.placed += 1;
        let mut tickets = Vec::new();
        for &number in &placed.tickets {
            let mut shown = self.show(number, true);
            let ticket = self.tickets.get_mut(&number).expect("it is in a match");
            if reached.arn.is_some() {
                if !ticket.is_backfill {
                    for player in &mut shown.players {
                        player.place = match given.get(&player.player) {
                            Some(id) => Place::Given(id.clone()),
                            None => Place::Made,
                        };
                    }
                }
                ticket.placed = Some(reached.clone());
                ticket.places = shown.players.iter().map(|it| it.place.clone()).collect();
            }
            let wait = placed.formed - ticket.start;
            self.note_wait(wait);
            tickets.push(shown);
        }
        for &number in &placed.tickets {
            self.complete_ticket(number, at);
        }
        self.tell(at, Detail::Succeeded { match_id: placed.id, tickets, session: reached });
    }

    /// No session in time.
    pub fn placement_deadline(&mut self, number: u64, at: u64) {
        let placed = self.matches.remove(&number).expect("a match with a deadline is known");
        self.give_back(&placed.tickets, StatusCause::PlacementTimedOut, at);
    }
}

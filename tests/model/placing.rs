//! Matches that get their game session, or do not.

use std::collections::{BTreeMap, BTreeSet};

use rallypoint::{
    CompletePlacement, FailPlacement, PlacementFailure, PlacementOf, Player, StatusCause,
    TicketStatus,
};

use crate::commands::{Answer, Answered, Refusal};
use crate::told::{Detail, Place, ToldSession};
use crate::world::{Model, Session};

impl Model<'_> {
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

    /// The match that waits for its session.
    pub fn placing(&mut self, of: &PlacementOf) -> Result<u64, Refusal> {
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

    pub fn complete_placement(&mut self, request: &CompletePlacement) -> Answered {
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

    pub fn fail_placement(&mut self, request: &FailPlacement) -> Answered {
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

    /// The players of tickets, each with the team of the match.
    pub fn seated(&self, numbers: &[u64]) -> Vec<Player> {
        let tickets = numbers.iter().map(|number| &self.tickets[number]);
        let players = tickets.filter(|it| !it.is_backfill).flat_map(|ticket| {
            let team = |player: &Player| Player { team: ticket.team.clone(), ..player.clone() };
            ticket.players.iter().map(team)
        });
        players.collect()
    }

    pub fn succeed(
        &mut self,
        number: u64,
        reached: ToldSession,
        given: &BTreeMap<String, String>,
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
            let (wait, is_backfill) = (placed.formed - ticket.start, ticket.is_backfill);
            // How long a session looks for players says nothing to a player.
            if !is_backfill {
                self.note_wait(wait);
            }
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

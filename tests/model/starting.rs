//! New tickets and backfill requests: what they need, who gives way, what follows.

use std::collections::BTreeSet;

use rallypoint::{
    Player, StartMatchBackfill, StartMatchmaking, StatusCause, TicketId, TicketStatus,
};

use crate::commands::{Answer, Answered, Refusal};
use crate::told::{Id, ToldSession};
use crate::world::{Model, Session};

impl Model<'_> {
    /// The tickets that give way to a new one with these players.
    pub fn in_the_way(
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
    /// `sessions`: how many the new ticket may need besides those that are known.
    pub fn check_room(&mut self, leaving: usize, sessions: usize) -> Result<(), Refusal> {
        let own = self.tickets.values().filter(|it| it.is_active() && !it.is_automatic).count();
        let automatic = self.sessions.values().filter(|it| it.announced.is_some()).count();
        let options = &self.setup.options;
        if own + automatic >= options.active_tickets_max + leaving {
            self.seen.note("limit of active tickets");
            return Err(Refusal::Limit);
        }
        let coming = if self.setup.has_queue() { own.saturating_sub(leaving) } else { 0 };
        if sessions > 0 && self.sessions.len() + coming + sessions > options.sessions_max {
            self.seen.note("limit of sessions");
            return Err(Refusal::Limit);
        }
        Ok(())
    }

    /// Notes what the players of a new ticket were in before.
    pub fn note_before(&mut self, players: &[Player], leaving: &[u64]) {
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
    pub fn leave_sessions(&mut self, players: &[Player], own: Option<&str>) {
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

    pub fn id_or_made(&mut self, id: Option<&TicketId>) -> Id {
        match id {
            Some(id) => self.names.of(id.as_str()),
            None => self.names.made(),
        }
    }

    pub fn start(&mut self, request: &StartMatchmaking) -> Answered {
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
        self.check_room(duplicates.len(), usize::from(self.setup.has_queue()))?;
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

    pub fn start_backfill(&mut self, request: &StartMatchBackfill) -> Answered {
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
        let is_new = arn.is_some_and(|arn| !self.sessions.contains_key(arn));
        self.check_room(duplicates.len() + usize::from(replaced.is_some()), usize::from(is_new))?;
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
}

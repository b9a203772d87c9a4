//! What must hold of the engine after every call.

use std::collections::BTreeMap;

use rallypoint::{DescribeMatch, Durations, MatchId, Millis, TicketStatus, Timestamp};

use crate::run::{Checked, Run};
use crate::world::{Counts, Lengths};

impl Run<'_> {
    /// The engine's tickets, matches, sessions and counters are the model's, and within limits.
    pub fn check_state(&mut self) -> Checked {
        self.check_tickets()?;
        self.check_matches()?;
        self.check_sessions()?;
        self.check_counters()?;
        self.check_players()?;
        self.check_limits()
    }

    fn check_tickets(&mut self) -> Checked {
        let tickets: Vec<_> = self.engine.tickets().collect();
        let numbers: Vec<u64> = self.model.tickets.keys().copied().collect();
        if tickets.len() != numbers.len() {
            return Err(format!("{} tickets, must be {}", tickets.len(), numbers.len()));
        }
        numbers.iter().zip(&tickets).try_for_each(|(&it, seen)| self.check_ticket(it, seen))
    }

    fn check_matches(&mut self) -> Checked {
        let pending: Vec<_> = self.engine.pending_matches().collect();
        if pending.len() != self.model.matches.len() {
            return Err(format!("{} matches wait: {pending:?}", pending.len()));
        }
        let numbers: Vec<u64> = self.model.matches.keys().copied().collect();
        for (&number, seen) in numbers.iter().zip(&pending) {
            let must = self.model.matches[&number].clone();
            let status = match must.is_placing {
                true => TicketStatus::Placing,
                false => TicketStatus::RequiresAcceptance,
            };
            let players = must.tickets.iter().flat_map(|it| &self.model.tickets[it].players);
            let answers: Vec<_> = players
                .filter_map(|player| {
                    let accepts = must.answers.get(player.player_id.as_str())?;
                    Some((player.player_id.clone(), *accepts))
                })
                .collect();
            let deadline = Timestamp::from_millis(must.deadline);
            let is_right = seen.match_id.as_str() == must.id
                && (seen.status, seen.deadline) == (status, deadline)
                && seen.answers == answers
                && (must.any_location || seen.location == must.location)
                && seen.ticket_ids.len() == must.tickets.len();
            if !is_right {
                return Err(format!("{seen:?}\n  must {:?} {deadline:?} {answers:?}", must.id));
            }
            for (it, seen) in must.tickets.iter().zip(&seen.ticket_ids) {
                let id = self.model.tickets[it].id;
                self.model.names.is(id, seen.as_str())?;
            }
            let of = DescribeMatch::Match(MatchId::from(must.id.as_str()));
            let data = self.engine.matchmaker_data(&of).ok_or("a match without data")?;
            self.check_match_data(number, &data)?;
        }
        Ok(())
    }

    fn check_sessions(&mut self) -> Checked {
        let sessions: Vec<_> = self.engine.game_sessions().collect();
        let arns: Vec<String> = self.model.sessions.keys().cloned().collect();
        let seen: Vec<_> =
            sessions.iter().map(|it| it.connection_info.game_session_arn.clone()).collect();
        if seen != arns.iter().cloned().map(Some).collect::<Vec<_>>() {
            return Err(format!("sessions {seen:?}\n  must {arns:?}"));
        }
        for (arn, seen) in arns.iter().zip(&sessions) {
            let must = self.model.sessions[arn].clone();
            let ticket = must.ticket.map(|number| self.model.tickets[&number].id);
            match (ticket, &seen.backfill_ticket_id) {
                (Some(id), Some(seen)) => self.model.names.is(id, seen.as_str())?,
                (None, None) => {}
                other => return Err(format!("backfill of {arn}: {other:?}")),
            }
            let reached = (seen.connection_info.port, &seen.connection_info.location);
            if !must.reached.any_location && reached != (must.reached.port, &must.reached.location)
            {
                return Err(format!("{arn} is reached at {reached:?}"));
            }
            let of = DescribeMatch::GameSession(arn.clone());
            let data = self.engine.matchmaker_data(&of).ok_or("a session without data")?;
            self.check_data(&must, &data)?;
        }
        Ok(())
    }

    fn check_counters(&self) -> Checked {
        let seen = self.engine.counters();
        let counts = &self.model.counts;
        let lengths = |seen: Durations| {
            let length = |length: Millis| (seen.samples > 0).then_some(length.get());
            Lengths {
                samples: seen.samples,
                sum: seen.total.get(),
                least: length(seen.min),
                most: length(seen.max),
            }
        };
        let active = self.model.tickets.values().filter(|it| it.is_active()).count() as u64;
        let again = Counts {
            acceptances_timed_out: seen.match_acceptances_timed_out,
            accepted: seen.matches_accepted,
            created: seen.matches_created,
            placed: seen.matches_placed,
            rejected: seen.matches_rejected,
            players_started: seen.players_started,
            failed: seen.tickets_failed,
            started: seen.tickets_started,
            timed_out: seen.tickets_timed_out,
            to_match: lengths(seen.time_to_match),
            to_cancel: lengths(seen.time_to_ticket_cancel),
            to_success: lengths(seen.time_to_ticket_success),
        };
        // Every ticket that has come is active or has ended, and none both.
        let ended = seen.tickets_failed
            + seen.tickets_timed_out
            + seen.time_to_ticket_cancel.samples
            + seen.time_to_ticket_success.samples;
        let is_right = again == *counts
            && seen.current_tickets == active
            && seen.tickets_started == seen.current_tickets + ended;
        if is_right { Ok(()) } else { Err(format!("{seen:?}\n  must {counts:?}, {active} active")) }
    }

    /// A player is in one live match at most: a proposal, a match that is being placed, or the
    /// roster of a session that fills up by itself. A session and its own backfill count once.
    fn check_players(&self) -> Checked {
        let mut places: BTreeMap<String, String> = BTreeMap::new();
        let mut put = |player: &str, place: String| match places.get(player) {
            Some(other) if *other != place => Err(format!("{player} is in {other} and in {place}")),
            _ => {
                places.insert(player.into(), place);
                Ok(())
            }
        };
        for session in self.engine.game_sessions() {
            let arn = session.connection_info.game_session_arn.unwrap_or_default();
            if self.model.sessions.get(&arn).is_some_and(|it| it.announced.is_some()) {
                for player in &session.players {
                    put(player.player_id.as_str(), arn.clone())?;
                }
            }
        }
        for ticket in self.engine.tickets().filter(|it| !it.status.is_end()) {
            let id = self.model.names.find(ticket.ticket_id.as_str());
            let known = self.model.tickets.values().find(|it| Some(it.id) == id && it.is_active());
            let known = known.ok_or("an active ticket that the model does not know")?;
            let own = || ticket.ticket_id.to_string();
            let place = known.session.clone().unwrap_or_else(own);
            for player in ticket.players.iter().filter(|it| known.holds(it.player_id.as_str())) {
                put(player.player_id.as_str(), place.clone())?;
            }
        }
        Ok(())
    }

    fn check_limits(&self) -> Checked {
        let options = &self.model.setup.options;
        let active = self.engine.counters().current_tickets as usize;
        if active > options.active_tickets_max {
            return Err(format!(
                "{active} tickets are active, the limit is {}",
                options.active_tickets_max
            ));
        }
        let sessions = self.engine.game_sessions().count();
        if sessions > options.sessions_max {
            return Err(format!("{sessions} sessions, the limit is {}", options.sessions_max));
        }
        Ok(())
    }

    /// After a drained call the next one is not due in the past, and not later than a deadline.
    pub fn check_poll(&self) -> Checked {
        let now = self.model.now;
        let due = self.engine.poll_timeout().map(Timestamp::as_millis);
        let deadline = self.model.next_deadline().map(|it| it.0);
        let latest = [deadline, self.model.pass_by().map(|by| by.max(now))];
        let latest = latest.into_iter().flatten().min();
        match (due, latest) {
            (Some(due), _) if due < now => Err(format!("a call is due at {due}, and it is {now}")),
            (None, Some(latest)) => Err(format!("nothing is due, but must be at {latest}")),
            (Some(due), Some(latest)) if due > latest => {
                Err(format!("a call is due at {due}, but must be at {latest}"))
            }
            _ => Ok(()),
        }
    }
}

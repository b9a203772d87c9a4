//! What time does to the model: deadlines, forgetting, and the passes.

use rallypoint::{Event, EventDetail, EventTicket, PlacedTicket, TicketStatus, Timestamp};

use crate::told::Detail;
use crate::world::{Match, Model};

/// The deadlines of one instant in their order (decision 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Deadline {
    Placement,
    Acceptance,
    Request,
}

impl Model<'_> {
    /// The next deadline: when, which, and of which ticket or match.
    pub fn next_deadline(&self) -> Option<(u64, Deadline, u64)> {
        let of_match = |(&number, it): (&u64, &Match)| match it.is_placing {
            true => (it.deadline, Deadline::Placement, number),
            false => (it.deadline, Deadline::Acceptance, number),
        };
        let requests = self.tickets.iter().filter(|(_, ticket)| ticket.waits());
        let requests = requests.map(|(&number, it)| (it.due, Deadline::Request, number));
        self.matches.iter().map(of_match).chain(requests).min()
    }

    /// Settles what is due, each at its own time (decision 2), then forgets what is old; false when
    /// there is more than may wait to be read.
    pub fn settle(&mut self, is_due: impl Fn(u64) -> bool) -> bool {
        let (mut settled, mut has_fired, mut is_settled) = (0, false, true);
        while let Some((at, deadline, number)) = self.next_deadline().filter(|it| is_due(it.0)) {
            if has_fired && self.undrained() >= self.setup.options.undrained_events_max {
                is_settled = false;
                break;
            }
            has_fired = true;
            settled += u64::from(at < self.now);
            match deadline {
                Deadline::Placement => self.placement_deadline(number, at),
                Deadline::Acceptance => self.acceptance_deadline(number, at),
                Deadline::Request => self.time_out(number, at),
            }
        }
        if settled > 1 {
            self.seen.note("several deadlines settled late");
        }
        if !is_settled {
            self.seen.note("deadlines cut by the limit of undrained events");
        }
        self.forget();
        is_settled
    }

    /// How much waits to be read.
    pub fn undrained(&self) -> usize {
        self.told.len() + self.updates.len()
    }

    fn forget(&mut self) {
        let options = &self.setup.options;
        let (now, retention) = (self.now, options.retention.get());
        while let Some(&number) = self.ended.front() {
            let end = self.tickets[&number].end.expect("a ticket that has ended has an end");
            if end + retention > now && self.ended.len() <= options.retained_tickets_max {
                break;
            }
            self.ended.pop_front();
            let ticket = self.tickets.remove(&number).expect("an ended ticket is known till now");
            self.forgotten.insert(ticket.id);
            self.seen.note("ticket forgotten");
        }
        let before = self.sessions.len();
        self.sessions.retain(|_, session| {
            session.ticket.is_some()
                || session.announced.is_some()
                || session.used + retention > now
        });
        (self.sessions.len()..before).for_each(|_| self.seen.note("session forgotten"));
    }

    /// The tickets that the next pass takes up, in the order of submission (decision 4).
    pub fn queued(&self) -> Vec<u64> {
        let is_queued = |number: &u64| self.tickets[number].status == TicketStatus::Queued;
        self.tickets.keys().copied().filter(is_queued).collect()
    }

    /// Takes a match over from its event, if it is a good one; what must be told then follows.
    pub fn form(&mut self, event: &Event) -> Result<(), String> {
        let EventDetail::PotentialMatchCreated { match_id, tickets, .. } = &event.detail else {
            return Err("a match must begin with PotentialMatchCreated".into());
        };
        let mut numbers = Vec::new();
        for ticket in tickets.iter() {
            let number = self.ticket_with(ticket.ticket_id()).ok_or("an unknown ticket")?;
            let known = &self.tickets[&number];
            if known.status != TicketStatus::Searching {
                return Err(format!("{} is {:?}", ticket.ticket_id(), known.status));
            }
            if known.due <= self.now {
                return Err(format!("{} is overdue", ticket.ticket_id()));
            }
            numbers.push(number);
        }
        let is_backfill = |number: &&u64| self.tickets[number].is_backfill;
        let backfills: Vec<u64> = numbers.iter().filter(is_backfill).copied().collect();
        let backfill = backfills.first().copied();
        if backfills.len() > 1 || backfill.is_some_and(|it| numbers.first() != Some(&it)) {
            return Err("one backfill ticket at most, and it stands first".into());
        }
        let location = self.judge(tickets, &numbers, backfill)?;
        let mut unique = numbers.clone();
        unique.sort_unstable();
        unique.dedup();
        if unique.len() != numbers.len() {
            return Err("a ticket is in the match twice".into());
        }
        let seconds = self.setup.configuration.acceptance_timeout_seconds;
        let acceptance = seconds.filter(|_| self.setup.configuration.acceptance_required);
        let of = unique[0];
        let to = match acceptance {
            Some(_) => TicketStatus::RequiresAcceptance,
            None => TicketStatus::Placing,
        };
        for (&number, seen) in numbers.iter().zip(tickets.iter()) {
            self.enter_match(number, of, to);
            if Some(number) != backfill {
                let team = seen.players().next().and_then(|player| player.team);
                let ticket = self.tickets.get_mut(&number).expect("it was just read");
                ticket.team = team.map(str::to_owned);
            }
        }
        let formed = Match {
            id: match_id.to_string(),
            tickets: numbers.clone(),
            backfill,
            formed: self.now,
            deadline: self.now + u64::from(acceptance.unwrap_or(0)) * 1000,
            is_placing: false,
            answers: Default::default(),
            announced: None,
            location,
            any_location: backfill.is_some(),
        };
        self.matches.insert(of, formed);
        self.counts.created += 1;
        self.seen.note("match formed");
        let match_id = match_id.to_string();
        let tickets = self.show_all(&numbers);
        self.tell(self.now, Detail::Created { match_id, tickets, acceptance });
        if acceptance.is_none() {
            self.place(of);
        }
        Ok(())
    }

    /// Whether this is a match at all; the location that it must name.
    fn judge(
        &self,
        tickets: &[EventTicket],
        numbers: &[u64],
        backfill: Option<u64>,
    ) -> Result<Option<String>, String> {
        let mut sizes = std::collections::BTreeMap::<&str, usize>::new();
        let mut placed = Vec::new();
        for (seen, number) in tickets.iter().zip(numbers) {
            let known = &self.tickets[number];
            let team = seen.players().next().and_then(|it| it.team).unwrap_or("");
            for (seen, player) in seen.players().zip(&known.players) {
                let must = if known.is_backfill { player.team.as_deref() } else { Some(team) };
                if seen.team != must {
                    return Err(format!("{} is in team {:?}", seen.player_id, seen.team));
                }
                *sizes.entry(must.unwrap_or("")).or_default() += 1;
            }
            let players = known.players.iter();
            placed.push(PlacedTicket {
                team: team.into(),
                age: Timestamp::from_millis(self.now).since(Timestamp::from_millis(known.start)),
                players: players
                    .map(|it| rallypoint::Player { team: None, ..it.clone() })
                    .collect(),
                backfill: false,
            });
        }
        let all: usize = sizes.values().sum();
        if all > self.setup.capacity() {
            return Err(format!("{all} players, but there is room for {}", self.setup.capacity()));
        }
        if backfill.is_none() {
            let verdict = self.setup.rule_set.judge(&placed).map_err(|error| error.to_string())?;
            if !verdict.valid {
                return Err(format!("not a match: {verdict}"));
            }
            return Ok(verdict.location);
        }
        for (team, size) in sizes {
            let most = self.setup.game.teams.iter().find(|it| it.0 == team).map_or(0, |it| it.2);
            if size > most {
                return Err(format!("{size} players in {team}"));
            }
        }
        if numbers.len() < 2 {
            return Err("a backfill without a new ticket".into());
        }
        Ok(None)
    }

    /// When a pass must have taken up the tickets that wait for one.
    pub fn pass_by(&self) -> Option<u64> {
        let interval = self.setup.options.pass_interval;
        let due = |number| Timestamp::from_millis(self.tickets[number].made).plus(interval);
        self.queued().iter().map(due).map(Timestamp::as_millis).min()
    }
}

//! What must hold of tickets and matches, whatever is commanded (`tickets.md`): learned from the
//! events, and compared with what the matchmaker shows after each call.

use std::collections::{BTreeMap, BTreeSet};

use super::pool::judge;
use super::run::{Run, RunMatch, RunTicket};
use crate::{
    Acceptance, Configuration, Event, EventDetail, EventTicket, FlexMatchMode, MatchId, Matchmaker,
    Millis, PlacedTicket, Player, PlayerId, RuleSet, Strategy, TickReport, TicketId, TicketStatus,
    Timestamp,
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
                if is_ours && !is_at(formed, location, self.rule_set.strategy()) {
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

    /// A match is formed of tickets that are searched for, and is valid by the reference.
    fn form(
        &mut self,
        engine: &Matchmaker,
        match_id: &MatchId,
        tickets: &[EventTicket],
        acceptance_required: bool,
        time: Timestamp,
    ) -> Held {
        if acceptance_required != self.configuration.acceptance_required {
            return Err("the event and the configuration differ on acceptance".into());
        }
        let mut placed = Vec::new();
        let mut members = Vec::new();
        for ticket in tickets {
            let at = self.number(ticket)?;
            members.push((at, ticket));
        }
        // The reference takes tickets in the order of submission.
        members.sort_by_key(|&(at, _)| at);
        let (mut joined, mut players) = (0, 0);
        for &(at, ticket) in &members {
            let Some(known) = self.run.tickets.get_mut(at) else { continue };
            if known.is_backfill {
                // Who has left the session meanwhile is off its roster.
                if let Some(shown) = engine.ticket(&known.ticket_id) {
                    known.players = shown.players;
                }
            } else {
                joined += 1;
                players += known.players.len() as u64;
            }
            place(known, ticket, time, &mut placed)?;
        }
        let ids: BTreeSet<&PlayerId> =
            placed.iter().flat_map(|it| &it.players).map(|it| &it.player_id).collect();
        if ids.len() != placed.iter().map(|it| it.players.len()).sum::<usize>() {
            return Err("a player stands twice in the match".into());
        }
        judge(&self.rule_set, &placed).map_err(|why| format!("the engine formed {why}"))?;
        let location = self.rule_set.judge(&placed).ok().and_then(|it| it.location);
        let counted = self.of_call;
        self.of_call = (counted.0 + 1, counted.1 + joined, counted.2 + players);
        let stage = if acceptance_required { Stage::Proposed } else { Stage::Placing };
        if self.stages.insert(match_id.clone(), (self.run.matches.len(), stage)).is_some() {
            return Err(format!("two matches are named {match_id}"));
        }
        self.run.matches.push(RunMatch {
            match_id: match_id.clone(),
            time,
            tickets: members.iter().map(|(_, it)| it.ticket_id().clone()).collect(),
            is_backfill: placed.iter().any(|it| it.backfill),
            placed,
            location,
            succeeded: false,
        });
        self.in_match.extend(members.iter().map(|&(at, _)| (at, match_id.clone())));
        let status = match acceptance_required {
            true => TicketStatus::RequiresAcceptance,
            false => TicketStatus::Placing,
        };
        self.change_all(match_id, tickets, status, time)
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

    /// What the matchmaker shows is what its events have told.
    fn compare(&self, engine: &Matchmaker) -> Held {
        let mut players: BTreeMap<PlayerId, &TicketId> = BTreeMap::new();
        for known in self.live.iter().filter_map(|&at| self.run.tickets.get(at)) {
            let id = &known.ticket_id;
            let Some(shown) = engine.ticket(id) else {
                return Err(format!("{id} has not ended and is forgotten"));
            };
            if shown.status != known.status {
                let (shown, told) = (shown.status.as_str(), known.status.as_str());
                return Err(format!("{id} is {shown}, but its events end with {told}"));
            }
            for player in shown.players {
                if let Some(other) = players.insert(player.player_id.clone(), id) {
                    return Err(format!("{} is in {other} and in {id}", player.player_id));
                }
            }
        }
        let waits_as = |stage| match stage {
            Stage::Proposed => Some(TicketStatus::RequiresAcceptance),
            Stage::Placing => Some(TicketStatus::Placing),
            Stage::Dropped | Stage::Succeeded | Stage::Failed => None,
        };
        let told = self.stages.iter();
        let told = told.filter_map(|(id, &(_, stage))| Some((id.clone(), waits_as(stage)?)));
        let told: BTreeMap<MatchId, TicketStatus> = told.collect();
        let shown = engine.pending_matches().map(|it| (it.match_id, it.status));
        let shown: BTreeMap<MatchId, TicketStatus> = shown.collect();
        if shown != told {
            return Err(format!("matches {shown:?} wait, but the events tell of {told:?}"));
        }
        let counters = engine.counters();
        let counted = [
            ("current_tickets", counters.current_tickets, self.live.len() as u64),
            ("tickets_started", counters.tickets_started, self.run.tickets.len() as u64),
            ("matches_created", counters.matches_created, self.run.matches.len() as u64),
            ("matches_placed", counters.matches_placed, self.succeeded),
            ("tickets_timed_out", counters.tickets_timed_out, self.timed_out),
            ("tickets_failed", counters.tickets_failed, self.failed),
        ];
        match counted.into_iter().find(|(_, shown, told)| shown != told) {
            Some((name, shown, told)) => {
                Err(format!("the counter {name} is {shown}, but the events tell of {told}"))
            }
            None => Ok(()),
        }
    }
}

/// Whether a match may be at a location: where its players are best off (decision 15); under
/// `balanced`, where its group of tickets is, which all of them report.
fn is_at(formed: &RunMatch, location: Option<&str>, strategy: Strategy) -> bool {
    if strategy == Strategy::ExhaustiveSearch || location.is_none() {
        return location == formed.location.as_deref();
    }
    let mut latencies =
        formed.placed.iter().flat_map(|it| &it.players).map(|player| &player.latency_in_ms);
    latencies.all(|it| it.is_empty() || location.is_some_and(|location| it.contains_key(location)))
}

/// Adds a ticket in its team, or each part of a backfill ticket in its own.
fn place(
    known: &RunTicket,
    told: &EventTicket,
    time: Timestamp,
    placed: &mut Vec<PlacedTicket>,
) -> Held {
    let mut by_team: BTreeMap<String, Vec<Player>> = BTreeMap::new();
    for player in told.players() {
        let id = player.player_id;
        let of_ticket = known.players.iter().find(|it| it.player_id == *id);
        let of_ticket = of_ticket.ok_or_else(|| format!("{id} is not in {}", known.ticket_id))?;
        let team = player.team.ok_or_else(|| format!("{id} has no team"))?;
        by_team.entry(team.to_owned()).or_default().push(of_ticket.clone());
    }
    if told.players().len() != known.players.len() {
        return Err(format!("the event leaves out players of {}", known.ticket_id));
    }
    if by_team.len() > 1 && !known.is_backfill {
        return Err(format!("{} is split over teams", known.ticket_id));
    }
    let age = time.since(known.start);
    placed.extend(by_team.into_iter().map(|(team, players)| PlacedTicket {
        team,
        age,
        players,
        backfill: known.is_backfill,
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EngineOptions, StartMatchmaking};

    const DUEL: &str = include_str!("../../../rulesets/duel.json");

    /// Two players come and are matched. What is said when matches are judged by `rules`, and the
    /// events of the pass are changed.
    fn said_of_duel(rules: &str, change: impl Fn(&mut Vec<Event>)) -> Held {
        let duel = RuleSet::from_json(DUEL).unwrap();
        let (configuration, options) = (Configuration::default(), EngineOptions::default());
        let mut watch = Watch::new(&RuleSet::from_json(rules).unwrap(), &configuration);
        let start = Timestamp::default();
        let mut engine = Matchmaker::new(duel, configuration, options, start, 3).unwrap();
        for name in ["ana", "ben"] {
            let players = vec![Player::new(name).with_number("skill", 1.0)];
            engine.handle_input(start, StartMatchmaking { players, ..Default::default() }).unwrap();
            watch.after_call(&engine, &[])?;
        }
        let report = engine.handle_timeout(start).unwrap();
        let mut events: Vec<Event> = std::iter::from_fn(|| engine.poll_event()).collect();
        change(&mut events);
        watch.after_call(&engine, &events)?;
        watch.after_timeout(&engine, report)?;
        watch.after_timeout(&engine, TickReport::default())
    }

    fn said_of(change: impl Fn(&mut Vec<Event>)) -> String {
        said_of_duel(DUEL, change).unwrap_err()
    }

    fn renumber(events: &mut [Event]) {
        for (sequence, event) in (1..).zip(events) {
            event.sequence = sequence;
        }
    }

    #[test]
    fn a_sound_run_passes_until_its_report_is_wrong() {
        let said = said_of(|_| {});
        assert!(said.contains("(0, 0, 0)") && said.contains("(1, 2, 2)"), "{said}");
    }

    #[test]
    fn a_lost_event_is_seen() {
        assert!(said_of(|it| drop(it.remove(1))).contains("event 3 comes after 1"));
        let said = said_of(|it| {
            it.pop();
            renumber(it);
        });
        assert!(said.contains("is COMPLETED, but its events end with PLACING"), "{said}");
    }

    #[test]
    fn a_match_of_tickets_that_are_not_searched_for_is_seen() {
        let said = said_of(|it| {
            it.remove(0);
            renumber(it);
        });
        assert!(said.contains("goes from QUEUED to PLACING"), "{said}");
    }

    #[test]
    fn a_second_end_is_seen() {
        let said = said_of(|it| {
            let last = it.last().unwrap().clone();
            it.push(last);
            renumber(it);
        });
        assert!(said.contains("is Succeeded"), "{said}");
    }

    #[test]
    fn an_event_out_of_time_is_seen() {
        let said = said_of(|it| it[1].time = Timestamp::from_millis(7));
        assert!(said.contains("an event of"), "{said}");
    }

    #[test]
    fn an_invalid_match_is_seen() {
        let twos = DUEL.replace("\"minPlayers\": 1", "\"minPlayers\": 2");
        let twos = twos.replace("\"maxPlayers\": 1", "\"maxPlayers\": 2");
        let said = said_of_duel(&twos, |_| {}).unwrap_err();
        assert!(said.contains("not a valid match") && said.contains("1 too few"), "{said}");
    }
}

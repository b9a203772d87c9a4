//! The incremental engine beside the plain one, call by call.

use super::coverage::Coverage;
use super::setup::Setup;
use super::watch::Watch;
use crate::base::time::Timestamp;
use crate::engine::Matchmaker;
use crate::engine::input::{Input, StartMatchBackfill};
use crate::engine::report::TickReport;
use crate::lifecycle::event::{Event, EventDetail};
use crate::lifecycle::event_ticket::EventTicket;
use crate::model::matched::PlacedTicket;
use crate::model::session::SessionUpdate;
use crate::model::ticket::{Player, TicketId};

/// An instant has no more slices than this.
const SLICES_MAX: usize = 100_000;

/// What the calls of one instant have told, each with its report.
type Told = Vec<(TickReport, Vec<Event>, Vec<SessionUpdate>)>;

pub(super) struct Twins<'s> {
    setup: &'s Setup,
    pub(super) incremental: Matchmaker,
    pub(super) plain: Matchmaker,
    pub(super) watch: Watch<'s>,
    pub(super) seen: Coverage,
    /// Whether no search has run out of nodes yet. From then on the two may differ: what an anchor
    /// is left without, only its own searches tell (decision 18).
    pub(super) is_same: bool,
    pub(super) steps: Vec<(Timestamp, Option<Input>)>,
}

impl<'s> Twins<'s> {
    pub(super) fn new(setup: &'s Setup) -> Self {
        Self {
            setup,
            incremental: setup.matchmaker(),
            plain: setup.matchmaker(),
            watch: Watch::new(setup),
            seen: Coverage::new(),
            is_same: true,
            steps: Vec::new(),
        }
    }

    pub(super) fn command(&mut self, at: Timestamp, input: Input) -> Result<(), String> {
        self.steps.push((at, Some(input.clone())));
        let waiting = self.waiting_for_session(&input);
        let answer = self.incremental.handle_input(at, input.clone());
        let plain = self.plain.handle_input(at, input.clone());
        let (told, plain_told) = (drain(&mut self.incremental), drain(&mut self.plain));
        if !self.is_same {
            return Ok(());
        }
        same("answers", &answer, &plain)?;
        same("events and updates", &told, &plain_told)?;
        if let Ok(response) = answer {
            self.watch.command(
                &self.incremental,
                &input,
                &response,
                waiting,
                &told.0,
                &mut self.seen,
            );
        }
        Ok(())
    }

    /// The backfill ticket of the session that a command is about.
    fn waiting_for_session(&self, input: &Input) -> Option<TicketId> {
        let arn = match input {
            Input::StartMatchBackfill(StartMatchBackfill { game_session_arn, .. }) => {
                game_session_arn.as_ref()?
            }
            Input::RemovePlayers(request) => &request.game_session_arn,
            Input::EndGameSession(request) => &request.game_session_arn,
            _ => return None,
        };
        let of = |it: &Option<String>| it.as_ref() == Some(arn);
        let mut sessions = self.incremental.game_sessions();
        sessions.find(|it| of(&it.connection_info.game_session_arn))?.backfill_ticket_id
    }

    /// Lets every timer before `until` fire at its own time.
    pub(super) fn run_until(&mut self, until: Timestamp) -> Result<(), String> {
        loop {
            let due = [self.incremental.poll_timeout(), self.plain.poll_timeout()];
            match due.into_iter().flatten().min().filter(|&due| due < until) {
                Some(due) => self.instant(due)?,
                None => return Ok(()),
            }
        }
    }

    /// Everything that is due at an instant; and the plain engine searches every anchor there.
    pub(super) fn instant(&mut self, at: Timestamp) -> Result<(), String> {
        let was_due = self.incremental.poll_timeout().is_some_and(|due| due <= at);
        self.plain.search_everything();
        let told = calls(&mut self.incremental, at)?;
        let plain = calls(&mut self.plain, at)?;
        let has_given_up = |told: &Told| {
            told.iter().any(|(it, ..)| it.anchors_exhausted > 0 || it.fullness_unproven > 0)
        };
        self.is_same &= !has_given_up(&told) && !has_given_up(&plain);
        let nodes = |told: &Told| told.iter().map(|(report, ..)| report.nodes).sum::<u64>();
        if self.is_same {
            self.seen.incremental_nodes += nodes(&told);
            self.seen.plain_nodes += nodes(&plain);
            if !was_due && plain.iter().any(|(report, ..)| report.anchors > 0) {
                self.seen.note("instant at which only the plain engine made a pass");
            }
            let told_in_all = |told: &Told| {
                let events: Vec<Event> = told.iter().flat_map(|it| it.1.clone()).collect();
                let updates: Vec<SessionUpdate> = told.iter().flat_map(|it| it.2.clone()).collect();
                (events, updates)
            };
            same("events and updates", &told_in_all(&told), &told_in_all(&plain))?;
            self.watch.time(at, &mut self.seen);
        } else {
            self.sound(&self.plain, &plain)?;
        }
        self.sound(&self.incremental, &told)?;
        for (report, events, _) in &told {
            if self.is_same {
                if report.exchanged > 0 {
                    self.seen.note("exchange, the same at the same instant");
                }
                if report.unfinished {
                    self.seen.note("slice cut short, and what follows the same");
                }
                self.watch.timeout(&self.incremental, report, events, &mut self.seen);
            } else {
                for _ in events.iter().filter(|it| created(it).is_some()) {
                    self.seen.note("match after a search ran out of nodes, judged valid");
                }
            }
        }
        Ok(())
    }

    /// Nothing is left that is not the same.
    pub(super) fn end(&mut self) -> Result<(), String> {
        let is_small = self.setup.options.nodes_per_anchor < 1_000;
        if !self.is_same {
            self.seen.note("timeline the same until a search ran out of nodes, then sound");
            return Ok(());
        }
        self.seen.note("timeline the same to its end");
        if is_small {
            self.seen.note("timeline of small budgets the same to its end");
        }
        let tickets = |it: &Matchmaker| it.tickets().collect::<Vec<_>>();
        same("tickets", &tickets(&self.incremental), &tickets(&self.plain))?;
        let counters = |it: &Matchmaker| {
            let mut counters = it.counters();
            counters.rule_evaluations.clear();
            counters
        };
        same("counters", &counters(&self.incremental), &counters(&self.plain))
    }

    /// Whether the reference evaluator takes every match that was made for a valid one.
    fn sound(&self, engine: &Matchmaker, told: &Told) -> Result<(), String> {
        for event in told.iter().flat_map(|(_, events, _)| events) {
            let Some(tickets) = created(event) else { continue };
            let mut placed = Vec::new();
            for ticket in tickets {
                place(engine, event.time, ticket, &mut placed)?;
            }
            let verdict = self.setup.game.rule_set.judge(&placed).map_err(|it| it.to_string())?;
            if !verdict.valid {
                return Err(format!("not a match: {verdict}"));
            }
        }
        Ok(())
    }
}

fn created(event: &Event) -> Option<&[EventTicket]> {
    match &event.detail {
        EventDetail::PotentialMatchCreated { tickets, .. } => Some(tickets),
        _ => None,
    }
}

/// The parts of a ticket in the teams of its match.
fn place(
    engine: &Matchmaker,
    at: Timestamp,
    ticket: &EventTicket,
    placed: &mut Vec<PlacedTicket>,
) -> Result<(), String> {
    let known = engine.ticket(ticket.ticket_id()).ok_or("an unknown ticket")?;
    let age = at.since(ticket.start_time());
    // Of a roster it is said in the request who is in which team.
    let backfill =
        known.players.len() != ticket.players().len() || engine.is_roster(&known.ticket_id);
    let first = placed.len();
    for seen in ticket.players() {
        let team = seen.team.ok_or("a player without a team")?;
        let player = known.players.iter().find(|it| it.player_id == *seen.player_id);
        let player = Player { team: None, ..player.ok_or("an unknown player")?.clone() };
        match placed[first..].iter_mut().find(|part| part.team == team) {
            Some(part) => part.players.push(player),
            None => {
                let players = vec![player];
                placed.push(PlacedTicket { team: team.into(), age, players, backfill });
            }
        }
    }
    Ok(())
}

/// All calls of `handle_timeout` that are due at an instant.
fn calls(engine: &mut Matchmaker, at: Timestamp) -> Result<Told, String> {
    let mut told = Told::new();
    while engine.poll_timeout().is_some_and(|due| due <= at) {
        if told.len() == SLICES_MAX {
            return Err(format!("{SLICES_MAX} calls at one instant"));
        }
        let report = engine.handle_timeout(at).map_err(|it| it.to_string())?;
        let (events, updates) = drain(engine);
        told.push((report, events, updates));
    }
    Ok(told)
}

/// What waits to be read, but for how often rules were judged: that is what differs.
fn drain(engine: &mut Matchmaker) -> (Vec<Event>, Vec<SessionUpdate>) {
    let mut events: Vec<Event> = std::iter::from_fn(|| engine.poll_event()).collect();
    for event in &mut events {
        match &mut event.detail {
            EventDetail::PotentialMatchCreated { rule_evaluation_metrics, .. }
            | EventDetail::MatchmakingTimedOut { rule_evaluation_metrics, .. }
            | EventDetail::MatchmakingCancelled { rule_evaluation_metrics, .. } => {
                *rule_evaluation_metrics = Default::default();
            }
            _ => {}
        }
    }
    (events, std::iter::from_fn(|| engine.poll_update()).collect())
}

fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    incremental: &T,
    plain: &T,
) -> Result<(), String> {
    match incremental == plain {
        true => Ok(()),
        false => Err(format!("other {what}\nincremental: {incremental:?}\nplain:       {plain:?}")),
    }
}

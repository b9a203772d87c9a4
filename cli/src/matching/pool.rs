//! A pool of tickets in a matchmaker, and what comes of it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rallypoint::{
    Configuration, ConfigurationError, EngineOptions, EventDetail, EventTicket, Input, InputError,
    Matchmaker, Millis, NeverReason, Response, RuleSet, TicketId, Timestamp, wire,
};

use super::outcome::{MatchForm, Outcome};
use super::ticket_forms::TicketForms;
use super::{Arguments, REQUEST_TIMEOUT_SECONDS};
use crate::console::{self, Console, Fault, Verdict, visible};
use crate::contents;
use crate::memory;
use crate::progress::{Progress, Stopwatch};
use crate::tickets::{self, TicketLines};

/// When all tickets are submitted.
const SUBMISSION: Timestamp = Timestamp::from_millis(0);

/// Tickets left over that are asked why no match can ever hold them, and those that are named.
const HOPELESS_SOUGHT_MAX: usize = 1000;
const HOPELESS_NAMED_MAX: usize = 10;

/// Bad lines that are reported before reading stops.
const BAD_LINES_MAX: usize = 20;

/// A matchmaker with the tickets of the file, and what came of them.
pub struct Pool {
    matchmaker: Matchmaker,
    outcome: Outcome,
    /// In the order of the file.
    tickets: Vec<TicketId>,
    matched: HashSet<TicketId>,
    cancelled: Vec<TicketId>,
    /// How long every ticket waits, in seconds.
    wait: u32,
    /// The tickets that ask for players for a running game.
    backfills: HashSet<TicketId>,
    /// Where they are wanted: the tickets as `judge` reads them, with their place in the file.
    forms: Option<HashMap<TicketId, (usize, TicketForms)>>,
}

impl Pool {
    pub fn new(rule_set: RuleSet, arguments: &Arguments) -> Result<Self, ConfigurationError> {
        let outcome = Outcome::new(rule_set.team_instances().map(String::from).collect());
        let configuration = Configuration {
            request_timeout_seconds: REQUEST_TIMEOUT_SECONDS,
            ..Configuration::default()
        };
        let mut options = EngineOptions::default();
        options.nodes_per_anchor = arguments.nodes_per_anchor;
        let seed = arguments.seed;
        let matchmaker = Matchmaker::new(rule_set, configuration, options, SUBMISSION, seed)?;
        Ok(Self {
            matchmaker,
            outcome,
            tickets: Vec::new(),
            matched: HashSet::new(),
            cancelled: Vec::new(),
            backfills: HashSet::new(),
            wait: arguments.wait,
            forms: arguments.full.then(HashMap::new),
        })
    }

    /// Submits every ticket. When there are bad ones, standard error says so of all of them, and
    /// the verdict is `Bad`.
    pub fn fill(
        &mut self,
        mut lines: TicketLines,
        console: &mut Console,
    ) -> Result<Verdict, Fault> {
        let mut progress = Progress::new("reading tickets", None);
        let (mut parse_time, mut ingest_time) = (Duration::ZERO, Duration::ZERO);
        let mut bad_lines = 0;
        loop {
            let parsing = Stopwatch::start();
            let Some(ticket) = lines.next_ticket()? else { break };
            parse_time += parsing.elapsed();
            let ingesting = Stopwatch::start();
            let accepted = ticket.and_then(|input| {
                let players = player_count(&input);
                self.submit(input).map(|()| players).map_err(|error| tickets::refusal(&error))
            });
            ingest_time += ingesting.elapsed();
            match accepted {
                Ok(players) => self.outcome.stats.players += players,
                Err(message) => {
                    bad_lines += 1;
                    if let Some(hint) = lines.hint() {
                        // Its other lines would only say so again.
                        let message = contents::joined(message, Some(hint));
                        console.problem(Some(lines.name()), Some(lines.number()), message)?;
                        break;
                    }
                    console.problem(Some(lines.name()), Some(lines.number()), message)?;
                    if bad_lines == BAD_LINES_MAX {
                        console::note("there may be more bad lines; reading stopped here");
                        break;
                    }
                }
            }
            progress.set(lines.number());
        }
        let stats = &mut self.outcome.stats;
        stats.tickets = self.tickets.len();
        stats.parse_seconds = parse_time.as_secs_f64();
        stats.ingest_seconds = ingest_time.as_secs_f64();
        if self.tickets.is_empty() && bad_lines == 0 {
            console::note(&format!("{} has no tickets", visible(lines.name())));
        }
        if bad_lines > 0 {
            console::error("nothing was matched, because not every line is a ticket");
        }
        Ok(Verdict::good_if(bad_lines == 0))
    }

    fn submit(&mut self, input: Input) -> Result<(), InputError> {
        let form = self.forms.is_some().then(|| wire::input_to_json(&input));
        let (ticket, is_backfill) = match self.matchmaker.handle_input(SUBMISSION, input)? {
            Response::StartMatchmaking(ticket) => (ticket, false),
            Response::StartMatchBackfill(ticket) => (ticket, true),
            _ => return Ok(()),
        };
        let id = ticket.ticket_id;
        if let (Some(forms), Some(form)) = (&mut self.forms, form) {
            let form = TicketForms::of(&id, self.wait, form, is_backfill);
            forms.insert(id.clone(), (self.tickets.len(), form));
        }
        if is_backfill {
            self.backfills.insert(id.clone());
        }
        self.tickets.push(id);
        self.read_events();
        Ok(())
    }

    /// Runs passes after the wait until one forms nothing (decision 6).
    pub fn search(&mut self) -> Result<(), Fault> {
        let now = SUBMISSION.plus(Millis::from_secs(self.wait));
        let mut progress = Progress::new("anchors searched", None);
        let watch = Stopwatch::start();
        let (mut anchors, mut formed, mut exhausted, mut unproven, mut cut) = (0, 0, 0, 0, 0);
        while self.matchmaker.poll_timeout().is_some_and(|due| due <= now) {
            let report = self
                .matchmaker
                .handle_timeout(now)
                .map_err(|error| Fault(format!("the matchmaker refused to go on: {error}")))?;
            self.read_events();
            self.outcome.stats.search_nodes += report.nodes;
            self.outcome.stats.exchanged += report.exchanged;
            anchors += report.anchors;
            progress.set(anchors);
            formed += report.matches;
            exhausted += report.anchors_exhausted;
            unproven += report.fullness_unproven;
            cut += report.partitions_cut;
            if report.unfinished {
                continue;
            }
            self.outcome.stats.passes += 1;
            if formed == 0 {
                break;
            }
            // If the pass gave up tickets that are still left over, the next one is due now, and
            // finds out about all of them again. So the count of the last pass is the whole count.
            (formed, exhausted) = (0, 0);
        }
        drop(progress);
        let stats = &mut self.outcome.stats;
        stats.match_seconds = watch.elapsed().as_secs_f64();
        stats.anchors_exhausted = exhausted;
        stats.fullness_unproven = unproven;
        stats.partitions_cut = cut;
        if exhausted > 0 {
            console::note(&format!(
                "the search for {exhausted} of the tickets left over was given up at its limit; \
                 whether they have a match is not known (a larger `--nodes-per-anchor` searches \
                 longer)"
            ));
        }
        if cut > 0 {
            console::note(&format!(
                "the pool is so large for its rules that it was cut into batches ({cut} times): \
                 tickets of different batches were not matched with each other"
            ));
        }
        if unproven > 0 {
            console::note(&format!(
                "{unproven} matches might have been fuller; the search for more players was \
                 given up at its limit"
            ));
        }
        Ok(())
    }

    fn read_events(&mut self) {
        while let Some(event) = self.matchmaker.poll_event() {
            match event.detail {
                EventDetail::MatchmakingSucceeded { match_id, tickets, game_session, .. } => {
                    self.matched.extend(tickets.iter().map(|ticket| ticket.ticket_id().clone()));
                    let form = self.form(&tickets);
                    let location = game_session.location.as_deref();
                    let is_backfill = |id: &&TicketId| self.backfills.contains(*id);
                    let backfill = tickets.iter().map(EventTicket::ticket_id).find(is_backfill);
                    self.outcome.add_match(&match_id, &tickets, backfill, location, form);
                }
                EventDetail::MatchmakingCancelled { ticket, cause, .. } => {
                    let message = cause.message();
                    console::note(&format!(
                        "ticket `{}` was cancelled: {message}",
                        visible(ticket.ticket_id().as_str())
                    ));
                    self.cancelled.push(ticket.ticket_id().clone());
                }
                _ => {}
            }
        }
    }

    /// A match as `judge` reads it, if that is wanted: of each team the tickets in the order of
    /// the file.
    fn form(&self, tickets: &[EventTicket]) -> Option<MatchForm> {
        let forms = self.forms.as_ref()?;
        let mut placed = Vec::new();
        for ticket in tickets {
            match forms.get(ticket.ticket_id()) {
                Some((position, TicketForms::New(form))) => {
                    let team = ticket.players().next().and_then(|player| player.team);
                    placed.extend(team.map(|team| (*position, team, form.clone())));
                }
                Some((position, TicketForms::Backfill(parts))) => {
                    let parts = parts.iter();
                    placed
                        .extend(parts.map(|(team, form)| (*position, team.as_str(), form.clone())));
                }
                None => {}
            }
        }
        placed.sort_by_key(|&(position, ..)| position);
        let placed = placed.into_iter().map(|(_, team, form)| (team, form));
        Some(self.outcome.match_form(placed))
    }

    pub fn finish(self) -> Outcome {
        let Self { mut outcome, tickets, mut matched, cancelled, matchmaker, .. } = self;
        outcome.cancelled = cancelled.iter().map(TicketId::to_string).collect();
        matched.extend(cancelled);
        let left: Vec<_> = tickets.into_iter().filter(|it| !matched.contains(it)).collect();
        note_hopeless(&matchmaker, &left);
        outcome.unmatched = left.iter().map(TicketId::to_string).collect();
        outcome.stats.matches = outcome.matches.len();
        outcome.stats.peak_rss_bytes = memory::peak_rss_bytes();
        outcome
    }
}

/// Names those of the tickets left over, the first of them, that no match can ever hold.
fn note_hopeless(matchmaker: &Matchmaker, left: &[TicketId]) {
    let looked_at = left.iter().take(HOPELESS_SOUGHT_MAX);
    let hopeless = looked_at.map(|ticket| (ticket, matchmaker.why_never(ticket)));
    let remarks = hopeless.filter(|(_, it)| !it.is_empty()).map(|(ticket, reasons)| {
        let reasons: Vec<String> = reasons.iter().map(NeverReason::to_string).collect();
        format!("ticket `{}` can never match: {}", visible(ticket.as_str()), reasons.join("; "))
    });
    let tickets = match left.len() > HOPELESS_SOUGHT_MAX {
        true => format!("the first {HOPELESS_SOUGHT_MAX} of {} tickets left over", left.len()),
        false => "the tickets left over".into(),
    };
    console::note_first(HOPELESS_NAMED_MAX, remarks, &format!("of {tickets} can never match"));
}

fn player_count(input: &Input) -> usize {
    match input {
        Input::StartMatchmaking(start) => start.players.len(),
        Input::StartMatchBackfill(start) => start.players.len(),
        _ => 0,
    }
}

//! A whole matchmaker, driven by commands that the bytes decode to: sensible ones, late ones, ones
//! about things that are not there, and numbers and texts that are refused.
//!
//! Nothing panics. What is refused has changed nothing. Everything that comes out is JSON. Time
//! comes to rest at every instant. What is counted and listed agrees with what was told. A snapshot
//! restores to the same, and goes on alike. The same calls, read back from their JSON, give the same
//! bytes.

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::{Result, Unstructured};
use rallypoint::wire::{
    action_to_json, error_to_json, event_detail, event_envelope, input_to_json,
    matchmaker_data_to_json, operation_name, parse_input, placement_to_json, response_to_json,
    ticket_to_json, update_to_json,
};
use rallypoint::*;

use super::pool::player;
use super::rules;

const CALLS_MAX: usize = 120;
/// Calls of `handle_timeout` at one instant; no pool of these sizes needs as many.
const CALLS_AT_ONCE_MAX: usize = 5_000;
const ARN: &str = "arn:aws:gamelift:us-west-2::gamesession/fleet-1/";

pub fn run(data: &[u8]) -> u64 {
    play(data).calls
}

/// What an input led to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Calls of the matchmaker.
    pub calls: u64,
    /// Calls that were refused.
    pub refused: u64,
    /// Calls of a matchmaker restored from a snapshot.
    pub restored: u64,
    /// Events that told of a match that was found.
    pub found: u64,
    /// Those of a match that was complete.
    pub succeeded: u64,
    /// Those of a proposal that was answered.
    pub answered: u64,
    /// Those of the end of a placement.
    pub placed: u64,
}

pub fn play(data: &[u8]) -> Seen {
    let mut u = Unstructured::new(data);
    play_with(&mut u).ok().flatten().unwrap_or_default()
}

/// What a matchmaker is called with.
#[derive(Clone, Debug)]
enum Call {
    Input(Timestamp, Box<Input>),
    Timeout(Timestamp),
    /// Reads so many events, updates and actions.
    Read(usize),
}

impl Call {
    /// Makes the call; all that it gives to see, as text.
    fn make(&self, matchmaker: &mut Matchmaker) -> String {
        let seen = match self {
            Self::Input(now, input) => match matchmaker.handle_input(*now, (**input).clone()) {
                Ok(response) => response_to_json(&response).to_string(),
                Err(error) => format!("refused: {}", error_to_json(&error)),
            },
            Self::Timeout(now) => format!("{:?}", matchmaker.handle_timeout(*now)),
            Self::Read(count) => read(matchmaker, *count),
        };
        format!("{seen} {:?}", matchmaker.poll_timeout())
    }
}

fn read(matchmaker: &mut Matchmaker, count: usize) -> String {
    let mut seen = Vec::new();
    for _ in 0..count {
        if let Some(event) = matchmaker.poll_event() {
            seen.push(event_detail(&event).to_string());
            seen.push(event_envelope(&event, matchmaker.configuration_arn()).to_string());
        }
        seen.extend(matchmaker.poll_update().map(|update| update_to_json(&update).to_string()));
        seen.extend(matchmaker.poll_action().map(|action| action_to_json(&action).to_string()));
    }
    seen.join("\n")
}

/// All that can be looked at without changing anything.
fn look(matchmaker: &Matchmaker) -> String {
    let mut seen = Vec::new();
    for ticket in matchmaker.tickets() {
        seen.push(ticket_to_json(&ticket).to_string());
        seen.push(format!("{:?}", matchmaker.why_waiting(&ticket.ticket_id)));
    }
    for pending in matchmaker.pending_matches() {
        seen.push(matchmaker_data_to_json(&pending.matchmaker_data).to_string());
    }
    for placement in matchmaker.placements() {
        seen.push(placement_to_json(&placement).to_string());
    }
    for session in matchmaker.game_sessions() {
        let arn = session.connection_info.game_session_arn.unwrap_or_default();
        let data = matchmaker.matchmaker_data(&DescribeMatch::GameSession(arn));
        seen.extend(data.map(|data| matchmaker_data_to_json(&data).to_string()));
    }
    seen.join("\n")
}

struct Start {
    rule_set: RuleSet,
    configuration: Configuration,
    options: EngineOptions,
}

impl Start {
    fn matchmaker(&self) -> Option<Matchmaker> {
        let (rule_set, configuration) = (self.rule_set.clone(), self.configuration.clone());
        let start = Timestamp::from_millis(0);
        Matchmaker::new(rule_set, configuration, self.options.clone(), start, 7).ok()
    }
}

fn play_with(u: &mut Unstructured<'_>) -> Result<Option<Seen>> {
    let Some(rule_set) = rules::rule_set(u)? else { return Ok(None) };
    let start = Start { rule_set, configuration: configuration(u)?, options: options(u)? };
    let Some(matchmaker) = start.matchmaker() else { return Ok(None) };
    let mut game =
        Game { matchmaker, twin: None, calls: Vec::new(), shown: Vec::new(), now: 0, restored: 0 };
    while game.calls.len() < CALLS_MAX && !u.is_empty() {
        game.step(u)?;
    }
    game.settle();
    game.check();
    if let Some(twin) = &game.twin {
        assert_eq!(twin.snapshot(), game.matchmaker.snapshot());
    }
    game.replay(&start);
    Ok(Some(game.seen()))
}

struct Game {
    matchmaker: Matchmaker,
    /// One that was restored from a snapshot, and is called alike from then on.
    twin: Option<Matchmaker>,
    calls: Vec<Call>,
    /// What each of them gave to see.
    shown: Vec<String>,
    now: u64,
    /// Calls of the twin.
    restored: u64,
}

impl Game {
    fn step(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        match u.int_in_range(0..=15)? {
            0 | 1 => {
                let count = u.int_in_range(1..=12)?;
                self.call(Call::Read(count));
            }
            2..=5 => self.wait(u)?,
            6 => self.restore(),
            7 => self.settle(),
            _ => {
                let input = input(u, &self.matchmaker)?;
                if u.ratio(1, 4)? {
                    self.now += u.int_in_range(1..=4_000)?;
                }
                self.command(input);
            }
        }
        Ok(())
    }

    fn seen(&self) -> Seen {
        let count = |text: &str| {
            let times = self.shown.iter().map(|shown| shown.matches(text).count() as u64);
            // Each event is shown twice, the second time in its envelope.
            times.sum::<u64>() / 2
        };
        Seen {
            calls: self.calls.len() as u64,
            refused: self.shown.iter().filter(|shown| shown.starts_with("refused")).count() as u64,
            restored: self.restored,
            found: count("\"PotentialMatchCreated\""),
            succeeded: count("\"MatchmakingSucceeded\""),
            answered: count("\"AcceptMatchCompleted\""),
            placed: count("\"PlacementFulfilled\""),
        }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    fn call(&mut self, call: Call) {
        let seen = call.make(&mut self.matchmaker);
        if let Some(twin) = &mut self.twin {
            assert_eq!(call.make(twin), seen, "after a restoration: {call:?}");
            self.restored += 1;
        }
        if let Some(due) = self.matchmaker.poll_timeout() {
            assert!(due >= self.matchmaker.now(), "{due} has gone by");
        }
        self.calls.push(call);
        self.shown.push(seen);
    }

    /// Makes a call whose deadlines are settled, so that a refusal must leave no trace.
    fn command(&mut self, input: Input) {
        let ask = DescribeMatchmaking { ticket_ids: vec!["nobody".into()] };
        self.call(Call::Input(self.at(), Box::new(ask.into())));
        let before = self.matchmaker.snapshot();
        self.call(Call::Input(self.at(), Box::new(input)));
        if self.shown.last().is_some_and(|seen| seen.starts_with("refused")) {
            let call = self.calls.last();
            assert_eq!(self.matchmaker.snapshot(), before, "{call:?} was refused");
        }
    }

    fn wait(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let due = self.matchmaker.poll_timeout().map(Timestamp::as_millis);
        match due.filter(|&due| due <= self.now + 60_000) {
            Some(due) => self.now = self.now.max(due),
            None => self.now += *u.choose(&[0, 1, 999, 5_000, 60_000])?,
        }
        if u.ratio(1, 6)? {
            self.now += u.int_in_range(0..=20_000)?;
        }
        self.call(Call::Timeout(self.at()));
        Ok(())
    }

    /// Reads everything and fires what is due until there is nothing more at this instant.
    fn settle(&mut self) {
        for calls in 0.. {
            assert!(calls < CALLS_AT_ONCE_MAX, "it never comes to rest at {} ms", self.now);
            loop {
                self.call(Call::Read(50));
                // What is left is the text between what was read and when a call is due.
                if self.shown.last().is_some_and(|seen| !seen.contains('{')) {
                    break;
                }
            }
            if self.matchmaker.poll_timeout().is_none_or(|due| due > self.at()) {
                break;
            }
            self.call(Call::Timeout(self.at()));
        }
    }

    fn restore(&mut self) {
        let snapshot = self.matchmaker.snapshot();
        let text = serde_json::to_string(&snapshot).expect("a snapshot can be written");
        let read: Snapshot = serde_json::from_str(&text).expect("what was written can be read");
        assert_eq!(read, snapshot);
        let rule_set = self.matchmaker.rule_set().clone();
        let twin = Matchmaker::restore(rule_set, read).expect("it was just taken");
        assert_eq!(look(&twin), look(&self.matchmaker));
        self.twin = Some(twin);
    }

    /// What is listed and counted agrees.
    fn check(&self) {
        let tickets: Vec<MatchmakingTicket> = self.matchmaker.tickets().collect();
        let pending: Vec<PendingMatch> = self.matchmaker.pending_matches().collect();
        let in_matches: BTreeSet<&str> =
            pending.iter().flat_map(|it| &it.ticket_ids).map(TicketId::as_str).collect();
        let mut active: BTreeMap<&str, &MatchmakingTicket> = BTreeMap::new();
        let mut players = BTreeSet::new();
        for ticket in &tickets {
            let is_proposed =
                matches!(ticket.status, TicketStatus::RequiresAcceptance | TicketStatus::Placing);
            let id = ticket.ticket_id.as_str();
            if is_proposed
                || matches!(ticket.status, TicketStatus::Queued | TicketStatus::Searching)
            {
                assert!(active.insert(id, ticket).is_none(), "two active tickets `{id}`");
                assert_eq!(is_proposed, in_matches.contains(id), "{ticket:?}");
                assert_eq!(ticket.end_time, None);
                for player in &ticket.players {
                    let id = &player.player_id;
                    assert!(players.insert(id), "`{id}` is in two active tickets");
                }
            } else {
                assert!(ticket.end_time.is_some(), "{ticket:?}");
            }
        }
        assert!(in_matches.iter().all(|id| active.contains_key(id)), "{in_matches:?}");
        assert_eq!(self.matchmaker.counters().current_tickets, active.len() as u64);
    }

    /// The same calls on a new matchmaker; commands as their JSON says.
    fn replay(&self, start: &Start) {
        let mut again = start.matchmaker().expect("it was made before");
        for (call, seen) in self.calls.iter().zip(&self.shown) {
            let call = match call {
                Call::Input(now, input) => Call::Input(*now, Box::new(read_back(input))),
                other => other.clone(),
            };
            assert_eq!(&call.make(&mut again), seen, "{call:?}");
        }
        assert_eq!(again.snapshot(), self.matchmaker.snapshot());
        assert_eq!(look(&again), look(&self.matchmaker));
    }
}

/// A command as its JSON is read; itself where that is refused, as a number without JSON is.
fn read_back(input: &Input) -> Input {
    match parse_input(operation_name(input), &input_to_json(input)) {
        Ok(read) => {
            assert_eq!(read, *input);
            read
        }
        Err(_) => input.clone(),
    }
}

fn configuration(u: &mut Unstructured<'_>) -> Result<Configuration> {
    let with_queue = u.arbitrary()?;
    let modes = [FlexMatchMode::Standalone, FlexMatchMode::WithQueue];
    let backfills = [BackfillMode::Manual, BackfillMode::Automatic];
    Ok(Configuration {
        request_timeout_seconds: *u.choose(&[6, 20, 43_200])?,
        acceptance_required: u.arbitrary()?,
        acceptance_timeout_seconds: Some(4),
        custom_event_data: u.ratio(1, 4)?.then(|| "\"é\n".into()),
        flex_match_mode: modes[usize::from(with_queue)],
        backfill_mode: backfills[usize::from(with_queue && u.arbitrary()?)],
        additional_player_count: u.int_in_range(0..=2)?,
        queue: if with_queue && u.arbitrary()? { Some(queue(u)?) } else { None },
        ..Configuration::default()
    })
}

fn queue(u: &mut Unstructured<'_>) -> Result<GameSessionQueue> {
    let mut queue = GameSessionQueue::new("queue");
    queue.timeout_in_seconds = *u.choose(&[10, 600])?;
    for fleet in 0..u.int_in_range(1..=2)? {
        let mut destination =
            QueueDestination::new(format!("arn:aws:gamelift:us-west-2::fleet/fleet-{fleet}"));
        for location in rules::LOCATIONS.into_iter().take(u.int_in_range(1..=3)?) {
            destination = destination.with_location(location, f64::from(u.int_in_range(0..=9)?));
        }
        queue.destinations.push(destination);
    }
    if u.ratio(1, 3)? {
        let policy = PlayerLatencyPolicy {
            maximum_individual_player_latency_milliseconds: 60,
            policy_duration_seconds: Some(5),
        };
        queue.player_latency_policies.push(policy);
    }
    Ok(queue)
}

fn options(u: &mut Unstructured<'_>) -> Result<EngineOptions> {
    let mut options = EngineOptions::default();
    options.nodes_per_anchor = *u.choose(&[100_000, 100_000, 100_000, 20, 1])?;
    options.nodes_per_slice = *u.choose(&[1_000_000, 1_000_000, 10, 1])?;
    options.pass_interval = Millis::new(*u.choose(&[0, 0, 700])?);
    options.undrained_events_max = *u.choose(&[4_000_000, 4_000_000, 4_000_000, 20, 1])?;
    options.retained_tickets_max = *u.choose(&[100_000, 100_000, 3, 0])?;
    options.retention = Millis::new(*u.choose(&[86_400_000, 86_400_000, 8_000, 0])?);
    options.active_tickets_max = *u.choose(&[1_000, 1_000, 1_000, 4])?;
    options.sessions_max = *u.choose(&[1_000, 1_000, 1_000, 2])?;
    options.placement_timeout = Millis::new(*u.choose(&[6_000, 1])?);
    options.max_batch_tickets = *u.choose(&[11_000, 1, 3])?;
    options.exchange_tries = *u.choose(&[8, 0])?;
    options.backfill_before_new_match_seconds = *u.choose(&[0, 0, 3])?;
    options.early_rejection =
        *u.choose(&[EarlyRejection::RejectersOnly, EarlyRejection::Literal])?;
    Ok(options)
}

/// One of a few names, or something that is none.
fn id(u: &mut Unstructured<'_>, letter: char) -> Result<String> {
    Ok(match u.ratio(1, 24)? {
        true => (*u.choose(&["", "a b", "\0", "é", "x/y"])?).to_owned(),
        false => format!("{letter}{}", u.int_in_range(0..=30)?),
    })
}

fn arn(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(format!("{ARN}{}", u.int_in_range(0..=5)?))
}

fn input(u: &mut Unstructured<'_>, matchmaker: &Matchmaker) -> Result<Input> {
    let rule_set = matchmaker.rule_set();
    let ticket_id = |u: &mut Unstructured<'_>| -> Result<TicketId> { Ok(id(u, 't')?.into()) };
    Ok(match u.int_in_range(0..=30)? {
        0..=6 | 25..=30 => StartMatchmaking {
            ticket_id: if u.ratio(3, 4)? { Some(ticket_id(u)?) } else { None },
            configuration_name: None,
            players: players(u, rule_set, false)?,
        }
        .into(),
        7 | 8 => StartMatchBackfill {
            ticket_id: if u.ratio(1, 2)? { Some(ticket_id(u)?) } else { None },
            configuration_name: None,
            game_session_arn: if u.ratio(3, 4)? { Some(arn(u)?) } else { None },
            players: players(u, rule_set, true)?,
        }
        .into(),
        9 => StopMatchmaking { ticket_id: ticket_id(u)? }.into(),
        10..=13 => accept(u, matchmaker)?,
        14 => DescribeMatchmaking { ticket_ids: vec![ticket_id(u)?, ticket_id(u)?] }.into(),
        15 => DescribeMatch::GameSession(arn(u)?).into(),
        16 | 17 => CompletePlacement {
            of: placement_of(u, matchmaker)?,
            game_session_connection_info: connection_info(u)?,
        }
        .into(),
        18 => FailPlacement {
            of: placement_of(u, matchmaker)?,
            reason: *u.choose(&[
                PlacementFailure::TimedOut,
                PlacementFailure::Failed,
                PlacementFailure::Cancelled,
            ])?,
        }
        .into(),
        19 => EndGameSession { game_session_arn: arn(u)? }.into(),
        20 => RemovePlayers {
            game_session_arn: arn(u)?,
            player_ids: vec![id(u, 'p')?.into(), id(u, 'p')?.into()],
        }
        .into(),
        21 => reconfigure(u)?,
        _ => placement(u, matchmaker)?,
    })
}

fn players(u: &mut Unstructured<'_>, rule_set: &RuleSet, seated: bool) -> Result<Vec<Player>> {
    let teams: Vec<&str> = rule_set.team_instances().collect();
    let mut players = Vec::new();
    for _ in 0..*u.choose(&[1, 1, 1, 2, 3, 0])? {
        let id = id(u, 'p')?;
        let mut player = player(u, id, rule_set)?;
        if seated && !u.ratio(1, 24)? {
            player.team = Some((*u.choose(&teams)?).to_owned());
        }
        if u.ratio(1, 32)? {
            let number = *u.choose(&[f64::NAN, f64::INFINITY, 5e-324, f64::MAX])?;
            player = player.with_number("skill", number);
        }
        players.push(player);
    }
    Ok(players)
}

fn accept(u: &mut Unstructured<'_>, matchmaker: &Matchmaker) -> Result<Input> {
    let proposed = |it: &PendingMatch| it.status == TicketStatus::RequiresAcceptance;
    let tickets: Vec<TicketId> =
        matchmaker.pending_matches().filter(proposed).flat_map(|it| it.ticket_ids).collect();
    let known = if tickets.is_empty() { None } else { Some(u.choose(&tickets)?.clone()) };
    let ticket_id = match known.filter(|_| !matches!(u.ratio(1, 12), Ok(true))) {
        Some(known) => known,
        None => id(u, 't')?.into(),
    };
    let players = matchmaker.ticket(&ticket_id).map(|it| it.players).unwrap_or_default();
    let mut player_ids: Vec<PlayerId> = players.into_iter().map(|it| it.player_id).collect();
    if u.ratio(1, 4)? {
        player_ids.truncate(1);
    }
    let acceptance_type =
        if u.ratio(1, 6)? { AcceptanceType::Reject } else { AcceptanceType::Accept };
    Ok(AcceptMatch { ticket_id, player_ids, acceptance_type }.into())
}

fn placement_of(u: &mut Unstructured<'_>, matchmaker: &Matchmaker) -> Result<PlacementOf> {
    let placing = |it: &PendingMatch| it.status == TicketStatus::Placing;
    let matches: Vec<MatchId> =
        matchmaker.pending_matches().filter(placing).map(|it| it.match_id).collect();
    Ok(match matches.is_empty() || u.ratio(1, 8)? {
        true => PlacementOf::Ticket(id(u, 't')?.into()),
        false => PlacementOf::Match(u.choose(&matches)?.clone()),
    })
}

fn connection_info(u: &mut Unstructured<'_>) -> Result<GameSessionConnectionInfo> {
    Ok(GameSessionConnectionInfo {
        game_session_arn: if u.ratio(1, 16)? { None } else { Some(arn(u)?) },
        ip_address: u.arbitrary::<bool>()?.then(|| "10.0.0.1".into()),
        port: u.arbitrary::<bool>()?.then_some(7777),
        location: if u.arbitrary()? { Some((*u.choose(&rules::LOCATIONS)?).into()) } else { None },
        ..GameSessionConnectionInfo::default()
    })
}

/// What concerns the placements of a queue: of matches, and of requests.
fn placement(u: &mut Unstructured<'_>, matchmaker: &Matchmaker) -> Result<Input> {
    let own = |u: &mut Unstructured<'_>| -> Result<PlacementId> { Ok(id(u, 'q')?.into()) };
    let known: Vec<PlacementId> =
        matchmaker.placements().map(|it| it.request.placement_id).collect();
    let placement_id = match known.is_empty() || u.ratio(1, 4)? {
        true => own(u)?,
        false => u.choose(&known)?.clone(),
    };
    let attempt = if u.arbitrary()? { None } else { Some(u.int_in_range(0..=3)?) };
    Ok(match u.int_in_range(0..=7)? {
        0 | 1 => {
            let mut request =
                StartGameSessionPlacement::new(own(u)?, "queue", u.int_in_range(1..=8)?);
            if u.arbitrary()? {
                let player_id = id(u, 'p')?;
                let region_identifier = (*u.choose(&rules::LOCATIONS)?).into();
                let latency = PlayerLatency {
                    player_id: player_id.into(),
                    region_identifier,
                    latency_in_milliseconds: u.int_in_range(0..=120)?.into(),
                };
                request.player_latencies.push(latency);
            }
            request.into()
        }
        2 => DescribeGameSessionPlacement { placement_id }.into(),
        3 => StopGameSessionPlacement { placement_id }.into(),
        4 => GameSessionRefused {
            placement_id,
            attempt,
            reason: *u.choose(&[Refusal::NoCapacity, Refusal::Error, Refusal::Fatal])?,
        }
        .into(),
        _ => GameSessionStarted {
            placement_id,
            attempt,
            game_session_connection_info: connection_info(u)?,
        }
        .into(),
    })
}

fn reconfigure(u: &mut Unstructured<'_>) -> Result<Input> {
    let rule_set = if u.arbitrary()? { rules::rule_set(u)? } else { None };
    let configuration = if u.arbitrary()? { Some(configuration(u)?) } else { None };
    Ok(Reconfigure { rule_set, configuration }.into())
}

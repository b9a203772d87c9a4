//! What players and game servers do in a simulation: answer, give up, start sessions, leave them,
//! ask for players.

use std::collections::BTreeMap;

use super::arrivals::{Stream, ticket_id, ticket_number};
use super::draw::Draw;
use super::population::Sessions;
use crate::{
    AcceptMatch, Acceptance, AcceptanceType, BackfillMode, CompletePlacement, EndGameSession,
    Event, EventDetail, EventTicket, FailPlacement, GameSessionConnectionInfo, Input, MatchId,
    Matchmaker, PlacementFailure, PlacementOf, Player, PlayerId, RemovePlayers, StartMatchBackfill,
    StopMatchmaking, TicketId, TicketStatus,
};

/// Purposes of random numbers.
const GIVING_UP: u64 = 3;
const HABITS: u64 = 4;

/// What players and servers are going to do.
pub(super) struct Host {
    seed: u64,
    draw: Draw,
    /// By time, then in the order in which they were decided.
    agenda: BTreeMap<(u64, u64), Deed>,
    decided: u64,
    sessions: BTreeMap<u64, Session>,
    started: u64,
    backfills: u64,
    mode: BackfillMode,
    /// The most players of a session.
    places: usize,
    pub(super) players_left: u64,
}

/// A running game session.
struct Session {
    ends: u64,
    members: Vec<Member>,
}

struct Member {
    id: PlayerId,
    ticket: u64,
    team: String,
}

enum Deed {
    Answer { match_id: MatchId, ticket: TicketId, player: PlayerId, answer: AcceptanceType },
    GiveUp { ticket: u64 },
    Place { match_id: MatchId },
    FailToPlace { match_id: MatchId },
    Leave { session: u64, player: PlayerId },
    End { session: u64 },
    Ask { session: u64 },
}

impl Host {
    pub(super) fn new(seed: u64, mode: BackfillMode, places: usize) -> Self {
        Self {
            seed,
            draw: Draw::of(seed, HABITS, 0),
            agenda: BTreeMap::new(),
            decided: 0,
            sessions: BTreeMap::new(),
            started: 0,
            backfills: 0,
            mode,
            places,
            players_left: 0,
        }
    }

    /// When the next deed is due.
    pub(super) fn next_at(&self) -> Option<u64> {
        self.agenda.first_key_value().map(|(&(at, _), _)| at)
    }

    pub(super) fn sessions_started(&self) -> u64 {
        self.started
    }

    fn decide(&mut self, at: u64, deed: Deed) {
        self.agenda.insert((at, self.decided), deed);
        self.decided += 1;
    }

    /// A ticket has been accepted.
    pub(super) fn came(&mut self, now: u64, number: u64, stream: &Stream) {
        let Some(giving_up) = &stream.population().giving_up else { return };
        let mut draw = Draw::of(self.seed, GIVING_UP, number);
        if draw.happens(giving_up.probability) {
            let at = now + giving_up.seconds.draw_millis(&mut draw);
            self.decide(at, Deed::GiveUp { ticket: number });
        }
    }

    /// The next deed that is due now, as a command; `None` for those that need none any more.
    pub(super) fn act(&mut self, stream: &Stream, matchmaker: &Matchmaker) -> Option<Input> {
        let (_, deed) = self.agenda.pop_first()?;
        match deed {
            Deed::Answer { match_id, ticket, player, answer } => {
                let asked = matchmaker.pending_match(&match_id)?.status;
                (asked == TicketStatus::RequiresAcceptance).then(|| {
                    let player_ids = vec![player];
                    AcceptMatch { ticket_id: ticket, player_ids, acceptance_type: answer }.into()
                })
            }
            // Who is matched by then has no reason to.
            Deed::GiveUp { ticket } => {
                let ticket_id = ticket_id(ticket);
                let status = matchmaker.ticket(&ticket_id)?.status;
                let waits = matches!(status, TicketStatus::Queued | TicketStatus::Searching);
                waits.then(|| StopMatchmaking { ticket_id }.into())
            }
            Deed::Place { match_id } => {
                matchmaker.pending_match(&match_id)?;
                let game_session_connection_info =
                    GameSessionConnectionInfo::new(arn(self.started));
                self.started += 1;
                let of = PlacementOf::Match(match_id);
                Some(CompletePlacement { of, game_session_connection_info }.into())
            }
            Deed::FailToPlace { match_id } => {
                matchmaker.pending_match(&match_id)?;
                let of = PlacementOf::Match(match_id);
                Some(FailPlacement { of, reason: PlacementFailure::Failed }.into())
            }
            Deed::Leave { session, player } => {
                let running = self.sessions.get_mut(&session)?;
                let place = running.members.iter().position(|member| member.id == player)?;
                running.members.remove(place);
                self.players_left += 1;
                if running.members.is_empty() {
                    return self.end(session);
                }
                if self.mode == BackfillMode::Automatic {
                    let player_ids = vec![player];
                    return Some(
                        RemovePlayers { game_session_arn: arn(session), player_ids }.into(),
                    );
                }
                self.ask(session, stream)
            }
            Deed::End { session } => self.end(session),
            Deed::Ask { session } => self.ask(session, stream),
        }
    }

    fn end(&mut self, session: u64) -> Option<Input> {
        self.sessions.remove(&session)?;
        Some(EndGameSession { game_session_arn: arn(session) }.into())
    }

    /// The request for players of a session with open places, if its server makes one.
    fn ask(&mut self, session: u64, stream: &Stream) -> Option<Input> {
        let asks = stream.population().sessions.as_ref()?.backfill;
        let running = self.sessions.get(&session)?;
        let open = running.members.len() < self.places;
        if !asks || self.mode != BackfillMode::Manual || !open {
            return None;
        }
        let ticket_id = TicketId::from(format!("b{session}-{}", self.backfills));
        self.backfills += 1;
        let player = |member: &Member| -> Option<Player> {
            let players = stream.players_of(member.ticket);
            let player = players.into_iter().find(|player| player.player_id == member.id)?;
            Some(player.with_team(&member.team))
        };
        let players = running.members.iter().filter_map(player).collect();
        Some(
            StartMatchBackfill {
                ticket_id: Some(ticket_id),
                configuration_name: None,
                game_session_arn: Some(arn(session)),
                players,
            }
            .into(),
        )
    }

    /// Decides what an event makes players and servers do.
    pub(super) fn heed(&mut self, event: &Event, stream: &Stream, matchmaker: &Matchmaker) {
        let now = event.time.as_millis();
        match &event.detail {
            EventDetail::PotentialMatchCreated {
                match_id, tickets, acceptance_required, ..
            } => match acceptance_required {
                true => self.answer(now, match_id, tickets, stream),
                false => self.place(now, match_id, stream, matchmaker),
            },
            EventDetail::AcceptMatchCompleted {
                match_id,
                acceptance: Acceptance::Accepted,
                ..
            } => {
                self.place(now, match_id, stream, matchmaker);
            }
            EventDetail::MatchmakingSucceeded { tickets, game_session, .. } => {
                let Some(arn) = &game_session.game_session_arn else { return };
                let Some(session) = session_number(arn) else { return };
                let Some(sessions) = &stream.population().sessions else { return };
                self.join(now, session, tickets, sessions);
            }
            EventDetail::MatchmakingTimedOut { ticket, .. } => {
                // Its game asks again.
                let session = ticket.ticket_id().as_str().strip_prefix('b');
                let session = session.and_then(|it| it.split('-').next()?.parse().ok());
                if let Some(session) = session {
                    self.decide(now, Deed::Ask { session });
                }
            }
            _ => {}
        }
    }

    fn answer(&mut self, now: u64, match_id: &MatchId, tickets: &[EventTicket], stream: &Stream) {
        let habits = &stream.population().acceptance;
        for ticket in tickets.iter().filter(|it| ticket_number(it.ticket_id()).is_some()) {
            for player in ticket.players() {
                let fate = self.draw.fraction();
                let at = now + habits.seconds.draw_millis(&mut self.draw);
                let answer = match fate {
                    fate if fate < habits.accept => AcceptanceType::Accept,
                    fate if fate < habits.accept + habits.reject => AcceptanceType::Reject,
                    _ => continue,
                };
                self.decide(
                    at,
                    Deed::Answer {
                        match_id: match_id.clone(),
                        ticket: ticket.ticket_id().clone(),
                        player: player.player_id.clone(),
                        answer,
                    },
                );
            }
        }
    }

    fn place(&mut self, now: u64, id: &MatchId, stream: &Stream, matchmaker: &Matchmaker) {
        let Some(sessions) = &stream.population().sessions else { return };
        let pending = matchmaker.pending_match(id);
        if pending.is_none_or(|pending| pending.status != TicketStatus::Placing) {
            return;
        }
        let at = now + sessions.placement_seconds.draw_millis(&mut self.draw);
        let match_id = id.clone();
        match self.draw.happens(sessions.placement_fails) {
            true => self.decide(at, Deed::FailToPlace { match_id }),
            false => self.decide(at, Deed::Place { match_id }),
        }
    }

    /// Players join a session, which begins with them if it is new.
    fn join(&mut self, now: u64, session: u64, tickets: &[EventTicket], habits: &Sessions) {
        let ends = match self.sessions.get(&session) {
            Some(running) => running.ends,
            None => {
                let ends = now + habits.length_seconds.draw_millis(&mut self.draw);
                self.sessions.insert(session, Session { ends, members: Vec::new() });
                self.decide(ends, Deed::End { session });
                ends
            }
        };
        let mut leaving = Vec::new();
        let Some(running) = self.sessions.get_mut(&session) else { return };
        for ticket in tickets {
            let Some(number) = ticket_number(ticket.ticket_id()) else { continue };
            for player in ticket.players() {
                let team = player.team.unwrap_or_default().to_owned();
                let id = player.player_id.clone();
                if self.draw.happens(habits.leave) {
                    let stays = self.draw.fraction() * ends.saturating_sub(now) as f64;
                    leaving.push((now + stays as u64, id.clone()));
                }
                running.members.push(Member { id, ticket: number, team });
            }
        }
        for (at, player) in leaving {
            self.decide(at, Deed::Leave { session, player });
        }
        if self.mode == BackfillMode::Manual && habits.backfill {
            self.decide(now, Deed::Ask { session });
        }
    }
}

fn arn(session: u64) -> String {
    format!("session/{session}")
}

fn session_number(arn: &str) -> Option<u64> {
    arn.strip_prefix("session/")?.parse().ok()
}

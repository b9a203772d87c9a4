//! Random commands that suit what a matchmaker is at.

use proptest::collection::{SizeRange, vec};
use proptest::option;
use proptest::prelude::Strategy;
use proptest::sample::{Index, select};
use proptest::strategy::{BoxedStrategy, Union};

use super::play::Play;
use super::strategies::{Strategies, name_players};
use crate::{
    AcceptMatch, AcceptanceType, CompletePlacement, Configuration, EndGameSession, FailPlacement,
    FlexMatchMode, GameSession, GameSessionConnectionInfo, Input, InputError, Millis, PendingMatch,
    PlacementFailure, PlacementOf, Player, RemovePlayers, StartMatchBackfill, StartMatchmaking,
    StopMatchmaking, TicketId, TicketStatus,
};

/// What happens after a while. Who it happens to depends on who is there: what has nobody to happen
/// to does nothing.
#[derive(Clone, Debug)]
pub(super) struct Step {
    after: Millis,
    act: Act,
}

#[derive(Clone, Debug)]
enum Act {
    /// A party comes; now and then one of them is somebody who has come before.
    Arrive {
        players: Vec<Player>,
        again: Option<Index>,
    },
    Stop(Index),
    Answer {
        which: Index,
        answer: Answer,
    },
    Place {
        which: Index,
        outcome: Outcome,
    },
    /// A game asks for players for a session of its own, or for one that is known.
    Backfill {
        players: Vec<Player>,
        seat: Index,
        session: Option<Index>,
    },
    Leave {
        session: Index,
        player: Index,
    },
    End(Index),
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    AllAccept,
    OneAccepts,
    OneRejects,
}

#[derive(Clone, Copy, Debug)]
enum Outcome {
    Complete,
    TimedOut,
    Failed,
}

/// Some steps under a configuration.
pub(super) fn steps(
    strategies: &Strategies,
    configuration: &Configuration,
    count: SizeRange,
) -> BoxedStrategy<Vec<Step>> {
    let step = (strategies.gap(), act(strategies, configuration));
    let step = step.prop_map(|(after, act)| Step { after, act });
    let alike_in = strategies.clone();
    (strategies.alike(), vec(step, count))
        .prop_map(move |(alike, mut steps)| {
            for step in &mut steps {
                if let Act::Arrive { players, .. } | Act::Backfill { players, .. } = &mut step.act {
                    alike_in.make_alike(&alike, players);
                }
            }
            steps
        })
        .boxed()
}

fn act(strategies: &Strategies, configuration: &Configuration) -> BoxedStrategy<Act> {
    let position = Strategies::position;
    let players = || strategies.party();
    let mut acts = vec![
        (
            14,
            (players(), option::weighted(0.06, position()))
                .prop_map(|(players, again)| Act::Arrive { players, again })
                .boxed(),
        ),
        (1, position().prop_map(Act::Stop).boxed()),
        (
            1,
            (players(), position(), option::of(position()))
                .prop_map(|(players, seat, session)| Act::Backfill { players, seat, session })
                .boxed(),
        ),
    ];
    if configuration.acceptance_required {
        use Answer::{AllAccept, OneAccepts, OneRejects};
        let answer = select(vec![AllAccept, AllAccept, AllAccept, OneAccepts, OneRejects]);
        let act = (position(), answer).prop_map(|(which, answer)| Act::Answer { which, answer });
        acts.push((10, act.boxed()));
    }
    if configuration.flex_match_mode == FlexMatchMode::WithQueue {
        use Outcome::{Complete, Failed, TimedOut};
        let outcome = select(vec![Complete, Complete, Complete, TimedOut, Failed]);
        let act = (position(), outcome).prop_map(|(which, outcome)| Act::Place { which, outcome });
        acts.push((10, act.boxed()));
    }
    let leave = (position(), position());
    acts.push((1, leave.prop_map(|(session, player)| Act::Leave { session, player }).boxed()));
    acts.push((1, position().prop_map(Act::End).boxed()));
    Union::new_weighted(acts).boxed()
}

/// Plays steps to the end of every ticket; what does not hold.
pub(super) fn play(play: &mut Play, steps: &[Step]) -> Result<(), String> {
    let mut names = Names::default();
    for step in steps {
        if step.after > Millis::new(0) {
            play.settle()?;
        }
        play.until(play.now.plus(step.after))?;
        for (input, must_be_taken) in inputs(play, &step.act, &mut names) {
            let answer = play.command(input)?;
            match answer {
                Ok(()) | Err(InputError::LimitExceeded { .. }) => {}
                Err(error) if must_be_taken => {
                    return Err(format!("a sound request is refused: {error}"));
                }
                Err(_) => {}
            }
        }
    }
    play.settle()?;
    // Sessions ask for players as long as they run.
    let sessions: Vec<String> = play.engine.game_sessions().filter_map(|it| arn(&it)).collect();
    for game_session_arn in sessions {
        let _ = play.command(EndGameSession { game_session_arn }.into())?;
    }
    play.finish()
}

/// How many there are, for new names.
#[derive(Default)]
struct Names {
    players: usize,
    tickets: usize,
    sessions: usize,
}

impl Names {
    fn players(&mut self, players: &mut [Player]) {
        self.players = name_players(self.players + 1, players) - 1;
    }

    fn ticket(&mut self) -> Option<TicketId> {
        self.tickets += 1;
        Some(format!("t{}", self.tickets).into())
    }

    fn session(&mut self) -> String {
        self.sessions += 1;
        format!("arn:aws:gamelift:::gamesession/s{}", self.sessions)
    }
}

/// The commands of a step, and whether the engine has to take them.
fn inputs(play: &Play, act: &Act, names: &mut Names) -> Vec<(Input, bool)> {
    match act {
        Act::Arrive { players, again } => {
            let mut players = players.clone();
            let known = names.players;
            names.players(&mut players);
            let again = again.filter(|_| known > 0);
            if let (Some(again), Some(first)) = (again, players.first_mut()) {
                first.player_id = format!("p{}", 1 + again.index(known)).into();
            }
            let request =
                StartMatchmaking { ticket_id: names.ticket(), players, ..Default::default() };
            // A player of a match that is being placed may not start again (decision 27).
            vec![(request.into(), again.is_none())]
        }
        Act::Stop(which) => {
            let live: Vec<_> = play.engine.tickets().filter(|it| !it.status.is_end()).collect();
            let ticket = pick(which, &live);
            let stop = ticket.map(|it| StopMatchmaking { ticket_id: it.ticket_id.clone() });
            stop.map(|it| (it.into(), false)).into_iter().collect()
        }
        Act::Answer { which, answer } => {
            let proposed = pending(play, TicketStatus::RequiresAcceptance);
            pick(which, &proposed).map_or(Vec::new(), |it| answers(play, it, which, *answer))
        }
        Act::Place { which, outcome } => {
            let placing = pending(play, TicketStatus::Placing);
            let placed = pick(which, &placing).map(|it| place(it, *outcome, names));
            placed.map(|it| (it, true)).into_iter().collect()
        }
        Act::Backfill { players, seat, session } => {
            let sessions: Vec<GameSession> = play.engine.game_sessions().collect();
            let session = session.as_ref().and_then(|it| pick(it, &sessions));
            let (game_session_arn, players) = match session {
                Some(session) => (arn(session), session.players.clone()),
                None => (Some(names.session()), seated(play, players, seat, names)),
            };
            let ticket_id = names.ticket();
            let request = StartMatchBackfill {
                ticket_id,
                game_session_arn,
                players,
                ..StartMatchBackfill::default()
            };
            // A session without an open place is refused.
            vec![(request.into(), false)]
        }
        Act::Leave { session, player } => {
            let sessions: Vec<GameSession> = play.engine.game_sessions().collect();
            let Some(session) = pick(session, &sessions) else { return Vec::new() };
            let leaver = pick(player, &session.players).map(|it| it.player_id.clone());
            let (Some(leaver), Some(game_session_arn)) = (leaver, arn(session)) else {
                return Vec::new();
            };
            vec![(RemovePlayers { game_session_arn, player_ids: vec![leaver] }.into(), true)]
        }
        Act::End(which) => {
            let sessions: Vec<GameSession> = play.engine.game_sessions().collect();
            let ended = pick(which, &sessions).and_then(arn);
            let end = ended.map(|game_session_arn| EndGameSession { game_session_arn }.into());
            end.map(|it| (it, true)).into_iter().collect()
        }
    }
}

/// The item that a position stands for, if there are items.
fn pick<'a, T>(which: &Index, items: &'a [T]) -> Option<&'a T> {
    if items.is_empty() { None } else { items.get(which.index(items.len())) }
}

fn arn(session: &GameSession) -> Option<String> {
    session.connection_info.game_session_arn.clone()
}

fn pending(play: &Play, status: TicketStatus) -> Vec<PendingMatch> {
    play.engine.pending_matches().filter(|it| it.status == status).collect()
}

/// The answers of a match's new players, some of whom may have answered.
fn answers(play: &Play, of: &PendingMatch, which: &Index, answer: Answer) -> Vec<(Input, bool)> {
    let tickets = of.ticket_ids.iter().filter_map(|id| play.engine.ticket(id));
    let new = tickets.filter(|it| {
        let ids = it.players.iter().map(|player| &player.player_id);
        ids.clone().all(|id| of.answers.iter().all(|(answered, _)| answered != id))
    });
    let new: Vec<_> = new.collect();
    let (acceptance_type, answering) = match answer {
        Answer::AllAccept => (AcceptanceType::Accept, &new[..]),
        Answer::OneAccepts => (AcceptanceType::Accept, one_of(&new, which)),
        Answer::OneRejects => (AcceptanceType::Reject, one_of(&new, which)),
    };
    let answers = answering.iter().map(|ticket| {
        let player_ids = ticket.players.iter().map(|it| it.player_id.clone()).collect();
        let ticket_id = ticket.ticket_id.clone();
        // The players of a backfill ticket are not asked.
        (AcceptMatch { ticket_id, player_ids, acceptance_type }.into(), false)
    });
    answers.collect()
}

fn one_of<'a, T>(items: &'a [T], which: &Index) -> &'a [T] {
    if items.is_empty() { items } else { std::slice::from_ref(&items[which.index(items.len())]) }
}

fn place(of: &PendingMatch, outcome: Outcome, names: &mut Names) -> Input {
    let of = PlacementOf::Match(of.match_id.clone());
    let reason = match outcome {
        Outcome::Complete => {
            let game_session_connection_info = GameSessionConnectionInfo::new(names.session());
            return CompletePlacement { of, game_session_connection_info }.into();
        }
        Outcome::TimedOut => PlacementFailure::TimedOut,
        Outcome::Failed => PlacementFailure::Failed,
    };
    FailPlacement { of, reason }.into()
}

/// A roster in one team instance or the next ones.
fn seated(play: &Play, players: &[Player], seat: &Index, names: &mut Names) -> Vec<Player> {
    let teams: Vec<&str> = play.told.rule_set.team_instances().collect();
    let mut players = players.to_vec();
    names.players(&mut players);
    for (number, player) in players.iter_mut().enumerate() {
        let team = teams.get((seat.index(teams.len()) + number) % teams.len());
        player.team = team.map(|it| (*it).to_owned());
    }
    players
}

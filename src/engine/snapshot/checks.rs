//! What must hold of a stored ticket, match or session by itself. The engine relies on all of it.

use super::RestoreError;
use super::forms::{ActiveForm, MatchForm, SessionForm, TicketForm};
use crate::base::time::Timestamp;
use crate::engine::input::InputError;
use crate::engine::validate;
use crate::model::limits;

/// No count ever comes near; beyond it, one more could be one too many.
pub(super) const COUNT_MAX: u64 = 1 << 62;
/// Timers have less room for numbers of submission.
pub(super) const SUBMISSIONS_MAX: u64 = 1 << 55;

type Checked<T = ()> = Result<T, RestoreError>;

pub(super) fn holds(what: bool, message: impl FnOnce() -> String) -> Checked {
    match what {
        true => Ok(()),
        false => Err(RestoreError::damaged(message())),
    }
}

/// A constraint on requests that something stored breaks.
pub(super) fn request(of: &str, checked: Result<(), InputError>) -> Checked {
    checked.map_err(|error| RestoreError::damaged(format!("{of}: {error}")))
}

pub(super) fn ticket(form: &TicketForm, now: Timestamp, submissions: u64, rules: usize) -> Checked {
    let TicketForm { id, number, status, start_time, end_time, players, .. } = form;
    let of = format!("ticket {number}");
    request(&of, validate::ticket_id("TicketId", id))?;
    let max = match form.backfill {
        Some(_) => limits::BACKFILL_PLAYERS_MAX,
        None => limits::TICKET_PLAYERS_MAX,
    };
    // The last player of a roster may have left.
    let min = usize::from(!status.is_end());
    request(&of, validate::players(players, min, max))?;
    let has_team = form.backfill.is_some();
    holds(players.iter().all(|player| player.team.is_some() == has_team), || {
        format!("{of}: the players of a backfill have a team each, and no others")
    })?;
    let backfill = form.backfill.as_ref();
    holds(backfill.is_none_or(|it| it.session.is_some() || !it.automatic), || {
        format!("{of} is automatic, but for no game session")
    })?;
    holds(*number < submissions, || format!("{of}: only {submissions} were ever submitted"))?;
    holds(*start_time <= now, || format!("{of} starts later than the snapshot"))?;
    let has_ended = status.is_end();
    holds(end_time.is_some() == has_ended && form.active.is_none() == has_ended, || {
        format!("{of} is {}, but not stored like that", status.as_str())
    })?;
    let placed = form.placed.iter().map(|placed| placed.player_sessions.len());
    holds(placed.into_iter().all(|it| it == 0 || it == players.len()), || {
        format!("{of} does not have a player session for each player")
    })?;
    let mut released = form.active.iter().flat_map(|active| &active.released);
    holds(has_team || released.next().is_none(), || {
        format!("{of} is no backfill, but has players who have left its session")
    })?;
    form.active.iter().try_for_each(|active| active_part(&of, active, rules))
}

fn active_part(of: &str, active: &ActiveForm, rules: usize) -> Checked {
    let tallies = &active.tallies;
    holds(tallies.is_empty() || tallies.len() == rules, || {
        format!("{of} has tallies of {} rules, but there are {rules}", tallies.len())
    })?;
    holds(tallies.iter().all(|&(passed, failed)| passed.max(failed) <= COUNT_MAX), || {
        format!("{of} has tallies beyond counting")
    })
}

/// What a match says of itself; the rest depends on its tickets.
pub(super) fn pending(form: &MatchForm, now: Timestamp) -> Checked {
    let MatchForm { id, tickets, formed, deadline, answers, announced, .. } = form;
    let of = format!("match `{}`", validate::shown(id.as_str()));
    let tickets_max = limits::MATCH_PLAYERS_MAX as usize;
    holds((1..=tickets_max).contains(&tickets.len()), || {
        format!("{of} has {} tickets, but must have 1 to {tickets_max}", tickets.len())
    })?;
    holds(*formed <= now && *deadline >= *formed, || {
        format!("{of} is formed later than the snapshot, or ends before")
    })?;
    holds(answers.is_none() || announced.is_none(), || {
        format!("{of} is not accepted yet, but has announced its backfill")
    })?;
    holds(answers.iter().flatten().all(|(_, accepts)| *accepts), || {
        format!("{of} goes on although a player has rejected it")
    })
}

/// The ARN of a session.
pub(super) fn session(form: &SessionForm) -> Checked<&std::sync::Arc<str>> {
    let arn = form.info.game_session_arn.as_ref();
    let arn = arn.ok_or_else(|| RestoreError::damaged("a game session has no ARN"))?;
    request("a game session", validate::game_session_arn("GameSessionArn", arn))?;
    let of = format!("game session `{arn}`");
    let max = limits::MATCH_PLAYERS_MAX as usize;
    holds(form.roster.len() <= max, || format!("{of} has more than {max} players"))?;
    for player in &form.roster {
        request(&of, validate::players(std::slice::from_ref(player), 1, 1))?;
    }
    Ok(arn)
}

//! A ticket that is in a match.

use std::fmt::Write;

use rallypoint::{InMatch, Judgement, MatchWaitsFor, Millis, Timestamp};

use super::{Clock, heading, seconds};
use crate::console::{counted, visible};
use crate::explain::FormedMatch;

/// A match that waits for answers or for a game session.
pub fn pending(text: &mut String, in_match: &InMatch, clock: &Clock) {
    let formed = clock.moment(in_match.formed);
    heading(text, &format!("match {}, formed at {formed}", in_match.match_id));
    for ticket in &in_match.tickets {
        let id = visible(ticket.ticket_id.as_str());
        member(text, &id, ticket.team.as_deref(), ticket.waited);
    }
    let names = |players: &[rallypoint::PlayerId]| {
        players.iter().map(|it| visible(it.as_str())).collect::<Vec<_>>().join(", ")
    };
    match &in_match.waits_for {
        MatchWaitsFor::Acceptance { accepted, missing, rejected, deadline, .. } => {
            let until = clock.later(*deadline);
            let _ = writeln!(text, "  waits for the answers of {}; ends {until}", names(missing));
            for (players, said) in [(accepted, "accepted by"), (rejected, "rejected by")] {
                if !players.is_empty() {
                    let _ = writeln!(text, "  {said} {}", names(players));
                }
            }
        }
        MatchWaitsFor::Host { deadline, .. } => {
            let until = clock.later(*deadline);
            let _ = writeln!(text, "  waits for the host to report a game session; ends {until}");
        }
        MatchWaitsFor::Queue {
            placement_id,
            attempts,
            destination,
            location,
            retry_at,
            deadline,
            ..
        } => {
            let asked = match (destination, location, retry_at) {
                (Some(destination), Some(location), _) => format!(
                    "asked for a game session at {} in {} and has no answer yet",
                    visible(destination),
                    visible(location)
                ),
                (_, _, Some(at)) => format!("tries all places again {}", clock.later(*at)),
                _ => "no place may be asked".into(),
            };
            let count = counted(*attempts as usize, "attempt");
            let id = visible(placement_id.as_str());
            let until = clock.later(*deadline);
            let _ = writeln!(text, "  placement {id}: {count}; {asked}; ends {until}");
        }
        _ => {}
    }
}

/// A match that is complete.
pub fn complete(text: &mut String, formed: &FormedMatch, clock: &Clock) {
    let at = clock.moment(Timestamp::from_millis(formed.formed));
    heading(text, &format!("match {}, formed at {at}", formed.match_id));
    for ticket in &formed.tickets {
        let waited = Millis::new(ticket.waited);
        member(text, &visible(&ticket.ticket_id), ticket.team.as_deref(), waited);
    }
}

fn member(text: &mut String, id: &str, team: Option<&str>, waited: Millis) {
    let place = team.map_or("the running session".into(), visible);
    let _ = writeln!(text, "  {id} in {place}, had waited {}", seconds(waited));
}

/// How the rules of a match came out.
pub fn verdict(text: &mut String, judgement: Option<&Judgement>, batching_preference: &str) {
    let _ = writeln!(text, "  candidates taken with batching preference {batching_preference}");
    heading(text, "its rules when it was formed");
    match judgement {
        Some(judgement) => {
            for line in judgement.to_string().lines() {
                let _ = writeln!(text, "  {}", visible(line));
            }
        }
        None => *text += "  a ticket of it is forgotten, so it cannot be judged\n",
    }
}

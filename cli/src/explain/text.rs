//! An explanation in plain words.

use std::fmt::Write;

use rallypoint::{
    CandidateMiss, Check, InMatch, Judgement, LocationOutlook, MatchWaitsFor, Millis,
    NearCandidate, PropertyChange, Relief, RuleJudgement, Timestamp, WaitReason, WhyWaiting,
};

use super::{Explanation, FormedMatch};
use crate::console::{STRONG, counted, visible};

/// Locations, values and misses that are listed; the others are counted.
const LISTED_MAX: usize = 8;

/// All lines, with colour.
pub fn render(explanation: &Explanation) -> String {
    let Explanation { ticket_id, why, start, formed, batching_preference, .. } = explanation;
    let clock = Clock { start: *start, now: why.now };
    let mut text = String::new();
    let now = clock.moment(why.now);
    let status = why.status.as_str();
    let ticket = visible(ticket_id);
    let mut line = format!("{STRONG}ticket {ticket}{STRONG:#} at {now}: {status}");
    if let Some(due) = why.times_out_at {
        let waited = seconds(why.waited);
        line += &format!(", has waited {waited}, times out {}", clock.later(due));
    }
    text += &(line + "\n");
    if why.times_out_at.is_some() {
        waiting(&mut text, why, &clock);
    } else if let Some(in_match) = &why.in_match {
        pending(&mut text, in_match, &clock);
        verdict(&mut text, in_match.judgement.as_ref(), batching_preference);
    } else if let Some(formed) = formed {
        complete(&mut text, formed, &clock);
        verdict(&mut text, formed.judgement.as_ref(), batching_preference);
    } else {
        ended(&mut text, explanation, &clock);
    }
    text
}

fn ended(text: &mut String, explanation: &Explanation, clock: &Clock) {
    let Explanation { why, cause, .. } = explanation;
    let cause = cause.as_ref().map_or(String::new(), |cause| format!(": {}", visible(cause)));
    let _ = writeln!(text, "\nIt waits no more{cause}");
    let (from, millis) = (why.start_time.since(clock.start), why.waited.get());
    if millis > 0 {
        let last = from.get() + millis - 1;
        let _ = writeln!(text, "It waited from {} ms on; `--at {last}` shows why.", from.get());
    }
}

/// Times as a reader of the scenario knows them.
struct Clock {
    start: Timestamp,
    now: Timestamp,
}

impl Clock {
    fn moment(&self, at: Timestamp) -> String {
        seconds(at.since(self.start))
    }

    /// `at 30 s (in 16 s)`.
    fn later(&self, at: Timestamp) -> String {
        format!("at {} (in {})", self.moment(at), seconds(at.since(self.now)))
    }
}

fn seconds(length: Millis) -> String {
    let (whole, millis) = (length.get() / 1000, length.get() % 1000);
    match millis {
        0 => format!("{whole} s"),
        _ => format!("{}.{} s", whole, format!("{millis:03}").trim_end_matches('0')),
    }
}

fn heading(text: &mut String, words: &str) {
    let _ = writeln!(text, "\n{STRONG}{words}{STRONG:#}");
}

fn waiting(text: &mut String, why: &WhyWaiting, clock: &Clock) {
    heading(text, "why it waits");
    for reason in &why.reasons {
        let _ = writeln!(text, "  {}", sentence(reason, why, clock));
    }
    for never in &why.never {
        let _ = writeln!(text, "  {}", visible(&never.to_string()));
    }
    if !why.blocking.is_empty() {
        heading(text, &format!("rules in the way, with values after {}", seconds(why.waited)));
    }
    for rule in &why.blocking {
        let mut said = Vec::new();
        if rule.refused_tickets > 0 {
            let examined = why.company.as_ref().map_or(0, |it| it.examined_tickets);
            said.push(format!("keeps {} of {examined} tickets apart", rule.refused_tickets));
        }
        if rule.matches_failed > 0 {
            let all = rule.matches_failed + rule.matches_passed;
            said.push(format!("refused {} of {all} complete matches so far", rule.matches_failed));
        }
        let name = visible(&rule.rule_name);
        let _ = writeln!(text, "  {name} ({}) {}", rule.kind, said.join("; "));
        for value in rule.values.iter().take(LISTED_MAX) {
            let property = visible(&value.property);
            let mut line = format!("    {property} = {}", visible(&value.value.to_string()));
            if value.value != value.as_written {
                line += &format!(", {} as written", visible(&value.as_written.to_string()));
            }
            let _ = writeln!(text, "{line}");
        }
    }
    if !why.nearest.is_empty() {
        heading(text, "nearest tickets that it can be in no match with for now");
    }
    for candidate in &why.nearest {
        nearest(text, candidate, clock);
    }
    if let Some(closest) = why.closest_match.as_ref().filter(|it| !it.judgement.valid) {
        heading(text, "together, those who fit one by one would be");
        let members: Vec<String> = closest
            .tickets
            .iter()
            .map(|(team, id)| format!("{} in {}", visible(id.as_str()), visible(team)))
            .collect();
        let _ = writeln!(text, "  {}", members.join(", "));
        for rule in closest.judgement.rules.iter().filter(|rule| rule.enforced && !rule.holds) {
            failing(text, rule);
        }
        for problem in &closest.judgement.problems {
            let _ = writeln!(text, "    {}", visible(problem));
        }
    }
    if let Some(outlooks) = &why.locations {
        heading(text, "locations");
        locations(text, outlooks);
    }
    let steps = if why.never.is_empty() { &why.expansions[..] } else { &[] };
    if !steps.is_empty() {
        heading(text, "what waiting will change");
    }
    for step in steps {
        let timed_out = if step.in_time { "" } else { ", after it has timed out" };
        let _ = writeln!(text, "  {}{timed_out}: {}", clock.later(step.at), list(&step.changes));
    }
}

fn sentence(reason: &WaitReason, why: &WhyWaiting, clock: &Clock) -> String {
    let pass = |due: &Option<Timestamp>| match due {
        Some(due) if *due <= clock.now => "a pass is due now".to_owned(),
        Some(due) => format!("a pass is due {}", clock.later(*due)),
        None => "no pass is due before the next command".into(),
    };
    match reason {
        WaitReason::Never => "No match can ever hold it, whoever else comes.".into(),
        WaitReason::NotSearchedYet { pass_due } => {
            format!("No pass has looked for a match since it came; {}.", pass(pass_due))
        }
        WaitReason::SearchPending { pass_due } => format!(
            "Enough players wait that fit one by one, but no search of them all has ended since \
             the last of them came or changed; {}.",
            pass(&Some(*pass_due))
        ),
        WaitReason::SearchGivenUp => {
            "The search for it was given up at its budget of nodes, or saw \
             a batch of the pool only: there may be a match. It is tried again."
                .into()
        }
        WaitReason::TooFewPlayers { players, needed } => {
            let wait = if *players == 1 { "waits" } else { "wait" };
            format!(
                "Too few players: {} {wait}, a match needs {needed}.",
                counted(*players as usize, "player")
            )
        }
        WaitReason::TooFewFit { players, needed, is_whole, .. } => {
            let others = why.company.as_ref().map_or(0, |it| it.fitting_tickets);
            let fit = match others {
                0 => "no other ticket that waits can be in a match with it".to_owned(),
                _ => format!("{} can be in a match with it", counted(others as usize, "ticket")),
            };
            let of = if *is_whole { "" } else { " of those looked at" };
            format!(
                "Too few fit{of}: {fit}. That makes {}, and a match needs {needed}.",
                counted(*players as usize, "player")
            )
        }
        WaitReason::NoCombination => {
            let others = why.company.as_ref().map_or(0, |it| it.fitting_tickets);
            format!(
                "Enough players wait that fit one by one ({}), but no match of them all is valid.",
                counted(others as usize, "ticket")
            )
        }
        WaitReason::KeptForBackfill { until } => format!(
            "It is young and fits a waiting backfill ticket, so it founds no new match until {}.",
            clock.moment(*until)
        ),
        WaitReason::MatchInSight { pass_due } => {
            let tickets = why.closest_match.iter().flat_map(|it| &it.tickets);
            let ids: Vec<String> = tickets.map(|(_, id)| visible(id.as_str())).collect();
            format!("{} would be a valid match; {}.", ids.join(", "), pass(pass_due))
        }
        WaitReason::AwaitsAcceptance => "Its match waits for answers.".into(),
        WaitReason::AwaitsPlacement => "Its match waits for a game session.".into(),
        WaitReason::Ended => "It waits no more.".into(),
        other => format!("{other:?}"),
    }
}

fn nearest(text: &mut String, candidate: &NearCandidate, clock: &Clock) {
    let NearCandidate { ticket_id, players, waited, team, candidate_team, wait, misses, .. } =
        candidate;
    let id = visible(ticket_id.as_str());
    let players = counted(*players as usize, "player");
    let seats = match (team, candidate_team) {
        (Some(own), Some(other)) if own == other => format!(", both in {}", visible(own)),
        (Some(own), Some(other)) => {
            format!(", it in {} and this one in {}", visible(other), visible(own))
        }
        (None, Some(other)) => format!(", it joining {}", visible(other)),
        (Some(own), None) => format!(", this one joining {}", visible(own)),
        (None, None) => String::new(),
    };
    let _ = writeln!(
        text,
        "  {id} ({players}, has waited {}){seats}, judged after {}:",
        seconds(*waited),
        seconds(*wait)
    );
    for miss in misses {
        match miss {
            CandidateMiss::Rule { judgement, parts, ends, .. } => {
                failing(text, judgement);
                for part in parts {
                    let truth = if part.holds { "true" } else { "false" };
                    let name = visible(&part.name);
                    let _ = writeln!(text, "      of these {name} is {truth}");
                    failing_checks(text, part);
                }
                relief(text, ends.as_ref(), clock);
            }
            CandidateMiss::NoCommonLocation { reason } => {
                let _ = writeln!(text, "    {}", visible(reason));
            }
            CandidateMiss::NoRoom => {
                let _ = writeln!(text, "    no two teams have room for both");
            }
            other => {
                let _ = writeln!(text, "    {other:?}");
            }
        }
    }
}

fn failing(text: &mut String, rule: &RuleJudgement) {
    let _ = writeln!(text, "    {} ({}) fails", visible(&rule.name), rule.kind);
    failing_checks(text, rule);
}

fn failing_checks(text: &mut String, rule: &RuleJudgement) {
    let checks: Vec<&Check> = rule.checks.iter().filter(|check| !check.holds).collect();
    for check in checks.iter().take(LISTED_MAX) {
        let measured = visible(&check.measured.to_string());
        let _ = writeln!(text, "      {measured}; asked: {}", visible(&check.bound));
        for miss in check.misses.iter().take(LISTED_MAX) {
            let _ = writeln!(text, "        {}", visible(&miss.to_string()));
        }
    }
    if let more @ 1.. = checks.len().saturating_sub(LISTED_MAX) {
        let _ = writeln!(text, "      and {more} more");
    }
}

fn relief(text: &mut String, ends: Option<&Relief>, clock: &Clock) {
    let Some(relief) = ends else {
        let _ = writeln!(text, "      no expansion lets the two pass");
        return;
    };
    let timed_out = if relief.in_time { "" } else { ", but one has timed out by then" };
    let changes = list(&relief.changes);
    let _ = writeln!(text, "      passes {}{timed_out}: {changes}", clock.later(relief.at));
}

fn list(changes: &[PropertyChange]) -> String {
    let each = changes.iter().map(|change| {
        let PropertyChange { property, from, to, .. } = change;
        let (from, to) = (visible(&from.to_string()), visible(&to.to_string()));
        format!("{} from {from} to {to}", visible(property))
    });
    each.collect::<Vec<_>>().join(", ")
}

fn locations(text: &mut String, outlooks: &[LocationOutlook]) {
    let width = outlooks.iter().map(|it| visible(&it.name).chars().count()).max().unwrap_or(0);
    for outlook in outlooks {
        let latency = outlook.worst_latency.map_or(String::new(), |it| format!("{it} ms"));
        let refused: Vec<String> = outlook.refused_by.iter().map(|it| visible(it)).collect();
        let said = match (outlook.possible, refused.is_empty()) {
            (true, _) => "possible".to_owned(),
            (false, false) => format!("refused by {}", refused.join(", ")),
            (false, true) => "refused by the rules together".into(),
        };
        let _ = writeln!(text, "  {:width$}  {latency:>8}  {said}", visible(&outlook.name));
    }
}

fn pending(text: &mut String, in_match: &InMatch, clock: &Clock) {
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

fn complete(text: &mut String, formed: &FormedMatch, clock: &Clock) {
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

fn verdict(text: &mut String, judgement: Option<&Judgement>, batching_preference: &str) {
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

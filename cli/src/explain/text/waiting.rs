//! A ticket that waits.

use std::fmt::Write;

use rallypoint::{
    CandidateMiss, Check, LocationOutlook, NearCandidate, PropertyChange, Relief, RuleJudgement,
    Timestamp, WaitReason, WhyWaiting,
};

use super::{Clock, heading, seconds};
use crate::console::{counted, visible};

/// Values, checks and misses that are listed; the others are counted.
const LISTED_MAX: usize = 8;

/// Why it waits, who comes nearest, and what time brings.
pub fn tell(text: &mut String, why: &WhyWaiting, clock: &Clock) {
    heading(text, "why it waits");
    for reason in &why.reasons {
        let _ = writeln!(text, "  {}", sentence(reason, why, clock));
    }
    for never in &why.never {
        let _ = writeln!(text, "  {}", visible(&never.to_string()));
    }
    // Where enough fit one by one, these are the rules that matter: they come before those of pairs.
    together(text, why);
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
        more(text, "    ", rule.values.len());
    }
    if !why.nearest.is_empty() {
        heading(text, "nearest tickets that it can be in no match with for now");
    }
    for candidate in &why.nearest {
        nearest(text, candidate, clock);
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

/// What fails where enough others fit one by one.
fn together(text: &mut String, why: &WhyWaiting) {
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
        more(text, "        ", check.misses.len());
    }
    more(text, "      ", checks.len());
}

/// How many of a list are not listed.
fn more(text: &mut String, indent: &str, all: usize) {
    if let more @ 1.. = all.saturating_sub(LISTED_MAX) {
        let _ = writeln!(text, "{indent}and {more} more");
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

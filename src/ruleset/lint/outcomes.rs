//! Rules that can never pass, and rules that can never fail.

use super::collections::Lists;
use super::prospect::{Matches, Outcome, Prospect};
use crate::diag::{Problems, RuleSetWarningKind, shorten};
use crate::rules::Compiled;
use crate::ruleset::plan::Plan;

/// What each rule comes to, at every waiting time.
pub(super) struct Outcomes(Vec<Outcome>);

impl Outcomes {
    pub(super) fn of(&self, rule: usize) -> Outcome {
        self.0.get(rule).copied().unwrap_or(Outcome::Open)
    }
}

/// What a rule comes to in all matches. One that fails in every new match counts as failing: where
/// none begins, there is none to join.
pub(super) fn outcome(plan: &Plan, rule: usize, prospect: &mut Prospect<'_>) -> Outcome {
    let mut in_all = |outcome, matches| {
        plan.epochs.indices().all(|epoch| {
            let room = prospect.room(epoch, matches);
            prospect.outcome(rule, epoch, None, &room) == outcome
        })
    };
    if in_all(Outcome::Fails, Matches::New) {
        Outcome::Fails
    } else if in_all(Outcome::Passes, Matches::All) {
        Outcome::Passes
    } else {
        Outcome::Open
    }
}

pub(super) fn check(plan: &Plan, prospect: &mut Prospect<'_>, problems: &mut Problems) -> Outcomes {
    let mut outcomes = Outcomes(Vec::new());
    for (position, rule) in plan.ast.rules.iter().enumerate() {
        if !matches!(plan.compiled.get(position), Some(Compiled::Admit(_))) {
            outcomes.0.push(Outcome::Open);
            continue;
        }
        // A rule kind knows better words for bounds that contradict each other.
        let is_told = problems.warns_at(&rule.site, "neverPasses");
        let outcome = if is_told { Outcome::Fails } else { outcome(plan, position, prospect) };
        let follows = rule.named_rules().iter().any(|&it| outcomes.of(it) != Outcome::Open);
        outcomes.0.push(outcome);
        if is_told || follows {
            continue;
        }
        let lists = Lists::of(rule);
        let (lists, reason, help) = match (outcome, rule.statement().is_some()) {
            (Outcome::Open, _) => continue,
            (Outcome::Fails, true) => (
                None,
                "at every waiting time its statement is false of all new matches",
                "change its bounds, or the sizes of the teams",
            ),
            (Outcome::Fails, false) => (
                lists.filter(|it| it.are_fewer_than(rule.field("minCount"))),
                "it fails in every new match that the team sizes allow",
                "change its bounds, or the sizes of the teams",
            ),
            (Outcome::Passes, true) => (
                None,
                "at every waiting time its statement is true of all matches",
                "change its bounds, or take it out",
            ),
            (Outcome::Passes, false) => (
                lists,
                "it passes in every match that the team sizes allow",
                "change its bounds, or take it out",
            ),
        };
        let reason = lists.as_ref().map_or_else(|| reason.into(), Lists::reason);
        let help = lists.and_then(|it| it.help(&plan.ast.schema)).unwrap_or_else(|| help.into());
        let rule_name = shorten(&rule.name);
        let kind = match outcome {
            Outcome::Fails => RuleSetWarningKind::NeverPasses { rule: rule_name, reason },
            _ => RuleSetWarningKind::NeverFails { rule: rule_name, reason },
        };
        problems.warn(&rule.site, kind, Some(help));
    }
    outcomes
}

//! Steps of expansions that come too late, do nothing, or go the wrong way.

use std::collections::BTreeMap;

use super::standing::{Standing, Standings};
use crate::diag::{Problems, RuleSetWarningKind, shorten};
use crate::model::limits::REQUEST_TIMEOUT_SECONDS_MAX;
use crate::model::schema::AgeSelection;
use crate::ruleset::ast::{ExpansionAst, FieldValue, RuleSetAst, StepAst, Target};

/// A step from which on waiting is long: under the age selection `newest` it needs everybody in the
/// match to have waited that long. Of the public rule sets those with such steps select `oldest`.
const LONG_STEP_SECONDS: u32 = 60;

pub(super) fn check(ast: &RuleSetAst, standings: &Standings, problems: &mut Problems) {
    let mut idle = IdleSteps::default();
    for expansion in &ast.expansions {
        for (step, before) in steps(ast, expansion) {
            let is_idle = before.iter().all(|(_, before)| same(before, &step.value));
            idle.note(expansion, step, is_idle);
            for (target, before) in before {
                check_direction(ast, standings, &target, &before, step, problems);
            }
        }
    }
    idle.warn(ast, problems);
    check_age_selection(ast, problems);
}

/// Warns of steps that come due when every ticket has timed out (decision 10).
pub(super) fn check_timeout(ast: &RuleSetAst, seconds: u32, problems: &mut Problems) {
    let limit = seconds.min(REQUEST_TIMEOUT_SECONDS_MAX);
    for step in ast.expansions.iter().flat_map(|it| &it.steps) {
        // What is beyond all timeouts is told in any case.
        if (limit..REQUEST_TIMEOUT_SECONDS_MAX).contains(&step.wait_seconds) {
            let kind = RuleSetWarningKind::StepNeverFires { seconds: step.wait_seconds, limit };
            let help = "take an earlier step, or a longer request timeout";
            problems.warn(&step.wait_site, kind, Some(help.into()));
        }
    }
}

/// The steps of an expansion, each with the properties that it changes and their values before it.
fn steps<'a>(
    ast: &'a RuleSetAst,
    expansion: &'a ExpansionAst,
) -> impl Iterator<Item = (&'a StepAst, Vec<(Target, FieldValue)>)> {
    expansion.steps.iter().enumerate().map(move |(at, step)| {
        let earlier = at.checked_sub(1).and_then(|it| expansion.steps.get(it));
        let parts = expansion.target.parts().into_iter();
        let before = parts.filter_map(|part| {
            let value = match earlier {
                Some(earlier) => earlier.value.clone(),
                None => part.as_written(ast)?,
            };
            Some((part, value))
        });
        (step, before.collect())
    })
}

fn same(a: &FieldValue, b: &FieldValue) -> bool {
    match (a, b) {
        (FieldValue::Number(a), FieldValue::Number(b)) => a == b,
        (FieldValue::Word(a), FieldValue::Word(b)) => a == b,
        (FieldValue::Text(a), FieldValue::Text(b)) => a == b,
        (FieldValue::TextList(a), FieldValue::TextList(b)) => a == b,
        (FieldValue::Expression(a), FieldValue::Expression(b)) => a.text == b.text,
        _ => false,
    }
}

/// A value in words, for messages.
fn show(value: &FieldValue) -> String {
    match value {
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Word(word) => format!("`{word}`"),
        FieldValue::Text(text) => format!("`{}`", shorten(text)),
        FieldValue::Expression(expr) => format!("`{}`", shorten(&expr.text)),
        _ => "the same list".into(),
    }
}

/// Steps that change nothing, by where they are: a step for a list of rules is one for each.
#[derive(Default)]
struct IdleSteps<'a>(BTreeMap<u32, (&'a ExpansionAst, &'a StepAst, bool)>);

impl<'a> IdleSteps<'a> {
    fn note(&mut self, expansion: &'a ExpansionAst, step: &'a StepAst, is_idle: bool) {
        let all = self.0.entry(step.site.span.start).or_insert((expansion, step, true));
        all.2 &= is_idle;
    }

    fn warn(self, ast: &RuleSetAst, problems: &mut Problems) {
        let idle = self.0.into_values().filter(|&(_, _, is_idle)| is_idle);
        for (expansion, step, _) in idle {
            let kind = RuleSetWarningKind::StepChangesNothing {
                target: shorten(&expansion.target.text(ast)),
                value: show(&step.value),
            };
            problems.warn(&step.site, kind, Some("change the value, or take the step out".into()));
        }
    }
}

/// Warns of a step that makes matches harder to find, whichever way the rule counts.
fn check_direction(
    ast: &RuleSetAst,
    standings: &Standings,
    target: &Target,
    before: &FieldValue,
    step: &StepAst,
    problems: &mut Problems,
) {
    let Some(direction) = direction(ast, target, before, &step.value) else { return };
    let standing = match target {
        Target::RuleField { rule, .. } => standings.of(*rule),
        _ => Standing { wanted: true, unwanted: false, needed: true },
    };
    let tightens = match direction {
        Direction::Tighter => standing.wanted && !standing.unwanted,
        Direction::Looser => standing.unwanted && !standing.wanted,
    };
    if !tightens {
        return;
    }
    let (from, to) = (show(before), show(&step.value));
    let kind = RuleSetWarningKind::StepTightens { target: shorten(&target.text(ast)), from, to };
    let help = match direction {
        Direction::Tighter => "steps relax what is written, each more than the one before",
        Direction::Looser => {
            "a statement wants this rule to be false: where it passes more easily, the statement \
             fails more easily"
        }
    };
    problems.warn(&step.site, kind, Some(help.into()));
}

/// Whether more or fewer matches meet a rule or a size than before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Direction {
    Tighter,
    Looser,
}

/// `None` where a step is neither, or both.
fn direction(
    ast: &RuleSetAst,
    target: &Target,
    before: &FieldValue,
    after: &FieldValue,
) -> Option<Direction> {
    let upper_bound = |is_upper: bool| {
        let (FieldValue::Number(before), FieldValue::Number(after)) = (before, after) else {
            return None;
        };
        let order = after.partial_cmp(before)?;
        let grows = if is_upper { order } else { order.reverse() };
        match grows {
            std::cmp::Ordering::Less => Some(Direction::Tighter),
            std::cmp::Ordering::Greater => Some(Direction::Looser),
            std::cmp::Ordering::Equal => None,
        }
    };
    match target {
        Target::MinPlayers(_) => upper_bound(false),
        Target::MaxPlayers(_) => upper_bound(true),
        &Target::RuleField { rule, field } => match field {
            "maxDistance" | "maxLatency" | "maxCount" => upper_bound(true),
            "minDistance" | "minCount" => upper_bound(false),
            "referenceValue" if !changes(ast, rule, "operation") => match operation(ast, rule)? {
                "<" | "<=" => upper_bound(true),
                ">" | ">=" => upper_bound(false),
                _ => None,
            },
            "operation" if !changes(ast, rule, "referenceValue") => {
                let (FieldValue::Word(before), FieldValue::Word(after)) = (before, after) else {
                    return None;
                };
                let (before, after) = (outcomes(before)?, outcomes(after)?);
                match before & after {
                    _ if before == after => None,
                    both if both == after => Some(Direction::Tighter),
                    both if both == before => Some(Direction::Looser),
                    _ => None,
                }
            }
            _ => None,
        },
    }
}

/// Whether an expansion changes a field of a rule.
fn changes(ast: &RuleSetAst, rule: usize, field: &str) -> bool {
    ast.expansions.iter().any(|it| match it.target {
        Target::RuleField { rule: changed, field: of } => changed == rule && of == field,
        _ => false,
    })
}

/// The operation of a comparison.
fn operation(ast: &RuleSetAst, rule: usize) -> Option<&'static str> {
    match ast.rules.get(rule)?.field("operation")?.value {
        FieldValue::Word(word) => Some(word),
        _ => None,
    }
}

/// What a comparison lets pass, a bit each: less, equal, greater.
fn outcomes(operation: &str) -> Option<u8> {
    match operation {
        "<" => Some(0b100),
        "<=" => Some(0b110),
        "=" => Some(0b010),
        "!=" => Some(0b101),
        ">" => Some(0b001),
        ">=" => Some(0b011),
        _ => None,
    }
}

/// Warns of the first long step, where the age selection is not stated.
fn check_age_selection(ast: &RuleSetAst, problems: &mut Problems) {
    let algorithm = &ast.algorithm;
    if algorithm.age_selection != AgeSelection::Newest || algorithm.age_selection_is_stated {
        return;
    }
    let steps = ast.expansions.iter().flat_map(|it| &it.steps);
    let long = steps.filter(|step| {
        (LONG_STEP_SECONDS..REQUEST_TIMEOUT_SECONDS_MAX).contains(&step.wait_seconds)
    });
    let Some(first) = long.min_by_key(|step| (step.wait_seconds, step.wait_site.span.start)) else {
        return;
    };
    let kind = RuleSetWarningKind::NewestHoldsBack { seconds: first.wait_seconds };
    let help = "set `algorithm.expansionAgeSelection` to \"oldest\"; or to \"newest\" if that is \
                meant";
    problems.warn(&first.wait_site, kind, Some(help.into()));
}

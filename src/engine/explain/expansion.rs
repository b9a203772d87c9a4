//! The values in force at an age, and what expansions will change.

use std::collections::BTreeSet;
use std::fmt;

use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::base::time::{Millis, Timestamp};
use crate::engine::Matchmaker;
use crate::lifecycle::book::TicketRecord;
use crate::model::schema::TeamIdx;
use crate::ruleset::ast::{ExpansionAst, FieldValue, RuleAst, RuleSetAst, Target};

/// Steps of expansions that are told.
const STEPS_MAX: usize = 8;

/// What a step of expansions changes, at the age of one ticket.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct UpcomingStep {
    /// When the ticket is old enough. The match takes the values of its newest or of its oldest
    /// ticket, as the rule set says, so another ticket may have to be old enough as well.
    pub at: Timestamp,
    /// The waiting time from which the step is in force.
    pub wait: Millis,
    /// Whether that comes before the request of the ticket times out.
    pub in_time: bool,
    /// What changes, each against the value before.
    pub changes: Vec<PropertyChange>,
}

/// A property with another value from a waiting time on.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct PropertyChange {
    /// The property as the target of an expansion: `rules[FairSkill].maxDistance`.
    pub property: String,
    /// The value before.
    pub from: PropertyValue,
    /// The value from then on.
    pub to: PropertyValue,
}

/// The value of a property of a rule or a team. In JSON: a number, a string, or a list of strings.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum PropertyValue {
    /// A number.
    Number(f64),
    /// A string, or an expression as the rule set has it.
    Text(String),
    /// A list of strings.
    Texts(Vec<String>),
}

impl fmt::Display for PropertyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "`{text}`"),
            Self::Texts(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
                f.write_str(&texts.join(", "))
            }
        }
    }
}

/// A rule that keeps others from the ticket, or refuses complete matches with it.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct BlockingRule {
    /// The rule.
    pub rule_name: String,
    /// Its type: `distance`, `latency`, ...
    pub kind: String,
    /// Its bounds at the ticket's age, those of the rules that a compound rule names as well.
    pub values: Vec<EffectiveValue>,
    /// How many of the tickets that were looked at miss by it.
    pub refused_tickets: u32,
    /// Complete matches that searches for this ticket have judged so far, and that met the rule.
    pub matches_passed: u64,
    /// Those that did not.
    pub matches_failed: u64,
}

/// The value of a property at the age of a ticket.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct EffectiveValue {
    /// The property as the target of an expansion: `rules[FairSkill].maxDistance`.
    pub property: String,
    /// The value in force.
    pub value: PropertyValue,
    /// The value without expansions.
    pub as_written: PropertyValue,
}

impl Matchmaker {
    /// The next steps at the age of a ticket.
    pub(super) fn upcoming_steps(&self, record: &TicketRecord) -> Vec<UpcomingStep> {
        let plan = self.rule_set.plan();
        let own = plan.epochs.at(self.now.since(record.start_time));
        let later = plan.epochs.indices().filter(|&epoch| epoch > own);
        later
            .map(|epoch| {
                let wait = plan.epochs.start(epoch);
                let at = record.start_time.plus(wait);
                let before = Epoch::from_usize(epoch.index().saturating_sub(1));
                let before = plan.epochs.start(before);
                let changes = changes(&plan.ast, before, wait, |_| true);
                UpcomingStep { at, wait, in_time: at < record.due, changes }
            })
            .take(STEPS_MAX)
            .collect()
    }

    /// The rules with a refusal, by how many tickets they refuse, then by complete matches.
    pub(super) fn blocking_rules(
        &self,
        record: &TicketRecord,
        refusals: &[u32],
    ) -> Vec<BlockingRule> {
        let plan = self.rule_set.plan();
        let wait = self.now.since(record.start_time);
        let mut blocking: Vec<BlockingRule> = Vec::new();
        for (position, (enforced, &refused_tickets)) in
            plan.enforced.iter().zip(refusals).enumerate()
        {
            let tally = record.tallies.get(position).copied();
            let (matches_passed, matches_failed) = tally.unwrap_or_default();
            let Some(rule) = plan.ast.rules.get(enforced.position) else { continue };
            if refused_tickets > 0 || matches_failed > 0 {
                blocking.push(BlockingRule {
                    rule_name: rule.name.clone(),
                    kind: rule.kind.to_owned(),
                    values: effective_values(&plan.ast, enforced.position, wait),
                    refused_tickets,
                    matches_passed,
                    matches_failed,
                });
            }
        }
        blocking.sort_by_key(|rule| std::cmp::Reverse((rule.refused_tickets, rule.matches_failed)));
        blocking
    }
}

/// A rule and those that it names, if it is a compound rule, and so on.
pub(super) fn rule_family(ast: &RuleSetAst, rule: usize) -> BTreeSet<usize> {
    let mut family = BTreeSet::from([rule]);
    let mut left = vec![rule];
    while let Some(rule) = left.pop() {
        let named = ast.rules.get(rule).map(RuleAst::named_rules).unwrap_or_default();
        left.extend(named.into_iter().filter(|&it| family.insert(it)));
    }
    family
}

/// What steps change between two waiting times, of the targets that are wanted.
pub(super) fn changes(
    ast: &RuleSetAst,
    before: Millis,
    after: Millis,
    is_wanted: impl Fn(&Target) -> bool,
) -> Vec<PropertyChange> {
    let mut changes = Vec::new();
    for expansion in ast.expansions.iter().filter(|it| is_wanted(&it.target)) {
        for (property, written) in written(ast, &expansion.target) {
            let value = |wait| due(expansion, wait).map_or(Some(written.clone()), shown);
            if let (Some(from), Some(to)) = (value(before), value(after))
                && from != to
            {
                changes.push(PropertyChange { property, from, to });
            }
        }
    }
    changes
}

/// The properties of a target with their values as written: of a list of teams each by itself.
fn written(ast: &RuleSetAst, target: &Target) -> Vec<(String, PropertyValue)> {
    let sizes = |teams: &[TeamIdx], make: fn(TeamIdx) -> Target, min: bool| {
        let each = teams.iter().map(|&team| {
            let declared = &ast.schema.teams[team];
            let players = if min { declared.min_players } else { declared.max_players };
            (make(team).text(ast), PropertyValue::Number(f64::from(players)))
        });
        each.collect()
    };
    match target {
        Target::MinPlayers(teams) => sizes(teams, |it| Target::MinPlayers(vec![it]), true),
        Target::MaxPlayers(teams) => sizes(teams, |it| Target::MaxPlayers(vec![it]), false),
        Target::RuleField { rule, field } => {
            let field = ast.rules.get(*rule).and_then(|rule| rule.field(field));
            let value = field.and_then(|field| shown(&field.value));
            value.map(|value| (target.text(ast), value)).into_iter().collect()
        }
    }
}

/// The bounds of a rule after a waiting time, those of the rules that it names as well.
fn effective_values(ast: &RuleSetAst, rule: usize, wait: Millis) -> Vec<EffectiveValue> {
    let mut values = Vec::new();
    for rule in rule_family(ast, rule) {
        let fields = ast.rules.get(rule).into_iter().flat_map(|rule| &rule.fields);
        for field in fields {
            let target = Target::RuleField { rule, field: field.name };
            let Some(as_written) = shown(&field.value) else { continue };
            let changed = ast.expansions.iter().find(|it| it.target == target);
            let value = changed.and_then(|it| due(it, wait)).and_then(shown);
            values.push(EffectiveValue {
                property: target.text(ast),
                value: value.unwrap_or_else(|| as_written.clone()),
                as_written,
            });
        }
    }
    values
}

/// The value of the last step due.
fn due(expansion: &ExpansionAst, wait: Millis) -> Option<&FieldValue> {
    let is_due = |seconds: u32| Millis::from_secs(seconds) <= wait;
    expansion.steps.iter().rfind(|step| is_due(step.wait_seconds)).map(|step| &step.value)
}

/// A value that bounds; none of measurements, words and statements.
fn shown(value: &FieldValue) -> Option<PropertyValue> {
    match value {
        FieldValue::Number(number) => Some(PropertyValue::Number(*number)),
        FieldValue::Expression(expr) => Some(PropertyValue::Text(expr.text.to_string())),
        FieldValue::Text(text) => Some(PropertyValue::Text(text.clone())),
        FieldValue::TextList(texts) => Some(PropertyValue::Texts(texts.clone())),
        FieldValue::Word(_)
        | FieldValue::Measurements(_)
        | FieldValue::Attribute(_)
        | FieldValue::Statement(_) => None,
    }
}

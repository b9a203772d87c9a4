//! Generated rule sets, as the text that a user writes.

use super::choices::Choices;
use super::declared::{Declared, Scale};
use super::rules::{RULE_KINDS, RuleText};
use super::text::{list, object, quote};

/// A generated rule set.
#[derive(Clone, Debug)]
pub(crate) struct RuleSetText {
    pub(crate) text: String,
    pub(crate) declared: Declared,
}

/// Expansions of one rule set.
const EXPANSIONS_MAX: usize = 3;

pub(crate) fn rule_set(numbers: &[u16], scale: Scale) -> RuleSetText {
    let c = &mut Choices::new(numbers);
    let mut declared = Declared::generate(c, scale);
    let count = 1 + c.below(scale.rules);
    let rules: Vec<(String, RuleText)> = (1..=count)
        .map(|at| {
            let generate = c.one(RULE_KINDS);
            (format!("rule{at}"), generate(c, &declared))
        })
        .collect();
    let teams = declared.teams_text();
    let expansions = expansions(c, &mut declared, &rules);
    let rules = list(rules.iter().map(|(name, rule)| {
        let mut members = vec![("name", quote(name)), ("type", quote(rule.kind))];
        members.extend(rule.fields.iter().map(|field| (field.name, field.value.clone())));
        object(members)
    }));
    let mut members = vec![("ruleLanguageVersion", quote("1.0"))];
    members.push(("playerAttributes", declared.attributes_text()));
    if c.once_in(2) {
        let age = c.one(&["oldest", "newest"]);
        members.push(("algorithm", object([("expansionAgeSelection", quote(age))])));
    }
    members.extend([("teams", teams), ("rules", rules), ("expansions", list(expansions))]);
    RuleSetText { text: object(members), declared }
}

fn expansions(
    c: &mut Choices,
    declared: &mut Declared,
    rules: &[(String, RuleText)],
) -> Vec<String> {
    let mut targets: Vec<(String, Vec<String>)> = Vec::new();
    for _ in 0..c.below(EXPANSIONS_MAX + 1) {
        let (target, values) = match c.once_in(3) {
            true => team_target(c, declared),
            false => rule_target(c, rules),
        };
        if !values.is_empty() && targets.iter().all(|(taken, _)| *taken != target) {
            targets.push((target, values));
        }
    }
    let expansion = |(target, values): &(String, Vec<String>)| {
        let mut wait = c.one(&[1, 5, 0, 10]);
        let steps: Vec<String> = (0..1 + c.below(2))
            .map(|_| {
                let seconds = wait.to_string();
                wait += c.one(&[1, 5, 10]);
                object([("waitTimeSeconds", seconds), ("value", c.one(values))])
            })
            .collect();
        object([("target", quote(target)), ("steps", list(steps))])
    };
    targets.iter().map(expansion).collect()
}

fn rule_target(c: &mut Choices, rules: &[(String, RuleText)]) -> (String, Vec<String>) {
    let (name, rule) = c.one(rules);
    let fields: Vec<_> = rule.fields.iter().filter(|field| !field.steps.is_empty()).collect();
    if fields.is_empty() {
        return (String::new(), Vec::new());
    }
    let field = c.one(&fields);
    (format!("rules[{name}].{}", field.name), field.steps.clone())
}

/// A size of one or two teams that no expansion changes yet; a minimum never exceeds a maximum.
fn team_target(c: &mut Choices, declared: &mut Declared) -> (String, Vec<String>) {
    let count = 1 + c.below(2);
    let chosen = c.some(&(0..declared.teams.len()).collect::<Vec<_>>(), count);
    let of_maximum = c.once_in(2);
    if chosen.iter().any(|&at| declared.teams[at].expanded) {
        return (String::new(), Vec::new());
    }
    let teams = || chosen.iter().map(|&at| &declared.teams[at]);
    let names: Vec<&str> = teams().map(|team| team.name).collect();
    let names = names.join(c.one(&[", ", ","]));
    let (property, values) = if of_maximum {
        let floor = teams().map(|team| team.min.max(1)).max().unwrap_or(1);
        ("maxPlayers", [c.between(floor, 3), 3])
    } else {
        let ceiling = teams().map(|team| team.max).min().unwrap_or(0);
        ("minPlayers", [c.between(0, ceiling), 0])
    };
    chosen.iter().for_each(|&at| declared.teams[at].expanded = true);
    let values = values.iter().map(u32::to_string).collect();
    (format!("teams[{names}].{property}"), values)
}

//! Generated rule sets, as the text that a user writes.

use super::choices::Choices;
use super::declared::{Declared, Scale};
use super::rules::{RULE_KINDS, RuleText};
use super::text::{list, object, quote};
use crate::model::schema::PartyAggregation;
use crate::{CompileOptions, RuleSet};

/// A generated rule set.
#[derive(Clone, Debug)]
pub(crate) struct RuleSetText {
    pub(crate) text: String,
    pub(crate) declared: Declared,
    pub(crate) party_aggregation: PartyAggregation,
}

impl RuleSetText {
    pub(crate) fn compile(&self) -> Result<RuleSet, String> {
        let options = CompileOptions::default().party_aggregation(self.party_aggregation);
        let rule_set = RuleSet::compile(&self.text, options);
        rule_set.map_err(|errors| format!("{}\ndoes not compile:\n{errors}", self.show()))
    }

    pub(crate) fn show(&self) -> String {
        format!("rule set, parties {:?}:\n{}", self.party_aggregation, self.text)
    }
}

/// Expansions of one rule set.
const EXPANSIONS_MAX: usize = 3;

pub(crate) fn rule_set(numbers: &[u16], scale: Scale) -> RuleSetText {
    let c = &mut Choices::new(numbers);
    let mut declared = Declared::generate(c, scale);
    let count = 1 + c.below(scale.rules);
    let mut rules: Vec<(String, RuleText)> = Vec::new();
    for at in 1..=count {
        let generate = c.one(RULE_KINDS);
        let rule = generate(c, &declared, &rules);
        rules.push((format!("rule{at}"), rule));
    }
    let teams = declared.teams_text();
    let expansions = expansions(c, &mut declared, &rules);
    let rules = list(rules.iter().map(|(name, rule)| {
        let mut members = vec![("name", quote(name)), ("type", quote(rule.kind))];
        members.extend(rule.fields.iter().map(|field| (field.name, field.value.clone())));
        object(members)
    }));
    let mut members = vec![("ruleLanguageVersion", quote("1.0"))];
    members.push(("playerAttributes", declared.attributes_text()));
    let age = c.once_in(2).then(|| c.one(&["oldest", "newest"]));
    members.extend([("teams", teams), ("rules", rules), ("expansions", list(expansions))]);
    let collapse = c.once_in(4);
    let party_aggregation =
        if collapse { PartyAggregation::Collapse } else { PartyAggregation::Exact };
    let priority = c.one(&[None, Some("high"), Some("low")]);
    let algorithm = [("expansionAgeSelection", age), ("backfillPriority", priority)];
    let algorithm = algorithm.into_iter().filter_map(|(name, word)| Some((name, quote(word?))));
    members.push(("algorithm", object(algorithm)));
    RuleSetText { text: object(members), declared, party_aggregation }
}

fn expansions(
    c: &mut Choices,
    declared: &mut Declared,
    rules: &[(String, RuleText)],
) -> Vec<String> {
    let mut targets: Vec<Vec<Expandable>> = Vec::new();
    for _ in 0..c.below(EXPANSIONS_MAX + 1) {
        let together = match c.once_in(3) {
            true => vec![team_target(c, declared)],
            false => rule_targets(c, rules),
        };
        let first = together.first().filter(|(_, values)| !values.is_empty());
        let is_taken = |name: &String| targets.iter().flatten().any(|(taken, _)| taken == name);
        if first.is_some_and(|(name, _)| !is_taken(name)) {
            targets.push(together);
        }
    }
    let mut expansions = Vec::new();
    for together in &targets {
        let mut wait = c.one(&[1, 5, 0, 10]);
        let mut steps: Vec<Vec<String>> = vec![Vec::new(); together.len()];
        for _ in 0..1 + c.below(2) {
            let which = c.below(together[0].1.len());
            for ((_, values), steps) in together.iter().zip(&mut steps) {
                let value = values[which].clone();
                steps.push(object([("waitTimeSeconds", wait.to_string()), ("value", value)]));
            }
            wait += c.one(&[1, 5, 10]);
        }
        for ((target, _), steps) in together.iter().zip(steps) {
            expansions.push(object([("target", quote(target)), ("steps", list(steps))]));
        }
    }
    expansions
}

/// A target of expansions with the values that steps may give it.
type Expandable = (String, Vec<String>);

/// A field of a rule, or those that change together.
fn rule_targets(c: &mut Choices, rules: &[(String, RuleText)]) -> Vec<Expandable> {
    let (name, rule) = c.one(rules);
    let fields: Vec<_> = rule.fields.iter().filter(|field| !field.steps.is_empty()).collect();
    if fields.is_empty() {
        return Vec::new();
    }
    let chosen = c.one(&fields).name;
    let is_paired = rule.paired.contains(&chosen);
    let together = fields
        .into_iter()
        .filter(|field| field.name == chosen || is_paired && rule.paired.contains(&field.name));
    together.map(|field| (format!("rules[{name}].{}", field.name), field.steps.clone())).collect()
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

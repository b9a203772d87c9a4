//! Expansions of the typed tree (facts 1.7, 10.30, decision 10).

use std::collections::BTreeSet;

use super::ast::{ExpansionAst, FieldValue, StepAst, Target};
use super::parse_rules::{ParsedRule, measured_base, parse_field};
use crate::diag::{Problems, RuleSetErrorKind, RuleSetWarningKind, list_words, nearest, shorten};
use crate::json::cursor::{Cursor, Object};
use crate::model::limits;
use crate::model::schema::{Schema, TeamIdx};
use crate::rules::FieldShape;

/// What the steps of an expansion hold.
#[derive(Clone, Copy)]
enum StepShape {
    TeamSize(&'static str),
    Field(FieldShape),
}

pub(super) fn parse(
    cursor: &Cursor,
    schema: &Schema,
    rules: &[ParsedRule],
    problems: &mut Problems,
) -> Vec<ExpansionAst> {
    let mut expansions = Vec::new();
    // Properties that an expansion before has taken: (component, position, property).
    let mut taken = BTreeSet::new();
    for (index, node) in cursor.list(problems).unwrap_or_default().iter().enumerate() {
        let item = cursor.item(index, node);
        let Some(object) = item.object("an expansion", problems) else { continue };
        object.deny_unknown(&["target", "steps"], |_| None, problems);
        let steps = object.require("steps", problems);
        let Some(target_cursor) = object.require("target", problems) else { continue };
        let targets = parse_target(&target_cursor, schema, rules, problems);
        for target in targets.unwrap_or_default() {
            for key in spread(&target) {
                if !taken.insert(key) {
                    let text = target_cursor.string(problems).unwrap_or_default();
                    let kind = RuleSetErrorKind::TargetOverlap { target: shorten(text) };
                    let help = "put all steps of one property into one expansion";
                    problems.error_help(&target_cursor.site(), kind, help);
                    break;
                }
            }
            let shape = match &target {
                Target::MinPlayers(_) => Some(StepShape::TeamSize("minPlayers")),
                Target::MaxPlayers(_) => Some(StepShape::TeamSize("maxPlayers")),
                Target::RuleField { rule, field } => rules
                    .get(*rule)
                    .and_then(|it| it.kind)
                    .and_then(|kind| kind.fields().iter().find(|it| it.name == *field))
                    .map(|it| StepShape::Field(it.shape)),
            };
            let Some((shape, steps)) = shape.zip(steps.as_ref()) else { continue };
            let measured = match &target {
                Target::RuleField { rule, .. } => {
                    rules.get(*rule).and_then(|it| measured_base(&it.rule.fields))
                }
                _ => None,
            };
            let read = |cursor: &Cursor, problems: &mut Problems| match shape {
                StepShape::TeamSize(what) => cursor
                    .whole_number(what, 0, limits::MATCH_PLAYERS_MAX, problems)
                    .map(|players| FieldValue::Number(f64::from(players))),
                StepShape::Field(shape) => parse_field(cursor, shape, measured, schema, problems),
            };
            let steps = parse_steps(steps, read, problems);
            expansions.push(ExpansionAst { target, steps });
        }
    }
    expansions
}

fn spread(target: &Target) -> Vec<(&'static str, usize, &'static str)> {
    use crate::base::idx::Idx;
    let teams = |teams: &[TeamIdx], property| {
        teams.iter().map(|team| ("teams", team.index(), property)).collect()
    };
    match target {
        Target::MinPlayers(targets) => teams(targets, "minPlayers"),
        Target::MaxPlayers(targets) => teams(targets, "maxPlayers"),
        Target::RuleField { rule, field } => vec![("rules", *rule, *field)],
    }
}

fn parse_steps(
    cursor: &Cursor,
    read: impl Fn(&Cursor, &mut Problems) -> Option<FieldValue>,
    problems: &mut Problems,
) -> Vec<StepAst> {
    let Some(items) = cursor.list(problems) else { return Vec::new() };
    if items.is_empty() {
        problems.warn(&cursor.site(), RuleSetWarningKind::NoSteps, None);
    }
    let mut steps: Vec<StepAst> = Vec::new();
    let mut previous: Option<u32> = None;
    for (index, node) in items.iter().enumerate() {
        let item = cursor.item(index, node);
        let Some(object) = item.object("a step", problems) else { continue };
        object.deny_unknown(&["waitTimeSeconds", "value"], |_| None, problems);
        let wait = parse_wait(&object, previous, problems);
        let value = object
            .require("value", problems)
            .and_then(|it| read(&it, problems).map(|value| (value, it.site())));
        previous = wait.or(previous);
        if let Some((wait_seconds, (value, site))) = wait.zip(value) {
            steps.push(StepAst { wait_seconds, site, value });
        }
    }
    steps
}

fn parse_wait(object: &Object, previous: Option<u32>, problems: &mut Problems) -> Option<u32> {
    let cursor = object.require("waitTimeSeconds", problems)?;
    let seconds = cursor.whole_number("waitTimeSeconds", 0, u32::MAX, problems)?;
    if let Some(previous_seconds) = previous.filter(|&previous| seconds <= previous) {
        let kind = RuleSetErrorKind::StepOrder { previous_seconds, seconds };
        let help = "waiting times count from the ticket's start and must grow from step to step";
        problems.error_help(&cursor.site(), kind, help);
    }
    let limit = limits::REQUEST_TIMEOUT_SECONDS_MAX;
    if seconds >= limit {
        let kind = RuleSetWarningKind::StepNeverFires { seconds, limit };
        problems.warn(&cursor.site(), kind, None);
    }
    Some(seconds)
}

/// `teams[a, b].minPlayers` is one target, `rules[a, b].maxDistance` is one for each rule.
fn parse_target(
    cursor: &Cursor,
    schema: &Schema,
    rules: &[ParsedRule],
    problems: &mut Problems,
) -> Option<Vec<Target>> {
    let text = cursor.string(problems)?;
    let parts = text.trim().split_once('[').and_then(|(component, rest)| {
        let (names, property) = rest.rsplit_once(']')?;
        Some((component.trim(), names, property.trim().strip_prefix('.')?.trim()))
    });
    match parts {
        Some(("teams", names, property)) => {
            team_target(cursor, names, property, schema, problems).map(|target| vec![target])
        }
        Some(("rules", names, property)) => {
            let whole = rules.iter().any(|it| it.rule.name == names.trim());
            let names = if whole { vec![names] } else { names.split(',').collect() };
            let targets: Vec<_> = names
                .into_iter()
                .map(|name| rule_target(cursor, name.trim(), property, rules, problems))
                .collect();
            targets.into_iter().collect()
        }
        _ => {
            let kind = RuleSetErrorKind::TargetSyntax { target: shorten(text) };
            let help = match parts {
                Some(("algorithm", ..)) => "the algorithm cannot be expanded",
                _ => "write `teams[name].minPlayers` or `rules[name].maxDistance`",
            };
            problems.error_help(&cursor.site(), kind, help);
            None
        }
    }
}

fn team_target(
    cursor: &Cursor,
    names: &str,
    property: &str,
    schema: &Schema,
    problems: &mut Problems,
) -> Option<Target> {
    let mut teams = Vec::new();
    let mut whole = true;
    for name in names.split(',').map(str::trim) {
        match schema.team(name) {
            Some(team) if teams.contains(&team) => {
                whole = false;
                let kind = RuleSetErrorKind::RepeatedName { name: shorten(name) };
                problems.error(&cursor.site(), kind);
            }
            Some(team) => teams.push(team),
            None => {
                whole = false;
                unknown_team(cursor, name, schema, problems);
            }
        }
    }
    let target = match property {
        "minPlayers" => Target::MinPlayers(teams),
        "maxPlayers" => Target::MaxPlayers(teams),
        _ => {
            not_expandable(cursor, property, "a team", &["minPlayers", "maxPlayers"], problems);
            return None;
        }
    };
    whole.then_some(target)
}

fn unknown_team(cursor: &Cursor, name: &str, schema: &Schema, problems: &mut Problems) {
    if let Some(instance) = schema.instance(name) {
        let team = &schema.teams[schema.instances[instance].team].name;
        let kind =
            RuleSetErrorKind::TargetInstance { instance: shorten(name), team: shorten(team) };
        problems.error_help(&cursor.site(), kind, format!("name the team: `teams[{team}]`"));
        return;
    }
    let kind = RuleSetErrorKind::UnknownTeam { name: shorten(name) };
    let help = match nearest(name, schema.teams.iter().map(|team| &*team.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if name == "*" => "list the teams by name".into(),
        None => "declare it in `teams`".into(),
    };
    problems.error_help(&cursor.site(), kind, help);
}

fn rule_target(
    cursor: &Cursor,
    name: &str,
    property: &str,
    rules: &[ParsedRule],
    problems: &mut Problems,
) -> Option<Target> {
    let Some(position) = rules.iter().position(|it| it.rule.name == name) else {
        let kind = RuleSetErrorKind::UnknownRule { name: shorten(name) };
        let help = match nearest(name, rules.iter().map(|it| &*it.rule.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare it in `rules`".into(),
        };
        problems.error_help(&cursor.site(), kind, help);
        return None;
    };
    // A rule whose type is wrong is reported where it stands.
    let parsed = rules.get(position)?;
    let (rule, kind) = (&parsed.rule, parsed.kind?);
    let expandable: Vec<_> = kind.fields().iter().filter(|field| field.expandable).collect();
    let Some(field) = expandable.iter().find(|field| field.name == property) else {
        if kind.fields().iter().any(|it| matches!(it.shape, FieldShape::Statement)) {
            let of = format!("{} rules", kind.name());
            let kind = RuleSetErrorKind::TargetProperty { property: shorten(property), of };
            let help = "expand the rules that its statement names";
            problems.error_help(&cursor.site(), kind, help);
            return None;
        }
        let names: Vec<&str> = expandable.iter().map(|field| field.name).collect();
        let of = format!("{} rules", kind.name());
        not_expandable(cursor, property, &of, &names, problems);
        return None;
    };
    if rule.field(field.name).is_none() && parsed.broken {
        return None;
    }
    if rule.field(field.name).is_none() {
        let kind =
            RuleSetErrorKind::TargetAbsent { rule: shorten(name), property: field.name.into() };
        let help = format!("give the rule the `{}` that it begins with", field.name);
        problems.error_help(&cursor.site(), kind, help);
        return None;
    }
    Some(Target::RuleField { rule: position, field: field.name })
}

fn not_expandable(
    cursor: &Cursor,
    property: &str,
    of: &str,
    expandable: &[&str],
    problems: &mut Problems,
) {
    let kind = RuleSetErrorKind::TargetProperty { property: shorten(property), of: of.into() };
    let help = match nearest(property, expandable.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expandable: {}", list_words(expandable)),
    };
    problems.error_help(&cursor.site(), kind, help);
}

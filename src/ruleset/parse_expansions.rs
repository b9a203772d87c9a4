//! Expansions of the typed tree (facts 1.7, 10.30, decision 10).

use std::collections::BTreeSet;
use std::ops::Range;

use super::ast::{ExpansionAst, FieldValue, StepAst, Target};
use super::parse_rules::{ParsedRule, measured_base, parse_field};
use crate::diag::{Problems, RuleSetErrorKind, RuleSetWarningKind, Site, did_you_mean, shorten};
use crate::expr::ty::Base;
use crate::json::cursor::{Cursor, Object};
use crate::json::node::Value;
use crate::model::limits;
use crate::model::schema::Schema;
use crate::rules::FieldShape;

pub(super) fn parse(
    cursor: &Cursor,
    schema: &Schema,
    rules: &[ParsedRule],
    problems: &mut Problems,
) -> Vec<ExpansionAst> {
    let mut expansions = Vec::new();
    // The properties that expansions before have taken.
    let mut taken = BTreeSet::new();
    let mut steps_read = 0;
    for (index, node) in cursor.list(problems).unwrap_or_default().iter().enumerate() {
        if problems.is_full() {
            break;
        }
        let item = cursor.item(index, node);
        let Some(mut object) = item.object("an expansion", problems) else { continue };
        object.deny_unknown(&["target", "steps"], |_| None, problems);
        let steps = object.require("steps", problems);
        let Some(target_cursor) = object.require("target", problems) else { continue };
        let targets = parse_target(&target_cursor, schema, rules, problems);
        if targets.is_none()
            && let Some(steps) = &steps
        {
            parse_steps(steps, &StepValues::without_target(&target_cursor), problems);
        }
        for target in targets.unwrap_or_default() {
            if !target.parts().into_iter().all(|part| taken.insert(part)) {
                let text = target_cursor.string(problems).unwrap_or_default();
                let kind = RuleSetErrorKind::TargetOverlap { target: shorten(text) };
                let help = "put all steps of one property into one expansion";
                problems.error_help(&target_cursor.site(), kind, help);
            }
            let values = StepValues::of(&target, schema, rules);
            let Some((values, steps)) = values.zip(steps.as_ref()) else { continue };
            if let Value::Array(items) = &steps.node.value {
                steps_read += items.len();
            }
            if steps_read > limits::EXPANSION_STEPS_MAX {
                let kind = RuleSetErrorKind::OutOfRange {
                    what: "the number of expansion steps, counted for each rule of a list,".into(),
                    value: steps_read as f64,
                    range: format!("at most {}", limits::EXPANSION_STEPS_MAX),
                };
                problems.error(&target_cursor.site(), kind);
                return expansions;
            }
            let steps = parse_steps(steps, &values, problems);
            expansions.push(ExpansionAst { target, steps });
        }
    }
    expansions
}

/// What the steps of a target may hold.
enum StepValues<'s> {
    /// A number of players, by the name of the property.
    TeamSize(&'static str),
    Field {
        shape: FieldShape,
        /// What the measurements of the rule are made of.
        measured: Option<Base>,
        schema: &'s Schema,
    },
    /// Their target cannot be told, so neither can what they should hold.
    Unknown,
}

impl<'s> StepValues<'s> {
    /// Of steps whose target is not known, as far as its text tells.
    fn without_target(cursor: &Cursor) -> Self {
        let Value::String(text) = &cursor.node.value else { return Self::Unknown };
        match TargetText::split(text).map(|target| (target.component, target.property.text)) {
            Some(("teams", "minPlayers")) => Self::TeamSize("minPlayers"),
            Some(("teams", "maxPlayers")) => Self::TeamSize("maxPlayers"),
            _ => Self::Unknown,
        }
    }

    /// `None` where the type of the rule is wrong, which is reported where it stands.
    fn of(target: &Target, schema: &'s Schema, rules: &[ParsedRule]) -> Option<Self> {
        match target {
            Target::MinPlayers(_) => Some(Self::TeamSize("minPlayers")),
            Target::MaxPlayers(_) => Some(Self::TeamSize("maxPlayers")),
            Target::RuleField { rule, field } => {
                let ParsedRule { rule, kind } = rules.get(*rule)?;
                let shape = kind.as_ref()?.fields().iter().find(|it| it.name == *field)?.shape;
                Some(Self::Field { shape, measured: measured_base(&rule.fields), schema })
            }
        }
    }

    fn read(&self, cursor: &Cursor, problems: &mut Problems) -> Option<FieldValue> {
        match *self {
            Self::TeamSize(what) => {
                let players = cursor.whole_number(what, 0, limits::MATCH_PLAYERS_MAX, problems)?;
                Some(FieldValue::Number(f64::from(players)))
            }
            Self::Field { shape, measured, schema } => {
                parse_field(cursor, shape, measured, schema, problems)
            }
            Self::Unknown => None,
        }
    }
}

fn parse_steps(cursor: &Cursor, values: &StepValues<'_>, problems: &mut Problems) -> Vec<StepAst> {
    let Some(items) = cursor.list(problems) else { return Vec::new() };
    if items.is_empty() {
        let help = Some("add steps, or take the expansion out".into());
        problems.warn(&cursor.site(), RuleSetWarningKind::NoSteps, help);
    }
    let mut steps: Vec<StepAst> = Vec::new();
    let mut previous: Option<u32> = None;
    for (index, node) in items.iter().enumerate() {
        if problems.is_full() {
            break;
        }
        let item = cursor.item(index, node);
        let Some(mut object) = item.object("a step", problems) else { continue };
        object.deny_unknown(&["waitTimeSeconds", "value"], |_| None, problems);
        let wait = parse_wait(&object, previous, problems);
        let value = object
            .require("value", problems)
            .and_then(|it| values.read(&it, problems).map(|value| (value, it.site())));
        previous = wait.as_ref().map(|&(seconds, _)| seconds).or(previous);
        if let Some(((wait_seconds, wait_site), (value, site))) = wait.zip(value) {
            steps.push(StepAst { wait_seconds, wait_site, site, value });
        }
    }
    steps
}

/// The waiting time of a step, and where it is.
fn parse_wait(
    object: &Object,
    previous: Option<u32>,
    problems: &mut Problems,
) -> Option<(u32, Site)> {
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
        let help = "waiting times are in seconds; take an earlier one";
        problems.warn(&cursor.site(), kind, Some(help.into()));
    }
    Some((seconds, cursor.site()))
}

/// A name or property of a target, with its bytes in the text of the target.
#[derive(Clone)]
struct Part<'t> {
    text: &'t str,
    span: Range<usize>,
}

impl<'t> Part<'t> {
    /// The part of `text` in `span`, without the white space around it.
    fn trimmed(text: &'t str, span: Range<usize>) -> Self {
        let part = text.get(span.clone()).unwrap_or("");
        let start = span.start + part.len() - part.trim_start().len();
        let part = part.trim();
        Self { text: part, span: start..start + part.len() }
    }
}

/// A target in its parts: `component[names].property`.
struct TargetText<'t> {
    component: &'t str,
    /// What stands in the brackets.
    inside: Part<'t>,
    /// The same, as a list.
    names: Vec<Part<'t>>,
    property: Part<'t>,
}

impl<'t> TargetText<'t> {
    fn split(text: &'t str) -> Option<Self> {
        let open = text.find('[')?;
        let close = text.rfind(']').filter(|&close| open < close)?;
        let after = text.get(close + 1..)?;
        let point = close + 1 + after.len() - after.trim_start().len();
        if text.get(point..)?.strip_prefix('.').is_none_or(|rest| rest.trim().is_empty()) {
            return None;
        }
        let mut start = open + 1;
        let inside = text.get(start..close)?;
        let names = inside.split(',').map(|name| {
            let span = start..start + name.len();
            start = span.end + 1;
            Part::trimmed(text, span)
        });
        Some(Self {
            component: text.get(..open)?.trim(),
            names: names.collect(),
            inside: Part::trimmed(text, open + 1..close),
            property: Part::trimmed(text, point + 1..text.len()),
        })
    }
}

/// `teams[a, b].minPlayers` is one target, `rules[a, b].maxDistance` is one for each rule.
fn parse_target(
    cursor: &Cursor,
    schema: &Schema,
    rules: &[ParsedRule],
    problems: &mut Problems,
) -> Option<Vec<Target>> {
    let text = cursor.string(problems)?;
    let parts = TargetText::split(text);
    match parts {
        Some(target) if target.component == "teams" => {
            team_target(cursor, &target, schema, problems).map(|target| vec![target])
        }
        Some(target) if target.component == "rules" => {
            let whole = rules.iter().any(|it| it.rule.name == target.inside.text);
            let names = if whole { vec![target.inside] } else { target.names };
            let targets: Vec<_> = names
                .into_iter()
                .map(|name| rule_target(cursor, &name, &target.property, rules, problems))
                .collect();
            targets.into_iter().collect()
        }
        other => {
            let kind = RuleSetErrorKind::TargetSyntax { target: shorten(text) };
            let help = match other.map(|target| target.component) {
                Some("algorithm") => "the algorithm cannot be expanded",
                _ => "write `teams[name].minPlayers` or `rules[name].maxDistance`",
            };
            problems.error_help(&cursor.site(), kind, help);
            None
        }
    }
}

fn team_target(
    cursor: &Cursor,
    target: &TargetText<'_>,
    schema: &Schema,
    problems: &mut Problems,
) -> Option<Target> {
    let mut teams = Vec::new();
    let mut whole = true;
    for name in &target.names {
        match schema.team(name.text) {
            Some(team) if teams.contains(&team) => {
                whole = false;
                let kind = RuleSetErrorKind::RepeatedName { name: shorten(name.text) };
                let help = Some("take one of the two out".into());
                problems.error_inside(&cursor.site(), name.span.clone(), kind, help);
            }
            Some(team) => teams.push(team),
            None => {
                whole = false;
                unknown_team(cursor, name, schema, problems);
            }
        }
    }
    let target = match target.property.text {
        "minPlayers" => Target::MinPlayers(teams),
        "maxPlayers" => Target::MaxPlayers(teams),
        _ => {
            let expandable = ["minPlayers", "maxPlayers"];
            not_expandable(cursor, &target.property, "a team", &expandable, problems);
            return None;
        }
    };
    whole.then_some(target)
}

fn unknown_team(cursor: &Cursor, name: &Part<'_>, schema: &Schema, problems: &mut Problems) {
    let Part { text, span } = name.clone();
    if let Some(instance) = schema.instance(text) {
        let team = shorten(&schema.teams[schema.instances[instance].team].name);
        let help = Some(format!("name the team: `teams[{team}]`"));
        let kind = RuleSetErrorKind::TargetInstance { instance: shorten(text), team };
        problems.error_inside(&cursor.site(), span, kind, help);
        return;
    }
    if schema.unread.teams || problems.is_full() {
        return;
    }
    let kind = RuleSetErrorKind::UnknownTeam { name: shorten(text) };
    let known: Vec<&str> = schema.teams.iter().map(|team| &*team.name).collect();
    let help = match text {
        "*" => "list the teams by name".into(),
        _ => did_you_mean(text, &known, "declared:"),
    };
    problems.error_inside(&cursor.site(), span, kind, Some(help));
}

fn rule_target(
    cursor: &Cursor,
    name: &Part<'_>,
    property: &Part<'_>,
    rules: &[ParsedRule],
    problems: &mut Problems,
) -> Option<Target> {
    let Part { text, span } = name.clone();
    let Some(position) = rules.iter().position(|it| it.rule.name == text) else {
        if ParsedRule::any_unread(rules) || problems.is_full() {
            return None;
        }
        let kind = RuleSetErrorKind::UnknownRule { name: shorten(text) };
        let known: Vec<&str> = rules.iter().map(|it| &*it.rule.name).collect();
        let help = match &*known {
            [] => "declare it in `rules`".into(),
            known => did_you_mean(text, known, "declared:"),
        };
        problems.error_inside(&cursor.site(), span, kind, Some(help));
        return None;
    };
    // A rule whose type is wrong is reported where it stands.
    let parsed = rules.get(position)?;
    let (rule, kind) = (&parsed.rule, parsed.kind?);
    let expandable: Vec<_> = kind.fields().iter().filter(|field| field.expandable).collect();
    let Some(field) = expandable.iter().find(|field| field.name == property.text) else {
        if kind.fields().iter().any(|it| matches!(it.shape, FieldShape::Statement)) {
            let of = format!("{} rules", kind.name());
            let kind = RuleSetErrorKind::TargetProperty { property: shorten(property.text), of };
            let help = Some("expand the rules that its statement names".into());
            problems.error_inside(&cursor.site(), property.span.clone(), kind, help);
            return None;
        }
        let names: Vec<&str> = expandable.iter().map(|field| field.name).collect();
        let of = format!("{} rules", kind.name());
        not_expandable(cursor, property, &of, &names, problems);
        return None;
    };
    if rule.lacks(field.name) {
        let kind =
            RuleSetErrorKind::TargetAbsent { rule: shorten(text), property: field.name.into() };
        let help = Some(format!("give the rule the `{}` that it begins with", field.name));
        problems.error_inside(&cursor.site(), property.span.clone(), kind, help);
        return None;
    }
    Some(Target::RuleField { rule: position, field: field.name })
}

fn not_expandable(
    cursor: &Cursor,
    property: &Part<'_>,
    of: &str,
    expandable: &[&str],
    problems: &mut Problems,
) {
    let kind = RuleSetErrorKind::TargetProperty { property: shorten(property.text), of: of.into() };
    let help = match expandable {
        [] => format!("nothing of {of} can be expanded"),
        _ => did_you_mean(property.text, expandable, "expandable:"),
    };
    problems.error_inside(&cursor.site(), property.span.clone(), kind, Some(help));
}

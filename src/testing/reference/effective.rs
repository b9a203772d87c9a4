//! The values in force after a waiting time (`matching.md` section 3).

use super::Party;
use crate::base::time::Millis;
use crate::model::schema::{AgeSelection, TeamIdx};
use crate::ruleset::ast::{ExpansionAst, FieldValue, RuleAst, RuleSetAst, Target};

/// The waiting time of a match: the age of its newest or of its oldest ticket (facts 4.5).
pub(super) fn wait(ast: &RuleSetAst, parties: &[Party<'_>]) -> Millis {
    let ages = parties.iter().map(|party| party.age);
    let age = match ast.algorithm.age_selection {
        AgeSelection::Newest => ages.min(),
        AgeSelection::Oldest => ages.max(),
    };
    age.unwrap_or_default()
}

/// The `minPlayers` and `maxPlayers` of each instance of a team.
pub(super) fn team_size(ast: &RuleSetAst, team: TeamIdx, wait: Millis) -> (u32, u32) {
    let declared = &ast.schema.teams[team];
    let (mut min, mut max) = (declared.min_players, declared.max_players);
    for expansion in &ast.expansions {
        let size = match &expansion.target {
            Target::MinPlayers(teams) if teams.contains(&team) => &mut min,
            Target::MaxPlayers(teams) if teams.contains(&team) => &mut max,
            _ => continue,
        };
        match due(expansion, wait) {
            Some(FieldValue::Number(players)) => *size = *players as u32,
            Some(other) => unreachable!("a team size is a number, not {other:?}"),
            None => {}
        }
    }
    (min, max)
}

/// Whether the match leaves so many places of all teams open, or as many as their minimums let it.
#[cfg(any(test, feature = "testing"))]
pub(super) fn leaves_open(
    ast: &RuleSetAst,
    parties: &[Party<'_>],
    wait: Millis,
    places: u32,
) -> bool {
    let (mut at_least, mut at_most) = (0, 0);
    for instance in ast.schema.instances.iter() {
        let (min, max) = team_size(ast, instance.team, wait);
        at_least += min;
        at_most += max;
    }
    let players: usize = parties.iter().map(|party| party.players.len()).sum();
    let wanted = at_most.saturating_sub(places);
    players <= wanted.max(at_least) as usize
}

/// The rule at a position with its fields as they are in force.
pub(super) fn rule(ast: &RuleSetAst, position: usize, wait: Millis) -> RuleAst {
    let mut rule = ast.rules[position].clone();
    for expansion in &ast.expansions {
        let Target::RuleField { rule: target, field } = &expansion.target else { continue };
        if *target != position {
            continue;
        }
        if let Some(value) = due(expansion, wait) {
            let field = rule.fields.iter_mut().find(|it| it.name == *field);
            // decision 10 refuses an expansion of a field that is not there
            field.expect("an expansion changes a field that its rule states").value = value.clone();
        }
    }
    rule
}

/// The value of the last step due: a step is in force from its waiting time on (decision 10).
fn due(expansion: &ExpansionAst, wait: Millis) -> Option<&FieldValue> {
    let is_due = |seconds: u32| Millis::from_secs(seconds) <= wait;
    expansion.steps.iter().rfind(|step| is_due(step.wait_seconds)).map(|step| &step.value)
}

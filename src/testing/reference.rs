//! The reference evaluator: a plain interpreter of a rule set on a complete match.
//!
//! It says what a rule set means, in the order in which a person would check a match by hand: put
//! the tickets in order, find the values in force, count the teams, list the locations that the
//! match could be at, hold every measurement against its bound, and look for a location at which
//! every rule holds. It clones freely and remembers nothing.
//!
//! A backfill ticket comes in parts, one for each team. Expressions see each part in its team; a
//! rule about tickets sees them as one ticket.

mod batch_distance;
mod collection;
mod comparison;
mod compound;
mod distance;
mod effective;
mod expression;
mod latency;
mod location;
mod measure;
mod party;
mod rules;
mod sort;
#[cfg(test)]
mod tests;
mod ticket;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use self::location::Place;
use self::ticket::Ticket;
use self::value::{Value, name};
use super::judgement::{JudgeError, Judgement, TeamJudgement};
use crate::base::time::Millis;
use crate::model::limits::MATCH_PLAYERS_MAX;
use crate::model::matched::PlacedTicket;
use crate::model::schema::{AttributeIdx, AttributeType, InstanceIdx, PartyAggregation, Schema};
use crate::model::ticket::{AttributeValue, Player};
use crate::ruleset::ast::RuleSetAst;

/// Judges a match: `tickets` in the order in which they were submitted, each with the team
/// instance that it is in. `Player::team` is not read.
///
/// # Errors
/// [`JudgeError`] when there is nothing that could be judged, or a rule of a kind that this
/// evaluator does not know.
pub(crate) fn judge(ast: &RuleSetAst, tickets: &[PlacedTicket]) -> Result<Judgement, JudgeError> {
    let parties = parties(ast, tickets)?;
    let wait = effective::wait(ast, &parties);
    let lineup = assemble(ast, &parties);
    let instances = ast.schema.instances.indices();
    let teams: Vec<TeamJudgement> =
        instances.map(|team| team_size(ast, &parties, team, wait)).collect();
    let mut judged = Vec::new();
    for position in 0..ast.rules.len() {
        judged.push(rules::judge(ast, position, wait, &lineup, &judged)?);
    }
    let mut problems = attribute_problems(&lineup);
    problems.extend(repeated_players(&lineup));
    problems.extend(lineup.nobody_joins());
    let allowed = location::allowed(&lineup, &judged);
    let no_location = location::problem(&lineup, &judged, &allowed);
    problems.extend(no_location.as_ref().map(ToString::to_string));
    let location = location::best(&lineup, &allowed);
    let rules: Vec<_> = judged.into_iter().map(|rule| rule.judgement).collect();
    let valid = teams.iter().all(|team| team.holds)
        && rules.iter().all(|rule| rule.holds || !rule.enforced)
        && !allowed.is_empty()
        && problems.is_empty();
    Ok(Judgement { valid, wait, location, no_location, teams, rules, problems })
}

/// For each rule, the number that says how near the match came to its bound.
///
/// # Errors
/// [`JudgeError`] when there is nothing that could be measured.
pub(crate) fn measure(
    ast: &RuleSetAst,
    tickets: &[PlacedTicket],
) -> Result<Vec<Option<f64>>, JudgeError> {
    let parties = parties(ast, tickets)?;
    let wait = effective::wait(ast, &parties);
    let lineup = assemble(ast, &parties);
    let rules = 0..ast.rules.len();
    Ok(rules.map(|position| measure::measure(ast, position, wait, &lineup)).collect())
}

/// Whether [`judge`] would find the match valid, and it leaves `additional_players` places open as
/// far as the minimums let it (decision 17). A match that cannot be judged is a mistake of the test
/// that asks, so it panics.
#[cfg(test)]
pub(crate) fn is_valid(
    ast: &RuleSetAst,
    tickets: &[PlacedTicket],
    additional_players: u32,
) -> bool {
    let parties = parties(ast, tickets).expect("the match can be judged");
    is_valid_match(ast, &parties, additional_players)
}

/// Whether [`judge`] would find the match valid and it leaves so many places open, cheap checks
/// first.
#[cfg(any(test, feature = "testing"))]
pub(super) fn is_valid_match(
    ast: &RuleSetAst,
    parties: &[Party<'_>],
    additional_players: u32,
) -> bool {
    let wait = effective::wait(ast, parties);
    if !effective::leaves_open(ast, parties, wait, additional_players) {
        return false;
    }
    if !ast.schema.instances.indices().all(|team| team_size(ast, parties, team, wait).holds) {
        return false;
    }
    let lineup = assemble(ast, parties);
    let problems = [attribute_problems(&lineup), repeated_players(&lineup)].concat();
    if !problems.is_empty() || lineup.nobody_joins().is_some() {
        return false;
    }
    let mut judged = Vec::new();
    for position in 0..ast.rules.len() {
        let rule = rules::judge(ast, position, wait, &lineup, &judged);
        let rule = rule.expect("the rule can be judged");
        if rule.judgement.enforced && !rule.judgement.holds {
            return false;
        }
        judged.push(rule);
    }
    !location::allowed(&lineup, &judged).is_empty()
}

/// A ticket in a team, or a part of the backfill ticket.
#[derive(Clone, Copy)]
pub(super) struct Party<'a> {
    pub(super) team: InstanceIdx,
    pub(super) age: Millis,
    pub(super) players: &'a [Player],
    pub(super) backfill: bool,
}

fn parties<'a>(
    ast: &RuleSetAst,
    tickets: &'a [PlacedTicket],
) -> Result<Vec<Party<'a>>, JudgeError> {
    if tickets.is_empty() {
        return Err(JudgeError::NoTickets);
    }
    let players = tickets.iter().map(|ticket| ticket.players.len()).sum();
    let limit = MATCH_PLAYERS_MAX as usize;
    if players > limit {
        return Err(JudgeError::TooManyPlayers { players, limit });
    }
    let mut parties: Vec<Party<'a>> = Vec::new();
    for (position, ticket) in (1..).zip(tickets) {
        if ticket.players.is_empty() {
            return Err(JudgeError::EmptyTicket { position });
        }
        let Some(team) = ast.schema.instance(&ticket.team) else {
            let known = ast.schema.instances.iter().map(|it| it.name.to_string()).collect();
            return Err(JudgeError::UnknownTeam { position, team: ticket.team.clone(), known });
        };
        let PlacedTicket { age, players, backfill, .. } = ticket;
        let before = parties.iter().rfind(|party| party.backfill && *backfill);
        if before.is_some_and(|part| part.age != *age) {
            return Err(JudgeError::BackfillAges { position });
        }
        parties.push(Party { team, age: *age, players, backfill: *backfill });
    }
    Ok(parties)
}

/// A complete match in canonical order (decision 14): by team instance, then older ticket first,
/// then the order of submission, then the order of players in their ticket.
struct Lineup<'a> {
    schema: &'a Schema,
    /// Whether expressions see a ticket as one player (facts 10.6).
    collapse: bool,
    /// Every instance, in the order of definition.
    teams: Vec<Team<'a>>,
    /// Where the match could be, by name.
    places: Vec<Place<'a>>,
}

struct Team<'a> {
    index: InstanceIdx,
    name: &'a str,
    tickets: Vec<Ticket<'a>>,
}

/// Puts the match in order.
fn assemble<'a>(ast: &'a RuleSetAst, parties: &[Party<'a>]) -> Lineup<'a> {
    let mut teams = Vec::new();
    for (index, instance) in ast.schema.instances.enumerate() {
        let tickets = ticket::in_team(index, parties);
        teams.push(Team { index, name: &instance.name, tickets });
    }
    let collapse = ast.party_aggregation == PartyAggregation::Collapse;
    let places = location::places(&teams);
    Lineup { schema: &ast.schema, collapse, teams, places }
}

impl<'a> Lineup<'a> {
    fn team(&self, instance: InstanceIdx) -> &Team<'a> {
        let team = self.teams.iter().find(|team| team.index == instance);
        team.expect("a lineup has every instance of its schema")
    }

    /// Each ticket of the match, the backfill ticket in one piece.
    fn tickets(&self) -> Vec<Ticket<'a>> {
        ticket::whole(self.teams.iter().flat_map(|team| &team.tickets))
    }

    fn players(&self) -> impl Iterator<Item = &'a Player> {
        self.teams.iter().flat_map(|team| &team.tickets).flat_map(|it| it.players.iter().copied())
    }

    /// Why the match is none, when it has a backfill ticket alone (facts 5.1, 10.28).
    fn nobody_joins(&self) -> Option<String> {
        let alone = self.tickets().iter().all(|ticket| ticket.backfill);
        alone.then(|| "no other ticket joins the backfill ticket".into())
    }

    /// The value of a player's attribute, or its default.
    ///
    /// # Errors
    /// In words, why there is no such value.
    fn attribute(&self, player: &Player, attribute: AttributeIdx) -> Result<Value, String> {
        let declared = &self.schema.attributes[attribute];
        let sent = player.attributes.get(&*declared.name);
        // facts 1.3: an empty string as default is the same as no default
        let default = declared
            .default
            .as_ref()
            .filter(|default| !matches!(default, AttributeValue::String(text) if text.is_empty()));
        let id = player.player_id.as_str();
        let whose = || format!("`{}` of player `{}`", name(&declared.name), name(id));
        let Some(value) = sent.or(default) else {
            return Err(format!(
                "{} is missing and has no default, so the player can never be matched",
                whose()
            ));
        };
        match (declared.attribute_type, value) {
            (AttributeType::Number, AttributeValue::Number(number)) if number.is_finite() => {
                Ok(Value::Number(*number))
            }
            (AttributeType::String, AttributeValue::String(text)) => Ok(Value::Text(text.clone())),
            (AttributeType::StringList, AttributeValue::StringList(texts)) => {
                let mut seen = BTreeSet::new();
                let once = texts.iter().filter(|text| seen.insert(text.as_str()));
                Ok(Value::numbered(once.map(|text| Value::Text(text.clone())).collect()))
            }
            (AttributeType::StringNumberMap, AttributeValue::StringNumberMap(map))
                if map.values().all(|number| number.is_finite()) =>
            {
                Ok(Value::Map(map.clone()))
            }
            (AttributeType::Number, AttributeValue::Number(_))
            | (AttributeType::StringNumberMap, AttributeValue::StringNumberMap(_)) => {
                Err(format!("{} is not finite", whose()))
            }
            (expected, _) => Err(format!("{} is not a {}", whose(), expected.as_str())),
        }
    }
}

/// The size of a team instance against its limits.
fn team_size(
    ast: &RuleSetAst,
    parties: &[Party<'_>],
    team: InstanceIdx,
    wait: Millis,
) -> TeamJudgement {
    let instance = &ast.schema.instances[team];
    let (mut min, max) = effective::team_size(ast, instance.team, wait);
    if parties.iter().any(|party| party.backfill) {
        // a session that has lost players may be filled step by step (decision 17)
        min = 0;
    }
    let inside = parties.iter().filter(|party| party.team == team);
    let players = inside.map(|party| party.players.len() as u32).sum();
    let holds = min <= players && players <= max;
    TeamJudgement { name: instance.name.to_string(), players, min, max, holds }
}

/// Players who lack a declared attribute, or have a value of the wrong type, whether a rule uses
/// it or not (facts 1.3, 10.18).
fn attribute_problems(lineup: &Lineup<'_>) -> Vec<String> {
    let of_player = |player: &Player| -> Vec<String> {
        let attributes = lineup.schema.attributes.indices();
        attributes.filter_map(|attribute| lineup.attribute(player, attribute).err()).collect()
    };
    lineup.players().flat_map(of_player).collect()
}

/// One sentence for each player who stands in the match more than once.
fn repeated_players(lineup: &Lineup<'_>) -> Vec<String> {
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for player in lineup.players() {
        *times.entry(player.player_id.as_str()).or_default() += 1;
    }
    let repeated = times.into_iter().filter(|&(_, times)| times > 1);
    repeated
        .map(|(id, times)| format!("player `{}` stands in the match {times} times", name(id)))
        .collect()
}

//! Teams that no parties can fill, or get into at all.

use super::outcomes::Outcomes;
use super::prospect::{Matches, Outcome, Prospect};
use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::diag::{Problems, RuleSetWarningKind, shorten};
use crate::eval::candidate::Room;
use crate::json::node::Node;
use crate::model::schema::InstanceIdx;
use crate::ruleset::places::{
    self,
    Step::{Item, Key},
};
use crate::ruleset::plan::Plan;

pub(super) fn check(
    root: &Node,
    plan: &Plan,
    outcomes: &Outcomes,
    prospect: &mut Prospect<'_>,
    problems: &mut Problems,
) {
    let schema = &plan.ast.schema;
    for (team, declaration) in schema.teams.enumerate() {
        let site = places::at(root, &[Key("teams"), Item(team.index()), Key("maxPlayers")]);
        let mut instances = schema.instances_of(team);
        let Some(first) = instances.next() else { continue };
        if plan.sizes.iter().all(|sizes| sizes[first].max == 0) {
            let kind = RuleSetWarningKind::TeamAlwaysEmpty {
                team: shorten(&declaration.name),
                reason: "its maxPlayers is 0 at every waiting time".into(),
            };
            let help = "raise it, here or by an expansion, or take the team out";
            problems.warn(&site, kind, Some(help.into()));
            continue;
        }
        // Where no rule tells instances from each other, one speaks for all.
        let others = instances.filter(|_| !plan.interchangeable[team]);
        for instance in std::iter::once(first).chain(others) {
            let refused = |prospect: &mut Prospect<'_>, min| {
                refusing_rule(plan, outcomes, prospect, instance, min)
            };
            let Some(rule) = refused(prospect, Least::All) else { continue };
            let name = shorten(&schema.instances[instance].name);
            let kind = match refused(prospect, Least::One) {
                Some(rule) => RuleSetWarningKind::TeamAlwaysEmpty {
                    team: name,
                    reason: format!("rule `{}` refuses it", rule_name(plan, rule)),
                },
                None => RuleSetWarningKind::TeamNeverFull {
                    team: name,
                    players: plan.sizes[Epoch::first()][instance].max,
                    rule: rule_name(plan, rule),
                },
            };
            let help = "change the rule, or lower `maxPlayers` to what it lets in";
            problems.warn(&site, kind, Some(help.into()));
        }
    }
}

fn rule_name(plan: &Plan, rule: usize) -> String {
    plan.ast.rules.get(rule).map_or_else(String::new, |rule| shorten(&rule.name))
}

/// How many players are to be in the team.
#[derive(Clone, Copy)]
enum Least {
    /// As many as it takes.
    All,
    One,
}

/// A rule that refuses every match with so many players in a team instance, at the first waiting
/// time; `None` unless one does at each. Rules that refuse all matches do not count.
fn refusing_rule(
    plan: &Plan,
    outcomes: &Outcomes,
    prospect: &mut Prospect<'_>,
    instance: InstanceIdx,
    least: Least,
) -> Option<usize> {
    let mut first = None;
    for epoch in plan.epochs.indices() {
        let mut room = prospect.room(epoch, Matches::All);
        let max = room[instance].max;
        let min = match least {
            Least::All => max,
            Least::One => 1,
        };
        if max == 0 {
            return None;
        }
        room[instance] = Room { min, max };
        let enforced = plan.enforced.iter().map(|it| it.position);
        let mut enforced = enforced.filter(|&it| outcomes.of(it) != Outcome::Fails);
        let rule =
            enforced.find(|&it| prospect.outcome(it, epoch, None, &room) == Outcome::Fails)?;
        first = first.or(Some(rule));
    }
    first
}

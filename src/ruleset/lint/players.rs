//! What of a rule set these players can never meet.

use super::standing::Standings;
use crate::base::idx::{Col, Idx};
use crate::diag::{Problems, RuleSetWarningKind, shorten};
use crate::json::node::Node;
use crate::model::schema::AttributeIdx;
use crate::model::ticket::Player;
use crate::ruleset::places::{
    self,
    Step::{Item, Key},
};
use crate::ruleset::plan::Plan;

pub(super) fn check<'p>(
    root: &Node,
    plan: &Plan,
    sample: impl Iterator<Item = &'p Player>,
    problems: &mut Problems,
) {
    let attributes = &plan.ast.schema.attributes;
    let mut lacking: Col<AttributeIdx, usize> = attributes.iter().map(|_| 0).collect();
    let (mut players, mut without_latency) = (0, 0);
    for player in sample {
        players += 1;
        without_latency += usize::from(player.latency_in_ms.is_empty());
        for (attribute, declaration) in attributes.enumerate() {
            let is_there = player.attributes.contains_key(&*declaration.name);
            lacking[attribute] += usize::from(!is_there && declaration.default.is_none());
        }
    }
    for (attribute, &without) in lacking.enumerate().filter(|&(_, &without)| without > 0) {
        let name = shorten(&attributes[attribute].name);
        let kind =
            RuleSetWarningKind::PlayersWithoutAttribute { attribute: name, without, players };
        let site =
            places::at(root, &[Key("playerAttributes"), Item(attribute.index()), Key("name")]);
        problems.warn(&site, kind, Some("give it a `default`, or send it with everybody".into()));
    }
    if without_latency == 0 {
        return;
    }
    let standings = Standings::new(&plan.ast);
    for (position, rule) in plan.ast.rules.iter().enumerate() {
        if rule.kind == "latency" && standings.of(position).needed {
            let kind = RuleSetWarningKind::PlayersWithoutLatency {
                rule: shorten(&rule.name),
                without: without_latency,
                players,
            };
            let help = "send `LatencyInMs` with every player, or take the rule out";
            problems.warn(&rule.site, kind, Some(help.into()));
        }
    }
}

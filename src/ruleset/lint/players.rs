//! What of a rule set these players can never meet, or surely do not mean.

use std::collections::BTreeSet;

use super::standing::Standings;
use crate::base::idx::{Col, Idx};
use crate::diag::{Problems, RuleSetWarningKind, nearest, shorten};
use crate::json::node::Node;
use crate::model::schema::{AttributeIdx, AttributeType};
use crate::model::ticket::Player;
use crate::ruleset::places::{
    self,
    Step::{Item, Key},
};
use crate::ruleset::plan::Plan;

/// How many players send an attribute.
#[derive(Default)]
struct Sent {
    players: usize,
    /// Those of them whose value has another type than is declared.
    as_other_type: usize,
}

pub(super) fn check<'p>(
    root: &Node,
    plan: &Plan,
    sample: impl Iterator<Item = &'p Player>,
    problems: &mut Problems,
) {
    let attributes = &plan.ast.schema.attributes;
    let mut sent: Col<AttributeIdx, Sent> = attributes.iter().map(|_| Sent::default()).collect();
    let mut undeclared: BTreeSet<&str> = BTreeSet::new();
    let (mut players, mut without_latency) = (0, 0);
    for player in sample {
        players += 1;
        without_latency += usize::from(player.latency_in_ms.is_empty());
        for (attribute, declaration) in attributes.enumerate() {
            let Some(value) = player.attributes.get(&*declaration.name) else { continue };
            sent[attribute].players += 1;
            let is_other = AttributeType::of(value) != declaration.attribute_type;
            sent[attribute].as_other_type += usize::from(is_other);
        }
        let names = player.attributes.keys().map(String::as_str);
        undeclared.extend(names.filter(|name| plan.ast.schema.attribute(name).is_none()));
    }
    if players == 0 {
        return;
    }
    for (attribute, sent) in sent.enumerate() {
        let declaration = &attributes[attribute];
        let place = |key| [Key("playerAttributes"), Item(attribute.index()), Key(key)];
        let name = || shorten(&declaration.name);
        let without = players - sent.players;
        if without > 0 && declaration.default.is_none() {
            let kind =
                RuleSetWarningKind::PlayersWithoutAttribute { attribute: name(), without, players };
            let help = "give it a `default`, or send it with everybody";
            problems.warn(&places::at(root, &place("name")), kind, Some(help.into()));
        } else if without == players {
            let kind = RuleSetWarningKind::NobodySends { attribute: name(), players };
            let help = match nearest(&declaration.name, undeclared.iter().copied()) {
                Some(near) => format!("they send `{}`: is it the same?", shorten(near)),
                None => "send it, or do without it".into(),
            };
            problems.warn(&places::at(root, &place("name")), kind, Some(help));
        }
        if sent.as_other_type > 0 {
            let declared = declaration.attribute_type;
            let kind = RuleSetWarningKind::PlayersWithOtherType {
                attribute: name(),
                declared: declared.as_str().into(),
                others: sent.as_other_type,
                players,
            };
            let help = format!("send {}, or declare another type", as_sent(declared));
            problems.warn(&places::at(root, &place("type")), kind, Some(help));
        }
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

/// How requests write a value of a type (facts 1.3).
fn as_sent(attribute_type: AttributeType) -> &'static str {
    match attribute_type {
        AttributeType::String => "{\"S\": \"text\"}",
        AttributeType::Number => "{\"N\": 1}",
        AttributeType::StringList => "{\"SL\": [\"text\"]}",
        AttributeType::StringNumberMap => "{\"SDM\": {\"text\": 1}}",
    }
}

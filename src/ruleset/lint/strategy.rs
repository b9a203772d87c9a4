//! Strategy `balanced`: what its documentation does not foresee.

use crate::diag::{Problems, RuleSetWarningKind};
use crate::json::node::Node;
use crate::model::limits;
use crate::model::schema::Strategy;
use crate::ruleset::places::{self, Step::Key};
use crate::ruleset::plan::Plan;

pub(super) fn check(root: &Node, plan: &Plan, problems: &mut Problems) {
    if plan.ast.algorithm.strategy != Strategy::Balanced {
        return;
    }
    let players = plan.most_players();
    if players <= limits::SMALL_MATCH_PLAYERS_MAX {
        let kind = RuleSetWarningKind::SmallBalanced { players };
        let help = "this engine reads every rule type all the same, and evens the teams out; if \
                    that is not wanted, use `exhaustiveSearch`";
        problems.warn(
            &places::at(root, &[Key("algorithm"), Key("strategy")]),
            kind,
            Some(help.into()),
        );
        return;
    }
    for rule in plan.ast.rules.iter().filter(|rule| rule.kind == "latency") {
        let Some(field) = rule.field("maxDistance") else { continue };
        let kind = RuleSetWarningKind::NotReadInLargeMatches {
            field: field.name.into(),
            kind: rule.kind.into(),
            players,
        };
        let help = "this engine reads it; for the service, use `maxLatency` alone";
        problems.warn(&field.site, kind, Some(help.into()));
    }
}
